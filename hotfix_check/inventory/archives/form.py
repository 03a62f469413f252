"""Whether a file is an archive, and of which form: told by its first bytes, never by its suffix."""

from __future__ import annotations

from enum import StrEnum

from hotfix_check.pe.bytes import ReadAt

_ISO_SYSTEM_AREA = 16 * 2048  # ECMA-119 6.2.1: the volume descriptors follow it, of UDF too (ECMA-167 2/8.3)
_TAR_BLOCK = 512
_MAGIC_BYTES = 8


class ArchiveForm(StrEnum):
    """The archives that are read."""

    ZIP = "zip"
    TAR = "tar"
    SEVEN_ZIP = "7z"
    ISO = "iso"
    CABINET = "cab"


_BY_START = (
    (b"PK\x03\x04", ArchiveForm.ZIP),
    (b"PK\x05\x06", ArchiveForm.ZIP),  # with nothing in it
    (b"\x1f\x8b\x08", ArchiveForm.TAR),  # gzip (RFC 1952)
    (b"BZh", ArchiveForm.TAR),
    (b"\xfd7zXZ\0", ArchiveForm.TAR),
    (b"7z\xbc\xaf\x27\x1c", ArchiveForm.SEVEN_ZIP),
    (b"MSCF\0\0\0\0", ArchiveForm.CABINET),  # [MS-CAB] 2.1: the signature and four reserved zero bytes
)


def archive_form(read_at: ReadAt) -> ArchiveForm | None:
    """The form of archive that a file's bytes begin as; None for a program and for everything else.

    A self-extracting archive begins as a program and is one.
    """
    head = read_at(0, _TAR_BLOCK)
    if head.startswith(b"MZ"):
        return None
    for start, form in _BY_START:
        if head.startswith(start):
            return form
    if _is_tar_header(head):
        return ArchiveForm.TAR
    if read_at(_ISO_SYSTEM_AREA, _MAGIC_BYTES)[1:6] in (b"CD001", b"BEA01"):
        return ArchiveForm.ISO
    return None


def _is_tar_header(block: bytes) -> bool:
    """By the checksum, which every tar has since the seventh edition of Unix; the word ``ustar`` came later."""
    if len(block) < _TAR_BLOCK or not any(block):
        return False
    stored = block[148:156].strip(b" \0")
    if not stored or not set(stored) <= set(b"01234567"):
        return False
    return sum(block) - sum(block[148:156]) + 8 * ord(" ") == int(stored, 8)
