"""The answer: what assess returns. The words are those of the JSON result; the order of the verdicts is worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import Literal

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.catalogue.product import Advisory
from hotfix_check.catalogue.update import Action, FileRow, Importance, Package, Prerequisite, Update
from hotfix_check.frozen import Frozen
from hotfix_check.inventory.files import ClaimedUpdate, Collected, TargetFile, UnreadableFile
from hotfix_check.inventory.registry import RegistryRecords
from hotfix_check.version import FileVersion


class Verdict(StrEnum):
    """What one update is on one target. UNDETERMINED is never a pass."""

    MISSING = "missing"
    PARTIAL = "partial"
    UNDETERMINED = "undetermined"
    SUPERSEDED = "superseded"
    INSTALLED = "installed"
    NOT_APPLICABLE = "not-applicable"


class Confidence(StrEnum):
    """How firm a verdict is; it never changes one."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class RowState(StrEnum):
    """How a file of the target stands to a row of a KB's file table."""

    EXACT = "exact"
    LATER = "later"
    OLDER = "older"
    ABSENT = "absent"
    NOT_COLLECTED = "not-collected"
    UNREADABLE = "unreadable"
    NOT_CHECKABLE = "not-checkable"
    FOREIGN = "foreign"
    OTHER_PRODUCT = "other-product"
    OTHER_PLATFORM = "other-platform"
    OTHER_LINE = "other-line"
    NOT_CONTAINED = "not-contained"


class Basis(StrEnum):
    """What a level rests on; earlier ones outweigh later ones."""

    MARKERS = "markers"
    DECLARED = "declared"
    INFERRED = "inferred"
    RECORDED = "recorded"
    """Told without a file: by a registry key, or by what was reported (AdminDisplayVersion)."""
    NONE = "none"


MET = frozenset({RowState.EXACT, RowState.LATER})
PASSED = (Verdict.INSTALLED, Verdict.SUPERSEDED)
OPEN = (Verdict.MISSING, Verdict.PARTIAL)


class Copy(Frozen):
    """One copy of a file, judged against a row. ``role`` is None for a loose copy, ``row`` where no row fits it."""

    file: TargetFile
    role: str | None
    state: RowState
    row: FileRow | None = None
    anomalies: tuple[Anomaly, ...] = ()


class JudgedRow(Frozen):
    """A file row with the copies that were judged; ``state`` is that of the worst of them.

    ``required``: the row decides; companions and files without a version resource do not.
    ``of_level``: the target's level has the file at the row's version or a later one itself, so that a met row shows
    nothing of the update.
    """

    row: FileRow
    required: bool
    roles: tuple[str, ...]
    state: RowState
    copies: tuple[Copy, ...]
    met_beside: bool = False
    of_level: bool = False
    note: str | None = None


class Vote(Frozen):
    """What one marker file says of the level: "SP4", "SP3 to SP4", "at least SP3" or "nothing"."""

    file: str
    path: str
    version: str
    votes: str


class ProductLevel(Frozen):
    """A product on the target and its service level, as an interval of positions in the product's levels.

    ``recorded`` is the level that the registry records, where the others give none and it fits what they do give. It is
    told and nothing is judged by it: a record says what was installed once, not what is on the disk (KB888535). Where
    there is no file at all and the basis is RECORDED, it is the level that was reported, and the interval is that.
    ``beyond``: its build is of no known level, and above them all, so that it may be of a later one. ``by_builds``: it
    is that of most of the other files, of a product whose builds each carry the third part of their level.
    """

    product: str
    low: int
    high: int
    basis: Basis
    votes: tuple[Vote, ...]
    anomalies: tuple[Anomaly, ...]
    server: bool
    recorded: int | None = None
    beyond: bool = False
    by_builds: bool = False

    @property
    def exact(self) -> bool:
        """Whether the level is known: by markers, by declaration, or by builds that each carry their level's number."""
        known = self.basis in (Basis.MARKERS, Basis.DECLARED) or (self.basis is Basis.INFERRED and self.by_builds)
        return self.low == self.high and known and not self.beyond

    @property
    def contradicted(self) -> Anomaly | None:
        """That most files beside the marker are another product's, as an upgrade in place can leave them."""
        codes = (AnomalyCode.OLDER_NEIGHBOUR, AnomalyCode.NEWER_NEIGHBOUR)
        return next((one for one in self.anomalies if one.code in codes), None)


Certainty = Literal["contains", "consistent-with", "unknown-build"]


class SatisfiedBy(Frozen):
    """What explains a later build: an update id, or None with certainty unknown-build."""

    id: str | None
    certainty: Certainty


class PrerequisiteState(Frozen):
    """One group of alternatives: met, unmet or unknown, by what, shown by which evidence; ``requires`` in words."""

    alternatives: tuple[Prerequisite, ...]
    requires: str
    state: str
    basis: str
    evidence: str


class Settle(Frozen):
    """A file that would settle a question if it were supplied."""

    file: str
    role: str | None
    why: str


class Finding(Frozen):
    """One update judged on one installation. ``advice`` are the ids of what to install for it, when it is missing.

    ``installation`` is that installation's root, as in ``Installation.root``.

    ``recorded`` are the registry keys that record it as installed; None where no registry was read.
    """

    update: Update
    importance: Importance
    verdict: Verdict
    confidence: Confidence
    line: str | None
    package: Package | None
    reasons: tuple[str, ...]
    satisfied_by: tuple[SatisfiedBy, ...]
    superseded_by: tuple[str, ...]
    partly_superseded_by: tuple[str, ...]
    advice: tuple[str, ...]
    anomalies: tuple[Anomaly, ...]
    prerequisites: tuple[PrerequisiteState, ...]
    prerequisites_stated: bool
    blocked: bool
    rows: tuple[JudgedRow, ...]
    settle_with: tuple[Settle, ...]
    recorded: tuple[str, ...] | None = None
    installation: str | None = None


class HeldAdvisory(Frozen):
    """An advisory that holds: a judged file is of a build that is known to be bad, or of a product out of support.

    ``counts`` is false for what is told and decides nothing: the end of support of what is no server, or is accepted.
    """

    advisory: Advisory
    path: str
    version: str
    installation: str | None = None
    of_support: bool = False
    counts: bool = True


class BuildCount(Frozen):
    """How many program files of an installation carry one build: an entry of its census."""

    build: FileVersion
    files: int


class Step(Frozen):
    """One update to install; ``settles`` are the ids of the goals that are met once it is there.

    ``again`` where its files are partly there. ``public`` is the id of the newest update that anyone can have in its
    place, where it has to be bought; None where it has not, or there is none. ``requires`` are the groups of
    prerequisites that are there by now, ``not_known`` those of which nobody can tell. ``actions`` are its own steps by
    hand and those of what it settles: bringing an update's files does not do them.
    """

    update: Update
    line: str | None
    requires: tuple[str, ...]
    not_known: tuple[str, ...]
    settles: tuple[str, ...]
    actions: tuple[Action, ...]
    again: bool = False
    public: str | None = None


class ExposureState(StrEnum):
    """What a CVE is on an installation; a view of findings, never a second judgement. Worst first."""

    EXPOSED = "exposed"
    NEEDS_CONFIGURATION = "needs-configuration"
    UNKNOWN = "unknown"
    FIXED = "fixed"


class Exposure(Frozen):
    """One CVE on one installation. ``fixed_by`` is the id of the update whose finding says it; ``needs`` what is to do.

    Where that update is there and leaves it open, ``from_level`` is the lowest level that it can be closed on, and
    ``closed_by`` are those that came out after the update and have the fix.
    What is known of the CVE itself (impact, CVSS, known exploitation) is the catalogue's.
    """

    cve: str
    state: ExposureState
    fixed_by: str | None
    needs: str | None = None
    from_level: str | None = None
    closed_by: tuple[str, ...] = ()


class Installation(Frozen):
    """One copy of a product that could run, or loose files of it, and what its findings come to.

    ``root`` is relative to the target, "." for the target itself, None for loose files where there is one set of them.
    ``counts`` is false for a shadow copy whose product is elsewhere too: it is judged and told, and decides nothing.
    ``build`` is its marker's. ``next_steps`` are those of the headline.
    """

    root: str | None
    product: str
    level: ProductLevel
    build: FileVersion | None = None
    census: tuple[BuildCount, ...] = ()
    snapshot: bool = False
    counts: bool = True
    next_steps: tuple[Step, ...] = ()
    exposures: tuple[Exposure, ...] = ()


class StrayCopy(Frozen):
    """A marker or catalogued file in a folder that is no role folder, no backup and not loose: told, never judged."""

    path: str
    version: str | None
    product: str | None


class Foreign(Frozen):
    """A file with a catalogued name that belongs to no product of the catalogue."""

    path: str
    version: str | None
    reason: str


class Assessment(Frozen):
    """One target judged against the catalogue; every list is sorted.

    ``beyond_catalogue``: all of it was asked about, and a build is newer than every one that the catalogue has, so that
    there may be updates that nobody asked about. ``asked_cves`` are those that were asked for by number.
    """

    target: str
    kind: str
    collected: Collected | None
    files_seen: int
    files_read: int
    products: tuple[ProductLevel, ...]
    findings: tuple[Finding, ...]
    advisories: tuple[HeldAdvisory, ...]
    unreadable: tuple[UnreadableFile, ...]
    unreadable_evidence: bool
    foreign: tuple[Foreign, ...]
    backups: tuple[str, ...]
    registry: RegistryRecords | None = None
    installations: tuple[Installation, ...] = ()
    stray: tuple[StrayCopy, ...] = ()
    claimed: tuple[ClaimedUpdate, ...] = ()
    beyond_catalogue: bool = False
    asked_cves: frozenset[str] = frozenset()


class Question(Frozen):
    """What is asked.

    ``kbs``, with the ``ids`` of further updates, and ``products`` narrow it (None: all); ``cves`` asks whether these
    are open, ``by_cve`` are the ids that it adds to ``ids``; ``assume`` are levels declared by the user, by product;
    ``importance`` is what a baseline says, by update id; ``as_of`` the day that the catalogue was cut at;
    ``unsupported`` are the products whose support has ended, ``accepted`` the ids of advisories that the baseline
    accepts.
    """

    kbs: frozenset[int] | None = None
    ids: frozenset[str] = frozenset()
    cves: frozenset[str] = frozenset()
    by_cve: frozenset[str] = frozenset()
    products: frozenset[str] | None = None
    assume: tuple[tuple[str, str], ...] = ()
    importance: Mapping[str, Importance] = field(default_factory=dict)
    complete: bool = False
    as_of: date | None = None
    unsupported: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()

    def asks_for(self, update: Update) -> bool:
        """Whether an update is among those that are asked for."""
        return self.kbs is None or update.kb in self.kbs or update.id in self.ids
