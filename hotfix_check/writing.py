"""Writing files: whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from hotfix_check.errors import OutputError
from hotfix_check.untrusted.bounded import own_file
from hotfix_check.untrusted.windows_paths import ON_WINDOWS, system_path

_STANDARD = (1, 2)
_PART = re.compile(r"\.hotfix-check-[0-9a-f]{16}\.part", re.ASCII)
_LONG_AGO = 3600.0  # seconds


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

    A link is followed, and what it leads to replaced. A stream is written to as it is.
    """
    place = Path(os.path.realpath(system_path(path)))
    # Named before it is made: a signal between the two leaves nothing behind. Short: the file's own name may be long.
    temporary = place.parent / f".hotfix-check-{os.urandom(8).hex()}.part"
    try:
        # Looked at and opened as given: behind /dev/stdout or /dev/fd a pipe has no other path.
        found = _found(path)
        if found is not None and (into := _stream(path, found)) is not None:
            with open(into, "wb", closefd=into not in _STANDARD) as stream:
                yield stream
            return
        mode = None if found is None else found.st_mode
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if ON_WINDOWS and mode is not None and not mode & stat.S_IWRITE:
            # It could not be replaced, nor a new one with its mode be deleted.
            raise PermissionError(errno.EACCES, "it is read-only")
        _remove_left_behind(place.parent)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600)
        with os.fdopen(handle, "wb") as stream:
            _hold(handle)
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


def _remove_left_behind(folder: Path) -> None:
    """What runs of this user that were killed had begun to write in a folder: old, and held by nobody."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for path in [Path(entry.path) for entry in entries if _PART.fullmatch(entry.name)]:
            with contextlib.suppress(OSError):
                _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or time.time() - status.st_mtime < _LONG_AGO or not own_file(path):
        return
    if sys.platform == "win32":
        path.unlink()  # refused while a run has it open
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if _hold(handle):
            path.unlink()
    finally:
        os.close(handle)


def _hold(handle: int) -> bool:
    """Hold a file while it is written to; False where another run does, or where the file system cannot."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_stream(path: Path) -> bool:
    """Whether a path is a pipe, a device, stdout or stderr, whose name need not say a format."""
    try:
        found = _found(path)
    except OSError:
        return False
    return found is not None and _stream(path, found) is not None


def _found(path: Path) -> os.stat_result | None:
    """What is there; None where nothing is."""
    try:
        return os.stat(system_path(path))  # noqa: PTH116
    except FileNotFoundError:
        return None


def _stream(path: Path, found: os.stat_result) -> int | Path | None:
    """What is written to as it is: the descriptor of stdout or stderr, or the path of a pipe or a device.

    A file that the shell made stdout of may have lines of others in it, and must not be replaced.
    """
    if path != Path(os.devnull):  # which takes everything, also where it stands in for a stream that is closed
        for descriptor in _STANDARD:
            with contextlib.suppress(OSError):
                # Windows gives pipes, devices and the files of some network drives the number 0: then nothing is known.
                if found.st_ino and os.path.samestat(found, os.fstat(descriptor)):
                    return descriptor
    return None if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) else path
