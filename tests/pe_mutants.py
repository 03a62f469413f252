"""Broken PE files without end: mutant(number) changes one of the seeds where its structure is, always the same way."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from pe_builder import HEADERS_SIZE, PE_HEADER, SECTION_ADDRESS, build_image, build_pe, version_resource
from pe_oddities import NE_HEADER, NE_TABLE, PLAIN, named, ne_file, sections_before, version, version16

_STUB = ("DllMain", "GetOutlookVersion", "MAPIInitialize")
_TABLES = {1031: [("FileVersion", "1.1.1.1"), ("ProductName", "de")], 1033: [("FileVersion", "1.1.1.1"), ("A", "B")]}
SEEDS = MappingProxyType(
    {
        "PE32": build_pe("1.0.2536.0", exports=_STUB, languages=(0, 1031, 1033), strings={"CompanyName": "Microsoft"}),
        "PE32+": build_pe("15.1.2507.6", exports=_STUB, plus32=True, machine="amd64", strings={"ProductName": "B"}),
        "PE32 with several sections": sections_before(PLAIN, ("UPX0", 0x8000, 0, 0), ("UPX1", 0x9000, 0x200, 0x400)),
        "PE32 with many resources": build_image(
            [
                (3, [(number, [(1033, b"icon")]) for number in range(1, 40)]),
                (16, [("Z", [(0, version("9.9.9.9"))]), (1, [(1031, version_resource("1.1.1.1", _TABLES))])]),
            ]
        ),
        "PE32 with two ids": named((1, "1.1.1.1"), (2, "2.2.2.2")),
        "NE": ne_file((3, 1, b"icon"), (16, 2, b"other"), (16, 1, version16())),
    }
)
_NUMBERS = (0, 1, 2, 3, 15, 16, 0x7F, 0x80, 0xFF, 0x100, 0xFFF, 0x1000, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x80010000)
_LARGE = (0x7FFFFFFF, 0x80000000, 0x80000010, 0xFFFFFFF0, 0xFFFFFFFF)
_PE_HEADER = ((0, 4), (4, 2), (6, 2), (8, 4), (20, 2), (22, 2), (24, 2), (56, 4), (60, 4), (80, 4), (84, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken file."""

    number: int
    seed: str
    kind: str
    """What was changed: a key of KINDS."""
    data: bytes


Field = tuple[str, int, int]  # what it belongs to, its offset, its bytes


def fields(data: bytes) -> Iterator[Field]:
    """The fields of an unbroken seed that lead somewhere or count something."""
    yield "headers", 60, 4
    if data[NE_HEADER : NE_HEADER + 2] == b"NE":
        yield from (("headers", NE_HEADER + offset, size) for offset, size in ((0, 2), (0x24, 2), (0x26, 2)))
        yield from (("resource directories", offset, 2) for offset in range(NE_TABLE, NE_TABLE + 2 + 2 * 8 + 3 * 12, 2))
        yield from _blocks(data, len(data) - -(-len(version16()) // 16) * 16, wide=False)
        return
    (magic,) = struct.unpack_from("<H", data, PE_HEADER + 24)
    directories = PE_HEADER + 24 + (112 if magic == 0x20B else 96)
    yield from (("headers", PE_HEADER + offset, size) for offset, size in _PE_HEADER)
    yield "data directories", directories - 4, 4
    yield from (("data directories", directories + 4 * number, 4) for number in range(6))
    sections, size = struct.unpack_from("<H12xH", data, PE_HEADER + 6)
    for offset in range(PE_HEADER + 24 + size, PE_HEADER + 24 + size + 40 * sections, 40):
        yield from (("section table", offset + 4 * number, 4) for number in range(7))
    yield from _directories(data, HEADERS_SIZE)
    yield from (("exports", HEADERS_SIZE + _exports(data, directories) + 4 * number, 4) for number in range(16))


def _exports(data: bytes, directories: int) -> int:
    """Where the export directory is in its section; the resources when there is none."""
    (at,) = struct.unpack_from("<I", data, directories)
    return max(0, int(at) - SECTION_ADDRESS)


def _directories(data: bytes, offset: int) -> Iterator[Field]:
    named_count, ids = struct.unpack_from("<HH", data, offset + 12)
    yield from (("resource directories", offset + 12 + 2 * number, 2) for number in range(2))
    for entry in range(offset + 16, offset + 16 + 8 * (named_count + ids), 8):
        yield from (("resource directories", entry + 4 * number, 4) for number in range(2))
        (target,) = struct.unpack_from("<I", data, entry + 4)
        if target & 0x80000000:
            yield from _directories(data, HEADERS_SIZE + (target & 0x7FFFFFFF))
            continue
        yield from (("resource directories", HEADERS_SIZE + target + 4 * number, 4) for number in range(2))
        start = struct.unpack_from("<I", data, HEADERS_SIZE + target)[0] - SECTION_ADDRESS + HEADERS_SIZE
        if "VS_".encode("utf-16-le") == data[start + 6 : start + 12]:
            yield from _blocks(data, start, wide=True)


def _blocks(data: bytes, start: int, *, wide: bool) -> Iterator[Field]:
    """wLength, wValueLength, wType and the first of the key of every block, found by their likeness to one."""
    (total,) = struct.unpack_from("<H", data, start)
    for offset in range(start, start + total, 4):
        length, value_length = struct.unpack_from("<HH", data, offset)
        if 4 <= length <= total and value_length <= length:
            yield from (("version blocks", offset + 2 * number, 2) for number in range(4 if wide else 3))


FIELDS = {name: tuple(fields(data)) for name, data in SEEDS.items()}


def _overwrite(random: Random, name: str, data: bytearray, kind: str) -> None:
    places = [field for field in FIELDS[name] if field[0] == kind and field[1] + field[2] <= len(data)]
    for _, offset, size in random.choices(places or FIELDS[name], k=random.choice((1, 1, 1, 2, 3))):
        old = int.from_bytes(data[offset : offset + size], "little")
        others = random.choice(FIELDS[name])
        new = random.choice(
            (
                random.choice(_NUMBERS),
                random.choice(_NUMBERS + _LARGE),
                old + random.choice((-8, -4, -2, -1, 1, 2, 4, 8, 0x1000)),
                old ^ 1 << random.randrange(8 * size),
                int.from_bytes(data[others[1] : others[1] + others[2]], "little"),
                random.getrandbits(8 * size),
            )
        )
        data[offset : offset + size] = (new & (1 << 8 * size) - 1).to_bytes(size, "little")


def _cut(random: Random, name: str, data: bytearray) -> None:
    del data[random.choice((random.randrange(len(data) + 1), random.choice(FIELDS[name])[1])) :]


def _lengthen(random: Random, name: str, data: bytearray) -> None:
    size = random.choice((1, 7, 0x200, 0x1000, 0x10000, 0x18000))
    filling = random.choice((b"\0", b"\xff", random.randbytes(997), bytes(data) or b"\0"))
    data += (filling * (size // len(filling) + 1))[:size]


def _splice(random: Random, name: str, data: bytearray) -> None:
    other = SEEDS[random.choice(tuple(SEEDS))]
    start, size = random.randrange(len(other)), random.choice((2, 8, 16, 40, 64, 200, 1000))
    at = random.choice((random.randrange(len(data) + 1), random.choice(FIELDS[name])[1]))
    data[at : at + random.choice((0, size, size, size))] = other[start : start + size]


def _flip(random: Random, name: str, data: bytearray) -> None:
    for _ in range(random.randint(1, 20)):
        data[random.randrange(len(data))] = random.randrange(256)


_CHANGES: dict[str, Callable[[Random, str, bytearray], None]] = {
    **{
        kind: lambda random, name, data, kind=kind: _overwrite(random, name, data, kind)  # type: ignore[misc]
        for kind in (
            "headers",
            "data directories",
            "section table",
            "resource directories",
            "version blocks",
            "exports",
        )
    },
    "cut": _cut,
    "lengthened": _lengthen,
    "spliced": _splice,
    "bytes": _flip,
}
KINDS = (*_CHANGES, "several changes")


def mutant(number: int) -> Mutant:
    """The same file for the same number, anywhere; every kind in turn."""
    random = Random(number)
    kind = KINDS[number % len(KINDS)]
    name = random.choice(tuple(SEEDS))
    data = bytearray(SEEDS[name])
    for change in (kind,) if kind in _CHANGES else random.choices(tuple(_CHANGES), k=random.randint(2, 5)):
        if data:
            _CHANGES[change](random, name, data)
    return Mutant(number=number, seed=name, kind=kind, data=bytes(data))
