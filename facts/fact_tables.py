"""The fact tables, read with their corrections: what is wrong in them is set right or left out, and why is kept."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

Row = dict[str, str]


@dataclass
class Facts:
    """All tables after correction, the hand-made facts, and every correction that was made (place, reason).

    ``unfixed`` fills while the products are built: by CVE the products in which no catalogued update fixes it.
    """

    builds: list[Row]
    hotfixes: list[Row]
    baseline: list[Row]
    component_releases: list[Row]
    titles: list[Row]
    rollups: list[Row]
    bulletins: list[Row]
    contents: list[Row]
    inclusions: list[Row]
    support: list[Row]
    cves: list[Row]
    exploited: list[Row]
    products: list[dict[str, Any]]
    updates: dict[str, dict[str, Any]]
    advisories: list[dict[str, Any]]
    contains_earlier_only_on: dict[str, list[str]]
    more_than_the_first: dict[str, str]
    corrections: dict[str, Any]
    imported: dict[str, list[dict[str, Any]]]
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    unfixed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def read_facts(folder: Path) -> Facts:
    """Read everything below a folder. Raises ValueError for a correction that fits no row: it is out of date."""
    corrections = tomllib.loads((folder / "corrections.toml").read_text("utf-8"))
    by_hand = tomllib.loads((folder / "updates.toml").read_text("utf-8"))
    facts = Facts(
        builds=_table(folder / "exchange-builds.csv"),
        hotfixes=_table(folder / "exchange-hotfixes.csv"),
        baseline=_table(folder / "exchange-55-baseline-files.csv"),
        component_releases=_table(folder / "exchange-55-component-releases.csv"),
        titles=_table(folder / "exchange-55-contained-titles.csv"),
        rollups=_table(folder / "exchange-2007-2010-hotfixes.csv"),
        bulletins=[
            *_table(folder / "exchange-2000-hotfixes.csv"),
            *_table(folder / "exchange-2003-hotfixes.csv"),
            *_table(folder / "exchange-55-late-hotfixes.csv"),
            *(row for row in _table(folder / "exchange-2007-2010-hotfixes.csv") if not row["file"]),
            *map(_as_bulletin, _table(folder / "exchange-2003-articles.csv")),
        ],
        contents=_table(folder / "exchange-rollup-contents.csv"),
        inclusions=_table(folder / "exchange-55-included-in.csv"),
        support=_table(folder / "support.csv"),
        cves=_table(folder / "exchange-cves.csv"),
        exploited=_table(folder / "exchange-kev.csv"),
        products=tomllib.loads((folder / "products.toml").read_text("utf-8"))["product"],
        updates={entry["id"]: entry for entry in by_hand["update"]},
        advisories=by_hand["advisory"],
        contains_earlier_only_on=by_hand["contains_earlier_only_on"],
        more_than_the_first=by_hand["more_than_the_first"],
        corrections=corrections,
        imported={
            path.stem: tomllib.loads(path.read_text("utf-8"))["update"]
            for path in sorted((folder / "imported").glob("*.toml"))
        },
    )
    facts.bulletins = _corrected(facts, facts.bulletins, corrections["bulletin"], ("kb", "product", "file", "version"))
    facts.builds = _corrected(facts, facts.builds, corrections["build"], ("product", "level", "update"))
    facts.baseline = _corrected(facts, facts.baseline, corrections["baseline"], ("level", "file", "version"))
    facts.hotfixes = _corrected(facts, facts.hotfixes, corrections["row"], ("kb", "file", "version", "date"))
    facts.hotfixes = _corrected(facts, facts.hotfixes, corrections["update"], ("kb",))
    facts.component_releases = _corrected(
        facts, facts.component_releases, corrections["release"], ("rollup_kb", "file", "version")
    )
    _leave_out_of_tables(facts)
    _spell_names_alike(facts)
    return facts


def file_entry(row: Row, moment: date | None, *, versioned: bool = True) -> dict[str, Any]:
    """What every row says of its file, as the catalogue has it; the moment is as exact as it is known."""
    file: dict[str, Any] = {"name": row["file"]}
    if row["version"] and versioned:
        file["version"] = row["version"]
    if row["size"]:
        file["size"] = int(row["size"])
    if moment:
        file["timestamp"] = moment
    return file


def _table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _as_bulletin(row: Row) -> Row:
    """A row of exchange-2003-articles.csv as the others are: it has no file, and a level by its title or text."""
    product = "exchange-2000" if row["level"] == "Exchange 2000" else "exchange-2003"
    level = row["level"] if row["level"] in ("RTM", "SP1", "SP2") else ""
    silent = dict.fromkeys(("file", "version", "size", "date", "time", "platform", "component", "role"), "")
    return silent | row | {"product_id": product, "prerequisite_level": level, "source": row["url"]}


def _corrected(facts: Facts, rows: list[Row], corrections: list[dict[str, Any]], keys: tuple[str, ...]) -> list[Row]:
    kept = rows
    for correction in corrections:
        wanted = {key: str(correction[key]) for key in keys if key in correction}
        files = correction.get("files")  # or all of these endings and names, where there are many
        # A release without an update name is a level: asking for the level alone must not find its updates.
        if "level" in wanted and "product" in wanted:
            wanted.setdefault("update", "")
        found = [
            row
            for row in kept
            if all(row[_column(key)] == value for key, value in wanted.items())
            and (files is None or row["file"].lower().endswith(tuple(files)))
        ]
        if not found:
            raise ValueError(f"corrections.toml: {wanted} fits no row: remove it, or mend it")
        if correction.get("left_out"):
            kept = [row for row in kept if row not in found]
            for row in found:
                facts.left_out.append((row.get("product_id", "exchange-5.5"), _place(row), correction["reason"]))
        else:
            for row in found:
                row.update(correction["set"])
    return kept


def _leave_out_of_tables(facts: Facts) -> None:
    """Rows of whole tables that are no file of the product on a disk, by how their names begin."""
    for rule in facts.corrections["table"]:
        starts = tuple(rule["names"])
        found = [row for row in facts.rollups if row["file"].lower().startswith(starts)]
        if not found:
            raise ValueError(f"corrections.toml: {rule['names']} fits no row: remove it, or mend it")
        facts.rollups = [row for row in facts.rollups if row not in found]
        facts.left_out.extend((row["product_id"], _place(row), rule["reason"]) for row in found)


def _column(key: str) -> str:
    return "product_id" if key == "product" else key


def _place(row: Row) -> str:
    if "file" not in row:
        return f"{row['level']} {row['update']}".strip()
    kb = row.get("kb") or row.get("rollup_kb")
    where = f"KB{kb}" if kb else row["level"]
    return f"{where}: {row['file']} {row['version']}".strip()


def _spell_names_alike(facts: Facts) -> None:
    """One spelling for a file name (MAPI32.DLL, Mapi32.dll): that of KB243604, else the most frequent."""
    spellings: dict[str, Counter[str]] = {}
    for row in [*facts.hotfixes, *facts.component_releases, *facts.bulletins]:
        spellings.setdefault(row["file"].lower(), Counter())[row["file"]] += 1
    for row in facts.baseline:
        spellings.setdefault(row["file"].lower(), Counter())[row["file"]] += 10_000
    best = {name: min(seen, key=lambda one: (-seen[one], one)) for name, seen in spellings.items()}
    for row in [*facts.hotfixes, *facts.component_releases, *facts.baseline, *facts.bulletins]:
        row["file"] = best[row["file"].lower()]
