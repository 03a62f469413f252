"""A draft's ``[[update]]`` block put into the text of a product's file, everything else left byte for byte."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import NamedTuple

from hotfix_check.errors import CatalogueError

_UPDATE = re.compile(r"^[ \t]*\[\[[ \t]*update[ \t]*\]\]")
_OTHER_TABLE = re.compile(
    r"^[ \t]*\[(?!\[?[ \t]*update[ \t]*\.)(?=\[?[ \t]*[A-Za-z0-9_\"'-])[^\]=,{]{1,200}\]\]?[ \t]*(?:#.*)?$"
)


class _Block(NamedTuple):
    """One update in the file: lines ``start`` to ``end``, without the blank lines and comments behind it."""

    start: int
    end: int
    kb: int | None


def merge_update(text: str, block: str, *, replace: bool, name: str) -> str:
    """The text of a product's file with the block in it, at its place by KB number.

    Raises CatalogueError when the file has the KB with other content and ``replace`` is false (the message shows the
    difference), when it has it more than once, or when the file or the block is not what the catalogue format says.
    ``name`` is the file's name for messages.
    """
    before = _load(text, name)
    added = _load(block, "the draft")["update"][0]
    kb = added.get("kb")
    if not isinstance(kb, int):
        raise CatalogueError(f"{name}: the draft has no KB number, so it has no place: name it with --kb")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    blocks = _blocks(lines)
    if [found.kb for found in blocks] != [update.get("kb") for update in before.get("update", [])]:
        raise CatalogueError(f"{name}: its [[update]] blocks could not be told apart; add KB{kb} by hand")
    same = [found for found in blocks if found.kb == kb]
    if len(same) > 1:
        raise CatalogueError(f"{name}: KB{kb} is there {len(same)} times; change it by hand")
    fresh = [line + newline for line in block.strip("\n").split("\n")]
    if same:
        found = same[0]
        old = "".join(lines[found.start : found.end])
        if _load(old, name)["update"][0] == added:
            return text
        if not replace:
            difference = _difference(old, fresh, kb)
            raise CatalogueError(
                f"{name}: KB{kb} is already there and differs; --replace takes the new one\n{difference}"
            )
        merged = lines[: found.start] + fresh + lines[found.end :]
    else:
        at = next(
            (_above_comments(lines, found.start) for found in blocks if found.kb is not None and found.kb > kb), None
        )
        if at is None:
            at = max((found.end for found in blocks), default=len(lines))
            head = lines[:at]
            if head and not head[-1].endswith("\n"):
                head[-1] += newline
            merged = [*head, newline, *fresh, *lines[at:]]
        else:
            merged = [*lines[:at], *fresh, newline, *lines[at:]]
    result = "".join(merged)
    after = _load(result, name)
    others = [update for update in after["update"] if update.get("kb") != kb]
    if others != [update for update in before.get("update", []) if update.get("kb") != kb] or _rest(after) != _rest(
        before
    ):
        raise CatalogueError(f"{name}: adding KB{kb} would change another update; add it by hand")
    return result


def _load(text: str, name: str) -> dict[str, list[dict[str, object]]]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{name}: {error}") from None


def _rest(data: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key != "update"}


def _blocks(lines: list[str]) -> list[_Block]:
    starts = [at for at, line in enumerate(lines) if _UPDATE.match(line)]
    stops = sorted({*starts, *(at for at, line in enumerate(lines) if _OTHER_TABLE.match(line)), len(lines)})
    blocks = []
    for start in starts:
        end = next(stop for stop in stops if stop > start)
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        match = next(
            (found for line in lines[start:end] if (found := re.match(r"[ \t]*kb[ \t]*=[ \t]*(\d+)", line))), None
        )
        blocks.append(_Block(start, end, int(match[1]) if match else None))
    return blocks


def _above_comments(lines: list[str], start: int) -> int:
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _difference(old: str, fresh: list[str], kb: int) -> str:
    return "".join(
        difflib.unified_diff(old.splitlines(keepends=True), fresh, f"KB{kb} in the catalogue", f"KB{kb} in the article")
    ).rstrip("\n")
