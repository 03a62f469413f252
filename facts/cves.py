"""exchange-cves.csv and exchange-kev.csv to the CVEs of the catalogue: what is known of each, and what fixes it."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import Any

from fact_tables import Facts, Row
from releases import Update, day, level_name

from hotfix_check.untrusted.toml import toml_lines

_SCORE_BY = {True: "2.0", False: "3.1"}


def fix_cves(updates: dict[str, Update], product_id: str, facts: Facts) -> None:
    """Give each package of a product's updates the CVEs that it fixes, in order; levels have theirs themselves.

    A row is of the update with its KB number, whose other name the bulletin's is then, else of the one with that name,
    else of the one whose package has its build.
    """
    for row in (row for row in facts.cves if row["product_id"] == product_id):
        update = _update_of(row, updates)
        if update is None:
            facts.unfixed[row["cve"]].append(product_id)
            continue
        bulletin = row["bulletin"]
        if bulletin and bulletin not in update.get("aliases", ()) and str(update.get("kb")) == row["kb"]:
            update["aliases"] = [*update.get("aliases", ()), bulletin]
        if bulletin in update.get("aliases", ()) and not update.keys() & {"released", "released_month"}:
            _release(update, row)
        for holder in [update] if "level" in update else _packages(row, update):
            held = holder.setdefault("cves", [])
            if row["cve"] not in held:
                held.append(row["cve"])
    for update in updates.values():
        for holder in (update, *update.get("package", ())):
            if "cves" in holder:
                holder["cves"].sort(key=_by_number)


def _release(update: Update, row: Row) -> None:
    """The day of the bulletin, as its CVEs have it.

    From 2001 on: older CVEs had their numbers later (MS99-009), and a fix could come before its bulletin (MS00-082).
    """
    published = day(row["published"])
    if published is not None and published.year >= 2001 and row["bulletin"].startswith(f"MS{published:%y}-"):
        update["released"] = published


def _update_of(row: Row, updates: dict[str, Update]) -> Update | None:
    if row["kb"]:
        by_number = [one for one in updates.values() if str(one.get("kb")) == row["kb"] and _has_package(row, one)]
        return by_number[0] if by_number else None
    named = [one for one in updates.values() if row["bulletin"] and row["bulletin"] in one.get("aliases", ())]
    built = [one for one in updates.values() if row["fixed_build"] and _with_build(row, one)]
    found = named or built
    return found[0] if found else None


def _has_package(row: Row, update: Update) -> bool:
    return "level" in update or bool(update.get("package")) or not row["level"]


def _with_build(row: Row, update: Update) -> list[dict[str, Any]]:
    return [
        package
        for package in update.get("package", ())
        if _line(package) == level_name(row["level"])
        and any(file.get("version") == row["fixed_build"] for file in package["files"])
    ]


def _packages(row: Row, update: Update) -> list[dict[str, Any]]:
    """The packages for the row's level; where it names none, or the packages do not say theirs, all of them."""
    packages = update.setdefault("package", [])
    if not packages:
        packages.append({"files": []})
    said = [package for package in packages if _line(package) is not None]
    if not row["level"] or not said:
        return list(packages)
    return [package for package in said if _line(package) == level_name(row["level"])]


def _line(package: dict[str, Any]) -> str | None:
    return package.get("level", package.get("line"))


def cve_document(facts: Facts, version: date) -> str:
    """The text of cves.toml."""
    lines = ["# CVEs of Exchange. Written by facts/build_data.py from the facts beside it: do not edit."]
    lines.append("# Which package fixes one is said by the package; CVES.md has the sources, rules and contradictions.")
    lines.extend(toml_lines({"format": 1, "version": version}))
    exploited = {row["cve"]: row for row in facts.exploited}
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in facts.cves:
        rows[row["cve"]].append(row)
    for cve in sorted(rows, key=_by_number):
        lines.extend(["", "[[cve]]", *toml_lines(_cve(cve, rows[cve], exploited.get(cve), facts))])
    return "\n".join(lines) + "\n"


def _cve(cve: str, rows: list[Row], exploited: Row | None, facts: Facts) -> dict[str, Any]:
    table: dict[str, Any] = {"id": cve}
    impact = " or ".join(sorted({row["impact"] for row in rows if row["impact"]}))  # it differs by product
    if impact:
        table["impact"] = impact
    score = _one(cve, "cvss", rows)
    if score:
        table["cvss"] = f"{float(score):.1f}"
        table["cvss_version"] = _SCORE_BY[any("CVSS v2" in row["note"] for row in rows)]
    published = min((row["published"] for row in rows if row["published"]), default="")
    if len(published) == len("2021-03-02"):
        table["published"] = date.fromisoformat(published)
    needs = _needs(cve, rows, facts)
    if needs:
        table["needs"] = needs
    if exploited is not None:
        table["known_exploited"] = date.fromisoformat(exploited["date_added"])
        table["due"] = date.fromisoformat(exploited["due_date"])
        table["ransomware"] = exploited["ransomware"]
    without = list(dict.fromkeys(facts.unfixed.get(cve, ())))
    if without:
        table["without_fix"] = without
    table["sources"] = _sources(rows, exploited)
    return table


def _needs(cve: str, rows: list[Row], facts: Facts) -> str:
    """What is to be done beside the files, in whole words (corrections.toml)."""
    said = _one(cve, "needs_configuration", rows)
    if not said and cve in facts.corrections["overrides"]["cves"]:
        return str(facts.corrections["overrides"]["text"])
    return str(facts.corrections["needs"][said]) if said else ""


def _one(cve: str, field: str, rows: list[Row]) -> str:
    """What all rows say of a CVE; they must not say two things."""
    said = {row[field] for row in rows if row[field]}
    if len(said) > 1:
        raise ValueError(f"exchange-cves.csv: {cve}: {field}: {' and '.join(sorted(said))}")
    return said.pop() if said else ""


def _sources(rows: list[Row], exploited: Row | None) -> list[str]:
    named = [row[field] for row in rows for field in ("source1", "source2") if row[field]]
    named = [text for text in named if not text.startswith("facts/")] or named
    short = (re.sub(r"@[0-9a-f]{7}\b", "", text) for text in named)
    return list(dict.fromkeys([*short, *([exploited["source"].partition(" via ")[0]] if exploited else [])]))


def _by_number(cve: str) -> tuple[int, int]:
    _, year, number = cve.split("-")
    return int(year), int(number)
