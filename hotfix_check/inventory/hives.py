"""Which registry hive of a target counts: one that lies where Windows keeps it, and of several the highest.

None counts in a folder of copies kept aside. Whoever names a hive has decided, and one found beside it is only told.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotfix_check.frozen import replace
from hotfix_check.inventory.backups import is_backup
from hotfix_check.inventory.files import Inventory, UnreadableFile, by_path, folder_of
from hotfix_check.inventory.registry import RegistryRecords

HIVE_NAME = "software"
"""The file of HKLM\\SOFTWARE, in lower case; it lies in System32\\config below Windows or Winnt."""
_PLACES = (("windows", "system32", "config", HIVE_NAME), ("winnt", "system32", "config", HIVE_NAME))
NOT_THE_ONE = "a registry hive beside the one that counts"
KEPT_ASIDE = "a registry hive kept as a spare, which is not read"


def is_hive_place(parts: tuple[str, ...]) -> bool:
    """Whether a path, in parts, ends as that of a Windows installation's SOFTWARE hive does."""
    return tuple(part.lower() for part in parts[-4:]) in _PLACES


def is_kept_aside(path: str, root: tuple[str, ...] = ()) -> bool:
    """Whether a hive, by its path in the target, lies in a folder of copies; ``root`` is above the target."""
    return is_backup(folder_of(path), root)


def the_one(found: Iterable[RegistryRecords]) -> tuple[RegistryRecords | None, tuple[UnreadableFile, ...]]:
    """Of the hives that could be read the one that counts, and the others as what was left out."""
    ranked = sorted(found, key=lambda one: rank(one.hive))
    return (ranked[0] if ranked else None), tuple(map(left_out, ranked[1:]))


def left_out(records: RegistryRecords) -> UnreadableFile:
    """A hive that could be read and does not count."""
    return UnreadableFile(path=records.hive, reason=NOT_THE_ONE, size=records.size)


def with_records(inventory: Inventory, records: RegistryRecords) -> Inventory:
    """The same target with the records of a hive that was named; one found in it is left out."""
    found = () if inventory.registry is None else (left_out(inventory.registry),)
    return replace(inventory, registry=records, unreadable=tuple(sorted((*inventory.unreadable, *found), key=by_path)))


def rank(path: str) -> tuple[int, str, str]:
    """By which of the hives at two paths one counts before the other: the higher one, and then by its name."""
    return path.count("/"), path.lower(), path
