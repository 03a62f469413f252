"""What a person asks the program about itself: options in groups, topics, the man page, completion, versions."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from typer.main import get_command

from hotfix_check import __version__
from hotfix_check.assess.finding import Verdict
from hotfix_check.catalogue.load import default_folder, default_version, load_catalogue
from hotfix_check.cli import app
from hotfix_check.cli.commands import GROUPS, group_of
from hotfix_check.cli.helping import topics
from hotfix_check.exit_code import MEANINGS
from hotfix_check.report.formats import FORMATS
from hotfix_check.report.verdicts import LOOKS


def test_the_options_of_scan_stand_in_groups_in_this_order(run: Run) -> None:
    said = run("scan", "--help").out
    assert re.findall(r"╭─ (\w+) ─", said) == ["Arguments", "Question", "Evidence", "Policy", "Output", "Other"]
    policy = re.search(r"╭─ Policy.*?╰", said, re.DOTALL)
    assert policy is not None
    assert re.findall(r"--[a-z-]+", policy[0])[:5] == [
        "--baseline",
        "--waivers",
        "--fail-on",
        "--exit-zero",
        "--config",
    ]


def test_every_option_has_a_group_and_every_name_in_a_group_is_an_option() -> None:
    root = get_command(app)
    commands = [*root.commands.values(), *root.commands["catalogue"].commands.values()]  # type: ignore[attr-defined]
    names = {param.name for one in commands for param in one.params if param.param_type_name == "option"}
    assert {name for name in names if group_of(str(name)) == "Other"} <= {"help"}
    assert {name for group in GROUPS.values() for name in group.split()} - names <= {"publisher"}


@pytest.mark.parametrize("topic", [*topics(), "scan", "PARTIAL", "not_applicable", ".csv"])
def test_every_topic_is_explained(topic: str, run: Run) -> None:
    ran = run("help", topic)
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.split()) > 1
    assert all(len(line) <= 80 for line in ran.out.splitlines()) or topic == "man"


def test_what_is_explained_is_what_the_code_has() -> None:
    assert set(LOOKS) == set(Verdict) and all(look.to_do for look in LOOKS.values())
    assert all(form.about for form in FORMATS.values())


def test_help_says_what_a_verdict_is_and_what_to_do(run: Run) -> None:
    assert run("help", "missing").out == (
        "missing\n"
        "  A required file is older than the table's version or was removed; below it,\n"
        "  the fix is not in the file. 'hotfix-check plan TARGET' says what to install,\n"
        "  and what must come first.\n"
    )


def test_help_without_a_topic_lists_them(run: Run) -> None:
    said = run("help").out
    assert all(topic in said for topic in topics())


@pytest.mark.parametrize(("typed", "said"), [("parital", "did you mean partial? "), ("zzzzzz", "")])
def test_an_unknown_topic_names_the_nearest(typed: str, said: str, run: Run) -> None:
    ran = run("help", typed)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"hotfix-check: error: {typed}: no topic of help: {said}'hotfix-check help' lists them\n"


def test_the_man_page_has_every_command_option_verdict_and_exit_code(run: Run) -> None:
    page = run("help", "man").out.replace("\\-", "-")
    root = get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        within = getattr(command, "commands", {name: command})
        for inner, one in within.items():
            assert f".SS {inner if inner == name else f'{name} {inner}'}\n" in page
            for param in one.params:
                assert all(f"\\fB{opt}\\fR" in page for opt in param.opts if opt.startswith("-"))
    assert all(f".B {name}\n" in page for name in (*LOOKS, *(str(int(code)) for code in MEANINGS), *FORMATS))


@pytest.mark.skipif(shutil.which("mandoc") is None and shutil.which("groff") is None, reason="needs mandoc or groff")
def test_the_man_page_is_set_without_a_warning(run: Run) -> None:
    page = run("help", "man").out
    tool = ["mandoc", "-T", "lint", "-W", "warning"] if shutil.which("mandoc") else ["groff", "-man", "-ww", "-z"]
    said = subprocess.run(tool, input=page, capture_output=True, text=True, check=False)
    assert [line for line in (said.stdout + said.stderr).splitlines() if "missing date" not in line] == []


def test_the_version_names_tool_and_catalogue(run: Run) -> None:
    assert run("--version").out == f"hotfix-check {__version__}, catalogue {default_version()}\n"
    assert default_version() == load_catalogue([default_folder()]).version


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        pytest.param(("scan", "--kb", "KB8188"), ["KB818861"], id="a KB"),
        pytest.param(("scan", "--kb", "kb8188"), ["kb818861"], id="a KB in small letters"),
        pytest.param(("fleet", "--kb", "8188"), ["818861"], id="its number"),
        pytest.param(("scan", "--kb", "KB324528,KB8188"), ["KB324528,KB818861"], id="the last of several"),
        pytest.param(("scan", "--cve", "CVE-2022-4108"), ["CVE-2022-41080", "CVE-2022-41082"], id="a CVE"),
        pytest.param(("plan", "--to", "exchange-2003/sp"), ["exchange-2003/sp1", "exchange-2003/sp2"], id="an id"),
        pytest.param(("explain", "MS06-02"), ["MS06-029"], id="a bulletin"),
        pytest.param(("catalogue", "show", "KB8188"), ["KB818861"], id="catalogue show"),
        pytest.param(("scan", "--product", "exchange-s"), ["exchange-se"], id="a product"),
        pytest.param(
            ("scan", "--assume", "exchange-5.5=SP"),
            [f"exchange-5.5=SP{number}" for number in (1, 2, 3, 4)],
            id="a level",
        ),
        pytest.param(("scan", "-f", "x"), ["xlsx"], id="a format"),
        pytest.param(("help", "undet"), ["undetermined"], id="a topic"),
        pytest.param(("scan", "--kb", "no such update"), [], id="nothing"),
    ],
)
def test_a_shell_completes(
    typed: tuple[str, ...], offered: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in completion(*typed).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        app(prog_name="hotfix-check")
    assert capsys.readouterr().out.split() == offered


def completion(*typed: str) -> dict[str, str]:
    """The environment in which bash asks for what could come."""
    words = " ".join(f"'{word}'" if " " in word else word for word in ("hotfix-check", *typed))
    return {"_HOTFIX_CHECK_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(typed))}


def test_a_shell_completes_by_a_process_that_knows_no_more_than_it_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from hotfix_check.cli import app; app(prog_name='hotfix-check')"],
        env={**completion("scan", "--kb", "KB8188"), "PATH": "/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["KB818861"]


def test_several_updates_in_one_option_are_as_many_options(samples: object, run: Run) -> None:
    server = f"{samples}/exchange-5.5-sp4"
    once = run("scan", server, "--kb", "KB818861, KB324528", "--no-run-info", "-q")
    twice = run("scan", server, "--kb", "KB818861", "--kb", "KB324528", "--no-run-info", "-q")
    assert once == twice
    assert "2 updates judged" in once.out


@pytest.mark.parametrize("command", [("scan",), ("plan",), ("explain", "KB818861")])
def test_a_day_that_is_still_to_come_is_warned_of(command: tuple[str, ...], samples: object, run: Run) -> None:
    ran = run(*command, f"{samples}/exchange-5.5-sp4", "--as-of", "2999-01-01")
    assert "warning: --as-of 2999-01-01 is in the future: nothing published after 2026-11-27" in ran.err
    assert "in the future" not in run(*command, f"{samples}/exchange-5.5-sp4", "--as-of", "2006-01-01").err


@pytest.mark.parametrize(
    "command",
    [
        ("scan", "server", "-o", "gone/r.html"),
        ("plan", "server", "-o", "gone/p.md"),
        ("compare", "server", "server", "-o", "gone/c.md"),
        ("inventory", "server", "-o", "gone/i.json"),
        ("baseline", "--from", "server", "-o", "gone/b.toml"),
        ("fleet", "server", "-o", "gone/f.html"),
    ],
)
def test_an_output_without_a_folder_is_told_before_the_work(
    command: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The target is not there either: what is said first was looked at first.
    ran = run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(f"{command[-1]}: cannot be written: No such file or directory\n")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("KB818862", "did you mean KB818861? ", id="a wrong digit"),
        pytest.param("81886", "did you mean KB818861? ", id="a digit left out"),
        pytest.param("Q8188611", "did you mean KB818861? ", id="a digit too many"),
        pytest.param("MS06-018", "did you mean MS06-019? ", id="a bulletin"),
        pytest.param("exchange-5.5/SP44", "did you mean exchange-5.5/SP4? ", id="an id"),
        pytest.param("MS06-091", "did you mean MS06-019? ", id="a bulletin, two digits swapped"),
        pytest.param(
            "exchange-2016/CU32",
            "did you mean exchange-2016/CU12 or exchange-2016/CU2 or exchange-2016/CU22? ",
            id="an id, swapped",
        ),
        pytest.param("Otc25SU", "did you mean Oct25SU? ", id="a name in its own letters"),
        pytest.param("CVE-2022-41028", "did you mean CVE-2022-41078 or CVE-2022-41082? ", id="a CVE, swapped"),
        pytest.param("KB1111111", "", id="nothing like it"),
    ],
)
@pytest.mark.parametrize("command", [("scan", "samples/copied-file", "--kb"), ("explain",), ("plan", "x", "--to")])
def test_a_mistyped_update_names_the_nearest(
    command: tuple[str, ...], typed: str, meant: str, samples: Path, run: Run, tmp_path: Path
) -> None:
    for name in ("samples", "x"):
        (tmp_path / name).symlink_to(samples)
    ran = run(*command, typed, *(["samples"] if command == ("explain",) else []), "-q")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"in the catalogue: {meant}" in ran.err
    assert ("did you mean" in ran.err) == bool(meant)
