"""What kind of value a piece of a line or a cell is: a date, a version, a file name ...

A line of text is cut into ``Cell`` values; a grid row brings its cells along. The same kinds serve both, so a row
can be understood by its values where no header helps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from hotfix_check.drafts.article.values import (
    MONTH,
    is_language,
    is_missing,
    is_platform,
    read_date,
    read_time,
    read_version,
)
from hotfix_check.drafts.vocabulary import LANGUAGE_NAMES

Kind = Literal[
    "date", "time", "datetime", "unreadable-date", "size", "whole", "decimal", "version", "name", "path", "platform",
    "language", "missing", "label", "word",
]  # fmt: skip

MAX_ROW_LENGTH = 260
"""A line of text longer than this is prose, not a row."""


class Cell(NamedTuple):
    """A piece of a row: its text, what it looks like, and where it stands (columns of the line, or cell index)."""

    text: str
    kind: Kind
    start: int
    end: int


_END = r"(?=[\s;,*]|$)"
_DATE = (
    rf"\d{{1,4}}[/\u2013-]\d{{1,2}}[/\u2013-]\d{{1,4}}"
    rf"|\d{{1,2}}(?:\.|er|\u00ba)?[-\u2013 ]?(?:de )?{MONTH}(?:\.|[ ]de)?[-\u2013, ]{{1,2}}\d{{2,4}}(?!,[ ]?\d{{4}})"
    rf"|{MONTH}(?:[-. ]|\.[ ])\d{{1,2}}(?:-|,[ ]?|[ ])\d{{2,4}}"
)
# Where a blank is, none of them begins: to try that first takes a third of the time.
_PIECES = re.compile(
    rf"""(?=\S)(?:(?P<build>[vV]?\d{{1,5}}(?:\.\d{{1,5}}){{1,3}}[ ]?
        (?:\((?:build|bld\.?)[ ]\d{{1,8}}\)|build[ ]\d{{1,8}})){_END}
      | (?P<broken>(?!\d{{1,2}}\.[ ]\d{{1,5}}\.\d|(?:19|20)\d\d\.)\d{{1,5}}(?:[ ]?\.[ ]?\d{{1,5}}){{3}}){_END}(?!,\d)
      | (?P<paren>[(<\[][^()<>\[\]]{{1,60}}[)>\]]){_END}
      | (?P<date>{_DATE}){_END}
      | (?P<time>\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[ ]{{0,2}}[ap]\.?(?:[ ]?m\.?)?)?(?:[ ](?:utc|gmt))?
        |\d{{1,2}}\.\d{{2}}[ ]?[ap]\.?m\.?){_END}
      | (?P<size>(?:\d[\d,.]{{0,18}}|\d{{1,3}}(?:[ ]\d{{3}}){{1,4}})[ ]?(?:bytes?|kb|mb|kilobytes|k|m|octets|[km]o)
        (?:[ ]?\(\d[\d,]{{0,15}}[ ]bytes?\))?){_END}
      | (?P<spaced>\d{{1,3}}(?:[ ]\d{{3}}){{1,4}}|\d{{1,3}}(?:[ ]?,[ ]?\d{{3}}){{1,4}}){_END}(?![ ]?,[ ]?\d)
      | (?P<missing>(?:not[ ](?:applicable|available|versioned)|none[ ]specified|nicht[ ]zutreffend
        |non[ ]applica(?:ble|bile)|no[ ]aplicable|n\u00e3o[ ]aplic\u00e1vel)){_END}
      | (?P<platform>windows(?:[ ](?:nt|me|xp|vista|server|9x|ce|for[ ]workgroups
        |\d{{1,4}}(?:\.\d{{1,2}})?)){{1,2}}){_END}
      | (?P<other>\S+))""",
    re.VERBOSE | re.IGNORECASE,
)
_GROUPS: dict[str, Kind] = {
    "build": "version", "broken": "version", "size": "size", "spaced": "size", "missing": "missing",
    "platform": "platform",
}  # fmt: skip
_WHOLE = re.compile(r"\d{1,12}")
_GROUPED = re.compile(r"\d{1,3}(?:[,']\d{3}){1,4}|\d{1,3}(?:\.\d{3}){2,4}")
_MISPRINTED_SIZE = re.compile(
    r"(?=[\d,]{4,18}$)(?:\d{1,3},(?:\d{3},)+\d{1,4}|\d{1,3},\d{1,4}(?:,\d{3})+|\d{4,6}(?:,\d{3})+)"
)
"""A size whose grouping shows that a digit was lost or doubled: 2,417,66. It can be given back, not read."""
_DECIMAL = re.compile(r"\d{1,9}\.\d{1,9}")
_VERSION = re.compile(r"[vV]?\d{1,10}(?:[.:,]\d{1,10}){1,7}[a-z]?")
_NAME = re.compile(
    r"(?=.{0,200}[A-Za-z])[A-Za-z0-9_$%~{}!#@&'^+=(-][^\s\\/:*?\"<>|,;]{0,200}\.[A-Za-z0-9_$~!@#{}&-]{1,12}"
)
_PATH = re.compile(r"(?:[A-Za-z]:|%[\w() ]{1,40}%|<[^<>]{1,60}>|\.{0,2})?\\?[^:*?\"<>|]{0,200}\\[^\\:*?\"<>|]{0,120}")
_ROOT = re.compile(r"[A-Za-z]:|%|\\|<")
_FOLDER_OF_SEVERAL_WORDS = re.compile(
    r"(?:Program Files(?: \(x86\))?|Common Files|Documents and Settings)\\", re.IGNORECASE
)
_ENDS_AS_FILE = re.compile(r"\.\w{2,4}$")
_MOST_WORDS = 6
_UNREADABLE_DATE = re.compile(r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4}|\d{1,2}[/-]\d{2,4}")
_LABEL = re.compile(r"(?:file ?)?(?:version|ver|size|dated?|time|v)[.:]?:?|[\"']", re.IGNORECASE)
_NO_VALUE = re.compile(r"no (?:file )?(?:version|date|time|size)(?: (?:information|info|number|stamp))?", re.IGNORECASE)
_DATED = re.compile(r"(?:file )?dated?:? (.{6,20})", re.IGNORECASE)
_LABELLED = re.compile(r"(?:file )?(?:version|ver\.?|build|v\.?)[: ]{1,3}(\S{1,40})", re.IGNORECASE)
_BYTES = re.compile(r"\d[\d,]{0,15} bytes?", re.IGNORECASE)
_MOST_CELLS = 40
_SHORT = 60  # characters: so are the cells that many rows have


def line_cells(line: str) -> list[Cell]:
    """The pieces of a line, left to right; at most 40 are returned, more are prose."""
    cells: list[Cell] = []
    for match in _PIECES.finditer(line, 0, MAX_ROW_LENGTH):
        start, end = match.span()
        text = match[0]
        group = match.lastgroup
        if group == "other":
            text = text.rstrip(",;*")
            if text:
                cells.append(Cell(text, word_kind(text), start, start + len(text)))
        elif group == "paren":
            cells += _remark(text, start, end, before_path=line[end : end + 1] == "\\")
        else:
            cells.append(Cell(text, _kind_of_group(group or "", text), start, end))
    return (_with_whole_folders(cells, line) if "\\" in line else cells)[:_MOST_CELLS]


def _with_whole_folders(cells: Sequence[Cell], line: str) -> list[Cell]:
    """The cells with the parts of a folder joined that blanks part: ``C:\\Program Files (x86)\\Exchsrvr\\Bin``.

    Its parts stand one blank apart, and a backslash follows.
    """
    found: list[Cell] = []
    for cell in cells:
        found.append(cell)
        if cell.kind != "path" or _ROOT.match(cell.text):
            continue
        for first in range(len(found) - 2, max(-1, len(found) - _MOST_WORDS), -1):
            opening = found[first]
            if found[first + 1].start - opening.end != 1:
                break
            rooted = opening.kind == "path" and _ROOT.match(opening.text) and not _ENDS_AS_FILE.search(opening.text)
            if rooted or _FOLDER_OF_SEVERAL_WORDS.match(line, opening.start):
                found[first:] = [Cell(line[opening.start : cell.end], "path", opening.start, cell.end)]
                break
            if opening.kind not in ("word", "platform", "language", "label"):
                break
    return found


def _kind_of_group(group: str, text: str) -> Kind:
    if group == "date":
        return "date" if _is_date(text) else "unreadable-date"
    if group == "time":
        return "time" if read_time(text) else "word"
    return _GROUPS[group]


def _is_date(text: str) -> bool:
    return bool(read_date(text) or read_date(text, "day-first"))


def _remark(text: str, start: int, end: int, *, before_path: bool) -> list[Cell]:
    """What stands in brackets: several values, one with its label, a processor, a language, or just a word."""
    inner = text[1:-1].strip()
    if values := _values_within(inner, start + 1):
        return values
    kind: Kind = "word"
    if labelled := _LABELLED.fullmatch(inner):
        text, kind = labelled[1], "version"
    elif (dated := _DATED.fullmatch(inner)) and read_date(dated[1]):
        text, kind = dated[1], "date"
    elif _NO_VALUE.fullmatch(inner):
        kind = "missing"
    elif is_platform(inner):
        kind = "platform"
    elif is_language(inner):
        kind = "language"
    elif _BYTES.fullmatch(inner):
        text, kind = inner, "size"
    elif text[0] == "<" and before_path:
        kind = "path"
    return [Cell(text, kind, start, end)]


def _values_within(inner: str, start: int) -> list[Cell] | None:
    """The values of a remark such as ``(42,345 bytes, dated 12-19-94, 1:51 P.M.)``; None for another."""
    if "," not in inner or not inner[:1].isdigit():
        return None
    values = [cell for cell in line_cells(inner) if cell.kind != "label"]
    if len(values) < 2 or any(cell.kind not in ("date", "time", "size", "version", "decimal") for cell in values):
        return None
    return [cell._replace(start=start + cell.start, end=start + cell.end) for cell in values]


@lru_cache(maxsize=8192)
def word_kind(text: str) -> Kind:
    """The kind of one word."""
    first = text[0]
    if (first.isdigit() or (first in "vV" and text[1:2].isdigit())) and (number := _number_kind(text)):
        return number
    if is_missing(text):
        return "missing"
    if "\\" in text and _PATH.fullmatch(text):
        return "path"
    if "." in text and _NAME.fullmatch(text):
        return "name"
    lowered = text.lower().removesuffix(":")
    if is_platform(lowered):
        return "platform"
    if _LABEL.fullmatch(text):
        return "label"
    return "language" if first.isupper() and len(text) > 3 and lowered in LANGUAGE_NAMES else "word"


def _number_kind(text: str) -> Kind | None:
    """The kind of a word that begins with a digit; None for one that is no number after all (7zip.dll)."""
    if _WHOLE.fullmatch(text):
        return "whole"
    if ("," in text or "'" in text) and (_GROUPED.fullmatch(text) or _MISPRINTED_SIZE.fullmatch(text)):
        return "size"
    if _DECIMAL.fullmatch(text):
        return "decimal"
    if _VERSION.fullmatch(text):
        return "version"
    return "unreadable-date" if _UNREADABLE_DATE.fullmatch(text) else None


def cell_kind(text: str) -> Kind:
    """The kind of a whole cell of a grid: its text may hold spaces."""
    text = text.strip()
    return _kind_of_text(text) if len(text) <= _SHORT else _kind_of_text.__wrapped__(text)


@lru_cache(maxsize=8192)
def _kind_of_text(text: str) -> Kind:
    if is_missing(text):
        return "missing"
    if _is_date(text):
        return "date"
    if ":" in text and read_time(text):
        return "time"
    pieces = line_cells(text)
    if len(pieces) == 1:
        return pieces[0].kind
    kinds = [piece.kind for piece in pieces]
    if kinds == ["date", "time"]:
        return "datetime"
    if is_platform(text):
        return "platform"
    if kinds[:1] == ["version"] and read_version(text):
        return "version"
    if kinds[:1] == ["name"] and all(kind in ("platform", "language", "word", "missing") for kind in kinds[1:]):
        return "name"
    if "\\" in text and _PATH.fullmatch(text):
        return "path"
    if is_language(text):
        return "language"
    return "word"
