"""The results as one picture: the bars of every table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figures

_OURS, _OTHER = "#1f5fa8", "#9aa5b1"
_OTHERS = ("floor", "pefile", "LIEF", "dissect", "exiftool", "find", "bare", "python", "one call")
_LOGARITHMIC = 50  # from this ratio of the largest bar to the smallest


def write_plot(all_figures: Sequence[Figures], path: Path) -> None:
    """An SVG without a date or random ids. Raises ImportError without matplotlib (the extra ``bench``)."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "hotfix-check"
    from matplotlib import pyplot

    heights = [len(figures.bars) + 1.6 for figures in all_figures]
    picture, axes = pyplot.subplots(
        len(all_figures),
        squeeze=False,
        figsize=(9, 0.3 * sum(heights)),
        height_ratios=heights,
        layout="constrained",
    )
    for axis, figures in zip(axes[:, 0], all_figures, strict=True):
        names = [name for name, _ in figures.bars]
        values = [value for _, value in figures.bars]
        colours = [_OTHER if name.startswith(_OTHERS) else _OURS for name in names]
        bars = axis.barh(range(len(names)), values, color=colours)
        axis.bar_label(
            bars,
            labels=[f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" for value in values],
            padding=3,
            fontsize=8,
        )
        axis.set_yticks(range(len(names)), names, fontsize=8)
        axis.invert_yaxis()
        if max(values) > _LOGARITHMIC * min(values):
            axis.set_xscale("log")
            axis.set_xlim(min(values) / 3, max(values) * 3)
        else:
            axis.set_xlim(0, max(values) * 1.2)
        axis.tick_params(axis="x", labelsize=8)
        axis.set_title(
            f"{figures.title} ({figures.unit}{', logarithmic' if axis.get_xscale() == 'log' else ''})",
            loc="left",
            fontsize=9,
        )
        axis.spines[["top", "right"]].set_visible(False)
    picture.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(picture)
