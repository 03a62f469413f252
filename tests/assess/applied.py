"""Updates applied to an inventory as values: its files at their versions, where setup puts them.

The plans are made from relations and judged rows, and never by this: it is what they are held against.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hotfix_check.assess import Assessor, Question
from hotfix_check.assess.finding import Finding, RowState
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.inventory.files import InstalledFile, Inventory, by_path, name_of
from hotfix_check.version import FileVersion


class BlockedError(AssertionError):
    """A step whose prerequisites are not there when it is its turn."""


def follow(assessor: Assessor, inventory: Inventory, steps: Iterable[str]) -> Inventory:
    """The inventory after these updates, by id, were installed in this order; none of them may be blocked."""
    inventory = replace(inventory, backups=assessor.outline.backups)
    for step in steps:
        (finding,) = assessor.assess(inventory, Question(kbs=frozenset(), ids=frozenset({step}))).findings
        if finding.blocked:
            raise BlockedError(step)
        inventory = apply_update(inventory, finding, assessor.relations)
    return inventory


def apply_update(inventory: Inventory, finding: Finding, relations: Supersedence) -> Inventory:
    """The inventory as it would be with an update installed; what was not collected stays so."""
    update = finding.update
    product = relations.products[update.product]
    if update.level is not None:
        # What a level has of a file is not always known: then it is no older than what the level before has.
        at = product.level_index(update.level)
        wanted = ChainMap(*(dict(relations.level_files(product.id, level)) for level in range(at, -1, -1)))
        held = [file for file in inventory.files if file.version is not None and product.holds(file.version)]
        return _raised(inventory, {file.path: wanted[key] for file in held if (key := name_of(file.path)) in wanted})
    raised: dict[str, FileVersion] = {}
    added: list[InstalledFile] = []
    for row in finding.rows:
        version = row.row.version
        if not row.required or version is None:
            continue
        for copy in row.copies:
            if copy.state is RowState.OLDER and copy.row is not None and copy.row.version is not None:
                raised[copy.file.path] = copy.row.version
        if product.build_per_update:  # setup replaces every program that the update has a build of
            held = [file for file in inventory.files if file.version is not None and product.holds(file.version)]
            raised.update({file.path: version for file in held})
        if row.state is RowState.ABSENT:
            path = f"{_folder_for(row.roles, inventory, product)}/{row.row.name}".lstrip("/")
            added.append(InstalledFile(path=path, size=row.row.size or 0, version=version))
    changed = _raised(inventory, raised)
    return replace(changed, files=tuple(sorted((*changed.files, *added), key=by_path)))


def _raised(inventory: Inventory, wanted: Mapping[str, FileVersion]) -> Inventory:
    """Files at these paths raised to these versions; none is lowered, none kept aside is touched."""
    files = tuple(
        replace(file, version=wanted[file.path], version_string=None, size=0, notes=())
        if file.path in wanted
        and (file.version is None or file.version < wanted[file.path])
        and not inventory.is_backup(file.path.rpartition("/")[0])
        else file
        for file in inventory.files
    )
    return replace(inventory, files=files)


def _folder_for(roles: Sequence[str], inventory: Inventory, product: Product) -> str:
    """A folder of the target that has one of the roles; the target itself for a file without a known role."""
    endings = [path for folder in product.folders if folder.role in roles for path in folder.paths]
    root = "/".join(inventory.root).lower()
    for folder in inventory.folders:
        if any(f"/{root}/{folder.lower()}".rstrip("/").endswith(f"/{ending}") for ending in endings):
            return folder
    raise AssertionError(f"no folder has one of {roles}")
