"""scan: read targets, judge them, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hotfix_check.assess import Assessment
from hotfix_check.assess.request import smallest_request
from hotfix_check.assess.weight import exit_code
from hotfix_check.catalogue.product import stale_days
from hotfix_check.cli import judging
from hotfix_check.cli.formats import check_outputs, is_manifest, result_view, write_report
from hotfix_check.cli.output import print_report
from hotfix_check.errors import UsageError
from hotfix_check.frozen import replace
from hotfix_check.inventory.target import STANDARD_INPUT
from hotfix_check.judging.judge import Answer, Judge, answer
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.report.formats import RESULT, ResultForm, View
from hotfix_check.report.request import render_request
from hotfix_check.untrusted.patterns import fitting, is_pattern
from hotfix_check.untrusted.windows_paths import ON_WINDOWS

if TYPE_CHECKING:
    from hotfix_check.cli import ScanOptions
    from hotfix_check.configuration import Configuration


def run_scan(options: ScanOptions, asking: JudgeOptions, configuration: Configuration | None) -> int:
    """Judge the targets, write the reports, return the exit code."""
    started = datetime.now(UTC)
    targets = _each(options.targets)
    view = result_view(options)
    _check(options, targets, asking, view, configuration)
    judge = judging.asked(asking, targets, quiet=options.quiet)
    read = [
        (target, inventory) for target in targets for inventory in judging.read_told(judge, target, quiet=options.quiet)
    ]
    inventories = [inventory for _, inventory in read]
    for inventory in inventories if options.verbose else ():
        judging.tell_of_files(inventory)
    found = replace(answer(judge.prepared(inventories), inventories), configuration=configuration)
    judging.warn_of(_warnings(found), quiet=options.quiet)
    document = found.bare_document() if options.no_run_info else found.document(judging.run_document(judge, started))

    def manifest() -> str:
        from hotfix_check.cli.custody import manifest_text

        return manifest_text(found, read)

    def request() -> None:
        wanted = [(one.target, smallest_request(one, judge.asked.products)) for one in found.assessments]
        told = (render_request(*one, width=view.width, everything=view.everything) for one in wanted)
        print_report("\n".join(told))

    write_report(
        RESULT,
        document,
        options.form,
        options.output or (),
        view,
        instead=request if options.ask else None,
        manifest=manifest,
    )
    return exit_code(found.outcomes, exit_zero=options.exit_zero)


def _check(
    options: ScanOptions,
    targets: Sequence[Path],
    asking: JudgeOptions,
    view: View,
    configuration: Configuration | None,
) -> None:
    """Raises UsageError for options that do not go together, OutputError for files that cannot be written."""
    outputs = options.output or ()
    check_outputs(
        RESULT,
        options.form,
        outputs,
        inputs=(*targets, *asking.files),
        manifest=True,
        view=view,
        configuration=configuration,
    )
    if options.ask and options.form is not ResultForm.TABLE:
        raise UsageError("--ask: what to supply is text for people: use -o FILE.json for the result")
    if any(map(is_manifest, outputs)):
        for fault in asking.unrecorded():
            raise UsageError(fault)
        if STANDARD_INPUT in targets:
            raise UsageError("--output: a manifest needs evidence that can be read again: save it to a file first")
    if asking.hive is not None and len(targets) > 1:
        raise UsageError("--hive: a hive belongs to one target: scan the others separately")


def _each(targets: Sequence[Path]) -> tuple[Path, ...]:
    """The targets; on Windows also what ``*`` and ``?`` fit, which its shells do not expand. Raises UsageError."""
    found: list[Path] = []
    for target in targets:
        if ON_WINDOWS and is_pattern(str(target)):
            fits = sorted(map(Path, fitting(str(target))))
            if not fits:
                raise UsageError(f"{target}: no file or folder fits this pattern")
            found += fits
        else:
            found.append(target)
    return tuple(found)


def _warnings(found: Answer) -> Iterator[str]:
    """What a person should look at, though it changes no answer."""
    judge = found.judge.judge
    yield from judging.levels_not_there(found)
    if judge.as_of is None:
        yield from judging.behind(judge.day, judge.asked.version)
    yield from _stale(judge, found.assessments, judge.day)
    yield from judging.waiver_warnings(found)


def _stale(judge: Judge, assessments: Sequence[Assessment], day: date) -> list[str]:
    """A line for each product on the targets of which the catalogue may not know the newest update any more."""
    there = {level.product for assessment in assessments for level in assessment.products}
    lines = []
    for product in judge.asked.products:
        age = stale_days(product, judge.outline.newest_days.get(product.id), day) if product.id in there else None
        if age is not None:
            lines.append(
                f"the newest update of {product.name} that the catalogue knows is {age} days old: a newer one is "
                "probably out; docs/staying-current.md shows how to add it"
            )
    return lines
