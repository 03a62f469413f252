"""Stars and question marks are patterns; brackets are a name, and lead nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotfix_check.untrusted.patterns import fitting, is_pattern


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("inbox/*.json", True),
        ("host?.json", True),
        ("ev/[1]", False),
        ("$HOME/~/%TEMP%", False),
        (r"\\?\C:\ev\Bin", False),
        (r"//?/C:/ev", False),
        (r"\\?\C:\ev\*.dll", True),
        (r"\\.\C:\ev\?.dll", True),
    ],
)
def test_what_is_a_pattern(path: str, pattern: bool) -> None:
    assert is_pattern(path) is pattern


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("[1]/*.json", ["[1]/a.json"]),
        ("*/a.json", ["1/a.json", "[1]/a.json"]),
        ("?/*", ["1/a.json", "1/b.json"]),
        ("**/b.json", ["1/b.json", "[1]/deep/b.json"]),
        ("[[]1]/*.json", []),
        ("none*", []),
    ],
)
def test_what_a_pattern_fits(pattern: str, fits: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("1/a.json", "1/b.json", "[1]/a.json", "[1]/deep/b.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert sorted(found.replace(os.sep, "/") for found in fitting(pattern)) == fits
