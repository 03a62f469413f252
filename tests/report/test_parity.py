"""One result, many renderings: whatever the JSON holds is told by every format, and stays text there."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator
from report.documents import EXPIRED, HOSTILE, UNUSED, WAIVER, document
from report.hostile import acting
from report.schema_of import SCHEMAS

from hotfix_check.report.csv import render_csv
from hotfix_check.report.document import result_of, to_json
from hotfix_check.report.formats import RESULT, CsvKind, View
from hotfix_check.report.html import render_html
from hotfix_check.report.markdown import MAX_LENGTH, render_markdown
from hotfix_check.report.publisher import Publisher
from hotfix_check.report.sheets import EVIDENCE, EXPOSURES, FINDINGS, WORKBOOK, heading
from hotfix_check.report.table import render_table
from hotfix_check.report.text import visible
from hotfix_check.report.wording import moment_words
from hotfix_check.report.xlsx import write_xlsx

DOCUMENT = document(120)
(TARGET,) = DOCUMENT["targets"]
(INSTALLATION,) = TARGET["installations"]
FINDINGS_ = TARGET["findings"]
SCHEMA = json.loads((SCHEMAS / "result-1.json").read_text())


def sheets(made: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The workbook read back: the rows of each sheet by heading, days as ISO text."""
    stream = io.BytesIO()
    write_xlsx(result_of(made), stream)
    book = openpyxl.load_workbook(stream)
    found: dict[str, list[dict[str, Any]]] = {}
    for sheet in book.worksheets:
        labels, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [
            {
                str(label): value.date().isoformat() if isinstance(value, datetime) else value
                for label, value in zip(labels, row, strict=True)
            }
            for row in rows
        ]
    return found


def table_rows(kind: CsvKind) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(result_of(DOCUMENT), kind), newline="")))


class Page(HTMLParser):
    """The text of a page, its tags, attributes, anchors and links."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self._words: list[str] = []
        self.feed(text)
        self.text = " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if given.get("href"):
            self.links.add(str(given["href"]))

    def handle_data(self, data: str) -> None:
        self._words.append(data)


PAGE = Page(render_html(result_of(DOCUMENT)))
TEXT = " ".join(render_table(result_of(DOCUMENT), width=120, everything=True).split())
MARKDOWN = render_markdown(result_of(DOCUMENT))
PLAIN_MARKDOWN = MARKDOWN.replace("\\", "")
BOOK = sheets(DOCUMENT)
ROWS = table_rows(CsvKind.FINDINGS)


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
    assert {finding["verdict"] for finding in FINDINGS_} == set(TARGET["summary"]) - {"blocked", "waived"}
    assert {cve["state"] for cve in INSTALLATION["exposures"]} == {"exposed", "needs-configuration", "unknown", "fixed"}
    assert len(INSTALLATION["next_steps"]) == 4


def test_the_counts_of_every_format_are_those_of_the_findings() -> None:
    counted = Counter(finding["verdict"] for finding in FINDINGS_)
    assert counted == {key: number for key, number in TARGET["summary"].items() if key in counted}
    assert Counter(row["verdict"] for row in ROWS if row["verdict"] in counted) == counted
    assert Counter(row["Verdict"] for row in BOOK["Findings"] if row["Verdict"] in counted) == counted
    summary = {row["Fact"]: row["Value"] for row in BOOK["Summary"]}
    for verdict, number in counted.items():
        assert summary[f"Updates {verdict}"] == number
        assert f"{number} {verdict}" in TEXT
        assert f"{verdict} {number}" in PAGE.text or f"{number} {verdict}" in PAGE.text
    as_written = json.loads(to_json(result_of(DOCUMENT).targets[0].summary))
    assert as_written == TARGET["summary"]
    assert "| " + " | ".join(map(str, filter(None, as_written.values()))) + " |" in MARKDOWN


def test_every_finding_with_its_verdict_is_in_text_csv_workbook_and_page() -> None:
    verdicts = {row["kb"]: row["verdict"] for row in ROWS}
    book = {row["KB"]: row["Verdict"] for row in BOOK["Findings"]}
    for finding in FINDINGS_:
        name = f"KB{finding['kb']}"
        assert f"{name} {finding['verdict']}" in TEXT
        assert verdicts[name] == book[name] == finding["verdict"]
        assert name in PAGE.text
        assert visible(finding["title"]) in PAGE.text or finding["verdict"] in (
            "superseded",
            "undetermined",
            "not-applicable",
        )


def test_what_is_required_or_recommended_and_open_is_in_markdown() -> None:
    weighty = [one for one in FINDINGS_ if one["importance"] != "optional"]
    rows = [one for one in weighty if one["verdict"] in ("missing", "partial", "undetermined")]
    assert rows
    assert [one["id"] for one in rows if f"| {one['verdict']} | KB{one['kb']} |" not in MARKDOWN] == []
    assert "superseded updates: 40" in MARKDOWN


@pytest.mark.parametrize("key", ["posture", "build", "build_released", "name"])
def test_what_an_installation_is_and_how_it_stands_is_in_every_format(key: str) -> None:
    for part in (
        visible(INSTALLATION[key]).split("; ")
        if key != "posture"
        else ["out of support since 2025-10-14 (13 months)", "paid support ended 2026-10-13"]
    ):
        for form, text in {"text": TEXT, "page": PAGE.text, "Markdown": PLAIN_MARKDOWN}.items():
            assert part.lower() in text.lower(), form
    summary = {row["Fact"]: row["Value"] for row in BOOK["Summary"]}
    assert summary["Posture"] == visible(INSTALLATION["posture"])
    assert (summary["Build"], summary["Build released"]) == ("15.1.2507.6", "2022-04-20")
    assert (summary["Support ends"], summary["Updates behind"]) == ("2025-10-14", INSTALLATION["behind"]["updates"])


def test_the_census_is_in_every_format() -> None:
    said = "199 files carry 15.1.2507.6, 1 carries 15.1.2507.61"
    assert said in TEXT
    assert said in PAGE.text
    assert said in PLAIN_MARKDOWN
    assert {row["Fact"]: row["Value"] for row in BOOK["Summary"]}["Files of build 15.1.2507.61"] == 1


def test_every_next_step_is_in_every_format_in_its_order() -> None:
    names = [f"KB{step['kb']}" for step in INSTALLATION["next_steps"]]
    assert [row["KB"] for row in BOOK["Next steps"]] == names
    for form, text in {"text": TEXT, "page": PAGE.text, "Markdown": PLAIN_MARKDOWN}.items():
        places = [text.index(f"Install {name}") for name in names]
        assert places == sorted(places), form
        for step in INSTALLATION["next_steps"]:
            assert visible(step["actions"][0]["text"]).split()[0] in text


def test_every_exposure_is_in_page_csv_and_workbook_and_every_open_one_in_markdown() -> None:
    exposures = {cve["cve"]: cve["state"] for cve in INSTALLATION["exposures"]}
    assert {row["cve"]: row["state"] for row in table_rows(CsvKind.EXPOSURES)} == exposures
    assert {row["CVE"]: row["State"] for row in BOOK["Exposures"]} == exposures
    counted = Counter(exposures.values())
    assert f"exposed to {counted['exposed']} CVEs" in TEXT.replace("Exposed", "exposed")
    for cve, state in exposures.items():
        assert cve in PAGE.text
        assert (f"| {cve} | {state} |" in MARKDOWN) == (state != "fixed")


def test_severity_exploitation_and_overdue_days_are_the_documents() -> None:
    rows = {row["cve"]: row for row in table_rows(CsvKind.EXPOSURES)}
    first = INSTALLATION["exposures"][0]
    row = rows[first["cve"]]
    assert (row["severity"], row["cvss"], row["known_exploited_since"]) == ("critical", "9.1", "2021-11-03")
    assert (row["due"], row["days_overdue"]) == ("2021-11-17", str((date(2026, 11, 21) - date(2021, 11, 17)).days))
    fixes = {row["kb"]: row for row in ROWS}[first["fixed_by"].rpartition("/")[2]]
    assert (fixes["severity"], fixes["cves"], fixes["known_exploited_since"]) == (
        "critical",
        first["cve"],
        "2021-11-03",
    )


def test_every_file_of_every_finding_is_in_the_evidence_of_csv_and_workbook() -> None:
    rows = table_rows(CsvKind.EVIDENCE)
    book = BOOK["Evidence"]
    assert len(rows) == len(book) == sum(max(1, len(file["copies"])) for one in FINDINGS_ for file in one["files"])
    told = {(row["kb"], row["file"]): row for row in rows}
    for finding in FINDINGS_:
        for file in finding["files"]:
            row = told[f"KB{finding['kb']}", file["name"]]
            assert (row["state"], row["expected"]) == (file["state"], file["expected"]["version"])
            for copy in file["copies"]:
                assert (row["found"], row["sha256"], row["path"]) == (copy["version"], copy["sha256"], copy["path"])
                assert copy["path"] in PAGE.text
                assert copy["sha256"] in PAGE.text


@pytest.mark.parametrize(
    ("kind", "sheet"),
    [(CsvKind.FINDINGS, FINDINGS), (CsvKind.EVIDENCE, EVIDENCE), (CsvKind.EXPOSURES, EXPOSURES)],
)
def test_the_csv_has_at_most_eighteen_columns_and_one_kind_of_row(kind: CsvKind, sheet: Any) -> None:
    first, *rest = csv.reader(io.StringIO(render_csv(result_of(DOCUMENT), kind), newline=""))
    assert tuple(first) == sheet.columns
    assert len(first) <= 18
    assert {len(row) for row in rest} == {len(first)}


def test_the_workbook_has_its_sheets_with_filters_and_a_head_that_stays() -> None:
    stream = io.BytesIO()
    write_xlsx(result_of(DOCUMENT), stream)
    book = openpyxl.load_workbook(stream)
    assert book.sheetnames == ["Summary", "Next steps", "Findings", "Exposures", "Evidence", "Waivers"]
    for sheet, made in zip(book.worksheets, WORKBOOK, strict=True):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert [cell.value for cell in sheet[1]] == [heading(column) for column in made.columns]
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    released = [cell for cell in book["Findings"]["L"][1:] if cell.value is not None]
    assert released
    assert all(cell.is_date for cell in released)


def test_the_same_result_gives_the_same_workbook() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    write_xlsx(result_of(DOCUMENT), first)
    write_xlsx(result_of(json.loads(to_json(result_of(DOCUMENT)))), second)
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("key", ["products", "advisories", "unreadable", "foreign", "stray", "backups", "collected"])
def test_what_stands_beside_the_findings_is_in_the_page(key: str) -> None:
    missing = [leaf for leaf in leaves(TARGET[key]) if leaf not in PAGE.text and in_page(leaf) not in PAGE.text]
    assert missing == []


def test_what_lists_claim_is_in_every_text() -> None:
    (claim,) = TARGET["claimed"]
    for rendered in (PAGE.text, MARKDOWN, PLAIN_MARKDOWN, TEXT):
        assert "Claimed as installed by Get-HotFix" in rendered
        assert f"KB{claim['kb']}; a claim proves nothing." in rendered


@pytest.mark.parametrize("key", ["advisories", "unreadable"])
def test_what_counts_beside_the_findings_is_in_the_csv(key: str) -> None:
    cells = "\n".join(cell for row in ROWS for cell in row.values())
    for entry in TARGET[key]:
        assert visible(entry["path"]) in cells
        assert visible(entry.get("text") or entry["reason"]) in cells


@pytest.mark.parametrize("waiver", [WAIVER, EXPIRED, UNUSED], ids=["applied", "expired", "unused"])
def test_every_waiver_is_in_every_format(waiver: dict[str, Any]) -> None:
    cells = "\n".join(str(value) for row in BOOK["Waivers"] for value in row.values())
    for leaf in leaves(waiver):
        assert leaf in PAGE.text
        assert leaf in cells
        assert leaf in TEXT
    assert f"waiver {waiver['id']}" in MARKDOWN


def test_the_basis_is_in_every_format() -> None:
    facts = ["hotfix-check 0.1.0", "0" * 64, "1" * 64, "2" * 64, "2026-11-21T08:00:09Z", "CORP", "exchange-2016"]
    book = "\n".join(str(row["Value"]) for row in BOOK["Summary"])
    for rendered in (PAGE.text, book, PLAIN_MARKDOWN, TEXT):
        assert [fact for fact in facts if fact not in rendered] == []


@pytest.mark.parametrize("findings", [0, 30, 3_000])
def test_markdown_always_fits_a_comment_and_says_what_it_leaves_out(findings: int) -> None:
    text = render_markdown(result_of(document(findings, files=1, rungs=1)))
    assert len(text) < MAX_LENGTH
    assert ("Left out here:" in text) == (findings > 0)
    assert "## Basis of this report" in text


def test_no_text_of_a_file_or_waiver_becomes_markup() -> None:
    assert PAGE.tags.isdisjoint({"script", "b onmouseover", "img", "iframe", "object", "form"})
    assert not {name for name in PAGE.attributes if name.startswith("on")} | PAGE.attributes & {"style", "src"}
    assert PAGE.text.count(visible(HOSTILE)) >= 8
    assert "\u202e" not in PAGE.text
    assert "\x1b" not in PAGE.text


def test_every_link_inside_the_page_has_its_place() -> None:
    inside = {link[1:] for link in PAGE.links if link.startswith("#")}
    assert inside <= set(PAGE.ids)
    assert len(PAGE.ids) == len(set(PAGE.ids))
    assert {link.partition("/help/")[0] for link in PAGE.links if not link.startswith("#")} == {
        "https://support.microsoft.com"
    }


@pytest.mark.parametrize("kind", CsvKind)
def test_no_cell_of_the_csv_starts_a_formula_and_no_version_is_altered(kind: CsvKind) -> None:
    text = render_csv(result_of(DOCUMENT), kind)
    assert text.count("\r\n") == text.count("\n")
    starts = {cell[0] for row in csv.reader(io.StringIO(text, newline="")) for cell in row if cell}
    assert starts.isdisjoint("=+-@\t\r")
    versions = {row["found"] for row in table_rows(CsvKind.EVIDENCE)}
    assert {f"15.1.2507.{number}" for number in (1, 7, 99)} <= versions


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\uff1d1", "\t=1"])
def test_a_formula_in_a_file_string_is_text_in_csv_and_workbook(start: str) -> None:
    hostile = document(1, files=1)
    hostile["targets"][0]["findings"][0]["title"] = start
    (row,) = [row for row in csv.DictReader(io.StringIO(render_csv(result_of(hostile)))) if row["kb"] == "KB4000000"]
    assert row["title"] in ("'" + start, "\\t=1")
    (cell,) = [row for row in sheets(hostile)["Findings"] if row["KB"] == "KB4000000"]
    assert cell["Title"] == visible(start)


def test_rendering_does_not_change_the_document_and_gives_the_same_bytes_again() -> None:
    before = to_json(result_of(DOCUMENT))
    for render in (render_html, render_csv, render_markdown):
        assert render(result_of(DOCUMENT)) == render(result_of(json.loads(before)))
    assert to_json(result_of(DOCUMENT)) == before


def test_the_page_is_ascii_and_its_policy_is_the_hash_of_its_one_style_sheet() -> None:
    import base64
    import hashlib

    page = render_html(result_of(DOCUMENT))
    assert page.isascii()
    assert page.count("<style>") == 1
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'" in page


def test_the_page_names_the_digest_of_the_json() -> None:
    import hashlib

    digest = hashlib.sha256(to_json(result_of(DOCUMENT)).encode()).hexdigest()
    assert f"SHA-256 of the JSON result this page was rendered from: {digest}" in PAGE.text


@pytest.mark.parametrize(("findings", "most"), [(2_000, 6_000_000)])
def test_size_grows_with_the_findings_alone(findings: int, most: int) -> None:
    small, large = (len(render_html(result_of(document(count)))) for count in (findings // 10, findings))
    assert large < most
    assert large / small < 10.5


BY = Publisher("Example Corp", "https://example.com")


def rendered(form: str) -> str:
    """The document in any format of the registry, as one text: what people read of it."""
    view = View(width=120, publisher=BY)
    if form in RESULT.binary:
        stream = io.BytesIO()
        RESULT.binary[form](result_of(DOCUMENT), view, stream)
        book = openpyxl.load_workbook(stream)
        return "\n".join(
            str(cell.value.date() if isinstance(cell.value, datetime) else cell.value)
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        )
    views = [replace(view, csv=kind) for kind in CsvKind] if form == "csv" else [view]
    text = "".join(piece for each in views for piece in RESULT.text[form](result_of(DOCUMENT), each))
    if form == "html":
        return Page(text).text
    return " ".join(text.replace("\\", "").split()) if form in ("md", "table") else text


FORMS = pytest.mark.parametrize("form", [*RESULT.text, *RESULT.binary])


@FORMS
def test_every_format_of_the_registry_tells_the_next_steps(form: str) -> None:
    text = rendered(form)
    steps = INSTALLATION["next_steps"]
    if form == "csaf":  # those that close a CVE, which all of this document's say of the same one
        steps = steps[:1]
    assert [step["kb"] for step in steps if str(step["kb"]) not in text] == []


@FORMS
def test_every_format_of_the_registry_tells_what_is_open(form: str) -> None:
    text = rendered(form)
    exposed = [cve["cve"] for cve in INSTALLATION["exposures"] if cve["state"] == "exposed"]
    if form == "table":
        assert f"xposed to {len(exposed)} CVEs" in text
    else:
        assert [cve for cve in exposed if cve not in text] == []


@FORMS
def test_every_format_of_the_registry_tells_the_support(form: str) -> None:
    if form == "csv":  # one kind of record: the end of a support is an advisory there, which this document has none of
        return
    assert "2025-10-14" in rendered(form)


@FORMS
def test_every_format_of_the_registry_tells_what_was_judged(form: str) -> None:
    text = rendered(form)
    if form == "csaf":
        assert "15.1.2507.6" in text
        return
    missing = [f"KB{one['kb']}" for one in FINDINGS_ if one["verdict"] == "missing" and one["importance"] != "optional"]
    assert missing
    assert [name for name in missing if name[2:] not in text] == []


@FORMS
def test_no_format_of_the_registry_lets_hidden_characters_out(form: str) -> None:
    assert acting(rendered(form), beside="\r\n\xad") == []  # line ends of CSV; the page's own soft hyphens
