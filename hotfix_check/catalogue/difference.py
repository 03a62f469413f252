"""What changed from one catalogue to another: what came, went, or says something else now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.cve import Cve
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import FileRow, Package, Update
from hotfix_check.frozen import Frozen

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


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
    old = {update.id: update for update in before.updates}
    new = {update.id: update for update in after.updates}
    changed = [_change(old[key], new[key]) for key in sorted(old.keys() & new.keys()) if old[key] != new[key]]
    old_levels, new_levels = _levels(before), _levels(after)
    products = {product.id: product for product in before.products}
    others = {product.id: product for product in after.products}
    both = sorted(products.keys() & others.keys())
    said, says = set(map(_told, before.advisories)), set(map(_told, after.advisories))
    return CatalogueChanges(
        added=tuple(sorted(new.keys() - old.keys())),
        gone=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(one for one in changed if one.fields or one.rows_added or one.rows_gone),
        levels_added=tuple(sorted(new_levels - old_levels)),
        levels_gone=tuple(sorted(old_levels - new_levels)),
        products_added=tuple(sorted(others.keys() - products.keys())),
        products_gone=tuple(sorted(products.keys() - others.keys())),
        products_changed=tuple(
            _product_change(products[key], others[key]) for key in both if products[key] != others[key]
        ),
        cves_added=tuple(sorted(after.cves.keys() - before.cves.keys())),
        cves_gone=tuple(sorted(before.cves.keys() - after.cves.keys())),
        cves_changed=tuple(
            EntryChange(
                id=key, fields=tuple(_fields(before.cves[key], after.cves[key], but=())), rows_added=(), rows_gone=()
            )
            for key in sorted(before.cves.keys() & after.cves.keys())
            if before.cves[key] != after.cves[key]
        ),
        advisories_added=tuple(sorted(says - said)),
        advisories_gone=tuple(sorted(said - says)),
    )


def _levels(catalogue: Catalogue) -> set[str]:
    return {f"{product.id} {level.name}" for product in catalogue.products for level in product.levels}


def _product_change(old: Product, new: Product) -> EntryChange:
    """Levels, folders, files and components are told as rows, whole; a level that came is one among them."""
    rows, others = set(_parts(old)), set(_parts(new))
    return EntryChange(
        id=new.id,
        fields=tuple(_fields(old, new, but=_PARTS)),
        rows_added=tuple(sorted(others - rows)),
        rows_gone=tuple(sorted(rows - others)),
    )


_Told = TypeVar("_Told", Update, Product, Cve)
_PARTS = ("levels", "folders", "files", "components")


def _parts(product: Product) -> Iterator[str]:
    for name in _PARTS:
        held = getattr(product, name)
        for part in held.values() if isinstance(held, Mapping) else held:
            yield f"{name}: {_told(part)}"


def _told(part: DataclassInstance) -> str:
    """Everything that a part says, so that no change of it is silent."""
    values = ((field.name, getattr(part, field.name), field.default) for field in fields(part))
    return ", ".join(f"{name} {_text(value)}" for name, value, default in values if value not in (default, None))


def _fields(old: _Told, new: _Told, *, but: Sequence[str]) -> list[FieldChange]:
    return [
        FieldChange(field=field.name, before=_text(before), after=_text(after))
        for field in fields(new)
        if field.name not in but and (before := getattr(old, field.name)) != (after := getattr(new, field.name))
    ]


def _change(old: Update, new: Update) -> EntryChange:
    told = _fields(old, new, but=("packages",))
    before_needs, after_needs = (_needs(update) for update in (old, new))
    if before_needs != after_needs:
        told.append(FieldChange(field="packages", before=before_needs, after=after_needs))
    old_rows, new_rows = set(_rows(old)), set(_rows(new))
    return EntryChange(
        id=new.id,
        fields=tuple(told),
        rows_added=tuple(sorted(new_rows - old_rows)),
        rows_gone=tuple(sorted(old_rows - new_rows)),
    )


def _needs(update: Update) -> str:
    """The packages without their rows: line, prerequisites, whether they carry earlier fixes."""
    return "; ".join(_package(package) for package in update.packages)


def _package(package: Package) -> str:
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
            yield f"{package.level or 'the line of its builds'}: {_row(row)}"


def _row(row: FileRow) -> str:
    """Everything that a row says, so that no change of it is silent."""
    words = [row.name, str(row.version or "without a version")]
    for field in fields(FileRow):
        value = getattr(row, field.name)
        if field.name not in ("name", "version") and value != field.default:
            words.append(f"{field.name} {_text(value)}")
    return " ".join(words)


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
