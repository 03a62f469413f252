"""The files in a package: in the cabinets of a self-extracting program, of a Windows Installer file, or one alone.

A cabinet begins with MSCF, four zero bytes, its length, and, 24 bytes in, version 1.3 ([MS-CAB] 2.1); so it is found
wherever a program carries it: behind its sections, in one of them, or in a resource. Cabinets and Windows Installer
files inside are opened too, three levels deep. Nothing is run, and nothing is written to a disk.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from datetime import datetime

from hotfix_check.drafts.package.installer import OLE_MAGIC, installer_cabinets
from hotfix_check.errors import PackageError
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.archives.member import ArchiveFault, Budget, Member, MemberFault, Unpacked, inner_path
from hotfix_check.inventory.archives.system_library import CABINETS_NEED
from hotfix_check.untrusted.shown import clipped

MAX_CABINETS = 100  # in one file
MAX_DEPTH = 3
_CABINET_MAGIC = b"MSCF\0\0\0\0"
_HEADER = struct.Struct("<8sI4xI4xBBHHH")  # cbCabinet, coffFiles, version minor and major, folders, files, flags
_FOLDER = struct.Struct("<IHH")
_RESERVE = 4  # flag: sizes of reserved areas follow the header
_CODECS = {2: "Quantum", 3: "LZX"}


class PackedFile(Frozen):
    """One file of a package: its path there, its bytes, and the time on the wall clock that the cabinet gives."""

    path: str
    data: bytes
    local_time: datetime | None = None


def unpack(data: bytes, take: Callable[[PackedFile], None]) -> tuple[str, ...]:
    """Give each file of a package to ``take``, none of them kept; a line for each thing that could not be unpacked.

    Raises PackageError when there is no cabinet in it, when nothing of it can be read, or when it unpacks to too much.
    """
    opening = _Opening(take, Budget(len(data)))
    try:
        found = opening.open(data, "", 0)
    except ArchiveFault as fault:
        raise PackageError(str(fault)) from None
    if not found:
        raise PackageError("no cabinet in it, so it is not a hotfix package that can be read")
    if not opening.taken:
        raise PackageError(opening.faults[0] if opening.faults else "its cabinets are empty")
    return tuple(opening.faults)


class _Opening:
    """One package while it is unpacked."""

    def __init__(self, take: Callable[[PackedFile], None], budget: Budget) -> None:
        self.faults: list[str] = []
        self.taken = 0
        self.budget = budget
        self.take = take

    def open(self, data: bytes, path: str, depth: int) -> bool:
        """Take what is in the cabinets of a file; whether there is one. Raises ArchiveFault when it is too much."""
        found = False
        for names, cabinet in _cabinets(data, self.faults):
            found = True
            try:
                _read_cabinet(io.BytesIO(cabinet), _Taker(self, names, depth))
            except ArchiveFault as fault:
                self.budget.unpack(0)  # raises again where it is this that was too much
                self.budget.list(0)
                self.faults.append(f"{clipped(path) or 'a cabinet'}: {_codec(cabinet) or ''}{clipped(str(fault), 200)}")
        return found


def _cabinets(data: bytes, faults: list[str]) -> Iterator[tuple[dict[str, str], bytes]]:
    """Each cabinet with the names of the files whose names in it are keys."""
    if data.startswith(OLE_MAGIC):
        names, streams = installer_cabinets(data)
        for stream in streams[:MAX_CABINETS]:
            yield names, stream
        return
    at = count = 0
    while (at := data.find(_CABINET_MAGIC, at)) >= 0 and count < MAX_CABINETS:
        length = _length(data, at)
        if length is None:
            at += 1
            continue
        count += 1
        if at + length > len(data):
            faults.append(f"a cabinet at byte {at} is cut off: {len(data) - at} of {length} bytes are there")
        yield {}, data[at : at + length]
        at += length


def _length(data: bytes, at: int) -> int | None:
    """The length of the cabinet that begins here, None when none does."""
    if len(data) < at + _HEADER.size:
        return None
    _, length, files_at, minor, major, folders, files, _ = _HEADER.unpack_from(data, at)
    if (minor, major) != (3, 1) or not folders or not files or not _HEADER.size <= files_at < length:
        return None
    return int(length)


def _codec(cabinet: bytes) -> str | None:
    """Words for a compression that keeps a cabinet from being read."""
    if len(cabinet) < _HEADER.size:
        return None
    flags = _HEADER.unpack_from(cabinet)[-1]
    at = 36
    if flags & _RESERVE and len(cabinet) >= 40:
        at += 4 + struct.unpack_from("<H", cabinet, 36)[0]
    if flags & 3 or len(cabinet) < at + _FOLDER.size:  # names of the cabinets before and after stand between
        return None
    name = _CODECS.get(_FOLDER.unpack_from(cabinet, at)[2] & 0xF)
    return f"compressed by {name}: " if name else None


class _Taker:
    """Takes every file of one cabinet."""

    def __init__(self, opening: _Opening, names: dict[str, str], depth: int) -> None:
        self._opening = opening
        self._names = names
        self._depth = depth

    def offer(self, member: Member) -> Unpacked | None:
        self._opening.budget.list()
        if member.kind != "file":
            return None
        try:
            path = inner_path(self._names.get(member.name, member.name))
            return Unpacked(member, path, self._opening.budget, any_content=True, nested=False)
        except MemberFault as fault:
            self._opening.faults.append(f"{clipped(member.name)}: {fault}")
            return None

    def fail(self, unpacked: Unpacked, reason: str) -> None:
        self._opening.faults.append(f"{clipped(unpacked.path)}: {reason}")

    def done(self, unpacked: Unpacked) -> None:
        """Take a file, or what is in it."""
        file = PackedFile(path=unpacked.path, data=bytes(unpacked.data), local_time=unpacked.member.local_time)
        nested = file.data.startswith((_CABINET_MAGIC, OLE_MAGIC)) and self._depth < MAX_DEPTH
        if not nested or not self._opening.open(file.data, file.path, self._depth + 1):
            self._opening.taken += 1
            self._opening.take(file)


def _read_cabinet(stream: io.BytesIO, taker: _Taker) -> None:
    try:
        from hotfix_check.inventory.archives.cabinet_members import read_cabinet
    except (ImportError, OSError, AttributeError, TypeError):  # as loading a system library fails
        raise PackageError(f"reading a cabinet needs {CABINETS_NEED}") from None
    read_cabinet(stream, taker)  # type: ignore[arg-type]  # of a taker it needs what this one has
