"""The fleet document as one HTML page: figures, then the worst hosts with their next steps; the rest is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from hotfix_check.catalogue.update import own_name
from hotfix_check.exit_code import ExitCode
from hotfix_check.fleet import words
from hotfix_check.fleet.document import SILENT, FleetDocument, JsonObject, fleet_exit_code
from hotfix_check.report.html import rendered_page
from hotfix_check.report.names import rating
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped

HOSTS, UPDATES, STEPS, EXPOSED, LISTED, GROUPS, DIFFERENCES = 200, 50, 30, 40, 30, 20, 8
HEAT_SETS, HEAT_UPDATES, HEAT_WIDE = 20, 24, 12  # so many columns fit a sheet of paper
_SHADES = 8
_COUNTS = ("missing", "partial", "undetermined", "waived")
_COPIES = 4  # installations of a host that are told
_LONGEST_STEP = 220  # characters
_BADGES = {ExitCode.FINDINGS: "bad", ExitCode.INCOMPLETE: "open", ExitCode.CLEAN: "good"}
_OUTCOMES = ("findings", "incomplete", "nothing-recognised", "clean")


def html_text(document: FleetDocument) -> Iterator[str]:
    """The page in one piece, ASCII with character references; of any fleet about the same size."""
    head = document.head
    updates, drifting = words.open_updates(head), words.drifting_groups(head)
    summary, told = head["summary"], words.lists(document, LISTED)
    yield rendered_page(
        *("fleet.html", "report.css", "fleet.css"),
        document=head,
        badge=_BADGES[fleet_exit_code(head, exit_zero=False)],
        sentences=words.fleet_sentences(head),
        postures=list(words.posture_lines(head)),
        steps=[{**one, "name": own_name(one["id"])} for one in head["next_steps"][:STEPS]],
        steps_left=max(0, len(head["next_steps"]) - STEPS),
        exposures=[_exposure(one) for one in head["exposures"][:EXPOSED]],
        exposures_left=max(0, len(head["exposures"]) - EXPOSED),
        outcomes=[(word, summary[word], _share(summary[word], summary["hosts"])) for word in _OUTCOMES],
        heat=_heat(document),
        updates=[{**one, "name": own_name(one["id"])} for one in updates[:UPDATES]],
        updates_left=max(0, len(updates) - UPDATES),
        groups=[
            {**one, "group": clipped(one["group"]), "lines": _kept(list(words.drift_lines(one)), DIFFERENCES)}
            for one in drifting[:GROUPS]
        ],
        groups_left=max(0, len(drifting) - GROUPS),
        lists=[
            (anchor, told[anchor][0], *_kept(told[anchor][1]))
            for anchor in ("silent", "advisories", "absent", "damaged", "unexpected", "older", "catalogues", "notes")
        ],
        hosts=[_host(one) for one in document.worst(HOSTS)],
        hosts_left=max(0, summary["hosts"] - HOSTS),
        basis=words.fleet_basis(head),
    )


def _heat(document: FleetDocument) -> dict[str, Any]:
    """Sets of hosts, the worst first, against the updates that most hosts lack, with how many of each set lack each."""
    lacked = [one for one in document.head["updates"] if one["missing"] + one["partial"]][:HEAT_UPDATES]
    keys = [one["id"] for one in lacked]
    sets = list(document.spool.sets(grouped=document.grouped))
    rows = []
    for one in sets[:HEAT_SETS]:
        lacking: Counter[str] = Counter()
        judged: Counter[str] = Counter()
        for hosts, findings in document.spool.answers(one["name"], grouped=document.grouped):
            for verdict in ("missing", "partial", "undetermined", "installed", "superseded"):
                for update_id in findings.get(verdict, ()):
                    judged[update_id] += hosts
                    lacking[update_id] += hosts if verdict in ("missing", "partial") else 0
        cells = [(*_cell(lacking[key], judged[key], one["hosts"]), own_name(key)) for key in keys]
        rows.append({"name": clipped(one["name"]), "hosts": one["hosts"], "failing": one["failing"], "cells": cells})
    names = [{"name": own_name(one["id"]), "product": one["product"]} for one in lacked]
    return {
        "parts": [_beside(names, rows, at) for at in range(0, len(names), HEAT_WIDE)],
        "left": max(0, len(sets) - HEAT_SETS),
        "of": "group" if document.grouped else "products and levels",
    }


def _beside(names: Sequence[JsonObject], rows: Sequence[JsonObject], at: int) -> dict[str, Any]:
    """So many columns of the matrix, from ``at`` on, as fit beside each other, each field with its update's name."""
    wide = slice(at, at + HEAT_WIDE)
    return {"updates": names[wide], "rows": [{**row, "cells": row["cells"][wide]} for row in rows]}


def _exposure(one: JsonObject) -> JsonObject:
    score = "" if one["cvss"] is None else f" {one['cvss']}"
    return {
        **one,
        "severity": f"{rating(one['cvss']) or 'not rated'}{score}",
        "left": one["needs-configuration"] + one["unknown"],
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
    standing, steps = words.host_standing(host), words.next_lines(host)
    return {
        **host,
        "host": clipped(host["host"]),
        "group": clipped(host["group"]) if host["group"] else None,
        "standing": [clipped(line, _LONGEST_STEP) for line in standing[:_COPIES]],
        "standing_left": max(0, len(standing) - _COPIES),
        "steps": [clipped(line, _LONGEST_STEP) for line in steps[:_COPIES]],
        "catalogue": clipped(host["catalogue"]["version"]),
        "age": words.host_age(host),
        "old": (host["age_days"] or 0) >= SILENT,
        # Green beside nothing that is open.
        "shade": "plain" if host["outcome"] == "clean" and host["summary"]["undetermined"] else host["outcome"],
        "counts": ", ".join(f"{host['summary'][key]} {key}" for key in _COUNTS if host["summary"][key]),
        "exposed": len(host["exposures"]["exposed"]),
        "exploited": len(host["exploited"]),
    }
