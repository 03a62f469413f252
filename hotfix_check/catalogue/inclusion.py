"""How service levels include the updates that were built for earlier lines."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.catalogue.product import Level, Product
from hotfix_check.catalogue.update import FileRow, Package, Update, required_rows


def inclusions(update: Update, product: Product, package: Package | None) -> tuple[str | None, ...]:
    """How each level of a product includes an update: "stated", "dates", "builds", or None.

    Stated by the catalogue; else the level was released after the update; else, with dates unknown, the own files of
    the level, or of one between it and the update's line, are at least at the rows' versions: a level contains the
    ones before it (KB191014).
    """
    levels = product.levels
    stated = min((product.level_index(name) for name in update.included_in if "/" not in name), default=len(levels))
    line = None if package is None else package.line
    built, rows = update.built, [] if package is None else required_rows(package)
    found: list[str | None] = []
    compared = len(levels) if line is None else line + 1
    has_all = False
    for index, level in enumerate(levels):
        how = None
        if stated <= index:
            how = "stated"
        elif level.released is not None and built is not None:
            how = "dates" if level.released > built else None
        else:
            while compared <= index and not has_all:
                has_all = _has_all(product, levels[compared], rows)
                compared += 1
            how = "builds" if has_all else None
        found.append(how)
    return tuple(found)


def _has_all(product: Product, level: Level, rows: Sequence[FileRow]) -> bool:
    """Whether a level's own files, where all are known, are at least at the rows' versions."""
    for row in rows:
        file = product.files.get(row.name.lower())
        own = file.versions.get(level.name) if file else None
        if own is None or row.version is None or own < row.version:
            return False
    return bool(rows)
