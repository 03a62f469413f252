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

THREADS = 32  # beside the main one
SLOW = 0.001  # seconds that a step waits; a local disk answers in microseconds, or for a while in 0.1 ms
STEPS_WAITED = 4  # in a row, before threads are started
MAX_FILES_WAITING = 128  # found and not yet read, each with its folder held open; beyond that, who finds one reads it

ListFolder = Callable[[FoundFolder], Iterator[FoundFolder | FoundFile]]
ReadFile = Callable[[FoundFile], None]
Result = TypeVar("Result")


def work_through(first: FoundFolder, list_folder: ListFolder, read_file: ReadFile) -> None:
    """List ``first`` and every folder that a listing gives, and read every file that one gives, in no certain order.

    With a slow folder both functions are called in several threads at once. What they raise ends all and is raised;
    so is KeyboardInterrupt, at once: threads that still wait for the system then end by themselves, or with the
    process.
    """
    _Work(first, list_folder, read_file).run()


class _Work:
    def __init__(self, first: FoundFolder, list_folder: ListFolder, read_file: ReadFile) -> None:
        self.list_folder = list_folder
        self.read_file = read_file
        self.folders = [first]
        self.files: deque[FoundFile] = deque()
        self.busy = 0  # workers at a folder or a file, which may bring more
        self.waited = 0  # steps in a row
        self.overlaps = False
        self.ended = False
        self.failure: BaseException | None = None
        self.changed = threading.Condition()

    def run(self) -> None:
        try:
            self.work()
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify_all()
        if self.failure is not None:
            raise self.failure

    def work(self) -> None:
        """Take folders and files until there are none, and nobody is left who could find more."""
        while (task := self.take()) is not None:
            try:
                if isinstance(task, FoundFile):
                    self.read(task)
                else:
                    self.list(task)
            finally:
                with self.changed:
                    self.busy -= 1
                    if not self.busy:
                        self.changed.notify_all()

    def help(self) -> None:
        try:
            self.work()
        except BaseException as error:
            with self.changed:
                self.failure, self.ended = error, True
                self.changed.notify_all()

    def take(self) -> FoundFolder | FoundFile | None:
        with self.changed:
            while not self.ended and (self.folders or self.files or self.busy):
                if self.folders or self.files:
                    self.busy += 1
                    return self.folders.pop() if self.folders else self.files.popleft()
                self.changed.wait(0.1)  # a wait without an end does not hear Ctrl-C on Windows
            return None

    def list(self, folder: FoundFolder) -> None:
        entries = self.list_folder(folder)
        found = self.timed(lambda: next(entries, None))
        while found is not None and not self.ended:
            if isinstance(found, FoundFolder):
                with self.changed:
                    self.folders.append(found)
                    self.changed.notify()
            elif self.overlaps and len(self.files) < MAX_FILES_WAITING:
                with self.changed:
                    self.files.append(found)
                    self.changed.notify()
            else:
                self.read(found)
            found = next(entries, None)

    def read(self, file: FoundFile) -> None:
        self.timed(lambda: self.read_file(file))

    def timed(self, step: Callable[[], Result]) -> Result:
        """Do a step; start the threads when it is one too many that waited."""
        if self.overlaps:
            return step()
        started, computed = time.perf_counter(), time.thread_time()
        result = step()
        waited = time.perf_counter() - started - (time.thread_time() - computed)
        self.waited = self.waited + 1 if waited >= SLOW else 0
        if self.waited == STEPS_WAITED:
            self.overlaps = True
            for _ in range(THREADS):
                threading.Thread(target=self.help, daemon=True).start()
        return result
