"""hotfix-check as a folder for Windows servers that have no Python, made on Linux and packed as one zip.

    python offline/windows_folder.py -o hotfix-check-windows.zip

Needs a Python 3.11 with pip, and the compiler of mingw-w64 (Debian: gcc-mingw-w64-x86-64). docs/windows.md tells how it
is used. What is made of the same checkout and packages has the same bytes, but for what pip's wheels hold.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import py_compile
import re
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from windows_python import compile_program, copy_standard_library, install, needed, pip, put_libraries

ROOT = Path(__file__).parent.parent
PARTS = Path(__file__).parent / "windows"
FOLDER = "hotfix-check"
"""What the zip unpacks to."""
PACKAGES = ("libarchive-c", "olefile")
"""Beside what the project and its extra ``registry`` need. What 7z and disk images need is left out: LGPL."""
# The tool asks nothing of a network, and hashes by Python's own code.
NO_NETWORK = ("libcrypto-3.dll", "libssl-3.dll", "_ssl.pyd", "_hashlib.pyd")
_PATHS = "python311.zip\n.\napp\n"
_NOT_NEEDED = re.compile(
    r"^bin/|^pytz/zoneinfo/|^pygments/(lexers|styles)/(?!__init__|_mapping|python|special|default)|^regipy/cli"
    r"|\.(pyi|typed|lib|c|h)$|\.dist-info/(RECORD|INSTALLER|REQUESTED)$|^(cffi|pycparser)|^_cffi_backend|/tests?/"
)
_DAY = (2000, 1, 1, 0, 0, 0)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make hotfix-check as a folder for Windows, in a zip.")
    parser.add_argument("-o", "--output", type=Path, default=Path("hotfix-check-windows.zip"))
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = zipped(files_of(Path(folder)))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_bytes(data)
    print(f"{asked.output}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


def files_of(work: Path) -> dict[str, bytes]:
    """Every file of the folder, by its path there."""
    beside, library, app = work / "beside", work / "library", work / "app"
    put_libraries(beside, beside, without=NO_NETWORK)
    copy_standard_library(library)
    wheels = work / "wheel"
    pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    (own,) = wheels.glob("hotfix_check-*.whl")
    version = own.name.split("-")[1]
    install([str(own), *needed(["registry"]), *PACKAGES], app)
    files = {path.name: path.read_bytes() for path in beside.iterdir()}
    files["hotfix-check.exe"] = program(version, work)
    files["python311._pth"] = _PATHS.encode()
    files["python311.zip"] = zipped(dict(compiled(library)), deflated=False)
    for path in sorted(app.rglob("*")):
        name = path.relative_to(app).as_posix()
        if path.is_file() and path.suffix != ".py" and not _NOT_NEEDED.search(name):
            files[f"app/{name}"] = path.read_bytes()
    files |= {f"app/{name}": data for name, data in compiled(app) if not _NOT_NEEDED.search(name)}
    for script in ("detect.ps1", "remediate.ps1"):
        files[script] = text_of(script).replace("\n", "\r\n").encode()
    files["README.txt"] = text_of("README.txt").replace("@VERSION@", version).replace("\n", "\r\n").encode()
    files["LICENCES.txt"] = licences().replace("\n", "\r\n").encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\r\n" for name, data in sorted(files.items()))
    files["SHA256SUMS.txt"] = sums.encode()
    return files


def program(version: str, work: Path) -> bytes:
    """hotfix-check.exe, which says what it is in its properties."""
    numbers = ",".join((version.split(".") + ["0"] * 4)[:4])
    resource, made = work / "hotfix-check.rc", work / "hotfix-check.exe"
    resource.write_text(text_of("hotfix-check.rc").replace("@NUMBERS@", numbers).replace("@VERSION@", version))
    compile_program(text_of("hotfix-check.c"), made, "-municode", resource=resource)
    return made.read_bytes()


def compiled(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every module of a folder, compiled, in place of its source: it starts in half the time, and writes nothing."""
    for path in sorted(folder.rglob("*.py")):
        name, out = path.relative_to(folder).as_posix(), folder / "compiled.tmp"
        try:
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(str(path), str(out), name, doraise=True, invalidation_mode=mode)
        except py_compile.PyCompileError:
            continue  # a template of a package, not a module
        yield f"{name}c", out.read_bytes()
        out.unlink()


def zipped(files: dict[str, bytes], *, deflated: bool = True) -> bytes:
    """A zip of these files, the same for the same files; as a folder of its own where it is compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED, compresslevel=9
    ) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(f"{FOLDER}/{name}" if deflated else name, _DAY)
            info.compress_type = archive.compression
            archive.writestr(info, data)
    return out.getvalue()


def licences() -> str:
    """The licences of what is neither the project's nor in a folder of its own below app."""
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    parts: Iterable[str] = (
        (ROOT / "LICENSE").read_text("utf-8"),
        text_of("LICENCES.txt"),
        python.read_text("utf-8", "replace"),
    )
    return "\n\n".join(parts)


def text_of(name: str) -> str:
    return (PARTS / name).read_text("utf-8")


if __name__ == "__main__":
    main()
