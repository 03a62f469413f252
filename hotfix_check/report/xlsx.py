"""A workbook for Excel and LibreOffice: a sheet a table, headings that stay, filters, days as days, no formula."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO

import xlsxwriter

from hotfix_check.report.document import Result
from hotfix_check.report.sheets import WORKBOOK, Cell, heading
from hotfix_check.report.text import visible

MAX_CELL = 32_767  # characters that a cell of the format holds
MAX_ROWS = 1_048_576
_WIDEST = 60
_FIRST_YEAR = 1900  # of the format's days
_MADE = datetime(2000, 1, 1)


def write_xlsx(document: Result, stream: BinaryIO) -> None:
    """Write the workbook of a result."""
    write_workbook(
        ((sheet.name, sheet.columns, sheet.rows(document)) for sheet in WORKBOOK), stream, title="Hotfix report"
    )


def write_workbook(
    sheets: Iterable[tuple[str, tuple[str, ...], Iterable[Iterable[Cell]]]], stream: BinaryIO, *, title: str
) -> None:
    """Write sheets of (name, columns, rows). Text stays text whatever it begins with; what is too long is cut.

    Raises OSError as the stream does: xlsxwriter itself would make another error of it, and leave a half-written zip.
    """
    whole = BytesIO()
    off = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(whole, off) as book:
        book.set_properties({"title": title, "created": _MADE})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        plain = book.add_format({"valign": "top", "text_wrap": True})
        for name, columns, rows in sheets:
            sheet = book.add_worksheet(name)
            widths = [len(heading(column)) + 3 for column in columns]
            for at, column in enumerate(columns):
                sheet.write_string(0, at, heading(column), head)
            last = 0
            for row in rows:
                if last + 1 == MAX_ROWS:
                    sheet.write_string(last, 0, "... and more rows than a sheet can hold; the JSON has them all", plain)
                    break
                last += 1
                for at, value in enumerate(row):
                    widths[at] = max(widths[at], _write(sheet, last, at, value, day, plain))
            for at, width in enumerate(widths):
                sheet.set_column(at, at, min(width, _WIDEST))
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, last, len(columns) - 1)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
    stream.write(whole.getbuffer())


def _write(sheet: Any, row: int, at: int, value: Cell, day: Any, plain: Any) -> int:
    """Write a cell; the width that it would like, in characters."""
    if value is None:
        return 0
    if isinstance(value, date) and value.year >= _FIRST_YEAR:
        sheet.write_datetime(row, at, value, day)
        return 11
    if isinstance(value, int | float):
        sheet.write_number(row, at, value, plain)
        return len(str(value)) + 1
    text = visible(str(value))
    sheet.write_string(row, at, text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 3]}...", plain)
    return len(text) + 1
