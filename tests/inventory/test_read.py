"""Reading a target from disk: nothing dropped, nothing followed, odd names kept."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import refuse_to_open
from pe_builder import build_pe
from targets import ASKED

from hotfix_check.errors import TargetError
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import Inventory, TargetKind
from hotfix_check.inventory.target import read_target
from hotfix_check.untrusted.shown import path_text

PROGRAM = build_pe("5.5.2657.50", strings={"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft Exchange"})
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


def read(target: Path, *names: str, **options: Any) -> Inventory:
    return read_target(target, replace(ASKED, wanted=frozenset(names), **options))


def test_a_file_gives_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "Mapi32.dll"
    path.write_bytes(PROGRAM)
    os.utime(path, (1057081440, 1057081440))
    inventory = read(path)
    (file,) = inventory.files
    assert (inventory.kind, inventory.lone_file, inventory.files_seen, inventory.files_read) == (
        TargetKind.FILE,
        True,
        1,
        1,
    )
    assert (file.path, str(file.version), file.version_string) == ("Mapi32.dll", "5.5.2657.50", "5.5.2657.50")
    assert (file.company_name, file.product_name, file.machine) == (
        "Microsoft Corporation",
        "Microsoft Exchange",
        "i386",
    )
    assert (file.languages, file.stub, file.size) == ((1033,), False, len(PROGRAM))
    assert file.modified is not None
    assert file.modified.isoformat() == "2003-07-01T17:44:00+00:00"
    assert file.sha256 == hashlib.sha256(PROGRAM).hexdigest()


def test_only_wanted_names_are_opened_and_all_files_are_counted(tmp_path: Path) -> None:
    for name in ("STORE.EXE", "other.dll", "notes.txt"):
        (tmp_path / name).write_bytes(PROGRAM)
    inventory = read(tmp_path, "store.exe")
    assert [file.path for file in inventory.files] == ["STORE.EXE"]
    assert (inventory.files_seen, inventory.files_read) == (3, 1)


def test_every_program_is_found_by_its_first_bytes_when_all_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "renamed.bin").write_bytes(PROGRAM)
    (tmp_path / "notes.txt").write_text("MZ is not enough\n" * 40)
    (tmp_path / "letter.txt").write_text("Dear all")
    inventory = read(tmp_path, every_pe=True)
    assert [file.path for file in inventory.files] == ["renamed.bin"]
    assert [file.path for file in inventory.unreadable] == ["notes.txt"]
    assert inventory.files[0].sha256 is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not a program", "not a Windows program"),
        (b"", "not a Windows program"),
        (PROGRAM[:300], ""),
    ],
    ids=["text", "empty", "cut in the headers"],
)
def test_a_bad_file_is_a_value_with_a_reason(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "Mapi32.dll").write_bytes(content)
    (file,) = read(tmp_path, "mapi32.dll").unreadable
    assert (file.path, file.size) == ("Mapi32.dll", len(content))
    assert file.reason.startswith(reason)
    assert file.reason


def test_folders_below_are_read_and_listed(tmp_path: Path) -> None:
    deep = tmp_path / "Exchsrvr" / "Bin"
    deep.mkdir(parents=True)
    (deep / "Store.exe").write_bytes(PROGRAM)
    inventory = read(tmp_path, "store.exe")
    assert inventory.folders == ("", "Exchsrvr", "Exchsrvr/Bin")
    assert [file.path for file in inventory.files] == ["Exchsrvr/Bin/Store.exe"]
    assert inventory.root[-1] == tmp_path.name


@posix
def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Store.exe").write_bytes(PROGRAM)
    target = tmp_path / "target"
    target.mkdir()
    (target / "loop").symlink_to(target)
    (target / "away").symlink_to(outside)
    (target / "Mapi32.dll").symlink_to(outside / "Store.exe")
    (target / "Store.exe").symlink_to(target / "nowhere")
    inventory = read(target, "store.exe", "mapi32.dll")
    assert inventory.files == ()
    assert {file.path: file.reason for file in inventory.unreadable} == {
        "away": "a link to a folder, not followed",
        "loop": "a link to a folder, not followed",
        "Mapi32.dll": "a symbolic link, not followed",
        "Store.exe": "a symbolic link, not followed",
    }


@posix
def test_a_target_that_is_itself_a_link_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "Store.exe").write_bytes(PROGRAM)
    (tmp_path / "link.exe").symlink_to(tmp_path / "Store.exe")
    assert [file.path for file in read(tmp_path / "link.exe").files] == ["link.exe"]


@posix
def test_a_pipe_with_a_wanted_name_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Store.exe")
    (file,) = read(tmp_path, "store.exe").unreadable
    assert file.reason == "not a regular file"


@posix
def test_names_that_are_not_utf8_are_kept_visible(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102  (a Path cannot hold these bytes)
    with open(folder + b"/Store.exe", "wb") as stream:  # noqa: PTH123
        stream.write(PROGRAM)
    assert [file.path for file in read(tmp_path, "store.exe").files] == ["caf\\xe9/Store.exe"]


def test_two_spellings_of_one_name_are_both_read(tmp_path: Path) -> None:
    (tmp_path / "STORE.exe").write_bytes(PROGRAM)
    (tmp_path / "Store.exe").write_bytes(PROGRAM)
    assert len(read(tmp_path, "store.exe").files) == len(list(tmp_path.iterdir()))


def test_the_text_of_a_path_can_always_be_written() -> None:
    for name in ("plain", "caf\udce9", "\ud800 alone", "\u202egnp"):
        assert path_text(name).encode("utf-8")


@pytest.mark.parametrize("name", ["gone", "gone/deeper"])
def test_a_target_that_is_not_there_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="No such file or directory"):
        read(tmp_path / name)


@posix
def test_a_target_that_is_neither_folder_nor_file_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TargetError, match="neither a folder nor a file"):
        read(tmp_path / "pipe")


def test_a_target_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(TargetError, match="the folder cannot be listed: Permission denied"):
        read(tmp_path)


def test_a_file_that_is_locked_is_a_value_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Store.exe").write_bytes(PROGRAM)
    said = "The process cannot access the file because it is being used by another process"
    refuse_to_open(monkeypatch, "Store.exe", PermissionError(13, said))
    (file,) = read(tmp_path, "store.exe").unreadable
    assert file.reason == said


def test_no_hashes_when_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "Store.exe").write_bytes(PROGRAM)
    assert read(tmp_path, "store.exe", hashes=False).files[0].sha256 is None


def test_the_second_reader_is_asked_and_a_difference_is_a_note(tmp_path: Path) -> None:
    # A root key other than VS_VERSION_INFO: Windows does not look at it, pefile does.
    odd = PROGRAM.replace("VS_VERSION_INFO".encode("utf-16-le"), "VS_VERSION_INFA".encode("utf-16-le"))
    (tmp_path / "Store.exe").write_bytes(odd)
    (file,) = read(tmp_path, "store.exe", cross_check=True).files
    assert file.notes == ("readers-disagree: pefile reads None, the version block says 5.5.2657.50",)


def test_a_second_reader_that_sees_no_stub_where_the_first_does_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Mapi32.dll").write_bytes(build_pe("1.0.2536.0", exports=("GetOutlookVersion",)))
    (file,) = read(tmp_path, "mapi32.dll", cross_check=True).files
    assert (file.stub, file.notes) == (True, ())
    monkeypatch.setattr("pefile.PE.parse_export_directory", lambda *_, **__: None)
    (file,) = read(tmp_path, "mapi32.dll", cross_check=True).files
    said = "readers-disagree: pefile does not find the export GetOutlookVersion, which marks the stub"
    assert (file.stub, file.notes) == (True, (said,))
