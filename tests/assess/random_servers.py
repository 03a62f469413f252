"""Random catalogues and servers for the properties: one product with three levels, a marker and four fixable files."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from made_up import HEAD
from targets import folder, installed

from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.load import parse_catalogue
from hotfix_check.inventory.files import Inventory

LEVELS = ("RTM", "SP1", "SP2")
NAMES = ("alpha.dll", "beta.dll", "gamma.dll", "delta.dll")
PRODUCT = (
    HEAD
    + """server_files = ["marker.exe"]
levels = [
  { name = "RTM", build = "9.9.100.0", released = 2000-01-01 },
  { name = "SP1", build = "9.9.200.0", released = 2001-01-01 },
  { name = "SP2", build = "9.9.300.0", released = 2002-01-01 },
]
folders = [{ role = "bin", paths = ["Exchsrvr/Bin"], core = ["marker.exe"], listing = "KB1" }]
files = [
  { name = "marker.exe", roles = ["bin"], marker = true, versions = { SP1 = "9.9.200.0", SP2 = "9.9.300.0" } },
"""
)
SERVICE_PACKS = "".join(
    f'[[update]]\nid = "{level}"\ntitle = "{level}"\nkind = "service-pack"\nlevel = "{level}"\nsources = ["x"]\n'
    for level in LEVELS[1:]
)


@dataclass(frozen=True)
class Fix:
    """One generated hotfix: its line, its builds by file, how it is tied to others."""

    kb: int
    line: int
    builds: tuple[tuple[str, int], ...]
    importance: str
    needs_level: bool
    needs: tuple[tuple[int, ...], ...]
    replaces: tuple[int, ...]

    def toml(self) -> str:
        """The update as a catalogue file has it."""
        level = LEVELS[self.line]
        groups = ([f'["{level}"]'] if self.needs_level else []) + [
            str([f"KB{kb}" for kb in group]) for group in self.needs
        ]
        rows = "".join(
            f'    {{ name = "{name}", version = "9.9.{100 * (self.line + 1)}.{build}" }},\n'
            for name, build in self.builds
        )
        return (
            f'[[update]]\nkb = {self.kb}\ntitle = "Fix"\nkind = "hotfix"\nimportance = "{self.importance}"\n'
            f"released = {2000 + self.line}-06-01\nsources = ['x']\nreplaces = [{', '.join(map(str, self.replaces))}]\n"
            f'  [[update.package]]\n  level = "{level}"\n  prerequisites = [{", ".join(groups)}]\n'
            f"  files = [\n{rows}  ]\n"
        )


def load(fixes: tuple[Fix, ...]) -> Catalogue:
    """The catalogue of the generated fixes."""
    files = "".join(f'  {{ name = "{name}", roles = ["bin"], versions = {{}} }},\n' for name in NAMES)
    text = PRODUCT + files + "]\n" + SERVICE_PACKS + "".join(fix.toml() for fix in fixes)
    return parse_catalogue([("random.toml", text.encode())], sha256="")


@st.composite
def fixes(draw: st.DrawFn, most: int = 8) -> tuple[Fix, ...]:
    """Fixes whose ties lead to earlier ones of the same line only, so that there is no cycle."""
    found: list[Fix] = []
    for number in range(draw(st.integers(1, most))):
        line = draw(st.integers(0, 2))
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
        earlier = [fix.kb for fix in found if fix.line == line]
        ties = st.lists(st.sampled_from(earlier), max_size=1) if earlier else st.just([])
        groups = st.lists(st.sampled_from(earlier), min_size=1, max_size=2, unique=True).map(tuple)
        found.append(
            Fix(
                kb=100_000 + number,
                line=line,
                builds=tuple((name, draw(st.integers(1, 9))) for name in names),
                importance=draw(st.sampled_from(["required", "recommended", "optional"])),
                needs_level=draw(st.booleans()),
                needs=tuple(draw(st.lists(groups, max_size=2))) if earlier else (),
                replaces=tuple(draw(ties)),
            )
        )
    return tuple(found)


@st.composite
def servers(draw: st.DrawFn, *, whole: bool = False) -> Inventory:
    """A server with the marker of one level and some of the files, built for that level or before."""
    level = draw(st.integers(0, 2))
    files = []
    if whole or draw(st.booleans()):
        files.append(installed("Exchsrvr/Bin/marker.exe", f"9.9.{100 * (level + 1)}.0"))
    for name in NAMES:
        line = draw(st.integers(0, level))
        if whole or draw(st.booleans()):
            files.append(installed(f"Exchsrvr/Bin/{name}", f"9.9.{100 * (line + 1)}.{draw(st.integers(0, 9))}"))
    return folder(*files, also=("Exchsrvr/Bin",))
