"""A short answer as headings, tables and lists, written as Markdown or as a page: plan and compare."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.frozen import Frozen
from hotfix_check.report.html import rendered_page
from hotfix_check.report.markdown import MarkdownPage, markdown_text


class Block(Frozen):
    """A heading and the table below it; without a row it is left out."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class ShortAnswer(Frozen):
    """``kind`` is what it is, ``title`` of what; ``lead`` are the sentences before the blocks."""

    kind: str
    title: str
    lead: Sequence[str]
    blocks: Sequence[Block]


def short_answers_markdown(answers: Sequence[ShortAnswer]) -> str:
    """As Markdown that fits a comment; one answer at least."""
    page = MarkdownPage(answers[0].kind)
    for answer in answers:
        page.add(f"## {markdown_text(answer.title)}")
        page.bullets("", answer.lead)
        for block in answer.blocks:
            page.table(f"### {block.heading}", block.columns, block.rows)
    return page.text("The JSON has everything.")


def short_answers_html(answers: Sequence[ShortAnswer]) -> str:
    """As one page, ASCII with character references; one answer at least."""
    return rendered_page("short_answer.html", "report.css", answers=answers)
