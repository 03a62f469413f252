"""From the text of an article to a draft update: the steps in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hotfix_check.article.columns import Column, size_unit
from hotfix_check.article.context import PlacedTable, place_tables
from hotfix_check.article.draft import DraftRow, DraftUpdate, SkippedTable
from hotfix_check.article.fields import (
    read_keywords,
    read_number,
    read_products,
    read_released,
    read_title,
    update_kind,
)
from hotfix_check.article.file_list import csv_lines, looks_like_csv
from hotfix_check.article.flattened import unflatten
from hotfix_check.article.markup import html_lines, looks_like_html
from hotfix_check.article.prose import paragraphs
from hotfix_check.article.rows import RawRow
from hotfix_check.article.statements import read_statements
from hotfix_check.article.tables import find_tables, looks_like_row
from hotfix_check.article.terms import VERSION_PREFIX, Term, find_level, find_terms, product_of_version
from hotfix_check.article.text import MAX_ARTICLE_BYTES, Line, plain_line, text_lines
from hotfix_check.article.values import (
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
from hotfix_check.errors import ArticleError

_SOURCE_NUMBER = re.compile(r"(?:^|[\\/_. -])(?:KB|Q)?(\d{5,7})(?=[^0-9]|$)", re.IGNORECASE)
_PACKAGE_NAME = re.compile(
    r"(?:Q|KB)\d{5,7}\w*\.(?:exe|msi|msp|msu|zip|cab)|Exchange\S{3,60}KB\d{5,7}\S*", re.IGNORECASE
)


def parse_article(text: str, *, source: str, kb: int | None = None) -> DraftUpdate:
    """Read the text or HTML of one article, or a CSV file list.

    ``source`` is where it came from, for the reviewer; ``kb`` is its number, for an article that does not print it.
    Raises ArticleError when the text is larger than any article, or a CSV list is broken.
    """
    if len(text) > MAX_ARTICLE_BYTES:
        raise ArticleError(f"more than {MAX_ARTICLE_BYTES // 1024 // 1024} MiB: not a KB article")
    if looks_like_csv(text):
        return parse_file_list_csv(text, source=source, kb=kb)
    lines = html_lines(text) if looks_like_html(text) else text_lines(text)
    return _draft(_with_breaks(_without_legal(lines)), source=source, kb=kb)


def parse_file_list_csv(text: str, *, source: str, kb: int | None = None) -> DraftUpdate:
    """Read a CSV file list, as attached to newer updates: every table in it belongs to the update.

    Raises ArticleError for a list whose quotes never close.
    """
    if len(text) > MAX_ARTICLE_BYTES:
        raise ArticleError(f"more than {MAX_ARTICLE_BYTES // 1024 // 1024} MiB: not a file list")
    return _draft(csv_lines(text), source=source, kb=kb, is_list=True)


def _without_legal(lines: list[Line]) -> list[Line]:
    """The archive ends every article with the same notice of 16 lines."""
    for at in range(len(lines) - 1, max(-1, len(lines) - 60), -1):
        if lines[at].text.startswith("THE INFORMATION PROVIDED IN THE MICROSOFT KNOWLEDGE BASE"):
            return lines[:at]
    return lines


def _with_breaks(lines: list[Line]) -> list[Line]:
    if all(len(line.text) < 100 for line in lines):
        return lines
    broken: list[Line] = []
    for line in lines:
        if line.kind == "text" and len(line.text) >= 100:
            parts = unflatten(line.text)
            broken.extend([line] if len(parts) == 1 else map(plain_line, parts))
        else:
            broken.append(line)
    return broken


def _draft(lines: Sequence[Line], *, source: str, kb: int | None, is_list: bool = False) -> DraftUpdate:
    title = _list_title(lines) if is_list else read_title(lines)
    doubts: list[str] = []
    number = kb if kb is not None else read_number(lines, title)
    if number is None and (match := _SOURCE_NUMBER.search(re.split(r"[\\/]", source)[-1])):
        number = int(match[1])
        doubts.append(f"the number is from the name of the source ({source}), not from the text")
    placed = place_tables(lines, find_tables(lines), title, is_list=is_list)
    fix_tables = [table for table in placed if table.is_fix]
    used = {at for table in placed for at in range(table.table.first, table.table.last + 1)}
    prose = () if is_list else paragraphs(lines, used)
    said = read_statements(prose, read_keywords(lines), number)
    products = read_products(lines)
    headings = [placed_table.heading or "" for placed_table in fix_tables] if is_list else []
    product_terms = _product_terms(products, [title or "", *headings, *prose], doubts)
    ids = tuple(dict.fromkeys(term.product for term in product_terms))
    files, unused = _rows(fix_tables, ids, doubts)
    unused += _unread_lines(lines, placed, used)
    components = tuple(dict.fromkeys(row.component for row in files if row.component))
    if not files:
        doubts.append("no file table was found")
    if number is None:
        doubts.append("the article does not print its number: name it with --kb")
    return DraftUpdate(
        kb=number,
        title=title,
        kind=update_kind(title),
        source=source,
        released=read_released(lines, title),
        products=products,
        product_terms=product_terms,
        prerequisite_terms=tuple(_terms_of(text, ids) for text in said.prerequisites),
        included_in_terms=tuple(
            dict.fromkeys(term for text in said.included_in for term in _terms_of(text, ids) if term.level)
        ),
        component="; ".join(components) or None,
        files=tuple(files),
        unused=tuple(dict.fromkeys(unused)),
        skipped=tuple(
            SkippedTable(line=table.table.first + 1, rows=len(table.table.rows), reason=table.reason)
            for table in placed
            if not table.is_fix and table.table.rows
        ),
        doubts=tuple(dict.fromkeys(doubts)),
        prerequisites=said.prerequisites,
        prerequisites_stated=said.prerequisites_stated,
        restart=said.restart,
        replaces=said.replaces,
        replaces_stated=said.replaces_stated,
        replaced_by=said.replaced_by,
        included_in=said.included_in,
    )


def _list_title(lines: Sequence[Line]) -> str | None:
    """The first row of a file list when it has one cell only: what the list is of."""
    first = next((line for line in lines if line.kind == "cells"), None)
    filled = [cell for cell in first.cells if cell] if first else []
    return filled[0] if len(filled) == 1 else None


def _product_terms(products: tuple[str, ...], texts: Sequence[str], doubts: list[str]) -> tuple[Term, ...]:
    terms = tuple(dict.fromkeys(term for product in products for term in find_terms(product)))
    if terms or products:
        return terms
    # An article without an applies-to list names its product in the title, or in the sentences about the fix.
    for at, text in enumerate(texts):
        if at and len(text) > 80 and not re.search(r"hot-?fix|update|confirmed", text, re.IGNORECASE):
            continue
        ids = dict.fromkeys(term.product for term in find_terms(text[:1500]))
        if len(ids) == 1:
            doubts.append("no applies-to list: the product is taken from the text")
            return (Term(next(iter(ids))),)
    return ()


def _terms_of(text: str, ids: tuple[str, ...]) -> tuple[Term, ...]:
    terms = find_terms(text)
    if terms:
        return terms
    level = find_level(text)
    only_level = re.fullmatch(
        r"(?:the )?(?:service pack|SP|cumulative update|CU|update rollup).{0,20}", text, re.IGNORECASE
    )
    return (Term(ids[0], level),) if level and len(ids) == 1 and only_level else ()


def _rows(tables: Sequence[PlacedTable], ids: tuple[str, ...], doubts: list[str]) -> tuple[list[DraftRow], list[str]]:
    groups = _groups(tables)
    rows: list[DraftRow] = []
    unused: list[str] = []
    for placed, group in zip(tables, groups, strict=True):
        table = placed.table
        order = date_order(row.values.get("date") or row.values.get("datetime", "").split(" ")[0] for row in table.rows)
        if order == "day-first":
            doubts.append(f"dates such as {table.rows[0].values.get('date')} are read day first")
        unused.extend(table.unread)
        for raw in table.rows:
            variants = raw.extra_versions or (("", raw.values.get("version", "")),)
            for label, version in variants:
                if raw.extra_versions and is_missing(version):
                    continue
                row = _row(raw, table.columns, order, unused)
                row = _with_version(row, version, unused)
                heading = (
                    re.sub(r"\s*(?:file )?version$", "", label, flags=re.IGNORECASE) if len(variants) > 1 else group
                )
                row = replace(
                    row,
                    group=heading or None,
                    component=placed.component,
                    package=row.package or placed.is_package,
                )
                rows.append(_with_product(row, ids, doubts))
        unused.extend(text for raw in table.rows for text in raw.left_over)
    return rows, unused


def _groups(tables: Sequence[PlacedTable]) -> list[str | None]:
    """What tells the tables apart: their headings, else their components, else nothing."""
    if len(tables) < 2:
        return [None] * len(tables)
    for texts in ([table.heading for table in tables], [table.component for table in tables]):
        if len(set(texts)) > 1:
            return [text or table.component for text, table in zip(texts, tables, strict=True)]
    return [None] * len(tables)


def _row(raw: RawRow, columns: tuple[Column, ...] | None, order: DateOrder, unused: list[str]) -> DraftRow:
    values = raw.values
    name, folder, platform, language = _name_parts(values["name"], unused)
    date_text, time_text = values.get("date", ""), values.get("time", "")
    if "datetime" in values:
        date_text, _, time_text = (
            values["datetime"].replace("T", " ").partition(" ")
            if re.match(r"[\d/-]+ ", values["datetime"] + " ")
            else _split_datetime(values["datetime"])
        )
    date, time = read_date(date_text, order), read_time(time_text)
    size = read_size(values.get("size", ""), unit=size_unit(columns) if columns else "")
    for text, value in ((date_text, date), (time_text, time)):
        if value is None and not is_missing(text):
            unused.append(text)
    return DraftRow(
        name=name,
        size=size.size,
        size_text=size.text,
        date=date,
        time=time,
        platform=_bare(values.get("platform")) or platform,
        language=_bare(values.get("language")) or language,
        folder=_bare(values.get("folder")) or folder,
        package=bool(_PACKAGE_NAME.fullmatch(name)),
    )


def _split_datetime(text: str) -> tuple[str, str, str]:
    date, space, time = text.rpartition(" ")
    return (date, space, time) if ":" in time else (text, "", "")


def _bare(text: str | None) -> str | None:
    if text is None or is_missing(text):
        return None
    text = text.strip()
    if text[:1] + text[-1:] in ("()", "<>", "[]") and not re.search(r"[()<>\[\]]", text[1:-1]):
        text = text[1:-1].strip()
    return text or None


_NAME_PARTS = re.compile(r"^((?:[^\\/]{0,120}[\\/]){0,20})([^\\/]{1,200})$")
_IN_NAME = re.compile(r"^(\S{1,120})\s*\(([^()]{1,80})\)\s*(.{0,80})$")


def _name_parts(text: str, unused: list[str]) -> tuple[str, str | None, str | None, str | None]:
    """Name, folder, platform and language of a name cell: a path before the name, a remark in parentheses behind it."""
    platform = language = None
    text = text.strip().strip('"').strip()
    if match := _IN_NAME.match(text):
        text, remark = match[1], " ".join((match[2], match[3])).strip()
        if is_platform(remark):
            platform = remark
        elif is_language(remark):
            language = remark
        else:
            unused.append(remark)
    folder = None
    if "\\" in text or "/" in text:
        parts = _NAME_PARTS.match(text)
        if parts and parts[1]:
            folder, text = parts[1].rstrip("\\/") or None, parts[2]
    return text.strip("*;,").strip() or text, folder, platform, language


def _with_version(row: DraftRow, text: str, unused: list[str]) -> DraftRow:
    if is_missing(text):
        return row
    printed = read_version(text)
    if printed is None:
        unused.append(text)
        return row
    return replace(row, version=printed.version, version_text=printed.text)


def _with_product(row: DraftRow, ids: tuple[str, ...], doubts: list[str]) -> DraftRow:
    named = tuple(dict.fromkeys(term.product for term in find_terms(row.group))) if row.group else ()
    product = named[0] if len(named) == 1 else None
    if product is None and row.version:
        product = product_of_version(normal_version(row.version) or row.version, ids)
    if product is None and len(ids) == 1:
        product = ids[0]
    normal = normal_version(row.version, VERSION_PREFIX[product] if product else None) if row.version else None
    if row.version and normal is None:
        doubts.append(f"{row.name}: version {row.version} is not four dotted numbers")
    elif row.version and normal and row.version.count(".") < 3:
        doubts.append(f"{row.name}: printed version {row.version} is taken as {normal}")
    return replace(row, product=product, version_normal=normal)


def _unread_lines(lines: Sequence[Line], placed: Sequence[PlacedTable], used: set[int]) -> list[str]:
    """Lines near the tables of the fix that look like rows and are in none of them."""
    near: set[int] = set()
    for table in placed:
        if table.is_fix:
            near.update(range(table.table.first - 6, table.table.last + 12))
    return [
        " ".join(lines[at].text.split())
        for at in sorted(near - used)
        if 0 <= at < len(lines) and looks_like_row(lines[at])
    ]
