"""A draft as ``[[update]]`` blocks of the catalogue: one row of a file a line, a comment for each doubt.

Values are in the catalogue's words, so that a block can be loaded; what the catalogue has no word for is a comment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Kind
from hotfix_check.drafts.draft import DraftRow, DraftUpdate
from hotfix_check.drafts.vocabulary import ProductNames, Term, catalogue_language, catalogue_platforms, catalogue_roles
from hotfix_check.frozen import dataclass
from hotfix_check.untrusted.toml import toml_lines, toml_value
from hotfix_check.version import FileVersion

_KB = re.compile(r"\b(?:KB|Q)(\d{5,7})\b")
_PROGRAM = re.compile(r"\.(?:exe|dll)$", re.IGNORECASE)


def draft_to_toml(draft: DraftUpdate, names: ProductNames, products: Mapping[str, Product]) -> str:
    """All blocks of a draft, one for each product, for a person to review."""
    return "\n".join(
        f"# product: {product or 'none of the catalogue'}\n{block}"
        for product, block in update_blocks(draft, names, products).items()
    )


def update_blocks(draft: DraftUpdate, names: ProductNames, products: Mapping[str, Product]) -> dict[str | None, str]:
    """The block of each product that has rows; rows that fit no product are under None, or under the only product.

    ``products`` are those of the catalogue: they say which levels and folders there are. Without one, levels are taken
    as printed and folders are comments.
    """
    by_product: dict[str | None, list[DraftRow]] = {}
    for row in draft.files:
        by_product.setdefault(row.product, []).append(row)
    if not by_product:
        by_product = {product: [] for product in draft.product_ids} or {None: []}
    return {
        product: "\n".join(_Block(draft, names, product, products.get(product or "")).lines(rows)) + "\n"
        for product, rows in by_product.items()
    }


@dataclass(frozen=True, slots=True)
class _Block:
    """One update while it is written: the draft, and the product that it is for."""

    draft: DraftUpdate
    names: ProductNames
    product_id: str | None
    product: Product | None

    def lines(self, rows: Sequence[DraftRow]) -> list[str]:
        draft = self.draft
        lines = ["[[update]]", *_comments("", draft.doubts), *_comments("not used: ", draft.unused)]
        lines += [
            f"# not taken: the list of {table.rows} {'file' if table.rows == 1 else 'files'} in line {table.line}:"
            f" {_plain(table.reason)}"
            for table in draft.skipped
        ]
        if not draft.title:
            lines.append("# the text has no title: write one")
        number = "an update whose number is not known" if draft.kb is None else f"KB{draft.kb}"
        fields: dict[str, object] = {
            "kb": draft.kb,
            "title": draft.title or number,
            "kind": draft.kind.value,
            "level": self._brought(),
            "released": draft.released,
            "restart": draft.restart,
            "component": draft.component,
            # An empty list states that nothing is replaced; where the article is silent, there is none.
            "replaces": draft.replaces if draft.replaces_stated else None,
            "included_in": self._included() or None,
            "applies_to": draft.products or None,
            "sources": (*((f"KB{draft.kb}",) if draft.kb is not None else ()), *draft.sources),
        }
        lines += toml_lines({key: value for key, value in fields.items() if value is not None})
        lines += _comments("replaced by: KB", map(str, draft.replaced_by))
        lines += _comments("included in: ", draft.included_in)
        packages: dict[str | None, list[DraftRow]] = {}
        for row in rows:
            packages.setdefault(self._level(row), []).append(row)
        for level, package_rows in packages.items():
            lines += self._package(level, package_rows)
        return lines

    def _brought(self) -> str | None:
        """The level that a service pack or cumulative update brings, by its title."""
        if self.draft.kind not in (Kind.SERVICE_PACK, Kind.CUMULATIVE_UPDATE):
            return None
        return self._only_level(self.names.find(self.draft.title or ""))

    def _included(self) -> list[str]:
        found = [level for term in self.draft.included_in_terms if (level := self._own_level(term))]
        found += [f"KB{number}" for text in self.draft.included_in for number in _KB.findall(text)]
        return list(dict.fromkeys(found))

    def _level(self, row: DraftRow) -> str | None:
        """The servicing line: that of the row's heading, else the one level that the prerequisites name."""
        return self._only_level(self.names.find(row.group or "")) or self._only_level(
            term for terms in self.draft.prerequisite_terms for term in terms
        )

    def _only_level(self, terms: Iterable[Term]) -> str | None:
        levels = {level for term in terms if (level := self._own_level(term))}
        return levels.pop() if len(levels) == 1 else None

    def _own_level(self, term: Term) -> str | None:
        """The level that a term names, when it is one of this product."""
        if term.product != self.product_id or term.level is None:
            return None
        if self.product is not None and term.level not in {level.name for level in self.product.levels}:
            return None
        return term.level

    def _package(self, level: str | None, rows: Sequence[DraftRow]) -> list[str]:
        lines = ["", "  [[update.package]]"]
        if level:
            lines.append(f"  level = {toml_value(level)}")
        if self.draft.prerequisites_stated:
            lines += self._prerequisites()
        lines += ["  files = [", *(f"    {line}" for row in rows for line in self._row(row)), "  ]"]
        return lines

    def _prerequisites(self) -> list[str]:
        lines: list[str] = []
        groups: list[list[str]] = []
        first_of: dict[str, int] = {}
        """The group that a prerequisite's first alternative has begun."""
        unknown = others = 0
        for text, terms in zip(self.draft.prerequisites, self.draft.prerequisite_terms, strict=True):
            lines += _comments("requires: ", [text], "  ")
            group = [level for term in terms if (level := self._own_level(term))]
            group = group or [f"KB{number}" for number in _KB.findall(text)]
            alternatives = next((several for several in self.draft.alternatives if text in several), ())
            begun = next((first_of[one] for one in alternatives if one in first_of), None)
            if group and begun is not None:
                groups[begun] += [level for level in group if level not in groups[begun]]
            elif group:
                first_of[text] = len(groups)
                groups.append(group)
            elif terms and all(term.product != self.product_id for term in terms):
                others += 1
            else:
                unknown += 1
        if unknown:
            lines.append(
                "  # a prerequisite above is not in the catalogue's words: add it, then set prerequisites_stated = true"
            )
        if groups or not (unknown or others):
            lines.append(f"  prerequisites = {toml_value(groups)}")
            lines.append(f"  prerequisites_stated = {toml_value(not unknown)}")
        return lines

    def _row(self, row: DraftRow) -> list[str]:
        """The row, once for each processor that it names."""
        platforms = catalogue_platforms(row.platform) if row.platform else ()
        language = catalogue_language(row.language) if row.language else None
        roles = catalogue_roles(row.folder, self.product) if row.folder else ()
        own = self._own_range(row)
        note = None if row.package else row.doubt
        without = row.version is None and _PROGRAM.search(row.name) and not row.package
        fields: dict[str, object] = {
            "name": row.name,
            "version": row.version_normal or row.version,
            "range": own,
            "size": row.size,
            "timestamp": dt.datetime.combine(row.date, row.time, dt.UTC) if row.date and row.time else row.date,
            "platform": None,
            "language": language,
            "roles": roles or None,
            "sure": False if note else None,
            "note": note or ("the article gives no version" if without else None),
        }
        printed = [f"printed {row.version}"] if row.version and row.version_normal != row.version else []
        for before, text in (("printed ", row.version_text), ("size ", None if row.size else row.size_text)):
            printed += [f"{before}{text}"] if text else []
        for text, known in ((row.platform, platforms), (row.language, language), (row.folder, roles)):
            printed += [text] if text and not known else []
        printed += ["a file of another product"] if own else []
        comment = "; ".join([*printed, *([row.group] if row.group else [])])
        lines = []
        for platform in platforms or (None,):
            here = {**fields, "platform": platform}
            line = f"{toml_value({key: value for key, value in here.items() if value is not None})},"
            line = f"# the package itself: {line}" if row.package else line
            lines.append(f"{line}  # {_plain(comment)}" if comment else line)
        return lines

    def _own_range(self, row: DraftRow) -> str | None:
        """The range of a row whose version is not one of the product's, where the article is of other products too.

        So of an Outlook DLL in a fix for Outlook 98 and Exchange 5.5 (KB249102); elsewhere it is a misprint.
        """
        if all(self.names.find(product) for product in self.draft.products):
            return None
        version = FileVersion.parse(row.version_normal) if row.version_normal else None
        if self.product is None or version is None or self.product.holds(version):
            return None
        return f"=={version.major}.{version.minor}.*"


def _comments(before: str, texts: Iterable[str], indent: str = "") -> list[str]:
    return [f"{indent}# {before}{_plain(text)}" for text in texts]


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
