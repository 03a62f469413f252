"""What the registry records of a product, beside what its files show: told with it, and nothing is judged by it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import partial

from hotfix_check.assess.anomaly import Anomaly, AnomalyCode, is_told
from hotfix_check.assess.finding import OPEN, Basis, Finding, ProductLevel, Verdict
from hotfix_check.assess.levels import interval_words
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.update import Kind, Update
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.registry import RecordedSetup, RecordedUpdate, RegistryRecords, recorded_folders
from hotfix_check.version import FileVersion

_NOTED = (Kind.HOTFIX, Kind.SECURITY_UPDATE)


def with_recorded_level(level: ProductLevel, product: Product, records: RegistryRecords | None) -> ProductLevel:
    """The same level with what Setup keys record: ``recorded`` where it adds to what is known, else at most a word.

    Records that differ from it, or among themselves, are the anomaly registry-differs.
    """
    setups = () if records is None else records.setups
    found = sorted({index for one in setups if (index := setup_level(product, one)) is not None})
    if not found:
        return level
    if len(found) > 1 or not level.low <= found[0] <= level.high:
        names = " and ".join(product.levels[index].name for index in found)
        by = {Basis.DECLARED: "what was declared is", Basis.MARKERS: "markers say"}.get(
            level.basis, "the files' builds say"
        )
        said = f"the registry records {names}, {by} {interval_words(product, level.low, level.high)}"
        return replace(level, anomalies=(*level.anomalies, Anomaly(AnomalyCode.REGISTRY_DIFFERS, said)))
    mixed = is_told(level.anomalies, AnomalyCode.MIXED_LEVEL)
    return level if level.exact or mixed else replace(level, recorded=found[0])


def with_recorded_folder(
    level: ProductLevel, product: Product, records: RegistryRecords | None, full: str
) -> ProductLevel:
    """The same level with a word where the registry names another folder than the usual one that was judged.

    ``full`` is the path of the installation, in lower case. One that somebody copied elsewhere contradicts nothing, nor
    does a usual folder of another drive.
    """
    said = product.recorded
    if said is None or said.folder_value is None or records is None:
        return level
    own = [one for one in records.setups if any(map(partial(fnmatchcase, _slashed(one.key)), said.setup_keys))]
    folders = recorded_folders(replace(records, setups=tuple(own)), {said.folder_value})
    usual = tuple(f"/{root}" for root in product.roots)
    if not folders or not f"/{full}".endswith(usual) or any(f"/{one}".endswith(usual) for one in folders):
        return level
    names = " and ".join(sorted({str(dict(one.values).get(said.folder_value)) for one in own} - {"None"}))
    text = f"the registry records its folder as {names}, and these files lie elsewhere"
    return replace(level, anomalies=(*level.anomalies, Anomaly(AnomalyCode.REGISTRY_DIFFERS, text)))


def setup_level(product: Product, setup: RecordedSetup) -> int | None:
    """The level of a product that a Setup key records; None when it is another product's, or tells no level.

    Which values say so is in the catalogue: the number of the product with that of its service pack (55 and 4), the
    numbers of the build, or the third of them alone.
    """
    said = product.recorded
    if said is None:
        return None
    values = {name: _numbers(value) for name, value in setup.values}

    def number(name: str | None) -> int | None:
        found = () if name is None else values.get(name, ())
        return found[0] if len(found) == 1 else None

    owner, pack = number(said.product_value), number(said.pack_value)
    if owner is not None:
        of_it = owner == said.product_number and pack is not None
        return _named(product, f"SP{pack}" if pack else "RTM") if of_it else None
    major, minor, build, last = (*map(number, said.build_values), None, None, None, None)[:4]
    if major is not None and minor is not None:
        return built_level(product, (major, minor), build, last)
    third = values.get(said.third_part_value or "", ())
    build = third[2] if len(third) > 2 else number(said.third_part_value)
    return next((index for index, level in enumerate(product.levels) if level.build[2] == build), None)


def built_level(product: Product, release: tuple[int, int], build: int | None, last: int | None) -> int | None:
    """The level of a build, where its numbers tell one: 15.0.712.24 is CU2, and of 2007 any build of 8.3 is SP3.

    ``release`` are the first two numbers, ``build`` and ``last`` the others as far as they are told.
    """
    fitting = [index for index, level in enumerate(product.levels) if level.build[:2] == release]
    by_release = len({level.build[:2] for level in product.levels}) > 1
    if build is None:
        return fitting[0] if by_release and len(fitting) == 1 else None
    numbers = (*release, build, last or 0)
    if max(numbers) > 0xFFFF or not product.holds(FileVersion(*numbers)):
        return None
    if by_release and len(fitting) == 1:
        return fitting[0]
    same = [index for index in fitting if product.levels[index].build[2] == build]
    exact = [index for index in same if product.levels[index].build[3:] == (last,)]
    told = exact or same
    last_of_all = fitting[-1] if fitting else None
    if not told and last_of_all is not None and product.by_third_part and not product.build_per_update:
        # Of 2000 and 2003 a build above the last service pack is of a fix for that: 6.0.6620.7.
        return last_of_all if build > product.levels[last_of_all].build[2] else None
    return told[0] if len(told) == 1 else None


def _named(product: Product, name: str) -> int | None:
    return next((index for index, level in enumerate(product.levels) if level.name == name), None)


def _slashed(key: str) -> str:
    return key.replace("\\", "/").lower().removeprefix("microsoft/")


def _numbers(value: str | int) -> tuple[int, ...]:
    """A number, also where it was written as text, or the dotted numbers of a build; nothing for other texts."""
    if isinstance(value, int):
        return (value,)
    return tuple(map(int, value.split("."))) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}", value) else ()


def recorded_updates(product: Product, records: RegistryRecords) -> tuple[RecordedUpdate, ...]:
    """The updates recorded below a key that is named after a product ("Exchange Server 2003"), or after none."""
    return tuple(one for one in records.updates if _is_of(product, one.product))


def _is_of(product: Product, name: str) -> bool:
    words = [word.strip(".") for word in re.split(r"[^0-9a-z.]+", name.lower())]
    own = product.id.rpartition("-")[2]
    return own in words or not product.recorded_as.isdisjoint(words) or not any(map(_has_digit, words))


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


class ProductRecords(Frozen):
    """The updates that a hive records of one product, with what the catalogue knows of them.

    ``keys`` are registry keys by KB number, ``levels`` the levels that their packages are for (PackageName: "...
    Cumulative Update 12 (KB5023038)"; or by the service pack in the key), ``releases`` the catalogued updates of such a
    number (a fix that was released again is several), ``brought`` the highest build of a file, by lower-case name, that
    one of them has.
    """

    keys: Mapping[int, tuple[str, ...]]
    levels: Mapping[int, frozenset[str]]
    releases: Mapping[int, tuple[Update, ...]]
    brought: Mapping[str, FileVersion]
    complete: bool


def records_of(product: Product, records: RegistryRecords | None, updates: Iterable[Update]) -> ProductRecords | None:
    """The records of one product, whose updates are ``updates``; None where no registry was read."""
    if records is None:
        return None
    keys: dict[int, tuple[str, ...]] = {}
    levels: dict[int, frozenset[str]] = {}
    for one in recorded_updates(product, records):
        keys[one.kb] = (*keys.get(one.kb, ()), one.key)
        levels[one.kb] = (
            levels.get(one.kb, frozenset()) | _levels_named(one.package or "") | _level_in_key(product, one)
        )
    releases: dict[int, tuple[Update, ...]] = {}
    brought: dict[str, FileVersion] = {}
    for update in updates:
        if update.kb is None or update.kb not in keys:
            continue
        releases[update.kb] = (*releases.get(update.kb, ()), update)
        for row in (row for package in update.packages for row in package.rows):
            if row.version is not None:
                name = row.name.lower()
                brought[name] = max(row.version, brought.get(name, row.version))
    return ProductRecords(keys=keys, levels=levels, releases=releases, brought=brought, complete=records.complete)


def with_records(finding: Finding, records: ProductRecords | None) -> Finding:
    """The same finding with the keys that record it, and a word where records and files differ. The verdict stays."""
    if records is None:
        return finding
    keys = records.keys.get(finding.update.kb or 0, ())
    said = None if finding.update.level is not None else _difference(finding, keys, records)
    return replace(finding, recorded=keys, anomalies=(*finding.anomalies, *([] if said is None else [said])))


def _difference(finding: Finding, keys: tuple[str, ...], records: ProductRecords) -> Anomaly | None:
    if keys and finding.verdict in OPEN:
        said = f"the registry records it as installed ({keys[0]})"
        if _is_the_only_one_meant(finding.update, records) or _is_for_its_level(finding, records):
            return Anomaly(
                AnomalyCode.RECORDED_BUT_OLDER, f"{said}, but its files are older or gone: the update was undone"
            )
        return Anomaly(
            AnomalyCode.RECORDED_OTHERWISE,
            f"{said}, which may mean an earlier release of it, or its package for another service level; the files of "
            "this one are older or gone",
        )
    noted = finding.update.kind in _NOTED and finding.update.kb is not None
    if noted and records.keys and not keys and records.complete and finding.verdict is Verdict.INSTALLED:
        if _may_be_brought(finding, records):
            return None
        return Anomaly(
            AnomalyCode.NOT_RECORDED,
            "its files have the fix, but no update that the registry records for this product is known to bring them",
        )
    return None


def _levels_named(package: str) -> frozenset[str]:
    """The levels in a package's name, as the catalogue calls them: CU12, SP3."""
    found = re.findall(r"\b(cumulative update|cu|service pack|sp) ?([0-9]{1,2})\b", package.lower())
    return frozenset(("CU" if words in ("cumulative update", "cu") else "SP") + number for words, number in found)


def _level_in_key(product: Product, record: RecordedUpdate) -> frozenset[str]:
    """The level of a package by the service pack in its key, which of some products is the next one (aa998975)."""
    following = re.search(r"\\sp([1-9])\\[^\\]*$", record.key.lower())
    if following is None or product.recorded is None or not product.recorded.next_level_in_keys:
        return frozenset()
    pack = int(following[1]) - 1
    return frozenset({f"SP{pack}" if pack else product.levels[0].name})


def _is_for_its_level(finding: Finding, records: ProductRecords) -> bool:
    """Whether what is recorded is the package for the very level that was judged, which no other file can explain."""
    return finding.line in records.levels.get(finding.update.kb or 0, frozenset())


def _is_the_only_one_meant(update: Update, records: ProductRecords) -> bool:
    """Whether a record of its number can only mean it, or a later release, which would have left later files."""
    others = [other for other in records.releases.get(update.kb or 0, ()) if other.id != update.id]
    first = all(update.released and other.released and update.released < other.released for other in others)
    return first and len(update.packages) == 1


def _may_be_brought(finding: Finding, records: ProductRecords) -> bool:
    """Whether an update that is recorded replaces this one, or brings one of its files at such a build or later."""
    replaced_by = {one.id for releases in records.releases.values() for one in releases} & set(finding.superseded_by)
    return bool(replaced_by) or any(
        row.required
        and row.row.version is not None
        and (build := records.brought.get(row.row.name.lower())) is not None
        and build >= row.row.version
        for row in finding.rows
    )
