"""Options that several commands share, as Typer reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
PublisherOption = Annotated[
    str | None,
    typer.Option("--publisher", metavar="NAME=URI", help="Who publishes a CSAF document; its web address is yours."),
]
Everything = Annotated[bool, typer.Option("--all", help="Show every finding in the table.")]
Colour = Annotated[ColourChoice, typer.Option("--color", help="Colour in the table; auto: on a terminal.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stderr but errors.")]
FollowLinks = Annotated[
    bool, typer.Option("--follow-links", help="Follow links to folders and files, also out of the target.")
]
Hive = Annotated[
    Path | None,
    typer.Option(
        "--hive",
        metavar="FILE",
        help="A copied registry hive (SOFTWARE) to read beside the files of the target; one that lies in it "
        "where Windows keeps it is found by itself.",
    ),
]
NoHash = Annotated[bool, typer.Option("--no-hash", help="Do not compute SHA-256 of evidence files.")]
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
Products = Annotated[
    list[str] | None, typer.Option("--product", metavar="ID", help="Judge only this product; repeat for more.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="PRODUCT=LEVEL", help="Declare a service level that no marker file shows."),
]
Complete = Annotated[
    bool, typer.Option("--complete", help="The folders are whole: a file that is not there is absent.")
]
BaselineFile = Annotated[
    Path | None, typer.Option("--baseline", metavar="FILE", help="What this site requires, forbids, leaves optional.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Judge by what was published on that day, such as 2003-10-01."),
]
