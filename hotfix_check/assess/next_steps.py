"""What to install: the one place that decides it, asked by scan, explain, plan, the reports and fleet.

The level comes first: where a required or recommended service pack or cumulative update is missing, everything else is
planned from there on. Then each goal is met by the newest update that can stand in for it, behind what that needs.
What an update settles is seen from the rows that were judged and from the catalogue's relations, so that only a step
that brings a level has anything judged again. Applying the steps and assessing again shows the same: a test.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from hotfix_check.assess.finding import OPEN, Assessment, Finding, PrerequisiteState, RowState, Step, Verdict
from hotfix_check.assess.findings import make_finding
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue.update import Availability, Importance, Kind, Update
from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory import InstalledFile
from hotfix_check.version import FileVersion

_WEIGHT = {Importance.REQUIRED: 0, Importance.RECOMMENDED: 1, Importance.OPTIONAL: 2}
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in order, and the ids of the goals that no step can be shown to meet, each with the reason."""

    steps: tuple[Step, ...]
    unreachable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What bears on which updates may be installed: how much each weighs, which are asked of this target, the day.

    ``accepted`` are the ids of those that a waiver accepts as missing.
    """

    importance: Callable[[Update], Importance]
    in_scope: Callable[[Update], bool]
    as_of: date | None = None
    accepted: frozenset[str] = frozenset()


Raise = Callable[[ProductUpdates, Mapping[str, FileVersion], str], ProductUpdates]
"""The same installation with files, by path, raised to these versions by the service level of this name."""


class _CannotPlanError(Exception):
    """Why an update cannot be reached."""


@dataclass(frozen=True, slots=True)
class _Path:
    """Steps, each with the state that it is installed in, and the state after them."""

    steps: tuple[tuple[_State, str], ...]
    end: _State


class NextSteps:
    """The plans for one installation. ``findings`` are those that were asked for, of which each open one is advised."""

    def __init__(self, updates: ProductUpdates, findings: Sequence[Finding], terms: Terms, raise_: Raise) -> None:
        self._terms = terms
        self._raise = raise_
        self._start = _State(updates, terms, {finding.update.id: finding for finding in findings})
        self._asked = {finding.update.id: finding for finding in findings}
        self._after: dict[tuple[int, tuple[str, ...]], _State | None] = {}
        self._stuck: dict[str, str] = {}
        self._climbed: _Path | None = None

    def with_advice(self) -> list[Finding]:
        """The findings, each open one with the ids of what to install for it, in order."""
        return [
            replace(finding, advice=self._advice(finding.update.id)) if self._is_goal(finding) else finding
            for finding in self._asked.values()
        ]

    def headline(self) -> Plan:
        """What to install now: whatever is required or recommended, and not accepted as missing."""
        return self.plan(self.of_weight(WEIGHTY))

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
        return NextSteps(self._start.updates, findings, replace(self._terms, accepted=accepted), self._raise)

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
        if not self._start.open_of(wanted):
            return _Path((), self._start), unreachable
        path = self._level_first()
        lost = [one for one in self._start.open_of(wanted) if path.end.verdict(one) is Verdict.UNDETERMINED]
        if len(lost) == len(self._start.open_of(wanted)):
            path = _Path((), self._start)
        while True:
            state = path.end
            ways: list[tuple[str, ...]] = []
            for goal in state.open_of(wanted):
                if goal in unreachable:
                    continue
                try:
                    ways.append(self._way(state, self._stand_in(state, goal)))
                except _CannotPlanError as error:
                    unreachable[goal] = str(error)
            by_level = [(step, way) for way in ways for step in way if state.brings_level(step)]
            if not by_level:
                break
            _, way = min(by_level, key=lambda one: state.order(one[0]))
            path = self._along(path, way) or path
        goals = [goal for goal in path.end.open_of(wanted) if goal not in unreachable]
        chosen = list(dict.fromkeys(step for way in ways for step in way))
        if len(chosen) > _LONGEST:
            chosen = chosen[:_LONGEST]
            full = [goal for goal in goals if not path.end.settled(goal, chosen)]
            unreachable |= dict.fromkeys(full, f"a plan has at most {_LONGEST} steps, and this one has that many")
            goals = [goal for goal in goals if goal not in unreachable]
        chosen = _irredundant(path.end, chosen, goals)
        left = set(path.end.open_of(wanted))  # a level that cannot be shown by itself may be settled by a later one
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
            except _CannotPlanError:
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

    def _state_after(self, state: _State, steps: Sequence[str]) -> _State | None:
        """What would be judged once the last of the steps, a level, is there.

        None where what was collected could not show it.
        """
        key = (id(state), tuple(steps))
        if key not in self._after:
            level = state.update(steps[-1])
            product = state.updates.product
            index = product.level_index(level.level or "")
            versions = dict(state.raised_by_level(index))
            for step in steps[:-1]:
                for path, version in state.brings(step).items():
                    versions[path] = max(version, versions.get(path, version))
            after = _State(self._raise(state.updates, versions, product.levels[index].name), self._terms, {})
            self._after[key] = None if after.is_open(level.id) else after
        return self._after[key]

    def _way(self, state: _State, update_id: str) -> tuple[str, ...]:
        """The way to an update. Raises _CannotPlanError where it is known that a step of it changes nothing."""
        way = state.way_to(update_id)
        for step in way:
            if step in self._stuck:
                raise _CannotPlanError(self._stuck[step])
        return way

    def _can_reach(self, state: _State, update_id: str) -> bool:
        try:
            self._way(state, update_id)
        except _CannotPlanError:
            return False
        return True

    def _stand_in(self, state: _State, goal: str) -> str:
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

    def _may_replace(self, state: _State, update_id: str, weight: int) -> bool:
        update = state.updates.relations.updates[update_id]
        return (
            update.product == state.updates.product.id
            and _WEIGHT.get(self._terms.importance(update), 9) <= weight
            and self._terms.in_scope(update)
            and not (self._terms.as_of is not None and update.built is None)
            and state.is_open(update_id)
            and self._can_reach(state, update_id)
        )

    def _settles(self, state: _State, update_id: str, goal: str) -> bool:
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

    def _step(self, state: _State, step: str, settled: Sequence[str]) -> Step:
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

    def _public_instead(self, state: _State, step: str) -> str | None:
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
            replace(installation, next_steps=plan.headline().steps)
            for installation, plan in zip(assessment.installations, others, strict=True)
        ),
    )
    return answer, others


class _State:
    """One installation as it is, or as it would be at another level; each finding made once."""

    def __init__(self, updates: ProductUpdates, terms: Terms, found: dict[str, Finding]) -> None:
        self.updates = updates
        self._terms = terms
        self._found = dict(found)
        self._ways: dict[str, tuple[str, ...] | str] = {}
        self._needs: dict[str, tuple[tuple[str, FileVersion], ...]] = {}
        self._brought: dict[str, Mapping[str, FileVersion]] = {}

    @property
    def levels(self) -> Iterator[Update]:
        """The updates that bring a level of the product."""
        product = self.updates.product
        found = (self.updates.relations.bringing(product.id, level.name) for level in product.levels)
        return (update for update in found if update is not None)

    def update(self, update_id: str) -> Update:
        return self.updates.relations.updates[update_id]

    def finding(self, update_id: str) -> Finding:
        known = self._found.get(update_id)
        if known is None:
            update = self.update(update_id)
            known = make_finding(self.updates, update, self._terms.importance(update), self._terms.as_of)
            self._found[update_id] = known
        return known

    def verdict(self, update_id: str) -> Verdict:
        return self.finding(update_id).verdict

    def is_open(self, update_id: str) -> bool:
        return self.verdict(update_id) in OPEN

    def open_of(self, wanted: Iterable[str]) -> list[str]:
        """Those that are missing or partial and may be there, in the order of the plan."""
        found = [
            one for one in wanted if self.is_open(one) and self.finding(one).importance is not Importance.FORBIDDEN
        ]
        if self._terms.as_of is not None:
            found = [one for one in found if self.update(one).built is not None]
        return sorted(found, key=self.order)

    def order(self, update_id: str) -> tuple[int, int, str]:
        """Levels first, the highest first, since it contains the others; then by KB number."""
        update = self.update(update_id)
        if update.level is not None:
            return 0, -self.updates.product.level_index(update.level), update.id
        return 1, update.kb or 0, update.id

    def brings_level(self, update_id: str) -> bool:
        return self.update(update_id).level is not None

    def why_not(self, update_id: str) -> str | None:
        """Why an update is never a step; None where it can be one."""
        update = self.update(update_id)
        if self._terms.importance(update) is Importance.FORBIDDEN:
            return f"{update.name} is forbidden"
        if update_id in self._terms.accepted:
            return f"{update.name} is accepted as missing"
        if update.availability is Availability.WITHDRAWN:
            return f"{update.name} was withdrawn"
        return None

    def way_to(self, update_id: str) -> tuple[str, ...]:
        """What to install to have an update, in order, itself last. Raises _CannotPlanError with the reason."""
        known = self._ways.get(update_id)
        if known is None:
            try:
                known = tuple(dict.fromkeys(self._find_way(update_id, ())))
            except _CannotPlanError as error:
                known = str(error)
            self._ways[update_id] = known
        if isinstance(known, str):
            raise _CannotPlanError(known)
        return known

    def _find_way(self, update_id: str, above: tuple[str, ...]) -> tuple[str, ...]:
        update = self.update(update_id)
        if update_id in above:
            raise _CannotPlanError(f"{update.name} needs itself, step by step")
        if (why := self.why_not(update_id)) is not None:
            raise _CannotPlanError(why)
        way: tuple[str, ...] = ()
        for group in self.finding(update_id).prerequisites:
            if group.state == "unmet":
                way += self._provide(update, group, (*above, update_id))
        return (*way, update_id)

    def _provide(self, update: Update, group: PrerequisiteState, above: tuple[str, ...]) -> tuple[str, ...]:
        """The way to one of the alternatives of a group: the highest level, else the first update that can be had."""
        product, relations = self.updates.product, self.updates.relations
        reasons: list[str] = []
        alternatives = sorted(
            group.alternatives, key=lambda one: -product.level_index(one.level) if one.level is not None else 1
        )
        for one in alternatives:
            needed = relations.providing(product.id, one)
            if needed is None:
                reasons.append(f"it needs {one}, of which the catalogue has no package")
                continue
            if needed.product != product.id:
                reasons.append(f"it needs {needed.name}, which is for another product")
                continue
            try:
                return self._find_way(needed.id, above)
            except _CannotPlanError as error:
                reasons.append(str(error))
        raise _CannotPlanError("; ".join(reasons))

    def needs(self, update_id: str) -> tuple[tuple[str, FileVersion], ...]:
        """The files, by path, that speak against an update, each with the version that it would have to have."""
        known = self._needs.get(update_id)
        if known is None:
            known = self._needs[update_id] = tuple(self._files_against(self.finding(update_id)))
        return known

    def brings(self, update_id: str) -> Mapping[str, FileVersion]:
        """What installing an update would raise or add, by path."""
        known = self._brought.get(update_id)
        if known is None:
            brought: dict[str, FileVersion] = {}
            for path, version in self._files_against(self.finding(update_id)):
                brought[path] = max(version, brought.get(path, version))
            known = self._brought[update_id] = brought
        return known

    def _files_against(self, finding: Finding) -> Iterator[tuple[str, FileVersion]]:
        """The older copies, and the places of those that are not where setup puts them, whichever row asks for them."""
        places = self.updates.evidence.places
        for row in finding.rows:
            if not row.required or row.row.version is None:
                continue
            for copy in row.copies:
                if copy.state is RowState.OLDER and copy.row is not None and copy.row.version is not None:
                    yield copy.file.path, copy.row.version
            known = self.updates.product.files.get(row.row.name.lower())
            if known is not None and known.every_role and not row.row.roles:
                held = {copy.role for copy in row.copies}
                empty: list[tuple[str, ...]] = [
                    (role,) for role in row.roles if role not in held and places.whole(role)
                ]
            else:
                empty = [row.roles] if row.state is RowState.ABSENT else []
            for roles in empty:
                yield self._place(roles, row.row.name), row.row.version

    def _place(self, roles: Sequence[str], name: str) -> str:
        """Where setup would put a file: in a folder of the target with that role, else where the product has one."""
        folder = self.updates.evidence.places.folder_for(roles)
        if folder is None:
            folder = next((one.paths[0] for one in self.updates.product.folders if one.role in roles), "")
        return f"{folder}/{name.lower()}".lstrip("/")

    def raised_by_level(self, index: int) -> Iterator[tuple[str, FileVersion]]:
        """The files of the product that a level brings later, by path, each with the level's version.

        Where that is not known, at least with the version of a level before it.
        """
        product, files = self.updates.product, self.updates.evidence.files
        levels = (self.updates.relations.level_files(product.id, lower) for lower in range(index, -1, -1))
        wanted = ChainMap(*map(dict, levels))
        for name in wanted.keys() & files.by_name.keys():
            for file in files.by_name[name]:
                if (
                    isinstance(file, InstalledFile)
                    and file.version is not None
                    and file.version < wanted[name]
                    and product.id in files.identity(file).products
                ):
                    yield file.path, wanted[name]

    def settling(self, goal: str, installed: Iterable[str]) -> list[list[str]]:
        """Which of these updates settle another: one of each list has to be installed. None at all where it is there.

        Each file that speaks against it has to be brought; where none does and yet it is open, it is half installed.
        """
        if not self.is_open(goal):
            return []
        needs = self.needs(goal)
        if not needs:
            newer = self.finding(goal).superseded_by
            return [[one for one in installed if one == goal or one in newer]]
        return [
            [one for one in installed if one == goal or self._carries(one, goal, path, version)]
            for path, version in needs
        ]

    def settled_by(self, goal: str, installed: Sequence[str]) -> str | None:
        """The step with which an update is there; None where it is there without, or not after all of them."""
        groups = self.settling(goal, installed)
        if not groups or not all(groups):
            return None
        return max((group[0] for group in groups), key=installed.index)

    def settled(self, goal: str, installed: Sequence[str]) -> bool:
        """Whether an update is there once these have been installed on top of what is there."""
        return all(self.settling(goal, installed))

    def _carries(self, update_id: str, goal: str, path: str, version: FileVersion) -> bool:
        """Whether an update brings a file with the fix in it.

        One that carries its own month alone has no earlier fix, whatever its build; a rollup is in a rollup only.
        """
        brought = self.brings(update_id).get(path)
        if brought is None or brought < version:
            return False
        if self.update(goal).kind is Kind.UPDATE_ROLLUP and self.update(update_id).kind is not Kind.UPDATE_ROLLUP:
            return False
        package = self.finding(update_id).package
        return package is not None and (package.contains_earlier or brought == version)

    def blocked(self, update_id: str, installed: Sequence[str]) -> bool:
        """Whether something that an update needs is not there once these have been installed."""
        return any(
            not any(one.update is not None and self._is_there(one.update, installed) for one in group.alternatives)
            for group in self.finding(update_id).prerequisites
            if group.state == "unmet"
        )

    def _is_there(self, update_id: str, installed: Sequence[str]) -> bool:
        return update_id in self.updates.relations.updates and self.settled(update_id, installed)

    def replaced_by(self, update_id: str) -> list[str]:
        """The ids of the product's updates that this one replaces where it is installed."""
        line = self.finding(update_id).package
        older, _ = self.updates.relations.chain(self.update(update_id), line)
        return [one for one in older if self.update(one).product == self.updates.product.id]


def _is_there(verdict: Verdict) -> bool:
    """Whether a level brought an update, or made it nothing for this server."""
    return verdict not in OPEN and verdict is not Verdict.UNDETERMINED


def _irredundant(state: _State, chosen: list[str], goals: Sequence[str]) -> list[str]:
    """The chosen steps in order, without those that can be taken out while all goals are met and none is blocked.

    The last ones are tried first, since what only they needed can go as well; tried again until nothing can be.
    """
    kept = _ordered(state, chosen) or []
    groups = [set(group) for goal in goals for group in state.settling(goal, kept)]
    before = -1
    while len(kept) != before:
        before = len(kept)
        for step in reversed(kept):
            if {step} in groups:
                continue
            trial = _ordered(state, [other for other in kept if other != step])
            if trial is not None:
                kept = trial
                for group in groups:
                    group.discard(step)
    return kept


def _ordered(state: _State, chosen: Sequence[str]) -> list[str] | None:
    """Oldest first, but each behind what it needs; None where one would stay blocked."""
    waiting, done = list(state.updates.relations.oldest_first(chosen)), list[str]()
    while waiting:
        step = next((one for one in waiting if not state.blocked(one, done)), None)
        if step is None:
            return None
        waiting.remove(step)
        done.append(step)
    return done
