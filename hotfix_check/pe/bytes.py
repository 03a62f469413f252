"""The bytes of one file, read by position and with a bound, and what is wrong when they cannot be.

A file is never mapped: a mapped file that shrinks would end the process.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from hotfix_check.untrusted.windows_paths import ON_WINDOWS, system_path, why_not_opened

MAX_BYTES_READ = 1 << 20  # of one file, all reads together; a usual file takes 8 to 12 KiB

_FLAGS: int = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
WINDOW = 4096  # bytes read at once around what is asked for

PeErrorKind: TypeAlias = Literal["not-a-file", "not-a-pe", "16-bit", "damaged", "refused"]
"""not-a-file: a folder, link, pipe or device. not-a-pe: some other content, or none. 16-bit: a 16-bit program or
driver without a version resource. damaged: begins as a PE file and breaks off or contradicts itself before its version
is found. refused: only by the cross-check, for what is too big for it."""

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""(offset, size) -> that many bytes, fewer only at the end of the file."""


class PeError(ValueError):
    """A file whose version cannot be read; ``str()`` is a short reason, without the file's name."""

    def __init__(self, kind: PeErrorKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: PeErrorKind = kind


def open_regular(path: str | Path, *, dir_fd: int | None = None, follow: bool = False) -> tuple[int, os.stat_result]:
    """A file descriptor to read a regular file by, and its status; nothing else is opened or waited for.

    A relative path is taken from the folder open as ``dir_fd``. The file itself may be a link only with ``follow``.
    Raises PeError (not-a-file) or OSError.
    """
    if dir_fd is None:
        path = system_path(path)
    no_follow: int = 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    if not no_follow and not follow and Path(path).is_symlink():
        raise PeError("not-a-file", "a symbolic link, which is not followed")
    try:
        fd = os.open(path, os.O_RDONLY | no_follow | _FLAGS, dir_fd=dir_fd)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:
            raise PeError("not-a-file", "a symbolic link, which is not followed") from None
        if ON_WINDOWS and Path(path).is_dir():  # which Windows does not open as a file
            raise PeError("not-a-file", "not a regular file") from None
        raise why_not_opened(error, str(path)) from None
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise PeError("not-a-file", "not a regular file")
    except BaseException:
        os.close(fd)
        raise
    return fd, status


@contextmanager
def opened(
    path: str | Path, *, dir_fd: int | None = None, follow: bool = False
) -> Iterator[tuple[int, os.stat_result]]:
    """What ``open_regular`` gives, closed at the end."""
    fd, status = open_regular(path, dir_fd=dir_fd, follow=follow)
    try:
        yield fd, status
    finally:
        os.close(fd)


def positioned(fd: int) -> ReadAt:
    """Reads of an open file by position."""
    if hasattr(os, "pread"):
        return lambda offset, size: os.pread(fd, size, offset)

    def seek_and_read(offset: int, size: int) -> bytes:
        os.lseek(fd, offset, os.SEEK_SET)
        return os.read(fd, size)

    return seek_and_read


class PeBytes:
    """Bounded reads of one file. Neighbouring reads share one window, so that a usual file costs three of them."""

    __slots__ = ("_left", "_read_at", "_start", "_window", "sections", "size")

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self._read_at = read_at
        self.size = size
        self._left = MAX_BYTES_READ
        self._start = 0
        self._window = b""
        self.sections: list[tuple[bytes, int, int, int, int]] = []

    def at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``, fewer at the end of the file."""
        start = offset - self._start
        if start < 0 or start + size > len(self._window):
            self._move(offset, size)
            return self._window[:size]
        return self._window[start : start + size]

    def _move(self, offset: int, size: int) -> None:
        wanted = max(size, WINDOW)
        if wanted > self._left:
            raise PeError("damaged", f"its headers lead to more than {MAX_BYTES_READ} bytes")
        self._window = self._read_at(offset, wanted)
        self._left -= wanted
        self._start = offset

    def held(self, offset: int, size: int, what: str) -> tuple[bytes, int]:
        """Bytes that hold the ``size`` ones from ``offset``, and where these begin. Raises PeError as ``need``."""
        start = offset - self._start
        if start < 0 or start + size > len(self._window):
            return self.need(offset, size, what), 0
        return self._window, start

    def need(self, offset: int, size: int, what: str) -> bytes:
        """``size`` bytes from ``offset``. Raises PeError when the file ends before."""
        start = offset - self._start
        if start >= 0 and start + size <= len(self._window):
            return self._window[start : start + size]
        data = self.at(offset, size)
        if len(data) < size:
            raise PeError("damaged", f"cut short: the file ends inside its {what}")
        return data

    def numbers(self, layout: struct.Struct, offset: int, what: str) -> tuple[int, ...]:
        """The numbers laid out so at ``offset``. Raises PeError when the file ends before."""
        start = offset - self._start
        if start >= 0 and start + layout.size <= len(self._window):
            return layout.unpack_from(self._window, start)
        return layout.unpack(self.need(offset, layout.size, what))

    def offset(self, address: int, what: str) -> int:
        """Where the byte at a relative virtual address is in the file. Raises PeError when no section stores it."""
        for _, _, start, size, stored_at in self.sections:
            if start <= address < start + size:
                return address - start + stored_at
        raise PeError("damaged", f"no section of the file holds its {what}")
