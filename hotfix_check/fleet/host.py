"""One host: the bytes of a saved inventory or result to a small row. Pure, so that it can run anywhere."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from operator import attrgetter

from hotfix_check.assess import Assessment, Assessor, Question, Verdict
from hotfix_check.assess.finding import Basis, ProductLevel
from hotfix_check.assess.next_steps import NextSteps, with_accepted
from hotfix_check.assess.weight import counted, fails, holding, outcome_of, worst_of_each
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import Importance
from hotfix_check.errors import HotfixCheckError, SavedInputError
from hotfix_check.fleet.row import ANY_REPORT, MARKS, VERDICTS, HostProduct, HostRow, damaged, name_of_source, parts_of
from hotfix_check.fleet.standing import judged_installations, told_installations
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import InstalledFile, Inventory, name_of
from hotfix_check.inventory.listings.read import read_listing
from hotfix_check.inventory.listings.recognise import is_listing
from hotfix_check.inventory.open_file import bytes_as_file
from hotfix_check.inventory.program_folders import is_program_name
from hotfix_check.inventory.saved import MAX_BYTES, parse_each
from hotfix_check.judging.options import JudgeOptions
from hotfix_check.judging.reading import asked_by
from hotfix_check.policy import Waivers, apply_waivers, host_of_waivers
from hotfix_check.report.document import Result, TargetDocument, result_of
from hotfix_check.report.judged_document import FindingDocument
from hotfix_check.saved_result import ANY_SCHEMA, checked_result
from hotfix_check.untrusted.fields import stamp
from hotfix_check.untrusted.json import parse_packed
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped

_REMEMBERED = 64  # rows, with what decided each: a server with all its programs has 500 kB of that
DECIDING = (
    "path",
    "version",
    "version_string",
    "product_name",
    "company_name",
    "languages",
    "machine",
    "stub",
    "notes",
)
"""The fields of a file that can decide a row. Size and times decide confidence and anomalies, which a row does not
have; names that a file had and its hash are told, and not in a row either."""
_of_a_file = attrgetter(*DECIDING)


class FleetQuestion(Frozen):
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
                judged = self._assessor.judge_in_brief(inventory, self.asked.question)
                found = self._known[key] = _judged_row(*judged, self.asked, self._assessor.relations)
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
            return result_rows(result_of(checked_result(document, source)), source, sha256, judge.asked.fail_on)
        return _inventory_rows(parse_each(document, source), source, sha256, judge)
    except HotfixCheckError as error:
        return (damaged(source, error.lines[0].removeprefix(f"{source}: "), sha256),)
    except Exception as error:  # one host, whatever it does, must not take the others' answers away
        return (damaged(source, clipped(f"internal error: {type(error).__name__}: {error}", LONGEST_PROBLEM), sha256),)


def _inventory_rows(
    inventories: Sequence[Inventory], source: str, sha256: str, judge: FleetJudge
) -> tuple[HostRow, ...]:
    rows = []
    for number, inventory in enumerate(inventories, 1):
        collected = inventory.collected
        named, at = (collected.host, collected.at) if collected else (None, None)
        host = named or name_of_source(source) + (f": {number}" if len(inventories) > 1 else "")
        if collected is not None:
            inventory = replace(inventory, collected=replace(collected, host=host))
        row = replace(judge.row(inventory), source=source, sha256=sha256, target=number)
        rows.append(replace(row, host=host, named=bool(named), at=stamp(at)))
    return tuple(rows)


def _judged_row(
    assessment: Assessment, plans: Sequence[NextSteps], asked: FleetQuestion, relations: Supersedence
) -> HostRow:
    """The row of a host, without where it came from and what it is called; what was accepted is no next step."""
    applied = apply_waivers([assessment], asked.waivers, asked.day)
    waived = frozenset(applied.by_target[0])
    assessment, _ = with_accepted(assessment, plans, waived)
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
        products=tuple(_product(one, asked.catalogue) for one in assessment.products),
        findings={key: tuple(sorted(ids)) for key, ids in findings.items()},
        installations=judged_installations(assessment, applied.by_target[0], asked.catalogue, relations),
        advisories=tuple(dict.fromkeys(held.advisory.id for held in holding(assessment, waived))),
        waivers=tuple(waiver.id for waiver in asked.waivers.entries if waiver.id not in unused),
    )


def _product(level: ProductLevel, catalogue: Catalogue) -> HostProduct:
    levels = catalogue.product(level.product).levels
    low, high = levels[level.low].name, levels[level.high].name
    return HostProduct(
        level.product, low if level.exact else None, low, None if level.beyond else high, str(level.basis)
    )


def deciding_facts(inventory: Inventory, names: frozenset[str]) -> Hashable:
    """All that a row can depend on but the host's name: where they are equal, so is the row.

    ``names`` are the catalogue's, in lower case.
    """
    return (
        inventory.kind,
        inventory.root,
        inventory.folders,
        tuple(map(_of_a_file, deciding_files(inventory, names))),
        tuple((file.path, file.is_folder) for file in inventory.unreadable),
        inventory.lone_file,
        inventory.registry,
        inventory.reported,
        inventory.claimed,
    )


def deciding_files(inventory: Inventory, names: frozenset[str]) -> list[InstalledFile]:
    """The files that can decide an answer.

    Every program file bears witness by its build, and one with a version that is not called as programs are may bring
    a product all the same: a listing has all that carry one. A file in a folder that was not listed shows that there is
    one.
    """
    listed = frozenset(inventory.folders)
    return [
        file
        for file in inventory.files
        if (name := name_of(file.path)) in names
        or inventory.lone_file
        or file.version is not None
        or is_program_name(name)
        or file.path.rpartition("/")[0] not in listed
    ]


def result_rows(document: Result, source: str, sha256: str, fail_on: frozenset[Verdict]) -> tuple[HostRow, ...]:
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
    host, at = (collected.host, collected.at) if collected else (None, None)
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
    )
