"""A saved inventory is read back as the same values; a broken one is refused with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory.test_format_1 import EVERYTHING

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory import saved
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import Collected, InstalledFile, Inventory, TargetKind, UnreadableFile, by_path
from hotfix_check.inventory.saved import inventory_to_json, parse_saved
from hotfix_check.inventory.saved_files import file_row, plain_files, read_file
from hotfix_check.inventory.target import opened_target, read_target
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.json import MAX_VALUES
from hotfix_check.version import FileVersion

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
numbers = st.integers(0, 0xFFFF)
moments = st.datetimes(datetime(1980, 1, 1), datetime(2107, 1, 1)).map(
    lambda one: one.replace(microsecond=0, tzinfo=UTC)
)
files = st.builds(
    InstalledFile,
    path=texts,
    size=st.integers(0, 2**40),
    modified=st.none() | moments,
    version=st.none() | st.builds(FileVersion, numbers, numbers, numbers, numbers),
    version_string=st.none() | texts,
    product_name=st.none() | texts,
    company_name=st.none() | texts,
    original_filename=st.none() | texts,
    internal_name=st.none() | texts,
    description=st.none() | texts,
    languages=st.lists(numbers, max_size=3).map(tuple),
    machine=st.none() | st.sampled_from(["i386", "alpha", "amd64"]),
    linked=st.none() | st.integers(0, 2**32 - 1),
    stub=st.none() | st.booleans(),
    sha256=st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    notes=st.lists(texts, max_size=2).map(tuple),
)
unreadable = st.builds(
    UnreadableFile,
    path=texts,
    reason=texts,
    is_folder=st.booleans(),
    size=st.none() | st.integers(0, 2**40),
    modified=st.none() | moments,
    sha256=st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
inventories = st.builds(
    Inventory,
    target=texts,
    kind=st.just(TargetKind.INVENTORY),
    root=st.lists(texts, max_size=3).map(tuple),
    folders=st.lists(texts, max_size=3).map(tuple),
    files=st.lists(files, max_size=3, unique_by=lambda file: file.path).map(
        lambda found: tuple(sorted(found, key=by_path))
    ),
    unreadable=st.lists(unreadable, max_size=2).map(lambda found: tuple(sorted(found, key=by_path))),
    files_seen=numbers,
    files_read=numbers,
    lone_file=st.booleans(),
    collected=st.builds(Collected, host=st.none() | texts, at=st.none() | moments, by=texts),
).map(lambda one: replace(one, lone_file=one.lone_file and len(one.files) + len(one.unreadable) < 2))


@given(inventories)
def test_what_is_saved_is_read_back(inventory: Inventory) -> None:
    assert inventory.collected is not None
    text = inventory_to_json(inventory, inventory.collected)
    assert parse_saved(json.loads(text), "saved.json") == inventory


def example(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "hotfix-check/inventory/1",
        "collected": {"host": "EX01", "at": "2026-11-21T08:00:00Z", "by": "hotfix-check 0.1.0"},
        "target": "C:/Exchsrvr",
        "root": ["Exchsrvr"],
        "lone_file": False,
        "files_seen": 1,
        "files_read": 1,
        "folders": [""],
        "unreadable": [],
        "files": [{"path": "Store.exe", "size": 10, "version": "5.5.2653.23"}],
    }
    return {key: value for key, value in {**document, **changes}.items() if value is not ...}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "hotfix-check/inventory/9"}, "schema: 'hotfix-check/inventory/9': this release reads"),
        ({"schema": ...}, "schema: missing"),
        ({"files": {}}, "files: a list of tables expected"),
        ({"files": [7]}, "files: a list of tables expected, found 7 in it"),
        ({"files": [{"path": "a", "size": -1}]}, r"file 1 \(a\): size: -1 is not within"),
        (
            {"files": [{"path": "a", "size": 1, "version": "5.5"}]},
            r"file 1 \(a\): version: '5.5' is not a file version",
        ),
        ({"files": [{"path": "a", "size": 1, "modified": "yesterday"}]}, "modified: "),
        ({"files": [{"path": "a", "size": 1, "modified": "2003-07-01T17:44:00"}]}, "modified: .* has no time zone"),
        ({"files": [{"path": "a", "size": 1, "colour": "red"}]}, "colour: unknown field"),
        ({"files_seen": True}, "files_seen: a whole number expected, found True"),
        ({"collected": None}, "collected: missing"),
        ({"files": [{"path": "a", "size": 1}] * 2}, "files: 'a' appears twice"),
        ({"lone_file": True, "files": [{"path": "a"}, {"path": "b"}]}, "lone_file: true, and 2 files are in it"),
    ],
)
def test_a_broken_inventory_is_refused_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SavedInputError, match=said):
        parse_saved(example(**changes), "saved.json")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe{", b"[" * 200_000, b'{"schema": 1}'], ids=repr)
def test_what_is_not_json_or_not_ours_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_bytes(content)
    with pytest.raises(SavedInputError):
        read_target(path, Asked(wanted=frozenset()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"], ids=str)
def test_an_inventory_is_known_by_its_content_in_the_encodings_that_shells_write(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "anything.dat"
    path.write_bytes(json.dumps(example(), sort_keys=True).encode(encoding))
    with opened_target(path) as target:
        assert target.kind is TargetKind.INVENTORY
    assert read_target(path, Asked(wanted=frozenset())).files[0].path == "Store.exe"


def test_a_program_or_text_is_no_inventory(tmp_path: Path) -> None:
    path = tmp_path / "anything.dat"
    disc = bytes(3200) + b"{" + bytes(800)
    for content in (b"MZ\x90\0", b"", b"[1]", b"text", disc, disc.replace(b"{", b"[")):
        path.write_bytes(content)
        with opened_target(path) as target:
            assert target.kind is TargetKind.FILE


def test_200_000_programs_that_tell_everything_are_within_the_bounds() -> None:
    file = replace(
        EVERYTHING,
        path="Program Files/Microsoft/Exchange Server/V15/Bin/" + "x" * 40,
        size=2**30,
        version=FileVersion(15, 2, 1544, 14),
        version_string="15.02.1544.014",
        product_name="p" * 40,
        company_name="c" * 25,
        original_filename="o" * 40,
        internal_name="i" * 40,
        description="d" * 60,
        machine="amd64",
    )
    empty = parse_saved(example(files=[]), "saved.json")
    assert empty.collected is not None
    text = inventory_to_json(replace(empty, files=(file,)), empty.collected)
    (line,) = [line for line in text.splitlines() if line.startswith(' {"path"')]
    assert 200_000 * (sum(map(line.count, ",[{")) + 1) < MAX_VALUES
    assert 200_000 * (len(line) + 3) < saved.MAX_BYTES
    assert saved.MAX_FILES > 200_000


@pytest.mark.parametrize("field", ["files", "unreadable"])
def test_more_files_than_a_disk_has_are_refused(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MAX_FILES", 2)
    rows = [{"path": name, "reason": "cut short"} if field == "unreadable" else {"path": name} for name in "abc"]
    parse_saved(example(**{field: rows[:2]}), "x.json")
    with pytest.raises(SavedInputError) as caught:
        parse_saved(example(**{field: rows}), "x.json")
    assert str(caught.value) == f"x.json: {field}: more than 2 files are listed"


PLAIN = {
    "path": "Mapi32.dll",
    "size": 10,
    "modified": "2003-07-01T17:44:00+02:00",
    "version": "05.5.2653.23",
    "version_string": "",
    "product_name": "p",
    "company_name": "c",
    "original_filename": "o",
    "internal_name": "i",
    "description": "d",
    "languages": [1033],
    "machine": "i386",
    "linked": 1,
    "outlook_stub": True,
    "sha256": "0" * 64,
    "notes": ["n"],
}


def test_a_file_that_tells_everything_is_read_as_one_that_is_looked_at_field_by_field() -> None:
    (quick,) = parse_saved(example(files=[PLAIN]), "saved.json").files
    (first, slow) = parse_saved(example(files=[{"path": "A.dll", "size": None}, PLAIN]), "saved.json").files
    assert (first.path, first.size) == ("A.dll", None)
    assert quick == slow
    assert (quick.stub, quick.modified) == (True, datetime(2003, 7, 1, 15, 44, tzinfo=UTC))


@pytest.mark.parametrize("row", [{}, {"size": 1}], ids=["nothing", "no path"])
@pytest.mark.parametrize("beside", [[], [PLAIN]], ids=["alone", "behind another"])
def test_a_file_that_does_not_say_where_it_lies_is_refused(
    row: dict[str, object], beside: list[dict[str, object]]
) -> None:
    with pytest.raises(SavedInputError, match=rf"file {len(beside) + 1} \(None\): path: missing"):
        parse_saved(example(files=[*beside, row]), "saved.json")


odd = st.sampled_from(
    [None, True, 1, 0, -1, 1.5, 2**63, 2**63 + 1, "", " ", "x", "5.5.2653.23", [], [1], [True], ["n"]]
)


@given(
    st.lists(st.tuples(files, st.none() | st.tuples(st.sampled_from([*PLAIN, "unknown"]), odd)), min_size=1, max_size=4)
)
def test_files_are_read_alike_a_field_at_a_time_and_a_file_at_a_time(made: list[Any]) -> None:
    rows = [file_row(file) | ({} if change is None else dict([change])) for file, change in made]
    plain = plain_files(rows)
    try:
        top = Fields({"files": rows}, "saved.json", SavedInputError)
        slow = list(top.each("files", lambda number, _: str(number), read_file))
    except SavedInputError:
        assert plain is None
    else:
        assert plain is None or sorted(plain, key=repr) == sorted(slow, key=repr)
        assert plain is not None or any(change is not None for _, change in made)
