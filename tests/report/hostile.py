"""Text that would act if it were printed, opened or pasted, and where a stranger can put it."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from hotfix_check.saved_result import first_fault, packaged_schema

PAYLOADS = {
    "HTML element": "<img src=x onerror=alert(1)>",
    "HTML attribute": "x\" onmouseover='alert(1)' y=`z`",
    "HTML end of script and comment": "</script></td></title>--><script>alert(1)</script>",
    "character references": "&lt;b&gt; &#60;b&#62; &amp;amp;",
    "template": "{{ 7*7 }} {% raw %} ${7*7} #{7}",
    "CSI": "a\x1b[2J\x1b[1;31mb\x1b[0m",
    "OSC 8 link": "\x1b]8;;https://example.com\x1b\\click\x1b]8;;\x1b\\",
    "OSC 52 clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07x",
    "window title and answerback": '\x1b]0;title\x07\x05\x1bP$q"p\x1b\\x',
    "C1 controls": "a\x9b31mb\x90c\x9c\x85d",
    "other controls": "a\x07\x08\x0b\x0c\x0e\x0f\x7fb",
    "line ends": "a\nb\rc\r\nd\u2028e\u2029f\x1cg",
    "a line of the tool's own": "a\nhotfix-check: error: all is well\nKB818861 installed",
    "formula": "=cmd|'/C calc'!A0",
    "formula behind spaces and quotes": " \t\"' =1+1",
    "formula by plus": "+1+cmd|' /C calc'!A0",
    "formula by minus": "-1+1",
    "formula by at": "@SUM(1+1)",
    "formula in full width": "\uff1d1+1",
    "formula behind a separator": 'x; =1+1;"@SUM(1);,=2',
    "quotes and commas": 'a","b\r\n""=1"',
    "Markdown table": "a | b |\n|---|---|\n| c | d",
    "Markdown link and image": "[x](https://example.com) ![y](https://example.com/p.png) [z]: u",
    "Markdown autolink": "<https://example.com> https://example.com www.example.com a@example.com",
    "Markdown references": "GH-12 (gh-3) da39a3ee5e6b4b0d3255bfef95601890afd80709 user/repo#1 user@da39a3e",
    "Markdown HTML": "<details open><summary>x</summary><b>",
    "Markdown code": "``` `code` ~~~ ``",
    "Markdown emphasis": "**x** _y_ ~~z~~ $a$ \\* @user #1",
    "Markdown list": "- - x",
    "Markdown numbered list": "1. x",
    "Markdown rule": "---",
    "Markdown code block": "     x",
    "bidirectional override": "\u202egnp.exe\u202c",
    "bidirectional isolates": "\u2066x\u2069\u2067y\u2068z\u200e\u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
    "invisible letters": "a\u3164b\u115fc\uffa0d\ufe0fe\u034ff\U000e0041g\U000e0100h\u2800i\U0001d159j",
    "NUL": "a\x00b",
    "lone surrogates": "a\ud800b\udfffc\udce9",
    "unassigned and private": "a\u0378b\ue000c\U0010ffffd",
    "percent and braces": "%s %(x)s %n {0} {x!r} \\x1b \\033[31m \\N{BELL}",
    "rich markup": "[red]x[/red] [link=https://example.com]y[/link] [/] [@click=x]z",
    "path parts": "../../etc/passwd\\..\\x:stream",
    "a long word": "w" * 1000,
    "a long text": "the word and " * 150,
}
EVERY = pytest.mark.parametrize("payload", [pytest.param(text, id=name) for name, text in PAYLOADS.items()])
BENIGN = "Zq"

_ACTS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_UNSEEN = re.compile("[\u034f\u115f\u1160\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef\u2800\U0001d159]")


def acting(text: str, *, beside: str = "\n") -> list[str]:
    """The characters of a text that could act on a terminal, reorder or hide."""
    kept = {one for one in set(text) if unicodedata.category(one) in _ACTS or _UNSEEN.match(one)}
    return sorted(hex(ord(character)) for character in kept - set(beside))


Place = tuple[str | int, ...]


def strings(value: Any, place: Place = ()) -> Iterator[Place]:
    """The places of all texts in a value of JSON."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, (*place, number))


def with_text(value: Any, places: list[Place], text: str) -> Any:
    """A copy with the text in each of these places."""
    made = copy.deepcopy(value)
    for place in places:
        inner = made
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = text
    return made


def free_places(document: Any) -> list[Place]:
    """The places of a result in which the schema lets any text stand."""
    schema = packaged_schema("result-1.json")
    tried, found = copy.deepcopy(document), []
    for place in strings(document):
        inner = tried
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]], text = BENIGN, inner[place[-1]]
        if first_fault(tried, schema) is None:
            found.append(place)
        inner[place[-1]] = text
    return found


@cache
def _small(make: Callable[..., Any], findings: int) -> tuple[Any, list[Place]]:
    made = make(findings, files=1, rungs=1)
    return made, free_places(made)


def small_with(make: Callable[..., Any], findings: int, text: str) -> Any:
    """A result of a few findings, with the text wherever the schema lets any text stand."""
    made, places = _small(make, findings)
    return with_text(made, places, text)


# One of each kind, for what is slow to try.
FEW = pytest.mark.parametrize(
    "payload",
    [
        pytest.param(PAYLOADS[name], id=name)
        for name in (
            *("HTML end of script and comment", "CSI", "OSC 52 clipboard", "C1 controls", "line ends"),
            *("a line of the tool's own", "formula", "quotes and commas", "Markdown link and image"),
            *("bidirectional override", "zero width", "lone surrogates"),
        )
    ],
)
