"""Tables that stand side by side with the same header: told apart in a grid, and found in lines of text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotfix_check.drafts.article import wording
from hotfix_check.drafts.article.cells import cell_kind, line_cells
from hotfix_check.drafts.article.columns import Column, header_cells
from hotfix_check.drafts.article.rows import cells_by_column, is_caption
from hotfix_check.drafts.article.text import CHUNK, Line

SIDE_BY_SIDE = "tables side by side"
_LONGEST = 300
_LONGEST_HEAD = 30
_LAST = 200  # where the last table ends


def one_below_another(rows: list[tuple[int, tuple[str, ...]]]) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a grid with tables that stand side by side (``File | Version | File | Version``) parted.

    Where each has a head of its own, one comes behind the other, but of two that are called "before the hotfix" and
    "after" the old one is left out.
    """
    made: list[tuple[int, tuple[str, ...]]] = []
    past = 0
    for place, (at, cells) in enumerate(rows):
        if place < past:
            continue
        whole, block = len(cells), _block(cells)
        if not (block and header_cells(cells)):
            made.append((at, cells))
            continue
        past = place + 1
        while past < len(rows) and not header_cells(rows[past][1]):
            past += 1
        sides = [slice(first, first + block) for first in range(0, whole, block)]
        above = made[-1][1] if made and len(made[-1][1]) == whole else ("",) * whole
        heads = [" ".join(dict.fromkeys(filter(None, above[side]))) for side in sides]
        old = set(filter(wording.is_old, heads)) if any(map(wording.NEW_COLUMN.search, heads)) else set()
        below = rows[place + 1 : past]
        if not old and len(set(heads)) > 1 and all(head and is_caption(head) for head in heads):
            made.pop()
            for head, side in zip(heads, sides, strict=True):
                made += [(at, (head, *[""] * (block - 1))), (at, cells[:block])]
                made += [(line, row[side]) for line, row in below if len(row) == whole]
            made += [(line, row) for line, row in below if len(row) != whole]
            continue
        kept = [side for side, head in zip(sides, heads, strict=True) if head not in old]
        made.append((at, cells[:block]))
        for line, row in below:
            made += [(line, row[side]) for side in kept] if len(row) == whole else [(line, row)]
    return made


def lines_side_by_side(lines: Sequence[Line], at: int) -> tuple[list[Line], int] | None:
    """Tables side by side in lines of text, each with the same header, as rows of one grid; their heads above it.

    With them the line where the text goes on.
    """
    if "  " not in lines[at].text.strip() or len(lines[at].text) > _LONGEST:
        return None
    if not any(_begins_again(line.text) for line in lines[at : at + 2]):
        return None
    labels = list(CHUNK.finditer(lines[at].text))
    block, heads, past = _block(_texts(labels)), [], at + 1
    if not block and len(labels) > 1 and past < len(lines) and lines[past].kind == "text":
        heads, labels = labels, list(CHUNK.finditer(lines[past].text))
        block, past = _block(_texts(labels)), past + 1
    columns = header_cells(tuple(label[0] for label in labels[:block])) if block else None
    if columns is None:
        return None
    starts = [label.start() for label in labels[::block]]
    if heads and (len(heads) != len(starts) or not all(map(_is_over, heads, starts, [*starts[1:], _LAST]))):
        return None
    rows: list[tuple[str, ...]] = []
    while past < len(lines) and lines[past].kind == "rule":
        past += 1
    while past < len(lines) and lines[past].kind == "text":
        row = _cells_of_blocks(lines[past].text, starts, columns)
        if row is None:
            break
        rows.append(row)
        past += 1
    name = next(at for at, column in enumerate(columns) if column.concept == "name")
    if not any(all(row[name::block]) for row in rows):
        return None
    above = [tuple(cell for head in heads for cell in (head[0], *[""] * (block - 1)))] if heads else []
    made = (*above, tuple(label[0] for label in labels), *rows)
    return [Line(" | ".join(cells), "cells", cells, SIDE_BY_SIDE) for cells in made], past


def _begins_again(text: str) -> bool:
    """Whether the first word of a line stands in it once more, as it does where headers stand side by side."""
    first = text.split(None, 1)[:1]
    return bool(first) and text.count(first[0]) > 1


def _is_over(head: re.Match[str], start: int, past: int) -> bool:
    """Whether a few words stand over a table of those side by side: its head."""
    return start - 3 <= head.start() < past and len(head[0]) <= _LONGEST_HEAD and head[0][-1] not in ".:;,"


def _cells_of_blocks(text: str, starts: Sequence[int], columns: tuple[Column, ...]) -> tuple[str, ...] | None:
    """The cells of a line across tables side by side; None where it is no row of theirs."""
    row: list[str] = []
    for start, past in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start if row else 0 : past]
        if row and text[start - 1 : start].strip():
            return None
        cells = cells_by_column(tuple(piece.text for piece in line_cells(part)), columns) if part.strip() else None
        if part.strip() and cells is None:
            return None
        row += cells or [""] * len(columns)
    return tuple(row) if any(cell_kind(cell) in ("name", "path") for cell in row) else None


def _block(labels: Sequence[str]) -> int:
    """How many columns each of the tables has whose labels stand side by side; 0 where there is one."""
    block = labels.index(labels[0], 1) if labels and labels.count(labels[0]) > 1 else 0
    return block if block > 1 and [*labels] == [*labels[:block]] * (len(labels) // block) else 0


def _texts(labels: Sequence[re.Match[str]]) -> list[str]:
    return [label[0].lower() for label in labels]
