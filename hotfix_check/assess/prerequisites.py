"""Whether what must come first is there: groups joined by AND, alternatives within a group."""

from __future__ import annotations

from collections.abc import Callable

from hotfix_check.assess.finding import Basis, PrerequisiteState, ProductLevel, Verdict
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.relations import package_groups
from hotfix_check.catalogue.update import Package, Prerequisite

VerdictOf = Callable[[str], Verdict | None]
_STATE = {
    Verdict.INSTALLED: "met",
    Verdict.SUPERSEDED: "met",
    Verdict.MISSING: "unmet",
    Verdict.PARTIAL: "unmet",
}


def assess_prerequisites(
    package: Package, product: Product, level: ProductLevel, verdict_of: VerdictOf
) -> tuple[PrerequisiteState, ...]:
    """The state of each group on a target."""
    return tuple(_group(group, product, level, verdict_of) for group in package_groups(package, product))


def _group(
    group: tuple[Prerequisite, ...], product: Product, level: ProductLevel, verdict_of: VerdictOf
) -> PrerequisiteState:
    states = [_one(one, product, level, verdict_of) for one in group]
    best = min(states, key=lambda state: ("met", "unknown", "unmet").index(state.state))
    return PrerequisiteState(
        alternatives=group,
        requires=" or ".join(state.requires for state in states),
        state=best.state,
        basis=best.basis,
        evidence="; ".join(dict.fromkeys(state.evidence for state in states if state.state == best.state)),
    )


def _one(one: Prerequisite, product: Product, level: ProductLevel, verdict_of: VerdictOf) -> PrerequisiteState:
    if one.level is not None:
        return _level(one, product.level_index(one.level), product, level)
    verdict = verdict_of(one.update or "")
    state = _STATE.get(verdict, "unknown") if verdict else "unknown"
    evidence = f"{one} is {verdict}" if verdict else f"{one} is not in the catalogue"
    return PrerequisiteState(
        alternatives=(one,),
        requires=str(one),
        state=state,
        basis="files" if verdict else "none",
        evidence=evidence,
    )


def _level(one: Prerequisite, needed: int, product: Product, level: ProductLevel) -> PrerequisiteState:
    state = "met" if level.low >= needed else "unmet" if level.high < needed else "unknown"
    return PrerequisiteState(
        alternatives=(one,),
        requires=product.levels[needed].name,
        state=state,
        basis=str(level.basis),
        evidence=_level_evidence(level),
    )


def _level_evidence(level: ProductLevel) -> str:
    """What the level rests on, in words."""
    if level.basis is Basis.DECLARED:
        return "declared by the user"
    if level.basis is Basis.INFERRED:
        return "inferred from the build line of the files"
    shown = [f"{vote.file} {vote.version}" for vote in level.votes if vote.votes != "nothing"]
    return ", ".join(shown[:4]) or "no marker file was collected"
