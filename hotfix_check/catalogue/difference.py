"""What changed from one catalogue to another: what came, went, or says something else now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import starmap
from typing import TYPE_CHECKING, TypeVar

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.cve import Cve
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Package, Update
from hotfix_check.frozen import Frozen

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_Told = TypeVar("_Told", Update, Product, Cve)
_PARTS = ("levels", "folders", "files", "components")


class FieldChange(Frozen):
    """One field of an update; the empty text where it says nothing."""

    field: str
    before: str
    after: str


class EntryChange(Frozen):
    """An update or product that both catalogues have; an update's rows are "CU23: ExSetup.exe 15.1.2507.9"."""

    id: str
    fields: tuple[FieldChange, ...]
    rows_added: tuple[str, ...]
    rows_gone: tuple[str, ...]


class CatalogueChanges(Frozen):
    """Ids of updates and products, names of levels ("exchange-2019 CU15") and whole advisories, sorted."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[EntryChange, ...]
    levels_added: tuple[str, ...]
    levels_gone: tuple[str, ...]
    products_added: tuple[str, ...]
    products_gone: tuple[str, ...]
    products_changed: tuple[EntryChange, ...]
    cves_added: tuple[str, ...]
    cves_gone: tuple[str, ...]
    cves_changed: tuple[EntryChange, ...]
    advisories_added: tuple[str, ...]
    advisories_gone: tuple[str, ...]


def compare_catalogues(before: Catalogue, after: Catalogue) -> CatalogueChanges:
    """The changes from ``before`` to ``after``."""
    updates, new_updates = ({update.id: update for update in one.updates} for one in (before, after))
    products, new_products = ({product.id: product for product in one.products} for one in (before, after))
    levels, new_levels = map(_levels, (before, after))
    advisories, new_advisories = (set(map(_told, one.advisories)) for one in (before, after))
    changed = starmap(_change, _differing(updates, new_updates))
    return CatalogueChanges(
        added=_new(updates, new_updates),
        gone=_new(new_updates, updates),
        changed=tuple(one for one in changed if one.fields or one.rows_added or one.rows_gone),
        levels_added=_new(levels, new_levels),
        levels_gone=_new(new_levels, levels),
        products_added=_new(products, new_products),
        products_gone=_new(new_products, products),
        products_changed=tuple(
            # Levels, folders, files and components are told as rows, whole; a level that came is one among them.
            _entry(new.id, _fields(old, new, but=_PARTS), _parts(old), _parts(new))
            for old, new in _differing(products, new_products)
        ),
        cves_added=_new(before.cves, after.cves),
        cves_gone=_new(after.cves, before.cves),
        cves_changed=tuple(
            _entry(new.id, _fields(old, new, but=()), (), ()) for old, new in _differing(before.cves, after.cves)
        ),
        advisories_added=_new(advisories, new_advisories),
        advisories_gone=_new(new_advisories, advisories),
    )


def _new(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """What only ``after`` has, sorted."""
    return tuple(sorted(set(after) - set(before)))


def _differing(before: Mapping[str, _Told], after: Mapping[str, _Told]) -> Iterator[tuple[_Told, _Told]]:
    """What both have and is not the same."""
    return ((before[key], after[key]) for key in sorted(before.keys() & after.keys()) if before[key] != after[key])


def _entry(key: str, changes: list[FieldChange], before: Iterable[str], after: Iterable[str]) -> EntryChange:
    rows, others = set(before), set(after)
    return EntryChange(id=key, fields=tuple(changes), rows_added=_new(rows, others), rows_gone=_new(others, rows))


def _levels(catalogue: Catalogue) -> set[str]:
    return {f"{product.id} {level.name}" for product in catalogue.products for level in product.levels}


def _parts(product: Product) -> Iterator[str]:
    for name in _PARTS:
        held = getattr(product, name)
        for part in held.values() if isinstance(held, Mapping) else held:
            yield f"{name}: {_told(part)}"


def _told(part: DataclassInstance) -> str:
    """Everything that a part says, so that no change of it is silent."""
    return ", ".join(_said(part))


def _said(part: DataclassInstance, *, but: Sequence[str] = ()) -> list[str]:
    """The fields of a part that say more than their default."""
    values = ((field.name, getattr(part, field.name), field.default) for field in fields(part) if field.name not in but)
    return [f"{name} {_text(value)}" for name, value, default in values if value not in (default, None)]


def _fields(old: _Told, new: _Told, *, but: Sequence[str]) -> list[FieldChange]:
    return [
        FieldChange(field=field.name, before=_text(before), after=_text(after))
        for field in fields(new)
        if field.name not in but and (before := getattr(old, field.name)) != (after := getattr(new, field.name))
    ]


def _change(old: Update, new: Update) -> EntryChange:
    told = _fields(old, new, but=("packages",))
    before, after = ("; ".join(map(_package, update.packages)) for update in (old, new))
    if before != after:
        told.append(FieldChange(field="packages", before=before, after=after))
    return _entry(new.id, told, _rows(old), _rows(new))


def _package(package: Package) -> str:
    """A package without its rows: line, prerequisites, whether it carries earlier fixes."""
    needs = " and ".join(" or ".join(map(str, group)) for group in package.prerequisites)
    text = package.level or "the line of its builds"
    if needs or package.prerequisites_stated:
        text += f", needs {needs or 'nothing'}"
    text = text if package.contains_earlier else f"{text}, without earlier fixes"
    text += ", a whole table" if package.whole_table else ""
    text += ", limits only" if package.limits_only else ""
    return f"{text}, fixes {' '.join(package.cves)}" if package.cves else text


def _rows(update: Update) -> Iterator[str]:
    for package in update.packages:
        for row in package.rows:
            words = (row.name, str(row.version or "without a version"), *_said(row, but=("name", "version")))
            yield f"{package.level or 'the line of its builds'}: {' '.join(words)}"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple) and value and all(isinstance(one, int) for one in value):
        return ".".join(map(str, value))  # a build
    if isinstance(value, tuple):
        return ", ".join(getattr(one, "text", None) or _text(one) for one in value) or "nothing"
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "nothing"
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {one}" for key, one in sorted(value.items())) or "nothing"
    return _told(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
