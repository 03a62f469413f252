"""What was collected from a target: its files with their version facts, what could not be read, the folders seen."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.backups import is_backup
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.version import FileVersion

VERSION_FROM_TEXT = "version-from-text"
"""The note of a file whose version is a listing's text, not the fixed version block that Windows compares."""

RESOURCE_TEXTS = {
    "fileversion": "version_string",
    "companyname": "company_name",
    "productname": "product_name",
    "originalfilename": "original_filename",
    "internalname": "internal_name",
    "filedescription": "description",
}
"""The texts of a version resource, by their names in lower case, and the fields of an InstalledFile that have them."""


_ARCHIVES = (".zip", ".7z", ".tar", ".tgz", ".tbz", ".txz", ".tbz2", ".tar.gz", ".tar.bz2", ".tar.xz")


class TargetKind(StrEnum):
    """What was pointed at."""

    FOLDER = "folder"
    FILE = "file"
    ARCHIVE = "archive"
    INVENTORY = "inventory"
    LISTING = "listing"
    IMAGE = "image"
    """A disk image, a container or a document that is not read: it is named as what it is, never read as a target."""
    RESULT = "result"
    """A saved result: it was judged already, so it is compared and converted, and never read as a target."""


class InstalledFile(Frozen):
    """A PE file of the target.

    ``path`` is relative to the target, parts joined by ``/``; bytes that are not UTF-8 are shown as ``\\xff``.
    In an archive it begins with the archive's name and ``!/``; in an archive within, with that one's path and ``!/``.
    ``size`` is None only where a listing does not tell it. ``version`` is that of VS_FIXEDFILEINFO (or a listing's
    text, with the note VERSION_FROM_TEXT), None when the file has no version resource. ``modified`` is the file
    time in UTC, ``linked`` the linker's time stamp in seconds since 1970 (0 when there is none). ``stub`` tells whether
    it exports what a stub of its name does by the catalogue (None: not looked at). ``languages`` come from Translation.
    """

    path: str
    size: int | None = None
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
    stub: bool | None = None
    sha256: str | None = None
    notes: tuple[str, ...] = ()


class UnreadableFile(Frozen):
    """A file that gave no version facts, or a folder that was not looked into, and why.

    Size, time and hash are those of a file that could be opened, where known.
    """

    path: str
    reason: str
    is_folder: bool = False
    size: int | None = None
    modified: datetime | None = None
    sha256: str | None = None


TargetFile = InstalledFile | UnreadableFile
"""A file that was looked at, whether or not it could be read."""


class ReportedBuild(Frozen):
    """A build of the product that something told without a file: Get-ExchangeServer, a web server's header.

    ``source`` is who told it, in words; ``text`` what it told; ``numbers`` the three or four of it.
    ``follows_updates``: whether the fourth number changes with security updates and rollups, as far as is known.
    AdminDisplayVersion's does not (docs/evidence.md).
    """

    source: str
    text: str
    numbers: tuple[int, ...]
    follows_updates: bool

    @classmethod
    def of_files(cls, source: str, numbers: tuple[int, ...], text: str | None = None) -> ReportedBuild:
        """A build that is that of the product's files."""
        told = ".".join(map(str, numbers)) if text is None else text
        return cls(source=source, text=told, numbers=tuple(numbers), follows_updates=True)


class ClaimedUpdate(Frozen):
    """A KB that a list names as installed (Get-HotFix, systeminfo): shown, and no proof of any file."""

    source: str
    kb: int


class Collected(Frozen):
    """Where, when (UTC) and by which tool version an inventory was taken; None where the collector left it out."""

    host: str | None
    at: datetime | None
    by: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Inventory:
    """Everything collected from one target, sorted by path.

    ``target`` is the path as given, ``root`` the last parts of its full path (they tell a folder's role),
    ``folders`` the folders that were listed, relative to the target, "" being the target itself. ``registry`` is what a
    registry hive records, None where there was none. ``reported`` and ``claimed`` are what was told without files.
    ``backups`` are not collected: the ends of the paths of products' backup folders, as the catalogue that judges has
    them.
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
    reported: tuple[ReportedBuild, ...] = ()
    claimed: tuple[ClaimedUpdate, ...] = ()
    backups: tuple[str, ...] = ()

    def is_backup(self, folder: str) -> bool:
        """Whether a folder of the target keeps copies aside, as those of Windows and of the products do."""
        return is_backup(folder, self.root, self.backups)

    @cached_property
    def broken_archive(self) -> str | None:
        """The archive that could not be read to its end, itself or one within: there may be files that nobody saw."""
        unlisted = [file.path for file in self.unreadable if file.is_folder]
        if unlisted and not self.folders:
            return unlisted[0]
        starts = (f"{path}!/" for path in unlisted)
        return next((one[:-2] for one in starts if any(file.path.startswith(one) for file in self.all_files)), None)

    @property
    def broken_off(self) -> bool:
        """Whether it is such an archive."""
        return self.broken_archive is not None

    @property
    def has_unread_archive(self) -> bool:
        """Whether it is an archive with one within of which not all was read, or nothing: a server may be in it."""
        return any(file.is_folder and "!/" in file.path and has_archive_suffix(file.path) for file in self.unreadable)

    def inner(self, path: str) -> str:
        """A path of this target without the name of the archive that the target is, or was when it was saved."""
        return path.removeprefix(f"{self.root[-1]}!/") if self.root else path

    def called(self, name: str) -> Inventory:
        """The same archive under another name."""
        old = self.root[-1]

        def path(now: str) -> str:
            return name + now[len(old) :] if now == old or now.startswith(f"{old}!") else now

        return replace(
            self,
            root=(*self.root[:-1], name),
            folders=tuple(map(path, self.folders)),
            files=tuple(replace(file, path=path(file.path)) for file in self.files),
            unreadable=tuple(replace(file, path=path(file.path)) for file in self.unreadable),
            registry=self.registry and replace(self.registry, hive=path(self.registry.hive)),
        )

    @property
    def above(self) -> str:
        """The end of the path that leads to the target, as far as it is known, in lower case."""
        return "/".join(self.root).lower()

    @property
    def all_files(self) -> tuple[TargetFile, ...]:
        """Readable and unreadable files together."""
        return (*self.files, *self.unreadable)

    @cached_property
    def places(self) -> tuple[tuple[str, str, TargetFile], ...]:
        """The same, each with its folder and its name in lower case: a server has thousands, looked through often."""
        found = []
        for file in self.all_files:
            folder, _, name = file.path.rpartition("/")
            found.append((folder, name.lower(), file))
        return tuple(found)

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """The lower-case names of the files that lie in each folder."""
        names: dict[str, set[str]] = defaultdict(set)
        for folder, name, _ in self.places:
            names[folder].add(name)
        return {folder: frozenset(held) for folder, held in names.items()}


def of_files(target: str, files: Sequence[InstalledFile]) -> Inventory:
    """An inventory of these files alone."""
    return Inventory(
        target=target,
        kind=TargetKind.FILE,
        root=(),
        folders=(),
        files=tuple(files),
        unreadable=(),
        files_seen=len(files),
        files_read=len(files),
        lone_file=len(files) == 1,
    )


def target_name(path: str) -> str:
    """What a target is called: the last part of its path, which may be one of Windows, whatever system this is."""
    return path.replace("\\", "/").rpartition("/")[2]


def has_archive_suffix(name: str) -> bool:
    """Whether a file in an archive is called as archives are; its bytes tell whether it is one."""
    return name.lower().endswith(_ARCHIVES)


def folder_of(path: str) -> str:
    """The folder that a file lies in, by its path; that of the target itself is ""."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """The file name of a path, in lower case: Windows compares names without case."""
    return path.rpartition("/")[2].lower()


def by_path(file: TargetFile) -> tuple[str, str]:
    """The order of files in every list: by path without case."""
    return file.path.lower(), file.path
