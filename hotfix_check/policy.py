"""What a site decides: a baseline says what must be there, a waiver accepts for a time that something is not.

Neither changes a verdict. A baseline changes how much a finding weighs; a waiver is shown beside it and expires.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from hotfix_check.assess import Assessment
from hotfix_check.assess.support import support_id
from hotfix_check.assess.weight import can_be_waived, unfixed_as_asked
from hotfix_check.catalogue import Catalogue, Product, Update, parse_kb
from hotfix_check.catalogue.names import UpdateNames
from hotfix_check.catalogue.update import Importance, own_name
from hotfix_check.errors import PolicyError
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import Inventory, target_name
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import clipped, path_text, shown
from hotfix_check.untrusted.toml import parse_toml, toml_string

MAX_BYTES = 1024 * 1024
MAX_HOST = 255  # characters of a pattern; a name in the DNS has no more
LONGEST_WAIVER = timedelta(days=366)


class Baseline(Frozen):
    """How much each named update weighs, by update id; the file as it was named, and the digest of what was read.

    ``accepted`` are the ids of advisories that the site accepts: the end of a product's support.
    """

    path: str
    sha256: str
    importance: Mapping[str, Importance]
    accepted: frozenset[str] = frozenset()


class Waiver(Frozen):
    """An accepted finding; valid through the day ``expires``. ``hosts`` are patterns, none meaning every host.

    ``accepts`` are the ids of the updates that it speaks of, or of the advisory on a product's end of support.
    """

    id: str
    accepts: frozenset[str]
    hosts: tuple[str, ...]
    reason: str
    approved_by: str
    approved_on: date | None
    ticket: str | None
    expires: date

    def speaks_of(self, host: str) -> bool:
        """Whether the waiver is for this host, expired or not."""
        return not self.hosts or any(fnmatchcase(host.casefold(), pattern.casefold()) for pattern in self.hosts)


class Waivers(Frozen):
    """The waivers of one file."""

    path: str | None = None
    sha256: str | None = None
    entries: tuple[Waiver, ...] = ()


class Applied(Frozen):
    """Waivers held against the findings: expired ones, unused ones, and which waiver accepts what, target by target.

    What is accepted is named by the id of the update, or of the advisory.
    """

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
    accepted: set[str] = set()
    for table in top.tables("product", lambda number, entry: _label(entry, f"product {number}"), joint=": "):
        product_id = _read_product(table, catalogue, importance)
        if table.choice("support", ("accepted",)):
            accepted.add(support_id(product_id))
        table.finish()
    top.finish()
    sha256 = hashlib.sha256(data).hexdigest()
    return Baseline(path=where, sha256=sha256, importance=importance, accepted=frozenset(accepted))


def _label(entry: Mapping[str, object], number: str) -> str:
    own_id = entry.get("id")
    return own_id if isinstance(own_id, str) and own_id else number


def _read_product(table: Fields, catalogue: Catalogue, importance: dict[str, Importance]) -> str:
    """What a baseline says of one product's updates; the product's id."""
    product_id = table.need("id", table.text("id"))
    products = {product.id: product for product in catalogue.products}
    if product_id not in products:
        raise table.fault("id", f"{shown(product_id)} is not in the catalogue ({', '.join(products)})")
    product = products[product_id]
    wanted = table.text("level")
    exact = table.choice("match", ("at-least", "exact")) == "exact"
    if exact and wanted is None:
        raise table.fault("match", "needs a level")
    updates = [update for update in catalogue.updates if update.product == product_id]
    if wanted is not None:
        importance.update(_by_level(table, product, updates, wanted, exact=exact))
    names = UpdateNames(updates)
    for weight in (Importance.REQUIRED, Importance.FORBIDDEN, Importance.OPTIONAL):
        for value in table.items(str(weight), object, "a list of KB numbers, update ids or other names") or ():
            for update in _named(table, str(weight), value, names, f"not an update of {product_id} in the catalogue"):
                if importance.setdefault(update.id, weight) is not weight:
                    raise table.fault(str(weight), f"{update.id} is {importance[update.id]} already")
    return product_id


def _by_level(
    table: Fields, product: Product, updates: Iterable[Update], wanted: str, *, exact: bool
) -> Iterator[tuple[str, Importance]]:
    """How much the updates that bring a level weigh: the wanted one is required, later ones forbidden where asked."""
    try:
        index = product.level_index(wanted)
    except KeyError:
        levels = ", ".join(level.name for level in product.levels)
        raise table.fault("level", f"{shown(wanted)} is not a level of {product.id} ({levels})") from None
    for update in updates:
        own = -1 if update.level is None else product.level_index(update.level)
        if own == index:
            yield update.id, Importance.REQUIRED
        elif own > index and exact:
            yield update.id, Importance.FORBIDDEN


def _named(table: Fields, field_name: str, value: object, updates: UpdateNames, none: str) -> list[Update]:
    """The updates that a policy names: by KB number, a whole number or a text; by id; by another name."""
    if not isinstance(value, str) and (not isinstance(value, int) or not 0 <= value < 10**7):
        raise table.fault(field_name, f"a KB number, an update id or another name expected, found {shown(value)}")
    try:
        found = updates.find(str(value))
    except ValueError as error:
        raise table.fault(field_name, f"{error}, nor an id or other name of an update") from None
    if not found:
        raise table.fault(field_name, f"KB{parse_kb(str(value))} is {none}")
    return found


def baseline_text(assessment: Assessment, catalogue: Catalogue) -> str:
    """A baseline that the assessed target meets: its levels and the updates that are installed on it."""
    lines = [f"# What {assessment.target!r} has; every KB below becomes required of the servers compared with it."]
    for level in assessment.products:
        product = catalogue.product(level.product)
        lines += ["", "[[product]]", f"id = {toml_string(product.id)}"]
        if level.exact and level.contradicted is None:
            lines += [f"level = {toml_string(product.levels[level.low].name)}", 'match = "at-least"']
        names = sorted(
            own_name(finding.update.id)
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
    names = UpdateNames(catalogue.updates)
    entries: dict[str, Waiver] = {}
    for table in top.tables("waiver", lambda number, entry: _label(entry, f"waiver {number}"), joint=": "):
        waiver = _read_waiver(table, catalogue, names)
        if waiver.id in entries:
            raise table.fault("id", f"{waiver.id} appears twice")
        entries[waiver.id] = waiver
    top.finish()
    return Waivers(
        path=where, sha256=hashlib.sha256(data).hexdigest(), entries=tuple(entries[key] for key in sorted(entries))
    )


def _read_waiver(table: Fields, catalogue: Catalogue, names: UpdateNames) -> Waiver:
    waiver = Waiver(
        id=table.need("id", table.text("id")),
        accepts=_accepts(table, catalogue, names),
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


def _accepts(table: Fields, catalogue: Catalogue, names: UpdateNames) -> frozenset[str]:
    """What a waiver names under ``update``, or ``kb``: an update in any way, or PRODUCT/support."""
    values = {key: value for key in ("update", "kb") if (value := table.get(key, object, "a name")) is not None}
    if len(values) > 1:
        raise table.fault("update", "kb is given as well: a waiver covers one update; leave one of them out")
    key = next(iter(values), "kb")
    value = table.need(key, values.get(key))
    if isinstance(value, str) and value.endswith("/support"):
        products = {support_id(product.id): product.id for product in catalogue.products}
        if value not in products:
            raise table.fault(key, f"{shown(value)}: no such product in the catalogue ({', '.join(products.values())})")
        return frozenset((value,))
    return frozenset(update.id for update in _named(table, key, value, names, "not in the catalogue"))


def _hosts(table: Fields) -> tuple[str, ...]:
    hosts = table.texts("hosts") or ()
    for host in hosts:
        if len(host) > MAX_HOST:
            raise table.fault("hosts", f"a host, or a pattern such as EX*, expected, found {shown(host)}")
    return hosts


def long_waivers(waivers: Waivers, as_of: date) -> tuple[str, ...]:
    """A warning for each waiver that outlives a year: an accepted risk should be looked at again."""
    return tuple(
        f"waiver {clipped(waiver.id)} lasts until {waiver.expires}, more than a year"
        for waiver in waivers.entries
        if waiver.expires - (waiver.approved_on or as_of) > LONGEST_WAIVER
    )


def apply_waivers(assessments: Sequence[Assessment], waivers: Waivers, as_of: date) -> Applied:
    """Hold waivers against what would count against a target.

    The host is the one that an inventory was collected on; for any other target the last part of its path. A waiver
    holds for all installations of its hosts, and for what only waits for what it accepts.
    """
    used: set[str] = set()
    expired: dict[str, Waiver] = {}
    by_target: list[Mapping[str, Waiver]] = []
    for assessment in assessments:
        host = host_of_waivers(assessment)
        here: dict[str, Waiver] = {}
        for waiver in waivers.entries:
            met = sorted(waiver.accepts & _waivable(assessment)) if waiver.speaks_of(host) else []
            if met:
                used.add(waiver.id)
            if met and waiver.expires < as_of:
                expired[waiver.id] = waiver
            else:
                here.update((one, waiver) for one in met if one not in here)
        by_target.append({**_waiting(assessment, here), **here} if here else {})
    return Applied(
        by_target=tuple(by_target),
        expired=tuple(expired[key] for key in sorted(expired)),
        unused=tuple(waiver for waiver in waivers.entries if waiver.id not in used),
    )


def host_of_waivers(told: Assessment | Inventory) -> str:
    """The host that a waiver speaks of, or does not."""
    return (told.collected.host if told.collected else None) or target_name(told.target)


def _waivable(assessment: Assessment) -> frozenset[str]:
    """The ids of what would count against a target and can be accepted.

    Updates by their findings, or by what they leave open of the CVEs that were asked for, and ends of support.
    """
    findings = {finding.update.id for finding in assessment.findings if can_be_waived(finding)}
    leaving_open = {one.fixed_by for one in unfixed_as_asked(assessment) if one.fixed_by is not None}
    ended = {held.advisory.id for held in assessment.advisories if held.of_support and held.counts}
    return frozenset(findings | leaving_open | ended)


def _waiting(assessment: Assessment, accepted: Mapping[str, Waiver]) -> dict[str, Waiver]:
    """What only waits for what is accepted: blocked by a group of which each alternative to be had is accepted.

    An update that another installation of the target could have at once is not covered: there it waits for nothing.
    """
    covered = dict(accepted)
    free = {one.update.id for one in assessment.findings if not one.blocked and can_be_waived(one)}
    bringing = {
        (one.update.product, one.update.level): one.update.id for one in assessment.findings if one.update.level
    }
    blocked = [one for one in assessment.findings if one.update.id not in free and one.blocked and can_be_waived(one)]
    before = -1
    while accepted and len(covered) != before:
        before = len(covered)
        for finding in blocked:
            for group in finding.prerequisites:
                levels = [bringing.get((finding.update.product, one.level or "")) for one in group.alternatives]
                needed = [*filter(None, levels), *(one.update for one in group.alternatives if one.update is not None)]
                if group.state == "unmet" and needed and all(one in covered for one in needed):
                    covered.setdefault(finding.update.id, covered[needed[0]])
    return covered


def published(catalogue: Catalogue, day: date) -> Catalogue:
    """The catalogue as it stood on a day: without the updates released, or built, after it.

    An update without any date stays, and its finding says that its day is not known.
    """
    updates = tuple(update for update in catalogue.updates if update.built is None or update.built <= day)
    cves = {key: cve for key, cve in catalogue.cves.items() if cve.published is None or cve.published <= day}
    return replace(catalogue, updates=updates, cves=cves, whole=None)
