"""--ask: the files to supply so that every open question is settled."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.request import Request
from hotfix_check.report.names import counted, in_folder, names_of, some
from hotfix_check.report.text import fill

_NAMED = 6
_LISTED = 12


def render_request(target: str, requests: Sequence[Request], *, width: int, everything: bool) -> str:
    """One line a file: where it lies and which updates it helps to decide; the most useful first."""
    if not requests:
        return fill(f"{target}: no further file would settle anything.", width) + "\n"
    lines = [fill(f"{target}: {counted(len(requests), 'file')} would settle what is open:", width)]
    ordered = sorted(requests, key=lambda one: (-len(one.updates), one.file.lower()))
    for one in ordered if everything else ordered[:_LISTED]:
        words = f"{in_folder(one.file, one.role)}: for {some(names_of(one.updates), _NAMED)}"
        lines.append(fill(words, width, indent="    ", first="  "))
    if len(ordered) > _LISTED and not everything:
        lines.append(f"  ... and {counted(len(ordered) - _LISTED, 'more file')} (--all shows them)")
    return "\n".join(lines) + "\n"
