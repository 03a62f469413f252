"""VEX in CSAF 2.0: valid by the standard, and nothing but what the result says."""

from __future__ import annotations

import copy
import json
import re
import shlex
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from report.csaf_rules import RULES, leaves, products
from report.documents import HOSTILE, document
from report.hostile import EVERY, acting, small_with

from hotfix_check.errors import OutputError, UsageError
from hotfix_check.report.csaf import csaf_document, render_csaf
from hotfix_check.report.document import result_of
from hotfix_check.report.publisher import Publisher, parse_publisher

BY = Publisher("Example Corp", "https://example.com")
DOCUMENT: Any = document(120)
(TARGET,) = DOCUMENT["targets"]
(INSTALLATION,) = TARGET["installations"]
STATES = {
    "exposed": "known_affected",
    "needs-configuration": "under_investigation",
    "unknown": "under_investigation",
    "fixed": "fixed",
}
Change = Callable[[Any], None]


def two_installations() -> Any:
    """A result with a second installation of the product, on which every CVE is another step further."""
    made = copy.deepcopy(DOCUMENT)
    (one,) = made["targets"][0]["installations"]
    other = copy.deepcopy(one)
    other["root"] = "D/V15"
    for exposure in other["exposures"]:
        exposure["state"] = {"exposed": "fixed", "fixed": "exposed"}.get(exposure["state"], "unknown")
    aside = {**copy.deepcopy(one), "root": "HarddiskVolumeShadowCopy1/V15", "counts": False}
    made["targets"][0]["installations"] += [other, aside]
    return made


def written(made: Any) -> Any:
    text = render_csaf(result_of(made), BY)
    assert text.isascii()
    return json.loads(text)


@pytest.fixture
def of_samples(samples: Path, run: Run, tmp_path: Path) -> Any:
    """What a scan of two servers and a lone file writes."""
    out = tmp_path / "servers.csaf.json"
    targets = samples / "exchange-2016-cu23", samples / "exchange-5.5-sp4", samples / "copied-file"
    run("scan", *targets, "-q", "-o", out, "--publisher", "Example Corp=https://example.com", "--exit-zero")
    return json.loads(out.read_text())


def valid(made: Any) -> list[str]:
    """The rules that a document breaks."""
    return [name for name, holds in RULES.items() if not holds(made)]


def test_a_scan_of_servers_breaks_no_mandatory_rule(of_samples: Any) -> None:
    assert valid(of_samples) == []
    assert len(products(of_samples)) == 3


@pytest.mark.parametrize("make", [lambda: DOCUMENT, two_installations], ids=["hostile text", "two installations"])
def test_a_made_up_result_breaks_no_mandatory_rule(make: Callable[[], Any]) -> None:
    assert valid(written(make())) == []


def test_it_is_valid_by_the_published_schema_and_by_a_verifier_of_others(of_samples: Any) -> None:
    verification = pytest.importorskip("csaf_lib.verification", reason="needs csaf-lib, of the extra test")
    for made in (of_samples, written(DOCUMENT), written(two_installations())):
        report = verification.Verifier(copy.deepcopy(made)).run_all()
        assert [(one.test_id, one.message, one.details) for one in report.failures] == []
        assert {"1.1", "1.6", "1.9", "1.10", "2.1"} <= {
            one.test_id for one in report.results if one.status == verification.VerificationStatus.PASS
        }


def _twice(one: Any) -> None:
    one["vulnerabilities"].append(one["vulnerabilities"][0])


def _both(one: Any) -> None:
    status = one["vulnerabilities"][0]["product_status"]
    status["fixed"] = status["under_investigation"] = ["CSAFPID-0001"]


def _unknown(one: Any) -> None:
    one["vulnerabilities"][0]["product_status"] = {"fixed": ["CSAFPID-9999"]}


def _inactive(one: Any) -> None:
    for each in one["vulnerabilities"]:
        each.pop("remediations", None)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (_twice, "6.1.23"),
        (_both, "6.1.6"),
        (_unknown, "6.1.1"),
        (_inactive, "6.1.27.10"),
        (lambda one: one["document"]["tracking"].update(version="2"), "6.1.16"),
        (lambda one: one["vulnerabilities"].clear(), "6.1.27.11"),
    ],
    ids=["a CVE twice", "two statuses", "no such product", "nothing to do", "another version", "no CVE"],
)
def test_the_rules_find_what_breaks_them(change: Change, broken: str) -> None:
    made = written(DOCUMENT)
    change(made)
    assert [name for name in valid(made) if name.startswith(f"{broken} ")]


@pytest.mark.parametrize("make", [lambda: DOCUMENT, two_installations], ids=["one installation", "two"])
def test_every_exposure_of_an_installation_that_counts_has_its_status(make: Callable[[], Any]) -> None:
    made = make()
    counting = [one for one in made["targets"][0]["installations"] if one["counts"]]
    ids = products(written(made))
    assert len(ids) == len(counting)
    expected: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for product, one in zip(ids, counting, strict=True):
        for exposure in one["exposures"]:
            expected[exposure["cve"]][STATES[exposure["state"]]].add(product)
    told = {
        one["cve"]: {status: set(its) for status, its in one["product_status"].items()}
        for one in written(made)["vulnerabilities"]
    }
    assert told == expected


def test_what_to_do_is_the_next_step_that_closes_it_word_for_word() -> None:
    told = {one["cve"]: one for one in written(DOCUMENT)["vulnerabilities"]}
    step = INSTALLATION["next_steps"][0]
    (remedy, *_) = told["CVE-2021-30000"]["remediations"]
    assert (remedy["category"], remedy["product_ids"]) == ("vendor_fix", ["CSAFPID-0001"])
    assert remedy["details"].startswith(f"Install KB{step['kb']}")
    assert "Stop the service" in remedy["details"]
    assert "CVE-" not in remedy["details"]
    assert remedy["url"] == f"https://support.microsoft.com/help/{step['kb']}"
    needing = [one["cve"] for one in INSTALLATION["exposures"] if one["state"] == "needs-configuration"]
    for cve in needing:
        (remedy,) = told[cve]["remediations"]
        assert remedy["category"] == "mitigation"
        assert remedy["details"].startswith("Switch on Extended Protection")
    fixed = [one["cve"] for one in INSTALLATION["exposures"] if one["state"] == "fixed"]
    assert not any("remediations" in told[cve] for cve in fixed)


@pytest.mark.parametrize(
    ("advice", "fixed_by", "category", "said"),
    [
        (["exchange-2016/CU23", "exchange-2016/KB4000000"], True, "vendor_fix", "Install CU23, then KB4000000."),
        ([], True, "none_available", "Nothing to install: no plan leads to KB4000000, which fixes it."),
        ([], False, "none_available", "Nothing to install: no catalogued update fixes it. Its successor is "),
    ],
    ids=["a plan for the update", "no plan", "no update"],
)
def test_what_no_next_step_closes_says_what_there_is(
    advice: list[str], fixed_by: bool, category: str, said: str
) -> None:
    made = copy.deepcopy(DOCUMENT)
    (one,) = made["targets"][0]["installations"]
    one["next_steps"] = []
    finding = next(each for each in made["targets"][0]["findings"] if each["kb"] == 4_000_000)
    finding["advice"] = advice
    one["exposures"] = [{**one["exposures"][0], "state": "exposed", "fixed_by": finding["id"] if fixed_by else None}]
    (told,) = written(made)["vulnerabilities"]
    (remedy,) = told["remediations"]
    assert remedy["category"] == category
    assert remedy["details"].startswith(said)
    assert valid(written(made)) == []


def test_what_an_open_cve_needs_beside_its_update_is_told_with_it() -> None:
    made = copy.deepcopy(DOCUMENT)
    made["targets"][0]["installations"][0]["exposures"][0]["needs"] = "the value X must be set"
    told = {one["cve"]: one for one in written(made)["vulnerabilities"]}
    assert told["CVE-2021-30000"]["remediations"][0]["details"].endswith(" The value X must be set.")


def test_known_exploitation_and_rating_are_told_and_no_vector_is_made_up() -> None:
    told = {one["cve"]: one for one in written(DOCUMENT)["vulnerabilities"]}
    (threat,) = told["CVE-2021-30000"]["threats"]
    said = "Known to be exploited, by ransomware too: in CISA's catalogue since 2021-11-03; due 2021-11-17."
    assert (threat["category"], threat["details"]) == ("exploit_status", said)
    assert "threats" not in told["CVE-2021-30001"]
    assert told["CVE-2021-30000"]["notes"][0]["text"] == "Remote Code Execution. CVSS base score 9.1 (critical)."
    assert not any("scores" in one for one in told.values())


def test_the_products_are_the_installations_with_their_posture_and_basis() -> None:
    made = written(two_installations())
    names = [product["name"] for product in leaves(made["product_tree"]["branches"])]
    assert names == [
        f"Exchange Server 2016 CU22 to CU23, build 15.1.2507.6 of 2022-04-20 on EXCH01: {root}"
        for root in ("Program Files/Microsoft/Exchange Server/V15", "D/V15")
    ]
    notes = [note["text"] for note in made["document"]["notes"]]
    assert sum("out of support since 2025-10-14 (13 months)" in text for text in notes) == 2
    assert any(
        "0" * 64 in text and "Asked about: exchange-2016; all updates; nothing excluded." in text for text in notes
    )
    assert made["document"]["publisher"] == {
        "category": "user",
        "name": "Example Corp",
        "namespace": "https://example.com",
    }


def test_the_same_result_gives_the_same_document_and_another_one_another_id() -> None:
    assert render_csaf(result_of(DOCUMENT), BY) == render_csaf(result_of(json.loads(json.dumps(DOCUMENT))), BY)
    ids = {written(made)["document"]["tracking"]["id"] for made in (DOCUMENT, two_installations())}
    assert len(ids) == 2


def test_a_result_without_a_time_is_of_the_day_that_it_was_judged_for() -> None:
    made = copy.deepcopy(DOCUMENT)
    made["run"] = dict.fromkeys(made["run"])
    assert written(made)["document"]["tracking"]["current_release_date"] == "2026-11-21T00:00:00Z"


@EVERY
def test_a_strangers_text_stays_text_and_the_document_valid(payload: str) -> None:
    made = csaf_document(result_of(small_with(document, 8, payload)), BY)
    assert valid(made) == []
    texts = [text for text in _strings(made) if acting(text, beside="")]
    assert texts == []
    assert acting(json.dumps(made, ensure_ascii=False), beside="") == []


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in _strings(item)]


def test_hostile_text_is_written_out() -> None:
    assert any("\\u202eevil\\x1b[31m" in text for text in _strings(written(DOCUMENT)))
    assert HOSTILE not in json.dumps(written(DOCUMENT), ensure_ascii=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Example Corp=https://example.com", Publisher("Example Corp", "https://example.com")),
        (" Example = http://a.example/x?y=z ", Publisher("Example", "http://a.example/x?y=z")),
    ],
    ids=["a name and an address", "blanks, and a further equals sign"],
)
def test_a_publisher_is_a_name_and_an_address(text: str, found: Publisher) -> None:
    assert parse_publisher(text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "Example", "=https://example.com", "Example=", "Example=example.com", "Example=javascript:alert(1)"),
        *("Example=https://", "Exa\u202emple=https://example.com", "Example=https://example.com/ x"),
        "E" * 501 + "=https://example.com",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--publisher: ") as refused:
        parse_publisher(text)
    assert len(refused.value.lines) == 1


@pytest.mark.parametrize(
    "arguments",
    [("-f", "csaf"), ("-o", "servers.csaf.json"), ("-f", "csaf", "--publisher", "Example")],
    ids=["on stdout", "as a file", "with half of one"],
)
def test_nobody_is_made_up_as_publisher(arguments: tuple[str, ...], samples: Path, run: Run, tmp_path: Path) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", *arguments, cwd=tmp_path)
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert line.startswith("hotfix-check: error: --publisher: ")
    assert "NAME=URI" in line
    assert list(tmp_path.iterdir()) == []


def test_without_a_cve_there_is_no_document(samples: Path, run: Run, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="none is known for what was found"):
        without: Any = {**DOCUMENT, "targets": [{**TARGET, "installations": []}]}
        render_csaf(result_of(without), BY)
    arguments = ("-f", "csaf", "--publisher", "Example=https://example.com")
    ran = run("scan", samples / "windows-stub", "-q", *arguments, "-o", tmp_path / "x.json")
    assert (ran.code, len(ran.err.splitlines()), ran.out) == (2, 1, "")
    assert (tmp_path / "x.json").exists()


def test_the_example_of_the_page_on_vex_runs(samples: Path, run: Run, tmp_path: Path) -> None:
    shutil.copytree(samples / "exchange-2016-cu23", tmp_path / "samples" / "exchange-2016-cu23")
    (command,) = re.findall(r"```sh\nhotfix-check (.*)\n```", (ROOT / "docs" / "vex.md").read_text("utf-8"))
    assert "error" not in run(*shlex.split(command)).err
    assert valid(json.loads((tmp_path / "server.csaf.json").read_text())) == []


def test_a_saved_result_is_converted_to_the_same_document(samples: Path, run: Run, tmp_path: Path) -> None:
    by = ("--publisher", "Example Corp=https://example.com")
    outputs = ("-o", tmp_path / "one.json", "-o", tmp_path / "one.csaf.json")
    run("scan", samples / "exchange-2016-cu23", "-q", *outputs, *by, "--exit-zero")
    run("convert", tmp_path / "one.json", "-o", tmp_path / "two.csaf.json", *by)
    assert (tmp_path / "one.csaf.json").read_bytes() == (tmp_path / "two.csaf.json").read_bytes()
