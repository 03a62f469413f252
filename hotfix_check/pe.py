"""The version resource of one Windows file, read with bounds.

Looked up as Windows does (LdrFindResource): type 16, id 1, then language 0, 1033, or the first, each directly in its
directory, so that nothing else in the resource tree can cost time or hide the version. Addresses are mapped by the
sections' raw sizes and read flat from there; no section needs to be called .rsrc. Layout:
https://learn.microsoft.com/windows/win32/debug/pe-format

Whatever the file holds, the constants below, and those of ``pe_bytes`` and ``version_resource``, bound what is read and
kept, and only ``PeError`` or ``OSError`` is raised.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from hotfix_check.pe_bytes import PeBytes, PeError, PeErrorKind, ReadAt, opened, positioned
from hotfix_check.version import FileVersion
from hotfix_check.version_resource import (
    StringTable,
    VersionResource,
    parse_fixed_versions,
    parse_version_resource,
)

__all__ = ["PeError", "PeErrorKind", "PeFacts", "ReadAt", "StringTable", "read_pe", "read_pe_file"]

MAX_VERSION_RESOURCE = 0xFFFF  # bytes; its own length field is a 16-bit word
MAX_SECTIONS = 512  # Windows loads at most 96 before Vista
MAX_DIRECTORY_ENTRIES = 4096  # of one resource directory, ids only
MAX_LANGUAGES = 64  # compared with the language chosen; Windows' own files have up to 40
MAX_EXPORTS = 1 << 16  # names; found by binary search, as GetProcAddress does

_DIRECTORY = 0x80000000  # set in a resource entry that leads to another directory
_RT_VERSION = 16
_VERSION_ID = 1
_LANGUAGES = (0, 1033)  # neutral, US English, then whichever comes first
_STUB_EXPORT = b"GetOutlookVersion\0"

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_PAIR = struct.Struct("<II")
_FILE_HEADER = struct.Struct("<4sHHI8xHH")  # signature, Machine, sections, TimeDateStamp, optional header's size, flags
_OPTIONAL_HEADER = 136  # bytes up to and with the third data directory of the longer form, PE32+
_SECTION = struct.Struct("<8s4xIII16x")  # name, VirtualAddress, SizeOfRawData, PointerToRawData
_MACHINES = {
    0x14C: "i386",
    0x162: "mips",
    0x166: "mips",
    0x168: "mips",
    0x184: "alpha",
    0x1C0: "arm",
    0x1C4: "arm",
    0x1F0: "powerpc",
    0x200: "ia64",
    0x284: "alpha64",
    0x8664: "amd64",
    0xAA64: "arm64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeFacts:
    """What one file says about itself."""

    version: FileVersion | None
    """The fixed file version. None: no version resource that Windows would find, or one without a fixed part."""
    product_version: FileVersion | None
    strings: tuple[StringTable, ...]
    translations: tuple[tuple[int, int], ...]
    """(language, code page) pairs of VarFileInfo\\Translation."""
    resource_language: int | None
    """Language identifier under which the version resource is filed (0 neutral); None without one."""
    machine: str
    """i386, alpha, amd64, ...; 0x and four digits when unknown; 16-bit for NE files."""
    linked: int
    """TimeDateStamp, seconds since 1970 UTC, as stored. 0: none. Reproducible builds store a hash here."""
    exports_get_outlook_version: bool | None
    """Whether it exports GetOutlookVersion, as the Windows stub of Mapi32.dll does. None: not looked at, or its
    export directory is unreadable."""
    notes: tuple[str, ...]
    """Oddities, a word or ``word: details``, in this order: ``upx``, ``several-version-resources``,
    ``languages-cut``, ``languages-disagree: 1031 has 9.9.9.9``, ``version-resource-not-id-1``,
    ``exports-unreadable``, ``no-fixed-version``, ``strings-cut``."""

    def string(self, key: str) -> str | None:
        """The value of ``key`` (``CompanyName``, ...) in the first string table that has it, whatever its case."""
        return next((value for table in self.strings if (value := table.get(key)) is not None), None)


def read_pe_file(path: Path, *, mapi: bool = False) -> PeFacts:
    """Read the facts of the file at ``path``; with ``mapi``, also whether it exports GetOutlookVersion.

    Only regular files are read, links are not followed. Raises PeError, or OSError when it cannot be opened or read.
    """
    with opened(path) as fd:
        return read_pe(positioned(fd), mapi=mapi)


def read_pe(read_at: ReadAt, *, mapi: bool = False) -> PeFacts:
    """Read the facts of a file through ``read_at``. Raises PeError, and whatever ``read_at`` raises."""
    image = PeBytes(read_at)
    dos_header = image.at(0, 64)
    if dos_header[:2] != b"MZ" or len(dos_header) < 64:
        raise PeError("not-a-pe", "not a Windows program: " + ("it is empty" if not dos_header else "no MZ header"))
    (header_at,) = _U32.unpack_from(dos_header, 60)
    signature = image.at(header_at, 4)
    if signature[:2] == b"NE":
        return _read_ne(image, header_at)
    if signature[:2] in (b"LE", b"LX"):
        raise PeError("16-bit", "a driver of Windows 3.x or 9x (LE)")
    if len(signature) < 4:
        raise PeError("damaged", "cut short: its PE header lies past the end of the file")
    if signature != b"PE\0\0":
        raise PeError("not-a-pe", "not a Windows program: an MZ header, but no PE header")
    return _read_pe(image, header_at, mapi)


def _read_pe(image: PeBytes, header_at: int, mapi: bool) -> PeFacts:
    header = image.need(header_at, 24, "PE header")
    _, machine, section_count, linked, optional_size, _ = _FILE_HEADER.unpack(header)
    optional = image.need(header_at + 24, _OPTIONAL_HEADER, "optional header")
    directories_at = {0x10B: 96, 0x20B: 112}.get(_U16.unpack_from(optional)[0])
    if directories_at is None:
        raise PeError("damaged", "its optional header is neither PE32 nor PE32+")
    (directory_count,) = _U32.unpack_from(optional, directories_at - 4)
    exports, _ = _PAIR.unpack_from(optional, directories_at) if directory_count > 0 else (0, 0)
    resources, _ = _PAIR.unpack_from(optional, directories_at + 16) if directory_count > 2 else (0, 0)

    table_size = _SECTION.size * min(section_count, MAX_SECTIONS)
    table = image.at(header_at + 24 + optional_size, table_size)
    image.sections = list(_SECTION.iter_unpack(table[: len(table) // _SECTION.size * _SECTION.size]))

    notes = ["upx"] if any(section[0].startswith(b"UPX") for section in image.sections) else []
    found = _find_version_resource(image, resources, notes) if resources else None
    resource, language = found or (None, None)
    is_stub = None
    if mapi:
        try:
            is_stub = bool(exports) and _exports_name(image, exports, _STUB_EXPORT)
        except PeError:
            notes.append("exports-unreadable")
    return _facts(
        resource,
        language=language,
        machine=_MACHINES.get(machine, f"0x{machine:04x}"),
        linked=linked,
        is_stub=is_stub,
        notes=notes,
    )


def _facts(
    resource: VersionResource | None,
    *,
    language: int | None,
    machine: str,
    linked: int,
    is_stub: bool | None,
    notes: list[str],
) -> PeFacts:
    return PeFacts(
        version=resource.file_version if resource else None,
        product_version=resource.product_version if resource else None,
        strings=resource.strings if resource else (),
        translations=resource.translations if resource else (),
        resource_language=language,
        machine=machine,
        linked=linked,
        exports_get_outlook_version=is_stub,
        notes=(*notes, *(resource.notes if resource else ())),
    )


def _find_version_resource(image: PeBytes, address: int, notes: list[str]) -> tuple[VersionResource, int] | None:
    """The version resource that Windows would find, and its language."""
    root = image.offset(address, "resource directory")
    types, _ = _directory(image, root)
    type_entry = _entry(types, _RT_VERSION)
    if type_entry is None:
        return None
    names, other_names = _subdirectory(image, root, type_entry[1])
    name_entry = _entry(names, _VERSION_ID)
    if name_entry is None:
        notes.append("version-resource-not-id-1")
        return None
    if len(names) + other_names > 1:
        notes.append("several-version-resources")
    languages, _ = _subdirectory(image, root, name_entry[1])
    if not languages:
        return None
    preferred = (_entry(languages, wanted) for wanted in _LANGUAGES)
    language, target = next(filter(None, preferred), languages[0])
    data = _version_data(image, *_data_entry(image, root, target))
    if len(languages) > 1:
        _compare_languages(image, root, languages, parse_fixed_versions(data), notes)
    return parse_version_resource(data), language


def _compare_languages(
    image: PeBytes,
    root: int,
    languages: list[tuple[int, int]],
    expected: tuple[FileVersion, FileVersion] | None,
    notes: list[str],
) -> None:
    """Note which other languages give another fixed file version than the one chosen."""
    if len(languages) > MAX_LANGUAGES:
        notes.append("languages-cut")
    differing = []
    for language, target in languages[:MAX_LANGUAGES]:
        try:
            offset, size = _data_entry(image, root, target)
            found = parse_fixed_versions(image.at(offset, min(size, 128)))
        except PeError:
            continue  # only the language chosen has to be readable
        if found and (expected is None or found[0] != expected[0]):
            differing.append(f"{language} has {found[0]}")
    if differing:
        notes.append("languages-disagree: " + ", ".join(differing))


def _directory(image: PeBytes, offset: int) -> tuple[list[tuple[int, int]], int]:
    """The (id, target) entries of a resource directory, and how many named ones come before them."""
    header = image.need(offset, 16, "resource directory")
    named, ids = struct.unpack_from("<HH", header, 12)
    data = image.need(offset + 16 + 8 * named, 8 * min(ids, MAX_DIRECTORY_ENTRIES), "resource directory")
    return list(_PAIR.iter_unpack(data)), named


def _subdirectory(image: PeBytes, root: int, target: int) -> tuple[list[tuple[int, int]], int]:
    if not target & _DIRECTORY:
        raise PeError("damaged", "its resource directory has data where a directory belongs")
    return _directory(image, root + (target & ~_DIRECTORY))


def _entry(entries: list[tuple[int, int]], wanted: int) -> tuple[int, int] | None:
    """The entry of an id, searched by halves as Windows does: which one of several, and whether one out of order is
    found, depends on it."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high - 1) // 2
        if entries[middle][0] == wanted:
            return entries[middle]
        if entries[middle][0] < wanted:
            low = middle + 1
        else:
            high = middle
    return None


def _data_entry(image: PeBytes, root: int, target: int) -> tuple[int, int]:
    """File offset and size of the data that a language's entry leads to."""
    if target & _DIRECTORY:
        raise PeError("damaged", "its resource directory has a directory where data belongs")
    address, size = _PAIR.unpack(image.need(root + target, 8, "resource directory"))
    return image.offset(address, "version resource"), size


def _version_data(image: PeBytes, offset: int, size: int) -> bytes:
    """The bytes of a version resource. Raises PeError when the file ends before the length that it states itself."""
    data = image.at(offset, min(size, MAX_VERSION_RESOURCE))
    stated = _U16.unpack_from(data)[0] if len(data) >= 2 else 2
    if len(data) < min(stated, size):
        raise PeError("damaged", "cut short: the file ends inside its version resource")
    return data


def _exports_name(image: PeBytes, address: int, wanted: bytes) -> bool:
    """Whether the export directory at ``address`` has the name, given with its NUL; names are stored sorted."""
    directory = image.need(image.offset(address, "export directory"), 40, "export directory")
    (count,) = _U32.unpack_from(directory, 24)
    (names_address,) = _U32.unpack_from(directory, 32)
    if not count:
        return False
    names = image.offset(names_address, "export names")
    low, high = 0, min(count, MAX_EXPORTS)
    while low < high:
        middle = (low + high) // 2
        (name_address,) = _U32.unpack(image.need(names + 4 * middle, 4, "export names"))
        name = image.at(image.offset(name_address, "export names"), len(wanted))
        if name == wanted:
            return True
        if name < wanted:
            low = middle + 1
        else:
            high = middle
    return False


def _read_ne(image: PeBytes, header_at: int) -> PeFacts:
    """A 16-bit file: its resource table lists (type, count), then (offset, length, flags, id) for each resource.

    Without resources the table's position is 0, or that of the table of names, which follows it.

    Layout: https://www.fileformat.info/format/exe/corion-ne.htm
    """
    table_at, names_at = struct.unpack("<HH", image.need(header_at + 0x24, 4, "NE header"))
    if table_at in (0, names_at):
        raise PeError("16-bit", "a 16-bit program without a version resource")
    position = header_at + table_at
    (shift,) = _U16.unpack(image.need(position, 2, "resource table"))
    if shift > 15:
        raise PeError("damaged", "its resource table has an impossible alignment")
    position += 2
    for _ in range(MAX_DIRECTORY_ENTRIES):
        kind, count = struct.unpack("<HH", image.need(position, 4, "resource table"))
        position += 8
        if kind == _RT_VERSION | 0x8000:
            entries = image.need(position, 12 * min(count, MAX_DIRECTORY_ENTRIES), "resource table")
            for offset, length, _, identifier in struct.iter_unpack("<4H4x", entries):
                if identifier == _VERSION_ID | 0x8000:
                    data = _version_data(image, offset << shift, length << shift)
                    resource = parse_version_resource(data, wide=False)
                    return _facts(resource, language=None, machine="16-bit", linked=0, is_stub=None, notes=[])
            break
        if not kind:
            break
        position += 12 * count
    raise PeError("16-bit", "a 16-bit program without a version resource")
