"""Reading a saved result back: the small schema reader agrees with jsonschema, and faults name their place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from report.documents import document

from hotfix_check.errors import SavedInputError
from hotfix_check.report.csv import render_csv
from hotfix_check.report.document import result_of
from hotfix_check.report.html import render_html
from hotfix_check.report.markdown import render_markdown
from hotfix_check.report.table import render_table
from hotfix_check.saved_result import _fault_in_meaning, first_fault, read_result

SCHEMA = json.loads((ROOT / "hotfix_check" / "schemas" / "result-1.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
DOCUMENT = document(6, rungs=3, files=1)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(["", "missing", "exact", "2003-07-01", "2003-07-01T17:44:00Z", "5.5.1.1", "a" * 64, "1.5.x"]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from(["id", "x"]), SCALARS))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.extend(places(item, (*path, key)))
    return found


PLACES = places(DOCUMENT)


@given(place=st.sampled_from(PLACES), value=VALUES, removed=st.booleans())
def test_it_accepts_what_jsonschema_accepts(place: tuple[Any, ...], value: Any, removed: bool) -> None:
    changed = copy.deepcopy(DOCUMENT)
    inner: Any = changed
    for key in place[:-1]:
        inner = inner[key]
    if removed:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    assert (first_fault(changed, SCHEMA) is None) == VALIDATOR.is_valid(changed)


@settings(max_examples=200)
@given(place=st.sampled_from(PLACES), value=VALUES)
def test_whatever_is_read_can_be_rendered_in_every_format(place: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(DOCUMENT)
    inner: Any = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    if first_fault(changed, SCHEMA) is not None or _fault_in_meaning(changed) is not None:
        return
    result = result_of(changed)
    assert render_html(result).endswith("</html>")
    assert render_csv(result).startswith("host,")
    assert render_markdown(result).startswith("# ")
    assert isinstance(render_table(result, width=80, everything=True), str)


def test_the_schema_uses_only_the_keywords_that_the_reader_knows() -> None:
    known = {"$schema", "title", "description", "type", "enum", "const", "pattern", "minimum", "required"}
    known |= {"properties", "additionalProperties", "items", "oneOf"}

    def keywords(schema: dict[str, Any]) -> set[str]:
        found = set(schema)
        for branch in (*schema.get("properties", {}).values(), *schema.get("oneOf", ())):
            found |= keywords(branch)
        for key in ("items", "additionalProperties"):
            if key in schema:
                found |= keywords(schema[key])
        return found

    assert keywords(SCHEMA) <= known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing in it; a saved result (JSON) expected"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested deeper than 64 levels"),
        ("[]", "not a saved result: an object expected"),
        ('{"schema": "hotfix-check/result/9"}', "schema: 'hotfix-check/result/9': this release reads"),
        ('{"schema": "hotfix-check/result/1"}', "the document: tool is missing"),
        ('{"schema": "hotfix-check/result/1", "run": NaN}', "NaN is not a JSON number"),
        ("\udcff", "byte 0: not UTF-8 text (invalid start byte)"),
    ],
    ids=[
        "empty",
        "cut short",
        "nested deeply",
        "a list",
        "a later schema",
        "keys missing",
        "not a number",
        "not UTF-8",
    ],
)
def test_what_is_no_result_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    saved = tmp_path / "r.json"
    saved.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SavedInputError) as error:
        read_result(saved)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one["findings"][2].update(verdict="fine"), "targets 1, findings 3, verdict: 'fine' is not one of"),
        (lambda one: one.update(files_seen=-1), "targets 1, files_seen: -1 is less than 0"),
        (lambda one: one["findings"][0].update(released="soon"), "findings 1, released: 'soon' does not look like"),
        (lambda one: one["ladders"][0]["rungs"][0].pop("label"), "ladders 1, rungs 1: label is missing"),
        (lambda one: one.update(path=["x"]), "targets 1, path: string expected, found ['x']"),
        (lambda one: one["findings"][0].update(released="2003-02-30"), "findings 1, released: '2003-02-30': day is"),
        (lambda one: one["ladders"][0]["rungs"][0].update(version="5.5.99999.1"), "ladders 1, rungs: '5.5.99999.1'"),
        (lambda one: one["installations"][0]["support"].update(ends="2025-02-30"), "installations 1: '2025-02-30'"),
        (lambda one: one["ladders"][0].update(installed=[]), "ladders 1, installed: at least one file expected"),
    ],
    ids=[
        *("an unknown verdict", "a negative count", "no date", "a rung without a label", "a path that is a list"),
        *("no such day", "no file version", "no such end of support", "nothing installed on a ladder"),
    ],
)
def test_a_fault_names_its_place(change: Any, said: str, tmp_path: Path) -> None:
    changed = copy.deepcopy(DOCUMENT)
    change(changed["targets"][0])
    saved = tmp_path / "r.json"
    saved.write_text(json.dumps(changed))
    with pytest.raises(SavedInputError, match=r"r\.json: ") as error:
        read_result(saved)
    assert said in str(error.value)


def test_keys_of_a_later_release_pass(tmp_path: Path) -> None:
    saved = tmp_path / "r.json"
    saved.write_text(json.dumps({**DOCUMENT, "later": 1}))
    assert read_result(saved)["later"] == 1
