"""Servers of the default catalogue's products with some of their updates, and some of those in part, by a seed."""

from __future__ import annotations

from random import Random

from targets import WORKED, folder, installed

from hotfix_check.catalogue.product import Product, headline_version
from hotfix_check.catalogue.update import Package, required_rows
from hotfix_check.inventory.files import Inventory
from hotfix_check.version import FileVersion

PRODUCTS = tuple(one.id for one in WORKED.products)
_OTHERS = tuple(f"Microsoft.Exchange.Part{number:02d}.dll" for number in range(30))
_ROOTS = {"exchange-2007": "Exchange Server", "exchange-2010": "Exchange Server/V14"}


def half_patched(product_id: str, seed: int) -> Inventory:
    """A server of one product: a level's files, then a few updates of its line, each of whose files may have been
    forgotten."""
    random = Random(f"{product_id} {seed}")
    product = WORKED.product(product_id)
    level = random.randrange(len(product.levels))
    files = _of_level(product, level)
    packages = [
        package
        for update in WORKED.updates
        if update.product == product.id
        for package in update.packages
        if package.line == level and required_rows(package)
    ]
    for package in random.sample(packages, min(len(packages), random.randrange(12))):
        _put(files, package, product, random)
    if product.build_per_update:
        builds = [files["exsetup.exe"], headline_version(product.levels[level])]
        files |= {name: random.choice(builds) for name in random.sample(_OTHERS, random.choice((0, 3, 30)))}
    names = {one.name.lower(): one.name for one in product.files.values()}
    facts = {"machine": "amd64", "product_name": "Microsoft Exchange"} if product.build_per_update else {}
    return folder(
        *(
            installed(f"{_place(product, name)}/{names.get(name, name)}", str(version), **facts)
            for name, version in files.items()
        ),
        root="Program Files",
    )


def _of_level(product: Product, level: int) -> dict[str, FileVersion]:
    """The product's files as that level has them; where a level names none of a file, the last that did."""
    found = {}
    for name, file in product.files.items():
        known = [file.versions[one.name] for one in product.levels[: level + 1] if one.name in file.versions]
        if known:
            found[name] = known[-1]
    if product.build_per_update or not found:
        found |= dict.fromkeys(product.server_files, headline_version(product.levels[level]))
    return found


def _put(files: dict[str, FileVersion], package: Package, product: Product, random: Random) -> None:
    forgotten = random.choice((0.0, 0.3, 0.6))
    for row in required_rows(package):
        name = row.name.lower()
        if row.version is None or row.range is not None or row.platform not in (None, "i386", "amd64"):
            continue
        if random.random() >= forgotten and files.get(name, row.version) <= row.version and name in product.files:
            files[name] = row.version


def _place(product: Product, name: str) -> str:
    """A folder that setup puts the file into, on the disk of a server."""
    if product.build_per_update:
        return f"{_ROOTS.get(product.id, 'Exchange Server/V15')}/Bin"
    roles = product.files[name].roles if name in product.files else ()
    role = roles[0] if roles else "bin"
    path = next((path for one in product.folders if one.role == role for path in one.paths), "Exchsrvr/Bin")
    return path
