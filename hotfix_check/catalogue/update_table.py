"""An ``[[update]]`` or ``[[advisory]]`` table of a catalogue file to its value; every fault names its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import get_args

from hotfix_check.catalogue.cve import cve_id
from hotfix_check.catalogue.product import Advisory, AnyRange, Bounds, Product, range_of
from hotfix_check.catalogue.product_table import PLATFORMS, check_roles, file_label
from hotfix_check.catalogue.update import (
    Action,
    ActionKind,
    Availability,
    FileRow,
    Importance,
    Kind,
    Package,
    Prerequisite,
    Restart,
    Update,
    parse_kb,
)
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import shown

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_RESTART = get_args(Restart)
_ACTIONS = get_args(ActionKind)


def read_update(table: Fields, product: Product) -> Update:
    """One update of a product. Raises CatalogueError."""
    kb = _kb(table)
    kind = table.need("kind", table.choice("kind", tuple(Kind)))
    level_name = _level_name(table, "level", product)
    if (level_name is not None) != (kind in (Kind.SERVICE_PACK, Kind.CUMULATIVE_UPDATE)):
        raise table.fault("level", "only a service pack or cumulative update names the level it brings")
    released = table.day("released")
    released_month = _month(table, "released_month")
    if released is not None and released_month is not None:
        raise table.fault("released_month", f"the day is known ({released}): leave the month out")
    if released is None and level_name is not None:
        released = product.levels[product.level_index(level_name)].released
    importance = table.choice("importance", tuple(Importance))
    availability = table.choice("availability", tuple(Availability)) or Availability.PUBLIC
    replaces = _references(table, "replaces", product)
    repeats = table.text("repeats")
    packages = tuple(table.each("package", lambda n, _: f"package {n}", lambda entry: _package(entry, product)))
    _check_lines(table, packages, product)
    update = Update(
        id=update_id(table, product.id),
        kb=kb,
        aliases=table.texts("aliases") or (),
        product=product.id,
        title=table.need("title", table.text("title")),
        kind=kind,
        importance=importance or _usual_importance(kind, availability),
        released=released,
        released_month=released_month,
        level=level_name,
        component=table.text("component"),
        restart=table.choice("restart", _RESTART),
        packages=packages,
        replaces=replaces,
        contains=_references(table, "contains", product) or (),
        included_in=_references(table, "included_in", product, levels=True) or (),
        related=_references(table, "related", product) or (),
        actions=tuple(table.each("actions", lambda n, _: f"action {n}", _action)),
        applies_to=table.texts("applies_to") or (),
        sources=table.need("sources", table.texts("sources")),
        reviewed=table.day("reviewed"),
        availability=availability,
        cves=_cves(table),
        repeats=None if repeats is None else _reference(table, "repeats", repeats, product, levels=False),
    )
    table.finish()
    return update


def _usual_importance(kind: Kind, availability: Availability) -> Importance:
    """What an update weighs where its table does not say: nobody is asked for what was withdrawn."""
    optional = kind is Kind.HOTFIX or availability is Availability.WITHDRAWN
    return Importance.OPTIONAL if optional else Importance.RECOMMENDED


def update_id(table: Fields, product_id: str) -> str:
    """The id of the update in a table: the one it gives itself, else its KB number. Raises CatalogueError."""
    kb = _kb(table)
    own_id = table.text("id") or (f"KB{kb}" if kb is not None else None)
    if own_id is None:
        raise table.fault("kb", "missing (an update without a known number needs an id)")
    return f"{product_id}/{own_id}"


def _kb(table: Fields) -> int | None:
    return table.integer("kb", 10_000, 9_999_999)


def _month(table: Fields, field: str) -> str | None:
    """A year and month, "2004-04": TOML has no type for it."""
    text = table.text(field)
    if text is None or (_MONTH.fullmatch(text) and text > "0001"):
        return text
    raise table.fault(field, f"a month such as 2004-04 expected, found {shown(text)}")


def _check_lines(table: Fields, packages: Sequence[Package], product: Product) -> None:
    """A target's line chooses the package: two of one line could not be told apart."""
    seen: dict[int, int] = {}
    for number, package in enumerate(packages, 1):
        line = package.line
        if line is not None and line in seen:
            level = product.levels[line].name
            raise table.fault("package", f"packages {seen[line]} and {number} are both for the line of {level}")
        if line is not None:
            seen[line] = number


def _level_name(table: Fields, field: str, product: Product) -> str | None:
    name = table.text(field)
    if name is None:
        return None
    try:
        return product.levels[product.level_index(name)].name
    except KeyError:
        known = ", ".join(level.name for level in product.levels)
        raise table.fault(field, f"{shown(name)} is not a level of {product.id} ({known})") from None


def _references(table: Fields, field: str, product: Product, *, levels: bool = False) -> tuple[str, ...] | None:
    values = table.items(field, object, "a list of KB numbers or update ids")
    if values is None:
        return None
    return tuple(_reference(table, field, value, product, levels=levels) for value in values)


def _reference(table: Fields, field: str, value: object, product: Product, *, levels: bool) -> str:
    """A KB number or update id, made into a full id; with ``levels`` also the name of a level."""
    if isinstance(value, int) and 0 <= value < 10**7:
        value = f"KB{value}"
    if not isinstance(value, str):
        raise table.fault(field, f"a KB number or update id expected, found {shown(value)}")
    if levels:
        for level in product.levels:
            if level.name.casefold() == value.casefold():
                return level.name
    if "/" in value:
        return value
    if not value.upper().startswith(("KB", "Q")):
        return f"{product.id}/{value}"
    return f"{product.id}/KB{table.read(field, value, parse_kb)}"


def _package(table: Fields, product: Product) -> Package:
    groups = table.items("prerequisites", list, "a list of groups, each a list of alternatives")
    prerequisites = tuple(tuple(_prerequisite(table, value, product) for value in group) for group in groups or ())
    if any(not group for group in prerequisites):
        raise table.fault("prerequisites", "a group must name at least one level or update")
    level = _level_name(table, "level", product)
    built_for = _level_name(table, "line", product)
    if level is not None and built_for is not None:
        raise table.fault("line", "the level is stated, and the line follows from it: leave it out")
    roles, own = {folder.role for folder in product.folders}, range_of(product.range)
    rows = tuple(_row(row, product, roles, own) for row in table.tables("files", file_label))
    return Package(
        level=level,
        line=_line(level or built_for, rows, product),
        rows=rows,
        prerequisites=prerequisites,
        prerequisites_stated=table.flag("prerequisites_stated", groups is not None),
        contains_earlier=table.flag("contains_earlier", True),
        whole_table=table.flag("whole_table", False),
        limits_only=table.flag("limits_only", False),
        cves=_cves(table),
    )


def _cves(table: Fields) -> tuple[str, ...]:
    return tuple(cve_id(table, "cves", text) for text in table.texts("cves") or ())


def _line(level: str | None, rows: Sequence[FileRow], product: Product) -> int | None:
    if level is not None:
        return product.level_index(level)
    builds = [row.version for row in rows if row.version is not None and row.range is None]
    return product.line_of(max(builds)) if builds else None


def _prerequisite(table: Fields, value: object, product: Product) -> Prerequisite:
    reference = _reference(table, "prerequisites", value, product, levels=True)
    return Prerequisite(update=reference) if "/" in reference else Prerequisite(level=reference)


_OF_A_ROW: dict[str, Callable[[Fields, str], object]] = {
    "version": Fields.version,
    "size": lambda table, field: table.integer(field, 0, 2**40),
    "timestamp": Fields.timestamp,
    "platform": lambda table, field: table.choice(field, PLATFORMS),
    "language": Fields.text,
    "roles": Fields.texts,
    "companion": lambda table, field: table.flag(field, False),
    "where_collected": lambda table, field: table.flag(field, False),
    "range": Fields.specifier,
    "sure": lambda table, field: table.flag(field, True),
    "note": Fields.text,
}
"""How each field of a row is read where it is there: most are not in most of the thousands of rows of a product."""


def _row(table: Fields, product: Product, roles: set[str], own: Bounds | AnyRange) -> FileRow:
    row = FileRow(name=table.need("name", table.text("name")), **table.given(_OF_A_ROW))
    table.finish()
    if "/" in row.name or "\\" in row.name:
        raise table.fault("name", f"{shown(row.name)}: a file name without its folder expected")
    check_roles(table, row.roles, roles)
    if row.version is not None and not (own if row.range is None else range_of(row.range)).hold(row.version):
        raise table.fault(
            "version", f"{row.version} is not in the range {product.range if row.range is None else row.range}"
        )
    return row


def _action(table: Fields) -> Action:
    return Action(kind=table.need("kind", table.choice("kind", _ACTIONS)), text=table.need("text", table.text("text")))


def read_advisory(table: Fields, product: Product) -> Advisory:
    """One advisory of a product. Raises CatalogueError."""
    own_id = table.need("id", table.text("id"))
    advisory = Advisory(
        id=f"{product.id}/{own_id}",
        product=product.id,
        kb=_kb(table),
        file=table.need("file", table.text("file")),
        first=table.need("first", table.version("first")),
        last=table.need("last", table.version("last")),
        text=table.need("text", table.text("text")),
        source=table.need("source", table.text("source")),
    )
    table.finish()
    if advisory.first > advisory.last:
        raise table.fault("last", f"{advisory.last} is below first ({advisory.first})")
    return advisory
