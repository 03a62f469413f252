"""Random tables, printed in every layout family, come back as the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
from dataclasses import dataclass
from typing import Any

from drafts.reading import parse_article
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotfix_check.drafts.draft import DraftRow

LEAD_IN = """DOCUMENT:Q123456  01-JAN-2001  [test]
TITLE   :A Made-Up Problem

RESOLUTION
==========

The English version of this fix should have the following file attributes or
later:

"""
TAIL = """

STATUS
======

This is a made-up problem.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    version: str | None
    size: int
    date: dt.date
    time: dt.time
    platform: str | None


names = st.from_regex(r"[A-Z][a-z_]{1,9}[0-9]{0,2}\.(dll|exe|sys|ocx|inf|asp|386|cat)", fullmatch=True)
versions = st.one_of(
    st.builds("5.5.{}.{}".format, st.integers(1000, 9999), st.integers(0, 999)),
    st.builds("{}.00.{}.{:04}".format, st.integers(1, 9), st.integers(100, 4000), st.integers(0, 9999)),
    st.builds("4.10.{}".format, st.integers(1000, 3000)),
)
rows = st.builds(
    Row,
    name=names,
    version=st.none() | versions,
    size=st.integers(10, 40_000_000),
    date=st.dates(dt.date(1990, 1, 1), dt.date(2025, 12, 31)),
    time=st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    platform=st.none() | st.sampled_from(["Intel", "Alpha", "x86", "i386", "x64", "IA-64", "Macintosh"]),
)
full_rows = rows.filter(lambda row: row.version is not None and row.platform is not None)
tables = st.lists(rows, min_size=1, max_size=6)
full_tables = st.lists(full_rows, min_size=1, max_size=6)

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DATE_STYLES = {
    "06/20/02": "{0:%m/%d/%y}",
    "6/20/2002": "{0.month}/{0.day}/{0.year}",
    "20-Jun-2002": "{0:%d}-{Jun}-{0:%Y}",
    "20-JUN-02": "{0:%d}-{JUN}-{0:%y}",
    "Jun-20-2002": "{Jun}-{0:%d}-{0:%Y}",
    "Jun 20, 2002": "{Jun} {0.day}, {0.year}",
    "2002-06-20": "{0:%Y-%m-%d}",
}
TIME_STYLES = {
    "19:40": "{0:%H:%M}",
    "7:40p": "{of_12}:{0:%M}{p}",
    "07:40PM": "{of_12:02}:{0:%M}{P}M",
    "7:40 pm": "{of_12}:{0:%M} {p}m",
    "7:40 p.m.": "{of_12}:{0:%M} {p}.m.",
    "19:40:31": "{0:%H:%M}:31",
}
dates = st.sampled_from(sorted(DATE_STYLES))
times = st.sampled_from(sorted(TIME_STYLES))
COLUMNS = ("name", "version", "size", "date", "time", "platform")
HEADERS = {
    "name": ["File name", "File Name", "Filename", "Name", "File"],
    "version": ["Version", "File Version", "Version#"],
    "size": ["Size", "File size"],
    "date": ["Date", "File date"],
    "time": ["Time"],
    "platform": ["Platform", "Operating system"],
}


@st.composite
def layouts(draw: st.DrawFn) -> tuple[tuple[str, ...], dict[str, str], str, str]:
    """Some columns in some order (name and one value at least), their headers, a date style and a time style."""
    columns = draw(st.permutations(COLUMNS).map(tuple))
    columns = tuple(columns[: draw(st.integers(2, 6))])
    if "name" not in columns:
        columns = ("name", *columns[1:])
    if not {"version", "size", "date"} & set(columns):
        columns = (*columns, "version")
    headers = {column: draw(st.sampled_from(HEADERS[column])) for column in columns}
    return columns, headers, draw(dates), draw(times)


def printed(row: Row, column: str, date_style: str, time_style: str) -> str:
    match column:
        case "date":
            month = MONTHS[row.date.month - 1]
            return DATE_STYLES[date_style].format(row.date, Jun=month, JUN=month.upper())
        case "time":
            half = "ap"[row.time.hour // 12]
            of_12 = (row.time.hour - 1) % 12 + 1
            return TIME_STYLES[time_style].format(row.time, of_12=of_12, p=half, P=half.upper())
        case "size":
            return f"{row.size:,}"
        case _:
            return getattr(row, column) or ""


def expected(row: Row, columns: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(getattr(row, column) if column in columns else None for column in COLUMNS)


def read(row: DraftRow) -> tuple[object, ...]:
    time = row.time.replace(second=0) if row.time else None
    return (row.name, row.version, row.size, row.date, time, row.platform)


def comes_back(text: str, table: list[Row], columns: tuple[str, ...], source: str = "test") -> None:
    """Whether the draft of a text has the rows of the table."""
    found = [read(row) for row in parse_article(text, source=source).files]
    assert found == [expected(row, columns) for row in table]


def grid(rows: list[list[str]], *, rule_between: bool = True) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    rule = "+" + "-" * (sum(widths) + 3 * len(widths) - 1) + "+"
    lines = [rule]
    for row in rows:
        lines.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " | ")
        if rule_between:
            lines.append(rule)
    return "\n".join([*lines] if rule_between else [*lines, rule])


quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(tables, layouts(), st.integers(2, 4), st.booleans())
def test_space_aligned_table_with_header(table: Any, layout: Any, gap: Any, right: Any) -> None:
    columns, headers, date_style, time_style = layout
    cells = [[printed(row, column, date_style, time_style) for column in columns] for row in table]
    titles = [headers[column] for column in columns]
    widths = [max(len(title), *(len(row[at]) for row in cells)) for at, title in enumerate(titles)]
    pads = [str.rjust if right and column == "size" else str.ljust for column in columns]
    lines = [
        "   " + (" " * gap).join(pad(cell, width) for pad, cell, width in zip(pads, row, widths, strict=True)).rstrip()
        for row in [titles, *cells]
    ]
    lines.insert(1, "   " + "-" * max(map(len, lines)))
    comes_back(LEAD_IN + "\n".join(lines) + TAIL, table, columns)


@quick
@given(full_tables, layouts())
def test_single_spaced_table_with_header(table: Any, layout: Any) -> None:
    columns, headers, date_style, time_style = layout
    lines = [" ".join(headers[column] for column in columns), "-" * 40]
    lines += [" ".join(printed(row, column, date_style, time_style) for column in columns) for row in table]
    comes_back(LEAD_IN + "\n".join(lines) + TAIL, table, columns)


@quick
@given(tables, dates, times, st.booleans())
def test_bare_time_stamp_list(table: Any, date_style: Any, time_style: Any, name_first: Any) -> None:
    lines = []
    for row in table:
        date, time = printed(row, "date", date_style, time_style), printed(row, "time", date_style, time_style)
        platform = f" ({row.platform})" if row.platform else ""
        if name_first:
            version = f" (version {row.version})" if row.version else ""
            lines.append(f"   {row.name}   {date}  {time}   {row.size:,} bytes{version}{platform}")
        else:
            lines.append(f"   {date}  {time}   {row.version or ''}  {row.size:,} {row.name}{platform}")
    comes_back(LEAD_IN + "\n".join(lines) + TAIL, table, COLUMNS)


@quick
@given(tables, layouts(), st.booleans())
def test_boxed_grid_with_header(table: Any, layout: Any, rule_between: Any) -> None:
    columns, headers, date_style, time_style = layout
    cells = [[headers[column] for column in columns]]
    cells += [[printed(row, column, date_style, time_style) for column in columns] for row in table]
    comes_back(LEAD_IN + grid(cells, rule_between=rule_between) + TAIL, table, columns)


@quick
@given(full_tables, layouts())
def test_boxed_grid_without_header(table: Any, layout: Any) -> None:
    columns, _, date_style, time_style = layout
    cells = [[printed(row, column, date_style, time_style) for column in columns] for row in table]
    comes_back(LEAD_IN + grid(cells) + TAIL, table, columns)


@quick
@given(full_tables, layouts())
def test_one_box_for_each_row(table: Any, layout: Any) -> None:
    columns, _, date_style, time_style = layout
    boxes = [grid([[printed(row, column, date_style, time_style) for column in columns]]) for row in table]
    comes_back(LEAD_IN + "\n\n".join(boxes) + TAIL, table, columns)


@quick
@given(full_tables, dates, times, st.permutations(("version", "size", "name")), st.booleans())
def test_flattened_text(table: Any, date_style: Any, time_style: Any, order: Any, rule: Any) -> None:
    columns = ("date", "time", *order)
    header = " ".join(
        {"date": "Date", "time": "Time", "version": "Version", "size": "Size", "name": "File name"}[c] for c in columns
    )
    body = " ".join(" ".join(printed(row, column, date_style, time_style) for column in columns) for row in table)
    text = (
        "Hotfix informationThe English version of this hotfix has the file attributes (or later) that are in the "
        f"following table. Times are UTC.{header} {'-' * 50 + ' ' if rule else ''}{body} STATUSMade up."
    )
    comes_back(text, table, columns)


@quick
@given(tables, layouts(), st.booleans())
def test_html_table(table: Any, layout: Any, closing_tags: Any) -> None:
    columns, headers, date_style, time_style = layout

    def tag_row(cells: list[str], tag: str) -> str:
        end = f"</{tag}>" if closing_tags else ""
        return (
            "<tr>"
            + "".join(f"<{tag}><p>{html.escape(cell)}</p>{end}" for cell in cells)
            + ("</tr>" if closing_tags else "")
        )

    lines = [tag_row([headers[column] for column in columns], "th")]
    lines += [tag_row([printed(row, column, date_style, time_style) for column in columns], "td") for row in table]
    page = (
        "<html><body><h1>Made-up update (KB123456)</h1><h3>File information</h3><p>The English version of this update "
        f"has the file attributes in the following table.</p><table>{''.join(lines)}</table></body></html>"
    )
    comes_back(page, table, columns)


@quick
@given(tables, layouts())
def test_csv_file_list(table: Any, layout: Any) -> None:
    columns, headers, date_style, time_style = layout
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([headers[column] for column in columns])
    writer.writerows([printed(row, column, date_style, time_style) for column in columns] for row in table)
    comes_back(stream.getvalue(), table, columns, source="list.csv")
