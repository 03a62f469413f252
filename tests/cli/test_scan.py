"""scan as a person uses it: what is printed, where, and with which exit code; bad input in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, refuse_to_open
from pe_builder import build_pe

from hotfix_check.cli import collecting

IN_OTHER_WORDS = pytest.mark.posix("the words are those of the system")


def server(folder: Path, **versions: str) -> Path:
    """A folder with one file for each name=version (underscores stand for dots)."""
    folder.mkdir(exist_ok=True)
    for name, version in versions.items():
        (folder / name.replace("_", ".")).write_bytes(
            build_pe(version, strings={"CompanyName": "Microsoft Corporation"})
        )
    return folder


def test_a_half_patched_server_fits_one_screen_with_what_is_half_installed_first(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "--no-run-info")
    lines = ran.out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines[1:])) <= 80
    shown = [line.split()[:2] for line in lines if line.startswith(("partial ", "missing ", "undetermined "))]
    assert shown[0] == ["partial", "KB326322"]
    assert any(line.startswith("KB326322 partial: Msexcimc.exe in imc is 5.5.2655.55") for line in lines)
    assert any(line.startswith("Exchange Server 5.5 SP4") for line in lines[:4])
    assert "  Out of support since 2005-12-31." in lines
    assert "not shown (--all shows them)" in " ".join(ran.out.split())
    assert ran.out.isascii()


def test_steps_by_hand_are_counted_one_and_many(samples: Path, run: Run) -> None:
    one, many = (
        " ".join(run("scan", samples / name).out.split()) for name in ("exchange-2003-sp1", "exchange-5.5-sp4")
    )
    assert "It also takes 1 step by hand ('hotfix-check plan' shows it)." in one
    assert "It also takes 3 steps by hand ('hotfix-check plan' shows them)." in many


def test_the_steps_of_a_ticket_are_numbered_where_nobody_renders_them_too(samples: Path, run: Run) -> None:
    steps = (
        run("scan", samples / "exchange-5.5-sp4", "-f", "md").out.partition("### Next steps\n\n")[2].splitlines()[:3]
    )
    assert [step.partition(" ")[0] for step in steps] == ["1.", "2.", "3."]


def test_a_reason_is_not_cut_for_the_sake_of_its_last_line(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-2016-cu23", "--cve", "CVE-2022-41082")
    assert "none of the 101 other program files beside ExSetup.exe is newer than 15.1.2507.6" in " ".join(
        ran.out.split()
    )


@pytest.mark.parametrize(
    ("name", "build", "day", "said"),
    [
        (
            "Mapi32.dll",
            "5.5.2657.50",
            "2006-02-01",
            "Nothing that counts is known to be missing, and yet a CVE is open",
        ),
        ("Mapi32.dll", "5.5.2657.50", "2004-01-01", "Nothing is missing"),
        ("Dramapi.dll", "5.5.1960.3", "2004-01-01", "Nothing needed is missing; what is missing is optional"),
    ],
    ids=["a CVE is open", "counter-case", "an optional hotfix"],
)
def test_a_page_begins_with_no_more_comfort_than_there_is(
    name: str, build: str, day: str, said: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(build_pe(build, strings={"CompanyName": "Microsoft Corporation"}))
    page = run("scan", tmp_path / name, "--as-of", day, "-f", "html").out
    assert f'outcome">{said}<' in page


def test_the_whole_table_says_of_each_finding_in_one_sentence_why(samples: Path, run: Run) -> None:
    lines = run("scan", samples / "exchange-5.5-sp4", "--all").out.splitlines()
    assert "KB286650 missing: Mad.exe is 5.5.2653.23, needs 5.5.2654.89 or later" in lines
    assert "  Next: install KB286650 if this server has the problem." in lines
    assert max(map(len, lines[1:])) <= 80


def test_stdout_has_the_report_alone(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "-f", "json", "-v")
    assert ran.result["schema"] == "hotfix-check/result/1"
    assert ran.err.startswith("hotfix-check ")
    assert "read Exchsrvr/Bin/Store.exe: 5.5.2653.23" in ran.err


def test_quiet_says_nothing_on_stderr(samples: Path, run: Run) -> None:
    assert run("scan", "-q", samples / "exchange-5.5-sp4").err == ""


def test_installed_hotfix_says_what_was_not_verified(tmp_path: Path, run: Run) -> None:
    ran = run("scan", server(tmp_path / "t", Mapi32_dll="6.5.7233.46") / "Mapi32.dll")
    assert "KB901014 installed: Mapi32.dll is 6.5.7233.46, as in the table" in ran.out
    assert "CleanUpMAPIHeap" in ran.out
    assert "(not verified)" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["scan", "no-such-folder"], "no-such-folder: No such file or directory", marks=IN_OTHER_WORDS),
        (["scan", ".", "--kb", "KB12"], "--kb: 'KB12' is not a KB number"),
        (["scan", ".", "--kb", "KB1234567"], "--kb: KB1234567 is not in the catalogue"),
        (["scan", ".", "--product", "exchange-9"], "--product: 'exchange-9' is not one of exchange-"),
        (["scan", ".", "--assume", "exchange-5.5=SP9"], "--assume: 'SP9' is not a level of exchange-5.5 (RTM, SP1"),
        (["scan", ".", "--assume", "SP4"], "--assume: 'SP4': PRODUCT=LEVEL expected, such as exchange-5.5=SP4"),
        (["scan", ".", "-f", "yaml"], "Invalid value for '-f' / '--format': 'yaml' is not one of 'table', 'json'"),
        (["scan", ""], "an argument is empty"),
        (["scan", ".", "--kb", ""], "an argument is empty"),
        (["scan", ".", "--kb="], "--kb: '' names nothing"),
        (["scan", ".", "--cve", "CVE-2022-41082", "--cve", ","], "--cve: ',' names nothing"),
        (["plan", ".", "--to="], "--to: '' names nothing"),
        (["scan", ".", "-o", "report.docx"], "--output: '.docx' is not one of"),
        (["scan", ".", "-o", "report"], ".csaf.json, .xlsx, .manifest.json"),
        (["plan", ".", "-o", "report"], "--output: 'report' is not one of .txt, .json, .md, .html"),
        (["scan", ".", "--fail-on", "late"], "--fail-on: 'late' is not one of missing"),
        (["scan", ".", "--catalogue", "nowhere"], "nowhere: no such catalogue file or folder"),
        (["catalogue", "show", "KB1234567"], "KB1234567 is not in the catalogue"),
        pytest.param(
            ["inventory", "no-such-folder"], "no-such-folder: No such file or directory", marks=IN_OTHER_WORDS
        ),
        (
            ["inventory", ".", "-o", "i.gz"],
            "--output: i.gz: a compressed inventory needs a name that ends with .json",
        ),
        (["explain", "MS99-999", "."], "'MS99-999' is not a KB number, nor an id or other name in the catalogue"),
        (["scan", ".", "--ask", "-f", "json"], "--ask: what to supply is text for people"),
        (["plan", ".", "--to", "KB818861", "--include-optional"], "--include-optional: --to names what the plan is"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_question_that_cannot_be_asked_is_one_line_and_2(arguments: list[str], said: str, run: Run) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    (line,) = [line for line in ran.err.splitlines() if "error" in line]
    assert said in line


def test_an_unknown_option_is_2(run: Run) -> None:
    assert run("scan", ".", "--frobnicate").code == 2


def test_an_empty_folder_is_3_and_says_that_nothing_was_recognised(tmp_path: Path, run: Run) -> None:
    ran = run("scan", server(tmp_path / "empty"))
    assert ran.code == 3
    assert "Nothing recognised" in ran.out


def test_the_end_of_support_is_told_and_counts_in_a_whole_scan_alone(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "-f", "json")
    (advisory,) = ran.result["targets"][0]["advisories"]
    assert (ran.code, ran.result["targets"][0]["outcome"]) == (1, "findings")
    assert (advisory["id"], advisory["kind"], advisory["counts"]) == ("exchange-5.5/support", "support", True)
    assert advisory["text"] == "support for Exchange Server 5.5 ended on 2005-12-31"
    before = run("scan", samples / "exchange-5.5-sp4", "--as-of", "2005-12-31", "-f", "json")
    assert before.result["targets"][0]["advisories"] == []
    asked = run("scan", samples / "exchange-5.5-sp4", "--kb", "KB324528", "-f", "json")
    assert (asked.code, asked.result["targets"][0]["advisories"]) == (0, [])


@pytest.mark.usefixtures("supported")
def test_a_text_file_called_mapi32_dll_is_listed_and_3(tmp_path: Path, run: Run) -> None:
    target = server(tmp_path / "t", Emsmta_exe="5.5.2654.50")
    (target / "Mapi32.dll").write_text("not a program")
    ran = run("scan", target)
    assert ran.code == 3
    assert "Mapi32.dll: not a Windows program" in ran.out
    asked = run("scan", target, "--kb", "KB818861")
    assert asked.code == 3
    assert "KB818861 undetermined: Mapi32.dll cannot be read" in asked.out


def test_a_truncated_program_is_undetermined_and_3(tmp_path: Path, run: Run) -> None:
    target = tmp_path / "Dramapi.dll"
    target.write_bytes(build_pe("5.5.2656.48")[:700])
    ran = run("scan", target, "-f", "json")
    (finding,) = ran.result["targets"][0]["findings"]
    assert (ran.code, finding["verdict"], finding["files"][0]["state"]) == (3, "undetermined", "unreadable")


def test_a_file_without_a_version_resource_is_undetermined_and_3(tmp_path: Path, run: Run) -> None:
    target = tmp_path / "Dramapi.dll"
    target.write_bytes(build_pe(None))
    ran = run("scan", target, "-f", "json")
    (finding,) = ran.result["targets"][0]["findings"]
    assert (ran.code, finding["verdict"]) == (3, "undetermined")
    assert finding["reasons"][0] == "Dramapi.dll cannot be read: no version resource"


def test_a_broken_catalogue_names_file_kb_row_and_field(tmp_path: Path, run: Run) -> None:
    text = (Path(__file__).parents[2] / "data" / "exchange-2003.toml").read_text()
    broken = tmp_path / "mine.toml"
    broken.write_text(text.replace("6.5.7233.46", "6.5.7233"))
    ran = run("scan", ".", "--catalogue", broken)
    assert ran.code == 2
    assert "mine.toml: KB901014, package 1, file 1 (Mapi32.dll): version: '6.5.7233' is not a file version" in ran.err


def test_a_broken_saved_inventory_names_the_field(tmp_path: Path, samples: Path, run: Run) -> None:
    saved = tmp_path / "server.json"
    run("inventory", samples / "exchange-5.5-sp4", "-o", saved)
    saved.write_text(saved.read_text().replace('"size":19216', '"size":"big"'))
    ran = run("scan", saved)
    assert ran.code == 2
    assert "(Exchsrvr/Bin/Dramapi.dll): size: a whole number expected, found 'big'" in ran.err


@pytest.mark.posix("the fault is put into os.open, and Windows opens no folder")
def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    target = server(tmp_path / "t", Emsmta_exe="5.5.2653.23")
    (target / "secret").mkdir()
    refuse_to_open(monkeypatch, "secret", PermissionError(13, "Permission denied"))
    ran = run("scan", target)
    assert "secret: the folder cannot be listed: Permission denied" in ran.out
    assert "Exchange Server 5.5 SP4" in ran.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--exit-zero"], 0),
        (["--kb", "KB901014"], 1),
        (["--product", "exchange-5.5"], 3),
    ],
    ids=[
        "a service pack is missing",
        "exit zero asked for",
        "the partial hotfix is required",
        "another product asked for",
    ],
)
def test_exit_codes_of_a_2003_server(options: list[str], code: int, samples: Path, run: Run) -> None:
    assert run("scan", samples / "exchange-2003-sp1", *options).code == code


def test_fail_on_counts_optional_updates_too(tmp_path: Path, run: Run) -> None:
    target = tmp_path / "Dramapi.dll"
    target.write_bytes(build_pe("5.5.1960.3"))
    assert run("scan", target).code == 0
    ran = run("scan", target, "--fail-on", "missing", "-f", "json")
    assert (ran.code, ran.result["targets"][0]["outcome"]) == (1, "findings")


def test_kb_narrows_the_question_and_requires_it(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "--kb", "q818861", "-f", "json")
    (finding,) = ran.result["targets"][0]["findings"]
    assert (finding["id"], finding["importance"], ran.code) == ("exchange-5.5/KB818861", "required", 1)
    assert ran.result["scope"]["kbs"] == [818861]


def test_a_declared_level_is_shown_as_declared(tmp_path: Path, run: Run) -> None:
    target = server(tmp_path / "t", Dramapi_dll="5.5.1960.3")
    ran = run("scan", target, "--assume", "exchange-5.5=SP4")
    assert "Exchange Server 5.5 SP4 (as declared, not verified)" in ran.out


def test_complete_makes_a_file_absent(tmp_path: Path, run: Run) -> None:
    target = server(tmp_path / "Exchsrvr", Admin_exe="5.5.2653.23")
    (target / "Bin").mkdir()
    (target / "Admin.exe").rename(target / "Bin" / "Admin.exe")
    states = []
    for options in ([], ["--complete"]):
        ran = run("scan", target, "-f", "json", "--kb", "324528", *options)
        (finding,) = ran.result["targets"][0]["findings"]
        states.append((finding["verdict"], finding["files"][0]["state"]))
    assert states == [("undetermined", "not-collected"), ("missing", "absent")]


def test_several_targets_are_reported_in_the_order_given(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "windows-stub", samples / "copied-file", "-f", "json")
    assert [Path(target["path"]).name for target in ran.result["targets"]] == ["windows-stub", "copied-file"]


def test_output_files_beside_the_table(samples: Path, run: Run, tmp_path: Path) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "-o", "r.json", "-o", "r.txt")
    assert json.loads((tmp_path / "r.json").read_text())["schema"] == "hotfix-check/result/1"
    assert "KB304062 missing" in (tmp_path / "r.txt").read_text()
    assert "KB884874" in ran.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "r.txt"]


def test_an_output_without_a_folder_is_2_before_anything_is_judged(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "-o", "no/such/folder/r.json")
    assert (ran.code, ran.out) == (2, "")
    assert "r.json: cannot be written: No such file or directory" in ran.err


def test_the_same_bytes_in_two_folders_without_run_info(samples: Path, run: Run, tmp_path: Path) -> None:
    import shutil

    outs = []
    for name in ("one", "two"):
        shutil.copytree(samples / "exchange-5.5-sp4", tmp_path / name / "server")
        outs.append(run("scan", "server", "-f", "json", "--no-run-info", cwd=tmp_path / name).out)
    assert outs[0] == outs[1]


@pytest.mark.parametrize("encoding", ["cp437", "ascii", "cp1252"])
def test_a_console_that_is_not_utf8_gets_escapes_not_a_traceback(encoding: str, tmp_path: Path, run: Run) -> None:
    target = server(tmp_path / "Sch\u00f6n-\u4e2d", Emsmta_exe="5.5.2654.50")
    ran = run("scan", target, encoding=encoding)
    assert ran.code == 1  # out of support
    assert "Exchange Server 5.5 SP4" in ran.out
    assert "Traceback" not in ran.err


def test_control_and_direction_characters_of_a_file_are_shown_not_sent(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    evil = "Evil\x1b[31m\u202e"
    (folder / "Mapi32.dll").write_bytes(build_pe("5.5.2657.50", strings={"CompanyName": evil}))
    ran = run("scan", folder)
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "\\x1b[31m" in ran.out


def test_cross_check_finds_no_disagreement_on_the_samples(samples: Path, run: Run) -> None:
    ran = run("scan", samples / "exchange-5.5-sp4", "--cross-check", "-f", "json", "--no-run-info")
    plain = run("scan", samples / "exchange-5.5-sp4", "-f", "json", "--no-run-info")
    assert ran.out == plain.out


def test_an_inventory_is_of_the_host_that_it_is_said_to_be_of(samples: Path, run: Run, tmp_path: Path) -> None:
    saved = tmp_path / "server.json"
    assert run("inventory", samples / "exchange-2000-sp3", "--host", "EX7", "--no-run-info", "-o", saved).code == 0
    assert json.loads(saved.read_text())["collected"]["host"] == "EX7"
    assert run("scan", saved, "-f", "json").result["targets"][0]["collected"]["host"] == "EX7"


@pytest.mark.parametrize(("on_windows", "host"), [(True, "WORKSTATION"), (False, None)], ids=["Windows", "no Windows"])
def test_without_a_name_it_is_of_this_machine_where_that_can_be_a_server(
    on_windows: bool, host: str | None, samples: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "ON_WINDOWS", on_windows)
    monkeypatch.setattr("platform.node", lambda: "WORKSTATION")
    for name in ("exchange-2000-sp3", "exchange-2003-sp1"):
        assert run("inventory", samples / name, "-o", tmp_path / f"{name}.json").code == 0
        assert json.loads((tmp_path / f"{name}.json").read_text())["collected"]["host"] == host
    hosts = run("fleet", tmp_path, "-f", "json").result["hosts"]
    assert len(hosts) == (1 if on_windows else 2)


@pytest.mark.parametrize("name", ["", "  ", "x" * 256], ids=["empty", "blank", "too long"])
def test_a_host_has_a_name_that_a_server_can_have(name: str, samples: Path, run: Run) -> None:
    ran = run("inventory", samples / "exchange-2000-sp3", f"--host={name}")
    assert (ran.code, ran.err) == (2, "hotfix-check: error: --host: a name of at most 255 characters expected\n")
