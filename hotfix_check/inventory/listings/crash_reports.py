"""Programs with versions in event 1000 (Application Error), event 4999 (Exchange's own) and Report.wer.

    Faulting application name: store.exe, version: 6.5.7638.1, time stamp: 0x4407a8d8     and as its language has it
    Faulting application store.exe, version 6.5.7638.1, faulting module ...               to Windows 2003
    Watson report about to be sent ... parameters: E12IIS, c-RTL-AMD64, 15.01.2507.039, w3wp#MSExchangeOWAAppPool
    Sig[0].Value=store.exe, Sig[1].Value=6.5.7638.1 ... Sig[3].Value=mapi32.dll, Sig[4].Value=6.5.7638.1

A name and four numbers are told, and mostly no folder: of a program that several products have, whose it is shows by
its number alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from hotfix_check.inventory.files import InstalledFile, ReportedBuild
from hotfix_check.inventory.listings.listed import ListedFile, Said

_NAME = r"([\w$.-]{1,80}\.(?:exe|dll))"
_VERSION = r"([0-9]{1,5}(?:\.[0-9]{1,5}){3})(?![0-9.])"
_EVENT = re.compile(rf"{_NAME}[,\u3001\uff0c] ?[^:,\d\r\n]{{2,30}}[: \u00a0\uff1a]{{1,3}}{_VERSION}", re.IGNORECASE)
_SIGNED = re.compile(
    rf"^Sig\[[0-9]\]\.Value={_NAME}\r?\n(?:Sig\[[0-9]\]\.Name=[^\r\n]{{0,200}}\r?\n)Sig\[[0-9]\]\.Value={_VERSION}",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
_XML = re.compile(
    rf"<(?:Data|Parameter[0-9])[^<>]{{0,60}}>{_NAME}</[a-z0-9]{{1,12}}>\s{{0,20}}"
    rf"<(?:Data|Parameter[0-9])[^<>]{{0,60}}>{_VERSION}</",
    re.ASCII | re.IGNORECASE,
)
_COMPUTER = re.compile(
    r"^[ \t]{0,8}(?:Computer|MachineName|Ordinateur|Equipo|Computador"
    r"|\u30b3\u30f3\u30d4\u30e5\u30fc\u30bf\u30fc)[ \t]{0,20}:[ \t]{0,40}"
    r"([\w.-]{1,255})[ \t]*\r?$|<Computer>([\w.-]{1,255})</Computer>",
    re.MULTILINE | re.IGNORECASE,
)
_WATSON = re.compile(rf"\bE12\w{{0,8}}, c-[\w-]{{1,20}}, {_VERSION}, ([\w#.-]{{1,80}})", re.ASCII)
_SIGN = re.compile(
    r"<EventID|<WERReportMetadata|0x[0-9a-f]{8}\b|Faulting application|\bSig\[[0-9]\]\.|\bE12\w{0,8}, c-",
    re.ASCII | re.IGNORECASE,
)
CRASH = "an error report"


def is_crash_report(head: str) -> bool:
    """Whether a text tells of a program that ended, with its version."""
    return _SIGN.search(head) is not None and any(one.search(head) for one in (_EVENT, _SIGNED, _XML, _WATSON))


def crash_report(text: str, where: str) -> Iterator[Said]:
    """The applications and modules of the whole text, each of the computer that was named last above it."""
    hosts = [(match.end(), match[1] or match[2]) for match in _COMPUTER.finditer(text)]
    ends = [end for end, _ in hosts]

    def host_at(place: int) -> str | None:
        above = bisect_right(ends, place)
        return hosts[above - 1][1] if above else None

    for pattern in (_EVENT, _SIGNED, _XML):
        for match in pattern.finditer(text):
            file = InstalledFile(path=match[1], version_string=match[2])
            yield Said(ListedFile(file), CRASH, host_at(match.start()))
    for match in _WATSON.finditer(text):
        build = ReportedBuild.of_files("event 4999", tuple(map(int, match[1].split("."))), match[1])
        yield Said(build, CRASH, host_at(match.start()))
