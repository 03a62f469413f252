"""The fuzzer's seeds are valid, their mutations raise only expected errors, and what it found once stays mended."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent / "fuzz"))

import entrances
import run
from conftest import EXAMPLES
from mutations import mutate, values_of, words_of
from run import ENTRANCES as NAMES
from seeds import SEEDS, catalogue_seeds, index_seeds, inventory_seeds
from targets import folder, installed

from hotfix_check.assess import Question, assess
from hotfix_check.catalogue.load import parse_catalogue
from hotfix_check.errors import HotfixCheckError


def test_each_entrance_has_seeds_and_is_run() -> None:
    assert set(NAMES) == set(entrances.ENTRANCES) == set(SEEDS)


@pytest.mark.parametrize("name", NAMES)
def test_the_seeds_are_small_and_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[HotfixCheckError] = []
    monkeypatch.setattr(entrances, "_told", told.append)
    for seed in SEEDS[name]():
        assert len(seed) < 20_000
        entrances.ENTRANCES[name](seed)
    assert told == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pe"])
def test_mutations_of_the_seeds_raise_only_what_is_expected(name: str) -> None:
    seeds = SEEDS[name]()
    words, values = words_of(seeds), values_of(seeds)
    each = min(EXAMPLES, max(8, 4 * EXAMPLES // len(seeds)))
    changed = {mutate(seed, 16384, number, words, values) for seed in seeds for number in range(each)}
    assert len(changed) > 15
    for data in changed:
        entrances.ENTRANCES[name](data)


def inventory(**changes: Any) -> bytes:
    """The smaller seed with the fields of its first file changed."""
    document = json.loads(inventory_seeds()[0])
    document["files"][0].update(changes)
    return json.dumps(document).encode()


def catalogue(before: str, after: str) -> bytes:
    """The seed that has every field, with a piece of its text exchanged."""
    text = catalogue_seeds()[-1].decode()
    assert before in text
    return text.replace(before, after).encode()


def _vast_index() -> bytes:
    """The seed, the sizes of its first table's name and text exchanged for the largest that can be written."""
    seed = index_seeds()[0]
    sizes = bytes((1, 8, 7, 23, 25, 25, 1, 129))  # of a row of sqlite_schema, and before them its number
    assert sizes in seed
    return seed.replace(sizes, b"\xff" * len(sizes))


FOUND: dict[str, tuple[str, bytes]] = {
    "an article of Exchange 4.5, which never was": (
        "article",
        b"Slow (999001)\nThe information in this article applies to:\n - Microsoft Exchange Server, versions 4.5, 5.5\n"
        b"\n"
        b"The English version of this fix should have the following file attributes or later:\n\n"
        b"   File name     Version\n   -------------------------\n   Sample.exe    5.5.2652.50\n",
    ),
    "a digest that is no SHA-256 and would be in the result": ("inventory", inventory(sha256="version_string")),
    "a file of the year 9, whose year was written with one digit": (
        "inventory",
        inventory(modified="0009-01-01T00:00:00Z"),
    ),
    "a row's time before the first year": (
        "catalogue",
        catalogue("2003-07-01T17:44:00Z", "0001-01-01T00:00:00+14:00"),
    ),
    "a KB of 4000 digits": ("catalogue", catalogue("kb = 999001", "kb = 0x" + "f" * 4000)),
    "a reference of a thousand digits": (
        "catalogue",
        catalogue("contains = [999002]", "contains = [0x" + "f" * 4000 + "]"),
    ),
    "columns of a list of hosts that are long and cannot be printed": (
        "expected",
        b"dag\x1b[2J,host," + b"x" * 3000 + b"\nDAG1,EX1,\n",
    ),
    "an index with a value of more bytes than there can be, for which SQLite finds no memory": ("index", _vast_index()),
    "an index whose digest is no SHA-256 and would be in the result": (
        "index",
        index_seeds()[0].replace(b"0" * 64, b"0" * 63 + b"/"),
    ),
}


@pytest.mark.parametrize(("name", "data"), FOUND.values(), ids=FOUND)
def test_what_was_found_once_stays_mended(name: str, data: bytes) -> None:
    entrances.ENTRANCES[name](data)


def test_a_row_of_the_last_day_that_there_is() -> None:
    """The day after it, until which the file may be linked, is no day."""
    data = catalogue("2003-07-01T17:44:00Z", "9999-12-31")
    file = installed("Exchsrvr/Bin/Store.exe", "5.5.2655.1", linked=1057081440)
    (found,) = [
        one
        for one in assess(folder(file), parse_catalogue([("x", data)], sha256=""), Question()).findings
        if one.update.kb == 999001
    ]
    assert found.verdict == "superseded"  # by SP4, which includes it
    assert found.anomalies == ("Store.exe: size-differs: 1000 bytes, the table says 9 (altered or re-released)",)


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--allow-absent"], 0)], ids=["as it is", "allowed"])
def test_no_fuzzer_is_no_pass_unless_asked_for(
    options: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "find_spec", lambda _: None)
        patch.setattr(sys, "argv", ["run.py", *options])
        assert run.main() == code
    assert capsys.readouterr().out.startswith("atheris is not installed, so nothing was fuzzed: ")


def test_every_entrance_has_bounds_and_a_program_has_the_tightest() -> None:
    assert set(entrances.BOUNDS) <= set(NAMES)
    assert entrances.BOUNDS["pe"] == (1.0, 64)
