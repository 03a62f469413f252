"""Listings of other tools: what each says of a file, what it does not, and how it is known."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import listing_builder
import pytest
from hypothesis import given
from hypothesis import strategies as st
from listing_builder import Listed
from targets import ASKED

from hotfix_check.errors import HotfixCheckError, TargetError
from hotfix_check.frozen import replace
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import (
    VERSION_FROM_TEXT,
    Collected,
    InstalledFile,
    Inventory,
    TargetKind,
    UnreadableFile,
)
from hotfix_check.inventory.listings.listed import inventory_path, text_version, time_of
from hotfix_check.inventory.listings.read import MAX_BYTES, read_listing
from hotfix_check.inventory.open_file import bytes_as_file
from hotfix_check.inventory.saved import inventory_to_json, parse_saved
from hotfix_check.inventory.target import opened_target, read_target
from hotfix_check.version import FileVersion

WANTED = frozenset({"mapi32.dll", "store.exe", "readme.cfg"})
PLAIN = frozenset({"readme.cfg"})
TIME = datetime(2003, 7, 1, 17, 44, tzinfo=UTC)
MAPI = Listed(r"C:\WINNT\System32\Mapi32.dll", "5.5.2657.50", 881_936, TIME)
STORE = Listed(r"C:\Exchsrvr\Bin\Store.exe", "5.5.2653.23", 4_000, TIME)
VERSION = FileVersion(5, 5, 2657, 50)


def kind_of(path: Path) -> TargetKind:
    with opened_target(path) as target:
        return target.kind


def read(tmp_path: Path, text: str | bytes, encoding: str = "utf-8") -> Inventory:
    path = tmp_path / "anything.dat"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    assert kind_of(path) is TargetKind.LISTING
    return read_target(path, replace(ASKED, wanted=WANTED, plain=PLAIN))


def only(inventory: Inventory) -> InstalledFile:
    (file,) = inventory.files
    assert inventory.unreadable == ()
    return file


def unread(inventory: Inventory) -> UnreadableFile:
    (file,) = inventory.unreadable
    assert inventory.files == ()
    return file


@pytest.mark.parametrize(
    ("write", "path", "said", "unsaid"),
    [
        (
            listing_builder.filever,
            "C:/WINNT/System32/mapi32.dll",
            {"size": 881_936, "machine": "i386", "languages": (0x409,)},
            {"modified", "version_string", "product_name", "company_name", "original_filename", "linked", "notes"},
        ),
        (
            listing_builder.sigcheck,
            "c:/winnt/system32/mapi32.dll",
            {
                "version_string": "5.5.2657.50",
                "product_name": "Microsoft Exchange",
                "company_name": "Microsoft Corporation",
            },
            {"size", "modified", "machine", "languages", "linked", "original_filename"},
        ),
        (
            listing_builder.powershell_csv,
            "C:/WINNT/System32/Mapi32.dll",
            {"size": 881_936, "modified": TIME, "version_string": "5.5.2657.50", "product_name": "Microsoft Exchange"},
            {"machine", "languages", "linked", "company_name"},
        ),
        (
            listing_builder.powershell_json,
            "C:/WINNT/System32/Mapi32.dll",
            {
                "size": 881_936,
                "modified": TIME,
                "version_string": "5.5.2657.50",
                "company_name": "Microsoft Corporation",
            },
            {"machine", "languages", "linked", "notes"},
        ),
        (
            listing_builder.powershell_clixml,
            "C:/WINNT/System32/Mapi32.dll",
            {"version_string": "5.5.2657.50", "original_filename": "Mapi32.dll"},
            {"size", "modified", "machine", "languages", "linked", "notes"},
        ),
        (
            listing_builder.osquery,
            "C:/WINNT/System32/Mapi32.dll",
            {"size": 881_936, "modified": TIME, "original_filename": "Mapi32.dll"},
            {"version_string", "machine", "languages", "company_name", "product_name", "linked", "notes"},
        ),
        (
            listing_builder.velociraptor,
            "C:/WINNT/System32/Mapi32.dll",
            {"size": 881_936, "modified": TIME, "machine": "i386", "linked": int(TIME.timestamp())},
            {"languages"},
        ),
        (
            listing_builder.exiftool,
            "C:/WINNT/System32/Mapi32.dll",
            {
                "size": 881_936,
                "modified": TIME,
                "machine": "i386",
                "languages": (0x409,),
                "linked": int(TIME.timestamp()),
            },
            {"notes"},
        ),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_format_says_what_it_can_and_leaves_the_rest_unknown(
    write: Any, path: str, said: dict[str, object], unsaid: set[str], tmp_path: Path
) -> None:
    inventory = read(tmp_path, write([MAPI]))
    file = only(inventory)
    assert (inventory.kind, inventory.folders, inventory.lone_file) == (TargetKind.LISTING, (), True)
    assert (file.path, file.version) == (path, VERSION)
    assert {key: getattr(file, key) for key in said} == said
    assert {key for key in unsaid if getattr(file, key) not in (None, ())} == set()
    assert (file.stub, file.sha256) == (None, None)


@pytest.mark.parametrize(
    ("write", "from_text"),
    [
        (listing_builder.filever, False),
        (listing_builder.sigcheck, True),
        (listing_builder.powershell_csv, True),
        (listing_builder.powershell_json, False),
        (listing_builder.powershell_clixml, False),
        (listing_builder.osquery, False),
        (listing_builder.velociraptor, True),
        (listing_builder.exiftool, False),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_version_that_is_only_text_is_noted(write: Any, from_text: bool, tmp_path: Path) -> None:
    notes = only(read(tmp_path, write([MAPI]))).notes
    assert [note.partition(":")[0] for note in notes] == ([VERSION_FROM_TEXT] if from_text else [])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"], ids=["plain", "with a mark", "UTF-16", "UTF-16, no mark"]
)
@pytest.mark.parametrize(
    "write",
    [listing_builder.filever, listing_builder.sigcheck, listing_builder.powershell_csv],
    ids=lambda one: one.__name__,
)
def test_text_listings_are_read_in_the_encodings_that_windows_writes(write: Any, encoding: str, tmp_path: Path) -> None:
    assert only(read(tmp_path, write([MAPI]), encoding)).version == VERSION


@pytest.mark.parametrize("write", [listing_builder.velociraptor, listing_builder.osquery], ids=["JSONL", "JSON"])
def test_json_that_a_windows_shell_redirected_is_read(write: Any, tmp_path: Path) -> None:
    other = Listed("C:\\Store.exe", "5.5.2653.23", 1, TIME)
    assert len(read(tmp_path, write([MAPI, other]), "utf-16").files) == 2


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("5.5.2657.50", "5.5.2657.50"),
        ("15.02.1544.004", "15.2.1544.4"),
        ("5.5 (Build 2657.50)", "5.5.2657.50"),
        ("5.5 (Build 2653.23: Service Pack 4)", "5.5.2653.23"),
        ("10.0.14393.0 (rs1_release.160715-1616)", "10.0.14393.0"),
        ("2, 1, 0, 0", "2.1.0.0"),
        ("5.5", None),
        ("5.5.2657", None),
        ("2657.50", None),
        ("5.5.2657.50.1", None),
        ("5.5.2657.50 or so", None),
        ("5.5.2657.70000", None),
        ("5.5 (Build 2657)", None),
        ("about 5.5 (Build 2657.50)", None),
        ("\u0665.5.2657.50", None),
        ("", None),
    ],
)
def test_a_text_is_a_version_only_with_four_numbers(text: str, version: str | None) -> None:
    found = text_version(text)
    assert (None if found is None else str(found)) == version


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (r"C:\Exchsrvr\Bin\Store.exe", "C:/Exchsrvr/Bin/Store.exe"),
        (r"\\?\C:\Exchsrvr\Bin\Store.exe", "C:/Exchsrvr/Bin/Store.exe"),
        (r"\\.\C:\Exchsrvr\Store.exe", "C:/Exchsrvr/Store.exe"),
        (r"\\mail1\c$\Exchsrvr\Store.exe", "mail1/c$/Exchsrvr/Store.exe"),
        (r"\\?\UNC\mail1\c$\Store.exe", "mail1/c$/Store.exe"),
        (r"Microsoft.PowerShell.Core\FileSystem::C:\Exchsrvr\Store.exe", "C:/Exchsrvr/Store.exe"),
        ('"C:\\Store.exe"', "C:/Store.exe"),
        ("./evidence/Store.exe", "evidence/Store.exe"),
        ("Store.exe", "Store.exe"),
    ],
)
def test_windows_paths_become_paths_of_the_inventory(path: str, shown: str) -> None:
    assert inventory_path(path) == shown


@pytest.mark.parametrize(
    ("value", "utc", "time"),
    [
        ("2003-07-01T17:44:00Z", False, TIME),
        ("2003-07-01T19:44:00+02:00", False, TIME),
        ("2003-07-01T17:44:00.1234567Z", False, TIME),
        ("/Date(1057081440000)/", False, TIME),
        ({"value": "/Date(1057081440000)/", "DateTime": "Tuesday"}, False, TIME),
        ("2003-07-01T17:44:00", True, TIME),
        ("2003-07-01T17:44:00", False, None),
        ("7/1/2003 5:44:00 PM", True, None),
        ("01.07.2003 17:44:00", True, None),
        ("2003-07-01", True, None),
        ("/Date(99999999999999999)/", True, None),
        ("9999-12-31T23:59:59-14:00", False, None),
        (1057081440, True, None),
    ],
    ids=str,
)
def test_a_time_is_known_only_with_its_zone(value: object, utc: bool, time: datetime | None) -> None:
    assert time_of(value, utc=utc) == time


SIGCHECK_A = (
    "Path,Verified,Date,Publisher,Company,Description,Product,Product Version,File Version,Machine Type,"
    "Binary Version,Original Name,Internal Name,Copyright,Comments,Entropy,MD5,SHA1,PESHA1,PESHA256,SHA256,IMP\r\n"
    '"C:\\Exchsrvr\\Bin\\Store.exe","Unsigned","5:44 PM 7/1/2003","n/a","Microsoft Corporation","Store",'
    '"Microsoft Exchange",'
    '"5.5","5.5 (Build 2653)","32-bit","5.5.2653.23","store.exe","store","n/a","n/a","6.1","0","0","0","0","'
    + "ab" * 32
    + '","0"\r\n'
)


def test_sigcheck_with_a_gives_the_fixed_block_and_the_hash(tmp_path: Path) -> None:
    file = only(read(tmp_path, SIGCHECK_A))
    assert (str(file.version), file.version_string, file.notes) == ("5.5.2653.23", "5.5 (Build 2653)", ())
    assert (file.sha256, file.original_filename, file.description) == ("ab" * 32, "store.exe", "Store")


def test_sigcheck_by_tabs_below_its_banner_is_read(tmp_path: Path) -> None:
    banner = "\r\nSigcheck v2.90 - File version and signature viewer\r\n\r\n"
    text = listing_builder.sigcheck([MAPI])
    assert only(read(tmp_path, banner + text.replace('","', '"\t"').replace(",", "\t", 9))).version == VERSION


def test_filever_takes_the_strings_of_a_verbose_listing_and_a_time(tmp_path: Path) -> None:
    text = (
        "--a-- W32a   DLL DEU     5.5.2653.6 shp    1,234,567 10-26-2000 09:30:00 mapi32.dll\r\n"
        "\tLanguage\t0x0407 (German)\r\n\tCompanyName\tMicrosoft Corporation\r\n\tFileVersion\t5.5 (Build 2653.6)\r\n"
        "-ra-- -      -   -             -     -        4,000 10-26-2000 readme.cfg\r\n"
        "d---- -      -   -             -     -            0 10-26-2000 Res\r\n"
        "--a-- W32i   APP ENU     5.5.2653.23 shp    4,000 10-26-2000 Two Words.exe\r\n"
    )
    mapi, plain, words = read(tmp_path, text).files
    assert (mapi.path, str(mapi.version), mapi.machine, mapi.languages) == (
        "mapi32.dll",
        "5.5.2653.6",
        "alpha",
        (0x407,),
    )
    assert (mapi.size, mapi.company_name, mapi.version_string) == (
        1_234_567,
        "Microsoft Corporation",
        "5.5 (Build 2653.6)",
    )
    assert (plain.path, plain.version, plain.size) == ("readme.cfg", None, 4000)
    assert (words.path, str(words.version)) == ("Two Words.exe", "5.5.2653.23")


@pytest.mark.parametrize("columns", ["W32i   DLL ENU", "W32i   DLL -      -", "W32i   DLL", "-      -   -      -"])
def test_filever_names_a_program_without_a_version(columns: str, tmp_path: Path) -> None:
    """Left out it would be a file that nobody collected, and a level would include what it lacks."""
    text = f"--a-- {columns} shp    4,000 10-26-2000 mapi32.dll\r\n" + listing_builder.filever([STORE])
    assert {file.path: file.version for file in read(tmp_path, text).files if file.path == "mapi32.dll"} == {
        "mapi32.dll": None
    }


@pytest.mark.parametrize("columns", ["W32i   DLL ENU 5.5", "W32i   DLL ENU of the", "the  5.5.2653.6 5.5.2657.50"])
def test_counter_case_words_between_attributes_and_day_are_no_file_of_filever(columns: str, tmp_path: Path) -> None:
    text = f"--a-- {columns} shp    4,000 10-26-2000 mapi32.dll\r\n" + listing_builder.filever([STORE])
    assert [file.path.lower() for file in read(tmp_path, text).files if "mapi32" in file.path.lower()] == []


@pytest.mark.parametrize(
    ("row", "version"),
    [
        (
            {"FullName": "C:\\Store.exe", "FileVersionRaw": {"Major": 5, "Minor": 5, "Build": 2, "Revision": 3}},
            "5.5.2.3",
        ),
        ({"Path": "C:\\Store.exe", "FileVersionRaw": "5.5.2.3", "FileVersion": "5.6"}, "5.5.2.3"),
        ({"FullName": "C:\\Store.exe", "Version": "5.5.2.3"}, "5.5.2.3"),
        ({"DirectoryName": "C:", "Name": "Store.exe", "VersionInfo": {"FileVersion": "5.5.2.3"}}, "5.5.2.3"),
        ({"Name": "Store.exe", "VersionInfo": {"FileName": "C:\\Store.exe", "FileVersion": "5.5.2.3"}}, "5.5.2.3"),
        ({"FullName": "C:\\Store.exe", "Version": {"Major": 5, "Minor": 5, "Build": 2, "Revision": 3}}, "5.5.2.3"),
    ],
    ids=["raw table", "raw text before the string", "own column", "folder apart", "VersionInfo names it", "own table"],
)
def test_powershell_tells_a_version_in_many_ways(row: dict[str, object], version: str, tmp_path: Path) -> None:
    file = only(read(tmp_path, json.dumps(row)))
    assert (file.path, str(file.version)) == ("C:/Store.exe", version)


def test_objects_that_windows_powershell_wraps_are_read(tmp_path: Path) -> None:
    rows = json.loads(listing_builder.powershell_json([MAPI]))
    assert only(read(tmp_path, json.dumps({"value": rows, "Count": 1}))).version == VERSION


@pytest.mark.parametrize("type_line", [True, False])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_export_csv_is_read_with_any_delimiter(type_line: bool, delimiter: str, tmp_path: Path) -> None:
    text = listing_builder.powershell_csv([MAPI], type_line=type_line).replace('","', f'"{delimiter}"')
    assert only(read(tmp_path, text)).version == VERSION


CLIXML = (
    '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><Props>'
    '<S N="ServerName">MAIL1</S><Obj N="ExchangeInformation" RefId="1"><Props>'
    '<Obj N="BuildInformation" RefId="2"><Props>'
    '<Obj N="ExchangeSetup" RefId="3"><MS><I32 N="FileMajorPart">15</I32><I32 N="FileMinorPart">1</I32>'
    '<I32 N="FileBuildPart">2507</I32><I32 N="FilePrivatePart">6</I32><S N="FileVersion">15.01.2507.006</S></MS></Obj>'
    "</Props></Obj></Props></Obj></Props></Obj></Objs>"
)


def test_a_health_checker_result_gives_exsetup_and_the_server(tmp_path: Path) -> None:
    inventory = read(tmp_path, CLIXML, "utf-16")
    file = only(inventory)
    assert (file.path, str(file.version), file.version_string) == ("ExSetup.exe", "15.1.2507.6", "15.01.2507.006")
    assert inventory.collected == Collected(host="MAIL1", at=None, by="PowerShell (CLIXML)")


def test_velociraptor_tells_the_stub_by_its_exports(tmp_path: Path) -> None:
    row = json.loads(listing_builder.velociraptor([MAPI]))
    row["PE"]["Exports"] = ["FixMAPI", "GetOutlookVersion"]
    assert only(read(tmp_path, json.dumps(row))).stub is True
    row["PE"]["Exports"] = ["HrThisThreadAdviseSink@8"]
    assert only(read(tmp_path, json.dumps(row))).stub is False


def exif(**tags: object) -> str:
    return json.dumps([{"SourceFile": "C:/Store.exe", "PEType": "PE32", **tags}])


def test_a_version_that_exiftool_made_a_number_of_is_not_used(tmp_path: Path) -> None:
    reason = unread(read(tmp_path, exif(FileVersion=1.1))).reason
    assert reason == "exiftool gives the version as the number 1.1, which has lost its zeros (1.10 becomes 1.1)"
    file = only(read(tmp_path, exif(FileVersionNumber="5.5.2653.23", FileVersion=5.5)))
    assert (str(file.version), file.version_string) == ("5.5.2653.23", None)


def test_exiftool_with_groups_is_read_and_a_rounded_size_is_unknown(tmp_path: Path) -> None:
    tags = {"File:FileSize": "882 kB", "EXE:FileVersionNumber": "5.5.2653.23", "EXE:MachineType": "AMD AMD64"}
    file = only(read(tmp_path, exif(**tags)))
    assert (str(file.version), file.size, file.machine) == ("5.5.2653.23", None, "amd64")


def test_of_what_is_no_evidence_only_versions_are_kept(tmp_path: Path) -> None:
    rows = [
        {"path": "C:\\a.txt", "file_version": ""},
        {"path": "C:\\other.dll", "file_version": "1.2.3.4"},
        {"path": "C:\\readme.cfg", "file_version": "", "size": "7"},
        {"path": "C:\\Store.exe", "file_version": ""},
        {"path": "C:\\Mapi32.dll", "file_version": "5.5.1.1", "type": "directory"},
    ]
    inventory = read(tmp_path, json.dumps(rows))
    assert [(file.path, file.size) for file in inventory.files] == [("C:/other.dll", None), ("C:/readme.cfg", 7)]
    assert [(file.path, file.reason) for file in inventory.unreadable] == [
        ("C:/Store.exe", "osquery gives no version for it")
    ]
    assert (inventory.files_seen, inventory.files_read) == (4, 2)


def test_a_version_of_other_than_four_numbers_is_said_and_not_used(tmp_path: Path) -> None:
    text = 'Path,Verified,Date,Publisher,File Version\r\n"C:\\Store.exe",Unsigned,n/a,n/a,"5.5 or so"\r\n'
    assert unread(read(tmp_path, text)).reason == "sigcheck gives the version '5.5 or so', which is not four numbers"


def test_a_file_without_a_version_resource_is_one(tmp_path: Path) -> None:
    info = {"FileMajorPart": 0, "FileMinorPart": 0, "FileBuildPart": 0, "FilePrivatePart": 0, "FileVersion": None}
    file = only(read(tmp_path, json.dumps([{"FullName": "C:\\Store.exe", "VersionInfo": info}])))
    assert (file.version, file.version_string) == (None, None)


def test_a_file_listed_twice_counts_once_and_with_two_versions_not_at_all(tmp_path: Path) -> None:
    row = {"path": "C:\\Store.exe", "file_version": "5.5.2653.23"}
    assert str(only(read(tmp_path, json.dumps([row, row]))).version) == "5.5.2653.23"
    other = {"path": "c:\\store.exe", "file_version": "5.5.2650.23"}
    assert unread(read(tmp_path, json.dumps([row, other]))).reason.startswith(
        "listed twice, with different facts; of several hosts, name each in a column"
    )


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE Objs [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    '<Objs Version="1"><S N="x">&b;</S></Objs>'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<Objs Version="1.1"><Obj></Objs>', "not XML: mismatched tag"),
        ("<Objs Version='1'><!-- --><S N='x'>&b;</S></Objs>", "not XML: undefined entity"),
        ('<Objs Version="1">' + "<Obj>" * 2000, "nested deeper than 1000 objects"),
        ('{"SourceFile": "a", "FileVersionNumber": ', "not JSON"),
        ('{"path": "a", "file_version": "1.2.3.4"}\n{"path"', "line 2: not JSON"),
        ('[{"path": "a", "file_version": "1", "path": "b"}]', "1, path: appears twice"),
        ('Path,Verified,Publisher,File Version\n"a"b,c,d\n', "line 2: not CSV"),
        ("Path,Verified,Publisher,File Version\n" + "x" * 200_000, "line 2: not CSV: field larger than"),
        ("Path,Verified,Publisher,File Version" + ",x" * 600 + "\n", "line 1: more than 500 columns"),
    ],
    ids=lambda value: value[:40],
)
def test_what_is_broken_is_refused_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_text(text)
    with pytest.raises(HotfixCheckError, match=said) as caught:
        read_target(path, replace(ASKED, wanted=WANTED))
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_a_document_type_is_refused_before_it_costs(tmp_path: Path) -> None:
    path = tmp_path / "laughs.xml"
    path.write_text(LAUGHS)
    assert kind_of(path) is TargetKind.LISTING
    with pytest.raises(TargetError, match=r"laughs\.xml: a document type is declared in it"):
        read_target(path, replace(ASKED, wanted=WANTED))


def test_a_line_of_blanks_costs_nothing(tmp_path: Path) -> None:
    line = listing_builder.filever([MAPI])
    inventory = read(tmp_path, line + "C:\\" + " " * 2_000_000 + "x\r\n" + line)
    assert only(inventory).version == VERSION


def test_a_listing_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.write(b"Path,Verified,Publisher,File Version\n" + b"\n" * 70_000)
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(TargetError, match="larger than"):
        read_target(path, replace(ASKED, wanted=WANTED))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\0",
        b"Dear all,\nwe have version 5.5.2653.23\n",
        b"a,b,c\n1,2,3\n",
        b"name,version\npip,1.2\n",
        b'{"name": "x", "version": "1.2.3.4"}',
        b"[1]",
        b'{"schema": 1}',
        b"PK\x03\x04",
        b"<html></html>",
        b"\0" * 100,
        b"\xff\xfe",
        b'{"schema": "hotfix-check/inventory/1", "path": 1, "file_version": 2}',
    ],
    ids=repr,
)
def test_anything_else_is_no_listing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "powershell.csv"
    path.write_bytes(content)
    assert kind_of(path) is not TargetKind.LISTING


def test_other_text_is_refused_in_a_line_that_names_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear all")
    with pytest.raises(TargetError, match=r"notes.txt: text, but not in a form .*Closest are PowerShell: Get-Command"):
        read_target(path, replace(ASKED, wanted=WANTED))
    assert read_target(path, Asked(wanted=frozenset({"notes.txt"}))).kind is TargetKind.FILE
    for content in (b"MZ\x90\0", b""):
        path.write_bytes(content)
        assert read_target(path, replace(ASKED, wanted=WANTED)).kind is TargetKind.FILE


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"Path,Verified,Publisher,File Version\n", b'[{"SourceFile": ', b"<Objs V='1'>"]),
)
def test_no_bytes_do_anything_but_give_files_or_one_line(data: bytes, start: bytes) -> None:
    try:
        for inventory in read_listing(bytes_as_file(start + data, "x", "x"), replace(ASKED, wanted=WANTED)):
            assert inventory.kind is TargetKind.LISTING
    except HotfixCheckError as error:
        assert len(error.lines) == 1


names = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters='\\/:*?"<>|\x7f'), min_size=1, max_size=12
)


@given(
    st.lists(
        st.builds(
            Listed,
            names.map(lambda name: f"C:\\Exchsrvr\\Bin\\x{name.strip()}x.dll"),
            st.lists(st.integers(0, 65535), min_size=4, max_size=4)
            .filter(any)
            .map(lambda parts: ".".join(map(str, parts))),
            st.integers(0, 2**31),
            st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)).map(
                lambda at: at.replace(microsecond=0, tzinfo=UTC)
            ),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one.path.lower(),
    ),
    st.sampled_from(
        [
            listing_builder.osquery,
            listing_builder.powershell_json,
            listing_builder.velociraptor,
            listing_builder.exiftool,
        ]
    ),
)
def test_what_a_tool_writes_is_read_and_saved_and_read_back(files: list[Listed], write: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_text(write(files), "utf-8")
        inventory = read_target(path, replace(ASKED, wanted=WANTED))
    found = {file.path: (str(file.version), file.size, file.modified) for file in inventory.files}
    assert found == {one.path.replace("\\", "/"): (one.version, one.size, one.time) for one in files}
    text = inventory_to_json(inventory, Collected(host=None, at=None, by="a test"))
    assert parse_saved(json.loads(text), "saved.json").files == inventory.files
