"""The result of a scan, key by key: what JSON holds, every other format renders and the library returns.

Keys are always present. The packaged schema is these types written down; a test holds one against the other.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from functools import cache, partial
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hotfix_check.assess.finding import Foreign, StrayCopy, Verdict, Vote
from hotfix_check.frozen import Frozen, replace
from hotfix_check.report.judged_document import AdvisoryDocument, FindingDocument, InstallationDocument, WaiverDocument

if TYPE_CHECKING:  # what reads the types brings these
    from hotfix_check.report import key_types as keys

RESULT_SCHEMA: Literal["hotfix-check/result/1"] = "hotfix-check/result/1"


class ToolDocument(Frozen):
    """What wrote the report."""

    name: Literal["hotfix-check"]
    version: str


class RunDocument(Frozen):
    """When, where and how; null under --no-run-info, but ``as_of``, the day that ages are counted to, where asked."""

    started: keys.Moment | None = None
    finished: keys.Moment | None = None
    host: str | None = None
    user: str | None = None
    arguments: tuple[str, ...] | None = None
    as_of: keys.Day | None = None


class CatalogueDocument(Frozen):
    """What was judged with, by its bytes; ``newest`` are the release days of the newest update known."""

    version: str
    sha256: keys.Digest | None
    products: keys.Count
    updates: keys.Count
    newest: keys.Day | None
    newest_by_product: Mapping[str, keys.Day | None]


class ScopeDocument(Frozen):
    """What the question was narrowed to; null: everything."""

    products: tuple[str, ...] | None
    kbs: tuple[int, ...] | None
    excluded: tuple[str, ...]


class PolicyFileDocument(Frozen):
    """A policy file, by the bytes that were judged with; null where none was given."""

    file: str | None
    sha256: keys.Digest | None


class ConfigurationDocument(Frozen):
    """The configuration file, and what the run took from it: options without dashes, and their texts in the file."""

    file: str | None
    sha256: keys.Digest | None
    options: Mapping[str, tuple[str, ...]]


class WaiversDocument(Frozen):
    """The waiver file, and the entries of it that accept nothing."""

    file: str | None
    sha256: keys.Digest | None
    expired: tuple[WaiverDocument, ...]
    unused: tuple[WaiverDocument, ...]


class CollectedDocument(Frozen):
    """Where, when and by what a saved inventory was taken."""

    host: str | None
    at: keys.Moment | None
    by: str


class ProductDocument(Frozen):
    """A product on the target; ``level`` where its installations agree, else null with their lowest and highest."""

    id: str
    name: str
    level: str | None
    level_basis: keys.BasisWord
    level_at_least: str | None
    level_at_most: str | None
    end_of_support: keys.Day | None
    evidence: tuple[Vote, ...]
    anomalies: tuple[str, ...]


class ClaimedDocument(Frozen):
    """An update that a list names as installed, and the ids that the catalogue has of its number: told, never proof."""

    kb: keys.Count
    source: str
    updates: tuple[str, ...]


class UnreadableDocument(Frozen):
    """A file or folder that could not be read."""

    path: str
    reason: str


class SetupDocument(Frozen):
    """A Setup key of the registry, with the product and level that it tells."""

    key: str
    values: Mapping[str, str | int]
    product: str | None
    level: str | None


class RecordedUpdateDocument(Frozen):
    """An update that the registry records."""

    kb: Annotated[int, keys.AtLeast(10_000)]
    key: str
    package: str | None


class RegistryDocument(Frozen):
    """What a registry hive records of Exchange, beside the files."""

    hive: str
    size: keys.Count
    sha256: keys.Digest | None
    complete: bool
    notes: tuple[str, ...]
    setups: tuple[SetupDocument, ...]
    updates: tuple[RecordedUpdateDocument, ...]


class RungDocument(Frozen):
    """A version on a ladder and what brought it."""

    version: keys.Build
    label: str
    kind: keys.RungWord
    id: str | None
    released: keys.Day | None
    line: str


class LadderFileDocument(Frozen):
    """Where on the ladder a target's copy stands."""

    path: str
    version: keys.Build


class LadderDocument(Frozen):
    """Every catalogued version of one judged file, lowest first."""

    product: str
    file: str
    line: str | None
    rungs: tuple[RungDocument, ...]
    installed: tuple[LadderFileDocument, ...]


class SummaryDocument(Frozen):
    """How many findings have each verdict."""

    installed: keys.Count
    superseded: keys.Count
    partial: keys.Count
    missing: keys.Count
    not_applicable: keys.Count
    undetermined: keys.Count
    blocked: keys.Count
    waived: keys.Count


class TargetDocument(Frozen):
    """All that is said of one target."""

    path: str
    kind: keys.TargetKindWord
    outcome: keys.OutcomeWord
    files_seen: keys.Count
    files_read: keys.Count
    installations: tuple[InstallationDocument, ...]
    stray: tuple[StrayCopy, ...]
    collected: CollectedDocument | None
    registry: RegistryDocument | None
    claimed: tuple[ClaimedDocument, ...]
    products: tuple[ProductDocument, ...]
    findings: tuple[FindingDocument, ...]
    advisories: tuple[AdvisoryDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]
    foreign: tuple[Foreign, ...]
    backups: tuple[str, ...]
    summary: SummaryDocument
    ladders: tuple[LadderDocument, ...]


class Result(Frozen):
    """The whole result of a scan: the JSON's keys as attributes."""

    schema: Literal["hotfix-check/result/1"]
    tool: ToolDocument
    run: RunDocument
    catalogue: CatalogueDocument
    scope: ScopeDocument
    configuration: ConfigurationDocument
    baseline: PolicyFileDocument
    waivers: WaiversDocument
    targets: tuple[TargetDocument, ...]
    read_from: Mapping[str, Any] | None = None
    """The JSON that it was read from, which a later release may have given keys that are not known here."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Result) and self.to_json() == other.to_json()

    @property
    def document(self) -> Mapping[str, Any]:
        """The JSON result."""
        made: Mapping[str, Any] = self.read_from or json.loads(self.to_json())
        return made

    def to_json(self) -> str:
        """Its text, as ``scan -f json`` prints it."""
        return to_json(self)


_READ_FROM = "read_from"


def to_json(document: object) -> str:
    """A document as JSON text; characters that could reorder or hide text are escaped."""
    return _json(document, "\n") + "\n"


def _json(value: Any, start: str) -> str:
    """A value as ``json.dumps`` with an indent of 2 writes it, in a quarter of its time; ``start`` begins its lines."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    inner = start + "  "
    if isinstance(value, tuple | list):
        return f"[{inner}{f',{inner}'.join([_json(item, inner) for item in value])}{start}]" if value else "[]"
    held = value if isinstance(value, dict) else members(value)
    lines = [f"{encode_basestring_ascii(key)}: {_json(item, inner)}" for key, item in held.items()]
    return f"{{{inner}{f',{inner}'.join(lines)}{start}}}" if lines else "{}"


def result_digest(document: Result) -> str:
    """SHA-256 of the JSON rendering of the same document."""
    return hashlib.sha256(to_json(document).encode()).hexdigest()


def members(value: Any) -> dict[str, Any]:
    """The keys of one value of a document, as JSON has them, and what they hold."""
    if isinstance(value, Result) and value.read_from is not None:
        return dict(value.read_from)
    keys, read = _keys(value.__class__)
    return dict(zip(keys, read(value), strict=True))


def result_of(document: Mapping[str, Any]) -> Result:
    """The typed result of parsed JSON that follows the schema."""
    made: Result = _reader(Result)(document)
    return replace(made, read_from=document)


@cache
def _keys(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The keys of a class of values, and what gives what they hold."""
    # dataclasses.fields would have the standard library make each class anew.
    names = [name for name in kind.__slots__ if name != _READ_FROM]
    return tuple(map(key_of, names)), attrgetter(*names)


def key_of(name: str) -> str:
    """The key of a field; the one that is no name of Python is that of a verdict."""
    return Verdict.NOT_APPLICABLE.value if name == Verdict.NOT_APPLICABLE.name.lower() else name


def types_of(kind: type[Any]) -> dict[str, Any]:
    """The types of the fields that JSON has, by name."""
    from hotfix_check.report import key_types

    hints = get_type_hints(kind, localns={"keys": key_types}, include_extras=True)
    return {name: hint for name, hint in hints.items() if name != _READ_FROM}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """What makes a value of this type of a value of JSON."""
    args = get_args(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return _reader(args[0])
    if origin in (Union, types.UnionType):
        (inner,) = {_reader(one) for one in args if one is not types.NoneType}
        return inner if inner is _as_it_is else lambda value: None if value is None else inner(value)
    if origin is tuple:
        inner = _reader(args[0])
        return tuple if inner is _as_it_is else lambda value: tuple(map(inner, value))
    if origin is Mapping:
        inner = _reader(args[1])
        return lambda value: {key: inner(one) for key, one in value.items()}
    if isinstance(hint, type) and "__slots__" in hint.__dict__:
        hints = types_of(hint)
        changed = [(name, read) for name, one in hints.items() if (read := _reader(one)) is not _as_it_is]
        return partial(_made, hint, [(name, key_of(name)) for name in hints], changed)
    return Verdict if hint is Verdict else _as_it_is


def _made(
    kind: Any, keys: list[tuple[str, str]], changed: list[tuple[str, Callable[[Any], Any]]], value: Mapping[str, Any]
) -> Any:
    given = {name: value[key] for name, key in keys}
    for name, make in changed:
        given[name] = make(given[name])
    return kind(**given)


def _as_it_is(value: Any) -> Any:
    return value
