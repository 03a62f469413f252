"""Judging on the cores of this machine: a few hosts in this process, many in a pool of processes."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hotfix_check.errors import HotfixCheckError
from hotfix_check.fleet.host import FleetJudge, FleetQuestion, HostRow, damaged, judge_host
from hotfix_check.fleet.sources import Source, local_path
from hotfix_check.untrusted.shown import path_text

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

MOST_PROCESSES = 61 if sys.platform == "win32" else 1 << 16
"""Of one pool: Windows waits for 63 things at once, and two of them are the pool's own."""
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
        yield from _Pool(asked, processes).judge(itertools.chain(first, waiting))


def parcels(sources: Iterable[Source], size: int = _TOGETHER) -> Iterator[Parcel]:
    """The sources, some at a time."""
    waiting = iter(sources)
    while parcel := tuple(itertools.islice(waiting, size)):
        yield parcel


class _Pool:
    """A pool that outlives its processes: what was under way when one died is judged again, host by host."""

    def __init__(self, asked: FleetQuestion, processes: int) -> None:
        self._asked = asked
        self._processes = min(processes, MOST_PROCESSES)
        self._suspects: deque[Source] = deque()

    def judge(self, sources: Iterable[Source]) -> Iterator[Rows]:
        waiting = parcels(sources)
        held: Parcel | None = None
        while True:
            executor = self._start(self._processes)
            running: dict[Future[list[Rows]], Parcel] = {}
            try:
                while True:
                    while len(running) < self._processes * _AHEAD:
                        held = held or next(waiting, None)
                        if held is None or not self._submit(executor, held, running):
                            break
                        held = None
                    if not running:
                        break
                    yield from self._finished(running)
                    if self._suspects:
                        break
            finally:
                executor.shutdown(wait=True, cancel_futures=True)
            yield from self._left(running)
            yield from self._one_by_one()
            if held is None and not running:
                held = next(waiting, None)
                if held is None:
                    return

    def _submit(self, executor: ProcessPoolExecutor, parcel: Parcel, running: dict[Future[list[Rows]], Parcel]) -> bool:
        from concurrent.futures import BrokenExecutor

        try:
            running[executor.submit(_judge_there, parcel)] = parcel
        except BrokenExecutor:
            return False
        return True

    def _finished(self, running: dict[Future[list[Rows]], Parcel]) -> Iterator[Rows]:
        """What is done; a parcel whose process died is put among the suspects."""
        from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

        for done in wait(running, return_when=FIRST_COMPLETED).done:
            parcel = running.pop(done)
            try:
                yield from done.result()
            except BrokenExecutor:
                self._suspects.extend(parcel)

    def _left(self, running: dict[Future[list[Rows]], Parcel]) -> Iterator[Rows]:
        """When a pool has broken, what of it was finished after all; the rest is suspect."""
        for done, parcel in running.items():
            if done.cancelled() or done.exception() is not None:
                self._suspects.extend(parcel)
            else:
                yield from done.result()
        running.clear()

    def _one_by_one(self) -> Iterator[Rows]:
        """The suspects, one at a time, so that it is known who is to blame when the process dies again."""
        from concurrent.futures import BrokenExecutor

        while self._suspects:
            executor = self._start(1)
            try:
                while self._suspects:
                    source = self._suspects.popleft()
                    yield executor.submit(_judge_there, (source,)).result()[0]
            except BrokenExecutor:
                yield (damaged(source.label, "the process that judged it died, and a second one too"),)
            finally:
                executor.shutdown(wait=True, cancel_futures=True)

    def _start(self, processes: int) -> ProcessPoolExecutor:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # A fresh interpreter on every system: nothing of this process (threads, open files) is in it.
        return ProcessPoolExecutor(
            processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(self._asked,),
        )


_judge: FleetJudge | None = None
"""Of a process of a pool: made once, when it starts."""


def _prepare(asked: FleetQuestion) -> None:
    global _judge
    import multiprocessing

    # Ctrl-C reaches every process of a terminal; the first one says when to stop. Without it there is no more to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _judge = FleetJudge(asked)


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _judge_there(parcel: Parcel) -> list[Rows]:
    assert _judge is not None  # noqa: S101  (the pool's initializer)
    return [judge_source(source, _judge) for source in parcel]
