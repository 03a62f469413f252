"""Which of an update's tables judges a target, by its level and the line of its files."""

from __future__ import annotations

from hotfix_check.assess.evidence import ProductEvidence
from hotfix_check.assess.finding import JudgedRow, ProductLevel
from hotfix_check.assess.tables import Table, Tables
from hotfix_check.catalogue.update import Update
from hotfix_check.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Judgement:
    """The table that an update was judged by, and its rows on the target."""

    table: Table
    rows: tuple[JudgedRow, ...]


def table_for(update: Update, level: ProductLevel, evidence: ProductEvidence, tables: Tables) -> Table:
    """The table of an update that judges a target of this level."""
    return tables.of(update, _target_line(update, level, evidence, tables), level.low)


def _target_line(update: Update, level: ProductLevel, evidence: ProductEvidence, tables: Tables) -> int:
    """The target's level; where it is an interval, the line that the update's own files were built on, within it."""
    if level.low == level.high:
        return level.low
    newest = evidence.newest_line(tables.names_of(update))
    return level.low if newest is None else min(max(newest, level.low), level.high)
