"""What a site decides: baselines weigh, waivers accept for a time, neither changes a verdict."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Ran, Run
from pe_builder import build_pe
from targets import ASSESSOR, SP4_BIN, WORKED, folder, installed, judge

from hotfix_check.assess import Assessment, Question
from hotfix_check.assess.next_steps import NextSteps, with_accepted
from hotfix_check.assess.support import unsupported
from hotfix_check.assess.weight import fails, outcome_of
from hotfix_check.errors import PolicyError
from hotfix_check.inventory.files import Inventory
from hotfix_check.policy import (
    Waivers,
    apply_waivers,
    baseline_text,
    load_baseline,
    load_waivers,
    long_waivers,
    parse_waivers,
    published,
)

WAIVER = """
[[waiver]]
id = "W-014"
kb = "KB818861"
reason = "Not a terminal server"
approved_by = "J. Rivera"
ticket = "CHG-10432"
approved_on = 2026-06-01
expires = 2026-12-31
"""
BASELINE = """
[[product]]
id = "exchange-5.5"
level = "SP4"
required = [818861, "KB324528"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def test_a_baseline_makes_a_hotfix_required_and_the_exit_code_follow(samples: Path, run: Run, tmp_path: Path) -> None:
    server = samples / "exchange-5.5-sp4"
    plain = run("scan", server, "-f", "json").result["targets"][0]["findings"]
    assert {one["importance"] for one in plain if one["kb"] == 818861} == {"optional"}
    ran = run("scan", server, "--baseline", write(tmp_path, BASELINE), "-f", "json")
    weights = {one["id"]: one["importance"] for one in ran.result["targets"][0]["findings"]}
    assert ran.code == 1
    assert weights["exchange-5.5/KB818861"] == "required"
    assert weights["exchange-5.5/SP4"] == "required"
    assert weights["exchange-5.5/KB884874"] == "optional"


def test_a_forbidden_update_that_is_installed_is_a_finding(samples: Path, run: Run, tmp_path: Path) -> None:
    policy = write(tmp_path, '[[product]]\nid = "exchange-5.5"\nforbidden = ["KB324528"]\n')
    assert run("scan", samples / "exchange-5.5-sp4", "--baseline", policy).code == 1


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_a_forbidden_update_is_told_only_when_it_is_there(form: str, samples: Path, run: Run, tmp_path: Path) -> None:
    policy = write(tmp_path, '[[product]]\nid = "exchange-2003"\nforbidden = ["SP2"]\n')
    absent = run("scan", samples / "exchange-2003-sp1", "--baseline", policy, "-f", form).out
    assert "install SP2" not in absent
    policy = write(tmp_path, '[[product]]\nid = "exchange-2003"\nforbidden = ["SP1"]\n')
    there = run("scan", samples / "exchange-2003-sp1", "--baseline", policy, "-f", form).out
    assert "Forbidden by the baseline: remove it." in there


def test_an_optional_service_pack_fails_nothing(samples: Path, run: Run, tmp_path: Path) -> None:
    policy = write(tmp_path, '[[product]]\nid = "exchange-2003"\noptional = ["SP2"]\nsupport = "accepted"\n')
    server = tmp_path / "Exchsrvr/Bin"
    server.mkdir(parents=True)
    (server / "Mad.exe").write_bytes(build_pe("6.5.7226.0"))
    assert run("scan", tmp_path).code == 1
    assert run("scan", tmp_path, "--baseline", policy).code == 3  # not every file was supplied


@pytest.mark.parametrize(("match", "code"), [("at-least", 0), ("exact", 1)])
def test_a_level_above_the_baseline_counts_only_when_it_must_be_exact(
    match: str, code: int, run: Run, tmp_path: Path
) -> None:
    server = tmp_path / "Exchange Server/V15/Bin"
    server.mkdir(parents=True)
    (server / "ExSetup.exe").write_bytes(build_pe("15.2.1748.55"))  # CU15, October 2026
    policy = write(
        tmp_path, f'[[product]]\nid = "exchange-2019"\nlevel = "CU14"\nmatch = "{match}"\nsupport = "accepted"\n'
    )
    assert run("scan", server.parent.parent, "--baseline", policy).code == code


def test_a_baseline_names_products_that_are_not_there(samples: Path, run: Run, tmp_path: Path) -> None:
    policy = write(tmp_path, '[[product]]\nid = "exchange-2003"\nrequired = ["KB901014"]\n')
    ran = run("scan", samples / "exchange-5.5-sp4", "--baseline", policy, "-f", "json")
    (finding,) = [one for one in ran.result["targets"][0]["findings"] if one["product"] == "exchange-2003"]
    assert finding["verdict"] == "not-applicable"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[product]]\nid = "exchange-9"', "policy.toml: exchange-9: id: 'exchange-9' is not in the catalogue"),
        ('[[product]]\nid = "exchange-5.5"\nlevel = "SP9"', "level: 'SP9' is not a level of exchange-5.5"),
        (
            '[[product]]\nid = "exchange-5.5"\nrequired = [901014]',
            "required: KB901014 is not an update of exchange-5.5",
        ),
        ('[[product]]\nid = "exchange-5.5"\nrequired = ["SP7"]', "required: 'SP7' is not a KB number"),
        ('[[product]]\nid = "exchange-5.5"\nrequierd = []', "requierd: unknown field"),
        ('[[product]]\nid = "exchange-5.5"\nmatch = "exact"', "match: needs a level"),
        (
            '[[product]]\nid = "exchange-5.5"\nrequired = [818861]\nforbidden = [818861]',
            "forbidden: exchange-5.5/KB818861 is required already",
        ),
        ("[[product", "not a TOML file"),
    ],
)
def test_a_broken_baseline_is_refused_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_baseline(write(tmp_path, text), WORKED)
    assert said in str(caught.value)


def test_a_baseline_written_from_a_server_is_met_by_it(samples: Path, run: Run, tmp_path: Path) -> None:
    golden = tmp_path / "golden.toml"
    assert run("baseline", "--from", samples / "exchange-2000-sp3", "-o", golden).code == 0
    ran = run("scan", samples / "exchange-2000-sp3", "--baseline", golden, "-f", "json")
    weights = {one["id"]: (one["importance"], one["verdict"]) for one in ran.result["targets"][0]["findings"]}
    assert weights["exchange-2000/KB817375"] == ("required", "installed")
    assert weights["exchange-2000/SP3"] == ("required", "installed")


@pytest.mark.parametrize(("left", "told"), [(60, False), (10, True)], ids=["most files are older", "few are"])
def test_a_baseline_asks_for_no_level_that_its_server_may_not_have(left: int, told: bool) -> None:
    names = [f"Microsoft.Exchange.Part{number}.dll" for number in range(left + 20)]
    program = {"product_name": "Microsoft Exchange"}
    place = "Exchange Server/V15/Bin"
    files = [installed(f"{place}/{name}", "15.2.1748.39", **program) for name in names[:left]]
    files += [installed(f"{place}/{name}", "15.2.2562.17", **program) for name in ("ExSetup.exe", *names[left:])]
    text = baseline_text(judge(folder(*files)), WORKED)
    assert 'id = "exchange-se"' in text
    assert ('level = "RTM"' in text) is told


def test_no_baseline_is_taken_from_nothing(samples: Path, run: Run) -> None:
    ran = run("baseline", "--from", samples / "windows-stub")
    assert (ran.code, ran.out) == (2, "")
    assert "nothing was recognised" in ran.err


def scan_waived(run: Run, samples: Path, tmp_path: Path, text: str, *options: str) -> Ran:
    return run(
        "scan",
        samples / "exchange-5.5-sp4",
        "--kb",
        "818861",
        "--waivers",
        write(tmp_path, text),
        "--as-of",
        "2026-11-21",
        "-f",
        "json",
        *options,
    )


def test_a_waiver_changes_the_exit_code_and_never_the_verdict(samples: Path, run: Run, tmp_path: Path) -> None:
    ran = scan_waived(run, samples, tmp_path, WAIVER)
    (target,) = ran.result["targets"]
    (finding,) = target["findings"]
    assert ran.code == 0
    assert (finding["verdict"], target["summary"]["missing"], target["summary"]["waived"]) == ("missing", 1, 1)
    assert finding["waiver"] == {
        "id": "W-014",
        "reason": "Not a terminal server",
        "approved_by": "J. Rivera",
        "ticket": "CHG-10432",
        "approved_on": "2026-06-01",
        "expires": "2026-12-31",
    }


@pytest.mark.parametrize(
    ("expires", "code"),
    [("2026-11-20", 1), ("2026-11-21", 0), ("2026-11-22", 0)],
    ids=["expired yesterday", "valid through today", "valid"],
)
def test_a_waiver_is_valid_through_its_last_day(
    expires: str, code: int, samples: Path, run: Run, tmp_path: Path
) -> None:
    ran = scan_waived(run, samples, tmp_path, WAIVER.replace("2026-12-31", expires))
    assert ran.code == code
    expired = [one["id"] for one in ran.result["waivers"]["expired"]]
    assert expired == (["W-014"] if code else [])
    assert ("waiver W-014 expired on 2026-11-20: its finding counts again" in ran.err) is bool(code)


@pytest.mark.parametrize(
    ("hosts", "code"),
    [('["exchange-*"]', 0), ('["EXCHANGE-5.5-SP4"]', 0), ('["other"]', 1)],
    ids=["a pattern", "without case", "another host"],
)
def test_a_waiver_may_speak_of_some_hosts(hosts: str, code: int, samples: Path, run: Run, tmp_path: Path) -> None:
    ran = scan_waived(run, samples, tmp_path, WAIVER + f"hosts = {hosts}\n")
    assert ran.code == code
    assert [one["id"] for one in ran.result["waivers"]["unused"]] == (["W-014"] if code else [])


@pytest.mark.parametrize("target", ["/evidence/EX1", "D:\\evidence\\EX1", "\\\\store/EX1", "EX1"])
def test_a_folder_is_the_host_that_it_is_called_after(target: str) -> None:
    assessment = judge(replace(folder(*SP4_BIN), target=target), kbs=frozenset({818861}))
    waivers = parse_waivers((WAIVER + 'hosts = ["ex1"]\n').encode(), "policy.toml", WORKED)
    applied = apply_waivers([assessment], waivers, date(2026, 11, 21))
    assert [sorted(one) for one in applied.by_target] == [["exchange-5.5/KB818861"]]


def test_a_waiver_for_what_is_installed_is_unused(samples: Path, run: Run, tmp_path: Path) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "--waivers", write(tmp_path, WAIVER.replace("818861", "324528")))
    assert "warning: waiver W-014 matches no finding here" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('reason = "Not a terminal server"', "", "W-014: reason: missing"),
        ('approved_by = "J. Rivera"', "", "W-014: approved_by: missing"),
        ("expires = 2026-12-31", "", "W-014: expires: missing"),
        ("expires", "expire", "W-014: expires: missing"),
        ("expires = 2026-12-31", 'expires = "never"', "W-014: expires: a date such as"),
        ("expires = 2026-12-31", "expires = 2026-01-01", "W-014: expires: 2026-01-01 is before approved_on"),
        ("KB818861", "KB999999", "W-014: kb: KB999999 is not in the catalogue"),
        ("KB818861", "MS99-999", "W-014: kb: 'MS99-999' is not a KB number"),
        ("KB818861", "exchange-4/support", "W-014: kb: 'exchange-4/support': no such product in the catalogue"),
        ('kb = "KB818861"', "", "W-014: kb: missing"),
        ('ticket = "CHG-10432"', 'update = "SP4"', "W-014: update: kb is given as well"),
        ("ticket", "tickte", "W-014: tickte: unknown field"),
    ],
)
def test_a_broken_waiver_is_refused_with_its_place(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_waivers(write(tmp_path, WAIVER.replace(old, new, 1)), WORKED)
    assert said in str(caught.value)


def waive(*names: str, expires: str = "2027-01-01") -> Waivers:
    """Waivers for these names, each called after its name."""
    text = "".join(
        f"[[waiver]]\nid = 'W {name}'\nupdate = '{name}'\nreason = 'x'\napproved_by = 'y'\nexpires = {expires}\n"
        for name in names
    )
    return parse_waivers(text.encode(), "policy.toml", WORKED) if text else Waivers()


@pytest.mark.parametrize(
    ("name", "accepts"),
    [
        ("KB818861", {"exchange-5.5/KB818861"}),
        ("exchange-5.5/KB818861", {"exchange-5.5/KB818861"}),
        ("oct26su", {f"exchange-{release}/Oct26SU" for release in ("2016", "2019", "se")}),
        ("MS06-019", {"exchange-2000/KB916803", "exchange-2003/KB916803"}),
        ("exchange-5.5/support", {"exchange-5.5/support"}),
    ],
    ids=["a KB number", "an id", "another name", "a bulletin for two products", "the end of support"],
)
def test_a_waiver_takes_whatever_an_update_is_called(name: str, accepts: set[str]) -> None:
    (waiver,) = waive(name).entries
    assert waiver.accepts == accepts


CU22 = replace(folder(installed("Bin/ExSetup.exe", "15.1.2375.7", machine="amd64")), target="EX1")
DAY = date(2026, 11, 21)


def accepted(inventory: Inventory, *names: str) -> tuple[Assessment, tuple[NextSteps, ...], dict[str, str]]:
    """A server's answer, its plans, and what these waivers accept there, with the waiver."""
    assessment, plans = ASSESSOR.judge(inventory, Question(unsupported=unsupported(WORKED.products, DAY)))
    (here,) = apply_waivers([assessment], waive(*names), DAY).by_target
    return assessment, plans, {key: waiver.id for key, waiver in here.items()}


def test_a_waiver_for_a_step_covers_what_only_waits_for_it() -> None:
    assessment, _, here = accepted(CU22, "exchange-2016/CU23")
    waiting = {one.update.id for one in assessment.findings if one.blocked}
    assert "exchange-2016/Oct26SU" in waiting
    assert here == dict.fromkeys({*waiting, "exchange-2016/CU23"}, "W exchange-2016/CU23")
    open_still = {one.update.id for one in assessment.findings if fails(one.verdict, one.importance)} - set(here)
    assert "exchange-2016/KB5019758" in open_still


def test_what_is_accepted_as_missing_is_no_step() -> None:
    assessment, plans, here = accepted(CU22, "exchange-2016/CU23")
    after, _ = with_accepted(assessment, plans, frozenset(here))
    (installation,) = after.installations
    assert [step.update.id for step in installation.next_steps] == ["exchange-2016/KB5019758"]
    advice = {one.update.id: one.advice for one in after.findings}
    assert advice["exchange-2016/KB5019758"] == ("exchange-2016/KB5019758",)
    assert advice["exchange-2016/CU23"] == advice["exchange-2016/Oct26SU"] == ()


def test_what_another_installation_could_have_at_once_is_not_covered() -> None:
    assessment, _, _ = accepted(CU22, "exchange-2016/CU23")
    newest = replace(CU22, files=(installed("Bin/ExSetup.exe", "15.1.2507.6", machine="amd64"),))
    other, _, _ = accepted(newest, "exchange-2016/CU23")
    both = replace(
        assessment, findings=(*assessment.findings, *(replace(one, installation="b") for one in other.findings))
    )
    (here,) = apply_waivers([both], waive("exchange-2016/CU23"), DAY).by_target
    assert set(here) == {"exchange-2016/CU23"}


def test_what_needs_something_else_as_well_is_not_covered_by_a_waiver_for_another() -> None:
    _, _, here = accepted(CU22, "exchange-2016/KB5019758")
    assert here == {"exchange-2016/KB5019758": "W exchange-2016/KB5019758"}


@pytest.mark.parametrize(
    ("question", "names", "outcome"),
    [
        pytest.param({}, (), "findings", id="out of support"),
        pytest.param({}, ("exchange-2013/support",), "clean", id="accepted by a waiver"),
        pytest.param({"accepted": frozenset({"exchange-2013/support"})}, (), "clean", id="accepted by the baseline"),
        pytest.param({"kbs": frozenset({5024296})}, (), "clean", id="a question about one update"),
        pytest.param({"unsupported": frozenset()}, (), "clean", id="before the end"),
    ],
)
def test_the_end_of_support_counts_in_a_whole_scan(
    question: dict[str, Any], names: tuple[str, ...], outcome: str
) -> None:
    newest = installed("Exchange Server/V15/Bin/ExSetup.exe", "15.0.1497.48", machine="amd64")
    inventory = folder(newest, root="Program Files")
    ended = unsupported(WORKED.products, DAY)
    assessment = ASSESSOR.assess(inventory, Question(**{"unsupported": ended, **question}))
    applied = apply_waivers([assessment], waive(*names), DAY)
    assert outcome_of(assessment, waived=frozenset(applied.by_target[0])) == outcome


def test_the_end_of_support_of_a_client_library_alone_does_not_count() -> None:
    ended = unsupported(WORKED.products, DAY)
    assessment = ASSESSOR.assess(folder(installed("WINNT/System32/Mapi32.dll", "5.5.2657.55")), Question())
    assert [held for held in assessment.advisories if held.counts] == []
    assert "exchange-5.5" in ended


def test_support_lasts_through_its_last_day() -> None:
    assert "exchange-2003" not in unsupported(WORKED.products, date(2014, 4, 8))
    assert "exchange-2003" in unsupported(WORKED.products, date(2014, 4, 9))


def test_the_same_waiver_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="W-014 appears twice"):
        load_waivers(write(tmp_path, WAIVER + WAIVER), WORKED)


def test_a_waiver_that_outlives_a_year_is_warned_of(tmp_path: Path) -> None:
    waivers = load_waivers(write(tmp_path, WAIVER.replace("2026-12-31", "2027-06-03")), WORKED)
    assert long_waivers(waivers, date(2026, 11, 21)) == ("waiver W-014 lasts until 2027-06-03, more than a year",)
    assert long_waivers(load_waivers(write(tmp_path, WAIVER), WORKED), date(2026, 11, 21)) == ()


def test_a_warning_quotes_the_id_of_a_waiver_on_one_line(tmp_path: Path) -> None:
    text = WAIVER.replace("2026-12-31", "2027-06-03").replace("W-014", "W\\u001b[31m\\n" + "x" * 5000)
    (line,) = long_waivers(load_waivers(write(tmp_path, text), WORKED), date(2026, 11, 21))
    assert line.isprintable()
    assert len(line) < 150


def test_the_catalogue_as_of_a_day_has_nothing_that_came_later() -> None:
    ids = {update.id for update in published(WORKED, date(2003, 10, 1)).updates}
    assert "exchange-2000/KB817375" in ids
    assert "exchange-5.5/KB818861" in ids
    assert "exchange-5.5/KB884874" not in ids
    assert "exchange-2003/SP1" not in ids
    assert "exchange-2000/KB824282" in ids  # September 2003
    assert "exchange-2000/KB836488" not in ids  # April 2004
    same_day = {update.id for update in published(WORKED, date(2003, 7, 1)).updates}
    assert "exchange-5.5/KB818861" in same_day


def test_was_it_available_on_that_day(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-2000-sp3", "--as-of", "2003-10-01", "-f", "json")
    found = {one["id"]: one for one in ran.result["targets"][0]["findings"]}
    assert found["exchange-2000/KB817375"]["verdict"] == "installed"
    assert found["exchange-2000/KB817375"]["anomalies"] == [
        "undated: its files date from 2003-03-31, so whether it was available on 2003-10-01 is unknown"
    ]
    assert ran.result["run"]["as_of"] == "2003-10-01"
    late = run("scan", samples / "exchange-5.5-sp4", "--kb", "884874", "--as-of", "2003-10-01")
    assert (late.code, late.out) == (2, "")
    assert "--kb: KB884874 is not in the catalogue as of 2003-10-01" in late.err


@pytest.mark.parametrize("form", ["json", "html", "md", "table"])
def test_every_format_names_the_baseline_and_the_digest_of_its_bytes(
    form: str, samples: Path, run: Run, tmp_path: Path
) -> None:
    policy = write(tmp_path, BASELINE)
    digest = hashlib.sha256(policy.read_bytes()).hexdigest()
    out = run("scan", samples / "exchange-5.5-sp4", "--baseline", "policy.toml", "-f", form, "--all").out
    assert digest in out.replace("\n", "").replace(" ", "")
    assert "policy.toml" in out


def test_a_result_without_a_baseline_says_so(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "-f", "json")
    assert ran.result["baseline"] == {"file": None, "sha256": None}
