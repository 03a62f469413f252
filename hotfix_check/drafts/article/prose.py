"""The prose of an article: paragraphs without tables, and sentences.

Lines are joined to paragraphs first, since the archive wraps at 80 columns; headings that run into the text of saved
Web pages ("Restart requirementYou do not have to ...") are parted again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from hotfix_check.drafts.article.text import Line

SECTIONS = (
    "On This Page|SYMPTOMS|CAUSE|RESOLUTION|WORKAROUND|STATUS|MORE INFORMATION|SUMMARY|INTRODUCTION|REFERENCES"
    "|APPLIES TO|Hotfix information|Installation (?:Instructions?|Steps|Information)|Service pack information"
    "|Cumulative Rollup Information|Update information|Download information|Prerequisites?|Restart requirements?"
    "|Restart information|(?:Hotfix|Update|Security update) replacement information|Registry information"
    "|File information|Known issues|Removal information"
)
_GLUED = re.compile(rf"(?<=[a-z0-9.:)])(?={SECTIONS})|(?<=[.:)])(?=(?:{SECTIONS})[A-Z])")
_GLUED_AFTER = re.compile(rf"\b({SECTIONS})(?=[A-Z][a-z])")
_HEADING = re.compile(rf"(?:{SECTIONS})\s*:?", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-•*·\u2013] |\d{1,2}[.)] )\s{0,3}")
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!U\.S\.)[\"')]? +(?=[A-Z\"(0-9])|(?<=[a-z]\.)(?=[A-Z][a-z])")
_NOTE = re.compile(r"^(?:NOTE|IMPORTANT|WARNING|CAUTION)S?:? +", re.IGNORECASE)
_LONGEST = 20_000


def is_section_heading(text: str) -> bool:
    """Whether a line is the name of a standard section of an article."""
    return bool(_HEADING.fullmatch(text.strip()))


def paragraphs(lines: Sequence[Line], used: Collection[int]) -> list[str]:
    """Paragraphs, bullets and headings, each with plain single spaces; lines in ``used`` belong to tables."""
    found: list[str] = []
    open_words: list[str] = []

    def close() -> None:
        if open_words:
            found.extend(parted(" ".join(" ".join(open_words).split())))
            open_words.clear()

    for at, line in enumerate(lines):
        if at in used or line.kind in ("blank", "rule", "cells"):
            close()
            continue
        text = line.text.strip()
        bullet = _BULLET.match(text)
        if line.kind == "heading" or is_section_heading(text):
            close()
            found.append(text)
        elif bullet:
            close()
            open_words.append(text[bullet.end() :])
        else:
            open_words.append(text)
            if len(text) > _LONGEST:
                close()
    close()
    return found


def parted(paragraph: str) -> list[str]:
    """A paragraph with the section headings that run into its text as parts of their own."""
    parted = _GLUED_AFTER.sub(r"\1\n", _GLUED.sub("\n", paragraph))
    return [part.strip() for part in parted.split("\n") if part.strip()]


def sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph; one longer than 1,000 characters is cut there."""
    paragraph = paragraph[:_LONGEST]
    return [_NOTE.sub("", sentence.strip()[:1000]) for sentence in _SENTENCE_END.split(paragraph) if sentence.strip()]
