"""--resume: what was judged is not judged again, whatever happened to the journal, and Ctrl-C leaves a sound one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from fleet.hosts import APRIL_2022, MAY_2022, NEWEST, QUESTION, fleet, inventory, lines, loaded_once  # noqa: F401
from targets import WORKED

from hotfix_check.assess import Question, Verdict
from hotfix_check.catalogue.update import Importance
from hotfix_check.fleet import journal, spool
from hotfix_check.fleet import run as whole_run
from hotfix_check.fleet.journal import question_digest
from hotfix_check.policy import Waiver, Waivers

pytestmark = pytest.mark.usefixtures("supported")

WAIVERS = Waivers(
    path="waivers.toml",
    sha256="1" * 64,
    entries=(
        Waiver(
            id="W1",
            accepts=frozenset({"exchange-5.5/KB818861"}),
            hosts=(),
            reason="x",
            approved_by="y",
            approved_on=None,
            ticket=None,
            expires=date(2026, 12, 1),
        ),
    ),
)
ASKED = ("-f", "json", "--no-run-info", "-j", "1", "--resume", "journal")


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The file names of all hosts that are judged."""
    names: list[str] = []
    real = whole_run.judge_source

    def judge(source: Any, judge: Any) -> Any:
        names.append(Path(source.place).name)
        return real(source, judge)

    monkeypatch.setattr(whole_run, "judge_source", judge)
    return names


def test_a_second_run_judges_only_what_is_new_or_changed(tmp_path: Path, run: Run, judged: list[str]) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=APRIL_2022)
    before = run("fleet", "in", *ASKED)
    judged.clear()
    again = run("fleet", "in", *ASKED)
    assert judged == []
    assert json.dumps(again.result["hosts"]) == json.dumps(before.result["hosts"])
    assert "2 saved files were judged before, according to the journal journal" in again.err
    (inbox / "EX2.json").write_bytes(inventory("EX2", MAY_2022))
    (inbox / "EX3.json").write_bytes(inventory("EX3", NEWEST))
    third = run("fleet", "in", *ASKED)
    assert sorted(judged) == ["EX2.json", "EX3.json"]
    assert [host["host"] for host in third.result["hosts"]] == ["EX1", "EX2", "EX3"]
    assert "exchange-2016/KB5014261" not in third.result["hosts"][1]["missing"]
    assert len(lines(tmp_path / "journal")) == 4


@pytest.mark.parametrize(
    "other",
    [("--kb", "KB5014261"), ("--as-of", "2026-11-20"), ("--fail-on", "missing"), ("--product", "exchange-2016")],
    ids=["kb", "as of", "fail on", "product"],
)
def test_another_question_is_judged_anew(other: tuple[str, ...], tmp_path: Path, run: Run, judged: list[str]) -> None:
    fleet(tmp_path / "in", EX1=APRIL_2022)
    run("fleet", "in", *ASKED)
    judged.clear()
    fresh = run("fleet", "in", *other, *ASKED)
    assert judged == ["EX1.json"]
    assert "judged before" not in fresh.err


@pytest.mark.parametrize(
    "other",
    [
        {"tool": "9.9.9"},
        {"catalogue": replace(WORKED, sha256="0" * 64)},
        {"day": date(2026, 11, 22)},
        {"fail_on": frozenset([Verdict.MISSING])},
        {"waivers": replace(WAIVERS, sha256="0" * 64)},
        {"waivers": Waivers()},
        {"question": Question(kbs=frozenset([818861]))},
        {"question": Question(ids=frozenset(["exchange-5.5/KB818861"]))},
        {"question": Question(products=frozenset(["exchange-5.5"]))},
        {"question": Question(assume=(("exchange-5.5", "SP4"),))},
        {"question": Question(importance={"exchange-5.5/KB818861": Importance.REQUIRED})},
        {"question": Question(importance={"exchange-5.5/KB818861": Importance.OPTIONAL})},
        {"question": Question(complete=True)},
        {"question": Question(as_of=date(2026, 11, 20))},
        {"question": Question(unsupported=frozenset(["exchange-5.5"]))},
        {"question": Question(accepted=frozenset(["exchange-5.5/support"]))},
    ],
    ids=[
        *("tool", "catalogue", "day of waivers", "fail on", "text of the waivers", "no waivers", "KBs", "updates"),
        *("products", "assumed levels", "required by a baseline", "optional by a baseline", "complete", "as of"),
        *("out of support", "accepted by a baseline"),
    ],
)
def test_all_that_an_answer_depends_on_is_in_the_question(other: dict[str, Any]) -> None:
    asked = replace(QUESTION, waivers=WAIVERS)
    assert question_digest(replace(asked, **other)) != question_digest(asked)


def test_no_field_of_a_question_is_forgotten() -> None:
    asked = replace(QUESTION, waivers=WAIVERS)
    digest = question_digest(asked)
    for one in fields(Question):
        value = getattr(asked.question, one.name)
        other: Any = not value if isinstance(value, bool) else date(2026, 1, 1) if one.name == "as_of" else ("other",)
        assert question_digest(replace(asked, question=replace(asked.question, **{one.name: other}))) != digest


def test_a_host_that_is_only_named_by_its_file_is_judged_anew_under_another_name(
    tmp_path: Path, run: Run, judged: list[str]
) -> None:
    (tmp_path / "a.json").write_bytes(inventory(None, NEWEST))
    run("fleet", "a.json", *ASKED)
    (tmp_path / "a.json").rename(tmp_path / "b.json")
    judged.clear()
    assert [host["host"] for host in run("fleet", "b.json", *ASKED).result["hosts"]] == ["b"]
    assert judged == ["b.json"]


def test_an_inventory_that_is_gone_is_kept_and_said(tmp_path: Path, run: Run, judged: list[str]) -> None:
    inbox = fleet(tmp_path / "in", EX1=NEWEST, EX2=NEWEST)
    run("fleet", "in", *ASKED)
    (inbox / "EX2.json").unlink()
    ran = run("fleet", "in", *ASKED)
    assert [host["host"] for host in ran.result["hosts"]] == ["EX1", "EX2"]
    assert ran.result["notes"][-1] == "1 comes from the journal only; the files are gone: in/EX2.json"
    elsewhere = run("fleet", "in/EX1.json", *ASKED)
    assert [host["host"] for host in elsewhere.result["hosts"]] == ["EX1"]


@pytest.mark.parametrize(
    ("damage", "again"),
    [
        (lambda data: data[:-40], ["EX2.json"]),
        (lambda data: data[:-1], ["EX2.json"]),
        (lambda data: b"", ["EX1.json", "EX2.json"]),
        (lambda data: b"\xff\0nonsense\n" + data, []),
        (lambda data: data.replace(b'"outcome":"clean"', b'"outcome":"fine"', 1), ["EX1.json"]),
        (lambda data: data + b'{"rows": [], "question": "' + b"x" * 100, []),
        (lambda data: data + b"[" * 100_000, []),
    ],
    ids=["torn", "no line end", "emptied", "nonsense", "not one of ours", "torn and longer", "deeply nested"],
)
def test_what_is_no_whole_line_is_left_out(
    damage: Any, again: list[str], tmp_path: Path, run: Run, judged: list[str]
) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    run("fleet", "in", *ASKED)
    fleet(tmp_path / "in", EX2=NEWEST)
    before = run("fleet", "in", *ASKED)
    journal = tmp_path / "journal"
    journal.write_bytes(damage(journal.read_bytes()))
    judged.clear()
    after = run("fleet", "in", *ASKED)
    assert sorted(judged) == again
    assert after.result["hosts"] == before.result["hosts"]
    judged.clear()
    run("fleet", "in", *ASKED)
    assert judged == []


def test_a_folder_gets_a_journal_of_its_own_name_which_is_no_host(tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    run("fleet", "in", "--resume", "in", "-f", "json")
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["EX1.json", "hotfix-check-fleet.journal"]
    (tmp_path / "in" / "hotfix-check-fleet.journal").rename(tmp_path / "in" / "journal.json")
    assert run("fleet", "in", "--resume", "in/journal.json", "-f", "json").result["damaged"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("no/such/journal", "No such file or directory"),
        ("pipe", "not a file that can be appended to"),
        ("/dev/null", "not a file that can be appended to"),
    ],
)
def test_a_journal_that_cannot_be_written_is_one_line(place: str, said: str, tmp_path: Path, run: Run) -> None:
    fleet(tmp_path / "in", EX1=NEWEST)
    os.mkfifo(tmp_path / "pipe")
    ran = run("fleet", "in", "--resume", place, "-q")
    assert (ran.code, ran.err) == (2, f"hotfix-check: error: --resume: {place}: {said}\n")


@pytest.mark.parametrize("module", [journal, spool])
def test_what_cannot_be_made_ready_is_closed(module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its database fails half-way, as on a full disk; counter-case: what is ready is open until it is left."""
    made: list[sqlite3.Connection] = []
    real = sqlite3.connect

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        made.append(real(*args, **options))
        return made[-1]

    def make() -> contextlib.ExitStack:
        return spool.Spool() if module is spool else journal.Journal(tmp_path / "journal", "q", ["in"])

    monkeypatch.setattr(module.sqlite3, "connect", connect)
    with make():
        made[-1].execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[-1].execute("SELECT 1")
    monkeypatch.setattr(module, "_TABLES", "no table at all")
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        make()
    assert len(made) == 2
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[-1].execute("SELECT 1")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_ends_with_130_and_a_journal_to_go_on_from(tmp_path: Path, run: Run) -> None:
    inbox = fleet(tmp_path / "in", **{f"EX{number}": NEWEST for number in range(60)})
    journal = tmp_path / "journal"
    command = [sys.executable, "-m", "hotfix_check", "fleet", "in", "-q", "-j", "2", "--resume", "journal"]
    code = (
        "import sys, time; from hotfix_check.judging import judge; from hotfix_check.fleet import journal\n"
        "judge.unsupported = lambda products, day: frozenset()\n"
        "real = journal.Journal.add\n"
        "def add(self, rows): real(self, rows); time.sleep(0.4)\n"
        "journal.Journal.add = add\n"
        "if __name__ == '__main__':\n"
        "    from hotfix_check.cli import main; sys.argv = ['hotfix-check', *sys.argv[1:]]; main()\n"
    )
    (tmp_path / "slowly.py").write_text(code)
    command[1:3] = [str(tmp_path / "slowly.py")]
    running = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True
    )
    deadline = time.monotonic() + 30
    while not (journal.exists() and len(lines(journal)) >= 3):
        assert time.monotonic() < deadline and running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (130, "hotfix-check: error: interrupted\n")
    done = lines(journal)
    assert 3 <= len(done) < 60
    resumed = run("fleet", inbox.name, "-f", "json", "--no-run-info", "-j", "1", "--resume", "journal")
    assert resumed.result["summary"]["hosts"] == 60
    assert f"{len(done)} saved files were judged before, according to the journal journal" in resumed.err
