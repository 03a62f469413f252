"""catalogue show of a CVE: what is known of it, and what fixes it, product by product and line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from tabulate import tabulate

from hotfix_check.catalogue import Catalogue, Product
from hotfix_check.catalogue.cve import Cve
from hotfix_check.catalogue.update import Package, Update, cves_of, own_name, required_rows
from hotfix_check.cli.output import columns
from hotfix_check.errors import UsageError
from hotfix_check.report.names import day_text
from hotfix_check.report.text import cell, visible_lines


def cve_table(catalogue: Catalogue, name: str) -> dict[str, Any]:
    """All that the catalogue holds on a CVE, as JSON has it. Raises UsageError for one that it does not have."""
    known = catalogue.cves.get(name.strip().upper())
    if known is None:
        raise UsageError(f"{name.strip().upper()} is not in the catalogue")
    products = {product.id: product for product in catalogue.products}
    return {
        "cve": known.id,
        "impact": known.impact,
        "cvss": known.cvss,
        "cvss_version": known.cvss_version,
        "published": day_text(known.published),
        "needs": known.needs,
        "known_exploited": day_text(known.known_exploited),
        "due": day_text(known.due),
        "ransomware": known.ransomware,
        "fixed_by": [
            fix
            for update in catalogue.updates
            if known.id in cves_of(update)
            for fix in _fixes(update, products[update.product], known)
        ],
        "without_fix": list(known.without_fix),
        "sources": list(known.sources),
    }


def _fixes(update: Update, product: Product, cve: Cve) -> Iterator[dict[str, Any]]:
    told = {"product": update.product, "id": update.id, "kb": update.kb, "availability": str(update.availability)}
    if cve.id in update.cves:
        yield {**told, "line": update.level, "files": []}
    for package in update.packages:
        if cve.id in package.cves:
            line = None if package.line is None else product.levels[package.line].name
            yield {**told, "line": line, "files": _files(package)}


def _files(package: Package) -> list[dict[str, str]]:
    return [{"name": row.name, "version": str(row.version)} for row in required_rows(package)]


def cve_text(table: dict[str, Any]) -> str:
    """The same for people."""
    score = f", CVSS {table['cvss']} (version {table['cvss_version']})" if table["cvss"] is not None else ""
    lines = [f"{table['cve']}: {table['impact'] or 'impact unknown'}{score}"]
    if table["known_exploited"]:
        ransomware = ", also by ransomware" if table["ransomware"] else ""
        lines.append(f"  known to be exploited since {table['known_exploited']}{ransomware}; due {table['due']} (CISA)")
    if table["published"]:
        lines.append(f"  published: {table['published']}")
    if table["needs"]:
        lines.extend(_wrapped(f"beside the files: {table['needs']}"))
    if table["without_fix"]:
        lines.extend(_wrapped(f"no update in the catalogue fixes it in {', '.join(table['without_fix'])}"))
    lines.extend(_wrapped(f"sources: {', '.join(table['sources'])}"))
    rows = [
        map(
            cell,
            (fix["product"], fix["line"] or "", f"KB{fix['kb']}" if fix["kb"] else own_name(fix["id"]), _built(fix)),
        )
        for fix in table["fixed_by"]
    ]
    if rows:
        shown = tabulate(
            rows,
            headers=("Product", "For", "Fixed by", "Builds"),
            maxcolwidths=[None, None, None, max(20, columns() - 40)],
            disable_numparse=True,
        )
        lines.extend(f"  {line}" for line in shown.splitlines())
    return visible_lines(lines)


def _built(fix: dict[str, Any]) -> str:
    files = fix["files"]
    words = f"{files[0]['name']} {files[0]['version']}" if files else "by itself" if fix["line"] else ""
    if len(files) > 1:
        words += f" and {len(files) - 1} more"
    return words if fix["availability"] == "public" else f"{words} ({fix['availability']})".strip()


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, columns(), initial_indent="  ", subsequent_indent="    ")
