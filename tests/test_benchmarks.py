"""The benchmarks run and check their answers; what they measure is never a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from benchmarks import __main__ as command
from benchmarks import readers
from benchmarks.catalogues import JUDGED, OWN_ROWS, write_catalogue
from benchmarks.figures import Figures, Goal, Options, seconds, times
from benchmarks.importing import write_articles
from benchmarks.page import page
from benchmarks.reading import reading
from benchmarks.timing import Run, WrongAnswerError, call, interleaved, process
from hotfix_check.catalogue import load_catalogue

pytestmark = pytest.mark.usefixtures("little_garbage")


@pytest.mark.slow
def test_every_benchmark_runs_and_fills_its_table(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--results", tmp_path],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "README.md").read_text("utf-8") == done.stdout
    titles = [line.removeprefix("## ") for line in done.stdout.splitlines() if line.startswith("## ")]
    assert titles == [
        "Targets",
        "Reading versions",
        "Walking a large tree",
        "A whole server",
        "The catalogue grows",
        "A slow disk",
        "One file, the whole process",
        "The judgement alone",
        "Article import",
        "Many hosts",
    ]
    for part in done.stdout.split("\n## ")[1:]:
        table = [line.count(" | ") for line in part.splitlines() if line.startswith("| ")]
        assert len(table) >= 4, part
        assert len(set(table)) == 1, part


def test_a_wrong_answer_ends_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def benchmark(_: Options) -> Figures:
        raise WrongAnswerError("Mapi32.dll: 1.0.0.0, but it must be 5.5.2657.50")

    monkeypatch.setenv("HOTFIX_CHECK_CACHE", "off")  # what the run sets is undone
    monkeypatch.setattr(command, "BENCHMARKS", {"reading": benchmark})
    assert command.main(["--quick"]) == 1
    assert capsys.readouterr().err == "reading: wrong answer: Mapi32.dll: 1.0.0.0, but it must be 5.5.2657.50\n"


def test_a_reader_that_differs_from_pefile_is_a_wrong_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    honest = readers.ours_with_notes

    def one_off(paths: list[str]) -> Callable[[], list[Any]]:
        def one_pass() -> list[Any]:
            found = honest(paths)()
            return [*found[:-1], ((9, 9, 9, 9), found[-1][1])]

        return one_pass

    monkeypatch.setattr(readers, "ours_with_notes", one_off)
    with pytest.raises(WrongAnswerError, match=r"bench00011\.dll: hotfix-check reads \[9, 9, 9, 9\], pefile \[\["):
        reading(Options(quick=True, corpus=None, work=tmp_path))


def test_contenders_take_turns_and_the_median_counts() -> None:
    order: list[str] = []
    walls = {"a": iter([3.0, 1.0, 2.0]), "b": iter([9.0, 7.0, 8.0])}

    def contender(name: str) -> Callable[[], Run]:
        def run() -> Run:
            order.append(name)
            return Run(wall=next(walls[name]), cpu=0.5, answer=len(order))

        return run

    timings = interleaved({name: contender(name) for name in walls}, 3)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert {name: (timing.wall, timing.answer) for name, timing in timings.items()} == {"a": (2.0, 5), "b": (8.0, 6)}


def test_a_process_is_measured_by_itself_and_not_by_what_starts_it() -> None:
    ballast = bytearray(200 << 20)
    small = process([sys.executable, "-c", "print('done')"])
    large = process([sys.executable, "-c", "x = bytearray(100 << 20); print(len(x))"])
    assert len(ballast) == 200 << 20
    assert (small.answer, large.answer) == (b"done\n", b"104857600\n")
    assert small.peak < 60 << 20 < 100 << 20 < large.peak < 160 << 20
    assert 0 < small.cpu < 10
    assert 0 < small.wall < 60


def test_a_call_in_a_child_gives_its_answer() -> None:
    assert call(readers.floor, paths=[str(Path(__file__))]).answer == []


def test_a_process_that_fails_is_a_wrong_answer() -> None:
    with pytest.raises(WrongAnswerError, match="exit code 3"):
        process([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize("own", [True, False], ids=["its own product grows", "other products grow"])
def test_a_synthetic_catalogue_has_the_rows_asked_for(tmp_path: Path, own: bool) -> None:
    write_catalogue(tmp_path / "one", 2500, own=own)
    write_catalogue(tmp_path / "again", 2500, own=own)
    found = load_catalogue([tmp_path / "one"])
    rows = [(update.product, row) for update in found.updates for package in update.packages for row in package.rows]
    assert len(rows) == 2500
    assert sum(product == JUDGED for product, _ in rows) == (2500 if own else OWN_ROWS)
    assert found.sha256 == load_catalogue([tmp_path / "again"]).sha256


def test_articles_are_the_same_at_every_run(tmp_path: Path) -> None:
    said = write_articles(tmp_path / "one", 4)
    assert write_articles(tmp_path / "again", 4) == said
    assert sorted(said) == ["900000.txt", "900001.html", "900002.txt", "900003.html"]
    for name in said:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_page_says_which_targets_are_missed() -> None:
    figures = Figures(
        title="Something",
        about="About it.",
        columns=("what", "time"),
        rows=(("ours", "1 s"), ("theirs", "not installed")),
        goals=(
            Goal(what="slower than the floor", ratio=6.5, bound=6),
            Goal(what="faster than theirs", ratio=41, bound=40, at_least=True),
        ),
        notes=("A note.",),
    )
    assert page([figures], "A CPU", "ours 1", plot=None).partition("Programs: ")[2] == (
        "ours 1.\n\n## Targets\n\n| what | ratio | target |  |\n| --- | ---: | ---: | ---: |\n"
        "| slower than the floor | 6.50x | <= 6x | **missed** |\n| faster than theirs | 41.0x | >= 40x | met |\n\n"
        "## Something\n\nAbout it.\n\n| what | time |\n| --- | ---: |\n| ours | 1 s |\n| theirs | not installed |\n\n"
        "- A note.\n"
    )


@pytest.mark.parametrize(
    ("value", "shown"), [(12.345, "12.3 s"), (0.25, "250 ms"), (0.0123, "12.3 ms"), (4.2e-05, "42 us")]
)
def test_times_have_three_digits_and_a_unit(value: float, shown: str) -> None:
    assert seconds(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(1.0, "1.00x"), (45.67, "45.7x"), (246.4, "246x")])
def test_ratios_have_three_digits(value: float, shown: str) -> None:
    assert times(value) == shown
