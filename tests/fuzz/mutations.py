"""Mutations that know words, strings, numbers and brackets, so that most inputs get past the first syntax error."""

from __future__ import annotations

import random
import re

_TOKENS = re.compile(
    rb'"""|"(?:[^"\\\n]|\\.)*"|\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?)?|[+-]?\d+(?:\.\d+)*|[A-Za-z_][\w-]*|\r?\n|[ \t]+|.',
    re.DOTALL,
)
_ALWAYS = (
    *(b"0", b"-1", b"65536", b"9223372036854775808", b"1" + b"0" * 400, b"1e999", b"0x" + b"f" * 20, b"1.5", b"true"),
    *(
        b'""',
        b'"\\ud800"',
        b'"\\u0000"',
        b'"\\n\\u202e"',
        b'"5.5.2657.50"',
        b'"9999-12-31"',
        b'"0001-01-01T00:00:00+14:00"',
    ),
    *(b"9999-12-31", b"0001-01-01", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"00:00:01", b"nan"),
    *(b"null", b"{}", b"[]", b"[[]]", b"\n", b"\0", b"\xff", b"\xef\xbb\xbf", b" " * 40, b"a" * 300),
)


def mutate_tokens(data: bytes, limit: int, seed: int, words: tuple[bytes, ...]) -> bytes:
    """``data`` with a few tokens exchanged, doubled, removed, moved, or replaced by ``words``; at most ``limit`` bytes."""
    chance = random.Random(seed)
    tokens = _TOKENS.findall(data) or [b""]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(tokens))
        span = min(len(tokens) - at, chance.choice((1, 1, 1, 3, 9, 40)))
        other = chance.randrange(len(tokens))
        what = chance.randrange(7)
        if what == 0:
            tokens[at] = chance.choice(_ALWAYS)
        elif what == 1 and words:
            tokens[at] = chance.choice(words)
        elif what == 2:
            tokens[at] = tokens[other]
        elif what == 3 and len(tokens) > span:
            del tokens[at : at + span]
        elif what == 4:
            tokens[other:other] = tokens[at : at + span]
        elif what == 5:
            tokens[at:at] = tokens[at : at + 1] * chance.choice((1, 8, 200))
        elif words:
            tokens.insert(at, chance.choice((b" ", b",", b"\n")) + chance.choice(words))
    return b"".join(tokens)[:limit]


def words_of(seeds: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The words, strings and numbers that seeds are made of: the dictionary of their format."""
    found = {token for seed in seeds for token in _TOKENS.findall(seed) if len(token) > 1 and not token.isspace()}
    return tuple(sorted(found))
