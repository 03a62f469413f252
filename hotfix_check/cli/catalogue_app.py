"""hotfix-check catalogue: the commands that look at the catalogue and let it grow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotfix_check.cli.commands import App
from hotfix_check.cli.completing import complete_product, complete_update
from hotfix_check.cli.options import Answer, Catalogues, Output, Quiet, with_options
from hotfix_check.frozen import Frozen
from hotfix_check.report.formats import AnswerForm

catalogue_app = App(help="Look at the catalogue of Microsoft's updates.", no_args_is_help=True)


class ListOptions(Frozen):
    """What the list is narrowed to, as typed."""

    product: Annotated[
        list[str] | None,
        typer.Option("--product", metavar="ID[,ID]", help="Only these products.", autocompletion=complete_product),
    ] = None
    file: Annotated[str | None, typer.Option("--file", metavar="NAME", help="Only updates that name this file.")] = None
    alias: Annotated[
        str | None, typer.Option("--alias", metavar="TEXT", help="Only updates also known as this: MS06-019, May22SU.")
    ] = None
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind, such as security-update.")] = None
    importance: Annotated[
        str | None, typer.Option("--importance", help="Only updates of this importance: optional or recommended.")
    ] = None
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Only updates released on this day or later.")
    ] = None
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="Only updates released on this day or earlier.")
    ] = None


@catalogue_app.command("list")
@with_options
def catalogue_list(options: ListOptions, form: Answer = AnswerForm.TABLE, catalogue: Catalogues = None) -> None:
    """List the updates, one a line."""
    from hotfix_check.cli.cataloguing import run_list

    run_list(options, form, tuple(catalogue or ()))


@catalogue_app.command("show")
def catalogue_show(
    kb: Annotated[
        str,
        typer.Argument(
            metavar="KB",
            help="A KB number, another name (MS06-019, CVE-2021-26855), or an id (exchange-2003/SP2).",
            autocompletion=complete_update,
        ),
    ],
    form: Answer = AnswerForm.TABLE,
    catalogue: Catalogues = None,
) -> None:
    """Show all that the catalogue holds on one update."""
    from hotfix_check.cli.cataloguing import run_show

    run_show(kb, form, tuple(catalogue or ()))


@catalogue_app.command("check")
def catalogue_check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Catalogue files or folders; default: the tool's own."),
    ] = None,
) -> None:
    """Check catalogue files. Each fault is a line on stdout; the exit code is then 2."""
    from hotfix_check.cli.cataloguing import run_check

    raise typer.Exit(run_check(tuple(paths or ())))


@catalogue_app.command("status")
def catalogue_status(form: Answer = AnswerForm.TABLE, catalogue: Catalogues = None) -> None:
    """Show which catalogue this is, how old, and the newest update of each product."""
    from hotfix_check.cli.catalogue_versions import run_status

    run_status(form, tuple(catalogue or ()))


@catalogue_app.command("build")
def catalogue_build(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The index to write, such as catalogue.sqlite.")],
    catalogue: Catalogues = None,
    quiet: Quiet = False,
) -> None:
    """Write a catalogue as one SQLite file, of which --catalogue reads only what a scan needs."""
    from hotfix_check.cli.cataloguing import run_build

    run_build(output, tuple(catalogue or ()), quiet=quiet)


@catalogue_app.command("diff")
def catalogue_diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A catalogue file or folder, or the word 'default'.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The one to compare with it.")],
    form: Answer = AnswerForm.TABLE,
) -> None:
    """Show which updates, levels and rows were added, removed or changed between catalogues A and B."""
    from hotfix_check.cli.catalogue_versions import run_diff

    run_diff(before, after, form)


class ImportOptions(Frozen):
    """The options of ``catalogue import`` as typed."""

    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE",
            help="KB articles as text or HTML, CSV file lists, hotfix packages, folders, globs; - is stdin.",
        ),
    ]
    form: Annotated[
        str,
        typer.Option(
            "-f", "--format", metavar="toml|json|jsonl", help="The form of the draft: to review, or for programs."
        ),
    ] = "toml"
    output: Output = None
    catalogue: Catalogues = None
    kb: Annotated[
        str | None, typer.Option("--kb", metavar="KB", help="The KB number, where the article does not give it.")
    ] = None
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="FOLDER", help="Merge each draft into its product's file in FOLDER."),
    ] = None
    replace: Annotated[bool, typer.Option("--replace", help="With --into: replace a KB that is there and differs.")] = (
        False
    )
    accept_doubts: Annotated[
        bool, typer.Option("--accept-doubts", help="With --into: take rows of low confidence too, and mark them.")
    ] = False
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="Worker processes.")] = 1
    quiet: Quiet = False


@catalogue_app.command("import")
@with_options
def catalogue_import(options: ImportOptions) -> None:
    """Turn KB articles into draft updates: number, title, products, prerequisites and every row of the file tables."""
    from hotfix_check.cli.importing import import_articles

    raise typer.Exit(import_articles(options))
