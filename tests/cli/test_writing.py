"""Outputs: whole or not at all, over what was there only when whole, and never over a device or what is being read."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli.processes import CATALOGUE, ENVIRONMENT, content, finish, start
from conftest import Run

from hotfix_check.writing import replaced, write_file

posix = pytest.mark.skipif(os.name == "nt", reason="devices, links and limits of POSIX")
SCAN = ("scan", "server", *CATALOGUE, "-q", "--exit-zero")


@pytest.fixture
def place(samples: Path, tmp_path: Path) -> Path:
    """A folder with a server and the reports of last month."""
    (tmp_path / "server").symlink_to(samples / "exchange-5.5-sp4")
    for name in ("r.html", "r.json"):
        (tmp_path / name).write_text("of last month")
    return tmp_path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 KiB with a report on it; only where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)], capture_output=True)
    if mounting.returncode:
        pytest.skip("no disk can be mounted here")
    (disk / "r.html").write_text("of last month")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@posix
def test_a_full_disk_leaves_the_old_report_and_says_so(place: Path, small_disk: Path) -> None:
    ran = finish(*SCAN, "-o", small_disk / "r.html", "-o", "r.json", cwd=place)
    assert (ran.returncode, ran.stderr) == (
        2,
        f"hotfix-check: error: {small_disk}/r.html: cannot be written: No space left on device\n",
    )
    assert ran.stdout.startswith("Target: server")
    assert content(small_disk) == {"r.html": b"of last month"}
    assert json.loads((place / "r.json").read_text())["schema"] == "hotfix-check/result/1"


@posix
def test_a_disk_that_is_read_only_is_said(place: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    ran = finish(*SCAN, "-o", small_disk / "r.html", cwd=place)
    assert ran.returncode == 2
    assert ran.stderr == f"hotfix-check: error: {small_disk}/r.html: cannot be written: Read-only file system\n"
    assert content(small_disk) == {"r.html": b"of last month"}


@posix
def test_a_limit_on_the_size_of_files_leaves_the_old_report(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ENVIRONMENT, "COVERAGE_PROCESS_CONFIG", raising=False)  # what measures it writes files too
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    ran = finish(*SCAN, "-o", "r.html", cwd=place, before=limit)
    assert (ran.returncode, ran.stderr) == (2, "hotfix-check: error: r.html: cannot be written: File too large\n")
    assert content(place) == {"r.html": b"of last month", "r.json": b"of last month"}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "Permission denied"),
        (errno.EROFS, "Read-only file system"),
        (errno.EDQUOT, "Disk quota exceeded"),
        (errno.ENAMETOOLONG, "File name too long"),
    ],
)
def test_a_file_that_cannot_be_made_is_said_in_the_words_of_the_system(
    number: int, said: str, place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: object, flags: int, *rest: int, **more: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return real(path, flags, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    ran = run(*SCAN, "-o", "r.html", cwd=place)
    assert (ran.code, ran.err) == (2, f"hotfix-check: error: r.html: cannot be written: {said}\n")
    assert (place / "r.html").read_text() == "of last month"


@posix
def test_runs_at_once_that_write_one_file_each_write_it_whole(place: Path) -> None:
    alone = finish(*SCAN, "--no-run-info", "-f", "json", cwd=place).stdout
    runs = [start(*SCAN, "--no-run-info", "-o", "r.json", cwd=place) for _ in range(4)]
    seen = set()
    while any(one.poll() is None for one in runs):
        seen.add((place / "r.json").read_text())
        time.sleep(0.005)
    assert [(one.communicate()[1], one.returncode) for one in runs] == [("", 0)] * 4
    assert seen <= {"of last month", alone}
    assert (place / "r.json").read_text() == alone
    assert sorted(content(place)) == ["r.html", "r.json"]


@posix
def test_a_pipe_is_written_to_and_not_replaced(place: Path) -> None:
    os.mkfifo(place / "pipe.json")
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append((place / "pipe.json").read_text()))
    reader.start()
    ran = finish(*SCAN, "-o", "pipe.json", cwd=place)
    reader.join(20)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(received[0])["schema"] == "hotfix-check/result/1"
    assert stat.S_ISFIFO((place / "pipe.json").lstat().st_mode)


@posix
def test_standard_output_by_its_path_is_the_pipe_that_it_is(place: Path) -> None:
    expected = finish("inventory", "server", *CATALOGUE, "-q", "--no-run-info", cwd=place).stdout
    ran = finish("inventory", "server", *CATALOGUE, "-q", "--no-run-info", "-o", "/dev/stdout", cwd=place)
    assert (ran.returncode, ran.stderr, ran.stdout) == (0, "", expected)
    assert expected.startswith("{")


@posix
def test_a_pipe_by_its_number_as_shells_give_it_is_written_to(place: Path) -> None:
    arguments = ["inventory", "server", *CATALOGUE, "-q", "--no-run-info"]
    reading, writing = os.pipe()
    (place / "pipe.json").symlink_to(f"/dev/fd/{writing}")
    with start(*arguments, "-o", "pipe.json", cwd=place, pass_fds=[writing]) as process:
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            received = stream.read()
        assert process.communicate() == ("", "")
    assert process.returncode == 0
    assert json.loads(received)["schema"] == "hotfix-check/inventory/1"


@posix
@pytest.mark.parametrize(("name", "descriptor"), [("/dev/stdout", 1), ("log", 1), ("/dev/stderr", 2)])
def test_a_file_that_the_shell_appends_to_keeps_what_is_in_it(name: str, descriptor: int, place: Path) -> None:
    (place / "log").write_text("of yesterday\n")
    with (place / "log").open("a") as log:
        streams: dict[str, Any] = {("stdout" if descriptor == 1 else "stderr"): log}
        ran = finish("inventory", "server", *CATALOGUE, "-q", "-o", name, cwd=place, **streams)
    assert (ran.returncode, ran.stdout or "", ran.stderr or "") == (0, "", "")
    kept, _, added = (place / "log").read_text().partition("\n")
    assert (kept, json.loads(added)["schema"]) == ("of yesterday", "hotfix-check/inventory/1")


@posix
@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        pytest.param(["scan", "server", *CATALOGUE, "-q", "-f", "csv"], "host,installation,", id="scan, CSV"),
        pytest.param(["scan", "server", *CATALOGUE, "-q"], "Target: server", id="scan, table"),
        pytest.param(["convert", "saved.json", "-f", "md"], "# ", id="convert, Markdown"),
        pytest.param(
            ["fleet", "server", *CATALOGUE, "-q", "-f", "json"], '{\n"schema": "hotfix-check/fleet/1"', id="fleet, JSON"
        ),
    ],
)
def test_a_pipe_whose_name_says_no_format_gets_that_of_stdout(
    arguments: list[str], begins: str, place: Path, run: Run
) -> None:
    if arguments[0] == "convert":
        run(*SCAN, "-o", "saved.json", cwd=place)
    reading, writing = os.pipe()
    received: list[str] = []

    def read() -> None:
        with os.fdopen(reading, encoding="utf-8") as stream:
            received.append(stream.read())

    reader = threading.Thread(target=read)
    reader.start()
    ran = run(*arguments, "-o", f"/dev/fd/{writing}", cwd=place)
    os.close(writing)
    reader.join(20)
    assert "error" not in ran.err
    assert received[0].startswith(begins)
    assert ran.out.startswith(begins)


@posix
@pytest.mark.parametrize(
    "command", [["inventory", "server"], ["baseline", "--from", "server"]], ids=["inventory", "baseline"]
)
def test_a_device_is_written_to_and_not_replaced(command: list[str], place: Path) -> None:
    try:
        os.mknod(place / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except OSError:
        pytest.skip("only root makes devices")
    ran = finish(*command, *CATALOGUE, "-q", "-o", "null", cwd=place)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert stat.S_ISCHR((place / "null").lstat().st_mode)


@posix
def test_a_link_stays_a_link_and_its_file_is_replaced(place: Path) -> None:
    (place / "latest.json").symlink_to("r.json")
    assert finish(*SCAN, "-o", "latest.json", cwd=place).returncode == 0
    assert (place / "latest.json").is_symlink()
    assert (place / "r.json").read_text().startswith("{")


@posix
def test_a_link_that_leads_to_itself_is_an_error(place: Path) -> None:
    (place / "loop.json").symlink_to("loop.json")
    ran = finish(*SCAN, "-o", "loop.json", cwd=place)
    assert (ran.returncode, ran.stderr) == (
        2,
        "hotfix-check: error: loop.json: cannot be written: Too many levels of symbolic links\n",
    )


@posix
def test_a_file_keeps_its_permissions_and_a_new_one_has_the_usual_ones(place: Path) -> None:
    (place / "r.json").chmod(0o640)
    ran = finish(*SCAN, "-o", "r.json", "-o", "new.json", cwd=place, before="os.umask(0o027)")
    assert ran.returncode == 0
    assert [stat.S_IMODE((place / name).stat().st_mode) for name in ("r.json", "new.json")] == [0o640, 0o640]


def test_a_name_of_255_bytes_can_be_written(place: Path, run: Run) -> None:
    name = "r" * 250 + ".json"
    assert run(*SCAN, "-o", name, cwd=place).code == 0
    assert (place / name).read_text().startswith("{")


def test_a_folder_in_the_place_of_a_file_is_said(place: Path, run: Run) -> None:
    (place / "taken.json").mkdir()
    ran = run(*SCAN, "-o", "taken.json", cwd=place)
    assert (ran.code, ran.err) == (2, "hotfix-check: error: taken.json: cannot be written: Is a directory\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["inventory", "copied.dll", "-o", "copied.dll"], "copied.dll is being read"),
        (["inventory", "server", "-o", "server/new.json"], "server/new.json would be written into"),
        (["baseline", "--from", "server", "-o", "server/b.toml"], "server/b.toml would be written into"),
        (["scan", ".", "-o", "new.json"], "new.json would be written into the target ."),
        (["inventory", "server", "-o", "server/../server/new.json"], "new.json would be written into"),
        (["scan", "copied.dll", "--baseline", "policy.txt", "-o", "policy.txt"], "policy.txt is being read"),
        (["scan", "copied.dll", "--waivers", "policy.txt", "-o", "policy.txt"], "policy.txt is being read"),
        (["scan", "copied.dll", "--waivers", "policy.txt", "-o", "alias.txt"], "alias.txt is being read"),
        (["catalogue", "import", "article.txt", "-o", "article.txt"], "article.txt is being read"),
    ],
)
def test_what_is_being_read_is_not_written_over(
    arguments: list[str], said: str, samples: Path, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / "copied.dll").write_bytes((samples / "copied-file" / "Mapi32.dll").read_bytes())
    (tmp_path / "policy.txt").write_text("")
    (tmp_path / "alias.txt").symlink_to("policy.txt")
    (tmp_path / "article.txt").write_text("Slow (123456)\n\nFile name    Version\n\nStore.exe    5.5.1.1\n")
    before = content(tmp_path)
    ran = run(*arguments, *(CATALOGUE if arguments[0] != "catalogue" else ()))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert content(tmp_path) == before


@pytest.mark.parametrize(
    ("command", "name", "writes"),
    [
        (["inventory", "server"], "new.csv", ".json"),
        (["inventory", "server"], "new.CSAF.json", ".json"),
        (["baseline", "--from", "server"], "new.json", ".toml"),
    ],
)
def test_a_name_that_asks_for_another_format_is_not_written_to(
    command: list[str], name: str, writes: str, place: Path, run: Run
) -> None:
    ran = run(*command, *CATALOGUE, "-o", name, cwd=place)
    said = f"--output: {name}: only {writes} is written here: choose a name that ends with it"
    assert (ran.code, ran.out, ran.err) == (2, "", f"hotfix-check: error: {said}\n")
    assert not (place / name).exists()
    assert run(*command, *CATALOGUE, "-q", "-o", "as.it.pleases", cwd=place).code == 0


class _Epoch(datetime):
    @classmethod
    def now(cls, tz: object = None) -> _Epoch:
        return cls(1970, 1, 1, tzinfo=UTC)


def test_a_clock_that_says_1970_changes_no_verdict(place: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {one["id"]: one["verdict"] for one in run(*SCAN, "-f", "json", cwd=place).result["targets"][0]["findings"]}
    for module in ("judging", "scanning"):
        monkeypatch.setattr(f"hotfix_check.cli.{module}.datetime", _Epoch)
    ran = run(*SCAN, "-f", "json", "-o", "r.html", "-o", "r.csv", "-o", "r.md", "-o", "r.manifest.json", cwd=place)
    assert (ran.code, ran.err) == (0, "")
    assert ran.result["run"]["started"] == "1970-01-01T00:00:00Z"
    assert {one["id"]: one["verdict"] for one in ran.result["targets"][0]["findings"]} == usual
    assert run("verify", "r.manifest.json", "-q", cwd=place).code == 0


@pytest.mark.parametrize(
    "command", [["scan", "server", "--exit-zero"], ["catalogue", "status"]], ids=["scan", "status"]
)
def test_a_clock_behind_the_catalogue_is_warned_of(
    command: list[str], place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("judging", "scanning", "catalogue_versions"):
        monkeypatch.setattr(f"hotfix_check.cli.{module}.datetime", _Epoch)
    ran = run(*command, *CATALOGUE, cwd=place)
    assert ran.code == 0
    assert ran.err.splitlines()[-1] == (
        "hotfix-check: warning: the clock says 1970-01-01, and the catalogue is of 2026-11-21: ages and the last days "
        "of waivers rest on a clock that cannot be right; name the day with --as-of"
    )


@pytest.mark.parametrize("seconds", [4_102_444_800, -86_400, 0, 1 << 40], ids=["2100", "1969", "1970", "year 36812"])
def test_file_times_that_cannot_be_right_change_no_verdict(
    seconds: int, samples: Path, tmp_path: Path, run: Run
) -> None:
    usual = run("scan", samples / "copied-file", *CATALOGUE, "-f", "json").result["targets"][0]
    file = tmp_path / "Mapi32.dll"
    file.write_bytes((samples / "copied-file" / "Mapi32.dll").read_bytes())
    try:
        os.utime(file, (seconds, seconds))
    except OSError:
        pytest.skip("this file system has no such time")
    ran = run("scan", tmp_path, *CATALOGUE, "-f", "json", "-o", tmp_path.parent / f"{seconds}.html")
    assert [one["verdict"] for one in ran.result["targets"][0]["findings"]] == [
        one["verdict"] for one in usual["findings"]
    ]


def test_a_day_before_every_update_leaves_nothing_to_say_and_no_pass(place: Path, run: Run) -> None:
    ran = run("scan", "server", *CATALOGUE, "--as-of", "1990-01-01", "-f", "json", cwd=place)
    (target,) = ran.result["targets"]
    assert (ran.code, target["findings"], target["outcome"]) == (3, [], "incomplete")
    assert "as of 1990-01-01" in ran.err


LEFT = ".hotfix-check-0123456789abcdef.part"


@pytest.mark.skipif(os.name == "nt", reason="locks of POSIX")
@pytest.mark.parametrize(
    ("name", "age", "held", "gone"),
    [
        pytest.param(LEFT, 7200, False, True, id="left by a run that was killed"),
        pytest.param(LEFT, 60, False, False, id="of a run that may be going on"),
        pytest.param(LEFT, 7200, True, False, id="of a run that takes long"),
        pytest.param(".hotfix-check-0123456789abcdeg.part", 7200, False, False, id="not of this program"),
        pytest.param("notes.part", 7200, False, False, id="somebody's"),
    ],
)
def test_what_a_killed_run_left_is_removed_at_the_next_write_beside_it(
    name: str, age: int, held: bool, gone: bool, tmp_path: Path
) -> None:
    import fcntl

    left = tmp_path / name
    left.write_text("half")
    os.utime(left, (time.time() - age,) * 2)
    with left.open() as stream:
        if held:
            fcntl.flock(stream, fcntl.LOCK_EX)
        write_file(tmp_path / "new.txt", "whole")
    assert left.exists() is not gone
    assert (tmp_path / "new.txt").read_text() == "whole"


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_link_in_the_name_of_what_was_left_leads_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    os.utime(precious, (0, 0))
    (tmp_path / LEFT).symlink_to(precious)
    write_file(tmp_path / "new.txt", "whole")
    assert precious.read_text() == "precious"


@pytest.mark.skipif(os.name == "nt", reason="locks of POSIX")
def test_a_file_that_is_written_to_is_held(tmp_path: Path) -> None:
    with replaced(tmp_path / "slow.txt") as stream:
        stream.write("a")
        (part,) = tmp_path.glob(".hotfix-check-*.part")
        os.utime(part, (0, 0))
        write_file(tmp_path / "other.txt", "b")
        assert part.exists()
    assert (tmp_path / "slow.txt").read_text() == "a"
