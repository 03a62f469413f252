"""One KB for one product: what its packages put on a server, and how it relates to other updates."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

from packaging.specifiers import SpecifierSet

from hotfix_check.frozen import Frozen
from hotfix_check.version import FileVersion

_KB = re.compile(r"(?:KB|Q)?([0-9]{5,7})", re.ASCII | re.IGNORECASE)


def parse_kb(text: str) -> int:
    """Read a KB number: KB818861, Q818861, kb818861 or 818861. Raises ValueError for anything else."""
    match = _KB.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a KB number: five to seven digits expected, such as KB818861")
    return int(match[1])


def own_name(update_id: str) -> str:
    """The part of an update's id that is its own: exchange-5.5/KB818861 is KB818861."""
    return update_id.rpartition("/")[2]


class Kind(StrEnum):
    """What sort of release an update is. Service packs and cumulative updates bring a service level."""

    HOTFIX = "hotfix"
    SECURITY_UPDATE = "security-update"
    UPDATE_ROLLUP = "update-rollup"
    SERVICE_PACK = "service-pack"
    CUMULATIVE_UPDATE = "cumulative-update"


Restart = Literal["yes", "no", "services"]
"""What has to be restarted after installing: the computer, nothing, or the services that use the files."""


class Importance(StrEnum):
    """How much it weighs that an update is missing (or, forbidden, that it is there); weightiest first.

    A hotfix "only for systems that experience this problem" is optional; everything else is recommended unless the
    catalogue or a policy says otherwise.
    """

    REQUIRED = "required"
    FORBIDDEN = "forbidden"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


class Availability(StrEnum):
    """Who can get an update: anyone, buyers of paid support after the product's end, or nobody: it was recalled."""

    PUBLIC = "public"
    EXTENDED_SUPPORT = "extended-support"
    WITHDRAWN = "withdrawn"


class FileRow(Frozen):
    """A row of a KB's file table.

    ``version`` is None for a file without a version resource (.cfg, .tpl): such a row corroborates, never decides.
    ``size`` is in bytes. ``timestamp`` is UTC: a datetime, or a date where the table gives no time. ``companion`` rows
    accompany the fix and are not required; ``where_collected`` ones are where such a file was collected. ``range`` is
    set where the file is not of the product's own range (an Outlook DLL in an Exchange 5.5 fix). ``sure`` is false
    where a single source gives the number.
    """

    name: str
    version: FileVersion | None = None
    size: int | None = None
    timestamp: datetime | date | None = None
    platform: str | None = None
    language: str | None = None
    roles: tuple[str, ...] = ()
    companion: bool = False
    where_collected: bool = False
    range: SpecifierSet | None = None
    sure: bool = True
    note: str | None = None


class Prerequisite(Frozen):
    """One of a group of alternatives: a level of the same product, or the id of an update."""

    level: str | None = None
    update: str | None = None

    def __str__(self) -> str:
        return self.level or own_name(self.update or "")


class Package(Frozen):
    """An update's file set for one servicing line; prerequisites are groups joined by AND, alternatives within.

    ``level`` is the level that the source states it is for, or None. ``line`` is the index of the level whose servicing
    line it is of: ``level``, else the one whose build range holds the newest row; None where no row tells it.
    ``contains_earlier`` is false for the packages of March 2021 for out-of-support CUs, which carry only their own
    month's fixes though their build is higher than that of earlier updates (HealthChecker pull request 542).
    ``whole_table``: the rows are all files of an update of which most servers have a part only; beside the marker a row
    is required where its file was collected. ``limits_only``: the rows are limits that scanners compare with, and the
    update has more files; a file below one lacks the fix, and one at or above it does not show the update.
    """

    level: str | None
    line: int | None
    rows: tuple[FileRow, ...]
    prerequisites: tuple[tuple[Prerequisite, ...], ...] = ()
    prerequisites_stated: bool = False
    contains_earlier: bool = True
    whole_table: bool = False
    limits_only: bool = False
    cves: tuple[str, ...] = ()


ActionKind = Literal["registry", "service", "note"]


class Action(Frozen):
    """A step by hand that the update needs beside its files: a registry value, a service to stop, something to know."""

    kind: ActionKind
    text: str


class Update(Frozen):
    """One KB for one product. ``id`` is unique in a catalogue; ``kb`` may repeat (KB836993 is two service packs).

    ``replaces`` None: the source is silent; empty: it states that nothing is replaced. ``included_in`` holds level
    names and update ids. ``level`` is what a service pack or cumulative update brings. ``released_month`` is "2004-04"
    where the sources name no day. ``repeats`` names the update whose fixes it brings again, mended (Nov24SUv2).
    ``cves`` are those that an update fixes which brings a level; those of others are said by package, since the
    packages of a KB need not fix the same ones.
    """

    id: str
    kb: int | None
    aliases: tuple[str, ...]
    product: str
    title: str
    kind: Kind
    importance: Importance
    released: date | None
    released_month: str | None
    level: str | None
    component: str | None
    restart: str | None
    packages: tuple[Package, ...]
    replaces: tuple[str, ...] | None
    contains: tuple[str, ...]
    included_in: tuple[str, ...]
    related: tuple[str, ...]
    actions: tuple[Action, ...]
    applies_to: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed: date | None
    availability: Availability = Availability.PUBLIC
    repeats: str | None = None
    cves: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: KB818861, or the id's own part where there is no number."""
        return f"KB{self.kb}" if self.kb is not None else own_name(self.id)

    @property
    def built(self) -> date | None:
        """Release day, else the newest day in its file tables: not released before that. Else its month's last day."""
        if self.released is not None:
            return self.released
        days = [row_day(row) for package in self.packages for row in package.rows]
        newest = max((day for day in days if day is not None), default=None)
        if newest is None and self.released_month is not None:
            first = date.fromisoformat(f"{self.released_month}-01")
            return first.replace(day=monthrange(first.year, first.month)[1])
        return newest


def cves_of(update: Update) -> frozenset[str]:
    """The CVEs that an update fixes on some line."""
    return frozenset(update.cves).union(*(package.cves for package in update.packages))


def names_of(update: Update) -> tuple[str, ...]:
    """All that an update can be asked for by: its id, that without the product, its number, other names, its CVEs."""
    return (update.id, own_name(update.id), update.name, *update.aliases, *sorted(cves_of(update)))


def required_rows(package: Package) -> list[FileRow]:
    """The rows that decide: not companions, not files without a version resource."""
    return [row for row in package.rows if not row.companion and row.version is not None]


def row_day(row: FileRow) -> date | None:
    """The UTC day of a row's timestamp."""
    if isinstance(row.timestamp, datetime):
        return row.timestamp.astimezone(UTC).date()
    return row.timestamp
