"""What the registry records, beside the files: a level, a note where they differ, and no change to any verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assess.random_servers import fixes, load, servers
from hypothesis import given, settings
from hypothesis import strategies as st
from targets import ASSESSOR, SP3_BIN, SP4_BIN, WORKED, builds_of, finding, folder, installed, judge, lone

from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.anomaly import Anomaly
from hotfix_check.assess.finding import OPEN, Basis
from hotfix_check.assess.registry import recorded_updates, setup_level
from hotfix_check.assess.weight import outcome_of
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.update import Importance
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryRecords
from hotfix_check.version import FileVersion

SETUP = r"Microsoft\Exchange\Setup"
V15 = r"Microsoft\ExchangeServer\v15\Setup"


def setup(key: str = SETUP, **values: str | int) -> RecordedSetup:
    """A Setup key; ``Services_Version`` is its value Services Version."""
    return RecordedSetup(key=key, values=tuple((name.replace("_", " "), value) for name, value in values.items()))


def msi(*build: int, key: str = V15) -> RecordedSetup:
    """The Setup key of a product that Windows Installer installed, with as many numbers of the build as are given."""
    names = ("MsiProductMajor", "MsiProductMinor", "MsiBuildMajor", "MsiBuildMinor")
    return setup(key, **dict(zip(names, build, strict=False)))


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
        pytest.param(msi(8, 3, key=SETUP), "exchange-2007", "SP3", id="2007 by the minor number"),
        pytest.param(msi(14, 3, 123, 4, key=SETUP), "exchange-2010", "SP3", id="2010"),
        pytest.param(msi(15, 2, 1544, 4), "exchange-2019", "CU14", id="2019 by the third number of its build"),
        pytest.param(msi(15, 2, 2562, 17), "exchange-2019", None, id="the Subscription Edition is not 2019"),
        pytest.param(msi(15, 2, 2562, 17), "exchange-se", "RTM", id="the Subscription Edition"),
        pytest.param(
            msi(15, 1, 225, 42), "exchange-2016", "RTM", id="two levels of one build, told apart by the fourth number"
        ),
        pytest.param(msi(15, 1, 225), "exchange-2016", None, id="not told apart"),
        pytest.param(msi(15, 2), "exchange-2019", None, id="no build"),
        pytest.param(msi(15, 2, 99999999), "exchange-2019", None, id="no version"),
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


@pytest.mark.parametrize(
    ("target", "basis", "low", "high"),
    [
        pytest.param(LONE, Basis.INFERRED, 4, 4, id="inferred from builds"),
        pytest.param(folder(installed("Exchsrvr/Bin/Mad.exe", "5.5.2653.23")), Basis.MARKERS, 3, 4, id="an interval"),
        pytest.param(folder(installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")), Basis.NONE, 0, 4, id="nothing"),
    ],
)
def test_a_record_stands_beside_what_the_files_show_of_the_level(
    target: Inventory, basis: Basis, low: int, high: int
) -> None:
    (level,) = judge(with_hive(target, SP4_SETUP)).products
    assert (level.recorded, level.basis, level.low, level.high, level.exact) == (4, basis, low, high, False)
    assert level.anomalies == ()
    assert replace(level, recorded=None) == judge(target).products[0]


def test_a_record_does_not_settle_a_mixed_level() -> None:
    mixed = folder(
        installed("Exchsrvr/Bin/Mad.exe", "5.5.2653.23"),
        installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2448.1"),
        installed("Exchsrvr/Bin/Dsamain.exe", "5.5.2653.17"),
    )
    assert judge(with_hive(mixed, SP4_SETUP)).products == judge(mixed).products
    assert [text.partition(":")[0] for text in judge(mixed).products[0].anomalies] == ["mixed-level"]


def test_a_declared_level_stands_before_a_recorded_one_and_the_difference_is_told() -> None:
    target = with_hive(folder(installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")), SP3_SETUP)
    (level,) = judge(target, assume=(("exchange-5.5", "SP4"),)).products
    assert (level.low, level.basis, level.recorded) == (4, Basis.DECLARED, None)
    assert level.anomalies == ("registry-differs: the registry records SP3, what was declared is SP4",)


def test_markers_count_and_the_difference_is_told() -> None:
    (level,) = judge(with_hive(folder(*SP3_BIN), SP4_SETUP)).products
    assert (level.low, level.high, level.basis, level.recorded) == (3, 3, Basis.MARKERS, None)
    assert level.anomalies == ("registry-differs: the registry records SP4, markers say SP3",)


def test_where_they_agree_nothing_is_told() -> None:
    (level,) = judge(with_hive(folder(*SP4_BIN), SP4_SETUP)).products
    assert (level.basis, level.anomalies, level.recorded) == (Basis.MARKERS, (), None)


def test_builds_of_a_later_line_are_not_talked_away() -> None:
    (level,) = judge(with_hive(LONE, SP3_SETUP)).products
    assert (level.low, level.basis, level.recorded) == (4, Basis.INFERRED, None)
    assert level.anomalies == ("registry-differs: the registry records SP3, the files' builds say SP4",)


def test_two_setup_keys_that_differ_give_no_level() -> None:
    twin = replace(SP3_SETUP, key=rf"Wow6432Node\{SETUP}")
    (level,) = judge(with_hive(folder(installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")), SP4_SETUP, twin)).products
    assert (level.basis, level.recorded) == (Basis.NONE, None)
    assert level.anomalies == ("registry-differs: the registry records SP3 and SP4, the files' builds say nothing",)


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


@pytest.mark.parametrize(
    ("build", "key", "anomaly"),
    [
        pytest.param("6.5.7638.1", r"\SP3", "recorded-but-older", id="the package for SP2, on SP2"),
        pytest.param("6.5.7638.1", r"\SP2", "recorded-otherwise", id="the package for SP1, left behind on SP2"),
        pytest.param("6.5.7226.3", r"\SP2", "recorded-but-older", id="the package for SP1, on SP1"),
        pytest.param("6.5.7226.3", r"\SP3", "recorded-otherwise", id="the package for SP2, on SP1"),
    ],
)
def test_the_service_pack_in_the_key_is_the_one_after_the_package_s(build: str, key: str, anomaly: str) -> None:
    target = folder(installed("Exchsrvr/bin/Store.exe", build))
    one = finding(judge(with_hive(target, update(912442, "Exchange Server 2003", key))), "exchange-2003/KB912442")
    assert (one.verdict, [text.partition(":")[0] for text in one.anomalies]) == ("missing", [anomaly])


def bin_folder(**versions: str) -> Inventory:
    """An SP4 server of 5.5 with these files beside the markers; ``Store_exe`` replaces that marker."""
    files = {name.replace("_", "."): version for name, version in versions.items()}
    rest = [one for one in SP4_BIN if one.path.rpartition("/")[2] not in files]
    return folder(*rest, *(installed(f"Exchsrvr/Bin/{name}", version) for name, version in files.items()))


CDOEX = "Common Files/Microsoft Shared/CDO/Cdoex.dll"
SP2_OF_2003 = folder(installed("Exchsrvr/Bin/Mad.exe", "6.5.7638.1"), installed(CDOEX, "6.5.7638.1"))
SP1_OF_2003 = folder(installed("Exchsrvr/Bin/Mad.exe", "6.5.7226.0"), installed("Exchsrvr/Bin/Store.exe", "6.5.7226.0"))


@pytest.mark.parametrize(
    ("target", "found", "update_id", "said"),
    [
        pytest.param(
            bin_folder(Store_exe="5.5.2653.23", Emsmdb32_dll="5.5.2653.0"),
            [update(282533)],
            "exchange-5.5/KB282533-2000-12-19",
            "recorded-but-older: the registry records it as installed "
            r"(Microsoft\Updates\Exchange Server 5.5\Q282533), but its files are older or gone: the update was undone",
            id="the first release",
        ),
        pytest.param(
            bin_folder(Store_exe="5.5.2654.31", Emsmdb32_dll="5.5.2654.3", Isinteg_exe="5.5.2653.23"),
            [update(282533)],
            "exchange-5.5/KB282533",
            "recorded-otherwise: the registry records it as installed "
            r"(Microsoft\Updates\Exchange Server 5.5\Q282533), which may mean an earlier release of it, or its "
            "package for another service level; the files of this one are older or gone",
            id="a later release",
        ),
        pytest.param(
            SP2_OF_2003,
            [update(916803, "Exchange Server 2003")],
            "exchange-2003/KB916803",
            "recorded-otherwise: the registry records it as installed "
            r"(Microsoft\Updates\Exchange Server 2003\Q916803), which may mean an earlier release of it, or its "
            "package for another service level; the files of this one are older or gone",
            id="packages for two levels",
        ),
        pytest.param(SP1_OF_2003, [update(836993, "Exchange Server 2003")], "exchange-2003/SP2", None, id="a level"),
    ],
)
def test_what_is_open_though_it_is_recorded(
    target: Inventory, found: list[RecordedSetup | RecordedUpdate], update_id: str, said: str | None
) -> None:
    one = finding(judge(with_hive(target, *found)), update_id)
    assert (one.verdict in OPEN, one.recorded) == (True, (found[0].key,))
    assert [text for text in one.anomalies if text.startswith("recorded-")] == ([] if said is None else [said])


def connector(version: str) -> Inventory:
    """An SP4 server of 5.5 whose Internet Mail Service is of this build."""
    return bin_folder(Imcmsg_dll=version, Msexcimc_exe=version)


MAPI_OF_2000 = lone(installed("Mapi32.dll", "6.0.6448.0"))
STORE_OF_2000 = folder(
    installed("Exchsrvr/Bin/Mad.exe", "6.0.6249.0"),
    installed("Exchsrvr/Bin/Emsmta.exe", "6.0.6249.0"),
    installed("Exchsrvr/Bin/Store.exe", "6.0.6396.0"),
)
UNKNOWN, UNKNOWN_OF_2000 = update(99999), update(99999, "Exchange 2000")
ROLLUP_OF_2000 = update(824282, "Exchange 2000")


@pytest.mark.parametrize(
    ("target", "found", "update_id", "noted"),
    [
        pytest.param(dramapi("5.5.2656.48"), update(818861), "5.5/KB324528", True, id="by its files alone"),
        pytest.param(dramapi("5.5.2656.48"), UNKNOWN, "5.5/KB324528", True, id="an unknown one"),
        pytest.param(connector("5.5.2658.28"), update(272672), "5.5/KB884874", True, id="an earlier one of its files"),
        pytest.param(connector("5.5.2654.14"), update(884874), "5.5/KB272672", False, id="a later one of its files"),
        pytest.param(MAPI_OF_2000, UNKNOWN_OF_2000, "2000/KB817375", True, id="an unknown one of another product"),
        pytest.param(MAPI_OF_2000, ROLLUP_OF_2000, "2000/KB817375", False, id="a rollup that contains it"),
        pytest.param(STORE_OF_2000, UNKNOWN_OF_2000, "2000/KB813840", False, id="a rollup"),
    ],
)
def test_what_is_there_though_it_is_not_recorded(
    target: Inventory, found: RecordedUpdate, update_id: str, noted: bool
) -> None:
    one = finding(judge(with_hive(target, found)), f"exchange-{update_id}")
    assert (one.verdict, one.recorded) == (Verdict.INSTALLED, ())
    said = (
        "not-recorded: its files have the fix, but no update that the registry records for this product is "
        "known to bring"
    )
    assert [text for text in one.anomalies if text.startswith("not-")] == ([f"{said} them"] if noted else [])


def test_of_a_hive_that_was_read_in_part_nothing_is_said_to_be_unrecorded() -> None:
    target = replace(dramapi("5.5.2656.48"), registry=records(update(818861), complete=False))
    assert finding(judge(target), "exchange-5.5/KB324528").anomalies == ()


def test_the_level_in_the_path_of_an_update_is_not_the_targets() -> None:
    mapi = folder(installed("Exchsrvr/Bin/Mad.exe", "6.5.7638.1"))
    (level,) = judge(with_hive(mapi, update(907747, "Exchange Server 2003", r"\SP3"))).products
    assert (level.basis, level.low, level.high, level.anomalies) == (Basis.MARKERS, 2, 2, ())


def test_a_record_recognises_no_product() -> None:
    assert judge(with_hive(folder(installed("Readme.exe", "1.0.0.0")), SP4_SETUP, update(324528))).products == ()


def unrecorded(assessment: Assessment) -> Assessment:
    """The same assessment without all that a hive may add to it."""
    return replace(
        assessment,
        registry=None,
        products=tuple(
            replace(level, recorded=None, anomalies=_unsaid(level.anomalies)) for level in assessment.products
        ),
        findings=tuple(replace(one, recorded=None, anomalies=_unsaid(one.anomalies)) for one in assessment.findings),
        installations=tuple(
            replace(one, level=replace(one.level, recorded=None, anomalies=_unsaid(one.level.anomalies)))
            for one in assessment.installations
        ),
    )


def _unsaid(anomalies: tuple[Anomaly, ...]) -> tuple[Anomaly, ...]:
    added = ("registry-differs", "recorded-but-older", "recorded-otherwise", "not-recorded")
    return tuple(text for text in anomalies if text.partition(":")[0] not in added)


def level_setup(product: Product, index: int) -> RecordedSetup:
    """The Setup key that the server of a product at a level has."""
    level = product.levels[index]
    major, minor, build, last = (*level.build, 0)[:4]
    if major == 4:
        return setup(NewestBuild=build)
    if major < 8:
        pack = level.name.removeprefix("SP")
        return setup(Services_Version=10 * major + minor, ServicePackNumber=int(pack) if pack.isdigit() else 0)
    return msi(major, minor, build, last)


PRODUCTS = [(product, builds_of(product)) for product in WORKED.products if len(product.levels) > 1]


@st.composite
def near_the_catalogue(draw: st.DrawFn) -> tuple[Product, Inventory, RegistryRecords]:
    """Files at or beside catalogued versions of one product, and a hive that records a level and some updates of it."""
    product, builds = draw(st.sampled_from(PRODUCTS))
    files = []
    for name in draw(st.lists(st.sampled_from(list(builds)), min_size=1, max_size=5, unique=True)):
        *most, last = draw(st.sampled_from(builds[name]))
        version = FileVersion(*[*most, max(0, last + draw(st.sampled_from((0, 0, 0, -1, 1))))])
        roles = product.files[name].roles if name in product.files else ()
        places = [f"{role.paths[0]}/" for role in product.folders if role.role in roles]
        files.append(installed(f"{draw(st.sampled_from([*places, '']))}{name}", str(version)))
    target = lone(files[0]) if len(files) == 1 and "/" not in files[0].path else folder(*files)
    kbs = [one.kb for one in WORKED.updates if one.product == product.id and one.kb is not None]
    found = [update(kb, product.name) for kb in draw(st.lists(st.sampled_from(kbs), max_size=3))]
    return product, target, records(level_setup(product, draw(st.integers(0, len(product.levels) - 1))), *found)


@settings(max_examples=40)
@given(near_the_catalogue())
def test_a_hive_changes_nothing_of_what_the_files_are_judged_to_be(
    drawn: tuple[Product, Inventory, RegistryRecords],
) -> None:
    product, target, hive = drawn
    question = Question(products=frozenset([product.id]))
    before, after = (ASSESSOR.assess(one, question) for one in (target, replace(target, registry=hive)))
    assert unrecorded(after) == before
    assert outcome_of(after) == outcome_of(before)


def test_the_hives_of_that_test_record_a_level_of_every_product() -> None:
    told = {product.id: setup_level(product, level_setup(product, 1)) for product, _ in PRODUCTS}
    assert set(told.values()) == {1}


@settings(max_examples=20)
@given(fixes().map(load), servers(), st.integers(0, 2), st.lists(st.integers(100_000, 100_007), max_size=4))
def test_a_plan_is_the_same_beside_a_hive(catalogue: Catalogue, server: Inventory, level: int, kbs: list[int]) -> None:
    assessor = Assessor(catalogue)
    hive = records(setup(Services_Version=99, ServicePackNumber=level), *(update(kb, "Exchange 9.9") for kb in kbs))
    without, beside = (
        [steps.plan(steps.of_weight(tuple(Importance))) for steps in assessor.judge(one, Question())[1]]
        for one in (server, replace(server, registry=hive))
    )
    assert beside == without
