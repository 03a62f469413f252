"""What one cell says: printed text on the left, value on the right."""

from __future__ import annotations

import datetime as dt

import pytest

from hotfix_check.drafts.article import values


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        pytest.param("6/20/02", dt.date(2002, 6, 20), id="month first, two-digit year"),
        pytest.param("11/24/99", dt.date(1999, 11, 24), id="two-digit year of the nineties"),
        pytest.param("1/1/70", dt.date(1970, 1, 1), id="70 is 1970"),
        pytest.param("1/1/69", dt.date(2069, 1, 1), id="69 is 2069"),
        pytest.param("12-08-98", dt.date(1998, 12, 8), id="dashes are month first too"),
        pytest.param("12/15/2000", dt.date(2000, 12, 15), id="four-digit year"),
        pytest.param("20-Jun-2002", dt.date(2002, 6, 20), id="day, month name, year"),
        pytest.param("13-DEC-2001", dt.date(2001, 12, 13), id="month in capitals"),
        pytest.param("5-Jan-99", dt.date(1999, 1, 5), id="short day and year"),
        pytest.param("Aug-06-2001", dt.date(2001, 8, 6), id="month name first"),
        pytest.param("Jan 12, 1999", dt.date(1999, 1, 12), id="in words"),
        pytest.param("September 3, 2004", dt.date(2004, 9, 3), id="long month name"),
        pytest.param("98/10/28", dt.date(1998, 10, 28), id="year first, KB222604"),
        pytest.param("2002-06-20", dt.date(2002, 6, 20), id="ISO"),
        pytest.param("6/12/200", None, id="broken year, KB256839"),
        pytest.param("31/31/99", None, id="no such day"),
        pytest.param("2/30/99", None, id="no such date"),
        pytest.param("4.10.1998", None, id="a version is no date"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_date(printed: str, date: dt.date | None) -> None:
    assert values.read_date(printed) == date


@pytest.mark.parametrize("printed", ["2007.04.19", "2007. 4. 19.", "19.04.2007"])
def test_numbers_with_dots_are_a_date_in_its_column_alone(printed: str) -> None:
    assert values.read_date(printed, dotted=True) == dt.date(2007, 4, 19)
    assert values.read_date(printed) is None


def test_day_first_date() -> None:
    assert values.read_date("28/08/01", "day-first") == dt.date(2001, 8, 28)


@pytest.mark.parametrize(
    ("printed", "order"),
    [
        pytest.param(["02/03/98", "04/05/98"], "month-first", id="nothing proven"),
        pytest.param(["28/08/01", "02/03/01"], "day-first", id="one can only be day first, KB238329"),
        pytest.param(["28/08/01", "08/28/01"], "month-first", id="contradiction"),
        pytest.param(["98/10/28"], "month-first", id="year first proves nothing"),
        pytest.param(["20-Jun-2002", ""], "month-first", id="no numbers"),
    ],
)
def test_date_order(printed: list[str], order: str) -> None:
    assert values.date_order(printed) == order


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        pytest.param("3:40p", dt.time(15, 40), id="p"),
        pytest.param("09:18a", dt.time(9, 18), id="a"),
        pytest.param("02:31:48pm", dt.time(14, 31, 48), id="seconds and pm"),
        pytest.param("10:38:53PM", dt.time(22, 38, 53), id="PM"),
        pytest.param("6:31 PM", dt.time(18, 31), id="space"),
        pytest.param("1:05 p.m.", dt.time(13, 5), id="p.m."),
        pytest.param("12:00a", dt.time(0, 0), id="midnight"),
        pytest.param("12:11p", dt.time(12, 11), id="noon"),
        pytest.param("19:40", dt.time(19, 40), id="24 hours"),
        pytest.param("7:11:57", dt.time(7, 11, 57), id="24 hours with seconds"),
        pytest.param("25:00", None, id="no such hour"),
        pytest.param("1:2", None, id="one digit of minutes"),
    ],
)
def test_time(printed: str, time: dt.time | None) -> None:
    assert values.read_time(printed) == time


@pytest.mark.parametrize(
    ("printed", "unit", "size"),
    [
        pytest.param("19,216", "", (19216, None), id="commas"),
        pytest.param("300560", "", (300560, None), id="plain"),
        pytest.param("139,926 bytes", "", (139926, None), id="bytes"),
        pytest.param("66.560 bytes", "", (66560, None), id="dots between thousands, KB220923"),
        pytest.param("144KB (147,728 bytes)", "", (147728, "144KB (147,728 bytes)"), id="bytes in parentheses"),
        pytest.param("37 KB", "", (None, "37 KB"), id="kilobytes are rounded"),
        pytest.param("1.33 MB", "", (None, "1.33 MB"), id="megabytes are rounded"),
        pytest.param("1,169KB", "", (None, "1,169KB"), id="kilobytes without a space"),
        pytest.param("94.5", "", (None, "94.5"), id="a fraction of an unknown unit, KB282015"),
        pytest.param("916", "KB", (None, "916"), id="the header says KB"),
        pytest.param("1,23", "", (None, "1,23"), id="badly grouped"),
        pytest.param("about ten", "", (None, "about ten"), id="words"),
        pytest.param("N/A", "", (None, None), id="none"),
    ],
)
def test_size(printed: str, unit: str, size: tuple[int | None, str | None]) -> None:
    assert values.read_size(printed, unit=unit) == size


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        pytest.param("5.5.2657.50", ("5.5.2657.50", None), id="four parts"),
        pytest.param("2623.0", ("2623.0", None), id="two parts"),
        pytest.param("0.0.0.0000", ("0.0.0.0000", None), id="placeholder stays"),
        pytest.param("5.52594.0", ("5.52594.0", None), id="missing dot stays"),
        pytest.param("5.0:1462.3", ("5.0:1462.3", None), id="colon stays"),
        pytest.param("24C", ("24C", None), id="number and letter"),
        pytest.param("5.5.2654.38 shp", ("5.5.2654.38", "5.5.2654.38 shp"), id="a word behind it"),
        pytest.param("7.0.2600.15 (lab.010827-1803)", ("7.0.2600.15", "7.0.2600.15 (lab.010827-1803)"), id="branch"),
        pytest.param("see below", None, id="words"),
    ],
)
def test_version(printed: str, version: tuple[str, str | None] | None) -> None:
    assert values.read_version(printed) == version


@pytest.mark.parametrize(
    ("printed", "prefix", "normal"),
    [
        pytest.param("5.5.2657.50", None, "5.5.2657.50", id="already normal"),
        pytest.param("5.05.1960.8", None, "5.5.1960.8", id="leading zeros"),
        pytest.param("15.02.1544.004", None, "15.2.1544.4", id="leading zeros of newer builds"),
        pytest.param("2623.0", "5.5", "5.5.2623.0", id="the product's part was left out"),
        pytest.param("2623.0", None, None, id="product unknown"),
        pytest.param("5.5.2394", "5.5", "5.5.2394.0", id="the last zero was left out"),
        pytest.param("4.00.955", "5.5", None, id="another product's three parts"),
        pytest.param("3.2", "5.5", None, id="too small to be a build"),
        pytest.param("5.52594.0", "5.5", None, id="missing dot"),
        pytest.param("1.2.3.70000", None, None, id="more than 16 bits"),
        pytest.param("24C", "5.5", None, id="letters"),
    ],
)
def test_normal_version(printed: str, prefix: str | None, normal: str | None) -> None:
    assert values.normal_version(printed, prefix) == normal


@pytest.mark.parametrize(
    "text",
    [
        "Intel",
        "(Alpha)",
        "<x86>",
        "i386",
        "Intel and alpha",
        "Intel or Alpha",
        "IA-64",
        "Windows 98 Second Edition",
        "ARM720 (Debug)",
        "x64-based",
        "Power Macintosh",
    ],
)
def test_platform(text: str) -> None:
    assert values.is_platform(text)


@pytest.mark.parametrize("text", ["", "Store", "retail", "Renamed", "and", "German", "5.5"])
def test_not_a_platform(text: str) -> None:
    assert not values.is_platform(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [("German", True), ("Portuguese (Brazilian)", True), ("ENU", True), ("Intel", False), ("", False)],
)
def test_language(text: str, language: bool) -> None:
    assert values.is_language(text) is language


@pytest.mark.parametrize(("text", "missing"), [("-", True), ("N/A", True), ("none", True), ("", True), ("0", False)])
def test_missing(text: str, missing: bool) -> None:
    assert values.is_missing(text) is missing
