"""The finding on an update: its answer with prerequisites, what replaces it, what to install, what would settle it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.assess.answer import Answer
from hotfix_check.assess.finding import (
    MET,
    OPEN,
    PASSED,
    Basis,
    Confidence,
    Finding,
    PrerequisiteState,
    RowState,
    Settle,
    Verdict,
)
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.catalogue.update import Importance, Update


def make_finding(
    judge: ProductUpdates, update: Update, importance: Importance, as_of: date | None, root: str | None = None
) -> Finding:
    """All that is said of one update on an installation at ``root``, but for the advice, which needs the others.

    In brief nothing of its grounds, which alike installations do not share.
    """
    answer, brief = judge.answer(update), judge.alike is not None
    table = answer.judgement.table
    package, line = table.package, table.line
    prerequisites = tuple(map(judge.prerequisites.state, table.needed))
    unmet = [group.requires for group in prerequisites if group.state == "unmet"]
    return Finding(
        update=update,
        importance=importance,
        verdict=answer.verdict,
        confidence=Confidence.LOW if brief else answer.confidence,
        line=None if line is None else judge.product.levels[line].name,
        package=package,
        reasons=() if brief else answer.reasons,
        satisfied_by=() if brief else answer.satisfied_by,
        superseded_by=table.superseded_by,
        partly_superseded_by=table.partly_superseded_by,
        advice=(),
        anomalies=() if brief else (*answer.anomalies, *_beside_the_answer(answer, unmet, as_of)),
        prerequisites=prerequisites,
        prerequisites_stated=package is not None and package.prerequisites_stated,
        blocked=bool(unmet) and answer.verdict in OPEN,
        rows=answer.judgement.rows,
        installation=root,
        settle_with=() if brief else _settle_with(judge, answer, prerequisites),
    )


def _beside_the_answer(answer: Answer, unmet: Sequence[str], as_of: date | None) -> Iterator[Anomaly]:
    """What is odd about an update that is there without what it needs, or of which nobody knows when it came out."""
    update = answer.judgement.table.update
    if unmet and answer.verdict in PASSED and any(row.state in MET for row in answer.judgement.rows):
        absent = f"it needs {' and '.join(unmet)}, which is not there"
        yield Anomaly(AnomalyCode.PREREQUISITE_ABSENT, absent)
    if as_of is not None and update.released is None:
        built = f"its files date from {update.built}" if update.built else "none of its dates is known"
        if update.released_month is not None:
            built = f"only its month is known, {update.released_month}"
        undated = f"{built}, so whether it was available on {as_of} is unknown"
        yield Anomaly(AnomalyCode.UNDATED, undated)


def _settle_with(
    judge: ProductUpdates, answer: Answer, prerequisites: tuple[PrerequisiteState, ...]
) -> tuple[Settle, ...]:
    open_ = answer.verdict is Verdict.UNDETERMINED
    unsure = [group for group in prerequisites if group.state == "unknown" or group.basis == Basis.INFERRED]
    if not open_ and not unsure:
        return ()
    asked: list[Settle] = []
    if open_:
        for row in answer.judgement.rows:
            if row.required and row.state in (RowState.NOT_COLLECTED, RowState.UNREADABLE):
                why = "not collected" if row.state is RowState.NOT_COLLECTED else "the copy cannot be read"
                role = row.roles[0] if len(row.roles) == 1 else None
                asked.append(Settle(file=row.row.name, role=role, why=why))
    by_level = open_ and answer.judgement.table.package is None
    reported = judge.level.basis is Basis.RECORDED
    unseen = not judge.level.exact or (by_level and judge.level.basis is Basis.INFERRED)
    open_level = unseen and (reported or not judge.level.anomalies)
    if (by_level or unsure) and judge.on_target and open_level:
        marker = _telling_marker(judge)
        if marker is not None:
            asked.append(marker)
    return tuple(asked)


def _telling_marker(judge: ProductUpdates) -> Settle | None:
    """A marker that was not collected and has its own version at the most levels, so that it tells them apart."""
    collected = {vote.file.lower() for vote in judge.level.votes}
    best = max(
        (file for file in judge.product.files.values() if file.marker and file.name.lower() not in collected),
        key=lambda file: (
            file.name.lower() in judge.product.server_files,
            len(set(file.versions.values())),
            file.name,
        ),
        default=None,
    )
    if best is None:
        return None
    role = best.roles[0] if len(best.roles) == 1 else None
    return Settle(file=best.name, role=role, why="its version shows the service level")
