"""What an update is called: its id, the id's own part, another name (a bulletin, a CVE), or its KB number."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable

from hotfix_check.catalogue.update import Update, cves_of, own_name, parse_kb

_MOST_EDITS = 2


class UpdateNames:
    """Updates looked up by whatever they are called."""

    def __init__(self, updates: Iterable[Update]) -> None:
        self._by_name: dict[str, list[Update]] = defaultdict(list)
        self._by_kb: dict[int, list[Update]] = defaultdict(list)
        self._written: dict[str, str] = {}
        for update in updates:
            names = (update.id, own_name(update.id), *update.aliases, *cves_of(update))
            written = {one.casefold(): one for one in names}
            for name in written:
                self._by_name[name].append(update)
            self._written |= written
            if update.kb is not None:
                self._by_kb[update.kb].append(update)

    @property
    def all(self) -> list[str]:
        """Every name in lower case, KB numbers with their KB, in order."""
        return sorted({*self._by_name, *(f"kb{kb}" for kb in self._by_kb)})

    def beginning(self, begin: str) -> tuple[str, ...]:
        """The names in lower case that begin so."""
        return tuple(name for name in self.all if name.startswith(begin))

    def near(self, name: str) -> list[str]:
        """The nearest names to one that nothing is called, at most three: KB numbers for what looks like one.

        None where it takes more than two letters or digits to get there.
        """
        from difflib import get_close_matches  # slow to import, and only a mistake needs it

        typed = name.strip().casefold()
        with contextlib.suppress(ValueError):
            typed = f"kb{parse_kb(name)}"
        alike = {name: _edits(typed, name) for name in get_close_matches(typed, self.all, n=20, cutoff=0.7)}
        least = min(alike.values(), default=0)
        found = sorted(name for name, edits in alike.items() if edits == least <= _MOST_EDITS)[:3]
        return [self._written.get(one, one.upper()) for one in found]

    def find(self, name: str) -> list[Update]:
        """The updates of that name, if any. Raises ValueError for what is neither the name of one nor a KB number."""
        return self._by_name.get(name.strip().casefold()) or self._by_kb.get(parse_kb(name)) or []


def _edits(one: str, other: str) -> int:
    """How many letters must be put in, left out, replaced or swapped with the next to make one word the other."""
    older: list[int] = []
    last = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        row = [number]
        for at, against in enumerate(other, 1):
            edits = min(last[at] + 1, row[at - 1] + 1, last[at - 1] + (letter != against))
            if older and at > 1 and one[number - 2] == against and letter == other[at - 2]:
                edits = min(edits, older[at - 2] + 1)
            row.append(edits)
        older, last = last, row
    return last[-1]
