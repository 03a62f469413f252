"""Lists of KB numbers that a machine says are installed: Get-HotFix, wmic qfe, systeminfo, the titles of programs.

They are claims. Windows lists there what its own servicing installed; Exchange's updates mostly are not among them, so
that one that is absent says nothing, and one that is there says nothing of the files (KB888535).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.files import ClaimedUpdate, ReportedBuild
from hotfix_check.inventory.listings.listed import Row, Said, text_of
from hotfix_check.inventory.listings.wrapping import PROMPT

_KB = re.compile(r"(?:KB|Q)?([1-9][0-9]{4,6})(?:v[0-9]{1,2})?", re.ASCII | re.IGNORECASE)
_TITLE = re.compile(r"exchange[^()]{0,120}\(KB([1-9][0-9]{4,6})\)", re.ASCII | re.IGNORECASE)
_PROGRAM = re.compile(
    r"Microsoft Exchange(?: Server)?(?: 20[0-9]{2}| Subscription Edition)?"
    r"(?: (?:Cumulative Update|Service Pack) [0-9]{1,2}| RTM)?",
    re.ASCII | re.IGNORECASE,
)
_FOUR = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,5}\.[0-9]{1,5}", re.ASCII)
NUMBERED = re.compile(r"\[[0-9]{2,3}\]: (?:KB|Q)([1-9][0-9]{4,6})\b", re.ASCII | re.IGNORECASE)
"""How systeminfo numbers its hotfixes in every language: ``[01]: KB5012170``."""
_COLUMNS_OF_SYSTEMINFO = 20  # at least; it has 31
_LINE = re.compile(r"(?:KB|Q)([1-9][0-9]{5,6})", re.ASCII | re.IGNORECASE)
_CUT = re.compile(r"[KQ]B?[0-9]{0,7}", re.ASCII | re.IGNORECASE)
_HOST = re.compile(r"[^:\r\n\"]{2,80}:[ \t]{2,60}(\S{1,64})[ \t]*")
HEALTH_REPORT = re.compile(r"Exchange Health Checker version [0-9]", re.IGNORECASE)
_SERVER = re.compile(r"[ \t]{0,24}Name: (\S{1,255})[ \t]*")
_TITLES = ("title", "displayname", "caption", "name", "description")
GET_HOTFIX = "Get-HotFix"
SYSTEMINFO = "systeminfo"
KB_LIST = "a list of KB numbers"


def hotfix(row: Row) -> Iterator[ClaimedUpdate]:
    """The KB of a row of Get-HotFix or wmic qfe; none for one that names none (File 1)."""
    match = _KB.fullmatch(text_of(row.get("hotfixid")) or "")
    if match is not None:
        yield ClaimedUpdate(source=GET_HOTFIX, kb=int(match[1]))


def program(row: Row) -> Iterator[ReportedBuild]:
    """The build that setup gave Exchange itself in a list of programs: no update that is a patch of it changes that."""
    title = next((row[key] for key in _TITLES if isinstance(row.get(key), str)), "")
    versions = (text_of(row.get(key)) for key in ("version", "displayversion", "display version"))
    version = next(filter(None, versions), "")
    if _PROGRAM.fullmatch(str(title)[:200].strip()) and _FOUR.fullmatch(version):
        numbers = tuple(map(int, version.split(".")))
        yield ReportedBuild(source="a list of programs", text=version, numbers=numbers, follows_updates=False)


def titled(row: Row) -> Iterator[ClaimedUpdate]:
    """The KB that the title of an update of Exchange has in parentheses, as lists of installed programs do."""
    titles = (title for key in _TITLES if isinstance(title := row.get(key), str))
    match = next(filter(None, (_TITLE.search(title[:400]) for title in titles)), None)
    if match is not None:
        yield ClaimedUpdate(source="a list of programs", kb=int(match[1]))


def systeminfo(text: str, where: str) -> Iterator[Said]:
    """The KBs, and the host, which the first line of each print tells in every language."""
    host: str | None = None
    above = ""
    for line in text.splitlines():
        if not above.strip() or PROMPT.match(above):
            first = _HOST.fullmatch(line)
            host = first[1] if first else None if line.strip() else host
        for match in NUMBERED.finditer(line):
            yield Said(ClaimedUpdate(source=SYSTEMINFO, kb=int(match[1])), SYSTEMINFO, host)
        above = line


def is_systeminfo_row(row: Row) -> bool:
    """Whether a row is of ``systeminfo /fo csv``, which has one for each host and all KBs in one column."""
    return len(row) >= _COLUMNS_OF_SYSTEMINFO and any(map(NUMBERED.search, map(str, row.values())))


def numbered(row: Row) -> Iterator[ClaimedUpdate]:
    """The KBs of such a row."""
    for match in NUMBERED.finditer(" ".join(map(str, row.values()))):
        yield ClaimedUpdate(source=SYSTEMINFO, kb=int(match[1]))


def health_report(text: str, where: str) -> Iterator[Said]:
    """The updates that the report names by their titles, of the server that it names."""
    host: str | None = None
    for line in text.splitlines():
        server = _SERVER.fullmatch(line)
        host = host if server is None else server[1]
        for match in _TITLE.finditer(line[:1000]):
            yield Said(ClaimedUpdate(source="HealthChecker", kb=int(match[1])), "HealthChecker", host)


def is_kb_list(head: str) -> bool:
    """Whether a text is nothing but KB numbers."""
    words = _words(head)
    last = _CUT if len(words) > 1 else _LINE  # the beginning of a long list may end within a number
    return bool(words) and all(map(_LINE.fullmatch, words[:-1])) and last.fullmatch(words[-1]) is not None


def kb_list(text: str, where: str) -> Iterator[Said]:
    """The KBs of a text that holds nothing else."""
    for word in _words(text):
        match = _LINE.fullmatch(word)
        if match is not None:
            yield Said(ClaimedUpdate(source=KB_LIST, kb=int(match[1])), KB_LIST)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text.strip("\ufeff \t\r\n")) if word]
