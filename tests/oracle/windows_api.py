"""GetFileVersionInfo and VerQueryValue as Wine implements them, asked through version_api.c: the second opinion.

Wine's answers are Windows' as far as its developers know them. Where they are known to be Wine's alone, the case that
meets it says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("version_api.c")
_COMPILERS = ("x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-gcc-win32")
_PROGRAMS = ("wine64", "/usr/lib/wine/wine64", "wine")  # Debian's package wine64 alone puts no link into /usr/bin
_SERVERS = ("wineserver", "/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver")
_BUILTIN = ("/usr/lib/x86_64-linux-gnu/wine", "/usr/lib/wine", "/usr/lib64/wine")
_SECONDS = 60  # for one run of the program

Version = tuple[int, ...]


class WindowsApiAbsent(Exception):
    """What is missing to ask Windows' functions here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Windows' functions say about one file."""

    found: bool
    """Whether there is a version resource."""
    version: Version | None
    """The fixed file version. Windows hands it out unchecked; here, as a careful caller has it, None without its
    signature 0xFEEF04BD."""
    table: tuple[int, int] | None
    """Language and code page of the first Translation."""
    file_version: str | None
    """The string FileVersion of that table; lone surrogates as U+FFFD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsApi:
    """Asks one program in one Wine prefix."""

    command: tuple[str, ...]
    prefix: Path

    def ask(self, paths: Sequence[Path]) -> list[Answer | None]:
        """One answer a file, in the same order; None where the functions themselves end in an exception.

        The files get neutral names: Wine answers for its own kernel32.dll whatever file of that name is asked for.
        """
        links = self.prefix / "asked"
        shutil.rmtree(links, ignore_errors=True)
        links.mkdir()
        names = [links / f"f{number:05}.bin" for number in range(len(paths))]
        for name, path in zip(names, paths, strict=True):
            name.symlink_to(path.absolute())
        answers: list[Answer | None] = []
        while len(answers) < len(names):
            rest = "".join(f"Z:{str(name).replace('/', chr(92))}\n" for name in names[len(answers) :])
            status, lines = self._run(rest)
            answers += map(_answer, lines)
            if status == 3 and len(answers) < len(names):
                answers.append(None)
            elif status or len(answers) != len(names):
                raise RuntimeError(f"{self.command} ended with {status} after {len(answers)} of {len(names)} files")
        return answers

    def _run(self, lines: str) -> tuple[int, list[str]]:
        """Exit status and lines of output. Not through pipes: what Wine leaves running would hold them open."""
        given, taken = self.prefix / "given", self.prefix / "taken"
        given.write_text(lines)
        with given.open("rb") as stdin, taken.open("wb") as stdout:
            ran = subprocess.run(
                self.command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL,
                env=_environment(self.prefix), timeout=_SECONDS,
            )  # fmt: skip
        return ran.returncode, taken.read_text("ascii").splitlines()


@contextmanager
def windows_api(folder: Path) -> Iterator[WindowsApi]:
    """Build the program and a Wine prefix in ``folder``; end its Wine server afterwards. Raises WindowsApiAbsent."""
    compiler = _first(_COMPILERS, "no mingw-w64 (Debian: gcc-mingw-w64-x86-64-win32)")
    wine = _first(_PROGRAMS, "no Wine (Debian: wine64)")
    server = _first(_SERVERS, "no Wine server (Debian: wine64)")
    builtin = next((path for path in _builtin() if path.is_dir()), None)
    if builtin is None:
        raise WindowsApiAbsent("no folder of Wine's own DLLs")
    program = folder / "version_api.exe"
    subprocess.run([compiler, "-O1", "-Wall", "-Werror", _SOURCE, "-o", program, "-lversion"], check=True)
    prefix = folder / "prefix"
    # A prefix that Wine makes copies 690 MB in five seconds. These functions need no more than system32.
    (prefix / "drive_c/windows").mkdir(parents=True)
    (prefix / "drive_c/windows/system32").symlink_to(builtin)
    (prefix / ".update-timestamp").write_text("disable")
    subprocess.run([server, "--persistent"], env=_environment(prefix), check=True)  # it starts the rest only once
    try:
        yield WindowsApi(command=(wine, str(program)), prefix=prefix)
    finally:
        subprocess.run([server, "-k"], env=_environment(prefix), check=False, capture_output=True)


def builtin_files() -> list[Path]:
    """The DLLs and programs that Wine installs: real PE files wherever this can be asked."""
    return [path for folder in _builtin() for path in sorted(folder.glob("*")) if path.is_file()]


def _builtin() -> list[Path]:
    return [Path(folder) / "x86_64-windows" for folder in _BUILTIN]


def _first(candidates: Sequence[str], reason: str) -> str:
    found = next((path for name in candidates if (path := shutil.which(name))), None)
    if found is None:
        raise WindowsApiAbsent(reason)
    return found


def _environment(prefix: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "USER", "TMPDIR")}
    return {**kept, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "LC_ALL": "C.UTF-8"}


def _answer(line: str) -> Answer:
    found, signature, version, table, text = line.split("\t")
    return Answer(
        found=found == "+",
        version=tuple(map(int, version.split("."))) if signature == "feef04bd" else None,
        table=None if table == "-" else (int(table[:4], 16), int(table[4:], 16)),
        file_version=None if text == "-" else bytes.fromhex(text).decode("utf-16-be", "replace"),
    )
