"""File versions: four unsigned 16-bit numbers, as VS_FIXEDFILEINFO holds them.

Ordering is that of the tuple: 5.5.2658.3 < 5.5.2658.28. ``packaging.version.Version`` is not used for it: it
accepts epochs, post-releases and letters, which no file version has, and drops leading zeros.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FOUR_PARTS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){3}", re.ASCII)


class FileVersion(NamedTuple):
    """dwFileVersionMS and dwFileVersionLS as (major, minor, build, revision), each 0 to 65535."""

    major: int
    minor: int
    build: int
    revision: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.build}.{self.revision}"

    @classmethod
    def parse(cls, text: str) -> FileVersion:
        """Read ``5.5.2657.50``; leading zeros are read (15.02.1544.004 is 15.2.1544.4).

        Raises ValueError for anything but four dotted numbers of at most 65535.
        """
        if not _FOUR_PARTS.fullmatch(text):
            raise ValueError(f"{text!r} is not a file version: four dotted numbers expected, such as 5.5.2657.50")
        parts = [int(part) for part in text.split(".")]
        if max(parts) > 0xFFFF:
            raise ValueError(f"{text!r} is not a file version: each of its four numbers is at most 65535")
        return cls(*parts)
