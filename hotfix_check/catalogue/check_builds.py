"""Faults of versions against levels and dates: what a misprint in a file table looks like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from hotfix_check.catalogue.product import Product, headline_version
from hotfix_check.catalogue.update import FileRow, Package, Update, row_day
from hotfix_check.frozen import dataclass
from hotfix_check.version import FileVersion

_PROGRAMS = (".exe", ".dll")


def check_levels(product: Product) -> Iterator[str]:
    """Levels: dates in order, headline builds in range; a marker's versions in range and never going back."""
    for level in product.levels:
        build = headline_version(level)
        if not product.holds(build):
            yield f"{product.id}: levels: {level.name}: {build} is not in the product's range"
        for first in level.withdrawn_builds:
            if first[:3] != build[:3] or first >= build:
                yield f"{product.id}: levels: {level.name}: withdrawn_builds: {first} is no build of it before {build}"
    dated = [level for level in product.levels if level.released is not None]
    for earlier, later in pairwise(dated):
        if earlier.released and later.released and earlier.released > later.released:
            yield f"{product.id}: levels: {later.name} is dated before {earlier.name}"
    for level in product.levels:
        if level.released and level.end_of_support and level.end_of_support < level.released:
            yield f"{product.id}: levels: {level.name}: end_of_support is before released"
    for file in product.files.values():
        own = [(level.name, file.versions[level.name]) for level in product.levels if level.name in file.versions]
        for (earlier_name, before), (later_name, after) in pairwise(own):
            if after < before:
                yield f"{product.id}: {file.name}: {later_name} has {after}, below {before} of {earlier_name}"
        for level_name, version in own:
            if not product.holds(version):
                yield f"{product.id}: {file.name}: {level_name}: {version} is not in the product's range"
        if file.marker and not own and not product.by_third_part:
            yield f"{product.id}: {file.name}: versions: a marker that shows no level"


def check_packages(update: Update, product: Product) -> Iterator[str]:
    """Rows: each file once, of a build that the product can have, on the line that the package says."""
    for number, package in enumerate(update.packages, 1):
        keys = Counter((row.name.lower(), row.platform, row.language, row.roles) for row in package.rows)
        for (name, platform, _, _), count in keys.items():
            if count > 1:
                yield f"package {number}: {name} is there {count} times for {platform or 'the same platform'}"
        for row in package.rows:
            yield from (f"package {number}: {row.name}: {fault}" for fault in _row(row, product))
        yield from (f"package {number}: {fault}" for fault in _line(update, package, product))


def _row(row: FileRow, product: Product) -> Iterator[str]:
    if row.version is None:
        if row.name.lower().endswith(_PROGRAMS) and row.note is None:
            yield "a program without a version needs a note that says why"
    elif row.range is None and row.version[:3] < product.levels[0].build[:3]:
        first = product.levels[0]
        yield f"{row.version} is below every build of the product ({first.name} is {'.'.join(map(str, first.build))})"


def _line(update: Update, package: Package, product: Product) -> Iterator[str]:
    own = [row.version for row in package.rows if row.version is not None and row.range is None]
    if not own:
        return
    newest = max(own)
    built_on = product.levels[product.line_of(newest)]
    # A table may give the builds of the level that includes the fix: "obtain the service pack; the files should be at
    # least ...". Such a package is for an earlier line, and has to say which.
    own_of_level = built_on.name in update.included_in and newest[: len(built_on.build)] <= built_on.build
    if package.level not in (None, built_on.name) and not own_of_level:
        yield f"{newest} is of the line of {built_on.name}, not of {package.level}"
    line = package.line
    for name in update.included_in:
        if "/" not in name and line is not None and product.level_index(name) <= line:
            yield f"included_in: {name} is not later than the package's line, {product.levels[line].name}"


@dataclass(frozen=True, slots=True)
class _Dated:
    day: date
    version: FileVersion
    update: Update


def check_dates(updates: Iterable[Update], product: Product) -> Iterator[str]:
    """On one line a file's version never falls as its date rises. Dates are those of rows, else of the release."""
    shipped: dict[tuple[int, str, str | None], list[_Dated]] = defaultdict(list)
    for update in updates:
        for package in update.packages:
            line = package.line
            for row in package.rows:
                day = row_day(row) or (update.released if len(package.rows) == 1 else None)
                if line is not None and row.version is not None and row.range is None and day is not None:
                    key = (line, row.name.lower(), row.platform)
                    shipped[key].append(_Dated(day, row.version, update))
    for (_, name, _), builds in sorted(shipped.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")):
        ordered = sorted(builds, key=lambda one: (one.day, one.version))
        for before, after in pairwise(ordered):
            if after.version < before.version and after.day > before.day:
                yield (
                    f"{after.update.id}: {name} {after.version} of {after.day} is below "
                    f"{before.version} of {before.day} ({before.update.name})"
                )
