"""What a path is: one answer for every command, and a lone file opened once."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, Run
from listing_builder import osquery
from make_samples import listed

from hotfix_check.errors import TargetError
from hotfix_check.inventory.file_facts import Asked
from hotfix_check.inventory.files import TargetKind
from hotfix_check.inventory.target import opened_target, read_target

_OPENS = """
import os, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
from hotfix_check.cli import main
target = sys.argv[2]
sys.argv = ["hotfix-check", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print("opened", sum(isinstance(one, str | os.PathLike) and os.path.realpath(one) == target for one in opened))
"""


def _made(kind: str, samples: Path, run: Run, place: Path) -> Path:
    """A target of this kind, which is one file."""
    program = samples / "copied-file" / "Mapi32.dll"
    path = place / f"target.{kind}"
    if kind == "dll":
        return program
    if kind == "listing":
        path.write_text(osquery(listed("copied-file")))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.write(program, "Mapi32.dll")
    else:
        run("inventory", program, "-o", path)
    return path


@pytest.mark.parametrize("kind", ["dll", "listing", "zip", "json", "json.gz"])
def test_a_scan_opens_a_lone_file_once(kind: str, samples: Path, run: Run, tmp_path: Path) -> None:
    target = os.path.realpath(_made(kind, samples, run, tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", _OPENS, "scan", target, "-q"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "opened 1"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("dll", TargetKind.FILE),
        ("listing", TargetKind.LISTING),
        ("zip", TargetKind.ARCHIVE),
        ("json", TargetKind.INVENTORY),
        ("json.gz", TargetKind.INVENTORY),
    ],
)
def test_the_library_reads_what_the_command_line_reads(
    kind: str, expected: TargetKind, samples: Path, run: Run, tmp_path: Path
) -> None:
    path = _made(kind, samples, run, tmp_path)
    inventory = read_target(path, Asked(wanted=frozenset({"mapi32.dll"})))
    assert inventory.kind is expected
    assert [str(file.version) for file in inventory.files] == ["5.5.2657.50"]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_saved_result_is_no_target_and_says_what_takes_it(
    packed: bool, samples: Path, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "result.json"
    run("scan", samples / "copied-file", "-o", path)
    if packed:
        path = tmp_path / "result.json.gz"
        path.write_bytes(gzip.compress((tmp_path / "result.json").read_bytes()))
    with opened_target(path) as target:
        assert target.kind is TargetKind.RESULT
    with pytest.raises(TargetError, match=r"a saved result, .*convert.*compare"):
        read_target(path, Asked(wanted=frozenset()))
    ran = run("scan", path)
    assert (ran.code, ran.out) == (2, "")
    assert run("compare", path, samples / "copied-file").code == 0


def test_a_scan_of_a_folder_or_a_program_loads_no_reader_of_listings(samples: Path) -> None:
    code = "import sys; from hotfix_check.cli import main; sys.argv = ['hotfix-check', 'scan', '-q', sys.argv[1]]\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print([name for name in sys.modules if name.startswith('hotfix_check.inventory.listings.')])"
    for target in (samples / "copied-file" / "Mapi32.dll", samples / "copied-file"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert done.stdout.splitlines()[-1] == "[]"
