"""Made-up fleets: saved inventories of as many hosts as asked for, generated as they are read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache

from hotfix_check import __version__
from hotfix_check.assess import Question
from hotfix_check.catalogue import Catalogue, default_folder, load_catalogue
from hotfix_check.fleet.host import FleetQuestion
from hotfix_check.fleet.sources import Source
from hotfix_check.inventory.files import Collected, InstalledFile, Inventory, TargetKind, by_path
from hotfix_check.inventory.saved import inventory_to_json
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.policy import Waivers
from hotfix_check.version import FileVersion

MODERN, OLD = ("exchange-2016", "exchange-2019"), ("exchange-5.5",)
_AT = datetime(2026, 11, 1, tzinfo=UTC)
_NAME = "HOST-NAME-HERE"
_FOLDER = {"exchange-5.5": "Exchsrvr/Bin", "exchange-2016": "V15/Bin", "exchange-2019": "V15/Bin"}


@cache
def catalogue() -> Catalogue:
    """The tool's own."""
    return load_catalogue([default_folder()])


def question(known: Catalogue | None = None) -> FleetQuestion:
    """Everything, on one day; of the tool's own catalogue, if no other."""
    return FleetQuestion(
        options=JudgeOptions(),
        catalogue=known or catalogue(),
        question=Question(),
        waivers=Waivers(),
        fail_on=frozenset(),
        day=date(2026, 11, 21),
        tool=__version__,
    )


def hosts(count: int, *, files: int = 300, products: tuple[str, ...] = MODERN, kinds: int = 0) -> Iterator[Source]:
    """So many hosts, of so many kinds that differ in what is judged; without ``kinds`` no two are alike in that.

    Each has its own name; hosts of one kind have the same files.
    """
    made: dict[int, bytes] = {}
    for number in range(count):
        kind = number % kinds if kinds else number
        text = made[kind] if kind in made else _inventory(kind, files, products[kind % len(products)])
        if kinds:
            made[kind] = text
        yield Source(place=f"EX{number:07}.json", data=text.replace(_NAME.encode(), b"EX%07d" % number))


def _inventory(kind: int, files: int, product: str) -> bytes:
    """A server with files of random builds of its product; its sizes are its own, so that its evidence is too."""
    chance = random.Random(kind)
    builds = _builds(product)
    folder = _FOLDER[product]
    named = chance.sample(sorted(builds), min(len(builds), files * 2 // 3))
    found = [_file(f"{folder}/{name}", chance.choice(builds[name]), 100_000 + kind) for name in named]
    first = catalogue().product(product).levels[0].build
    found += [
        _file(f"{folder}/other{number:04}.dll", FileVersion(first[0], first[1], 1, number), 5000 + number)
        for number in range(files - len(found))
    ]
    inventory = Inventory(
        target="C",
        kind=TargetKind.FOLDER,
        root=("C",),
        folders=("", *_parents(folder)),
        files=tuple(sorted(found, key=by_path)),
        unreadable=(),
        files_seen=files,
        files_read=files,
        lone_file=False,
    )
    return inventory_to_json(inventory, Collected(host=_NAME, at=_AT, by="hotfix-check")).encode()


@cache
def _builds(product: str) -> dict[str, list[FileVersion]]:
    """Every build that a product's files have in the catalogue."""
    found: dict[str, set[FileVersion]] = {}
    for update in catalogue().updates:
        for package in update.packages if update.product == product else ():
            for row in package.rows:
                if row.version is not None and row.range is None:
                    found.setdefault(row.name.lower(), set()).add(row.version)
    for name, file in catalogue().product(product).files.items():
        found.setdefault(name, set()).update(file.versions.values())
    return {name: sorted(versions) for name, versions in found.items() if versions}


def _file(path: str, version: FileVersion, size: int) -> InstalledFile:
    name = path.rpartition("/")[2]
    return InstalledFile(
        path=path,
        size=size,
        modified=_AT,
        version=version,
        version_string=str(version),
        product_name="Microsoft Exchange",
        company_name="Microsoft Corporation",
        original_filename=name,
        internal_name=name,
        languages=(1033,),
        machine="amd64" if version.major >= 8 else "i386",
        linked=1_600_000_000,
        sha256=f"{size:064x}",
    )


def _parents(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
