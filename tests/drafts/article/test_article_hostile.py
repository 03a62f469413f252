"""Bytes that are no article, and articles made to take for ever."""

from __future__ import annotations

import time
import tomllib

import pytest
from drafts.reading import draft_to_toml, parse_article
from hypothesis import given, settings
from hypothesis import strategies as st

from hotfix_check.drafts.article.text import MAX_ARTICLE_BYTES, decode_article
from hotfix_check.drafts.draft import draft_to_dict
from hotfix_check.errors import ArticleError


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"MZ\x90\x00", "a program or DLL, not the text or HTML of a KB article", id="program"),
        pytest.param(
            b"PK\x03\x04abc", "a ZIP archive or an Office document, not the text or HTML of a KB article", id="archive"
        ),
        pytest.param(b"%PDF-1.4", "a PDF document, not the text or HTML of a KB article", id="PDF"),
        pytest.param(b"text\x00text", "binary data, not the text or HTML of a KB article", id="zero bytes"),
        pytest.param(
            b"\x01\x02\x03\x04text", "binary data, not the text or HTML of a KB article", id="control characters"
        ),
        pytest.param(b"\xff\xfea", "starts like UTF-16 but is not: truncated data at byte 2", id="half a UTF-16 unit"),
        pytest.param(b"", "nothing in it", id="empty"),
        pytest.param(b" \r\n\t ", "nothing in it", id="blank"),
        pytest.param(b"x" * (MAX_ARTICLE_BYTES + 1), "more than 16 MiB: not a KB article", id="too large"),
    ],
)
def test_what_is_no_text_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(ArticleError) as caught:
        decode_article(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Größe \u2013 \u201eText\u201c".encode(), id="UTF-8"),
        pytest.param("Größe \u2013 \u201eText\u201c".encode("utf-8-sig"), id="UTF-8 with byte order mark"),
        pytest.param("Größe \u2013 \u201eText\u201c".encode("cp1252"), id="Windows-1252"),
        pytest.param(b"\xff\xfe" + "Größe \u2013 \u201eText\u201c".encode("utf-16-le"), id="UTF-16 little endian"),
        pytest.param(b"\xfe\xff" + "Größe \u2013 \u201eText\u201c".encode("utf-16-be"), id="UTF-16 big endian"),
    ],
)
def test_encodings(data: bytes) -> None:
    assert decode_article(data) == "Größe \u2013 \u201eText\u201c"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_line_ends_and_odd_spaces(end: str) -> None:
    lines = [
        "Slow (123456)",
        "",
        "This fix should have the following file attributes:",
        "",
        "File name\tVersion",
        "-----------------",
        "Store.exe\u00a0\u00a05.5.2653.22\u200b",
        "",
    ]
    draft = parse_article(end.join(lines), source="test")
    assert [(row.name, row.version) for row in draft.files] == [("Store.exe", "5.5.2653.22")]


def test_text_longer_than_any_article_is_refused() -> None:
    with pytest.raises(ArticleError, match="more than 16 MiB"):
        parse_article("x" * (MAX_ARTICLE_BYTES + 1), source="test")


def test_csv_with_an_open_quote_is_refused() -> None:
    with pytest.raises(ArticleError, match="line 2 of the CSV file list: field larger than field limit"):
        parse_article('File name,Version\n"' + "x" * 200_000, source="list.csv")


HOSTILE = {
    "one line": "a" * 200_000,
    "dots": "." * 200_000,
    "digits": "1" * 200_000,
    "rows on one line": "Date Time Version Size File name " + "07-Dec-2004 23:04 5.5.2658.28 209,680 I.dll " * 500,
    "headers on one line": "Date Time Version Size File name " * 2_500,
    "header lines": "File name   Version\n" * 750,
    "pipes": "|" * 200_000,
    "grid lines": "| a | b |\n" * 2_500,
    "near rows": "a.dll foo 1.2.3.4 bar baz\n" * 1_250,
    "open tags": "<html>" + "<a " * 50_000,
    "angle brackets": "<html>" + "<" * 200_000,
    "open comments": "<html>" + "<!--" * 50_000,
    "open declarations": "<html>" + "<!" * 100_000,
    "nested elements": "<html>" + "<div>" * 40_000,
    "nested tables": "<html>" + "<table><tr><td>" * 15_000 + "x",
    "wide spans": "<html><table>" + "<tr><td colspan=9999 rowspan=9999>a.dll" * 1_500,
    "entities": "<html>" + "&" * 200_000,
    "requirements": "this fix requires you must be running " * 5_000,
    "fix wording": ("this fix " + "contain " * 14) * 1_500,
    "replacements": "This hotfix supersedes the fix in the following articles:\n\n" * 3_000,
    "numbers": "Q123456 title\n\n" * 5_000,
    "product list": "The information in this article applies to:\n\n - Exchange Server, versions " + "5.5, " * 30_000,
    "months": "jan " * 50_000,
    "paths": "\\a" * 100_000,
    "a heading for each table": "Heading\n-------\n\n a.dll 1.0.0.0 1/1/99\n\n\n" * 750,
    "a list of least versions each": "Hotfix\n\n a.dll version 1.0 (dated 1/1/99) and later\n\n\n" * 500,
    "Markdown rules": "a | b\n--- | ---\n" * 1_500,
    "open parentheses": "(1 bytes, dated " * 10_000,
    "names alone": "File name\n" * 1_250,
    "one attribute a line": "File name a.dll\nFile version 1.2\n" * 3_000,
    "one cell a line, cells missing": "File name\nVersion\na.dll\n" * 500,
    "a header for each table": "| File name | Version |\n" * 1_500,
    "headers of one cell a line": "File name\nVersion\n" * 1_000,
    "columns run together": "File nameVersion\n" + "a.dll1.2.3.4\n" * 2_500,
    "products on lines of their own": "RESOLUTION\n\n" + "Exchange Server 5.5\n" * 5_000,
    "captions among rows": "hotfix\n\nFile name   Version\n" + "a.dll    1.2.3.4\nCaption\n" * 500,
    "headings in their text": "SYMPTOMSWhen " * 5_000,
    "steps": "Restart the computer\n\n" * 4_000,
    "prerequisites without an end": ("Prerequisites\n\n" + "Exchange 5.5 SP4\n\n" * 20) * 200,
    "line breaks in cells": "<html><table><tr><td>" + "a.dll<br>" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_bounded_time(name: str) -> None:
    started = time.process_time()
    parse_article(HOSTILE[name], source="test")
    # Measured at 0.01 to 0.2 s of processor time; anything quadratic would need a quarter of a minute.
    assert time.process_time() - started < 3


pieces = st.sampled_from(
    [
        "File name",
        "Version",
        "Date",
        "Size",
        "a.dll",
        "5.5.2653.22",
        "6/12/200",
        "12:60p",
        "1,234",
        "|",
        "+--+",
        "-----",
        "\n",
        "\n\n",
        " ",
        "   ",
        "Component:",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<pre>",
        "&#xD800;",
        "(",
        ")",
        "N/A",
        "Windows 98",
        "Q123456",
        "this fix requires",
        "replaces the following",
        "RESOLUTION\n====\n",
        "should have the following file attributes:\n",
        ",",
        '"',
        "[[update]]",
        "\\",
        "\u2028",
        "\x7f",
        "%A%\\b.exe",
        "Jan 12, 1999",
        "restart",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces | st.text(max_size=8), max_size=60))
def test_any_text_gives_a_draft_that_can_be_printed(parts: list[str]) -> None:
    draft = parse_article("".join(parts), source="test")
    assert tomllib.loads(draft_to_toml(draft))["update"]
    assert draft_to_dict(draft)["source"] == "test"
