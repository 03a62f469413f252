"""The README's pictures show what the tool says today."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import make_pictures
import pytest
from conftest import ROOT
from report.browsers import CHROMIUM

PICTURES = ROOT / "samples" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"
MADE_ANEW = "samples/README.md tells how it is made"


def test_the_terminal_is_a_run_of_the_readmes_first_command() -> None:
    arguments = make_pictures.readme_command()
    made = make_pictures.terminal_svg(arguments, make_pictures.terminal_text(arguments))
    assert made == (PICTURES / "terminal.svg").read_text("utf-8"), MADE_ANEW


def test_the_terminal_is_text_that_runs_nothing_and_stays_within_its_frame() -> None:
    text = (PICTURES / "terminal.svg").read_text("utf-8")
    top = ElementTree.fromstring(text)
    assert {one.tag.removeprefix(SVG) for one in top.iter()} == {"svg", "title", "rect", "g", "text"}
    width, height = int(top.attrib["width"]), int(top.attrib["height"])
    for one in top.iter(f"{SVG}text"):
        assert float(one.attrib["x"]) + float(one.attrib["textLength"]) <= width
        assert float(one.attrib["y"]) < height
    said = "\n".join(one.text or "" for one in top.iter(f"{SVG}text"))
    assert "$ hotfix-check scan samples/exchange-5.5-sp4" in said
    assert len(text) < 20_000


def test_text_of_an_output_stays_text() -> None:
    drawn = make_pictures.terminal_svg(["scan", "<a>&b"], "\x1b[1;31m<script>\x1b[0m  &amp;\n")
    top = ElementTree.fromstring(drawn)
    red, plain = [one for one in top.iter(f"{SVG}text") if one.text in ("<script>", "&amp;")]
    assert (red.attrib["fill"], red.attrib["font-weight"]) == ("#ff8a80", "700")
    assert float(plain.attrib["x"]) == pytest.approx(20 + 8.4 * 10)


def test_the_report_is_the_example_as_it_is_made_now() -> None:
    png = (PICTURES / "report.png").read_bytes()
    assert make_pictures.digest_in(png) == hashlib.sha256(make_pictures.example_report()).hexdigest(), MADE_ANEW
    assert len(png) < 200_000


def test_the_example_report_is_made_as_the_samples_tell() -> None:
    told = (ROOT / "samples" / "README.md").read_text("utf-8").split("```text\n")[1].partition("```")[0]
    assert told.split() == ["hotfix-check", "scan", *make_pictures.EXAMPLE]


def test_what_a_picture_is_of_stands_in_a_sound_chunk() -> None:
    png = (PICTURES / "report.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (make_pictures.WIDTH, make_pictures.HEIGHT)
    (length,) = struct.unpack(">I", png[33:37])
    body, check = png[37 : 41 + length], png[41 + length : 45 + length]
    assert body.startswith(b"tEXt" + make_pictures.KEYWORD)
    assert struct.unpack(">I", check) == (zlib.crc32(body),)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (Debian: chromium)")
def test_a_picture_is_made_of_any_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>x</title><p>x")
    make_pictures.report_picture(page, tmp_path / "x.png", str(CHROMIUM))
    made = (tmp_path / "x.png").read_bytes()
    assert make_pictures.digest_in(made) == hashlib.sha256(page.read_bytes()).hexdigest()
