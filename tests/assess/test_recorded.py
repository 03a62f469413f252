"""What the registry records, beside the files: a level that no marker shows, a note where they differ, no verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assess.random_servers import fixes, load, servers
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import SP3_BIN, SP4_BIN, WORKED, finding, folder, installed, judge, lone

from hotfix_check.assess import Assessor, Question, Verdict, assess
from hotfix_check.assess.finding import PASSED, Basis, Confidence
from hotfix_check.assess.plan import make_plan
from hotfix_check.assess.recorded import recorded_updates, setup_level
from hotfix_check.catalogue import Catalogue
from hotfix_check.inventory import Inventory, RecordedSetup, RecordedUpdate, RegistryRecords

SETUP = r"Microsoft\Exchange\Setup"
V15 = r"Microsoft\ExchangeServer\v15\Setup"


def setup(key: str = SETUP, **values: str | int) -> RecordedSetup:
    """A Setup key; ``Services_Version`` is its value Services Version."""
    return RecordedSetup(key=key, values=tuple((name.replace("_", " "), value) for name, value in values.items()))


def update(kb: int, product: str = "Exchange Server 5.5", below: str = "") -> RecordedUpdate:
    """A recorded update."""
    return RecordedUpdate(kb=kb, product=product, key=rf"Microsoft\Updates\{product}{below}\Q{kb}")


def records(*found: RecordedSetup | RecordedUpdate, complete: bool = True) -> RegistryRecords:
    """The records of a hive."""
    return RegistryRecords(
        hive="SOFTWARE",
        size=4096,
        sha256=None,
        setups=tuple(one for one in found if isinstance(one, RecordedSetup)),
        updates=tuple(one for one in found if isinstance(one, RecordedUpdate)),
        complete=complete,
    )


def with_hive(inventory: Inventory, *found: RecordedSetup | RecordedUpdate) -> Inventory:
    """The same target with a hive."""
    return replace(inventory, registry=records(*found))


@pytest.mark.parametrize(
    ("found", "product", "level"),
    [
        pytest.param(setup(Services_Version=55, ServicePackNumber=4), "exchange-5.5", "SP4", id="5.5 SP4"),
        pytest.param(setup(Services_Version="55", ServicePackNumber="3"), "exchange-5.5", "SP3", id="as texts"),
        pytest.param(setup(Services_Version=50, ServicePackNumber=2), "exchange-5.0", "SP2", id="5.0 SP2"),
        pytest.param(setup(Services_Version=60, ServicePackNumber=3), "exchange-2000", "SP3", id="2000 SP3"),
        pytest.param(setup(Services_Version=65, ServicePackNumber=0), "exchange-2003", "RTM", id="2003 RTM"),
        pytest.param(setup(Services_Version=65), "exchange-2003", None, id="no service pack number: no level"),
        pytest.param(setup(Services_Version=65, ServicePackNumber=9), "exchange-2003", None, id="no such service pack"),
        pytest.param(setup(Services_Version=65, ServicePackNumber=1), "exchange-5.5", None, id="another product's"),
        pytest.param(setup(Services_Version="x", ServicePackNumber=1), "exchange-5.5", None, id="words for a number"),
        pytest.param(setup(NewestBuild=993, Build=837), "exchange-4.0", "SP2", id="4.0 by NewestBuild (KB158956)"),
        pytest.param(setup(NewestBuild=837, Build=837), "exchange-4.0", "RTM", id="4.0 RTM (KB158956)"),
        pytest.param(setup(NewestBuild=2232), "exchange-5.5", None, id="NewestBuild is of 4.0 alone"),
        pytest.param(
            setup(MsiProductMajor=8, MsiProductMinor=3), "exchange-2007", "SP3", id="2007 by the minor number"
        ),
        pytest.param(
            setup(MsiProductMajor=14, MsiProductMinor=3, MsiBuildMajor=123, MsiBuildMinor=4),
            "exchange-2010",
            "SP3",
            id="2010",
        ),
        pytest.param(
            setup(V15, MsiProductMajor=15, MsiProductMinor=2, MsiBuildMajor=1544, MsiBuildMinor=4),
            "exchange-2019",
            "CU14",
            id="2019 by the third number of its build",
        ),
        pytest.param(
            setup(V15, MsiProductMajor=15, MsiProductMinor=2, MsiBuildMajor=2562, MsiBuildMinor=17),
            "exchange-2019",
            None,
            id="the Subscription Edition is not 2019",
        ),
        pytest.param(
            setup(V15, MsiProductMajor=15, MsiProductMinor=2, MsiBuildMajor=2562, MsiBuildMinor=17),
            "exchange-se",
            "RTM",
            id="the Subscription Edition",
        ),
        pytest.param(
            setup(V15, MsiProductMajor=15, MsiProductMinor=1, MsiBuildMajor=225, MsiBuildMinor=42),
            "exchange-2016",
            "RTM",
            id="two levels of one build, told apart by the fourth number",
        ),
        pytest.param(
            setup(V15, MsiProductMajor=15, MsiProductMinor=1, MsiBuildMajor=225),
            "exchange-2016",
            None,
            id="not told apart",
        ),
        pytest.param(setup(V15, MsiProductMajor=15, MsiProductMinor=2), "exchange-2019", None, id="no build"),
        pytest.param(
            setup(V15, MsiProductMajor=15, MsiProductMinor=2, MsiBuildMajor=99999999),
            "exchange-2019",
            None,
            id="no version",
        ),
    ],
)
def test_a_setup_key_records_a_level(found: RecordedSetup, product: str, level: str | None) -> None:
    of = WORKED.product(product)
    index = setup_level(of, found)
    assert (None if index is None else of.levels[index].name) == level


@pytest.mark.parametrize(
    ("name", "product", "counts"),
    [
        ("Exchange Server 2003", "exchange-2003", True),
        ("Exchange Server 2003", "exchange-2000", False),
        ("Exchange 2019", "exchange-2019", True),
        ("Exchange 2019", "exchange-se", True),
        ("Exchange Server 5.5", "exchange-5.5", True),
        ("Exchange Server 5.5", "exchange-5.0", False),
        ("Microsoft Exchange", "exchange-5.5", True),
    ],
)
def test_a_record_is_of_the_product_that_its_key_names(name: str, product: str, counts: bool) -> None:
    assert bool(recorded_updates(WORKED.product(product), records(update(324528, name)))) is counts


LONE = lone(installed("Mapi32.dll", "5.5.2657.50", size=881_936))
SP3_SETUP = setup(Services_Version=55, ServicePackNumber=3)
SP4_SETUP = setup(Services_Version=55, ServicePackNumber=4)


def test_the_registry_gives_the_level_where_no_marker_does() -> None:
    (level,) = judge(with_hive(LONE, SP4_SETUP)).products
    assert (level.low, level.high, level.basis, level.anomalies) == (4, 4, Basis.REGISTRY, ())


def test_a_declared_level_stands_before_a_recorded_one_and_the_difference_is_told() -> None:
    target = with_hive(folder(installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")), SP3_SETUP)
    (level,) = judge(target, assume=(("exchange-5.5", "SP4"),)).products
    assert (level.low, level.basis) == (4, Basis.DECLARED)
    assert level.anomalies == ("registry-differs: the registry records SP3, what was declared is SP4",)


def test_markers_count_and_the_difference_is_told() -> None:
    (level,) = judge(with_hive(folder(*SP3_BIN), SP4_SETUP)).products
    assert (level.low, level.high, level.basis) == (3, 3, Basis.MARKERS)
    assert level.anomalies == ("registry-differs: the registry records SP4, markers say SP3",)


def test_where_they_agree_nothing_is_told() -> None:
    (level,) = judge(with_hive(folder(*SP4_BIN), SP4_SETUP)).products
    assert (level.basis, level.anomalies) == (Basis.MARKERS, ())


def test_builds_of_a_later_line_are_not_talked_away() -> None:
    (level,) = judge(with_hive(LONE, SP3_SETUP)).products
    assert (level.low, level.basis) == (4, Basis.INFERRED)
    assert level.anomalies == ("registry-differs: the registry records SP3, the files' builds say SP4",)


def test_two_setup_keys_that_differ_give_no_level() -> None:
    twin = replace(SP3_SETUP, key=rf"Wow6432Node\{SETUP}")
    (level,) = judge(with_hive(folder(installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")), SP4_SETUP, twin)).products
    assert level.basis is Basis.NONE
    assert level.anomalies == ("registry-differs: the registry records SP3 and SP4, the files' builds say nothing",)


def test_a_marker_interval_is_narrowed_by_the_registry() -> None:
    target = folder(installed("Exchsrvr/Bin/Mad.exe", "5.5.2653.23"))
    (before,), (after,) = judge(target).products, judge(with_hive(target, SP4_SETUP)).products
    assert (before.low, before.high) == (3, 4)
    assert (after.low, after.high, after.basis, after.shown) == (4, 4, Basis.REGISTRY, 3)


def test_a_recorded_level_lets_no_service_pack_pass_and_asks_for_a_marker() -> None:
    target = folder(installed("Exchsrvr/Bin/Mad.exe", "5.5.2653.23"))
    found = {one.update.level: one for one in judge(with_hive(target, SP4_SETUP)).findings if one.update.level}
    assert {name: one.verdict for name, one in found.items()} == {
        "SP1": Verdict.SUPERSEDED,  # as Mad.exe shows
        "SP2": Verdict.SUPERSEDED,
        "SP3": Verdict.UNDETERMINED,
        "SP4": Verdict.UNDETERMINED,
    }
    assert found["SP4"].reasons == ("the registry records SP4, and no file that was collected shows it",)
    assert [one.why for one in found["SP4"].settle_with] == ["its version shows the service level"]


def test_above_the_recorded_level_a_service_pack_is_missing_at_medium_confidence() -> None:
    target = folder(installed("Exchsrvr/Bin/Store.exe", "5.5.1960.6"), installed("Exchsrvr/Bin/Mad.exe", "5.5.2650.24"))
    dramapi = folder(
        installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3"), installed("Exchsrvr/Bin/Mad.exe", "5.5.2650.24")
    )
    assert finding(judge(target), "exchange-5.5/SP4").verdict is Verdict.UNDETERMINED
    sp4 = finding(judge(with_hive(dramapi, SP3_SETUP)), "exchange-5.5/SP4")
    assert (sp4.verdict, sp4.confidence) == (Verdict.MISSING, Confidence.MEDIUM)


def test_a_prerequisite_can_be_met_by_the_registry_and_says_so() -> None:
    one = finding(judge(with_hive(lone(installed("Dramapi.dll", "5.5.2656.48")), SP4_SETUP)), "exchange-5.5/KB324528")
    assert [(group.state, group.basis, group.evidence) for group in one.prerequisites] == [
        ("met", "registry", "recorded in the registry")
    ]


def dramapi(version: str) -> Inventory:
    """An SP4 server with this Dramapi.dll."""
    return folder(*SP4_BIN, installed("Exchsrvr/Bin/Dramapi.dll", version, size=19_216))


@pytest.mark.parametrize(
    ("target", "found", "verdict", "anomaly", "recorded"),
    [
        pytest.param(dramapi("5.5.1960.3"), [update(324528)], "missing", "recorded-but-older", 1, id="gone back"),
        pytest.param(dramapi("5.5.1960.3"), [update(818861)], "missing", None, 0, id="another update's record"),
        pytest.param(
            dramapi("5.5.1960.3"), [update(324528, "Exchange Server 2003")], "missing", None, 0, id="another product's"
        ),
        pytest.param(dramapi("5.5.2656.48"), [update(324528)], "installed", None, 1, id="both agree"),
        pytest.param(dramapi("5.5.2656.48"), [update(818861)], "installed", "not-recorded", 0, id="by its files alone"),
        pytest.param(dramapi("5.5.2656.48"), [SP4_SETUP], "installed", None, 0, id="a hive without any such record"),
    ],
)
def test_records_and_files_of_one_update(
    target: Inventory,
    found: list[RecordedSetup | RecordedUpdate],
    verdict: str,
    anomaly: str | None,
    recorded: int,
) -> None:
    one = finding(judge(with_hive(target, *found)), "exchange-5.5/KB324528")
    assert one.verdict == verdict
    assert [text.partition(":")[0] for text in one.anomalies] == ([] if anomaly is None else [anomaly])
    assert one.recorded is not None
    assert len(one.recorded) == recorded


def test_of_a_hive_that_was_read_in_part_nothing_is_said_to_be_unrecorded() -> None:
    target = replace(dramapi("5.5.2656.48"), registry=records(update(818861), complete=False))
    assert finding(judge(target), "exchange-5.5/KB324528").anomalies == ()


def test_the_level_in_the_path_of_an_update_is_not_the_targets() -> None:
    mapi = folder(installed("Exchsrvr/Bin/Mad.exe", "6.5.7638.1"))
    (level,) = judge(with_hive(mapi, update(907747, "Exchange Server 2003", r"\SP3"))).products
    assert (level.basis, level.low, level.high, level.anomalies) == (Basis.MARKERS, 2, 2, ())


def test_a_record_recognises_no_product() -> None:
    assert judge(with_hive(folder(installed("Readme.exe", "1.0.0.0")), SP4_SETUP, update(324528))).products == ()


hives = st.builds(
    lambda packs, kbs, product: records(
        *(setup(Services_Version=99, ServicePackNumber=pack) for pack in packs), *(update(kb, product) for kb in kbs)
    ),
    st.lists(st.integers(0, 3), max_size=2),
    st.lists(st.integers(100_000, 100_007), max_size=4),
    st.sampled_from(["Exchange", "Exchange 9.9"]),
)
catalogues = fixes().map(load)


@given(catalogues, servers(), hives)
def test_no_record_lets_anything_pass(catalogue: Catalogue, server: Inventory, hive: RegistryRecords) -> None:
    before = {one.update.id: one for one in assess(server, catalogue, Question()).findings}
    for one in assess(replace(server, registry=hive), catalogue, Question()).findings:
        if one.verdict in PASSED or one.verdict is Verdict.NOT_APPLICABLE:
            assert before[one.update.id].verdict in (*PASSED, Verdict.NOT_APPLICABLE), one.update.id


@given(catalogues, servers(whole=True), hives)
def test_beside_markers_records_change_no_verdict(
    catalogue: Catalogue, server: Inventory, hive: RegistryRecords
) -> None:
    before = [(one.update.id, one.verdict) for one in assess(server, catalogue, Question()).findings]
    after = assess(replace(server, registry=hive), catalogue, Question()).findings
    assert [(one.update.id, one.verdict) for one in after] == before


@settings(max_examples=40)
@given(catalogues, servers(), hives)
def test_a_plan_can_be_made_beside_a_hive(catalogue: Catalogue, server: Inventory, hive: RegistryRecords) -> None:
    assessor = Assessor(catalogue)
    plan = make_plan(
        replace(server, registry=hive),
        lambda one, only: assessor.assess(one, Question(only=only)),
        assessor.relations,
        lambda _: True,
    )
    assert len({step.update.id for step in plan.steps}) == len(plan.steps)
