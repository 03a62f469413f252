from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pe_builder import HEADERS_SIZE, PE_HEADER, SECTION_ADDRESS, build_image, build_pe, version_resource, version_tree
from pe_cases import (
    DAMAGED,
    ICONS,
    NO_FIXED,
    NO_RESOURCE,
    NOT_FILES,
    NOT_PE,
    PE_CASES,
    SIXTEEN_BIT,
    VERSION,
    NotAFile,
    PeCase,
)
from pe_oddities import (
    DATA,
    DATA_ENTRY,
    OPTIONAL_HEADER,
    PLAIN,
    SECTION_RAW_SIZE,
    STATED,
    languages,
    ne_file,
    patched,
    patched16,
    self_similar,
    version,
    version16,
)
from pe_reading_page import PAGE, page
from version_string_cases import STRINGS, StringCase

from hotfix_check.pe import PeError, PeFacts, read_pe, read_pe_file
from hotfix_check.pe.bytes import MAX_BYTES_READ
from hotfix_check.pe.image import MAX_DIRECTORY_ENTRIES


def read(data: bytes, *, export: str | None = None) -> PeFacts:
    return read_pe(lambda offset, size: data[offset : offset + size], len(data), export=export)


KINDS = {"not-a-pe": NOT_PE, "16-bit": SIXTEEN_BIT, "damaged": DAMAGED}


@pytest.mark.parametrize("case", PE_CASES, ids=[case.words for case in PE_CASES])
def test_an_odd_file_is_read_as_the_table_says(case: PeCase, tmp_path: Path) -> None:
    path = tmp_path / "odd.dll"
    path.write_bytes(case.data)
    if case.size:
        os.truncate(path, case.size)
    try:
        facts = read_pe_file(path)
    except PeError as error:
        assert (KINDS[error.kind], None, ()) == (case.ours, case.language, case.notes)
        assert case.reason
        assert case.reason in str(error)
    else:
        nothing = NO_RESOURCE if facts.resource_language is None else NO_FIXED
        assert (str(facts.version) if facts.version else nothing) == case.ours
        assert (facts.resource_language, facts.notes) == (case.language, case.notes)
        assert not case.reason


@pytest.mark.parametrize("case", STRINGS, ids=[case.words for case in STRINGS])
def test_an_odd_string_is_read_as_the_table_says(case: StringCase) -> None:
    facts = read(build_image(version_tree({1033: case.resource})))
    tables = [table for table in facts.strings if (table.language, table.codepage) == facts.translations[0]]

    assert (tables[0].get("FileVersion") if tables else None) == case.ours
    assert facts.version == (5, 5, 2657, 50)


@pytest.mark.skipif(os.name == "nt", reason="no pipes, sockets and links without a privilege here")
@pytest.mark.parametrize("case", NOT_FILES, ids=[case.words for case in NOT_FILES])
def test_what_is_no_file_is_not_opened(case: NotAFile, tmp_path: Path) -> None:
    path = tmp_path / "odd.dll"
    case.make(path)
    with pytest.raises((PeError, OSError), match=case.ours) as caught:
        read_pe_file(path)
    assert getattr(caught.value, "kind", "not-a-file") == "not-a-file"


def test_the_page_on_odd_files_is_made_of_these_tables() -> None:
    assert PAGE.read_text("utf-8") == page(), "make it anew: tests/pe_reading_page.py"


def test_every_row_of_the_page_has_its_own_words_and_a_reason() -> None:
    rows: list[Any] = [*PE_CASES, *STRINGS, *NOT_FILES]
    assert len({case.words for case in rows}) == len(rows) - 1  # the whole marked as text: its version, its string
    assert all(case.why for case in rows)


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
    assert facts.values(("companyname", "fileversion", "legalcopyright")) == {
        "companyname": "Microsoft Corporation",
        "fileversion": "5.5.2657.50 (lab)",
    }
    assert facts.translations == ((1031, 1200),)
    assert facts.resource_language == 1031
    assert facts.machine == "alpha"
    assert facts.linked == 0x3B3D0000
    assert facts.exports_it is None


def test_a_string_comes_from_the_first_table_that_has_it() -> None:
    data = version_resource("1.2.3.4", {1031: [("A", "de")], 1033: [("A", "en"), ("B", "en")]})
    facts = read(build_image(version_tree({1033: data})))

    assert facts.values(("a", "b")) == {"a": "de", "b": "en"}


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


def test_a_file_cut_anywhere_is_never_said_to_have_no_version() -> None:
    exporting = build_pe("5.5.2657.50", exports=["Function"])
    end = HEADERS_SIZE + struct.unpack_from("<I", exporting, SECTION_RAW_SIZE - 8)[0]
    for data, needed in ((PLAIN, DATA + STATED), (exporting, end)):
        for length in range(needed):
            with pytest.raises(PeError):
                read(data[:length])
        assert read(data[:needed]).version == (5, 5, 2657, 50)


def test_a_16_bit_file_with_a_version_is_read() -> None:
    facts = read(ne_file((3, 1, b"icon"), (16, 2, b"other"), (16, 1, version16())), export="GetOutlookVersion")

    assert facts.version == (3, 10, 0, 103)
    assert (facts.machine, facts.linked, facts.resource_language) == ("16-bit", 0, None)
    assert facts.exports_it is None


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

    assert read(data, export="GetOutlookVersion").exports_it is expected
    assert read(data).exports_it is None


def test_broken_exports_leave_the_version_readable() -> None:
    data = build_pe("1.0.2536.0", exports=STUB)
    for broken in (
        patched(OPTIONAL_HEADER + 96, 0x7FFFFFFF, data=data),
        patched(OPTIONAL_HEADER + 96, 0x10000, data=data),
    ):
        facts = read(broken, export="GetOutlookVersion")
        assert facts.version == (1, 0, 2536, 0)
        assert facts.exports_it is None
        assert facts.notes == ("exports-unreadable",)


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "Dramapi.dll"
    path.write_bytes(build_pe("5.5.2656.48", exports=STUB))

    assert read_pe_file(path).version == (5, 5, 2656, 48)
    assert read_pe_file(path, export="GetOutlookVersion").exports_it is True


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
    assert read_pe(file, file.length).version == (5, 5, 2657, 50)
    assert (file.calls, file.taken) == (calls, calls * 4096)


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
            read_pe(file, file.length, export="GetOutlookVersion")
        durations.append(time.perf_counter() - start)
        assert file.taken <= MAX_BYTES_READ
    assert min(durations) < 0.05

    tracemalloc.start()
    with suppress(PeError):
        read_pe(file, file.length, export="GetOutlookVersion")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MAX_BYTES_READ


@pytest.mark.parametrize(
    ("before", "version"), [(MAX_DIRECTORY_ENTRIES - 1, "5.5.2657.50"), (MAX_DIRECTORY_ENTRIES, "None")]
)
def test_further_entries_of_a_resource_directory_than_stated_are_not_looked_at(before: int, version: str) -> None:
    tree = [*[(2, b"a bitmap")] * before, *version_tree({1033: version_resource("5.5.2657.50", {})})]
    assert str(read(build_image(tree)).version) == version


@pytest.mark.parametrize(("bound", "exported"), [(4, True), (3, False)])
def test_further_exports_than_stated_are_not_searched(
    bound: int, exported: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.pe.image.MAX_EXPORTS", bound)
    names = ["A", "B", "C", "GetOutlookVersion"]
    assert read(build_pe(exports=names), export="GetOutlookVersion").exports_it is exported


words = st.integers(0, 0xFFFF)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
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
    code = "import sys, hotfix_check.pe, hotfix_check.pe.crosscheck; sys.exit('pefile' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
