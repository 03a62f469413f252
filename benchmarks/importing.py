"""Article import: articles of our own making, against the floor of reading the files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures, Goal, Options, seconds, times
from benchmarks.timing import interleaved, must_equal
from hotfix_check.cli.catalogue_app import ImportOptions
from hotfix_check.cli.importing import import_articles

COUNT, COUNT_QUICK = 600, 6
_A_SECOND = 400  # the target
_FLOOR, _ONE, _ALL = "floor: read the files", "import, one worker", "import, a worker a core"
_SUBJECTS = ("message", "queue", "connector", "server", "store", "profile", "client", "mailbox", "folder", "service")
_VERBS = ("waits", "stops", "starts", "opens", "closes", "fails", "restarts", "moves", "grows", "ends")
_JOINTS = ("after", "before", "while", "when", "and then", "although", "because", "unless")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Row = tuple[str, str, int]


def write_articles(folder: Path, count: int) -> dict[str, tuple[int, list[Row]]]:
    """Articles in plain text, every other one in HTML, with tables of 2 to 40 files; what each says, by file name."""
    folder.mkdir()
    said = {}
    for number in range(count):
        chance = random.Random(number)
        kb = 900_000 + number
        rows = [
            (f"Part{at:02}.dll", f"5.5.{2653 + number % 5}.{chance.randrange(1, 99)}", chance.randrange(9_000, 900_000))
            for at in range(chance.randint(2, 40))
        ]
        name = f"{kb}.{'html' if number % 2 else 'txt'}"
        text = _html(kb, rows, chance) if number % 2 else _text(kb, rows, chance)
        (folder / name).write_text(text, "utf-8", newline="\n")
        said[name] = (kb, rows)
    return said


def read_all(folder: str) -> Callable[[], int]:
    """The floor: every file is listed, opened and read; how many bytes."""

    def run() -> int:
        size = 0
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            with open(entry.path, "rb") as stream:  # noqa: PTH123
                size += len(stream.read())
        return size

    return run


def import_all(folder: str, jobs: int) -> Callable[[], str]:
    """What ``catalogue import FOLDER -f jsonl`` does, without start and end of the process."""

    def run() -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            options = ImportOptions(articles=[folder], form="jsonl", jobs=jobs, quiet=True)
            must_equal("exit code", import_articles(options), 0)
        return out.getvalue()

    return run


def importing(options: Options) -> Figures:
    """One and several workers."""
    folder = options.work / "articles"
    said = write_articles(folder, COUNT_QUICK if options.quick else COUNT)
    cores = os.cpu_count() or 1
    contenders = {
        _FLOOR: partial(options.call, read_all, folder=str(folder)),
        _ONE: partial(options.call, import_all, folder=str(folder), jobs=1),
    }
    if cores > 1:
        contenders[_ALL] = partial(options.call, import_all, folder=str(folder), jobs=cores)
    timings = interleaved(contenders, 1 if options.quick else 3)
    size = timings[_FLOOR].answer
    for name in contenders:
        if name != _FLOOR:
            drafts = [json.loads(line) for line in timings[name].answer.splitlines()]
            found = {Path(draft["source"]).name: (draft["kb"], _rows(draft)) for draft in drafts}
            must_equal(name, found, said)
    floor = timings[_FLOOR].wall
    return Figures(
        title="Article import",
        about=f"{len(said)} articles, {size / 1e6:.1f} MB, {sum(len(rows) for _, rows in said.values())} file rows, to "
        "JSON lines, in process; every row is checked against what was written.",
        columns=("what", "time", "CPU time", "articles/s", "MB/s", "to the floor"),
        rows=tuple(
            (
                name,
                seconds(timing.wall),
                seconds(timing.cpu),
                f"{len(said) / timing.wall:.0f}",
                f"{size / timing.wall / 1e6:.2f}",
                times(timing.wall / floor),
            )
            for name, timing in timings.items()
        ),
        goals=(
            Goal(
                what=f"articles a second, one worker, in units of {_A_SECOND}",
                ratio=len(said) / timings[_ONE].wall / _A_SECOND,
                bound=1,
                at_least=True,
            ),
        ),
        bars=tuple((name, timing.wall) for name, timing in timings.items()),
        unit="seconds",
    )


def _rows(draft: dict[str, Any]) -> list[Row]:
    return [(row["name"], row["version"], row["size"]) for row in draft["files"]]


def _sentences(chance: random.Random, count: int) -> list[str]:
    found = []
    for _ in range(count):
        clauses = [f"the {chance.choice(_SUBJECTS)} {chance.choice(_VERBS)}" for _ in range(chance.randint(2, 4))]
        found.append(f" {chance.choice(_JOINTS)} ".join(clauses).capitalize() + ".")
    return found


def _text(kb: int, rows: list[Row], chance: random.Random) -> str:
    table = "\n".join(
        f"   {at % 28 + 1:02}-{_MONTHS[at % 12]}-2003  {at % 24:02}:{at % 60:02}  {version:<12} {size:>9,}  {name}"
        for at, (name, version, size) in enumerate(rows)
    )
    prose = "\n\n".join(_sentences(chance, 25))
    return (
        f"Made-up article of the benchmark ({kb})\n\nThe information in this article applies to:\n\n"
        f"  - Microsoft Exchange Server 5.5 SP4\n\nSYMPTOMS\n\n{prose}\n\nRESOLUTION\n\n"
        "A hotfix is available. It requires Microsoft Exchange Server 5.5 Service Pack 4.\n\nFile information\n\n"
        "The English version of this hotfix has the following file attributes or later. Times are in UTC.\n\n"
        f"   Date         Time   Version      Size     File name\n   {'-' * 52}\n{table}\n"
    )


def _html(kb: int, rows: list[Row], chance: random.Random) -> str:
    cells = "".join(
        f"<tr><td>{name}</td><td>{version}</td><td>{size:,}</td><td>{at % 28 + 1:02}-{_MONTHS[at % 12]}-2003</td>"
        f"<td>{at % 24:02}:{at % 60:02}</td></tr>\n"
        for at, (name, version, size) in enumerate(rows)
    )
    prose = "\n".join(f"<p>{sentence}</p>" for sentence in _sentences(chance, 25))
    return (
        f"<!DOCTYPE html>\n<html><head><title>Made-up article of the benchmark ({kb})</title></head><body>\n"
        f"<h1>Made-up article of the benchmark ({kb})</h1>\n<p>Applies to: Microsoft Exchange Server 5.5 SP4</p>\n"
        f"<h2>Symptoms</h2>\n{prose}\n<h2>Resolution</h2>\n"
        "<p>A hotfix is available. It requires Microsoft Exchange Server 5.5 Service Pack 4.</p>\n"
        "<h3>File information</h3>\n<table>\n<tr><th>File name</th><th>File version</th><th>File size</th>"
        f"<th>Date</th><th>Time</th></tr>\n{cells}</table>\n</body></html>\n"
    )
