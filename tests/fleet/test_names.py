"""What hosts are called: no two are taken for one, and one is not taken for two."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Run
from fleet.hosts import APRIL_2022, NEWEST, document, fleet, inventory, loaded_once, row  # noqa: F401

from hotfix_check.errors import UsageError
from hotfix_check.fleet.expected import Expected, read_expected
from hotfix_check.fleet.host import damaged
from hotfix_check.fleet.spool import Spool

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


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("hosts.csv", "EX1\nEX2\n", "hosts.csv: row 1: a header with a column host or hostname or"),
        ("hosts.csv", "EX1,a\nEX2,a\n", "expected, found 'EX1', 'a'"),
        ("hosts.txt", "EX1;a\nEX2;a\n", "hosts.txt: row 1: a header with a column host"),
        ("hosts.csv", "host,dag\nvm,a\nVM,b\n", "hosts.csv: row 3: 'VM' is in two groups"),
        ("hosts.csv", "host\n \n'',\n", "hosts.csv: row 2: no host in it"),
    ],
    ids=["no header", "no header, two columns", "a text with columns", "two groups in another case", "no host"],
)
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
    note = "1 host has evidence of a later day than 2026-11-21, which counts as new: EX1 of 2099-01-01"
    assert found["notes"] == [note]
    assert [one["source"] for one in found["older"]] == ["in/EX1.json"]
    assert run("fleet", "in/EX1.json", "-f", "json", "--as-of", "2026-11-01").result["notes"] == []
