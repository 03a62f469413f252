"""Faults of a catalogue that each row by itself does not show: unknown names, cycles, doubles, dates out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from hotfix_check.catalogue.load import Catalogue
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Update


def check_catalogue(catalogue: Catalogue) -> tuple[str, ...]:
    """All faults, each a line that names the update and the field; none for a catalogue that is in order."""
    updates = {update.id: update for update in catalogue.updates}
    faults = [fault for product in catalogue.products for fault in _levels(product)]
    for update in catalogue.updates:
        faults.extend(f"{update.id}: {fault}" for fault in _references(update, updates))
        faults.extend(f"{update.id}: {fault}" for fault in _rows(update))
    faults.extend(_cycles(updates))
    return tuple(faults)


def _levels(product: Product) -> Iterator[str]:
    dated = [level for level in product.levels if level.released is not None]
    for earlier, later in pairwise(dated):
        if earlier.released and later.released and earlier.released > later.released:
            yield f"{product.id}: levels: {later.name} is dated before {earlier.name}"
    for file in product.files.values():
        own = [(level.name, file.versions[level.name]) for level in product.levels if level.name in file.versions]
        for (earlier_name, before), (later_name, after) in pairwise(own):
            if after < before:
                yield f"{product.id}: {file.name}: {later_name} has {after}, below {before} of {earlier_name}"
        for level, version in own:
            if not product.holds(version):
                yield f"{product.id}: {file.name}: {level}: {version} is not in the product's range"


def _references(update: Update, updates: Mapping[str, Update]) -> Iterator[str]:
    for field, ids in (
        ("contains", update.contains),
        ("included_in", [one for one in update.included_in if "/" in one]),
        ("prerequisites", _prerequisite_ids(update)),
    ):
        for one in ids:
            if one not in updates:
                yield f"{field}: {one} is not in the catalogue"


def _prerequisite_ids(update: Update) -> list[str]:
    return [
        one.update
        for package in update.packages
        for group in package.prerequisites
        for one in group
        if one.update is not None
    ]


def _rows(update: Update) -> Iterator[str]:
    for number, package in enumerate(update.packages, 1):
        keys = Counter((row.name.lower(), row.platform, row.language) for row in package.rows)
        for (name, platform, _), count in keys.items():
            if count > 1:
                yield f"package {number}: {name} is there {count} times for {platform or 'the same platform'}"


def _cycles(updates: Mapping[str, Update]) -> Iterator[str]:
    """Updates that, step by step, replace, contain or require themselves."""
    for field, edges in (
        ("replaces, contains", {key: _held(update) for key, update in updates.items()}),
        ("prerequisites", {key: _prerequisite_ids(update) for key, update in updates.items()}),
    ):
        for cycle in _find_cycles(edges):
            yield f"{cycle[0]}: {field}: a cycle: {' -> '.join([*cycle, cycle[0]])}"


def _held(update: Update) -> list[str]:
    return [*update.contains, *(update.replaces or ())]


def _find_cycles(edges: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Each cycle once, found by a depth-first walk without recursion."""
    done: set[str] = set()
    for start in sorted(edges):
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(node: str) -> None:
            path.append(node)  # noqa: B023
            on_path.add(node)  # noqa: B023
            stack.append((node, iter(sorted(edges.get(node, ())))))  # noqa: B023

        if start not in done:
            enter(start)
        while stack:
            node, following = stack[-1]
            for successor in following:
                if successor in on_path:
                    yield path[path.index(successor) :]
                elif successor not in done and successor in edges:
                    enter(successor)
                    break
            else:
                stack.pop()
                done.add(node)
                on_path.discard(path.pop())
