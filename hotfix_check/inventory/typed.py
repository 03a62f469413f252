"""A version typed by hand, as if it were a file's: ``15.1.2507.39``, or ``ExSetup.exe=15.1.2507.39``."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, Inventory, ReportedBuild, of_files
from hotfix_check.inventory.listings.listed import text_version
from hotfix_check.version import FileVersion

TYPED = "typed: the version was typed, and no file was read"


def typed_version(text: str) -> tuple[str | None, FileVersion] | None:
    """The file's name, where one is given, and the version; None for a text that is no version.

    Read are four numbers, with zeros or without, and what AdminDisplayVersion shows.
    """
    name, equals, number = text.rpartition("=")
    version = text_version(number.strip().removeprefix("Version "))
    if version is None or (equals and not name.strip()):
        return None
    return name.strip() or None, version


def typed_inventory(text: str, version: FileVersion, names: Sequence[str]) -> Inventory:
    """Files of these names with the version that was typed; without a name, a build that was reported."""
    build = ReportedBuild.of_files("what was typed", version, text)
    files = [InstalledFile(path=name, version=version, notes=(TYPED,)) for name in names]
    return replace(of_files(text, files), reported=() if names else (build,))
