"""Folders and files one after the other while the disk answers at once, many at a time when each has to be waited for.

On a network share a call takes milliseconds in which nothing is done. On a local disk threads only cost time, so none
is started before several steps in a row have waited; time that a step computes (hashing) is no waiting.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from hotfix_check.inventory.walk import FoundFile, FoundFolder

THREADS = 32  # with calls of 5 ms 27 times as fast as one; 16 are 15 times, 64 are 40 times
SLOW = 0.001  # seconds that a step waits; a local disk answers in microseconds, or for a while in 0.1 ms
STEPS_WAITED = 4  # in a row, before threads are started
MAX_FILES_WAITING = 64  # found and not yet read; beyond that, who finds one reads it. Each may hold a folder open, and
# a thread three descriptors: with this many the least usual bound on them, 256 a process, is not met

Entries = Iterator[FoundFolder | FoundFile]
Lists = Callable[[FoundFolder], Entries]
Reads = Callable[[FoundFile], None]
Result = TypeVar("Result")


def work_through(first: FoundFolder, list_folder: Lists, read_file: Reads) -> None:
    """List ``first`` and every folder that a listing gives, and read every file that one gives, in no certain order.

    With a slow folder both functions are called by several threads at once. What they raise ends all and is raised.
    KeyboardInterrupt does so at once: threads that still wait for the system end by themselves, or with the process.
    """
    _Work(first, list_folder, read_file).run()


class _Work:
    def __init__(self, first: FoundFolder, list_folder: Lists, read_file: Reads) -> None:
        self.list_folder = list_folder
        self.read_file = read_file
        self.folders: list[FoundFolder | Entries] = [first]  # to be listed, or listed on
        self.files: deque[FoundFile] = deque()
        self.busy = 0  # workers at a folder or a file, which may bring more
        self.waited = 0  # steps in a row
        self.overlaps = False
        self.ended = False
        self.failure: BaseException | None = None
        self.changed = threading.Condition()
        self.done = threading.Event()

    def run(self) -> None:
        """Work alone; once there are threads, only wait for them, and so hear Ctrl-C whatever the system does."""
        try:
            self.work(alone=True)
            while self.goes_on():
                self.done.wait(0.1)  # on Windows a wait without an end would not hear it
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify_all()
        if self.failure is not None:
            raise self.failure

    def goes_on(self) -> bool:
        return not self.ended and bool(self.folders or self.files or self.busy)

    def help(self) -> None:
        try:
            self.work(alone=False)
        except BaseException as error:
            with self.changed:
                self.failure, self.ended = error, True
                self.changed.notify_all()
                self.done.set()

    def work(self, *, alone: bool) -> None:
        """Take folders and files until nobody can find more; ``alone``, until there are threads to do it."""
        while (task := self.take(alone)) is not None:
            try:
                if isinstance(task, FoundFile):
                    self.read(task)
                else:
                    self.list(self.list_folder(task) if isinstance(task, FoundFolder) else task, alone)
            finally:
                with self.changed:
                    self.busy -= 1
                    if not self.goes_on():
                        self.changed.notify_all()
                        self.done.set()

    def take(self, alone: bool) -> FoundFolder | Entries | FoundFile | None:
        with self.changed:
            while self.goes_on() and not (alone and self.overlaps):
                if self.folders or self.files:
                    self.busy += 1
                    return self.folders.pop() if self.folders else self.files.popleft()
                self.changed.wait()
            return None

    def put(self, found: FoundFolder | Entries | FoundFile) -> None:
        with self.changed:
            if isinstance(found, FoundFile):
                self.files.append(found)
            else:
                self.folders.append(found)
            self.changed.notify()

    def list(self, entries: Entries, alone: bool) -> None:
        found = self.timed(lambda: next(entries, None))
        while found is not None and not self.ended:
            if isinstance(found, FoundFolder) or (self.overlaps and len(self.files) < MAX_FILES_WAITING):
                self.put(found)
            else:
                self.read(found)
            if alone and self.overlaps:
                self.put(entries)
                return
            found = next(entries, None)

    def read(self, file: FoundFile) -> None:
        self.timed(lambda: self.read_file(file))

    def timed(self, step: Callable[[], Result]) -> Result:
        """Do a step; start the threads when it is one too many that waited.

        What a step computes is asked for (a system call) only after one that took long.
        """
        if self.overlaps:
            return step()
        computed = _computed() if self.waited else 0
        started = time.perf_counter()
        result = step()
        taken = time.perf_counter() - started
        if taken >= SLOW and self.waited:
            taken -= _computed() - computed
        self.waited = self.waited + 1 if taken >= SLOW else 0
        if self.waited == STEPS_WAITED:
            self.start_threads()
        return result

    def start_threads(self) -> None:
        """As many as the system lets a process have; with none the work goes on alone."""
        for _ in range(THREADS):
            try:
                threading.Thread(target=self.help, daemon=True).start()
            except RuntimeError:  # "can't start new thread"
                return
            self.overlaps = True


def _computed() -> float:
    """Seconds that this thread has computed. A browser has no such clock, nor threads: there all time is computed."""
    return getattr(time, "thread_time", time.perf_counter)()
