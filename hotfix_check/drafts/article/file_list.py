"""CSV file lists, as Microsoft attaches them to newer updates, to rows of cells."""

from __future__ import annotations

import csv
import io

from hotfix_check.drafts.article.columns import header_cells
from hotfix_check.drafts.article.text import Line
from hotfix_check.errors import ArticleError

_FIRST_LINES = 40
_TITLE_LINES = 3


def looks_like_csv(text: str) -> bool:
    """Whether one of the first lines is a header of at least three columns parted by commas, semicolons or tabs."""
    return _delimiter(text) is not None


def _delimiter(text: str) -> str | None:
    """What parts the columns; an article of plain text may have tabs further down, a list begins with its header."""
    lines = [line for line in text[:16384].split("\n")[:_FIRST_LINES] if line.strip(",;\t\r ")]
    for at, line in enumerate(lines):
        for delimiter in (",", ";", "\t") if at < _TITLE_LINES else (",",):
            if line.count(delimiter) >= 2 and len(line) < 1000:
                cells = tuple(cell.strip().strip('"\ufeff').strip() for cell in line.split(delimiter))
                header = header_cells(cells)
                if header and sum(column.concept != "other" for column in header) >= 2 and len(header) >= 3:
                    return delimiter
    return None


def csv_lines(text: str) -> list[Line]:
    """Rows of cells; a row of one filled cell is a heading inside the list. Raises ArticleError when quotes
    never close."""
    lines = []
    delimiter = _delimiter(text) or ","
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            cells = tuple(" ".join(cell.split()) for cell in row)
            if not any(cells):
                lines.append(Line("", "rule"))
            else:
                lines.append(Line(",".join(cells), "cells", cells if len(cells) > 1 else (*cells, "")))
    except csv.Error as error:
        raise ArticleError(f"line {reader.line_num} of the CSV file list: {error}") from None
    return lines
