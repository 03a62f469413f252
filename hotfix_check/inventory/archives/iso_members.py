"""The members of a CD or DVD image (ISO 9660 with Joliet or Rock Ridge, UDF beside it), read by pycdlib."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, cast

import pycdlib
from pycdlib.dr import DirectoryRecord
from pycdlib.pycdlibexception import PyCdlibException
from pycdlib.pycdlibio import PyCdlibIO
from pycdlib.udf import UDFFileEntry

from hotfix_check.frozen import replace
from hotfix_check.inventory.archives.member import ArchiveFault, Member, MemberFault, MemberKind, Unpacked
from hotfix_check.inventory.archives.members import Taker, hand_over
from hotfix_check.inventory.file_facts import utc_time

MAX_READ_BYTES = 512 << 20  # of directories, all together: what a reader led in circles by its image comes to
_BLOCK = 2048
_NO_ZONE = -2047  # ECMA-167 1/7.3: the zone is not told


class _Metered:
    """An image that gives its directories, up to a bound; ``open`` gives the content of files without one."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = MAX_READ_BYTES
        self.metered = True
        self.tell, self.seek, self.mode = stream.tell, stream.seek, "rb"
        self.seekable = stream.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, self._left + 1) if self.metered and size >= 0 else size)
        if self.metered:
            self._left -= len(data)
            if self._left < 0:
                raise ArchiveFault(f"its directories have more than {MAX_READ_BYTES} bytes")
        return data


def read_iso(stream: BinaryIO, taker: Taker) -> None:
    """Offer every file of the tree with the best names: UDF, then Joliet, Rock Ridge, plain ISO 9660.

    Raises ArchiveFault when the image cannot be read.
    """
    image = pycdlib.PyCdlib()
    metered = _Metered(stream)
    try:
        image.open_fp(cast(BinaryIO, metered))
    except PyCdlibException as error:
        raise ArchiveFault(f"damaged, or of a kind that pycdlib does not read: {error}") from error
    metered.metered = False
    for record, member in _udf(image) if image.has_udf() else _iso(image):
        hand_over(taker, member, partial(_fill, record))
    stated = image.pvd.space_size * _BLOCK
    if stated > stream.seek(0, os.SEEK_END):
        # pycdlib shows a file past the end as an empty one
        raise ArchiveFault(f"cut short: its header says {stated} bytes")


def _fill(record: DirectoryRecord | UDFFileEntry, unpacked: Unpacked) -> None:
    size = unpacked.member.size
    try:
        if record.inode is not None and size:
            with PyCdlibIO(record.inode, _BLOCK) as content:
                unpacked.fill(cast(BinaryIO, content))
    except (PyCdlibException, OSError, ValueError) as error:
        raise MemberFault(f"damaged: {error}") from error
    if len(unpacked.data) < size and unpacked.wanted:
        raise MemberFault("cut short: the image ends inside it")


def _walked(
    root: Any, entries: Callable[[Any], Iterator[tuple[Any, Member]]]
) -> Iterator[tuple[DirectoryRecord | UDFFileEntry, Member]]:
    """What lies below a folder, each with its path: a folder's own, then what is in those that it holds."""
    waiting: deque[tuple[Any, str]] = deque([(root, "")])
    while waiting:
        folder, above = waiting.popleft()
        for record, member in entries(folder):
            path = above + member.name.replace("/", "_").replace("\\", "_")  # a name that makes no folder of its own
            yield record, replace(member, name=path)
            if member.kind == "folder":
                waiting.append((record, path + "/"))


def _iso(image: pycdlib.PyCdlib) -> Iterator[tuple[DirectoryRecord | UDFFileEntry, Member]]:
    if image.has_joliet():
        root, tree = image.get_record(joliet_path="/"), "joliet"
    elif image.has_rock_ridge():
        root, tree = image.get_record(rr_path="/"), "rock-ridge"
    else:
        root, tree = image.get_record(iso_path="/"), "iso"

    def entries(folder: Any) -> Iterator[tuple[Any, Member]]:
        for record in folder.children:
            if not record.is_dot() and not record.is_dotdot():
                link = tree == "rock-ridge" and record.is_symlink()
                kind: MemberKind = "folder" if record.is_dir() else "symlink" if link else "file"
                name, size = _iso_name(record, tree), record.get_data_length()
                yield record, Member(name=name, kind=kind, size=size, modified=_iso_time(record))

    return _walked(root, entries)


def _iso_name(record: DirectoryRecord, tree: str) -> str:
    """Without the version number (ECMA-119 7.5.1), and without the dot of a name that has no extension."""
    if tree == "joliet":
        return record.file_identifier().decode("utf-16_be", "replace").partition(";")[0]
    if tree == "rock-ridge" and record.rock_ridge is not None and record.rock_ridge.name():
        return record.rock_ridge.name().decode("utf-8", "surrogateescape")
    return record.file_identifier().decode("utf-8", "surrogateescape").partition(";")[0].removesuffix(".")


def _iso_time(record: DirectoryRecord) -> datetime | None:
    """ECMA-119 9.1.5: the time of day where it was recorded, with the offset from UTC in quarters of an hour."""
    date = record.date
    try:
        there = datetime(
            1900 + date.years_since_1900, date.month, date.day_of_month, date.hour, date.minute, date.second, tzinfo=UTC
        )
        return there - timedelta(minutes=15 * date.gmtoffset)
    except (ValueError, OverflowError):
        return None


def _udf(image: pycdlib.PyCdlib) -> Iterator[tuple[DirectoryRecord | UDFFileEntry, Member]]:
    def entries(folder: Any) -> Iterator[tuple[Any, Member]]:
        for name in folder.fi_descs.values():
            entry = name.file_entry
            if not name.is_parent() and entry is not None:
                modified, local = _udf_time(entry)
                kind: MemberKind = "folder" if entry.is_dir() else "symlink" if entry.is_symlink() else "file"
                called, size = name.fi.decode(name.encoding, "replace"), entry.get_data_length()
                yield entry, Member(name=called, kind=kind, size=size, modified=modified, local_time=local)

    return _walked(image.get_record(udf_path="/"), entries)


def _udf_time(entry: UDFFileEntry) -> tuple[datetime | None, datetime | None]:
    """ECMA-167 1/7.3: UTC when the zone is told in minutes, else the clock on the wall."""
    time = entry.mod_time
    try:
        there = datetime(time.year, time.month, time.day, time.hour, time.minute, time.second, tzinfo=UTC)
        if time.tz == _NO_ZONE:
            return None, there
        return utc_time((there - timedelta(minutes=time.tz)).timestamp()), None
    except (ValueError, OverflowError):
        return None, None
