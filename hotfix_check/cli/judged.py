"""Targets judged under a policy, ready to be written down with or without run info."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hotfix_check.assess import Assessment, Verdict
from hotfix_check.assess.next_steps import with_accepted
from hotfix_check.assess.weight import Outcome, outcome_of
from hotfix_check.cli.judging import Judge
from hotfix_check.frozen import dataclass
from hotfix_check.inventory import Inventory
from hotfix_check.policy import Applied, Baseline, Waivers, apply_waivers, load_waivers
from hotfix_check.report.document import ResultDocument
from hotfix_check.report.result import RunInfo, Scope, result_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a scan found; ``fail_on`` are verdicts that make a target's outcome findings."""

    judge: Judge
    assessments: tuple[Assessment, ...]
    fail_on: frozenset[Verdict]
    baseline: Baseline | None
    waivers: Waivers
    applied: Applied

    def document(self, run: RunInfo) -> ResultDocument:
        """The result document, with the run info given."""
        asked, question = self.judge.options, self.judge.question
        behind = {update.kb for update in self.judge.catalogue.updates if update.id in question.ids}
        kbs = sorted(one for one in behind | (question.kbs or frozenset()) if one is not None)
        return result_document(
            self.assessments,
            self.judge.catalogue,
            run,
            Scope(products=asked.products or None, kbs=None if question.kbs is None else tuple(kbs)),
            fail_on=self.fail_on,
            baseline=self.baseline,
            waivers=self.waivers,
            applied=self.applied,
        )

    @property
    def outcomes(self) -> list[Outcome]:
        """What each target comes to, in their order."""
        waived = [*self.applied.by_target, *({} for _ in self.assessments)]
        return [
            outcome_of(assessment, self.fail_on, frozenset(here))
            for assessment, here in zip(self.assessments, waived, strict=False)
        ]

    def bare_document(self) -> ResultDocument:
        """The same without run info, as --no-run-info writes it: equal on every machine."""
        return self.document(RunInfo(as_of=self.judge.as_of))


def judge_all(
    judge: Judge, inventories: Sequence[Inventory], waivers: Path | None, fail_on: frozenset[Verdict], day: date
) -> Judged:
    """Judge inventories; ``day`` is the one that waivers expire by. Raises PolicyError for a bad waiver file."""
    entries = load_waivers(waivers, judge.whole_catalogue()) if waivers else Waivers()
    judge.prepare(inventories)
    judged = [judge.judge(inventory) for inventory in inventories]
    applied = apply_waivers([one for one, _ in judged], entries, day) if entries.entries else Applied()
    accepted = [frozenset(here) for here in applied.by_target] or [frozenset[str]() for _ in judged]
    return Judged(
        judge=judge,
        assessments=tuple(
            with_accepted(assessment, next_steps, here)
            for (assessment, next_steps), here in zip(judged, accepted, strict=True)
        ),
        fail_on=fail_on,
        baseline=judge.baseline,
        waivers=entries,
        applied=applied,
    )
