"""Writes the README's pictures from what the tool says today: a run in a terminal, and the first page of a report.

    python samples/make_pictures.py [FOLDER]

``terminal.svg`` is the README's first command, drawn from its own output; the same output gives the same bytes.
``report.png`` is the example report of README.md here as Chromium shows it, and holds that page's SHA-256. Tests hold
both to the tool, so that neither shows what it no longer says. Needs Chromium (Debian: chromium); without it the
terminal alone is drawn.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from make_samples import make_samples

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
EXAMPLE = (
    *("exchange-5.5-sp4", "exchange-2003-sp1", "copied-file/Mapi32.dll", "--baseline", "example/baseline.toml"),
    *("--waivers", "example/waivers.toml", "--catalogue", "example/catalogue", "--no-run-info"),
    *("--as-of", "2006-06-30", "-o", "example-report.html"),
)
"""The scan of the example report, in the folder of the samples."""
COLUMNS = 80
WIDTH, HEIGHT = 1000, 780  # of the report's picture, in pixels
KEYWORD = b"Made from SHA-256"
"""Of the text in the PNG file that holds the page's."""
_GLYPH, _LINE, _MARGIN = 8.4, 19, 20  # pixels
_COLOURS = {
    "31": "#ff8a80",
    "32": "#9ccc8f",
    "33": "#f2c55c",
    "34": "#82b1ff",
    "35": "#c9a6ff",
    "36": "#7fd3e0",
    "90": "#9aa5b1",
}
_SGR = re.compile(r"\x1b\[([0-9;]*)m")


def readme_command() -> list[str]:
    """The scan that the README begins with, without the program."""
    first = re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[0]
    return str(first).strip().partition("/hotfix-check ")[2].split()


def terminal_text(arguments: list[str]) -> str:
    """What a run prints in colour on a terminal of ``COLUMNS`` columns, on fresh samples."""
    with tempfile.TemporaryDirectory() as folder:
        make_samples(Path(folder, "samples"))
        return _run([*arguments, "--color", "always"], folder)


def example_report() -> bytes:
    """The example report, of fresh samples."""
    with tempfile.TemporaryDirectory() as folder:
        make_samples(Path(folder))
        shutil.copytree(HERE / "example", Path(folder, "example"), dirs_exist_ok=True)
        _run(["scan", *EXAMPLE], folder)
        return Path(folder, EXAMPLE[-1]).read_bytes()


def _run(arguments: Sequence[str], folder: str) -> str:
    environment = {
        **os.environ,
        "COLUMNS": str(COLUMNS),
        "HOTFIX_CHECK_CACHE": "off",
        "PYTHONPATH": str(HERE.parent),
    }
    command = [sys.executable, "-m", "hotfix_check", *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    if ran.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(arguments)}: {ran.stderr}")
    return ran.stdout


def terminal_svg(arguments: list[str], text: str) -> str:
    """The command and its output as a drawing of text; every run of characters has its place, whatever the font."""
    lines = [*_typed(arguments), *text.rstrip("\n").split("\n")]
    height = 2 * _MARGIN + _LINE * len(lines)
    width = round(2 * _MARGIN + _GLYPH * COLUMNS)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>hotfix-check {escape(' '.join(arguments))}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#14181d"/>',
        '<g font-family="ui-monospace,Consolas,DejaVu Sans Mono,Menlo,monospace" font-size="14" fill="#e2e6eb">',
    ]
    for number, line in enumerate(lines):
        drawn += _line(line, _MARGIN + _LINE * number + 14)
    return "\n".join([*drawn, "</g>", "</svg>"]) + "\n"


def _typed(arguments: list[str]) -> Iterator[str]:
    """The command as it is typed, on as many lines as it needs."""
    line = "$ hotfix-check"
    # An option stays with its value.
    for argument in re.split(r" (?=--|[^-][^ ]*/)", " ".join(arguments)):
        if len(line) + 1 + len(argument) > COLUMNS - 2:
            yield f"\x1b[1m{line} \\\x1b[0m"
            line = "   "
        line += f" {argument}"
    yield f"\x1b[1m{line}\x1b[0m"
    yield ""


def _line(line: str, y: int) -> Iterator[str]:
    at, style = 0, ""
    pieces = _SGR.split(line)
    for number, piece in enumerate(pieces):
        if number % 2:
            style = _style(piece.split(";"))
        elif piece.strip():
            shown = piece.rstrip()
            lead = len(shown) - len(shown.lstrip())
            x, length = _MARGIN + _GLYPH * (at + lead), _GLYPH * (len(shown) - lead)
            text = escape(shown.lstrip())
            yield f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" xml:space="preserve"{style}>{text}</text>'
        at += 0 if number % 2 else len(piece)


def _style(codes: list[str]) -> str:
    colour = next((_COLOURS[code] for code in codes if code in _COLOURS), None)
    bold = ' font-weight="700"' if "1" in codes else ""
    return (f' fill="{colour}"' if colour else "") + bold


def report_picture(page: Path, picture: Path, chromium: str) -> None:
    """Write the top of a page as a PNG file that says which page it is of."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder, "shot.png")
        flags = [
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        size = [f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}"]
        subprocess.run([chromium, *flags, *size, page.resolve().as_uri()], check=True, capture_output=True)
        picture.write_bytes(with_digest(shot.read_bytes(), hashlib.sha256(page.read_bytes()).hexdigest()))


def with_digest(png: bytes, digest: str) -> bytes:
    """A PNG file with a text behind its header: what it was made from."""
    head = 8 + 25  # signature, IHDR
    body = KEYWORD + b"\0" + digest.encode()
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(b"tEXt" + body))
    return png[:head] + chunk + png[head:]


def digest_in(png: bytes) -> str:
    """What a picture says that it was made from."""
    return png.partition(b"tEXt" + KEYWORD + b"\0")[2][:64].decode("ascii", "replace")


def make_pictures(folder: Path) -> None:
    """Write the pictures below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = readme_command()
    (folder / "terminal.svg").write_text(terminal_svg(arguments, terminal_text(arguments)), "utf-8", newline="\n")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("report.png was not made: it needs Chromium (Debian: chromium)")
    with tempfile.TemporaryDirectory() as made:
        page = Path(made, EXAMPLE[-1])
        page.write_bytes(example_report())
        report_picture(page, folder / "report.png", chromium)


if __name__ == "__main__":
    make_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pictures")
