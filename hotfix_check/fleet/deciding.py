"""What of an inventory can decide a row of a fleet, so that hosts that are alike in it need be judged only once."""

from __future__ import annotations

from collections.abc import Hashable
from operator import attrgetter

from hotfix_check.inventory.files import InstalledFile, Inventory, name_of
from hotfix_check.inventory.program_folders import is_program_name

DECIDING = (
    "path",
    "version",
    "version_string",
    "product_name",
    "company_name",
    "languages",
    "machine",
    "stub",
    "notes",
)
"""The fields of a file that do. Size and times decide confidence and anomalies, which a row does not have; names that a
file had and its hash are told, and not in a row either."""
_of_a_file = attrgetter(*DECIDING)


def deciding_facts(inventory: Inventory, names: frozenset[str]) -> Hashable:
    """All that a row can depend on but the host's name: where they are equal, so is the row.

    ``names`` are the catalogue's, in lower case.
    """
    return (
        inventory.kind,
        inventory.root,
        inventory.folders,
        tuple(map(_of_a_file, deciding_files(inventory, names))),
        tuple((file.path, file.is_folder) for file in inventory.unreadable),
        inventory.lone_file,
        inventory.registry,
        inventory.reported,
        inventory.claimed,
    )


def deciding_files(inventory: Inventory, names: frozenset[str]) -> list[InstalledFile]:
    """The files that can decide an answer.

    Every program file bears witness by its build, and one with a version that is not called as programs are may bring
    a product all the same: a listing has all that carry one. A file in a folder that was not listed shows that there is
    one.
    """
    listed = frozenset(inventory.folders)
    return [
        file
        for file in inventory.files
        if (name := name_of(file.path)) in names
        or inventory.lone_file
        or file.version is not None
        or is_program_name(name)
        or file.path.rpartition("/")[0] not in listed
    ]
