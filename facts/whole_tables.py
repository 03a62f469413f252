"""exchange-2007-2010-hotfixes.csv: the whole file tables of rollups that ExSetup.exe alone showed before."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from fact_tables import Facts, Row
from releases import Update

_PLATFORMS = {"x86": "i386", "x64": "amd64"}


def add_whole_tables(updates: dict[str, Update], product: dict[str, Any], facts: Facts) -> None:
    """Add the rows of each table to its update's package, the one with the marker's row."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rollups:
        if row["product_id"] == product["id"] and row["file"]:
            tables[row["kb"]].append(row)
    for kb, rows in tables.items():
        update = updates[f"KB{kb}"]
        (package,) = update["package"]
        (marker,) = package["files"]
        files = [file for file in _files(rows, facts) if file["name"].lower() != marker["name"].lower()]
        package["files"] = [marker, *files]
        package["whole_table"] = True
        if rows[0]["restart"] in ("yes", "no"):  # "may": a restart only where files stay in use, which is no answer
            update.setdefault("restart", rows[0]["restart"])
        source = rows[0]["source"].rpartition(" ")[2].rpartition("/")[2].removesuffix(".md").upper()
        update["sources"] = [*update["sources"], source]


def _files(rows: list[Row], facts: Facts) -> list[dict[str, Any]]:
    """A row a file. The editions for x86 and x64 hold the same builds: such a file is one row without a platform,

    since an assembly that runs on both says i386 in either edition; its size is kept where both have the same.
    """
    editions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        editions[row["file"]].append(row)
    files: list[dict[str, Any]] = []
    for name in sorted(editions, key=str.lower):
        both = editions[name]
        if len({row["version"] for row in both}) == 1 and len(both) > 1:
            file: dict[str, Any] = {"name": name, "version": both[0]["version"]}
            if len({row["size"] for row in both}) == 1:
                file["size"] = int(both[0]["size"])
            files.append(file)
            continue
        files.extend(
            {
                "name": name,
                "version": row["version"],
                "size": int(row["size"]),
                "platform": _PLATFORMS[row["platform"]],
            }
            for row in both
        )
    return files
