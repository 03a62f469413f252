"""Paths with ``*`` and ``?``, for shells that do not expand them; brackets are part of a name.

``[1]`` and ``[backup]`` are usual names of folders of evidence: read as a pattern, they would lead to another server.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator

_BEFORE_NAMES = re.compile(r"(?:[\\/]{2}[?.][\\/])?")  # the question mark of \\?\ is none


def is_pattern(path: str) -> bool:
    """Whether a path has ``*`` or ``?`` in it."""
    return re.search(r"[*?]", _BEFORE_NAMES.sub("", path, count=1)) is not None


def fitting(pattern: str) -> Iterator[str]:
    """The paths that a pattern fits, in no certain order; ``**`` stands for any folders in one another."""
    prefix = _BEFORE_NAMES.match(pattern)
    start = prefix.end() if prefix else 0
    escaped = pattern[:start] + pattern[start:].replace("[", "[[]")
    return glob.iglob(escaped, recursive=True)  # noqa: PTH207  (Path.glob takes no absolute pattern)
