"""The tool by a real Windows Python, which Wine runs: made by ``python offline/windows_python.py`` beforehand.

Wine is not Windows: it has no junctions, no links of Windows, no bound on a path's length and no rights on files.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

import pytest
from conftest import ROOT

WINE = next(filter(None, map(shutil.which, ("wine64", "/usr/lib/wine/wine64", "wine"))), None)
SERVER = next(filter(None, map(shutil.which, ("wineserver", "/usr/lib/wine/wineserver64"))), None)
MADE = Path(os.environ.get("HOTFIX_CHECK_WINDOWS_PYTHON", ROOT / "build" / "windows-python"))
_SECONDS = 120.0  # for one run
# Runs hotfix-check again and again in one process, since a new one takes seconds: a line of JSON asks, one answers.
_SERVER = """
import base64, io, json, os, sys
from hotfix_check.cli import main
asked, answers = sys.stdin, sys.stdout
for line in asked:
    request = json.loads(line)
    os.chdir(request["cwd"])
    sys.argv = ["hotfix-check", *request["arguments"]]
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), encoding=request["encoding"]) for _ in range(2))
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    streams = []
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        streams.append(base64.b64encode(stream.buffer.getvalue()).decode())
    answers.write(json.dumps([code, *streams]) + "\\n")
    answers.flush()
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished run: its exit code, and the bytes of both streams."""

    code: int
    out: bytes
    err: str


@dataclass(frozen=True, slots=True)
class Windows:
    """Programs of Windows in one prefix of Wine, whose drive C: is the folder ``c``."""

    prefix: Path
    server: subprocess.Popen[str] | None = None

    @property
    def c(self) -> Path:
        return self.prefix / "drive_c"

    def run(
        self,
        program: Path,
        arguments: Sequence[object],
        *,
        cwd: Path | None = None,
        variables: Mapping[str, str] = {},
        seconds: float = _SECONDS,
    ) -> Ended:
        """Run a program to its end. Its streams are pipes: with plain files Python does not start under Wine."""
        ended = subprocess.run(
            [str(WINE), str(program), *map(str, arguments)],
            cwd=cwd or self.c,
            env=self.environment(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr.decode("utf-8", "replace").replace("\r\n", "\n"))

    def python(self, *arguments: object, cwd: Path | None = None, seconds: float = _SECONDS) -> Ended:
        """Run Python with these arguments."""
        return self.run(MADE / "python.exe", arguments, cwd=cwd, seconds=seconds)

    def tool(self, *arguments: object, cwd: Path | None = None, encoding: str = "cp1252") -> Ended:
        """Run hotfix-check with these arguments, in a process that runs it often; its pipes have this encoding."""
        assert self.server is not None and self.server.stdin is not None and self.server.stdout is not None
        request = {
            "arguments": list(map(str, arguments)),
            "cwd": windows_path(cwd) if cwd else "C:\\",
            "encoding": encoding,
        }
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        code, out, err = json.loads(self.server.stdout.readline())
        return Ended(code, base64.b64decode(out), base64.b64decode(err).decode(encoding).replace("\r\n", "\n"))

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        known = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {
            **known,
            "LC_ALL": "C.UTF-8",  # by which Wine reads the names of files
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "PYTHONPATH": str(PureWindowsPath(windows_path(ROOT))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOTFIX_CHECK_CACHE": "off",
            **variables,
        }


def windows_path(path: Path) -> str:
    """The path of a file of this machine as Wine has it."""
    return "Z:" + str(path).replace("/", "\\")


@contextmanager
def started(folder: Path) -> Iterator[Windows]:
    """Wine in a new prefix. Its services live as long as one program, and hold the pipes of the first one open."""
    windows = Windows(folder)
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    variables = windows.environment({})
    subprocess.run([str(WINE), "wineboot", "-i"], env=variables, timeout=_SECONDS, check=True, **silent)  # type: ignore[call-overload]
    served = [str(WINE), str(MADE / "python.exe"), "-u", "-c", _SERVER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(served, env=variables, text=True, encoding="utf-8", **pipes) as server:  # type: ignore[call-overload]
        try:
            yield replace(windows, server=server)
        finally:
            if SERVER is not None:
                subprocess.run([SERVER, "-k"], env=variables, check=False, **silent)  # type: ignore[call-overload]
            server.kill()


@contextmanager
def empty_folder(windows: Windows, name: str) -> Iterator[Path]:
    """A folder of its own on drive C."""
    folder = windows.c / name
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """Wine and the Windows Python, ready to be used."""
    if WINE is None:
        pytest.skip("needs Wine (Debian: wine64)")
    if not (MADE / "python.exe").exists():
        pytest.skip(f"no Windows Python in {MADE}: python offline/windows_python.py makes one")
    with started(tmp_path_factory.mktemp("wine")) as running:
        yield running
