"""scan: read targets, judge them, report."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotfix_check.assess import Assessment
from hotfix_check.assess.asking import smallest_request
from hotfix_check.cli.judging import Judge, JudgeOptions, known, this_host, verdicts, warn
from hotfix_check.cli.output import columns, print_report, write_file
from hotfix_check.errors import UsageError
from hotfix_check.report import RunInfo, Scope, render_table, result_document, to_json
from hotfix_check.report.outcome import can_be_waived, exit_code
from hotfix_check.report.request import render_request
from hotfix_check.report.result import Document


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


def run_scan(options: ScanOptions, asked: JudgeOptions) -> int:
    """Judge the targets, write the reports, return the exit code."""
    from hotfix_check.policy import Applied, Waivers, apply_waivers, load_waivers, long_waivers

    started = datetime.now(UTC)
    known("--format", options.form, _FORMATS)
    for path in options.outputs:
        known("--output", path.suffix.lower() or path.name, _SUFFIXES)
        _not_evidence(path, options.targets)
    fail_on = verdicts("--fail-on", options.fail_on)
    judge = Judge(asked)
    waivers = load_waivers(options.waivers, judge.catalogue) if options.waivers else Waivers()
    assessments = [judge.assess(judge.read(target)) for target in options.targets]
    applied = apply_waivers(assessments, waivers, judge.day, can_be_waived) if waivers.entries else Applied()
    warnings = [*long_waivers(waivers, judge.day), *(f"waiver {one.id} waives nothing here" for one in applied.unused)]
    warnings += [f"waiver {one.id} expired on {one.expires}: its finding counts again" for one in applied.expired]
    if not asked.quiet:
        for warning in warnings:
            warn(warning)
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
        print_report("\n".join(_request(one, judge, options.everything) for one in assessments))
    else:
        print_report(_FORMATS[options.form](document, options.everything))
    for path in options.outputs:
        write_file(path, _to_file(_SUFFIXES[path.suffix.lower()], document))
    return exit_code(assessments, fail_on, [frozenset(one) for one in applied.by_target], exit_zero=options.exit_zero)


def _not_evidence(output: Path, targets: Sequence[Path]) -> None:
    """Evidence is never written to: neither a target itself nor a folder that is one."""
    place = output.resolve()
    for target in targets:
        evidence = target.resolve()
        if place == evidence or (evidence in place.parents and evidence.is_dir() and evidence != Path.cwd()):
            raise UsageError(f"--output: {output} would be written into the target {target}")


def _request(assessment: Assessment, judge: Judge, everything: bool) -> str:
    requests = smallest_request(assessment, judge.catalogue.products)
    return render_request(assessment.target, requests, width=columns(), everything=everything)


def _table(document: Document, everything: bool) -> str:
    return render_table(document, width=columns(), everything=everything)


_FORMATS: dict[str, Callable[[Document, bool], str]] = {"table": _table, "json": lambda document, _: to_json(document)}
_SUFFIXES = {".json": "json", ".txt": "table"}
_FILE_COLUMNS = 100


def _to_file(form: str, document: Document) -> str:
    """For a file everything, and the same text whatever the terminal."""
    return (
        render_table(document, width=_FILE_COLUMNS, everything=True)
        if form == "table"
        else _FORMATS[form](document, True)
    )


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
