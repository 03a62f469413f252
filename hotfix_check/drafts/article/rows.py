"""One row of a table: which piece is the name, the version, the size ...

With a header, the pieces are laid on its columns in order, so that kinds and columns agree best: a piece may be
missing (an empty version), two readings are compared where a bare number could be a size or a version. Without a
header, or where the header does not fit its rows (KB249973), the kinds alone decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from hotfix_check.drafts.article.cells import Cell, Kind, cell_kind, line_cells
from hotfix_check.drafts.article.columns import Column, Concept
from hotfix_check.drafts.article.values import is_language, is_platform, read_date, read_time

_FIT: dict[Concept, dict[Kind, int]] = {
    "name": {"name": 8, "path": 7, "word": 3},
    "version": {"version": 8, "decimal": 5, "whole": 2, "missing": 3},
    "size": {"size": 8, "whole": 6, "decimal": 4, "missing": 3},
    "date": {"date": 8, "unreadable-date": 7, "missing": 3},
    "time": {"time": 8, "missing": 3},
    "datetime": {"date": 8, "time": 8, "datetime": 9, "unreadable-date": 6, "missing": 2},
    "platform": {"platform": 8, "word": 4, "missing": 3, "language": 3, "label": 2},
    "language": {"language": 8, "word": 4, "platform": 3, "whole": 4, "missing": 3},
    "folder": {"path": 8, "word": 3, "platform": 3, "missing": 3},
    "other": {"word": 2, "name": 2, "path": 2, "platform": 2, "language": 2, "whole": 2, "missing": 2, "decimal": 2,
              "label": 2, "version": 1, "size": 1},
}  # fmt: skip
_SEVERAL: frozenset[Concept] = frozenset(("platform", "language", "folder", "other", "datetime"))
_JOINED_KINDS: frozenset[Kind] = frozenset(
    ("word", "platform", "language", "whole", "label", "decimal", "missing", "date", "time")
)
_STRONG: frozenset[Kind] = frozenset(("date", "time", "datetime", "size", "version"))
_VALUED: frozenset[Concept] = frozenset(("date", "time", "datetime", "size", "version"))
_TYPED: frozenset[Concept] = _VALUED | {"name"}
_LOST = -6
"""What a piece costs that no column takes."""
_MOST_PIECES = 24
_TIME_WITH_DOT = re.compile(r"\d{1,2}\.\d{2}")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3}){1,4}")
_BUILD = re.compile(r"\d{1,5}[A-Za-z]{1,2}\d?")
_BRANCH = re.compile(r"[a-z]{2,5}|\([\w.-]{4,60}\)")
_PRODUCT_WORD = re.compile(
    r"(?:microsoft|exchange|windows|outlook|office|internet|server|service|version|component|visual|sql|iis|sna|nt|total"
    r"|note)s?",
    re.IGNORECASE,
)
"""Words that open a heading and are no file, however many numbers follow: Exchange 2000 Server."""
_CODE = re.compile(r"0x[0-9A-Fa-f]{1,16}")
"""An error code or a flag, which never names a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """A row before its values are read: the printed text of each column, and what no column took."""

    values: dict[Concept, str]
    line: int
    several: tuple[tuple[str, str], ...] = ()
    """The columns of a kind that the table has several of, as (header, text): a version for each product (KB233476)."""
    left_over: tuple[str, ...] = ()
    strength: int = field(default=0, compare=False)


def row_from_line(line: str, columns: tuple[Column, ...] | None, at: int) -> RawRow | None:
    """The row that a line of text is, with or without a header; None when it is none."""
    pieces = line_cells(line)
    if not pieces or len(pieces) > _MOST_PIECES:
        return None
    typed = _by_kind(pieces, at)
    if columns is None:
        return typed if typed and not typed.left_over else None
    laid = _laid_on(pieces, columns, at, aligned=_is_aligned(columns))
    if laid is None:
        return typed if typed and not typed.left_over else None
    if typed and len(typed.left_over) < len(laid.left_over) and typed.strength >= laid.strength:
        return typed
    return laid if _acceptable(laid, pieces, columns) else None


def row_from_cells(cells: tuple[str, ...], columns: tuple[Column, ...] | None, at: int) -> RawRow | None:
    """The row that the cells of a grid, an HTML table or a CSV file are."""
    pieces = [Cell(text, cell_kind(text), index, index + 1) for index, text in enumerate(cells) if text]
    if not pieces:
        return None
    if columns is None and any(piece.kind == "word" for piece in pieces):
        pieces = [part for piece in pieces for part in _parts(piece)]
    if columns is not None:
        if len(cells) == len(columns):
            if any(column.concept == "name" and _CODE.fullmatch(cells[column.start]) for column in columns):
                return None
            row = _by_position(pieces, columns, at)
            if row:
                return row
        row = _laid_on(pieces[:_MOST_PIECES], columns, at, aligned=False)
        if row and not row.left_over:
            return row
    return _by_kind(pieces[:_MOST_PIECES], at)


def cells_by_column(texts: tuple[str, ...], columns: tuple[Column, ...]) -> tuple[str, ...] | None:
    """The cells of a row as they fall on the columns, in order, some of them empty; None where one fits nowhere."""
    pieces = [Cell(text, cell_kind(text), index, index + 1) for index, text in enumerate(texts)]
    cells = [""] * len(columns)
    for step in _best_steps(pieces, columns, aligned=False):
        if step.column is None or step.past - step.first > 1:
            return None
        cells[step.column] = texts[step.first]
    return tuple(cells)


def _parts(cell: Cell) -> list[Cell]:
    """The values of a cell that holds several, such as size and name (KB182333)."""
    parts = line_cells(cell.text) if cell.kind == "word" else []
    several = sum(part.kind in _STRONG or part.kind == "name" for part in parts) > 1
    return [part._replace(start=cell.start, end=cell.end) for part in parts] if several else [cell]


def _is_aligned(columns: tuple[Column, ...]) -> bool:
    return any(after.start - before.end > 1 for before, after in pairwise(columns))


def _by_position(pieces: Sequence[Cell], columns: tuple[Column, ...], at: int) -> RawRow | None:
    """Cells straight under their headers, unless a date or the like stands in a column of another concept."""
    values: dict[Concept, str] = {}
    several: list[tuple[str, str]] = []
    repeated = _repeated(columns)
    strength = 0
    for piece in pieces:
        column = columns[piece.start]
        concept = column.concept
        if concept in _TYPED and not _fit(piece, concept):
            if concept == "name" and piece.kind in ("whole", "decimal", "missing"):
                return None
            if (piece.kind in _STRONG or piece.kind == "name") and not _misprinted(piece, pieces, columns):
                return None
        strength += piece.kind in _STRONG
        if concept in repeated:
            several.append((column.label, piece.text))
        if concept != "other":
            values.setdefault(concept, piece.text)
    if "name" not in values:
        return None
    return RawRow(values=values, line=at, several=tuple(several), strength=strength)


def _repeated(columns: Sequence[Column]) -> set[Concept]:
    """The kinds of values that the table has several columns of."""
    concepts = [column.concept for column in columns]
    return {concept for concept in ("version", "size", "date") if concepts.count(concept) > 1}


def _misprinted(piece: Cell, pieces: Sequence[Cell], columns: tuple[Column, ...]) -> bool:
    """Whether a value that looks like one of another column cannot be that one: the other column has its own."""
    return piece.kind != "name" and any(
        columns[other.start].concept == piece.kind and (other.kind in (piece.kind, "missing"))
        for other in pieces
        if other is not piece
    )


def _fit(piece: Cell, concept: Concept) -> int | None:
    """How well a piece agrees with a column, or None."""
    if concept == "size" and piece.kind in ("version", "decimal") and _GROUPED_BY_DOTS.fullmatch(piece.text):
        return 7
    fit = _FIT[concept].get(piece.kind)
    if fit is not None:
        return fit
    if concept == "version" and _BUILD.fullmatch(piece.text):
        return 4
    if concept == "time" and piece.kind == "decimal" and _TIME_WITH_DOT.fullmatch(piece.text):
        return 7 if read_time(piece.text) else None
    if concept == "date" and piece.kind == "version" and read_date(piece.text, dotted=True):
        return 6
    return None


class _Step(NamedTuple):
    """Pieces ``first`` to ``past`` taken by a column, or lost where ``column`` is None."""

    previous: _Step | None
    column: int | None
    first: int
    past: int


def _laid_on(pieces: Sequence[Cell], columns: tuple[Column, ...], at: int, *, aligned: bool) -> RawRow | None:
    """The row that the best way to lay the pieces on the columns gives; None when no piece is its name."""
    values: dict[Concept, str] = {}
    several: list[tuple[str, str]] = []
    repeated = _repeated(columns)
    left: list[str] = []
    strength = 0
    for step in _best_steps(pieces, columns, aligned=aligned):
        taken = pieces[step.first : step.past]
        text = " ".join(piece.text for piece in taken)
        if step.column is None:
            left.append(text)
            continue
        column = columns[step.column]
        strength += column.concept in _VALUED and taken[0].kind != "missing"
        if column.concept in repeated:
            several.append((column.label, text))
        if column.concept == "other" or column.concept in values:
            continue
        if column.concept == "name" and len(taken) == 2 and _is_dos_name(*taken):
            text = ".".join(piece.text for piece in taken)
        values[column.concept] = text
    if "name" not in values:
        return None
    return _with_remarks(
        RawRow(values=values, line=at, several=tuple(several), left_over=tuple(left), strength=strength)
    )


def _best_steps(pieces: Sequence[Cell], columns: tuple[Column, ...], *, aligned: bool) -> list[_Step]:
    """Most agreement of kinds and columns, fewest pieces lost, the order of both kept."""
    height, width = len(pieces), len(columns)
    # scores[i][j]: the best that i pieces and j columns give, and the last step of it
    scores: list[list[tuple[int, _Step | None]]] = [[(0, None)] * (width + 1)]
    scores += [[(-(10**6), None)] * (width + 1) for _ in range(height)]
    for i in range(height + 1):
        here = scores[i]
        for j in range(width + 1):
            score, step = here[j]
            if j and here[j - 1][0] > score:
                score, step = here[j] = here[j - 1]
            if i == height:
                continue
            if score + _LOST > scores[i + 1][j][0]:
                scores[i + 1][j] = (score + _LOST, _Step(step, None, i, i + 1))
            if j == width:
                continue
            for past, gain in _takes(pieces, i, columns[j], columns[j + 1] if j + 1 < width else None, aligned):
                if score + gain > scores[past][j + 1][0]:
                    scores[past][j + 1] = (score + gain, _Step(step, j, i, past))
    steps: list[_Step] = []
    last = scores[height][width][1]
    while last is not None:
        steps.append(last)
        last = last.previous
    return steps[::-1]


def _takes(
    pieces: Sequence[Cell], first: int, column: Column, following: Column | None, aligned: bool
) -> list[tuple[int, int]]:
    """How far the column may take pieces from ``first`` on: (past-last piece, agreement)."""
    piece = pieces[first]
    fit = _fit(piece, column.concept)
    if fit is None:
        return []
    if (
        column.concept in ("platform", "language")
        and piece.kind == "word"
        and first
        and pieces[first - 1].kind in ("missing", "word")
    ):
        return []  # a remark behind "-": the column itself is empty
    if aligned and _overlap(piece, column, following):
        fit += 1
    taken = [(first + 1, fit)]
    if column.concept == "name" and piece.kind == "word" and first + 1 < len(pieces):
        if _is_dos_name(piece, pieces[first + 1]):
            taken.append((first + 2, fit + 2))
        if aligned and abs(piece.start - column.start) <= 1:
            # The name of a program may stand for the file: words one space apart, under the header.
            for past in range(first + 1, min(len(pieces), first + 5)):
                if pieces[past].kind not in ("word", "platform") or pieces[past].start - pieces[past - 1].end != 1:
                    break
                taken.append((past + 1, fit + 1))
    if column.concept == "version" and first + 1 < len(pieces):
        # A branch label: 5.5.2654.38 shp, or (xpclnt_qfe.010827-1803)
        after = pieces[first + 1]
        if after.start - piece.end == 1 and _BRANCH.fullmatch(after.text):
            taken.append((first + 2, fit + 1))
    if column.concept in _SEVERAL:
        gain = fit
        for past in range(first + 1, min(len(pieces), first + 10)):
            after = pieces[past]
            if column.concept == "datetime":
                if not (piece.kind == "date" and after.kind == "time" and past == first + 1):
                    break
                taken.append((past + 1, gain + 8))
                break
            if (
                piece.kind == "missing"
                or after.kind not in _JOINED_KINDS
                or (after.kind in ("date", "time") and column.concept != "other")
            ):
                break
            gain += 1
            taken.append((past + 1, gain))
    return taken


def _is_dos_name(stem: Cell, extension: Cell) -> bool:
    """Directory listings print MAPI32  DL_ for MAPI32.DL_."""
    return bool(re.fullmatch(r"[A-Z0-9$_]{1,8}", stem.text) and re.fullmatch(r"[A-Z0-9$_]{2,3}", extension.text))


def _overlap(piece: Cell, column: Column, following: Column | None) -> bool:
    reach = following.start if following else column.end + 20
    return piece.start < max(column.end, reach - 1) and piece.end > column.start


def _with_remarks(row: RawRow) -> RawRow:
    """A processor or a language in parentheses behind a name, under a header without such a column."""
    values, left = dict(row.values), []
    for text in row.left_over:
        if "platform" not in values and is_platform(text):
            values["platform"] = text
        elif "language" not in values and is_language(text):
            values["language"] = text
        else:
            left.append(text)
    return replace(row, values=values, left_over=tuple(left))


def _acceptable(row: RawRow, pieces: Sequence[Cell], columns: tuple[Column, ...]) -> bool:
    """Whether a line laid on a header is a row: a file name and little left over, or a bare name with values."""
    name = next((piece for piece in pieces if row.values["name"].startswith(piece.text)), None)
    if name and name.kind in ("name", "path"):
        return len(row.left_over) <= (4 if row.strength >= 2 else 1 if row.strength else 0)
    if row.left_over or not row.strength:
        return False
    column = next(column for column in columns if column.concept == "name")
    product = _PRODUCT_WORD.fullmatch(row.values["name"].split(" ")[0])
    if product and not any(piece.kind in _STRONG for piece in pieces) and _has_number(pieces):
        return False
    if name and _is_aligned(columns) and abs(name.start - column.start) <= 1:
        return True
    if product:
        return False
    return any(piece.kind in _STRONG for piece in pieces) or (
        len(pieces) == 2 and pieces[1].kind in ("decimal", "whole")
    )


def _has_number(pieces: Sequence[Cell]) -> bool:
    return any(piece.kind in ("decimal", "whole") for piece in pieces)


def _by_kind(pieces: Sequence[Cell], at: int) -> RawRow | None:
    """A row by the kinds of its pieces alone: one file name and at least one date, version or size."""
    values: dict[Concept, str] = {}
    left: list[str] = []
    words: list[str] = []
    numbers: list[Cell] = []
    strength = 0
    previous: Kind | None = None
    for piece in pieces:
        kind = piece.kind
        target: Concept | None = None
        if kind == "datetime":
            target = "datetime"
        elif kind in ("date", "time", "size", "version", "platform", "language", "name"):
            target = kind
        elif kind == "unreadable-date":
            target = "date"
        elif kind == "path":
            target = "name" if "name" not in values and re.search(r"\.\w{1,4}$", piece.text) else "folder"
        elif kind in ("whole", "decimal"):
            numbers.append(piece)
            previous = kind
            continue
        elif kind in ("missing", "label"):
            continue
        if target is None:
            words.append(piece.text)
        elif target == "platform" and previous in ("platform", "word") and "platform" in values:
            values["platform"] += " " + (" ".join([*words, piece.text]))
            words.clear()
        elif target == "language" and previous == "language":
            values["language"] += f" {piece.text}"
        elif target in values:
            left.append(piece.text)
        else:
            values[target] = piece.text
            strength += kind in _STRONG
        previous = kind
    for number in numbers:
        if number.kind == "decimal" and "version" not in values:
            values["version"] = number.text
        elif "size" not in values and (number.kind == "whole" or "version" in values):
            values["size"] = number.text
        elif "version" not in values:
            values["version"] = number.text
        else:
            left.append(number.text)
    if "name" not in values and len(words) == 1 and strength >= 2 and re.fullmatch(r"[A-Za-z][\w$~-]{1,20}", words[0]):
        values["name"] = words.pop()
    elif "name" in values and words and "platform" in values and strength >= 1 and len(words) <= 3:
        values["platform"] = " ".join([values["platform"], *words])
        words.clear()
    left.extend(words)
    if "name" not in values or not (strength or {"version", "size"} & values.keys()):
        return None
    return RawRow(values=values, line=at, left_over=tuple(left), strength=strength)
