"""A whole server: what counting all its programs costs, how long it is judged, what to install next, and its disk."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import readers
from benchmarks.figures import Figures, Goal, Options, mebibytes, seconds, times
from benchmarks.timing import Run, Timing, interleaved, must_equal, process
from benchmarks.trees import HEADERS_SIZE, PE_HEADER, build_pe, build_tree
from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue import Catalogue, default_folder, load_catalogue
from hotfix_check.catalogue.update import Importance
from hotfix_check.judging.judge import ask
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.version import FileVersion

PROGRAMS, PROGRAMS_QUICK = 1_500, 30
DISK, DISK_QUICK = 50_000, 200  # files, those programs among them
BUILD = "15.1.2507.39"
_BIN = Path("Program Files/Microsoft/Exchange Server/V15/Bin")
_DAY = date(2026, 11, 21)
_FLOOR, _COUNTED, _BARE = "floor: open, fstat, two preads", "read and judged", "the same, only ExSetup.exe read"
_JUDGED, _PLANNED = "a half-patched Exchange 5.5, judged", "its next steps, optional ones included"
_FIND, _ONE_FILE, _DISK = "find -type f on its disk", "scan of its ExSetup.exe", "scan of its disk"
_SCAN = ("scan", "-q", "--no-run-info", "--exit-zero", "-f", "json")
_SIZES = (16, 36, 64, 180, 400, 900)  # KiB


def build_bin(root: Path, count: int) -> None:
    """The Bin folder of an Exchange 2016 with so many programs, of four builds; their resources lie at their ends."""
    chance = random.Random(count)
    folder = root / _BIN
    folder.mkdir(parents=True)
    for number in range(count):
        name = f"Microsoft.Exchange.Part{number:04}.dll" if number else "ExSetup.exe"
        version = chance.choice((BUILD, BUILD, "15.1.2507.6", "15.1.2507.37", "15.1.2507.27")) if number else BUILD
        _write(folder / name, version, "Microsoft(R) Exchange", chance.choice(_SIZES) << 10, plus32=True)


def build_half_patched(root: Path, catalogue: Catalogue) -> None:
    """A server of 5.5 SP4: each of its catalogued programs at the level's own build, or at some later one."""
    product = catalogue.product("exchange-5.5")
    at = product.level_index("SP4")
    later: dict[str, set[FileVersion]] = {}
    for update in catalogue.updates:
        for package in update.packages if update.product == product.id else ():
            for row in package.rows if package.line == at else ():
                if row.version is not None and row.range is None:
                    later.setdefault(row.name.lower(), set()).add(row.version)
    chance = random.Random(5)
    for name, file in sorted(product.files.items()):
        own = file.versions.get("SP4")
        builds = sorted(one for one in later.get(name, ()) if own is None or one > own)
        version = chance.choice(builds) if builds and chance.random() < 0.5 else own
        if version is not None and name.endswith((".dll", ".exe")):
            folder = root / ("WINNT/System32" if file.roles == ("system32",) else "Exchsrvr/bin")
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / file.name, str(version), "Microsoft Exchange", 65536, plus32=False)


def _write(path: Path, version: str, product: str, size: int, *, plus32: bool) -> None:
    strings = {
        "CompanyName": "Microsoft Corporation",
        "FileDescription": path.stem,
        "InternalName": path.name,
        "LegalCopyright": "(c) Microsoft Corporation. All rights reserved.",
        "OriginalFilename": path.name,
        "ProductName": product,
        "ProductVersion": version,
    }
    data = bytearray(build_pe(version, strings=strings, machine="amd64" if plus32 else "i386", plus32=plus32))
    start = size - len(data) + HEADERS_SIZE
    sections_at = PE_HEADER + 24 + int.from_bytes(data[PE_HEADER + 20 : PE_HEADER + 22], "little")
    data[sections_at + 20 : sections_at + 24] = start.to_bytes(4, "little")  # PointerToRawData
    with path.open("wb") as stream:
        stream.write(data[:HEADERS_SIZE])
        stream.seek(start)
        stream.write(data[HEADERS_SIZE:])


def scan(root: str, counted: bool) -> Callable[[], list[Any]]:
    """A server read and judged, the catalogue being open: files read, builds counted, updates judged."""
    target = Path(root)
    judge = ask(JudgeOptions(no_hash=True), [target], day=_DAY)
    if not counted:
        judge = replace(judge, outline=replace(judge.outline, programs=()))
    judge.prepared(judge.read(target))  # what is imported for it is of the start

    def run() -> list[Any]:
        (inventory,) = judge.read(target)
        assessment = judge.prepared([inventory]).assess(inventory)
        builds = sum(one.files for installation in assessment.installations for one in installation.census)
        return [inventory.files_read, builds, len(assessment.findings)]

    return run


def judge_and_plan(root: str) -> Callable[[], dict[str, Any]]:
    """A server judged, then its next steps of every weight: seconds of both, updates judged, steps."""
    target = Path(root)
    judge = ask(JudgeOptions(no_hash=True), [target], day=_DAY)
    (inventory,) = judge.read(target)
    ready = judge.prepared([inventory])
    ready.assess(inventory)

    def run() -> dict[str, Any]:
        start = time.process_time()
        assessment, next_steps = ready.judged(inventory)
        judged = time.process_time()
        plans = [steps.plan(steps.of_weight((*WEIGHTY, Importance.OPTIONAL))) for steps in next_steps]
        return {
            "judged": judged - start,
            "planned": time.process_time() - judged,
            "updates": len(assessment.findings),
            "steps": sum(len(one.steps) for one in plans),
        }

    return run


def server(options: Options) -> Figures:
    """The programs of a modern server, its whole disk, and a 5.5 of which half the files are not at their newest."""
    count, on_disk = (PROGRAMS_QUICK, DISK_QUICK) if options.quick else (PROGRAMS, DISK)
    modern, old = options.work / "modern", options.work / "old"
    build_bin(modern, count)
    build_half_patched(old, load_catalogue([default_folder()]))
    paths = [str(path) for path in _programs(modern)]
    disk = options.work / "disk"
    build_tree(disk, on_disk - count, 0)
    build_bin(disk, count)
    contenders: dict[str, Callable[[], Run]] = {
        _FLOOR: partial(options.call, readers.floor, paths=paths),
        _COUNTED: partial(options.call, scan, root=str(modern), counted=True),
        _BARE: partial(options.call, scan, root=str(modern), counted=False),
        _JUDGED: partial(options.call, judge_and_plan, root=str(old)),
    }
    find = shutil.which("find") if os.name == "posix" else None
    if find:
        contenders[_FIND] = partial(process, [find, str(disk), "-type", "f"])
        contenders[_ONE_FILE] = partial(options.tool, *_SCAN, disk / _BIN / "ExSetup.exe")
        contenders[_DISK] = partial(options.tool, *_SCAN, disk)
    timings = interleaved(contenders, 1 if options.quick else 7)
    goals = _disk_goals(timings, on_disk, count) if find else []
    read, builds, judged = timings[_COUNTED].answer
    must_equal("programs read and counted", [read, builds], [count, count])
    must_equal("without the others", timings[_BARE].answer, [1, 1, judged])
    answer = timings[_JUDGED].answer
    if not (answer["updates"] and answer["steps"]):
        raise AssertionError("the half-patched server has nothing to install")
    added = timings[_COUNTED].cpu - timings[_BARE].cpu
    floor = timings[_FLOOR].cpu
    rows = [
        (name, str(len(paths)), seconds(timings[name].wall), seconds(timings[name].cpu), mebibytes(timings[name].peak))
        for name in (_FLOOR, _COUNTED, _BARE)
    ]
    rows += [
        (name, str(files), seconds(timings[name].wall), seconds(timings[name].cpu), mebibytes(timings[name].peak))
        for name, files in ((_FIND, on_disk), (_ONE_FILE, 1), (_DISK, on_disk))
        if name in timings
    ]
    rows.append((_JUDGED, str(answer["updates"]), seconds(answer["judged"]), seconds(answer["judged"]), ""))
    rows.append((_PLANNED, str(answer["steps"]), seconds(answer["planned"]), seconds(answer["planned"]), ""))
    return Figures(
        title="A whole server",
        about=f"An Exchange 2016 whose Bin holds {count} programs, all read for the census, and an Exchange 5.5 of "
        "which half the files are not at their newest; the catalogue is open, nothing is hashed, ratios are of CPU "
        "time. Its disk: the same Bin among other files, whole processes, ratios of wall time.",
        columns=("what", "files, updates or steps", "time", "CPU time", "peak memory"),
        rows=tuple(rows),
        goals=(
            Goal(what="what counting the programs adds, in units of 60 ms", ratio=added / 0.06, bound=1),
            Goal(what="the same against the floor of their files", ratio=added / floor, bound=6),
            Goal(what="judging a half-patched 5.5, in units of 20 ms", ratio=answer["judged"] / 0.02, bound=1),
            Goal(what="its next steps with optional ones, in units of 100 ms", ratio=answer["planned"] / 0.1, bound=1),
            *goals,
        ),
        bars=((_FLOOR, floor), ("what counting them adds", added), (_JUDGED, answer["judged"])),
        unit="seconds",
        notes=(f"counting adds {seconds(added)}, {times(added / floor)} the floor",),
    )


def _disk_goals(timings: Mapping[str, Timing], on_disk: int, count: int) -> list[Goal]:
    """What the disk costs more than one file, and in all; that the answers are of all its files is checked."""
    must_equal("files that find lists", len(timings[_FIND].answer.splitlines()), on_disk)
    (target,) = json.loads(timings[_DISK].answer)["targets"]
    must_equal("files seen and read", [target["files_seen"], target["files_read"]], [on_disk, count])
    find, one, whole = (timings[name].wall for name in (_FIND, _ONE_FILE, _DISK))
    return [
        Goal(what=f"a disk of {on_disk} files more than one file, against find", ratio=(whole - one) / find, bound=4),
        Goal(what="the disk in all, against find", ratio=whole / find, bound=12),
    ]


def _programs(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())
