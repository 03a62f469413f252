"""The documents tell the truth: every example runs, every option named exists, every table is the code's."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Run

import hotfix_check
from hotfix_check.catalogue.load import default_version
from hotfix_check.catalogue.update import cves_of
from hotfix_check.exit_code import MEANINGS
from hotfix_check.report.verdicts import LOOKS

README = (ROOT / "README.md").read_text("utf-8")
PAGES = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
ELSEWHERE = ("offline.md", "staying-current.md")
TRIED = {"README.md": README, **{name: page for name, page in PAGES.items() if name not in ELSEWHERE}}
"""Pages whose commands run on the samples; tests/test_offline.py has those of offline.md."""
FILES = ("article.txt", "baseline.toml", "waivers.toml", "hosts.csv", "config.toml")


def blocks(page: str, kind: str = "sh") -> list[str]:
    """The code of a page in this language."""
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def commands(page: str) -> list[str]:
    """The commands of a page that an activated environment has."""
    return [line for block in blocks(page) for line in block.splitlines() if line.startswith("hotfix-check ")]


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """The folder that the commands are typed in."""
    shutil.copytree(samples, tmp_path / "samples")
    for name in FILES:
        shutil.copy(ROOT / "samples" / name, tmp_path / "samples")
    return tmp_path


@pytest.mark.parametrize("name", [name for name, page in TRIED.items() if commands(page)])
def test_every_example_of_a_page_runs_in_order(
    name: str, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in commands(TRIED[name]):
        typed, _, given = command.partition(" < ")
        if given:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((folder / given).read_bytes())))
        ran = run(*shlex.split(typed)[1:])
        assert ran.code in (0, 1, 3), (command, ran.err)
        assert ran.out or "-o" in command or "build" in command
        assert "error" not in ran.err, command


def test_there_are_examples_on_every_page_that_shows_how_to_use_it() -> None:
    counted = {name: len(commands(page)) for name, page in TRIED.items()}
    assert {name for name, count in counted.items() if count} >= {
        "README.md",
        "catalogue.md",
        "configuration.md",
        "evidence.md",
        "fleet.md",
        "judging.md",
        "reports.md",
    }
    assert sum(counted.values()) >= 60


def test_the_output_that_the_readme_shows_is_what_the_first_command_prints(folder: Path, run: Run) -> None:
    (shown,) = blocks(README, "text")
    first = blocks(README)[0].strip().partition("/hotfix-check ")[2]
    assert run(*shlex.split(first)).out == shown


def test_the_readme_is_short_and_says_first_what_it_is() -> None:
    lines = README.splitlines()
    assert len(lines) <= 200
    first = " ".join(lines[2:7])
    for word in (
        "hotfixes",
        "missing",
        "superseded",
        "first",
        "offline",
        "4.0",
        "Subscription Edition",
        "undetermined",
    ):
        assert word in first
    assert len(re.findall(r"^## Six tasks$(.*?)^## ", README, re.MULTILINE | re.DOTALL)[0].split("```sh")) == 7


def test_the_readme_covers_what_the_catalogue_holds() -> None:
    catalogue = hotfix_check.load_catalogue()
    wanted = []
    for product in catalogue.products:
        updates = [update for update in catalogue.updates if update.product == product.id]
        cves = {cve for update in updates for cve in cves_of(update)}
        levels = " to ".join(dict.fromkeys((product.levels[0].name, product.levels[-1].name)))
        wanted.append((product.name, levels, f"{len(updates):,}", str(len(cves))))
    every = {cve for update in catalogue.updates for cve in cves_of(update)}
    wanted.append(("all", "", f"{len(catalogue.updates):,}", str(len(every))))
    rows = re.findall(r"^\| (Exchange .*?|all) \| (.*?) ?\| ([\d,]+) \| (\d+) \|$", README, re.MULTILINE)
    assert sorted(rows) == sorted(wanted)
    assert f"Catalogue of {default_version()}." in README


def test_every_page_is_reached_from_the_readme() -> None:
    assert set(re.findall(r"\(docs/([\w-]+\.md)\)", README)) == set(PAGES)


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "samples" / "README.md"):
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", path.read_text("utf-8")):
            if "://" not in link:
                assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_every_anchor_in_a_link_is_a_heading() -> None:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for link, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", path.read_text("utf-8")):
            page = (path.parent / link if link else path).read_text("utf-8")
            headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
            known = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            assert anchor in known, f"{path.name}: {link}#{anchor}"


def test_the_help_names_every_option_of_the_documents(run: Run) -> None:
    pages = "\n".join(page for name, page in TRIED.items() if name not in ("fleet.md", "releasing.md", "peers.md"))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", pages)) - {"--quiet", "--editable", "--help"}
    named -= {"--vex"}  # trivy's and grype's
    top = ("scan", "explain", "plan", "identify", "compare", "baseline", "convert", "fleet", "verify", "inventory")
    within = tuple(("catalogue", name) for name in ("list", "show", "check", "status", "build", "diff", "import"))
    helped = "".join(run(*words, "--help").out for words in ((), *((one,) for one in top), *within))
    assert {option for option in named if option not in helped} == set()


def test_the_verdicts_and_exit_codes_of_the_readme_and_of_help_are_those_of_the_code(run: Run) -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", README, re.MULTILINE)) == set(LOOKS)
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    assert dict(rows) == {str(code.value): meaning for code, meaning in MEANINGS.items()}
    for command in ((), ("scan",), ("fleet",)):
        said = re.sub(r"[\s│]+", " ", run(*command, "--help").out)
        assert all(f"{code} {meaning}" in said for code, meaning in rows)


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md", *(f"docs/{name}" for name in PAGES)])
def test_every_path_in_the_documents_exists(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    for name in re.findall(r"`((?:hotfix_check|samples|tests|data|facts|offline|\.ci)/[\w./-]*)`", text):
        if name.startswith("samples/") and not name.endswith(".py"):
            continue
        assert (ROOT / name).exists(), name


def test_the_update_of_contributing_loads(tmp_path: Path, run: Run) -> None:
    (block,) = blocks((ROOT / "CONTRIBUTING.md").read_text("utf-8"), "toml")
    mine = tmp_path / "mine.toml"
    mine.write_text('format = 1\nversion = 2026-11-21\nproduct = "exchange-5.5"\n' + block.replace("818861", "818862"))
    ran = run("catalogue", "show", "KB818862", "--catalogue", "default", "--catalogue", mine)
    assert ran.code == 0
    assert "Mapi32.dll  5.5.2657.50  881936" in ran.out


def test_next_months_update_is_added_as_the_page_says(folder: Path, run: Run) -> None:
    page = re.sub("^   ", "", PAGES["staying-current.md"], flags=re.MULTILINE)
    (block,) = blocks(page, "toml")
    (folder / "mine.toml").write_text(block)
    shutil.copytree(ROOT / "data", folder / "data")
    for command in commands(page):
        ran = run(*shlex.split(command.replace("TARGET", "samples/exchange-2016-cu23"))[1:])
        assert ran.code in (0, 1), (command, ran.err)
    assert run("catalogue", "show", "KB5131234", "--catalogue", "default", "--catalogue", "mine.toml").code == 0


def test_the_reference_of_the_format_names_every_field_that_is_read() -> None:
    reference = PAGES["catalogue-format.md"]
    readers = ("load.py", "product_table.py", "update_table.py")
    source = "".join((ROOT / "hotfix_check" / "catalogue" / name).read_text("utf-8") for name in readers)
    read = set(re.findall(r'(?:table|top)\.\w+\(\s*"(\w+)"', source)) | set(
        re.findall(r'_references\(table, "(\w+)"', source)
    )
    assert len(read) > 50
    assert {field for field in read if f"`{field}`" not in reference} == set()
