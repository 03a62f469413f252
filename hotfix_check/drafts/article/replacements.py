"""Which updates an article says its fix replaces, and which replace it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import Said, following_numbers, is_section_heading, numbers_in
from hotfix_check.drafts.article.rows import PROSE
from hotfix_check.drafts.article.text import CHUNK, Line
from hotfix_check.drafts.article.values import is_missing

_MAY_REPLACE = ("eplac", "upersed", "uperced", "bsolet", "the place of")
_BY_THIS = phrase(r"\s(?:this|the (?:current|present)|these)\b(?![^.]{0,40}\d{5})")
_REPLACE_EARLIER = phrase(r"\b(?:replace|supersede)s?\b[^.]{0,40}\b(?:earlier|previous|older|old)\b[^.]{0,30}\b<fix>\b")
_EARLIER_ONES = phrase(r"\b(?:earlier|previous|older|replaced|superseded)\b[^.]{0,40}\b(?:ones?|articles?|<fix>)\b")
_REPLACES = phrase(r"""
    (?:<fix>|version|package|it|this)\b[^.]{0,80}?(?<!not )\b(?:supersedes?|supercedes?|replaces?|obsoletes?
      |takes?\sthe\splace\sof|is\sa\sreplacement\sfor)\b(.{0,400})
    ^(?:replaces|supersedes|(?:updates?|hot-?fix(?:es)?|bulletins?|articles?) (?:replaced|superseded)): ?(.{3,300})""")
_REPLACES_NONE = phrase(r"""
    \b(?:does|do) not (?:replace|supersede|supercede) (?:any|other|a )
    \bis not a replacement for (?:any|other|a )
    \breplaces no\b
    \bno (?:previously released )?(?:hotfix|update)s? (?:is|are) replaced""")
_REPLACED_BY = phrase(r"""
    \b(?:is|are|was|were|been|be) (?:(?:later|now|since|also|subsequently|already|itself|then) )?
      (?:superseded|superceded|replaced|obsoleted) by\b(.{0,400})
    \bsuperseded by\b(.{0,400})""")


_COLUMNS: dict[str, re.Pattern[str]] = {
    "replaces": phrase(r"""
        (?:(?:security )?(?:<fix>|bulletins?|articles?|kbs?) )?(?:that (?:is|are|was|were) )?
          (?:replace[ds]|supersede[ds])
          (?: (?:security )?(?:<fix>|bulletins?|articles?|kb)(?: (?:articles?|numbers?))?)?(?: by this <fix>)?"""),
    "by": phrase(r"(?:(?:is|later) )?(?:replaced|superseded) by(?: (?:security )?(?:<fix>|bulletin|article|kb))?"),
    "update": phrase(r"(?:security )?(?:<fix>|bulletins?|articles?|kbs?)(?: (?:articles?|numbers?|id|name|title))?"),
}
"""What columns of a table of updates are called. A row that is of another update tells of that one."""
_ONLY_NUMBERS = phrase(r"(?:(?:KB ?|Q)?\d{5,7}(?:,? and |[,;] ?|\.?$))+")


class Replacements(NamedTuple):
    """The updates that this one replaces, those that replace it, and whether what it replaces is stated at all."""

    replaces: set[int]
    replaced_by: set[int]
    stated: bool
    unread: tuple[str, ...] = ()
    """What a table says is replaced, where that is no number: a bulletin."""


def replacements(
    said: Sequence[Said], paragraphs: Sequence[str], lines: Sequence[Line], number: int | None
) -> Replacements:
    """What sentences, headings and tables say of replacing, in the article with this number."""
    telling = [each for each in said if any(words in each.sentence for words in _MAY_REPLACE)]
    there = {each.at for each in telling}
    replaces, replaced_by = _told([each for each in said if each.at in there], paragraphs)
    tabled = _tabled(lines, number)
    replaces |= _listed(paragraphs) | tabled.replaces
    stated = (
        bool(replaces)
        or tabled.stated
        or any(_REPLACES_NONE.search(each.sentence) for each in telling)
        or any("replacement" in each.section and each.sentence.strip(" .").lower() == "none" for each in said)
    )
    return Replacements(replaces, replaced_by | tabled.replaced_by, stated, tabled.unread)


def _tabled(lines: Sequence[Line], number: int | None) -> Replacements:
    """What tables of updates say: a column of replaced ones, or of those that replace this one."""
    told = Replacements(set(), set(), stated=False)
    columns: list[tuple[int, str]] = []
    rows = 0
    for line in lines:
        if line.kind == "heading" or (line.kind == "blank" and rows):
            columns = []
        if line.kind in ("blank", "rule") or not (columns or any(word in line.text for word in _MAY_REPLACE)):
            continue
        cells = _cells(line)
        kinds = [_kind(text) for _, text in cells]
        of_row = columns
        if any(kind in ("replaces", "by") for kind in kinds):
            if len(cells) > 1 and not any(is_missing(text) or numbers_in(text, (), 0) for _, text in cells[1:]):
                columns, rows = [(start, kind) for (start, _), kind in zip(cells, kinds, strict=True)], 0
                continue
            if len(cells) == 2:  # a label, and what it is of
                of_row = [(cells[0][0], ""), (cells[1][0], kinds[0])]
        reach = 0 if line.kind == "cells" else 1
        row = [
            (next((kind for at, kind in reversed(of_row) if at <= start + reach), ""), text) for start, text in cells
        ]
        if (len(row) == 1 and row[0][0] == "") or (line.kind == "text" and PROSE.search(line.text)):
            columns = []
            continue
        rows += 1
        told = told if _is_of_another(row, number) else _with_row(told, row)
    return told


def _cells(line: Line) -> list[tuple[int, str]]:
    """The cells of a row, or what wide gaps part in a line of text, each with where it stands."""
    if line.kind == "cells":
        return [(at, text) for at, text in enumerate(line.cells) if text]
    return [(chunk.start(), chunk[0]) for chunk in CHUNK.finditer(line.text)]


def _kind(text: str) -> str:
    label = text.strip(" :*")
    return next((kind for kind, labels in _COLUMNS.items() if labels.fullmatch(label)), "") if len(label) < 60 else ""


def _is_of_another(row: Sequence[tuple[str, str]], number: int | None) -> bool:
    updates = {each for kind, text in row if kind == "update" for each in numbers_in(text, (), 0)}
    return bool(updates) and number not in updates


def _with_row(told: Replacements, row: Sequence[tuple[str, str]]) -> Replacements:
    for kind, text in row:
        numbers = set(numbers_in(text, (), 0))
        if kind == "by":
            told = told._replace(replaced_by=told.replaced_by | numbers)
        elif kind == "replaces":
            unread = () if numbers or is_missing(text) else (text,)
            told = Replacements(
                told.replaces | numbers, told.replaced_by, told.stated or not unread, (*told.unread, *unread)
            )
    return told


def _told(said: Sequence[Said], paragraphs: Sequence[str]) -> tuple[set[int], set[int]]:
    replaces: set[int] = set()
    replaced_by: set[int] = set()
    earlier: int | None = None
    """The paragraph that has told to replace earlier fixes: what it lists is replaced."""
    for sentence, at, _ in said:
        if match := _REPLACED_BY.search(sentence):
            by = match[1] or match[2] or ""
            if _BY_THIS.match(by):
                replaces.update(numbers_in(sentence[: match.start()], paragraphs, at))
                continue
            replaced_by.update(numbers_in(by, paragraphs, at))
            sentence = sentence[: match.start()]  # of "replaces 926123 and is replaced by 936123" the first half
        match = _REPLACES.search(sentence)
        if match and _BY_THIS.match(match[1] or "") and (newer := numbers_in(sentence[: match.start(1)], (), at)):
            replaced_by.update(newer)
        elif match:
            replaces.update(numbers_in(match[1] or match[2], paragraphs, at))
        elif _REPLACE_EARLIER.search(sentence):
            earlier = at
            replaces.update(numbers_in(sentence, paragraphs, at))
        elif earlier == at and _EARLIER_ONES.search(sentence):
            replaces.update(numbers_in(sentence, paragraphs, at))
    return replaces, replaced_by


def _listed(paragraphs: Sequence[str]) -> set[int]:
    """The articles right under a heading "Hotfix replacement information": one a line, or all those of one line."""
    found: set[int] = set()
    for at, paragraph in enumerate(paragraphs):
        if is_section_heading(paragraph) and "replacement" in paragraph.lower():
            found.update(following_numbers(paragraphs, at))
            below = "".join(paragraphs[at + 1 : at + 2])
            if _ONLY_NUMBERS.fullmatch(below):
                found.update(numbers_in(below, paragraphs, at + 1))
    return found
