"""The public API: its names, its documentation, and that it answers as the command line does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, Run
from report.documents import document

import hotfix_check
from hotfix_check.report.document import result_of

PAGE = (ROOT / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_every_exported_name_is_there_and_is_documented() -> None:
    for name in hotfix_check.__all__:
        assert getattr(hotfix_check, name) is not None
        assert name == "__version__" or name in PAGE
    assert sorted(hotfix_check.__all__) == hotfix_check.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hotfix_check.nothing


@pytest.mark.parametrize("example", EXAMPLES, ids=["three lines", "a question", "the parts"])
def test_every_example_of_the_page_runs(example: str, samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path.cwd()
    os.chdir(samples.parent)
    try:
        exec(example.replace('"samples/', f'"{samples.name}/'), {})
    finally:
        os.chdir(before)
    assert capsys.readouterr().out.strip()


def test_a_scan_gives_the_result_of_the_command_line(samples: Path, run: Run) -> None:
    day = ("--no-run-info", "--as-of", "2006-01-31")
    for name in ("exchange-5.5-sp4", "copied-file/Mapi32.dll", "listings/sigcheck.csv", "exchange-2003-sp1.zip"):
        told = run("scan", samples / name, *day, "-f", "json").result
        found = hotfix_check.scan(samples / name, as_of=date(2006, 1, 31))
        assert json.loads(found.to_json()) == told == found.document, name
        assert result_of(told) == found, name
    waived = hotfix_check.scan(
        samples / "exchange-5.5-sp4", waivers=ROOT / "samples" / "waivers.toml", as_of=date(2006, 1, 31)
    )
    assert waived.waivers.file == str(ROOT / "samples" / "waivers.toml")


def test_the_attributes_are_the_keys_of_the_json(tmp_path: Path) -> None:
    made = document(30)
    result = result_of(made)
    (target,) = result.targets
    first = made["targets"][0]["findings"][0]
    assert target.findings[0].verdict is hotfix_check.Verdict(first["verdict"])
    assert target.findings[0].verdict == first["verdict"]
    assert target.findings[0].files[0].expected.version == first["files"][0]["expected"]["version"]
    assert target.summary.not_applicable == made["targets"][0]["summary"]["not-applicable"]
    assert target.installations[0].support.ended_days == 403
    assert target.installations[0].exposures[0].cvss == 9.1
    saved = tmp_path / "r.json"
    saved.write_text(result.to_json())
    assert hotfix_check.load_result(saved) == result
    later = {**made, "key_of_a_later_release": 1}
    assert json.loads(result_of(later).to_json()) == later == result_of(later).document


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: hotfix_check.scan("no-such-target"), hotfix_check.TargetError),
        (lambda: hotfix_check.load_catalogue("no-such.toml"), hotfix_check.CatalogueError),
        (lambda: hotfix_check.load_result("no-such.json"), hotfix_check.SavedInputError),
    ],
    ids=["target", "catalogue", "result"],
)
def test_trouble_is_an_exception_of_one_family(call: object, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        call()  # type: ignore[operator]
    assert isinstance(raised.value, hotfix_check.HotfixCheckError)


def test_the_package_alone_loads_nothing_of_it() -> None:
    loaded = "import sys, hotfix_check; print(sorted(name for name in sys.modules if name.startswith('hotfix_check')))"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "['hotfix_check']"
