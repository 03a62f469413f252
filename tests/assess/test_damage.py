"""Damage never makes an answer better: one fault in one file, whatever it is, turns nothing missing into installed."""

from __future__ import annotations

import pytest
from assess.damage import FAULTS, servers, tried

from hotfix_check.assess import Verdict

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
