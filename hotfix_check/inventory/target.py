"""What a path is: one list says by what each kind of target is recognised and what reads it, and it is opened once.

The order is that of the list: text is recognised by its content before its name is looked at, and what nothing else
claims is taken for a program, whose reader says what is wrong with it.
"""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from hotfix_check import pe
from hotfix_check.errors import TargetError
from hotfix_check.frozen import dataclass
from hotfix_check.inventory.archives.form import ArchiveForm, archive_form
from hotfix_check.inventory.file_facts import Asked, OnFile, why
from hotfix_check.inventory.files import Inventory, TargetKind
from hotfix_check.inventory.images import document_words, image_words
from hotfix_check.inventory.open_file import OpenFile, bytes_as_file, opened_file
from hotfix_check.inventory.read import named_hive, read_disk
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.inventory.saved import MAX_BYTES, is_result, looks_saved, read_document, read_saved, unpacked_head
from hotfix_check.untrusted.shown import path_text
from hotfix_check.untrusted.windows_paths import ON_WINDOWS, system_path

STANDARD_INPUT = Path("-")
"""The path that means standard input; a file of that name is ./-"""
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """A path that was looked at. ``file`` is open where it is a file that can be opened."""

    path: Path
    is_folder: bool
    file: OpenFile | None = None

    @property
    def opened(self) -> OpenFile:
        """The file that it is. Raises TargetError for a folder, or for what could not be opened."""
        if self.file is None:
            raise TargetError(f"{path_text(str(self.path))}: cannot be opened as a file")
        return self.file

    @cached_property
    def _kind(self) -> _Kind:
        return next(kind for kind in _KINDS if kind.recognises(self))

    @property
    def kind(self) -> TargetKind:
        """What it is."""
        return self._kind.kind

    def document(self, what: str) -> object:
        """The JSON of what is saved. Raises SavedInputError."""
        return read_document(self.opened, what)

    def read(self, asked: Asked, on_file: OnFile = None) -> tuple[Inventory, ...]:
        """What it holds: one inventory, or several where it tells of several hosts."""
        return self._kind.reads(self, asked, on_file)


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: TargetKind
    recognises: Callable[[Target], bool]
    reads: Callable[[Target, Asked, OnFile], tuple[Inventory, ...]]


@contextmanager
def opened_target(path: Path) -> Iterator[Target]:
    """A target, open while it is asked. Raises TargetError when it is missing or is neither a folder nor a file."""
    where = path_text(str(path))
    if path == STANDARD_INPUT:
        yield Target(path=path, is_folder=False, file=_standard_input())
        return
    try:
        mode = os.stat(system_path(path)).st_mode  # noqa: PTH116
    except (OSError, ValueError) as error:
        raise TargetError(f"{where}: {why(error)}{_of_the_quotes(path)}") from error
    if stat.S_ISDIR(mode):
        yield Target(path=path, is_folder=True)
        return
    if not stat.S_ISREG(mode):
        raise TargetError(f"{where}: neither a folder nor a file")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(opened_file(path))
        except (OSError, pe.PeError):
            file = None  # why is said where it is read as a program
        yield Target(path=path, is_folder=False, file=file)


def _of_the_quotes(target: Path) -> str:
    """For cmd, which takes the last two characters of "C:\\dir\\" for a quotation mark."""
    asks = ON_WINDOWS and '"' in str(target)
    return ' (a path in quotation marks must not end in a backslash: "C:\\dir", not "C:\\dir\\")' if asks else ""


def _standard_input() -> OpenFile:
    where = "standard input"
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    except (AttributeError, ValueError) as error:
        raise TargetError(f"{where}: cannot be read: it is closed") from error
    except OSError as error:
        raise TargetError(f"{where}: cannot be read: {why(error)}") from error
    if len(data) > MAX_BYTES:
        raise TargetError(f"{where}: larger than {MAX_BYTES} bytes")
    if not data.strip():
        raise TargetError(f"{where}: nothing in it; a listing or a saved inventory expected")
    return bytes_as_file(data, where, "-")


def read_targets(target: Path, asked: Asked, on_file: OnFile = None) -> tuple[Inventory, ...]:
    """Collect what a path leads to: a folder, a file, an archive, a listing of another tool or a saved inventory.

    One inventory, or several where a listing tells of several hosts. ``on_file`` is called for each file seen, never by
    two threads at once. Raises TargetError when the target is missing or cannot be read as anything, SavedInputError
    for a saved inventory that is broken.
    """
    with opened_target(target) as opened:
        return opened.read(asked, on_file)


def tells_of_hosts(path: Path) -> bool:
    """Whether a file that lies among others is a listing, or says by its schema that it is a saved inventory or result.

    Its name counts for nothing. What cannot be opened is none, and a pipe or device is never waited for.
    """
    try:
        with opened_target(path) as target:
            file = target.file
            return file is not None and (_is_listing(file) or b'"hotfix-check/' in unpacked_head(file.head))
    except TargetError:
        return False


def read_target(target: Path, asked: Asked, on_file: OnFile = None) -> Inventory:
    """The same of a target that is one host; raises TargetError also for one that tells of several."""
    first, *others = read_targets(target, asked, on_file)
    if others:
        raise TargetError(f"{path_text(str(target))}: {len(others) + 1} hosts in it, one expected")
    return first


def hive_records(hive: Path, asked: Asked) -> RegistryRecords:
    """The records of a registry hive or export that was named. Raises TargetError when it cannot be read."""
    with opened_target(hive) as target:
        if target.kind is TargetKind.LISTING:
            (told,) = target.read(asked)
            if told.registry is not None:
                return told.registry
    return named_hive(hive, asked)


def _read_lone(target: Target, asked: Asked, on_file: OnFile) -> tuple[Inventory, ...]:
    file = target.file
    if file is not None and file.name.lower() not in asked.wanted and not _is_program(file):
        from hotfix_check.inventory.listings.commands import closest
        from hotfix_check.inventory.listings.recognise import other_text

        if (text := other_text(file)) is not None:
            raise TargetError(f"{file.where}: text, but not in a form that can be read. Closest are {closest(text)}")
    if file is not None and file.fd is None:
        raise TargetError(f"{file.where}: neither a listing nor a saved inventory; give a program by its path")
    return (read_disk(target.path, asked, on_file, is_folder=False, lone=file),)


def _read_archive(target: Target, asked: Asked, on_file: OnFile) -> tuple[Inventory, ...]:
    from hotfix_check.inventory.archives.archive import read_archive

    file, form = target.opened, _of_bytes(target, _archive_form)
    if form is None:
        raise TargetError(f"{file.where}: it changed while it was read")
    with file.stream() as stream:
        return (read_archive(target.path, stream, file.size, form, asked, on_file),)


def _is_listing(file: OpenFile) -> bool:
    """Whether it is a listing; what reads them is not loaded for a program."""
    if _is_program(file):
        return False
    from hotfix_check.inventory.listings.recognise import is_listing

    return is_listing(file)


def _is_program(file: OpenFile) -> bool:
    return file.head.startswith(b"MZ")


def _read_listing(target: Target, asked: Asked, on_file: OnFile) -> tuple[Inventory, ...]:
    from hotfix_check.inventory.listings.read import read_listing

    return read_listing(target.opened, asked)


def _archive_form(file: OpenFile) -> ArchiveForm | None:
    return archive_form(file.read_at)


def _of_bytes(target: Target, ask: Callable[[OpenFile], T]) -> T | None:
    """What a file's bytes tell; one that cannot be read says so when it is read as a program."""
    try:
        return None if target.file is None else ask(target.file)
    except OSError:
        return None


def _by_content(tells: Callable[[OpenFile], object]) -> Callable[[Target], bool]:
    return lambda target: bool(_of_bytes(target, tells))


def _refused(kind: TargetKind, words: Callable[[OpenFile], str | None]) -> _Kind:
    """A kind that is named as what it is, in the words that its bytes give."""

    def refuse(target: Target, asked: Asked, on_file: OnFile) -> tuple[Inventory, ...]:
        raise TargetError(f"{target.opened.where}: {_of_bytes(target, words)}")

    return _Kind(kind, _by_content(words), refuse)


_OF_A_RESULT = (
    "a saved result, which was judged already: 'hotfix-check convert' renders it again, "
    "'hotfix-check compare' compares it with a target"
)
_KINDS = (
    _Kind(
        TargetKind.FOLDER,
        lambda target: target.is_folder,
        lambda target, asked, on_file: (read_disk(target.path, asked, on_file, is_folder=True),),
    ),
    _refused(TargetKind.IMAGE, lambda file: document_words(file.head)),
    _Kind(TargetKind.LISTING, _by_content(_is_listing), _read_listing),
    _refused(TargetKind.RESULT, lambda file: _OF_A_RESULT if is_result(file) else None),
    _Kind(TargetKind.INVENTORY, _by_content(looks_saved), lambda target, asked, on_file: read_saved(target.opened)),
    _Kind(TargetKind.ARCHIVE, _by_content(_archive_form), _read_archive),
    _refused(TargetKind.IMAGE, lambda file: image_words(file.read_at, file.size)),
    _Kind(TargetKind.FILE, lambda target: True, _read_lone),
)
