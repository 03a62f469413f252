"""Damage never makes an answer better: one fault in one file, whatever it is, turns nothing missing into installed."""

from __future__ import annotations

from datetime import date

import pytest
from assess.damage import FAULTS, program, sample, servers, tried, with_census
from targets import ASSESSOR

from hotfix_check.assess import Question, Verdict
from hotfix_check.version import FileVersion

EACH = 20


@pytest.mark.parametrize("start", range(0, 240, EACH))
def test_no_single_fault_makes_an_answer_better(start: int) -> None:
    """Nothing missing or partial becomes installed or superseded, and no exit code 1 or 3 becomes 0."""
    found = [tried(seed) for seed in range(start, start + EACH)]
    assert [(one.server, one.path, one.fault, one.better) for one in found if one.better] == []


def test_the_servers_have_what_could_get_better_and_the_faults_change_answers() -> None:
    from assess.damage import judged

    for server in servers():
        verdicts = {one.verdict for one in judged(server, complete=False, update=None)[0].findings}
        assert verdicts & {Verdict.MISSING, Verdict.PARTIAL}, server.name
    found = [tried(seed) for seed in range(40)]
    assert {one.fault for one in found if one.changed} >= {"an older build", "another product's"}
    assert {one.fault for one in found} <= FAULTS.keys()


def test_an_older_marker_brings_in_no_level_that_lacks_the_file_that_was_removed() -> None:
    """SP4 should have Perfdsa.dll, which is not in a whole Bin; of SP3 its own version is below the update's."""
    server = sample("exchange-5.5-sp4", "exchange-5.5")
    older = program(FileVersion(5, 5, 2512, 0))
    for path in ("Exchsrvr/Bin/Emsmta.exe", "Exchsrvr/Bin/Mad.exe"):
        for target, expected in ((server.sound, "partial"), (server.with_file(path, older), "undetermined")):
            found = ASSESSOR.assess(target, Question(as_of=date(2026, 11, 21), complete=True))
            assert {str(one.verdict) for one in found.findings if one.update.id == "exchange-5.5/KB222191"} == {
                expected
            }


def test_an_older_marker_makes_no_update_one_for_another_level_that_the_other_files_are_of() -> None:
    """With ExSetup.exe of CU14 among 32 files of CU15 the update for CU15 is not out of the question."""
    server = with_census("15.2.1748.39", {"15.2.1748.10": 30, "15.2.1748.36": 2}, "exchange-2019")
    (marker,) = (path for path in server.content if path.endswith("ExSetup.exe"))
    older = server.with_file(marker, program(FileVersion(15, 2, 1544, 4)))
    question = Question(as_of=date(2026, 11, 21), kbs=frozenset({5066367}))
    assert [str(one.verdict) for one in ASSESSOR.assess(server.sound, question).findings] == ["undetermined"]
    assert [str(one.verdict) for one in ASSESSOR.assess(older, question).findings] == ["undetermined"]
    alone = with_census("15.2.1544.4", {}, "exchange-2019")
    assert [str(one.verdict) for one in ASSESSOR.assess(alone.sound, question).findings] == ["not-applicable"]


def test_a_level_that_is_asked_for_is_not_sure_while_a_marker_cannot_be_read() -> None:
    server = sample("exchange-5.5-sp4", "exchange-5.5")
    question = Question(as_of=date(2026, 11, 21), kbs=frozenset(), ids=frozenset({"exchange-5.5/SP4"}))
    for data, unread in ((server.content["Exchsrvr/Bin/Emsmta.exe"], False), (b"MZ", True)):
        found = ASSESSOR.assess(server.with_file("Exchsrvr/Bin/Emsmta.exe", data), question)
        assert (str(found.findings[0].verdict), found.unreadable_evidence) == ("installed", unread)
