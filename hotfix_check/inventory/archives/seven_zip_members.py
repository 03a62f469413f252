"""The members of a 7z archive, read by py7zr in one pass, whether it is solid or not."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import py7zr
from py7zr import archiveinfo
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import Py7zIO, WriterFactory

from hotfix_check.inventory.archives.member import MAX_ENTRIES, ArchiveFault, Member, MemberFault, Unpacked
from hotfix_check.inventory.archives.members import Taker
from hotfix_check.inventory.file_facts import utc_time

archiveinfo.MAX_NUMFILES = MAX_ENTRIES  # py7zr's own bound is eight million, at some 250 bytes each

_SIP = 4096
_TOP = Path.cwd().anchor  # py7zr joins each name to an existing folder; nothing is written there


@io.IOBase.register
class _InSips:
    """An archive that gives little at a time once its header is read.

    For each member py7zr hands a block of input to the decompressor, which keeps what it does not need yet: with whole
    blocks of 1 MiB a solid archive of many small members would soon be in memory as a whole.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.longest: int | None = None
        self.tell, self.seek, self.seekable = stream.tell, stream.seek, stream.seekable

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size if self.longest is None else min(size, self.longest))


class _Sink(Py7zIO):
    """Where py7zr writes one member."""

    def __init__(self, unpacked: Unpacked | None, taker: Taker) -> None:
        self._unpacked = unpacked
        self._taker = taker
        self._size = 0

    def write(self, s: bytes | bytearray) -> int:
        self._size += len(s)
        if self._unpacked is None:
            self._taker.budget.unpack(len(s))
            return len(s)
        try:
            self._unpacked.write(s)
        except MemberFault as fault:
            self._taker.fail(self._unpacked, str(fault))
            self._unpacked = None
        return len(s)

    def close(self) -> None:
        """Called when the member is there, before py7zr checks it."""
        if self._unpacked is not None and self._size == self._unpacked.member.size:
            self._taker.done(self._unpacked)
        self._unpacked = None

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        return self._size


class _Sinks(WriterFactory):
    """Gives a sink for each file that py7zr opens: it calls the second of a name ``name_0``, the third ``name_1``."""

    def __init__(self, taker: Taker, offered: Mapping[str, Sequence[Unpacked | None]]) -> None:
        self._taker = taker
        self._waiting = {
            self._key(f"{name}_{before - 1}" if before else name): one
            for name, members in offered.items()
            for before, one in enumerate(members)
        }

    def create(self, filename: str) -> Py7zIO:
        return _Sink(self._waiting.pop(self._key(filename.removeprefix(Path(_TOP).as_posix())), None), self._taker)

    @staticmethod
    def _key(name: str) -> str:
        return PurePosixPath("/", name).as_posix()


def read_seven_zip(stream: BinaryIO, taker: Taker) -> None:
    """Offer every member. Raises ArchiveFault when the archive cannot be read to its end."""
    try:
        sips = _InSips(stream)
        with py7zr.SevenZipFile(cast(BinaryIO, sips), "r") as archive:
            sips.longest = _SIP
            _read_members(archive, taker)
    except PasswordRequired as error:
        raise ArchiveFault("encrypted: even its file names need the password") from error
    except UnsupportedCompressionMethodError as error:
        raise ArchiveFault("it is compressed by a method that py7zr does not know") from error
    except ArchiveError as error:
        raise ArchiveFault(f"damaged: {error}") from error


def _read_members(archive: py7zr.SevenZipFile, taker: Taker) -> None:
    encrypted = archive.needs_password()
    offered: defaultdict[str, list[Unpacked | None]] = defaultdict(list)
    wanted = set()
    for entry in archive.files:
        unpacked = taker.offer(_member(entry, encrypted=encrypted))
        offered[entry.filename].append(unpacked)
        if unpacked is not None and entry.emptystream:
            taker.done(unpacked)
        elif unpacked is not None:
            wanted.add(entry.filename)
    if wanted:
        sinks = _Sinks(taker, {name: offered[name] for name in wanted})
        archive.extract(path=_TOP, targets=wanted, factory=sinks)


def _member(entry: py7zr.py7zr.ArchiveFile, *, encrypted: bool) -> Member:
    folder = entry.is_directory and not entry.is_junction
    link = entry.is_symlink or entry.is_junction
    return Member(
        name=entry.filename,
        kind="folder" if folder else "symlink" if link else "file" if entry.is_file else "other",
        size=entry.uncompressed,
        modified=_time(entry),
        encrypted=encrypted,
        crc=entry.crc32,
    )


def _time(entry: py7zr.py7zr.ArchiveFile) -> datetime | None:
    """The last write time is a FILETIME: in UTC (7zFormat.txt, MTime)."""
    written = entry.lastwritetime
    return None if written is None else utc_time(written.totimestamp())
