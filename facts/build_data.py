"""Build data/*.toml from the fact tables: ``python facts/build_data.py`` writes, ``--check`` compares.

The same facts give the same bytes. What was written by hand is in products.toml, updates.toml and corrections.toml;
nothing in data/ is edited by hand. Prints a table of what came out, and what was left out and why.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

from bulletins import add_bulletins
from cves import cve_document, fix_cves
from fact_tables import Facts, read_facts
from hotfix_tables import add_component_releases, add_hotfixes, include_in_levels
from releases import Update, levels_of, require_for_later, updates_of
from support import sell_late_updates, sources_of_support, support_of
from whole_tables import add_whole_tables

from hotfix_check.untrusted.toml import toml_lines

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
VERSION = date(2026, 11, 27)  # of the catalogue: the day of its last change

_UPDATE_FIELDS = (
    "kb", "id", "title", "kind", "level", "importance", "released", "released_month", "aliases", "component", "restart",
    "replaces", "repeats", "contains", "included_in", "related", "availability", "cves", "actions", "applies_to",
    "sources", "reviewed",
)  # fmt: skip
_PACKAGE_FIELDS = (
    "level", "line", "prerequisites", "prerequisites_stated", "contains_earlier", "whole_table", "limits_only", "cves",
    "files",
)  # fmt: skip
_FIVE_FIVE = "exchange-5.5"


def build(folder: Path = HERE) -> tuple[dict[str, str], list[list[str]], Facts]:
    """The catalogue's files by name, a line of counts for each, and the facts with what was left out of them."""
    facts = read_facts(folder)
    texts: dict[str, str] = {}
    counts: list[list[str]] = []
    by_hand = dict(facts.updates)
    for product in facts.products:
        levels = levels_of(product, facts)
        updates = _updates(product, levels, facts, by_hand)
        files = _product_files(product, levels, facts, updates)
        texts[f"{product['id']}.toml"] = _document(product, levels, files, updates, facts)
        counts.append(_counts(product["id"], updates, facts))
    texts["cves.toml"] = cve_document(facts, VERSION)
    if facts.imported:
        raise ValueError(f"imported: {', '.join(sorted(facts.imported))}: no such product")
    if by_hand:
        raise ValueError(f"updates.toml: {', '.join(sorted(by_hand))}: no such update")
    return texts, counts, facts


def _updates(
    product: dict[str, Any], levels: list[dict[str, Any]], facts: Facts, by_hand: dict[str, dict[str, Any]]
) -> list[Update]:
    """All updates of a product: those that bring levels first, in their order, then by number."""
    gathered = product["id"] == _FIVE_FIVE
    components = {row["rollup_kb"] for row in facts.component_releases} if gathered else set()
    updates = updates_of(product, facts, components)
    add_hotfixes(updates, product, levels, facts)
    add_whole_tables(updates, product, facts)
    add_bulletins(updates, product, levels, facts)
    if gathered:
        add_component_releases(updates, facts)
        include_in_levels(updates, product, levels, facts)
    for entry in facts.imported.pop(product["id"], ()):
        own_id = entry.get("id") or f"KB{entry['kb']}"
        updates[own_id] = updates.get(own_id, {}) | entry
    for key, entry in by_hand.items():
        if key.startswith(f"{product['id']}/") and "kb" in entry:
            updates[key.partition("/")[2]] = {}
    for own_id, update in updates.items():
        _lay_over(update, by_hand.pop(f"{product['id']}/{own_id}", {}))
    fix_cves(updates, product["id"], facts)
    sell_late_updates(updates, product["id"], facts)
    if "later_updates" in product:
        require_for_later(updates, product["later_updates"])
    order = {level["name"]: index for index, level in enumerate(levels)}
    return sorted(
        updates.values(),
        key=lambda one: (order.get(one.get("level", ""), len(order)), one.get("kb", 0), one.get("id", "")),
    )


def _lay_over(update: Update, entry: dict[str, Any]) -> None:
    """Put over an update what was written of it by hand."""
    for key, item in entry.items():
        if key == "prerequisites_stated":
            update["package"] = [
                {"prerequisites": [], "prerequisites_stated": item} | package for package in update["package"]
            ]
        elif key == "add_files":
            for package in update["package"]:
                package["files"] = [*package["files"], *item]
        elif key in ("aliases", "contains"):  # beside what the tables say
            update[key] = list(dict.fromkeys([*update.get(key, ()), *item]))
        elif key != "id":
            update[key] = item


def _product_files(
    product: dict[str, Any], levels: list[dict[str, Any]], facts: Facts, updates: list[Update]
) -> list[dict[str, Any]]:
    """Where files belong and what version each level has: KB243604 for 5.5, ExSetup.exe from 2007 on, and by hand."""
    files: dict[str, dict[str, Any]] = {}
    if product["id"] == _FIVE_FIVE:
        for row in facts.baseline:
            role = "bin" if row["folder"].endswith("Bin") else "system32"
            file = files.setdefault(row["file"], {"name": row["file"], "roles": [role], "versions": {}})
            if row["version"].startswith("5.5.") and not row["version"].startswith(("5.5.1774.", "5.5.1877.")):
                file["versions"].setdefault(row["level"], row["version"])
        for file in files.values():
            telling = len(set(file["versions"].values())) > 1 and file["name"] not in product["not_markers"]
            file["marker"] = telling
    if "judged_by" in product:
        name = product["judged_by"]
        versions = {level["name"]: level["build"] for level in levels}
        files[name] = {"name": name, "roles": ["bin"], "marker": True, "versions": versions}
    for entry in product.get("files", ()):
        file = files.setdefault(entry["name"], {"name": entry["name"], "versions": {}})
        versions = file["versions"] | entry.get("versions", {})
        file.update({key: item for key, item in entry.items() if key != "versions"})
        file["versions"] = {level["name"]: versions[level["name"]] for level in levels if level["name"] in versions}
    named = {row["name"] for update in updates for package in update.get("package", ()) for row in package["files"]}
    order = ("name", "roles", "copies", "marker", "versions", "source")
    return [
        {key: files[name][key] for key in order if files[name].get(key)}
        for name in sorted(files, key=str.lower)
        if files[name].get("marker") or name in named or name in product["server_files"] or _is_core(product, name)
    ]


def _is_core(product: dict[str, Any], name: str) -> bool:
    return any(name.lower() == one.lower() for folder in product["folders"] for one in folder.get("core", ()))


def _document(
    product: dict[str, Any],
    levels: list[dict[str, Any]],
    files: list[dict[str, Any]],
    updates: list[Update],
    facts: Facts,
) -> str:
    lines = [f"# {product['name']}. Written by facts/build_data.py from the facts beside it: do not edit."]
    lines.extend(f"# {comment}" for comment in product.get("comments", ()))
    lines.extend(toml_lines({"format": 1, "version": VERSION}))
    head = (
        "id", "name", "called", "keywords", "range", "platform", "level_by", "server_files", "roots", "product_names",
        "build_per_update", "build_per_level", "client_files", "other_products", "recorded_as", "stub", "recorded",
        "backups",
    )  # fmt: skip
    table = {key: product[key] for key in head if key in product}
    table |= support_of(product["id"], facts)
    table["sources"] = [*product["sources"], *sources_of_support(product["id"], facts)]
    table |= {"levels": levels, "folders": product["folders"]}
    if "components" in product:
        table["components"] = product["components"]
    table["files"] = files
    rows = ("paid_support", "levels", "folders", "components", "files")
    lines.extend(["", "[product]", *toml_lines(table, rows=rows)])
    for update in updates:
        lines.extend(["", "[[update]]"])
        lines.extend(toml_lines({key: update[key] for key in _UPDATE_FIELDS if _worth(update.get(key), key)}))
        for package in update.get("package", ()):
            lines.append("  [[update.package]]")
            shown = {key: package[key] for key in _PACKAGE_FIELDS if key in package and package[key] not in (None,)}
            if not shown.get("files"):
                shown.pop("files", None)
            lines.extend(toml_lines(shown, "  ", rows=("files",)))
    for advisory in facts.advisories:
        if advisory["product"] == product["id"]:
            shown = {key: item for key, item in advisory.items() if key != "product"}
            lines.extend(["", "[[advisory]]", *toml_lines(shown)])
    return "\n".join(lines) + "\n"


def _worth(item: Any, key: str) -> bool:
    """An empty list says something only where it states that nothing is replaced."""
    return item is not None and (item != [] or key == "replaces")


def _counts(product_id: str, updates: list[Update], facts: Facts) -> list[str]:
    rows = [row for update in updates for package in update.get("package", ()) for row in package["files"]]
    packages = sum(len(update.get("package", ())) for update in updates)
    judged = [update for update in updates if judgeable(update)]
    numbers = {update["kb"] for update in updates if "kb" in update}
    judged_numbers = {update["kb"] for update in judged if "kb" in update}
    left_out = sum(1 for product, _, _ in facts.left_out if product == product_id)
    checkable = sum(1 for row in rows if "version" in row)
    return [
        product_id,
        *(str(one) for one in (len(updates), len(numbers), packages, len(rows), checkable)),
        *(str(one) for one in (len(judged), len(judged_numbers), left_out)),
    ]


def judgeable(update: Update) -> bool:
    """Whether an update has a row that a version can show, or brings a level."""
    return "level" in update or any(
        "version" in row for package in update.get("package", ()) for row in package["files"]
    )


def main(arguments: list[str]) -> int:
    """Write data/, or with --check say whether it is what would be written."""
    texts, counts, facts = build()
    if arguments == ["--check"]:
        stale = [name for name, text in texts.items() if not _same(DATA / name, text)]
        stale += [path.name for path in DATA.glob("*.toml") if path.name not in texts]
        print(
            "\n".join(f"data/{name} is not what facts/build_data.py writes" for name in stale) or "data/ is up to date"
        )
        return 1 if stale else 0
    for name, text in texts.items():
        (DATA / name).write_text(text, "utf-8", newline="\n")
    heads = ["product", "updates", "KBs", "packages", "rows", "checkable", "judgeable", "KBs judgeable", "left out"]
    widths = [max(len(line[index]) for line in [heads, *counts]) for index in range(len(heads))]
    for line in [heads, *counts]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print("\nLeft out of the tables:")
    for product, place, reason in facts.left_out:
        print(f"  {product}: {place}: {reason}")
    return 0


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
