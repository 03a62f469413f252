"""docs/windows.md and the scripts beside the program say what the tool does. No PowerShell runs here; its words do."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT, Run

from hotfix_check.exit_code import MEANINGS

PAGE = (ROOT / "docs" / "windows.md").read_text("utf-8")
SCRIPTS = {path.name: path.read_text("utf-8") for path in (ROOT / "offline" / "windows").glob("*.ps1")}


def calls(script: str) -> list[str]:
    """What a script runs the tool with, variables replaced."""
    known = {"$Target.TrimEnd('\\')": "TARGET", "$result": "result.json", '"$place': '"place', "> $null": ""}
    lines = re.findall(r"^ *& \$tool (.*)$", SCRIPTS[script], re.MULTILINE)
    for variable, text in known.items():
        lines = [line.replace(variable, text) for line in lines]
    return lines


@pytest.mark.parametrize(("sample", "code"), [("exchange-2003-sp1", 1), ("copied-file", 0), ("windows-stub", 3)])
def test_what_the_detection_runs_gives_what_it_reads(
    sample: str, code: int, samples: Path, tmp_path: Path, run: Run
) -> None:
    (call,) = calls("detect.ps1")
    ran = run(*shlex.split(call.replace("TARGET", str(samples / sample))))
    assert ran.code == code
    (target,) = json.loads((tmp_path / "result.json").read_text())["targets"]
    read = re.findall(r"\$(?:found|count)\.(\w+)", SCRIPTS["detect.ps1"])
    assert {"outcome", "missing", "partial", "undetermined"} <= set(read)
    assert {name for name in read if name not in target and name not in target["summary"]} == set()


def test_what_the_remediation_runs_writes_what_it_names(samples: Path, tmp_path: Path, run: Run) -> None:
    scan, plan = calls("remediate.ps1")
    assert run(*shlex.split(scan.replace("TARGET", str(samples / "exchange-2003-sp1")))).code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"place.html", "place.json"}
    words, _, to = plan.partition(" > ")
    ran = run(*shlex.split(words.replace("TARGET", str(samples / "exchange-2003-sp1"))))
    assert (ran.code, to) == (0, '"place.plan.txt"')
    assert "SP2 (KB836993)" in ran.out


def test_every_exit_code_has_its_row() -> None:
    rows = dict(re.findall(r"^\| (\d) \| (\d) \| ", PAGE, re.MULTILINE))
    assert rows == {"0": "0", "1": "1", "3": "1", "2": "2"}
    assert set(map(int, rows)) == {code.value for code in MEANINGS} - {130}  # nobody interrupts it there


def test_the_commands_of_the_page_are_those_of_the_tool(run: Run) -> None:
    for command, options in re.findall(r"hotfix-check\.exe (\w+) (.*)$", PAGE, re.MULTILINE):
        helped = run(command, "--help").out
        assert all(
            option in helped
            for option in re.findall(r"--?[a-z]+", re.sub(r'"[^"]*"', "", options))
            if option != "-check"
        )


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_is_plain_ascii_for_every_powershell(name: str) -> None:
    """Windows PowerShell 5 reads a script without a byte order mark in the system's code page."""
    assert SCRIPTS[name].isascii()
