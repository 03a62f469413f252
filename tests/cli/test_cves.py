"""Asking by CVE: is it open here, what fixes it, and what the exit code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from pe_builder import build_pe


def server(folder: Path, build: str, year: str = "V15") -> Path:
    place = folder / f"Program Files/Microsoft/Exchange Server/{year}/Bin"
    place.mkdir(parents=True)
    (place / "ExSetup.exe").write_bytes(build_pe(build))
    return folder


@pytest.mark.parametrize(
    ("build", "cve", "code", "fixed_by"),
    [
        pytest.param("15.1.1913.5", "CVE-2020-0688", 1, "missing", id="open on CU15 of 2016"),
        pytest.param("15.1.1913.7", "CVE-2020-0688", 0, "installed", id="fixed by its update"),
        pytest.param("15.1.2507.6", "CVE-2020-0688", 0, "superseded", id="fixed by a later level"),
        pytest.param("15.1.2044.13", "CVE-2020-17144", 0, None, id="a hole of another product"),
        pytest.param("15.1.2044.13", "CVE-2020-17117", 3, "undetermined", id="the update of March 2021 proves four"),
    ],
)
def test_whether_a_cve_is_open_decides_the_exit_code(
    build: str, cve: str, code: int, fixed_by: str | None, tmp_path: Path, run: Run
) -> None:
    ran = run("scan", server(tmp_path, build), "--cve", cve.lower(), "-f", "json", "--as-of", "2026-11-27")
    assert ran.code == code
    found = {one["verdict"] for one in ran.result["targets"][0]["findings"] if one["product"] == "exchange-2016"}
    if fixed_by is None:
        assert found <= {"not-applicable"}
    else:
        assert fixed_by in found


def test_any_update_that_fixes_it_is_enough(tmp_path: Path, run: Run) -> None:
    target = server(tmp_path, "15.2.1544.14")  # version 2 of November 2024: the first one was withdrawn
    ran = run("scan", target, "--cve", "CVE-2024-49040", "-f", "json", "--as-of", "2026-11-27")
    ((hole,),) = [one["exposures"] for one in ran.result["targets"][0]["installations"]]
    assert (hole["state"], ran.code) == ("needs-configuration", 3)  # an override can switch the fix off


def test_a_cve_that_no_update_mends_has_no_update_to_explain(tmp_path: Path, run: Run) -> None:
    target = server(tmp_path, "15.1.2507.6")
    ran = run("explain", "CVE-2018-8581", target)
    assert ran.code == 2
    assert "no update in the catalogue fixes CVE-2018-8581: the registry value DisableLoopbackCheck" in ran.err
    assert run("scan", target, "--cve", "CVE-2018-8581").code == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CVE-1-2", "--cve: 'CVE-1-2' is not a CVE number"),
        ("CVE-2099-12345", "--cve: CVE-2099-12345 is not in the catalogue: 'hotfix-check catalogue list' shows"),
        ("CVE-2022-41028", "in the catalogue: did you mean CVE-2022-41078 or CVE-2022-41082? "),
        ("CVE2022-41082", "--cve: 'CVE2022-41082' is not a CVE number: did you mean CVE-2022-41082?"),
        ("KB5014261", "--cve: 'KB5014261' is not a CVE number, such as CVE-2021-26855"),
    ],
    ids=["no number", "not known", "two digits swapped", "a hyphen left out", "counter-case: a KB"],
)
def test_what_is_no_cve_of_the_catalogue_cannot_be_asked(name: str, said: str, tmp_path: Path, run: Run) -> None:
    ran = run("scan", server(tmp_path, "15.1.2507.6"), "--cve", name)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("command", [("catalogue", "show"), ("explain",)], ids=["catalogue show", "explain"])
def test_every_command_names_the_nearest_cve(command: tuple[str, ...], tmp_path: Path, run: Run) -> None:
    target = (server(tmp_path, "15.1.2507.6"),) if command == ("explain",) else ()
    ran = run(*command, "cve-2022-41028", *target)
    said = "CVE-2022-41028 is not in the catalogue: did you mean CVE-2022-41078 or CVE-2022-41082? "
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_cve_is_a_name_of_the_updates_that_fix_it(tmp_path: Path, run: Run) -> None:
    target = server(tmp_path, "15.1.1913.5")
    asked = run("scan", target, "--kb", "CVE-2020-0688", "-f", "json")
    verdicts = {one["id"]: one["verdict"] for one in asked.result["targets"][0]["findings"]}
    assert (asked.code, verdicts["exchange-2016/KB4536987"]) == (1, "missing")
    assert "KB4536987" in run("explain", "CVE-2020-0688", target).out
    assert "CU23" in run("plan", target, "--to", "CVE-2020-0688").out


def test_show_says_what_fixes_a_cve_line_by_line(run: Run) -> None:
    shown = run("catalogue", "show", "cve-2020-0688", "-f", "json").result
    assert (shown["cve"], shown["cvss"], shown["known_exploited"], shown["due"], shown["ransomware"]) == (
        "CVE-2020-0688",
        8.8,
        "2021-11-03",
        "2022-05-03",
        True,
    )
    fixes = {(one["product"], one["line"]): one["kb"] for one in shown["fixed_by"]}
    assert fixes["exchange-2016", "CU15"] == 4536987
    text = run("catalogue", "show", "CVE-2020-0688").out
    assert "known to be exploited since 2021-11-03, also by ransomware; due 2022-05-03 (CISA)" in text
    bulletin = run("catalogue", "show", "MS12-058", "-f", "json").result
    assert {one["kb"] for one in bulletin if one["product"] == "exchange-2007"} == {2734323, 2756497}


def test_all_cves_and_the_nineteen_known_to_be_exploited_answer_by_name(run: Run) -> None:
    from targets import WORKED

    assert len(WORKED.cves) == 321
    assert sum(cve.known_exploited is not None for cve in WORKED.cves.values()) == 19


def test_the_answer_on_cves_that_were_asked_for_names_what_is_fixed(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-2016-cu23", "--cve", "CVE-2021-26855")
    assert ran.code == 0
    assert "  Fixed: CVE-2021-26855 (KB5000871)." in ran.out.splitlines()
    assert "For products that are not here:" not in ran.out


def test_the_answer_on_cves_that_were_asked_for_says_what_is_left_to_configure(run: Run, tmp_path: Path) -> None:
    """The May 2022 update is there; that Active Directory was prepared as well, no file shows."""
    ran = run("scan", server(tmp_path, "15.1.2507.9"), "--cve", "CVE-2022-21978")
    said = " ".join(ran.out.split())
    assert ran.code == 3
    assert "Needs configuration: CVE-2022-21978: Setup /PrepareDomain or /PrepareAllDomains must have been run" in said
    assert "Needs configuration" not in run("scan", tmp_path, "--cve", "CVE-2022-41082").out


def test_an_update_that_is_there_and_leaves_it_open_says_why(run: Run, tmp_path: Path) -> None:
    """The package of March 2021 for CU8 fixes four CVEs, those for CU18 and CU19 fix eight."""
    server(tmp_path, "15.1.1415.10")
    ran = run("scan", tmp_path, "--cve", "CVE-2021-26412", "--cve", "CVE-2021-26855", "--cve", "CVE-2024-21410")
    said = " ".join(ran.out.split())
    assert ran.code == 1
    open_here = "KB5000871: its package for CU8 does not fix it, only those for CU18 and CU19 do"
    assert f"CVE-2021-26412 ({open_here})" in said
    assert "Exposed: CVE-2024-21410 (KB5036386" in said
    assert "Fixed: CVE-2021-26855 (KB5000871)." in said


def test_what_an_update_that_is_there_leaves_open_counts_by_itself(run: Run, tmp_path: Path) -> None:
    """Nothing is missing that was asked for, and yet the CVE is open; counter-case: one that this package fixes."""
    server(tmp_path, "15.1.1415.10")
    assert run("scan", tmp_path, "--cve", "CVE-2021-26412").code == 1
    assert run("scan", tmp_path, "--cve", "CVE-2021-26855").code == 0


def test_what_an_update_that_is_there_leaves_open_has_a_next_step(run: Run, tmp_path: Path) -> None:
    """No package for CU8 mends it: the way is the newest cumulative update, in the scan as in the plan."""
    server(tmp_path, "15.1.1415.10")
    ran = run("scan", tmp_path, "--cve", "CVE-2021-26412", "-f", "json")
    (one,) = ran.result["targets"][0]["installations"]
    assert [(step["id"], step["cves"]) for step in one["next_steps"]] == [("exchange-2016/CU23", ["CVE-2021-26412"])]
    assert "no required or recommended update is missing" not in one["posture"]
    plan = run("plan", tmp_path, "--to", "cve-2021-26412", "-f", "json").result
    assert [step["id"] for step in plan["steps"]] == ["exchange-2016/CU23"]


def test_counter_case_of_an_update_that_is_there_nothing_follows_for_what_it_fixes(run: Run, tmp_path: Path) -> None:
    server(tmp_path, "15.1.1415.10")
    for name in ("CVE-2021-26855", "KB5000871"):
        assert run("plan", tmp_path, "--to", name, "-f", "json").result["steps"] == []


def test_a_question_about_updates_is_not_answered_with_cves_that_none_of_them_fixes(samples: Path, run: Run) -> None:
    """Three CVEs of 5.5 are fixed by no catalogued update; counter-cases: a whole scan, and one that is asked for."""
    server = samples / "exchange-5.5-sp4"
    told = {
        asked: {
            hole["cve"]
            for one in run("scan", server, *asked, "-f", "json").result["targets"][0]["installations"]
            for hole in one["exposures"]
        }
        for asked in ((), ("--kb", "KB818861"), ("--kb", "KB894689"), ("--cve", "CVE-1999-0945"))
    }
    assert told["--kb", "KB818861"] == set()
    assert told["--kb", "KB894689"] == {"CVE-2006-0002"}
    assert told["--cve", "CVE-1999-0945"] == {"CVE-1999-0945"}
    assert {"CVE-1999-0945", "CVE-1999-1043", "CVE-2001-1319", "CVE-2006-0002"} < told[()]


def test_an_update_that_is_missing_for_a_cve_is_a_next_step(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-2016-cu23", "--cve", "CVE-2022-41082", "-f", "json")
    (one,) = ran.result["targets"][0]["installations"]
    assert [(step["id"], step["public"], step["cves"]) for step in one["next_steps"]] == [
        ("exchange-2016/Oct26SU", "exchange-2016/KB5066369", ["CVE-2022-41082"])
    ]


@pytest.mark.parametrize("name", ["CVE-2021-26412", "KB5000871"])
def test_what_an_update_that_is_there_leaves_open_can_be_accepted(name: str, run: Run, tmp_path: Path) -> None:
    server(tmp_path, "15.1.1415.10")
    waiver = tmp_path / "w.toml"
    waiver.write_text(f'[[waiver]]\nid = "W1"\nkb = "{name}"\nreason = "r"\napproved_by = "p"\nexpires = 2026-12-31\n')
    asked = ("scan", tmp_path, "--waivers", waiver, "--as-of", "2026-11-27")
    ran = run(*asked, "--cve", "CVE-2021-26412")
    assert (ran.code, "matches no finding" in ran.err) == (0, False)
    assert "Accepted under waiver W1" in ran.out
    assert "Next steps" not in ran.out
    assert run(*asked[:3], waiver, "--as-of", "2027-01-01", "--cve", "CVE-2021-26412").code == 1  # it has expired


@pytest.mark.parametrize("asked", [("--cve", "CVE-2021-26855"), ("--kb", "KB5000871"), ()])
def test_counter_case_where_nothing_is_left_open_there_is_nothing_to_accept(
    asked: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    server(tmp_path, "15.1.1415.10")
    waiver = tmp_path / "w.toml"
    waiver.write_text(
        '[[waiver]]\nid = "W1"\nkb = "KB5000871"\nreason = "r"\napproved_by = "p"\nexpires = 2026-12-31\n'
    )
    ran = run("scan", tmp_path, "--waivers", waiver, "--as-of", "2026-11-27", *asked)
    assert "warning: waiver W1 matches no finding here" in ran.err


def test_a_shadow_copy_beside_the_live_volume_says_nothing_of_what_shows_its_level(run: Run, tmp_path: Path) -> None:
    server(tmp_path, "15.1.2507.77")
    server(tmp_path / "HarddiskVolumeShadowCopy2", "15.1.2507.6")
    said = " ".join(run("scan", tmp_path).out.split())
    assert "A shadow copy: the product is elsewhere too" in said
    assert "(by )" not in said


def test_one_open_cve_is_counted_in_the_singular(samples: Path, run: Run) -> None:
    said = " ".join(run("scan", samples / "exchange-2016-cu23", "--cve", "CVE-2022-41040").out.split())
    assert "Exposed to 1 CVE, known to be exploited (CVE-2022-41040)." in said


OF_NO_LINE = """
format = 1
version = 2026-11-27

[product]
id = "exchange-2016"
name = "Exchange Server 2016"
range = "==15.1.*"
server_files = ["ExSetup.exe"]
sources = ["KB1234567"]
levels = [
  { name = "CU8", build = "15.1.1415.2", released = 2017-12-19 },
  { name = "CU18", build = "15.1.2106.2", released = 2020-09-15 },
]
folders = [{ role = "bin", paths = ["V15/Bin"], core = ["ExSetup.exe"] }]
files = [
  { name = "ExSetup.exe", roles = ["bin"], marker = true, versions = { CU8 = "15.1.1415.2", CU18 = "15.1.2106.2" } },
]

[[cve]]
id = "CVE-2021-0001"
sources = ["MSRC"]

[[update]]
kb = 1234567
title = "A fix"
kind = "security-update"
importance = "required"
released = 2021-03-02
replaces = []
sources = ["KB1234567"]

[[update.package]]
level = "CU8"
files = [{ name = "ExSetup.exe", version = "15.1.1415.10" }]

[[update.package]]
cves = ["CVE-2021-0001"]
files = [{ name = "Web.config", size = 5 }]
"""


def test_a_package_of_which_nothing_shows_the_line_proves_no_cve(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OF_NO_LINE)
    folder = server(tmp_path / "disk", "15.1.1415.10")
    ran = run("scan", folder, "--catalogue", tmp_path / "own.toml", "-f", "json")
    ((hole,),) = [one["exposures"] for one in ran.result["targets"][0]["installations"]]
    assert (hole["cve"], hole["state"]) == ("CVE-2021-0001", "unknown")


@pytest.mark.parametrize(
    ("build", "year", "cve", "code", "why"),
    [
        pytest.param(
            "15.1.2507.77",
            "V15",
            "CVE-2026-118151",
            3,
            "it was published after support for Exchange Server 2016 had ended, and no update says whether it is there",
            id="published after paid support",
        ),
        pytest.param(
            "14.3.513.0",
            "V14",
            "CVE-2022-41082",
            3,
            "it was published after support for Exchange Server 2010 had ended, and no update says whether it is there",
            id="published after support",
        ),
        pytest.param(
            "14.3.123.4", "V14", "CVE-2013-0393", 3, "what fixes it was not made for SP3", id="another line's"
        ),
        pytest.param("15.1.2507.61", "V15", "CVE-2020-17144", 0, None, id="of another product, looked at in support"),
        pytest.param("15.2.2562.57", "V15", "CVE-2022-41082", 0, None, id="of a product without an end of support"),
        pytest.param("14.2.390.3", "V14", "CVE-2013-0393", 0, None, id="fixed by its own line"),
    ],
)
def test_that_no_update_speaks_of_a_cve_is_an_answer_only_where_one_would_have(
    build: str, year: str, cve: str, code: int, why: str | None, tmp_path: Path, run: Run
) -> None:
    ran = run("scan", server(tmp_path, build, year), "--cve", cve, "--as-of", "2026-11-27")
    assert ran.code == code
    told = f"Undetermined: {cve} ({why})." if why else None
    assert told is None or told in " ".join(ran.out.split())
    assert why is not None or "Undetermined" not in ran.out
