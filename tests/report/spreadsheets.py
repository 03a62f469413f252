"""LibreOffice for tests: what it makes of a workbook or of CSV. Skips where there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_libreoffice = pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice Calc (Debian: libreoffice-calc)")


CSV_AS_IT_IS_OPENED = "CSV:44,34,76,1,,1033,false,true"
"""Commas, double quotes, UTF-8, from the first row, English, days and numbers made out: what its window proposes."""


def converted(source: Path, suffix: str, folder: Path, *, read_as: str | None = None) -> Path:
    """A file that LibreOffice opened and saved again; it writes nothing of one that it would have to repair."""
    profile = folder / "profile"
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to"]
    command += [
        suffix,
        *([f"--infilter={read_as}"] if read_as else []),
        "--outdir",
        str(folder / "converted"),
        str(source),
    ]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=180)
    assert ran.stderr == "" or "Error" not in ran.stderr, ran.stderr
    return folder / "converted" / source.with_suffix(f".{suffix}").name
