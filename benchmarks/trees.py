"""Folders to scan: the files that matter are small programs with names that the catalogue knows, the rest is empty."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, cycle, islice
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "samples"))
from pe_builder import HEADERS_SIZE, PE_HEADER, build_pe

from hotfix_check.assess import Assessor
from hotfix_check.catalogue import default_folder, load_catalogue

__all__ = ["HEADERS_SIZE", "PE_HEADER", "build_pe", "build_tree", "program", "wanted_names"]

A_FOLDER = 100  # files
VERSION = "5.5.2653.23"  # of the files that matter


STRINGS = {
    "CompanyName": "Microsoft Corporation",
    "FileDescription": "A file of the benchmark",
    "InternalName": "bench",
    "LegalCopyright": "None",
    "OriginalFilename": "bench.dll",
    "ProductName": "Microsoft Exchange",
    "ProductVersion": "9.9",
}


def program(
    version: str | None, *, size: int = 16384, plus32: bool = False, languages: Sequence[int] = (1033,)
) -> bytes:
    """A file of Microsoft Exchange of this version."""
    return build_pe(version, strings=STRINGS, size=size, plus32=plus32, languages=languages)


@cache
def wanted_names() -> tuple[str, ...]:
    """The names of the files that can be evidence by the tool's own catalogue."""
    return tuple(sorted(Assessor(load_catalogue([default_folder()])).all_names))


def build_tree(root: Path, count: int, matter: int) -> None:
    """``count`` files in folders of a hundred, ten folders to a folder; those that matter are spread evenly.

    The first folder is Bin of a server, so that what lies elsewhere is a stray copy and not a host of its own.
    """
    data = program(VERSION)
    every = count // max(1, matter)
    programs = (name for name in wanted_names() if name.endswith((".dll", ".exe")))
    waiting = islice(chain(["store.exe"], cycle(programs)), matter)
    for start, folder in zip(range(0, count, A_FOLDER), _folders(root), strict=False):
        folder.mkdir(parents=True)
        for number in range(start, min(start + A_FOLDER, count)):
            name = next(waiting, None) if number % every == 0 else None
            if name is None:
                (folder / f"message{number:06}.dat").touch()
            else:
                (folder / name).write_bytes(data)


def _folders(root: Path) -> Iterator[Path]:
    yield root / "Exchsrvr" / "Bin"
    number = 0
    while True:
        yield root / f"{number // 10:04}" / f"{number % 10}"
        number += 1
