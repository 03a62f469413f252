"""The result document's shape, key by key: what JSON holds and every other format renders.

Keys are always present. The packaged schema is these types written down; a test holds one against the other.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Literal, TypedDict

from hotfix_check.assess.finding import Basis, Confidence, ExposureState, RowState, Verdict
from hotfix_check.catalogue.update import Availability, Importance, Kind
from hotfix_check.frozen import dataclass

RESULT_SCHEMA: Literal["hotfix-check/result/1"] = "hotfix-check/result/1"


@dataclass(frozen=True, slots=True)
class Matches:
    """A text that follows a regular expression."""

    pattern: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these words."""

    words: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number that is not below another."""

    number: int


Day = Annotated[str, Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Moment = Annotated[str, Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
"""In UTC."""
DayOrMoment = Annotated[str, Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
Digest = Annotated[str, Matches("^[0-9a-f]{64}$")]
"""SHA-256."""
Build = Annotated[str, Matches(r"^[0-9]{1,5}(\.[0-9]{1,5}){3}$")]
Count = Annotated[int, AtLeast(0)]
TargetKindWord = Annotated[str, OneOf(("folder", "file", "archive", "inventory", "listing"))]
OutcomeWord = Annotated[str, OneOf(("findings", "clean", "incomplete", "nothing-recognised"))]
VerdictWord = Annotated[str, OneOf(tuple(map(str, Verdict)))]
ConfidenceWord = Annotated[str, OneOf(tuple(map(str, Confidence)))]
StateWord = Annotated[str, OneOf(tuple(map(str, RowState)))]
BasisWord = Annotated[str, OneOf(tuple(map(str, Basis)))]
KindWord = Annotated[str, OneOf(tuple(map(str, Kind)))]
RungWord = Annotated[str, OneOf(("level", *map(str, Kind)))]
ImportanceWord = Annotated[str, OneOf(tuple(map(str, Importance)))]
AvailabilityWord = Annotated[str, OneOf(tuple(map(str, Availability)))]
ExposureWord = Annotated[str, OneOf(tuple(map(str, ExposureState)))]
CertaintyWord = Annotated[str, OneOf(("contains", "consistent-with", "unknown-build"))]
MetWord = Annotated[str, OneOf(("met", "unmet", "unknown"))]
ActionWord = Annotated[str, OneOf(("registry", "service", "note"))]
RestartWord = Annotated[str | None, OneOf(("yes", "no", "services", None))]


class ToolDocument(TypedDict):
    """What wrote the report."""

    name: Literal["hotfix-check"]
    version: str


class RunDocument(TypedDict):
    """When, where and how; null under --no-run-info, but ``as_of``, the day that ages are counted to, where asked."""

    started: Moment | None
    finished: Moment | None
    host: str | None
    user: str | None
    arguments: list[str] | None
    as_of: Day | None


class KnownCatalogueDocument(TypedDict):
    """What was judged with, by its bytes, and how much it holds."""

    version: str
    sha256: Digest | None
    products: Count
    updates: Count


class CatalogueDocument(KnownCatalogueDocument):
    """The same of a result; ``newest`` are release days of the newest update known."""

    newest: Day | None
    newest_by_product: dict[str, Day | None]


class ScopeDocument(TypedDict):
    """What the question was narrowed to; null: everything."""

    products: list[str] | None
    kbs: list[int] | None
    excluded: list[str]


class PolicyFileDocument(TypedDict):
    """A policy file, by the bytes that were judged with; null where none was given."""

    file: str | None
    sha256: Digest | None


class ConfigurationDocument(TypedDict):
    """The configuration file, and what the run took from it: options without dashes, and their texts in the file."""

    file: str | None
    sha256: Digest | None
    options: dict[str, list[str]]


class WaiverDocument(TypedDict):
    """An accepted finding: why, by whom, through which day."""

    id: str
    reason: str
    approved_by: str
    ticket: str | None
    approved_on: Day | None
    expires: Day


class WaiversDocument(TypedDict):
    """The waiver file, and the entries of it that accept nothing."""

    file: str | None
    sha256: Digest | None
    expired: list[WaiverDocument]
    unused: list[WaiverDocument]


class CollectedDocument(TypedDict):
    """Where, when and by what a saved inventory was taken."""

    host: str | None
    at: Moment | None
    by: str


class VoteDocument(TypedDict):
    """What one marker file says of the level."""

    file: str
    path: str
    version: str
    votes: str


class ProductDocument(TypedDict):
    """A product on the target; ``level`` where its installations agree, else null with their lowest and highest."""

    id: str
    name: str
    level: str | None
    level_basis: BasisWord
    level_at_least: str | None
    level_at_most: str | None
    end_of_support: Day | None
    evidence: list[VoteDocument]
    anomalies: list[str]


class SupportDocument(TypedDict):
    """Until when Microsoft supports what is installed. ``ended_days`` is negative while it still does, null without a
    day to count to; ``extended_until`` is the end of what can be bought; ``upgrade`` the way to the successor."""

    ends: Day | None
    ended_days: int | None
    extended_until: Day | None
    successor: str | None
    upgrade: str | None


class BuildCountDocument(TypedDict):
    """How many program files carry one build."""

    build: Build
    files: Count


class BehindDocument(TypedDict):
    """The required and recommended updates that an installation lacks, none of them waived.

    ``months`` are whole ones from the installed build's day to that of the newest of them; null where one is not known.
    """

    updates: Count
    months: Count | None


class ActionDocument(TypedDict):
    """A step by hand that the update needs beside its files."""

    kind: ActionWord
    text: str


class StepDocument(TypedDict):
    """An update to install on an installation; ``settles`` are the ids of the findings that are met once it is there.

    ``public`` is the newest update that anyone can have in the place of one that has to be bought.
    """

    id: str
    installation: str | None
    kb: int | None
    title: str
    kind: KindWord
    released: Day | None
    line: str | None
    again: bool
    availability: AvailabilityWord
    public: str | None
    requires: list[str]
    not_known: list[str]
    settles: list[str]
    cves: list[str]
    restart: RestartWord
    actions: list[ActionDocument]
    source: str


class ExposureDocument(TypedDict):
    """A CVE on an installation; ``known_exploited`` is the day it was listed, ``due`` the last day to mend it."""

    cve: str
    state: ExposureWord
    fixed_by: str | None
    needs: str | None
    impact: str | None
    cvss: float | None
    known_exploited: Day | None
    due: Day | None
    ransomware: bool | None


class InstallationDocument(TypedDict):
    """One copy of a product that could run; ``root`` is relative to the target, null for loose files.

    ``counts`` is false for a shadow copy whose product is elsewhere too. ``build_id`` is the update that brought
    ``build``, null where the level did or none is known.
    """

    root: str | None
    snapshot: bool
    counts: bool
    product: str
    name: str
    level: str | None
    level_basis: BasisWord
    level_at_least: str | None
    level_at_most: str | None
    build: Build | None
    build_id: str | None
    build_released: Day | None
    anomalies: list[str]
    posture: str
    support: SupportDocument
    behind: BehindDocument
    census: list[BuildCountDocument]
    next_steps: list[StepDocument]
    exposures: list[ExposureDocument]


class StrayDocument(TypedDict):
    """A file of a product in a folder that belongs to no installation: told, never judged."""

    path: str
    version: str | None
    product: str | None


class SatisfiedByDocument(TypedDict):
    """What explains a later build."""

    id: str | None
    certainty: CertaintyWord


class PrerequisiteDocument(TypedDict):
    """One group of alternatives that an update needs."""

    requires: str
    state: MetWord
    basis: str
    evidence: str


class ExpectedDocument(TypedDict):
    """A row of a file table; ``size`` in bytes."""

    version: Build | None
    size: int | None
    timestamp: DayOrMoment | None
    platform: str | None


class CopyDocument(TypedDict):
    """A copy of a file, judged; ``role`` null for a loose one, ``size`` in bytes."""

    path: str
    role: str | None
    state: StateWord
    version: Build | None
    version_string: str | None
    size: int | None
    modified: Moment | None
    linked: Moment | None
    language: str | None
    machine: str | None
    sha256: Digest | None
    anomalies: list[str]


class FileDocument(TypedDict):
    """A file row with its copies; ``state`` is that of the worst."""

    name: str
    required: bool
    roles: list[str]
    state: StateWord
    expected: ExpectedDocument
    copies: list[CopyDocument]


class SettleDocument(TypedDict):
    """A file that would settle a question if it were supplied."""

    file: str
    role: str | None
    why: str


class WeighedDocument(TypedDict):
    """What of a finding says how an installation stands; a finding is one too."""

    id: str
    installation: str | None
    product: str
    importance: ImportanceWord
    verdict: VerdictWord
    waiver: WaiverDocument | None


class FindingDocument(TypedDict):
    """An update judged on an installation; ``advice`` are the ids of the steps of the plan for it, in order.

    ``recorded`` are the registry keys that record it as installed; null where no registry was read.
    """

    id: str
    installation: str | None
    kb: int | None
    aliases: list[str]
    product: str
    title: str
    kind: KindWord
    importance: ImportanceWord
    availability: AvailabilityWord
    released: Day | None
    verdict: VerdictWord
    confidence: ConfidenceWord
    line: str | None
    reasons: list[str]
    satisfied_by: list[SatisfiedByDocument]
    superseded_by: list[str]
    partly_superseded_by: list[str]
    advice: list[str]
    anomalies: list[str]
    prerequisites: list[PrerequisiteDocument]
    prerequisites_stated: bool
    blocked: bool
    files: list[FileDocument]
    settle_with: list[SettleDocument]
    restart: RestartWord
    actions: list[ActionDocument]
    waiver: WaiverDocument | None
    recorded: list[str] | None
    source: str


class AdvisoryDocument(TypedDict):
    """A file of a bad build, or a support that has ended; ``counts`` tells whether it decides an outcome."""

    id: str
    installation: str | None
    kb: int | None
    product: str
    file: str
    path: str
    version: str
    text: str
    source: str
    kind: Annotated[str, OneOf(("build", "support"))]
    counts: bool
    waiver: WaiverDocument | None


class UnreadableDocument(TypedDict):
    """A file or folder that could not be read."""

    path: str
    reason: str


class ForeignDocument(TypedDict):
    """A file with a catalogued name that is somebody else's."""

    path: str
    version: str | None
    reason: str


class SetupDocument(TypedDict):
    """A Setup key of the registry, with the product and level that it tells."""

    key: str
    values: dict[str, str | int]
    product: str | None
    level: str | None


class RecordedUpdateDocument(TypedDict):
    """An update that the registry records."""

    kb: Annotated[int, AtLeast(10_000)]
    key: str
    package: str | None


class RegistryDocument(TypedDict):
    """What a registry hive records of Exchange, beside the files."""

    hive: str
    size: Count
    sha256: Digest | None
    complete: bool
    notes: list[str]
    setups: list[SetupDocument]
    updates: list[RecordedUpdateDocument]


class RungDocument(TypedDict):
    """A version on a ladder and what brought it."""

    version: Build
    label: str
    kind: RungWord
    id: str | None
    released: Day | None
    line: str


class LadderFileDocument(TypedDict):
    """Where on the ladder a target's copy stands."""

    path: str
    version: Build


class LadderDocument(TypedDict):
    """Every catalogued version of one judged file, lowest first."""

    product: str
    file: str
    line: str | None
    rungs: list[RungDocument]
    installed: list[LadderFileDocument]


SummaryDocument = TypedDict(
    "SummaryDocument",
    {
        "installed": Count,
        "superseded": Count,
        "partial": Count,
        "missing": Count,
        "not-applicable": Count,
        "undetermined": Count,
        "blocked": Count,
        "waived": Count,
    },
)


class TargetDocument(TypedDict):
    """All that is said of one target."""

    path: str
    kind: TargetKindWord
    outcome: OutcomeWord
    files_seen: Count
    files_read: Count
    installations: list[InstallationDocument]
    stray: list[StrayDocument]
    collected: CollectedDocument | None
    registry: RegistryDocument | None
    products: list[ProductDocument]
    findings: list[FindingDocument]
    advisories: list[AdvisoryDocument]
    unreadable: list[UnreadableDocument]
    foreign: list[ForeignDocument]
    backups: list[str]
    summary: SummaryDocument
    ladders: list[LadderDocument]


class ResultDocument(TypedDict):
    """The whole result of a run."""

    schema: Literal["hotfix-check/result/1"]
    tool: ToolDocument
    run: RunDocument
    catalogue: CatalogueDocument
    scope: ScopeDocument
    configuration: ConfigurationDocument
    baseline: PolicyFileDocument
    waivers: WaiversDocument
    targets: list[TargetDocument]


class UnreachableDocument(TypedDict):
    """A goal that no step can be shown to meet, and why."""

    id: str
    installation: str | None
    why: str


class NoPlanDocument(TypedDict):
    """Why there is no plan, though nothing shows that there is nothing to install; what to supply."""

    why: str
    supply: list[str]


class AskedDocument(TypedDict):
    """A goal that was named, and how it stands."""

    id: str
    verdict: VerdictWord
    reasons: list[str]
    settle_with: list[str]


class PlanDocument(TypedDict):
    """What to install on one target, in order; ``restarts`` are the steps that ask for one, by name."""

    schema: Literal["hotfix-check/plan/1"]
    target: str
    steps: list[StepDocument]
    restarts: list[str]
    restart_not_stated: list[str]
    unreachable: list[UnreachableDocument]
    asked: list[AskedDocument]
    undetermined: list[str]
    no_plan: NoPlanDocument | None


class FileChangeDocument(TypedDict):
    """A file that differs between two targets; ``catalogued`` where the catalogue names it."""

    path: str
    change: Annotated[str, OneOf(("older", "gone", "unreadable", "altered", "new", "newer"))]
    before: str | None
    after: str | None
    catalogued: bool


class VerdictChangeDocument(TypedDict):
    """An update whose verdict differs; null where a target has no finding on it. ``worse``: it passed before."""

    update: str
    before: VerdictWord | None
    after: VerdictWord | None
    worse: bool


class ComparisonDocument(TypedDict):
    """What changed from one target to another, the catalogue's own files first.

    ``evidence_only``: a saved result limits what could be compared.
    """

    schema: Literal["hotfix-check/comparison/1"]
    before: str
    after: str
    files: list[FileChangeDocument]
    verdicts: list[VerdictChangeDocument]
    evidence_only: bool


def to_json(document: ResultDocument) -> str:
    """The document as JSON text; characters that could reorder or hide text are escaped."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def result_digest(document: ResultDocument) -> str:
    """SHA-256 of the JSON rendering of the same document."""
    return hashlib.sha256(to_json(document).encode()).hexdigest()
