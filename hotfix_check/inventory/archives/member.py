"""One member of an archive: what the archive says of it, what its name may be, and its bytes while they are unpacked:
into memory, never to a disk, and no more than are wanted.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from datetime import datetime
from typing import BinaryIO, Literal, TypeAlias

from hotfix_check.frozen import Frozen
from hotfix_check.inventory.file_facts import FileBytes
from hotfix_check.untrusted.shown import path_text

MAX_ENTRIES = 500_000
"""Of one target, members of nested archives among them. A whole Windows disk has some 150,000 files."""
MAX_MEMBER_BYTES = 128 << 20
"""Of one file, held in memory while it is read. The largest program of any Exchange version has some 40 MB."""
MAX_NESTED_BYTES = 512 << 20
"""Of an archive inside an archive, held in memory while it is read."""
MAX_UNPACKED_BYTES = 64 << 30
"""Of all that is unpacked from one target."""
MAX_RATIO = 200
"""Of what is unpacked to the archive's own size, once it is more than ``FREE_BYTES``. Programs pack to a third or half;
deflate goes to 1,030 at most, bzip2 and LZMA much further."""
FREE_BYTES = 512 << 20
MAX_HIVES = 64
"""Registry hives read of one target, those in archives within among them: each can take seconds."""
MAX_NAME = 1024  # characters of a member's path; Windows itself ends at 260
MAX_DEPTH = 64  # folders of a member's path
CHUNK = 1 << 16

MemberKind: TypeAlias = Literal["file", "folder", "symlink", "hardlink", "other"]


class ArchiveFault(Exception):
    """Why an archive cannot be read, or not to its end; ``str()`` is one short line without its name."""


class UnprovenFault(ArchiveFault):
    """The same of one whose checksum stands behind all its members: those before the fault may be damaged too."""


class MemberFault(Exception):
    """Why one member cannot be read; ``str()`` is one short line without its name."""


class Member(Frozen):
    """What the archive says of one of its members before anything of it is unpacked.

    ``name`` is as the archive spells it, ``size`` in bytes as it states it. ``modified`` is the file time in UTC, None
    where the archive tells none or only ``local_time``: a time of day in a zone that is not told. ``link`` is what a
    link leads to, None where the archive was not asked. ``crc`` is the CRC-32 to check, where the reader does not.
    """

    name: str
    kind: MemberKind = "file"
    size: int = 0
    modified: datetime | None = None
    local_time: datetime | None = None
    link: str | None = None
    encrypted: bool = False
    crc: int | None = None


class Budget:
    """What may still be unpacked and listed of one target.

    ``packed`` is the size in bytes of the archive on disk.
    """

    def __init__(self, packed: int) -> None:
        self._limit = min(MAX_UNPACKED_BYTES, max(FREE_BYTES, MAX_RATIO * packed))
        self.unpacked = 0
        self.entries = 0
        self.hives = 0

    def unpack(self, count: int) -> None:
        """So many bytes more were unpacked. Raises ArchiveFault when they are too many."""
        self.unpacked += count
        if self.unpacked > self._limit:
            raise ArchiveFault(
                f"it unpacks to more than {self._limit >> 20} MiB, too much for its size: a decompression bomb?"
            )

    def list(self, count: int = 1) -> None:
        """So many entries more were found. Raises ArchiveFault when they are too many."""
        self.entries += count
        if self.entries > MAX_ENTRIES:
            raise ArchiveFault(f"it has more than {MAX_ENTRIES} entries")


class Unpacked:
    """What was unpacked of one member so far.

    ``any_content`` tells that it is wanted whatever it is; else it is given up when it does not begin as a program.
    """

    def __init__(self, member: Member, path: str, budget: Budget, *, any_content: bool, nested: bool) -> None:
        self.member = member
        self.path = path
        self.any_content = any_content
        self.nested = nested
        self.data = bytearray()
        self.wanted = True
        self._sha256: str | None = None
        self._budget = budget
        self.limit = MAX_NESTED_BYTES if nested else MAX_MEMBER_BYTES
        if any_content:
            self._check_size(member.size)

    def write(self, data: bytes | bytearray) -> bool:
        """Take the next bytes; False when no more are wanted. Raises MemberFault when they are too many."""
        self._budget.unpack(len(data))
        if self.wanted:
            self._check_size(len(self.data) + len(data))
            self.data += data
            if not self.any_content and len(self.data) >= 2 and not self.data.startswith(b"MZ"):
                self.wanted = False
                self.data.clear()
        return self.wanted

    def fill(self, stream: BinaryIO) -> None:
        """Take what a stream gives, as far as it is wanted. Raises MemberFault when it is too much."""
        while data := stream.read(CHUNK):
            if not self.write(data):
                return

    def check(self) -> None:
        """Raises MemberFault when the bytes are not those that were packed."""
        if self.wanted and self.member.crc is not None and zlib.crc32(self.data) != self.member.crc:
            raise MemberFault("damaged: its checksum does not match its content")

    def sha256(self) -> str:
        """Of what was unpacked, in hexadecimal."""
        if self._sha256 is None:
            self._sha256 = hashlib.sha256(self.data).hexdigest()
        return self._sha256

    def file(self) -> FileBytes:
        """The whole member as a file."""
        data = self.data
        return FileBytes(
            path=self.path,
            size=len(data),
            modified=self.member.modified,
            read_at=lambda offset, size: bytes(data[offset : offset + size]),
            sha256=self.sha256,
        )

    def _check_size(self, size: int) -> None:
        if size > self.limit:
            self.wanted = False
            self.data.clear()
            raise MemberFault(f"larger than {self.limit >> 20} MiB, so it is not unpacked")


_DRIVE = re.compile(r"[A-Za-z]:", re.ASCII)


def inner_path(name: str) -> str:
    """A member's name as a path in the target: relative, parts joined by ``/``.

    Backslashes part folders, as Windows tools write them; the colon of a drive letter goes, and so does what makes a
    path absolute. Raises MemberFault for a name with ``..``, which leads who knows where, and for one too long.
    """
    if len(name) > MAX_NAME:
        raise MemberFault(f"its name has more than {MAX_NAME} characters")
    # "\\?\C:\x" is another spelling of "C:\x" (Windows: Naming Files, Paths, and Namespaces)
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if parts[:1] == ["?"]:
        del parts[0]
    if parts and _DRIVE.match(parts[0]):
        parts[:1] = [part for part in (parts[0][0], parts[0][2:]) if part]
    if ".." in parts:
        raise MemberFault("its name has .. in it")
    if len(parts) > MAX_DEPTH:
        raise MemberFault(f"its name has more than {MAX_DEPTH} parts")
    return path_text("/".join(parts))


def safe_name(name: str) -> str:
    """A name that ``inner_path`` refused, so that it can be told and leads nowhere."""
    parts = (part for part in name[:MAX_NAME].replace("\\", "/").split("/") if part not in ("", "."))
    return path_text("/".join("(..)" if part == ".." else part for part in parts))
