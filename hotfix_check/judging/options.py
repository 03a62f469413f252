"""The options of a judgement: one value, from the command line to the manifest, ``verify`` and the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from hotfix_check.frozen import Frozen

_UNRECORDED = {
    "hive": "--hive: a manifest lists what is in the target; put the hive in Windows/System32/config",
    "no_hash": "--no-hash: a manifest lists the SHA-256 of every evidence file",
}
"""Why a manifest cannot record an option, by its field: one that was given is then refused."""


class JudgeOptions(Frozen):
    """All options that can change an answer, as typed; one that was not given is false.

    Whatever is done with all of them goes over the fields.
    """

    catalogues: tuple[Path, ...] = ()
    products: tuple[str, ...] = ()
    kbs: tuple[str, ...] = ()
    cves: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    baseline: Path | None = None
    waivers: Path | None = None
    fail_on: str | None = None
    as_of: str | None = None
    complete: bool = False
    cross_check: bool = False
    follow_links: bool = False
    hive: Path | None = None
    no_hash: bool = False

    @property
    def cve_numbers(self) -> frozenset[str]:
        """The CVEs, as the catalogue writes them."""
        return frozenset(text.strip().upper() for text in self.cves)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files and folders that the answer depends on beside the targets."""
        found: list[Path] = []
        for one in fields(self):
            value = getattr(self, one.name)
            found += [path for path in (value if isinstance(value, tuple) else (value,)) if isinstance(path, Path)]
        return tuple(found)

    def given(self) -> Iterator[str]:
        """The names of the fields that were given."""
        return (one.name for one in fields(self) if getattr(self, one.name))

    def unrecorded(self) -> Iterator[str]:
        """Why a manifest cannot record what was given: a line for each such option."""
        return (why for name, why in _UNRECORDED.items() if getattr(self, name))


def is_recorded(one: Field[Any]) -> bool:
    """Whether a manifest records this option."""
    return one.name not in _UNRECORDED


def names_files(one: Field[Any]) -> bool:
    """Whether an option names files, whose bytes decide and not their names."""
    return "Path" in str(one.type)
