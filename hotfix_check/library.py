"""hotfix-check as a library: a target to a typed result, and the parts of that, for programs of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from hotfix_check.catalogue import Catalogue, default_folder
from hotfix_check.catalogue import load_catalogue as load_files
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.target import read_target as read_one
from hotfix_check.inventory.target import read_targets
from hotfix_check.judging.judge import answer, ask
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.reading import asked_by
from hotfix_check.report.document import Result, result_of

if TYPE_CHECKING:
    Place = str | PathLike[str]


def scan(
    *targets: Place,
    catalogues: Iterable[Place] = (),
    products: Iterable[str] = (),
    kbs: Iterable[str] = (),
    assume: Mapping[str, str] | None = None,
    baseline: Place | None = None,
    waivers: Place | None = None,
    as_of: date | None = None,
    complete: bool = False,
    hashes: bool = True,
) -> Result:
    """Read targets (folders, files, archives, listings, saved inventories), judge them, and tell the result.

    The same answer as ``hotfix-check scan --no-run-info``, whose options these are: ``kbs`` are KB numbers, ids or
    other names, ``assume`` levels by product, ``as_of`` the day to judge by. Nothing is printed. Raises
    HotfixCheckError.
    """
    options = JudgeOptions(
        catalogues=tuple(map(Path, catalogues)),
        products=tuple(products),
        kbs=tuple(kbs),
        assume=tuple(f"{product}={level}" for product, level in (assume or {}).items()),
        baseline=None if baseline is None else Path(baseline),
        waivers=None if waivers is None else Path(waivers),
        as_of=None if as_of is None else as_of.isoformat(),
        complete=complete,
        no_hash=not hashes,
    )
    paths = [Path(target) for target in targets]
    judge = ask(options, paths, day=datetime.now(UTC).date())
    inventories = [inventory for path in paths for inventory in judge.read(path)]
    return answer(judge.prepared(inventories), inventories).bare_document()


def load_catalogue(*paths: Place) -> Catalogue:
    """A catalogue of these files and folders joined; the one that comes with the tool where none is given.

    Raises CatalogueError, which names file, KB, row and field.
    """
    return load_files([Path(path) for path in paths] or [default_folder()])


def read_target(target: Place, catalogue: Catalogue | None = None, *, hashes: bool = True) -> Inventory:
    """What a path holds, as far as the catalogue can say something of it.

    Raises TargetError, also where it tells of several hosts.
    """
    return read_one(Path(target), asked_by((catalogue or load_catalogue()).outline(), hashes=hashes))


def read_hosts(target: Place, catalogue: Catalogue | None = None, *, hashes: bool = True) -> tuple[Inventory, ...]:
    """The same of a target that may tell of several hosts: an inventory each."""
    return read_targets(Path(target), asked_by((catalogue or load_catalogue()).outline(), hashes=hashes))


def load_result(path: Place) -> Result:
    """A saved JSON result, as ``convert`` reads it. Raises SavedInputError with the place of the first fault."""
    from hotfix_check.saved_result import read_result

    return result_of(read_result(Path(path)))
