"""How often Python looks for values that hold each other and nobody else holds: seldom, as hardly any here do.

Values are frozen, so that they cannot come to hold each other; what is made stays until an answer is told. To look
through it every 700 values, as Python does by itself, takes up to a quarter of a judgement.
"""

from __future__ import annotations

import gc

_NEW_VALUES = 50_000


def look_seldom() -> None:
    """For a process that is the program's own, not that of a library's user."""
    gc.set_threshold(_NEW_VALUES)
