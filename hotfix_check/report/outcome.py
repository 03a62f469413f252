"""What a result means for the caller: the outcome of a target and the exit code of the run. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.finding import Assessment, Finding, Verdict
from hotfix_check.catalogue.update import Importance

CLEAN, FINDINGS, INCOMPLETE = 0, 1, 3

_WEIGHTY = (Importance.REQUIRED, Importance.RECOMMENDED)


def target_outcome(
    assessment: Assessment, fail_on: frozenset[Verdict] = frozenset(), waived: frozenset[str] = frozenset()
) -> str:
    """findings, incomplete, clean or nothing-recognised, as the JSON result names it; ``waived`` are update ids."""
    counted = [finding for finding in assessment.findings if finding.update.id not in waived]
    if assessment.advisories or any(fails(one.verdict, one.importance, fail_on) for one in counted):
        return "findings"
    if not assessment.products and not assessment.unreadable_evidence:
        return "nothing-recognised"
    if not assessment.findings:
        return "incomplete"
    if assessment.unreadable_evidence or not assessment.products or _open_question(assessment, counted):
        return "incomplete"
    return "clean"


def exit_code(
    assessments: Sequence[Assessment],
    fail_on: frozenset[Verdict] = frozenset(),
    waived: Sequence[frozenset[str]] = (),
    *,
    exit_zero: bool = False,
) -> int:
    """1 findings, 3 incomplete or nothing recognised, 0 neither; ``exit_zero`` turns 1 and 3 into 0.

    ``waived`` are the waived update ids of each target, in the order of the targets.
    """
    ids = [*waived, *(frozenset[str]() for _ in assessments)]
    outcomes = {target_outcome(one, fail_on, here) for one, here in zip(assessments, ids, strict=False)}
    if exit_zero or outcomes <= {"clean"}:
        return CLEAN
    return FINDINGS if "findings" in outcomes else INCOMPLETE


def can_be_waived(finding: Finding) -> bool:
    """Whether a finding is of the kind that a waiver accepts: something missing, open, or there though forbidden."""
    weighs = frozenset((Verdict.MISSING, Verdict.PARTIAL, Verdict.UNDETERMINED))
    return fails(finding.verdict, finding.importance, weighs)


def fails(verdict: Verdict, importance: Importance, fail_on: frozenset[Verdict]) -> bool:
    """Whether a finding that no waiver accepts gives exit code 1."""
    if verdict in fail_on:
        return True
    if importance is Importance.FORBIDDEN:
        return verdict in (Verdict.INSTALLED, Verdict.PARTIAL)
    return importance in _WEIGHTY and verdict in (Verdict.MISSING, Verdict.PARTIAL)


def _open_question(assessment: Assessment, counted: Sequence[Finding]) -> bool:
    """Whether something required or recommended is undetermined and nothing that is there supersedes it."""
    there = {
        finding.update.id
        for finding in assessment.findings
        if finding.verdict in (Verdict.INSTALLED, Verdict.SUPERSEDED)
    }
    for finding in counted:
        if finding.verdict is not Verdict.UNDETERMINED or finding.importance not in _WEIGHTY:
            continue
        if there & set(finding.superseded_by):
            continue
        no_table = not any(row.required for row in finding.rows) and finding.update.level is None
        if not no_table or finding.importance is Importance.REQUIRED:
            return True
    return False
