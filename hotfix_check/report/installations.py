"""The installations of a target as the result holds them: what each is, how it stands, what to do, what is exposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from hotfix_check.assess.finding import Exposure, ExposureState, Installation, ProductLevel, Step
from hotfix_check.assess.levels import known_level
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.cve import Cve
from hotfix_check.catalogue.product import headline_version
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.report.judged_document import (
    BehindDocument,
    BuildCountDocument,
    ExposureDocument,
    InstallationDocument,
    StepDocument,
    SupportDocument,
    Weighed,
)
from hotfix_check.report.names import day_text
from hotfix_check.report.parts import is_lacking
from hotfix_check.version import FileVersion


def installation_document(
    one: Installation,
    catalogue: Catalogue,
    relations: Supersedence,
    own: Iterable[Weighed],
    as_of: date | None,
) -> InstallationDocument:
    """One installation of a target with its ``own`` findings, before how it stands is put in words.

    ``relations`` are those of the catalogue's updates, ``as_of`` is the day that ages are counted to, None where the
    result has none.
    """
    product = catalogue.product(one.product)
    build_id, released = (None, None) if one.build is None else brought_by(one.build, product, relations)
    return InstallationDocument(
        root=one.root,
        snapshot=one.snapshot,
        counts=one.counts,
        product=product.id,
        name=product.name,
        **level_facts(one.level, product),
        build=None if one.build is None else str(one.build),
        build_id=build_id,
        build_released=day_text(released),
        posture="",
        support=_support(one.level, product, {each.id: each.name for each in catalogue.products}, as_of),
        behind=_behind(own, relations, released),
        census=tuple(BuildCountDocument(build=str(count.build), files=count.files) for count in one.census),
        next_steps=tuple(step_document(step, one) for step in one.next_steps),
        exposures=tuple(exposure_document(exposure, catalogue.cves.get(exposure.cve)) for exposure in one.exposures),
    )


def level_facts(level: ProductLevel, product: Product) -> dict[str, Any]:
    """What is said of a level, of an installation as of a product: as it is told, by what, and within which bounds."""
    known, basis = known_level(level, product)
    return {
        "level": known.name if known else None,
        "level_basis": str(basis),
        "level_at_least": product.levels[level.low].name,
        "level_at_most": None if level.beyond else product.levels[level.high].name,
        "anomalies": tuple(level.anomalies),
    }


def brought_by(build: FileVersion, product: Product, relations: Supersedence) -> tuple[str | None, date | None]:
    """The update that ships a marker file of this build, None for a level's own, and the day it was released."""
    for level in product.levels:
        if headline_version(level) == build:
            return None, level.released
    rows = (row for name, file in product.files.items() if file.marker for row in relations.rows_of(product.id, name))
    found = [row.update for row in rows if row.version == build]
    first = min(found, key=lambda update: (update.built or date.max, update.id), default=None)
    return (None, None) if first is None else (first.id, first.built)


def _behind(findings: Iterable[Weighed], relations: Supersedence, build_day: date | None) -> BehindDocument:
    lacking = {each.id for each in findings if is_lacking(each)}
    days = (relations.updates[update_id].built for update_id in lacking)
    newest = max((day for day in days if day), default=None)
    months = None
    if newest is not None and build_day is not None:
        months = max(0, (newest.year - build_day.year) * 12 + newest.month - build_day.month)
        months -= months > 0 and newest.day < build_day.day
    return BehindDocument(updates=len(lacking), months=months)


def _support(level: ProductLevel, product: Product, names: Mapping[str, str], as_of: date | None) -> SupportDocument:
    own = product.levels[level.low].end_of_support if level.exact else None
    ends = own or product.end_of_support
    return SupportDocument(
        ends=day_text(ends),
        ended_days=None if ends is None or as_of is None else (as_of - ends).days,
        extended_until=day_text(max((period.ends for period in product.paid_support), default=None)),
        successor=names.get(product.successor, product.successor) if product.successor else None,
        upgrade=product.upgrade,
    )


def step_document(step: Step, one: Installation) -> StepDocument:
    """One step of a plan, or of the headline, for an installation; its CVEs are those that it closes there."""
    update = step.update
    settled = {update.id, *step.settles}
    open_ones = (each for each in one.exposures if each.state is not ExposureState.FIXED)
    return StepDocument(
        id=update.id,
        installation=one.root,
        kb=update.kb,
        title=update.title,
        kind=str(update.kind),
        released=day_text(update.released),
        line=step.line,
        again=step.again,
        availability=str(update.availability),
        public=step.public,
        requires=tuple(step.requires),
        not_known=tuple(step.not_known),
        settles=tuple(step.settles),
        cves=tuple(each.cve for each in open_ones if each.fixed_by in settled or update.level in each.closed_by),
        restart=update.restart,
        actions=step.actions,
        source="; ".join(update.sources),
    )


def exposure_document(exposure: Exposure, known: Cve | None) -> ExposureDocument:
    """A CVE on an installation, with what the catalogue knows of it."""
    return ExposureDocument(
        cve=exposure.cve,
        state=str(exposure.state),
        fixed_by=exposure.fixed_by,
        needs=exposure.needs,
        **cve_facts(known),
    )


def cve_facts(known: Cve | None) -> dict[str, Any]:
    """What an exposure says of its CVE, wherever that is open."""
    return {
        "impact": known.impact if known else None,
        "cvss": known.cvss if known else None,
        "known_exploited": day_text(known.known_exploited) if known else None,
        "due": day_text(known.due) if known else None,
        "ransomware": known.ransomware if known and known.known_exploited else None,
    }
