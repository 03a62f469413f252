"""Listings in JSON: a list of objects, one object, objects one a line, or those that Windows PowerShell wraps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from hotfix_check.inventory.listings.listed import Said, lowered
from hotfix_check.inventory.listings.powershell import PARTS, SETUP_FILE, SETUP_OBJECT
from hotfix_check.inventory.listings.rows import MANY, facts_of, host_of, kind_of_row, kind_of_rows
from hotfix_check.untrusted.json import parse_json

_KEY = re.compile(r'"([^"\\\n]{1,80})"\s{0,8}:')
_FIRST = 3  # objects of a long listing that are looked into
WHAT = "a listing of files"


def is_json_listing(head: str) -> bool:
    """Whether JSON that begins like this has rows of a known kind."""
    start = head.lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")):
        return False
    keys = {match[1] for match in _KEY.finditer(start)}
    if "schema" in keys and "hotfix-check/" in start:
        return False
    if {key.lower() for key in keys} >= PARTS:
        return True
    return kind_of_rows(chain(_first_rows(start), [dict.fromkeys(keys)])) is not None


def _first_rows(start: str) -> Iterator[dict[str, Any]]:
    """The first objects, as far as the beginning of a file has them whole."""
    decoder = json.JSONDecoder()
    at = 0
    for _ in range(_FIRST):
        at = start.find("{", at)
        if at < 0:
            return
        try:
            row, at = decoder.raw_decode(start, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        yield from _objects(row)


def json_listing(text: str, where: str) -> Iterator[Said]:
    """What the objects say. Raises SavedInputError for what is no JSON, with the place."""
    rows = _json_rows(text.encode(), where)
    first = list(islice(rows, MANY))
    default = kind_of_rows(first)
    for row in chain(first, rows):
        if default is not None and (kind_of_row(lowered(row)) is not None or default.name != "PowerShell"):
            yield from facts_of([row], "(JSON)", default)
        else:
            yield from inside(row)


def inside(document: dict[str, Any]) -> Iterator[Said]:
    """What objects within say: HealthChecker keeps the version of ExSetup.exe under ExchangeSetup, without its name."""
    host: str | None = None
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        name, one = waiting.pop()
        if isinstance(one, list):
            waiting.extend((name, inner) for inner in reversed(one))
        elif isinstance(one, dict):
            low = lowered(one)
            if low.get("action") == "removed" or name == "removed":  # osqueryd: what was there before
                continue
            host = host or host_of(low)
            if low.keys() >= PARTS and name == SETUP_OBJECT:
                low.setdefault("filename", SETUP_FILE)
            yield from facts_of([low], "(JSON)", of_all=host)
            waiting.extend(reversed(list(one.items())))


def _json_rows(data: bytes, where: str) -> Iterator[dict[str, Any]]:
    """The objects of one JSON text, or of one a line (JSONL)."""
    lines = data.splitlines() if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else []
    if len(lines) > 1 and all(line.lstrip()[:1] in (b"{", b"", b"\xef") for line in lines):
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield from _objects(parse_json(line, f"{where}: line {number}", WHAT))
        return
    yield from _objects(parse_json(data, where, WHAT))


def _objects(document: object) -> Iterator[dict[str, Any]]:
    """A list's objects, one object, or those that Windows PowerShell wraps as {"value": [...], "Count": 2}."""
    if isinstance(document, dict) and isinstance(document.get("value"), list) and "Count" in document:
        document = document["value"]
    for one in document if isinstance(document, list) else [document]:
        if isinstance(one, dict):
            yield one
