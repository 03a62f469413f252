"""Rows that stand together in an article, before it is decided whether they belong to a fix."""

from __future__ import annotations

import re
from dataclasses import field

from hotfix_check.drafts.article.cells import line_cells
from hotfix_check.drafts.article.columns import Column, Concept
from hotfix_check.drafts.article.text import Line
from hotfix_check.frozen import Frozen

MAY_BE_ROW = re.compile(r"\d[\d.,/:-]")
_REMARK = re.compile(r"(?:notes?|important|caution|warning|see|or|and|tip)\b|[-*]", re.IGNORECASE)
_HAS_NAME = re.compile(r"\.[A-Za-z_$~!]|\.\d{3}\b")
PROSE = re.compile(r"(?<![.\w\\])(?:[a-z]{2,20}+[ ,]{1,3}+){4}")
SENTENCE_END = re.compile(r"[a-z]{2,}[.:!?]$")


_PROCESSORS = ("x86", "x64", "i386", "ia64", "amd64")


class RawRow(Frozen):
    """A row before its values are read: the printed text of each column, and what no column took."""

    values: dict[Concept, str]
    line: int
    several: tuple[tuple[str, str], ...] = ()
    """The columns of a kind that the table has several of, as (header, text): a version for each product (KB233476)."""
    left_over: tuple[str, ...] = ()
    strength: int = field(default=0, compare=False)


class RawTable(Frozen):
    """Rows that stand together: ``first`` and ``last`` are the line numbers of the whole, header included."""

    columns: tuple[Column, ...] | None
    rows: tuple[RawRow, ...]
    first: int
    last: int
    heading: str | None = None
    """A row of one cell above these rows, inside the same grid."""
    unread: tuple[str, ...] = ()
    """Lines among the rows that look like rows and could not be read."""
    read_as: str = ""
    """What the rows were read from, in words."""
    or_later: bool = False
    """Rows in words that end in "and later": the least versions that resolve the issue."""


def is_caption(text: str) -> bool:
    """Whether a line among rows can name those below it: a few words, no sentence, no remark, no values."""
    text = text.strip()
    words = text.rstrip(":").split()
    return (
        1 <= len(words) <= 10
        and len(text) <= 90
        and (text[0].isupper() or text[0].isdigit() or text.startswith(_PROCESSORS))
        and not text.endswith((".", ",", ";", "?", "!"))
        and not is_remark(text)
        and not any(piece.kind in ("name", "path", "date", "time", "size") for piece in line_cells(text))
    )


def is_remark(text: str) -> bool:
    """Whether a row of one cell is a note or a sentence: no heading, and no file."""
    text = text.strip()
    return bool(_REMARK.match(text)) or (text.endswith(".") and " " in text)


def looks_like_row(line: Line) -> bool:
    """Whether a line that no table took should be shown to a person: a file name, and values beside it."""
    if line.kind == "cells":
        return any("." in cell for cell in line.cells) and bool(re.search(r"\d[.,/:]\d", line.text))
    text = line.text.strip()
    if (
        line.kind != "text"
        or len(text) > 120
        or not _HAS_NAME.search(text)
        or not MAY_BE_ROW.search(text)
        or PROSE.search(text)
        or SENTENCE_END.search(text)
        or "://" in text
    ):
        return False
    kinds = [piece.kind for piece in line_cells(text)]
    values = sum(kind in ("date", "unreadable-date", "time", "size", "version") for kind in kinds)
    words = kinds.count("word")
    return kinds.count("name") == 1 and values >= 1 and words <= values + 1
