"""Judged in brief, with what was judged on others before: the same verdicts, rows, plans and exposures as ever."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import pytest
from assess.damage import FAULTS
from assess.damage import servers as real_servers
from assess.random_servers import fixes, load, servers
from hypothesis import given
from hypothesis import strategies as st
from targets import SP4_BIN, WORKED, folder, installed, lone

from hotfix_check.assess import Assessment, Assessor, Question, alike
from hotfix_check.assess.alike import OF_A_COPY, OF_A_FILE, Alike
from hotfix_check.assess.evidence import SeenCopy
from hotfix_check.assess.finding import Confidence, Copy, Finding, JudgedRow
from hotfix_check.assess.weight import outcome_of
from hotfix_check.catalogue import Catalogue
from hotfix_check.inventory.files import VERSION_FROM_TEXT, InstalledFile, Inventory, ReportedBuild, UnreadableFile
from hotfix_check.version import FileVersion

GROUNDS = ("confidence", "reasons", "satisfied_by", "advice", "anomalies", "settle_with", "recorded", "rows")
QUESTIONS = (Question(), Question(complete=True), Question(kbs=frozenset({248838, 817375, 818861, 5014261})))


def counts(assessment: Assessment) -> dict[str, Any]:
    """All that is the same in brief."""
    return {
        **{one.name: getattr(assessment, one.name) for one in fields(Assessment)},
        "findings": [counted(one) for one in assessment.findings],
        "installations": [replace(one, census=()) for one in assessment.installations],
        "outcome": outcome_of(assessment),
    }


def counted(finding: Finding) -> dict[str, Any]:
    told = {one.name: getattr(finding, one.name) for one in fields(Finding) if one.name not in GROUNDS}
    rows = [
        (one.row, one.required, one.roles, one.state, one.met_beside, one.of_level, [*map(placed, one.copies)])
        for one in finding.rows
    ]
    return {**told, "rows": rows}


def placed(copy: Copy) -> tuple[object, ...]:
    return copy.file.path, copy.role, copy.state, copy.row


def check(catalogue: Catalogue, targets: Sequence[Inventory], questions: Sequence[Question] = (Question(),)) -> None:
    """Each target, judged in brief after all others, against its whole answer."""
    shared = Assessor(catalogue)
    fresh = Assessor(catalogue)
    for question in questions:
        whole = [counts(fresh.assess(target, question)) for target in targets]
        brief = [counts(shared.judge_in_brief(target, question)[0]) for target in targets]
        assert brief == whole
        assert [counts(shared.judge_in_brief(target, question)[0]) for target in reversed(targets)] == whole[::-1]


@given(fixes().map(load), st.lists(servers(), min_size=2, max_size=5))
def test_random_servers_come_to_the_same_in_brief(catalogue: Catalogue, targets: list[Inventory]) -> None:
    check(catalogue, targets, QUESTIONS[:2])


def damaged(seed: int) -> Inventory:
    """A server of the samples with a fault in one of its files."""
    chance = random.Random(seed)
    server = chance.choice(real_servers())
    path = chance.choice(sorted(server.content))
    faults = [*FAULTS.values()]
    made = chance.choice(faults)(chance, server, path)
    return server.with_file(path, made) if isinstance(made, bytes) else server.sound


def test_damaged_servers_of_the_worked_catalogue_come_to_the_same_in_brief() -> None:
    check(WORKED, [*(server.sound for server in real_servers()), *map(damaged, range(24))], QUESTIONS)


STORE = next(one for one in SP4_BIN if one.path.endswith("Store.exe"))
OTHERS = tuple(one for one in SP4_BIN if one is not STORE)
CHANGED: tuple[InstalledFile | UnreadableFile, ...] = (
    STORE,
    replace(STORE, version=FileVersion(5, 5, 2655, 37)),
    replace(STORE, version_string="5.5.2653.12"),
    replace(STORE, product_name="Microsoft Outlook"),
    replace(STORE, company_name="Contoso"),
    replace(STORE, languages=(1031,)),
    replace(STORE, machine="alpha"),
    replace(STORE, machine=None),
    replace(STORE, stub=True),
    replace(STORE, size=1),
    replace(STORE, notes=(VERSION_FROM_TEXT,)),
    replace(STORE, path="Exchsrvr/Connect/Store.exe"),
    UnreadableFile(path=STORE.path, reason="damaged"),
)


def test_servers_that_differ_in_one_fact_of_one_file_come_to_the_same_in_brief() -> None:
    targets = [folder(one, *OTHERS) for one in CHANGED]
    targets += [
        lone(STORE),
        replace(targets[0], folders=(*targets[0].folders, "WINNT/System32")),
        replace(folder(), reported=(ReportedBuild(source="s", text="5.5", numbers=(5, 5), follows_updates=False),)),
        folder(installed("Exchsrvr/Bin/Store.exe", "5.5.2653.23"), installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2650.24")),
    ]
    check(WORKED, targets, QUESTIONS)


@pytest.mark.parametrize("left_out", ["versions", "machine"])
def test_what_decides_must_not_be_left_out(left_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison sees it where alike is said of servers that are not."""

    def too_few(copy: SeenCopy) -> object:
        file = copy.file
        return (
            copy.role,
            file.path,
            *(
                getattr(of, name)
                for of, names in ((copy, OF_A_COPY), (file, OF_A_FILE if isinstance(file, InstalledFile) else ()))
                for name in names
                if name != left_out
            ),
        )

    monkeypatch.setattr(alike, "deciding_facts", too_few)
    with pytest.raises(AssertionError):
        check(WORKED, [folder(one, *OTHERS) for one in CHANGED])


def test_every_field_of_a_file_decides_a_row_or_is_known_not_to() -> None:
    """What is said of a version and a product's name is in what is seen of a copy."""
    seen = ["version", "version_string", "product_name"]
    told = ["size", "modified", "linked", "sha256", "original_filename", "internal_name", "description", "notes"]
    assert sorted([*OF_A_FILE, *seen, *told]) == sorted(one.name for one in fields(InstalledFile))
    assert sorted([*OF_A_COPY, "file", "odd"]) == sorted(one.name for one in fields(SeenCopy))


def test_a_finding_in_brief_has_no_grounds_of_another_server() -> None:
    shared = Assessor(WORKED)
    for one in CHANGED:
        for finding in shared.judge_in_brief(folder(one, *OTHERS), Question())[0].findings:
            assert finding.confidence is Confidence.LOW
            assert not (finding.reasons or finding.satisfied_by or finding.anomalies or finding.settle_with)
            files = [copy.file for row in finding.rows for copy in row.copies]
            assert all(
                file in (InstalledFile(path=file.path, size=None), UnreadableFile(path=file.path, reason=""))
                for file in files
            )


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Alike()
    assert known.of_another() is known
    monkeypatch.setattr(alike, "_REMEMBERED", 10)
    shared = Assessor(WORKED)
    for one in CHANGED:
        target = folder(one, *OTHERS)
        assert counts(shared.judge_in_brief(target, Question())[0]) == counts(shared.assess(target, Question()))


def test_every_field_of_a_row_is_compared() -> None:
    compared = {"row", "required", "roles", "state", "copies", "met_beside", "of_level"}
    assert {one.name for one in fields(JudgedRow)} - compared == {"note"}
