"""Plain text that a crawl or a copy made of a page: headings and tables put back that lost their shape.

A table may have become one cell a line, one attribute a line (``File name Store.exe``), cells without a blank between
them (``Store.exe6.5.7653.8``), or a whole table on one line. What is found becomes rows of cells, each with the words
for what it was read from; everything else stays as it is.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from hotfix_check.drafts.article.cells import cell_kind, line_cells
from hotfix_check.drafts.article.columns import VALUES, Column, Concept, cell_concept, header_cells, header_line
from hotfix_check.drafts.article.flattened import unflatten
from hotfix_check.drafts.article.laying import STRONG
from hotfix_check.drafts.article.prose import is_section_heading, parted
from hotfix_check.drafts.article.raw_table import is_caption
from hotfix_check.drafts.article.rows import cells_by_column
from hotfix_check.drafts.article.text import Line, is_underlined, plain_line, run_of_text
from hotfix_check.drafts.article.values import is_missing

ONE_CELL_A_LINE = "one cell a line"
ONE_ATTRIBUTE_A_LINE = "one attribute a line"
CELLS_RUN_TOGETHER = "cells run together"

_Found = tuple[list[Line], int]
"""Lines of cells, and where the text goes on."""

_Reader = Callable[[Sequence[Line], int], _Found | None]
_BUTTONS = re.compile(r"\s*(?:(?:Collapse|Expand) this (?:table|image)\s*){1,4}", re.IGNORECASE)
_BUTTONS_WITHIN = re.compile(r"(?:(?:Collapse|Expand) this (?:table|image)\s?){1,4}", re.IGNORECASE)
_LONG = 100
_LONGEST_CELL = 120
_LONGEST_HEADER = 30
_MOST_COLUMNS = 20
_VALUES_OF_BARE_NAME = 3
_ATTRIBUTE = re.compile(
    r"\s*(?:[-\u2022*][ ]{1,3})?"
    r"((?:file[ ])?(?:name|version|size|date|time)|platform|processor|language|folder"
    r"|sp[ ]requirement|service[ ]branch)"
    r"((?:[ ]\((?:utc|bytes|in[ ]bytes|kb)\))?)\s{0,3}[:\t ]\s{0,8}(\S.{0,100})",
    re.IGNORECASE,
)
_WORD_ENDS = re.compile(r"(?<=[a-z)])(?=[A-Z])")
_RUN_TOGETHER: dict[Concept, str] = {
    "name": r"[A-Za-z0-9_$~{}!#&+()-][^\s\\/:*?\"<>|,;]{0,80}?\.[A-Za-z_]{2,4}",
    "size": r"\d{1,3}(?:,\d{3}){1,4}|\d{3,10}",
    "date": r"\d{1,2}-[A-Z][a-z]{2}-\d{4}|\d{1,2}/\d{1,2}/\d{4}",
    "time": r"\d{1,2}:\d{2}",
    "platform": r"x86|x64|IA-?64|Intel|Alpha|i386",
}
_GLUED_HEADER = re.compile(
    r"(?:File ?name|Name)(?:(?:File )?(?:version|Version|size|Size)|Date|Time|Platform|\((?:UTC|bytes)\)){1,8}"
    r"(?=[A-Za-z0-9_$])"
)
_ROW_ENDS = r"(?=[^\d.,:]|$)"
_LONGEST_GLUED = 300
_MOST_GLUED = 2_000
_MISSING = r"|Not[ ]applicable|N/A|None"


def restored(lines: Sequence[Line]) -> list[Line]:
    """The same lines with the headings and tables of a flattened page as what they were."""
    found: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.kind != "text":
            found.append(line)
            at += 1
            continue
        made, past = _restored(lines, at)
        found += made
        at = past
    return found


def _restored(lines: Sequence[Line], at: int) -> _Found:
    """What a line of text is, together with those behind it that belong to it."""
    text = lines[at].text
    if len(text) >= _LONG:
        return _long_line(lines, at), at + 1
    stripped = text.strip()
    if stripped[:1] in "CcEe" and _BUTTONS.fullmatch(text):
        return [Line("", "blank")], at + 1
    if len(stripped) <= _LONGEST_HEADER and not is_underlined(lines, at):
        if is_section_heading(stripped):
            return [Line(stripped, "heading")], at + 1
        if stripped[:1].isalpha() and cell_concept(stripped) and (table := _first(lines, at, _STACKED)):
            return table
    if "ame" in stripped and (table := _first(lines, at, _IN_LINES)):
        return table
    parts = parted(stripped) if stripped[:2].isupper() else [stripped]
    return ([lines[at]] if len(parts) == 1 else [_part(part) for part in parts]), at + 1


def _part(text: str) -> Line:
    return Line(text, "heading") if is_section_heading(text) else plain_line(text)


def _long_line(lines: Sequence[Line], at: int) -> list[Line]:
    line = lines[at]
    found: list[Line] = []
    for part in (piece for text in _BUTTONS_WITHIN.split(line.text) for piece in parted(text)):
        made = unflatten(part)
        if len(made) == 1:
            made = _glued_table(part) or [line if part == line.text else _part(part)]
        found += made
    return found


def _table_on_lines(lines: Sequence[Line], at: int) -> _Found | None:
    """A table on one line that is short, or whose header has a line of its own above all the rows."""
    text = lines[at].text
    made = unflatten(text)
    if len(made) > 1:
        return made, at + 1
    below = at + 1
    while below < len(lines) and lines[below].kind in ("blank", "rule") and below <= at + 2:
        below += 1
    if below >= len(lines) or lines[below].kind != "text" or not header_line(text):
        return None
    names = sum(piece.kind == "name" for piece in line_cells(lines[below].text))
    made = unflatten(f"{text.strip()} {lines[below].text.strip()}") if names > 1 else []
    return (made, below + 1) if len(made) > 3 else None


def _first(lines: Sequence[Line], at: int, readers: Sequence[_Reader]) -> _Found | None:
    return next((table for read in readers if (table := read(lines, at)) is not None), None)


def _texts(lines: Sequence[Line], at: int) -> Iterator[tuple[int, str]]:
    """The short lines of text from here on, with their places, up to the next heading or anything else."""
    for place in run_of_text(lines, at, longest=_LONGEST_CELL):
        text = lines[place].text.strip()
        if _BUTTONS.fullmatch(text):
            continue
        if is_section_heading(text):
            return
        yield place, text


def _one_cell_a_line(lines: Sequence[Line], at: int) -> _Found | None:
    """A header of one column a line, then as many lines for each row; an empty cell may have no line."""
    texts = _texts(lines, at)
    names: list[str] = []
    waiting: deque[tuple[int, str]] = deque()
    for place, text in texts:
        if text in names or cell_concept(text) is None or len(names) == _MOST_COLUMNS:
            waiting.append((place, text))
            break
        names.append(text)
    columns = header_cells(tuple(names)) if len(names) >= 2 else None
    if columns is None:
        return None
    rows: list[tuple[str, ...]] = []
    past = at
    while True:
        waiting.extend(islice(texts, len(names) + 1 - len(waiting)))
        shown = [text for _, text in waiting]
        taken = _stacked_row(shown[: len(names)], columns)
        if taken is None and _is_above_row(shown, columns):
            taken = (shown[0], *[""] * (len(names) - 1)), 1
        if taken is None:
            break
        row, used = taken
        rows.append(row)
        for _ in range(used):
            past = waiting.popleft()[0] + 1
    return (_as_cells(tuple(names), rows, ONE_CELL_A_LINE), past) if rows else None


def _stacked_row(texts: list[str], columns: tuple[Column, ...]) -> tuple[tuple[str, ...], int] | None:
    """The row that the next lines are, and how many of them."""
    name = next(index for index, column in enumerate(columns) if column.concept == "name")
    used = len(texts)
    if name == 0:  # the next name opens the next row, however many lines this one has
        starts = [index for index, text in enumerate(texts) if cell_kind(text) in ("name", "path")]
        if not starts or starts[0] != 0:
            return _row_of_bare_name(texts, columns)
        used = starts[1] if len(starts) > 1 else used
    while used > 1:
        row = cells_by_column(tuple(texts[:used]), columns)
        if row is not None and cell_kind(row[name]) in ("name", "path"):
            return row, used
        used -= 1
    return None


def _row_of_bare_name(texts: list[str], columns: tuple[Column, ...]) -> tuple[tuple[str, ...], int] | None:
    """A row whose first cell is a name without an extension (Ntldr), where all others are filled and mostly values."""
    if len(texts) != len(columns) or sum(cell_kind(cell) in STRONG for cell in texts[1:]) < _VALUES_OF_BARE_NAME:
        return None
    row = cells_by_column(tuple(texts), columns) if " " not in texts[0] else None
    return (row, len(texts)) if row is not None and all(row) else None


def _is_above_row(texts: list[str], columns: tuple[Column, ...]) -> bool:
    """Whether the first of these lines is a caption, with a row right below it."""
    below = cell_kind(texts[1]) if len(texts) > 2 else "word"
    return below != "word" and is_caption(texts[0]) and _stacked_row(texts[1:], columns) is not None


def _one_attribute_in_two_lines(lines: Sequence[Line], at: int) -> _Found | None:
    """``File name``, ``Store.exe``, ``File version``, ``6.5.7653.8``: each on a line of its own."""
    texts = _texts(lines, at)
    pairs = zip(texts, texts, strict=False)
    return _from_attributes((label, value, place) for (_, label), (place, value) in pairs)


def _one_attribute_a_line(lines: Sequence[Line], at: int) -> _Found | None:
    """``File name Store.exe`` above ``File version 6.5.7653.8``."""
    matched = ((place, _ATTRIBUTE.fullmatch(text)) for place, text in _texts(lines, at))
    return _from_attributes(
        (match[1] + match[2], match[3].strip(), place) if match else ("", "", place) for place, match in matched
    )


def _from_attributes(pairs: Iterable[tuple[str, str, int]]) -> _Found | None:
    """Files from their attributes (label, value, line), each with its name first, up to the first that is none."""
    files: list[list[tuple[str, str]]] = []
    past = 0
    for label, value, place in pairs:
        concept = cell_concept(label)
        if concept == "name" and cell_kind(value) in ("name", "path") and (not files or len(files[-1]) > 1):
            files.append([])
        elif (
            not files
            or concept in (None, "name")
            or cell_concept(value) is not None
            or label.lower() in {known.lower() for known, _ in files[-1]}
        ):
            break
        files[-1].append((label, value))
        past = place + 1
    if not files or len(files[-1]) < 2:
        return None
    found: list[Line] = []
    above: tuple[str, ...] = ()
    for file in files:
        labels, values = tuple(label for label, _ in file), tuple(value for _, value in file)
        if not set(map(cell_concept, labels)) & set(VALUES):
            return None
        made = _as_cells(labels, [values], ONE_ATTRIBUTE_A_LINE)
        found += made if labels != above else made[1:]
        above = labels
    return found, past


def _run_together(lines: Sequence[Line], at: int) -> _Found | None:
    """``File nameVersion`` above ``Store.exe6.5.7653.8``; a row that could be parted in two ways is left as it is."""
    text = lines[at].text.strip()
    if made := _glued_table(text):
        return made, at + 1
    names = tuple(_WORD_ENDS.split(text))
    columns = header_cells(names) if len(names) > 1 and None not in map(cell_concept, names) else None
    if columns is None:
        return None
    rows: list[tuple[str, ...]] = []
    past = at + 1
    for place, below in _texts(lines, at + 1):
        row = _parted_row(below, columns)
        if row is None:
            break
        rows.append(row)
        past = place + 1
    return (_as_cells(names, rows, CELLS_RUN_TOGETHER), past) if rows else None


def _glued_table(text: str) -> list[Line]:
    """The table in a text in which not even header and rows are parted; nothing where there is none."""
    header = _GLUED_HEADER.search(text)
    names = tuple(_WORD_ENDS.split(header[0])) if header else ()
    columns = header_cells(names)
    if header is None or columns is None:
        return []
    rows: list[tuple[str, ...]] = []
    start = header.end()
    while len(rows) < _MOST_GLUED and (row := _parted_row(text[start : start + _LONGEST_GLUED], columns, whole=False)):
        rows.append(row)
        start += len("".join(row))
    if not rows:
        return []
    made = _as_cells(names, rows, CELLS_RUN_TOGETHER)
    before, behind = text[: header.start()].strip(), text[start:].strip()
    return [*([_part(before)] if before else []), *made, *([Line("", "blank"), _part(behind)] if behind else [])]


def _parted_row(text: str, columns: tuple[Column, ...], *, whole: bool = True) -> tuple[str, ...] | None:
    """The cells of a text without a blank between them; None where there is another way to part it, or none."""
    ways = []
    for last_part in (r"\d{1,5}", r"\d{1,5}?"):
        version = rf"\d{{1,5}}(?:\.\d{{1,5}}){{1,2}}\.{last_part}"
        cells = "".join(
            f"({_RUN_TOGETHER.get(column.concept, version)}{'' if column.concept == 'name' else _MISSING})"
            for column in columns
        )
        match = re.match(cells + ("$" if whole else _ROW_ENDS), text)
        ways.append(match.groups() if match else None)
    first, second = ways
    return tuple(map(str, first)) if first is not None and first == second else None


def _as_cells(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], read_as: str) -> list[Line]:
    return [
        Line(" | ".join(cells), "cells", tuple("" if is_missing(cell) else cell for cell in cells), read_as)
        for cells in (header, *rows)
    ]


_STACKED = (_one_cell_a_line, _one_attribute_in_two_lines)
_IN_LINES = (_one_attribute_a_line, _run_together, _table_on_lines)
