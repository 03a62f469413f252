"""Builds that are told without a file: Get-ExchangeServer's AdminDisplayVersion, the directory, HealthChecker's report.

AdminDisplayVersion is ``Version 15.2 (Build 1118.7)``, in words of its language (``(Compilación 1118.7)``), and from
a session that keeps objects a table with Major, Minor, Build and Revision. It is what setup wrote into the directory:
the build of the service pack or cumulative update, which no security update changes
(https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates: "to view the build number"). The
attribute serialNumber holds the same with the build raised by 30000. HealthChecker's Build Number is that of
ExSetup.exe (CSS-Exchange, Get-ExchangeBuildVersionInformation), so it follows updates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.files import ReportedBuild
from hotfix_check.inventory.listings.listed import SYSTEM_VERSION, Row, Said, bare, count_of, lowered, text_of
from hotfix_check.untrusted.shown import clipped

_ADMIN = re.compile(
    r"(?:Version ?)?([0-9]{1,2})\.([0-9]{1,2})\.? ?\(Build ?([0-9]{1,5})\.([0-9]{1,5})(?::[^()]{0,60})?\)", re.ASCII
)
_IN_ANY_LANGUAGE = re.compile(
    r"([0-9]{1,2})\.([0-9]{1,2})\.? ?\([^\W\d_][^()0-9:]{0,30}([0-9]{1,5})\.([0-9]{1,5})(?::[^()]{0,60})?\)"
)
_WHOLE = re.compile(rf"Version {_ADMIN.pattern.removeprefix('(?:Version ?)?')}", re.ASCII)
_FOUR = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,5})\.([0-9]{1,5})", re.ASCII)
_HEADING = re.compile(r"(?:FileVersion|ProductVersion|Version)[ \t]*\n(?:-+[ \t]*\n)?(?=\s*[0-9])", re.IGNORECASE)
_IN_DIRECTORY = 30_000
_COLUMNS = ("admindisplayversion", "serialnumber")
HEALTH_CHECKER = "HealthChecker"
GET_EXCHANGE_SERVER = "Get-ExchangeServer"


def is_exchange_server(row: Row) -> bool:
    """Whether a row with keys in lower case has an AdminDisplayVersion, by its name or its words, or the like."""
    if "admindisplayversion" in row or _admin(row.get("serialnumber")) is not None:
        return True
    return any(isinstance(value, str) and _WHOLE.fullmatch(value[:100]) for value in row.values()) or bool(_setups(row))


def exchange_server(row: Row) -> Iterator[ReportedBuild]:
    """The builds that a row tells; none where the console cut it."""
    words = [column for column, value in row.items() if isinstance(value, str) and _WHOLE.fullmatch(value[:100])]
    for column in dict.fromkeys((*_COLUMNS, *words)):
        value = row.get(column)
        numbers = _admin(value, _ADMIN if column == _COLUMNS[1] else _IN_ANY_LANGUAGE)
        if numbers is not None:
            source = "serialNumber in the directory" if column == _COLUMNS[1] else "AdminDisplayVersion"
            text = value if isinstance(value, str) else ".".join(map(str, numbers))
            yield ReportedBuild(source=source, text=clipped(text.strip()), numbers=numbers, follows_updates=False)
    for text in _setups(row):
        yield ReportedBuild.of_files("the version of ExSetup.exe in a report", tuple(map(int, text.split("."))), text)


def _setups(row: Row) -> list[str]:
    """What a report of servers has in a column such as ExSetupVersion."""
    texts = (text_of(value) for column, value in row.items() if bare(column).startswith("exsetup"))
    return [text for text in texts if text is not None and _FOUR.fullmatch(text)]


def is_health_check(row: Row) -> bool:
    """Whether a row is of HealthChecker's report as text."""
    beside = {"version", "exchange", "exchange version", "name"}
    return _FOUR.match(str(row.get("build number"))[:40]) is not None and bool(beside & row.keys())


def health_check(row: Row) -> Iterator[ReportedBuild]:
    """The build of ExSetup.exe."""
    match = _FOUR.fullmatch((text_of(row.get("build number")) or "").partition(" ")[0])
    if match is not None:
        yield ReportedBuild.of_files(HEALTH_CHECKER, tuple(map(int, match.groups())), match[0])


def is_alone(head: str) -> bool:
    """Whether a text is one line that tells a build: ``Version 15.2 (Build 1118.7)``, or four numbers."""
    words = _without_heading(head)
    return len(words) < 200 and "\n" not in words and (_FOUR.fullmatch(words) or _ADMIN.search(words)) is not None


def alone(text: str, where: str) -> Iterator[Said]:
    """The build of that line."""
    words = _without_heading(text)
    four, admin = _FOUR.fullmatch(words), _admin(words)
    numbers = tuple(map(int, four.groups())) if four else admin
    if numbers is not None:
        source = "a number alone" if four else "AdminDisplayVersion"
        build = ReportedBuild(source=source, text=clipped(words), numbers=numbers, follows_updates=four is not None)
        yield Said(build, source)


def _without_heading(text: str) -> str:
    """The words of a text, without the heading that wmic and PowerShell put above a number."""
    return _HEADING.sub("", text.strip("\ufeff \t\r\n")).strip()


def _admin(value: object, written: re.Pattern[str] = _ADMIN) -> tuple[int, ...] | None:
    if isinstance(value, dict):
        table = lowered(value)
        if isinstance(table.get("value"), str):
            return _admin(table["value"], written)
        numbers = [count_of(table.get(part)) for part in SYSTEM_VERSION]
        return None if None in numbers else _lowered_build([number or 0 for number in numbers])
    match = written.search(value) if isinstance(value, str) and len(value) < 200 else None
    return None if match is None else _lowered_build([int(number) for number in match.groups()])


def _lowered_build(numbers: list[int]) -> tuple[int, ...]:
    major, minor, build, last = numbers
    return major, minor, build - _IN_DIRECTORY if build >= _IN_DIRECTORY else build, last
