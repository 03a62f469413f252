"""Faults of a catalogue that each row by itself does not show: unknown names, cycles, doubles, dates out of order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.check_builds import check_dates, check_levels, check_packages
from hotfix_check.catalogue.cycles import find_cycles
from hotfix_check.catalogue.outline import row_names
from hotfix_check.catalogue.product import Advisory, Product
from hotfix_check.catalogue.update import Update, cves_of


def check_catalogue(catalogue: Catalogue) -> tuple[str, ...]:
    """All faults, each a line that names the update and the field; none for a catalogue that is in order."""
    updates = {update.id: update for update in catalogue.updates}
    by_product: dict[str, list[Update]] = defaultdict(list)
    for update in catalogue.updates:
        by_product[update.product].append(update)
    faults: list[str] = []
    for product in catalogue.products:
        faults.extend(check_levels(product))
        faults.extend(_too_late(product, by_product[product.id], catalogue.version))
        faults.extend(_levels_brought(product, by_product[product.id]))
        faults.extend(_support(product, catalogue))
        faults.extend(check_dates(by_product[product.id], product))
        for update in by_product[product.id]:
            faults.extend(f"{update.id}: {fault}" for fault in _statements(update))
            faults.extend(f"{update.id}: {fault}" for fault in _references(update, updates))
            faults.extend(f"{update.id}: {fault}" for fault in _replaced(update, updates))
            faults.extend(f"{update.id}: {fault}" for fault in _unlike(update, updates))
            faults.extend(f"{update.id}: {fault}" for fault in check_packages(update, product))
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
    for alias, count in ((alias, update.aliases.count(alias)) for alias in dict.fromkeys(update.aliases)):
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
        ("replaces, contains", {key: _held(update) for key, update in updates.items()}),
        ("prerequisites", {key: _prerequisite_ids(update) for key, update in updates.items()}),
    ):
        for cycle in find_cycles(edges):
            yield f"{cycle[0]}: {field}: a cycle: {' -> '.join([*cycle, cycle[0]])}"


def _held(update: Update) -> list[str]:
    return [*update.contains, *(update.replaces or ())]
