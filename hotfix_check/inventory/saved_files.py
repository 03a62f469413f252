"""The files of a saved inventory, as rows of its JSON: a server has hundreds of them, and a fleet has servers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, NoReturn

from hotfix_check.frozen import of_columns
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.untrusted.fields import SHA256, Fields, stamp
from hotfix_check.version import FileVersion


def file_row(file: InstalledFile) -> dict[str, object]:
    """A file as it is saved: what is not known of it is left out."""
    row: dict[str, object] = {
        "path": file.path,
        "size": file.size,
        "modified": stamp(file.modified),
        "version": None if file.version is None else str(file.version),
        "version_string": file.version_string,
        "product_name": file.product_name,
        "company_name": file.company_name,
        "original_filename": file.original_filename,
        "internal_name": file.internal_name,
        "description": file.description,
        "languages": list(file.languages),
        "machine": file.machine,
        "linked": file.linked,
        "outlook_stub": file.stub,
        "sha256": file.sha256,
        "notes": list(file.notes),
    }
    return {key: value for key, value in row.items() if value not in (None, [])}


def read_file(row: Fields) -> InstalledFile:
    """A saved file. Raises the error of the fields where one is not as it should be."""
    return InstalledFile(
        path=row.need("path", row.text("path")),
        size=row.integer("size", 0, 2**63),
        modified=row.moment("modified"),
        version=row.version("version"),
        version_string=row.get("version_string", str, "text"),
        product_name=row.get("product_name", str, "text"),
        company_name=row.get("company_name", str, "text"),
        original_filename=row.get("original_filename", str, "text"),
        internal_name=row.get("internal_name", str, "text"),
        description=row.get("description", str, "text"),
        languages=row.integers("languages", 0, 0xFFFF) or (),
        machine=row.text("machine"),
        linked=row.integer("linked", 0, 2**32),
        stub=row.get("outlook_stub", bool, "true or false"),
        sha256=row.digest("sha256"),
        notes=row.texts("notes") or (),
    )


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
    read = {_OTHER_NAMES.get(field, field): _COLUMNS[field](column) for field, column in columns}
    return of_columns(InstalledFile(path=""), read)


def _texts(column: Sequence[Any]) -> Sequence[Any]:
    return column if set(map(type, column)) <= {str} else _refuse()


def _some_texts(column: Sequence[Any]) -> Sequence[Any]:
    return column if all(map(str.strip, _texts(column))) else _refuse()


def _numbers(low: int, high: int) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda column: column if set(map(type, column)) <= {int} and _within(column, low, high) else _refuse()


def _within(column: Sequence[Any], low: int, high: int) -> bool:
    return not column or (low <= min(column) and max(column) <= high)


def _flags(column: Sequence[Any]) -> Sequence[Any]:
    return column if set(map(type, column)) <= {bool} else _refuse()


def _lists(items: Callable[[Sequence[Any]], Sequence[Any]]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    def checked(column: Sequence[Any]) -> Sequence[Any]:
        if not set(map(type, column)) <= {list}:
            _refuse()
        items(tuple(chain.from_iterable(column)))
        return list(map(tuple, column))

    return checked


def _each(read: Callable[[Any], Any]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda column: list(map(read, column))


def _digest(value: Any) -> Any:
    return value if SHA256.fullmatch(value) else _refuse()


@lru_cache(maxsize=4096)
def _moment(value: Any) -> Any:
    moment = datetime.fromisoformat(value)
    return _refuse() if moment.tzinfo is None else moment.astimezone(UTC)


def _refuse() -> NoReturn:
    raise ValueError


_COLUMNS: dict[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "path": _some_texts,
    "size": _numbers(0, 2**63),
    "modified": _each(_moment),
    "version": _each(lru_cache(maxsize=4096)(FileVersion.parse)),
    "version_string": _texts,
    "product_name": _texts,
    "company_name": _texts,
    "original_filename": _texts,
    "internal_name": _texts,
    "description": _texts,
    "languages": _lists(_numbers(0, 0xFFFF)),
    "machine": _some_texts,
    "linked": _numbers(0, 2**32),
    "outlook_stub": _flags,
    "sha256": _each(_digest),
    "notes": _lists(_texts),
}
"""What the values of a field of many files come to where each is as it should be."""
_OTHER_NAMES = {"outlook_stub": "stub"}
