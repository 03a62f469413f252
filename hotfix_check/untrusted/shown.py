"""A stranger's value in an error message: on one line and short, whatever it is; paths as text; what hides in texts."""

from __future__ import annotations

import re
import reprlib
import unicodedata

LONGEST = 60  # characters of a value
LONGEST_PROBLEM = 400  # characters of what is wrong with it

_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control, format, surrogate, private, unassigned, separators
# Invisible and in none of these categories: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt; and
# two symbols with an empty picture, BRAILLE PATTERN BLANK and MUSICAL SYMBOL NULL NOTEHEAD.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef\u2800\U0001d159]"
)
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = LONGEST
_REPR.maxlevel = 3


def shown(value: object) -> str:
    """The value as Python writes it, cut to 60 characters."""
    if isinstance(value, int) and value.bit_length() > 256:
        return "a whole number of more than 70 digits"  # written down, thousands of digits would take their time
    text = repr(value) if isinstance(value, str) and len(value) < LONGEST else _REPR.repr(value)
    return clipped(text, LONGEST)


def clipped(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut to so many characters; what cannot be printed is written as an escape."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    if cut.isprintable():
        return cut
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in cut)


def one_line(text: str, longest: int = LONGEST_PROBLEM) -> str:
    """What a library or a stranger says, its lines joined to one, and clipped."""
    return clipped(" ".join(text.split()), longest)


def path_text(name: str) -> str:
    """A path as text that can always be written: bytes that are not UTF-8 become ``\\xff``."""
    if name.isascii():
        return name
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode("utf-8")


def path_of(text: str) -> str:
    """The path that ``path_text`` wrote so: ``\\xff`` is a byte again."""
    written = text.encode("utf-8", "surrogatepass")
    raw = re.sub(rb"\\x([89a-f][0-9a-f])", lambda found: bytes.fromhex(found[1].decode()), written)
    return raw.decode("utf-8", "surrogateescape")


def is_hidden(character: str) -> bool:
    """Whether a character could act on a terminal, reorder or hide text, or stand there unseen."""
    return unicodedata.category(character) in _CATEGORIES or _IGNORED.match(character) is not None
