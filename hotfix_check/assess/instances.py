"""Products of which a machine has several copies side by side, in folders called by the name of an instance.

In the paths of a product ``*`` stands for such a name, as in ``Microsoft SQL Server/MSSQL$*/Binn``. Here it becomes the
names that a target has, so that everything else goes by plain paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import Inventory

ANY = "*"


def with_instances(product: Product, inventory: Inventory) -> Product:
    """The product with the paths that its instances have on a target; the same one where it has none of its own."""
    patterns = [path for folder in product.folders for path in folder.paths if ANY in path]
    if not patterns:
        return product
    above = inventory.above
    places = [f"{above}/{folder.lower()}".strip("/") for folder in {*inventory.folders, *inventory.names, ""}]
    found = {pattern: sorted(set(_paths(pattern, places))) for pattern in patterns}
    folders = tuple(
        replace(one, paths=tuple(path for pattern in one.paths for path in found.get(pattern, [pattern])))
        for one in product.folders
    )
    roots = [root for root in product.roots if ANY not in root]
    for pattern in patterns:
        root = product.root_of(pattern)
        if root is not None and ANY in root:
            roots += ["/".join(path.split("/")[: root.count("/") + 1]) for path in found[pattern]]
    return replace(product, folders=folders, roots=tuple(dict.fromkeys(roots)))


def _paths(pattern: str, places: Iterable[str]) -> Iterator[str]:
    """What a path with ``*`` is on a target: by the end of a folder's path that has the part with the name."""
    parts = pattern.split("/")
    named = next(number for number, part in enumerate(parts) if ANY in part)
    for place in places:
        own = place.split("/")
        for count in range(min(len(parts), len(own)), len(parts) - named - 1, -1):
            if all(map(fnmatchcase, own[-count:], parts[-count:])):
                yield "/".join([*parts[:-count], *own[-count:]])
                break
