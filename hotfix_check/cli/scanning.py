"""scan: read targets, judge them, report."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotfix_check.assess import Assessment
from hotfix_check.assess.asking import smallest_request
from hotfix_check.cli.formats import check_outputs, deliver, write_outputs
from hotfix_check.cli.judging import Judge, JudgeOptions, this_host, verdicts
from hotfix_check.cli.output import columns, print_report
from hotfix_check.report import RunInfo, Scope, result_document
from hotfix_check.report.outcome import can_be_waived, exit_code
from hotfix_check.report.request import render_request


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """The options of ``scan`` as typed, beside those that decide what is asked."""

    targets: tuple[Path, ...]
    outputs: tuple[Path, ...]
    form: str
    waivers: Path | None
    fail_on: str | None
    exit_zero: bool
    everything: bool
    ask: bool
    run_info: bool
    colour: str


def run_scan(options: ScanOptions, asked: JudgeOptions) -> int:
    """Judge the targets, write the reports, return the exit code."""
    from hotfix_check.policy import Applied, Waivers, apply_waivers, load_waivers, long_waivers

    started = datetime.now(UTC)
    check_outputs(options.form, options.colour, options.outputs, inputs=options.targets, manifest=asked.hashes)
    fail_on = verdicts("--fail-on", options.fail_on)
    judge = Judge(asked)
    waivers = load_waivers(options.waivers, judge.catalogue) if options.waivers else Waivers()
    assessments = [judge.assess(judge.read(target)) for target in options.targets]
    applied = apply_waivers(assessments, waivers, judge.day, can_be_waived) if waivers.entries else Applied()
    warnings = [*long_waivers(waivers, judge.day), *(f"waiver {one.id} waives nothing here" for one in applied.unused)]
    warnings += [f"waiver {one.id} expired on {one.expires}: its finding counts again" for one in applied.expired]
    if not asked.quiet:
        for warning in warnings:
            print(f"hotfix-check: warning: {warning}", file=sys.stderr)
    run = RunInfo(as_of=judge.as_of)
    if options.run_info:
        run = RunInfo(
            started=started,
            finished=datetime.now(UTC),
            host=this_host(),
            user=_user(),
            arguments=tuple(sys.argv[1:]),
            as_of=judge.day,
        )
    scope = Scope(
        products=asked.products or None, kbs=tuple(sorted(judge.question.kbs)) if judge.question.kbs else None
    )
    document = result_document(
        assessments, judge.catalogue, run, scope, fail_on=fail_on, waivers=waivers, applied=applied
    )
    if options.ask:
        print_report("\n".join(_request(one, judge) for one in assessments))
        write_outputs(document, options.outputs)
    else:
        deliver(document, options.form, options.outputs, everything=options.everything, colour=options.colour)
    return exit_code(assessments, fail_on, [frozenset(one) for one in applied.by_target], exit_zero=options.exit_zero)


def _request(assessment: Assessment, judge: Judge) -> str:
    return render_request(assessment.target, smallest_request(assessment, judge.catalogue.products), width=columns())


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
