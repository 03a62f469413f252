"""What stands above a place in an article: its section, its heading, its component line, the label of a table."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from hotfix_check.drafts.article.prose import is_section_heading
from hotfix_check.drafts.article.raw_table import is_caption
from hotfix_check.drafts.article.text import Line

_LONGEST_HEADING = 120
_COMPONENT = re.compile(r"^\s*component(?:\(s\)|s)?\s*:\s*(.{1,120})$", re.IGNORECASE)
_LABEL = re.compile(r"^\s*((?:for\s+)?\S.{1,90}?)\s*:$", re.IGNORECASE)
_FOR = re.compile(
    r"(?:time\s?stamps?|attributes|versions?|files)\s+(?:\(or\s+later\)\s+)?for\s+([^:]{3,70}):$", re.IGNORECASE
)
_PRODUCT_NAMED = re.compile(
    r"(?:For )?(?:all supported .{0,40})?(?:Microsoft )?"
    r"(?:Windows|Exchange|Outlook|Office|SNA|SQL|IIS|Visual|Systems|Internet|Post-S)"
)
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
    r"symptoms?|cause|resolution|work-?around|status|more information|summary|references|applies to|properties"
    r"|introduction|additional(?: (?:file |query )?information.*)?"
    r"|(?:hotfix |update |patch )?file information(?: notes?)?|hotfix information|prerequisites|restart requirements?"
    r"|(?:hotfix|update) replacement information|download(?:ing)? information"
    r"|installation (?:information|instructions)|registry information|how to obtain|update information|files?"
    r"|technical information|service pack information|file details?|files? attributes"
    r"|the english version|removal information|patch information|cumulative rollup information"
    r"|notes?|important|warning|caution",
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
            if line.kind == "heading":
                self._add(at, line.text.strip())
            elif line.kind == "rule" and at and lines[at - 1].kind == "text" and self._is_underline(at):
                self._add(at - 1, lines[at - 1].text.strip())
            elif line.kind == "text" and (match := _COMPONENT.match(line.text)):
                self._components.append((at, _bare(match[1])))
            elif line.kind == "text" and self._stands_alone(at):
                self._add(at, line.text.strip())

    def _is_underline(self, at: int) -> bool:
        above, rule = self._lines[at - 1].text.rstrip(), self._lines[at].text.rstrip()
        if len(above) > 110 or set(rule.strip()) - set("-=~_"):
            return False
        return abs(len(above) - len(rule)) <= 3 and above[:1] not in ("", " ")

    def _stands_alone(self, at: int) -> bool:
        """A label with a colon between blank lines ("IIS 5.0:"), or a product that nothing goes on to or from."""
        text = self._lines[at].text.strip()
        if not 3 <= len(text) <= 90 or text[0].islower():
            return False
        if text[-1] == ":":
            bare = text[:-1].rstrip()
            return self._is_name(bare) and self._parted(at, by_blanks=True)
        return bool(
            _PRODUCT_NAMED.match(text)
            and is_caption(text)
            and not _IN_SENTENCE.search(text)
            and not _SAYS.search(text)
            and self.section(at) not in (None, "applies to")
            and self._parted(at, by_blanks=False)
        )

    def _is_name(self, bare: str) -> bool:
        return (
            len(bare.split()) <= 8
            and is_caption(bare)
            and not _IN_SENTENCE.search(bare)
            and not _SAYS.search(bare)
            and not _NO_NAME.match(bare)
        )

    def _parted(self, at: int, *, by_blanks: bool) -> bool:
        """Whether the lines around do not run on into this one."""
        before = self._lines[at - 1] if at else None
        after = self._lines[at + 1] if at + 1 < len(self._lines) else None
        if by_blanks:
            return all(line is None or line.kind in ("blank", "rule", "heading") for line in (before, after))
        ends = before is None or before.kind != "text" or before.text.rstrip()[-1:] in ".:!?" or _has_values(before)
        return ends and (after is None or after.kind != "text" or not after.text.strip()[:1].islower())

    def _add(self, at: int, text: str) -> None:
        if not text or len(text) > _LONGEST_HEADING:
            return
        if match := _COMPONENT.match(text):
            self._components.append((at, _bare(match[1])))
            return
        bare = text.rstrip(":").strip()
        if is_section_heading(bare):
            self._sections.append((at, bare.lower()))
        if not _PLAIN_SECTIONS.fullmatch(bare):
            self._headings.append((at, bare))
        elif bare.isupper():
            self._headings.append((at, None))
        self._components.append((at, None))

    def section(self, at: int) -> str | None:
        """The standard section (``resolution``) that a line is in."""
        return _last_above(self._sections, at)

    def start_of_section(self, at: int) -> int:
        """The line of its heading, 0 for the beginning."""
        index = bisect_left(self._sections, at, key=lambda entry: entry[0])
        return self._sections[index - 1][0] if index else 0

    def component(self, at: int) -> str | None:
        """The nearest component line since the last heading."""
        return _last_above(self._components, at)

    def heading(self, at: int) -> str | None:
        """The nearest heading that is not a standard section name."""
        return _last_above(self._headings, at)

    def label(self, at: int, floor: int) -> str | None:
        """An ``X:`` line, or the end of a sentence (``time stamp for X:``), directly above."""
        seen = 0
        for place in range(at - 1, floor - 1, -1):
            line = self._lines[place]
            if line.kind != "text":
                continue
            seen += 1
            stripped = line.text.strip()
            text = stripped.removeprefix("- ")
            longest = 8 if text == stripped else 16
            if _COMPONENT.match(text):
                continue
            if sentence := _FOR.search(text):
                return sentence[1].strip()
            match = _LABEL.match(text)
            starts_line = place == 0 or self._lines[place - 1].kind != "text"
            if match and starts_line and len(match[1].split()) <= longest:
                bare = match[1].strip()
                if not _PLAIN_SECTIONS.match(bare) and not _IN_SENTENCE.search(bare):
                    return re.sub(r"^for\s+", "", bare, flags=re.IGNORECASE)
            if seen >= 3:
                return None
        return None


def _bare(text: str) -> str:
    return text.strip().rstrip(":.").strip()


def _has_values(line: Line) -> bool:
    """Whether a line above a heading is a row of a table, by its figures."""
    return len(re.findall(r"\d[.,:/-]\d", line.text)) >= 2


def _last_above(placed: Sequence[tuple[int, str | None]], at: int) -> str | None:
    """The text of the last entry above a line; an article may have as many headings as tables."""
    index = bisect_left(placed, at, key=lambda entry: entry[0])
    return placed[index - 1][1] if index else None
