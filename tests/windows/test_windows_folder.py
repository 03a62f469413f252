"""The folder for servers without Python: it starts by itself, answers as on Linux, and writes nothing into itself.

Made beforehand: python offline/windows_folder.py -o build/hotfix-check-windows.zip
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, Run
from wine import MADE, WINE, Ended, Windows, windows

from hotfix_check import __version__
from hotfix_check.pe import read_pe_file

pytestmark = pytest.mark.slow
__all__ = ["windows"]

ZIP = Path(os.environ.get("HOTFIX_CHECK_WINDOWS_FOLDER", ROOT / "build" / "hotfix-check-windows.zip"))
MOST_BYTES = 20_000_000


@pytest.fixture(scope="module")
def folder(windows: Windows) -> Path:
    """The zip unpacked to C:\\Program Files."""
    if not ZIP.exists():
        pytest.skip(f"no {ZIP}: python offline/windows_folder.py makes it")
    with zipfile.ZipFile(ZIP) as packed:
        packed.extractall(windows.c / "Program Files")
    return windows.c / "Program Files" / "hotfix-check"


@pytest.fixture(scope="module")
def for_wine(folder: Path) -> Path:
    """The same, with what Wine 8 lacks and every Windows has."""
    shutil.copy(MADE / "bcryptprimitives.dll", folder)
    return folder


def tool(windows: Windows, folder: Path, *arguments: object, cwd: Path | None = None, **variables: str) -> Ended:
    return windows.run(folder / "hotfix-check.exe", arguments, cwd=cwd, variables=variables)


def test_the_zip_is_small_and_tells_what_is_in_it(folder: Path) -> None:
    assert ZIP.stat().st_size <= MOST_BYTES
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS.txt").read_text().splitlines())
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there - {"SHA256SUMS.txt", "bcryptprimitives.dll"} == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_it_carries_its_licences_and_says_that_it_is_not_signed(folder: Path) -> None:
    licences = (folder / "LICENCES.txt").read_text()
    for owner in (
        "Apache License",
        "PYTHON SOFTWARE FOUNDATION LICENSE",
        "SQLite",
        "libffi",
        "Julian R Seward",
        "zlib",
    ):
        assert owner in licences
    assert {path.name.partition("-")[0].lower() for path in folder.glob("app/*.dist-info")} >= {
        *("hotfix_check", "jinja2", "markupsafe", "packaging", "pefile", "tabulate", "typer", "pydantic_core"),
        *("regipy", "construct", "libarchive_c", "olefile", "colorama"),
    }
    assert "is signed: SmartScreen may ask" in (folder / "README.txt").read_text()


def test_the_properties_of_the_program_say_what_it_is(folder: Path) -> None:
    facts = read_pe_file(folder / "hotfix-check.exe")
    assert str(facts.version).startswith(f"{__version__}.")
    assert facts.values({"productname", "fileversion"}) == {"productname": "hotfix-check", "fileversion": __version__}


@pytest.mark.parametrize("sample", ["exchange-5.5-sp4", "exchange-2003-sp1.zip"])
def test_it_gives_the_same_bytes_as_on_linux(
    sample: str, for_wine: Path, windows: Windows, samples: Path, run: Run
) -> None:
    asked = ("scan", "-q", sample, "-f", "json", "--no-run-info", "--as-of", "2026-01-01")
    there, here = tool(windows, for_wine, *asked, cwd=samples), run(*asked, cwd=samples)
    assert (there.code, there.err, there.out.decode()) == (here.code, here.err, here.out)


def test_it_runs_nothing_of_the_user_and_writes_nothing_into_itself(
    for_wine: Path, windows: Windows, samples: Path, tmp_path: Path
) -> None:
    (tmp_path / "jinja2.py").write_text("raise SystemExit('the user's module')")
    (tmp_path / "hotfix_check.py").write_text("raise SystemExit('the user's module')")
    before = sorted(for_wine.rglob("*"))
    report = windows.c / "report.html"
    asked = ("scan", "-q", "Mapi32.dll", "-o", r"C:\report.html", "--hive", "hive")
    shutil.copy(samples / "copied-file" / "Mapi32.dll", tmp_path)
    shutil.copy(samples / "SOFTWARE-of-exchange-5.5-sp4", tmp_path / "hive")
    ran = tool(windows, for_wine, *asked, cwd=tmp_path, PYTHONPATH=f"Z:{tmp_path}".replace("/", "\\"))
    assert (ran.code, ran.err) == (0, "")
    assert b"Registry: SP4, 3 hotfixes recorded" in ran.out
    assert "Hotfix compliance report" in report.read_text()
    assert sorted(for_wine.rglob("*")) == before


def test_a_process_of_a_pool_gets_its_arguments_as_they_are(for_wine: Path, windows: Windows) -> None:
    """Else a pool would start the tool again, and again."""
    assert tool(windows, for_wine, "-c", "print(6 * 7)", "--multiprocessing-fork").out.split() == [b"42"]
    assert tool(windows, for_wine, "-c", "print(6 * 7)").code == 2
    assert tool(windows, for_wine, "--multiprocessing-fork", "--version").code == 2


def test_a_pool_judges_a_fleet(for_wine: Path, windows: Windows, samples: Path, run: Run, tmp_path: Path) -> None:
    told = subprocess.run([str(WINE), "--version"], capture_output=True, text=True, check=False).stdout
    if int(told.removeprefix("wine-").partition(".")[0] or 0) < 10:
        pytest.skip(f"every pool of processes hangs under {told.split()[0]}; with Wine 10 this passes")
    (tmp_path / "inbox").mkdir()
    run("inventory", "-q", "--no-run-info", samples / "exchange-2003-sp1", "-o", tmp_path / "one.json")
    for number in range(40):
        shutil.copy(tmp_path / "one.json", tmp_path / "inbox" / f"H{number:02}.json")
    asked = ("fleet", "-q", "inbox", "-j", "200", "-f", "csv", "--no-run-info", "--as-of", "2026-01-01")
    there, here = tool(windows, for_wine, *asked, cwd=tmp_path), run(*asked, cwd=tmp_path)
    assert (there.code, there.err) == (here.code, here.err)
    assert there.out.decode().replace("inbox\\", "inbox/") == here.out


def test_without_its_library_it_says_what_to_do(for_wine: Path, windows: Windows) -> None:
    alone = windows.c / "alone"
    alone.mkdir()
    shutil.copy(for_wine / "hotfix-check.exe", alone)
    ran = tool(windows, alone, "--version")
    assert (ran.code, ran.err) == (
        2,
        "hotfix-check: error: python311.dll beside this program cannot be loaded: unpack the whole zip\n",
    )
