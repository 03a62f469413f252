"""A draft's ``[[update]]`` block put into the text of a product's file, everything else left byte for byte."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from hotfix_check.errors import CatalogueError
from hotfix_check.frozen import dataclass, replace
from hotfix_check.untrusted.toml import parse_toml

_UPDATE = re.compile(r"^[ \t]*\[\[[ \t]*update[ \t]*\]\]")
_OTHER_TABLE = re.compile(
    r"^[ \t]*\[(?!\[?[ \t]*update[ \t]*\.)(?=\[?[ \t]*[A-Za-z0-9_\"'-])[^\]=,{]{1,200}\]\]?[ \t]*(?:#.*)?$"
)
_KB = re.compile(r"[ \t]*kb[ \t]*=[ \t]*(\d+)")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One update of the file: the comments right above it, its block, and what follows up to the next one's."""

    above: str
    block: str
    behind: str
    table: Mapping[str, Any]

    @property
    def kb(self) -> int | None:
        kb = self.table.get("kb")
        return kb if isinstance(kb, int) else None


@dataclass(frozen=True, slots=True)
class ProductText:
    """The text of a product's file as pieces; a block put in gives another one."""

    name: str
    head: str
    pieces: tuple[_Piece, ...]
    rest: Mapping[str, Any]
    """The tables of the file without its updates."""
    newline: str

    @property
    def text(self) -> str:
        return self.head + "".join(piece.above + piece.block + piece.behind for piece in self.pieces)

    def put(self, block: str, *, take_new: bool) -> ProductText:
        """The file with the block in it, at its place by KB number; ``self`` when it has the same content already.

        Raises CatalogueError when the file has the KB with other content and ``take_new`` is false (the message shows
        the difference), when it has it more than once, or when the block has no number.
        """
        (table,) = _parsed(block, "the draft")["update"]
        kb = table.get("kb")
        if not isinstance(kb, int):
            raise CatalogueError(f"{self.name}: an update without a KB number cannot be merged here")
        newline = self.newline
        fresh = block.strip("\n").replace("\n", newline) + newline
        same = [at for at, piece in enumerate(self.pieces) if piece.kb == kb]
        if len(same) > 1:
            raise CatalogueError(f"{self.name}: KB{kb} appears {len(same)} times; change it by hand")
        if same:
            return self._replaced(same[0], fresh, table, take_new=take_new)
        at = next((at for at, piece in enumerate(self.pieces) if piece.kb is not None and piece.kb > kb), None)
        if at is not None:
            return replace(self, pieces=(*self.pieces[:at], _Piece("", fresh, newline, table), *self.pieces[at:]))
        if not self.pieces:
            head = self.head if not self.head or self.head.endswith("\n") else self.head + newline
            return replace(self, head=head + newline, pieces=(_Piece("", fresh, "", table),))
        last = self.pieces[-1]
        own = last.block if last.block.endswith("\n") else last.block + newline
        added = _Piece(newline, fresh, last.behind, table)
        return replace(self, pieces=(*self.pieces[:-1], replace(last, block=own, behind=""), added))

    def _replaced(self, at: int, fresh: str, table: Mapping[str, Any], *, take_new: bool) -> ProductText:
        there = self.pieces[at]
        if there.table == table:
            return self
        if not take_new:
            raise CatalogueError(
                f"{self.name}: KB{there.kb} is already there and differs; --replace takes the new one",
                *_difference(there.block, fresh, there.kb),
            )
        changed = replace(there, block=fresh, table=table)
        return replace(self, pieces=(*self.pieces[:at], changed, *self.pieces[at + 1 :]))

    def proved(self) -> str:
        """The text, which reads back as its updates and nothing else. Raises CatalogueError when it does not."""
        text = self.text
        read = _parsed(text, self.name)
        if read.pop("update", []) != [piece.table for piece in self.pieces] or read != self.rest:
            raise CatalogueError(f"{self.name}: a merge would change another update; add it by hand")
        return text


def product_text(text: str, name: str) -> ProductText:
    """The pieces of a product's file, ``name`` in messages. Raises CatalogueError where they cannot be told apart."""
    rest = _parsed(text, name)
    tables = rest.pop("update", [])
    lines = text.splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if _UPDATE.match(line)]
    stops = sorted({*starts, *(at for at, line in enumerate(lines) if _OTHER_TABLE.match(line)), len(lines)})
    found = [(start, _end(lines, start, next(stop for stop in stops if stop > start))) for start in starts]
    if [_kb_of(lines[start:end]) for start, end in found] != [table.get("kb") for table in tables]:
        raise CatalogueError(f"{name}: its [[update]] blocks could not be separated; add the update by hand")
    above = [_above_comments(lines, start) for start in starts]
    pieces = tuple(
        _Piece("".join(lines[first:start]), "".join(lines[start:end]), "".join(lines[end:past]), table)
        for first, (start, end), past, table in zip(above, found, [*above[1:], len(lines)], tables, strict=False)
    )
    return ProductText(
        name, "".join(lines[: above[0]] if above else lines), pieces, rest, "\r\n" if "\r\n" in text else "\n"
    )


def _parsed(text: str, name: str) -> dict[str, Any]:
    return parse_toml(text.encode(), name, "a catalogue file", CatalogueError)


def _end(lines: list[str], start: int, stop: int) -> int:
    """Past the last line of a block, without the blank lines and comments behind it."""
    while stop > start + 1 and (not lines[stop - 1].strip() or lines[stop - 1].lstrip().startswith("#")):
        stop -= 1
    return stop


def _kb_of(lines: list[str]) -> int | None:
    return next((int(found[1]) for line in lines if (found := _KB.match(line))), None)


def _above_comments(lines: list[str], start: int) -> int:
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start


def _difference(old: str, fresh: str, kb: int | None) -> list[str]:
    names = (f"KB{kb} in the catalogue", f"KB{kb} in the article")
    return list(difflib.unified_diff(old.splitlines(), fresh.splitlines(), *names, lineterm=""))
