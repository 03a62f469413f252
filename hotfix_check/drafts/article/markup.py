"""HTML articles to lines: text, headings, and the rows of tables as cells.

A tokenizer of our own, because the one of the standard library (html.parser) needs quadratic time for unclosed markup
in many of the Python releases this package supports, and an article may be hostile. This one reads forward only,
keeps no tree, and bounds nesting; it need not be right about markup that carries no text.
"""

from __future__ import annotations

import html
import re

from hotfix_check.drafts.article.text import Line, plain_characters, plain_line, text_lines

_STARTS_HTML = re.compile(
    r"\s*(?:<!doctype html|<!--|<\?xml|<(?:html|head|body|table|div|h[1-6]|p|section|article|main|meta|title|span"
    r"|ul)\b)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<t[dr][\s>]|</(?:p|div|h[1-6]|li|span|a|td|tr|table)>|<br ?/?>", re.IGNORECASE)
_PLAIN_ARTICLE = re.compile(r"^(?:DOCUMENT {0,9}:|={5,}\s*$)", re.MULTILINE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})([^<>]{0,4000})>|<!--|<[!?][^<>]{0,2000}>")
_SPAN = re.compile(r"\b(row|col)span\s*=\s*[\"']?(\d{1,4})", re.IGNORECASE)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "title", "summary", "caption"))
_BREAKS = frozenset((
    "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "section", "article", "header", "footer", "hr",
    "blockquote", "tbody", "thead", "caption", "form", "main", "nav", "aside", "details", "h1", "h2", "h3", "h4", "h5",
    "h6", "title", "summary", "pre",
))  # fmt: skip
_PARTING = frozenset(("p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr"))
_HIDDEN = frozenset(("script", "style", "noscript", "svg", "template"))
_DEEPEST = 40
_WIDEST = 40
_LONGEST_CELL = 600
_SOURCE_BREAK = re.compile(r"[\r\n\t]+")
_FILE_NAME = re.compile(r"[^\s<>|:*?\"]{1,120}\.\w{1,5}")
_MOST_SPANNED = 20_000
"""Cells of a page that spans may add; a page with more is hostile, and its further spans are ignored."""


def looks_like_html(text: str) -> bool:
    """Whether the text is a page or a part of one; a plain article may print samples of HTML (KB226328)."""
    if _STARTS_HTML.match(text[:4096]):
        return True
    head = text[:200_000]
    return "</" in head and len(_MARKUP.findall(head)) >= 3 and not _PLAIN_ARTICLE.search(head)


class _Table:
    """One open table: its finished cells of the current row, and cells that rowspans hand down."""

    def __init__(self) -> None:
        self.row: list[str] | None = None
        self.cell: list[str] | None = None
        self.spans: dict[int, tuple[int, str]] = {}
        self.colspan = 1
        self.rowspan = 1
        self.paragraphs = False
        """Whether the cell has lines that are elements of their own."""
        self.layout = False


def html_lines(text: str) -> list[Line]:
    """The lines of an HTML page; a table without nested tables gives one line of cells for each row."""
    reader = _Reader()
    at = 0
    while match := _TAG.search(text, at):
        reader.text(text[at : match.start()])
        at = match.end()
        closing, name, attributes = match.groups()
        if name is None:
            if match[0] == "<!--":
                at = _past(text, "-->", at)
        elif (name := name.lower()) in _HIDDEN and not closing and not attributes.endswith("/"):
            at = _past(text, f"(?=</{name})", at)
        else:
            reader.tag(name, closing=bool(closing), attributes=attributes)
    reader.text(text[at:])
    reader.finish()
    return reader.lines


def _past(text: str, pattern: str, at: int) -> int:
    """Where the text goes on behind what ends a part that is not shown; its end, where nothing does."""
    match = re.compile(pattern, re.IGNORECASE).search(text, at)
    return match.end() if match else len(text)


def _cell_text(raw: str, *, paragraphs: bool) -> str:
    """The text of a cell: its lines kept apart, other white space made single.

    Between two ``<br>`` an empty line is one; the end of a paragraph and the beginning of the next have none.
    """
    if "\n" not in raw:
        return " ".join(raw.split())
    lines = [" ".join(part.split()) for part in raw.split("\n")]
    return "\n".join(filter(None, lines) if paragraphs or not any(lines) else lines)


def _stacked(row: list[str]) -> list[tuple[str, ...]]:
    """One row, or one for each line of its cells, where a cell lists several files and others go along with it."""
    parts = [_filled(cell) for cell in row]
    count = max(len(lines) for lines in parts)
    # An empty line stands for a file without that value: "6.5.7653.8<br>&nbsp;" beside two names.
    parts = [
        whole if 1 <= len(lines) < count == len(whole := cell.split("\n")) else lines
        for cell, lines in zip(row, parts, strict=True)
    ]
    along = [lines for lines in parts if len(lines) == count]
    names = any(all(_FILE_NAME.fullmatch(line) for line in lines) for lines in along)
    if count > 1 and names and len(along) > 1 and all(len(lines) in (1, count) for lines in parts):
        return [tuple(lines[at] if len(lines) == count else lines[0] for lines in parts) for at in range(count)]
    return [tuple(_run_on(_filled(cell)) for cell in row)]


def _filled(cell: str) -> list[str]:
    """The lines of a cell that are not empty; a cell without any is one empty line."""
    return [line for line in cell.split("\n") if line] or [""]


def _run_on(lines: list[str]) -> str:
    """A wrapped cell on one line: a version or a name broken behind its dot has no space there."""
    text = lines[0]
    for line in lines[1:]:
        text += line if text.endswith((".", "_", "\\")) and " " not in text else f" {line}"
    return text


class _Reader:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._open: list[str] = []
        self._tables: list[_Table] = []
        self._preformatted = 0
        self._item = False
        self._spanned = 0

    def text(self, raw: str) -> None:
        if not raw:
            return
        text = plain_characters(html.unescape(raw))
        cell = self._cell()
        if cell is not None:
            cell.append(text if self._preformatted else _SOURCE_BREAK.sub(" ", text))
        else:
            self._open.append(text)

    def tag(self, name: str, *, closing: bool, attributes: str) -> None:
        table = self._tables[-1] if self._tables else None
        if name == "table":
            if closing:
                self._close_table()
            else:
                self._open_table()
        elif name == "pre":
            self._break()
            self._preformatted = max(0, self._preformatted + (-1 if closing else 1))
        elif table and name == "tr":
            self._end_row(table)
            if not closing:
                table.row = []
        elif table and name in ("td", "th"):
            self._end_cell(table)
            if not closing:
                self._begin_cell(table, attributes)
        elif name in _BREAKS:
            self._line_break(name, closing=closing)

    def _begin_cell(self, table: _Table, attributes: str) -> None:
        if table.row is None:
            table.row = []
        table.cell = []
        table.paragraphs = False
        spans = {kind.lower(): int(number) for kind, number in _SPAN.findall(attributes)}
        if self._spanned > _MOST_SPANNED:
            spans.clear()
            table.spans.clear()
        table.colspan = max(1, min(spans.get("col", 1), _WIDEST))
        table.rowspan = max(1, min(spans.get("row", 1), 1000))

    def _line_break(self, name: str, *, closing: bool) -> None:
        cell = self._cell()
        if cell is not None:
            cell.append("\n" if name in ("br", "p", "div", "li") else " ")
            self._tables[-1].paragraphs |= name != "br"
            return
        self._break(heading=name in _HEADINGS and closing)
        if name == "li" and not closing:
            self._item = True
        if name in _PARTING:
            self._blank()

    def finish(self) -> None:
        while self._tables:
            self._close_table()
        self._break()

    def _cell(self) -> list[str] | None:
        return self._tables[-1].cell if self._tables else None

    def _blank(self) -> None:
        if self.lines and self.lines[-1].kind != "blank":
            self.lines.append(Line("", "blank"))

    def _break(self, *, heading: bool = False) -> None:
        raw = "".join(self._open)
        self._open.clear()
        if raw.strip():
            self.lines += self._as_lines(raw, heading=heading)

    def _as_lines(self, raw: str, *, heading: bool = False) -> list[Line]:
        if self._preformatted:
            return text_lines(raw.strip("\r\n"))
        text = " ".join(raw.split())
        if self._item:
            self._item = False
            text = f" - {text}"
        return [Line(text, "heading") if heading else plain_line(text)]

    def _close_table(self) -> None:
        if self._tables:
            self._end_row(self._tables[-1])
            self._tables.pop()
            self._break()
            self._blank()

    def _open_table(self) -> None:
        if len(self._tables) >= _DEEPEST:
            return
        if self._tables:
            # A table within a table: the outer one only lays out the page.
            outer = self._tables[-1]
            outer.layout = True
            self._flush(outer)
        self._break()
        self._blank()
        self._tables.append(_Table())

    def _end_cell(self, table: _Table) -> None:
        row = table.row
        if table.cell is None or row is None:
            return
        raw = "".join(table.cell)
        table.cell = None
        text = raw if self._preformatted or len(raw) > _LONGEST_CELL else _cell_text(raw, paragraphs=table.paragraphs)
        if len(text) > _LONGEST_CELL or table.layout:
            table.layout = True
            row.append(raw)
            return
        self._hand_down(table, row)
        if table.rowspan > 1:
            table.spans[len(row)] = (table.rowspan, text)
        self._spanned += table.colspan - 1
        row += [text, *[""] * (table.colspan - 1)][: _WIDEST - len(row)]

    def _hand_down(self, table: _Table, row: list[str]) -> None:
        while len(row) in table.spans and len(row) < _WIDEST:
            row.append(table.spans[len(row)][1])
            self._spanned += 1

    def _end_row(self, table: _Table) -> None:
        self._end_cell(table)
        row, table.row = table.row, None
        if row is None:
            return
        if not table.layout:
            self._hand_down(table, row)
            table.spans = {at: (left - 1, text) for at, (left, text) in table.spans.items() if left > 1}
        if table.layout or len(row) == 1:
            for text in row:
                self._cell_lines(text)
        elif len(row) == 2 and re.fullmatch(r"[-\u2022\u00b7*o]|\d{1,2}\.", row[0]):
            # Pages of 2004 to 2010 lay out bullets as tables.
            self._item = not row[0][0].isdigit()
            self._cell_lines(row[1])
        elif any(row):
            for cells in _stacked(row):
                self.lines.append(Line(" | ".join(cells), "cells", cells))

    def _flush(self, table: _Table) -> None:
        """What stood in a layout table before the nested one."""
        if table.cell is not None:
            raw, table.cell = "".join(table.cell), []
            for text in [*(table.row or ()), raw]:
                self._cell_lines(text)
            table.row = []

    def _cell_lines(self, text: str) -> None:
        for part in [text] if self._preformatted else text.split("\n"):
            if part.strip():
                self.lines += self._as_lines(part)
