"""Pieces of a row on the columns of a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotfix_check.drafts.article import laying
from hotfix_check.drafts.article.cells import line_cells
from hotfix_check.drafts.article.columns import header_line

VALUES = {
    "name": ["Store.exe", "Mapi32.dll"],
    "version": ["5.5.2653.12", "5.500.265"],
    "size": ["123,456", "123456"],
    "date": ["11-Mar-2001", "1.5"],
    "time": ["17:44", "shp"],
}
HEADERS = ["File name  Version  Size  Date  Time", "Date  Time  Version  Size  File name", "File name  Size  Size"]
ROWS = st.sampled_from(HEADERS).flatmap(
    lambda header: st.tuples(
        st.just(header),
        st.tuples(*(st.sampled_from(VALUES[column.concept]) for column in header_line(header) or ())),
        st.lists(st.sampled_from([value for values in VALUES.values() for value in values]), max_size=1),
        st.integers(1, 6),
    )
)


@pytest.mark.parametrize("aligned", [True, False])
@given(row=ROWS)
def test_pieces_in_columns_of_their_kinds_are_laid_as_any_others(
    row: tuple[str, tuple[str, ...], list[str], int], aligned: bool
) -> None:
    """What is told at a glance is what weighing every way to lay them gives."""
    header, values, more, gap = row
    columns, pieces = header_line(header), line_cells((" " * gap).join([*values, *more]))
    assert columns is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laying, "_each_in_its_own", lambda pieces, columns, *, aligned: False)
        weighed = laying.best_steps(pieces, columns, aligned=aligned)
    told = laying.best_steps(pieces, columns, aligned=aligned)
    assert [step[1:] for step in told] == [step[1:] for step in weighed]


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("Store.exe  5.5.2653.12  123,456  11-Mar-2001  17:44", [0, 1, 2, 3, 4]),
        ("Store.exe  5.5.2653.12  11-Mar-2001  17:44", [0, 1, 3, 4]),
        ("Store.exe  5.5.2653.12  shp  123,456  11-Mar-2001  17:44", [0, 1, None, 2, 3, 4]),
    ],
    ids=["each in its own", "one missing", "one more"],
)
def test_rows(line: str, columns: list[int | None]) -> None:
    header = header_line(HEADERS[0])
    assert header is not None
    assert [step.column for step in laying.best_steps(line_cells(line), header, aligned=False)] == columns
