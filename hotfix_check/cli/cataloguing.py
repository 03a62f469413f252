"""catalogue list, show, check, build."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

from hotfix_check.catalogue import Catalogue, Product, Update
from hotfix_check.catalogue.check import check_catalogue
from hotfix_check.catalogue.cve import Cve
from hotfix_check.catalogue.load import SUFFIXES
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Importance, Kind, cves_of, names_of, own_name, required_rows
from hotfix_check.cli.formats import not_evidence
from hotfix_check.cli.options import each
from hotfix_check.cli.output import columns, print_answer, print_report
from hotfix_check.errors import CatalogueError, UsageError
from hotfix_check.frozen import Frozen
from hotfix_check.judging.catalogues import build_index, chosen_catalogue, stale_indexes
from hotfix_check.judging.question import find_updates, known, read_day
from hotfix_check.report.formats import AnswerForm
from hotfix_check.report.names import holding
from hotfix_check.report.text import cell, visible, visible_lines

if TYPE_CHECKING:
    from hotfix_check.cli.catalogue_app import ListOptions

# What JSON has of an update in a list, of one that is shown, of its packages and their rows; and of a CVE.
_OF_UPDATE = (
    *("id", "kb", "product", "title", "kind", "importance", "released", "released_month", "aliases"),
    *("availability", "repeats"),
)
_OF_CONTENT = ("component", "restart", "applies_to", "replaces", "contains", "included_in", "cves", "related")
_OF_PACKAGE = (
    "level",
    "prerequisites",
    "prerequisites_stated",
    "contains_earlier",
    "whole_table",
    "limits_only",
    "cves",
)
_OF_CVE = ("impact", "cvss", "cvss_version", "published", "needs", "known_exploited", "due", "ransomware")
_OF_ROW = (
    *("name", "version", "size", "timestamp", "platform", "language", "roles", "companion", "where_collected"),
    *("range", "sure", "note"),
)
_COLUMNS = ("name", "version", "size", "timestamp", "platform")
_WIDEST_NAME = 80


def run_list(options: ListOptions, form: AnswerForm, paths: Sequence[Path]) -> None:
    """One line an update: product, name, kind, importance, day, title."""
    catalogue = chosen_catalogue(paths)
    products = each("--product", options.product)
    for product in products:
        known("--product", product, (one.id for one in catalogue.products))
    updates = [update for update in _narrowed(catalogue.updates, options) if not products or update.product in products]
    print_answer(form, [_told(update, _OF_UPDATE) for update in updates], lambda: _listed(updates))


def run_show(name: str, form: AnswerForm, paths: Sequence[Path]) -> None:
    """Everything on the updates of one KB number, other name or id, or on one CVE."""
    catalogue = chosen_catalogue(paths)
    if (cve := catalogue.cves.get(name.strip().upper())) is not None:
        table = _cve_table(catalogue, cve)
        print_answer(form, table, lambda: _cve_text(table))
        return
    relations = Supersedence(catalogue)
    found = [_whole(update, relations) for update in find_updates(catalogue, name)]
    print_answer(form, found, lambda: "\n".join(map(_shown, found)))


def run_check(paths: Sequence[Path]) -> int:
    """Print every fault; 2 when there is one."""
    try:
        faults: Sequence[str] = (*check_catalogue(chosen_catalogue(paths)), *stale_indexes(paths))
    except CatalogueError as error:
        faults = error.lines
    print_report(visible_lines(faults) or "The catalogue has no faults.\n")
    return 2 if faults else 0


def run_build(output: Path, paths: Sequence[Path], *, quiet: bool) -> None:
    """Write the index of a catalogue."""
    not_evidence(output, paths)
    if output.suffix.lower() in SUFFIXES:
        raise UsageError(f"{output}: an index would replace a catalogue of text: name it like catalogue.sqlite")
    catalogue = build_index(paths, output)
    if not quiet:
        print(
            f"hotfix-check: {output}: {holding(len(catalogue.updates), len(catalogue.products))}, "
            f"catalogue {catalogue.version}",
            file=sys.stderr,
        )


def _listed(updates: Sequence[Update]) -> str:
    rows = [
        (one.product, cell(own_name(one.id), _WIDEST_NAME), one.kind, one.importance, one.built or "", cell(one.title))
        for one in updates
    ]
    headers = ("Product", "Update", "Kind", "Importance", "Date", "Title")
    room = max(20, columns() - 58)
    return tabulate(rows, headers=headers, maxcolwidths=[*[None] * 5, room], disable_numparse=True) + "\n"


def _narrowed(updates: Sequence[Update], options: ListOptions) -> list[Update]:
    """The updates that every given filter but the product lets through. One without any date is in no span of days."""
    if options.kind is not None:
        known("--kind", options.kind, tuple(Kind))
    if options.importance is not None:
        known("--importance", options.importance, tuple(Importance))
    since, until = read_day("--since", options.since), read_day("--until", options.until)
    return [
        update
        for update in updates
        if (options.file is None or _names(update, options.file))
        and (options.alias is None or options.alias.casefold() in map(str.casefold, names_of(update)))
        and options.kind in (None, update.kind)
        and options.importance in (None, update.importance)
        and (since is None or (update.built is not None and update.built >= since))
        and (until is None or (update.built is not None and update.built <= until))
    ]


def _names(update: Update, file: str) -> bool:
    return any(row.name.lower() == file.lower() for package in update.packages for row in package.rows)


def _whole(update: Update, relations: Supersedence) -> dict[str, Any]:
    chains = [relations.chain(update, package) for package in update.packages or (None,)]
    return {
        **_told(update, _OF_UPDATE),
        **_told(update, _OF_CONTENT),
        "stands_in_for": list(dict.fromkeys(one for older, _ in chains for one in older)),
        "superseded_by": list(dict.fromkeys(one for _, newer in chains for one in newer)),
        "actions": [_told(action, ("kind", "text")) for action in update.actions],
        "packages": [
            {**_told(package, _OF_PACKAGE), "files": [_told(row, _OF_ROW) for row in package.rows]}
            for package in update.packages
        ],
        **_told(update, ("sources", "reviewed")),
    }


def _told(value: Frozen, keys: Sequence[str]) -> dict[str, Any]:
    """These fields of a value as JSON has them."""
    return {key: _plain(getattr(value, key)) for key in keys}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(one) for one in value] if type(value) is tuple else str(value)


def _shown(whole: dict[str, Any]) -> str:
    """The same for people: ids without the update's own product, and nothing twice."""
    lines = _wrapped(visible(f"{whole['id']}: {whole['title']}"), "")
    own = f"{whole['product']}/"
    shown = {**whole, "stands_in_for": [one for one in whole["stands_in_for"] if one not in whole["contains"]]}
    for key, value in shown.items():
        if key in ("id", "title", "packages") or value in (None, []):
            continue
        words = key.replace("_", " ")
        if key == "actions":
            for action in value:
                lines.extend(_wrapped(visible(f"to do ({action['kind']}): {action['text']}")))
        elif isinstance(value, list):
            text = ", ".join(one.removeprefix(own) for one in value)
            lines.extend(_wrapped(visible(f"{words}: {text}")))
        else:
            lines.extend(_wrapped(visible(f"{words}: {value}")))
    if whole["replaces"] == []:
        lines.append("  replaces: nothing (stated)")
    for package in whole["packages"]:
        lines.extend(_package_lines(package))
    return visible_lines(lines)


def _package_lines(package: dict[str, Any]) -> Iterator[str]:
    needs = " and ".join(" or ".join(group) for group in package["prerequisites"])
    if not needs:
        needs = "nothing (stated)" if package["prerequisites_stated"] else "not stated"
    yield f"  package for {package['level'] or 'the line of its builds'}; prerequisites: {needs}"
    if not package["contains_earlier"]:
        yield "    does not contain the earlier updates of this line"
    if package["whole_table"]:
        yield "    the whole table: each file counts where it was collected"
    if package["limits_only"]:
        yield "    only the limits that scanners check; the update has more files"
    if package["cves"]:
        yield from _wrapped(f"fixes {', '.join(package['cves'])}", "    ")
    rows = [
        [cell("" if value is None else value, _WIDEST_NAME) for value in (*map(row.get, _COLUMNS), _remark(row))]
        for row in package["files"]
    ]
    if rows:
        headers = ("File", "Version", "Size", "UTC", "Platform", "Remark")
        table = tabulate(rows, headers=headers, disable_numparse=True)
        yield from (f"    {line}" for line in table.splitlines())


def _remark(row: dict[str, Any]) -> str:
    words = [
        "a companion: decides nothing" if row["companion"] else "",
        "where it was collected" if row["where_collected"] else "",
        f"in {' and '.join(row['roles'])}" if row["roles"] else "",
        f"language {row['language']}" if row["language"] else "",
        f"for versions {row['range']}" if row["range"] else "",
        "" if row["sure"] else "not confirmed by a second source",
        row["note"] or "",
    ]
    return "; ".join(filter(None, words))


def _cve_table(catalogue: Catalogue, known: Cve) -> dict[str, Any]:
    """All that the catalogue holds on a CVE, as JSON has it."""
    products = {product.id: product for product in catalogue.products}
    return {
        "cve": known.id,
        **_told(known, _OF_CVE),
        "fixed_by": [
            fix
            for update in catalogue.updates
            if known.id in cves_of(update)
            for fix in _fixes(update, products[update.product], known)
        ],
        **_told(known, ("without_fix", "sources")),
    }


def _fixes(update: Update, product: Product, cve: Cve) -> Iterator[dict[str, Any]]:
    told = {"product": update.product, **_told(update, ("id", "kb", "availability"))}
    if cve.id in update.cves:
        yield {**told, "line": update.level, "files": []}
    for package in update.packages:
        if cve.id in package.cves:
            line = None if package.line is None else product.levels[package.line].name
            files = [_told(row, ("name", "version")) for row in required_rows(package)]
            yield {**told, "line": line, "files": files}


def _cve_text(table: dict[str, Any]) -> str:
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
    rows = []
    for fix in table["fixed_by"]:
        name = f"KB{fix['kb']}" if fix["kb"] else own_name(fix["id"])
        rows.append([*map(cell, (fix["product"], fix["line"] or "", name, _built(fix)))])
    if rows:
        headers = ("Product", "For", "Fixed by", "Builds")
        widths = [*[None] * 3, max(20, columns() - 40)]
        shown = tabulate(rows, headers=headers, maxcolwidths=widths, disable_numparse=True)
        lines.extend(f"  {line}" for line in shown.splitlines())
    return visible_lines(lines)


def _built(fix: dict[str, Any]) -> str:
    files = fix["files"]
    words = f"{files[0]['name']} {files[0]['version']}" if files else "by itself" if fix["line"] else ""
    if len(files) > 1:
        words += f" and {len(files) - 1} more"
    return words if fix["availability"] == "public" else f"{words} ({fix['availability']})".strip()


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, columns(), initial_indent=indent, subsequent_indent=f"{indent}  ")
