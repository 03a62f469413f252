"""Faults of a catalogue that each row by itself does not show: unknown names, cycles, doubles, dates out of order,
versions against levels and dates: what a misprint in a file table looks like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, pairwise

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.outline import row_names
from hotfix_check.catalogue.product import Advisory, Product, ProductFile, headline_version
from hotfix_check.catalogue.update import FileRow, Package, Update, cves_of, row_day
from hotfix_check.version import FileVersion

_PROGRAMS = (".exe", ".dll")


def check_catalogue(catalogue: Catalogue) -> tuple[str, ...]:
    """All faults, each a line that names the update and the field; none for a catalogue that is in order."""
    updates = {update.id: update for update in catalogue.updates}
    by_product: dict[str, list[Update]] = defaultdict(list)
    for update in catalogue.updates:
        by_product[update.product].append(update)
    faults: list[str] = []
    for product in catalogue.products:
        faults.extend(_level_faults(product))
        faults.extend(_too_late(product, by_product[product.id], catalogue.version))
        faults.extend(_levels_brought(product, by_product[product.id]))
        faults.extend(_support(product, catalogue))
        faults.extend(_dates(by_product[product.id], product))
        for update in by_product[product.id]:
            others = (check(update, updates) for check in (_references, _replaced, _unlike))
            found = chain(_statements(update), *others, _packages(update, product))
            faults.extend(f"{update.id}: {fault}" for fault in found)
    for advisory in catalogue.advisories:
        faults.extend(f"{advisory.id}: {fault}" for fault in _advisory(advisory, catalogue.product(advisory.product)))
    faults.extend(_cves(catalogue))
    faults.extend(_cycles(updates))
    return tuple(faults)


def _cves(catalogue: Catalogue) -> Iterator[str]:
    """Every CVE that an update fixes is described, and every one that is described is fixed, or said not to be."""
    named = {cve: update.id for update in catalogue.updates for cve in cves_of(update)}
    for cve in sorted(named.keys() - catalogue.cves.keys()):
        yield f"{named[cve]}: cves: {cve} is not in the catalogue"
    products = {product.id for product in catalogue.products}
    for one in catalogue.cves.values():
        if one.id not in named and not one.without_fix:
            yield f"{one.id}: no update fixes it, and without_fix names no product"
        for product in sorted(set(one.without_fix) - products):
            yield f"{one.id}: without_fix: {product} is not in the catalogue"


def _support(product: Product, catalogue: Catalogue) -> Iterator[str]:
    """Paid periods follow the end of support and each other; the successor is a product of the catalogue."""
    ends = product.end_of_support
    for period in product.paid_support:
        if ends is None or period.begins < ends:
            yield f"{product.id}: paid_support: {period.begins} is not after the end before it ({ends})"
        ends = period.ends
    if product.successor is not None and product.successor not in {one.id for one in catalogue.products}:
        yield f"{product.id}: successor: {product.successor} is not in the catalogue"


def _levels_brought(product: Product, updates: list[Update]) -> Iterator[str]:
    """Each level but the first ones without a number (Preview, RTM) is brought by one service pack or update."""
    bringing: dict[str, list[str]] = defaultdict(list)
    for update in updates:
        if update.level is not None:
            bringing[update.level].append(update.name)
    for level in product.levels:
        found = bringing[level.name]
        if len(found) > 1:
            yield f"{product.id}: levels: {level.name} is brought by {' and '.join(found)}"
        if not found and level.branch_of is None and level.name not in ("Preview", "RTM"):
            yield f"{product.id}: levels: {level.name} is brought by no update"


def _statements(update: Update) -> Iterator[str]:
    if not update.sources:
        yield "sources: every update needs at least one"
    for alias, count in Counter(update.aliases).items():
        if count > 1:
            yield f"aliases: {alias} appears {count} times"


def _references(update: Update, updates: Mapping[str, Update]) -> Iterator[str]:
    for field, ids in (
        ("replaces", update.replaces or ()),
        ("contains", update.contains),
        ("repeats", () if update.repeats is None else (update.repeats,)),
        ("included_in", [one for one in update.included_in if "/" in one]),
        ("prerequisites", _prerequisite_ids(update)),
    ):
        for one in ids:
            if one not in updates:
                yield f"{field}: {one} is not in the catalogue"


def _replaced(update: Update, updates: Mapping[str, Update]) -> Iterator[str]:
    """What replaces or contains an update was not released before it."""
    for field, held in (("replaces", update.replaces or ()), ("contains", update.contains)):
        for older in (updates[one] for one in held if one in updates):
            if update.built is not None and older.built is not None and update.built < older.built:
                yield f"{field}: {older.name} of {older.built} is newer than this one of {update.built}"
    for container in (updates[one] for one in update.included_in if one in updates):
        if update.built is not None and container.built is not None and container.built < update.built:
            yield f"included_in: {container.name} of {container.built} is older than this one of {update.built}"


def _unlike(update: Update, updates: Mapping[str, Update]) -> Iterator[str]:
    """What replaces an update of its product brings a file of it, or mends the same component, as far as both say."""
    own = row_names(update)
    for older in (updates[one] for one in update.replaces or () if one in updates):
        theirs = row_names(older)
        if older.product != update.product or not own or not theirs or own & theirs:
            continue
        if update.component is None or update.component != older.component:
            yield f"replaces: {older.name} shares neither a file nor a stated component with this update"


def _too_late(product: Product, updates: list[Update], version: str) -> Iterator[str]:
    """Nothing is released after the catalogue's own day. An update that brings a level has the level's day."""
    days = [(f"{product.id}: levels: {level.name}", level.released) for level in product.levels]
    days += [(update.id, update.released) for update in updates if update.level is None]
    months = [(update.id, update.released_month) for update in updates]
    for place, released in (*((place, str(day)) for place, day in days if day is not None), *months):
        if released is not None and released > version:
            yield f"{place}: released: {released} is later than the catalogue ({version})"


def _prerequisite_ids(update: Update) -> list[str]:
    return [
        one.update
        for package in update.packages
        for group in package.prerequisites
        for one in group
        if one.update is not None
    ]


def _advisory(advisory: Advisory, product: Product) -> Iterator[str]:
    for field, version in (("first", advisory.first), ("last", advisory.last)):
        if not product.holds(version):
            yield f"{field}: {version} is not in the product's range"


def _cycles(updates: Mapping[str, Update]) -> Iterator[str]:
    """Updates that, step by step, replace, contain or require themselves."""
    for field, edges in (
        ("replaces, contains", {key: [*one.contains, *(one.replaces or ())] for key, one in updates.items()}),
        ("prerequisites", {key: _prerequisite_ids(update) for key, update in updates.items()}),
    ):
        for cycle in _find_cycles(edges):
            yield f"{cycle[0]}: {field}: a cycle: {' -> '.join([*cycle, cycle[0]])}"


def _level_faults(product: Product) -> Iterator[str]:
    """Levels: dates in order, headline builds in range; a marker's versions in range and never going back."""
    for level in product.levels:
        build = headline_version(level)
        if not product.holds(build):
            yield f"{product.id}: levels: {level.name}: {build} is not in the product's range"
        for first in level.withdrawn_builds:
            if first[:3] != build[:3] or first >= build:
                where = f"{product.id}: levels: {level.name}: withdrawn_builds"
                yield f"{where}: {first} is not an earlier build of it than {build}"
    dated = [(level.released, level.name) for level in product.levels if level.released is not None]
    for (earlier, before), (later, name) in pairwise(dated):
        if earlier > later:
            yield f"{product.id}: levels: {name} is dated before {before}"
    for level in product.levels:
        if level.released and level.end_of_support and level.end_of_support < level.released:
            yield f"{product.id}: levels: {level.name}: end_of_support is before released"
    for file in product.files.values():
        yield from _own_versions(file, product)


def _own_versions(file: ProductFile, product: Product) -> Iterator[str]:
    own = [(level.name, file.versions[level.name]) for level in product.levels if level.name in file.versions]
    for (earlier_name, before), (later_name, after) in pairwise(own):
        if after < before:
            yield f"{product.id}: {file.name}: {later_name} has {after}, below {before} of {earlier_name}"
    for level_name, version in own:
        if not product.holds(version):
            yield f"{product.id}: {file.name}: {level_name}: {version} is not in the product's range"
    if file.marker and not own and not product.by_third_part:
        yield f"{product.id}: {file.name}: versions: a marker that shows no level"


def _packages(update: Update, product: Product) -> Iterator[str]:
    """Rows: each file once, of a build that the product can have, on the line that the package says."""
    for number, package in enumerate(update.packages, 1):
        keys = Counter((row.name.lower(), row.platform, row.language, row.roles) for row in package.rows)
        for (name, platform, _, _), count in keys.items():
            if count > 1:
                yield f"package {number}: {name} appears {count} times for {platform or 'the same platform'}"
        for row in package.rows:
            yield from (f"package {number}: {row.name}: {fault}" for fault in _row(row, product))
        yield from (f"package {number}: {fault}" for fault in _line(update, package, product))


def _row(row: FileRow, product: Product) -> Iterator[str]:
    if row.version is None:
        if row.name.lower().endswith(_PROGRAMS) and row.note is None:
            yield "a program without a version needs a note that explains it"
    elif row.range is None and row.version[:3] < product.levels[0].build[:3]:
        first = product.levels[0]
        yield f"{row.version} is below every build of the product ({first.name} is {'.'.join(map(str, first.build))})"


def _line(update: Update, package: Package, product: Product) -> Iterator[str]:
    own = [row.version for row in package.rows if row.version is not None and row.range is None]
    if not own:
        return
    newest = max(own)
    built_on = product.levels[product.line_of(newest)]
    # A table may give the builds of the level that includes the fix: "obtain the service pack; the files should be at
    # least ...". Such a package is for an earlier line, and has to say which.
    own_of_level = built_on.name in update.included_in and newest[: len(built_on.build)] <= built_on.build
    if package.level not in (None, built_on.name) and not own_of_level:
        yield f"{newest} belongs to the line of {built_on.name}, not {package.level}"
    line = package.line
    for name in update.included_in:
        if "/" not in name and line is not None and product.level_index(name) <= line:
            yield f"included_in: {name} is not later than the package's line, {product.levels[line].name}"


def _dates(updates: Iterable[Update], product: Product) -> Iterator[str]:
    """On one line a file's version never falls as its date rises. Dates are those of rows, else of the release."""
    shipped: dict[tuple[int, str, str | None], list[tuple[date, FileVersion, Update]]] = defaultdict(list)
    for update in updates:
        for package in update.packages:
            line = package.line
            for row in package.rows:
                day = row_day(row) or (update.released if len(package.rows) == 1 else None)
                if line is not None and row.version is not None and row.range is None and day is not None:
                    key = (line, row.name.lower(), row.platform)
                    shipped[key].append((day, row.version, update))
    for (_, name, _), builds in sorted(shipped.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")):
        for (day, before, older), (later, after, newer) in pairwise(sorted(builds, key=lambda one: one[:2])):
            if after < before and later > day:
                yield f"{newer.id}: {name} {after} of {later} is below {before} of {day} ({older.name})"


def _find_cycles(edges: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Each cycle once, found by a depth-first walk without recursion."""
    done: set[str] = set()
    path: dict[str, None] = {}
    waiting = [iter(sorted(edges))]
    while waiting:
        for node in waiting[-1]:
            if node in path:
                yield [*path][[*path].index(node) :]
            elif node in edges and node not in done:
                path[node] = None
                waiting.append(iter(sorted(edges[node])))
                break
        else:
            waiting.pop()
            if path:
                done.add(path.popitem()[0])
