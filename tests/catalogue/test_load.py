"""Catalogue files: what they say is what is loaded; every fault names file, update, row and field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import HEAD, hotfix
from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue import Catalogue, default_folder, load_catalogue, parse_kb
from hotfix_check.catalogue.load import parse_catalogue
from hotfix_check.catalogue.product import bounds_of
from hotfix_check.catalogue.update import Importance, Kind, Prerequisite
from hotfix_check.errors import CatalogueError, UnsupportedCatalogueError
from hotfix_check.version import FileVersion

PRODUCT = (
    HEAD
    + """server_files = ["Store.exe"]
levels = [{ name = "RTM", build = "9.9.1" }, { name = "SP1", build = "9.9.2.5", released = 2001-02-03 }]
folders = [{ role = "bin", paths = ["Exchsrvr/Bin"] }]
files = [{ name = "Store.exe", roles = ["bin"], marker = true, versions = { SP1 = "9.9.2.4" } }]
"""
)
UPDATE = hotfix(123456, '{ name = "Store.exe", version = "9.9.2.7" }')


def load(*texts: str) -> Catalogue:
    return parse_catalogue([(f"{number}.toml", text.encode()) for number, text in enumerate(texts)], sha256="")


def test_an_update_is_loaded_as_written() -> None:
    text = """
[[update]]
kb = 123456
aliases = ["MS06-019"]
title = "A fix"
kind = "security-update"
released = 2006-05-09
component = "MTA"
restart = "services"
replaces = [123455, "exchange-5.5/KB1234567"]
included_in = ["SP1", "KB123457"]
related = [123450]
sources = ["KB123456"]
reviewed = 2006-06-01
actions = [{ kind = "registry", text = "Set X to 1" }]
  [[update.package]]
  level = "SP1"
  prerequisites = [["SP1"], ["KB123457", "KB123458"]]
  files = [
    { name = "Store.exe", version = "9.9.2.7", size = 5, timestamp = 2003-07-01T19:44:00+02:00, platform = "alpha" },
    { name = "Store.cfg", timestamp = 2003-07-01, companion = true },
    { name = "Outlook.dll", version = "8.5.1.0", range = "==8.5.*", sure = false },
  ]
"""
    (update,) = load(PRODUCT + text).updates
    (package,) = update.packages
    assert (update.id, update.kind, update.importance) == (
        "exchange-9.9/KB123456",
        Kind.SECURITY_UPDATE,
        Importance.RECOMMENDED,
    )
    assert update.replaces == ("exchange-9.9/KB123455", "exchange-5.5/KB1234567")
    assert update.included_in == ("SP1", "exchange-9.9/KB123457")
    assert package.prerequisites == (
        (Prerequisite(level="SP1"),),
        (Prerequisite(update="exchange-9.9/KB123457"), Prerequisite(update="exchange-9.9/KB123458")),
    )
    assert package.prerequisites_stated is True
    assert [row.timestamp for row in package.rows] == [
        datetime(2003, 7, 1, 17, 44, tzinfo=UTC),
        date(2003, 7, 1),
        None,
    ]
    assert [(row.platform, row.companion, row.sure) for row in package.rows] == [
        ("alpha", False, True),
        (None, True, True),
        (None, False, False),
    ]


def test_silence_and_none_are_told_apart() -> None:
    silent = load(PRODUCT + UPDATE).updates[0]
    stated = load(
        PRODUCT
        + UPDATE.replace("sources", "replaces = []\nsources").replace("  files", "  prerequisites = []\n  files")
    ).updates[0]
    assert (silent.replaces, silent.packages[0].prerequisites_stated) == (None, False)
    assert (stated.replaces, stated.packages[0].prerequisites_stated) == ((), True)


def test_a_service_pack_takes_its_day_from_its_level() -> None:
    (pack,) = load(
        PRODUCT + '[[update]]\nid = "SP1"\ntitle = "SP1"\nkind = "service-pack"\nlevel = "SP1"\nsources = ["x"]\n'
    ).updates
    assert (pack.id, pack.released, pack.importance) == ("exchange-9.9/SP1", date(2001, 2, 3), Importance.RECOMMENDED)


@pytest.mark.parametrize(
    ("month", "row", "built"),
    [
        ("2004-02", "", date(2004, 2, 29)),
        ("2004-12", "", date(2004, 12, 31)),
        ("2004-02", ", timestamp = 2004-01-30", date(2004, 1, 30)),
    ],
    ids=["a leap February", "December", "a dated file"],
)
def test_a_month_counts_by_its_last_day_where_no_file_is_dated(month: str, row: str, built: date) -> None:
    text = UPDATE.replace('"9.9.2.7"', f'"9.9.2.7"{row}').replace("sources", f'released_month = "{month}"\nsources', 1)
    (update,) = load(PRODUCT + text).updates
    assert (update.released, update.released_month, update.built) == (None, month, built)


def test_a_file_may_add_updates_to_a_product_of_another_file() -> None:
    catalogue = load(PRODUCT, 'format = 1\nversion = 2027-01-01\nproduct = "exchange-9.9"\n' + UPDATE)
    assert [update.id for update in catalogue.updates] == ["exchange-9.9/KB123456"]
    assert catalogue.version == "2027-01-01"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "format = 1",
            "format = 2",
            "0.toml: format: catalogue format 2 is newer than this hotfix-check, which reads 1: "
            "update hotfix-check, or use the catalogue that came with it",
        ),
        ("format = 1", "", "0.toml: format: missing"),
        ("format = 1", "format = [", "0.toml: not a TOML file"),
        ('name = "Exchange 9.9"', "", "0.toml: product: name: missing"),
        ("==9.9.*", "9.9 to 10", "0.toml: product: range: '9.9 to 10' is not a version range"),
        ('"9.9.1"', '"9.9"', "0.toml: product, level 1: build: '9.9': three or four dotted numbers"),
        ('"9.9.1"', '"9.9.3"', "0.toml: product: levels: must be in the order of their builds"),
        ("versions = { SP1", "versions = { SP9", "file 1 (Store.exe): versions: 'SP9' is not a level of this product"),
        ('roles = ["bin"]', 'roles = ["bni"]', "file 1 (Store.exe): roles: 'bni' is not a folder role"),
        ("kb = 123456", "kb = 7", "0.toml: KB7: kb: 7 is not within 10000 to 9999999"),
        ("kb = 123456", "", "0.toml: update 1: kb: missing"),
        ('title = "A fix"', "", "0.toml: KB123456: title: missing"),
        ('title = "A fix"', 'title = " "', "0.toml: KB123456: title: must not be empty"),
        ('title = "A fix"', "title = 7", "0.toml: KB123456: title: text expected, found 7"),
        ('"hotfix"', '"patch"', "0.toml: KB123456: kind: 'patch' is not one of hotfix"),
        ('"hotfix"', '"service-pack"', "0.toml: KB123456: level: only a service pack"),
        ('sources = ["KB123456"]', "", "0.toml: KB123456: sources: missing"),
        ('sources = ["KB123456"]', 'sources = ["x"]\nreplces = []', "0.toml: KB123456: replces: unknown field"),
        ('sources = ["KB123456"]', 'sources = ["x"]\nincluded_in = ["KB12"]', "included_in: 'KB12' is not a KB number"),
        ('"9.9.2.7"', '"9.9.2"', "KB123456, package 1, file 1 (Store.exe): version: '9.9.2' is not a file version"),
        ('"9.9.2.7"', '"5.5.2.7"', "file 1 (Store.exe): version: 5.5.2.7 is not in the range ==9.9.*"),
        ('"9.9.2.7"', '"9.9.2.7", size = "1,000"', "file 1 (Store.exe): size: a whole number expected"),
        ('"9.9.2.7"', '"9.9.2.7", timestamp = 2003-07-01T17:44:00', "timestamp: 2003-07-01 17:44:00 has no time zone"),
        ('"9.9.2.7"', '"9.9.2.7", platform = "vax"', "platform: 'vax' is not one of i386"),
        ('name = "Store.exe", version', 'name = "Bin/Store.exe", version', "a file name without its folder expected"),
        (
            '"hotfix"',
            '"hotfix"\nreleased_month = "2004-13"',
            "KB123456: released_month: a month such as 2004-04 expected",
        ),
        ('"hotfix"', '"hotfix"\nreleased_month = "0000-01"', "released_month: a month such as 2004-04 expected"),
        ('"hotfix"', '"hotfix"\nreleased_month = 2004-04-01', "released_month: text expected"),
        (
            '"hotfix"',
            '"hotfix"\nreleased = 2004-04-01\nreleased_month = "2004-04"',
            "KB123456: released_month: the day is known (2004-04-01): leave the month out",
        ),
        ("  files", '  level = "SP7"\n  files', "package 1: level: 'SP7' is not a level of exchange-9.9 (RTM, SP1)"),
        ("  files", "  prerequisites = [[]]\n  files", "prerequisites: a group must name at least one"),
    ],
)
def test_a_fault_names_its_place(old: str, new: str, said: str) -> None:
    text = PRODUCT + UPDATE
    assert old in text
    with pytest.raises(CatalogueError) as caught:
        load(text.replace(old, new, 1) if old != 'name = "Store.exe", version' else text.replace(old, new))
    assert said in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    text = PRODUCT + UPDATE.replace("9.9.2.7", "1.2") + UPDATE.replace("123456", "123457").replace("A fix", "")
    with pytest.raises(CatalogueError) as caught:
        load(text)
    assert [line.partition(": ")[2][:8] for line in str(caught.value).splitlines()] == ["KB123456", "KB123457"]


def test_the_same_update_twice_is_a_fault() -> None:
    with pytest.raises(CatalogueError, match=r"exchange-9\.9/KB123456 appears twice"):
        load(PRODUCT + UPDATE + UPDATE)


def test_a_folder_without_a_catalogue_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no catalogue file"):
        load_catalogue([tmp_path])


def test_the_default_catalogue_is_the_one_beside_the_package() -> None:
    assert {path.name for path in default_folder().glob("*.toml")} >= {"exchange-5.5.toml", "exchange-2003.toml"}


@pytest.mark.parametrize("text", ["KB818861", "kb818861", "Q818861", "q818861", "818861", " 818861 "])
def test_kb_numbers_are_read(text: str) -> None:
    assert parse_kb(text) == 818861


@pytest.mark.parametrize(
    "text",
    ["", "KB", "KB1234", "KB12345678", "MS06-019", "818 861", "KB-818861", "\u0668\u0661\u0668\u0668\u0666\u0661"],
)
def test_what_is_no_kb_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a KB number"):
        parse_kb(text)


@pytest.mark.parametrize("stated", ["  level = 'SP1'\n", ""], ids=["both stated", "one by its builds"])
def test_two_packages_for_one_line_are_refused(stated: str) -> None:
    first = UPDATE.replace("  files", f"{stated}  files")
    text = PRODUCT + first + "  [[update.package]]\n  level = 'SP1'\n"
    with pytest.raises(CatalogueError, match=r"KB123456: package: packages 1 and 2 are both for the line of SP1"):
        load(text)


def test_a_newer_format_is_an_error_of_its_own() -> None:
    with pytest.raises(UnsupportedCatalogueError, match="update hotfix-check"):
        load(PRODUCT.replace("format = 1", "format = 2"), "format = broken")


@pytest.mark.parametrize(
    "text",
    [
        "==5.5.*",
        "==8.*",
        ">=8.0,<8.4",
        ">=15.2,<15.2.2562",
        "==5.5.*,!=5.5.1774.*,!=5.5.1877.*",
        "<8",
        "!=5.5.*",
        ">=5",
    ],
)
@given(numbers=st.tuples(*[st.sampled_from([0, 1, 3, 4, 5, 6, 8, 15, 1774, 1877, 2561, 2562, 65535])] * 4))
def test_the_bounds_of_a_range_hold_what_packaging_says(text: str, numbers: tuple[int, int, int, int]) -> None:
    bounds = bounds_of(SpecifierSet(text))
    assert bounds is not None
    assert bounds.hold(FileVersion(*numbers)) == SpecifierSet(text).contains(".".join(map(str, numbers)))


@pytest.mark.parametrize("text", ["", "~=5.5", "==5.5", ">5.5", "<=5.5", "==5.5.1.2.3.*"])
def test_a_range_of_other_parts_is_left_to_packaging(text: str) -> None:
    assert bounds_of(SpecifierSet(text)) is None
