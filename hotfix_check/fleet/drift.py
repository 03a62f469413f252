"""Hosts that should be alike and are not: which levels and updates differ within a group, and on whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotfix_check.fleet.spool import verdicts_of

NAMED = 100
"""So many hosts are named of each side of a difference; ``hosts`` counts all."""
NOT_JUDGED = "not-judged"


@dataclass(slots=True)
class _Side:
    """The hosts that have one value."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < NAMED:
            self.names.append(name)


def drift_of(members: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The differences among the members of a group, each side with its hosts, the smallest side first.

    A member is a mapping with host, line (its products and levels) and findings (JSON, ids by verdict).
    """
    levels: dict[str, _Side] = {}
    updates: dict[str, dict[str, _Side]] = {}
    before = _Side()
    for member in members:
        name = member["host"]
        levels.setdefault(member["line"], _Side()).add(name)
        verdicts = verdicts_of(json.loads(member["findings"]))
        for update_id in verdicts.keys() - updates.keys():
            updates[update_id] = {NOT_JUDGED: _Side(before.count, [*before.names])} if before.count else {}
        for update_id, sides in updates.items():
            sides.setdefault(verdicts.get(update_id, NOT_JUDGED), _Side()).add(name)
        before.add(name)
    return {
        "levels": [] if len(levels) < 2 else _sides(levels, "products"),
        "updates": [
            {"id": update_id, "verdicts": _sides(sides, "verdict")}
            for update_id, sides in sorted(updates.items())
            if len(sides) > 1
        ],
    }


def _sides(sides: Mapping[str, _Side], label: str) -> list[dict[str, Any]]:
    return [
        {label: value, "hosts": side.count, "names": side.names}
        for value, side in sorted(sides.items(), key=lambda one: (one[1].count, one[0]))
    ]
