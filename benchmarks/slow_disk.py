"""A disk that takes five milliseconds a call: the reader as it is against one call at a time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures, Goal, Options, seconds, times
from benchmarks.timing import call, interleaved, must_equal
from benchmarks.trees import build_tree, wanted_names
from hotfix_check.inventory import overlap
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.target import read_target

DELAY = 0.005  # seconds a call
SIZE, SIZE_QUICK = (2_000, 200), (100, 6)  # files, and how many of them matter
CALLS = ("open", "stat", "lstat", "fstat", "scandir", "pread")
_AS_IS, _ONE = "as it is", "one call at a time"


def slowed(root: str, wanted: Sequence[str], one_at_a_time: bool) -> Callable[[], list[list[Any]]]:
    """read_target with every one of CALLS delayed; path, version and SHA-256 of each file."""
    names = frozenset(wanted)
    if one_at_a_time:
        overlap.STEPS_WAITED = sys.maxsize  # before threads are started
    for name in CALLS:
        if hasattr(os, name):
            setattr(os, name, _delayed(getattr(os, name)))

    def go() -> list[list[Any]]:
        inventory = read_target(Path(root), Asked(wanted=names))
        return [[file.path, file.version, file.sha256] for file in inventory.files]

    return go


def slow_disk(options: Options) -> Figures:
    """Both ways over the same tree, with the same answer."""
    count, matter = SIZE_QUICK if options.quick else SIZE
    root = options.work / "slow"
    build_tree(root, count, matter)
    reader = partial(call, slowed, root=str(root), wanted=wanted_names())
    timings = interleaved(
        {
            _ONE: partial(reader, one_at_a_time=True),
            _AS_IS: partial(reader, one_at_a_time=False),
        },
        1 if options.quick else 3,
    )
    must_equal("files read", len(timings[_ONE].answer), matter)
    must_equal("what the overlapped reader reads", timings[_AS_IS].answer, timings[_ONE].answer)
    ratio = timings[_ONE].wall / timings[_AS_IS].wall
    return Figures(
        title="A slow disk",
        about=f"read_target over {count} files of which {matter} matter, where each call of os.{', os.'.join(CALLS)} "
        f"takes {DELAY * 1000:g} ms more (a network share, a USB disk).",
        columns=("reader", "time", "CPU time", "faster than one at a time"),
        rows=tuple(
            (name, seconds(timing.wall), seconds(timing.cpu), times(timings[_ONE].wall / timing.wall))
            for name, timing in timings.items()
        ),
        goals=(Goal(what="overlapped reading against one call at a time", ratio=ratio, bound=8, at_least=True),),
        bars=tuple((name, timing.wall) for name, timing in timings.items()),
        unit="seconds",
    )


def _delayed(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def later(*arguments: Any, **options: Any) -> Any:
        time.sleep(DELAY)
        return function(*arguments, **options)

    return later
