"""The page in a real browser: nothing leaves it, nothing fails in it, people can read it, and it prints whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from report.browsers import (
    A4,
    LETTER,
    Browser,
    addresses_asked_for,
    axe_faults,
    needs_browser,
    open_browser,
    printed,
    width_on_a_phone,
)
from report.documents import HOSTILE, WAIVER, document

from hotfix_check.report.document import result_of
from hotfix_check.report.html import render_html
from hotfix_check.report.text import visible

pytestmark = [pytest.mark.slow, needs_browser]
DOCUMENT = document(18, rungs=18)
PLAIN = json.loads(json.dumps(DOCUMENT).replace(json.dumps(HOSTILE)[1:-1], ""))
FINDINGS = DOCUMENT["targets"][0]["findings"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that has opened the page from a file."""
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "report.html"
    page.write_text(render_html(result_of(DOCUMENT)))
    with open_browser(folder / "profile") as opened:
        opened.get(page.as_uri())
        yield opened


def text_of(browser: Browser, section: str) -> str:
    script = "const part = document.getElementById(arguments[0]); part.open = true; return part.innerText"
    text: str = browser.execute_script(script, section)
    return " ".join(text.split())


def test_no_request_leaves_the_page_and_nothing_is_complained_of(browser: Browser) -> None:
    assert addresses_asked_for(browser) == {browser.current_url}
    assert browser.get_log("browser") == []


def test_a_request_of_a_page_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    report, page = browser.current_url, tmp_path / "page.html"
    page.write_text("<img src='picture.png'>")
    browser.get(page.as_uri())
    assert addresses_asked_for(browser) == {page.as_uri(), (tmp_path / "picture.png").as_uri()}
    browser.get(report)


def test_the_policy_of_the_page_holds_scripts_and_images_off(browser: Browser) -> None:
    browser.execute_script(
        "var script = document.createElement('script'); script.textContent = 'window.ran = true';"
        "document.body.append(script); script.remove();"
        "var image = new Image(); image.src = 'https://example.invalid/x.png';"
        "document.body.append(image); image.remove();"
    )
    assert browser.execute_script("return window.ran") is None
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert any("Content Security Policy" in complaint and "script" in complaint for complaint in complaints)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            "summary",
            ["Out of support since 2025-10-14", "months behind", "known to be exploited", "Next steps", "Sign-off"],
        ),
        ("summary", ["could not be determined", "Accepted: KB", "199 files carry 15.1.2507.6", "Prepared by"]),
        (
            "findings",
            ["Findings", "18 updates judged", "days ago", "What each step settles", "The information store may stop"],
        ),
        ("exposures", ["Exposures", "CVE-2021-30000", "critical 9.1", "needs-configuration"]),
        ("accepted", ["Accepted risks", "W-014", "W-009", "W-021", "J. Rivera, CISO"]),
        ("evidence", ["Evidence", "version ladder", "above it:", "truncated: 12 bytes", "SHA-256 0"]),
        ("basis", ["Basis of this report", "Catalogue SHA-256 " + "0" * 64, "Judged as of 2026-11-21"]),
        ("method", ["Method and limits", "Not checked: the registry"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_section_says_what_it_is_for(section: str, words: list[str], browser: Browser) -> None:
    text = text_of(browser, section)
    assert [word for word in words if word not in text] == []


def test_names_and_reasons_with_markup_stay_text(browser: Browser) -> None:
    assert browser.execute_script("return document.scripts.length") == 0
    assert browser.execute_script("return document.querySelectorAll('[onmouseover], [onclick]').length") == 0
    assert visible(HOSTILE) in browser.title
    assert visible(WAIVER["reason"]) in text_of(browser, "accepted")
    assert visible(DOCUMENT["targets"][0]["unreadable"][0]["path"]) in text_of(browser, "evidence")


@pytest.mark.parametrize("phone", [False, True], ids=["on a screen", "on a phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(scheme: str, phone: bool, browser: Browser) -> None:
    faults, passed = axe_faults(browser, scheme, phone=phone)
    assert faults == []
    assert {"color-contrast", "document-title", "html-has-lang", "td-headers-attr"} <= passed


def test_the_keyboard_reaches_the_summary_first(browser: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.switch_to.active_element.send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert (focused.text, focused.get_attribute("href").partition("#")[2]) == ("Skip to the summary", "summary")
    assert focused.is_displayed()


def test_a_phone_need_not_scroll_sideways(browser: Browser) -> None:
    assert width_on_a_phone(browser) == 390


@pytest.mark.parametrize("paper", [A4, LETTER], ids=["A4", "Letter"])
def test_the_print_has_every_finding_and_its_first_page_is_the_summary(
    paper: tuple[float, float], browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "plain.html").write_text(render_html(result_of(PLAIN)))
    browser.get((tmp_path / "plain.html").as_uri())
    pages = printed(browser, paper)
    text = "\n".join(pages)
    assert "Prepared by" in pages[0]
    assert "Findings" in pages[1][:80]
    findings = text.partition("updates judged")[2]
    assert [finding["kb"] for finding in FINDINGS if f"KB{finding['kb']}" not in findings] == []
    assert "Every file that a verdict rests on" in text.replace("\ufb01", "fi")
    assert "Not checked: the registry" in text
    assert f"{len(pages)} / {len(pages)}" in pages[-1]


@pytest.mark.parametrize(
    ("target", "most"),
    [
        pytest.param("exchange-2016-cu23", 8, id="a 2016 server, half-installed"),
        pytest.param("exchange-5.5-sp4", 40, id="Exchange 5.5, half patched"),
        pytest.param("windows-stub", 4, id="nothing recognised"),
    ],
)
def test_a_server_prints_on_few_pages_and_its_summary_on_one(
    target: str, most: int, samples: Path, run: Run, browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    run("scan", samples / target, "-q", "-o", page, "--exit-zero", "--as-of", "2026-11-21")
    browser.get(page.as_uri())
    for paper in (A4, LETTER):
        pages = printed(browser, paper)
        assert len(pages) <= most
        assert [number for number, text in enumerate(pages) if "Prepared by" in text] == [0]
        assert "updates judged" in pages[1]
    assert width_on_a_phone(browser) == 390
