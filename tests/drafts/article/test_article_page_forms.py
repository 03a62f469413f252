"""One page as HTML, as Markdown, as the text of a crawl in three shapes and as the archive prints it: one draft."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time

import pytest
from drafts.article.test_article_layout_properties import Row, full_rows
from drafts.reading import parse_article
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotfix_check.drafts.draft import DraftUpdate

COLUMNS = ("File name", "File version", "File size", "Date", "Time", "Platform")
FIX = "The English version of this hotfix has the file attributes (or later file attributes) in the following table."
GROUPS = ("Exchange Server 2003 Service Pack 2", "Exchange 2000 Server post-Service Pack 3")
PRODUCTS = ("Microsoft Exchange Server 2003 Standard Edition", "Microsoft Exchange 2000 Server Standard Edition")
RESTARTS = {
    "yes": "You must restart the computer after you apply this hotfix.",
    "no": "You do not have to restart the computer after you apply this hotfix.",
    None: "You may have to restart the computer after you apply this hotfix.",
}
REQUIRED = "To apply this hotfix, you must have {} installed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    title: str
    kb: int
    tables: tuple[tuple[str, tuple[Row, ...]], ...]
    required: str
    restart: str | None
    replaces: tuple[int, ...]

    def sections(self) -> list[tuple[str, str]]:
        """Heading and sentence of each standard section above the tables."""
        numbers = " and ".join(f"hotfix {number}" for number in self.replaces)
        replaced = f"This hotfix replaces {numbers}." if numbers else "This hotfix does not replace any other hotfixes."
        return [
            ("Prerequisites", REQUIRED.format(self.required)),
            ("Restart requirement", RESTARTS[self.restart]),
            ("Hotfix replacement information", replaced),
        ]


pages = st.builds(
    Page,
    title=st.sampled_from(["The store loses a lock", "Mail waits in the queue, and the server stops"]),
    kb=st.integers(800_000, 999_999),
    tables=st.lists(st.lists(full_rows, min_size=1, max_size=3).map(tuple), min_size=1, max_size=2).map(
        lambda several: tuple(zip(GROUPS, several, strict=False))
    ),
    required=st.sampled_from(["Exchange Server 2003 Service Pack 2", "Exchange 2000 Server Service Pack 3"]),
    restart=st.sampled_from(sorted(RESTARTS, key=str)),
    replaces=st.lists(st.integers(700_000, 799_999), max_size=2, unique=True).map(tuple),
)


def cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        row.version or "",
        f"{row.size:,}",
        f"{row.date:%d-%b-%Y}",
        f"{row.time:%H:%M}",
        row.platform or "",
    )


def as_html(page: Page) -> str:
    parts = [f"<h1>{page.title}</h1><div>Article ID: {page.kb} - Last Review: March 3, 2009</div><h2>RESOLUTION</h2>"]
    parts += [f"<h4>{heading}</h4><p>{said}</p>" for heading, said in page.sections()]
    for group, rows in page.tables:
        lines = (COLUMNS, *map(cells, rows))
        table = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
        parts.append(f"<h3>{group}</h3><p>{FIX}</p><table>{table}</table>")
    applies = "".join(f"<li>{product}</li>" for product in PRODUCTS)
    return f"<!DOCTYPE html><html><body>{''.join(parts)}<h2>APPLIES TO</h2><ul>{applies}</ul></body></html>"


def as_markdown(page: Page) -> str:
    lines = [f"# {page.title}", "", f"Article ID: {page.kb}", "", "## RESOLUTION", ""]
    for heading, said in page.sections():
        lines += [f"#### {heading}", "", said, ""]
    for group, rows in page.tables:
        table = [f"| {' | '.join(line)} |" for line in (COLUMNS, ("---",) * 6, *map(cells, rows))]
        lines += [f"### {group}", "", FIX, "", *table, ""]
    return "\n".join([*lines, "## APPLIES TO", "", *(f"- {product}" for product in PRODUCTS), ""])


def crawled(page: Page, table: Callable[[tuple[Row, ...]], list[str]]) -> str:
    lines = ["Support home", page.title, f"Article ID: {page.kb} - Last Review: March 3, 2009", "RESOLUTION"]
    for heading, said in page.sections():
        lines += [heading, said]
    for group, rows in page.tables:
        lines += [group, FIX, *table(rows)]
    return "\n".join([*lines, "APPLIES TO", *PRODUCTS, ""])


def as_lines(page: Page) -> str:
    return crawled(page, lambda rows: [" ".join(line) for line in (COLUMNS, *map(cells, rows))])


def as_one_cell_a_line(page: Page) -> str:
    return crawled(page, lambda rows: [cell for line in (COLUMNS, *map(cells, rows)) for cell in line])


def as_one_attribute_a_line(page: Page) -> str:
    return crawled(
        page,
        lambda rows: [f"{column} {cell}" for row in rows for column, cell in zip(COLUMNS, cells(row), strict=True)],
    )


def as_one_line(page: Page) -> str:
    return crawled(
        page, lambda rows: [" ".join(cell for line in (COLUMNS, *map(cells, rows)) for cell in line if cell)]
    )


def as_pipes(page: Page) -> str:
    """Markdown as some converters write it: no pipes at the ends, a rule that aligns."""
    return "\n".join(
        line.strip("| ").replace("| --- |", "| :--- |") if line.startswith("|") else line
        for line in as_markdown(page).split("\n")
    )


def as_bullets(page: Page) -> str:
    return crawled(
        page,
        lambda rows: [
            f"- {column}: {cell or 'Not applicable'}"
            for row in rows
            for column, cell in zip(COLUMNS, cells(row), strict=True)
        ],
    )


def as_archive(page: Page) -> str:
    lines = [f"DOCUMENT:Q{page.kb}  08-MAY-2002  [exchange]", f"TITLE   :{page.title}", "", "=" * 70]
    lines += ["The information in this article applies to:", "", *(f" - {product}" for product in PRODUCTS), "-" * 70]
    lines += ["", "RESOLUTION", "==========", ""]
    for heading, said in page.sections():
        lines += [heading, "-" * len(heading), "", said, ""]
    for group, rows in page.tables:
        lines += [group, "-" * len(group), "", FIX, ""]
        every = [COLUMNS, *map(cells, rows)]
        widths = [max(len(line[at]) for line in every) for at in range(len(COLUMNS))]
        lines += [
            "   " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in every
        ]
        lines.append("")
    return "\n".join([*lines, "STATUS", "======", "", "It is known.", ""])


FORMS = {
    "HTML": as_html,
    "Markdown": as_markdown,
    "lines of text": as_lines,
    "one cell a line": as_one_cell_a_line,
    "one attribute a line": as_one_attribute_a_line,
    "one attribute a bullet": as_bullets,
    "a table on one line": as_one_line,
    "pipes between the cells": as_pipes,
    "the archive": as_archive,
}


def essence(draft: DraftUpdate) -> tuple[object, ...]:
    rows = [
        (row.name, row.version, row.size, row.date, row.time, row.platform, row.group, row.product, row.doubt)
        for row in draft.files
    ]
    said = (draft.prerequisites, draft.prerequisite_terms, draft.restart, draft.replaces, draft.replaces_stated)
    return (draft.kb, draft.title, draft.products, rows, said, draft.skipped)


def expected(page: Page) -> tuple[object, ...]:
    rows = [
        (row.name, row.version, row.size, row.date, row.time, row.platform, group if len(page.tables) > 1 else None)
        for group, rows in page.tables
        for row in rows
    ]
    return (page.kb, page.title, PRODUCTS, rows, (page.required,), page.restart, tuple(sorted(page.replaces)))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=12, deadline=None)
@given(page=pages)
@example(
    page=Page(
        title="The store loses a lock",
        kb=800_000,
        tables=(
            (
                "Exchange Server 2003 Service Pack 2",
                # begins as a header ends: "SP requirement"
                (
                    Row(
                        name="Sp.dll",
                        version="4.10.1000",
                        size=10,
                        date=date(2000, 1, 1),
                        time=time(0, 0),
                        platform="Intel",
                    ),
                ),
            ),
        ),
        required="Exchange Server 2003 Service Pack 2",
        restart=None,
        replaces=(),
    )
)
def test_a_page_is_the_same_draft_in_every_form(form: Callable[[Page], str], page: Page) -> None:
    draft = parse_article(form(page), source="test")
    rows = [(row.name, row.version, row.size, row.date, row.time, row.platform, row.group) for row in draft.files]
    read = (draft.kb, draft.title, draft.products, rows, draft.prerequisites, draft.restart, draft.replaces)
    assert read == expected(page)
    assert essence(draft) == essence(parse_article(as_html(page), source="test"))
    assert draft.unused == ()
