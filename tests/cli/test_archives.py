"""An archive as a target answers every question as the folder that was packed in it does."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import py7zr
import pytest
from archive_builders import BUILDERS, Builder, files_of, needs_libarchive, seven_zip, tar
from conftest import ROOT, Run
from jsonschema import Draft202012Validator
from make_samples import pack
from pe_builder import build_pe

SMALL = ("--catalogue", ROOT / "samples" / "example" / "catalogue")
RESULT = Draft202012Validator(json.loads((ROOT / "hotfix_check" / "schemas" / "result-1.json").read_text()))
KINDS = [
    pytest.param(name, builder, id=label, marks=needs_libarchive if name.endswith(".cab") else ())
    for label, (name, builder) in BUILDERS.items()
]


@pytest.fixture
def server(samples: Path, tmp_path: Path) -> Path:
    """The 5.5 sample, in the folder that the commands run in."""
    shutil.copytree(samples / "exchange-5.5-sp4", tmp_path / "server")
    return tmp_path / "server"


def answer(run: Run, target: str) -> Any:
    """What is said of a target, without where it lies and without file times, which not every archive tells."""
    ran = run("scan", "-q", *SMALL, target, "-f", "json", "--no-run-info")
    RESULT.validate(ran.result)
    (found,) = ran.result["targets"]
    text = json.dumps({key: value for key, value in found.items() if key not in ("path", "kind", "files_seen")})
    text = re.sub(r'"modified": ("[^"]*"|null)', '"modified": 0', text)
    return json.loads(re.sub(rf"{re.escape(target)}!/(?:from the server/inner[^!]*!/)?", "", text)), found, ran.code


@pytest.mark.parametrize(("name", "builder"), KINDS)
def test_an_archive_gives_the_findings_of_its_folder(
    name: str, builder: Builder, server: Path, run: Run, tmp_path: Path
) -> None:
    builder(server, tmp_path / name)
    folder, _, code = answer(run, "server")
    archive, found, same_code = answer(run, name)
    assert archive == folder
    assert same_code == code
    assert found["kind"] == "archive"
    assert found["path"] == name
    assert found["unreadable"] == []
    (copy,) = next(one for one in found["findings"] if one["kb"] == 324528)["files"][0]["copies"]
    assert copy["path"].startswith(f"{name}!/")
    assert copy["path"].endswith("Exchsrvr/Bin/Dramapi.dll")


@pytest.mark.parametrize("kind", ["zip with UTC times", "tar.gz", "solid 7z"])
def test_file_times_in_utc_are_those_of_the_folder(kind: str, server: Path, run: Run, tmp_path: Path) -> None:
    name, builder = BUILDERS[kind]
    builder(server, tmp_path / name)
    run("inventory", "-q", "server", "-o", "folder.json")
    run("inventory", "-q", name, "-o", "archive.json")
    folder, archive = (json.loads((tmp_path / one).read_text())["files"] for one in ("folder.json", "archive.json"))
    assert [{**one, "path": one["path"].removeprefix(f"{name}!/")} for one in archive] == folder
    assert folder[1]["modified"] == "2002-06-20T19:40:00Z"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ("explain", "-q", *SMALL, "KB884874", "x.zip"),
            "x.zip!/Exchsrvr/Connect/Msexcimc/Bin/Imcmsg.dll: 5.5.2658.28",
        ),
        (("plan", "-q", *SMALL, "x.zip", "--to", "KB818861"), "1. KB818861"),
        (("identify", "-q", *SMALL, "x.zip"), "x.zip!/Exchsrvr/Bin/Admin.exe"),
        (("compare", "-q", *SMALL, "server", "x.zip"), "nothing changed"),
        (("compare", "-q", *SMALL, "x.zip", "x.tar"), "nothing changed"),
        (("compare", "-q", *SMALL, "result.json", "x.tar"), "nothing changed"),
        (("compare", "-q", *SMALL, "x.json", "folder.json"), "nothing changed"),
        (("scan", "-q", *SMALL, "x.json"), "Exchange Server 5.5 SP4, build 5.5.2653.23"),
        (("verify", "-q", "x.manifest.json"), "Result: the same, byte for byte"),
        (("scan", "-q", *SMALL, "-v", "x.zip"), "Target: x.zip (archive; 13 files seen, 13 read)"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_every_command_takes_an_archive(
    command: tuple[Any, ...], said: str, server: Path, run: Run, tmp_path: Path
) -> None:
    pack(server, tmp_path / "x.zip")
    tar("")(server, tmp_path / "x.tar")
    run("scan", "-q", *SMALL, "x.zip", "-o", "x.manifest.json", "-o", "result.json")
    run("inventory", "-q", "x.zip", "-o", "x.json")
    run("inventory", "-q", "server", "-o", "folder.json")
    ran = run(*command)
    assert said in re.sub(r"\n +", " ", ran.out)
    assert ran.code == 0


def test_a_manifest_holds_the_archive_itself_and_verify_tells_a_repacked_one(
    server: Path, run: Run, tmp_path: Path
) -> None:
    pack(server, tmp_path / "x.zip")
    run("scan", "-q", *SMALL, "x.zip", "-o", "x.manifest.json")
    (tmp_path / "x.zip").rename(tmp_path / "renamed.zip")
    assert run("verify", "-q", "x.manifest.json", "--root", "renamed.zip").code == 0
    (tmp_path / "renamed.zip").unlink()
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_STORED) as out:
        for path in sorted(path for path in server.rglob("*") if path.is_file()):
            out.write(path, path.relative_to(server))
    ran = run("verify", "-q", "x.manifest.json")
    assert ran.code == 1
    assert "x.zip: the archive is a different file" in ran.out
    assert "Evidence: DIFFERENT (12 files recorded)" in ran.out
    assert "changed, SHA-256" not in ran.out


def test_a_changed_file_in_an_archive_is_told_by_its_path(server: Path, run: Run, tmp_path: Path) -> None:
    pack(server, tmp_path / "x.zip")
    run("scan", "-q", *SMALL, "x.zip", "-o", "x.manifest.json")
    (server / "Exchsrvr/Bin/Store.exe").write_bytes(b"MZ")
    pack(server, tmp_path / "x.zip")
    assert "x.zip: Exchsrvr/Bin/Store.exe: changed, SHA-256" in run("verify", "-q", "x.manifest.json").out


def test_an_archive_that_breaks_off_is_incomplete_and_proves_no_file_absent(
    server: Path, run: Run, tmp_path: Path
) -> None:
    tar("")(server, tmp_path / "x.tar")
    whole = (tmp_path / "x.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: len(whole) // 2])
    ran = run("scan", "-q", *SMALL, "cut.tar", "--complete", "-f", "json")
    (target,) = ran.result["targets"]
    assert target["unreadable"] == [{"path": "cut.tar", "reason": "damaged: unexpected end of data"}]
    assert target["files_read"] > 0
    assert target["outcome"] in ("incomplete", "findings")
    assert "absent" not in {file["state"] for one in target["findings"] for file in one["files"]}
    assert ran.code in (1, 3)


def test_a_cut_archive_that_shows_nothing_missing_is_not_clean(samples: Path, run: Run, tmp_path: Path) -> None:
    packed = (samples / "exchange-2003-sp1.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(packed[: len(packed) - 10])
    ran = run("scan", "-q", "x.zip")
    assert ran.code == 3
    assert "Not readable:\n  x.zip: damaged: File is not a zip file" in ran.out


def test_an_encrypted_archive_is_one_line(server: Path, run: Run, tmp_path: Path) -> None:
    with py7zr.SevenZipFile(tmp_path / "x.7z", "w", password="secret") as out:
        out.writeall(server, "")
    with py7zr.SevenZipFile(tmp_path / "y.7z", "w", password="secret", header_encryption=True) as out:
        out.writeall(server, "")
    for name, reason in (
        ("x.7z", "13 files cannot be read without its password"),
        ("y.7z", "even its file names need the password"),
    ):
        ran = run("scan", "-q", *SMALL, name, "-f", "json")
        assert ran.code == 3
        (target,) = ran.result["targets"]
        assert target["unreadable"] == [{"path": name, "reason": f"encrypted: {reason}"}]


def test_a_missing_extra_is_named_with_the_command(
    server: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seven_zip(server, tmp_path / "x.7z")
    monkeypatch.setitem(sys.modules, "py7zr", None)
    monkeypatch.delitem(sys.modules, "hotfix_check.inventory.archives.seven_zip_members", raising=False)
    ran = run("scan", "-q", *SMALL, "x.7z")
    assert ran.code == 2
    assert ran.err == (
        "hotfix-check: error: x.7z: reading a 7z archive needs py7zr: in a checkout, pip install '.[archives]'\n"
    )


def test_archives_in_a_scanned_folder_are_not_opened(server: Path, run: Run, tmp_path: Path) -> None:
    pack(server, server / "old.zip")
    _, found, _ = answer(run, "server")
    assert found["files_seen"] == 14
    assert "old.zip" not in json.dumps(found["findings"])


@pytest.mark.parametrize(
    ("name", "command"),
    [
        pytest.param("x.cab", ("gcab", "-cz", "../x.cab"), marks=needs_libarchive),
        ("x.iso", ("genisoimage", "-quiet", "-J", "-R", "-o", "../x.iso", ".")),
        ("x.iso", ("genisoimage", "-quiet", "-udf", "-o", "../x.iso", ".")),
        ("x.iso", ("xorriso", "-as", "mkisofs", "-quiet", "-o", "../x.iso", ".")),
    ],
    ids=["gcab", "genisoimage with Joliet and Rock Ridge", "genisoimage with UDF", "xorriso"],
)
def test_what_other_tools_pack_gives_the_findings_of_its_folder(
    name: str, command: tuple[str, ...], server: Path, run: Run, tmp_path: Path
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    listed = [path.relative_to(server).as_posix() for path in files_of(server)] if command[0] == "gcab" else []
    subprocess.run([*command, *listed], cwd=server, check=True, capture_output=True)
    folder, _, _ = answer(run, "server")
    archive, found, _ = answer(run, name)
    assert archive == folder
    assert found["kind"] == "archive"


@pytest.mark.parametrize("form", ["table", "json", "csv", "md", "html"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_damaged_file_and_a_sound_one_of_its_name_are_told_in_every_format(
    form: str, server: Path, run: Run, tmp_path: Path
) -> None:
    sound = build_pe("5.5.2657.50")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:
        for path in files_of(server):
            if path.name != "Mapi32.dll":
                out.write(path, path.relative_to(server))
        out.writestr("WINNT/System32/Mapi32.dll", sound[:300])
        out.writestr("WINNT/System32/Mapi32.dll", sound)
    done = run("scan", "x.zip", "--kb", "KB818861", "-q", "-f", form)
    assert done.code == 3
    assert "the archive has several files of this name, and they differ" in " ".join(done.out.split())
    assert "undetermined" in done.out.lower()


def test_an_archive_under_the_checksum_of_another_is_not_clean(server: Path, run: Run, tmp_path: Path) -> None:
    place = next(server.rglob("Mapi32.dll"))
    tar("")(server, tmp_path / "old.tar")
    place.write_bytes(build_pe("5.5.2657.50"))
    tar("gz")(server, tmp_path / "new.tar.gz")
    assert run("scan", "new.tar.gz", "--kb", "KB818861", "-q").code == 0
    data = (tmp_path / "new.tar.gz").read_bytes()
    (tmp_path / "x.tar.gz").write_bytes(
        data[:-8] + struct.pack("<I", zlib.crc32((tmp_path / "old.tar").read_bytes())) + data[-4:]
    )
    done = run("scan", "x.tar.gz", "--kb", "KB818861", "-q")
    assert done.code == 3
    assert "x.tar.gz: damaged: CRC check failed" in done.out
    (tmp_path / "x.tar.gz").write_bytes(data[:-8])
    assert run("scan", "x.tar.gz", "--kb", "KB818861", "-q").code == 3
