"""A ladder as a reader sees it: highest rung first, the installed files between the rungs, what is above them named."""

from __future__ import annotations

from typing import Any

from hotfix_check.report.result import Document
from hotfix_check.version import FileVersion


def ladder_view(ladder: Document, verdicts: dict[str, str]) -> Document:
    """Rows of a ladder, highest version first, one a version; ``verdicts`` are those of the target by update id.

    A row's ``position`` is above, installed, between (copies differ) or below.
    """
    installed: dict[FileVersion, list[str]] = {}
    for one in ladder["installed"]:
        installed.setdefault(FileVersion.parse(one["version"]), []).append(one["path"])
    rungs: dict[FileVersion, list[Document]] = {}
    for rung in ladder["rungs"]:
        rungs.setdefault(FileVersion.parse(rung["version"]), []).append(rung)
    low, high = min(installed), max(installed)
    rows: list[dict[str, Any]] = [
        {
            "version": str(version),
            "position": _position(version, low, high, version in installed),
            "paths": installed.get(version, []),
            "level": any(rung["kind"] == "level" for rung in rungs.get(version, ())),
            "rungs": [_rung(rung, verdicts) for rung in rungs.get(version, ())],
        }
        for version in sorted({*installed, *rungs}, reverse=True)
    ]
    above = [rung["label"] for row in rows if row["position"] == "above" for rung in row["rungs"]]
    return {**ladder, "rows": rows, "above": list(dict.fromkeys(reversed(above)))}


def _position(version: FileVersion, low: FileVersion, high: FileVersion, is_installed: bool) -> str:
    if is_installed:
        return "installed"
    if version > high:
        return "above"
    return "below" if version < low else "between"


def _rung(rung: Document, verdicts: dict[str, str]) -> dict[str, Any]:
    return {**rung, "verdict": verdicts.get(rung["id"]) if rung["id"] else None}
