"""Half-patched servers of every product of the default catalogue: their plans lead to the end."""

from __future__ import annotations

from collections import Counter

import pytest
from assess.applied import follow
from catalogue.half_patched import PRODUCTS, half_patched
from targets import ASSESSOR

from hotfix_check.assess import Question, Verdict
from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.inventory.files import Inventory

OPEN = (Verdict.MISSING, Verdict.PARTIAL)


def following(product: str, seed: int) -> Counter[str]:
    """What was seen on one server; fails where the plan does not lead to the end, or a step of it is blocked."""
    server = half_patched(product, seed)
    result, plans = ASSESSOR.judge(server, Question())
    assert product in {one.product for one in result.products}, seed
    assert [goal for steps in plans for goal in steps.headline().unreachable] == [], seed
    steps = [step.update.id for one in result.installations for step in one.next_steps]
    server = follow(ASSESSOR, server, steps)
    left = open_on(server)
    # A file that a step brings may show that an update of which nothing was known is not there (KB895179).
    unknown = {one.update.id for one in result.findings if one.verdict is Verdict.UNDETERMINED}
    assert left <= unknown, seed
    if left:
        again = ASSESSOR.judge(server, Question())[0].installations
        more = [step.update.id for one in again for step in one.next_steps]
        assert open_on(follow(ASSESSOR, server, more)) == set(), seed
    partial = any(one.verdict is Verdict.PARTIAL for one in result.findings)
    return Counter(servers=1, steps=len(steps), partial=partial, again=bool(left))


def open_on(server: Inventory) -> set[str]:
    found = ASSESSOR.assess(server, Question()).findings
    return {one.update.id for one in found if one.verdict in OPEN and one.importance in WEIGHTY}


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_next_steps_of_a_half_patched_server_lead_to_the_end(product: str) -> None:
    assert sum((following(product, seed) for seed in range(3)), Counter())["servers"] == 3


@pytest.mark.slow
def test_the_next_steps_of_three_thousand_half_patched_servers_lead_to_the_end() -> None:
    seen = sum((following(product, seed) for product in PRODUCTS for seed in range(3, 300)), Counter())
    assert seen["servers"] == 297 * len(PRODUCTS)
    assert seen["steps"] > 6000
    assert seen["partial"] > 200
    assert seen["again"] < 10
