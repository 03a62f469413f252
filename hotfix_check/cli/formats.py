"""The formats of a result, by name and by suffix, and where they go: stdout, and every file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotfix_check.cli.colour import COLOUR_CHOICES, chosen_paint
from hotfix_check.cli.judging import known
from hotfix_check.cli.output import columns, is_stream, print_exactly, print_report, write_file
from hotfix_check.errors import OutputError, UsageError
from hotfix_check.report.result import Document, to_json
from hotfix_check.report.table import render_table
from hotfix_check.untrusted.windows_paths import ON_WINDOWS, names_a_device, system_path

MANIFEST_SUFFIX = ".manifest.json"
_FILE_COLUMNS = 100
Manifest = Callable[[], str]


def _table(document: Document) -> str:
    return render_table(document, width=_FILE_COLUMNS, everything=True)


def _csv(document: Document) -> str:
    from hotfix_check.report.csv import render_csv

    return render_csv(document)


def _markdown(document: Document) -> str:
    from hotfix_check.report.markdown import render_markdown

    return render_markdown(document)


def _html(document: Document) -> str:
    from hotfix_check.report.html import render_html

    return render_html(document)


@dataclass(frozen=True, slots=True)
class _Format:
    suffix: str
    render: Callable[[Document], str]
    file_prefix: str = ""


FORMATS = {
    "table": _Format(".txt", _table),
    "json": _Format(".json", to_json),
    # Excel reads a CSV file as UTF-8 only behind a byte order mark.
    "csv": _Format(".csv", _csv, "\N{ZERO WIDTH NO-BREAK SPACE}"),
    "md": _Format(".md", _markdown),
    "html": _Format(".html", _html),
}
_BY_SUFFIX = {form.suffix: form for form in FORMATS.values()}


def check_outputs(form: str, colour: str, outputs: Sequence[Path], *, inputs: Sequence[Path], manifest: bool) -> None:
    """Raises UsageError for an unknown format, colour or suffix, and for a file that would replace what is read."""
    known("--format", form, tuple(FORMATS))
    known("--color", colour, COLOUR_CHOICES)
    for path in outputs:
        if is_manifest(path) and not manifest:
            raise UsageError(f"--output: {path}: a manifest lists the evidence files, so only scan can write one")
        if not is_stream(path):
            known("--output", path.suffix.lower() or path.name, tuple(_BY_SUFFIX))
        not_evidence(path, inputs)


def not_evidence(output: Path, inputs: Sequence[Path]) -> None:
    """Raises UsageError for a file that would replace what is read, or be written into a folder that is.

    On Windows also for a name that is a device's: what is written to ``aux.html`` is nowhere. ``NUL`` alone is meant.
    """
    if ON_WINDOWS and output.suffix and names_a_device(output):
        raise UsageError(f"--output: {output}: Windows keeps this name for a device; choose another")
    place = Path(os.path.realpath(system_path(output)))
    for one in inputs:
        evidence = Path(os.path.realpath(system_path(one)))
        if place == evidence:
            raise UsageError(f"--output: {output} is being read; write to another file")
        if evidence in place.parents and evidence.is_dir():
            raise UsageError(f"--output: {output} would be written into the target {one}")


def is_manifest(path: Path) -> bool:
    """Whether a file's name asks for a manifest of the evidence."""
    return path.name.lower().endswith(MANIFEST_SUFFIX)


def show(document: Document, form: str, *, everything: bool, colour: str) -> None:
    """Print the report to stdout."""
    if form == "table":
        print_report(render_table(document, width=columns(), everything=everything, paint=chosen_paint(colour)))
    else:
        print_exactly(FORMATS[form].render(document))


def write_outputs(
    report: Callable[[], None], document: Document, form: str, outputs: Sequence[Path], manifest: Manifest | None = None
) -> None:
    """Print the report, and write every file that can be written. Raises OutputError with a line for each fault.

    A pipe or a device whose name says no format gets ``form``, as stdout does.
    """
    faults: list[str] = []
    try:
        report()
    except OutputError as error:
        faults.extend(error.lines)
    for path in outputs:
        try:
            if manifest is not None and is_manifest(path):
                write_file(path, manifest())
            else:
                chosen = _BY_SUFFIX.get(path.suffix.lower())
                write_file(
                    path, chosen.file_prefix + chosen.render(document) if chosen else FORMATS[form].render(document)
                )
        except OutputError as error:
            faults.extend(error.lines)
    if faults:
        raise OutputError(*faults)
