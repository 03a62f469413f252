"""Where the tables and lists of files are, and their rows.

Four shapes are known: lines under a header, lines without one, boxed grids (one box, or a box for each row), and rows
of cells from HTML or CSV. Which of them belong to a fix is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hotfix_check.article.cells import Cell, line_cells
from hotfix_check.article.columns import Column, cell_concept, header_cells, header_line
from hotfix_check.article.rows import RawRow, row_from_cells, row_from_line
from hotfix_check.article.text import Line

_MAY_BE_HEADER = re.compile(r"name|file|module|driver|dll", re.IGNORECASE)
_SMALL_WORDS = re.compile(r" (?:the|to|is|in|for|you|that|this|with|are|be|on|a|an) ")
_MAY_BE_ROW = re.compile(r"\d[\d.,/:-]")
_PROSE = re.compile(r"(?:(?<![.\w\\])[a-z]{2,20}[ ,]{1,3}){4}")
_SENTENCE = re.compile(r"[a-z]{2,}[.:!?]$")
_LOOK_AHEAD = 3
_MOST_BLANK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Rows that stand together: ``first`` and ``last`` are the line numbers of the whole, header included."""

    columns: tuple[Column, ...] | None
    rows: tuple[RawRow, ...]
    first: int
    last: int
    heading: str | None = None
    """A row of one cell above these rows, inside the same grid."""
    unread: tuple[str, ...] = ()
    """Lines among the rows that look like rows and could not be read."""
    or_later: bool = False
    """Rows in words that end in "and later": the least versions that resolve the issue."""


def find_tables(lines: Sequence[Line]) -> list[RawTable]:
    """All tables and lists of files, in the order of the article."""
    tables: list[RawTable] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        found: list[RawTable] = []
        past = at + 1
        if line.kind == "cells":
            past = _box_end(lines, at)
            found = _grid_tables(lines, at, past)
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


def looks_like_row(line: Line) -> bool:
    """Whether a line that no table took should be shown to a person: a file name, and values beside it."""
    if line.kind == "cells":
        return any("." in cell for cell in line.cells) and bool(re.search(r"\d[.,/:]\d", line.text))
    text = line.text.strip()
    if (
        line.kind != "text"
        or len(text) > 120
        or not _MAY_BE_ROW.search(text)
        or _PROSE.search(text)
        or _SENTENCE.search(text)
        or "://" in text
    ):
        return False
    kinds = [piece.kind for piece in line_cells(text)]
    values = sum(kind in ("date", "unreadable-date", "time", "size", "version") for kind in kinds)
    words = kinds.count("word")
    return kinds.count("name") == 1 and values >= 1 and words <= values + 1


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


_BULLET = re.compile(r"^( *)(?:[-•*] |\d{1,2}[.)] )(?=\S)")
_OR_LATER = re.compile(
    r"[ ,]{1,3}\(?(?:and|or) (?:later|newer|above|higher|greater)\)?(?: versions?)?[ ;,.]{0,3}(?:<br ?/?>)?$",
    re.IGNORECASE,
)
"""Windows 95 updates list ``Vredir.vxd version 4.00.1114 (dated 6/2/97) and later`` (KB153471)."""


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


def _box_end(lines: Sequence[Line], at: int) -> int:
    """Past the last line of a grid; boxes with nothing but blank lines between them are one grid."""
    end = at
    blanks = 0
    width = len(lines[at].cells)
    for j in range(at, len(lines)):
        kind = lines[j].kind
        if kind == "blank":
            blanks += 1
            if blanks > 2:
                break
        elif kind == "rule":
            blanks = 0
        elif kind == "cells" and (not blanks or len(lines[j].cells) == width):
            end = j
            blanks = 0
        else:
            break
    return end + 1


def _grid_tables(lines: Sequence[Line], start: int, past: int) -> list[RawTable]:
    tables: list[RawTable] = []
    columns: tuple[Column, ...] | None = None
    heading: str | None = None
    first = start
    rows: list[RawRow] = []
    unread: list[str] = []

    def close(last: int) -> None:
        if rows or unread:
            tables.append(
                RawTable(
                    columns=columns, rows=tuple(rows), first=first, last=last, heading=heading, unread=tuple(unread)
                )
            )
        rows.clear()
        unread.clear()

    previous = start
    for at, cells in _turned(_ruled_rows(lines, start, past)):
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        header = header_cells(cells)
        if header:
            close(previous)
            columns, first = header, at if tables else start
        elif len(filled) == 1 and len(cells) > 1 and not re.search(r"\.\w{1,4}\b", filled[0]):
            close(previous)
            heading, first = filled[0], at
        elif row := row_from_cells(cells, columns, at):
            rows.append(row)
        elif looks_like_row(lines[at]):
            unread.append(" | ".join(filled))
        previous = at
    close(past - 1)
    return tables


def _turned(rows: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    """A table that stands on its side (``File name | A.dll``, ``File size | 10``): a header and a row for each file."""
    concepts = [cell_concept(cells[0]) for _, cells in rows]
    if len(rows) < 3 or any(len(cells) != 2 for _, cells in rows) or None in concepts or concepts[0] != "name":
        return rows
    starts = [index for index, concept in enumerate(concepts) if concept == "name"]
    turned = []
    for first, past in zip(starts, [*starts[1:], len(rows)], strict=True):
        block = rows[first:past]
        turned += [(block[0][0], tuple(cells[side] for _, cells in block)) for side in (0, 1)]
    return turned


def _ruled_rows(lines: Sequence[Line], start: int, past: int) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a grid; where rules part all rows, the lines between two rules are one row with wrapped cells."""
    groups: list[list[tuple[int, tuple[str, ...]]]] = [[]]
    for at in range(start, past):
        if lines[at].kind == "cells":
            groups[-1].append((at, lines[at].cells))
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    rows: list[tuple[int, tuple[str, ...]]] = []
    for group in groups:
        if len(group) == 1 or len(groups) < 2:
            rows.extend(_with_wrapped(group))
        elif _one_row(group):
            rows.append((group[0][0], _join([cells for _, cells in group])))
        else:
            rows.extend(_with_wrapped(group))
    return rows


def _one_row(group: list[tuple[int, tuple[str, ...]]]) -> bool:
    """Whether the lines between two rules are one row: some line of them is no row of its own, and at most one is."""
    if header_cells(group[0][1]):
        return False
    if len({len(cells) for _, cells in group}) != 1:
        return False
    rows = sum(row_from_cells(cells, None, at) is not None for at, cells in group)
    return rows < len(group) and rows <= 1


def _with_wrapped(group: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    """Lines whose first cells are empty joined to the row above."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for at, cells in group:
        if rows and len(cells) == len(rows[-1][1]) >= 2 and not cells[0] and any(cells) and _only_words(cells):
            rows[-1] = (rows[-1][0], _join([rows[-1][1], cells]))
        else:
            rows.append((at, cells))
    return rows


def _only_words(cells: tuple[str, ...]) -> bool:
    pieces: list[Cell] = [piece for cell in cells if cell for piece in line_cells(cell)]
    return all(piece.kind in ("word", "platform", "language", "label", "whole") for piece in pieces)


def _join(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    joined = []
    for pieces in zip(*parts, strict=True):
        filled = [piece for piece in pieces if piece]
        glue = "" if any(piece.endswith(("\\", ".", "_")) for piece in filled[:-1]) or _is_split_name(filled) else " "
        joined.append(glue.join(filled))
    return tuple(joined)


def _is_split_name(filled: list[str]) -> bool:
    return len(filled) == 2 and filled[1].startswith(".") and " " not in "".join(filled)
