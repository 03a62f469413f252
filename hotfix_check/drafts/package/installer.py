"""The cabinets in a Windows Installer file (.msi, .msp), and what the files in them are really called.

It is an OLE compound file: a stream that begins as a cabinet is one. Inside such a cabinet a file is called by its key
in the table File; the table is a stream of columns, whose texts are numbers of entries in _StringPool and _StringData.
A patch keeps its tables as changes to others', so the keys stay the names. Names of streams are packed two characters
into one. Source: msitools, libmsi/table.c and libmsi/string.c; https://learn.microsoft.com/windows/win32/msi/file-table
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from hotfix_check.errors import PackageError
from hotfix_check.untrusted.shown import clipped

if TYPE_CHECKING:
    from olefile import OleFileIO

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_TABLE = "\u4840"
_TEXTS, _INTEGERS = 5, 6  # columns of File: File, Component_, FileName, Version, Language; FileSize and Attributes
MAX_STREAMS = 10_000


def installer_cabinets(data: bytes) -> tuple[dict[str, str], list[bytes]]:
    """File names by key (empty without a table that can be read), and the cabinets. Raises PackageError."""
    try:
        import olefile
    except ImportError:
        raise PackageError(
            "reading a Windows Installer file needs olefile (in a checkout, pip install '.[archives]')"
        ) from None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = ole.listdir()
            if len(streams) > MAX_STREAMS:
                raise ValueError(f"more than {MAX_STREAMS} streams")
            cabinets: list[bytes] = []
            for path in streams:
                stream = ole.openstream(path)
                if stream.read(4) == b"MSCF":
                    stream.seek(0)
                    cabinets.append(stream.read())
                    if sum(map(len, cabinets)) > len(data):  # streams can share what they hold
                        raise ValueError("its streams are larger than the file")
            return _file_names(ole), cabinets
    except Exception as fault:  # olefile raises what comes, also OverflowError and AssertionError
        raise PackageError(f"damaged: not a Windows Installer file ({clipped(str(fault), 100)})") from None


def packed_name(table: str) -> str:
    """The name of a table's stream."""
    packed = _TABLE
    for at in range(0, len(table), 2):
        first = _LETTERS.index(table[at])
        if at + 1 < len(table):
            packed += chr(0x3800 + first + (_LETTERS.index(table[at + 1]) << 6))
        else:
            packed += chr(0x4800 + first)
    return packed


def _file_names(ole: OleFileIO) -> dict[str, str]:
    names = [packed_name(table) for table in ("File", "_StringPool", "_StringData")]
    if not all(ole.exists([name]) for name in names):
        return {}
    table, pool, texts = (ole.openstream([name]).read() for name in names)
    strings, width = _strings(pool, texts)
    for sequence in (2, 4):  # more than 32,767 files make its number a long one
        rows, rest = divmod(len(table), _TEXTS * width + _INTEGERS + sequence)
        if not rest and rows:
            keys, files = _column(table, 0, rows, width), _column(table, 2, rows, width)
            return {
                strings[key]: strings[name].rpartition("|")[2]
                for key, name in zip(keys, files, strict=True)
                if 0 < key < len(strings) and 0 < name < len(strings)
            }
    return {}


def _column(table: bytes, number: int, rows: int, width: int) -> list[int]:
    start = number * rows * width
    return [int.from_bytes(table[at : at + width], "little") for at in range(start, start + rows * width, width)]


def _strings(pool: bytes, texts: bytes) -> tuple[list[str], int]:
    """All texts by number, and how many bytes a number has."""
    width = 3 if len(pool) >= 4 and pool[3] & 0x80 else 2
    strings = [""]
    at, start = 4, 0
    while at + 4 <= len(pool):
        length, uses = struct.unpack_from("<HH", pool, at)
        at += 4
        if not length and uses and at + 4 <= len(pool):  # longer than 65,535 bytes: the next entry is the length
            (length,) = struct.unpack_from("<I", pool, at)
            at += 4
        strings.append(texts[start : start + length].decode("cp1252", "replace"))
        start += length
    return strings, width
