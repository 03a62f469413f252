"""Disk images and containers that are not read: named as what they are, with what to do."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import Run

from hotfix_check.errors import TargetError
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import TargetKind
from hotfix_check.inventory.target import opened_target, read_target

_PARTITIONED = bytes(446) + b"\x80\x01\x01\x00\x07\xfe\xff\xff\x3f\0\0\0\x00\x10\0\0" + bytes(48) + b"\x55\xaa"
IMAGES = [
    ("disk.E01", b"EVF\x09\x0d\x0a\xff\x00" + bytes(100), "an EnCase image (E01)", "ewfmount"),
    ("disk.vhdx", b"vhdxfile" + bytes(100), "a virtual disk (VHDX)", "Mount-VHD"),
    ("fixed.vhd", bytes(4096) + b"conectix" + bytes(504), "a virtual disk (VHD)", "Mount-VHD"),
    ("disk.vmdk", b"KDMV" + bytes(100), "a virtual disk (VMDK)", "guestmount"),
    ("text.vmdk", b"# Disk DescriptorFile\nversion=1\n", "the description of a virtual disk (VMDK)", "guestmount"),
    ("install.wim", b"MSWIM\0\0\0" + bytes(100), "a Windows image (WIM or ESD)", "7z x"),
    ("files.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100), "a RAR archive", "unrar x"),
    ("c.dd", b"\xebR\x90NTFS    " + bytes(501), "a raw volume (NTFS)", "mount -o ro,loop"),
    ("c.001", b"\0\0\0ReFS\0\0\0\0" + bytes(501), "a raw volume (ReFS)", "Windows alone"),
    ("disk.raw", _PARTITIONED + bytes(512), "a raw disk image", "losetup"),
    ("gpt.img", bytes(512) + b"EFI PART" + bytes(504), "a raw disk image", "losetup"),
    ("old.bkf", b"TAPE\0\0" + bytes(100), "a backup of ntbackup (BKF)", "mtftar"),
    ("box.vdi", b"<<< Oracle VM VirtualBox Disk Image >>>\n" + bytes(500), "a virtual disk (VDI)", "guestmount"),
]


@pytest.mark.parametrize(("name", "data", "what", "how"), IMAGES, ids=[one[0] for one in IMAGES])
def test_an_image_is_named_as_what_it_is(name: str, data: bytes, what: str, how: str, tmp_path: Path) -> None:
    for called in (name, "renamed.bin"):  # by its bytes, whatever it is called
        path = tmp_path / called
        path.write_bytes(data)
        with opened_target(path) as target:
            assert target.kind is TargetKind.IMAGE
        with pytest.raises(TargetError) as caught:
            read_target(path, Asked(wanted=frozenset()))
        assert str(caught.value).startswith(f"{path}: {what}, which cannot be read directly: ") and how in str(
            caught.value
        )


@pytest.mark.parametrize("data", [b"", b"MZ\x90\0" + bytes(600), bytes(2000), b"<<< merge conflict", b"Rar", b"TAPE"])
def test_anything_else_is_no_image(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(data)
    with opened_target(path) as target:
        assert target.kind is not TargetKind.IMAGE


def test_in_a_folder_each_is_named_beside_what_is_read(tmp_path: Path) -> None:
    for name, data, _, _ in IMAGES:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "photo.img").write_bytes(b"no image of a disk")
    (tmp_path / "Store.exe").write_bytes(b"MZ\x90\0")
    inventory = read_target(tmp_path, Asked(wanted=frozenset({"store.exe"})))
    told = {one.path: one.reason for one in inventory.unreadable}
    assert told.keys() == {"Store.exe", *(name for name, _, _, _ in IMAGES)}
    assert all(told[name].startswith(f"{what}, which cannot be read directly: ") for name, _, what, _ in IMAGES)
    assert all(one.is_folder for one in inventory.unreadable if one.path != "Store.exe")


def test_a_scan_of_an_image_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "disk.E01").write_bytes(IMAGES[0][1])
    ran = run("scan", "disk.E01", "-q")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "hotfix-check: error: disk.E01: an EnCase image (E01), which cannot be read directly: mount it read-only "
        "and scan the "
        "folder: ewfmount, Arsenal Image Mounter"
    ]


def test_an_archive_in_the_top_folder_is_named_and_one_further_below_is_part_of_what_is_installed(
    tmp_path: Path,
) -> None:
    (tmp_path / "Setup").mkdir()
    for name in ("host1.zip", "Setup/parts.zip"):
        with ZipFile(tmp_path / name, "w") as packed:
            packed.writestr("Store.exe", b"MZ")
    (tmp_path / "host2.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    (tmp_path / "inventory.json.gz").write_bytes(b"\x1f\x8b\x08" + bytes(100))
    (tmp_path / "photos.zip").write_bytes(b"no archive")
    inventory = read_target(tmp_path, Asked(wanted=frozenset({"store.exe"})))
    assert [(one.path, one.reason) for one in inventory.unreadable] == [
        (f"host{number}", f"an archive ({form}), which is read only where it is named itself: scan it by its own path")
        for number, form in (("1.zip", "zip"), ("2.7z", "7z"))
    ]
