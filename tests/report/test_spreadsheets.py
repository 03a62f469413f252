"""Workbook and CSV in LibreOffice: they open without repair, nothing is run in them, every cell is what was written."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from report.documents import document
from report.hostile import PAYLOADS
from report.spreadsheets import CSV_AS_IT_IS_OPENED, converted, needs_libreoffice

from hotfix_check.report.csv import render_csv
from hotfix_check.report.document import result_of
from hotfix_check.report.formats import FORMATS
from hotfix_check.report.text import visible
from hotfix_check.report.xlsx import write_xlsx

pytestmark = [pytest.mark.slow, needs_libreoffice]
DOCUMENT: Any = document(40)
for finding, payload in zip(DOCUMENT["targets"][0]["findings"], PAYLOADS.values(), strict=False):
    finding["title"] = payload


def cells(book: Any) -> list[tuple[str, str, object]]:
    """Every cell that holds something: its sheet, its place, its value."""
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def test_the_workbook_is_the_same_after_libreoffice_saved_it(tmp_path: Path) -> None:
    made = io.BytesIO()
    write_xlsx(result_of(DOCUMENT), made)
    (tmp_path / "report.xlsx").write_bytes(made.getvalue())
    again = converted(tmp_path / "report.xlsx", "xlsx", tmp_path)
    ours, theirs = openpyxl.load_workbook(made), openpyxl.load_workbook(again)
    assert theirs.sheetnames == ours.sheetnames
    assert cells(theirs) == cells(ours)
    assert {cell.data_type for sheet in theirs.worksheets for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "d",
    }
    assert [sheet.auto_filter.ref for sheet in theirs.worksheets] == [
        sheet.auto_filter.ref for sheet in ours.worksheets
    ]
    assert any(isinstance(value, datetime) for _, _, value in cells(theirs))


def test_csv_opens_with_its_first_heading_whole_and_runs_nothing(tmp_path: Path) -> None:
    source = tmp_path / "report.csv"
    source.write_text(FORMATS["csv"].prefix + render_csv(result_of(DOCUMENT)), encoding="utf-8", newline="")
    book = openpyxl.load_workbook(converted(source, "xlsx", tmp_path, read_as=CSV_AS_IT_IS_OPENED))
    (sheet,) = book.worksheets
    labels, *rows = sheet.iter_rows(values_only=True)
    assert labels[0] == "host"
    assert len(rows) == len(list(csv.reader(io.StringIO(render_csv(result_of(DOCUMENT)), newline="")))) - 1
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    titles = {str(row[labels.index("title")]).lstrip("'") for row in rows}
    assert {visible(text).strip() for text in (PAYLOADS["HTML element"], PAYLOADS["formula"])} <= titles
    released = {row[labels.index("released")] for row in rows} - {None}
    assert released
    assert all(isinstance(day, date) for day in released)
