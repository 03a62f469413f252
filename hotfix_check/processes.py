"""Work shared among processes of this machine: a task at a time each, none outlives this one, no traceback."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from hotfix_check.errors import WorkerError
from hotfix_check.frozen import dataclass
from hotfix_check.garbage import look_seldom

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

A = TypeVar("A")
T = TypeVar("T")
R = TypeVar("R")
# What ends a run. Windows has no SIGHUP, and cannot hold signals.
_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
MOST_PROCESSES = 61 if sys.platform == "win32" else 1 << 16
"""At a time: Windows waits for 63 things at once."""
TOGETHER = 4
"""Items sent to a process at a time."""
_AHEAD = 4  # such parcels waiting or worked on, a process
_PATIENCE = 5.0  # seconds for a process to end that has nothing more to do


@dataclasses.dataclass(slots=True)
class Task(Generic[T, R]):
    """A task with its result; ``died`` where the process that worked on it ended before it had one."""

    given: T
    result: R | None = None
    done: bool = False
    died: bool = False


@dataclasses.dataclass(slots=True, eq=False)
class _Worker(Generic[T, R]):
    process: SpawnProcess
    orders: Connection
    answers: Connection
    born: bool = False
    ready: bool = False
    task: Task[T, R] | None = None


class Workers(Generic[A, T, R]):
    """So many processes, each of which calls ``prepare(argument)`` once, and what that gives with each of its tasks.

    They are fresh interpreters on every system, so nothing of this process (threads, open files) is in them. They are
    born with the signals held that end a run, and are killed when this one leaves before its time: neither a Ctrl-C
    that reaches all processes of a terminal nor the end of this one finds any of them in a state to complain.
    """

    def __init__(self, count: int, prepare: Callable[[A], Callable[[T], R]], argument: A) -> None:
        self._count = min(count, MOST_PROCESSES)
        self._work = prepare, argument
        self._workers: list[_Worker[T, R]] = []

    def __enter__(self) -> Workers[A, T, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            if kind is not None:
                worker.process.kill()
            worker.orders.close()  # which ends one that waits for a task
            worker.answers.close()
        for worker in self._workers:
            worker.process.join(_PATIENCE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()

    def done(self, tasks: Iterable[T], ahead: int) -> Iterator[Task[T, R]]:
        """The tasks with their results, as they come.

        At most ``ahead`` are taken at a time. An exception of a task is raised here. Raises WorkerError when no process
        can be started.
        """
        coming = (Task[T, R](given) for given in tasks)
        window: deque[Task[T, R]] = deque()
        waiting: deque[Task[T, R]] = deque()
        while True:
            taken = list(itertools.islice(coming, ahead - len(window)))
            window.extend(taken)
            waiting.extend(taken)
            if not window:
                return
            while waiting and (worker := self._idle(len(waiting))):
                worker.task = waiting.popleft()
                self._send(worker, worker.task.given)
            ripe = [task for task in window if task.done]
            for task in ripe:
                window.remove(task)
                yield task
            if not ripe:
                self._listen()

    def _idle(self, wanted: int) -> _Worker[T, R] | None:
        """A process that is ready and has no task; so many are started as are ``wanted`` and may be."""
        without = [worker for worker in self._workers if worker.task is None]
        for _ in range(min(wanted - len(without), self._count - len(self._workers))):
            self._start()
        return next((worker for worker in without if worker.ready), None)

    def _start(self) -> None:
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        try:
            with _quiet_birth(), contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
                answers, answering = context.Pipe(duplex=False)
                ours.callback(answers.close)
                theirs.callback(answering.close)
                ordered, orders = context.Pipe(duplex=False)
                ours.callback(orders.close)
                theirs.callback(ordered.close)
                # What it is to do follows when it is born: a start that writes more than a pipe holds waits for ever
                # where the process has died.
                process = context.Process(target=_work, args=(ordered, answering), daemon=True)
                process.start()
                ours.pop_all()
                self._workers.append(_Worker(process, orders, answers))
        except (OSError, RuntimeError) as error:
            raise _cannot_start(getattr(error, "strerror", None) or str(error)) from error

    def _send(self, worker: _Worker[T, R], order: object) -> None:
        with contextlib.suppress(OSError):  # it died meanwhile, which is heard next
            worker.orders.send(order)

    def _listen(self) -> None:
        """Wait until something is heard of a process at least."""
        from multiprocessing.connection import wait

        heard = set(wait([worker.answers for worker in self._workers]))
        for worker in [worker for worker in self._workers if worker.answers in heard]:
            self._hear(worker)

    def _hear(self, worker: _Worker[T, R]) -> None:
        try:
            failed, said = worker.answers.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if failed:
            raise said
        if not worker.born:
            worker.born = True
            self._send(worker, self._work)
            return
        task, worker.task = worker.task, None
        if task is None:
            worker.ready = True
        else:
            task.result, task.done = said, True

    def _bury(self, worker: _Worker[T, R]) -> None:
        self._workers.remove(worker)
        worker.process.join(_PATIENCE)
        worker.orders.close()
        worker.answers.close()
        if worker.task is not None:
            worker.task.died = worker.task.done = True
        elif not worker.ready:
            code = worker.process.exitcode
            how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
            raise _cannot_start(f"one ended at once with {how}")


def _cannot_start(reason: str) -> WorkerError:
    return WorkerError(f"--jobs: a separate process could not be started ({reason}): run it again with --jobs 1")


@contextlib.contextmanager
def _quiet_birth() -> Iterator[None]:
    """A process that is started here is born with the signals held that end a run; here they come afterwards.

    And without this one's stderr: what it has to say comes as an answer, and a new interpreter that finds too few
    open files or processes for its modules would say that with a traceback.
    """
    hold = getattr(signal, "pthread_sigmask", None)
    before = hold(signal.SIG_BLOCK, _ENDING) if hold else None
    try:
        with _stderr_aside():
            yield
    finally:
        if hold:
            hold(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _stderr_aside() -> Iterator[None]:
    with contextlib.ExitStack() as undone:
        kept = os.dup(2)
        undone.callback(os.close, kept)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
        finally:
            os.close(nowhere)
        undone.callback(os.dup2, kept, 2)
        yield


def _work(orders: Connection, answers: Connection) -> None:
    """In the process: the word that it is born, and on what it is to do that it is ready; then a result for each task.

    Until the other end is closed.
    """
    # Ctrl-C reaches every process of a terminal; the first one alone ends the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in _ENDING[1:]:
        signal.signal(each, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    look_seldom()
    with contextlib.suppress(EOFError, OSError):
        try:
            answers.send((False, None))
            prepare, argument = orders.recv()
            work = prepare(argument)
            gc.freeze()  # what was made ready stays: it need not be looked through for what can go
            answers.send((False, None))
            while True:
                answers.send((False, work(orders.recv())))
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:  # told where the task was given
            answers.send((True, error))


@dataclass(frozen=True, slots=True)
class Work(Generic[T, R]):
    """What is to be done with each item. Its parts are sent to fresh processes: functions of modules, plain values.

    ``prepare`` is called once in each process and gives what works on an item; ``lost`` gives the result of an item
    whose process died, and then a second one too.
    """

    prepare: Callable[[], Callable[[T], R]]
    lost: Callable[[T], R]


def shared_out(items: Iterable[T], work: Work[T, R], processes: int, *, few: int) -> Iterator[R]:
    """The result of each item, in any order, not more than some parcels a process read ahead.

    Up to ``few`` items are worked on in this process, in order: that is done before a pool has started.
    """
    waiting = iter(items)
    first = list(itertools.islice(waiting, few + 1)) if processes > 1 else []
    if processes == 1 or len(first) <= few:
        yield from map(work.prepare(), itertools.chain(first, waiting))
    else:
        yield from _in_workers(itertools.chain(first, waiting), work, processes)


def parcels(items: Iterable[T], size: int = TOGETHER) -> Iterator[tuple[T, ...]]:
    """The items, some at a time."""
    waiting = iter(items)
    while parcel := tuple(itertools.islice(waiting, size)):
        yield parcel


def _in_workers(items: Iterable[T], work: Work[T, R], processes: int) -> Iterator[R]:
    """What a process was at when it died is done again, one by one, so that it is known which item is to blame."""
    suspects: deque[T] = deque()
    with Workers(processes, _of_parcels, work) as workers:
        for task in workers.done(parcels(items), processes * _AHEAD):
            if task.died:
                suspects.extend(task.given)
            yield from task.result or ()
    if suspects:
        with Workers(1, _of_parcels, work) as workers:
            for task in workers.done(parcels(suspects, 1), 1):
                if task.died:
                    yield work.lost(task.given[0])
                yield from task.result or ()


def _of_parcels(work: Work[T, R]) -> Callable[[tuple[T, ...]], list[R]]:
    done = work.prepare()
    return lambda parcel: [done(item) for item in parcel]
