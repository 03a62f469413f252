"""convert: a saved result, rendered again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hotfix_check.cli.colour import ColourChoice, chosen_paint
from hotfix_check.cli.formats import check_outputs, write_report
from hotfix_check.cli.output import columns
from hotfix_check.report.document import result_of
from hotfix_check.report.formats import RESULT, CsvKind, ResultForm, View
from hotfix_check.report.publisher import parse_publisher
from hotfix_check.saved_result import read_result


def run_convert(
    result: Path,
    outputs: Sequence[Path],
    form: ResultForm,
    *,
    everything: bool,
    colour: ColourChoice,
    csv: CsvKind,
    publisher: str | None,
) -> None:
    """Print and write the renderings of a saved result. Raises SavedInputError when it does not follow its schema."""
    by = None if publisher is None else parse_publisher(publisher)
    check_outputs(RESULT, form, outputs, inputs=(result,), publisher=by)
    document = result_of(read_result(result))
    view = View(width=columns(), everything=everything, paint=chosen_paint(colour), csv=csv, publisher=by)
    write_report(RESULT, document, form, outputs, view)
