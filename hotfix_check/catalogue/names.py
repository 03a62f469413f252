"""What an update is called: its id, the id's own part, another name (a bulletin, a CVE), or its KB number."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable

from hotfix_check.catalogue.kb import parse_kb
from hotfix_check.catalogue.update import Update, cves_of, own_name


class UpdateNames:
    """Updates looked up by whatever they are called."""

    def __init__(self, updates: Iterable[Update]) -> None:
        self._by_name: dict[str, list[Update]] = defaultdict(list)
        self._by_kb: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            for name in {one.casefold() for one in (update.id, own_name(update.id), *update.aliases, *cves_of(update))}:
                self._by_name[name].append(update)
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
        """The nearest names to one that nothing is called, at most three: KB numbers for what looks like one."""
        from difflib import get_close_matches  # slow to import, and only a mistake needs it

        typed = name.strip().casefold()
        with contextlib.suppress(ValueError):
            typed = f"kb{parse_kb(name)}"
        found = get_close_matches(typed, self.all, n=3, cutoff=0.8)
        return [one if "/" in one else one.upper() for one in found]

    def find(self, name: str) -> list[Update]:
        """The updates of that name, whatever sort of name it is; none where there is none.

        Raises ValueError for a text that is no name of any and no KB number either.
        """
        return self._by_name.get(name.strip().casefold()) or self._by_kb.get(parse_kb(name)) or []
