"""The files of one target, looked up by name, with whose they are and where they lie for one product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property

from hotfix_check.assess.folder_roles import Places
from hotfix_check.assess.identity import Identities
from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory import InstalledFile, Inventory, UnreadableFile, by_path, name_of
from hotfix_check.version import FileVersion

TargetFile = InstalledFile | UnreadableFile


class TargetFiles:
    """The named files of a target but those in backup folders, by lower-case name, and whose each is.

    ``lone``: one loose file is all that there is to judge.
    """

    def __init__(
        self, inventory: Inventory, identities: Identities, named: frozenset[str], *, lone: bool = False
    ) -> None:
        self.inventory = inventory
        self.lone = lone
        self.identity = identities.of
        self.by_name: dict[str, list[TargetFile]] = defaultdict(list)
        places = [place for place in inventory.places if place[1] in named]
        for folder, name, file in sorted(places, key=lambda place: by_path(place[2])):
            if not inventory.is_backup(folder):
                self.by_name[name].append(file)

    @property
    def lone_name(self) -> str | None:
        """The name of the file where it is all that there is to judge; None elsewhere."""
        return next(iter(self.by_name), "") if self.lone else None

    @cached_property
    def owners_by_folder(self) -> Mapping[str, Mapping[frozenset[str], int]]:
        """In each folder, how many of all its files are of which products."""
        found: dict[str, Counter[frozenset[str]]] = defaultdict(Counter)
        for folder, _, file in self.inventory.places:
            if isinstance(file, InstalledFile):
                found[folder][self.identity(file).products] += 1
        return found

    def raised(self, versions: Mapping[str, FileVersion]) -> TargetFiles:
        """The same files, those at these paths of these versions: what the target would be after an install."""
        after = copy(self)
        after.by_name = defaultdict(list, self.by_name)
        for name in {name_of(path) for path in versions}:
            after.by_name[name] = [
                replace(file, version=versions[file.path], version_string=None, size=None, notes=())
                if isinstance(file, InstalledFile) and file.path in versions
                else file
                for file in self.by_name[name]
            ]
        return after

    def __iter__(self) -> Iterator[TargetFile]:
        for name in sorted(self.by_name):
            yield from self.by_name[name]


@dataclass(frozen=True, slots=True)
class ProductEvidence:
    """A target as one product sees it."""

    product: Product
    files: TargetFiles
    places: Places

    def roles_of(self, name: str, stated: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The folder roles where a file belongs, by the row that names it, else by the product; () when not known."""
        if stated:
            return stated
        known = self.product.files.get(name.lower())
        return known.roles if known else ()

    def judged(self, name: str, roles: tuple[str, ...]) -> list[TargetFile]:
        """The copies to judge: those in the file's roles; else loose ones, or all where no role is known.

        Where a folder of the file's roles was not looked into, the copy that counts may lie there: a loose one decides
        nothing.
        """
        copies = self._copies(name, roles)
        unseen = any(map(self.places.unseen, roles))
        return [file for file in copies if self.places.role(file.path) in roles] if unseen else copies

    def _copies(self, name: str, roles: tuple[str, ...]) -> list[TargetFile]:
        copies = self.files.by_name.get(name.lower(), [])
        if not roles:
            return [file for file in copies if self.places.below_role(file.path)] or copies
        in_role = [file for file in copies if self.places.role(file.path) in roles]
        if in_role or not self.places.loose:
            return in_role
        return [file for file in copies if self.places.role(file.path) is None]

    def counting(self, names: Iterable[str]) -> list[InstalledFile]:
        """The copies of these files that count for the product, in their roles or else loose, sorted by path."""
        found = {
            file.path: file
            for name in names
            for file in self._copies(name, self.roles_of(name))
            if isinstance(file, InstalledFile) and self.product.id in self.files.identity(file).products
        }
        return [found[path] for path in sorted(found)]
