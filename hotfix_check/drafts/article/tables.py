"""Where the tables and lists of files are, and their rows.

Four shapes are known: lines under a header, lines without one, boxed grids (one box, or a box for each row), and rows
of cells from HTML or CSV. Which of them belong to a fix is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hotfix_check.drafts.article.cells import line_cells
from hotfix_check.drafts.article.columns import Column, header_line
from hotfix_check.drafts.article.grids import box_end, grid_tables
from hotfix_check.drafts.article.raw_table import RawTable, looks_like_row
from hotfix_check.drafts.article.rows import RawRow, row_from_line
from hotfix_check.drafts.article.text import Line

_MAY_BE_HEADER = re.compile(r"name|file|module|driver|dll", re.IGNORECASE)
_SMALL_WORDS = re.compile(r" (?:the|to|is|in|for|you|that|this|with|are|be|on|a|an) ")
_MAY_BE_ROW = re.compile(r"\d[\d.,/:-]")
_PROSE = re.compile(r"(?:(?<![.\w\\])[a-z]{2,20}[ ,]{1,3}){4}")
_SENTENCE = re.compile(r"[a-z]{2,}[.:!?]$")
_LOOK_AHEAD = 3
_MOST_BLANK = 2
_BULLET = re.compile(r"^( *)(?:[-•*] |\d{1,2}[.)] )(?=\S)")
_OR_LATER = re.compile(
    r"[ ,]{1,3}\(?(?:and|or) (?:later|newer|above|higher|greater)\)?(?: versions?)?[ ;,.]{0,3}(?:<br ?/?>)?$",
    re.IGNORECASE,
)
"""Windows 95 updates list ``Vredir.vxd version 4.00.1114 (dated 6/2/97) and later`` (KB153471)."""


def find_tables(lines: Sequence[Line]) -> list[RawTable]:
    """All tables and lists of files, in the order of the article."""
    tables: list[RawTable] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        found: list[RawTable] = []
        past = at + 1
        if line.kind == "cells":
            past = box_end(lines, at)
            found = grid_tables(lines, at, past)
        elif line.kind == "text" and len(line.text) < 400:
            columns = header_line(line.text) if _may_be_header(line.text) else None
            table = _headed(lines, at, columns) if columns else None
            if table is None and _MAY_BE_ROW.search(line.text) and not _PROSE.search(line.text):
                table = _bare(lines, at)
            if table:
                found, past = [table], table.last + 1
        tables.extend(found)
        at = past
    return tables


def _may_be_header(text: str) -> bool:
    return bool(_MAY_BE_HEADER.search(text)) and not _SMALL_WORDS.search(text)


def _headed(lines: Sequence[Line], at: int, columns: tuple[Column, ...]) -> RawTable | None:
    rows: list[RawRow] = []
    unread: list[str] = []
    last = at
    blanks = 0
    j = at + 1
    while j < len(lines):
        line = lines[j]
        if line.kind == "blank":
            blanks += 1
            if blanks > _MOST_BLANK:
                break
            j += 1
            continue
        if line.kind == "rule":
            j += 1
            continue
        if line.kind != "text" or len(line.text) > 400:
            break
        row = row_from_line(line.text, columns, j)
        if row and not row.strength and not _under_name(line.text, columns):
            row = None
        if row and not (blanks and rows and row.left_over):
            rows.append(row)
            last = j
            blanks = 0
            j += 1
            continue
        if header_line(line.text) or _underlined(lines, j):
            break
        if rows and last == j - 1 and (joined := _continued(rows[-1], line.text, columns)):
            rows[-1] = joined
            last = j
            j += 1
            continue
        if two := _broken_row(lines, j, columns):
            rows.append(two)
            last = j + 1
            blanks = 0
            j += 2
            continue
        if not rows and not blanks and j > at + 2:
            break
        ahead = _row_ahead(lines, j, columns)
        if ahead is None or (not rows and blanks):
            break
        unread.extend(other.text.strip() for other in lines[j:ahead] if looks_like_row(other))
        blanks = 0
        j = ahead
    if not rows:
        return None
    return RawTable(columns=columns, rows=tuple(rows), first=at, last=last, unread=tuple(unread))


def _under_name(text: str, columns: tuple[Column, ...]) -> bool:
    """Whether a line begins where the names stand: a bare name elsewhere is the rest of a broken line (KB124615)."""
    start = next(column.start for column in columns if column.concept == "name")
    return start != columns[0].start or abs(len(text) - len(text.lstrip()) - start) <= 2


def _underlined(lines: Sequence[Line], at: int) -> bool:
    return at + 1 < len(lines) and lines[at + 1].kind == "rule" and lines[at].text[:1] not in ("", " ")


def _row_ahead(lines: Sequence[Line], at: int, columns: tuple[Column, ...]) -> int | None:
    """The next row behind a remark (``-or-``, a footnote); None where prose or a new heading begins."""
    for ahead in range(at + 1, min(len(lines), at + 1 + _LOOK_AHEAD)):
        line = lines[ahead]
        if line.kind != "text" or _underlined(lines, ahead) or header_line(line.text):
            return None
        row = row_from_line(line.text, columns, ahead)
        if row and not row.left_over and row.strength:
            return ahead
    return None


def _continued(row: RawRow, text: str, columns: tuple[Column, ...]) -> RawRow | None:
    """The row with a wrapped cell joined: only words, standing under a column of words."""
    pieces = line_cells(text)
    if not 1 <= len(pieces) <= 6 or any(piece.kind in ("date", "time", "name", "version", "size") for piece in pieces):
        return None
    indent = pieces[0].start
    if indent < 12:
        return None
    under = [column for column in columns if column.start <= indent + 3]
    if not under or under[-1].concept not in ("platform", "language", "folder"):
        return None
    concept = under[-1].concept
    joined = f"{row.values.get(concept, '')} {text.strip()}".strip()
    return replace(row, values={**row.values, concept: joined})


def _broken_row(lines: Sequence[Line], at: int, columns: tuple[Column, ...]) -> RawRow | None:
    """A row broken over two lines."""
    if at + 1 >= len(lines) or lines[at + 1].kind != "text":
        return None
    first, second = line_cells(lines[at].text), line_cells(lines[at + 1].text)
    names = sum(piece.kind == "name" for piece in (*first, *second))
    if names != 1 or not first or not second or len(first) + len(second) > len(columns) + 2:
        return None
    if any(piece.kind in ("word", "path") for piece in (*first, *second)):
        return None
    row = row_from_line(f"{lines[at].text.rstrip()}  {lines[at + 1].text.strip()}", columns, at)
    return row if row and not row.left_over and row.strength >= 2 else None


def _bare(lines: Sequence[Line], at: int) -> RawTable | None:
    """Rows without a header: at least one line that its values alone make a row."""
    rows: list[RawRow] = []
    unread: list[str] = []
    last = at
    blanks = 0
    for j in range(at, len(lines)):
        line = lines[j]
        if line.kind == "blank":
            blanks += 1
            if blanks > 1:
                break
            continue
        if line.kind != "text" or len(line.text) > 400:
            break
        row = _bare_row(line, j)
        if row is None:
            if not blanks and looks_like_row(line) and rows:
                unread.append(line.text.strip())
                last = j
                continue
            break
        rows.append(row)
        last = j
        blanks = 0
    if not rows:
        return None
    or_later = all(_OR_LATER.search(lines[row.line].text) for row in rows)
    return RawTable(columns=None, rows=tuple(rows), first=at, last=last, unread=tuple(unread), or_later=or_later)


def _bare_row(line: Line, at: int) -> RawRow | None:
    text = _OR_LATER.sub("", _BULLET.sub(r"\1  ", line.text))
    if text.count("(") == text.count(")") + 1:
        text += ")"
    if not _MAY_BE_ROW.search(text) or _PROSE.search(text):
        return None
    row = row_from_line(text, None, at)
    if row is None or (_SENTENCE.search(text) and not re.search(r"\.\w{2,4}:?$|[ap]\.m\.$", text)):
        return None
    return row
