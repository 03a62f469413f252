"""What to install, in order: prerequisites first, nothing that a later step or level contains.

The plan is found by trying: each step is applied to the inventory as values, the result assessed again, and a step that
turns out not to be needed is taken out. So what the plan promises is what ``assess`` would say afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hotfix_check.assess.finding import OPEN, Assessment, Finding, RowState, Step
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.product import Level, headline_version
from hotfix_check.catalogue.relations import Supersedence, level_includes
from hotfix_check.catalogue.update import Importance, Update, required_rows
from hotfix_check.inventory import InstalledFile, Inventory, by_path, is_backup, name_of
from hotfix_check.version import FileVersion

Assess = Callable[[Inventory, frozenset[str] | None], Assessment]
"""Judge an inventory: all updates, or only those of the given ids."""
_WEIGHT = {Importance.REQUIRED: 0, Importance.RECOMMENDED: 1, Importance.OPTIONAL: 2}
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in order, and the goals that no step can be shown to meet, with the reason."""

    steps: tuple[Step, ...]
    unreachable: tuple[tuple[str, str], ...]


def make_plan(
    inventory: Inventory, assess: Assess, relations: Supersedence, is_goal: Callable[[Finding], bool]
) -> Plan:
    """An irredundant ordered list of updates after which no goal is missing or partial."""
    planner = _Planner(assess, relations)
    start = assess(inventory, None)
    goals = [finding.update.id for finding in start.findings if is_goal(finding) and finding.verdict in OPEN]
    chosen, unreachable = planner.choose(inventory, goals)
    chosen = planner.without_needless(inventory, chosen, [goal for goal in goals if goal not in unreachable])
    return Plan(steps=planner.steps(inventory, chosen, goals), unreachable=tuple(sorted(unreachable.items())))


class _Planner:
    def __init__(self, assess: Assess, relations: Supersedence) -> None:
        self.assess = assess
        self.relations = relations

    def choose(self, inventory: Inventory, goals: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """Updates to install, in an order in which none is blocked; and the goals that cannot be reached."""
        state, chosen, unreachable = inventory, list[str](), dict[str, str]()
        while True:
            found = self._by_id(state)
            open_goals = [goal for goal in goals if goal not in unreachable and found[goal].verdict in OPEN]
            if not open_goals:
                break
            if len(chosen) == _LONGEST:
                why = f"a plan has at most {_LONGEST} steps, and this one is full"
                unreachable.update(dict.fromkeys(open_goals, why))
                break
            goal = min(open_goals, key=lambda one: self._order(found[one].update))
            try:
                step = self._first_step(self._stand_in(found[goal], found), found, ())
            except _CannotPlanError as error:
                unreachable[goal] = str(error)
                continue
            after = apply_update(state, found[step], self.relations)
            if step in chosen or after == state:
                unreachable[goal] = f"installing {found[step].update.name} would not change what was collected"
                continue
            chosen.append(step)
            state = after
        return chosen, unreachable

    def without_needless(self, inventory: Inventory, chosen: Sequence[str], goals: Sequence[str]) -> list[str]:
        """The steps left when each that can be taken out without harm is taken out.

        The last ones are tried first: what only they needed can go as well. Tried again until nothing can be.
        """
        kept, before = list(chosen), -1
        while len(kept) != before:
            before = len(kept)
            for step in reversed(list(kept)):
                trial = [other for other in kept if other != step]
                if self._works(inventory, trial, goals):
                    kept = trial
        return kept

    def steps(self, inventory: Inventory, chosen: Sequence[str], goals: Sequence[str]) -> tuple[Step, ...]:
        state, steps = inventory, list[Step]()
        ids = frozenset((*chosen, *goals))
        found = self._by_id(state, ids)
        for update_id in chosen:
            finding = found[update_id]
            state = apply_update(state, finding, self.relations)
            after = self._by_id(state, ids)
            settled = [goal for goal in goals if found[goal].verdict in OPEN and after[goal].verdict not in OPEN]
            steps.append(
                Step(
                    update=finding.update,
                    line=finding.line,
                    requires=tuple(one.requires for one in finding.prerequisites if one.state != "unknown"),
                    not_known=tuple(one.requires for one in finding.prerequisites if one.state == "unknown"),
                    settles=tuple(settled),
                    actions=tuple(
                        dict.fromkeys(
                            action
                            for update in (finding.update, *(found[goal].update for goal in settled))
                            for action in update.actions
                        )
                    ),
                )
            )
            found = after
        return tuple(steps)

    def _works(self, inventory: Inventory, chosen: Sequence[str], goals: Sequence[str]) -> bool:
        state = inventory
        for step in chosen:
            finding = self._by_id(state, frozenset((step,))).get(step)
            if finding is None or finding.blocked:
                return False
            state = apply_update(state, finding, self.relations)
        found = self._by_id(state, frozenset(goals))
        return all(found[goal].verdict not in OPEN for goal in goals)

    def _by_id(self, state: Inventory, only: frozenset[str] | None = None) -> dict[str, Finding]:
        return {finding.update.id: finding for finding in self.assess(state, only).findings}

    def _order(self, update: Update) -> tuple[int, int, str]:
        """Levels first, the highest first, since it contains the others; then by KB number."""
        if update.level is not None:
            product = self.relations.products[update.product]
            return 0, -product.level_index(update.level), update.id
        return 1, update.kb or 0, update.id

    def _stand_in(self, finding: Finding, found: dict[str, Finding]) -> str:
        """The newest replacement that is at least as important and can be installed, else the update itself."""
        weight = _WEIGHT[finding.importance]
        fitting = [
            other
            for other in finding.superseded_by
            if other in found
            and found[other].verdict in OPEN
            and _WEIGHT.get(found[other].importance, 9) <= weight
            and self._reachable(other, found)
        ]
        return min(
            fitting,
            key=lambda one: (-len(self._replaced(one, fitting, found)), self._order(found[one].update)),
            default=finding.update.id,
        )

    def _replaced(self, update_id: str, among: Iterable[str], found: dict[str, Finding]) -> list[str]:
        return [other for other in among if update_id in found[other].superseded_by]

    def _reachable(self, update_id: str, found: dict[str, Finding]) -> bool:
        try:
            self._first_step(update_id, found, ())
        except _CannotPlanError:
            return False
        return True

    def _first_step(self, update_id: str, found: dict[str, Finding], above: tuple[str, ...]) -> str:
        """What to install first to come nearer to an update: itself, or what it needs."""
        finding = found.get(update_id)
        if finding is None:
            raise _CannotPlanError(f"{update_id.rpartition('/')[2]} is not among what was judged")
        if update_id in above:
            raise _CannotPlanError(f"{finding.update.name} needs itself, step by step")
        if finding.importance is Importance.FORBIDDEN:
            raise _CannotPlanError(f"{finding.update.name} is forbidden")
        reasons: list[str] = []
        for group in finding.prerequisites:
            if group.state != "unmet":
                continue
            for name in group.requires.split(" or "):
                needed = self._named(name, finding.update)
                if needed is None:
                    reasons.append(f"it needs {name}, which the catalogue has no package of")
                    continue
                try:
                    return self._first_step(needed, found, (*above, update_id))
                except _CannotPlanError as error:
                    reasons.append(str(error))
            raise _CannotPlanError("; ".join(reasons))
        return update_id

    def _named(self, name: str, update: Update) -> str | None:
        bringing = self.relations.bringing(update.product, name)
        if bringing is not None:
            return bringing.id
        return f"{update.product}/{name}" if f"{update.product}/{name}" in self.relations.updates else None


class _CannotPlanError(Exception):
    """Why an update cannot be reached."""


def apply_update(inventory: Inventory, finding: Finding, relations: Supersedence) -> Inventory:
    """The inventory as it would be with an update installed: its files at its versions, where setup puts them."""
    update = finding.update
    product = relations.products[update.product]
    if update.level is not None:
        level = product.levels[product.level_index(update.level)]
        wanted = _level_versions(product, level, relations)
        held = [file for file in inventory.files if file.version is not None and product.holds(file.version)]
        return _raised(inventory, {file.path: wanted[key] for file in held if (key := name_of(file.path)) in wanted})
    raised: dict[str, FileVersion] = {}
    added: list[InstalledFile] = []
    for row in finding.rows:
        version = row.row.version
        if not row.required or version is None:
            continue
        raised.update({copy.file.path: version for copy in row.copies if copy.state is RowState.OLDER})
        known = product.files.get(row.row.name.lower())
        every_role = known is not None and known.every_role
        empty = [role for role in row.roles if role not in {copy.role for copy in row.copies}]
        for roles in (
            [(role,) for role in empty] if every_role and row.copies else [row.roles] if not row.copies else []
        ):
            folder = _folder_for(roles, inventory, product)
            if folder is not None:
                path = f"{folder}/{row.row.name}".lstrip("/")
                added.append(InstalledFile(path=path, size=row.row.size or 0, version=version))
    changed = _raised(inventory, raised)
    files = sorted((*changed.files, *added), key=by_path)
    return replace(changed, files=tuple(files))


def _raised(inventory: Inventory, wanted: Mapping[str, FileVersion]) -> Inventory:
    """Files at these paths raised to these versions; none is lowered, none kept aside is touched."""
    files = tuple(
        replace(file, version=wanted[file.path], version_string=None, size=0, notes=())
        if file.path in wanted
        and (file.version is None or file.version < wanted[file.path])
        and not is_backup(file.path.rpartition("/")[0], inventory.root)
        else file
        for file in inventory.files
    )
    return replace(inventory, files=files)


def _level_versions(product: Product, level: Level, relations: Supersedence) -> dict[str, FileVersion]:
    """What a level's own files are: as catalogued, else its headline build, and never below a fix that it includes."""
    index = product.level_index(level.name)
    wanted: dict[str, FileVersion] = {}
    for name, file in product.files.items():
        own = file.versions.get(level.name)
        if own is not None:
            wanted[name] = own
        elif product.by_third_part and file.marker:
            wanted[name] = headline_version(level)
    for update in relations.updates.values():
        if update.product != product.id:
            continue
        for package in update.packages:
            line = package.line
            if line is None or line >= index or not level_includes(update, product, index, package):
                continue
            for row in required_rows(package):
                if row.version is not None and row.range is None:
                    name = row.name.lower()
                    wanted[name] = max(wanted.get(name, row.version), row.version)
    return wanted


def _folder_for(roles: tuple[str, ...], inventory: Inventory, product: Product) -> str | None:
    """A folder of the target that has one of the roles; the target itself for a file without a known role."""
    if not roles:
        return ""
    endings = [path for folder in product.folders if folder.role in roles for path in folder.paths]
    root = "/".join(inventory.root).lower()
    for folder in inventory.folders:
        if any(f"/{root}/{folder.lower()}".rstrip("/").endswith(f"/{ending}") for ending in endings):
            return folder
    return None
