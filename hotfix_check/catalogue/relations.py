"""Which updates replace which: as stated, as contained in a rollup or level, or as the file tables show."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.product import Level, Product, own_version
from hotfix_check.catalogue.update import FileRow, Kind, Package, Prerequisite, Update, required_rows
from hotfix_check.frozen import dataclass
from hotfix_check.version import FileVersion

_version_of = attrgetter("version")


@dataclass(frozen=True, slots=True)
class PackageBuilds:
    """The versions of the files that a package requires, each with its name and platform.

    ``newest`` has one of a file that the package names several times.
    """

    update: Update
    package: Package
    builds: tuple[tuple[tuple[str, str | None], FileVersion], ...]
    newest: Mapping[tuple[str, str | None], FileVersion]


@dataclass(frozen=True, slots=True)
class ShippedBuild:
    """One update's build of one file on one line, and all that its package requires."""

    version: FileVersion
    of: PackageBuilds

    @property
    def update(self) -> Update:
        """The update that ships it."""
        return self.of.update


@dataclass(frozen=True, slots=True)
class CataloguedRow:
    """A row of an update's table, required or not; ``line`` is that of its package, the first where it is not known."""

    version: FileVersion
    row: FileRow
    update: Update
    line: int


class Supersedence:
    """The relations of a catalogue's updates, looked up by file, line and id."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.products: Mapping[str, Product] = {product.id: product for product in catalogue.products}
        self.updates: Mapping[str, Update] = {update.id: update for update in catalogue.updates}
        self._shipped: dict[tuple[str, int, str], list[ShippedBuild]] = defaultdict(list)
        self._required: dict[tuple[str, int | None], PackageBuilds] = {}
        self._rows: dict[tuple[str, str], list[CataloguedRow]] = defaultdict(list)  # filled when it is first asked for
        self._containers: dict[str, set[str]] = defaultdict(set)
        self._bringing: dict[tuple[str, str], Update] = {}
        self._released: dict[tuple[str, date], list[Update]] = defaultdict(list)
        self._positions = {update.id: at for at, update in enumerate(sorted(catalogue.updates, key=self._age))}
        # What was found, by an update's id and its package's line: the same for every target.
        self._known_inclusions: dict[tuple[str, int | None], tuple[str | None, ...]] = {}
        self._known_steps: dict[tuple[str, int | None], Collection[str]] = {}
        self._known_closures: dict[tuple[str, int | None], tuple[str, ...]] = {}
        self._lines_closed: set[tuple[str, int]] = set()
        self._known_parts: dict[tuple[str, int | None], tuple[str, ...]] = {}
        self._known_containers: dict[str, tuple[Update, ...]] = {}
        self._known_level_files: dict[tuple[str, int], Mapping[str, FileVersion]] = {}
        for update in catalogue.updates:
            product = self.products[update.product]
            if update.released is not None:
                self._released[(product.id, update.released)].append(update)
            if update.level is not None:
                self._bringing[(product.id, update.level)] = update
            for contained in (*update.contains, *(update.replaces or ())):
                self._containers[contained].add(update.id)
            for container in update.included_in:
                if "/" in container:
                    self._containers[update.id].add(container)
            for package in update.packages:
                line, required = package.line, _required(update, package, product)
                self._required.setdefault((update.id, line), required)
                if line is not None:
                    for (name, _), version in required.builds:
                        self._shipped[product.id, line, name].append(ShippedBuild(version, required))
        for builds in self._shipped.values():
            builds.sort(key=_version_of)

    def _age(self, update: Update) -> tuple[date, int, int, str]:
        level = -1 if update.level is None else self.products[update.product].level_index(update.level)
        return update.built or date.min, level, update.kb or 0, update.id

    def shipped(self, product_id: str, line: int, name: str) -> Iterable[ShippedBuild]:
        """The catalogued builds of a file on one line of a product, the lowest first."""
        return self._shipped.get((product_id, line, name.lower()), ())

    def newest_up_to(self, product_id: str, line: int, name: str, version: FileVersion) -> ShippedBuild | None:
        """The newest catalogued build of a file on a line that a version reaches; None below all of them."""
        builds = self._shipped.get((product_id, line, name.lower()), ())
        count = bisect_right(builds, version, key=_version_of)
        return builds[bisect_left(builds, builds[count - 1].version, key=_version_of)] if count else None

    def rows_of(self, product_id: str, name: str) -> Sequence[CataloguedRow]:
        """All rows of a product that give a version of a file, in the catalogue's order."""
        if not self._rows:
            for update in self.updates.values():
                for package in update.packages:
                    for row in package.rows:
                        if row.version is not None:
                            key = (update.product, row.name.lower())
                            self._rows[key].append(CataloguedRow(row.version, row, update, package.line or 0))
        return self._rows.get((product_id, name.lower()), ())

    def released_with(self, update: Update) -> Iterable[Update]:
        """The updates of the same product and release day, itself among them; none when its day is not known."""
        return () if update.released is None else self._released[(update.product, update.released)]

    def knows_build(self, product_id: str, name: str, version: FileVersion) -> bool:
        """Whether a level or an update of a product is catalogued with this build of a file, a withdrawn one too."""
        product = self.products[product_id]
        file = product.files.get(name.lower())
        if file is not None and version in file.versions.values():
            return True
        if name.lower() in product.server_files and any(version in one.withdrawn_builds for one in product.levels):
            return True
        return any(
            build.version == version
            for line in range(len(product.levels))
            for build in self.shipped(product_id, line, name)
        )

    def containers(self, update: Update) -> tuple[Update, ...]:
        """The catalogued updates that by the catalogue's word contain or replace this one, step by step, by id."""
        known = self._known_containers.get(update.id)
        if known is not None:
            return known
        found: set[str] = set()
        waiting = [update.id]
        while waiting:
            for container in self._containers.get(waiting.pop(), ()):
                if container not in found and container != update.id:
                    found.add(container)
                    waiting.append(container)
        containers = tuple(self.updates[key] for key in sorted(found) if key in self.updates)
        self._known_containers[update.id] = containers
        return containers

    def bringing(self, product_id: str, level: str) -> Update | None:
        """The service pack or cumulative update that brings a level."""
        return self._bringing.get((product_id, level))

    def level_files(self, product_id: str, index: int) -> Mapping[str, FileVersion]:
        """What a level's own files are, by name: as catalogued, else its headline build, never below a fix in it."""
        known = self._known_level_files.get((product_id, index))
        if known is None:
            known = self._known_level_files[(product_id, index)] = self._find_level_files(product_id, index)
        return known

    def _find_level_files(self, product_id: str, index: int) -> Mapping[str, FileVersion]:
        product = self.products[product_id]
        level = product.levels[index]
        own = {name: own_version(file, level, product) for name, file in product.files.items()}
        wanted = {name: version for name, version in own.items() if version is not None}
        for update in self.updates.values():
            if update.product != product_id:
                continue
            for package in update.packages:
                line = package.line
                if line is None or line >= index or not self.inclusions(update, package)[index]:
                    continue
                for row in required_rows(package):
                    if row.version is not None and row.range is None:
                        name = row.name.lower()
                        wanted[name] = max(wanted.get(name, row.version), row.version)
        return wanted

    def superseded_by(self, update: Update, package: Package | None) -> tuple[str, ...]:
        """The ids of the catalogued updates that replace this one on a package's line, step by step, oldest first."""
        line = package.line if package else None
        key = (update.id, line)
        if key not in self._known_closures and line is not None and (update.product, line) not in self._lines_closed:
            self._lines_closed.add((update.product, line))
            on_line = [one for one, at in self._required if at == line and self.updates[one].product == update.product]
            for one in reversed(self.oldest_first(on_line)):
                self._close(self.updates[one], self._required[one, line].package, line)
        return self._known_closures[key] if key in self._known_closures else self._close(update, package, line)

    def _close(self, update: Update, package: Package | None, line: int | None) -> tuple[str, ...]:
        """Find the closure of one update; where that of a later one is known, it is gone no further there."""
        found: set[str] = set()
        waiting: list[tuple[Update, Package | None]] = [(update, package)]
        while waiting:
            one, its_package = waiting.pop()
            for newer in self._directly(one, its_package):
                if newer in found or newer == update.id:
                    continue
                found.add(newer)
                successor = self.updates[newer]
                same = successor.product == update.product  # a line is of one product
                beyond = self._known_closures.get((newer, line)) if same else None
                if beyond is None:
                    own = (package for package in successor.packages if same and package.line == line)
                    waiting.append((successor, next(own, None)))
                else:
                    found.update(beyond)
        found.discard(update.id)
        closure = self._known_closures[(update.id, line)] = self.oldest_first(found)
        return closure

    def partly_superseded_by(self, update: Update, package: Package | None) -> tuple[str, ...]:
        """The ids of the updates of a line that replace some of an update's required files with later ones, not all."""
        if package is None or package.line is None:
            return ()
        known = self._known_parts.get((update.id, package.line))
        if known is not None:
            return known
        later: set[str] = set()
        for (name, _), version in self._required[update.id, package.line].builds:
            builds = self._shipped[update.product, package.line, name]
            for build in builds[bisect_right(builds, version, key=_version_of) :]:
                if build.of.package.contains_earlier:
                    later.add(build.of.update.id)
        later.discard(update.id)
        later.difference_update(self.superseded_by(update, package))
        self._known_parts[update.id, package.line] = parts = self.oldest_first(later)
        return parts

    def successors(self, update: Update) -> frozenset[str]:
        """The ids of the updates that replace this one by one step, on any line."""
        return frozenset[str]().union(*(self._directly(update, package) for package in (*update.packages, None)))

    def related(self, update: Update) -> dict[str, bool]:
        """The ids of the updates that an update's finding may speak of, or be decided by, on some target.

        True where what is related to those counts as well: one step of each chain is enough.
        """
        beside = {one.id for one in self.released_with(update)}
        leading_on = set(self.successors(update)) | ({update.repeats} if update.repeats else set())
        for package in update.packages:
            beside.update(self.partly_superseded_by(update, package))
            for one in (one for group in package_groups(package, self.products[update.product]) for one in group):
                needed = self.providing(update.product, one)
                if needed is not None:
                    leading_on.add(needed.id)
        beside.discard(update.id)
        leading_on.discard(update.id)
        return {**dict.fromkeys(beside, False), **dict.fromkeys(leading_on, True)}

    def providing(self, product_id: str, needed: Prerequisite) -> Update | None:
        """The update that a prerequisite asks for: the one of that id, or the one that brings its level."""
        if needed.level is not None:
            return self.bringing(product_id, needed.level)
        return self.updates.get(needed.update or "")

    def replaces(self, build: ShippedBuild, update: Update, line: int | None) -> bool:
        """Whether the update that ships a build carries all of another's package for a line, by their file tables."""
        older = self._required.get((update.id, line))
        return older is not None and _replaces_by_files(build.of, older)

    def inclusions(self, update: Update, package: Package | None) -> tuple[str | None, ...]:
        """How each level includes an update, by its package for an earlier line."""
        key = update.id, package.line if package else None
        known = self._known_inclusions.get(key)
        if known is None:
            known = self._known_inclusions[key] = inclusions(update, self.products[update.product], package)
        return known

    def _directly(self, update: Update, package: Package | None) -> Collection[str]:
        key = update.id, package.line if package else None
        known = self._known_steps.get(key)
        if known is None:
            known = self._known_steps[key] = self._find_directly(update, package)
        return known

    def _find_directly(self, update: Update, package: Package | None) -> Collection[str]:
        """What replaces an update by one step; what its file tables show comes in the order of the builds."""
        product = self.products[update.product]
        found = [one for one in self._containers.get(update.id, ()) if one in self.updates]
        if update.level is not None:
            later = product.levels[product.level_index(update.level) + 1 :]
            return dict.fromkeys((*found, *self._ids_of(product, later)))
        found += self._ids_of(product, self._first_including(update, package, product))
        if package is not None and package.line is not None:
            found += self._derived(self._required[update.id, package.line], product, package.line)
        return dict.fromkeys(found)

    def _first_including(self, update: Update, package: Package | None, product: Product) -> Sequence[Level]:
        """The first level after a package's line that includes an update, if any; of no line, the first it names."""
        line = package.line if package else None
        if line is None:
            return [level for level in product.levels if level.name in update.included_in][:1]
        how = self.inclusions(update, package)
        return [level for index, level in enumerate(product.levels) if index > line and how[index]][:1]

    def _ids_of(self, product: Product, levels: Iterable[Level]) -> list[str]:
        """The ids of the updates that bring levels."""
        found = (self.bringing(product.id, level.name) for level in levels)
        return [update.id for update in found if update is not None]

    def chain(self, update: Update, package: Package | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What an update replaces and what replaces it on a package's line, each oldest first, whatever the steps."""
        line = package.line if package else None
        older = {one for one in (*update.contains, *(update.replaces or ())) if one in self.updates}
        if line is not None:
            own = self._required[update.id, line]
            for (name, _), _ in own.builds:
                for build in self._shipped[update.product, line, name]:
                    if _replaces_by_files(own, build.of):
                        older.add(build.of.update.id)
        return self.oldest_first(older), self.superseded_by(update, package)

    def oldest_first(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Ids of catalogued updates by day, then by level, then by number."""
        return tuple(sorted(ids, key=self._positions.__getitem__))

    def _derived(self, older: PackageBuilds, product: Product, line: int) -> Iterator[str]:
        """The ids of the updates whose file tables carry all of an older one's."""
        if not older.builds:
            return
        shipped = [(self._shipped[product.id, line, name], version) for (name, _), version in older.builds]
        builds, least = min(shipped, key=lambda one: len(one[0]))
        for build in builds[bisect_left(builds, least, key=_version_of) :]:
            if _replaces_by_files(build.of, older):
                yield build.of.update.id


def package_groups(package: Package, product: Product) -> tuple[tuple[Prerequisite, ...], ...]:
    """The stated groups, and the stated level of the package where no group names a level.

    The line alone, which follows from the builds, asks for nothing (KB818861 states that it has no prerequisites).
    """
    names_level = any(one.level is not None for group in package.prerequisites for one in group)
    if package.level is None or names_level or product.level_index(package.level) == 0:
        return package.prerequisites
    return (*package.prerequisites, (Prerequisite(level=package.level),))


def _required(update: Update, package: Package, product: Product) -> PackageBuilds:
    builds = tuple(
        [
            ((row.name.lower(), row.platform or product.platform), row.version)
            for row in package.rows
            if row.version is not None and not row.companion
        ]
    )
    return PackageBuilds(update, package, builds, dict(builds))


def _replaces_by_files(newer: PackageBuilds, older: PackageBuilds) -> bool:
    """Whether the file tables show that an update carries all of an older one of its line.

    It carries every required file of it at least at its version, and one above it. A rollup's rows are its markers, not
    its whole table: only another rollup replaces it. MS10-024 brings a later Store.exe than the rollup of August 2004,
    and not the rest of that rollup.
    """
    if newer.update.id == older.update.id or not newer.package.contains_earlier:
        return False
    if older.update.kind is Kind.UPDATE_ROLLUP and newer.update.kind is not Kind.UPDATE_ROLLUP:
        return False
    higher = False
    for key, version in older.builds:
        carried = newer.newest.get(key)
        if carried is None or carried < version:
            return False
        higher = higher or carried > version
    return higher


def inclusions(update: Update, product: Product, package: Package | None) -> tuple[str | None, ...]:
    """How each level of a product includes an update: "stated", "dates", "builds", or None.

    Stated by the catalogue; else the level was released after the update; else, with dates unknown, the own files of
    the level, or of one between it and the update's line, are at least at the rows' versions: a level contains the
    ones before it (KB191014).
    """
    levels = product.levels
    stated = min((product.level_index(name) for name in update.included_in if "/" not in name), default=len(levels))
    line = None if package is None else package.line
    built, rows = update.built, [] if package is None else required_rows(package)
    found: list[str | None] = []
    compared = len(levels) if line is None else line + 1
    has_all = False
    for index, level in enumerate(levels):
        how = None
        if stated <= index:
            how = "stated"
        elif level.released is not None and built is not None:
            how = "dates" if level.released > built else None
        else:
            while compared <= index and not has_all:
                has_all = _has_all(product, levels[compared], rows)
                compared += 1
            how = "builds" if has_all else None
        found.append(how)
    return tuple(found)


def _has_all(product: Product, level: Level, rows: Sequence[FileRow]) -> bool:
    """Whether a level's own files, where all are known, are at least at the rows' versions."""
    for row in rows:
        file = product.files.get(row.name.lower())
        own = file.versions.get(level.name) if file else None
        if own is None or row.version is None or own < row.version:
            return False
    return bool(rows)
