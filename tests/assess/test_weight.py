"""What counts, and what it comes to: findings, advisories, installations, several targets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from targets import SP4_BIN, WORKED, folder

from hotfix_check.assess import Assessment, Assessor, Question
from hotfix_check.assess.weight import Outcome, counted, exit_code, holding, outcome_of


def judged(**question: frozenset[str]) -> Assessment:
    return Assessor(WORKED).assess(folder(*SP4_BIN), Question(**question))


def set_aside(assessment: Assessment) -> Assessment:
    """The same answer, of a shadow copy whose product is elsewhere too."""
    return replace(assessment, installations=tuple(replace(one, counts=False) for one in assessment.installations))


def test_an_installation_that_does_not_count_decides_nothing() -> None:
    assessment = judged(unsupported=frozenset({"exchange-5.5"}))
    assert [held.advisory.id for held in holding(assessment)] == ["exchange-5.5/support"]
    assert outcome_of(assessment) is Outcome.FINDINGS
    aside = set_aside(assessment)
    assert (counted(aside), holding(aside)) == ([], [])
    assert outcome_of(aside) is Outcome.INCOMPLETE


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((), 3),
        (("clean",), 0),
        (("clean", "incomplete"), 3),
        (("nothing-recognised",), 3),
        (("incomplete", "findings", "clean"), 1),
    ],
    ids=["no target", "clean", "one incomplete", "nothing recognised", "findings go first"],
)
def test_the_exit_code_of_several_targets(outcomes: tuple[str, ...], code: int) -> None:
    assert exit_code(outcomes) == code
    assert exit_code(outcomes, exit_zero=True) == 0
