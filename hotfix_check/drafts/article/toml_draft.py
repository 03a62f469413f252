"""A draft as ``[[update]]`` blocks of the catalogue: one row of a file a line, a comment for each doubt."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from hotfix_check.drafts.article.draft import DraftRow, DraftUpdate
from hotfix_check.drafts.article.terms import Term, find_terms
from hotfix_check.untrusted.toml_string import toml_string

_KB = re.compile(r"\b(?:KB|Q)(\d{5,7})\b")


def draft_to_toml(draft: DraftUpdate) -> str:
    """All blocks of a draft, one for each product, for a person to review."""
    return "\n".join(
        f"# product: {product or 'none of the catalogue'}\n{block}" for product, block in toml_blocks(draft).items()
    )


def toml_blocks(draft: DraftUpdate) -> dict[str | None, str]:
    """The block of each product that has rows; rows that fit no product are under None, or under the only product."""
    products: dict[str | None, list[DraftRow]] = {}
    for row in draft.files:
        products.setdefault(row.product, []).append(row)
    if not products:
        products = {product: [] for product in draft.product_ids} or {None: []}
    return {product: _block(draft, product, rows) for product, rows in products.items()}


def _block(draft: DraftUpdate, product: str | None, rows: Sequence[DraftRow]) -> str:
    lines = ["[[update]]"]
    lines += [f"# {_comment(doubt)}" for doubt in draft.doubts]
    lines += [f"# not used: {_comment(text)}" for text in draft.unused]
    if draft.kb is not None:
        lines.append(f"kb = {draft.kb}")
    if not draft.title:
        lines.append("# the text gives no title: write one")
    number = "an update whose number is not known" if draft.kb is None else f"KB{draft.kb}"
    lines.append(f"title = {toml_string(draft.title or number)}")
    lines.append(f"kind = {toml_string(draft.kind)}")
    if draft.released:
        lines.append(f"released = {draft.released.isoformat()}")
    if draft.restart:
        lines.append(f"restart = {toml_string(draft.restart)}")
    if draft.component:
        lines.append(f"component = {toml_string(draft.component)}")
    if draft.replaces_stated:
        lines.append(f"replaces = [{', '.join(map(str, draft.replaces))}]")
        lines.append("replaces_stated = true")
    if draft.replaced_by:
        lines.append(f"# replaced by: {', '.join(f'KB{number}' for number in draft.replaced_by)}")
    included = _included(draft, product)
    if included:
        lines.append(f"included_in = {_strings(included)}")
    lines += [f"# included in: {_comment(text)}" for text in draft.included_in]
    if draft.products:
        lines.append(f"applies_to = {_strings(draft.products)}")
    sources = ((f"KB{draft.kb}",) if draft.kb is not None else ()) + draft.sources
    if sources:
        lines.append(f"sources = {_strings(sources)}")
    if rows:
        packages: dict[str | None, list[DraftRow]] = {}
        for row in rows:
            packages.setdefault(_level(draft, product, row), []).append(row)
        for level, package_rows in packages.items():
            lines += _package(draft, product, level, package_rows)
    return "\n".join(lines) + "\n"


def _level(draft: DraftUpdate, product: str | None, row: DraftRow) -> str | None:
    """The servicing line: that of the row's heading, else the one level that the prerequisites name."""
    named = {term.level for term in find_terms(row.group or "") if term.product == product and term.level}
    if len(named) == 1:
        return named.pop()
    required = {
        term.level for terms in draft.prerequisite_terms for term in terms if term.product == product and term.level
    }
    return required.pop() if len(required) == 1 else None


def _package(draft: DraftUpdate, product: str | None, level: str | None, rows: Sequence[DraftRow]) -> list[str]:
    lines = ["", "  [[update.package]]"]
    if level:
        lines.append(f"  level = {toml_string(level)}")
    if draft.prerequisites_stated:
        lines += _prerequisites(draft, product)
    lines.append("  files = [")
    for row in rows:
        lines.append(f"    {'# the package itself: ' if row.package else ''}{_file(row)}")
    lines.append("  ]")
    return lines


def _prerequisites(draft: DraftUpdate, product: str | None) -> list[str]:
    lines: list[str] = []
    groups: list[list[str]] = []
    unknown = others = 0
    for text, terms in zip(draft.prerequisites, draft.prerequisite_terms, strict=True):
        lines.append(f"  # requires: {_comment(text)}")
        group = _requirements(text, terms, product)
        if group:
            groups.append(group)
        elif terms and all(term.product != product for term in terms):
            others += 1
        else:
            unknown += 1
    if unknown:
        lines.append(
            "  # a prerequisite above has no word in the catalogue: add it, then set prerequisites_stated = true"
        )
    if groups or not (unknown or others):
        lines.append(f"  prerequisites = [{', '.join(_strings(group) for group in groups)}]")
        lines += [] if unknown else ["  prerequisites_stated = true"]
    return lines


def _requirements(text: str, terms: Iterable[Term], product: str | None) -> list[str]:
    levels = [term.level for term in terms if term.product == product and term.level]
    return levels or [f"KB{number}" for number in _KB.findall(text)]


def _included(draft: DraftUpdate, product: str | None) -> list[str]:
    found = [term.level for term in draft.included_in_terms if term.product == product and term.level]
    found += [f"KB{number}" for text in draft.included_in for number in _KB.findall(text)]
    return list(dict.fromkeys(found))


def _file(row: DraftRow) -> str:
    pairs = [("name", toml_string(row.name))]
    doubts = []
    version = row.version_normal or row.version
    if version:
        pairs.append(("version", toml_string(version)))
    if row.version and row.version_normal is None:
        doubts.append("not four dotted numbers")
    elif row.version and row.version.count(".") < 3:
        doubts.append(f"printed {row.version}")
    if row.version_text:
        doubts.append(f"printed {row.version_text}")
    if row.size is not None:
        pairs.append(("size", str(row.size)))
    elif row.size_text:
        doubts.append(f"size {row.size_text}")
    if row.date and row.time:
        pairs.append(("timestamp", f"{dt.datetime.combine(row.date, row.time).isoformat()}Z"))
    elif row.date:
        pairs.append(("timestamp", row.date.isoformat()))
    for key, value in (("platform", row.platform), ("language", row.language), ("folder", row.folder)):
        if value:
            pairs.append((key, toml_string(value)))
    if row.group:
        doubts.append(row.group)
    comment = f"  # {_comment('; '.join(doubts))}" if doubts else ""
    return "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }," + comment


def _strings(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_string, texts))}]"


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
