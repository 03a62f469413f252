"""Whether what must come first is there: groups joined by AND, alternatives within a group."""

from __future__ import annotations

from collections.abc import Callable

from hotfix_check.assess.finding import Basis, PrerequisiteState, ProductLevel, Verdict
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.update import Prerequisite

VerdictOf = Callable[[str], Verdict | None]
_STATE = {
    Verdict.INSTALLED: "met",
    Verdict.SUPERSEDED: "met",
    Verdict.MISSING: "unmet",
    Verdict.PARTIAL: "unmet",
}


class Prerequisites:
    """What must come first on one target: the state of a group, each level's found once."""

    def __init__(self, product: Product, level: ProductLevel, verdict_of: VerdictOf) -> None:
        self._product = product
        self._level = level
        self._verdict_of = verdict_of
        self._levels: dict[str, PrerequisiteState] = {}

    def state(self, group: tuple[Prerequisite, ...]) -> PrerequisiteState:
        """The state of a group of alternatives."""
        states = [self._of_level(one) if one.level is not None else self._of_update(one) for one in group]
        if len(states) == 1:
            return states[0]
        best = min(states, key=lambda state: ("met", "unknown", "unmet").index(state.state))
        return PrerequisiteState(
            alternatives=group,
            requires=" or ".join(state.requires for state in states),
            state=best.state,
            basis=best.basis,
            evidence="; ".join(dict.fromkeys(state.evidence for state in states if state.state == best.state)),
        )

    def _of_update(self, one: Prerequisite) -> PrerequisiteState:
        verdict = self._verdict_of(one.update or "")
        return PrerequisiteState(
            alternatives=(one,),
            requires=str(one),
            state=_STATE.get(verdict, "unknown") if verdict else "unknown",
            basis="files" if verdict else "none",
            evidence=f"{one} is {verdict}" if verdict else f"{one} is not in the catalogue",
        )

    def _of_level(self, one: Prerequisite) -> PrerequisiteState:
        name = one.level or ""
        known = self._levels.get(name)
        if known is None:
            needed, level = self._product.level_index(name), self._level
            known = self._levels[name] = PrerequisiteState(
                alternatives=(one,),
                requires=self._product.levels[needed].name,
                state=_state_of_level(level, needed),
                basis=str(level.basis),
                evidence=_level_evidence(level),
            )
        return known


def _state_of_level(level: ProductLevel, needed: int) -> str:
    """Whether a level is there; one that its neighbours contradict may not be, those below it are."""
    if level.high < needed:
        return "unmet"
    return "met" if level.low > needed or (level.low == needed and level.contradicted is None) else "unknown"


def _level_evidence(level: ProductLevel) -> str:
    """What the level rests on, in words."""
    if level.basis is Basis.DECLARED:
        return "declared by the user"
    if level.basis is Basis.INFERRED:
        return "inferred from the build line of the files"
    shown = [f"{vote.file} {vote.version}" for vote in level.votes if vote.votes != "nothing"]
    return ", ".join(shown[:4]) or "no marker file was collected"
