"""What stands above a place in an article: its section, its heading, its component line, the label of a table."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice

from hotfix_check.drafts.article.columns import header_line
from hotfix_check.drafts.article.phrases import FAMILIES
from hotfix_check.drafts.article.prose import SECTIONS, is_section_heading
from hotfix_check.drafts.article.rows import is_caption
from hotfix_check.drafts.article.text import Line, is_underlined

_LONGEST_HEADING = 120
_COMPONENT = re.compile(r"^\s*component(?:\(s\)|s)?\s*:\s*(.{1,120})$", re.IGNORECASE)
_COMPONENT_AT_END = re.compile(r"[.!?]\s{1,3}Component(?:\(s\)|s)?: ?([^.:]{2,60})$")
_LABEL = re.compile(r"^\s*((?:for\s+)?\S.{1,110}?)\s*:$", re.IGNORECASE)
_FOR = re.compile(
    r"(?:time\s?stamps?|attributes|versions?|files)\s+(?:\(?or\s+later\)?\s+)?for\s+([^:]{3,70}):$", re.IGNORECASE
)
_PRODUCT_NAMED = re.compile(rf"(?:For )?(?:all supported .{{0,40}})?(?:Microsoft )?(?:{FAMILIES}|Post-S)")
_NO_NAME = re.compile(
    r"(?:notes?|important|warning|caution|examples?|for example|to|if|when|where|method|step|cause|option|see|type|in|"
    r"sample|click|syntax|usage|error|event|description|source|result|output|data|value|key|and|or)\b",
    re.IGNORECASE,
)
_IN_SENTENCE = re.compile(
    r"\b(?:should|must|have|has|is|are|will|can|this|these|following)\b|\b(?:later|files|attributes|follows)$",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\b(?:was|were|may|cannot|does|do|did|you|your)\b", re.IGNORECASE)
_PLAIN_SECTIONS = re.compile(
    rf"{SECTIONS}|symptom|work-around|properties|additional(?: (?:file |query )?information.*)?"
    r"|(?:hotfix |update |patch )?file information(?: notes?)?|(?:patch|technical|downloading) information"
    r"|file details?|files? attributes|how to obtain|files?|the english version|notes?|important|warning|caution",
    re.IGNORECASE,
)


class Headings:
    """The headings of an article: underlined ones, ``X:`` lines, ``Component: X``, a product on a line of its own."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._sections: list[tuple[int, str | None]] = []
        self._headings: list[tuple[int, str | None]] = []
        self._components: list[tuple[int, str | None]] = []
        for at, line in enumerate(lines):
            if line.kind not in ("text", "heading"):
                continue
            if component := _component(line.text):
                self._components.append((at, component))
            elif line.kind == "heading" or self._is_underlined(at) or self._stands_alone(at):
                self._add(at, line.text.strip().rstrip(":").strip())

    def _is_underlined(self, at: int) -> bool:
        if not is_underlined(self._lines, at):
            return False
        text, rule = self._lines[at].text.rstrip(), self._lines[at + 1].text.rstrip()
        return set(rule.strip()) <= set("-=~_") and abs(len(text) - len(rule)) <= 3 and text[:1] not in ("", " ")

    def _stands_alone(self, at: int) -> bool:
        """A label with a colon between blank lines ("IIS 5.0:"), or a product that nothing goes on to or from."""
        text = self._lines[at].text.strip()
        if not 3 <= len(text) <= 90 or text[0].islower():
            return False
        if text[-1] == ":":
            bare = text[:-1].rstrip()
            named = _is_name(bare) and len(bare.split()) <= 8 and not _NO_NAME.match(bare)
            return named and self._parted(at, by_blanks=True)
        return bool(
            _PRODUCT_NAMED.match(text)
            and _is_name(text)
            and (self.section(at) not in (None, "applies to") or self._is_above_table(at))
            and self._parted(at, by_blanks=False)
        )

    def _is_above_table(self, at: int) -> bool:
        below = next((line for line in self._lines[at + 1 : at + 3] if line.kind != "blank"), None)
        return below is not None and (below.kind == "cells" or (below.kind == "text" and bool(header_line(below.text))))

    def _parted(self, at: int, *, by_blanks: bool) -> bool:
        """Whether the lines around do not run on into this one."""
        before = self._lines[at - 1] if at else None
        after = self._lines[at + 1] if at + 1 < len(self._lines) else None
        if by_blanks:
            return all(line is None or line.kind in ("blank", "rule", "heading") for line in (before, after))
        ends = before is None or before.kind != "text" or before.text.rstrip()[-1:] in ".:!?" or _has_values(before)
        return ends and (after is None or after.kind != "text" or not after.text.strip()[:1].islower())

    def _add(self, at: int, text: str) -> None:
        if len(text) > _LONGEST_HEADING:
            return
        if is_section_heading(text):
            self._sections.append((at, text.lower()))
        if not _PLAIN_SECTIONS.fullmatch(text):
            self._headings.append((at, text))
        elif text.isupper():
            self._headings.append((at, None))
        self._components.append((at, None))

    def section(self, at: int) -> str | None:
        """The standard section (``resolution``) that a line is in."""
        return _last_above(self._sections, at)[1]

    def start_of_section(self, at: int) -> int:
        """The line of its heading, 0 for the beginning."""
        return _last_above(self._sections, at)[0]

    def component(self, at: int) -> str | None:
        """The nearest component line since the last heading."""
        return _last_above(self._components, at)[1]

    def heading(self, at: int) -> str | None:
        """The nearest heading that is not a standard section name."""
        return _last_above(self._headings, at)[1]

    def label(self, at: int, floor: int) -> str | None:
        """An ``X:`` line, or the end of a sentence (``time stamp for X:``), directly above."""
        texts = (place for place in range(at - 1, floor - 1, -1) if self._lines[place].kind == "text")
        for place in islice(texts, 3):
            whole = self._paragraph_to(place, floor)
            if _COMPONENT.match(whole):
                continue
            sentence = _FOR.search(whole) if whole.endswith(":") else None
            if label := (sentence[1].strip() if sentence else _label_of(whole)):
                return label
        return None

    def _paragraph_to(self, place: int, floor: int) -> str:
        """The line with those of its paragraph above it, three at most: a lead-in may be wrapped."""
        first = place
        while first - 1 >= floor and place - first < 3 and self._lines[first - 1].kind == "text":
            first -= 1
        return " ".join(line.text.strip() for line in self._lines[first : place + 1])


def _is_name(text: str) -> bool:
    return is_caption(text) and not _IN_SENTENCE.search(text) and not _SAYS.search(text)


def _label_of(text: str) -> str | None:
    """``IIS 5.0`` of a label ``For IIS 5.0:``; a bullet, or one that begins with "For", may be longer than others."""
    bare = text.removeprefix("- ")
    match = _LABEL.match(bare)
    longest = 16 if bare != text or bare.lower().startswith("for ") else 8
    if match is None or len(match[1].split()) > longest:
        return None
    label = match[1].strip()
    if _PLAIN_SECTIONS.match(label) or _IN_SENTENCE.search(label):
        return None
    return re.sub(r"^for\s+", "", label, flags=re.IGNORECASE)


def _component(text: str) -> str | None:
    """The component that a line is of: ``Component: X``, also at the end of a paragraph that a crawl lets run on."""
    match = _COMPONENT.match(text) or _COMPONENT_AT_END.search(text) if "omponent" in text.lower() else None
    return match[1].strip().rstrip(":.").strip() if match else None


def _has_values(line: Line) -> bool:
    """Whether a line above a heading is a row of a table, by its figures."""
    return len(re.findall(r"\d[.,:/-]\d", line.text)) >= 2


def _last_above(placed: Sequence[tuple[int, str | None]], at: int) -> tuple[int, str | None]:
    """The last entry above a line, with its place; an article may have as many headings as tables."""
    index = bisect_left(placed, at, key=lambda entry: entry[0])
    return placed[index - 1] if index else (0, None)
