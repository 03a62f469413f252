"""What a folder of many files holds for a fleet: inventories, results and listings by their content, the rest told."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from fleet.hosts import NEWEST, fleet, inventory, loaded_once  # noqa: F401

from hotfix_check.fleet import sources
from hotfix_check.inventory.target import tells_of_hosts

pytestmark = pytest.mark.usefixtures("supported")
LISTING = (
    "PSComputerName,FileName,FileVersion\nMBX1,C:\\x\\ExSetup.exe,15.1.2507.39\nMBX2,C:\\x\\ExSetup.exe,15.1.2507.6\n"
)
FOLDER = {
    "a/servers.csv": LISTING.encode(),
    "a/pasted.txt": ("\ufeff" + "FileName    : ExSetup.exe\nFileVersion : 15.1.2507.39\n").encode("utf-16-le"),
    "b/inventory.txt": inventory("EX1", NEWEST),
    "b/inventory.gz": gzip.compress(inventory("EX2", NEWEST)),
    "b/notes.txt": b"Dear all,\nthe servers are patched.\n",
    "b/settings.jsonc": b'{"schema": "mine"}',
    "store.exe": b"MZ",
    "empty": b"",
}


def test_a_folder_gives_what_a_scan_would_read_and_tells_of_the_rest(tmp_path: Path, run: Run) -> None:
    for name, data in FOLDER.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    ran = run("fleet", "in", "-f", "json")
    assert sorted(host["host"] for host in ran.result["hosts"]) == ["EX1", "EX2", "MBX1", "MBX2", "pasted.txt"]
    assert ran.result["damaged"] == []
    told = (
        "left out of the folders: 4 files that are no saved inventory, no saved result and no listing: "
        "empty, notes.txt, settings.jsonc and 1 more"
    )
    assert told in ran.result["notes"] and told in ran.err


def test_a_file_of_another_name_that_is_named_itself_is_read_or_told_damaged(tmp_path: Path, run: Run) -> None:
    (tmp_path / "notes.txt").write_bytes(FOLDER["b/notes.txt"])
    ran = run("fleet", "notes.txt", "-f", "json", "-q")
    assert [one["source"] for one in ran.result["damaged"]] == ["notes.txt"]


def test_no_more_than_so_many_files_are_looked_into(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_LOOKED_INTO", 2)
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    for number in range(5):
        (inbox / f"{number}.txt").write_bytes(b"x")
    ran = run("fleet", "in", "-f", "json", "-q")
    assert [host["host"] for host in ran.result["hosts"]] == ["EX1"]
    assert any(note.startswith("not looked into: 3 files that are not called .json") for note in ran.result["notes"])


@pytest.mark.parametrize(
    "write",
    [
        ("scan", "EX1.json", "-f", "table"),
        ("scan", "EX1.json", "-f", "csv"),
        ("scan", "EX1.json", "-f", "md"),
        ("scan", "EX1.json", "-f", "html"),
        ("plan", "EX1.json"),
        ("explain", "5014261", "EX1.json"),
        ("fleet", "EX1.json", "-f", "csv"),
        ("fleet", "EX1.json", "-f", "html"),
        ("fleet", "EX1.json", "-f", "table"),
    ],
    ids=" ".join,
)
def test_what_is_written_for_people_is_not_taken_for_evidence(write: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    fleet(tmp_path, EX1=NEWEST)
    report = tmp_path / "report"
    report.write_text(run(*write, "-q").out, "utf-8")
    assert report.stat().st_size > 30
    assert not tells_of_hosts(report)


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
@pytest.mark.parametrize(
    "make",
    [
        lambda path: os.mkfifo(path),
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to("nowhere"),
    ],
    ids=["a pipe", "a ring", "a device", "a link to nothing"],
)
def test_what_is_no_file_is_left_out_and_not_waited_for(make: Callable[[Path], None], tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    make(inbox / "odd\nname.txt")
    ran = run("fleet", "in", "-f", "json", "-q")
    assert [host["host"] for host in ran.result["hosts"]] == ["EX1"]
    assert ran.result["notes"] == [
        "left out of the folders: 1 file that is no saved inventory, no saved result and no listing: odd\\nname.txt"
    ]
