"""The user's cache folder: what is in it can be made anew, and nothing else is ever written without being asked for."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from hotfix_check.inventory.open_folder import Place, place_of
from hotfix_check.untrusted.bounded import own_file


def cache_file(name: str, targets: Sequence[Path] = ()) -> Path | None:
    """The place of a file in the cache; None where there is no such folder, or another user could write there.

    ``HOTFIX_CHECK_CACHE`` names another folder; the word "off" means that nothing is kept. Nor is it when the folder is
    one of the targets that are being read, or below one, nor in the place of a link, a pipe or a folder: what a link
    leads to is somebody's file.
    """
    chosen = os.environ.get("HOTFIX_CHECK_CACHE")
    if chosen == "off":
        return None
    folder = Path(chosen) if chosen else _usual_folder()
    if folder is None or not folder.is_absolute() or not _own(folder) or _is_in(folder, targets):
        return None
    place = folder / name
    return place if _can_be_replaced(place) else None


def _can_be_replaced(place: Path) -> bool:
    try:
        return stat.S_ISREG(place.lstat().st_mode)
    except OSError as error:
        return isinstance(error, FileNotFoundError)


def _usual_folder() -> Path | None:
    """As each system has it: %LOCALAPPDATA%, ~/Library/Caches, or by the XDG base directory specification."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "hotfix-check" / "cache" if local else None
    home = os.environ.get("HOME")
    if sys.platform == "darwin":
        return Path(home) / "Library" / "Caches" / "hotfix-check" if home else None
    base = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else None)
    return Path(base) / "hotfix-check" if base else None


def _is_in(folder: Path, targets: Sequence[Path]) -> bool:
    place = Path(os.path.realpath(folder))
    above = {_place(one) for one in (place, *place.parents)} - {None}
    return any(_place(target) in above for target in targets)


def _place(path: Path) -> Place | None:
    try:
        return place_of(path.stat())
    except (OSError, ValueError):
        return None  # not there; what a target's name is worth is said when it is read


def _own(folder: Path) -> bool:
    """The same of the nearest folder that is there."""
    for place in (folder, *folder.parents):
        try:
            return own_file(place)
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return False
