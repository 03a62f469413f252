"""Whatever stands in a file, a name, a title or a waiver: in every format it stays text, whole and in its place."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from markdown_it import MarkdownIt
from report.documents import document, values
from report.hostile import BENIGN, EVERY, PAYLOADS, acting, free_places, strings, with_text

from hotfix_check.assess.request import Request
from hotfix_check.cli.output import ColourChoice, chosen_paint
from hotfix_check.compare import ComparisonDocument, FileChange, ProductChange, VerdictChange
from hotfix_check.configuration import Configuration
from hotfix_check.inventory.files import RESOURCE_TEXTS, Collected, InstalledFile, Inventory, TargetKind, UnreadableFile
from hotfix_check.inventory.saved import inventory_to_json, parse_saved
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.manifest import (
    EvidenceFile,
    EvidenceTarget,
    Manifest,
    differences,
    manifest_to_json,
    parse_manifest,
)
from hotfix_check.report.changes import changes_answer, render_changes
from hotfix_check.report.csv import SHEETS, render_csv
from hotfix_check.report.document import result_of, to_json
from hotfix_check.report.explain import render_explanation
from hotfix_check.report.formats import CsvKind
from hotfix_check.report.html import render_html
from hotfix_check.report.identified import render_identity
from hotfix_check.report.markdown import MAX_LENGTH, render_markdown
from hotfix_check.report.plan import render_plan
from hotfix_check.report.request import render_request
from hotfix_check.report.short_answer import short_answers_html, short_answers_markdown
from hotfix_check.report.table import render_table
from hotfix_check.report.text import visible
from hotfix_check.report.xlsx import write_xlsx
from hotfix_check.saved_result import first_fault, packaged_schema
from hotfix_check.untrusted.toml import toml_string
from hotfix_check.version import FileVersion

PLAIN = document(6, rungs=3, files=1)
PLAIN["targets"][0]["findings"][0] |= {
    "prerequisites": [{"requires": "SP3", "state": "unmet", "basis": "markers", "evidence": "Store.exe"}],
    "settle_with": [{"file": "Store.exe", "role": "bin", "why": "it shows the level"}],
    "actions": [{"kind": "registry", "text": "Set the value"}],
    "aliases": ["MS06-019"],
    "recorded": ["Microsoft\\Updates\\Exchange Server 2003\\SP3\\KB907747"],
}
PLAIN["targets"][0]["registry"] = {
    **{"hive": "Windows/System32/config/SOFTWARE", "size": 8192, "sha256": None, "complete": False},
    "notes": ["only read in part: damaged"],
    "setups": [{"key": "Microsoft\\Exchange\\Setup", "values": {}, "product": "exchange-2003", "level": "SP2"}],
    "updates": [{"kb": 907747, "product": "Exchange Server 2003", "key": "Microsoft\\Updates", "package": "KB907747"}],
}
DATES = {"released", "timestamp", "as_of", "version"}  # free in the schema, and read as days and versions all the same
PLACES = [place for place in free_places(PLAIN) if place[-1] not in DATES or place[0] == "tool"]
BENIGN_DOCUMENT = with_text(PLAIN, PLACES, BENIGN)


@lru_cache(maxsize=4)
def injected(payload: str) -> Any:
    """The result with the payload in every place where the schema lets any text stand."""
    return with_text(PLAIN, PLACES, payload)


def test_the_payload_is_put_in_every_place_that_a_stranger_can_write_in() -> None:
    assert first_fault(injected("any text"), packaged_schema("result-1.json")) is None
    named = {place[-1] for place in PLACES if isinstance(place[-1], str)}
    assert named >= {"path", "title", "reason", "approved_by", "ticket", "host", "user", "id", "name", "text", "file"}
    assert named >= {
        "version_string",
        "role",
        "source",
        "line",
        "label",
        "file",
        "why",
        "basis",
        "requires",
        "evidence",
    }
    assert len(PLACES) > 100
    assert len(PAYLOADS) > 40


class Structure(HTMLParser):
    """The elements of a page with their attributes, in order, and its text."""

    def __init__(self, page: str, payload: str = BENIGN) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[object] = []
        self.words: list[str] = []
        self.payload = visible(payload)
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, [(name, (value or "").replace(self.payload, BENIGN)) for name, value in attrs]))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))

    def handle_pi(self, data: str) -> None:
        self.elements.append(("processing", data))

    def unknown_decl(self, data: str) -> None:
        self.elements.append(("declaration", data))

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def whole(payload: str) -> float:
    """How often a text must be there for each time that a harmless one is: an id is shown from its last / on."""
    return 0.7 if "/" in payload else 1


def words(text: str) -> str:
    return " ".join(text.split())


PAGE = Structure(render_html(result_of(BENIGN_DOCUMENT)))


@EVERY
def test_no_element_and_no_attribute_comes_into_the_page(payload: str) -> None:
    page = render_html(result_of(injected(payload)))
    found = Structure(page, payload)
    assert found.elements == PAGE.elements
    assert found.text.count(words(visible(payload))) >= whole(payload) * PAGE.text.count(BENIGN)
    assert PAGE.text.count(BENIGN) > 60
    assert page.isascii()
    assert acting(found.text, beside="\n\xad") == []
    assert found.text.count("\xad") == PAGE.text.count("\xad")  # the page's own


@pytest.fixture(autouse=True)
def long_cells() -> Iterator[None]:
    """Python's own reader of CSV takes cells of any length here."""
    usual = csv.field_size_limit(1 << 27)
    yield
    csv.field_size_limit(usual)


ROWS = {
    kind: list(csv.reader(io.StringIO(render_csv(result_of(BENIGN_DOCUMENT), kind), newline=""))) for kind in CsvKind
}
FORMULA = re.compile("[\\s\"']*[=+@\uff0b\uff1d\uff0d\uff20-]")


@EVERY
@pytest.mark.parametrize("kind", CsvKind)
def test_every_cell_of_the_csv_is_in_its_place_safe_and_whole(kind: CsvKind, payload: str) -> None:
    text = render_csv(result_of(injected(payload)), kind)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [len(row) for row in rows] == [len(SHEETS[kind].columns)] * len(ROWS[kind])
    assert acting(text, beside="\r\n") == []
    expected = visible(payload).replace("'", "")
    for benign, row in zip(ROWS[kind], rows, strict=True):
        for plain, cell in zip(benign, row, strict=True):
            assert not FORMULA.match(cell) or cell.startswith("'"), cell
            assert [part for part in cell.split(";") if FORMULA.match(part) and "'" not in part] == []
            assert cell.replace("'", "").count(expected) >= plain.count(BENIGN) * (whole(payload) == 1)
    if whole(payload) < 1:
        assert text.count(visible(payload).replace('"', '""')) >= 5


@EVERY
def test_every_cell_of_the_workbook_is_text_safe_and_whole(payload: str) -> None:
    stream = io.BytesIO()
    write_xlsx(result_of(injected(payload)), stream)
    cells = [cell for sheet in openpyxl.load_workbook(stream).worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert acting("".join(texts)) == []
    assert sum(visible(payload) in text for text in texts) > 20 * whole(payload)


RENDERED = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKDOWN = Structure(RENDERED.render(render_markdown(result_of(BENIGN_DOCUMENT))))


@EVERY
def test_markdown_gives_the_same_headings_tables_and_lists_and_nothing_else(payload: str) -> None:
    text = render_markdown(result_of(injected(payload)))
    found = Structure(RENDERED.render(text))
    assert len(text) < MAX_LENGTH
    if len(payload) > 400:  # is cut, and leaves no room for all of it
        assert set(map(str, found.elements)) <= set(map(str, MARKDOWN.elements))
        return
    assert found.elements == MARKDOWN.elements
    assert found.text.count(words(visible(payload))) >= whole(payload) * MARKDOWN.text.count(BENIGN)
    assert MARKDOWN.text.count(BENIGN) > 30
    assert acting(text) == []
    assert re.findall(r"\w://|www\.|\w@\w|(?i:gh)-\d|\w#\d|\b[0-9a-f]{40}\b", text) == []


# The digests, and the arguments: in quotes where a space is in them.
OWN = re.compile("[0-9a-f]{64}|^Arguments: (?:.*\n(?:  .*\n)*)", re.MULTILINE)


@EVERY
@pytest.mark.parametrize("everything", [False, True], ids=["short", "all"])
def test_the_table_sends_nothing_to_the_terminal_but_text_and_its_own_colours(payload: str, everything: bool) -> None:
    made, as_text = injected(payload), injected(visible(payload))
    text = render_table(result_of(made), width=80, everything=everything, paint=chosen_paint(ColourChoice.ALWAYS))
    plain = re.sub(r"\x1b\[(?:[0-9]{1,2}(?:;1)?|0)m", "", text)
    assert acting(plain) == []
    assert plain == render_table(result_of(made), width=80, everything=everything)
    again = render_table(result_of(as_text), width=80, everything=everything, paint=chosen_paint(ColourChoice.ALWAYS))
    assert OWN.sub("", text) == OWN.sub("", again)


@EVERY
def test_json_gives_the_same_values_back(payload: str) -> None:
    made = injected(payload)
    result = result_of(made)
    text = to_json(result)
    assert json.loads(text) == made
    assert result_of(json.loads(to_json(replace(result, read_from=None)))).targets == result.targets
    assert text.isascii()
    assert acting(text) == []


def _explanation(text: str) -> str:
    finding = injected(text)["targets"][0]["findings"][0]
    return render_explanation(values(finding), [text, text], [text], width=80)


def _plan(text: str) -> str:
    step = {
        **{
            "id": text,
            "kb": 818861,
            "title": text,
            "line": text,
            "requires": [text],
            "not_known": [text],
            "settles": [text, text],
            **{"installation": text, "availability": "extended-support", "public": text, "again": True},
            **{"kind": "hotfix", "released": None, "cves": [text]},
        },
        **{"restart": "yes", "actions": [{"kind": "service", "text": text}, {"kind": "note", "text": text}]},
        "source": text,
    }
    made: Any = {
        **{"target": text, "steps": [step, step], "restarts": [text, text], "restart_not_stated": [text]},
        "unreachable": [{"id": text, "installation": text, "why": text}],
        "asked": [{"id": text, "verdict": "undetermined", "reasons": [text], "settle_with": [text]}],
        **{"undetermined": [], "unsettled": [], "doubts": [text]},
        "no_plan": {"why": text, "supply": [text]},
    }
    return render_plan(values(made), width=80)


def _identity(text: str) -> str:
    entry = {"id": text, "title": text, "version": text, "whole": False}
    product = {"id": text, "name": text, "line": text, "level_at_least": text, "level_at_most": text}
    made = {
        "target": text,
        "files": [
            {
                **{"path": text, "name": text, "version": text, "machine": text, "catalogued": True},
                "products": [{**product, "level_basis": "markers"}],
                **{"foreign": [text], "build_of": [text], "contains": [entry], "next": entry, "anomalies": [text]},
                "next_steps": [{"id": text, "title": text, "availability": "extended-support", "public": text}],
                "exposures": [{"cve": text, "state": "exposed", "fixed_by": text, "known_exploited": text}],
                "advisories": [{"id": text, "text": text, "source": text}],
            }
        ],
        "unreadable": [{"path": text, "reason": text}],
        "reported": [
            {"source": text, "text": text, "product": text, "name": text, "level": text},
            {"source": text, "text": text, "product": None, "name": None, "level": None},
        ],
    }
    return render_identity(made, width=80)


def _compared(text: str) -> Any:
    return ComparisonDocument(
        schema="hotfix-check/comparison/1",
        before=text,
        after=text,
        products=(ProductChange(product=text, name=text, before=text, after=None, worse=True),),
        files=(FileChange(path=text, change="older", before=text, after=text, catalogued=True),),
        verdicts=(VerdictChange(update=text, installation=text, before="installed", after="missing", worse=True),),
        evidence_only=True,
    )


def _changes(text: str) -> str:
    return render_changes(_compared(text), width=80)


@EVERY
def test_a_comparison_gives_the_same_page_and_the_same_markdown(payload: str) -> None:
    benign, made = changes_answer(_compared(BENIGN)), changes_answer(_compared(payload))
    page = short_answers_html([made])
    assert Structure(page, payload).elements == Structure(short_answers_html([benign])).elements
    assert acting(Structure(page).text) == []
    if len(payload) < 400:
        rendered, plain = (Structure(RENDERED.render(short_answers_markdown([one]))) for one in (made, benign))
        assert rendered.elements == plain.elements
        assert acting(rendered.text) == []


def _request(text: str) -> str:
    asked = Request(product=text, file=text, role=text, updates=(text, text))
    return render_request(text, [asked], width=80, everything=True)


@EVERY
@pytest.mark.parametrize(
    "render",
    [
        pytest.param(_explanation, id="explain"),
        pytest.param(_plan, id="plan"),
        pytest.param(_identity, id="identify"),
        pytest.param(_changes, id="compare"),
        pytest.param(_request, id="ask"),
    ],
)
def test_every_other_answer_is_text_alone(payload: str, render: Callable[[str], str]) -> None:
    text = render(payload)
    assert acting(text) == []
    assert text == render(visible(payload))
    last = visible(payload.rpartition("/")[2]).split()
    assert not last or last[-1][-20:] in text


MOMENT = datetime(2003, 7, 1, 17, 44, tzinfo=UTC)


@EVERY
def test_a_saved_inventory_gives_the_same_values_back(payload: str) -> None:
    texts: Any = dict.fromkeys(RESOURCE_TEXTS.values(), payload)
    version = FileVersion.parse("5.5.2653.12")
    file = InstalledFile(path=payload, size=1, modified=MOMENT, version=version, notes=(payload,), **texts)
    inventory = Inventory(
        target=payload,
        kind=TargetKind.INVENTORY,
        root=(payload,),
        folders=("", payload),
        files=(file,),
        unreadable=(UnreadableFile(path=payload, reason=payload),),
        files_seen=2,
        files_read=1,
        lone_file=False,
        collected=Collected(host=payload, at=MOMENT, by=payload),
    )
    assert inventory.collected is not None
    text = inventory_to_json(inventory, inventory.collected)
    assert text.isascii()
    assert acting(text) == []
    assert parse_saved(json.loads(text), "test") == inventory


@EVERY
def test_a_manifest_gives_the_same_values_back(payload: str) -> None:
    payload = payload.replace("\0", "^")  # no path holds it, and a manifest that says so is refused
    target = EvidenceTarget(
        path=payload,
        kind="folder",
        root=(payload,),
        sha256=None,
        files=(EvidenceFile(path=payload, size=1, modified=MOMENT, sha256="0" * 64),),
    )
    manifest = Manifest(
        tool=payload,
        catalogue_version="2026-11-21",
        catalogue_sha256="0" * 64,
        options=JudgeOptions(
            catalogues=(Path(payload),),
            products=(payload,),
            kbs=(payload,),
            assume=(payload,),
            baseline=Path(payload),
            waivers=Path(payload),
            fail_on=payload,
            follow_links=True,
        ),
        day=date(2026, 11, 21),
        configuration=Configuration(path=payload, sha256="0" * 64, options={"product": (payload,)}),
        baseline_sha256="0" * 64,
        waivers_sha256="0" * 64,
        result_sha256="0" * 64,
        targets=(target,),
    )
    text = manifest_to_json(manifest)
    assert text.isascii()
    assert acting(text) == []
    read = parse_manifest(json.loads(text), "test")
    assert read == manifest
    assert differences(read.targets[0], target) == []


@EVERY
def test_a_toml_text_gives_the_same_value_back(payload: str) -> None:
    text = f"a = {toml_string(payload)} # b"
    assert acting(text) == []
    expected = "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in payload)
    assert tomllib.loads(text) == {"a": expected}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("w" * (1 << 18), id="one word"),
        pytest.param("a b " * (1 << 16), id="words"),
        pytest.param(" " * (1 << 18) + "x", id="spaces"),
        pytest.param("\x1b[31m" * (1 << 15), id="escapes"),
        pytest.param("\u202e" * (1 << 15), id="overrides"),
        pytest.param(";=" * (1 << 16), id="formulas"),
        pytest.param("|`*[" * (1 << 15), id="Markdown"),
        pytest.param("-" * (1 << 18), id="hyphens"),
    ],
)
def test_a_text_of_hundreds_of_thousands_of_characters_costs_no_more_than_its_length(text: str) -> None:
    places = [next(place for place in PLACES if place[-1] == key) for key in ("title", "reason", "host")]
    made = result_of(with_text(PLAIN, places, text))
    begun = time.perf_counter()
    for render in (render_html, render_csv, render_markdown, to_json):
        assert len(render(made)) < 200 << 20
    render_table(made, width=80, everything=True)
    # Less than half a second; where cost grew with the square it would be many minutes.
    assert time.perf_counter() - begun < 10


def test_the_checks_of_this_module_see_what_they_look_for() -> None:
    assert acting("a\x1bb\u202ec\u200b\ud800\u3164\n") == ["0x1b", "0x200b", "0x202e", "0x3164", "0xd800"]
    assert len(Structure("<p title=x>a</p><!-- b --><img src=x>").elements) == 4
    assert len(list(strings({"a": ["b", {"c": "d"}], "e": 1}))) == 2
    assert "<a " in RENDERED.render("[x](https://example.com)")
    assert "<table>" in RENDERED.render("|a|\n|---|\n|b|")
    assert FORMULA.match(" \"'=1")
    assert not FORMULA.match("a=1")
