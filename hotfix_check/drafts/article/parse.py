"""From the text of an article to a draft update: the steps in order.

Of the fix only what is stated counts. "There are no prerequisites" is a statement; silence is none.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from hotfix_check.drafts.article.choice import PlacedTable, place_tables
from hotfix_check.drafts.article.columns import header_cells
from hotfix_check.drafts.article.crawl import restored
from hotfix_check.drafts.article.fields import (
    read_keywords,
    read_number,
    read_products,
    read_released,
    read_title,
    update_kind,
)
from hotfix_check.drafts.article.file_rows import file_rows
from hotfix_check.drafts.article.markup import html_lines, looks_like_html
from hotfix_check.drafts.article.phrases import phrase
from hotfix_check.drafts.article.prose import Said, named_with_number, paragraphs, said_in
from hotfix_check.drafts.article.replacements import replacements
from hotfix_check.drafts.article.requirements import (
    LEVEL_NAMED,
    alternative_things,
    clean,
    nothing_required,
    required_things,
)
from hotfix_check.drafts.article.restarts import restart_asked
from hotfix_check.drafts.article.rows import looks_like_row
from hotfix_check.drafts.article.tables import find_tables
from hotfix_check.drafts.article.text import MAX_ARTICLE_BYTES, Line, text_lines
from hotfix_check.drafts.draft import DraftUpdate, SkippedTable
from hotfix_check.drafts.vocabulary import ProductNames, Term
from hotfix_check.errors import ArticleError

_SOURCE_NUMBER = re.compile(r"(?:^|[\\/_. -])(?:KB|Q)?(\d{5,7})(?=[^0-9]|$)", re.IGNORECASE)

_ISO_TIME = re.compile(r"(?<![\w.-])(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:Z|\+00:00)?(?![\w:.+-])", re.ASCII)
"""2004-03-22T17:40:00Z: as two values of a row. One that says another zone stays as it is, and is no time."""
_ISO_CLOCK = re.compile(r"T\d\d:\d\d", re.ASCII)  # of such a time; found at once, where few articles have any
_INCLUDED = phrase(r"""
    \b(?:first |also )?(?:corrected|fixed|resolved|included|addressed) (?:for the first time )?in\b (?!this article
      |the following|the article)(.{3,200})""")
_OBTAIN_ROLLUP = phrase(r"\bobtain the (?!latest)(.{5,120}?\brollup\b.{0,20}?)[.,]")
_SEPARATOR_NAMED = re.compile(r"\Asep=[,;\t]\r?\n", re.IGNORECASE)
"""The first line of a list, where it tells Excel what parts the columns."""
_FIRST_LINES = 40
_BLANK = Line("", "blank")
_TITLE_LINES = 3


def parse_article(text: str, names: ProductNames, *, source: str, kb: int | None = None) -> DraftUpdate:
    """Read the text or HTML of one article, or a CSV file list, of which every table belongs to the update.

    ``source`` is where it came from, for the reviewer; ``kb`` is its number, for an article that does not print it.
    Raises ArticleError when the text is larger than any article, or a CSV list is broken.
    """
    if len(text) > MAX_ARTICLE_BYTES:
        raise ArticleError(f"more than {MAX_ARTICLE_BYTES // 1024 // 1024} MiB: not a KB article")
    if _ISO_CLOCK.search(text):
        text = _ISO_TIME.sub(r"\1 \2", text)
    delimiter = _delimiter(text)
    if delimiter or source.lower().endswith(".csv"):
        return _draft(_csv_lines(text, delimiter or ","), names, source=source, kb=kb, is_list=True)
    lines = html_lines(text) if looks_like_html(text) else text_lines(text)
    return _draft(restored(_without_legal(lines)), names, source=source, kb=kb)


def _without_legal(lines: list[Line]) -> list[Line]:
    """The archive ends every article with the same notice of 16 lines."""
    for at in range(len(lines) - 1, max(-1, len(lines) - 60), -1):
        if lines[at].text.startswith("THE INFORMATION PROVIDED IN THE MICROSOFT KNOWLEDGE BASE"):
            return lines[:at]
    return lines


def _draft(
    lines: Sequence[Line], names: ProductNames, *, source: str, kb: int | None, is_list: bool = False
) -> DraftUpdate:
    title = _list_title(lines) if is_list else read_title(lines)
    printed = kb if kb is not None else read_number(lines, title)
    number = printed if printed is not None else _number_of_source(source)
    placed = place_tables(lines, find_tables(lines), title, is_list=is_list)
    fix_tables = [table for table in placed if table.is_fix]
    used = {at for table in placed for at in range(table.table.first, table.table.last + 1)}
    prose = () if is_list else paragraphs(lines, used)
    products = read_products(lines, names)
    headings = [table.heading or "" for table in fix_tables] if is_list else []
    product_terms = tuple(dict.fromkeys(term for product in products for term in names.find(product)))
    from_text = () if products else _product_in_text([title or "", *headings, *prose], names)
    ids = tuple(dict.fromkeys(term.product for term in product_terms or from_text))
    others = [product for product in products if not names.find(product)]
    rows, unused, doubted = file_rows(fix_tables, names, ids, others)
    doubts = {
        "the article does not give its number: give it with --kb": number is None,
        f"the number comes from the name of the source ({source}), not from the text": number != printed,
        "no applies-to list: the product comes from the text": from_text,
        "no file table was found": not rows,
    }
    said = said_in(prose)
    required = required_things(said, prose)
    replaced = replacements(said, prose, [_BLANK if at in used else line for at, line in enumerate(lines)], number)
    included = _included(said, prose, names.of_keywords(read_keywords(lines)))
    return DraftUpdate(
        kb=number,
        title=title,
        kind=update_kind(title, names),
        source=source,
        released=read_released(lines, title),
        products=products,
        product_terms=product_terms or from_text,
        prerequisites=required,
        prerequisite_terms=tuple(_terms_of(text, ids, names) for text in required),
        alternatives=tuple(several for several in alternative_things(said, prose) if set(several) <= set(required)),
        prerequisites_stated=bool(required) or any(map(nothing_required, said)),
        restart=restart_asked(said, prose),
        replaces=tuple(sorted(replaced.replaces - {number})),  # an article does not replace itself
        replaces_stated=replaced.stated,
        replaced_by=tuple(sorted(replaced.replaced_by - {number})),
        included_in=included,
        included_in_terms=tuple(
            dict.fromkeys(term for text in included for term in _terms_of(text, ids, names) if term.level)
        ),
        component="; ".join(dict.fromkeys(row.component for row in rows if row.component)) or None,
        files=tuple(rows),
        unused=tuple(dict.fromkeys((*unused, *replaced.unread, *_unread_lines(lines, placed, used)))),
        skipped=tuple(
            SkippedTable(
                line=each.table.first + 1, rows=len(each.table.rows) + len(each.table.unread), reason=each.reason
            )
            for each in placed
            if not each.is_fix
        ),
        doubts=tuple(dict.fromkeys((*(text for text, holds in doubts.items() if holds), *doubted))),
    )


def _list_title(lines: Sequence[Line]) -> str | None:
    """The first row of a file list when it has one cell only: what the list is of."""
    first = next((line for line in lines if line.kind == "cells"), None)
    filled = [cell for cell in first.cells if cell] if first else []
    return filled[0] if len(filled) == 1 else None


def _number_of_source(source: str) -> int | None:
    match = _SOURCE_NUMBER.search(re.split(r"[\\/]", source)[-1])
    return int(match[1]) if match else None


def _product_in_text(texts: Sequence[str], names: ProductNames) -> tuple[Term, ...]:
    """The product of an article without an applies-to list: from its title, or from the sentences about the fix."""
    for at, text in enumerate(texts):
        if at and len(text) > 80 and not re.search(r"hot-?fix|update|confirmed", text, re.IGNORECASE):
            continue
        ids = dict.fromkeys(term.product for term in names.find(text[:1500]))
        if len(ids) == 1:
            return (Term(next(iter(ids))),)
    return ()


def _terms_of(text: str, ids: tuple[str, ...], names: ProductNames) -> tuple[Term, ...]:
    if terms := names.find(text):
        return terms
    level = names.level(text)
    only_level = re.fullmatch(
        r"(?:the )?(?:service pack|SP|cumulative update|CU|update rollup).{0,20}", text, re.IGNORECASE
    )
    return (Term(ids[0], level),) if level and len(ids) == 1 and only_level else ()


def _included(said: Sequence[Said], paragraphs: Sequence[str], packs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """What the fix is in: ``packs`` are service packs with it, by product and number, as the keywords name them."""
    included: dict[str, None] = {}
    for sentence, at, _ in said:
        if " in " in sentence and (match := _INCLUDED.search(sentence)):
            thing = clean(match[1])
            if LEVEL_NAMED.search(thing):
                included[thing] = None
        if "ollup" in sentence and (match := _OBTAIN_ROLLUP.search(sentence)):
            included[named_with_number(clean(match[1]), paragraphs, at)] = None
    for product, number in packs:
        if not any(f"Pack {number}" in text or f"SP{number}" in text for text in included):
            included[f"{product} Service Pack {number}"] = None
    return tuple(included)


def _unread_lines(lines: Sequence[Line], placed: Sequence[PlacedTable], used: set[int]) -> list[str]:
    """Lines near the tables of the fix that look like rows and are in none of them."""
    tables = [each.table for each in placed if each.is_fix]
    near = {at for table in tables for at in range(max(0, table.first - 6), min(len(lines), table.last + 12))}
    return [" ".join(lines[at].text.split()) for at in sorted(near - used) if looks_like_row(lines[at])]


def _delimiter(text: str) -> str | None:
    """What parts the columns, where one of the first lines is a header of three or more: comma, semicolon or tab.

    An article of plain text may have tabs further down, a list begins with its header.
    """
    lines = [line for line in text[:16384].split("\n")[:_FIRST_LINES] if line.strip(",;\t\r ")]
    for at, line in enumerate(lines):
        for delimiter in (",", ";", "\t") if at < _TITLE_LINES else (",",):
            if line.count(delimiter) >= 2 and len(line) < 1000:
                cells = tuple(cell.strip().strip('"\ufeff').strip() for cell in line.split(delimiter))
                header = header_cells(cells)
                if header and sum(column.concept != "other" for column in header) >= 2 and len(header) >= 3:
                    return delimiter
    return None


def _csv_lines(text: str, delimiter: str) -> list[Line]:
    """Rows of cells of a list as newer updates have it; one filled cell is a heading in it. Raises ArticleError."""
    lines = []
    text = _SEPARATOR_NAMED.sub("", text.lstrip("\ufeff"), count=1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            cells = tuple(" ".join(cell.split()) for cell in row)
            if not any(cells):
                lines.append(Line("", "rule"))
            else:
                lines.append(Line(",".join(cells), "cells", cells if len(cells) > 1 else (*cells, "")))
    except csv.Error as error:
        raise ArticleError(f"line {reader.line_num} of the CSV file list: {error}") from None
    return lines
