"""Pieces of a row laid on the columns of a header, in order, so that kinds and columns agree best.

A piece may be missing (an empty version), and two readings are compared where a bare number could be a size or a
version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hotfix_check.drafts.article.cells import Cell, Kind
from hotfix_check.drafts.article.columns import Column, Concept
from hotfix_check.drafts.article.values import read_date, read_time

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
_OF_ONE_PIECE: frozenset[Concept] = frozenset(("name", "version", "size", "date", "time"))
STRONG: frozenset[Kind] = frozenset(("date", "time", "datetime", "size", "version"))
VALUED: frozenset[Concept] = frozenset(("date", "time", "datetime", "size", "version"))
TYPED: frozenset[Concept] = VALUED | {"name"}
_LOST = -6
"""What a piece costs that no column takes."""
_TIME_WITH_DOT = re.compile(r"\d{1,2}\.\d{2}[ap]?")
_GROUPED_BY_DOTS = re.compile(r"\d{1,3}(?:\.\d{3}){1,4}")
_BUILD = re.compile(r"\d{1,5}[A-Za-z]{1,2}\d?")
_BRANCH = re.compile(r"[a-z]{2,5}|\((?:[\w.-]{4,60}|QFE|GDR|LDR)\)")


class Step(NamedTuple):
    """Pieces ``first`` to ``past`` taken by a column, or lost where ``column`` is None."""

    previous: Step | None
    column: int | None
    first: int
    past: int


def best_steps(pieces: Sequence[Cell], columns: tuple[Column, ...], *, aligned: bool) -> list[Step]:
    """Most agreement of kinds and columns, fewest pieces lost, the order of both kept."""
    height, width = len(pieces), len(columns)
    if _each_in_its_own(pieces, columns, aligned=aligned):
        return [Step(None, at, at, at + 1) for at in range(width)]
    # scores[i][j]: the best that i pieces and j columns give, and the last step of it
    scores: list[list[tuple[int, Step | None]]] = [[(0, None)] * (width + 1)]
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
                scores[i + 1][j] = (score + _LOST, Step(step, None, i, i + 1))
            if j == width:
                continue
            for past, gain in _takes(pieces, i, columns[j], columns[j + 1] if j + 1 < width else None, aligned):
                if score + gain > scores[past][j + 1][0]:
                    scores[past][j + 1] = (score + gain, Step(step, j, i, past))
    steps: list[Step] = []
    last = scores[height][width][1]
    while last is not None:
        steps.append(last)
        last = last.previous
    return steps[::-1]


def _each_in_its_own(pieces: Sequence[Cell], columns: tuple[Column, ...], *, aligned: bool) -> bool:
    """Whether each piece is in the column of its kind: none agrees better with another one, and none is lost."""
    if len(pieces) != len(columns):
        return False
    for piece, column, following in zip(pieces, columns, (*columns[1:], None), strict=True):
        if column.concept not in _OF_ONE_PIECE or _GROUPED_BY_DOTS.fullmatch(piece.text):
            return False
        if piece.kind != column.concept and not (piece.kind == "whole" and column.concept == "size"):
            return False
        if aligned and not _overlap(piece, column, following):
            return False
    return True


def _takes(
    pieces: Sequence[Cell], first: int, column: Column, following: Column | None, aligned: bool
) -> list[tuple[int, int]]:
    """How far the column may take pieces from ``first`` on: (past-last piece, agreement)."""
    piece = pieces[first]
    agreement = fit(piece, column.concept)
    if agreement is None or _is_remark_behind_nothing(pieces, first, column):
        return []
    if aligned and _overlap(piece, column, following):
        agreement += 1
    taken = [(first + 1, agreement)]
    if first + 1 == len(pieces):
        return taken
    if column.concept == "name" and piece.kind == "word":
        taken += _longer_names(pieces, first, column, agreement, aligned=aligned)
    elif column.concept == "version":
        after = pieces[first + 1]
        if after.start - piece.end == 1 and _BRANCH.fullmatch(after.text):
            taken.append((first + 2, agreement + 1))  # 5.5.2654.38 shp, or (xpclnt_qfe.010827-1803)
    elif column.concept == "datetime":
        if piece.kind == "date" and pieces[first + 1].kind == "time":
            taken.append((first + 2, agreement + 8))
    elif column.concept in _SEVERAL and piece.kind != "missing":
        taken += _joined(pieces, first, column, agreement)
    return taken


def _is_remark_behind_nothing(pieces: Sequence[Cell], first: int, column: Column) -> bool:
    """A remark behind "-": the column itself is empty."""
    if column.concept not in ("platform", "language") or pieces[first].kind != "word" or not first:
        return False
    return pieces[first - 1].kind in ("missing", "word")


def _longer_names(
    pieces: Sequence[Cell], first: int, column: Column, agreement: int, *, aligned: bool
) -> list[tuple[int, int]]:
    """A name of several pieces: MAPI32  DL_, or the words of a program's name, one space apart under the header."""
    taken = [(first + 2, agreement + 2)] if is_dos_name(pieces[first], pieces[first + 1]) else []
    if not aligned or abs(pieces[first].start - column.start) > 1:
        return taken
    for past in range(first + 1, min(len(pieces), first + 5)):
        if pieces[past].kind not in ("word", "platform") or pieces[past].start - pieces[past - 1].end != 1:
            break
        taken.append((past + 1, agreement + 1))
    return taken


def _joined(pieces: Sequence[Cell], first: int, column: Column, agreement: int) -> list[tuple[int, int]]:
    """The pieces of a cell of words, such as a platform or a folder."""
    taken = []
    for past in range(first + 1, min(len(pieces), first + 10)):
        after = pieces[past]
        if after.kind not in _JOINED_KINDS or (after.kind in ("date", "time") and column.concept != "other"):
            break
        agreement += 1
        taken.append((past + 1, agreement))
    return taken


def is_dos_name(stem: Cell, extension: Cell) -> bool:
    """Directory listings print MAPI32  DL_ for MAPI32.DL_."""
    return bool(re.fullmatch(r"[A-Z0-9$_]{1,8}", stem.text) and re.fullmatch(r"[A-Z0-9$_]{2,3}", extension.text))


def _overlap(piece: Cell, column: Column, following: Column | None) -> bool:
    reach = following.start if following else column.end + 20
    return piece.start < max(column.end, reach - 1) and piece.end > column.start


def fit(piece: Cell, concept: Concept) -> int | None:
    """How well a piece agrees with a column, or None."""
    if concept == "size" and piece.kind in ("version", "decimal") and _GROUPED_BY_DOTS.fullmatch(piece.text):
        return 7
    known = _FIT[concept].get(piece.kind)
    if known is not None:
        return known
    if concept == "version" and _BUILD.fullmatch(piece.text):
        return 4
    if concept == "time" and piece.kind in ("decimal", "version") and _TIME_WITH_DOT.fullmatch(piece.text):
        return 7 if read_time(piece.text) else None
    if concept == "date" and piece.kind == "version" and read_date(piece.text, dotted=True):
        return 6
    return None
