"""TOML that strangers wrote: bounded before it is parsed, since tomllib's time and memory are not.

Measured with tomllib of Python 3.11 on a megabyte: a file of ``[a]`` headers costs 106 MB, headers of 16 dotted parts
424 MB, one number of a million digits 114 MB; one key of 40,000 dotted parts (80 kB) costs 29 s and 6 GB.
"""

from __future__ import annotations

import re
from typing import Any

from hotfix_check.errors import HotfixCheckError
from hotfix_check.untrusted.bounded import text_of
from hotfix_check.untrusted.shown import clipped

MAX_PARTS = 8  # of a dotted key; the formats here have two
MAX_BARE = 1000  # characters without a blank, outside quotes: a key, a number
MAX_MARKS = 1024 * 1024  # opening brackets and dots outside quotes; each may cost a kilobyte

# Possessive: each quoted text and comment is passed over once, closed or not.
_QUOTED = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5})?'
    r"|'''(?:[^']++|'(?!''))*+(?:'{3,5})?"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_LONG = re.compile(
    rf"(?<![^\s.=,\[\]{{}}\"])[^\s.=,\[\]{{}}\"]{{{MAX_BARE + 1}}}"
    rf"|\.(?:[ \t]*+[^\s.=,\[\]{{}}]*+[ \t]*+\.){{{MAX_PARTS - 1}}}"
)


def parse_toml(data: bytes, where: str, what: str, error: type[HotfixCheckError]) -> dict[str, Any]:
    """The document. Raises ``error`` with the line for what is not TOML, or is more than the constants above allow."""
    import tomllib  # slow to import, and not needed where the catalogue is an index

    text = text_of(data, where, f"{what} (TOML)", error)
    bare = _QUOTED.sub('""', text)
    if bare.count("[") + bare.count("{") + bare.count(".") > MAX_MARKS:
        raise error(f"{where}: more than {MAX_MARKS} tables, lists and dotted keys: not {what}")
    if _LONG.search(bare):
        raise error(f"{where}: {_long_place(text)}")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise error(f"{where}: not a TOML file: lists or tables nested too deeply") from None
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{where}: not a TOML file: {clipped(str(fault), 200)}") from None
    except ValueError as fault:  # of a number that Python will not read
        raise error(f"{where}: not a TOML file: {clipped(str(fault).partition(';')[0], 200)}") from None


def _long_place(text: str) -> str:
    """The line of the first too long word or key, in words."""
    bare = _QUOTED.sub(lambda quoted: '""' + "\n" * quoted[0].count("\n"), text)
    found = _LONG.search(bare)
    if found is None:  # a text of several lines stood inside the key
        return f"a key of more than {MAX_PARTS} dotted parts"
    line = bare.count("\n", 0, found.start()) + 1
    if found[0].startswith("."):
        return f"line {line}: a key of more than {MAX_PARTS} dotted parts"
    return f"line {line}: a word of more than {MAX_BARE} characters ({clipped(found[0], 20)})"
