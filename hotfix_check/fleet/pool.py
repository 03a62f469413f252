"""Judging on the cores of this machine: a few hosts in this process, many in a pool of processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from hotfix_check.errors import HotfixCheckError
from hotfix_check.fleet.host import FleetJudge, FleetQuestion, judge_host
from hotfix_check.fleet.row import HostRow, damaged
from hotfix_check.fleet.sources import Source, local_path
from hotfix_check.processes import Work, shared_out
from hotfix_check.untrusted.shown import path_text

FEW = 32
"""So many hosts are judged faster here than a pool has started."""
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
    yield from shared_out(sources, Work(partial(_judging, asked), _lost), processes, few=few)


def _judging(asked: FleetQuestion) -> Callable[[Source], Rows]:
    judge = FleetJudge(asked)
    return lambda source: judge_source(source, judge)


def _lost(source: Source) -> Rows:
    return (damaged(source.label, "two processes died while judging it"),)
