"""A plan as a document and as text: steps in order, restarts counted, services to stop, registry values to set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from hotfix_check.assess import Assessment, Finding, Verdict
from hotfix_check.assess.finding import OPEN, Installation
from hotfix_check.assess.next_steps import Plan
from hotfix_check.assess.request import smallest_request
from hotfix_check.assess.weight import counted, open_questions
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.update import own_name
from hotfix_check.frozen import Frozen
from hotfix_check.report.installations import step_document
from hotfix_check.report.judged_document import StepDocument
from hotfix_check.report.names import counted as counted_words
from hotfix_check.report.names import in_folder, names_of
from hotfix_check.report.parts import bought_words
from hotfix_check.report.short_answer import Block, ShortAnswer
from hotfix_check.report.text import fill
from hotfix_check.report.wording import NOT_KNOWN

_NAMED = 6


class UnreachableDocument(Frozen):
    """A goal that no step can be shown to meet, and why."""

    id: str
    installation: str | None
    why: str


class NoPlanDocument(Frozen):
    """Why there is no plan, though nothing shows that there is nothing to install; what to supply."""

    why: str
    supply: tuple[str, ...]


class AskedDocument(Frozen):
    """A goal that was named, and how it stands."""

    id: str
    verdict: Verdict
    reasons: tuple[str, ...]
    settle_with: tuple[str, ...]


class PlanDocument(Frozen):
    """What to install on one target, in order; ``restarts`` are the steps that ask for one, by name.

    ``unsettled`` are those of the ``undetermined`` that no file would settle, ``doubts`` what speaks against the level
    that the plan starts from.
    """

    schema: Literal["hotfix-check/plan/1"]
    target: str
    steps: tuple[StepDocument, ...]
    restarts: tuple[str, ...]
    restart_not_stated: tuple[str, ...]
    unreachable: tuple[UnreachableDocument, ...]
    asked: tuple[AskedDocument, ...]
    undetermined: tuple[str, ...]
    unsettled: tuple[str, ...]
    doubts: tuple[str, ...]
    no_plan: NoPlanDocument | None


def plan_document(
    plans: Sequence[tuple[Installation, Plan]],
    assessment: Assessment,
    products: Sequence[Product],
    wanted: frozenset[str] = frozenset(),
) -> PlanDocument:
    """The plan of each installation with what each step needs and settles; ``wanted`` are the ids that were named.

    ``no_plan`` says why there is none, where nothing or not enough was recognised, and what to supply.
    """
    steps = [(installation, step) for installation, plan in plans for step in plan.steps]
    findings = counted(assessment)
    undetermined = [finding for finding in findings if finding.verdict is Verdict.UNDETERMINED]
    doubts = [installation.level.contradicted for installation, _ in plans]
    return PlanDocument(
        schema="hotfix-check/plan/1",
        target=assessment.target,
        steps=tuple(step_document(step, installation) for installation, step in steps),
        restarts=tuple(names_of(step.update.id for _, step in steps if step.update.restart == "yes")),
        restart_not_stated=tuple(names_of(step.update.id for _, step in steps if step.update.restart is None)),
        unreachable=tuple(
            UnreachableDocument(id=update_id, installation=installation.root, why=why)
            for installation, plan in plans
            for update_id, why in plan.unreachable
        ),
        asked=tuple(
            AskedDocument(
                id=finding.update.id,
                verdict=finding.verdict,
                reasons=tuple(finding.reasons),
                settle_with=tuple(one.file for one in finding.settle_with),
            )
            for finding in findings
            if finding.update.id in wanted
        ),
        undetermined=tuple(finding.update.id for finding in undetermined),
        unsettled=tuple(finding.update.id for finding in undetermined if not finding.settle_with),
        doubts=tuple(dict.fromkeys(str(doubt) for doubt in doubts if doubt is not None)),
        no_plan=None if steps else _no_plan(plans, assessment, products, wanted),
    )


def _no_plan(
    plans: Sequence[tuple[Installation, Plan]],
    assessment: Assessment,
    products: Sequence[Product],
    wanted: frozenset[str],
) -> NoPlanDocument | None:
    """Why there is no plan, though nothing shows that there is nothing to install; None where there is nothing to."""
    if not assessment.products:
        return NoPlanDocument(why=_not_recognised(assessment), supply=(_server_files(products),))
    if any(plan.unreachable for _, plan in plans):
        return NoPlanDocument(why="no sequence of steps in the catalogue leads to what is missing", supply=())
    if assessment.beyond_catalogue and not wanted:
        return NoPlanDocument(why="a build is newer than the catalogue, so what it lacks is unknown", supply=())
    findings = [one for one in counted(assessment) if not wanted or one.update.id in wanted]
    left_open = assessment.unreadable_evidence or any(open_questions(findings, findings))
    open_ones = [one for one in findings if one.verdict is Verdict.UNDETERMINED]
    decided = len(findings) - len(open_ones)
    enough = decided > 0 and (bool(wanted) or not left_open)
    if enough and not (wanted and open_ones):
        return None
    asked = smallest_request(assessment, products)
    names = {one.update.id for one in open_ones}
    files = [one for one in asked if names.intersection(one.updates)]
    files.sort(key=lambda one: (-len(names.intersection(one.updates)), one.file.lower()))
    return NoPlanDocument(
        why=f"{_count(open_ones, findings)} could not be determined: {_files(assessment)}",
        supply=tuple(in_folder(one.file, one.role) for one in files),
    )


def _count(some: Sequence[Finding], of: Sequence[Finding]) -> str:
    if len(of) == 1:
        return of[0].update.name
    return f"{len(some)} of {len(of)} updates"


def _not_recognised(assessment: Assessment) -> str:
    foreign = [f"{one.path.rpartition('/')[2]} is {one.reason}" for one in assessment.foreign[:_NAMED]]
    unread = [f"{one.path} cannot be read ({one.reason})" for one in assessment.unreadable[:_NAMED]]
    seen = "; ".join([f"{_files(assessment)}, none of which belongs to a product of the catalogue", *foreign, *unread])
    return f"nothing was recognised: {seen}"


def _files(assessment: Assessment) -> str:
    count = assessment.files_seen
    return f"{count} {'file' if count == 1 else 'files'} seen ({assessment.files_read} read)"


def _server_files(products: Sequence[Product]) -> str:
    """What tells that a product is there, for all products of the catalogue."""
    written = {file.lower(): file for product in products for file in (one.name for one in product.files.values())}
    names = sorted({written.get(name, name) for product in products for name in product.server_files}, key=str.lower)
    return f"the server's program folders, with {', '.join(names[:-1])} or {names[-1]}" if names[1:] else "".join(names)


def render_plan(document: PlanDocument, *, width: int) -> str:
    """Numbered steps and what to mind."""
    lines = [f"Plan for {document.target}: {_headline(document)}", *(f"! {doubt}." for doubt in document.doubts)]
    roots = {step.installation for step in document.steps}
    for number, step in enumerate(document.steps, 1):
        lines += _step_lines(number, step, several=len(roots) > 1)
    lines += [*_restart_lines(document), *_left_lines(document)]
    return "\n".join(fill(line, width, indent="   ") for line in lines) + "\n"


def plan_answer(document: PlanDocument) -> ShortAnswer:
    """The same as a heading and a table."""
    roots = {step.installation for step in document.steps}
    rows = []
    for number, step in enumerate(document.steps, 1):
        first, *notes = _step_lines(number, step, several=len(roots) > 1)
        rows.append((first, step.restart or "not stated", " ".join(note.strip() for note in notes)))
    left = [line.removeprefix("! ") for line in (*_restart_lines(document), *_left_lines(document))]
    return ShortAnswer(
        kind="Plan",
        title=document.target,
        lead=[_headline(document).capitalize(), *(f"{doubt}." for doubt in document.doubts), *left],
        blocks=[Block(heading="Steps", columns=("Step", "Restart", "Mind this"), rows=rows)],
    )


def _restart_lines(document: PlanDocument) -> list[str]:
    """Which steps ask for a restart, and of which nobody says."""
    lines = []
    if document.restarts:
        last = document.restarts[-1]
        if len(document.restarts) == 1:
            lines.append(f"Restarts: {last} needs one.")
        else:
            lines.append(
                f"Restarts: {len(document.restarts)} steps need one ({', '.join(document.restarts)}); unless "
                f"an article asks for its own, one restart after {last} covers them all."
            )
    if document.restart_not_stated:
        lines.append(f"Restart not stated by the source: {', '.join(document.restart_not_stated)}.")
    return lines


def _step_lines(number: int, step: StepDocument, *, several: bool) -> list[str]:
    name = own_name(step.id)
    kb = f" (KB{step.kb})" if step.kb and name != f"KB{step.kb}" else ""
    where = f" [{step.installation}]" if several else ""
    lines = [f"{number}. {name}{kb}{' again' if step.again else ''}{where}: {step.title}"]
    if step.again:
        lines.append("   Only a part of it is there.")
    if step.availability == "extended-support":
        lines.append(f"   {bought_words('It', step.public)}")
    lines += [f"   Before: {action.text}." for action in step.actions if action.kind == "service"]
    if step.requires:
        lines.append(f"   Needs {' and '.join(step.requires)} (in place by then).")
    if step.not_known:
        lines.append(f"   {NOT_KNOWN.format(' and '.join(step.not_known))}")
    others = [one for one in names_of(step.settles) if one != name]
    if others:
        lines.append(f"   It also settles {', '.join(others)}.")
    if step.restart == "yes":
        lines.append("   Restart the server.")
    return lines + [f"   After: {action.text}." for action in step.actions if action.kind != "service"]


def _left_lines(document: PlanDocument) -> list[str]:
    """What the plan leaves open: what cannot be reached, what was asked and is not missing, what is not known."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for goal in document.unreachable:
        reasons[goal.why].append(own_name(goal.id))
    lines = [
        f"! {', '.join(names)} {'stays' if len(names) == 1 else 'stay'} open: {why}" for why, names in reasons.items()
    ]
    for one in document.asked:
        if one.verdict not in OPEN:
            asks = f" To settle it, supply {', '.join(one.settle_with)}." if one.settle_with else ""
            lines.append(f"{own_name(one.id)} is {one.verdict}: {'; '.join(one.reasons)}.{asks}")
    supply = document.no_plan.supply if document.no_plan else ()
    if supply and not any(one.settle_with for one in document.asked):
        more = f" and {len(supply) - _NAMED} more ('hotfix-check scan --ask' lists all)" if supply[_NAMED:] else ""
        lines.append(f"Supply {', '.join(supply[:_NAMED])}{more}.")
    count, unsettled = len(document.undetermined), len(document.unsettled)
    if count and not document.asked and not document.no_plan:
        asks = "; 'hotfix-check scan --ask' names what to supply"
        if unsettled:
            which = f"{unsettled} of them" if unsettled < count else "them" if count > 1 else "it"
            asks = f"{asks if unsettled < count else ''}; no file would settle {which}"
        lines.append(f"Not planned: {counted_words(count, 'update is', 'updates are')} undetermined{asks}.")
    return lines


def _headline(document: PlanDocument) -> str:
    steps, no_plan = document.steps, document.no_plan
    if no_plan is not None:
        return f"none, because {no_plan.why}."
    if not steps:
        return "nothing to install."
    return "1 step." if len(steps) == 1 else f"{len(steps)} steps, in this order."
