"""One row of a table: which piece is the name, the version, the size ...

With a header, the pieces are laid on its columns. Without one, or where it does not fit its rows (KB249973), the kinds
alone decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from itertools import pairwise

from hotfix_check.drafts.article.cells import Cell, Kind, cell_kind, line_cells
from hotfix_check.drafts.article.columns import Column, Concept, repeated
from hotfix_check.drafts.article.laying import STRONG, TYPED, VALUED, Step, best_steps, fit, is_dos_name
from hotfix_check.drafts.article.phrases import FAMILIES
from hotfix_check.drafts.article.text import Line
from hotfix_check.drafts.article.values import is_language, is_platform
from hotfix_check.frozen import Frozen, replace

_MOST_PIECES = 24
_PRODUCT_WORD = re.compile(rf"(?:microsoft|{FAMILIES}|nt|server|service|version|component|total|note)s?", re.IGNORECASE)
"""Words that open a heading and are no file, however many numbers follow: Exchange 2000 Server."""
_CODE = re.compile(r"0x[0-9A-Fa-f]{1,16}")
"""An error code or a flag, which never names a file."""
_TARGETS: dict[Kind, Concept] = {
    "datetime": "datetime", "date": "date", "unreadable-date": "date", "time": "time", "size": "size",
    "version": "version", "platform": "platform", "language": "language", "name": "name",
}  # fmt: skip
_ENDS_AS_FILE = re.compile(r"\.\w{1,4}$")
_BARE_NAME = re.compile(r"[A-Za-z][\w$~-]{1,20}")
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


def row_from_line(line: str, columns: tuple[Column, ...] | None, at: int) -> RawRow | None:
    """The row that a line of text is, with or without a header; None when it is none."""
    pieces = line_cells(line)
    if not pieces or len(pieces) > _MOST_PIECES:
        return None
    laid = None if columns is None else _laid_on(pieces, columns, at, aligned=_has_gap(columns))
    typed = _ByKinds(pieces).row(at) if laid is None or laid.left_over else None
    if columns is None or laid is None:
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
    row = _ByKinds(pieces[:_MOST_PIECES]).row(at)
    if row and any(cell_kind(text) in STRONG for text in row.left_over):
        return None  # a comparison: which of its versions is meant, nothing says
    return row


def cells_by_column(texts: tuple[str, ...], columns: tuple[Column, ...]) -> tuple[str, ...] | None:
    """The cells of a row as they fall on the columns, in order, some of them empty; None where one fits nowhere."""
    pieces = [Cell(text, cell_kind(text), index, index + 1) for index, text in enumerate(texts)]
    cells = [""] * len(columns)
    for step in best_steps(pieces, columns, aligned=False):
        if step.column is None or step.past - step.first > 1:
            return None
        cells[step.column] = texts[step.first]
    return tuple(cells)


def _parts(cell: Cell) -> list[Cell]:
    """The values of a cell that holds several, such as size and name (KB182333)."""
    parts = line_cells(cell.text) if cell.kind == "word" else []
    several = sum(part.kind in STRONG or part.kind == "name" for part in parts) > 1
    return [part._replace(start=cell.start, end=cell.end) for part in parts] if several else [cell]


def _by_position(pieces: Sequence[Cell], columns: tuple[Column, ...], at: int) -> RawRow | None:
    """Cells straight under their headers, unless a date or the like stands in a column of another concept."""
    for piece in pieces:
        concept = columns[piece.start].concept
        if concept in TYPED and not fit(piece, concept):
            if concept == "name" and piece.kind in ("whole", "decimal", "missing"):
                return None
            if (piece.kind in STRONG or piece.kind == "name") and not _misprinted(piece, pieces, columns):
                return None
    return _of_steps([Step(None, piece.start, n, n + 1) for n, piece in enumerate(pieces)], pieces, columns, at)


def _misprinted(piece: Cell, pieces: Sequence[Cell], columns: tuple[Column, ...]) -> bool:
    """Whether a value that looks like one of another column cannot be that one: the other column has its own."""
    return piece.kind != "name" and any(
        columns[other.start].concept == piece.kind and (other.kind in (piece.kind, "missing"))
        for other in pieces
        if other is not piece
    )


def _laid_on(pieces: Sequence[Cell], columns: tuple[Column, ...], at: int, *, aligned: bool) -> RawRow | None:
    """The row that the best way to lay the pieces on the columns gives."""
    return _of_steps(best_steps(pieces, columns, aligned=aligned), pieces, columns, at)


def _of_steps(steps: Sequence[Step], pieces: Sequence[Cell], columns: tuple[Column, ...], at: int) -> RawRow | None:
    """The row of pieces that are laid on columns so; None when no piece is its name."""
    values: dict[Concept, str] = {}
    several: list[tuple[str, str]] = []
    several_of = repeated(columns)
    left: list[str] = []
    strength = 0
    for step in steps:
        taken = pieces[step.first : step.past]
        text = " ".join(piece.text for piece in taken)
        if step.column is None:
            left.append(text)
            continue
        column = columns[step.column]
        strength += column.concept in VALUED and taken[0].kind != "missing"
        if column.concept in several_of:
            several.append((column.label, text))
        if column.concept == "other" or column.concept in values:
            continue
        if column.concept == "name" and len(taken) == 2 and is_dos_name(*taken):
            text = ".".join(piece.text for piece in taken)
        values[column.concept] = text
    if "name" not in values:
        return None
    row = RawRow(values=values, line=at, several=tuple(several), left_over=tuple(left), strength=strength)
    return _with_remarks(row) if left else row


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
    strong = any(piece.kind in STRONG for piece in pieces)
    if product and not strong and any(piece.kind in ("decimal", "whole") for piece in pieces):
        return False
    if name and _has_gap(columns) and abs(name.start - column.start) <= 1:
        return strong or _has_gap(pieces)
    if product:
        return False
    return strong or (len(pieces) == 2 and pieces[1].kind in ("decimal", "whole"))


def _has_gap(parts: Sequence[Cell | Column]) -> bool:
    """Whether wide gaps part columns, or the words of a name from its value: "LinkAge Exchanger 3.2" is a heading."""
    return any(after.start - before.end > 1 for before, after in pairwise(parts))


class _ByKinds:
    """The values of a row while its pieces are taken: one file name and at least one date, version or size."""

    def __init__(self, pieces: Sequence[Cell]) -> None:
        self._values: dict[Concept, str] = {}
        self._left: list[str] = []
        self._words: list[str] = []
        self._numbers: list[Cell] = []
        self._strength = 0
        self._previous: Kind | None = None
        self._before_platform = False
        """Whether a word stands before the platform: it is none of it."""
        for piece in pieces:
            self._take(piece)

    def _take(self, piece: Cell) -> None:
        if piece.kind in ("missing", "label"):
            return
        target = self._target(piece)
        if target is None and piece.kind in ("whole", "decimal"):
            self._numbers.append(piece)
        elif target is None:
            self._words.append(piece.text)
            self._before_platform = self._before_platform or "platform" not in self._values
        elif target not in self._values:
            self._values[target] = piece.text
            self._strength += piece.kind in STRONG
        elif not self._joined(target, piece):
            self._left.append(piece.text)
        self._previous = piece.kind

    def _target(self, piece: Cell) -> Concept | None:
        if piece.kind == "path":
            return "name" if "name" not in self._values and _ENDS_AS_FILE.search(piece.text) else "folder"
        if piece.kind == "decimal" and self._previous == "date" and "time" not in self._values and fit(piece, "time"):
            return "time"
        return _TARGETS.get(piece.kind)

    def _joined(self, target: Concept, piece: Cell) -> bool:
        """Whether the piece goes on with a value of several words: ``Windows 98 Second Edition``."""
        if target == "platform" and self._previous in ("platform", "word"):
            self._values["platform"] = " ".join([self._values["platform"], *self._words, piece.text])
            self._words.clear()
            return True
        if target == "language" and self._previous == "language":
            self._values["language"] += f" {piece.text}"
            return True
        return False

    def row(self, at: int) -> RawRow | None:
        values, words = self._values, self._words
        for number in self._numbers:
            self._take_number(number)
        few = 1 <= len(words) <= 3 and self._strength and not self._before_platform
        if "name" not in values and len(words) == 1 and self._strength >= 2 and _BARE_NAME.fullmatch(words[0]):
            values["name"] = words.pop()
        elif few and {"name", "platform"} <= values.keys():
            values["platform"] = " ".join([values["platform"], *words])
            words.clear()
        if "name" not in values or not (self._strength or {"version", "size"} & values.keys()):
            return None
        return RawRow(values=values, line=at, left_over=(*self._left, *words), strength=self._strength)

    def _take_number(self, number: Cell) -> None:
        """A bare number is a version with a dot, else a size; the second one the other."""
        values = self._values
        if "version" not in values and (number.kind == "decimal" or "size" in values):
            values["version"] = number.text
        elif "size" not in values:
            values["size"] = number.text
        else:
            self._left.append(number.text)


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
    """Whether a line that no table took should be shown to a person: file names and values, or values alone."""
    if line.kind == "cells":
        return any("." in cell for cell in line.cells) and bool(re.search(r"\d[.,/:]\d", line.text))
    text = line.text.strip()
    if (
        line.kind != "text"
        or len(text) > 120
        or not MAY_BE_ROW.search(text)
        or PROSE.search(text)
        or SENTENCE_END.search(text)
        or "://" in text
    ):
        return False
    kinds = [piece.kind for piece in line_cells(text)]
    values = sum(kind in ("date", "unreadable-date", "time", "size", "version") for kind in kinds)
    words = kinds.count("word")
    if not _HAS_NAME.search(text) or "name" not in kinds:
        return len(kinds) == values and (values >= 2 or "size" in kinds)
    return values >= 1 and words <= values + 1
