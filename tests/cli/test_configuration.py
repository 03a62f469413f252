"""--config: whose file counts, what it may say, what the command line takes from it, and what is recorded."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import pytest
from conftest import Ran, Run

SERVER = "samples/exchange-2003-sp1"
BASELINE = '[[product]]\nid = "exchange-2003"\nrequired = ["KB901014"]\n'


@pytest.fixture
def folder(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is typed, and a home without a configuration."""
    (tmp_path / "samples").symlink_to(samples)
    home = tmp_path / "home"
    (home / "hotfix-check").mkdir(parents=True, mode=0o755)
    for variable in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(variable, str(home))
    if sys.platform == "darwin":
        pytest.skip("the folder is another there")
    return tmp_path


def own(folder: Path, text: str, mode: int = 0o644) -> Path:
    path = folder / "home" / "hotfix-check" / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def asked(folder: Path, text: str, run: Run, *more: str) -> Ran:
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "config.toml").write_text(text)
    return run("scan", SERVER, "--config", "conf/config.toml", "-q", "-f", "json", *more)


def test_every_key_stands_for_its_option(folder: Path, run: Run) -> None:
    (folder / "conf").mkdir()
    (folder / "conf" / "b.toml").write_text(BASELINE)
    (folder / "conf" / "w.toml").write_text(
        '[[waiver]]\nid = "W-1"\nupdate = "exchange-2003/support"\nreason = "r"\n'
        'approved_by = "a"\nexpires = 2027-01-31\n'
    )
    text = (
        'catalogue = ["default"]\nbaseline = "b.toml"\nwaivers = "w.toml"\nproduct = ["exchange-2003"]\n'
        'output = ["r.json", "r.md"]\nfail-on = ["undetermined", "missing"]\n'
    )
    ran = asked(folder, text, run, "--as-of", "2026-11-27")
    typed = run(
        *("scan", SERVER, "--baseline", "conf/b.toml", "--waivers", "conf/w.toml", "--product", "exchange-2003", "-q"),
        *("--fail-on", "undetermined,missing", "-f", "json", "--as-of", "2026-11-27"),
    )
    assert ran.code == typed.code
    for key in ("targets", "scope", "catalogue", "baseline", "waivers"):
        assert ran.result[key] == typed.result[key], key
    assert ran.result["configuration"] == {
        "file": "conf/config.toml",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "options": {
            "catalogue": ["default"],
            "product": ["exchange-2003"],
            "output": ["r.json", "r.md"],
            "fail-on": ["undetermined", "missing"],
            "baseline": ["b.toml"],
            "waivers": ["w.toml"],
        },
    }
    assert typed.result["configuration"] == {"file": None, "sha256": None, "options": {}}
    assert json.loads((folder / "r.json").read_text())["configuration"] == ran.result["configuration"]
    assert (folder / "r.md").exists()


def test_what_is_typed_takes_the_place_of_the_whole_key(folder: Path, run: Run) -> None:
    text = 'product = ["exchange-2003", "exchange-2000"]\nfail-on = ["undetermined"]\n'
    found = asked(folder, text, run, "--product", "exchange-2003").result
    assert found["scope"]["products"] == ["exchange-2003"]
    assert found["configuration"]["options"] == {"fail-on": ["undetermined"]}


def test_every_report_names_the_file_and_what_was_taken(folder: Path, run: Run) -> None:
    asked(folder, 'fail-on = ["undetermined"]\noutput = ["r.html", "r.txt"]\n', run)
    for name in ("r.html",):
        assert "conf/config.toml, SHA-256" in (folder / name).read_text("utf-8")
        assert "--fail-on undetermined" in (folder / name).read_text("utf-8")


def test_the_users_own_file_is_read_without_being_named(folder: Path, run: Run) -> None:
    own(folder, 'fail-on = ["undetermined"]\n')
    found = run("scan", SERVER, "-q", "-f", "json").result["configuration"]
    assert (found["file"], found["options"]) == ("hotfix-check/config.toml", {"fail-on": ["undetermined"]})
    assert run("scan", SERVER, "-q", "-f", "json", "--config", "off").result["configuration"]["file"] is None


def test_a_path_in_the_users_own_file_is_beside_it(folder: Path, run: Run) -> None:
    path = own(folder, 'baseline = "b.toml"\n')
    (path.parent / "b.toml").write_text(BASELINE)
    found = run("scan", SERVER, "-q", "-f", "json").result
    assert Path(found["baseline"]["file"]) == path.parent / "b.toml"


@pytest.mark.parametrize("name", ["config.toml", "hotfix-check.toml", ".hotfix-check.toml", "hotfix-check/config.toml"])
def test_no_file_of_the_current_folder_or_a_target_is_ever_read(name: str, folder: Path, run: Run) -> None:
    for place in (folder / "work" / name, folder / "work" / "evidence" / name, folder / "work" / ".config" / name):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text('unknown = "would be refused"\n')
    ran = run("scan", "evidence", "-q", "-f", "json", cwd=folder / "work")
    assert (ran.code, ran.err) == (3, "")
    assert ran.result["configuration"]["file"] is None


@pytest.mark.parametrize(
    ("target", "cwd"),
    [
        *((target, ".") for target in ("home", "home/hotfix-check", "home/hotfix-check/config.toml", "alias")),
        ("../../samples/exchange-2003-sp1", "home/hotfix-check"),
    ],
)
def test_the_users_own_file_is_refused_where_it_is_evidence(target: str, cwd: str, folder: Path, run: Run) -> None:
    where = f"the target {target}" if cwd == "." else "the current folder"
    path = own(folder, 'fail-on = ["undetermined"]\n')
    (folder / "alias").symlink_to("home")
    ran = run("scan", target, "-q", cwd=folder / cwd)
    said = f"{path}: it lies in {where}: name it with --config, or leave it out with --config off"
    assert (ran.code, ran.out, ran.err) == (2, "", f"hotfix-check: error: {said}\n")
    for named in (path, "off"):
        assert "it lies in" not in run("scan", target, "-q", "--config", named, cwd=folder / cwd).err


@pytest.mark.parametrize("command", [("plan", "home"), ("explain", "KB901014", "home"), ("compare", "samples", "home")])
def test_so_it_is_for_every_command(command: tuple[str, ...], folder: Path, run: Run) -> None:
    own(folder, 'catalogue = ["default"]\n')
    assert "it lies in the target home" in run(*command).err


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_can_write_to_is_refused(mode: int, folder: Path, run: Run) -> None:
    path = own(folder, "", mode)
    ran = run("scan", SERVER, "-q")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith(f"hotfix-check: error: {path}: others can write to it: make it yours alone")


def test_a_folder_that_is_not_absolute_is_none_of_the_users(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(folder, 'unknown = "x"\n')
    for variable in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(variable, "home")
    assert run("scan", SERVER, "-q").code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("fail_on = []\n", "fail_on: unknown field", id="a key that is none"),
        pytest.param("kb = ['KB901014']\n", "kb: unknown field", id="an option that belongs to one run"),
        pytest.param("baseline = ['b.toml']\n", "baseline: text expected", id="a list for a file"),
        pytest.param("catalogue = 'default'\n", "catalogue: a list of texts expected", id="a file for a list"),
        pytest.param("output = [1]\n", "output: a list of texts expected, found 1 in it", id="a number for a file"),
        pytest.param("fail-on = ['gone']\n", "--fail-on: 'gone' is not one of", id="no verdict"),
        pytest.param("baseline = ' '\n", "baseline: must not be empty", id="an empty file name"),
        pytest.param("publisher = 'x'\n", "publisher: a table with name and namespace expected", id="no table"),
        pytest.param("[publisher]\nname = 'x'\n", "publisher: namespace: missing", id="half a publisher"),
        pytest.param("[publisher]\nname = 'a=b'\nnamespace = 'x'\n", "an equals sign", id="a name that cannot be told"),
        pytest.param("[publisher]\nname = 'a'\nnamespace = 'b'\nx = 1\n", "x: unknown field", id="a key too many"),
        pytest.param("output = [\n", "not a TOML file", id="no TOML"),
        pytest.param("output = ['r.docx']\n", "--output: '.docx' is not one of", id="no format"),
        pytest.param(
            "baseline = 'gone.toml'\n", "gone.toml: cannot be read: No such file", id="a file that is not there"
        ),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_judged(text: str, said: str, folder: Path, run: Run) -> None:
    ran = asked(folder, text, run)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


def test_a_file_that_is_named_and_not_there_is_one_line(folder: Path, run: Run) -> None:
    ran = run("scan", SERVER, "--config", "gone.toml")
    assert (ran.code, ran.err) == (2, "hotfix-check: error: gone.toml: cannot be read: No such file or directory\n")


def test_outputs_are_those_of_scan_alone(folder: Path, run: Run) -> None:
    own(folder, 'output = ["r.xlsx"]\n')
    assert run("plan", SERVER, "-q").code == 0
    assert not (folder / "r.xlsx").exists()


def test_the_manifest_records_what_was_taken_and_verify_needs_no_configuration(folder: Path, run: Run) -> None:
    path = own(folder, 'product = ["exchange-2003"]\nfail-on = ["undetermined"]\n')
    run("scan", SERVER, "-q", "-o", "e.manifest.json")
    recorded = json.loads((folder / "e.manifest.json").read_text())
    assert recorded["configuration"]["options"] == {"product": ["exchange-2003"], "fail-on": ["undetermined"]}
    assert (recorded["arguments"]["products"], recorded["arguments"]["fail_on"]) == (["exchange-2003"], "undetermined")
    path.unlink()
    assert run("verify", "e.manifest.json").code == 0


def test_a_fleet_takes_it_too_and_says_so(folder: Path, run: Run) -> None:
    run("inventory", SERVER, "-q", "-o", "one.json")
    own(folder, 'product = ["exchange-2003"]\n')
    found = run("fleet", "one.json", "-q", "-f", "json").result
    assert found["policy"]["configuration"]["options"] == {"product": ["exchange-2003"]}
    assert found["scope"]["products"] == ["exchange-2003"]
    run("fleet", "one.json", "-q", "-o", "f.html")
    assert "--product exchange-2003" in (folder / "f.html").read_text("utf-8")
