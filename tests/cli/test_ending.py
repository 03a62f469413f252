"""How a run ends when interrupted, or when nobody listens: the exit code tells, nothing is half written."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from cli.processes import CATALOGUE, content, finish, heed_signals, start, started
from conftest import ROOT, Run

from hotfix_check.cli.ending import STOPPING
from hotfix_check.errors import needs_extra

posix = pytest.mark.skipif(os.name == "nt", reason="signals and devices of POSIX")
pytestmark = posix
CTRL_C, SIGTERM, SIGHUP = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
SCAN = ("scan", "server", *CATALOGUE)
ALL = (*SCAN, "--all", "-o", "r.json", "-o", "r.html")
WORKBOOK = (*SCAN, "-q", "-f", "xlsx")
INVENTORY = ("inventory", "server", *CATALOGUE)
IMPORT = ("catalogue", "import", "article.txt")
HELP, VERSION = ("scan", "--help"), ("--version",)
# Stops where the data is on the disk and the file has not got its name yet.
AT_THE_DISK = "os.fsync = lambda _: (ready(), wait())"


@pytest.fixture
def place(samples: Path, tmp_path: Path) -> Path:
    """A folder with a server, an article and the outputs of last month."""
    article = "Slow (123456)\n\nFile name    Version\n--------------------\nStore.exe    5.5.2653.22\n"
    (tmp_path / "article.txt").write_text(article)
    (tmp_path / "server").symlink_to(samples / "exchange-5.5-sp4")
    for name in ("r.html", "r.json", "r.csv", "i.json", "b.toml", "d.toml"):
        (tmp_path / name).write_text("of last month")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        pytest.param((*SCAN, "-o", "r.html", "-o", "r.json", "-o", "new.csv"), CTRL_C, id="scan, Ctrl-C"),
        pytest.param((*SCAN, "-o", "r.html", "-o", "r.json", "-o", "new.csv"), SIGHUP, id="scan, SIGHUP"),
        pytest.param((*INVENTORY, "-o", "i.json"), SIGTERM, id="inventory, SIGTERM"),
        pytest.param(("baseline", "--from", "server", *CATALOGUE, "-o", "b.toml"), SIGHUP, id="baseline, SIGHUP"),
        pytest.param((*IMPORT, "-o", "d.toml"), CTRL_C, id="import, Ctrl-C"),
    ],
)
def test_an_interrupt_while_writing_leaves_the_old_file_and_no_part(
    arguments: tuple[str, ...], number: signal.Signals, place: Path
) -> None:
    before = content(place)
    process = started(*arguments, "-q", cwd=place, before=AT_THE_DISK)
    assert content(place) != before
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "hotfix-check: error: interrupted\n")
    assert content(place) == before


@pytest.mark.parametrize(
    ("command", "number"), [("scan", CTRL_C), ("inventory", SIGTERM)], ids=["scan, Ctrl-C", "inventory, SIGTERM"]
)
def test_an_interrupt_while_reading_ends_the_run_at_once(command: str, number: signal.Signals, place: Path) -> None:
    target = place / "big"
    target.mkdir()
    program = (place / "server" / "Exchsrvr" / "Bin" / "Emsmta.exe").read_bytes()
    for folder in range(40):  # a gigabyte each to hash, nothing on the disk
        file = target / str(folder) / "Emsmta.exe"
        file.parent.mkdir()
        file.write_bytes(program)
        os.truncate(file, 1 << 30)
    process = started(
        command,
        "big",
        *CATALOGUE,
        "-o",
        "r.json",
        "-q",
        cwd=place,
        before="import hotfix_check.inventory.read as r; digest = r._sha256\n"
        "def told(*given):\n    ready()\n    return digest(*given)\n"
        "r._sha256 = told",
    )
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "hotfix-check: error: interrupted\n")
    assert (place / "r.json").read_text() == "of last month"
    assert not list(place.glob(".*"))


def test_a_second_signal_leaves_the_first_to_remove_what_is_half_written(place: Path) -> None:
    before = content(place)
    ran = finish(
        *SCAN,
        *("-o", "r.json", "-q"),
        cwd=place,
        before="import pathlib, signal; unlink = pathlib.Path.unlink\n"
        "def killed_again(self, **given):\n    os.kill(os.getpid(), signal.SIGTERM)\n    unlink(self, **given)\n"
        "pathlib.Path.unlink = killed_again\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGINT)",
        preexec_fn=heed_signals,
    )
    assert (ran.returncode, ran.stderr) == (130, "hotfix-check: error: interrupted\n")
    assert content(place) == before


def test_a_signal_while_an_error_is_told_changes_nothing(place: Path, run: Run) -> None:
    expected = run("scan", "nowhere", *CATALOGUE)
    ran = finish(
        *("scan", "nowhere", *CATALOGUE),
        cwd=place,
        before="import signal, hotfix_check.cli.ending as e; complain = e.complain\n"
        "def killed(lines):\n    os.kill(os.getpid(), signal.SIGTERM)\n    complain(lines)\n"
        "e.complain = killed",
        preexec_fn=heed_signals,
    )
    assert (ran.returncode, ran.stderr) == (2, expected.err)
    assert ran.stderr.endswith("\nhotfix-check: error: nowhere: No such file or directory\n")


def test_a_signal_while_python_shuts_down_changes_nothing(tmp_path: Path) -> None:
    """What is called last is what a module holds: by then Python has given every handler up."""
    code = (
        "import os, signal\n"
        "class Last:\n"
        "    def __del__(self, kill=os.kill, me=os.getpid(), write=os.write):\n"
        "        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):\n"
        "            kill(me, number)\n"
        "        write(1, b'last')\n"
        "last = Last()\n"
        "from hotfix_check.__main__ import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "scan", "nowhere"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        preexec_fn=heed_signals,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout) == (2, b"last")


def test_signals_are_as_before_in_a_program_that_goes_on(run: Run) -> None:
    def mine(number: int, frame: object) -> None:
        raise AssertionError

    before = {number: signal.signal(number, mine) for number in STOPPING}
    try:
        assert [run(*arguments).code for arguments in (VERSION, ("scan", "nowhere"))] == [0, 2]
        assert {signal.getsignal(number) for number in STOPPING} == {mine}
    finally:
        for number, was in before.items():
            signal.signal(number, was)


def test_an_interrupt_stops_the_worker_processes_of_an_import(place: Path) -> None:
    articles = place / "articles"
    articles.mkdir()
    for number in range(100_000, 100_300):
        (articles / f"{number}.txt").write_text(f"Slow ({number})\n\nFile name    Version\n\nStore.exe    5.5.1.1\n")
    process = started(
        *("catalogue", "import", "articles", "--jobs", "2", "-o", "d.toml"),
        cwd=place,
        before="import hotfix_check.cli.importing as i; results = i._import_all\n"
        "def slow(*given, **named):\n    for one in results(*given, **named):\n        yield one\n"
        "        ready()\n        time.sleep(0.01)\n"
        "i._import_all = slow",
        start_new_session=True,
    )
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "hotfix-check: error: interrupted\n")
    assert (place / "d.toml").read_text() == "of last month"
    assert nobody_is_left(process.pid)


def nobody_is_left(group: int) -> bool:
    """Whether a group of processes ends by itself; Python's own watcher of what they share is the last of it."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_signal_that_the_caller_ignores_stays_ignored(place: Path) -> None:
    process = start(
        *SCAN,
        *("-o", "r.json", "-q"),
        cwd=place,
        before="import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGINT)",
    )
    process.communicate(timeout=30)
    assert process.returncode in (0, 1, 3)
    assert (place / "r.json").read_text().startswith("{")


@pytest.mark.parametrize("arguments", [ALL, IMPORT, HELP], ids=["scan", "catalogue import", "help"])
def test_a_reader_that_goes_away_is_no_error(arguments: tuple[str, ...], place: Path, run: Run) -> None:
    expected = run(*arguments)
    reading, writing = os.pipe()
    os.close(reading)
    ran = finish(*arguments, cwd=place, stdout=writing)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (expected.code, expected.err)


def test_a_reader_of_a_workbook_that_goes_away_is_no_error(place: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = finish(*WORKBOOK, cwd=place, stdout=writing)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "how"),
    [
        pytest.param(ALL, "full", id="scan, full"),
        pytest.param(WORKBOOK, "full", id="workbook, full"),
        pytest.param(IMPORT, "full", id="catalogue import, full"),
        pytest.param(VERSION, "full", id="version, full"),
        pytest.param(ALL, "closed", id="scan, closed"),
        pytest.param(INVENTORY, "closed", id="inventory, closed"),
        pytest.param(HELP, "closed", id="help, closed"),
    ],
)
def test_a_standard_output_that_takes_nothing_is_told_in_one_line(
    arguments: tuple[str, ...], how: str, place: Path
) -> None:
    """The files that were asked for are written all the same."""
    if how == "full":
        with Path("/dev/full").open("w") as full:
            ran = finish(*arguments, cwd=place, stdout=full)
    else:
        ran = finish(*arguments, cwd=place, stdout=None, preexec_fn=lambda: os.close(1))
    lines = [line for line in ran.stderr.splitlines() if "error" in line]
    assert (ran.returncode, [line.replace("cannot be written: ", "") for line in lines]) == (
        2,
        ["hotfix-check: error: standard output: " + ("closed" if how == "closed" else "No space left on device")],
    )
    assert "Traceback" not in ran.stderr
    written = [name for name in ("r.json", "r.html") if (place / name).read_text() != "of last month"]
    assert written == (["r.json", "r.html"] if arguments is ALL else [])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(
            "OSError(24, 'Too many open files')", "the operating system refused: Too many open files", id="limits"
        ),
        pytest.param("OSError(2, 'Not there', 'a.json')", "a.json: Not there", id="a file that it names"),
        pytest.param("MemoryError()", "not enough memory: close other programs, or judge less at a time", id="memory"),
        pytest.param(
            "__import__('sqlite3').OperationalError('database or disk is full')",
            "the folder for temporary files: database or disk is full: set TMPDIR to one with more room",
            id="temporary files",
        ),
    ],
)
def test_a_fault_that_can_be_expected_is_named_for_what_it_is(fault: str, said: str, place: Path) -> None:
    before = f"import hotfix_check.cli.scanning as s\ndef fail(*_, **__): raise {fault}\ns.run_scan = fail"
    ran = finish(*SCAN, cwd=place, before=before)
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", f"hotfix-check: error: {said}\n")


@pytest.mark.skipif(os.name == "nt", reason="a folder that is there cannot be removed")
def test_a_current_folder_that_was_removed_is_named(place: Path) -> None:
    gone = place / "gone"
    gone.mkdir()
    ran = finish("scan", ".", "-q", cwd=gone, before=f"os.rmdir({str(gone)!r})")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "hotfix-check: error: the current folder: No such file or directory\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ModuleNotFoundError("No module named 'pyarrow'"),
            "Parquet needs the extra 'fleet': in a checkout, pip install '.[fleet]'",
        ),
        (ImportError("no memory"), "Parquet needs a library that is installed but cannot be loaded: no memory"),
    ],
    ids=["not installed", "installed"],
)
def test_a_library_that_is_not_installed_differs_from_one_that_cannot_be_loaded(error: ImportError, said: str) -> None:
    assert needs_extra(error, "Parquet", "fleet") == said


@pytest.mark.parametrize(("name", "descriptor", "code"), [("/dev/stdout", 1, 2), ("/dev/stderr", 2, 2), ("null", 1, 0)])
def test_a_closed_stream_by_its_path_takes_nothing(name: str, descriptor: int, code: int, place: Path) -> None:
    null = place / "null"
    try:  # root could replace the system's own
        os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except OSError:
        null = Path(os.devnull)
    path = null if name == "null" else name
    ran = finish(
        *(*INVENTORY, "-q", "-o", path),
        cwd=place,
        before=f"os.devnull = {str(null)!r}",
        preexec_fn=lambda: os.close(descriptor),
    )
    said = "hotfix-check: error: /dev/stdout: cannot be written: Bad file descriptor\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", said if name == "/dev/stdout" else "")


@pytest.mark.parametrize(
    ("arguments", "how"),
    [
        pytest.param((*SCAN, "-v"), "full", id="an answer, full"),
        pytest.param((*SCAN, "-v"), "closed", id="an answer, closed"),
        pytest.param((*SCAN, "-v"), "a pipe nobody reads", id="an answer, a pipe nobody reads"),
        pytest.param(("scan", "nowhere", *CATALOGUE), "full", id="an error, full"),
        pytest.param(("scan", "nowhere", *CATALOGUE), "closed", id="an error, closed"),
    ],
)
def test_what_cannot_be_said_on_stderr_changes_neither_answer_nor_exit_code(
    arguments: tuple[str, ...], how: str, place: Path, run: Run
) -> None:
    expected = run(*arguments)
    if how == "closed":
        ran = finish(*arguments, cwd=place, stderr=None, preexec_fn=lambda: os.close(2))
    elif how == "full":
        with Path("/dev/full").open("w") as full:
            ran = finish(*arguments, cwd=place, stderr=full)
    else:
        reading, writing = os.pipe()
        os.close(reading)
        ran = finish(*arguments, cwd=place, stderr=writing)
        os.close(writing)
    assert (ran.returncode, ran.stdout) == (expected.code, expected.out)


@pytest.mark.parametrize("number", [CTRL_C, SIGTERM, SIGHUP], ids=["Ctrl-C", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(["-m", "hotfix_check"], id="as a module"),
        pytest.param(["-c", "from hotfix_check.__main__ import main; main()"], id="as the command"),
    ],
)
def test_an_interrupt_while_the_program_is_loaded_is_one_line(
    how: list[str], number: signal.Signals, tmp_path: Path
) -> None:
    """What is loaded first stops here, in the place of the library that takes most of the time."""
    (tmp_path / "typer.py").write_text(
        "import sys, time\nprint('ready', file=sys.stderr, flush=True)\nfor _ in range(6000): time.sleep(0.01)\n"
    )
    process = subprocess.Popen(
        [sys.executable, *how, "--version"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(number)
    assert process.communicate(timeout=20) == ("", "hotfix-check: error: interrupted\n")
    assert process.returncode == 130


def test_the_command_begins_where_signals_are_heeded_first() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"hotfix-check": "hotfix_check.__main__:main"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "--foo", "x"], "No such option: --foo"),
        (["scan"], "Missing argument"),
        (["nothing"], "No such command 'nothing'"),
        (["catalogue", "import", "--jobs", "many", "x"], "Invalid value for '--jobs'"),
    ],
)
def test_a_fault_in_the_arguments_is_one_line(arguments: list[str], said: str, run: Run) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"hotfix-check: error: {said}")
    assert "--help' shows how" in ran.err


@pytest.mark.parametrize("arguments", [[], ["catalogue"]])
def test_without_a_command_the_help_is_shown(arguments: list[str], run: Run) -> None:
    ran = run(*arguments)
    assert "Usage: " in ran.out + ran.err
    assert "error" not in ran.err


def test_head_takes_what_it_wants(place: Path, run: Run) -> None:
    with start(*SCAN, "--all", "-q", cwd=place) as scan:
        head = subprocess.run(["head", "-n", "1"], stdin=scan.stdout, capture_output=True, text=True, check=True)
        assert scan.stdout is not None
        scan.stdout.close()
        assert scan.stderr is not None
        assert scan.stderr.read() == ""
    assert head.stdout.startswith("Target: server")
    assert scan.returncode == run(*SCAN).code
