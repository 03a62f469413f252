"""An update's files on a target, judged by the table that is for the target's level."""

from __future__ import annotations

from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import JudgedRow, ProductLevel
from hotfix_check.assess.identity import readings
from hotfix_check.assess.rows import judge_table
from hotfix_check.assess.tables import Table, Tables
from hotfix_check.catalogue.update import Update
from hotfix_check.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Judgement:
    """The table that an update was judged by, and its rows on the target."""

    table: Table
    rows: tuple[JudgedRow, ...]


def judge_packages(update: Update, level: ProductLevel, evidence: ProductEvidence, tables: Tables) -> Judgement:
    """Judge an update's files on a target."""
    table = tables.of(update, _target_line(update, level, evidence), level.low)
    return Judgement(table, judge_table(table, evidence))


def _target_line(update: Update, level: ProductLevel, evidence: ProductEvidence) -> int:
    """The target's level; where it is an interval, the line that the update's own files were built on, within it."""
    if level.low == level.high:
        return level.low
    names = {row.name for package in update.packages for row in package.rows if row.range is None}
    builds = [min(readings(file)) for file in evidence.counting(names) if file.version is not None]
    if not builds:
        return level.low
    return min(max(evidence.product.line_of(max(builds)), level.low), level.high)
