"""What a site decides: a baseline says what must be there, a waiver accepts for a time that something is not.

Neither changes a verdict. A baseline changes how much a finding weighs; a waiver is shown beside it and expires.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from hotfix_check.assess import Assessment, Finding
from hotfix_check.catalogue import Catalogue, Update, parse_kb
from hotfix_check.catalogue.update import Importance
from hotfix_check.errors import PolicyError
from hotfix_check.inventory import target_name
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import path_text, shown
from hotfix_check.untrusted.toml import parse_toml, toml_string

MAX_BYTES = 1024 * 1024
MAX_HOST = 255  # characters of a pattern; a name in the DNS has no more
LONGEST_WAIVER = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How much each named update weighs, by update id; the file as it was named, and the digest of what was read."""

    path: str
    sha256: str
    importance: Mapping[str, Importance]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An accepted finding; valid through the day ``expires``. ``hosts`` are patterns, none meaning every host."""

    id: str
    kb: int
    hosts: tuple[str, ...]
    reason: str
    approved_by: str
    approved_on: date | None
    ticket: str | None
    expires: date

    def covers(self, finding: Finding, host: str) -> bool:
        """Whether the waiver speaks of this finding on this host, expired or not."""
        return finding.update.kb == self.kb and (
            not self.hosts or any(fnmatchcase(host.casefold(), pattern.casefold()) for pattern in self.hosts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """The waivers of one file."""

    path: str | None = None
    sha256: str | None = None
    entries: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Waivers held against the findings: which update of which target each waives; expired ones; unused ones."""

    by_target: tuple[Mapping[str, Waiver], ...] = ()
    expired: tuple[Waiver, ...] = ()
    unused: tuple[Waiver, ...] = ()


def load_baseline(path: Path, catalogue: Catalogue) -> Baseline:
    """Read a baseline. Raises PolicyError, also for a KB, product or level that the catalogue does not have."""
    data = read_bounded(path, MAX_BYTES, "a baseline", PolicyError)
    return parse_baseline(data, path_text(str(path)), catalogue)


def parse_baseline(data: bytes, where: str, catalogue: Catalogue) -> Baseline:
    """The same from the bytes of the file."""
    top = Fields(parse_toml(data, where, "a baseline", PolicyError), where, PolicyError)
    top.text("name")
    importance: dict[str, Importance] = {}
    for table in top.tables("product", lambda number, entry: _label(entry, f"product {number}"), joint=": "):
        _read_product(table, catalogue, importance)
    top.finish()
    return Baseline(path=where, sha256=hashlib.sha256(data).hexdigest(), importance=importance)


def _label(entry: Mapping[str, object], number: str) -> str:
    own_id = entry.get("id")
    return own_id if isinstance(own_id, str) and own_id else number


def _read_product(table: Fields, catalogue: Catalogue, importance: dict[str, Importance]) -> None:
    product_id = table.need("id", table.text("id"))
    products = {product.id: product for product in catalogue.products}
    if product_id not in products:
        raise table.fault("id", f"{shown(product_id)} is not in the catalogue ({', '.join(products)})")
    product = products[product_id]
    wanted = table.text("level")
    exact = table.choice("match", ("at-least", "exact")) == "exact"
    if exact and wanted is None:
        raise table.fault("match", "says how the level is meant, and no level is given")
    if wanted is not None:
        try:
            index = product.level_index(wanted)
        except KeyError:
            names = ", ".join(level.name for level in product.levels)
            raise table.fault("level", f"{shown(wanted)} is no level of {product_id} ({names})") from None
        for update in catalogue.updates:
            if update.product == product_id and update.level is not None:
                own = product.level_index(update.level)
                if own == index:
                    importance[update.id] = Importance.REQUIRED
                elif own > index and exact:
                    importance[update.id] = Importance.FORBIDDEN
    by_name = _by_name(catalogue.updates, product_id)
    for weight in (Importance.REQUIRED, Importance.FORBIDDEN, Importance.OPTIONAL):
        for value in table.items(str(weight), object, "a list of KB numbers or update ids") or ():
            for update_id in _ids(table, str(weight), value, product_id, by_name):
                if importance.setdefault(update_id, weight) is not weight:
                    raise table.fault(str(weight), f"{update_id} is {importance[update_id]} already")
    table.finish()


def _by_name(updates: Iterable[Update], product_id: str) -> dict[str | int, list[str]]:
    """The ids of a product's updates by what a baseline may call them: the own part of the id, or the KB number."""
    found: dict[str | int, list[str]] = {}
    for update in updates:
        if update.product == product_id:
            found[update.id.removeprefix(f"{product_id}/")] = [update.id]
            if update.kb is not None:
                found.setdefault(update.kb, []).append(update.id)
    return found


def _ids(
    table: Fields, field_name: str, value: object, product_id: str, by_name: Mapping[str | int, list[str]]
) -> list[str]:
    if isinstance(value, str) and value in by_name:
        return by_name[value]
    kb = _kb(table, field_name, value)
    if kb not in by_name:
        raise table.fault(field_name, f"KB{kb} is no update of {product_id} in the catalogue")
    return by_name[kb]


def _kb(table: Fields, field_name: str, value: object) -> int:
    """A KB number as a policy writes it: a whole number or a text."""
    if not isinstance(value, str) and (not isinstance(value, int) or not 0 <= value < 10**7):
        raise table.fault(field_name, f"a KB number expected, found {shown(value)}")
    return table.read(field_name, str(value), parse_kb)


def baseline_text(assessment: Assessment, catalogue: Catalogue) -> str:
    """A baseline that the assessed target meets: its levels and the updates that are installed on it."""
    lines = [f"# What {assessment.target!r} has; every KB below is then required of the servers held against it."]
    for level in assessment.products:
        product = catalogue.product(level.product)
        lines += ["", "[[product]]", f"id = {toml_string(product.id)}"]
        if level.exact:
            lines += [f"level = {toml_string(product.levels[level.low].name)}", 'match = "at-least"']
        names = sorted(
            finding.update.id.rpartition("/")[2]
            for finding in assessment.findings
            if finding.update.product == product.id
            and finding.update.level is None
            and finding.verdict.value == "installed"
        )
        lines += ["required = [", *(f"  {toml_string(name)}," for name in names), "]"] if names else ["required = []"]
    return "\n".join(lines) + "\n"


def load_waivers(path: Path, catalogue: Catalogue) -> Waivers:
    """Read a waiver file. Raises PolicyError: reason, approver and expiry are required, a KB must be known."""
    return parse_waivers(read_bounded(path, MAX_BYTES, "a waiver file", PolicyError), path_text(str(path)), catalogue)


def parse_waivers(data: bytes, where: str, catalogue: Catalogue) -> Waivers:
    """The same from the bytes of the file."""
    top = Fields(parse_toml(data, where, "a waiver file", PolicyError), where, PolicyError)
    known = {update.kb for update in catalogue.updates}
    entries: dict[str, Waiver] = {}
    for table in top.tables("waiver", lambda number, entry: _label(entry, f"waiver {number}"), joint=": "):
        waiver = _read_waiver(table)
        if waiver.kb not in known:
            raise table.fault("kb", f"KB{waiver.kb} is not in the catalogue")
        if waiver.id in entries:
            raise table.fault("id", f"{waiver.id} is there twice")
        entries[waiver.id] = waiver
    top.finish()
    return Waivers(
        path=where, sha256=hashlib.sha256(data).hexdigest(), entries=tuple(entries[key] for key in sorted(entries))
    )


def _read_waiver(table: Fields) -> Waiver:
    waiver = Waiver(
        id=table.need("id", table.text("id")),
        kb=_kb(table, "kb", table.need("kb", table.get("kb", object, "a KB number"))),
        hosts=_hosts(table),
        reason=table.need("reason", table.text("reason")),
        approved_by=table.need("approved_by", table.text("approved_by")),
        approved_on=table.day("approved_on"),
        ticket=table.text("ticket"),
        expires=table.need("expires", table.day("expires")),
    )
    table.finish()
    if waiver.approved_on is not None and waiver.expires < waiver.approved_on:
        raise table.fault("expires", f"{waiver.expires} is before approved_on ({waiver.approved_on})")
    return waiver


def _hosts(table: Fields) -> tuple[str, ...]:
    hosts = table.texts("hosts") or ()
    for host in hosts:
        if len(host) > MAX_HOST:
            raise table.fault("hosts", f"a host, or a pattern such as EX*, expected, found {shown(host)}")
    return hosts


def long_waivers(waivers: Waivers, as_of: date) -> tuple[str, ...]:
    """A warning for each waiver that outlives a year: an accepted risk should be looked at again."""
    return tuple(
        f"waiver {waiver.id} lasts until {waiver.expires}, more than a year"
        for waiver in waivers.entries
        if waiver.expires - (waiver.approved_on or as_of) > LONGEST_WAIVER
    )


def apply_waivers(
    assessments: Sequence[Assessment], waivers: Waivers, as_of: date, counts: Callable[[Finding], bool]
) -> Applied:
    """Hold waivers against findings; ``counts`` tells of a finding whether it would count against the target.

    The host is the one that an inventory was collected on; for any other target the last part of its path.
    """
    used: set[str] = set()
    expired: dict[str, Waiver] = {}
    by_target: list[Mapping[str, Waiver]] = []
    for assessment in assessments:
        here: dict[str, Waiver] = {}
        host = (assessment.collected.host if assessment.collected else None) or target_name(assessment.target)
        for finding in assessment.findings:
            if not counts(finding):
                continue
            for waiver in waivers.entries:
                if not waiver.covers(finding, host):
                    continue
                used.add(waiver.id)
                if waiver.expires < as_of:
                    expired[waiver.id] = waiver
                else:
                    here.setdefault(finding.update.id, waiver)
        by_target.append(here)
    return Applied(
        by_target=tuple(by_target),
        expired=tuple(expired[key] for key in sorted(expired)),
        unused=tuple(waiver for waiver in waivers.entries if waiver.id not in used),
    )


def published(catalogue: Catalogue, day: date) -> Catalogue:
    """The catalogue as it stood on a day: without the updates released, or built, after it.

    An update without any date stays, and its finding says that its day is not known.
    """
    updates = tuple(update for update in catalogue.updates if update.built is None or update.built <= day)
    cves = {key: cve for key, cve in catalogue.cves.items() if cve.published is None or cve.published <= day}
    return replace(catalogue, updates=updates, cves=cves, whole=None)
