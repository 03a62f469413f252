"""One installation as it is, or would be once a level is there: what can be installed on it, and what that settles."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from hotfix_check.assess.finding import OPEN, Finding, PrerequisiteState, RowState, Verdict
from hotfix_check.assess.findings import make_finding
from hotfix_check.assess.updates import ProductUpdates
from hotfix_check.catalogue.update import Availability, Importance, Kind, Update
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.version import FileVersion


class Terms(Frozen):
    """What bears on which updates may be installed: how much each weighs, which are asked of this target, the day.

    ``accepted`` are the ids of those that a waiver accepts as missing.
    """

    importance: Callable[[Update], Importance]
    in_scope: Callable[[Update], bool]
    as_of: date | None = None
    accepted: frozenset[str] = frozenset()


class CannotPlanError(Exception):
    """Why an update cannot be reached."""


class PlannedState:
    """One installation as it is, or as it would be at another level; each finding made once."""

    def __init__(self, updates: ProductUpdates, terms: Terms, found: dict[str, Finding]) -> None:
        self.updates = updates
        self._terms = terms
        self._found = dict(found)
        self._ways: dict[str, tuple[str, ...] | str] = {}
        self._needs: dict[str, tuple[tuple[str, FileVersion], ...]] = {}
        self._brought: dict[str, Mapping[str, FileVersion]] = {}
        self._installed: tuple[tuple[str, ...], Mapping[str, Sequence[str]]] = ((), {})

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
        """What to install to have an update, in order, itself last. Raises CannotPlanError with the reason."""
        known = self._ways.get(update_id)
        if known is None:
            try:
                known = tuple(dict.fromkeys(self._find_way(update_id, ())))
            except CannotPlanError as error:
                known = str(error)
            self._ways[update_id] = known
        if isinstance(known, str):
            raise CannotPlanError(known)
        return known

    def _find_way(self, update_id: str, above: tuple[str, ...]) -> tuple[str, ...]:
        update = self.update(update_id)
        if update_id in above:
            raise CannotPlanError(f"{update.name} needs itself, step by step")
        if (why := self.why_not(update_id)) is not None:
            raise CannotPlanError(why)
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
            except CannotPlanError as error:
                reasons.append(str(error))
        raise CannotPlanError("; ".join(reasons))

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
        bringing = self._bringing(installed)
        return [
            [one for one in bringing.get(path, ()) if one == goal or self._carries(one, goal, path, version)]
            for path, version in needs
        ]

    def _bringing(self, installed: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Which of these updates raise or add a file, by its path, in their order."""
        steps = tuple(installed)
        if steps != self._installed[0]:
            found: dict[str, list[str]] = defaultdict(list)
            for step in steps:
                for path in self.brings(step):
                    found[path].append(step)
            self._installed = steps, found
        return self._installed[1]

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


def irredundant(state: PlannedState, chosen: list[str], goals: Sequence[str]) -> list[str]:
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


def _ordered(state: PlannedState, chosen: Sequence[str]) -> list[str] | None:
    """Oldest first, but each behind what it needs; None where one would stay blocked."""
    waiting, done = list(state.updates.relations.oldest_first(chosen)), list[str]()
    while waiting:
        step = next((one for one in waiting if not state.blocked(one, done)), None)
        if step is None:
            return None
        waiting.remove(step)
        done.append(step)
    return done
