"""Processes beside this one: each task once, no traceback whatever ends them, one line where none can be started."""

from __future__ import annotations

import multiprocessing.spawn
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.processes import start, started
from fleet.hosts import NEWEST, fleet
from worker_tasks import doubling, ending, failing, length, looking

from hotfix_check.errors import UsageError, WorkerError
from hotfix_check.fleet.run import FEW
from hotfix_check.processes import Workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and limits of POSIX")


def test_each_task_is_done_once_and_few_are_taken_ahead() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(100, 160):
            taken += 1
            yield number

    found = []
    with Workers(2, doubling, 1) as workers:
        for task in workers.done(tasks(), 6):
            found.append((task.given, task.result))
            assert taken - len(found) <= 7
    assert sorted(found) == [(number, 2 * number + 1) for number in range(100, 160)]


def test_a_process_that_dies_takes_its_own_task_with_it_and_no_other() -> None:
    with Workers(2, doubling, 0) as workers:
        found = {task.given: (task.result, task.died) for task in workers.done(range(10, 17), 4)}
    assert found == {number: (None, True) if number == 13 else (2 * number, False) for number in range(10, 17)}


def test_what_a_task_raises_is_raised_here() -> None:
    with pytest.raises(UsageError, match="seventeen"), Workers(2, doubling, 0) as workers:
        list(workers.done(range(14, 20), 4))


@pytest.mark.parametrize(
    ("prepare", "error", "said"),
    [
        (failing, UsageError, "not today"),
        (ending, WorkerError, r"could not be started \(one ended at once with exit code 7\): run it again"),
    ],
    ids=["a fault of its own", "no word"],
)
def test_processes_that_do_not_come_are_one_error(
    prepare: Callable[[object], Callable[[int], int]], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said), Workers(2, prepare, None) as workers:
        list(workers.done(range(3), 4))


@pytest.mark.parametrize("size", [0, 1_000_000], ids=["a little", "more than a pipe holds"])
def test_a_process_that_dies_before_it_is_told_what_to_do_is_an_error_and_no_wait(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", os.fsencode(shutil.which("false") or ""))
    began, said = time.monotonic(), "one ended at once with exit code 1"
    with pytest.raises(WorkerError, match=said), Workers(2, length, bytes(size)) as workers:
        list(workers.done(range(3), 4))
    assert time.monotonic() - began < 20


def test_what_a_process_is_told_may_be_large() -> None:
    with Workers(2, length, bytes(1_000_000)) as workers:
        assert sorted(task.result or 0 for task in workers.done(range(3), 4)) == [1_000_000, 1_000_001, 1_000_002]


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    fleet(tmp_path / "in", **{f"EX{number}": NEWEST for number in range(FEW + 8)})
    return tmp_path


def told(process: subprocess.Popen[str], after: float, number: int) -> tuple[int, str]:
    """How a run in a group of its own ends that is signalled after so many seconds."""
    time.sleep(after)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", [0, 1, *(pytest.param(later, marks=pytest.mark.slow) for later in range(2, 6))])
def test_no_moment_of_an_interrupt_shows_a_traceback(moment: int, number: int, hosts: Path) -> None:
    process = started(
        *("fleet", "in", "-j", "2", "-q"),
        cwd=hosts,
        before="from hotfix_check.__main__ import main; ready(); main()",
        start_new_session=True,
    )
    code, err = told(process, 0.05 + 0.3 * moment, number)
    assert "Traceback" not in err
    assert err in ("", "hotfix-check: error: interrupted\n")
    assert code in (0, 1, 130, -number)


LIMITS = """
import resource, sys
resource.setrlimit(resource.{0}, ({1}, {1}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
@pytest.mark.parametrize(
    "files", [12, 16, 20, *(pytest.param(between, marks=pytest.mark.slow) for between in (14, 18))]
)
def test_too_few_open_files_for_a_process_are_one_line_and_no_wait(files: int, hosts: Path) -> None:
    process = start("fleet", "in", "-j", "2", "-q", cwd=hosts, before=LIMITS.format("RLIMIT_NOFILE", files))
    began = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert process.returncode in (0, 1, 2)
    assert err.count("\n") == (process.returncode == 2), err
    assert "Traceback" not in err and "internal error" not in err
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("program", "seldom"),
    [
        ("import hotfix_check; hotfix_check.scan('.')", False),
        ("sys.argv += ['scan', '.', '-q']; from hotfix_check.__main__ import main; main()", True),
    ],
    ids=["a library leaves it as it is", "the program"],
)
def test_only_the_program_itself_looks_seldom_for_garbage(program: str, seldom: bool, tmp_path: Path) -> None:
    told = "import atexit, gc, sys\natexit.register(lambda: print(gc.get_threshold()[0], file=sys.stderr))\n"
    command = [sys.executable, "-c", told + program]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (int(ended.stderr.splitlines()[-1]) == 50_000) == seldom


def test_a_process_looks_seldom_for_garbage() -> None:
    with Workers(1, looking, None) as workers:
        assert [task.result for task in workers.done(iter([0]), 1)] == [50_000]
