"""Writing what was asked for: stdout gets the report and nothing else; a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from hotfix_check.errors import OutputError


def columns() -> int:
    """The width of the terminal, 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def print_report(text: str) -> None:
    """Write to stdout; a reader that has gone away (a closed pager) is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain again when it closes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise OutputError(f"standard output: cannot be written: {error.strerror or error}") from error


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises OutputError; an existing file is then as it was."""
    with replaced(path) as stream:
        stream.write(text)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A stream whose text takes the place of a file once all of it is written, and is dropped when that fails."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_usual_mode(path))
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _usual_mode(path: Path) -> int:
    """The mode of the file that is replaced, else what the umask allows: mkstemp makes a file for its owner alone."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
