"""Fixtures that several test modules share."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import settings
from make_samples import make_samples
from typer.main import get_command

from hotfix_check.assess import Assessor
from hotfix_check.catalogue import Catalogue, index, load
from hotfix_check.catalogue.index import CatalogueIndex
from hotfix_check.cli import app, main
from hotfix_check.fleet import host
from hotfix_check.judging import judge

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
Made = TypeVar("Made")


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
def programs_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs that tests start find all modules compiled, also where nothing is to be written beside the sources.

    To compile them takes twice as long as most of these programs run. The processes of this run share the folder, and
    themselves keep to what was compiled when the libraries were installed, which is not in it.
    """
    with pytest.MonkeyPatch.context() as patch:
        if sys.dont_write_bytecode and "PYTHONPYCACHEPREFIX" not in os.environ:
            folder = tmp_path_factory.getbasetemp()
            if "PYTEST_XDIST_WORKER" in os.environ:
                folder = folder.parent
            patch.setenv("PYTHONPYCACHEPREFIX", str(folder / "compiled"))
            patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


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
    """Of the same bytes a catalogue is read, an index opened and a part of it read once, and made ready to judge once.

    That is the next third of that time. One that judged before judges the next target the same
    (assess/test_invariants.py).
    """
    open_file, read, read_files = index.open_index, CatalogueIndex._catalogue, load.parse_catalogue
    files_once = lru_cache(maxsize=16)(lambda contents, sha256: read_files(contents, sha256=sha256))
    opened, parts, assessors = Known[CatalogueIndex](), Known[Catalogue](), Known[Assessor]()

    def open_once(path: Path) -> CatalogueIndex:
        return opened.of((path, _digest(path)), lambda: open_file(path))

    def part_once(
        index: CatalogueIndex, products: Iterable[str] | None, names: frozenset[str] | None, cves: frozenset[str]
    ) -> Catalogue:
        chosen = None if products is None else frozenset(products)
        asked = (_digest(index.path), index.path, index.sha256, chosen, names, cves)
        return parts.of(asked, lambda: read(index, chosen, names, cves))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hotfix_check.judging.catalogues.open_index", open_once)
        patch.setattr(CatalogueIndex, "_catalogue", part_once)
        patch.setattr(load, "parse_catalogue", lambda contents, *, sha256: files_once(tuple(contents), sha256))
        # An assessor keeps its catalogue, so that no other one comes by the same number.
        for module in (judge, host):
            patch.setattr(
                module, "Assessor", lambda known, *more: assessors.of(id(known), lambda: Assessor(known, *more))
            )
        yield


class Known(OrderedDict[object, Made]):
    """What was made, by all that it was made of; the 32 that were asked for last."""

    def of(self, asked: object, make: Callable[[], Made]) -> Made:
        """What was made of this, if need be now."""
        if asked not in self:
            self[asked] = make()
            if len(self) > 32:
                self.popitem(last=False)
        self.move_to_end(asked)
        return self[asked]


def _digest(path: Path) -> bytes | None:
    """Of a file's content; None where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return None


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
