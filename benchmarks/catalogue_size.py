"""How a scan grows with the catalogue: in other products, in rows of other files, and in what the target calls for."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.catalogues import JUDGED, LEVELS, OWN_NAMES, version_of, write_catalogue
from benchmarks.figures import Figures, Goal, Options, mebibytes, seconds, times
from benchmarks.timing import Run, interleaved, must_equal
from benchmarks.trees import program

SIZES, SIZES_QUICK = (1_000, 10_000, 200_000), (300, 600)
_SCAN = ("scan", "-q", "--no-run-info", "--exit-zero", "-f", "json", "--catalogue")
_FOLDER, _LONE = "a folder; other products grow", "one file; its product grows"
_ANSWER = "a folder; its product grows, and so the answer"


def catalogue_size(options: Options) -> Figures:
    """A whole scan for each size and target, through the SQLite index."""
    sizes = SIZES_QUICK if options.quick else SIZES
    targets = {_LONE: _lone_file(options.work / "lone")}
    if not options.quick:
        targets[_FOLDER] = targets[_ANSWER] = _server(options.work / "server")
    contenders: dict[tuple[str, int], Callable[[], Run]] = {}
    slow: dict[tuple[str, int], Run] = {}
    built: list[tuple[str, int, Run]] = []
    for size in sizes:
        for what, target in targets.items():
            folder = options.work / f"{size} {'beside' if what == _FOLDER else 'own'}"
            index = folder.with_suffix(".sqlite")
            if not folder.exists():
                write_catalogue(folder, size, own=what != _FOLDER)
                build = options.tool("catalogue", "build", "-q", index, "--catalogue", folder)
                built.append((f"build the index, {what.rpartition('; ')[2]}", size, build))
            slow[what, size] = options.tool(*_SCAN, folder, target)
            contenders[what, size] = partial(options.tool, *_SCAN, index, target)
    timings = interleaved({key: run for key, run in contenders.items() if key[0] != _ANSWER}, 1 if options.quick else 7)
    timings |= interleaved({key: run for key, run in contenders.items() if key[0] == _ANSWER}, 1)

    rows, goals = [], []
    for what in targets:
        smallest = timings[what, sizes[0]]
        answer = _judged(smallest.answer)
        must_equal(f"{what}: updates judged", len(answer["findings"]) > 0, True)
        for size in sizes:
            timing = timings[what, size]
            found = _judged(timing.answer)
            if what != _ANSWER:
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
        largest = timings[what, sizes[-1]]
        span = f"{what}, {sizes[0]} to {sizes[-1]} rows"
        goals.append(Goal(what=f"time: {span}", ratio=largest.wall / smallest.wall, bound=1.5))
        goals.append(Goal(what=f"peak memory: {span}", ratio=largest.peak / smallest.peak, bound=1.5))
    for what, size, build in built:
        rows.append((what, str(size), seconds(build.wall), seconds(build.cpu), "", mebibytes(build.peak), "", "", ""))
    return Figures(
        title="The catalogue grows",
        about="Whole processes, `hotfix-check scan TARGET --catalogue INDEX.sqlite`, and once from TOML. The target "
        "stays the same, and but for the last kind its answer too.",
        columns=("target", "rows", "time", "CPU time", "growth", "peak memory", "growth", "TOML time", "TOML memory"),
        rows=tuple(rows),
        goals=tuple(goals),
        bars=tuple((f"{what}, {size}", timing.wall) for (what, size), timing in timings.items()),
        unit="seconds",
        notes=()
        if options.quick
        else (
            f"{_ANSWER}: every row is of a file that the target has, each update is a finding, and the JSON grows from "
            f"{mebibytes(len(timings[_ANSWER, sizes[0]].answer))} to "
            f"{mebibytes(len(timings[_ANSWER, sizes[-1]].answer))}; no index makes that constant. Run once.",
        ),
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
