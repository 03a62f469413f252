"""The files of one target, looked up by name, with whose they are and where they lie for one product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, found_by_reading
from hotfix_check.assess.folder_roles import Places
from hotfix_check.assess.identity import Identities, readings, text_differs
from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetFile, UnreadableFile, by_path, name_of
from hotfix_check.version import FileVersion


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
    def unread_names(self) -> frozenset[str]:
        """The names of files of which a copy cannot be read, or has no version."""
        return frozenset(name for name, copies in self.by_name.items() if any(map(version_unread, copies)))

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
        after.__dict__.pop("unread_names", None)
        after.by_name = defaultdict(list, self.by_name)
        for name in {name_of(path) for path in versions}:
            after.by_name[name] = [
                replace(file, version=versions[file.path], version_string=None, size=None, notes=())
                if isinstance(file, InstalledFile) and file.path in versions
                else file
                for file in self.by_name.get(name, ())
            ]
        return after

    def __iter__(self) -> Iterator[TargetFile]:
        for name in sorted(self.by_name):
            yield from self.by_name[name]


class SeenCopy(Frozen):
    """A copy of a file as one product sees it, whatever it is judged against.

    ``role`` is its folder's, ``versions`` are its ``readings``. ``own``: it counts for the product; ``others``: for
    another. ``one_line``: all its versions are of one servicing line. ``odd`` is what its versions and reading it tell.
    """

    file: TargetFile
    role: str | None
    versions: tuple[FileVersion, ...]
    own: bool
    others: bool
    one_line: bool
    odd: tuple[Anomaly, ...]


class ProductEvidence:
    """A target as one product sees it; what is to be seen of a file is found once."""

    def __init__(self, product: Product, files: TargetFiles, places: Places) -> None:
        self.product = product
        self.files = files
        self.places = places
        self._seen: dict[tuple[str, tuple[str, ...]], tuple[SeenCopy, ...]] = {}
        self._absent: dict[tuple[tuple[str, ...], bool], bool] = {}
        self._lines: dict[str, int | None] = {}

    def with_files(self, files: TargetFiles) -> ProductEvidence:
        """The same product and folders with other files, of which most are as they were."""
        other = ProductEvidence(self.product, files, self.places)
        same = {name for name, copies in self.files.by_name.items() if files.by_name.get(name) is copies}
        other._seen = {place: seen for place, seen in self._seen.items() if place[0] in same}
        other._lines = {name: line for name, line in self._lines.items() if name in same}
        return other

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

    def seen(self, name: str, roles: tuple[str, ...]) -> tuple[SeenCopy, ...]:
        """The same copies as the product sees them."""
        known = self._seen.get((name, roles))
        if known is None:
            known = self._seen[name, roles] = tuple(map(self._see, self.judged(name, roles)))
        return known

    def _see(self, file: TargetFile) -> SeenCopy:
        own = others = False
        versions: tuple[FileVersion, ...] = ()
        odd: tuple[Anomaly, ...] = ()
        if isinstance(file, InstalledFile) and file.version is not None:
            products = self.files.identity(file).products
            own = self.product.id in products
            others = bool(products)
            versions = readings(file)
            odd = (*_version_string_anomaly(file.version, file.version_string), *found_by_reading(file.notes))
        return SeenCopy(
            file=file,
            role=self.places.role(file.path),
            versions=versions,
            own=own,
            others=others,
            one_line=len(versions) < 2 or len(set(map(self.product.line_of, versions))) < 2,
            odd=odd,
        )

    def is_absent(self, roles: tuple[str, ...], every_role: bool) -> bool:
        """Whether a file that lies in none of its roles is absent: folders of these were collected whole."""
        known = self._absent.get((roles, every_role))
        if known is None:
            whole = [self.places.whole(role) for role in roles]
            known = bool(whole) and not self.files.inventory.lone_file and (any(whole) if every_role else all(whole))
            self._absent[roles, every_role] = known
        return known

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

    def newest_line(self, names: Iterable[str]) -> int | None:
        """The line of the newest of the copies of these files that count for the product; None where there is none."""
        newest: int | None = None
        for name in names:
            if name in self._lines:
                line = self._lines[name]
            elif name in self.files.by_name:
                builds = [min(readings(file)) for file in self.counting([name]) if file.version is not None]
                line = self._lines[name] = self.product.line_of(max(builds)) if builds else None
            else:
                continue
            if line is not None and (newest is None or line > newest):
                newest = line
        return newest


def version_unread(file: TargetFile) -> bool:
    """Whether a file cannot be read, or has no version that can be."""
    return isinstance(file, UnreadableFile) or file.version is None


def _version_string_anomaly(version: FileVersion, text: str | None) -> tuple[Anomaly, ...]:
    """The string FileVersion is kept beside the fixed one; only other numbers are a difference, not spelling."""
    if not text_differs(version, text):
        return ()
    said = f"FileVersion says {text!r}, the fixed version is {version}"
    return (Anomaly(AnomalyCode.STRING_VERSION_DIFFERS, said),)
