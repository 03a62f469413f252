"""What a shell completes: KB numbers, ids and other names of updates, products, levels, topics of help.

All of it is of the tool's own catalogue. Where that cannot be read there is nothing to complete, and no error.
"""

from __future__ import annotations

import contextlib

MOST = 200


def complete_update(incomplete: str) -> list[str]:
    """Names of updates that begin so, KB numbers also without their KB; in a list with commas the last is completed."""
    before, comma, last = incomplete.rpartition(",")
    begin = f"kb{last}" if last.isdigit() else last.casefold()
    # A shell takes only what begins as it was typed.
    return [f"{before}{comma}{last}{_as_written(name)[len(begin) :]}" for name in _names(begin)]


def complete_product(incomplete: str) -> list[str]:
    """Ids of products."""
    return [product for product in _products() if product.startswith(incomplete.casefold())]


def complete_level(incomplete: str) -> list[str]:
    """``PRODUCT=LEVEL``."""
    pairs = [f"{product}={level}" for product, levels in _products().items() for level in levels]
    return [pair for pair in pairs if pair.casefold().startswith(incomplete.casefold())]


def complete_topic(incomplete: str) -> list[str]:
    """Topics of help."""
    from hotfix_check.cli.helping import topics

    return [topic for topic in topics() if topic.startswith(incomplete.casefold())]


def _as_written(name: str) -> str:
    return name if "/" in name else name.upper()


def _names(begin: str) -> tuple[str, ...]:
    from hotfix_check.catalogue.index import CatalogueIndex
    from hotfix_check.catalogue.names import UpdateNames
    from hotfix_check.errors import HotfixCheckError
    from hotfix_check.judging.catalogues import open_catalogue

    with contextlib.suppress(HotfixCheckError, OSError):
        opened = open_catalogue(())
        if isinstance(opened, CatalogueIndex):
            return opened.names(begin, MOST)
        return UpdateNames(opened.updates).beginning(begin)[:MOST]
    return ()


def _products() -> dict[str, tuple[str, ...]]:
    from hotfix_check.catalogue.index import CatalogueIndex
    from hotfix_check.errors import HotfixCheckError
    from hotfix_check.judging.catalogues import open_catalogue

    with contextlib.suppress(HotfixCheckError, OSError):
        opened = open_catalogue(())
        catalogue = opened.catalogue(frozenset()) if isinstance(opened, CatalogueIndex) else opened
        return {product.id: tuple(level.name for level in product.levels) for product in catalogue.products}
    return {}
