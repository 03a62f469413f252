"""The report of a fleet in each of its formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from hotfix_check.fleet.as_csv import csv_text
from hotfix_check.fleet.as_markdown import markdown_text
from hotfix_check.fleet.as_table import table_text
from hotfix_check.fleet.document import FleetDocument
from hotfix_check.report.formats import FleetForm, Report, View


def _html(document: FleetDocument, _: View) -> Iterable[str]:
    from hotfix_check.fleet.as_html import html_text

    return html_text(document)


def _parquet(document: FleetDocument, _: View, stream: BinaryIO) -> None:
    from hotfix_check.fleet.as_parquet import write_parquet

    write_parquet(document, stream)


def _xlsx(document: FleetDocument, _: View, stream: BinaryIO) -> None:
    from hotfix_check.fleet.as_xlsx import write_fleet_xlsx

    write_fleet_xlsx(document, stream)


# Those that need a library of their own load it when they are asked for.
FLEET: Report[FleetDocument] = Report(
    text={
        FleetForm.TABLE: lambda document, view: table_text(document, width=view.width, everything=view.everything),
        FleetForm.JSON: lambda document, _: json_text(document),
        FleetForm.CSV: lambda document, _: csv_text(document),
        FleetForm.MD: lambda document, _: markdown_text(document),
        FleetForm.HTML: _html,
    },
    binary={FleetForm.XLSX: _xlsx, FleetForm.PARQUET: _parquet},
    columns=140,
)


def json_text(document: FleetDocument) -> Iterator[str]:
    """JSON text in pieces, ASCII; the hosts come last, by name."""
    yield "{\n"
    for key, value in document.head.items():
        if isinstance(value, list) and value:
            yield f"{json.dumps(key)}: [\n" + ",\n".join(map(json.dumps, value)) + "\n],\n"
        else:
            yield f"{json.dumps(key)}: {json.dumps(value)},\n"
    yield '"hosts": ['
    between = "\n"
    for host in document.hosts():
        yield between + json.dumps(host)
        between = ",\n"
    yield "\n]\n}\n"
