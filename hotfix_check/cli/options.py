"""Options that several commands share, as Typer reads them; those of a judgement are declared here and nowhere else."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from hotfix_check.cli.colour import ColourChoice
from hotfix_check.report.formats import PLAN, RESULT, AnswerForm, CsvKind, PageForm, ResultForm

Catalogues = Annotated[
    list[Path] | None,
    typer.Option(
        "--catalogue",
        metavar="PATH",
        help="A catalogue file, folder or index instead of the one that comes with the tool; repeat to use several; "
        "the word 'default' stands for the latter.",
    ),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Also write FILE; its suffix is the format: {', '.join(RESULT.suffixes())}, and of scan .manifest.json; "
        "repeat for more.",
    ),
]
Form = Annotated[ResultForm, typer.Option("-f", "--format", help="What stdout gets.")]
Csv = Annotated[CsvKind, typer.Option("--csv", help="What a row of the CSV is.")]
Everything = Annotated[bool, typer.Option("--all", help="Show every finding in the table.")]
Colour = Annotated[ColourChoice, typer.Option("--color", help="Colour in the table; auto: on a terminal.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stderr but errors.")]
PageOutputs = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Also write FILE; its suffix is the format: {', '.join(PLAN.suffixes())}; repeat for more.",
    ),
]
Page = Annotated[PageForm, typer.Option("-f", "--format", help="What stdout gets.")]
Answer = Annotated[AnswerForm, typer.Option("-f", "--format", help="What stdout gets.")]

JUDGEMENT: Mapping[str, object] = {
    "catalogues": Catalogues,
    "products": Annotated[
        list[str] | None, typer.Option("--product", metavar="ID", help="Judge only this product; repeat for more.")
    ],
    "kbs": Annotated[
        list[str] | None, typer.Option("--kb", metavar="KB", help="Ask about this KB and require it; repeat for more.")
    ],
    "cves": Annotated[
        list[str] | None,
        typer.Option("--cve", metavar="CVE", help="Ask whether this CVE is open; any update that fixes it is enough."),
    ],
    "assume": Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="PRODUCT=LEVEL", help="Declare a service level that no marker file shows."),
    ],
    "baseline": Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="What this site requires, forbids, leaves optional."),
    ],
    "waivers": Annotated[
        Path | None, typer.Option("--waivers", metavar="FILE", help="Findings accepted for a time, and by whom.")
    ],
    "fail_on": Annotated[
        str | None,
        typer.Option("--fail-on", metavar="LIST", help="Verdicts that also give exit code 1, whatever the importance."),
    ],
    "as_of": Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Judge by what was published on that day, such as 2003-10-01."),
    ],
    "complete": Annotated[
        bool, typer.Option("--complete", help="The folders are whole: a file that is not there is absent.")
    ],
    "cross_check": Annotated[
        bool, typer.Option("--cross-check", help="Read every evidence file a second time, with pefile.")
    ],
    "follow_links": Annotated[
        bool, typer.Option("--follow-links", help="Follow links to folders and files, also out of the target.")
    ],
    "hive": Annotated[
        Path | None,
        typer.Option(
            "--hive",
            metavar="FILE",
            help="A copied registry hive (SOFTWARE) to read beside the files of the target; one that lies in it "
            "where Windows keeps it is found by itself.",
        ),
    ],
    "no_hash": Annotated[bool, typer.Option("--no-hash", help="Do not compute SHA-256 of evidence files.")],
}
"""The options of a judgement, by the field of JudgeOptions that each gives."""
Command = Callable[..., None]


def judges_by(*names: str, **always: object) -> Callable[[Command], Command]:
    """A command with these options of a judgement in the place of its parameter ``asking``, which is given their value.

    ``always`` are fields that the command itself decides.
    """

    def with_options(command: Command) -> Command:
        @functools.wraps(command)
        def called(**given: Any) -> None:
            from hotfix_check.judging.options import JudgeOptions

            typed = {name: given.pop(name) for name in names}
            several = {name: tuple(value) for name, value in typed.items() if isinstance(value, list)}
            values = {name: value for name, value in {**typed, **several, **always}.items() if value is not None}
            command(asking=JudgeOptions(**values), **given)

        types = get_type_hints(command, localns={"JudgeOptions": object}, include_extras=True)
        parameters: list[inspect.Parameter] = []
        for one in inspect.signature(command).parameters.values():
            own = [one.replace(annotation=types[one.name], kind=inspect.Parameter.KEYWORD_ONLY)]
            parameters += map(_parameter, names) if one.name == "asking" else own
        setattr(called, "__signature__", inspect.Signature(parameters))  # noqa: B010
        called.__annotations__ = {one.name: one.annotation for one in parameters}
        return called

    return with_options


def _parameter(name: str) -> inspect.Parameter:
    default = False if get_args(JUDGEMENT[name])[0] is bool else None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=JUDGEMENT[name])


def flag_of(name: str) -> str:
    """How an option of a judgement is typed: ``--kb``."""
    (option,) = (one for one in get_args(JUDGEMENT[name])[1:] if isinstance(one, typer.models.OptionInfo))
    return str(option.default)
