"""python -m hotfix_check, and the command hotfix-check: a signal ends it in one line from its first moment on."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

_INTERRUPTED = 130


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """While the program is being loaded nothing is written yet, so there is nothing to unwind."""
    try:
        os.write(2, b"hotfix-check: error: interrupted\n")
    finally:
        os._exit(_INTERRUPTED)


def main() -> None:
    """Load the command line and run it; it then ends in its own way."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    stopping = [getattr(signal, name) for name in names if hasattr(signal, name)]
    for number in stopping:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    try:
        from hotfix_check.garbage import look_seldom

        look_seldom()
        from hotfix_check.cli import main as run

        run()
    finally:
        # Python gives every other handler up while it shuts down: a signal would then take the place of the answer.
        for number in stopping:
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
