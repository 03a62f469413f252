"""Reading a whole file that comes from strangers: never more than a stated number of bytes."""

from __future__ import annotations

from pathlib import Path

from hotfix_check.errors import HotfixCheckError


def read_bounded(path: Path, limit: int, what: str, error: type[HotfixCheckError]) -> bytes:
    """The bytes of a file; raises ``error`` when it cannot be read, or is too large to be ``what`` it should be."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as fault:
        raise error(f"{path}: cannot be read: {fault.strerror or fault}") from fault
    if len(data) > limit:
        raise error(f"{path}: larger than {limit} bytes, not {what}")
    return data
