"""explain, plan, compare, baseline: one answer each, printed; exit code 0 unless it could not be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hotfix_check.assess.weight import WEIGHTY
from hotfix_check.catalogue.update import Importance
from hotfix_check.cli.formats import check_output, check_outputs, write_report
from hotfix_check.cli.judging import asked, levels_not_there, read_open_told, read_told, waiver_warnings, warn_of
from hotfix_check.cli.output import columns, print_exactly, print_report, write_or_print
from hotfix_check.compare import Side, compare, judged_side, saved_side
from hotfix_check.errors import UsageError
from hotfix_check.exit_code import ExitCode
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import TargetKind
from hotfix_check.inventory.target import opened_target
from hotfix_check.judging.judge import ReadyJudge, answer, not_there
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.question import find_updates
from hotfix_check.policy import baseline_text
from hotfix_check.report.document import to_json
from hotfix_check.report.explain import render_explanation
from hotfix_check.report.formats import COMPARISON, PLAN, AnswerForm, PageForm, View
from hotfix_check.report.plan import plan_document
from hotfix_check.report.result import finding_document
from hotfix_check.saved_result import checked_result


def run_explain(name: str, target: Path, form: AnswerForm, options: JudgeOptions, *, quiet: bool) -> None:
    """The findings of one KB on one target, each in full, whether or not its product is there."""
    judge = asked(options, [target], quiet=quiet).whole()
    try:
        updates = find_updates(judge.catalogue, name)
    except UsageError as error:
        if Path(name).exists() and not target.exists():
            raise UsageError(f"{name} is a target, and the update comes first: explain KB TARGET") from error
        raise
    named = {update.id: update.importance for update in updates}
    judge = replace(judge, question=replace(judge.question, importance={**named, **judge.question.importance}))
    inventories = read_told(judge.judge, target, quiet=quiet)
    documents: list[object] = []
    texts = []
    for inventory in inventories:
        assessment = judge.assess(inventory)
        warn_of(not_there(judge.question, assessment), quiet=quiet)
        found = [finding for finding in assessment.findings if finding.update in updates]
        documents.append([finding_document(finding) for finding in found])
        texts.extend([f"{inventory.target}\n"] if len(inventories) > 1 else [])
        for finding in found:
            older, newer = judge.assessor.relations.chain(finding.update, finding.package)
            steps = [
                step
                for one in assessment.installations
                if (one.root, one.product) == (finding.installation, finding.update.product)
                for step in one.next_steps
            ]
            texts.append(render_explanation(finding_document(finding), older, newer, steps, width=columns()))
    if form is AnswerForm.JSON:
        of_hosts = [{"target": one.target, "findings": rows} for one, rows in zip(inventories, documents, strict=True)]
        print_exactly(to_json(documents[0] if len(inventories) == 1 else of_hosts))
    else:
        print_report("\n".join(texts))


def run_plan(
    target: Path,
    to: tuple[str, ...],
    include_optional: bool,
    form: PageForm,
    outputs: Sequence[Path],
    options: JudgeOptions,
    *,
    quiet: bool,
) -> ExitCode:
    """What to install on one target, in order; INCOMPLETE where what was seen allows no plan."""
    if to and include_optional:
        raise UsageError("--include-optional: --to names what the plan is for; leave one of them out")
    check_outputs(PLAN, form, outputs, inputs=(target, *options.files))
    judge = asked(options, [target], quiet=quiet).whole()
    wanted = frozenset(update.id for name in to for update in find_updates(judge.catalogue, name))
    weights = (*WEIGHTY, Importance.OPTIONAL) if include_optional else WEIGHTY
    found = answer(judge, read_told(judge.judge, target, quiet=quiet))
    warn_of((*levels_not_there(found), *waiver_warnings(found)), quiet=quiet)
    recognised = any(assessment.products for assessment in found.assessments)
    findings = [one for assessment in found.assessments for one in assessment.findings]
    if to and recognised and not any(one.update.id in wanted for one in findings):
        raise UsageError(f"--to: {', '.join(to)}: its product was not recognised in {target}")
    cves = judge.catalogue.cves.keys() & {name.strip().upper() for name in to}
    documents = []
    for assessment, next_steps in zip(found.assessments, found.next_steps, strict=True):
        plans = [
            (installation, steps.plan([*sorted(own), *steps.for_cves(cves)] if to else steps.of_weight(weights)))
            for installation, steps in zip(assessment.installations, next_steps, strict=True)
            for own in ([one for one in wanted if one.startswith(f"{installation.product}/")],)
            if installation.counts
        ]
        documents.append(plan_document(plans, assessment, judge.catalogue.products, wanted))
    write_report(PLAN, documents, form, outputs, View(width=columns()))
    return ExitCode.INCOMPLETE if any(document.no_plan for document in documents) else ExitCode.CLEAN


def run_compare(
    before: Path, after: Path, form: PageForm, outputs: Sequence[Path], options: JudgeOptions, *, quiet: bool
) -> None:
    """What changed from one target or saved result to another."""
    check_outputs(COMPARISON, form, outputs, inputs=(before, after, *options.files))
    judge = asked(options, [before, after], quiet=quiet).whole()
    pairs = _pairs(_sides(before, judge, quiet=quiet), _sides(after, judge, quiet=quiet), before, after)
    names = judge.judge.outline.all_names
    compared = [compare(one, other, names) for one, other in pairs]
    write_report(COMPARISON, compared, form, outputs, View(width=columns()))


def _sides(path: Path, judge: ReadyJudge, *, quiet: bool) -> dict[str | None, Side]:
    """What a path holds, by the name of the host in lower case where one is told."""
    with opened_target(path) as target:
        if target.kind is TargetKind.RESULT:
            return {None: saved_side(checked_result(target.document("a saved result"), str(path)), str(path))}
        inventories = read_open_told(judge.judge, target, quiet=quiet, every_pe=True)
    return {
        one.collected.host.casefold() if one.collected and one.collected.host else None: judged_side(
            one, judge.assess(one), judge.catalogue
        )
        for one in inventories
    }


def _pairs(
    one: Mapping[str | None, Side], other: Mapping[str | None, Side], before: Path, after: Path
) -> list[tuple[Side, Side]]:
    """Which is held against which: the only ones, else hosts of one name. Raises UsageError for a host on one side."""
    if len(one) == len(other) == 1:
        return [(next(iter(one.values())), next(iter(other.values())))]
    for path, more in ((before, one.keys() - other.keys()), (after, other.keys() - one.keys())):
        if more:
            names = ", ".join(sorted(name or "rows without a host" for name in more))
            raise UsageError(f"{path}: only here: {names}; hosts are compared by name")
    return [(side, other[host]) for host, side in one.items()]


def run_baseline(source: Path, output: Path | None, options: JudgeOptions, *, quiet: bool) -> None:
    """The baseline that a server meets."""
    check_output(output, (source, *options.files), writes=".toml")
    judge = asked(options, [source], quiet=quiet).whole()
    inventory, *others = read_told(judge.judge, source, quiet=quiet)
    if others:
        raise UsageError(f"--from: {source} lists {len(others) + 1} hosts, and a baseline describes one")
    assessment = judge.assess(inventory)
    if not assessment.products:
        raise UsageError(f"--from: nothing was recognised in {source}, so no baseline can be taken from it")
    write_or_print(baseline_text(assessment, judge.catalogue), output)
