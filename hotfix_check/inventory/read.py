"""A folder or a file to an Inventory. Nothing is run or written, no link followed unasked; a bad file ends nothing."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from operator import itemgetter
from pathlib import Path

from hotfix_check import pe
from hotfix_check.errors import TargetError
from hotfix_check.frozen import replace
from hotfix_check.inventory.file_facts import MAX_HASHED_BYTES, Asked, FileBytes, OnFile, file_facts, utc_time, why
from hotfix_check.inventory.files import (
    InstalledFile,
    Inventory,
    TargetFile,
    TargetKind,
    UnreadableFile,
    by_path,
    folder_of,
    name_of,
)
from hotfix_check.inventory.hives import HIVE_NAME, KEPT_ASIDE, is_hive_place, is_kept_aside, the_one
from hotfix_check.inventory.images import container_words, may_be_container
from hotfix_check.inventory.open_file import OpenFile
from hotfix_check.inventory.overlap import work_through
from hotfix_check.inventory.program_folders import (
    holds_programs,
    homes_shown,
    is_in,
    is_program_name,
    target_has_programs,
)
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.inventory.walk import FoundFile, FoundFolder, Walked, linked_file, linked_folder, list_folder
from hotfix_check.pe.bytes import opened, positioned
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped, path_text
from hotfix_check.untrusted.windows_paths import IN_USE, system_path

_ROOT_PARTS = 5
_PIECE = 1 << 18  # bytes hashed at once
_TWINS_NAMED = 2
_TIMES_READ = 2  # a file that changes meanwhile
_COPY_IT = ", as Windows does while it runs: 'reg save HKLM\\SOFTWARE FILE' makes a copy that can be read"


def read_disk(
    target: Path, asked: Asked, on_file: OnFile = None, *, is_folder: bool, lone: OpenFile | None = None
) -> Inventory:
    """Collect a folder with all below it, or the one file at ``target``, which is ``lone`` where it could be opened.

    Of folders whose path ends as one of ``asked.programs`` every program file is read, for its version and not hashed,
    and of those of a server that one of ``asked.markers`` or the registry shows elsewhere; where there is no such
    folder, nor one of Windows', of all folders. A registry hive that lies where Windows keeps it is read too; hives.py
    says which one counts. ``on_file`` is called for each file seen, never by two threads at once.
    """
    walked, root, full = Walked(), root_of(target), _full_parts(target)
    files: list[tuple[str, InstalledFile]] = []
    hives: list[tuple[str, RegistryRecords]] = []

    def read(found: FoundFile) -> None:
        facts = _read_found(found, asked, root, full if is_folder else full[:-1])
        if isinstance(facts, RegistryRecords):
            hives.append((found.path, facts))
        elif isinstance(facts, InstalledFile):
            files.append((found.path, facts))
        elif facts is not None:
            walked.unreadable.append((found.path, facts))

    if is_folder:
        _walk(target, root, asked, walked, _one_at_a_time(on_file), read)
    else:
        walked.seen.append(1)
        read(FoundFile(path=system_path(target), inner=path_text(target.name), evidence=True, follow=True, lone=lone))
    registry, others = the_one(records for _, records in sorted(hives, key=itemgetter(0)))
    if is_folder and asked.programs and not target_has_programs(root, asked.programs):
        told = frozenset((*(file.path for _, file in files), *(bad.path for _, bad in walked.unreadable)))
        _read_passed_over(walked, homes_shown(told, walked.folders, registry, asked), asked, told, read)
    walked.unreadable.extend((one.path, one) for one in others)
    unreadable = tuple(file for _, file in sorted(walked.unreadable, key=_by_path))
    return Inventory(
        target=path_text(str(target)),
        kind=TargetKind.FOLDER if is_folder else TargetKind.FILE,
        root=root,
        folders=tuple(sorted(walked.folders)),
        files=_with_case_duplicates([file for _, file in sorted(files, key=_by_path)], unreadable),
        unreadable=unreadable,
        files_seen=sum(walked.seen),
        files_read=len(files),
        lone_file=not is_folder,
        registry=registry,
    )


def _walk(
    target: Path,
    root: tuple[str, ...],
    asked: Asked,
    walked: Walked,
    count: OnFile,
    read: Callable[[FoundFile], None],
) -> None:
    """All below a folder: what lies there, then what links lead to."""
    top = system_path(target)
    first = FoundFolder(path=top, inner="", top=top, programs=target_has_programs(root, asked.programs))
    work_through(first, lambda folder: list_folder(folder, asked, walked, count), read)
    while walked.links:
        links, walked.links = sorted(walked.links), []
        for link in links:
            if (folder := linked_folder(link, asked, walked)) is not None:
                work_through(folder, lambda folder: list_folder(folder, asked, walked, count), read)
    for link in sorted(walked.file_links):
        if (file := linked_file(link, asked, walked, count)) is not None:
            read(file)


def _read_passed_over(
    walked: Walked, homes: frozenset[str], asked: Asked, known: frozenset[str], read: Callable[[FoundFile], None]
) -> None:
    """The programs of folders that are not called as a server's: where no folder is, of all, else where one lies.

    ``known`` are the paths of which something is told already.
    """
    every = not holds_programs(walked.folders, asked.programs)
    for folder in walked.passed_over:
        if every or is_in(folder.inner, homes):
            _read_programs(folder, asked, walked, known, read)
    for found in walked.passed_links:
        if found.inner not in known and (every or is_in(folder_of(found.inner), homes)):
            read(found)


Facts = TargetFile | RegistryRecords | None


def _read_found(found: FoundFile, asked: Asked, root: tuple[str, ...], above: tuple[str, ...]) -> Facts:
    """What a file is; None for one that is not asked for. ``above`` are the parts of the path that it lies below."""
    if not found.program:  # by its suffix no hive and no disk image
        if name_of(found.inner) == HIVE_NAME and is_hive_place((*above, *found.inner.split("/"))):
            return _unopened(found, KEPT_ASIDE) if is_kept_aside(found.inner, root) else _found_hive(found, asked)
        if not found.evidence and (image := _container(found)) is not None:
            return image
        if not (found.evidence or asked.every_pe):
            return None
    return read_file(found, asked)


def _read_programs(
    folder: FoundFolder, asked: Asked, walked: Walked, known: frozenset[str], read: Callable[[FoundFile], None]
) -> None:
    """Read the program files of a folder that was listed without them; what else is to be said of it was said.

    One that is no regular file, or a link that is not followed, is a program that cannot be read.
    """
    again, told = replace(folder, programs=True), Walked()
    for found in list_folder(again, replace(asked, wanted=frozenset(), every_pe=False), told, None):
        if isinstance(found, FoundFile) and found.program and found.inner not in known:
            read(found)
    walked.unreadable.extend(
        (path, file)
        for path, file in told.unreadable
        if not file.is_folder and file.path not in known and is_program_name(name_of(file.path))
    )


def root_of(target: Path) -> tuple[str, ...]:
    """The last parts of a target's full path, which tell the roles of its folders."""
    return tuple(map(path_text, _full_parts(target)[-_ROOT_PARTS:]))


def _full_parts(target: Path) -> tuple[str, ...]:
    return Path(os.path.abspath(target)).parts[1:]  # noqa: PTH100  (Path.resolve would follow links out of the name given)


def read_file(found: FoundFile, asked: Asked) -> TargetFile | None:
    """The facts of a file on disk, or why it gives none; None when it is not asked for after all.

    One that changes while it is read is read once more: versions and hash must be those of one moment.
    """
    try:
        if found.evidence and not asked.hashes and name_of(found.inner) in asked.plain:
            status = _status(found)
            return InstalledFile(path=found.inner, size=status.st_size, modified=utc_time(status.st_mtime))
        with _opened(found) as (fd, before):
            return _read_open(fd, before, found, asked)
    except (OSError, pe.PeError) as error:
        return _unopened(found, why(error))


def _read_open(fd: int, before: os.stat_result, found: FoundFile, asked: Asked) -> TargetFile | None:
    read_at = positioned(fd)
    for _ in range(_TIMES_READ):
        size, modified = before.st_size, utc_time(before.st_mtime)
        file = FileBytes(
            path=found.inner, size=size, modified=modified, read_at=read_at, sha256=partial(_sha256, fd, size)
        )
        facts = file_facts(file, asked, evidence=found.evidence, program=found.program)
        now = os.fstat(fd)
        if facts is None or _is_same(now, before):
            return facts
        before = now
    return _with_status(found, "it changed while it was read", before)


def _container(found: FoundFile) -> UnreadableFile | None:
    """What an image or archive in a folder is, by its bytes; None for what is none, or is not called as they are."""
    if not may_be_container(found.inner):
        return None
    try:
        with _opened(found) as (fd, status):
            words = container_words(positioned(fd), status.st_size)
    except (OSError, pe.PeError):
        return None
    return (
        None if words is None else UnreadableFile(path=found.inner, reason=words, is_folder=True, size=status.st_size)
    )


def _found_hive(found: FoundFile, asked: Asked) -> RegistryRecords | UnreadableFile:
    """The records of a hive on disk, or why it gives none."""
    from hotfix_check.inventory.hive import HiveError, read_hive

    try:
        with _opened(found) as (fd, status):
            hashed = asked.hashes and status.st_size <= MAX_HASHED_BYTES
            digest = (lambda: _sha256(fd, status.st_size)) if hashed else None
            records = read_hive(found.inner, status.st_size, positioned(fd), digest, asked.registry)
            if _is_same(os.fstat(fd), status):
                return records
            return UnreadableFile(path=found.inner, reason="the registry hive changed while it was read")
    except (OSError, pe.PeError, HiveError) as error:
        reason = why(error)
        return _unopened(found, f"{reason}{_COPY_IT}" if reason == IN_USE else reason)


def named_hive(hive: Path, asked: Asked) -> RegistryRecords:
    """The records of a registry hive that was named. Raises TargetError when it cannot be read."""
    name = path_text(str(hive))
    records = _found_hive(FoundFile(path=str(hive), inner=name, evidence=True, follow=True), asked)
    if isinstance(records, UnreadableFile):
        raise TargetError(f"{name}: {records.reason}")
    return records


def _opened(found: FoundFile) -> AbstractContextManager[tuple[int, os.stat_result]]:
    """A descriptor and the status; a lone file is open already."""
    if found.lone is not None and found.lone.fd is not None:
        return nullcontext((found.lone.fd, os.fstat(found.lone.fd)))
    path, folder = _way_to(found)
    return opened(path, dir_fd=folder, follow=found.follow)


def _status(found: FoundFile) -> os.stat_result:
    path, folder = _way_to(found)
    return os.stat(path, dir_fd=folder, follow_symlinks=found.follow)


def _way_to(found: FoundFile) -> tuple[str, int | None]:
    """Its name in the folder that is held open, else its whole path."""
    return (found.path, None) if found.folder is None else (found.path.rpartition("/")[2], found.folder.fd)


def _is_same(now: os.stat_result, before: os.stat_result) -> bool:
    return now.st_size == before.st_size and now.st_mtime_ns == before.st_mtime_ns


def _with_case_duplicates(
    files: Sequence[InstalledFile], unreadable: Sequence[UnreadableFile]
) -> tuple[InstalledFile, ...]:
    """The same files; those whose path another has too, but for case, say so: Windows would see one of them.

    A note names few of the others, since there can be as many as a name has ways to be spelt.
    """
    paths = {*(file.path for file in files), *(file.path for file in unreadable)}
    if len({path.lower() for path in paths}) == len(paths):
        return tuple(files)
    spelt: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        spelt[path.lower()].append(path)

    def told(file: InstalledFile) -> InstalledFile:
        alike = spelt[file.path.lower()]
        if len(alike) == 1:
            return file
        others = [path for path in alike[: _TWINS_NAMED + 1] if path != file.path][:_TWINS_NAMED]
        more = len(alike) - 1 - len(others)
        names = ", ".join(clipped(path, LONGEST_PROBLEM) for path in others) + (f" and {more} more" if more else "")
        verb = "are" if len(others) > 1 else "is"
        note = f"case-duplicate: {names} {verb} the same path on Windows, which would see one of them"
        return replace(file, notes=(*file.notes, note))

    return tuple(map(told, files))


def _unopened(found: FoundFile, reason: str) -> UnreadableFile:
    try:
        status = _status(found)
    except OSError:
        return UnreadableFile(path=found.inner, reason=reason)
    return _with_status(found, reason, status)


def _with_status(found: FoundFile, reason: str, status: os.stat_result) -> UnreadableFile:
    return UnreadableFile(path=found.inner, reason=reason, size=status.st_size, modified=utc_time(status.st_mtime))


def _sha256(fd: int, size: int) -> str:
    """Of the first ``size`` bytes: a file that grows as fast as it is read has an end all the same."""
    digest, read_at, offset = hashlib.sha256(), positioned(fd), 0
    while data := read_at(offset, min(_PIECE, size - offset)):
        digest.update(data)
        offset += len(data)
    return digest.hexdigest()


def _by_path(found: tuple[str, InstalledFile] | tuple[str, UnreadableFile]) -> tuple[str, str, str]:
    """Two paths that the system tells apart can be shown alike; their order is certain too."""
    return (*by_path(found[1]), found[0])


def _one_at_a_time(on_file: OnFile) -> OnFile:
    if on_file is None:
        return None
    lock = threading.Lock()

    def locked() -> None:
        with lock:
            on_file()

    return locked
