from __future__ import annotations

import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from hotfix_check.cli.commands import UNSURE, taken_as_typed


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"


@pytest.mark.parametrize(
    ("annotation", "typed", "taken"),
    [
        pytest.param(str, "KB818861", "KB818861", id="text"),
        pytest.param(Path, "no/such/file", Path("no/such/file"), id="a path where nothing is yet"),
        pytest.param(Path, ".", Path(), id="a folder that can be read"),
        pytest.param(Path, "a\0b", UNSURE, id="a NUL in a path"),
        pytest.param(list[str], ("a", "b"), ["a", "b"], id="text given twice"),
        pytest.param(list[Path], ("x1", "x2"), [Path("x1"), Path("x2")], id="paths"),
        pytest.param(list[Path], ("x1", "a\0b"), UNSURE, id="one path that is none"),
        pytest.param(list[str], "ab", UNSURE, id="text where several are expected"),
        pytest.param(Form, "json", Form.JSON, id="a word of a choice"),
        pytest.param(Form, Form.TABLE, Form.TABLE, id="the default of a choice"),
        pytest.param(Form, "JSON", UNSURE, id="a word in capitals"),
        pytest.param(Form, "xml", UNSURE, id="a word that is no choice"),
        pytest.param(int, "5", UNSURE, id="a number that may be too small"),
        pytest.param(int, 1, 1, id="the default of a number"),
        pytest.param(bool, "yes", UNSURE, id="a flag by word"),
        pytest.param(str | None, "a", UNSURE, id="a type that is none"),
    ],
)
def test_what_is_sure_is_taken_as_typed_and_the_rest_is_left_to_typer(annotation: Any, typed: Any, taken: Any) -> None:
    found = taken_as_typed(annotation, typed)
    assert found is taken if taken is UNSURE else (found, type(found)) == (taken, type(taken))


@pytest.mark.posix("a file without a right to read")
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_left_to_typer(tmp_path: Path) -> None:
    file = tmp_path / "Mapi32.dll"
    file.touch(mode=0o000)
    assert taken_as_typed(Path, str(file)) is UNSURE


def modules_after(*arguments: str) -> set[str]:
    """What a run has imported."""
    code = (
        "import sys; from hotfix_check.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["scan", "-q", "-f", "json", "--product", "exchange-5.5", "--kb", "KB818861"], id="scan"),
        pytest.param(["identify", "-q"], id="identify"),
    ],
)
def test_an_everyday_command_converts_nothing_by_pydantic_and_makes_no_other_ready(
    arguments: list[str], samples: Path
) -> None:
    loaded = modules_after(*arguments, str(samples / "copied-file" / "Mapi32.dll"))
    assert {"pydantic", "jinja2", "xlsxwriter", "hotfix_check.cli.catalogue_app"} & loaded == set()
    assert "hotfix_check.cli.judging" in loaded


def test_the_help_has_every_command_and_a_typing_error_is_told_with_what_was_meant() -> None:
    run = [sys.executable, "-m", "hotfix_check"]
    shown = subprocess.run([*run, "--help"], capture_output=True, text=True, check=True).stdout
    for command in ("scan", "explain", "plan", "identify", "compare", "baseline", "convert", "fleet", "catalogue"):
        assert f" {command} " in shown
    wrong = subprocess.run([*run, "scna"], capture_output=True, text=True)
    assert (wrong.returncode, "Did you mean 'scan'" in wrong.stderr) == (2, True)
