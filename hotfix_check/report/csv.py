"""CSV for spreadsheets: one row a finding and file copy, the same columns always, nothing that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from hotfix_check.report.result import Document
from hotfix_check.report.text import visible
from hotfix_check.report.wording import days_since, next_steps, origin

_UPDATE = ("id", "installation", "kb", "product", "title", "kind", "importance", "availability", "released")
_ANSWER = ("verdict", "confidence", "line")
_FOUND = ("version_string", "size", "modified", "linked", "language", "machine", "sha256")
_WAIVER = ("id", "reason", "approved_by", "ticket", "approved_on", "expires")
_ORIGIN = {
    "Tool": "tool",
    "Catalogue": "catalogue",
    "Catalogue SHA-256": "catalogue_sha256",
    "Newest update known": "newest_update",
    "Started": "started",
    "Finished": "finished",
    "Host": "host",
    "User": "user",
    "Arguments": "arguments",
    "Judged as of": "as_of",
    "Scope": "scope",
    "Waivers": "waivers",
    "Result SHA-256": "result_sha256",
    "Baseline": "baseline",
}
COLUMNS = (
    *("record", "target", "target_kind", "outcome"),
    *_UPDATE,
    *("days_since_release", "aliases"),
    *_ANSWER,
    *("reasons", "next_steps", "blocked", "prerequisites", "prerequisites_stated", "satisfied_by", "superseded_by"),
    *("partly_superseded_by", "advice"),
    *("settle_with", "restart", "actions", "anomalies"),
    *("file", "required", "roles", "file_state", "expected_version", "expected_size", "expected_time"),
    *("expected_platform", "path", "folder_role", "copy_state", "found_version"),
    *(f"found_{name}" for name in _FOUND),
    "file_anomalies",
    *(f"waiver_{name}" for name in _WAIVER),
    "source",
    *("product_name", "level", "level_basis", "end_of_support", "files_seen", "files_read", "collected"),
    *_ORIGIN.values(),
)
"""Stable: later releases append columns. ``record`` says what a row is: target, product, finding, advisory,
unreadable, foreign, backup, expired-waiver or unused-waiver."""

# What a spreadsheet takes for the start of a formula (OWASP, CSV Injection), in half and full width, also behind quotes
# and spaces; and behind a semicolon, where a spreadsheet set to another list separator lets the next cell begin.
_FORMULA = re.compile("(^|;)(?=[\\s\"']*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_Row = dict[str, Any]


def render_csv(document: Document) -> str:
    """RFC 4180 with CRLF and a header row; a text that a spreadsheet would run gets an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(document):
        writer.writerow({column: cell(value) for column, value in row.items()})
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as CSV holds it; a text that a spreadsheet would run gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return _FORMULA.sub(r"\1'", visible(str(value)))


def _rows(document: Document) -> Iterator[_Row]:
    basis = {_ORIGIN[label]: words for label, words in origin(document)}
    as_of = document["run"]["as_of"]
    for target in document["targets"]:
        head = {"target": target["path"], "target_kind": target["kind"], "outcome": target["outcome"]}
        collected = target["collected"]
        yield {
            "record": "target",
            **head,
            "files_seen": target["files_seen"],
            "files_read": target["files_read"],
            "collected": collected and [collected["host"] or "", collected["at"] or "", collected["by"]],
            **basis,
        }
        for product in target["products"]:
            yield {
                "record": "product",
                **head,
                "product": product["id"],
                "product_name": product["name"],
                "level": product["level"] or f"{product['level_at_least']} to {product['level_at_most']}",
                "level_basis": product["level_basis"],
                "end_of_support": product["end_of_support"],
                "reasons": [f"{vote['path']} {vote['version']} votes {vote['votes']}" for vote in product["evidence"]],
                "anomalies": product["anomalies"],
            }
        for finding in target["findings"]:
            answer = {"record": "finding", **head, **_finding(finding, as_of)}
            yield from ({**answer, **file} for file in _files(finding))
        yield from ({**head, **row} for row in _beside(target))
    for key in ("expired", "unused"):
        yield from ({"record": f"{key}-waiver", **_waiver(waiver)} for waiver in document["waivers"][key])


def _finding(finding: Document, as_of: str | None) -> _Row:
    return {
        **{key: finding[key] for key in (*_UPDATE, *_ANSWER)},
        "days_since_release": days_since(finding["released"], as_of),
        "aliases": finding["aliases"],
        "reasons": finding["reasons"],
        "next_steps": next_steps(finding),
        "blocked": finding["blocked"],
        "prerequisites": [
            f"{group['requires']}: {group['state']} ({group['basis']}: {group['evidence']})"
            for group in finding["prerequisites"]
        ],
        "prerequisites_stated": finding["prerequisites_stated"],
        "satisfied_by": [f"{by['id'] or 'no catalogued update'} ({by['certainty']})" for by in finding["satisfied_by"]],
        **{key: finding[key] for key in ("superseded_by", "partly_superseded_by", "advice")},
        "settle_with": [
            f"{one['file']} in {one['role'] or 'any folder'}: {one['why']}" for one in finding["settle_with"]
        ],
        "restart": finding["restart"],
        "actions": [f"{action['kind']}: {action['text']}" for action in finding["actions"]],
        "anomalies": finding["anomalies"],
        "source": finding["source"],
        **(_waiver(finding["waiver"]) if finding["waiver"] else {}),
    }


def _files(finding: Document) -> Iterator[_Row]:
    """A row for each copy of each file; one for a file without a copy; one for an update without a file."""
    if not finding["files"]:
        yield {}
    for file in finding["files"]:
        expected = file["expected"]
        row = {
            "file": file["name"],
            "required": file["required"],
            "roles": file["roles"],
            "file_state": file["state"],
            "expected_version": expected["version"],
            "expected_size": expected["size"],
            "expected_time": expected["timestamp"],
            "expected_platform": expected["platform"],
        }
        if not file["copies"]:
            yield row
        for copy in file["copies"]:
            yield {
                **row,
                "path": copy["path"],
                "folder_role": copy["role"],
                "copy_state": copy["state"],
                "found_version": copy["version"],
                **{f"found_{key}": copy[key] for key in _FOUND},
                "file_anomalies": copy["anomalies"],
            }


def _beside(target: Document) -> Iterator[_Row]:
    for one in target["advisories"]:
        yield {
            "record": "advisory",
            **{key: one[key] for key in ("id", "installation", "kb", "product", "file", "path", "source")},
            "found_version": one["version"],
            "reasons": one["text"],
        }
    for one in target["unreadable"]:
        yield {"record": "unreadable", "path": one["path"], "reasons": one["reason"]}
    for one in target["foreign"]:
        yield {"record": "foreign", "path": one["path"], "found_version": one["version"], "reasons": one["reason"]}
    for path in target["backups"]:
        yield {"record": "backup", "path": path}


def _waiver(waiver: Document) -> _Row:
    return {f"waiver_{key}": waiver[key] for key in _WAIVER}
