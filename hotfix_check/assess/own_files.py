"""What a level's own files say of an update's rows: stronger than the update's table (KB243604 and the like)."""

from __future__ import annotations

from hotfix_check.assess.finding import MET, JudgedRow, RowState
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.relations import level_includes
from hotfix_check.catalogue.update import Package, Update
from hotfix_check.frozen import replace
from hotfix_check.inventory import InstalledFile
from hotfix_check.version import FileVersion


def beside_own_files(
    rows: tuple[JudgedRow, ...],
    update: Update,
    package: Package,
    product: Product,
    bounds: tuple[int, int],
    included: str | None,
) -> tuple[JudgedRow, ...]:
    """The rows as the own files of a level leave them: ``bounds`` are the lowest that it may be, and that judged by.

    A row above the own version of a level that includes the update is not required from that level on: the table of
    KB231411 gives Mmiext.dll a build that SP3, which includes it, never had. A met row at or below the level's own
    version is met by the plain level, and is evidence of nothing.
    """
    low, at = bounds
    levels = () if included is None else _including(update, package, product, at)
    return tuple(_beside(row, product, low, levels) for row in rows)


def _including(update: Update, package: Package, product: Product, at: int) -> tuple[int, ...]:
    """The levels up to ``at`` that include the update; at least that one."""
    first = 0 if package.line is None else package.line + 1
    return (*(index for index in range(first, at) if level_includes(update, product, index, package)), at)


def _beside(row: JudgedRow, product: Product, low: int, including: tuple[int, ...]) -> JudgedRow:
    version = row.row.version
    known = product.files.get(row.row.name.lower())
    if version is None or known is None or row.row.range is not None:
        return row
    for index in including:
        level = product.levels[index].name
        own = known.versions.get(level)
        if own is not None and own < version and not _below(row, own):
            note = f"{level}, which includes this update, itself has {row.row.name} {own}"
            return replace(row, row=replace(row.row, companion=True), note=note)
    own = known.versions.get(product.levels[low].name)
    of_level = row.state in MET and own is not None and version <= own
    return row if of_level == row.of_level else replace(row, of_level=of_level)


def _below(row: JudgedRow, own: FileVersion) -> bool:
    """Whether a judged copy is older than the level's own file, so that it went backwards further than the level."""
    return row.state is RowState.OLDER and any(
        isinstance(copy.file, InstalledFile) and copy.file.version is not None and copy.file.version < own
        for copy in row.copies
    )
