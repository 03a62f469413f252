"""Which updates replace which: as stated, as contained in a rollup or level, or as the file tables show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.update import FileRow, Package, Update
from hotfix_check.version import FileVersion


def package_line(package: Package, product: Product) -> int | None:
    """The servicing line of a package: as stated, else the level whose build range holds its newest row."""
    if package.level is not None:
        return product.level_index(package.level)
    builds = [row.version for row in package.rows if row.version is not None and row.range is None]
    return product.line_of(max(builds)) if builds else None


def required_rows(package: Package) -> list[FileRow]:
    """The rows that decide: not companions, not files without a version resource."""
    return [row for row in package.rows if not row.companion and row.version is not None]


@dataclass(frozen=True, slots=True)
class ShippedBuild:
    """One update's build of one file on one line."""

    version: FileVersion
    update: Update
    package: Package


class Supersedence:
    """The relations of a catalogue's updates, looked up by file, line and id."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.products: Mapping[str, Product] = {product.id: product for product in catalogue.products}
        self.updates: Mapping[str, Update] = {update.id: update for update in catalogue.updates}
        self._shipped: dict[tuple[str, int, str], list[ShippedBuild]] = defaultdict(list)
        self._containers: dict[str, set[str]] = defaultdict(set)
        self._bringing: dict[tuple[str, str], Update] = {}
        for update in catalogue.updates:
            product = self.products[update.product]
            if update.level is not None:
                self._bringing[(product.id, update.level)] = update
            for contained in (*update.contains, *(update.replaces or ())):
                self._containers[contained].add(update.id)
            for container in update.included_in:
                if "/" in container:
                    self._containers[update.id].add(container)
            for package in update.packages:
                line = package_line(package, product)
                if line is None:
                    continue
                for row in required_rows(package):
                    if row.version is not None:
                        self._shipped[(product.id, line, row.name.lower())].append(
                            ShippedBuild(row.version, update, package)
                        )

    def shipped(self, product_id: str, line: int, name: str) -> Iterable[ShippedBuild]:
        """The catalogued builds of a file on one line of a product."""
        return self._shipped.get((product_id, line, name.lower()), ())

    def knows_build(self, product_id: str, name: str, version: FileVersion) -> bool:
        """Whether a level or an update of a product is catalogued with this build of a file."""
        product = self.products[product_id]
        file = product.files.get(name.lower())
        if file is not None and version in file.versions.values():
            return True
        return any(
            build.version == version
            for line in range(len(product.levels))
            for build in self.shipped(product_id, line, name)
        )

    def containers(self, update: Update) -> tuple[Update, ...]:
        """The catalogued updates that by the catalogue's word contain or replace this one, step by step, by id."""
        found: set[str] = set()
        waiting = [update.id]
        while waiting:
            for container in self._containers.get(waiting.pop(), ()):
                if container not in found and container != update.id:
                    found.add(container)
                    waiting.append(container)
        return tuple(self.updates[key] for key in sorted(found) if key in self.updates)

    def bringing(self, product_id: str, level: str) -> Update | None:
        """The service pack or cumulative update that brings a level."""
        return self._bringing.get((product_id, level))

    def superseded_by(self, update: Update, package: Package | None) -> tuple[str, ...]:
        """The ids of the catalogued updates that replace this one on a package's line, step by step, oldest first."""
        product = self.products[update.product]
        line = package_line(package, product) if package else None
        found: set[str] = set()
        waiting: list[tuple[Update, Package | None]] = [(update, package)]
        while waiting:
            one, its_package = waiting.pop()
            for newer in self._directly(one, its_package, product):
                if newer not in found and newer != update.id:
                    found.add(newer)
                    successor = self.updates[newer]
                    waiting.append((successor, self._package_of(successor, product, line)))
        return self.oldest_first(found)

    def partly_superseded_by(self, update: Update, package: Package | None) -> tuple[str, ...]:
        """The ids of the updates of a line that replace some of an update's required files with later ones, not all."""
        product = self.products[update.product]
        line = package_line(package, product) if package else None
        if package is None or line is None:
            return ()
        whole = {*self.superseded_by(update, package), update.id}
        later = {
            build.update.id
            for row in required_rows(package)
            for build in self.shipped(product.id, line, row.name)
            if row.version is not None and build.version > row.version and build.update.contains_earlier
        }
        return self.oldest_first(later - whole)

    def _directly(self, update: Update, package: Package | None, product: Product) -> set[str]:
        found = {one for one in self._containers.get(update.id, ()) if one in self.updates}
        if update.level is not None:
            return found | self._later_levels(product, product.level_index(update.level))
        line = package_line(package, product) if package else None
        level = first_including_level(update, product, line, package)
        if level is not None:
            found |= self._level_ids(product, level)
        if package is not None and line is not None:
            found |= self._derived(update, package, product, line)
        return found

    def _package_of(self, update: Update, product: Product, line: int | None) -> Package | None:
        """The package of an update for a line; its only one where the lines are not the question."""
        for package in update.packages:
            if package_line(package, product) == line:
                return package
        return None

    def chain(self, update: Update, package: Package | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What an update replaces and what replaces it on a package's line, each oldest first, whatever the steps."""
        product = self.products[update.product]
        line = package_line(package, product) if package else None
        older = {one for one in (*update.contains, *(update.replaces or ())) if one in self.updates}
        if package is not None and line is not None and update.contains_earlier:
            for row in required_rows(package):
                for build in self.shipped(product.id, line, row.name):
                    if build.update.id != update.id and covers(package, build.package, product):
                        older.add(build.update.id)
        return self.oldest_first(older), self.superseded_by(update, package)

    def oldest_first(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Ids of catalogued updates by level, then by day, then by number."""

        def age(update_id: str) -> tuple[date, int, int, str]:
            update = self.updates[update_id]
            product = self.products[update.product]
            level = -1 if update.level is None else product.level_index(update.level)
            return update.built or date.min, level, update.kb or 0, update_id

        return tuple(sorted(ids, key=age))

    def _derived(self, update: Update, package: Package, product: Product, line: int) -> set[str]:
        needed = required_rows(package)
        if not needed:
            return set()
        fewest = min((self._shipped[(product.id, line, row.name.lower())] for row in needed), key=len)
        return {
            build.update.id
            for build in fewest
            if build.update.id != update.id
            and build.update.contains_earlier
            and covers(build.package, package, product)
        }

    def _later_levels(self, product: Product, index: int) -> set[str]:
        found: set[str] = set()
        for later in range(index + 1, len(product.levels)):
            found.update(self._level_ids(product, later))
        return found

    def _level_ids(self, product: Product, index: int) -> set[str]:
        update = self.bringing(product.id, product.levels[index].name)
        return {update.id} if update else set()


def covers(newer: Package, older: Package, product: Product) -> bool:
    """Whether a package carries every required file of an older one at least at its version, and one above it."""
    rows = {
        (row.name.lower(), row.platform or product.platform): row.version
        for row in required_rows(newer)
        if row.version is not None
    }
    higher = False
    needed = required_rows(older)
    for row in needed:
        version = rows.get((row.name.lower(), row.platform or product.platform))
        if version is None or row.version is None or version < row.version:
            return False
        higher = higher or version > row.version
    return bool(needed) and higher


def level_includes(update: Update, product: Product, index: int, package: Package | None) -> str | None:
    """Whether a level includes an update built for an earlier line: "stated", "dates", "builds", or None.

    Stated by the catalogue; else the level was released after the update; else, with dates unknown, the level's own
    files are at least at the rows' versions.
    """
    for name in update.included_in:
        if "/" not in name and product.level_index(name) <= index:
            return "stated"
    level = product.levels[index]
    if level.released is not None and update.built is not None:
        return "dates" if level.released > update.built else None
    needed = required_rows(package) if package else []
    own = [
        (row.version, product.files[row.name.lower()].versions.get(level.name))
        for row in needed
        if row.name.lower() in product.files
    ]
    if needed and len(own) == len(needed) and all(at is not None and row is not None and at >= row for row, at in own):
        return "builds"
    return None


def first_including_level(update: Update, product: Product, line: int | None, package: Package | None) -> int | None:
    """The first level after a line that includes an update."""
    for index in range(0 if line is None else line + 1, len(product.levels)):
        if line is None:
            if any(name == product.levels[index].name for name in update.included_in):
                return index
        elif level_includes(update, product, index, package):
            return index
    return None
