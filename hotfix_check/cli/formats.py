"""Where a report goes: stdout, and every file that was asked for, each in the format of its name."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hotfix_check.cli.output import chosen_paint, columns, for_machines, is_terminal, standard_output
from hotfix_check.errors import OutputError, UsageError, needs_extra
from hotfix_check.frozen import replace
from hotfix_check.judging.question import known
from hotfix_check.report.formats import FORMATS, NO_PUBLISHER, RESULT, CsvKind, Report, View, form_among, plain
from hotfix_check.report.publisher import parse_publisher
from hotfix_check.untrusted.windows_paths import ON_WINDOWS, names_a_device, system_path
from hotfix_check.writing import is_stream, replaced, replaced_bytes, write_file

if TYPE_CHECKING:
    from hotfix_check.cli import ConvertOptions, ScanOptions
    from hotfix_check.configuration import Configuration

Shown = TypeVar("Shown")
MANIFEST_SUFFIX = ".manifest.json"
_EXTRAS = {"parquet": ("pyarrow", "Parquet", "fleet")}
"""The library that a format needs, the format's name and the extra that brings it."""
_ANY = View(width=80)


def result_view(options: ScanOptions | ConvertOptions) -> View:
    """How the report of a result is to look. Raises UsageError."""
    return View(
        width=columns(),
        everything=options.everything,
        paint=chosen_paint(options.color),
        csv=options.csv,
        publisher=None if options.publisher is None else parse_publisher(options.publisher),
    )


def check_outputs(
    report: Report[Any],
    form: str,
    outputs: Sequence[Path],
    *,
    inputs: Sequence[Path],
    manifest: bool = False,
    view: View = _ANY,
    configuration: Configuration | None = None,
) -> None:
    """Raises UsageError for a suffix of no format, and for a file that would replace what is read.

    ``manifest``: a manifest can be written too. Also for a ``view`` without the publisher that a format names, or with
    what shapes only a format that nobody asked for; a publisher of the ``configuration`` is for other runs too.
    """
    if form in report.binary and is_terminal():
        suffix = FORMATS[form].suffix
        raise UsageError(f"--format: {form} cannot be shown on a terminal: write it to a file with -o report{suffix}")
    placeless: list[str] = []
    forms = [form]
    for path in outputs:
        if is_manifest(path) and not manifest:
            raise UsageError(f"--output: {path}: a manifest lists the evidence files, so only scan can write one")
        chosen = report.form_of(path.name)
        if not is_stream(path) and not is_manifest(path) and chosen is None:
            others = (MANIFEST_SUFFIX,) if manifest else ()
            known("--output", path.suffix.lower() or path.name, (*report.suffixes(), *others))
        not_evidence(path, inputs)
        placeless += _placeless(path)
        if chosen is not None:
            forms.append(chosen)
    for each in forms:
        _needs(each, view)
    typed = view.publisher and not (configuration and "publisher" in configuration.options)
    if typed and "csaf" not in forms:
        raise UsageError("--publisher: only a CSAF document names one: add -f csaf or -o FILE.csaf.json")
    if view.csv is not CsvKind.FINDINGS and "csv" not in forms:
        raise UsageError(f"--csv: {view.csv} are rows of a CSV: add -f csv or -o FILE.csv")
    if placeless:
        raise OutputError(*placeless)


def _needs(form: str, view: View) -> None:
    if form == "csaf" and view.publisher is None:
        raise UsageError(NO_PUBLISHER)
    if form in _EXTRAS:
        from importlib import import_module

        library, name, extra = _EXTRAS[form]
        try:
            import_module(library)
        except ImportError as error:
            raise UsageError(f"--output: {needs_extra(error, name, extra)}") from None


def not_evidence(output: Path, inputs: Sequence[Path]) -> None:
    """Raises UsageError for a file that would replace what is read, or be written into a folder that is.
    On Windows also for a name that is a device's: what is written to ``aux.html`` is nowhere. ``NUL`` alone is meant.
    """
    if ON_WINDOWS and output.suffix and names_a_device(output):
        raise UsageError(f"--output: {output}: Windows reserves this name for a device: choose another")
    place = Path(os.path.realpath(system_path(output)))
    for one in inputs:
        evidence = Path(os.path.realpath(system_path(one)))
        if place == evidence:
            raise UsageError(f"--output: {output} is being read: write to another file")
        if evidence in place.parents and evidence.is_dir():
            raise UsageError(f"--output: {output} would be written into the target {one}")


def run_convert(options: ConvertOptions, configuration: Configuration | None) -> None:
    """Print and write the renderings of a saved result. Raises SavedInputError when it does not follow its schema."""
    from hotfix_check.report.document import result_of
    from hotfix_check.saved_result import read_result

    view, outputs = result_view(options), options.output or ()
    check_outputs(RESULT, options.form, outputs, inputs=(options.result,), view=view, configuration=configuration)
    write_report(RESULT, result_of(read_result(options.result)), options.form, outputs, view)


def check_output(output: Path | None, inputs: Sequence[Path], *, writes: str) -> None:
    """Raises UsageError as ``not_evidence``, or OutputError, for the file that is written instead of stdout.

    ``writes`` is the suffix of the one format that there is: a name that asks for another would hold what it is not.
    """
    if output is not None:
        named = form_among(FORMATS, output.name)
        if named not in (None, "table") and FORMATS[named].suffix != writes:
            raise UsageError(f"--output: {output}: only {writes} is written here: choose a name that ends with it")
        not_evidence(output, inputs)
        if lines := _placeless(output):
            raise OutputError(*lines)


def _placeless(output: Path) -> list[str]:
    """Why it is known before the work that a file cannot be written; empty for one that can."""
    if is_stream(output):
        return []
    folder = Path(os.path.realpath(system_path(output))).parent
    if Path(system_path(output)).is_dir():
        fault = errno.EISDIR
    elif not folder.exists():
        fault = errno.ENOENT
    elif not folder.is_dir():
        fault = errno.ENOTDIR
    elif hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        fault = errno.EROFS
    elif not os.access(folder, os.W_OK):
        fault = errno.EACCES
    else:
        return []
    return [f"{output}: cannot be written: {os.strerror(fault)}"]


def is_manifest(path: Path) -> bool:
    """Whether a file's name asks for a manifest of the evidence."""
    return path.name.lower().endswith(MANIFEST_SUFFIX)


def write_report(
    report: Report[Shown],
    document: Shown,
    form: str,
    outputs: Sequence[Path],
    view: View,
    *,
    instead: Callable[[], None] | None = None,
    manifest: Callable[[], str] | None = None,
) -> None:
    """Print the report, or do ``instead``, and write every file. Raises OutputError with a line for each fault.

    ``view`` is that of stdout; a file has all of it. A pipe or a device whose name says no format gets ``form``, as
    stdout does. One file that cannot be written does not keep the others back.
    """
    faults: list[str] = []
    for path in (None, *outputs):
        try:
            if path is None:
                instead() if instead else _print(report, document, form, view)
            elif manifest is not None and is_manifest(path):
                write_file(path, manifest())
            else:
                _write(report, document, form, view, path)
        except OutputError as error:
            faults.extend(error.lines)
    if faults:
        raise OutputError(*faults)


def _print(report: Report[Shown], document: Shown, form: str, view: View) -> None:
    if form != "table" and form not in report.binary:
        for_machines()
    with standard_output() as stream:
        if form in report.binary:
            report.binary[form](document, view, stream.buffer)
            return
        stream.writelines(report.text[form](document, view))


def _write(report: Report[Shown], document: Shown, printed: str, shown: View, path: Path) -> None:
    named = report.form_of(path.name)
    form = named or printed
    view = replace(shown, width=report.columns, everything=True, paint=plain)
    if form in report.binary:
        with replaced_bytes(path) as stream:
            report.binary[form](document, view, stream)
        return
    with replaced(path) as text:
        text.write(FORMATS[form].prefix if named else "")
        text.writelines(report.text[form](document, view))
