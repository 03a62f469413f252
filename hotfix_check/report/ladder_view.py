"""A ladder as a reader sees it: highest rung first, the installed files between the rungs, what is above them named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hotfix_check.report.document import LadderDocument, RungDocument, members
from hotfix_check.version import FileVersion

_ABOVE, _BELOW = 4, 3


def ladder_view(ladder: LadderDocument, verdicts: Mapping[str, str]) -> dict[str, Any]:
    """Rows of a ladder, highest version first, one a version; ``verdicts`` are those of the target by update id.

    A row's ``position`` is above, installed, between (copies differ) or below. ``near`` are the rows next to the
    installed ones, and for the others a row with their number as ``left``.
    """
    installed: dict[FileVersion, list[str]] = {}
    for one in ladder.installed:
        installed.setdefault(FileVersion.parse(one.version), []).append(one.path)
    rungs: dict[FileVersion, list[RungDocument]] = {}
    for rung in ladder.rungs:
        rungs.setdefault(FileVersion.parse(rung.version), []).append(rung)
    low, high = min(installed), max(installed)
    rows: list[dict[str, Any]] = [
        {
            "version": str(version),
            "position": _position(version, low, high, version in installed),
            "paths": installed.get(version, []),
            "level": any(rung.kind == "level" for rung in rungs.get(version, ())),
            "rungs": [_rung(rung, verdicts) for rung in rungs.get(version, ())],
            "left": 0,
        }
        for version in sorted({*installed, *rungs}, reverse=True)
    ]
    above = [rung["label"] for row in rows if row["position"] == "above" for rung in row["rungs"]]
    return {**members(ladder), "rows": rows, "near": _near(rows), "above": list(dict.fromkeys(reversed(above)))}


def _near(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows next to the installed ones; a gap of one row is shown as it is."""
    above = [row for row in rows if row["position"] == "above"]
    below = [row for row in rows if row["position"] == "below"]
    middle = [row for row in rows if row["position"] not in ("above", "below")]
    near = []
    if len(above) > _ABOVE + 1:
        near.append({"left": len(above) - _ABOVE, "position": "above"})
        above = above[-_ABOVE:]
    near += [*above, *middle]
    if len(below) > _BELOW + 1:
        return [*near, *below[:_BELOW], {"left": len(below) - _BELOW, "position": "below"}]
    return [*near, *below]


def _position(version: FileVersion, low: FileVersion, high: FileVersion, is_installed: bool) -> str:
    if is_installed:
        return "installed"
    if version > high:
        return "above"
    return "below" if version < low else "between"


def _rung(rung: RungDocument, verdicts: Mapping[str, str]) -> dict[str, Any]:
    return {**members(rung), "verdict": verdicts.get(rung.id) if rung.id else None}
