"""The CVEs of an installation as the page shows them: the worst for page one, all of them in the appendix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hotfix_check.assess.finding import ExposureState
from hotfix_check.catalogue.update import own_name
from hotfix_check.report.document import members
from hotfix_check.report.judged_document import ExposureDocument, InstallationDocument
from hotfix_check.report.names import counted
from hotfix_check.report.severity import severity_of
from hotfix_check.report.wording import days_since

_STATES = tuple(map(str, ExposureState))
_FIRST = 5  # of page one, so that one installation fits a sheet


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
        severity = severity_of([cve])
        rated = f" ({severity} {cve.cvss})" if severity and cve.state != "fixed" else ""
        groups[cve.state, fixed_by, cve.needs or ""].append(f"{cve.cve}{rated}")
    ordered = sorted(groups.items(), key=lambda group: _STATES.index(group[0][0]))
    return [(state, fixed_by, needs, ", ".join(cves)) for (state, fixed_by, needs), cves in ordered]


def _exposure(cve: ExposureDocument, as_of: str | None) -> dict[str, Any]:
    overdue = days_since(cve.due, as_of) if cve.state == "exposed" else None
    return {
        **members(cve),
        "severity": severity_of([cve]),
        "overdue": counted(overdue, "day") if overdue else None,
        "fixed_by": own_name(cve.fixed_by) if cve.fixed_by else None,
    }
