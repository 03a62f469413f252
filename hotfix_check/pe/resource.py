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
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from hotfix_check.version import FileVersion

MAX_STRING_TABLES = 64  # of one resource; Windows' own files have one a language
MAX_STRINGS = 1024  # of one resource, all tables together; usual files have 8 to 12
MAX_TRANSLATIONS = 64

_FIXED_SIGNATURE = 0xFEEF04BD
_FIXED_SIZE = 52
_FIXED = struct.Struct("<I4x8H")  # dwSignature, file version, product version: each minor, major, revision, build
_WORD = struct.Struct("<H")
_WORDS = struct.Struct("<HH")  # wLength, wValueLength
_TABLE_NAME = re.compile(r"[0-9A-Fa-f]{8}", re.ASCII)
_ROOT_KEY = "VS_VERSION_INFO\0".encode("utf-16-le")
_ROOT_VALUE = 40  # where the fixed part starts behind this key
# Names of blocks as stored in almost every file, in lower case: looked up, they need not be decoded.
_USUAL_KEYS = {
    key.encode("utf-16-le"): key.lower()
    for key in (
        *("StringFileInfo", "VarFileInfo", "Translation", "Comments", "CompanyName", "FileDescription", "FileVersion"),
        *("InternalName", "LegalCopyright", "LegalTrademarks", "OriginalFilename", "ProductName", "ProductVersion"),
    )
}


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
    """What one version resource says. Its strings are found and decoded when they are asked for."""

    file_version: FileVersion | None
    """None when the fixed part is missing, shorter than 52 bytes, or lacks its signature 0xFEEF04BD."""
    product_version: FileVersion | None
    translations: tuple[tuple[int, int], ...]
    """(language, code page) pairs of VarFileInfo\\Translation."""
    notes: tuple[str, ...]
    data: bytes
    """The resource as stored."""
    wide: bool
    """Whether its text is UTF-16; that of 16-bit files is ANSI."""
    tables: tuple[tuple[bytes, int, int, int], ...]
    """For each string table its name as stored, where its strings start and end in ``data``, how many are kept."""

    @property
    def strings(self) -> tuple[StringTable, ...]:
        """All string tables."""
        data, wide = self.data, self.wide
        tables = []
        for stored_name, start, end, kept in self.tables:
            name = _decoded(stored_name, wide)
            language, codepage = divmod(int(name, 16), 0x10000) if _TABLE_NAME.fullmatch(name) else (0, 0)
            strings = tuple(
                (_decoded(key, wide), _text(data, value, value_end, wide))
                for key, value, value_end, _ in islice(_blocks(data, start, end, wide), kept)
            )
            tables.append(StringTable(language=language, codepage=codepage, strings=strings))
        return tuple(tables)

    def values(self, keys: Collection[str]) -> dict[str, str]:
        """The values of those of ``keys``, in lower case, that are there: each from the first table that has it."""
        found: dict[str, str] = {}
        for _, start, end, kept in self.tables:
            for stored, value, value_end, _ in islice(_blocks(self.data, start, end, self.wide), kept):
                key = _lower(stored, self.wide)
                if key in keys and key not in found:
                    found[key] = _text(self.data, value, value_end, self.wide)
                    if len(found) == len(keys):
                        return found
        return found


def parse_version_resource(data: bytes, *, wide: bool = True) -> VersionResource:
    """Read a version resource; ``wide`` is False for one of a 16-bit file."""
    versions = parse_fixed_versions(data, wide=wide)
    tables: list[tuple[bytes, int, int, int]] = []
    translations: list[tuple[int, int]] = []
    notes = [] if versions else ["no-fixed-version"]
    if len(data) >= _WORDS.size:
        length, value_length = _WORDS.unpack_from(data)
        end = min(length, len(data))
        value = _root_value(data, end, wide)
        for stored, start, block_end, _ in _blocks(data, _aligned(value + value_length), end, wide):
            key = _lower(stored, wide)
            if key == "stringfileinfo":
                if not _find_tables(data, start, block_end, wide, tables):
                    notes.append("strings-cut")
            elif key == "varfileinfo":
                for name, at, var_end, size_at in _blocks(data, start, block_end, wide):
                    if _lower(name, wide) == "translation":
                        (size,) = _WORD.unpack_from(data, size_at)
                        room = MAX_TRANSLATIONS - len(translations)
                        pairs = min(size, var_end - at) // 4
                        translations += _WORDS.iter_unpack(data[at : at + 4 * max(0, min(pairs, room))])
    return VersionResource(
        file_version=versions[0] if versions else None,
        product_version=versions[1] if versions else None,
        translations=tuple(translations),
        notes=tuple(notes),
        data=data,
        wide=wide,
        tables=tuple(tables),
    )


def parse_fixed_versions(data: bytes, *, wide: bool = True) -> tuple[FileVersion, FileVersion] | None:
    """File version and product version of VS_FIXEDFILEINFO, or None when there is no valid one.

    The signature is checked because Windows hands out the bytes unchecked: a resource without the fixed part would
    otherwise give its own strings as a version.
    """
    if len(data) < _WORDS.size or _WORDS.unpack_from(data)[1] < _FIXED_SIZE:
        return None
    start = _root_value(data, len(data), wide)
    if start + _FIXED_SIZE > len(data):
        return None
    signature, minor, major, revision, build, *product = _FIXED.unpack_from(data, start)
    if signature != _FIXED_SIGNATURE:
        return None
    return FileVersion(major, minor, build, revision), FileVersion(product[1], product[0], product[3], product[2])


def _root_value(data: bytes, end: int, wide: bool) -> int:
    """Where the value of the whole starts, never past ``end``; almost all have the same name."""
    if wide and end >= _ROOT_VALUE and data.startswith(_ROOT_KEY, 6):
        return _ROOT_VALUE
    stop = _nul(data, 6 if wide else 4, end, wide)
    return min(_aligned(stop + (2 if wide else 1)), end)


def _find_tables(data: bytes, start: int, end: int, wide: bool, tables: list[tuple[bytes, int, int, int]]) -> bool:
    """Append the tables of one StringFileInfo; False when a cap left something out."""
    few = len(data) <= 4 * MAX_STRINGS  # a string takes four bytes or more: no need to count them
    room = MAX_STRINGS - (0 if few else sum(kept for _, _, _, kept in tables))
    for name, first, table_end, _ in _blocks(data, start, end, wide):
        if len(tables) == MAX_STRING_TABLES:
            return False
        count = 0 if few else sum(1 for _ in islice(_blocks(data, first, table_end, wide), room + 1))
        tables.append((name, first, table_end, MAX_STRINGS if few else min(count, room)))
        if count > room:
            return False
        room -= count
    return True


def _blocks(data: bytes, start: int, end: int, wide: bool) -> Iterator[tuple[bytes, int, int, int]]:
    """(key as stored, where its value or first child starts, its end, where its wValueLength is) of each block."""
    header, nul = (6, 2) if wide else (4, 1)
    while (key_at := start + header) <= end:
        length = data[start] | data[start + 1] << 8
        if length < header:
            return
        block_end = start + length
        if block_end > end:
            block_end = end
        stop = _nul(data, key_at, block_end, wide)
        value = (stop + nul + 3) & ~3
        yield data[key_at:stop], value if value < block_end else block_end, block_end, start + 2
        start += (length + 3) & ~3


def _nul(data: bytes, start: int, end: int, wide: bool) -> int:
    """Where the text that begins at ``start`` ends: at its NUL, or with the last whole character before ``end``."""
    if not wide:
        stop = data.find(0, start, end)
        return end if stop < 0 else stop
    stop = data.find(b"\0\0", start, end)
    while stop >= 0 and (stop - start) & 1:
        stop = data.find(b"\0\0", stop + 1, end)
    return end - ((end - start) & 1) if stop < 0 else stop


def _text(data: bytes, start: int, end: int, wide: bool) -> str:
    """Text from ``start`` to its NUL, or with the last whole character before ``end``."""
    if wide:
        end -= (end - start) & 1
    return _decoded(data[start:end], wide).partition("\0")[0]


def _decoded(stored: bytes, wide: bool) -> str:
    return stored.decode("utf-16-le" if wide else "cp1252", "replace")


def _lower(stored: bytes, wide: bool) -> str:
    return (_USUAL_KEYS.get(stored) if wide else None) or _decoded(stored, wide).lower()


def _aligned(position: int) -> int:
    return (position + 3) & ~3
