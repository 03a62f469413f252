"""No connection, no program started, no library loaded, nothing written but the outputs named, whatever is asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli.processes import CATALOGUE, content
from conftest import ROOT
from typer.main import get_command

from hotfix_check.cli import app

FIVE, THREE, COPY = "samples/exchange-5.5-sp4", "samples/exchange-2003-sp1", "samples/copied-file"
POLICY = ("--baseline", "baseline.toml", "--waivers", "waivers.toml", "--as-of", "2006-06-30")
EVERY_FORMAT = ("r.json", "r.html", "r.csv", "r.md", "r.txt", "r.manifest.json")

# What is run, and every file that it may write.
JOBS: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("--version",), ()),
    (("scan", "--help"), ()),
    (("scan", FIVE, THREE, COPY, "hostile", *CATALOGUE, "--all", "-v"), ()),
    (("scan", FIVE, *CATALOGUE, *POLICY, *(part for name in EVERY_FORMAT for part in ("-o", name))), EVERY_FORMAT),
    (("scan", "hostile", *CATALOGUE, "--cross-check", "--follow-links", "-f", "json", "--complete"), ()),
    (("scan", COPY, "--ask"), ()),
    (("scan", FIVE, *CATALOGUE, "-f", "html"), ()),
    (("scan", "nowhere", *CATALOGUE, "-o", "n.json"), ()),
    (("explain", "KB818861", FIVE, *CATALOGUE), ()),
    (("plan", THREE, *CATALOGUE), ()),
    (("identify", "hostile", *CATALOGUE), ()),
    (("inventory", "hostile", *CATALOGUE, "-o", "i.json"), ("i.json",)),
    (("scan", "i.json", *CATALOGUE, "-o", "again.html"), ("again.html",)),
    (("fleet", "i.json", "r.json", *CATALOGUE, "--resume", "j", "-o", "f.html"), ("j", "f.html")),
    (("compare", FIVE, "r.json", *CATALOGUE), ()),
    (("baseline", "--from", FIVE, *CATALOGUE, "-o", "golden.toml"), ("golden.toml",)),
    (("convert", "r.json", "-o", "again.csv"), ("again.csv",)),
    (("verify", "r.manifest.json"), ()),
    (("scan", "samples/exchange-2003-sp1.zip", *CATALOGUE), ()),
    (("scan", "samples/listings/osquery.json", *CATALOGUE), ()),
    (("scan", COPY, "--hive", "samples/SOFTWARE-of-exchange-5.5-sp4", *CATALOGUE), ()),
    (("catalogue", "list"), ()),
    (("catalogue", "show", "KB818861", *CATALOGUE), ()),
    (("catalogue", "check", CATALOGUE[1]), ()),
    (("catalogue", "status", *CATALOGUE), ()),
    (("catalogue", "diff", CATALOGUE[1], "mine"), ()),
    (("catalogue", "build", "c.sqlite", *CATALOGUE, "-q"), ("c.sqlite",)),
    (("scan", FIVE, "--catalogue", "c.sqlite"), ()),
    (("catalogue", "import", "article.txt"), ()),
    (("catalogue", "import", "article.txt", "-f", "jsonl", "-o", "d.jsonl"), ("d.jsonl",)),
    (("catalogue", "import", "article.txt", "--into", "mine", "--replace"), ("mine/exchange-5.5.toml",)),
    (("help", "partial"), ()),
    (("help", "man"), ()),
]
CONTROLS = {
    "open": "open('stray', 'w').close()",
    "open ": "import os; os.close(os.open('stray', os.O_RDWR | os.O_CREAT))",
    "os.mkdir": "import os; os.mkdir('stray.d')",
    "os.rename": "import os; os.rename('stray', 'stray2')",
    "os.remove": "import os; os.remove('stray2')",
    "os.rmdir": "import os; os.rmdir('stray.d')",
    "os.symlink": "import os; os.symlink('a', 'stray.l')",
    "os.link": "import os; os.link('article.txt', 'stray.h')",
    "os.chmod": "import os; os.chmod('article.txt', 0o644)",
    "os.utime": "import os; os.utime('article.txt')",
    "os.truncate": "import os; os.truncate('stray.h', 10_000)",
    "tempfile.mkstemp": "import tempfile; tempfile.mkstemp(dir='.')",
    "sqlite3.connect": "import sqlite3; sqlite3.connect('stray.db').close()",
    "socket.__new__": "import socket; socket.socket().close()",
    "socket.getaddrinfo": "import socket; socket.getaddrinfo('127.0.0.1', 1)",
    "socket.gethostname": "import socket; socket.gethostname()",
    "subprocess.Popen": "import subprocess; subprocess.run(['true'])",
    "os.system": "import os; os.system('true')",
    "os.posix_spawn": "import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)",
    "os.exec": "import os; os.execv('/no/such/program', ['x'])",
    "os.fork": "import os; os.fork() or os._exit(0)",
    "os.kill": "import os; os.kill(os.getpid(), 0)",
    "ctypes.dlopen": "import ctypes; ctypes.CDLL(None)",
    "urllib.Request": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1/')",
    "pickle.find_class": "import pickle; pickle.loads(b'cos\\nsystem\\n.')",
}


@pytest.fixture(scope="module")
def place(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with samples, policy, an article, a catalogue of one's own and a target that is out for trouble."""
    made = tmp_path_factory.mktemp("watched")
    shutil.copytree(samples, made / "samples")
    shutil.copytree(CATALOGUE[1], made / "mine")
    for name in ("article.txt", "baseline.toml", "waivers.toml"):
        source = ROOT / "samples" / "example" / name
        shutil.copy(source if source.exists() else ROOT / "samples" / name, made)
    hostile = made / "hostile"
    hostile.mkdir()
    program = (made / COPY / "Mapi32.dll").read_bytes()
    for name, data in {
        "Mapi32.dll": program,
        "MAPI32.DLL": program[:900],
        "Store.exe": b"#!/bin/sh\ntouch /tmp/ran\n",
        "Emsmta.exe": program.replace(b"\0", b"\xff")[:5000],
        "desktop.ini": b"[.ShellClassInfo]",
    }.items():
        (hostile / name).write_bytes(data)
    if os.name != "nt":
        os.mkfifo(hostile / "Mad.exe")
        (hostile / "Admin.exe").symlink_to("/dev/zero")
        (hostile / "ring").symlink_to(".")
        (hostile / "Store.exe").chmod(0o755)
    return made


def watch(place: Path, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    home = place.parent / f"{place.name}-home"
    (home / "cache").mkdir(parents=True, exist_ok=True)
    file = place.parent / f"{place.name}-jobs.json"
    file.write_text(json.dumps(jobs))
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "HOTFIX_CHECK_"))},
        **{"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(home), "USERPROFILE": str(home)},
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("watched.py")), str(file)],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def cache_folders(place: Path) -> list[str]:
    """Where else something may be written: the user's cache folder for this tool."""
    return [str(place.parent / f"{place.name}-home" / "cache" / "hotfix-check")]


def test_every_command_is_watched() -> None:
    commands = dict(get_command(app).commands)
    names = {*commands, *(f"catalogue {name}" for name in commands.pop("catalogue").commands)} - {"catalogue"}
    run = {" ".join(arguments[: 1 + (arguments[0] == "catalogue")]) for arguments, _ in JOBS}
    assert run - {"--version"} == names


def test_no_command_does_anything_but_read_and_write_its_outputs(place: Path) -> None:
    before = content(place)
    jobs = [
        {"arguments": arguments, "outputs": outputs, "folders": cache_folders(place)} for arguments, outputs in JOBS
    ]
    told = watch(place, jobs)
    assert [(job["arguments"], ran["events"]) for job, ran in zip(jobs, told, strict=True) if ran["events"]] == []
    codes = {" ".join(arguments): ran["code"] for (arguments, _), ran in zip(JOBS, told, strict=True)}
    nowhere = codes.pop(" ".join(JOBS[7][0]))
    assert nowhere == 2
    assert {name: code for name, code in codes.items() if code not in (0, 1, 3)} == {}
    after = content(place)
    written = {name for _, outputs in JOBS for name in outputs}
    assert {name for name in after if after[name] != before.get(name)} == written
    assert set(before) <= set(after)
    home = place.parent / f"{place.name}-home"
    allowed = tuple(cache_folders(place))
    assert [path for path in home.rglob("*") if path.is_file() and not str(path).startswith(allowed)] == []


def test_an_import_with_several_jobs_starts_itself_and_nothing_else(place: Path) -> None:
    folder = place.parent / f"{place.name}-articles"
    folder.mkdir()
    for number in range(220):
        shutil.copy(place / "article.txt", folder / f"{number}.txt")
    arguments = ("catalogue", "import", str(folder), "--jobs", "2", "-o", "several.toml")
    (ran,) = watch(place, [{"arguments": arguments, "outputs": ["several.toml"]}])
    assert ran["code"] == 0, ran["err"]
    assert {name for name, _ in ran["events"]} == {"pickle.find_class"}
    assert {about.split("'")[1] for name, about in ran["events"] if name == "pickle.find_class"} == {
        "hotfix_check.cli.importing",
    }


def test_the_witness_sees_every_kind_of_what_must_not_happen(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("text")
    told = watch(tmp_path, [{"code": code} for code in CONTROLS.values()])
    missed = {kind: ran for kind, ran in zip(CONTROLS, told, strict=True) if kind.strip() not in dict(ran["events"])}
    assert missed == {}


def test_the_witness_lets_an_output_pass_and_nothing_beside_it(tmp_path: Path) -> None:
    write = "import os\nopen({0!r}, 'w').close()\nos.replace({0!r}, {1!r})"
    jobs = [
        {"code": write.format(".hotfix-check-1.part", "r.json"), "outputs": ["r.json"]},
        {"code": write.format("other.part", "r.json"), "outputs": ["r.json"]},
        {"code": write.format(".hotfix-check-1.part", "other.json"), "outputs": ["r.json"]},
        {"code": "import os; os.mkdir('c'); open('c/x', 'w').close()", "folders": ["c"]},
        {"code": "open('cc', 'w').close()", "folders": ["c"]},
    ]
    assert [[name for name, _ in ran["events"]] for ran in watch(tmp_path, jobs)] == [
        [],
        ["open", "os.rename"],
        ["os.rename"],
        [],
        ["open"],
    ]
