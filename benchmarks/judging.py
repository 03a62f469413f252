"""The judgement alone, without a disk: 10,000 files against 100,000 updates, and the relations between updates.

Each update carries one to three of the files of one line; the number of files grows with the catalogue, as real ones
do, so that a file has some tens of builds. Near-linear is a flat last column.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from packaging.specifiers import SpecifierSet

from benchmarks.figures import Figures, Goal, Options, mebibytes, seconds, times
from benchmarks.timing import interleaved, must_equal
from hotfix_check.assess import Assessor, Question, assess
from hotfix_check.catalogue import Catalogue, Product, Update
from hotfix_check.catalogue.product import Level
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import FileRow, Importance, Kind, Package
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetKind
from hotfix_check.version import FileVersion

SIZES, SIZES_QUICK = ((1_000, 10_000), (10_000, 100_000)), ((20, 100), (40, 200))  # files, updates
BUILDS_A_FILE = 20
SAMPLE = 25  # updates that are judged a second time, each alone
LEVELS = tuple(Level(name=f"CU{number}", build=(9, 9, number * 100)) for number in range(1, 11))
PRODUCT = Product(
    id="exchange-9.9",
    name="Exchange 9.9",
    range=SpecifierSet("==9.9.*"),
    levels=LEVELS,
    folders=(),
    files={},
    components={},
    server_files=frozenset(),
)
_JUDGE, _RELATE = "judge", "relations of all updates"


def names(updates: int) -> list[str]:
    """The files of a catalogue of so many updates."""
    return [f"file{number}.dll" for number in range(max(3, updates * 2 // BUILDS_A_FILE // len(LEVELS)))]


def synthetic(count: int) -> Catalogue:
    """A catalogue of ``count`` hotfixes, the same at every run."""
    chance = random.Random(count)
    known = names(count)
    updates = []
    for number in range(count):
        line = chance.randrange(len(LEVELS))
        rows = tuple(
            FileRow(name=name, version=FileVersion(9, 9, (line + 1) * 100, chance.randrange(60_000)))
            for name in chance.sample(known, chance.randint(1, 3))
        )
        updates.append(
            Update(
                id=f"exchange-9.9/KB{1_000_000 + number}",
                kb=1_000_000 + number,
                aliases=(),
                product=PRODUCT.id,
                title="",
                kind=Kind.HOTFIX,
                importance=Importance.OPTIONAL,
                released=None,
                released_month=None,
                level=None,
                component=None,
                restart=None,
                packages=(Package(level=LEVELS[line].name, line=line, rows=rows),),
                replaces=None,
                contains=(),
                included_in=(),
                related=(),
                actions=(),
                applies_to=(),
                sources=(),
                reviewed=None,
            )
        )
    return Catalogue(version="", sha256="", products=(PRODUCT,), updates=tuple(updates), advisories=())


def target(files: int, updates: int) -> Inventory:
    """A folder with a copy of every file that the catalogue names, and others, all on the line of CU5."""
    chance = random.Random(files)
    listed = names(updates)[:files]
    listed += [f"other{number}.dll" for number in range(files - len(listed))]
    installed = tuple(
        InstalledFile(path=name, size=1, version=FileVersion(9, 9, 500, chance.randrange(60_000)), machine="amd64")
        for name in sorted(listed)
    )
    return Inventory(
        target="evidence",
        kind=TargetKind.FOLDER,
        root=("evidence",),
        folders=("",),
        files=installed,
        unreadable=(),
        files_seen=len(installed),
        files_read=len(installed),
        lone_file=False,
    )


def judge(files: int, updates: int) -> Callable[[], dict[str, Any]]:
    """Catalogue made ready, and one target judged; counts, and the verdicts of a sample."""
    catalogue, inventory = synthetic(updates), target(files, updates)
    question = Question(assume=((PRODUCT.id, "CU5"),))

    def run() -> dict[str, Any]:
        assessment = Assessor(catalogue).assess(inventory, question)
        verdicts = {finding.update.id: str(finding.verdict) for finding in assessment.findings}
        counts: dict[str, int] = {}
        for verdict in verdicts.values():
            counts[verdict] = counts.get(verdict, 0) + 1
        return {"counts": counts, "sample": [verdicts.get(update.id) for update in _sample(catalogue)]}

    return run


def judge_alone(files: int, updates: int) -> Callable[[], list[str | None]]:
    """The slow path: each update of the sample in a catalogue of its own."""
    inventory = target(files, updates)
    question = Question(assume=((PRODUCT.id, "CU5"),))

    def run() -> list[str | None]:
        found: list[str | None] = []
        for update in _sample(synthetic(updates)):
            alone = Catalogue(version="", sha256="", products=(PRODUCT,), updates=(update,), advisories=())
            found += [str(finding.verdict) for finding in assess(inventory, alone, question).findings] or [None]
        return found

    return run


def relate(updates: int) -> Callable[[], dict[str, Any]]:
    """Index and all derived relations: seconds of the index, relations found, those of a sample."""
    catalogue = synthetic(updates)

    def run() -> dict[str, Any]:
        start = time.perf_counter()
        relations = Supersedence(catalogue)
        indexed = time.perf_counter() - start
        found = sum(len(relations.superseded_by(update, update.packages[0])) for update in catalogue.updates)
        sample = [sorted(relations.superseded_by(update, update.packages[0])) for update in _sample(catalogue)]
        return {"index": indexed, "found": found, "sample": sample}

    return run


def relate_slowly(updates: int) -> Callable[[], list[list[str]]]:
    """The slow path: each update of the sample against every other, by the rule as it is written.

    Replaced by what covers every row on its line at a version at least as high, and one of them at a higher.
    """
    catalogue = synthetic(updates)

    def covers(newer: Update, older: Update) -> bool:
        (one,), (other,) = newer.packages, older.packages
        if one.level != other.level or newer is older:
            return False
        builds = {row.name: row.version for row in one.rows}
        pairs = [(builds.get(row.name), row.version) for row in other.rows]
        return all(new is not None and old is not None and new >= old for new, old in pairs) and any(
            new != old for new, old in pairs
        )

    def run() -> list[list[str]]:
        return [
            sorted(other.id for other in catalogue.updates if covers(other, update)) for update in _sample(catalogue)
        ]

    return run


def judging(options: Options) -> Figures:
    """Both sizes, for each row of the catalogue."""
    sizes = SIZES_QUICK if options.quick else SIZES
    contenders = {}
    for files, updates in sizes:
        contenders[f"{_JUDGE} {files} files, {updates} updates"] = partial(
            options.call, judge, files=files, updates=updates
        )
        contenders[f"{_RELATE}, {updates} updates"] = partial(options.call, relate, updates=updates)
    timings = interleaved(contenders, 1 if options.quick else 3)
    rows: list[tuple[str, ...]] = []
    each: dict[str, float] = {}
    growth: dict[str, float] = {}  # a row, of the larger size to the smaller
    for files, updates in sizes:
        count = sum(len(package.rows) for update in synthetic(updates).updates for package in update.packages)
        judged = timings[f"{_JUDGE} {files} files, {updates} updates"]
        related = timings[f"{_RELATE}, {updates} updates"]
        alone = options.call(judge_alone, files=files, updates=updates).answer
        must_equal(f"verdicts among {updates} updates, against each alone", judged.answer["sample"], alone)
        must_equal(f"updates judged of {updates}", sum(judged.answer["counts"].values()), updates)
        slowly = options.call(relate_slowly, updates=updates).answer
        must_equal(f"what replaces what among {updates} updates", related.answer["sample"], slowly)
        for name, timing in ((_JUDGE, judged), (_RELATE, related)):
            growth[name] = timing.wall / count / each.setdefault(name, timing.wall / count)
            rows.append(
                (
                    name,
                    str(files) if name == _JUDGE else "",
                    str(updates),
                    str(count),
                    seconds(timing.wall),
                    seconds(timing.cpu),
                    f"{timing.wall / count * 1e6:.1f}",
                    times(growth[name]),
                    mebibytes(timing.peak),
                )
            )
    (few_files, few), (many_files, many) = sizes
    span = f"{few_files} files x {few} updates to {many_files} x {many}"
    return Figures(
        title="The judgement alone",
        about="In process, values in, values out; catalogue made ready and one target judged.",
        columns=("what", "files", "updates", "rows", "time", "CPU time", "us a row", "growth a row", "peak memory"),
        rows=tuple(rows),
        goals=(
            Goal(what=f"judging, time a row: {span}", ratio=growth[_JUDGE], bound=2),
            Goal(what=f"relations, time a row: {few} updates to {many}", ratio=growth[_RELATE], bound=2),
            Goal(what=f"judging a row among {few} updates, in units of 30 us", ratio=each[_JUDGE] / 30e-6, bound=1),
        ),
        bars=tuple((name, timing.wall) for name, timing in timings.items()),
        unit="seconds",
    )


def _sample(catalogue: Catalogue) -> list[Update]:
    return list(catalogue.updates[:: max(1, len(catalogue.updates) // SAMPLE)])
