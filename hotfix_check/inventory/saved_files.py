"""The files of a saved inventory, as rows of its JSON: a server has hundreds of them, and a fleet has servers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, NoReturn

from hotfix_check.frozen import of_columns
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.untrusted.fields import SHA256, Fields, stamp
from hotfix_check.version import FileVersion


def file_row(file: InstalledFile) -> dict[str, object]:
    """A file as it is saved: what is not known of it is left out."""
    row: dict[str, object] = {field: getattr(file, name) for field, name in _NAMES.items()}
    row["modified"] = stamp(file.modified)
    row["version"] = None if file.version is None else str(file.version)
    return {field: value for field, value in row.items() if value not in (None, ())}


def read_file(row: Fields) -> InstalledFile:
    """A saved file. Raises the error of the fields where one is not as it should be."""
    row.need("path", row.text("path"))
    told = row.given(_READERS)
    return InstalledFile(**{_NAMES[field]: value for field, value in told.items()})


def plain_files(rows: Sequence[Any]) -> list[InstalledFile] | None:
    """The same of all files, in any order and a field at a time; None where something is to be said of one of them."""
    alike: defaultdict[tuple[str, ...], list[Iterable[Any]]] = defaultdict(list)
    try:
        for row in rows:
            alike[tuple(row)].append(row.values())
        if not all("path" in fields for fields in alike):
            return None
        return [file for fields, values in alike.items() for file in _of_columns(fields, values)]
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
        return None


def _of_columns(fields: tuple[str, ...], values: list[Iterable[Any]]) -> list[InstalledFile]:
    columns = zip(fields, zip(*values, strict=True), strict=True)
    read = {_NAMES[field]: _FIELDS[field].of_many(column) for field, column in columns}
    return of_columns(InstalledFile(path=""), read)


Column = Sequence[Any]


class _Kind(NamedTuple):
    """How a field is read: of one file, with words for what is wrong, or of many, whose values are all of its kind."""

    of_one: Callable[[Fields, str], object]
    of_many: Callable[[Column], Column]


def _all(kind: type, fit: Callable[[Column], bool] = lambda column: True) -> Callable[[Column], Column]:
    return lambda column: column if set(map(type, column)) <= {kind} and fit(column) else _refuse()


def _within(low: int, high: int) -> Callable[[Column], bool]:
    return lambda column: not column or (low <= min(column) and max(column) <= high)


def _number(low: int, high: int) -> _Kind:
    return _Kind(lambda row, field: row.integer(field, low, high), _all(int, _within(low, high)))


def _lists(items: Callable[[Column], Column]) -> Callable[[Column], Column]:
    def checked(column: Column) -> Column:
        items(tuple(chain.from_iterable(_all(list)(column))))
        return list(map(tuple, column))

    return checked


def _each(read: Callable[[Any], Any]) -> Callable[[Column], Column]:
    return lambda column: list(map(read, column))


def _digest(value: Any) -> Any:
    return value if SHA256.fullmatch(value) else _refuse()


@lru_cache(maxsize=4096)
def _moment(value: Any) -> Any:
    moment = datetime.fromisoformat(value)
    return _refuse() if moment.tzinfo is None else moment.astimezone(UTC)


def _refuse() -> NoReturn:
    raise ValueError


_TEXT = _Kind(lambda row, field: row.get(field, str, "text"), _all(str))
_SOME_TEXT = _Kind(Fields.text, _all(str, lambda column: all(map(str.strip, column))))
_FIELDS = {
    "path": _SOME_TEXT,
    "size": _number(0, 2**63),
    "modified": _Kind(Fields.moment, _each(_moment)),
    "version": _Kind(Fields.version, _each(lru_cache(maxsize=4096)(FileVersion.parse))),
    "version_string": _TEXT,
    "product_name": _TEXT,
    "company_name": _TEXT,
    "original_filename": _TEXT,
    "internal_name": _TEXT,
    "description": _TEXT,
    "languages": _Kind(lambda row, field: row.integers(field, 0, 0xFFFF), _lists(_all(int, _within(0, 0xFFFF)))),
    "machine": _SOME_TEXT,
    "linked": _number(0, 2**32),
    "outlook_stub": _Kind(lambda row, field: row.get(field, bool, "true or false"), _all(bool)),
    "sha256": _Kind(Fields.digest, _each(_digest)),
    "notes": _Kind(Fields.texts, _lists(_all(str))),
}
"""The fields of a file in the order in which they are saved."""
_READERS = {field: kind.of_one for field, kind in _FIELDS.items()}
_NAMES = {field: "stub" if field == "outlook_stub" else field for field in _FIELDS}
"""What an InstalledFile calls them."""
