"""Times in the forms of newer pages: both in one value, with their zone, under one heading for two columns."""

from __future__ import annotations

import datetime as dt

import pytest
from drafts.reading import parse_article

HEAD = """<h1>Mail waits in the queue (831464)</h1><p>Applies to: Microsoft Exchange Server 2003</p>
<p>The English version of this hotfix has the file attributes (or later) that are listed in the following table.</p>"""
NAMES = "<th>File name</th><th>File version</th><th>File size</th>"
VALUES = "<td>Drviis.dll</td><td>6.5.6980.57</td><td>233,472</td>"
DAY, TIME = dt.date(2004, 3, 22), dt.time(17, 40)


@pytest.mark.parametrize(
    ("heading", "cells", "date", "time"),
    [
        ("<th>Date/Time (UTC)</th>", "<td>2004-03-22T17:40:00Z</td>", DAY, TIME),
        ("<th>Date and time</th>", "<td>2004-03-22T17:40</td>", DAY, TIME),
        ("<th>Date</th><th>Time</th>", "<td>2004-03-22</td><td>17:40 UTC</td>", DAY, TIME),
        ("<th colspan=2>Date and time (UTC)</th>", "<td>22-Mar-2004</td><td>17:40</td>", DAY, TIME),
        ("<th>Date/Time</th>", "<td>2004-03-22T17:40:00+02:00</td>", DAY, None),
        ("<th>Date and time</th><th></th>", "<td>22-Mar-2004 17:40</td><td></td>", DAY, TIME),
    ],
    ids=["ISO 8601", "without its zone", "the zone behind it", "one heading", "another zone", "an empty column"],
)
def test_the_day_and_the_time_of_a_row(heading: str, cells: str, date: dt.date, time: dt.time | None) -> None:
    page = f"{HEAD}<table><tr>{NAMES}{heading}</tr><tr>{VALUES}{cells}</tr></table>"
    (row,) = parse_article(page, source="831464.html").files
    assert (row.name, row.version, row.size, row.date, row.time) == ("Drviis.dll", "6.5.6980.57", 233472, date, time)


def test_a_time_with_its_zone_in_text_is_no_platform() -> None:
    text = """Mail waits in the queue (831464)

The English version of this hotfix has the file attributes (or later) that are listed in the following table.

File name   File version  File size  Date         Time       Platform
Drviis.dll  6.5.6980.57   233,472    22-Mar-2004  17:40 UTC  x86
"""
    (row,) = parse_article(text, source="831464.txt").files
    assert (row.date, row.time, row.platform) == (DAY, TIME, "x86")
