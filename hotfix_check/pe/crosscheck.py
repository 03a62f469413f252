"""A second reading of one file, by pefile: does it see the same version, and what lies beyond the version.

pefile is independent of ``hotfix_check.pe`` from the first byte, but it walks the whole resource tree, and a file of
some kilobytes can make that take minutes or gigabytes. So it gets a copy in memory of at most ``MAX_FILE`` bytes, of a
file that the first reader accepted, and only the version branch of its tree. It is imported when first asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotfix_check.frozen import Frozen
from hotfix_check.pe.bytes import PeError
from hotfix_check.pe.image import MAX_VERSION_RESOURCE, PeFacts
from hotfix_check.untrusted.shown import one_line
from hotfix_check.version import FileVersion

if TYPE_CHECKING:
    import pefile

MAX_FILE = 48 << 20  # bytes; held in memory
MAX_VERSION_RESOURCES = 64  # of one file, each of at most MAX_VERSION_RESOURCE bytes and together of four times that
MAX_RESOURCE_ENTRIES = 8192  # of one file: types, and the names and languages of versions; usual files have under 100

_CHUNK = 1 << 20  # bytes, an even number; of the checksum, at once
_FIXED_SIGNATURE = 0xFEEF04BD
_EXPORTS, _RESOURCES = 0, 2  # data directories
_RT_VERSION = 16
_OTHER_LOOKUP = {"several-version-resources", "version-resource-not-id-1", "no-fixed-version"}
"""Notes of the first reader on files where pefile reads another resource than Windows does, or bytes that are none: it
takes the first name instead of id 1, and does not check wValueLength."""


class CrossCheck(Frozen):
    """What pefile says of a file."""

    version: FileVersion | None
    """Its fixed file version; where several languages differ, the first reader's if pefile finds it among them."""
    version_differs: bool
    """Whether that contradicts the first reader; False where pefile is known to look up another resource."""
    checksum_stored: int
    """CheckSum of the optional header; 0 when the linker set none."""
    checksum_computed: int
    """What the loader would compute; another value than the stored one means that the file was changed."""
    exports_it: bool
    """Whether it exports the function that was asked for."""


def cross_check(data: bytes, facts: PeFacts, export: str | None = None) -> CrossCheck:
    """Read a file's bytes with pefile and hold them against the ``facts`` that the first reader found.

    ``export`` is the function that the first reader looked for.

    Raises PeError: ``refused`` when the file or its version resources are larger than the bounds, ``16-bit`` for what
    pefile does not read, ``damaged`` when it gives up.
    """
    if facts.machine == "16-bit":
        raise PeError("16-bit", "a 16-bit program, which pefile does not read")
    if len(data) > MAX_FILE:
        raise PeError("refused", f"larger than {MAX_FILE >> 20} MiB, too large for the second reader")
    try:
        image = _bounded_image(data)
        image.parse_data_directories([_EXPORTS, _RESOURCES])
    except PeError:
        raise
    except Exception as error:  # pefile raises whatever a broken file leads it to
        raise PeError("damaged", f"pefile cannot read it: {one_line(str(error)) or type(error).__name__}") from None

    versions = [
        FileVersion(
            info.FileVersionMS >> 16, info.FileVersionMS & 0xFFFF, info.FileVersionLS >> 16, info.FileVersionLS & 0xFFFF
        )
        for info in getattr(image, "VS_FIXEDFILEINFO", ())
        if info.Signature == _FIXED_SIGNATURE
    ]
    version = facts.version if facts.version in versions else next(iter(versions), None)
    symbols = getattr(getattr(image, "DIRECTORY_ENTRY_EXPORT", None), "symbols", ())
    return CrossCheck(
        version=version,
        version_differs=version != facts.version and _OTHER_LOOKUP.isdisjoint(facts.notes),
        checksum_stored=image.OPTIONAL_HEADER.CheckSum,
        checksum_computed=_checksum(data, image.OPTIONAL_HEADER.get_file_offset() + 64),
        exports_it=export is not None and any(symbol.name == export.encode() for symbol in symbols),
    )


def _bounded_image(data: bytes) -> pefile.PE:
    """pefile's view of ``data``, held back from what costs time: other types' resources, oversized versions."""
    import pefile

    class BoundedPE(pefile.PE):  # type: ignore[misc]
        def parse_resource_entry(self, rva: int) -> Any:
            self.entries_parsed = getattr(self, "entries_parsed", 0) + 1
            if self.entries_parsed > MAX_RESOURCE_ENTRIES:
                raise PeError("refused", "its resource directories are too large for the second reader")
            self.current_entry = super().parse_resource_entry(rva)
            return self.current_entry

        def parse_resources_directory(
            self, rva: int, size: int = 0, base_rva: int | None = None, level: int = 0, dirs: list[int] | None = None
        ) -> Any:
            if level > 2 or (level == 1 and self.current_entry.Name != _RT_VERSION):
                return pefile.ResourceDirData(struct=None, entries=[])
            return super().parse_resources_directory(rva, size, base_rva, level, dirs)

        def parse_version_information(self, version_struct: Any) -> None:
            self.version_sizes = [*getattr(self, "version_sizes", []), version_struct.Size]
            if (
                version_struct.Size > MAX_VERSION_RESOURCE
                or sum(self.version_sizes) > 4 * MAX_VERSION_RESOURCE
                or len(self.version_sizes) > MAX_VERSION_RESOURCES
            ):
                raise PeError("refused", "its version resources are too large for the second reader")
            super().parse_version_information(version_struct)

    return BoundedPE(data=data, fast_load=True)


def _checksum(data: bytes, field_at: int) -> int:
    """The PE checksum: its 16-bit words, without the field itself, added with end-around carry, plus the length.

    Such a sum is the remainder modulo 65535; pefile's own loop takes 70 ms for each MiB.
    """
    total, empty = 0, True
    for start in range(0, len(data), _CHUNK):
        chunk = bytearray(data[start : start + _CHUNK])
        for position in range(max(field_at, start), min(field_at + 4, start + len(chunk))):
            chunk[position - start] = 0
        words = int.from_bytes(chunk, "little")
        total, empty = total + words % 0xFFFF, empty and not words
    return (0 if empty else total % 0xFFFF or 0xFFFF) + len(data)
