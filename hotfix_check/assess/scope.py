"""Which updates an answer can depend on: those that a part of a catalogue must hold to give the whole one's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from hotfix_check.assess.evidence import TargetFiles
from hotfix_check.assess.identity import with_suspects_unreadable
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.outline import Outline
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Update
from hotfix_check.inventory import InstalledFile, Inventory, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The products whose updates are judged; ``names``: of these only the updates of such files, None for all."""

    products: frozenset[str]
    names: frozenset[str] | None = None


def scope_of(inventories: Sequence[Inventory], products: Sequence[Product], outline: Outline) -> Scope:
    """What is judged on these targets: the products that a file may count for, one that cannot be read for any.

    Lone files are judged by the updates that name them.
    """
    names = outline.all_names
    found: set[str] = set()
    for inventory in inventories:
        files = TargetFiles(with_suspects_unreadable(inventory, products, names), products, names)
        for file in files:
            owners = files.identity(file).products if isinstance(file, InstalledFile) else frozenset()
            read = isinstance(file, InstalledFile) and file.version is not None
            found.update(owners if read else (one for one in outline.names if name_of(file.path) in outline.names[one]))
    lone = frozenset(name_of(file.path) for inventory in inventories for file in inventory.all_files)
    return Scope(
        products=frozenset(found), names=lone if all(inventory.lone_file for inventory in inventories) else None
    )


def related_updates(catalogue: Catalogue) -> Callable[[Update], dict[str, bool]]:
    """For an update the ids of those that its finding may speak of, or be decided by, on some target.

    True where what is related to those counts as well: one step of each chain is enough.
    """
    relations = Supersedence(catalogue)
    same_day: dict[tuple[str, date], set[str]] = defaultdict(set)
    for update in catalogue.updates:
        if update.released is not None:
            same_day[update.product, update.released].add(update.id)

    def related(update: Update) -> dict[str, bool]:
        beside: set[str] = set()
        if update.released is not None:
            beside |= same_day[update.product, update.released]
        leading_on = set(relations.successors(update))
        if update.repeats is not None:
            leading_on.add(update.repeats)
        for package in update.packages:
            beside.update(relations.partly_superseded_by(update, package))
            leading_on.update(one.update for group in package.prerequisites for one in group if one.update is not None)
        beside.discard(update.id)
        return {**dict.fromkeys(beside, False), **dict.fromkeys(leading_on, True)}

    return related
