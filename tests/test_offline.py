"""One file, or a folder of wheels, brings the tool to a machine without a network, by the commands of docs/offline.md.

Only the wheelhouse is made in another way than by its command, which asks the package index: the project's own wheel is
built, and each installed distribution that it depends on is put together again as a wheel.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from conftest import ROOT
from packaging.requirements import Requirement

from hotfix_check import __version__
from hotfix_check.catalogue.load import default_version

pytestmark = pytest.mark.slow
FileLock = pytest.importorskip("shiv.bootstrap.filelock", reason="shiv is not installed").FileLock

VERSIONS = f"hotfix-check {__version__}, catalogue {default_version()}\n"
PAGE = (ROOT / "docs" / "offline.md").read_text()
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
NETLESS = ("unshare", "--map-root-user", "--net")
ALLOWED = shutil.which("unshare") is not None and subprocess.run([*NETLESS, "true"], check=False).returncode == 0
NO_NETWORK = NETLESS if ALLOWED else ()
MADE_BY_PIP = ("INSTALLER", "REQUESTED", "direct_url.json")
PYTHON = (*NO_NETWORK, sys.executable, "-I", "-S")

# Runs the file under an eye that ends it at the first socket, and at the first file written elsewhere than allowed.
GUARD = """
import os, runpy, sys
allowed = (os.devnull, *sys.argv.pop(1).split(os.pathsep))
def guard(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        end(event)
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and type(arguments[0]) is str:
        inside(event, arguments[0])
    if event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "sqlite3.connect"):
        inside(event, os.fsdecode(arguments[0]))
def inside(event, path):
    if path != ":memory:" and not os.path.abspath(path.removeprefix("file:")).startswith(allowed):
        end(f"{event} {path}")
def end(text):
    os.write(2, b"GUARD " + text.encode())
    os._exit(99)
sys.addaudithook(guard)
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def command(program: str, first: str) -> list[str]:
    """The one command of the page with this program and first option, without the program."""
    (line,) = [line for line in COMMANDS if line.startswith(program + first)]
    return shlex.split(line.removeprefix(program))


def quiet(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A finished command that knows nothing of this user's settings."""
    known = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env={**known, "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def needed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """The installed distributions that a distribution needs at run time, and those that they need."""
    for line in _requires(name):
        requirement = Requirement(line)
        if requirement.name not in found and _is_for(requirement):
            found[requirement.name] = distribution(requirement.name)
            needed(requirement.name, found)
    return found


def _requires(name: str) -> Sequence[str]:
    """What a distribution needs; of this one as its source says, whatever was installed here once."""
    if name != "hotfix-check":
        return distribution(name).requires or ()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].items()
    return [
        *project["dependencies"],
        *(f"{line}; extra == '{extra}'" for extra, lines in extras for line in lines if ";" not in line),
    ]


def _is_for(requirement: Requirement) -> bool:
    """Whether it is needed without an extra, or for the one that the page's commands name."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", "registry"))


def put_together_again(installed: Distribution, folder: Path) -> None:
    """The wheel that a distribution was installed from, but for its programs, which pip makes anew."""
    tags = [tag.split("-") for tag in re.findall(r"^Tag: (.*)$", installed.read_text("WHEEL") or "", re.MULTILINE)]
    kinds = (".".join(sorted(set(kind))) for kind in zip(*tags, strict=True))
    parts = (installed.name.replace("-", "_"), installed.version, *kinds)
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    with zipfile.ZipFile(folder / f"{'-'.join(parts)}.whl", "w") as wheel:
        for path in installed.files or ():
            if path.parts[0] == ".." or path.suffix == ".pyc" or path.name in MADE_BY_PIP:
                continue
            if path.name != "RECORD":
                wheel.write(Path(str(path.locate())), str(path))
            rows.writerow([path, f"{path.hash.mode}={path.hash.value}" if path.hash else "", path.size])
        (name,) = (str(path) for path in installed.files or () if path.name == "RECORD")
        wheel.writestr(name, record.getvalue())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """A folder of this run that is filled once, whichever worker asks first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name: str, fill: Callable[[Path], None]) -> Path:
        folder = shared / f"offline-{name}"
        with FileLock(shared / f"offline-{name}.lock"):
            if not folder.exists():
                unfinished = shared / f"offline-{name}.unfinished"
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return once


@pytest.fixture(scope="session")
def wheelhouse(made: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    def fill(folder: Path) -> None:
        built = quiet(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
        assert built.returncode == 0, built.stdout + built.stderr
        for installed in needed("hotfix-check", {}).values():
            put_together_again(installed, folder)

    return made("wheelhouse", fill)


@pytest.fixture(scope="session")
def pyz(made: Callable[[str, Callable[[Path], None]], Path], wheelhouse: Path) -> Path:
    """The one file, made by the page's command with no network there."""

    def fill(folder: Path) -> None:
        (folder / "wheelhouse").symlink_to(wheelhouse)
        (folder / "offline").symlink_to(ROOT / "offline")
        shiv = (*NO_NETWORK, sys.executable, "-m", "shiv", *command(".venv/bin/shiv ", "--no-index"))
        packed = quiet(*shiv, cwd=folder)
        assert packed.returncode == 0, packed.stdout + packed.stderr

    return made("file", fill) / "hotfix-check.pyz"


@pytest.fixture(scope="session")
def unpacked(made: Callable[[str, Callable[[Path], None]], Path], pyz: Path) -> Path:
    """What the first run writes, on the machine where the file is made; with -B nothing is added to it."""

    def fill(folder: Path) -> None:
        first = quiet(*PYTHON, pyz, "--version", cwd=folder, SHIV_ROOT=str(folder))
        assert (first.returncode, first.stdout, first.stderr) == (0, VERSIONS, "")

    return made("unpacked", fill)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An empty folder that is also the home folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_the_file_holds_what_is_needed_at_run_time_and_nothing_else(pyz: Path) -> None:
    names = zipfile.ZipFile(pyz).namelist()
    assert len(names) == len(set(names))
    package = {name.removeprefix("site-packages/hotfix_check/") for name in names}
    assert {f"data/{path.name}" for path in (ROOT / "data").glob("*.toml")} <= package
    assert {"report/page/report.html", "report/page/report.css", "schemas/result-1.json"} <= package
    dists = {match[1] for name in names if (match := re.match(r"site-packages/([^/]+)-[^-/]+\.dist-info/", name))}
    wanted = {"hotfix-check", *(found.name for found in needed("hotfix-check", {}).values())}
    assert {name.lower().replace("_", "-") for name in dists} == {name.lower().replace("_", "-") for name in wanted}


def test_the_python_that_runs_the_file_does_not_see_this_environment(empty: Path) -> None:
    for module in ("typer", "hotfix_check"):
        assert f"No module named '{module}'" in quiet(*PYTHON, "-c", f"import {module}", cwd=empty).stderr


def test_the_file_reads_a_registry_hive(pyz: Path, unpacked: Path, samples: Path, empty: Path) -> None:
    hive = samples / "SOFTWARE-of-exchange-5.5-sp4"
    asked = ("scan", "--quiet", samples / "copied-file" / "Mapi32.dll", "--hive", hive)
    ran = quiet(*PYTHON, "-B", pyz, *asked, cwd=empty, SHIV_ROOT=str(unpacked), HOTFIX_CHECK_CACHE="off")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Registry: SP4, 3 hotfixes recorded" in ran.stdout


def test_in_an_empty_folder_without_a_network_the_file_scans_reports_and_writes_nothing_else(
    pyz: Path, samples: Path, empty: Path
) -> None:
    shutil.copy(samples / "copied-file" / "Mapi32.dll", empty)
    ran = quiet(*PYTHON, pyz, "scan", "--quiet", "Mapi32.dll", "-o", "report.html", cwd=empty)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "KB818861 installed: Mapi32.dll is 5.5.2657.50, as in the table\n" in ran.stdout
    last = "15 updates judged: 1 installed, 13 superseded, 1 missing. 13 not shown (--all\n  shows them).\n"
    assert ran.stdout.endswith(last)
    report = (empty / "report.html").read_text("utf-8")
    assert "Hotfix compliance report" in report
    assert (ROOT / "hotfix_check/report/page/report.css").read_text("utf-8").splitlines()[0] in report
    assert {path.name for path in empty.iterdir()} == {"Mapi32.dll", "report.html", ".shiv", ".cache"}
    assert [path.name for path in (empty / ".cache").rglob("*") if path.is_file()] == ["catalogue.sqlite"]


@pytest.mark.parametrize("cache", ["CACHE", "off"])
def test_the_catalogue_inside_is_whole_with_the_cache_and_without(
    cache: str, pyz: Path, unpacked: Path, empty: Path
) -> None:
    folder = empty / "cache"
    folder.mkdir()
    where = {"HOTFIX_CHECK_CACHE": str(folder) if cache == "CACHE" else cache, "SHIV_ROOT": str(unpacked)}
    status = quiet(*PYTHON, "-B", pyz, "catalogue", "status", cwd=empty, **where)
    here = quiet(sys.executable, "-m", "hotfix_check", "catalogue", "status", cwd=ROOT, HOTFIX_CHECK_CACHE="off")
    assert (status.returncode, here.returncode) == (0, 0)
    assert re.search(r"^from .*/site-packages/hotfix_check/data$", status.stdout, re.MULTILINE)
    assert re.sub("(?m)^from .*", "", status.stdout) == re.sub("(?m)^from .*", "", here.stdout)
    shown = quiet(*PYTHON, "-B", pyz, "catalogue", "show", "KB818861", cwd=empty, **where)
    assert "Mapi32.dll  5.5.2657.50  881936" in shown.stdout
    assert [path.name for path in folder.iterdir()] == (["catalogue.sqlite"] if cache == "CACHE" else [])


def test_nothing_is_asked_of_the_network_nor_written_but_in_the_two_folders(
    pyz: Path, samples: Path, empty: Path
) -> None:
    root, cache = empty / "root", empty / "cache"
    cache.mkdir()
    arguments = (f"{root}{os.pathsep}{cache}", pyz, "scan", "--quiet", samples / "copied-file" / "Mapi32.dll")
    where = {"SHIV_ROOT": str(root), "HOTFIX_CHECK_CACHE": str(cache)}
    ran = quiet(sys.executable, "-I", "-S", "-c", GUARD, *arguments, cwd=empty, **where)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "KB818861 installed" in ran.stdout
    assert {path.name for path in empty.iterdir()} == {"root", "cache"}


def test_unpacked_beforehand_the_file_writes_nothing_at_all(
    pyz: Path, unpacked: Path, samples: Path, empty: Path
) -> None:
    assert "SHIV_ROOT=unpacked HOTFIX_CHECK_CACHE=off python3 -I -B hotfix-check.pyz scan FOLDER" in COMMANDS
    before = sorted(unpacked.rglob("*"))
    arguments = ("nowhere", pyz, "scan", "--quiet", samples / "copied-file" / "Mapi32.dll")
    where = {"SHIV_ROOT": str(unpacked), "HOTFIX_CHECK_CACHE": "off"}
    ran = quiet(sys.executable, "-I", "-B", "-S", "-c", GUARD, *arguments, cwd=empty, **where)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "KB818861 installed" in ran.stdout
    assert sorted(unpacked.rglob("*")) == before
    assert list(empty.iterdir()) == []


def test_a_python_that_the_file_was_not_made_for_is_told_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "pydantic_core").mkdir()
    shutil.copy(ROOT / "offline" / "made_for.py", tmp_path / "bin")
    for name in ("__init__.py", "_pydantic_core.cp311-win_arm64.pyd", "_pydantic_core.cpython-36m-vax.so"):
        (tmp_path / "pydantic_core" / name).touch()
    told = quiet(*PYTHON, tmp_path / "bin" / "made_for.py", cwd=tmp_path)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith(
        f"hotfix-check: this file was made for cp311-win_arm64, cpython-36m-vax; this is Python {version} on "
    )
    assert told.stderr.count("\n") == 1


def test_the_wheelhouse_installs_without_an_index_and_without_a_network(
    wheelhouse: Path, samples: Path, empty: Path
) -> None:
    (empty / "wheelhouse").symlink_to(wheelhouse)
    (line,) = [line for line in COMMANDS if "--no-index --find-links wheelhouse 'hotfix-check[registry]'" in line]
    make, _, install = line.partition(" && ")
    # The new environment's own pip, which takes longest to set up, is left out: this one installs there in its place.
    made = quiet(sys.executable, *make.split()[1:], "--without-pip", cwd=empty)
    assert made.returncode == 0, made.stderr
    words = shlex.split(install.removeprefix("hotfix/bin/pip "))
    pip = (sys.executable, "-m", "pip", "--python", "hotfix/bin/python")
    installed = quiet(*NO_NETWORK, *pip, *words, cwd=empty, PIP_NO_COMPILE="1")
    assert (installed.returncode, installed.stdout) == (0, ""), installed.stderr
    scan = ("hotfix/bin/hotfix-check", "scan", "--quiet", samples / "copied-file" / "Mapi32.dll")
    ran = quiet(*NO_NETWORK, *scan, cwd=empty)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "KB818861 installed: Mapi32.dll is 5.5.2657.50, as in the table\n" in ran.stdout
