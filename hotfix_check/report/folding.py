"""Which findings are told one by one and which are folded: the answer stays a page, and nothing is left uncounted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hotfix_check.catalogue.update import own_name
from hotfix_check.frozen import Frozen
from hotfix_check.report.judged_document import FindingDocument
from hotfix_check.report.names import counted, in_folder, names_of
from hotfix_check.report.wording import TO_INSTALL

_WEIGHTY = ("required", "forbidden", "recommended")
_FEW = 8
_BENEATH, _WAITING = "beneath", "waiting"


class Folded(Frozen):
    """``shown`` one by one; ``beneath``, by id, what installing that one settles too, ``waiting`` what it
    is needed first for; ``open`` are optional open questions told together.

    ``counted`` are the findings that only the summary counts.
    """

    shown: tuple[FindingDocument, ...]
    beneath: Mapping[str, tuple[str, ...]]
    waiting: Mapping[str, tuple[str, ...]]
    open: tuple[FindingDocument, ...]
    counted: int


def fold(findings: Sequence[FindingDocument], kind: str, *, everything: bool) -> Folded:
    """Fold the findings on an installation; ``kind`` is that of the target.

    A missing update whose advice is another one stands beneath that one, and one that is blocked by another's absence
    waits for it; what is required, waived or half-installed is told by itself. Optional updates that are undetermined
    are told together, by the files that would settle them, unless they are few. Installed and superseded ones are
    counted, and so are forbidden ones that are not there; of a lone file, installed ones are shown, being the answer,
    and where nothing else is to be said the newest ones that it contains.
    """
    if everything:
        return Folded(shown=tuple(findings), beneath={}, waiting={}, open=(), counted=0)
    missing = {one.id: one for one in findings if one.verdict in TO_INSTALL and one.importance != "forbidden"}
    levels = {(one.product, own_name(key)): key for key, one in missing.items()}
    steps = {key: step for key, one in missing.items() if (step := _folds_under(one, missing, levels)) is not None}
    places: dict[str, dict[str, list[str]]] = {_BENEATH: defaultdict(list), _WAITING: defaultdict(list)}
    undecided = [one for one in findings if one.verdict == "undetermined" and one.importance == "optional"]
    fold_open = len(undecided) > _FEW
    shown = []
    for finding in findings:
        key, verdict, importance = finding.id, finding.verdict, finding.importance
        if key in steps:
            places[steps[key][0]][_head(key, steps)].append(key)
        elif (
            key in missing
            or (verdict == "undetermined" and (importance in _WEIGHTY or not fold_open))
            or importance == "required"
            or (importance == "forbidden" and verdict in ("installed", "partial"))
            or (verdict == "installed" and kind == "file")
        ):
            shown.append(finding)
    if not shown and not steps and kind == "file":
        shown = _newest_contained(findings)
    told = len(shown) + len(steps) + (len(undecided) if fold_open else 0)
    return Folded(
        shown=tuple(shown),
        beneath={key: tuple(names_of(ids)) for key, ids in places[_BENEATH].items()},
        waiting={key: tuple(names_of(ids)) for key, ids in places[_WAITING].items()},
        open=tuple(undecided) if fold_open else (),
        counted=len(findings) - told,
    )


def _newest_contained(findings: Sequence[FindingDocument]) -> list[FindingDocument]:
    """The superseded findings whose row is the highest that a lone file is later than."""
    heights: dict[str, tuple[int, ...]] = {}
    for finding in findings:
        for row in finding.files:
            if finding.verdict == "superseded" and row.state == "later" and row.expected.version:
                height = tuple(int(part) for part in row.expected.version.split("."))
                heights[finding.id] = max(height, heights.get(finding.id, ()))
    highest = max(heights.values(), default=())
    return [finding for finding in findings if heights.get(finding.id) == highest]


def _folds_under(
    finding: FindingDocument, missing: Mapping[str, FindingDocument], levels: Mapping[tuple[str, str], str]
) -> tuple[str, str] | None:
    """How a missing update folds, and under which id; None where it is told by itself."""
    if finding.importance == "required" or finding.waiver or finding.verdict == "partial":
        return None
    first = next((levels[key] for key in _needed_first(finding) if key in levels), finding.id)
    if first != finding.id:
        return _WAITING, first
    newest = finding.advice[-1] if finding.advice else finding.id
    return (_BENEATH, newest) if finding.id not in finding.advice and newest in missing else None


def _head(key: str, steps: Mapping[str, tuple[str, str]]) -> str:
    """The id that is told, at the end of what folds under what; a ring ends where it began."""
    seen = {key}
    while key in steps and steps[key][1] not in seen:
        key = steps[key][1]
        seen.add(key)
    return key


def _needed_first(finding: FindingDocument) -> list[tuple[str, str]]:
    """The product and name of what an update needs first: what blocks it, and its line where the source is silent."""
    needed = [group.requires for group in finding.prerequisites if group.state == "unmet"]
    if finding.line and not finding.prerequisites_stated:
        needed.append(finding.line)
    return [(finding.product, name) for name in needed]


def files_to_supply(findings: Sequence[FindingDocument]) -> list[tuple[str, int]]:
    """Files, with their role, and how many of these open questions each helps to settle; the most useful first."""
    asked: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        for one in finding.settle_with:
            asked[in_folder(one.file, one.role)].add(finding.id)
    return sorted(((name, len(ids)) for name, ids in asked.items()), key=lambda pair: (-pair[1], pair[0].lower()))


def supply_words(findings: Sequence[FindingDocument], most: int, left: str) -> str:
    """Which files to supply for these open questions, ``most`` of them named; nothing where none would settle any."""
    asked = files_to_supply(findings)
    if not asked:
        return ""
    settled = sum(bool(one.settle_with) for one in findings)
    those = "them" if settled == len(findings) else f"{settled} of them"
    named = ", ".join(f"{name} for {count}" for name, count in asked[:most])
    more = f", and {counted(len(asked) - most, 'more file')}{left}" if len(asked) > most else ""
    return f"To settle {those}, supply {named}{more}."
