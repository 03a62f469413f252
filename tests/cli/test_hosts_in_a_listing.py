"""A listing of several hosts, on every command; standard input; what was told without files."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

SETUP = r"C:\Program Files\Microsoft\Exchange Server\V15\bin\ExSetup.exe"
TWO = (
    '"PSComputerName","FileVersion","FileName"\r\n'
    f'"MBX1","15.01.2507.039","{SETUP}"\r\n"MBX2","15.01.2507.006","{SETUP}"\r\n'
)
SERVERS = "Name                : MBX1\nAdminDisplayVersion : Version 15.2 (Build 1118.7)\n"
SU = "exchange-2016/KB5014261"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "servers.csv"
    path.write_text(TWO)
    return path


def verdicts(target: Any) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in target["findings"]}


def test_scan_judges_each_host_for_itself(two: Path, run: Run) -> None:
    targets = run("scan", two.name, "-f", "json", "--all").result["targets"]
    assert [(one["path"], one["collected"]["host"]) for one in targets] == [
        ("servers.csv: MBX1", "MBX1"),
        ("servers.csv: MBX2", "MBX2"),
    ]
    assert [verdicts(one)[SU] for one in targets] == ["superseded", "missing"]


def test_explain_and_plan_speak_of_each_host(two: Path, run: Run) -> None:
    text = run("explain", SU, two.name).out
    assert text.index("servers.csv: MBX1") < text.index("KB5014261 superseded") < text.index("servers.csv: MBX2")
    assert "KB5014261 missing" in text
    found = run("explain", SU, two.name, "-f", "json").result
    assert [(one["target"], one["findings"][0]["verdict"]) for one in found] == [
        ("servers.csv: MBX1", "superseded"),
        ("servers.csv: MBX2", "missing"),
    ]
    plans = run("plan", two.name, "-f", "json").result
    assert [one["target"] for one in plans] == ["servers.csv: MBX1", "servers.csv: MBX2"]
    assert all(one["steps"] for one in plans)


def test_an_inventory_of_it_is_read_back_as_it_is(two: Path, run: Run, tmp_path: Path) -> None:
    assert run("inventory", two.name, "-o", "two.json").code == 0
    assert run("inventory", two.name, "-o", "two.json.gz").code == 0
    for name in ("two.json", "two.json.gz"):
        before, after = (run("scan", one, "-f", "json", "--all").result["targets"] for one in (two.name, name))
        assert [verdicts(one) for one in after] == [verdicts(one) for one in before]
        assert [one["collected"]["host"] for one in after] == ["MBX1", "MBX2"]


def test_compare_holds_hosts_of_one_name_against_each_other(two: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "later.csv").write_text(TWO.replace("507.006", "507.039").replace("MBX1", "mbx1"))
    changes = run("compare", two.name, "later.csv", "-f", "json").result
    assert [(one["before"], [file["change"] for file in one["files"]]) for one in changes] == [
        ("servers.csv: MBX1", []),
        ("servers.csv: MBX2", ["newer"]),
    ]
    (tmp_path / "other.csv").write_text(TWO.replace("MBX2", "MBX3"))
    ran = run("compare", two.name, "other.csv")
    assert ran.code == 2 and "servers.csv: only here: mbx2" in ran.err


def test_fleet_counts_each_host_of_listings_and_saved_lists(two: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "pasted.txt").write_text(SERVERS.replace("MBX1", "MBX3"))
    run("inventory", two.name, "-o", "two.json")
    for name in (two.name, "two.json"):
        hosts = run("fleet", name, "pasted.txt", "-f", "json").result["hosts"]
        assert {one["host"] for one in hosts} == {"MBX1", "MBX2", "MBX3"}


def test_a_manifest_of_several_hosts_is_verified(two: Path, run: Run, tmp_path: Path) -> None:
    run("scan", two.name, "-o", "evidence.manifest.json")
    assert run("verify", "evidence.manifest.json").code == 0
    two.write_text(TWO.replace("507.006", "507.009"))
    assert run("verify", "evidence.manifest.json").code == 1
    two.write_text(TWO.replace("MBX2", "MBX1"))
    assert run("verify", "evidence.manifest.json").code == 1


def test_a_baseline_and_a_hive_are_of_one_host(two: Path, run: Run, tmp_path: Path) -> None:
    ran = run("baseline", "--from", two.name)
    assert ran.code == 2 and "lists 2 hosts" in ran.err


def test_standard_input_is_a_target(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(data: bytes, *command: str) -> Any:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return run(*command)

    ran = scan(TWO.encode("utf-16"), "scan", "-", "-f", "json", "--all")
    assert [one["path"] for one in ran.result["targets"]] == ["standard input: MBX1", "standard input: MBX2"]
    assert "standard input: nothing in it" in scan(b" \r\n", "scan", "-").err
    assert "standard input: neither a listing nor a saved inventory" in scan(b"MZ\x90\0", "scan", "-").err
    assert "standard input: text, but not in a form" in scan(b"Dear all", "scan", "-").err
    assert "save it to a file first" in scan(TWO.encode(), "scan", "-", "-o", "evidence.manifest.json").err


def test_a_packed_inventory_is_read_from_standard_input_as_from_its_file(
    run: Run, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("inventory", two.name, "-o", "hosts.json.gz")
    packed = (tmp_path / "hosts.json.gz").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    ran = run("scan", "-", "-f", "json", "--kb", "KB5014261")
    assert [one["kind"] for one in ran.result["targets"]] == ["inventory", "inventory"]
    assert [one["collected"]["host"] for one in ran.result["targets"]] == ["MBX1", "MBX2"]


def test_counter_case_a_packed_archive_on_standard_input_is_an_archive(
    run: Run, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(two, arcname="{0}.csv")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed.getvalue())))
    assert [one["kind"] for one in run("scan", "-", "-f", "json").result["targets"]] == ["archive"]


def test_a_closed_standard_input_is_said_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "error: standard input: cannot be read: it is closed" in run("scan", "-").err


def test_a_reported_build_gives_the_level_and_no_verdict_beyond_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "servers.txt").write_text(SERVERS)
    ran = run("scan", "servers.txt", "-f", "json", "--all")
    (target,) = ran.result["targets"]
    (product,) = target["products"]
    assert (product["id"], product["level"], product["level_basis"]) == ("exchange-2019", "CU12", "recorded")
    assert ran.code == 3
    found = {one["id"]: one for one in target["findings"]}
    assert {one["verdict"] for one in found.values()} == {"undetermined", "superseded", "installed"}
    assert [key for key, one in found.items() if one["verdict"] == "installed"] == ["exchange-2019/CU12"]
    assert found["exchange-2019/CU12"]["confidence"] == "low"
    for name in ("CU13", "CU15", "KB5014261", "KB5066367"):
        one = found[f"exchange-2019/{name}"]
        assert one["verdict"] == "undetermined", name
        assert "ExSetup.exe" in {row["file"] for row in one["settle_with"]}, name
    assert any(
        "reported-only: AdminDisplayVersion reports Version 15.2 (Build 1118.7)" in text
        for text in product["anomalies"]
    )


def test_four_numbers_of_a_header_are_consistent_with_an_update_and_no_more(run: Run, tmp_path: Path) -> None:
    (tmp_path / "headers.txt").write_text("HTTP/1.1 200 OK\r\nX-OWA-Version: 15.2.1118.26\r\n")
    (target,) = run("scan", "headers.txt", "-f", "json", "--all").result["targets"]
    reasons = {
        one["kb"]: (one["verdict"], one["reasons"][-1])
        for one in target["findings"]
        if one["product"] == "exchange-2019"
    }
    assert reasons[5024296] == (
        "undetermined",
        "consistent with it: X-OWA-Version reports 15.2.1118.26, which is its build",
    )
    assert reasons[5014261][1] == "X-OWA-Version reports 15.2.1118.26, a later build than its 15.2.1118.9"
    assert reasons[5026261][1].startswith("X-OWA-Version reports 15.2.1118.26, a lower build than its 15.2.1118.")


def test_files_outweigh_what_is_reported(run: Run, tmp_path: Path) -> None:
    text = SERVERS + f"\nFileName    : {SETUP}\nFileVersion : 15.02.1544.009\nPSComputerName : MBX1\n"
    (tmp_path / "both.txt").write_text(text)
    (target,) = run("scan", "both.txt", "-f", "json").result["targets"]
    assert [(one["level"], one["level_basis"]) for one in target["products"]] == [("CU14", "markers")]


def test_claims_are_told_and_prove_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kbs.txt").write_text("KB5014261\nKB5031356\n")
    ran = run("scan", "kbs.txt", "-f", "json", "--all")
    (target,) = ran.result["targets"]
    assert (ran.code, target["products"]) == (3, [])
    assert {one["kb"] for one in target["findings"]} == {5014261}
    for one in target["findings"]:
        assert one["verdict"] == "undetermined"
        assert one["reasons"][-1] == "a list of KB numbers lists it as installed, which is a claim, not proof"
        assert "ExSetup.exe" in {row["file"] for row in one["settle_with"]}


def test_claims_beside_files_change_no_verdict(two: Path, run: Run, tmp_path: Path) -> None:
    text = TWO.splitlines()[0] + "\n" + TWO.splitlines()[2] + "\n"
    (tmp_path / "alone.csv").write_text(text)
    alone = run("scan", "alone.csv", "-f", "json", "--all").result["targets"][0]
    listing = f"FileName       : {SETUP}\nFileVersion    : 15.01.2507.006\nPSComputerName : MBX2\n\n"
    claims = "HotFixID       : KB5014261\nPSComputerName : MBX2\n\n"
    (tmp_path / "claimed.txt").write_text(listing + claims)
    claimed = run("scan", "claimed.txt", "-f", "json", "--all").result["targets"][0]
    assert verdicts(claimed) == verdicts(alone)
    (one,) = [one for one in claimed["findings"] if one["id"] == SU]
    assert one["reasons"][-1] == "Get-HotFix lists it as installed, which is a claim, not proof"


def test_what_was_reported_and_claimed_is_saved(run: Run, tmp_path: Path) -> None:
    (tmp_path / "servers.txt").write_text(SERVERS + "\nHotFixID       : KB5014261\nPSComputerName : MBX1\n")
    run("inventory", "servers.txt", "-o", "saved.json")
    saved = json.loads((tmp_path / "saved.json").read_text())
    assert saved["reported"][0]["numbers"] == [15, 2, 1118, 7]
    assert saved["claimed"] == [{"source": "Get-HotFix", "kb": 5014261}]
    before, after = (
        run("scan", one, "-f", "json", "--all").result["targets"][0] for one in ("servers.txt", "saved.json")
    )
    assert after["findings"] == before["findings"]
