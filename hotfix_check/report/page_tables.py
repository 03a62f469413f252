"""The tables of the page beside the findings: counts of verdicts, CVEs, the evidence by file, ladders of versions."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from hotfix_check.assess.finding import ExposureState
from hotfix_check.catalogue.update import own_name
from hotfix_check.report.document import LadderDocument, RungDocument, members
from hotfix_check.report.judged_document import (
    CopyDocument,
    ExposureDocument,
    FileDocument,
    FindingDocument,
    InstallationDocument,
)
from hotfix_check.report.names import counted, rating
from hotfix_check.report.verdicts import LOOKS
from hotfix_check.report.wording import days_since, update_name
from hotfix_check.version import FileVersion

_LABEL_FITS = 12.0  # per cent of the bar's width that a sign and a number need on a phone
_STATES = tuple(map(str, ExposureState))
_FIRST = 5  # CVEs of page one, so that one installation fits a sheet
_ABOVE, _BELOW = 4, 3  # rungs of a ladder that are shown


def verdict_counts(findings: Sequence[FindingDocument]) -> list[dict[str, Any]]:
    """Rows of the count table; a share is never rounded up, so 100 % is said only of all."""
    applicable = sum(one.verdict != "not-applicable" for one in findings)
    rows = []
    for verdict in LOOKS:
        own = Counter[str](one.importance for one in findings if one.verdict == verdict)
        share = verdict != "not-applicable" and applicable
        told = f"{own.total() * 1000 // applicable / 10:.1f} %" if share else ""
        rows.append({"verdict": verdict, "own": own, "total": own.total(), "share": told})
    return rows


def verdict_bar(findings: Sequence[FindingDocument]) -> list[dict[str, Any]]:
    """Parts of the stacked bar of applicable updates, in per cent of its width."""
    counts = Counter[str](one.verdict for one in findings if one.verdict != "not-applicable")
    parts, at = [], 0.0
    for verdict in filter(counts.get, LOOKS):
        width = 100 * counts[verdict] / counts.total()
        middle = f"{at + width / 2:.3f}" if width >= _LABEL_FITS else None
        place = {"x": f"{at:.3f}", "width": f"{width:.3f}", "middle": middle}
        parts.append({"verdict": verdict, "count": counts[verdict], **place})
        at += width
    return parts


def worst_exposed(one: InstallationDocument, as_of: str | None) -> dict[str, Any]:
    """The worst that are exposed, those known to be exploited first; how many are left out, how many there are."""
    exposed = [cve for cve in one.exposures if cve.state == "exposed"]
    exposed.sort(key=lambda cve: (not cve.known_exploited, -(cve.cvss or 0), cve.cve))
    return {
        "first": [_exposure(cve, as_of) for cve in exposed[:_FIRST]],
        "left": max(0, len(exposed) - _FIRST),
        "all": len(exposed),
    }


def exploited(one: InstallationDocument, as_of: str | None) -> list[dict[str, Any]]:
    """Those known to be exploited that are not fixed."""
    return [_exposure(cve, as_of) for cve in one.exposures if cve.known_exploited and cve.state != "fixed"]


def cve_groups(exposures: Sequence[ExposureDocument]) -> list[tuple[str, str, str, str]]:
    """(state, what fixes it, what it needs, CVEs with their severity): those that are alike in one row."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for cve in exposures:
        fixed_by = own_name(cve.fixed_by) if cve.fixed_by else "not known"
        severity = rating(cve.cvss)
        rated = f" ({severity} {cve.cvss})" if severity and cve.state != "fixed" else ""
        groups[cve.state, fixed_by, cve.needs or ""].append(f"{cve.cve}{rated}")
    ordered = sorted(groups.items(), key=lambda group: _STATES.index(group[0][0]))
    return [(state, fixed_by, needs, ", ".join(cves)) for (state, fixed_by, needs), cves in ordered]


def _exposure(cve: ExposureDocument, as_of: str | None) -> dict[str, Any]:
    overdue = days_since(cve.due, as_of) if cve.state == "exposed" else None
    return {
        **members(cve),
        "severity": rating(cve.cvss),
        "overdue": counted(overdue, "day") if overdue else None,
        "fixed_by": own_name(cve.fixed_by) if cve.fixed_by else None,
    }


@dataclasses.dataclass(slots=True)
class FileEvidence:
    """A copy of a file with what the table says that it equals, else the first; the updates that name it, by state."""

    name: str
    copy: CopyDocument
    table: FileDocument
    updates: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    anomalies: dict[str, None] = field(default_factory=dict)

    def says(self) -> list[tuple[str, str]]:
        """(state, words): every update that lacks something by name, those met by later builds by number."""
        return [(state, _words(state, updates)) for state, updates in self.updates.items()]


def file_evidence(findings: Iterable[FindingDocument]) -> list[FileEvidence]:
    """Each copy of each file that a finding rests on, by name and path."""
    found: dict[tuple[str, str], FileEvidence] = {}
    for finding in findings:
        for file in finding.files:
            for copy in file.copies:
                row = found.setdefault((file.name.lower(), copy.path), FileEvidence(file.name, copy, file))
                if copy.state == "exact" and "exact" not in row.updates:
                    row.table = file
                row.updates.setdefault(copy.state, []).append((update_name(finding), file.expected.version))
                row.anomalies.update(dict.fromkeys(copy.anomalies))
    return [found[key] for key in sorted(found)]


def files_not_there(findings: Iterable[FindingDocument]) -> list[tuple[str, str, list[str]]]:
    """(file with its roles, state, updates) of files of which there is no copy, by name."""
    found: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        for file in finding.files:
            if not file.copies:
                roles = f" ({', '.join(file.roles)})" if file.roles else ""
                found.setdefault((file.name + roles, file.state), []).append(update_name(finding))
    return [(name, state, updates) for (name, state), updates in sorted(found.items(), key=lambda one: one[0])]


def _words(state: str, updates: list[tuple[str, str | None]]) -> str:
    if state == "later" and len(updates) > 1:
        name, version = max(updates, key=lambda one: FileVersion.parse(one[1]) if one[1] else FileVersion(0, 0, 0, 0))
        return f"than those of {len(updates)} updates, the newest {version or 'without a version'} of {name}"
    by_version: dict[str, list[str]] = {}
    for name, version in updates:
        by_version.setdefault(version or "no version", []).append(name)
    return "; ".join(f"{version} of {', '.join(names)}" for version, names in by_version.items())


def ladder_view(ladder: LadderDocument, verdicts: Mapping[str, str]) -> dict[str, Any]:
    """Rows of a ladder, highest version first, one a version; ``verdicts`` are those of the target by update id.

    A row's ``position`` is above, installed, between (copies differ) or below. ``near`` are the rows next to the
    installed ones, and for the others a row with their number as ``left``.
    """
    installed: dict[FileVersion, list[str]] = {}
    for one in ladder.installed:
        installed.setdefault(FileVersion.parse(one.version), []).append(one.path)
    rungs: dict[FileVersion, list[RungDocument]] = {}
    for rung in ladder.rungs:
        rungs.setdefault(FileVersion.parse(rung.version), []).append(rung)
    low, high = min(installed), max(installed)
    rows: list[dict[str, Any]] = [
        {
            "version": str(version),
            "position": _position(version, low, high, version in installed),
            "paths": installed.get(version, []),
            "level": any(rung.kind == "level" for rung in rungs.get(version, ())),
            "rungs": [
                {**members(rung), "verdict": verdicts.get(rung.id) if rung.id else None}
                for rung in rungs.get(version, ())
            ],
            "left": 0,
        }
        for version in sorted({*installed, *rungs}, reverse=True)
    ]
    above = [rung["label"] for row in rows if row["position"] == "above" for rung in row["rungs"]]
    return {**members(ladder), "rows": rows, "near": _near(rows), "above": list(dict.fromkeys(reversed(above)))}


def _near(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows next to the installed ones; a gap of one row is shown as it is."""
    above = [row for row in rows if row["position"] == "above"]
    below = [row for row in rows if row["position"] == "below"]
    middle = [row for row in rows if row["position"] not in ("above", "below")]
    near = []
    if len(above) > _ABOVE + 1:
        near.append({"left": len(above) - _ABOVE, "position": "above"})
        above = above[-_ABOVE:]
    near += [*above, *middle]
    if len(below) > _BELOW + 1:
        return [*near, *below[:_BELOW], {"left": len(below) - _BELOW, "position": "below"}]
    return [*near, *below]


def _position(version: FileVersion, low: FileVersion, high: FileVersion, is_installed: bool) -> str:
    if is_installed:
        return "installed"
    if version > high:
        return "above"
    return "below" if version < low else "between"
