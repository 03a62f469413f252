"""Comma-separated listings: what Export-Csv and ``sigcheck -c`` write, as one table of texts a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from hotfix_check.errors import TargetError

HEADER_LINES = 40  # a banner, or the #TYPE line of Windows PowerShell, may stand above the header
MAX_COLUMNS = 500


def header_of(text: str) -> tuple[int, str, tuple[str, ...]] | None:
    """Where the header line begins, what parts its columns, and their names in lower case; None without one.

    It is the first line with at least two columns, path and version among them.
    """
    at = 0
    for line in text[:65_536].splitlines(keepends=True)[:HEADER_LINES]:
        for delimiter in (",", ";", "\t"):
            if delimiter in line and not line.startswith("#TYPE"):
                columns = tuple(cell.strip().strip('"').strip().lower() for cell in line.strip().split(delimiter))
                if _PATHS.intersection(columns) and any(_is_version(column) for column in columns):
                    return at, delimiter, columns
        at += len(line)
    return None


_PATHS = {"path", "fullname", "filename", "pspath", "name"}


def _is_version(column: str) -> bool:
    return "version" in column


def rows_of(text: str, where: str) -> Iterator[dict[str, object]]:
    """The rows below the header, by column name in lower case. Raises TargetError with the line of what is no CSV."""
    header = header_of(text)
    if header is None:
        raise TargetError(f"{where}: no header line with a path and a version in it")
    at, delimiter, columns = header
    above = text.count("\n", 0, at) + 1
    if len(columns) > MAX_COLUMNS:
        raise TargetError(f"{where}: line {above}: more than {MAX_COLUMNS} columns, not a listing of files")
    reader = csv.reader(io.StringIO(text[at:], newline=""), delimiter=delimiter, strict=True)
    try:
        next(reader)
        for row in reader:
            if row and row != list(columns):
                yield dict(zip(columns, row, strict=False))
    except csv.Error as error:
        raise TargetError(f"{where}: line {above + reader.line_num - 1}: not CSV: {error}") from None
