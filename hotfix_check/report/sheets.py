"""The result as tables for spreadsheets: one kind of record each, the same columns always. CSV and XLSX write these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from hotfix_check.assess.finding import ExposureState
from hotfix_check.catalogue.update import own_name
from hotfix_check.frozen import Frozen
from hotfix_check.report.document import Result, members
from hotfix_check.report.judged_document import (
    ExposureDocument,
    FileDocument,
    FindingDocument,
    InstallationDocument,
    WaiverDocument,
)
from hotfix_check.report.names import capital, names_of, rating
from hotfix_check.report.parts import host_of, level_words, parts_of, step_line, step_notes
from hotfix_check.report.verdicts import RANK
from hotfix_check.report.wording import days_since, origin, update_name, waiver_words

Cell = str | int | float | date | None
Row = Sequence[Cell]
_WORST_STATE = ("older", "absent", "unreadable", "foreign", "other-product", "not-collected")
_OF_COPY = ("role", "version_string", "size", "modified", "machine", "language", "sha256")


class Sheet(Frozen):
    """A table: its name, its columns by key, its rows. A cell is text, a number, a day or nothing."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Result], Iterator[Row]]


def heading(column: str) -> str:
    """A column's key as people read it: known_exploited_since is Known exploited since, cves_open CVEs open."""
    short = {"kb": "KB", "cve": "CVE", "cves": "CVEs", "cvss": "CVSS", "sha256": "SHA-256"}
    return capital(" ".join(short.get(word, word) for word in column.split("_")))


def _findings(document: Result) -> Iterator[Row]:
    """Every finding, then what stands for one: an advisory, a file not read, a target without a finding."""
    as_of = document.run.as_of
    for target in document.targets:
        host = host_of(target)
        for part in parts_of(target):
            of = _head(host, part.installation)
            cves = _cves(part.installation)
            for finding in sorted(part.findings, key=lambda one: RANK[one.verdict]):
                yield _finding(of, finding, cves.get(finding.id, ()), as_of)
        for held in target.advisories:
            kb = f"KB{held.kb}" if held.kb else own_name(held.id)
            yield (
                *(host, held.installation, held.product, None, kb, held.text, "advisory", "recommended"),
                *[None] * 5,
                *(held.path, held.version, *[None] * 3),
            )
        for bad in target.unreadable:
            reason = f"Not readable: {bad.reason}"
            yield (host, *[None] * 4, reason, "unreadable", *[None] * 6, bad.path, *[None] * 4)
        if not target.findings:
            yield (host, *[None] * 4, "No update was judged", target.outcome, *[None] * 11)


def _finding(
    of: tuple[Cell, ...], finding: FindingDocument, cves: Sequence[ExposureDocument], as_of: str | None
) -> Row:
    file = _deciding(finding)
    exploited = [day for one in cves if (day := one.known_exploited)]
    due = [day for one in cves if one.state == "exposed" and (day := one.due)]
    return (
        *of,
        f"KB{finding.kb}" if finding.kb else own_name(finding.id),
        finding.title,
        finding.verdict,
        finding.importance,
        rating(max((one.cvss for one in cves if one.cvss is not None), default=None)),
        "; ".join(one.cve for one in cves) or None,
        _day(min(exploited, default=None)),
        _day(finding.released),
        days_since(min(due, default=None), as_of),
        file.name if file else None,
        _found(file),
        file.expected.version if file else None,
        ", then ".join(names_of(finding.advice)) or None,
        waiver_words(finding.waiver) if finding.waiver else None,
    )


def _deciding(finding: FindingDocument) -> FileDocument | None:
    """The file that weighs most: the worst of the required ones."""
    required = [file for file in finding.files if file.required] or finding.files
    ranks = {state: number for number, state in enumerate(_WORST_STATE)}
    return min(required, key=lambda file: ranks.get(file.state, len(ranks)), default=None)


def _found(file: FileDocument | None) -> str | None:
    if file is None:
        return None
    versions = dict.fromkeys(copy.version or "no version" for copy in file.copies)
    return "; ".join(versions) or file.state


def _exposures(document: Result) -> Iterator[Row]:
    as_of = document.run.as_of
    for target in document.targets:
        for one in target.installations:
            steps = {cve: update_name(step) for step in one.next_steps for cve in step.cves}
            for cve in one.exposures:
                yield (
                    *_head(host_of(target), one),
                    cve.cve,
                    cve.state,
                    rating(cve.cvss),
                    cve.cvss,
                    cve.impact,
                    _day(cve.known_exploited),
                    _day(cve.due),
                    days_since(cve.due, as_of) if cve.state == "exposed" else None,
                    None if cve.ransomware is None else "yes" if cve.ransomware else "no",
                    cve.fixed_by and own_name(cve.fixed_by),
                    cve.needs,
                    steps.get(cve.cve),
                )


def _evidence(document: Result) -> Iterator[Row]:
    """A row for each copy of each file of a finding; one for a file of which there is no copy."""
    for target in document.targets:
        for finding in target.findings:
            for file in finding.files:
                of = (host_of(target), finding.installation, update_name(finding), file.name)
                table = (file.expected.version, file.expected.size, "yes" if file.required else "no")
                if not file.copies:
                    yield (*of, *table, file.state, *[None] * 10)
                for copy in file.copies:
                    yield (
                        *of,
                        *table,
                        copy.state,
                        copy.path,
                        copy.version,
                        *(getattr(copy, key) for key in _OF_COPY),
                        "; ".join(copy.anomalies) or None,
                    )


def _summary(document: Result) -> Iterator[Row]:
    for target in document.targets:
        host = host_of(target)
        yield (host, target.path, "Outcome", target.outcome)
        for one in target.installations:
            facts: dict[str, Cell] = {
                "Posture": one.posture,
                "Product": f"{one.name} {level_words(one)}",
                "Build": one.build,
                "Build released": _day(one.build_released),
                "Support ends": _day(one.support.ends),
                "Updates behind": one.behind.updates,
                "Months behind": one.behind.months,
                **{f"CVEs {state}": sum(cve.state == state for cve in one.exposures) for state in ExposureState},
                **{f"Files of build {count.build}": count.files for count in one.census},
            }
            yield from ((host, one.root, label, value) for label, value in facts.items())
        yield from ((host, target.path, f"Updates {word}", total) for word, total in members(target.summary).items())
    for label, words in origin(document):
        yield (None, None, label, words)


def _steps(document: Result) -> Iterator[Row]:
    for target in document.targets:
        for one in target.installations:
            for number, step in enumerate(one.next_steps, 1):
                yield (
                    *_head(host_of(target), one),
                    number,
                    update_name(step),
                    step_line(step),
                    _day(step.released),
                    step.restart,
                    step.availability,
                    "; ".join(names_of(step.settles)) or None,
                    "; ".join(step.cves) or None,
                    " ".join(step_notes(step)) or None,
                )


def _waivers(document: Result) -> Iterator[Row]:
    def row(waiver: WaiverDocument, state: str, host: str | None, kb: str | None, verdict: str | None) -> Row:
        facts = (waiver.id, state, host, kb, verdict, waiver.reason, waiver.approved_by)
        return (*facts, _day(waiver.approved_on), _day(waiver.expires), waiver.ticket)

    for target in document.targets:
        for finding in target.findings:
            if finding.waiver:
                yield row(finding.waiver, "applied", host_of(target), update_name(finding), finding.verdict)
    for waiver in document.waivers.expired:
        yield row(waiver, "expired", None, None, None)
    for waiver in document.waivers.unused:
        yield row(waiver, "unused", None, None, None)


_OF = ("host", "installation", "product", "level")
FINDINGS = Sheet(
    name="Findings",
    columns=(
        *_OF,
        *("kb", "title", "verdict", "importance", "severity", "cves", "known_exploited_since", "released"),
        *("days_overdue", "file", "found", "expected", "next_step", "waiver"),
    ),
    rows=_findings,
)
EVIDENCE = Sheet(
    name="Evidence",
    columns=(
        *("host", "installation", "kb", "file", "expected", "expected_size", "required", "state", "path", "found"),
        *(key if key != "role" else "folder_role" for key in _OF_COPY),
        "anomalies",
    ),
    rows=_evidence,
)
EXPOSURES = Sheet(
    name="Exposures",
    columns=(
        *_OF,
        *("cve", "state", "severity", "cvss", "impact", "known_exploited_since", "due", "days_overdue"),
        *("ransomware", "fixed_by", "needs", "next_step"),
    ),
    rows=_exposures,
)
SUMMARY = Sheet(name="Summary", columns=("host", "installation", "fact", "value"), rows=_summary)
STEPS = Sheet(
    name="Next steps",
    columns=(*_OF, *("step", "kb", "what_to_do", "released", "restart", "availability", "settles", "cves", "notes")),
    rows=_steps,
)
WAIVERS = Sheet(
    name="Waivers",
    columns=(
        *("waiver", "state", "host", "kb", "verdict", "reason", "approved_by", "approved_on", "expires", "ticket"),
    ),
    rows=_waivers,
)
WORKBOOK = (SUMMARY, STEPS, FINDINGS, EXPOSURES, EVIDENCE, WAIVERS)


def _head(host: str, one: InstallationDocument | None) -> tuple[Cell, ...]:
    return (host, None, None, None) if one is None else (host, one.root, one.name, level_words(one))


def _cves(one: InstallationDocument | None) -> dict[str, list[ExposureDocument]]:
    """The CVEs that each update fixes, by its id."""
    found: dict[str, list[ExposureDocument]] = {}
    for cve in one.exposures if one else ():
        if cve.fixed_by:
            found.setdefault(cve.fixed_by, []).append(cve)
    return found


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
