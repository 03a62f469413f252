"""Many at a time where the disk is slow, one after the other where it is not, and the same answer both ways."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pe_builder import build_pe

from hotfix_check.inventory import overlap
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.overlap import work_through
from hotfix_check.inventory.target import read_target
from hotfix_check.inventory.walk import FoundFile, FoundFolder

PROGRAM = build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation"})
WANTED = frozenset({"store.exe", "mapi32.dll", "addr.cfg"})
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture
def odd_tree(tmp_path: Path) -> Path:
    """Folders in folders with what a disk can hold: links, pipes, broken programs, names that are hardly names."""
    for number in range(12):
        folder = tmp_path / f"server {number}" / "Exchsrvr" / "Bin"
        folder.mkdir(parents=True)
        (folder / "STORE.EXE").write_bytes(PROGRAM)
        (folder / "Mapi32.dll").write_bytes(PROGRAM[: number * 200])
        (folder / "addr.cfg").write_text("plain")
        (folder / "renamed.bin").write_bytes(PROGRAM)
        (folder / "notes.txt").write_text("MZ is not enough")
    (tmp_path / "empty").mkdir()
    if os.name != "nt":
        (tmp_path / "loop").symlink_to(tmp_path)
        (tmp_path / "self").symlink_to("self")
        (tmp_path / "Mapi32.dll").symlink_to("nowhere")
        os.mkfifo(tmp_path / "store.exe")
        for name in (b"caf\xe9", b"caf\\xe9"):  # shown alike
            os.mkdir(os.fsencode(tmp_path) + b"/" + name)  # noqa: PTH102  (a Path cannot hold these bytes)
            with open(os.fsencode(tmp_path) + b"/" + name + b"/Store.exe", "wb") as stream:  # noqa: PTH123
                stream.write(PROGRAM + name)
    return tmp_path


class Calls:
    """Calls of the system made slower, and counted: how many there were, and how many at a time."""

    def __init__(self, patch: pytest.MonkeyPatch, seconds: float, names: tuple[str, ...] = ("scandir", "open")) -> None:
        self.seconds = seconds
        self.made: list[str] = []
        self.now = self.most = 0
        self.lock = threading.Lock()
        for name in names:
            patch.setattr(os, name, self.slowed(getattr(os, name)))

    def slowed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def slow(path: object, *rest: object, **named: object) -> Any:
            with self.lock:
                self.made.append(os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else "")
                self.now += 1
                self.most = max(self.most, self.now)
            time.sleep(self.seconds)
            with self.lock:
                self.now -= 1
            return call(path, *rest, **named)

        return slow


def read(target: Path, on_file: Callable[[], None] | None = None, **options: Any) -> Inventory:
    return read_target(target, Asked(wanted=WANTED, plain=frozenset({"addr.cfg"}), **options), on_file)


@pytest.mark.parametrize("options", [{}, {"every_pe": True}, {"hashes": False}], ids=["evidence", "all", "no hashes"])
def test_threads_give_what_one_reader_gives(
    options: dict[str, bool], odd_tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    alone = read(odd_tree, on_file=lambda: seen.append("alone"), **options)
    calls = Calls(monkeypatch, 0.002)
    together = read(odd_tree, on_file=lambda: seen.append("together"), **options)

    assert calls.most > 4
    assert repr(dataclasses.asdict(together)) == repr(dataclasses.asdict(alone))
    assert seen.count("alone") == seen.count("together") == alone.files_seen


@pytest.mark.parametrize("allowed", [0, 3], ids=["none", "three"])
def test_where_no_more_threads_can_be_started_the_answer_is_the_same(
    allowed: int, odd_tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = read(odd_tree)
    start, left = threading.Thread.start, iter(range(allowed))

    def refused(thread: threading.Thread) -> None:
        if next(left, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refused)
    calls = Calls(monkeypatch, 0.002)
    assert repr(dataclasses.asdict(read(odd_tree))) == repr(dataclasses.asdict(alone))
    assert calls.most == max(allowed, 1)


@posix
def test_few_descriptors_are_enough(odd_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as macOS lets a process have; every file beyond them would be one that cannot be read."""
    import resource

    alone = read(odd_tree)
    in_use = len(list(Path("/dev/fd").iterdir()))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 250, hard))
    try:
        calls = Calls(monkeypatch, 0.002)
        together = read(odd_tree)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert calls.most > 4
    assert repr(dataclasses.asdict(together)) == repr(dataclasses.asdict(alone))


@posix
def test_files_that_are_shown_alike_have_a_certain_order(odd_tree: Path) -> None:
    first, second = [file for file in read(odd_tree).files if file.path == "caf\\xe9/Store.exe"]
    assert (first.size, second.size) == (len(PROGRAM) + 7, len(PROGRAM) + 4)


def test_a_fast_disk_is_read_by_one_thread(odd_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "SLOW", 1.0)  # however busy the machine of this test is
    calls = Calls(monkeypatch, 0)
    read(odd_tree, every_pe=True)
    assert calls.most == 1


@pytest.mark.parametrize("name", ["scandir", "open", "fstat", "pread"])
def test_whichever_call_is_slow_threads_help(name: str, odd_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, name):
        pytest.skip("no such call here")
    calls = Calls(monkeypatch, 0.002, (name,))
    read(odd_tree, every_pe=True)
    assert calls.most > 4


@pytest.mark.parametrize(
    ("waits", "computes", "overlaps"),
    [(0.003, 0, True), (0, 0.003, False), (0.003, 0.1, True), (0.0001, 0.1, False), (0.0001, 0, False)],
    ids=["waits", "computes", "waits and computes long", "computes long", "is quick"],
)
def test_only_waiting_starts_threads(
    waits: float, computes: float, overlaps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()
    now = SimpleNamespace(all=0.0, computed=0.0)
    clock = SimpleNamespace(perf_counter=lambda: now.all, thread_time=lambda: now.computed)
    monkeypatch.setattr(overlap, "time", clock)

    def step(_: FoundFile) -> None:
        threads.add(threading.get_ident())
        now.all += waits + computes
        now.computed += computes

    work_through(FoundFolder(path="", inner=""), lambda _: iter(some_files(100)), step)
    assert (threads != {threading.get_ident()}) is overlaps


def some_files(count: int) -> list[FoundFolder | FoundFile]:
    return [FoundFile(path=str(number), inner=str(number), evidence=True) for number in range(count)]


def test_every_file_of_a_deep_tree_is_read_once() -> None:
    names: list[str] = []

    def listed(folder: FoundFolder) -> Iterator[FoundFolder | FoundFile]:
        time.sleep(0.002)
        depth = int(folder.inner or 0)
        if depth < 9:
            yield FoundFolder(path="", inner=str(depth + 1))
        yield from (FoundFile(path="", inner=f"{depth}/{number}", evidence=True) for number in range(60))

    def read_one(file: FoundFile) -> None:
        time.sleep(0.002)
        names.append(file.inner)

    work_through(FoundFolder(path="", inner=""), listed, read_one)
    assert sorted(names) == sorted(f"{depth}/{number}" for depth in range(10) for number in range(60))


def test_a_folder_of_many_files_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlap, "MAX_FILES_WAITING", 10)
    found, done, held = 0, [0], [0]

    def listed(_: FoundFolder) -> Iterator[FoundFolder | FoundFile]:
        nonlocal found
        for file in some_files(1000):
            found += 1
            held.append(found - len(done))
            yield file

    def read_one(_: FoundFile) -> None:
        time.sleep(0.002)
        done.append(1)

    work_through(FoundFolder(path="", inner=""), listed, read_one)
    assert len(done) == 1 + 1000
    assert max(held) <= 10 + overlap.THREADS + 1


@pytest.mark.parametrize("after", [0, 2, 100], ids=["at once", "while alone", "in a thread"])
def test_what_is_raised_ends_all(after: int) -> None:
    done: list[str] = []

    def read_one(file: FoundFile) -> None:
        time.sleep(0.002)
        if len(done) >= after:
            raise RuntimeError("a fault of ours")
        done.append(file.inner)

    with pytest.raises(RuntimeError, match="a fault of ours"):
        work_through(FoundFolder(path="", inner=""), lambda _: iter(some_files(2000)), read_one)
    assert len(done) < 200


@posix
def test_ctrl_c_ends_a_run_whose_threads_hang(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).mkdir()
    code = (
        "import os, sys, threading, time\n"
        "from pathlib import Path\n"
        "from hotfix_check.inventory.file_facts import Asked\nfrom hotfix_check.inventory.target import read_target\n"
        "real = os.scandir\n"
        "def scandir(path):\n"
        "    if threading.current_thread() is not threading.main_thread():\n"
        "        os.write(1, b'hangs\\n')\n"
        "        time.sleep(60)\n"
        "    time.sleep(0.002)\n"
        "    return real(path)\n"
        "os.scandir = scandir\n"
        "try:\n"
        "    read_target(Path(sys.argv[1]), Asked(wanted=frozenset()))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert b"hangs" in process.stdout.readline()  # several threads say so at once
            interrupted = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
            assert time.monotonic() - interrupted < 5
        finally:
            process.kill()


def test_only_what_matters_is_opened(odd_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch, 0, ("open",))
    read(odd_tree)
    opened = [Path(path).name.lower() for path in calls.made if not Path(path).is_dir()]
    evidence = 3 * 12 + (2 if os.name != "nt" else 0)  # once each: for version and hash
    assert (len(opened), frozenset(opened)) == (evidence, WANTED)


def test_nothing_is_kept_of_files_that_do_not_matter(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"a file with a long name that nobody asked for {number}").touch()
        tracemalloc.start()
        assert read(folder).files_seen == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(1000) < peak(100) + 20_000
