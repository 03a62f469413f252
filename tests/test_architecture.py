"""The house rules that can be checked: who may import what."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "hotfix_check"
MODULES = {path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path for path in PACKAGE.rglob("*.py")}
OUTSIDE = {"os", "sys", "pathlib", "socket", "subprocess", "time", "shutil", "tempfile", "platform", "typer", "rich"}
PURE = ("hotfix_check.assess", "hotfix_check.report", "hotfix_check.version", "hotfix_check.drafts.article")
EDGES = {
    "hotfix_check.inventory.read",
    "hotfix_check.inventory.target",
    "hotfix_check.inventory.open_file",
    "hotfix_check.inventory.walk",
    "hotfix_check.catalogue.load",
    "hotfix_check.pe.image",
    "hotfix_check.cli",
}
ORDER = [
    "errors",
    "exit_code",
    "version",
    "untrusted",
    "configuration",
    "saved_result",
    "writing",
    "pe",
    "inventory",
    "catalogue",
    "assess",
    "policy",
    "compare",
    "report",
    "drafts",
    "judging",
    "manifest",
    "fleet",
    "library",
    "cli",
]


def imports(path: Path) -> set[str]:
    """All modules that a module names, ``from package import module`` among them."""
    return named(parsed(path))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def named(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found & (set(MODULES) | {name.removesuffix(".__init__") for name in MODULES}) | {
        name for name in found if not name.startswith("hotfix_check")
    }


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(PURE)])
def test_what_judges_and_renders_touches_nothing_outside(name: str) -> None:
    found = imports(MODULES[name])
    assert {module for module in found if module.partition(".")[0] in OUTSIDE | {"pefile"}} == set()
    assert found & EDGES == set()


CALLS = {"open", "print", "input", "today", "now", "utcnow", "getenv", "read_text", "read_bytes", "write_text"}


def calls(tree: ast.AST) -> set[str]:
    """The names of all functions and methods that are called."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(PURE)])
def test_what_judges_and_renders_asks_no_clock_and_opens_nothing(name: str) -> None:
    assert calls(parsed(MODULES[name])) & CALLS == set()
    assert calls(ast.parse("x = date.today(); open('y').read()")) & CALLS == {"today", "open"}


def test_the_checks_of_this_module_see_every_way_to_import() -> None:
    for line in (
        "import hotfix_check.cli",
        "from hotfix_check import cli",
        "from hotfix_check.cli import main",
        "def f():\n    from hotfix_check import cli",
    ):
        assert "hotfix_check.cli" in named(ast.parse(line))
    assert "hotfix_check.inventory.read" in named(ast.parse("from hotfix_check.inventory.read import read_target"))


def test_pefile_is_imported_in_one_module() -> None:
    assert [name for name, path in MODULES.items() if "pefile" in imports(path)] == ["hotfix_check.pe.crosscheck"]


@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("distributed", {"hotfix_check.fleet.dask_cluster"}),
        ("pyarrow", {"hotfix_check.fleet.as_parquet"}),
        ("fsspec", {"hotfix_check.fleet.sources"}),
        ("multiprocessing", {"hotfix_check.processes"}),
    ],
)
def test_what_only_large_fleets_need_is_imported_in_one_place(library: str, where: set[str]) -> None:
    importing = {name for name, path in MODULES.items() if library in {one.partition(".")[0] for one in imports(path)}}
    assert importing == where


def test_regipy_is_imported_in_one_module_and_only_when_there_is_a_hive() -> None:
    found = {name for name, path in MODULES.items() if any(one.startswith("regipy") for one in imports(path))}
    assert found == {"hotfix_check.inventory.hive"}


def test_typer_is_imported_by_the_command_line_alone() -> None:
    assert {name for name, path in MODULES.items() if "typer" in imports(path)} == {
        "hotfix_check.cli.__init__",
        "hotfix_check.cli.catalogue_app",
        "hotfix_check.cli.commands",
        "hotfix_check.cli.configured",
        "hotfix_check.cli.options",
    }


def test_the_flow_goes_one_way() -> None:
    def rank(module: str) -> int | None:
        part = module.split(".")[1] if "." in module else ""
        return ORDER.index(part) if part in ORDER else None

    for name, path in MODULES.items():
        own = rank(name)
        for module in imports(path):
            other = rank(module) if module.startswith("hotfix_check.") else None
            if own is not None and other is not None:
                assert other <= own, f"{name} imports {module}"


def test_what_imports_articles_does_not_reach_into_the_readers_of_listings() -> None:
    drafting = [name for name in MODULES if name.startswith(("hotfix_check.drafts", "hotfix_check.cli.importing"))]
    found = {module for name in drafting for module in imports(MODULES[name])}
    assert "hotfix_check.untrusted.mail" in found
    assert {module for module in found if module.startswith("hotfix_check.inventory.listings")} == set()


def test_scanning_one_file_loads_nothing_that_it_does_not_use(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # what measures it loads more
    code = (
        "import sys; from hotfix_check.cli import main; sys.argv = ['hotfix-check', 'scan', '-q', sys.argv[1]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    for _ in ("that may make the index in the cache", "that reads it"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(samples / "copied-file" / "Mapi32.dll")],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert (
        loaded & {"pefile", "regipy", "construct", "rich", "jinja2", "asyncio", "http", "multiprocessing", "tomllib"}
        == set()
    )
