"""The options of a judgement are one value: none of them can be forgotten where all of them count."""

from __future__ import annotations

import json
from dataclasses import Field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fleet.hosts import QUESTION

from hotfix_check.cli.options import JUDGEMENT, flag_of
from hotfix_check.fleet.journal import question_digest
from hotfix_check.judging.options import JudgeOptions, is_recorded, names_files
from hotfix_check.manifest import Manifest, manifest_to_json, parse_manifest

GIVEN: dict[object, object] = {
    "tuple[Path, ...]": (Path("a.toml"), Path("b")),
    "tuple[str, ...]": ("one", "another"),
    "Path | None": Path("c/d"),
    "str | None": "text",
    "bool": True,
}
EVERY = pytest.mark.parametrize("one", fields(JudgeOptions), ids=lambda one: one.name)


def given(one: Field[Any]) -> JudgeOptions:
    """Options of which only this one was given."""
    return replace(JudgeOptions(), **{one.name: GIVEN[one.type]})


def manifest(options: JudgeOptions) -> str:
    return manifest_to_json(
        Manifest(
            tool="hotfix-check 1",
            catalogue_version="2026-01-01",
            catalogue_sha256="0" * 64,
            options=options,
            day=date(2026, 1, 1),
            configuration=None,
            baseline_sha256=None,
            waivers_sha256=None,
            result_sha256="0" * 64,
            targets=(),
        )
    )


@EVERY
def test_a_manifest_records_every_option_or_says_why_it_is_refused(one: Field[Any]) -> None:
    options = given(one)
    if is_recorded(one):
        assert parse_manifest(json.loads(manifest(options)), "m.json").options == options
        assert list(options.unrecorded()) == []
    else:
        (why,) = options.unrecorded()
        assert why.startswith(f"{flag_of(one.name)}: a manifest lists ")


@EVERY
def test_the_journal_tells_answers_apart_by_every_option_but_the_names_of_files(one: Field[Any]) -> None:
    same = question_digest(replace(QUESTION, options=given(one))) == question_digest(QUESTION)
    assert same is names_files(one)


@EVERY
def test_every_option_is_typed_somewhere_and_is_told_when_it_was_given(one: Field[Any]) -> None:
    assert list(given(one).given()) == [one.name]
    assert flag_of(one.name).startswith("--")
    assert bool(given(one).files) is names_files(one)


def test_the_command_line_has_the_options_of_a_judgement_and_no_others() -> None:
    assert list(JUDGEMENT) == [one.name for one in fields(JudgeOptions)]
    assert list(JudgeOptions().given()) == []


def test_what_names_files_counts_by_what_is_in_them() -> None:
    assert [one.name for one in fields(JudgeOptions) if names_files(one)] == [
        "catalogues",
        "baseline",
        "waivers",
        "hive",
    ]
