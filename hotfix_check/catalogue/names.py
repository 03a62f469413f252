"""What an update is called: its id, the id's own part, another name (a bulletin, a CVE), or its KB number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hotfix_check.catalogue.kb import parse_kb
from hotfix_check.catalogue.update import Update, own_name


class UpdateNames:
    """Updates looked up by whatever they are called."""

    def __init__(self, updates: Iterable[Update]) -> None:
        self._by_name: dict[str, list[Update]] = defaultdict(list)
        self._by_kb: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            for name in {one.casefold() for one in (update.id, own_name(update.id), *update.aliases)}:
                self._by_name[name].append(update)
            if update.kb is not None:
                self._by_kb[update.kb].append(update)

    def find(self, name: str) -> list[Update]:
        """The updates of that name, whatever sort of name it is; none where there is none.

        Raises ValueError for a text that is no name of any and no KB number either.
        """
        return self._by_name.get(name.strip().casefold()) or self._by_kb.get(parse_kb(name)) or []
