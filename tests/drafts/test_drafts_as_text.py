"""Drafts as JSON, and as TOML in the catalogue's own words, so that a block can be loaded."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest
from drafts.reading import draft_to_toml, parse_article

from hotfix_check.catalogue import default_folder, load_catalogue
from hotfix_check.catalogue.product_table import PLATFORMS
from hotfix_check.catalogue.update import Kind
from hotfix_check.drafts.draft import DraftRow, DraftUpdate, SkippedTable, draft_to_dict
from hotfix_check.drafts.vocabulary import Term, catalogue_language, catalogue_platforms, catalogue_roles

DRAFT = DraftUpdate(
    kb=324528,
    title='Errors are "logged"',
    kind=Kind.HOTFIX,
    source="KB324528.txt",
    released=dt.date(2002, 6, 28),
    products=("Microsoft Exchange Server 5.5",),
    product_terms=(Term("exchange-5.5"),),
    prerequisites=("Microsoft Exchange Server version 5.5 Service Pack 4", "patience"),
    prerequisite_terms=((Term("exchange-5.5", "SP4"),), ()),
    prerequisites_stated=True,
    restart="yes",
    replaces=(),
    replaces_stated=True,
    included_in=("a later rollup (KB824282)",),
    component="Directory",
    files=(
        DraftRow(
            name="Dramapi.dll",
            version="2656.48",
            version_normal="5.5.2656.48",
            size=19216,
            date=dt.date(2002, 6, 20),
            time=dt.time(19, 40),
            platform="Intel",
            product="exchange-5.5",
            read_as="text under a header",
        ),
        DraftRow(
            name="Read.asp",
            version="5.52594.0",
            size_text="37 KB",
            date=dt.date(2002, 6, 20),
            product="exchange-5.5",
            doubt="version 5.52594.0 is not four dotted numbers",
        ),
        DraftRow(name="Q324528.exe", package=True, product="exchange-5.5"),
    ),
    unused=("6/12/200",),
    skipped=(SkippedTable(line=40, rows=2, reason="it compares releases"),),
    doubts=("look at this",),
)

TOML = """\
# product: exchange-5.5
[[update]]
# look at this
# not used: 6/12/200
# not taken: the list of 2 files in line 40: it compares releases
kb = 324528
title = "Errors are \\"logged\\""
kind = "hotfix"
released = 2002-06-28
restart = "yes"
component = "Directory"
replaces = []
included_in = ["KB824282"]
applies_to = ["Microsoft Exchange Server 5.5"]
sources = ["KB324528"]
# included in: a later rollup (KB824282)

  [[update.package]]
  level = "SP4"
  # requires: Microsoft Exchange Server version 5.5 Service Pack 4
  # requires: patience
  # a prerequisite above is not in the catalogue's words: add it, then set prerequisites_stated = true
  prerequisites = [["SP4"]]
  prerequisites_stated = false
  files = [
    { name = "Dramapi.dll", version = "5.5.2656.48", size = 19216, timestamp = 2002-06-20T19:40:00Z, platform = "i386" },  # printed 2656.48
    { name = "Read.asp", version = "5.52594.0", timestamp = 2002-06-20, sure = false, note = "version 5.52594.0 is not four dotted numbers" },  # printed 5.52594.0; size 37 KB
    # the package itself: { name = "Q324528.exe" },
  ]
"""  # noqa: E501


def test_toml_draft() -> None:
    assert draft_to_toml(DRAFT) == TOML


def test_toml_draft_is_toml_with_native_times() -> None:
    (update,) = tomllib.loads(TOML)["update"]
    assert update["package"][0]["files"][0]["timestamp"] == dt.datetime(2002, 6, 20, 19, 40, tzinfo=dt.UTC)
    assert update["package"][0]["files"][1]["timestamp"] == dt.date(2002, 6, 20)


def test_rows_of_two_products_are_two_blocks_and_lines_are_packages() -> None:
    text = """Description of the security update: May 10, 2022 (KB5014261)

Applies to:

 - Exchange Server 2019
 - Exchange Server 2016

This security update has the file attributes in the following tables.

Exchange Server 2019 Cumulative Update 12
-----------------------------------------

File name    File version
--------------------------
ExSetup.exe  15.02.1118.009

Exchange Server 2019 Cumulative Update 11
-----------------------------------------

File name    File version
--------------------------
ExSetup.exe  15.02.0986.026

Exchange Server 2016 Cumulative Update 23
-----------------------------------------

File name    File version
--------------------------
ExSetup.exe  15.01.2507.009
"""
    updates = tomllib.loads(draft_to_toml(parse_article(text, source="test")))["update"]
    assert [
        [(package["level"], package["files"][0]["version"]) for package in update["package"]] for update in updates
    ] == [
        [("CU12", "15.2.1118.9"), ("CU11", "15.2.986.26")],
        [("CU23", "15.1.2507.9")],
    ]


def test_json_object_has_every_key() -> None:
    empty = draft_to_dict(DraftUpdate(kb=None, title=None, kind=Kind.HOTFIX, source="x"))
    assert empty == {
        "kb": None,
        "title": None,
        "kind": "hotfix",
        "released": None,
        "products": [],
        "product_ids": [],
        "product_terms": [],
        "prerequisites": [],
        "prerequisite_terms": [],
        "prerequisite_alternatives": [],
        "prerequisites_stated": False,
        "restart": None,
        "restart_kind": None,
        "replaces": [],
        "replaces_stated": False,
        "replaced_by": [],
        "included_in": [],
        "included_in_terms": [],
        "component": None,
        "files": [],
        "unused": [],
        "skipped_tables": [],
        "doubts": [],
        "source": "x",
        "sources": [],
    }


def test_json_row_has_every_key() -> None:
    files = draft_to_dict(DRAFT)["files"]
    assert isinstance(files, list)
    assert files[0] == {
        "name": "Dramapi.dll",
        "version": "2656.48",
        "size": 19216,
        "date": "2002-06-20",
        "time": "19:40",
        "platform": "Intel",
        "group": None,
        "component": None,
        "language": None,
        "folder": None,
        "version_normal": "5.5.2656.48",
        "version_text": None,
        "size_text": None,
        "package": False,
        "product": "exchange-5.5",
        "read_as": "text under a header",
        "confidence": "high",
        "doubt": None,
    }


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("Intel", ("i386",)),
        ("Intel and Alpha", ("i386", "alpha")),
        ("<x86>", ("i386",)),
        ("x64-based", ("amd64",)),
        ("IA-64", ("ia64",)),
        ("Windows 98", ()),
        ("Intel or something", ()),
    ],
)
def test_processors_in_the_catalogues_words(printed: str, words: tuple[str, ...]) -> None:
    assert catalogue_platforms(printed) == words
    assert set(words) <= set(PLATFORMS)


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Japanese", "0411"),
        ("JPN", "0411"),
        ("001041 Japanese", "0411"),
        ("0411", "0411"),
        ("1031", "0407"),
        ("Brazilian Portuguese", "0416"),
        ("English (US)", None),
        ("Language Neutral", None),
    ],
)
def test_languages_in_the_catalogues_words(printed: str, number: str | None) -> None:
    assert catalogue_language(printed) == number


@pytest.mark.parametrize(
    ("printed", "roles"),
    [
        ("%windir%\\System32", ("system32",)),
        ("C:\\WINNT\\system32\\", ("system32",)),
        ("Exchsrvr/Bin", ("bin",)),
        ("D:\\Exchsrvr\\Connect\\Msexcimc\\Bin", ("imc",)),
        ("Bin", ()),
    ],
)
def test_folders_in_the_catalogues_words(printed: str, roles: tuple[str, ...]) -> None:
    product = load_catalogue([default_folder()]).product("exchange-5.5")
    assert catalogue_roles(printed, product) == roles
    assert catalogue_roles(printed, None) == ()


@pytest.mark.parametrize(("restart", "value"), [("yes", True), ("no", False), ("services", None), (None, None)])
def test_restart_in_json(restart: Any, value: bool | None) -> None:
    draft = draft_to_dict(DraftUpdate(kb=1, title=None, kind=Kind.HOTFIX, source="x", restart=restart))
    assert (draft["restart"], draft["restart_kind"]) == (value, restart)
