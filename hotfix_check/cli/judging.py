"""What the judging commands say on stderr, and what they ask of the machine: its clock, its name and its user."""

from __future__ import annotations

import getpass
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hotfix_check import __version__
from hotfix_check.cli.output import counting
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.target import Target, opened_target
from hotfix_check.judging.judge import Answer, Judge, ask, not_there
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.reading import read_for
from hotfix_check.policy import long_waivers
from hotfix_check.report.document import RunDocument
from hotfix_check.report.names import day_text, holding
from hotfix_check.report.text import visible
from hotfix_check.untrusted.fields import stamp
from hotfix_check.untrusted.shown import path_text


def asked(options: JudgeOptions, targets: Sequence[Path], *, quiet: bool, day: date | None = None) -> Judge:
    """The question, asked today in UTC where no other ``day`` is given, and told of on stderr.

    Of a day that is in the future a warning tells that what will be published until then is not known.
    """
    today = datetime.now(UTC).date()
    judge = ask(options, targets, day=day or today)
    if not quiet:
        print(
            f"hotfix-check {__version__}, catalogue {judge.asked.version}: "
            f"{holding(judge.outline.updates, len(judge.asked.products))}"
            + (f", as of {judge.as_of}" if judge.as_of else ""),
            file=sys.stderr,
        )
    if not quiet and day is None and judge.as_of is not None and judge.as_of > today:
        warn(
            f"--as-of {judge.as_of} is in the future: nothing published after {judge.asked.version}, the day of the "
            "catalogue, is known"
        )
    return judge


def read_told(judge: Judge, path: Path, *, quiet: bool, every_pe: bool = False) -> tuple[Inventory, ...]:
    """What a path leads to, a host each, counted on a terminal while it is read."""
    with opened_target(path) as target:
        return read_open_told(judge, target, quiet=quiet, every_pe=every_pe)


def read_open_told(judge: Judge, target: Target, *, quiet: bool, every_pe: bool) -> tuple[Inventory, ...]:
    """The same of a target that is open."""
    with counting(f"Reading {visible(target.path.name)}", quiet=quiet) as count:
        return read_for(judge.outline, target, judge.options, every_pe=every_pe, on_file=count)


def tell_of_files(inventory: Inventory) -> None:
    """A line for each file that was read, or was not."""
    for file in inventory.files:
        print(visible(f"read {file.path}: {file.version or 'no version resource'}"), file=sys.stderr)
    for bad in inventory.unreadable:
        print(visible(f"not read {bad.path}: {bad.reason}"), file=sys.stderr)


def warn(text: str) -> None:
    """A line on stderr that changes nothing else."""
    print(f"hotfix-check: warning: {visible(text)}", file=sys.stderr)


def warn_of(lines: Iterable[str], *, quiet: bool) -> None:
    """Each of these lines, unless nothing is to be said."""
    for line in () if quiet else lines:
        warn(line)


def levels_not_there(found: Answer) -> Iterator[str]:
    """A warning for each level that was declared for a product that is not there."""
    return (line for one in found.assessments for line in not_there(found.judge.question, one))


def waiver_warnings(found: Answer) -> Iterator[str]:
    """What a person should look at of the waivers, though it changes no answer."""
    judge = found.judge.judge
    yield from long_waivers(judge.waivers, judge.day)
    yield from (f"waiver {one.id} matches no finding here" for one in found.applied.unused)
    for one in found.applied.expired:
        yield f"waiver {one.id} expired on {one.expires}: its finding counts again"


def behind(today: date, version: str) -> Iterator[str]:
    """A warning when the clock is behind the catalogue's own day, by more than time zones explain."""
    if today < date.fromisoformat(version) - timedelta(days=1):
        yield (
            f"the clock says {today}, and the catalogue is of {version}: ages and the last days of waivers "
            "rest on a clock that cannot be right; name the day with --as-of"
        )


def run_document(judge: Judge, started: datetime) -> RunDocument:
    """When, where and how this run was."""
    return RunDocument(
        started=stamp(started),
        finished=stamp(datetime.now(UTC)),
        host=this_host(),
        user=_this_user(),
        arguments=tuple(map(path_text, sys.argv[1:])),
        as_of=day_text(judge.day),
    )


def this_host() -> str | None:
    """The name of the machine that the tool runs on."""
    return path_text(platform.node()) or None


def _this_user() -> str | None:
    """Who runs the tool; None where the system does not say."""
    try:
        return path_text(getpass.getuser())
    except (OSError, KeyError, ImportError):
        return None
