"""Which updates an article says its fix replaces, and which replace it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import Said, following_numbers, is_section_heading, numbers_in

_MAY_REPLACE = ("eplac", "supersed", "superced", "obsolet", "the place of")
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


_ONLY_NUMBERS = phrase(r"(?:(?:KB ?|Q)?\d{5,7}(?:,? and |[,;] ?|\.?$))+")


class Replacements(NamedTuple):
    """The updates that this one replaces, those that replace it, and whether what it replaces is stated at all."""

    replaces: set[int]
    replaced_by: set[int]
    stated: bool


def replacements(said: Sequence[Said], paragraphs: Sequence[str]) -> Replacements:
    """What sentences and headings say of replacing."""
    telling = [each for each in said if any(words in each.sentence for words in _MAY_REPLACE)]
    there = {each.at for each in telling}
    replaces, replaced_by = _told([each for each in said if each.at in there], paragraphs)
    replaces |= _listed(paragraphs)
    stated = (
        bool(replaces)
        or any(_REPLACES_NONE.search(each.sentence) for each in telling)
        or any("replacement" in each.section and each.sentence.strip(" .").lower() == "none" for each in said)
    )
    return Replacements(replaces, replaced_by, stated)


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
