"""How a scan grows with the catalogue: in products that the target has not, and in rows of files that it has not."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.catalogues import JUDGED, LEVELS, OWN_NAMES, version_of, write_catalogue
from benchmarks.figures import Figures, Goal, Options, mebibytes, seconds, times
from benchmarks.timing import interleaved, must_equal
from benchmarks.trees import program

SIZES, SIZES_QUICK = (1_000, 10_000, 200_000), (300, 600)
_SCAN = ("scan", "-q", "--no-run-info", "--exit-zero", "-f", "json", "--catalogue")
_FOLDER, _LONE = "a folder; other products grow", "one file; its product grows"


def catalogue_size(options: Options) -> Figures:
    """A whole scan for each size and target, through the SQLite index."""
    sizes = SIZES_QUICK if options.quick else SIZES
    targets = {_LONE: _lone_file(options.work / "lone")}
    if not options.quick:
        targets[_FOLDER] = _server(options.work / "server")
    contenders, slow, built = {}, {}, []
    for size in sizes:
        for what, target in targets.items():
            folder = options.work / f"{size} {'own' if what == _LONE else 'beside'}"
            write_catalogue(folder, size, own=what == _LONE)
            index = folder.with_suffix(".sqlite")
            build = options.tool("catalogue", "build", "-q", index, "--catalogue", folder)
            built.append((f"build the index, {what.rpartition('; ')[2]}", size, build))
            slow[what, size] = options.tool(*_SCAN, folder, target)
            contenders[f"{what}, {size}"] = partial(options.tool, *_SCAN, index, target)
    timings = interleaved(contenders, 1 if options.quick else 7)

    rows, goals = [], []
    for what in targets:
        smallest = timings[f"{what}, {sizes[0]}"]
        answer = _judged(smallest.answer)
        must_equal(f"{what}: updates judged", len(answer["findings"]) > 0, True)
        for size in sizes:
            timing = timings[f"{what}, {size}"]
            found = _judged(timing.answer)
            must_equal(f"{what} at {size} rows, against the smallest catalogue", found, answer)
            must_equal(f"{what} at {size} rows, against TOML", found, _judged(slow[what, size].answer))
            by_toml = slow[what, size]
            rows.append(
                (
                    what,
                    str(size),
                    seconds(timing.wall),
                    seconds(timing.cpu),
                    times(timing.wall / smallest.wall),
                    mebibytes(timing.peak),
                    times(timing.peak / smallest.peak),
                    seconds(by_toml.wall),
                    mebibytes(by_toml.peak),
                )
            )
        largest = timings[f"{what}, {sizes[-1]}"]
        span = f"{what}, {sizes[0]} to {sizes[-1]} rows"
        goals.append(Goal(what=f"time: {span}", ratio=largest.wall / smallest.wall, bound=1.5))
        goals.append(Goal(what=f"peak memory: {span}", ratio=largest.peak / smallest.peak, bound=1.5))
    for what, size, build in built:
        rows.append((what, str(size), seconds(build.wall), seconds(build.cpu), "", mebibytes(build.peak), "", "", ""))
    return Figures(
        title="The catalogue grows",
        about="Whole processes, `hotfix-check scan TARGET --catalogue INDEX.sqlite`, and once from TOML. The target "
        "and its answer stay the same.",
        columns=("target", "rows", "time", "CPU time", "growth", "peak memory", "growth", "TOML time", "TOML memory"),
        rows=tuple(rows),
        goals=tuple(goals),
        bars=tuple((name, timing.wall) for name, timing in timings.items()),
        unit="seconds",
    )


def _judged(printed: bytes) -> Any:
    (target,) = json.loads(printed)["targets"]
    return target


def _server(folder: Path) -> Path:
    """A server of 9.1 with all its own files, half of them not at their newest."""
    inside = folder / "Exchsrvr" / "Bin"
    inside.mkdir(parents=True)
    (inside / "Setup.exe").write_bytes(program(version_of(JUDGED, LEVELS, 1)))
    for number, name in enumerate(OWN_NAMES):
        (inside / name).write_bytes(program(version_of(JUDGED, LEVELS, 1 + number % 2 * 500)))
    return folder


def _lone_file(folder: Path) -> Path:
    folder.mkdir()
    file = folder / "Mapi32.dll"
    file.write_bytes(program(version_of(JUDGED, LEVELS // 2, 20)))
    return file
