"""The verdict on an update that brings a service level: by the level that the target is of."""

from __future__ import annotations

from hotfix_check.assess.answer import Answer, make_answer
from hotfix_check.assess.finding import Basis, Confidence, ProductLevel, SatisfiedBy, Verdict
from hotfix_check.assess.levels import interval_words
from hotfix_check.assess.packages import Judgement
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.relations import Supersedence


class ByLevel:
    """What the level of a product on a target says of the updates that bring its levels."""

    def __init__(self, product: Product, level: ProductLevel, relations: Supersedence) -> None:
        self.product = product
        self.level = level
        self._relations = relations
        self._levels: dict[int, tuple[SatisfiedBy, ...]] = {}

    def answer(self, name: str, judgement: Judgement) -> Answer:
        index, level = self.product.level_index(name), self.level
        firm = Confidence.HIGH if level.basis is Basis.MARKERS else Confidence.MEDIUM
        words = interval_words(self.product, level.low, level.high)
        how = "inferred from the builds of its files" if level.basis is Basis.INFERRED else f"by {level.basis}"
        if level.basis is Basis.RECORDED:
            return self._by_report(index, judgement, words)
        low, high = self.product.home_of(level.low), self.product.home_of(level.high)
        if high < index:
            return make_answer(judgement, Verdict.MISSING, firm, f"the level is {words}, {how}")
        if low > index:
            by = self.bringing(low)
            return make_answer(judgement, Verdict.SUPERSEDED, firm, f"the level is {words}, {how}", satisfied_by=by)
        if level.exact and level.basis is not Basis.INFERRED:
            said, against = f"the level is {words}, {how}", level.contradicted
            if against is None:
                return make_answer(judgement, Verdict.INSTALLED, firm, said)
            return make_answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, f"{said}, yet {against.text}")
        known = f"the level is only known as {words}, {how}"
        if level.exact:
            known = f"the level is {words}, {how}, and no marker file shows that it is there whole"
        if words == "nothing":
            known = "nothing collected shows the level"
        elif level.beyond:
            known = f"its build is newer than every level in the catalogue, {words} among them"
        return make_answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, known)

    def _by_report(self, index: int, judgement: Judgement, words: str) -> Answer:
        """A level that was reported is there, as far as it goes; whether a later one is, no report says for sure."""
        level, said = self.level, f"the level was reported as {words}, and no file was collected"
        if level.low > index:
            by = self.bringing(level.low)
            return make_answer(judgement, Verdict.SUPERSEDED, Confidence.LOW, said, satisfied_by=by)
        if level.low == level.high == index:
            return make_answer(judgement, Verdict.INSTALLED, Confidence.LOW, said)
        return make_answer(judgement, Verdict.UNDETERMINED, Confidence.LOW, said)

    def bringing(self, index: int) -> tuple[SatisfiedBy, ...]:
        """That an update is satisfied by the one that brings a level; nothing where the catalogue has none."""
        known = self._levels.get(index)
        if known is None:
            update = self._relations.bringing(self.product.id, self.product.levels[index].name)
            known = (SatisfiedBy(id=update.id, certainty="contains"),) if update else ()
            self._levels[index] = known
        return known
