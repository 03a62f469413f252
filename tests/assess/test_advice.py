"""Advice and plans over the real catalogue can be followed, and do what they say."""

from __future__ import annotations

from functools import cache

import pytest
from assess.applied import follow
from targets import ASSESSOR, SP3_BIN, SP4_BIN, WORKED, folder, installed, judge

from hotfix_check.assess import Assessment, Question, Verdict
from hotfix_check.assess.next_steps import NextSteps
from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue.product import headline_version
from hotfix_check.catalogue.update import Importance
from hotfix_check.inventory.files import Inventory

OPEN = (Verdict.MISSING, Verdict.PARTIAL)


def servers() -> dict[str, Inventory]:
    """A plain server of the newest levels of each product that ExSetup.exe shows, and of the older ones."""
    found = {
        "5.5 SP3": folder(*SP3_BIN, installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")),
        "5.5 SP4": folder(*SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2653.12")),
    }
    for product, version in (("2000", "6.0.6249.4"), ("2003", "6.5.7226.6"), ("2003 SP2", "6.5.7638.2")):
        names = ("Emsmta.exe", "Mad.exe", "Mapi32.dll", "Store.exe")
        found[product] = folder(*(installed(f"Exchsrvr/Bin/{name}", version) for name in names))
    for known in WORKED.products:
        if "exsetup.exe" not in known.files:
            continue
        for level in known.levels[-3:]:
            file = installed("Bin/ExSetup.exe", str(headline_version(level)), machine="amd64")
            found[f"{known.name} {level.name}"] = folder(file)
    return found


V15 = "Program Files/Microsoft/Exchange Server/V15/Bin"


def half_installed(marker: str) -> Inventory:
    """A 2016 CU23 whose ExSetup.exe is of a later build than the 60 other programs of its Bin."""
    names = ("ExSetup.exe", *(f"Microsoft.Exchange.Part{number:02d}.dll" for number in range(60)))
    builds = (marker, *["15.1.2507.6"] * 60)
    return folder(
        *(
            installed(f"{V15}/{name}", build, machine="amd64", product_name="Microsoft Exchange")
            for name, build in zip(names, builds, strict=True)
        )
    )


SERVERS = {
    **servers(),
    "2016 half-installed": half_installed("15.1.2507.61"),
    "2016 newest half-installed": half_installed("15.1.2507.77"),
}


@cache
def planned(name: str) -> tuple[Assessment, tuple[NextSteps, ...]]:
    return ASSESSOR.judge(SERVERS[name], Question())


@pytest.mark.parametrize("name", SERVERS)
def test_the_advice_of_an_open_finding_is_the_plan_for_it_and_of_others_there_is_none(name: str) -> None:
    result, (steps, *_) = planned(name)
    assert result.products
    for finding in result.findings:
        if finding.verdict not in OPEN:
            assert finding.advice == ()
            continue
        plan = steps.plan([finding.update.id])
        assert finding.advice == tuple(step.update.id for step in plan.steps)
        assert bool(finding.advice) != bool(plan.unreachable)


@pytest.mark.parametrize("name", SERVERS)
def test_following_the_next_steps_leaves_nothing_required_or_recommended_missing(name: str) -> None:
    result, plans = planned(name)
    assert [steps.headline().unreachable for steps in plans] == [() for _ in plans]
    steps = [step.update.id for installation in result.installations for step in installation.next_steps]
    inventory = follow(ASSESSOR, SERVERS[name], steps)
    left = [
        one.update.id
        for one in ASSESSOR.assess(inventory, Question()).findings
        if one.verdict in OPEN and one.importance in WEIGHTY
    ]
    assert left == []


@pytest.mark.parametrize("name", SERVERS)
def test_whatever_is_optional_as_well_can_be_planned(name: str) -> None:
    result, (steps, *_) = planned(name)
    plan = steps.plan(steps.of_weight(tuple(Importance)))
    inventory = follow(ASSESSOR, SERVERS[name], [step.update.id for step in plan.steps])
    unreachable = {key for key, _ in plan.unreachable}
    wanted = {one.update.id for one in result.findings if one.verdict in OPEN} - unreachable
    after = {one.update.id: one.verdict for one in ASSESSOR.assess(inventory, Question()).findings}
    assert not [key for key in wanted if after[key] in OPEN]


NEWEST_ON_2016 = ("exchange-2016/CU23", "exchange-2016/Oct26SU")


@pytest.mark.parametrize(
    ("server", "update", "advice"),
    [
        pytest.param("Exchange Server 2016 CU22", "KB5019758", NEWEST_ON_2016, id="an update of a level that is over"),
        pytest.param("Exchange Server 2016 CU22", "CU23", ("exchange-2016/CU23",), id="the level itself"),
        pytest.param(
            "5.5 SP3", "KB251137-2000-01-26", ("exchange-5.5/SP4",), id="a fix that the missing level includes"
        ),
        pytest.param("5.5 SP4", "KB304115", ("exchange-5.5/KB304115",), id="a fix that nothing replaces"),
    ],
)
def test_advice_on_real_servers(server: str, update: str, advice: tuple[str, ...]) -> None:
    result = planned(server)[0]
    (finding,) = [one for one in result.findings if one.update.id.endswith(f"/{update}")]
    assert finding.advice == advice


@pytest.mark.parametrize(
    ("server", "again"),
    [("2016 half-installed", False), ("2016 newest half-installed", True)],
    ids=["a newer one stands in", "the newest is put on again"],
)
def test_a_half_installed_update_is_a_step(server: str, again: bool) -> None:
    result, _ = planned(server)
    (installation,) = result.installations
    assert [(step.update.id, step.again) for step in installation.next_steps] == [("exchange-2016/Oct26SU", again)]
    half = [one for one in result.findings if one.verdict is Verdict.PARTIAL]
    assert half
    assert {one.advice for one in half if one.importance in WEIGHTY} == {("exchange-2016/Oct26SU",)}


def test_the_level_comes_first_and_what_each_step_settles_is_told_under_it() -> None:
    (installation,) = planned("Exchange Server 2016 CU22")[0].installations
    assert tuple(step.update.id for step in installation.next_steps) == NEWEST_ON_2016
    told = [one for step in installation.next_steps for one in step.settles]
    open_ones = {one.update.id for one in planned("Exchange Server 2016 CU22")[0].findings if one.verdict in OPEN}
    assert sorted(told) == sorted(open_ones)


def test_a_level_that_no_collected_marker_could_show_is_a_step_all_the_same() -> None:
    """Emsmta.exe of 5.0 tells SP1 from RTM; at SP2 its version is not known, and at SP2 it is no older than at SP1."""
    rtm = folder(installed("Exchsrvr/Bin/Emsmta.exe", "5.0.1457.8"), installed("Exchsrvr/Bin/Store.exe", "5.0.1457.10"))
    (one,) = judge(rtm).installations
    assert [(step.update.id.rpartition("/")[2], step.not_known) for step in one.next_steps] == [
        ("SP2", ()),
        ("KB834130", ()),
        ("KB894689", ()),
    ]
    assert "exchange-5.0/SP1" in one.next_steps[0].settles


def test_counter_case_what_a_marker_leaves_open_is_no_step() -> None:
    sp1 = folder(
        installed("Exchsrvr/Bin/Emsmta.exe", "5.0.1458.56"), installed("Exchsrvr/Bin/Store.exe", "5.0.1458.50")
    )
    (one,) = judge(sp1).installations
    assert [(step.update.id.rpartition("/")[2], step.not_known) for step in one.next_steps] == [
        ("KB834130", ("SP2",)),
        ("KB894689", ("SP2",)),
    ]


def test_a_forbidden_update_that_is_not_there_is_no_finding_and_no_advice() -> None:
    inventory = SERVERS["5.5 SP3"]
    question = Question(importance={"exchange-5.5/SP4": Importance.FORBIDDEN})
    result = ASSESSOR.assess(inventory, question)
    assert result.findings[-1].update.id == "exchange-5.5/SP4"
    assert result.findings[-1].advice == ()
    assert not [one for one in result.findings if "exchange-5.5/SP4" in one.advice]


@pytest.mark.parametrize("kb", [268657, 274280], ids=["behind a level", "replaced by another"])
def test_a_narrow_question_gets_the_advice_of_the_whole_one(kb: int) -> None:
    whole = planned("5.5 SP3")[0]
    asked = ASSESSOR.assess(SERVERS["5.5 SP3"], Question(kbs=frozenset({kb})))
    advice = {one.update.id: one.advice for one in whole.findings}
    assert [one.advice for one in asked.findings] == [advice[one.update.id] for one in asked.findings]
