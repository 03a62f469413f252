"""The edge: files, folders, globs and stdin in; output files whole or not at all; a bad article ends no run."""

from __future__ import annotations

import base64
import io
import json
import os
import quopri
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cli.processes import finish
from conftest import ROOT, Run

from hotfix_check.cli import importing
from hotfix_check.cli.catalogue_app import ImportOptions
from hotfix_check.cli.importing import expand_paths, import_articles
from hotfix_check.errors import OutputError, UsageError


def article(number: int, version: str = "5.5.2653.22") -> str:
    return (
        f"Mail is slow ({number})\n\nApplies to:\n\n - Microsoft Exchange Server 5.5\n\n"
        "The fix has the following file attributes:\n\n"
        f"File name   Version\n-----------------------\nStore.exe   {version}\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "articles"
    inside.mkdir()
    for number in (100002, 100001):
        (inside / f"KB{number}.txt").write_text(article(number))
    (inside / "list.csv").write_text("File name,File version,File size\nA.dll,15.2.1118.9,1\n")
    (inside / "setup.exe").write_bytes(b"MZ\x90\x00")
    return inside


def imported(articles: list[str], **options: Any) -> int:
    return import_articles(ImportOptions(articles=articles, **options))


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_folder_in_name_order_with_a_bad_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported([str(folder)], form="jsonl") == 2
    out, err = capsys.readouterr()
    assert [(draft["kb"], draft["source"]) for draft in lines(out)] == [
        (100001, str(folder / "KB100001.txt")),
        (100002, str(folder / "KB100002.txt")),
        (None, str(folder / "list.csv")),
    ]
    said = "no cabinet in it, so it is not a hotfix package that can be read"
    assert err == f"hotfix-check: error: {folder / 'setup.exe'}: {said}\n"


def test_glob_and_the_same_file_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported([str(folder / "*.txt"), str(folder / "KB100001.txt")], form="jsonl") == 0
    assert [draft["kb"] for draft in lines(capsys.readouterr().out)] == [100001, 100002]


@pytest.mark.parametrize(
    ("argument", "message"),
    [("missing.txt", "missing.txt: No such file or directory"), ("none*.txt", "none*.txt: no file matches")],
)
def test_inputs_that_are_not_there(
    argument: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert imported([argument], form="jsonl") == 2
    assert capsys.readouterr().err == f"hotfix-check: error: {message}\n"


def test_empty_folder(tmp_path: Path) -> None:
    assert expand_paths([str(tmp_path)]) == ([], [f"{tmp_path}: no files in this folder"])


def test_stdin_with_a_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"CAUSE\nSlow.\n")))
    assert imported(["-"], kb="817375", form="jsonl") == 0
    (draft,) = lines(capsys.readouterr().out)
    assert (draft["kb"], draft["source"]) == (817375, "stdin")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_a_page_that_a_browser_saved_as_a_mail(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = (
        "<table><tr><th>File name</th><th>File version</th></tr><tr><td>Store.exe</td><td>6.5.7653.8</td></tr></table>"
    )
    head = "<p>Article ID: 931901</p><p>Fixed files:</p>"
    page = f"<html><head><title>The m\u00e9moire leaks</title></head><body>{head}{table}</body></html>"
    encode = base64.encodebytes if encoding == "base64" else quopri.encodestring
    saved = tmp_path / "page.mht"
    saved.write_bytes(
        b'From: <Saved by a browser>\r\nSubject: another text\r\nMIME-Version: 1.0\r\n'
        b'Content-Type: multipart/related; type="text/html"; boundary="XX"\r\n\r\n--XX\r\n'
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n"
        + encode(page.encode()) + b"\r\n--XX--\r\n"
    )  # fmt: skip
    assert imported([str(saved)], form="jsonl") == 0
    (draft,) = lines(capsys.readouterr().out)
    files = draft["files"]
    assert isinstance(files, list)
    assert (draft["kb"], draft["title"], files[0]["version"]) == (931901, "The m\u00e9moire leaks", "6.5.7653.8")


def test_a_text_with_lines_like_those_of_a_mail_stays_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "931901.txt"
    text.write_text("Title: A lock is lost\n\nThe header is wrong:\n\nContent-Type: text/html\n\nStore.exe fails\n")
    assert imported([str(text)], form="jsonl") == 0
    assert lines(capsys.readouterr().out)[0]["title"] == "A lock is lost"


def test_one_number_for_several_articles_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="--kb: numbers one article, but 4 were given"):
        imported([str(folder)], kb="100001", form="jsonl")
    assert capsys.readouterr() == ("", "")


def test_json_is_one_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported([str(folder / "*.txt")], form="json") == 0
    assert [draft["kb"] for draft in json.loads(capsys.readouterr().out)] == [100001, 100002]


def test_json_of_nothing_is_an_empty_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported([str(folder / "setup.exe")], form="json") == 2
    assert json.loads(capsys.readouterr().out) == []


def test_toml_of_several_articles_is_one_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported([str(folder / "*.txt")]) == 0
    assert [update["kb"] for update in tomllib.loads(capsys.readouterr().out)["update"]] == [100001, 100002]


def test_output_file(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "drafts.jsonl"
    assert imported([str(folder / "*.txt")], form="jsonl", output=target) == 0
    assert [draft["kb"] for draft in lines(target.read_text())] == [100001, 100002]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_output_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere.out\.jsonl: cannot be written: No such file or directory"):
        imported([str(folder / "*.txt")], form="jsonl", output=tmp_path / "nowhere" / "out.jsonl")


def test_jobs_keep_the_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_FEW", 4)
    for number in range(100000, 100070):
        (tmp_path / f"KB{number}.txt").write_text(article(number))
    assert imported([str(tmp_path)], form="jsonl", jobs=2) == 0
    assert [draft["kb"] for draft in lines(capsys.readouterr().out)] == list(range(100000, 100070))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-f", "yaml"], "--format: 'yaml' is not one of toml, json, jsonl"),
        (["--kb", "12"], "--kb: '12' is not a KB number"),
        (["--replace"], "--replace: needs --into"),
        (["--accept-doubts"], "--accept-doubts: needs --into"),
        (["--into", "nowhere"], "--into: nowhere is not a folder"),
        (["--into", ".", "-o", "x"], "--into: the drafts go into the folder's files"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_options_that_cannot_be_used(options: list[str], said: str, folder: Path, run: Run) -> None:
    ran = run("catalogue", "import", folder / "KB100001.txt", *options)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("source", ["pipe", "/dev/zero", "/dev/full"])
def test_a_pipe_or_a_device_is_no_article_and_not_waited_for(source: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.txt").write_text(article(100001))
    ran = finish("catalogue", "import", source, "a.txt", "-f", "jsonl", cwd=tmp_path)
    assert ran.returncode == 2
    assert [draft["kb"] for draft in lines(ran.stdout)] == [100001]
    said = "a pipe or device, not an article ('-' reads standard input)"
    assert ran.stderr == f"hotfix-check: error: {source}: {said}\n"


@pytest.mark.skipif(os.name == "nt", reason="a stream closed as shells of POSIX do")
def test_a_closed_standard_input_is_said(tmp_path: Path) -> None:
    ran = finish("catalogue", "import", "-", cwd=tmp_path, stdin=None, preexec_fn=lambda: os.close(0))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "hotfix-check: error: -: standard input is closed\n"


def test_an_article_whose_process_dies_twice_is_a_line() -> None:
    """That it is tried again, and the others are not lost, is a test of the pool in tests/fleet."""
    number, lost = importing._lost((7, "KB100007.txt"))
    assert (number, lost.source, lost.text) == (7, "KB100007.txt", "")
    assert lost.error == "two processes died while reading it"


def test_an_article_names_products_of_the_catalogue_that_is_given(tmp_path: Path, run: Run) -> None:
    article = tmp_path / "KB899430.txt"
    article.write_text("FIX: A query is slow\n\nAPPLIES TO\n - Microsoft SQL Server 2000 Standard Edition\n")
    sample = ROOT / "samples" / "sql-server-2000.toml"
    given = json.loads(run("catalogue", "import", article, "-f", "jsonl", "--catalogue", sample).out)
    assert given["product_ids"] == ["sql-server-2000"]
    assert json.loads(run("catalogue", "import", article, "-f", "jsonl").out)["product_ids"] == []
