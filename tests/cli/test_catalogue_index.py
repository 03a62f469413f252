"""catalogue build, --catalogue FILE.sqlite, and the index of the tool's own catalogue in the user's cache."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Run
from index_edits import edited, forged

from hotfix_check.catalogue import default_folder
from hotfix_check.judging import cache
from hotfix_check.judging.catalogues import build_index


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the tool's own catalogue."""
    place = tmp_path_factory.mktemp("built") / "own.sqlite"
    build_index([default_folder()], place)
    return place


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy of it in the folder where commands run."""
    return Path(shutil.copy(built, tmp_path))


@pytest.fixture
def small_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's own catalogue is that of one product: an index of it is made in no time."""
    folder = tmp_path / "own catalogue"
    folder.mkdir()
    shutil.copy(default_folder() / "exchange-2003.toml", folder)
    monkeypatch.setattr("hotfix_check.judging.catalogues.default_folder", lambda: folder)


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_catalogue: None) -> Path:
    """A cache that is not there yet."""
    folder = tmp_path / "cache" / "hotfix-check"
    monkeypatch.setenv("HOTFIX_CHECK_CACHE", str(folder))
    return folder


def scan(run: Run, samples: Path, *options: str) -> object:
    done = run("scan", samples / "exchange-2003-sp1", "-f", "json", "--no-run-info", "--exit-zero", *options)
    assert (done.code, done.err.count("\n")) == (0, 1)
    return done.result


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("exchange-5.5-sp4", ()),
        ("exchange-2000-sp3", ()),
        ("exchange-2003-sp1", ()),
        ("copied-file", ()),
        ("copied-file/Mapi32.dll", ()),
        ("copied-file/Mapi32.dll", ("--kb", "KB818861")),
        ("copied-file/Mapi32.dll", ("--kb", "MS13-061")),
        ("copied-file/Mapi32.dll", ("--as-of", "2003-10-01")),
        ("exchange-2000-sp3", ("--kb", "exchange-2000/KB894549")),
        ("exchange-2003-sp1", ("--kb", "exchange-2000/KB894549")),
        ("exchange-2003-sp1", ("--product", "exchange-5.5")),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_an_index_gives_the_answers_of_the_files_that_it_was_built_from(
    target: str, options: tuple[str, ...], samples: Path, run: Run, built: Path
) -> None:
    asked = ("scan", samples / target, "-f", "json", "--no-run-info", *options)
    by_index = run(*asked, "--catalogue", built)
    by_files = run(*asked, "--catalogue", default_folder())
    assert by_index.result == by_files.result
    assert (by_index.code, by_index.err) == (by_files.code, by_files.err)


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "KB818861", "{target}"),
        ("plan", "{target}"),
        ("compare", "{target}", "{target}"),
        ("identify", "{target}/Exchsrvr/Bin/Admin.exe"),
        ("catalogue", "list", "--product", "exchange-2003"),
        ("catalogue", "show", "KB817375"),
        ("scan", "{target}", "--baseline", str(ROOT / "samples" / "baseline.toml"), "--no-run-info"),
        ("scan", "{target}", "--waivers", str(ROOT / "samples" / "waivers.toml"), "--no-run-info"),
        ("inventory", "{target}", "--no-run-info"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_every_command_takes_an_index(command: tuple[str, ...], samples: Path, run: Run, built: Path) -> None:
    asked = [part.format(target=samples / "exchange-5.5-sp4") for part in command]
    by_index = run(*asked, "--catalogue", built)
    by_files = run(*asked, "--catalogue", default_folder())
    assert by_index.out == by_files.out != ""
    assert by_index.code == by_files.code


def test_build_says_what_it_wrote_and_check_and_status_read_it(run: Run, tmp_path: Path) -> None:
    done = run("catalogue", "build", "own.sqlite", "--catalogue", "default")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("hotfix-check: own.sqlite: 1,330 updates for 11 products, catalogue ")
    assert run("catalogue", "check", "own.sqlite").out == "The catalogue has no faults.\n"
    status = run("catalogue", "status", "-f", "json", "--catalogue", "own.sqlite").result
    assert status["updates"] == 1330
    assert status["sha256"] == run("catalogue", "status", "-f", "json").result["sha256"]
    assert run("catalogue", "diff", "own.sqlite", "default").out == "The catalogues are the same.\n"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM files WHERE name = 'mapi32.dll'", id="a file's updates are hidden"),
        pytest.param("DELETE FROM related", id="the chains are cut"),
        pytest.param("DELETE FROM called", id="nothing is found by number"),
        pytest.param("UPDATE updates SET level = NULL", id="what brings a level is not found"),
        pytest.param("UPDATE meta SET value = replace(value, '1330', '1329') WHERE name = 'outline'", id="a false sum"),
    ],
)
def test_check_finds_look_up_tables_that_do_not_fit(statement: str, run: Run, own: Path) -> None:
    forged(own, statement)
    done = run("catalogue", "check", "own.sqlite")
    assert done.code == 2
    assert done.out == "own.sqlite: its look-up tables are not those of its updates: build it again\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ("scan", ".", "--catalogue", "own.sqlite", "--catalogue", "default"),
            "--catalogue: own.sqlite is an index and cannot be joined with others: build one of all",
            id="an index and another",
        ),
        pytest.param(
            ("catalogue", "build", "again.sqlite", "--catalogue", "own.sqlite"),
            "--catalogue: own.sqlite is an index already: an index is built from TOML or JSON Lines",
            id="an index of an index",
        ),
        pytest.param(
            ("catalogue", "build", "mine.TOML"),
            "mine.TOML: an index would replace a catalogue of text: name it like catalogue.sqlite",
            id="the catalogue itself, taken for what is read",
        ),
        pytest.param(
            ("catalogue", "build", "no/own.sqlite"),
            "no/own.sqlite: cannot be written: No such file or directory",
            id="no such folder",
        ),
    ],
)
def test_what_cannot_be_built_or_joined_is_told_in_one_line(
    arguments: tuple[str, ...], message: str, run: Run, own: Path
) -> None:
    assert own.exists()
    done = run(*arguments)
    assert (done.code, done.err) == (2, f"hotfix-check: error: {message}\n")


def test_the_first_run_fills_the_cache_and_the_next_reads_it(run: Run, samples: Path, cache_folder: Path) -> None:
    first = scan(run, samples)
    made = (cache_folder / "catalogue.sqlite").stat()
    assert scan(run, samples) == first
    again = (cache_folder / "catalogue.sqlite").stat()
    assert (again.st_ino, again.st_mtime_ns) == (made.st_ino, made.st_mtime_ns)
    assert [path.name for path in cache_folder.iterdir()] == ["catalogue.sqlite"]
    assert stat.S_IMODE(made.st_mode) & 0o022 == 0


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"SQLite format 3\0" + b"\xa5" * 5000, id="damaged"),
        pytest.param(None, id="of another catalogue"),
    ],
)
def test_a_cache_that_does_not_fit_is_made_anew(
    content: bytes | None, run: Run, samples: Path, cache_folder: Path
) -> None:
    first = scan(run, samples)
    place = cache_folder / "catalogue.sqlite"
    if content is None:
        forged(place, "UPDATE meta SET value = 'x' WHERE name = 'sha256'")
    else:
        place.write_bytes(content)
    before = place.read_bytes()
    assert scan(run, samples) == first
    assert place.read_bytes() != before
    assert place.stat().st_size > 20_000


@pytest.mark.parametrize(
    ("change", "statement"),
    [
        pytest.param(forged, "UPDATE updates SET content = '['", id="updates that cannot be read"),
        pytest.param(forged, "UPDATE meta SET value = '0.0.1' WHERE name = 'tool'", id="made by another release"),
        pytest.param(edited, "UPDATE updates SET content = replace(content, '6.5.7', '6.5.1')", id="edited"),
        pytest.param(edited, "DELETE FROM updates", id="emptied"),
    ],
)
def test_a_cache_whose_content_does_not_fit_is_made_anew(
    change: Callable[..., Path], statement: str, run: Run, samples: Path, cache_folder: Path
) -> None:
    first = scan(run, samples)
    place = cache_folder / "catalogue.sqlite"
    made = place.read_bytes()
    change(place, statement)
    assert scan(run, samples) == first
    assert place.read_bytes() == made


def test_one_number_of_a_cache_changed_by_hand_changes_no_verdict(
    run: Run, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTFIX_CHECK_CACHE", str(tmp_path / "cache"))
    asked = ("scan", samples / "exchange-5.5-sp4", "--kb", "KB818861", "-f", "json", "--no-run-info")
    first = run(*asked)
    place = tmp_path / "cache" / "catalogue.sqlite"
    place.write_bytes(place.read_bytes().replace(b"5.5.2657.50", b"5.5.2653.12"))
    again = run(*asked)
    assert (first.code, again.code) == (1, 1)
    assert again.result == first.result


def test_a_damaged_index_that_the_user_named_is_one_line(run: Run, samples: Path, own: Path) -> None:
    edited(own, "DELETE FROM updates WHERE content LIKE '%818861%'")
    done = run("scan", samples / "exchange-5.5-sp4", "--catalogue", "own.sqlite")
    message = "a damaged index (its checksum does not match): delete it, or build it again"
    assert (done.code, done.out) == (2, "")
    assert done.err == f"hotfix-check: error: own.sqlite: {message}\n"


def test_a_cache_that_others_can_write_to_is_made_anew(run: Run, samples: Path, cache_folder: Path) -> None:
    first = scan(run, samples)
    place = cache_folder / "catalogue.sqlite"
    forged(place, "UPDATE updates SET content = replace(content, '6.5.7', '6.5.1')")
    place.chmod(0o666)
    assert scan(run, samples) == first
    assert stat.S_IMODE(place.stat().st_mode) & 0o022 == 0


@pytest.mark.skipif(os.name == "nt", reason="pipes and links of POSIX")
@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link to a file", "a link to nothing"])
def test_what_stands_in_the_place_of_the_cache_stays_as_it_is(
    kind: str, run: Run, samples: Path, cache_folder: Path, tmp_path: Path
) -> None:
    place, precious = cache_folder / "catalogue.sqlite", tmp_path / "precious"
    cache_folder.mkdir(parents=True)
    if kind == "a pipe":
        os.mkfifo(place)
    elif kind == "a folder":
        place.mkdir()
    else:
        place.symlink_to(precious)
    if kind == "a link to a file":
        precious.write_text("precious")
    before = place.lstat()
    scan(run, samples)
    after = place.lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert precious.exists() == (kind == "a link to a file")
    assert kind != "a link to a file" or precious.read_text() == "precious"


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), NotADirectoryError(20, "Not a directory")])
def test_a_cache_that_cannot_be_looked_at_is_done_without(
    error: OSError, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> os.stat_result:
        raise error

    assert cache.cache_file("c") == cache_folder / "c"
    monkeypatch.setattr(Path, "lstat", refused)
    assert cache.cache_file("c") is None


@pytest.mark.parametrize("broken", ["a file is in the way", "not writable", "off", "not absolute", "open to all"])
def test_without_a_cache_the_answer_is_the_same(
    broken: str, run: Run, samples: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = scan(run, samples)
    place = tmp_path / "other" / "hotfix-check"
    place.parent.mkdir()
    monkeypatch.setenv("HOTFIX_CHECK_CACHE", str(place))
    if broken == "a file is in the way":
        place.write_text("")
    elif broken == "not writable":

        def refused(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "mkdir", refused)
    elif broken == "off":
        monkeypatch.setenv("HOTFIX_CHECK_CACHE", "off")
    elif broken == "not absolute":
        monkeypatch.setenv("HOTFIX_CHECK_CACHE", "here")
    else:
        place.parent.chmod(0o777)
    assert scan(run, samples) == expected
    assert not (place / "catalogue.sqlite").exists()
    assert sorted(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        pytest.param({"XDG_CACHE_HOME": "{}/x", "HOME": "{}"}, "x/hotfix-check/c", id="as XDG says"),
        pytest.param({"HOME": "{}"}, ".cache/hotfix-check/c", id="in the home folder"),
        pytest.param({}, None, id="nowhere"),
        pytest.param({"HOTFIX_CHECK_CACHE": "{}/own", "HOME": "{}"}, "own/c", id="as asked for"),
    ],
)
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="they have folders of their own")
def test_where_the_cache_is(
    variables: dict[str, str], place: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "HOME", "HOTFIX_CHECK_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    assert cache.cache_file("c") == (None if place is None else tmp_path / place)


def test_a_folder_of_another_user_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTFIX_CHECK_CACHE", str(tmp_path / "own"))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert cache.cache_file("c") is None


READING = {
    "scan": ("scan", "{}", "--exit-zero"),
    "scan of several": ("scan", "nowhere.d", "{}", "--exit-zero"),
    "inventory": ("inventory", "{}", "-o", "i.json"),
    "explain": ("explain", "KB818861", "{}"),
    "plan": ("plan", "{}"),
    "identify": ("identify", "{}"),
    "compare": ("compare", "nowhere.d", "{}"),
    "compare with": ("compare", "{}", "nowhere.d"),
    "baseline": ("baseline", "--from", "{}", "-o", "b.toml"),
    "verify": ("verify", "e.manifest.json"),
}


@pytest.fixture
def server(samples: Path, tmp_path: Path) -> Path:
    """A target beside an empty folder and a link to the target."""
    (tmp_path / "nowhere.d").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "server")
    return Path(shutil.copytree(samples / "copied-file", tmp_path / "server"))


def test_no_command_keeps_a_cache_within_what_it_reads(
    run: Run, server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("scan", "server", "-o", "e.manifest.json", "-q")
    monkeypatch.setenv("HOTFIX_CHECK_CACHE", str(server / "Users" / "me" / ".cache" / "hotfix-check"))
    before = sorted(server.rglob("*"))
    for name, command in READING.items():
        done = run(*(part.format("server") for part in command))
        assert (done.code, sorted(server.rglob("*"))) == (0, before), name


@pytest.mark.parametrize("inside", ["server", "link", "link/hotfix-check"])
def test_a_cache_that_is_the_target_or_leads_into_it_is_off_for_that_target(
    inside: str, server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTFIX_CHECK_CACHE", str(tmp_path / inside))
    assert cache.cache_file("c", [tmp_path / "nowhere.d", server]) is None
    assert cache.cache_file("c", [tmp_path / "not there", server / "Mapi32.dll", Path("a\0b")]) is not None


def test_many_at_once_on_an_empty_cache_all_answer_the_same(samples: Path, cache_folder: Path) -> None:
    command = [sys.executable, "-c", "from hotfix_check.cli import main; main()", "scan", "-q", "-f", "json"]
    command += ["--no-run-info", "--exit-zero", str(samples / "copied-file" / "Mapi32.dll")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) for _ in range(3)]
    done = [process.communicate() for process in running]
    assert {process.returncode for process in running} == {0}
    assert {error for _, error in done} == {b""}
    assert len({out for out, _ in done}) == 1
    assert [path.name for path in cache_folder.iterdir()] == ["catalogue.sqlite"]
