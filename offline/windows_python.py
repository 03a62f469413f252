"""A Windows CPython 3.11 made on Linux, from the package index alone: for tests under Wine, and for the folder that is
carried to a Windows server.

    python offline/windows_python.py FOLDER [--extra NAME ...]

makes one in FOLDER, to be run by Wine, with what the project needs and these extras of it. Needs a Python 3.11 with
pip, and the compiler of mingw-w64 (Debian: gcc-mingw-w64-x86-64). The interpreter's libraries are those that panda3d
ships: the ones of python.org's build. The standard library is this Python's own, which is the same text on Windows.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).parent.parent / "pyproject.toml"
INTERPRETER = "panda3d==1.10.16"
"""Its wheel for Windows has python311.dll 3.11.9 and every extension module of the standard library."""
_LIBRARIES = "deploy_libs/"
_BESIDE_THE_PROGRAM = ("python311.dll", "VCRUNTIME140.dll")
_NOT_NEEDED = ("tcl86t.dll", "tk86t.dll", "_tkinter.pyd", "_msi.pyd", "winsound.pyd")
NOT_OF_THE_LIBRARY = (
    *("site-packages", "dist-packages", "lib-dynload", "test", "idlelib", "tkinter", "ensurepip", "turtledemo"),
    *("lib2to3", "pydoc_data", "__pycache__"),
)
_TARGET = "x86_64-w64-mingw32"
COMPILER = f"{_TARGET}-gcc"
_WINDOWS = ("--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp", "--only-binary", ":all:")
# pip asks the markers of the system that it runs on: these are needed on Windows alone.
_ON_WINDOWS = ("colorama", "cffi")

_PROGRAM = """
#include <windows.h>
int wmain(int argc, wchar_t **argv) {
  HMODULE python = LoadLibraryW(L"python311.dll");
  return python ? ((int (*)(int, wchar_t **))GetProcAddress(python, "Py_Main"))(argc, argv) : 90;
}
"""
# Wine 8 has no bcryptprimitives.dll, and every library made by a recent Rust (pydantic-core) asks for it.
_RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T size) { return SystemFunction036(to, (ULONG)size); }
"""
_ENTRY = "int __stdcall DllMainCRTStartup(void *a, unsigned b, void *c) { return 1; }\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make a Windows CPython 3.11 for Wine.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--extra", action="append", default=[], metavar="NAME", help="an extra of pyproject.toml")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True)
    put_libraries(asked.folder, asked.folder / "DLLs")
    copy_standard_library(asked.folder / "Lib")
    compile_program(_PROGRAM, asked.folder / "python.exe", "-municode")
    put_stable_library(asked.folder)
    compile_program(_RANDOM, asked.folder / "bcryptprimitives.dll", "-shared", "-ladvapi32")
    install(needed(asked.extra), asked.folder / "Lib" / "site-packages")


def put_libraries(beside_the_program: Path, extensions: Path, without: Iterable[str] = ()) -> None:
    """Fetch the interpreter's libraries: two into the one folder, the extension modules and theirs into the other."""
    extensions.mkdir(parents=True, exist_ok=True)
    left_out = {*_NOT_NEEDED, *without}
    with tempfile.TemporaryDirectory() as fetched:
        pip("download", "--no-deps", *_WINDOWS, "--abi", "cp311", "--dest", fetched, INTERPRETER)
        (wheel,) = Path(fetched).glob("panda3d-*.whl")
        with zipfile.ZipFile(wheel) as packed:
            for name in packed.namelist():
                file = PurePosixPath(name).name
                if name.startswith(_LIBRARIES) and not file.startswith("api-ms-") and file not in left_out:
                    folder = beside_the_program if file in _BESIDE_THE_PROGRAM else extensions
                    (folder / file).write_bytes(packed.read(name))


def copy_standard_library(to: Path) -> None:
    """The pure Python of this interpreter's standard library, as far as programs without a window need it."""
    if sys.version_info[:2] != (3, 11):
        raise SystemExit("the Windows libraries are those of Python 3.11: run this by a Python 3.11")
    ignored = shutil.ignore_patterns(*NOT_OF_THE_LIBRARY, "config-*", "_sysconfigdata*")
    shutil.copytree(sysconfig.get_path("stdlib"), to, ignore=ignored)


def needed(extras: Sequence[str]) -> list[str]:
    """What the project needs at run time, and for these extras of it."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    found, waiting = list(project["dependencies"]), list(extras)
    for extra in waiting:
        for requirement in project["optional-dependencies"][extra]:
            own = re.fullmatch(r"hotfix-check\[(.*)\]", requirement)
            if own:
                waiting += own[1].split(",")
            else:
                found.append(requirement)
    return found


def install(requirements: Sequence[str], to: Path) -> None:
    """Packages for Windows, into a folder."""
    to.mkdir(parents=True, exist_ok=True)
    if requirements:
        pip("install", "--no-compile", *_WINDOWS, "--target", str(to), *_ON_WINDOWS, *requirements)


def compile_program(source: str, to: Path, *options: str, resource: Path | None = None) -> None:
    """Compile C for Windows, with what its properties show; the same source gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder) / "source.c"
        code.write_text(source)
        flags = [option for option in options if not option.startswith("-l")]
        libraries = [option for option in options if option.startswith("-l")]
        timeless = ("-Wl,--no-insert-timestamp",)
        inputs = [str(code)]
        if resource is not None:
            inputs.append(f"{folder}/resource.o")
            run(f"{_TARGET}-windres", "--codepage=65001", str(resource), inputs[-1])
        run(COMPILER, "-O2", "-s", *timeless, *flags, "-o", str(to), *inputs, *libraries)


def put_stable_library(folder: Path) -> None:
    """python3.dll, which wheels of the stable ABI are linked to: it passes every call on to python311.dll."""
    dump = run(f"{_TARGET}-objdump", "-p", str(folder / "python311.dll"))
    table = dump.partition("Name Pointer] Table")[2].partition("\n\n")[0]
    names = [line.split()[-1] for line in table.splitlines() if line.split()[-1:]]
    exported = [name for name in names if name.lstrip("_").startswith("Py")]
    with tempfile.TemporaryDirectory() as work:
        code, definition = Path(work) / "entry.c", Path(work) / "python3.def"
        code.write_text(_ENTRY)
        lines = ("LIBRARY python3.dll", "EXPORTS", *(f"{name}=python311.{name}" for name in exported))
        definition.write_text("\n".join(lines) + "\n")
        linked = ("-shared", "-nostdlib", "-e", "DllMainCRTStartup", "-Wl,--no-insert-timestamp")
        run(COMPILER, *linked, "-o", str(folder / "python3.dll"), str(code), str(definition))


def pip(command: str, *arguments: str) -> None:
    """One quiet command of this Python's pip."""
    run(sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments)


def run(*command: str) -> str:
    """What a command prints; when it fails, what it said is why the program ends."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (commands of this file)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr or done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
