"""What a result means for the caller: which findings count, the outcome of a target, the exit code of a run. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from enum import StrEnum

from hotfix_check.assess.finding import (
    OPEN,
    PASSED,
    Assessment,
    Exposure,
    ExposureState,
    Finding,
    HeldAdvisory,
    Verdict,
)
from hotfix_check.catalogue.update import Importance
from hotfix_check.exit_code import ExitCode

WEIGHTY = (Importance.REQUIRED, Importance.RECOMMENDED)
"""What is to be there unless a site says otherwise. What is optional counts for nothing until somebody asks for it."""


_WORST_FIRST = tuple(Verdict)


class Outcome(StrEnum):
    """What a target comes to, weightiest first."""

    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    NOTHING_RECOGNISED = "nothing-recognised"
    CLEAN = "clean"


_CODES = {Outcome.CLEAN: ExitCode.CLEAN, Outcome.FINDINGS: ExitCode.FINDINGS}


def fails(verdict: Verdict, importance: Importance, fail_on: frozenset[Verdict] = frozenset()) -> bool:
    """Whether a finding that no waiver accepts gives exit code 1; ``fail_on`` are verdicts that do in any case."""
    if verdict in fail_on:
        return True
    if importance is Importance.FORBIDDEN:
        return verdict in (Verdict.INSTALLED, Verdict.PARTIAL)
    return importance in WEIGHTY and verdict in OPEN


def can_be_waived(finding: Finding) -> bool:
    """Whether a finding is of the kind that a waiver accepts: something missing, open, or there though forbidden."""
    return fails(finding.verdict, finding.importance, frozenset((*OPEN, Verdict.UNDETERMINED)))


def counted(assessment: Assessment) -> list[Finding]:
    """The findings that decide anything: those on a shadow copy do not where the product is elsewhere too."""
    aside = _aside(assessment)
    return [one for one in assessment.findings if (one.update.product, one.installation) not in aside]


def holding(assessment: Assessment, waived: Container[str] = ()) -> list[HeldAdvisory]:
    """The advisories that count and that no waiver accepts."""
    aside = _aside(assessment)
    return [
        held
        for held in assessment.advisories
        if held.counts and held.advisory.id not in waived and (held.advisory.product, held.installation) not in aside
    ]


def _aside(assessment: Assessment) -> set[tuple[str, str | None]]:
    """Product and root of the installations that decide nothing."""
    return {(one.product, one.root) for one in assessment.installations if not one.counts}


def worst_of_each(findings: Iterable[Finding]) -> list[Finding]:
    """One finding an update, the worst of those on several installations: a host is no better than that."""
    worst: dict[str, Finding] = {}
    for one in findings:
        known = worst.setdefault(one.update.id, one)
        if _WORST_FIRST.index(one.verdict) < _WORST_FIRST.index(known.verdict):
            worst[one.update.id] = one
    return list(worst.values())


def outcome_of(
    assessment: Assessment, fail_on: frozenset[Verdict] = frozenset(), waived: frozenset[str] = frozenset()
) -> Outcome:
    """What a target comes to; ``waived`` are the ids of the updates and advisories that a waiver accepts."""
    findings = counted(assessment)
    weighing = [finding for finding in findings if finding.update.id not in waived]
    asked = {one.state for one in unfixed_as_asked(assessment) if one.fixed_by not in waived}
    failing = any(fails(one.verdict, one.importance, fail_on) for one in weighing)
    if failing or holding(assessment, waived) or ExposureState.EXPOSED in asked:
        return Outcome.FINDINGS
    if not assessment.products and not assessment.unreadable_evidence:
        return Outcome.NOTHING_RECOGNISED
    if not findings or not assessment.products or assessment.unreadable_evidence or assessment.beyond_catalogue:
        return Outcome.INCOMPLETE
    return Outcome.INCOMPLETE if asked or any(open_questions(weighing, findings)) else Outcome.CLEAN


def unfixed_as_asked(assessment: Assessment) -> Iterator[Exposure]:
    """The CVEs that were asked for and are not fixed: an update that is there can leave one open, or to configure."""
    for installation in assessment.installations:
        for exposure in installation.exposures if installation.counts else ():
            if exposure.cve in assessment.asked_cves and exposure.state is not ExposureState.FIXED:
                yield exposure


def open_questions(weighing: Sequence[Finding], findings: Sequence[Finding]) -> Iterable[Finding]:
    """What is required or recommended and undetermined, unless something that is there supersedes it.

    That the catalogue has no file table of an update counts only where that update is required.
    """
    there = {(one.update.id, one.installation) for one in findings if one.verdict in PASSED}
    for finding in weighing:
        if finding.verdict is not Verdict.UNDETERMINED or finding.importance not in WEIGHTY:
            continue
        if any((newer, finding.installation) in there for newer in finding.superseded_by):
            continue
        no_table = not any(row.required for row in finding.rows) and finding.update.level is None
        if not no_table or finding.importance is Importance.REQUIRED:
            yield finding


def exit_code(outcomes: Iterable[str], *, exit_zero: bool = False) -> ExitCode:
    """Of several targets findings go before what is incomplete, and that before what is clean.

    ``exit_zero`` turns 1 and 3 into 0. Nothing at all is incomplete.
    """
    codes = {_CODES.get(Outcome(one), ExitCode.INCOMPLETE) for one in outcomes} or {ExitCode.INCOMPLETE}
    if exit_zero:
        return ExitCode.CLEAN
    return ExitCode.FINDINGS if ExitCode.FINDINGS in codes else max(codes)
