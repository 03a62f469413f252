"""The results as Markdown: the same layout whatever was measured, and no date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.figures import Figures, Goal, times


def page(all_figures: Sequence[Figures], machine: str, programs: str, *, plot: str | None) -> str:
    """All tables below one of the targets. ``plot`` is the name of the picture beside the page."""
    goals = [goal for figures in all_figures for goal in figures.goals]
    parts = [
        "# Benchmarks",
        "Made by `python -m benchmarks`; how and what is measured: [README](../README.md). Every figure is the median "
        "of several rounds in which the contenders take turns, unless a note says that it was run once. Ratios of one "
        "run can be compared, times of two machines cannot.",
        f"Machine: {machine}.",
        f"Programs: {programs}.",
    ]
    if plot:
        parts.append(f"![The figures of every table as bars]({plot})")
    if goals:
        parts += ["## Targets", _table(("what", "ratio", "target", ""), map(_goal, goals))]
    for figures in all_figures:
        parts += [f"## {figures.title}", figures.about, _table(figures.columns, figures.rows)]
        parts += [f"- {note}" for note in figures.notes]
    return "\n\n".join(parts) + "\n"


def _goal(goal: Goal) -> tuple[str, str, str, str]:
    bound = f"{'>=' if goal.at_least else '<='} {goal.bound:g}x"
    return goal.what, times(goal.ratio), bound, "met" if goal.met else "**missed**"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
