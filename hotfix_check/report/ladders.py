"""Version ladders: every catalogued version of a judged file that matters on its target, and where the file stands."""

from __future__ import annotations

import dataclasses
from dataclasses import field

from hotfix_check.assess.finding import Assessment, ProductLevel, RowState
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.product import own_version, range_of
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.update import FileRow, own_name
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.report.document import LadderDocument, LadderFileDocument, RungDocument
from hotfix_check.report.names import day_text
from hotfix_check.version import FileVersion

# States of a copy whose version was held against the table; a foreign file or another platform's is on no ladder.
_COMPARED = frozenset({RowState.EXACT, RowState.LATER, RowState.OLDER, RowState.OTHER_LINE, RowState.NOT_CONTAINED})
_Key = tuple[str, str]


@dataclasses.dataclass(slots=True)
class _JudgedFile:
    name: str
    versions: dict[str, FileVersion] = field(default_factory=dict)
    machines: set[str | None] = field(default_factory=set)


def ladders_of(assessment: Assessment, relations: Supersedence) -> list[LadderDocument]:
    """The ladders of one target, by product and file name.

    Rungs are, lowest first: each service level for which the file's own version is known (of a marker file in a
    product that goes by the third part, else the level's headline build), the updates of the target's servicing
    line and of those after it, and the nearest catalogued version below the installed one.
    """
    levels = {level.product: level for level in assessment.products}
    return [
        ladder
        for (product_id, _), judged in sorted(_judged_files(assessment).items())
        if product_id in levels and (ladder := _ladder(levels[product_id], judged, relations)).rungs
    ]


def _ladder(level: ProductLevel, judged: _JudgedFile, relations: Supersedence) -> LadderDocument:
    product = relations.products[level.product]
    lowest = min(judged.versions.values())
    rows = [
        shipped
        for shipped in relations.rows_of(product.id, judged.name)
        if _comparable(shipped.row, lowest, judged.machines, product)
    ]
    on_line = [shipped for shipped in rows if shipped.line >= level.low]
    beneath = [shipped for shipped in rows if shipped.line < level.low and shipped.version <= lowest]
    if beneath:
        nearest = max(shipped.version for shipped in beneath)
        on_line.extend(shipped for shipped in beneath if shipped.version == nearest)
    rungs: dict[tuple[FileVersion, int, str], RungDocument] = {
        (shipped.version, 1, shipped.update.id): RungDocument(
            version=str(shipped.version),
            label=own_name(shipped.update.id),
            kind=str(shipped.update.kind),
            id=shipped.update.id,
            released=day_text(shipped.update.built),
            line=product.levels[shipped.line].name,
        )
        for shipped in on_line
    }
    known = product.files.get(judged.name.lower())
    if known is not None and product.holds(lowest):
        for number, one in enumerate(product.levels):
            if (own := own_version(known, one, product)) is not None:
                bringing = relations.bringing(product.id, one.name)
                rungs[own, 0, f"{number:04d}"] = RungDocument(
                    version=str(own),
                    label=one.name,
                    kind="level",
                    id=bringing.id if bringing else None,
                    released=day_text(one.released),
                    line=one.name,
                )
    return LadderDocument(
        product=product.id,
        file=judged.name,
        line=product.levels[level.low].name if level.exact else None,
        rungs=tuple(rungs[key] for key in sorted(rungs)),
        installed=tuple(
            LadderFileDocument(path=path, version=str(judged.versions[path]))
            for path in sorted(judged.versions, key=lambda path: (judged.versions[path], path))
        ),
    )


def _judged_files(assessment: Assessment) -> dict[_Key, _JudgedFile]:
    files: dict[_Key, _JudgedFile] = {}
    for finding in assessment.findings:
        for judged in finding.rows:
            for copy in judged.copies:
                file = copy.file
                if copy.state in _COMPARED and isinstance(file, InstalledFile) and file.version is not None:
                    key = (finding.update.product, judged.row.name.lower())
                    entry = files.setdefault(key, _JudgedFile(judged.row.name))
                    entry.versions[file.path] = file.version
                    entry.machines.add(file.machine)
    return files


def _comparable(row: FileRow, version: FileVersion, machines: set[str | None], product: Product) -> bool:
    """Whether a row speaks of the same kind of file: in the product's or the row's own range, and of its platform."""
    platform = row.platform or product.platform
    if platform is not None and None not in machines and platform not in machines:
        return False
    return product.holds(version) if row.range is None else range_of(row.range).hold(version)
