"""What was collected from a target: its files with their version facts, what could not be read, the folders seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.version import FileVersion


class TargetKind(StrEnum):
    """What was pointed at."""

    FOLDER = "folder"
    FILE = "file"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledFile:
    """A PE file of the target.

    ``path`` is relative to the target, parts joined by ``/``; bytes that are not UTF-8 are shown as ``\\xff``.
    ``version`` is that of VS_FIXEDFILEINFO, None when the file has no version resource. ``modified`` is the file
    time in UTC, ``linked`` the linker's time stamp in seconds since 1970 (0 when there is none). ``outlook_stub``
    tells whether it exports GetOutlookVersion (None: not looked at). ``languages`` come from Translation.
    """

    path: str
    size: int
    modified: datetime | None = None
    version: FileVersion | None = None
    version_string: str | None = None
    product_name: str | None = None
    company_name: str | None = None
    original_filename: str | None = None
    internal_name: str | None = None
    description: str | None = None
    languages: tuple[int, ...] = ()
    machine: str | None = None
    linked: int | None = None
    outlook_stub: bool | None = None
    sha256: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """A file that gave no version facts, or a folder that was not looked into, and why; size and time where known."""

    path: str
    reason: str
    is_folder: bool = False
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Where, when (UTC) and by which tool version an inventory was taken; None where the collector left it out."""

    host: str | None
    at: datetime | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything collected from one target, sorted by path.

    ``target`` is the path as given, ``root`` the last parts of its full path (they tell a folder's role),
    ``folders`` the folders that were listed, relative to the target, "" being the target itself. ``registry`` is what a
    registry hive records, None where there was none.
    """

    target: str
    kind: TargetKind
    root: tuple[str, ...]
    folders: tuple[str, ...]
    files: tuple[InstalledFile, ...]
    unreadable: tuple[UnreadableFile, ...]
    files_seen: int
    files_read: int
    lone_file: bool
    collected: Collected | None = None
    registry: RegistryRecords | None = None

    @property
    def all_files(self) -> tuple[InstalledFile | UnreadableFile, ...]:
        """Readable and unreadable files together."""
        return (*self.files, *self.unreadable)


def name_of(path: str) -> str:
    """The file name of a path, in lower case: Windows compares names without case."""
    return path.rpartition("/")[2].lower()


def by_path(file: InstalledFile | UnreadableFile) -> tuple[str, str]:
    """The order of files in every list: by path without case."""
    return file.path.lower(), file.path
