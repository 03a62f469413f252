"""Registry hives: what is read of one, and that a broken or hostile one ends in one line and in time."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import py7zr
import pytest
from hive_builder import Value, build_hive
from jsonschema import Draft202012Validator
from targets import ASKED

from hotfix_check.errors import SavedInputError, TargetError
from hotfix_check.inventory.files import Collected, Inventory
from hotfix_check.inventory.hive import MAX_RECORDS, MAX_STEPS, NEEDS_EXTRA, HiveError, read_hive
from hotfix_check.inventory.hives import is_hive_place, with_records
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryRecords
from hotfix_check.inventory.saved import inventory_to_json, parse_saved
from hotfix_check.inventory.target import hive_records, read_target
from hotfix_check.saved_result import packaged_schema

SETUP = r"Microsoft\Exchange\Setup"
UPDATES = r"Microsoft\Updates"
SERVER: dict[str, dict[str, Value]] = {
    SETUP: {
        "Services": r"C:\exchsrvr",
        "Services Version": 55,
        "ServicePackNumber": 4,
        "Something Else": b"\x01" * 3000,
    },
    rf"{UPDATES}\Exchange Server 5.5\Q324528": {"Installed": 1},
    r"Microsoft\Office": {},
}


def read(data: bytes) -> RegistryRecords:
    """The records of a hive in memory."""
    return read_hive("SOFTWARE", len(data), lambda offset, size: data[offset : offset + size], None, ASKED.registry)


def test_a_setup_key_is_read_by_the_values_that_matter() -> None:
    assert read(build_hive(SERVER)).setups == (
        RecordedSetup(
            key=SETUP, values=(("ServicePackNumber", 4), ("Services", r"C:\exchsrvr"), ("Services Version", 55))
        ),
    )


@pytest.mark.parametrize(
    ("key", "values", "update"),
    [
        pytest.param(
            rf"{UPDATES}\Exchange Server 5.5\Q324528",
            {},
            RecordedUpdate(kb=324528, product="Exchange Server 5.5", key=rf"{UPDATES}\Exchange Server 5.5\Q324528"),
            id="a Q number right below the product (KB257946)",
        ),
        pytest.param(
            rf"{UPDATES}\Exchange Server 2003\SP3\KB907747",
            {"InstalledBy": "admin"},
            RecordedUpdate(
                kb=907747, product="Exchange Server 2003", key=rf"{UPDATES}\Exchange Server 2003\SP3\KB907747"
            ),
            id="a KB number below the next service pack (aa998975)",
        ),
        pytest.param(
            rf"{UPDATES}\Exchange 2019\{{0000-11}}",
            {"PackageName": "Security Update for Exchange Server 2019 (KB5037224) "},
            RecordedUpdate(
                kb=5037224,
                product="Exchange 2019",
                key=rf"{UPDATES}\Exchange 2019\{{0000-11}}",
                package="Security Update for Exchange Server 2019 (KB5037224) ",
            ),
            id="a package name (Get-ExchangeUpdates.ps1)",
        ),
        pytest.param(
            r"Wow6432Node\Microsoft\updates\exchange server 2003\sp3\kb907747",
            {},
            RecordedUpdate(
                kb=907747,
                product="exchange server 2003",
                key=r"Wow6432Node\Microsoft\updates\exchange server 2003\sp3\kb907747",
            ),
            id="the 32-bit side, in other letters",
        ),
        pytest.param(
            rf"{UPDATES}\Exchange Server 5.0\SP3\834130",
            {},
            RecordedUpdate(kb=834130, product="Exchange Server 5.0", key=rf"{UPDATES}\Exchange Server 5.0\SP3\834130"),
            id="a number alone (KB834130)",
        ),
        pytest.param(rf"{UPDATES}\Exchange Server 2003\SP3\907747.1", {}, None, id="not a number with more behind it"),
        pytest.param(rf"{UPDATES}\Windows XP\SP3\KB907748", {}, None, id="not an update of Windows"),
        pytest.param(rf"{UPDATES}\Exchange Server 2003\SP3\KB1234", {}, None, id="not too short a number"),
        pytest.param(rf"{UPDATES}\Exchange Server 2003\SP3\KB12345678", {}, None, id="not too long a number"),
    ],
)
def test_an_update_is_recorded_by(key: str, values: dict[str, Value], update: RecordedUpdate | None) -> None:
    assert read(build_hive({key: values})).updates == (() if update is None else (update,))


@pytest.mark.parametrize(
    "key",
    [
        SETUP,
        rf"Wow6432Node\{SETUP}",
        r"Microsoft\ExchangeServer\v14\Setup",
        r"Microsoft\ExchangeServer\v15\Setup",
        r"Wow6432Node\Microsoft\ExchangeServer\v15\Setup",
    ],
)
def test_every_setup_key_is_looked_for(key: str) -> None:
    assert [one.key for one in read(build_hive({key: {"MsiProductMajor": 15}})).setups] == [key]


def test_a_hive_without_exchange_is_read_and_empty() -> None:
    records = read(build_hive({r"Microsoft\Windows": {"Version": "5.0"}, "Übung": {}}))
    assert (records.setups, records.updates, records.notes, records.complete) == ((), (), (), True)


def test_a_thousand_keys_beside_and_one_that_is_not_latin() -> None:
    keys: dict[str, dict[str, Value]] = {rf"Microsoft\Key {number}": {} for number in range(1000)}
    assert read(build_hive({**keys, "Microsoft\\Обмен": {}, **SERVER})).updates[0].kb == 324528


def test_a_dirty_hive_says_that_its_log_is_not_read() -> None:
    records = read(build_hive(SERVER, dirty=True))
    assert len(records.setups) == 1
    assert records.complete
    assert [note.partition(":")[0] for note in records.notes] == ["not completely written"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "not a registry hive: it does not begin with regf", id="empty"),
        pytest.param(b"MZ" + bytes(5000), "not a registry hive: it does not begin with regf", id="a program"),
        pytest.param(b"regf", "damaged: a key or a value points nowhere", id="four bytes"),
        pytest.param(build_hive(SERVER)[:4096], "damaged: its root key is not where its header says", id="no bin"),
        pytest.param(build_hive(SERVER)[:4300], "damaged: a key or a value points nowhere", id="cut in the first bin"),
    ],
)
def test_what_is_no_hive_says_so(data: bytes, reason: str) -> None:
    with pytest.raises(HiveError) as raised:
        read(data)
    assert str(raised.value) == reason


def node(hive: bytes, name: bytes) -> int:
    """Where the key of a name is in the bytes of a hive."""
    at = hive.index(name) - 76
    assert hive[at : at + 2] == b"nk"
    return at


def with_list(content: bytes, name: bytes, field: int, count: int) -> bytes:
    """A server's hive in which a key's list of keys (field 28, count 20) or values (40, 36) is ``content``.

    Lists may name places in the hive: ``SELF`` is the list itself, ``ROOT`` the root key, ``VALS`` a value,
    ``OWNKEY!!`` the key with its hash.
    """
    mark = b"here it is, and nowhere else"
    hive = bytearray(build_hive({**SERVER, "Blob": {"Data": mark + bytes(300_000)}}))
    at = hive.index(mark)
    places = {b"SELF": at - 4 - 4096, b"ROOT": 32, b"VALS": hive.index(b"vk") - 4 - 4096}
    for word, place in places.items():
        content = content.replace(word, struct.pack("<I", place))
    hive[at : at + len(content)] = content
    key = node(bytes(hive), name)
    hive[:] = hive.replace(b"OWNKEY!!", struct.pack("<II", key - 4 - 4096, 0))
    struct.pack_into("<I", hive, key + field, at - 4 - 4096)
    struct.pack_into("<I", hive, key + (20 if field == 28 else 36), count)
    return bytes(hive)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a list of lists that names itself": lambda: with_list(b"ri\xff\xff" + b"SELF" * 65535, b"Microsoft", 28, 65535),
    "a list that names its own key 30,000 times": lambda: with_list(
        b"li\x30\x75" + b"ROOT" * 30_000, b"Microsoft", 28, 30_000
    ),
    "a list of updates that are all the root": lambda: with_list(
        b"li\x30\x75" + b"ROOT" * 30_000, b"Exchange Server 5.5", 28, 30_000
    ),
    "an update that is its own product, 30,000 times": lambda: with_list(
        b"lf\x30\x75" + b"OWNKEY!!" * 30_000, b"Exchange Server 5.5", 28, 30_000
    ),
    "a list that is longer than the hive": lambda: with_list(b"lf\xff\xff", b"Microsoft", 28, 65535),
    "the same value 60,000 times": lambda: with_list(b"VALS" * 60_000, b"Setup", 40, 60_000),
    "four milliard values": lambda: with_list(b"VALS" * 60_000, b"Setup", 40, 0xFFFFFFFF),
    "values that are nowhere": lambda: with_list(b"\xff" * 400, b"Setup", 40, 100),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_hive_ends_in_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.inventory.hive.MAX_STEPS", MAX_STEPS // 10)
    started = time.process_time()
    try:
        records = read(HOSTILE[name]())
        assert records.complete is (records.notes == ())
    except HiveError as error:
        assert str(error).isprintable()
    assert time.process_time() - started < 1


@pytest.mark.parametrize("kind", [1, 3, 4, 5, 7, 11, 16, 0x20, 0xFFFF0007])
@pytest.mark.parametrize("size", [0, 3, 5, 0x4000, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF])
def test_a_value_of_any_kind_and_size_is_told_or_left_out(kind: int, size: int) -> None:
    hive = bytearray(build_hive({SETUP: {"Services": "db" * 40}}))
    at = hive.index(b"vk")
    struct.pack_into("<I", hive, at + 4, size)
    struct.pack_into("<I", hive, at + 12, kind)
    (setup,) = read(bytes(hive)).setups or (RecordedSetup(key="", values=()),)
    assert all(isinstance(value, int) or len(value) <= 260 for _, value in setup.values)


def test_more_records_than_can_be_are_cut_and_said() -> None:
    keys: dict[str, dict[str, Value]] = {
        rf"{UPDATES}\Exchange Server 2003\SP3\KB{100_000 + number}": {} for number in range(MAX_RECORDS + 1)
    }
    records = read(build_hive(keys))
    assert (len(records.updates), records.complete) == (MAX_RECORDS, False)
    assert records.notes == (f"only read in part: it records more than {MAX_RECORDS} updates (below Microsoft)",)


def test_eight_hundred_mutants_raise_nothing_else() -> None:
    plain = build_hive({**SERVER, rf"{UPDATES}\Exchange 2019\x": {"PackageName": "an update (KB5037224)"}})
    dice = random.Random(20261121)
    used = [index for index, byte in enumerate(plain) if byte]
    read_whole = broken = 0
    for _ in range(800):
        mutant = bytearray(plain)
        for _ in range(dice.choice((1, 1, 2, 8))):
            at = dice.choice(used)
            if dice.random() < 0.5:
                mutant[at] = dice.randrange(256)
            else:
                word = dice.choice((0, 1, 32, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, dice.randrange(len(plain))))
                struct.pack_into("<I", mutant, at & ~3, word)
        try:
            whole = read(bytes(mutant)).complete
            read_whole, broken = read_whole + whole, broken + (not whole)
        except HiveError as error:
            broken += 1
            assert str(error).isprintable()
    assert read_whole > 200
    assert broken > 10


def test_reading_values_counts_as_many_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.inventory.hive.MAX_STEPS", 20_000)
    for count, complete in ((20, True), (100, False)):
        records = read(build_hive({SETUP: {f"Value {number}": number for number in range(count)}}))
        assert records.complete is complete


def test_nothing_is_asked_for_in_large_pieces_and_nothing_is_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.inventory.hive.MAX_STEPS", 20_000)
    data, pieces = HOSTILE["an update that is its own product, 30,000 times"](), list[int]()

    def read_at(offset: int, size: int) -> bytes:
        pieces.append(size)
        return data[offset : offset + size]

    assert read_hive("SOFTWARE", len(data), read_at, None, ASKED.registry).notes == (
        "only read in part: its keys refer to more than 20000 reads (below Microsoft)",
    )
    assert max(pieces) <= 4096
    assert len(pieces) <= 20_000


@pytest.mark.skipif(shutil.which("hivexsh") is None, reason="no hivexsh (Debian: libhivex-bin)")
def test_hivex_reads_the_same_from_what_is_built(tmp_path: Path) -> None:
    (tmp_path / "hive").write_bytes(build_hive(SERVER))
    script = f"load {tmp_path / 'hive'}\ncd \\{SETUP}\nlsval\ncd \\{UPDATES}\\Exchange Server 5.5\nls\n"
    told = subprocess.run(["hivexsh"], input=script, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {'"Services Version"=dword:00000037', '"ServicePackNumber"=dword:00000004', "Q324528"} <= set(told)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("C/Windows/System32/config/SOFTWARE", True),
        ("WINNT/system32/CONFIG/software", True),
        ("Windows/System32/config/RegBack/SOFTWARE", False),
        ("Windows/SysWOW64/config/SOFTWARE", False),
        ("backup/System32/config/SOFTWARE", False),
        ("SOFTWARE", False),
    ],
)
def test_a_hive_lies_where_windows_keeps_it(path: str, is_one: bool) -> None:
    assert is_hive_place(tuple(path.split("/"))) is is_one


def put(target: Path, data: bytes, place: str = "WINDOWS/system32/config/software") -> Path:
    """A hive in a target."""
    (target / place).parent.mkdir(parents=True, exist_ok=True)
    (target / place).write_bytes(data)
    return target / place


@pytest.mark.parametrize("inner", ["", "WINDOWS", "WINDOWS/system32", "WINDOWS/system32/config"])
def test_a_hive_is_found_in_a_target_wherever_that_begins(tmp_path: Path, inner: str) -> None:
    hive = put(tmp_path, build_hive(SERVER))
    inventory = read_target(tmp_path / inner, ASKED)
    assert inventory.registry is not None
    assert (tmp_path / inner / inventory.registry.hive) == hive
    assert inventory.registry.size == hive.stat().st_size
    assert inventory.registry.sha256 is not None
    assert inventory.unreadable == ()


def test_other_files_of_that_name_are_nothing(tmp_path: Path) -> None:
    put(tmp_path, build_hive(SERVER), "somewhere/software")
    inventory = read_target(tmp_path, ASKED)
    assert (inventory.registry, inventory.files, inventory.unreadable) == (None, (), ())


def test_of_two_hives_one_counts_and_the_other_is_told(tmp_path: Path) -> None:
    put(tmp_path, build_hive(SERVER), "a/WINNT/system32/config/software")
    put(tmp_path, build_hive({}), "b/WINNT/system32/config/software")
    inventory = read_target(tmp_path, ASKED)
    assert inventory.registry is not None
    assert inventory.registry.hive == "a/WINNT/system32/config/software"
    assert told(inventory) == {"b/WINNT/system32/config/software": "a registry hive beside the one that counts"}


def told(inventory: Inventory) -> dict[str, str]:
    """The entries of what gave no facts."""
    return {one.path: one.reason for one in inventory.unreadable}


TWO = {
    "Windows.old/WINDOWS/System32/config/SOFTWARE": build_hive({}),
    "a/WINDOWS/System32/config/SOFTWARE": build_hive({}),
    "WINDOWS/System32/config/SOFTWARE": build_hive(SERVER),
    "x/WINDOWS/System32/config/SOFTWARE": b"nothing of the sort",
}


@pytest.mark.parametrize("packed", [False, True], ids=["a folder", "an archive"])
def test_the_highest_hive_counts_and_none_of_a_windows_before_an_upgrade(tmp_path: Path, packed: bool) -> None:
    for place, data in TWO.items():
        put(tmp_path / "disk", data, place)
    with zipfile.ZipFile(tmp_path / "disk.zip", "w") as out:
        for place, data in TWO.items():
            out.writestr(place, data)
    inventory = read_target(tmp_path / ("disk.zip" if packed else "disk"), ASKED)
    within = "disk.zip!/" if packed else ""
    old, second, first, broken = TWO
    assert inventory.registry is not None
    assert (inventory.registry.hive, len(inventory.registry.setups)) == (f"{within}{first}", 1)
    assert told(inventory) == {
        f"{within}{old}": "a registry hive kept as a spare, which is not read",
        f"{within}{second}": "a registry hive beside the one that counts",
        f"{within}{broken}": "a registry hive beside the one that counts"
        if packed
        else "not a registry hive: it does not begin with regf",
    }


PACKERS: dict[str, Callable[[Path, dict[str, bytes]], None]] = {}


def packer(packs: Callable[[Path, dict[str, bytes]], None]) -> Callable[[Path, dict[str, bytes]], None]:
    PACKERS[packs.__name__] = packs
    return packs


@packer
def folder(target: Path, files: dict[str, bytes]) -> None:
    for place, data in files.items():
        put(target, data, place)


@packer
def zipped(target: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w") as out:
        for place, data in files.items():
            out.writestr(place, data)


@packer
def tarred(target: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(target, "w") as out:
        for place, data in files.items():
            info = tarfile.TarInfo(place)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))


@packer
def seven_zipped(target: Path, files: dict[str, bytes]) -> None:
    with py7zr.SevenZipFile(target, "w") as out:
        for place, data in files.items():
            out.writestr(data, place)


HIVE = "WINDOWS/System32/config/SOFTWARE"
MANY = {
    HIVE: b"nothing of the sort",
    f"b/{HIVE}": build_hive(SERVER),
    f"a/{HIVE}": b"regf" + bytes(5000),
    f"c/{HIVE}": build_hive({}),
    f"a/deep/{HIVE}": build_hive({}),
    f"Windows.old/{HIVE}": build_hive({}),
}


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 4, 2, 1, 5], [2, 3, 5, 0, 4, 1]])
@pytest.mark.parametrize("packs", PACKERS)
def test_the_highest_hive_that_can_be_read_counts_in_every_container_and_order(
    packs: str, order: list[int], tmp_path: Path
) -> None:
    places = list(MANY)
    PACKERS[packs](tmp_path / "disk", {places[index]: MANY[places[index]] for index in order})
    inventory = read_target(tmp_path / "disk", ASKED)
    within = "" if packs == "folder" else "disk!/"
    assert inventory.registry is not None
    assert (inventory.registry.hive, len(inventory.registry.setups)) == (f"{within}b/{HIVE}", 1)
    reasons = told(inventory)
    assert reasons.keys() == {within + place for place in MANY if place != f"b/{HIVE}"}
    assert reasons[within + HIVE] == "not a registry hive: it does not begin with regf"
    assert reasons[f"{within}c/{HIVE}"] == "a registry hive beside the one that counts"
    assert reasons[f"{within}Windows.old/{HIVE}"] == "a registry hive kept as a spare, which is not read"


@pytest.mark.parametrize("packs", ["zipped", "tarred", "seven_zipped"])
def test_a_hive_that_is_too_large_takes_no_lower_one_away(
    packs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = build_hive(SERVER)
    large = build_hive({**SERVER, "Blob": {"Data": bytes(600_000)}})
    assert len(small) < 1 << 19 < len(large)
    PACKERS[packs](tmp_path / "disk", {HIVE: large, f"b/{HIVE}": small})
    monkeypatch.setattr("hotfix_check.inventory.archives.member.MAX_MEMBER_BYTES", 1 << 19)
    inventory = read_target(tmp_path / "disk", ASKED)
    assert inventory.registry is not None
    assert inventory.registry.hive == f"disk!/b/{HIVE}"
    assert told(inventory) == {f"disk!/{HIVE}": "larger than 0 MiB, so it is not unpacked"}


@pytest.mark.parametrize("first", [True, False], ids=["offered first", "offered last"])
@pytest.mark.parametrize("packs", ["zipped", "tarred", "seven_zipped"])
def test_of_hives_in_archives_within_the_highest_counts_and_the_others_are_told(
    packs: str, first: bool, tmp_path: Path
) -> None:
    within = {}
    for name, place in (("a.zip", f"x/{HIVE}"), ("b.zip", HIVE)):
        zipped(tmp_path / name, {place: build_hive(SERVER)})
        within[name] = (tmp_path / name).read_bytes()
    PACKERS[packs](tmp_path / "disk", dict(sorted(within.items(), reverse=first)))
    inventory = read_target(tmp_path / "disk", ASKED)
    assert inventory.registry is not None
    assert inventory.registry.hive == f"disk!/b.zip!/{HIVE}"
    assert told(inventory) == {f"disk!/a.zip!/x/{HIVE}": "a registry hive beside the one that counts"}


@pytest.mark.parametrize("packs", ["zipped", "tarred", "seven_zipped"])
def test_of_one_archive_few_hives_are_read_however_many_there_are(
    packs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0

    def counted(*arguments: Any) -> RegistryRecords:
        nonlocal count
        count += 1
        return read_hive(*arguments)

    monkeypatch.setattr("hotfix_check.inventory.hive.read_hive", counted)
    monkeypatch.setattr("hotfix_check.inventory.archives.members.MAX_HIVES", 3)
    PACKERS[packs](tmp_path / "disk", {f"{number}/{HIVE}": build_hive(SERVER) for number in range(9, 0, -1)})
    inventory = read_target(tmp_path / "disk", ASKED)
    assert count == 3
    assert inventory.registry is not None
    assert inventory.registry.hive == f"disk!/7/{HIVE}"
    reasons = told(inventory)
    assert len(reasons) == 8
    assert reasons[f"disk!/1/{HIVE}"] == "a registry hive beyond the 3 that are read"


@pytest.mark.parametrize("every_pe", [False, True], ids=["of a scan", "of an inventory"])
def test_a_hive_that_a_followed_link_leads_to_is_read(every_pe: bool, tmp_path: Path) -> None:
    hive = put(tmp_path / "elsewhere", build_hive(SERVER), "copy of the hive")
    link = tmp_path / "disk" / HIVE
    link.parent.mkdir(parents=True)
    link.symlink_to(hive)
    inventory = read_target(tmp_path / "disk", replace(ASKED, every_pe=every_pe, follow_links=True))
    assert inventory.registry is not None
    assert (inventory.registry.hive, inventory.unreadable) == (HIVE, ())
    assert read_target(tmp_path / "disk", replace(ASKED, every_pe=every_pe)).registry is None


def test_a_windows_before_an_upgrade_that_is_itself_the_target_has_its_hive(tmp_path: Path) -> None:
    put(tmp_path, build_hive(SERVER), "Windows.old/WINDOWS/System32/config/SOFTWARE")
    assert read_target(tmp_path / "Windows.old", ASKED).registry is not None


def test_a_hive_in_an_archive_is_read_as_on_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "WINDOWS/System32/config/SOFTWARE"
    hive = put(tmp_path / "disk", build_hive(SERVER), place)
    with zipfile.ZipFile(tmp_path / "disk.zip", "w") as out:
        out.write(hive, place)
    on_disk = read_target(tmp_path / "disk", ASKED).registry
    packed = read_target(tmp_path / "disk.zip", ASKED)
    assert on_disk is not None
    assert packed.registry == replace(on_disk, hive=f"disk.zip!/{place}")
    renamed = packed.called("other.zip").registry
    assert renamed == replace(on_disk, hive=f"other.zip!/{place}")
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as out:
        out.writestr(place, b"nothing of the sort")
    assert told(read_target(tmp_path / "broken.zip", ASKED)) == {
        f"broken.zip!/{place}": "not a registry hive: it does not begin with regf"
    }
    monkeypatch.setattr("hotfix_check.inventory.archives.member.MAX_MEMBER_BYTES", 1 << 10)
    assert told(read_target(tmp_path / "disk.zip", ASKED)) == {
        f"disk.zip!/{place}": "larger than 0 MiB, so it is not unpacked"
    }


def test_a_hive_that_was_asked_for_leaves_out_the_one_in_the_target(tmp_path: Path) -> None:
    found = put(tmp_path / "disk", build_hive({}))
    asked = put(tmp_path, build_hive(SERVER), "asked")
    inventory = with_records(read_target(tmp_path / "disk", ASKED), hive_records(asked, ASKED))
    assert inventory.registry is not None
    assert inventory.registry.hive == str(asked)
    assert told(inventory) == {
        found.relative_to(tmp_path / "disk").as_posix(): "a registry hive beside the one that counts"
    }


def test_a_hive_that_changes_while_it_is_read_is_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hive = put(tmp_path, build_hive(SERVER))

    def changing(*arguments: Any) -> RegistryRecords:
        records = read_hive(*arguments)
        hive.write_bytes(build_hive({**SERVER, "More": {}}) + bytes(4096))
        return records

    monkeypatch.setattr("hotfix_check.inventory.hive.read_hive", changing)
    assert [*told(read_target(tmp_path, ASKED)).values()] == ["the registry hive changed while it was read"]


def test_a_link_in_place_of_a_hive_is_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", build_hive(SERVER), "hive")
    place = tmp_path / "target" / "WINNT" / "system32" / "config"
    place.mkdir(parents=True)
    (place / "software").symlink_to(outside)
    assert read_target(tmp_path / "target", ASKED).registry is None


def test_a_broken_hive_in_a_target_is_an_entry_and_one_that_was_asked_for_an_error(tmp_path: Path) -> None:
    hive = put(tmp_path, b"nothing of the sort")
    reason = "not a registry hive: it does not begin with regf"
    assert [one.reason for one in read_target(tmp_path, ASKED).unreadable] == [reason]
    with pytest.raises(TargetError) as raised:
        hive_records(hive, ASKED)
    assert str(raised.value) == f"{hive}: {reason}"


def test_without_the_extra_the_command_that_brings_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hive = put(tmp_path, build_hive(SERVER))
    monkeypatch.setitem(sys.modules, "regipy.registry", None)
    assert [one.reason for one in read_target(tmp_path, ASKED).unreadable] == [NEEDS_EXTRA]
    with pytest.raises(TargetError, match="in a checkout, pip install"):
        hive_records(hive, ASKED)
    with pytest.raises(HiveError, match=re.escape(NEEDS_EXTRA)):
        read(build_hive(SERVER))


def saved(tmp_path: Path) -> str:
    """The inventory of a target with a hive, as it is saved."""
    put(tmp_path, build_hive({**SERVER, rf"{UPDATES}\Exchange 2019\x": {"PackageName": "(KB5037224)"}}, dirty=True))
    return inventory_to_json(read_target(tmp_path, ASKED), Collected(host=None, at=None, by="hotfix-check 0"))


def test_records_are_saved_and_come_back(tmp_path: Path) -> None:
    text = saved(tmp_path)
    document = json.loads(text)
    Draft202012Validator(packaged_schema("inventory-1.json")).validate(document)
    assert parse_saved(document, "x").registry == read_target(tmp_path, ASKED).registry


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda row: row.update(hive=5), "hive: text expected"),
        (lambda row: row.update(extra=1), "extra: unknown field"),
        (lambda row: row["setups"][0]["values"].update(Services=[]), "Services: a whole number expected"),
        (lambda row: row["setups"][0]["values"].update(Services=True), "Services: text or a number expected"),
        (lambda row: row["updates"][0].update(kb=1), "kb: 1 is not within 10000 to 9999999"),
    ],
    ids=["a hive that is a number", "an unknown field", "a value that is a list", "a value that is true", "no KB"],
)
def test_a_false_record_of_a_saved_inventory_is_told(
    tmp_path: Path, change: Callable[[dict[str, object]], None], said: str
) -> None:
    document = json.loads(saved(tmp_path))
    change(document["registry"])
    with pytest.raises(SavedInputError) as raised:
        parse_saved(document, "x")
    assert said in str(raised.value)


def of_kind(hive: bytes, name: bytes, kind: int) -> bytes:
    """The hive with the value of this name made one of another kind."""
    at = hive.index(name) - 20
    assert hive[at : at + 2] == b"vk"
    return hive[: at + 12] + struct.pack("<I", kind) + hive[at + 16 :]


@pytest.mark.parametrize(
    ("number", "kept"),
    [(0, True), (4, True), (2**32 - 1, True), (2**32, False), (2**40 + 4, False), (2**64 - 1, False)],
)
def test_a_number_is_kept_as_far_as_a_saved_inventory_holds_it(tmp_path: Path, number: int, kept: bool) -> None:
    hive = build_hive({SETUP: {"ServicePackNumber": number.to_bytes(8, "little"), "Services Version": 55}})
    target = put(tmp_path, of_kind(hive, b"ServicePackNumber", 11)).parents[3]
    inventory = read_target(target, ASKED)
    assert inventory.registry is not None
    (setup,) = inventory.registry.setups
    assert dict(setup.values) == {"Services Version": 55, **({"ServicePackNumber": number} if kept else {})}
    text = inventory_to_json(inventory, Collected(host=None, at=None, by="hotfix-check 0"))
    assert parse_saved(json.loads(text), "x").registry == inventory.registry
