"""The command line: options in, exit code out. Each command's work is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotfix_check import __version__
from hotfix_check.cli.commands import App
from hotfix_check.cli.completing import complete_topic, complete_update
from hotfix_check.cli.configured import used_configuration
from hotfix_check.cli.ending import run_to_end
from hotfix_check.cli.options import (
    JUDGEMENT,
    PRINTS,
    Answer,
    Colour,
    Config,
    Csv,
    Everything,
    ExitZero,
    FleetOutputs,
    Form,
    Output,
    Outputs,
    Page,
    PageOutputs,
    PublisherOption,
    Quiet,
    Target,
    each,
    judges_by,
    with_options,
)
from hotfix_check.cli.output import ColourChoice
from hotfix_check.exit_code import EXIT_CODES
from hotfix_check.frozen import Frozen
from hotfix_check.report.formats import AnswerForm, CsvKind, FleetForm, PageForm, ResultForm

if TYPE_CHECKING:
    from hotfix_check.judging.options import JudgeOptions

app = App(
    name="hotfix-check",
    help="Say which Exchange hotfixes a set of files has, which are missing or superseded, and what must come first. "
    "Works offline on folders, archives, copied files and saved inventories.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Show the versions of tool and catalogue.")] = False,
) -> None:
    if version:
        from hotfix_check.catalogue.load import default_version

        typer.echo(f"hotfix-check {__version__}, catalogue {default_version()}")
        raise typer.Exit(0)


class ScanOptions(Frozen):
    """The options of ``scan`` as typed, beside those that decide what is asked."""

    targets: Annotated[
        list[Path], typer.Argument(metavar="TARGET", help="Folders, archives, files, listings or inventories.")
    ]
    output: Outputs = None
    form: Form = ResultForm.TABLE
    exit_zero: ExitZero = False
    ask: Annotated[
        bool, typer.Option("--ask", help="Print the smallest set of files that would settle all open questions.")
    ] = False
    csv: Csv = CsvKind.FINDINGS
    publisher: PublisherOption = None
    everything: Everything = False
    color: Colour = ColourChoice.AUTO
    no_run_info: Annotated[
        bool, typer.Option("--no-run-info", help="Leave time, host, user and arguments out of the result.")
    ] = False
    quiet: Quiet = False
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="List on stderr what was read.")] = False


@app.command(epilog=EXIT_CODES)
@judges_by(*JUDGEMENT)
def scan(context: typer.Context, asking: JudgeOptions, options: ScanOptions) -> None:
    """Say which updates are installed, superseded, missing or undetermined, and why."""
    from hotfix_check.cli.scanning import run_scan

    raise typer.Exit(run_scan(options, asking, used_configuration(context)))


@app.command()
@judges_by("catalogues", "assume", "complete", "as_of", "hive")
def explain(
    kb: Annotated[
        str,
        typer.Argument(
            metavar="KB", help="A KB number, or an id such as exchange-2003/SP2.", autocompletion=complete_update
        ),
    ],
    target: Target,
    asking: JudgeOptions,
    form: Answer = AnswerForm.TABLE,
    quiet: Quiet = False,
) -> None:
    """Show the whole tree for one update: rows with + and -, rule, prerequisites, chain, what would settle it."""
    from hotfix_check.cli.answering import run_explain

    run_explain(kb, target, form, asking, quiet=quiet)


@app.command()
@judges_by("catalogues", "products", "assume", "baseline", "waivers", "complete", "as_of")
def plan(
    target: Target,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="KB[,KB]", help="Plan only what leads to these updates.", autocompletion=complete_update
        ),
    ] = None,
    include_optional: Annotated[bool, typer.Option("--include-optional", help="Plan optional hotfixes too.")] = False,
    *,
    asking: JudgeOptions,
    output: PageOutputs = None,
    form: Page = PageForm.TABLE,
    quiet: Quiet = False,
) -> None:
    """List what to install, in order, until nothing required or recommended is missing.

    The exit code is 3 where too little was recognised for a plan.
    """
    from hotfix_check.cli.answering import run_plan

    goals = each("--to", to)
    raise typer.Exit(run_plan(target, goals, include_optional, form, tuple(output or ()), asking, quiet=quiet))


@app.command()
@judges_by("catalogues", cross_check=True)
def identify(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A file, folder or archive; or a version: 15.1.2507.39, ExSetup.exe=15.1.2507.39."
        ),
    ],
    asking: JudgeOptions,
    form: Answer = AnswerForm.TABLE,
    quiet: Quiet = False,
) -> None:
    """Say what each file is: its product and line, the updates it contains, and the next one it lacks."""
    from hotfix_check.cli.identifying import run_identify

    run_identify(target, form, asking, quiet=quiet)


@app.command()
@judges_by("catalogues", "complete")
def compare(
    before: Annotated[
        Path, typer.Argument(metavar="A", help="A folder, archive, file, inventory or result: the earlier one.")
    ],
    after: Annotated[Path, typer.Argument(metavar="B", help="The later one.")],
    asking: JudgeOptions,
    output: PageOutputs = None,
    form: Page = PageForm.TABLE,
    quiet: Quiet = False,
) -> None:
    """Say what changed between two targets or results: files new, gone, newer, older, and verdicts that changed."""
    from hotfix_check.cli.answering import run_compare

    run_compare(before, after, form, tuple(output or ()), asking, quiet=quiet)


@app.command("baseline")
@judges_by("catalogues", "complete")
def write_baseline(
    source: Annotated[
        Path,
        typer.Option(
            "--from", metavar="TARGET", help="A server that is as it should be: its levels and updates become required."
        ),
    ],
    output: Output = None,
    *,
    asking: JudgeOptions,
    quiet: Quiet = False,
) -> None:
    """Write the baseline that a golden server meets, for 'scan --baseline'."""
    from hotfix_check.cli.answering import run_baseline

    run_baseline(source, output, asking, quiet=quiet)


class ConvertOptions(Frozen):
    """The options of ``convert`` as typed."""

    result: Annotated[Path, typer.Argument(metavar="RESULT", help="A JSON result that scan wrote.")]
    output: Outputs = None
    form: Form = ResultForm.TABLE
    csv: Csv = CsvKind.FINDINGS
    publisher: PublisherOption = None
    everything: Everything = False
    color: Colour = ColourChoice.AUTO


@app.command()
@with_options
def convert(context: typer.Context, options: ConvertOptions, config: Config = None) -> None:
    """Render a saved result again, in any format. Only that file is read."""
    from hotfix_check.cli.formats import run_convert

    run_convert(options, used_configuration(context))


class FleetOptions(Frozen):
    """The options of ``fleet`` as typed, beside those that decide what is asked."""

    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Saved inventories and results: files, folders, globs, URLs (s3://...)."),
    ]
    output: FleetOutputs = None
    form: Annotated[FleetForm, PRINTS] = FleetForm.TABLE
    expect: Annotated[
        Path | None,
        typer.Option("--expect", metavar="FILE", help="The hosts that should report: one per line, or CSV."),
    ] = None
    group_by: Annotated[
        str | None,
        typer.Option(
            "--group-by", metavar="COLUMN", help="Hosts with the same value in this column of --expect should be alike."
        ),
    ] = None
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", metavar="N", min=1, help="Processes on this machine; default: one per core."),
    ] = None
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Judge on this Dask cluster, such as tcp://head:8786."),
    ] = None
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="FILE", help="Keep a journal in FILE, and judge only what is not in it."),
    ] = None
    exit_zero: ExitZero = False
    everything: Annotated[bool, typer.Option("--all", help="Show every host and update in the table.")] = False
    no_run_info: Annotated[
        bool, typer.Option("--no-run-info", help="Leave time, host, user and arguments out of the report.")
    ] = False
    quiet: Quiet = False


@app.command(epilog=EXIT_CODES)
@judges_by("catalogues", "products", "kbs", "assume", "baseline", "waivers", "fail_on", "as_of", "complete")
def fleet(context: typer.Context, asking: JudgeOptions, options: FleetOptions) -> None:
    """Judge many hosts: who lacks which update, who did not report, and who differs from its group."""
    from hotfix_check.cli.fleet import run_fleet_command

    raise typer.Exit(run_fleet_command(options, asking, used_configuration(context)))


@app.command()
def verify(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", help="What scan -o FILE.manifest.json wrote.")],
    root: Annotated[
        Path | None, typer.Option("--root", metavar="DIR", help="Where the targets are now, if they moved.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Check that the evidence is unchanged and still gives the same result, byte for byte. Exit with 0, else 1."""
    from hotfix_check.cli.custody import run_verify

    raise typer.Exit(run_verify(manifest, root, quiet=quiet))


@app.command()
@judges_by("catalogues", "follow_links", "hive", "no_hash")
def inventory(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A folder, an archive, a file or a listing.")],
    output: Output = None,
    *,
    asking: JudgeOptions,
    host: Annotated[
        str | None,
        typer.Option(
            "--host", metavar="NAME", help="The server that the files come from; default: this machine, on Windows."
        ),
    ] = None,
    no_run_info: Annotated[bool, typer.Option("--no-run-info", help="Leave host and time out.")] = False,
    quiet: Quiet = False,
) -> None:
    """Collect the program files of a target, to judge later or elsewhere with 'hotfix-check scan FILE'."""
    from hotfix_check.cli.collecting import run_inventory

    run_inventory(target, output, asking, host=host, run_info=not no_run_info, quiet=quiet)


@app.command("help")
def show_help(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="TOPIC",
            help="A verdict, an exit code, a format, a command, or 'man' for the manual page.",
            autocompletion=complete_topic,
        ),
    ] = None,
) -> None:
    """Explain a verdict, an exit code or a format."""
    from hotfix_check.cli.helping import run_help

    root = context.find_root()
    run_help(topic, root.command, root)


def _catalogue() -> App:
    from hotfix_check.cli.catalogue_app import catalogue_app

    return catalogue_app


app.group("catalogue", _catalogue)


def main() -> None:
    """Run the command line; expected errors are one line each and exit code 2, never a traceback."""
    run_to_end(app)
