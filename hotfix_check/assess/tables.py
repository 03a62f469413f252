"""What the file table of an update says of a level, whatever the target: found once for all targets of a catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from hotfix_check.assess.finding import MET, Copy, JudgedRow, RowState
from hotfix_check.catalogue.product import Product, ProductFile
from hotfix_check.catalogue.relations import Supersedence, package_groups
from hotfix_check.catalogue.update import FileRow, Package, Prerequisite, Update
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.version import FileVersion

_BUILDS = 10_000  # of a fleet whose lines are remembered
Place = tuple[str, tuple[str, ...]]
"""The name of a file and the roles of the folders where it belongs, which say what copies of it are looked at."""
AtOrAbove = Callable[[FileRow, FileVersion], RowState]
"""What a file at or above a row's version is: LATER where the line or level carries the fix, else why not."""


class TableFile(Frozen):
    """One file of a package's table, at a level.

    ``rows`` differ only in platform or language; ``platforms`` are what each is for, and with ``own_ranges`` one of
    them gives a range of its own. ``name`` is in lower case.
    ``roles`` are where it belongs; ``every_role``: setup puts a copy into each of them. ``if_collected``: it is not
    asked for where it was not collected. ``own`` is its own version at the lowest level that the target may be of;
    ``own_later`` are those at each level that includes the update, by name. ``missing`` is what it is judged where the
    target has no file of this name, and nothing tells that it is absent.
    """

    rows: tuple[FileRow, ...]
    platforms: tuple[str | None, ...]
    own_ranges: bool
    name: str
    roles: tuple[str, ...]
    every_role: bool
    if_collected: bool
    own: FileVersion | None
    own_later: tuple[tuple[str, FileVersion], ...]
    missing: JudgedRow


class Table(Frozen):
    """The package of an update that judges a target of level ``at``, and its files.

    ``line`` is the package's; ``included`` how that level includes the update, if it does. ``sibling`` is the update of
    the same day that is for that level, ``needed`` what has to be there first, in groups of alternatives; the ids of
    ``superseded_by`` and ``partly_superseded_by`` are those that replace it on that line. ``places`` are those of its
    files, in their order.
    """

    update: Update
    package: Package | None
    line: int | None
    at: int
    files: tuple[TableFile, ...]
    needed: tuple[tuple[Prerequisite, ...], ...]
    superseded_by: tuple[str, ...]
    partly_superseded_by: tuple[str, ...]
    at_or_above: AtOrAbove
    places: tuple[Place, ...]
    included: str | None = None
    sibling: Update | None = None


class Tables:
    """The tables of one product's updates, each made when it is first asked for."""

    def __init__(self, product: Product, relations: Supersedence) -> None:
        self.product = product
        self.relations = relations
        self.line_of = lru_cache(maxsize=_BUILDS)(product.line_of)
        """The servicing line that a version was built on."""
        self._known: dict[tuple[str, int, int], Table] = {}
        self._names: dict[str, frozenset[str]] = {}

    def of(self, update: Update, at: int, lowest: int) -> Table:
        """The table that judges a target of level ``at``, which may be of the ``lowest``.

        The target's own line decides where it has a package. Below the packages' lines, the next higher one is judged.
        Above them, or in a gap between, the level includes the update (``inclusions``) or one that replaces it;
        else the nearest package above is judged, else the files' line says nothing. Where another update of the same
        day has a package for the target's line, that one is the update for it.
        """
        key = update.id, at, lowest
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._choose(update, at, lowest)
        return known

    def names_of(self, update: Update) -> frozenset[str]:
        """The files of an update, in lower case, but for those whose rows give a range of their own."""
        known = self._names.get(update.id)
        if known is None:
            rows = (row for package in update.packages for row in package.rows)
            known = self._names[update.id] = frozenset(row.name.lower() for row in rows if row.range is None)
        return known

    def _choose(self, update: Update, at: int, lowest: int) -> Table:
        by_line = {package.line: package for package in update.packages if package.line is not None}
        if not by_line:
            package = update.packages[0] if update.packages else None
            files = () if package is None else self._files(package, None, ())
            return Table(
                update=update,
                package=package,
                line=None,
                at=at,
                files=files,
                needed=() if package is None else package_groups(package, self.product),
                superseded_by=self.relations.superseded_by(update, package),
                partly_superseded_by=(),
                at_or_above=carried,
                places=_places(files),
                included=self.relations.inclusions(update, None)[lowest],
            )
        line, included, at_or_above = at, None, self._on_its_own_line(at)
        if at not in by_line:
            below = [line for line in by_line if line < at]
            above = [line for line in by_line if line > at]
            if below:
                nearest = by_line[max(below)]
                included = self.relations.inclusions(update, nearest)[at] or self._with_successor(update, nearest, at)
            line = max(below) if included or not above else min(above)
            at_or_above = carried if included or above else _exact_only
        package = by_line[line]
        including = () if included is None else self._including(update, package, at)
        files = self._files(package, lowest, including)
        return Table(
            update=update,
            package=package,
            line=line,
            at=at,
            files=files,
            places=_places(files),
            needed=package_groups(package, self.product),
            superseded_by=self.relations.superseded_by(update, package),
            partly_superseded_by=self.relations.partly_superseded_by(update, package),
            at_or_above=at_or_above,
            included=included,
            sibling=None if line == at or included else self._same_day(update, at),
        )

    def _files(self, package: Package, lowest: int | None, including: tuple[int, ...]) -> tuple[TableFile, ...]:
        alternatives: dict[tuple[str, tuple[str, ...]], list[FileRow]] = defaultdict(list)
        for row in package.rows:
            alternatives[(row.name.lower(), row.roles)].append(row)
        return tuple(
            self._file(name, tuple(rows), package, lowest, including) for (name, _), rows in alternatives.items()
        )

    def _file(
        self, name: str, rows: tuple[FileRow, ...], package: Package, lowest: int | None, including: tuple[int, ...]
    ) -> TableFile:
        product, first = self.product, rows[0]
        known = product.files.get(name)
        roles = first.roles or (known.roles if known is not None else ())
        marker = known is not None and known.marker
        own_later = tuple(_own_versions(known, product, including))
        if_collected = first.where_collected or (package.whole_table and not marker)
        checkable = any(row.version is not None for row in rows)
        state = RowState.NOT_COLLECTED if checkable else RowState.NOT_CHECKABLE
        asked = replace(first, companion=True) if if_collected and checkable else first
        return TableFile(
            rows=rows,
            platforms=tuple([row.platform or product.platform for row in rows]),
            own_ranges=any(row.range is not None for row in rows),
            name=name,
            roles=roles,
            every_role=known is not None and known.every_role and not first.roles,
            if_collected=if_collected,
            own=None if known is None or lowest is None else known.versions.get(product.levels[lowest].name),
            own_later=own_later,
            missing=judged_row(asked, roles, state, own_later=own_later),
        )

    def _including(self, update: Update, package: Package, at: int) -> tuple[int, ...]:
        """The levels up to ``at`` that include the update; at least that one."""
        first = 0 if package.line is None else package.line + 1
        how = self.relations.inclusions(update, package)
        return (*(index for index in range(first, at) if how[index]), at)

    def _with_successor(self, update: Update, package: Package, at: int) -> str | None:
        """Whether a level includes an update that replaces this one, and so this one: "chain"."""
        for one in self.relations.superseded_by(update, package):
            later = self.relations.updates[one]
            if later.level is None or later.product != update.product:
                continue
            if self.product.level_index(later.level) <= at:
                return "chain"
        return None

    def _same_day(self, update: Update, line: int) -> Update | None:
        """Another update of the same product and release day that has a package for a line (KB5063221, KB5063222)."""
        return next(
            (
                other
                for other in self.relations.released_with(update)
                if other.id != update.id and any(package.line == line for package in other.packages)
            ),
            None,
        )

    def _on_its_own_line(self, line: int) -> AtOrAbove:
        """On its own line a later build carries the fix, unless it is of an update that carries only its own month.

        A build between two levels, or above all of them, is on the line of none.
        """
        product, relations = self.product, self.relations

        def at_or_above(row: FileRow, version: FileVersion) -> RowState:
            if row.version is None or version == row.version:
                return RowState.EXACT
            if product.build_per_level and version[:3] != row.version[:3]:
                return RowState.OTHER_LINE  # a higher number of another line proves nothing
            reached = relations.newest_up_to(product.id, line, row.name, version)
            if reached is not None and reached.version > row.version and not reached.of.package.contains_earlier:
                return RowState.NOT_CONTAINED
            return RowState.LATER

        return at_or_above


def _places(files: Iterable[TableFile]) -> tuple[Place, ...]:
    return tuple([(file.name, file.roles) for file in files])


def carried(row: FileRow, version: FileVersion) -> RowState:
    """What a file is that has a row's version or a later one, which carries the fix."""
    return RowState.EXACT if version == row.version else RowState.LATER


def _exact_only(row: FileRow, version: FileVersion) -> RowState:
    return RowState.EXACT if version == row.version else RowState.OTHER_LINE


def judged_row(
    row: FileRow,
    roles: tuple[str, ...],
    state: RowState,
    *,
    copies: tuple[Copy, ...] = (),
    met_beside: bool = False,
    note: str | None = None,
    own: FileVersion | None = None,
    own_later: Iterable[tuple[str, FileVersion]] = (),
) -> JudgedRow:
    """A row as the own files of levels leave it, which are stronger than the update's table (KB243604 and the like).

    A row above the own version of a level that includes the update is not required from that level on: the table of
    KB231411 gives Mmiext.dll a build that SP3, which includes it, never had. A met row at or below the level's own
    version is met by the plain level, and is evidence of nothing.
    """
    version = None if row.range is not None else row.version
    of_level = state in MET and own is not None and version is not None and version <= own
    for level, later in own_later:
        if (
            version is not None
            and later < version
            and not (state is RowState.OLDER and any(_is_below(copy, later) for copy in copies))
        ):
            note = f"{level}, which includes this update, itself has {row.name} {later}"
            row, of_level = replace(row, companion=True), False
            break
    return JudgedRow(
        row=row,
        required=not row.companion and row.version is not None,
        roles=roles,
        state=state,
        copies=copies,
        met_beside=met_beside,
        of_level=of_level,
        note=note,
    )


def _is_below(copy: Copy, own: FileVersion) -> bool:
    """Whether a judged copy is older than the level's own file, so that it went backwards further than the level."""
    file = copy.file
    return isinstance(file, InstalledFile) and file.version is not None and file.version < own


def _own_versions(
    known: ProductFile | None, product: Product, levels: Iterable[int]
) -> Iterator[tuple[str, FileVersion]]:
    for index in levels if known is not None else ():
        level = product.levels[index].name
        if known is not None and (own := known.versions.get(level)) is not None:
            yield level, own
