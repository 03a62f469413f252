"""data/ is what the builder makes of the facts: nothing is edited by hand, nothing is lost on the way."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import build_data
import pytest
from conftest import ROOT
from fact_tables import Facts, read_facts
from made_up import hotfix
from targets import WORKED

from hotfix_check.catalogue.update import Availability, FileRow, Importance, Update
from hotfix_check.version import FileVersion

built = cache(build_data.build)


def data_texts() -> dict[str, str]:
    """What the builder makes of the facts, by the name of the file."""
    return built()[0]


def facts_read() -> Facts:
    return built()[2]


def test_data_is_what_the_builder_writes() -> None:
    assert {path.name: path.read_text("utf-8") for path in (ROOT / "data").glob("*.toml")} == data_texts()


def test_building_again_gives_the_same_bytes() -> None:
    assert build_data.build()[0] == data_texts()


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "data").glob("*.toml")))
def test_each_row_has_a_line_of_its_own(name: str) -> None:
    rows = [row for update in tomllib.loads(data_texts()[name]).get("update", ()) for row in _rows(update)]
    lines = [line for line in data_texts()[name].splitlines() if line.startswith("    { name = ")]
    assert len(lines) == len(rows)
    assert not lines or max(map(len, lines)) <= 220


def test_every_number_of_the_facts_is_in_the_catalogue() -> None:
    own, contained = set(), set()
    for name in ("exchange-builds.csv", "exchange-hotfixes.csv"):
        own |= {row["kb"] for row in _table(name) if row["kb"]}
    for row in _table("exchange-55-component-releases.csv"):
        contained |= set(row["fixed_kbs"].split())
    catalogued = {str(update.kb) for update in WORKED.updates}
    assert (len(own), len(own | contained)) == (788, 1057)
    assert (own | contained) - catalogued == set()


def test_at_least_720_numbers_can_be_judged() -> None:
    contained = {row["kb"] for row in _table("exchange-55-contained-titles.csv")}
    judged = {
        update.kb
        for update in WORKED.updates
        if update.level is not None
        or any(row.version is not None for package in update.packages for row in package.rows)
    }
    assert len({kb for kb in judged if str(kb) not in contained} - {None}) >= 720


def test_every_left_out_row_has_its_reason() -> None:
    tables = [place for _, place, _ in facts_read().left_out if place.startswith("KB959241")]
    pages = [place for _, place, _ in facts_read().left_out if place.startswith(("KB828489", "KB842436", "KB834130"))]
    assert (len(tables), len(pages), len(facts_read().left_out)) == (48, 41 + 77 + 14, 208)
    assert all(len(reason) > 10 for _, _, reason in facts_read().left_out)


def test_a_correction_that_fits_nothing_is_refused(tmp_path: object) -> None:
    from fact_tables import _corrected

    wrong = [{"kb": 1, "file": "Nothing.exe", "left_out": True, "reason": "it is not there"}]
    with pytest.raises(ValueError, match="fits no row"):
        _corrected(facts_read(), facts_read().hotfixes, wrong, ("kb", "file"))


def test_the_facts_are_read_as_they_are() -> None:
    facts = read_facts(build_data.HERE)
    left_out = (
        rows_of("exchange-builds.csv") - len(facts.builds),
        rows_of("exchange-hotfixes.csv") - len(facts.hotfixes),
        rows_of("exchange-55-baseline-files.csv") - len(facts.baseline),
    )
    assert left_out == (2, 16, 1)


def test_the_page_of_the_facts_counts_their_rows() -> None:
    page = (build_data.HERE / "README.md").read_text("utf-8")
    for line in re.findall(r"^\| (`.*?\.csv`.*)$", page, re.MULTILINE):
        names, counts, _ = line.split(" | ", 2)
        files = re.findall(r"`(.*?)`", names)
        assert counts.split(", ") == [f"{rows_of(name):,}" for name in files], names


def rows_of(name: str) -> int:
    """How many rows a table of facts has below its header."""
    with (build_data.HERE / name).open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def test_what_was_released_for_2000_after_the_rollup_of_august_2004_needs_it() -> None:
    groups = {
        update.name: [[str(one) for one in group] for group in package.prerequisites]
        for update in WORKED.updates
        if update.product == "exchange-2000"
        for package in update.packages
    }
    assert {name for name, needed in groups.items() if ["KB870540"] in needed} == {
        *("KB870632", "KB884035", "KB891789", "KB893624", "KB896898", "KB902152"),  # stated by the articles
        *("KB890066", "KB894549", "KB894689", "KB906780", "KB912442", "KB916803", "KB931832", "KB959897", "KB976703"),
        *("Post-SP3-update-March-2008", "Post-SP3-update-August-2008"),
    }
    assert all(needed == [["SP3"], ["KB870540"]] for needed in groups.values() if ["KB870540"] in needed)
    assert groups["KB900731"] == groups["KB870540"] == [["SP3"]]


def test_every_bulletin_and_cve_that_a_source_or_note_names_is_another_name_of_the_update() -> None:
    aliases = {(update.product, name): update.aliases for update in WORKED.updates for name in _names_of(update)}
    named = [
        (row["product_id"], row["kb"] or row["update"], name.upper())
        for row in (*_table("exchange-builds.csv"), *_table("exchange-hotfixes.csv"))
        for name in re.findall(
            r"CVE-[0-9]{4}-[0-9]{4,7}|(?:MS|ms)[0-9]{2}-[0-9]{3}",
            " ".join(row.get(column, "") for column in ("source1", "source2", "source", "note")),
        )
    ]
    named += [
        (row["product_id"], row["kb"], row["bulletin"])
        for row in _table("exchange-cves.csv")
        if row["bulletin"] and (row["product_id"], row["kb"]) in aliases
    ]
    assert len(named) == 99 + 403
    assert [(product, own, name) for product, own, name in named if name not in aliases[product, own]] == []
    cves = {(product, own) for product, own, name in named if name == "CVE-2026-69355"}
    assert cves == {
        *(("exchange-2016", "5121611"), ("exchange-2019", "5121609"), ("exchange-2019", "5121610")),
        ("exchange-se", "5121608"),
    }


def test_what_a_table_says_a_rollup_contains_stands_beside_what_was_written_by_hand() -> None:
    updates = {update.id: update for update in WORKED.updates}
    pairs = [
        (f"{row['product_id']}/KB{row['rollup_kb']}", f"{row['product_id']}/KB{row['contained_kb']}")
        for row in _table("exchange-rollup-contents.csv")
    ]
    pairs = [(rollup, held) for rollup, held in pairs if rollup in updates]
    assert len(pairs) == 43
    assert [(rollup, held) for rollup, held in pairs if held not in updates[rollup].contains] == []
    assert "exchange-2000/KB813840" in updates["exchange-2000/KB824282"].contains  # by hand alone


def test_a_rollup_is_confirmed_from_the_one_on_that_a_second_source_names() -> None:
    for product, first, count in (
        ("exchange-2007", FileVersion(8, 3, 468, 0), 44),  # SP3 RU20: MARKERS.md, section 1
        ("exchange-2010", FileVersion(14, 3, 301, 0), 41),  # SP3 RU14
    ):
        rows = [row for update in WORKED.updates if update.product == product for row in _own_rows(update)]
        rows = [row for row in rows if row.name == "ExSetup.exe"]  # a bulletin's own table is sure
        early = [row for row in rows if row.version is not None and row.version < first]
        assert len(early) == count
        assert not any(row.sure for row in early)
        assert any(row.sure for row in rows)


def test_the_whole_table_of_a_rollup_stands_beside_its_marker() -> None:
    (sp1_ru6,) = (update for update in WORKED.updates if update.id == "exchange-2007/KB959241")
    (package,) = sp1_ru6.packages
    assert (package.whole_table, package.rows[0].name, len(package.rows)) == (True, "ExSetup.exe", 150)
    rows = {row.name: row for row in package.rows}
    assert str(rows["EdgeTransport.exe"].version) == "8.1.340.0"
    assert rows["EdgeTransport.exe"].platform is None  # the editions for x86 and x64 hold the same build
    assert "NlsData0009.dll" not in rows


def test_what_a_source_says_of_a_restart_is_kept_and_a_perhaps_is_no_answer() -> None:
    restarts = {update.id: update.restart for update in WORKED.updates}
    assert restarts["exchange-2007/KB935490"] == restarts["exchange-2000/KB893624"] == "no"
    assert restarts["exchange-2007/KB959241"] is None


def test_support_is_what_the_table_says_and_late_updates_are_for_buyers() -> None:
    products = {product.id: product for product in WORKED.products}
    for row in _table("support.csv"):
        product = products[row["product_id"]]
        ends = product.end_of_support
        assert (ends.isoformat() if ends else "", product.successor or "") == (row["support_ends"], row["successor"])
        assert (product.support_terms is None) is (ends is not None)
    assert [(str(one.begins), str(one.ends)) for one in products["exchange-2019"].paid_support] == [
        ("2025-10-14", "2026-04-14"),
        ("2026-05-01", "2026-10-31"),
    ]
    sold = {update.id for update in WORKED.updates if update.availability is Availability.EXTENDED_SUPPORT}
    late = {
        update.id
        for update in WORKED.updates
        if update.product in ("exchange-2016", "exchange-2019") and (update.released or date.min) > date(2025, 10, 14)
    }
    assert sold == late
    assert len(sold) == 23


def test_what_was_withdrawn_is_asked_of_nobody_and_warned_of_where_it_is_installed() -> None:
    withdrawn = {update.id: update for update in WORKED.updates if update.availability is Availability.WITHDRAWN}
    advised = {(one.product, one.kb, one.first) for one in WORKED.advisories if one.first == one.last}
    assert len(withdrawn) == 11
    for update in withdrawn.values():
        assert update.importance is Importance.OPTIONAL
        builds = {row.version for row in _own_rows(update) if row.name == "ExSetup.exe"}
        assert {(update.product, update.kb, build) for build in builds} <= advised


def test_a_second_version_repeats_the_first() -> None:
    repeats = {update.id: update.repeats for update in WORKED.updates if update.repeats is not None}
    assert repeats["exchange-2019/KB5049233"] == "exchange-2019/KB5044062"  # Nov24SUv2
    assert "exchange-2016/KB5129958" not in repeats  # Sep26SUv2 fixes CVE-2026-96940, which the first one did not
    assert repeats["exchange-2010/KB2986475"] == "exchange-2010/SP3-RU8v1"
    assert len(repeats) == 14
    known = {update.id: update for update in WORKED.updates}
    for key, first in repeats.items():
        assert {one.line for one in known[key].packages} <= {one.line for one in known[first].packages}


def test_a_build_that_a_level_was_released_with_first_is_named() -> None:
    (product,) = (product for product in WORKED.products if product.id == "exchange-2013")
    assert {level.name: level.withdrawn_builds for level in product.levels if level.withdrawn_builds} == {
        "CU2": (FileVersion(15, 0, 712, 22),)
    }


def test_a_reviewed_draft_of_an_article_joins_the_tables(tmp_path: Path) -> None:
    for path in build_data.HERE.iterdir():
        if path.suffix in (".csv", ".toml"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "imported").mkdir()
    draft = hotfix(330999, '{ name = "Store.exe", version = "5.5.2656.99", timestamp = 2002-10-10T10:10:00Z }')
    (tmp_path / "imported" / "exchange-5.5.toml").write_text(draft, "utf-8")
    texts, _, _ = build_data.build(tmp_path)
    assert (
        '{ name = "Store.exe", version = "5.5.2656.99", timestamp = 2002-10-10T10:10:00Z },'
        in texts["exchange-5.5.toml"]
    )
    assert {name for name, text in texts.items() if text != data_texts()[name]} == {"exchange-5.5.toml"}
    (tmp_path / "imported" / "exchange-6.toml").write_text(draft, "utf-8")
    with pytest.raises(ValueError, match="exchange-6: no such product"):
        build_data.build(tmp_path)


def _names_of(update: Update) -> list[str]:
    return [str(update.kb), update.id.partition("/")[2], *update.aliases]


def _own_rows(update: Update) -> list[FileRow]:
    return [row for package in update.packages for row in package.rows]


def _table(name: str) -> list[dict[str, str]]:
    with (ROOT / "facts" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _rows(update: dict[str, object]) -> list[object]:
    packages = update.get("package", [])
    assert isinstance(packages, list)
    return [row for package in packages for row in package.get("files", [])]
