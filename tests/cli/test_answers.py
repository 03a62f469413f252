"""explain, plan, identify, compare and --ask, as a person sees them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Run
from made_up import HEAD, hotfix
from pe_builder import build_pe


def words(text: str) -> str:
    return " ".join(text.split())


def test_explain_marks_each_row_and_names_rule_prerequisites_and_chain(samples: Path, run: Run) -> None:
    ran = run("explain", "KB901014", samples / "exchange-2003-sp1")
    assert ran.code == 0
    assert "- Mapi32.dll in bin and system32: 6.5.7233.46 or later, 635,904 bytes" in words(ran.out)
    assert "Program Files/Exchsrvr/Bin/Mapi32.dll: 6.5.7226.0, 65,536 bytes, older, sha256" in words(ran.out)
    assert "Rule: one required file, or one copy, has the fix and another does not." in ran.out
    assert "+ SP1: met, by markers" in ran.out
    assert "Chain, oldest first: [KB901014] -> SP2" in ran.out
    assert "Not examined: the registry" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_explain_answers_for_a_product_that_is_not_there(samples: Path, run: Run) -> None:
    ran = run("explain", "KB901014", samples / "exchange-5.5-sp4")
    assert "KB901014 not-applicable: Emsmta.exe there is exchange-5.5, not Exchange Server 2003" in words(ran.out)


@pytest.mark.parametrize(
    "asked", [("explain", "KB5066369", "{}"), ("plan", "{}"), ("identify", "ExSetup.exe=15.1.2507.39")]
)
def test_what_must_be_bought_is_said_wherever_it_is_advised(asked: tuple[str, ...], samples: Path, run: Run) -> None:
    ran = run(*(one.format(samples / "exchange-2016-cu23") for one in asked))
    assert "must be bought, with paid extended support; without that, the newest is KB5066369." in words(ran.out)


@pytest.mark.parametrize(
    ("build", "kb", "said"),
    [
        ("15.1.2507.6", "KB5029388", True),
        ("15.1.2507.31", "KB5029388", True),
        ("15.1.2507.32", "KB5029388", False),
        ("15.1.2507.6", "KB5030524", False),
    ],
    ids=["missing", "installed", "counter-case: superseded", "counter-case: its second version"],
)
def test_what_was_withdrawn_is_said_to_be(build: str, kb: str, said: bool, tmp_path: Path, run: Run) -> None:
    bin_folder = tmp_path / "server/Program Files/Microsoft/Exchange Server/V15/Bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "ExSetup.exe").write_bytes(build_pe(build))
    for command in (("explain", kb, "server"), ("scan", "server", "--kb", kb), ("scan", "server", "--kb", kb, "--all")):
        assert ("It was withdrawn." in words(run(*command, "-q").out)) is said


def test_counter_case_nothing_has_to_be_bought_for_exchange_2003(samples: Path, run: Run) -> None:
    assert "must be bought" not in run("explain", "KB901014", samples / "exchange-2003-sp1").out


def test_explain_with_the_target_first_says_what_comes_first(samples: Path, run: Run) -> None:
    ran = run("explain", samples / "copied-file", "KB818861", "-q")
    said = f"{samples / 'copied-file'} is a target, and the update comes first: explain KB TARGET"
    assert (ran.code, ran.err) == (2, f"hotfix-check: error: {said}\n")
    counter_case = run("explain", "KB818860", samples / "copied-file", "-q")
    assert "comes first" not in counter_case.err and "KB818860 is not in the catalogue" in counter_case.err


def test_explain_names_the_rule_of_a_half_installed_update(samples: Path, run: Run) -> None:
    ran = run("explain", "KB5066369", samples / "exchange-2016-cu23")
    assert "Rule: one file never proves an update: the other program files of the installation" in words(ran.out)


def test_explain_says_what_would_settle_an_open_question(samples: Path, run: Run) -> None:
    ran = run("explain", "KB884874", samples / "copied-file")
    assert "? Imcmsg.dll in bin and imc" in ran.out
    assert "To settle it, supply Imcmsg.dll, Msexcimc.exe, Store.exe (bin)." in ran.out


def test_explain_as_json_is_the_finding(samples: Path, run: Run) -> None:
    (finding,) = run("explain", "exchange-2003/SP2", samples / "exchange-2003-sp1", "-f", "json").result
    assert (finding["id"], finding["verdict"]) == ("exchange-2003/SP2", "missing")


def half_patched_sp3(folder: Path) -> Path:
    """An Exchange 5.5 SP3 server with an old Dramapi.dll and Mapi32.dll."""
    for path, version in {
        "Exchsrvr/Bin/Dsamain.exe": "5.5.2650.14",
        "Exchsrvr/Bin/Emsmta.exe": "5.5.2650.24",
        "Exchsrvr/Bin/Mad.exe": "5.5.2650.24",
        "Exchsrvr/Bin/Store.exe": "5.5.2650.23",
        "Exchsrvr/Bin/Dramapi.dll": "5.5.1960.3",
        "WINNT/System32/Mapi32.dll": "5.5.2650.12",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(build_pe(version))
    return folder


def steps(ran_result: dict[str, list[dict[str, str]]]) -> list[str]:
    return [step["id"].rpartition("/")[2] for step in ran_result["steps"]]


def test_a_plan_takes_the_service_pack_first(tmp_path: Path, run: Run) -> None:
    server = half_patched_sp3(tmp_path / "server")
    assert steps(run("plan", server, "-f", "json").result) == ["SP4", "KB304062", "KB894689"]
    ran = run("plan", server, "--to", "KB324528")
    assert "1. SP4 (KB274832): Exchange Server 5.5 Service Pack 4" in ran.out
    assert "2. KB324528: 5004 error messages are logged when you open MAPI programs" in ran.out
    assert "Needs SP4 (in place by then)." in ran.out
    assert "Restart the server." in ran.out


def test_a_plan_does_not_say_that_what_it_could_not_see_is_there(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "own.toml").write_text(
        HEAD
        + """server_files = ["marker.exe"]
levels = [{ name = "RTM", build = "9.9.100.0" }]
folders = [{ role = "bin", paths = ["a"], core = ["marker.exe", "b.dll"] }]
files = [{ name = "marker.exe", roles = ["bin"], marker = true, versions = { RTM = "9.9.100.0" } }]
"""
        + hotfix(
            100001,
            '{ name = "marker.exe", version = "9.9.100.5" }',
            title="Fix",
            more='importance = "required"\n',
            package='prerequisites = [["KB100002"]]\n',
        )
        + hotfix(100002, '{ name = "b.dll", version = "9.9.100.5" }', title="First")
    )
    (tmp_path / "a" / "marker.exe").write_bytes(build_pe("9.9.100.0"))
    ran = run("plan", ".", "--catalogue", "own.toml")
    assert "1. KB100001: Fix" in ran.out
    assert "Needs KB100002; whether that is there is not known." in ran.out
    assert "there by now" not in ran.out
    (step,) = run("plan", ".", "--catalogue", "own.toml", "-f", "json").result["steps"]
    assert (step["requires"], step["not_known"]) == ([], ["KB100002"])


def test_explain_says_when_a_declared_level_is_of_no_product_that_is_there(samples: Path, run: Run) -> None:
    ran = run("explain", "KB818861", samples / "exchange-5.5-sp4", "--assume", "exchange-2000=SP3")
    assert "--assume exchange-2000=SP3: that product was not recognised" in ran.err


def test_what_is_accepted_is_no_step_of_a_plan(tmp_path: Path, run: Run) -> None:
    server = half_patched_sp3(tmp_path / "server")
    waiver = '[[waiver]]\nid = "W1"\nkb = "KB894689"\nreason = "r"\napproved_by = "p"\nexpires = {}\n'
    (tmp_path / "w.toml").write_text(waiver.format("2026-12-31"))
    day = ("--as-of", "2026-11-21")
    assert steps(run("plan", server, *day, "-f", "json").result) == ["SP4", "KB304062", "KB894689"]
    ran = run("plan", server, *day, "--waivers", "w.toml", "-f", "json")
    assert (steps(ran.result), "waives nothing" in ran.err) == (["SP4", "KB304062"], False)
    (tmp_path / "w.toml").write_text(waiver.format("2026-11-20"))
    ran = run("plan", server, *day, "--waivers", "w.toml", "-f", "json")
    assert steps(ran.result) == ["SP4", "KB304062", "KB894689"]
    assert "warning: waiver W1 expired on 2026-11-20: its finding counts again" in ran.err


def test_a_plan_on_a_half_upgraded_server_begins_with_the_doubt(tmp_path: Path, run: Run) -> None:
    """2019 becomes the Subscription Edition in its own folder: here Setup replaced its marker and little else."""
    place = tmp_path / "server/Program Files/Microsoft/Exchange Server/V15/Bin"
    place.mkdir(parents=True)
    strings = {"CompanyName": "Microsoft Corporation", "ProductName": "Microsoft\xae Exchange"}
    (place / "ExSetup.exe").write_bytes(build_pe("15.2.2562.17", strings=strings))
    for number in range(20):
        (place / f"Microsoft.Exchange.Part{number:02}.dll").write_bytes(build_pe("15.2.1748.39", strings=strings))
    ran = run("plan", "server")
    assert words(ran.out).startswith(
        "Plan for server: 1 step. ! older-neighbour: 20 files beside the marker belong to another product of its "
        "folder, such as Microsoft.Exchange.Part19.dll 15.2.1748.39, and 1 to Exchange Server Subscription Edition; an "
        "upgrade in place that stopped half-way leaves this: run its Setup again, then install updates. 1. "
    )
    assert ran.out.endswith("Not planned: 1 update is undetermined; no file would settle it.\n")


def test_a_plan_with_what_is_optional(tmp_path: Path, run: Run) -> None:
    server = half_patched_sp3(tmp_path / "server")
    planned = steps(run("plan", server, "--include-optional", "-f", "json").result)
    assert planned[0] == "SP4"
    assert {"KB324528", "KB894689"} <= set(planned)


def test_a_plan_says_before_and_after(samples: Path, run: Run, tmp_path: Path) -> None:
    server = tmp_path / "server"
    shutil.copytree(samples / "exchange-2000-sp3", server)
    for path in server.rglob("Mapi32.dll"):
        path.write_bytes(build_pe("6.0.6249.0"))
    ran = run("plan", server, "--to", "KB817375")
    assert "Before installing, stop the third-party services that load Mapi32.dll" in words(ran.out)


def test_there_may_be_nothing_to_install(tmp_path: Path, run: Run) -> None:
    bin_folder = tmp_path / "Program Files/Microsoft/Exchange Server/V15/Bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "ExSetup.exe").write_bytes(build_pe("15.2.2562.57"))
    assert "nothing to install." in words(run("plan", tmp_path).out)


@pytest.mark.parametrize(
    ("build", "options", "code", "said"),
    [
        ("15.2.2562.60", [], 3, "none, because a build is newer than the catalogue, so what it lacks is unknown."),
        ("15.2.2562.57", ["--as-of", "2026-10-01"], 3, "none, because a build is newer than the catalogue"),
        ("15.2.2562.60", ["--to", "KB5066366"], 0, "nothing to install. KB5066366 is superseded"),
    ],
    ids=["today", "as of a day", "counter-case: a goal that it contains"],
)
def test_on_a_build_newer_than_the_catalogue_nothing_is_said_to_be_complete(
    build: str, options: list[str], code: int, said: str, tmp_path: Path, run: Run
) -> None:
    bin_folder = tmp_path / "Program Files/Microsoft/Exchange Server/V15/Bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "ExSetup.exe").write_bytes(build_pe(build))
    ran = run("plan", tmp_path, *options)
    assert ran.code == code
    assert said in words(ran.out)


@pytest.mark.parametrize(
    ("files", "options", "words_said"),
    [
        pytest.param({}, [], "nothing was recognised: 0 files seen (0 read)", id="an empty folder"),
        pytest.param(
            {"Mapi32.dll": "1.0.2536.0"},
            ["--to", "KB818861"],
            "nothing was recognised: 1 file seen (1 read), none of which belongs to a product of the catalogue; "
            "Mapi32.dll is version 1.0.2536.0 is of no product in the catalogue",
            id="somebody else's file",
        ),
        pytest.param(
            {"Exchsrvr/Bin/Emsmta.exe": "5.5.2656.22"},
            [],
            "of 757 updates could not be determined: 1 file seen (1 read). Supply ",
            id="one marker",
        ),
        pytest.param(
            {"Exchsrvr/Bin/Emsmta.exe": "5.5.2653.23"},
            ["--to", "KB884874"],
            "KB884874 could not be determined: 1 file seen (1 read). KB884874 is undetermined",
            id="a goal that nothing decides",
        ),
    ],
)
def test_where_not_enough_was_seen_there_is_no_plan(
    files: dict[str, str], options: list[str], words_said: str, tmp_path: Path, run: Run
) -> None:
    for path, version in files.items():
        place = tmp_path / "target" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(build_pe(version))
    (tmp_path / "target").mkdir(exist_ok=True)
    ran = run("plan", tmp_path / "target", *options)
    assert ran.code == 3
    assert words_said in words(ran.out)
    assert "nothing to install" not in words(ran.out)
    assert "supply " in words(ran.out).lower()
    assert run("plan", tmp_path / "target", *options, "-f", "json").result["no_plan"]["supply"]


def test_a_plan_to_a_product_that_is_not_there_cannot_be_asked(samples: Path, run: Run) -> None:
    ran = run("plan", samples / "exchange-5.5-sp4", "--to", "KB901014")
    assert ran.code == 2
    assert "its product was not recognised" in ran.err


def test_identify_names_product_line_contents_and_what_is_next(samples: Path, run: Run) -> None:
    ran = run("identify", samples / "exchange-5.5-sp4" / "WINNT" / "System32" / "Mapi32.dll")
    assert "Mapi32.dll: version 5.5.2653.12, i386" in ran.out
    assert "Exchange Server 5.5, built on the line of SP3; does not show the service level" in ran.out
    assert "Next missing: KB818861 (5.5.2657.50)" in ran.out
    assert "unknown-build: no level or update in the catalogue has Mapi32.dll 5.5.2653.12" in words(ran.out)
    fixed = run("identify", samples / "copied-file" / "Mapi32.dll")
    assert "Contains: KB818861 (5.5.2657.50), KB270133 (5.5.2653.6), " in words(fixed.out)
    assert " and 8 more Next missing: KB894689 (its part) (5.5.2658.34), " in words(fixed.out)


def test_identify_reads_a_folder_of_unknown_files_whatever_their_names(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "0001.bin").write_bytes(build_pe("5.5.2657.50", strings={"OriginalFilename": "MAPI32.DLL"}))
    (folder / "0002.bin").write_bytes(build_pe("99.0.0.1"))
    (folder / "notes.txt").write_text("nothing")
    ran = run("identify", folder, "-f", "json")
    known, unknown = ran.result["files"]
    assert known["contains"][-1]["id"] == "exchange-5.5/KB818861"
    assert known["anomalies"][0] == "renamed: its OriginalFilename is MAPI32.DLL, and it is judged as that"
    assert (unknown["products"], unknown["contains"]) == ([], [])


def test_identify_finds_a_checksum_that_is_not_the_contents(tmp_path: Path, run: Run) -> None:
    data = bytearray(build_pe("5.5.2657.50"))
    checksum_at = int.from_bytes(data[0x3C:0x40], "little") + 24 + 64
    data[checksum_at : checksum_at + 4] = (1).to_bytes(4, "little")
    (tmp_path / "Mapi32.dll").write_bytes(data)
    ran = run("identify", tmp_path / "Mapi32.dll", "-f", "json")
    assert any(
        text.startswith("checksum-wrong: the header says 0x00000001") for text in ran.result["files"][0]["anomalies"]
    )


def test_compare_shows_what_went_backwards_first(samples: Path, run: Run, tmp_path: Path) -> None:
    after = tmp_path / "after"
    shutil.copytree(samples / "exchange-5.5-sp4", after)
    (after / "Exchsrvr/Bin/Dramapi.dll").write_bytes(build_pe("5.5.1960.3"))
    (after / "WINNT/System32/Mapi32.dll").write_bytes(build_pe("5.5.2657.50"))
    (after / "Exchsrvr/Bin/Admin.exe").unlink()
    ran = run("compare", samples / "exchange-5.5-sp4", after, "-f", "json")
    assert [(one["path"], one["change"]) for one in ran.result["files"]] == [
        ("Exchsrvr/Bin/Dramapi.dll", "older"),
        ("Exchsrvr/Bin/Admin.exe", "gone"),
        ("WINNT/System32/Mapi32.dll", "newer"),
    ]
    verdicts = [(one["update"], one["before"], one["after"], one["worse"]) for one in ran.result["verdicts"]]
    assert verdicts[0] == ("exchange-5.5/KB324528", "installed", "missing", True)
    assert ("exchange-5.5/KB818861", "missing", "installed", False) in verdicts
    text = run("compare", samples / "exchange-5.5-sp4", after).out
    assert "! Exchsrvr/Bin/Dramapi.dll went backwards: 5.5.2656.48 -> 5.5.1960.3" in text


def test_compare_reads_saved_inventories_and_finds_nothing_when_nothing_changed(
    samples: Path, run: Run, tmp_path: Path
) -> None:
    saved = tmp_path / "before.json"
    run("inventory", samples / "exchange-5.5-sp4", "-o", saved)
    ran = run("compare", saved, samples / "exchange-5.5-sp4")
    assert "nothing changed." in words(ran.out)


BIN = "Program Files/Microsoft/Exchange Server/V15/Bin"


def mailbox_server(root: Path, *, marker: str = "15.1.2507.61", **builds: tuple[int, int, str]) -> Path:
    """A server, of 2016 at October 2025 by its marker; ``builds`` are (first, behind the last, build) of others."""
    made = {f"Part{number:03d}.dll": build for first, last, build in builds.values() for number in range(first, last)}
    for name, build in {"ExSetup.exe": marker, **made}.items():
        path = root / BIN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_pe(build, strings={"ProductName": "Microsoft Exchange"}))
    return root


@pytest.mark.parametrize("saved", [False, True], ids=["two folders", "an inventory and a folder"])
def test_compare_tells_every_program_file_folded_by_folder_and_build(saved: bool, run: Run, tmp_path: Path) -> None:
    before = mailbox_server(tmp_path / "a", new=(0, 60, "15.1.2507.61"), old=(60, 199, "15.1.2507.6"))
    after = mailbox_server(
        tmp_path / "b", new=(0, 10, "15.1.2507.61"), back=(10, 199, "15.1.2507.6"), one=(199, 200, "15.1.2507.58")
    )
    (after / BIN / "ExSetup.exe").write_bytes(build_pe("15.1.2507.58", strings={"ProductName": "Microsoft Exchange"}))
    if saved:
        run("inventory", before, "-o", "a.json")
    found = run("compare", "a.json" if saved else before, after, "-f", "json").result
    assert [one["path"] for one in found["files"] if one["catalogued"]] == [f"{BIN}/ExSetup.exe"]
    assert len(found["files"]) == 52
    text = words(run("compare", "a.json" if saved else before, after).out)
    first = f"! {BIN}/ExSetup.exe went backwards: 15.1.2507.61 -> 15.1.2507.58"
    folded = (
        f"! {BIN}: 50 files (Part010.dll, Part011.dll, Part012.dll and 47 more) went backwards: 15.1.2507.61 -> "
        "15.1.2507.6"
    )
    assert text.index(first) < text.index(folded) < text.index(f"{BIN}/Part199.dll is new: 15.1.2507.58")
    assert "52 files changed, 51 of them went backwards, are gone or unreadable;" in text


@pytest.mark.parametrize("saved", [False, True], ids=["two folders", "a result and a folder"])
def test_compare_tells_an_upgrade_to_another_product_and_calls_nothing_worse_for_it(
    saved: bool, run: Run, tmp_path: Path
) -> None:
    before = mailbox_server(tmp_path / "a", all=(0, 60, "15.2.1748.37"), marker="15.2.1748.37")
    after = mailbox_server(tmp_path / "b", all=(0, 60, "15.2.2562.17"), marker="15.2.2562.17")
    if saved:
        run("scan", before, "-o", "a.json")
    found = run("compare", "a.json" if saved else before, after, "-f", "json").result
    assert [(one["product"], one["before"], one["after"], one["worse"]) for one in found["products"]] == [
        ("exchange-2019", "CU15", None, False),
        ("exchange-se", None, "RTM", False),
    ]
    assert {one["worse"] for one in found["verdicts"]} == {False}
    text = words(run("compare", "a.json" if saved else before, after).out)
    assert "Exchange Server 2019: CU15 -> not there Exchange Server Subscription Edition: not there -> RTM" in text
    assert "changed, 0 for the worse." in text


def test_compare_calls_it_worse_that_a_product_is_gone_and_none_came(run: Run, tmp_path: Path) -> None:
    before = mailbox_server(tmp_path / "a", all=(0, 60, "15.2.1748.37"), marker="15.2.1748.37")
    (tmp_path / "b").mkdir()
    found = run("compare", before, tmp_path / "b", "-f", "json").result
    assert found["products"] == [
        {"product": "exchange-2019", "name": "Exchange Server 2019", "before": "CU15", "after": None, "worse": True}
    ]
    assert ("exchange-2019/CU15", True) in [(one["update"], one["worse"]) for one in found["verdicts"]]
    assert "! Exchange Server 2019: CU15 -> not there" in run("compare", before, tmp_path / "b").out


def test_compare_tells_a_level_that_came_and_no_product_that_a_narrowed_result_was_not_asked_about(
    samples: Path, run: Run, tmp_path: Path
) -> None:
    before = mailbox_server(tmp_path / "a", all=(0, 60, "15.2.1544.4"), marker="15.2.1544.4")
    after = mailbox_server(tmp_path / "b", all=(0, 60, "15.2.1748.37"), marker="15.2.1748.37")
    found = run("compare", before, after, "-f", "json").result
    assert [(one["before"], one["after"]) for one in found["products"]] == [("CU14", "CU15")]
    run("scan", samples / "exchange-5.5-sp4", "--product", "exchange-5.5", "-o", "a.json")
    assert run("compare", after, "a.json", "-f", "json").result["products"] == [
        {"product": "exchange-5.5", "name": "Exchange Server 5.5", "before": None, "after": "SP4", "worse": False}
    ]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        pytest.param("2026-11-20", ["exchange-2019"], id="the catalogue of the same day has the same updates"),
        pytest.param("2024-11-20", [], id="counter-case: that of an earlier day has not all of them"),
    ],
)
def test_results_tell_what_only_one_of_them_judged_where_both_knew_the_same_updates(
    day: str, told: list[str], run: Run, tmp_path: Path
) -> None:
    both = tmp_path / "both"
    mailbox_server(both / "C", all=(0, 60, "15.1.2507.61"))
    run("scan", both, "--as-of", day, "-o", "before.json")
    mailbox_server(both / "D", all=(0, 60, "15.2.1748.37"), marker="15.2.1748.37")
    run("scan", both, "--as-of", "2026-11-20", "-o", "after.json")
    found = run("compare", "before.json", "after.json", "-f", "json").result
    assert [one["product"] for one in found["products"]] == told
    came = {one["update"].partition("/")[0] for one in found["verdicts"] if one["before"] is None}
    assert came == set(told)


def test_plan_and_compare_are_written_in_every_format_of_a_page(samples: Path, run: Run, tmp_path: Path) -> None:
    names = [part for name in ("r.txt", "r.json", "r.md", "r.html") for part in ("-o", name)]
    server = samples / "exchange-2003-sp1"
    run("plan", server, *names)
    assert "1. SP2 (KB836993)" in (tmp_path / "r.txt").read_text()
    assert json.loads((tmp_path / "r.json").read_text())["steps"][0]["id"] == "exchange-2003/SP2"
    assert "It also settles KB901014." in (tmp_path / "r.md").read_text()
    page = (tmp_path / "r.html").read_text()
    assert "SP2 (KB836993)" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    run("compare", samples / "exchange-5.5-sp4", server, *names)
    assert json.loads((tmp_path / "r.json").read_text())["schema"] == "hotfix-check/comparison/1"
    for name in ("r.md", "r.html"):
        assert "Dramapi.dll" in (tmp_path / name).read_text().replace("\\", "")
    refused = run("plan", server, "-o", "r.csv")
    assert (refused.code, "--output: '.csv' is not one of .txt, .json, .md, .html" in refused.err) == (2, True)


def test_compare_mixes_folders_inventories_and_results(samples: Path, run: Run, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for server in (before, after):
        shutil.copytree(samples / "exchange-5.5-sp4", server)
    (after / "Exchsrvr/Bin/Dramapi.dll").write_bytes(build_pe("5.5.1960.3"))
    (after / "WINNT/System32/Mapi32.dll").write_bytes(build_pe("5.5.2657.50"))
    (after / "Exchsrvr/Bin/Mad.exe").write_bytes(b"MZ cut short")
    for server in (before, after):
        run("inventory", server, "-o", f"{server.name}.inventory.json")
        run("scan", server, "-o", f"{server.name}.json")
    answers = {}
    for pair in (
        ("before", "after"),
        ("before.inventory.json", "after.json"),
        ("before.json", "after"),
        ("before.json", "after.inventory.json"),
        ("before.json", "after.json"),
    ):
        answers[pair] = run("compare", *pair, "-f", "json").result
        assert {answers[pair].pop("before"), answers[pair].pop("after")} <= {*pair, str(before), str(after)}
        assert answers[pair].pop("evidence_only") is (pair != ("before", "after"))
    judged = answers["before", "after"]
    assert [(one["path"], one["change"], one["before"], one["after"]) for one in judged["files"]] == [
        ("Exchsrvr/Bin/Dramapi.dll", "older", "5.5.2656.48", "5.5.1960.3"),
        ("Exchsrvr/Bin/Mad.exe", "unreadable", "5.5.2653.23", None),
        ("WINNT/System32/Mapi32.dll", "newer", "5.5.2653.12", "5.5.2657.50"),
    ]
    verdicts = [(one["update"], one["before"], one["after"], one["worse"]) for one in judged["verdicts"]]
    assert ("exchange-5.5/KB324528", "installed", "missing", True) in verdicts
    assert ("exchange-5.5/KB818861", "missing", "installed", False) in verdicts
    assert {pair: answer for pair, answer in answers.items() if answer != judged} == {}
    text = words(run("compare", "before.json", "after.json").out)
    assert "! Exchsrvr/Bin/Mad.exe can no longer be read: 5.5.2653.23" in text
    assert "Compared are only files and updates that the saved result holds as evidence" in text


@pytest.mark.parametrize("turned", [False, True], ids=["a result and its folder", "a folder and its result"])
def test_a_narrow_result_is_compared_only_in_what_it_asked(
    turned: bool, samples: Path, run: Run, tmp_path: Path
) -> None:
    server, saved = samples / "exchange-5.5-sp4", tmp_path / "one-kb.json"
    run("scan", server, "--kb", "818861", "-o", saved)
    pair = (server, saved) if turned else (saved, server)
    found = run("compare", *pair, "-f", "json").result
    assert (found["files"], found["verdicts"], found["evidence_only"]) == ([], [], True)
    assert "nothing changed. Compared are only" in words(run("compare", *pair).out)


def test_a_file_that_a_result_looked_for_and_did_not_find_is_gone(tmp_path: Path, run: Run) -> None:
    server = half_patched_sp3(tmp_path / "server")
    run("scan", server, "--complete", "-o", "before.json")
    (server / "Exchsrvr/Bin/Dramapi.dll").unlink()
    run("scan", server, "--complete", "-o", "after.json")
    changes = [
        [(one["path"], one["change"]) for one in run("compare", *pair, "-f", "json").result["files"]]
        for pair in (("before.json", "after.json"), ("after.json", "before.json"))
    ]
    assert changes == [[("Exchsrvr/Bin/Dramapi.dll", "gone")], [("Exchsrvr/Bin/Dramapi.dll", "new")]]


def test_a_result_that_cannot_be_compared_is_one_line_and_2(samples: Path, run: Run, tmp_path: Path) -> None:
    server = samples / "exchange-2003-sp1"
    run("scan", server, samples / "copied-file", "-o", "two.json")
    run("scan", server, "-o", "one.json")
    document = json.loads((tmp_path / "one.json").read_text())
    row = next(row for finding in document["targets"][0]["findings"] for row in finding["files"] if row["copies"])
    row["copies"][0]["version"] = "6.5.x"
    (tmp_path / "odd.json").write_text(json.dumps(document))
    (tmp_path / "later.json").write_text(json.dumps({**document, "schema": "hotfix-check/result/2"}))
    for saved, said in (
        ("two.json", "two.json: a result of 2 targets: only a result of one target can be compared"),
        ("odd.json", "6.5.x"),
        ("later.json", "this release reads hotfix-check/result/1"),
    ):
        ran = run("compare", server, saved, "--quiet")
        assert (ran.code, ran.out, ran.err.count("\n"), said in ran.err) == (2, "", 1, True), saved


def test_ask_prints_the_smallest_set_of_files(samples: Path, run: Run) -> None:
    asked = ("--ask", "--kb", "KB324528", "--kb", "KB884874")
    ran = run("scan", samples / "copied-file", *asked)
    asked_for = [line.strip() for line in ran.out.splitlines() if ": for KB" in line]
    assert asked_for == [
        "Store.exe (bin): for KB324528, KB884874",
        "Dramapi.dll (bin): for KB324528",
        "Imcmsg.dll: for KB884874",
        "Msexcimc.exe: for KB884874",
    ]
    assert "no further file would settle" in words(run("scan", samples / "exchange-5.5-sp4", *asked).out)


def test_every_answer_can_be_json(samples: Path, run: Run) -> None:
    server = samples / "exchange-2003-sp1"
    for arguments in (
        ["explain", "KB885882", server],
        ["plan", server],
        ["identify", server],
        ["compare", server, server],
    ):
        assert json.loads(run(*arguments, "-f", "json").out)
        assert run(*arguments, "-f", "xml").code == 2


@pytest.mark.parametrize(
    ("version", "named"),
    [
        ("14.3.123.4", "KB2803727, KB2866475, KB2891587, KB2905616, KB2917508, KB2936871, KB2961522, KB2986475 and 24"),
        ("15.1.2507.9", "Oct26SU, KB5014261, KB5015322, KB5019077, KB5019758, KB5022143, KB5023038, KB5024296 and 15"),
    ],
    ids=["2010: rollups", "2016: security updates"],
)
def test_updates_that_only_the_marker_could_show_are_told_once_with_the_marker(
    version: str, named: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "ese.dll").write_bytes(build_pe(version, strings={"ProductName": "Microsoft® Exchange"}))
    ran = run("scan", tmp_path / "ese.dll", "--as-of", "2026-11-27")
    assert ran.code == 3
    text = words(ran.out)
    assert f"{named} more undetermined: ExSetup.exe was not supplied To settle them, supply ExSetup.exe (bin)." in text
    assert text.count("ExSetup.exe was not supplied") <= 2


def test_a_lone_file_that_contains_every_update_says_what_it_is_later_than(tmp_path: Path, run: Run) -> None:
    (tmp_path / "Dramapi.dll").write_bytes(build_pe("5.5.2657.3"))
    text = words(run("scan", tmp_path / "Dramapi.dll").out)
    assert "KB324528 superseded: Dramapi.dll is 5.5.2657.3, later than the table's 5.5.2656.48" in text


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (("exchange-2003/SP2",), ["exchange-2003/SP2"]),
        (("KB836993",), ["exchange-2003/SP2", "exchange-2003/SP1"]),
        (("exchange-2003/SP1", "KB836993"), ["exchange-2003/SP2", "exchange-2003/SP1"]),
        (("Exchange-2000/kb931832",), ["exchange-2000/KB931832"]),
        (("KB931832",), ["exchange-2003/KB931832", "exchange-2000/KB931832"]),
    ],
    ids=["an id", "counter-case: its number", "both", "an id whose number is another product's too", "that number"],
)
def test_an_id_asks_for_one_update_and_a_number_for_all_that_bear_it(
    asked: tuple[str, ...], ids: list[str], run: Run, samples: Path
) -> None:
    result = run("scan", samples / "exchange-2003-sp1", "--kb", ",".join(asked), "-q", "-f", "json").result
    assert [one["id"] for one in result["targets"][0]["findings"]] == ids


@pytest.mark.parametrize(
    ("build", "most"),
    [("15.2.2600.5", None), ("15.2.2562.60", "RTM")],
    ids=["of a level that the catalogue lacks", "counter-case: of a known level"],
)
def test_a_build_beyond_every_level_is_at_most_none_of_them(
    build: str, most: str | None, tmp_path: Path, run: Run
) -> None:
    place = tmp_path / "server/Exchange Server/V15/Bin"
    place.mkdir(parents=True)
    (place / "ExSetup.exe").write_bytes(build_pe(build, strings={"ProductName": "Microsoft Exchange"}))
    (target,) = run("scan", tmp_path / "server", "-q", "-f", "json").result["targets"]
    run("inventory", tmp_path / "server", "-o", tmp_path / "saved.json", "-q")
    (host,) = run("fleet", tmp_path / "saved.json", "-q", "-f", "json").result["hosts"]
    (file,) = run("identify", place / "ExSetup.exe", "-q", "-f", "json").result["files"]
    (scanned,), (identified,), (counted,) = target["products"], file["products"], host["products"]
    (one,) = target["installations"]
    assert [scanned["level_at_most"], one["level_at_most"], identified["level_at_most"]] == [most] * 3
    # Where a result has null the frozen schema of a fleet has the highest known level.
    assert (counted["at_most"], counted["words"]) == ("RTM", "at least RTM" if most is None else "RTM")
    page = run("scan", tmp_path / "server", "-q", "-f", "html").out
    assert f"(exchange-se): {'at least RTM' if most is None else 'RTM'}, by markers" in page
    assert ("Exchange Server Subscription Edition at least RTM" in one["posture"]) is (most is None)


@pytest.mark.parametrize("saved", [True, False], ids=["results", "folders"])
@pytest.mark.parametrize(
    ("beside", "worse"),
    [("HarddiskVolumeShadowCopy3", False), ("D", True)],
    ids=["a shadow copy", "counter-case: a second server"],
)
def test_a_shadow_copy_changes_no_verdict_of_a_comparison(
    beside: str, worse: bool, saved: bool, tmp_path: Path, run: Run
) -> None:
    live, old = "C/Exchange Server/V15/Bin", f"{beside}/Exchange Server/V15/Bin"
    sides = []
    for name, files in (("before", {live: "15.2.2562.57"}), ("after", {live: "15.2.2562.57", old: "15.2.2562.56"})):
        for place, build in files.items():
            (tmp_path / name / place).mkdir(parents=True)
            program = build_pe(build, strings={"ProductName": "Microsoft Exchange"})
            (tmp_path / name / place / "ExSetup.exe").write_bytes(program)
        if saved:
            run("scan", tmp_path / name, "-q", "-o", tmp_path / f"{name}.json")
        sides.append(tmp_path / (f"{name}.json" if saved else name))
    verdicts = run("compare", *sides, "-q", "-f", "json").result["verdicts"]
    changed = {one["update"]: (one["before"], one["after"]) for one in verdicts}
    assert changed.get("exchange-se/Nov26SU") == (("installed", "missing") if worse else None)
    assert bool(changed) is worse


@pytest.mark.parametrize("saved", [True, False], ids=["results", "folders"])
def test_what_one_server_of_several_loses_is_told_although_another_lacks_it_already(
    saved: bool, tmp_path: Path, run: Run
) -> None:
    patched, plain = "15.2.2562.57", "15.2.2562.56"
    sides = []
    for name, on_d in (("before", patched), ("after", plain)):
        for drive, build in (("C", plain), ("D", on_d)):
            place = tmp_path / name / drive / "Exchange Server/V15/Bin"
            place.mkdir(parents=True)
            (place / "ExSetup.exe").write_bytes(build_pe(build, strings={"ProductName": "Microsoft Exchange"}))
        if saved:
            run("scan", tmp_path / name, "-q", "-o", tmp_path / f"{name}.json")
        sides.append(tmp_path / (f"{name}.json" if saved else name))
    ran = run("compare", *sides, "-q", "-f", "json")
    lost = {"update": "exchange-se/Nov26SU", "installation": "D/Exchange Server/V15"}
    assert lost | {"before": "installed", "after": "missing", "worse": True} in ran.result["verdicts"]
    assert not [one for one in ran.result["verdicts"] if one["installation"] != "D/Exchange Server/V15"]
    said = run("compare", *sides, "-q").out
    assert "! exchange-se/Nov26SU in D/Exchange Server/V15: installed -> missing" in said
    only = run("compare", sides[0], sides[0], "-q", "-f", "json").result["verdicts"]
    assert only == []
