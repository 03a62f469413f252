"""The seal of an index: the SHA-256 of all its bytes, behind the last of them.

A file that was cut, overwritten or edited no longer fits its seal. It shows damage, not who wrote the file: whoever
makes an index can seal it too.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from hotfix_check.errors import CatalogueError
from hotfix_check.frozen import dataclass

_MARK = b"\nhotfix-check index sha256 "  # SQLite does not look behind the pages that its header counts
SEAL_BYTES = len(_MARK) + 64
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Checked:
    """A file whose seal was found to fit: the digest, and what shows that its bytes were not touched since."""

    sha256: str
    stamp: tuple[int, int, int, int]


def sealed(data: bytes) -> bytes:
    """The content of a file with its seal."""
    return data + _MARK + hashlib.sha256(data).hexdigest().encode()


def check_seal(path: Path, otherwise: str) -> Checked:
    """Hold a file against its seal. Raises CatalogueError, with what to do ``otherwise``, where it does not fit.

    The bytes are read once, 1 MiB at a time: half a millisecond for the tool's own catalogue, 30 ms for 200,000 rows.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            left = status.st_size - SEAL_BYTES
            while left > 0 and (piece := stream.read(min(left, _PIECE))):
                digest.update(piece)
                left -= len(piece)
            seal = stream.read(SEAL_BYTES + 1)
    except OSError as error:
        raise CatalogueError(f"{path}: cannot be read: {error.strerror or error}") from None
    if seal != _MARK + digest.hexdigest().encode():
        raise CatalogueError(f"{path}: a damaged index (its bytes do not fit its checksum): {otherwise}")
    return Checked(digest.hexdigest(), stamp_of(status))


def stamp_of(status: os.stat_result) -> tuple[int, int, int, int]:
    """What changes when a file is written to, or another takes its place."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
