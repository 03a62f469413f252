"""A plan as a document and as text: steps in order, restarts counted, services to stop, registry values to set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hotfix_check.assess import Assessment, Finding
from hotfix_check.assess.plan import Plan
from hotfix_check.report.document import PlanDocument, StepDocument
from hotfix_check.report.installations import step_document
from hotfix_check.report.text import fill, names_of
from hotfix_check.report.wording import NOT_KNOWN


def plan_document(plan: Plan, assessment: Assessment, asked: Sequence[Finding]) -> PlanDocument:
    """The plan with what each step needs and settles; ``asked`` are the goals named by the user."""
    restarts = names_of(step.update.id for step in plan.steps if step.update.restart == "yes")
    silent = names_of(step.update.id for step in plan.steps if step.update.restart is None)
    return {
        "schema": "hotfix-check/plan/1",
        "target": assessment.target,
        "steps": [step_document(step) for step in plan.steps],
        "restarts": restarts,
        "restart_not_stated": silent,
        "unreachable": [{"id": update_id, "why": why} for update_id, why in plan.unreachable],
        "asked": [
            {
                "id": finding.update.id,
                "verdict": str(finding.verdict),
                "reasons": list(finding.reasons),
                "settle_with": [one.file for one in finding.settle_with],
            }
            for finding in asked
        ],
        "undetermined": [
            finding.update.id for finding in assessment.findings if finding.verdict.value == "undetermined"
        ],
    }


def render_plan(document: PlanDocument, *, width: int) -> str:
    """Numbered steps and what to mind."""
    steps = document["steps"]
    lines = [f"Plan for {document['target']}: {_count(steps)}"]
    for number, step in enumerate(steps, 1):
        name = names_of([step["id"]])[0]
        kb = f" (KB{step['kb']})" if step["kb"] and name != f"KB{step['kb']}" else ""
        lines.append(f"{number}. {name}{kb}: {step['title']}")
        lines += [f"   Before: {action['text']}" for action in step["actions"] if action["kind"] == "service"]
        if step["requires"]:
            lines.append(f"   Needs {' and '.join(step['requires'])}, there by now.")
        if step["not_known"]:
            lines.append(f"   {NOT_KNOWN.format(' and '.join(step['not_known']))}")
        others = [one for one in names_of(step["settles"]) if one != name]
        if others:
            lines.append(f"   It also settles {', '.join(others)}.")
        if step["restart"] == "yes":
            lines.append("   Restart the server.")
        lines += [f"   After: {action['text']}" for action in step["actions"] if action["kind"] != "service"]
    if document["restarts"]:
        last = document["restarts"][-1]
        if len(document["restarts"]) == 1:
            lines.append(f"Restarts: {last} asks for one.")
        else:
            lines.append(
                f"Restarts: {len(document['restarts'])} steps ask for one ({', '.join(document['restarts'])}); unless "
                f"an article wants its own, one restart after {last} serves for those before it."
            )
    if document["restart_not_stated"]:
        lines.append(f"Restart not stated by the source: {', '.join(document['restart_not_stated'])}.")
    reasons: dict[str, list[str]] = defaultdict(list)
    for unreachable in document["unreachable"]:
        reasons[unreachable["why"]].append(names_of([unreachable["id"]])[0])
    lines += [
        f"! {', '.join(names)} {'stays' if len(names) == 1 else 'stay'} open: {why}" for why, names in reasons.items()
    ]
    for one in document["asked"]:
        if one["verdict"] not in ("missing", "partial"):
            asks = f" To settle it, supply {', '.join(one['settle_with'])}." if one["settle_with"] else ""
            lines.append(f"{names_of([one['id']])[0]} is {one['verdict']}: {'; '.join(one['reasons'])}.{asks}")
    open_count = len(document["undetermined"])
    if open_count and not document["asked"]:
        lines.append(
            f"Not planned: {open_count} updates are undetermined; 'hotfix-check scan --ask' names what to supply."
        )
    return "\n".join(fill(line, width, indent="   ") for line in lines) + "\n"


def _count(steps: list[StepDocument]) -> str:
    if not steps:
        return "nothing to install."
    return "1 step." if len(steps) == 1 else f"{len(steps)} steps, in this order."
