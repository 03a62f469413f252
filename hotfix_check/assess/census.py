"""All the evidence: which builds the program files of an installation carry, and what they say of its marker.

One file is never the whole truth about an update that ships many. Microsoft's own known issue (KB4509409, KB5011363):
an update that is started without the rights it needs replaces some files and ends without an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from hotfix_check.assess.folder_roles import Places
from hotfix_check.assess.identity import Identities
from hotfix_check.catalogue.product import Product
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import InstalledFile, Inventory, UnreadableFile, folder_of, name_of
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


class Counted(Frozen):
    """Program files of the product of one build; ``beside``: they lie in the marker's own folder.

    ``name`` is the last of them in the alphabet. ``sound`` is false where the numbers of their version and its text
    differ: they are counted, and bear no witness.
    """

    name: str
    build: FileVersion
    line: int
    beside: bool
    sound: bool
    files: int


class Witness(Frozen):
    """What stands for or against an update beside its marker: how many of how many, and the newest other file.

    ``unread`` is a program there that shows no build, ``stranger`` those of another product that may have been left.
    """

    standing: Standing
    newer: int
    of: int
    newest: Counted | None = None
    unread: str | None = None
    stranger: Counted | None = None


class Census(Frozen):
    """The program files of one installation: the marker that shows its build, and all others.

    ``strangers`` lie in the marker's folder and are another product's of the same root. ``unread`` are the names of
    program files there that cannot be read, or that nobody can tell to be no program of this product: of loose files
    those that are its own by build or by name, in a folder of its own all but those that name somebody else. What lies
    behind the end of a broken archive may be some too.
    """

    marker: InstalledFile | None
    others: tuple[Counted, ...]
    strangers: tuple[Counted, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def builds(self) -> tuple[tuple[FileVersion, int], ...]:
        """Each build and how many files carry it, the marker's among them; the most frequent first."""
        counts: Counter[FileVersion] = Counter()
        for one in self.others:
            counts[one.build] += one.files
        if self.marker is not None and self.marker.version is not None:
            counts[self.marker.version] += 1
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def files(self) -> int:
        """How many program files there are beside the marker, in any folder."""
        return sum(one.files for one in self.others)

    def line(self) -> int | None:
        """The servicing line of most of the files that are not the marker; None where there are none."""
        lines: Counter[int] = Counter()
        for one in self.others:
            lines[one.line] += one.files
        return max(lines, key=lambda line: (lines[line], -line), default=None)

    def witness(
        self, line: int, before: FileVersion, own: FileVersion, *, hotfix: bool, own_third_part: bool
    ) -> Witness:
        """What the other files say of an update of ``line`` that the marker shows.

        ``before`` is the build of the update before it in the line, ``own`` that of the level itself: a file newer than
        ``before`` bears witness to the update, one newer than ``own`` at least to some update. ``own_third_part``:
        every build carries its level's third part, so that one with another is of a level that the catalogue lacks.
        """
        beside = [one for one in self.others if one.beside]
        near = sum(one.files for one in beside)
        newer = [
            one
            for one in self.others
            if one.sound and one.line == line and one.build > before
            if not own_third_part or one.build[:3] == own[:3]
        ]
        newest = max(beside, key=lambda one: (one.build, one.name), default=None)
        if newer:
            thin = near >= _THIN_OF and sum(one.files for one in newer if one.beside) * _THIN < near
            return Witness(
                standing=Standing.THIN if thin else Standing.CORROBORATED,
                newer=sum(one.files for one in newer),
                of=self.files,
                newest=newest,
            )
        strangers = self._speaking_strangers()
        if not (beside or self.unread or strangers):
            return Witness(standing=Standing.ALONE, newer=0, of=0)
        against = not hotfix and near >= MANY and not any(one.sound and one.build > own for one in beside)
        return Witness(
            standing=Standing.CONTRADICTED if against else Standing.DOUBTFUL,
            newer=0,
            of=near,
            newest=newest,
            unread=next(iter(self.unread), None),
            stranger=next(iter(strangers), None),
        )

    def _speaking_strangers(self) -> tuple[Counted, ...]:
        """The other products' files that may be what an upgrade in place left: of the marker's own range, or many.

        2019 becomes the Subscription Edition in its own folder; nothing of 2013 becomes 2016, and servers of each have
        some files of 2013 (Microsoft.Exchange.WebServices.dll 15.0.913.22).
        """
        own = None if self.marker is None or self.marker.version is None else self.marker.version[:2]
        many = sum(one.files for one in self.strangers) >= MANY
        return tuple(one for one in self.strangers if many or one.build[:2] == own)

    def newest_of_line(self, line: int) -> Counted | None:
        """The newest other files of a line."""
        found = [one for one in self.others if one.sound and one.line == line]
        return max(found, key=lambda one: (one.build, one.name), default=None)

    def neighbours(self, line: int) -> tuple[list[Counted], list[Counted]]:
        """The files in the marker's folder of a lower line, or of an older product; and those of a higher, or newer."""
        older: list[Counted] = []
        newer: list[Counted] = []
        for one in self.others:
            if one.beside and one.line != line:
                (older if one.line < line else newer).append(one)
        before = self.older_strangers()
        older += before
        newer += [one for one in self.strangers if one not in before]
        return older, newer

    def older_strangers(self) -> list[Counted]:
        """The other products' files in the marker's folder that are older than it."""
        build = None if self.marker is None else self.marker.version
        return [one for one in self.strangers if build is not None and one.build < build]

    def lines_beside(self) -> Counter[int]:
        """How many files in the marker's folder are of each line."""
        lines: Counter[int] = Counter()
        for one in self.others:
            if one.beside:
                lines[one.line] += one.files
        return lines


def take_census(
    inventory: Inventory,
    places: Places,
    product: Product,
    marker: InstalledFile | None,
    identities: Identities,
    related: Sequence[Product],
    line_of: Callable[[FileVersion], int],
) -> Census:
    """Count the program files in and below the role folders of one installation, or of loose files.

    ``related`` are the other products of its root; ``line_of`` is the product's. What is not called as programs are
    bears no witness: a folder is not read for it, and a copy that somebody kept (ExSetup.exe.bak) is not in use. Nor
    does the marker bear witness to itself: another copy of it, in a subfolder or by another case, is no other file.
    """
    folder, own = (None, None) if marker is None else (folder_of(marker.path), name_of(marker.path))
    counted = {folder for folder in inventory.names if _is_counted(folder, inventory, places)}
    others: dict[tuple[FileVersion, bool, bool], list[str]] = {}
    strangers: dict[tuple[FileVersion, bool, bool], list[str]] = {}
    unread = [
        file.path
        for file in inventory.unreadable
        if folder is not None and folder_of(file.path) == folder and _is_unread_program(file)
    ]
    for lies_in, name, file in inventory.places:
        counts = lies_in in counted and is_program_name(name)
        if name == own or not counts or not isinstance(file, InstalledFile):
            continue
        version, beside, told = file.version, lies_in == folder, identities.told(file)
        if version is not None and product.id in told.programs:
            found = others
        elif not beside:
            continue
        elif version is not None and any(one.id in told.programs for one in related):
            found = strangers
        else:
            if identities.may_be_of(file, product) or not (places.loose or identities.names_another(file)):
                unread.append(file.path)
            continue
        if version is not None:
            key = version, beside, told.sound
            found.setdefault(key, []).append(file.path.rpartition("/")[2])
    if marker is not None and inventory.broken_archive is not None:
        unread.append(f"the rest of {inventory.broken_archive.rpartition('/')[2]}")
    return Census(
        marker=marker,
        others=_grouped(others, line_of),
        strangers=_grouped(strangers, line_of),
        unread=tuple(sorted(path.rpartition("/")[2] for path in unread)),
    )


def _is_counted(folder: str, inventory: Inventory, places: Places) -> bool:
    """Whether the program files of a folder are counted: it has a role or lies below one, or is of loose files."""
    return (places.loose or places.has_role_above(folder)) and not inventory.is_backup(folder)


def _grouped(
    found: Mapping[tuple[FileVersion, bool, bool], Sequence[str]], line_of: Callable[[FileVersion], int]
) -> tuple[Counted, ...]:
    return tuple(
        Counted(name=max(names), build=build, line=line_of(build), beside=beside, sound=sound, files=len(names))
        for (build, beside, sound), names in sorted(found.items())
    )


def _is_unread_program(file: UnreadableFile) -> bool:
    return not file.is_folder and is_program_name(name_of(file.path))
