"""A member of a zip that is packed by bzip2 or LZMA, unpacked piece by piece.

zipfile unpacks up to 64 KiB of such a member at once, whatever they hold, and 78 bytes of bzip2 hold 48 MiB of zeros.
"""

from __future__ import annotations

import bz2
import lzma
import zipfile
from typing import BinaryIO, cast

from hotfix_check.inventory.archives.member import CHUNK, MemberFault, Unpacked

# APPNOTE 5.8.8: the version, the length of what follows, and that: one byte, and the dictionary's size.
_LZMA_HEADER = 9
_LZMA_PROPERTIES = 9 * 5 * 5  # as many as that byte has meanings


def fill_from_packed(unpacked: Unpacked, packed: BinaryIO, info: zipfile.ZipInfo) -> None:
    """Take what the bytes in the zip hold, as far as it is wanted.

    Raises MemberFault when it is too much or damaged, OSError, ValueError and EOFError when it is damaged.
    """
    try:
        unpacked.fill(cast(BinaryIO, _Pieces(packed, info, unpacked.limit)))
    except lzma.LZMAError as error:  # an Exception and nothing narrower
        raise MemberFault(f"damaged: {error}") from error


class _Pieces:
    """The content of a member, of which no more is unpacked than is asked for."""

    def __init__(self, packed: BinaryIO, info: zipfile.ZipInfo, limit: int) -> None:
        self._packed = packed
        self._left = info.file_size
        self._unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor
        if info.compress_type == zipfile.ZIP_BZIP2:
            self._unpacker = bz2.BZ2Decompressor()
        else:
            self._unpacker = _lzma_unpacker(packed.read(_LZMA_HEADER), min(info.file_size, limit))

    def read(self, size: int) -> bytes:
        while self._left and not self._unpacker.eof:
            hungry = self._unpacker.needs_input
            sip = self._packed.read(CHUNK) if hungry else b""
            data = self._unpacker.decompress(sip, min(size, self._left))
            if data:
                self._left -= len(data)
                return data
            if hungry and not sip:
                raise EOFError
        return b""


def _lzma_unpacker(header: bytes, size: int) -> lzma.LZMADecompressor:
    """One whose dictionary, memory that is taken before a byte is unpacked, is no larger than the member."""
    if len(header) < _LZMA_HEADER or header[2:4] != b"\5\0" or header[4] >= _LZMA_PROPERTIES:
        raise MemberFault("damaged: it does not begin as LZMA does")
    lc, lp, pb = header[4] % 9, header[4] // 9 % 5, header[4] // 45
    dictionary = min(int.from_bytes(header[5:], "little"), size)
    return lzma.LZMADecompressor(
        lzma.FORMAT_RAW,
        filters=[{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": dictionary}],
    )
