"""Builds registry hives: the header, one bin, and cells for keys, their lists, values and data. Nothing of Windows'.

Layout as published by the msuhanov/regf specification: offsets in cells count from the first bin, a cell in use has a
negative size, names that are Latin-1 are stored as such and flagged.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

Value = str | int | bytes
_HEADER, _BIN = 4096, 32
_NOWHERE = 0xFFFFFFFF
_COMPRESSED_KEY, _COMPRESSED_VALUE, _ROOT = 0x20, 0x01, 0x0C
_SZ, _BINARY, _DWORD = 1, 3, 4
_TIME = 126_000_000_000_000_000


@dataclass
class Key:
    """A key with its values and the keys below it, both by name."""

    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)

    def below(self, path: str) -> Key:
        """The key at a path of names joined by ``\\``, made where it is not there."""
        key = self
        for name in path.split("\\"):
            key = key.keys.setdefault(name, Key())
        return key


def build_hive(keys: Mapping[str, Mapping[str, Value]], *, dirty: bool = False) -> bytes:
    """A hive with these keys, by their paths below its root, and the values of each.

    ``dirty`` leaves the two sequence numbers apart, as a hive whose last changes are still in its log has them.
    """
    root = Key()
    for path, values in keys.items():
        root.below(path).values.update(values)
    cells = _Cells()
    at = cells.key("ROOT", root, _NOWHERE, _ROOT)
    return cells.hive(at, dirty=dirty)


class _Cells:
    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, content: bytes) -> int:
        """A cell in use; gives its offset from the first bin."""
        at = _BIN + len(self.data)
        size = (len(content) + 4 + 7) & ~7
        self.data += struct.pack("<i", -size) + content.ljust(size - 4, b"\0")
        return at

    def key(self, name: str, key: Key, parent: int, flags: int = 0) -> int:
        stored, compressed = _name(name)
        length = len(stored)
        at = self.put(bytes(76 + length))
        children = {child: self.key(child, below, at) for child, below in sorted(key.keys.items(), key=_by_name)}
        values = [self.value(one, value) for one, value in key.values.items()]
        subkeys = self.leaf(children) if children else _NOWHERE
        value_list = self.put(struct.pack(f"<{len(values)}I", *values)) if values else _NOWHERE
        node = struct.pack(
            "<2sHQ4sIIIIIIIIIIIII4sHH",
            b"nk",
            flags | (_COMPRESSED_KEY if compressed else 0),
            _TIME,
            bytes(4),
            parent,
            len(children),
            0,
            subkeys,
            _NOWHERE,
            len(values),
            value_list,
            _NOWHERE,
            _NOWHERE,
            0,
            0,
            0,
            0,
            bytes(4),
            length,
            0,
        )
        start = at - _BIN + 4
        self.data[start : start + len(node) + length] = node + stored
        return at

    def leaf(self, children: Mapping[str, int]) -> int:
        entries = b"".join(
            struct.pack("<I4s", at, name[:4].encode("latin-1", "replace").ljust(4, b"\0"))
            for name, at in children.items()
        )
        return self.put(struct.pack("<2sH", b"lf", len(children)) + entries)

    def value(self, name: str, value: Value) -> int:
        stored, compressed = _name(name)
        if isinstance(value, int):
            kind, data = _DWORD, struct.pack("<I", value)
        elif isinstance(value, str):
            kind, data = _SZ, (value + "\0").encode("utf-16-le")
        else:
            kind, data = _BINARY, value
        if len(data) <= 4:
            size, at = 0x80000000 | len(data), struct.unpack("<I", data.ljust(4, b"\0"))[0]
        else:
            size, at = len(data), self.put(data)
        flags = _COMPRESSED_VALUE if compressed else 0
        return self.put(struct.pack("<2sHIIIHH", b"vk", len(stored), size, at, kind, flags, 0) + stored)

    def hive(self, root: int, *, dirty: bool) -> bytes:
        size = (_BIN + len(self.data) + 8 + 4095) & ~4095
        free = size - _BIN - len(self.data)
        bins = struct.pack("<4sIIIIQI", b"hbin", 0, size, 0, 0, _TIME, 0) + self.data
        bins += struct.pack("<i", free) + bytes(free - 4)
        name = "SOFTWARE".encode("utf-16-le").ljust(64, b"\0")
        head = struct.pack("<4sIIQIIIIIII", b"regf", 7 if dirty else 6, 6, _TIME, 1, 3, 0, 1, root, size, 1)
        head = (head + name).ljust(508, b"\0")
        checksum = reduce(xor, struct.unpack("<127I", head))
        return (head + struct.pack("<I", checksum)).ljust(_HEADER, b"\0") + bins


def _name(name: str) -> tuple[bytes, bool]:
    """A name as it is stored, and whether a byte a character is enough."""
    try:
        return name.encode("ascii"), True
    except UnicodeEncodeError:
        return name.encode("utf-16-le"), False


def _by_name(item: tuple[str, Key]) -> str:
    return item[0].upper()
