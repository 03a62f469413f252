"""The fleet document as one HTML page: figures first, then where it is worst; what is not shown is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from hotfix_check.exit_code import ExitCode
from hotfix_check.fleet.document import FleetDocument, JsonObject, fleet_exit_code
from hotfix_check.fleet.words import (
    absent_words,
    advisory_words,
    catalogue_words,
    damaged_words,
    drift_lines,
    fleet_sentences,
    host_age,
    needs,
    older_words,
)
from hotfix_check.report.html import packaged_page, style_digest
from hotfix_check.report.names import names_of
from hotfix_check.report.wording import configuration_text
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped

HOSTS, UPDATES, LISTED, GROUPS, DIFFERENCES = 200, 50, 50, 20, 8
HEAT_SETS, HEAT_UPDATES = 20, 12
_SHADES = 8
_NEEDS = 6
_OLD = 365  # days without a word from a host that stand out
_BADGES = {ExitCode.FINDINGS: "bad", ExitCode.INCOMPLETE: "open", ExitCode.CLEAN: "good"}
_OUTCOMES = ("findings", "incomplete", "nothing-recognised", "clean")


def html_text(document: FleetDocument) -> Iterator[str]:
    """The page in one piece, ASCII with character references; of any fleet about the same size."""
    head = document.head
    template, css = packaged_page("fleet.html", "report.css", "fleet.css")
    updates = [one for one in head["updates"] if one["missing"] + one["partial"] + one["undetermined"]]
    drifting = [one for one in head["groups"] if one["levels"] or one["updates"]]
    summary = head["summary"]
    page = template.render(
        css=Markup(css),  # noqa: S704  (the packaged style sheets, not a value)
        css_hash=style_digest(css),
        document=head,
        badge=_BADGES[fleet_exit_code(head, exit_zero=False)],
        sentences=fleet_sentences(head),
        outcomes=[(word, summary[word], _share(summary[word], summary["hosts"])) for word in _OUTCOMES],
        heat=_heat(document),
        updates=[{**one, "name": names_of([one["id"]])[0]} for one in updates[:UPDATES]],
        updates_left=max(0, len(updates) - UPDATES),
        groups=[
            {**one, "group": clipped(one["group"]), "lines": _kept(list(drift_lines(one)), DIFFERENCES)}
            for one in drifting[:GROUPS]
        ],
        groups_left=max(0, len(drifting) - GROUPS),
        lists=[
            (anchor, label, *_kept(lines))
            for anchor, label, lines in (
                ("advisories", "Advisories that hold", [advisory_words(one) for one in head["advisories"]]),
                ("absent", "Expected, and not there", [absent_words(one) for one in head["absent"]]),
                ("damaged", "Could not be judged", [damaged_words(one) for one in head["damaged"]]),
                ("unexpected", "There, and not expected", head["unexpected"]),
                ("older", "Older files, not counted", [older_words(one) for one in head["older"]]),
                ("catalogues", "Catalogues", [catalogue_words(one) for one in head["catalogues"]]),
                ("notes", "Notes", head["notes"]),
            )
        ],
        hosts=[_host(one) for one in document.worst(HOSTS)],
        hosts_left=max(0, summary["hosts"] - HOSTS),
        basis=_basis(head),
    )
    yield page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _heat(document: FleetDocument) -> dict[str, Any]:
    """Sets of hosts, the worst first, against the updates that most hosts lack, with how many of each set lack each."""
    lacked = [one for one in document.head["updates"] if one["missing"] + one["partial"]][:HEAT_UPDATES]
    sets = list(document.spool.sets(grouped=document.grouped))
    rows = []
    for one in sets[:HEAT_SETS]:
        lacking: Counter[str] = Counter()
        judged: Counter[str] = Counter()
        for hosts, findings in document.spool.set_answers(one["name"], grouped=document.grouped):
            for verdict in ("missing", "partial", "undetermined", "installed", "superseded"):
                for update_id in findings.get(verdict, ()):
                    judged[update_id] += hosts
                    lacking[update_id] += hosts if verdict in ("missing", "partial") else 0
        cells = [_cell(lacking[update["id"]], judged[update["id"]], one["hosts"]) for update in lacked]
        rows.append({"name": clipped(one["name"]), "hosts": one["hosts"], "failing": one["failing"], "cells": cells})
    return {
        "updates": [{"name": names_of([one["id"]])[0], "product": one["product"]} for one in lacked],
        "rows": rows,
        "left": max(0, len(sets) - HEAT_SETS),
        "of": "group" if document.grouped else "products and levels",
    }


def _cell(lacking: int, judged: int, hosts: int) -> tuple[str, str]:
    """The shade and the words of one field of the heat map; a share is rounded up: no host that lacks is hidden."""
    if not judged:
        return "none", ""
    if not lacking:
        return "h0", "0"
    return f"h{-(-lacking * _SHADES // hosts)}", str(lacking)


def _share(count: int, total: int) -> str:
    return f"{count * 1000 // total / 10:.1f} %" if total else ""


def _kept(lines: Sequence[str], most: int = LISTED) -> tuple[Sequence[str], int]:
    return [clipped(line, LONGEST_PROBLEM) for line in lines[:most]], max(0, len(lines) - most)


def _host(host: JsonObject) -> JsonObject:
    level = "; ".join(f"{product['id']} {product['words']}" for product in host["products"])
    lacks = needs(host)
    more = len(lacks[_NEEDS:])
    return {
        **host,
        "host": clipped(host["host"]),
        "group": clipped(host["group"]) if host["group"] else None,
        "level": clipped(level or "nothing recognised"),
        "catalogue": clipped(host["catalogue"]["version"]),
        "age": host_age(host),
        "old": (host["age_days"] or 0) > _OLD,
        # Green beside nothing that is open.
        "shade": "plain" if host["outcome"] == "clean" and host["summary"]["undetermined"] else host["outcome"],
        "lacks": ", ".join(lacks[:_NEEDS]) + (f" and {more} more" if more else ""),
    }


def _basis(head: JsonObject) -> list[tuple[str, str]]:
    run, catalogue, policy, scope = (head[key] for key in ("run", "catalogue", "policy", "scope"))

    def file(name: str) -> str:
        return f"{policy[name]['file']}, SHA-256 {policy[name]['sha256']}" if policy[name] else "none given"

    kbs = "all updates" if scope["kbs"] is None else ", ".join(f"KB{kb}" for kb in scope["kbs"])
    return [
        ("Tool", f"{head['tool']['name']} {head['tool']['version']}"),
        ("Catalogue", f"{catalogue['version']}: {catalogue['updates']} updates of {catalogue['products']} products"),
        ("Catalogue SHA-256", catalogue["sha256"]),
        ("Finished", run["finished"] or "not recorded"),
        ("Host and user", f"{run['host'] or 'not recorded'}, {run['user'] or 'not recorded'}"),
        ("Arguments", "not recorded" if run["arguments"] is None else " ".join(run["arguments"])),
        ("Judged as of", run["as_of"] or "not recorded"),
        ("Scope", f"{', '.join(scope['products'] or ['all products'])}; {kbs}"),
        ("Configuration", configuration_text(policy["configuration"]) if policy["configuration"] else "none"),
        ("Baseline", file("baseline")),
        ("Waivers", file("waivers")),
        ("Expected hosts", file("expect")),
    ]
