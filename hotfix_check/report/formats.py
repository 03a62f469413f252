"""The formats of every report, by name and by suffix: the one registry that scan, convert, plan, compare and fleet use.

A kind of report is a ``Report``: what renders it in which of these formats. To add a format, name it here and give the
reports that have it a renderer; the command line, its help and the suffixes of ``--output`` follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar

from hotfix_check.errors import UsageError
from hotfix_check.frozen import Frozen, dataclass

if TYPE_CHECKING:  # what renders is loaded when it is asked for: the command line reads the names here at each start
    from hotfix_check.compare import ComparisonDocument
    from hotfix_check.report.document import Result
    from hotfix_check.report.plan import PlanDocument
    from hotfix_check.report.publisher import Publisher
    from hotfix_check.report.short_answer import ShortAnswer

Shown = TypeVar("Shown")
Short = TypeVar("Short")

NO_PUBLISHER = (
    "--publisher: a CSAF document names who publishes it: NAME=URI, such as 'Example Corp=https://example.com'"
)
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
Paint = Callable[[str, str], str]
"""(verdict, text) to the text, marked up for a terminal. It may add nothing that takes room."""


def plain(_: str, text: str) -> str:
    """No colour."""
    return text


ResultForm = StrEnum("ResultForm", "TABLE JSON CSV MD HTML XLSX CSAF")
"""What the result of a scan is rendered as."""
FleetForm = StrEnum("FleetForm", "TABLE JSON CSV MD HTML XLSX PARQUET")
"""What the report of a fleet is rendered as."""
PageForm = StrEnum("PageForm", "TABLE JSON MD HTML")
"""What a plan or a comparison is rendered as."""
AnswerForm = StrEnum("AnswerForm", "TABLE JSON")
"""What a single answer is rendered as."""
CsvKind = StrEnum("CsvKind", "FINDINGS EVIDENCE EXPOSURES")
"""What a row of the CSV is."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written, and what for. ``prefix`` stands at the head of a file, not on stdout."""

    suffix: str
    about: str
    prefix: str = ""


FORMATS: Mapping[str, Format] = {
    "table": Format(".txt", "what a terminal shows; worst first. --all shows every finding"),
    "json": Format(
        ".json", "the result itself, for programs; the schema is frozen, and 'convert' renders it again in any format"
    ),
    # Excel reads a CSV file as UTF-8 only behind a byte order mark.
    "csv": Format(
        ".csv",
        "one row a finding; --csv evidence gives a row for each file, --csv exposures for each CVE",
        BYTE_ORDER_MARK,
    ),
    "md": Format(".md", "Markdown for a ticket or a CI summary, always short enough for one comment"),
    "html": Format(".html", "one page to hand in: no script, no link to anything it needs, and its print is complete"),
    "xlsx": Format(".xlsx", "a workbook with a sheet for each table"),
    "csaf": Format(
        ".csaf.json", "CSAF 2.0 VEX: per CVE known affected, fixed or under investigation; needs --publisher"
    ),
    "parquet": Format(".parquet", "fleet only: one row a host and update, for SQL"),
}


class View(Frozen):
    """How a report is to look, where the format leaves a choice; ``width`` in columns.

    ``publisher`` is who a document for others is by; formats that name one are asked for with it.
    """

    width: int
    everything: bool = True
    paint: Paint = plain
    csv: CsvKind = CsvKind.FINDINGS
    publisher: Publisher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[Shown]):
    """A kind of report: its renderers by format, those of text in pieces, those of bytes onto a stream.

    ``columns`` is the width of its text in a file.
    """

    text: Mapping[str, Callable[[Shown, View], Iterable[str]]]
    binary: Mapping[str, Callable[[Shown, View, BinaryIO], None]]
    columns: int = 100

    def suffixes(self) -> tuple[str, ...]:
        """What the name of a file may end with."""
        return tuple(FORMATS[form].suffix for form in (*self.text, *self.binary))

    def form_of(self, name: str) -> str | None:
        """The format that a file's name asks for, by the longest suffix; None where it asks for none."""
        return form_among((*self.text, *self.binary), name)


def form_among(forms: Iterable[str], name: str) -> str | None:
    """The one of these formats that a file's name asks for, by the longest suffix; None where it asks for none."""
    fitting = [form for form in forms if name.lower().endswith(FORMATS[form].suffix)]
    return max(fitting, key=lambda form: len(FORMATS[form].suffix), default=None)


def _result_text(form: ResultForm, document: Result, view: View) -> Iterable[str]:
    match form:
        case ResultForm.TABLE:
            from hotfix_check.report.table import render_table

            text = render_table(document, width=view.width, everything=view.everything, paint=view.paint)
        case ResultForm.JSON:
            text = document.to_json()
        case ResultForm.CSV:
            from hotfix_check.report.csv import render_csv

            text = render_csv(document, view.csv)
        case ResultForm.MD:
            from hotfix_check.report.markdown import render_markdown

            text = render_markdown(document)
        case ResultForm.HTML:
            from hotfix_check.report.html import render_html

            text = render_html(document)
        case _:
            from hotfix_check.report.csaf import render_csaf

            if view.publisher is None:
                raise UsageError(NO_PUBLISHER)
            text = render_csaf(document, view.publisher)
    return [text]


def _xlsx(document: Result, _: View, stream: BinaryIO) -> None:
    from hotfix_check.report.xlsx import write_xlsx

    write_xlsx(document, stream)


RESULT: Report[Result] = Report(
    text={form: partial(_result_text, form) for form in ResultForm if form is not ResultForm.XLSX},
    binary={ResultForm.XLSX: _xlsx},
)


def _of_plan() -> tuple[Callable[..., str], Callable[[PlanDocument], ShortAnswer]]:
    from hotfix_check.report.plan import plan_answer, render_plan

    return render_plan, plan_answer


def _of_comparison() -> tuple[Callable[..., str], Callable[[ComparisonDocument], ShortAnswer]]:
    from hotfix_check.report.changes import changes_answer, render_changes

    return render_changes, changes_answer


def _short_report(
    load: Callable[[], tuple[Callable[..., str], Callable[[Short], ShortAnswer]]],
) -> Report[Sequence[Short]]:
    """Of an answer that fits a page: one for each host, of which a listing can name several."""

    def text(form: PageForm, documents: Sequence[Short], view: View) -> Iterable[str]:
        from hotfix_check.report.document import to_json
        from hotfix_check.report.short_answer import short_answers_html, short_answers_markdown

        render, answer = load()
        if form is PageForm.TABLE:
            return ["\n".join(render(document, width=view.width) for document in documents)]
        if form is PageForm.JSON:
            return [to_json(documents[0] if len(documents) == 1 else documents)]
        write = short_answers_markdown if form is PageForm.MD else short_answers_html
        return [write([answer(document) for document in documents])]

    return Report(text={form: partial(text, form) for form in PageForm}, binary={})


PLAN: Report[Sequence[PlanDocument]] = _short_report(_of_plan)
COMPARISON: Report[Sequence[ComparisonDocument]] = _short_report(_of_comparison)
