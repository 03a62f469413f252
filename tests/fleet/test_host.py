"""One host to one row: what decides, what a row keeps, and that alike hosts may share an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from assess.random_servers import fixes, load, servers
from conftest import Run
from fleet.hosts import APRIL_2022, MAY_2022, NEWEST, QUESTION, installation, inventory, row
from hypothesis import given
from hypothesis import strategies as st
from pe_builder import build_pe
from targets import ASSESSOR, SP4_BIN, WORKED, folder, installed, lone

from hotfix_check.assess import Assessor, Question
from hotfix_check.catalogue import Catalogue
from hotfix_check.errors import SavedInputError
from hotfix_check.fleet.host import DECIDING, FleetJudge, deciding_facts, deciding_files, judge_host
from hotfix_check.fleet.row import HostProduct, HostRow, name_of_source, read_row
from hotfix_check.inventory.files import (
    VERSION_FROM_TEXT,
    ClaimedUpdate,
    InstalledFile,
    Inventory,
    ReportedBuild,
    UnreadableFile,
)
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.policy import Waiver, Waivers
from hotfix_check.version import FileVersion

pytestmark = pytest.mark.usefixtures("supported")

NOISE = st.lists(
    st.builds(
        "/".join,
        st.tuples(
            st.sampled_from(["Exchsrvr/Bin", "Exchsrvr", "Windows", "elsewhere/Exchsrvr/Bin", "WinSxS"]),
            st.sampled_from(["other.dll", "alpha.dll", "notes.exe", "marker.exe"]),
        ),
    ),
    max_size=3,
    unique=True,
)


def told_otherwise(file: InstalledFile) -> InstalledFile:
    """The same file as far as it decides a row: its size, times, hash and other names are others."""
    return replace(
        file,
        size=None if file.size is None else file.size + 1,
        modified=datetime(2001, 2, 3, 4, 5, tzinfo=UTC),
        original_filename="x",
        internal_name="y",
        description="z",
        linked=4_000_000_000,
        sha256="0" * 64,
    )


def alike(inventory: Inventory, catalogue: Catalogue, question: Question) -> None:
    """The evidence alone gives the row that the whole inventory gives, whatever else is told of its files."""
    names = Assessor(catalogue).all_names
    bare = replace(
        inventory,
        files=tuple(map(told_otherwise, deciding_files(inventory, names))),
        unreadable=tuple(replace(one, reason="another", size=7) for one in inventory.unreadable),
        files_seen=0,
        files_read=0,
    )
    assert deciding_facts(bare, names) == deciding_facts(inventory, names)
    asked = replace(QUESTION, catalogue=catalogue, question=question)
    assert FleetJudge(asked).row(bare) == FleetJudge(asked).row(inventory)


@given(fixes(), servers(), NOISE, st.booleans(), st.booleans())
def test_files_that_the_catalogue_does_not_name_decide_nothing(
    made: Any, server: Inventory, noise: list[str], complete: bool, listed: bool
) -> None:
    files = {file.path: file for file in (*server.files, *(installed(path, "9.9.200.5") for path in noise))}
    noisy = folder(*files.values(), also=server.folders)
    if not listed:
        noisy = replace(noisy, folders=server.folders)
    alike(noisy, load(made), Question(complete=complete))


@pytest.mark.parametrize(
    "inventory",
    [
        folder(*SP4_BIN, installed("Exchsrvr/Bin/unknown.dll", "5.5.1.1"), UnreadableFile(path="a/b", reason="x")),
        folder(*SP4_BIN, UnreadableFile(path="Exchsrvr/Connect", reason="denied", is_folder=True)),
        folder(*SP4_BIN, installed("WINNT/System32/Mapi32.dll", "1.0.2536.0")),
        lone(installed("unknown.dll", "5.5.2653.1")),
        lone(installed("Mapi32.dll", "5.5.2653.12")),
        folder(),
    ],
    ids=["a server", "a folder not looked into", "a stub", "a lone file unknown", "a lone file", "nothing"],
)
@pytest.mark.parametrize("complete", [False, True])
def test_evidence_of_servers_of_the_real_catalogue(inventory: Inventory, complete: bool) -> None:
    alike(inventory, WORKED, Question(complete=complete))


def test_hosts_that_are_alike_are_assessed_once_and_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = Assessor.judge_in_brief

    def assess_once(self: Assessor, inventory: Inventory, question: Question, **how: Any) -> Any:
        asked.append(inventory)
        return real(self, inventory, question, **how)

    monkeypatch.setattr(Assessor, "judge_in_brief", assess_once)
    judge = FleetJudge(QUESTION)
    versions = {"EX1": NEWEST, "EX2": NEWEST, "EX3": MAY_2022, "EX4": NEWEST}
    rows = [judge_host(inventory(host, version), f"{host}.json", judge)[0] for host, version in versions.items()]
    assert [one.host for one in rows] == list(versions)
    assert len(asked) == 2
    assert rows[0].findings == rows[1].findings == rows[3].findings != rows[2].findings


(STORE,) = (one for one in SP4_BIN if one.path.endswith("Store.exe"))
OTHERS = tuple(one for one in SP4_BIN if one is not STORE)
ONE = folder(*SP4_BIN)


def test_every_field_of_a_file_decides_a_row_or_is_known_not_to() -> None:
    told = ["size", "modified", "linked", "sha256", "original_filename", "internal_name", "description"]
    assert sorted([*DECIDING, *told]) == sorted(field.name for field in fields(InstalledFile))


def test_every_field_of_an_inventory_decides_a_row_or_is_known_not_to() -> None:
    """The host's name, what was counted and what the catalogue itself says of backup folders decide none."""
    told = ["target", "collected", "files_seen", "files_read", "backups"]
    decide = ["kind", "root", "folders", "files", "unreadable", "lone_file", "registry", "reported", "claimed"]
    assert sorted([*decide, *told]) == sorted(field.name for field in fields(Inventory))
    assert len(decide) == len(deciding_facts(ONE, frozenset()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, version=FileVersion(5, 5, 2653, 24)),
        lambda one: replace(one, version_string="5.5.2653.12"),
        lambda one: replace(one, product_name="Microsoft Outlook"),
        lambda one: replace(one, company_name="Contoso"),
        lambda one: replace(one, languages=(1031,)),
        lambda one: replace(one, machine="alpha"),
        lambda one: replace(one, stub=True),
        lambda one: replace(one, notes=(VERSION_FROM_TEXT,)),
        lambda one: replace(one, path="Exchsrvr/Connect/Store.exe"),
        lambda one: UnreadableFile(path=one.path, reason="damaged"),
    ],
    ids=["build", "text", "product", "company", "language", "platform", "stub", "note", "folder", "damage"],
)
def test_hosts_that_differ_in_one_fact_are_judged_each_for_itself(
    change: Callable[[InstalledFile], InstalledFile | UnreadableFile],
) -> None:
    other = folder(change(STORE), *OTHERS)
    names = ASSESSOR.all_names
    assert deciding_facts(other, names) != deciding_facts(ONE, names)
    judge = FleetJudge(QUESTION)
    judge.row(ONE)
    assert judge.row(other) == FleetJudge(QUESTION).row(other)
    assert judge.row(ONE) == FleetJudge(QUESTION).row(ONE)


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, folders=(*ONE.folders, "Exchsrvr/Connect")),
        replace(ONE, root=("Bin",)),
        replace(ONE, registry=RegistryRecords(hive="SOFTWARE", size=1, sha256=None, setups=(), updates=())),
        replace(ONE, reported=(ReportedBuild(source="s", text="5.5", numbers=(5, 5), follows_updates=False),)),
        replace(ONE, claimed=(ClaimedUpdate(source="s", kb=818861),)),
    ],
    ids=["folders", "root", "hive", "report", "claim"],
)
def test_what_is_no_file_decides_too(other: Inventory) -> None:
    names = ASSESSOR.all_names
    assert deciding_facts(other, names) != deciding_facts(ONE, names)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("control.dll", "installed"), ("control.ocx", "partial"), ("ExSetup.exe.bak", "partial")],
    ids=["a program", "counter-case: one called otherwise", "counter-case: a copy that was kept"],
)
def test_a_program_bears_witness_on_its_own_host_alone(name: str, verdict: str) -> None:
    """A listing has every file that carries a version, a folder is read for programs: both are judged by these."""
    place = "Program Files/Microsoft/Exchange Server/V15/Bin"
    older = [installed(f"{place}/part{number:02}.dll", APRIL_2022) for number in range(25)]
    marker = installed(f"{place}/ExSetup.exe", MAY_2022)
    alone, witnessed = (folder(marker, *older, installed(f"{place}/{name}", build)) for build in (APRIL_2022, MAY_2022))
    judge = FleetJudge(QUESTION)
    for host, expected in ((alone, "partial"), (witnessed, verdict), (alone, "partial")):
        assert "exchange-2016/KB5014261" in judge.row(host).findings[expected]


def test_a_file_that_carries_no_version_and_is_no_program_decides_nothing() -> None:
    notes = InstalledFile(path="Exchsrvr/Bin/notes.txt", size=1)
    names = ASSESSOR.all_names
    assert deciding_facts(folder(*SP4_BIN, notes), names) == deciding_facts(ONE, names)


def judge_with_waiver(update: str) -> FleetJudge:
    """A judge for whom EX1 is waived this update."""
    waiver = Waiver(
        id="w1",
        accepts=frozenset((update,)),
        hosts=("EX1",),
        reason="r",
        approved_by="a",
        approved_on=None,
        ticket=None,
        expires=date(2027, 1, 1),
    )
    return FleetJudge(replace(QUESTION, waivers=Waivers(path="w", sha256="0", entries=(waiver,))))


def test_alike_hosts_have_their_own_waivers() -> None:
    judge = judge_with_waiver("exchange-2016/KB5014261")
    rows = [judge_host(inventory(host, APRIL_2022), f"{host}.json", judge)[0] for host in ("EX1", "EX2", "EX1")]
    assert [one.waivers for one in rows] == [("w1",), (), ("w1",)]
    assert [one.findings["waived"] for one in rows] == [("exchange-2016/KB5014261",), (), ("exchange-2016/KB5014261",)]


def test_what_a_waiver_accepts_is_no_next_step_of_its_host() -> None:
    judge = judge_with_waiver("exchange-se/Nov26SU")
    rows = [judge_host(inventory(host, "15.2.2562.56"), f"{host}.json", judge)[0] for host in ("EX1", "EX2")]
    steps = [[step.id for one in row.installations for step in one.steps] for row in rows]
    assert steps == [[], ["exchange-se/Nov26SU"]]
    assert [row.outcome for row in rows] == ["clean", "findings"]


@pytest.mark.parametrize(
    ("source", "name"),
    {
        "inbox/EX1.json": "EX1",
        "inbox/EX1.contoso.com.JSON.GZ": "EX1.contoso.com",
        "s3://bucket/2026/EX1.json.gz": "EX1",
        "C:\\inbox\\EX1.json": "EX1",
        "EX1": "EX1",
        ".json": ".json",
    }.items(),
)
def test_a_source_gives_a_name(source: str, name: str) -> None:
    assert name_of_source(source) == name


@pytest.mark.parametrize(
    ("product", "words"),
    [
        (HostProduct("p", "CU23", "CU23", "CU23", "markers"), "CU23"),
        (HostProduct("p", None, "SP3", "SP4", "markers"), "SP3 to SP4"),
        (HostProduct("p", None, "SP3", "SP4", "inferred"), "at least SP3"),
        (HostProduct("p", None, "RTM", "SP4", "none"), "unknown"),
    ],
)
def test_a_level_in_words(product: HostProduct, words: str) -> None:
    assert product.words == words


def test_a_row_is_read_back_as_it_was_written() -> None:
    judge = FleetJudge(QUESTION)
    (made,) = judge_host(inventory("EX1", APRIL_2022), "EX1.json", judge)
    back = read_row(json.loads(json.dumps(made.table())), "journal")
    assert replace(back, findings=made.findings) == made
    assert {key: ids for key, ids in back.findings.items() if ids} == {
        key: ids for key, ids in made.findings.items() if ids
    }


def test_only_the_reason_of_a_row_can_be_left_unsaid() -> None:
    given = {one.name for one in fields(HostRow) if one.default is not MISSING or one.default_factory is not MISSING}
    assert given == {"reason"}


def standing_with(**facts: object) -> dict[str, Any]:
    """An installation of a journal's line with this in what is said of how it stands."""
    table = installation().table()
    return {**table, "standing": {**table["standing"], **facts}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "fine"}, "outcome: 'fine' is not one of"),
        ({"products": [["a"]]}, "products: five texts expected"),
        ({"products": "x"}, "products: a list of lists expected"),
        ({"findings": {"lost": ["x"]}}, "findings: lost: unknown field"),
        ({"findings": {"missing": [7]}}, "missing: a list of texts expected"),
        ({"target": 0}, "target: 0 is not within"),
        ({"more": 1}, "more: unknown field"),
        ({"host": None}, "host: missing"),
        ({"installations": None}, "installations: missing"),
        ({"installations": [standing_with(support_ends="2025-99-99")]}, "support_ends: a day expected"),
        ({"installations": [standing_with(lacking=-1)]}, "lacking: -1 is not within"),
        ({"installations": [standing_with(ended=True)]}, "ended: unknown field"),
        ({"installations": [{**installation().table(), "steps": [["x"]]}]}, "steps: an id and a sentence expected"),
        ({"installations": [{**installation().table(), "cves": {"fixed": []}}]}, "fixed: unknown field"),
    ],
)
def test_a_row_that_is_none_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(SavedInputError, match=said):
        read_row({**row("EX1").table(), **change}, "journal")


def test_a_fault_of_ours_on_one_host_is_a_damaged_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FleetJudge, inventory: Inventory) -> Any:
        raise ZeroDivisionError("x / 0")

    monkeypatch.setattr(FleetJudge, "row", fail)
    (made,) = judge_host(inventory("EX1", NEWEST), "EX1.json", FleetJudge(QUESTION))
    assert (made.kind, made.reason) == ("damaged", "internal error: ZeroDivisionError: x / 0")


def test_files_are_kept_that_only_show_a_folder() -> None:
    only = InstalledFile(path="Exchsrvr/Bin/unknown.txt", size=1)
    unlisted = replace(folder(only), folders=("",))
    assert deciding_files(unlisted, frozenset()) == [only]
    assert deciding_files(folder(only), frozenset()) == []


def test_a_result_of_two_installations_counts_by_the_worst_of_them(run: Run, tmp_path: Path) -> None:
    place = "Program Files/Microsoft/Exchange Server/V15/Bin"
    builds = {"mbx1": MAY_2022, "mbx2": APRIL_2022, "HarddiskVolumeShadowCopy1": "15.1.2375.7"}
    for name, build in builds.items():
        (tmp_path / "disks" / name / place).mkdir(parents=True)
        (tmp_path / "disks" / name / place / "ExSetup.exe").write_bytes(build_pe(build))
    assert run("scan", "-q", tmp_path / "disks", "-o", tmp_path / "r.json").code == 1
    assert len(json.loads((tmp_path / "r.json").read_text())["targets"][0]["installations"]) == 3
    (found,) = judge_host((tmp_path / "r.json").read_bytes(), "r.json", FleetJudge(QUESTION))
    verdicts = [verdict for verdict, ids in found.findings.items() if "exchange-2016/KB5014261" in ids]
    assert verdicts == ["missing", "failing"]
    (saved,) = [tmp_path / "i.json"]
    run("inventory", tmp_path / "disks", "-o", saved)
    (again,) = judge_host(saved.read_bytes(), "i.json", FleetJudge(QUESTION))
    assert [verdict for verdict, ids in again.findings.items() if "exchange-2016/KB5014261" in ids] == verdicts
