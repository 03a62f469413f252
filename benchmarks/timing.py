"""How everything is timed: in children, contenders in turn (A B C A B C ...), the median of the rounds.

Wall time is what a person waits; CPU time is steadier where other programs disturb. Peak memory is the kernel's figure
for the whole child.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

_HERE = Path(__file__).parent
_LAUNCH = str(_HERE / "launch.py")
Name = TypeVar("Name")


class WrongAnswerError(Exception):
    """A contender whose answer differs from the slow path's: its time means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: seconds of wall and CPU time, peak memory in bytes, and its answer."""

    wall: float
    cpu: float
    peak: int = 0
    answer: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The medians of several runs."""

    wall: float
    cpu: float
    peak: int
    answer: Any
    """Of the last run."""


def interleaved(contenders: Mapping[Name, Callable[[], Run]], rounds: int) -> dict[Name, Timing]:
    """Every contender once a round, in turn."""
    runs: dict[Name, list[Run]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            runs[name].append(run())
    return {
        name: Timing(
            wall=median(run.wall for run in done),
            cpu=median(run.cpu for run in done),
            peak=int(median(run.peak for run in done)),
            answer=done[-1].answer,
        )
        for name, done in runs.items()
    }


def process(
    command: Sequence[str | Path], *, codes: tuple[int, ...] = (0,), environment: Mapping[str, str] | None = None
) -> Run:
    """A whole process, from before it starts until it is gone; its answer is what it printed, as bytes.

    ``environment`` is added to its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures, output = Path(folder, "figures"), Path(folder, "output")
        subprocess.run(
            [sys.executable, "-I", "-S", _LAUNCH, figures, output, *command],
            check=True,
            stdin=subprocess.DEVNULL,
            cwd=_HERE.parent,
            env=os.environ | (environment or {}),
        )
        code, wall, cpu, peak = figures.read_text().split()
        if int(code) not in codes:
            raise WrongAnswerError(f"exit code {code}: {' '.join(map(str, command))}")
        return Run(wall=float(wall), cpu=float(cpu), peak=int(peak), answer=output.read_bytes())


def call(function: Callable[..., Callable[[], Any]], **arguments: Any) -> Run:
    """What ``function`` returns, called once in a child, whose peak memory it is; arguments and answer go as JSON."""
    command = [sys.executable, "-m", "benchmarks.in_child", function.__module__, function.__name__]
    with tempfile.TemporaryDirectory() as folder:
        figures, output = Path(folder, "figures"), Path(folder, "output")
        subprocess.run(
            [sys.executable, "-I", "-S", _LAUNCH, figures, output, *command],
            check=True,
            input=json.dumps(arguments).encode(),
            cwd=_HERE.parent,
        )
        code, _, _, peak = figures.read_text().split()
        if int(code):
            raise WrongAnswerError(f"exit code {code}: {function.__module__}.{function.__name__}")
        measured = json.loads(output.read_bytes())
        return Run(wall=measured["wall"], cpu=measured["cpu"], peak=int(peak), answer=measured["answer"])


def call_here(function: Callable[..., Callable[[], Any]], **arguments: Any) -> Run:
    """The same in this process, which is quick and no measurement."""
    timed = function(**arguments)
    cpu, wall = time.process_time(), time.perf_counter()
    answer = timed()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Run(wall=wall, cpu=cpu, peak=1, answer=json.loads(json.dumps(answer)))


def tool(*arguments: str | Path) -> Run:
    """The whole process of hotfix-check."""
    return process([sys.executable, "-m", "hotfix_check", *arguments])


def tool_here(*arguments: str | Path) -> Run:
    """The same in this process, which is quick and no measurement."""
    from hotfix_check.cli import main

    before, out = (sys.argv, sys.stdout), io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    sys.argv, sys.stdout = ["hotfix-check", *map(str, arguments)], out
    wall = time.perf_counter()
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise WrongAnswerError(f"exit code {ended.code}: {' '.join(sys.argv)}") from None
    finally:
        sys.argv, sys.stdout = before
    out.flush()
    wall = time.perf_counter() - wall
    return Run(wall=wall, cpu=wall, peak=1, answer=out.detach().getvalue())


def must_equal(what: str, found: Any, expected: Any) -> None:
    """Raises WrongAnswerError when an answer is not the slow path's."""
    if found != expected:
        raise WrongAnswerError(f"{what}: {_short(found)}, but it must be {_short(expected)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."
