"""The mandatory tests of CSAF 2.0 (section 6.1) that a VEX document can break, written from the standard: own eyes.

https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#61-mandatory-tests
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Document = Mapping[str, Any]
_GROUPS = (
    {"first_affected", "known_affected", "last_affected"},
    {"known_not_affected"},
    {"first_fixed", "fixed"},
    {"under_investigation"},
)
_RANGE = re.compile(r"<|>|\b(?:after|all|before|earlier|later|prior|versions)\b", re.IGNORECASE)


def leaves(branches: Any) -> Iterator[Any]:
    """The products at the ends of a tree of branches."""
    for branch in branches:
        if "product" in branch:
            yield branch["product"]
        yield from leaves(branch.get("branches", ()))


def named(branches: Any) -> Iterator[Any]:
    """All branches."""
    for branch in branches:
        yield branch
        yield from named(branch.get("branches", ()))


def products(document: Document) -> list[str]:
    return [product["product_id"] for product in leaves(document["product_tree"]["branches"])]


def asked_for(document: Document) -> set[str]:
    """The ids of products that are referred to."""
    found: set[str] = set()
    for one in document["vulnerabilities"]:
        for ids in one["product_status"].values():
            found.update(ids)
        for part in (*one.get("remediations", ()), *one.get("threats", ()), *one.get("flags", ())):
            found.update(part.get("product_ids", ()))
    return found


def _contradicting(document: Document) -> bool:
    for one in document["vulnerabilities"]:
        for number, group in enumerate(_GROUPS):
            own = {each for status in group for each in one["product_status"].get(status, ())}
            others = set().union(*(_GROUPS[:number] + _GROUPS[number + 1 :]))
            if own & {each for status in others for each in one["product_status"].get(status, ())}:
                return True
    return False


def _without_action(document: Document) -> bool:
    for one in document["vulnerabilities"]:
        told = {each for remedy in one.get("remediations", ()) for each in remedy.get("product_ids", ())}
        if set(one["product_status"].get("known_affected", ())) - told:
            return True
    return False


def _tracking(document: Document) -> Any:
    return document["document"]["tracking"]


def _sorted_history(document: Document) -> bool:
    history = sorted(_tracking(document)["revision_history"], key=lambda one: datetime.fromisoformat(one["date"]))
    return [int(one["number"]) for one in history] == list(range(1, len(history) + 1))


RULES: Mapping[str, Callable[[Document], bool]] = {
    "6.1.1 every product that is referred to is defined": lambda one: asked_for(one) <= set(products(one)),
    "6.1.2 no product is defined twice": lambda one: max(Counter(products(one)).values()) == 1,
    "6.1.6 no product has two statuses that contradict": lambda one: not _contradicting(one),
    "6.1.14 the revision history is in order": _sorted_history,
    "6.1.16 the version is the latest revision": lambda one: (
        _tracking(one)["version"] == _tracking(one)["revision_history"][-1]["number"]
    ),
    "6.1.17 a version of its own is no draft": lambda one: _tracking(one)["status"] == "final",
    "6.1.18 a final one has no revision 0": lambda one: all(
        not each["number"].startswith("0") for each in _tracking(one)["revision_history"]
    ),
    "6.1.22 no revision is told twice": lambda one: (
        max(Counter(each["number"] for each in _tracking(one)["revision_history"]).values()) == 1
    ),
    "6.1.23 no CVE is told twice": lambda one: (
        max(Counter(each["cve"] for each in one["vulnerabilities"] if "cve" in each).values(), default=1) == 1
    ),
    "6.1.27.4 there is a product tree": lambda one: bool(products(one)),
    "6.1.27.7 every vulnerability has a status that VEX knows": lambda one: all(
        set(each["product_status"]) & {"fixed", "known_affected", "known_not_affected", "under_investigation"}
        for each in one["vulnerabilities"]
    ),
    "6.1.27.8 every vulnerability has a name": lambda one: all(
        "cve" in each or each.get("ids") for each in one["vulnerabilities"]
    ),
    "6.1.27.10 every affected product has something to do": lambda one: not _without_action(one),
    "6.1.27.11 there are vulnerabilities": lambda one: bool(one["vulnerabilities"]),
    "6.1.29 every remediation is for products": lambda one: all(
        remedy.get("product_ids") for each in one["vulnerabilities"] for remedy in each.get("remediations", ())
    ),
    "6.1.30 versions are whole numbers throughout": lambda one: all(
        each["number"].isdigit() for each in _tracking(one)["revision_history"]
    ),
    "6.1.31 no product version is a range": lambda one: (
        not any(
            branch["category"] == "product_version" and _RANGE.search(branch["name"])
            for branch in named(one["product_tree"]["branches"])
        )
    ),
    "4.5 every vulnerability has notes": lambda one: all(each.get("notes") for each in one["vulnerabilities"]),
}
"""What must be true, by its place in the standard."""
