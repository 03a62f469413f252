"""Work shared among processes of this machine, which outlives the death of any of them."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

MOST_PROCESSES = 61 if sys.platform == "win32" else 1 << 16
"""Of one pool: Windows waits for 63 things at once, and two of them are the pool's own."""
TOGETHER = 4
"""Items sent to a process at a time."""
_AHEAD = 4  # such parcels waiting or worked on, a process

Item = TypeVar("Item")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Work(Generic[Item, Done]):
    """What is to be done with each item. Its parts are sent to fresh processes: functions of modules, plain values.

    ``prepare`` is called once in each process and gives what works on an item; ``lost`` gives the result of an item
    whose process died, and then a second one too.
    """

    prepare: Callable[[], Callable[[Item], Done]]
    lost: Callable[[Item], Done]


def shared_out(items: Iterable[Item], work: Work[Item, Done], processes: int, *, few: int) -> Iterator[Done]:
    """The result of each item, in any order, not more than some parcels a process read ahead.

    Up to ``few`` items are worked on in this process, in order: that is done before a pool has started.
    """
    waiting = iter(items)
    first = list(itertools.islice(waiting, few + 1)) if processes > 1 else []
    if processes == 1 or len(first) <= few:
        yield from map(work.prepare(), itertools.chain(first, waiting))
    else:
        yield from _Pool(work, processes).results(itertools.chain(first, waiting))


def parcels(items: Iterable[Item], size: int = TOGETHER) -> Iterator[tuple[Item, ...]]:
    """The items, some at a time."""
    waiting = iter(items)
    while parcel := tuple(itertools.islice(waiting, size)):
        yield parcel


class _Pool(Generic[Item, Done]):
    """A pool that outlives its processes: what was under way when one died is done again, one by one."""

    def __init__(self, work: Work[Item, Done], processes: int) -> None:
        self._work = work
        self._processes = min(processes, MOST_PROCESSES)
        self._suspects: deque[Item] = deque()

    def results(self, items: Iterable[Item]) -> Iterator[Done]:
        waiting = parcels(items)
        held: tuple[Item, ...] | None = None
        while True:
            executor = self._start(self._processes)
            running: dict[Future[list[Done]], tuple[Item, ...]] = {}
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

    def _submit(
        self,
        executor: ProcessPoolExecutor,
        parcel: tuple[Item, ...],
        running: dict[Future[list[Done]], tuple[Item, ...]],
    ) -> bool:
        from concurrent.futures import BrokenExecutor

        try:
            running[executor.submit(_work_there, parcel)] = parcel
        except BrokenExecutor:
            return False
        return True

    def _finished(self, running: dict[Future[list[Done]], tuple[Item, ...]]) -> Iterator[Done]:
        """What is done; a parcel whose process died is put among the suspects."""
        from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

        for done in wait(running, return_when=FIRST_COMPLETED).done:
            parcel = running.pop(done)
            try:
                yield from done.result()
            except BrokenExecutor:
                self._suspects.extend(parcel)

    def _left(self, running: dict[Future[list[Done]], tuple[Item, ...]]) -> Iterator[Done]:
        """When a pool has broken, what of it was finished after all; the rest is suspect."""
        for done, parcel in running.items():
            if done.cancelled() or done.exception() is not None:
                self._suspects.extend(parcel)
            else:
                yield from done.result()
        running.clear()

    def _one_by_one(self) -> Iterator[Done]:
        """The suspects, one at a time, so that it is known who is to blame when the process dies again."""
        from concurrent.futures import BrokenExecutor

        while self._suspects:
            executor = self._start(1)
            try:
                while self._suspects:
                    item = self._suspects.popleft()
                    yield executor.submit(_work_there, (item,)).result()[0]
            except BrokenExecutor:
                yield self._work.lost(item)
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
            initargs=(self._work.prepare,),
        )


_worker: Callable[[Any], Any] | None = None
"""Of a process of a pool: made once, when it starts."""


def _prepare(prepare: Callable[[], Callable[[Any], Any]]) -> None:
    global _worker
    import multiprocessing

    # Ctrl-C reaches every process of a terminal; the first one says when to stop. Without it there is no more to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _worker = prepare()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _work_there(parcel: tuple[Any, ...]) -> list[Any]:
    assert _worker is not None  # noqa: S101  (the pool's initializer)
    return [_worker(item) for item in parcel]
