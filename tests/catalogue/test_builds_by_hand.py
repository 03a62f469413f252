"""Releases read by hand from sources that data/ is not built from, and marker files of the older products.

The sources: the page "Exchange Server build numbers and release dates" in the copy of 2019 (MicrosoftDocs/
OfficeDocs-Exchange 65422fcc), eightwone.com's tables of March 2022 and February 2026, CSS-Exchange 01bad118, and
KB243604 for Exchange 5.5. The builds stand in the notation of the source.
"""

from __future__ import annotations

import pytest
from targets import ASSESSOR, WORKED, folder, installed, lone

from hotfix_check.assess import Question
from hotfix_check.assess.finding import Verdict
from hotfix_check.version import FileVersion

PAGE, EIGHTWONE, CSS = "Microsoft's page", "eightwone.com", "CSS-Exchange"


@pytest.mark.parametrize(
    ("source", "product", "build", "level", "update", "superseded"),
    [
        (PAGE, "exchange-2007", "8.03.0083.006", "SP3", None, None),
        (PAGE, "exchange-2007", "8.03.0159.002", "SP3", "KB2530488", None),
        (PAGE, "exchange-2007", "8.03.0517.000", "SP3", "KB4011325", None),
        (PAGE, "exchange-2010", "14.00.0639.021", "RTM", None, None),
        (PAGE, "exchange-2010", "14.01.0421.003", "SP1", "KB2778158", "KB2756496"),
        (PAGE, "exchange-2010", "14.02.0247.005", "SP2", None, None),
        (PAGE, "exchange-2010", "14.03.0301.000", "SP3", "KB3151097", "KB3141339"),
        (PAGE, "exchange-2010", "14.03.0452.000", "SP3", "KB4491413", "KB4487052"),
        (PAGE, "exchange-2013", "15.00.0516.032", "RTM", None, None),
        (PAGE, "exchange-2013", "15.00.0847.032", "SP1", None, None),
        (PAGE, "exchange-2013", "15.00.1044.025", "CU7", None, None),
        (PAGE, "exchange-2013", "15.00.1473.003", "CU22", None, None),
        (PAGE, "exchange-2016", "15.01.0225.016", "Preview", None, None),
        (PAGE, "exchange-2016", "15.01.0225.042", "RTM", None, None),
        (PAGE, "exchange-2016", "15.01.1261.035", "CU7", None, None),
        (PAGE, "exchange-2016", "15.01.1779.002", "CU13", None, None),
        (PAGE, "exchange-2019", "15.02.0221.012", "RTM", None, None),
        (PAGE, "exchange-2019", "15.02.0397.003", "CU2", None, None),
        (CSS, "exchange-2013", "15.0.1395.10", "CU21", "Jan19SU", "Oct18SU"),
        (CSS, "exchange-2013", "15.0.1497.36", "CU23", "May22SU", "Mar22SU"),
        (CSS, "exchange-2016", "15.1.1713.9", "CU12", "Sep19SU", "Jul19SU"),
        (CSS, "exchange-2016", "15.1.2106.13", "CU18", "Mar21SU", "Feb21SU"),
        (CSS, "exchange-2016", "15.1.2375.28", "CU22", "May22SU", "Mar22SU"),
        (CSS, "exchange-2016", "15.1.2507.9", "CU23", "May22SU", None),
        (CSS, "exchange-2016", "15.1.2507.39", "CU23", "Apr24HU", "Mar24SU"),
        (CSS, "exchange-2016", "15.1.2507.44", "CU23", "Nov24SUv2", "Nov24SU"),
        (EIGHTWONE, "exchange-2013", "15.0.1497.33", "CU23", "KB5010324", "KB5008631"),
        (EIGHTWONE, "exchange-2016", "15.1.2308.27", "CU21", "KB5012698", "KB5008631"),
        (EIGHTWONE, "exchange-2016", "15.1.2507.66", "CU23", "KB5074995", "KB5071873"),
        (EIGHTWONE, "exchange-2019", "15.2.922.27", "CU10", "KB5012698", "KB5008631"),
        (EIGHTWONE, "exchange-2019", "15.2.986.22", "CU11", "KB5012698", "KB5008631"),
        (EIGHTWONE, "exchange-2019", "15.2.1544.39", "CU14", "KB5074994", "KB5071874"),
        (EIGHTWONE, "exchange-2019", "15.2.1748.43", "CU15", "KB5074993", "KB5071875"),
        (EIGHTWONE, "exchange-se", "15.2.2562.37", "RTM", "KB5074992", "KB5071876"),
    ],
    ids=lambda value: str(value or "-"),
)
def test_a_release_read_by_hand(
    source: str, product: str, build: str, level: str, update: str | None, superseded: str | None
) -> None:
    version = str(FileVersion.parse(build))
    result = ASSESSOR.assess(folder(installed("V15/Bin/ExSetup.exe", version, machine="amd64")), Question())
    (found,) = result.products
    assert (found.product, found.exact) == (product, True)
    assert WORKED.product(product).levels[found.low].name == level
    by_name = {
        name: finding.verdict for finding in result.findings for name in (finding.update.name, *finding.update.aliases)
    }
    if update is not None:
        assert by_name[update] is Verdict.INSTALLED
    if superseded is not None:
        assert by_name[superseded] is Verdict.SUPERSEDED
    installed_updates = {finding.update.id for finding in result.findings if finding.verdict is Verdict.INSTALLED}
    assert len(installed_updates) <= (2 if update else 1)


MARKERS_55 = {
    "RTM": {"Admin.exe": "5.5.1960.5", "Emsmta.exe": "5.5.1960.3", "Mad.exe": "5.5.1960.5", "Store.exe": "5.5.1960.6"},
    "SP1": {
        "Dsamain.exe": "5.5.2232.4",
        "Emsmta.exe": "5.5.2232.18",
        "Mad.exe": "5.5.2232.17",
        "Store.exe": "5.5.2232.11",
    },
    "SP2": {
        "Dsamain.exe": "5.5.2448.1",
        "Emsmta.exe": "5.5.2448.1",
        "Mad.exe": "5.5.2448.8",
        "Store.exe": "5.5.2448.8",
    },
    "SP3": {
        "Dsamain.exe": "5.5.2650.14",
        "Emsmta.exe": "5.5.2650.24",
        "Mad.exe": "5.5.2650.24",
        "Store.exe": "5.5.2650.23",
    },
    "SP4": {
        "Dsamain.exe": "5.5.2653.17",
        "Emsmta.exe": "5.5.2653.23",
        "Mad.exe": "5.5.2653.23",
        "Store.exe": "5.5.2653.23",
    },
}


@pytest.mark.parametrize(
    ("product", "level", "files"),
    [
        *(("exchange-5.5", level, files) for level, files in MARKERS_55.items()),
        ("exchange-2000", "RTM", {"Store.exe": "6.0.4417.5"}),
        ("exchange-2000", "SP1", {"Store.exe": "6.0.4712.0", "Emsmta.exe": "6.0.4712.0"}),
        ("exchange-2000", "SP2", {"Store.exe": "6.0.5762.0", "Mad.exe": "6.0.5762.3"}),
        ("exchange-2000", "SP3", {"Store.exe": "6.0.6249.4", "Mad.exe": "6.0.6249.0"}),
        ("exchange-2003", "RTM", {"Store.exe": "6.5.6944.4"}),
        ("exchange-2003", "SP1", {"Store.exe": "6.5.7226.3", "Exchmem.dll": "6.5.7226.0"}),
        ("exchange-2003", "SP2", {"Store.exe": "6.5.7638.1"}),
        ("exchange-4.0", "RTM", {"Emsmta.exe": "4.0.837.9", "Msexcimc.exe": "4.0.837.3"}),
        ("exchange-4.0", "SP1", {"Emsmta.exe": "4.0.838.10", "Msexcimc.exe": "4.0.838.14"}),
        ("exchange-4.0", "SP2", {"Emsmta.exe": "4.0.993.6", "Msexcimc.exe": "4.0.993.5"}),
        ("exchange-5.0", "RTM", {"Emsmta.exe": "5.0.1457.8"}),
    ],
    ids=lambda value: value if isinstance(value, str) else ", ".join(value.values()),
)
def test_marker_files_show_the_level_of_older_products(product: str, level: str, files: dict[str, str]) -> None:
    target = folder(*(installed(f"Exchsrvr/Bin/{name}", version) for name, version in files.items()))
    (found,) = ASSESSOR.assess(target, Question()).products
    assert (found.product, found.exact, found.anomalies) == (product, True, ())
    assert WORKED.product(product).levels[found.low].name == level


@pytest.mark.parametrize(
    ("product", "version", "rollup", "later"),
    [
        ("exchange-2000", "6.0.6487.1", "KB824282", "KB836488"),
        ("exchange-2000", "6.0.6603.1", "KB870540", None),
    ],
)
def test_rollups_of_2000_show_in_store_exe(product: str, version: str, rollup: str, later: str | None) -> None:
    bin_folder = [installed(f"Exchsrvr/Bin/{name}", version) for name in ("Emsmta.exe", "Mad.exe", "Store.exe")]
    found = {one.update.name: one.verdict for one in ASSESSOR.assess(folder(*bin_folder), Question()).findings}
    assert (found["KB301378"], found[rollup]) == (Verdict.INSTALLED, Verdict.INSTALLED)
    assert later is None or found[later] is Verdict.MISSING


def test_a_fix_without_a_table_is_judged_through_the_package_that_contains_it() -> None:
    (package,) = next(one for one in WORKED.updates if one.id == "exchange-5.5/KB248838-2000-04-12").packages
    files = {**MARKERS_55["SP3"], **{row.name: str(row.version) for row in package.rows}}
    shared = ("Escprint.dll", "Gapi32.dll", "Mapi32.dll", "Exchmem.dll")
    places = {name: "WINNT/System32" if name in shared else "Exchsrvr/Bin" for name in files}
    result = ASSESSOR.assess(folder(*(installed(f"{places[name]}/{name}", files[name]) for name in files)), Question())
    found = {finding.update.id: finding for finding in result.findings}
    assert found["exchange-5.5/KB248838-2000-04-12"].verdict is Verdict.INSTALLED
    assert found["exchange-5.5/KB252345"].verdict is Verdict.SUPERSEDED
    assert "contained in KB248838" in found["exchange-5.5/KB252345"].reasons[-1]
    assert found["exchange-5.5/KB274403"].verdict is Verdict.UNDETERMINED


def test_windows_own_files_of_the_same_numbers_are_not_exchange() -> None:
    for path, version in (
        ("Ntbackup.exe", "4.0.1381.1"),
        ("Scrrun.dll", "4.0.0.2926"),
        ("Cdonts.dll", "5.5.1877.28"),
        ("Wmsui32.dll", "5.0.2195.1"),
    ):
        assert ASSESSOR.assess(lone(installed(path, version)), Question()).products == ()
