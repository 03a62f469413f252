"""How the relations between updates scale: index and all derived relations of 1,000 to 100,000 synthetic updates.

    python benchmarks/supersedence.py

Each update carries one to three of the files of one line; the number of files grows with the catalogue, as real ones
do, so that a file has some tens of builds. Prints seconds and microseconds a row: near-linear is a flat last column.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from packaging.specifiers import SpecifierSet

from hotfix_check.assess.supersedence import Supersedence
from hotfix_check.catalogue import Catalogue, Product, Update
from hotfix_check.catalogue.product import Level
from hotfix_check.catalogue.update import FileRow, Importance, Kind, Package
from hotfix_check.version import FileVersion

BUILDS_A_FILE = 20
LEVELS = tuple(Level(name=f"CU{number}", build=(9, 9, number * 100)) for number in range(1, 11))
PRODUCT = Product(
    id="exchange-9.9",
    name="Exchange 9.9",
    range=SpecifierSet("==9.9.*"),
    levels=LEVELS,
    folders=(),
    files={},
    components={},
    server_files=frozenset(),
)


def synthetic(count: int) -> Catalogue:
    """A catalogue of ``count`` hotfixes, the same at every run."""
    chance = random.Random(count)
    names = [f"file{number}.dll" for number in range(max(3, count * 2 // BUILDS_A_FILE // len(LEVELS)))]
    updates = []
    for number in range(count):
        line = chance.randrange(len(LEVELS))
        rows = tuple(
            FileRow(name=name, version=FileVersion(9, 9, (line + 1) * 100, chance.randrange(60_000)))
            for name in chance.sample(names, chance.randint(1, 3))
        )
        updates.append(
            Update(
                id=f"exchange-9.9/KB{1_000_000 + number}",
                kb=1_000_000 + number,
                aliases=(),
                product=PRODUCT.id,
                title="",
                kind=Kind.HOTFIX,
                importance=Importance.OPTIONAL,
                released=None,
                released_month=None,
                level=None,
                component=None,
                restart=None,
                packages=(Package(level=LEVELS[line].name, rows=rows),),
                replaces=None,
                contains=(),
                included_in=(),
                related=(),
                actions=(),
                applies_to=(),
                sources=(),
                reviewed=None,
            )
        )
    return Catalogue(version="", sha256="", products=(PRODUCT,), updates=tuple(updates), advisories=())


def main(counts: Sequence[int] = (1_000, 10_000, 100_000)) -> None:
    """Measure and print."""
    print(f"{'updates':>8} {'rows':>8} {'relations':>10} {'index s':>8} {'derive s':>9} {'us a row':>9}")
    for count in counts:
        catalogue = synthetic(count)
        rows = sum(len(package.rows) for update in catalogue.updates for package in update.packages)
        start = time.perf_counter()
        relations = Supersedence(catalogue)
        indexed = time.perf_counter()
        found = sum(len(relations.superseded_by(update, update.packages[0])) for update in catalogue.updates)
        derived = time.perf_counter()
        each = (derived - start) / rows * 1e6
        print(f"{count:>8} {rows:>8} {found:>10} {indexed - start:>8.2f} {derived - indexed:>9.2f} {each:>9.1f}")


if __name__ == "__main__":
    main()
