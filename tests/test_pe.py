from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pe_builder import (
    HEADERS_SIZE,
    PE_HEADER,
    SECTION_ADDRESS,
    block,
    build_image,
    build_pe,
    string_block,
    version_resource,
    version_tree,
)

from hotfix_check.pe import MAX_DIRECTORY_ENTRIES, PeError, PeFacts, read_pe, read_pe_file
from hotfix_check.pe_bytes import MAX_BYTES_READ
from hotfix_check.version import FileVersion

OPTIONAL_HEADER = PE_HEADER + 24
RESOURCE_DIRECTORY = OPTIONAL_HEADER + 96 + 16  # its address and size in the optional header of a 32-bit file
SECTION_HEADER = OPTIONAL_HEADER + 0xE0
TYPE_ENTRY = HEADERS_SIZE + 16
NAME_ENTRY = TYPE_ENTRY + 8 + 16
LANGUAGE_ENTRY = NAME_ENTRY + 8 + 16
DATA_ENTRY = LANGUAGE_ENTRY + 8
DATA = DATA_ENTRY + 16

PLAIN = build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation"})


def read(data: bytes, *, mapi: bool = False) -> PeFacts:
    return read_pe(lambda offset, size: data[offset : offset + size], mapi=mapi)


def patched(offset: int, *numbers: int, data: bytes = PLAIN) -> bytes:
    """The file with 32-bit numbers written over it."""
    new = struct.pack(f"<{len(numbers)}I", *numbers)
    return data[:offset] + new + data[offset + len(new) :]


def patched16(offset: int, number: int, data: bytes = PLAIN) -> bytes:
    return data[:offset] + struct.pack("<H", number) + data[offset + 2 :]


def version(text: str, language: int = 1033) -> bytes:
    return version_resource(text, {language: [("FileVersion", text)]})


def languages(*versions: tuple[int, str]) -> bytes:
    return build_image(version_tree({language: version(text, language) for language, text in versions}))


def stating_length(length: int) -> bytes:
    """A version resource that states ``length`` as its own."""
    return build_image([(16, [(1, [(1033, struct.pack("<H", length) + version("5.5.2657.50")[2:])])])])


ICONS = (3, [(number, [(1033, b"icon")]) for number in range(1, 5001)])
VERSION = (16, [(1, [(1033, version("5.5.2657.50"))])])
DISTANT_DATA = build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation"}, size=1 << 20)

READABLE = {
    "a plain file": (PLAIN, "5.5.2657.50", 1033, ()),
    "64-bit headers": (build_pe("15.1.2507.6", machine="amd64", plus32=True), "15.1.2507.6", 1033, ()),
    "all four numbers at their largest": (build_pe("65535.65535.65535.65535"), "65535.65535.65535.65535", 1033, ()),
    "version 0.0.0.0": (build_pe("0.0.0.0"), "0.0.0.0", 1033, ()),
    "string differs from fixed version": (
        build_pe("6.5.7638.1", file_version_string="6.5.7226.0"), "6.5.7638.1", 1033, (),
    ),
    "resources in .text": (build_pe("5.5.2657.50", section_name=".text"), "5.5.2657.50", 1033, ()),
    "packed by UPX": (build_pe("5.5.2657.50", section_name="UPX0"), "5.5.2657.50", 1033, ("upx",)),
    "zeros behind the last section": (DISTANT_DATA, "5.5.2657.50", 1033, ()),
    "no version resource": (build_pe(None), None, None, ()),
    "resources without a version": (build_image([ICONS]), None, None, ()),
    "US English before the first": (languages((1031, "1.1.1.1"), (1033, "1.1.1.1")), "1.1.1.1", 1033, ()),
    "neutral before US English": (languages((0, "1.1.1.1"), (1033, "1.1.1.1")), "1.1.1.1", 0, ()),
    "otherwise the first": (languages((1031, "1.1.1.1"), (1036, "1.1.1.1")), "1.1.1.1", 1031, ()),
    "languages with different versions": (
        languages((1031, "9.9.9.9"), (1033, "1.2.3.4"), (1036, "8.8.8.8")),
        "1.2.3.4", 1033, ("languages-disagree: 1031 has 9.9.9.9, 1036 has 8.8.8.8",),
    ),
    "the same language twice": (
        build_image([(16, [(1, [(0, version("4.6.30411.2")), (0, version("0.0.65535.65535"))])])]),
        "4.6.30411.2", 0, ("languages-disagree: 0 has 0.0.65535.65535",),
    ),
    "an unreadable other language": (
        patched(LANGUAGE_ENTRY + 4, 0x7FFFFFF0, data=languages((1031, "9.9.9.9"), (1033, "1.2.3.4"))),
        "1.2.3.4", 1033, (),
    ),
    "more languages than are compared": (
        languages(*[(number, "1.1.1.1") for number in range(65)]), "1.1.1.1", 0, ("languages-cut",),
    ),
    "id 102 only": (
        build_image([(16, [(102, [(1033, version("1.1.1.1"))])])]), None, None, ("version-resource-not-id-1",),
    ),
    "a name only": (
        build_image([(16, [("VERSION", [(1033, version("1.1.1.1"))])])]), None, None, ("version-resource-not-id-1",),
    ),
    "ids 1 and 2": (
        build_image([(16, [(1, [(1033, version("1.1.1.1"))]), (2, [(1033, version("9.9.9.9"))])])]),
        "1.1.1.1", 1033, ("several-version-resources",),
    ),
    "a name before id 1": (
        build_image([(16, [("ZZ", [(1033, version("9.9.9.9"))]), (1, [(1033, version("1.1.1.1"))])])]),
        "1.1.1.1", 1033, ("several-version-resources",),
    ),
    "the type as text VERSION": (build_image([("VERSION", [(1, [(1033, version("1.1.1.1"))])])]), None, None, ()),
    "the type as text #16": (build_image([("#16", [(1, [(1033, version("1.1.1.1"))])])]), None, None, ()),
    "a broken type before the version": (
        patched(TYPE_ENTRY + 4, 0x87FFFFFF, data=build_image([(3, [(1, [(1033, b"icon")])]), VERSION])),
        "5.5.2657.50", 1033, (),
    ),
    "5,000 icons before the version": (build_image([ICONS, VERSION]), "5.5.2657.50", 1033, ()),
    "20,000 entries in all": (
        build_image([*[(number, ICONS[1]) for number in (2, 3, 4, 5)], VERSION]), "5.5.2657.50", 1033, (),
    ),
    "a root that contains itself": (patched(TYPE_ENTRY + 4, 0x80000000), None, None, ("version-resource-not-id-1",)),
    "no languages": (build_image([(16, [(1, [])])]), None, None, ()),
    "a multilingual file's own strings": (
        build_image([("MUI", [(1, [(1033, b"\xcd\xfe\xcd\xfe")])]), VERSION]), "5.5.2657.50", 1033, (),
    ),
    "65,535 sections": (patched16(PE_HEADER + 6, 0xFFFF), "5.5.2657.50", 1033, ()),
    "the resource directory's size is 0": (patched(RESOURCE_DIRECTORY + 4, 0), "5.5.2657.50", 1033, ()),
    "the resource directory's size is 4 GiB": (patched(RESOURCE_DIRECTORY + 4, 0xFFFFFFFF), "5.5.2657.50", 1033, ()),
    "two data directories only": (patched(OPTIONAL_HEADER + 92, 2), None, None, ()),
    "the version's size is 4 GiB": (patched(DATA_ENTRY + 4, 0xFFFFFFFF), "5.5.2657.50", 1033, ()),
    "the version's size is 40": (patched(DATA_ENTRY + 4, 40), None, 1033, ("no-fixed-version",)),
    "the version's size is 0": (patched(DATA_ENTRY + 4, 0), None, 1033, ("no-fixed-version",)),
    "its own length is too large": (stating_length(0xFFFF), "5.5.2657.50", 1033, ()),
    "its own length is 0": (stating_length(0), "5.5.2657.50", 1033, ()),
    "no fixed part": (
        build_image([(16, [(1, [(1033, block("VS_VERSION_INFO", children=[string_block("A", "B")]))])])]),
        None, 1033, ("no-fixed-version",),
    ),
    "version data behind the raw size of its section": (
        patched(SECTION_HEADER + 16, DATA + 60 - HEADERS_SIZE), "5.5.2657.50", 1033, (),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected", "language", "notes"), READABLE.values(), ids=READABLE)
def test_the_version_is_the_one_that_windows_finds(
    data: bytes, expected: str | None, language: int | None, notes: tuple[str, ...]
) -> None:
    facts = read(data)

    assert facts.version == (FileVersion.parse(expected) if expected else None)
    assert facts.resource_language == language
    assert facts.notes == notes


def test_every_fact_of_a_plain_file() -> None:
    data = build_pe(
        "5.5.2657.50",
        strings={"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft Exchange"},
        file_version_string="5.5.2657.50 (lab)",
        product_version="5.5.0.0",
        machine="alpha",
        timestamp=0x3B3D0000,
        languages=(1031,),
    )
    facts = read(data)

    assert facts.version == (5, 5, 2657, 50)
    assert facts.product_version == (5, 5, 0, 0)
    assert facts.string("companyname") == "Microsoft Corporation"
    assert facts.string("FileVersion") == "5.5.2657.50 (lab)"
    assert facts.string("LegalCopyright") is None
    assert facts.translations == ((1031, 1200),)
    assert facts.resource_language == 1031
    assert facts.machine == "alpha"
    assert facts.linked == 0x3B3D0000
    assert facts.exports_get_outlook_version is None


def test_a_string_comes_from_the_first_table_that_has_it() -> None:
    data = version_resource("1.2.3.4", {1031: [("A", "de")], 1033: [("A", "en"), ("B", "en")]})
    facts = read(build_image(version_tree({1033: data})))

    assert (facts.string("A"), facts.string("B")) == ("de", "en")


MACHINES = {
    0x14C: "i386",
    0x184: "alpha",
    0x8664: "amd64",
    0xAA64: "arm64",
    0x166: "mips",
    0x1F0: "powerpc",
    0xBEEF: "0xbeef",
}


@pytest.mark.parametrize(("number", "name"), MACHINES.items())
def test_machines_have_names_and_unknown_ones_their_number(number: int, name: str) -> None:
    assert read(patched16(PE_HEADER + 4, number)).machine == name


def dos_program(header_at: int, header: bytes) -> bytes:
    return (b"MZ" + bytes(58) + struct.pack("<I", header_at)).ljust(header_at, b"\0") + header


BROKEN = {
    "empty": (b"", "not-a-pe", "it is empty"),
    "one byte": (b"M", "not-a-pe", "no MZ header"),
    "MZ only": (b"MZ", "not-a-pe", "no MZ header"),
    "text": (b"This is not a program. " * 10, "not-a-pe", "no MZ header"),
    "an MS-DOS program": (dos_program(0, b"").ljust(200, b"\0"), "not-a-pe", "no PE header"),
    "another signature": (patched(PE_HEADER, 0x01004550), "not-a-pe", "no PE header"),
    "a virtual device driver": (dos_program(64, b"LE" + bytes(200)), "16-bit", "a driver of Windows 3.x or 9x"),
    "PE header past the end": (patched(60, 0xFFFFFFF0), "damaged", "its PE header lies past the end of the file"),
    "cut in the PE header": (PLAIN[:80], "damaged", "inside its PE header"),
    "cut in the optional header": (PLAIN[:100], "damaged", "inside its optional header"),
    "cut before the section table": (PLAIN[: SECTION_HEADER + 10], "damaged", "no section of the file holds its"),
    "cut in the resource directory": (PLAIN[: HEADERS_SIZE + 20], "damaged", "inside its resource directory"),
    "cut in the version resource": (PLAIN[: DATA + 60], "damaged", "inside its version resource"),
    "cut at the version resource's last byte": (
        PLAIN[: DATA + struct.unpack_from("<H", PLAIN, DATA)[0] - 1], "damaged", "inside its version resource",
    ),
    "cut where the version resource begins": (PLAIN[:DATA], "damaged", "inside its version resource"),
    "no sections": (patched16(PE_HEADER + 6, 0), "damaged", "no section of the file holds its resource directory"),
    "a section that stores nothing": (
        patched(SECTION_HEADER + 16, 0), "damaged", "no section of the file holds its resource directory",
    ),
    "version data in no section": (patched(DATA_ENTRY, 0x7FFFFFFF), "damaged", "no section of the file"),
    "data instead of names": (patched(TYPE_ENTRY + 4, 72), "damaged", "data where a directory belongs"),
    "data instead of languages": (patched(NAME_ENTRY + 4, 72), "damaged", "data where a directory belongs"),
    "a directory instead of data": (patched(LANGUAGE_ENTRY + 4, 0x80000000), "damaged", "a directory where data"),
    "an unknown optional header": (patched16(OPTIONAL_HEADER, 0x107), "damaged", "neither PE32 nor PE32+"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_told_apart(data: bytes, kind: str, reason: str) -> None:
    with pytest.raises(PeError) as caught:
        read(data)
    assert caught.value.kind == kind
    assert reason in str(caught.value)


def test_a_file_cut_anywhere_is_never_said_to_have_no_version() -> None:
    stated = DATA + struct.unpack_from("<H", PLAIN, DATA)[0]
    for length in range(stated):
        with pytest.raises(PeError):
            read(PLAIN[:length])
    assert read(PLAIN[:stated]).version == (5, 5, 2657, 50)


def ne_file(*resources: tuple[int, int, bytes], shift: int = 4) -> bytes:
    """A 16-bit file with these (type, id, data)."""
    types: dict[int, bytes] = {}
    data = b""
    for kind, identifier, content in resources:
        start, length = (0x200 + len(data)) >> 4, (len(content) + 15) >> 4
        types[kind] = types.get(kind, b"") + struct.pack("<6H", start, length, 0, identifier | 0x8000, 0, 0)
        data += content.ljust(length << 4, b"\0")
    table = struct.pack("<H", shift)
    for kind, entries in types.items():
        table += struct.pack("<HHI", kind | 0x8000, len(entries) // 12, 0) + entries
    table += b"\0\0"
    header = b"NE".ljust(0x24, b"\0") + struct.pack("<HH", 64, 64 + len(table))
    return dos_program(64, header.ljust(64, b"\0") + table).ljust(0x200, b"\0") + data


def version16() -> bytes:
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, 3 << 16 | 10, 103, 3 << 16 | 10, 0, 0, 0, 1, 2, 0, 0, 0)
    data = bytes(4) + b"VS_VERSION_INFO\0" + fixed
    return struct.pack("<HH", len(data), 52) + data[4:]


def test_a_16_bit_file_with_a_version_is_read() -> None:
    facts = read(ne_file((3, 1, b"icon"), (16, 2, b"other"), (16, 1, version16())), mapi=True)

    assert facts.version == (3, 10, 0, 103)
    assert (facts.machine, facts.linked, facts.resource_language) == ("16-bit", 0, None)
    assert facts.exports_get_outlook_version is None


NE_BROKEN = {
    "another id": (ne_file((16, 2, version16())), "16-bit", "without a version resource"),
    "no version resource": (ne_file((3, 1, b"icon")), "16-bit", "without a version resource"),
    "no resources": (
        patched(64 + 0x24, 64 << 16 | 64, data=ne_file()), "16-bit", "without a version resource",
    ),
    "no resource table": (patched(64 + 0x24, 64 << 16, data=ne_file()), "16-bit", "without a version resource"),
    "cut in the header": (ne_file()[:80], "damaged", "inside its NE header"),
    "cut in the resource table": (ne_file((3, 1, b""))[:140], "damaged", "inside its resource table"),
    "cut in the version": (ne_file((16, 1, version16()))[:0x220], "damaged", "inside its version resource"),
    "an alignment of 2 to the 65,535th": (ne_file((16, 1, b""), shift=0xFFFF), "damaged", "an impossible alignment"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "reason"), NE_BROKEN.values(), ids=NE_BROKEN)
def test_16_bit_files_that_cannot_be_read(data: bytes, kind: str, reason: str) -> None:
    with pytest.raises(PeError, match=reason) as caught:
        read(data)
    assert caught.value.kind == kind


STUB = ("DllMain", "GetOutlookVersion", "MAPIInitialize")
EXPORTS = {
    "the stub": (STUB, True),
    "only this one": (("GetOutlookVersion",), True),
    "Mapi32.dll of Exchange": (("DllMain", "MAPIInitialize"), False),
    "a longer name": (("GetOutlookVersion2",), False),
    "a shorter name": (("GetOutlook",), False),
    "none": ((), False),
    "last of three": (("A", "B", "GetOutlookVersion"), True),
    "third of four": (("A", "B", "GetOutlookVersion", "Z"), True),
    "fourth of seven": (("A", "B", "C", "GetOutlookVersion", "X", "Y", "Z"), True),
    "sixth of seven": (("A", "B", "C", "D", "E", "GetOutlookVersion", "Z"), True),
    "first of many": (("GetOutlookVersion", *(f"Z{number:04}" for number in range(3000))), True),
    "last of many": (("GetOutlookVersion", *(f"A{number:04}" for number in range(3000))), True),
    "not among many": (tuple(f"{letter}{number:04}" for letter in "AZ" for number in range(1500)), False),
}


@pytest.mark.parametrize(("names", "expected"), EXPORTS.values(), ids=EXPORTS)
@pytest.mark.parametrize("plus32", [False, True], ids=["32-bit", "64-bit"])
def test_the_stub_of_mapi32_is_known_by_an_export(names: tuple[str, ...], expected: bool, plus32: bool) -> None:
    data = build_pe("1.0.2536.0", exports=names, plus32=plus32)

    assert read(data, mapi=True).exports_get_outlook_version is expected
    assert read(data).exports_get_outlook_version is None


def test_broken_exports_leave_the_version_readable() -> None:
    data = build_pe("1.0.2536.0", exports=STUB)
    for broken in (
        patched(OPTIONAL_HEADER + 96, 0x7FFFFFFF, data=data),
        patched(OPTIONAL_HEADER + 96, 0x10000, data=data),
    ):
        facts = read(broken, mapi=True)
        assert facts.version == (1, 0, 2536, 0)
        assert facts.exports_get_outlook_version is None
        assert facts.notes == ("exports-unreadable",)


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "Dramapi.dll"
    path.write_bytes(build_pe("5.5.2656.48", exports=STUB))

    assert read_pe_file(path).version == (5, 5, 2656, 48)
    assert read_pe_file(path, mapi=True).exports_get_outlook_version is True


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode here")
def test_any_file_name(tmp_path: Path) -> None:
    for name in (b"latin1_\xe9\xff.dll", b"new\nline\x1b[31m.dll", b"-rf.dll", "\u202elld.exe".encode()):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(PLAIN)
        assert read_pe_file(path).version == (5, 5, 2657, 50)


class Counting:
    """A file of ``length`` bytes: ``data``, then zeros; counts what is asked for."""

    def __init__(self, data: bytes, length: int | None = None) -> None:
        self.data = data
        self.length = len(data) if length is None else length
        self.taken = 0
        self.calls = 0

    def __call__(self, offset: int, size: int) -> bytes:
        self.taken += size
        self.calls += 1
        size = max(0, min(size, self.length - offset))
        return self.data[offset : offset + size].ljust(size, b"\0")


READS = {
    "a small file": (Counting(PLAIN), 1),
    "resources at the end of a large file": (Counting(build_image([ICONS, VERSION])), 5),
}


@pytest.mark.parametrize(("file", "calls"), READS.values(), ids=READS)
def test_few_pages_are_read(file: Counting, calls: int) -> None:
    assert read_pe(file).version == (5, 5, 2657, 50)
    assert (file.calls, file.taken) == (calls, calls * 4096)


def self_similar(depth: int, width: int) -> bytes:
    """Directories in which every entry leads to the same next one: width to the power of depth paths."""
    size = 16 + 8 * width
    directories = b""
    for level in range(1, depth + 1):
        target = level * size | (0x80000000 if level < depth else 0)
        identifiers = [16 if number == 0 else number for number in range(width)]
        directories += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, width)
        directories += b"".join(struct.pack("<II", identifier, target) for identifier in identifiers)
    directories += struct.pack("<IIII", SECTION_ADDRESS, 16, 0, 0)
    padded = build_image([(10, [(1, [(0, directories)])])])
    return padded[:HEADERS_SIZE] + directories.ljust(len(padded) - HEADERS_SIZE, b"\0")


EMPTY_STRINGS = build_image([(16, [(1, [(1033, version_resource("1.2.3.4", {1033: [("", "")] * 5000}))])])])
MANY_LANGUAGES = languages(*[(number, "1.1.1.1") for number in range(MAX_DIRECTORY_ENTRIES + 10)])

HOSTILE = {
    "1 GiB version resource": Counting(patched(DATA_ENTRY + 4, 1 << 30), 1 << 40),
    "4 GiB version resource of 65,535 bytes": Counting(
        patched16(DATA, 0xFFFF, data=patched(DATA_ENTRY + 4, 0xFFFFFFFF)), 1 << 40
    ),
    "5,000 empty strings": Counting(EMPTY_STRINGS),
    "4,106 languages": Counting(MANY_LANGUAGES),
    "100 scattered languages": Counting(
        build_image([(16, [(1, [(number, version("1.2.3.4").ljust(9000, b"\0")) for number in range(100)])])])
    ),
    "64 to the 30th paths": Counting(self_similar(30, 64)),
    "65,535 sections": Counting(patched16(PE_HEADER + 6, 0xFFFF), 1 << 40),
    "65,535 named and 65,535 other types": Counting(patched(HEADERS_SIZE + 12, 0xFFFFFFFF), 1 << 40),
    "four thousand million exports": Counting(
        patched(OPTIONAL_HEADER + 96, SECTION_ADDRESS, data=patched(HEADERS_SIZE + 24, 0xFFFFFFFF)), 1 << 40
    ),
    "a 16-bit file with endless types": Counting(ne_file()[:130] + struct.pack("<HHI", 3, 0, 0) * 100_000),
    "a 16-bit file with endless versions": Counting(
        ne_file()[:130] + (struct.pack("<HHI", 0x8010, 4096, 0) + bytes(12 * 4096)) * 25
    ),
    "a terabyte of zeros": Counting(b"MZ", 1 << 40),
}


@pytest.mark.parametrize("file", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_cost_little(file: Counting) -> None:
    durations = []
    for _ in range(3):
        file.taken = 0
        start = time.perf_counter()
        with suppress(PeError):
            read_pe(file, mapi=True)
        durations.append(time.perf_counter() - start)
        assert file.taken <= MAX_BYTES_READ
    assert min(durations) < 0.05

    tracemalloc.start()
    with suppress(PeError):
        read_pe(file, mapi=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MAX_BYTES_READ


BASES = (
    PLAIN,
    build_pe("1.0.2536.0", exports=STUB, languages=(0, 1031, 1033), plus32=True, machine="amd64"),
    build_image(
        [(16, [("Z", [(0, version("9.9.9.9"))]), (1, [(1031, version("1.1.1.1")), (1036, version("2.2.2.2"))])])]
    ),
    ne_file((3, 1, b"icon"), (16, 1, version16())),
)  # fmt: skip
INTERESTING = [0, 1, 2, 15, 16, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 6))):
        number = draw(st.sampled_from(INTERESTING) | st.integers(0, 0xFFFFFFFF))
        size = draw(st.sampled_from([1, 2, 4]))
        offset = draw(st.integers(0, 0x200) | st.integers(0, len(data) - 4))
        data[offset : offset + size] = number.to_bytes(4, "little")[:size]
    return bytes(data[: draw(st.none() | st.integers(0, len(data)))])


@settings(max_examples=500, deadline=None)
@given(mutants())
def test_changed_files_are_read_or_refused_within_the_bounds(data: bytes) -> None:
    file = Counting(data)
    try:
        facts = read_pe(file, mapi=True)
    except PeError as error:
        assert error.kind in ("not-a-pe", "16-bit", "damaged")
    else:
        json.dumps([[table.strings for table in facts.strings], facts.notes], ensure_ascii=False).encode()
    assert file.taken <= MAX_BYTES_READ


words = st.integers(0, 0xFFFF)
text = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=30)
keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@given(
    numbers=st.tuples(words, words, words, words),
    strings=st.dictionaries(keys.filter(lambda key: key.lower() != "fileversion"), text, max_size=6),
    machine=st.sampled_from(["i386", "alpha", "amd64", "arm64"]),
    timestamp=st.integers(0, 0xFFFFFFFF),
    plus32=st.booleans(),
)
def test_what_is_built_is_read_again(
    numbers: tuple[int, ...], strings: dict[str, str], machine: str, timestamp: int, plus32: bool
) -> None:
    number = ".".join(map(str, numbers))
    facts = read(build_pe(number, strings=strings, machine=machine, timestamp=timestamp, plus32=plus32))

    assert facts.version == facts.product_version == numbers
    assert facts.strings[0].strings == (*strings.items(), ("FileVersion", number))
    assert (facts.machine, facts.linked, facts.notes) == (machine, timestamp, ())


def test_reading_does_not_import_pefile() -> None:
    code = "import sys, hotfix_check.pe, hotfix_check.pe_crosscheck; sys.exit('pefile' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
