"""Mutations that know JSON and TOML, so that most inputs get past the first syntax error.

A document that can be read is changed as a tree and written down again; any text is changed token by token.
"""

from __future__ import annotations

import json
import math
import random
import re
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

_TOKENS = re.compile(
    rb'"""|"(?:[^"\\\n]|\\.)*"|\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?)?|[+-]?\d+(?:\.\d+)*|[A-Za-z_][\w-]*|\r?\n|[ \t]+|.',
    re.DOTALL,
)
_ODD_TOKENS = (
    *(b"0", b"-1", b"65536", b"1" + b"0" * 400, b"1e999", b"0x" + b"f" * 4000, b"nan", b"NaN", b"true", b"null"),
    *(b'"\\ud800"', b'"\\u0000"', b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"00:00:01", b"{}"),
    *(b"[]", b"[[]]", b"\n", b"\0", b"\xff", b"\xef\xbb\xbf", b" " * 40, b"a" * 300, b".a" * 20, b'"a" = 1\n'),
)
_ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 65535, 65536, 2**31, 2**63, 10**400, 1.5, math.inf, math.nan, {}, [], [[]], [{}]),
    *("", " ", "\0", "\n", "\u202e", "\U0001f600", "a" * 300, "../..", "C:\\x\\y.dll", "x/Mapi32.dll", "%s{0}", "=1+1"),
    *("5.5.2657.50", "65535.65535.65535.65535", "0.0.0.0", "1.2.3", "==5.5.*", "===1", "!=5.5.1", "~=5.5", "[a-", "**"),
    *("9999-12-31", "0001-01-01", "0009-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
    *(date.max, date.min, datetime.max, datetime.min.replace(tzinfo=UTC), datetime(2003, 7, 1, 17, 44, tzinfo=UTC)),
    *(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), time(1, 2), "KB818861", 818861, "exchange-5.5/SP4"),
)


def mutate(data: bytes, limit: int, seed: int, words: tuple[bytes, ...], values: tuple[Any, ...]) -> bytes:
    """``data`` changed in one to four places, at most ``limit`` bytes; ``words``, ``values``: its format's."""
    chance = random.Random(seed)
    for read, write in _FORMATS:
        try:
            document = read(data.decode())
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and chance.random() < 0.8:
            return _changed(document, chance, values, write).encode("utf-8", "surrogatepass")[:limit]
    return _with_tokens_changed(data, chance, words)[:limit]


def words_of(seeds: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The words, strings and numbers that seeds are made of: the dictionary of their format."""
    found = {token for seed in seeds for token in _TOKENS.findall(seed) if len(token) > 1 and not token.isspace()}
    return tuple(sorted(found))


def values_of(seeds: tuple[bytes, ...]) -> tuple[Any, ...]:
    """All values within seeds that are JSON or TOML."""
    found: list[Any] = []
    for seed in seeds:
        for read, _ in _FORMATS:
            try:
                found.extend(value for _, _, value in _places(read(seed.decode())))
            except ValueError:
                continue
    return tuple(found)


def _changed(document: Any, chance: random.Random, values: tuple[Any, ...], write: Callable[[Any], str]) -> str:
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        places = _places(document)
        if not places:
            break
        around, key, value = chance.choice(places)
        what = chance.randrange(6)
        if what < 3:
            around[key] = _another(chance, _ODD_VALUES, values, [one for _, _, one in places])
        elif what == 3:
            del around[key]
        elif isinstance(around, list):
            around.insert(key, value)
        elif what == 4:
            other = chance.choice(places)[1]
            around[other if isinstance(other, str) else f"{key}{other}"] = value
        elif isinstance(value, str):
            around[key] = value[: chance.randrange(len(value) + 1)] + chance.choice(("", " ", "\n", "9", "z", "*", "é"))
        document = json.loads(json.dumps(document)) if _is_plain(document) else document  # shared parts come apart
    try:
        return write(document)
    except (RecursionError, ValueError):  # a part was put into itself
        return ""


def _another(chance: random.Random, odd: Sequence[Any], known: Sequence[Any], own: Sequence[Any]) -> Any:
    """What comes in the place of a piece: an odd one, one of the seeds, or one of the text's own."""
    return chance.choice(chance.choice((odd, known or odd, own)))


def _places(value: Any) -> list[tuple[Any, Any, Any]]:
    """What is around each value inside, its key there, and the value."""
    found: list[tuple[Any, Any, Any]] = []
    waiting = [value]
    while waiting and len(found) < 5000:
        around = waiting.pop()
        items = around.items() if isinstance(around, dict) else enumerate(around) if isinstance(around, list) else ()
        for key, item in items:
            found.append((around, key, item))
            waiting.append(item)
    return found


def _is_plain(document: Any) -> bool:
    try:
        json.dumps(document)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _toml(value: Any, depth: int = 0) -> str:
    """TOML, every table but the topmost written inline."""
    if depth > 200:
        raise ValueError("endless")
    if isinstance(value, dict):
        items = [f"{json.dumps(key)} = {_toml(item, depth + 1)}" for key, item in value.items() if item is not None]
        return "\n".join(items) if depth == 0 else "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item, depth + 1) for item in value if item is not None) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return hex(value) if isinstance(value, int) and value > 2**64 else str(value)


def _lines(text: str) -> dict[str, Any]:
    """JSON, a document a line, as one tree."""
    return {"lines": [json.loads(line) for line in text.split("\n")]}


def _as_lines(tree: Any) -> str:
    lines = tree.get("lines")
    return "\n".join(json.dumps(line, default=str) for line in (lines if isinstance(lines, list) else [tree]))


_FORMATS: tuple[tuple[Callable[[str], Any], Callable[[Any], str]], ...] = (
    (json.loads, lambda document: json.dumps(document, default=str)),
    (_lines, _as_lines),
    (tomllib.loads, _toml),
)


def _with_tokens_changed(data: bytes, chance: random.Random, words: tuple[bytes, ...]) -> bytes:
    tokens = _TOKENS.findall(data) or [b""]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(tokens))
        span = min(len(tokens) - at, chance.choice((1, 1, 1, 3, 9, 40)))
        other = chance.randrange(len(tokens))
        what = chance.randrange(7)
        if what < 3:
            tokens[at] = _another(chance, _ODD_TOKENS, words, tokens)
        elif what == 3 and len(tokens) > span:
            del tokens[at : at + span]
        elif what == 4:
            tokens[other:other] = tokens[at : at + span]
        elif what == 5:
            tokens[at:at] = tokens[at : at + 1] * chance.choice((1, 8, 200))
        elif words:
            tokens.insert(at, chance.choice((b" ", b",", b"\n")) + chance.choice(words))
    return b"".join(tokens)
