"""How a run ends: an exit code, one line on stderr for expected trouble, and never a traceback or half an output."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any, NoReturn, TextIO, cast

from hotfix_check.cli.output import let_go_of_stdout
from hotfix_check.errors import HotfixCheckError
from hotfix_check.exit_code import ExitCode
from hotfix_check.report.text import visible

# What writing to an open stream meets. A file that is opened has a name, and a report is written with one.
_OF_A_STREAM = (errno.ENOSPC, errno.EPIPE, errno.EBADF, errno.EIO, errno.EFBIG, errno.ECONNRESET)
_Handler = Callable[[int, FrameType | None], Any] | int | None
# SIGHUP: the terminal or the connection has gone away. Windows has SIGBREAK instead: Ctrl-Break, a console that is
# closed, log-off and shutdown.
STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class Interrupted(BaseException):
    """One of the signals that end a run. No Exception: nothing on the way takes it for a fault of what it reads."""


class _Lossy:
    """stderr where it is closed, full or a pipe that nobody reads: what cannot be said does not change the answer."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Closed(io.TextIOBase):
    """stdout where the caller closed it: a report that nobody gets is an error, as on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "closed")


def run_to_end(command: Callable[..., Any]) -> NoReturn:
    """Call a Typer application and leave with its exit code, whatever happens.

    The signals are then with the program around this one again.
    """
    _prepare_streams()
    before = _heeded()
    try:
        sys.exit(_exit_code(command, tuple(before)))
    finally:
        for each, was in before.items():
            signal.signal(each, was)


def _exit_code(command: Callable[..., Any], heeded: Sequence[signal.Signals]) -> int:
    """The exit code of a run, whose fault has been told; from there on the signals are ignored."""
    code: int = ExitCode.NOT_ASKED
    try:
        with _interruptible(heeded):
            # On Windows ~, $NAME, %NAME% and [1] in an argument would else be expanded, to the path of another server.
            code = command(standalone_mode=False, windows_expand_args=False) or 0
    except HotfixCheckError as error:
        complain(error.lines)
    except Interrupted:
        complain(["interrupted"])
        code = ExitCode.INTERRUPTED
    except SystemExit:
        code = 0  # how Typer ends when the reader of its help has gone away
    except OSError as error:
        complain([_of_the_system(error)])
    except MemoryError:
        complain(["not enough memory: close other programs, or judge less at a time"])
    except Exception as error:
        if type(error).__module__ == "sqlite3":  # where it keeps what does not fit into memory
            complain([f"the folder for temporary files: {error}: set TMPDIR to one with more room"])
        elif hasattr(error, "format_message"):
            code = _usage(error)
        else:
            _internal(error)
    return code


def _of_the_system(error: OSError) -> str:
    """What a fault that nobody expected was met at: a file that it names, stdout, or something of this process."""
    reason = error.strerror or str(error)
    if error.filename:
        return f"{error.filename}: {reason}"
    if error.errno in _OF_A_STREAM or isinstance(sys.stdout, _Closed):
        let_go_of_stdout()
        return f"standard output: {reason}"
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as gone:
        return f"the current folder: {gone.strerror or gone}"
    return f"the operating system refused: {reason}"


def complain(lines: Iterable[str]) -> None:
    """Each line on stderr, as one line whatever is in it, and in one call: another process may be writing there too."""
    for line in lines:
        sys.stderr.write(f"hotfix-check: error: {visible(line)}\n")


def _usage(error: Any) -> int:
    """A fault in the arguments, as Typer tells it; without any argument the help is the answer."""
    message = error.format_message()
    if "\n" in message or not message:
        error.show()
    else:
        context = getattr(error, "ctx", None)
        where = f" ('{context.command_path} --help' shows how)" if context else ""
        # Typer converts by pydantic, whose faults begin with their sort.
        complain([message.replace(": Value error, ", ": ") + where])
    return int(error.exit_code)


def _internal(error: Exception) -> None:
    if {"-v", "--verbose"} & set(sys.argv):
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            print(visible(line), file=sys.stderr)
    else:
        where = " (run with -v to see where)" if "scan" in sys.argv[1:2] else ""
        print(f"hotfix-check: internal error: {type(error).__name__}: {visible(str(error))}{where}", file=sys.stderr)


def _prepare_streams() -> None:
    """Both streams there, able to write any text; with a closed stderr Python's print would write to stdout."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest that is free: else the next file opened would be what /dev/stdout names. Nothing can be written
            # to it. Inherited as the three always are, for the same reason.
            os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  (for the whole run)
    for name in ("stdout", "stderr"):
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    if not isinstance(sys.stderr, _Lossy):
        sys.stderr = cast("TextIO", _Lossy(sys.stderr))


def _heeded() -> dict[signal.Signals, _Handler]:
    """The signals that end the run, each with what it does now.

    One that the caller ignores (a job in the background, nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}  # the program around this one decides
    before = {each: signal.getsignal(each) for each in STOPPING}
    return {each: was for each, was in before.items() if was not in (signal.SIG_IGN, None)}


@contextlib.contextmanager
def _interruptible(heeded: Sequence[signal.Signals]) -> Iterator[None]:
    """Each signal unwinds the run, so that what is half written is removed; all are ignored meanwhile and afterwards.

    So neither what is told of a fault nor a finished run is cut short.
    """

    def ignore() -> None:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        ignore()
        raise Interrupted

    for each in heeded:
        signal.signal(each, stop)
    try:
        yield
    finally:
        ignore()
