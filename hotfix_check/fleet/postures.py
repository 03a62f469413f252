"""What the installations of all hosts come to: postures counted, next steps and open CVEs with their hosts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.update import own_name
from hotfix_check.fleet.standing import OPEN_STATES, HostInstallation
from hotfix_check.report.installations import cve_facts
from hotfix_check.report.posture import Standing

JsonObject = dict[str, Any]

POSTURES: Mapping[str, tuple[str, Callable[[Standing], bool]]] = {
    "known-exploited": ("exposed to a CVE that is known to be exploited", lambda one: bool(one.exploited)),
    "exposed": ("exposed to a CVE", lambda one: one.exposed > 0),
    "half-installed": ("half-installed", lambda one: one.partial > 0),
    "behind": ("behind", lambda one: one.lacking > 0),
    "out-of-support": ("out of support", lambda one: one.ended),
    "undetermined": ("with something required or recommended undetermined", lambda one: one.undetermined > 0),
    "unsettled": (
        "with a CVE that is undetermined or needs configuration",
        lambda one: one.to_configure > 0 or one.unsettled > 0,
    ),
    "newer-than-catalogue": ("newer than the catalogue", lambda one: one.newer_than_catalogue),
    "not-judged": ("of which no update was judged", lambda one: not one.judged),
    "accepted": ("with something accepted under a waiver", lambda one: one.accepted > 0),
    "nothing-open": (
        "supported, with nothing missing, open or exposed",
        lambda one: (
            one.judged
            and not (one.lacking or one.undetermined or one.exposed or one.to_configure or one.unsettled or one.ended)
            and not one.newer_than_catalogue
        ),
    ),
}
"""What an installation can be, several at a time, worst first: the words behind a count, and when it is."""


def together(
    standings: Iterable[tuple[int, Sequence[HostInstallation]]], catalogue: Catalogue, day: date, as_of: date | None
) -> tuple[dict[str, int], dict[str, list[JsonObject]]]:
    """The sums of (how many hosts, the installations that each of them has), and the lists, as the document has them.

    ``several_installations`` are the hosts with more than one that counts.
    """
    installations = several = 0
    hosts_of, copies_of = Counter[str](), Counter[str]()
    steps, first = Counter[str](), Counter[str]()
    open_cves: Counter[tuple[str, str]] = Counter()
    for hosts, its in standings:
        counting = [one for one in its if one.counts]
        installations += hosts * len(counting)
        several += hosts if len(counting) > 1 else 0
        stood = [one.on(day, as_of) for one in counting]
        for posture, (_, holds) in POSTURES.items():
            copies = sum(map(holds, stood))
            copies_of[posture] += hosts * copies
            hosts_of[posture] += hosts if copies else 0
        steps.update(dict.fromkeys((step.id for one in counting for step in one.steps), hosts))
        first.update(dict.fromkeys((one.steps[0].id for one in counting if one.steps), hosts))
        open_cves.update(dict.fromkeys(((cve, state) for cve, state in worst_states(counting).items()), hosts))
    postures = [
        {"posture": posture, "hosts": hosts_of[posture], "installations": copies_of[posture]} for posture in POSTURES
    ]
    return {"installations": installations, "several_installations": several}, {
        "postures": postures,
        "next_steps": _steps(steps, first, catalogue),
        "exposures": _exposures(open_cves, catalogue),
    }


def worst_states(installations: Iterable[HostInstallation]) -> dict[str, str]:
    """The state of each CVE that is not fixed on a host, by the worst of its installations that count."""
    found: dict[str, str] = {}
    counting = [one for one in installations if one.counts]
    for state in OPEN_STATES:
        for one in counting:
            for cve in one.cves.get(state, ()):
                found.setdefault(cve, state)
    return found


def _steps(steps: Counter[str], first: Counter[str], catalogue: Catalogue) -> list[JsonObject]:
    known = {update.id: update for update in catalogue.updates if update.id in steps}
    tables: list[JsonObject] = [
        {
            "id": update_id,
            "kb": update.kb if update else None,
            "product": update_id.partition("/")[0],
            "title": update.title if update else None,
            "availability": str(update.availability) if update else None,
            "hosts": hosts,
            "first": first[update_id],
        }
        for update_id, hosts in steps.items()
        for update in (known.get(update_id),)
    ]
    return sorted(tables, key=lambda one: (-one["hosts"], -one["first"], own_name(one["id"]), one["id"]))


def _exposures(open_cves: Counter[tuple[str, str]], catalogue: Catalogue) -> list[JsonObject]:
    tables: list[JsonObject] = []
    for cve in {cve for cve, _ in open_cves}:
        states = {state: open_cves[cve, state] for state in OPEN_STATES}
        tables.append({"cve": cve, "hosts": sum(states.values()), **states, **cve_facts(catalogue.cves.get(cve))})

    def rank(one: JsonObject) -> tuple[object, ...]:
        return one["known_exploited"] is None, -one["exposed"], -one["hosts"], -(one["cvss"] or 0), one["cve"]

    return sorted(tables, key=rank)
