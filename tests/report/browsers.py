"""A browser for tests: Chromium without a window, a phone's screen, paper. Skips where there is none."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

Browser = Any
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)"
)
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
OWN_SCHEMES = {"chrome", "chrome-untrusted"}
"""Of the documents that are the browser's own: no page can have such an address."""
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
A4, LETTER = (8.27, 11.69), (8.5, 11.0)
"""Inches."""


@contextmanager
def open_browser(profile: Path, downloads: Path | None = None) -> Iterator[Browser]:
    """A browser with a profile of its own, which tells what it asked the network for, and saves without asking."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    if downloads:
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def addresses_asked_for(browser: Browser) -> set[str]:
    """What the pages opened since the last call asked for, themselves first; not what the browser's own pages do.

    A fresh profile opens its start page before any other, whose parts are documents of their own.
    """
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [one["params"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    return {one["request"]["url"] for one in sent if urlsplit(one["documentURL"]).scheme not in OWN_SCHEMES}


def printed(browser: Browser, paper: tuple[float, float] = A4) -> list[str]:
    """The text of each page that the open page prints as."""
    from pypdf import PdfReader

    width, height = paper
    pdf = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": width, "paperHeight": height})
    return [page.extract_text() for page in PdfReader(io.BytesIO(base64.b64decode(pdf["data"]))).pages]


def width_on_a_phone(browser: Browser) -> int:
    """How wide the open page is on a screen of 390 px."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    try:
        return int(browser.execute_script("return document.documentElement.scrollWidth"))
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def axe_faults(
    browser: Browser, scheme: str, *, phone: bool = False, frames: bool = True
) -> tuple[list[tuple[str, str]], set[str]]:
    """What axe finds fault with in the open page, light or dark, with the element; and the rules that it passed."""
    if phone:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.execute_script(axe)
    found = browser.execute_async_script(
        "const done = arguments[1]; axe.run(document, {iframes: arguments[0]}).then(done)", frames
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    faults = [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]]
    return faults, {one["id"] for one in found["passes"]}
