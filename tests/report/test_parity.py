"""One result, many renderings: whatever the JSON holds is in the page and in the CSV, and stays text there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from conftest import ROOT
from jsonschema import Draft202012Validator
from report.documents import EXPIRED, HOSTILE, UNUSED, WAIVER, document

from hotfix_check.report.csv import COLUMNS, render_csv
from hotfix_check.report.html import render_html
from hotfix_check.report.markdown import render_markdown
from hotfix_check.report.result import to_json
from hotfix_check.report.table import render_table
from hotfix_check.report.text import visible
from hotfix_check.report.wording import moment_words

DOCUMENT = document(120)
(TARGET,) = DOCUMENT["targets"]
FINDINGS = TARGET["findings"]
SCHEMA = json.loads((ROOT / "hotfix_check" / "schemas" / "result-1.json").read_text())


class Page(HTMLParser):
    """The text of a page, whole and by evidence group; the tags and attributes that are in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.groups: dict[str, str] = {}
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self._words: list[str] = []
        self._group: list[str] = []
        self._anchor: str | None = None
        self.feed(text)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if given.get("href"):
            self.links.add(str(given["href"]))
        if tag == "tbody":
            self._group, self._anchor = [], None
        if tag == "th" and given.get("id"):
            self._anchor = given["id"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody" and self._anchor:
            self.groups[self._anchor] = " ".join("".join(self._group).split())
        if tag in ("td", "th", "span", "p", "caption"):
            self._group.append(" ")

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        self._group.append(data)


PAGE = Page(render_html(DOCUMENT))
ROWS = list(csv.DictReader(io.StringIO(render_csv(DOCUMENT), newline="")))


def leaves(value: Any) -> Iterator[str]:
    """Every text and number below a value, as a page shows it."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield visible(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


def in_page(leaf: str) -> str:
    """A leaf as the page writes it: times in words, sizes in thousands."""
    if len(leaf) == 20 and leaf.endswith("Z"):
        return moment_words(leaf)
    return f"{int(leaf):,}" if leaf.isdigit() and len(leaf) < 7 else leaf


def test_the_document_that_these_tests_render_follows_the_schema() -> None:
    Draft202012Validator(SCHEMA).validate(DOCUMENT)
    assert {finding["verdict"] for finding in FINDINGS} == set(TARGET["summary"]) - {"blocked", "waived"}


def test_every_value_of_every_finding_is_in_its_place_of_the_page() -> None:
    assert len(PAGE.groups) == len(FINDINGS)
    for number, finding in enumerate(FINDINGS, 1):
        group = PAGE.groups[f"f1-{number}"]
        assert [leaf for leaf in leaves(finding) if in_page(leaf) not in group] == [], finding["id"]


def test_every_value_of_every_finding_is_in_its_rows_of_the_csv() -> None:
    for finding in FINDINGS:
        rows = [row for row in ROWS if row["record"] == "finding" and row["id"] == finding["id"]]
        assert len(rows) == sum(max(1, len(file["copies"])) for file in finding["files"])
        cells = "\n".join(cell for row in rows for cell in row.values())
        assert [leaf for leaf in leaves(finding) if leaf not in cells] == [], finding["id"]


def test_every_finding_with_its_verdict_is_in_markdown_and_text() -> None:
    markdown = render_markdown(DOCUMENT)
    text = render_table(DOCUMENT, width=120, everything=True)
    for finding in FINDINGS:
        assert f"| {finding['verdict']} | KB{finding['kb']} |" in markdown
        assert f"KB{finding['kb']} {finding['verdict']}" in text


@pytest.mark.parametrize("key", ["products", "advisories", "unreadable", "foreign", "backups", "ladders", "collected"])
def test_what_stands_beside_the_findings_is_in_the_page(key: str) -> None:
    missing = [leaf for leaf in leaves(TARGET[key]) if leaf not in PAGE.text and in_page(leaf) not in PAGE.text]
    assert missing == []


@pytest.mark.parametrize("key", ["advisories", "unreadable", "foreign", "backups", "collected"])
def test_what_stands_beside_the_findings_is_in_the_csv(key: str) -> None:
    cells = "\n".join(cell for row in ROWS for cell in row.values())
    assert [leaf for leaf in leaves(TARGET[key]) if leaf not in cells] == []


@pytest.mark.parametrize("waiver", [WAIVER, EXPIRED, UNUSED], ids=["applied", "expired", "unused"])
def test_every_waiver_is_in_every_format(waiver: dict[str, Any]) -> None:
    text = " ".join(render_table(DOCUMENT, width=120, everything=True).split())
    cells = "\n".join(cell for row in ROWS for cell in row.values())
    for leaf in leaves(waiver):
        assert leaf in PAGE.text
        assert leaf in cells
        assert leaf in text
    assert f"waiver {waiver['id']}" in render_markdown(DOCUMENT)


def test_the_basis_is_in_every_format() -> None:
    facts = ["hotfix-check 0.1.0", "0" * 64, "1" * 64, "2" * 64, "2026-11-21T08:00:09Z", "CORP", "exchange-2016"]
    text = " ".join(render_table(DOCUMENT, width=120, everything=True).split())
    for rendered in (PAGE.text, render_csv(DOCUMENT), render_markdown(DOCUMENT).replace("\\", ""), text):
        assert [fact for fact in facts if fact not in rendered] == []


def test_no_text_of_a_file_or_waiver_becomes_markup() -> None:
    assert PAGE.tags.isdisjoint({"script", "b onmouseover", "img", "iframe", "object", "form"})
    assert not {name for name in PAGE.attributes if name.startswith("on")} | PAGE.attributes & {"style", "src"}
    assert PAGE.text.count(visible(HOSTILE)) >= 8
    assert "\u202e" not in PAGE.text
    assert "\x1b" not in PAGE.text


def test_every_link_inside_the_page_has_its_place() -> None:
    inside = {link[1:] for link in PAGE.links if link.startswith("#")}
    assert inside <= PAGE.ids
    assert {link.partition("/help/")[0] for link in PAGE.links if not link.startswith("#")} == {
        "https://support.microsoft.com"
    }


def test_no_cell_of_the_csv_starts_a_formula_and_no_version_is_altered() -> None:
    text = render_csv(DOCUMENT)
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert text.count("\r\n") == text.count("\n") == len(ROWS) + 1
    starts = {cell[0] for row in ROWS for cell in row.values() if cell}
    assert starts.isdisjoint("=+-@\t\r")
    versions = {row["found_version"] for row in ROWS if row["record"] == "finding"} - {""}
    assert {f"15.1.2507.{number}" for number in (1, 7, 99)} <= versions


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\uff1d1", "\t=1"])
def test_a_formula_in_a_file_string_is_neutralised(start: str) -> None:
    hostile = document(1, files=1)
    hostile["targets"][0]["findings"][0]["title"] = start
    (row,) = [row for row in csv.DictReader(io.StringIO(render_csv(hostile))) if row["record"] == "finding"]
    assert row["title"] in ("'" + start, "\\t=1")


def test_rendering_does_not_change_the_document_and_gives_the_same_bytes_again() -> None:
    before = to_json(DOCUMENT)
    for render in (render_html, render_csv, render_markdown):
        assert render(DOCUMENT) == render(json.loads(before))
    assert to_json(DOCUMENT) == before


def test_the_page_is_ascii_and_its_policy_is_the_hash_of_its_one_style_sheet() -> None:
    import base64
    import hashlib

    page = render_html(DOCUMENT)
    assert page.isascii()
    assert page.count("<style>") == 1
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'" in page


def test_the_page_names_the_digest_of_the_json() -> None:
    import hashlib

    digest = hashlib.sha256(to_json(DOCUMENT).encode()).hexdigest()
    assert f"SHA-256 of the JSON result this page was rendered from: {digest}" in PAGE.text


@pytest.mark.parametrize(("findings", "most"), [(2_000, 6_000_000)])
def test_size_grows_with_the_findings_alone(findings: int, most: int) -> None:
    small, large = (len(render_html(document(count))) for count in (findings // 10, findings))
    assert large < most
    assert large / small < 10.5
