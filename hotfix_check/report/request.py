"""--ask: the files to supply so that every open question is settled."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.assess.asking import Request
from hotfix_check.report.result import names_of
from hotfix_check.report.text import fill

_NAMED = 6


def render_request(target: str, requests: Sequence[Request], *, width: int) -> str:
    """One line a file: where it lies and which updates it helps to decide."""
    if not requests:
        return fill(f"{target}: no file would settle more than is known.", width) + "\n"
    lines = [fill(f"{target}: {len(requests)} files would settle what is open:", width)]
    for one in requests:
        names = names_of(one.updates)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        where = f" ({one.role})" if one.role else ""
        lines.append(
            fill(f"{one.file}{where}: for {', '.join(names[:_NAMED])}{more}", width, indent="    ", first="  ")
        )
    return "\n".join(lines) + "\n"
