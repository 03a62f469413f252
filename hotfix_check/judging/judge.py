"""A catalogue opened, a question asked of it and its answer, as values; what targets call for is loaded with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.identity import Identities
from hotfix_check.assess.next_steps import NextSteps, with_accepted
from hotfix_check.assess.scope import scope_of
from hotfix_check.assess.support import unsupported
from hotfix_check.assess.weight import Outcome, outcome_of
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.index import CatalogueIndex
from hotfix_check.catalogue.outline import Outline
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.target import opened_target
from hotfix_check.judging.catalogues import open_catalogue
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.question import question_of, read_day, verdicts
from hotfix_check.judging.reading import read_for
from hotfix_check.policy import Applied, Baseline, Waivers, apply_waivers, load_baseline, load_waivers, published
from hotfix_check.report.document import Result, RunDocument
from hotfix_check.report.names import day_text
from hotfix_check.report.result import result_document

if TYPE_CHECKING:
    from hotfix_check.configuration import Configuration


class Judge(Frozen):
    """A question that was asked of a catalogue. Its updates are had by ``prepared``, or all of them by ``whole``.

    ``asked`` is the catalogue with all its products, but no more updates than the question itself needs. ``day`` is the
    one that waivers and ages are counted on; ``as_of`` is it where the options name one.
    """

    options: JudgeOptions
    question: Question
    outline: Outline
    baseline: Baseline | None
    waivers: Waivers
    fail_on: frozenset[Verdict]
    as_of: date | None
    day: date
    asked: Catalogue
    _index: CatalogueIndex | None

    def read(self, path: Path) -> tuple[Inventory, ...]:
        """What a path leads to, a host each."""
        with opened_target(path) as target:
            return read_for(self.outline, target, self.options, every_pe=False)

    def prepared(self, inventories: Sequence[Inventory]) -> ReadyJudge:
        """With the updates that judging these targets can depend on; they are to be judged together."""
        if self._index is None:
            return self.whole()
        options = self.options
        identities = Identities(self.asked.products)
        scope = scope_of(inventories, self.asked.products, self.outline, identities)
        names = None if options.kbs or options.cves else scope.names
        claimed = {f"KB{one.kb}" for inventory in inventories for one in inventory.claimed}
        called = (*options.kbs, *options.cves, *claimed)
        products = scope.products.union(*map(self._index.products_of, called))
        catalogue = self._index.catalogue(products, names, options.cve_numbers)
        # A cached index that turned out to be damaged is done without, and with it what was found by its products.
        return _ready(self, catalogue, identities if catalogue.products is self.asked.products else None)

    def whole(self) -> ReadyJudge:
        """With all updates."""
        return _ready(self, self.asked if self._index is None else self._index.catalogue())


class ReadyJudge(Frozen):
    """A judge with the updates that it was made ready with, to be put to targets."""

    judge: Judge
    question: Question
    catalogue: Catalogue
    assessor: Assessor

    def assess(self, inventory: Inventory) -> Assessment:
        """The answer for one target."""
        return self.judged(inventory)[0]

    def judged(self, inventory: Inventory) -> tuple[Assessment, tuple[NextSteps, ...]]:
        """The same, and beside it what can be planned for each of its installations, in their order."""
        return self.assessor.judge(inventory, self.question)


class Answer(Frozen):
    """What was found on targets, in their order, and which waivers accept what of it."""

    judge: ReadyJudge
    assessments: tuple[Assessment, ...]
    next_steps: tuple[tuple[NextSteps, ...], ...]
    """What can be planned for each installation of each target."""
    applied: Applied
    configuration: Configuration | None = None

    def document(self, run: RunDocument) -> Result:
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
        return self.document(RunDocument(as_of=day_text(self.judge.judge.as_of)))

    @property
    def outcomes(self) -> list[Outcome]:
        """What each target comes to, in their order."""
        return [
            outcome_of(assessment, self.judge.judge.fail_on, frozenset(here))
            for assessment, here in zip(self.assessments, self.applied.by_target, strict=True)
        ]


def ask(options: JudgeOptions, targets: Sequence[Path], *, day: date) -> Judge:
    """Open the catalogue and ask it what the options say, to be put to these targets.

    ``day`` counts where the options name none. Raises HotfixCheckError when it cannot be asked.
    """
    as_of = read_day("--as-of", options.as_of)
    fail_on = verdicts("--fail-on", options.fail_on)
    opened = open_catalogue(options.catalogues, targets)
    index: CatalogueIndex | None = None
    if isinstance(opened, Catalogue):
        catalogue = opened
    elif options.baseline is None and options.waivers is None and as_of is None:
        index = opened
        products = {name: index.products_of(name) for name in (*options.kbs, *options.cves)}
        # Of a name that nothing has the nearest is told, of all there are.
        known = all(products.values())
        asked = frozenset[str]().union(*products.values()) if known else None
        catalogue = index.catalogue(asked, cves=options.cve_numbers)
    else:
        catalogue = opened.catalogue()
    baseline = None if options.baseline is None else load_baseline(options.baseline, catalogue)
    if as_of is not None:
        catalogue = published(catalogue, as_of)
    waivers = Waivers() if options.waivers is None else load_waivers(options.waivers, catalogue)
    return Judge(
        options=options,
        question=replace(
            question_of(options, catalogue, {} if baseline is None else baseline.importance, as_of),
            unsupported=unsupported(catalogue.products, as_of or day),
            accepted=frozenset() if baseline is None else baseline.accepted,
        ),
        outline=catalogue.outline(),
        baseline=baseline,
        waivers=waivers,
        fail_on=fail_on,
        as_of=as_of,
        day=as_of or day,
        asked=catalogue,
        _index=index,
    )


def _ready(judge: Judge, catalogue: Catalogue, identities: Identities | None = None) -> ReadyJudge:
    assessor = Assessor(catalogue, identities)
    return ReadyJudge(judge=judge, question=judge.question, catalogue=catalogue, assessor=assessor)


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


def not_there(question: Question, assessment: Assessment) -> Iterator[str]:
    """A warning for each level that was declared for a product that is not on a target."""
    there = {level.product for level in assessment.products}
    for product_id, level in question.assume:
        if product_id not in there:
            yield f"--assume {product_id}={level}: that product was not recognised in {assessment.target}"
