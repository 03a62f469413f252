"""A target on disk to an Inventory. Nothing is followed, run or written; one bad file never ends the walk."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Container
from datetime import UTC, datetime
from pathlib import Path

from hotfix_check import pe
from hotfix_check.errors import TargetError
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetKind, UnreadableFile, by_path, name_of

MAX_HASHED_BYTES = 1 << 30
_ROOT_PARTS = 5
_MOUNT_POINT = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: a junction, which os.DirEntry does not call a link
# Files of the MAPI set, where the Windows and Outlook stub takes Exchange's name (MS docs ms531278).
_MAPI_SET = frozenset({"mapi32.dll", "mapi32x.dll", "mapistub.dll", "exmapi32.dll", "msmapi32.dll"})


def read_target(
    target: Path,
    *,
    wanted: Container[str],
    plain: Container[str] = frozenset(),
    every_pe: bool = False,
    hashes: bool = True,
    cross_check: bool = False,
    on_file: Callable[[], None] = lambda: None,
) -> Inventory:
    """Collect a folder (with all below it) or one file.

    ``wanted`` holds the lower-case names that are evidence: only such files are opened and hashed. Those in ``plain``
    have no version resource (.cfg, .asp): of them size, time and hash are evidence. With ``every_pe`` all PE files are
    read, whatever their suffix. ``on_file`` is called for each file seen. Raises TargetError when the target is missing
    or is neither a folder nor a file.
    """
    reader = _Reader(wanted, plain, every_pe, hashes, cross_check, on_file)
    try:
        mode = target.stat().st_mode
    except OSError as error:
        raise TargetError(f"{shown(str(target))}: {_why(error)}") from error
    if stat.S_ISDIR(mode):
        reader.walk(target)
    elif stat.S_ISREG(mode):
        reader.lone(target)
    else:
        raise TargetError(f"{shown(str(target))}: neither a folder nor a file")
    full = Path(os.path.abspath(target))  # noqa: PTH100  (Path.resolve would follow links out of the name given)
    return Inventory(
        target=shown(str(target)),
        kind=TargetKind.FOLDER if stat.S_ISDIR(mode) else TargetKind.FILE,
        root=tuple(shown(part) for part in full.parts[1:][-_ROOT_PARTS:]),
        folders=tuple(sorted(reader.folders)),
        files=tuple(sorted(reader.files, key=by_path)),
        unreadable=tuple(sorted(reader.unreadable, key=by_path)),
        files_seen=reader.seen,
        files_read=len(reader.files),
        lone_file=not stat.S_ISDIR(mode),
    )


def shown(name: str) -> str:
    """A path as text that can always be written: bytes that are not UTF-8 become ``\\xff``."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode("utf-8")


class _Reader:
    def __init__(
        self,
        wanted: Container[str],
        plain: Container[str],
        every_pe: bool,
        hashes: bool,
        cross_check: bool,
        on_file: Callable[[], None],
    ) -> None:
        self.wanted = wanted
        self.plain = plain
        self.every_pe = every_pe
        self.hashes = hashes
        self.cross_check = cross_check
        self.on_file = on_file
        self.seen = 0
        self.folders: list[str] = []
        self.files: list[InstalledFile] = []
        self.unreadable: list[UnreadableFile] = []

    def lone(self, path: Path) -> None:
        self.seen = 1
        self._file(path.resolve(), shown(path.name), evidence=True)

    def walk(self, target: Path) -> None:
        waiting = [(target, "")]
        while waiting:
            folder, inner = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        self._entry(entry, f"{inner}/{shown(entry.name)}".lstrip("/"), waiting)
            except OSError as error:
                if not inner:
                    raise TargetError(f"{shown(str(folder))}: the folder cannot be listed: {_why(error)}") from error
                self.unreadable.append(
                    UnreadableFile(path=inner, reason=f"the folder cannot be listed: {_why(error)}", is_folder=True)
                )
            else:
                self.folders.append(inner)

    def _entry(self, entry: os.DirEntry[str], inner: str, waiting: list[tuple[Path, str]]) -> None:
        try:
            is_link = entry.is_symlink() or _is_junction(entry)
            is_folder = entry.is_dir()
        except OSError as error:
            self.unreadable.append(UnreadableFile(path=inner, reason=_why(error)))
            return
        if is_folder:
            if is_link:
                self.unreadable.append(
                    UnreadableFile(path=inner, reason="a link to a folder, not followed", is_folder=True)
                )
            else:
                waiting.append((Path(entry.path), inner))
            return
        self.seen += 1
        self.on_file()
        evidence = name_of(inner) in self.wanted
        if is_link:
            if evidence:
                self.unreadable.append(UnreadableFile(path=inner, reason="a symbolic link, not followed"))
        elif evidence or (self.every_pe and _starts_like_a_program(entry)):
            self._file(Path(entry.path), inner, evidence=evidence)

    def _file(self, path: Path, inner: str, *, evidence: bool) -> None:
        size, modified = None, None
        try:
            status = path.stat()
            size, modified = status.st_size, _utc(status.st_mtime)
            if not stat.S_ISREG(status.st_mode):
                raise pe.PeError("not-a-pe", "not a regular file")
            if name_of(inner) in self.plain:
                digest = _sha256(path) if self.hashes and size <= MAX_HASHED_BYTES else None
                self.files.append(InstalledFile(path=inner, size=size, modified=modified, sha256=digest))
                return
            facts = pe.read_pe_file(path, mapi=name_of(inner) in _MAPI_SET)
            notes = list(facts.notes)
            digest = None
            if evidence and self.hashes:
                if status.st_size > MAX_HASHED_BYTES:
                    notes.append(f"not hashed: larger than {MAX_HASHED_BYTES} bytes")
                else:
                    digest = _sha256(path)
            if self.cross_check and (evidence or self.every_pe):
                notes.extend(_second_opinion(path, facts))
        except (OSError, pe.PeError) as error:
            reason = str(error) if isinstance(error, pe.PeError) else _why(error)
            self.unreadable.append(UnreadableFile(path=inner, reason=reason, size=size, modified=modified))
            return
        self.files.append(
            InstalledFile(
                path=inner,
                size=size,
                modified=modified,
                version=facts.version,
                version_string=facts.string("FileVersion"),
                product_name=facts.string("ProductName"),
                company_name=facts.string("CompanyName"),
                original_filename=facts.string("OriginalFilename"),
                internal_name=facts.string("InternalName"),
                description=facts.string("FileDescription"),
                languages=tuple(dict.fromkeys(language for language, _ in facts.translations)),
                machine=facts.machine,
                linked=facts.linked,
                outlook_stub=facts.exports_get_outlook_version,
                sha256=digest,
                notes=tuple(notes),
            )
        )


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _MOUNT_POINT if os.name == "nt" else False


def _starts_like_a_program(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_file(follow_symlinks=False):
            return False
        with Path(entry.path).open("rb") as stream:
            return stream.read(2) == b"MZ"
    except OSError:
        return True  # read again by the caller, which records why it cannot be


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _second_opinion(path: Path, facts: pe.PeFacts) -> tuple[str, ...]:
    """What pefile reads otherwise, and a checksum that is not the content's; it is imported only when asked for."""
    from hotfix_check.pe_crosscheck import cross_check

    try:
        other = cross_check(path, facts)
    except pe.PeError as error:
        return (f"not-cross-checked: {error}",)
    notes = []
    if other.version_differs:
        notes.append(f"readers-disagree: pefile reads {other.version}, the version block says {facts.version}")
    if other.checksum_stored not in (0, other.checksum_computed):
        notes.append(
            f"checksum-wrong: the header says {other.checksum_stored:#010x}, the content gives "
            f"{other.checksum_computed:#010x}, so it was changed after it was linked"
        )
    return tuple(notes)


def _utc(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).rstrip(".")
