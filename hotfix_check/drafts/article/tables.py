"""Where the tables and lists of files are, and their rows.

Four shapes are known: lines under a header, lines without one, boxed grids (one box, or a box for each row), and rows
of cells from HTML or CSV. Which of them belong to a fix is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from hotfix_check.drafts.article.cells import Cell, Kind, cell_kind, line_cells
from hotfix_check.drafts.article.columns import Column, Concept, cell_concept, header_cells, header_line, repeated
from hotfix_check.drafts.article.laying import STRONG
from hotfix_check.drafts.article.rows import (
    MAY_BE_ROW,
    PROSE,
    SENTENCE_END,
    RawRow,
    RawTable,
    is_caption,
    is_remark,
    looks_like_row,
    row_from_cells,
    row_from_line,
)
from hotfix_check.drafts.article.side_by_side import one_below_another
from hotfix_check.drafts.article.text import Line, is_underlined, run_of_text
from hotfix_check.drafts.article.values import is_language, is_platform
from hotfix_check.frozen import replace

_MAY_BE_HEADER = re.compile("name|file|module|driver|dll|datei|fichier|archivo|nome|arquivo|bestand|имя|名|이름")
_SMALL_WORDS = re.compile(r" (?:the|to|is|in|for|you|that|this|with|are|be|on|a|an) ")
_HAS_NAME_OR_VALUES = re.compile(r"\.[A-Za-z_$~!]|\.\d{3}\b|\d[/:,]\d.*?\d[/:,]\d|\d[/-][\w]+[/-]\d")
_FUNCTION_WORDS = re.compile(r" (?:in|for|of|with|from|to|by|is|are|as|at|the|a|an|when|if|on|via|requires?) ")
"""What no list of files has beside its values: "Wxlist.sup in WordMaster 6.0 for Windows" is a sentence."""
_VALUE_BELOW: dict[Kind, Concept] = {"size": "size", "version": "version", "date": "date", "time": "time"}
_LOOK_AHEAD = 3
_LONGEST = 400
_LONGEST_HEADER = 250
_MOST_BLANK = 2
_OPENING = re.compile(r"\s*([A-Z][A-Za-z() -]{1,30}):\s+")
"""A list may name the language before the file: "Danish:  Winload.sys dated 02/06/97" """
_OF_LANGUAGES = re.compile(r"pan[- ]\w+|(?:all )?other(?:s| languages?)", re.IGNORECASE)
_OF_COUNTRY = re.compile(r" \([A-Z][A-Za-z ]+\)$")
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
        past = at + 1
        if line.kind == "cells":
            past = box_end(lines, at)
            tables += grid_tables(lines, at, past)
        elif line.kind == "text" and len(line.text) < _LONGEST:
            found = _text_tables(lines, at)
            if found:
                tables += found
                past = found[-1].last + 1
        at = past
    return tables


def _text_tables(lines: Sequence[Line], at: int) -> list[RawTable]:
    """The tables that begin at a line of text, with a header or without."""
    text = lines[at].text
    may_be_header = len(text) <= _LONGEST_HEADER and _MAY_BE_HEADER.search(text.lower())
    columns = header_line(text) if may_be_header and not _SMALL_WORDS.search(text) else None
    found = _Headed(lines, at, columns).tables() if columns else []
    if not found and MAY_BE_ROW.search(text) and not PROSE.search(text) and (bare := _bare(lines, at)):
        return [bare]
    return found


class _Headed:
    """The rows under one header, while they are gathered; a caption among them begins another table."""

    def __init__(self, lines: Sequence[Line], at: int, columns: tuple[Column, ...]) -> None:
        self._lines = lines
        self._columns = columns
        self._first = self._last = at
        self._next = at + 1
        self._blanks = 0
        self._heading: str | None = None
        self._rows: list[RawRow] = []
        self._unread: list[str] = []
        self._tables: list[RawTable] = []

    def tables(self) -> list[RawTable]:
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if line.kind == "blank":
                self._blanks += 1
                if self._blanks > _MOST_BLANK:
                    break
                self._next += 1
            elif line.kind == "rule":
                self._next += 1
            elif line.kind != "text" or len(line.text) > _LONGEST or not self._take(line.text):
                break
        self._close()
        return self._tables

    def _take(self, text: str) -> bool:
        """Whether a line, with some that follow it perhaps, belongs to the table."""
        at, columns = self._next, self._columns
        row = row_from_line(text, columns, at)
        if row and not row.strength and not _under_name(text, columns):
            row = None
        if row and not (self._blanks and row.left_over and (self._rows or self._tables)):
            self._add(row, at)
            return True
        if header_line(text) or _underlined(self._lines, at):
            return False
        below = self._rows and self._last == at - 1
        if below and (
            joined := _with_values_below(self._rows[-1], text, columns) or _continued(self._rows[-1], text, columns)
        ):
            self._rows.pop()
            self._add(joined, at)
            return True
        if two := _broken_row(self._lines, at, columns):
            self._add(two, at + 1)
            return True
        return self._pass_over(at)

    def _add(self, row: RawRow, last: int) -> None:
        self._rows.append(row)
        self._last = last
        self._next = last + 1
        self._blanks = 0

    def _pass_over(self, at: int) -> bool:
        """Whether rows go on behind this line: behind a remark, or under a caption of their own."""
        if not (self._rows or self._tables) and (self._blanks or at > self._first + 2):
            return False
        ahead = _row_ahead(self._lines, at, self._columns)
        if ahead is None:
            return False
        between = [line for line in self._lines[at:ahead] if line.kind == "text"]
        if len(between) == 1 and is_caption(between[0].text):
            self._close()
            self._heading, self._first = between[0].text.strip().rstrip(":"), at
        else:
            self._unread += [line.text.strip() for line in between if looks_like_row(line)]
        self._blanks = 0
        self._next = ahead
        return True

    def _close(self) -> None:
        if self._rows:
            self._tables.append(
                RawTable(
                    columns=self._columns,
                    rows=tuple(self._rows),
                    first=self._first,
                    last=self._last,
                    heading=self._heading,
                    unread=tuple(self._unread),
                    read_as="text under a header",
                )
            )
        self._rows, self._unread = [], []


def _under_name(text: str, columns: tuple[Column, ...]) -> bool:
    """Whether a line begins where the names stand: a bare name elsewhere is the rest of a broken line (KB124615)."""
    start = next(column.start for column in columns if column.concept == "name")
    return start != columns[0].start or abs(len(text) - len(text.lstrip()) - start) <= 2


def _underlined(lines: Sequence[Line], at: int) -> bool:
    return is_underlined(lines, at) and lines[at].text[:1] not in ("", " ")


def _row_ahead(lines: Sequence[Line], at: int, columns: tuple[Column, ...]) -> int | None:
    """The next row behind a remark (``-or-``, a footnote); None where prose or a new heading begins."""
    caption = is_caption(lines[at].text)
    for ahead in range(at + 1, min(len(lines), at + 1 + _LOOK_AHEAD)):
        line = lines[ahead]
        if line.kind in ("blank", "rule") and caption and ahead == at + 1:
            continue
        if line.kind != "text" or _underlined(lines, ahead) or header_line(line.text):
            return None
        row = row_from_line(line.text, columns, ahead)
        if row and not row.left_over and row.strength:
            return ahead
    return None


def _with_values_below(row: RawRow, text: str, columns: tuple[Column, ...]) -> RawRow | None:
    """The row with the values that stand alone on the line below it, where it has none of any of their kinds.

    They are not those of the row behind them: a row that has its own begins none of the next.
    """
    pieces = [piece for piece in line_cells(text) if piece.kind != "label"]
    of_size = any(column.concept == "size" for column in columns)
    found: dict[Concept, str] = {}
    for piece in pieces:
        concept = "size" if piece.kind == "whole" and of_size else _VALUE_BELOW.get(piece.kind)
        if concept is None or concept in found:
            return None
        found[concept] = piece.text
    there = {*row.values, *(("date", "time") if "datetime" in row.values else ()), *repeated(columns)}
    if not found or there & found.keys():
        return None
    return replace(row, values={**row.values, **found}, strength=row.strength + len(found))


def _continued(row: RawRow, text: str, columns: tuple[Column, ...]) -> RawRow | None:
    """The row with a wrapped cell joined: only words, standing under a column of words."""
    pieces = line_cells(text)
    if "platform" not in row.values and is_platform(text) and any(column.concept == "platform" for column in columns):
        return replace(row, values={**row.values, "platform": text.strip()})
    if not 1 <= len(pieces) <= 6 or any(piece.kind in ("date", "time", "name", "version", "size") for piece in pieces):
        return None
    indent = pieces[0].start
    concept = next((column.concept for column in reversed(columns) if column.start <= indent + 3), None)
    if indent < 12 or concept not in ("platform", "language", "folder"):
        return None
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
    for place in run_of_text(lines, at, longest=_LONGEST):
        line = lines[place]
        if row := _bare_row(line.text, place):
            rows.append(row)
        elif rows and place == last + 1 and (joined := _with_values_below(rows[-1], line.text, ())):
            rows[-1] = joined
        elif rows and place == last + 1 and looks_like_row(line):
            unread.append(line.text.strip())
        else:
            break
        last = place
    if not rows:
        return None
    return RawTable(
        columns=None,
        rows=tuple(rows),
        first=at,
        last=last,
        unread=tuple(unread),
        read_as="text without a header",
        or_later=all(_OR_LATER.search(lines[row.line].text) for row in rows),
    )


def _is_language(label: str) -> bool:
    """Whether the label of a row names a language, that of a country ("Portuguese (Brazil)"), or a set of them."""
    return is_language(_OF_COUNTRY.sub("", label)) or bool(_OF_LANGUAGES.fullmatch(label))


def _bare_row(text: str, at: int) -> RawRow | None:
    if not MAY_BE_ROW.search(text) or not _HAS_NAME_OR_VALUES.search(text):
        return None
    text = _OR_LATER.sub("", _BULLET.sub(r"\1  ", text))
    opening = _OPENING.match(text)
    if opening and not _is_language(opening[1]):
        opening = None
    if opening:
        text = text[opening.end() :]
    if text.count("(") == text.count(")") + 1:
        text += ")"
    if PROSE.search(text) or _FUNCTION_WORDS.search(text):
        return None
    row = row_from_line(text, None, at)
    if row is None or (SENTENCE_END.search(text) and not re.search(r"\.\w{2,4}:?$|[ap]\.m\.$", text)):
        return None
    return replace(row, values={**row.values, "language": opening[1]}) if opening else row


def box_end(lines: Sequence[Line], at: int) -> int:
    """Past the last line of a grid; boxes with nothing but blank lines between them are one grid."""
    end = last = at
    width = len(lines[at].cells)
    for place in range(at, len(lines)):
        line = lines[place]
        if line.kind == "cells" and (place == last + 1 or len(line.cells) == width):
            end = last = place
        elif line.kind == "rule":
            last = place
        elif line.kind != "blank" or place > last + 2:
            break
    return end + 1


def grid_tables(lines: Sequence[Line], start: int, past: int) -> list[RawTable]:
    """The tables of one grid: a header or a row of one cell begins the next."""
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
                    columns=columns,
                    rows=tuple(rows),
                    first=first,
                    last=last,
                    heading=heading,
                    unread=tuple(unread),
                    read_as=lines[rows[0].line if rows else first].read_as
                    or ("cells under a header" if columns else "cells without a header"),
                )
            )
        rows.clear()
        unread.clear()

    previous = start
    for at, cells in one_below_another(_turned(_ruled_rows(lines, start, past))):
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        header = header_cells(cells)
        if header:
            close(previous)
            columns, first = header, at if tables else start
        elif len(filled) == 1 and len(cells) > 1 and is_remark(filled[0]):
            continue
        elif len(filled) == 1 and cell_kind(filled[0]) == "size":
            unread.append(filled[0])  # no heading, and of no row
        elif len(filled) == 1 and len(cells) > 1 and not re.search(r"\.\w{1,4}\b", filled[0]):
            close(previous)
            heading, first = filled[0].rstrip(":"), at
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
    width = len(rows[0][1]) if rows else 0
    if len(rows) < 3 or width < 2 or any(len(cells) != width for _, cells in rows):
        return rows
    if None in concepts or concepts[0] != "name" or (width > 2 and header_cells(rows[0][1])):
        return rows
    starts = [index for index, concept in enumerate(concepts) if concept == "name"]
    turned = []
    for first, past in zip(starts, [*starts[1:], len(rows)], strict=True):
        block = rows[first:past]
        turned += [(block[0][0], tuple(cells[side] for _, cells in block)) for side in range(width)]
    return turned


def _ruled_rows(lines: Sequence[Line], start: int, past: int) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a grid; where rules part all rows, the lines between two rules are one row with wrapped cells."""
    runs = groupby(range(start, past), key=lambda at: lines[at].kind == "cells")
    groups = [[(at, lines[at].cells) for at in run] for of_cells, run in runs if of_cells]
    rows: list[tuple[int, tuple[str, ...]]] = []
    for group in groups:
        if len(groups) > 1 and len(group) > 1 and (_one_row(group) or _one_header(group)):
            rows.append((group[0][0], _join([cells for _, cells in group])))
        else:
            rows += _with_wrapped(group)
    return rows


def _one_row(group: list[tuple[int, tuple[str, ...]]]) -> bool:
    """Whether the lines between two rules are one row: some line of them is no row of its own, and at most one is.

    Two versions in one column are those of two files, whatever their names look like.
    """
    if header_cells(group[0][1]) or len({len(cells) for _, cells in group}) != 1:
        return False
    kinds = [(column, cell_kind(cell)) for _, cells in group for column, cell in enumerate(cells)]
    values = [each for each in kinds if each[1] in STRONG]
    if len(set(values)) < len(values):
        return False
    rows = sum(row_from_cells(cells, None, at) is not None for at, cells in group)
    return rows < len(group) and rows <= 1


def _one_header(group: list[tuple[int, tuple[str, ...]]]) -> bool:
    """Whether the lines between two rules are one header, with more kinds of columns than its first line has."""
    if len({len(cells) for _, cells in group}) != 1:
        return False
    whole = header_cells(_join([cells for _, cells in group]))
    return whole is not None and len(_kinds(whole)) > len(_kinds(header_cells(group[0][1]) or ()))


def _kinds(columns: Sequence[Column]) -> set[Concept]:
    return {column.concept for column in columns} - {"other"}


def _with_wrapped(group: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    """Lines whose first cells are empty joined to the row above, and the rest of a name that was wrapped at a dot."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for at, cells in group:
        alike = rows and len(cells) == len(rows[-1][1]) >= 2 and any(cells)
        if alike and (
            (not cells[0] and _only_words(cells))
            or _is_rest_of_name(cells, rows[-1][1])
            or _fills_values(cells, rows[-1][1])
        ):
            rows[-1] = (rows[-1][0], _join([rows[-1][1], cells]))
        else:
            rows.append((at, cells))
    return rows


_REST_BEHIND_DOT = re.compile(r"(?!\.net$)(?:\.\w[\w-]{0,40}){1,12}", re.IGNORECASE)


def _is_rest_of_name(cells: tuple[str, ...], above: tuple[str, ...]) -> bool:
    filled = [(cell, before) for cell, before in zip(cells, above, strict=True) if cell]
    if len(filled) != 1:
        return False
    rest, before = filled[0]
    if _REST_BEHIND_DOT.fullmatch(rest):
        return " " not in before
    return cell_kind(rest) == "name" and before.endswith(".")


def _fills_values(cells: tuple[str, ...], above: tuple[str, ...]) -> bool:
    """Whether all that a line of a grid has are values, where the row above it has none."""
    return all(not before and cell_kind(cell) in STRONG for cell, before in zip(cells, above, strict=True) if cell)


def _only_words(cells: tuple[str, ...]) -> bool:
    pieces: list[Cell] = [piece for cell in cells if cell for piece in line_cells(cell)]
    return all(piece.kind in ("word", "platform", "language", "label", "whole") for piece in pieces)


def _join(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    joined = []
    for pieces in zip(*parts, strict=True):
        filled = [piece for piece in pieces if piece]
        split_name = len(filled) == 2 and filled[1].startswith(".") and " " not in "".join(filled)
        glued = split_name or any(piece.endswith(("\\", ".", "_")) for piece in filled[:-1])
        joined.append(("" if glued else " ").join(filled))
    return tuple(joined)
