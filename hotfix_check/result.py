"""The typed result of a scan: the JSON's keys as attributes; made by tests/report/result_types.py."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hotfix_check.assess.finding import Verdict
from hotfix_check.frozen import dataclass
from hotfix_check.report.document import ResultDocument, to_json

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What wrote the report."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When, where and how; null under --no-run-info, but ``as_of``, the day that ages are counted to, where asked."""

    started: str | None
    finished: str | None
    host: str | None
    user: str | None
    arguments: tuple[str, ...] | None
    as_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The same of a result; ``newest`` are release days of the newest update known."""

    version: str
    sha256: str | None
    products: int
    updates: int
    newest: str | None
    newest_by_product: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the question was narrowed to; null: everything."""

    products: tuple[str, ...] | None
    kbs: tuple[int, ...] | None
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The configuration file, and what the run took from it: options without dashes, and their texts in the file."""

    file: str | None
    sha256: str | None
    options: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A policy file, by the bytes that were judged with; null where none was given."""

    file: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An accepted finding: why, by whom, through which day."""

    id: str
    reason: str
    approved_by: str
    ticket: str | None
    approved_on: str | None
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """The waiver file, and the entries of it that accept nothing."""

    file: str | None
    sha256: str | None
    expired: tuple[Waiver, ...]
    unused: tuple[Waiver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Until when Microsoft supports what is installed. ``ended_days`` is negative while it still does, null without a
    day to count to; ``extended_until`` is the end of what can be bought; ``upgrade`` the way to the successor."""

    ends: str | None
    ended_days: int | None
    extended_until: str | None
    successor: str | None
    upgrade: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The required and recommended updates that an installation lacks, none of them waived.

    ``months`` are whole ones from the installed build's day to that of the newest of them; null where one is not known.
    """

    updates: int
    months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCount:
    """How many program files carry one build."""

    build: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A step by hand that the update needs beside its files."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An update to install on an installation; ``settles`` are the ids of the findings that are met once it is there.

    ``public`` is the newest update that anyone can have in the place of one that has to be bought.
    """

    id: str
    installation: str | None
    kb: int | None
    title: str
    kind: str
    released: str | None
    line: str | None
    again: bool
    availability: str
    public: str | None
    requires: tuple[str, ...]
    not_known: tuple[str, ...]
    settles: tuple[str, ...]
    cves: tuple[str, ...]
    restart: str | None
    actions: tuple[Action, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A CVE on an installation; ``known_exploited`` is the day it was listed, ``due`` the last day to mend it."""

    cve: str
    state: str
    fixed_by: str | None
    needs: str | None
    impact: str | None
    cvss: float | None
    known_exploited: str | None
    due: str | None
    ransomware: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
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
    level_basis: str
    level_at_least: str | None
    level_at_most: str | None
    build: str | None
    build_id: str | None
    build_released: str | None
    anomalies: tuple[str, ...]
    posture: str
    support: Support
    behind: Behind
    census: tuple[BuildCount, ...]
    next_steps: tuple[Step, ...]
    exposures: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A file of a product in a folder that belongs to no installation: told, never judged."""

    path: str
    version: str | None
    product: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Where, when and by what a saved inventory was taken."""

    host: str | None
    at: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A Setup key of the registry, with the product and level that it tells."""

    key: str
    values: Mapping[str, str | int]
    product: str | None
    level: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedUpdate:
    """An update that the registry records."""

    kb: int
    key: str
    package: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What a registry hive records of Exchange, beside the files."""

    hive: str
    size: int
    sha256: str | None
    complete: bool
    notes: tuple[str, ...]
    setups: tuple[Setup, ...]
    updates: tuple[RecordedUpdate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An update that a list names as installed, and the ids that the catalogue has of its number: told, never proof."""

    kb: int
    source: str
    updates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one marker file says of the level."""

    file: str
    path: str
    version: str
    votes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product on the target; ``level`` where its installations agree, else null with their lowest and highest."""

    id: str
    name: str
    level: str | None
    level_basis: str
    level_at_least: str | None
    level_at_most: str | None
    end_of_support: str | None
    evidence: tuple[Vote, ...]
    anomalies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfiedBy:
    """What explains a later build."""

    id: str | None
    certainty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """One group of alternatives that an update needs."""

    requires: str
    state: str
    basis: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A row of a file table; ``size`` in bytes."""

    version: str | None
    size: int | None
    timestamp: str | None
    platform: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of a file, judged; ``role`` null for a loose one, ``size`` in bytes."""

    path: str
    role: str | None
    state: str
    version: str | None
    version_string: str | None
    size: int | None
    modified: str | None
    linked: str | None
    language: str | None
    machine: str | None
    sha256: str | None
    anomalies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file row with its copies; ``state`` is that of the worst."""

    name: str
    required: bool
    roles: tuple[str, ...]
    state: str
    expected: Expected
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """A file that would settle a question if it were supplied."""

    file: str
    role: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An update judged on an installation; ``advice`` are the ids of the steps of the plan for it, in order.

    ``recorded`` are the registry keys that record it as installed; null where no registry was read.
    """

    id: str
    installation: str | None
    kb: int | None
    aliases: tuple[str, ...]
    product: str
    title: str
    kind: str
    importance: str
    availability: str
    released: str | None
    verdict: Verdict
    confidence: str
    line: str | None
    reasons: tuple[str, ...]
    satisfied_by: tuple[SatisfiedBy, ...]
    superseded_by: tuple[str, ...]
    partly_superseded_by: tuple[str, ...]
    advice: tuple[str, ...]
    anomalies: tuple[str, ...]
    prerequisites: tuple[Prerequisite, ...]
    prerequisites_stated: bool
    blocked: bool
    files: tuple[File, ...]
    settle_with: tuple[Settle, ...]
    restart: str | None
    actions: tuple[Action, ...]
    waiver: Waiver | None
    recorded: tuple[str, ...] | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
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
    kind: str
    counts: bool
    waiver: Waiver | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file or folder that could not be read."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A file with a catalogued name that is somebody else's."""

    path: str
    version: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many findings have each verdict."""

    installed: int
    superseded: int
    partial: int
    missing: int
    not_applicable: int
    undetermined: int
    blocked: int
    waived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A version on a ladder and what brought it."""

    version: str
    label: str
    kind: str
    id: str | None
    released: str | None
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderFile:
    """Where on the ladder a target's copy stands."""

    path: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Every catalogued version of one judged file, lowest first."""

    product: str
    file: str
    line: str | None
    rungs: tuple[Rung, ...]
    installed: tuple[LadderFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """All that is said of one target."""

    path: str
    kind: str
    outcome: str
    files_seen: int
    files_read: int
    installations: tuple[Installation, ...]
    stray: tuple[Stray, ...]
    collected: Collected | None
    registry: Registry | None
    claimed: tuple[Claimed, ...]
    products: tuple[Product, ...]
    findings: tuple[Finding, ...]
    advisories: tuple[Advisory, ...]
    unreadable: tuple[Unreadable, ...]
    foreign: tuple[Foreign, ...]
    backups: tuple[str, ...]
    summary: Summary
    ladders: tuple[Ladder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The whole result of a scan; ``document`` is the JSON that it was made from."""

    schema: str
    tool: Tool
    run: Run
    catalogue: Catalogue
    scope: Scope
    configuration: Configuration
    baseline: PolicyFile
    waivers: Waivers
    targets: tuple[Target, ...]
    document: ResultDocument

    def to_json(self) -> str:
        """The JSON result, as ``scan -f json`` prints it."""
        return to_json(self.document)


def result_of(document: ResultDocument) -> Result:
    """The typed result of a document that follows the schema."""
    values: Mapping[str, Any] = document
    hints = _hints(Result).items()
    given = {name: _made(hint, values[name]) for name, hint in hints if name != "document"}
    return Result(document=document, **given)


def _made(hint: Any, value: Any) -> Any:
    """A value of JSON as its type wants it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _made(next(one for one in args if one is not type(None)), value)
    if origin is tuple:
        return tuple(_made(args[0], one) for one in value)
    if origin is Mapping:
        return dict(zip(value, map(partial(_made, args[1]), value.values()), strict=True))
    if is_dataclass(hint) and isinstance(hint, type):
        return _from(hint, value)
    return Verdict(value) if hint is Verdict else value


def _from(made: type[Made], value: Mapping[str, Any]) -> Made:
    keys = {key.replace("-", "_"): key for key in value}
    kind: Any = made
    return made(**{name: _made(hint, value[keys[name]]) for name, hint in _hints(kind).items()})


@cache
def _hints(made: Any) -> dict[str, Any]:
    hints = get_type_hints(made)
    return {field.name: hints[field.name] for field in fields(made)}
