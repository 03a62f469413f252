"""identify: what one file is, by itself; which updates it contains and which is the next that it lacks."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any

from hotfix_check.assess import Assessor, Finding, Question
from hotfix_check.assess.anomaly import Anomaly, AnomalyCode
from hotfix_check.assess.finding import MET, ExposureState, ProductLevel, RowState
from hotfix_check.assess.reported import reported_level, reports_of
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.update import own_name
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, Inventory, ReportedBuild, of_files
from hotfix_check.report.document import members
from hotfix_check.report.installations import exposure_document
from hotfix_check.report.names import names_of, some
from hotfix_check.report.parts import bought_words
from hotfix_check.report.text import fill
from hotfix_check.version import FileVersion

_OF_BUILDS = (AnomalyCode.NEWER_THAN_CATALOGUE, AnomalyCode.UNKNOWN_BUILD)
_CONTAINED = 6  # updates that a file contains, the newest first; JSON has them all
_CVES = 3  # of each state
_NAMES = 20  # files that a number alone is told of

JsonObject = dict[str, Any]


def identity_document(inventory: Inventory, assessor: Assessor) -> JsonObject:
    """Each file of an inventory identified alone, whatever lies beside it."""
    return {
        "schema": "hotfix-check/identity/1",
        "target": inventory.target,
        "files": [_file(file, assessor) for file in inventory.files],
        "unreadable": [{"path": file.path, "reason": file.reason} for file in inventory.unreadable],
        "reported": [_reported(one, assessor) for one in inventory.reported],
    }


def _reported(one: ReportedBuild, assessor: Assessor) -> JsonObject:
    """A build without a file: the product that has such builds, and the level where the number tells one."""
    told = {"source": one.source, "text": one.text}
    product = next((product for product in assessor.catalogue.products if reports_of(product, [one])), None)
    if product is None:
        return {**told, "product": None, "name": None, "level": None}
    level = reported_level(product, [one])
    name = None if level is None or level.recorded is None else product.levels[level.low].name
    return {**told, "product": product.id, "name": product.name, "level": name}


def files_of_build(assessor: Assessor, version: FileVersion) -> list[str]:
    """The files that a number alone can be of: the one that carries its product's build, else those that have it."""
    names: dict[str, None] = {}
    for product in assessor.catalogue.products:
        if not product.holds(version):
            continue
        if len(product.server_files) == 1:
            names.update((product.files[name].name, None) for name in product.server_files)
            continue
        own = [
            name
            for name in sorted(assessor.outline.names[product.id])
            if assessor.relations.knows_build(product.id, name, version)
        ]
        names.update((name, None) for name in own)
    return list(names)[:_NAMES]


def _file(file: InstalledFile, assessor: Assessor) -> JsonObject:
    name = _judged_name(file, assessor.all_names)
    assessment = assessor.assess(of_files(name, [replace(file, path=name)]), Question())
    contained = [one for one in assessment.findings if _row_state(one) in MET]
    lacking = [one for one in assessment.findings if _row_state(one) is RowState.OLDER]
    return {
        "path": file.path,
        "name": name,
        "version": str(file.version) if file.version else None,
        "machine": file.machine,
        "catalogued": name.lower() in assessor.all_names,
        "products": [
            _product(assessor.catalogue.product(level.product), level, file.version) for level in assessment.products
        ],
        "foreign": [one.reason for one in assessment.foreign],
        "build_of": sorted(one.update.id for one in assessment.findings if _row_state(one) is RowState.EXACT),
        "contains": [_entry(one) for one in sorted(contained, key=_row_version)],
        "next": _entry(min(lacking, key=_row_version)) if lacking else None,
        "next_steps": [
            {
                "id": step.update.id,
                "title": step.update.title,
                "availability": str(step.update.availability),
                "public": step.public,
            }
            for one in assessment.installations
            for step in one.next_steps
        ],
        "exposures": [
            members(exposure_document(exposure, assessor.catalogue.cves.get(exposure.cve)))
            for one in assessment.installations
            for exposure in one.exposures
            if exposure.state is not ExposureState.FIXED
        ],
        "advisories": [
            {"id": one.advisory.id, "text": one.advisory.text, "source": one.advisory.source}
            for one in assessment.advisories
            if not one.of_support
        ],
        "anomalies": [
            *_notes(file, name, assessment.products, assessor),
            *(one.reason for one in assessment.unreadable),
            *dict.fromkeys(text for one in assessment.findings for text in one.anomalies),
        ],
    }


def _product(product: Product, level: ProductLevel, version: FileVersion | None) -> JsonObject:
    """A product that a file belongs to, the line that it was built on, and the level that it shows."""
    line = level.low if level.exact or version is None else product.line_of(version)
    return {
        "id": product.id,
        "name": product.name,
        "line": product.levels[line].name if version else None,
        "level_at_least": product.levels[level.low].name,
        "level_at_most": None if level.beyond else product.levels[level.high].name,
        "level_basis": str(level.basis),
    }


def _notes(file: InstalledFile, name: str, levels: Sequence[ProductLevel], assessor: Assessor) -> Iterator[str]:
    """What to know of a file and its build; ``name`` is what it is judged by."""
    yield from file.notes
    if name != file.path.rpartition("/")[2]:
        yield f"renamed: its OriginalFilename is {name}, and it is judged as that"
    told = [text for level in levels for text in level.anomalies if text.code in _OF_BUILDS]
    yield from told
    if told or not levels or file.version is None:
        return
    if not any(assessor.relations.knows_build(level.product, name, file.version) for level in levels):
        yield Anomaly(AnomalyCode.UNKNOWN_BUILD, f"no level or update in the catalogue has {name} {file.version}")


def as_judged(inventory: Inventory, known: Container[str]) -> Inventory:
    """The same files, each under the name that it is judged by; ``known`` are the names that the catalogue has."""
    files = tuple(replace(file, path=_judged_name(file, known)) for file in inventory.files)
    return replace(inventory, files=files)


def _judged_name(file: InstalledFile, known: Container[str]) -> str:
    """The file's own name, or what it says that it was called where only that is in the catalogue."""
    own, original = file.path.rpartition("/")[2], (file.original_filename or "").strip()
    return original if own.lower() not in known and original.lower() in known else own


def _row_state(finding: Finding) -> RowState | None:
    return next((row.state for row in finding.rows if row.copies), None)


def _row_version(finding: Finding) -> tuple[tuple[int, ...], str]:
    versions = [row.row.version for row in finding.rows if row.copies and row.row.version is not None]
    return (versions[0] if versions else ()), finding.update.id


def _entry(finding: Finding) -> JsonObject:
    (row,) = [row for row in finding.rows if row.copies][:1]
    return {
        "id": finding.update.id,
        "title": finding.update.title,
        "version": str(row.row.version),
        "whole": len([one for one in finding.rows if one.required]) == 1,
    }


def render_identity(document: JsonObject, *, width: int) -> str:
    """A few lines a file."""
    blocks = ["\n".join(fill(line, width, indent="    ") for line in _lines(file)) for file in document["files"]]
    blocks += [fill(f"{one['path']}: {one['reason']}", width) for one in document["unreadable"]]
    blocks += [fill(_reported_words(one), width) for one in document["reported"]]
    return ("\n\n".join(blocks) or f"{document['target']}: no file to identify.") + "\n"


def _reported_words(one: JsonObject) -> str:
    if one["product"] is None:
        return f"{one['text']} ({one['source']}): a build of no product of the catalogue."
    level = f" {one['level']}" if one["level"] else "; it shows no service level"
    return f"{one['text']} ({one['source']}): a build of {one['name']}{level}."


def _lines(file: JsonObject) -> list[str]:
    lines = [f"{file['path']}: version {file['version'] or 'none'}, {file['machine'] or 'platform unknown'}"]
    for product in file["products"]:
        low, high, basis = product["level_at_least"], product["level_at_most"], product["level_basis"]
        level = low if low == high else f"{low} to {high}" if high else f"{low} or a later one"
        shown = f"; shows the level {level}" if basis == "markers" else "; does not show the service level"
        lines.append(f"  {product['name']}, built on the line of {product['line']}{shown}")
    lines += [f"  Foreign: {reason}" for reason in file["foreign"]]
    if not file["products"] and not file["foreign"]:
        lines.append("  This file belongs to no product of the catalogue.")
    elif not file["catalogued"]:
        lines.append("  No update of the catalogue names this file.")
    if file["build_of"]:
        lines.append(f"  The build of {', '.join(names_of(file['build_of']))}")
    if file["contains"]:
        newest = [f"{_name(one)} ({one['version']})" for one in reversed(file["contains"])]
        lines.append(f"  Contains: {some(newest, _CONTAINED)}")
    if file["next"]:
        lines.append(f"  Next missing: {_name(file['next'])} ({file['next']['version']}), {file['next']['title']}")
    elif file["contains"]:
        lines.append("  No catalogued update brings a later one.")
    if file["next_steps"]:
        lines.append(f"  Next: install {', then '.join(names_of(one['id'] for one in file['next_steps']))}")
        lines += [
            f"  {bought_words(own_name(one['id']), one['public'])}"
            for one in file["next_steps"]
            if one["availability"] == "extended-support"
        ]
    if file["exposures"]:
        lines.append(f"  Exposures: {_exposure_words(file['exposures'])}")
    lines += [f"  ! {one['text']} ({one['source']})" for one in file["advisories"]]
    return [*lines, *(f"  ! {text}" for text in file["anomalies"])]


def _exposure_words(exposures: list[JsonObject]) -> str:
    """How many CVEs of each state, the first of them, and which are known to be exploited."""
    parts = []
    for state in map(str, ExposureState):
        alike = [one for one in exposures if one["state"] == state]
        if not alike:
            continue
        exploited = [one["cve"] for one in alike if one["known_exploited"]]
        named = some([one["cve"] for one in alike], _CVES)
        parts.append(f"{state} {named}" + (f" (known to be exploited: {some(exploited, _CVES)})" if exploited else ""))
    return "; ".join(parts)


def _name(entry: JsonObject) -> str:
    return own_name(entry["id"]) + ("" if entry["whole"] else " (its part)")
