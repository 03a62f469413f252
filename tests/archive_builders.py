"""Packs a folder as each kind of archive that is read."""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import py7zr
import pycdlib
import pytest
from make_samples import pack

Builder = Callable[[Path, Path], None]

try:
    import libarchive as libarchive
except (ImportError, OSError, AttributeError, TypeError):  # as loading fails where the system has none
    libarchive = None
needs_libarchive = pytest.mark.skipif(libarchive is None, reason="the system's libarchive is not installed")


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def zip_plain(folder: Path, archive: Path) -> None:
    """As Windows does: file times in local time only."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in files_of(folder):
            out.write(path, path.relative_to(folder))


def zip_in(inner: Builder, name: str) -> Builder:
    def build(folder: Path, archive: Path) -> None:
        within = archive.with_name(name)
        inner(folder, within)
        with zipfile.ZipFile(archive, "w") as out:
            out.writestr("readme.txt", "collected by hand")
            out.write(within, f"from the server/{name}")
        within.unlink()

    return build


def tar(mode: str) -> Builder:
    def build(folder: Path, archive: Path) -> None:
        how: Any = f"w:{mode}"
        with tarfile.open(archive, how) as out:
            out.add(folder, ".")

    return build


def seven_zip(folder: Path, archive: Path) -> None:
    with py7zr.SevenZipFile(archive, "w") as out:
        for path in files_of(folder):
            out.write(path, path.relative_to(folder).as_posix())


def seven_zip_by_file(folder: Path, archive: Path) -> None:
    """Each file packed alone: not solid."""
    for path in files_of(folder):
        with py7zr.SevenZipFile(archive, "a" if archive.exists() else "w") as out:
            out.write(path, path.relative_to(folder).as_posix())


def iso(*, joliet: int | None = None, rock_ridge: str | None = None, udf: str | None = None) -> Builder:
    def build(folder: Path, archive: Path) -> None:
        image = pycdlib.PyCdlib()
        image.new(interchange_level=4, joliet=joliet, rock_ridge=rock_ridge, udf=udf)
        for path in sorted(folder.rglob("*")):
            inner = "/" + path.relative_to(folder).as_posix()
            names: dict[str, Any] = {"rr_name": path.name} if rock_ridge else {}
            names |= {"joliet_path": inner} if joliet else {}
            names |= {"udf_path": inner} if udf else {}
            spelled = inner if rock_ridge is None and not joliet and not udf else short(inner)
            if path.is_dir():
                image.add_directory(spelled, **names)
            else:
                data = path.read_bytes()
                image.add_fp(BytesIO(data), len(data), spelled + ";1", **names)
        image.write(str(archive))
        image.close()

    return build


def short(inner: str) -> str:
    """A path of capitals and digits, as ISO 9660 has one beside the real one."""
    return "/".join(part and f"{part[:3]}{zlib.crc32(part.encode()) % 10_000}".upper() for part in inner.split("/"))


def cabinet(*, packed: bool) -> Builder:
    """[MS-CAB]: one folder of 32 KiB blocks, stored or MSZIP, each block unpacked with the one before it."""

    def build(folder: Path, archive: Path) -> None:
        contents = {
            path.relative_to(folder).as_posix().replace("/", "\\"): path.read_bytes() for path in files_of(folder)
        }
        archive.write_bytes(cabinet_of(contents, packed=packed))

    return build


def cabinet_of(contents: Mapping[str, bytes], *, packed: bool) -> bytes:
    listed, joined = b"", b""
    for name, data in contents.items():
        listed += struct.pack("<IIHHHH", len(data), len(joined), 0, 0x2EE3, 0x8D80, 0x20) + name.encode() + b"\0"
        joined += data
    blocks, count, before = b"", 0, b""
    for start in range(0, len(joined), 32768):
        block = joined[start : start + 32768]
        stored = block
        if packed:
            window: dict[str, Any] = {"zdict": before} if before else {}
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15, **window)
            stored = b"CK" + deflate.compress(block) + deflate.flush()
            before = block
        blocks += struct.pack("<IHH", 0, len(stored), len(block)) + stored
        count += 1
    at_files = 36 + 8
    at_blocks = at_files + len(listed)
    head = struct.pack(
        "<4s5I2B5H", b"MSCF", 0, at_blocks + len(blocks), 0, at_files, 0, 3, 1, 1, len(contents), 0, 0, 0
    )
    return head + struct.pack("<IHH", at_blocks, count, 1 if packed else 0) + listed + blocks


BUILDERS: dict[str, tuple[str, Builder]] = {
    "zip with UTC times": ("x.zip", pack),
    "zip with local times": ("x.zip", zip_plain),
    "zip in a zip": ("outer.zip", zip_in(pack, "inner.zip")),
    "tar.gz in a zip": ("outer.zip", zip_in(tar("gz"), "inner.tar.gz")),
    "7z in a zip": ("outer.zip", zip_in(seven_zip, "inner.7z")),
    "tar": ("x.tar", tar("")),
    "tar.gz": ("x.tar.gz", tar("gz")),
    "tar.bz2": ("x.tbz2", tar("bz2")),
    "tar.xz": ("x.txz", tar("xz")),
    "solid 7z": ("x.7z", seven_zip),
    "7z that is not solid": ("x.7z", seven_zip_by_file),
    "ISO 9660": ("x.iso", iso()),
    "Joliet": ("x.iso", iso(joliet=3)),
    "Rock Ridge": ("x.iso", iso(rock_ridge="1.09")),
    "UDF": ("x.iso", iso(udf="2.60")),
    "stored cabinet": ("x.cab", cabinet(packed=False)),
    "MSZIP cabinet": ("x.cab", cabinet(packed=True)),
    "a suffix that tells nothing": ("evidence.bin", pack),
}
