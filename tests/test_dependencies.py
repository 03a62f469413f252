"""constraints.txt names all that the package and its extras bring, in versions that pyproject.toml allows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TESTED = {
    canonicalize_name(one.name): one
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
    for one in [Requirement(line)]
}
# Those that no test needs: the benchmarks' peers.
UNTESTED = "bench"
NOT_WANTED = {"lazy-importer"}


def asked() -> Iterator[Requirement]:
    """What pyproject.toml asks for."""
    yield from map(Requirement, PROJECT["dependencies"])
    for extra, lines in PROJECT["optional-dependencies"].items():
        if extra != UNTESTED:
            yield from map(Requirement, lines)


def brought() -> set[str]:
    """The names of all that this brings, here."""
    waiting, found = list(asked()), set[str]()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        applies = one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {"", *one.extras})
        if name in found or name == PROJECT["name"] or not applies:
            continue
        try:
            waiting += [
                needed
                for line in requires(one.name) or ()
                for needed in [Requirement(line)]
                if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *one.extras})
            ]
        except PackageNotFoundError:
            continue
        found.add(name)
    return found


def test_each_package_that_the_extras_bring_has_a_tested_version() -> None:
    assert brought() - NOT_WANTED - TESTED.keys() - {"pip", "setuptools"} == set()


@pytest.mark.parametrize("name", sorted({canonicalize_name(one.name) for one in asked()} & TESTED.keys()))
def test_the_tested_version_is_one_that_is_allowed(name: NormalizedName) -> None:
    (version,) = (pin.version for pin in TESTED[name].specifier)
    assert {pin.operator for pin in TESTED[name].specifier} == {"=="}
    for one in asked():
        if canonicalize_name(one.name) == name:
            assert one.specifier.contains(version), one
