"""Levels of builds that were reported without a file, and what they are consistent with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from targets import ASSESSOR, SP4_BIN, WORKED, folder

from hotfix_check.assess import Question, Verdict
from hotfix_check.assess.finding import Basis
from hotfix_check.assess.reported import reported_level, reports_of
from hotfix_check.inventory.files import ClaimedUpdate, Inventory, ReportedBuild, TargetKind

NOTHING = Inventory(
    target="t",
    kind=TargetKind.LISTING,
    root=(),
    folders=(),
    files=(),
    unreadable=(),
    files_seen=0,
    files_read=0,
    lone_file=False,
)


def build(*numbers: int, follows_updates: bool = False) -> ReportedBuild:
    text = ".".join(map(str, numbers))
    return ReportedBuild(source="a test", text=text, numbers=numbers, follows_updates=follows_updates)


def told(*reported: ReportedBuild) -> tuple[str, str, str, str | None] | None:
    """The product that a build is of, its interval, and the level where that is known."""
    for product in WORKED.products:
        level = reported_level(product, reports_of(product, reported))
        if level is not None:
            names = [one.name for one in product.levels]
            known = None if level.recorded is None else names[level.recorded]
            return product.id, names[level.low], names[level.high], known
    return None


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((15, 2, 1118, 7), ("exchange-2019", "CU12", "CU12", "CU12")),
        ((15, 2, 1118), ("exchange-2019", "CU12", "CU12", "CU12")),
        ((15, 2, 1118, 40), ("exchange-2019", "CU12", "CU12", "CU12")),
        ((15, 2, 1200, 1), ("exchange-2019", "CU12", "CU13", None)),
        ((15, 2, 2562, 17), ("exchange-se", "RTM", "RTM", "RTM")),
        ((15, 0, 712, 22), ("exchange-2013", "CU2", "CU2", "CU2")),
        ((14, 3, 123, 4), ("exchange-2010", "SP3", "SP3", "SP3")),
        ((14, 3, 513, 0), ("exchange-2010", "SP3", "SP3", "SP3")),
        ((8, 3, 83, 6), ("exchange-2007", "SP3", "SP3", "SP3")),
        ((6, 5, 7638, 2), ("exchange-2003", "SP2", "SP2", "SP2")),
        ((6, 5), ("exchange-2003", "RTM", "SP2", None)),
        ((5, 5, 2653, 23), ("exchange-5.5", "SP4", "SP4", "SP4")),
        ((5, 5, 2653, 19), ("exchange-5.5", "RTM", "SP4", None)),
        ((15, 20, 7452, 1), None),
        ((1, 2, 3, 70000), None),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) and isinstance(value[0], int) else "",
)
def test_a_reported_build_gives_the_level_that_it_shows(
    numbers: tuple[int, ...], expected: tuple[str, str, str, str | None] | None
) -> None:
    assert told(build(*numbers)) == expected


def test_builds_that_differ_give_an_interval() -> None:
    assert told(build(15, 2, 1118, 7), build(15, 2, 1544, 4)) == ("exchange-2019", "CU12", "CU14", None)
    (level,) = ASSESSOR.assess(
        replace(NOTHING, reported=(build(15, 2, 1118, 7), build(15, 2, 1544, 4))), Question()
    ).products
    assert any(text.startswith("mixed-level: ") for text in level.anomalies)


@given(st.tuples(*[st.integers(0, 20)] * 2, st.integers(0, 3000), st.integers(0, 60)), st.booleans())
def test_a_report_alone_never_proves_an_update_missing_or_there_beyond_its_level(
    numbers: tuple[int, int, int, int], follows: bool
) -> None:
    assessment = ASSESSOR.assess(replace(NOTHING, reported=(build(*numbers, follows_updates=follows),)), Question())
    assert all(level.basis is Basis.RECORDED for level in assessment.products)
    assert {one.verdict for one in assessment.findings} <= {
        Verdict.UNDETERMINED,
        Verdict.SUPERSEDED,
        Verdict.INSTALLED,
        Verdict.NOT_APPLICABLE,
    }
    assert all(one.update.level is not None for one in assessment.findings if one.verdict is Verdict.INSTALLED)
    assert not any(one.blocked for one in assessment.findings)


def test_what_is_declared_outweighs_what_is_reported() -> None:
    inventory = replace(NOTHING, reported=(build(15, 2, 1118, 7),))
    (level,) = ASSESSOR.assess(inventory, Question(assume=(("exchange-2019", "CU14"),))).products
    assert (level.basis, level.low, level.recorded) == (
        Basis.DECLARED,
        WORKED.product("exchange-2019").level_index("CU14"),
        None,
    )


def test_reports_and_claims_change_nothing_that_files_show() -> None:
    server = folder(*SP4_BIN)
    more = replace(server, reported=(build(5, 5, 2448, 8),), claimed=(ClaimedUpdate(source="a list", kb=818861),))
    before, after = (ASSESSOR.assess(one, Question()) for one in (server, more))
    assert after.products == before.products
    assert [(one.update.id, one.verdict) for one in after.findings] == [
        (one.update.id, one.verdict) for one in before.findings
    ]
