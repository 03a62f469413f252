"""Folders that keep copies aside: what an uninstall puts back, setup media, Windows before an upgrade, the deleted."""

from __future__ import annotations

import re

# Each is a whole part of a path, or several, in lower case.
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


def is_backup(folder: str, root: tuple[str, ...]) -> bool:
    """Whether a folder inside the target keeps copies aside; the target itself was asked for, so it is none."""
    above = "/".join(root).lower()
    return any(match.end() > len(above) + 1 for match in _BACKUP.finditer(f"{above}/{folder.lower()}"))
