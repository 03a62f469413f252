"""Fixtures that several test modules share."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from make_samples import make_samples
from typer.main import get_command

from hotfix_check.cli import app, main

# A busy machine is no fault; what takes long has tests of its own.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).parent.parent


class Ran(NamedTuple):
    """One finished run of the command line."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOTFIX_CHECK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_made_once() -> Iterator[None]:
    """Typer makes all commands and options anew for each run, which is a tenth of the time of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotfix_check.cli.app", get_command(app))
        yield


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample targets, written once."""
    folder = tmp_path_factory.mktemp("samples")
    make_samples(folder)
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs hotfix-check as typed, in an empty folder, with a console of 80 columns and the given encoding."""

    def run_command(*arguments: object, encoding: str = "utf-8", cwd: Path = tmp_path) -> Ran:
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
        err = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["hotfix-check", *map(str, arguments)])
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setenv("COLUMNS", "80")
            patch.chdir(cwd)
            with pytest.raises(SystemExit) as ended:
                main()
        return Ran(int(ended.value.code or 0), *(_text(stream, encoding) for stream in (out, err)))

    return run_command


def _text(stream: io.TextIOWrapper, encoding: str) -> str:
    stream.flush()
    return stream.detach().getvalue().decode(encoding)  # type: ignore[attr-defined,no-any-return]
