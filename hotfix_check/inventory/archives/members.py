"""What is taken of an archive's members: the facts of those that matter, and why others could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field

from hotfix_check.frozen import replace
from hotfix_check.inventory.archives.member import (
    MAX_HIVES,
    Budget,
    Member,
    MemberFault,
    Unpacked,
    inner_path,
    safe_name,
)
from hotfix_check.inventory.file_facts import Asked, OnFile, file_facts
from hotfix_check.inventory.files import (
    InstalledFile,
    TargetFile,
    UnreadableFile,
    folder_of,
    has_archive_suffix,
    name_of,
)
from hotfix_check.inventory.hives import KEPT_ASIDE, NOT_THE_ONE, is_hive_place, is_kept_aside, rank, the_one
from hotfix_check.inventory.program_folders import has_programs, is_in, is_program_name
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.untrusted.shown import clipped, one_line

UNPROVEN = "no checksum covers it: its archive cannot be read to the end"
SEVERAL = "the archive has several files of this name, and they differ"
_NO_PROGRAM = "no program"  # in the place of a digest: of a file that is not evidence


def hand_over(taker: Taker, member: Member, fill: Callable[[Unpacked], None]) -> None:
    """Offer a member, and where it is wanted ``fill`` it, which raises MemberFault when its bytes cannot be had."""
    unpacked = taker.offer(member)
    if unpacked is None:
        return
    try:
        fill(unpacked)
    except MemberFault as fault:
        taker.fail(unpacked, str(fault))
    else:
        taker.done(unpacked)


@dataclasses.dataclass(eq=False)
class Taker:
    """Takes what matters of one archive, whose members begin with ``prefix`` in the target.

    A reader offers each member once, fills what it gets back, and says ``done`` or ``fail``. ``open_nested`` reads a
    member that is itself an archive; None where these are not opened any more.
    """

    asked: Asked
    budget: Budget
    _: dataclasses.KW_ONLY
    prefix: str
    open_nested: Callable[[Unpacked], Taker | None] | None = None
    on_file: OnFile = None
    files: dict[str, InstalledFile] = field(default_factory=dict)
    unreadable: dict[str, UnreadableFile] = field(default_factory=dict)
    hive: RegistryRecords | None = None
    folders: set[str] = field(default_factory=set)
    seen: int = 0
    encrypted: int = 0
    passed_over: set[str] = field(default_factory=set)
    _nested: dict[str, Taker] = field(default_factory=dict)
    _has_evidence: bool = False
    _first: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    _differ: set[str] = field(default_factory=set)
    _programs: dict[str, bool] = field(default_factory=dict)
    _links: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._add_folder(self.prefix.rstrip("/"))

    def offer(self, member: Member) -> Unpacked | None:
        """What to fill with the member's bytes; None when they are not wanted."""
        self.budget.list()
        try:
            path = self.prefix + inner_path(member.name)
        except MemberFault as fault:
            self._not_placed(member, str(fault))
            return None
        if path == self.prefix:
            return None
        self._add_folder(path if member.kind == "folder" else folder_of(path))
        if member.kind == "folder":
            return None
        self._count()
        evidence, program = name_of(path) in self.asked.wanted, self._is_program(path)
        self._has_evidence = self._has_evidence or evidence or program
        if member.kind != "file":
            self._no_file(member, path, evidence=evidence or program)
            return None
        hive = is_hive_place(tuple(path.split("/")))
        if hive and (reason := self._why_no_hive(path)):
            self._refuse(member, path, reason)
            return None
        nested = not evidence and has_archive_suffix(path)
        if nested and self._has_evidence:
            return None
        if nested and self.open_nested is None:
            self._refuse(member, path, "an archive in an archive in an archive, not opened", is_folder=True)
            return None
        if not (evidence or program or nested or hive or self.asked.every_pe):
            self._pass_over(path)
            return None
        if member.encrypted:
            self.encrypted += 1
            return None
        try:
            wanted = evidence or program or nested or hive
            return Unpacked(member, path, self.budget, any_content=wanted, nested=nested)
        except MemberFault as fault:
            self._refuse(member, path, str(fault), is_folder=nested)
            return None

    def done(self, unpacked: Unpacked) -> None:
        """All of a member is there that was wanted; its bytes are let go."""
        try:
            self._take(unpacked)
        except MemberFault as fault:
            self.fail(unpacked, str(fault))
        unpacked.data = bytearray()

    def fail(self, unpacked: Unpacked, reason: str) -> None:
        """A member could not be unpacked."""
        self._refuse(unpacked.member, unpacked.path, one_line(reason), is_folder=unpacked.nested)
        unpacked.data = bytearray()

    def distrust(self) -> None:
        """No checksum vouches for what was unpacked so far."""
        for path in self.files:
            if name_of(path) in self.asked.wanted:
                self.unreadable[path] = UnreadableFile(path=path, reason=UNPROVEN)
        self.files.clear()
        self._nested.clear()
        self.hive = None

    def ended(self, path: str, size: int, fault: str | None) -> None:
        """The archive, at ``path`` in the target, was read, or not to its end: then none of its folders is whole."""
        if fault is not None:
            self.folders.clear()
            self.unreadable[path] = UnreadableFile(path=path, reason=fault, is_folder=True, size=size)

    def finish(self) -> None:
        """All members were offered. What is in archives within counts only when nothing beside them is evidence."""
        for path, link in self._links:
            if link is None or self._is_folder(link):
                self._keep(UnreadableFile(path=path, reason="a link to a folder, not followed", is_folder=True))
        self._drop_those_that_differ()
        if self._has_evidence:
            self.unreadable = {
                path: bad for path, bad in self.unreadable.items() if not (bad.is_folder and has_archive_suffix(path))
            }
            return
        for taker in self._nested.values():
            if taker.hive is not None:
                self._keep_hive(taker.hive)
            self.files |= taker.files
            self.unreadable |= taker.unreadable
            self.folders |= taker.folders
            self.seen += taker.seen
            self.passed_over |= taker.passed_over

    def _drop_those_that_differ(self) -> None:
        for path in self._differ:
            self.files.pop(path, None)
            self._nested.pop(path, None)
            if self.hive is not None and self.hive.hive == path:
                self.hive = None
            nested = has_archive_suffix(path) and name_of(path) not in self.asked.wanted
            self.unreadable[path] = UnreadableFile(path=path, reason=SEVERAL, is_folder=nested)

    def _take(self, unpacked: Unpacked) -> None:
        if unpacked.nested and not unpacked.member.size:
            self.fail(unpacked, "empty: no archive")
            return
        if not unpacked.wanted:
            self._pass_over(unpacked.path)
            self._is_first(unpacked.path, _NO_PROGRAM)
            return
        unpacked.check()
        if unpacked.nested:
            if not self._is_first(unpacked.path, unpacked.sha256()):
                return
            if self.open_nested is not None and (taker := self.open_nested(unpacked)) is not None:
                self._nested[unpacked.path] = taker
            return
        if is_hive_place(tuple(unpacked.path.split("/"))):
            self._take_hive(unpacked)
            return
        evidence = name_of(unpacked.path) in self.asked.wanted
        facts = file_facts(unpacked.file(), self.asked, evidence=evidence, program=self._is_program(unpacked.path))
        if facts is None:
            self._pass_over(unpacked.path)
        local = unpacked.member.local_time
        if isinstance(facts, InstalledFile) and local is not None:
            note = f"local-time: the archive says {local:%Y-%m-%d %H:%M:%S}, in an unknown time zone"
            facts = replace(facts, notes=(*facts.notes, note))
        if self._is_first(unpacked.path, _NO_PROGRAM if facts is None else unpacked.sha256()) and facts is not None:
            self._keep(facts)

    def _pass_over(self, path: str) -> None:
        """Nothing is told of a file; as a program of a server that is not known yet it would count."""
        if is_program_name(name_of(path)):
            self.passed_over.add(folder_of(path))

    def _is_program(self, path: str) -> bool:
        """Whether it is a program file of a folder whose programs are all read."""
        folder, _, name = path.rpartition("/")
        return is_program_name(name.lower()) and (self.asked.every_program or self._has_programs(folder))

    def _has_programs(self, folder: str) -> bool:
        if folder not in self._programs:
            inner = folder.removeprefix(self.prefix.rstrip("/")).lstrip("/")
            self._programs[folder] = is_in(folder, self.asked.homes) or (
                bool(inner) and (has_programs(inner, self.asked.programs) or self._has_programs(folder_of(folder)))
            )
        return self._programs[folder]

    def _why_no_hive(self, path: str) -> str | None:
        """Why a registry hive is not read; None when it counts, if it can be read."""
        if is_kept_aside(path.removeprefix(self.prefix)):
            return KEPT_ASIDE
        if self.hive is not None and rank(self.hive.hive) <= rank(path):
            return NOT_THE_ONE
        if self.budget.hives >= MAX_HIVES:
            return f"a registry hive beyond the {MAX_HIVES} that are read"
        return None

    def _take_hive(self, unpacked: Unpacked) -> None:
        from hotfix_check.inventory.hive import HiveError, read_hive

        file = unpacked.file()
        if reason := self._why_no_hive(file.path):  # a 7z offers all members before it unpacks one
            raise MemberFault(reason)
        if not self._is_first(file.path, unpacked.sha256()):
            return
        self.budget.hives += 1
        try:
            digest = file.sha256 if self.asked.hashes else None
            records = read_hive(file.path, file.size, file.read_at, digest, self.asked.registry)
        except HiveError as error:
            self._keep(UnreadableFile(path=file.path, reason=str(error), size=file.size, modified=file.modified))
            return
        self._keep_hive(records)

    def _keep_hive(self, records: RegistryRecords) -> None:
        self.hive, others = the_one(one for one in (self.hive, records) if one is not None)
        for other in others:
            self._keep(other)

    def _count(self) -> None:
        self.seen += 1
        if self.on_file is not None:
            self.on_file()

    def _add_folder(self, path: str) -> None:
        while path and path not in self.folders:
            self.budget.list()
            self.folders.add(path)
            path = folder_of(path)

    def _not_placed(self, member: Member, reason: str) -> None:
        if member.kind == "folder":
            return
        self._count()
        path = self.prefix + safe_name(member.name)
        if self.asked.every_pe or name_of(path) in self.asked.wanted:
            self._refuse(member, path, reason)

    def _no_file(self, member: Member, path: str, *, evidence: bool) -> None:
        if member.kind == "hardlink":
            self._hard_link(member, path, evidence=evidence)
        elif evidence:
            link = member.kind == "symlink"
            self._refuse(member, path, "a symbolic link, not followed" if link else "not a regular file")
        else:
            self._pass_over(path)
            if member.kind == "symlink":
                self._links.append((path, member.link))

    def _hard_link(self, member: Member, path: str, *, evidence: bool) -> None:
        """Another name of a file that the archive has before it, as tar stores the second name of one NTFS file."""
        try:
            target = self.prefix + inner_path(member.link or "")
        except MemberFault:
            target = ""
        if target in self.files and (evidence or self.asked.every_pe):
            if self._is_first(path, self._first[target.lower()][1]):
                self._keep(replace(self.files[target], path=path))
        elif evidence:
            why = self.unreadable[target].reason if target in self.unreadable else "it was not read"
            to = clipped(target, 200) or "a place outside"
            self._refuse(member, path, one_line(f"a hard link to {to}: {why}"))
        else:
            self._pass_over(path)

    def _is_folder(self, link: str) -> bool:
        try:
            return self.prefix + inner_path(link) in self.folders
        except MemberFault:
            return False

    def _refuse(self, member: Member, path: str, reason: str, *, is_folder: bool = False) -> None:
        if self._is_first(path, None):
            self.unreadable[path] = UnreadableFile(
                path=path, reason=reason, is_folder=is_folder, size=member.size, modified=member.modified
            )

    def _keep(self, file: TargetFile) -> None:
        if isinstance(file, InstalledFile):
            self.files[file.path] = file
        else:
            self.unreadable[file.path] = file

    def _is_first(self, path: str, content: str | None) -> bool:
        """Whether no file of this name came before, as Windows tells names apart.

        ``content`` is None where it is not known. Where two differ, which of them the server had cannot be told, and
        programs that unpack differ in which they keep.
        """
        key = path.lower()
        if key not in self._first:
            self._first[key] = (path, content)
            return True
        first, before = self._first[key]
        if content is None or content != before:
            self._differ.add(first)
        return False
