"""The formats of a fleet report, by name and by suffix, and where they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.judging import known
from hotfix_check.cli.output import columns, for_machines, is_stream, replaced, replaced_bytes, standard_output
from hotfix_check.errors import OutputError, UsageError, needs_extra
from hotfix_check.fleet.document import FleetDocument

_FILE_COLUMNS = 140
_SUFFIXES = {"table": ".txt", "json": ".json", "csv": ".csv", "html": ".html"}
_PARQUET = ".parquet"


def check_fleet_outputs(form: str, outputs: Sequence[Path], *, inputs: Sequence[Path]) -> None:
    """Raises UsageError for an unknown format or suffix, and for a file that would replace what is read."""
    if form == "parquet":
        raise UsageError("--format: parquet is written to a file: -o fleet.parquet")
    known("--format", form, tuple(_SUFFIXES))
    for path in outputs:
        if not is_stream(path):
            known("--output", path.suffix.lower() or path.name, (*_SUFFIXES.values(), _PARQUET))
        not_evidence(path, inputs)
        if path.suffix.lower() == _PARQUET:
            try:
                import pyarrow  # noqa: F401
            except ImportError as error:
                raise UsageError(f"--output: {needs_extra(error, 'Parquet', 'fleet')}") from None


def write_fleet(document: FleetDocument, form: str, outputs: Sequence[Path], *, everything: bool) -> None:
    """Print the report, and write every file that can be written. Raises OutputError with a line for each fault."""
    faults: list[str] = []
    for write in (lambda: _print(document, form, everything), *(_writer(document, path, form) for path in outputs)):
        try:
            write()
        except OutputError as error:
            faults.extend(error.lines)
    if faults:
        raise OutputError(*faults)


def _print(document: FleetDocument, form: str, everything: bool) -> None:
    if form != "table":
        for_machines()
    with standard_output() as stream:
        stream.writelines(_text(document, form, everything=everything, width=columns()))


def _writer(document: FleetDocument, path: Path, printed: str) -> Callable[[], None]:
    """A pipe or a device whose name says no format gets that of stdout."""

    def write() -> None:
        suffix = path.suffix.lower()
        if suffix == _PARQUET:
            from hotfix_check.fleet.as_parquet import write_parquet

            with replaced_bytes(path) as stream:
                write_parquet(document, stream)
            return
        form = next((name for name, one in _SUFFIXES.items() if one == suffix), None)
        with replaced(path) as text:
            # Excel reads a CSV file as UTF-8 only behind a byte order mark.
            text.write("\N{ZERO WIDTH NO-BREAK SPACE}" if form == "csv" else "")
            text.writelines(_text(document, form or printed, everything=True, width=_FILE_COLUMNS))

    return write


def _text(document: FleetDocument, form: str, *, everything: bool, width: int) -> Iterator[str]:
    if form == "json":
        from hotfix_check.fleet.as_json import json_text

        return json_text(document)
    if form == "csv":
        from hotfix_check.fleet.as_csv import csv_text

        return csv_text(document)
    if form == "html":
        from hotfix_check.fleet.as_html import html_text

        return html_text(document)
    from hotfix_check.fleet.as_table import table_text

    return table_text(document, width=width, everything=everything)
