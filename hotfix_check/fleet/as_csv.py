"""The fleet document as CSV: a row a host, then postures, steps, CVEs, KBs, then what is absent, damaged or differs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from hotfix_check.fleet.document import SUMMARY, FleetDocument, JsonObject
from hotfix_check.fleet.row import MARKS, VERDICTS
from hotfix_check.fleet.words import host_standing, next_lines
from hotfix_check.report.csv import cell

_Row = dict[str, Any]
_NUMBERS = tuple(key.replace("-", "_") for key in dict.fromkeys((*SUMMARY, *VERDICTS, *MARKS)))
COLUMNS = (
    *("record", "host", "group", "outcome", "products", "collected", "age_days", "source", "kind", "sha256"),
    *("catalogue", "catalogue_sha256", "id", "kb", "product", "title", "importance", "released", "hosts"),
    *_NUMBERS,
    *("failing_updates", "waived_updates", "advisories", "verdict", "names", "reason"),
    *("installations", "standing", "posture", "next_step", "first", "cve", "exposed", "needs_configuration", "unknown"),
    *("exploited", "cvss", "impact", "known_exploited_since", "due"),
)
"""Stable: later releases append columns. ``record`` says what a row is: host, update, advisory, level, catalogue,
drift, absent, unexpected, damaged, older, posture, step, exposure, silent."""


def csv_text(document: FleetDocument) -> Iterator[str]:
    """RFC 4180 with CRLF and a header row; a text that a spreadsheet would run gets an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(document):
        writer.writerow({column: cell(value) for column, value in row.items()})
        if out.tell() > 65536:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _rows(document: FleetDocument) -> Iterator[_Row]:
    """Every record, each kind by itself, in the order of the report."""
    head = document.head
    yield from map(_host, document.worst())
    yield from ({"record": "posture", **one} for one in head["postures"])
    yield from (_of("step", one, "id", "kb", "product", "title", "hosts", "first") for one in head["next_steps"])
    for one in head["exposures"]:
        states = ("exposed", "needs-configuration", "unknown")
        row = _of("exposure", one, "cve", "hosts", *states, "cvss", "impact", "due")
        yield {**row, "known_exploited_since": one["known_exploited"]}
    for one in document.silent():
        yield {**_of("silent", one, "host", "group", "age_days"), "collected": one["at"]}
    of_update = ("id", "kb", "product", "title", "importance", "released", "hosts", *VERDICTS, *MARKS)
    yield from (_of("update", one, *of_update) for one in head["updates"])
    for one in head["advisories"]:
        yield {**_of("advisory", one, "id", "kb", "product", "hosts"), "reason": one["text"]}
    yield from ({"record": "level", **one} for one in head["levels"])
    for one in head["catalogues"]:
        yield {**_of("catalogue", one, "hosts"), "catalogue": one["version"], "catalogue_sha256": one["sha256"]}
    for group in head["groups"]:
        yield from _drift(group)
    for one in head["absent"]:
        yield {**_of("absent", one, "host", "group"), "source": one["damaged"]}
    yield from ({"record": "unexpected", "host": name} for name in head["unexpected"])
    yield from ({"record": "damaged", **one} for one in head["damaged"])
    for one in head["older"]:
        counted = f"counted instead: {one['counted']}"
        yield {**_of("older", one, "host", "source"), "collected": one["at"], "reason": counted}


def _of(record: str, one: JsonObject, *keys: str) -> _Row:
    """A record with what it has under these names, which have no hyphens in a column."""
    return {"record": record, **{key.replace("-", "_"): one[key] for key in keys}}


def _host(host: JsonObject) -> _Row:
    return {
        **_of("host", host, "host", "group", "outcome", "age_days", "source", "kind", "sha256"),
        "products": [f"{product['id']} {product['words']}" for product in host["products"]],
        "collected": host["at"],
        "catalogue": host["catalogue"]["version"],
        "catalogue_sha256": host["catalogue"]["sha256"],
        **{key.replace("-", "_"): count for key, count in host["summary"].items()},
        "failing": len(host["failing"]),
        "failing_updates": host["failing"],
        "waived_updates": host["waived"],
        "advisories": host["advisories"],
        "installations": len(host["installations"]),
        "standing": host_standing(host),
        "posture": [one["posture"] for one in host["installations"]],
        "next_step": next_lines(host),
        **{state.replace("-", "_"): cves for state, cves in host["exposures"].items()},
        "exploited": host["exploited"],
    }


def _drift(group: JsonObject) -> Iterator[_Row]:
    """What the hosts of a group differ in, a record for each side."""
    for side in group["levels"]:
        yield {"record": "drift", "group": group["group"], **side}
    for update in group["updates"]:
        for side in update["verdicts"]:
            yield {"record": "drift", "group": group["group"], "id": update["id"], **side}
