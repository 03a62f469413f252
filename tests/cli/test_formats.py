"""-o, -f, convert and --color as a person uses them: every format from one run, whole files or none, plain bytes."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run
from report.documents import document

SMALL = ("--catalogue", ROOT / "samples" / "example" / "catalogue")
NAMES = ("r.html", "r.csv", "r.md", "r.json", "r.txt", "r.xlsx")
OUTPUTS = tuple(part for name in NAMES for part in ("-o", name))


def test_one_run_writes_every_format_and_still_shows_the_table(samples: Path, run: Run, tmp_path: Path) -> None:
    ran = run("scan", *SMALL, samples / "exchange-5.5-sp4", *OUTPUTS)
    assert ran.code == 0
    assert "KB818861 missing" in ran.out
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbfhost,installation,")
    assert (tmp_path / "r.md").read_text().startswith("# Hotfix report\n")
    assert json.loads((tmp_path / "r.json").read_text())["schema"] == "hotfix-check/result/1"
    text = (tmp_path / "r.txt").read_text()
    assert "KB818861 missing" in text
    assert "Result SHA-256: " in text
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize(
    ("form", "start"),
    [("html", "<!DOCTYPE html>"), ("csv", "host,installation,"), ("md", "# Hotfix report"), ("json", "{")],
)
def test_stdout_gets_any_format_without_a_byte_order_mark(form: str, start: str, samples: Path, run: Run) -> None:
    assert run("scan", *SMALL, samples / "copied-file", "-f", form).out.startswith(start)


@pytest.mark.parametrize("name", NAMES)
def test_convert_gives_the_bytes_that_scan_wrote(name: str, samples: Path, run: Run, tmp_path: Path) -> None:
    run("scan", *SMALL, samples / "exchange-2003-sp1", "-o", "saved.json", "-o", name)
    ran = run("convert", "saved.json", "-o", f"again-{name}")
    assert ran.code == 0
    assert (tmp_path / f"again-{name}").read_bytes() == (tmp_path / name).read_bytes()


def test_convert_prints_the_table_that_scan_printed(samples: Path, run: Run) -> None:
    scanned = run("scan", *SMALL, samples / "exchange-2003-sp1", "-o", "saved.json")
    assert run("convert", "saved.json").out == scanned.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such.json"], "no-such.json: cannot be read: No such file or directory"),
        (["bad.json"], "bad.json: schema: missing; hotfix-check/result/1 expected"),
        (["bad.json", "-o", "bad.json"], "bad.json is being read: write to another file"),
        (["bad.json", "-o", "x.manifest.json"], "only scan can write one"),
        (
            ["bad.json", "-o", "x.pdf"],
            "--output: '.pdf' is not one of .txt, .json, .csv, .md, .html, .csaf.json, .xlsx",
        ),
        (["bad.json", "--color", "red"], "'red' is not one of 'auto', 'always', 'never'"),
    ],
    ids=["missing", "no result", "over itself", "a manifest", "an unknown suffix", "an unknown colour"],
)
def test_convert_refuses_in_one_line(arguments: list[str], said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    ran = run("convert", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert (tmp_path / "bad.json").read_text() == "{}"


@pytest.mark.parametrize("options", [["--no-run-info"], ["--no-run-info", "--as-of", "2006-01-31"]])
def test_every_format_has_the_same_bytes_in_two_folders(
    options: list[str], samples: Path, run: Run, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        shutil.copytree(samples / "exchange-2003-sp1", tmp_path / name / "server")
        run("scan", *SMALL, "server", *options, *OUTPUTS, cwd=tmp_path / name)
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_ages_are_counted_to_the_day_that_was_asked_for(samples: Path, run: Run) -> None:
    ran = run("scan", *SMALL, samples / "exchange-2003-sp1", "--no-run-info", "--as-of", "2006-01-31", "-f", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(ran.out)) if row["kb"] == "KB836993"]
    assert "2005-10-19" in {row["released"] for row in rows}
    page = run(
        "scan", *SMALL, samples / "exchange-2003-sp1", "--no-run-info", "--as-of", "2006-01-31", "-f", "html"
    ).out
    assert "104 days ago" in page


def _fails(number: int) -> object:
    def fail(_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "No space left on device"), (errno.EIO, "Input/output error")],
    ids=["a full disk", "a broken disk"],
)
def test_a_report_that_cannot_be_finished_leaves_the_old_one(
    number: int, said: str, samples: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r.html").write_text("the report of last month")
    monkeypatch.setattr("os.fsync", _fails(number))
    ran = run("scan", *SMALL, samples / "exchange-5.5-sp4", "-o", "r.html")
    assert ran.code == 2
    assert "KB818861 missing" in ran.out
    assert f"r.html: cannot be written: {said}" in ran.err
    assert (tmp_path / "r.html").read_text() == "the report of last month"
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_files_that_cannot_be_written_are_all_told_before_the_work(samples: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken.csv").mkdir()
    ran = run(
        "scan", *SMALL, samples / "exchange-5.5-sp4", "-o", "taken.csv", "-o", "no/where.md", "-o", "r.html", "-q"
    )
    assert (ran.code, ran.out) == (2, "")
    assert [line.partition(": cannot")[0] for line in ran.err.splitlines()] == [
        "hotfix-check: error: taken.csv",
        "hotfix-check: error: no/where.md",
    ]
    assert not (tmp_path / "r.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_one_file_that_cannot_be_written_does_not_keep_the_others_back(samples: Path, run: Run, tmp_path: Path) -> None:
    ran = run("scan", *SMALL, samples / "exchange-5.5-sp4", "-o", "/dev/full", "-o", "r.html", "-q")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith("hotfix-check: error: /dev/full: cannot be written")
    assert (tmp_path / "r.html").exists()


def test_a_report_does_not_replace_what_is_being_read(samples: Path, run: Run, tmp_path: Path) -> None:
    run("inventory", samples / "copied-file", "-o", "server.json")
    before = (tmp_path / "server.json").read_bytes()
    ran = run("scan", *SMALL, "server.json", "-o", "server.json")
    assert (ran.code, ran.out) == (2, "")
    assert (tmp_path / "server.json").read_bytes() == before


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("colour", ["always", "never"])
def test_the_table_keeps_to_the_width_with_and_without_colour(
    width: int, colour: str, samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.cli.formats.columns", lambda: width)
    ran = run("scan", *SMALL, "exchange-5.5-sp4", "--no-run-info", "--color", colour, "--all", cwd=samples)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in ran.out.splitlines()]
    assert ("\x1b[" in ran.out) == (colour == "always")
    assert [line for line in lines if len(line) > width and "SHA-256" not in line] == []
    assert max(map(len, lines)) > 75
    plain = run("scan", *SMALL, "exchange-5.5-sp4", "--no-run-info", "--all", cwd=samples).out.splitlines()
    assert lines == plain


@pytest.mark.parametrize(
    ("width", "row"), [(40, "missing KB818861 (optional): "), (80, "missing    KB818861  optional")]
)
def test_the_findings_fit_a_narrow_terminal_too(
    width: int, row: str, samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotfix_check.cli.formats.columns", lambda: width)
    ran = run("scan", *SMALL, "exchange-5.5-sp4", "--no-run-info", "--color", "always", cwd=samples)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", ran.out).splitlines()
    assert any(line.startswith(row) for line in lines)
    assert f"\x1b[31;1mmissing\x1b[0m {row[8:]}" in ran.out
    assert [line for line in lines if len(line) > width] == []


@pytest.mark.parametrize(
    ("options", "environment", "terminal", "painted"),
    [
        ([], {}, False, False),
        ([], {}, True, True),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"NO_COLOR": ""}, True, True),
        ([], {"TERM": "dumb"}, True, False),
        ([], {"FORCE_COLOR": "1"}, False, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_for_terminals_unless_asked_otherwise(
    options: list[str],
    environment: dict[str, str],
    terminal: bool,
    painted: bool,
    samples: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("hotfix_check.cli.output.is_terminal", lambda: terminal)
    ran = run("scan", *SMALL, samples / "exchange-5.5-sp4", *options, "-o", "r.txt")
    assert ("\x1b[31;1mmissing\x1b[0m" in ran.out) == painted
    assert ("\x1b" in ran.out) == painted


def test_a_file_has_no_colour_even_when_it_is_asked_for(samples: Path, run: Run, tmp_path: Path) -> None:
    run("scan", *SMALL, samples / "exchange-5.5-sp4", "--color", "always", "-o", "r.txt")
    assert "\x1b" not in (tmp_path / "r.txt").read_text()


@pytest.mark.parametrize("encoding", ["cp437", "ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("form", ["table", "html", "csv", "md", "json"])
def test_hostile_text_is_shown_and_never_sent_to_any_console(
    form: str, encoding: str, run: Run, tmp_path: Path
) -> None:
    saved = tmp_path / "hostile.json"
    saved.write_text(json.dumps(document(30)))
    ran = run("convert", saved, "-f", form, "--all", encoding=encoding)
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "u202e" in ran.out


def test_a_waiver_is_shown_by_every_format_of_a_scan(samples: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(
        '[[waiver]]\nid = "W-1"\nkb = "KB818861"\nreason = "No <b>Terminal</b> Services here"\n'
        'approved_by = "J. Rivera"\nexpires = 2026-12-31\n'
    )
    ran = run("scan", *SMALL, samples / "exchange-5.5-sp4", "--kb", "818861", "--waivers", "w.toml", *OUTPUTS)
    assert ran.code == 0
    assert "Accepted under waiver W-1, valid through 2026-12-31, approved by J. Rivera" in " ".join(ran.out.split())
    page = (tmp_path / "r.html").read_text()
    assert "No &lt;b&gt;Terminal&lt;/b&gt; Services here" in page
    for name in ("r.csv", "r.md", "r.txt"):
        assert "W-1" in (tmp_path / name).read_text(), name


def test_a_workbook_is_nothing_for_a_terminal(samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.cli.formats.is_terminal", lambda: True)
    ran = run("scan", *SMALL, samples / "copied-file", "-f", "xlsx")
    assert (ran.code, ran.out) == (2, "")
    assert "--format: xlsx cannot be shown on a terminal: write it to a file with -o report.xlsx" in ran.err


@pytest.mark.parametrize("command", ["scan", "convert"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--csv", "evidence"], "--csv: evidence are rows of a CSV: add -f csv or -o FILE.csv"),
        (["--csv", "evidence", "-f", "md", "-o", "r.html"], "--csv: evidence are rows of a CSV"),
        (["--csv", "exposures", "-o", "r.csv"], None),
        (["--publisher", "E=https://e.com"], "--publisher: only a CSAF document names one: add -f csaf"),
        (["--publisher", "E=https://e.com", "-o", "r.json"], "or -o FILE.csaf.json"),
        (["--publisher", "E=https://e.com", "-o", "r.csaf.json"], None),
    ],
)
def test_what_shapes_a_format_that_nobody_asked_for_is_refused(
    options: list[str], said: str | None, command: str, samples: Path, run: Run
) -> None:
    target: tuple[str | Path, ...] = (samples / "exchange-2016-cu23",)
    if command == "convert":
        run("scan", *target, "-o", "saved.json", "-q")
        target = ("saved.json",)
    ran = run(command, *target, *options)
    assert (ran.code == 2, said is None or said in ran.err) == (said is not None, True)


def test_a_publisher_of_the_configuration_is_for_runs_without_csaf_too(samples: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[publisher]\nname = "E"\nnamespace = "https://e.com"\n')
    config = ("--config", "config.toml")
    assert run("scan", samples / "exchange-5.5-sp4", *config, "-o", "saved.json").code == 1
    assert run("convert", "saved.json", *config).code == 0
    assert run("convert", "saved.json", *config, "--publisher", "F=https://f.com").code == 2


@pytest.mark.parametrize("kind", ["findings", "evidence", "exposures"])
def test_the_csv_is_of_the_kind_that_was_asked_for(kind: str, samples: Path, run: Run, tmp_path: Path) -> None:
    run("scan", *SMALL, samples / "copied-file", "--csv", kind, "-o", "r.csv", "-o", "r.json")
    first = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert {"findings": "verdict", "evidence": "sha256", "exposures": "cve"}[kind] in first
    assert run("convert", "r.json", "--csv", kind, "-f", "csv").out.splitlines()[0].split(",") == first
    refused = run("scan", *SMALL, samples / "copied-file", "--csv", "all")
    assert (refused.code, "is not one of 'findings', 'evidence', 'exposures'" in refused.err) == (2, True)
