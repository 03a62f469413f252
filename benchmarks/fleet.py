"""Many hosts: one core against the floor, two processes, memory, a Dask cluster, Parquet and a query on it."""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures, Goal, Options, mebibytes, seconds, times
from benchmarks.fleet_hosts import MODERN, OLD, hosts, question
from benchmarks.timing import Timing, interleaved, must_equal
from hotfix_check.fleet.document import FleetDocument, fleet_document
from hotfix_check.fleet.host import FleetJudge, judge_host
from hotfix_check.fleet.reports import json_text
from hotfix_check.fleet.row import HostRow, damaged
from hotfix_check.fleet.run import in_processes, run_fleet
from hotfix_check.fleet.spool import Spool
from hotfix_check.report.document import RunDocument

ONE_CORE, ONE_CORE_QUICK = 200, 4  # hosts
SCALING, SCALING_QUICK = 1_000, 6
MEMORY, MEMORY_QUICK = (1_000, 100_000), (10, 100)
PARQUET, PARQUET_QUICK = 100_000, 50
_SMALL = 30  # files of a host where only memory is measured
_KINDS = 12
_FLOOR, _ALIKE, _UNLIKE, _OLD = "json.loads", "alike", "each its own", "Exchange 5.5, each its own"
_FLEETS = {_ALIKE: (MODERN, 2), _UNLIKE: (MODERN, 0), _OLD: (OLD, 0)}
_HOSTS_A_SECOND = {_UNLIKE: 300, _OLD: 40}  # the targets


def parse_all(count: int) -> Callable[[], int]:
    """The floor: the JSON of the same files, and nothing done with it."""
    sources = list(hosts(count))
    return lambda: sum(len(json.loads(source.read())["files"]) for source in sources)


def judge_all(count: int, products: list[str], kinds: int) -> Callable[[], dict[str, int]]:
    """Hosts judged one after the other; how many have each outcome."""
    sources = list(hosts(count, products=tuple(products), kinds=kinds))
    judge = FleetJudge(question())
    judge_host(next(iter(hosts(1, kinds=1))).read(), "first.json", judge)  # what a process does once
    return lambda: _outcomes(judge_host(source.read(), source.place, judge) for source in sources)


def judge_pooled(count: int, processes: int) -> Callable[[], dict[str, int]]:
    """The same in processes, their start in the time."""
    sources, asked = list(hosts(count)), question()
    return lambda: _outcomes(in_processes(sources, asked, processes, few=0))


def judge_on_cluster(count: int) -> Callable[[], dict[str, int]]:
    """The same on a Dask cluster of two workers that is running already."""
    from distributed import LocalCluster

    from hotfix_check.fleet.dask_cluster import on_cluster

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    sources, asked = list(hosts(count)), question()

    def run() -> dict[str, int]:
        with cluster:
            return _outcomes(on_cluster(sources, asked, cluster.scheduler_address))

    return run


def stream(count: int) -> Callable[[], dict[str, Any]]:
    """A whole run in one process: generated, judged, kept, written as JSON; memory is what counts."""

    def run() -> dict[str, Any]:
        asked = question()
        with Spool() as spool:
            sources = hosts(count, files=_SMALL, kinds=_KINDS)
            run_fleet(sources, lambda some: in_processes(some, asked, 1), spool)
            spool.finish(None)
            written = sum(len(piece) for piece in json_text(_document(spool)))
            return {"hosts": sum(spool.outcomes().values()), "bytes": written}

    return run


def stream_damaged(count: int) -> Callable[[], dict[str, Any]]:
    """The same of files that cannot be judged, which a report names one by one."""

    def run() -> dict[str, Any]:
        with Spool() as spool:
            for number in range(count):
                spool.add(damaged(f"inbox/EX{number:07}.json.gz", "gzip data that ends too early"))
            spool.finish(None)
            document = _document(spool)
            return {"hosts": document.head["summary"]["damaged"], "bytes": sum(map(len, json_text(document)))}

    return run


def parquet(count: int) -> Callable[[], dict[str, Any]]:
    """Rows of so many hosts as Parquet, and a query on them: seconds, bytes, rows."""
    import duckdb

    from hotfix_check.fleet.as_parquet import write_parquet

    judge = FleetJudge(question())
    made = [judge_host(source.read(), source.place, judge)[0] for source in hosts(_KINDS * 4, kinds=_KINDS)]
    spool = Spool()
    for number in range(count):
        spool.add(_renamed(made[number % len(made)], number))
    spool.finish(None)
    document = _document(spool)

    def run() -> dict[str, Any]:
        out = io.BytesIO()
        start = time.perf_counter()
        write_parquet(document, out)
        written = time.perf_counter() - start
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "fleet.parquet")
            place.write_bytes(out.getvalue())
            start = time.perf_counter()
            found = duckdb.sql(
                f"SELECT \"update\", count(*) AS hosts FROM '{place}' WHERE verdict = 'missing' GROUP BY 1"
            ).fetchall()
            asked = time.perf_counter() - start
            (rows,) = duckdb.sql(f"SELECT count(*) FROM '{place}'").fetchall()[0]
        expected = {one["id"]: one["missing"] for one in document.head["updates"] if one["missing"]}
        same = dict(found) == expected
        return {"write": written, "ask": asked, "bytes": len(out.getvalue()), "rows": rows, "same": same}

    return run


def fleet(options: Options) -> Figures:
    """All of it; what is not installed is left out and said."""
    quick = options.quick
    rows: list[tuple[str, ...]] = []
    goals: list[Goal] = []
    notes = ["Memory, and writing Parquet: run once."]
    one_core = _one_core(options, ONE_CORE_QUICK if quick else ONE_CORE, rows, goals)
    _processes(options, SCALING_QUICK if quick else SCALING, rows, goals, notes)
    _memory(options, MEMORY_QUICK if quick else MEMORY, rows, goals)
    try:
        _parquet(options, PARQUET_QUICK if quick else PARQUET, rows, notes)
    except ImportError as error:
        notes.append(f"Parquet: {error.name} is not installed")
    return Figures(
        title="Many hosts",
        about="Saved inventories of 300 files of made-up Exchange 2016 and 2019 servers, against the whole catalogue. "
        "Alike: of two kinds, which is what a well-kept fleet has; each its own: no two have the same evidence.",
        columns=("what", "hosts", "time", "CPU time", "hosts a second", "ratio", "peak memory"),
        rows=tuple(rows),
        goals=tuple(goals),
        bars=tuple((name, timing.wall / (ONE_CORE_QUICK if quick else ONE_CORE)) for name, timing in one_core.items()),
        unit="seconds a host",
        notes=tuple(notes),
    )


def _one_core(options: Options, count: int, rows: list[tuple[str, ...]], goals: list[Goal]) -> dict[str, Timing]:
    contenders = {_FLOOR: partial(options.call, parse_all, count=count)}
    for name, (products, kinds) in _FLEETS.items():
        contenders[name] = partial(options.call, judge_all, count=count, products=list(products), kinds=kinds)
    timings = interleaved(contenders, 1 if options.quick else 5)
    must_equal("files parsed", timings[_FLOOR].answer, count * 300)
    for name, timing in timings.items():
        if name != _FLOOR:
            must_equal(f"hosts judged, {name}", sum(timing.answer.values()), count)
        label = f"one core: {name}"
        rows.append(_row(label, count, timing, times(timing.wall / timings[_FLOOR].wall)))
    goals += [
        Goal(
            what=f"hosts a second, {name}, in units of {wanted}",
            ratio=count / timings[name].wall / wanted,
            bound=1,
            at_least=True,
        )
        for name, wanted in _HOSTS_A_SECOND.items()
    ]
    return timings


def _processes(options: Options, count: int, rows: list[tuple[str, ...]], goals: list[Goal], notes: list[str]) -> None:
    contenders = {
        "one process": partial(options.call, judge_pooled, count=count, processes=1),
        "two processes": partial(options.call, judge_pooled, count=count, processes=2),
    }
    if not options.quick:
        try:
            import distributed  # noqa: F401

            contenders["Dask, two workers"] = partial(options.call, judge_on_cluster, count=count)
        except ImportError:
            notes.append("Dask: distributed is not installed")
    timings = interleaved(contenders, 1 if options.quick else 5)
    one = timings["one process"]
    for name, timing in timings.items():
        must_equal(f"outcomes, {name}", timing.answer, one.answer)
        rows.append(_row(name, count, timing, times(one.wall / timing.wall)))
    goals.append(
        Goal(
            what="hosts a second: two processes to one",
            ratio=one.wall / timings["two processes"].wall,
            bound=1.6,
            at_least=True,
        )
    )


def _memory(options: Options, counts: tuple[int, int], rows: list[tuple[str, ...]], goals: list[Goal]) -> None:
    for what, measured in ((f"streamed ({_SMALL} files each)", stream), ("damaged, each named", stream_damaged)):
        peaks = []
        for count in counts:
            run = options.call(measured, count=count)
            must_equal("hosts in the report", run.answer["hosts"], count)
            timing = Timing(wall=run.wall, cpu=run.cpu, peak=run.peak, answer=run.answer)
            peaks.append(run.peak)
            rows.append(_row(f"{what}, report as JSON", count, timing, times(run.peak / peaks[0])))
        if measured is stream:
            goals.append(Goal(what=f"memory: {counts[1]} hosts to {counts[0]}", ratio=peaks[1] / peaks[0], bound=1.5))


def _parquet(options: Options, count: int, rows: list[tuple[str, ...]], notes: list[str]) -> None:
    import duckdb  # noqa: F401
    import pyarrow  # noqa: F401

    run = options.call(parquet, count=count)
    must_equal("DuckDB's counts are the report's", run.answer["same"], True)
    timing = Timing(wall=run.answer["write"], cpu=run.cpu, peak=run.peak, answer=None)
    rows.append(_row("written as Parquet", count, timing, ""))
    size, number = run.answer["bytes"], run.answer["rows"]
    notes.append(
        f"Parquet of {count} hosts: {number} rows, {mebibytes(size)}, {size / count:.0f} bytes a host; a DuckDB "
        f"aggregate over all of them: {seconds(run.answer['ask'])}."
    )


def _row(what: str, count: int, timing: Timing, ratio: str) -> tuple[str, ...]:
    speed = f"{count / timing.wall:.0f}"
    return what, str(count), seconds(timing.wall), seconds(timing.cpu), speed, ratio, mebibytes(timing.peak)


def _outcomes(rows: Iterable[tuple[HostRow, ...]]) -> dict[str, int]:
    return dict(sorted(Counter(row.outcome for row in chain.from_iterable(rows)).items()))


def _renamed(row: HostRow, number: int) -> HostRow:
    return replace(row, host=f"EX{number:07}", source=f"EX{number:07}.json")


def _document(spool: Spool) -> FleetDocument:
    return fleet_document(
        spool,
        question().catalogue,
        RunDocument(as_of="2026-11-21"),
        scope={"products": None, "kbs": None},
        policy={"baseline": None, "waivers": None, "expect": None, "group_by": None, "fail_on": []},
        importance={},
        required=False,
        expected=None,
        grouped=False,
        notes=(),
    )
