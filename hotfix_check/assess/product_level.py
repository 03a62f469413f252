"""The level of a product on a target: by its files, else by what was reported; and what is odd about their builds."""

from __future__ import annotations

from collections.abc import Iterable

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, is_told
from hotfix_check.assess.census import MANY, Census
from hotfix_check.assess.evidence import ProductEvidence, version_unread
from hotfix_check.assess.finding import ProductLevel
from hotfix_check.assess.levels import assess_level, vote_of
from hotfix_check.assess.reported import as_declared, reported_level, reports_of
from hotfix_check.catalogue.outline import Outline
from hotfix_check.catalogue.product import Product, headline_version
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, name_of


def level_on(
    evidence: ProductEvidence,
    declared: str | None,
    census: Census | None,
    outline: Outline,
    relations: Supersedence,
) -> ProductLevel | None:
    """The level of a product by its files, else by what was reported; None where neither brings the product."""
    product = evidence.product
    counting = evidence.counting(outline.names[product.id])
    if not counting and not (census is not None and census.others):
        level = reported_level(product, reports_of(product, evidence.files.inventory.reported))
        return level if level is None or declared is None else as_declared(level, product.level_index(declared))
    markers = [file for file in counting if product.is_marker(name_of(file.path))]
    newest = outline.newest_builds[product.id]
    level = assess_level(product, counting, markers, declared, newest, census)
    said = is_told(level.anomalies, AnomalyCode.NEWER_THAN_CATALOGUE)
    unknown = () if said else _unknown_builds(product, markers, relations)
    return replace(level, anomalies=(*level.anomalies, *unknown))


def _unknown_builds(product: Product, markers: Iterable[InstalledFile], relations: Supersedence) -> Iterable[Anomaly]:
    """Builds that no level and no update has, where one file carries the product's build (ExSetup.exe).

    Elsewhere an unknown later build is usual: fixes were handed out one by one, and most have no catalogued row.
    """
    if len(product.server_files) != 1:
        return
    headlines = {headline_version(level) for level in product.levels}
    for file in markers:
        name = name_of(file.path)
        if file.version is None or name not in product.server_files or file.version in headlines:
            continue
        if relations.knows_build(product.id, name, file.version):
            continue
        shown = f"{file.path.rpartition('/')[2]} {file.version}"
        line = product.line_of(file.version)
        known = [build.version for build in relations.shipped(product.id, line, name)]
        own = headline_version(product.levels[line])
        if (
            product.build_per_update
            and all(file.version > build for build in known)
            and file.version > own
            and not (product.build_per_level and file.version[:3] != own[:3])  # between two levels
        ):
            yield Anomaly(
                AnomalyCode.NEWER_THAN_CATALOGUE,
                f"{shown} is newer than every build that the catalogue knows of {product.levels[line].name}; "
                "a later update may be there",
            )
        else:
            yield Anomaly(
                AnomalyCode.UNKNOWN_BUILD, f"{shown} is not a build that the catalogue knows of {product.name}"
            )


def with_neighbours(level: ProductLevel, product: Product, census: Census, line: int) -> ProductLevel:
    """The level as an interval where the files beside the marker belong to another line, and more of them.

    No interval spans two products: where an upgrade in place left most files as they were, that is told of the level.
    """
    lines = census.lines_beside()
    strangers, of_product = sum(one.files for one in census.strangers), lines.total() + 1
    if strangers >= MANY and strangers > of_product:
        older = 2 * sum(one.files for one in census.older_strangers()) > strangers
        code = AnomalyCode.OLDER_NEIGHBOUR if older else AnomalyCode.NEWER_NEIGHBOUR
        most = max(census.strangers, key=lambda one: (one.files, one.build, one.name))
        said = (
            f"{strangers} files beside the marker belong to another product of its folder, such as {most.name} "
            f"{most.build}, and {of_product} to {product.name}"
        )
        if older:
            said += "; an upgrade in place that stopped half-way leaves this: run its Setup again, then install updates"
        level = replace(level, anomalies=(*level.anomalies, Anomaly(code, said)))
    own = lines.pop(line, 0) + 1
    at, files = max(lines.items(), key=lambda item: (item[1], -item[0]), default=(line, 0))
    if files < MANY or files <= own:
        return level
    levels = product.levels
    said = f"{files} files beside the marker belong to {levels[at].name}, and {own} to {levels[line].name}"
    mixed = Anomaly(AnomalyCode.MIXED_LEVEL, said)
    return replace(level, low=min(level.low, at), high=max(level.high, at), anomalies=(*level.anomalies, mixed))


def unread_marker(evidence: ProductEvidence) -> bool:
    """Whether a judged copy of a marker file of the product cannot be read, or says two things."""
    return any(
        version_unread(file) or (isinstance(file, InstalledFile) and vote_of(evidence.product, file) is None)
        for known in evidence.product.files.values()
        if known.marker
        for file in evidence.judged(known.name, known.roles)
    )
