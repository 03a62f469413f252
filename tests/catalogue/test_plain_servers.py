"""Plain servers of each level of Exchange 5.5, file for file as KB243604 lists them: no fix is there in part.

And the rules that make it so, each with its counter-case.
"""

from __future__ import annotations

import csv
from functools import lru_cache

import pytest
from catalogue.test_load import load
from conftest import ROOT
from made_up import HEAD
from targets import ASSESSOR, WORKED, folder, installed, lone

from hotfix_check.assess import Assessment, Assessor, Question
from hotfix_check.assess.finding import Finding, Verdict
from hotfix_check.catalogue.update import Importance

LEVELS = ("RTM", "SP1", "SP2", "SP3")


@lru_cache
def plain(level: str) -> Assessment:
    """A server with every file of a level, as KB243604 lists them; two rows of one file are two editions of it."""
    files = {}
    with (ROOT / "facts" / "exchange-55-baseline-files.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["level"] == level and row["version"] != "5.5.2248.0":  # of no level: corrections.toml
                place = "WINNT/System32" if row["folder"].lower().endswith("system32") else "Exchsrvr/Bin"
                files[f"{place}/{row['file']}"] = row["version"]
    return ASSESSOR.assess(folder(*(installed(path, version) for path, version in files.items())), Question())


def found(result: Assessment) -> dict[str, Finding]:
    return {one.update.id: one for one in result.findings}


@pytest.mark.parametrize("level", LEVELS)
def test_on_a_plain_server_no_fix_is_installed_and_none_in_part(level: str) -> None:
    there = {
        key: one.verdict.value
        for key, one in found(plain(level)).items()
        if one.verdict in (Verdict.INSTALLED, Verdict.PARTIAL) and one.update.level is None
    }
    assert there == {}


@pytest.mark.parametrize("level", LEVELS)
def test_on_a_plain_server_what_the_level_includes_is_superseded(level: str) -> None:
    product = WORKED.product("exchange-5.5")
    included = [
        one
        for one in found(plain(level)).values()
        if one.update.level is None
        and any(
            "/" not in name and product.level_index(name) <= product.level_index(level)
            for name in one.update.included_in
        )
    ]
    assert {one.update.id: one.verdict.value for one in included if one.verdict is not Verdict.SUPERSEDED} == {}
    assert level == "RTM" or included


@pytest.mark.parametrize("level", LEVELS)
def test_the_old_shared_files_of_a_server_bring_no_older_product(level: str) -> None:
    assert [one.product for one in plain(level).products] == ["exchange-5.5"]


def test_an_old_server_is_still_an_old_server() -> None:
    result = ASSESSOR.assess(folder(installed("Exchsrvr/Bin/Store.exe", "5.0.1458.50")), Question())
    assert [one.product for one in result.products] == ["exchange-5.0"]


def test_an_old_shared_file_alone_is_of_its_product() -> None:
    result = ASSESSOR.assess(
        lone(installed("Wmsui32.dll", "5.0.1458.47")), Question(products=frozenset(["exchange-5.0"]))
    )
    assert [one.product for one in result.products] in ([], ["exchange-5.0"])


PRODUCT = (
    HEAD
    + """server_files = ["Store.exe"]
levels = [{ name = "RTM", build = "9.9.1.0" }, { name = "SP1", build = "9.9.2.5" }]
folders = [{ role = "bin", paths = ["Exchsrvr/Bin"] }]
files = [
  { name = "Store.exe", roles = ["bin"], marker = true, versions = { RTM = "9.9.1.0", SP1 = "9.9.2.4" } },
  { name = "Same.dll", roles = ["bin"], versions = { RTM = "9.9.1.0", SP1 = "9.9.1.0" } },
]
"""
)
FIX = """
[[update]]
kb = 123456
title = "A fix"
kind = "security-update"
included_in = ["SP1"]
sources = ["KB123456"]
  [[update.package]]
  {package}
  files = [{ name = "Store.exe", version = "9.9.1.7" }, { name = "Same.dll", version = "{same}" }]
"""


def judged(files: dict[str, str], same: str = "9.9.1.7", package: str = "", included: bool = True) -> Finding:
    text = PRODUCT + FIX.replace("{same}", same).replace("{package}", package)
    catalogue = load(text if included else text.replace('included_in = ["SP1"]\n', ""))
    target = folder(*(installed(f"Exchsrvr/Bin/{name}", version) for name, version in files.items()))
    return found(Assessor(catalogue).assess(target, Question()))["exchange-9.9/KB123456"]


def test_a_file_that_the_including_level_never_had_is_not_asked_of_it() -> None:
    one = judged({"Store.exe": "9.9.2.4", "Same.dll": "9.9.1.0"})
    assert one.verdict is Verdict.SUPERSEDED
    assert [row.required for row in one.rows] == [True, False]
    assert one.rows[1].note == "SP1, which includes this update, itself has Same.dll 9.9.1.0"


def test_a_file_below_the_including_levels_own_went_back() -> None:
    one = judged({"Store.exe": "9.9.2.4", "Same.dll": "9.9.0.9"})
    assert one.verdict is Verdict.PARTIAL
    assert any(text.startswith("regressed") for text in one.anomalies)


def test_below_the_including_level_the_table_stands() -> None:
    assert judged({"Store.exe": "9.9.1.7", "Same.dll": "9.9.1.0"}).verdict is Verdict.PARTIAL


def test_a_file_that_the_level_has_itself_is_no_part_of_a_fix() -> None:
    one = judged({"Store.exe": "9.9.1.0", "Same.dll": "9.9.1.0"}, same="9.9.1.0")
    assert (one.verdict, one.rows[1].of_level) == (Verdict.MISSING, True)
    assert judged({"Store.exe": "9.9.1.0", "Same.dll": "9.9.1.2"}, same="9.9.1.2").verdict is Verdict.PARTIAL


@pytest.mark.parametrize(
    ("store", "included", "verdict"),
    [
        pytest.param("9.9.1.6", True, Verdict.MISSING, id="below the limit the fix is not there"),
        pytest.param("9.9.1.7", True, Verdict.UNDETERMINED, id="at the limit the other files may not be"),
        pytest.param("9.9.1.8", True, Verdict.UNDETERMINED, id="nor above it"),
        pytest.param("9.9.2.4", True, Verdict.SUPERSEDED, id="a level that includes it is enough"),
        pytest.param("9.9.2.4", False, Verdict.SUPERSEDED, id="by the builds of the level's own files too"),
    ],
)
def test_a_scanners_limit_shows_what_is_missing_and_not_what_is_there(
    store: str, included: bool, verdict: Verdict
) -> None:
    files = {"Store.exe": store, "Same.dll": "9.9.1.0"}
    assert judged(files, "9.9.1.0", "limits_only = true", included).verdict is verdict


SHARED = "exchange-5.5/KB894689"


def test_a_shared_library_alone_shows_no_server_that_lacks_an_update() -> None:
    """MS06-003 has Mapi32.dll of System32, which clients have too, beside two files of the server."""
    alone = found(ASSESSOR.assess(lone(installed("Mapi32.dll", "5.5.2657.50")), Question()))[SHARED]
    assert (alone.verdict, alone.importance) == (Verdict.MISSING, Importance.OPTIONAL)
    asked = Question(kbs=frozenset({894689}))
    assert found(ASSESSOR.assess(lone(installed("Mapi32.dll", "5.5.2657.50")), asked))[SHARED].importance is (
        Importance.REQUIRED
    )


@pytest.mark.parametrize(("mapi", "verdict"), [("5.5.2657.50", Verdict.PARTIAL), ("5.5.2658.34", Verdict.INSTALLED)])
def test_on_a_server_the_same_library_counts(mapi: str, verdict: Verdict) -> None:
    server = [installed(f"Exchsrvr/Bin/{name}", "5.5.2658.34") for name in ("Store.exe", "Mdbmsg.dll")]
    result = ASSESSOR.assess(folder(*server, installed("WINNT/System32/Mapi32.dll", mapi)), Question())
    assert (found(result)[SHARED].verdict, found(result)[SHARED].importance) == (verdict, Importance.RECOMMENDED)


def test_a_file_of_servers_alone_counts() -> None:
    alone = found(ASSESSOR.assess(lone(installed("Mdbmsg.dll", "5.5.2653.22")), Question()))[SHARED]
    assert (alone.verdict, alone.importance) == (Verdict.MISSING, Importance.RECOMMENDED)
