"""SECURITY.md states the bounds as they are: every number of it is a constant of the code, and every bound is in it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from conftest import ROOT
from pe_builder import build_pe

import hotfix_check
from hotfix_check.exit_code import ExitCode
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.target import read_target

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([\w.]+)` \| ([\d,]+) \| (.+) \|$", TEXT, re.MULTILINE)


def bounds() -> dict[str, int]:
    """Every public constant MAX_... of the package, by module and name, where it is defined."""
    found: dict[str, int] = {}
    for module in pkgutil.walk_packages(hotfix_check.__path__, "hotfix_check."):
        if module.name.endswith("__main__"):
            continue
        source = Path(str(importlib.util.find_spec(module.name).origin)).read_text("utf-8")  # type: ignore[union-attr]
        for name in re.findall(r"^(MAX_\w+)\b.*?=", source, re.MULTILINE):
            value = getattr(importlib.import_module(module.name), name)
            found[f"{module.name.removeprefix('hotfix_check.')}.{name}"] = value
    return found


def test_the_table_has_every_bound_with_its_number_once() -> None:
    stated = [(name, int(number.replace(",", ""))) for name, number, _ in ROWS]
    assert len(dict(stated)) == len(stated)
    assert dict(stated) == bounds()
    assert len(stated) > 20
    assert len(ROWS) == len([line for line in TEXT.splitlines() if line.startswith("| `")])


def test_no_other_number_is_stated_than_exit_codes() -> None:
    prose = "\n".join(line for line in TEXT.splitlines() if not line.startswith("| "))
    prose = re.sub(r"`[^`]*`", "", prose).replace("SHA-256", "")
    assert set(re.findall(r"\d[\d,.]*", prose)) == {str(ExitCode.NOT_ASKED.value), str(ExitCode.INTERRUPTED.value)}


def test_every_option_that_is_named_is_one() -> None:
    options = "".join(path.read_text("utf-8") for path in (ROOT / "hotfix_check" / "cli").glob("*.py"))
    assert [name for name in re.findall(r"--[a-z][a-z-]+", TEXT) if f'"{name}"' not in options] == []


def test_no_person_and_no_host_is_named() -> None:
    assert re.findall(r"\w@\w|https?:|\bwww\.", TEXT) == []


@pytest.mark.parametrize(
    ("constant", "value", "said"),
    [
        ("hotfix_check.inventory.file_facts.MAX_HASHED_BYTES", 100, "not hashed: larger than 100 bytes"),
        ("hotfix_check.pe.crosscheck.MAX_FILE", 100, "too large for the second reader"),
    ],
)
def test_at_a_bound_of_a_file_a_note_is_told(
    constant: str, value: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Store.exe").write_bytes(build_pe("5.5.2653.23"))
    monkeypatch.setattr(constant, value)
    (file,) = read_target(tmp_path, Asked(wanted=frozenset({"store.exe"}), cross_check=True)).files
    assert any(said in note for note in file.notes)


def test_at_the_bound_of_bytes_read_a_file_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Store.exe").write_bytes(build_pe("5.5.2653.23"))
    monkeypatch.setattr("hotfix_check.pe.bytes.MAX_BYTES_READ", 500)
    (bad,) = read_target(tmp_path, Asked(wanted=frozenset({"store.exe"}))).unreadable
    assert bad.reason == "its headers lead to more than 500 bytes"
