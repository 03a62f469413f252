"""One host: the bytes of a saved inventory or result to a small row. Pure, so that it can run anywhere."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.finding import Basis
from hotfix_check.assess.weight import counted, fails, holding, outcome_of, worst_of_each
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.update import Importance
from hotfix_check.errors import HotfixCheckError, SavedInputError
from hotfix_check.fleet.deciding import deciding_facts
from hotfix_check.fleet.label import parts_of
from hotfix_check.fleet.standing import HostInstallation, judged_installations, read_installations, told_installations
from hotfix_check.frozen import dataclass, replace
from hotfix_check.inventory import Inventory
from hotfix_check.inventory.listings import is_listing
from hotfix_check.inventory.listings.read import read_listing
from hotfix_check.inventory.open_file import bytes_as_file
from hotfix_check.inventory.saved import MAX_BYTES, SUFFIXES, parse_each
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.reading import asked_by
from hotfix_check.policy import Waivers, apply_waivers, host_of_waivers
from hotfix_check.report.document import Result, TargetDocument, result_of
from hotfix_check.report.judged_document import FindingDocument
from hotfix_check.report.names import level_text
from hotfix_check.saved_result import ANY_SCHEMA, checked_result
from hotfix_check.untrusted.fields import Fields, stamp
from hotfix_check.untrusted.json import parse_packed
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped, shown

VERDICTS = tuple(map(str, Verdict))
MARKS = ("failing", "blocked", "waived")
KINDS = ("inventory", "result", "damaged")
OUTCOMES = ("findings", "incomplete", "nothing-recognised", "clean", "damaged")
"""Worst first. Damaged is one that could not be judged."""
ANY_REPORT = "hotfix-check/fleet/"
_REMEMBERED = 64  # rows, with what decided each: a server with all its programs has 500 kB of that


class HostProduct(NamedTuple):
    """A product on a host with its service level, as the result document has it."""

    id: str
    level: str | None
    at_least: str | None
    at_most: str | None
    basis: str

    @property
    def words(self) -> str:
        """``CU23``, ``SP3 to SP4``, ``at least SP4`` or ``unknown``."""
        return level_text(self.level, self.at_least, self.at_most, self.basis) or "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """All that a fleet keeps of one host.

    ``source`` is where it was read, as text, ``sha256`` that of the bytes there, ``target`` which one of a result with
    several. ``host`` is the name in the inventory, else of the file; ``named`` whether it was in the inventory, so that
    rows of one name are of one host. ``at`` is when the evidence was collected (a result's, when its run ended).
    ``findings`` are update ids by verdict, and those that are failing (they give exit code 1), blocked and waived;
    ``installations`` say how each copy of a product stands;
    ``waivers`` the ids of waivers that spoke of this host, expired ones too; ``reason`` why it is damaged.
    """

    source: str
    sha256: str
    target: int
    kind: str
    host: str
    named: bool
    at: str | None
    catalogue: str
    catalogue_sha256: str | None
    outcome: str
    products: tuple[HostProduct, ...]
    findings: Mapping[str, tuple[str, ...]]
    installations: tuple[HostInstallation, ...]
    advisories: tuple[str, ...]
    waivers: tuple[str, ...]
    reason: str | None

    def table(self) -> dict[str, Any]:
        """The row as a table of JSON."""
        return {
            **{name: getattr(self, name) for name in _TEXTS},
            "target": self.target,
            "named": self.named,
            "products": [list(product) for product in self.products],
            "findings": {key: list(ids) for key, ids in self.findings.items() if ids},
            "installations": [one.table() for one in self.installations],
            "advisories": list(self.advisories),
            "waivers": list(self.waivers),
        }


_TEXTS = ("source", "sha256", "kind", "host", "at", "catalogue", "catalogue_sha256", "outcome", "reason")


def read_row(table: object, where: str) -> HostRow:
    """The row that ``table`` made. Raises SavedInputError."""
    top = Fields(table, where, SavedInputError)
    findings = top.need("findings", top.inner("findings"))
    top.need("installations", top.items("installations", dict, "a list of tables"))
    installations = top.tables("installations", lambda number, _: f"installation {number}")
    products = []
    for one in top.items("products", list, "a list of lists") or ():
        if len(one) != len(HostProduct._fields) or not all(text is None or isinstance(text, str) for text in one):
            raise top.fault("products", f"five texts expected, found {shown(one)}")
        products.append(HostProduct(*one))
    row = HostRow(
        source=top.need("source", top.text("source")),
        sha256=top.need("sha256", top.text("sha256")),
        target=top.need("target", top.integer("target", 1, 2**31)),
        kind=top.need("kind", top.choice("kind", KINDS)),
        host=top.need("host", top.get("host", str, "text")),
        named=top.need("named", top.get("named", bool, "true or false")),
        at=top.text("at"),
        catalogue=top.need("catalogue", top.get("catalogue", str, "text")),
        catalogue_sha256=top.text("catalogue_sha256"),
        outcome=top.need("outcome", top.choice("outcome", OUTCOMES)),
        products=tuple(products),
        findings={key: findings.texts(key) or () for key in (*VERDICTS, *MARKS)},
        installations=tuple(read_installations(installations)),
        advisories=top.texts("advisories") or (),
        waivers=top.texts("waivers") or (),
        reason=top.text("reason"),
    )
    findings.finish()
    top.finish()
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetQuestion:
    """All that a process needs to judge hosts, as a value that can be sent to it.

    ``options`` is what was typed, of which the rest follows. ``day`` is the one that waivers expire by; ``tool`` the
    version of hotfix-check that asks.
    """

    options: JudgeOptions
    catalogue: Catalogue
    question: Question
    waivers: Waivers
    fail_on: frozenset[Verdict]
    day: date
    tool: str


class FleetJudge:
    """A question made ready. Alike hosts are judged once: what they differ in decides nothing."""

    def __init__(self, asked: FleetQuestion) -> None:
        self.asked = asked
        self._assessor = Assessor(asked.catalogue)
        self.listed = asked_by(self._assessor.outline, hashes=False)
        """What listings are read for."""
        self._known: OrderedDict[Hashable, HostRow] = OrderedDict()
        self._one_at_a_time = threading.Lock()  # a worker of a cluster may have several threads

    def row(self, inventory: Inventory) -> HostRow:
        """The answer for a host; what says which one it is may be another's."""
        host = host_of_waivers(inventory)
        waivers = tuple(waiver for waiver in self.asked.waivers.entries if waiver.speaks_of(host))
        key = deciding_facts(inventory, self._assessor.all_names), waivers
        with self._one_at_a_time:
            found = self._known.get(key)
            if found is None:
                assessment = self._assessor.assess(inventory, self.asked.question, advice=False)
                found = self._known[key] = _judged_row(assessment, self.asked)
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            else:
                self._known.move_to_end(key)
        return found


def judge_host(data: bytes, source: str, judge: FleetJudge) -> tuple[HostRow, ...]:
    """The rows of a saved inventory or listing (one a host) or result (one a target); else one that says why not.

    None of the report of a fleet, which is no host.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        file = bytes_as_file(data, source, parts_of(source)[-1])
        if is_listing(file):
            return _inventory_rows(read_listing(file, judge.listed), source, sha256, judge)
        document = parse_packed(data, source, MAX_BYTES, "a saved inventory or result")
        schema = str(document.get("schema")) if isinstance(document, dict) else ""
        if schema.startswith(ANY_REPORT):
            return ()
        if isinstance(document, dict) and schema.startswith(ANY_SCHEMA):
            return _result_rows(result_of(checked_result(document, source)), source, sha256, judge.asked.fail_on)
        return _inventory_rows(parse_each(document, source), source, sha256, judge)
    except HotfixCheckError as error:
        return (damaged(source, error.lines[0].removeprefix(f"{source}: "), sha256),)
    except Exception as error:  # one host, whatever it does, must not take the others' answers away
        return (damaged(source, clipped(f"internal error: {type(error).__name__}: {error}", LONGEST_PROBLEM), sha256),)


def damaged(source: str, reason: str, sha256: str = "-") -> HostRow:
    """The row of what could not be judged; without a sum when not even its bytes could be read."""
    return HostRow(
        source=source,
        sha256=sha256,
        target=1,
        kind="damaged",
        host=name_of_source(source),
        named=False,
        at=None,
        catalogue="",
        catalogue_sha256=None,
        outcome="damaged",
        products=(),
        findings={},
        installations=(),
        advisories=(),
        waivers=(),
        reason=reason or "no reason given",
    )


def name_of_source(source: str) -> str:
    """What a host is called whose inventory names none: the file name without .json or .json.gz."""
    name = parts_of(source)[-1]
    for suffix in reversed(SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] or name
    return name


def _inventory_rows(
    inventories: Sequence[Inventory], source: str, sha256: str, judge: FleetJudge
) -> tuple[HostRow, ...]:
    several = len(inventories) > 1
    return tuple(
        _inventory_row(inventory, number, source, sha256, judge, several=several)
        for number, inventory in enumerate(inventories, 1)
    )


def _inventory_row(
    inventory: Inventory, number: int, source: str, sha256: str, judge: FleetJudge, *, several: bool
) -> HostRow:
    collected = inventory.collected
    named = collected.host if collected else None
    host = named or name_of_source(source) + (f": {number}" if several else "")
    if collected is not None:
        inventory = replace(inventory, collected=replace(collected, host=host))
    return replace(
        judge.row(inventory),
        source=source,
        sha256=sha256,
        target=number,
        host=host,
        named=bool(named),
        at=stamp(collected.at if collected else None),
    )


def _judged_row(assessment: Assessment, asked: FleetQuestion) -> HostRow:
    """The row of a host, without where it came from and what it is called."""
    applied = apply_waivers([assessment], asked.waivers, asked.day)
    waived = frozenset(applied.by_target[0])
    findings: dict[str, list[str]] = {key: [] for key in (*VERDICTS, *MARKS)}
    counting = counted(assessment)
    for finding in worst_of_each(counting):
        update_id = finding.update.id
        findings[finding.verdict].append(update_id)
        if finding.blocked:
            findings["blocked"].append(update_id)
        if update_id not in waived and fails(finding.verdict, finding.importance, asked.fail_on):
            findings["failing"].append(update_id)
    findings["waived"].extend(one.update.id for one in counting if one.update.id in waived)
    unused = {waiver.id for waiver in applied.unused}
    return HostRow(
        source="",
        sha256="",
        target=1,
        kind="inventory",
        host="",
        named=False,
        at=None,
        catalogue=asked.catalogue.version,
        catalogue_sha256=asked.catalogue.sha256,
        outcome=str(outcome_of(assessment, asked.fail_on, waived)),
        products=tuple(
            _product(one.product, one.exact, one.low, one.high, one.basis, asked.catalogue)
            for one in assessment.products
        ),
        findings={key: tuple(sorted(ids)) for key, ids in findings.items()},
        installations=judged_installations(assessment, applied.by_target[0], asked.catalogue, asked.day),
        advisories=tuple(dict.fromkeys(held.advisory.id for held in holding(assessment, waived))),
        waivers=tuple(waiver.id for waiver in asked.waivers.entries if waiver.id not in unused),
        reason=None,
    )


def _product(product_id: str, exact: bool, low: int, high: int, basis: str, catalogue: Catalogue) -> HostProduct:
    levels = catalogue.product(product_id).levels
    return HostProduct(product_id, levels[low].name if exact else None, levels[low].name, levels[high].name, str(basis))


def _result_rows(document: Result, source: str, sha256: str, fail_on: frozenset[Verdict]) -> tuple[HostRow, ...]:
    """What a result says is kept as it was judged; only ``fail_on`` is held against it anew."""
    if not document.targets:
        raise SavedInputError("targets: nothing was judged in this result")
    return tuple(
        _result_row(document, number, source, sha256, fail_on) for number in range(1, len(document.targets) + 1)
    )


def _worst_findings(target: TargetDocument) -> Iterable[FindingDocument]:
    """One finding an update, the worst of those on the installations that count: as ``weight`` has it of an answer."""
    aside = {(one.product, one.root) for one in target.installations if not one.counts}
    worst: dict[str, FindingDocument] = {}
    for finding in target.findings:
        if (finding.product, finding.installation) in aside:
            continue
        known = worst.setdefault(finding.id, finding)
        if VERDICTS.index(finding.verdict) < VERDICTS.index(known.verdict):
            worst[finding.id] = finding
    return worst.values()


def _result_row(document: Result, number: int, source: str, sha256: str, fail_on: frozenset[Verdict]) -> HostRow:
    target, run = document.targets[number - 1], document.run
    collected = target.collected
    host = collected.host if collected else None
    at = collected.at if collected else None
    several = len(document.targets) > 1
    name = name_of_source(source) + (f": {target.path}" if several else "")
    findings: dict[str, list[str]] = {key: [] for key in (*VERDICTS, *MARKS)}
    outcome = target.outcome
    for finding in _worst_findings(target):
        verdict, update_id = finding.verdict, finding.id
        findings[verdict].append(update_id)
        for mark, holds in (("blocked", finding.blocked), ("waived", finding.waiver is not None)):
            if holds:
                findings[mark].append(update_id)
        if not finding.waiver and fails(verdict, Importance(finding.importance), fail_on):
            findings["failing"].append(update_id)
            outcome = "findings"
    return HostRow(
        source=source,
        sha256=sha256,
        target=number,
        kind="result",
        host=host or name,
        named=bool(host),
        at=at or run.finished or (f"{run.as_of}T00:00:00Z" if run.as_of else None),
        catalogue=document.catalogue.version,
        catalogue_sha256=document.catalogue.sha256,
        outcome=outcome,
        products=tuple(
            HostProduct(
                one.id,
                # What is recorded decides nothing: hosts are alike when their files are.
                None if one.level_basis == Basis.RECORDED else one.level,
                one.level_at_least,
                one.level_at_most,
                one.level_basis,
            )
            for one in target.products
        ),
        findings={key: tuple(sorted(ids)) for key, ids in findings.items()},
        installations=told_installations(target),
        advisories=tuple(dict.fromkeys(one.id for one in target.advisories if one.counts and not one.waiver)),
        waivers=(),
        reason=None,
    )
