"""Text that is safe to print: what a stranger's file says must not move the cursor or turn the line around."""

from __future__ import annotations

import unicodedata
from textwrap import TextWrapper

_READABLE = 120  # columns; wider lines of prose are hard to follow
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text with control, format, surrogate and unassigned characters written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii") if unicodedata.category(character) in _HIDDEN else character
        for character in text
    )


def fill(line: str, width: int, *, indent: str = "  ", first: str = "") -> str:
    """The line, made visible, within ``width`` columns where its words allow; its own leading spaces are kept."""
    lead = first + line[: len(line) - len(line.lstrip(" "))]
    wrapper = TextWrapper(
        min(width, _READABLE),
        initial_indent=lead,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.fill(visible(line.lstrip(" ")))
