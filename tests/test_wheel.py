"""The wheel carries the catalogue and the schemas, and works where there is no checkout."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from hotfix_check import __version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
def test_wheel_and_source_distribution_are_the_same_bytes_whenever_and_wherever_they_are_built(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "offline" / "release.py"), "--only", "wheel", "-o", str(tmp_path / "dist")]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    names = [f"hotfix_check-{__version__}-py3-none-any.whl", f"hotfix_check-{__version__}.tar.gz"]
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == ["SHA256SUMS", *names]
    assert made.stdout.count("the same twice") == 2
    for line in (tmp_path / "dist" / "SHA256SUMS").read_text().splitlines():
        sha256, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "dist" / name).read_bytes()).hexdigest() == sha256


def test_the_wheel_holds_package_catalogue_schemas_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"hotfix_check"}
    data = {f"hotfix_check/data/{path.name}" for path in (ROOT / "data").glob("*.toml")}
    assert data <= set(names)
    assert {"hotfix_check/py.typed", "hotfix_check/schemas/result-1.json"} <= set(names)
    assert {"hotfix_check/report/page/report.html", "hotfix_check/report/page/report.css"} <= set(names)


def test_an_installed_wheel_scans_with_its_own_catalogue(wheel: Path, samples: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); from hotfix_check.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "scan", str(samples / "exchange-2003-sp1"), "-v", "-o", "r.html"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1
    assert "SP2 (KB836993)" in done.stdout
    assert "Hotfix compliance report" in (tmp_path / "r.html").read_text()
    where = subprocess.run(
        [
            sys.executable,
            "-c",
            code.replace(
                "from hotfix_check.cli import main; main()", "import hotfix_check; print(hotfix_check.__file__)"
            ),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert where.stdout.strip() == str(tmp_path / "site" / "hotfix_check" / "__init__.py")
