"""An outline to a table of plain values and back, as the index keeps it."""

from __future__ import annotations

from typing import Any

from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue.outline import Outline
from hotfix_check.untrusted.fields import Fields

_LISTS = ("programs", "markers", "backups", "setup_keys", "setup_values", "update_keys")


def outline_table(outline: Outline) -> dict[str, Any]:
    """The outline as JSON can hold it."""
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
