"""--into: a merged draft can be loaded, one that cannot be is a line and changes nothing, all files of it or none."""

from __future__ import annotations

import errno
import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cli.processes import content, start
from conftest import Run
from pe_builder import build_pe

from hotfix_check.catalogue import default_folder
from hotfix_check.cli.catalogue_app import ImportOptions
from hotfix_check.cli.importing import import_articles
from hotfix_check.errors import CatalogueError, OutputError

HEAD = """\
format = 1
version = 2006-11-21

[product]
id = "exchange-{0}"
name = "Exchange Server {0}"
range = "=={0}.*"
platform = "i386"
levels = [{{ name = "RTM", build = "{0}.1457.7" }}, {{ name = "SP4", build = "{0}.2653.23" }}]
folders = [{{ role = "system32", paths = ["System32", "WINNT/System32"] }}]
server_files = ["Store.exe"]
"""


def article(number: int, version: str = "5.5.2653.26", more: str = "") -> str:
    return (
        f"Mail is slow ({number})\n\nApplies to:\n\n - Microsoft Exchange Server 5.5\n\n{more}"
        "The fix has the following file attributes:\n\n"
        f"File name   Version\n-----------------------\nStore.exe   {version}\n"
    )


TWO_PRODUCTS = (
    "Mail is slow (100001)\n\nApplies to:\n\n - Microsoft Exchange Server, versions 5.0, 5.5\n\n"
    "The fix has the following file attributes:\n\n"
    "File name   Version\n-----------------------\nStore.exe   5.5.2653.26\nStore.exe   5.0.1461.75\n"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for version in ("5.0", "5.5"):
        (folder / f"exchange-{version}.toml").write_text(HEAD.format(version))
    return folder


def updates(folder: Path, product: str = "exchange-5.5") -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((folder / f"{product}.toml").read_text()).get("update", [])
    return found


def merge(text: str, data: Path, **options: Any) -> int:
    place = data.parent / "article.txt"
    place.write_text(text)
    return import_articles(ImportOptions(articles=[str(place)], into=data, **options))


def test_each_article_is_told_with_its_file(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (100002, 100001):
        (tmp_path / f"{number}.txt").write_text(article(number))
    assert import_articles(ImportOptions(articles=[str(tmp_path / "*.txt")], into=data)) == 0
    assert [(update["kb"], update["package"]) for update in updates(data)] == [
        (100001, [{"files": [{"name": "Store.exe", "version": "5.5.2653.26"}]}]),
        (100002, [{"files": [{"name": "Store.exe", "version": "5.5.2653.26"}]}]),
    ]
    assert capsys.readouterr().err.count("merged into exchange-5.5.toml") == 2


def test_other_content_is_shown_and_taken_with_replace(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    merge(article(100001), data, quiet=True)
    before = content(data)
    assert merge(article(100001, "5.5.2653.27"), data, quiet=True) == 2
    assert '+    { name = "Store.exe", version = "5.5.2653.27" },' in capsys.readouterr().err
    assert content(data) == before
    assert merge(article(100001, "5.5.2653.27"), data, replace=True, quiet=True) == 0
    assert "5.5.2653.27" in (data / "exchange-5.5.toml").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            article(100001).replace("Exchange Server 5.5", "Windows NT 4.0"),
            "no product of the catalogue fits its name or its rows: nothing was merged",
            id="no product",
        ),
        pytest.param(
            article(100001, "4.0.994.63").replace("Server 5.5", "Server 4.0"),
            "exchange-4.0.toml: there is no file for this product: add one, or copy the tool's own there",
            id="no file of the product",
        ),
        pytest.param(article(100001).replace(" (100001)", ""), "the draft has no KB number", id="no number"),
        pytest.param(
            article(100001, "9.0.0.4326"),
            "exchange-5.5.toml: KB100001, package 1, file 1 (Store.exe): version: 9.0.0.4326 is not in the range",
            id="a version of another product",
        ),
        pytest.param(
            article(100001, "5.52594.0"),
            "rows of low confidence: Store.exe (version 5.52594.0 is not four dotted numbers); "
            "--accept-doubts takes them",
            id="a version that is none",
        ),
        pytest.param(
            article(100001) + "Store.exe   5.5.2653.28\n",
            "Store.exe is in it 2 times, and nothing distinguishes the rows; --accept-doubts takes them",
            id="a file twice",
        ),
        pytest.param(
            article(100001).partition("The fix")[0],
            "no file table was found in it, so nothing to judge by; --accept-doubts takes it as it is",
            id="no table",
        ),
        pytest.param(
            article(100001).replace("Mail is slow", "Exchange Server 5.5 Service Pack 9"),
            "exchange-5.5.toml: KB100001: level: only a service pack or cumulative update names",
            id="a level that the product does not have",
        ),
    ],
)
def test_what_the_catalogue_would_refuse_is_one_line_and_changes_nothing(
    text: str, message: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(data)
    assert merge(text, data) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"hotfix-check: error: {data.parent / 'article.txt'}: ")
    assert message in line
    assert content(data) == before


def test_rows_of_another_product_are_left_out_and_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = "The fix has the following file attributes:\n\nFile name   Date\n----------------\nLsx.dll     4/30/98\n"
    text = article(100001).replace(" - Microsoft", " - LinkAge Exchanger, version 3.2\n - Microsoft")
    text = f"{text}\nLinkAge Exchanger 3.2\n---------------------\n\n{other}"
    assert merge(text, data) == 0
    assert capsys.readouterr().err.endswith(
        "merged into exchange-5.5.toml; left out, of no product of the catalogue: Lsx.dll\n"
    )
    assert [update["package"] for update in updates(data)] == [
        [{"files": [{"name": "Store.exe", "version": "5.5.2653.26"}]}]
    ]


def test_a_file_of_another_product_that_the_article_names_has_its_own_range(data: Path) -> None:
    text = article(100001, "8.5.7111.0").replace(" - Microsoft", " - Microsoft Outlook 98\n - Microsoft")
    assert merge(text, data, quiet=True) == 0
    assert [update["package"] for update in updates(data)] == [
        [{"files": [{"name": "Store.exe", "version": "8.5.7111.0", "range": "==8.5.*"}]}]
    ]


def test_doubts_that_are_accepted_are_marked(data: Path) -> None:
    text = article(100001).replace("The fix has the following file attributes:\n\n", "Files of the hotfix:\n\n")
    text = text.replace("File name   Version\n-----------------------\nStore.exe   ", "Store.exe  (version ")
    assert merge(text.rstrip("\n") + ")\n", data, quiet=True) == 2
    assert merge(text.rstrip("\n") + ")\n", data, accept_doubts=True, quiet=True) == 0
    assert [update["package"] for update in updates(data)] == [
        [{"files": [{"name": "Store.exe", "version": "5.5.2653.26", "sure": False, "note": "read without a header"}]}]
    ]


def test_a_bad_article_keeps_no_other_out(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, version in ((100001, "5.5.2653.26"), (100002, "6.5.1.1"), (100003, "5.5.2653.28")):
        (tmp_path / f"{number}.txt").write_text(article(number, version))
    assert import_articles(ImportOptions(articles=[str(tmp_path / "*.txt")], into=data, quiet=True)) == 2
    assert [update["kb"] for update in updates(data)] == [100001, 100003]
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("[[update]]\nkb = 100009\n", "exchange-5.5.toml: KB100009: kind: missing"),
        ("[[update]]\nkb = [\n", "exchange-5.5.toml: not a TOML file"),
    ],
    ids=["an update without a kind", "no TOML"],
)
def test_a_folder_that_does_not_load_is_left_alone(damage: str, said: str, data: Path) -> None:
    with (data / "exchange-5.5.toml").open("a") as file:
        file.write(damage)
    before = content(data)
    with pytest.raises(CatalogueError, match=said):
        merge(article(100001), data)
    assert content(data) == before


def test_an_update_of_another_file_is_not_there_twice(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = 'format = 1\nversion = 2006-11-21\nproduct = "exchange-5.5"\n[[update]]\nkb = 100001\ntitle = "x"\n'
    (data / "mine.toml").write_text(f'{other}kind = "hotfix"\nsources = ["x"]\n')
    assert merge(article(100001), data) == 2
    assert f"exchange-5.5/KB100001 is in {data / 'mine.toml'} already" in capsys.readouterr().err


def test_a_folder_that_adds_to_the_tools_own_products(tmp_path: Path, run: Run) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "exchange-5.5.toml").write_text('format = 1\nversion = 2026-11-21\nproduct = "exchange-5.5"\n')
    assert merge(article(100001), mine, quiet=True) == 0
    ran = run("catalogue", "show", "KB100001", "--catalogue", "default", "--catalogue", mine)
    assert (ran.code, "Store.exe  5.5.2653.26" in ran.out) == (0, True)


def test_all_products_of_an_article_or_none(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "exchange-5.0.toml").rename(data.parent / "aside")
    before = content(data)
    assert merge(TWO_PRODUCTS, data) == 2
    assert content(data) == before
    (data.parent / "aside").rename(data / "exchange-5.0.toml")
    assert merge(TWO_PRODUCTS, data) == 0
    assert capsys.readouterr().err.endswith("merged into exchange-5.5.toml, exchange-5.0.toml\n")


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_merges_an_article_into_all_files_or_none(
    failing: int, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(data)
    calls = iter(range(1, 5))

    def full(_: int) -> None:
        if next(calls) == failing:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"toml: cannot be written: No space left on device"):
        merge(TWO_PRODUCTS, data)
    assert content(data) == before


def test_a_file_that_somebody_else_changed_meanwhile_is_left_as_it_is(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(data)
    file = data / "exchange-5.5.toml"
    monkeypatch.setattr(os, "fsync", lambda _: file.write_text("# of an editor"))
    with pytest.raises(CatalogueError, match=f"{file}: changed by something else meanwhile: nothing was merged"):
        merge(TWO_PRODUCTS, data)
    assert content(data) == {**before, "exchange-5.5.toml": b"# of an editor"}


@pytest.mark.skipif(os.name == "nt", reason="a folder is locked as POSIX does")
def test_two_imports_at_once_into_one_folder_lose_nothing(data: Path, tmp_path: Path) -> None:
    numbers = range(100001, 100017)
    for number in numbers:
        folder = tmp_path / ("even", "odd")[number % 2]
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.txt").write_text(article(number))
    slow = "import hotfix_check.cli.merging as m; put = m._Merging.put\n"
    slow += "m._Merging.put = lambda *a, **b: (time.sleep(0.02), put(*a, **b))[1]"
    running = [
        start("catalogue", "import", one, "--into", "data", "-q", cwd=tmp_path, before=slow) for one in ("even", "odd")
    ]
    assert [(one.communicate(timeout=60), one.returncode) for one in running] == [(("", ""), 0)] * 2
    assert [update["kb"] for update in updates(data)] == list(numbers)
    assert sorted(content(data)) == ["exchange-5.0.toml", "exchange-5.5.toml"]


PRINTED = """Mail is slow (100001)

Applies to:

 - Microsoft Exchange Server 5.5

This hotfix requires Exchange Server 5.5 Service Pack 4. This hotfix does not replace any other hotfixes.
You must restart the computer after you apply this hotfix.

The fix has the following file attributes:

 Date         Time   Version      Size     File name   Platform         Language   Folder
 -------------------------------------------------------------------------------------------------
 14-Feb-2005  09:05  5.5.2658.30  101,376  Sample.dll  Intel and Alpha  Japanese   %windir%\\System32
 14-Feb-2005  09:05  5.5.2658.30  101,376  Sample.dll  x86              German     Exchsrvr\\Bin
 14-Feb-2005  09:06               2,048    Sample.exe  Alpha
"""


def test_a_draft_is_in_the_catalogues_own_words(data: Path, run: Run) -> None:
    assert merge(PRINTED, data, quiet=True) == 0
    (update,) = updates(data)
    assert {key: update[key] for key in ("restart", "replaces")} == {"restart": "yes", "replaces": []}
    (package,) = tomllib.loads((data / "exchange-5.5.toml").read_text())["update"][0]["package"]
    assert (package["level"], package["prerequisites"], package["prerequisites_stated"]) == ("SP4", [["SP4"]], True)
    keys = ("name", "version", "platform", "language", "roles", "note")
    assert [tuple(row.get(key) for key in keys) for row in package["files"]] == [
        ("Sample.dll", "5.5.2658.30", "i386", "0411", ["system32"], None),
        ("Sample.dll", "5.5.2658.30", "alpha", "0411", ["system32"], None),
        ("Sample.dll", "5.5.2658.30", "i386", "0407", None, None),
        ("Sample.exe", None, "alpha", None, None, "the article gives no version"),
    ]
    assert "# Exchsrvr\\Bin" in (data / "exchange-5.5.toml").read_text()
    assert run("catalogue", "check", data).out.splitlines() == [
        "exchange-5.0: levels: SP4 is brought by no update",
        "exchange-5.5: levels: SP4 is brought by no update",
    ]


def test_what_check_finds_new_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert merge(article(100001, more="This hotfix replaces hotfix KB100000.\n\n"), data) == 0
    assert capsys.readouterr().err.splitlines()[1:] == [
        "catalogue check says now: exchange-5.5/KB100001: replaces: exchange-5.5/KB100000 is not in the catalogue"
    ]


def test_a_merged_draft_is_judged_by(data: Path, tmp_path: Path, run: Run) -> None:
    own = tmp_path / "own"
    shutil.copytree(default_folder(), own)
    assert merge(article(100001), own, quiet=True) == 0
    assert run("catalogue", "check", own).code == 0
    (tmp_path / "Store.exe").write_bytes(build_pe("5.5.2653.24"))
    ran = run("scan", tmp_path / "Store.exe", "--catalogue", own, "--kb", "100001", "-f", "json")
    (finding,) = ran.result["targets"][0]["findings"]
    assert (ran.code, finding["id"], finding["verdict"]) == (1, "exchange-5.5/KB100001", "missing")
    assert merge(article(100001), own, quiet=True) == 0
