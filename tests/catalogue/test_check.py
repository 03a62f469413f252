"""catalogue check: each rule finds a planted fault, and the catalogue that comes with the tool has none."""

from __future__ import annotations

import pytest
from catalogue.test_load import PRODUCT, UPDATE, load

from hotfix_check.catalogue import default_folder, load_catalogue
from hotfix_check.catalogue.check import check_catalogue

BASE = (
    PRODUCT
    + """
[[update]]
id = "SP1"
title = "Service Pack 1"
kind = "service-pack"
level = "SP1"
sources = ["KB100001"]
"""
)
SECOND = UPDATE.replace("123456", "123457")
OF_RTM = '  level = "RTM"\n'
DATED = UPDATE.replace('"9.9.2.7" }', '"9.9.2.7", timestamp = 2002-01-02 }')


def with_line(update: str, line: str) -> str:
    return update.replace("sources", f"{line}\nsources", 1)


def test_the_default_catalogue_is_in_order() -> None:
    assert check_catalogue(load_catalogue([default_folder()])) == ()


# Of the product: what is there, what stands in its place, and what the check says.
IN_THE_PRODUCT = {
    "an unknown successor": (
        "server_files",
        'successor = "exchange-10"\nserver_files',
        "successor: exchange-10 is not in the catalogue",
    ),
    "a paid period within support": (
        "server_files",
        "end_of_support = 2005-12-31\npaid_support = [{ begins = 2005-12-30, ends = 2006-12-31, "
        'terms = "for buyers", sources = ["KB100001"] }]\nserver_files',
        "paid_support: 2005-12-30 is not after the end before it (2005-12-31)",
    ),
    "a withdrawn build above the headline": (
        'build = "9.9.2.5"',
        'build = "9.9.2.5", withdrawn_builds = ["9.9.2.6"]',
        "levels: SP1: withdrawn_builds: 9.9.2.6 is not an earlier build of it than 9.9.2.5",
    ),
    "levels out of order": (
        'build = "9.9.1"',
        'build = "9.9.1", released = 2002-01-01',
        "levels: SP1 is dated before RTM",
    ),
    "a marker that goes back": (
        "{ SP1 = ",
        '{ RTM = "9.9.2.5", SP1 = ',
        "Store.exe: SP1 has 9.9.2.4, below 9.9.2.5 of RTM",
    ),
    "a marker of another product": ("9.9.2.4", "8.8.2.4", "Store.exe: SP1: 8.8.2.4 is not in the product's range"),
    "a level of another product": (
        'build = "9.9.2.5"',
        'build = "9.10.2.5"',
        "levels: SP1: 9.10.2.5 is not in the product's range",
    ),
    "support that ends before it begins": (
        "released = 2001-02-03",
        "released = 2001-02-03, end_of_support = 2001-01-01",
        "levels: SP1: end_of_support is before released",
    ),
    "a marker without versions": (
        'versions = { SP1 = "9.9.2.4" }',
        "versions = {}",
        "Store.exe: versions: a marker that shows no level",
    ),
    "a level's day after the catalogue's own": (
        "released = 2001-02-03",
        "released = 2026-11-22",
        "levels: SP1: released: 2026-11-22 is later than the catalogue (2026-11-21)",
    ),
}
# A line that the update has more, and what the check says.
IN_A_LINE = {
    "an unknown contained update": ("contains = [123499]", "contains: exchange-9.9/KB123499 is not in the catalogue"),
    "an unknown container": (
        'included_in = ["KB123499"]',
        "included_in: exchange-9.9/KB123499 is not in the catalogue",
    ),
    "an unknown update that is repeated": (
        'repeats = "KB123499"',
        "repeats: exchange-9.9/KB123499 is not in the catalogue",
    ),
    "another name twice": ('aliases = ["MS06-019", "MS06-019"]', "aliases: MS06-019 appears 2 times"),
    "an unknown replaced update": ("replaces = [123499]", "replaces: exchange-9.9/KB123499 is not in the catalogue"),
    "a day after the catalogue's own": (
        "released = 2026-11-22",
        "released: 2026-11-22 is later than the catalogue (2026-11-21)",
    ),
    "a month after the catalogue's own": (
        'released_month = "2026-12"',
        "released: 2026-12 is later than the catalogue (2026-11-21)",
    ),
    "a fix that is included in its own line": (
        'included_in = ["SP1"]',
        "package 1: included_in: SP1 is not later than the package's line, SP1",
    ),
    "a fix that is included in a level before its line": (
        'included_in = ["RTM"]',
        "package 1: included_in: RTM is not later than the package's line, SP1",
    ),
}
# Of the update, as of the product.
IN_THE_UPDATE = {
    "an unknown prerequisite": (
        "  files",
        '  prerequisites = [["KB123499"]]\n  files',
        "prerequisites: exchange-9.9/KB123499 is not in the catalogue",
    ),
    "an update that requires itself": (
        "  files",
        '  prerequisites = [["KB123456"]]\n  files',
        "prerequisites: a cycle: exchange-9.9/KB123456 -> exchange-9.9/KB123456",
    ),
    "a file twice": (
        '"9.9.2.7" }',
        '"9.9.2.7" }, { name = "STORE.EXE", version = "9.9.2.8" }',
        "package 1: store.exe appears 2 times for the same platform",
    ),
    "no source": ('sources = ["KB123456"]', "sources = []", "sources: every update needs at least one"),
    "a build of another line": (
        "  files",
        OF_RTM + "  files",
        "package 1: 9.9.2.7 belongs to the line of SP1, not RTM",
    ),
    "numbers of a build exchanged": (
        "9.9.2.7",
        "9.9.0.7",
        "package 1: Store.exe: 9.9.0.7 is below every build of the product (RTM is 9.9.1)",
    ),
    "a program without a version": (
        ', version = "9.9.2.7"',
        "",
        "package 1: Store.exe: a program without a version needs a note that explains it",
    ),
}
FAULTS = {
    **{name: (BASE.replace(old, new, 1), f"exchange-9.9: {said}") for name, (old, new, said) in IN_THE_PRODUCT.items()},
    **{
        name: (BASE + with_line(UPDATE, line), f"exchange-9.9/KB123456: {said}")
        for name, (line, said) in IN_A_LINE.items()
    },
    **{
        name: (BASE + UPDATE.replace(old, new), f"exchange-9.9/KB123456: {said}")
        for name, (old, new, said) in IN_THE_UPDATE.items()
    },
    "two updates that replace each other": (
        BASE + with_line(UPDATE, "replaces = [123457]") + with_line(SECOND, "contains = [123456]"),
        "exchange-9.9/KB123456: replaces, contains: a cycle: "
        "exchange-9.9/KB123456 -> exchange-9.9/KB123457 -> exchange-9.9/KB123456",
    ),
    "a level that nothing brings": (PRODUCT, "exchange-9.9: levels: SP1 is brought by no update"),
    "a level that two updates bring": (
        BASE + BASE[len(PRODUCT) :].replace('id = "SP1"', 'id = "SP1a"'),
        "exchange-9.9: levels: SP1 is brought by SP1 and SP1a",
    ),
    "a container that is older than what it contains": (
        BASE + DATED + with_line(SECOND, "released = 2002-01-01\ncontains = [123456]"),
        "exchange-9.9/KB123457: contains: KB123456 of 2002-01-02 is newer than this one of 2002-01-01",
    ),
    "a superseder that is older than what it replaces": (
        BASE + DATED + with_line(SECOND, "released = 2002-01-01\nreplaces = [123456]"),
        "exchange-9.9/KB123457: replaces: KB123456 of 2002-01-02 is newer than this one of 2002-01-01",
    ),
    "an update that is newer than what includes it": (
        BASE + with_line(DATED, 'included_in = ["KB123457"]') + with_line(SECOND, "released = 2002-01-01"),
        "exchange-9.9/KB123456: included_in: KB123457 of 2002-01-01 is older than this one of 2002-01-02",
    ),
    "a superseder of other files": (
        BASE + with_line(UPDATE, "replaces = [123457]") + SECOND.replace("Store.exe", "Emsmta.exe"),
        "exchange-9.9/KB123456: replaces: KB123457 shares neither a file nor a stated component with this update",
    ),
    "a superseder of another component": (
        BASE
        + with_line(UPDATE, 'replaces = [123457]\ncomponent = "Information Store"')
        + with_line(SECOND, 'component = "MTA"').replace("Store.exe", "Emsmta.exe"),
        "exchange-9.9/KB123456: replaces: KB123457 shares neither a file nor a stated component with this update",
    ),
    "a fix of the level's own builds that does not say which line it is for": (
        BASE + with_line(UPDATE, 'included_in = ["SP1"]').replace("9.9.2.7", "9.9.2.5"),
        "exchange-9.9/KB123456: package 1: included_in: SP1 is not later than the package's line, SP1",
    ),
    "a build after the level that includes the fix, on the line before": (
        BASE + with_line(UPDATE, 'included_in = ["SP1"]').replace("  files", OF_RTM + "  files"),
        "exchange-9.9/KB123456: package 1: 9.9.2.7 belongs to the line of SP1, not RTM",
    ),
    "a later file with a lower version": (
        BASE + DATED + DATED.replace("123456", "123457").replace("2.7", "2.6").replace("01-02", "01-03"),
        "exchange-9.9/KB123457: store.exe 9.9.2.6 of 2002-01-03 is below 9.9.2.7 of 2002-01-02 (KB123456)",
    ),
    "an advisory on another product's builds": (
        BASE
        + """
[[advisory]]
id = "KB123499"
file = "Store.exe"
first = "8.9.2.6"
last = "9.9.2.6"
text = "Known to be bad"
source = "KB123499"
""",
        "exchange-9.9/KB123499: first: 8.9.2.6 is not in the product's range",
    ),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found_alone(text: str, fault: str) -> None:
    assert check_catalogue(load(text)) == (fault,)


NO_FAULTS = {
    "a program without a version, with its reason": BASE
    + UPDATE.replace(', version = "9.9.2.7"', ', note = "the article gives none"'),
    "a text file": BASE + UPDATE.replace("Store.exe", "Store.cfg").replace(', version = "9.9.2.7"', ""),
    "a release on the catalogue's own day": BASE + with_line(UPDATE, "released = 2026-11-21"),
    "a release in the catalogue's own month": BASE + with_line(UPDATE, 'released_month = "2026-11"'),
    "a superseder of other files of the same component": BASE
    + with_line(UPDATE, 'replaces = [123457]\ncomponent = "MTA"')
    + with_line(SECOND, 'component = "MTA"').replace("Store.exe", "Emsmta.exe"),
    "a superseder of an update without files": BASE
    + with_line(UPDATE, "replaces = [123457]")
    + SECOND.partition("  [[update.package]]")[0],
    "a superseder that shares one file by a name in capitals": BASE
    + with_line(UPDATE, "replaces = [123457]")
    + SECOND.replace("Store.exe", "STORE.EXE"),
    "a file with a range of its own": BASE + UPDATE.replace('"9.9.2.7"', '"8.5.0.1", range = "==8.5.*"'),
    "a table for the line before that gives the builds of the level that includes it": BASE
    + with_line(UPDATE, 'included_in = ["SP1"]').replace("9.9.2.7", "9.9.2.5").replace("  files", OF_RTM + "  files"),
}


@pytest.mark.parametrize("text", NO_FAULTS.values(), ids=NO_FAULTS)
def test_what_looks_like_a_fault_and_is_none(text: str) -> None:
    assert check_catalogue(load(text)) == ()


def test_a_chain_of_a_thousand_updates_is_no_cycle_and_no_trouble() -> None:
    chain = "".join(
        with_line(UPDATE.replace("123456", str(200_000 + number)), f"replaces = [{200_001 + number}]")
        for number in range(1000)
    )
    chain += UPDATE.replace("123456", "201000")
    assert check_catalogue(load(BASE + chain)) == ()
