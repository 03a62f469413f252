"""Line breaks put back into tables whose text was run together on one line (KB884874).

``... in Control Panel.Date Time Version Size File name ------- 07-Dec-2004 23:04 5.5.2658.28 209,680 Imcmsg.dll
07-Dec-2004 ...`` becomes a header line, a rule and one line for each row. Everything else is left as it is.
"""

from __future__ import annotations

import re

from hotfix_check.drafts.article.cells import Cell, line_cells
from hotfix_check.drafts.article.columns import Column, header_line
from hotfix_check.drafts.article.rows import row_from_line

_SHORTEST = 100
_WORDS = (
    r"date|time|\(?utc\)?|file|name|names|filename|version|size|\(bytes\)|platform|language|locale|folder|path"
    r"|modified|processor|operating|system"
)
_HEADER = re.compile(rf"(?:(?:{_WORDS})\b[ /:]{{0,3}}){{2,14}}", re.IGNORECASE)
_RULE = re.compile(r" {0,3}-{5,400} {0,3}")
_LONGEST_ROW = 220


def unflatten(line: str) -> list[str]:
    """The lines that a long line was made of, or just the line."""
    if len(line) < _SHORTEST:
        return [line]
    lines: list[str] = []
    done = 0
    for header in _HEADER.finditer(line):
        if header.start() < done:
            continue
        columns = header_line(header[0].strip())
        if columns is None or len(columns) < 2:
            continue
        start = header.end()
        rule = _RULE.match(line, start)
        if rule:
            start = rule.end()
        rows, end = _rows(line, start, columns)
        if not rows or not (rule or len(columns) >= 3):
            continue
        if line[done : header.start()].strip():
            lines.append(line[done : header.start()])
        lines.extend((header[0].strip(), "-" * 20, *rows, ""))
        done = end
    if not lines:
        return [line]
    if line[done:].strip():
        lines.append(line[done:].lstrip())
    return lines


def _rows(line: str, start: int, columns: tuple[Column, ...]) -> tuple[list[str], int]:
    """The rows that follow a header, and where they end."""
    rows: list[str] = []
    while start < len(line):
        window = line[start : start + _LONGEST_ROW]
        taken = _one_row(window, columns)
        if not taken:
            break
        rows.append(window[:taken].strip())
        start += taken
    return rows, start


def _one_row(window: str, columns: tuple[Column, ...]) -> int:
    """How much of the text is the first row: pieces in the order of the columns, up to the last that fits."""
    pieces = line_cells(window)
    wanted = {
        "date": ("date", "unreadable-date"), "time": ("time",), "datetime": ("date", "time"),
        "version": ("version", "decimal"), "size": ("size", "whole", "decimal"), "name": ("name", "path"),
        "platform": ("platform",), "language": ("language",),
    }  # fmt: skip
    at = 0
    end = 0
    used: list[Cell] = []
    for column in columns:
        kinds = wanted.get(column.concept, ())
        while at < len(pieces) and (pieces[at].kind in kinds or pieces[at].kind == "missing"):
            used.append(pieces[at])
            end = pieces[at].end
            at += 1
            if column.concept not in ("datetime", "platform"):
                break
    if not any(piece.kind in ("name", "path") for piece in used) or len(used) < 2:
        return 0
    row = row_from_line(window[:end], columns, 0)
    return end if row and not row.left_over else 0
