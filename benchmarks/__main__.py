"""python -m benchmarks: measure everything, print the page, write it and the plot to benchmarks/results/."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.catalogue_size import catalogue_size
from benchmarks.figures import Benchmark, Options
from benchmarks.fleet import fleet
from benchmarks.importing import importing
from benchmarks.judging import judging
from benchmarks.machine import machine, programs
from benchmarks.one_file import one_file
from benchmarks.page import page
from benchmarks.reading import reading
from benchmarks.server import server
from benchmarks.slow_disk import slow_disk
from benchmarks.timing import WrongAnswerError
from benchmarks.walking import walking

BENCHMARKS: Mapping[str, Benchmark] = {
    "reading": reading,
    "walking": walking,
    "server": server,
    "catalogue-size": catalogue_size,
    "slow-disk": slow_disk,
    "one-file": one_file,
    "judging": judging,
    "importing": importing,
    "fleet": fleet,
}
RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for. Returns 1 when a contender gives a wrong answer; a missed target is no failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all without one")
    corpus = os.environ.get("HOTFIX_CHECK_CORPUS")
    parser.add_argument(
        "--corpus",
        type=_folder,
        default=corpus,
        help="folder of real PE files ($HOTFIX_CHECK_CORPUS); built without one",
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one round, no corpus: shows that all runs")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where page and plot go")
    parser.add_argument("--work", type=_folder, metavar="FOLDER", help="on which disk to build what is measured")
    asked = parser.parse_args(arguments)
    for name in asked.only:
        if name not in BENCHMARKS:
            parser.error(f"{name} is not one of {', '.join(BENCHMARKS)}")
    results = asked.results
    if results is None and not asked.quick and not asked.only:
        results = RESULTS

    found = []
    for name in asked.only or BENCHMARKS:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(dir=asked.work) as work:
            os.environ["HOTFIX_CHECK_CACHE"] = str(Path(work, "cache"))
            if "PYTHONDONTWRITEBYTECODE" in os.environ or "PYTHONPYCACHEPREFIX" in os.environ:
                # A user's programs are compiled once, when they are installed; here the first round does it.
                os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
                os.environ["PYTHONPYCACHEPREFIX"] = str(Path(work, "compiled"))
            options = Options(quick=asked.quick, corpus=None if asked.quick else asked.corpus, work=Path(work))
            try:
                found.append(BENCHMARKS[name](options))
            except WrongAnswerError as error:
                print(f"{name}: wrong answer: {error}", file=sys.stderr)
                return 1
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    has_plot = False
    if results is not None:
        results.mkdir(parents=True, exist_ok=True)
        try:
            from benchmarks.plot import write_plot

            write_plot(found, results / "plot.svg")
            has_plot = True
        except ImportError:
            print("matplotlib is not installed: no plot (pip install '.[bench]')", file=sys.stderr)
    text = page(found, machine(), programs(), plot="plot.svg" if has_plot else None)
    if results is not None:
        (results / "README.md").write_text(text, "utf-8")
    print(text, end="")
    return 0


def _folder(text: str) -> Path:
    path = Path(text).resolve()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return path


if __name__ == "__main__":
    sys.exit(main())
