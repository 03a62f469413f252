"""The bytes of one version resource: VS_VERSIONINFO, a tree of length-prefixed blocks.

Layout: https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo and the pages of its children. Where files
stray from it, this reads what VerQueryValue would: values run to the end of their block whatever wValueLength says
(writers disagree whether it counts bytes or characters), lengths are cut at the parent's end, a child without a
length ends the list. 16-bit resources have the same tree with ANSI keys and no type field.

Nothing here raises: what is not there is absent from the result, what was left out is named in ``notes``.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hotfix_check.version import FileVersion

MAX_STRING_TABLES = 64  # of one resource; Windows' own files have one a language
MAX_STRINGS = 1024  # of one resource, all tables together; usual files have 8 to 12
MAX_TRANSLATIONS = 64

_FIXED_SIGNATURE = 0xFEEF04BD
_FIXED_SIZE = 52
_FIXED = struct.Struct("<6I")  # dwSignature, dwStrucVersion, dwFileVersionMS/LS, dwProductVersionMS/LS
_WORDS = struct.Struct("<HH")  # wLength, wValueLength
_TABLE_NAME = re.compile(r"[0-9A-Fa-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StringTable:
    """The strings of one language. Text is as stored, control characters included, up to its first NUL.

    Lone surrogates come as U+FFFD, so that every value can be written as UTF-8 or JSON; outputs escape the rest.
    """

    language: int
    """Language identifier (1033 is US English) from the table's name; 0 when the name is not eight hex digits."""
    codepage: int
    """Code page (1200 is Unicode) from the table's name; 0 when the name is not eight hex digits."""
    strings: tuple[tuple[str, str], ...]
    """(key, value) in file order; a key may repeat."""

    def get(self, key: str) -> str | None:
        """The value that Windows would find: the first one of this name, whatever its case."""
        wanted = key.lower()
        return next((value for name, value in self.strings if name.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionResource:
    """What one version resource says."""

    file_version: FileVersion | None
    """None when the fixed part is missing, shorter than 52 bytes, or lacks its signature 0xFEEF04BD."""
    product_version: FileVersion | None
    strings: tuple[StringTable, ...]
    translations: tuple[tuple[int, int], ...]
    """(language, code page) pairs of VarFileInfo\\Translation."""
    notes: tuple[str, ...]


def parse_version_resource(data: bytes, *, wide: bool = True) -> VersionResource:
    """Read a version resource; ``wide`` is False for one of a 16-bit file."""
    versions = parse_fixed_versions(data, wide=wide)
    tables: list[StringTable] = []
    translations: list[tuple[int, int]] = []
    notes: list[str] = []
    if versions is None:
        notes.append("no-fixed-version")
    if len(data) >= _WORDS.size:
        length, value_length = _WORDS.unpack_from(data)
        end = min(length, len(data))
        _, value = _key(data, 0, end, wide)
        for key, start, _, block_end in _blocks(data, _aligned(value + value_length), end, wide):
            if key.lower() == "stringfileinfo":
                if not _read_tables(data, start, block_end, wide, tables):
                    notes.append("strings-cut")
            elif key.lower() == "varfileinfo":
                for name, at, size, var_end in _blocks(data, start, block_end, wide):
                    if name.lower() == "translation":
                        room = MAX_TRANSLATIONS - len(translations)
                        pairs = min(size, var_end - at) // 4
                        translations += _WORDS.iter_unpack(data[at : at + 4 * max(0, min(pairs, room))])
    return VersionResource(
        file_version=versions[0] if versions else None,
        product_version=versions[1] if versions else None,
        strings=tuple(tables),
        translations=tuple(translations),
        notes=tuple(notes),
    )


def parse_fixed_versions(data: bytes, *, wide: bool = True) -> tuple[FileVersion, FileVersion] | None:
    """File version and product version of VS_FIXEDFILEINFO, or None when there is no valid one.

    The signature is checked because Windows hands out the bytes unchecked: a resource without the fixed part would
    otherwise give its own strings as a version.
    """
    if len(data) < _WORDS.size or _WORDS.unpack_from(data)[1] < _FIXED_SIZE:
        return None
    _, start = _key(data, 0, len(data), wide)
    if start + _FIXED_SIZE > len(data):
        return None
    signature, _, file_high, file_low, product_high, product_low = _FIXED.unpack_from(data, start)
    if signature != _FIXED_SIGNATURE:
        return None
    return _version(file_high, file_low), _version(product_high, product_low)


def _version(high: int, low: int) -> FileVersion:
    return FileVersion(high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF)


def _read_tables(data: bytes, start: int, end: int, wide: bool, tables: list[StringTable]) -> bool:
    """Append the tables of one StringFileInfo; False when a cap left something out."""
    room = MAX_STRINGS - sum(len(table.strings) for table in tables)
    for name, first, _, table_end in _blocks(data, start, end, wide):
        if len(tables) == MAX_STRING_TABLES:
            return False
        blocks = islice(_blocks(data, first, table_end, wide), room + 1)
        strings = tuple((key, _text(data, value, string_end, wide)[0]) for key, value, _, string_end in blocks)
        language, codepage = divmod(int(name, 16), 0x10000) if _TABLE_NAME.fullmatch(name) else (0, 0)
        tables.append(StringTable(language=language, codepage=codepage, strings=strings[:room]))
        if len(strings) > room:
            return False
        room -= len(strings)
    return True


def _blocks(data: bytes, start: int, end: int, wide: bool) -> Iterator[tuple[str, int, int, int]]:
    """(key, where its value or first child starts, wValueLength, its end) of each block from ``start`` to ``end``."""
    header = 6 if wide else 4
    while start + header <= end:
        length, value_length = _WORDS.unpack_from(data, start)
        if length < header:
            return
        block_end = min(start + length, end)
        key, value = _key(data, start, block_end, wide)
        yield key, value, value_length, block_end
        start += _aligned(length)


def _key(data: bytes, start: int, end: int, wide: bool) -> tuple[str, int]:
    """The name of the block at ``start``, and where its value starts (never past ``end``)."""
    key, after = _text(data, start + (6 if wide else 4), end, wide)
    return key, min(_aligned(after), end)


def _text(data: bytes, start: int, end: int, wide: bool) -> tuple[str, int]:
    """Text from ``start`` to its NUL or to ``end``, and the position after the NUL."""
    if not wide:
        stop = data.find(b"\0", start, end)
        stop = end if stop < 0 else stop
        return data[start:stop].decode("cp1252", "replace"), stop + 1
    stop = data.find(b"\0\0", start, end)
    while stop >= 0 and (stop - start) & 1:
        stop = data.find(b"\0\0", stop + 1, end)
    if stop < 0:
        stop = end - ((end - start) & 1)
    return data[start:stop].decode("utf-16-le", "replace"), stop + 2


def _aligned(position: int) -> int:
    return (position + 3) & ~3
