"""The sample targets give the answers that samples/expected.toml promises, from a checkout and through an inventory."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from jsonschema import Draft202012Validator

EXPECTED = tomllib.loads((ROOT / "samples" / "expected.toml").read_text())["sample"]
SCHEMAS = ROOT / "hotfix_check" / "schemas"
RESULT = Draft202012Validator(json.loads((SCHEMAS / "result-1.json").read_text()))
INVENTORY = Draft202012Validator(json.loads((SCHEMAS / "inventory-1.json").read_text()))
by_target = pytest.mark.parametrize("sample", EXPECTED, ids=lambda sample: sample["target"])


def kind_of(target: Path) -> str:
    return "folder" if target.is_dir() else "archive" if target.suffix == ".zip" else "file"


@by_target
def test_a_sample_gets_its_verdicts(sample: dict[str, Any], samples: Path, run: Run) -> None:
    ran = run("scan", samples / sample["target"], "-f", "json")
    RESULT.validate(ran.result)
    (target,) = ran.result["targets"]
    verdicts = {finding["id"].rpartition("/")[2]: finding["verdict"] for finding in target["findings"]}
    assert ran.code == sample["exit"]
    assert {key: verdicts[key] for key in sample["verdicts"]} == sample["verdicts"]
    assert {one["id"]: one["level"] for one in target["products"] if one["level"]} == sample["level"]


@by_target
def test_a_saved_inventory_gives_the_same_findings(
    sample: dict[str, Any], samples: Path, run: Run, tmp_path: Path
) -> None:
    saved = tmp_path / "server.json"
    assert run("inventory", samples / sample["target"], "-o", saved).code == 0
    INVENTORY.validate(json.loads(saved.read_text()))
    direct = run("scan", samples / sample["target"], "-f", "json", "--no-run-info")
    later = run("scan", saved, "-f", "json", "--no-run-info")
    (here,), (there,) = direct.result["targets"], later.result["targets"]
    assert there.pop("collected")["by"].startswith("hotfix-check ")
    assert here.pop("collected") is None
    assert here.pop("kind") == kind_of(samples / sample["target"])
    assert there.pop("kind") == "inventory"
    assert here.pop("path") == str(samples / sample["target"])
    assert there.pop("path") == str(samples / sample["target"])
    assert here == there
    assert later.code == direct.code


def test_every_file_of_a_table_has_the_tables_size_and_time(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "-f", "json", "--kb", "324528")
    (finding,) = ran.result["targets"][0]["findings"]
    (file,) = finding["files"]
    assert file["expected"] == {
        "version": "5.5.2656.48",
        "size": 19216,
        "timestamp": "2002-06-20T19:40:00Z",
        "platform": None,
    }
    assert (file["copies"][0]["size"], file["copies"][0]["modified"]) == (19216, "2002-06-20T19:40:00Z")
    assert finding["anomalies"] == []
