"""One pass of each reader over a list of files, to be timed in a child; each gives a version or None a file.

A reader in Python is stopped at a file after PER_FILE seconds (dissect.executable hangs on some files), and such files
are left out of what is timed: they come back as their numbers.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from hotfix_check.pe import PeError, read_pe_file

Version = Sequence[int] | None
Pass = Callable[[], list[Version]]

PER_FILE = 2.0  # seconds of wall time
_RESOURCES = 2  # the data directory


class TooLongError(BaseException):
    """A file took longer than PER_FILE. No Exception: readers catch those."""


def floor(paths: list[str]) -> Pass:
    """What every reader must do: open, fstat, two positioned reads of 4 KiB."""

    def one_pass() -> list[Version]:
        for path in paths:
            fd = os.open(path, os.O_RDONLY)
            size = os.fstat(fd).st_size
            os.pread(fd, 4096, 0)
            os.pread(fd, 4096, max(0, size - 4096))
            os.close(fd)
        return []

    return one_pass


def ours(paths: list[str], strings: bool) -> Pass:
    """hotfix_check.pe, with or without looking at every string."""

    def one_pass() -> list[Version]:
        found: list[Version] = []
        for path in paths:
            try:
                facts = read_pe_file(path)  # type: ignore[arg-type]  # a path as text is enough
            except PeError:
                found.append(None)
                continue
            if strings:
                for table in facts.strings:
                    for _ in table.strings:
                        pass
            found.append(facts.version)
        return found

    return one_pass


def ours_with_notes(paths: list[str]) -> Callable[[], list[tuple[Version, tuple[str, ...]]]]:
    """For the comparison with pefile: the notes tell where the two differ by intent."""

    def one_pass() -> list[tuple[Version, tuple[str, ...]]]:
        found: list[tuple[Version, tuple[str, ...]]] = []
        for path in paths:
            try:
                facts = read_pe_file(path)  # type: ignore[arg-type]
            except PeError as error:
                found.append((None, (error.kind,)))
            else:
                found.append((facts.version, facts.notes))
        return found

    return one_pass


def pefile_fast(paths: list[str], skip: list[int]) -> Pass:
    """pefile with fast_load and the resource directory."""
    return _by_pefile(paths, skip, _first_fixed)


def every_version_by_pefile(paths: list[str], skip: list[int]) -> Callable[[], list[Any]]:
    """The slow path: all fixed versions that pefile finds in a file; None where it refuses the file."""
    return _by_pefile(paths, skip, _fixed)


def pefile_full(paths: list[str], skip: list[int]) -> Pass:
    """pefile as its readme begins."""
    return _by_pefile(paths, skip, _first_fixed, fast=False)


def _by_pefile(paths: list[str], skip: list[int], found: Callable[[Any], Any], *, fast: bool = True) -> Pass:
    """What is found in each image; None where pefile refuses the file."""
    import pefile

    def read(path: str) -> Any:
        try:
            with pefile.PE(path, fast_load=fast) as image:
                if fast:
                    image.parse_data_directories([_RESOURCES])
                return found(image)
        except pefile.PEFormatError:
            return None

    return _each(paths, skip, read)


def lief(paths: list[str], skip: list[int]) -> Pass:
    """LIEF, parsing the resources and nothing else that it can leave out."""
    from lief import PE, logging

    logging.disable()
    config = PE.ParserConfig()
    config.parse_signature = config.parse_exports = config.parse_imports = config.parse_reloc = False

    def read(path: str) -> Version:
        binary = PE.parse(path, config)
        manager = binary.resources_manager if isinstance(binary, PE.Binary) and binary.has_resources else None
        if not isinstance(manager, PE.ResourcesManager):
            return None
        for version in manager.version:
            info = version.file_info
            if info is not None:
                high, low = info.file_version_ms, info.file_version_ls
                return high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF
        return None

    return _each(paths, skip, read)


def dissect(paths: list[str], skip: list[int]) -> Pass:
    """dissect.executable and its own parser of the version resource."""
    from dissect.executable import PE

    def read(path: str) -> Version:
        with open(path, "rb") as stream:  # noqa: PTH123
            try:
                resources = PE(stream).resources
                found = resources and resources.vs_version_info()
            except Exception:  # it raises what it likes
                return None
        if not found or "VS_VERSION_INFO" not in found:
            return None
        return [int(part) for part in found["VS_VERSION_INFO"].get("FileVersion", "0.0.0.0").split(".")]

    return _each(paths, skip, read)


def too_long(reader: str, paths: list[str]) -> Callable[[], list[int]]:
    """The numbers of the files that a reader does not finish in time."""
    one_pass = globals()[reader](paths, [])

    def find() -> list[int]:
        return [number for number, version in enumerate(one_pass()) if version == "too long"]

    return find


def _each(paths: list[str], skip: list[int], read: Callable[[str], Version]) -> Pass:
    left_out = set(skip)

    def stop(_: int, __: Any) -> None:
        raise TooLongError

    def one_pass() -> list[Any]:
        signal.signal(signal.SIGALRM, stop)
        found: list[Any] = []
        for number, path in enumerate(paths):
            if number in left_out:
                found.append("too long")
                continue
            signal.setitimer(signal.ITIMER_REAL, PER_FILE)
            try:
                found.append(read(path))
            except TooLongError:
                found.append("too long")
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        return found

    return one_pass


def _fixed(image: Any) -> list[Version]:
    return [
        (
            info.FileVersionMS >> 16,
            info.FileVersionMS & 0xFFFF,
            info.FileVersionLS >> 16,
            info.FileVersionLS & 0xFFFF,
        )
        for info in getattr(image, "VS_FIXEDFILEINFO", ())
        if info.Signature == 0xFEEF04BD
    ]


def _first_fixed(image: Any) -> Version:
    return next(iter(_fixed(image)), None)
