"""identify: what each file of a target is, by itself."""

from __future__ import annotations

import json
from pathlib import Path

from hotfix_check.cli.judging import Judge, JudgeOptions
from hotfix_check.cli.output import columns, print_exactly, print_report
from hotfix_check.report.formats import AnswerForm
from hotfix_check.report.identity import as_judged, files_of_build, identity_document, render_identity


def run_identify(target: Path, form: AnswerForm, options: JudgeOptions) -> None:
    """What each file of a target is, or what a version that was typed would be."""
    typed = None
    if not target.exists():
        from hotfix_check.inventory.typed import typed_inventory, typed_version

        typed = typed_version(str(target))
    judge = Judge(options, [target], lazily=typed is None)
    if typed is None:
        inventories = judge.read(target, every_pe=True)
        judge.prepare([as_judged(inventory, judge.assessor.all_names) for inventory in inventories])
    else:
        name, version = typed
        names = [name] if name else files_of_build(judge.assessor, version)
        inventories = (typed_inventory(str(target), version, names),)
    documents = [identity_document(inventory, judge.assessor) for inventory in inventories]
    if form is AnswerForm.JSON:
        print_exactly(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2) + "\n")
    else:
        print_report("\n".join(render_identity(document, width=columns()) for document in documents))
