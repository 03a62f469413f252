"""What tests have worker processes do, apart from the tests: a process imports no more than it needs to do it."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotfix_check.errors import UsageError
from hotfix_check.fleet.sources import Source


def doubling(argument: int) -> Callable[[int], int]:
    def double(given: int) -> int:
        if given == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        if given == 17:
            raise UsageError("seventeen")
        time.sleep(0.001 * (given % 3))
        return 2 * given + argument

    return double


def failing(_: object) -> Callable[[int], int]:
    raise UsageError("not today")


def ending(_: object) -> Callable[[int], int]:
    os._exit(7)


def length(argument: bytes) -> Callable[[int], int]:
    return lambda given: given + len(argument)


def looking(_: object) -> Callable[[int], int]:
    return lambda given: gc.get_threshold()[given]


@dataclass(frozen=True)
class Deadly(Source):
    """Kills the process that reads it, the first time or always."""

    mark: Path
    always: bool = False

    def read(self) -> bytes:
        if self.always or not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        assert self.data is not None
        return self.data


@dataclass(frozen=True)
class Faulty(Source):
    """Cannot be read for a reason that nobody thought of."""

    def read(self) -> bytes:
        raise ZeroDivisionError(self.place)
