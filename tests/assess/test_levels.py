"""The service level: what each marker says, and what they say together."""

from __future__ import annotations

import pytest
from targets import SP3_BIN, SP4_BIN, WORKED, finding, folder, installed, judge

from hotfix_check.assess.finding import Basis, Verdict
from hotfix_check.assess.levels import interval_words, marker_interval
from hotfix_check.version import FileVersion

SAYS: dict[tuple[str, str], dict[str, str]] = {
    ("exchange-5.5", "store.exe"): {
        "5.5.1960.6": "RTM",
        "5.5.2232.11": "SP1",
        "5.5.2448.8": "SP2",
        "5.5.2650.23": "SP3",
        "5.5.2653.22": "SP3",
        "5.5.2653.23": "SP4",
        "5.5.2658.34": "SP4",
        "5.5.1900.0": "RTM",
    },
    ("exchange-5.5", "dsamain.exe"): {"5.5.2653.17": "SP4", "5.5.2653.16": "SP3"},
    ("exchange-5.5", "emsmta.exe"): {"5.5.2650.24": "SP3"},
    ("exchange-5.5", "mad.exe"): {"5.5.2653.23": "at least SP3"},
    ("exchange-5.5", "dramapi.dll"): {"5.5.1960.3": "nothing", "5.5.2656.48": "nothing"},
    ("exchange-5.5", "inproxy.dll"): {"5.5.1960.5": "RTM to SP1", "5.5.2448.8": "SP2"},
    ("exchange-2003", "store.exe"): {"6.5.6944.4": "RTM", "6.5.7226.3": "SP1", "6.5.7226.2": "RTM"},
    ("exchange-2003", "exchmem.dll"): {"6.5.7226.0": "SP1"},
    ("exchange-2003", "mad.exe"): {"6.5.7226.0": "SP1", "6.5.7638.1": "SP2", "6.5.7233.51": "SP1"},
}
"""What each version of a marker says: 5.5 by its own version, 2003 by that, else by the third part."""


@pytest.mark.parametrize(
    ("product_id", "file", "version", "says"),
    [(*marker, version, says) for marker, versions in SAYS.items() for version, says in versions.items()],
)
def test_a_marker_says(product_id: str, file: str, version: str, says: str) -> None:
    product = WORKED.product(product_id)
    low, high = marker_interval(product, product.files[file], FileVersion.parse(version))
    assert interval_words(product, low, high) == says


def test_markers_that_disagree_give_an_interval_and_an_anomaly() -> None:
    result = judge(folder(installed("Emsmta.exe", "5.5.2650.24"), installed("Dsamain.exe", "5.5.2653.17")))
    (product,) = result.products
    assert (product.exact, product.low, product.high) == (False, 3, 4)
    assert product.anomalies == (
        "mixed-level: markers disagree, Dsamain.exe 5.5.2653.17 says SP4, Emsmta.exe 5.5.2650.24 says SP3",
    )


def test_a_lone_admin_program_is_the_product_but_not_a_server() -> None:
    result = judge(folder(installed("Admin.exe", "5.5.2650.24")))
    assert [product.server for product in result.products] == [False]
    assert not [one for one in result.findings if one.update.level]


def test_declared_levels_fill_in_what_markers_leave_open_and_never_outvote_them() -> None:
    unknown = judge(folder(installed("Dramapi.dll", "5.5.1960.3")), assume=(("exchange-5.5", "SP4"),))
    assert [(one.low, one.high, one.basis) for one in unknown.products] == [(4, 4, Basis.DECLARED)]
    known = judge(folder(*SP3_BIN), assume=(("exchange-5.5", "SP4"),))
    assert [(one.low, one.basis) for one in known.products] == [(3, Basis.MARKERS)]
    assert known.products[0].anomalies == ("declared-contradicted: SP4 was declared, markers say SP3",)


def test_without_markers_the_level_is_never_claimed() -> None:
    result = judge(folder(installed("Mapi32.dll", "5.5.2657.50")))
    (product,) = result.products
    assert (product.exact, product.basis) == (False, Basis.INFERRED)


def test_a_backup_copy_of_a_marker_does_not_vote() -> None:
    result = judge(folder(*SP4_BIN, installed("Exchsrvr/Q818861/Store.exe", "5.5.2650.23")))
    (product,) = result.products
    assert (product.exact, product.low) == (True, 4)
    assert result.backups == ("Exchsrvr/Q818861/Store.exe",)


def test_the_only_level_of_a_product_is_known_by_its_marker() -> None:
    (product,) = judge(folder(installed("V15/Bin/ExSetup.exe", "15.2.2562.20", machine="amd64"))).products
    assert (product.product, product.exact, product.basis) == ("exchange-se", True, Basis.MARKERS)


@pytest.mark.parametrize(
    ("build", "update", "verdict"),
    [
        ("15.2.1650.3", "exchange-2019/KB5129957", Verdict.UNDETERMINED),
        ("15.2.1544.60", "exchange-2019/KB5129957", Verdict.SUPERSEDED),
        ("15.1.2400.3", "exchange-2016/KB5012698", Verdict.UNDETERMINED),
    ],
    ids=[
        "between CU14 and CU15: on the line of neither",
        "above every build of CU14",
        "between CU22 and CU23 of 2016",
    ],
)
def test_a_build_between_two_levels_holds_the_updates_of_neither(build: str, update: str, verdict: Verdict) -> None:
    place = "Program Files/Microsoft/Exchange Server/V15/Bin/ExSetup.exe"
    result = judge(folder(installed(place, build, product_name="Microsoft Exchange")))
    assert finding(result, update).verdict is verdict
