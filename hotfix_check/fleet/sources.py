"""Where the hosts are: files, folders, globs and URLs to one source a file, found one by one and read bounded."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotfix_check.bounded import read_bounded
from hotfix_check.errors import HotfixCheckError, SavedInputError, UsageError
from hotfix_check.inventory.saved import MAX_BYTES, SUFFIXES

_WHAT = "a saved inventory or result"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One saved inventory or result: its path or URL, and its bytes where they were read already."""

    place: str
    data: bytes | None = None

    def read(self) -> bytes:
        """Its bytes. Raises SavedInputError."""
        if self.data is not None:
            return self.data
        return (
            _read_url(self.place)
            if is_url(self.place)
            else read_bounded(Path(self.place), MAX_BYTES, _WHAT, SavedInputError)
        )


def is_url(text: str) -> bool:
    """Whether a PATH is a URL: a scheme of at least two letters, for one is a drive of Windows."""
    return _URL.match(text) is not None


def find_sources(paths: Iterable[str]) -> Iterator[Source]:
    """Every file of the paths: of a folder and what is below it each .json and .json.gz.

    Raises UsageError for a path that is not there or a pattern that fits nothing, and SavedInputError for a folder
    that cannot be listed: hosts must not be left out unsaid.
    """
    for path in paths:
        if is_url(path):
            yield from _in_url(path)
        elif Path(path).is_dir():
            yield from _in_folder(path)
        elif Path(path).exists():
            yield Source(place=path)
        elif glob.has_magic(path):
            found = False
            for place in glob.iglob(path, recursive=True):  # noqa: PTH207  (Path.glob takes no absolute pattern)
                found = True
                yield from _in_folder(place) if Path(place).is_dir() else (Source(place=place),)
            if not found:
                raise UsageError(f"{path}: no file fits this pattern")
        else:
            raise UsageError(f"{path}: no such file or folder")


def _in_folder(top: str) -> Iterator[Source]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.lower().endswith(SUFFIXES):
                        yield Source(place=entry.path)
        except OSError as error:
            raise SavedInputError(f"{folder}: cannot be listed: {error.strerror or error}") from error


def _filesystem(url: str) -> tuple[Any, str, str]:
    """A file system, the path in it, and what makes a URL of such a path."""
    try:
        import fsspec
    except ImportError:
        raise UsageError(f"{url}: URLs need the extra 'fleet': pip install 'hotfix-check[fleet]'") from None
    try:
        system, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError, OSError) as error:
        raise UsageError(f"{url}: cannot be used: {error}") from error
    return system, path, url.partition("://")[0] + "://"


def _in_url(url: str) -> Iterator[Source]:
    system, path, scheme = _filesystem(url)
    try:
        if glob.has_magic(path):
            places = system.glob(path)
        elif system.isdir(path):
            places = (place for place in system.find(path) if place.lower().endswith(SUFFIXES))
        else:
            places = [path] if system.exists(path) else []
        found = False
        for place in places:
            found = True
            yield Source(place=scheme + place.removeprefix(scheme))
    except HotfixCheckError:
        raise
    except Exception as error:  # each file system has exceptions of its own
        raise UsageError(f"{url}: cannot be listed: {type(error).__name__}: {error}") from error
    if not found:
        raise UsageError(f"{url}: nothing there")


def _read_url(url: str) -> bytes:
    system, path, _ = _filesystem(url)
    try:
        with system.open(path, "rb") as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
    except Exception as error:  # each file system has exceptions of its own
        raise SavedInputError(f"{url}: cannot be read: {type(error).__name__}: {error}") from error
    if len(data) > MAX_BYTES:
        raise SavedInputError(f"{url}: larger than {MAX_BYTES} bytes, not {_WHAT}")
    return data
