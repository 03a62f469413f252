"""Positive evidence that a product is not on a target."""

from __future__ import annotations

from hotfix_check.assess.evidence import ProductEvidence, TargetFiles, version_unread
from hotfix_check.catalogue.product import Product
from hotfix_check.inventory.files import InstalledFile, TargetFile, folder_of


def absent_because(evidence: ProductEvidence, *, complete: bool) -> str | None:
    """Its server's files are another product's, or the target was collected whole; None where neither is so.

    ``complete``: the user says that the target was collected whole. A file that is all there is tells nothing of
    others, but a server's own program is of one product, and so is its server.
    """
    files = evidence.files
    product = evidence.product
    for name in sorted(product.server_files):
        for file in files.by_name.get(name, ()):
            owners = files.identity(file).products if isinstance(file, InstalledFile) else frozenset()
            if owners and product.id not in owners and not _outnumbered(file, owners, product, files):
                return f"{file.path.rpartition('/')[2]} there is {', '.join(sorted(owners))}, not {product.name}"
    seen_all = not any(file.is_folder for file in files.inventory.unreadable)
    if files.lone or not complete or not seen_all or any(map(version_unread, files)):
        return None
    if not any(product.id in files.identity(file).products for file in files.inventory.files):
        return f"the target was collected whole and holds no file of {product.name}"
    return None


def _outnumbered(file: TargetFile, owners: frozenset[str], product: Product, files: TargetFiles) -> bool:
    """Whether as many of the files beside one are a product's own as its owners': then it may be out of place.

    Those that no row names among them.
    """
    beside = files.owners_by_folder[folder_of(file.path)].items()
    own = sum(count for ids, count in beside if product.id in ids)
    return own >= sum(count for ids, count in beside if ids & owners)
