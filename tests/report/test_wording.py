"""The sentences that every rendering shares: the verdict with its denominators, the badge, the ages."""

from __future__ import annotations

from typing import Any

import pytest
from report.documents import WAIVER, document, values

from hotfix_check.report.document import result_of
from hotfix_check.report.html import render_html
from hotfix_check.report.parts import census_words
from hotfix_check.report.wording import badge, days_since, level_reason, verdict_sentences


def target(
    outcome: str,
    *findings: tuple[str, str, bool],
    ends: str | None = "2030-01-01",
    anomalies: tuple[str, ...] = (),
    exposed: bool = False,
) -> dict[str, Any]:
    """A target with findings of (verdict, importance, waived)."""
    (made,) = document(max(1, len(findings)))["targets"]
    kept = made["findings"][: len(findings)]
    for number, (finding, (verdict, importance, waived)) in enumerate(zip(kept, findings, strict=True), 1):
        finding.update(verdict=verdict, importance=importance, waiver=WAIVER if waived else None)
        finding.update(id=f"exchange-5.5/KB{number}", kb=number)
    open_ones = sum(verdict == "undetermined" for verdict, _, _ in findings)
    summary = {**made["summary"], "undetermined": open_ones}
    standing = {**made["installations"][0], "support": {**made["installations"][0]["support"], "ends": ends}}
    standing["anomalies"] = list(anomalies)
    standing["exposures"] = [one for one in standing["exposures"] if exposed or one["state"] != "exposed"]
    return {
        **{
            **made,
            "outcome": outcome,
            "claimed": [],
            "findings": kept,
            "advisories": [],
            "unreadable": [],
            "summary": summary,
        },
        "installations": [standing],
    }


def claims(*lists: tuple[str, int, list[str]]) -> dict[str, Any]:
    """A target that is nothing but lists of KBs, of (source, KB, what the catalogue has of it)."""
    made = target("nothing-recognised", ("undetermined", "recommended", False))
    made["findings"][0]["settle_with"] = [{"file": "Store.exe", "role": "bin", "why": "a row"}]
    claimed = [{"kb": kb, "source": source, "updates": updates} for source, kb, updates in lists]
    return {**made, "installations": [], "files_read": 0, "claimed": claimed}


@pytest.mark.parametrize(
    ("given", "sentences", "mark"),
    [
        (
            target("findings", ("missing", "recommended", False), ("installed", "required", False)),
            ["1 of the 2 required or recommended updates is missing: KB1."],
            "bad",
        ),
        (
            target("findings", ("partial", "required", False), ("missing", "required", True)),
            [
                "1 of the 2 required or recommended updates is missing in part: KB1.",
                "1 finding is accepted under a waiver (W-014).",
            ],
            "bad",
        ),
        (
            target("clean", ("missing", "required", True), ("installed", "required", False)),
            [
                "None of the 2 required or recommended updates is missing apart from what is accepted.",
                "1 finding is accepted under a waiver (W-014).",
            ],
            "plain",
        ),
        (
            target("clean", ("missing", "optional", False), ("installed", "recommended", False)),
            [
                "The only required or recommended update is not missing.",
                "The only optional update is missing: KB1.",
            ],
            "plain",
        ),
        (
            target("incomplete", ("undetermined", "required", False), ("installed", "required", False)),
            [
                "None of the 2 required or recommended updates is known to be missing.",
                "1 of 2 could not be determined.",
            ],
            "open",
        ),
        (
            target("clean", ("undetermined", "optional", False), ("installed", "required", False)),
            [
                "The only required or recommended update is not missing.",
                "The only optional update is not known to be missing.",
                "1 of 2 could not be determined.",
            ],
            "plain",
        ),
        (
            target("clean", ("installed", "required", False), ("not-applicable", "required", False)),
            ["The only required or recommended update is not missing."],
            "good",
        ),
        (
            target("clean", ("installed", "required", False), exposed=True),
            ["The only required or recommended update is not missing."],
            "plain",
        ),
        (
            target("clean", ("installed", "required", False), ends="2026-11-20"),
            ["The only required or recommended update is not missing."],
            "plain",
        ),
        (
            target("clean", ("installed", "required", False), anomalies=("newer-than-catalogue: 15.2.9999.1",)),
            ["The only required or recommended update is not missing."],
            "plain",
        ),
        (
            target("findings", ("installed", "forbidden", False)),
            ["1 forbidden is installed: KB1."],
            "bad",
        ),
        (
            target("nothing-recognised"),
            ["Nothing was recognised: no file here belongs to a product of the catalogue. That is not a pass."],
            "open",
        ),
        (
            claims(("systeminfo", 1, ["exchange-5.5/KB1"]), ("Get-HotFix", 1, ["exchange-5.5/KB1"])),
            [
                "Claimed as installed by Get-HotFix and systeminfo: KB1; a claim proves nothing.",
                "Store.exe (bin) would prove or disprove it.",
            ],
            "open",
        ),
        (
            claims(("systeminfo", 1, ["exchange-5.5/KB1"]), *(("systeminfo", kb, []) for kb in (7, 8, 9, 10))),
            [
                "Claimed as installed by systeminfo: KB1; a claim proves nothing.",
                "Store.exe (bin) would prove or disprove it.",
                "The list has also KB7, KB8, KB9 and 1 more, which have no entry in the catalogue.",
            ],
            "open",
        ),
        (
            claims(("a list of KB numbers", 7, [])),
            [
                "Claimed by a list of KB numbers: nothing of Exchange, only KB7, which has no entry in the catalogue; "
                "a claim proves nothing.",
                "The program files of the server would show what is there.",
            ],
            "open",
        ),
    ],
    ids=[
        "one missing",
        "in part, and one waived",
        "all that is missing is waived",
        "only an optional one is missing",
        "one undetermined",
        "an optional one undetermined is never green",
        "nothing is missing",
        "nothing is missing and a CVE is open",
        "nothing is missing and support has ended",
        "nothing is missing and the build is newer than the catalogue",
        "forbidden but installed",
        "nothing recognised",
        "two lists claim one",
        "a list claims more than the catalogue has",
        "a list claims nothing of Exchange",
    ],
)
def test_the_verdict_is_one_sentence_with_its_denominator(given: Any, sentences: list[str], mark: str) -> None:
    assert verdict_sentences(values(given)) == sentences
    assert badge(values(given), "2026-11-21")[0] == mark


@pytest.mark.parametrize(
    ("day", "as_of", "days"),
    [
        ("2026-11-01", "2026-11-21", 20),
        ("2026-11-21", "2026-11-21", 0),
        ("2026-11-22", "2026-11-21", None),
        (None, "2026-11-21", None),
        ("2026-11-01", None, None),
    ],
)
def test_an_age_is_told_only_where_both_days_are_known(day: str | None, as_of: str | None, days: int | None) -> None:
    assert days_since(day, as_of) == days


def test_a_share_is_never_rounded_up_to_all() -> None:
    given = document(1500, files=0, rungs=1)
    findings = given["targets"][0]["findings"]
    for number, finding in enumerate(findings):
        finding["verdict"] = "missing" if number == 0 else "installed"
    page = render_html(result_of(given))
    assert "99.9 %" in page
    assert "100.0 %" not in page


def test_nothing_recorded_says_so() -> None:
    given = document(3)
    given["run"] = dict.fromkeys(given["run"])
    given["targets"][0]["collected"] = None
    given["targets"][0]["products"][0]["end_of_support"] = None
    given["targets"][0]["installations"][0]["support"]["ends"] = None
    page = render_html(result_of(given))
    assert "Date not recorded" in page
    assert "No end of support is known" in page
    assert "days ago" not in page


@pytest.mark.parametrize(
    ("root", "roots", "said"),
    [
        ("C/V15", ("C/V15", "D/V15"), "by A.exe 1, Mapi32.dll 3"),
        ("D/V15", ("C/V15", "D/V15"), "by B.exe 2, Mapi32.dll 3"),
        (None, (None,), "by A.exe 1, B.exe 2, Mapi32.dll 3"),
        ("C", ("C", "C/V15"), "by B.exe 2, Mapi32.dll 3"),
        ("C/V15", (".", "C/V15"), "by A.exe 1"),
    ],
    ids=["the first", "the second", "loose files", "one within another", "one within the target itself"],
)
def test_what_shows_a_level_is_no_vote_of_another_installation(
    root: str | None, roots: tuple[str | None, ...], said: str
) -> None:
    votes = [("A.exe", "C/V15/Bin/A.exe", "1"), ("B.exe", "D/V15/Bin/B.exe", "2"), ("Mapi32.dll", "C/WINNT/m.dll", "3")]
    product: Any = {
        "id": "exchange-5.5",
        "anomalies": [],
        "evidence": [{"file": file, "path": path, "version": version, "votes": "SP4"} for file, path, version in votes],
    }
    installations: list[Any] = [{"root": each, "level_basis": "markers"} for each in roots]
    one = next(each for each in installations if each["root"] == root)
    assert level_reason(values(product), "SP4", values(one), values(installations)) == said


@pytest.mark.parametrize(
    ("builds", "said"),
    [
        ((), ""),
        ((1,), "1 file carries 1.0.0.0"),
        ((4, 1), "4 files carry 1.0.0.0, 1 carries 1.0.0.1"),
        ((4, 3, 2, 2), "4 files carry 1.0.0.0, 3 carry 1.0.0.1, 2 carry 1.0.0.2, 2 carry 1.0.0.3"),
        (
            (4, 3, 1, 1, 1),
            "4 files carry 1.0.0.0, 3 carry 1.0.0.1, 1 carries 1.0.0.2, 2 carry 2 other builds",
        ),
    ],
    ids=["none", "one file", "one beside others", "as many as are told", "more"],
)
def test_the_census_counts_one_and_many(builds: tuple[int, ...], said: str) -> None:
    census = [{"build": f"1.0.0.{number}", "files": files} for number, files in enumerate(builds)]
    assert census_words(values({"census": census})) == said
