"""Which CVEs are open on every build of Exchange 2013 to Subscription Edition, as exchange-cves.csv says.

It is read by its own rules (facts/CVES.md, section Rules), not by way of the catalogue.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache

from conftest import ROOT

PRODUCTS = ("exchange-2013", "exchange-2016", "exchange-2019", "exchange-se")
MARCH_2021 = ("CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065")
FULL_IN_MARCH = {"exchange-2013": {"CU23"}, "exchange-2016": {"CU18", "CU19"}, "exchange-2019": {"CU7", "CU8"}}
Version = tuple[int, ...]


def rows_of(name: str) -> list[dict[str, str]]:
    with (ROOT / "facts" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def numbers(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def of_level(text: str) -> str:
    return text.partition(" (")[0]


BUILDS = [row for row in rows_of("exchange-builds.csv") if row["product_id"] in PRODUCTS and row["build"]]
LEVELS = {
    (row["product_id"], of_level(row["level"])): (numbers(row["build"]), row["release_date"])
    for row in BUILDS
    if not row["update"]
}
RELEASED = {(row["product_id"], row["kb"]): row["release_date"] for row in BUILDS}
FIXES: dict[tuple[str, str], dict[str, dict[str, str]]] = defaultdict(dict)
for row in rows_of("exchange-cves.csv"):
    if row["product_id"] in PRODUCTS and row["fixed_build"]:
        FIXES[row["product_id"], row["cve"]][of_level(row["level"])] = row


def by_the_table(product: str, level: str, build: str, cve: str) -> str | None:
    """fixed, exposed, or None where the table does not decide it."""
    fixes = FIXES[product, cve]
    own = fixes.get(level)
    if own is not None:
        if numbers(build) < numbers(own["fixed_build"]):
            return "exposed"
        return None if _only_its_month(product, level, build, cve) else "fixed"
    order = _levels_of(product)
    older = [row for name, row in fixes.items() if order.index(name) < order.index(level)]
    newer = [row for name, row in fixes.items() if order.index(name) > order.index(level)]
    if not older:
        return "exposed"
    days = [_day(product, row) for row in older]
    if all(day and LEVELS[product, level][1] > day for day in days):
        return "fixed"
    return "exposed" if newer and all(day and LEVELS[product, level][1] < day for day in days) else None


@cache
def _levels_of(product: str) -> list[str]:
    """By their builds."""
    return [name for (one, name), _ in sorted(LEVELS.items(), key=lambda item: item[1][0]) if one == product]


def _day(product: str, row: dict[str, str]) -> str:
    level = LEVELS.get((product, of_level(row["level"])))
    if level is not None and level[0] == numbers(row["fixed_build"]):
        return level[1]
    return RELEASED.get((product, row["kb"]), "") if row["kb"] else row["published"]


def _only_its_month(product: str, level: str, build: str, cve: str) -> bool:
    """Whether this is the update of March 2021 for a level that was out of support: it proves four CVEs, no other."""
    update = next(row for row in BUILDS if row["product_id"] == product and row["build"] == build)
    return update["kb"] == "5000871" and level not in FULL_IN_MARCH[product] and cve not in MARCH_2021
