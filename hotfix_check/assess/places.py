"""Where a file lies: its folder's role for a product, a backup, or loose; and which folders were collected whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from hotfix_check.catalogue.product import Folder, Product
from hotfix_check.inventory import Inventory, name_of

# Folders that hold copies kept aside, not what runs. Each is a whole part of a path, or several, in lower case.
_ASIDE = (
    # Uninstall folders of hotfixes and service packs, and the copies for a later service pack (KB824994).
    r"\$[^/]*uninstall[^/]*",
    r"\$hf_mig\$",
    # Windows Installer's baseline files of patched products (Windows Installer: PatchCache), 2007 and later among them.
    r"\$patchcache\$",
    # Windows File Protection (KB222193) and what replaced it; a System32 copy is a hard link to one in WinSxS.
    r"dllcache",
    r"servicepackfiles",
    r"winsxs",
    # Windows before an upgrade, and its setup's working folders (Microsoft: Windows.old, $WINDOWS.~BT, $WINDOWS.~WS).
    # A second upgrade makes Windows.old.000 or Windows.old(1).
    r"windows\.old(?:[.(][^/]*)?",
    r"\$windows\.~(?:bt|ws|ls|q)",
    # Packages that Windows Update has downloaded or staged.
    r"softwaredistribution/download",
    r"updates/\{[0-9a-f-]{36}\}",
    # What was deleted (Recycled: FAT; Recycler: NTFS to Windows 2003; $Recycle.Bin: later), and System Restore.
    r"\$recycle\.bin",
    r"recycle[dr]",
    r"system volume information",
    # What a hotfix of Exchange 4.0 to 2003 replaced: Exchsrvr\Q<nnnnnn> (KB257946, KB275292).
    r"exchsrvr/(?:q|kb)[0-9]{5,7}[^/]*",
    # Setup media, copied: 4.0 to 2003; 2007 and later, whose setup works from a copy in Windows\Temp\ExchangeSetup
    # (ExchangeSetup.log: "Starting copy from F:\Setup\ServerRoles\Common to C:\Windows\Temp\ExchangeSetup").
    r"setup/(?:i386|alpha)",
    r"setup/serverroles",
    r"temp/exchangesetup",
)
_BACKUP = re.compile(rf"(?<![^/])(?:{'|'.join(_ASIDE)})(?![^/])", re.ASCII)


class Places:
    """The folders of one target, as one product sees them.

    Raises nothing; a folder that fits no role and no backup pattern makes its files loose.
    """

    def __init__(self, inventory: Inventory, product: Product, *, complete: bool) -> None:
        names: dict[str, set[str]] = defaultdict(set)
        for file in inventory.all_files:
            names[_folder_of(file.path)].add(name_of(file.path))
        folders = sorted({*inventory.folders, *names})
        root = "/".join(inventory.root).lower()
        self._lone = inventory.lone_file
        self._roles: dict[str, str | None] = {}
        self._whole: set[str] = set()
        # A listing does not say which folders it lists whole; the user can. An archive that breaks off has none either.
        broken = any(file.is_folder for file in inventory.unreadable)
        listed = set(inventory.folders) or (set(folders) if complete and not broken else set())
        for folder in folders:
            aside = self._lone or is_backup(folder, inventory.root)
            role = None if aside else _role(f"{root}/{folder.lower()}", names[folder], product)
            self._roles[folder] = role
            if (
                role is not None
                and folder in listed
                and (complete or _holds_core(names[folder], role, product.folders))
            ):
                self._whole.add(role)
        self._unseen = {
            _role(f"{root}/{file.path.lower()}", set(), product)
            for file in inventory.unreadable
            if file.is_folder and not is_backup(file.path, inventory.root)
        }
        if complete and not self._lone:
            present = {f"/{root}/{folder.lower()}".rstrip("/") for folder in listed}
            blind = {f"/{root}/{file.path.lower()}" for file in inventory.unreadable if file.is_folder}
            self._whole.update(_known_not_there(product.folders, present, blind, set(self._roles.values())))

    def role(self, path: str) -> str | None:
        """The role of the folder that a file lies in, None for a loose file."""
        return self._roles.get(_folder_of(path))

    def has(self, role: str) -> bool:
        """Whether the target has a folder of this role."""
        return role in self._roles.values()

    def unseen(self, role: str) -> bool:
        """Whether a folder of this role is in the target and was not looked into: unlistable, or a link."""
        return role in self._unseen

    def whole(self, role: str) -> bool:
        """Whether a folder of this role was collected whole, so that a file that is not in it is absent."""
        return role in self._whole


def is_backup(folder: str, root: tuple[str, ...]) -> bool:
    """Whether a folder inside the target keeps copies aside; the target itself was asked for, so it is none."""
    above = "/".join(root).lower()
    return any(match.end() > len(above) + 1 for match in _BACKUP.finditer(f"{above}/{folder.lower()}"))


def backup_paths(inventory: Inventory, named: frozenset[str]) -> tuple[str, ...]:
    """Paths of files with catalogued names that lie in backup folders."""
    return tuple(
        sorted(
            file.path
            for file in inventory.all_files
            if name_of(file.path) in named and is_backup(_folder_of(file.path), inventory.root)
        )
    )


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _role(full: str, names: set[str], product: Product) -> str | None:
    """By the end of the folder's path; else by its core files, for a bin folder copied under another name."""
    padded = f"/{full}".rstrip("/")
    best = max(
        (
            (len(path), folder.role)
            for folder in product.folders
            for path in folder.paths
            if padded.endswith(f"/{path}")
        ),
        default=None,
    )
    if best is not None:
        return best[1]
    return next((folder.role for folder in product.folders if folder.core and folder.core <= names), None)


def _holds_core(names: set[str], role: str, folders: Sequence[Folder]) -> bool:
    return any(folder.core and folder.core <= names for folder in folders if folder.role == role)


def _known_not_there(folders: Sequence[Folder], present: set[str], blind: set[str], seen: set[str | None]) -> set[str]:
    """Roles whose folder would lie below a folder that was collected, and is not there.

    A folder on the way that could not be looked into, or was a link, leaves the question open.
    """
    found = set()
    for folder in folders:
        ways = [path.split("/") for path in folder.paths]
        if folder.role in seen or not all(len(way) > 1 for way in ways):
            continue
        starts = all(any(place.endswith(f"/{way[0]}") for place in present) for way in ways)
        steps = {"/".join(way[:count]) for way in ways for count in range(1, len(way) + 1)}
        if starts and not any(place.endswith(f"/{step}") for place in blind for step in steps):
            found.add(folder.role)
    return found
