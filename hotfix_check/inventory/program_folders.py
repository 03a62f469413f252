"""Which folders of a target are those of a server whose program files are all read, by the ends of their paths."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from hotfix_check.inventory.files import folder_of, name_of
from hotfix_check.inventory.registry import RegistryRecords, recorded_folders

if TYPE_CHECKING:
    from hotfix_check.inventory.file_facts import Asked

PROGRAM_SUFFIXES = (".dll", ".exe")
_SYSTEM = frozenset({"system32", "syswow64", "winsxs"})


def is_program_name(name: str) -> bool:
    """Whether a file is called as programs and their libraries are; ``name`` in lower case."""
    return name.endswith(PROGRAM_SUFFIXES)


def has_programs(inner: str, endings: tuple[str, ...]) -> bool:
    """Whether a folder of the target ends as one of these paths do, in lower case and joined by "/".

    At the top of the target, or of an archive, the end of such a path is enough: Bin, V15/Bin.
    """
    path = inner.rpartition("!/")[2].lower()
    below, at_top = _ends(endings)
    return f"/{path}".endswith(below) or path in at_top


@lru_cache(maxsize=8)
def _ends(endings: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """These paths, each behind a "/", and what they end with behind one of theirs."""
    parts = (ending.split("/") for ending in endings)
    return (
        tuple(f"/{ending}" for ending in endings),
        frozenset("/".join(each[at:]) for each in parts for at in range(1, len(each))),
    )


def holds_programs(folders: Iterable[str], endings: tuple[str, ...]) -> bool:
    """Whether one of a target's folders is one of a server, or one of Windows' own."""
    return any(has_programs(folder, endings) or is_system_folder(folder) for folder in folders)


def target_has_programs(root: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    """Whether the target itself is called as such a folder; ``root`` are the last parts of its full path."""
    return bool(root) and root[-1].lower() in _names(endings)


def homes_shown(
    told: Iterable[str], folders: Iterable[str], registry: RegistryRecords | None, asked: Asked
) -> frozenset[str]:
    """The folders, in lower case, of servers that are not called as one's: where a marker lies, or the registry says.

    ``told`` are the paths of the files of which something is told. Where a marker lies in a folder that is called as
    one of a server (D:\\Mail\\Bin), the others are beside that one.
    """
    names, homes = _names(asked.programs), set()
    for path in told:
        if name_of(path) in asked.markers:
            folder = folder_of(path.lower())
            above, _, name = folder.rpartition("/")
            homes.add(above if above and name in names else folder)
    recorded = tuple(f"/{one}" for one in recorded_folders(asked.hive or registry, asked.registry.values))
    homes.update(low for low in map(str.lower, folders) if f"/{low}".endswith(recorded))
    return frozenset(homes)


def _names(endings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(ending.rpartition("/")[2] for ending in endings)


def is_in(folder: str, homes: frozenset[str]) -> bool:
    """Whether a folder is one of these, or lies below one; "" is the target."""
    folder = folder.lower()
    while folder and folder not in homes:
        folder = folder.rpartition("/")[0]
    return folder in homes


def is_system_folder(inner: str) -> bool:
    """Whether a folder is one of Windows' own that hold libraries of others too."""
    return not _SYSTEM.isdisjoint(inner.lower().split("/"))
