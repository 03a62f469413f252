"""Judging on the cores of this machine: a few hosts in this process, many in a pool of processes."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from hotfix_check.errors import HotfixCheckError
from hotfix_check.fleet.host import FleetJudge, FleetQuestion, HostRow, damaged, judge_host
from hotfix_check.fleet.sources import Source, local_path
from hotfix_check.untrusted.shown import path_text

FEW = 32
"""So many hosts are judged faster here than a pool has started."""
_TOGETHER = 4  # hosts sent to a process at a time
_AHEAD = 4  # such parcels waiting or worked on, a process
Rows = tuple[HostRow, ...]
Parcel = tuple[Source, ...]


def judge_source(source: Source, judge: FleetJudge) -> Rows:
    """Read and judge one; what cannot be read is one damaged row."""
    try:
        data = source.read()
    except HotfixCheckError as error:
        return (damaged(source.label, why_unread(source, error)),)
    return judge_host(data, source.label, judge)


def why_unread(source: Source, error: HotfixCheckError) -> str:
    """The reason alone, as text, without the place that the source names already."""
    reason = error.lines[0].removeprefix(f"{source.place}: ").removeprefix(f"{local_path(source.place)}: ")
    return path_text(reason)


def in_processes(sources: Iterable[Source], asked: FleetQuestion, processes: int, few: int = FEW) -> Iterator[Rows]:
    """The rows of each source, in any order; not more than some parcels a process are read ahead."""
    waiting = iter(sources)
    first = list(itertools.islice(waiting, few + 1)) if processes > 1 else []
    if processes == 1 or len(first) <= few:
        judge = FleetJudge(asked)
        for source in itertools.chain(first, waiting):
            yield judge_source(source, judge)
    else:
        yield from _in_a_pool(itertools.chain(first, waiting), asked, processes)


def parcels(sources: Iterable[Source], size: int = _TOGETHER) -> Iterator[Parcel]:
    """The sources, some at a time."""
    waiting = iter(sources)
    while parcel := tuple(itertools.islice(waiting, size)):
        yield parcel


def _in_a_pool(sources: Iterable[Source], asked: FleetQuestion, processes: int) -> Iterator[Rows]:
    """What a process was judging when it died is judged again, host by host, so that it is known who is to blame."""
    from hotfix_check.fleet.workers import Workers

    suspects: deque[Source] = deque()
    with Workers(processes, _judge_there, asked) as workers:
        for task in workers.done(parcels(sources), processes * _AHEAD):
            if task.died:
                suspects.extend(task.given)
            yield from task.result or ()
    if suspects:
        with Workers(1, _judge_there, asked) as workers:
            for task in workers.done(parcels(suspects, 1), 1):
                if task.died:
                    died = "the process that judged it died, and a second one too"
                    yield (damaged(task.given[0].label, died),)
                yield from task.result or ()


def _judge_there(asked: FleetQuestion) -> Callable[[Parcel], list[Rows]]:
    judge = FleetJudge(asked)
    return lambda parcel: [judge_source(source, judge) for source in parcel]
