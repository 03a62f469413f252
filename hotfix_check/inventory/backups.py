"""Folders that keep copies aside: what an uninstall puts back, setup media, Windows before an upgrade, the deleted.

Those of Windows are the same whatever is looked for, and are here. Those of a product are the catalogue's to name.
"""

from __future__ import annotations

import re
from functools import cache

# Each is a whole part of a path, or several, in lower case.
_OF_WINDOWS = (
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
)


def is_backup(folder: str, root: tuple[str, ...], of_products: tuple[str, ...] = ()) -> bool:
    """Whether a folder inside the target keeps copies aside; the target itself was asked for, so it is none.

    ``of_products`` are ends of the paths of such folders in lower case, with ``*`` for any rest of a name and ``{kb}``
    for the number of an article.
    """
    above = "/".join(root).lower()
    return any(match.end() > len(above) + 1 for match in _finds(of_products).finditer(f"{above}/{folder.lower()}"))


@cache
def _finds(of_products: tuple[str, ...]) -> re.Pattern[str]:
    own = (re.escape(path).replace(r"\*", "[^/]*").replace(r"\{kb\}", "[0-9]{5,7}") for path in of_products)
    return re.compile(rf"(?<![^/])(?:{'|'.join((*_OF_WINDOWS, *own))})(?![^/])", re.ASCII)
