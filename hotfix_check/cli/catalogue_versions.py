"""catalogue status and diff: which catalogue this is, how old, and what another one says differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tabulate import tabulate

from hotfix_check.catalogue import Catalogue, Update
from hotfix_check.catalogue.difference import CatalogueChanges, compare_catalogues
from hotfix_check.catalogue.load import FORMAT
from hotfix_check.catalogue.product import serviced, stale_days
from hotfix_check.cli.judging import behind, warn
from hotfix_check.cli.output import print_answer
from hotfix_check.judging.catalogues import chosen_catalogue, places_of
from hotfix_check.report.formats import AnswerForm
from hotfix_check.report.names import day_text, holding
from hotfix_check.report.text import cell, visible_lines

_OLD_AFTER_DAYS = 365
_WIDEST_NAME = 40


def run_status(form: AnswerForm, paths: Sequence[Path]) -> None:
    """Version, digest, place, products and their newest updates; a catalogue older than a year is warned of."""
    catalogue = chosen_catalogue(paths)
    today = datetime.now(UTC).date()
    status = _status(catalogue, paths, today)
    print_answer(form, status, lambda: _status_text(status))
    for line in behind(today, catalogue.version):
        warn(line)
    if (age := status["age_days"]) > _OLD_AFTER_DAYS:
        warn(
            f"the catalogue is {age} days old: updates released since {catalogue.version} are not in it; look for a "
            "newer hotfix-check"
        )


def run_diff(before: Path, after: Path, form: AnswerForm) -> None:
    """What came, went and changed from one catalogue to another; the word default is the tool's own."""
    changes = compare_catalogues(*(chosen_catalogue([path]) for path in (before, after)))
    print_answer(form, asdict(changes), lambda: visible_lines(_difference(changes)))


def _status(catalogue: Catalogue, paths: Sequence[Path], today: date) -> dict[str, Any]:
    return {
        "version": catalogue.version,
        "format": FORMAT,
        "age_days": (today - date.fromisoformat(catalogue.version)).days,
        "sha256": catalogue.sha256,
        "paths": [str(place) for place in places_of(paths)],
        "updates": len(catalogue.updates),
        "products": [
            {
                "id": product.id,
                "name": product.name,
                "levels": [level.name for level in product.levels],
                "end_of_support": day_text(product.end_of_support),
                "updates": len(own),
                "newest": newest.name if newest else None,
                "newest_day": day_text(newest.built) if newest else None,
                "serviced": serviced(product, today),
                "stale_days": stale_days(product, newest.built if newest else None, today),
            }
            for product in catalogue.products
            for own in ([update for update in catalogue.updates if update.product == product.id],)
            for newest in (_newest(own),)
        ],
    }


def _newest(updates: Sequence[Update]) -> Update | None:
    dated = [update for update in updates if update.built is not None]
    return max(dated, key=lambda update: (update.built, update.id), default=None)


def _status_text(status: dict[str, Any]) -> str:
    lines = [
        f"Catalogue {status['version']}, format {status['format']}: "
        f"{holding(status['updates'], len(status['products']))}",
        f"sha256 {status['sha256']}",
        *(f"from {path}" for path in status["paths"]),
    ]
    rows = [
        (
            *(product["id"], cell(product["levels"][-1], _WIDEST_NAME), product["updates"]),
            *(cell(product["newest"] or "", _WIDEST_NAME), product["newest_day"] or ""),
            product["end_of_support"] or "",
        )
        for product in status["products"]
    ]
    headers = ("Product", "Last level", "Updates", "Newest", "Of", "End of support")
    table = tabulate(rows, headers=headers, disable_numparse=True)
    stale = [
        f"{product['name']}: its newest known update is {product['stale_days']} days old; a newer one is "
        "probably missing"
        for product in status["products"]
        if product["stale_days"] is not None
    ]
    return visible_lines([*lines, "", *table.splitlines(), *(["", *stale] if stale else [])])


def _difference(changes: CatalogueChanges) -> list[str]:
    lines: list[str] = []
    for kind, added, gone in (
        ("Products", changes.products_added, changes.products_gone),
        ("Levels", changes.levels_added, changes.levels_gone),
        ("Updates", changes.added, changes.gone),
        ("CVEs", changes.cves_added, changes.cves_gone),
        ("Advisories", changes.advisories_added, changes.advisories_gone),
    ):
        for what, names in (("added", added), ("gone", gone)):
            lines.extend([f"{kind} {what}:", *(f"  {name}" for name in names)] if names else [])
    for title, entries in (
        ("Products changed", changes.products_changed),
        ("Updates changed", changes.changed),
        ("CVEs changed", changes.cves_changed),
    ):
        if entries:
            lines.append(f"{title}:")
        for change in entries:
            lines.append(f"  {change.id}")
            lines.extend(f"    {one.field}: {one.before or '-'} -> {one.after or '-'}" for one in change.fields)
            lines.extend(f"    - {row}" for row in change.rows_gone)
            lines.extend(f"    + {row}" for row in change.rows_added)
    return lines or ["The catalogues are the same."]
