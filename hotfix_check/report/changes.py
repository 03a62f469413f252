"""compare as a document and in words: products, files folded by folder and build, the catalogued first, verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hotfix_check.compare import BACKWARDS, ComparisonDocument, FileChange
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import folder_of
from hotfix_check.report.names import counted, names_of, some
from hotfix_check.report.short_answer import Block, ShortAnswer
from hotfix_check.report.text import fill

_WORDS = {  # of one file, and of several
    "older": ("went backwards", "went backwards"),
    "gone": ("is gone", "are gone"),
    "unreadable": ("can no longer be read", "can no longer be read"),
    "altered": ("has the same version but different content", "have the same version but different content"),
    "new": ("is new", "are new"),
    "newer": ("is newer", "are newer"),
}
_EVIDENCE_ONLY = (
    "Compared are only files and updates that the saved result holds as evidence, or looked for and found absent: "
    "nothing else is new or gone by it."
)
_TOLD = 8  # updates of one change for the worse that are told one by one; of more so many are named
_FOLDED, _NAMED = 3, 3  # files of one folder, change and build that are told together; of how many the name is given


class Change(Frozen):
    """One line of what changed: what, whether it is for the worse, the versions before and after."""

    what: str
    words: str
    worse: bool
    versions: str


def changed_products(document: ComparisonDocument) -> list[Change]:
    """The products that came, went, or are of another service level."""
    said = {None: "not there", "unknown": "unknown level"}
    return [
        Change(
            what=one.name,
            words="",
            worse=one.worse,
            versions=" -> ".join(said.get(level) or str(level) for level in (one.before, one.after)),
        )
        for one in document.products
    ]


def folded_files(files: Iterable[FileChange]) -> list[Change]:
    """The changes of files in their order; those of one folder, change and build together where they are several."""
    groups: dict[tuple[bool, str, str, str | None, str | None], list[FileChange]] = defaultdict(list)
    for one in files:
        folder = folder_of(one.path)
        groups[one.catalogued, one.change, folder, one.before, one.after].append(one)
    lines = []
    for (_, change, folder, before, after), group in groups.items():
        versions = " -> ".join(version for version in (before, after) if version)
        worse = change in BACKWARDS
        of_one, of_several = _WORDS[change]
        if len(group) < _FOLDED:
            lines += [Change(what=one.path, words=of_one, worse=worse, versions=versions) for one in group]
        else:
            names = some([one.path.rpartition("/")[2] for one in group], _NAMED)
            what = f"{folder or '.'}: {counted(len(group), 'file')} ({names})"
            lines.append(Change(what=what, words=of_several, worse=worse, versions=versions))
    return lines


def folded_verdicts(document: ComparisonDocument) -> list[Change]:
    """The changes of verdicts by what they changed from and to, for the worse first; few for the worse one by one."""
    groups: dict[tuple[bool, str, str | None], list[str]] = defaultdict(list)
    for one in document.verdicts:
        versions = f"{one.before or 'not judged'} -> {one.after or 'not judged'}"
        groups[one.worse, versions, one.installation].append(one.update)
    lines = []
    for (worse, versions, installation), updates in groups.items():
        told = updates
        if len(updates) > (_TOLD if worse else 1):
            told = [f"{len(updates)} updates ({some(names_of(updates), _TOLD)})"]
        where = f" in {installation}" if installation is not None else ""
        lines += [Change(what=f"{what}{where}", words="", worse=worse, versions=versions) for what in told]
    return lines


def summary_words(document: ComparisonDocument) -> str:
    """How much changed, and how much of it for the worse."""
    files, verdicts = document.files, document.verdicts
    back = sum(one.change in BACKWARDS for one in files)
    worse = sum(one.worse for one in verdicts)
    return (
        f"{counted(len(files), 'file')} changed, {back} of them went backwards, {'is' if back == 1 else 'are'} gone or "
        f"unreadable; {counted(len(verdicts), 'verdict')} changed, {worse} for the worse."
    )


def render_changes(document: ComparisonDocument, *, width: int) -> str:
    """One line a change; lines that begin with ! are regressions."""
    lines = [f"From {document.before} to {document.after}:"]
    limits = [_EVIDENCE_ONLY] if document.evidence_only else []
    if not (document.products or document.files or document.verdicts):
        lines = [f"{lines[0]} nothing changed."]
        return "".join(fill(line, width) + "\n" for line in (*lines, *limits))
    for one in (*changed_products(document), *folded_files(document.files), *folded_verdicts(document)):
        words = f" {one.words}" if one.words else ""
        lines.append(f"{'! ' if one.worse else '  '}{one.what}{words}: {one.versions}")
    lines += [summary_words(document), *limits]
    return "\n".join(fill(line, width, indent="    ") for line in lines) + "\n"


def changes_answer(document: ComparisonDocument) -> ShortAnswer:
    """The same as headings and tables."""
    files = folded_files(document.files)
    return ShortAnswer(
        kind="Comparison",
        title=f"{document.before} to {document.after}",
        lead=[summary_words(document), *([_EVIDENCE_ONLY] if document.evidence_only else [])],
        blocks=[
            Block(
                heading="Products",
                columns=("Product", "Level", "For the worse"),
                rows=_rows(changed_products(document)),
            ),
            Block(
                heading="Files",
                columns=("File", "Change", "Versions", "For the worse"),
                rows=[(one.what, one.words, one.versions, "yes" if one.worse else "") for one in files],
            ),
            Block(
                heading="Verdicts",
                columns=("Update", "Verdict", "For the worse"),
                rows=_rows(folded_verdicts(document)),
            ),
        ],
    )


def _rows(changes: Iterable[Change]) -> list[tuple[str, str, str]]:
    return [(one.what, one.versions, "yes" if one.worse else "") for one in changes]
