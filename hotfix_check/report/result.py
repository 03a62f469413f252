"""The result document: what JSON holds and every other format renders. Schema: hotfix-check/result/1, additive only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hotfix_check import __version__
from hotfix_check.assess.finding import (
    Assessment,
    Copy,
    Finding,
    HeldAdvisory,
    JudgedRow,
    ProductLevel,
    Verdict,
)
from hotfix_check.assess.levels import known_level
from hotfix_check.assess.registry import setup_level
from hotfix_check.assess.weight import outcome_of
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import ClaimedUpdate, InstalledFile
from hotfix_check.inventory.registry import RecordedSetup, RegistryRecords
from hotfix_check.policy import Applied, Baseline, Waiver, Waivers
from hotfix_check.report.document import (
    RESULT_SCHEMA,
    CatalogueDocument,
    ClaimedDocument,
    CollectedDocument,
    ConfigurationDocument,
    PolicyFileDocument,
    ProductDocument,
    RecordedUpdateDocument,
    RegistryDocument,
    Result,
    RunDocument,
    ScopeDocument,
    SetupDocument,
    SummaryDocument,
    TargetDocument,
    ToolDocument,
    UnreadableDocument,
    WaiversDocument,
)
from hotfix_check.report.installations import installation_document, level_facts
from hotfix_check.report.judged_document import (
    AdvisoryDocument,
    CopyDocument,
    ExpectedDocument,
    FileDocument,
    FindingDocument,
    InstallationDocument,
    PrerequisiteDocument,
    WaiverDocument,
)
from hotfix_check.report.ladders import ladders_of
from hotfix_check.report.names import day_text
from hotfix_check.report.parts import standing_of
from hotfix_check.report.posture import posture_words
from hotfix_check.untrusted.fields import stamp

if TYPE_CHECKING:
    from hotfix_check.configuration import Configuration


def result_document(
    assessments: Sequence[Assessment],
    catalogue: Catalogue,
    run: RunDocument,
    *,
    products: Sequence[str] | None = None,
    kbs: Sequence[int] | None = None,
    fail_on: frozenset[Verdict] = frozenset(),
    baseline: Baseline | None = None,
    waivers: Waivers | None = None,
    applied: Applied | None = None,
    configuration: Configuration | None = None,
    relations: Supersedence | None = None,
) -> Result:
    """The whole result of a run, keys always present; a verdict of ``fail_on`` makes a target's outcome findings.

    ``products`` and ``kbs`` are what the question was narrowed to, None where it was not; ``relations`` those of the
    catalogue's updates, where they are there already.
    """
    applied = applied or Applied()
    waived = [*applied.by_target, *({} for _ in assessments)]
    relations = relations or Supersedence(catalogue)
    as_of = None if run.as_of is None else date.fromisoformat(run.as_of)
    day = run.as_of or catalogue.version
    return Result(
        schema=RESULT_SCHEMA,
        tool=tool_document(),
        run=run,
        catalogue=_catalogue(catalogue),
        scope=ScopeDocument(
            products=None if products is None else tuple(products),
            kbs=None if kbs is None else tuple(kbs),
            excluded=(),
        ),
        configuration=configuration_document(configuration),
        baseline=PolicyFileDocument(
            file=baseline.path if baseline else None, sha256=baseline.sha256 if baseline else None
        ),
        waivers=_waivers(waivers, applied),
        targets=tuple(
            _target(assessment, catalogue, fail_on, here, as_of, day, relations)
            for assessment, here in zip(assessments, waived, strict=False)
        ),
    )


def tool_document() -> ToolDocument:
    """What writes the report."""
    return ToolDocument(name="hotfix-check", version=__version__)


def _catalogue(catalogue: Catalogue) -> CatalogueDocument:
    newest = {product: day_text(day) for product, day in catalogue.outline().newest_days.items()}
    return CatalogueDocument(
        version=catalogue.version,
        sha256=catalogue.sha256,
        products=len(catalogue.products),
        updates=catalogue.outline().updates,
        newest=max((day for day in newest.values() if day), default=None),
        newest_by_product=newest,
    )


def _waivers(waivers: Waivers | None, applied: Applied) -> WaiversDocument:
    return WaiversDocument(
        file=waivers.path if waivers else None,
        sha256=waivers.sha256 if waivers else None,
        expired=tuple(map(waiver_document, applied.expired)),
        unused=tuple(map(waiver_document, applied.unused)),
    )


def configuration_document(configuration: Configuration | None) -> ConfigurationDocument:
    """The configuration file of a run, and what it took from it."""
    return ConfigurationDocument(
        file=configuration.path if configuration else None,
        sha256=configuration.sha256 if configuration else None,
        options={option: tuple(texts) for option, texts in configuration.options.items()} if configuration else {},
    )


def _target(
    assessment: Assessment,
    catalogue: Catalogue,
    fail_on: frozenset[Verdict],
    waived: Mapping[str, Waiver],
    as_of: date | None,
    day: str,
    relations: Supersedence,
) -> TargetDocument:
    """``day`` is the one by which support has ended or has not: a result without one goes by the catalogue's."""
    collected = assessment.collected
    findings = [finding_document(finding, waived.get(finding.update.id)) for finding in assessment.findings]
    installations = []
    for one in assessment.installations:
        own = [each for each in findings if each.installation == one.root and each.product == one.product]
        document = installation_document(one, catalogue, relations, own, as_of)
        installations.append(replace(document, posture=posture_words(standing_of(document, own, day))))
    return TargetDocument(
        path=assessment.target,
        kind=assessment.kind,
        outcome=str(outcome_of(assessment, fail_on, frozenset(waived))),
        files_seen=assessment.files_seen,
        files_read=assessment.files_read,
        installations=tuple(installations),
        stray=assessment.stray,
        collected=None
        if collected is None
        else CollectedDocument(host=collected.host, at=stamp(collected.at), by=collected.by),
        registry=registry_document(assessment.registry, catalogue),
        claimed=tuple(_claimed(one, catalogue) for one in assessment.claimed),
        products=tuple(_product(level, catalogue) for level in assessment.products),
        findings=tuple(findings),
        advisories=tuple(_advisory(held, waived.get(held.advisory.id)) for held in assessment.advisories),
        unreadable=tuple(UnreadableDocument(path=file.path, reason=file.reason) for file in assessment.unreadable),
        foreign=assessment.foreign,
        backups=tuple(assessment.backups),
        summary=_summary(installations, findings),
        ladders=tuple(ladders_of(assessment, relations)),
    )


def _summary(installations: Iterable[InstallationDocument], findings: Iterable[FindingDocument]) -> SummaryDocument:
    """How many findings have each verdict, of the installations that count."""
    aside = {(one.root, one.product) for one in installations if not one.counts}
    counted = [one for one in findings if (one.installation, one.product) not in aside]
    verdicts = Counter(one.verdict for one in counted)
    return SummaryDocument(
        installed=verdicts[Verdict.INSTALLED],
        superseded=verdicts[Verdict.SUPERSEDED],
        partial=verdicts[Verdict.PARTIAL],
        missing=verdicts[Verdict.MISSING],
        not_applicable=verdicts[Verdict.NOT_APPLICABLE],
        undetermined=verdicts[Verdict.UNDETERMINED],
        blocked=sum(one.blocked for one in counted),
        waived=sum(one.waiver is not None for one in counted),
    )


def _claimed(one: ClaimedUpdate, catalogue: Catalogue) -> ClaimedDocument:
    ids = sorted(update.id for update in catalogue.updates if update.kb == one.kb)
    return ClaimedDocument(kb=one.kb, source=one.source, updates=tuple(ids))


def _product(level: ProductLevel, catalogue: Catalogue) -> ProductDocument:
    product = catalogue.product(level.product)
    known, _ = known_level(level, product)
    return ProductDocument(
        id=product.id,
        name=product.name,
        **level_facts(level, product),
        end_of_support=day_text((known.end_of_support if known else None) or product.end_of_support),
        evidence=level.votes,
    )


def finding_document(finding: Finding, waiver: Waiver | None = None) -> FindingDocument:
    """One finding as the result holds it."""
    update = finding.update
    return FindingDocument(
        id=update.id,
        installation=finding.installation,
        kb=update.kb,
        aliases=tuple(update.aliases),
        product=update.product,
        title=update.title,
        kind=str(update.kind),
        importance=str(finding.importance),
        availability=str(update.availability),
        released=day_text(update.released),
        verdict=finding.verdict,
        confidence=str(finding.confidence),
        line=finding.line,
        reasons=tuple(finding.reasons),
        satisfied_by=finding.satisfied_by,
        superseded_by=tuple(finding.superseded_by),
        partly_superseded_by=tuple(finding.partly_superseded_by),
        advice=tuple(finding.advice),
        anomalies=tuple(finding.anomalies),
        prerequisites=tuple(
            PrerequisiteDocument(requires=group.requires, state=group.state, basis=group.basis, evidence=group.evidence)
            for group in finding.prerequisites
        ),
        prerequisites_stated=finding.prerequisites_stated,
        blocked=finding.blocked,
        files=tuple(_row(row) for row in finding.rows),
        settle_with=finding.settle_with,
        restart=update.restart,
        actions=update.actions,
        waiver=None if waiver is None else waiver_document(waiver),
        recorded=None if finding.recorded is None else tuple(finding.recorded),
        source="; ".join(update.sources),
    )


def registry_document(records: RegistryRecords | None, catalogue: Catalogue) -> RegistryDocument | None:
    """What a registry hive records, each Setup key with the product and the level that it tells."""
    if records is None:
        return None
    return RegistryDocument(
        hive=records.hive,
        size=records.size,
        sha256=records.sha256,
        complete=records.complete,
        notes=tuple(records.notes),
        setups=tuple(_setup(one, catalogue.products) for one in records.setups),
        updates=tuple(RecordedUpdateDocument(kb=one.kb, key=one.key, package=one.package) for one in records.updates),
    )


def _setup(setup: RecordedSetup, products: Iterable[Product]) -> SetupDocument:
    told = ((product, setup_level(product, setup)) for product in products)
    product, level = next(((one.id, one.levels[index].name) for one, index in told if index is not None), (None, None))
    return SetupDocument(key=setup.key, values=dict(setup.values), product=product, level=level)


def _row(judged: JudgedRow) -> FileDocument:
    row = judged.row
    return FileDocument(
        name=row.name,
        required=judged.required,
        roles=tuple(judged.roles),
        state=str(judged.state),
        expected=ExpectedDocument(
            version=None if row.version is None else str(row.version),
            size=row.size,
            timestamp=stamp(row.timestamp) if isinstance(row.timestamp, datetime) else day_text(row.timestamp),
            platform=row.platform,
        ),
        copies=tuple(_copy(copy) for copy in judged.copies),
    )


def _copy(copy: Copy) -> CopyDocument:
    file = copy.file
    read = file if isinstance(file, InstalledFile) else None
    return CopyDocument(
        path=file.path,
        role=copy.role,
        state=str(copy.state),
        version=None if read is None or read.version is None else str(read.version),
        version_string=read.version_string if read else None,
        size=file.size,
        modified=stamp(file.modified),
        linked=stamp(datetime.fromtimestamp(read.linked, UTC)) if read and read.linked else None,
        language=", ".join(f"{language:04x}" for language in read.languages) or None if read else None,
        machine=read.machine if read else None,
        sha256=read.sha256 if read else None,
        anomalies=tuple(copy.anomalies),
    )


def waiver_document(waiver: Waiver) -> WaiverDocument:
    """A waiver as the result holds it."""
    return WaiverDocument(
        id=waiver.id,
        reason=waiver.reason,
        approved_by=waiver.approved_by,
        ticket=waiver.ticket,
        approved_on=day_text(waiver.approved_on),
        expires=waiver.expires.isoformat(),
    )


def _advisory(held: HeldAdvisory, waiver: Waiver | None) -> AdvisoryDocument:
    advisory = held.advisory
    return AdvisoryDocument(
        id=advisory.id,
        installation=held.installation,
        kb=advisory.kb,
        product=advisory.product,
        file=advisory.file,
        path=held.path,
        version=held.version,
        text=advisory.text,
        source=advisory.source,
        kind="support" if held.of_support else "build",
        counts=held.counts,
        waiver=None if waiver is None else waiver_document(waiver),
    )
