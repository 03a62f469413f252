"""Comma-separated listings: what Export-Csv and ``sigcheck -c`` write, as one table of texts a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, islice

from hotfix_check.errors import TargetError
from hotfix_check.inventory.listings.listed import Said
from hotfix_check.inventory.listings.rows import MANY, facts_of, kind_of_row, kind_of_rows
from hotfix_check.untrusted.shown import one_line

HEADER_LINES = 40  # a banner, or the #TYPE line of Windows PowerShell, may stand above the header
MAX_COLUMNS = 500
_LONGEST_HEADER = 20_000
_NO_COLUMN = re.compile(r"[|<>{}=]|.{81}")  # a typed command names columns too, and prose may


def header_of(text: str) -> tuple[int, str, tuple[str, ...]] | None:
    """Where the header line begins, what parts its columns, and their names in lower case; None without one.

    It is the first line with at least two columns that, with the line below it, is a row of a known kind.
    """
    at = 0
    lines = text[:65_536].splitlines(keepends=True)[:HEADER_LINES]
    for number, line in enumerate(lines):
        below = next((one for one in lines[number + 1 :] if one.strip()), "")
        for delimiter in (",", ";", "\t", "|"):
            if delimiter in line and not line.lstrip().startswith(("#TYPE", "|")):
                columns = _cells(line, delimiter)
                if any(map(_NO_COLUMN.search, columns)):
                    continue
                values = next(csv.reader([below[:_LONGEST_HEADER]], delimiter=delimiter, skipinitialspace=True), ())
                row = {**dict.fromkeys(columns), **dict(zip(columns, map(str.strip, values), strict=False))}
                if kind_of_row(row) is not None:
                    return at, delimiter, columns
        at += len(line)
    return None


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip('"').strip().lower() for cell in line[:_LONGEST_HEADER].strip().split(delimiter))


def _plain(cell: str) -> str:
    """A cell without what keeps Excel from making a number of it: ``="15.1"``, or ``'15.1``."""
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell.startswith("'") else cell


def table(text: str, where: str) -> Iterator[Said]:
    """What the rows say."""
    rows = rows_of(text, where)
    first = list(islice(rows, MANY))
    yield from facts_of(chain(first, rows), default=kind_of_rows(first))


def rows_of(text: str, where: str) -> Iterator[dict[str, object]]:
    """The rows below the header, by column name in lower case. Raises TargetError with the line of what is no CSV."""
    header = header_of(text)
    if header is None:
        raise TargetError(f"{where}: no header line of a known table")
    at, delimiter, columns = header
    above = text.count("\n", 0, at) + 1
    if len(columns) > MAX_COLUMNS:
        raise TargetError(f"{where}: line {above}: more than {MAX_COLUMNS} columns, not a listing of files")
    reader = csv.reader(io.StringIO(text[at:], newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        next(reader)
        for cells in reader:
            whole = len(cells) == 1 < len(columns)  # Excel of another country put each line into one cell
            row = cells[0].split(delimiter) if whole else cells
            named = tuple(cell.strip().lower() for cell in row)
            if len(set(columns).intersection(named)) > 1:  # several tables were put into one file
                columns = named
            elif row:
                yield dict(zip(columns, map(_plain, row), strict=False))
    except csv.Error as error:
        raise TargetError(f"{where}: line {above + reader.line_num - 1}: not CSV: {one_line(str(error))}") from None
