"""An update's files on a target, judged by the table that is for the target's level."""

from __future__ import annotations

from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import JudgedRow, ProductLevel
from hotfix_check.assess.identity import readings
from hotfix_check.assess.rows import judge_file
from hotfix_check.assess.tables import Tables
from hotfix_check.catalogue.update import Package, Update
from hotfix_check.frozen import dataclass


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


def judge_packages(update: Update, level: ProductLevel, evidence: ProductEvidence, tables: Tables) -> Judgement:
    """Judge an update's files on a target."""
    table = tables.of(update, _target_line(update, level, evidence), level.low)
    at_or_above = table.at_or_above
    return Judgement(
        update=update,
        package=table.package,
        line=table.line,
        rows=tuple([judge_file(file, evidence, at_or_above) for file in table.files]),
        at=table.at,
        included=table.included,
        sibling=table.sibling,
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
