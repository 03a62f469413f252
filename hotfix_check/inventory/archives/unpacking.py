"""The bytes of one member while they are unpacked: into memory, never to a disk, and no more than are wanted."""

from __future__ import annotations

import hashlib
import zlib
from typing import BinaryIO

from hotfix_check.inventory.archives.member import MAX_MEMBER_BYTES, MAX_NESTED_BYTES, Budget, Member, MemberFault
from hotfix_check.inventory.file_facts import FileBytes

CHUNK = 1 << 16


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
