"""What of an inventory can decide an answer, so that hosts that are alike in it need be judged only once."""

from __future__ import annotations

from hotfix_check.frozen import replace
from hotfix_check.inventory import Inventory, name_of
from hotfix_check.inventory.program_folders import is_program_name


def deciding_part(inventory: Inventory, names: frozenset[str]) -> Inventory:
    """The inventory with the files alone that can decide an answer: the same one, whatever the host is called.

    ``names`` are the catalogue's, in lower case. Every program file bears witness by its build. A file in a folder that
    was not listed shows that there is one.
    """
    listed = frozenset(inventory.folders)
    return replace(
        inventory,
        target="",
        collected=None,
        files=tuple(
            file
            for file in inventory.files
            if name_of(file.path) in names
            or inventory.lone_file
            or is_program_name(name_of(file.path))
            or file.path.rpartition("/")[0] not in listed
        ),
        files_seen=0,
        files_read=0,
    )
