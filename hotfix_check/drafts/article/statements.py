"""What an article says about the fix: prerequisites, restart, what it replaces, what includes it.

Only what is stated counts. "There are no prerequisites" is a statement; silence is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import (
    Said,
    following_numbers,
    is_section_heading,
    named_with_number,
    numbers_in,
    said_in,
)
from hotfix_check.drafts.article.requirements import (
    LEVEL_NAMED,
    alternative_things,
    clean,
    nothing_required,
    required_things,
)
from hotfix_check.drafts.article.restarts import restart_asked
from hotfix_check.drafts.draft import DraftUpdate
from hotfix_check.frozen import replace

_INCLUDED = phrase(r"""
    \b(?:first |also )?(?:corrected|fixed|resolved|included|addressed) (?:for the first time )?in\b (?!this article
      |the following|the article)(.{3,200})""")
_OBTAIN_ROLLUP = phrase(r"\bobtain the (?!latest)(.{5,120}?\brollup\b.{0,20}?)[.,]")
_MAY_REPLACE = ("eplac", "supersed", "superced", "obsolet", "the place of")
_BY_THIS = phrase(r"\s(?:this|the (?:current|present)|these)\b(?![^.]{0,40}\d{5})")
_REPLACE_EARLIER = phrase(r"\b(?:replace|supersede)s?\b[^.]{0,40}\b(?:earlier|previous|older|old)\b[^.]{0,30}\b<fix>\b")
_EARLIER_ONES = phrase(r"\b(?:earlier|previous|older|replaced|superseded)\b[^.]{0,40}\b(?:ones?|articles?|<fix>)\b")
_REPLACES = phrase(r"""
    (?:<fix>|version|package|it|this)\b[^.]{0,80}?\b(?:supersedes?|supercedes?|replaces?
      |takes?\sthe\splace\sof)\b(.{0,400})""")
_REPLACES_NONE = phrase(r"""
    \b(?:does|do) not (?:replace|supersede|supercede) (?:any|other|a )
    \breplaces no\b
    \bno (?:previously released )?(?:hotfix|update)s? (?:is|are) replaced""")
_REPLACED_BY = phrase(r"""
    \b(?:is|are|was|were|been|be) (?:superseded|superceded|replaced|obsoleted) by\b(.{0,400})
    \bsuperseded by\b(.{0,400})""")


def with_statements(draft: DraftUpdate, paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> DraftUpdate:
    """The draft with what the prose says; a ``*_stated`` flag is true when the article speaks of it at all.

    ``packs`` are service packs with the fix, by product and number. An article does not replace itself.
    """
    said = said_in(paragraphs)
    required = required_things(said, paragraphs)
    replaces, replaced_by, replaces_stated = _replacements(said, paragraphs)
    return replace(
        draft,
        prerequisites=required,
        alternatives=tuple(
            several for several in alternative_things(said, paragraphs) if set(several) <= set(required)
        ),
        prerequisites_stated=bool(required) or any(nothing_required(each) for each in said),
        restart=restart_asked(said, paragraphs),
        replaces=tuple(sorted(replaces - {draft.kb})),
        replaces_stated=replaces_stated,
        replaced_by=tuple(sorted(replaced_by - {draft.kb})),
        included_in=_included(said, paragraphs, packs),
    )


def _included(said: Sequence[Said], paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    included: dict[str, None] = {}
    for sentence, at, _ in said:
        if " in " in sentence and (match := _INCLUDED.search(sentence)):
            thing = clean(match[1])
            if LEVEL_NAMED.search(thing):
                included[thing] = None
        if "ollup" in sentence and (match := _OBTAIN_ROLLUP.search(sentence)):
            included[named_with_number(clean(match[1]), paragraphs, at)] = None
    for product, number in packs:
        if not any(f"Pack {number}" in text or f"SP{number}" in text for text in included):
            included[f"{product} Service Pack {number}"] = None
    return tuple(included)


def _replacements(said: Sequence[Said], paragraphs: Sequence[str]) -> tuple[set[int], set[int], bool]:
    """The updates that this one replaces, those that replace it, and whether what it replaces is stated at all."""
    telling = [each for each in said if any(words in each.sentence for words in _MAY_REPLACE)]
    there = {each.at for each in telling}
    replaces, replaced_by = _told([each for each in said if each.at in there], paragraphs)
    replaces |= _listed(paragraphs)
    stated = (
        bool(replaces)
        or any(_REPLACES_NONE.search(each.sentence) for each in telling)
        or any("replacement" in each.section and each.sentence.strip(" .").lower() == "none" for each in said)
    )
    return replaces, replaced_by, stated


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
            else:
                replaced_by.update(numbers_in(by, paragraphs, at))
        elif match := _REPLACES.search(sentence):
            replaces.update(numbers_in(match[1], paragraphs, at))
        elif _REPLACE_EARLIER.search(sentence):
            earlier = at
            replaces.update(numbers_in(sentence, paragraphs, at))
        elif earlier == at and _EARLIER_ONES.search(sentence):
            replaces.update(numbers_in(sentence, paragraphs, at))
    return replaces, replaced_by


def _listed(paragraphs: Sequence[str]) -> set[int]:
    """The articles that a heading "Hotfix replacement information" lists without a sentence of its own."""
    return {
        number
        for at, paragraph in enumerate(paragraphs)
        if is_section_heading(paragraph) and "replacement" in paragraph.lower()
        for number in following_numbers(paragraphs, at)
    }
