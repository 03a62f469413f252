"""Anomalies know their code, whatever is said of them, and are told as text."""

from __future__ import annotations

import json
import pickle

import pytest

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, found_by_reading, is_told, is_written


def test_an_anomaly_is_its_words_and_knows_its_code() -> None:
    plain = Anomaly(AnomalyCode.SIZE_DIFFERS, "10 bytes, the table says 9")
    assert plain == "size-differs: 10 bytes, the table says 9"
    of_file = plain.of("Mapi32.dll")
    assert (of_file, of_file.code) == (f"Mapi32.dll: {plain}", AnomalyCode.SIZE_DIFFERS)
    again = pickle.loads(pickle.dumps(of_file))
    assert (again, again.code, again.text) == (of_file, of_file.code, plain.text)
    assert json.loads(json.dumps([of_file])) == [str(of_file)]


def test_a_code_is_not_found_in_words_that_only_name_it() -> None:
    said = Anomaly(AnomalyCode.SUSPECT, "a file called regressed: it is no anomaly")
    assert not is_told([said], AnomalyCode.REGRESSED)
    assert not is_written([said], AnomalyCode.REGRESSED)
    assert is_written([said], AnomalyCode.SUSPECT)


def test_a_case_of_another_code_is_told_as_that_and_known_by_both() -> None:
    markers, neighbours = Anomaly(AnomalyCode.MARKERS_DISAGREE, "a"), Anomaly(AnomalyCode.MIXED_LEVEL, "a")
    assert markers == neighbours == "mixed-level: a"
    assert is_told([markers], AnomalyCode.MIXED_LEVEL)
    assert is_told([markers], AnomalyCode.MARKERS_DISAGREE)
    assert not is_told([neighbours], AnomalyCode.MARKERS_DISAGREE)


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("readers-disagree: pefile reads 1.0.0.0: the block says 2.0.0.0", AnomalyCode.READERS_DISAGREE),
        ("case-duplicate: a and A are", AnomalyCode.CASE_DUPLICATE),
        ("strings-cut", None),
        ("regressed: a note that reading does not make", None),
    ],
)
def test_what_reading_finds_is_an_anomaly_and_other_notes_are_not(note: str, code: AnomalyCode | None) -> None:
    found = found_by_reading([note])
    assert [(one, one.code) for one in found] == ([] if code is None else [(note, code)])
