"""What is taken of hostile, damaged and odd archives: one line for each fault, nothing followed, memory bounded."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import re
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import py7zr
import pytest
from archive_builders import BUILDERS, cabinet_of, libarchive, needs_libarchive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pe_builder import build_pe

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory.archives import member as bounds
from hotfix_check.inventory.archives.form import ArchiveForm, archive_form
from hotfix_check.inventory.archives.member import MemberFault, inner_path, safe_name
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import Inventory, TargetKind
from hotfix_check.inventory.target import read_target

STORE = build_pe("5.5.2653.23")
OLDER = build_pe("5.5.2650.23")
WANTED = frozenset({"store.exe", "mapi32.dll", "page.asp"})


def read(target: Path, **options: object) -> Inventory:
    return read_target(target, Asked(wanted=WANTED, plain=frozenset({"page.asp"}), **options))  # type: ignore[arg-type]


def zipped(target: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members:
            out.writestr(name, data)
    return target


def tarred(target: Path, *members: tuple[str, bytes | str], mode: str = "") -> Path:
    """A tar of files (bytes) and links (text: ``->`` a symbolic, ``=`` a hard one)."""
    how: Any = f"w:{mode}"
    with tarfile.open(target, how, format=tarfile.GNU_FORMAT) as out:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if isinstance(data, bytes):
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))
            else:
                info.type = tarfile.SYMTYPE if data.startswith("->") else tarfile.LNKTYPE
                info.linkname = data.lstrip("->=")
                out.addfile(info)
    return target


def versions(inventory: Inventory) -> dict[str, str]:
    return {inventory.inner(file.path): str(file.version) for file in inventory.files}


def reasons(inventory: Inventory) -> dict[str, str]:
    return {inventory.inner(file.path): file.reason for file in inventory.unreadable}


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"PK\x03\x04", ArchiveForm.ZIP),
        (b"PK\x05\x06", ArchiveForm.ZIP),
        (b"\x1f\x8b\x08", ArchiveForm.TAR),
        (b"BZh9", ArchiveForm.TAR),
        (b"\xfd7zXZ\0", ArchiveForm.TAR),
        (b"7z\xbc\xaf\x27\x1c", ArchiveForm.SEVEN_ZIP),
        (b"MSCF\0\0\0\0", ArchiveForm.CABINET),
        (b"\0" * 32769 + b"CD001", ArchiveForm.ISO),
        (b"\0" * 32769 + b"BEA01", ArchiveForm.ISO),
        (b"MZ" + b"\0" * 32767 + b"CD001", None),
        (tarfile.TarInfo("a").tobuf(), ArchiveForm.TAR),
        (b"x" + tarfile.TarInfo("a").tobuf()[1:], None),
        (b"\0" * 512, None),
        (b"", None),
        (b'{"schema"', None),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else str(value),
)
def test_an_archive_is_told_by_its_first_bytes(head: bytes, form: ArchiveForm | None) -> None:
    assert archive_form(lambda offset, size: head[offset : offset + size]) is form


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Exchsrvr/Bin/Store.exe", "Exchsrvr/Bin/Store.exe"),
        ("Exchsrvr\\Bin\\Store.exe", "Exchsrvr/Bin/Store.exe"),
        ("./a//b/./c", "a/b/c"),
        ("/etc/store.exe", "etc/store.exe"),
        ("C:\\Exchsrvr\\Store.exe", "C/Exchsrvr/Store.exe"),
        ("c:Store.exe", "c/Store.exe"),
        ("\\\\?\\C:\\Store.exe", "C/Store.exe"),
        ("\\\\server\\c$\\Store.exe", "server/c$/Store.exe"),
        ("a\udcff.exe", "a\\xff.exe"),
        ("", ""),
        (".", ""),
    ],
)
def test_a_name_becomes_a_path_inside_the_archive(name: str, path: str) -> None:
    assert inner_path(name) == path


@pytest.mark.parametrize(
    ("name", "reason", "safe"),
    [
        ("../../etc/Store.exe", "its name has .. in it", "(..)/(..)/etc/Store.exe"),
        ("a\\..\\..\\Store.exe", "its name has .. in it", "a/(..)/(..)/Store.exe"),
        ("x" * 1025, "its name has more than 1024 characters", "x" * 1024),
        ("a/" * 65 + "b", "its name has more than 64 parts", "a/" * 65 + "b"),
    ],
    ids=["up", "up with backslashes", "too long", "too deep"],
)
def test_a_name_that_leads_away_is_refused(name: str, reason: str, safe: str) -> None:
    with pytest.raises(MemberFault, match=reason.replace(".", r"\.")):
        inner_path(name)
    assert safe_name(name) == safe


@given(st.text(st.characters(codec=None) | st.sampled_from("/\\.:"), max_size=40))
def test_no_name_ever_leads_out(name: str) -> None:
    try:
        path = inner_path(name)
    except MemberFault:
        path = safe_name(name)
    assert not path.startswith("/")
    assert ".." not in path.split("/")


def test_names_that_lead_out_of_an_archive_are_told_and_not_read(tmp_path: Path) -> None:
    members = (("../../Store.exe", STORE), ("../readme.txt", b""), ("ok/Store.exe", STORE))
    inventory = read(zipped(tmp_path / "x.zip", *members))
    assert versions(inventory) == {"ok/Store.exe": "5.5.2653.23"}
    assert reasons(inventory) == {"(..)/(..)/Store.exe": "its name has .. in it"}
    assert inventory.kind is TargetKind.ARCHIVE
    assert inventory.folders == ("x.zip!", "x.zip!/ok")
    assert inventory.files_seen == 3


DAMAGED = STORE[:300]
TWICE = {
    "old, then new": (("Store.exe", OLDER), ("Store.exe", STORE)),
    "new, then old": (("Store.exe", STORE), ("Store.exe", OLDER)),
    "damaged, then new": (("Store.exe", DAMAGED), ("Store.exe", STORE)),
    "new, then damaged": (("Store.exe", STORE), ("Store.exe", DAMAGED)),
    "with a dot": (("Store.exe", OLDER), ("./Store.exe", STORE)),
    "in another case": (("Store.exe", OLDER), ("STORE.EXE", STORE)),
    "three times": (("Store.exe", STORE), ("Store.exe", OLDER), ("Store.exe", STORE)),
}


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
@pytest.mark.parametrize("members", TWICE.values(), ids=TWICE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_with_different_content_is_unreadable(
    members: tuple[tuple[str, bytes], ...], pack: Callable[..., Path], tmp_path: Path
) -> None:
    inventory = read(pack(tmp_path / "x.archive", *members))
    assert versions(inventory) == {}
    assert reasons(inventory) == {"Store.exe": "the archive has several files of this name, and they differ"}


def test_a_name_with_backslashes_is_that_with_slashes(tmp_path: Path) -> None:
    inventory = read(tarred(tmp_path / "x.tar", ("Bin\\Store.exe", OLDER), ("bin/Store.exe", STORE)))
    assert reasons(inventory) == {"Bin/Store.exe": "the archive has several files of this name, and they differ"}


@pytest.mark.parametrize("second", ["->/etc/passwd", "=readme.txt"], ids=["a symbolic link", "a hard link elsewhere"])
def test_a_file_and_a_link_of_one_name_are_unreadable(second: str, tmp_path: Path) -> None:
    inventory = read(tarred(tmp_path / "x.tar", ("readme.txt", b""), ("Store.exe", STORE), ("Store.exe", second)))
    assert reasons(inventory) == {"Store.exe": "the archive has several files of this name, and they differ"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_with_the_same_content_is_one_file(tmp_path: Path) -> None:
    for inventory in (
        read(zipped(tmp_path / "x.zip", ("Store.exe", STORE), ("Store.exe", STORE))),
        read(tarred(tmp_path / "x.tar", ("Store.exe", STORE), ("./store.exe", STORE), ("Store.exe", "=Store.exe"))),
    ):
        assert versions(inventory) == {"Store.exe": "5.5.2653.23"}
        assert reasons(inventory) == {}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_program_that_is_no_evidence_counts_once_or_not_at_all(tmp_path: Path) -> None:
    twice = (
        ("Other.exe", STORE),
        ("Other.exe", b"no program"),
        ("a.exe", STORE),
        ("a.exe", STORE),
        ("b", b""),
        ("b", b"x"),
    )
    inventory = read(zipped(tmp_path / "x.zip", *twice), every_pe=True)
    assert versions(inventory) == {"a.exe": "5.5.2653.23"}
    assert list(reasons(inventory)) == ["Other.exe"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_archives_of_one_name_in_an_archive_are_unreadable(tmp_path: Path) -> None:
    old, new = (zipped(tmp_path / "y.zip", ("Store.exe", data)).read_bytes() for data in (OLDER, STORE))
    inventory = read(zipped(tmp_path / "x.zip", ("y.zip", old), ("y.zip", new)))
    assert (versions(inventory), list(reasons(inventory))) == ({}, ["y.zip"])
    assert inventory.unreadable[0].is_folder


def test_links_in_a_tar_lead_nowhere_but_to_what_was_read(tmp_path: Path) -> None:
    inventory = read(
        tarred(
            tmp_path / "x.tar",
            ("WinSxS/Store.exe", STORE),
            ("System32/Store.exe", "=WinSxS/Store.exe"),
            ("Bin/Store.exe", "=../../etc/passwd"),
            ("Lib/Store.exe", "=/etc/shadow"),
            ("Link/Store.exe", "->/etc/passwd"),
            ("Documents and Settings", "->WinSxS"),
            ("elsewhere", "->/etc"),
        )
    )
    assert versions(inventory) == {"System32/Store.exe": "5.5.2653.23", "WinSxS/Store.exe": "5.5.2653.23"}
    assert reasons(inventory) == {
        "Bin/Store.exe": "a hard link to a place outside: it was not read",
        "Documents and Settings": "a link to a folder, not followed",
        "Lib/Store.exe": "a hard link to x.tar!/etc/shadow: it was not read",
        "Link/Store.exe": "a symbolic link, not followed",
    }


def test_a_reason_quotes_the_name_of_a_link_on_one_line_and_cut(tmp_path: Path) -> None:
    inventory = read(tarred(tmp_path / "x.tar", ("Store.exe", "=a\n\x1b[31m" + "/b" * 60 + "c" * 500)))
    (reason,) = reasons(inventory).values()
    assert reason.startswith(r"a hard link to x.tar!/a\n\x1b[31m/b/b")
    assert reason.endswith("...: it was not read")
    assert reason.isprintable()
    assert len(reason) < 300


def test_a_reason_quotes_the_words_of_a_library_on_one_line_and_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise zipfile.BadZipFile("Store.exe\n\x1b[31m" + "A" * 5000)

    target = zipped(tmp_path / "x.zip", ("Store.exe", STORE))
    monkeypatch.setattr(zipfile.ZipFile, "open", fail)
    (reason,) = reasons(read(target)).values()
    assert reason.startswith(r"damaged: Store.exe \x1b[31mAAA")
    assert reason.isprintable()
    assert len(reason) < 500


def test_a_symbolic_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("Store.exe")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    assert reasons(read(zipped(tmp_path / "x.zip", (link, b"/etc/passwd")))) == {
        "Store.exe": "a symbolic link, not followed"
    }


@pytest.mark.parametrize("mode", ["", "gz", "bz2", "xz"])
def test_a_tar_that_breaks_off_says_so(mode: str, tmp_path: Path) -> None:
    whole = tarred(tmp_path / "x.tar", ("Store.exe", STORE), ("b/Mapi32.dll", STORE * 20), mode=mode).read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: len(whole) * 2 // 3])
    inventory = read(tmp_path / "cut.tar")
    assert inventory.broken_off
    assert inventory.folders == ()
    assert reasons(inventory)["cut.tar"].startswith("damaged: ")


PACKERS = pytest.mark.parametrize("packer", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
UNPROVEN = "no checksum covers it: its archive cannot be read to the end"


def gzip_of(data: bytes, *, checksum: int, length: int) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = b"\x1f\x8b\x08" + bytes(6) + b"\x03"
    return head + packing.compress(data) + packing.flush() + struct.pack("<II", checksum, length)


@pytest.mark.parametrize(
    ("checksum", "length", "cut", "reason"),
    [
        pytest.param(1, 0, 0, "damaged: CRC check failed", id="the checksum of another"),
        pytest.param(0, 1, 0, "damaged: Incorrect length of data produced", id="another length"),
        pytest.param(0, 0, 8, "damaged: Compressed file ended before", id="no trailer"),
        pytest.param(0, 0, 1, "damaged: Compressed file ended before", id="half a trailer"),
    ],
)
def test_the_trailer_of_gzip_holds_or_nothing_in_it_counts(
    checksum: int, length: int, cut: int, reason: str, tmp_path: Path
) -> None:
    data = tarred(tmp_path / "x.tar", ("Store.exe", STORE)).read_bytes()
    packed = gzip_of(data, checksum=zlib.crc32(data) ^ checksum, length=len(data) + length)
    (tmp_path / "x.tgz").write_bytes(packed[: len(packed) - cut])
    inventory = read(tmp_path / "x.tgz")
    assert inventory.broken_off
    assert versions(inventory) == {}
    assert reasons(inventory)["Store.exe"] == UNPROVEN
    assert reasons(inventory)["x.tgz"].startswith(reason)


@PACKERS
def test_several_streams_of_a_packed_tar_are_one(packer: Callable[[bytes], bytes], tmp_path: Path) -> None:
    data = tarred(tmp_path / "x.tar", ("Store.exe", STORE), ("Bin/Store.exe", OLDER)).read_bytes()
    (tmp_path / "x.tgz").write_bytes(packer(data[:1000]) + packer(data[1000:]) + packer(bytes(10240)) + bytes(512))
    inventory = read(tmp_path / "x.tgz")
    assert versions(inventory) == {"Store.exe": "5.5.2653.23", "Bin/Store.exe": "5.5.2650.23"}
    assert reasons(inventory) == {}


@PACKERS
@pytest.mark.parametrize(
    "what", ["junk", "a second stream of junk", "a second tar", "a damaged second stream", "padding"]
)
def test_what_is_behind_a_packed_tar_is_read_or_told(
    what: str, packer: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = tarred(tmp_path / "x.tar", ("Store.exe", STORE)).read_bytes()
    behind = {
        "junk": b"junk",
        "a second stream of junk": packer(b"junk"),
        "a second tar": packer(data),
        "a damaged second stream": packer(bytes(1000))[:-3] + b"xyz",
        "padding": packer(bytes(17 << 20)),
    }
    (tmp_path / "x.tgz").write_bytes(packer(data) + behind[what])
    inventory = read(tmp_path / "x.tgz")
    assert inventory.broken_off
    assert versions(inventory) == {}


@pytest.mark.parametrize("behind", [b"junk", bytes(512) + b"junk"], ids=["at once", "after zeros"])
def test_what_is_behind_the_end_of_a_tar_is_told(behind: bytes, tmp_path: Path) -> None:
    target = tarred(tmp_path / "x.tar", ("Store.exe", STORE))
    target.write_bytes(target.read_bytes() + behind)
    inventory = read(target)
    assert versions(inventory) == {"Store.exe": "5.5.2653.23"}
    assert reasons(inventory) == {"x.tar": "data after its end mark: damaged, or several archives in one"}


def test_a_sparse_tar_of_terabytes_ends(tmp_path: Path) -> None:
    target = tarred(tmp_path / "x.tar", ("Store.exe", STORE))
    with target.open("r+b") as stream:
        stream.truncate(1 << 43)
    assert reasons(read(target)) == {"x.tar": "more than 16777216 bytes after its end mark"}


def test_two_zips_in_one_file_are_told(tmp_path: Path) -> None:
    first, second = (zipped(tmp_path / "y.zip", ("Store.exe", data)).read_bytes() for data in (OLDER, STORE))
    (tmp_path / "x.zip").write_bytes(first + second)
    inventory = read(tmp_path / "x.zip")
    assert versions(inventory) == {}
    assert reasons(inventory)["x.zip"].startswith("damaged, or several archives in one: ")


@pytest.mark.parametrize("mode", ["gz", "bz2", "xz"])
def test_no_flipped_bit_of_a_packed_tar_shows_another_version(mode: str, tmp_path: Path) -> None:
    sound = tarred(tmp_path / "x.tar", ("Store.exe", STORE), ("b/readme", bytes(3000)), mode=mode).read_bytes()
    chance = random.Random(mode)
    for place in chance.sample(range(len(sound)), 150):
        data = bytearray(sound)
        data[place] ^= 1 << chance.randrange(8)
        (tmp_path / "x.tar").write_bytes(data)
        assert set(versions(read(tmp_path / "x.tar")).values()) <= {"5.5.2653.23"}


def test_a_tar_without_its_last_blocks_is_whole(tmp_path: Path) -> None:
    target = tarred(tmp_path / "x.tar", ("Store.exe", STORE))
    target.write_bytes(target.read_bytes()[: 512 + -(-len(STORE) // 512) * 512])
    assert reasons(read(target)) == {}
    assert versions(read(target)) == {"Store.exe": "5.5.2653.23"}


@PACKERS
def test_a_packed_file_that_is_no_tar_is_one_line(packer: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "Store.exe").write_bytes(packer(STORE))
    inventory = read(tmp_path / "Store.exe")
    assert inventory.broken_off
    assert " without a tar archive in it: " in reasons(inventory)["Store.exe"]


def test_a_zip_entry_whose_bytes_were_changed_is_unreadable_and_the_others_are_read(tmp_path: Path) -> None:
    target = zipped(tmp_path / "x.zip", ("a/Store.exe", STORE), ("b/Store.exe", OLDER))
    data = bytearray(target.read_bytes())
    data[60] ^= 0xFF
    target.write_bytes(data)
    inventory = read(target)
    assert versions(inventory) == {"b/Store.exe": "5.5.2650.23"}
    assert reasons(inventory)["a/Store.exe"].startswith("damaged: ")
    assert not inventory.broken_off


def test_a_zip_with_a_password_is_one_line(tmp_path: Path) -> None:
    target = zipped(tmp_path / "x.zip", ("a/Store.exe", STORE), ("b/Store.exe", STORE), ("readme.txt", b""))
    data = bytearray(target.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = -1
        while (start := data.find(mark, start + 1)) >= 0:
            data[start + at] |= 1
    target.write_bytes(data)
    inventory = read(target)
    assert reasons(inventory) == {"x.zip": "encrypted: 2 files cannot be read without its password"}
    assert inventory.broken_off


@pytest.mark.parametrize(
    ("extra", "modified"),
    [
        (struct.pack("<HHBi", 0x5455, 5, 1, 1056995040), datetime(2003, 6, 30, 17, 44, tzinfo=UTC)),
        (
            struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, 127_014_686_400_000_000, 0, 0),
            datetime(2003, 6, 30, 17, 44, tzinfo=UTC),
        ),
        (struct.pack("<HHB", 0x5455, 1, 0), None),
        (struct.pack("<HHBi", 0x5455, 5, 2, 1056995040), None),
        (struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, 2**64 - 1, 0, 0), None),
        (b"", None),
    ],
    ids=["extended timestamp", "NTFS", "no time in it", "other times only", "past all calendars", "none"],
)
def test_a_zip_time_is_utc_only_where_an_extra_field_says_so(
    extra: bytes, modified: datetime | None, tmp_path: Path
) -> None:
    info = zipfile.ZipInfo("Store.exe", (2003, 7, 1, 19, 44, 0))
    info.extra = extra
    (file,) = read(zipped(tmp_path / "x.zip", (info, STORE))).files
    local = ("local-time: the archive says 2003-07-01 19:44:00, in an unknown time zone",)
    assert file.modified == modified
    assert file.notes == (() if modified else local)


@needs_libarchive
def test_a_cabinet_tells_a_local_time(tmp_path: Path) -> None:
    (tmp_path / "x.cab").write_bytes(cabinet_of({"Bin\\Store.exe": STORE}, packed=True))
    (file,) = read(tmp_path / "x.cab").files
    assert file.path == "x.cab!/Bin/Store.exe"
    assert file.modified is None
    assert file.notes == ("local-time: the archive says 2003-07-03 17:44:00, in an unknown time zone",)


@needs_libarchive
def test_a_damaged_cabinet_says_the_same_in_every_run(tmp_path: Path) -> None:
    """libarchive-c's own words end with an address in memory."""
    (tmp_path / "x.cab").write_bytes(cabinet_of({"Store.exe": STORE}, packed=True)[:30])
    (said,) = reasons(read(tmp_path / "x.cab")).values()
    assert said == "damaged, or of a kind that libarchive does not read: Truncated CAB header"


@needs_libarchive
def test_a_cabinet_of_an_unknown_packing_is_one_line(tmp_path: Path) -> None:
    data = bytearray(cabinet_of({"Store.exe": STORE}, packed=True))
    data[42] = 2  # Quantum
    (tmp_path / "x.cab").write_bytes(data)
    inventory = read(tmp_path / "x.cab")
    assert list(reasons(inventory)) == ["x.cab"]
    assert inventory.files == ()


def test_only_programs_are_read_of_what_is_not_evidence(tmp_path: Path) -> None:
    members = (("a.dat", STORE), ("b.dat", b"text" * 9), ("Store.exe", b"text"), ("page.asp", b"<%"), ("empty", b""))
    zipped(tmp_path / "x.zip", *members)
    with py7zr.SevenZipFile(tmp_path / "x.7z", "w") as out:
        for name, data in members:
            out.writestr(data, name)
    for target in (tmp_path / "x.zip", tarred(tmp_path / "x.tar", *members), tmp_path / "x.7z"):
        every = read(target, every_pe=True)
        assert versions(every) == {"a.dat": "5.5.2653.23", "page.asp": "None"}
        assert reasons(every) == {"Store.exe": "not a Windows program: no MZ header"}
        named = read(target)
        assert versions(named) == {"page.asp": "None"}
        assert (named.files_seen, named.files_read) == (5, 1)
        assert named.files[0].size == 2


def test_an_archive_within_counts_only_where_nothing_beside_it_is_evidence(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", ("Store.exe", OLDER), ("deeper.zip", b"PK\x05\x06" + bytes(18)))
    outer = (("backup/inner.zip", inner.read_bytes()), ("notazip.zip", b"text"), ("Bin/Store.exe", STORE))
    assert versions(read(zipped(tmp_path / "both.zip", *outer))) == {"Bin/Store.exe": "5.5.2653.23"}
    assert versions(read(tarred(tmp_path / "both.tar", *outer))) == {"Bin/Store.exe": "5.5.2653.23"}
    assert versions(read(tarred(tmp_path / "late.tar", *outer[::-1]))) == {"Bin/Store.exe": "5.5.2653.23"}
    wrapper = read(zipped(tmp_path / "wrapper.zip", *outer[:2]))
    assert versions(wrapper) == {"backup/inner.zip!/Store.exe": "5.5.2650.23"}
    assert "wrapper.zip!/backup/inner.zip!" in wrapper.folders
    assert reasons(wrapper) == {}


def test_archives_are_opened_one_level_deep(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", ("deeper.zip", b"PK\x05\x06" + bytes(18)), ("readme.txt", b""))
    inventory = read(zipped(tmp_path / "x.zip", ("inner.zip", inner.read_bytes())))
    assert reasons(inventory) == {"inner.zip!/deeper.zip": "an archive in an archive in an archive, not opened"}
    assert not inventory.broken_off


def test_a_damaged_archive_within_is_one_line(tmp_path: Path) -> None:
    members = (("inner.zip", b"PK\x03\x04 and no more"), ("inner.7z", b"7z\xbc\xaf\x27\x1c"))
    inventory = read(zipped(tmp_path / "x.zip", *members))
    assert set(reasons(inventory)) == {"inner.7z", "inner.zip"}
    assert not inventory.broken_off


def test_a_member_above_the_bound_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.inventory.archives.member.MAX_MEMBER_BYTES", 1 << 20)
    big = STORE + bytes(1 << 20)
    members = (("a/Store.exe", big), ("b/Store.exe", STORE), ("big.dll", big))
    with py7zr.SevenZipFile(tmp_path / "x.7z", "w") as out:
        for name, data in members:
            out.writestr(data, name)
    zipped(tmp_path / "x.zip", *members)
    tarred(tmp_path / "x.tgz", *members, mode="gz")
    too_large = "larger than 1 MiB, so it is not unpacked"
    for name in ("x.zip", "x.tgz", "x.7z"):
        inventory = read(tmp_path / name, every_pe=True)
        assert versions(inventory) == {"b/Store.exe": "5.5.2653.23"}, name
        assert reasons(inventory) == {"a/Store.exe": too_large, "big.dll": too_large}


def test_a_decompression_bomb_ends_with_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "FREE_BYTES", 1 << 20)
    bomb = (("zeros.bin", bytes(16 << 20)), ("Store.exe", STORE))
    with py7zr.SevenZipFile(tmp_path / "x.7z", "w") as out:
        for name, data in bomb:
            out.writestr(data, name)
    for mode in ("gz", "bz2", "xz"):
        tarred(tmp_path / f"x.{mode}", *bomb, mode=mode)
    for name, limit in (("x.gz", 3), ("x.bz2", 1), ("x.xz", 1), ("x.7z", 1)):
        inventory = read(tmp_path / name, every_pe=True)
        reason = f"it unpacks to more than {limit} MiB, too much for its size: a decompression bomb?"
        assert reasons(inventory) == {name: reason}
        assert inventory.broken_off


BY_METHOD = pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "LZMA"])


def packed_by(method: int, target: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", method) as out:
        for name, data in members:
            out.writestr(name, data)
    return target


def peak_of(reading: Callable[[], Inventory]) -> tuple[Inventory, int]:
    """What was read, and the most memory that took at once."""
    tracemalloc.start()
    try:
        return reading(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@BY_METHOD
def test_a_zip_packed_by_another_method_than_deflate_is_read(method: int, tmp_path: Path) -> None:
    members = (("a/Store.exe", STORE + bytes(300_000)), ("page.asp", b""), ("b/Store.exe", OLDER), ("c.dat", b"text"))
    inventory = read(packed_by(method, tmp_path / "x.zip", *members), every_pe=True)
    assert versions(inventory) == {"a/Store.exe": "5.5.2653.23", "b/Store.exe": "5.5.2650.23", "page.asp": "None"}
    assert inventory.files[0].sha256 == hashlib.sha256(members[0][1]).hexdigest()
    assert reasons(inventory) == {}


@BY_METHOD
def test_a_zip_member_that_unpacks_to_much_costs_no_memory_unless_it_is_wanted(method: int, tmp_path: Path) -> None:
    target = packed_by(method, tmp_path / "x.zip", ("zeros.bin", bytes(24 << 20)), ("Store.exe", STORE))
    assert target.stat().st_size < 20_000
    inventory, most = peak_of(lambda: read(target, every_pe=True))
    assert versions(inventory) == {"Store.exe": "5.5.2653.23"}
    assert reasons(inventory) == {}
    assert most < 16 << 20


@BY_METHOD
def test_a_bomb_in_a_zip_ends_with_one_line_and_before_it_is_unpacked(
    method: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "FREE_BYTES", 1 << 20)
    target = packed_by(method, tmp_path / "x.zip", ("Store.exe", bytes(24 << 20)))
    inventory, most = peak_of(lambda: read(target))
    (reason,) = reasons(inventory).values()
    assert reason.endswith(" MiB, too much for its size: a decompression bomb?")
    assert inventory.broken_off
    assert most < 16 << 20


@BY_METHOD
def test_a_zip_member_that_holds_more_than_it_says_is_unpacked_as_far_as_it_says(method: int, tmp_path: Path) -> None:
    target = packed_by(method, tmp_path / "x.zip", ("a/Store.exe", bytes(24 << 20)), ("b/Store.exe", STORE))
    target.write_bytes(target.read_bytes().replace(struct.pack("<I", 24 << 20), struct.pack("<I", 100)))
    inventory, most = peak_of(lambda: read(target))
    assert versions(inventory) == {"b/Store.exe": "5.5.2653.23"}
    assert reasons(inventory) == {"a/Store.exe": "damaged: its checksum does not match its content"}
    assert most < 16 << 20


def test_a_dictionary_of_four_gigabytes_is_not_made_for_a_small_member(tmp_path: Path) -> None:
    target = packed_by(zipfile.ZIP_LZMA, tmp_path / "x.zip", ("Store.exe", STORE))
    data = bytearray(target.read_bytes())
    at = 30 + len("Store.exe")
    assert data[at + 2 : at + 5] == b"\5\0\x5d"
    data[at + 5 : at + 9] = b"\xff" * 4
    target.write_bytes(data)
    inventory, most = peak_of(lambda: read(target))
    assert versions(inventory) == {"Store.exe": "5.5.2653.23"}
    assert most < 16 << 20


@pytest.mark.parametrize("place", [0, 2, 4, 9, 60, 200])
@BY_METHOD
def test_a_damaged_zip_member_is_unreadable_whatever_packed_it_and_the_others_are_read(
    method: int, place: int, tmp_path: Path
) -> None:
    target = packed_by(method, tmp_path / "x.zip", ("a/Store.exe", STORE), ("b/Store.exe", OLDER))
    data = bytearray(target.read_bytes())
    at = 30 + len("a/Store.exe") + place
    data[at : at + 4] = bytes(byte ^ 0xFF for byte in data[at : at + 4])
    target.write_bytes(data)
    inventory = read(target)
    assert not inventory.broken_off
    assert inventory.files[-1].path.endswith("b/Store.exe")
    if len(inventory.files) == 1:
        assert re.match("damaged: .", reasons(inventory)["a/Store.exe"])
    else:  # only what no reader looks at was changed: the version of the packer, the size of the dictionary
        assert (method, place) in ((zipfile.ZIP_LZMA, 0), (zipfile.ZIP_LZMA, 4))


@pytest.mark.parametrize(
    ("method", "words"),
    [(9, "Deflate64 (9)"), (93, "Zstandard (93)"), (97, "another method (97)")],
    ids=["Deflate64", "Zstandard", "one without a name here"],
)
def test_a_zip_member_of_a_method_that_is_not_read_is_one_line_and_the_others_are_read(
    method: int, words: str, tmp_path: Path
) -> None:
    target = zipped(tmp_path / "x.zip", ("a/Store.exe", STORE), ("b/Store.exe", OLDER))
    data = bytearray(target.read_bytes())
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.index(mark) + at, method)
    target.write_bytes(data)
    inventory = read(target)
    assert versions(inventory) == {"b/Store.exe": "5.5.2650.23"}
    assert reasons(inventory) == {"a/Store.exe": f"not unpacked: it is compressed by {words}"}
    assert not inventory.broken_off


def test_entries_are_counted_before_they_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_ENTRIES", 50)
    members = [(f"{number}.txt", b"") for number in range(60)]
    for target in (zipped(tmp_path / "x.zip", *members), tarred(tmp_path / "x.tar", *members)):
        assert reasons(read(target)) == {target.name: "it has more than 50 entries"}


def test_a_directory_of_millions_of_entries_costs_no_memory(tmp_path: Path) -> None:
    """Ten million entries, as far as the end record of a zip tells; the bytes of the directory are there too."""
    size = 10_000_000 * 47
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    with (tmp_path / "x.zip").open("wb") as out:
        out.write(head)
        out.truncate(len(head) + size)
        out.seek(len(head) + size)
        out.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFE, 0xFFFE, size, len(head), 0))
    tracemalloc.start()
    begun = time.perf_counter()
    inventory = read(tmp_path / "x.zip")
    assert time.perf_counter() - begun < 2
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()
    assert reasons(inventory) == {"x.zip": f"its directory says it has {size} bytes, and at most 134217728 are read"}


def test_a_tar_header_is_bounded(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.XHDTYPE, 1 << 30
    (tmp_path / "x.tgz").write_bytes(gzip.compress(info.tobuf() + bytes(1 << 20)))
    assert reasons(read(tmp_path / "x.tgz")) == {"x.tgz": "a member's header has more than 262144 bytes"}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "in" / "Exchsrvr" / "Bin").mkdir(parents=True)
    for name, data in (("Store.exe", STORE), ("Mapi32.dll", OLDER), ("notes.txt", b"text")):
        (folder / "in" / "Exchsrvr" / "Bin" / name).write_bytes(data)
    found = {}
    for label, (name, builder) in BUILDERS.items():
        builder(folder / "in", folder / name)
        found[label] = (folder / name).read_bytes()
        (folder / name).unlink()
    return found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    label=st.sampled_from([label for label in sorted(BUILDERS) if libarchive or "cabinet" not in label]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    kept=st.floats(0.2, 1),
    every_pe=st.booleans(),
)
def test_no_change_to_an_archive_makes_a_traceback_or_lets_a_file_appear(
    label: str,
    changes: list[tuple[float, int]],
    kept: float,
    every_pe: bool,
    seeds: dict[str, bytes],
    tmp_path: Path,
) -> None:
    data = bytearray(seeds[label])
    del data[round(kept * len(data)) :]
    for place, value in changes:
        data[round(place * (len(data) - 1))] = value
    (tmp_path / "x.bin").write_bytes(data)
    try:
        inventory = read(tmp_path / "x.bin", every_pe=every_pe)
    except SavedInputError:  # what now begins as JSON does is no archive
        assert data.lstrip().startswith((b"{", b"["))
    else:
        assert all("\n" not in file.reason and len(file.reason) <= 300 for file in inventory.unreadable)
    assert {path.name for path in tmp_path.iterdir()} == {"x.bin"}


@pytest.mark.parametrize("length", [0, 4, 700, 4000], ids=["nothing", "junk", "its first header", "half of it"])
def test_an_archive_beside_others_that_cannot_be_read_is_seen(length: int, tmp_path: Path) -> None:
    """Of two servers packed one by one: what the second has nobody knows."""
    first = tarred(tmp_path / "host1.tar", ("Bin/Store.exe", STORE)).read_bytes()
    second = tarred(tmp_path / "host2.tar", ("Bin/Store.exe", OLDER), ("Bin/Mad.exe", STORE * 9)).read_bytes()
    packed = {"host1.tar": first, "host2.tar": second[:length]} if length != 4 else {"host1.tar": first}
    if length == 4:
        packed["host2.zip"] = b"PK\x03\x04 no archive"
    inventory = read(zipped(tmp_path / "all.zip", *packed.items()))
    assert versions(inventory)["host1.tar!/Bin/Store.exe"] == "5.5.2653.23"
    assert inventory.has_unread_archive


@pytest.mark.parametrize(
    ("beside", "unread"),
    [("host1.tar", True), ("Bin/Store.exe", False)],
    ids=["packed hosts", "counter-case: an empty file beside what is evidence"],
)
def test_an_empty_archive_within_is_one_that_came_to_nothing(beside: str, unread: bool, tmp_path: Path) -> None:
    packed = tarred(tmp_path / "host1.tar", ("Bin/Store.exe", STORE)).read_bytes() if unread else STORE
    inventory = read(zipped(tmp_path / "all.zip", (beside, packed), ("host2.zip", b"")))
    told = [(bad.path, bad.reason) for bad in inventory.unreadable]
    assert told == ([("all.zip!/host2.zip", "empty: no archive")] if unread else [])
    assert inventory.has_unread_archive is unread
