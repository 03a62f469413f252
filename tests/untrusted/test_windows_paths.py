"""How a path of Windows is written for its system calls; on this system paths are taken as they are."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import cast

import pytest

from hotfix_check.untrusted import windows_paths
from hotfix_check.untrusted.windows_paths import literal_path, names_a_device, shown_path, system_path


@pytest.mark.parametrize(
    ("typed", "literal"),
    [
        (r"C:\ev\Bin", r"\\?\C:\ev\Bin"),
        ("C:/ev/Bin/", r"\\?\C:\ev\Bin"),
        (r"C:\ev\..\x", r"\\?\C:\x"),
        ("C:\\", "\\\\?\\C:\\"),
        (r"\\server\share\case 7", r"\\?\UNC\server\share\case 7"),
        ("//server/share/x", r"\\?\UNC\server\share\x"),
        (r"\\?\C:\ev\Bin.", r"\\?\C:\ev\Bin."),
        (r"\\?\UNC\server\share", r"\\?\UNC\server\share"),
        (r"\\.\NUL", r"\\.\NUL"),
        (r"\\.\C:\ev", r"\\.\C:\ev"),
    ],
)
def test_a_path_for_system_calls_is_whole_and_literal(typed: str, literal: str) -> None:
    assert literal_path(typed) == literal


@pytest.mark.parametrize(
    ("literal", "shown"),
    [
        (r"\\?\C:\ev\Bin", r"C:\ev\Bin"),
        (r"\\?\UNC\server\share", r"\\server\share"),
        (r"C:\ev", r"C:\ev"),
    ],
)
def test_no_prefix_is_shown(literal: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_paths, "ON_WINDOWS", True)
    assert shown_path(literal) == shown


def test_elsewhere_a_path_is_as_it_is() -> None:
    for text in ("/a/./b", "..", r"\\?\C:\x", "Bin."):
        assert system_path(text) == shown_path(text) == text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *((name, True) for name in ("aux.html", "NUL", "con .csv", "Com1.json", "lpt9.tar.gz", "COM².x", "conin$")),
        *((name, False) for name in ("auxiliary.html", "com0.json", "com10.x", "nul-report.html", "my aux.html", "")),
    ],
)
def test_names_that_are_kept_for_devices(name: str, kept: bool) -> None:
    assert names_a_device(cast("Path", PureWindowsPath(r"C:\out") / name)) is kept
