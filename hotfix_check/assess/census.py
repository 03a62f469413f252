"""All the evidence: which builds the program files of an installation carry, and what they say of its marker.

One file is never the whole truth about an update that ships many. Microsoft's own known issue (KB4509409, KB5011363):
an update that is started without the rights it needs replaces some files and ends without an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotfix_check.assess.identity import Identities, text_differs
from hotfix_check.assess.places import Places
from hotfix_check.catalogue.product import Product
from hotfix_check.inventory import InstalledFile, Inventory, UnreadableFile, is_backup, name_of
from hotfix_check.inventory.program_folders import is_program_name
from hotfix_check.version import FileVersion

MANY = 20
"""Program files beside a marker that can contradict it together."""
_THIN_OF = 40  # files beside the marker, of which fewer than one in twenty bears witness
_THIN = 20


class Standing(StrEnum):
    """What the other files of an installation say of an update that its marker shows."""

    CORROBORATED = "corroborated"
    THIN = "thinly-corroborated"
    ALONE = "alone"
    CONTRADICTED = "contradicted"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A program file of the product, by its name and build; ``beside``: it lies in the marker's own folder.

    ``sound`` is false where its numbers and the text of its version differ: it is counted, and bears no witness.
    """

    name: str
    build: FileVersion
    beside: bool
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What stands for or against an update beside its marker: how many of how many, and the newest other file."""

    standing: Standing
    newer: int
    of: int
    newest: Counted | None = None
    unread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The program files of one installation: the marker that shows its build, and all others.

    ``strangers`` lie in the marker's folder and are another product's of the same root. ``unread`` are the names of
    program files there that cannot be read.
    """

    marker: InstalledFile | None
    others: tuple[Counted, ...]
    strangers: tuple[Counted, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def builds(self) -> tuple[tuple[FileVersion, int], ...]:
        """Each build and how many files carry it, the marker's among them; the most frequent first."""
        counts = Counter(one.build for one in self.others)
        if self.marker is not None and self.marker.version is not None:
            counts[self.marker.version] += 1
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def line(self, product: Product) -> int | None:
        """The servicing line of most of the files that are not the marker; None where there are none."""
        lines = Counter(product.line_of(one.build) for one in self.others)
        return max(lines, key=lambda line: (lines[line], -line), default=None)

    def witness(self, product: Product, line: int, before: FileVersion, own: FileVersion, *, hotfix: bool) -> Witness:
        """What the other files say of an update of ``line`` that the marker shows.

        ``before`` is the build of the update before it in the line, ``own`` that of the level itself: a file newer than
        ``before`` bears witness to the update, one newer than ``own`` at least to some update.
        """
        beside = [one for one in self.others if one.beside]
        of_line = [one for one in self.others if one.sound and product.line_of(one.build) == line]
        newer = [one for one in of_line if one.build > before]
        newest = max(beside, key=lambda one: (one.build, one.name), default=None)
        if newer:
            near = sum(one.beside for one in newer)
            thin = len(beside) >= _THIN_OF and near * _THIN < len(beside)
            standing = Standing.THIN if thin else Standing.CORROBORATED
            return Witness(standing=standing, newer=len(newer), of=len(self.others), newest=newest)
        if not beside and not self.unread:
            return Witness(standing=Standing.ALONE, newer=0, of=0)
        against = not hotfix and len(beside) >= MANY and not any(one.sound and one.build > own for one in beside)
        return Witness(
            standing=Standing.CONTRADICTED if against else Standing.DOUBTFUL,
            newer=0,
            of=len(beside),
            newest=newest,
            unread=next(iter(self.unread), None),
        )

    def newest_of_line(self, product: Product, line: int) -> Counted | None:
        """The newest other file of a line."""
        found = [one for one in self.others if one.sound and product.line_of(one.build) == line]
        return max(found, key=lambda one: (one.build, one.name), default=None)

    def neighbours(self, product: Product, line: int) -> tuple[list[Counted], list[Counted]]:
        """The files in the marker's folder of a lower line, or of an older product; and those of a higher, or newer."""
        older: list[Counted] = []
        newer: list[Counted] = []
        for one in self.others:
            if one.beside and (at := product.line_of(one.build)) != line:
                (older if at < line else newer).append(one)
        for one in self.strangers:
            build = None if self.marker is None else self.marker.version
            (older if build is not None and one.build < build else newer).append(one)
        return older, newer


def take_census(
    inventory: Inventory,
    places: Places,
    product: Product,
    marker: InstalledFile | None,
    identities: Identities,
    related: Sequence[Product],
) -> Census:
    """Count the program files in and below the role folders of one installation, or of loose files.

    ``related`` are the other products of its root.
    """
    folder = None if marker is None else _folder(marker.path)
    others: list[Counted] = []
    strangers: list[Counted] = []
    for file in inventory.files:
        if file.version is None or file is marker or is_backup(_folder(file.path), inventory.root):
            continue
        if not (places.loose or places.below_role(file.path)):
            continue
        beside = folder is not None and _folder(file.path) == folder
        if identities.is_program_of(file, product):
            others.append(_counted(file, file.version, beside=beside))
        elif beside and any(identities.is_program_of(file, one) for one in related):
            strangers.append(_counted(file, file.version, beside=True))
    return Census(
        marker=marker,
        others=tuple(others),
        strangers=tuple(strangers),
        unread=tuple(
            file.path.rpartition("/")[2]
            for file in inventory.unreadable
            if folder is not None and _folder(file.path) == folder and _is_unread_program(file)
        ),
    )


def _counted(file: InstalledFile, build: FileVersion, *, beside: bool) -> Counted:
    name = file.path.rpartition("/")[2]
    return Counted(name=name, build=build, beside=beside, sound=not text_differs(build, file.version_string))


def _is_unread_program(file: UnreadableFile) -> bool:
    return not file.is_folder and is_program_name(name_of(file.path))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
