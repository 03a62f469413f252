"""The numbers of other articles that a sentence refers to, in it or in the paragraphs that it announces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotfix_check.drafts.article.phrases import phrase

_KB_NUMBER = phrase(r"\b(?:Q|KB ?)(\d{5,7})\b|(?<![\w.,/:$#-])(\d{6,7})(?![\w/:%-]|[.,]\d| ?(?:bytes|kb|mb)\b)")
_LEADING_NUMBER = phrase(r"""
    (?:ARTICLE-ID: ?)?(?:(?:hot-?fix|update|article|security update|fix) )?(?:Q|KB ?)?(\d{5,7})\b(?![,/-]\d)""")


def numbers_in(text: str, paragraphs: Sequence[str], at: int) -> list[int]:
    found = [int(first or second) for first, second in _KB_NUMBER.findall(text)]
    if found or not re.search(r"following|below|:$|article", text, re.IGNORECASE):
        return found
    return following_numbers(paragraphs, at)


def following_numbers(paragraphs: Sequence[str], at: int) -> list[int]:
    """The article numbers that open the paragraphs right after one that announces them."""
    found: list[int] = []
    for paragraph in paragraphs[at + 1 : at + 30]:
        match = _LEADING_NUMBER.match(paragraph)
        if match:
            found.append(int(match[1]))
        elif found or not paragraph.upper().startswith("TITLE"):
            break
    return found


def named_with_number(thing: str, paragraphs: Sequence[str], at: int) -> str:
    for paragraph in (paragraphs[at], *paragraphs[at + 1 : at + 3]):
        for match in re.finditer(r"\b(?:Q|KB ?)?(\d{6,7})\b", paragraph[:600]):
            if thing[:25].lower() in paragraph.lower()[match.end() : match.end() + 80]:
                return f"{thing} (KB{match[1]})"
    return thing
