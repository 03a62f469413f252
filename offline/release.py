"""Everything that a release consists of, made and checked by one command.

    python offline/release.py -o dist

Makes wheel, source distribution, the one file for machines without a network, the folder for Windows and the page for a
browser, checks each, and writes SHA256SUMS. docs/releasing.md says what it needs. It publishes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = "hotfix-check.html"
FOLDER = "hotfix-check-windows.zip"
FILE = "hotfix-check.pyz"
SAMPLE = Path("copied-file", "Mapi32.dll")
ANSWER = "KB818861 installed: Mapi32.dll is 5.5.2657.50, as in the table"
"""What every program that is made here must say of the sample."""
_BEFORE = {"SOURCE_DATE_EPOCH": "1577836800"}  # what hatchling takes by itself: the same bytes whenever it is built
_PARTS = ("wheel", "pyz", "windows", "page")


class Wrong(Exception):
    """Something that was made is not as it must be."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make and check everything that a release consists of.")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--only", choices=_PARTS, action="append", help="make only this; repeat for more")
    asked = parser.parse_args(arguments)
    output = asked.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    for name in asked.only or _PARTS:
        try:
            for line in MAKERS[name](output):
                print(f"{name}: {line}", flush=True)
        except Wrong as fault:
            print(f"{name}: WRONG: {fault}", file=sys.stderr)
            return 1
    made = sorted(path for path in output.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    (output / "SHA256SUMS").write_text("".join(f"{digest(path)}  {path.name}\n" for path in made))
    print(f"{output / 'SHA256SUMS'}: {len(made)} files")
    return 0


def make_wheel(output: Path) -> list[str]:
    """Wheel and source distribution, built twice in different places and at different times to the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "first", Path(folder) / "second"
        copy = Path(folder) / "elsewhere"
        tree(copy)
        build(ROOT, first)
        build(copy, second)
        built = {path.name: digest(path) for path in first.iterdir()}
        again = {path.name: digest(path) for path in second.iterdir()}
        if built != again:
            raise Wrong(f"a second build differs: {built} and {again}")
        (wheel,) = first.glob("*.whl")
        site = Path(folder) / "site"
        zipfile.ZipFile(wheel).extractall(site)
        says(
            (
                sys.executable,
                "-c",
                f"import sys; sys.path.insert(0, {str(site)!r}); from hotfix_check.cli import main; main()",
            ),
            Path(folder),
        )
        for path in first.iterdir():
            shutil.copy(path, output)
    return [f"{name}, SHA-256 {sha256}, the same twice" for name, sha256 in sorted(built.items())]


def make_file(output: Path) -> list[str]:
    """The one file, by the commands of docs/offline.md, and what it says in an empty folder."""
    (block, *_) = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "offline.md").read_text("utf-8"), re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        tree(copy)
        run(("bash", "-euo", "pipefail", "-c", block), copy)
        made = copy / FILE
        says((sys.executable, "-I", "-S", str(made)), Path(folder), SHIV_ROOT=folder)
        shutil.copy(made, output)
    return [f"{FILE}, {made_size(output / FILE)}, answers on a sample"]


def make_folder(output: Path) -> list[str]:
    """The folder for Windows; every file of it has the checksum that it says, and none of them is missing."""
    path = output / FOLDER
    run((sys.executable, str(ROOT / "offline" / "windows_folder.py"), "-o", str(path)), ROOT)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        held = {name.partition("/")[2]: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    sums = dict(line.split("  ", 1)[::-1] for line in held.pop("SHA256SUMS.txt").decode().splitlines())
    if sums != {name: hashlib.sha256(data).hexdigest() for name, data in held.items()}:
        raise Wrong("SHA256SUMS.txt of the folder is not that of its files")
    return [f"{FOLDER}, {made_size(path)}, {len(held)} files as SHA256SUMS.txt says; .ci/run runs it under Wine"]


def make_page(output: Path) -> list[str]:
    """The page; it has what its documentation names and asks for no address."""
    path = output / PAGE
    run((sys.executable, str(ROOT / "offline" / "page.py"), "-o", str(path)), ROOT)
    text = path.read_text("utf-8")
    for wanted in ('id="files"', 'id="folder"', 'id="headline"', "default-src 'none'"):
        if wanted not in text:
            raise Wrong(f"{PAGE} has no {wanted}")
    if re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?https?:", text):
        raise Wrong(f"{PAGE} refers to an address")
    return [f"{PAGE}, {made_size(path)}; .ci/run opens it in Chromium"]


MAKERS: Mapping[str, Callable[[Path], list[str]]] = {
    "wheel": make_wheel,
    "pyz": make_file,
    "windows": make_folder,
    "page": make_page,
}


def tree(copy: Path) -> None:
    """A copy of the checkout without what git ignores, with file times of its own."""
    listed = run(("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"), ROOT)
    for name in filter(None, listed.split("\0")):
        place = copy / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copyfile(ROOT / name, place)
    shutil.copyfile(ROOT / ".gitignore", copy / ".gitignore")


def build(source: Path, output: Path) -> None:
    """Wheel and source distribution of a checkout."""
    run((sys.executable, "-m", "build", "--no-isolation", "--outdir", str(output), str(source)), source, **_BEFORE)


def says(command: Sequence[str], folder: Path, **environment: str) -> None:
    """Raises Wrong where a program does not give the answer on the sample, with the versions that it must have."""
    samples = folder / "samples"
    if not samples.is_dir():
        run((sys.executable, str(ROOT / "samples" / "make_samples.py"), str(samples)), ROOT)
    told = run((*command, "scan", "--quiet", str(samples / SAMPLE)), folder, HOTFIX_CHECK_CACHE="off", **environment)
    if ANSWER not in told:
        raise Wrong(f"{shlex.join(command)} does not say {ANSWER!r}")


def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    """What a command prints. Raises Wrong where it fails."""
    known = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Wrong(f"{shlex.join(command)[:200]}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def made_size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB, SHA-256 {digest(path)}"


if __name__ == "__main__":
    sys.exit(main())
