"""What of many findings is told one by one, and what is folded under another."""

from __future__ import annotations

from typing import Any

import pytest
from report.documents import values

from hotfix_check.report.folding import Folded, files_to_supply, fold, supply_words


def finding(name: str, verdict: str = "missing", **more: Any) -> dict[str, Any]:
    """A finding as the result document has it, as far as folding looks at it."""
    return {
        "id": f"exchange-9.9/{name}",
        "product": "exchange-9.9",
        "verdict": verdict,
        "importance": "optional",
        "advice": [f"exchange-9.9/{name}"] if verdict in ("missing", "partial") else [],
        "line": None,
        "prerequisites": [],
        "prerequisites_stated": False,
        "settle_with": [],
        "waiver": None,
        **more,
    }


def needs(name: str) -> list[dict[str, str]]:
    return [{"requires": name, "state": "unmet", "basis": "markers", "evidence": ""}]


def folded_of(*findings: dict[str, Any], kind: str = "folder", everything: bool = False) -> Folded:
    return fold(values(findings), kind, everything=everything)


def shown(*findings: dict[str, Any], kind: str = "folder") -> list[str]:
    return [one.id.rpartition("/")[2] for one in folded_of(*findings, kind=kind).shown]


SP2 = finding("SP2", importance="recommended")


def test_an_update_that_another_replaces_stands_beneath_it() -> None:
    folded = folded_of(finding("KB1", advice=["exchange-9.9/KB2"]), finding("KB2"))
    assert [one.id for one in folded.shown] == ["exchange-9.9/KB2"]
    assert folded.beneath == {"exchange-9.9/KB2": ("KB1",)}


@pytest.mark.parametrize(
    ("update", "waits"),
    [
        (finding("KB1", prerequisites=needs("SP2")), True),
        (finding("KB1", line="SP2"), True),
        (finding("KB1", line="SP2", prerequisites_stated=True), False),
        (finding("KB1", prerequisites=needs("SP3")), False),
        (finding("KB1", prerequisites=needs("SP2"), importance="recommended"), True),
        (finding("KB1", prerequisites=needs("SP2"), importance="required"), False),
        (finding("KB1", prerequisites=needs("SP2"), waiver={"id": "W"}), False),
        (finding("KB1", "partial", prerequisites=needs("SP2")), False),
    ],
    ids=[
        "blocked by it",
        "for its line, the source is silent",
        "for its line, and stated to need nothing",
        "blocked by something else",
        "a recommended update",
        "a required update",
        "a waived finding",
        "half-installed",
    ],
)
def test_what_waits_for_a_missing_service_pack_is_named_with_it(update: dict[str, Any], waits: bool) -> None:
    folded = folded_of(SP2, update)
    assert (folded.waiting == {"exchange-9.9/SP2": ("KB1",)}) is waits
    assert (len(folded.shown) == 1) is waits


def test_what_waits_for_a_level_that_another_contains_stands_with_that_one() -> None:
    sp1 = finding("SP1", importance="recommended", advice=["exchange-9.9/SP2"])
    folded = folded_of(SP2, sp1, finding("KB1", prerequisites=needs("SP1")))
    assert (folded.beneath, folded.waiting) == ({"exchange-9.9/SP2": ("SP1",)}, {"exchange-9.9/SP2": ("KB1",)})


def test_a_forbidden_update_is_told_only_when_it_is_there() -> None:
    assert shown(finding("KB1", "missing", importance="forbidden", advice=[])) == []
    assert shown(finding("KB1", "installed", importance="forbidden")) == ["KB1"]


def test_few_open_questions_are_told_one_by_one_and_many_together() -> None:
    few = [finding(f"KB{number}", "undetermined") for number in range(8)]
    assert len(shown(*few)) == 8
    folded = folded_of(*few, finding("KB8", "undetermined"))
    assert (folded.shown, len(folded.open)) == ((), 9)


def test_a_required_or_recommended_open_question_is_never_folded() -> None:
    many = [finding(f"KB{number}", "undetermined") for number in range(20)]
    assert shown(*many, finding("KB99", "undetermined", importance="recommended")) == ["KB99"]


def test_what_is_there_is_counted_and_of_a_lone_file_shown() -> None:
    there = finding("KB1", "installed")
    assert shown(there) == []
    assert shown(there, kind="file") == ["KB1"]
    assert shown(finding("KB1", "installed", importance="required")) == ["KB1"]


def test_nothing_is_left_uncounted() -> None:
    findings = [
        SP2,
        finding("KB1", advice=["exchange-9.9/KB2"]),
        finding("KB2"),
        finding("KB3", line="SP2"),
        finding("KB4", "installed"),
        *(finding(f"KB1{number}", "undetermined") for number in range(9)),
    ]
    folded = folded_of(*findings)
    told = len(folded.shown) + sum(map(len, (*folded.beneath.values(), *folded.waiting.values()))) + len(folded.open)
    assert told + folded.counted == len(findings)
    assert folded.counted == 1
    assert len(folded_of(*findings, everything=True).shown) == len(findings)


def test_files_to_supply_are_the_most_useful_first() -> None:
    asks: list[Any] = [
        finding("KB1", "undetermined", settle_with=[{"file": "b.dll", "role": "bin", "why": ""}]),
        finding("KB2", "undetermined", settle_with=[{"file": "a.dll", "role": None, "why": ""}]),
        finding("KB3", "undetermined", settle_with=[{"file": "b.dll", "role": "bin", "why": ""}]),
    ]
    assert files_to_supply(values(asks)) == [("b.dll (bin)", 2), ("a.dll", 1)]
    assert supply_words(values(asks), 1, "") == "To settle them, supply b.dll (bin) for 2, and 1 more file."
    nothing: Any = finding("KB4", "undetermined")
    asks.append(nothing)
    assert supply_words(values(asks), 2, "") == "To settle 3 of them, supply b.dll (bin) for 2, a.dll for 1."
    assert supply_words(values([nothing]), 2, "") == ""


def later(name: str, *versions: str) -> dict[str, Any]:
    files = [{"name": "Mapi32.dll", "state": "later", "expected": {"version": version}} for version in versions]
    return finding(name, "superseded", files=files)


@pytest.mark.parametrize(
    ("findings", "kind", "told"),
    [
        ([later("KB1", "5.5.2653.6"), later("KB2", "5.5.2657.50"), later("KB3", "5.5.960.1")], "file", ["KB2"]),
        ([later("KB1", "5.5.9.1"), later("KB2", "5.5.10.1")], "file", ["KB2"]),
        ([later("KB1", "5.5.2653.6"), finding("KB2", files=[])], "file", ["KB2"]),
        ([later("KB1", "5.5.2653.6")], "folder", []),
        ([finding("KB1", "superseded", files=[])], "file", []),
    ],
    ids=[
        "of a lone file the newest that it contains is the answer",
        "versions are compared as numbers",
        "what is missing goes before it",
        "in a folder they are counted",
        "what only its level includes is no row that it is later than",
    ],
)
def test_what_is_told_of_a_file_that_contains_all(findings: list[dict[str, Any]], kind: str, told: list[str]) -> None:
    assert shown(*findings, kind=kind) == told
