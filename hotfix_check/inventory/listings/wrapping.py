r"""What mails, forums and sessions put around a text that is pasted: taken away before it is read, and nothing else is.

    > quoted, also > > twice                 of a mail
    ```powershell                            a fence of Markdown, or its indent of four blanks
    FileName    : C:\Program&#32;Files   characters as HTML writes them, and the tags around <pre>
    each line followed by an empty one       of a page that was copied
    ***** Machine: ...                       what Start-Transcript notes
    PS C:\>                                   a prompt, before and behind JSON and XML
    ESC[32;1m                                colours of a terminal, as PowerShell 7 and ssh leave them in a log
    “FileName”                               quotation marks as a mail program makes them round
    a saved mail (.eml)                      whose parts are encoded: quoted-printable or base64
    a page                                   what ConvertTo-Html, forums and mail programs make of a listing

What is to be taken away shows at the beginning of a text and then holds for all of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from hotfix_check.untrusted.mail import is_encoded_mail, mail_text

_QUOTED = re.compile(r"^>", re.MULTILINE)
_QUOTED_CLOSE = re.compile(r"^>[^ >\n]", re.MULTILINE)
_QUOTE = re.compile(r"^> ?", re.MULTILINE)
_MOST_QUOTES = 8
_FENCE = re.compile(r"^[ \t]{0,8}(?:```|~~~)[\w -]{0,30}$", re.ASCII | re.MULTILINE)
_INDENT = re.compile(r"^(?: {4}|\t)", re.MULTILINE)
PROMPT = re.compile(
    r"[ \t]{0,8}(?:\[(?P<host>[^\]\n]{1,80})\](?P<remote>:)? ?)?(?:PS )?(?:[A-Za-z]:|\\)\\?[^\n<>|\"*?]{0,300}>",
    re.IGNORECASE,
)
"""A prompt: ``PS C:\\>``, ``[PS] C:\\>``, ``C:\\>``, and in a session on another machine ``[MBX1]: PS C:\\>``."""
_TYPED = re.compile(rf"^{PROMPT.pattern}.*$", re.IGNORECASE | re.MULTILINE)
_MOST_LINES_BEHIND = 1000
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_ENTITY = re.compile(r"&(?:gt|lt|quot|amp|nbsp|apos|#[0-9]{1,5}|#x[0-9a-fA-F]{1,4});")
_TRANSCRIPT = re.compile(
    r"^\*{20,60}\n(?:[^*\n][^\n]{0,400}\n){1,25}\*{20,60}\n(?:[^>\n]{0,200}[A-Za-z]:\\[^>\n]{1,300}\n)?", re.MULTILINE
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]{0,30}[A-Za-z]", re.ASCII)
_ROUND = re.compile("[\u201c-\u201f]")
_BEGINS_ROUND = re.compile(rf"^[ \t]{{0,8}}{_ROUND.pattern}", re.MULTILINE)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_DOCUMENT = re.compile(
    r"^[ \t]{0,40}(?:\[[ \t]{0,40}(?=$|\{)|\{[ \t]{0,40}(?=$|\")|<Objs\s|<\?xml\s|<MsInfo\b)", re.MULTILINE
)
_OF_A_DOCUMENT = re.compile(r"[\[\]{}<>\"]")
_ENDS = {"[": "]", "{": "}", "<": ">"}
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
Step = Callable[[str], str]


def without_wrapping(head: str) -> Step:
    """What makes of a text that begins like this the text that was wrapped."""
    steps: list[Step] = [_plain]
    text = _plain(head)
    for applies, step in _LAYERS:
        if applies(text):
            text = step(text)
            steps.append(step)

    def unwrapped(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return unwrapped


def dedented(text: str) -> str:
    """A text without the indent of code in Markdown."""
    return _INDENT.sub("", text)


def document_within(text: str) -> str | None:
    """The JSON or XML in a text that has something before or behind it; None where there is none, or nothing else."""
    match = _DOCUMENT.search(text)
    if match is None:
        return None
    start = match.start() + len(match[0]) - len(match[0].lstrip(" \t"))
    end = _end_of_document(text, start)
    if end is None or not (text[:start].strip("\ufeff \t\n") or text[end:].strip()):
        return None
    return text[start:end]


def _end_of_document(text: str, start: int) -> int | None:
    """Behind its last sign, which ends a line; what may follow is prompts and prose, and never a piece of more."""
    closing, end = _ENDS[text[start]], len(text)
    for _ in range(_MOST_LINES_BEHIND):
        above = max(text.rfind("\n", start, end), start - 1)
        line = text[above + 1 : end].rstrip()
        prompt = PROMPT.match(line)
        if line.endswith(closing) and prompt is None:
            return above + 1 + len(line)
        if above < start or (prompt is None and _OF_A_DOCUMENT.search(line)):
            return None
        end = above
    return None


def without_prompts(text: str) -> str:
    """A text without the lines in which commands were typed, or could have been."""
    return _TYPED.sub("", text)


def _plain(text: str) -> str:
    """Blanks as blanks, without those at the ends of lines, without marks that nobody sees, and without colours."""
    if "\N{NO-BREAK SPACE}" in text:
        text = text.replace("\N{NO-BREAK SPACE}", " ")
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return "\n".join(line.rstrip(" ") for line in text.split("\n")) if " \n" in text else text


def _has_entities(text: str) -> bool:
    """Whether characters stand there as HTML writes them, and none of these as itself."""
    return _ENTITY.search(text) is not None and not any(one in text for one in "<>") and '"' not in text


def _unescaped(text: str) -> str:
    return html.unescape(text).replace("\N{NO-BREAK SPACE}", " ")


def _unquoted(text: str) -> str:
    """The text without marks of quotation; a blank belongs to the mark unless some line has none."""
    for _ in range(_MOST_QUOTES):
        if _QUOTED.search(text) is None:
            break
        text = (_QUOTED if _QUOTED_CLOSE.search(text) else _QUOTE).sub("", text)
    return text


def _is_doubled(text: str) -> bool:
    """Whether every second line is empty."""
    lines = text.rstrip().split("\n")
    return len(lines) > 2 and not any(map(str.strip, lines[1::2]))


def _is_page(text: str) -> bool:
    """Whether a text is marked up as a page is, and not XML of its own."""
    return _MARKED_UP.search(text) is not None and _XML.match(text) is None


def _page_text(text: str) -> str:
    """The lines of a page: a paragraph, a row with tabs between its cells, and those that <pre> and <code> have.

    Of tags that are not known, what stands in angle brackets stays.
    """
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


_LAYERS: tuple[tuple[Callable[[str], object], Step], ...] = (
    (is_encoded_mail, mail_text),
    (_is_page, _page_text),
    (_has_entities, _unescaped),
    (_QUOTED.search, _unquoted),
    (_has_entities, _unescaped),
    (_TRANSCRIPT.search, lambda text: _TRANSCRIPT.sub("", text)),
    (_BEGINS_ROUND.search, lambda text: _ROUND.sub('"', text)),
    (_FENCE.search, lambda text: _FENCE.sub("", text)),
    (_is_doubled, lambda text: _EMPTY_LINE.sub("\n", text)),
)
"""What there may be around a text, from without to within: by what it is known, and what takes it away."""
