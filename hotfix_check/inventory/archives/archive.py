"""An archive as a target: read where it lies, into memory, with nothing written to a disk."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from hotfix_check.errors import TargetError
from hotfix_check.frozen import dataclass
from hotfix_check.inventory.archives.form import ArchiveForm, archive_form
from hotfix_check.inventory.archives.member import ArchiveFault, Budget, UnprovenFault
from hotfix_check.inventory.archives.members import Taker
from hotfix_check.inventory.archives.system_library import CABINETS_NEED
from hotfix_check.inventory.archives.unpacking import Unpacked
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import InstalledFile, UnreadableFile, by_path
from hotfix_check.inventory.program_folders import has_programs, is_system_folder
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.untrusted.shown import clipped, path_text

Reader = Callable[[BinaryIO, Taker], None]

_READERS = {
    ArchiveForm.ZIP: ("zip_members", "read_zip"),
    ArchiveForm.TAR: ("tar_members", "read_tar"),
    ArchiveForm.SEVEN_ZIP: ("seven_zip_members", "read_seven_zip"),
    ArchiveForm.ISO: ("iso_members", "read_iso"),
    ArchiveForm.CABINET: ("cabinet_members", "read_cabinet"),
}
_OPENED_WITHIN = (ArchiveForm.ZIP, ArchiveForm.TAR, ArchiveForm.SEVEN_ZIP)
_NEEDS = {
    ArchiveForm.SEVEN_ZIP: "py7zr: pip install 'hotfix-check[archives]'",
    ArchiveForm.ISO: "pycdlib: pip install 'hotfix-check[archives]'",
    ArchiveForm.CABINET: CABINETS_NEED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveContent:
    """What an archive holds, as of ``Inventory``."""

    folders: tuple[str, ...]
    files: tuple[InstalledFile, ...]
    unreadable: tuple[UnreadableFile, ...]
    files_seen: int
    registry: RegistryRecords | None
    passed_over: bool = False


def read_archive(
    target: Path,
    stream: BinaryIO,
    size: int,
    form: ArchiveForm,
    asked: Asked,
    on_file: Callable[[], None] | None = None,
) -> ArchiveContent:
    """Collect an archive; one without a folder of a server or of Windows is read again for all its program files."""
    content = _read_archive(target, stream, size, form, asked, on_file)
    placed = any(has_programs(folder, asked.programs) or is_system_folder(folder) for folder in content.folders)
    if not asked.programs or not content.passed_over or placed:
        return content
    stream.seek(0)
    return _read_archive(target, stream, size, form, replace(asked, every_program=True), None)


def _read_archive(
    target: Path,
    stream: BinaryIO,
    size: int,
    form: ArchiveForm,
    asked: Asked,
    on_file: Callable[[], None] | None,
) -> ArchiveContent:
    """Collect the open archive ``target``. One that cannot be read to its end lists no folder, and is unreadable.

    Archives within are opened, one level deep, when nothing beside them is evidence: then they are the evidence, packed
    one by one. Raises TargetError when its form needs what is not installed.
    """
    reader = _reader(form, f"{target}: ")
    budget = Budget(size)
    name = path_text(target.name)
    taker = Taker(
        asked,
        budget,
        prefix=f"{name}!/",
        open_nested=lambda unpacked: _open_nested(unpacked, asked, budget, on_file),
        on_file=on_file,
    )
    fault = _read(reader, stream, taker)
    if fault is not None:
        taker.folders.clear()
        taker.unreadable[name] = UnreadableFile(path=name, reason=fault, is_folder=True, size=size)
    return ArchiveContent(
        folders=tuple(sorted(taker.folders)),
        files=tuple(sorted(taker.files.values(), key=by_path)),
        unreadable=tuple(sorted(taker.unreadable.values(), key=by_path)),
        files_seen=taker.seen,
        registry=taker.hive,
        passed_over=taker.passed_over,
    )


def _open_nested(unpacked: Unpacked, asked: Asked, budget: Budget, on_file: Callable[[], None] | None) -> Taker | None:
    """What an archive within holds; None when the member is no archive after all."""
    form = archive_form(unpacked.file().read_at)
    if form not in _OPENED_WITHIN:
        return None
    taker = Taker(asked, budget, prefix=f"{unpacked.path}!/", on_file=on_file)
    try:
        fault = _read(_reader(form, ""), io.BytesIO(unpacked.data), taker)
    except TargetError as error:
        fault = str(error)
    if fault is not None:
        taker.folders.clear()
        taker.unreadable[unpacked.path] = UnreadableFile(
            path=unpacked.path, reason=fault, is_folder=True, size=len(unpacked.data)
        )
    return taker


def _read(reader: Reader, stream: BinaryIO, taker: Taker) -> str | None:
    """Let a reader offer all members; why it could not, if so."""
    fault = None
    unproven = False
    try:
        reader(stream, taker)
    except ArchiveFault as error:
        fault = str(error)
        unproven = isinstance(error, UnprovenFault)
    except Exception as error:
        fault = f"damaged: its reader ends with {type(error).__name__}: {error}"
    if unproven:
        taker.distrust()
    taker.finish()
    if fault is None and taker.encrypted:
        several = taker.encrypted > 1
        fault = f"encrypted: {taker.encrypted} file{'s' if several else ''} cannot be read without its password"
    return None if fault is None else clipped(" ".join(fault.split()), 200)


def _reader(form: ArchiveForm, where: str) -> Reader:
    module, function = _READERS[form]
    try:
        return getattr(import_module(f"hotfix_check.inventory.archives.{module}"), function)  # type: ignore[no-any-return]
    except (ImportError, OSError, AttributeError, TypeError) as error:  # as loading a system library fails
        raise TargetError(f"{where}reading a {form} archive needs {_NEEDS.get(form, 'a whole Python')}") from error
