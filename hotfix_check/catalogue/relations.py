"""Which updates replace which: as stated, as contained in a rollup or level, or as the file tables show."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.product import Level, Product, own_version
from hotfix_check.catalogue.update import FileRow, Kind, Package, Prerequisite, Update, required_rows
from hotfix_check.frozen import dataclass
from hotfix_check.version import FileVersion

_version_of = attrgetter("version")


@dataclass(frozen=True, slots=True)
class ShippedBuild:
    """One update's build of one file on one line; ``table`` are the versions of all that its package requires."""

    version: FileVersion
    update: Update
    package: Package
    table: Mapping[tuple[str, str | None], FileVersion]


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
        self._rows: dict[tuple[str, str], list[CataloguedRow]] = defaultdict(list)  # filled when it is first asked for
        self._containers: dict[str, set[str]] = defaultdict(set)
        self._bringing: dict[tuple[str, str], Update] = {}
        self._released: dict[tuple[str, date], list[Update]] = defaultdict(list)
        self._ages: dict[str, tuple[date, int, int, str]] = {}
        # What was found, by an update's id and its package's line: the same for every target.
        self._known_steps: dict[tuple[str, int | None], frozenset[str]] = {}
        self._known_closures: dict[tuple[str, int | None], tuple[str, ...]] = {}
        self._lines_closed: set[tuple[str, int]] = set()
        self._known_parts: dict[tuple[str, int | None], tuple[str, ...]] = {}
        self._known_containers: dict[str, tuple[Update, ...]] = {}
        self._known_level_files: dict[tuple[str, int], Mapping[str, FileVersion]] = {}
        for update in catalogue.updates:
            product = self.products[update.product]
            level = -1 if update.level is None else product.level_index(update.level)
            self._ages[update.id] = (update.built or date.min, level, update.kb or 0, update.id)
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
                if package.line is None:
                    continue
                table = _table(package, product)
                for row in required_rows(package):
                    if row.version is not None:
                        self._shipped[(product.id, package.line, row.name.lower())].append(
                            ShippedBuild(row.version, update, package, table)
                        )
        for builds in self._shipped.values():
            builds.sort(key=_version_of)

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
        wanted: dict[str, FileVersion] = {}
        for name, file in product.files.items():
            own = own_version(file, level, product)
            if own is not None:
                wanted[name] = own
        for update in self.updates.values():
            if update.product != product_id:
                continue
            for package in update.packages:
                line = package.line
                if line is None or line >= index or not level_includes(update, product, index, package):
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
            on_line = [one for one in self.updates.values() if one.product == update.product]
            for one in sorted(on_line, key=lambda one: self._ages[one.id], reverse=True):
                if (its_package := self._package_of(one, line)) is not None:
                    self._close(one, its_package, line)
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
                    waiting.append((successor, self._package_of(successor, line) if same else None))
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
        whole = {*self.superseded_by(update, package), update.id}
        later = {
            build.update.id
            for row in required_rows(package)
            for build in self.shipped(update.product, package.line, row.name)
            if row.version is not None and build.version > row.version and build.package.contains_earlier
        }
        self._known_parts[(update.id, package.line)] = parts = self.oldest_first(later - whole)
        return parts

    def successors(self, update: Update) -> frozenset[str]:
        """The ids of the updates that replace this one by one step, on any line."""
        return frozenset().union(*(self._directly(update, package) for package in (*update.packages, None)))

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

    def _directly(self, update: Update, package: Package | None) -> frozenset[str]:
        product = self.products[update.product]
        key = (update.id, package.line if package else None)
        if key not in self._known_steps:
            self._known_steps[key] = frozenset(self._find_directly(update, package, product))
        return self._known_steps[key]

    def _find_directly(self, update: Update, package: Package | None, product: Product) -> set[str]:
        found = {one for one in self._containers.get(update.id, ()) if one in self.updates}
        if update.level is not None:
            return found | self._later_levels(product, product.level_index(update.level))
        line = package.line if package else None
        level = first_including_level(update, product, line, package)
        if level is not None:
            found |= self._level_ids(product, level)
        if package is not None and line is not None:
            found |= self._derived(update, package, product, line)
        return found

    def _package_of(self, update: Update, line: int | None) -> Package | None:
        """The package of an update for a line, if it has one."""
        return next((package for package in update.packages if package.line == line), None)

    def chain(self, update: Update, package: Package | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What an update replaces and what replaces it on a package's line, each oldest first, whatever the steps."""
        product = self.products[update.product]
        line = package.line if package else None
        older = {one for one in (*update.contains, *(update.replaces or ())) if one in self.updates}
        if package is not None and line is not None:
            table = _table(package, product)
            for row in required_rows(package):
                own = ShippedBuild(row.version or FileVersion(0, 0, 0, 0), update, package, table)
                for build in self.shipped(product.id, line, row.name):
                    if replaces_by_files(own, build.update, build.package, product):
                        older.add(build.update.id)
        return self.oldest_first(older), self.superseded_by(update, package)

    def oldest_first(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Ids of catalogued updates by day, then by level, then by number."""
        return tuple(sorted(ids, key=self._ages.__getitem__))

    def _derived(self, update: Update, package: Package, product: Product, line: int) -> set[str]:
        needed = required_rows(package)
        if not needed:
            return set()
        row = min(needed, key=lambda one: len(self._shipped[(product.id, line, one.name.lower())]))
        least = row.version or FileVersion(0, 0, 0, 0)
        return {
            build.update.id
            for build in self.shipped(product.id, line, row.name)
            if build.version >= least and replaces_by_files(build, update, package, product)
        }

    def _later_levels(self, product: Product, index: int) -> set[str]:
        found: set[str] = set()
        for later in range(index + 1, len(product.levels)):
            found.update(self._level_ids(product, later))
        return found

    def _level_ids(self, product: Product, index: int) -> set[str]:
        update = self.bringing(product.id, product.levels[index].name)
        return {update.id} if update else set()


def package_groups(package: Package, product: Product) -> tuple[tuple[Prerequisite, ...], ...]:
    """The stated groups, and the stated level of the package where no group names a level.

    The line alone, which follows from the builds, asks for nothing (KB818861 states that it has no prerequisites).
    """
    names_level = any(one.level is not None for group in package.prerequisites for one in group)
    if package.level is None or names_level or product.level_index(package.level) == 0:
        return package.prerequisites
    return (*package.prerequisites, (Prerequisite(level=package.level),))


def replaces_by_files(newer: ShippedBuild, older: Update, package: Package, product: Product) -> bool:
    """Whether the file tables show that an update carries all of an older one of its line.

    A rollup's rows are its markers, not its whole table: only another rollup replaces it. MS10-024 brings a later
    Store.exe than the rollup of August 2004, and not the rest of that rollup.
    """
    if newer.update.id == older.id or not newer.package.contains_earlier:
        return False
    if older.kind is Kind.UPDATE_ROLLUP and newer.update.kind is not Kind.UPDATE_ROLLUP:
        return False
    return _covers(newer.table, package, product)


def _table(package: Package, product: Product) -> Mapping[tuple[str, str | None], FileVersion]:
    """The versions of the files that a package requires, by name and platform."""
    return {
        (row.name.lower(), row.platform or product.platform): row.version
        for row in required_rows(package)
        if row.version is not None
    }


def _covers(newer: Mapping[tuple[str, str | None], FileVersion], older: Package, product: Product) -> bool:
    """Whether a package carries every required file of an older one at least at its version, and one above it."""
    higher = False
    needed = required_rows(older)
    for row in needed:
        version = newer.get((row.name.lower(), row.platform or product.platform))
        if version is None or row.version is None or version < row.version:
            return False
        higher = higher or version > row.version
    return bool(needed) and higher


def level_includes(update: Update, product: Product, index: int, package: Package | None) -> str | None:
    """Whether a level includes an update built for an earlier line: "stated", "dates", "builds", or None.

    Stated by the catalogue; else the level was released after the update; else, with dates unknown, the own files of
    the level, or of one between it and the update's line, are at least at the rows' versions: a level contains the
    ones before it (KB191014).
    """
    for name in update.included_in:
        if "/" not in name and product.level_index(name) <= index:
            return "stated"
    level = product.levels[index]
    if level.released is not None and update.built is not None:
        return "dates" if level.released > update.built else None
    line = package.line if package else None
    if package is None or line is None:
        return None
    between = product.levels[line + 1 : index + 1]
    return "builds" if any(_has_all(product, one, required_rows(package)) for one in between) else None


def _has_all(product: Product, level: Level, rows: Sequence[FileRow]) -> bool:
    """Whether a level's own files, where all are known, are at least at the rows' versions."""
    for row in rows:
        file = product.files.get(row.name.lower())
        own = file.versions.get(level.name) if file else None
        if own is None or row.version is None or own < row.version:
            return False
    return bool(rows)


def first_including_level(update: Update, product: Product, line: int | None, package: Package | None) -> int | None:
    """The first level after a line that includes an update."""
    for index in range(0 if line is None else line + 1, len(product.levels)):
        if line is None:
            if any(name == product.levels[index].name for name in update.included_in):
                return index
        elif level_includes(update, product, index, package):
            return index
    return None
