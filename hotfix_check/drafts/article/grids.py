"""Boxed grids and rows of cells, from text, HTML or CSV: wrapped rows joined, tables on their side turned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotfix_check.drafts.article.cells import Cell, line_cells
from hotfix_check.drafts.article.columns import Column, Concept, cell_concept, header_cells
from hotfix_check.drafts.article.raw_table import RawRow, RawTable, is_remark, looks_like_row
from hotfix_check.drafts.article.rows import row_from_cells
from hotfix_check.drafts.article.text import Line


def box_end(lines: Sequence[Line], at: int) -> int:
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
    for at, cells in _turned(_ruled_rows(lines, start, past)):
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        header = header_cells(cells)
        if header:
            close(previous)
            columns, first = header, at if tables else start
        elif len(filled) == 1 and len(cells) > 1 and is_remark(filled[0]):
            continue
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
    groups: list[list[tuple[int, tuple[str, ...]]]] = [[]]
    for at in range(start, past):
        if lines[at].kind == "cells":
            groups[-1].append((at, lines[at].cells))
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    rows: list[tuple[int, tuple[str, ...]]] = []
    for group in groups:
        if len(groups) > 1 and len(group) > 1 and (_one_row(group) or _one_header(group)):
            rows.append((group[0][0], _join([cells for _, cells in group])))
        else:
            rows += _with_wrapped(group)
    return rows


def _one_row(group: list[tuple[int, tuple[str, ...]]]) -> bool:
    """Whether the lines between two rules are one row: some line of them is no row of its own, and at most one is."""
    if header_cells(group[0][1]) or len({len(cells) for _, cells in group}) != 1:
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
