"""Which copies of a product lie on a target, and which of its files belong to each.

An installation is found by the path of its role folders, or by the path that the registry gives; only where a product
has none so found does a folder count that looks like one. System folders belong to the installation of their volume.
What lies elsewhere is a stray copy, and is never judged. A target with neither is a set of loose files for each folder.
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import takewhile

from hotfix_check.assess.folder_roles import role_of
from hotfix_check.assess.identity import Identities
from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory import InstalledFile, Inventory, UnreadableFile
from hotfix_check.inventory.program_folders import is_system_folder

_OF_WINDOWS = frozenset({"program files", "windows", "winnt", "microsoft"})
"""Folders that Windows and setups of Microsoft make at the top of a volume or near it, in lower case."""
LOOKS_LIKE_ONE = 20
"""Program files of a product in a folder that make it look like an installation, where one core file would not."""
_SHADOW = re.compile(r"(?:harddiskvolumeshadowcopy|vss)[0-9]+", re.ASCII)
_TOP = "."

TargetFile = InstalledFile | UnreadableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSet:
    """Files that are judged together: those of an installation, or loose ones.

    ``root`` is as in ``Installation``. ``products`` are those that it can be of: one, of an installation whose files
    tell it. ``inventory`` is the target as far as it belongs to the set. ``roles`` are those of folders below the root,
    ``systems`` the system folders that belong to it. ``loose`` files have no folder role unless their path tells one;
    ``lone``: one of them is all that there is to judge, be it in a folder or in an archive.
    """

    root: str | None
    products: tuple[Product, ...]
    inventory: Inventory
    roles: Mapping[str, str] = field(default_factory=dict)
    systems: frozenset[str] = frozenset()
    loose: bool = False
    lone: bool = False
    snapshot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSets:
    """The sets of a target, the files of its installations first, and the paths of the named files outside them."""

    sets: tuple[FileSet, ...]
    stray: tuple[str, ...] = ()

    @property
    def lone(self) -> bool:
        """Whether one loose file is all that there is."""
        return all(one.lone for one in self.sets) and len(self.sets) == 1


@dataclasses.dataclass(slots=True)
class _Root:
    """A place where a product could be installed: ``shown`` relative to the target, ``full`` as its whole path."""

    shown: str
    full: str
    products: list[Product] = field(default_factory=list)
    roles: dict[str, dict[str, str]] = field(default_factory=dict)
    """By product, the role of each of its folders."""


def file_sets(
    inventory: Inventory, products: Sequence[Product], named: frozenset[str], identities: Identities
) -> FileSets:
    """Divide the files of a target; ``named`` are the lower-case names that the catalogue knows."""
    if inventory.lone_file:
        return FileSets(
            sets=(FileSet(root=None, products=tuple(products), inventory=inventory, loose=True, lone=True),)
        )
    return _Division(inventory, products, named, identities).sets()


class _Division:
    def __init__(
        self, inventory: Inventory, products: Sequence[Product], named: frozenset[str], identities: Identities
    ) -> None:
        self.inventory = inventory
        self.products = products
        self.named = named
        self.identities = identities
        self.above = "/".join(inventory.root).lower()
        self.held: dict[str, list[tuple[str, TargetFile]]] = defaultdict(list)
        """By folder its files, each with its name in lower case."""
        for folder, name, file in inventory.places:
            if not (isinstance(file, UnreadableFile) and file.is_folder):
                self.held[folder].append((name, file))
        self._programs: dict[str, Counter[str]] = {}
        self._below: dict[str, Counter[str]] = {}
        every = sorted({*inventory.folders, *self.held, *_above(self.held)})
        self.folders = [one for one in every if not inventory.is_backup(one)]
        self.names = inventory.names
        self.recorded = _recorded_roots(inventory, products)
        self.tops = _OF_WINDOWS | {root.partition("/")[0] for product in products for root in product.roots}
        self.full = {one: f"{self.above}/{one.lower()}".rstrip("/") for one in every}

    def sets(self) -> FileSets:
        roots = self._roots()
        system = self._system_folders()
        found = [self._product_of(root) for root in roots]
        if not found and not system and not any(map(is_system_folder, self.folders)):
            return FileSets(sets=tuple(self._loose()))
        if not found:
            found = [_Root(shown=_TOP, full=self.above, products=list(self.products))]
        volumes = [self._volume(root) for root in found]
        sets = [self._set(root, found, self._systems_of(root, system, volumes)) for root in found]
        return FileSets(sets=tuple(sets), stray=tuple(self._stray(sets)))

    def _roots(self) -> list[_Root]:
        """Every place where a role folder's path, or the registry, or else the look of a folder puts a product."""
        roots: dict[str, _Root] = {}
        for product in self.products:
            for folder, role, shown, full in self._by_path(product):
                root = roots.setdefault(full, _Root(shown=shown, full=full))
                if product not in root.products:
                    root.products.append(product)
                root.roles.setdefault(product.id, {})[folder] = role
        placed = {product.id for root in roots.values() for product in root.products}
        for product in self.products:
            for folder, role in self._by_look(product) if product.id not in placed else ():
                full = self.full[folder]
                root = roots.setdefault(full, _Root(shown=folder or _TOP, full=full))
                root.products.append(product)
                root.roles.setdefault(product.id, {})[folder] = role
        return [root for _, root in sorted(roots.items()) if self._tells_a_product(root)]

    def _by_path(self, product: Product) -> Iterator[tuple[str, str, str, str]]:
        """The role folders of a product with their role, and the root that they lie below, as shown and in full."""
        places = tuple(below_roots(product))
        for folder in self.folders:
            fits = [(self._fit(folder, path, root, least), role) for role, path, root, least in places]
            (parts, depth), role = max(fits, key=lambda one: one[0][0], default=((0, 0), ""))
            if parts:
                yield folder, role, *self._up(folder, depth)

    def _fit(self, folder: str, path: str, root: str, least: int) -> tuple[int, int]:
        """How many parts of a role folder's path a folder has, and how many levels above it the root lies.

        ``least`` are the parts at the end of the path that tell it.
        """
        inner = folder.rpartition("!/")[2].lower()
        full, depth = f"/{self.full[folder]}", path.count("/") - root.count("/")
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
        own, parts = self.above.split("/"), path.split("/")
        return max((n for n in range(1, min(len(own), len(parts)) + 1) if own[-n:] == parts[-n:]), default=0)

    def _up(self, folder: str, depth: int) -> tuple[str, str]:
        """The folder so many levels higher, as shown and in full; the target itself where that is above it."""
        parts = folder.split("/") if folder else []
        shown = "/".join(parts[: len(parts) - depth]) if depth < len(parts) else ""
        full = self.full[folder].split("/")
        return shown or _TOP, "/".join(full[: len(full) - depth])

    def _by_look(self, product: Product) -> Iterator[tuple[str, str]]:
        for shape in product.folders:
            if not shape.core or not any(product.root_of(path) for path in shape.paths):
                continue
            for folder in self.folders:
                files = self.held.get(folder, ())
                if len(shape.core) > 1:
                    alike = shape.core <= self.names.get(folder, frozenset())
                elif len(files) < LOOKS_LIKE_ONE:
                    continue
                else:
                    alike = self._programs_in(folder)[product.id] >= LOOKS_LIKE_ONE
                if alike:
                    yield folder, shape.role

    def _tells_a_product(self, root: _Root) -> bool:
        """Whether a file there is a product's, or is called as its core files are and cannot be read."""
        return any(
            self._programs_below(folder)[product.id]
            or any(
                isinstance(file, UnreadableFile) and name in product.server_files
                for name, file in self.held.get(folder, ())
            )
            for product in root.products
            for folder in root.roles[product.id]
        )

    def _programs_below(self, folder: str) -> Counter[str]:
        """The same of a folder with all below it: the programs of ClientAccess lie in its subfolders."""
        if folder not in self._below:
            self._below[folder] = found = Counter(self._programs_in(folder))
            start = f"{folder}/" if folder else ""
            for index in range(bisect_right(self.folders, start), len(self.folders)):
                if not self.folders[index].startswith(start):
                    break
                found.update(self._programs_in(self.folders[index]))
        return self._below[folder]

    def _programs_in(self, folder: str) -> Counter[str]:
        """How many of the files of a folder are programs of each product."""
        if folder not in self._programs:
            self._programs[folder] = found = Counter[str]()
            for _, file in self.held.get(folder, ()):
                if isinstance(file, InstalledFile):
                    for product in self.identities.told(file).programs:
                        found[product] += 1
        return self._programs[folder]

    def _product_of(self, root: _Root) -> _Root:
        """The same root with the one product that it is of: its markers', else that of most of its program files."""
        if len(root.products) == 1:
            return root
        markers: Counter[str] = Counter()
        programs: Counter[str] = Counter()
        for product in root.products:
            for folder in root.roles[product.id]:
                programs[product.id] += self._programs_below(folder)[product.id]
                if product.server_files.isdisjoint(self.names.get(folder, ())):
                    continue
                for name, file in self.held.get(folder, ()):
                    if name in product.server_files:
                        markers[product.id] += self.identities.counts(file, product)
        ranked = sorted(root.products, key=lambda one: (markers[one.id], programs[one.id]), reverse=True)
        if not (markers[ranked[0].id] or programs[ranked[0].id]):
            return root
        return _Root(
            shown=root.shown, full=root.full, products=ranked[:1], roles={ranked[0].id: root.roles[ranked[0].id]}
        )

    def _system_folders(self) -> dict[str, str]:
        """The system folders of the products, each with its volume: what its path has above Windows' own folders."""
        endings = sorted(
            {
                path
                for product in self.products
                for folder in product.folders
                for path in folder.paths
                if product.root_of(path) is None
            },
            key=len,
        )
        found: dict[str, str] = {}
        for folder in self.folders:
            full = f"/{self.full[folder]}"
            for ending in endings:  # the longest path decides the volume
                if full.endswith(f"/{ending}"):
                    found[folder] = self._above_tops(full[: -len(ending) - 1])
        return found

    def _volume(self, root: _Root) -> str:
        return self._above_tops(root.full)

    def _above_tops(self, full: str) -> str:
        """The volume of a path: what it has above Program Files, Windows, Winnt or the root of a product."""
        parts = full.strip("/").split("/")
        return "/".join(takewhile(lambda part: part not in self.tops, parts))

    def _systems_of(self, root: _Root, system: Mapping[str, str], volumes: Sequence[str]) -> frozenset[str]:
        """The system folders of an installation: its volume's, or the only ones where its volume has none."""
        volume = self._volume(root)
        own = frozenset(folder for folder, one in system.items() if one == volume)
        if own:
            return own
        free = set(system.values()) - set(volumes)
        return frozenset(system) if len(set(system.values())) == 1 and free else own

    def _set(self, root: _Root, roots: Sequence[_Root], systems: frozenset[str]) -> FileSet:
        roles = {folder: role for by_folder in root.roles.values() for folder, role in by_folder.items()}
        others = [one.full for one in roots if one is not root and one.full.startswith(root.full)]
        whole = root.shown != _TOP or bool(self.above.endswith(_roots_of(root.products)))

        def belongs(folder: str) -> bool:
            full = self.full.get(folder, "")
            if folder in systems:
                return True
            if not _is_below(full, root.full) or any(_is_below(full, other) for other in others):
                return False
            return whole or any(_is_below(full, self.full[one]) for one in roles)

        inside = {folder for folder in self.full if belongs(folder)}
        foreign = [one.full for one in roots if one is not root]
        whole_target = not foreign and inside.issuperset(self.inventory.names)
        return FileSet(
            root=root.shown,
            products=tuple(root.products),
            roles=roles,
            systems=systems,
            snapshot=_SHADOW.search(root.full) is not None,
            inventory=self.inventory
            if whole_target
            else replace(
                self.inventory,
                folders=tuple(
                    folder
                    for folder in self.inventory.folders
                    if folder in inside or not any(_is_below(self.full[folder], other) for other in foreign)
                ),
                files=tuple(file for file in self.inventory.files if _folder(file) in inside),
                unreadable=tuple(
                    file
                    for file in self.inventory.unreadable
                    if _folder(file) in inside
                    or (
                        file.is_folder
                        and not any(_is_below(f"{self.above}/{file.path.lower()}", one) for one in foreign)
                    )
                ),
            ),
        )

    def _loose(self) -> Iterator[FileSet]:
        """A set for each folder that holds a named file or a product's; the whole target where there is one."""
        held = Counter({one: sum(self._tells(*file) for file in self.held.get(one, ())) for one in self.folders})
        held = +held
        whole = not any(file.is_folder for file in self.inventory.unreadable)
        if len(held) < 2:
            alone = whole and held.total() == 1
            yield FileSet(root=None, products=tuple(self.products), inventory=self.inventory, loose=True, lone=alone)
            return
        for folder, files in held.items():
            yield FileSet(
                root=folder or _TOP,
                products=tuple(self.products),
                inventory=replace(
                    self.inventory,
                    files=tuple(file for file in self.inventory.files if _folder(file) == folder),
                    unreadable=tuple(
                        file for file in self.inventory.unreadable if file.is_folder or _folder(file) == folder
                    ),
                ),
                loose=True,
                lone=whole and files == 1,
            )

    def _tells(self, name: str, file: TargetFile) -> bool:
        return name in self.named or (isinstance(file, InstalledFile) and bool(self.identities.told(file).programs))

    def _stray(self, sets: Sequence[FileSet]) -> Iterator[str]:
        """Files with catalogued names that no set judges, and that lie in no folder of copies kept aside."""
        judged = {path for one in sets for path in self._judged(one)}
        for folder in self.folders:
            if self.named.isdisjoint(self.names.get(folder, ())):
                continue
            for name, file in self.held.get(folder, ()):
                if name in self.named and file.path not in judged:
                    yield file.path

    def _judged(self, one: FileSet) -> Iterator[str]:
        """The files of an installation but for those that belong into another folder than the one they lie in.

        Of a file that has no folder of its own, the copies below a role folder are judged; all where there is none.
        """
        named = [place for place in one.inventory.places if place[1] in self.named]
        own = {name: _roles_of_file(name, one.products) for _, name, _ in named}
        above = [self.full[folder] for folder in one.roles]
        placed = {
            folder
            for folder in one.inventory.names
            if folder in one.systems or any(_is_below(self.full.get(folder, ""), place) for place in above)
        }
        settled = {name for folder, name, _ in named if folder in placed}
        for folder, name, file in named:
            if own[name]:
                judged = not own[name].isdisjoint(self._roles_at(folder, one))
            else:
                judged = folder in placed or name not in settled
            if one.loose or judged:
                yield file.path

    def _roles_at(self, folder: str, one: FileSet) -> set[str | None]:
        """The roles that a folder has for the products of an installation."""
        if folder in one.roles:
            return {one.roles[folder]}
        return {role_of(self.full[folder], product) for product in one.products if folder in one.systems}


def _roles_of_file(name: str, products: Iterable[Product]) -> frozenset[str]:
    known = (product.files.get(name) for product in products)
    return frozenset(role for file in known if file is not None for role in file.roles)


def below_roots(product: Product) -> Iterator[tuple[str, str, str, int]]:
    """The role folders of a product: role, end of the path, the root in it, how many parts of its end tell it."""
    for folder in product.folders:
        for path in folder.paths:
            root = product.root_of(path)
            if root is not None:
                # a folder without core files may be called as any is: Mailbox alone tells nothing
                yield folder.role, path, root, 1 if folder.core else 2


def _above(folders: Iterable[str]) -> set[str]:
    """The folders that these lie in."""
    found: set[str] = set()
    for folder in folders:
        while (folder := folder.rpartition("/")[0]) and folder not in found:
            found.add(folder)
    return found


def _roots_of(products: Iterable[Product]) -> tuple[str, ...]:
    return tuple(f"/{root}" for product in products for root in product.roots)


def _recorded_roots(inventory: Inventory, products: Iterable[Product]) -> tuple[str, ...]:
    """The folders that setup keys record as a product's own, without drive, in lower case."""
    setups = () if inventory.registry is None else inventory.registry.setups
    named = {product.recorded.folder_value for product in products if product.recorded is not None}
    values = [value for setup in setups for name, value in setup.values if name in named]
    paths = (str(value).replace("\\", "/").partition(":")[2].strip("/").lower() for value in values)
    return tuple(path for path in paths if path)


def _is_below(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def _folder(file: TargetFile) -> str:
    return file.path.rpartition("/")[0]
