"""Bytes of an article to text, and text to lines.

A ``Line`` is what every later step works on: a line of text, a row of cells (of a boxed grid, an HTML table or a
CSV file), a rule (``-----`` or ``+---+``) or a blank line. Nothing behind this module knows what the input looked like.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from hotfix_check.errors import ArticleError
from hotfix_check.frozen import dataclass

MAX_ARTICLE_BYTES = 16 * 1024 * 1024
"""An article or a file list larger than this is refused; the largest known CSV lists have a few megabytes."""

MAX_GRID_LINE = 4096
"""A line longer than this is never a row of a boxed grid."""

LineKind = Literal["text", "heading", "cells", "rule", "blank"]

_BINARY_STARTS = (
    (b"MZ", "a program or DLL"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an Office document or an installer"),
    (b"MSCF", "a cabinet file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
_ODD_CHARACTERS = (
    dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
    | dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " ")
    | dict.fromkeys(map(ord, "\u2010\u2011\u2212"), "-")
    | dict.fromkeys(map(ord, "\u2502\u2503\u2551"), "|")
    | dict.fromkeys(range(0x250C, 0x254C), "+")
    | dict.fromkeys(map(ord, "\u25cf\u25aa\u25e6\u2023\uf0b7\uf0a7"), "\u2022")  # bullets of Word and of PDFs
    | dict(zip(range(0xFF10, 0xFF1A), "0123456789", strict=True))  # as wide as a Japanese letter
    | dict(zip(map(ord, "\uff0e\uff0c\uff0d\uff0f"), ".,-/", strict=True))
    | dict(zip(range(0xFB00, 0xFB05), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))  # one character each in PDFs
)
_RULE = re.compile(r"[\s+|¦:=_*\u2500\u2501\u2550\u2014\u2013-]{3,}")
_BULLETS = ("\u2022", "\u00b7", "*", "o")
"""What a Markdown copy of a page has in the first cell of a list that was laid out as a table."""
_RULE_MARKS = re.compile(r"[-=_\u2500\u2501\u2550\u2014\u2013]{3}|[-=_] [-=_] [-=_]|:?-{2}")
_MARKDOWN_RULE = re.compile(r"\s{0,20}:?-{2,400}:?\s{0,20}")
_MARKDOWN_HEADING = re.compile(r"#{1,6} \S")
_MARKDOWN_SECTION = re.compile(r"#{2,6} [A-Z]")
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:https?:/|[/#.])[^()\s]{0,400}\)")
_MARKDOWN_MARKS = re.compile(r"`|\*\*|\\(?=[_*|`.~#-])")
_MARKDOWN_BOLD = re.compile(r"(?<!\w)__([^_\n]+)__(?!\w)")  # not within a word: A__.dll is a name
CHUNK = re.compile(r"\S+(?: \S+)*")
"""What wide gaps part in a line."""
_QUOTED = re.compile(r'(?:(?<=\t)|^)"([^"\t]*)"(?=\t|$)')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an article: ``cells`` is filled for kind ``cells`` only; ``text`` keeps its indentation."""

    text: str
    kind: LineKind
    cells: tuple[str, ...] = ()
    read_as: str = ""
    """Where cells were made of running text: what it looked like."""


def is_underlined(lines: Sequence[Line], at: int) -> bool:
    """Whether a rule stands right below a line."""
    return at + 1 < len(lines) and lines[at + 1].kind == "rule"


def run_of_text(lines: Sequence[Line], at: int, *, longest: int) -> Iterator[int]:
    """The places of the lines of text from here on, up to a longer one, two blank ones, or a line of another kind."""
    last = at - 1
    for place in range(at, len(lines)):
        line = lines[place]
        if line.kind == "text" and len(line.text) <= longest:
            last = place
            yield place
        elif line.kind != "blank" or place > last + 1:
            return


def decode_article(data: bytes) -> str:
    """The text of an article: UTF-8, UTF-16 with byte order mark, else Windows-1252.

    Raises ArticleError for what is not text (a program, an archive, a PDF, bytes full of control characters), for
    nothing at all, and for more than ``MAX_ARTICLE_BYTES``.
    """
    if len(data) > MAX_ARTICLE_BYTES:
        raise ArticleError(f"more than {MAX_ARTICLE_BYTES // 1024 // 1024} MiB: not a KB article")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ArticleError(f"starts like UTF-16 but is not: {error.reason} at byte {error.start}") from None
    else:
        for start, what in _BINARY_STARTS:
            if data.startswith(start):
                raise ArticleError(f"{what}, not the text or HTML of a KB article")
        if b"\0" in data:
            raise ArticleError("binary data, not the text or HTML of a KB article")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Five bytes have no meaning in Windows-1252; Latin-1 would make control characters of 27 more.
            text = data.decode("cp1252", errors="replace")
    sample = text[:65536]
    if len(_CONTROL.findall(sample)) * 50 > len(sample) or sample.count("\ufffd") * 20 > len(sample) > 0:
        raise ArticleError("binary data, not the text or HTML of a KB article")
    if not text.strip():
        raise ArticleError("nothing in it")
    return text


def plain_characters(text: str) -> str:
    """The text with plain spaces and hyphens for odd ones, and without those that nobody sees."""
    return text if text.isascii() else text.translate(_ODD_CHARACTERS)


def text_lines(text: str) -> list[Line]:
    """The lines of plain text: tabs widened to columns of eight, odd spaces made plain, grid rows split into cells."""
    text = plain_characters(text)
    if "](" in text:
        text = _MARKDOWN_LINK.sub(r"\1", text)
    return _markdown([plain_line(_unquoted(line.rstrip()).expandtabs(8)) for line in text.splitlines()])


def _unquoted(line: str) -> str:
    """A line without the quotation marks around its cells, which a spreadsheet puts there; tabs part them."""
    return _QUOTED.sub(r"\1", line) if '"' in line and "\t" in line.lstrip() else line


def _markdown(lines: list[Line]) -> list[Line]:
    """The same lines with the tables of a Markdown copy as rows of cells: ``Name | Size`` above ``--- | ---``.

    In such a copy ``## Text`` is a heading, and the marks around words (`` ` ``, ``**``, a backslash) go. One without
    a table has headings of the second level; ``# Text`` alone may be a comment of a sample.
    """
    rules = [at for at, line in enumerate(lines) if at and _is_markdown_rule(line.text)]
    if not rules and not any(_MARKDOWN_SECTION.match(line.text) for line in lines):
        return lines
    made = list(lines)
    for rule in rules:
        width = len(_markdown_cells(lines[rule].text))
        first = rule - 1
        if len(_markdown_cells(lines[first].text)) != width:
            continue
        past = rule + 1
        while past < len(lines) and "|" in lines[past].text and lines[past].kind != "rule":
            past += 1
        made[rule] = Line("", "blank")
        for at in (first, *range(rule + 1, past)):
            cells = _markdown_cells(lines[at].text)
            made[at] = Line(" | ".join(cells), "cells", (*cells[:width], *[""] * (width - len(cells))))
    return [
        Line(line.text.strip("# "), "heading") if line.kind == "text" and _MARKDOWN_HEADING.match(line.text) else line
        for line in made
    ]


def _is_markdown_rule(text: str) -> bool:
    if "|" not in text or "--" not in text or len(text) > MAX_GRID_LINE:
        return False
    cells = text.strip().strip("|").split("|")
    return len(cells) >= 2 and all(_MARKDOWN_RULE.fullmatch(cell) for cell in cells)


def _markdown_cells(text: str) -> tuple[str, ...]:
    if "|" not in text or len(text) > MAX_GRID_LINE:
        return ()
    text = text.strip()
    inner = text[text.startswith("|") : len(text) - (text.endswith("|") and len(text) > 1)]
    cells = (_MARKDOWN_BOLD.sub(r"\1", cell.replace("<br>", " ").replace("&nbsp;", " ")) for cell in inner.split("|"))
    return tuple(_MARKDOWN_MARKS.sub("", cell).strip() for cell in cells)


def plain_line(line: str) -> Line:
    """One line of plain text, with its kind."""
    stripped = line.strip()
    if not stripped:
        return Line("", "blank")
    if not stripped[0].isalnum() and _RULE.fullmatch(stripped) and _RULE_MARKS.search(stripped):
        return Line(line, "rule")
    if stripped[0] in "|¦" and len(stripped) <= MAX_GRID_LINE:
        cells = tuple(cell.strip() for cell in re.split(r"[|¦]", stripped.strip("|¦")))
        if len(cells) == 2 and cells[0] in _BULLETS:
            return Line(f" - {cells[1]}", "text")
        if len(stripped) == 1:
            return Line("", "blank")
        if len(cells) >= 2:
            return Line(line, "cells", cells)
        if len(stripped) > 2 and stripped[-1] in "|¦":
            return Line(line, "cells", (*cells, ""))  # a row of one cell: a note, or a heading in the grid
    return Line(line, "text")
