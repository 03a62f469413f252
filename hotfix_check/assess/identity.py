"""Whose file it is: a file counts for a product by its version's range, unless its strings name somebody else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue.product import Product, plain_name
from hotfix_check.catalogue.update import FileRow
from hotfix_check.inventory import InstalledFile, UnreadableFile
from hotfix_check.version import FileVersion

# Old Exchange files carry few strings, so this is a list of what is known to be somebody else's. Outlook and Windows
# Messaging bring files of the same names (KB250576, KB313889); the MAPI/CDO package is a product of its own (KB957537).
_OTHER_PRODUCTS = re.compile(
    r"outlook|\boffice\b|windows messaging|windows nt|\bwindows\b.{0,3} operating system|mapi/?cdo|mapi client",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of the products that a file counts for; else why it counts for none."""

    products: frozenset[str]
    foreign: str | None = None


def identify(file: InstalledFile, products: Sequence[Product]) -> Identity:
    """Whose a file is. A file without a version resource is nobody's, and not foreign: it says nothing."""
    if file.version is None:
        return Identity(frozenset())
    stranger = _stranger(file) or _other_product(file, products)
    if stranger is not None:
        return Identity(frozenset(), stranger)
    version = file.version
    owners = frozenset(product.id for product in products if product.holds(version))
    if not owners:
        return Identity(owners, f"version {version} is of no product in the catalogue")
    return Identity(owners)


class Identities:
    """Whose the files of a target are, each answer found once: most files of a server say the same of themselves."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = products
        self._known: dict[tuple[object, ...], Identity] = {}
        self._differs: dict[tuple[object, ...], bool] = {}
        self._names: dict[str, str] = {}

    def of(self, file: InstalledFile) -> Identity:
        """Whose a file is."""
        key = (file.version, file.version_string, file.product_name, file.company_name, file.outlook_stub)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = identify(file, self._products)
        return known

    def counts(self, file: InstalledFile | UnreadableFile, product: Product) -> bool:
        """Whether a file is of a product."""
        return isinstance(file, InstalledFile) and file.version is not None and product.id in self.of(file).products

    def text_differs(self, file: InstalledFile) -> bool:
        """Whether the text of a file's version gives other numbers than its version block."""
        key = (file.version, file.version_string)
        known = self._differs.get(key)
        if known is None:
            known = self._differs[key] = file.version is not None and text_differs(file.version, file.version_string)
        return known

    def is_program_of(self, file: InstalledFile | UnreadableFile, product: Product) -> bool:
        """Whether a file is one of a product's own programs: of its range, with its ProductName where it has one."""
        if not self.counts(file, product) or not isinstance(file, InstalledFile):
            return False
        name = file.product_name
        if not product.product_names or not name:
            return True
        if name not in self._names:
            self._names[name] = plain_name(name)
        return self._names[name] in product.product_names


def counts_for_row(file: InstalledFile, identity: Identity, row: FileRow, product_id: str) -> bool:
    """Whether a file can be judged by a row: the product's own, or of the range that the row itself gives."""
    if row.range is not None:
        return in_range(row.range, file)
    return product_id in identity.products


def in_range(own: SpecifierSet, file: InstalledFile) -> bool:
    """Whether a file is of the range of its own that a row gives (an Outlook DLL in an Exchange 5.5 fix)."""
    return file.version is not None and _stranger(file) is None and own.contains(str(file.version))


def _stranger(file: InstalledFile) -> str | None:
    if file.outlook_stub:
        return "the Windows/Outlook MAPI stub: it exports GetOutlookVersion"
    company = file.company_name
    if company and company.strip() and "microsoft" not in company.lower():
        return f"CompanyName is {company!r}"
    return None


def _other_product(file: InstalledFile, products: Sequence[Product]) -> str | None:
    name = file.product_name or ""
    if _OTHER_PRODUCTS.search(name):
        return f"ProductName is {name!r}"
    named = [product for product in products if product.name.lower() in name.lower()]
    if named and file.version is not None and not any(product.holds(file.version) for product in named):
        return f"ProductName is {name!r}, and version {file.version} is not of that product"
    return None


def text_differs(version: FileVersion, text: str | None) -> bool:
    """Whether the text of a version gives other numbers than the version block; spelling is no difference."""
    numbers = [int(number) for number in re.findall(r"[0-9]{1,9}", text or "")[:4]]
    return bool(numbers) and numbers != list(version[: len(numbers)])
