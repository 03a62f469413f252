"""Plain text that a crawl or a copy made of a page: headings and tables put back that lost their shape.

A table may have become one cell a line, one attribute a line (``File name Store.exe``), cells without a blank between
them (``Store.exe6.5.7653.8``), or a whole table on one line. What is found becomes rows of cells, each with the words
for what it was read from; everything else stays as it is.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from hotfix_check.drafts.article.cells import Cell, Kind, cell_kind, line_cells
from hotfix_check.drafts.article.columns import VALUES, Column, Concept, cell_concept, header_cells, header_line
from hotfix_check.drafts.article.laying import STRONG
from hotfix_check.drafts.article.prose import is_section_heading, parted
from hotfix_check.drafts.article.rows import cells_by_column, is_caption, row_from_cells
from hotfix_check.drafts.article.side_by_side import lines_side_by_side
from hotfix_check.drafts.article.text import MAX_GRID_LINE, Line, is_underlined, plain_line, run_of_text
from hotfix_check.drafts.article.values import is_missing

ONE_CELL_A_LINE = "one cell a line"
ONE_ATTRIBUTE_A_LINE = "one attribute a line"
CELLS_RUN_TOGETHER = "cells run together"

_Found = tuple[list[Line], int]
"""Lines of cells, and where the text goes on."""
_BUTTONS = re.compile(r"\s*(?:(?:Collapse|Expand) this (?:table|image)\s*){1,4}", re.IGNORECASE)
_BUTTONS_WITHIN = re.compile(r"(?:(?:Collapse|Expand) this (?:table|image)\s?){1,4}", re.IGNORECASE)
_LONG = 100
_LONGEST_CELL = 120
_SIGNS = re.compile(r"[|\u00a6;]")
_STROKE = re.compile(r"[|\u00a6]")
_SEMICOLON = re.compile(";")
_LONGEST_HEADER = 30
_MOST_COLUMNS = 20
_VALUES_OF_BARE_NAME = 3
_ATTRIBUTE = re.compile(
    r"\s*(?:[-\u2022*][ ]{1,3})?"
    r"((?:file[ ])?(?:name|version|size|date|time)|platform|processor|language|folder"
    r"|sp[ ]requirement|service[ ]branch)"
    r"((?:[ ]\((?:utc|bytes|in[ ]bytes|kb)\))?)(?:\s{0,16}:|\s{0,3}[\t ])\s{0,8}(\S.{0,100})",
    re.IGNORECASE,
)
_BROKEN_NAME = re.compile(r"(?<!\S)(?:[A-Za-z]\w{0,40}\.){2,12}(?!\S)")
_FIRST_OF_NAME = re.compile(r"(?<!\S)[A-Za-z]\w{0,40}(?:[.-]\w{1,40}){0,12}(?!\S)")
_REST_OF_NAME = re.compile(
    r"\s*((?!\.net\b)(?:\.(?:\w[\w-]{0,40}\.){0,12}|(?:\w[\w-]{0,40}\.){1,12})[A-Za-z]\w{1,5})(?!\S)",
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
_WORDS = (
    r"date|time|\(?utc\)?|file|name|names|filename|identifier|version|size|\((?:in[ ])?bytes\)|\(kb\)|platform|language"
    r"|locale|folder|path|modified|processor|operating|system|service|branch|sp|requirement|sha-?1|sha-?256|hash|number"
)
_HEADER = re.compile(rf"(?:(?:{_WORDS})(?![A-Za-z0-9]|[^\s:/]{{0,60}}\.[A-Za-z])[ /:]{{0,8}}){{2,18}}", re.IGNORECASE)
_RULE = re.compile(r" {0,3}-{5,400} {0,3}")
_LONGEST_ROW = 220
_KINDS: dict[Concept, tuple[Kind, ...]] = {
    "date": ("date", "unreadable-date"), "time": ("time",), "datetime": ("date", "time"),
    "version": ("version", "decimal"), "size": ("size", "whole", "decimal"), "name": ("name", "path"),
    "platform": ("platform",), "language": ("language",), "folder": ("path", "word"),
    "other": ("word", "whole", "platform", "label", "version", "decimal"),
}  # fmt: skip
_SEVERAL: frozenset[Concept] = frozenset(("datetime", "platform", "language"))


def restored(lines: Sequence[Line]) -> list[Line]:
    """The same lines with the headings and tables of a flattened page as what they were."""
    lines = _with_whole_names(lines)
    found: list[Line] = []
    at = 0
    while at < len(lines):
        made, at = _restored(lines, at) if lines[at].kind == "text" else ([lines[at]], at + 1)
        found += made
    return found


def _with_whole_names(lines: Sequence[Line]) -> list[Line]:
    """Lines with a file name that was wrapped at a dot joined to the row above or below it.

    The other line must have nothing else, in the same column: two rows of values are two files, one of them cut off.
    """
    found: list[Line] = []
    for line in lines:
        above = found[-1] if found else None
        rest = _REST_OF_NAME.match(line.text) if line.kind == "text" else None
        start = _start_of_name(above.text, rest) if rest and above and above.kind == "text" else None
        if rest and start:
            before, behind = start.string[: start.end()], start.string[start.end() :]
            if not rest.string[rest.end() :].strip():
                found[-1] = Line(f"{before}{rest[1]}{_narrowed(behind, len(rest[1]))}", "text")
                continue
            if before.strip() == start[0] and not behind.strip():
                found[-1] = Line(f"{before}{rest.string[rest.start(1) :]}", "text")
                continue
        found.append(line)
    return found


def _start_of_name(above: str, rest: re.Match[str]) -> re.Match[str] | None:
    """The piece right above the rest of a name: it ends in a dot, or the rest begins with one."""
    pattern = _FIRST_OF_NAME if rest[1][0] == "." else _BROKEN_NAME
    return next((start for start in pattern.finditer(above) if abs(start.start() - rest.start(1)) <= 1), None)


def _narrowed(behind: str, width: int) -> str:
    """What stands behind a name, after as many blanks less as the name grew by, two at least."""
    values = behind.lstrip()
    return " " * max(2, len(behind) - len(values) - width) + values if values else ""


def _restored(lines: Sequence[Line], at: int) -> _Found:
    """What a line of text is, together with those behind it that belong to it."""
    text = lines[at].text
    if _SIGNS.search(text):
        table = _parted_by_signs(lines, at, _STROKE) or _parted_by_signs(lines, at, _SEMICOLON)
        if table:
            return table
    if table := lines_side_by_side(lines, at):
        return table
    if len(text) >= _LONG:
        return _long_line(lines, at), at + 1
    stripped = text.strip()
    if stripped[:1] in "CcEe" and _BUTTONS.fullmatch(text):
        return [Line("", "blank")], at + 1
    if len(stripped) <= _LONGEST_HEADER and not is_underlined(lines, at):
        if is_section_heading(stripped):
            return [Line(stripped.strip("*_"), "heading")], at + 1
        if stripped[:1].isalpha() and cell_concept(stripped):
            table = _one_cell_a_line(lines, at) or _one_attribute_in_two_lines(lines, at)
            if table:
                return table
    if "ame" in stripped or stripped.count("File ") > 1:
        table = _one_attribute_a_line(lines, at) or _run_together(lines, at) or _table_on_lines(lines, at)
        if table:
            return table
    parts = parted(stripped) if stripped[:2].isupper() else [stripped]
    return ([lines[at]] if len(parts) == 1 else [_part(part) for part in parts]), at + 1


def _parted_by_signs(lines: Sequence[Line], at: int, sign: re.Pattern[str]) -> _Found | None:
    """A table whose cells signs part, without one at its edges: a header and rows, or rows between strokes alone."""
    made: list[Line] = []
    columns: tuple[Column, ...] | None = None
    past = at
    for place in range(at, len(lines)):
        line = lines[place]
        if line.kind == "rule" and columns:
            continue
        if line.kind != "text" or len(line.text) > MAX_GRID_LINE or not sign.search(line.text):
            break
        cells = tuple(cell.strip() for cell in sign.split(line.text))
        if not made:
            columns = header_cells(cells)
        elif len(cells) > len(made[0].cells) or not {"name", "path", *STRONG} & {*map(cell_kind, cells)}:
            break
        if columns is None and (sign is not _STROKE or row_from_cells(cells, None, place) is None):
            break
        width = len(made[0].cells) if made else 0
        made.append(Line(" | ".join(cells), "cells", (*cells, *[""] * (width - len(cells)))))
        past = place + 1
    return (made, past) if len(made) > (columns is not None) else None


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
    columns = header_line(text)
    if below >= len(lines) or lines[below].kind != "text" or columns is None:
        return None
    if sum(piece.kind == "name" for piece in line_cells(lines[below].text)) < 2:
        return None
    past = below + 1
    while past < len(lines) and lines[past].kind == "text" and _names_only(lines[past].text):
        past += 1
    # On one line "File   Version" would be the one column "file version".
    labels = ("File name" if cell_concept(one.label) == "name" else one.label for one in columns)
    made = unflatten(" ".join((*labels, *(line.text.strip() for line in lines[below:past]))))
    return (made, past) if len(made) > 3 else None


def _names_only(text: str) -> bool:
    """Whether a line has names of files and values, and no word beside them."""
    kinds = {piece.kind for piece in line_cells(text)}
    return "name" in kinds and "word" not in kinds


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


def unflatten(text: str) -> list[Line]:
    """The lines that a long line was made of, or just the line (KB884874).

    ``... in Control Panel.Date Time Version Size File name ------- 07-Dec-2004 23:04 5.5.2658.28 209,680 Imcmsg.dll
    07-Dec-2004 ...`` becomes a header and a row of cells for each file.
    """
    lines: list[Line] = []
    done = 0
    for header in _HEADER.finditer(text):
        if header.start() < done:
            continue
        columns = header_line(header[0].strip())
        if columns is None or len(columns) < 2:
            continue
        rule = _RULE.match(text, header.end())
        end = (rule or header).end()
        rows: list[tuple[str, ...]] = []
        while found := _one_row(text[end : end + _LONGEST_ROW], columns):
            rows.append(found[0])
            end += found[1]
        if not rows or not (rule or len(columns) >= 3 or not text[end:].strip()):
            continue
        if text[done : header.start()].strip():
            lines.append(plain_line(text[done : header.start()].rstrip()))
        lines += _as_cells(tuple(column.label for column in columns), rows, "a table on one line")
        lines.append(Line("", "blank"))
        done = end
    if not lines:
        return [plain_line(text)]
    if text[done:].strip():
        lines.append(plain_line(text[done:].lstrip()))
    return lines


def _one_row(window: str, columns: tuple[Column, ...]) -> tuple[tuple[str, ...], int] | None:
    """The first row, a cell for each column, and how much of the text it is; None where no file is named."""
    pieces = line_cells(window)
    row: list[str] = []
    at = end = valued = 0
    for column in columns:
        taken = _taken(pieces, at, column.concept)
        row.append(" ".join(piece.text for piece in pieces[at:taken] if piece.kind != "missing"))
        if taken > at:
            end = pieces[taken - 1].end
            valued += column.concept not in ("name", "other") and pieces[at].kind != "missing"
        elif column.concept == "name":
            return None
        at = taken
    return (tuple(row), end) if valued else None


def _taken(pieces: list[Cell], at: int, concept: Concept) -> int:
    """Past the last piece that a column takes."""
    if at < len(pieces) and pieces[at].kind == "missing":
        return at + 1
    if at == 0 and concept == "other" and [piece.kind for piece in pieces[:2]] == ["name", "name"]:
        return 1  # what Setup calls the file stands before its name
    past = at
    while past < len(pieces) and pieces[past].kind in _KINDS[concept]:
        past += 1
        if concept not in _SEVERAL:
            break
    return past
