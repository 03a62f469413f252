"""Where products are installed on a target: by the path of role folders, by the registry, by the look of a folder."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from itertools import chain

from hotfix_check.assess.identity import Identities
from hotfix_check.catalogue.product import Product
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetFile, UnreadableFile
from hotfix_check.inventory.registry import recorded_folders

TOP = "."
"""How the target itself is shown as a root."""
LOOKS_LIKE_ONE = 20
"""Program files of a product in a folder that make it look like an installation, where one core file would not."""


@dataclasses.dataclass(slots=True)
class Root:
    """A place where a product could be installed: ``shown`` relative to the target, ``full`` as its whole path."""

    shown: str
    full: str
    products: list[Product] = field(default_factory=list)
    roles: dict[str, dict[str, str]] = field(default_factory=dict)
    """By product, the role of each of its folders."""


class Folders:
    """The folders of a target: ``seen`` are all but those of backups, sorted, ``held`` the files of each by its path.

    Each file is held with its name in lower case. ``full`` is the whole path of each folder, ``above`` of the target;
    ``filled`` are those that hold a file, ``called`` those with the same last name in lower case, the target's "".
    """

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.above = inventory.above
        self.held: dict[str, list[tuple[str, TargetFile]]] = defaultdict(list)
        for folder, name, file in inventory.places:
            if not (isinstance(file, UnreadableFile) and file.is_folder):
                self.held[folder].append((name, file))
        every = sorted({*inventory.folders, *self.held, *_above(self.held)})
        self.seen = [one for one in every if not inventory.is_backup(one)]
        self.full = {one: f"{self.above}/{one.lower()}".rstrip("/") for one in every}
        self.filled = [one for one in self.seen if one in self.held]
        self.called: dict[str, list[str]] = defaultdict(list)
        for one in self.seen:
            self.called[self.full[one].rpartition("/")[2] if one else ""].append(one)


class Roots:
    """The search for the places where products are installed."""

    def __init__(self, where: Folders, products: Sequence[Product], identities: Identities) -> None:
        self.where = where
        self.products = products
        self.identities = identities
        self.recorded = _recorded_roots(where.inventory, products)
        self._programs: dict[str, Counter[str]] = {}
        self._below: dict[str, Counter[str]] = {}

    def found(self) -> list[Root]:
        """The roots in the order of their paths, each with the product that it is of where its files tell it."""
        return [self._product_of(root) for root in self._roots()]

    def _roots(self) -> list[Root]:
        """Every place where a role folder's path, or the registry, or else the look of a folder puts a product."""
        roots: dict[str, Root] = {}
        for product in self.products:
            for folder, role, shown, full in self._by_path(product):
                root = roots.setdefault(full, Root(shown=shown, full=full))
                if product not in root.products:
                    root.products.append(product)
                root.roles.setdefault(product.id, {})[folder] = role
        placed = {product.id for root in roots.values() for product in root.products}
        for product in self.products:
            for folder, role in self._by_look(product) if product.id not in placed else ():
                full = self.where.full[folder]
                root = roots.setdefault(full, Root(shown=folder or TOP, full=full))
                root.products.append(product)
                root.roles.setdefault(product.id, {})[folder] = role
        telling = {full: self._tells_a_product(root) for full, root in roots.items()}
        # Beside a server another folder of one is another server, also where nothing of it can be read.
        return [
            root
            for full, root in sorted(roots.items())
            if telling[full] or (any(telling.values()) and self._holds_unread(root))
        ]

    def _by_path(self, product: Product) -> Iterator[tuple[str, str, str, str]]:
        """The role folders of a product with their role, and the root that they lie below, as shown and in full."""
        places = tuple(below_roots(product))
        called = {"", *(path.rpartition("/")[2] for _, path, _, _ in places)}
        for folder in sorted(chain.from_iterable(self.where.called.get(name, ()) for name in called)):
            fits = [(self._fit(folder, path, root, least), role) for role, path, root, least in places]
            (parts, depth), role = max(fits, key=lambda one: one[0][0], default=((0, 0), ""))
            if parts:
                yield folder, role, *self._up(folder, depth)

    def _fit(self, folder: str, path: str, root: str, least: int) -> tuple[int, int]:
        """How many parts of a role folder's path a folder has, and how many levels above it the root lies.

        ``least`` are the parts at the end of the path that tell it.
        """
        inner = folder.rpartition("!/")[2].lower()
        full, depth = f"/{self.where.full[folder]}", path.count("/") - root.count("/")
        if full.endswith(f"/{path}"):
            return path.count("/") + 1, depth
        if inner and path.endswith(f"/{inner}") and inner.count("/") + 1 >= least:
            return inner.count("/") + 1, min(depth, inner.count("/") + 1)
        if not folder and (own := self._target_is(path)) >= least:
            return own, depth
        tail = path.removeprefix(f"{root}/")
        return (1, depth) if any(full.endswith(f"/{one}/{tail}") for one in self.recorded) else (0, 0)

    def _target_is(self, path: str) -> int:
        """How many parts at the end of the target's own path are those at the end of this one."""
        own, parts = self.where.above.split("/"), path.split("/")
        return max((n for n in range(1, min(len(own), len(parts)) + 1) if own[-n:] == parts[-n:]), default=0)

    def _up(self, folder: str, depth: int) -> tuple[str, str]:
        """The folder so many levels higher, as shown and in full; the target itself where that is above it."""
        full = self.where.full[folder].split("/")
        return _shown_above(folder, depth), "/".join(full[: len(full) - depth])

    def _by_look(self, product: Product) -> Iterator[tuple[str, str]]:
        """The folders that hold the whole core set and nothing that belongs elsewhere, or many programs.

        Whoever gathers files of Bin and of System32 in one folder has none of the two; what names no folder has none.
        """
        nowhere = not self.where.inventory.folders and not any(self.where.seen)
        for shape in product.folders:
            if not shape.core or not any(product.root_of(path) for path in shape.paths):
                continue
            elsewhere = {name for name, file in product.files.items() if file.roles and shape.role not in file.roles}
            for folder in self.where.filled:
                files = self.where.held[folder]
                if len(shape.core) > 1:
                    names = self.where.inventory.names.get(folder, frozenset())
                    alike = shape.core <= names and not (nowhere or names & elsewhere)
                elif len(files) < LOOKS_LIKE_ONE:
                    continue
                else:
                    alike = self._programs_in(folder)[product.id] >= LOOKS_LIKE_ONE
                if alike:
                    yield folder, shape.role

    def _tells_a_product(self, root: Root) -> bool:
        """Whether a file there is a product's, or is called as its core files are and cannot be read."""
        return any(
            self._programs_below(folder)[product.id]
            or any(
                isinstance(file, UnreadableFile) and name in product.server_files
                for name, file in self.where.held.get(folder, ())
            )
            for product in root.products
            for folder in root.roles[product.id]
        )

    def _holds_unread(self, root: Root) -> bool:
        """Whether a file there cannot be read, and is called as a product's; of products of 2007 and later any is."""
        return any(
            isinstance(file, UnreadableFile) and (product.build_per_update or name in product.files)
            for product in root.products
            for folder in root.roles[product.id]
            for name, file in self.where.held.get(folder, ())
        )

    def _programs_below(self, folder: str) -> Counter[str]:
        """The same of a folder with all below it: the programs of ClientAccess lie in its subfolders."""
        if folder not in self._below:
            self._below[folder] = found = Counter(self._programs_in(folder))
            start = f"{folder}/" if folder else ""
            for index in range(bisect_right(self.where.seen, start), len(self.where.seen)):
                if not self.where.seen[index].startswith(start):
                    break
                found.update(self._programs_in(self.where.seen[index]))
        return self._below[folder]

    def _programs_in(self, folder: str) -> Counter[str]:
        """How many of the files of a folder are programs of each product."""
        if folder not in self._programs:
            self._programs[folder] = found = Counter[str]()
            for _, file in self.where.held.get(folder, ()):
                if isinstance(file, InstalledFile):
                    for product in self.identities.told(file).programs:
                        found[product] += 1
        return self._programs[folder]

    def _product_of(self, root: Root) -> Root:
        """The same root with the one product that it is of: its markers', else that of most of its program files."""
        if len(root.products) == 1:
            return root
        markers: Counter[str] = Counter()
        programs: Counter[str] = Counter()
        for product in root.products:
            for folder in root.roles[product.id]:
                programs[product.id] += self._programs_below(folder)[product.id]
                if product.server_files.isdisjoint(self.where.inventory.names.get(folder, ())):
                    continue
                for name, file in self.where.held.get(folder, ()):
                    if name in product.server_files:
                        markers[product.id] += self.identities.counts(file, product)
        ranked = sorted(root.products, key=lambda one: (markers[one.id], programs[one.id]), reverse=True)
        if not (markers[ranked[0].id] or programs[ranked[0].id]):
            return root
        return Root(
            shown=root.shown, full=root.full, products=ranked[:1], roles={ranked[0].id: root.roles[ranked[0].id]}
        )


def below_roots(product: Product) -> Iterator[tuple[str, str, str, int]]:
    """The role folders of a product: role, end of the path, the root in it, how many parts of its end tell it."""
    for folder in product.folders:
        for path in folder.paths:
            root = product.root_of(path)
            if root is not None:
                # a folder without core files may be called as any is: Mailbox alone tells nothing
                yield folder.role, path, root, 1 if folder.core else 2


def unlisted_roots(inventory: Inventory, product: Product) -> Iterator[str]:
    """The roots, as shown, whose folder of core files is there and could not be listed, or is a link elsewhere."""
    above = inventory.above
    for folder in (file.path for file in inventory.unreadable if file.is_folder):
        for _, path, root, least in below_roots(product):
            full = f"/{above}/{folder.lower()}"
            if least == 1 and full.endswith(f"/{path}") and not inventory.is_backup(folder):
                yield _shown_above(folder, path.count("/") - root.count("/"))


def _shown_above(folder: str, depth: int) -> str:
    """The folder so many levels higher, as shown; the target itself where that is above it."""
    parts = folder.split("/") if folder else []
    return "/".join(parts[: max(0, len(parts) - depth)]) or TOP


def _above(folders: Iterable[str]) -> set[str]:
    """The folders that these lie in."""
    found: set[str] = set()
    for folder in folders:
        while (folder := folder.rpartition("/")[0]) and folder not in found:
            found.add(folder)
    return found


def _recorded_roots(inventory: Inventory, products: Iterable[Product]) -> tuple[str, ...]:
    """The folders that setup keys record as a product's own, without drive, in lower case."""
    values = (product.recorded.folder_value for product in products if product.recorded is not None)
    return recorded_folders(inventory.registry, {value for value in values if value is not None})
