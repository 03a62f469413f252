"""Reading a whole file that comes from strangers: a file and nothing else, and never more than a stated size.

And which file is the user's own, and so no stranger's.
"""

from __future__ import annotations

import os
import stat
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

from hotfix_check.errors import HotfixCheckError
from hotfix_check.untrusted.windows_paths import system_path, why_not_opened

GZIP = b"\x1f\x8b"
_OTHER_KINDS = (
    (GZIP, "gzip-compressed: unpack it first"),
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"MZ", "a program"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_bounded(path: Path, limit: int, what: str, error: type[HotfixCheckError]) -> bytes:
    """The bytes of a regular file; a folder, pipe or device is refused without waiting for it.

    Raises ``error`` when it cannot be read, changes its size meanwhile, or is larger than ``limit`` bytes: too large to
    be ``what`` it should be.
    """
    place = system_path(path)
    try:
        if Path(place).is_dir():
            raise error(f"{path}: a folder, not {what}")
        # A pipe is opened without waiting for its other end; on a regular file the flag changes nothing.
        fd = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(fd, "rb") as stream:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise error(f"{path}: a pipe or device, not {what}")
            return read_whole(stream, status.st_size, str(path), limit, what, error)
    except (OSError, ValueError) as fault:
        reason = why_not_opened(fault, place).strerror if isinstance(fault, OSError) else None
        raise error(f"{path}: cannot be read: {reason or fault}") from fault


def read_whole(stream: BinaryIO, size: int, where: str, limit: int, what: str, error: type[HotfixCheckError]) -> bytes:
    """What is left of a stream, which should be ``size`` bytes. Raises ``error`` as ``read_bounded``."""
    if size > limit:
        raise error(f"{where}: larger than {limit} bytes, not {what}")
    try:
        data = stream.read(size + 1)
    except OSError as fault:
        raise error(f"{where}: cannot be read: {fault.strerror or fault}") from fault
    if len(data) != size:
        raise error(f"{where}: it changed while it was read")
    return data


def unpacked(data: bytes, where: str, limit: int, what: str, error: type[HotfixCheckError]) -> bytes:
    """The same bytes, or what they hold when they are gzip-compressed: whole, sound, and at most ``limit`` bytes.

    Never more than that is unpacked. Raises ``error`` for a larger, torn or damaged one, and for several in a row.
    """
    if not data.startswith(GZIP):
        return data
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        inner = unpacking.decompress(data, limit + 1)
    except zlib.error as fault:
        raise error(f"{where}: damaged gzip data: {fault}; {what} expected") from None
    if len(inner) > limit:
        raise error(f"{where}: larger than {limit} bytes when unpacked, not {what}")
    if not unpacking.eof:
        raise error(f"{where}: gzip data that ends too early; {what} expected")
    if unpacking.unused_data.strip(b"\0"):
        raise error(f"{where}: data after the end of the gzip data; {what} expected")
    return inner


def text_of(data: bytes, where: str, what: str, error: type[HotfixCheckError], *, utf16: bool = False) -> str:
    """The text of a whole file: UTF-8, with a byte order mark or without; with ``utf16`` also UTF-16 that has one.

    Raises ``error`` for everything else, an empty file among it, in words that say what was found instead.
    """
    for start, kind in _OTHER_KINDS:
        if data.startswith(start):
            raise error(f"{where}: {kind}; {what} expected")
    if not data.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n"):
        raise error(f"{where}: {'nothing but zero bytes' if 0 in data else 'nothing'} in it; {what} expected")
    wide = data.startswith(_UTF16)
    if wide and not utf16:
        raise error(f"{where}: UTF-16 text: save it as UTF-8; {what} expected")
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as fault:
        name = "UTF-16" if wide else "UTF-8"
        raise error(f"{where}: byte {fault.start}: not {name} text ({fault.reason}); {what} expected") from None


def own_file(place: Path) -> bool:
    """Whether a file belongs to the user that runs the tool, and nobody else can write to it."""
    if sys.platform == "win32":
        return True
    status = place.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
