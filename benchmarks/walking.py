"""A scan of a large tree of which little matters: against find, and how memory grows with the tree."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures, Goal, Options, mebibytes, seconds, times
from benchmarks.timing import Run, WrongAnswerError, interleaved, must_equal, process
from benchmarks.trees import build_tree, wanted_names
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.target import read_target

SIZES, SIZES_QUICK = (20_000, 200_000), (200, 400)
MATTER, MATTER_QUICK = 300, 20
_SCAN = ("scan", "-q", "--no-run-info", "--exit-zero", "-f", "json")
_FIND, _FLOOR = "find -type f", "floor: os.scandir"
_WALK, _WALK_HASHES, _WHOLE = "hotfix-check, the walk", "hotfix-check, the walk and SHA-256", "hotfix-check scan"


def scandir(root: str) -> Callable[[], int]:
    """The floor in Python: every entry is listed and asked whether it is a folder; the number of files."""

    def walk() -> int:
        waiting, seen = [root], 0
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        seen += 1
        return seen

    return walk


def walk(root: str, wanted: Sequence[str], hashes: bool) -> Callable[[], list[int]]:
    """read_target with the names of the tool's own catalogue: files seen, read and unreadable."""
    names = frozenset(wanted)

    def read() -> list[int]:
        inventory = read_target(Path(root), Asked(wanted=names, hashes=hashes))
        return [inventory.files_seen, inventory.files_read, len(inventory.unreadable)]

    return read


def walking(options: Options) -> Figures:
    """Times of the larger tree and the memory of both."""
    small, large = SIZES_QUICK if options.quick else SIZES
    matter = MATTER_QUICK if options.quick else MATTER
    wanted = wanted_names()
    for size in (small, large):
        build_tree(options.work / str(size), size, matter)
    roots = {size: str(options.work / str(size)) for size in (small, large)}
    find = shutil.which("find") if os.name == "posix" else None

    contenders: dict[str, Callable[[], Run]] = {}
    if find:
        contenders[_FIND] = partial(process, [find, roots[large], "-type", "f"])
    contenders |= {
        _FLOOR: partial(options.call, scandir, root=roots[large]),
        _WALK: partial(options.call, walk, root=roots[large], wanted=wanted, hashes=False),
        _WALK_HASHES: partial(options.call, walk, root=roots[large], wanted=wanted, hashes=True),
        _WHOLE: partial(options.tool, *_SCAN, roots[large]),
        f"{_WHOLE}, {small} files": partial(options.tool, *_SCAN, roots[small]),
    }
    timings = interleaved(contenders, 1 if options.quick else 5)
    if find:
        must_equal("files that find lists", len(timings[_FIND].answer.splitlines()), large)
    must_equal("files that os.scandir lists", timings[_FLOOR].answer, large)
    for name in (_WALK, _WALK_HASHES):
        must_equal(name, timings[name].answer, [large, matter, 0])
    for name, size in ((_WHOLE, large), (f"{_WHOLE}, {small} files", small)):
        must_equal(name, _counted(timings[name].answer), [size, matter])

    base = timings[_FIND if find else _FLOOR]
    goals = []
    if find:
        goals.append(Goal(what="the walk against find", ratio=timings[_WALK].wall / base.wall, bound=2))
        goals.append(
            Goal(what="the walk and SHA-256 against find", ratio=timings[_WALK_HASHES].wall / base.wall, bound=2)
        )
        goals.append(Goal(what="a whole scan against find", ratio=timings[_WHOLE].wall / base.wall, bound=2))
    growth = timings[_WHOLE].peak / timings[f"{_WHOLE}, {small} files"].peak
    goals.append(Goal(what=f"peak memory of a scan, {small} to {large} files", ratio=growth, bound=1.2))
    return Figures(
        title="Walking a large tree",
        about=f"{large} files of which {matter} matter, warm cache. The walk is read_target alone, in process; "
        f"`{_WHOLE}` is the whole process with start, catalogue, judgement and report.",
        columns=("what", "files", "time", "CPU time", "to find" if find else "to the floor", "peak memory"),
        rows=tuple(
            (
                name,
                str(small if name.endswith(" files") else large),
                seconds(timing.wall),
                seconds(timing.cpu),
                "" if name.endswith(" files") else times(timing.wall / base.wall),
                mebibytes(timing.peak),
            )
            for name, timing in timings.items()
        ),
        goals=tuple(goals),
        bars=tuple((name, timing.wall) for name, timing in timings.items()),
        unit="seconds",
        notes=(
            f"{_WHOLE}: Python and its libraries alone take longer to start than find takes in all (One file, the "
            "whole process), and then a server is judged; what grows with the tree is the walk.",
        )
        if find
        else ("find is not installed",),
    )


def _counted(printed: bytes) -> list[Any]:
    (target,) = json.loads(printed)["targets"]
    if not target["products"]:
        raise WrongAnswerError("the scan recognised no product")
    return [target["files_seen"], target["files_read"]]
