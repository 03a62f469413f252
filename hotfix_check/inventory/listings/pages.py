"""The text of a page: what ConvertTo-Html, forums and mail programs make of a listing, as lines again.

A row of a table is a line with tabs between its cells, a paragraph is a line, and <pre> and <code> keep theirs. Tags
that say nothing of lines are taken away where they are known; of any other, what stands in angle brackets stays.
"""

from __future__ import annotations

import html
import re

_MARKED_UP = re.compile(r"<(?:pre|code|table)\b|<p(?: class=[^<>]{1,80})?>", re.IGNORECASE)
_XML = re.compile(r"\s{0,100}<(?:\?xml|Objs\b|MsInfo\b|Event\b)")
_TAG = re.compile(r"(<(/?[a-z][a-z0-9:]{0,20})\b[^<>]{0,400}>)", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_KEEP_LINES = ("pre", "code")
_CELLS = ("td", "th")
_FLOW = ("p", "li", *_CELLS)
_BLOCKS = frozenset(
    {"p", "div", "pre", "tr", "li", "table", "body", "html", "blockquote", *(f"h{at}" for at in "123456")}
)
_INLINE = frozenset(
    {"code", "span", "font", "b", "i", "em", "strong", "colgroup", "col", "tbody", "thead", "a", "hr", "o:p", *_CELLS}
)


def is_page(text: str) -> bool:
    """Whether a text is marked up as a page is, and not XML of its own."""
    return _MARKED_UP.search(text) is not None and _XML.match(text) is None


def page_text(text: str) -> str:
    """The lines of a page."""
    page = _Page()
    pieces = _TAG.split(text)
    page.add_text(pieces[0])
    for whole, name, after in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        page.add_tag(whole, name.lower())
        page.add_text(after)
    return "".join(page.out)


class _Page:
    def __init__(self) -> None:
        self.out: list[str] = []
        self._kept = 0  # within what keeps its lines
        self._flows = False  # within a paragraph or a cell
        self._cells = 0

    def add_text(self, text: str) -> None:
        text = html.unescape(text).replace("\N{NO-BREAK SPACE}", " ") if "&" in text else text
        if self._kept:
            self._add(text)
        elif self._flows:
            self._add(_BLANKS.sub(" ", text))
        elif text.strip():
            self._add(text)

    def add_tag(self, whole: str, name: str) -> None:
        ends, name = name.startswith("/"), name.removeprefix("/")
        if name in _KEEP_LINES:
            self._kept = max(0, self._kept + (-1 if ends else 1))
        elif name == "table" and not ends:
            self._cells = 0
        if name in _FLOW:
            self._flows = not ends or self._cells > (name in _CELLS)
        if name in _CELLS:
            self._cells = max(0, self._cells + (-1 if ends else 1))
            self._add("\t" if ends and not self._cells else "")
        elif name == "br":
            self._add(" " if self._cells else "\n")
        elif name in _BLOCKS:
            begun = not self.out or self.out[-1].endswith("\n")
            self._add(" " if self._cells else "" if begun else "\n")
        elif name not in _INLINE:
            self._add(whole)

    def _add(self, text: str) -> None:
        if text:
            self.out.append(text)
