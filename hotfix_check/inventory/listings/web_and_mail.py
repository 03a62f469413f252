"""Builds that a web server's answer and a mail's headers tell without a file.

    X-OWA-Version: 15.2.1118.21                         of /owa and /ecp; four numbers, or three
    Location: https://mail/owa/auth/15.2.1118/themes/   paths of Outlook on the web, mostly with three numbers
    X-MimeOLE: Produced By Microsoft Exchange V6.5.7638.1
    220 mail ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready    and those of POP3 and IMAP4
    X-Mailer: Internet Mail Service (5.5.2653.19)       the connector of 5.5, a file of its own
    Received: from A by B with Microsoft SMTP Server (...) id 15.1.2507.39
    <h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1118" MinorBuildNumber="40"/>     of EWS

curl puts ``< `` before a header, and PowerShell shows headers as a table or as ``{[X-OWA-Version, 15.2.1118.21]}``.
What answers may stand before the server, and its header may be left from before an update, so that four numbers are no
more than consistent with a build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.files import ReportedBuild
from hotfix_check.inventory.listings.listed import Said

_NUMBERS = r"([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,5}(?:\.[0-9]{1,5})?)(?![0-9.])"
_HEADERS = tuple(
    (source, re.compile(pattern, re.ASCII | re.IGNORECASE))
    for source, pattern in (
        ("X-OWA-Version", rf"\bX-OWA-Version[\"'\s:=,{{\[]{{1,60}}{_NUMBERS}"),
        ("a path of Outlook on the web", rf"/(?:owa|ecp)/(?:auth/|prem/)?{_NUMBERS}/"),
        (
            "X-MimeOLE",
            r"\bX-MimeOLE: Produced By Microsoft Exchange V([0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9]{1,5}){0,2})(?![0-9.])",
        ),
        (
            "the banner of a mail service",
            rf"\bMicrosoft Exchange (?:Server )?(?:200[03] )?(?:IMAP4rev1|POP3) server version {_NUMBERS}"
            rf"|\bMicrosoft Exchange Internet Mail (?:Service|Connector) {_NUMBERS}",
        ),
        ("X-Mailer", rf"\bX-Mailer: Internet Mail Service \({_NUMBERS}\)"),
    )
)
_RECEIVED = re.compile(
    r"\bby (\S{1,255})(?: \([^()\r\n]{0,100}\))?\s{1,9}with\s{1,9}(?:mapi|Microsoft SMTP Server)\b"
    rf"[^;]{{0,200}}?\bid\s{_NUMBERS}",
    re.ASCII | re.IGNORECASE,
)
_EWS = re.compile(
    r"\bServerVersionInfo\b[^>]{0,200}?\bMajorVersion=\"([0-9]{1,2})\"[^>]{0,40}?\bMinorVersion=\"([0-9]{1,2})\""
    r"[^>]{0,40}?\bMajorBuildNumber=\"([0-9]{1,5})\"[^>]{0,40}?\bMinorBuildNumber=\"([0-9]{1,5})\"",
    re.ASCII,
)
_HOST = re.compile(r"\bX-(?:FEServer|DiagInfo)[\"'\s:=,{\[]{1,60}([\w.-]{1,64})", re.ASCII | re.IGNORECASE)
_ANSWER = re.compile(r"^(?=[< \t]{0,8}HTTP/[0-9.]{1,3} [0-9]{3})", re.ASCII | re.MULTILINE)
_MOST = 1000
HEADERS = "headers"


def is_headers(head: str) -> bool:
    """Whether a text has a header or a path that tells a build."""
    return any(pattern.search(head) for pattern in (*(one for _, one in _HEADERS), _RECEIVED, _EWS))


def headers(text: str, where: str) -> Iterator[Said]:
    """The builds of each answer; the host is the one that the answer names, or that a mail was received by."""
    seen: set[tuple[str, str, str | None]] = set()
    for answer in _ANSWER.split(text):
        named = _HOST.search(answer)
        host = None if named is None else named[1]
        for source, pattern in _HEADERS:
            for match in pattern.finditer(answer):
                yield from _said(source, next(filter(None, match.groups())), host, seen)
        for match in _EWS.finditer(answer):
            yield from _said("ServerVersionInfo", ".".join(match.groups()), host, seen)
        for match in _RECEIVED.finditer(answer):
            yield from _said("a Received header", match[2], match[1], seen)


def _said(source: str, text: str, host: str | None, seen: set[tuple[str, str, str | None]]) -> Iterator[Said]:
    if (source, text, host) in seen or len(seen) >= _MOST:
        return
    seen.add((source, text, host))
    numbers = tuple(map(int, text.split(".")))
    build = ReportedBuild(source=source, text=text, numbers=numbers, follows_updates=len(numbers) == 4)
    yield Said(build, HEADERS, host)
