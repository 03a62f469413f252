"""A catalogue as a value: products, their updates and advisories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from hotfix_check.catalogue.cve import Cve
from hotfix_check.catalogue.outline import Outline, make_outline
from hotfix_check.catalogue.product import Advisory, Product
from hotfix_check.catalogue.update import Update
from hotfix_check.frozen import Frozen


class Catalogue(Frozen):
    """Products with their updates, sorted by id; ``sha256`` is over the files' names and bytes, ``version`` a date.

    ``cves`` are by number. ``whole`` is set where these are not all updates: the outline of the catalogue that they
    were taken from.
    """

    version: str
    sha256: str
    products: tuple[Product, ...]
    updates: tuple[Update, ...]
    advisories: tuple[Advisory, ...]
    whole: Outline | None = None
    cves: Mapping[str, Cve] = field(default_factory=dict)

    def product(self, product_id: str) -> Product:
        """The product of that id. Raises KeyError."""
        for product in self.products:
            if product.id == product_id:
                return product
        raise KeyError(product_id)

    def outline(self) -> Outline:
        """The outline of the whole catalogue, also where this is a part of it."""
        return self.whole or make_outline(self.products, self.updates, self.advisories)
