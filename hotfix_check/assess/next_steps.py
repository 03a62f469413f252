"""What to install: the one place that decides it, asked by scan, explain, plan, the reports and fleet.

The level comes first: where a required or recommended service pack or cumulative update is missing, everything else is
planned from there on. Then each goal is met by the newest update that can stand in for it, behind what that needs.
What an update settles is seen from the rows that were judged and from the catalogue's relations, so that only a step
that brings a level has anything judged again. Applying the steps and assessing again shows the same: a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from hotfix_check.assess.finding import OPEN, Assessment, Finding, Step, Verdict
from hotfix_check.assess.planned_state import CannotPlanError, PlannedState, Terms, irredundant
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue.update import Availability, Importance
from hotfix_check.frozen import Frozen, dataclass, replace
from hotfix_check.version import FileVersion

_WEIGHT = {Importance.REQUIRED: 0, Importance.RECOMMENDED: 1, Importance.OPTIONAL: 2}
_LONGEST = 200


class Plan(Frozen):
    """Steps in order, and the ids of the goals that no step can be shown to meet, each with the reason."""

    steps: tuple[Step, ...]
    unreachable: tuple[tuple[str, str], ...] = ()


Raise = Callable[[ProductUpdates, Mapping[str, FileVersion], str], ProductUpdates]
"""The same installation with files, by path, raised to these versions by the service level of this name."""


@dataclass(frozen=True, slots=True)
class _Path:
    """Steps, each with the state that it is installed in, and the state after them."""

    steps: tuple[tuple[PlannedState, str], ...]
    end: PlannedState


class NextSteps:
    """The plans for one installation. ``findings`` are those that were asked for, of which each open one is advised.

    ``left_open`` are the CVEs that an update leaves open although it is there: its id, and that of the level to go to.
    """

    def __init__(
        self,
        updates: ProductUpdates,
        findings: Sequence[Finding],
        terms: Terms,
        raise_: Raise,
        left_open: Mapping[str, tuple[str, str]] = MappingProxyType({}),
    ) -> None:
        self._terms = terms
        self._raise = raise_
        self._left_open = left_open
        self._start = PlannedState(updates, terms, {finding.update.id: finding for finding in findings})
        self._asked = {finding.update.id: finding for finding in findings}
        self._after: dict[tuple[PlannedState, tuple[str, ...]], PlannedState | None] = {}
        self._stuck: dict[str, str] = {}
        self._climbed: _Path | None = None

    def with_advice(self) -> list[Finding]:
        """The findings, each open one with the ids of what to install for it, in order."""
        return [
            replace(finding, advice=self._advice(finding.update.id)) if self._is_goal(finding) else finding
            for finding in self._asked.values()
        ]

    def headline(self, cves: Iterable[str] = ()) -> Plan:
        """What to install now: whatever is required or recommended, and not accepted as missing; and for these CVEs."""
        return self.plan([*self.of_weight(WEIGHTY), *self.for_cves(cves)])

    def for_cves(self, cves: Iterable[str]) -> list[str]:
        """The ids of the levels that close those of these CVEs that an update leaves open which is there."""
        found = (self._left_open[cve] for cve in sorted(cves) if cve in self._left_open)
        return list(dict.fromkeys(level for update, level in found if update not in self._terms.accepted))

    def of_weight(self, weights: Iterable[Importance]) -> list[str]:
        """The ids of the updates asked for that weigh so much."""
        return [
            key
            for key, finding in self._asked.items()
            if finding.importance in weights and key not in self._terms.accepted
        ]

    def without(self, accepted: frozenset[str]) -> NextSteps:
        """The plans where these updates are accepted as missing: they are no goals and no steps."""
        findings = tuple(self._asked.values())
        terms = replace(self._terms, accepted=accepted)
        return NextSteps(self._start.updates, findings, terms, self._raise, self._left_open)

    def plan(self, wanted: Sequence[str]) -> Plan:
        """An irredundant list of steps after which none of the wanted updates is missing or partial."""
        path, unreachable = self._reach(wanted)
        return Plan(steps=self._told(path), unreachable=tuple(sorted(unreachable.items())))

    def _advice(self, update_id: str) -> tuple[str, ...]:
        return tuple(step for _, step in self._reach([update_id])[0].steps)

    def _is_goal(self, finding: Finding) -> bool:
        return finding.verdict in OPEN and finding.importance is not Importance.FORBIDDEN

    def _reach(self, wanted: Sequence[str]) -> tuple[_Path, dict[str, str]]:
        """The steps that lead to the wanted updates, and why some cannot be reached."""
        unreachable: dict[str, str] = {}
        goals = self._start.open_of(wanted)
        if not goals:
            return _Path((), self._start), unreachable
        path = self._level_first()
        if all(path.end.verdict(one) is Verdict.UNDETERMINED for one in goals):
            path = _Path((), self._start)
        while True:
            state = path.end
            ways: list[tuple[str, ...]] = []
            goals = state.open_of(wanted)
            for goal in goals:
                if goal in unreachable:
                    continue
                try:
                    ways.append(self._way(state, self._stand_in(state, goal)))
                except CannotPlanError as error:
                    unreachable[goal] = str(error)
            by_level = [(step, way) for way in ways for step in way if state.brings_level(step)]
            if not by_level:
                break
            _, way = min(by_level, key=lambda one: state.order(one[0]))
            path = self._along(path, way) or path
        left = set(goals)  # a level that cannot be shown by itself may be settled by a later one
        goals = [goal for goal in goals if goal not in unreachable]
        chosen = list(dict.fromkeys(step for way in ways for step in way))
        if len(chosen) > _LONGEST:
            chosen = chosen[:_LONGEST]
            full = [goal for goal in goals if not path.end.settled(goal, chosen)]
            unreachable |= dict.fromkeys(full, f"a plan has at most {_LONGEST} steps, and this one has that many")
            goals = [goal for goal in goals if goal not in unreachable]
        chosen = irredundant(path.end, chosen, goals)
        unreachable = {
            goal: why for goal, why in unreachable.items() if goal in left and not path.end.settled(goal, chosen)
        }
        return _Path((*path.steps, *((path.end, step) for step in chosen)), path.end), unreachable

    def _level_first(self) -> _Path:
        """The way to the highest required or recommended level that is missing and can be reached."""
        if self._climbed is None:
            path = _Path((), self._start)
            while (further := self._one_level_on(path)) is not None:
                path = further
            self._climbed = path
        return self._climbed

    def _one_level_on(self, path: _Path) -> _Path | None:
        state = path.end
        missing = [
            update.id
            for update in state.levels
            if self._terms.importance(update) in WEIGHTY and self._terms.in_scope(update) and state.is_open(update.id)
        ]
        for level in sorted(missing, key=state.order):
            try:
                further = self._along(path, self._way(state, level))
            except CannotPlanError:
                continue
            if further is not None:
                return further
        return None

    def _along(self, path: _Path, way: Sequence[str]) -> _Path | None:
        """A path gone on with, up to the first level that is brought; None where that would change nothing."""
        state, steps = path.end, list(path.steps)
        for number, step in enumerate(way):
            steps.append((state, step))
            if state.brings_level(step):
                after = self._state_after(state, way[: number + 1])
                if after is None:
                    self._stuck[step] = f"installing {state.update(step).name} would not change what was collected"
                    return None
                return _Path(tuple(steps), after)
        return None

    def _state_after(self, state: PlannedState, steps: Sequence[str]) -> PlannedState | None:
        """What would be judged once the last of the steps, a level, is there.

        None where what was collected could not show it.
        """
        key = state, tuple(steps)
        if key not in self._after:
            level = state.update(steps[-1])
            product = state.updates.product
            index = product.level_index(level.level or "")
            versions = dict(state.raised_by_level(index))
            for step in steps[:-1]:
                for path, version in state.brings(step).items():
                    versions[path] = max(version, versions.get(path, version))
            after = PlannedState(self._raise(state.updates, versions, product.levels[index].name), self._terms, {})
            self._after[key] = None if after.is_open(level.id) else after
        return self._after[key]

    def _way(self, state: PlannedState, update_id: str) -> tuple[str, ...]:
        """The way to an update. Raises CannotPlanError where it is known that a step of it changes nothing."""
        way = state.way_to(update_id)
        for step in way:
            if step in self._stuck:
                raise CannotPlanError(self._stuck[step])
        return way

    def _can_reach(self, state: PlannedState, update_id: str) -> bool:
        try:
            self._way(state, update_id)
        except CannotPlanError:
            return False
        return True

    def _stand_in(self, state: PlannedState, goal: str) -> str:
        """The newest replacement that is at least as important, can be installed and settles the goal, else itself."""
        weight = _WEIGHT.get(self._terms.importance(state.update(goal)), 0)
        newer = state.finding(goal).superseded_by

        def fitting(update_id: str) -> bool:
            return self._may_replace(state, update_id, weight) and self._settles(state, update_id, goal)

        for level in sorted(filter(state.brings_level, newer), key=state.order):
            if fitting(level):
                return level
        for one in reversed(newer):
            if fitting(one):
                later = state.finding(one).superseded_by
                if not any(map(fitting, later)):
                    return one
        return goal

    def _may_replace(self, state: PlannedState, update_id: str, weight: int) -> bool:
        update = state.updates.relations.updates[update_id]
        return (
            update.product == state.updates.product.id
            and _WEIGHT.get(self._terms.importance(update), 9) <= weight
            and self._terms.in_scope(update)
            and not (self._terms.as_of is not None and update.built is None)
            and state.is_open(update_id)
            and self._can_reach(state, update_id)
        )

    def _settles(self, state: PlannedState, update_id: str, goal: str) -> bool:
        if not state.brings_level(update_id):
            return state.settled(goal, (update_id,))
        after = self._state_after(state, (update_id,))
        return after is not None and _is_there(after.verdict(goal))

    def _told(self, path: _Path) -> tuple[Step, ...]:
        """The steps with what each needs and settles; an update that several settle is told once, with the first."""
        left = sorted((key for key, one in self._asked.items() if self._is_goal(one)), key=self._start.order)
        told: list[Step] = []
        states = list(dict.fromkeys((*(state for state, _ in path.steps), path.end)))
        for state, after in zip(states, (*states[1:], path.end), strict=True):
            steps = [step for its_state, step in path.steps if its_state is state]
            settled: dict[str, list[str]] = {step: [] for step in steps}
            for goal in left:
                by = state.settled_by(goal, steps)
                if by is None and after is not state and _is_there(after.verdict(goal)):
                    by = steps[-1]
                if by is not None:
                    settled[by].append(goal)
            left = [one for one in left if not any(one in found for found in settled.values())]
            told += [self._step(state, step, settled[step]) for step in steps]
        return tuple(told)

    def _step(self, state: PlannedState, step: str, settled: Sequence[str]) -> Step:
        finding = state.finding(step)
        updates = (finding.update, *(state.update(one) for one in settled))
        return Step(
            update=finding.update,
            line=finding.line,
            requires=tuple(one.requires for one in finding.prerequisites if one.state != "unknown"),
            not_known=tuple(one.requires for one in finding.prerequisites if one.state == "unknown"),
            settles=tuple(settled),
            actions=tuple(dict.fromkeys(action for update in updates for action in update.actions)),
            again=self._start.verdict(step) is Verdict.PARTIAL,
            public=self._public_instead(state, step),
        )

    def _public_instead(self, state: PlannedState, step: str) -> str | None:
        """For an update that has to be bought, the newest of those it replaces that anyone can have."""
        if state.update(step).availability is not Availability.EXTENDED_SUPPORT:
            return None
        relations = state.updates.relations
        return next(
            (
                one
                for one in reversed(relations.oldest_first(state.replaced_by(step)))
                if state.update(one).availability is Availability.PUBLIC
                and state.is_open(one)
                and self._can_reach(state, one)
            ),
            None,
        )


def with_accepted(
    assessment: Assessment, plans: Sequence[NextSteps], accepted: frozenset[str]
) -> tuple[Assessment, tuple[NextSteps, ...]]:
    """The answer and the plans where these updates are accepted as missing, the plans in its installations' order."""
    if not accepted:
        return assessment, tuple(plans)
    others = tuple(plan.without(accepted) for plan in plans)
    advice = {(one.update.id, one.installation): one.advice for plan in others for one in plan.with_advice()}
    answer = replace(
        assessment,
        findings=tuple(
            replace(one, advice=advice.get((one.update.id, one.installation), one.advice))
            for one in assessment.findings
        ),
        installations=tuple(
            replace(installation, next_steps=plan.headline(assessment.asked_cves).steps)
            for installation, plan in zip(assessment.installations, others, strict=True)
        ),
    )
    return answer, others


def _is_there(verdict: Verdict) -> bool:
    """Whether a level brought an update, or made it nothing for this server."""
    return verdict not in OPEN and verdict is not Verdict.UNDETERMINED
