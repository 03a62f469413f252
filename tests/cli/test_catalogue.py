"""The catalogue commands as typed, on the catalogue that comes with the tool."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from conftest import ROOT, Run

from hotfix_check.cli import catalogue_versions

DATA = ROOT / "data"


def listed(run: Run, *arguments: str) -> set[str]:
    return {update["id"] for update in run("catalogue", "list", "-f", "json", *arguments).result}


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (("--alias", "ms06-019"), {"exchange-2000/KB916803", "exchange-2003/KB916803"}),
        (("--alias", "CVE-2022-21978", "--product", "exchange-2016"), {"exchange-2016/KB5014261"}),
        (
            ("--product", "exchange-se", "--since", "2026-06-01", "--until", "2026-07-31"),
            {"exchange-se/KB5094139", "exchange-se/KB5103212"},
        ),
        (("--product", "exchange-5.5", "--file", "DRAMAPI.DLL"), {"exchange-5.5/KB324528"}),
        (
            ("--product", "exchange-2000", "--kind", "update-rollup"),
            {f"exchange-2000/KB{kb}" for kb in (813840, 824282, 836488, 870540)},
        ),
        (
            ("--product", "exchange-2010", "--importance", "optional"),
            {*(f"exchange-2010/KB{kb}" for kb in (2492690, 2509910, 2706690, 2743248)), "exchange-2010/SP3-RU8v1"},
        ),
    ],
    ids=["another name", "a CVE", "days", "a file", "a kind", "an importance"],
)
def test_the_list_is_narrowed(run: Run, arguments: tuple[str, ...], ids: set[str]) -> None:
    assert listed(run, *arguments) == ids


def test_the_whole_list_has_every_product(run: Run) -> None:
    products = {one.partition("/")[0].removeprefix("exchange-") for one in listed(run)}
    assert products == {"4.0", "5.0", "5.5", "2000", "2003", "2007", "2010", "2013", "2016", "2019", "se"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--product", "exchange-6"), "--product: 'exchange-6' is not one of exchange-2000, "),
        (("--kind", "patch"), "--kind: 'patch' is not one of hotfix, "),
        (("--importance", "high"), "--importance: 'high' is not one of required, "),
        (("--since", "May 2022"), "--since: 'May 2022' is not a date: write one like 2003-10-01"),
        (("-f", "xml"), "'xml' is not one of 'table', 'json'"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("catalogue", "list", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("name", ["MS06-019", "ms06-019", "KB916803", "916803"])
def test_show_finds_an_update_by_any_name(run: Run, name: str) -> None:
    shown = run("catalogue", "show", name, "-f", "json").result
    assert {update["id"] for update in shown} == {"exchange-2000/KB916803", "exchange-2003/KB916803"}


def test_what_is_shown_is_wrapped_and_its_table_is_not(run: Run) -> None:
    words, _, table = run("catalogue", "show", "KB817375").out.partition("  package for")
    assert max(map(len, words.splitlines())) <= 80
    assert "Mapi32.dll" in table and max(map(len, table.splitlines())) > 80


def test_show_tells_the_chain_up_and_down_and_the_sources(run: Run) -> None:
    (shown,) = run("catalogue", "show", "KB824282", "-f", "json").result
    assert {"exchange-2000/KB817375", "exchange-2000/KB813840"} <= set(shown["stands_in_for"])
    assert set(shown["superseded_by"]) == {"exchange-2000/KB836488", "exchange-2000/KB870540"}
    text = run("catalogue", "show", "KB824282").out
    assert "  released month: 2003-09\n" in text
    assert "  superseded by: KB836488, KB870540" in text
    assert "  sources: " in text
    assert "not confirmed by a second source; third part from two sources" in text


def test_show_says_which_packages_lack_the_earlier_updates(run: Run) -> None:
    text = run("catalogue", "show", "exchange-2016/KB5000871").out
    assert text.count("does not contain the earlier updates of this line") == 10
    assert text.count("  package for ") == 12


def test_status_names_the_newest_update_of_each_product(run: Run) -> None:
    ran = run("catalogue", "status", "-f", "json")
    newest = {product["id"]: (product["newest"], product["newest_day"]) for product in ran.result["products"]}
    assert ran.code == 0
    assert newest["exchange-2003"] == ("KB976702", "2010-04-13")
    assert newest["exchange-2019"] == ("Oct26SU", "2026-10-13")
    assert (ran.result["format"], ran.result["paths"], len(ran.result["sha256"])) == (1, [str(DATA)], 64)
    text = run("catalogue", "status").out
    assert "exchange-2013  CU23          64         KB5024296  2023-03-14  2023-04-11" in text


class _Later(datetime):
    today_is = date(2027, 11, 23)

    @classmethod
    def now(cls, tz: object = None) -> _Later:
        return cls(cls.today_is.year, cls.today_is.month, cls.today_is.day, tzinfo=UTC)


@pytest.mark.parametrize(("today", "warned"), [(date(2027, 11, 27), False), (date(2027, 11, 28), True)])
def test_a_catalogue_older_than_a_year_is_warned_of_and_still_used(
    run: Run, monkeypatch: pytest.MonkeyPatch, today: date, warned: bool
) -> None:
    monkeypatch.setattr(_Later, "today_is", today)
    monkeypatch.setattr(catalogue_versions, "datetime", _Later)
    ran = run("catalogue", "status")
    assert ran.code == 0
    assert ("366 days old" in ran.err) is warned


def test_the_same_catalogue_has_no_difference(run: Run) -> None:
    assert run("catalogue", "diff", "default", DATA).out == "The catalogues are the same.\n"


def test_diff_tells_what_came_went_and_changed(run: Run, tmp_path: Path) -> None:
    text = (DATA / "exchange-se.toml").read_text("utf-8")
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(text, "utf-8")
    changed = text.replace("15.2.2562.20", "15.2.2562.21").replace("2025-10-14", "2025-10-15")
    new.write_text(changed.replace("kb = 5071876", "kb = 5071899"), "utf-8")
    ran = run("catalogue", "diff", old, new)
    assert ran.out.splitlines() == [
        "Updates added:",
        "  exchange-se/KB5071899",
        "Updates gone:",
        "  exchange-se/KB5071876",
        "Updates changed:",
        "  exchange-se/KB5063224",
        "    - RTM: ExSetup.exe 15.2.2562.20",
        "    + RTM: ExSetup.exe 15.2.2562.21",
        "  exchange-se/KB5066366",
        "    released: 2025-10-14 -> 2025-10-15",
    ]
    document = run("catalogue", "diff", old, new, "-f", "json").result
    assert document["added"] == ["exchange-se/KB5071899"]
    assert [change["id"] for change in document["changed"]] == ["exchange-se/KB5063224", "exchange-se/KB5066366"]


def test_diff_tells_of_levels_and_packages(run: Run, tmp_path: Path) -> None:
    text = (DATA / "exchange-2019.toml").read_text("utf-8")
    new = tmp_path / "new.toml"
    level = '  { name = "CU15", build = "15.2.1748.10", released = 2025-02-10 },\n'
    assert level in text
    added = level + '  { name = "CU16", build = "15.2.1900.1" },\n'
    new.write_text(text.replace(level, added).replace("  contains_earlier = false\n", "", 1), "utf-8")
    out = run("catalogue", "diff", DATA / "exchange-2019.toml", new).out
    assert "Levels added:\n  exchange-2019 CU16\n" in out
    assert "packages: RTM, without earlier fixes, fixes CVE-2021-26855 CVE-2021-26857" in out


def test_diff_tells_parts_of_a_product_field_by_field(run: Run, tmp_path: Path) -> None:
    text = (DATA / "exchange-5.5.toml").read_text("utf-8")
    new = tmp_path / "new.toml"
    new.write_text(text.replace('export = "GetOutlookVersion"', 'export = "GetVersion"', 1), "utf-8")
    lines = run("catalogue", "diff", DATA / "exchange-5.5.toml", new).out.splitlines()
    (line,) = [line for line in lines if "stub" in line]
    assert "export GetOutlookVersion, files " in line
    assert "export GetVersion, files " in line
    assert "frozenset" not in line


def test_diff_tells_of_products_and_advisories(run: Run, tmp_path: Path) -> None:
    text = (DATA / "exchange-2019.toml").read_text("utf-8")
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    advisory = """[[advisory]]
id = "made-up"
file = "ExSetup.exe"
first = "15.2.1748.10"
last = "15.2.1748.11"
text = "Withdrawn."
source = "nobody"
"""
    old.write_text(text, "utf-8")
    changed = text.replace("released = 2025-02-10 }", "released = 2025-02-11 }", 1)
    assert changed != text
    new.write_text(f"{changed}\n{advisory}", "utf-8")
    lines = run("catalogue", "diff", old, new).out.splitlines()
    advisories = lines.index("Advisories added:")
    assert lines[advisories + 1].startswith(
        "  id exchange-2019/made-up, product exchange-2019, file ExSetup.exe, first 15."
    )
    product = lines.index("Products changed:")
    assert lines[product + 1 : product + 4] == [
        "  exchange-2019",
        "    - levels: name CU15, build 15.2.1748.10, released 2025-02-10",
        "    + levels: name CU15, build 15.2.1748.10, released 2025-02-11",
    ]


def test_show_says_of_a_row_where_and_whether_it_counts(run: Run, tmp_path: Path) -> None:
    text = (DATA / "exchange-se.toml").read_text("utf-8")
    row = 'version = "15.2.2562.20"'
    assert text.count(row) == 1
    said = f'{row}, roles = ["bin"], companion = true, language = "0409", range = "==15.2.*"'
    (tmp_path / "own.toml").write_text(text.replace(row, said), "utf-8")
    shown = " ".join(run("catalogue", "show", "KB5063224", "--catalogue", "own.toml").out.split())
    assert "a companion: decides nothing; in bin; language 0409; for versions ==15.2.*" in shown
    (update,) = run("catalogue", "show", "KB5063224", "--catalogue", "own.toml", "-f", "json").result
    file = update["packages"][0]["files"][0]
    assert (file["roles"], file["companion"], file["language"]) == (["bin"], True, "0409")


def test_check_is_clean_and_a_newer_format_is_refused_with_words_that_help(run: Run, tmp_path: Path) -> None:
    assert run("catalogue", "check").out == "The catalogue has no faults.\n"
    newer = tmp_path / "newer.toml"
    newer.write_text("format = 9\nversion = 2030-01-01\n", "utf-8")
    ran = run("scan", tmp_path, "--catalogue", newer)
    assert ran.code == 2
    assert "catalogue format 9 is newer than this hotfix-check, which reads 1: update hotfix-check" in ran.err


@pytest.mark.parametrize(
    ("product", "beside", "said"),
    [
        ("exchange-se", (), "; give the one that has it too: 'default' is the tool's own"),
        ("exchange-es", ("--catalogue", "default"), " (exchange-2000, exchange-2003, "),
    ],
    ids=["updates alone", "mistyped"],
)
def test_a_catalogue_of_updates_without_their_product_says_what_to_give(
    product: str, beside: tuple[str, ...], said: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text(f'format = 1\nversion = 2026-12-08\nproduct = "{product}"\n')
    ran = run("catalogue", "status", *beside, "--catalogue", "mine.toml")
    assert ran.code == 2
    assert f"mine.toml: product: '{product}' is not a product of this catalogue{said}" in ran.err
