"""Text that is safe to print: what a stranger's file says must not move the cursor or turn the line around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import TextWrapper

from hotfix_check.untrusted.shown import is_hidden

_READABLE = 120  # columns; wider lines of prose are hard to follow


def visible(text: str) -> str:
    """The text with control, format, surrogate, unassigned and invisible characters written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN)


class _Shown(dict[int, str]):
    """Each character as it is shown, by its number; the usual ones are looked up once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        shown = character.encode("unicode_escape").decode("ascii") if is_hidden(character) else character
        if code < _USUAL:
            self[code] = shown
        return shown


_USUAL = 0x3000
_SHOWN = _Shown()


def visible_lines(lines: Iterable[str]) -> str:
    """Lines as text, each one line whatever is in it."""
    return "".join(f"{visible(line)}\n" for line in lines)


def cell(value: object, most: int = 400) -> str:
    """A value for one cell of a table on a terminal: visible, and cut where a stranger's text would fill the screen."""
    text = visible(str(value))
    return text if len(text) <= most else f"{text[: most - 3]}..."


def cut(text: str, most: int) -> str:
    """Text that is cut where it is longer than a place has room for."""
    return text if len(text) <= most else f"{text[: most - 3].rstrip()}..."


def listed(label: str, entries: Sequence[str], width: int, most: int | None) -> str:
    """A heading and its entries, the first ``most`` of them where that is not None; the rest is counted."""
    kept = entries[:most]
    lines = [visible(label), *(fill(entry, width, indent="    ", first="  ") for entry in kept)]
    if len(kept) < len(entries):
        lines.append(f"  ... and {len(entries) - len(kept)} more (--all shows them)")
    return "\n".join(lines)


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
