"""The chain of custody: a manifest lists every evidence file, and verify says what is no longer as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli.processes import finish
from conftest import ROOT, Run
from pe_builder import build_pe

from hotfix_check import policy
from hotfix_check.catalogue import Catalogue
from hotfix_check.judging import judge
from hotfix_check.manifest import EvidenceFile, EvidenceTarget, differences, other_times, same_bytes

FILES = 12  # that the small catalogue names, of the 13 of the sample
SMALL = ("--catalogue", ROOT / "samples" / "example" / "catalogue")
MANIFEST = "evidence.manifest.json"
BIN = "Exchsrvr/Bin"


@pytest.fixture
def server(samples: Path, tmp_path: Path) -> Path:
    """A copy of the 5.5 sample, file times and all, in the folder that the commands run in."""
    shutil.copytree(samples / "exchange-5.5-sp4", tmp_path / "server")
    return tmp_path / "server"


def recorded(tmp_path: Path) -> Any:
    return json.loads((tmp_path / MANIFEST).read_text())


def test_the_manifest_lists_every_evidence_file_with_its_digest(server: Path, run: Run, tmp_path: Path) -> None:
    (server / "notes.txt").write_text("no evidence")
    (server / BIN / "Mdbmsg.dll").write_bytes(b"MZ cut short")
    ran = run("scan", *SMALL, "server", "-o", MANIFEST, "-o", "r.json", "--no-run-info")
    assert "KB818861 missing" in ran.out
    manifest = recorded(tmp_path)
    (target,) = manifest["targets"]
    listed = {file["path"]: file["sha256"] for file in target["files"]}
    on_disk = {path.relative_to(server).as_posix(): path for path in server.rglob("*") if path.is_file()}
    assert {path: hashlib.sha256(on_disk[path].read_bytes()).hexdigest() for path in listed} == listed
    assert set(on_disk) - set(listed) <= {"notes.txt", f"{BIN}/Mdbmsg.dll"}
    assert manifest["catalogue"]["sha256"] == json.loads((tmp_path / "r.json").read_text())["catalogue"]["sha256"]
    assert manifest["tool"].startswith("hotfix-check ")
    assert manifest["result_sha256"] == hashlib.sha256((tmp_path / "r.json").read_bytes()).hexdigest()


def test_verify_says_that_all_is_the_same(server: Path, run: Run) -> None:
    run("scan", *SMALL, "server", "-o", MANIFEST)
    ran = run("verify", MANIFEST)
    assert ran.code == 0
    first, second = ran.out.splitlines()
    assert first == f"Evidence: the same ({FILES} files recorded)"
    assert second.startswith("Result: the same, byte for byte (SHA-256 ")


@pytest.mark.parametrize("moved", ["archive/server", "archive/case-17"], ids=["below the root", "the root itself"])
def test_verify_finds_the_evidence_where_it_was_moved(moved: str, server: Path, run: Run, tmp_path: Path) -> None:
    run("scan", *SMALL, "server", "-o", MANIFEST)
    (tmp_path / "archive").mkdir()
    server.rename(tmp_path / moved)
    root = "archive" if moved.endswith("server") else moved
    assert run("verify", MANIFEST).code == 2
    assert run("verify", MANIFEST, "--root", root).code == 0


def test_a_bin_folder_keeps_its_role_when_it_is_moved(server: Path, run: Run, tmp_path: Path) -> None:
    run("scan", *SMALL, f"server/{BIN}", "-o", MANIFEST)
    shutil.copytree(server / BIN, tmp_path / "usb")
    shutil.rmtree(server)
    assert run("verify", MANIFEST, "--root", "usb").code == 0


def _replace(server: Path) -> None:
    (server / BIN / "Store.exe").write_bytes(build_pe("5.5.2653.24"))


def _add(server: Path) -> None:
    shutil.copy2(server / BIN / "Mad.exe", server / BIN / "Mdbmsg.dll")
    shutil.copy2(server / BIN / "Mad.exe", server / "Store.exe")


@pytest.mark.parametrize(
    ("change", "said", "result"),
    [
        (_replace, "server: Exchsrvr/Bin/Store.exe: changed, SHA-256 ", "DIFFERENT"),
        (lambda server: (server / BIN / "Store.exe").unlink(), "server: Exchsrvr/Bin/Store.exe: gone", "DIFFERENT"),
        (_add, "server: Store.exe: not in the manifest", "DIFFERENT"),
    ],
    ids=["replaced", "removed", "added"],
)
def test_verify_names_what_differs(
    change: Callable[[Path], object], said: str, result: str, server: Path, run: Run
) -> None:
    run("scan", *SMALL, "server", "-o", MANIFEST)
    change(server)
    ran = run("verify", MANIFEST)
    assert ran.code == 1
    assert ran.out.startswith(f"Evidence: DIFFERENT ({FILES} files recorded)\n")
    assert said in ran.out
    assert f"Result: {result}" in ran.out


@pytest.mark.parametrize(
    ("time", "stamp"),
    [(0, "1970-01-01T00:00:00Z"), (1024602000, "2002-06-20T19:40:00Z")],
    ids=["another file time", "a file time that an anomaly is told about, as a time zone makes it"],
)
def test_the_same_bytes_with_another_file_time_are_the_same_evidence(
    time: int, stamp: str, server: Path, run: Run
) -> None:
    os.utime(server / BIN / "Dramapi.dll", (1024602000 + 3600, 1024602000 + 3600))
    run("scan", *SMALL, "server", "-o", MANIFEST)
    os.utime(server / BIN / "Dramapi.dll", (time, time))
    ran = run("verify", MANIFEST)
    evidence, note, result = ran.out.splitlines()
    assert evidence == f"Evidence: the same ({FILES} files recorded)"
    assert note == (
        f"Note: server: {BIN}/Dramapi.dll: same bytes, file time 2002-06-20T20:40:00Z recorded, {stamp} now"
    )
    assert result.startswith("Result: the same, byte for byte (SHA-256 ")
    assert ran.code == 0


def test_a_plain_copy_of_the_evidence_gives_the_same_result(server: Path, run: Run, tmp_path: Path) -> None:
    run("scan", *SMALL, "server", "-o", MANIFEST)
    shutil.copytree(server, tmp_path / "archive" / "server", copy_function=shutil.copyfile)
    shutil.rmtree(server)
    ran = run("verify", MANIFEST, "--root", "archive")
    assert (ran.code, ran.out.count("Note: server: "), "DIFFERENT" in ran.out) == (0, FILES, False)


def test_of_a_file_without_a_digest_the_file_time_is_all_there_is() -> None:
    def target(day: int) -> EvidenceTarget:
        moment = datetime(2004, 1, day, tzinfo=UTC)
        file = EvidenceFile(path="Store.exe", size=7, modified=moment, sha256=None)
        return EvidenceTarget(path="server", kind="folder", root=(), sha256=None, files=(file,))

    assert differences(target(1), target(2)) == [
        "Store.exe: file time 2004-01-01T00:00:00Z recorded, 2004-01-02T00:00:00Z now"
    ]
    assert (other_times(target(1), target(2)), same_bytes(target(1), target(2))) == ([], {})


def test_policy_and_catalogue_are_found_beside_the_manifest_from_another_folder(
    server: Path, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "b.toml").write_text('[[product]]\nid = "exchange-5.5"\nlevel = "SP4"\nrequired = ["KB818861"]\n')
    (tmp_path / "w.toml").write_text(
        '[[waiver]]\nid = "W-1"\nkb = "KB818861"\nreason = "r"\napproved_by = "a"\nexpires = 2100-01-31\n'
    )
    (tmp_path / "mine.toml").write_text((SMALL[1] / "exchange-5.5.toml").read_text())
    options = ("--catalogue", "mine.toml", "--baseline", "b.toml", "--waivers", "w.toml")
    run("scan", "server", *options, "-o", MANIFEST)
    (tmp_path / "elsewhere").mkdir()
    ran = run("verify", f"../{MANIFEST}", "--root", "..", cwd=tmp_path / "elsewhere")
    assert (ran.code, "Result: the same, byte for byte" in ran.out, ran.err.count("warning")) == (0, True, 0)
    (tmp_path / "b.toml").unlink()
    ran = run("verify", f"../{MANIFEST}", "--root", "..", cwd=tmp_path / "elsewhere")
    assert (ran.code, "b.toml: cannot be read" in ran.err) == (2, True)


def test_verify_asks_the_same_question_again(server: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[[product]]\nid = "exchange-5.5"\nlevel = "SP4"\nrequired = ["KB818861"]\n')
    (tmp_path / "w.toml").write_text(
        '[[waiver]]\nid = "W-1"\nkb = "KB818861"\nreason = "r"\napproved_by = "a"\nexpires = 2004-01-31\n'
    )
    options = ("--baseline", "b.toml", "--waivers", "w.toml", "--as-of", "2004-01-01", "--complete")
    run("scan", *SMALL, "server", *options, "--product", "exchange-5.5", "--fail-on", "missing,partial", "-o", MANIFEST)
    assert recorded(tmp_path)["arguments"] == {
        "catalogues": [str(SMALL[1])],
        "products": ["exchange-5.5"],
        "kbs": [],
        "cves": [],
        "assume": [],
        "baseline": "b.toml",
        "waivers": "w.toml",
        "fail_on": "missing,partial",
        "as_of": "2004-01-01",
        "complete": True,
        "cross_check": False,
        "follow_links": False,
        "day": "2004-01-01",
    }
    assert run("verify", MANIFEST).code == 0
    (tmp_path / "w.toml").write_text((tmp_path / "w.toml").read_text().replace('"r"', '"another reason"'))
    ran = run("verify", MANIFEST)
    assert (ran.code, "Waivers SHA-256: " in ran.out, "Evidence: the same" in ran.out) == (1, True, True)


def test_a_waiver_is_held_against_the_day_of_the_scan(server: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(
        '[[waiver]]\nid = "W-1"\nkb = "KB818861"\nreason = "r"\napproved_by = "a"\nexpires = 2100-01-31\n'
    )
    run("scan", *SMALL, "server", "--kb", "818861", "--waivers", "w.toml", "-o", MANIFEST)
    manifest = recorded(tmp_path)
    assert run("verify", MANIFEST).code == 0
    manifest["arguments"]["day"] = "2100-02-01"
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    ran = run("verify", MANIFEST)
    assert (ran.code, "Evidence: the same" in ran.out, "Result: DIFFERENT" in ran.out) == (1, True, True)


def test_another_catalogue_is_named(server: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text((SMALL[1] / "exchange-5.5.toml").read_text())
    run("scan", "server", "--catalogue", "mine.toml", "-o", MANIFEST)
    assert run("verify", MANIFEST).code == 0
    text = (tmp_path / "mine.toml").read_text()
    was = next(line for line in text.splitlines() if line.startswith("version = ")).removeprefix("version = ")
    (tmp_path / "mine.toml").write_text(text.replace(f"version = {was}", "version = 2026-11-22", 1))
    ran = run("verify", MANIFEST)
    assert ran.code == 1
    assert f"Catalogue: {was}, SHA-256 " in ran.out
    assert " recorded, 2026-11-22, SHA-256 " in ran.out


def test_a_saved_inventory_is_evidence_too(server: Path, run: Run, tmp_path: Path) -> None:
    run("inventory", "server", "-o", "server.json")
    run("scan", *SMALL, "server.json", "-o", MANIFEST)
    (target,) = recorded(tmp_path)["targets"]
    assert (target["path"], target["kind"], len(target["files"])) == ("server.json", "inventory", FILES)
    assert target["sha256"] == hashlib.sha256((tmp_path / "server.json").read_bytes()).hexdigest()
    assert run("verify", MANIFEST).code == 0
    (tmp_path / "server.json").write_text((tmp_path / "server.json").read_text() + " ")
    ran = run("verify", MANIFEST)
    assert (ran.code, "server.json: the saved inventory is a different file" in ran.out) == (1, True)


def test_a_lone_file_is_verified(samples: Path, run: Run, tmp_path: Path) -> None:
    shutil.copy2(samples / "copied-file" / "Mapi32.dll", tmp_path / "Mapi32.dll")
    run("scan", *SMALL, "Mapi32.dll", "-o", MANIFEST)
    assert run("verify", MANIFEST).out.startswith("Evidence: the same (1 file recorded)")


def test_a_file_that_could_not_be_judged_is_in_the_manifest_with_its_bytes(
    server: Path, run: Run, tmp_path: Path
) -> None:
    cut = server / BIN / "Store.exe"
    cut.write_bytes(cut.read_bytes()[:300])
    run("scan", *SMALL, "server", "-o", MANIFEST)
    files = {file["path"]: file["sha256"] for file in recorded(tmp_path)["targets"][0]["files"]}
    assert files[f"{BIN}/Store.exe"] == hashlib.sha256(cut.read_bytes()).hexdigest()
    cut.write_bytes(cut.read_bytes()[:299] + b"!")
    assert run("verify", MANIFEST).code == 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the file system takes no such name")
def test_the_digest_of_a_file_that_could_not_be_judged_is_of_what_the_scan_read(run: Run, tmp_path: Path) -> None:
    """A name of odd bytes is shown as another can be spelt, here as that of a link out of the target."""
    inside, outside = tmp_path / "server" / os.fsdecode(b"\xff"), tmp_path / "outside"
    for folder, content in ((inside, b"MZ cut short"), (outside, b"somebody else's")):
        folder.mkdir(parents=True)
        (folder / "Store.exe").write_bytes(content)
    (tmp_path / "server" / "\\xff").symlink_to(outside)
    run("scan", *SMALL, "server", "-o", MANIFEST)
    files = {file["path"]: file["sha256"] for file in recorded(tmp_path)["targets"][0]["files"]}
    assert files == {"\\xff/Store.exe": hashlib.sha256(b"MZ cut short").hexdigest()}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(schema="hotfix-check/manifest/9"), "this release reads hotfix-check/manifest/1"),
        (lambda one: one["targets"][0].update(kind="disk"), "target 1: kind: 'disk' is not one of"),
        (lambda one: one["targets"][0]["files"][2].update(size="big"), "Dsamain.exe): size: a whole number expected"),
        (lambda one: one["arguments"].update(when="now"), "arguments: when: unknown field"),
        (lambda one: one["arguments"].update(day="soon"), "arguments: day: "),
        (lambda one: one.pop("result_sha256"), "result_sha256: missing"),
    ],
    ids=["a later schema", "an unknown kind", "a size that is text", "an unknown argument", "no day", "no digest"],
)
def test_a_broken_manifest_is_one_line_and_2(
    change: Callable[[Any], object], said: str, server: Path, run: Run, tmp_path: Path
) -> None:
    run("scan", *SMALL, "server", "-o", MANIFEST)
    manifest = recorded(tmp_path)
    change(manifest)
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    ran = run("verify", MANIFEST)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


def test_a_manifest_needs_the_digests(server: Path, run: Run) -> None:
    ran = run("scan", *SMALL, "server", "--no-hash", "-o", MANIFEST)
    assert (ran.code, ran.out) == (2, "")
    assert "--no-hash: a manifest lists the SHA-256 of every evidence file" in ran.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("field", ["waivers", "baseline"])
@pytest.mark.parametrize("place", ["pipe", "/dev/zero"])
def test_a_manifest_that_names_a_pipe_or_a_device_is_refused_at_once(
    field: str, place: str, server: Path, run: Run, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    run("scan", *SMALL, "server", "-o", MANIFEST)
    manifest = recorded(tmp_path)
    manifest["arguments"][field] = place
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    ran = finish("verify", MANIFEST, "-q", cwd=tmp_path)
    what = {"waivers": "a waiver file", "baseline": "a baseline"}[field]
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"hotfix-check: error: {place}: a pipe or device, not {what}\n"


def test_the_digest_of_a_baseline_is_of_the_bytes_that_were_judged_with(
    server: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[[product]]\nid = "exchange-5.5"\nlevel = "SP4"\nrequired = ["KB818861"]\n'
    digest = hashlib.sha256(text.encode()).hexdigest()
    (tmp_path / "b.toml").write_text(text)
    real = policy.load_baseline

    def changed_when_read(path: Path, catalogue: Catalogue) -> policy.Baseline:
        read = real(path, catalogue)
        path.write_text("# changed\n")
        return read

    monkeypatch.setattr(judge, "load_baseline", changed_when_read)
    run("scan", *SMALL, "server", "--baseline", "b.toml", "-o", MANIFEST, "-o", "r.json")
    assert recorded(tmp_path)["policy"]["baseline"] == digest
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["baseline"] == {"file": "b.toml", "sha256": digest}
    (tmp_path / "b.toml").write_text(text)
    ran = run("verify", MANIFEST)
    assert (ran.code, "Baseline SHA-256" in ran.out) == (0, False)
    ran = run("verify", MANIFEST)
    assert (ran.code, f"Baseline SHA-256: {digest} recorded" in ran.out) == (1, True)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are any bytes on Linux alone")
def test_a_target_whose_name_is_not_utf8_is_found_again_and_one_that_is_called_so_goes_first(
    server: Path, tmp_path: Path, run: Run
) -> None:
    named = server.rename(tmp_path / os.fsdecode(b"n\xff\xe9"))
    assert run("scan", named.name, *SMALL, "-o", MANIFEST).code == 0
    assert recorded(tmp_path)["targets"][0]["path"] == "n\\xff\\xe9"
    assert run("verify", MANIFEST).code == 0
    (tmp_path / "n\\xff\\xe9").mkdir()
    assert run("verify", MANIFEST).code == 1
