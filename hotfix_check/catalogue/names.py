"""What an update is called: its id, the id's own part, another name (a bulletin, a CVE), or its KB number."""

from __future__ import annotations

from collections.abc import Iterable

from hotfix_check.catalogue.kb import parse_kb
from hotfix_check.catalogue.update import Update


def own_name(update_id: str) -> str:
    """The part of an id that is the update's own: exchange-5.5/KB818861 is KB818861."""
    return update_id.rpartition("/")[2]


def updates_named(updates: Iterable[Update], name: str) -> list[Update]:
    """The updates of that name, whatever sort of name it is; none where there is none.

    Raises ValueError for a text that is no name of any and no KB number either.
    """
    known = list(updates)
    wanted = name.strip().casefold()
    found = [
        update
        for update in known
        if wanted in (update.id.casefold(), own_name(update.id).casefold(), *map(str.casefold, update.aliases))
    ]
    if found:
        return found
    kb = parse_kb(name)
    return [update for update in known if update.kb == kb]
