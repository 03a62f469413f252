"""A folder held open, so that what is listed and opened in it lies in it, whatever happens to its path meanwhile.

A path is a promise: between the moment at which a folder is seen and the one at which it is listed, somebody can put a
link in its place, or in the place of a folder above it, that leads out of the target. So a folder is opened without
following a link, what was opened is compared with what was seen, and its files are opened from it and not by path.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""Device and inode: what a file or a folder is, by whatever path."""

HELD = os.open in os.supports_dir_fd and os.scandir in os.supports_fd and sys.platform != "emscripten"
"""Whether this system can. Windows and a browser cannot: there a link in a folder's place is seen when it is listed."""

_FLAGS: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0)


def place_of(status: os.stat_result) -> Place:
    """What it is that has this status."""
    return status.st_dev, status.st_ino


class OpenFolder:
    """A file descriptor that is closed when nobody holds the folder any more: a listing, or a file yet to be read."""

    __slots__ = ("fd", "place")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.place = place_of(os.fstat(fd))

    def __del__(self) -> None:
        os.close(self.fd)


def open_folder(path: str, top: str, inner: Sequence[str], seen: Place | None) -> OpenFolder:
    """The folder at ``path``, which is the parts ``inner`` below ``top``, when it is the one that was ``seen`` there.

    ``top`` itself may be a link, as may everything above it: it was asked for. Raises OSError, also when a link now
    stands anywhere between ``top`` and the folder.
    """
    if seen is None:
        return OpenFolder(os.open(path, _FLAGS))
    try:
        opened = OpenFolder(os.open(path, _FLAGS | _NO_FOLLOW))
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
    else:
        if opened.place == seen:
            return opened
    # Longer than the system takes at once, or not what was seen: step by step, where no step can be a link.
    opened = OpenFolder(os.open(top, _FLAGS))
    for part in inner:
        opened = OpenFolder(os.open(part, _FLAGS | _NO_FOLLOW, dir_fd=opened.fd))
    return opened
