"""The whole process for one Mapi32.dll: what a person waits who asks about one file."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial

from benchmarks.figures import Figures, Goal, Options, seconds, times
from benchmarks.timing import Run, interleaved, must_equal, process
from benchmarks.trees import program

VERSION = "5.5.2657.50"
_NO_CACHE = "hotfix-check scan, no cache of the catalogue"
_OURS, _IDENTIFY = "hotfix-check scan", "hotfix-check identify"
_BARE, _PASS, _EXIFTOOL = "bare Typer app", "python -c pass", "exiftool -j"


def one_file(options: Options) -> Figures:
    """Whole processes in turn."""
    file = options.work / "Mapi32.dll"
    file.write_bytes(program(VERSION, size=73728))
    scan = ["-m", "hotfix_check", "scan", "-q", "--no-run-info", "--exit-zero", "-f", "json", str(file)]
    contenders: dict[str, Callable[[], Run]] = {
        _OURS: partial(process, [sys.executable, *scan]),
        _IDENTIFY: partial(process, [sys.executable, "-m", "hotfix_check", "identify", "-q", "-f", "json", str(file)]),
        _NO_CACHE: partial(process, [sys.executable, *scan], environment={"HOTFIX_CHECK_CACHE": "off"}),
        _BARE: partial(process, [sys.executable, "-m", "benchmarks.bare_app", "scan", str(file)]),
        _PASS: partial(process, [sys.executable, "-c", "pass"]),
    }
    exiftool = shutil.which("exiftool")
    if exiftool:
        contenders[_EXIFTOOL] = partial(process, [exiftool, "-j", str(file)])
    timings = interleaved(contenders, 1 if options.quick else 25)
    (target,) = json.loads(timings[_OURS].answer)["targets"]
    found = {
        (finding["id"], finding["verdict"]): copy["version"]
        for finding in target["findings"]
        for row in finding["files"]
        for copy in row["copies"]
    }
    must_equal("what hotfix-check says", found.get(("exchange-5.5/KB818861", "installed")), VERSION)
    (identified,) = json.loads(timings[_IDENTIFY].answer)["files"]
    must_equal("what it is of", [one["id"] for one in identified["products"]], ["exchange-5.5"])
    must_equal("what the bare app prints", timings[_BARE].answer, b"")
    if exiftool:
        (record,) = json.loads(timings[_EXIFTOOL].answer)
        must_equal("what exiftool reads", record["FileVersionNumber"], VERSION)
    base = timings[_BARE]
    return Figures(
        title="One file, the whole process",
        about="`hotfix-check scan Mapi32.dll` as JSON with the tool's own catalogue.",
        columns=("process", "time", "CPU time", "to the bare app", "CPU to the bare app", "peak memory"),
        rows=tuple(
            (
                name,
                seconds(timing.wall),
                seconds(timing.cpu),
                times(timing.wall / base.wall),
                times(timing.cpu / base.cpu),
                f"{timing.peak / (1 << 20):.1f} MiB",
            )
            for name, timing in timings.items()
        )
        + (() if exiftool else ((_EXIFTOOL, "not installed", "", "", "", ""),)),
        goals=(
            Goal(what="scan of one file against the bare app", ratio=timings[_OURS].wall / base.wall, bound=1.3),
            Goal(what="the same, CPU time", ratio=timings[_OURS].cpu / base.cpu, bound=1.3),
            Goal(what="identify of one file against it", ratio=timings[_IDENTIFY].wall / base.wall, bound=1.5),
        ),
        bars=tuple((name, timing.wall) for name, timing in timings.items()),
        unit="seconds",
    )
