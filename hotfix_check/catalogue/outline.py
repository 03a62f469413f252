"""What a whole catalogue holds, in short: enough to choose the files to open and the updates to load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from typing import Any

from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue.product import Advisory, Product, headline_version
from hotfix_check.catalogue.update import Update, required_rows
from hotfix_check.frozen import Frozen
from hotfix_check.untrusted.fields import Fields
from hotfix_check.version import FileVersion

_LISTS = ("programs", "markers", "backups", "setup_keys", "setup_values", "update_keys")


class Outline(Frozen):
    """Sums over all updates of a catalogue; the mappings have every product's id, names of files are in lower case.

    ``names``: the files that can be evidence. ``plain_names``: those of them that no row and no product gives a version
    (.cfg, .asp). ``own_ranges``: by file, the ranges that rows give for what is not of their product's own.
    ``newest_builds``: of any file. ``programs``: ends of the paths of folders whose program files are all read.
    ``markers``: files that alone show the updates of a product. ``backups``: as products have them; ``setup_keys``,
    ``setup_values`` and ``update_keys``: as ``Recorded``; ``stub_exports``: by file, as ``Stub``.
    """

    updates: int
    names: Mapping[str, frozenset[str]]
    plain_names: frozenset[str]
    own_ranges: Mapping[str, tuple[SpecifierSet, ...]]
    newest_builds: Mapping[str, FileVersion]
    newest_days: Mapping[str, date | None]
    programs: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    setup_keys: tuple[str, ...] = ()
    setup_values: tuple[str, ...] = ()
    update_keys: tuple[str, ...] = ()
    stub_exports: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_names(self) -> frozenset[str]:
        """The names of all products together."""
        return frozenset[str]().union(*self.names.values())


def make_outline(
    products: tuple[Product, ...], updates: tuple[Update, ...], advisories: tuple[Advisory, ...]
) -> Outline:
    """The outline of these products and updates."""
    rows = [row for update in updates for package in update.packages for row in package.rows]
    versioned = {row.name.lower() for row in rows if row.version is not None}
    known = {name for product in products for name in product.files}
    ranges: dict[str, dict[str, SpecifierSet]] = defaultdict(dict)
    for row in rows:
        if row.range is not None:
            ranges[row.name.lower()].setdefault(str(row.range), row.range)
    recorded = [product.recorded for product in products if product.recorded is not None]
    stubs = [product.stub for product in products if product.stub is not None]
    days: dict[str, date | None] = {product.id: None for product in products}
    for update in updates:
        newest, day = days[update.product], update.built
        if day is not None and (newest is None or day > newest):
            days[update.product] = day
    return Outline(
        updates=len(updates),
        names=_names_by_product(products, updates, advisories),
        plain_names=frozenset({row.name.lower() for row in rows if row.version is None} - versioned - known),
        own_ranges={name: tuple(found[text] for text in sorted(found)) for name, found in sorted(ranges.items())},
        newest_builds=_newest_builds(products, updates),
        newest_days=days,
        # Of folders that are called by the name of an instance only the named files are read.
        programs=_once(
            path
            for product in products
            for folder in product.folders
            for path in folder.paths
            if product.root_of(path) is not None and "*" not in path
        ),
        markers=_once(name for one in products if one.build_per_update for name in one.server_files),
        backups=_once(path for product in products for path in product.backups),
        setup_keys=_once(key for one in recorded for key in one.setup_keys),
        setup_values=_once(value for one in recorded for value in one.values),
        update_keys=_once(one.update_keys.lower() for one in recorded if one.update_keys is not None),
        stub_exports={name: stub.export for stub in stubs for name in sorted(stub.files)},
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


def row_names(update: Update) -> set[str]:
    """The lower-case names of all files in an update's tables."""
    return {row.name.lower() for package in update.packages for row in package.rows}


def deciding_names(update: Update) -> set[str]:
    """Those of them that decide: not the names of companions, which only bear out what others show."""
    return {row.name.lower() for package in update.packages for row in package.rows if not row.companion}


def _names_by_product(
    products: tuple[Product, ...], updates: tuple[Update, ...], advisories: tuple[Advisory, ...]
) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for product in products:
        names[product.id] = set(product.files) | set(product.server_files)
        names[product.id].update(name for folder in product.folders for name in folder.core)
        names[product.id].update(
            marker.lower() for component in product.components.values() for marker in component.markers
        )
    for update in updates:
        names[update.product].update(row_names(update))
    for advisory in advisories:
        names[advisory.product].add(advisory.file.lower())
    return {product: frozenset(found) for product, found in names.items()}


def _newest_builds(products: tuple[Product, ...], updates: tuple[Update, ...]) -> dict[str, FileVersion]:
    newest = {
        product.id: max(
            headline_version(product.levels[-1]),
            *(version for file in product.files.values() for version in file.versions.values()),
            FileVersion(0, 0, 0, 0),
        )
        for product in products
    }
    for update in updates:
        for package in update.packages:
            if package.line is None:
                continue
            for row in required_rows(package):
                if row.version is not None and row.version > newest[update.product]:
                    newest[update.product] = row.version
    return newest


def outline_table(outline: Outline) -> dict[str, Any]:
    """The outline as the index keeps it, in JSON."""
    return {
        "updates": outline.updates,
        "names": {product: sorted(names) for product, names in outline.names.items()},
        "plain_names": sorted(outline.plain_names),
        "own_ranges": {name: [str(one) for one in ranges] for name, ranges in outline.own_ranges.items()},
        "newest_builds": {product: str(build) for product, build in outline.newest_builds.items()},
        "newest_days": {product: str(day) for product, day in outline.newest_days.items() if day is not None},
        **{name: list(getattr(outline, name)) for name in _LISTS},
        "stub_exports": dict(outline.stub_exports),
    }


def read_outline(table: Fields) -> Outline:
    """The outline of such a table. Raises CatalogueError."""
    names, ranges, builds, days, stubs = (
        table.need(field, table.inner(field))
        for field in ("names", "own_ranges", "newest_builds", "newest_days", "stub_exports")
    )
    outline = Outline(
        updates=table.need("updates", table.integer("updates", 0, 1_000_000_000)),
        names={product: frozenset(names.texts(product) or ()) for product in names.table},
        plain_names=frozenset(table.need("plain_names", table.texts("plain_names"))),
        own_ranges={
            name: tuple(ranges.read(name, text, SpecifierSet) for text in ranges.texts(name) or ())
            for name in ranges.table
        },
        newest_builds={product: builds.need(product, builds.version(product)) for product in builds.table},
        newest_days={product: days.day(product) for product in names.table},
        stub_exports={name: stubs.need(name, stubs.text(name)) for name in stubs.table},
        **{name: table.texts(name) or () for name in _LISTS},
    )
    table.finish()
    if set(outline.newest_builds) != set(outline.names):
        raise table.fault("newest_builds", "a build for each product of names expected")
    return outline
