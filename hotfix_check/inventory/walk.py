"""What lies in a folder and matters; no file is opened, and no link followed unless that is asked for.

A disk has far more files than matter, so the name is looked at before anything else is done, and nothing is kept of a
file that does not matter but its count.
"""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Iterator
from dataclasses import field
from typing import NamedTuple

from hotfix_check.errors import TargetError
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.file_facts import Asked, OnFile, utc_time, why
from hotfix_check.inventory.files import UnreadableFile, name_of
from hotfix_check.inventory.hives import HIVE_NAME
from hotfix_check.inventory.images import LAST_SUFFIXES, may_be_container
from hotfix_check.inventory.open_file import OpenFile
from hotfix_check.inventory.open_folder import HELD, OpenFolder, Place, open_folder, place_of
from hotfix_check.inventory.program_folders import PROGRAM_SUFFIXES, has_programs, is_program_name
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped, path_text
from hotfix_check.untrusted.windows_paths import shown_path

MAX_DEPTH = 1000  # folders in one another
MAX_PATH = 32_767  # characters of a folder's path in the target; Windows names none by a longer one
_LAST_LETTERS = frozenset(suffix[-2:] for suffix in (*LAST_SUFFIXES, *PROGRAM_SUFFIXES))
"""A file that is not wanted by its name matters by none that ends otherwise: asked first, as almost all do."""
_MOUNT_POINT = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: a junction, which os.DirEntry does not call a link


class FoundFolder(Frozen):
    """A folder to be listed: its path for the system, and as it is shown, relative to the target ("": the target).

    ``top`` is the path that was asked for, the target or a link that is followed; ``place`` is what was seen at the
    path when the folder was found, None for the top itself. ``programs``: every program file in it is read, and in
    what lies below it.
    """

    path: str
    inner: str
    top: str = ""
    place: Place | None = None
    programs: bool = False


class FoundFile(Frozen):
    """A regular file to be opened, from ``folder`` by its name where that is held open.

    ``evidence`` tells whether its name is wanted, ``program`` whether it is a program file of a folder whose programs
    are all read, ``follow`` whether it may be a link. ``lone`` is the file itself where it was pointed at, and so is
    open already.
    """

    path: str
    inner: str
    evidence: bool
    folder: OpenFolder | None = None
    follow: bool = False
    lone: OpenFile | None = None
    program: bool = False


class FoundLink(NamedTuple):
    """A link that is to be followed once everything before it was found, so that a file's own path goes first.

    ``programs``: it lies in a folder whose program files are all read.
    """

    inner: str
    path: str
    programs: bool = False


@dataclasses.dataclass(slots=True, kw_only=True)
class Walked:
    """What the walk has to tell so far beside the files: each with its path for the system, which orders equals."""

    folders: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, UnreadableFile]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    """How many files each listing saw."""
    links: list[FoundLink] = field(default_factory=list)
    """Not looked at yet."""
    file_links: list[FoundLink] = field(default_factory=list)
    """Those of them that lead to no folder, to be followed when all folders are listed."""
    passed_over: list[FoundFolder] = field(default_factory=list)
    """Folders outside those whose programs are all read that hold program files: those not read may count."""
    passed_links: list[FoundFile] = field(default_factory=list)
    """The same of program files that links lead to."""
    places: dict[Place, str] = field(default_factory=dict)
    """Folders found, where links are followed, and by which path: each counts once, and a ring ends."""


def list_folder(  # noqa: C901  (the innermost loop: a call for each file costs)
    folder: FoundFolder, asked: Asked, walked: Walked, on_file: OnFile
) -> Iterator[FoundFolder | FoundFile]:
    """Yield the folders and the files that matter in ``folder``, in the order in which the system lists them.

    All else goes to ``walked``. ``on_file`` is called for each file seen. Raises TargetError when it is the target
    itself that cannot be listed.
    """
    wanted, needs_all, follows, reads_programs = asked.wanted, asked.every_pe, asked.follow_links, folder.programs
    above, path = folder.inner + "/" if folder.inner else "", os.path.join(folder.path, "")  # noqa: PTH118
    seen, passed_over = 0, False
    try:
        held = _held(folder)
        if follows and _was_found_before(folder, held, walked):
            return
        with os.scandir(folder.path if held is None else held.fd) as entries:
            for entry in entries:
                try:
                    is_folder = entry.is_dir()
                    if not is_folder and not (follows and entry.is_symlink()):
                        seen += 1
                        if on_file is not None:
                            on_file()
                        if (name := entry.name.lower()) not in wanted and name != HIVE_NAME:
                            if name[-2:] not in _LAST_LETTERS and not needs_all:
                                continue
                            if name.endswith(PROGRAM_SUFFIXES):
                                if not reads_programs:
                                    passed_over = True
                                    if not needs_all:
                                        continue
                            elif not needs_all and not may_be_container(above + name):
                                continue
                    inner = above + path_text(entry.name)
                    found = _found(entry, path + entry.name, inner, folder, held, asked, walked, is_folder)
                except OSError as error:
                    found = UnreadableFile(path=above + path_text(entry.name), reason=why(error))
                if isinstance(found, UnreadableFile):
                    walked.unreadable.append((path + entry.name, found))
                elif found is not None:
                    yield found
    except OSError as error:
        walked.unreadable.append((folder.path, _unlisted(folder, error)))
    else:
        walked.folders.append(folder.inner)
        if passed_over:
            walked.passed_over.append(folder)
    walked.seen.append(seen)


def _unlisted(folder: FoundFolder, error: OSError) -> UnreadableFile:
    reason = f"the folder cannot be listed: {why(error)}"
    if not folder.inner:
        raise TargetError(f"{path_text(shown_path(folder.path))}: {reason}") from error
    return UnreadableFile(path=folder.inner, reason=reason, is_folder=True)


def _held(folder: FoundFolder) -> OpenFolder | None:
    """The folder open, on systems that can hold one. Raises OSError."""
    if not HELD:
        return None
    if folder.place is None:
        return open_folder(folder.path, folder.top, (), None)
    return open_folder(folder.path, folder.top, folder.path[len(folder.top) :].strip("/").split("/"), folder.place)


def _was_found_before(folder: FoundFolder, held: OpenFolder | None, walked: Walked) -> bool:
    """Whether a folder was found by another path, which is told: its files have roles there, and none is absent here.

    Raises OSError.
    """
    place = place_of(os.stat(folder.path)) if held is None else held.place  # noqa: PTH116
    if (first := walked.places.setdefault(place, folder.inner)) == folder.inner:
        return False
    way = "a link to" if folder.path == folder.top else "the same folder as"
    to = f"{clipped(first, LONGEST_PROBLEM)}, which is in the target" if first else "the target itself"
    walked.unreadable.append((folder.path, UnreadableFile(path=folder.inner, reason=f"{way} {to}", is_folder=True)))
    return True


def _found(
    entry: os.DirEntry[str],
    path: str,
    inner: str,
    folder: FoundFolder,
    held: OpenFolder | None,
    asked: Asked,
    walked: Walked,
    is_folder: bool,
) -> FoundFolder | FoundFile | UnreadableFile | None:
    """What an entry is, when it is a folder or a file that may matter; None when it does not, or is to be followed."""
    if entry.is_symlink() or (is_folder and _is_junction(entry)):
        if asked.follow_links:
            walked.links.append(FoundLink(path=path, inner=inner, programs=folder.programs))
            return None
        if is_folder:
            return UnreadableFile(path=inner, reason="a link to a folder, not followed", is_folder=True)
        name = name_of(inner)
        wanted = name in asked.wanted or (folder.programs and is_program_name(name))
        return UnreadableFile(path=inner, reason="a symbolic link, not followed") if wanted else None
    if is_folder:
        if inner.count("/") >= MAX_DEPTH or len(inner) > MAX_PATH:
            far = f"{MAX_DEPTH} folders deep" if len(inner) <= MAX_PATH else f"{MAX_PATH} characters of path"
            return UnreadableFile(path=inner, reason=f"the folder is not listed: more than {far}", is_folder=True)
        seen = place_of(entry.stat(follow_symlinks=False)) if HELD else None
        programs = folder.programs or has_programs(inner, asked.programs)
        return FoundFolder(path=path, inner=inner, top=folder.top, place=seen, programs=programs)
    name = name_of(inner)
    evidence, program = name in asked.wanted, folder.programs and is_program_name(name)
    if entry.is_file(follow_symlinks=False):
        return FoundFile(path=path, inner=inner, evidence=evidence, folder=held, program=program)
    if not (evidence or program):
        return None
    status = entry.stat(follow_symlinks=False)
    return UnreadableFile(
        path=inner, reason="not a regular file", size=status.st_size, modified=utc_time(status.st_mtime)
    )


def linked_folder(link: FoundLink, asked: Asked, walked: Walked) -> FoundFolder | None:
    """The folder that a link leads to, under the link's own name; None when it leads to none."""
    status = _status(link, walked)
    if status is None:
        return None
    if stat.S_ISDIR(status.st_mode):
        programs = link.programs or has_programs(link.inner, asked.programs)
        return FoundFolder(path=link.path, inner=link.inner, top=link.path, programs=programs)
    walked.file_links.append(link)
    return None


def linked_file(link: FoundLink, asked: Asked, walked: Walked, on_file: OnFile) -> FoundFile | None:
    """The file that a link leads to, under the link's own name, also when it has one in the target; None when it does
    not matter.
    """
    name = name_of(link.inner)
    evidence, program = name in asked.wanted, link.programs and is_program_name(name)
    status = _status(link, walked)
    if status is None:
        return None
    walked.seen.append(1)
    if on_file is not None:
        on_file()
    if stat.S_ISREG(status.st_mode):
        if is_program_name(name) and not (evidence or program):
            walked.passed_links.append(
                FoundFile(path=link.path, inner=link.inner, evidence=False, follow=True, program=True)
            )
        if evidence or program or asked.every_pe or name == HIVE_NAME:
            return FoundFile(path=link.path, inner=link.inner, evidence=evidence, follow=True, program=program)
    elif evidence or program:
        walked.unreadable.append(
            (link.path, UnreadableFile(path=link.inner, reason="a link to something that is not a regular file"))
        )
    return None


def _status(link: FoundLink, walked: Walked) -> os.stat_result | None:
    """That of what a link leads to; None where it cannot be had, which is told."""
    try:
        return os.stat(link.path)  # noqa: PTH116  (a path of the system, not only of text)
    except OSError as error:
        walked.unreadable.append((link.path, UnreadableFile(path=link.inner, reason=f"a link: {why(error)}")))
        return None


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _MOUNT_POINT if os.name == "nt" else False
