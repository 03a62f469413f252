"""Version ladders: which rungs a judged file has, and where the installed one stands between them."""

from __future__ import annotations

import pytest
from targets import SP3_BIN, SP4_BIN, WORKED, folder, installed, judge, lone

from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.report.document import LadderDocument, LadderFileDocument, RungDocument
from hotfix_check.report.ladders import ladders_of
from hotfix_check.report.page_tables import ladder_view


def ladder(name: str, *files: InstalledFile) -> LadderDocument:
    """The ladder of one file of an inventory."""
    assessment = judge(folder(*files) if len(files) > 1 else lone(files[0]))
    (found,) = [one for one in ladders_of(assessment, Supersedence(WORKED)) if one.file.lower() == name.lower()]
    return found


def rungs(found: LadderDocument) -> list[tuple[str, str, str]]:
    return [(rung.version, rung.label, rung.line) for rung in found.rungs]


def test_the_rungs_are_the_levels_and_the_updates_of_the_line_lowest_first() -> None:
    found = ladder("Mapi32.dll", *SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2653.12"))
    assert (found.product, found.line) == ("exchange-5.5", "SP4")
    assert rungs(found)[:4] == [
        ("5.5.1960.3", "RTM", "RTM"),
        ("5.5.2232.0", "SP1", "SP1"),
        ("5.5.2448.0", "SP2", "SP2"),
        ("5.5.2650.12", "SP3", "SP3"),
    ]
    assert ("5.5.2657.50", "KB818861", "SP4") in rungs(found)
    assert found.installed == (LadderFileDocument(path="WINNT/System32/Mapi32.dll", version="5.5.2653.12"),)


def test_updates_of_an_earlier_line_are_left_out_but_for_the_nearest_below() -> None:
    found = ladder("Mapi32.dll", *SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2657.50"))
    earlier = [label for _, label, line in rungs(found) if line == "SP3" and label != "SP3"]
    assert len(earlier) <= 1


def test_on_an_earlier_level_its_own_updates_and_later_ones_are_rungs() -> None:
    found = ladder("Mapi32.dll", *SP3_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2650.12"))
    labels = [label for _, label, _ in rungs(found)]
    assert found.line == "SP3"
    assert "KB268657" in labels
    assert "KB818861" in labels


def test_a_level_names_the_service_pack_that_brings_it() -> None:
    found = ladder("Mapi32.dll", *SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2653.12"))
    (rung,) = [rung for rung in found.rungs if rung.label == "SP3"]
    assert (rung.kind, rung.id, rung.released) == ("level", "exchange-5.5/SP3", "1999-09-13")


E2000_BIN = (
    *(installed(f"Exchsrvr/Bin/{name}", "6.0.6249.4") for name in ("Emsmta.exe", "Mad.exe", "Store.exe")),
    installed("Exchsrvr/Bin/Mapi32.dll", "6.0.6249.0"),
    installed("WINNT/System32/Mapi32.dll", "6.0.6249.0"),
)


def test_a_marker_file_without_versions_of_its_own_stands_on_the_headline_builds() -> None:
    assessment = judge(folder(*E2000_BIN))
    found = {one.file: one for one in ladders_of(assessment, Supersedence(WORKED))}
    levels = [rung for rung in found["Store.exe"].rungs if rung.kind == "level"]
    assert [(rung.version, rung.label) for rung in levels] == [
        ("6.0.4417.5", "RTM"),
        ("6.0.4712.0", "SP1"),
        ("6.0.5762.0", "SP2"),
        ("6.0.6249.4", "SP3"),
    ]
    (row,) = [row for row in ladder_view(found["Store.exe"], {})["rows"] if row["position"] == "installed"]
    assert (row["version"], row["level"], [rung["label"] for rung in row["rungs"]]) == ("6.0.6249.4", True, ["SP3"])
    assert [rung for rung in found["Mapi32.dll"].rungs if rung.kind == "level"] == [], "no marker"


def test_where_the_third_part_says_nothing_a_headline_build_is_no_rung() -> None:
    found = ladder("Dsamain.exe", *SP4_BIN)
    known = WORKED.product("exchange-5.5").files["dsamain.exe"].versions
    levels = [rung for rung in found.rungs if rung.kind == "level"]
    assert {rung.label: rung.version for rung in levels} == {name: str(own) for name, own in known.items()}


def test_a_lone_file_has_a_ladder_whose_line_is_not_claimed() -> None:
    found = ladder("Mapi32.dll", installed("Mapi32.dll", "5.5.2657.50"))
    assert found.line is None
    assert ("5.5.2657.50", "KB818861", "SP4") in rungs(found)


def test_a_foreign_file_is_on_no_ladder() -> None:
    assessment = judge(folder(*SP4_BIN, installed("WINNT/System32/Mapi32.dll", "1.0.2536.0", stub=True)))
    assert [one.file for one in ladders_of(assessment, Supersedence(WORKED)) if one.file == "Mapi32.dll"] == []


def test_an_alpha_file_is_not_held_against_rows_for_i386() -> None:
    found = ladder("Mapi32.dll", *SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2653.6", machine="alpha"))
    assert "KB818861" not in [label for _, label, _ in rungs(found)]


def made(*installed_versions: str) -> LadderDocument:
    """A ladder of 5.5.10.0 (SP1), 5.5.20.0 (KB1 and KB2), 5.5.30.0 (KB3)."""

    def rung(version: str, label: str, kind: str = "hotfix") -> RungDocument:
        number = None if kind == "level" else f"exchange-5.5/{label}"
        return RungDocument(version=version, label=label, kind=kind, id=number, released=None, line="SP1")

    return LadderDocument(
        product="exchange-5.5",
        file="A.dll",
        line="SP1",
        rungs=(
            rung("5.5.10.0", "SP1", "level"),
            rung("5.5.20.0", "KB1"),
            rung("5.5.20.0", "KB2"),
            rung("5.5.30.0", "KB3"),
        ),
        installed=tuple(
            LadderFileDocument(path=f"{number}/A.dll", version=version)
            for number, version in enumerate(installed_versions, 1)
        ),
    )


@pytest.mark.parametrize(
    ("versions", "positions", "above"),
    [
        (("5.5.20.0",), ["5.5.30.0 above", "5.5.20.0 installed", "5.5.10.0 below"], ["KB3"]),
        (
            ("5.5.15.0",),
            ["5.5.30.0 above", "5.5.20.0 above", "5.5.15.0 installed", "5.5.10.0 below"],
            ["KB2", "KB1", "KB3"],
        ),
        (
            ("5.5.10.0", "5.5.30.0"),
            ["5.5.30.0 installed", "5.5.20.0 between", "5.5.10.0 installed"],
            [],
        ),
        (("5.5.9.9",), ["5.5.30.0 above", "5.5.20.0 above", "5.5.10.0 above", "5.5.9.9 installed"], None),
        (("5.5.31.0",), ["5.5.31.0 installed", "5.5.30.0 below", "5.5.20.0 below", "5.5.10.0 below"], []),
    ],
    ids=["on a rung", "between rungs", "two copies that differ", "below all", "above all"],
)
def test_the_installed_version_stands_between_the_rungs(
    versions: tuple[str, ...], positions: list[str], above: list[str] | None
) -> None:
    view = ladder_view(made(*versions), {"exchange-5.5/KB3": "missing"})
    assert [f"{row['version']} {row['position']}" for row in view["rows"]] == positions
    if above is not None:
        assert view["above"] == above
    (top,) = [row for row in view["rows"] if row["version"] == "5.5.30.0"]
    assert [rung["verdict"] for rung in top["rungs"]] == ["missing"]
