"""fleet: many saved inventories and results to one report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hotfix_check import __version__
from hotfix_check.cli.formats import check_outputs, not_evidence, write_report
from hotfix_check.cli.judging import asked, run_document, warn_of
from hotfix_check.cli.options import flag_of
from hotfix_check.cli.output import columns, counting
from hotfix_check.errors import UsageError, needs_extra
from hotfix_check.fleet.document import fleet_document, fleet_exit_code
from hotfix_check.fleet.expected import read_expected
from hotfix_check.fleet.host import FleetQuestion
from hotfix_check.fleet.journal import Journal, journal_file, question_digest
from hotfix_check.fleet.reports import FLEET
from hotfix_check.fleet.row import HostRow
from hotfix_check.fleet.run import Ran, in_processes, run_fleet
from hotfix_check.fleet.sources import LeftOut, Source, find_sources, local_path, real_place
from hotfix_check.fleet.spool import Spool
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.policy import Waivers, long_waivers
from hotfix_check.report.document import RunDocument, members
from hotfix_check.report.formats import View
from hotfix_check.report.names import counted, day_text
from hotfix_check.report.result import configuration_document
from hotfix_check.untrusted.shown import path_text

if TYPE_CHECKING:
    from hotfix_check.cli import FleetOptions
    from hotfix_check.configuration import Configuration


def run_fleet_command(options: FleetOptions, asking: JudgeOptions, configuration: Configuration | None) -> int:
    """Judge all hosts, write the reports, return the exit code."""
    started = datetime.now(UTC)
    read = [Path(local) for local in map(local_path, options.paths) if local is not None]
    _check(options, asking, read)
    expected = read_expected(options.expect, options.group_by) if options.expect else None
    judge = asked(asking, read, quiet=options.quiet)
    ready = judge.whole()
    question = FleetQuestion(
        options=asking,
        catalogue=ready.catalogue,
        question=ready.question,
        waivers=judge.waivers,
        fail_on=judge.fail_on,
        day=judge.day,
        tool=__version__,
    )
    with Spool() as spool:
        notes = _judge(options, question, spool)
        spool.finish(expected)
        notes += _waiver_notes(judge.waivers, spool, judge.day)
        notes += _later_notes(spool, judge.day)
        # What only an inventory can answer: a result was asked its own question.
        anew = " ".join(flag_of(name) for name in asking.given() if name != "fail_on")
        if anew and (results := spool.count_results()):
            come = counted(results, "host comes", "hosts come")
            notes.append(f"{come} from saved results, to which {anew} does not apply")
        warn_of(notes, quiet=options.quiet)
        run = RunDocument(as_of=day_text(judge.as_of)) if options.no_run_info else run_document(judge, started)
        document = fleet_document(
            spool,
            ready.catalogue,
            run,
            scope={
                "products": list(asking.products) or None,
                "kbs": sorted(ready.question.kbs) if ready.question.kbs is not None else None,
            },
            policy={
                "baseline": _file(judge.baseline.path, judge.baseline.sha256) if judge.baseline else None,
                "waivers": _file(judge.waivers.path, judge.waivers.sha256) if judge.waivers.path else None,
                "configuration": members(configuration_document(configuration)) if configuration else None,
                "expect": _file(path_text(str(options.expect)), expected.sha256) if expected else None,
                "group_by": options.group_by,
                "fail_on": sorted(map(str, judge.fail_on)),
            },
            importance=ready.question.importance,
            required=bool(asking.kbs),
            expected=expected,
            grouped=options.group_by is not None,
            notes=notes,
        )
        view = View(width=columns(), everything=options.everything)
        write_report(FLEET, document, options.form, options.output or (), view)
        return fleet_exit_code(document.head, exit_zero=options.exit_zero)


def _check(options: FleetOptions, asking: JudgeOptions, read: Sequence[Path]) -> None:
    """Raises UsageError for options that do not go together, OutputError for files that cannot be written."""
    given = (*asking.files, *(() if options.expect is None else (options.expect,)))
    outputs = options.output or ()
    check_outputs(FLEET, options.form, outputs, inputs=(*given, *read))
    if options.group_by is not None and options.expect is None:
        raise UsageError("--group-by names a column of the file given by --expect: give that too")
    if options.jobs is not None and options.scheduler is not None:
        raise UsageError("--jobs: is for this machine; --scheduler has workers of its own: leave one out")
    if options.resume is not None:
        not_evidence(options.resume, given)
        journal = journal_file(options.resume)
        for output in outputs:
            if os.path.realpath(output) == os.path.realpath(journal):
                raise UsageError(f"--output: {output} is the journal; write to another file")


def _judge(options: FleetOptions, question: FleetQuestion, spool: Spool) -> list[str]:
    """Fill the spool; what is to be said of the journal."""
    judging = _scheduler(options, question)
    left_out = LeftOut()
    sources = _each_once(find_sources(options.paths, left_out), spool, options)
    with counting("Judging", quiet=options.quiet) as count:
        if options.resume is None:
            return _report_notes(run_fleet(sources, judging, spool, None, count)) + left_out.notes()
        with Journal(options.resume, question_digest(question), options.paths) as journal:
            ran = run_fleet(sources, judging, spool, journal, count)
            gone = list(journal.gone()) if not journal.empty else []
            for rows in gone:
                for row in rows:
                    spool.add(row)
            notes = _report_notes(ran)
            if ran.known:
                files = counted(ran.known, "saved file was", "saved files were")
                notes.append(f"{files} judged before, according to the journal {path_text(str(journal.path))}")
            if gone:
                names = ", ".join(rows[0].source for rows in gone[:3]) + (" and more" if gone[3:] else "")
                verb = counted(len(gone), "comes", "come")
                notes.append(f"{verb} from the journal only; the files are gone: {names}")
            if journal.ignored:
                damaged = counted(journal.ignored, "line of the journal is", "lines of the journal are")
                notes.append(f"{damaged} damaged; those hosts were judged again")
            return notes + left_out.notes()


def _each_once(sources: Iterable[Source], spool: Spool, options: FleetOptions) -> Iterator[Source]:
    """Every file once, by whatever paths it was found, without the journal.

    Raises UsageError for one that an output would replace, which is before any output is written.
    """
    outputs = {real_place(str(path)): path for path in options.output or ()}
    journal = real_place(str(journal_file(options.resume))) if options.resume is not None else None
    for source in sources:
        identity = real_place(source.place) or source.place
        if identity in outputs:
            raise UsageError(f"--output: {outputs[identity]} is being read: write to another file")
        if identity != journal and spool.first_time(identity):
            yield source


def _report_notes(ran: Ran) -> list[str]:
    told = counted(ran.reports, "file is a fleet report, not a host", "files are fleet reports, not hosts")
    return [told] if ran.reports else []


def _scheduler(
    options: FleetOptions, question: FleetQuestion
) -> Callable[[Iterable[Source]], Iterator[tuple[HostRow, ...]]]:
    if options.scheduler is None:
        jobs = _cores() if options.jobs is None else options.jobs
        return lambda sources: in_processes(sources, question, jobs)
    try:
        from hotfix_check.fleet.dask_cluster import on_cluster
    except ImportError as error:
        raise UsageError(f"--scheduler: {needs_extra(error, 'a cluster', 'fleet')}") from None
    address = options.scheduler
    return lambda sources: on_cluster(sources, question, address)


def _cores() -> int:
    """Those that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _waiver_notes(waivers: Waivers, spool: Spool, day: date) -> list[str]:
    notes = [*long_waivers(waivers, day)]
    for waiver in waivers.entries:
        if waiver.id not in spool.waivers_used:
            notes.append(f"waiver {waiver.id} matches no finding here")
        elif waiver.expires < day:
            notes.append(f"waiver {waiver.id} expired on {waiver.expires}: its findings count again")
    return notes


def _later_notes(spool: Spool, day: date) -> list[str]:
    later = list(spool.later(day))
    if not later:
        return []
    hosts = later[0]["hosts"]
    named = ", ".join(f"{row['host']} of {row['at'][:10]}" for row in later) + (" and more" if hosts > 3 else "")
    have = counted(hosts, "host has", "hosts have")
    return [f"{have} evidence dated after {day}, which counts as new: {named}"]


def _file(path: str, sha256: str | None) -> dict[str, str | None]:
    """A file that the answer depends on, by the bytes that were judged with."""
    return {"file": path, "sha256": sha256}
