"""What a benchmark found: a table, and which of the targets it meets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import Run, call, call_here, tool, tool_here


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the benchmarks are run with. ``work`` is an empty folder for what they build."""

    quick: bool
    corpus: Path | None
    work: Path

    @property
    def call(self) -> Callable[..., Run]:
        """How a function is timed: in a child of its own, but in this process when nothing is measured anyway."""
        return call_here if self.quick else call

    @property
    def tool(self) -> Callable[..., Run]:
        """How hotfix-check is run whole: as a process, but in this one when nothing is measured anyway."""
        return tool_here if self.quick else tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A ratio and its bound. ``at_least``: the ratio must not be below it; otherwise not above."""

    what: str
    ratio: float
    bound: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the ratio keeps the bound."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One benchmark's table, its notes, its goals, and bars (name, value) for the plot."""

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    goals: tuple[Goal, ...] = ()
    bars: tuple[tuple[str, float], ...] = ()
    unit: str = ""
    notes: tuple[str, ...] = ()


Benchmark = Callable[[Options], Figures]


def seconds(value: float) -> str:
    """A time with three significant digits and a fitting unit."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}" if value * factor < 1000 else f"{value * factor:.0f} {unit}"
    return f"{value * 1e6:.3g} us"


def mebibytes(value: int) -> str:
    """A number of bytes."""
    return f"{value / (1 << 20):.1f} MiB"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f}x" if value < 10 else f"{value:.1f}x" if value < 100 else f"{value:.0f}x"
