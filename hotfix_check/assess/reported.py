"""What was told without files, where no file tells: a level from a reported build, and KBs that a list claims.

Neither gives a verdict on an update above the level. A build that follows updates is consistent with those that have
it, and no more: what told it may stand before the server, or be older than the last update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.assess.finding import Basis, Finding, ProductLevel, Verdict
from hotfix_check.assess.registry import built_level
from hotfix_check.catalogue import Product
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import ClaimedUpdate, ReportedBuild
from hotfix_check.version import FileVersion

_NOT_TO_CLAIM = (Verdict.INSTALLED, Verdict.SUPERSEDED, Verdict.NOT_APPLICABLE)


def reports_of(product: Product, reported: Iterable[ReportedBuild]) -> list[ReportedBuild]:
    """Those that are of a product's range."""
    return [one for one in reported if _is_of(product, one)]


def reported_level(product: Product, reported: Sequence[ReportedBuild]) -> ProductLevel | None:
    """The level by what was reported, which is of the product; None where nothing was.

    An interval where builds differ in level, or where one tells no more: V6.5, or a build between two levels.
    """
    if not reported:
        return None
    told = {one: _interval(product, one) for one in reported}
    low, high = min(one for one, _ in told.values()), max(one for _, one in told.values())
    known = low == high and _level_of(product, reported[0]) is not None
    anomalies = [Anomaly(AnomalyCode.REPORTED_ONLY, _words(product, one)) for one in reported]
    if len(set(told.values())) > 1:
        names = f"{product.levels[low].name} and {product.levels[high].name}"
        anomalies.append(Anomaly(AnomalyCode.MIXED_LEVEL, f"the reports belong to {names}"))
    return ProductLevel(
        product=product.id,
        low=low,
        high=high,
        basis=Basis.RECORDED,
        votes=(),
        anomalies=tuple(anomalies),
        server=True,
        recorded=low if known else None,
    )


def as_declared(level: ProductLevel, declared: int) -> ProductLevel:
    """The level that was declared of a product that was only reported."""
    return replace(level, low=declared, high=declared, basis=Basis.DECLARED, recorded=None)


def with_reports(finding: Finding, product: Product, reported: Sequence[ReportedBuild]) -> Finding:
    """An undetermined finding with what a reported build that follows updates is consistent with."""
    if finding.verdict is not Verdict.UNDETERMINED:
        return finding
    own = [
        row.row.version
        for row in finding.rows
        if row.required and row.row.version is not None and row.row.name.lower() in product.server_files
    ]
    if not own:
        return finding
    said = [_compared(one, max(own)) for one in reported if one.follows_updates and len(one.numbers) == 4]
    return replace(finding, reasons=(*finding.reasons, *said)) if said else finding


def with_claims(finding: Finding, claimed: Sequence[ClaimedUpdate]) -> Finding:
    """A finding with the lists that name its KB, where the files do not show it."""
    if not claimed or finding.verdict in _NOT_TO_CLAIM:
        return finding
    sources = sorted({one.source for one in claimed if one.kb == finding.update.kb})
    if not sources:
        return finding
    said = f"{' and '.join(sources)} lists it as installed, which is a claim, not proof"
    return replace(finding, reasons=(*finding.reasons, said))


def _is_of(product: Product, one: ReportedBuild) -> bool:
    return max(one.numbers) <= 0xFFFF and product.holds(_padded(one))


def _padded(one: ReportedBuild) -> FileVersion:
    return FileVersion(*(*one.numbers, 0, 0)[:4])


def _level_of(product: Product, one: ReportedBuild) -> int | None:
    headline = next((at for at, level in enumerate(product.levels) if level.build == one.numbers), None)
    if headline is not None or len(one.numbers) < 3:
        return headline
    major, minor, build, *last = one.numbers
    by_release = len({level.build[:2] for level in product.levels}) > 1
    if not (product.by_third_part or by_release):
        return None
    return built_level(product, (major, minor), build, last[0] if last else None)


def _interval(product: Product, one: ReportedBuild) -> tuple[int, int]:
    """The lowest and the highest level that a build of the product can be of."""
    level = _level_of(product, one)
    if level is not None:
        return level, level
    if product.by_third_part and len(one.numbers) > 2:
        line = product.line_of(_padded(one))
        return line, min(line + 1, len(product.levels) - 1)
    fitting = [at for at, level in enumerate(product.levels) if level.build[:2] == one.numbers[:2]]
    return (fitting[0], fitting[-1]) if fitting else (0, len(product.levels) - 1)


def _words(product: Product, one: ReportedBuild) -> str:
    marker = " or ".join(sorted(product.files[name].name for name in product.server_files if name in product.files))
    level = _level_of(product, one)
    of = product.name if level is None else product.levels[level].name
    told = f"{one.source} reports {one.text}, a build of {of}"
    if one.follows_updates:
        return f"{told}; which updates are there, only {marker or 'a file'} shows for certain"
    return f"{told}, which no security update or rollup changes; {marker or 'a file'} shows which are there"


def _compared(one: ReportedBuild, version: FileVersion) -> str:
    if one.numbers == tuple(version):
        return f"consistent with it: {one.source} reports {one.text}, which is its build"
    later = one.numbers > tuple(version)
    return f"{one.source} reports {one.text}, a {'later' if later else 'lower'} build than its {version}"
