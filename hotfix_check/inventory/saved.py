"""A saved inventory: JSON that any later release reads back as the same values."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any, TypeVar

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory.files import (
    ClaimedUpdate,
    Collected,
    Inventory,
    ReportedBuild,
    TargetKind,
    UnreadableFile,
    by_path,
)
from hotfix_check.inventory.open_file import OpenFile
from hotfix_check.inventory.registry import read_registry, registry_row
from hotfix_check.inventory.saved_files import file_row, plain_files, read_file
from hotfix_check.untrusted.bounded import GZIP
from hotfix_check.untrusted.fields import Fields, numbered, stamp
from hotfix_check.untrusted.json import not_read_here, parse_packed
from hotfix_check.untrusted.shown import shown

T = TypeVar("T")
SCHEMA = "hotfix-check/inventory/1"
MAX_BYTES = 256 * 1024 * 1024
SUFFIXES = (".json", ".json.gz")
_BEGUN = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\0?[ \t\r\n])*\0?([{\[])")
"""How JSON begins, in UTF-16 too, which is told as such: of a disc many zeros may stand before a bracket."""
_RESULT = re.compile(rb'"schema"\s{0,8}:\s{0,8}"hotfix-check/result/')
MAX_FILES = 1_000_000  # a whole disk has some 200,000 programs


def inventory_to_json(inventory: Inventory, collected: Collected) -> str:
    """The inventory as JSON text, one file a line, with where and when it was collected."""
    head: dict[str, object] = {
        "schema": SCHEMA,
        "collected": {"host": collected.host, "at": stamp(collected.at), "by": collected.by},
        "target": inventory.target,
        "root": list(inventory.root),
        "lone_file": inventory.lone_file,
        "files_seen": inventory.files_seen,
        "files_read": inventory.files_read,
    }
    if inventory.registry is not None:
        head["registry"] = registry_row(inventory.registry)
    if inventory.reported:
        head["reported"] = [asdict(one) for one in inventory.reported]
    if inventory.claimed:
        head["claimed"] = [asdict(one) for one in inventory.claimed]
    lines = [f"{_line(key)}: {_line(value)}," for key, value in head.items()]
    for key, rows in (
        ("folders", [_line(folder) for folder in inventory.folders]),
        ("unreadable", [_line(_unreadable_row(file)) for file in inventory.unreadable]),
        ("files", [_line(file_row(file)) for file in inventory.files]),
    ):
        joined = ",\n ".join(rows)
        lines.append(f"{_line(key)}: [\n {joined}\n]," if rows else f"{_line(key)}: [],")
    return "{\n" + "\n".join(lines).rstrip(",") + "\n}\n"


def looks_saved(file: OpenFile) -> bool:
    """Whether a file is meant to be a saved inventory and no program: JSON by its first bytes, or by its name.

    A gzip-compressed one is, by its name; where it has none, because it came through a pipe, by what is packed in it.
    """
    if file.name.lower().endswith(SUFFIXES):
        return True
    if file.fd is None and file.head.startswith(GZIP):
        return b'"hotfix-check/' in unpacked_head(file.head)
    head = file.head[:4096]
    begun = _BEGUN.match(head)
    return begun is not None and (begun[1] == b"{" or SCHEMA.encode() in head.replace(b"\0", b""))


def saved_text(inventories: Sequence[tuple[Inventory, Collected]]) -> str:
    """What is written for one host, or for several: a list of inventories, which is read back as they are."""
    texts = [inventory_to_json(inventory, collected) for inventory, collected in inventories]
    return texts[0] if len(texts) == 1 else "[\n" + ",\n".join(text.rstrip() for text in texts) + "\n]\n"


def is_result(file: OpenFile) -> bool:
    """Whether a file that looks saved is a result, by the schema that its beginning names."""
    return looks_saved(file) and _RESULT.search(unpacked_head(file.head)) is not None


def unpacked_head(head: bytes) -> bytes:
    """How a saved file begins, without the gzip around it and the zero bytes of UTF-16 between."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, len(head))
        except zlib.error:
            return b""
    return head.replace(b"\0", b"")


def read_document(file: OpenFile, what: str) -> object:
    """The JSON of a saved file, packed or not. Raises SavedInputError."""
    return parse_packed(file.whole(MAX_BYTES, what, SavedInputError), file.where, MAX_BYTES, what)


def read_saved(file: OpenFile) -> tuple[Inventory, ...]:
    """Read a saved inventory, or several. Raises SavedInputError with the place and what was expected."""
    return parse_each(read_document(file, "a saved inventory"), file.where)


def parse_each(document: object, where: str) -> tuple[Inventory, ...]:
    """The inventories of parsed JSON: one, or a list of them with a host each."""
    if not isinstance(document, list) or not document:
        return (parse_saved(document, where),)
    return tuple(parse_saved(one, f"{where}: inventory {number}") for number, one in enumerate(document, 1))


def parse_saved(document: object, where: str) -> Inventory:
    """The same from parsed JSON."""
    top = Fields(document, where, SavedInputError)
    schema = top.need("schema", top.text("schema"))
    if schema != SCHEMA:
        raise top.fault("schema", not_read_here(schema, SCHEMA))
    collected = top.need("collected", top.inner("collected"))
    registry = top.inner("registry")
    inventory = Inventory(
        target=top.need("target", top.text("target")),
        kind=TargetKind.INVENTORY,
        root=top.need("root", top.texts("root")),
        folders=top.need("folders", top.texts("folders")),
        files=tuple(sorted(_rows(top, "files", read_file, plain_files), key=by_path)),
        unreadable=tuple(sorted(_rows(top, "unreadable", _read_unreadable), key=by_path)),
        files_seen=top.need("files_seen", top.integer("files_seen", 0, 2**53)),
        files_read=top.need("files_read", top.integer("files_read", 0, 2**53)),
        lone_file=top.flag("lone_file", False),
        collected=Collected(
            host=collected.text("host"), at=collected.moment("at"), by=collected.need("by", collected.text("by"))
        ),
        registry=None if registry is None else read_registry(registry),
        reported=tuple(top.each("reported", numbered("number", "source"), _read_reported)),
        claimed=tuple(top.each("claimed", numbered("number", "source"), _read_claimed)),
    )
    collected.finish()
    top.finish()
    if inventory.lone_file and (held := len(inventory.files) + len(inventory.unreadable)) > 1:
        raise top.fault("lone_file", f"true, and {held} files are in it")
    paths = [file.path for file in inventory.files]
    if len(set(paths)) < len(paths):
        twice = next(path for path, other in pairwise(paths) if path == other)
        raise top.fault("files", f"{shown(twice)} appears twice")
    return inventory


def _rows(
    top: Fields,
    field: str,
    reader: Callable[[Fields], T],
    of_all: Callable[[list[Any]], list[T] | None] = lambda rows: None,
) -> Iterable[T]:
    """Files: ``of_all`` as they are, where nothing is to be said of any of them, else one by one."""
    rows = top.need(field, top.get(field, list, "a list of tables"))
    if len(rows) > MAX_FILES:
        raise top.fault(field, f"more than {MAX_FILES} files are listed")
    files = of_all(rows)
    return top.each(field, numbered("file", "path"), reader) if files is None else files


def _unreadable_row(file: UnreadableFile) -> dict[str, object]:
    row: dict[str, object] = {
        "path": file.path,
        "reason": file.reason,
        "folder": file.is_folder or None,
        "size": file.size,
        "modified": stamp(file.modified),
        "sha256": file.sha256,
    }
    return {key: value for key, value in row.items() if value is not None}


def _read_unreadable(row: Fields) -> UnreadableFile:
    return UnreadableFile(
        path=row.need("path", row.text("path")),
        reason=row.need("reason", row.text("reason")),
        is_folder=row.flag("folder", False),
        size=row.integer("size", 0, 2**63),
        modified=row.moment("modified"),
        sha256=row.digest("sha256"),
    )


def _read_reported(row: Fields) -> ReportedBuild:
    numbers = row.need("numbers", row.integers("numbers", 0, 0xFFFF))
    if not 2 <= len(numbers) <= 4:
        raise row.fault("numbers", "two to four whole numbers expected")
    return ReportedBuild(
        source=row.need("source", row.text("source")),
        text=row.need("text", row.text("text")),
        numbers=numbers,
        follows_updates=row.flag("follows_updates", False),
    )


def _read_claimed(row: Fields) -> ClaimedUpdate:
    return ClaimedUpdate(
        source=row.need("source", row.text("source")),
        kb=row.need("kb", row.integer("kb", 10_000, 9_999_999)),
    )


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
