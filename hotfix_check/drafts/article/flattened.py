"""Tables whose text was run together on one line (KB884874), as rows of cells.

``... in Control Panel.Date Time Version Size File name ------- 07-Dec-2004 23:04 5.5.2658.28 209,680 Imcmsg.dll
07-Dec-2004 ...`` becomes a header and a row of cells for each file. Everything else is left as it is.
"""

from __future__ import annotations

import re

from hotfix_check.drafts.article.cells import Cell, Kind, line_cells
from hotfix_check.drafts.article.columns import Column, Concept, header_line
from hotfix_check.drafts.article.text import Line, plain_line

_WORDS = (
    r"date|time|\(?utc\)?|file|name|names|filename|version|size|\((?:in[ ])?bytes\)|\(kb\)|platform|language|locale"
    r"|folder|path|modified|processor|operating|system|service|branch|sp|requirement|sha-?1|sha-?256|hash|number"
)
_HEADER = re.compile(rf"(?:(?:{_WORDS})(?![A-Za-z0-9])[ /:]{{0,8}}){{2,18}}", re.IGNORECASE)
_RULE = re.compile(r" {0,3}-{5,400} {0,3}")
_LONGEST_ROW = 220
_KINDS: dict[Concept, tuple[Kind, ...]] = {
    "date": ("date", "unreadable-date"), "time": ("time",), "datetime": ("date", "time"),
    "version": ("version", "decimal"), "size": ("size", "whole", "decimal"), "name": ("name", "path"),
    "platform": ("platform",), "language": ("language",), "folder": ("path", "word"),
    "other": ("word", "whole", "platform", "label", "version", "decimal"),
}  # fmt: skip
_SEVERAL: frozenset[Concept] = frozenset(("datetime", "platform", "language"))


def unflatten(text: str) -> list[Line]:
    """The lines that a long line was made of, or just the line."""
    lines: list[Line] = []
    done = 0
    for header in _HEADER.finditer(text):
        if header.start() < done:
            continue
        columns = header_line(header[0].strip())
        if columns is None or len(columns) < 2:
            continue
        start = header.end()
        rule = _RULE.match(text, start)
        if rule:
            start = rule.end()
        rows, end = _rows(text, start, columns)
        if not rows or not (rule or len(columns) >= 3 or not text[end:].strip()):
            continue
        if text[done : header.start()].strip():
            lines.append(plain_line(text[done : header.start()].rstrip()))
        cells = [tuple(column.label for column in columns), *rows]
        lines += [Line(" | ".join(row), "cells", row, "a table on one line") for row in cells]
        lines.append(Line("", "blank"))
        done = end
    if not lines:
        return [plain_line(text)]
    if text[done:].strip():
        lines.append(plain_line(text[done:].lstrip()))
    return lines


def _rows(text: str, start: int, columns: tuple[Column, ...]) -> tuple[list[tuple[str, ...]], int]:
    """The rows that follow a header, and where they end."""
    rows: list[tuple[str, ...]] = []
    while start < len(text):
        row, taken = _one_row(text[start : start + _LONGEST_ROW], columns)
        if not taken:
            break
        rows.append(row)
        start += taken
    return rows, start


def _one_row(window: str, columns: tuple[Column, ...]) -> tuple[tuple[str, ...], int]:
    """The first row, a cell for each column, and how much of the text it is; nothing where no file is named."""
    pieces = line_cells(window)
    row: list[str] = []
    at = end = valued = 0
    for column in columns:
        taken = _taken(pieces, at, column.concept)
        row.append(" ".join(piece.text for piece in pieces[at:taken] if piece.kind != "missing"))
        if taken > at:
            end = pieces[taken - 1].end
            valued += column.concept not in ("name", "other") and pieces[at].kind != "missing"
        elif column.concept == "name":
            return (), 0
        at = taken
    return (tuple(row), end) if valued else ((), 0)


def _taken(pieces: list[Cell], at: int, concept: Concept) -> int:
    """Past the last piece that a column takes."""
    if at < len(pieces) and pieces[at].kind == "missing":
        return at + 1
    past = at
    while past < len(pieces) and pieces[past].kind in _KINDS[concept]:
        past += 1
        if concept not in _SEVERAL:
            break
    return past
