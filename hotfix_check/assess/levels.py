"""The service level of a product on the target, by votes of its marker files; each has its own version per level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.assess.census import MANY, Census
from hotfix_check.assess.finding import Basis, ProductLevel, Vote
from hotfix_check.assess.identity import readings
from hotfix_check.catalogue.product import Level, Product, ProductFile
from hotfix_check.inventory.files import InstalledFile, name_of
from hotfix_check.version import FileVersion


def marker_interval(product: Product, marker: ProductFile, version: FileVersion) -> tuple[int, int]:
    """Lowest and highest level that a marker of this version allows.

    A level counts as reached only where the marker changed: Dramapi.dll kept 5.5.1960.3 from RTM to SP3 (KB243604),
    so that version says "RTM or later", never "SP3".
    """
    if product.build_per_level:
        return _by_third_part(product, version)
    low, high = 0, len(product.levels) - 1
    before: FileVersion | None = None
    for index, level in enumerate(product.levels):
        own = marker.versions.get(level.name)
        if own is not None:
            reached, changed = version >= own, own != before
            reached = reached or (product.build_per_update and version[:3] == own[:3] and not _shares(product, index))
            before = own
        elif product.by_third_part:
            reached, changed = version.build >= level.build[2], True
        else:
            continue
        if not reached:
            return low, min(high, index - 1) if index else 0
        if changed:
            low = index
    return low, high


def vote_of(product: Product, marker: InstalledFile) -> tuple[int, int] | None:
    """The levels that a marker file allows; None where its version block and its text are of different ones."""
    known = product.files[name_of(marker.path)]
    found = {marker_interval(product, known, version) for version in readings(marker)}
    return found.pop() if len(found) == 1 else None


def _by_third_part(product: Product, version: FileVersion) -> tuple[int, int]:
    """The level whose third part a build carries; between two of them, an interval.

    A build below its level's headline is that level's first or withdrawn build (15.0.712.22 is 2013 CU2), never of the
    level before. Levels that share a third part (a preview and what was released) are told apart by the fourth.
    """
    builds = [level.build for level in product.levels]
    same = [index for index, build in enumerate(builds) if build[:3] == version[:3]]
    if same:
        reached = [index for index in same if builds[index] <= version]
        return (max(reached), max(reached)) if reached else (same[0], same[0])
    below = [index for index, build in enumerate(builds) if build[:3] < version[:3]]
    low = max(below, default=0)
    return low, min(low + 1, len(builds) - 1) if below else 0


def _shares(product: Product, index: int) -> bool:
    """Whether another level has the same third part."""
    own = product.levels[index].build[:3]
    return sum(level.build[:3] == own for level in product.levels) > 1


def assess_level(
    product: Product,
    files: Sequence[InstalledFile],
    markers: Sequence[InstalledFile],
    declared: str | None,
    newest: FileVersion,
    census: Census | None = None,
) -> ProductLevel:
    """The level from the marker copies that count, else as declared, else a lower bound from the builds of ``files``.

    Without a marker the line of most files of the ``census`` is the level where every build carries its level's third
    part, else a lower bound. Never guessed: markers that disagree give an interval and the anomaly mixed-level. In
    products that go by the third part, a marker above the ``newest`` catalogued build may be of a level that the
    catalogue does not know.
    """
    last = len(product.levels) - 1
    votes, intervals, anomalies = _votes(product, markers)
    if product.by_third_part:
        anomalies.extend(_newer(markers, newest))
    low = max((low for low, _ in intervals), default=0)
    high = min((high for _, high in intervals), default=last)
    basis = Basis.MARKERS if intervals else Basis.NONE
    if low > high:
        low, high = min(low for low, _ in intervals), max(high for _, high in intervals)
        anomalies.append(Anomaly(AnomalyCode.MARKERS_DISAGREE, f"markers disagree, {_disagreement(votes)}"))
    if declared is not None:
        index = product.level_index(declared)
        shown = basis is Basis.MARKERS and low == high
        if not low <= index <= high:
            said = f"{product.levels[index].name} was declared, markers say {interval_words(product, low, high)}"
            anomalies.append(Anomaly(AnomalyCode.DECLARED_CONTRADICTED, said))
        elif not shown:
            low, high, basis = index, index, Basis.DECLARED
    line = census.line() if census is not None and basis is Basis.NONE else None
    if line is not None:
        low, high, basis = line, line if product.build_per_level else last, Basis.INFERRED
    elif basis is Basis.NONE and (bound := _lower_bound(product, files)) > 0:
        low, basis = bound, Basis.INFERRED
    return ProductLevel(
        product=product.id,
        low=low,
        high=high,
        basis=basis,
        votes=tuple(votes),
        anomalies=tuple(anomalies),
        server=any(name_of(file.path) in product.server_files for file in files) or _looks_served(product, census),
        beyond=product.build_per_level and product.by_third_part and _is_beyond(product, markers),
        by_builds=line is not None and product.build_per_level,
    )


def _lower_bound(product: Product, files: Iterable[InstalledFile]) -> int:
    """The level on whose line the newest file was built."""
    newest = max((min(readings(file)) for file in files if file.version is not None), default=None)
    return 0 if newest is None else product.line_of(newest)


def _votes(
    product: Product, markers: Iterable[InstalledFile]
) -> tuple[list[Vote], list[tuple[int, int]], list[Anomaly]]:
    """What markers say of the level: their votes, the intervals of those that say something, and who does not vote."""
    last = len(product.levels) - 1
    votes: list[Vote] = []
    intervals: list[tuple[int, int]] = []
    suspects: list[Anomaly] = []
    for file in markers:
        if file.version is None:
            continue
        name, vote = file.path.rpartition("/")[2], vote_of(product, file)
        if vote is None:
            both = f"its version block says {file.version}, its text {file.version_string!r}"
            said = f"{name} does not vote: {both}, and they belong to different levels"
            suspects.append(Anomaly(AnomalyCode.SUSPECT, said))
            continue
        if vote != (0, last) or last == 0:
            intervals.append(vote)
        votes.append(Vote(file=name, path=file.path, version=str(file.version), votes=interval_words(product, *vote)))
    return votes, intervals, suspects


def _is_beyond(product: Product, markers: Iterable[InstalledFile]) -> bool:
    """Whether a marker's third part is above that of every level."""
    top = product.levels[-1].build[:3]
    return any(one.version is not None and one.version[:3] > top for one in markers)


def _newer(markers: Iterable[InstalledFile], newest: FileVersion) -> Iterator[Anomaly]:
    for file in markers:
        if file.version is not None and min(readings(file))[:3] > newest[:3]:
            yield Anomaly(
                AnomalyCode.NEWER_THAN_CATALOGUE,
                f"{file.path.rpartition('/')[2]} {file.version} is newer than every build that the catalogue has; "
                "a later level may be there",
            )


def _looks_served(product: Product, census: Census | None) -> bool:
    """Whether so many of its program files are there that only a server has them, where one file marks one."""
    return census is not None and len(product.server_files) == 1 and census.files >= MANY


def known_level(level: ProductLevel, product: Product) -> tuple[Level | None, Basis]:
    """The level as it is told, and by what: where the files leave it open, what the registry records of it."""
    if level.exact or level.recorded is None:
        return product.levels[level.low] if level.exact else None, level.basis
    return product.levels[level.recorded], Basis.RECORDED


def interval_words(product: Product, low: int, high: int) -> str:
    """An interval of levels in words: SP4, SP3 to SP4, at least SP1, nothing."""
    last = len(product.levels) - 1
    if low == high:
        return product.levels[low].name
    if (low, high) == (0, last):
        return "nothing"
    if high == last:
        return f"at least {product.levels[low].name}"
    return f"{product.levels[low].name} to {product.levels[high].name}"


def _disagreement(votes: Sequence[Vote]) -> str:
    return ", ".join(f"{vote.file} {vote.version} says {vote.votes}" for vote in votes if vote.votes != "nothing")
