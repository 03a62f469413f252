"""The draft of an update: what one article says, for a person to review."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from hotfix_check.catalogue.update import Kind, Restart
from hotfix_check.drafts.vocabulary import Term
from hotfix_check.frozen import Frozen


class DraftRow(Frozen):
    """One row of a file table. What could not be read is None, and its text is kept beside it."""

    name: str
    version: str | None = None
    """As printed."""
    size: int | None = None
    """Bytes; None where only KB or MB are printed."""
    date: dt.date | None = None
    time: dt.time | None = None
    """As printed: UTC where the article says so, as those from 2002 on do."""
    platform: str | None = None
    group: str | None = None
    """The heading that tells this table from the others of the article."""
    component: str | None = None
    language: str | None = None
    folder: str | None = None
    version_normal: str | None = None
    """Four dotted numbers, where the printed version has them or the product supplies what is missing."""
    version_text: str | None = None
    """The whole cell, where more than a version stood in it."""
    size_text: str | None = None
    package: bool = False
    """Whether the file is the download itself, not an installed file."""
    product: str | None = None
    """Catalogue id, where the group, the version or the article leaves only one."""
    read_as: str = ""
    """What the row was read from, in words: cells under a header, text without one ..."""
    doubt: str | None = None
    """Why a person has to look before the row is judged by (confidence low); None for one that is as printed."""


class SkippedTable(Frozen):
    """A list of files that is not a table of the fix: the line it starts at, its rows, and why."""

    line: int
    rows: int
    reason: str


class DraftUpdate(Frozen):
    """What one article says; texts are as stated, ``*_terms`` in the words of the catalogue."""

    kb: int | None
    title: str | None
    kind: Kind
    source: str
    sources: tuple[str, ...] = ()
    """What the update's ``sources`` name beside its KB."""
    released: dt.date | None = None
    products: tuple[str, ...] = ()
    product_terms: tuple[Term, ...] = ()
    prerequisites: tuple[str, ...] = ()
    prerequisite_terms: tuple[tuple[Term, ...], ...] = ()
    """One entry for each prerequisite, empty where the catalogue has no word for it."""
    alternatives: tuple[tuple[str, ...], ...] = ()
    """Prerequisites of which one is enough: "you must have one of the following installed"."""
    prerequisites_stated: bool = False
    restart: Restart | None = None
    replaces: tuple[int, ...] = ()
    replaces_stated: bool = False
    replaced_by: tuple[int, ...] = ()
    included_in: tuple[str, ...] = ()
    included_in_terms: tuple[Term, ...] = ()
    component: str | None = None
    files: tuple[DraftRow, ...] = ()
    unused: tuple[str, ...] = ()
    """Lines that look like rows, and cell texts, that could not be used."""
    skipped: tuple[SkippedTable, ...] = ()
    doubts: tuple[str, ...] = ()
    """What a reviewer should look at."""

    @property
    def product_ids(self) -> tuple[str, ...]:
        """The catalogue ids of the products, each once, in order of mention."""
        return tuple(dict.fromkeys(term.product for term in self.product_terms))


def draft_to_dict(draft: DraftUpdate) -> dict[str, object]:
    """The object that ``-f json`` and ``-f jsonl`` print; every key is always there.

    ``restart`` is true, false or null (null also for "restart the services": ``restart_kind`` keeps that).
    """
    return {
        "kb": draft.kb,
        "title": draft.title,
        "kind": draft.kind,
        "released": draft.released.isoformat() if draft.released else None,
        "products": list(draft.products),
        "product_ids": list(draft.product_ids),
        "product_terms": [term._asdict() for term in draft.product_terms],
        "prerequisites": list(draft.prerequisites),
        "prerequisite_terms": [[term._asdict() for term in terms] for terms in draft.prerequisite_terms],
        "prerequisite_alternatives": [list(several) for several in draft.alternatives],
        "prerequisites_stated": draft.prerequisites_stated,
        "restart": {"yes": True, "no": False}.get(draft.restart or ""),
        "restart_kind": draft.restart,
        "replaces": list(draft.replaces),
        "replaces_stated": draft.replaces_stated,
        "replaced_by": list(draft.replaced_by),
        "included_in": list(draft.included_in),
        "included_in_terms": [term._asdict() for term in draft.included_in_terms],
        "component": draft.component,
        "files": [_row(row) for row in draft.files],
        "unused": list(draft.unused),
        "skipped_tables": [{"line": table.line, "rows": table.rows, "reason": table.reason} for table in draft.skipped],
        "doubts": list(draft.doubts),
        "source": draft.source,
        "sources": list(draft.sources),
    }


def _row(row: DraftRow) -> dict[str, object]:
    """Its fields in their order, with what a machine asks for first before the reason."""
    table: dict[str, object] = {one.name: getattr(row, one.name) for one in fields(row)}
    table["date"] = row.date.isoformat() if row.date else None
    table["time"] = row.time.strftime("%H:%M") if row.time else None
    del table["doubt"]
    return {**table, "confidence": "low" if row.doubt else "high", "doubt": row.doubt}
