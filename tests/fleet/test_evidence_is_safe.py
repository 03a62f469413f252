"""What is read is never written to, whatever it is called by; and every file is read once, or said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import Run
from fleet.hosts import NEWEST, fleet, inventory, loaded_once  # noqa: F401

from hotfix_check.fleet.sources import Source, find_sources, local_path

pytestmark = pytest.mark.usefixtures("supported")


def contents(top: Path) -> dict[str, bytes]:
    return {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


READ_AND_WRITTEN = {
    "the journal is an inventory": (
        ["in", "--resume", "in/EX1.json"],
        "in/EX1.json: this is not a journal of hotfix-check fleet; name another file",
    ),
    "the journal is a text": (
        ["in", "--resume", "precious.txt"],
        "precious.txt: this is not a journal of hotfix-check fleet",
    ),
    "a glob": (["in/EX*", "-o", "in/EX1.json"], "--output: in/EX1.json is being read"),
    "a link to what a glob fits": (["in/EX*", "-o", "link.json"], "--output: link.json is being read"),
    "a glob that fits a folder": (["i*", "-o", "in/EX1.json"], "--output: in/EX1.json is being read"),
    "below a file URL": (["file://{top}/in", "-o", "in/EX1.json"], "in/EX1.json would be written into the target"),
    "a glob in a file URL": (["file://{top}/in/EX*", "-o", "in/EX1.json"], "--output: in/EX1.json is being read"),
    "the current folder": ([".", "-o", "EX1.json"], "EX1.json would be written into the target ."),
    "the journal is an output": (["in", "--resume", "j.json", "-o", "j.json"], "--output: j.json is the journal"),
    "the journal by another path": (["in", "--resume", "j.json", "-o", "./in/../j.json"], "is the journal"),
}


@pytest.mark.parametrize(("arguments", "said"), READ_AND_WRITTEN.values(), ids=READ_AND_WRITTEN)
def test_what_is_read_is_never_written_to(arguments: list[str], said: str, tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=NEWEST, EX2=NEWEST)
    (tmp_path / "precious.txt").write_text("a letter\n")
    (tmp_path / "link.json").symlink_to("in/EX1.json")
    before = contents(tmp_path)
    ran = run("fleet", *(argument.format(top=tmp_path) for argument in arguments), "-q")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert {**contents(tmp_path), "j.json": b""} == {**before, "j.json": b""}


@pytest.mark.parametrize(
    "paths",
    [
        ["in", "./in"],
        ["in", "{top}/in", "file://{top}/in"],
        ["in/EX1.json", "in/EX2.json", "again/*.json"],
        ["**/EX*.json"],
    ],
    ids=["another spelling", "absolute, and a URL", "by a link", "two stars through a loop of links"],
)
def test_one_file_by_two_paths_is_one_host_and_older_than_none(paths: list[str], tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=NEWEST)
    (tmp_path / "again").symlink_to("in")
    (inbox / "loop").symlink_to(".")
    found = run("fleet", *(path.format(top=tmp_path) for path in paths), "-f", "json").result
    assert [host["host"] for host in found["hosts"]] == ["EX1", "EX2"]
    assert (found["older"], found["damaged"]) == ([], [])


def test_a_path_that_is_not_there_is_said_before_any_host_is_judged(tmp_path: Path) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    with pytest.raises(Exception, match="nosuch: no such file or folder"):
        find_sources([str(tmp_path / "in"), str(tmp_path / "nosuch")])


def test_a_folder_below_that_cannot_be_listed_is_a_damaged_line(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    (inbox / "shut").mkdir()
    real = os.scandir

    def scandir(place: str) -> object:
        if place.endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr("hotfix_check.fleet.sources.os.scandir", scandir)
    ran = run("fleet", "in", "-f", "json", "-q", "--resume", "journal")
    assert [host["host"] for host in ran.result["hosts"]] == ["EX1"]
    reason = "this folder cannot be listed: Permission denied"
    assert ran.result["damaged"] == [{"source": "in/shut", "reason": reason}]
    assert ran.code == 3
    top = run("fleet", "in/shut", "-q")
    assert (top.code, top.err) == (2, "hotfix-check: error: in/shut: cannot be listed: Permission denied\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_behind_a_file_url_is_not_waited_for(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    os.mkfifo(inbox / "pipe.json")
    where = f"file://{inbox}"
    found = run("fleet", where, "-f", "json").result
    assert [host["source"] for host in found["hosts"]] == [f"{where}/EX1.json"]
    reason = "a pipe or device, not a saved inventory or result"
    assert found["damaged"] == [{"source": f"{where}/pipe.json", "reason": reason}]


@pytest.mark.parametrize(
    ("place", "local"),
    [
        ("in/EX1.json", "in/EX1.json"),
        ("file:///srv/in", "/srv/in"),
        ("FILE://in", "in"),
        ("local:///srv/in", "/srv/in"),
        ("file:///C:/in", "C:/in"),
        ("C:\\in", "C:\\in"),
        ("s3://bucket/in", None),
        ("memory://in", None),
    ],
)
def test_a_file_url_is_a_path_of_this_machine(place: str, local: str | None) -> None:
    assert local_path(place) == local


@pytest.mark.parametrize("url", ["reference://x", "dir://x", "zip://x", "nosuch://x"])
def test_a_url_that_cannot_be_used_is_one_line(url: str, run: Run) -> None:
    pytest.importorskip("fsspec", reason="needs the extra fleet")
    ran = run("fleet", url, "-q")
    assert ran.code == 2
    assert ran.err.startswith(f"hotfix-check: error: {url}: cannot be ")
    assert ran.err.count("\n") == 1


def test_the_signature_of_a_url_is_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec", reason="needs the extra fleet")
    fsspec.filesystem("memory").pipe("/EX1.json?sig=[a]", b"{}")
    assert list(find_sources(["memory://EX1.json?sig=[a]"])) == [Source(place="memory:///EX1.json?sig=[a]")]


@pytest.mark.parametrize("where", ["{}", "file://{}"])
def test_an_empty_folder_has_no_host(where: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    assert run("fleet", where.format(tmp_path / "in"), "-q").code == 3


def test_a_fleet_report_is_no_host_and_is_said(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    run("fleet", "in", "-o", "fleet.json")
    (tmp_path / "fleet.json").rename(inbox / "fleet.json")
    for _ in range(2):
        ran = run("fleet", "in", "-f", "json", "--resume", "journal")
        assert [host["host"] for host in ran.result["hosts"]] == ["EX1"]
        assert (ran.code, ran.result["damaged"]) == (0, [])
        assert ran.result["notes"][0] == "1 file is a fleet report, not a host"


def test_what_is_there_and_cannot_be_read_is_not_said_to_be_gone(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=NEWEST)
    run("fleet", "in", "--resume", "journal", "-q")
    (inbox / "EX2.json").unlink()
    os.mkfifo(inbox / "EX2.json")
    found = run("fleet", "in", "--resume", "journal", "-f", "json").result
    assert found["notes"] == ["1 saved file was judged before, according to the journal journal"]
    assert [one["source"] for one in found["damaged"]] == ["in/EX2.json"]


def test_only_small_files_are_kept_between_the_journal_and_the_judge(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    run("fleet", "in", "--resume", "journal", "-q")
    fleet(inbox, EX2=NEWEST)
    (inbox / "EX3.json").write_bytes(inventory("EX3", NEWEST, extra=40))
    monkeypatch.setattr("hotfix_check.fleet.run.SMALL", 2_000)
    held: dict[str, bool] = {}
    real = Source.read

    def read(self: Source) -> bytes:
        held[self.place] = self.data is not None
        return real(self)

    monkeypatch.setattr(Source, "read", read)
    assert run("fleet", "in", "--resume", "journal", "-f", "json").result["summary"]["hosts"] == 3
    assert held == {"in/EX1.json": False, "in/EX2.json": True, "in/EX3.json": False}
