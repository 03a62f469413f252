"""Runs commands with a witness: every audit event of a write, a process, a connection or a library not allowed is told.

    watched.py JOBS    JSON: [{"arguments": [...] or "code": "...", "outputs": [...], "folders": [...]}, ...]

Prints JSON: for each job its exit code and the events, as [name, what it was about].
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events by which a process changes a disk; the arguments that are texts or bytes are paths.
_CHANGES = frozenset(
    {
        *("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.utime"),
        *("os.chmod", "os.chown", "os.chflags", "os.lockf", "os.setxattr", "os.removexattr", "sqlite3.connect"),
        *("shutil.copyfile", "shutil.move", "shutil.rmtree", "shutil.make_archive", "shutil.unpack_archive"),
        *("tempfile.mkstemp", "tempfile.mkdtemp", "dbm.open", "mmap.__new__"),
    }
)
_NEVER = (
    *("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "telnetlib.", "nntplib."),
    *("subprocess.", "os.exec", "os.system", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "pty."),
    *("os.kill", "signal.pthread_kill", "ctypes.", "webbrowser.", "winreg.", "pickle.", "syslog.", "ensurepip."),
    *("sqlite3.enable_load_extension", "sqlite3.load_extension"),
)
_allowed: dict[str, Any] = {"outputs": [], "folders": []}
_events: list[list[str]] = []
_watching = [False]


def _is_allowed(path: object, event: str) -> bool:
    if event == "sqlite3.connect" and path == "":
        return True  # SQLite's own temporary file, which has no name and is gone with the connection
    if event == "sqlite3.connect" and str(path).startswith("file:") and "mode=ro" in str(path).partition("?")[2]:
        return True
    place = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
    folder, name = os.path.split(place)
    if place == os.devnull or place in _allowed["outputs"]:
        return True
    beside = any(os.path.split(one)[0] == folder for one in _allowed["outputs"])
    if beside and name.startswith(".hotfix-check-") and name.endswith(".part"):
        return True
    return any(place == one or place.startswith(one + os.sep) for one in _allowed["folders"])


def _witness(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching[0]:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITES and not isinstance(path, int) and not _is_allowed(path, event):
            _events.append([event, str(path)])
    elif event in _CHANGES:
        paths = [one for one in arguments if isinstance(one, (str, bytes, os.PathLike)) and one != ":memory:"]
        if not all(_is_allowed(path, event) for path in paths):
            _events.append([event, str(arguments)])
    elif event.startswith(_NEVER):
        _events.append([event, str(arguments)])


def _text(stream: Any) -> str:
    stream.flush()
    return str(stream.buffer.getvalue().decode())


def _run(job: dict[str, Any]) -> Any:
    if "code" in job:
        exec(job["code"], {})
        return 0
    from hotfix_check.cli import main

    sys.argv = ["hotfix-check", *job["arguments"]]
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)


def watch(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sys.addaudithook(_witness)
    told = []
    for job in jobs:
        _allowed.update(outputs=[], folders=[])
        _allowed.update({key: list(map(os.path.realpath, job.get(key, []))) for key in _allowed})
        _events.clear()
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        _watching[0] = True
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code: int | str
            try:
                code = _run(job)
            except Exception as error:
                code = repr(error)
        _watching[0] = False
        said = [_text(stream) for stream in (out, err)]
        told.append({"code": code, "events": list(_events), "out": said[0], "err": said[1]})
    return told


if __name__ == "__main__":
    print(json.dumps(watch(json.loads(Path(sys.argv[1]).read_text()))))
