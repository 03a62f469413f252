"""KB numbers: integers, printed KB818861; Q818861, 818861 and kb818861 are read; five to seven digits."""

from __future__ import annotations

import re

_KB = re.compile(r"(?:KB|Q)?([0-9]{5,7})", re.ASCII | re.IGNORECASE)


def parse_kb(text: str) -> int:
    """Read a KB number. Raises ValueError for anything but five to seven digits behind an optional KB or Q."""
    match = _KB.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a KB number: five to seven digits expected, such as KB818861")
    return int(match[1])
