"""Reading the versions of a folder of PE files: ours, the peers, and the floor."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import readers
from benchmarks.figures import Figures, Goal, Options, times
from benchmarks.timing import Run, Timing, WrongAnswerError, interleaved, must_equal, process
from benchmarks.trees import program

BUILT, BUILT_QUICK = 3000, 12
SAMPLE = 160  # files that the slow readers read
_MAGIC = b"MZ"

Version = tuple[int, ...] | None

# name: (module it needs, its pass in ``readers``)
_ON_ALL = {"pefile, fast_load + resource directory": ("pefile", readers.pefile_fast)}
_ON_SAMPLE = {
    "pefile, full": ("pefile", readers.pefile_full),
    "LIEF, resources only": ("lief", readers.lief),
    "dissect.executable": ("dissect.executable", readers.dissect),
}
_FLOOR, _OURS, _OURS_BARE = "floor: open, fstat, two preads", "hotfix-check, all strings", "hotfix-check, version only"
_EXIFTOOL = "exiftool -r -j"


def reading(options: Options) -> Figures:
    """Every reader over the same files, a microseconds-a-file figure each; answers are held against pefile's."""
    paths, about = _files(options)
    sample = paths[:: max(1, len(paths) // SAMPLE)]
    expected = _checked_against_pefile(options, paths)
    absent = [name for name, (module, _) in (_ON_ALL | _ON_SAMPLE).items() if not _installed(module)]
    skipped = {
        name: options.call(readers.too_long, reader=reader.__name__, paths=sample).answer
        for name, (_, reader) in _ON_SAMPLE.items()
        if name not in absent
    }

    contenders: dict[str, Callable[[], Run]] = {
        _FLOOR: partial(options.call, readers.floor, paths=paths),
        _OURS: partial(options.call, readers.ours, paths=paths, strings=True),
        _OURS_BARE: partial(options.call, readers.ours, paths=paths, strings=False),
    }
    for name, (_, reader) in _ON_ALL.items():
        if name not in absent:
            contenders[name] = partial(options.call, reader, paths=paths, skip=[])
    exiftool = shutil.which("exiftool")
    if exiftool:
        contenders[_EXIFTOOL] = partial(process, [exiftool, "-q", "-r", "-j", *_folder(options)], codes=(0, 1))
    sampled: dict[str, Callable[[], Run]] = {
        _OURS: partial(options.call, readers.ours, paths=sample, strings=True),
        **{
            name: partial(options.call, reader, paths=sample, skip=skipped[name])
            for name, (_, reader) in _ON_SAMPLE.items()
            if name not in absent
        },
    }
    rounds = 1 if options.quick else 3
    on_all, on_sample = interleaved(contenders, rounds), interleaved(sampled, rounds)
    for name in (_OURS, _OURS_BARE):
        must_equal(name, [version and tuple(version) for version in on_all[name].answer], list(expected.values()))

    table = _Table()
    counts = dict.fromkeys(on_all, len(paths))
    differing = {name: _differing(on_all[name].answer, expected) for name in _ON_ALL if name in on_all}
    if exiftool:
        listed = _listed_by_exiftool(on_all[_EXIFTOOL].answer, expected)
        counts[_EXIFTOOL] = len(listed)
        differing[_EXIFTOOL] = sum(version != expected[path] for path, version in listed.items())
    table.group(on_all, counts, differing)
    of_sample = {path: expected[path] for path in sample}
    table.group(
        {f"{name}, sample" if name == _OURS else name: timing for name, timing in on_sample.items()},
        {f"{name}, sample" if name == _OURS else name: len(sample) - len(skipped.get(name, ())) for name in on_sample},
        {name: _differing(timing.answer, of_sample) for name, timing in on_sample.items() if name != _OURS},
    )
    for name in [*absent, *([] if exiftool else [_EXIFTOOL])]:
        table.rows.append((name, "not installed", "", "", "", "", ""))
    each = {name: timing.wall / counts[name] for name, timing in on_all.items()}
    goals = [Goal(what="hotfix-check against the floor", ratio=each[_OURS] / each[_FLOOR], bound=6)]
    for name, bound in ((next(iter(_ON_ALL)), 40.0), (_EXIFTOOL, 25.0)):
        if name in each:
            ratio = each[name] / each[_OURS]
            goals.append(Goal(what=f"{name} against hotfix-check", ratio=ratio, bound=bound, at_least=True))
    notes = [
        f"{name}: {len(numbers)} of {len(sample)} files left out, not read in {readers.PER_FILE:g} s each"
        for name, numbers in skipped.items()
        if numbers
    ]
    return Figures(
        title="Reading versions",
        about=f"{about} The slow readers read {len(sample)} of them, evenly spread, and are held "
        'against hotfix-check over the same ones. "Differs" counts files whose version is not the one that '
        "hotfix-check reads, which is checked against pefile's for every file that pefile reads (no 16-bit ones).",
        columns=("reader", "files", "us a file", "CPU us a file", "to the floor", "to hotfix-check", "differs"),
        rows=tuple(table.rows),
        goals=tuple(goals),
        bars=tuple((row[0], float(row[2])) for row in table.rows if row[3]),
        unit="microseconds a file",
        notes=tuple(notes),
    )


class _Table:
    """Rows, each with its ratio to the first and to ours in its own group."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []
        self.floor = 0.0

    def group(self, timings: dict[str, Timing], counts: dict[str, int], differing: dict[str, int]) -> None:
        own = next(name for name in timings if name.startswith(_OURS))
        each = timings[own].wall / counts[own]
        self.floor = self.floor or timings[_FLOOR].wall / counts[_FLOOR]
        for name, timing in timings.items():
            wall, cpu = timing.wall / counts[name], timing.cpu / counts[name]
            self.rows.append(
                (
                    name,
                    str(counts[name]),
                    f"{wall * 1e6:.1f}",
                    f"{cpu * 1e6:.1f}",
                    times(wall / self.floor),
                    times(wall / each),
                    str(differing.get(name, 0)) if name != _FLOOR else "",
                )
            )


def _files(options: Options) -> tuple[list[str], str]:
    """The files to read, sorted, and a sentence on where they come from."""
    folder = _folder(options)[0]
    if options.corpus is None:
        _build(Path(folder), BUILT_QUICK if options.quick else BUILT)
    paths = []
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                if stream.read(2) == _MAGIC:
                    paths.append(str(path))
    if not paths:
        raise WrongAnswerError(f"{folder}: no Windows program in it")
    origin = "real Windows programs" if options.corpus else "built files, since no folder of real ones was given"
    return paths, f"{len(paths)} {origin}."


def _folder(options: Options) -> list[str]:
    return [str(options.corpus or options.work / "programs")]


def _build(folder: Path, count: int) -> None:
    """Small files of several sizes, languages and machines, in folders of a hundred."""
    for number in range(count):
        version = f"9.9.{number % 65536}.{number * 7 % 65536}" if number % 10 else None
        data = program(version, size=8192 * (1 + number % 8), plus32=number % 2 == 1, languages=(1033, 1031))
        path = folder / f"{number // 100:03}" / f"bench{number:05}.dll"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _checked_against_pefile(options: Options, paths: list[str]) -> dict[str, Version]:
    """The version of each file by our reader, where pefile finds the same. Raises WrongAnswerError."""
    expected: dict[str, Version] = {}
    by_us = options.call(readers.ours_with_notes, paths=paths).answer
    by_pefile = options.call(readers.every_version_by_pefile, paths=paths, skip=[]).answer
    for path, (version, notes), others in zip(paths, by_us, by_pefile, strict=True):
        if "version-resource-not-id-1" in notes:  # pefile takes any id, Windows only 1
            must_equal(f"{path} by hotfix-check", version, None)
        elif isinstance(others, list) and version not in (others or [None]):
            raise WrongAnswerError(f"{path}: hotfix-check reads {version}, pefile {others}")
        expected[path] = version and tuple(version)
    return expected


def _differing(answer: list[Any], expected: dict[str, Version]) -> int:
    pairs = zip(answer, expected.values(), strict=True)
    return sum(found != "too long" and (found and tuple(found)) != right for found, right in pairs)


def _listed_by_exiftool(printed: bytes, expected: dict[str, Version]) -> dict[str, Version]:
    """The version that exiftool gives for each of the files that it chose to read (it goes by suffix)."""
    found: dict[str, Version] = {}
    for record in json.loads(printed):
        text = record.get("FileVersionNumber")
        if record["SourceFile"] in expected:
            found[record["SourceFile"]] = tuple(map(int, str(text).split("."))) if text else None
    return found


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
