"""catalogue check: each rule finds a planted fault, and the catalogue that comes with the tool has none."""

from __future__ import annotations

import pytest
from catalogue.test_load import PRODUCT, UPDATE, load

from hotfix_check.catalogue import default_folder, load_catalogue
from hotfix_check.catalogue.check import check_catalogue

SECOND = UPDATE.replace("123456", "123457")


def with_line(update: str, line: str) -> str:
    return update.replace("sources", f"{line}\nsources", 1)


def test_the_default_catalogue_is_in_order() -> None:
    assert check_catalogue(load_catalogue([default_folder()])) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            PRODUCT + with_line(UPDATE, "contains = [123499]"),
            "exchange-9.9/KB123456: contains: exchange-9.9/KB123499 is not in the catalogue",
        ),
        (
            PRODUCT + with_line(UPDATE, 'included_in = ["KB123499"]'),
            "exchange-9.9/KB123456: included_in: exchange-9.9/KB123499 is not in the catalogue",
        ),
        (
            PRODUCT + UPDATE.replace("  files", '  prerequisites = [["KB123499"]]\n  files'),
            "exchange-9.9/KB123456: prerequisites: exchange-9.9/KB123499 is not in the catalogue",
        ),
        (
            PRODUCT + with_line(UPDATE, "replaces = [123457]") + with_line(SECOND, "contains = [123456]"),
            "exchange-9.9/KB123456: replaces, contains: a cycle: "
            "exchange-9.9/KB123456 -> exchange-9.9/KB123457 -> exchange-9.9/KB123456",
        ),
        (
            PRODUCT + UPDATE.replace("  files", '  prerequisites = [["KB123456"]]\n  files'),
            "exchange-9.9/KB123456: prerequisites: a cycle: exchange-9.9/KB123456 -> exchange-9.9/KB123456",
        ),
        (
            PRODUCT + UPDATE.replace('"9.9.2.7" }', '"9.9.2.7" }, { name = "STORE.EXE", version = "9.9.2.8" }'),
            "exchange-9.9/KB123456: package 1: store.exe is there 2 times for the same platform",
        ),
        (
            PRODUCT.replace('build = "9.9.1"', 'build = "9.9.1", released = 2002-01-01'),
            "exchange-9.9: levels: SP1 is dated before RTM",
        ),
        (
            PRODUCT.replace("{ SP1 = ", '{ RTM = "9.9.2.5", SP1 = '),
            "exchange-9.9: Store.exe: SP1 has 9.9.2.4, below 9.9.2.5 of RTM",
        ),
        (
            PRODUCT.replace("9.9.2.4", "8.8.2.4"),
            "exchange-9.9: Store.exe: SP1: 8.8.2.4 is not in the product's range",
        ),
    ],
    ids=[
        "an unknown contained update",
        "an unknown container",
        "an unknown prerequisite",
        "two updates that replace each other",
        "an update that requires itself",
        "a file twice",
        "levels out of order",
        "a marker that goes back",
        "a marker of another product",
    ],
)
def test_a_planted_fault_is_found_alone(text: str, fault: str) -> None:
    assert check_catalogue(load(text)) == (fault,)


def test_a_chain_of_a_thousand_updates_is_no_cycle_and_no_trouble() -> None:
    chain = "".join(
        with_line(UPDATE.replace("123456", str(200_000 + number)), f"replaces = [{200_001 + number}]")
        for number in range(1000)
    )
    assert check_catalogue(load(PRODUCT + chain)) == ()
