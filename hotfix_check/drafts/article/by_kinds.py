"""A row by the kinds of its pieces alone, where there is no header, or one that does not fit its rows (KB249973)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotfix_check.drafts.article.cells import Cell, Kind
from hotfix_check.drafts.article.columns import Concept
from hotfix_check.drafts.article.laying import STRONG, fit
from hotfix_check.drafts.article.raw_table import RawRow

_TARGETS: dict[Kind, Concept] = {
    "datetime": "datetime", "date": "date", "unreadable-date": "date", "time": "time", "size": "size",
    "version": "version", "platform": "platform", "language": "language", "name": "name",
}  # fmt: skip
_ENDS_AS_FILE = re.compile(r"\.\w{1,4}$")
_BARE_NAME = re.compile(r"[A-Za-z][\w$~-]{1,20}")


def row_by_kinds(pieces: Sequence[Cell], at: int) -> RawRow | None:
    """One file name and at least one date, version or size; None without them."""
    row = _Gathered()
    for piece in pieces:
        row.take(piece)
    return row.finished(at)


class _Gathered:
    """The values of a row while its pieces are taken."""

    def __init__(self) -> None:
        self._values: dict[Concept, str] = {}
        self._left: list[str] = []
        self._words: list[str] = []
        self._numbers: list[Cell] = []
        self._strength = 0
        self._previous: Kind | None = None
        self._before_platform = False
        """Whether a word stands before the platform: it is none of it."""

    def take(self, piece: Cell) -> None:
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

    def finished(self, at: int) -> RawRow | None:
        values, words = self._values, self._words
        for number in self._numbers:
            self._take_number(number)
        if "name" not in values and len(words) == 1 and self._strength >= 2 and _BARE_NAME.fullmatch(words[0]):
            values["name"] = words.pop()
        elif "name" in values and words and self._has_words_of_platform():
            values["platform"] = " ".join([values["platform"], *words])
            words.clear()
        if "name" not in values or not (self._strength or {"version", "size"} & values.keys()):
            return None
        return RawRow(values=values, line=at, left_over=(*self._left, *words), strength=self._strength)

    def _has_words_of_platform(self) -> bool:
        few = len(self._words) <= 3 and not self._before_platform
        return few and "platform" in self._values and self._strength >= 1

    def _take_number(self, number: Cell) -> None:
        """A bare number is a version with a dot, else a size; the second one the other."""
        values = self._values
        if number.kind == "decimal" and "version" not in values:
            values["version"] = number.text
        elif "size" not in values and (number.kind == "whole" or "version" in values):
            values["size"] = number.text
        elif "version" not in values:
            values["version"] = number.text
        else:
            self._left.append(number.text)
