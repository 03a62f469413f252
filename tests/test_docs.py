"""README and CONTRIBUTING tell the truth: every example runs, every option named exists, every table is the code's."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run

from hotfix_check.exit_code import MEANINGS

README = (ROOT / "README.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("hotfix-check ")
]


def test_every_example_of_the_readme_runs_in_order(samples: Path, run: Run, tmp_path: Path) -> None:
    shutil.copytree(samples, tmp_path / "samples")
    for name in ("article.txt", "baseline.toml", "waivers.toml", "hosts.csv"):
        shutil.copy(ROOT / "samples" / name, tmp_path / "samples")
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        ran = run(*shlex.split(command)[1:])
        assert ran.code in (0, 1, 3), (command, ran.err)
        assert ran.out or "-o" in command or "build" in command
        assert "error" not in ran.err, command


def test_the_output_that_the_readme_shows_is_what_the_first_command_prints(
    samples: Path, run: Run, tmp_path: Path
) -> None:
    shutil.copytree(samples, tmp_path / "samples")
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    first = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[0].strip().partition("/hotfix-check ")[2]
    assert run(*shlex.split(first)).out == shown


def test_the_help_names_every_option_of_the_readme(run: Run) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) - {"--quiet", "--editable", "--help"}
    used = {tuple(word for word in shlex.split(line)[1:3] if word.isalpha()) for line in COMMANDS}
    commands = {words if words[0] == "catalogue" else words[:1] for words in used}
    helped = "".join(run(*words, "--help").out for words in sorted(commands))
    assert {option for option in named if option not in helped} == set()


def test_the_exit_codes_of_the_readme_and_of_help_are_those_of_the_code(run: Run) -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert dict(rows) == {str(code.value): meaning for code, meaning in MEANINGS.items()}
    for command in ((), ("scan",), ("fleet",)):
        said = re.sub(r"[\s│]+", " ", run(*command, "--help").out)
        assert all(f"{code} {meaning}" in said for code, meaning in rows)


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md"])
def test_every_path_in_the_documents_exists(path: str) -> None:
    text = (ROOT / path).read_text()
    for name in re.findall(r"`((?:hotfix_check|samples|tests|data|\.ci)/[\w./-]*)`", text):
        if name.startswith("samples/") and not name.endswith(".py"):
            continue
        assert (ROOT / name).exists(), name


def test_the_update_of_contributing_loads(tmp_path: Path, run: Run) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    mine = tmp_path / "mine.toml"
    mine.write_text('format = 1\nversion = 2026-11-21\nproduct = "exchange-5.5"\n' + block.replace("818861", "818862"))
    ran = run("catalogue", "show", "KB818862", "--catalogue", "default", "--catalogue", mine)
    assert ran.code == 0
    assert "Mapi32.dll  5.5.2657.50  881936" in ran.out


def test_the_reference_of_the_format_names_every_field_that_is_read() -> None:
    reference = (ROOT / "docs" / "catalogue-format.md").read_text("utf-8")
    readers = ("load.py", "product_table.py", "update_table.py")
    source = "".join((ROOT / "hotfix_check" / "catalogue" / name).read_text("utf-8") for name in readers)
    read = set(re.findall(r'(?:table|top)\.\w+\(\s*"(\w+)"', source)) | set(
        re.findall(r'_references\(table, "(\w+)"', source)
    )
    assert len(read) > 50
    assert {field for field in read if f"`{field}`" not in reference} == set()
