"""An archive as a target: read where it lies, into memory, with nothing written to a disk."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from hotfix_check.errors import TargetError
from hotfix_check.frozen import replace
from hotfix_check.inventory.archives.form import ArchiveForm, archive_form
from hotfix_check.inventory.archives.member import ArchiveFault, Budget, Unpacked, UnprovenFault
from hotfix_check.inventory.archives.members import Taker
from hotfix_check.inventory.archives.system_library import CABINETS_NEED
from hotfix_check.inventory.file_facts import Asked, OnFile
from hotfix_check.inventory.files import Inventory, TargetKind, by_path
from hotfix_check.inventory.program_folders import holds_programs, homes_shown, is_in
from hotfix_check.inventory.read import root_of
from hotfix_check.untrusted.shown import one_line, path_text

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
    ArchiveForm.SEVEN_ZIP: "py7zr: in a checkout, pip install '.[archives]'",
    ArchiveForm.ISO: "pycdlib: in a checkout, pip install '.[archives]'",
    ArchiveForm.CABINET: CABINETS_NEED,
}


def read_archive(
    target: Path, stream: BinaryIO, size: int, form: ArchiveForm, asked: Asked, on_file: OnFile
) -> Inventory:
    """Collect the open archive ``target``; one without a folder of a server or of Windows gives all its program files.

    One that cannot be read to its end lists no folder, and is unreadable. Archives within are opened, one level deep,
    when nothing beside them is evidence: then they are the evidence, packed one by one. Raises TargetError when its
    form needs what is not installed.
    """
    where = path_text(str(target))
    reader = _reader(form, f"{where}: ")
    taker = _taken(path_text(target.name), reader, stream, size, asked, on_file)
    if asked.programs and (more := _asked_again(taker, asked)) is not None:
        stream.seek(0)
        taker = _taken(path_text(target.name), reader, stream, size, more, None)
    return Inventory(
        target=where,
        kind=TargetKind.ARCHIVE,
        root=root_of(target),
        folders=tuple(sorted(taker.folders)),
        files=tuple(sorted(taker.files.values(), key=by_path)),
        unreadable=tuple(sorted(taker.unreadable.values(), key=by_path)),
        files_seen=taker.seen,
        files_read=len(taker.files),
        lone_file=False,
        registry=taker.hive,
    )


def _asked_again(taker: Taker, asked: Asked) -> Asked | None:
    """What to read an archive for once more: the programs that were passed over and are a server's after all."""
    if not taker.passed_over:
        return None
    if not holds_programs(taker.folders, asked.programs):
        return replace(asked, every_program=True)
    homes = homes_shown((*taker.files, *taker.unreadable), taker.folders, taker.hive, asked)
    return replace(asked, homes=homes) if any(is_in(folder, homes) for folder in taker.passed_over) else None


def _taken(name: str, reader: Reader, stream: BinaryIO, size: int, asked: Asked, on_file: OnFile) -> Taker:
    budget = Budget(size)
    taker = Taker(
        asked,
        budget,
        prefix=f"{name}!/",
        open_nested=lambda unpacked: _open_nested(unpacked, asked, budget, on_file),
        on_file=on_file,
    )
    taker.ended(name, size, _read(reader, stream, taker))
    return taker


def _open_nested(unpacked: Unpacked, asked: Asked, budget: Budget, on_file: OnFile) -> Taker | None:
    """What an archive within holds; None when the member is no archive after all."""
    form = archive_form(unpacked.file().read_at)
    if form not in _OPENED_WITHIN:
        return None
    taker = Taker(asked, budget, prefix=f"{unpacked.path}!/", on_file=on_file)
    try:
        fault = _read(_reader(form, ""), io.BytesIO(unpacked.data), taker)
    except TargetError as error:
        fault = str(error)
    taker.ended(unpacked.path, len(unpacked.data), fault)
    return taker


def _read(reader: Reader, stream: BinaryIO, taker: Taker) -> str | None:
    """Let a reader offer all members; why it could not, if so."""
    fault = None
    try:
        reader(stream, taker)
    except ArchiveFault as error:
        fault = str(error)
        if isinstance(error, UnprovenFault):
            taker.distrust()
    except Exception as error:
        fault = f"damaged: its reader ends with {type(error).__name__}: {error}"
    taker.finish()
    if fault is None and taker.encrypted:
        several = taker.encrypted > 1
        fault = f"encrypted: {taker.encrypted} file{'s' if several else ''} cannot be read without its password"
    return None if fault is None else one_line(fault, 200)


def _reader(form: ArchiveForm, where: str) -> Reader:
    module, function = _READERS[form]
    try:
        return getattr(import_module(f"hotfix_check.inventory.archives.{module}"), function)  # type: ignore[no-any-return]
    except (ImportError, OSError, AttributeError, TypeError) as error:  # as loading a system library fails
        raise TargetError(f"{where}reading a {form} archive needs {_NEEDS.get(form, 'a whole Python')}") from error
