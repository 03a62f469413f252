"""stdout, which gets the report and nothing else; and the counter on stderr while a target is read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from hotfix_check.errors import OutputError
from hotfix_check.report.formats import AnswerForm
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
