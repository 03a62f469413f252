"""A file whose processor is not known, as listings tell of it, and a table that differs by processor."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import hotfix
from targets import finding, installed, judge, lone

from hotfix_check.catalogue import load_catalogue

TOML = """
format = 1
version = 2026-11-21
[product]
id = "exchange-5.5"
name = "Exchange Server 5.5"
range = "==5.5.*"
platform = "i386"
level_by = "whole-version"
server_files = ["Store.exe"]
sources = ["a test"]
levels = [{ name = "RTM", build = "5.5.1960.5" }]
""" + hotfix(
    123456,
    '{ name = "Mapi32.dll", version = "5.5.2653.6", platform = "alpha" }',
    '{ name = "Mapi32.dll", version = "5.5.2653.9" }',
    title="A fix for two processors",
)


VERSIONS = {
    "Alpha's": ("5.5.2653.6", "alpha", "exact"),
    "i386 needs more": ("5.5.2653.6", "i386", "older"),
    "Alpha's or too old": ("5.5.2653.6", None, "other-platform"),
    "between": ("5.5.2653.8", None, "other-platform"),
    "enough for both": ("5.5.2653.9", None, "later"),
    "too old for both": ("5.5.2653.5", None, "older"),
}


@pytest.mark.parametrize(("version", "machine", "state"), VERSIONS.values(), ids=VERSIONS)
def test_a_file_of_unknown_platform_is_judged_where_both_rows_agree(
    version: str, machine: str | None, state: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text(TOML)
    file = installed("Mapi32.dll", version, machine=machine)
    found = finding(judge(lone(file), load_catalogue([tmp_path])), "exchange-5.5/KB123456")
    assert str(found.rows[0].state) == state
    if state == "other-platform":
        assert found.reasons[0] == (
            f"Mapi32.dll is {version} for an unknown platform, and the table differs by platform"
        )
