"""explain, plan, identify, compare, baseline: one answer each, printed; exit code 0 unless it could not be asked."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue.update import Importance
from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.judging import Judge, JudgeOptions, find_updates, known
from hotfix_check.cli.output import columns, print_exactly, print_report, write_file
from hotfix_check.compare import Side, compare, judged_side, saved_side
from hotfix_check.errors import UsageError
from hotfix_check.exit_code import ExitCode
from hotfix_check.inventory import is_listing, looks_saved
from hotfix_check.policy import baseline_text
from hotfix_check.report.changes import render_changes
from hotfix_check.report.explain import render_explanation
from hotfix_check.report.identity import identity_document, render_identity
from hotfix_check.report.plan import plan_document, render_plan
from hotfix_check.report.result import finding_document
from hotfix_check.saved_result import find_result

_FORMS = ("table", "json")


def run_explain(name: str, target: Path, form: str, options: JudgeOptions) -> None:
    """The findings of one KB on one target, each in full, whether or not its product is there."""
    known("--format", form, _FORMS)
    judge = Judge(options, [target])
    updates = find_updates(judge.catalogue, name)
    named = {update.id: update.importance for update in updates}
    judge.question = replace(judge.question, importance={**named, **judge.question.importance})
    assessment = judge.assess(judge.read(target))
    found = [finding for finding in assessment.findings if finding.update in updates]
    if form == "json":
        _print_json([finding_document(finding) for finding in found])
        return
    texts = []
    for finding in found:
        older, newer = judge.assessor.relations.chain(finding.update, finding.package)
        texts.append(render_explanation(finding_document(finding), older, newer, width=columns()))
    print_report("\n".join(texts))


def run_plan(target: Path, to: tuple[str, ...], include_optional: bool, form: str, options: JudgeOptions) -> ExitCode:
    """What to install on one target, in order; INCOMPLETE where what was seen allows no plan."""
    known("--format", form, _FORMS)
    if to and include_optional:
        raise UsageError("--include-optional: --to names what the plan is for; leave one of them out")
    judge = Judge(options, [target])
    assessment, next_steps = judge.judge(judge.read(target))
    wanted = frozenset(update.id for name in to for update in find_updates(judge.catalogue, name))
    if to and assessment.products and not any(finding.update.id in wanted for finding in assessment.findings):
        raise UsageError(f"--to: {', '.join(to)}: its product was not recognised in {target}")
    weights = (*WEIGHTY, Importance.OPTIONAL) if include_optional else WEIGHTY
    plans = [
        (installation, steps.plan(steps.of_weight(weights) if not to else sorted(wanted)))
        for installation, steps in zip(assessment.installations, next_steps, strict=True)
        if installation.counts
    ]
    document = plan_document(plans, assessment, judge.catalogue.products, wanted)
    if form == "json":
        _print_json(document)
    else:
        print_report(render_plan(document, width=columns()))
    return ExitCode.INCOMPLETE if document["no_plan"] else ExitCode.CLEAN


def run_identify(target: Path, form: str, options: JudgeOptions) -> None:
    """What each file of a target is."""
    known("--format", form, _FORMS)
    judge = Judge(options, [target])
    document = identity_document(judge.read(target, every_pe=True), judge.assessor)
    if form == "json":
        _print_json(document)
    else:
        print_report(render_identity(document, width=columns()))


def run_compare(before: Path, after: Path, form: str, options: JudgeOptions) -> None:
    """What changed from one target or saved result to another."""
    known("--format", form, _FORMS)
    judge = Judge(options, [before, after])
    one, other = _side(before, judge), _side(after, judge)
    changes = compare(one, other)
    if form == "json":
        _print_json(asdict(changes))
    else:
        print_report(render_changes(changes, one.name, other.name, width=columns()))


def _side(path: Path, judge: Judge) -> Side:
    if path.is_file() and looks_saved(path) and not is_listing(path) and (document := find_result(path)) is not None:
        return saved_side(document, str(path))
    inventory = judge.read(path)
    return judged_side(inventory, judge.assess(inventory), judge.catalogue.sha256)


def run_baseline(source: Path, output: Path | None, options: JudgeOptions) -> None:
    """The baseline that a server meets."""
    if output is not None:
        not_evidence(output, (source, *options.catalogues))
    judge = Judge(options, [source])
    assessment = judge.assess(judge.read(source))
    if not assessment.products:
        raise UsageError(f"--from: nothing was recognised in {source}, so it is no server to take a baseline from")
    text = baseline_text(assessment, judge.catalogue)
    if output is None:
        print_exactly(text)
    else:
        write_file(output, text)


def _print_json(document: object) -> None:
    print_exactly(json.dumps(document, indent=2) + "\n")
