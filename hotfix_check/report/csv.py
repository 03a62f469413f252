"""CSV for spreadsheets: one kind of record, at most 18 columns, nothing that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

from hotfix_check.report.document import Result
from hotfix_check.report.formats import CsvKind
from hotfix_check.report.sheets import EVIDENCE, EXPOSURES, FINDINGS, Sheet
from hotfix_check.report.text import visible

SHEETS: dict[CsvKind, Sheet] = {CsvKind.FINDINGS: FINDINGS, CsvKind.EVIDENCE: EVIDENCE, CsvKind.EXPOSURES: EXPOSURES}
# What a spreadsheet takes for the start of a formula (OWASP, CSV Injection), in half and full width, also behind quotes
# and spaces; and behind a semicolon, where a spreadsheet set to another list separator lets the next cell begin.
_FORMULA = re.compile("(^|;)(?=[\\s\"']*[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def render_csv(document: Result, kind: CsvKind = CsvKind.FINDINGS) -> str:
    """RFC 4180 with CRLF and a header row; a text that a spreadsheet would run gets an apostrophe before it."""
    sheet = SHEETS[kind]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    writer.writerows([cell(value) for value in row] for row in sheet.rows(document))
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as CSV holds it; a text that a spreadsheet would run gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return _FORMULA.sub(r"\1'", visible(str(value)))
