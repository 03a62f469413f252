"""stdout, which gets the report and nothing else, and its colours; and the counter on stderr while a target is read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from hotfix_check.errors import OutputError
from hotfix_check.report.formats import AnswerForm, Paint, plain
from hotfix_check.writing import write_file


def columns() -> int:
    """The width of the terminal, 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def for_machines() -> None:
    """From here on stdout gets what a machine reads: UTF-8 and the same line ends on every system, as a file does."""
    exact = getattr(sys.stdout, "reconfigure", None)
    if exact is not None:
        exact(encoding="utf-8", errors="backslashreplace", newline="")


def print_report(text: str) -> None:
    """Write to stdout; a reader that has gone away (a closed pager) is no error. Raises OutputError."""
    with standard_output() as stream:
        stream.write(text)


def print_exactly(text: str) -> None:
    """Print what a machine reads. Raises OutputError."""
    for_machines()
    print_report(text)


def write_or_print(text: str, output: Path | None) -> None:
    """What a machine reads, to a file or to stdout. Raises OutputError."""
    if output is None:
        print_exactly(text)
    else:
        write_file(output, text)


def print_answer(form: AnswerForm, document: object, text: Callable[[], str]) -> None:
    """Print values of JSON, or the text that says the same to people. Raises OutputError."""
    if form is AnswerForm.JSON:
        print_exactly(json.dumps(document, indent=2) + "\n")
    else:
        print_report(text())


@contextlib.contextmanager
def standard_output() -> Iterator[TextIO]:
    """stdout, all of whose text is out at the end; a reader that has gone away is no error. Raises OutputError."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        let_go_of_stdout()
        if not isinstance(error, BrokenPipeError):
            raise OutputError(f"standard output: cannot be written: {error.strerror or error}") from error


def let_go_of_stdout() -> None:
    """After a fault: Python would complain again when it closes stdout at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def counting(label: str, *, quiet: bool) -> Iterator[Callable[[], None] | None]:
    """Yields what to call for each file seen; None when nobody watches. Only on a terminal, and gone at the end."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape

    label = escape(label)
    seen, shown_at = 0, time.monotonic()
    with Console(stderr=True).status(f"{label} ...") as status:

        def count() -> None:
            nonlocal seen, shown_at
            seen += 1
            if time.monotonic() - shown_at > 0.2:
                shown_at = time.monotonic()
                status.update(f"{label}: {seen} files")

        yield count


class ColourChoice(StrEnum):
    """When the table is painted."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def chosen_paint(choice: ColourChoice) -> Paint:
    """How the table is painted: ``--color`` outweighs NO_COLOR, that FORCE_COLOR, that what stdout is."""
    return _paint if _wanted(choice, os.environ, terminal=is_terminal()) else plain


def is_terminal() -> bool:
    """Whether stdout is one."""
    return sys.stdout.isatty()


def _wanted(choice: ColourChoice, environment: Mapping[str, str], *, terminal: bool) -> bool:
    if choice is not ColourChoice.AUTO:
        return choice is ColourChoice.ALWAYS
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    if not terminal or environment.get("TERM") == "dumb":
        return False
    # The old Windows console prints the codes themselves; the newer ones name themselves.
    return sys.platform != "win32" or any(environment.get(name) for name in ("WT_SESSION", "TERM", "ANSICON"))


def _paint(verdict: str, text: str) -> str:
    from hotfix_check.report.verdicts import LOOKS

    look = LOOKS.get(verdict)
    return text if look is None else f"\x1b[{look.terminal}m{text}\x1b[0m"
