"""The fleet document as a workbook: a row a host, a row an update, what holds, what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from hotfix_check.catalogue.update import own_name
from hotfix_check.fleet import words
from hotfix_check.fleet.document import SILENT, FleetDocument
from hotfix_check.report.names import rating
from hotfix_check.report.sheets import Row
from hotfix_check.report.xlsx import write_workbook

_COUNTS = ("missing", "partial", "undetermined", "blocked", "waived", "installed", "superseded")
_HOST = (
    *("host", "group", "outcome", "products", "installations", "how_it_stands", "next_step", "needs", "cves_open"),
    *("cves_exploited", *_COUNTS, "collected", "age_days", "silent", "catalogue", "source"),
)
_STEP = ("step", "product", "title", "availability", "hosts", "first_on")
_EXPOSURE = (
    *("cve", "hosts", "exposed", "needs_configuration", "unknown", "of_hosts", "severity", "cvss", "impact"),
    *("known_exploited_since", "due", "ransomware"),
)
_OF_ONE = {"advisories": "Advisory", "older": "Older file, not counted", "catalogues": "Catalogue", "notes": "Note"}
_UPDATE = ("update", "product", "title", "importance", "released", "hosts", "failing", *_COUNTS)


def write_fleet_xlsx(document: FleetDocument, stream: BinaryIO) -> None:
    """Write the workbook; the worst hosts and the updates that most hosts lack stand first."""
    head = document.head
    sheets = (
        ("Summary", ("fact", "value"), _summary(document)),
        ("Hosts", _HOST, _hosts(document)),
        ("Next steps", _STEP, _steps(document)),
        ("Exposures", _EXPOSURE, _exposures(document)),
        ("Updates", _UPDATE, _updates(document)),
        ("Other hosts and files", ("what", "words"), _around(document)),
    )
    write_workbook(sheets, stream, title=f"Fleet hotfix report: {head['summary']['hosts']} hosts")


def _summary(document: FleetDocument) -> Iterator[Row]:
    head = document.head
    for number, sentence in enumerate(words.fleet_sentences(head), 1):
        yield (f"Answer {number}", sentence)
    for word, count in head["summary"].items():
        if word != "verdicts":
            yield (word, count)
    for posture, installations, hosts in words.posture_lines(head):
        yield (f"Installations: {posture}", installations)
        yield (f"Hosts: {posture}", hosts)
    for level in head["levels"]:
        yield (f"Hosts with {level['products'] or 'nothing recognised'}", level["hosts"])
    yield ("Judged as of", head["run"]["as_of"])
    yield ("Catalogue", f"{head['catalogue']['version']}, SHA-256 {head['catalogue']['sha256']}")


def _hosts(document: FleetDocument) -> Iterator[Row]:
    for host in document.worst():
        counts = host["summary"]
        yield (
            *(host["host"], host["group"], host["outcome"]),
            "; ".join(f"{one['id']} {one['words']}" for one in host["products"]) or None,
            *(len(host["installations"]), "; ".join(words.host_standing(host)) or None),
            *(" ".join(words.next_lines(host)) or None, "; ".join(words.needs(host)) or None),
            *(len(host["exposures"]["exposed"]), len(host["exploited"])),
            *(counts[key] for key in _COUNTS),
            *(_day(host["at"]), host["age_days"], "yes" if (host["age_days"] or 0) >= SILENT else None),
            *(host["catalogue"]["version"], host["source"]),
        )


def _steps(document: FleetDocument) -> Iterator[Row]:
    for one in document.head["next_steps"]:
        facts = (one[key] for key in ("product", "title", "availability", "hosts", "first"))
        yield (own_name(one["id"]), *facts)


def _exposures(document: FleetDocument) -> Iterator[Row]:
    hosts = document.head["summary"]["hosts"]
    for one in document.head["exposures"]:
        yield (
            *(one[key] for key in ("cve", "hosts", "exposed", "needs-configuration", "unknown")),
            *(hosts, rating(one["cvss"]), one["cvss"], one["impact"], _day(one["known_exploited"]), _day(one["due"])),
            None if one["ransomware"] is None else "yes" if one["ransomware"] else "no",
        )


def _updates(document: FleetDocument) -> Iterator[Row]:
    for one in document.head["updates"]:
        yield (
            *(own_name(one["id"]), one["product"], one["title"], one["importance"], _day(one["released"])),
            *(one["hosts"], one["failing"], *(one[key] for key in _COUNTS)),
        )


def _around(document: FleetDocument) -> Iterator[Row]:
    told = words.lists(document)
    for key in ("advisories", "silent", "absent", "unexpected", "damaged", "older", "catalogues", "notes"):
        title, lines = told[key]
        yield from ((_OF_ONE.get(key, title), line) for line in lines)
    for group in document.head["groups"]:
        yield from ((f"Differences in {group['group']}", line) for line in words.drift_lines(group))


def _day(text: str | None) -> date | str | None:
    """A day as one, what is none as it was said."""
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return text
