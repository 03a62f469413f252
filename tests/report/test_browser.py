"""The page in a real browser: nothing leaves it, nothing fails in it, people can read it, and it prints whole."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from report.documents import HOSTILE, WAIVER, document

from hotfix_check.report.html import render_html
from hotfix_check.report.text import visible

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)"
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DOCUMENT = document(18, rungs=18)
PLAIN = json.loads(json.dumps(DOCUMENT).replace(json.dumps(HOSTILE)[1:-1], ""))
FINDINGS = DOCUMENT["targets"][0]["findings"]
Browser = Any


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that has opened the page from a file."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("browser")
    page = folder / "report.html"
    page.write_text(render_html(DOCUMENT))
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        driver.get(page.as_uri())
        yield driver
    finally:
        driver.quit()


def text_of(browser: Browser, section: str) -> str:
    script = "const part = document.getElementById(arguments[0]); part.open = true; return part.innerText"
    text: str = browser.execute_script(script, section)
    return " ".join(text.split())


def test_no_request_leaves_the_page_and_nothing_is_complained_of(browser: Browser) -> None:
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [one["params"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    # A fresh profile opens its own start page before ours.
    assert {one["request"]["url"] for one in sent if not one["documentURL"].startswith("chrome:")} == {
        browser.current_url
    }
    assert browser.get_log("browser") == []


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(scheme: str, browser: Browser) -> None:
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.execute_script(axe)
    found = browser.execute_async_script("const done = arguments[0]; axe.run(document).then(done)")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    faults = [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]]
    assert faults == []
    assert {"color-contrast", "document-title", "html-has-lang", "td-headers-attr"} <= {
        one["id"] for one in found["passes"]
    }


def test_the_keyboard_reaches_the_summary_first(browser: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.switch_to.active_element.send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert (focused.text, focused.get_attribute("href").partition("#")[2]) == ("Skip to the summary", "summary")
    assert focused.is_displayed()


def test_a_phone_need_not_scroll_sideways(browser: Browser) -> None:
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width == 390


@pytest.mark.parametrize(("paper", "width", "height"), [("A4", 8.27, 11.69), ("Letter", 8.5, 11)])
def test_the_print_has_every_finding_and_its_first_page_is_the_summary(
    paper: str, width: float, height: float, browser: Browser, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    (tmp_path / "plain.html").write_text(render_html(PLAIN))
    browser.get((tmp_path / "plain.html").as_uri())
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": width, "paperHeight": height})
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(base64.b64decode(printed["data"]))).pages]
    text = "\n".join(pages)
    assert "Prepared by" in pages[0]
    assert "Findings" in pages[1][:80]
    findings = text.partition("updates judged")[2]
    assert [finding["kb"] for finding in FINDINGS if f"KB{finding['kb']}" not in findings] == []
    assert "Every file that a verdict rests on" in text.replace("\ufb01", "fi")
    assert "Not checked: the registry" in text
    assert f"{len(pages)} / {len(pages)}" in pages[-1]
