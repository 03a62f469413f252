"""The same hostile text from where it really comes: files on a disk, a catalogue, an article, the command line."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cli.processes import CATALOGUE, finish
from conftest import Run
from pe_builder import build_pe
from report.hostile import EVERY, FEW, PAYLOADS, acting

from hotfix_check.cli.output import counting
from hotfix_check.report.text import visible
from hotfix_check.untrusted.toml import toml_string

posix = pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
OUTPUTS = ("r.json", "r.html", "r.csv", "r.md", "r.txt", "r.manifest.json")


def one_name(payload: str) -> str:
    """The payload as a file's name may be: no slash, no zero, at most 200 bytes, other bytes for what is no text."""
    name = payload.replace("/", "|").replace("\0", "^")[:60]
    return re.sub("[\ud800-\udfff]", "\udce9", name)


@posix
@FEW
def test_what_a_file_and_its_folder_say_stays_text_in_every_output(payload: str, run: Run, tmp_path: Path) -> None:
    name = one_name(payload)
    folder = tmp_path / f"t{name}"
    folder.mkdir()
    strings = dict.fromkeys(("ProductName", "OriginalFilename", "FileDescription"), payload[:300])
    (folder / "Mapi32.dll").write_bytes(build_pe("5.5.2653.12", strings=strings, file_version_string=payload[:300]))
    (folder / f"{name}.exe").write_bytes(build_pe("5.5.2653.12", strings={"CompanyName": payload[:300]}))
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "Store.exe").write_bytes(b"no program")
    (folder / name / "Emsmta.exe").write_bytes(build_pe("5.5.2653.23"))
    outputs = [part for output in OUTPUTS for part in ("-o", output)]
    ran = run("scan", folder, *CATALOGUE, "--all", "-v", "--color", "never", *outputs)
    assert ran.code in (0, 1, 3), ran.err
    assert acting(ran.out) == []
    assert acting(ran.err) == []
    assert all(line.startswith(("hotfix-check ", "read ", "not read ")) for line in ran.err.splitlines())
    for output in OUTPUTS:
        text = (tmp_path / output).read_bytes().decode("utf-8-sig")
        assert acting(text, beside="\r\n\xad" if output.endswith((".csv", ".html")) else "\n") == [], output
    result = json.loads((tmp_path / "r.json").read_text())
    (target,) = result["targets"]
    assert len(target["unreadable"]) == 1
    assert "<script" not in (tmp_path / "r.html").read_text()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert {row["verdict"] for row in rows} > {"unreadable"}
    assert run("verify", "r.manifest.json", "-q", "--root", folder).code == 0
    told = run("identify", folder, *CATALOGUE, "-q")
    assert (told.code, acting(told.out)) == (0, [])
    assert run("inventory", folder, *CATALOGUE, "-q", "-o", "i.json").code == 0
    again = run("scan", "i.json", *CATALOGUE, "-q", "-f", "json")
    assert [one["verdict"] for one in again.result["targets"][0]["findings"]] == [
        one["verdict"] for one in target["findings"]
    ]
    assert run("convert", "r.json", "-f", "csv").code == 0


def _catalogue(folder: Path, text: str) -> Path:
    """A catalogue of one's own with the text wherever it takes one."""
    folder.mkdir()
    said = toml_string(text)
    (folder / "exchange-5.5.toml").write_text(
        f"""format = 1
version = 2026-11-21
[product]
id = "exchange-5.5"
name = {said}
range = "==5.5.*"
levels = [{{ name = "SP4", build = "5.5.2653.23" }}]
server_files = ["Store.exe"]
files = [{{ name = "Store.exe", versions = {{ SP4 = "5.5.2653.23" }} }}]
[[update]]
kb = 818861
title = {said}
component = {said}
aliases = [{said}]
kind = "hotfix"
sources = [{said}]
actions = [{{ kind = "note", text = {said} }}]
  [[update.package]]
  level = "SP4"
  files = [ {{ name = "Mapi32.dll", version = "5.5.2657.50", note = {said} }} ]
""",
        encoding="utf-8",
    )
    return folder


@FEW
def test_what_a_catalogue_says_stays_text_in_every_command(
    payload: str, run: Run, samples: Path, tmp_path: Path
) -> None:
    mine = ("--catalogue", _catalogue(tmp_path / "mine", payload))
    target = samples / "copied-file"
    turn = [one.values[0] for one in FEW.args[1]].index(payload) % 3
    commands = (
        ("catalogue", "list", *mine),
        ("catalogue", "show", "KB818861", *mine),
        ("catalogue", "status", *mine),
        ("catalogue", "check", mine[1]),
        ("catalogue", "diff", mine[1], CATALOGUE[1]),
        ("scan", target, *mine, "--all"),
        ("explain", "KB818861", target, *mine),
        ("plan", target, *mine),
        ("identify", target, *mine),
    )
    for arguments in commands[turn::3]:  # each payload by three of them, each of them with four payloads
        ran = run(*arguments)
        assert (ran.code in (0, 1, 3)) or arguments[1] == "check", (arguments, ran.err)
        assert acting(ran.out) == []
        assert acting(ran.err) == []
    listed = run("catalogue", "list", *mine).out.splitlines()
    assert len([line for line in listed if line.startswith("exchange-5.5")]) == 1
    shown = run("catalogue", "list", *mine, "-f", "json").result
    assert [one["title"] for one in shown] == [re.sub("[\ud800-\udfff]", "\ufffd", payload)]


@FEW
def test_a_draft_reads_back_as_what_was_in_the_article(payload: str, run: Run, tmp_path: Path) -> None:
    text = re.sub("[\0\ud800-\udfff]", "?", payload)[:120]
    article = (
        f"{text} (818861)\n\nSYMPTOMS\n\n{text}\n\nThe English version has the following file attributes:\n\n"
        "   Date         Version       Size      File name\n   ------------------------------------------------\n"
        "   01-Jul-2003  5.5.2657.50   881,936   Mapi32.dll\n\n"
        "Prerequisites\n\n" + text + "\n"
    )
    (tmp_path / "a.txt").write_bytes(article.encode())
    drafts = {form: run("catalogue", "import", "a.txt", "-f", form, "-q") for form in ("toml", "json", "jsonl")}
    codes = {ran.code for ran in drafts.values()}
    assert codes <= {0, 2}
    assert len(codes) == 1
    for ran in drafts.values():
        assert acting(ran.out) == []
        assert acting(ran.err) == []
    if codes == {0}:
        (line,) = drafts["jsonl"].out.splitlines()
        draft = json.loads(line)
        assert drafts["json"].result == [draft]
        for update in tomllib.loads(drafts["toml"].out)["update"]:
            assert update["title"] == (draft["title"] or f"KB{draft['kb']}")
            assert [row["name"] for package in update.get("package", []) for row in package["files"]] == [
                row["name"] for row in draft["files"]
            ]


def _arguments(text: str) -> list[list[str]]:
    copy = "copied"
    return [
        ["scan", text],
        ["scan", copy, f"--{text}"],
        ["scan", copy, "--kb", text],
        ["scan", copy, "--product", text],
        ["scan", copy, "--assume", text],
        ["scan", copy, "--assume", f"exchange-5.5={text}"],
        ["scan", copy, "--baseline", text],
        ["scan", copy, "--waivers", text],
        ["scan", copy, "--catalogue", text],
        ["scan", copy, "--fail-on", text],
        ["scan", copy, "--as-of", text],
        ["scan", copy, "-f", text],
        ["scan", copy, "--color", text],
        ["scan", copy, "-o", text],
        ["scan", copy, "-o", f"no/{text}.json"],
        ["explain", text, copy],
        ["plan", copy, "--to", text],
        ["identify", text],
        ["compare", text, copy],
        ["convert", text],
        ["verify", text],
        ["inventory", text],
        ["baseline", "--from", text],
        ["catalogue", "show", text],
        ["catalogue", "list", "--kind", text],
        ["catalogue", "list", "--since", text],
        ["catalogue", "check", text],
        ["catalogue", "diff", text, text],
        ["catalogue", "import", text],
        ["catalogue", "import", "--kb", text, copy],
        ["catalogue", "import", "--into", text, copy],
        ["catalogue", "import", "--jobs", text, copy],
        ["catalogue", text],
        [text],
    ]


_NO_CATALOGUE = [["catalogue", name] for name in ("check", "diff", "import", "x")]


@posix
@pytest.mark.parametrize("number", range(len(_arguments("x"))), ids=[" ".join(given) for given in _arguments("X")])
def test_an_argument_that_is_told_again_is_one_line_of_text(
    number: int, run: Run, samples: Path, tmp_path: Path
) -> None:
    (tmp_path / "copied").symlink_to(samples / "copied-file")
    given = _arguments("x")[number]
    small = () if given[0] in ("convert", "verify", "x") or given[:2] in _NO_CATALOGUE else CATALOGUE
    # The one with a slash first: of a path the last part alone may be told.
    names = ("rich markup", "a line of the tool's own", "OSC 52 clipboard", "bidirectional isolates")
    text = "".join(PAYLOADS[name] for name in names) + "\x9b31m\udce9\u200b"
    given = _arguments(text)[number]
    ran = run(*given, *(small if "--catalogue" not in given else ()))
    assert ran.code in (0, 1, 2, 3)
    assert acting(ran.out) == []
    assert acting(ran.err) == []
    errors = [line for line in ran.err.splitlines() if not line.startswith("hotfix-check 1.")]
    assert len(errors) <= 1 or given[:2] == ["scan", "copied"], (given, ran.err)
    assert all(line.startswith(("hotfix-check: error: ", "hotfix-check: warning: ")) for line in errors), ran.err
    assert "internal error" not in ran.err


@posix
def test_a_name_that_holds_a_line_of_the_tool_is_one_line_in_a_real_process(tmp_path: Path) -> None:
    ran = finish("scan", b"a\nhotfix-check: error: fine\x1b[2J\xff".decode("utf-8", "surrogateescape"), cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[1:] == [
        "hotfix-check: error: a\\nhotfix-check: error: fine\\x1b[2J\\xff: No such file or directory"
    ]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@EVERY
def test_the_line_of_progress_shows_a_name_as_text(payload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "4000")
    monkeypatch.setenv("TERM", "xterm")
    with counting(f"Reading {visible(payload)}", quiet=False) as count:
        assert count is not None
        count()
    written = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert acting(written, beside="\r\n") == []
    assert " ".join(visible(payload).split())[:60] in " ".join(written.split())


def _internal(_: Any) -> None:
    raise RuntimeError("x\x1b[2J\nhotfix-check: all is well")


@pytest.mark.parametrize("options", [[], ["-v"]], ids=["one line", "with its traceback"])
def test_a_fault_of_the_tool_itself_is_told_as_text(
    options: list[str], run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.judging.judge.verdicts", lambda *_: _internal(None))
    ran = run("scan", samples / "copied-file", *options)
    assert (ran.code, acting(ran.err)) == (2, [])
    assert options or ran.err == (
        "hotfix-check: internal error: RuntimeError: x\\x1b[2J\\nhotfix-check: all is well (run with -v to see where)\n"
    )
