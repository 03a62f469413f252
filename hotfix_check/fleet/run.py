"""A whole run: sources through a scheduler into the spool, past the journal of what was judged before.

The scheduler here is of the cores of this machine: a few hosts in this process, many in a pool of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from hotfix_check.errors import HotfixCheckError
from hotfix_check.fleet.host import FleetJudge, FleetQuestion, judge_host
from hotfix_check.fleet.journal import Journal
from hotfix_check.fleet.row import HostRow, damaged
from hotfix_check.fleet.sources import Source, local_path
from hotfix_check.fleet.spool import Spool
from hotfix_check.frozen import Frozen
from hotfix_check.processes import Work, shared_out
from hotfix_check.untrusted.shown import path_text

Rows = tuple[HostRow, ...]
Parcel = tuple[Source, ...]
Judging = Callable[[Iterable[Source]], Iterator[Rows]]
SMALL = 1024 * 1024
"""Bytes that go with a source when it was read to be looked for in the journal; a larger one is read again."""
FEW = 32
"""So many hosts are judged faster here than a pool has started."""


class Ran(Frozen):
    """How many sources the journal knew already, and how many were fleet reports, which are no hosts."""

    known: int
    reports: int


def run_fleet(
    sources: Iterable[Source],
    judging: Judging,
    spool: Spool,
    journal: Journal | None = None,
    on_host: Callable[[], None] | None = None,
) -> Ran:
    """Judge what has to be judged and keep every row."""
    known = reports = 0

    def unknown() -> Iterator[Source]:
        nonlocal known
        for source in sources:
            found = None
            if journal is not None and not journal.empty:
                journal.meet(source.label)
                try:
                    data = source.read()
                    found = journal.find(data, source.label)
                    if len(data) <= SMALL:
                        source = Source(place=source.place, data=data)
                except HotfixCheckError:
                    pass  # the scheduler meets the same fault, and says it
            if found is None:
                yield source
            else:
                known += 1
                keep(found)

    def keep(rows: Iterable[HostRow]) -> None:
        for row in rows:
            spool.add(row)
        if on_host is not None:
            on_host()

    for rows in judging(unknown()):
        reports += not rows
        if journal is not None:
            journal.add(rows)
        keep(rows)
    return Ran(known=known, reports=reports)


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
