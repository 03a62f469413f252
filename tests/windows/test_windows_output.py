"""What is written on Windows: the same bytes as elsewhere, whole or not at all, and never into a device by mistake."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from wine import Windows, empty_folder, windows, windows_path

pytestmark = pytest.mark.slow
__all__ = ["windows"]


@pytest.fixture
def out(windows: Windows) -> Iterator[Path]:
    """An empty folder C:\\out."""
    with empty_folder(windows, "out") as folder:
        yield folder


@pytest.fixture(scope="module")
def named(windows: Windows, samples: Path) -> str:
    """A server in a folder whose name no code page of Windows has whole."""
    folder = windows.c / "Büro-中文"
    shutil.copytree(samples / "exchange-2003-sp1", folder)
    return r"C:\Büro-中文"


@pytest.mark.parametrize("form", ["csv", "md"])
def test_stdout_is_utf_8_whatever_the_code_page(form: str, named: str, windows: Windows, out: Path) -> None:
    to = rf"C:\out\x.{form}"
    ran = windows.tool("scan", "-q", named, "-f", form, "--no-run-info", "-o", to)
    assert ran.code == 1
    assert "Büro-中文" in ran.out.decode("utf-8")
    assert (out / f"x.{form}").read_bytes().removeprefix(b"\xef\xbb\xbf") == ran.out
    if form == "csv":
        assert {row["host"] for row in csv.DictReader(io.StringIO(ran.out.decode()))} == {named}


def test_a_baseline_from_stdout_is_read_again(named: str, windows: Windows, out: Path) -> None:
    ran = windows.tool("baseline", "-q", "--from", named)
    assert (ran.code, ran.err) == (0, "")
    tomllib.loads(ran.out.decode("utf-8"))
    (out / "golden.toml").write_bytes(ran.out)
    again = windows.tool("scan", "-q", named, "--baseline", r"C:\out\golden.toml")
    assert again.err == ""


@pytest.mark.parametrize(
    ("sample", "form"), [("exchange-5.5-sp4", "json"), ("exchange-2003-sp1.zip", "json"), ("exchange-2003-sp1", "html")]
)
def test_the_same_bytes_as_on_linux(sample: str, form: str, windows: Windows, samples: Path, run: object) -> None:
    asked = ("scan", "-q", sample, "-f", form, "--no-run-info", "--as-of", "2026-01-01")
    there = windows.tool(*asked, cwd=samples)
    here = run(*asked, cwd=samples)  # type: ignore[operator]
    assert (there.code, there.err) == (here.code, here.err)
    assert there.out.decode() == here.out


def test_a_read_only_file_is_left_and_nothing_beside_it(windows: Windows, out: Path, samples: Path) -> None:
    old = out / "report.html"
    old.write_text("old")
    old.chmod(0o444)
    ran = windows.tool("scan", "-q", windows_path(samples / "copied-file"), "-o", r"C:\out\report.html")
    assert (ran.code, ran.err) == (
        2,
        "hotfix-check: error: C:\\out\\report.html: cannot be written: it is read-only\n",
    )
    assert {path.name: path.read_text() for path in out.iterdir()} == {"report.html": "old"}


@pytest.mark.parametrize("name", ["aux.html", "NUL.html", "com1.json", "LPT9.txt", "con .csv"])
def test_a_name_of_a_device_is_refused_before_anything_is_read(name: str, windows: Windows, out: Path) -> None:
    ran = windows.tool("scan", "-q", r"C:\nowhere", "-o", rf"C:\out\{name}")
    assert (ran.code, ran.err) == (
        2,
        f"hotfix-check: error: --output: C:\\out\\{name}: Windows reserves this name for a device: choose another\n",
    )
    assert list(out.iterdir()) == []


def test_the_device_itself_takes_everything(windows: Windows, samples: Path) -> None:
    ran = windows.tool("scan", "-q", windows_path(samples / "exchange-2003-sp1"), "-f", "json", "-o", "NUL")
    assert (ran.code, ran.err) == (1, "")
    assert json.loads(ran.out)["targets"][0]["outcome"] == "findings"


def test_ctrl_break_ends_a_run_in_one_line(windows: Windows, out: Path) -> None:
    """A console that is closed, log-off and shutdown come as the same signal."""
    code = (
        "import signal, sys\nfrom hotfix_check.cli import ending\n"
        "def command(**options):\n    signal.raise_signal(signal.SIGBREAK)\n"
        "ending.run_to_end(command)"
    )
    ran = windows.python("-c", code)
    assert (ran.code, ran.err) == (130, "hotfix-check: error: interrupted\n")
    early = "import signal, hotfix_check.__main__ as m\nimport hotfix_check.cli\n"
    early += "hotfix_check.cli.main = lambda: signal.raise_signal(signal.SIGBREAK)\nm.main()"
    assert (windows.python("-c", early).code, windows.python("-c", early).err) == (
        130,
        "hotfix-check: error: interrupted\n",
    )


def test_a_pool_has_no_more_processes_than_windows_can_wait_for(windows: Windows) -> None:
    """It waits for 63 things at once; none is started here, since Wine 8 hangs in every pool."""
    code = (
        "from hotfix_check.processes import MOST_PROCESSES, Workers\n"
        "print(MOST_PROCESSES, Workers(5000, len, None)._count)"
    )
    assert windows.python("-c", code).out.split() == [b"61", b"61"]
