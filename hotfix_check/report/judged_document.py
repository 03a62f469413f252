"""What the result says of an installation and of an update, key by key. Keys are always present."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from hotfix_check.assess.finding import SatisfiedBy, Settle, Verdict
from hotfix_check.catalogue.update import Action
from hotfix_check.frozen import Frozen

if TYPE_CHECKING:  # what reads the types brings these
    from hotfix_check.report import key_types as keys


class WaiverDocument(Frozen):
    """An accepted finding: why, by whom, through which day."""

    id: str
    reason: str
    approved_by: str
    ticket: str | None
    approved_on: keys.Day | None
    expires: keys.Day


class SupportDocument(Frozen):
    """Until when Microsoft supports what is installed. ``ended_days`` is negative while it still does, null without a
    day to count to; ``extended_until`` is the end of what can be bought; ``upgrade`` the way to the successor."""

    ends: keys.Day | None
    ended_days: int | None
    extended_until: keys.Day | None
    successor: str | None
    upgrade: str | None


class BuildCountDocument(Frozen):
    """How many program files carry one build."""

    build: keys.Build
    files: keys.Count


class BehindDocument(Frozen):
    """The required and recommended updates that an installation lacks, none of them waived.

    ``months`` are whole ones from the installed build's day to that of the newest of them; null where one is not known.
    """

    updates: keys.Count
    months: keys.Count | None


class StepDocument(Frozen):
    """An update to install on an installation; ``settles`` are the ids of the findings that are met once it is there.

    ``public`` is the newest update that anyone can have in the place of one that has to be bought.
    """

    id: str
    installation: str | None
    kb: int | None
    title: str
    kind: keys.KindWord
    released: keys.Day | None
    line: str | None
    again: bool
    availability: keys.AvailabilityWord
    public: str | None
    requires: tuple[str, ...]
    not_known: tuple[str, ...]
    settles: tuple[str, ...]
    cves: tuple[str, ...]
    restart: keys.RestartWord
    actions: tuple[Action, ...]
    source: str


class ExposureDocument(Frozen):
    """A CVE on an installation; ``known_exploited`` is the day it was listed, ``due`` the last day to mend it."""

    cve: str
    state: keys.ExposureWord
    fixed_by: str | None
    needs: str | None
    impact: str | None
    cvss: float | None
    known_exploited: keys.Day | None
    due: keys.Day | None
    ransomware: bool | None


class InstallationDocument(Frozen):
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
    level_basis: keys.BasisWord
    level_at_least: str | None
    level_at_most: str | None
    build: keys.Build | None
    build_id: str | None
    build_released: keys.Day | None
    anomalies: tuple[str, ...]
    posture: str
    support: SupportDocument
    behind: BehindDocument
    census: tuple[BuildCountDocument, ...]
    next_steps: tuple[StepDocument, ...]
    exposures: tuple[ExposureDocument, ...]


class PrerequisiteDocument(Frozen):
    """One group of alternatives that an update needs."""

    requires: str
    state: keys.MetWord
    basis: str
    evidence: str


class ExpectedDocument(Frozen):
    """A row of a file table; ``size`` in bytes."""

    version: keys.Build | None
    size: int | None
    timestamp: keys.DayOrMoment | None
    platform: str | None


class CopyDocument(Frozen):
    """A copy of a file, judged; ``role`` null for a loose one, ``size`` in bytes."""

    path: str
    role: str | None
    state: keys.StateWord
    version: keys.Build | None
    version_string: str | None
    size: int | None
    modified: keys.Moment | None
    linked: keys.Moment | None
    language: str | None
    machine: str | None
    sha256: keys.Digest | None
    anomalies: tuple[str, ...]


class FileDocument(Frozen):
    """A file row with its copies; ``state`` is that of the worst."""

    name: str
    required: bool
    roles: tuple[str, ...]
    state: keys.StateWord
    expected: ExpectedDocument
    copies: tuple[CopyDocument, ...]


class WeighedDocument(Frozen):
    """What of a finding says how an installation stands."""

    id: str
    installation: str | None
    product: str
    importance: keys.ImportanceWord
    verdict: Verdict
    waiver: WaiverDocument | None


class FindingDocument(Frozen):
    """An update judged on an installation; ``advice`` are the ids of the steps of the plan for it, in order.

    ``recorded`` are the registry keys that record it as installed; null where no registry was read.
    """

    id: str
    installation: str | None
    kb: int | None
    aliases: tuple[str, ...]
    product: str
    title: str
    kind: keys.KindWord
    importance: keys.ImportanceWord
    availability: keys.AvailabilityWord
    released: keys.Day | None
    verdict: Verdict
    confidence: keys.ConfidenceWord
    line: str | None
    reasons: tuple[str, ...]
    satisfied_by: tuple[SatisfiedBy, ...]
    superseded_by: tuple[str, ...]
    partly_superseded_by: tuple[str, ...]
    advice: tuple[str, ...]
    anomalies: tuple[str, ...]
    prerequisites: tuple[PrerequisiteDocument, ...]
    prerequisites_stated: bool
    blocked: bool
    files: tuple[FileDocument, ...]
    settle_with: tuple[Settle, ...]
    restart: keys.RestartWord
    actions: tuple[Action, ...]
    waiver: WaiverDocument | None
    recorded: tuple[str, ...] | None
    source: str


Weighed = FindingDocument | WeighedDocument
"""What of a finding says how an installation stands, whether or not the rest of it is there."""


class AdvisoryDocument(Frozen):
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
    kind: Annotated[str, keys.OneOf(("build", "support"))]
    counts: bool
    waiver: WaiverDocument | None
