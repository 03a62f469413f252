"""Libraries that a client's MAPI/CDO download brings too: alone they are no server, and are named as what they are."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from hotfix_check.assess.finding import Foreign
from hotfix_check.assess.installations import FileSet
from hotfix_check.assess.roots import below_roots
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Importance, Update, required_rows
from hotfix_check.inventory.files import InstalledFile, Inventory, name_of
from hotfix_check.version import FileVersion


def only_client_files(
    product: Product, counting: Sequence[InstalledFile], file_set: FileSet, newest: FileVersion
) -> bool:
    """Whether nothing is there but libraries that a client's MAPI/CDO download brings too: that is no server.

    They are known by a build above the product's last, or by lying in the system folders of a machine alone. A lone
    file is judged as ever.
    """
    if not product.client_files or file_set.inventory.lone_file or not counting:
        return False
    if any(name_of(file.path) not in product.client_files for file in counting):
        return False
    above = all(file.version is not None and file.version > newest for file in counting)
    target = "/".join(file_set.inventory.root)
    own = any(_is_own_folder(product, f"{target}/{file.path}".rpartition("/")[0]) for file in counting)
    return above or not (file_set.loose or own)


def _is_own_folder(product: Product, folder: str) -> bool:
    """Whether a folder is one that setup fills below the product's root: what lies there is no client's."""
    full = f"/{folder.lower()}"
    return any(full.endswith(f"/{path}") for _, path, _, _ in below_roots(product))


def weight_for(product: Product, update: Update, lone: str | None) -> Importance:
    """What an update weighs; ``lone`` is the name of the only file there is, in lower case.

    A library that the product puts into system folders alone is on clients too (Mapi32.dll of 5.5), so alone it shows
    no server that lacks something: an update of a server's files beside it (MS06-003) is told, and weighs nothing.
    """
    if lone is None or update.importance is not Importance.RECOMMENDED or not _is_shared(product, lone):
        return update.importance
    names = {row.name.lower() for package in update.packages for row in required_rows(package)}
    return update.importance if all(_is_shared(product, name) for name in names) else Importance.OPTIONAL


def _is_shared(product: Product, name: str) -> bool:
    file = product.files.get(name)
    if file is None or not file.roles:
        return False
    paths = [path for folder in product.folders if folder.role in file.roles for path in folder.paths]
    return bool(paths) and all(product.root_of(path) is None for path in paths)


def client_libraries(inventory: Inventory, products: Sequence[Product], there: Container[str]) -> Iterator[Foreign]:
    """Client libraries that brought no product, named as what they are."""
    absent = [one for one in products if one.client_files and one.id not in there]
    known = frozenset[str]().union(*(one.client_files for one in absent))
    for folder, name, file in inventory.places if absent and not inventory.lone_file else ():
        if name not in known or not isinstance(file, InstalledFile) or file.version is None:
            continue
        for product in absent:
            if name not in product.client_files:
                continue
            if product.holds(file.version) and not inventory.is_backup(folder):
                reason = "a client library, as installed by the MAPI/CDO download: no server's file is beside it"
                yield Foreign(path=file.path, version=str(file.version), reason=reason)
