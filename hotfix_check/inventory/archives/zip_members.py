"""The members of a zip archive, read by the standard library."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO, cast

from hotfix_check.inventory.archives.member import MAX_ENTRIES, ArchiveFault, Member, MemberFault, Unpacked
from hotfix_check.inventory.archives.members import Taker, hand_over
from hotfix_check.inventory.file_facts import utc_time
from hotfix_check.inventory.files import has_archive_suffix

MAX_DIRECTORY_BYTES = 128 << 20
_ENTRY = b"PK\x01\x02"  # APPNOTE 4.3.12: each entry of the central directory begins so
_ENCRYPTED = 0x1
_BY_ZIPFILE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # it unpacks no more of these than is asked for
_PIECE_BY_PIECE = (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_NOT_READ = {9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}  # APPNOTE 4.4.5
_UNIX = 3  # APPNOTE 4.4.2: made on Unix, the upper half of the external attributes is st_mode
_UNIX_TIMES, _NTFS_TIMES = 0x5455, 0x000A


class _BoundedDirectory:
    """A file that refuses to give a central directory of too many bytes or entries: zipfile reads it whole, at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.tell, self.seek, self.seekable = stream.tell, stream.seek, stream.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY_BYTES:
            raise ArchiveFault(f"its directory says it has {size} bytes, and at most {MAX_DIRECTORY_BYTES} are read")
        data = self._stream.read(size)
        if data.startswith(_ENTRY) and data.count(_ENTRY) > MAX_ENTRIES:
            raise ArchiveFault(f"it has more than {MAX_ENTRIES} entries")
        return data


def read_zip(stream: BinaryIO, taker: Taker) -> None:
    """Offer every member. Raises ArchiveFault when the archive cannot be read."""
    try:
        archive = zipfile.ZipFile(_BoundedDirectory(stream))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, UnicodeDecodeError, NotImplementedError) as error:
        raise ArchiveFault(f"damaged: {error}") from error
    with archive:
        unlisted = min((info.header_offset for info in archive.infolist()), default=0)
        if unlisted:
            raise ArchiveFault(
                f"damaged, or several archives in one: its directory lists nothing in its first {unlisted} bytes"
            )
        # An archive within is opened only when nothing beside it is evidence, so it comes last.
        for info in sorted(archive.infolist(), key=lambda info: has_archive_suffix(info.filename)):
            hand_over(taker, _member(info), partial(_fill, archive, info))


def _fill(archive: zipfile.ZipFile, info: zipfile.ZipInfo, unpacked: Unpacked) -> None:
    """Take a member's content, as far as it is wanted. Raises MemberFault."""
    try:
        _unpack(archive, info, unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise MemberFault(f"damaged: {str(error) or 'it ends too early'}") from error
    except (ImportError, NotImplementedError, RuntimeError) as error:  # a Python can be without bz2 or lzma
        raise MemberFault(f"not unpacked: {error}") from error


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, unpacked: Unpacked) -> None:
    method = info.compress_type
    if method in _BY_ZIPFILE:
        with archive.open(info) as content:
            unpacked.fill(cast(BinaryIO, content))
    elif method in _PIECE_BY_PIECE:
        from hotfix_check.inventory.archives.zip_packed import fill_from_packed

        with archive.open(_as_stored(info)) as packed:
            fill_from_packed(unpacked, cast(BinaryIO, packed), info)
    else:
        raise MemberFault(f"not unpacked: it is compressed by {_NOT_READ.get(method, 'another method')} ({method})")


def _as_stored(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same member, as if its content were the bytes that it is packed in."""
    stored = copy(info)
    stored.compress_type, stored.file_size = zipfile.ZIP_STORED, info.compress_size
    stored.CRC = None  # type: ignore[assignment]  # of the content, so not looked at here
    return stored


def _member(info: zipfile.ZipInfo) -> Member:
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    modified = _utc(info)
    return Member(
        name=info.filename,
        kind="folder" if info.is_dir() else "symlink" if stat.S_ISLNK(mode) else "file",
        size=info.file_size,
        modified=modified,
        local_time=None if modified else _local(info),
        encrypted=bool(info.flag_bits & _ENCRYPTED),
        crc=info.CRC if info.compress_type in _PIECE_BY_PIECE else None,
    )


def _utc(info: zipfile.ZipInfo) -> datetime | None:
    """The time of an extra field that has one in UTC.

    0x5455: the Info-ZIP extended timestamp, seconds since 1970. 0x000a: APPNOTE 4.5.5, hundreds of nanoseconds since
    1601.
    """
    for kind, data in _extra_fields(info.extra):
        if kind == _UNIX_TIMES and len(data) >= 5 and data[0] & 1:
            return utc_time(struct.unpack_from("<i", data, 1)[0])
        if kind == _NTFS_TIMES and len(data) >= 16 and struct.unpack_from("<HH", data, 4) == (1, 24):
            (ticks,) = struct.unpack_from("<Q", data, 8)
            try:
                return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=ticks // 10_000_000)
            except OverflowError:
                return None
    return None


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]


def _local(info: zipfile.ZipInfo) -> datetime | None:
    """The MS-DOS time, of the clock on the wall where the archive was made (APPNOTE 4.4.6)."""
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None
