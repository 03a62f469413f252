"""convert: a saved result, rendered again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotfix_check.cli.formats import check_outputs, result_view, write_report
from hotfix_check.report.document import result_of
from hotfix_check.report.formats import RESULT
from hotfix_check.saved_result import read_result

if TYPE_CHECKING:
    from hotfix_check.cli import ConvertOptions
    from hotfix_check.configuration import Configuration


def run_convert(options: ConvertOptions, configuration: Configuration | None) -> None:
    """Print and write the renderings of a saved result. Raises SavedInputError when it does not follow its schema."""
    view, outputs = result_view(options), options.output or ()
    check_outputs(RESULT, options.form, outputs, inputs=(options.result,), view=view, configuration=configuration)
    write_report(RESULT, result_of(read_result(options.result)), options.form, outputs, view)
