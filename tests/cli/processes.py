"""hotfix-check as a process of its own, where signals, pipes and full disks are real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conftest import ROOT

CATALOGUE = ("--catalogue", str(ROOT / "samples" / "example" / "catalogue"))
_READY = (
    "def ready():\n    try: os.write({pipe}, b'.')\n    except OSError: pass  # nobody asks any more\n"
    "def wait():\n    for _ in range(6000): time.sleep(0.01)"
)
"""``wait`` sleeps in short pieces: a signal that comes just before one of them is heeded at its end, not after all."""
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUTF8": "1"}


def command(arguments: Sequence[object], before: str = "") -> list[str]:
    """The command line; ``before`` is Python that runs in the process first."""
    code = f"import os, sys, time\n{before}\nfrom hotfix_check.cli import main\nmain()"
    return [sys.executable, "-c", code, *map(str, arguments)]


def start(*arguments: object, cwd: Path, before: str = "", **options: Any) -> subprocess.Popen[str]:
    """A process under way; stderr is a pipe, and so is stdout unless told otherwise."""
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    return subprocess.Popen(command(arguments, before), cwd=cwd, env=_ENVIRONMENT, text=True, encoding="utf-8", **given)


def heed_signals() -> None:
    """In a new process: the tests may run behind nohup or in the background, where signals are ignored."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


def started(*arguments: object, cwd: Path, before: str, **options: Any) -> subprocess.Popen[str]:
    """A process that has come to where ``before`` makes it call ``ready()``, or one of its workers has.

    The word comes through a pipe of its own, since stderr is looked at.
    """
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        code = f"{_READY.format(pipe=writing)}\n{before}"
        process = start(*arguments, cwd=cwd, before=code, pass_fds=[writing], preexec_fn=heed_signals, **options)
        os.close(writing)
        came = pipe.read(1)
    assert came, process.communicate()
    return process


def finish(*arguments: object, cwd: Path, before: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """The same, waited for."""
    process = start(*arguments, cwd=cwd, before=before, **options)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
