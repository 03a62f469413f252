"""catalogue list, show, check."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from hotfix_check.assess.supersedence import Supersedence
from hotfix_check.catalogue import Update
from hotfix_check.catalogue.check import check_catalogue
from hotfix_check.cli.catalogues import chosen_catalogue
from hotfix_check.cli.judging import find_updates, known
from hotfix_check.cli.output import columns, print_report
from hotfix_check.errors import CatalogueError


def run_list(products: Sequence[str], file: str | None, form: str, paths: Sequence[Path]) -> None:
    """One line an update: product, name, kind, importance, day, title."""
    known("--format", form, ("table", "json"))
    catalogue = chosen_catalogue(paths)
    for product in products:
        known("--product", product, [one.id for one in catalogue.products])
    updates = [
        update
        for update in catalogue.updates
        if (not products or update.product in products) and (file is None or _names(update, file))
    ]
    if form == "json":
        print_report(json.dumps([_summary(update) for update in updates], indent=2) + "\n")
        return
    rows = [
        (update.product, update.id.rpartition("/")[2], update.kind, update.importance, update.built or "", update.title)
        for update in updates
    ]
    width = columns()
    room = max(20, width - 58)
    print_report(
        tabulate(
            rows,
            headers=("Product", "Update", "Kind", "Importance", "Date", "Title"),
            maxcolwidths=[None, None, None, None, None, room],
            disable_numparse=True,
        )
        + "\n"
    )


def run_show(name: str, form: str, paths: Sequence[Path]) -> None:
    """Everything on the updates of one KB number or id."""
    known("--format", form, ("table", "json"))
    catalogue = chosen_catalogue(paths)
    found = find_updates(catalogue, name)
    relations = Supersedence(catalogue)
    if form == "json":
        print_report(json.dumps([_whole(update, relations) for update in found], indent=2) + "\n")
        return
    print_report("\n".join(_shown(_whole(update, relations)) for update in found))


def run_check(paths: Sequence[Path]) -> int:
    """Print every fault; 2 when there is one."""
    try:
        faults: Sequence[str] = check_catalogue(chosen_catalogue(paths))
    except CatalogueError as error:
        faults = str(error).splitlines()
    print_report("".join(f"{fault}\n" for fault in faults) or "The catalogue is in order.\n")
    return 2 if faults else 0


def _names(update: Update, file: str) -> bool:
    return any(row.name.lower() == file.lower() for package in update.packages for row in package.rows)


def _summary(update: Update) -> dict[str, Any]:
    return {
        "id": update.id,
        "kb": update.kb,
        "product": update.product,
        "title": update.title,
        "kind": str(update.kind),
        "importance": str(update.importance),
        "released": update.released.isoformat() if update.released else None,
    }


def _whole(update: Update, relations: Supersedence) -> dict[str, Any]:
    return {
        **_summary(update),
        "aliases": list(update.aliases),
        "component": update.component,
        "restart": update.restart,
        "applies_to": list(update.applies_to),
        "replaces": None if update.replaces is None else list(update.replaces),
        "contains": list(update.contains),
        "included_in": list(update.included_in),
        "related": list(update.related),
        "superseded_by": sorted(
            {one for package in update.packages or (None,) for one in relations.superseded_by(update, package)}
        ),
        "actions": [{"kind": action.kind, "text": action.text} for action in update.actions],
        "packages": [
            {
                "level": package.level,
                "prerequisites": [[str(one) for one in group] for group in package.prerequisites],
                "prerequisites_stated": package.prerequisites_stated,
                "files": [
                    {
                        "name": row.name,
                        "version": str(row.version) if row.version else None,
                        "size": row.size,
                        "timestamp": row.timestamp.isoformat() if row.timestamp else None,
                        "platform": row.platform,
                    }
                    for row in package.rows
                ],
            }
            for package in update.packages
        ],
        "sources": list(update.sources),
        "reviewed": update.reviewed.isoformat() if update.reviewed else None,
    }


def _shown(whole: dict[str, Any]) -> str:
    lines = [f"{whole['id']}: {whole['title']}"]
    for key, value in whole.items():
        if key in ("id", "title", "packages") or value in (None, []):
            continue
        if key == "actions":
            lines.extend(f"  to do ({action['kind']}): {action['text']}" for action in value)
        else:
            lines.append(f"  {key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    if whole["replaces"] == []:
        lines.append("  replaces: nothing (stated)")
    for package in whole["packages"]:
        needs = " and ".join(" or ".join(group) for group in package["prerequisites"])
        if not needs:
            needs = "nothing (stated)" if package["prerequisites_stated"] else "not stated"
        lines.append(f"  package for {package['level'] or 'the line of its builds'}; prerequisites: {needs}")
        if package["files"]:
            table = tabulate(
                [
                    [row[key] for key in ("name", "version", "size", "timestamp", "platform")]
                    for row in package["files"]
                ],
                headers=("File", "Version", "Size", "UTC", "Platform"),
                disable_numparse=True,
            )
            lines.extend(f"    {line}" for line in table.splitlines())
    return "\n".join(lines) + "\n"
