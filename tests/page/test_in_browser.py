"""What the page runs, by this Python: the findings of the command line, and one line where there are none.

The page itself, in a browser, is in test_page.py.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from pe_builder import build_pe

Answer = Callable[..., Any]


@pytest.fixture(scope="module")
def page() -> Any:
    spec = importlib.util.spec_from_file_location("in_browser", ROOT / "offline" / "browser" / "in_browser.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def answer(page: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Answer:
    """What the page is told of places below which something was mounted."""
    monkeypatch.chdir(tmp_path)  # and back: the page goes where the target lies

    def judged(*places: Path, complete: bool = False, on_count: Callable[[int], object] = lambda count: None) -> Any:
        return json.loads(page.judge(list(map(str, places)), complete, on_count))

    return judged


def mounted(folder: Path, *sources: Path, name: str = "") -> Path:
    """A place, and what was chosen below it."""
    place = folder / "targets"
    (place / name).mkdir(parents=True)
    for source in sources:
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, place / name / source.name)
    return place


def without_run(text: str) -> Any:
    return {**json.loads(text), "run": {}}


def server(folder: Path, programs: int) -> Path:
    """Exchange 2016 CU23 with so many program files of its build, as its folder V15."""
    bin_folder = folder / "V15" / "Bin"
    bin_folder.mkdir(parents=True)
    strings = {"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft\N{REGISTERED SIGN} Exchange"}
    data = build_pe("15.1.2507.6", strings=strings, size=65_536)
    (bin_folder / "ExSetup.exe").write_bytes(data)
    for number in range(programs - 1):
        (bin_folder / f"Microsoft.Exchange.Part{number:04}.dll").write_bytes(data)
    return folder / "V15"


def test_program_files_that_no_update_names_count_as_on_the_command_line(
    page: Any, answer: Answer, tmp_path: Path, run: Run
) -> None:
    place = mounted(tmp_path, server(tmp_path, 30))
    answer(place)
    (target,) = json.loads(page.render("json"))["targets"]
    assert target["files_read"] == 30
    assert [target] == run("scan", "-q", "V15", "-f", "json", cwd=place).result["targets"]


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(
    "sample", ["exchange-5.5-sp4", "exchange-2003-sp1", "exchange-2003-sp1.zip", "listings/powershell.json"]
)
def test_the_findings_of_the_command_line(
    sample: str, complete: bool, page: Any, answer: Answer, samples: Path, tmp_path: Path, run: Run
) -> None:
    place = mounted(tmp_path, samples / sample)
    told = answer(place, complete=complete)
    options = ("--complete",) if complete else ()
    here = run("scan", "-q", Path(sample).name, "-f", "json", *options, cwd=place)
    assert json.dumps(without_run(page.render("json").decode())) == json.dumps(without_run(here.out))
    assert told["headline"].startswith(f"{Path(sample).name}: ")
    (target,) = json.loads(here.out)["targets"]
    assert [told["headline"].endswith(one["posture"]) for one in target["installations"]] == [True]
    assert [form for form, *_ in told["forms"]][:3] == ["html", "json", "csv"]


def test_a_stub_is_told_by_what_it_exports(page: Any, answer: Answer, samples: Path, tmp_path: Path, run: Run) -> None:
    place = mounted(tmp_path, samples / "windows-stub")
    answer(place)
    here = run("scan", "-q", "windows-stub", "-f", "json", cwd=place)
    assert json.dumps(without_run(page.render("json").decode())) == json.dumps(without_run(here.out))
    (foreign,) = here.result["targets"][0]["foreign"]
    assert "GetOutlookVersion" in foreign["reason"]


def test_several_programs_are_judged_as_one_folder(page: Any, answer: Answer, samples: Path, tmp_path: Path) -> None:
    programs = (samples / "exchange-5.5-sp4" / "Exchsrvr" / "Bin").iterdir()
    answer(mounted(tmp_path, *programs, name=page.SEVERAL))
    assert [target["kind"] for target in json.loads(page.render("json"))["targets"]] == ["folder"]


def test_several_files_of_which_one_is_no_program_are_judged_each(
    page: Any, answer: Answer, samples: Path, tmp_path: Path
) -> None:
    chosen = (samples / "copied-file" / "Mapi32.dll", samples / "exchange-2003-sp1.zip")
    told = answer(mounted(tmp_path, *chosen, name=page.SEVERAL))
    targets = json.loads(page.render("json"))["targets"]
    assert [(target["path"], target["kind"]) for target in targets] == [
        ("Mapi32.dll", "file"),
        ("exchange-2003-sp1.zip", "archive"),
    ]
    assert told["headline"].startswith("exchange-2003-sp1.zip: ")  # the worse of the two


def test_a_list_of_kbs_is_told_as_claims(page: Any, answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "kbs.txt").write_text("KB5014261\n")
    told = answer(mounted(tmp_path, tmp_path / "kbs.txt"))
    claim = "kbs.txt: Claimed as installed by a list of KB numbers: KB5014261; a claim proves nothing."
    assert [told["headline"], *told["sentences"]] == [claim, "ExSetup.exe (bin) would prove or disprove it."]


def test_a_saved_result_is_rendered_again(page: Any, answer: Answer, samples: Path, tmp_path: Path, run: Run) -> None:
    run("scan", "-q", samples / "exchange-2003-sp1", "--as-of", "2005-06-01", "-o", tmp_path / "old.json")
    answer(mounted(tmp_path, tmp_path / "old.json"))
    assert json.loads(page.render("json")) == json.loads((tmp_path / "old.json").read_text())


def test_a_result_without_a_target_is_a_problem(
    page: Any, answer: Answer, samples: Path, tmp_path: Path, run: Run
) -> None:
    empty = {**run("scan", "-q", samples / "copied-file", "-f", "json").result, "targets": []}
    (tmp_path / "empty.json").write_text(json.dumps(empty))
    assert answer(mounted(tmp_path, tmp_path / "empty.json")) == {"problem": "no target in this result"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"nothing of use", "notes.txt: text, but not in a form"),
        ("old.json", b'{"schema": "hotfix-check/result/1"}', "old.json: "),
        ("x.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60), "x.7z"),
        ("\x1b[31m.txt", b"nothing of use", "text, but not in a form"),
    ],
)
def test_what_cannot_be_judged_is_one_problem(
    name: str, content: bytes, words: str, answer: Answer, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    told = answer(mounted(tmp_path, tmp_path / name))
    said = told.get("problem") or " ".join([told["headline"], *told["sentences"]])
    assert words in said
    assert "\x1b" not in said and "Traceback" not in said


def test_progress_is_told_while_files_are_read(answer: Answer, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    for number in range(120):
        (folder / f"{number}.dll").write_bytes(b"MZ")
    counts: list[int] = []
    answer(mounted(tmp_path, folder), on_count=counts.append)
    assert counts == [50, 100]


def test_every_format_is_saved_with_a_name_that_every_system_takes(
    page: Any, answer: Answer, samples: Path, tmp_path: Path
) -> None:
    shutil.copytree(samples / "copied-file", tmp_path / 'a"<b>|c. ')
    told = answer(mounted(tmp_path, tmp_path / 'a"<b>|c. '))
    for form, name, _ in told["forms"]:
        assert name == f"hotfix-check-a__b__c.{form}"
        assert page.render(form)
