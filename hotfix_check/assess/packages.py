"""Which of an update's packages judges a target, and what a file at or above its version is worth there."""

from __future__ import annotations

from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import JudgedRow, ProductLevel, RowState
from hotfix_check.assess.identity import readings
from hotfix_check.assess.own_files import beside_own_files
from hotfix_check.assess.rows import AtOrAbove, judge_rows
from hotfix_check.catalogue.relations import Supersedence, level_includes
from hotfix_check.catalogue.update import FileRow, Package, Update
from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory import InstalledFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The package that was judged, its line, its rows; how the target's level includes the update, if it does."""

    update: Update
    package: Package | None
    line: int | None
    rows: tuple[JudgedRow, ...]
    at: int
    included: str | None = None
    sibling: Update | None = None


def judge_packages(
    update: Update, level: ProductLevel, evidence: ProductEvidence, relations: Supersedence
) -> Judgement:
    """Judge an update's files on a target.

    The target's own line decides where it has a package. Below the packages' lines, the next higher one is judged.
    Above them, or in a gap between, the level includes the update (``level_includes``) or one that replaces it; else
    the nearest package above is judged, else the files' line says nothing. Where another update of the same day has a
    package for the target's line, that one is the update for it.
    """
    product = evidence.product
    by_line = {package.line: package for package in update.packages if package.line is not None}
    at = _target_line(update, level, evidence)
    if not by_line:
        included = level_includes(update, product, level.low, None)
        package = update.packages[0] if update.packages else None
        rows = judge_rows(package, evidence, _carried) if package else ()
        return Judgement(update=update, package=package, line=None, rows=rows, at=at, included=included)
    judgement = _judge_lines(update, level, at, by_line, evidence, relations)
    if judgement.package is None:
        return judgement
    bounds = (level.low, at)
    rows = beside_own_files(judgement.rows, update, judgement.package, product, bounds, judgement.included)
    return replace(judgement, rows=rows)


def _judge_lines(
    update: Update,
    level: ProductLevel,
    at: int,
    by_line: dict[int, Package],
    evidence: ProductEvidence,
    relations: Supersedence,
) -> Judgement:
    product = evidence.product
    if at in by_line:
        return _judged(update, by_line, at, at, evidence, _own_line(update, at, evidence, relations))
    below = [line for line in by_line if line < at]
    above = [line for line in by_line if line > at]
    sibling = _same_day(update, at, evidence, relations)
    if not below:
        return _judged(update, by_line, min(above), at, evidence, _carried, sibling=sibling)
    nearest = by_line[max(below)]
    included = level_includes(update, product, at, nearest) or _with_successor(update, nearest, at, relations)
    if included:
        return _judged(update, by_line, max(below), at, evidence, _carried, included=included)
    if above:
        return _judged(update, by_line, min(above), at, evidence, _carried, sibling=sibling)
    return _judged(update, by_line, max(below), at, evidence, _exact_only, sibling=sibling)


def _with_successor(update: Update, package: Package, at: int, relations: Supersedence) -> str | None:
    """Whether a level includes an update that replaces this one, and so this one: "chain"."""
    product = relations.products[update.product]
    for one in relations.superseded_by(update, package):
        later = relations.updates[one]
        if later.product != update.product or later.level is None:
            continue
        if product.level_index(later.level) <= at:
            return "chain"
    return None


def _judged(
    update: Update,
    by_line: dict[int, Package],
    line: int,
    at: int,
    evidence: ProductEvidence,
    at_or_above: AtOrAbove,
    *,
    included: str | None = None,
    sibling: Update | None = None,
) -> Judgement:
    return Judgement(
        update=update,
        package=by_line[line],
        line=line,
        rows=judge_rows(by_line[line], evidence, at_or_above),
        at=at,
        included=included,
        sibling=sibling,
    )


def _target_line(update: Update, level: ProductLevel, evidence: ProductEvidence) -> int:
    """The target's level; where it is an interval, the line that the update's own files were built on, within it."""
    if level.low == level.high:
        return level.low
    names = {row.name for package in update.packages for row in package.rows if row.range is None}
    builds = [min(readings(file)) for file in evidence.counting(names) if file.version is not None]
    if not builds:
        return level.low
    return min(max(evidence.product.line_of(max(builds)), level.low), level.high)


def _carried(row: FileRow, file: InstalledFile) -> RowState:
    return RowState.EXACT if file.version == row.version else RowState.LATER


def _exact_only(row: FileRow, file: InstalledFile) -> RowState:
    return RowState.EXACT if file.version == row.version else RowState.OTHER_LINE


def _own_line(update: Update, line: int, evidence: ProductEvidence, relations: Supersedence) -> AtOrAbove:
    """On its own line a later build carries the fix, unless it is of an update that carries only its own month.

    A build between two levels, or above all of them, is on the line of none.
    """

    def at_or_above(row: FileRow, file: InstalledFile) -> RowState:
        if file.version is None or row.version is None or file.version == row.version:
            return RowState.EXACT
        if evidence.product.build_per_level and file.version[:3] != row.version[:3]:
            return RowState.OTHER_LINE  # a higher number of another line proves nothing
        reached = [
            build
            for build in relations.shipped(evidence.product.id, line, row.name)
            if row.version < build.version <= file.version
        ]
        newest = max(reached, key=lambda build: build.version, default=None)
        if newest is not None and not newest.package.contains_earlier:
            return RowState.NOT_CONTAINED
        return RowState.LATER

    return at_or_above


def _same_day(update: Update, line: int, evidence: ProductEvidence, relations: Supersedence) -> Update | None:
    """Another update of the same product and release day that has a package for a line (KB5063221, KB5063222)."""
    return next(
        (
            other
            for other in relations.released_with(update)
            if other.id != update.id and any(package.line == line for package in other.packages)
        ),
        None,
    )
