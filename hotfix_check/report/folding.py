"""Which findings are told one by one and which are folded: the answer stays a page, and nothing is left uncounted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotfix_check.report.result import Document, names_of

_TO_INSTALL = ("missing", "partial")
_WEIGHTY = ("required", "forbidden", "recommended")
_FEW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """``shown`` one by one; ``beneath``, by id, what installing that one settles too, ``waiting`` what it
    is needed first for; ``open`` are optional open questions told together.

    ``counted`` are the findings that only the summary counts.
    """

    shown: tuple[Document, ...]
    beneath: Mapping[str, tuple[str, ...]]
    waiting: Mapping[str, tuple[str, ...]]
    open: tuple[Document, ...]
    counted: int


def fold(target: Document, *, everything: bool) -> Folded:
    """Fold the findings of a target.

    A missing update whose advice is another one stands beneath that one, and one that is blocked by another's absence
    waits for it. Optional updates that are undetermined are
    told together, by the files that would settle them, unless they are few. Installed and superseded ones are counted;
    of a lone file, installed ones are shown, since they are the answer.
    """
    findings: Sequence[Document] = target["findings"]
    if everything:
        return Folded(shown=tuple(findings), beneath={}, waiting={}, open=(), counted=0)
    heads = {finding["id"] for finding in findings if finding["id"] in finding["advice"]}
    beneath: dict[str, list[str]] = defaultdict(list)
    waiting: dict[str, list[str]] = defaultdict(list)
    missing = [one for one in findings if one["verdict"] in _TO_INSTALL]
    levels = {(one["product"], names_of([one["id"]])[0]): one["id"] for one in missing}
    undecided = [one for one in findings if one["verdict"] == "undetermined" and one["importance"] == "optional"]
    fold_open = len(undecided) > _FEW
    shown = []
    for finding in findings:
        verdict = finding["verdict"]
        weighty = finding["importance"] in _WEIGHTY
        first = next((levels[key] for key in _needed_first(finding) if key in levels), None)
        if verdict in _TO_INSTALL and not weighty and not finding["waiver"] and first not in (None, finding["id"]):
            waiting[str(first)].append(finding["id"])
            continue
        beneath_another = finding["id"] not in heads and finding["advice"] and finding["advice"][0] in heads
        if verdict in _TO_INSTALL and not weighty and beneath_another and not finding["waiver"]:
            beneath[finding["advice"][0]].append(finding["id"])
        elif (
            verdict in _TO_INSTALL
            or (verdict == "undetermined" and (weighty or not fold_open))
            or finding["importance"] == "required"
            or (verdict == "installed" and target["kind"] == "file")
        ):
            shown.append(finding)
    folded = undecided if fold_open else []
    return Folded(
        shown=tuple(shown),
        beneath={key: tuple(names_of(ids)) for key, ids in beneath.items()},
        waiting={key: tuple(names_of(ids)) for key, ids in waiting.items()},
        open=tuple(folded),
        counted=len(findings) - len(shown) - len(folded) - sum(map(len, (*beneath.values(), *waiting.values()))),
    )


def _needed_first(finding: Document) -> list[tuple[str, str]]:
    """The product and name of what an update needs first: what blocks it, and its line where the source is silent."""
    needed = [group["requires"] for group in finding["prerequisites"] if group["state"] == "unmet"]
    if finding["line"] and not finding["prerequisites_stated"]:
        needed.append(finding["line"])
    return [(finding["product"], name) for name in needed]


def files_to_supply(findings: Sequence[Document]) -> list[tuple[str, int]]:
    """Files, with their role, and how many of these open questions each helps to settle; the most useful first."""
    asked: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        for one in finding["settle_with"]:
            asked[one["file"] + (f" ({one['role']})" if one["role"] else "")].add(finding["id"])
    return sorted(((name, len(ids)) for name, ids in asked.items()), key=lambda pair: (-pair[1], pair[0].lower()))
