"""The fleet document as a workbook: a row a host, a row an update, what holds, what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from hotfix_check.fleet.document import FleetDocument
from hotfix_check.fleet.words import (
    absent_words,
    advisory_words,
    catalogue_words,
    damaged_words,
    drift_lines,
    fleet_sentences,
    needs,
    older_words,
)
from hotfix_check.report.names import names_of
from hotfix_check.report.sheets import Row
from hotfix_check.report.xlsx import write_workbook

_COUNTS = ("missing", "partial", "undetermined", "blocked", "waived", "installed", "superseded")
_HOST = ("host", "group", "outcome", "products", "needs", *_COUNTS, "collected", "age_days", "catalogue", "source")
_UPDATE = ("update", "product", "title", "importance", "released", "hosts", "failing", *_COUNTS)


def write_fleet_xlsx(document: FleetDocument, stream: BinaryIO) -> None:
    """Write the workbook; the worst hosts and the updates that most hosts lack stand first."""
    head = document.head
    sheets = (
        ("Summary", ("fact", "value"), _summary(document)),
        ("Hosts", _HOST, _hosts(document)),
        ("Updates", _UPDATE, _updates(document)),
        ("Around the hosts", ("what", "words"), _around(document)),
    )
    write_workbook(sheets, stream, title=f"Fleet hotfix report: {head['summary']['hosts']} hosts")


def _summary(document: FleetDocument) -> Iterator[Row]:
    head = document.head
    for number, sentence in enumerate(fleet_sentences(head), 1):
        yield (f"Answer {number}", sentence)
    for word, count in head["summary"].items():
        if word != "verdicts":
            yield (word, count)
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
            "; ".join(needs(host)) or None,
            *(counts[key] for key in _COUNTS),
            *(_day(host["at"]), host["age_days"], host["catalogue"]["version"], host["source"]),
        )


def _updates(document: FleetDocument) -> Iterator[Row]:
    for one in document.head["updates"]:
        yield (
            *(names_of([one["id"]])[0], one["product"], one["title"], one["importance"], _day(one["released"])),
            *(one["hosts"], one["failing"], *(one[key] for key in _COUNTS)),
        )


def _around(document: FleetDocument) -> Iterator[Row]:
    head = document.head
    for what, lines in (
        ("Advisory that holds", map(advisory_words, head["advisories"])),
        ("Expected, and not there", map(absent_words, head["absent"])),
        ("There, and not expected", head["unexpected"]),
        ("Could not be judged", map(damaged_words, head["damaged"])),
        ("Older file, not counted", map(older_words, head["older"])),
        ("Catalogue", map(catalogue_words, head["catalogues"])),
        ("Note", head["notes"]),
    ):
        yield from ((what, line) for line in lines)
    for group in head["groups"]:
        yield from ((f"Not alike in {group['group']}", line) for line in drift_lines(group))


def _day(text: str | None) -> date | str | None:
    """A day as one, what is none as it was said."""
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return text
