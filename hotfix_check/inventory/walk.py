"""What lies in a folder and matters; nothing is opened and no link is followed.

A disk has far more files than matter, so the name is looked at before anything else is done, and nothing is kept of a
file that does not matter but its count.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hotfix_check.errors import TargetError
from hotfix_check.inventory.file_facts import Asked, utc_time, why
from hotfix_check.inventory.files import UnreadableFile, name_of

_MOUNT_POINT = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: a junction, which os.DirEntry does not call a link


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFolder:
    """A folder to be listed: its path for the system, and as it is shown, relative to the target ("": the target)."""

    path: str
    inner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A regular file to be opened; ``evidence`` tells whether its name is wanted."""

    path: str
    inner: str
    evidence: bool


@dataclass(slots=True, kw_only=True)
class Walked:
    """What the walk has to tell so far beside the files: each with its path for the system, which orders equals."""

    folders: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, UnreadableFile]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    """How many files each listing saw."""


def list_folder(
    folder: FoundFolder, asked: Asked, walked: Walked, on_file: Callable[[], None] | None
) -> Iterator[FoundFolder | FoundFile]:
    """Yield the folders and the files that matter in ``folder``, in the order in which the system lists them.

    All else goes to ``walked``. ``on_file`` is called for each file seen. Raises TargetError when it is the target
    itself that cannot be listed.
    """
    wanted, every_pe = asked.wanted, asked.every_pe
    above = folder.inner + "/" if folder.inner else ""
    seen = 0
    found: FoundFolder | FoundFile | UnreadableFile | None
    try:
        with os.scandir(folder.path) as entries:
            for entry in entries:
                try:
                    is_link = entry.is_symlink()
                    is_folder = entry.is_dir()
                    if not is_folder:
                        seen += 1
                        if on_file is not None:
                            on_file()
                        if not every_pe and entry.name.lower() not in wanted:
                            continue
                    found = _found(entry, above + shown(entry.name), asked, is_link=is_link, is_folder=is_folder)
                except OSError as error:
                    found = UnreadableFile(path=above + shown(entry.name), reason=why(error))
                if isinstance(found, UnreadableFile):
                    walked.unreadable.append((entry.path, found))
                elif found is not None:
                    yield found
    except OSError as error:
        reason = f"the folder cannot be listed: {why(error)}"
        if not folder.inner:
            raise TargetError(f"{shown(folder.path)}: {reason}") from error
        walked.unreadable.append((folder.path, UnreadableFile(path=folder.inner, reason=reason, is_folder=True)))
    else:
        walked.folders.append(folder.inner)
    walked.seen.append(seen)


def _found(
    entry: os.DirEntry[str], inner: str, asked: Asked, *, is_link: bool, is_folder: bool
) -> FoundFolder | FoundFile | UnreadableFile | None:
    """What an entry is, when it is a folder or a file that may matter; None when it does not after all."""
    if is_folder:
        if is_link or _is_junction(entry):
            return UnreadableFile(path=inner, reason="a link to a folder, not followed", is_folder=True)
        return FoundFolder(path=entry.path, inner=inner)
    evidence = name_of(inner) in asked.wanted
    if is_link:
        return UnreadableFile(path=inner, reason="a symbolic link, not followed") if evidence else None
    if entry.is_file(follow_symlinks=False):
        return FoundFile(path=entry.path, inner=inner, evidence=evidence)
    if not evidence:
        return None
    status = entry.stat(follow_symlinks=False)
    return UnreadableFile(
        path=inner, reason="not a regular file", size=status.st_size, modified=utc_time(status.st_mtime)
    )


def shown(name: str) -> str:
    """A path as text that can always be written: bytes that are not UTF-8 become ``\\xff``."""
    if name.isascii():
        return name
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _MOUNT_POINT if os.name == "nt" else False
