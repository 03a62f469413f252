"""The result document: what JSON holds and every other format renders. Schema: hotfix-check/result/1, additive only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hotfix_check import __version__
from hotfix_check.assess.finding import Assessment, Copy, Finding, HeldAdvisory, JudgedRow, ProductLevel, Verdict
from hotfix_check.assess.registry import setup_level
from hotfix_check.assess.weight import outcome_of
from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import ClaimedUpdate, InstalledFile
from hotfix_check.inventory.registry import RecordedSetup, RegistryRecords
from hotfix_check.policy import Applied, Baseline, Waiver, Waivers
from hotfix_check.report import document
from hotfix_check.report import judged_document as judged
from hotfix_check.report.document import filled
from hotfix_check.report.installations import installation_document, known_level, level_facts
from hotfix_check.report.ladders import ladders_of
from hotfix_check.report.names import day_text
from hotfix_check.untrusted.fields import stamp

if TYPE_CHECKING:
    from hotfix_check.configuration import Configuration


_OF_A_READ_COPY = ("version", "version_string", "linked", "language", "machine", "sha256")


class RunInfo(Frozen):
    """When, where and how the tool ran; the CLI fills it in once. None where it was left out (--no-run-info)."""

    started: datetime | None = None
    finished: datetime | None = None
    host: str | None = None
    user: str | None = None
    arguments: tuple[str, ...] | None = None
    as_of: date | None = None


def result_document(
    assessments: Sequence[Assessment],
    catalogue: Catalogue,
    run: RunInfo,
    *,
    products: Sequence[str] | None = None,
    kbs: Sequence[int] | None = None,
    fail_on: frozenset[Verdict] = frozenset(),
    baseline: Baseline | None = None,
    waivers: Waivers | None = None,
    applied: Applied | None = None,
    configuration: Configuration | None = None,
    relations: Supersedence | None = None,
) -> document.Result:
    """The whole result of a run, keys always present; a verdict of ``fail_on`` makes a target's outcome findings.

    ``products`` and ``kbs`` are what the question was narrowed to, None where it was not; ``relations`` those of the
    catalogue's updates, where they are there already.
    """
    applied = applied or Applied()
    waived = [*applied.by_target, *({} for _ in assessments)]
    relations = relations or Supersedence(catalogue)
    day = run.as_of or date.fromisoformat(catalogue.version)
    return document.Result(
        schema=document.RESULT_SCHEMA,
        tool=tool_document(),
        run=run_document(run),
        catalogue=_catalogue(catalogue),
        scope=document.ScopeDocument(
            products=None if products is None else tuple(products), kbs=None if kbs is None else tuple(kbs), excluded=()
        ),
        configuration=configuration_document(configuration),
        baseline=document.PolicyFileDocument(
            file=baseline.path if baseline else None, sha256=baseline.sha256 if baseline else None
        ),
        waivers=_waivers(waivers, applied),
        targets=tuple(
            _target(assessment, catalogue, fail_on, here, run.as_of, day, relations)
            for assessment, here in zip(assessments, waived, strict=False)
        ),
    )


def tool_document() -> document.ToolDocument:
    """What writes the report."""
    return document.ToolDocument(name="hotfix-check", version=__version__)


def _catalogue(catalogue: Catalogue) -> document.CatalogueDocument:
    newest = {product: day_text(day) for product, day in catalogue.outline().newest_days.items()}
    return document.CatalogueDocument(
        version=catalogue.version,
        sha256=catalogue.sha256,
        products=len(catalogue.products),
        updates=catalogue.outline().updates,
        newest=max((day for day in newest.values() if day), default=None),
        newest_by_product=newest,
    )


def _waivers(waivers: Waivers | None, applied: Applied) -> document.WaiversDocument:
    return document.WaiversDocument(
        file=waivers.path if waivers else None,
        sha256=waivers.sha256 if waivers else None,
        expired=tuple(map(waiver_document, applied.expired)),
        unused=tuple(map(waiver_document, applied.unused)),
    )


def configuration_document(configuration: Configuration | None) -> document.ConfigurationDocument:
    """The configuration file of a run, and what it took from it."""
    return document.ConfigurationDocument(
        file=configuration.path if configuration else None,
        sha256=configuration.sha256 if configuration else None,
        options={option: tuple(texts) for option, texts in configuration.options.items()} if configuration else {},
    )


def run_document(run: RunInfo) -> document.RunDocument:
    """When, where and how the tool ran."""
    return filled(document.RunDocument, run)


def _target(
    assessment: Assessment,
    catalogue: Catalogue,
    fail_on: frozenset[Verdict],
    waived: Mapping[str, Waiver],
    as_of: date | None,
    day: date,
    relations: Supersedence,
) -> document.TargetDocument:
    findings = [finding_document(finding, waived.get(finding.update.id)) for finding in assessment.findings]
    installations = [
        installation_document(one, catalogue, relations, findings, as_of, day) for one in assessment.installations
    ]
    return filled(
        document.TargetDocument,
        assessment,
        path=assessment.target,
        outcome=str(outcome_of(assessment, fail_on, frozenset(waived))),
        installations=tuple(installations),
        collected=None if assessment.collected is None else filled(document.CollectedDocument, assessment.collected),
        registry=registry_document(assessment.registry, catalogue),
        claimed=tuple(_claimed(one, catalogue) for one in assessment.claimed),
        products=tuple(_product(level, catalogue) for level in assessment.products),
        findings=tuple(findings),
        advisories=tuple(_advisory(held, waived.get(held.advisory.id)) for held in assessment.advisories),
        unreadable=tuple(filled(document.UnreadableDocument, file) for file in assessment.unreadable),
        summary=_summary(installations, findings),
        ladders=tuple(ladders_of(assessment, relations)),
    )


def _summary(
    installations: Iterable[judged.InstallationDocument], findings: Iterable[judged.FindingDocument]
) -> document.SummaryDocument:
    """How many findings have each verdict, of the installations that count."""
    aside = {(one.root, one.product) for one in installations if not one.counts}
    counted = [one for one in findings if (one.installation, one.product) not in aside]
    verdicts = Counter(one.verdict for one in counted)
    return document.SummaryDocument(
        **{verdict.name.lower(): verdicts[verdict] for verdict in Verdict},
        blocked=sum(one.blocked for one in counted),
        waived=sum(one.waiver is not None for one in counted),
    )


def _claimed(one: ClaimedUpdate, catalogue: Catalogue) -> document.ClaimedDocument:
    ids = sorted(update.id for update in catalogue.updates if update.kb == one.kb)
    return filled(document.ClaimedDocument, one, updates=tuple(ids))


def _product(level: ProductLevel, catalogue: Catalogue) -> document.ProductDocument:
    product = catalogue.product(level.product)
    known, _ = known_level(level, product)
    return filled(
        document.ProductDocument,
        product,
        **level_facts(level, product),
        end_of_support=day_text((known.end_of_support if known else None) or product.end_of_support),
        evidence=level.votes,
    )


def finding_document(finding: Finding, waiver: Waiver | None = None) -> judged.FindingDocument:
    """One finding as the result holds it."""
    update = finding.update
    return filled(
        judged.FindingDocument,
        finding,
        update,
        satisfied_by=tuple(filled(judged.SatisfiedByDocument, by) for by in finding.satisfied_by),
        prerequisites=tuple(filled(judged.PrerequisiteDocument, group) for group in finding.prerequisites),
        files=tuple(map(_file, finding.rows)),
        actions=tuple(filled(judged.ActionDocument, action) for action in update.actions),
        waiver=None if waiver is None else waiver_document(waiver),
        source="; ".join(update.sources),
    )


def registry_document(records: RegistryRecords | None, catalogue: Catalogue) -> document.RegistryDocument | None:
    """What a registry hive records, each Setup key with the product and the level that it tells."""
    if records is None:
        return None
    return filled(
        document.RegistryDocument,
        records,
        setups=tuple(_setup(one, catalogue.products) for one in records.setups),
        updates=tuple(filled(document.RecordedUpdateDocument, one) for one in records.updates),
    )


def _setup(setup: RecordedSetup, products: Iterable[Product]) -> document.SetupDocument:
    told = ((product, setup_level(product, setup)) for product in products)
    product, level = next(((one.id, one.levels[index].name) for one, index in told if index is not None), (None, None))
    return document.SetupDocument(key=setup.key, values=dict(setup.values), product=product, level=level)


def _file(one: JudgedRow) -> judged.FileDocument:
    expected = filled(judged.ExpectedDocument, one.row)
    return filled(judged.FileDocument, one, one.row, expected=expected, copies=tuple(map(_copy, one.copies)))


def _copy(copy: Copy) -> judged.CopyDocument:
    file = copy.file
    if not isinstance(file, InstalledFile):
        return filled(judged.CopyDocument, copy, file, **dict.fromkeys(_OF_A_READ_COPY))
    return filled(
        judged.CopyDocument,
        copy,
        file,
        linked=stamp(datetime.fromtimestamp(file.linked, UTC)) if file.linked else None,
        language=", ".join(f"{language:04x}" for language in file.languages) or None,
    )


def waiver_document(waiver: Waiver) -> judged.WaiverDocument:
    """A waiver as the result holds it."""
    return filled(judged.WaiverDocument, waiver)


def _advisory(held: HeldAdvisory, waiver: Waiver | None) -> judged.AdvisoryDocument:
    return filled(
        judged.AdvisoryDocument,
        held,
        held.advisory,
        kind="support" if held.of_support else "build",
        waiver=None if waiver is None else waiver_document(waiver),
    )
