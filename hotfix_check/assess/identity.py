"""Whose file it is: a file counts for a product by its version's range, unless its strings name somebody else.

A file is one fact told several times: by its version block, the text beside it, and the names of company and product.
Where these disagree on whose it is, it is damaged or altered, and as good as unreadable: one flipped bit must not make
a file nobody's, or another product's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from copy import copy
from functools import cache, lru_cache

from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue.product import Product, plain_name, range_of
from hotfix_check.frozen import Frozen, dataclass, replace
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetFile, UnreadableFile, by_path, name_of
from hotfix_check.version import FileVersion

_FOUR_NUMBERS = re.compile(
    r"\s*([0-9]{1,5})\s*[.,]\s*([0-9]{1,5})\s*[.,]\s*([0-9]{1,5})\s*[.,]\s*([0-9]{1,5})(?![0-9.,])"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of the products that a file counts for; else why it is somebody else's, or why it is suspect."""

    products: frozenset[str]
    foreign: str | None = None
    suspect: str | None = None


def _names(ids: frozenset[str], products: Sequence[Product]) -> str:
    return " or ".join(product.name for product in products if product.id in ids) or "no product in the catalogue"


def text_version(file: InstalledFile) -> FileVersion | None:
    """The string FileVersion where it is four numbers too ("6.5.7226.0", "15.01.2507.006", "5, 5, 2653, 23")."""
    return _four_numbers(file.version_string) if file.version_string else None


@lru_cache(maxsize=4096)
def _four_numbers(text: str) -> FileVersion | None:
    found = _FOUR_NUMBERS.match(text)
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
        and not inventory.is_backup(folder)
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


_REMEMBERED = 10_000  # ways in which files describe themselves: 2,000 programs of a server have some 200


class Told(Frozen):
    """What a file says of itself: whose it is, of which products it is a program, and whether it gives one version."""

    identity: Identity
    programs: frozenset[str]
    """Products of whose own programs it is one: of the range, with the ProductName if it has one."""
    sound: bool
    """Whether its version block and its text give one version."""


class Identities:
    """Whose the files of a target are, each answer found once: most files of servers say the same of themselves."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = products
        self._ranges = [(one.id, range_of(one.range)) for one in products]
        self._known: dict[tuple[object, ...], Told] = {}
        self._files: dict[int, tuple[Told, InstalledFile]] = {}  # each held, so that no other takes its id
        self._names: dict[str, str] = {}
        self._versions: dict[FileVersion, frozenset[str]] = {}
        self._by_name: dict[str, frozenset[str]] = {}

    def of_another(self) -> Identities:
        """The same for the files of another target: what files say of themselves is known, as far as it is not much."""
        if len(self._known) > _REMEMBERED:
            self._known, self._names, self._versions, self._by_name = {}, {}, {}, {}
        other = copy(self)
        other._files = {}
        return other

    def of(self, file: InstalledFile) -> Identity:
        """Whose a file is."""
        return self.told(file).identity

    def _identify(self, file: InstalledFile) -> Identity:
        """Whose a file is. One without a version resource is nobody's, and not foreign: it says nothing.

        What names somebody else for certain is what a stub exports, and a ProductName that a product says is another's.
        """
        if file.version is None:
            return Identity(frozenset())
        certain = self._stub(file) or _other_product(file, self._products)
        if certain is not None:
            return Identity(frozenset(), certain)
        text = text_version(file)
        by_number = self._of_version(file.version)
        by_text = by_number if text is None or text == file.version else self._of_version(text)
        named = self._of_name(file.product_name)
        stranger = _stranger(file)
        owners = by_number & by_text & (named or by_number) if stranger is None else frozenset[str]()
        if owners:
            return Identity(owners)
        says = {f"version {file.version} is of {_names(by_number, self._products)}": by_number}
        if text is not None and text != file.version:
            says[f"FileVersion {file.version_string!r} is of {_names(by_text, self._products)}"] = by_text
        if named:
            says[f"ProductName is {file.product_name!r}"] = named
        if stranger is not None:
            says[stranger] = frozenset()
        if not frozenset().union(*says.values()):
            return Identity(owners, next(told for told, ids in reversed(says.items()) if not ids))
        return Identity(owners, suspect=f"suspect: {' but '.join(says)}")

    def _stub(self, file: InstalledFile) -> str | None:
        if not file.stub:
            return None
        name = name_of(file.path)
        stubs = (product.stub for product in self._products if product.stub is not None)
        return next((f"{one.name}: it exports {one.export}" for one in stubs if name in one.files), None)

    def _of_version(self, version: FileVersion) -> frozenset[str]:
        """The products whose range holds a version."""
        found = self._versions.get(version)
        if found is None:
            found = self._versions[version] = frozenset(one for one, its in self._ranges if its.hold(version))
        return found

    def _of_name(self, name: str | None) -> frozenset[str]:
        """The products that a ProductName names."""
        if not name:
            return frozenset()
        found = self._by_name.get(name)
        if found is None:
            own = (product.id for product in self._products if product.name.lower() in name.lower())
            found = self._by_name[name] = frozenset(own)
        return found

    def told(self, file: InstalledFile) -> Told:
        """What a file says of itself."""
        asked = self._files.get(id(file))
        if asked is not None:
            return asked[0]
        key = (
            file.version,
            file.version_string,
            file.product_name,
            file.company_name,
            file.stub and name_of(file.path),
        )
        known = self._known.get(key)
        if known is None:
            identity = self._identify(file)
            name = file.product_name
            known = self._known[key] = Told(
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

    def counts(self, file: TargetFile, product: Product) -> bool:
        """Whether a file is of a product."""
        return isinstance(file, InstalledFile) and file.version is not None and product.id in self.of(file).products

    def is_program_of(self, file: TargetFile, product: Product) -> bool:
        """Whether a file is one of a product's own programs."""
        return isinstance(file, InstalledFile) and product.id in self.told(file).programs

    def may_be_of(self, file: InstalledFile, product: Product) -> bool:
        """Whether a file is a product's by its build, or by its name alone: one of them may be damaged."""
        return any(map(product.holds, readings(file))) or self._has_name_of(file.product_name or "", product)

    def names_another(self, file: InstalledFile) -> bool:
        """Whether a file is nobody's in all that it says, and a name is among that: a number alone may be damaged."""
        return self.of(file).foreign is not None and bool(file.product_name or _stranger(file))

    def _has_name_of(self, name: str, product: Product) -> bool:
        if name not in self._names:
            self._names[name] = plain_name(name)
        return self._names[name] in product.product_names


def in_range(own: SpecifierSet, file: InstalledFile) -> bool:
    """Whether a file is of the range of its own that a row gives (an Outlook DLL in an Exchange 5.5 fix)."""
    if file.version is None or file.stub or _stranger(file) is not None:
        return False
    return range_of(own).hold(file.version)


def _other_product(file: InstalledFile, products: Sequence[Product]) -> str | None:
    name = plain_name(file.product_name or "")
    if not name or any(name in product.product_names for product in products):
        return None
    others = frozenset[str]().union(*(product.other_products for product in products))
    return f"ProductName is {file.product_name!r}" if _names_one_of(others).search(name) else None


@cache
def _names_one_of(others: frozenset[str]) -> re.Pattern[str]:
    """What finds one of these names in a ProductName, as whole words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(others)))})(?!\w)" if others else r"(?!)")


def _stranger(file: InstalledFile) -> str | None:
    company = file.company_name
    if company and company.strip() and "microsoft" not in company.lower():
        return f"CompanyName is {company!r}"
    return None


def text_differs(version: FileVersion, text: str | None) -> bool:
    """Whether the text of a version gives other numbers than the version block; spelling is no difference."""
    numbers = _first_numbers(text) if text else ()
    return bool(numbers) and numbers != version[: len(numbers)]


@lru_cache(maxsize=4096)
def _first_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]{1,9}", text)[:4])
