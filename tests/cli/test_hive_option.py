"""--hive, and what every format says of the registry."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import Run
from hive_builder import build_hive
from jsonschema import Draft202012Validator
from make_samples import HIVES

from hotfix_check.saved_result import packaged_schema

NAME, KEYS = HIVES["exchange-5.5-sp4"]
ONE = ("--kb", "KB324528")
LINE = "Registry: SP4, 3 hotfixes recorded"
GONE_BACK = r"recorded-but-older: the registry records it as installed (Microsoft\Updates\Exchange Server 5.5\Q818861)"


@pytest.fixture
def server(samples: Path) -> Path:
    """The 5.5 server of the samples."""
    return samples / "exchange-5.5-sp4"


def flat(text: str) -> str:
    """The text without its line ends."""
    return " ".join(text.split())


def test_scan_says_what_the_registry_records_and_what_has_gone_back(run: Run, server: Path, samples: Path) -> None:
    ran = run("scan", server, "--hive", samples / NAME, "--kb", "KB324528", "--kb", "KB818861")
    assert ran.code == 1
    assert LINE in flat(ran.out)
    assert GONE_BACK in flat(ran.out)
    assert ran.out.count("recorded-but-older") == 1


def test_the_result_holds_the_records_and_follows_its_schema(run: Run, server: Path, samples: Path) -> None:
    result = run("scan", server, "--hive", samples / NAME, *ONE, "--kb", "KB280411", "-f", "json").result
    Draft202012Validator(packaged_schema("result-1.json")).validate(result)
    (target,) = result["targets"]
    assert target["registry"]["setups"] == [
        {
            "key": r"Microsoft\Exchange\Setup",
            "values": {"ServicePackNumber": 4, "Services": r"C:\Exchsrvr", "Services Version": 55},
            "product": "exchange-5.5",
            "level": "SP4",
        }
    ]
    assert [one["kb"] for one in target["registry"]["updates"]] == [324528, 818861, 884874]
    recorded = {one["kb"]: one["recorded"] for one in target["findings"]}
    assert recorded[324528] == [r"Microsoft\Updates\Exchange Server 5.5\Q324528"]
    assert recorded[280411] == []


def test_a_recorded_level_is_told_with_the_option_that_judges_by_it(run: Run, samples: Path, tmp_path: Path) -> None:
    target = samples / "copied-file"
    beside = run("scan", target, "--hive", samples / NAME, "-o", "beside.json")
    (product,) = json.loads((tmp_path / "beside.json").read_text())["targets"][0]["products"]
    assert (product["level"], product["level_basis"], product["level_at_least"]) == ("SP4", "recorded", "SP4")
    alone = run("scan", target, *ONE, "-f", "json")
    (product,) = alone.result["targets"][0]["products"]
    assert (product["level"], product["level_basis"], product["level_at_least"]) == (None, "inferred", "SP4")
    said = "SP4 (as recorded in the registry, which no marker file shows; updates are judged by the files alone: "
    option = "--assume exchange-5.5=SP4"
    assert f"{said}to judge by it as well, scan with {option})" in flat(beside.out)
    declared = run("scan", target, "--hive", samples / NAME, *ONE, *option.split()).out
    assert "SP4 (as declared, not verified)" in flat(declared)


@pytest.mark.parametrize("target", ["copied-file", "exchange-2003-sp1"])
def test_the_exit_code_is_the_same_with_a_hive(run: Run, samples: Path, target: str) -> None:
    assert run("scan", samples / target, "--hive", samples / NAME).code == run("scan", samples / target).code


def test_without_a_hive_there_is_nothing_of_it(run: Run, server: Path) -> None:
    (target,) = run("scan", server, *ONE, "-f", "json").result["targets"]
    assert target["registry"] is None
    assert {tuple(one["recorded"] or ("none",)) for one in target["findings"]} == {("none",)}


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_every_format_has_the_line_also_from_a_saved_result(run: Run, server: Path, samples: Path, form: str) -> None:
    run("scan", server, "--hive", samples / NAME, *ONE, "-o", "result.json")
    said = flat(run("convert", "result.json", "-f", form).out).replace("</th><td>", ": ")
    assert LINE in said


def test_the_page_says_what_of_the_registry_was_not_looked_at(run: Run, server: Path, samples: Path) -> None:
    beside = run("scan", server, "--hive", samples / NAME, *ONE, "-f", "html").out
    assert "Not checked: the registry beyond the records shown, a pending restart" in beside
    assert "Not checked: the registry, a pending restart" in run("scan", server, *ONE, "-f", "html").out


def test_a_saved_inventory_judges_the_same(run: Run, server: Path, samples: Path) -> None:
    run("inventory", server, "--hive", samples / NAME, "-o", "server.json")
    asked = (*ONE, "--kb", "KB818861", "--kb", "KB280411", "-f", "json")
    (later,) = run("scan", "server.json", *asked).result["targets"]
    (now,) = run("scan", server, "--hive", samples / NAME, *asked).result["targets"]
    assert later["registry"] == now["registry"]
    assert later["findings"] == now["findings"]


@pytest.mark.parametrize(
    ("kb", "said"),
    [
        ("KB324528", r"Registry: recorded as installed, Microsoft\Updates\Exchange Server 5.5\Q324528."),
        ("KB280411", "Registry: no record of it."),
    ],
)
def test_explain_says_whether_it_is_recorded(run: Run, server: Path, samples: Path, kb: str, said: str) -> None:
    out = flat(run("explain", kb, server, "--hive", samples / NAME).out)
    assert said in out
    assert "Not examined: files waiting for a restart" in out


def found(run: Run, tmp_path: Path) -> Path:
    """A target in which a hive lies where Windows keeps it."""
    place = tmp_path / "disk" / "WINNT" / "System32" / "config"
    place.mkdir(parents=True)
    (place / "SOFTWARE").write_bytes(build_hive(KEYS))
    return tmp_path / "disk"


def test_a_manifest_lists_a_hive_that_was_found_and_verify_sees_a_change(run: Run, tmp_path: Path) -> None:
    disk = found(run, tmp_path)
    run("scan", disk, "-o", "evidence.manifest.json")
    assert '"WINNT/System32/config/SOFTWARE"' in (tmp_path / "evidence.manifest.json").read_text()
    assert run("verify", "evidence.manifest.json").code == 0
    (disk / "WINNT" / "System32" / "config" / "SOFTWARE").write_bytes(build_hive({**KEYS, "More": {}}))
    changed = run("verify", "evidence.manifest.json")
    assert (changed.code, "SOFTWARE" in changed.out) == (1, True)


def test_a_renamed_archive_with_a_hive_in_it_is_the_same_evidence(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "disk.zip", "w") as out:
        out.writestr("WINNT/System32/config/SOFTWARE", build_hive(KEYS))
    run("scan", "disk.zip", "-o", "evidence.manifest.json")
    (tmp_path / "disk.zip").rename(tmp_path / "other.zip")
    ran = run("verify", "evidence.manifest.json", "--root", "other.zip")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "Evidence: the same (1 file recorded)")


def test_a_dirty_hive_is_told(run: Run, server: Path, tmp_path: Path) -> None:
    (tmp_path / "hive").write_bytes(build_hive(KEYS, dirty=True))
    assert "! not completely written" in run("scan", server, "--hive", "hive", *ONE).out


REFUSED = {
    "two targets": (["scan", "{server}", "{server}", "--hive", "{hive}"], "--hive: a hive belongs to one target"),
    "a manifest": (
        ["scan", "{server}", "--hive", "{hive}", "-o", "x.manifest.json"],
        "--hive: a manifest lists what is in",
    ),
    "no such file": (["scan", "{server}", "--hive", "nowhere"], "nowhere: No such file or directory"),
    "a folder": (["scan", "{server}", "--hive", "{server}"], "{server}: not a regular file"),
    "a program": (
        ["scan", "{server}", "--hive", "{program}"],
        "{program}: not a registry hive: it does not begin with regf",
    ),
    "a program, collecting": (
        ["inventory", "{server}", "--hive", "{program}"],
        "not a registry hive: it does not begin with regf",
    ),
    "the hive as the output": (["inventory", "{server}", "--hive", "{hive}", "-o", "{hive}"], "{hive}"),
    "no such file, explaining": (
        ["explain", "KB818861", "{server}", "--hive", "nowhere"],
        "nowhere: No such file or directory",
    ),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(
    run: Run, server: Path, samples: Path, arguments: list[str], said: str
) -> None:
    names = {"server": server, "hive": samples / NAME, "program": server / "Exchsrvr" / "Bin" / "Mad.exe"}
    ran = run(*(one.format(**names) for one in arguments), *([] if arguments[0] == "explain" else ["-q"]))
    assert (ran.code, ran.out) == (2, "")
    error = ran.err.splitlines()[-1]
    assert error.startswith("hotfix-check: error: ")
    assert said.format(**names) in error


def test_a_saved_inventory_takes_no_other_hive(run: Run, server: Path, samples: Path) -> None:
    run("inventory", server, "-o", "server.json")
    ran = run("scan", "server.json", "--hive", samples / NAME, "-q")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "--hive: server.json is a saved inventory" in ran.err


def test_without_the_extra_asking_is_an_error_and_finding_an_entry(
    run: Run, server: Path, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "regipy.registry", None)
    asked = run("scan", server, "--hive", samples / NAME, "-q")
    assert (asked.code, asked.out, asked.err.count("\n")) == (2, "", 1)
    assert "in a checkout, pip install '.[registry]'" in asked.err
    out = flat(run("scan", found(run, tmp_path), "-q").out)
    assert "WINNT/System32/config/SOFTWARE: a registry hive is read with an extra: in a checkout, pip" in out


def test_a_listing_can_have_a_hive_beside_it(run: Run, samples: Path) -> None:
    (target,) = run("scan", samples / "listings" / "sigcheck.csv", "--hive", samples / NAME, *ONE, "-f", "json").result[
        "targets"
    ]
    assert (target["kind"], target["registry"]["hive"]) == ("listing", str(samples / NAME))


def test_an_archive_can_have_a_hive_beside_it(run: Run, samples: Path) -> None:
    ran = run("scan", samples / "exchange-2003-sp1.zip", "--hive", samples / NAME, "-f", "json")
    (target,) = ran.result["targets"]
    assert (target["kind"], target["registry"]["setups"][0]["product"]) == ("archive", "exchange-5.5")


def test_a_registry_export_is_named_as_a_hive_is(samples: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "setup.reg").write_text(
        "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Exchange\\Setup]\r\n"
        '"Services Version"=dword:00000037\r\n"ServicePackNumber"=dword:00000004\r\n\r\n'
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Updates\\Exchange Server 5.5\\SP5\\Q324528]\r\n"
    )
    (target,) = run("scan", samples / "copied-file", "--hive", "setup.reg", "-f", "json").result["targets"]
    assert [(one["product"], one["level"]) for one in target["registry"]["setups"]] == [("exchange-5.5", "SP4")]
    assert [one["kb"] for one in target["registry"]["updates"]] == [324528]
    (tmp_path / "notes.txt").write_text("Dear all")
    assert "not a registry hive" in run("scan", samples / "copied-file", "--hive", "notes.txt").err
