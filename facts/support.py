"""support.csv to what the catalogue says of a product's support, and of who can get its updates."""

from __future__ import annotations

from datetime import date
from typing import Any

from fact_tables import Facts, Row
from releases import Update


def support_of(product_id: str, facts: Facts) -> dict[str, Any]:
    """End of support, paid periods, successor and the way to it; a field that no row fills is left out."""
    rows = _rows(product_id, facts)
    if not rows:
        return {}
    first = rows[0]
    found: dict[str, Any] = {}
    if first["support_ends"]:
        found["end_of_support"] = date.fromisoformat(first["support_ends"])
    else:
        found["support_terms"] = first["source"]
    periods = [_period(row) for row in rows if row["paid_from"]]
    if periods:
        found["paid_support"] = periods
    for field in ("successor", "upgrade"):
        if first[field]:
            found[field] = first[field]
    return found


def sources_of_support(product_id: str, facts: Facts) -> list[str]:
    """Where the end of support is said, as the catalogue's list of sources has it."""
    return [f"end of support: {row['source']}" for row in _rows(product_id, facts)[:1] if row["support_ends"]]


def sell_late_updates(updates: dict[str, Update], product_id: str, facts: Facts) -> None:
    """Mark the updates that came after the end of support of a product with paid periods: they are for buyers only."""
    rows = _rows(product_id, facts)
    if not any(row["paid_from"] for row in rows):
        return
    for update in updates.values():
        if "released" in update and update["released"] > date.fromisoformat(rows[0]["support_ends"]):
            update.setdefault("availability", "extended-support")


def _rows(product_id: str, facts: Facts) -> list[Row]:
    return [row for row in facts.support if row["product_id"] == product_id]


def _period(row: Row) -> dict[str, Any]:
    return {
        "begins": date.fromisoformat(row["paid_from"]),
        "ends": date.fromisoformat(row["paid_until"]),
        "terms": row["paid_updates"],
        "sources": row["source"].split("; "),
    }
