"""exchange-builds.csv to levels and updates."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any

from fact_tables import Facts, Row

Update = dict[str, Any]

_MONTHS = tuple(calendar.month_name)[1:]
_BULLETIN = re.compile(r"smb_nt_ms([0-9]{2}-[0-9]{3})\.nasl|\b(MS[0-9]{2}-[0-9]{3})\b")
_CVE = re.compile(r"\bCVE-[0-9]{4}-[0-9]{4,7}\b")
_MONTHLY = re.compile(r"([A-Z][a-z]{2})([0-9]{2})(SU|HU)(v[0-9])?")
_OTHER_BUILD = re.compile(r"(?:gives|repeats|compares|misprints).*[0-9]+\.[0-9]+|repeats")


def levels_of(product: dict[str, Any], facts: Facts) -> list[dict[str, Any]]:
    """The levels of a product, oldest first."""
    ends = product.get("level_end_of_support", {})
    withdrawn = product.get("withdrawn_builds", {})
    levels = []
    for row in facts.builds:
        if row["product_id"] == product["id"] and not row["update"]:
            level: dict[str, Any] = {"name": level_name(row["level"]), "build": row["build"] or row["short_build"]}
            if day(row["release_date"]):
                level["released"] = day(row["release_date"])
            if level["name"] in ends:
                level["end_of_support"] = ends[level["name"]]
            if level["name"] in withdrawn:
                level["withdrawn_builds"] = withdrawn[level["name"]]
            levels.append(level)
    return sorted(levels, key=lambda level: [int(part) for part in level["build"].split(".")])


def level_name(text: str) -> str:
    """The level of "SP1 (CU4)" is SP1."""
    return text.partition(" (")[0]


def day(text: str) -> date | None:
    """A whole date; None for a month, which stands in a field of its own."""
    return date.fromisoformat(text) if len(text) == 10 else None


def updates_of(product: dict[str, Any], facts: Facts, components: set[str]) -> dict[str, Update]:
    """The updates of one product's releases by own id; ``components`` are KB numbers that have tables of their own."""
    rows = [row for row in facts.builds if row["product_id"] == product["id"]]
    updates: dict[str, Update] = {}
    previous: dict[str, str] = {}
    for row in rows:
        if not row["update"]:
            if row["kb"] or not row["level"].startswith(("RTM", "Preview")):
                updates[level_name(row["level"])] = _level_update(product, row, facts)
            continue
        if row["kb"] in components:
            continue
        own_id = f"KB{row['kb']}" if row["kb"] else _id_without_number(row)
        update = updates.setdefault(own_id, _update(product, row))
        _add(update, product, row, facts)
        if row["update"] not in facts.more_than_the_first:
            _repeat(update, own_id, row, updates, rows)
        if row["update"].startswith("RU"):
            line = row["requires"]
            if line in previous:
                update["contains"] = [previous[line]]
            previous[line] = own_id
    for own_id, names in (
        (key.partition("/")[2], names)
        for key, names in facts.contains_earlier_only_on.items()
        if key.startswith(product["id"] + "/")
    ):
        for package in updates[own_id]["package"]:
            if package["level"] not in names:
                package["contains_earlier"] = False
    return updates


def _repeat(update: Update, own_id: str, row: Row, updates: dict[str, Update], rows: list[Row]) -> None:
    """A second version (Nov24SUv2, RU8v2) brings the fixes of the first again."""
    name, version, _ = row["update"].rpartition("v")
    if version and name and row["update"].removeprefix(f"{name}v").isdecimal():
        base = (name, f"{name}v1")
        first = [one for one in rows if one["requires"] == row["requires"] and one["update"] in base]
        ids = [f"KB{one['kb']}" if one["kb"] else _id_without_number(one) for one in first]
        if ids and ids[0] != own_id and ids[0] in updates:
            update["repeats"] = ids[0]


def _level_update(product: dict[str, Any], row: Row, facts: Facts) -> Update:
    name = level_name(row["level"])
    update: Update = {"kb": int(row["kb"])} if row["kb"] else {}
    number = re.sub(r"\D", "", name)
    if name.startswith("CU"):
        title, kind = f"{product['name']} Cumulative Update {number}", "cumulative-update"
    elif name.startswith("SP"):
        title, kind = f"{product['name']} Service Pack {number}", "service-pack"
    else:
        title, kind = f"{product['name']} {name}", "cumulative-update"
    update |= {"id": name, "title": title, "kind": kind, "level": name}
    if name != row["level"]:
        update["aliases"] = [row["level"].partition("(")[2].rstrip(")")]
        update["title"] += f" (Cumulative Update {re.sub(r'[^0-9]', '', update['aliases'][0])})"
    update["sources"] = sources_of(row, facts)
    if row["requires"] not in ("", "RTM"):
        update["package"] = [{"level": row["requires"], "prerequisites": [[row["requires"]]], "files": []}]
    return update


def _update(product: dict[str, Any], row: Row) -> Update:
    name = row["update"]
    update: Update = {"kb": int(row["kb"])} if row["kb"] else {"id": _id_without_number(row)}
    aliases = [] if update.get("id") == name else [name]
    monthly = _MONTHLY.fullmatch(name)
    if monthly:
        month = next(one for one in _MONTHS if one.startswith(monthly[1]))
        what = "Security update" if monthly[3] == "SU" else "Hotfix update"
        title = f"{what} of {month} 20{monthly[2]} for {product['name']}"
        title += f", version {monthly[4][1:]}" if monthly[4] else ""
        kind = "security-update" if monthly[3] == "SU" else "hotfix"
    elif name.startswith("RU"):
        number, _, version = name[2:].partition("v")
        level = "" if row["requires"] == "RTM" else f" {row['requires']}"
        title = f"Update Rollup {number} for {product['name']}{level}" + (f", version {version}" if version else "")
        kind, aliases = "update-rollup", [f"{row['requires']} {name}"]
    elif name.startswith("MS"):
        title, kind = f"Security update {name} for {product['name']}", "security-update"
    else:
        title = f"{product['name']} {name}"
        kind, aliases = ("update-rollup" if "Rollup" in name else "hotfix"), []
    update |= {"title": title, "kind": kind, "aliases": aliases, "sources": [], "package": []}
    if day(row["release_date"]):
        update["released"] = day(row["release_date"])
    elif row["release_date"]:
        update["released_month"] = row["release_date"]
    return update


def _add(update: Update, product: dict[str, Any], row: Row, facts: Facts) -> None:
    """One release of an update: its package for a line, its sources and other names."""
    for source in sources_of(row, facts):
        if source not in update["sources"]:
            update["sources"].append(source)
    if update["kind"] in ("security-update", "update-rollup"):
        said = " ".join((row["source1"], row["source2"], row["note"]))
        named = [match[2] or f"MS{match[1]}" for match in _BULLETIN.finditer(said)]
        update["aliases"] = list(dict.fromkeys([*update["aliases"], *named, *_CVE.findall(said)]))
    if "judged_by" not in product or not row["build"]:
        return
    file: dict[str, Any] = {"name": product["judged_by"], "version": row["build"]}
    notes = []
    if row["checked"] != "both":
        notes.append("one source")
    if _OTHER_BUILD.search(row["note"]):
        notes.append(row["note"].rpartition("; ")[2])
    unconfirmed = "sure_from" in product and _numbers(row["build"]) < _numbers(product["sure_from"])
    if row["checked"] != "both" or unconfirmed:  # the file's header comment says why for the unconfirmed ones
        file["sure"] = False
    if notes:
        file["note"] = "; ".join(notes)
    update["package"].append({"level": level_name(row["requires"]), "files": [file]})


def require_for_later(updates: dict[str, Update], rule: dict[str, Any]) -> None:
    """Give the updates released after a rollup that all later ones build on its prerequisites, but for the rollups.

    A month counts as later when all of it is. What an update states itself stands.
    """
    for update in updates.values():
        first = f"{update['released']}" if "released" in update else f"{update.get('released_month', '0')}-01"
        if first <= f"{rule['after']}" or update["kind"] == "update-rollup" or update.get("kb") in rule["but_for"]:
            continue
        packages = update.get("package") or [{"files": []}]
        if "level" in update or any("prerequisites" in package for package in packages):
            continue
        groups = {"prerequisites": rule["prerequisites"]}
        update["package"] = [groups | package for package in packages]
        update["sources"] = list(dict.fromkeys([*update["sources"], rule["source"]]))


def _numbers(build: str) -> list[int]:
    return [int(part) for part in build.split(".")]


def _id_without_number(row: Row) -> str:
    if row["update"].startswith("RU"):
        return f"{row['requires']}-{row['update']}"
    return re.sub(r"[^A-Za-z0-9]+", "-", row["update"])


def sources_of(row: Row, facts: Facts) -> list[str]:
    """The sources of a row by the names that the catalogue uses."""
    names = facts.corrections["sources"]
    found = []
    for text in (row.get("source1"), row.get("source2"), row.get("source")):
        if not text:
            continue
        short = next((names[start] for start in names if text.startswith(start)), None)
        number = re.search(r"kbarchive[: ].*?(?:KB|Q)([0-9]{5,6})", text)
        plugin = re.search(r"smb_nt_[a-z0-9_-]+\.nasl", text)
        found.append(short or (f"KB{number[1]}" if number else plugin[0] if plugin else text))
    return list(dict.fromkeys(found))
