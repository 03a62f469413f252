"""The whole tree of one verdict for people: rows with + and -, the rule, prerequisites, chain, what would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotfix_check.assess.anomaly import AnomalyCode, is_written
from hotfix_check.assess.finding import Step
from hotfix_check.catalogue.update import Availability, own_name
from hotfix_check.report.judged_document import FileDocument, FindingDocument
from hotfix_check.report.names import names_of
from hotfix_check.report.parts import bought_words
from hotfix_check.report.text import fill
from hotfix_check.report.verdicts import LOOKS
from hotfix_check.report.wording import headline, next_steps

_MARKS = {"exact": "+", "later": "+", "older": "-", "absent": "-"}
_BY_LEVEL = "a service pack or cumulative update is judged by the service level, which marker files show"
_HALF_INSTALLED = (
    "one file never proves an update: the other program files of the installation do not confirm what its marker shows"
)
_LINKS = 10
NOT_LOOKED_AT = (
    "Not examined: the registry, files waiting for a restart, running processes, and what is not in the target."
)
_BESIDE_THE_REGISTRY = "Not examined: files waiting for a restart, running processes, and what is not in the target."


def render_explanation(
    finding: FindingDocument, older: Sequence[str], newer: Sequence[str], steps: Iterable[Step] = (), *, width: int
) -> str:
    """One finding explained; ``older`` and ``newer`` are the ids that it replaces and that replace it, oldest first.

    ``steps`` are those of its installation: which of the advised ones have to be bought, they tell.
    """
    name = own_name(finding.id)
    lines = [f"{finding.id}: {finding.title}", ""]
    lines += [f"{headline(finding)}", f"Confidence: {finding.confidence}. Importance: {finding.importance}."]
    rule = LOOKS[finding.verdict].rule
    if finding.kind in ("service-pack", "cumulative-update"):
        rule = _BY_LEVEL
    elif is_written(finding.anomalies, AnomalyCode.HALF_INSTALLED):
        rule = _HALF_INSTALLED
    lines += [f"Rule: {rule}.", ""]
    if finding.files:
        line = f", package for {finding.line}" if finding.line else ""
        lines.append(f"Files (+ has the fix, - does not, ? cannot tell{line}):")
        for row in finding.files:
            lines += _row(row)
        lines.append("")
    lines.append(_prerequisites(finding))
    lines += [
        f"  {'+' if group.state == 'met' else '-' if group.state == 'unmet' else '?'} {group.requires}: "
        f"{group.state}, by {group.basis} ({group.evidence})"
        for group in finding.prerequisites
    ]
    chain = [*_nearest(names_of(older), before=True), f"[{name}]", *_nearest(names_of(newer), before=False)]
    lines.append(
        f"Chain, oldest first: {' -> '.join(chain)}"
        if len(chain) > 1
        else "Chain: replaces nothing, replaced by nothing."
    )
    if finding.partly_superseded_by:
        lines.append(f"Partly replaced (not in every file) by {', '.join(names_of(finding.partly_superseded_by))}.")
    lines += [f"! {text}" for text in finding.anomalies]
    lines += next_steps(finding)
    lines += [
        bought_words(step.update.name, step.public)
        for step in steps
        if step.update.id in finding.advice and step.update.availability is Availability.EXTENDED_SUPPORT
    ]
    recorded = finding.recorded
    if recorded is not None:
        lines.append(f"Registry: {'recorded as installed, ' + ', '.join(recorded) if recorded else 'no record of it'}.")
    lines += [NOT_LOOKED_AT if recorded is None else _BESIDE_THE_REGISTRY, f"Source: {finding.source}"]
    return "\n".join(fill(line, width, indent="      ") for line in lines) + "\n"


def _nearest(names: Sequence[str], *, before: bool) -> list[str]:
    """The nearest links of a long chain, and how many lie beyond."""
    if len(names) <= _LINKS:
        return list(names)
    beyond = f"({len(names) - _LINKS} {'earlier' if before else 'later'})"
    return [beyond, *names[-_LINKS:]] if before else [*names[:_LINKS], beyond]


def _row(row: FileDocument) -> list[str]:
    expected = row.expected
    facts = [
        f"{expected.version} or later" if expected.version else "no version resource",
        f"{expected.size:,} bytes" if expected.size is not None else None,
        expected.timestamp,
        expected.platform,
    ]
    where = f" in {' and '.join(row.roles)}" if row.roles else ""
    kind = "" if row.required else " (does not decide)"
    mark = _MARKS.get(row.state, "?")
    lines = [f"  {mark} {row.name}{where}: {', '.join(fact for fact in facts if fact)}{kind}"]
    for copy in row.copies:
        found = copy.version or "no version"
        digest = f", sha256 {copy.sha256}" if copy.sha256 else ""
        size = "size unknown" if copy.size is None else f"{copy.size:,} bytes"
        lines.append(f"      {copy.path}: {found}, {size}, {copy.state}{digest}")
        lines += [f"        ! {text}" for text in copy.anomalies if is_written([text], AnomalyCode.VERSION_FROM_TEXT)]
    if not row.copies:
        lines.append(f"      {row.state}")
    return lines


def _prerequisites(finding: FindingDocument) -> str:
    if finding.prerequisites:
        return "Prerequisites (blocked until they are met):" if finding.blocked else "Prerequisites:"
    return "Prerequisites: none, as stated." if finding.prerequisites_stated else "Prerequisites: not stated."
