"""What is judged on targets: which products, and for lone files which files; what else it takes is the catalogue's."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.evidence import TargetFiles
from hotfix_check.assess.identity import Identities, with_suspects_unreadable
from hotfix_check.assess.reported import reports_of
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.outline import Outline
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import InstalledFile, Inventory, name_of


class Scope(Frozen):
    """The products whose updates are judged; ``names``: of these only the updates of such files, None for all."""

    products: frozenset[str]
    names: frozenset[str] | None = None


def scope_of(
    inventories: Sequence[Inventory],
    products: Sequence[Product],
    outline: Outline,
    known: Identities | None = None,
) -> Scope:
    """What is judged on these targets: the products that a file may count for, one that cannot be read for any, and
    those of which a build was reported. ``known`` keeps what is found of whose they are.

    Lone files are judged by the updates that name them; one of a product whose updates its marker shows, and that
    is not that marker, by all of its line.
    """
    names = outline.all_names
    found: set[str] = set()
    known = known or Identities(products)
    for inventory in inventories:
        identities = known.of_another()
        for _, name, program in inventory.places:
            if name not in names and isinstance(program, InstalledFile):
                found |= identities.told(program).programs
        found.update(product.id for product in products if reports_of(product, inventory.reported))
        files = TargetFiles(with_suspects_unreadable(inventory, identities, names), identities, names)
        for file in files:
            owners = files.identity(file).products if isinstance(file, InstalledFile) else frozenset()
            read = isinstance(file, InstalledFile) and file.version is not None
            found.update(owners if read else (one for one in outline.names if name_of(file.path) in outline.names[one]))
    lone = frozenset(name_of(file.path) for inventory in inventories for file in inventory.all_files)
    named = all(inventory.lone_file for inventory in inventories)
    by_marker = [one for one in products if one.id in found and one.build_per_update]
    named = named and lone <= names and all(lone <= one.files.keys() for one in by_marker)
    return Scope(products=frozenset(found), names=lone if named else None)
