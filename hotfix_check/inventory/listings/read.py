"""A listing to inventories, one a host: no folder of it is whole, since a listing does not say what it left out."""

from __future__ import annotations

import dataclasses
from dataclasses import field

from hotfix_check.errors import TargetError
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import (
    ClaimedUpdate,
    Collected,
    InstalledFile,
    Inventory,
    ReportedBuild,
    TargetFile,
    TargetKind,
    UnreadableFile,
    by_path,
)
from hotfix_check.inventory.hives import the_one
from hotfix_check.inventory.listings.listed import ListedRegistry, Said, each_once, is_host, taken
from hotfix_check.inventory.listings.recognise import decoded, recognised
from hotfix_check.inventory.open_file import HEAD_BYTES, OpenFile
from hotfix_check.inventory.registry import RegistryRecords

MAX_BYTES = 128 * 1024 * 1024
MAX_FILES = 1_000_000
MAX_HOSTS = 20_000


def read_listing(file: OpenFile, asked: Asked) -> tuple[Inventory, ...]:
    """What a listing says of each host: its files that have a version, or are evidence, and what is told without files.

    Rows that name no host are a host of their own. Raises TargetError, or SavedInputError for what is no JSON, with the
    place.
    """
    where = file.where
    data = file.whole(MAX_BYTES, "a listing of files", TargetError)
    forms, unwrapped = recognised(decoded(data[:HEAD_BYTES]))
    if not forms:
        raise TargetError(f"{where}: not a listing of files in any known form")
    text = unwrapped(decoded(data))
    hosts: dict[str | None, _Host] = {}
    seen = 0
    for form in forms:
        for said in form.reads(text, where):
            seen += 1
            if seen > MAX_FILES:
                raise TargetError(f"{where}: more than {MAX_FILES} files are listed")
            name = said.host if said.host is not None and is_host(said.host) else None
            key = None if name is None else name.casefold()
            if key not in hosts and len(hosts) >= MAX_HOSTS:
                raise TargetError(f"{where}: more than {MAX_HOSTS} hosts are named")
            hosts.setdefault(key, _Host(name, said.source)).add(said, asked)
    told = any(host.seen or host.reported or host.claimed or host.registry for host in hosts.values())
    if not told and ("..." in text or "\N{HORIZONTAL ELLIPSIS}" in text):
        raise TargetError(f"{where}: the console cut its output (...): '| Format-List' shows all of it")
    if not hosts:
        hosts[None] = _Host(None, "a listing")
    several = len(hosts) > 1
    return tuple(
        hosts[key].inventory(where, several=several) for key in sorted(hosts, key=lambda key: (key is None, key))
    )


@dataclasses.dataclass(slots=True)
class _Host:
    """What is said of one host so far."""

    name: str | None
    source: str
    files: list[TargetFile] = field(default_factory=list)
    reported: dict[ReportedBuild, None] = field(default_factory=dict)
    claimed: dict[ClaimedUpdate, None] = field(default_factory=dict)
    registry: list[RegistryRecords] = field(default_factory=list)
    seen: int = 0

    def add(self, said: Said, asked: Asked) -> None:
        """Take one thing more."""
        if said.what is None:
            return
        if isinstance(said.what, ReportedBuild):
            self.reported.setdefault(said.what)
        elif isinstance(said.what, ClaimedUpdate):
            self.claimed.setdefault(said.what)
        elif isinstance(said.what, ListedRegistry):
            records = said.what.records(asked.registry)
            if records is not None:
                self.registry.append(records)
        else:
            self.seen += 1
            found = taken(said.what, said.source, asked)
            if found is not None:
                self.files.append(found)

    def inventory(self, where: str, *, several: bool) -> Inventory:
        """All that was said of the host."""
        registry, others = the_one(self.registry)
        once = sorted((*each_once(self.files, self.name), *others), key=by_path)
        files = tuple(one for one in once if isinstance(one, InstalledFile))
        return Inventory(
            target=f"{where}: {self.name or 'no host named'}" if several else where,
            kind=TargetKind.LISTING,
            root=(),
            folders=(),
            files=files,
            unreadable=tuple(one for one in once if isinstance(one, UnreadableFile)),
            files_seen=self.seen,
            files_read=len(files),
            lone_file=self.seen == 1,
            collected=None if self.name is None else Collected(host=self.name, at=None, by=self.source),
            registry=registry,
            reported=tuple(sorted(self.reported, key=lambda one: (one.source, one.numbers, one.text))),
            claimed=tuple(sorted(self.claimed, key=lambda one: (one.kb, one.source))),
        )
