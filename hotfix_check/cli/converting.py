"""convert: a saved result, rendered again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hotfix_check.cli.formats import check_outputs, show, write_outputs
from hotfix_check.saved_result import read_result


def run_convert(result: Path, outputs: Sequence[Path], form: str, *, everything: bool, colour: str) -> None:
    """Print and write the renderings of a saved result. Raises SavedInputError when it does not follow its schema."""
    check_outputs(form, colour, outputs, inputs=(result,), manifest=False)
    document = read_result(result)
    write_outputs(lambda: show(document, form, everything=everything, colour=colour), document, form, outputs)
