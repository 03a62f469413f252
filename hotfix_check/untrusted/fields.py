"""Reading one table of TOML or JSON: every value is checked, every fault names its place, nothing unknown passes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from hotfix_check.errors import HotfixCheckError
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped, shown
from hotfix_check.version import FileVersion

T = TypeVar("T")
Word = TypeVar("Word", bound=str)
Label = Callable[[int, dict[str, Any]], str]
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST_RANGE = 100  # characters


class Fields:
    """One table; ``where`` is its place in words (``exchange-5.5.toml: KB818861``), ``error`` what a fault raises.

    ``table`` itself is unchecked. ``text_dates``: it is of JSON, which has no dates, so they are texts in ISO 8601.
    """

    def __init__(self, table: object, where: str, error: type[HotfixCheckError], *, text_dates: bool = False) -> None:
        if not isinstance(table, dict):
            raise error(f"{where}: a table expected, found {shown(table)}")
        self.table = table
        self._text_dates = text_dates
        self._used: set[str] = set()
        self._error = error
        self.where = where

    def fault(self, field: str, problem: str) -> HotfixCheckError:
        """An error that names this table and one of its fields."""
        return self._error(f"{self.where}: {clipped(field)}: {clipped(problem, LONGEST_PROBLEM)}")

    def get(self, field: str, kind: type[T], expected: str) -> T | None:
        """The value of a field, or None when it is not there; a fault when it has another type."""
        self._used.add(field)
        value: Any = self.table.get(field)
        if value is None or type(value) is kind:  # nearly always; the rest is for the words of a fault
            return value
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fault(field, f"{expected} expected, found {shown(value)}")
        return value

    def need(self, field: str, value: T | None) -> T:
        """The same value, known to be there."""
        if value is None:
            raise self.fault(field, "missing")
        return value

    def given(self, readers: Mapping[str, Callable[[Fields, str], object]]) -> dict[str, Any]:
        """What these fields are read as, in this order, of those that are there."""
        self._used.update(readers)
        return {field: reader(self, field) for field, reader in readers.items() if self.table.get(field) is not None}

    def text(self, field: str) -> str | None:
        """A text of at least one character."""
        value = self.get(field, str, "text")
        if value is not None and not value.strip():
            raise self.fault(field, "must not be empty")
        return value

    def integer(self, field: str, low: int, high: int) -> int | None:
        """A whole number from ``low`` to ``high``."""
        value = self.get(field, int, "a whole number")
        if value is not None and not low <= value <= high:
            raise self.fault(field, f"{shown(value)} is not within {low} to {high}")
        return value

    def integers(self, field: str, low: int, high: int) -> tuple[int, ...] | None:
        """A list of whole numbers, each from ``low`` to ``high``."""
        values = self.items(field, int, "a list of whole numbers")
        for value in values or ():
            if not low <= value <= high:
                raise self.fault(field, f"{shown(value)} is not within {low} to {high}")
        return values

    def flag(self, field: str, default: bool) -> bool:
        """true or false."""
        value = self.get(field, bool, "true or false")
        return default if value is None else value

    def day(self, field: str) -> date | None:
        """A TOML date without a time."""
        value = self._date(field, "a date such as 2003-07-01")
        if isinstance(value, datetime):
            raise self.fault(field, f"a date without a time expected, found {value}")
        return value

    def timestamp(self, field: str) -> datetime | date | None:
        """A date, or a date and time that says Z (table times are UTC)."""
        value = self._date(field, "a date or a UTC time such as 2003-07-01T17:44:00Z")
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise self.fault(field, f"{value} has no time zone: end it with Z, table times are UTC")
            return self._in_utc(field, value)
        return value

    def _date(self, field: str, expected: str) -> date | None:
        if not self._text_dates:
            return self.get(field, date, expected)
        value = self.get(field, str, expected)
        return None if value is None else self.read(field, value, _iso_date)

    def moment(self, field: str) -> datetime | None:
        """A text in RFC 3339 that says Z or an offset; returned in UTC."""
        value = self.text(field)
        if value is None:
            return None
        moment = self.read(field, value, datetime.fromisoformat)
        if moment.tzinfo is None:
            raise self.fault(
                field, f"{shown(value)} has no time zone: a UTC time such as 2003-07-01T17:44:00Z expected"
            )
        return self._in_utc(field, moment)

    def _in_utc(self, field: str, moment: datetime) -> datetime:
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.fault(field, f"{moment} is not a time that exists") from None

    def digest(self, field: str) -> str | None:
        """A SHA-256: 64 hexadecimal digits, small letters."""
        value = self.text(field)
        if value is not None and not SHA256.fullmatch(value):
            raise self.fault(field, f"a SHA-256 of 64 lower-case hexadecimal digits expected, found {shown(value)}")
        return value

    def version(self, field: str) -> FileVersion | None:
        """Four dotted numbers."""
        value = self.text(field)
        return None if value is None else self.read(field, value, FileVersion.parse)

    def choice(self, field: str, allowed: tuple[Word, ...]) -> Word | None:
        """One of the allowed words."""
        value = self.text(field)
        if value is None:
            return None
        if value not in allowed:
            raise self.fault(field, f"{shown(value)} is not one of {', '.join(allowed)}")
        return allowed[allowed.index(value)]

    def specifier(self, field: str) -> SpecifierSet | None:
        """A range of file versions in the notation of ``packaging`` (==5.5.*)."""
        value = self.text(field)
        if value is None:
            return None
        try:
            if len(value) <= _LONGEST_RANGE:  # every file's version is held against every part of it
                return SpecifierSet(value)
        except InvalidSpecifier:
            pass
        raise self.fault(field, f"{shown(value)} is not a version range such as ==5.5.*")

    def texts(self, field: str) -> tuple[str, ...] | None:
        """A list of texts."""
        return self.items(field, str, "a list of texts")

    def items(self, field: str, kind: type[T], expected: str) -> tuple[T, ...] | None:
        """A list whose items all have one type."""
        values = self.get(field, list, expected)
        if values is None:
            return None
        for value in values:
            if not isinstance(value, kind) or isinstance(value, bool):
                raise self.fault(field, f"{expected} expected, found {shown(value)} in it")
        return tuple(values)

    def inner(self, field: str) -> Fields | None:
        """A table within this one."""
        value = self.get(field, dict, "a table")
        return None if value is None else self._within(value, f": {field}")

    def inner_as(self, field: str, reader: Callable[[Fields], T]) -> T | None:
        """What a table within this one is read as, all of it."""
        table = self.inner(field)
        return None if table is None else _whole(table, reader)

    def tables(self, field: str, label: Label, *, joint: str = ", ") -> Iterator[Fields]:
        """A list of tables; ``label`` gives each its place, counted from 1, behind this table's place and ``joint``.

        Each is made when it is its turn: there may be a million.
        """
        values = self.items(field, dict, "a list of tables") or ()
        return (
            self._within(value, f"{joint}{clipped(label(number, value), 100)}")
            for number, value in enumerate(values, 1)
        )

    def each(self, field: str, label: Label, reader: Callable[[Fields], T]) -> Iterator[T]:
        """What each of a list of tables is read as, all of it."""
        return (_whole(table, reader) for table in self.tables(field, label))

    def _within(self, table: dict[str, Any], place: str) -> Fields:
        return Fields(table, f"{self.where}{place}", self._error, text_dates=self._text_dates)

    def read(self, field: str, value: str, reader: Callable[[str], T]) -> T:
        """``reader(value)``, its ValueError turned into a fault of this field."""
        try:
            return reader(value)
        except ValueError as error:
            raise self.fault(field, str(error).replace(repr(value), shown(value))) from error

    def as_json(self) -> str:
        """The whole table as one line of JSON, dates as texts."""
        return json.dumps(self.table, ensure_ascii=False, separators=(",", ":"), default=_iso_text)

    def finish(self) -> None:
        """A fault when the table has a field that nobody asked for: a misspelt one must not pass."""
        unknown = sorted(set(self.table) - self._used)
        if unknown:
            raise self.fault(unknown[0], f"unknown field (known here: {', '.join(sorted(self._used))})")


def _whole(table: Fields, reader: Callable[[Fields], T]) -> T:
    made = reader(table)
    table.finish()
    return made


def numbered(what: str, key: str) -> Label:
    """A label of tables that are told apart by one of their fields: ``file 7 (Bin/Store.exe)``."""
    return lambda number, row: f"{what} {number} ({str(row.get(key))[:60]})"


def stamp(moment: datetime | None) -> str | None:
    """A time as ``Fields.moment`` reads it: 2003-07-01T17:44:00Z. (strftime writes the year 9 as "9".)"""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _iso_date(text: str) -> date:
    return date.fromisoformat(text) if len(text) == len("2003-07-01") else datetime.fromisoformat(text)


def _iso_text(value: object) -> str:
    if not isinstance(value, date):
        raise TypeError(f"no JSON for {type(value).__name__}")
    return value.isoformat()
