"""The installations of a target as the result holds them: what each is, how it stands, what to do, what is exposed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from hotfix_check.assess.finding import (
    OPEN,
    Assessment,
    Exposure,
    ExposureState,
    Finding,
    Installation,
    ProductLevel,
    Step,
    Verdict,
)
from hotfix_check.catalogue import Catalogue, Product, Update
from hotfix_check.catalogue.product import headline_version
from hotfix_check.catalogue.update import Importance
from hotfix_check.report.document import (
    BehindDocument,
    ExposureDocument,
    InstallationDocument,
    StepDocument,
    SupportDocument,
)
from hotfix_check.report.posture import Standing, posture_words
from hotfix_check.report.text import day_text
from hotfix_check.version import FileVersion

NEWER_THAN_CATALOGUE = "newer-than-catalogue"
_WEIGHTY = (Importance.REQUIRED, Importance.RECOMMENDED)


def installation_documents(
    assessment: Assessment, catalogue: Catalogue, waived: Collection[str], as_of: date | None
) -> list[InstallationDocument]:
    """Each installation of a target; ``waived`` are update ids, ``as_of`` the day that ages are counted to."""
    return [_installation(one, assessment, catalogue, waived, as_of) for one in assessment.installations]


def _installation(
    one: Installation, assessment: Assessment, catalogue: Catalogue, waived: Collection[str], as_of: date | None
) -> InstallationDocument:
    product = catalogue.product(one.product)
    low, high = product.levels[one.level.low], product.levels[one.level.high]
    level = low.name if one.level.exact else None
    own = [
        finding
        for finding in assessment.findings
        if finding.installation == one.root and finding.update.product == one.product
    ]
    build_id, released = (None, None) if one.build is None else brought_by(one.build, product, catalogue.updates)
    behind = _behind(own, waived, released)
    # Without a day of its own, a result says that support has ended only where it had on the catalogue's day.
    support = _support(one.level, product, as_of)
    ends = support["ends"]
    standing = Standing(
        name=f"{product.name} {level or _between(low.name, high.name, one.level)}",
        build=None if one.build is None else str(one.build),
        build_day=day_text(released),
        newer_than_catalogue=any(text.startswith(NEWER_THAN_CATALOGUE) for text in one.level.anomalies),
        support_ends=ends,
        ended=ends is not None and ends < (day_text(as_of) or catalogue.version),
        ended_days=support["ended_days"],
        extended_until=support["extended_until"],
        judged=bool(own),
        lacking=behind["updates"],
        partial=sum(one.verdict is Verdict.PARTIAL for one in _lacking(own, waived)),
        months=behind["months"],
        undetermined=sum(
            finding.verdict is Verdict.UNDETERMINED
            and finding.importance in _WEIGHTY
            and finding.update.id not in waived
            for finding in own
        ),
        accepted=sum(finding.update.id in waived for finding in own),
        exposed=sum(exposure.state is ExposureState.EXPOSED for exposure in one.exposures),
        unsettled=sum(
            exposure.state in (ExposureState.UNKNOWN, ExposureState.NEEDS_CONFIGURATION) for exposure in one.exposures
        ),
        steps=[step.update.name for step in one.next_steps],
    )
    return {
        "root": one.root,
        "snapshot": one.snapshot,
        "counts": one.counts,
        "product": product.id,
        "name": product.name,
        "level": level,
        "level_basis": str(one.level.basis),
        "level_at_least": low.name,
        "level_at_most": high.name,
        "build": standing.build,
        "build_id": build_id,
        "build_released": standing.build_day,
        "anomalies": list(one.level.anomalies),
        "posture": posture_words(standing),
        "support": support,
        "behind": behind,
        "census": [{"build": str(count.build), "files": count.files} for count in one.census],
        "next_steps": [step_document(step) for step in one.next_steps],
        "exposures": [_exposure(exposure) for exposure in one.exposures],
    }


def brought_by(build: FileVersion, product: Product, updates: Iterable[Update]) -> tuple[str | None, date | None]:
    """The update that ships a marker file of this build, None for a level's own, and the day it was released."""
    for level in product.levels:
        if headline_version(level) == build:
            return None, level.released
    markers = {name for name, file in product.files.items() if file.marker}
    found = [
        update
        for update in updates
        if update.product == product.id
        and any(
            row.version == build and row.name.lower() in markers for package in update.packages for row in package.rows
        )
    ]
    first = min(found, key=lambda update: (update.built or date.max, update.id), default=None)
    return (None, None) if first is None else (first.id, first.built)


def _between(low: str, high: str, level: ProductLevel) -> str:
    return f"at least {low}" if level.basis in ("inferred", "none") or low == high else f"{low} to {high}"


def _lacking(findings: Iterable[Finding], waived: Collection[str]) -> list[Finding]:
    return [
        finding
        for finding in findings
        if finding.importance in _WEIGHTY and finding.verdict in OPEN and finding.update.id not in waived
    ]


def _behind(findings: Iterable[Finding], waived: Collection[str], build_day: date | None) -> BehindDocument:
    lacking = _lacking(findings, waived)
    newest = max((day for finding in lacking if (day := finding.update.built)), default=None)
    months = None
    if newest is not None and build_day is not None:
        months = max(0, (newest.year - build_day.year) * 12 + newest.month - build_day.month)
        months -= months > 0 and newest.day < build_day.day
    return {"updates": len(lacking), "months": months}


def _support(level: ProductLevel, product: Product, as_of: date | None) -> SupportDocument:
    own = product.levels[level.low].end_of_support if level.exact else None
    ends = own or product.end_of_support
    return {
        "ends": day_text(ends),
        "ended_days": None if ends is None or as_of is None else (as_of - ends).days,
        "extended_until": None,
        "successor": None,
    }


def step_document(step: Step) -> StepDocument:
    """One step of a plan, or of the headline."""
    update = step.update
    return {
        "id": update.id,
        "kb": update.kb,
        "title": update.title,
        "kind": str(update.kind),
        "released": day_text(update.released),
        "line": step.line,
        "again": step.again,
        "availability": str(update.availability),
        "requires": list(step.requires),
        "not_known": list(step.not_known),
        "settles": list(step.settles),
        "cves": [],
        "restart": update.restart,
        "actions": [{"kind": action.kind, "text": action.text} for action in step.actions],
    }


def _exposure(exposure: Exposure) -> ExposureDocument:
    return {
        "cve": exposure.cve,
        "state": str(exposure.state),
        "fixed_by": exposure.fixed_by,
        "needs": exposure.needs,
        "impact": None,
        "cvss": None,
        "known_exploited": None,
        "due": None,
        "ransomware": None,
    }


def counting(installations: Sequence[InstallationDocument]) -> list[InstallationDocument]:
    """Those that decide an outcome: not a shadow copy whose product is elsewhere too."""
    return [one for one in installations if one["counts"]]
