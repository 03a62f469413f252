"""A server's disk, copied or packed: two products on it, each by its own folders, and every kind of backup aside."""

from __future__ import annotations

import json
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hive_builder import build_hive
from make_samples import SAMPLES, pack
from pe_builder import build_pe

# Exchange 2003 as in its sample, and Exchange 2016 CU23 beside it.
INSTALLED = {
    **{file.path: file.version for file in SAMPLES["exchange-2003-sp1"]},
    "PROGRAM FILES/Microsoft/EXCHANGE SERVER/v15/BIN/exsetup.EXE": "15.1.2507.6",
}
# Folder, file, version: each older or newer than what runs, so that judging it would show.
ASIDE = [
    ("WINDOWS/$NtUninstallKB901014$", "mapi32.dll", "6.5.6944.0"),
    ("WINNT/$NtUninstallQ312345$", "Mapi32.dll", "6.5.6944.0"),
    ("WINDOWS/$NtServicePackUninstall$", "mapi32.dll", "6.5.6944.0"),
    ("WINDOWS/$hf_mig$/KB901014/SP2QFE", "mapi32.dll", "6.5.7650.28"),
    ("WINDOWS/$HF_MIG$/KB1/Sp1qfe", "Mapi32.dll", "6.5.7650.28"),
    ("WINDOWS/system32/DllCache", "mapi32.dll", "6.5.6944.0"),
    ("WINDOWS/ServicePackFiles/i386", "mapi32.dll", "6.5.6944.0"),
    ("WINDOWS/WinSxS/x86_mapi_1.0.0.0", "mapi32.dll", "6.5.6944.0"),
    ("WINDOWS/Installer/$PatchCache$/Managed/461C2B4266EDEF444B864AD6D9E5B613/15.1.2507", "ExSetup.exe", "15.1.2375.7"),
    ("WINDOWS/SoftwareDistribution/Download/0a1b", "ExSetup.exe", "15.1.2507.57"),
    ("Windows.old/WINDOWS/System32", "mapi32.dll", "6.5.6944.0"),
    ("Windows.old.000/WINDOWS/System32", "mapi32.dll", "6.5.6944.0"),
    ("WINDOWS.OLD/Program Files/Exchsrvr/Bin", "Store.exe", "6.5.6944.0"),
    ("$WINDOWS.~BT/Sources", "mapi32.dll", "6.5.6944.0"),
    ("$Windows.~WS/Sources", "mapi32.dll", "6.5.6944.0"),
    ("Program Files/Exchsrvr/Q818861", "Mapi32.dll", "6.5.6944.0"),
    ("Program Files/EXCHSRVR/kb901014/i386", "Mapi32.dll", "6.5.6944.0"),
    ("Updates/{0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0}", "Mapi32.dll", "6.5.7650.28"),
    ("$Recycle.Bin/S-1-5-21/$R1/Exchsrvr/Bin", "Store.exe", "6.5.6944.0"),
    ("RECYCLER/S-1-5-21/Dc1/Exchsrvr/bin", "Store.exe", "6.5.6944.0"),
    ("System Volume Information/_restore{1}/RP1", "mapi32.dll", "6.5.6944.0"),
    ("media/SETUP/I386/Exchange/Bin", "Store.exe", "6.5.6944.0"),
    ("media2016/Setup/ServerRoles/Common", "ExSetup.exe", "15.1.2375.7"),
    ("WINDOWS/Temp/ExchangeSetup", "ExSetup.exe", "15.1.2375.7"),
]
WRITTEN = 1_136_214_000  # 2006-01-02 15:00 UTC
# Folders that only look like it.
INSTALLED_TOO = [
    ("Program Files/Exchsrvr/Quarantine", "notes.txt"),
    ("Program Files/Microsoft/Exchange Server/V15/Setup/Data", "Schema.xml"),
    ("Program Files/Microsoft/Exchange Server/V15/Logging/Setup", "Setup.log"),
]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The disk with nothing aside is ``clean``, the whole one ``full``, and packed ``full.zip`` and ``full.tgz``."""
    top = tmp_path_factory.mktemp("disk")
    for name in ("clean", "full"):
        for path, version in INSTALLED.items():
            write(top / name / path, version)
        for folder, file in INSTALLED_TOO:
            (top / name / folder).mkdir(parents=True)
            (top / name / folder / file).write_text("text")
    for folder, file, version in ASIDE:
        write(top / "full" / folder / file, version)
    pack(top / "full", top / "full.zip")
    with tarfile.open(top / "full.tgz", "w:gz") as out:
        out.add(top / "full", "mnt/c")
    return top


def write(path: Path, version: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        build_pe(version, strings={"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft Exchange"})
    )
    os.utime(path, (WRITTEN, WRITTEN))  # findings tell it: two disks that are written as a second ends differ in it


def judged(run: Run, target: Path, *options: str | Path, prefix: str = "") -> Any:
    ran = run("scan", "-q", target, *options, "-f", "json", "--no-run-info")
    (found,) = json.loads(ran.out.replace(prefix, "") if prefix else ran.out)["targets"]
    return found


def test_two_products_on_one_disk_are_told_by_their_folders(disk: Path, run: Run) -> None:
    found = judged(run, disk / "full")
    assert {one["id"]: one["level"] for one in found["products"]} == {"exchange-2003": "SP1", "exchange-2016": "CU23"}
    assert {vote["path"] for one in found["products"] for vote in one["evidence"]} <= set(INSTALLED)
    assert found["files_seen"] == len(INSTALLED) + len(INSTALLED_TOO) + len(ASIDE)


def test_backups_are_listed_and_change_no_finding(disk: Path, run: Run) -> None:
    full, clean = judged(run, disk / "full"), judged(run, disk / "clean")
    assert set(full["backups"]) == {f"{folder}/{file}" for folder, file, _ in ASIDE}
    assert clean["backups"] == []
    assert full["findings"] == clean["findings"]
    assert full["products"] == clean["products"]
    assert full["advisories"] == clean["advisories"]
    assert full["ladders"] == clean["ladders"]


@pytest.mark.parametrize(
    ("name", "prefix"), [("full.zip", "full.zip!/"), ("full.tgz", "full.tgz!/mnt/c/")], ids=["zip", "tar.gz of a mount"]
)
def test_the_disk_in_an_archive_is_judged_as_the_disk(name: str, prefix: str, disk: Path, run: Run) -> None:
    packed, full = judged(run, disk / name, prefix=prefix), judged(run, disk / "full")
    for key in ("findings", "products", "backups", "advisories", "foreign", "unreadable", "summary", "ladders"):
        assert packed[key] == full[key], key
    assert packed["kind"] == "archive"


@pytest.mark.parametrize(("folder", "file", "version"), ASIDE, ids=[folder for folder, _, _ in ASIDE])
def test_a_backup_folder_that_is_itself_the_target_is_judged(
    folder: str, file: str, version: str, disk: Path, run: Run
) -> None:
    found = judged(run, disk / "full" / folder)
    assert found["backups"] == []
    assert found["files_read"] == 1
    client = folder.endswith("System32")  # a library alone in a system folder is a client's, not a server's
    if version.startswith("6.5.6944"):
        assert [one["id"] for one in found["products"]] == ([] if client else ["exchange-2003"])
        assert [one["path"] for one in found["foreign"]] == (["mapi32.dll"] if client else [])


# Exchange in a folder that setup was told (D:\Mail), of which the registry tells; ExSetup.exe alone was replaced.
OWN_FOLDER = {
    "Mail/Bin/ExSetup.exe": "15.2.2562.57",
    **{f"Mail/Bin/part{number}.dll": "15.2.2562.17" for number in range(20)},
    "Windows/System32/other.dll": "10.0.1.1",
    "Tools/other.dll": "15.2.2562.17",
}
SETUP = build_hive({r"Microsoft\ExchangeServer\v15\Setup": {"MsiInstallPath": r"D:\Mail" + "\\"}})


@pytest.mark.parametrize("recorded", [True, False], ids=["a hive tells of it", "no hive"])
@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
@pytest.mark.parametrize("collected", [True, False], ids=["saved inventory", "at once"])
def test_a_server_in_a_folder_of_its_own_name_is_judged_by_all_its_programs(
    recorded: bool, packed: bool, collected: bool, tmp_path: Path, run: Run
) -> None:
    target = tmp_path / "disk"
    for path, version in OWN_FOLDER.items():
        write(target / path, version)
    (target / "Windows/System32/config").mkdir()
    if recorded:
        (target / "Windows/System32/config/SOFTWARE").write_bytes(SETUP)
    if packed:
        pack(target, tmp_path / "disk.zip")
        target = tmp_path / "disk.zip"
    if collected:
        run("inventory", target, "-o", tmp_path / "saved.json", "-q")
        target = tmp_path / "saved.json"
    found = judged(run, target)
    (one,) = [one for one in found["findings"] if one["id"] == "exchange-se/Nov26SU"]
    assert one["verdict"] == "partial"
    assert one["reasons"][1] == "none of the 20 other program files beside ExSetup.exe is newer than 15.2.2562.17"
    assert one["installation"].removeprefix("disk.zip!/") == ("Mail" if recorded else "Mail/Bin")


@pytest.mark.parametrize("named", [True, False], ids=["--hive", "a hive in its place"])
@pytest.mark.parametrize("packed", [True, False], ids=["zip", "folder"])
@pytest.mark.parametrize(
    ("recorded", "products", "read"),
    [("D:\\Mail\\", ["exchange-se"], 20), ("D:\\Other\\", [], 0)],
    ids=["the registry names it", "counter-case: it names another folder"],
)
def test_a_server_that_only_the_registry_names_is_judged_by_all_its_programs(
    recorded: str, products: list[str], read: int, packed: bool, named: bool, tmp_path: Path, run: Run
) -> None:
    """Without ExSetup.exe a saved inventory showed the server, and the disk itself that there is none."""
    target = tmp_path / "disk"
    for path, version in OWN_FOLDER.items():
        if "ExSetup" not in path:
            write(target / path, version)
    (target / "Windows/System32/config").mkdir()
    hive = tmp_path / "hive" if named else target / "Windows/System32/config/SOFTWARE"
    hive.write_bytes(build_hive({r"Microsoft\ExchangeServer\v15\Setup": {"MsiInstallPath": recorded}}))
    option = ("--hive", hive) if named else ()
    if packed:
        pack(target, tmp_path / "disk.zip")
        target = tmp_path / "disk.zip"
    found = judged(run, target, *option)
    assert ([one["id"] for one in found["products"]], found["files_read"]) == (products, read)
    if products:
        run("inventory", target, "-o", tmp_path / "saved.json", "-q", *option)
        saved = judged(run, tmp_path / "saved.json")
        verdicts = [{one["id"]: one["verdict"] for one in each["findings"]} for each in (found, saved)]
        assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize(
    ("recorded", "folder", "told"),
    [
        ("D:\\Exch", "Program Files/Microsoft/Exchange Server/V15", True),
        (
            "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\",
            "C/Program Files/Microsoft/Exchange Server/V15",
            False,
        ),
        ("E:\\Apps\\Exchange Server\\V15", "evidence/Exchange Server/V15", False),
        ("D:\\Exch", "Exch", False),
        ("D:\\Exch", "evidence", False),
    ],
    ids=[
        "it names another",
        "counter-case: this",
        "counter-case: a usual one copied elsewhere",
        "counter-case: one of its own",
        "counter-case: files copied elsewhere",
    ],
)
def test_a_server_in_the_usual_folder_where_the_registry_names_another_is_told_so(
    recorded: str, folder: str, told: bool, tmp_path: Path, run: Run
) -> None:
    """The copy was judged as the server, and nothing was said of the folder that the server runs from."""
    write(tmp_path / "disk" / folder / "Bin/ExSetup.exe", "15.2.2562.57")
    hive = tmp_path / "hive"
    hive.write_bytes(build_hive({r"Microsoft\ExchangeServer\v15\Setup": {"MsiInstallPath": recorded}}))
    said = "registry-differs: the registry records its folder as D:\\Exch, and these files lie elsewhere"
    for target in (tmp_path / "disk", tmp_path / "disk" / folder):
        found = judged(run, target, "--hive", hive)
        assert [said in one.get("anomalies", ()) for one in found["products"]] == [told]


def test_programs_where_no_server_is_are_not_read(tmp_path: Path, run: Run) -> None:
    for path, version in OWN_FOLDER.items():
        if "ExSetup" not in path:
            write(tmp_path / "disk" / path, version)
    pack(tmp_path / "disk", tmp_path / "disk.zip")
    for target in ("disk", "disk.zip"):
        assert judged(run, tmp_path / target)["files_read"] == 0


# ExSetup.exe alone was replaced, and what lies beside it tells no build.
NO_BUILDS: dict[str, bytes | str] = {
    "an empty file": b"",
    "no program": b"lost clusters" * 99,
    "a link": "../other/part.dll",
    "a link to nothing": "nothing",
}


@pytest.mark.parametrize("beside", NO_BUILDS.values(), ids=NO_BUILDS)
@pytest.mark.parametrize("bin_folder", ["Mail/Bin", "Microsoft/Exchange Server/V15/Bin", "evidence"])
@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_a_program_without_a_build_beside_the_marker_is_told_however_it_was_collected(
    beside: bytes | str, bin_folder: str, form: str, tmp_path: Path, run: Run
) -> None:
    """A saved inventory left out what is no program, a scan a link, where the folder is not called as a server's."""
    target = tmp_path / "disk"
    write(target / bin_folder / "ExSetup.exe", "15.2.2562.57")
    if isinstance(beside, str):
        (target / bin_folder / "part.dll").symlink_to(beside)
    else:
        (target / bin_folder / "part.dll").write_bytes(beside)
    if form != "folder":
        packed = tmp_path / f"disk.{form}"
        if form == "tar":
            with tarfile.open(packed, "w") as archive:
                archive.add(target, "")
        else:
            pack_with_links(target, packed)
        target = packed
    run("inventory", target, "-o", tmp_path / "saved.json", "-q")
    for one in (target, tmp_path / "saved.json"):
        (found,) = [update for update in judged(run, one)["findings"] if update["id"] == "exchange-se/Nov26SU"]
        assert (found["verdict"], found["anomalies"]) == (
            "undetermined",
            ["half-installed: part.dll shows no build of the product"],
        )


def pack_with_links(folder: Path, archive: Path) -> None:
    """A ZIP archive in which links are links, as zip -y makes it."""
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                link = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                link.create_system, link.external_attr = 3, 0o120777 << 16
                packed.writestr(link, str(path.readlink()))
            elif path.is_file():
                packed.write(path, path.relative_to(folder))


@pytest.mark.parametrize("bin_folder", ["Mail/Bin", "Microsoft/Exchange Server/V15/Bin"])
@pytest.mark.parametrize(
    ("version", "verdict"), [("15.2.2562.17", "undetermined"), ("15.2.2562.57", "installed")], ids=["older", "as new"]
)
def test_a_program_that_a_link_leads_to_bears_witness_where_links_are_followed(
    version: str, verdict: str, bin_folder: str, tmp_path: Path, run: Run
) -> None:
    target = tmp_path / "disk"
    write(target / bin_folder / "ExSetup.exe", "15.2.2562.57")
    write(tmp_path / "elsewhere.dll", version)
    (target / bin_folder / "part.dll").symlink_to(tmp_path / "elsewhere.dll")
    run("inventory", target, "-o", tmp_path / "saved.json", "--follow-links", "-q")
    for arguments in ((target, "--follow-links"), (tmp_path / "saved.json",)):
        (found,) = json.loads(run("scan", *arguments, "-f", "json", "--exit-zero").out)["targets"]
        assert [one["verdict"] for one in found["findings"] if one["id"] == "exchange-se/Nov26SU"] == [verdict]


def test_counter_case_what_is_no_program_elsewhere_is_not_told(tmp_path: Path, run: Run) -> None:
    """Beside a Windows folder, of the programs of others nothing is said."""
    target = tmp_path / "disk"
    write(target / "Mail/Bin/ExSetup.exe", "15.2.2562.57")
    write(target / "Windows/System32/other.dll", "10.0.1.1")
    (target / "Tools").mkdir()
    (target / "Tools/part.dll").write_bytes(b"")
    (target / "Mail/Bin/part.dll").write_bytes(b"")
    run("inventory", target, "-o", tmp_path / "saved.json", "-q")
    for one in (target, tmp_path / "saved.json"):
        assert [file["path"] for file in judged(run, one)["unreadable"]] == ["Mail/Bin/part.dll"]
