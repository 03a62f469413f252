"""One line, or the cells of one, as a row of a table; what is none is told from it."""

from __future__ import annotations

import pytest

from hotfix_check.drafts.article.columns import header_cells, header_line
from hotfix_check.drafts.article.rows import RawRow, row_from_cells, row_from_line


def told(row: RawRow | None) -> dict[str, str] | None:
    return None if row is None else {str(concept): text for concept, text in row.values.items()}


@pytest.mark.parametrize(
    ("line", "row"),
    [
        pytest.param("Store 5.5.2653.1", {"name": "Store", "version": "5.5.2653.1"}, id="a bare name and a version"),
        pytest.param("Mdbvu32 3.2", {"name": "Mdbvu32", "version": "3.2"}, id="a bare name and a number"),
        pytest.param("Server 5.5.2653.1", None, id="a product and its version"),
        pytest.param("Server 5.5", None, id="a product and its number"),
        pytest.param("Store", None, id="a bare name alone"),
        pytest.param("", None, id="nothing"),
        pytest.param(" ".join(["5.5.2653.1"] * 30), None, id="more pieces than any row has"),
    ],
)
def test_a_line_under_a_header_without_gaps(line: str, row: dict[str, str] | None) -> None:
    columns = header_line("File name Version")
    assert columns is not None
    assert told(row_from_line(line, columns, 0)) == row


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        pytest.param(
            ("Store.exe", "5.5.2653.1", "11-Mar-2001"),
            {"name": "Store.exe", "version": "5.5.2653.1", "date": "11-Mar-2001"},
            id="each under its header",
        ),
        pytest.param(
            ("Store.exe", "11-Mar-2001", "5.5.2653.1"),
            {"name": "Store.exe", "version": "5.5.2653.1", "date": "11-Mar-2001"},
            id="two that changed places",
        ),
        pytest.param(("", "5.5.2653.1", "11-Mar-2001"), None, id="no name"),
        pytest.param(("1234", "5.5.2653.1", "11-Mar-2001"), None, id="a number for a name"),
        pytest.param(("", "", ""), None, id="nothing"),
    ],
)
def test_cells_under_a_header(cells: tuple[str, ...], row: dict[str, str] | None) -> None:
    assert told(row_from_cells(cells, header_cells(("File name", "Version", "Date")), 0)) == row
