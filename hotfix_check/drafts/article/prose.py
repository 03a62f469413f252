"""The prose of an article: paragraphs without tables, sentences, and the numbers of articles that they refer to.

Lines are joined to paragraphs first, since the archive wraps at 80 columns; headings that run into the text of saved
Web pages ("Restart requirementYou do not have to ...") are parted again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.text import Line

_SECTIONS = (
    "On This Page", "SYMPTOMS", "CAUSE", "RESOLUTION", "WORKAROUND", "STATUS", "MORE INFORMATION", "SUMMARY",
    "INTRODUCTION", "REFERENCES", "APPLIES TO", "Hotfix information", "Installation Instructions",
    "Installation Steps", "Installation Information", "Service pack information", "Cumulative Rollup Information",
    "Update information", "Download information", "Prerequisites", "Prerequisite", "Restart requirements",
    "Restart requirement", "Restart information", "Hotfix replacement information", "Update replacement information",
    "Security update replacement information", "Registry information", "File information", "Known issues",
    "Removal information",
)  # fmt: skip
SECTIONS = "|".join(_SECTIONS)
"""The standard sections of articles, as a pattern."""
_SECTION_NAMES = frozenset(name.lower() for name in _SECTIONS)
_SECTION = re.compile(SECTIONS)
_GLUED = re.compile(rf"(?<=[a-z0-9.:)])(?={SECTIONS})|(?<=[.:)])(?=(?:{SECTIONS})[A-Z])")
_GLUED_AFTER = re.compile(rf"\b({SECTIONS})(?=[A-Z][a-z])")
_BULLET = re.compile(r"(?:[-•*·\u2013] |\d{1,2}[.)] )\s{0,3}")
_SENTENCE_END = re.compile(r"[.!?](?:(?<!U\.S\.)[\"')]? +(?=[A-Z\"(0-9])|(?<=[a-z]\.)(?=[A-Z][a-z]))")
"""The sign that ends a sentence, and what stands between it and the next one."""
_NOTE = re.compile(r"^(?:NOTE|IMPORTANT|WARNING|CAUTION)S?:? +", re.IGNORECASE)
_CONTRACTED = phrase(r"\b(do|does|did|is|are|was|were|has|have|ca|wo|must|need)n[\u2019']t\b")
_LONGEST = 20_000
_KB_NUMBER = phrase(r"\b(?:Q|KB ?)(\d{5,7})\b|(?<![\w.,/:$#-])(\d{6,7})(?![\w/:%-]|[.,]\d| ?(?:bytes|kb|mb)\b)")
_OF_ARTICLE = re.compile(r"(?:KB ?|Q)?\d{5,7} [A-Z]")
_TITLE_AND_NUMBER = phrase(r"(?!(?:for|see|to)\b)(?:[^.?!]|\.(?!\s)){5,300} \((?:Q|KB ?)?(\d{5,7})\)")
_LEADING_NUMBER = phrase(r"""
    (?:ARTICLE-ID: ?)?(?:(?:hot-?fix|update|article|security update|fix) )?(?:Q|KB ?)?(\d{5,7})\b(?![,/-]\d)""")


def is_section_heading(text: str) -> bool:
    """Whether a line is the name of a standard section of an article; a Markdown copy may have it in bold."""
    return len(text) < 80 and text.strip(" *_:").lower() in _SECTION_NAMES


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
            if line.kind == "cells" and at not in used and len(line.cells) == 2 and is_section_heading(line.cells[0]):
                found += filter(None, line.cells)  # "Restart requirement | You must restart ..."
            continue
        text = line.text.strip()
        bullet = None if text[:1].isalpha() else _BULLET.match(text)
        if line.kind == "heading" or is_section_heading(text):
            close()
            found.append(text)
        elif bullet:
            close()
            open_words.append(text[bullet.end() :])
        else:
            if open_words and _OF_ARTICLE.match(text) and _OF_ARTICLE.match(open_words[0]):
                close()  # a list of articles, a line each
            open_words.append(text)
            if len(text) > _LONGEST:
                close()
    close()
    return found


def parted(paragraph: str) -> list[str]:
    """A paragraph with the section headings that run into its text as parts of their own."""
    if not _SECTION.search(paragraph):
        return [paragraph]
    parted = _GLUED_AFTER.sub(r"\1\n", _GLUED.sub("\n", paragraph))
    return [part.strip() for part in parted.split("\n") if part.strip()]


def sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph; one longer than 1,000 characters is cut there."""
    paragraph = paragraph[:_LONGEST]
    found, start = [], 0
    for end in _SENTENCE_END.finditer(paragraph):
        found.append(paragraph[start : end.start() + 1])
        start = end.end()
    found.append(paragraph[start:])
    return [_NOTE.sub("", sentence.strip()[:1000]) for sentence in found if sentence.strip()]


class Said(NamedTuple):
    """A sentence, the paragraph it is in, and the section that paragraph is in."""

    sentence: str
    at: int
    section: str


def said_in(paragraphs: Sequence[str]) -> list[Said]:
    """All sentences of an article."""
    said: list[Said] = []
    section = ""
    for at, paragraph in enumerate(paragraphs):
        if is_section_heading(paragraph):
            section = paragraph.lower().rstrip(":")
        else:
            said.extend(Said(_in_full(sentence), at, section) for sentence in sentences(paragraph))
    return said


def _in_full(sentence: str) -> str:
    """A sentence with "does not" for "doesn't"."""
    if "n't" not in sentence and "n\u2019t" not in sentence:
        return sentence
    return _CONTRACTED.sub(lambda match: {"ca": "can", "wo": "will"}.get(match[1].lower(), match[1]) + " not", sentence)


def numbers_in(text: str, paragraphs: Sequence[str], at: int) -> list[int]:
    """The articles that a sentence refers to, in it or in the paragraphs that it announces."""
    found = [int(first or second) for first, second in _KB_NUMBER.findall(text)]
    if found or not re.search(r"following|below|:$|article", text, re.IGNORECASE):
        return found
    return following_numbers(paragraphs, at)


def following_numbers(paragraphs: Sequence[str], at: int) -> list[int]:
    """The numbers of the articles that the paragraphs right after one are of: before their titles, or behind them."""
    found: list[int] = []
    for paragraph in paragraphs[at + 1 : at + 30]:
        if match := _LEADING_NUMBER.match(paragraph) or _TITLE_AND_NUMBER.fullmatch(paragraph):
            found.append(int(match[1]))
        elif found or not paragraph.upper().startswith("TITLE"):
            break
    return found


def named_with_number(thing: str, paragraphs: Sequence[str], at: int) -> str:
    """A thing with the number that stands before it there or a little further down."""
    for paragraph in paragraphs[at : at + 3]:
        for match in re.finditer(r"\b(?:Q|KB ?)?(\d{6,7})\b", paragraph[:600]):
            if thing[:25].lower() in paragraph.lower()[match.end() : match.end() + 80]:
                return f"{thing} (KB{match[1]})"
    return thing
