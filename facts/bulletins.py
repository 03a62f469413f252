"""The tables of bulletins and late articles: whole file tables, prerequisites and relations of updates.

They stand in place of what scanners' limits made of the same updates.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from fact_tables import Facts, Row, file_entry
from releases import Update, day

_BULLETIN = re.compile(r"\bMS[0-9]{2}-[0-9]{3}\b")
_NUMBER = re.compile(r"(?:KB)?([0-9]{5,7})")
_PLACES = {
    r"%EXSRVROOT%\bin": "bin",
    r"%EXSRVROOT%\res": "res",
    r"%EXSRVROOT%\connect\msexcimc\bin": "imc",
    r"%WIN%\system32": "system32",
    "bin": "bin",
}
_IN_UTC = ("security-updates.de-de", "security-updates.zh-tw")
_RESTART = {"yes": "yes", "no": "no", "Information Store service": "services"}
_LIMIT = ("limit of a scanner", "build 7651 or higher", "build 7234 or higher")


def add_bulletins(
    updates: dict[str, Update], product: dict[str, Any], levels: list[dict[str, Any]], facts: Facts
) -> None:
    """Lay the tables over a product's updates; what none of them has becomes an update without files."""
    names = [level["name"] for level in levels]
    for kb, rows in _by_kb(product["id"], facts).items():
        update = updates.setdefault(f"KB{kb}", _new_update(kb, rows, product))
        _name(update, rows)
        _say(update, rows, names)
        with_files = [row for row in rows if row["file"]]
        if with_files:
            update["package"] = _packages(with_files, names, facts)
        elif "judged_by" not in product:
            _require(update, rows, names)
    _relate(updates, product["id"], facts)


def _by_kb(product_id: str, facts: Facts) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = defaultdict(list)
    for row in facts.bulletins:
        if row["product_id"] == product_id:
            tables[row["kb"]].append(row)
    return {kb: rows for kb, rows in tables.items() if any(map(_says_something, rows))}


def _says_something(row: Row) -> bool:
    """Whether a row has a title, a file, or a relation to another update or level."""
    fields = ("title", "file", "prerequisites", "replaces", "replaced_by", "included_in")
    return any(row[field] not in ("", "none", "service pack") for field in fields)


def _new_update(kb: str, rows: list[Row], product: dict[str, Any]) -> Update:
    title = rows[0]["title"].partition("; package")[0] or f"Fix KB{kb} for {product['name']}"
    if all(map(_BULLETIN.fullmatch, title.split("; "))):
        title = f"Security update {title.replace('; ', ' and ')} for {product['name']}"
    return {"kb": int(kb), "title": title, "kind": "hotfix", "sources": [], "package": []}


def _name(update: Update, rows: list[Row]) -> None:
    """A bulletin's number is another name of its updates, and makes them security updates."""
    bulletins = list(dict.fromkeys(_BULLETIN.findall(rows[0]["title"])))
    if bulletins:
        update["kind"] = "security-update" if update["kind"] == "hotfix" else update["kind"]
        update["aliases"] = list(dict.fromkeys([*update.get("aliases", ()), *bulletins]))
    source = bulletins[0] if bulletins else f"KB{update['kb']}"
    update["sources"] = list(dict.fromkeys([*update["sources"], source]))


def _say(update: Update, rows: list[Row], levels: list[str]) -> None:
    """Component, restart and inclusion, where a row says it and nothing said it before."""
    for row in rows:
        if row["restart"] in _RESTART:
            update.setdefault("restart", _RESTART[row["restart"]])
        if row["component"]:
            update.setdefault("component", row["component"].partition(",")[0])
        if row["included_in"] in levels:
            update.setdefault("included_in", [row["included_in"]])
        if row["replaces"] == "none":
            update.setdefault("replaces", [])


def _packages(rows: list[Row], levels: list[str], facts: Facts) -> list[dict[str, Any]]:
    """The rows by the level that they are for."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["prerequisite_level"]].append(row)
    packages = []
    for level, members in groups.items():
        package: dict[str, Any] = {"level": level} if level else {}
        package |= _needs(members, levels)
        if any(_is_limit(row) for row in members):
            package["limits_only"] = True
        ordered = sorted(members, key=lambda row: (row["file"].lower(), row["role"]))
        package["files"] = [_file(row, facts) for row in ordered]
        packages.append(package)
    return packages


def _require(update: Update, rows: list[Row], levels: list[str]) -> None:
    """Prerequisites of an update whose table is another's, or not known."""
    needs = _needs(rows, levels)
    if not needs:
        return
    level = next((row["prerequisite_level"] for row in rows if row["prerequisite_level"] in levels), "")
    packages = update.get("package") or [{"level": level, "files": []} if level else {"files": []}]
    update["package"] = [
        {key: item for key, item in package.items() if key != "prerequisites"} | needs for package in packages
    ]


def _needs(rows: list[Row], levels: list[str]) -> dict[str, Any]:
    """Stated prerequisites as groups; those on other products (Internet Explorer 5.01) are no updates and left out."""
    said = {part.strip() for row in rows for part in row["prerequisites"].split(";") if part.strip()}
    if said == {"none"}:
        return {"prerequisites": [], "prerequisites_stated": True}
    groups = [[part] for part in sorted(said & set(levels), key=levels.index) if part != levels[0]]
    groups += [[part] for part in sorted(said) if re.fullmatch(r"KB[0-9]{5,7}", part)]
    return {"prerequisites": groups} if groups else {}


def _is_limit(row: Row) -> bool:
    return any(words in row["note"] for words in _LIMIT)


def _file(row: Row, facts: Facts) -> dict[str, Any]:
    file = file_entry(row, _moment(row, facts))
    if row["role"] in _PLACES and not row.get("any_role"):
        file["roles"] = [_PLACES[row["role"]]]
    if row.get("range"):
        file["range"] = row["range"]
    if row.get("companion"):
        file["companion"] = True
    if _is_limit(row):
        file |= {"sure": False, "note": "the limit that a scanner compares with"}
    elif "mssecure.xml" in row["source"]:
        file |= {"sure": False, "note": "one source, the data file of a scanner"}
    return file


def _moment(row: Row, facts: Facts) -> date | None:
    """UTC where the edition of the bulletin, or the article, gives UTC; else nothing: local days may be a day off."""
    in_utc = any(edition in row["source"] for edition in _IN_UTC) or int(row["kb"]) in facts.corrections["utc_tables"]
    if in_utc and row["time"]:
        return datetime.fromisoformat(f"{row['date']}T{row['time']}")
    return day(row["date"]) if in_utc else None


def _relate(updates: dict[str, Update], product_id: str, facts: Facts) -> None:
    """What replaces, contains and includes what: said by either side, kept once, of updates that are there."""
    for row in (row for row in facts.bulletins if row["product_id"] == product_id):
        own = f"KB{row['kb']}"
        if own not in updates:
            continue
        for number in _NUMBER.findall(row["replaces"]):
            _hold(updates, own, "replaces", f"KB{number}")
        for number in _NUMBER.findall(row["replaced_by"]):
            _hold(updates, f"KB{number}", "replaces", own)
        if row["included_in"].startswith("KB"):
            _hold(updates, row["included_in"], "contains", own)
    titles = {row["kb"]: row["title"] for row in facts.titles}
    for row in facts.contents:
        if row["product_id"] == product_id:
            held = f"KB{row['contained_kb']}"
            if held not in updates:
                updates[held] = {
                    "kb": int(row["contained_kb"]),
                    "title": titles.get(
                        row["contained_kb"], f"Fix that only the article of KB{row['rollup_kb']} names"
                    ),
                    "kind": "hotfix",
                    "sources": [f"KB{row['rollup_kb']}"],
                }
            _hold(updates, f"KB{row['rollup_kb']}", "contains", held)


def _hold(updates: dict[str, Update], key: str, field: str, other: str) -> None:
    if key in updates and other in updates and other != key:
        held = updates[key].setdefault(field, [])
        if other not in held:
            held.append(other)
