"""What is read on Windows is what was named: no other folder, letter by letter, and each reason is the true one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wine import Ended, Windows, empty_folder, windows, windows_path

pytestmark = pytest.mark.slow
__all__ = ["windows"]

# Hold a file so that nobody else can read it, then be hotfix-check.
HELD = """
import ctypes, sys
kernel = ctypes.WinDLL("kernel32", use_last_error=True)
kernel.CreateFileW.restype = ctypes.c_void_p
held = kernel.CreateFileW(sys.argv[1], 0x80000000, 0, None, 3, 0, None)
assert held != ctypes.c_void_p(-1).value, ctypes.get_last_error()
sys.argv = ["hotfix-check", *sys.argv[2:]]
from hotfix_check.cli import main
main()
"""


@pytest.fixture
def ev(windows: Windows) -> Iterator[Path]:
    """An empty folder C:\\ev."""
    with empty_folder(windows, "ev") as folder:
        yield folder


def inventory(ran: Ended) -> Any:
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def paths(ran: Ended) -> list[str]:
    return [file["path"] for file in inventory(ran)["files"]]


@pytest.mark.parametrize("name", ["[1]", "[backup]", "$TEMP", "%TEMP%", "~", "~root", "[2024-01] $x"])
def test_nothing_in_a_path_is_expanded(name: str, windows: Windows, ev: Path, samples: Path) -> None:
    """With ``[1]`` read as a pattern the verdict was on ``1``, another server."""
    shutil.copytree(samples / "exchange-2003-sp1", ev / name / "exch")
    shutil.copytree(samples / "copied-file", ev / "1" / "exch")
    (ev / "b").mkdir()
    ran = windows.tool("scan", "-q", "-f", "json", "--no-run-info", rf"C:\ev\{name}\exch")
    assert (ran.code, ran.err) == (1, "")
    (target,) = json.loads(ran.out)["targets"]
    assert target["path"] == rf"C:\ev\{name}\exch"
    assert [product["id"] for product in target["products"]] == ["exchange-2003"]


def test_a_pattern_is_expanded_where_brackets_are_a_name(windows: Windows, ev: Path, samples: Path) -> None:
    for name in ("[1]", "1"):
        (ev / name).mkdir()
        shutil.copy(samples / "copied-file" / "Mapi32.dll", ev / name / f"{len(name)}.dll")
    shutil.copy(samples / "copied-file" / "Mapi32.dll", ev / "[1]" / "2.dll")
    ran = windows.tool("scan", "-q", "-f", "json", "--no-run-info", r"C:\ev\[1]\?.dll")
    assert [target["path"] for target in json.loads(ran.out)["targets"]] == [r"C:\ev\[1]\2.dll", r"C:\ev\[1]\3.dll"]
    none = windows.tool("scan", "-q", r"C:\ev\no*such")
    assert (none.code, none.err) == (
        2,
        "hotfix-check: error: C:\\ev\\no*such: no file or folder fits this pattern\n",
    )


def test_names_that_windows_would_change_are_read_as_they_are(windows: Windows, ev: Path, samples: Path) -> None:
    """``Bin.`` was given the files of ``Bin``; ``Only.`` could not be listed."""
    program = samples / "copied-file" / "Mapi32.dll"
    kept = ["Bin./inside.dll", "Only./x.dll", "Bin/a.dll", "aux/x.dll", "deep/nul.dll", "spaced /x.dll"]
    for name in kept:
        (ev / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, ev / name)
    ran = windows.tool("inventory", "-q", "--no-run-info", r"C:\ev")
    assert sorted(paths(ran)) == sorted(kept)
    assert inventory(ran)["unreadable"] == []
    assert "?" not in ran.out.decode()


@pytest.mark.parametrize(
    "typed",
    [r"C:\ev", "C:/ev", r"C:\ev" + "\\", r"\\?\C:\ev", r"\\.\C:\ev", r"c:\EV", r"\ev", "C:ev", "ev", r"C:\x\..\ev"],
)
def test_every_way_to_write_a_path_leads_to_it(typed: str, windows: Windows, ev: Path, samples: Path) -> None:
    (ev / "Bin").mkdir()
    shutil.copy(samples / "copied-file" / "Mapi32.dll", ev / "Bin")
    (windows.c / "x").mkdir(exist_ok=True)
    assert paths(windows.tool("inventory", "-q", "--no-run-info", typed)) == ["Bin/Mapi32.dll"]


def test_a_path_of_more_than_260_characters_is_read(windows: Windows, ev: Path, samples: Path) -> None:
    deep = ev / "/".join(["a" * 50] * 6)
    deep.mkdir(parents=True)
    shutil.copy(samples / "copied-file" / "Mapi32.dll", deep)
    shutil.copy(samples / "exchange-2003-sp1.zip", deep)
    (path,) = paths(windows.tool("inventory", "-q", "--no-run-info", r"C:\ev"))
    assert path == "/".join([*["a" * 50] * 6, "Mapi32.dll"])
    typed = "C:\\ev\\" + "\\".join([*["a" * 50] * 6, "exchange-2003-sp1.zip"])
    packed = windows.tool("scan", "-q", "-f", "json", typed)
    assert (packed.code, packed.err) == (1, "")
    assert json.loads(packed.out)["targets"][0]["kind"] == "archive"


def test_a_file_in_use_is_told_from_others(windows: Windows, ev: Path, samples: Path) -> None:
    shutil.copy(samples / "copied-file" / "Mapi32.dll", ev)
    ran = windows.python("-c", HELD, r"C:\ev\Mapi32.dll", "scan", "-f", "json", "--no-run-info", "-q", r"C:\ev")
    (unreadable,) = json.loads(ran.out)["targets"][0]["unreadable"]
    assert unreadable == {"path": "Mapi32.dll", "reason": "in use by another program, which lets nobody read it"}
    assert ran.code == 3


def test_the_live_registry_asks_for_a_copy(windows: Windows, ev: Path, samples: Path) -> None:
    shutil.copy(samples / "SOFTWARE-of-exchange-5.5-sp4", ev / "SOFTWARE")
    target = windows_path(samples / "copied-file" / "Mapi32.dll")
    ran = windows.python("-c", HELD, r"C:\ev\SOFTWARE", "scan", "-q", target, "--hive", r"C:\ev\SOFTWARE")
    assert (ran.code, ran.err) == (
        2,
        "hotfix-check: error: C:\\ev\\SOFTWARE: in use by another program, which lets nobody read it, as Windows does "
        "while it runs: 'reg save HKLM\\SOFTWARE FILE' makes a copy that can be read\n",
    )


def test_a_folder_as_a_hive_is_no_forbidden_file(windows: Windows, ev: Path, samples: Path) -> None:
    target = windows_path(samples / "copied-file" / "Mapi32.dll")
    ran = windows.tool("scan", "-q", target, "--hive", r"C:\ev")
    assert (ran.code, ran.err) == (2, "hotfix-check: error: C:\\ev: not a regular file\n")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (r"C:\nowhere", r"C:\nowhere: "),
        ("NUL", "NUL: neither a folder nor a file"),
        (r"\\server\share\x", r"\\server\share\x: "),
        ('C:\\ev"', 'a path in quotation marks must not end in a backslash: "C:\\dir", not "C:\\dir\\")'),
    ],
    ids=["not there", "a device", "a share that is not there", "a quotation mark, as cmd makes of a final backslash"],
)
def test_a_target_that_is_none_is_one_line(typed: str, words: str, windows: Windows, ev: Path) -> None:
    ran = windows.tool("scan", "-q", typed)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert words in ran.err


def test_a_cabinet_that_cannot_be_read_tells_what_helps_on_windows(windows: Windows, ev: Path, samples: Path) -> None:
    """Wine has no archiveint.dll; how the library is named is tested in tests/inventory."""
    (package,) = (path for path in (samples / "packages").iterdir() if path.suffix.lower() == ".exe")
    ran = windows.tool("catalogue", "import", windows_path(package))
    assert ran.code == 2
    assert "Windows 10 1803, Server 2019 or later; without them unpack it first: mkdir FOLDER" in ran.err
