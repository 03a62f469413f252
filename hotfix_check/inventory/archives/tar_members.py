"""The members of a tar archive, plain or packed with gzip, bzip2 or xz, read by the standard library in one pass."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import posixpath
import tarfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, TypeAlias, cast

from hotfix_check.inventory.archives.member import (
    CHUNK,
    ArchiveFault,
    Budget,
    Member,
    MemberKind,
    Unpacked,
    UnprovenFault,
)
from hotfix_check.inventory.archives.members import Taker, hand_over
from hotfix_check.inventory.file_facts import utc_time

MAX_HEADER_BYTES = 256 << 10  # of one member: pax and long-name records and sparse maps are in them
MAX_PADDING = 16 << 20
"""Zero bytes behind the last member: tar fills a record with them, of 10 KiB by default, and far larger on a tape."""
_Unpacker: TypeAlias = bz2.BZ2Decompressor | lzma.LZMADecompressor


class _Forward:
    """A stream that goes forward only: what is skipped counts as unpacked, and a header has a bound.

    ``header`` is how many bytes may still be read for the header of the next member; None while content is read.
    """

    def __init__(self, stream: BinaryIO, budget: Budget | None) -> None:
        self._stream = stream
        self._budget = budget
        self._position = 0
        self.header: int | None = MAX_HEADER_BYTES
        self.last = b""

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        if self.header is not None:
            self.header -= size
            if size < 0 or self.header < 0:
                raise ArchiveFault(f"a member's header has more than {MAX_HEADER_BYTES} bytes")
        self.last = self._next(size)
        return self.last

    def seek(self, position: int) -> int:
        if position < self._position:
            raise ArchiveFault("damaged: a member ends before it begins")
        if self._budget is None:
            self._stream.seek(position)
            self._position = position
        while self._position < position and self._next(min(16 * CHUNK, position - self._position)):
            pass
        return self._position

    def _next(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._position += len(data)
        if self._budget is not None:
            self._budget.unpack(len(data))
        return data


def read_tar(stream: BinaryIO, taker: Taker) -> None:
    """Offer every member. Raises ArchiveFault when the archive cannot be read to its end.

    Of a packed one it is an UnprovenFault: its checksum stands at its end, or at that of a block of any size.
    """
    plain, packed = _unpacking(stream)
    forward = _Forward(plain, taker.budget if packed else None)
    try:
        with tarfile.TarFile(
            fileobj=cast(BinaryIO, forward), encoding="utf-8", errors="surrogateescape", ignore_zeros=False
        ) as archive:
            _read_members(archive, forward, taker)
            _read_to_the_end(forward)
    except (ArchiveFault, tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError, ValueError) as error:
        reason = f"damaged: {error}"
        if isinstance(error, ArchiveFault):
            reason = str(error)
        elif isinstance(error, tarfile.ReadError) and packed and forward.tell() <= tarfile.BLOCKSIZE:
            reason = f"{packed} without a tar archive in it: {error}"
        raise (UnprovenFault if packed else ArchiveFault)(reason) from error


def _unpacking(stream: BinaryIO) -> tuple[BinaryIO, str]:
    start = stream.read(6)
    stream.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream)), "gzip"
    if start.startswith(b"BZh"):
        return cast(BinaryIO, io.BufferedReader(_Streams(stream, bz2.BZ2Decompressor))), "bzip2"
    if start.startswith(b"\xfd7zXZ"):
        return cast(BinaryIO, io.BufferedReader(_Streams(stream, lzma.LZMADecompressor))), "xz"
    return stream, ""


class _Streams(io.RawIOBase):
    """What bzip2 or xz packed, in one stream or several, to the last byte.

    BZ2File and LZMAFile end without a word at whatever follows a stream and is none; here only zero bytes may.
    """

    def __init__(self, packed: BinaryIO, begin: Callable[[], _Unpacker]) -> None:
        self._packed = packed
        self._begin = begin
        self._unpacker = begin()
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = b""
        while not data:
            if self._unpacker.eof:
                if not self._next_stream():
                    return 0
            elif self._unpacker.needs_input and not self._waiting and not self._take():
                raise EOFError("it ends too early")
            data, self._waiting = self._unpacker.decompress(self._waiting, len(buffer)), b""
        buffer[: len(data)] = data
        return len(data)

    def _next_stream(self) -> bool:
        self._waiting = self._unpacker.unused_data.lstrip(b"\0")
        while not self._waiting:
            if not self._take():
                return False
            self._waiting = self._waiting.lstrip(b"\0")
        self._unpacker = self._begin()
        return True

    def _take(self) -> bool:
        self._waiting = self._packed.read(CHUNK)
        return bool(self._waiting)


def _read_members(archive: tarfile.TarFile, forward: _Forward, taker: Taker) -> None:
    while (info := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile would keep them all
        forward.header = None
        hand_over(taker, _member(info), partial(_fill, archive, info))
        forward.header = MAX_HEADER_BYTES
    if any(forward.last):  # tarfile ends without a word at a header that it cannot make out
        raise ArchiveFault(f"damaged: no header at byte {archive.offset}")
    # An archive whose two last blocks were cut off has all its members, if the last one is whole.
    if not forward.last and forward.tell() < archive.offset:
        raise ArchiveFault("damaged: it ends inside a member")


def _fill(archive: tarfile.TarFile, info: tarfile.TarInfo, unpacked: Unpacked) -> None:
    content = archive.extractfile(info)
    if content is not None:
        unpacked.fill(cast(BinaryIO, content))


def _read_to_the_end(forward: _Forward) -> None:
    """What packed it has its checksum at the very end; and what lies behind the end mark was not read as members."""
    forward.header = None
    left = MAX_PADDING
    while left > 0 and (data := forward.read(min(16 * CHUNK, left))):
        left -= len(data)
        if data.strip(b"\0"):
            raise ArchiveFault("data after its end mark: damaged, or several archives in one")
    if not left and forward.read(1):
        raise ArchiveFault(f"more than {MAX_PADDING} bytes after its end mark")


def _member(info: tarfile.TarInfo) -> Member:
    return Member(
        name=info.name,
        kind=_kind(info),
        size=info.size,
        modified=utc_time(info.mtime),  # POSIX ustar and pax: seconds since 1970, UTC
        link=_link(info),
    )


def _kind(info: tarfile.TarInfo) -> MemberKind:
    if info.isreg():
        return "file"
    if info.isdir():
        return "folder"
    return "symlink" if info.issym() else "hardlink" if info.islnk() else "other"


def _link(info: tarfile.TarInfo) -> str | None:
    """What a link leads to, from the top of the archive: a symbolic link is relative to its own folder."""
    if info.issym():
        return posixpath.normpath(posixpath.join(posixpath.dirname(info.name), info.linkname))
    return info.linkname if info.islnk() else None
