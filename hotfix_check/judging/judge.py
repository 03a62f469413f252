"""A catalogue opened and a question asked of it, as values; what targets call for is loaded when they are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.identity import Identities
from hotfix_check.assess.next_steps import NextSteps
from hotfix_check.assess.scope import scope_of
from hotfix_check.assess.support import unsupported
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.index import CatalogueIndex
from hotfix_check.catalogue.outline import Outline
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.file_facts import OnFile
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.target import opened_target
from hotfix_check.judging.catalogues import open_catalogue
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.question import question_of, read_day, verdicts
from hotfix_check.judging.reading import read_for
from hotfix_check.policy import Baseline, Waivers, load_baseline, load_waivers, published


class Judge(Frozen):
    """A question that was asked of a catalogue. Its updates are had by ``prepared``, or all of them by ``whole``.

    ``day`` is the one that waivers and ages are counted on; ``as_of`` is it where the options name one.
    """

    options: JudgeOptions
    question: Question
    outline: Outline
    baseline: Baseline | None
    waivers: Waivers
    fail_on: frozenset[Verdict]
    as_of: date | None
    day: date
    _asked: Catalogue
    _index: CatalogueIndex | None

    @property
    def products(self) -> tuple[Product, ...]:
        """All products of the catalogue."""
        return self._asked.products

    @property
    def version(self) -> str:
        """The catalogue's day."""
        return self._asked.version

    @property
    def sha256(self) -> str:
        """That of the catalogue's files."""
        return self._asked.sha256

    def read(self, path: Path, *, every_pe: bool = False, on_file: OnFile = None) -> tuple[Inventory, ...]:
        """What a path leads to, a host each; with ``every_pe`` also programs that the catalogue does not name."""
        with opened_target(path) as target:
            return read_for(self.outline, target, self.options, every_pe=every_pe, on_file=on_file)

    def prepared(self, inventories: Sequence[Inventory]) -> ReadyJudge:
        """With the updates that judging these targets can depend on; they are to be judged together."""
        if self._index is None:
            return self.whole()
        options = self.options
        identities = Identities(self.products)
        scope = scope_of(inventories, self.products, self.outline, identities)
        names = None if options.kbs or options.cves else scope.names
        claimed = {f"KB{one.kb}" for inventory in inventories for one in inventory.claimed}
        called = (*options.kbs, *options.cves, *claimed)
        products = scope.products.union(*map(self._index.products_of, called))
        catalogue = self._index.catalogue(products, names, options.cve_numbers)
        # A cached index that turned out to be damaged is done without, and with it what was found by its products.
        return _ready(self, catalogue, identities if catalogue.products is self.products else None)

    def whole(self) -> ReadyJudge:
        """With all updates."""
        return _ready(self, self._asked if self._index is None else self._index.catalogue())


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
        _asked=catalogue,
        _index=index,
    )


def _ready(judge: Judge, catalogue: Catalogue, identities: Identities | None = None) -> ReadyJudge:
    assessor = Assessor(catalogue, identities)
    return ReadyJudge(judge=judge, question=judge.question, catalogue=catalogue, assessor=assessor)


def not_there(question: Question, assessment: Assessment) -> Iterator[str]:
    """A warning for each level that was declared for a product that is not on a target."""
    there = {level.product for level in assessment.products}
    for product_id, level in question.assume:
        if product_id not in there:
            yield f"--assume {product_id}={level}: that product was not recognised in {assessment.target}"
