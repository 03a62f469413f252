"""Writing what was asked for: stdout gets the report and nothing else; a file is written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from hotfix_check.errors import OutputError


def columns() -> int:
    """The width of the terminal, 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def print_report(text: str) -> None:
    """Write to stdout; a reader that has gone away (a closed pager) is no error. Raises OutputError."""
    with standard_output() as stream:
        stream.write(text)


@contextlib.contextmanager
def standard_output() -> Iterator[TextIO]:
    """stdout, all of whose text is out at the end; a reader that has gone away is no error. Raises OutputError."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        let_go_of_stdout()
        if not isinstance(error, BrokenPipeError):
            raise OutputError(f"standard output: cannot be written: {error.strerror or error}") from error


def let_go_of_stdout() -> None:
    """After a fault: Python would complain again when it closes stdout at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises OutputError; an existing file is then as it was."""
    with replaced(path) as stream:
        stream.write(text)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A stream of text that takes the place of a file as ``replaced_bytes`` says."""
    with replaced_bytes(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="")
        yield text
        text.flush()
        text.detach()


@contextlib.contextmanager
def replaced_bytes(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes take the place of a file once all of them are written, and are dropped when that fails.

    A link is followed, and what it leads to replaced. A pipe or a device, such as /dev/stdout, is written to as it is.
    """
    place = Path(os.path.realpath(path))
    # Named before it is made: a signal between the two leaves nothing behind. Short: the file's own name may be long.
    temporary = place.parent / f".hotfix-check-{os.urandom(8).hex()}.part"
    try:
        # Looked at and opened as given: behind /dev/stdout or /dev/fd a pipe has no other path.
        if (mode := _mode(path)) is not None and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            with path.open("wb") as stream:
                yield stream
            return
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(place)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _mode(place: Path) -> int | None:
    """Kind and permissions of what is there; None where nothing is."""
    try:
        return place.stat().st_mode
    except FileNotFoundError:
        return None
