"""Builds small, valid PE files without code, for the samples and the tests: headers, one version resource, exports.

    build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation"}, size=73728)

Same arguments, same bytes. What it builds is read alike by hotfix_check.pe and by pefile; broken files are made in the
tests by changing its output. Layouts: https://learn.microsoft.com/windows/win32/debug/pe-format and
https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TypedDict, Unpack

MACHINES = {"i386": 0x14C, "alpha": 0x184, "amd64": 0x8664, "arm64": 0xAA64}
UNICODE = 1200  # code page of the strings

SECTION_ADDRESS = 0x1000
HEADERS_SIZE = 0x400
PE_HEADER = 0x40
FILE_ALIGNMENT = 0x200

# A resource directory: (type, name or language, what is below it) with strings as names; bytes are the data itself.
ResourceTree = Sequence[tuple["int | str", "ResourceTree | bytes"]]


class ImageOptions(TypedDict, total=False):
    """What may be said of an image beside its resources; see build_image."""

    machine: str
    timestamp: int
    exports: Iterable[str]
    plus32: bool
    section_name: str
    size: int | None


def build_pe(
    version: str | None = "5.5.2657.50",
    *,
    strings: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    file_version_string: str | None = None,
    product_version: str | None = None,
    languages: Sequence[int] = (1033,),
    **image: Unpack[ImageOptions],
) -> bytes:
    """The bytes of a PE file.

    version              the fixed file version, four dotted numbers; None leaves the version resource out
    strings              of every string table, beside FileVersion
    file_version_string  the string FileVersion; by default the same as ``version``, "" leaves it out
    product_version      the fixed product version; by default the same as ``version``
    languages            one version resource for each, all with the same version
    image                see build_image
    """
    if version is None:
        tree: ResourceTree = ()
    else:
        text = version if file_version_string is None else file_version_string
        pairs = [*(strings.items() if isinstance(strings, Mapping) else strings)]
        pairs += [("FileVersion", text)] if text else []
        tree = version_tree(
            {
                language: version_resource(version, {language: pairs}, product_version=product_version)
                for language in languages
            }
        )
    return build_image(tree, **image)


def build_image(
    tree: ResourceTree,
    *,
    machine: str = "i386",
    timestamp: int = 0,
    exports: Iterable[str] = (),
    plus32: bool = False,
    section_name: str = ".rsrc",
    size: int | None = None,
) -> bytes:
    """A PE file with one section, which holds the resource tree and the export directory.

    machine    a key of MACHINES
    timestamp  TimeDateStamp, seconds since 1970 UTC
    exports    names of exported functions (they lead nowhere)
    plus32     PE32+ (64-bit) headers
    size       pads with zeros to exactly this many bytes; ValueError when the file is larger already
    """
    resources = resource_section(tree, SECTION_ADDRESS) if tree else b""
    exports_address = SECTION_ADDRESS + len(resources)
    export_data = export_directory(exports, exports_address)
    section = resources + export_data
    stored = section.ljust(-(-len(section) // FILE_ALIGNMENT) * FILE_ALIGNMENT, b"\0")
    directories = [(0, 0)] * 16
    if export_data:
        directories[0] = (exports_address, len(export_data))
    if resources:
        directories[2] = (SECTION_ADDRESS, len(resources))
    image = (
        _headers(MACHINES[machine], timestamp, section_name, len(section), len(stored), directories, plus32) + stored
    )
    if size is None:
        return image
    if len(image) > size:
        raise ValueError(f"the file needs {len(image)} bytes, more than size={size}")
    return image.ljust(size, b"\0")


def version_tree(resources: Mapping[int, bytes]) -> ResourceTree:
    """The resource tree of version resources, by language."""
    return [(16, [(1, sorted(resources.items()))])]


def version_resource(
    version: str,
    tables: Mapping[int, Iterable[tuple[str, str]]],
    *,
    product_version: str | None = None,
) -> bytes:
    """VS_VERSIONINFO with the string tables of the languages given; Translation lists the same languages."""
    parts = [_version_words(version), _version_words(product_version or version)]
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, *parts[0], *parts[1], 0x3F, 0, 0x40004, 2, 0, 0, 0)
    string_tables = [
        block(f"{language:04x}{UNICODE:04x}", children=[string_block(key, text) for key, text in pairs], text=True)
        for language, pairs in tables.items()
    ]
    translation = b"".join(struct.pack("<HH", language, UNICODE) for language in tables)
    return block(
        "VS_VERSION_INFO",
        fixed,
        children=[
            block("StringFileInfo", children=string_tables, text=True),
            block("VarFileInfo", children=[block("Translation", translation)], text=True),
        ],
    )


def string_block(key: str, text: str) -> bytes:
    """One String of a StringTable; its wValueLength counts characters."""
    value = _utf16(text + "\0")
    return block(key, value, text=True, value_length=len(value) // 2)


def block(
    key: str, value: bytes = b"", *, children: Sequence[bytes] = (), text: bool = False, value_length: int | None = None
) -> bytes:
    """One block of the version tree: wLength, wValueLength, wType, key, value, children, each on four bytes."""
    data = bytearray(_pad(bytes(6) + _utf16(key + "\0")) + value)
    for child in children:
        data += bytes(-len(data) % 4) + child
    return struct.pack("<HHH", len(data), len(value) if value_length is None else value_length, text) + bytes(data[6:])


def resource_section(tree: ResourceTree, address: int) -> bytes:
    """The resource directories, names and data of a tree, for a section loaded at ``address``."""
    directories: list[ResourceTree] = [tree]
    for directory in directories:  # grows while it is walked: all directories, level by level
        directories += [below for _, below in directory if not isinstance(below, bytes)]
    starts, position = {}, 0
    for directory in directories:
        starts[id(directory)] = position
        position += 16 + 8 * len(directory)
    data_entries = position
    leaves = [below for directory in directories for _, below in directory if isinstance(below, bytes)]
    position += 16 * len(leaves)
    names: dict[str, int] = {}
    name_bytes = b""
    for name in [name for directory in directories for name, _ in directory if isinstance(name, str)]:
        names.setdefault(name, position + len(name_bytes))
        name_bytes += struct.pack("<H", len(_utf16(name)) // 2) + _utf16(name)
    position += len(_pad(name_bytes))

    entries, leaf = bytearray(), 0
    for directory in directories:
        ordered = sorted(directory, key=lambda entry: not isinstance(entry[0], str))  # names come before ids
        named = sum(isinstance(name, str) for name, _ in ordered)
        entries += struct.pack("<IIHHHH", 0, 0, 0, 0, named, len(ordered) - named)
        for key, below in ordered:
            if isinstance(below, bytes):
                target, leaf = data_entries + 16 * leaf, leaf + 1
            else:
                target = starts[id(below)] | 0x80000000
            entries += struct.pack("<II", names[key] | 0x80000000 if isinstance(key, str) else key, target)
    data = bytearray()
    for content in leaves:
        entries += struct.pack("<IIII", address + position + len(data), len(content), 0, 0)
        data += _pad(content)
    return bytes(entries) + _pad(name_bytes) + bytes(data)


def export_directory(names: Iterable[str], address: int) -> bytes:
    """An export directory loaded at ``address``; empty without names. Names are sorted, as the format demands."""
    ordered = sorted(name.encode("ascii") + b"\0" for name in names)
    if not ordered:
        return b""
    count = len(ordered)
    functions, pointers = address + 40, address + 40 + 4 * count
    ordinals = pointers + 4 * count
    text = ordinals + 2 * count
    *positions, module_name = accumulate(map(len, ordered), initial=text)
    header = struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, module_name, 1, count, count, functions, pointers, ordinals)
    tables = struct.pack(f"<{count}I", *[SECTION_ADDRESS] * count) + struct.pack(f"<{count}I", *positions)
    return header + tables + struct.pack(f"<{count}H", *range(count)) + b"".join(ordered) + b"sample.dll\0"


def _headers(
    machine: int,
    timestamp: int,
    section_name: str,
    virtual_size: int,
    stored_size: int,
    directories: Sequence[tuple[int, int]],
    plus32: bool,
) -> bytes:
    """MS-DOS header, PE header, optional header and the table of one section, HEADERS_SIZE bytes."""
    alignments = struct.pack("<II", 0x1000, FILE_ALIGNMENT)
    versions = struct.pack("<6HI", 4, 0, 0, 0, 4, 0, 0)
    image_size = SECTION_ADDRESS + -(-max(virtual_size, 1) // 0x1000) * 0x1000
    sizes = struct.pack("<IIIHH", image_size, HEADERS_SIZE, 0, 2, 0)  # checksum 0, a subsystem with windows
    if plus32:
        optional = struct.pack("<HBB5IQ", 0x20B, 6, 0, 0, stored_size, 0, 0, SECTION_ADDRESS, 0x180000000)
        optional += alignments + versions + sizes + struct.pack("<4QII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    else:
        optional = struct.pack("<HBB7I", 0x10B, 6, 0, 0, stored_size, 0, 0, SECTION_ADDRESS, 0, 0x10000000)
        optional += alignments + versions + sizes + struct.pack("<6I", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    optional += b"".join(struct.pack("<II", *directory) for directory in directories)
    characteristics = 0x2022 if plus32 else 0x2102  # a DLL
    header = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, timestamp, 0, 0, len(optional), characteristics)
    section = struct.pack(
        "<8sIIIIIIHHI",
        section_name.encode("ascii"),
        virtual_size,
        SECTION_ADDRESS,
        stored_size,
        HEADERS_SIZE,
        0,
        0,
        0,
        0,
        0x40000040,
    )
    dos_header = b"MZ" + bytes(22) + struct.pack("<H", 0x40) + bytes(34) + struct.pack("<I", PE_HEADER)
    return (dos_header + header + optional + section).ljust(HEADERS_SIZE, b"\0")


def _version_words(version: str) -> tuple[int, int]:
    major, minor, build, revision = map(int, version.split("."))
    return major << 16 | minor, build << 16 | revision


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
