"""Which copies of a product lie on a target, and which of its files belong to each.

An installation is found by the path of its role folders, or by the path that the registry gives; only where a product
has none so found does a folder count that looks like one. System folders belong to the installation of their volume.
What lies elsewhere is a stray copy, and is never judged. A target with neither is a set of loose files for each folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import takewhile

from hotfix_check.assess.folder_roles import role_of
from hotfix_check.assess.identity import Identities
from hotfix_check.assess.roots import TOP, Folders, Root, Roots
from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetFile, folder_of
from hotfix_check.inventory.program_folders import is_system_folder

_OF_WINDOWS = frozenset({"program files", "windows", "winnt", "microsoft"})
"""Folders that Windows and setups of Microsoft make at the top of a volume or near it, in lower case."""
_SHADOW = re.compile(r"(?:harddiskvolumeshadowcopy|vss)[0-9]+", re.ASCII)


class FileSet(Frozen):
    """Files that are judged together: those of an installation, or loose ones.

    ``root`` is as in ``Installation``. ``products`` are those that it can be of: one, of an installation whose files
    tell it. ``inventory`` is the target as far as it belongs to the set. ``roles`` are those of folders below the root,
    ``systems`` the system folders that belong to it, ``full`` the root's whole path in lower case, empty for loose
    files. These have no folder role unless their path tells one (``loose``); ``lone``: one of them is all that there is
    to judge, be it in a folder or in an archive.
    """

    root: str | None
    products: tuple[Product, ...]
    inventory: Inventory
    roles: Mapping[str, str] = field(default_factory=dict)
    systems: frozenset[str] = frozenset()
    full: str = ""
    loose: bool = False
    lone: bool = False
    snapshot: bool = False


class FileSets(Frozen):
    """The sets of a target, the files of its installations first, and the paths of the named files outside them."""

    sets: tuple[FileSet, ...]
    stray: tuple[str, ...] = ()

    @property
    def lone(self) -> bool:
        """Whether one loose file is all that there is."""
        return all(one.lone for one in self.sets) and len(self.sets) == 1


def is_shadow(path: str) -> bool:
    """Whether a path leads into a shadow copy of a volume."""
    return _SHADOW.search(path.lower()) is not None


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
        self.tops = _OF_WINDOWS | {root.partition("/")[0] for product in products for root in product.roots}
        folders = self.where = Folders(inventory)
        self.above, self.held, self.folders, self.full = folders.above, folders.held, folders.seen, folders.full

    def sets(self) -> FileSets:
        system = self._system_folders()
        found = Roots(self.where, self.products, self.identities).found()
        if not found and not system and not any(map(is_system_folder, self.folders)):
            return FileSets(sets=tuple(self._loose()))
        if not found:
            found = [Root(shown=TOP, full=self.above, products=list(self.products))]
        volumes = [self._volume(root) for root in found]
        sets = [self._set(root, found, self._systems_of(root, system, volumes)) for root in found]
        return FileSets(sets=tuple(sets), stray=tuple(self._stray(sets)))

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

    def _volume(self, root: Root) -> str:
        return self._above_tops(root.full)

    def _above_tops(self, full: str) -> str:
        """The volume of a path: what it has above Program Files, Windows, Winnt or the root of a product."""
        parts = full.strip("/").split("/")
        return "/".join(takewhile(lambda part: part not in self.tops, parts))

    def _systems_of(self, root: Root, system: Mapping[str, str], volumes: Sequence[str]) -> frozenset[str]:
        """The system folders of an installation: its volume's; where that has none, of the one Windows near.

        That is the only one of the target, or the only one below the nearest folder above the volume that has any
        (host1/C/WINNT of host1/D/Exchsrvr, whatever host2 has); and it is no nearer to another installation without.
        """
        volume, windows = self._volume(root), set(system.values())
        if volume in windows:
            return frozenset(folder for folder, one in system.items() if one == volume)
        lacking = [one for one in volumes if one not in windows]
        for above in ("", *_above_volume(volume))[::-1]:
            near = {one for one in windows if _is_below(one, above)} if above else windows
            if not near:
                continue
            found = near.pop()
            alone = not near and found not in volumes
            nearer = any(_shared(one, found) > _shared(volume, found) for one in lacking)
            return frozenset(folder for folder, one in system.items() if one == found and alone and not nearer)
        return frozenset()

    def _set(self, root: Root, roots: Sequence[Root], systems: frozenset[str]) -> FileSet:
        roles = {folder: role for by_folder in root.roles.values() for folder, role in by_folder.items()}
        others = [one.full for one in roots if one is not root and one.full.startswith(root.full)]
        whole = root.shown != TOP or bool(self.above.endswith(_roots_of(root.products)))

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
            full=root.full,
            snapshot=is_shadow(root.full),
            inventory=self.inventory
            if whole_target
            else replace(
                self.inventory,
                folders=tuple(
                    folder
                    for folder in self.inventory.folders
                    if folder in inside or not any(_is_below(self.full[folder], other) for other in foreign)
                ),
                files=tuple(file for file in self.inventory.files if folder_of(file.path) in inside),
                unreadable=tuple(
                    file
                    for file in self.inventory.unreadable
                    if folder_of(file.path) in inside
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
                root=folder or TOP,
                products=tuple(self.products),
                inventory=replace(
                    self.inventory,
                    files=tuple(file for file in self.inventory.files if folder_of(file.path) == folder),
                    unreadable=tuple(
                        file for file in self.inventory.unreadable if file.is_folder or folder_of(file.path) == folder
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
            if self.named.isdisjoint(self.inventory.names.get(folder, ())):
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


def _roots_of(products: Iterable[Product]) -> tuple[str, ...]:
    return tuple(f"/{root}" for product in products for root in product.roots)


def _is_below(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def _above_volume(volume: str) -> list[str]:
    """The folders above a volume, the highest first; "" is above all of them and not told."""
    parts = volume.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common from the top."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
