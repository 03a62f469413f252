"""What one file says, from its bytes alone: it does not matter whether they lie on a disk or in an archive."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from hotfix_check import pe
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import RESOURCE_TEXTS, InstalledFile, TargetFile, UnreadableFile, name_of
from hotfix_check.inventory.registry import RegistryKeys, RegistryRecords
from hotfix_check.pe.bytes import PeBytes
from hotfix_check.pe.usual import usual_facts

MAX_HASHED_BYTES = 1 << 30
OnFile = Callable[[], None] | None
"""What is called for each file that is seen."""
_STRINGS = frozenset(RESOURCE_TEXTS)
_WHOSE = frozenset({"fileversion", "productname", "companyname"})  # all that is asked of a file that is only counted


class Asked(Frozen):
    """Which files of a target are read, and what of them."""

    wanted: Container[str]
    """Lower-case names of the files that are evidence."""
    plain: Container[str] = frozenset()
    """Those of them that have no version resource (.cfg, .asp): their size, time and hash are the evidence."""
    every_pe: bool = False
    """Whether other PE files are read too; they are known by their first bytes."""
    hashes: bool = True
    """Whether evidence is hashed."""
    cross_check: bool = False
    """Whether pefile reads the file a second time."""
    follow_links: bool = False
    """Whether links to folders and files are followed, wherever they lead."""
    programs: tuple[str, ...] = ()
    """Endings of the paths of folders, in lower case, whose program files are all read, those of subfolders too."""
    markers: Container[str] = frozenset()
    """Lower-case names of files that show a server wherever it lies: of its folders all program files are read too."""
    homes: frozenset[str] = frozenset()
    """The folders of such servers, in lower case, once they are known."""
    every_program: bool = False
    """Whether all program files of an archive are read, wherever they lie."""
    stub_exports: Mapping[str, str] = field(default_factory=dict)
    """By lower-case file name, the export by which a stub of that name is known."""
    registry: RegistryKeys = RegistryKeys()
    """What is read of a registry hive."""
    hive: RegistryRecords | None = None
    """What one records that was named, which counts in the place of one in the target."""


class FileBytes(Frozen):
    """The bytes of one file, to be had while it is open."""

    path: str
    """Where it is in the target, as InstalledFile.path."""
    size: int
    modified: datetime | None
    """In UTC."""
    read_at: pe.ReadAt
    sha256: Callable[[], str]
    """SHA-256 of the whole file, in hexadecimal."""


def file_facts(file: FileBytes, asked: Asked, *, evidence: bool, program: bool = False) -> TargetFile | None:
    """The facts of a file, or why it gives none; None when it is neither evidence nor begins as a program does.

    A ``program`` lies in a folder whose program files are all read: it is not hashed, but never passed over, and unless
    all programs are asked for, it is only counted: of its texts those are read that tell whose it is. Whatever ``file``
    raises as OSError while it is read becomes the reason.
    """
    try:
        name = name_of(file.path)
        export = asked.stub_exports.get(name)
        whole = evidence or asked.every_pe
        if program and not (whole or export or asked.cross_check):
            usual = usual_facts(file.read_at, file.size, _WHOSE)
            if usual is not None:
                version, machine, linked, text = usual
                return _installed(file, text, version=version, machine=machine, linked=linked)
        image = PeBytes(file.read_at, file.size)
        if not evidence and not program and image.at(0, 2) != b"MZ":
            return None
        if name in asked.plain:
            digest = _digest(file, asked)
            return InstalledFile(path=file.path, size=file.size, modified=file.modified, sha256=digest)
        facts = pe.read_image(image, export=export)
        notes = facts.notes
        digest = _digest(file, asked) if evidence else None
        if evidence and asked.hashes and digest is None:
            notes += (f"not hashed: larger than {MAX_HASHED_BYTES} bytes",)
        if asked.cross_check:
            notes += _second_opinion(file, facts, export)
    except pe.PeError as error:
        return _unreadable(file, str(error), asked, evidence=evidence)
    except OSError as error:
        return UnreadableFile(path=file.path, reason=why(error), size=file.size, modified=file.modified)
    text = facts.values(_STRINGS if whole else _WHOSE)
    return _installed(
        file,
        text,
        version=facts.version,
        languages=tuple(dict.fromkeys(language for language, _ in facts.translations)) if whole else (),
        machine=facts.machine,
        linked=facts.linked,
        stub=facts.exports_it,
        sha256=digest,
        notes=notes,
    )


def _installed(file: FileBytes, text: Mapping[str, str], **facts: Any) -> InstalledFile:
    """The file with what its program says, and the texts of its version resource."""
    facts |= {RESOURCE_TEXTS[key]: value for key, value in text.items()}
    return InstalledFile(path=file.path, size=file.size, modified=file.modified, **facts)


def _unreadable(file: FileBytes, reason: str, asked: Asked, *, evidence: bool) -> UnreadableFile:
    """A file whose bytes say nothing; as evidence it has a hash all the same."""
    try:
        digest = _digest(file, asked) if evidence else None
    except OSError:
        digest = None
    return UnreadableFile(path=file.path, reason=reason, size=file.size, modified=file.modified, sha256=digest)


def _digest(file: FileBytes, asked: Asked) -> str | None:
    return file.sha256() if asked.hashes and file.size <= MAX_HASHED_BYTES else None


def utc_time(seconds: float) -> datetime | None:
    """A file time in UTC, whole seconds; None when no calendar has it."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError, ValueError):
        return None


def why(error: Exception) -> str:
    """What was wrong, without the file's name; of a fault of the system, what that says."""
    return (error.strerror or str(error)).rstrip(".") if isinstance(error, OSError) else str(error)


def _second_opinion(file: FileBytes, facts: pe.PeFacts, export: str | None) -> tuple[str, ...]:
    """What pefile reads otherwise, and a checksum that is not the content's; it is imported only when asked for."""
    from hotfix_check.pe.crosscheck import MAX_FILE, cross_check

    try:
        other = cross_check(file.read_at(0, MAX_FILE + 1), facts, export)
    except pe.PeError as error:
        return (f"not-cross-checked: {error}",)
    notes = []
    if other.version_differs:
        notes.append(f"readers-disagree: pefile reads {other.version}, the version block says {facts.version}")
    if facts.exports_it is not None and other.exports_it is not facts.exports_it:
        finds = "finds" if other.exports_it else "does not find"
        notes.append(f"readers-disagree: pefile {finds} the export {export}, which marks the stub")
    if other.checksum_stored not in (0, other.checksum_computed):
        notes.append(
            f"checksum-wrong: the header says {other.checksum_stored:#010x}, the content gives "
            f"{other.checksum_computed:#010x}, so it was changed after it was linked"
        )
    return tuple(notes)
