"""The same rows wherever hosts are judged, and whatever happens to the processes that judge them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT, Run
from fleet.hosts import APRIL_2022, MAY_2022, NEWEST, QUESTION, fleet, inventory, loaded_once  # noqa: F401
from worker_tasks import Deadly, Faulty

from hotfix_check.errors import SavedInputError, UsageError
from hotfix_check.fleet.host import FleetJudge
from hotfix_check.fleet.run import FEW, in_processes, judge_source
from hotfix_check.fleet.sources import Source

pytestmark = pytest.mark.usefixtures("supported")

VERSIONS = (NEWEST, APRIL_2022, MAY_2022)
SOURCES = [
    Source(place=f"EX{number}.json", data=inventory(f"EX{number}", VERSIONS[number % 3])) for number in range(FEW + 12)
]


def outcomes(rows: object) -> Counter[tuple[str, str]]:
    return Counter((row.source, row.outcome) for source_rows in rows for row in source_rows)  # type: ignore[attr-defined]


def test_a_pool_gives_each_host_once_as_one_process_does_and_reads_only_some_ahead() -> None:
    judge = FleetJudge(QUESTION)
    sources = SOURCES * 2
    alone = [judge_source(source, judge) for source in sources]
    read = ahead = 0

    def counted() -> Iterator[Source]:
        nonlocal read
        for source in sources:
            read += 1
            yield source

    found = []
    for rows in in_processes(counted(), QUESTION, 2, few=4):
        found.append(rows)
        ahead = max(ahead, read - len(found))
    assert sorted(found, key=str) == sorted(alone, key=str)
    assert ahead <= 4 + 2 * 4 * 4 < len(sources)


def test_few_hosts_are_judged_without_a_pool(tmp_path: Path, samples: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    code = (
        "import sys; from hotfix_check.cli import main; sys.argv = ['hotfix-check', 'fleet', '-q', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "in")], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert loaded & {"multiprocessing", "concurrent", "distributed", "dask", "pyarrow", "fsspec", "jinja2"} == set()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
def test_a_host_that_kills_its_process_is_tried_again_and_then_named(always: bool, tmp_path: Path) -> None:
    deadly = Deadly(place="deadly.json", data=inventory("EX99", NEWEST), mark=tmp_path / "mark", always=always)
    sources = [*SOURCES[:10], deadly, *SOURCES[10:20]]
    rows = [row for rows in in_processes(sources, QUESTION, 2, few=4) for row in rows]
    assert Counter(row.source for row in rows) == Counter(source.place for source in sources)
    (fate,) = [row for row in rows if row.source == "deadly.json"]
    assert (fate.outcome, fate.reason) == (
        ("damaged", "two processes died while judging it") if always else ("clean", None)
    )
    assert {row.kind for row in rows if row is not fate} == {"inventory"}


def started(workers: int, *, processes: bool) -> subprocess.Popen[str]:
    """A cluster on this machine; its first line is its address, and it ends with its stdin."""
    pytest.importorskip("distributed", reason="needs the extra fleet")
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": paths, "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false"}
    code = (
        "import sys\nfrom distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        f"    with LocalCluster(n_workers={workers}, processes={processes}, protocol='tcp', threads_per_worker=1,"
        " dashboard_address=None) as cluster:\n"
        "        print(cluster.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )


@contextmanager
def cluster_of_two(*, processes: bool) -> Iterator[str]:
    """The address of a cluster of two workers on this machine."""
    running = started(2, processes=processes)
    assert running.stdout is not None
    yield running.stdout.readline().strip()
    running.communicate("", timeout=30)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Its workers are two threads of one process, apart from this one."""
    with cluster_of_two(processes=False) as address:
        yield address


def test_a_cluster_gives_the_same_bytes_as_this_machine(cluster: str, tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", **{f"EX{number}": VERSIONS[number % 3] for number in range(20)})
    (inbox / "broken.json").write_text("{")
    asked = ("fleet", "in", "-f", "json", "--no-run-info", "--kb", "KB5014261", "--as-of", "2026-11-20")
    here, there = run(*asked), run(*asked, "--scheduler", cluster)
    assert json.loads(there.out)["summary"]["hosts"] == 20
    assert there == here


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_worker_that_dies_half_way_loses_nothing(tmp_path: Path) -> None:
    from hotfix_check.fleet.dask_cluster import on_cluster

    deadly = Deadly(place="deadly.json", data=inventory("EX99", NEWEST), mark=tmp_path / "mark")
    sources = [*SOURCES[:20], deadly, *SOURCES[20:]]
    with cluster_of_two(processes=True) as cluster:
        found = outcomes(on_cluster(_unread(sources), QUESTION, cluster))
    judge = FleetJudge(QUESTION)
    assert found == outcomes(judge_source(source, judge) for source in sources)
    assert (tmp_path / "mark").exists()


def _unread(sources: list[Source]) -> Iterator[Source]:
    yield from sources


@pytest.mark.parametrize(
    ("version", "said"),
    [("9.9.9", "has hotfix-check '1.0.0', this is 9.9.9: they must be the same")],
    ids=["another hotfix-check"],
)
def test_a_worker_of_another_version_is_named(
    version: str, said: str, cluster: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.fleet.dask_cluster.__version__", version)
    fleet(tmp_path / "in", EX1=NEWEST)
    ran = run("fleet", "in", "-q", "--scheduler", cluster)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_cluster_that_cannot_be_reached_is_one_line(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs the extra fleet")
    monkeypatch.setattr("hotfix_check.fleet.dask_cluster._CONNECT", 0.3)
    fleet(tmp_path / "in", EX1=NEWEST)
    ran = run("fleet", "in", "-q", "--scheduler", "tcp://127.0.0.1:1")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "--scheduler: tcp://127.0.0.1:1 cannot be reached: " in ran.err


def test_a_scheduler_that_dies_half_way_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    running = started(1, processes=False)
    assert running.stdout is not None
    address = running.stdout.readline().strip()
    from hotfix_check.fleet import dask_cluster

    monkeypatch.setattr(dask_cluster, "_CONNECT", 1)

    def dying() -> Iterator[Source]:
        for number, source in enumerate(SOURCES * 3):
            if number == 40:
                running.kill()
                running.communicate()
            yield source

    with pytest.raises(UsageError, match=r"--scheduler: tcp://[0-9.:]+ is lost \([A-Za-z]+\); what the journal of"):
        list(dask_cluster.on_cluster(dying(), QUESTION, address))
    assert capfd.readouterr() == ("", "")


def test_what_fails_on_a_cluster_is_a_damaged_row_unless_a_worker_is_another(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hotfix_check.fleet import dask_cluster

    sources = [*SOURCES[:5], Faulty(place="memory://faulty.json")]
    rows = [row for rows in dask_cluster.on_cluster(sources, QUESTION, cluster) for row in rows]
    assert Counter(row.source for row in rows) == Counter(source.place for source in sources)
    (fate,) = [row for row in rows if row.kind == "damaged"]
    assert fate.reason == "the cluster gave up on it: ZeroDivisionError: 'memory://faulty.json'"
    looked = []

    def another_joined(client: object) -> None:
        looked.append(client)
        if len(looked) > 1:
            raise UsageError("worker tcp://other has hotfix-check '9.9.9'")

    monkeypatch.setattr(dask_cluster, "_same_everywhere", another_joined)
    with pytest.raises(UsageError, match="worker tcp://other"):
        list(dask_cluster.on_cluster(sources, QUESTION, cluster))


def test_what_waits_on_a_cluster_is_bounded_in_bytes_too(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotfix_check.fleet import dask_cluster

    monkeypatch.setattr(dask_cluster, "_HELD", 1)
    read = given = ahead = 0

    def counted() -> Iterator[Source]:
        nonlocal read
        for read, source in enumerate(SOURCES, 1):  # noqa: B007  (seen outside)
            yield source

    for given, _ in enumerate(dask_cluster.on_cluster(counted(), QUESTION, cluster), 1):
        ahead = max(ahead, read - given)
    assert given == len(SOURCES)
    assert ahead < 4


def test_a_judge_may_be_used_by_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.fleet.host._REMEMBERED", 1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        judge = FleetJudge(QUESTION)
        with ThreadPoolExecutor(8) as threads:
            rows = list(threads.map(partial(judge_source, judge=judge), SOURCES[:24]))
    finally:
        sys.setswitchinterval(interval)
    assert Counter(row.kind for (row,) in rows) == {"inventory": 24}


def test_a_file_that_cannot_be_read_here_is_not_looked_for_on_a_worker(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hotfix_check.fleet import dask_cluster

    inbox = fleet(tmp_path / "in", EX1=NEWEST)

    def refused(self: Source) -> bytes:
        raise SavedInputError(f"{self.place}: cannot be read: Permission denied")

    monkeypatch.setattr(Source, "read", refused)  # of this process: a worker could read the file
    ((row,),) = dask_cluster.on_cluster([Source(place=str(inbox / "EX1.json"))], QUESTION, cluster)
    assert (row.kind, row.reason) == ("damaged", "cannot be read: Permission denied")
    (fault,) = dask_cluster.on_cluster([Faulty(place="faulty.json")], QUESTION, cluster)
    assert fault[0].reason == "internal error: ZeroDivisionError: faulty.json"
