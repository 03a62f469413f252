"""fleet as a person uses it: one line a host and a KB, who is absent, who differs, exit codes, and bad input."""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, Run
from fleet.hosts import APRIL_2022, AT, MAY_2022, NEWEST, fleet, inventory, loaded_once  # noqa: F401
from pe_builder import build_pe
from targets import folder, installed

from hotfix_check import policy
from hotfix_check.inventory.files import Collected
from hotfix_check.inventory.saved import inventory_to_json
from hotfix_check.judging import judge

pytestmark = pytest.mark.usefixtures("supported")

SCHEMA = json.loads((ROOT / "hotfix_check" / "schemas" / "fleet-1.json").read_text())
MAY_SU = "exchange-2016/KB5014261"


def test_the_table_has_a_line_a_host_and_a_line_a_kb_worst_first(tmp_path: Path, run: Run) -> None:
    ran = run("fleet", fleet(tmp_path / "in", EX1=NEWEST, EX2=APRIL_2022, EX3=MAY_2022), "--all", "--kb", "KB5014261")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[0] == "1 of 3 hosts lacks something needed."
    assert "Update Product Importance Missing Title" in lines  # a count that no update has is no column
    assert any(line.startswith("KB5014261 exchange-2016 required 1 Security update of") for line in lines)
    hosts = [line.split()[0] for line in ran.out.splitlines() if line.startswith("EX")]
    assert hosts == ["EX2", "EX1", "EX3"]
    (worst,) = [line for line in lines if line.startswith("EX2 ")]
    assert worst.startswith("EX2 findings exchange-2016 CU23 1 1 ")
    assert worst.endswith(" d 2026-11-27")
    told = ran.out.partition("Next, on the worst hosts:\n")[2].splitlines()
    assert " ".join(told).startswith("  EX2: Install Oct26SU: Security update of October 2026 for Exchange Server")
    assert ran.code == 1


@pytest.mark.parametrize(
    ("hosts", "arguments", "code"),
    [
        ({"EX1": NEWEST}, (), 0),
        ({"EX1": NEWEST, "EX2": APRIL_2022}, (), 1),
        ({"EX1": NEWEST, "EX2": APRIL_2022}, ("--exit-zero",), 0),
        ({"EX1": NEWEST, "EX2": "1.0.0.0"}, (), 3),
        ({"EX1": NEWEST}, ("--fail-on", "superseded"), 1),
        ({"EX1": APRIL_2022}, ("--as-of", "2022-04-21"), 0),
        ({"EX1": APRIL_2022}, ("--kb", "KB5014261"), 1),
        ({"EX1": APRIL_2022}, ("--product", "exchange-2019"), 3),
        ({}, (), 3),
    ],
    ids=[
        "all is well",
        "one lacks something",
        "exit zero",
        "nothing recognised on one",
        "fail on",
        "as of a day",
        "one KB",
        "another product",
        "no host at all",
    ],
)
def test_the_exit_code_is_that_of_all_hosts(
    hosts: dict[str, str], arguments: tuple[str, ...], code: int, tmp_path: Path, run: Run
) -> None:
    assert run("fleet", fleet(tmp_path / "in", **hosts), *arguments).code == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["no*.json"], "no*.json: no file fits this pattern"),
        (["in", "-f", "xml"], "'xml' is not one of 'table', 'json', 'csv', 'md', 'html', 'xlsx', 'parquet'"),
        (["in", "-o", "fleet.doc"], "--output: '.doc' is not one of .txt, .json, .csv, .md, .html, .xlsx, .parquet"),
        (["in", "-o", "in/fleet.json"], "in/fleet.json would be written into the target in"),
        (["in", "--group-by", "dag"], "--group-by names a column of the file given by --expect: give that too"),
        (["in", "--expect", "hosts.txt", "--group-by", "dag"], "--group-by: hosts.txt has no columns"),
        (["in", "--expect", "empty.txt"], "empty.txt: nothing in it"),
        (["in", "--expect", "twice.csv", "--group-by", "dag"], "twice.csv: row 3: 'EX1' is in two groups"),
        (["in", "--expect", "twice.csv", "--group-by", "site"], "--group-by: 'site' is not a column of twice.csv"),
        (["in", "--scheduler", "tcp://127.0.0.1:1", "-j", "2"], "--jobs: is for this machine"),
        (["in", "--fail-on", "gone"], "--fail-on: 'gone' is not one of"),
        (["nosuch://bucket/x"], "nosuch://bucket/x: "),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_line(arguments: list[str], said: str, tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    (tmp_path / "hosts.txt").write_text("EX1\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "twice.csv").write_text("host,dag\nEX1,a\nEX1,b\n")
    ran = run("fleet", *arguments, "-q")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_json_follows_its_schema_and_has_every_part(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=APRIL_2022)
    (inbox / "EX3.json").write_bytes(b"{}")
    (inbox / "older.json").write_bytes(inventory("ex1", APRIL_2022, at=datetime(2025, 1, 1, tzinfo=UTC)))
    (tmp_path / "hosts.csv").write_text("host,dag\nEX1,a\nEX2,a\nEX3,b\nEX4,b\n")
    arguments = ("--expect", "hosts.csv", "--group-by", "dag", "-f", "json", "--as-of", "2026-11-21")
    ran = run("fleet", "in", *arguments)
    jsonschema.validate(ran.result, SCHEMA)
    found = ran.result
    assert [host["host"] for host in found["hosts"]] == ["EX1", "EX2"]
    assert found["hosts"][0]["age_days"] == 20
    assert found["hosts"][1]["failing"].count(MAY_SU) == 1
    assert found["summary"] == {
        **{"hosts": 2, "findings": 1, "incomplete": 0, "nothing-recognised": 0, "clean": 1, "damaged": 1},
        **{"absent": 2, "unexpected": 0, "older": 1, "silent": 0, "installations": 2, "several_installations": 0},
        "verdicts": found["summary"]["verdicts"],
    }
    assert found["absent"] == [
        {"host": "EX3", "group": "b", "damaged": "in/EX3.json"},
        {"host": "EX4", "group": "b", "damaged": None},
    ]
    assert found["damaged"] == [{"source": "in/EX3.json", "reason": "schema: missing"}]
    assert found["older"] == [
        {"host": "ex1", "source": "in/older.json", "at": "2025-01-01T00:00:00Z", "counted": "in/EX1.json"}
    ]
    (update,) = [one for one in found["updates"] if one["id"] == MAY_SU]
    assert (update["kb"], update["hosts"], update["missing"], update["superseded"]) == (5014261, 2, 1, 1)
    assert found["policy"]["expect"]["file"] == "hosts.csv"
    assert run("fleet", "in", *arguments, "--no-run-info").out == run("fleet", "in", *arguments, "--no-run-info").out


def test_members_of_a_group_that_differ_are_named_with_the_update(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=MAY_2022, EX2=MAY_2022, EX3=APRIL_2022, EX4=NEWEST, EX5=NEWEST)
    (tmp_path / "hosts.csv").write_text("DAG;ComputerName\nA;EX1\nA;EX2\nA;EX3\nB;EX4\nB;EX5\n")
    ran = run("fleet", inbox, "--expect", "hosts.csv", "--group-by", "dag", "-f", "json")
    differing, alike = ran.result["groups"]
    assert (alike["group"], alike["levels"], alike["updates"]) == ("B", [], [])
    assert differing["group"] == "A"
    assert [one for one in differing["updates"] if one["id"] == MAY_SU] == [
        {
            "id": MAY_SU,
            "verdicts": [
                {"verdict": "missing", "hosts": 1, "names": ["EX3"]},
                {"verdict": "installed", "hosts": 2, "names": ["EX1", "EX2"]},
            ],
        }
    ]
    table = run("fleet", inbox, "--expect", "hosts.csv", "--group-by", "dag", "--all").out
    assert "KB5014261: missing on EX3; installed on EX1, EX2" in table
    assert "Differences in B" not in table


@pytest.mark.parametrize(
    ("expected", "host", "absent"),
    [
        ("ex1", "EX1", []),
        ("EX1.contoso.com", "EX1", []),
        ("EX1", "ex1.contoso.com", []),
        ("EX1.contoso.com", "EX1.fabrikam.com", ["EX1.contoso.com"]),
        ("EX1.contoso.com\nEX1.fabrikam.com", "EX1", ["EX1.contoso.com", "EX1.fabrikam.com"]),
        ("# all of them\n\n EX1 \nEX2", "EX1", ["EX2"]),
    ],
    ids=["case", "short name reports", "full name reports", "another domain", "two of one short name", "comments"],
)
def test_an_expected_host_is_found_by_any_of_its_names(
    expected: str, host: str, absent: list[str], tmp_path: Path, run: Run
) -> None:
    (tmp_path / "one.json").write_bytes(inventory(host, NEWEST))
    (tmp_path / "hosts.txt").write_text(expected)
    ran = run("fleet", "one.json", "--expect", "hosts.txt", "-f", "json")
    assert [one["host"] for one in ran.result["absent"]] == absent
    assert ran.code == (3 if absent else 0)


def test_a_host_without_a_name_has_that_of_its_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "mail-7.json.gz").write_bytes(gzip.compress(inventory(None, NEWEST)))
    (host,) = run("fleet", ".", "-f", "json").result["hosts"]
    assert (host["host"], host["outcome"], host["at"]) == ("mail-7", "clean", "2026-11-01T06:30:00Z")


def test_an_inventory_is_judged_as_scan_judges_it(samples: Path, run: Run, tmp_path: Path) -> None:
    for name in ("exchange-5.5-sp4", "exchange-2003-sp1", "exchange-2000-sp3"):
        run("inventory", samples / name, "-o", f"{name}.json.gz")
    for name in ("exchange-5.5-sp4", "exchange-2003-sp1", "exchange-2000-sp3"):
        scanned = run("scan", f"{name}.json.gz", "-f", "json")
        (target,) = scanned.result["targets"]
        ran = run("fleet", f"{name}.json.gz", "-f", "json")
        (host,) = ran.result["hosts"]
        assert (host["summary"], host["outcome"]) == (target["summary"], target["outcome"])
        missing = sorted(one["id"] for one in target["findings"] if one["verdict"] == "missing")
        assert host["missing"] == missing
        assert ran.code == scanned.code


def test_results_keep_their_catalogue_and_their_question(tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=APRIL_2022, EX2=APRIL_2022)
    run("scan", "in/EX1.json", "--kb", "KB5014261", "-o", "result.json", "--exit-zero")
    result = json.loads((tmp_path / "result.json").read_text())
    result["catalogue"].update(version="2024-01-01", sha256="0" * 64)
    (tmp_path / "result.json").write_text(json.dumps(result))
    ran = run("fleet", "result.json", "in/EX2.json", "--baseline", ROOT / "tests" / "fleet" / "cu23.toml", "-f", "json")
    jsonschema.validate(ran.result, SCHEMA)
    assert [one["version"] for one in ran.result["catalogues"]] == ["2024-01-01", "2026-11-27"]
    first, second = ran.result["hosts"]
    assert (first["kind"], first["failing"], first["catalogue"]["version"]) == ("result", [MAY_SU], "2024-01-01")
    assert (second["kind"], len(second["failing"]) > 1) == ("inventory", True)
    assert "1 host comes from saved results, to which --baseline does not apply" in ran.err
    table = run("fleet", "result.json", "in/EX2.json", "-q").out
    assert "The hosts were judged with 2 different catalogues." in table
    assert run("fleet", "result.json", "-q", "--fail-on", "missing", "-f", "json").code == 1


def test_waivers_accept_findings_by_host(tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=APRIL_2022, LAB1=APRIL_2022)
    (tmp_path / "waivers.toml").write_text(
        '[[waiver]]\nid = "W1"\nkb = 5014261\nhosts = ["LAB*"]\nreason = "x"\napproved_by = "y"\nexpires = 2026-12-01\n'
        '[[waiver]]\nid = "W2"\nkb = 818861\nreason = "x"\napproved_by = "y"\nexpires = 2026-12-01\n'
    )
    asked = ("--kb", "KB5014261", "--waivers", "waivers.toml", "--as-of", "2026-11-21")
    ran = run("fleet", "in", *asked, "-f", "json")
    kept, waived = ran.result["hosts"]
    assert (kept["outcome"], kept["failing"], kept["waived"]) == ("findings", [MAY_SU], [])
    assert (waived["outcome"], waived["failing"], waived["waived"]) == ("clean", [], [MAY_SU])
    assert ran.err.splitlines()[1:] == ["hotfix-check: warning: waiver W2 matches no finding here"]
    assert ran.result["updates"][0]["waived"] == 1


def test_csv_holds_every_record_and_runs_nothing(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=APRIL_2022)
    (inbox / "evil.json").write_bytes(inventory("=cmd|'/c calc'!A1", NEWEST))
    (tmp_path / "hosts.csv").write_text("host,dag\nEX1,a\nEX2,a\nEX9,a\n")
    run("fleet", "in", "--expect", "hosts.csv", "--group-by", "dag", "-o", "fleet.csv")
    rows = list(csv.DictReader((tmp_path / "fleet.csv").read_text("utf-8-sig").splitlines()))
    assert {row["record"] for row in rows} == {
        *("host", "update", "level", "catalogue", "drift", "absent", "unexpected", "posture", "step", "exposure"),
    }
    hosts = {row["host"]: row for row in rows if row["record"] == "host"}
    assert set(hosts) == {"EX1", "EX2", "'=cmd|'/c calc'!A1"}
    assert MAY_SU in hosts["EX2"]["failing_updates"]
    (side,) = [row for row in rows if row["id"] == MAY_SU and row["verdict"] == "missing"]
    assert (side["group"], side["names"]) == ("a", "EX2")


def test_one_file_that_is_anything_else_is_one_line_and_never_the_end(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST)
    (inbox / "torn.json.gz").write_bytes(gzip.compress(inventory("EX2", NEWEST))[:-20])
    (inbox / "bomb.json.gz").write_bytes(gzip.compress(bytes(300 * 1024 * 1024), 1))
    (inbox / "program.json").write_bytes(b"MZ" + bytes(100))
    (inbox / "later.json").write_text('{"schema": "hotfix-check/result/9"}')
    (inbox / "notes.txt").write_text("not looked at")
    os.mkfifo(inbox / "pipe.json")
    ran = run("fleet", "in", "-f", "json", "-q")
    assert [host["host"] for host in ran.result["hosts"]] == ["EX1"]
    assert {one["source"]: one["reason"] for one in ran.result["damaged"]} == {
        "in/bomb.json.gz": "larger than 268435456 bytes when unpacked, not a saved inventory or result",
        "in/later.json": "schema: 'hotfix-check/result/9': this release reads hotfix-check/result/1",
        "in/pipe.json": "a pipe or device, not a saved inventory or result",
        "in/program.json": "a program; a saved inventory or result (JSON) expected",
        "in/torn.json.gz": "gzip data that ends too early; a saved inventory or result expected",
    }
    assert ran.code == 3


def test_globs_and_urls_find_the_same_hosts_as_their_folder(tmp_path: Path, run: Run) -> None:
    pytest.importorskip("fsspec", reason="needs the extra fleet")
    import fsspec

    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=NEWEST)
    memory = fsspec.filesystem("memory")
    memory.pipe({f"/hosts/2026/{path.name}": path.read_bytes() for path in inbox.iterdir()})
    memory.pipe("/hosts/readme.txt", b"x")
    for where in ("in", "in/*.json", "**/*.json", "memory://hosts", "memory://hosts/*/EX*.json", tmp_path.as_uri()):
        found = run("fleet", where, "-f", "json").result
        assert [host["host"] for host in found["hosts"]] == ["EX1", "EX2"], where
        assert found["damaged"] == []
    ran = run("fleet", "memory://empty")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "hotfix-check: error: memory://empty: nothing there")


def test_an_advisory_is_named_wherever_a_host_is_counted_as_failing(tmp_path: Path, run: Run) -> None:
    server = folder(*(installed(f"Exchsrvr/Bin/{name}", "5.5.2653.8") for name in ("Store.exe", "Copy/Store.exe")))
    saved = inventory_to_json(server, Collected(host="OLD1", at=AT, by="hotfix-check 0.1.0"))
    (tmp_path / "old.json").write_text(saved)
    asked = ("old.json", "--kb", "KB818861", "--as-of", "2026-11-21")
    run("scan", *asked, "-o", "result.json", "--exit-zero")
    for source in ("old.json", "result.json"):
        ran = run("fleet", source, *asked[1:], "-f", "json", "-o", "fleet.html", "-o", "fleet.csv", "-o", "fleet.txt")
        jsonschema.validate(ran.result, SCHEMA)
        (host,) = ran.result["hosts"]
        assert (host["outcome"], host["failing"], ran.code) == ("findings", [], 1)
        assert host["advisories"] == ["exchange-5.5/KB274200", "exchange-5.5/KB274403"]
        (level,) = ran.result["levels"]
        assert level["failing"] == 1
        found = {one["id"]: (one["kb"], one["hosts"]) for one in ran.result["advisories"]}
        assert found == {"exchange-5.5/KB274200": (274200, 1), "exchange-5.5/KB274403": (274403, 1)}
        assert "advisory KB274403" in (tmp_path / "fleet.html").read_text()
        table = (tmp_path / "fleet.txt").read_text()
        assert "KB274403 on 1 host: " in table
        assert re.search(r"^OLD1 +findings +exchange-5.5 .* 2 ", table, re.MULTILINE)
        rows = list(csv.DictReader((tmp_path / "fleet.csv").read_text("utf-8-sig").splitlines()))
        assert sorted(row["kb"] for row in rows if row["record"] == "advisory") == ["274200", "274403"]


def test_a_result_keeps_the_findings_that_its_own_run_counted(tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    run("scan", "in/EX1.json", "--fail-on", "superseded", "-o", "result.json", "--exit-zero")
    ran = run("fleet", "result.json", "-f", "json")
    assert [(host["outcome"], host["failing"]) for host in ran.result["hosts"]] == [("findings", [])]
    assert ([level["failing"] for level in ran.result["levels"]], ran.code) == ([1], 1)


def test_a_level_that_only_a_registry_records_is_none_of_the_host(tmp_path: Path, run: Run, samples: Path) -> None:
    """Of the files it is "SP3 or later", whether the host sent an inventory or a result."""
    bin_folder = tmp_path / "server" / "Exchsrvr" / "Bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "Mad.exe").write_bytes(build_pe("5.5.2653.23"))
    hive = ("--hive", samples / "SOFTWARE-of-exchange-5.5-sp4")
    run("scan", "server", *hive, "--kb", "KB324528", "-o", "a.json")
    run("inventory", "server", *hive, "-o", "b.json")
    assert json.loads((tmp_path / "a.json").read_text())["targets"][0]["products"][0]["level_basis"] == "recorded"
    levels = [
        (one["id"], one["level"], one["at_least"], one["at_most"])
        for name in ("a.json", "b.json")
        for host in run("fleet", name, "--kb", "KB324528", "-f", "json").result["hosts"]
        for one in host["products"]
    ]
    assert levels == [("exchange-5.5", None, "SP3", "SP4")] * 2


def test_the_digest_of_a_policy_is_of_the_bytes_that_were_judged_with(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    baseline, hosts = (ROOT / "tests" / "fleet" / "cu23.toml").read_bytes(), b"EX1\n"
    (tmp_path / "b.toml").write_bytes(baseline)
    (tmp_path / "hosts.txt").write_bytes(hosts)

    def changed_when_read(read: Callable[..., Any]) -> Callable[..., Any]:
        def reading(path: Path, *rest: Any) -> Any:
            found = read(path, *rest)
            path.write_bytes(b"another")
            return found

        return reading

    command = importlib.import_module("hotfix_check.cli.fleet")
    monkeypatch.setattr(judge, "load_baseline", changed_when_read(policy.load_baseline))
    monkeypatch.setattr(command, "read_expected", changed_when_read(command.read_expected))
    found = run("fleet", "in", "--baseline", "b.toml", "--expect", "hosts.txt", "-f", "json").result["policy"]
    assert found["baseline"] == {"file": "b.toml", "sha256": hashlib.sha256(baseline).hexdigest()}
    assert found["expect"] == {"file": "hosts.txt", "sha256": hashlib.sha256(hosts).hexdigest()}
