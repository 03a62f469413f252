"""One file as a listing tells of it, and what becomes of it in the inventory: nothing that was not said is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import (
    RESOURCE_TEXTS,
    VERSION_FROM_TEXT,
    ClaimedUpdate,
    InstalledFile,
    ReportedBuild,
    TargetFile,
    UnreadableFile,
    name_of,
)
from hotfix_check.inventory.registry import RegistryKeys, RegistryRecords
from hotfix_check.untrusted.shown import shown
from hotfix_check.version import FileVersion

PRODUCT_ALONE = "gives the product's version and not the file's"
"""Why a version cannot be used as a file's."""
SYSTEM_VERSION = ("major", "minor", "build", "revision")
"""The parts of a System.Version, in lower case."""
HOSTS = (
    "pscomputername", "computername", "computer", "machinename", "hostname", "host", "node", "fqdn", "servername",
    "server", "systemname", "csname", "netbiosname", "hostdisplayname", "hostidentifier", "devicename", "device",
    "assetname", "dnshostname",
)  # fmt: skip
"""Columns that name the host, without blanks, underscores and what reports put around them (``bare``)."""
FOLDERS = ("directoryname", "filepath", "folderpath", "folder", "path", "directory", "location")
"""Columns that name the folder of a file whose name stands in another."""
MISALIGNED = "a path in parts"
"""The column of a path whose row has more cells than the table has columns, so that no other tells of it for sure."""
Row = Mapping[str, object]
"""A row of a table, with keys in lower case."""
_LONGEST_PATH = 32_767  # characters of a Windows path
_FOUR = r"([0-9]{1,5})(?:\.|, ?)([0-9]{1,5})(?:\.|, ?)([0-9]{1,5})(?:\.|, ?)([0-9]{1,5})"
# "10.0.14393.0 (rs1_release.160715-1616)", "2, 1, 0, 0", and Exchange's own "5.5 (Build 2653.23: Service Pack 4)".
_TEXT_VERSION = re.compile(rf"{_FOUR}(?: \([^()]{{1,100}}\))?", re.ASCII)
_BUILD_VERSION = re.compile(
    r"([0-9]{1,2})\.([0-9]{1,2}) \(Build ([0-9]{1,5})\.([0-9]{1,5})(?:: [^()]{1,60})?\)", re.ASCII
)
_POWERSHELL_DATE = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_COLUMN = re.compile(r"(?:details_)?(?:table[0-9]?_)?(.*?)0?", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z]:")
_WAY = re.compile(r"\A(?:(?:\$_\.)?versioninfo\.|processversioninfo)(?=\w)")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """What a listing says of one file; None is what it does not say.

    The ``path`` of the ``file`` is as in the listing, its ``version`` that of the fixed version block, where the
    listing gives that; its ``version_string`` whatever text the listing calls version. ``no_version`` tells that the
    lister looked and found no version resource; ``doubt`` why the version given cannot be used. ``cut``: the path is
    not told whole, so which file it is is not known.
    """

    file: InstalledFile
    no_version: bool = False
    doubt: str | None = None
    exports: tuple[str, ...] | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ListedRegistry:
    """Keys of a registry: ``records`` gives those that are asked for, or None where none of them is there."""

    records: Callable[[RegistryKeys], RegistryRecords | None]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a listing says: of a file, or without one; in whose words, and of which host where it says so.

    ``what`` is None where a host is named and nothing is said of it.
    """

    what: ListedFile | ReportedBuild | ClaimedUpdate | ListedRegistry | None
    source: str
    host: str | None = None


def taken(listed: ListedFile, source: str, asked: Asked) -> TargetFile | None:
    """What the inventory has of a listed file; None when it has no version and is no evidence.

    One of ``asked.plain`` has no version resource; any other one of ``asked.wanted`` whose version the listing
    (``source``, in words) does not give, or not as four numbers, could not be read.
    """
    file = listed.file
    path = inventory_path(file.path)
    name, wanted, plain = name_of(path), asked.wanted, asked.plain
    if not name:
        return None
    if listed.cut:
        return UnreadableFile(path=path, reason=f"{source} {listed.doubt or 'cuts its path, so the file is unknown'}")
    version, text, notes = file.version, file.version_string, file.notes
    if version is None and listed.doubt is None and text is not None and name not in plain:
        version = text_version(text)
        if version is not None:
            notes = (f"{VERSION_FROM_TEXT}: {source} gives the text of the version, not the fixed version block",)
    if version is None and name not in plain and not (listed.no_version and name in wanted):
        if name not in wanted:
            return None
        if listed.doubt is not None:
            reason = f"{source} {listed.doubt}"
        elif text is None:
            reason = f"{source} gives no version for it"
        else:
            reason = f"{source} gives the version {shown(text)}, which is not four numbers"
        return UnreadableFile(path=path, reason=reason, size=file.size, modified=file.modified)
    stub, export = None, asked.stub_exports.get(name)
    if listed.exports is not None:  # each is ``name``, or ``library:name``
        stub = export is not None and any(one.endswith(export) for one in listed.exports)
    return replace(file, path=path, version=version, stub=stub, notes=notes)


def each_once(files: Iterable[TargetFile], host: str | None) -> Iterator[TargetFile]:
    """Each path once, without case as Windows has it; one that is listed with different facts could not be read."""
    hint = "; of several hosts, name each in a column, or give each a file of its own" if host is None else ""
    first: dict[str, TargetFile] = {}
    for file in files:
        known = first.setdefault(file.path.lower(), file)
        if known is not file and known != file:
            first[file.path.lower()] = UnreadableFile(
                path=known.path, reason=f"listed twice, with different facts{hint}"
            )
    yield from first.values()


def inventory_path(text: str) -> str:
    r"""A path as the inventory has it: ``\\?\C:\Exchsrvr\Bin\Store.exe`` is C:/Exchsrvr/Bin/Store.exe."""
    path = text.strip().strip('"').rpartition("::")[2]  # Microsoft.PowerShell.Core\FileSystem::C:\...
    parts = [part for part in path[:_LONGEST_PATH].replace("\\", "/").split("/") if part not in ("", ".", "?")]
    if len(parts) > 1 and parts[0].upper() == "UNC" and path.startswith("\\\\?"):
        parts = parts[1:]
    return "/".join(parts)


def is_host(name: str) -> bool:
    """Whether a text can be the name of a host: a path, or what is too long for one, cannot."""
    return len(name) <= 255 and name.isprintable() and "\\" not in name


def has_folder(path: str) -> bool:
    """Whether a listed path says where the file is, not only its name."""
    return "\\" in path or "/" in path or bool(_DRIVE.match(path))


@lru_cache(maxsize=4096)
def bare(column: str) -> str:
    """A column's own name: ``details_table0_filename0`` and ``file name`` are filename."""
    match = _COLUMN.fullmatch(column)
    return re.sub(r"[ _-]", "", column if match is None else match[1])


def lowered(row: Mapping[str, object]) -> dict[str, object]:
    """The same table with keys as ``column_name`` has them."""
    return {column_name(key): value for key, value in row.items()}


@lru_cache(maxsize=4096)
def column_name(heading: str) -> str:
    """A heading in lower case, as PowerShell does not tell cases apart, without the way to the property that it names.

    A path in VersionInfo names what that has (``VersionInfo.FileVersion``, ``$_.VersionInfo.ProductName``), and so do
    the columns of advanced hunting (``ProcessVersionInfoCompanyName``, but not those of the initiating process).
    """
    return _WAY.sub("", heading.strip().lower())


def uncut_path(text: str, named: object) -> tuple[str, bool]:
    """What is left of a path that a console cut, and whether the file's name is lost with it.

    What stands behind the dots is kept; where they are the end, the file is the one that the command ``named``.
    """
    if "..." not in text and "\N{HORIZONTAL ELLIPSIS}" not in text:
        return text, False
    tail = text.replace("\N{HORIZONTAL ELLIPSIS}", "...").rpartition("...")[2]
    if has_folder(tail):
        return tail.replace("/", "\\").partition("\\")[2], False
    return (named, False) if isinstance(named, str) and not tail.strip() else (text, True)


def folder_of(row: Row) -> str | None:
    """The folder that a row names beside a file; none where a console cut it."""
    texts = (text_of(row.get(column)) for column in FOLDERS)
    return next((text for text in texts if text is not None and not uncut_path(text, None)[1]), None)


def below(folder: str, name: str) -> str:
    """The path of a file whose folder and name stand in two columns, the first of which may have the name too."""
    folder = folder.rstrip("\\")
    return folder if folder.lower().endswith(f"\\{name.lower()}") else f"{folder}\\{name}"


def text_version(text: str) -> FileVersion | None:
    """The four numbers of a version that is written as text, where it has exactly four and no doubt is possible."""
    match = _TEXT_VERSION.fullmatch(text.strip()) or _BUILD_VERSION.fullmatch(text.strip())
    return None if match is None else fixed_version(".".join(match.groups()))


def fixed_version(value: object) -> FileVersion | None:
    """Four dotted numbers as a lister writes the fixed version block; None for anything else."""
    try:
        return FileVersion.parse(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def text_of(value: object) -> str | None:
    """A text that says something; sigcheck writes ``n/a`` for what is not there."""
    if not isinstance(value, str):
        return None
    stripped = value.strip()
    return None if stripped.lower() in ("", "n/a") else stripped


def resource_texts(row: Mapping[str, object], called: Mapping[str, str] = RESOURCE_TEXTS) -> dict[str, Any]:
    """What a row has of the texts of a version resource, for a file; ``called``: its columns, and their fields."""
    return {field: text_of(row.get(name)) for name, field in called.items()}


def count_of(value: object) -> int | None:
    """A size in bytes: a whole number, also one written as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        return value
    return None


def digest_of(value: object) -> str | None:
    """A SHA-256 in hexadecimal."""
    return value.strip().lower() if isinstance(value, str) and _SHA256.fullmatch(value.strip()) else None


def time_of(value: object, *, utc: bool = False) -> datetime | None:
    """A time that says its zone, whole seconds in UTC: ISO 8601, or ``/Date(1057081440000)/`` of Windows PowerShell.

    ``utc``: a time without a zone is UTC, by the name of its column. Times as a country writes them (7/1/2003) say
    neither zone nor which number is the month, and give None.
    """
    if isinstance(value, dict):  # Windows PowerShell wraps a date that has members of its own
        return time_of(value.get("value"), utc=utc)
    if not isinstance(value, str) or len(value) > 40:
        return None
    if match := _POWERSHELL_DATE.fullmatch(value):
        return epoch(int(match[1]) // 1000)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        if not utc or ":" not in value:
            return None
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def epoch(seconds: int) -> datetime | None:
    """Seconds since 1970 as a time; None for 0, which listers write for "not known"."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) if seconds else None
    except OverflowError:
        return None
