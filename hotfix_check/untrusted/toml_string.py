"""Text as a TOML string: read back, it is the same text; printed, it moves no cursor and turns no line around."""

from __future__ import annotations

from hotfix_check.untrusted.hidden import is_hidden

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def toml_string(text: str) -> str:
    """A basic string. A lone surrogate, which no TOML file can hold, becomes U+FFFD."""
    return f'"{"".join(_SHORT.get(character) or _escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    if not is_hidden(character):
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
