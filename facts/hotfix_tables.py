"""exchange-hotfixes.csv and exchange-55-component-releases.csv to updates."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

from fact_tables import Facts, Row, file_entry
from releases import Update, day, sources_of

_PLATFORMS = {"": None, "x86": None, "alpha": "alpha"}
Line = dict[str, Any]


def add_hotfixes(updates: dict[str, Update], product: dict[str, Any], levels: list[Line], facts: Facts) -> None:
    """Add the updates that have a file table, or their packages to updates that the releases have made already."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for row in facts.hotfixes:
        if row["product_id"] == product["id"]:
            tables[row["kb"]].append(row)
    for kb, rows in tables.items():
        gathers = kb in {row["rollup_kb"] for row in facts.component_releases}
        update = updates.setdefault(f"KB{kb}", _new_update(kb, rows, product))
        update["sources"] = list(
            dict.fromkeys([*update["sources"], *(one for row in rows for one in _sources(row, facts))])
        )
        if rows[0]["included_in"]:
            inclusion = rows[0]["included_in"].partition(" ")[0]
            update["included_in"] = [inclusion]
        for field in ("restart", "replaces"):
            if rows[0][field]:
                update[field] = [] if rows[0][field] == "none" else rows[0][field]
        names = {facts.corrections["components"].get(row["component"], row["component"]) for row in rows}
        if len(names) == 1 and names != {""}:
            update["component"] = names.pop()
        with_files = [row for row in rows if row["file"]]
        update["package"] = _packages(with_files, product, levels, facts, stated=not gathers)


def _new_update(kb: str, rows: list[Row], product: dict[str, Any]) -> Update:
    title = rows[0]["title"]
    update: Update = {"kb": int(kb), "title": title or f"KB{kb}", "kind": "hotfix", "sources": [], "package": []}
    if re.fullmatch(r"MS[0-9]{2}-[0-9]{3}", title):
        update |= {"title": f"Security update {title} for {product['name']}", "kind": "security-update"}
        update["aliases"] = [title]
    return update


def _sources(row: Row, facts: Facts) -> list[str]:
    return [f"KB{row['kb']}"] if row["source"].startswith(("KB", "ftp.", "mskb.")) else sources_of(row, facts)


def _packages(
    rows: list[Row], product: dict[str, Any], levels: list[Line], facts: Facts, *, stated: bool
) -> list[dict[str, Any]]:
    """The rows by servicing line: as stated, else by build where one file has several, else all together.

    An article that gathers the fixes of a component says in its title what they came after; it states no prerequisite.
    """
    counts = Counter((row["prerequisite_level"], row["file"], row["platform"]) for row in rows)
    several = any(count > 1 for count in counts.values())
    groups: dict[str | int, list[Row]] = defaultdict(list)
    for row in rows:
        named = row["prerequisite_level"] or row.get("line")
        groups[named or (line_of(row["version"], product, levels) if several else 0)].append(row)
    packages = []
    for key, members in groups.items():
        package: dict[str, Any] = {}
        if isinstance(key, str):
            of_level = members[0]["prerequisite_level"]
            package["level" if of_level else "line"] = key
            silent = int(members[0]["kb"]) in facts.corrections["no_stated_prerequisites"]
            if key != levels[0]["name"] and of_level and stated and not silent:
                package["prerequisites"] = [[key]]
        if any(map(_is_limit, members)):
            package["limits_only"] = True
        package["files"] = [
            _file(row, facts) for row in sorted(members, key=lambda row: (row["file"], row["platform"]))
        ]
        packages.append(package)
    return packages


def line_of(version: str, product: dict[str, Any], levels: list[Line]) -> int:
    """The level whose build range holds a version."""
    parts = [int(part) for part in version.split(".")]
    line = 0
    for index, level in enumerate(levels):
        build = [int(part) for part in level["build"].split(".")]
        if product["level_by"] == "third-part":
            build = build[:3]
        if parts[: len(build)] >= build:
            line = index
    return line


def _file(row: Row, facts: Facts) -> dict[str, Any]:
    unversioned = row["file"].rpartition(".")[2].lower() in facts.corrections["unversioned"]
    file = file_entry(row, _timestamp(row, facts), versioned=not unversioned)
    if _PLATFORMS[row["platform"]]:
        file["platform"] = _PLATFORMS[row["platform"]]
    if row.get("range"):
        file["range"] = row["range"]
    if row.get("language"):
        file["language"] = row["language"]
    if _is_limit(row):
        file |= {"sure": False, "note": "the limit that a scanner compares with"}
    if "version" not in file and not unversioned:
        file["note"] = "the article gives no version"
    return file


def _is_limit(row: Row) -> bool:
    """Whether a scanner's plug-in gives the number: a limit to compare with, of an update with more files."""
    return "nasl" in row["source"] or "OpenVAS" in row["source"]


def include_in_levels(updates: dict[str, Update], product: dict[str, Any], levels: list[Line], facts: Facts) -> None:
    """Which service pack has a fix, by its article's sentence or keyword (exchange-55-included-in.csv).

    Where the table gives builds of that level itself, the package is for the line before it.
    """
    names = [level["name"] for level in levels]
    for row in facts.inclusions:
        update = updates.get(f"KB{row['kb']}")
        if row["product_id"] != product["id"] or update is None or update.get("included_in"):
            continue
        update["included_in"] = [row["included_in"]]
        including = names.index(row["included_in"])
        for package in update.get("package", ()):
            builds = [file["version"] for file in package["files"] if "version" in file and "range" not in file]
            if builds and "level" not in package:
                newest = max(builds, key=lambda build: [int(part) for part in build.split(".")])
                if line_of(newest, product, levels) >= including:
                    package["line"] = names[including - 1]


def _timestamp(row: Row, facts: Facts) -> date | None:
    if row["time"] and int(row["kb"]) in facts.corrections["utc_tables"]:
        return datetime.fromisoformat(f"{row['date']}T{row['time']}")
    return day(row["date"])


def add_component_releases(updates: dict[str, Update], facts: Facts) -> None:
    """Mark the packages that gather a component's fixes, with what they contain, and their earlier releases.

    Fixes without a table of their own become updates without files, so that they are found and judged through
    what contains them.
    """
    titles = {row["kb"]: row for row in facts.titles}
    releases: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in facts.component_releases:
        releases[row["rollup_kb"]][row["release_date"]].append(row)
    contained: dict[str, str] = {}
    for kb, by_day in releases.items():
        main = updates[f"KB{kb}"]
        days = sorted(by_day)
        main["released"] = day(days[-1])
        main["component"] = _component(by_day[days[-1]][0], facts)
        held: list[str] = []
        carried: dict[str, str] = {}
        for one in days:
            carried |= {row["file"]: row["version"] for row in by_day[one] if row["file"]}
            held.extend(f"KB{fixed}" for fixed in by_day[one][0]["fixed_kbs"].split())
            if one != days[-1]:
                step = _earlier_release(kb, one, carried, main, facts)
                if step is not None:
                    step["contains"] = _distinct(held)
                    updates[step["id"]] = step
                    held = [f"exchange-5.5/{step['id']}", *(key for key in held if "/" not in key)]
        main["contains"] = _distinct(held)
        for key in main["contains"]:
            if "/" not in key:
                contained.setdefault(key.removeprefix("KB"), kb)
    for fixed, kb in contained.items():
        if f"KB{fixed}" not in updates:
            title = titles.get(fixed)
            updates[f"KB{fixed}"] = {
                "kb": int(fixed),
                "title": title["title"] if title else f"KB{fixed}",
                "kind": "hotfix",
                "sources": [f"KB{kb}"],
            }


def _earlier_release(kb: str, when: str, files: dict[str, str], main: Update, facts: Facts) -> Update | None:
    """A release with the files that it lists, and those of the earlier ones, which it carries on."""
    principal = facts.corrections["release_files"].get(kb)
    if principal not in files:
        return None
    unversioned = facts.corrections["unversioned"]
    package: dict[str, Any] = {key: item for key, item in main["package"][0].items() if key in ("level", "line")}
    package["files"] = [
        {"name": name} if name.rpartition(".")[2].lower() in unversioned else {"name": name, "version": version}
        for name, version in sorted(files.items())
    ]
    return {
        "kb": int(kb),
        "id": f"KB{kb}-{when}",
        "title": f"{main['title']} (release of {when})",
        "kind": "hotfix",
        "released": day(when),
        "component": main["component"],
        "sources": [f"KB{kb}"],
        "package": [package],
    }


def _component(row: Row, facts: Facts) -> str:
    return str(facts.corrections["components"].get(row["component"], row["component"]))


def _distinct(keys: list[str]) -> list[str]:
    return sorted(dict.fromkeys(keys), key=lambda key: (int(re.findall(r"[0-9]{5,}", key)[0]), key))
