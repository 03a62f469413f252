"""A target on disk to an Inventory. Nothing is followed, run or written; one bad file never ends the walk."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Container
from pathlib import Path

from hotfix_check import pe
from hotfix_check.errors import TargetError
from hotfix_check.inventory.archive_form import ArchiveForm, archive_form
from hotfix_check.inventory.file_facts import Asked, FileBytes, file_facts, utc_time, why
from hotfix_check.inventory.files import InstalledFile, Inventory, TargetKind, UnreadableFile, by_path, name_of
from hotfix_check.inventory.overlap import work_through
from hotfix_check.inventory.walk import FoundFile, FoundFolder, Walked, list_folder, shown
from hotfix_check.pe_bytes import open_regular, positioned

_ROOT_PARTS = 5


def read_target(
    target: Path,
    *,
    wanted: Container[str],
    plain: Container[str] = frozenset(),
    every_pe: bool = False,
    hashes: bool = True,
    cross_check: bool = False,
    on_file: Callable[[], None] | None = None,
) -> Inventory:
    """Collect a folder (with all below it), an archive (with all in it) or one file.

    ``wanted`` holds the lower-case names that are evidence: only such files are opened and hashed. Those in ``plain``
    have no version resource (.cfg, .asp): of them size, time and hash are evidence. With ``every_pe`` all PE files are
    read, whatever their suffix. ``on_file`` is called for each file seen, never by two threads at once. Raises
    TargetError when the target is missing or is neither a folder nor a file.
    """
    asked = Asked(wanted=wanted, plain=plain, every_pe=every_pe, hashes=hashes, cross_check=cross_check)
    try:
        mode = target.stat().st_mode
    except OSError as error:
        raise TargetError(f"{shown(str(target))}: {why(error)}") from error
    walked = Walked()
    files: list[tuple[str, InstalledFile]] = []

    def read(found: FoundFile) -> None:
        facts = read_file(found, asked)
        if isinstance(facts, InstalledFile):
            files.append((found.path, facts))
        elif facts is not None:
            walked.unreadable.append((found.path, facts))

    if stat.S_ISDIR(mode):
        count = _one_at_a_time(on_file)
        root = FoundFolder(path=os.fspath(target), inner="")
        work_through(root, lambda folder: list_folder(folder, asked, walked, count), read)
    elif stat.S_ISREG(mode) and (form := _archive_form(target)) is not None:
        from hotfix_check.inventory.archive import read_archive

        content = read_archive(target, form, asked, on_file)
        return Inventory(
            target=shown(str(target)),
            kind=TargetKind.ARCHIVE,
            root=_root(target),
            folders=content.folders,
            files=content.files,
            unreadable=content.unreadable,
            files_seen=content.files_seen,
            files_read=len(content.files),
            lone_file=False,
        )
    elif stat.S_ISREG(mode):
        walked.seen.append(1)
        read(FoundFile(path=str(target.resolve()), inner=shown(target.name), evidence=True))
    else:
        raise TargetError(f"{shown(str(target))}: neither a folder nor a file")
    return Inventory(
        target=shown(str(target)),
        kind=TargetKind.FOLDER if stat.S_ISDIR(mode) else TargetKind.FILE,
        root=_root(target),
        folders=tuple(sorted(walked.folders)),
        files=tuple(file for _, file in sorted(files, key=_by_path)),
        unreadable=tuple(file for _, file in sorted(walked.unreadable, key=_by_path)),
        files_seen=sum(walked.seen),
        files_read=len(files),
        lone_file=not stat.S_ISDIR(mode),
    )


def _root(target: Path) -> tuple[str, ...]:
    full = Path(os.path.abspath(target))  # noqa: PTH100  (Path.resolve would follow links out of the name given)
    return tuple(shown(part) for part in full.parts[1:][-_ROOT_PARTS:])


def _archive_form(target: Path) -> ArchiveForm | None:
    try:
        fd, _ = open_regular(target.resolve())
    except (OSError, pe.PeError):
        return None  # said when it is read as a file
    try:
        return archive_form(positioned(fd))
    except OSError:
        return None
    finally:
        os.close(fd)


def read_file(found: FoundFile, asked: Asked) -> InstalledFile | UnreadableFile | None:
    """The facts of a file on disk, or why it gives none; None when it is not asked for after all."""
    try:
        if found.evidence and not asked.hashes and name_of(found.inner) in asked.plain:
            status = Path(found.path).stat()
            return InstalledFile(path=found.inner, size=status.st_size, modified=utc_time(status.st_mtime))
        fd, status = open_regular(found.path)
    except (OSError, pe.PeError) as error:
        return _unopened(found, str(error) if isinstance(error, pe.PeError) else why(error))
    try:
        file = FileBytes(
            path=found.inner,
            size=status.st_size,
            modified=utc_time(status.st_mtime),
            read_at=positioned(fd),
            sha256=lambda: _sha256(fd),
        )
        return file_facts(file, asked, evidence=found.evidence)
    finally:
        os.close(fd)


def _unopened(found: FoundFile, reason: str) -> UnreadableFile:
    try:
        status = Path(found.path).stat()
    except OSError:
        return UnreadableFile(path=found.inner, reason=reason)
    return UnreadableFile(path=found.inner, reason=reason, size=status.st_size, modified=utc_time(status.st_mtime))


def _sha256(fd: int) -> str:
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb", buffering=0, closefd=False) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _by_path(found: tuple[str, InstalledFile] | tuple[str, UnreadableFile]) -> tuple[str, str, str]:
    """Two paths that the system tells apart can be shown alike; their order is certain too."""
    return (*by_path(found[1]), found[0])


def _one_at_a_time(on_file: Callable[[], None] | None) -> Callable[[], None] | None:
    if on_file is None:
        return None
    lock = threading.Lock()

    def locked() -> None:
        with lock:
            on_file()

    return locked
