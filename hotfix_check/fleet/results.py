"""The rows of a saved result: what it says of its targets, as they were judged."""

from __future__ import annotations

from collections.abc import Iterable

from hotfix_check.assess import Verdict
from hotfix_check.assess.finding import Basis
from hotfix_check.assess.weight import fails
from hotfix_check.catalogue.update import Importance
from hotfix_check.errors import SavedInputError
from hotfix_check.fleet.row import MARKS, VERDICTS, HostProduct, HostRow, name_of_source
from hotfix_check.fleet.standing import told_installations
from hotfix_check.report.document import Result, TargetDocument
from hotfix_check.report.judged_document import FindingDocument


def result_rows(document: Result, source: str, sha256: str, fail_on: frozenset[Verdict]) -> tuple[HostRow, ...]:
    """What a result says is kept as it was judged; only ``fail_on`` is held against it anew."""
    if not document.targets:
        raise SavedInputError("targets: nothing was judged in this result")
    return tuple(
        _result_row(document, number, source, sha256, fail_on) for number in range(1, len(document.targets) + 1)
    )


def _worst_findings(target: TargetDocument) -> Iterable[FindingDocument]:
    """One finding an update, the worst of those on the installations that count: as ``weight`` has it of an answer."""
    aside = {(one.product, one.root) for one in target.installations if not one.counts}
    worst: dict[str, FindingDocument] = {}
    for finding in target.findings:
        if (finding.product, finding.installation) in aside:
            continue
        known = worst.setdefault(finding.id, finding)
        if VERDICTS.index(finding.verdict) < VERDICTS.index(known.verdict):
            worst[finding.id] = finding
    return worst.values()


def _result_row(document: Result, number: int, source: str, sha256: str, fail_on: frozenset[Verdict]) -> HostRow:
    target, run = document.targets[number - 1], document.run
    collected = target.collected
    host, at = (collected.host, collected.at) if collected else (None, None)
    several = len(document.targets) > 1
    name = name_of_source(source) + (f": {target.path}" if several else "")
    findings: dict[str, list[str]] = {key: [] for key in (*VERDICTS, *MARKS)}
    outcome = target.outcome
    for finding in _worst_findings(target):
        verdict, update_id = finding.verdict, finding.id
        findings[verdict].append(update_id)
        for mark, holds in (("blocked", finding.blocked), ("waived", finding.waiver is not None)):
            if holds:
                findings[mark].append(update_id)
        if not finding.waiver and fails(verdict, Importance(finding.importance), fail_on):
            findings["failing"].append(update_id)
            outcome = "findings"
    return HostRow(
        source=source,
        sha256=sha256,
        target=number,
        kind="result",
        host=host or name,
        named=bool(host),
        at=at or run.finished or (f"{run.as_of}T00:00:00Z" if run.as_of else None),
        catalogue=document.catalogue.version,
        catalogue_sha256=document.catalogue.sha256,
        outcome=outcome,
        products=tuple(
            HostProduct(
                one.id,
                # What is recorded decides nothing: hosts are alike when their files are.
                None if one.level_basis == Basis.RECORDED else one.level,
                one.level_at_least,
                one.level_at_most,
                one.level_basis,
            )
            for one in target.products
        ),
        findings={key: tuple(sorted(ids)) for key, ids in findings.items()},
        installations=told_installations(target),
        advisories=tuple(dict.fromkeys(one.id for one in target.advisories if one.counts and not one.waiver)),
    )
