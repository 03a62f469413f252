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
        help="Also write FILE; its suffix is the format: .html, .csv, .md, .json, .txt, .manifest.json; "
        "repeat for more.",
    ),
]
ReportForm = Annotated[str, typer.Option("-f", "--format", metavar="table|json|csv|md|html", help="What stdout gets.")]
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


Form = Annotated[str, typer.Option("-f", "--format", metavar="table|json", help="What stdout gets.")]
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


@app.command(epilog=EXIT_CODES)
def scan(
    targets: Annotated[list[Path], typer.Argument(metavar="TARGET", help="Folders, files or saved inventories.")],
    output: Outputs = None,
    form: ReportForm = "table",
    catalogue: Catalogues = None,
    product: Products = None,
    kb: Annotated[
        list[str] | None, typer.Option("--kb", metavar="KB", help="Ask about this KB and require it; repeat for more.")
    ] = None,
    assume: Assume = None,
    baseline: BaselineFile = None,
    waivers: Annotated[
        Path | None, typer.Option("--waivers", metavar="FILE", help="Findings accepted for a time, and by whom.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option("--fail-on", metavar="LIST", help="Verdicts that also give exit code 1, whatever the importance."),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 instead of 1 or 3.")] = False,
    as_of: AsOf = None,
    complete: Complete = False,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Read every evidence file a second time, with pefile.")
    ] = False,
    ask: Annotated[
        bool, typer.Option("--ask", help="Print the smallest set of files that would settle all open questions.")
    ] = False,
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
    from hotfix_check.cli.judging import JudgeOptions
    from hotfix_check.cli.scanning import ScanOptions, run_scan

    raise typer.Exit(
        run_scan(
            ScanOptions(
                targets=tuple(targets),
                outputs=tuple(output or ()),
                form=form,
                waivers=waivers,
                fail_on=fail_on,
                exit_zero=exit_zero,
                everything=everything,
                ask=ask,
                run_info=not no_run_info,
                colour=color,
            ),
            JudgeOptions(
                catalogues=tuple(catalogue or ()),
                products=tuple(product or ()),
                kbs=tuple(kb or ()),
                assume=tuple(assume or ()),
                baseline=baseline,
                as_of=as_of,
                complete=complete,
                cross_check=cross_check,
                hashes=not no_hash,
                quiet=quiet,
                verbose=verbose,
            ),
        )
    )


@app.command()
def explain(
    kb: Annotated[str, typer.Argument(metavar="KB", help="A KB number, or an id such as exchange-2003/SP2.")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder, file or saved inventory.")],
    catalogue: Catalogues = None,
    assume: Assume = None,
    complete: Complete = False,
    as_of: AsOf = None,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """Show the whole tree for one update: rows with + and -, rule, prerequisites, chain, what would settle it."""
    from hotfix_check.cli.answering import run_explain
    from hotfix_check.cli.judging import JudgeOptions

    options = JudgeOptions(
        catalogues=tuple(catalogue or ()), assume=tuple(assume or ()), complete=complete, as_of=as_of, quiet=quiet
    )
    run_explain(kb, target, form, options)


@app.command()
def plan(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder, file or saved inventory.")],
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="KB", help="Only what leads to this KB; repeat for more.")
    ] = None,
    include_optional: Annotated[
        bool, typer.Option("--include-optional", help="Optional hotfixes too, not only what is recommended.")
    ] = False,
    catalogue: Catalogues = None,
    product: Products = None,
    assume: Assume = None,
    baseline: BaselineFile = None,
    complete: Complete = False,
    as_of: AsOf = None,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """List what to install, in order, so that nothing required or recommended is missing."""
    from hotfix_check.cli.answering import run_plan
    from hotfix_check.cli.judging import JudgeOptions

    options = JudgeOptions(
        catalogues=tuple(catalogue or ()),
        products=tuple(product or ()),
        assume=tuple(assume or ()),
        baseline=baseline,
        complete=complete,
        as_of=as_of,
        quiet=quiet,
    )
    run_plan(target, tuple(to or ()), include_optional, form, options)


@app.command()
def identify(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A file, or a folder of unknown files.")],
    catalogue: Catalogues = None,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """Say of each file which product and line it is of, which updates it contains and which is the next it lacks."""
    from hotfix_check.cli.answering import run_identify
    from hotfix_check.cli.judging import JudgeOptions

    run_identify(target, form, JudgeOptions(catalogues=tuple(catalogue or ()), cross_check=True, quiet=quiet))


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="A folder, file or saved inventory: before.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another: after.")],
    catalogue: Catalogues = None,
    complete: Complete = False,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """Say what changed between two targets: files new, gone, newer and older, and the verdicts that changed."""
    from hotfix_check.cli.answering import run_compare
    from hotfix_check.cli.judging import JudgeOptions

    run_compare(before, after, form, JudgeOptions(catalogues=tuple(catalogue or ()), complete=complete, quiet=quiet))


@app.command("baseline")
def write_baseline(
    source: Annotated[Path, typer.Option("--from", metavar="TARGET", help="A server that is as it should be.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write FILE instead of stdout.")
    ] = None,
    catalogue: Catalogues = None,
    complete: Complete = False,
    quiet: Quiet = False,
) -> None:
    """Write the baseline that a golden server meets, for 'scan --baseline'."""
    from hotfix_check.cli.answering import run_baseline
    from hotfix_check.cli.judging import JudgeOptions

    run_baseline(source, output, JudgeOptions(catalogues=tuple(catalogue or ()), complete=complete, quiet=quiet))


@app.command()
def convert(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="A JSON result that scan wrote.")],
    output: Outputs = None,
    form: ReportForm = "table",
    everything: Everything = False,
    color: Colour = "auto",
) -> None:
    """Render a saved result again, in any format; nothing is read but that file."""
    from hotfix_check.cli.converting import run_convert

    run_convert(result, tuple(output or ()), form, everything=everything, colour=color)


@app.command()
def verify(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="What scan -o FILE.manifest.json wrote.")],
    root: Annotated[
        Path | None, typer.Option("--root", metavar="DIR", help="Where the targets are now, if not where they were.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Say whether the evidence is still the same and gives the same result, byte for byte: exit code 0, else 1."""
    from hotfix_check.cli.custody import run_verify

    raise typer.Exit(run_verify(manifest, root, quiet=quiet))


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
    alias: Annotated[
        str | None, typer.Option("--alias", metavar="TEXT", help="Only updates also known as this: MS06-019, May22SU.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind, such as security-update.")] = None,
    importance: Annotated[str | None, typer.Option("--importance", help="Only optional or recommended ones.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Only updates of this day or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="Only updates of this day or earlier.")
    ] = None,
    form: Form = "table",
    catalogue: Catalogues = None,
) -> None:
    """List the updates, one a line."""
    from hotfix_check.cli.cataloguing import ListOptions, run_list

    options = ListOptions(
        products=tuple(product or ()),
        file=file,
        alias=alias,
        kind=kind,
        importance=importance,
        since=since,
        until=until,
    )
    run_list(options, form, tuple(catalogue or ()))


@catalogue_app.command("show")
def catalogue_show(
    kb: Annotated[
        str, typer.Argument(metavar="KB", help="A KB number, another name (MS06-019), or an id (exchange-2003/SP2).")
    ],
    form: Form = "table",
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


@catalogue_app.command("status")
def catalogue_status(form: Form = "table", catalogue: Catalogues = None) -> None:
    """Show which catalogue this is, how old, and the newest update of each product."""
    from hotfix_check.cli.catalogue_versions import run_status

    run_status(form, tuple(catalogue or ()))


@catalogue_app.command("diff")
def catalogue_diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A catalogue file or folder, or the word 'default'.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The one to compare with it.")],
    form: Form = "table",
) -> None:
    """Show which updates, levels and rows came, went or changed from catalogue A to B."""
    from hotfix_check.cli.catalogue_versions import run_diff

    run_diff(before, after, form)


@catalogue_app.command("import")
def catalogue_import(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE", help="KB articles as text or HTML, CSV file lists, folders, globs; - is stdin."
        ),
    ],
    form: Annotated[
        str, typer.Option("-f", "--format", metavar="toml|json|jsonl", help="A draft to review, or one for programs.")
    ] = "toml",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write FILE instead of stdout.")
    ] = None,
    kb: Annotated[
        str | None, typer.Option("--kb", metavar="KB", help="The number of an article that does not give its own.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="FOLDER", help="Merge each draft into its product's file there.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --into: take the new draft where the KB is there and differs.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="Worker processes.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Turn KB articles into draft updates: number, title, products, prerequisites and every row of the file tables."""
    from hotfix_check.cli.importing import run_import

    raise typer.Exit(
        run_import(tuple(articles), kb=kb, form=form, output=output, jobs=jobs, into=into, replace=replace, quiet=quiet)
    )


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
