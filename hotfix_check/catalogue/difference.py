"""What changed from one catalogue to another: updates and levels that came, went, or say something else now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.update import FileRow, Package, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of an update; the empty text where it says nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateChange:
    """An update that both catalogues have; rows are "CU23: ExSetup.exe 15.1.2507.9"."""

    id: str
    fields: tuple[FieldChange, ...]
    rows_added: tuple[str, ...]
    rows_gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChanges:
    """Ids of updates and names of levels ("exchange-2019 CU15"), sorted."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[UpdateChange, ...]
    levels_added: tuple[str, ...]
    levels_gone: tuple[str, ...]


def compare_catalogues(before: Catalogue, after: Catalogue) -> CatalogueChanges:
    """The changes from ``before`` to ``after``."""
    old = {update.id: update for update in before.updates}
    new = {update.id: update for update in after.updates}
    changed = [_change(old[key], new[key]) for key in sorted(old.keys() & new.keys()) if old[key] != new[key]]
    old_levels, new_levels = _levels(before), _levels(after)
    return CatalogueChanges(
        added=tuple(sorted(new.keys() - old.keys())),
        gone=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(changed),
        levels_added=tuple(sorted(new_levels - old_levels)),
        levels_gone=tuple(sorted(old_levels - new_levels)),
    )


def _levels(catalogue: Catalogue) -> set[str]:
    return {f"{product.id} {level.name}" for product in catalogue.products for level in product.levels}


def _change(old: Update, new: Update) -> UpdateChange:
    told = [
        FieldChange(field=field.name, before=_text(before), after=_text(after))
        for field in fields(Update)
        if field.name != "packages" and (before := getattr(old, field.name)) != (after := getattr(new, field.name))
    ]
    before_needs, after_needs = (_needs(update) for update in (old, new))
    if before_needs != after_needs:
        told.append(FieldChange(field="packages", before=before_needs, after=after_needs))
    old_rows, new_rows = set(_rows(old)), set(_rows(new))
    return UpdateChange(
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
    return text if package.contains_earlier else f"{text}, without earlier fixes"


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
    if isinstance(value, tuple):
        return ", ".join(getattr(one, "text", None) or str(one) for one in value) or "nothing"
    return str(value)
