"""The fleet document as CSV: a row a host, then postures, steps, CVEs, KBs, then what is absent, damaged or differs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from hotfix_check.fleet.document import SUMMARY, FleetDocument
from hotfix_check.fleet.host import MARKS, VERDICTS
from hotfix_check.fleet.words import host_standing, next_lines
from hotfix_check.report.csv import cell

_Row = dict[str, Any]
_NUMBERS = tuple(key.replace("-", "_") for key in dict.fromkeys((*SUMMARY, *MARKS)))
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
    head = document.head
    for host in document.worst():
        yield {
            "record": "host",
            **{key: host[key] for key in ("host", "group", "outcome", "age_days", "source", "kind", "sha256")},
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
    for posture in head["postures"]:
        yield {"record": "posture", **posture}
    for step in head["next_steps"]:
        facts = {key: step[key] for key in ("id", "kb", "product", "title", "hosts", "first")}
        yield {"record": "step", **facts}
    for one in head["exposures"]:
        facts = {key: one[key] for key in ("cve", "hosts", "exposed", "unknown", "cvss", "impact", "due")}
        renamed = {
            "needs_configuration": one["needs-configuration"],
            "known_exploited_since": one["known_exploited"],
        }
        yield {"record": "exposure", **facts, **renamed}
    for one in document.silent():
        yield {"record": "silent", "host": one["host"], "group": one["group"], "collected": one["at"]} | {
            "age_days": one["age_days"]
        }
    for update in head["updates"]:
        plain = ("id", "kb", "product", "title", "importance", "released", "hosts")
        yield {
            "record": "update",
            **{key: update[key] for key in plain},
            **{key.replace("-", "_"): update[key] for key in (*VERDICTS, *MARKS)},
        }
    for advisory in head["advisories"]:
        facts = {key: advisory[key] for key in ("id", "kb", "product", "hosts")}
        yield {"record": "advisory", **facts, "reason": advisory["text"]}
    for level in head["levels"]:
        yield {"record": "level", **level}
    for one in head["catalogues"]:
        yield {
            "record": "catalogue",
            "catalogue": one["version"],
            "catalogue_sha256": one["sha256"],
            "hosts": one["hosts"],
        }
    for group in head["groups"]:
        for side in group["levels"]:
            yield {"record": "drift", "group": group["group"], **side}
        for update in group["updates"]:
            for side in update["verdicts"]:
                yield {"record": "drift", "group": group["group"], "id": update["id"], **side}
    for one in head["absent"]:
        yield {"record": "absent", "host": one["host"], "group": one["group"], "source": one["damaged"]}
    yield from ({"record": "unexpected", "host": name} for name in head["unexpected"])
    for one in head["damaged"]:
        yield {"record": "damaged", **one}
    for one in head["older"]:
        yield {
            "record": "older",
            "host": one["host"],
            "source": one["source"],
            "collected": one["at"],
            "reason": f"counted is {one['counted']}",
        }
