"""A word of three thousand letters, wherever a result lets any text stand, makes no page wider than its screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from report.browsers import PHONE, Browser, needs_browser, open_browser, width_on_a_phone
from report.documents import document
from report.hostile import free_places, with_text

from hotfix_check.report.document import result_of
from hotfix_check.report.html import render_html

pytestmark = [pytest.mark.slow, needs_browser]
WORD = "W" * 3000
PLAIN = document(4, rungs=3, files=1)
PLACES = [place for place in free_places(PLAIN) if "ladders" not in place]
"""But for ladders, whose rungs are the catalogue's versions and names of updates, drawn in one line each."""
WAIVER = [place for place in PLACES if place[-1] in ("reason", "approver")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser") / "profile") as opened:
        yield opened


def opened(browser: Browser, page: Path, text: str) -> None:
    page.write_text(text)
    browser.get(page.as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true })")


@pytest.mark.parametrize("places", [WAIVER, PLACES], ids=["a waiver's reason and approver", "every text"])
def test_no_word_makes_a_report_wider_than_its_screen(
    places: list[tuple[str | int, ...]], browser: Browser, tmp_path: Path
) -> None:
    assert places
    opened(browser, tmp_path / "long.html", render_html(result_of(with_text(PLAIN, places, WORD))))
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert width_on_a_phone(browser) == PHONE["width"]
