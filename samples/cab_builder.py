"""Builds cabinets, stored or MSZIP, for the samples and the tests, and programs that carry one.

    build_cab({"Mapi32.dll": data})

Layout: [MS-CAB], https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-cab. One folder; checksums are left
out, as the format allows. What it builds is read alike by libarchive, gcab and cabextract.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

STORED, MSZIP, QUANTUM, LZX = 0, 1, 2, 3
_BLOCK = 32_768


def build_cab(
    files: Mapping[str, bytes], *, compression: int = MSZIP, time: datetime = datetime(2003, 7, 1, 10, 44)
) -> bytes:
    """The bytes of a cabinet; ``time`` is that of every file, on the wall clock.

    With QUANTUM or LZX the header says so, and the data is that of MSZIP: a cabinet that no reader can unpack.
    """
    content = b"".join(files.values())
    blocks = []
    for at in range(0, len(content), _BLOCK):
        plain = content[at : at + _BLOCK]
        packed = plain
        if compression != STORED:
            deflate = zlib.compressobj(wbits=-15)
            packed = b"CK" + deflate.compress(plain) + deflate.flush()
        blocks.append(struct.pack("<IHH", 0, len(packed), len(plain)) + packed)
    day = (time.year - 1980) << 9 | time.month << 5 | time.day
    clock = time.hour << 11 | time.minute << 5 | time.second // 2
    entries = b""
    start = 0
    for name, data in files.items():
        entries += struct.pack("<IIHHHH", len(data), start, 0, day, clock, 0x20) + name.encode() + b"\0"
        start += len(data)
    files_at = 36 + 8
    data_at = files_at + len(entries)
    folder = struct.pack("<IHH", data_at, len(blocks), compression)
    length = data_at + sum(map(len, blocks))
    header = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, length, 0, files_at, 0, 3, 1, 1, len(files), 0, 0, 0)
    return header + folder + entries + b"".join(blocks)
