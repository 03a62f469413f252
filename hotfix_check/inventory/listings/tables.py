"""Comma-separated listings: what Export-Csv and ``sigcheck -c`` write, as one table of texts a row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from hotfix_check.errors import TargetError
from hotfix_check.inventory.listings.listed import MISALIGNED, Said, column_name
from hotfix_check.inventory.listings.rows import MANY, facts_of, kind_of_row, kind_of_rows
from hotfix_check.untrusted.shown import one_line

HEADER_LINES = 40  # a banner, or the #TYPE line of Windows PowerShell, may stand above the header
MAX_COLUMNS = 500
_LONGEST_HEADER = 20_000
_MOST_PARTS = 8  # of a path with delimiters in it
_PATH = re.compile(r"(?:[A-Za-z]:|\\\\)[^\"]{1,1000}\.(?:exe|dll)", re.ASCII | re.IGNORECASE)
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
                values = next(csv.reader([below[:_LONGEST_HEADER]], delimiter=delimiter, skipinitialspace=True), [])
                values = _out_of_one_cell(values, columns, delimiter)
                row = {**dict.fromkeys(columns), **dict(zip(columns, map(str.strip, values), strict=False))}
                if kind_of_row(row) is not None:
                    return at, delimiter, columns
        at += len(line)
    return None


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(column_name(cell.strip().strip('"')) for cell in line[:_LONGEST_HEADER].strip().split(delimiter))


def _plain(cell: str) -> str:
    """A cell without what keeps Excel from making a number of it: ``="15.1"``, or ``'15.1``."""
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell.startswith("'") else cell


def _out_of_one_cell(cells: list[str], columns: Sequence[str], delimiter: str) -> list[str]:
    """The cells of a line that Excel of another country put into one, with the quotation marks that it had."""
    whole = len(cells) == 1 < len(columns)
    return next(csv.reader(cells, delimiter=delimiter, skipinitialspace=True), []) if whole else cells


def _parted_path(columns: Sequence[str], cells: Sequence[str], delimiter: str) -> dict[str, object] | None:
    """What stands before and behind a path in which a delimiter is that nobody quoted: which row it is, is not sure."""
    more = len(cells) - len(columns)
    for at in range(len(columns)) if 0 < more <= _MOST_PARTS else ():
        path = delimiter.join(cells[at : at + more + 1])
        if _PATH.fullmatch(path) and not _PATH.fullmatch(cells[at]):
            beside = (
                *zip(columns[:at], cells, strict=False),
                *zip(columns[at + 1 :], cells[at + more + 1 :], strict=True),
            )
            return {**dict(beside), MISALIGNED: path}
    return None


def table(text: str, where: str) -> Iterator[Said]:
    """What the rows say."""
    rows = rows_of(text, where)
    first = list(islice(rows, MANY))
    yield from facts_of(chain(first, rows), default=kind_of_rows(row for row in first if MISALIGNED not in row))


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
            row = _out_of_one_cell(cells, columns, delimiter)
            named = tuple(map(column_name, row))
            if len(set(columns).intersection(named)) > 1:  # several tables were put into one file
                columns = named
            elif row:
                yield _parted_path(columns, row, delimiter) or dict(zip(columns, map(_plain, row), strict=False))
    except csv.Error as error:
        raise TargetError(f"{where}: line {above + reader.line_num - 1}: not CSV: {one_line(str(error))}") from None
