"""The user's cache folder: what is in it can be made anew, and nothing else is ever written without being asked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_file(name: str) -> Path | None:
    """The place of a file in the cache; None where there is no such folder, or another user could write there.

    ``HOTFIX_CHECK_CACHE`` names another folder; the word "off" means that nothing is kept.
    """
    chosen = os.environ.get("HOTFIX_CHECK_CACHE")
    if chosen == "off":
        return None
    folder = Path(chosen) if chosen else _usual_folder()
    if folder is None or not folder.is_absolute() or not _own(folder):
        return None
    return folder / name


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


def own_file(place: Path) -> bool:
    """Whether a file belongs to the user that runs the tool, and nobody else can write to it."""
    if sys.platform == "win32":
        return True
    status = place.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


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
