"""A saved file of a schema that is not read here: what is, and which command takes what it is."""

from __future__ import annotations

from hotfix_check.untrusted.shown import shown

_TAKEN_BY = {"inventory": "scan", "result": "convert", "manifest": "verify"}


def not_read_here(schema: object, reads: str) -> str:
    """What is wrong with a schema that is not ``reads``, in words."""
    said = f"{shown(schema)}: this release reads {reads}"
    kind = next((kind for kind in _TAKEN_BY if str(schema).startswith(f"hotfix-check/{kind}/")), None)
    if kind is None or kind in reads:
        return said
    return f"{said}; 'hotfix-check {_TAKEN_BY[kind]}' takes this file"
