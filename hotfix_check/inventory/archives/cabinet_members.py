"""The members of a Windows cabinet (stored, MSZIP or LZX), read by the system's libarchive in one pass."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from typing import BinaryIO

from hotfix_check.inventory.archives.member import CHUNK, ArchiveFault, Member, Unpacked
from hotfix_check.inventory.archives.members import Taker, hand_over
from hotfix_check.inventory.archives.system_library import library_named

with library_named():
    import libarchive
    from libarchive.exception import ArchiveError

logging.getLogger("libarchive").addHandler(logging.NullHandler())  # its warnings are not ours to print


def read_cabinet(stream: BinaryIO, taker: Taker) -> None:
    """Offer every member. Raises ArchiveFault when the cabinet cannot be read to its end."""
    try:
        # Of libarchive only the reader of cabinets is let at the bytes.
        with libarchive.stream_reader(stream, format_name="cab", filter_name="none", block_size=CHUNK) as archive:
            for entry in archive:
                hand_over(taker, _member(entry), partial(_fill, entry))
    except ArchiveError as error:
        raise ArchiveFault(f"damaged, or of a kind that libarchive does not read: {error.msg}") from error


def _fill(entry: libarchive.entry.ArchiveEntry, unpacked: Unpacked) -> None:
    for block in entry.get_blocks(CHUNK):
        if not unpacked.write(block):
            return


def _member(entry: libarchive.entry.ArchiveEntry) -> Member:
    name = entry.pathname or ""
    return Member(
        name=name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name,  # bytes: not UTF-8
        kind="file" if entry.isfile else "other",
        size=entry.size or 0,
        local_time=_time(entry),
    )


def _time(entry: libarchive.entry.ArchiveEntry) -> datetime | None:
    """[MS-CAB] 2.3: the MS-DOS time of a clock on the wall; libarchive took it for this machine's, so it is undone."""
    try:
        return None if entry.mtime is None else datetime.fromtimestamp(entry.mtime)
    except (ValueError, OverflowError, OSError):
        return None
