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
        """The updates that by the catalogue's word contain or replace this one, and are catalogued, by id."""
        ids = sorted(self._containers.get(update.id, ()))
        return tuple(self.updates[key] for key in ids if key in self.updates)

    def bringing(self, product_id: str, level: str) -> Update | None:
        """The service pack or cumulative update that brings a level."""
        return self._bringing.get((product_id, level))

    def superseded_by(self, update: Update, package: Package | None) -> tuple[str, ...]:
        """The ids of the catalogued updates that replace this one on a package's line, sorted."""
        product = self.products[update.product]
        found = {container.id for container in self.containers(update)}
        if update.level is not None:
            found.update(self._later_levels(product, product.level_index(update.level)))
        else:
            line = package_line(package, product) if package else None
            level = first_including_level(update, product, line, package)
            if level is not None:
                found.update(self._level_ids(product, level))
            if package is not None and line is not None:
                found.update(self._derived(update, package, product.id, line))
        found.discard(update.id)
        return tuple(sorted(found))

    def chain(self, update: Update, package: Package | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What an update replaces and what replaces it on a package's line, each oldest first, whatever the steps."""
        newer = self.superseded_by(update, package)
        product = self.products[update.product]
        line = package_line(package, product) if package else None
        older = {one for one in (*update.contains, *(update.replaces or ())) if one in self.updates}
        if package is not None and line is not None:
            for row in required_rows(package):
                for build in self.shipped(product.id, line, row.name):
                    if build.update.id != update.id and update.contains_earlier and self.covers(package, build.package):
                        older.add(build.update.id)
        return self._oldest_first(older), self._oldest_first(newer)

    def _oldest_first(self, ids: Iterable[str]) -> tuple[str, ...]:
        def age(update_id: str) -> tuple[date, str]:
            update = self.updates.get(update_id)
            return (update.built if update else None) or date.max, update_id

        return tuple(sorted(ids, key=age))

    def covers(self, newer: Package, older: Package) -> bool:
        """Whether a package carries every required file of an older one at least at its version, and one above it."""
        rows: dict[tuple[str, str | None], FileVersion] = {}
        for row in required_rows(newer):
            if row.version is not None:
                rows[(row.name.lower(), row.platform)] = row.version
        higher = False
        needed = required_rows(older)
        for row in needed:
            version = rows.get((row.name.lower(), row.platform))
            if version is None or row.version is None or version < row.version:
                return False
            higher = higher or version > row.version
        return bool(needed) and higher

    def _derived(self, update: Update, package: Package, product_id: str, line: int) -> set[str]:
        needed = required_rows(package)
        if not needed:
            return set()
        fewest = min((self._shipped[(product_id, line, row.name.lower())] for row in needed), key=len)
        return {
            build.update.id
            for build in fewest
            if build.update.id != update.id and build.update.contains_earlier and self.covers(build.package, package)
        }

    def _later_levels(self, product: Product, index: int) -> set[str]:
        found: set[str] = set()
        for later in range(index + 1, len(product.levels)):
            found.update(self._level_ids(product, later))
        return found

    def _level_ids(self, product: Product, index: int) -> set[str]:
        update = self.bringing(product.id, product.levels[index].name)
        return {update.id} if update else set()


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
