"""Every release of Exchange since 2007 that two sources agree on, judged by its ExSetup.exe with the default catalogue.

The releases come from the fact table that data/ is built from; test_builds_by_hand.py has releases that do not.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import pytest
from catalogue.exposures_by_table import BUILDS, FIXES, PRODUCTS, by_the_table, of_level
from conftest import ROOT
from targets import ASSESSOR, WORKED, folder, installed

from hotfix_check.assess import Assessment, Question
from hotfix_check.assess.finding import Basis, ExposureState, Verdict
from hotfix_check.inventory.files import UnreadableFile

ONLY_THEIR_OWN_MONTH = {  # lines on which the update of March 2021 has nothing but its own fixes
    "exchange-2013": {"SP1", "CU21", "CU22"},
    "exchange-2016": {"CU8", "CU9", "CU10", "CU11", "CU12", "CU13", "CU14", "CU15", "CU16", "CU17"},
    "exchange-2019": {"RTM", "CU1", "CU2", "CU3", "CU4", "CU5", "CU6"},
}


@dataclass(frozen=True)
class Release:
    """A row of the table: a level, or an update for one."""

    product: str
    level: str
    update: str
    build: str
    kb: int | None

    def __str__(self) -> str:
        return f"{self.product} {self.level} {self.update}".strip()

    @property
    def parts(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.build.split("."))


def _releases(products: tuple[str, ...]) -> list[Release]:
    with (ROOT / "facts" / "exchange-builds.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Release(
                row["product_id"],
                (row["requires"] if row["update"] else row["level"]).partition(" (")[0],
                row["update"],
                row["build"],
                int(row["kb"]) if row["kb"] else None,
            )
            for row in csv.DictReader(stream)
            if row["product_id"] in products and row["checked"] == "both"
        ]


MODERN = _releases(("exchange-2013", "exchange-2016", "exchange-2019", "exchange-se"))
ROLLUPS = _releases(("exchange-2007", "exchange-2010"))
PATHS = {"exchange-2007": "Exchange Server/Bin", "exchange-2010": "Exchange Server/V14/Bin"}


@cache
def judged(product: str, build: str) -> Assessment:
    """What is said of a server by its ExSetup.exe alone."""
    path = PATHS.get(product, "Exchange Server/V15/Bin")
    target = folder(installed(f"{path}/ExSetup.exe", build, machine="amd64"), root="Program Files")
    return ASSESSOR.assess(target, Question())


def verdicts(result: Assessment) -> dict[str, Verdict]:
    return {finding.update.id: finding.verdict for finding in result.findings}


def update_id(release: Release) -> str:
    if not release.update:
        return f"{release.product}/{release.level}"
    if release.kb is not None:
        return f"{release.product}/KB{release.kb}"
    prefix = f"{release.level}-" if release.update.startswith("RU") else ""
    return f"{release.product}/{prefix}{release.update}"


@pytest.mark.parametrize("release", MODERN + ROLLUPS, ids=str)
def test_a_release_is_known_by_its_exsetup(release: Release) -> None:
    result = judged(release.product, release.build)
    (product,) = result.products
    levels = [level.name for level in WORKED.product(release.product).levels]
    assert (product.product, product.exact, levels[product.low]) == (release.product, True, release.level)
    assert (product.basis, product.anomalies) == (Basis.MARKERS, ())
    found = verdicts(result)
    for level in levels[levels.index(release.level) + 1 :]:
        assert level == "RTM" or found[f"{release.product}/{level}"] is Verdict.MISSING
    for level in levels[: levels.index(release.level)]:
        assert found.get(f"{release.product}/{level}") in (Verdict.SUPERSEDED, None)
    if release.level not in ("RTM", "Preview"):
        assert found[f"{release.product}/{release.level}"] is Verdict.INSTALLED


@pytest.mark.parametrize("release", [one for one in MODERN + ROLLUPS if one.update], ids=str)
def test_an_update_is_installed_later_ones_missing_and_earlier_ones_superseded(release: Release) -> None:
    found = verdicts(judged(release.product, release.build))
    line = [
        one
        for one in MODERN + ROLLUPS
        if one.update and (one.product, one.level) == (release.product, release.level) and one != release
    ]
    earlier = Verdict.SUPERSEDED
    if release.kb == 5000871 and release.level in ONLY_THEIR_OWN_MONTH[release.product]:
        earlier = Verdict.UNDETERMINED
    assert found[update_id(release)] is Verdict.INSTALLED
    assert {one.update: found[update_id(one)] for one in line if one.parts > release.parts} == {
        one.update: Verdict.MISSING for one in line if one.parts > release.parts
    }
    assert {one.update: found[update_id(one)] for one in line if one.parts < release.parts} == {
        one.update: earlier for one in line if one.parts < release.parts
    }


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_build_is_exposed_to_what_the_table_says(product: str) -> None:
    wrong, decided = [], 0
    for row in (row for row in BUILDS if row["product_id"] == product):
        level = of_level(row["requires"] or "RTM") if row["update"] else of_level(row["level"])
        (one,) = judged(product, row["build"]).installations
        assert one.product == product
        found = {exposure.cve: exposure for exposure in one.exposures}
        for cve in (cve for fixed, cve in FIXES if fixed == product):
            expected = by_the_table(product, level, row["build"], cve)
            if expected is None:
                continue
            decided += 1
            state = found[cve].state if cve in found else None
            said = "fixed" if state is ExposureState.NEEDS_CONFIGURATION else str(state)
            if said != expected:
                wrong.append((row["build"], level, cve, said, expected))
    assert wrong == []
    assert decided > 400


@pytest.mark.parametrize(
    ("beside", "verdict"),
    [
        pytest.param({}, Verdict.INSTALLED, id="no other file was collected"),
        pytest.param({"EdgeTransport.exe": "8.1.340.0"}, Verdict.INSTALLED, id="one file as in the table"),
        pytest.param({"AirFilter.dll": "8.1.329.0"}, Verdict.INSTALLED, id="a lower build that is the table's own"),
        pytest.param({"EdgeTransport.exe": "8.1.336.0"}, Verdict.PARTIAL, id="one file was not replaced"),
    ],
)
def test_a_whole_table_is_held_against_what_was_collected(beside: dict[str, str], verdict: Verdict) -> None:
    files = [installed(f"Exchange Server/Bin/{name}", version) for name, version in beside.items()]
    target = folder(installed("Exchange Server/Bin/ExSetup.exe", "8.1.340.1"), *files, root="Program Files")
    assert verdicts(ASSESSOR.assess(target, Question()))["exchange-2007/KB959241"] is verdict


def test_an_unreadable_file_of_a_whole_table_asks_nothing_of_another_product() -> None:
    damaged = UnreadableFile(path="Exchsrvr/Bin/Mad.exe", reason="cut short")
    target = folder(installed("Exchsrvr/Bin/Store.exe", "5.5.2653.23"), damaged)
    assert "exchange-2007/KB959241" not in verdicts(ASSESSOR.assess(target, Question()))


def test_the_table_has_the_releases_that_it_should_have() -> None:
    assert len(MODERN) == 67 + 121 + 116 + 10
    assert len(ROLLUPS) == 51 + 63
