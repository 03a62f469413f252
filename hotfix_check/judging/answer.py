"""Targets judged under a policy, ready to be written down with or without run info."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hotfix_check.assess import Assessment
from hotfix_check.assess.next_steps import NextSteps, with_accepted
from hotfix_check.assess.weight import Outcome, outcome_of
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import Inventory
from hotfix_check.judging.judge import ReadyJudge
from hotfix_check.policy import Applied, apply_waivers
from hotfix_check.report.document import Result
from hotfix_check.report.result import RunInfo, result_document

if TYPE_CHECKING:
    from hotfix_check.configuration import Configuration


class Answer(Frozen):
    """What was found on targets, in their order, and which waivers accept what of it."""

    judge: ReadyJudge
    assessments: tuple[Assessment, ...]
    next_steps: tuple[tuple[NextSteps, ...], ...]
    """What can be planned for each installation of each target."""
    applied: Applied
    configuration: Configuration | None = None

    def document(self, run: RunInfo) -> Result:
        """The result document, with the run info given."""
        judge, question = self.judge.judge, self.judge.question
        behind = {update.kb for update in self.judge.catalogue.updates if update.id in question.ids}
        kbs = sorted(one for one in behind | (question.kbs or frozenset()) if one is not None)
        return result_document(
            self.assessments,
            self.judge.catalogue,
            run,
            products=judge.options.products or None,
            kbs=None if question.kbs is None else kbs,
            fail_on=judge.fail_on,
            baseline=judge.baseline,
            waivers=judge.waivers,
            applied=self.applied,
            configuration=self.configuration,
            relations=self.judge.assessor.relations,
        )

    def bare_document(self) -> Result:
        """The same without run info, as --no-run-info writes it: equal on every machine."""
        return self.document(RunInfo(as_of=self.judge.judge.as_of))

    @property
    def outcomes(self) -> list[Outcome]:
        """What each target comes to, in their order."""
        return [
            outcome_of(assessment, self.judge.judge.fail_on, frozenset(here))
            for assessment, here in zip(self.assessments, self.applied.by_target, strict=True)
        ]


def answer(judge: ReadyJudge, inventories: Sequence[Inventory]) -> Answer:
    """Judge targets under the judge's policy; what was accepted is no next step."""
    judged = [judge.judged(inventory) for inventory in inventories]
    applied = apply_waivers([assessment for assessment, _ in judged], judge.judge.waivers, judge.judge.day)
    accepted = [
        with_accepted(assessment, next_steps, frozenset(here))
        for (assessment, next_steps), here in zip(judged, applied.by_target, strict=True)
    ]
    return Answer(
        judge=judge,
        assessments=tuple(assessment for assessment, _ in accepted),
        next_steps=tuple(next_steps for _, next_steps in accepted),
        applied=applied,
    )
