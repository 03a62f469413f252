"""What the page asks of hotfix-check: the one place that knows both.

It runs in Pyodide. Whatever the page shows of a target is made here, by the same functions as on the command line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotfix_check import __version__
from hotfix_check.assess import Assessor, Question
from hotfix_check.catalogue import default_folder
from hotfix_check.catalogue.load import load_catalogue
from hotfix_check.errors import HotfixCheckError
from hotfix_check.inventory import Inventory, is_listing, looks_saved, read_saved, read_target, refuse_other_text
from hotfix_check.report.csv import render_csv
from hotfix_check.report.html import render_html
from hotfix_check.report.markdown import render_markdown
from hotfix_check.report.result import Document, RunInfo, Scope, result_document, to_json
from hotfix_check.report.text import visible
from hotfix_check.report.wording import badge, verdict_sentences
from hotfix_check.saved_result import find_result
from hotfix_check.untrusted.shown import path_text

SEVERAL = "chosen files"
"""The folder that several files of one choice are put in; page and worker know it by this name."""
_TOLD_EVERY = 50  # files
_ORDER = ("bad", "open", "plain", "good")
_FORMS: dict[str, tuple[str, str, Callable[[Document], str]]] = {
    "html": ("HTML", "", render_html),
    "json": ("JSON", "", to_json),
    "csv": ("CSV", "\N{ZERO WIDTH NO-BREAK SPACE}", render_csv),
    "md": ("Markdown", "", render_markdown),
}

_catalogue = load_catalogue([default_folder()])
_assessor = Assessor(_catalogue)
_shown: Document = {}


def start() -> str:
    """What there is to judge by, in a sentence."""
    outline = _catalogue.outline()
    return (
        f"Ready: hotfix-check {__version__}, catalogue of {_catalogue.version}, {outline.updates} updates of "
        f"{len(_catalogue.products)} products."
    )


def judge(places: Sequence[str], complete: bool, on_count: Callable[[int], object]) -> str:
    """Judge what is mounted below each place, or render the result that it is: JSON for the page to show."""
    global _shown
    started = datetime.now(UTC)
    try:
        found = [one for place in places for one in _targets(Path(place))]
        saved = [_saved_result(one) for one in found]
        if len(found) == 1 and saved[0] is not None:
            _shown = saved[0]
        else:
            inventories = [inventory for one in found for inventory in _read(one, _counting(on_count))]
            question = Question(complete=complete)
            assessments = [_assessor.assess(inventory, question) for inventory in inventories]
            run = RunInfo(started=started, finished=datetime.now(UTC), as_of=started.date())
            _shown = result_document(assessments, _catalogue, run, Scope())
    except HotfixCheckError as error:
        return json.dumps({"problem": "\n".join(map(visible, error.lines))})
    except OSError as error:
        return json.dumps({"problem": visible(f"{error.filename or 'A file'}: {error.strerror or error}")})
    return json.dumps({**_answer(_shown), "html": render_html(_shown), "forms": _forms(_shown)})


def render(form: str) -> bytes:
    """The report that is shown, as a file of this format."""
    _, prefix, renders = _FORMS[form]
    return (prefix + renders(_shown)).encode("utf-8", "backslashreplace")


def _targets(place: Path) -> Iterator[Path]:
    """What was chosen: a folder or a file, several files as one folder, or each for itself where one is no program."""
    for path in sorted(place.iterdir()):
        inside = list(path.iterdir()) if path.name == SEVERAL and path.is_dir() else []
        if any(_is_for_itself(file) for file in inside):
            yield from sorted(inside)
        else:
            yield path


def _is_for_itself(file: Path) -> bool:
    return file.is_file() and (is_listing(file) or looks_saved(file) or file.suffix.lower() in (".zip", ".tar", ".gz"))


def _saved_result(path: Path) -> Document | None:
    return find_result(path) if path.is_file() and looks_saved(path) and not is_listing(path) else None


def _read(path: Path, on_file: Callable[[], None]) -> list[Inventory]:
    """What a path holds, under the name that it was chosen by."""
    os.chdir(path.parent)
    target, outline = Path(path.name), _catalogue.outline()
    if target.is_file():
        if is_listing(target):
            from hotfix_check.inventory.listings.read import read_listing

            return [read_listing(target, wanted=outline.all_names, plain=outline.plain_names)]
        if looks_saved(target):
            return [read_saved(target)]
        refuse_other_text(target, outline.all_names)
    return [read_target(target, wanted=outline.all_names, plain=outline.plain_names, on_file=on_file)]


def _counting(on_count: Callable[[int], object]) -> Callable[[], None]:
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen % _TOLD_EVERY == 0:
            on_count(seen)

    return count


def _answer(document: Document) -> dict[str, Any]:
    """The headline, which is that of the target in the worst state, and all sentences."""
    targets = sorted(document["targets"], key=lambda target: _ORDER.index(badge(target)[0]))
    sort, words = badge(targets[0])
    sentences = [
        (f"{path_text(target['path'])}: " if len(targets) > 1 else "") + visible(sentence)
        for target in targets
        for sentence in verdict_sentences(target)
    ]
    return {"headline": visible(f"{targets[0]['path']}: {words}"), "sort": sort, "sentences": sentences}


def _forms(document: Document) -> list[tuple[str, str, str]]:
    """Each format that can be saved: its name here, the file's name, and what it is called."""
    first = document["targets"][0]["path"].replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem = "".join(sign if sign.isalnum() or sign in "-_. " else "_" for sign in first).strip(". ")[:60]
    return [(form, f"hotfix-check-{stem or 'report'}.{form}", label) for form, (label, *_) in _FORMS.items()]
