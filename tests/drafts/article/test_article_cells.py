"""Cells that hold more than their value, and headers in more than one form; sentences and files of our own."""

from __future__ import annotations

import pytest
from drafts.reading import parse_article

from hotfix_check.drafts.draft import DraftRow, DraftUpdate

LEAD = "Files of this hotfix, with their file attributes (or later):"


def page(head: str, *rows: str) -> DraftUpdate:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in (head, *rows))
    return parse_article(
        f"<html><body><h1>The store loses a lock</h1><p>Article ID: 931901</p><h2>RESOLUTION</h2><p>{LEAD}</p>"
        f"<table>{body}</table></body></html>",
        source="KB931901.html",
    )


def text(*lines: str) -> DraftUpdate:
    return parse_article(
        "\n".join(("The store loses a lock", "Article ID: 931901", "RESOLUTION", LEAD, *lines)), source="x"
    )


def only(draft: DraftUpdate) -> DraftRow:
    (row,) = draft.files
    return row


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("Version 6.5.7653.8", "6.5.7653.8"),
        ("Ver. 6.5.7653.8", "6.5.7653.8"),
        ("6.5.7653.8 or later", "6.5.7653.8"),
        ("6.5.7653.8*", "6.5.7653.8"),
        ("Version A", None),
        ("6.5.7653.", None),  # cut short: which build it is, nobody knows
        ("6.5.7653.8 or 6.5.7654.1", None),
    ],
)
def test_a_label_or_a_mark_beside_a_version_is_none_of_it(printed: str, version: str | None) -> None:
    assert only(page("File name|File version|Date", f"Store.exe|{printed}|19-Apr-2007")).version == version


@pytest.mark.parametrize(("printed", "day"), [("19\u2013Apr\u20132007", "2007-04-19"), ("19\u20132007", "None")])
def test_dashes_in_dates_are_hyphens(printed: str, day: str) -> None:
    assert str(only(page("File name|File version|Date", f"Store.exe|6.5.7653.8|{printed}")).date) == day


def test_quotation_marks_around_a_name_are_none_of_it() -> None:
    assert only(page("File name|File version", "\u201cStore.exe\u201d|6.5.7653.8")).name == "Store.exe"
    assert only(page("File name|File version", "Jane's.dll|6.5.7653.8")).name == "Jane's.dll"
