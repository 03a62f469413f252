"""identify: what each file of a target is, by itself."""

from __future__ import annotations

import re
from pathlib import Path

from hotfix_check.cli.judging import asked, read_told
from hotfix_check.cli.output import columns, print_answer
from hotfix_check.errors import TargetError
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.report.formats import AnswerForm
from hotfix_check.report.identified import as_judged, files_of_build, identity_document, render_identity
from hotfix_check.untrusted.shown import path_text

_MEANT_AS_VERSION = re.compile(r"[^/\\]*=.*|[\d.]+")


def run_identify(target: Path, form: AnswerForm, options: JudgeOptions, *, quiet: bool) -> None:
    """What each file of a target is, or what a version that was typed would be."""
    typed = None
    if not target.exists():
        from hotfix_check.inventory.typed import typed_inventory, typed_version

        typed = typed_version(str(target))
        if typed is None and _MEANT_AS_VERSION.fullmatch(str(target)):
            raise TargetError(
                f"{path_text(str(target))}: no such file, and no version: four numbers, like 15.1.2507.39"
            )
    judge = asked(options, [target], quiet=quiet)
    if typed is None:
        inventories = read_told(judge, target, quiet=quiet, every_pe=True)
        ready = judge.prepared([as_judged(inventory, judge.outline.all_names) for inventory in inventories])
    else:
        ready = judge.whole()
        name, version = typed
        names = [name] if name else files_of_build(ready.assessor, version)
        inventories = (typed_inventory(str(target), version, names),)
    documents = [identity_document(inventory, ready.assessor) for inventory in inventories]
    print_answer(
        form,
        documents[0] if len(documents) == 1 else documents,
        lambda: "\n".join(render_identity(document, width=columns()) for document in documents),
    )
