"""Which characters do something other than be read."""

from __future__ import annotations

import re
import unicodedata

_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # control, format, surrogate, private, unassigned, separators
# Invisible and in none of these categories: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt; and
# two symbols with an empty picture, BRAILLE PATTERN BLANK and MUSICAL SYMBOL NULL NOTEHEAD.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef\u2800\U0001d159]"
)


def is_hidden(character: str) -> bool:
    """Whether a character could act on a terminal, reorder or hide text, or stand there unseen."""
    return unicodedata.category(character) in _CATEGORIES or _IGNORED.match(character) is not None
