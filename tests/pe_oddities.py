"""Files with one oddity each, made by changing what samples/pe_builder.py builds; 16-bit files, which it does not."""

from __future__ import annotations

import struct

from pe_builder import (
    HEADERS_SIZE,
    PE_HEADER,
    SECTION_ADDRESS,
    ResourceTree,
    build_image,
    build_pe,
    version_resource,
    version_tree,
)

OPTIONAL_HEADER = PE_HEADER + 24
DIRECTORY_COUNT = OPTIONAL_HEADER + 92
RESOURCE_DIRECTORY = OPTIONAL_HEADER + 96 + 16  # its address and size in the optional header of a 32-bit file
SECTION_HEADER = OPTIONAL_HEADER + 0xE0
SECTION_RAW_SIZE, SECTION_RAW_POINTER = SECTION_HEADER + 16, SECTION_HEADER + 20
TYPE_ENTRY = HEADERS_SIZE + 16
NAME_ENTRY = TYPE_ENTRY + 8 + 16
LANGUAGE_ENTRY = NAME_ENTRY + 8 + 16
DATA_ENTRY = LANGUAGE_ENTRY + 8
DATA = DATA_ENTRY + 16

PLAIN = build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation"})
STATED = struct.unpack_from("<H", PLAIN, DATA)[0]  # the length that its version resource states

NE_HEADER = 64
NE_TABLE = NE_HEADER + 64
NE_DATA = 0x200


def patched(offset: int, *numbers: int, data: bytes = PLAIN) -> bytes:
    """The file with 32-bit numbers written over it."""
    return patched_bytes(offset, struct.pack(f"<{len(numbers)}I", *numbers), data)


def patched16(offset: int, *numbers: int, data: bytes = PLAIN) -> bytes:
    return patched_bytes(offset, struct.pack(f"<{len(numbers)}H", *numbers), data)


def patched_bytes(offset: int, new: bytes, data: bytes = PLAIN) -> bytes:
    return data[:offset] + new + data[offset + len(new) :]


def version(text: str, language: int = 1033) -> bytes:
    """A version resource with the string FileVersion alone."""
    return version_resource(text, {language: [("FileVersion", text)]})


def with_resource(resource: bytes) -> bytes:
    """A file with this as its version resource."""
    return build_image(version_tree({1033: resource}))


def named(*resources: tuple[int | str, str]) -> bytes:
    """A file with one US English version resource for each (id or name, version)."""
    names: ResourceTree = [(name, [(1033, version(text))]) for name, text in resources]
    return build_image([(16, names)])


def languages(*versions: tuple[int, str]) -> bytes:
    return build_image(version_tree({language: version(text, language) for language, text in versions}))


def languages_as_stored(*versions: tuple[int, str]) -> bytes:
    """The same, in the order given and with languages that may repeat."""
    return build_image([(16, [(1, [(language, version(text, language)) for language, text in versions])])])


def sections_before(data: bytes, *sections: tuple[str, int, int, int]) -> bytes:
    """The 32-bit file with (name, address, raw size, raw pointer) put before its own section in the table."""
    (count,) = struct.unpack_from("<H", data, PE_HEADER + 6)
    own = data[SECTION_HEADER : SECTION_HEADER + 40 * count]
    more = b"".join(
        struct.pack("<8sIIIIIIHHI", name.encode(), 0x1000, address, size, pointer, 0, 0, 0, 0, 0xE0000080)
        for name, address, size, pointer in sections
    )
    changed = patched16(PE_HEADER + 6, count + len(sections), data=data)
    return patched_bytes(SECTION_HEADER, more + own, changed)


def moved(data: bytes, distance: int) -> bytes:
    """The file with its section's bytes ``distance`` further on; its address and what leads there stay."""
    changed = patched(SECTION_RAW_POINTER, HEADERS_SIZE + distance, data=data)
    return changed[:HEADERS_SIZE] + bytes(distance) + data[HEADERS_SIZE:]


def dos_program(header_at: int, header: bytes) -> bytes:
    """An MZ header that leads to ``header``."""
    return (b"MZ" + bytes(58) + struct.pack("<I", header_at)).ljust(header_at, b"\0") + header


def ne_file(*resources: tuple[int, int, bytes], shift: int = 4) -> bytes:
    """A 16-bit file with these (type, id, data)."""
    types: dict[int, bytes] = {}
    data = b""
    for kind, identifier, content in resources:
        start, length = (NE_DATA + len(data)) >> 4, (len(content) + 15) >> 4
        types[kind] = types.get(kind, b"") + struct.pack("<6H", start, length, 0, identifier | 0x8000, 0, 0)
        data += content.ljust(length << 4, b"\0")
    table = struct.pack("<H", shift)
    for kind, entries in types.items():
        table += struct.pack("<HHI", kind | 0x8000, len(entries) // 12, 0) + entries
    table += b"\0\0"
    header = b"NE".ljust(0x24, b"\0") + struct.pack("<HH", 64, 64 + len(table))
    header = header.ljust(0x36, b"\0") + b"\2"  # for Windows
    return dos_program(NE_HEADER, header.ljust(64, b"\0") + table).ljust(NE_DATA, b"\0") + data


def block16(key: str, value: bytes = b"", children: tuple[bytes, ...] = ()) -> bytes:
    """One block of a 16-bit version tree: ANSI keys and no type field."""
    data = bytes(4) + key.encode("cp1252") + b"\0"
    data += bytes(-len(data) % 4) + value
    for child in children:
        data += bytes(-len(data) % 4) + child
    return struct.pack("<HH", len(data), len(value)) + data[4:]


def version16() -> bytes:
    """A 16-bit version resource, 3.10.0.103."""
    fixed = struct.pack("<13I", 0xFEEF04BD, 0x10000, 3 << 16 | 10, 103, 3 << 16 | 10, 0, 0, 0, 1, 2, 0, 0, 0)
    strings = block16("StringFileInfo", b"", (block16("040904E4", b"", (block16("FileVersion", b"3.10\0"),)),))
    pairs = block16("VarFileInfo", b"", (block16("Translation", struct.pack("<HH", 0x409, 0x4E4)),))
    return block16("VS_VERSION_INFO", fixed, (strings, pairs))


def self_similar(depth: int, width: int) -> bytes:
    """Directories in which every entry leads to the same next one: width to the power of depth paths."""
    size = 16 + 8 * width
    directories = b""
    for level in range(1, depth + 1):
        target = level * size | (0x80000000 if level < depth else 0)
        identifiers = [16 if number == 0 else number for number in range(width)]
        directories += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, width)
        directories += b"".join(struct.pack("<II", identifier, target) for identifier in identifiers)
    directories += struct.pack("<IIII", SECTION_ADDRESS, 16, 0, 0)
    padded = build_image([(10, [(1, [(0, directories)])])])
    return padded[:HEADERS_SIZE] + directories.ljust(len(padded) - HEADERS_SIZE, b"\0")
