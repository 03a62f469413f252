"""The rows of the tables of a fix, with their values read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hotfix_check.drafts.article.choice import PlacedTable
from hotfix_check.drafts.article.columns import size_unit, unknown_labels
from hotfix_check.drafts.article.rows import RawRow
from hotfix_check.drafts.article.values import (
    DateOrder,
    date_order,
    is_language,
    is_missing,
    is_platform,
    normal_version,
    read_date,
    read_size,
    read_time,
    read_version,
)
from hotfix_check.drafts.draft import DraftRow
from hotfix_check.drafts.vocabulary import ProductNames
from hotfix_check.frozen import replace
from hotfix_check.untrusted.shown import clipped

_PACKAGE_NAME = re.compile(
    r"(?:Q|KB)\d{5,7}\w*\.(?:exe|msi|msp|msu|zip|cab)|[a-z][a-z0-9.]{1,40}-KB\d{5,7}\S*", re.IGNORECASE
)
_NAME_PARTS = re.compile(r"((?:[^\\/]{0,120}[\\/]){1,20})([^\\/]{1,200})")
_BROKEN_NAME = re.compile(r"^([\w$~-]{1,60})(?: ?\. | \.)([A-Za-z]{3})$")
"""A blank beside the dot of a name is that of a scanner: "Store. exe"."""
_IN_NAME = re.compile(r"(\S{1,120})\s*\(([^()]{1,80})\)\s*(.{0,80})")
_DATE_AND_TIME = re.compile(r"(\d+[/-]\d+[/-]\d+(?=[ T])|.*?\d(?=[ T]+\d{1,2}[:.h]\d))[ T]+(.*)")
_VERSION_WORD = re.compile(r"\s*(?:file )?version$", re.IGNORECASE)
_BUILD = re.compile(r"(\d{1,5}\.\d{1,5}) \(build (\d{1,5}\.\d{1,5})\b.{0,40}\)", re.IGNORECASE)
"""As Exchange System Manager shows a version: 6.5 (Build 7653.8: Service Pack 2)."""
_SEVERAL_NAMES = re.compile(r"\.\w{2,4}(?:[,;/] ?| (?:and|or|&) )\S+\.\w{2,4}$")
_COMMON = frozenset(("microsoft", "version", "versions", "server", "for", "service", "pack"))
_FIRM = 2
"""So many values (date, time, size, version) make a row without a header firm."""


def file_rows(
    tables: Sequence[PlacedTable], names: ProductNames, ids: tuple[str, ...], others: Sequence[str]
) -> tuple[list[DraftRow], list[str], list[str]]:
    """The rows of all tables in order, the texts that could not be used, and what a reviewer should look at.

    ``ids`` are the catalogue ids of the article's products, ``others`` those without one.
    """
    rows: list[DraftRow] = []
    unused: list[str] = []
    doubts: list[str] = []
    for placed, group in zip(tables, _groups(tables), strict=True):
        table = placed.table
        order = date_order(row.values.get("date") or row.values.get("datetime", "").split(" ")[0] for row in table.rows)
        if order == "day-first":
            doubts.append(f"dates such as {table.rows[0].values.get('date')} are read day first")
        doubts += [
            f"the column {clipped(label, 40)} is not understood: its values are left out"
            for label in unknown_labels(table.columns or ())
        ]
        found = [row for raw in table.rows for row in _variants(raw, placed, group, order, unused)]
        rows += _with_products(found, names, () if _is_of(group, names, others) else ids, doubts)
        unused += [*table.unread, *(text for raw in table.rows for text in raw.left_over)]
    return rows, unused, doubts


def _variants(
    raw: RawRow, placed: PlacedTable, group: str | None, order: DateOrder, unused: list[str]
) -> list[DraftRow]:
    """One row, or one for each version column that has a version."""
    table = placed.table
    base = _row(raw, placed, group, order, unused)
    labels = {column.label for column in table.columns or () if column.concept == "version"}
    columns = [(label, version) for label, version in raw.several if label in labels and not is_missing(version)]
    if len(labels) < 2 or not columns:
        return [_with_version(base, raw.values.get("version", ""))]
    return [
        replace(_with_version(base, version), group=_VERSION_WORD.sub("", label) or group) for label, version in columns
    ]


def _groups(tables: Sequence[PlacedTable]) -> list[str | None]:
    """What tells the tables apart: their headings, else their components, else what is said over them, else nothing."""
    for named in ("heading", "component", "product_said"):
        texts = [getattr(table, named) for table in tables]
        if len(set(texts)) > 1:
            return [text or table.component for text, table in zip(texts, tables, strict=True)]
    return [None] * len(tables)


def _doubts(raw: RawRow, placed: PlacedTable) -> Iterator[str]:
    if placed.doubt:
        yield placed.doubt
    if raw.values["name"].endswith(("...", "\u2026")):
        yield "its name is cut"
    if _SEVERAL_NAMES.search(raw.values["name"]):
        yield "several names in one cell"
    if raw.left_over:
        yield f"not understood next to it: {clipped(' '.join(raw.left_over), 60)}"
    elif placed.table.columns is None and raw.strength < _FIRM:
        yield "read without a header"


def _row(raw: RawRow, placed: PlacedTable, group: str | None, order: DateOrder, unused: list[str]) -> DraftRow:
    """A row without its version."""
    values, columns = raw.values, placed.table.columns
    name, folder, platform, language = _name_parts(values["name"], unused)
    date_text, time_text = values.get("date", ""), values.get("time", "")
    if "datetime" in values:
        both = _DATE_AND_TIME.fullmatch(values["datetime"])
        date_text, time_text = both.groups() if both else (values["datetime"], "")
    date, time = read_date(date_text, order, dotted=True), read_time(time_text)
    size, size_text = read_size(values.get("size", ""), unit=size_unit(columns or ()))
    for text, value in ((date_text, date), (time_text, time)):
        if value is None and not is_missing(text):
            unused.append(text)
    return DraftRow(
        name=name,
        size=size,
        size_text=size_text,
        date=date,
        time=time,
        platform=_bare(values.get("platform")) or platform,
        language=_bare(values.get("language")) or language,
        folder=_bare(values.get("folder")) or folder,
        package=placed.is_package or bool(_PACKAGE_NAME.fullmatch(name)),
        group=group,
        component=placed.component,
        read_as=placed.table.read_as,
        doubt="; ".join(_doubts(raw, placed)) or None,
    )


def _bare(text: str | None) -> str | None:
    if text is None or is_missing(text):
        return None
    text = text.strip().rstrip(":")
    if text[:1] + text[-1:] in ("()", "<>", "[]") and not re.search(r"[()<>\[\]]", text[1:-1]):
        text = text[1:-1].strip()
    return text or None


def _name_parts(text: str, unused: list[str]) -> tuple[str, str | None, str | None, str | None]:
    """Name, folder, platform and language of a name cell: a path before the name, a remark in parentheses behind it."""
    platform = language = None
    text = text.strip().strip('"\u201c\u201d\u201e').strip()
    if match := _IN_NAME.fullmatch(text):
        text, remark = match[1], " ".join((match[2], match[3])).strip()
        if is_platform(remark):
            platform = remark
        elif is_language(remark):
            language = remark
        else:
            unused.append(remark)
    text = _BROKEN_NAME.sub(r"\1.\2", text)
    folder = None
    if parts := _NAME_PARTS.fullmatch(text):
        folder, text = parts[1].rstrip("\\/") or None, parts[2]
    return text.strip("*;,").strip() or text, folder, platform, language


def _with_version(row: DraftRow, text: str) -> DraftRow:
    if is_missing(text):
        return row
    printed = read_version(text)
    if printed is None:
        return replace(row, version_text=text, doubt=_and(row.doubt, f"version {clipped(text, 40)} could not be read"))
    return replace(row, version=printed[0], version_text=printed[1])


def _is_of(group: str | None, names: ProductNames, others: Sequence[str]) -> bool:
    """Whether a heading names a product that the catalogue does not know: LinkAge beside Exchange (KB192932)."""
    named = _words(group or "")
    return len(named) > 1 and not names.find(group or "") and any(named <= _words(other) for other in others)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9.]+", text.lower())) - _COMMON


def _with_products(
    rows: list[DraftRow], names: ProductNames, ids: tuple[str, ...], doubts: list[str]
) -> list[DraftRow]:
    """Rows with their products; a row that tells nothing has the product of its table, where that is one."""
    products = [_product(row, names, ids) for row in rows]
    known = {product for product in products if product}
    whole = known.pop() if len(known) == 1 else None
    return [_normalised(row, names, product or whole, doubts) for row, product in zip(rows, products, strict=True)]


def _product(row: DraftRow, names: ProductNames, ids: tuple[str, ...]) -> str | None:
    named = {term.product for term in names.find(row.group)} if row.group else set()
    if len(named) == 1:
        return named.pop()
    of_version = names.of_version(normal_version(row.version) or row.version, ids) if row.version else None
    return of_version or (ids[0] if len(ids) == 1 else None)


def _and(doubt: str | None, more: str) -> str:
    return f"{doubt}; {more}" if doubt else more


def _normalised(row: DraftRow, names: ProductNames, product: str | None, doubts: list[str]) -> DraftRow:
    printed = row.version
    if row.version_text and (build := _BUILD.fullmatch(row.version_text)):
        printed = f"{build[1]}.{build[2]}"
    normal = normal_version(printed, names.prefixes[product] if product else None) if printed else None
    if row.version and normal is None:
        doubt = f"version {row.version} is not four dotted numbers"
        doubts.append(f"{row.name}: {doubt}")
        row = replace(row, doubt=_and(row.doubt, doubt))
    elif row.version and normal and row.version.count(".") < 3:
        doubts.append(f"{row.name}: printed version {row.version} is taken as {normal}")
    return replace(row, product=product, version_normal=normal)
