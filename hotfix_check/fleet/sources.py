"""Where the hosts are: files, folders, globs and URLs to one source a file, found one by one and read bounded."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hotfix_check.errors import SavedInputError, UsageError
from hotfix_check.fleet.row import label_of
from hotfix_check.frozen import dataclass
from hotfix_check.inventory.saved import MAX_BYTES, SUFFIXES
from hotfix_check.inventory.target import tells_of_hosts
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.patterns import fitting, is_pattern
from hotfix_check.untrusted.shown import clipped

_WHAT = "a saved inventory or result"
MAX_LOOKED_INTO = 50_000
"""Files of other names, in all folders of a run, of which the beginning is read to tell whether hosts are in them."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # at least two letters: one is a drive of Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One saved inventory or result: its path or URL, and its bytes where they were read already.

    ``place`` is for opening alone: it may hold bytes that are no text. Whatever is written holds ``label``.
    ``fault`` says why there are none: a folder that could not be listed, in which hosts may be.
    """

    place: str
    data: bytes | None = None
    fault: str | None = None

    def read(self) -> bytes:
        """Its bytes. Raises SavedInputError."""
        if self.fault is not None:
            raise SavedInputError(f"{self.place}: {self.fault}")
        if self.data is not None:
            return self.data
        local = local_path(self.place)
        return _read_url(self.place) if local is None else read_bounded(Path(local), MAX_BYTES, _WHAT, SavedInputError)

    @property
    def label(self) -> str:
        """The place as text, the same for no two places."""
        return label_of(self.place)


@dataclasses.dataclass(slots=True)
class LeftOut:
    """The files of folders in which no host was looked for, or found: how many, and the first names in order."""

    looked_into: int = 0
    files: int = 0
    not_looked_into: int = 0
    _last: list[str] = dataclasses.field(default_factory=list)

    def notes(self) -> list[str]:
        """What is to be said of them, the same whatever order the file system has."""
        told = []
        if self.files:
            more = f" and {self.files - len(self._last)} more" if self.files > len(self._last) else ""
            those = "file that is" if self.files == 1 else "files that are"
            told.append(
                f"left out of the folders: {self.files} {those} not a saved inventory, result or listing: "
                f"{', '.join(self._last)}{more}"
            )
        if self.not_looked_into:
            told.append(
                f"not examined: {self.not_looked_into} files that are not called .json or .json.gz, beyond the "
                f"first {MAX_LOOKED_INTO}; name them, or a pattern, to have them read"
            )
        return told

    def holds_hosts(self, path: str, name: str) -> bool:
        """Whether a file of a folder is to be read."""
        if name.lower().endswith(SUFFIXES):
            return True
        if self.looked_into >= MAX_LOOKED_INTO:
            self.not_looked_into += 1
            return False
        self.looked_into += 1
        if tells_of_hosts(Path(path)):
            return True
        self.files += 1
        self._last = heapq.nsmallest(3, [*self._last, clipped(label_of(name))])
        return False


def local_path(text: str) -> str | None:
    """The path on this machine that a PATH or a file:// URL names; None for another URL."""
    scheme = _URL.match(text)
    if scheme is None:
        return text
    rest = text[scheme.end() :]
    if scheme[0].lower() not in ("file://", "local://"):
        return None
    return rest[1:] if re.match(r"/[A-Za-z]:", rest) else rest


def real_place(text: str) -> str | None:
    """The same with every link followed, to be compared; None for a URL that is not one of a file here."""
    local = local_path(text)
    return None if local is None else os.path.normcase(os.path.realpath(local))


def find_sources(paths: Sequence[str], left_out: LeftOut | None = None) -> Iterator[Source]:
    """Every file of the paths, found one by one.

    Of a folder and what is below it each .json and .json.gz, and each file that is by its beginning what a scan reads
    as a listing, a saved inventory or a result; the others are told to ``left_out``. A folder behind a URL is looked
    through for names alone. Links to folders that are met below a folder are not followed. What cannot be listed is a
    source with a fault. All paths are looked at first: raises UsageError for one that is not there or a pattern that
    fits nothing.
    """
    told = LeftOut() if left_out is None else left_out
    return itertools.chain.from_iterable([_found(path, told) for path in paths])


def _found(path: str, left_out: LeftOut) -> Iterable[Source]:
    local = local_path(path)
    if local is None:
        return _in_url(path)
    scheme = path.removesuffix(local)
    if os.path.isdir(local):  # noqa: PTH112  (as typed: Path would take ./ away)
        try:
            os.scandir(local).close()
        except OSError as error:
            raise UsageError(f"{path}: cannot be listed: {error.strerror or error}") from error
        return _in_folder(scheme, local, left_out)
    if os.path.exists(local):  # noqa: PTH110
        return (Source(place=path),)
    if not is_pattern(local):
        raise UsageError(f"{path}: no such file or folder")
    places = fitting(local)
    first = next(places, None)
    if first is None:
        raise UsageError(f"{path}: no file fits this pattern")
    return _fitting(scheme, itertools.chain((first,), places), left_out)


def _fitting(scheme: str, places: Iterable[str], left_out: LeftOut) -> Iterator[Source]:
    for place in places:
        is_folder = os.path.isdir(place)  # noqa: PTH112
        yield from _in_folder(scheme, place, left_out) if is_folder else (Source(place=scheme + place),)


def _in_folder(scheme: str, top: str, left_out: LeftOut) -> Iterator[Source]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif left_out.holds_hosts(entry.path, entry.name):
                        yield Source(place=scheme + entry.path)
        except OSError as error:
            yield Source(place=scheme + folder, fault=f"this folder cannot be listed: {error.strerror or error}")


def _filesystem(url: str) -> tuple[Any, str, str]:
    """A file system, the path in it, and what makes a URL of such a path."""
    try:
        import fsspec
    except ImportError:
        raise UsageError(f"{url}: URLs need the extra 'fleet': in a checkout, pip install '.[fleet]'") from None
    try:
        system, path = fsspec.core.url_to_fs(url)
    except Exception as error:  # each file system has exceptions of its own
        raise UsageError(f"{url}: cannot be used: {type(error).__name__}: {error}") from error
    return system, path, url.partition("://")[0] + "://"


def _in_url(url: str) -> list[Source]:
    system, path, scheme = _filesystem(url)
    try:
        if "*" in path:  # alone of the signs of a pattern: a question mark begins the query of a URL
            places = system.glob(path)
        elif system.isdir(path):
            places = [place for place in system.find(path) if place.lower().endswith(SUFFIXES)]
        else:
            places = [path] if system.exists(path) else []
    except Exception as error:  # as above
        raise UsageError(f"{url}: cannot be listed: {type(error).__name__}: {error}") from error
    if not places:
        raise UsageError(f"{url}: nothing there")
    return [Source(place=scheme + place.removeprefix(scheme)) for place in places]


def _read_url(url: str) -> bytes:
    try:
        system, path, _ = _filesystem(url)
        with system.open(path, "rb") as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
    except Exception as error:  # as above
        raise SavedInputError(f"{url}: cannot be read: {type(error).__name__}: {error}") from error
    if len(data) > MAX_BYTES:
        raise SavedInputError(f"{url}: larger than {MAX_BYTES} bytes, not {_WHAT}")
    return data
