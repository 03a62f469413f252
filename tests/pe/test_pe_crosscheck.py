from __future__ import annotations

import struct
import time
import tracemalloc
from types import MappingProxyType

import pefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pe_builder import HEADERS_SIZE, PE_HEADER, build_image, build_pe, string_block, version_resource, version_tree

from hotfix_check.pe import PeError, PeFacts, read_pe
from hotfix_check.pe.crosscheck import MAX_FILE, cross_check
from hotfix_check.version import FileVersion

pytestmark = pytest.mark.usefixtures("little_garbage")
OPTIONAL_HEADER = PE_HEADER + 24


STUB = "GetOutlookVersion"


def read(data: bytes) -> PeFacts:
    return read_pe(lambda offset, size: data[offset : offset + size], len(data), export=STUB)


def patched(data: bytes, offset: int, *numbers: int) -> bytes:
    new = struct.pack(f"<{len(numbers)}I", *numbers)
    return data[:offset] + new + data[offset + len(new) :]


def version(text: str, language: int = 1033) -> bytes:
    return version_resource(text, {language: [("FileVersion", text)]})


def test_every_fact_of_a_plain_file() -> None:
    plain = build_pe("1.0.2536.0", exports=("DllMain", "GetOutlookVersion"))
    data = patched(plain, OPTIONAL_HEADER + 64, 0x1234) + b"signature"
    checked = cross_check(data, read(data), STUB)

    assert checked.version == FileVersion(1, 0, 2536, 0)
    assert checked.version_differs is False
    assert checked.exports_it is True
    assert checked.checksum_stored == 0x1234
    assert checked.checksum_computed == pefile.PE(data=data, fast_load=True).generate_checksum()


def test_a_file_without_version_or_exports() -> None:
    checked = cross_check(build_pe(None), read(build_pe(None)), STUB)

    assert (checked.version, checked.version_differs) == (None, False)
    assert checked.exports_it is False
    assert checked.checksum_stored == 0


def test_another_version_is_a_difference() -> None:
    before, after = build_pe("5.5.2657.50"), build_pe("5.5.2658.3")
    checked = cross_check(after, read(before))

    assert checked.version == (5, 5, 2658, 3)
    assert checked.version_differs is True


def test_no_version_is_a_difference_too() -> None:
    assert cross_check(build_pe(None), read(build_pe("5.5.2657.50"))).version_differs is True


ICONS = (3, [(number, [(1033, b"icon")]) for number in range(1, 5001)])
PEFILE_ALONE_IS_WRONG = {
    "a name before id 1": (
        build_image([(16, [("ZZ", [(1033, version("9.9.9.9"))]), (1, [(1033, version("1.1.1.1"))])])]), (9, 9, 9, 9),
    ),
    "id 102 only": (build_image([(16, [(102, [(1033, version("1.1.1.1"))])])]), (1, 1, 1, 1)),
    "a broken type before the version": (
        patched(
            build_image([(3, [(1, [(1033, b"icon")])]), (16, [(1, [(1033, version("1.1.1.1"))])])]),
            HEADERS_SIZE + 20, 0x87FFFFFF,
        ),
        (1, 1, 1, 1),
    ),
    "5,000 icons before the version": (
        build_image([ICONS, (16, [(1, [(1033, version("1.1.1.1"))])])]), (1, 1, 1, 1),
    ),
    "no signature of the fixed part": (
        build_image(version_tree({1033: version("1.1.1.1").replace(b"\xbd\x04\xef\xfe", bytes(4))})), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "seen"), PEFILE_ALONE_IS_WRONG.values(), ids=PEFILE_ALONE_IS_WRONG)
def test_known_limits_of_pefile_are_no_difference(data: bytes, seen: tuple[int, ...] | None) -> None:
    checked = cross_check(data, read(data))

    assert checked.version == seen
    assert checked.version_differs is False


@pytest.mark.parametrize("language", [0, 1031, 1033])
def test_of_several_languages_the_one_that_windows_takes_is_confirmed(language: int) -> None:
    data = build_image(version_tree({1025: version("9.9.9.9"), language: version("1.2.3.4"), 1055: version("8.8.8.8")}))
    expected = (9, 9, 9, 9) if language == 1031 else (1, 2, 3, 4)  # German is not asked for: the first is taken

    assert cross_check(data, read(data)).version == read(data).version == expected


EMPTY = version_resource("1.2.3.4", {1033: [("", "")] * 5000})
STRINGS = (6, [(number, [(1033, bytes(200_000))]) for number in range(1, 100)])
NOTHING: list[tuple[int, bytes]] = []
EXPENSIVE = {
    "a version resource of 1 MiB": build_image([(16, [(1, [(1033, EMPTY + bytes(1 << 20))])])]),
    "a hundred languages": build_image([(16, [(1, [(number, version("1.1.1.1")) for number in range(100)])])]),
    "large resources in 8 languages": build_image([(16, [(1, [(number, EMPTY) for number in range(8)])])]),
    "12,000 names of versions": build_image([(16, [(number, NOTHING) for number in range(1, 4001)])] * 3),
}


@pytest.mark.parametrize("data", EXPENSIVE.values(), ids=EXPENSIVE)
def test_what_would_cost_minutes_is_refused(data: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(PeError, match="are too large for the second reader") as caught:
        cross_check(data, read(data))
    assert caught.value.kind == "refused"
    assert time.perf_counter() - start < 5


def test_other_resources_are_not_parsed() -> None:
    data = build_image([STRINGS, (16, [(1, [(1033, version("1.1.1.1"))])])])
    start = time.perf_counter()

    assert cross_check(data, read(data)).version == (1, 1, 1, 1)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("more", [0, 1], ids=["the largest", "one byte more"])
def test_no_file_fills_the_memory(more: int) -> None:
    plain = build_pe()
    data = plain + bytes(MAX_FILE - len(plain) + more)
    tracemalloc.start()
    try:
        assert cross_check(data, read(plain)).version_differs is False
        assert not more
    except PeError as error:
        assert more
        assert (error.kind, str(error)) == ("refused", "larger than 48 MiB, too large for the second reader")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20  # beside the copy


@pytest.mark.parametrize("data", [b"", b"MZ", build_pe()[:100], b"NE" * 100])
def test_what_pefile_refuses_is_damage(data: bytes) -> None:
    with pytest.raises(PeError, match=r"pefile cannot read it: .") as caught:
        cross_check(data, read(build_pe()))
    assert caught.value.kind == "damaged"


def test_a_failure_of_pefile_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise AttributeError

    monkeypatch.setattr(pefile.PE, "parse_export_directory", fail)
    with pytest.raises(PeError, match="pefile cannot read it: AttributeError"):
        cross_check(build_pe(exports=("A",)), read(build_pe()))


def test_the_words_of_pefile_are_one_line_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError("export\n\x1b[31m" + "A" * 5000)

    monkeypatch.setattr(pefile.PE, "parse_export_directory", fail)
    with pytest.raises(PeError, match=r"pefile cannot read it: export \\x1b\[31mA{300}") as caught:
        cross_check(build_pe(exports=("A",)), read(build_pe()))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


CHECKSUMS = st.binary(max_size=40)


@settings(max_examples=30)
@given(CHECKSUMS, st.integers(0, 0xFFFFFFFF))
def test_the_checksum_is_that_of_pefile(end: bytes, stored: int) -> None:
    data = patched(build_pe(), OPTIONAL_HEADER + 64, stored) + end
    checked = cross_check(data, read(build_pe()))

    assert checked.checksum_computed == pefile.PE(data=data, fast_load=True).generate_checksum()
    assert checked.checksum_stored == stored


def test_the_checksum_of_words_that_add_up_to_65535() -> None:
    plain = build_pe()
    words = cross_check(plain, read(plain)).checksum_computed - len(plain)
    data = plain + struct.pack("<HH", 0xFFFF - words, 0)
    computed = cross_check(data, read(plain)).checksum_computed

    assert computed == 0xFFFF + len(data) == pefile.PE(data=data, fast_load=True).generate_checksum()


BUILT = MappingProxyType(
    {
        "plain": {},
        "64-bit": {"plus32": True, "machine": "amd64"},
        "Alpha, three languages": {"machine": "alpha", "languages": (0, 1031, 1033)},
        "strings": {"strings": {"CompanyName": "Caf\u00e9", "Comments": "", "ProductName": "Exchange"}},
        "other string and product": {"file_version_string": "5, 5, 2657, 50", "product_version": "5.5.0.0"},
        "no version string": {"file_version_string": ""},
        "a large file": {"size": 73728, "timestamp": 0x3B3D0000},
        "exports": {"exports": ("DllMain", "GetOutlookVersion", "MAPIInitialize")},
    }
)


@pytest.mark.parametrize("arguments", BUILT.values(), ids=BUILT)
def test_both_readers_read_what_the_builder_builds(arguments: dict[str, object]) -> None:
    data = build_pe("5.5.2657.50", **arguments)  # type: ignore[arg-type]
    facts = read(data)
    image = pefile.PE(data=data)

    checked = cross_check(data, facts, STUB)
    assert checked.version == facts.version == (5, 5, 2657, 50)
    assert checked.exports_it is facts.exports_it
    fixed = image.VS_FIXEDFILEINFO[0]
    assert facts.product_version == (
        fixed.ProductVersionMS >> 16, fixed.ProductVersionMS & 0xFFFF,
        fixed.ProductVersionLS >> 16, fixed.ProductVersionLS & 0xFFFF,
    )  # fmt: skip
    tables = [table for info in image.FileInfo[0] for table in getattr(info, "StringTable", [])]
    assert dict(facts.strings[0].strings) == {key.decode(): value.decode() for key, value in tables[0].entries.items()}
    assert facts.linked == image.FILE_HEADER.TimeDateStamp
    assert pefile.MACHINE_TYPE[image.FILE_HEADER.Machine].lower().endswith(facts.machine)
    assert image.sections[0].get_data().startswith(data[HEADERS_SIZE : HEADERS_SIZE + 16])


def test_the_builder_pads_to_the_size_asked_for_and_no_less() -> None:
    assert len(build_pe(size=73728)) == 73728
    with pytest.raises(ValueError, match="more than size=100"):
        build_pe(size=100)


def test_the_builder_gives_the_same_bytes_for_the_same_arguments() -> None:
    assert build_pe(strings={"A": "B"}, exports=("B", "A")) == build_pe(strings={"A": "B"}, exports=("A", "B"))
    assert string_block("A", "B") in build_pe(strings={"A": "B"})
