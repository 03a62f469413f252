"""What an article says about the fix: prerequisites, restart, what it replaces, what includes it.

Only what is stated counts. "There are no prerequisites" is a statement; silence is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import Said, named_with_number, said_in
from hotfix_check.drafts.article.replacements import replacements
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


def with_statements(draft: DraftUpdate, paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> DraftUpdate:
    """The draft with what the prose says; a ``*_stated`` flag is true when the article speaks of it at all.

    ``packs`` are service packs with the fix, by product and number. An article does not replace itself.
    """
    said = said_in(paragraphs)
    required = required_things(said, paragraphs)
    replaced = replacements(said, paragraphs)
    return replace(
        draft,
        prerequisites=required,
        alternatives=tuple(
            several for several in alternative_things(said, paragraphs) if set(several) <= set(required)
        ),
        prerequisites_stated=bool(required) or any(nothing_required(each) for each in said),
        restart=restart_asked(said, paragraphs),
        replaces=tuple(sorted(replaced.replaces - {draft.kb})),
        replaces_stated=replaced.stated,
        replaced_by=tuple(sorted(replaced.replaced_by - {draft.kb})),
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
