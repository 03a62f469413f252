"""A file that was pointed at, opened once: every question about it is answered from the same bytes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hotfix_check.errors import HotfixCheckError
from hotfix_check.frozen import Frozen
from hotfix_check.pe.bytes import ReadAt, opened, positioned
from hotfix_check.untrusted.bounded import read_whole
from hotfix_check.untrusted.shown import path_text

HEAD_BYTES = 65_536
"""How much of a file is looked at to tell what it is."""


class OpenFile(Frozen):
    """A file's bytes, to be had while it is open, and what it is called.

    ``where`` is its path as given, for people; ``name`` its last part; ``head`` its first bytes. ``fd`` is None for
    bytes that lie on no disk.
    """

    where: str
    name: str
    size: int
    read_at: ReadAt
    head: bytes
    fd: int | None = None

    def whole(self, limit: int, what: str, error: type[HotfixCheckError]) -> bytes:
        """All of it. Raises ``error`` when it is too large to be ``what`` it should be, or changes meanwhile."""
        with self.stream() as stream:
            return read_whole(stream, self.size, self.where, limit, what, error)

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The file as a stream of its own, from its beginning."""
        if self.fd is None:
            yield io.BytesIO(self.read_at(0, self.size))
            return
        os.lseek(self.fd, 0, os.SEEK_SET)
        with os.fdopen(self.fd, "rb", closefd=False) as stream:
            yield stream


@contextmanager
def opened_file(path: Path) -> Iterator[OpenFile]:
    """The file at a path, a link followed. Raises OSError, or PeError for what is not a regular file."""
    with opened(path, follow=True) as (fd, status):
        read_at = positioned(fd)
        yield OpenFile(
            where=path_text(str(path)),
            name=path.name,
            size=status.st_size,
            read_at=read_at,
            head=read_at(0, HEAD_BYTES),
            fd=fd,
        )


def bytes_as_file(data: bytes, where: str, name: str) -> OpenFile:
    """Bytes that came another way than from a file here: a pipe, a URL, a process."""
    return OpenFile(
        where=where,
        name=name,
        size=len(data),
        read_at=lambda offset, size: data[offset : offset + size],
        head=data[:HEAD_BYTES],
    )
