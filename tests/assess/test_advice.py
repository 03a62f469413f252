"""Advice and plans over the real catalogue can be followed: open, not forbidden, and the first of them not blocked."""

from __future__ import annotations

import pytest
from targets import SP3_BIN, SP4_BIN, WORKED, folder, installed

from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.plan import make_plan
from hotfix_check.catalogue.product import headline_version
from hotfix_check.catalogue.update import Importance
from hotfix_check.inventory import Inventory

OPEN = (Verdict.MISSING, Verdict.PARTIAL)
ASSESSOR = Assessor(WORKED)


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


SERVERS = servers()


def judge(inventory: Inventory, only: frozenset[str] | None = None) -> Assessment:
    return ASSESSOR.assess(inventory, Question(only=only))


@pytest.mark.parametrize("name", SERVERS)
def test_what_is_advised_can_be_installed(name: str) -> None:
    result = judge(SERVERS[name])
    found = {finding.update.id: finding for finding in result.findings}
    assert result.products
    for finding in result.findings:
        if finding.verdict not in OPEN:
            assert finding.advice == ()
            continue
        advised = [found[one] for one in finding.advice]
        assert advised
        assert all(one.verdict in OPEN and one.importance is not Importance.FORBIDDEN for one in advised)
        if all(group.state != "unmet" or _obtainable(group.requires, found) for group in advised[-1].prerequisites):
            assert not all(one.blocked for one in advised), finding.update.id


def _obtainable(requires: str, found: dict[str, object]) -> bool:
    """Whether the catalogue has an update that brings what is required."""
    return any(key.rpartition("/")[2] in requires.split(" or ") for key in found)


@pytest.mark.parametrize("name", [name for name in SERVERS if "5.5" not in name])
def test_a_plan_over_the_real_catalogue_leaves_nothing_recommended_missing(name: str) -> None:
    inventory = SERVERS[name]
    plan = make_plan(
        inventory,
        judge,
        ASSESSOR.relations,
        lambda one: one.importance in (Importance.REQUIRED, Importance.RECOMMENDED),
    )
    assert plan.unreachable == ()
    settled = {goal for step in plan.steps for goal in step.settles}
    goals = {
        one.update.id
        for one in judge(inventory).findings
        if one.verdict in OPEN and one.importance is Importance.RECOMMENDED
    }
    assert goals <= settled


def test_a_forbidden_update_that_is_not_there_is_no_finding_and_no_advice() -> None:
    inventory = SERVERS["5.5 SP3"]
    question = Question(importance={"exchange-5.5/SP4": Importance.FORBIDDEN})
    result = ASSESSOR.assess(inventory, question)
    assert result.findings[-1].update.id == "exchange-5.5/SP4"
    assert result.findings[-1].advice == ()
    assert not [one for one in result.findings if "exchange-5.5/SP4" in one.advice]
