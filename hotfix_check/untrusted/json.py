"""JSON that strangers wrote: what two readers could understand differently, and what is made to cost, is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hotfix_check.errors import SavedInputError
from hotfix_check.untrusted.bounded import read_bounded, text_of, unpacked
from hotfix_check.untrusted.shown import clipped, shown

MAX_VALUES = 4 * 1024 * 1024  # commas and opening brackets; an inventory has 16 for a file that tells everything
MAX_NESTING = 64  # what the tool writes has less than ten
MAX_DIGITS = 20

_TAKEN_BY = {"inventory": "scan", "result": "convert", "manifest": "verify"}
_Place = tuple[Any, ...]  # (place around, key or number); () is the document
_END = object()
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


class _Unfit:
    """Stands where a value was that cannot be taken, until its place has been found."""

    def __init__(self, problem: str) -> None:
        self.problem = problem


class _Reading:
    """The hooks of one reading; ``doubtful`` when one of them left something unfit behind."""

    def __init__(self) -> None:
        self.doubtful = False

    def unfit(self, problem: str) -> _Unfit:
        self.doubtful = True
        return _Unfit(problem)

    def table(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    made[key] = self.unfit("appears twice, so which one counts would depend on the reader")
                    break
                seen.add(key)
        return made

    def integer(self, digits: str) -> int | _Unfit:
        if len(digits) > MAX_DIGITS:
            return self.unfit(f"a whole number of {len(digits)} digits, which no count has")
        return int(digits)

    def fraction(self, digits: str) -> float | _Unfit:
        number = float(digits)
        return number if math.isfinite(number) else self.unfit(f"{clipped(digits, 20)} is larger than any number")

    def constant(self, word: str) -> _Unfit:
        return self.unfit(f"{word} is not a JSON number")


def read_json(path: Path, limit: int, what: str) -> object:
    """The JSON of a file of at most ``limit`` bytes, gzip-compressed or not. Raises SavedInputError."""
    return parse_packed(read_bounded(path, limit, what, SavedInputError), str(path), limit, what)


def parse_packed(data: bytes, where: str, limit: int, what: str) -> object:
    """The same from the bytes of the file; ``limit`` holds for what is unpacked."""
    return parse_json(unpacked(data, where, limit, what, SavedInputError), where, what)


def parse_json(data: bytes, where: str, what: str) -> object:
    """JSON in UTF-8, or in UTF-16 with a byte order mark, as Windows PowerShell writes it.

    Raises SavedInputError with the place for: what is not JSON; a key that is twice in one object; NaN, Infinity and
    numbers beyond any count; half a surrogate pair, which is no text; more than ``MAX_NESTING`` levels or
    ``MAX_VALUES`` values.
    """
    if len(data) > MAX_VALUES and data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        raise SavedInputError(f"{where}: more than {MAX_VALUES} values, not {what}")
    text = text_of(data, where, f"{what} (JSON)", SavedInputError, utf16=True)
    reading = _Reading()
    try:
        document = json.loads(
            text,
            object_pairs_hook=reading.table,
            parse_int=reading.integer,
            parse_float=reading.fraction,
            parse_constant=reading.constant,
        )
    except RecursionError:
        raise SavedInputError(f"{where}: nested deeper than {MAX_NESTING} levels, not {what}") from None
    except ValueError as fault:
        raise SavedInputError(f"{where}: not JSON: {fault}; {what} expected") from None
    if _deeper(document, MAX_NESTING):
        raise SavedInputError(f"{where}: nested deeper than {MAX_NESTING} levels, not {what}")
    if reading.doubtful or ("\\" in text and ("\\ud" in text or "\\uD" in text)):
        unfit = _first_unfit(document)
        if unfit is not None:
            raise SavedInputError(f"{where}: {unfit}")
    return document


def not_read_here(schema: object, reads: str) -> str:
    """What is wrong with a schema that is not ``reads``, and which command takes the file, in words."""
    said = f"{shown(schema)}: this release reads {reads}"
    kind = next((kind for kind in _TAKEN_BY if str(schema).startswith(f"hotfix-check/{kind}/")), None)
    if kind is None or kind in reads:
        return said
    return f"{said}; 'hotfix-check {_TAKEN_BY[kind]}' takes this file"


def _deeper(document: object, limit: int) -> bool:
    level: list[Any] = [[document]]
    for _ in range(limit + 2):
        level = [
            item
            for outer in level
            for item in (outer.values() if outer.__class__ is dict else outer)
            if item.__class__ is dict or item.__class__ is list
        ]
        if not level:
            return False
    return True


def _first_unfit(document: object) -> str | None:
    """The first value, or key, in the order of the document that is not what JSON may hold, with its place."""
    waiting: list[Iterator[tuple[object, _Place]]] = [iter([(document, ())])]
    while waiting:
        value, place = next(waiting[-1], (_END, ()))
        if value is _END:
            waiting.pop()
        elif isinstance(value, _Unfit):
            return f"{_words(place)}: {value.problem}"
        elif isinstance(value, str) and _HALF_A_PAIR.search(value):
            return f"{_words(place)}: half a surrogate pair in it ({clipped(value, 40)})"
        elif isinstance(value, dict):
            for key in value:
                if _HALF_A_PAIR.search(key):
                    return f"{_words((place, key))}: half a surrogate pair in the key"
            waiting.append(_inside(value.items(), place))
        elif isinstance(value, list):
            waiting.append(_inside(enumerate(value, 1), place))
    return None


def _inside(items: Iterable[tuple[Any, object]], place: _Place) -> Iterator[tuple[object, _Place]]:
    return ((item, (place, key)) for key, item in items)


def _words(place: _Place) -> str:
    """``files 3, size``."""
    keys: list[Any] = []
    while place:
        place, key = place
        keys.append(key)
    words = ""
    for key in reversed(keys):
        words += f" {key}" if isinstance(key, int) else f"{', ' if words else ''}{clipped(key)}"
    return words.strip() or "the document"
