from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pe_builder import block, string_block, version_resource
from pe_oddities import block16

from hotfix_check.pe.resource import (
    MAX_STRING_TABLES,
    MAX_STRINGS,
    MAX_TRANSLATIONS,
    StringTable,
    parse_fixed_versions,
    parse_version_resource,
)
from hotfix_check.version import FileVersion

FIXED = struct.pack("<13I", 0xFEEF04BD, 0x10000, 5 << 16 | 5, 2657 << 16 | 50, 6 << 16, 1, 0x3F, 0, 4, 2, 0, 0, 0)


def resource(*strings: bytes, table: str = "040904b0") -> bytes:
    """A version resource with one string table of these String blocks."""
    return with_tables(block(table, children=strings, text=True))


def with_tables(*tables: bytes) -> bytes:
    return block("VS_VERSION_INFO", FIXED, children=[block("StringFileInfo", children=tables, text=True)])


def with_length(data: bytes, length: int) -> bytes:
    """The block with another wLength."""
    return struct.pack("<H", length) + data[2:]


def with_value_length(data: bytes, length: int) -> bytes:
    """The block with another wValueLength."""
    return data[:2] + struct.pack("<H", length) + data[4:]


NAME = string_block("ProductName", "B")

STRINGS = {
    "plain": ([string_block("FileVersion", "5.5"), NAME], [("FileVersion", "5.5"), ("ProductName", "B")]),
    "value length counts bytes": (
        [with_value_length(string_block("FileVersion", "5.5"), 8), NAME],
        [("FileVersion", "5.5"), ("ProductName", "B")],
    ),
    "value length is zero": (
        [with_value_length(string_block("FileVersion", "5.5"), 0), NAME],
        [("FileVersion", "5.5"), ("ProductName", "B")],
    ),
    "value length is far too large": (
        [with_value_length(string_block("FileVersion", "5.5"), 0xFFFF), NAME],
        [("FileVersion", "5.5"), ("ProductName", "B")],
    ),
    "value without a NUL": (
        [block("FileVersion", "5.5".encode("utf-16-le"), text=True, value_length=3), NAME],
        [("FileVersion", "5.5"), ("ProductName", "B")],
    ),
    "value marked as binary": ([block("FileVersion", "5.5\0".encode("utf-16-le"))], [("FileVersion", "5.5")]),
    "text behind a NUL is not part of the value": (
        [string_block("FileVersion", "5.5\0evil 9.9.9.9")],
        [("FileVersion", "5.5")],
    ),
    "empty value": ([string_block("Comments", ""), NAME], [("Comments", ""), ("ProductName", "B")]),
    "no value at all": ([block("Comments", text=True), NAME], [("Comments", ""), ("ProductName", "B")]),
    "a child of length zero ends the list": (
        [NAME, with_length(string_block("FileVersion", "5.5"), 0), NAME],
        [("ProductName", "B")],
    ),
    "a child shorter than its own header ends the list": (
        [NAME, with_length(string_block("FileVersion", "5.5"), 4), NAME],
        [("ProductName", "B")],
    ),
    "a child longer than its table is cut": (
        [NAME, with_length(string_block("FileVersion", "5.5"), 0xFFFF)],
        [("ProductName", "B"), ("FileVersion", "5.5")],
    ),
    "lone surrogates are replaced": (
        [string_block("FileVersion", "5\ud800x"), string_block("\udc00", "\udfff")],
        [("FileVersion", "5\ufffdx"), ("\ufffd", "\ufffd")],
    ),
}

AS_WRITTEN = {
    "a key may repeat": [("FileVersion", "1"), ("FileVersion", "2")],
    "control and direction characters are kept": [("FileVersion", "5\x1b[31m\r\n\u202e")],
    "a character beyond 16 bits": [("ProductName", "a\U0001f600b")],
    "a NUL byte across two characters is no end": [("ProductName", "\u6100\u0061\u0100")],
}
STRINGS |= {name: ([string_block(*pair) for pair in pairs], pairs) for name, pairs in AS_WRITTEN.items()}


@pytest.mark.parametrize(("blocks", "expected"), STRINGS.values(), ids=STRINGS)
def test_strings_are_what_windows_would_show(blocks: list[bytes], expected: list[tuple[str, str]]) -> None:
    parsed = parse_version_resource(resource(*blocks))

    assert parsed.file_version == FileVersion(5, 5, 2657, 50)
    assert parsed.product_version == FileVersion(6, 0, 0, 1)
    assert parsed.strings == (StringTable(language=1033, codepage=1200, strings=tuple(expected)),)
    assert parsed.notes == ()


def test_the_first_key_counts_whatever_its_case() -> None:
    table = StringTable(language=1033, codepage=1200, strings=(("FILEVERSION", "1"), ("FileVersion", "2")))

    assert table.get("fileVersion") == "1"
    assert table.get("CompanyName") is None


ASKED = {
    "the first table that has it": ({1031: [("A", "de")], 1033: [("A", "en"), ("B", "en")]}, {"a": "de", "b": "en"}),
    "whatever its case": ({0: [("FILEVERSION", "1"), ("fileVersion", "2"), ("A", "")]}, {"fileversion": "1", "a": ""}),
    "not there": ({0: [("C", "1")]}, {}),
    "no tables": ({}, {}),
}


@pytest.mark.parametrize(("tables", "expected"), ASKED.values(), ids=ASKED)
def test_only_what_is_asked_for_is_given(tables: dict[int, list[tuple[str, str]]], expected: dict[str, str]) -> None:
    parsed = parse_version_resource(version_resource("1.2.3.4", tables))

    assert parsed.values({"a", "b", "fileversion"}) == expected
    assert parsed.values(()) == {}


def test_small_tables_are_all_read() -> None:
    data = version_resource("1.2.3.4", {1031: [("A", "de")], 1033: [("A", "en")], 1036: [("A", "fr")]})
    parsed = parse_version_resource(data)

    assert [(table.language, table.get("A")) for table in parsed.strings] == [(1031, "de"), (1033, "en"), (1036, "fr")]
    assert parsed.translations == ((1031, 1200), (1033, 1200), (1036, 1200))


@pytest.mark.parametrize(
    "name", ["", "english!", "0409", "040904b0ff", "-40904b0", "\uff10\uff14\uff10\uff19\uff10\uff14b0"]
)
def test_a_table_whose_name_is_not_hexadecimal_has_language_zero(name: str) -> None:
    (table,) = parse_version_resource(resource(NAME, table=name)).strings

    assert (table.language, table.codepage, table.get("ProductName")) == (0, 0, "B")


FIXED_PARTS = {
    "signature missing": block("VS_VERSION_INFO", bytes(4) + FIXED[4:]),
    "wValueLength zero": with_value_length(block("VS_VERSION_INFO", FIXED), 0),
    "no value": block("VS_VERSION_INFO", children=[block("StringFileInfo", text=True)]),
    "half of it": block("VS_VERSION_INFO", FIXED[:24]),
    "cut off": block("VS_VERSION_INFO", FIXED)[:-1],
    "only a length": b"\x5c\0",
    "nothing": b"",
}


@pytest.mark.parametrize("data", FIXED_PARTS.values(), ids=FIXED_PARTS)
def test_without_a_valid_fixed_part_there_is_no_version(data: bytes) -> None:
    assert parse_fixed_versions(data) is None
    parsed = parse_version_resource(data)
    assert (parsed.file_version, parsed.product_version, parsed.notes) == (None, None, ("no-fixed-version",))


def test_strings_are_read_without_a_fixed_part() -> None:
    strings = block("StringFileInfo", children=[block("040904b0", children=[NAME], text=True)], text=True)
    parsed = parse_version_resource(block("VS_VERSION_INFO", children=[strings]))

    assert parsed.file_version is None
    assert parsed.strings[0].get("ProductName") == "B"


LENGTHS = {"as stored": None, "larger than the data": 0xFFFF}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_the_length_of_the_whole_is_cut_at_the_data(length: int | None) -> None:
    data = resource(NAME)
    parsed = parse_version_resource(data if length is None else with_length(data, length))

    assert parsed.file_version == FileVersion(5, 5, 2657, 50)
    assert parsed.strings[0].get("ProductName") == "B"


def test_a_whole_of_length_zero_has_a_version_and_no_strings() -> None:
    parsed = parse_version_resource(with_length(resource(NAME), 0))

    assert parsed.file_version == FileVersion(5, 5, 2657, 50)
    assert parsed.strings == ()


def test_the_order_of_the_parts_and_the_name_of_the_whole_do_not_matter() -> None:
    translation = block("VarFileInfo", children=[block("Translation", struct.pack("<HH", 1033, 1252))], text=True)
    strings = block("stringfileinfo", children=[block("040904E4", children=[NAME], text=True)], text=True)
    parsed = parse_version_resource(block("version_info", FIXED, children=[translation, strings]))

    assert parsed.file_version == FileVersion(5, 5, 2657, 50)
    assert parsed.translations == ((1033, 1252),)
    assert parsed.strings == (StringTable(language=1033, codepage=1252, strings=(("ProductName", "B"),)),)


def test_caps_bound_what_is_kept_and_are_noted() -> None:
    many_strings = parse_version_resource(resource(*[string_block("", "")] * (MAX_STRINGS + 1)))
    just_enough = parse_version_resource(resource(*[string_block("", "")] * MAX_STRINGS))
    many_tables = parse_version_resource(with_tables(*[block("040904b0", text=True)] * (MAX_STRING_TABLES + 1)))
    pairs = block("Translation", bytes(4 * (MAX_TRANSLATIONS + 1)))
    many_pairs = parse_version_resource(
        block("VS_VERSION_INFO", FIXED, children=[block("VarFileInfo", children=[pairs, pairs], text=True)])
    )

    assert (len(many_strings.strings[0].strings), many_strings.notes) == (MAX_STRINGS, ("strings-cut",))
    assert (len(just_enough.strings[0].strings), just_enough.notes) == (MAX_STRINGS, ())
    assert (len(many_tables.strings), many_tables.notes) == (MAX_STRING_TABLES, ("strings-cut",))
    assert len(many_pairs.translations) == MAX_TRANSLATIONS


def test_a_16_bit_resource_has_ansi_keys_and_no_type_field() -> None:
    strings = block16("StringFileInfo", b"", (block16("040904E4", b"", (block16("CompanyName", b"Caf\xe9\x81\0"),)),))
    parsed = parse_version_resource(block16("VS_VERSION_INFO", FIXED, (strings,)), wide=False)

    assert parsed.file_version == FileVersion(5, 5, 2657, 50)
    assert parsed.strings == (StringTable(language=1033, codepage=1252, strings=(("CompanyName", "Caf\u00e9\ufffd"),)),)


words = st.integers(0, 0xFFFF)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(
    st.tuples(words, words, words, words),
    st.dictionaries(words, st.lists(st.tuples(text, text), max_size=6), max_size=4),
)
def test_what_is_written_is_read_again(numbers: tuple[int, ...], tables: dict[int, list[tuple[str, str]]]) -> None:
    parsed = parse_version_resource(version_resource(".".join(map(str, numbers)), tables))

    assert parsed.file_version == parsed.product_version == numbers
    assert parsed.strings == tuple(
        StringTable(language=language, codepage=1200, strings=tuple(pairs)) for language, pairs in tables.items()
    )
    assert parsed.translations == tuple((language, 1200) for language in tables)
    assert parsed.notes == ()
    first: dict[str, str] = {}
    for key, value in (pair for table in parsed.strings for pair in table.strings):
        first.setdefault(key.lower(), value)
    assert parsed.values(first) == first


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_give_an_answer_that_can_be_written_as_utf8(data: bytes, wide: bool) -> None:
    for content in (data, resource(string_block("A", "B"))[:92] + data):
        parsed = parse_version_resource(content, wide=wide)
        json.dumps([table.strings for table in parsed.strings], ensure_ascii=False).encode()
