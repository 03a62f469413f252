"""Folders as nobody makes them by accident: links, pipes, odd names, great depth, changes while they are read."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Run
from pe_builder import build_pe

from hotfix_check.errors import TargetError
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.target import read_target

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the oddities are those of POSIX file systems")
MICROSOFT = {"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft Exchange"}
PROGRAM = build_pe("5.5.2657.50", strings=MICROSOFT)
OLDER = build_pe("5.5.2653.12", strings=MICROSOFT)
OUTSIDE = build_pe("6.5.1.1")


def read(target: Path, *names: str, on_file: Callable[[], object] | None = None, **options: bool) -> Inventory:
    asked = Asked(wanted=frozenset(names or ("store.exe",)), **options)  # type: ignore[arg-type]
    return read_target(target, asked, on_file)  # type: ignore[arg-type]


def paths(inventory: Inventory) -> list[str]:
    return [file.path for file in inventory.files]


def reasons(inventory: Inventory) -> dict[str, str]:
    return {file.path: file.reason for file in inventory.unreadable}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A folder in a place that has something else beside it."""
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    for folder in (outside, outside / "deep"):
        (folder / "Store.exe").write_bytes(OUTSIDE)
    made = tmp_path / "target"
    made.mkdir()
    return made


def test_nothing_but_regular_files_is_opened(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    os.mkfifo(target / "fifo.dll")
    bound = socket.socket(socket.AF_UNIX)
    monkeypatch.chdir(target)  # the name of a socket may have 108 bytes
    bound.bind("socket.dll")
    for name, leads_to in {
        "zero.dll": "/dev/zero",
        "memory.dll": "/proc/self/mem",
        "tty.dll": "/dev/tty",
        "one.dll": "two.dll",
        "two.dll": "one.dll",
        "dangling.dll": "nowhere.dll",
        "inside.dll": "Store.exe",
        "up": "..",
        "self": ".",
        "root": "/",
    }.items():
        (target / name).symlink_to(leads_to)
    wanted = ["store.exe", *(path.name for path in target.iterdir())]
    with contextlib.suppress(OSError):  # only root makes devices
        os.mknod(target / "device.dll", 0o20666, os.makedev(1, 5))
        wanted.append("device.dll")
    opened: list[str] = []
    usual = os.open

    def noted(path: object, *rest: int, **more: int) -> int:
        opened.append(Path(str(path)).name)
        return usual(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", noted)
    inventory = read(target, *wanted, every_pe=True)
    bound.close()
    assert paths(inventory) == ["Store.exe"]
    assert opened == ["target", "Store.exe"]
    told = reasons(inventory)
    assert {told.pop(name) for name in ("up", "self", "root")} == {"a link to a folder, not followed"}
    assert {told.pop(name) for name in ("fifo.dll", "socket.dll")} == {"not a regular file"}
    assert told.pop("device.dll", "not a regular file") == "not a regular file"
    assert {told.pop(name) for name in ("one.dll", "two.dll")} == {"Too many levels of symbolic links"}
    assert set(told.values()) == {"a symbolic link, not followed"}
    assert sorted(told) == ["dangling.dll", "inside.dll", "memory.dll", "tty.dll", "zero.dll"]


def test_names_of_any_bytes_and_of_255_are_read_and_shown(target: Path) -> None:
    names = [b"latin1_\xe9\xff.dll", b"new\nline\x1b[31m.dll", "\u202elld.exe".encode(), b"trailing. ", b"-rf.dll"]
    names += [b"y" * 251 + b".dll", "caf\u00e9.dll".encode(), "cafe\u0301.dll".encode(), b"\xff" * 255]
    for name in names:
        with open(os.fsencode(target) + b"/" + name, "wb") as stream:  # noqa: PTH123  (a Path cannot hold these bytes)
            stream.write(PROGRAM)
    inventory = read(target, every_pe=True)
    assert len(inventory.files) == inventory.files_seen == len(names)
    shown = set(paths(inventory))
    assert shown >= {"latin1_\\xe9\\xff.dll", "new\nline\x1b[31m.dll", "y" * 251 + ".dll", "\\xff" * 255}
    assert all(path.encode() for path in shown)


def _dig(folder: Path, names: list[str], content: bytes) -> None:
    fd = os.open(folder, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=fd)
        inner = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    file = os.open("Store.exe", os.O_WRONLY | os.O_CREAT, dir_fd=fd)
    os.write(file, content)
    os.close(file)
    os.close(fd)


@pytest.fixture
def digging(target: Path) -> Iterator[Callable[[list[str], bytes], None]]:
    yield lambda names, content: _dig(target, names, content)
    subprocess.run(["rm", "-rf", str(target)], check=True)  # shutil.rmtree calls itself for each level


def test_a_path_longer_than_the_system_takes_is_read_all_the_same(
    target: Path, digging: Callable[[list[str], bytes], None]
) -> None:
    names = [f"{number:02d}" + "d" * 198 for number in range(30)]
    digging(names, PROGRAM)
    inventory = read(target)
    (file,) = inventory.files
    assert file.path == "/".join([*names, "Store.exe"])
    assert len(file.path) > 4096
    assert file.sha256 == hashlib.sha256(PROGRAM).hexdigest()


def test_folders_beyond_the_stated_depth_are_named_and_not_listed(
    target: Path, digging: Callable[[list[str], bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.inventory.walk.MAX_DEPTH", 3)
    digging(list("abcde"), PROGRAM)
    inventory = read(target)
    assert (inventory.files, inventory.folders) == ((), ("", "a", "a/b", "a/b/c"))
    (bad,) = inventory.unreadable
    assert (bad.path, bad.reason, bad.is_folder) == (
        "a/b/c/d",
        "the folder is not listed: more than 3 folders deep",
        True,
    )


def test_folders_of_a_longer_path_than_stated_are_named_and_not_listed(
    target: Path, digging: Callable[[list[str], bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.inventory.walk.MAX_PATH", 11)
    digging(["abc", "def", "ghi", "j"], PROGRAM)
    (target / "abc" / "def" / "ghij").mkdir()
    (target / "abc" / "def" / "Store.exe").write_bytes(PROGRAM)
    inventory = read(target)
    assert (paths(inventory), inventory.folders) == (["abc/def/Store.exe"], ("", "abc", "abc/def", "abc/def/ghi"))
    assert reasons(inventory) == {
        "abc/def/ghi/j": "the folder is not listed: more than 11 characters of path",
        "abc/def/ghij": "the folder is not listed: more than 11 characters of path",
    }


def test_hundreds_of_folders_deep_are_listed(target: Path, digging: Callable[[list[str], bytes], None]) -> None:
    digging(["d"] * 400, PROGRAM)
    assert len(read(target).files) == 1


def test_names_that_differ_in_case_alone_are_both_judged_and_said(target: Path, run: Run) -> None:
    (target / "Mapi32.dll").write_bytes(PROGRAM)
    (target / "MAPI32.DLL").write_bytes(OLDER)
    ran = run("scan", target, "--kb", "KB818861", "-f", "json")
    (finding,) = ran.result["targets"][0]["findings"]
    assert finding["verdict"] == "partial"
    assert ran.code == 1
    copies = {copy["path"]: copy["anomalies"] for file in finding["files"] for copy in file["copies"]}
    assert set(copies) == {"Mapi32.dll", "MAPI32.DLL"}
    assert any("case-duplicate: MAPI32.DLL is the same path on Windows" in one for one in copies["Mapi32.dll"])
    assert any("case-duplicate: Mapi32.dll is the same path on Windows" in one for one in copies["MAPI32.DLL"])


def test_a_name_that_differs_in_case_from_a_link_or_a_folder_is_said(target: Path) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    (target / "STORE.EXE").symlink_to("Store.exe")
    (file,) = read(target).files
    assert file.notes == ("case-duplicate: STORE.EXE is the same path on Windows, which would see one of them",)


TWINS = {
    "three": (3, "STORE.EXE, STORE.EXe are"),
    "four": (4, "STORE.EXE, STORE.EXe and 1 more are"),
    "all": (256, "STORE.EXE, STORE.EXe and 253 more are"),
}


@pytest.mark.parametrize(("count", "said"), TWINS.values(), ids=TWINS)
def test_of_many_names_that_differ_in_case_alone_each_tells_two_others(count: int, said: str, target: Path) -> None:
    names = sorted({"".join(letters) for letters in itertools.product(*zip("STORE.EXE", "store.exe", strict=True))})
    for name in names[:count]:
        (target / name).write_bytes(PROGRAM)
    notes = {file.path: file.notes for file in read(target).files}
    assert len(notes) == count
    assert notes[names[2]] == (f"case-duplicate: {said} the same path on Windows, which would see one of them",)
    assert notes["STORE.EXE"][0].startswith("case-duplicate: STORE.EXe, STORE.ExE")


def test_a_file_that_vanishes_is_a_value_with_a_reason(target: Path) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    inventory = read(target, on_file=(target / "Store.exe").unlink)
    assert (inventory.files, reasons(inventory)) == ((), {"Store.exe": "No such file or directory"})


def _changing(file: Path, contents: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Write another of the contents each time that the file is about to be hashed."""
    from hotfix_check.inventory import read as module

    usual = module._sha256

    def changing(fd: int, size: int) -> str:
        if contents:
            file.write_bytes(contents.pop(0))
        return usual(fd, size)

    monkeypatch.setattr(module, "_sha256", changing)


@pytest.mark.parametrize("content", [OLDER + b"long tail", OLDER], ids=["grows", "shrinks"])
def test_a_file_that_changes_while_it_is_read_is_read_once_more(
    content: bytes, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target / "Store.exe").write_bytes(PROGRAM + b"tail")
    _changing(target / "Store.exe", [content], monkeypatch)
    (file,) = read(target).files
    assert (str(file.version), file.size, file.notes) == ("5.5.2653.12", len(content), ())
    assert file.sha256 == hashlib.sha256(content).hexdigest()


CHANGES = {
    "grows": [PROGRAM + b"long tail", PROGRAM + b"longer tail"],
    "shrinks": [PROGRAM + b"t", PROGRAM],
    "grows and shrinks again": [PROGRAM + b"long tail", PROGRAM + b"tail"],
}


@pytest.mark.parametrize("contents", CHANGES.values(), ids=CHANGES)
def test_a_file_that_goes_on_changing_decides_nothing(
    contents: list[bytes], target: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target / "Mapi32.dll").write_bytes(PROGRAM + b"tail")
    _changing(target / "Mapi32.dll", list(contents), monkeypatch)
    ran = run("scan", target, "--kb", "KB818861", "-f", "json")
    (found,) = ran.result["targets"]
    assert [(one["kb"], one["verdict"]) for one in found["findings"]] == [(818861, "undetermined")]
    assert found["unreadable"] == [{"path": "Mapi32.dll", "reason": "it changed while it was read"}]
    assert ran.code == 3


def test_a_file_that_is_emptied_while_it_is_read_is_no_program(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    _changing(target / "Store.exe", [b""], monkeypatch)
    assert reasons(read(target)) == {"Store.exe": "not a Windows program: it is empty"}


def test_a_file_that_changes_before_it_can_be_understood_says_that(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    usual = os.pread

    def changing(fd: int, size: int, offset: int) -> bytes:
        content = (target / "Store.exe").read_bytes()
        (target / "Store.exe").write_bytes((b"MZ" + content)[:10_000])
        return usual(fd, size, offset)

    monkeypatch.setattr(os, "pread", changing)
    assert reasons(read(target)) == {"Store.exe": "it changed while it was read"}


def test_the_hash_of_a_file_that_only_grows_has_an_end(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    monkeypatch.setattr(os, "pread", lambda fd, size, offset: (PROGRAM + bytes(size))[offset : offset + size])
    (file,) = read(target).files
    assert file.sha256 == hashlib.sha256(PROGRAM).hexdigest()


def _swap(place: Path, leads_to: Path) -> None:
    """Put a link in the place of a folder, once."""
    if not place.is_symlink():
        place.rename(place.with_name("moved"))
        place.symlink_to(leads_to)


def test_a_link_in_place_of_a_folder_is_not_followed_when_it_comes_before_the_listing(target: Path) -> None:
    (target / "sub").mkdir()
    (target / "sub" / "Store.exe").write_bytes(PROGRAM)
    (target / "seen.txt").write_text("")
    inventory = read(target, on_file=lambda: _swap(target / "sub", target.parent / "outside"))
    assert inventory.files == ()
    assert [(bad.path, bad.is_folder) for bad in inventory.unreadable] == [("sub", True)]


def _swapped_above(target: Path) -> Inventory:
    (target / "sub" / "deep").mkdir(parents=True)
    (target / "sub" / "deep" / "Store.exe").write_bytes(PROGRAM)
    (target / "sub" / "seen.txt").write_text("")
    return read(target, on_file=lambda: _swap(target / "sub", target.parent / "outside"))


def test_a_link_in_place_of_a_folder_above_leads_nowhere(target: Path) -> None:
    inventory = _swapped_above(target)
    assert inventory.files == ()
    assert [(bad.path, bad.is_folder) for bad in inventory.unreadable] == [("sub/deep", True)]


def test_without_folders_held_open_that_race_would_be_lost(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.inventory.walk.HELD", False)
    assert [str(file.version) for file in _swapped_above(target).files] == ["6.5.1.1"]


def test_a_file_is_read_from_the_folder_in_which_it_was_seen(target: Path) -> None:
    (target / "sub").mkdir()
    (target / "sub" / "Store.exe").write_bytes(PROGRAM)
    inventory = read(target, on_file=lambda: _swap(target / "sub", target.parent / "outside"))
    assert [str(file.version) for file in inventory.files] == ["5.5.2657.50"]


def test_a_link_in_place_of_a_file_is_not_followed(target: Path) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)

    def swap() -> None:
        (target / "Store.exe").unlink()
        (target / "Store.exe").symlink_to(target.parent / "outside" / "Store.exe")

    assert reasons(read(target, on_file=swap)) == {"Store.exe": "a symbolic link, which is not followed"}


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EACCES, "Permission denied"), (errno.EIO, "Input/output error"), (errno.ESTALE, "Stale file handle")],
)
def test_a_folder_that_cannot_be_opened_is_a_value_and_the_rest_is_read(
    number: int, said: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("locked", "open"):
        (target / name).mkdir()
        (target / name / "Store.exe").write_bytes(PROGRAM)
    usual = os.open

    def refuse(path: object, *rest: int, **more: int) -> int:
        if str(path).endswith("locked"):
            raise OSError(number, os.strerror(number))
        return usual(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    inventory = read(target)
    assert (paths(inventory), reasons(inventory)) == (
        ["open/Store.exe"],
        {"locked": f"the folder cannot be listed: {said}"},
    )


@pytest.fixture
def of_nobody() -> Iterator[Path]:
    """A folder of the user who runs the tests; as root, who may read everything, they go on as nobody."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
            try:
                yield folder
            finally:
                os.seteuid(0)
        else:
            yield folder


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_what_may_not_be_read_is_a_value_with_a_reason(of_nobody: Path) -> None:
    (of_nobody / "Store.exe").write_bytes(PROGRAM)
    (of_nobody / "Store.exe").chmod(0)
    (of_nobody / "locked").mkdir(mode=0)
    found = reasons(read(of_nobody))
    (of_nobody / "locked").chmod(0o700)
    assert found == {
        "Store.exe": "Permission denied",
        "locked": "the folder cannot be listed: Permission denied",
    }


def test_a_disk_that_fails_while_a_file_is_read_is_a_value_with_a_reason(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)

    def fail(*_: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pread", fail)
    assert reasons(read(target)) == {"Store.exe": "Input/output error"}


def test_a_name_with_a_zero_byte_is_no_target() -> None:
    with pytest.raises(TargetError, match="embedded null"):
        read(Path("a\0b"))


# --follow-links


def test_links_are_followed_when_asked_and_shown_under_their_own_names(target: Path) -> None:
    (target / "away").symlink_to(target.parent / "outside")
    (target / "Store.exe").symlink_to(target.parent / "outside" / "deep" / "Store.exe")
    assert paths(read(target)) == []
    inventory = read(target, follow_links=True)
    # What Store.exe leads to is also in the folder that away leads to: there it has another role.
    assert paths(inventory) == ["away/deep/Store.exe", "away/Store.exe", "Store.exe"]
    assert (inventory.files_seen, inventory.unreadable) == (3, ())
    assert inventory.folders == ("", "away", "away/deep")


def test_rings_of_links_end_and_each_folder_is_listed_once(target: Path) -> None:
    (target / "sub").mkdir()
    (target / "sub" / "Store.exe").write_bytes(PROGRAM)
    for name, leads_to in {"self": ".", "sub/up": "..", "again": "sub", "a.exe": "sub/Store.exe"}.items():
        (target / name).symlink_to(leads_to)
    (target / "one").symlink_to("two")
    (target / "two").symlink_to("one")
    inventory = read(target, "store.exe", "a.exe", follow_links=True)
    assert paths(inventory) == ["a.exe", "sub/Store.exe"]
    assert (inventory.files_seen, inventory.folders) == (2, ("", "sub"))
    assert reasons(inventory) == {
        "one": os.strerror(errno.ELOOP),
        "two": os.strerror(errno.ELOOP),
        "self": "a link to the target itself",
        "sub/up": "a link to the target itself",
        "again": "a link to sub, which is in the target",
    }


def test_notes_and_reasons_quote_names_on_one_line(target: Path) -> None:
    odd = "a\n\x1b[31m" + "x" * 200
    folder = target / odd / odd / odd
    folder.mkdir(parents=True)
    for name in ("Store.exe", "STORE.EXE"):
        (folder / name).write_bytes(PROGRAM)
    (target / "b").symlink_to(folder)
    inventory = read(target, follow_links=True)
    told = [note for file in inventory.files for note in file.notes] + list(reasons(inventory).values())
    assert len(told) == 3
    assert all(r"a\n\x1b[31mxxx" in one and one.isprintable() and len(one) < 550 for one in told)


def test_a_link_to_a_folder_above_reads_that_folder_once(target: Path) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    (target / "up").symlink_to("..")
    assert paths(read(target, follow_links=True)) == ["Store.exe", "up/outside/deep/Store.exe", "up/outside/Store.exe"]


def test_two_links_to_one_folder_give_its_files_under_the_first_name(target: Path) -> None:
    for name in ("b", "a"):
        (target / name).symlink_to(target.parent / "outside")
    assert paths(read(target, follow_links=True)) == ["a/deep/Store.exe", "a/Store.exe"]


def test_two_names_of_one_file_that_are_no_links_are_two_files(target: Path) -> None:
    (target / "Store.exe").write_bytes(PROGRAM)
    (target / "other").mkdir()
    os.link(target / "Store.exe", target / "other" / "Store.exe")
    assert paths(read(target, follow_links=True)) == paths(read(target)) == ["other/Store.exe", "Store.exe"]


def test_a_followed_link_to_a_device_is_not_opened(target: Path) -> None:
    (target / "Store.exe").symlink_to("/dev/zero")
    os.mkfifo(target / "fifo")
    (target / "Mad.exe").symlink_to("fifo")
    (target / "gone").symlink_to("nowhere")
    inventory = read(target, "store.exe", "mad.exe", follow_links=True)
    assert reasons(inventory) == {
        "Store.exe": "a link to something that is not a regular file",
        "Mad.exe": "a link to something that is not a regular file",
        "gone": "a link: No such file or directory",
    }


def test_scan_inventory_and_verify_follow_links_when_asked(target: Path, run: Run) -> None:
    (target / "System32").symlink_to(target.parent / "outside" / "deep")
    (target.parent / "outside" / "deep" / "Mapi32.dll").write_bytes(PROGRAM)
    asked = ("scan", target, "--kb", "KB818861", "-f", "json", "--no-run-info", "-q")
    plain = run(*asked)
    assert plain.result["targets"][0]["unreadable"] == [
        {"path": "System32", "reason": "a link to a folder, not followed"}
    ]
    followed = run(*asked, "--follow-links", "-o", "m.manifest.json")
    (finding,) = followed.result["targets"][0]["findings"]
    assert (finding["verdict"], finding["files"][0]["copies"][0]["path"]) == ("installed", "System32/Mapi32.dll")
    assert run("verify", "m.manifest.json", "-q").code == 0
    run("inventory", target, "--follow-links", "-o", "i.json", "-q")
    saved = run("scan", "i.json", "--kb", "KB818861", "-f", "json", "-q")
    assert saved.result["targets"][0]["findings"][0]["verdict"] == "installed"
