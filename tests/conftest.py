"""Fixtures that several test modules share."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from make_samples import make_samples
from typer.main import get_command

from hotfix_check.catalogue import Catalogue, load
from hotfix_check.catalogue.index import CatalogueIndex
from hotfix_check.cli import app, main

# A busy machine is no fault; what takes long has tests of its own. .ci/run tries more examples.
EXAMPLES = int(os.environ.get("HOTFIX_CHECK_EXAMPLES", "25"))
settings.register_profile("any machine", deadline=None, max_examples=EXAMPLES)
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


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start find all modules compiled, also where nothing is to be written beside the sources.

    To compile them takes twice as long as most of these programs run. The folder is shared with the other processes of
    this run, and removed by the one that made it.
    """
    if sys.dont_write_bytecode and "PYTHONPYCACHEPREFIX" not in os.environ:
        folder = tempfile.mkdtemp(prefix="hotfix-check-compiled-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: looking through it for garbage again and again takes a tenth of the time."""
    _freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On Windows what is marked ``posix`` is skipped, with the reason that the mark gives."""
    for item in items if sys.platform == "win32" else ():
        for mark in item.iter_markers("posix"):
            item.add_marker(pytest.mark.skip(reason=mark.args[0]))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache, nor reads the user's configuration."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_CONFIG_HOME", "APPDATA"):
            patch.setenv(variable, str(tmp_path_factory.mktemp("config")))
        patch.setenv("HOTFIX_CHECK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def supported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every product is judged as if it were supported still: the end of support is a matter of its own."""
    monkeypatch.setattr("hotfix_check.judging.judge.unsupported", lambda products, day: frozenset())


@pytest.fixture(scope="session", autouse=True)
def commands_made_once() -> Iterator[None]:
    """Typer makes all commands and options anew for each run, which is a tenth of the time of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotfix_check.cli.app", get_command(app))
        yield


@pytest.fixture(scope="session", autouse=True)
def catalogues_read_once() -> Iterator[None]:
    """A catalogue of the same bytes is read once, as is the same part of an index: the next fifth of that time."""
    read, read_files = CatalogueIndex._catalogue, load.parse_catalogue
    files_once = lru_cache(maxsize=4)(lambda contents, sha256: read_files(contents, sha256=sha256))
    known: OrderedDict[object, Catalogue] = OrderedDict()

    def remembered(
        index: CatalogueIndex, products: Iterable[str] | None, names: frozenset[str] | None, cves: frozenset[str]
    ) -> Catalogue:
        chosen = None if products is None else frozenset(products)
        try:
            asked = (hashlib.sha256(index.path.read_bytes()).digest(), index.path, index.sha256, chosen, names, cves)
        except OSError:
            return read(index, chosen, names, cves)
        if asked not in known:
            known[asked] = read(index, chosen, names, cves)
            if len(known) > 16:
                known.popitem(last=False)
        known.move_to_end(asked)
        return known[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CatalogueIndex, "_catalogue", remembered)
        patch.setattr(load, "parse_catalogue", lambda contents, *, sha256: files_once(tuple(contents), sha256))
        yield


def refuse_to_open(patch: pytest.MonkeyPatch, ending: str, error: OSError) -> None:
    """``os.open`` fails for paths that end so, as for a file that another program holds."""
    usual = os.open

    def refuse(path: object, *rest: int, **more: int) -> int:
        if str(path).endswith(ending):
            raise error
        return usual(path, *rest, **more)  # type: ignore[arg-type]

    patch.setattr(os, "open", refuse)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample targets, written once."""
    folder = tmp_path_factory.mktemp("samples")
    make_samples(folder)
    return folder


@pytest.fixture(scope="module")
def little_garbage() -> None:
    """pefile has all objects searched for garbage after each file that it read: here without those of other tests."""
    _freeze()


def _freeze() -> None:
    """What is there now is not looked through for garbage again; to thaw a part would thaw what was collected too."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs hotfix-check as typed, in an empty folder, with a console of 80 columns and the given encoding.

    ``decoding`` is what stdout is read with, where that is another.
    """

    def run_command(
        *arguments: object, encoding: str = "utf-8", decoding: str | None = None, cwd: Path = tmp_path
    ) -> Ran:
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
        return Ran(int(ended.value.code or 0), _text(out, decoding or encoding), _text(err, encoding))

    return run_command


def _text(stream: io.TextIOWrapper, encoding: str) -> str:
    stream.flush()
    return stream.detach().getvalue().decode(encoding)  # type: ignore[attr-defined,no-any-return]
