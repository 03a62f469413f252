"""What hosts are called: no two are taken for one, and one is not taken for two."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT, Run
from fleet.hosts import APRIL_2022, NEWEST, document, fleet, inventory, loaded_once, row  # noqa: F401

from hotfix_check.errors import UsageError
from hotfix_check.fleet.expected import Expected, read_expected
from hotfix_check.fleet.row import damaged, label_of, name_of_source
from hotfix_check.fleet.spool import Spool

pytestmark = pytest.mark.usefixtures("supported")

SCHEMA = json.loads((ROOT / "hotfix_check" / "schemas" / "fleet-1.json").read_text())
OLD = "2025-01-01T00:00:00Z"


@pytest.mark.parametrize("names", [("EX1", "EX2"), ("EX2", "EX1")], ids=["one way", "the other way round"])
def test_files_of_one_name_in_two_folders_are_two_hosts(names: tuple[str, str], tmp_path: Path, run: Run) -> None:
    for name, version in zip(names, (APRIL_2022, NEWEST), strict=True):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "inventory.json").write_bytes(inventory(None, version))
    ran = run("fleet", "in", "-f", "json")
    assert [host["host"] for host in ran.result["hosts"]] == ["EX1/inventory", "EX2/inventory"]
    assert (ran.result["older"], ran.code) == ([], 1)


@pytest.mark.parametrize(
    ("rows", "names", "older"),
    [
        ([("EX1", "a/EX1.json", True, None), ("ex1", "b/EX1.json", True, OLD)], ["ex1"], 1),
        ([("EX1", "a/EX1.json", True, None), ("EX1", "b/EX1.json", False, None)], ["b/EX1", "EX1"], 0),
        ([("i", "a/i.json", False, None), ("I", "b/I.json.gz", False, None)], ["a/i", "b/I"], 0),
        ([("i", "x/a/i.json", False, None), ("i", "y/a/i.json", False, None)], ["x/a/i", "y/a/i"], 0),
        ([("i", "i.json", False, None), ("i", "a/i.json", False, None)], ["a/i", "i"], 0),
        ([("i", "x\\a\\i.json", False, None), ("i", "x\\b\\i.json", False, None)], ["a/i", "b/i"], 0),
        ([("i", "s3://x/a/i.json", False, None), ("i", "s3://x/b/i.json", False, None)], ["a/i", "b/i"], 0),
        ([("x/a/i", "1", True, OLD), ("i", "x/a/i.json", False, None), ("i", "a/i", False, None)], 3, 0),
    ],
    ids=[
        "both named by the evidence",
        "one named by its file",
        "case",
        "the folders are alike too",
        "no folder",
        "folders of Windows",
        "a bucket",
        "hostile",
    ],
)
def test_only_what_the_evidence_names_gives_way_to_a_newer_one(
    rows: list[tuple[str, str, bool, str | None]], names: list[str] | int, older: int
) -> None:
    with Spool() as spool:
        for host, source, named, at in rows:
            spool.add(row(host, source=source, named=named, at=at))
        spool.finish(None)
        found = [one["host"] for one in spool.hosts()]
        assert names in (found, len(found))
        assert len(list(spool.older())) == older


def test_a_damaged_file_changes_no_name() -> None:
    with Spool() as spool:
        spool.add(row("EX1", source="a/EX1.json", named=False))
        spool.add(damaged("b/EX1.json", "torn"))
        spool.finish(None)
        assert [one["host"] for one in spool.hosts()] == ["EX1"]


@pytest.mark.parametrize(
    ("expected", "hosts", "kept"),
    [
        (["EX1"], ["ex1", "EX1.contoso.com"], ["EX1.contoso.com"]),
        (["EX1.contoso.com"], ["ex1", "EX1.contoso.com"], ["EX1.contoso.com"]),
        (["EX1"], ["EX1.contoso.com", "EX1.fabrikam.com"], ["EX1.contoso.com", "EX1.fabrikam.com"]),
        (["EX1"], ["ex1", "ex1.a", "ex1.b"], ["ex1", "ex1.a", "ex1.b"]),
        (["EX2"], ["ex1", "EX1.contoso.com"], ["ex1", "EX1.contoso.com"]),
    ],
    ids=["the short one is expected", "the full one is", "two domains", "two domains and neither", "another"],
)
def test_short_and_full_name_are_one_host_when_one_is_expected(
    expected: list[str], hosts: list[str], kept: list[str]
) -> None:
    with Spool() as spool:
        for number, host in enumerate(hosts):
            spool.add(row(host, source=f"{host}.json", at=f"2026-11-0{number + 1}T00:00:00Z"))
        spool.finish(Expected(dict.fromkeys(expected)))
        assert [one["host"] for one in spool.hosts()] == kept
        head = document(spool, expected=Expected(dict.fromkeys(expected))).head
        assert head["summary"]["older"] == len(hosts) - len(kept)


LOSING_A_HOST = {
    "no header": ("hosts.csv", "EX1\nEX2\n", "hosts.csv: row 1: a header with a column host or hostname or"),
    "no header, two columns": ("hosts.csv", "EX1,a\nEX2,a\n", "expected, found 'EX1', 'a'"),
    "a text with columns": ("hosts.txt", "EX1;a\nEX2;a\n", "hosts.txt: row 1: a header with a column host"),
    "two groups in another case": ("hosts.csv", "host,dag\nvm,a\nVM,b\n", "hosts.csv: row 3: 'VM' is in two groups"),
    "no host": ("hosts.csv", "host\n \n'',\n", "hosts.csv: row 2: no host in it"),
}


@pytest.mark.parametrize(("name", "text", "said"), LOSING_A_HOST.values(), ids=LOSING_A_HOST)
def test_a_list_that_would_lose_a_host_is_refused(name: str, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text.replace("''", ""))
    with pytest.raises(UsageError, match=r"hosts\.(csv|txt): ") as caught:
        read_expected(tmp_path / name, "dag" if "dag" in text else None)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "hosts"),
    [
        ("hosts.txt", "vm\nVM\nEX1\n", ["vm", "EX1"]),
        ("hosts.csv", "Name,Site\nvm,x\nVM,y\n", ["vm"]),
        ("hosts.txt", "host\nEX1\n", ["host", "EX1"]),
        ("hosts.csv", '"ComputerName"\n"EX1"\n', ["EX1"]),
    ],
    ids=["twice in two cases", "twice in CSV", "a list has no header", "one column of PowerShell"],
)
def test_each_expected_host_is_one(name: str, text: str, hosts: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert list(read_expected(tmp_path / name, None).groups) == hosts


def test_evidence_of_a_later_day_is_said(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    (inbox / "later.json").write_bytes(inventory("EX1", NEWEST, at=datetime(2099, 1, 1, tzinfo=UTC)))
    found = run("fleet", "in", "-f", "json", "--as-of", "2026-11-21").result
    note = "1 host has evidence dated after 2026-11-21, which counts as new: EX1 of 2099-01-01"
    assert found["notes"] == [note]
    assert [one["source"] for one in found["older"]] == ["in/EX1.json"]
    assert run("fleet", "in/EX1.json", "-f", "json", "--as-of", "2026-11-01").result["notes"] == []


def not_utf8(top: Path) -> tuple[str, str]:
    """A folder with three inventories of two kinds that name no host, and a damaged one, two of them shown alike."""
    inbox = os.fsencode(top) + b"/in\xe9"
    os.mkdir(inbox)  # noqa: PTH102  (a Path cannot hold these bytes)
    contents = {
        b"EX\xff1.json": inventory(None, NEWEST),
        b"EX\\xff1.json": inventory(None, NEWEST),
        b"EX\xfe1.json": inventory(None, NEWEST),
        b"EX\xfd1.json": b"{",
    }
    for name, data in contents.items():
        with open(inbox + b"/" + name, "wb") as stream:  # noqa: PTH123
            stream.write(data)
    for name in (b"b\xff.toml", b"hosts\xff.txt"):
        with open(os.fsencode(top) + b"/" + name, "wb") as stream:  # noqa: PTH123
            stream.write(b"# nothing more\n" if name.startswith(b"b") else b"EX2\n")
    return os.fsdecode(b"in\xe9"), "in\\xe9"


HOSTS = ["EX\\\\xff1", "EX\\xfe1", "EX\\xff1"]
only_bytes = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="needs file names that are any bytes")


@only_bytes
@pytest.mark.parametrize("journal", [(), ("--resume", os.fsdecode(b"j\xff"))], ids=["no journal", "a journal"])
def test_names_that_are_no_utf8_are_hosts_of_their_own_and_escaped(
    journal: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    typed, written = not_utf8(tmp_path)
    policy = ("--baseline", os.fsdecode(b"b\xff.toml"), "--expect", os.fsdecode(b"hosts\xff.txt"))
    for again in (False, True):
        ran = run("fleet", typed, *policy, *journal, "-f", "json")
        found = ran.result
        jsonschema.validate(found, SCHEMA)
        assert [host["host"] for host in found["hosts"]] == HOSTS
        assert [host["source"] for host in found["hosts"]] == [f"{written}/{host}.json" for host in HOSTS]
        assert [one["source"] for one in found["damaged"]] == [f"{written}/EX\\xfd1.json"]
        assert found["policy"]["baseline"]["file"] == "b\\xff.toml"
        assert found["policy"]["expect"]["file"] == "hosts\\xff.txt"
        assert found["run"]["arguments"][:3] == ["fleet", written, "--baseline"]
        known = ["3 saved files were judged before, according to the journal j\\xff"] if again and journal else []
        assert found["notes"] == known
        assert (ran.code, ran.err.count("error")) == (3, 0)


@only_bytes
@pytest.mark.parametrize("journal", [(), ("--resume", "journal")], ids=["no journal", "a journal"])
@pytest.mark.parametrize("form", ["table", "csv", "html"])
def test_names_that_are_no_utf8_are_in_every_format(
    form: str, journal: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    typed, written = not_utf8(tmp_path)
    for _ in range(2):
        out = run("fleet", typed, *journal, "-f", form, "--all").out
        assert [name for name in (*HOSTS, f"{written}/EX\\xfd1.json") if name not in out] == []


@only_bytes
def test_names_that_are_no_utf8_are_in_parquet(tmp_path: Path, run: Run) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    typed, _ = not_utf8(tmp_path)
    run("fleet", typed, "-q", "-o", "fleet.parquet")
    assert sorted(set(parquet.read_table(tmp_path / "fleet.parquet")["host"].to_pylist())) == HOSTS


@only_bytes
def test_an_inventory_whose_name_is_no_utf8_is_kept_when_it_is_gone(tmp_path: Path, run: Run) -> None:
    typed, written = not_utf8(tmp_path)
    run("fleet", typed, "-q", "--resume", "journal")
    os.unlink(os.fsencode(tmp_path) + b"/in\xe9/EX\xff1.json")  # noqa: PTH108
    found = run("fleet", typed, "-q", "--resume", "journal", "-f", "json").result
    assert [host["host"] for host in found["hosts"]] == HOSTS
    assert found["notes"][1] == f"1 comes from the journal only; the files are gone: {written}/EX\\xff1.json"


@only_bytes
def test_no_two_names_have_one_label_and_each_label_has_the_name_in_it() -> None:
    names = [b"a\xff", b"a\\xff", b"a\\\xff", b"a\\\\xff", b"a\\\\\xff", b"a\\\\\\xff", b"a\\b", b"a\\x1f", b"\xc3\xa9"]
    labels = [label_of(os.fsdecode(b"in/" + name)) for name in names]
    assert labels[:2] == ["in/a\\xff", "in/a\\\\xff"]
    assert len(set(labels)) == len(names)
    assert [name_of_source(label) for label in labels[:6]] == [label.removeprefix("in/") for label in labels[:6]]
    assert labels[6:] == ["in/a\\b", "in/a\\x1f", "in/\xe9"]
