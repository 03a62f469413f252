"""The fleet document: what JSON holds and every other format renders. Schema: hotfix-check/fleet/1, additive only."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hotfix_check.assess.support import support_id, support_text
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.update import Importance, own_name
from hotfix_check.exit_code import ExitCode
from hotfix_check.fleet.expected import Expected
from hotfix_check.fleet.postures import POSTURES, together, worst_states
from hotfix_check.fleet.row import ANY_REPORT, MARKS, OUTCOMES, VERDICTS, HostProduct
from hotfix_check.fleet.spool import Findings, Spool, installations_of, products_of, verdicts_of
from hotfix_check.fleet.standing import OPEN_STATES, HostInstallation
from hotfix_check.frozen import Frozen
from hotfix_check.report.document import RunDocument, members
from hotfix_check.report.names import day_text
from hotfix_check.report.posture import posture_words
from hotfix_check.report.result import tool_document
from hotfix_check.report.verdicts import SUMMARY_ORDER

SCHEMA = ANY_REPORT + "1"
JsonObject = dict[str, Any]
SUMMARY = (*map(str, SUMMARY_ORDER), "blocked", "waived")
_LISTED = ("failing", "missing", "partial", "undetermined", "blocked", "waived")
SILENT = 365
"""Days after which a host of which nothing came is named as silent."""
_KB = re.compile(r"KB([0-9]{5,7})")
NAMED = 100
"""So many hosts are named of each side of a difference; ``hosts`` counts all."""
NOT_JUDGED = "not-judged"


class FleetDocument(Frozen):
    """All that is said of a fleet but its hosts, which are read from the spool each time they are rendered.

    ``day`` is the one by which support has ended or has not.
    """

    head: JsonObject
    spool: Spool
    grouped: bool
    day: date

    def hosts(self) -> Iterator[JsonObject]:
        """Every host, by name."""
        return map(self._host, self.spool.hosts())

    def silent(self, limit: int = -1) -> list[JsonObject]:
        """The hosts of which nothing came for ``SILENT`` days, the longest silent first."""
        as_of = self.head["run"]["as_of"]
        if as_of is None:
            return []
        return [
            {"host": row["host"], "group": row["grp"], "at": row["at"], "age_days": age_days(row["at"], as_of)}
            for row in self.spool.silent(date.fromisoformat(as_of) - timedelta(SILENT), limit)
        ]

    def worst(self, limit: int = -1) -> Iterator[JsonObject]:
        """The same, worst first."""
        return map(self._host, self.spool.worst(limit))

    def _host(self, row: sqlite3.Row) -> JsonObject:
        """One host as the document holds it."""
        as_of = self.head["run"]["as_of"]
        findings: Findings = json.loads(row["findings"])
        installations = installations_of(row)
        states = worst_states(installations)
        return {
            "host": row["host"],
            "group": row["grp"],
            **{key: row[key] for key in ("source", "sha256", "kind", "at")},
            "age_days": age_days(row["at"], as_of),
            "catalogue": {"version": row["catalogue"], "sha256": row["catalogue_sha256"]},
            "outcome": OUTCOMES[row["outcome"]],
            "products": [_product(product) for product in products_of(row)],
            "summary": {key: len(findings.get(key, ())) for key in SUMMARY},
            **{key: list(findings.get(key, ())) for key in _LISTED},
            "advisories": json.loads(row["advisories"]),
            "installations": [_installation(one, self.day, as_of) for one in installations],
            "exposures": {state: [cve for cve, its in states.items() if its == state] for state in OPEN_STATES},
            "exploited": sorted({cve for one in installations if one.counts for cve in one.standing.exploited}),
        }


def fleet_document(
    spool: Spool,
    catalogue: Catalogue,
    run: RunDocument,
    *,
    scope: Mapping[str, Any],
    policy: Mapping[str, Any],
    importance: Mapping[str, Importance],
    required: bool,
    expected: Expected | None,
    grouped: bool,
    notes: Sequence[str],
) -> FleetDocument:
    """The document of all rows of a spool. ``required``: what was asked about counts as required (--kb)."""
    updates, verdicts = _updates(spool, catalogue, importance, required=required)
    as_of = None if run.as_of is None else date.fromisoformat(run.as_of)
    day = as_of or date.fromisoformat(catalogue.version)
    installed, lists = together(spool.standings(), catalogue, day, as_of)
    aside = _aside(spool, expected)
    head: JsonObject = {
        "schema": SCHEMA,
        "tool": members(tool_document()),
        "run": members(run),
        "catalogue": {
            "version": catalogue.version,
            "sha256": catalogue.sha256,
            "products": len(catalogue.products),
            "updates": catalogue.outline().updates,
        },
        "scope": dict(scope),
        "policy": dict(policy),
        "summary": {
            **_counted(spool, aside, as_of),
            **installed,
            "verdicts": {key: verdicts[key] for key in SUMMARY},
        },
        "catalogues": [*map(dict, spool.catalogues())],
        "levels": [
            {"products": row["name"], "hosts": row["hosts"], "failing": row["failing"]}
            for row in spool.sets(grouped=False)
        ],
        **lists,
        "updates": updates,
        "advisories": list(_advisories(spool, catalogue)),
        "groups": _groups(spool, aside["absent"]) if grouped else [],
        **{key: aside[key] for key in ("absent", "unexpected", "damaged", "older")},
        "notes": list(notes),
    }
    return FleetDocument(head=head, spool=spool, grouped=grouped, day=day)


def _aside(spool: Spool, expected: Expected | None) -> dict[str, list[Any]]:
    """What is no host of the sums: what could not be read, who is missing or was not expected, and older reports."""
    return {
        "damaged": [*map(dict, spool.damaged())],
        "absent": [] if expected is None else list(_absent(spool, expected)),
        "unexpected": [] if expected is None else [row["host"] for row in spool.unexpected()],
        "older": [*map(dict, spool.older())],
    }


def _counted(spool: Spool, aside: Mapping[str, list[Any]], as_of: date | None) -> JsonObject:
    """How many hosts there are with each outcome, and of what is aside."""
    outcomes = spool.outcomes()
    return {
        "hosts": sum(outcomes.values()),
        **outcomes,
        **{key: len(left) for key, left in aside.items()},
        "silent": None if as_of is None else spool.count_silent(as_of - timedelta(SILENT)),
    }


def fleet_exit_code(head: JsonObject, *, exit_zero: bool) -> ExitCode:
    """1 when a host has findings; 3 when one is incomplete, damaged or absent, or when there is none; else 0."""
    summary = head["summary"]
    if exit_zero:
        return ExitCode.CLEAN
    if summary["findings"]:
        return ExitCode.FINDINGS
    left_open = sum(summary[key] for key in ("incomplete", "nothing-recognised", "damaged", "absent"))
    return ExitCode.INCOMPLETE if left_open or not summary["hosts"] else ExitCode.CLEAN


def _product(product: HostProduct) -> JsonObject:
    """A product on a host; of a build above every level that is known the schema has no null, but the highest."""
    return {**product._asdict(), "at_most": product.at_most or product.at_least, "words": product.words}


def _installation(one: HostInstallation, day: date, as_of: str | None) -> JsonObject:
    standing = one.on(day, date.fromisoformat(as_of) if as_of else None)
    return {
        "root": one.root,
        "product": one.product,
        "counts": one.counts,
        "name": standing.name,
        "build": standing.build,
        "posture": posture_words(standing),
        "postures": [posture for posture, (_, holds) in POSTURES.items() if holds(standing)],
        "support_ends": standing.support_ends,
        "behind": {"updates": standing.lacking, "partial": standing.partial, "months": standing.months},
        "next_steps": [{"id": step.id, "words": step.words} for step in one.steps],
    }


def age_days(at: str | None, as_of: str | None) -> int | None:
    """Whole days from the evidence to the day of judging; None where one is not known, 0 when it is of a later day."""
    try:
        if at is not None and as_of is not None:
            return max(0, (date.fromisoformat(as_of) - date.fromisoformat(at[:10])).days)
    except ValueError:
        pass
    return None


def _updates(
    spool: Spool, catalogue: Catalogue, importance: Mapping[str, Importance], *, required: bool
) -> tuple[list[JsonObject], Counter[str]]:
    """A table for each update that was judged on any host, what most hosts fail first; and the sums of all verdicts."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for hosts, findings in spool.answers():
        for key, ids in findings.items():
            for update_id in ids:
                counts[update_id][key] += hosts
    known = {update.id: update for update in catalogue.updates}
    tables: list[JsonObject] = []
    sums: Counter[str] = Counter()
    for update_id, found in counts.items():
        sums.update(found)
        update = known.get(update_id)
        weight = None if update is None else importance.get(update_id, update.importance)
        if required and update is not None:
            weight = Importance.REQUIRED
        named = _KB.fullmatch(own_name(update_id))
        tables.append(
            {
                "id": update_id,
                "kb": update.kb if update else int(named[1]) if named else None,
                "product": update_id.partition("/")[0],
                "title": update.title if update else None,
                "importance": None if weight is None else str(weight),
                "released": day_text(update.released) if update else None,
                "hosts": sum(found[verdict] for verdict in VERDICTS),
                **{key: found[key] for key in (*MARKS, *VERDICTS)},
            }
        )
    tables.sort(key=lambda one: (-one["failing"], -one["missing"] - one["partial"], -one["undetermined"], one["id"]))
    return tables, sums


def _advisories(spool: Spool, catalogue: Catalogue) -> Iterator[JsonObject]:
    known = {one.id: one for one in catalogue.advisories}
    ended = {support_id(product.id): product for product in catalogue.products}
    for advisory_id, hosts in sorted(spool.advisories().items(), key=lambda one: (-one[1], one[0])):
        advisory, product = known.get(advisory_id), ended.get(advisory_id)
        yield {
            "id": advisory_id,
            "kb": advisory.kb if advisory else None,
            "product": advisory.product if advisory else product.id if product else None,
            "text": advisory.text if advisory else support_text(product) if product else None,
            "hosts": hosts,
        }


def _absent(spool: Spool, expected: Expected) -> Iterator[JsonObject]:
    met = {row["expected"]: row["damaged"] for row in spool.met()}
    for name in sorted(expected.groups, key=lambda one: (one.casefold(), one)):
        if met.get(name, name) is not None:
            yield {"host": name, "group": expected.groups[name], "damaged": met.get(name)}


def _groups(spool: Spool, absent: Sequence[JsonObject]) -> list[JsonObject]:
    missing: dict[str, list[str]] = defaultdict(list)
    for one in absent:
        if one["group"] is not None:
            missing[one["group"]].append(one["host"])
    tables = []
    for row in spool.sets(grouped=True):
        alike = row["answers"] == 1 and row["lines"] == 1
        drift = {"levels": [], "updates": []} if alike else drift_of(map(dict, spool.members(row["name"])))
        tables.append(
            {
                "group": row["name"],
                "hosts": row["hosts"],
                "failing": row["failing"],
                "absent": missing.pop(row["name"], []),
                **drift,
            }
        )
    tables += [
        {"group": name, "hosts": 0, "failing": 0, "absent": hosts, "levels": [], "updates": []}
        for name, hosts in missing.items()
    ]
    return sorted(tables, key=lambda one: (-len(one["updates"]), -len(one["levels"]), one["group"]))


@dataclass(slots=True)
class _Side:
    """The hosts that have one value."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < NAMED:
            self.names.append(name)


def drift_of(members: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The differences among the members of a group, each side with its hosts, the smallest side first.

    A member is a mapping with host, line (its products and levels) and findings (JSON, ids by verdict).
    """
    levels: dict[str, _Side] = {}
    updates: dict[str, dict[str, _Side]] = {}
    before = _Side()
    for member in members:
        name = member["host"]
        levels.setdefault(member["line"], _Side()).add(name)
        verdicts = verdicts_of(json.loads(member["findings"]))
        for update_id in verdicts.keys() - updates.keys():
            updates[update_id] = {NOT_JUDGED: _Side(before.count, [*before.names])} if before.count else {}
        for update_id, sides in updates.items():
            sides.setdefault(verdicts.get(update_id, NOT_JUDGED), _Side()).add(name)
        before.add(name)
    return {
        "levels": [] if len(levels) < 2 else _sides(levels, "products"),
        "updates": [
            {"id": update_id, "verdicts": _sides(sides, "verdict")}
            for update_id, sides in sorted(updates.items())
            if len(sides) > 1
        ],
    }


def _sides(sides: Mapping[str, _Side], label: str) -> list[dict[str, Any]]:
    return [
        {label: value, "hosts": side.count, "names": side.names}
        for value, side in sorted(sides.items(), key=lambda one: (one[1].count, one[0]))
    ]
