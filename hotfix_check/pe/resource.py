"""The bytes of one version resource: VS_VERSIONINFO, a tree of length-prefixed blocks.

Layout: https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo and the pages of its children. Where files
stray from it, this reads what VerQueryValue would: values run to the end of their block whatever wValueLength says
(writers disagree whether it counts bytes or characters), lengths are cut at the parent's end, a child without a
length ends the list. 16-bit resources have the same tree with ANSI keys and no type field.

It is decoded once and taken apart as text, a character for each stored word: that finds and cuts faster than bytes.

Nothing here raises: what is not there is absent from the result, what was left out is named in ``notes``.
"""

from __future__ import annotations

import re
import struct
from codecs import utf_16_le_decode
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Literal, TypeAlias

from hotfix_check.frozen import Frozen
from hotfix_check.version import FileVersion

MAX_STRING_TABLES = 64  # of one resource; Windows' own files have one a language
MAX_STRINGS = 1024  # of one resource, all tables together; usual files have 8 to 12
MAX_TRANSLATIONS = 64
FEW = 4 * MAX_STRINGS  # characters of a resource whose strings need no count: each takes four or more
_TELLING = slice(6, 9)  # the letters by which CompanyName, FileVersion, ProductName, ... are told from one another

_FIXED_SIGNATURE = struct.pack("<I", 0xFEEF04BD)
_FIXED_SIZE = 52
_FIXED = struct.Struct("<8H")  # file version, product version: each minor, major, revision, build
WORDS = struct.Struct("<HH")  # wLength, wValueLength
_TABLE_NAME = re.compile(r"[0-9A-Fa-f]{8}", re.ASCII)
_ROOT_KEY = "VS_VERSION_INFO\0".encode("utf-16-le")
ROOT_VALUE = 40  # where the fixed part starts behind this key


class StringTable(Frozen):
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


Form: TypeAlias = Literal["plain", "surrogates", "ansi"]
"""plain: UTF-16 without surrogates, so that its words are its text. surrogates: with some. ansi: that of a 16-bit file.
"""


class VersionResource(Frozen):
    """What one version resource says. Its strings are found and decoded when they are asked for."""

    file_version: FileVersion | None
    """None when the fixed part is missing, shorter than 52 bytes, or lacks its signature 0xFEEF04BD."""
    product_version: FileVersion | None
    notes: tuple[str, ...]
    words: str
    """The resource with one character for each of its 16-bit words, or its bytes where ``form`` is ``ansi``."""
    form: Form
    tables: tuple[tuple[str, int, int, int], ...]
    """For each string table its name as stored, where its strings start and end in ``words``, how many are kept."""
    variables: tuple[tuple[int, int], ...]
    """Where the blocks of each VarFileInfo start and end in ``words``."""

    @property
    def translations(self) -> tuple[tuple[int, int], ...]:
        """(language, code page) pairs of VarFileInfo\\Translation."""
        words, form, size = self.words, self.form, 1 if self.form == "ansi" else 2
        found: list[tuple[int, int]] = []
        for start, end in self.variables:
            for name, at, var_end, size_at in _blocks(words, start, end, form):
                if _decoded(name, form).lower() == "translation":
                    stated = _number(words, size_at, form)
                    pairs = min(min(stated, (var_end - at) * size) // 4, MAX_TRANSLATIONS - len(found))
                    places = range(at, at + pairs * 4 // size, 2 // size)
                    numbers = [_number(words, place, form) for place in places]
                    found += zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(found)

    @property
    def strings(self) -> tuple[StringTable, ...]:
        """All string tables."""
        words, form = self.words, self.form
        tables = []
        for stored_name, start, end, kept in self.tables:
            name = _decoded(stored_name, form)
            language, codepage = divmod(int(name, 16), 0x10000) if _TABLE_NAME.fullmatch(name) else (0, 0)
            strings = tuple(
                (_decoded(key, form), _decoded(words[value:value_end].partition("\0")[0], form))
                for key, value, value_end, _ in islice(_blocks(words, start, end, form), kept)
            )
            tables.append(StringTable(language=language, codepage=codepage, strings=strings))
        return tuple(tables)

    def values(self, keys: Collection[str]) -> dict[str, str]:
        """The values of those of ``keys``, in lower case, that are there: each from the first table that has it."""
        words, form = self.words, self.form
        telling = telling_letters(frozenset(keys)) if form == "plain" and len(words) <= FEW else None
        if telling is not None:
            return plain_values(words, self.tables, keys, telling)
        found: dict[str, str] = {}
        for _, start, end, kept in self.tables:
            for stored, value, value_end, _ in islice(_blocks(words, start, end, form), kept):
                key = _decoded(stored, form).lower()
                if key in keys and key not in found:
                    found[key] = _decoded(words[value:value_end].partition("\0")[0], form)
                    if len(found) == len(keys):
                        return found
        return found


def parse_version_resource(data: bytes, *, wide: bool = True) -> VersionResource:
    """Read a version resource; ``wide`` is False for one of a 16-bit file."""
    versions = parse_fixed_versions(data, wide=wide)
    tables: list[tuple[str, int, int, int]] = []
    variables: list[tuple[int, int]] = []
    notes = [] if versions else ["no-fixed-version"]
    words, form = _words(data, wide)
    if len(data) >= WORDS.size:
        length, value_length = WORDS.unpack_from(data)
        end, size = min(length, len(data)), 2 if wide else 1
        children = _aligned(_root_value(data, end, wide) + value_length)
        for stored, start, block_end, _ in _blocks(words, children // size, end // size, form):
            key = (stored if form == "plain" else _decoded(stored, form)).lower()
            if key == "stringfileinfo":
                if not _find_tables(words, start, block_end, form, tables):
                    notes.append("strings-cut")
            elif key == "varfileinfo":
                variables.append((start, block_end))
    return VersionResource(
        file_version=versions[0] if versions else None,
        product_version=versions[1] if versions else None,
        notes=tuple(notes),
        words=words,
        form=form,
        tables=tuple(tables),
        variables=tuple(variables),
    )


def parse_fixed_versions(data: bytes, *, wide: bool = True) -> tuple[FileVersion, FileVersion] | None:
    """File version and product version of VS_FIXEDFILEINFO, or None when there is no valid one.

    The signature is checked because Windows hands out the bytes unchecked: a resource without the fixed part would
    otherwise give its own strings as a version.
    """
    if len(data) < WORDS.size or WORDS.unpack_from(data)[1] < _FIXED_SIZE:
        return None
    start = _root_value(data, len(data), wide)
    if start + _FIXED_SIZE > len(data):
        return None
    if not data.startswith(_FIXED_SIGNATURE, start):
        return None
    return _fixed_versions(data[start + 8 : start + 8 + _FIXED.size])


@lru_cache(maxsize=4096)  # a server's files have few
def _fixed_versions(stored: bytes) -> tuple[FileVersion, FileVersion]:
    minor, major, revision, build, p_minor, p_major, p_revision, p_build = _FIXED.unpack(stored)
    return FileVersion(major, minor, build, revision), FileVersion(p_major, p_minor, p_build, p_revision)


def _root_value(data: bytes, end: int, wide: bool) -> int:
    """Where the value of the whole starts, never past ``end``; almost all have the same name."""
    if wide and end >= ROOT_VALUE and data.startswith(_ROOT_KEY, 6):
        return ROOT_VALUE
    stop = _nul(data, 6 if wide else 4, end, wide)
    return min(_aligned(stop + (2 if wide else 1)), end)


def _words(data: bytes, wide: bool) -> tuple[str, Form]:
    """The resource with a character for each word, or each byte of a 16-bit one; a last odd byte is left out."""
    if not wide:
        return data.decode("latin-1"), "ansi"
    even = data[: len(data) & ~1]
    try:
        text = utf_16_le_decode(even)[0]  # the codec itself: to look it up by name takes longer than to decode
    except UnicodeDecodeError:
        text = ""
    if len(text) * 2 == len(even):
        return text, "plain"
    return "".join(map(chr, struct.unpack(f"<{len(even) // 2}H", even))), "surrogates"


def _find_tables(words: str, start: int, end: int, form: Form, tables: list[tuple[str, int, int, int]]) -> bool:
    """Append the tables of one StringFileInfo; False when a cap left something out."""
    few = len(words) <= FEW
    room = MAX_STRINGS - (0 if few else sum(kept for _, _, _, kept in tables))
    for name, first, table_end, _ in _blocks(words, start, end, form):
        if len(tables) == MAX_STRING_TABLES:
            return False
        count = 0 if few else sum(1 for _ in islice(_blocks(words, first, table_end, form), room + 1))
        tables.append((name, first, table_end, MAX_STRINGS if few else min(count, room)))
        if count > room:
            return False
        room -= count
    return True


@lru_cache(maxsize=8)
def telling_letters(keys: frozenset[str]) -> frozenset[str] | None:
    """Every spelling of the telling letters of these keys; None where one of them is too short to have any."""
    letters = [key[_TELLING] for key in keys]
    if not all(key.isascii() and len(key) >= _TELLING.stop for key in keys):
        return None
    # Of all letters only the Kelvin sign is, in lower case, an ASCII letter too.
    spelt = [[(one, one.upper(), "\u212a") if one == "k" else (one, one.upper()) for one in text] for text in letters]
    return frozenset("".join(one) for text in spelt for one in product(*text))


def plain_values(
    words: str, tables: Sequence[tuple[str, int, int, int]], keys: Collection[str], telling: frozenset[str]
) -> dict[str, str]:
    """As ``VersionResource.values`` of the usual resource: one loop, and a key is read where its letters may be right.

    The blocks are as ``_blocks`` has them.
    """
    found: dict[str, str] = {}
    find = words.find
    for _, start, end, _ in tables:
        while (key_at := start + 3) <= end:
            length = ord(words[start])
            if length < 6:
                break
            if words[start + 9 : start + 12] in telling:
                block_end = start + (length >> 1)
                if block_end > end:
                    block_end = end
                stop = find("\0", key_at, block_end)
                key = words[key_at : block_end if stop < 0 else stop].lower()
                if key in keys and key not in found:
                    value = block_end if stop < 0 else (stop + 2) & ~1
                    value_end = find("\0", value, block_end)
                    found[key] = words[value : block_end if value_end < 0 else value_end]
                    if len(found) == len(keys):
                        return found
            start += (length + 3) >> 2 << 1
    return found


def _blocks(words: str, start: int, end: int, form: Form) -> Iterator[tuple[str, int, int, int]]:
    """(key as stored, where its value or first child starts, its end, where its wValueLength is) of each block."""
    if form == "ansi":
        yield from _blocks_of_bytes(words, start, end)
        return
    find = words.find
    while (key_at := start + 3) <= end:
        length = ord(words[start])  # in bytes, as all lengths
        if length < 6:
            return
        block_end = start + (length >> 1)
        if block_end > end:
            block_end = end
        stop = find("\0", key_at, block_end)
        if stop < 0:
            stop = block_end
        value = (stop + 2) & ~1
        yield words[key_at:stop], value if value < block_end else block_end, block_end, start + 1
        start += (length + 3) >> 2 << 1


def _blocks_of_bytes(words: str, start: int, end: int) -> Iterator[tuple[str, int, int, int]]:
    """The same of a 16-bit resource, whose blocks have no type field."""
    while (key_at := start + 4) <= end:
        length = ord(words[start]) | ord(words[start + 1]) << 8
        if length < 4:
            return
        block_end = min(start + length, end)
        stop = words.find("\0", key_at, block_end)
        if stop < 0:
            stop = block_end
        yield words[key_at:stop], min(_aligned(stop + 1), block_end), block_end, start + 2
        start += _aligned(length)


def _number(words: str, at: int, form: Form) -> int:
    """The 16-bit number stored there."""
    return ord(words[at]) | ord(words[at + 1]) << 8 if form == "ansi" else ord(words[at])


def _nul(data: bytes, start: int, end: int, wide: bool) -> int:
    """Where the text that begins at ``start`` ends: at its NUL, or with the last whole character before ``end``."""
    if not wide:
        stop = data.find(0, start, end)
        return end if stop < 0 else stop
    stop = data.find(b"\0\0", start, end)
    while stop >= 0 and (stop - start) & 1:
        stop = data.find(b"\0\0", stop + 1, end)
    return end - ((end - start) & 1) if stop < 0 else stop


def _decoded(stored: str, form: Form) -> str:
    """The text of some of the words."""
    if form == "plain":
        return stored
    if form == "ansi":
        return stored.encode("latin-1").decode("cp1252", "replace")
    return stored.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _aligned(position: int) -> int:
    return (position + 3) & ~3
