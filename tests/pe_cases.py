"""The odd files that the PE reader meets: what Windows' functions say, what we say, and why. The one place for it.

pe_reading_page.py makes docs/pe-reading.md of it, test_pe.py holds it against the reader and oracle/ against Windows'
functions. The answers are literal: where the two differ, ``why`` explains it, and they must go on differing exactly so.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pe_builder import (
    FILE_ALIGNMENT,
    HEADERS_SIZE,
    PE_HEADER,
    block,
    build_image,
    build_pe,
    string_block,
)
from pe_oddities import (
    DATA,
    DATA_ENTRY,
    DIRECTORY_COUNT,
    LANGUAGE_ENTRY,
    NAME_ENTRY,
    NE_HEADER,
    NE_TABLE,
    OPTIONAL_HEADER,
    PLAIN,
    RESOURCE_DIRECTORY,
    SECTION_HEADER,
    SECTION_RAW_SIZE,
    STATED,
    TYPE_ENTRY,
    dos_program,
    languages,
    languages_as_stored,
    moved,
    named,
    ne_file,
    patched,
    patched16,
    patched_bytes,
    sections_before,
    self_similar,
    version,
    version16,
    with_resource,
)

NO_RESOURCE = "no version resource"
NO_FIXED = "no fixed version"
DAMAGED = "damaged"
NOT_PE = "not a PE file"
SIXTEEN_BIT = "16-bit file"
EXCEPTION = "an exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeCase:
    """One odd file."""

    words: str
    data: bytes
    size: int = 0
    """Bytes of the whole file, zeros from the end of ``data`` on; 0 when ``data`` is all of it."""
    windows: str
    """The fixed file version by GetFileVersionInfo and VerQueryValue, or one of the words above."""
    ours: str
    """The fixed file version that we read, or one of the words above."""
    language: int | None = 1033
    """The language of the resource that we take; None without one."""
    notes: tuple[str, ...] = ()
    reason: str = ""
    """A part of the sentence that we refuse it with."""
    why: str


ICONS = (3, [(number, [(1033, b"icon")]) for number in range(1, 5001)])
VERSION = (16, [(1, [(1033, version("5.5.2657.50"))])])
TWICE = languages((1031, "9.9.9.9"), (1033, "1.2.3.4"))
FIXED = struct.pack("<13I", 0xFEEF04BD, 0x10000, 5 << 16 | 5, 2657 << 16 | 50, 5 << 16 | 5, 0, 0, 0, 4, 2, 0, 0, 0)
WITH_EXPORTS = build_pe("5.5.2657.50", exports=[f"Function{number}" for number in range(100)])
LOOKED_UP = "looked up as Windows does"
NOT_OURS_TO_JUDGE = "the version is there to be read; whether Windows would load the file is another question"


def stating_length(length: int) -> bytes:
    """A file whose version resource states ``length`` as its own."""
    return with_resource(struct.pack("<H", length) + version("5.5.2657.50")[2:])


def fixed_part(value: bytes, value_length: int | None = None) -> bytes:
    """A file whose version resource has this in place of the fixed part."""
    strings = block(
        "StringFileInfo", children=[block("040904b0", children=[string_block("A", "B")], text=True)], text=True
    )
    return with_resource(block("VS_VERSION_INFO", value, children=[strings], value_length=value_length))


WHICH = (
    PeCase(
        words="one version resource", data=PLAIN, windows="5.5.2657.50", ours="5.5.2657.50", why=LOOKED_UP,
    ),
    PeCase(
        words="64-bit headers", data=build_pe("15.1.2507.6", machine="amd64", plus32=True), windows="15.1.2507.6",
        ours="15.1.2507.6", why="the data directories lie 16 bytes further on",
    ),
    PeCase(
        words="all four numbers at their largest", data=build_pe("65535.65535.65535.65535"),
        windows="65535.65535.65535.65535", ours="65535.65535.65535.65535", why="four unsigned 16-bit numbers",
    ),
    PeCase(
        words="version 0.0.0.0", data=build_pe("0.0.0.0"), windows="0.0.0.0", ours="0.0.0.0",
        why="a version like any other, not the absence of one",
    ),
    PeCase(
        words="the string differs from the fixed version",
        data=build_pe("6.5.7638.1", file_version_string="6.5.7226.0"), windows="6.5.7638.1", ours="6.5.7638.1",
        why="Explorer and the KB tables mean the fixed version; the string is shown beside it, never judged",
    ),
    PeCase(
        words="US English after another language", data=languages((1031, "1.1.1.1"), (1033, "1.1.1.1")),
        windows="1.1.1.1", ours="1.1.1.1", why="neutral, then US English, then the first",
    ),
    PeCase(
        words="neutral and US English", data=languages((0, "1.1.1.1"), (1033, "9.9.9.9")), windows="1.1.1.1",
        ours="1.1.1.1", language=0, notes=("languages-disagree: 1033 has 9.9.9.9",), why="neutral comes first",
    ),
    PeCase(
        words="neither neutral nor US English", data=languages((1031, "1.1.1.1"), (1036, "9.9.9.9")), windows="1.1.1.1",
        ours="1.1.1.1", language=1031, notes=("languages-disagree: 1036 has 9.9.9.9",),
        why="the first. A Windows of one of these languages takes its own, so the difference is noted",
    ),
    PeCase(
        words="languages with different versions",
        data=languages((1031, "9.9.9.9"), (1033, "1.2.3.4"), (1036, "8.8.8.8")), windows="1.2.3.4", ours="1.2.3.4",
        notes=("languages-disagree: 1031 has 9.9.9.9, 1036 has 8.8.8.8",),
        why="as an English Windows; the difference is noted",
    ),
    PeCase(
        words="the same language twice", data=languages_as_stored((0, "4.6.30411.2"), (0, "0.0.65535.65535")),
        windows="4.6.30411.2", ours="4.6.30411.2", language=0, notes=("languages-disagree: 0 has 0.0.65535.65535",),
        why="mscorlib.dll of .NET Core 2.1 is such a file",
    ),
    PeCase(
        words="the same language three times", data=languages_as_stored((0, "1.1.1.1"), (0, "2.2.2.2"), (0, "3.3.3.3")),
        windows="2.2.2.2", ours="2.2.2.2", language=0, notes=("languages-disagree: 0 has 1.1.1.1, 0 has 3.3.3.3",),
        why="Windows searches by halves and meets the middle one",
    ),
    PeCase(
        words="id 1 three times", data=named((1, "1.1.1.1"), (1, "2.2.2.2"), (1, "3.3.3.3")), windows="2.2.2.2",
        ours="2.2.2.2", notes=("several-version-resources",), why="Windows searches by halves and meets the middle one",
    ),
    PeCase(
        words="ids that are not sorted", data=named((3, "3.3.3.3"), (2, "2.2.2.2"), (1, "1.1.1.1")),
        windows=NO_RESOURCE, ours=NO_RESOURCE, language=None, notes=("version-resource-not-id-1",),
        why="Windows searches by halves and misses it",
    ),
    PeCase(
        words="types that are not sorted", data=build_image([VERSION, (3, ICONS[1][:1]), (2, ICONS[1][:1])]),
        windows=NO_RESOURCE, ours=NO_RESOURCE, language=None, why="Windows searches by halves and misses it",
    ),
    PeCase(
        words="an unreadable other language", data=patched(LANGUAGE_ENTRY + 4, 0x7FFFFFF0, data=TWICE),
        windows="1.2.3.4", ours="1.2.3.4", why="only the one that is taken has to be readable",
    ),
    PeCase(
        words="65 languages", data=languages(*[(number, "1.1.1.1") for number in range(65)]), windows="1.1.1.1",
        ours="1.1.1.1", language=0, notes=("languages-cut",), why="64 are compared; Windows' own files have up to 40",
    ),
    PeCase(
        words="no languages", data=build_image([(16, [(1, [])])]), windows=NO_RESOURCE, ours=NO_RESOURCE, language=None,
        why="nothing to take",
    ),
    PeCase(
        words="a language with a name", data=build_image([(16, [(1, [("German", version("1.1.1.1"))])])]),
        windows="1.1.1.1", ours=NO_RESOURCE, language=None,
        why="Windows takes whatever comes first; a language is a number, and nothing writes such files",
    ),
    PeCase(
        words="id 102 only", data=named((102, "1.1.1.1")), windows=NO_RESOURCE, ours=NO_RESOURCE, language=None,
        notes=("version-resource-not-id-1",),
        why="the id of a version resource is 1; most tools show this one, and so it is noted",
    ),
    PeCase(
        words="a name only", data=named(("VERSION", "1.1.1.1")), windows=NO_RESOURCE, ours=NO_RESOURCE, language=None,
        notes=("version-resource-not-id-1",), why="not id 1",
    ),
    PeCase(
        words="ids 1 and 2", data=named((1, "1.1.1.1"), (2, "9.9.9.9")), windows="1.1.1.1", ours="1.1.1.1",
        notes=("several-version-resources",), why="id 1; the other is noted",
    ),
    PeCase(
        words="a name before id 1", data=named(("ZZ", "9.9.9.9"), (1, "1.1.1.1")), windows="1.1.1.1", ours="1.1.1.1",
        notes=("several-version-resources",), why="id 1, where readers that take the first entry are wrong",
    ),
    PeCase(
        words="the type as the text VERSION", data=build_image([("VERSION", VERSION[1])]), windows=NO_RESOURCE,
        ours=NO_RESOURCE, language=None, why="the type of a version resource is the number 16",
    ),
    PeCase(
        words="the type as the text #16", data=build_image([("#16", VERSION[1])]), windows=NO_RESOURCE,
        ours=NO_RESOURCE, language=None, why="the type of a version resource is the number 16",
    ),
    PeCase(
        words="a multilingual file's own strings",
        data=build_image([("MUI", [(1, [(1033, b"\xcd\xfe\xcd\xfe")])]), VERSION]), windows="5.5.2657.50",
        ours="5.5.2657.50", why="the fixed version is the file's own, wherever its strings are",
    ),
    PeCase(
        words="no resources", data=build_pe(None), windows=NO_RESOURCE, ours=NO_RESOURCE, language=None,
        why="nothing to find, and nothing damaged",
    ),
    PeCase(
        words="resources without a version", data=build_image([ICONS]), windows=NO_RESOURCE, ours=NO_RESOURCE,
        language=None, why="nothing to find, and nothing damaged",
    ),
)  # fmt: skip

TREE = (
    PeCase(
        words="a broken type before the version",
        data=patched(TYPE_ENTRY + 4, 0x87FFFFFF, data=build_image([(3, [(1, [(1033, b"icon")])]), VERSION])),
        windows="5.5.2657.50", ours="5.5.2657.50", why="looked up directly; readers that walk the tree lose it",
    ),
    PeCase(
        words="5,000 icons before the version", data=build_image([ICONS, VERSION]), windows="5.5.2657.50",
        ours="5.5.2657.50", why="looked up directly; readers that walk the tree give up at 4,096",
    ),
    PeCase(
        words="20,000 entries before the version",
        data=build_image([*[(number, ICONS[1]) for number in (2, 3, 4, 5)], VERSION]), windows="5.5.2657.50",
        ours="5.5.2657.50", why="looked up directly",
    ),
    PeCase(
        words="a root that contains itself", data=patched(TYPE_ENTRY + 4, 0x80000000), windows=NO_RESOURCE,
        ours=NO_RESOURCE, language=None, notes=("version-resource-not-id-1",),
        why="three lookups, whatever the tree looks like",
    ),
    PeCase(
        words="64 to the 30th paths", data=self_similar(30, 64), windows=NO_RESOURCE, ours=DAMAGED, language=None,
        reason="a directory where data belongs",
        why="three lookups; what is found in place of data is a fourth directory",
    ),
    *(
        PeCase(
            words=words, data=patched(at, value), windows=NO_RESOURCE, ours=DAMAGED, language=None, reason=reason,
            why="a version was meant to be there: its absence may not be concluded",
        )
        for words, at, value, reason in (
            ("data instead of names", TYPE_ENTRY + 4, 72, "data where a directory belongs"),
            ("data instead of languages", NAME_ENTRY + 4, 72, "data where a directory belongs"),
            ("a directory instead of data", LANGUAGE_ENTRY + 4, 0x80000000, "a directory where data belongs"),
        )
    ),
    PeCase(
        words="more languages stated than fit into the file", data=patched16(LANGUAGE_ENTRY - 2, 0x8000),
        windows=NO_RESOURCE, ours=DAMAGED, language=None, reason="inside its resource directory",
        why="cut short, or it lies; either way nothing can be concluded",
    ),
)  # fmt: skip

ADDRESSES = (
    PeCase(
        words="resources in .text", data=build_pe("5.5.2657.50", section_name=".text"), windows="5.5.2657.50",
        ours="5.5.2657.50",
        why="native images of .NET have no section .rsrc; the directory's address counts, not a name",
    ),
    PeCase(
        words="what UPX leaves",
        data=sections_before(PLAIN, ("UPX0", 0x8000, 0, HEADERS_SIZE), ("UPX1", 0x10000, 0x200, HEADERS_SIZE)),
        windows="5.5.2657.50", ours="5.5.2657.50", notes=("upx",),
        why="UPX leaves the version resource unpacked; the packer is noted",
    ),
    PeCase(
        words="an empty section at the same address", data=sections_before(PLAIN, ("UPX0", 0x1000, 0, 0)),
        windows="5.5.2657.50", ours="5.5.2657.50", notes=("upx",), why="a section holds only what it stores",
    ),
    PeCase(
        words="two sections at the same address",
        data=sections_before(moved(PLAIN, 0x200), (".first", 0x1000, 0x200, HEADERS_SIZE)), windows="5.5.2657.50",
        ours=NO_RESOURCE, language=None,
        why="Wine maps the later over the earlier, and Windows loads no such file; we take the first",
    ),
    PeCase(
        words="a section that does not start on 512 bytes", data=moved(PLAIN, 16), windows=NO_RESOURCE,
        ours="5.5.2657.50", why="the loader rounds down and meets other bytes; we read where the header says",
    ),
    PeCase(
        words="version data behind the raw size of its section",
        data=patched(SECTION_RAW_SIZE, DATA + 60 - HEADERS_SIZE), windows="5.5.2657.50", ours="5.5.2657.50",
        why="mapped by where it begins, then read on in the file",
    ),
    PeCase(
        words="version data that begins behind the raw size", data=patched(SECTION_RAW_SIZE, DATA - HEADERS_SIZE),
        windows="5.5.2657.50", ours=DAMAGED, language=None, reason="no section of the file holds its version resource",
        why="the loader rounds the size up to 512 bytes; the headers contradict themselves",
    ),
    PeCase(
        words="a section stored larger than the file, loaded small", data=patched(SECTION_RAW_SIZE, 0x10000),
        windows=NO_RESOURCE, ours="5.5.2657.50", why=f"all that is loaded is there; {NOT_OURS_TO_JUDGE}",
    ),
    PeCase(
        words="a section larger than the file", data=patched(SECTION_RAW_SIZE - 8, 0x10000, 0x1000, 0x10000),
        windows=NO_RESOURCE, ours=DAMAGED, language=None, reason="inside one of its sections",
        why="cut short: a failed copy does not prove its version",
    ),
    PeCase(
        words="a section that stores nothing", data=patched(SECTION_RAW_SIZE, 0), windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="no section of the file holds its resource directory",
        why="the headers promise resources that are not in the file",
    ),
    PeCase(
        words="no sections", data=patched16(PE_HEADER + 6, 0), windows=NO_RESOURCE, ours=DAMAGED, language=None,
        reason="no section of the file holds its resource directory",
        why="the headers promise resources that are not in the file",
    ),
    PeCase(
        words="version data in no section", data=patched(DATA_ENTRY, 0x7FFFFFFF), windows=EXCEPTION, ours=DAMAGED,
        language=None, reason="no section of the file holds its version resource",
        why="Wine follows the address out of the file; we say what is wrong",
    ),
    PeCase(
        words="65,535 sections", data=patched16(PE_HEADER + 6, 0xFFFF), windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="inside its section table",
        why="512 are looked at, and the file is too short for them: cut short, or it lies",
    ),
    PeCase(
        words="two data directories only", data=patched(DIRECTORY_COUNT, 2), windows=NO_RESOURCE, ours=NO_RESOURCE,
        language=None, why="the resource directory is the third",
    ),
    PeCase(
        words="the resource directory's size is 0", data=patched(RESOURCE_DIRECTORY + 4, 0), windows=NO_RESOURCE,
        ours="5.5.2657.50", why="its address is given and a version lies there; the size is used for nothing else",
    ),
    PeCase(
        words="the resource directory's size is 4 GiB", data=patched(RESOURCE_DIRECTORY + 4, 0xFFFFFFFF),
        windows="5.5.2657.50", ours="5.5.2657.50", why="the size is not needed",
    ),
)  # fmt: skip

LENGTHS = (
    PeCase(
        words="the version's size is 4 GiB", data=patched(DATA_ENTRY + 4, 0xFFFFFFFF), windows=NO_FIXED,
        ours="5.5.2657.50", why="the resource states its own length, 16 bits; more is never read",
    ),
    PeCase(
        words="the version's size is 1 GiB in a sparse file", data=patched(DATA_ENTRY + 4, 1 << 30), size=5 << 30,
        windows=EXCEPTION, ours="5.5.2657.50",
        why="the functions copy it all, in twice the memory; at most 64 KiB are read here",
    ),
    PeCase(
        words="the version's size is 40", data=patched(DATA_ENTRY + 4, 40), windows=NO_FIXED, ours=NO_FIXED,
        notes=("no-fixed-version",), why="no room for the fixed part",
    ),
    PeCase(
        words="the version's size is 0", data=patched(DATA_ENTRY + 4, 0), windows=NO_FIXED, ours=NO_FIXED,
        notes=("no-fixed-version",), why="there is an entry, and nothing in it",
    ),
    PeCase(
        words="its own length is too large", data=stating_length(0xFFFF), windows="5.5.2657.50", ours="5.5.2657.50",
        why="cut at the data",
    ),
    PeCase(
        words="its own length is 0", data=stating_length(0), windows="5.5.2657.50", ours="5.5.2657.50",
        why="the fixed part is where it belongs",
    ),
    PeCase(
        words="its own length ends inside the fixed part", data=stating_length(52),
        windows="5.5.22578.17734", ours="5.5.2657.50",
        why="Wine marks the end with FE2X in the caller's copy, over two of the numbers; the file has them whole",
    ),
    PeCase(
        words="no fixed part", data=fixed_part(b""), windows=NO_FIXED, ours=NO_FIXED, notes=("no-fixed-version",),
        why="wValueLength says so",
    ),
    PeCase(
        words="a fixed part of length 0", data=fixed_part(FIXED, value_length=0), windows=NO_FIXED, ours=NO_FIXED,
        notes=("no-fixed-version",), why="wValueLength says so",
    ),
    PeCase(
        words="half a fixed part", data=fixed_part(FIXED[:24]), windows=NO_FIXED, ours=NO_FIXED,
        notes=("no-fixed-version",), why="52 bytes belong there",
    ),
    PeCase(
        words="the fixed part without its signature", data=fixed_part(bytes(4) + FIXED[4:]), windows=NO_FIXED,
        ours=NO_FIXED, notes=("no-fixed-version",),
        why="Windows hands it out unchecked; a caller has to look for 0xFEEF04BD, or takes text for a version",
    ),
    PeCase(
        words="another name of the whole", data=with_resource(block("version_info", FIXED)), windows="5.5.2657.50",
        ours="5.5.2657.50", why="nobody looks at VS_VERSION_INFO",
    ),
    PeCase(
        words="the whole is marked as text", data=with_resource(patched_bytes(4, b"\1", version("5.5.2657.50"))),
        windows="5.5.2657.50", ours="5.5.2657.50", why="nobody looks at wType for the fixed part",
    ),
)  # fmt: skip

CUT = (
    PeCase(
        words="cut in the PE header", data=PLAIN[:80], windows=NO_RESOURCE, ours=DAMAGED, language=None,
        reason="inside its PE header", why="a file that is cut short is never said to have no version",
    ),
    PeCase(
        words="the PE header lies past the end", data=patched(60, 0xFFFFFFF0), windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="its PE header lies past the end of the file", why="it may be cut short",
    ),
    PeCase(
        words="cut in the optional header", data=PLAIN[:100], windows=NO_RESOURCE, ours=DAMAGED, language=None,
        reason="inside its optional header", why="cut short",
    ),
    PeCase(
        words="cut in the section table", data=PLAIN[: SECTION_HEADER + 10], windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="inside its section table", why="cut short",
    ),
    PeCase(
        words="cut in the resource directory", data=PLAIN[: HEADERS_SIZE + 20], windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="inside its resource directory", why="cut short",
    ),
    PeCase(
        words="cut where the version resource begins", data=PLAIN[:DATA], windows=NO_FIXED, ours=DAMAGED, language=None,
        reason="inside its version resource", why="cut short",
    ),
    PeCase(
        words="cut in the fixed part", data=PLAIN[: DATA + 60], windows="5.5.2657.50", ours=DAMAGED, language=None,
        reason="inside its version resource",
        why="cut short: a failed copy proves nothing, although the two version numbers are still there",
    ),
    PeCase(
        words="cut behind the fixed part", data=PLAIN[: DATA + 100], windows="5.5.2657.50", ours=DAMAGED, language=None,
        reason="inside its version resource", why="cut short: a failed copy does not prove its version",
    ),
    PeCase(
        words="cut at the version resource's last byte", data=PLAIN[: DATA + STATED - 1], windows="5.5.2657.50",
        ours=DAMAGED, language=None, reason="inside its version resource",
        why="cut short: a failed copy does not prove its version",
    ),
    PeCase(
        words="cut behind the last section, in its padding", data=PLAIN[: DATA + STATED], windows="5.5.2657.50",
        ours="5.5.2657.50", why="nothing is lost but zeros that fill up to the next 512 bytes",
    ),
    PeCase(
        words="cut behind the version resource, in the exports", data=WITH_EXPORTS[: -FILE_ALIGNMENT - 1],
        windows=NO_RESOURCE, ours=DAMAGED, language=None, reason="inside one of its sections",
        why="cut short: a failed copy does not prove its version",
    ),
    PeCase(
        words="cut in code, without a version", data=build_pe(None, exports=["Function"])[: HEADERS_SIZE + 20],
        windows=NO_RESOURCE, ours=DAMAGED, language=None, reason="inside one of its sections",
        why="a file that is cut short is never said to have no version",
    ),
)  # fmt: skip

OTHER = (
    PeCase(
        words="an empty file", data=b"", windows=NO_RESOURCE, ours=NOT_PE, language=None, reason="it is empty",
        why="not a program",
    ),
    PeCase(
        words="one byte", data=b"M", windows=NO_RESOURCE, ours=NOT_PE, language=None, reason="no MZ header",
        why="not a program",
    ),
    PeCase(
        words="MZ and no more", data=b"MZ", windows=NO_RESOURCE, ours=NOT_PE, language=None, reason="no MZ header",
        why="not a program",
    ),
    PeCase(
        words="text", data=b"This is not a program. " * 10, windows=NO_RESOURCE, ours=NOT_PE, language=None,
        reason="no MZ header", why="not a program",
    ),
    PeCase(
        words="64 KiB of zeros", data=bytes(1 << 16), windows=NO_RESOURCE, ours=NOT_PE, language=None,
        reason="no MZ header", why="not a program: a copy that was allocated and never written",
    ),
    PeCase(
        words="a terabyte of zeros", data=b"\0", size=1 << 40, windows=NO_RESOURCE, ours=NOT_PE, language=None,
        reason="no MZ header", why="not a program; one page of it is read",
    ),
    PeCase(
        words="5 GiB behind the last section", data=PLAIN, size=5 << 30, windows="5.5.2657.50", ours="5.5.2657.50",
        why="an overlay is not read",
    ),
    PeCase(
        words="an MS-DOS program", data=dos_program(0, b"").ljust(200, b"\0"), windows=NO_RESOURCE, ours=NOT_PE,
        language=None, reason="no PE header", why="programs of MS-DOS carry no versions",
    ),
    PeCase(
        words="another signature", data=patched(PE_HEADER, 0x01004550), windows="5.5.2657.50", ours=NOT_PE,
        language=None, reason="no PE header",
        why="Wine compares two of the signature's four bytes; the format has four",
    ),
    PeCase(
        words="an unknown optional header", data=patched16(OPTIONAL_HEADER, 0x107), windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="neither PE32 nor PE32+", why="where its data directories are is not known",
    ),
    PeCase(
        words="DEC Alpha", data=build_pe("5.5.2653.6", machine="alpha"), windows="5.5.2653.6", ours="5.5.2653.6",
        why="any machine: the file is data; Exchange 5.5 ran on Alpha",
    ),
    PeCase(
        words="an unknown machine", data=patched16(PE_HEADER + 4, 0xBEEF), windows="5.5.2657.50", ours="5.5.2657.50",
        why="any machine; the number is shown",
    ),
    PeCase(
        words="a virtual device driver", data=dos_program(64, b"LE" + bytes(200)), windows=NO_RESOURCE,
        ours=SIXTEEN_BIT, language=None, reason="a driver of Windows 3.x or 9x", why="Exchange has none",
    ),
    PeCase(
        words="a 16-bit program", data=ne_file((3, 1, b"icon"), (16, 2, b"other"), (16, 1, version16())),
        windows="3.10.0.103", ours="3.10.0.103", language=None, why="old setup media carry such files; keys are ANSI",
    ),
    PeCase(
        words="a 16-bit program with another id", data=ne_file((16, 2, version16())), windows=NO_RESOURCE,
        ours=SIXTEEN_BIT, language=None, reason="without a version resource", why="not id 1",
    ),
    PeCase(
        words="a 16-bit program without a version", data=ne_file((3, 1, b"icon")), windows=NO_RESOURCE,
        ours=SIXTEEN_BIT, language=None, reason="without a version resource", why="nothing to find",
    ),
    PeCase(
        words="a 16-bit program without resources", data=patched16(NE_HEADER + 0x24, 64, 64, data=ne_file()),
        windows=NO_RESOURCE, ours=SIXTEEN_BIT, language=None, reason="without a version resource",
        why="nothing to find",
    ),
    PeCase(
        words="a 16-bit program without a resource table", data=patched16(NE_HEADER + 0x24, 0, 64, data=ne_file()),
        windows=NO_RESOURCE, ours=SIXTEEN_BIT, language=None, reason="without a version resource",
        why="nothing to find",
    ),
    PeCase(
        words="a 16-bit program cut in its header", data=ne_file()[:80], windows=NO_RESOURCE, ours=DAMAGED,
        language=None, reason="inside its NE header", why="cut short",
    ),
    PeCase(
        words="a 16-bit program cut in its resource table", data=ne_file((3, 1, b""))[:140], windows=NO_RESOURCE,
        ours=DAMAGED, language=None, reason="inside its resource table", why="cut short",
    ),
    PeCase(
        words="a 16-bit program cut in its version", data=ne_file((16, 1, version16()))[:0x220], windows="3.10.0.0",
        ours=DAMAGED, language=None, reason="inside its version resource",
        why="cut short; Windows takes zeros for what is missing",
    ),
    PeCase(
        words="a 16-bit program with an alignment of 2 to the 16th",
        data=patched16(NE_TABLE, 16, data=ne_file((16, 1, version16()))), windows=NO_FIXED, ours=DAMAGED,
        language=None, reason="an impossible alignment",
        why="2 to the 15th is the most that makes sense",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAFile:
    """Something in a folder that is not a regular file. Windows has its like for links and folders only."""

    words: str
    make: Callable[[Path], object]
    ours: str
    """The sentence, or the start of the system's own."""
    why: str


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(path.parent):  # a socket's path may not be long
        listener.bind(path.name)


NOT_FILES = (
    NotAFile(words="a folder", make=Path.mkdir, ours="not a regular file", why="whatever its name ends with"),
    NotAFile(words="a named pipe", make=os.mkfifo, ours="not a regular file", why="opened, not waited for"),
    NotAFile(words="a socket", make=make_socket, ours="No such device or address", why="the system does not open it"),
    NotAFile(
        words="a symbolic link to a file", make=lambda path: path.symlink_to(__file__),
        ours="a symbolic link, which is not followed", why="it may lead out of the target",
    ),
    NotAFile(
        words="a symbolic link to a device", make=lambda path: path.symlink_to("/dev/zero"),
        ours="a symbolic link, which is not followed", why="devices have no end",
    ),
    NotAFile(
        words="a symbolic link to itself", make=lambda path: path.symlink_to(path.name),
        ours="a symbolic link, which is not followed", why="not followed, so no loop",
    ),
    NotAFile(
        words="a symbolic link to nothing", make=lambda path: path.symlink_to("nothing"),
        ours="a symbolic link, which is not followed", why="not followed, so not missed",
    ),
)  # fmt: skip

SECTIONS = {
    "Which resource is taken": WHICH,
    "Resource trees": TREE,
    "Sections and addresses": ADDRESSES,
    "Lengths that lie": LENGTHS,
    "Files cut short": CUT,
    "Other files": OTHER,
}
PE_CASES = tuple(case for cases in SECTIONS.values() for case in cases)
