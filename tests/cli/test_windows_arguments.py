"""What Windows would make of arguments, streams and libraries, as far as it can be had elsewhere too.

The same by a Windows Python is in tests/windows.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from conftest import Run

from hotfix_check import processes
from hotfix_check.cli.ending import run_to_end
from hotfix_check.inventory.archives import system_library


def test_the_command_line_is_told_not_to_expand_arguments() -> None:
    """Else Typer does on Windows: ``ev\\[1]`` then leads to ``ev\\1``, another server."""
    told: dict[str, object] = {}
    with pytest.raises(SystemExit):
        run_to_end(lambda **options: told.update(options))
    assert told == {"standalone_mode": False, "windows_expand_args": False}


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
@pytest.mark.parametrize("form", ["csv", "md", "json", "html"])
def test_what_a_machine_reads_is_utf_8_in_every_locale(
    form: str, encoding: str, samples: Path, tmp_path: Path, run: Run
) -> None:
    shutil.copytree(samples / "copied-file", tmp_path / "Büro-中文")
    exact = run("scan", "-q", "Büro-中文", "-f", form, "--no-run-info")
    other = run("scan", "-q", "Büro-中文", "-f", form, "--no-run-info", encoding=encoding, decoding="utf-8")
    assert other == exact


def test_a_baseline_in_a_latin_1_locale_is_read_again(samples: Path, tmp_path: Path, run: Run) -> None:
    shutil.copytree(samples / "exchange-2003-sp1", tmp_path / "Büro-中文")
    ran = run("baseline", "-q", "--from", "Büro-中文", encoding="latin-1", decoding="utf-8")
    assert ran.code == 0
    (tmp_path / "golden.toml").write_text(ran.out, encoding="utf-8")
    assert run("scan", "-q", "Büro-中文", "--baseline", "golden.toml").err == ""


def test_no_more_processes_are_started_than_the_system_takes_or_there_is_work_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows waits for 63 things at once."""
    started: list[int] = []

    class Enough(Exception):
        pass

    def start(self: object) -> None:
        started.append(1)
        if len(started) == 61:
            raise Enough

    monkeypatch.setattr(processes, "MOST_PROCESSES", 61)
    monkeypatch.setattr(processes.Workers, "_start", start)
    with pytest.raises(Enough):
        list(processes.Workers(5000, lambda _: str, None).done(range(1000), 500))
    started.clear()
    monkeypatch.setattr(processes.Workers, "_listen", lambda _: (_ for _ in ()).throw(Enough))
    with pytest.raises(Enough):
        list(processes.Workers(5000, lambda _: str, None).done(range(3), 500))
    assert len(started) == 3


@pytest.mark.parametrize(
    ("there", "named"), [(True, "archiveint.dll"), (False, None)], ids=["Windows 10 1803 or later", "older"]
)
def test_windows_own_libarchive_is_named_while_the_binding_is_imported(
    there: bool, named: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    monkeypatch.delenv("LIBARCHIVE", raising=False)
    (tmp_path / "System32").mkdir()
    if there:
        (tmp_path / "System32" / "archiveint.dll").touch()
    with system_library.library_named():
        assert os.environ.get("LIBARCHIVE") == (named and str(tmp_path / "System32" / named))
    assert "LIBARCHIVE" not in os.environ
    monkeypatch.setenv("LIBARCHIVE", "mine.dll")
    with system_library.library_named():
        assert os.environ["LIBARCHIVE"] == "mine.dll"


def test_stdout_is_not_found_by_a_number_that_says_nothing(samples: Path, tmp_path: Path, run: Run) -> None:
    """Where files have the number 0, as on some network drives, a file is no stdout of the same number."""
    import hotfix_check.writing as writing

    zero = os.stat_result((0o100644, 0, 0, 1, 0, 0, 5, 0, 0, 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fstat", lambda descriptor: zero)
        assert writing._stream(tmp_path / "x.json", zero) is None
    assert json.loads(run("scan", "-q", samples / "copied-file", "-f", "json").out)["targets"]
