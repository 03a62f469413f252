"""Whose file it is: a file counts for a product by its version's range, unless its strings name somebody else.

A file is one fact told several times: by its version block, the text beside it, and the names of company and product.
Where these disagree on whose it is, it is damaged or altered, and as good as unreadable: one flipped bit must not make
a file nobody's, or another product's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace

from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue.product import Product, plain_name
from hotfix_check.catalogue.update import FileRow
from hotfix_check.frozen import dataclass
from hotfix_check.inventory import InstalledFile, Inventory, UnreadableFile, by_path, is_backup
from hotfix_check.version import FileVersion

# Old Exchange files carry few strings, so this is a list of what is known to be somebody else's. Outlook and Windows
# Messaging bring files of the same names (KB250576, KB313889); the MAPI/CDO package is a product of its own (KB957537).
_OTHER_PRODUCTS = re.compile(
    r"outlook|\boffice\b|windows messaging|windows nt|\bwindows\b.{0,3} operating system|mapi/?cdo|mapi client",
    re.IGNORECASE,
)


_FOUR_NUMBERS = re.compile(
    r"\s*([0-9]{1,5})\s*[.,]\s*([0-9]{1,5})\s*[.,]\s*([0-9]{1,5})\s*[.,]\s*([0-9]{1,5})(?![0-9.,])"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of the products that a file counts for; else why it is somebody else's, or why it is suspect."""

    products: frozenset[str]
    foreign: str | None = None
    suspect: str | None = None


def identify(file: InstalledFile, products: Sequence[Product]) -> Identity:
    """Whose a file is. A file without a version resource is nobody's, and not foreign: it says nothing.

    What names somebody else for certain is the MAPI stub's export and the ProductName of a program that is no Exchange.
    """
    if file.version is None:
        return Identity(frozenset())
    certain = _stub_or_outlook(file)
    if certain is not None:
        return Identity(frozenset(), certain)
    says = _what_it_says(file, products)
    every = list(says.values())
    owners = every[0].intersection(*every)
    if owners:
        return Identity(owners)
    if not frozenset().union(*every):
        return Identity(owners, next(text for text, named in reversed(says.items()) if not named))
    return Identity(owners, suspect=f"suspect: {' but '.join(says)}")


def _what_it_says(file: InstalledFile, products: Sequence[Product]) -> dict[str, frozenset[str]]:
    """Each thing that a file says of whose it is, with the ids of the products that this may be."""
    version, text, name = file.version, text_version(file), file.product_name or ""
    assert version is not None  # noqa: S101  (asked by identify)
    by_number = frozenset(product.id for product in products if product.holds(version))
    said = {f"version {version} is of {_names(by_number, products)}": by_number}
    if text is not None and text != version:
        by_text = frozenset(product.id for product in products if product.holds(text))
        said[f"FileVersion {file.version_string!r} is of {_names(by_text, products)}"] = by_text
    named = frozenset(product.id for product in products if product.name.lower() in name.lower())
    if named:
        said[f"ProductName is {name!r}"] = named
    stranger = _stranger(file)
    if stranger is not None:
        said[stranger] = frozenset()
    return said


def _names(ids: frozenset[str], products: Sequence[Product]) -> str:
    return " or ".join(product.name for product in products if product.id in ids) or "no product in the catalogue"


def text_version(file: InstalledFile) -> FileVersion | None:
    """The string FileVersion where it is four numbers too ("6.5.7226.0", "15.01.2507.006", "5, 5, 2653, 23")."""
    found = _FOUR_NUMBERS.match(file.version_string or "")
    numbers = [int(number) for number in found.groups()] if found else []
    return FileVersion(*numbers) if numbers and max(numbers) <= 0xFFFF else None


def readings(file: InstalledFile) -> tuple[FileVersion, ...]:
    """The versions that a file gives of itself: by its version block, and by its text where that is another one.

    With two of them it is not known which is the damaged one: the file supports nothing that only one of them would.
    """
    if file.version is None:
        return ()
    text = text_version(file)
    return (file.version,) if text in (None, file.version) else (file.version, text)


def with_suspects_unreadable(inventory: Inventory, identities: Identities, named: Container[str]) -> Inventory:
    """The same target; its suspect files of catalogued names are among those that cannot be read."""
    suspects = {
        file.path: reason
        for folder, name, file in inventory.places
        if name in named
        and isinstance(file, InstalledFile)
        and (reason := identities.of(file).suspect) is not None
        and not is_backup(folder, inventory.root)
    }
    if not suspects:
        return inventory
    unread = [
        UnreadableFile(
            path=file.path, reason=suspects[file.path], size=file.size, modified=file.modified, sha256=file.sha256
        )
        for file in inventory.files
        if file.path in suspects
    ]
    return replace(
        inventory,
        files=tuple(file for file in inventory.files if file.path not in suspects),
        unreadable=tuple(sorted((*inventory.unreadable, *unread), key=by_path)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a file says of itself: whose it is, of which products it is a program, and whether it gives one version."""

    identity: Identity
    programs: frozenset[str]
    sound: bool


class Identities:
    """Whose the files of a target are, each answer found once: most files of a server say the same of themselves."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = products
        self._known: dict[tuple[object, ...], _Told] = {}
        self._files: dict[int, tuple[_Told, InstalledFile]] = {}  # each held, so that no other takes its id
        self._names: dict[str, str] = {}

    def of(self, file: InstalledFile) -> Identity:
        """Whose a file is."""
        return self._told(file).identity

    def programs_of(self, file: InstalledFile) -> frozenset[str]:
        """The ids of the products of whose own programs a file is one: of the range, with the ProductName if any."""
        return self._told(file).programs

    def _told(self, file: InstalledFile) -> _Told:
        asked = self._files.get(id(file))
        if asked is not None:
            return asked[0]
        key = (file.version, file.version_string, file.product_name, file.company_name, file.outlook_stub)
        known = self._known.get(key)
        if known is None:
            identity = identify(file, self._products)
            name = file.product_name
            known = self._known[key] = _Told(
                identity=identity,
                programs=frozenset(
                    product.id
                    for product in self._products
                    if file.version is not None
                    and product.id in identity.products
                    and (not product.product_names or not name or self._has_name_of(name, product))
                ),
                sound=len(readings(file)) == 1,
            )
        self._files[id(file)] = known, file
        return known

    def counts(self, file: InstalledFile | UnreadableFile, product: Product) -> bool:
        """Whether a file is of a product."""
        return isinstance(file, InstalledFile) and file.version is not None and product.id in self.of(file).products

    def is_sound(self, file: InstalledFile) -> bool:
        """Whether a file gives one version of itself, by its version block and its text alike."""
        return self._told(file).sound

    def is_program_of(self, file: InstalledFile | UnreadableFile, product: Product) -> bool:
        """Whether a file is one of a product's own programs."""
        return isinstance(file, InstalledFile) and product.id in self.programs_of(file)

    def may_be_of(self, file: InstalledFile, product: Product) -> bool:
        """Whether a file is a product's by its build, or by its name alone: one of them may be damaged."""
        return any(map(product.holds, readings(file))) or self._has_name_of(file.product_name or "", product)

    def _has_name_of(self, name: str, product: Product) -> bool:
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
    if file.version is None or file.outlook_stub or _stranger(file) is not None:
        return False
    return own.contains(str(file.version))


def _stub_or_outlook(file: InstalledFile) -> str | None:
    if file.outlook_stub:
        return "the Windows/Outlook MAPI stub: it exports GetOutlookVersion"
    return f"ProductName is {file.product_name!r}" if _OTHER_PRODUCTS.search(file.product_name or "") else None


def _stranger(file: InstalledFile) -> str | None:
    company = file.company_name
    if company and company.strip() and "microsoft" not in company.lower():
        return f"CompanyName is {company!r}"
    return None


def text_differs(version: FileVersion, text: str | None) -> bool:
    """Whether the text of a version gives other numbers than the version block; spelling is no difference."""
    numbers = [int(number) for number in re.findall(r"[0-9]{1,9}", text or "")[:4]]
    return bool(numbers) and numbers != list(version[: len(numbers)])
