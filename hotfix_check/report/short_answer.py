"""A short answer as headings, tables and lists, written as Markdown or as a page: plan and compare."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from hotfix_check.frozen import dataclass
from hotfix_check.report.html import packaged_page, style_digest
from hotfix_check.report.markdown import MAX_LENGTH, MarkdownPage, markdown_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading and the table below it; without a row it is left out."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAnswer:
    """``kind`` is what it is, ``title`` of what; ``lead`` are the sentences before the blocks."""

    kind: str
    title: str
    lead: Sequence[str]
    blocks: Sequence[Block]


def short_answers_markdown(answers: Sequence[ShortAnswer]) -> str:
    """As Markdown that fits a comment; one answer at least."""
    page = MarkdownPage(answers[0].kind, MAX_LENGTH - 1_000)
    for answer in answers:
        page.add(f"## {markdown_text(answer.title)}")
        page.bullets("", answer.lead)
        for block in answer.blocks:
            page.table(f"### {block.heading}", block.columns, block.rows)
    return page.text("The JSON has all of it.")


def short_answers_html(answers: Sequence[ShortAnswer]) -> str:
    """As one page, ASCII with character references; one answer at least."""
    template, css = packaged_page("short_answer.html", "report.css")
    page = template.render(
        css=Markup(css),  # noqa: S704  (the packaged style sheet, not a value)
        css_hash=style_digest(css),
        answers=answers,
    )
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")
