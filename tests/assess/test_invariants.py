"""What holds of every judgement, whatever the catalogue and the server."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from assess.applied import BlockedError, follow
from assess.random_servers import NAMES, fixes, load, servers
from hypothesis import given
from hypothesis import strategies as st
from targets import installed

from hotfix_check.assess import Assessment, Assessor, Question, Verdict, assess
from hotfix_check.assess.finding import MET, RowState
from hotfix_check.assess.request import smallest_request
from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue import Catalogue
from hotfix_check.inventory.files import InstalledFile, Inventory
from hotfix_check.version import FileVersion

catalogues = fixes().map(load)
OPEN = (Verdict.MISSING, Verdict.PARTIAL)


def judge(inventory: Inventory, catalogue: Catalogue) -> Assessment:
    return assess(inventory, catalogue, Question())


def verdicts(assessment: Assessment) -> dict[str, Verdict]:
    return {finding.update.id: finding.verdict for finding in assessment.findings}


def with_files(inventory: Inventory, *files: InstalledFile) -> Inventory:
    return replace(inventory, files=tuple(sorted((*inventory.files, *files), key=lambda file: file.path)))


@given(catalogues, servers())
def test_every_update_in_scope_has_exactly_one_verdict(catalogue: Catalogue, inventory: Inventory) -> None:
    result = judge(inventory, catalogue)
    ids = [finding.update.id for finding in result.findings]
    assert len(set(ids)) == len(ids)
    if result.products:
        server = result.products[0].server
        assert set(ids) == {update.id for update in catalogue.updates if server or update.level is None}


@given(catalogues, servers(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_updates_changes_nothing(
    catalogue: Catalogue, inventory: Inventory, chance: random.Random
) -> None:
    files, updates = list(inventory.files), list(catalogue.updates)
    chance.shuffle(files)
    chance.shuffle(updates)
    shuffled = judge(replace(inventory, files=tuple(files)), replace(catalogue, updates=tuple(updates)))
    assert shuffled == judge(inventory, catalogue)


@given(catalogues, st.lists(servers(), min_size=2, max_size=5))
def test_what_was_judged_before_changes_no_answer(catalogue: Catalogue, inventories: list[Inventory]) -> None:
    """What an assessor has found of a catalogue is the same for every target, also where their levels differ."""
    assessor = Assessor(catalogue)
    for inventory in (*inventories, *reversed(inventories)):
        assert assessor.assess(inventory, Question()) == judge(inventory, catalogue)


@given(catalogues, servers(), st.data())
def test_raising_a_file_in_its_line_never_turns_a_met_row_unmet(
    catalogue: Catalogue, inventory: Inventory, data: st.DataObject
) -> None:
    candidates = [file for file in inventory.files if not file.path.endswith("marker.exe")]
    if not candidates:
        return
    chosen = data.draw(st.sampled_from(candidates))
    assert chosen.version is not None
    higher = FileVersion(*chosen.version[:3], chosen.version.revision + data.draw(st.integers(1, 90)))
    raised = replace(
        inventory,
        files=tuple(replace(file, version=higher) if file is chosen else file for file in inventory.files),
    )
    before = {
        (finding.update.id, row.row.name): row.state
        for finding in judge(inventory, catalogue).findings
        for row in finding.rows
    }
    for finding in judge(raised, catalogue).findings:
        for row in finding.rows:
            if before[(finding.update.id, row.row.name)] in MET:
                assert row.state in MET


@given(catalogues, servers())
def test_an_unrelated_file_changes_nothing_but_the_census(catalogue: Catalogue, inventory: Inventory) -> None:
    more = with_files(inventory, installed("Exchsrvr/Bin/unrelated.dll", "9.9.300.9"), installed("php.exe", "9.9.1.1"))
    after, before = judge(more, catalogue), judge(inventory, catalogue)
    assert replace(after, installations=()) == replace(before, installations=())
    assert [replace(one, census=()) for one in after.installations] == [
        replace(one, census=()) for one in before.installations
    ]


@given(fixes(), servers())
def test_an_update_for_files_that_are_not_there_changes_no_other_verdict(
    generated: tuple[object, ...], inventory: Inventory
) -> None:
    catalogue = load(generated)  # type: ignore[arg-type]
    other = load((*generated, replace(generated[0], kb=900_000, builds=(("other.dll", 5),), needs=(), replaces=())))  # type: ignore[arg-type,type-var]
    more = verdicts(judge(inventory, other))
    assert {key: value for key, value in more.items() if key != "exchange-9.9/KB900000"} == verdicts(
        judge(inventory, catalogue)
    )


@given(catalogues, servers(), st.sampled_from(NAMES), st.integers(1, 3), st.integers(0, 9))
def test_more_evidence_turns_installed_into_missing_only_by_an_older_file(
    catalogue: Catalogue, inventory: Inventory, name: str, line: int, build: int
) -> None:
    before = judge(inventory, catalogue)
    after = judge(with_files(inventory, installed(f"copy/{name}", f"9.9.{line}00.{build}")), catalogue)
    passed = verdicts(before)
    for finding in after.findings:
        if finding.verdict in OPEN and passed.get(finding.update.id) is Verdict.INSTALLED:
            assert RowState.OLDER in {copy.state for row in finding.rows for copy in row.copies}


@given(catalogues, servers(), st.integers(1, 3), st.integers(0, 9))
def test_supplying_what_is_asked_for_settles_the_question(
    catalogue: Catalogue, inventory: Inventory, line: int, build: int
) -> None:
    before = judge(inventory, catalogue)
    asked = smallest_request(before, catalogue.products)
    supplied = [
        installed(f"Exchsrvr/Bin/{one.file}", f"9.9.{line}00.{0 if one.file == 'marker.exe' else build}")
        for one in asked
    ]
    after = judge(with_files(inventory, *supplied), catalogue)
    again = {one.file for one in smallest_request(after, catalogue.products)}
    assert again & {one.file for one in asked} == set()
    for finding in after.findings:
        assert not any(row.state is RowState.NOT_COLLECTED for row in finding.rows) or finding.update.id not in {
            update for one in asked for update in one.updates
        }


def weighty_left(assessor: Assessor, inventory: Inventory, steps: Iterable[str]) -> set[str]:
    """What is required or recommended and open once the steps were applied in this order, or which one is blocked.

    What was open and can no longer be told counts as well: a step that hides the question settles nothing.
    """
    before = verdicts(assessor.assess(inventory, Question()))
    state = inventory
    for step in steps:
        try:
            state = follow(assessor, state, [step])
        except BlockedError:
            return {f"blocked: {step}"}
    after = assessor.assess(state, Question()).findings
    hidden = {key for key, verdict in before.items() if verdict in OPEN}
    return {
        one.update.id
        for one in after
        if one.importance in WEIGHTY
        and (one.verdict in OPEN or (one.update.id in hidden and one.verdict is Verdict.UNDETERMINED))
    }


@given(catalogues, servers(whole=True))
def test_a_plan_leaves_nothing_weighty_missing_is_never_blocked_and_has_no_needless_step(
    catalogue: Catalogue, inventory: Inventory
) -> None:
    assessor = Assessor(catalogue)
    assessment, (next_steps,) = assessor.judge(inventory, Question())
    assert next_steps.headline().unreachable == ()
    steps = [step.update.id for step in assessment.installations[0].next_steps]
    assert weighty_left(assessor, inventory, steps) == set()
    for step in steps:
        assert weighty_left(assessor, inventory, [other for other in steps if other != step]) != set()


@given(catalogues, servers())
def test_the_advice_of_every_open_finding_is_the_plan_for_it_and_leads_to_it(
    catalogue: Catalogue, inventory: Inventory
) -> None:
    assessor = Assessor(catalogue)
    assessment, plans = assessor.judge(inventory, Question())
    for finding in assessment.findings:
        if finding.verdict not in OPEN:
            assert finding.advice == ()
            continue
        (next_steps,) = plans
        plan = next_steps.plan([finding.update.id])
        assert finding.advice == tuple(step.update.id for step in plan.steps) != ()
        state = follow(assessor, inventory, finding.advice)
        assert verdicts(assessor.assess(state, Question()))[finding.update.id] not in OPEN


@given(catalogues, servers())
def test_what_is_settled_is_told_once_and_is_settled_by_the_steps_so_far(
    catalogue: Catalogue, inventory: Inventory
) -> None:
    assessor = Assessor(catalogue)
    assessment, plans = assessor.judge(inventory, Question())
    before = {key for key, verdict in verdicts(assessment).items() if verdict in OPEN}
    for next_steps in plans:
        steps = next_steps.plan(sorted(before)).steps
        told = [one for step in steps for one in step.settles]
        assert len(told) == len(set(told))
        assert set(told) <= before
        state = inventory
        for step in steps:
            state = follow(assessor, state, [step.update.id])
            after = verdicts(assessor.assess(state, Question()))
            assert not [one for one in step.settles if after[one] in OPEN]
