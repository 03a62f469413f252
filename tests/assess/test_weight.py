"""What counts, and what it comes to: findings, advisories, installations, several targets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from targets import ASSESSOR, SP4_BIN, WORKED, folder, installed

from hotfix_check.assess import Assessment, Question
from hotfix_check.assess.weight import Outcome, counted, exit_code, holding, outcome_of
from hotfix_check.inventory.files import InstalledFile


def judged(**question: Any) -> Assessment:
    return ASSESSOR.assess(folder(*SP4_BIN), Question(**question))


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


V15 = "Program Files/Microsoft/Exchange Server/V15/Bin"


@pytest.mark.parametrize(
    ("files", "counts"),
    [
        ([installed(f"{V15}/Microsoft.Exchange.Data.dll", "15.1.2507.6", product_name="Microsoft Exchange")], (True,)),
        ([installed("Microsoft.Exchange.Data.dll", "15.1.2507.6", product_name="Microsoft Exchange")], (False,)),
        ([installed("Exchsrvr/bin/Admin.exe", "5.5.2653.22", product_name="Microsoft Exchange")], (False,)),
        ([installed("Exchsrvr/bin/Store.exe", "5.5.2653.23", product_name="Microsoft Exchange")], (True,)),
        (
            [
                installed("a/Microsoft.Exchange.Data.dll", "15.1.2507.6", product_name="Microsoft Exchange"),
                installed("b/Microsoft.Exchange.Data.dll", "15.1.2507.6", product_name="Microsoft Exchange"),
            ],
            (False, False),
        ),
    ],
    ids=[
        "an installation whose marker was not collected",
        "a loose file that is no server core file",
        "an Admin.exe left behind is no server",
        "a server core file",
        "loose files of two folders",
    ],
)
def test_the_end_of_support_counts_for_what_is_a_server(files: list[InstalledFile], counts: tuple[bool, ...]) -> None:
    ended = frozenset(product.id for product in WORKED.products)
    assessment = ASSESSOR.assess(folder(*files), Question(unsupported=ended))
    assert tuple(held.counts for held in assessment.advisories) == counts
    assert (outcome_of(assessment) is Outcome.FINDINGS) is any(counts)
