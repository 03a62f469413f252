"""Colour on a terminal: an addition to the words, decided here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from hotfix_check.report.table import Paint, plain

COLOUR_CHOICES = ("auto", "always", "never")
_CODES = {
    "missing": "31;1",
    "partial": "33;1",
    "undetermined": "35;1",
    "superseded": "36",
    "installed": "32",
    "not-applicable": "2",
}


def chosen_paint(choice: str) -> Paint:
    """How the table is painted: ``--color`` outweighs NO_COLOR, that FORCE_COLOR, that what stdout is."""
    return _paint if _wanted(choice, os.environ, terminal=is_terminal()) else plain


def is_terminal() -> bool:
    """Whether stdout is one."""
    return sys.stdout.isatty()


def _wanted(choice: str, environment: Mapping[str, str], *, terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    if not terminal or environment.get("TERM") == "dumb":
        return False
    # The old Windows console prints the codes themselves; the newer ones name themselves.
    return sys.platform != "win32" or any(environment.get(name) for name in ("WT_SESSION", "TERM", "ANSICON"))


def _paint(verdict: str, text: str) -> str:
    code = _CODES.get(verdict)
    return text if code is None else f"\x1b[{code}m{text}\x1b[0m"
