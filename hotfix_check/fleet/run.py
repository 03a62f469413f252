"""A whole run: sources through a scheduler into the spool, past the journal of what was judged before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hotfix_check.errors import HotfixCheckError
from hotfix_check.fleet.host import HostRow
from hotfix_check.fleet.journal import Journal
from hotfix_check.fleet.sources import Source
from hotfix_check.fleet.spool import Spool

Judging = Callable[[Iterable[Source]], Iterator[tuple[HostRow, ...]]]


def run_fleet(
    sources: Iterable[Source],
    judging: Judging,
    spool: Spool,
    journal: Journal | None = None,
    on_host: Callable[[], None] | None = None,
) -> int:
    """Judge what has to be judged and keep every row; how many sources the journal knew already."""
    known = 0

    def unknown() -> Iterator[Source]:
        nonlocal known
        for source in sources:
            found = None
            if journal is not None and not journal.empty:
                try:
                    source = Source(place=source.place, data=source.read())
                    found = journal.find(source.data or b"", source.place)
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
        if journal is not None:
            journal.add(rows)
        keep(rows)
    return known
