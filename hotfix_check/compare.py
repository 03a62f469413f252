"""What changed between two targets: products, every program file that is new, gone, newer or older, verdicts. Pure.

A side is a target that was judged now, or the one target of a saved result, which is not judged again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Literal

from hotfix_check.assess import Assessment, Verdict
from hotfix_check.assess.finding import PASSED, RowState
from hotfix_check.assess.levels import known_level
from hotfix_check.assess.weight import counted
from hotfix_check.catalogue import Catalogue
from hotfix_check.errors import SavedInputError, UsageError
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.files import Inventory, name_of, target_name
from hotfix_check.version import FileVersion


class SeenFile(Frozen):
    """A file of one side; size in bytes, None where a saved result does not tell it (a vote, a foreign file)."""

    path: str
    version: FileVersion | None
    size: int | None
    sha256: str | None


class SeenProduct(Frozen):
    """A product of one side, with the name of its service level where that is known."""

    name: str
    level: str | None


class Side(Frozen):
    """One of the two: its products by id, its files by lower-case path, the lower-case paths not readable, verdicts by
    update and root.

    The verdicts are of the installations that count: a shadow copy does not where the product is elsewhere too.
    ``looked_for`` are the lower-case file names that a saved result found or found absent: of others it does not say
    that they are not there. None for a target judged now, whose files are all known. ``catalogue`` is the SHA-256 of
    the one it was judged with, and how many updates that has by the day of the judgement; ``narrowed`` tells a result
    of some products or some KBs only.
    """

    name: str
    products: Mapping[str, SeenProduct]
    files: Mapping[str, SeenFile]
    unreadable: frozenset[str]
    verdicts: Mapping[str, Mapping[str | None, str]]
    catalogue: tuple[str, int]
    looked_for: frozenset[str] | None = None
    narrowed: bool = False


class ProductChange(Frozen):
    """A product that came, went or changed its service level: "unknown" where it is there, None where it is not.

    ``worse``: it went, and no other came in its place.
    """

    product: str
    name: str
    before: str | None
    after: str | None
    worse: bool


class FileChange(Frozen):
    """One file; ``change``: new, gone, newer, older, unreadable, altered (the same version, other content).

    ``catalogued`` where the catalogue names such a file: a verdict may rest on it.
    """

    path: str
    change: str
    before: str | None
    after: str | None
    catalogued: bool


class VerdictChange(Frozen):
    """One update whose verdict differs; None where the target has no finding on it.

    ``worse``: it passed before, and its product was not replaced by another.

    ``installation`` is the root of the one that it is of, where both sides have the same several.
    """

    update: str
    installation: str | None
    before: str | None
    after: str | None
    worse: bool


class ComparisonDocument(Frozen):
    """What changed from one target to another, the catalogue's own files first, of these what went backwards.

    ``evidence_only``: a saved result limits what could be compared.
    """

    schema: Literal["hotfix-check/comparison/1"]
    before: str
    after: str
    products: tuple[ProductChange, ...]
    files: tuple[FileChange, ...]
    verdicts: tuple[VerdictChange, ...]
    evidence_only: bool


_ORDER = ("older", "gone", "unreadable", "altered", "new", "newer")
BACKWARDS = ("older", "gone", "unreadable")
_WORST_FIRST = tuple(map(str, Verdict))


def judged_side(inventory: Inventory, assessment: Assessment, catalogue: Catalogue) -> Side:
    """A target judged now, with that catalogue."""
    products = {}
    for one in assessment.products:
        product = catalogue.product(one.product)
        level, _ = known_level(one, product)
        products[product.id] = SeenProduct(name=product.name, level=level.name if level else None)
    return Side(
        name=inventory.target,
        products=products,
        files=_by_path(
            SeenFile(path=inventory.inner(file.path), version=file.version, size=file.size, sha256=file.sha256)
            for file in inventory.files
        ),
        unreadable=frozenset(inventory.inner(file.path).lower() for file in inventory.unreadable),
        verdicts=_by_update((one.update.id, one.installation, str(one.verdict)) for one in counted(assessment)),
        catalogue=(catalogue.sha256, len(catalogue.updates)),
    )


def saved_side(document: Mapping[str, Any], where: str) -> Side:
    """The one target of a result document that follows its schema; ``where`` names the file that it came from.

    Raises UsageError unless there is exactly one target, SavedInputError for a version that is none.
    """
    targets = document["targets"]
    if len(targets) != 1:
        raise UsageError(f"{where}: a result of {len(targets)} targets: only a result of one target can be compared")
    (target,) = targets
    archive = target_name(target["path"]) + "!/"
    unreadable = frozenset(file["path"].removeprefix(archive).lower() for file in target["unreadable"])
    rows = [row for finding in target["findings"] for row in finding["files"]]
    held = (replace(file, path=file.path.removeprefix(archive)) for file in _held(target, rows, where))
    files = _by_path(file for file in held if file.path.lower() not in unreadable)
    found = {name_of(path) for path in (*files, *unreadable)}
    absent = {row["name"].lower() for row in rows if row["state"] == RowState.ABSENT}
    scope = document["scope"]
    aside = {(one["product"], one["root"]) for one in target["installations"] if not one["counts"]}
    return Side(
        name=where,
        products={one["id"]: SeenProduct(name=one["name"], level=one["level"]) for one in target["products"]},
        files=files,
        unreadable=unreadable,
        verdicts=_by_update(
            (finding["id"], finding["installation"], finding["verdict"])
            for finding in target["findings"]
            if (finding["product"], finding["installation"]) not in aside
        ),
        catalogue=(document["catalogue"]["sha256"], document["catalogue"]["updates"]),
        looked_for=frozenset(found | absent),
        narrowed=scope["products"] is not None or scope["kbs"] is not None,
    )


def _by_update(verdicts: Iterable[tuple[str, str | None, str]]) -> dict[str, dict[str | None, str]]:
    found: dict[str, dict[str | None, str]] = defaultdict(dict)
    for update, root, verdict in verdicts:
        of_update = found[update]
        of_update[root] = min(of_update.get(root, verdict), verdict, key=_WORST_FIRST.index)
    return found


def _held(target: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], where: str) -> Iterator[SeenFile]:
    """Every file that a result tells of, those first of which it tells most."""
    copies = (copy for row in rows for copy in row["copies"])
    votes = (vote for product in target["products"] for vote in product["evidence"])
    for one in (*copies, *votes, *target["foreign"]):
        text = one["version"]
        try:
            version = None if text is None else FileVersion.parse(text)
        except ValueError as error:
            raise SavedInputError(f"{where}: targets 1, {one['path']}: version: {text!r}: {error}") from error
        yield SeenFile(path=one["path"], version=version, size=one.get("size"), sha256=one.get("sha256"))


def _by_path(files: Iterable[SeenFile]) -> dict[str, SeenFile]:
    found: dict[str, SeenFile] = {}
    for file in files:
        found.setdefault(file.path.lower(), file)
    return found


def compare(before: Side, after: Side, names: frozenset[str] = frozenset()) -> ComparisonDocument:
    """Compare two sides file by file, by path without case, and verdict by verdict, as far as both can tell.

    ``names`` are the lower-case file names that the catalogue knows.
    """
    changes = []
    for key in sorted(before.files.keys() | after.files.keys()):
        if not (_tells_of_file(before, key) and _tells_of_file(after, key)):
            continue
        was, now = before.files.get(key), after.files.get(key)
        change = _change(was, now, key in after.unreadable)
        if change is not None:
            named = now or was
            changes.append(
                FileChange(
                    path=named.path if named else key,
                    change=change,
                    before=_version(was),
                    after=_version(now),
                    catalogued=name_of(key) in names,
                )
            )
    alike = before.catalogue == after.catalogue
    products = _product_changes(before, after, alike)
    replaced = {one.product for one in products if one.after is None and not one.worse}
    verdicts = [
        change
        for update in sorted(before.verdicts.keys() | after.verdicts.keys())
        if _tells_of(before, update, before.verdicts, alike) and _tells_of(after, update, after.verdicts, alike)
        for change in _verdict_changes(
            update,
            before.verdicts.get(update, {}),
            after.verdicts.get(update, {}),
            replaced=update.rpartition("/")[0] in replaced,
        )
    ]
    return ComparisonDocument(
        schema="hotfix-check/comparison/1",
        before=before.name,
        after=after.name,
        products=tuple(products),
        files=tuple(sorted(changes, key=lambda one: (not one.catalogued, _ORDER.index(one.change), one.path.lower()))),
        verdicts=tuple(sorted(verdicts, key=lambda one: (not one.worse, one.update, one.installation or ""))),
        evidence_only=before.looked_for is not None or after.looked_for is not None,
    )


def _product_changes(before: Side, after: Side, alike: bool) -> list[ProductChange]:
    """The products that came or went, as far as both sides tell of them, and those of another known level."""
    found = []
    came = not after.products.keys() <= before.products.keys()
    for product in sorted(before.products.keys() | after.products.keys()):
        if not all(_tells_of(side, product, side.products, alike) for side in (before, after)):
            continue
        was, now = before.products.get(product), after.products.get(product)
        first, second = (None if one is None else one.level or "unknown" for one in (was, now))
        named = now or was
        if named and first != second and not (was and now and "unknown" in (first, second)):
            worse = second is None and not came
            found.append(ProductChange(product=product, name=named.name, before=first, after=second, worse=worse))
    return found


def _verdict_changes(
    update: str, was: Mapping[str | None, str], now: Mapping[str | None, str], *, replaced: bool
) -> Iterator[VerdictChange]:
    """The changes of an update: of each installation where both sides have the same several, else of the worst."""
    several = len(was) > 1 and was.keys() == now.keys()
    for root in was if several else (None,):
        first, second = (was[root], now[root]) if several else (_worst(was), _worst(now))
        if first != second:
            worse = first in PASSED and second not in PASSED and not (replaced and second is None)
            yield VerdictChange(update=update, installation=root, before=first, after=second, worse=worse)


def _worst(verdicts: Mapping[str | None, str]) -> str | None:
    return min(verdicts.values(), key=_WORST_FIRST.index, default=None)


def _tells_of_file(side: Side, path: str) -> bool:
    return side.looked_for is None or name_of(path) in side.looked_for


def _tells_of(side: Side, one: str, known: Container[str], alike: bool) -> bool:
    """Whether an update or product that is not known is one that is not there, and not one never asked about."""
    return one in known or (alike and not side.narrowed)


def _change(was: SeenFile | None, now: SeenFile | None, blind: bool) -> str | None:
    if now is None:
        return "unreadable" if blind else "gone"
    if was is None:
        return "new"
    if was.version != now.version:
        if was.version is None or now.version is None:
            return "altered"
        return "newer" if now.version > was.version else "older"
    if was.sha256 and now.sha256:
        return None if was.sha256 == now.sha256 else "altered"
    return None if was.size is None or now.size is None or was.size == now.size else "altered"


def _version(file: SeenFile | None) -> str | None:
    return None if file is None else str(file.version) if file.version else "no version"
