"""A whole run: sources through a scheduler into the spool, past the journal of what was judged before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hotfix_check.errors import HotfixCheckError
from hotfix_check.fleet.journal import Journal
from hotfix_check.fleet.row import HostRow
from hotfix_check.fleet.sources import Source
from hotfix_check.fleet.spool import Spool
from hotfix_check.frozen import Frozen

Judging = Callable[[Iterable[Source]], Iterator[tuple[HostRow, ...]]]


SMALL = 1024 * 1024
"""Bytes that go with a source when it was read to be looked for in the journal; a larger one is read again."""


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
