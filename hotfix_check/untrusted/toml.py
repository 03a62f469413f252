"""TOML, read and written.

What strangers wrote is bounded before it is parsed, since tomllib's time and memory are not. What is written here is
as a person would: one row a line, native dates; a text reads back as the same text and, printed, moves no cursor.

Measured with tomllib of Python 3.11 on a megabyte: a file of ``[a]`` headers costs 106 MB, headers of 16 dotted parts
424 MB, one number of a million digits 114 MB; one key of 40,000 dotted parts (80 kB) costs 29 s and 6 GB.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from hotfix_check.errors import HotfixCheckError
from hotfix_check.untrusted.bounded import text_of
from hotfix_check.untrusted.shown import clipped, is_hidden

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
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


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


def toml_lines(table: Mapping[str, object], indent: str = "", *, rows: Iterable[str] = ()) -> list[str]:
    """``key = value`` lines; the lists named in ``rows`` get a line for each item."""
    lines: list[str] = []
    for key, item in table.items():
        if key in rows and isinstance(item, (list, tuple)):
            lines.append(f"{indent}{_key(key)} = [")
            lines.extend(f"{indent}  {toml_value(one)}," for one in item)
            lines.append(f"{indent}]")
        else:
            lines.append(f"{indent}{_key(key)} = {toml_value(item)}")
    return lines


def toml_value(item: object) -> str:
    """One value on one line; a time is written in UTC, one without a zone is taken for UTC."""
    match item:
        case bool():
            return "true" if item else "false"
        case datetime():
            moment = item.replace(tzinfo=UTC) if item.tzinfo is None else item.astimezone(UTC)
            return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
        case date():
            return item.isoformat()
        case int():
            return str(item)
        case str():
            return toml_string(item)
        case Mapping():
            inner = ", ".join(f"{_key(key)} = {toml_value(one)}" for key, one in item.items())
            return f"{{ {inner} }}" if inner else "{}"
        case Iterable():
            return f"[{', '.join(map(toml_value, item))}]"
    raise TypeError(f"no TOML for {type(item).__name__}")


def toml_string(text: str) -> str:
    """A basic string. A lone surrogate, which no TOML file can hold, becomes U+FFFD."""
    return f'"{"".join(_SHORT.get(character) or _escaped(character) for character in text)}"'


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_string(key)


def _escaped(character: str) -> str:
    if not is_hidden(character):
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
