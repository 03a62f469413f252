"""A version typed by hand, or reported, is identified as a file's would be."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run


@pytest.mark.parametrize(
    ("typed", "product", "line", "build_of", "lacks"),
    [
        ("15.1.2507.39", "exchange-2016", "CU23", ["exchange-2016/KB5037224"], "exchange-2016/KB5044062"),
        ("ExSetup.exe=15.01.2507.039", "exchange-2016", "CU23", ["exchange-2016/KB5037224"], "exchange-2016/KB5044062"),
        ("exsetup.exe=15.2.2562.17", "exchange-se", "RTM", [], "exchange-se/KB5063224"),
        ("Version 14.3 (Build 123.4)", "exchange-2010", "SP3", [], "exchange-2010/KB2803727"),
    ],
    ids=["a number alone", "with a file's name", "the first of a product", "as AdminDisplayVersion"],
)
def test_a_typed_version_is_identified(
    typed: str, product: str, line: str, build_of: list[str], lacks: str | None, run: Run
) -> None:
    (file,) = run("identify", typed, "-f", "json").result["files"]
    assert [(one["id"], one["line"]) for one in file["products"]] == [(product, line)]
    assert file["build_of"] == build_of
    assert (file["next"] and file["next"]["id"]) == lacks
    assert "typed: the version was typed, and no file was read" in file["anomalies"]


def test_a_number_that_one_file_of_an_old_product_has_is_that_files(run: Run) -> None:
    (file,) = run("identify", "5.5.2657.50", "-f", "json").result["files"]
    assert (file["name"], file["build_of"]) == ("mapi32.dll", ["exchange-5.5/KB818861"])


@pytest.mark.parametrize(
    ("typed", "advisories"),
    [
        ("ExSetup.exe=8.3.159.0", ["exchange-2007/SP3-RU3"]),
        ("ExSetup.exe=8.3.159.2", []),
        ("Store.exe=5.5.2653.18", ["exchange-5.5/KB274403"]),
        ("Store.exe=5.5.2653.19", []),
        ("Admin.exe=5.5.2653.18", []),
    ],
    ids=["recalled", "its second version", "known to be bad", "the build after it", "another file"],
)
def test_a_build_that_is_known_to_be_bad_is_told(typed: str, advisories: list[str], run: Run) -> None:
    (file,) = run("identify", typed, "-f", "json").result["files"]
    assert [one["id"] for one in file["advisories"]] == advisories
    assert all(f"! {one['text']}" in " ".join(run("identify", typed).out.split()) for one in file["advisories"])


def test_a_headline_build_that_no_file_has_gives_the_level(run: Run) -> None:
    assert run("identify", "6.5.7638.2").out == ("6.5.7638.2 (what was typed): a build of Exchange Server 2003 SP2.\n")
    assert run("identify", "1.2.3.4").out == "1.2.3.4 (what was typed): a build of no product of the catalogue.\n"


def test_what_is_reported_is_identified_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "servers.txt").write_text("Name : MBX1\nAdminDisplayVersion : Version 15.2 (Build 1118.7)\n")
    said = "Version 15.2 (Build 1118.7) (AdminDisplayVersion): a build of Exchange Server 2019 CU12."
    assert " ".join(run("identify", "servers.txt").out.split()) == said


def test_a_file_of_that_name_goes_first(run: Run, tmp_path: Path) -> None:
    (tmp_path / "15.1.2507.39").write_bytes(b"MZ\x90\0")
    ran = run("identify", "15.1.2507.39", "-f", "json").result
    assert (ran["files"], [one["path"] for one in ran["unreadable"]]) == ([], ["15.1.2507.39"])


@pytest.mark.parametrize("typed", ["15.1.2507", "=15.1.2507.39", "ExSetup.exe=", "15.1.2507.99999"])
def test_a_version_that_is_none_is_told_from_a_file_that_is_missing(typed: str, run: Run) -> None:
    ran = run("identify", typed)
    assert (ran.code, ran.out) == (2, "")
    assert f"{typed}: no such file, and no version: four numbers, like 15.1.2507.39" in ran.err


@pytest.mark.parametrize("typed", ["a.b.c.d", "in/a=b.dll"])
def test_counter_case_what_looks_like_no_version_is_a_path_that_is_missing(typed: str, run: Run) -> None:
    ran = run("identify", typed)
    assert (ran.code, ran.out) == (2, "") and "No such file or directory" in ran.err
