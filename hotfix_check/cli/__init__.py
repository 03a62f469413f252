"""The command line: options in, exit code out. Each command's work is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hotfix_check import __version__
from hotfix_check.errors import HotfixCheckError

EXIT_CODES = (
    "Exit codes: 0 complete and nothing to report; 1 something required or recommended is missing or partial, "
    "something forbidden is installed, or an advisory holds; 2 the question could not be asked; 3 incomplete: "
    "something required or recommended is undetermined, a named file could not be read, or nothing was recognised."
)

app = typer.Typer(
    name="hotfix-check",
    help="Which Exchange hotfixes a set of files has, which are missing or superseded, and what must come first. "
    "Works offline on folders, copied files and saved inventories.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
catalogue_app = typer.Typer(help="Look at the catalogue of Microsoft's updates.", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue")

Catalogues = Annotated[
    list[Path] | None,
    typer.Option(
        "--catalogue",
        metavar="PATH",
        help="A catalogue file or folder instead of the one that comes with the tool; repeat to use several; "
        "the word 'default' stands for the latter.",
    ),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Also write FILE; its suffix is the format: .html, .csv, .md, .json, .txt; repeat for more.",
    ),
]
Form = Annotated[
    str | None, typer.Option("-f", "--format", metavar="table|json|csv|md|html", help="What stdout gets.")
]
Everything = Annotated[bool, typer.Option("--all", help="Show every finding in the table.")]
Colour = Annotated[
    str, typer.Option("--color", metavar="auto|always|never", help="Colour in the table; auto: on a terminal.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stderr but errors.")]
NoHash = Annotated[bool, typer.Option("--no-hash", help="Do not compute SHA-256 of evidence files.")]


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    if version:
        typer.echo(f"hotfix-check {__version__}")
        raise typer.Exit(0)


@app.command(epilog=EXIT_CODES)
def scan(
    targets: Annotated[list[Path], typer.Argument(metavar="TARGET", help="Folders, files or saved inventories.")],
    output: Outputs = None,
    form: Form = None,
    catalogue: Catalogues = None,
    product: Annotated[
        list[str] | None, typer.Option("--product", metavar="ID", help="Judge only this product; repeat for more.")
    ] = None,
    kb: Annotated[
        list[str] | None, typer.Option("--kb", metavar="KB", help="Ask about this KB and require it; repeat for more.")
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="PRODUCT=LEVEL", help="Declare a service level that no marker file shows."),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The folders are whole: a file that is not there is absent.")
    ] = False,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Read every evidence file a second time, with pefile.")
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="LIST", help="Verdicts that also give exit code 1, whatever the importance."),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 instead of 1 or 3.")] = False,
    everything: Everything = False,
    color: Colour = "auto",
    no_hash: NoHash = False,
    no_run_info: Annotated[
        bool, typer.Option("--no-run-info", help="Leave time, host, user and arguments out of the result.")
    ] = False,
    quiet: Quiet = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say on stderr what was read and why.")] = False,
) -> None:
    """Say which updates are installed, superseded, missing or not determined, and why."""
    from hotfix_check.cli.scanning import ScanOptions, run_scan

    raise typer.Exit(
        run_scan(
            ScanOptions(
                targets=tuple(targets),
                outputs=tuple(output or ()),
                form=form or "table",
                catalogues=tuple(catalogue or ()),
                products=tuple(product or ()),
                kbs=tuple(kb or ()),
                assume=tuple(assume or ()),
                complete=complete,
                cross_check=cross_check,
                fail_on=fail_on or "",
                exit_zero=exit_zero,
                everything=everything,
                hashes=not no_hash,
                run_info=not no_run_info,
                colour=color,
                quiet=quiet,
                verbose=verbose,
            )
        )
    )


@app.command()
def convert(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="A JSON result that scan wrote.")],
    output: Outputs = None,
    form: Form = None,
    everything: Everything = False,
    color: Colour = "auto",
) -> None:
    """Render a saved result again, in any format; nothing is read but that file."""
    from hotfix_check.cli.converting import run_convert

    run_convert(result, tuple(output or ()), form or "table", everything=everything, colour=color)


@app.command()
def inventory(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder or a file.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write FILE instead of stdout.")
    ] = None,
    catalogue: Catalogues = None,
    no_hash: NoHash = False,
    no_run_info: Annotated[bool, typer.Option("--no-run-info", help="Leave host and time out.")] = False,
    quiet: Quiet = False,
) -> None:
    """Collect all PE files of a target, to be judged later or elsewhere: 'hotfix-check scan FILE'."""
    from hotfix_check.cli.collecting import run_inventory

    run_inventory(target, output, tuple(catalogue or ()), hashes=not no_hash, run_info=not no_run_info, quiet=quiet)


@catalogue_app.command("list")
def catalogue_list(
    product: Annotated[list[str] | None, typer.Option("--product", metavar="ID", help="Only this product.")] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="NAME", help="Only updates that name this file.")
    ] = None,
    form: Annotated[str, typer.Option("-f", "--format", metavar="table|json", help="What stdout gets.")] = "table",
    catalogue: Catalogues = None,
) -> None:
    """List the updates, one a line."""
    from hotfix_check.cli.cataloguing import run_list

    run_list(tuple(product or ()), file, form, tuple(catalogue or ()))


@catalogue_app.command("show")
def catalogue_show(
    kb: Annotated[str, typer.Argument(metavar="KB", help="A KB number, or an id such as exchange-2003/SP2.")],
    form: Annotated[str, typer.Option("-f", "--format", metavar="table|json", help="What stdout gets.")] = "table",
    catalogue: Catalogues = None,
) -> None:
    """Show all that the catalogue holds on one update."""
    from hotfix_check.cli.cataloguing import run_show

    run_show(kb, form, tuple(catalogue or ()))


@catalogue_app.command("check")
def catalogue_check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Catalogue files or folders; the tool's own without."),
    ] = None,
) -> None:
    """Check catalogue files; every fault is a line on stdout, and the exit code is then 2."""
    from hotfix_check.cli.cataloguing import run_check

    raise typer.Exit(run_check(tuple(paths or ())))


def main() -> None:
    """Run the command line; expected errors are one line each and exit code 2, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        app()
    except HotfixCheckError as error:
        from hotfix_check.report.text import visible

        for line in str(error).splitlines():
            print(f"hotfix-check: error: {visible(line)}", file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        if {"-v", "--verbose"} & set(sys.argv):
            raise SystemExit(_with_traceback(error)) from error
        print(
            f"hotfix-check: internal error: {type(error).__name__}: {error} (run with -v to see where)", file=sys.stderr
        )
        sys.exit(2)


def _with_traceback(error: Exception) -> int:
    import traceback

    traceback.print_exception(error)
    return 2
