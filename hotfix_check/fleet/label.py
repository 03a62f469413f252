"""What a source is called in rows and journal: its path as text, of which no other source has the same."""

from __future__ import annotations

import os
import re

from hotfix_check.untrusted.shown import path_text

_ESCAPE = "(?:x[89a-f][0-9a-f]|ud[89a-f][0-9a-f]{2})"
_ON_WINDOWS = os.name == "nt"  # where a backslash is always a separator, and next to nothing is escaped
_DOUBLED = re.compile(rf"(?<!\\)\\+(?={_ESCAPE}|[\ud800-\udfff])")
_SEPARATOR = re.compile(r"[/\\]" if _ON_WINDOWS else rf"/|\\(?!\\{{0,512}}{_ESCAPE})")


def label_of(place: str) -> str:
    """A path or URL as text that can be written: bytes that are not UTF-8 become ``\\xff``.

    A backslash of the name itself, where it would be taken for such an escape or stands before one, becomes two.
    """
    return path_text(place if _ON_WINDOWS else _DOUBLED.sub(lambda found: found[0] * 2, place))


def parts_of(label: str) -> list[str]:
    """The parts of a path or URL of any system; the backslash of an escape parts nothing."""
    return _SEPARATOR.split(label)
