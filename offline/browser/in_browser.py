"""What the page asks of hotfix-check: the one place that knows both.

It runs in Pyodide. Whatever the page shows of a target is made here, by the same functions as on the command line.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotfix_check import __version__
from hotfix_check.assess import Assessor, Question
from hotfix_check.assess.support import unsupported
from hotfix_check.catalogue import default_folder
from hotfix_check.catalogue.load import load_catalogue
from hotfix_check.errors import HotfixCheckError, SavedInputError
from hotfix_check.inventory.files import Inventory, TargetKind
from hotfix_check.inventory.target import opened_target
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.reading import read_for
from hotfix_check.report.csv import render_csv
from hotfix_check.report.document import Result, RunDocument, TargetDocument, result_of, to_json
from hotfix_check.report.formats import BYTE_ORDER_MARK
from hotfix_check.report.html import render_html
from hotfix_check.report.markdown import render_markdown
from hotfix_check.report.names import holding
from hotfix_check.report.parts import day_of
from hotfix_check.report.result import result_document
from hotfix_check.report.text import visible
from hotfix_check.report.wording import badge, verdict_sentences
from hotfix_check.report.xlsx import write_xlsx
from hotfix_check.saved_result import checked_result
from hotfix_check.untrusted.fields import stamp
from hotfix_check.untrusted.shown import path_text

SEVERAL = "chosen files"
"""The folder that several files of one choice are put in; the page knows it by this name."""
_FOR_THEMSELVES = (TargetKind.ARCHIVE, TargetKind.INVENTORY, TargetKind.LISTING, TargetKind.RESULT)
_TOLD_EVERY = 50  # files
_ORDER = ("bad", "open", "plain", "good")


def _text(renders: Callable[[Result], str], prefix: str = "") -> Callable[[Result], bytes]:
    return lambda document: (prefix + renders(document)).encode("utf-8", "backslashreplace")


def _workbook(document: Result) -> bytes:
    stream = io.BytesIO()
    write_xlsx(document, stream)
    return stream.getvalue()


_FORMS: dict[str, tuple[str, Callable[[Result], bytes]]] = {
    "html": ("HTML", _text(render_html)),
    "json": ("JSON", _text(to_json)),
    "csv": ("CSV", _text(render_csv, BYTE_ORDER_MARK)),
    "xlsx": ("XLSX", _workbook),
    "md": ("Markdown", _text(render_markdown)),
}

_catalogue = load_catalogue([default_folder()])
_assessor = Assessor(_catalogue)
_shown: Result | None = None


def start() -> str:
    """What there is to judge by, in a sentence."""
    outline = _catalogue.outline()
    return (
        f"Ready: hotfix-check {__version__}, catalogue of {_catalogue.version}, "
        f"{holding(outline.updates, len(_catalogue.products))}."
    )


def judge(places: Sequence[str], complete: bool, on_count: Callable[[int], object]) -> str:
    """Judge what is mounted below each place, or render the result that it is: JSON for the page to show."""
    global _shown
    try:
        found = [one for place in places for one in _targets(Path(place))]
        saved = _saved_result(found[0]) if len(found) == 1 else None
        _shown = _judged(found, complete, _counting(on_count)) if saved is None else saved
        return json.dumps({**_answer(_shown), "html": render_html(_shown), "forms": _forms(_shown)})
    except HotfixCheckError as error:
        return json.dumps({"problem": "\n".join(map(visible, error.lines))})
    except OSError as error:
        return json.dumps({"problem": visible(f"{error.filename or 'A file'}: {error.strerror or error}")})


def _judged(targets: Sequence[Path], complete: bool, on_file: Callable[[], None]) -> Result:
    started = datetime.now(UTC)
    inventories = [inventory for target in targets for inventory in _read(target, on_file)]
    question = Question(complete=complete, unsupported=unsupported(_catalogue.products, started.date()))
    assessments = [_assessor.assess(inventory, question) for inventory in inventories]
    run = RunDocument(started=stamp(started), finished=stamp(datetime.now(UTC)), as_of=started.date().isoformat())
    return result_document(assessments, _catalogue, run)


def render(form: str) -> bytes:
    """The report that is shown, as a file of this format."""
    if _shown is None:
        raise ValueError("no report is shown yet")
    return _FORMS[form][1](_shown)


def _targets(place: Path) -> Iterator[Path]:
    """What was chosen: a folder or a file, several files as one folder, or each for itself where one is no program."""
    for path in sorted(place.iterdir()):
        inside = sorted(path.iterdir()) if path.name == SEVERAL and path.is_dir() else []
        if any(_kind(file) in _FOR_THEMSELVES for file in inside):
            yield from inside
        else:
            yield path


def _kind(path: Path) -> TargetKind:
    with opened_target(path) as target:
        return target.kind


def _saved_result(path: Path) -> Result | None:
    with opened_target(path) as target:
        if target.kind is not TargetKind.RESULT:
            return None
        return result_of(checked_result(target.document("a saved result"), path_text(path.name)))


def _read(path: Path, on_file: Callable[[], None]) -> tuple[Inventory, ...]:
    """What a path holds, under the name that it was chosen by."""
    os.chdir(path.parent)
    with opened_target(Path(path.name)) as target:
        return read_for(_catalogue.outline(), target, JudgeOptions(), every_pe=False, on_file=on_file)


def _counting(on_count: Callable[[int], object]) -> Callable[[], None]:
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen % _TOLD_EVERY == 0:
            on_count(seen)

    return count


def _answer(document: Result) -> dict[str, Any]:
    """The headline, which is that of the target in the worst state, and what else there is to say."""
    day = day_of(document)
    targets = sorted(document.targets, key=lambda target: _ORDER.index(badge(target, day)[0]))
    if not targets:
        raise SavedInputError("no target in this result")
    sort, words = badge(targets[0], day)
    (first, head), *others = [(target, said) for target in targets for said in _said(target)]
    prefix = "" if first.outcome == "nothing-recognised" else f"{words}. "
    return {
        "headline": visible(f"{first.path}: {prefix}{head}"),
        "sort": sort,
        "sentences": [visible(f"{target.path}: {said}" if len(targets) > 1 else said) for target, said in others],
    }


def _said(target: TargetDocument) -> list[str]:
    """How each installation that counts stands, in a sentence, and the answer on the target in several."""
    counting = [one for one in target.installations if one.counts] or target.installations
    several = len(counting) > 1
    standing = [f"{one.root}: {one.posture}" if several and one.root else one.posture for one in counting]
    return [*standing, *verdict_sentences(target)]


def _forms(document: Result) -> list[tuple[str, str, str]]:
    """Each format that can be saved: its name here, the file's name, and what it is called."""
    first = document.targets[0].path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in first).strip(". ")[:60]
    return [(form, f"hotfix-check-{stem or 'report'}.{form}", label) for form, (label, *_) in _FORMS.items()]
