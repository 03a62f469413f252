"""Colour on a terminal: an addition to the words, decided here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from enum import StrEnum

from hotfix_check.report.formats import Paint, plain


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
