"""hotfix-check as one page for a browser, which needs no installation and no network.

    python offline/page.py -o hotfix-check.html

Needs pip, and npm to fetch Pyodide (or --pyodide FOLDER, where its package was unpacked). The page holds the package as
its wheel has it, the catalogue, and the packages that judging needs; the command line is not among them.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
BROWSER = Path(__file__).parent / "browser"
PYODIDE = "pyodide@314.0.7"
INTEGRITY = "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
"""Of that package, as npm states it."""
MOST_BYTES = 10_000_000
"""Of the page: it is carried on sticks and by mail."""
PARTS = ("pyodide.asm.wasm", "pyodide.asm.mjs", "pyodide.mjs", "pyodide-lock.json", "python_stdlib.zip")
# Pure Python, or with pure Python in place of what is compiled (MarkupSafe).
PACKAGES = ("jinja2", "markupsafe", "packaging", "tabulate", "regipy", "construct", "inflection", "pytz", "xlsxwriter")
# Of the package: what only the command line has. Of the others: what is compiled, what only types, zones of pytz.
LEFT_OUT = re.compile(
    r"hotfix_check/(cli|fleet|drafts)/|\.(so|pyd|c|pyi|typed|lib)$|\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL)$"
    r"|^bin/|^packaging/(licenses/|metadata|tags|pylock|_elffile|_manylinux)|^pytz/zoneinfo/|^regipy/(plugins|cli|tests)|/__pycache__/"
)
# Of the standard library: networks but for mails, windows, tests, tools for developers, code pages of no Windows with
# Exchange.
NOT_NEEDED = re.compile(
    r"(unittest|xmlrpc|wsgiref|ensurepip|venv|pydoc_data|curses|dbm|turtledemo|idlelib|lib2to3|multiprocessing|"
    r"http|ctypes|mailbox|imaplib|smtplib|poplib|ftplib|doctest|pydoc|pickletools|optparse|argparse|getopt|profile|"
    r"cProfile|pstats|trace|turtle|webbrowser|zipapp|antigravity|this|_pydecimal|_pydatetime|_pyio|statistics|netrc|"
    r"nturl2path|sched|shelve|socketserver|tabnanny|timeit|wave|difflib|configparser|plistlib|modulefinder|"
    r"compileall|tracemalloc|fileinput|symtable|pyclbr|filecmp|gettext|graphlib|pty|tty|colorsys|"
    r"mimetypes|sre_\w+|_sysconfigdata\w*|sqlite3|xml/(dom|sax)|logging/(config|handlers)|urllib/(request|robotparser)|"
    r"encodings/(mac_\w+|iso\w+|koi8\w+|\w*jis\w*|big5\w*|euc_\w+|johab|hz|ptcp154|tis_620|hp_roman8|palmos|kz1048|"
    r"cp(037|273|424|500|720|737|775|8[5-7][^02]|9\d\d|10\d\d|1006|1026|1125|1140|65001)))"
    r"(-\w+)?(\.py$|/)"
)
# Nothing is asked for but what the page itself holds: scripts and machine code from its own memory, no address at all.
POLICY = (
    "default-src 'none'; script-src 'sha256-{script}' blob: 'wasm-unsafe-eval'; worker-src blob:; "
    "connect-src blob: data:; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make hotfix-check as one page for a browser.")
    parser.add_argument("-o", "--output", type=Path, default=Path("hotfix-check.html"))
    parser.add_argument("--pyodide", type=Path, metavar="FOLDER", help="its npm package, unpacked; else it is fetched")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pyodide = asked.pyodide or fetched(work)
        packages = installed(work)
        page = page_of(pyodide, packages)
    if len(page) > MOST_BYTES:
        raise SystemExit(f"the page has {len(page)} bytes, more than {MOST_BYTES}: leave more out")
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_bytes(page)
    print(f"{asked.output}: {len(page)} bytes, SHA-256 {hashlib.sha256(page).hexdigest()}")


def fetched(work: Path) -> Path:
    """Pyodide's package, whose content is the one that was tried."""
    run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(work), PYODIDE)
    (archive,) = work.glob("pyodide-*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise SystemExit(f"{PYODIDE}: its content is not the one that was tried (sha512-{digest})")
    run("tar", "--extract", "--gzip", "--file", str(archive), "--directory", str(work))
    return work / "package"


def installed(work: Path) -> Path:
    """A folder with the project's wheel and the packages."""
    wheels, folder = work / "wheel", work / "packages"
    pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    (own,) = wheels.glob("hotfix_check-*.whl")
    pip("install", "--no-deps", "--no-compile", "--only-binary", ":all:", "--target", str(folder), str(own), *PACKAGES)
    return folder


def page_of(pyodide: Path, packages: Path) -> bytes:
    """The whole page."""
    parts = {name: (pyodide / name).read_bytes() for name in PARTS}
    lock = json.loads(parts["pyodide-lock.json"])
    parts["pyodide-lock.json"] = json.dumps({**lock, "packages": {}}).encode()
    parts["python_stdlib.zip"] = stored(slim(parts["python_stdlib.zip"]))
    parts["packages.zip"] = stored([*chosen(packages), ("in_browser.py", (BROWSER / "in_browser.py").read_bytes())])
    parts |= compiled(pyodide, {name: parts[name] for name in ("python_stdlib.zip", "packages.zip")})
    script = (BROWSER / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    texts = {
        "POLICY": POLICY.format(script=digest),
        "STYLE": (BROWSER / "page.css").read_text("utf-8").strip(),
        "VERSION": version_of(packages),
        "CATALOGUE": max(found(packages.glob("hotfix_check/data/*.toml"), r"^version = ([0-9-]+)")),
        "PYODIDE": PYODIDE.partition("@")[2],
        "WORKER": (BROWSER / "worker.js").read_text("utf-8"),
        "SCRIPT": script,
        "PARTS": "\n".join(
            f'<script type="text/plain" data-part="{name}">{packed(data)}</script>' for name, data in parts.items()
        ),
    }
    page = (BROWSER / "page.html").read_text("utf-8")
    return re.sub(r"@([A-Z]+)@", lambda match: texts[match[1]], page).encode("utf-8")


def compiled(pyodide: Path, archives: dict[str, bytes]) -> dict[str, bytes]:
    """The same archives, the modules that are loaded at the start compiled; as they are where there is no node."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in archives.items():
            (Path(folder) / name).write_bytes(data)
        try:
            run("node", str(BROWSER / "compile.mjs"), str(pyodide), folder)
        except FileNotFoundError:
            print("no node: nothing is compiled, and the page will start in twice the time", file=sys.stderr)
            return archives
        return {name: (Path(folder) / name).read_bytes() for name in archives}


def packed(data: bytes) -> str:
    """Bytes as text of the page: the same for the same bytes."""
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()


def stored(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file whose members are not compressed: all of it is, as one, in the page."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def slim(library: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(library)) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/") and not NOT_NEEDED.match(name):
                yield name, archive.read(name)


def chosen(packages: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(packages.rglob("*")):
        name = path.relative_to(packages).as_posix()
        if path.is_file() and not LEFT_OUT.search(name):
            data = path.read_bytes()
            # What a package says of itself, without its manual.
            yield name, data.partition(b"\n\n")[0] if path.name == "METADATA" else data


def version_of(packages: Path) -> str:
    (version,) = found([packages / "hotfix_check" / "__init__.py"], r'^__version__ = "(.*)"')
    return version


def found(files: Iterable[Path], pattern: str) -> list[str]:
    return [match for file in files for match in re.findall(pattern, file.read_text("utf-8"), re.MULTILINE)]


def pip(command: str, *arguments: str) -> None:
    run(sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments)


def run(*command: str) -> None:
    """Run a command; when it fails, what it said is why the program ends."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (commands of this file)
    if done.returncode:
        said = (done.stderr or done.stdout)[-2000:]  # node shows the line of a fault, which can have a million signs
        raise SystemExit(f"{command[0]} failed:\n{said}")


if __name__ == "__main__":
    main()
