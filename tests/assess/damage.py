"""Servers as files with real bytes, and single faults in them, to hold what is said of the damaged against the sound.

    PYTHONPATH=.:tests:samples python tests/assess/damage.py 10000 [SEED]

tries as many by hand, and says what became of them.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256

from make_samples import SAMPLES
from pe_builder import build_pe
from targets import ASSESSOR, WORKED, builds_of, folder

from hotfix_check.assess import Assessment, Question, Verdict
from hotfix_check.assess.weight import exit_code, outcome_of
from hotfix_check.catalogue.product import Product, headline_version
from hotfix_check.inventory.file_facts import Asked, FileBytes, file_facts
from hotfix_check.inventory.files import InstalledFile, Inventory, UnreadableFile, name_of
from hotfix_check.version import FileVersion

_NAMES = ASSESSOR.all_names
_ASKED = Asked(
    wanted=_NAMES,
    plain=ASSESSOR.outline.plain_names,
    every_pe=True,
    hashes=False,
    cross_check=False,
    follow_links=False,
)
_OPEN = (Verdict.MISSING, Verdict.PARTIAL)
_PASSED = (Verdict.INSTALLED, Verdict.SUPERSEDED)


def program(
    version: FileVersion, *, company: str = "Microsoft Corporation", product: str = "Microsoft Exchange"
) -> bytes:
    """A program as Exchange's are: its version as text too, from 2007 on with leading zeros."""
    text = str(version) if version.major < 8 else "{:02}.{:02}.{:04}.{:03}".format(*version)
    return build_pe(str(version), strings={"CompanyName": company, "ProductName": product}, file_version_string=text)


def facts(path: str, data: bytes) -> InstalledFile | UnreadableFile | None:
    """What is read of a file, as from a disk."""
    file = FileBytes(
        path=path,
        size=len(data),
        modified=None,
        read_at=lambda offset, size: data[offset : offset + size],
        sha256=lambda: sha256(data).hexdigest(),
    )
    return file_facts(file, _ASKED, evidence=name_of(path) in _NAMES, program=True)


@dataclass(frozen=True, eq=False)
class Server:
    """A target's files, and what is read of each."""

    name: str
    product: Product
    content: Mapping[str, bytes]
    read: Mapping[str, InstalledFile | UnreadableFile]

    def with_file(self, path: str, data: bytes) -> Inventory:
        """The server with other bytes in one of its files."""
        changed = facts(path, data)
        files = [changed if one == path else file for one, file in self.read.items()]
        return folder(*(file for file in files if file is not None), also=("WINNT/System32",))

    @property
    def sound(self) -> Inventory:
        """The server as it was."""
        return folder(*self.read.values(), also=("WINNT/System32",))


def _server(name: str, product: Product, versions: Mapping[str, FileVersion]) -> Server:
    content = {path: program(version) for path, version in versions.items()}
    read = {path: found for path, data in content.items() if (found := facts(path, data)) is not None}
    return Server(name, product, content, read)


def _places(product: Product, name: str) -> list[str]:
    """Where setup puts a file: in each of its roles where all are called for, else in the first, or in bin."""
    known = product.files.get(name)
    roles = known.roles if known and known.roles else ("bin",)
    chosen = roles if known and known.every_role else roles[:1]
    by_role = {one.role: one.paths[0] for one in product.folders}
    return [f"{by_role[role]}/{name}" for role in chosen if role in by_role]


@cache
def _builds(product_id: str) -> dict[str, list[FileVersion]]:
    """The catalogued versions of each file of a product, that are of its range."""
    product = WORKED.product(product_id)
    found = {name: list(filter(product.holds, versions)) for name, versions in builds_of(product).items()}
    return {name: versions for name, versions in found.items() if versions}


def half_patched(product_id: str, level: str, seed: int) -> Server:
    """A server of one level with most of its product's files, each as that level has it, fixed, or long behind."""
    chance = random.Random(seed)
    product = WORKED.product(product_id)
    index = product.level_index(level)
    headline = headline_version(product.levels[index])
    reached = product.levels[: index + 1]
    versions: dict[str, FileVersion] = {}
    for name, builds in _builds(product_id).items():
        known = product.files.get(name)
        own = [known.versions[one.name] for one in reached if one.name in known.versions] if known else []
        at_level = own[-1] if own else max((one for one in builds if one <= headline), default=headline)
        chosen = at_level if known and known.marker else chance.choice([at_level, at_level, *builds])
        if chance.random() < 0.9 or (known and known.marker):
            versions.update(dict.fromkeys(_places(product, name), chosen))
    return _server(f"{product_id} {level}", product, versions)


def sample(name: str, product_id: str) -> Server:
    """One of the samples that come with the tool."""
    versions = {one.path: FileVersion.parse(one.version) for one in SAMPLES[name] if one.version}
    return _server(name, WORKED.product(product_id), versions)


def with_census(build: str, others: Mapping[str, int], product_id: str = "exchange-2016") -> Server:
    """A product of 2007 or later with its marker at one build, and so many other programs at each of several."""
    product = WORKED.product(product_id)
    (folder,) = (one.paths[0] for one in product.folders if one.role == "bin")
    versions = {f"{folder}/ExSetup.exe": FileVersion.parse(build)}
    number = 0
    for version, count in others.items():
        for _ in range(count):
            number += 1
            versions[f"{folder}/Microsoft.Exchange.Part{number:03}.dll"] = FileVersion.parse(version)
    return _server(f"{product_id} {build}", product, versions)


def with_table(update_id: str, others: Mapping[str, int]) -> Server:
    """A server with an update whose table is known whole, a third of its files behind, and so many programs beside."""
    update = next(one for one in WORKED.updates if one.id == update_id)
    package = next(one for one in update.packages if one.whole_table)
    marker = next(row.version for row in package.rows if row.name.lower() == "exsetup.exe")
    assert marker is not None
    server = with_census(str(marker), others, update.product)
    (folder,) = {path.rpartition("/")[0] for path in server.content}
    versions = {path: found.version for path, found in server.read.items() if isinstance(found, InstalledFile)}
    behind = min(version for version in versions.values() if version is not None)
    for number, row in enumerate(row for row in package.rows if row.version is not None and row.version != marker):
        versions[f"{folder}/{row.name}"] = behind if number % 3 == 0 else row.version
    kept = {path: version for path, version in versions.items() if version is not None}
    return _server(f"{update_id} in part", server.product, kept)


@cache
def servers() -> tuple[Server, ...]:
    """One for each way that products have of telling their updates."""
    return (
        sample("exchange-5.5-sp4", "exchange-5.5"),
        sample("exchange-2000-sp3", "exchange-2000"),
        sample("exchange-2003-sp1", "exchange-2003"),
        half_patched("exchange-5.5", "SP4", 1),
        half_patched("exchange-5.5", "SP3", 2),
        half_patched("exchange-2000", "SP3", 3),
        half_patched("exchange-2003", "SP2", 4),
        half_patched("exchange-2003", "SP1", 5),
        half_patched("exchange-5.5", "SP2", 6),
        half_patched("exchange-2000", "SP2", 7),
        half_patched("exchange-2003", "RTM", 8),
        with_census("15.1.2507.61", {"15.1.2507.6": 60, "15.1.2507.58": 3}),
        with_census("15.1.2507.61", {"15.1.2507.61": 25, "15.1.2507.6": 30}),
        with_census("15.1.2507.58", {"15.1.2507.6": 5}),
        with_census("15.1.2507.58", {"15.1.2507.6": 1}),
        with_census("15.1.2507.6", {}),
        with_census("15.1.2375.24", {"15.1.2375.7": 40, "15.1.2375.24": 1}),
        with_census("14.3.496.0", {"14.3.123.4": 30, "14.3.468.0": 4}, "exchange-2010"),
        with_census("15.2.1748.39", {"15.2.1748.10": 30, "15.2.1748.36": 2}, "exchange-2019"),
        with_table("exchange-2007/KB959241", {"8.1.240.6": 30}),
    )


Fault = Callable[[random.Random, Server, str], bytes]


def _flip(chance: random.Random, server: Server, path: str) -> bytes:
    data = bytearray(server.content[path])
    used = len(data.rstrip(b"\0"))
    data[chance.randrange(used)] ^= 1 << chance.randrange(8)
    return bytes(data)


def _flip_in_the_resource(chance: random.Random, server: Server, path: str) -> bytes:
    """In the version block, the texts beside it, or their headers: there a bit decides most."""
    data = bytearray(server.content[path])
    start = data.find("VS_VERSION_INFO".encode("utf-16-le"))
    data[start + chance.randrange(len(data.rstrip(b"\0")) - start)] ^= 1 << chance.randrange(8)
    return bytes(data)


def _older(chance: random.Random, server: Server, path: str) -> bytes:
    builds = _builds(server.product.id).get(name_of(path)) or [
        version for one in _builds(server.product.id).values() for version in one
    ]
    found = server.read[path]
    assert isinstance(found, InstalledFile) and found.version is not None
    return program(
        chance.choice([one for one in builds if one < found.version] or [FileVersion(*found.version[:3], 0)])
    )


def _of_another_product(chance: random.Random, server: Server, path: str) -> bytes:
    other = chance.choice([one for one in WORKED.products if one is not server.product])
    return chance.choice(
        [
            program(headline_version(chance.choice(other.levels))),
            program(FileVersion(10, 0, 2627, 1), product="Microsoft Outlook"),
            program(headline_version(server.product.levels[-1]), product="Microsoft Outlook"),
            program(FileVersion(1, 0, 2536, 0), product="Microsoft(R) Windows (R) 2000 Operating System"),
            program(FileVersion(3, 1, 4, 1), company="Contoso", product="Contoso Suite"),
        ]
    )


FAULTS: dict[str, Fault] = {
    "a bit": _flip,
    "a bit of the version resource": _flip_in_the_resource,
    "cut": lambda chance, server, path: server.content[path][: chance.randrange(len(server.content[path]))],
    "zeroed": lambda chance, server, path: bytes(len(server.content[path])),
    "a zeroed page": lambda chance, server, path: (
        lambda data, at: data[:at] + bytes(min(512, len(data) - at)) + data[at + 512 :]
    )(server.content[path], 512 * chance.randrange(len(server.content[path]) // 512)),
    "garbage": lambda chance, server, path: chance.randbytes(len(server.content[path])),
    "garbage behind a program's head": lambda chance, server, path: (
        server.content[path][:1024] + chance.randbytes(len(server.content[path]) - 1024)
    ),
    "an older build": _older,
    "another product's": _of_another_product,
    "no program": lambda chance, server, path: b"<html></html>",
}
_ANOTHER_SERVER = {"an older build", "another product's"}
"""What, of the only file there is, makes it the evidence of another server, and no damage to this one."""
_WEIGHTS = (3, 8, 1, 1, 1, 1, 1, 3, 3, 1)


@cache
def judged(server: Server, *, complete: bool, update: str | None) -> tuple[Assessment, int]:
    return _answer(server.sound, complete, update)


def _answer(target: Inventory, complete: bool, update: str | None) -> tuple[Assessment, int]:
    asked = {} if update is None else {"kbs": frozenset[int](), "ids": frozenset([update])}
    question = Question(as_of=date(2026, 11, 21), complete=complete, **asked)  # type: ignore[arg-type]
    found = ASSESSOR.assess(target, question)
    return found, int(exit_code([outcome_of(found)]))


@dataclass(frozen=True)
class Outcome:
    """What one fault made of the answers on a server; ``better`` in words, empty where nothing got better."""

    server: str
    fault: str
    path: str
    better: tuple[str, ...]
    changed: bool


@cache
def tried(seed: int) -> Outcome:
    """One fault in one file of one server, judged as a whole, and by one update that was not in order before."""
    chance = random.Random(seed)
    server = chance.choice(servers())
    kinds = {kind: weight for kind, weight in zip(FAULTS, _WEIGHTS, strict=True) if kind not in _ANOTHER_SERVER}
    if len(server.content) > 1:
        kinds = dict(zip(FAULTS, _WEIGHTS, strict=True))
    (kind,) = chance.choices(list(kinds), list(kinds.values()))
    path = chance.choice(_worth_it(server) if chance.random() < 0.8 else sorted(server.content))
    damaged = server.with_file(path, FAULTS[kind](chance, server, path))
    complete = chance.random() < 0.5
    before, _ = judged(server, complete=complete, update=None)
    doubtful = sorted({one.update.id for one in before.findings if one.verdict not in _PASSED})
    better: list[str] = []
    changed = False
    for asked in (None, chance.choice(doubtful)):
        (sound, code), (now, new_code) = (
            judged(server, complete=complete, update=asked),
            _answer(damaged, complete, asked),
        )
        verdicts = {(one.update.id, one.installation): one.verdict for one in now.findings}
        for one in sound.findings:
            verdict = verdicts.get((one.update.id, one.installation))
            changed = changed or verdict is not one.verdict
            if one.verdict in _OPEN and verdict in _PASSED:
                better.append(f"{one.update.id}: {one.verdict} to {verdict}")
        if code in (1, 3) and new_code == 0:
            better.append(f"{asked or 'all'}: exit code {code} to 0")
    return Outcome(server.name, kind, path, tuple(better), changed)


@cache
def _worth_it(server: Server) -> list[str]:
    """The files that rows name; of many that no row names a few."""
    named = [path for path in sorted(server.content) if name_of(path) in _NAMES]
    return named + sorted(set(server.content) - set(named))[:3]


def by_hand(count: int, seed: int) -> Iterator[str]:
    """Lines on what became of so many faults."""
    tally: Counter[tuple[str, str]] = Counter()
    for number in range(seed, seed + count):
        found = tried(number)
        what = "better" if found.better else "changed" if found.changed else "the same"
        tally[found.fault, what] += 1
        if found.better:
            yield f"{number}: {found.server}, {found.path}, {found.fault}: {'; '.join(found.better[:4])}"
    for fault in FAULTS:
        yield f"{fault}: " + ", ".join(f"{tally[fault, what]} {what}" for what in ("the same", "changed", "better"))


if __name__ == "__main__":
    for line in by_hand(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0):
        print(line, flush=True)
