"""The page in a real browser, opened from a file: the findings of the command line, and no request that leaves.

The page is made beforehand: python offline/page.py -o build/hotfix-check.html
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run
from report.browsers import (
    CHROMIUM,
    DRIVER,
    Browser,
    addresses_asked_for,
    axe_faults,
    needs_browser,
    open_browser,
    width_on_a_phone,
)
from test_in_browser import server

from hotfix_check.report.text import visible

pytestmark = pytest.mark.slow
PAGE = Path(os.environ.get("HOTFIX_CHECK_PAGE", ROOT / "build" / "hotfix-check.html"))
SECONDS = 120  # to load or to judge, on a busy machine


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[Browser]:
    """A browser that has opened the page, which is ready."""
    if not (CHROMIUM and DRIVER):
        pytest.skip(needs_browser.kwargs["reason"])
    if not PAGE.exists():
        pytest.skip(f"no page in {PAGE}: python offline/page.py makes it")
    with open_browser(tmp_path_factory.mktemp("browser") / "profile", downloads) as opened:
        opened.set_script_timeout(SECONDS)
        opened.get(PAGE.as_uri())
        until(opened, "return document.body.dataset.ready === 'yes' || !document.getElementById('problem').hidden")
        assert opened.find_element("id", "problem").text == ""
        yield opened


def until(browser: Browser, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, SECONDS, poll_frequency=0.1).until(lambda driver: driver.execute_script(script))


def chosen(browser: Browser, what: str, *paths: Path) -> str:
    """Choose files or a folder, and wait until the page is idle again: the headline, or what is complained of."""
    browser.execute_script("head('', '')")
    browser.find_element("id", what).send_keys("\n".join(map(str, paths)))
    return settled(browser)


def settled(browser: Browser) -> str:
    until(browser, "return document.getElementById('headline').textContent !== ''")
    problem: str = browser.find_element("id", "problem").text
    return problem or str(browser.find_element("id", "headline").text)


def saved(browser: Browser, form: str, downloads: Path) -> bytes:
    """Save the report that is shown, as people do, and read the file."""
    for old in downloads.iterdir():
        old.unlink()
    browser.find_element("css selector", f"button[data-form={form}]").click()
    for _ in range(SECONDS * 10):
        files = [path for path in downloads.iterdir() if path.suffix == f".{form}"]
        if files:
            return files[0].read_bytes()
        time.sleep(0.1)
    raise AssertionError(f"nothing was saved: {list(downloads.iterdir())}")


def judged_as_on_the_command_line(browser: Browser, run: Run, downloads: Path, cwd: Path, *targets: str) -> Any:
    """The result that the page has saved, once it is held against the command line's."""
    document = json.loads(saved(browser, "json", downloads))
    here = run("scan", "-q", *targets, "-f", "json", cwd=cwd).result
    assert document["run"]["as_of"] == here["run"]["as_of"]
    assert {key: document["run"][key] for key in ("host", "user", "arguments")} == dict.fromkeys(
        ("host", "user", "arguments")
    )
    here["run"] = document["run"] = {}
    assert json.dumps(document) == json.dumps(here)
    return document


def test_a_folder_of_1_500_programs(browser: Browser, run: Run, downloads: Path, tmp_path: Path) -> None:
    top = server(tmp_path, 1500)
    started = time.monotonic()
    assert chosen(browser, "folder", top).startswith("V15: Findings. Exchange Server 2016 CU23, build 15.1.2507.6")
    print(f"1,500 programs: {time.monotonic() - started:.1f} s")
    assert browser.switch_to.active_element.get_attribute("id") == "headline"
    document = judged_as_on_the_command_line(browser, run, downloads, tmp_path, "V15")
    assert document["targets"][0]["files_seen"] == 1500


@pytest.mark.parametrize("sample", ["exchange-5.5-sp4", "exchange-2003-sp1", "windows-stub"])
def test_a_folder_of_the_samples(sample: str, browser: Browser, run: Run, downloads: Path, samples: Path) -> None:
    assert chosen(browser, "folder", samples / sample).startswith(f"{sample}: ")
    judged_as_on_the_command_line(browser, run, downloads, samples, sample)


def test_what_is_chosen_while_the_page_is_busy_is_judged_next(browser: Browser, downloads: Path, samples: Path) -> None:
    browser.execute_script("ready = false; head('', '')")
    browser.find_element("id", "files").send_keys(str(samples / "copied-file" / "Mapi32.dll"))
    until(browser, "return waiting !== null")
    assert browser.find_element("id", "status").text == "It will be judged as soon as that is done."
    browser.execute_script("idle('')")
    assert settled(browser).startswith("Mapi32.dll: ")


def test_the_report_is_shown_and_saved_in_every_format(
    browser: Browser, run: Run, downloads: Path, samples: Path
) -> None:
    chosen(browser, "folder", samples / "exchange-2003-sp1")
    until(browser, "return !!document.getElementById('report').contentDocument?.getElementById('findings')")
    text = browser.execute_script("return document.getElementById('report').contentDocument.body.innerText")
    assert "hotfix compliance report" in text.lower()
    day = datetime.now(UTC).date().isoformat()
    html = saved(browser, "html", downloads)
    assert b"Hotfix compliance report" in html
    for form, prefix in (("csv", b"\xef\xbb\xbf"), ("md", b"")):
        here = run("scan", "-q", "exchange-2003-sp1", "-f", form, "--no-run-info", "--as-of", day, cwd=samples).out
        there = saved(browser, form, downloads).decode()
        assert there.startswith(prefix.decode())
        rows = [line for line in there.splitlines() if "KB836993" in line]
        assert rows and set(rows) <= set(here.splitlines())


def test_a_lone_file(browser: Browser, run: Run, downloads: Path, samples: Path) -> None:
    assert chosen(browser, "files", samples / "copied-file" / "Mapi32.dll").startswith("Mapi32.dll: ")
    document = judged_as_on_the_command_line(browser, run, downloads, samples / "copied-file", "Mapi32.dll")
    assert document["targets"][0]["kind"] == "file"


def test_a_zip(browser: Browser, run: Run, downloads: Path, samples: Path) -> None:
    assert chosen(browser, "files", samples / "exchange-2003-sp1.zip").startswith("exchange-2003-sp1.zip: Findings. ")
    document = judged_as_on_the_command_line(browser, run, downloads, samples, "exchange-2003-sp1.zip")
    assert document["targets"][0]["kind"] == "archive"


def test_a_folder_with_a_registry_hive(
    browser: Browser, run: Run, downloads: Path, samples: Path, tmp_path: Path
) -> None:
    shutil.copytree(samples / "exchange-5.5-sp4", tmp_path / "disk")
    config = tmp_path / "disk" / "WINNT" / "System32" / "config"
    config.mkdir()
    shutil.copy(samples / "SOFTWARE-of-exchange-5.5-sp4", config / "SOFTWARE")
    chosen(browser, "folder", tmp_path / "disk")
    document = judged_as_on_the_command_line(browser, run, downloads, tmp_path, "disk")
    assert document["targets"][0]["registry"]["hive"] == "WINNT/System32/config/SOFTWARE"


def test_a_listing_and_a_saved_inventory_together(
    browser: Browser, run: Run, downloads: Path, samples: Path, tmp_path: Path
) -> None:
    listing = next(path for path in sorted((samples / "listings").iterdir()) if path.suffix == ".csv")
    shutil.copy(listing, tmp_path / "a.csv")
    run("inventory", "-q", samples / "exchange-2003-sp1", "-o", tmp_path / "b.json")
    chosen(browser, "files", tmp_path / "a.csv", tmp_path / "b.json")
    document = json.loads(saved(browser, "json", downloads))
    here = run("scan", "-q", "a.csv", "b.json", "-f", "json", cwd=tmp_path).result
    assert [target["kind"] for target in document["targets"]] == ["listing", "inventory"]
    assert json.dumps(document["targets"]) == json.dumps(here["targets"])


def test_several_programs_are_one_folder(
    browser: Browser, run: Run, downloads: Path, samples: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "chosen files"
    folder.mkdir()
    for path in (samples / "exchange-5.5-sp4" / "Exchsrvr" / "Bin").iterdir():
        shutil.copy(path, folder)
    chosen(browser, "files", *sorted(folder.iterdir()))
    judged_as_on_the_command_line(browser, run, downloads, tmp_path, "chosen files")


def test_a_saved_result_is_shown_again(
    browser: Browser, run: Run, downloads: Path, samples: Path, tmp_path: Path
) -> None:
    run("scan", "-q", samples / "exchange-2003-sp1", "--as-of", "2005-06-01", "-o", tmp_path / "old.json")
    assert "exchange-2003-sp1: Incomplete" in chosen(browser, "files", tmp_path / "old.json")
    assert json.loads(saved(browser, "json", downloads)) == json.loads((tmp_path / "old.json").read_text())


def test_a_damaged_file_is_named(browser: Browser, run: Run, downloads: Path, samples: Path, tmp_path: Path) -> None:
    data = (samples / "copied-file" / "Mapi32.dll").read_bytes()
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "Mapi32.dll").write_bytes(data[:700])
    chosen(browser, "folder", tmp_path / "evidence")
    document = judged_as_on_the_command_line(browser, run, downloads, tmp_path, "evidence")
    assert [one["path"] for one in document["targets"][0]["unreadable"]] == ["Mapi32.dll"]


def test_a_hostile_name_stays_text(browser: Browser, run: Run, downloads: Path, samples: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>\u202e'&quot;.evidence"
    shutil.copytree(samples / "exchange-2003-sp1", tmp_path / name / "<script>window.ran=1<")
    assert chosen(browser, "folder", tmp_path / name).startswith(visible(f"{name}: Findings. "))
    judged_as_on_the_command_line(browser, run, downloads, tmp_path, name)
    assert browser.execute_script("return [window.ran, document.images.length]") == [None, 0]


def test_a_folder_without_exchange_is_no_pass(browser: Browser, run: Run, downloads: Path, tmp_path: Path) -> None:
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    (tmp_path / "photos" / "deep" / "a.jpg").write_bytes(b"\xff\xd8" * 100)
    assert chosen(browser, "folder", tmp_path / "photos").startswith("photos: Nothing was recognised: ")
    judged_as_on_the_command_line(browser, run, downloads, tmp_path, "photos")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"nothing of use", "notes.txt: "),
        ("broken.json", b'{"schema": "hotfix-check/result/1"', "broken.json"),
        ("empty.zip", b"PK\x05\x06" + bytes(18), "empty.zip: "),
        ("archive.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60), "archive.7z: "),
    ],
)
def test_what_cannot_be_judged_is_told(name: str, content: bytes, words: str, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    said = chosen(browser, "files", tmp_path / name)
    assert words in said
    assert "Traceback" not in said and "internal" not in said.lower()


def test_a_folder_that_is_dropped(browser: Browser, run: Run, downloads: Path, samples: Path) -> None:
    data = {"items": [], "files": [str(samples / "exchange-2003-sp1")], "dragOperationsMask": 1}
    browser.execute_script("head('', ''); window.scrollTo(0, 0)")
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 200, "data": data})
    assert settled(browser).startswith("exchange-2003-sp1: Findings. ")
    judged_as_on_the_command_line(browser, run, downloads, samples, "exchange-2003-sp1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(scheme: str, browser: Browser, samples: Path) -> None:
    chosen(browser, "files", samples / "copied-file" / "Mapi32.dll")
    # The report in the frame has a test of its own, and a policy that lets axe not into it.
    faults, _ = axe_faults(browser, scheme, frames=False)
    assert faults == []


def test_the_keyboard_reaches_everything_in_order(browser: Browser, samples: Path) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    chosen(browser, "files", samples / "copied-file" / "Mapi32.dll")
    # From the top of the page on, as after it was opened.
    browser.execute_script(
        "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
    )
    reached = []
    for _ in range(8):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        focused = browser.switch_to.active_element
        reached.append(focused.get_attribute("id") or focused.text)
    assert reached[:6] == ["folder", "files", "complete", "Save HTML", "Save JSON", "Save CSV"]
    assert reached[6:8] == ["Save XLSX", "Save Markdown"]


def test_a_phone_need_not_scroll_sideways(browser: Browser, samples: Path) -> None:
    chosen(browser, "folder", samples / "exchange-5.5-sp4")
    assert width_on_a_phone(browser) == 390


def test_no_request_leaves_the_page_and_its_policy_lets_none(browser: Browser) -> None:
    """Last: the log is of all that the tests before it did."""
    asked = addresses_asked_for(browser)
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob", "data"}
    assert {url for url in asked if url.startswith("file:")} == {PAGE.as_uri()}
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    refused = browser.execute_async_script(
        "const done = arguments[0]; fetch('https://example.invalid/').then(() => done('sent'), (e) => done(e.name))"
    )
    assert refused == "TypeError"
    assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))


def test_the_page_is_small_enough_to_carry() -> None:
    if not PAGE.exists():
        pytest.skip(f"no page in {PAGE}: python offline/page.py makes it")
    assert PAGE.stat().st_size <= 10_000_000
