"""The version resource of one Windows file, read with bounds.

Looked up as Windows does (LdrFindResource): type 16, id 1, then language 0, 1033, or the first, each directly in its
directory, so that nothing else in the resource tree can cost time or hide the version. Addresses are mapped by the
sections' raw sizes and read flat from there; no section needs to be called .rsrc. Layout:
https://learn.microsoft.com/windows/win32/debug/pe-format

Whatever the file holds, the constants below, and those of ``bytes`` and ``resource``, bound what is read and
kept, and only ``PeError`` or ``OSError`` is raised.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from pathlib import Path

from hotfix_check.frozen import Frozen
from hotfix_check.pe.bytes import PeBytes, PeError, ReadAt, opened, positioned
from hotfix_check.pe.resource import StringTable, VersionResource, parse_fixed_versions, parse_version_resource
from hotfix_check.version import FileVersion

MAX_VERSION_RESOURCE = 0xFFFF  # bytes; its own length field is a 16-bit word
MAX_SECTIONS = 512  # Windows loads at most 96 before Vista
MAX_DIRECTORY_ENTRIES = 4096  # of one resource directory, ids only
MAX_LANGUAGES = 64  # compared with the language chosen; Windows' own files have up to 40
MAX_EXPORTS = 1 << 16  # names; found by binary search, as GetProcAddress does

DIRECTORY = 0x80000000  # set in a resource entry that leads to another directory
RT_VERSION = 16
VERSION_ID = 1
_LANGUAGES = (0, 1033)  # neutral, US English, then whichever comes first

_U16 = struct.Struct("<H")
U32 = struct.Struct("<I")
_WORDS = struct.Struct("<HH")
PAIR = struct.Struct("<II")
COUNTS = struct.Struct("<12xHH")  # a resource directory's numbers of entries with a name and with an id, which follow
FILE_HEADER = struct.Struct("<4xHHI8xH2xH")  # Machine, sections, TimeDateStamp, optional header's size; its magic
DIRECTORIES_AT = {0x10B: 24 + 92, 0x20B: 24 + 108}  # PE32 and PE32+
DIRECTORIES = struct.Struct("<II12xI")  # how many there are, address of the exports, address of the resources
HEADERS = 24 + 136  # bytes up to and with the third data directory of the longer form, PE32+
SECTION = struct.Struct("<8sIIII16x")  # name, VirtualSize, VirtualAddress, SizeOfRawData, PointerToRawData
MACHINES = {
    0x14C: "i386", 0x162: "mips", 0x166: "mips", 0x168: "mips", 0x184: "alpha", 0x1C0: "arm", 0x1C4: "arm",
    0x1F0: "powerpc", 0x200: "ia64", 0x284: "alpha64", 0x8664: "amd64", 0xAA64: "arm64",
}  # fmt: skip


class PeFacts(Frozen):
    """What one file says about itself."""

    resource: VersionResource | None
    """None: no version resource that Windows would find."""
    resource_language: int | None
    """Language identifier under which the version resource is filed (0 neutral); None without one."""
    machine: str
    """i386, alpha, amd64, ...; 0x and four digits when unknown; 16-bit for NE files."""
    linked: int
    """TimeDateStamp, seconds since 1970 UTC, as stored. 0: none. Reproducible builds store a hash here."""
    exports_it: bool | None
    """Whether it exports the function that was asked for. None: none was, or its export directory is unreadable."""
    header_notes: tuple[str, ...]

    @property
    def version(self) -> FileVersion | None:
        """The fixed file version. None: no version resource that Windows would find, or one without a fixed part."""
        return self.resource.file_version if self.resource else None

    @property
    def product_version(self) -> FileVersion | None:
        """The fixed product version; None as ``version`` is."""
        return self.resource.product_version if self.resource else None

    @property
    def translations(self) -> tuple[tuple[int, int], ...]:
        """(language, code page) pairs of VarFileInfo\\Translation."""
        return self.resource.translations if self.resource else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Oddities, a word or ``word: details``, in this order: ``upx``, ``several-version-resources``,
        ``languages-cut``, ``languages-disagree: 1031 has 9.9.9.9``, ``version-resource-not-id-1``,
        ``exports-unreadable``, ``no-fixed-version``, ``strings-cut``."""
        return self.header_notes + (self.resource.notes if self.resource else ())

    @property
    def strings(self) -> tuple[StringTable, ...]:
        """All string tables, decoded each time that they are asked for."""
        return self.resource.strings if self.resource else ()

    def values(self, keys: Collection[str]) -> dict[str, str]:
        """Those of ``keys`` (``companyname``, ...), in lower case, that are there, each of the first table with it."""
        return self.resource.values(keys) if self.resource else {}


def read_pe_file(path: Path, *, export: str | None = None) -> PeFacts:
    """Read the facts of the file at ``path``; with ``export``, also whether it exports that function.

    Only regular files are read, links are not followed. Raises PeError, or OSError when it cannot be opened or read.
    """
    with opened(path) as (fd, status):
        return read_pe(positioned(fd), status.st_size, export=export)


def read_pe(read_at: ReadAt, size: int, *, export: str | None = None) -> PeFacts:
    """Read the facts of a file of ``size`` bytes through ``read_at``.

    Raises PeError, and whatever ``read_at`` raises.
    """
    return read_image(PeBytes(read_at, size), export=export)


def read_image(image: PeBytes, *, export: str | None = None) -> PeFacts:
    """As ``read_pe``, of a file of which some bytes may have been read already."""
    dos_header = image.at(0, 64)
    if len(dos_header) < 64 or not dos_header.startswith(b"MZ"):
        raise PeError("not-a-pe", "not a Windows program: " + ("it is empty" if not dos_header else "no MZ header"))
    (header_at,) = U32.unpack_from(dos_header, 60)
    headers = image.at(header_at, HEADERS)
    if headers.startswith(b"PE\0\0"):
        return _read_pe(image, header_at, headers, export)
    if headers.startswith(b"NE"):
        return _read_ne(image, header_at)
    if headers.startswith((b"LE", b"LX")):
        raise PeError("16-bit", "a driver of Windows 3.x or 9x (LE)")
    if len(headers) < 4:
        raise PeError("damaged", "cut short: its PE header lies past the end of the file")
    raise PeError("not-a-pe", "not a Windows program: an MZ header, but no PE header")


def _read_pe(image: PeBytes, header_at: int, headers: bytes, export: str | None) -> PeFacts:
    if len(headers) < HEADERS:
        where = "PE header" if len(headers) < 24 else "optional header"
        raise PeError("damaged", f"cut short: the file ends inside its {where}")
    machine, section_count, linked, optional_size, magic = FILE_HEADER.unpack_from(headers)
    directories_at = DIRECTORIES_AT.get(magic)
    if directories_at is None:
        raise PeError("damaged", "its optional header is neither PE32 nor PE32+")
    count, exports, resources = DIRECTORIES.unpack_from(headers, directories_at)

    table_size = SECTION.size * min(section_count, MAX_SECTIONS)
    table = image.need(header_at + 24 + optional_size, table_size, "section table")
    image.sections = list(SECTION.iter_unpack(table))
    packed = b"UPX" in table and any(section[0].startswith(b"UPX") for section in image.sections)
    notes = ["upx"] if packed else []
    found = _find_version_resource(image, resources, notes) if count > 2 and resources else None
    resource, language = found or (None, None)
    for _, virtual, _, stored, at in image.sections:
        # Behind a section there may be padding up to its stored size; where only that is gone, nothing is lost.
        if at and at + stored > image.size and at + min(stored, virtual or stored) > image.size:
            raise PeError("damaged", "cut short: the file ends inside one of its sections")
    exports_it = None
    if export is not None:
        try:
            exports_it = count > 0 and exports != 0 and _exports_name(image, exports, export.encode() + b"\0")
        except PeError:
            notes.append("exports-unreadable")
    return PeFacts(
        resource=resource,
        resource_language=language,
        machine=MACHINES.get(machine) or f"0x{machine:04x}",
        linked=linked,
        exports_it=exports_it,
        header_notes=tuple(notes),
    )


def _find_version_resource(image: PeBytes, address: int, notes: list[str]) -> tuple[VersionResource, int] | None:
    """The version resource that Windows would find, and its language."""
    root = image.offset(address, "resource directory")
    held, start, count, _ = _directory(image, root, DIRECTORY)
    names_at = target_of(held, start, count, RT_VERSION)
    if names_at is None:
        return None
    held, start, count, named = _directory(image, root, names_at)
    languages_at = target_of(held, start, count, VERSION_ID)
    if languages_at is None:
        notes.append("version-resource-not-id-1")
        return None
    if count > 1 or named:
        notes.append("several-version-resources")
    held, start, count, _ = _directory(image, root, languages_at)
    if not count:
        return None
    language, target = PAIR.unpack_from(held, start)
    if count == 1:
        return parse_version_resource(_version_data(image, *_data_entry(image, root, target))), language
    languages = list(PAIR.iter_unpack(held[start : start + PAIR.size * count]))
    for preferred in _LANGUAGES:
        preferred_at = target_of(held, start, count, preferred)
        if preferred_at is not None:
            language, target = preferred, preferred_at
            break
    data = _version_data(image, *_data_entry(image, root, target))
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


def _directory(image: PeBytes, root: int, target: int) -> tuple[bytes, int, int, int]:
    """A resource directory: bytes that hold its entries with an id, where these begin and how many they are, and how
    many with a name come before them."""
    if not target & DIRECTORY:
        raise PeError("damaged", "its resource directory has data where a directory belongs")
    offset = root + (target & ~DIRECTORY)
    held, start = image.held(offset, COUNTS.size, "resource directory")
    named, count = COUNTS.unpack_from(held, start)
    if count > MAX_DIRECTORY_ENTRIES:
        count = MAX_DIRECTORY_ENTRIES
    before = COUNTS.size + PAIR.size * named
    if start + before + PAIR.size * count <= len(held):
        return held, start + before, count, named
    return image.need(offset + before, PAIR.size * count, "resource directory"), 0, count, named


def target_of(entries: bytes, start: int, count: int, wanted: int) -> int | None:
    """Where the entry with this id leads, searched by halves as Windows does: which of several it is, and whether one
    out of order is found, depends on it."""
    low, high = 0, count
    while low < high:
        middle = (low + high - 1) // 2
        identifier, target = PAIR.unpack_from(entries, start + PAIR.size * middle)
        if identifier == wanted:
            return int(target)
        if identifier < wanted:
            low = middle + 1
        else:
            high = middle
    return None


def _data_entry(image: PeBytes, root: int, target: int) -> tuple[int, int]:
    """File offset and size of the data that a language's entry leads to."""
    if target & DIRECTORY:
        raise PeError("damaged", "its resource directory has a directory where data belongs")
    address, size = image.numbers(PAIR, root + target, "resource directory")
    return image.offset(address, "version resource"), size


def _version_data(image: PeBytes, offset: int, size: int) -> bytes:
    """The bytes of a version resource. Raises PeError when the file ends before the length that it states itself."""
    data = image.at(offset, size if size < MAX_VERSION_RESOURCE else MAX_VERSION_RESOURCE)
    if len(data) < size:
        stated = _U16.unpack_from(data)[0] if len(data) >= 2 else 2
        if len(data) < min(stated, size):
            raise PeError("damaged", "cut short: the file ends inside its version resource")
    return data


def _exports_name(image: PeBytes, address: int, wanted: bytes) -> bool:
    """Whether the export directory at ``address`` has the name, given with its NUL; names are stored sorted."""
    directory = image.need(image.offset(address, "export directory"), 40, "export directory")
    (count,) = U32.unpack_from(directory, 24)
    (names_address,) = U32.unpack_from(directory, 32)
    if not count:
        return False
    names = image.offset(names_address, "export names")
    low, high = 0, min(count, MAX_EXPORTS)
    while low < high:
        middle = (low + high) // 2
        (name_address,) = image.numbers(U32, names + 4 * middle, "export names")
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
    table_at, names_at = image.numbers(_WORDS, header_at + 0x24, "NE header")
    if table_at in (0, names_at):
        raise PeError("16-bit", "a 16-bit program without a version resource")
    position = header_at + table_at
    (shift,) = image.numbers(_U16, position, "resource table")
    if shift > 15:
        raise PeError("damaged", "its resource table has an impossible alignment")
    position += 2
    for _ in range(MAX_DIRECTORY_ENTRIES):
        kind, count = image.numbers(_WORDS, position, "resource table")
        position += 8
        if kind == RT_VERSION | 0x8000:
            entries = image.need(position, 12 * min(count, MAX_DIRECTORY_ENTRIES), "resource table")
            for offset, length, _, identifier in struct.iter_unpack("<4H4x", entries):
                if identifier == VERSION_ID | 0x8000:
                    data = _version_data(image, offset << shift, length << shift)
                    resource = parse_version_resource(data, wide=False)
                    return PeFacts(
                        resource=resource,
                        resource_language=None,
                        machine="16-bit",
                        linked=0,
                        exports_it=None,
                        header_notes=(),
                    )
            break
        if not kind:
            break
        position += 12 * count
    raise PeError("16-bit", "a 16-bit program without a version resource")
