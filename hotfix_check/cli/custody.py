"""Chain of custody: the manifest beside a result, and verify, which holds the evidence against it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from hotfix_check import __version__
from hotfix_check.cli.judging import asked, levels_not_there, read_told, warn_of
from hotfix_check.cli.output import print_report
from hotfix_check.errors import UsageError
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import Inventory, TargetKind, name_of, target_name
from hotfix_check.judging.catalogues import DEFAULT
from hotfix_check.judging.judge import Answer, Judge, answer
from hotfix_check.judging.options import JudgeOptions, names_files
from hotfix_check.manifest import (
    EvidenceFile,
    EvidenceTarget,
    Manifest,
    differences,
    manifest_to_json,
    other_times,
    parse_manifest,
    same_bytes,
)
from hotfix_check.pe.bytes import PeError, open_regular
from hotfix_check.report.document import result_digest
from hotfix_check.report.text import visible
from hotfix_check.untrusted.json import read_json
from hotfix_check.untrusted.shown import path_of, path_text

MAX_BYTES = 64 * 1024 * 1024
SAME, DIFFERENT = 0, 1


def manifest_text(found: Answer, read: Sequence[tuple[Path, Inventory]]) -> str:
    """The manifest of a scan, of what was ``read`` at each place."""
    judge = found.judge.judge
    return manifest_to_json(
        Manifest(
            tool=f"hotfix-check {__version__}",
            catalogue_version=judge.asked.version,
            catalogue_sha256=judge.asked.sha256,
            options=judge.options,
            day=judge.day,
            configuration=found.configuration,
            baseline_sha256=judge.baseline.sha256 if judge.baseline else None,
            waivers_sha256=judge.waivers.sha256,
            result_sha256=result_digest(found.bare_document()),
            targets=tuple(_evidence(place, inventory, judge) for place, inventory in read),
        )
    )


def run_verify(path: Path, root: Path | None, *, quiet: bool) -> int:
    """Say whether evidence and result are as the manifest records; 0 when they are, 1 when not.

    Judged are the file times that were recorded, wherever the bytes are those recorded, so that a plain copy of the
    evidence gives the same result. Raises SavedInputError for a broken manifest, and whatever keeps a scan from being
    asked.
    """
    manifest = parse_manifest(read_json(path, MAX_BYTES, "a manifest"), str(path))
    options = _from_here(manifest.options, path.parent)
    places = [
        _place(recorded, root, alone=len({one.path for one in manifest.targets}) == 1) for recorded in manifest.targets
    ]
    judge = asked(options, places, quiet=quiet, day=manifest.day)
    faults: list[str] = []
    notes: list[str] = []
    inventories: list[Inventory] = []
    for recorded, place, inventory in _read_again(judge, manifest.targets, places, quiet=quiet):
        now = _evidence(place, inventory, judge)
        if str(inventory.kind) != recorded.kind:
            raise UsageError(f"{place}: the manifest records a {recorded.kind}, this is a {inventory.kind}")
        faults.extend(f"{recorded.path}: {line}" for line in differences(recorded, now))
        notes.extend(f"{recorded.path}: {line}" for line in other_times(recorded, now))
        inventories.append(_as_it_lay(inventory, place, recorded, now))
    found = replace(answer(judge.prepared(inventories), inventories), configuration=manifest.configuration)
    warn_of(levels_not_there(found), quiet=quiet)
    count = sum(len(target.files) for target in manifest.targets)
    lines = [
        f"Evidence: {'the same' if not faults else 'DIFFERENT'} ({count} {'file' if count == 1 else 'files'} recorded)",
        *faults,
        *(f"Note: {line}" for line in notes),
    ]
    others = [f"{label}: {was} recorded, {now} now" for label, was, now in _beside(manifest, judge) if was != now]
    lines += others
    digest = result_digest(_as_recorded(found, manifest.options).bare_document())
    same = digest == manifest.result_sha256
    if same:
        lines.append(f"Result: the same, byte for byte (SHA-256 {digest})")
    else:
        lines.append(f"Result: DIFFERENT (SHA-256 {manifest.result_sha256} recorded, {digest} now)")
    print_report("".join(visible(line) + "\n" for line in lines))
    return SAME if same and not faults and not others else DIFFERENT


def _beside(manifest: Manifest, judge: Judge) -> Iterator[tuple[str, str | None, str | None]]:
    """What a result depends on beside the evidence: as recorded, and now."""
    yield "Tool", manifest.tool, f"hotfix-check {__version__}"
    recorded = f"{manifest.catalogue_version}, SHA-256 {manifest.catalogue_sha256}"
    yield "Catalogue", recorded, f"{judge.asked.version}, SHA-256 {judge.asked.sha256}"
    yield "Baseline SHA-256", manifest.baseline_sha256, judge.baseline.sha256 if judge.baseline else None
    yield "Waivers SHA-256", manifest.waivers_sha256, judge.waivers.sha256


def _as_it_lay(inventory: Inventory, place: Path, recorded: EvidenceTarget, now: EvidenceTarget) -> Inventory:
    """A target as if it lay where it was: the names of the folders above tell the roles of those within."""
    if inventory.kind is TargetKind.INVENTORY:
        return inventory
    if inventory.kind is TargetKind.LISTING:
        host = inventory.target.removeprefix(path_text(str(place)))
        return replace(inventory, target=recorded.path + host)
    times = same_bytes(recorded, now)
    inventory = replace(
        inventory,
        files=tuple(
            replace(one, modified=times.get(inventory.inner(one.path), one.modified)) for one in inventory.files
        ),
    )
    if inventory.kind is TargetKind.ARCHIVE and recorded.root:
        inventory = inventory.called(recorded.root[-1])
    return replace(inventory, target=recorded.path, root=recorded.root)


def _read_again(
    judge: Judge, recorded: Sequence[EvidenceTarget], places: Sequence[Path], *, quiet: bool
) -> Iterator[tuple[EvidenceTarget, Path, Inventory]]:
    """Each recorded target as it is now; those of one path that tells of several hosts are its hosts in their order."""
    waiting = list(zip(recorded, places, strict=True))
    while waiting:
        same = [one for one in waiting if one[0].path == waiting[0][0].path]
        inventories = read_told(judge, same[0][1], quiet=quiet)
        hosts = len(inventories)
        if len(same) % hosts:
            raise UsageError(f"{same[0][1]}: the manifest records {len(same)} hosts, this lists {hosts}")
        for (target, place), inventory in zip(same[:hosts], inventories, strict=True):
            yield target, place, inventory
        waiting = waiting[hosts:]


def _from_here(options: JudgeOptions, beside: Path) -> JudgeOptions:
    """The same options, each file that they name by the path that leads to it from here."""
    changed: dict[str, Any] = {}
    for one in fields(options):
        value = getattr(options, one.name)
        if isinstance(value, Path):
            changed[one.name] = _asked_file(value, beside)
        elif names_files(one) and value is not None:
            changed[one.name] = tuple(_asked_file(path, beside) for path in value)
    return replace(options, **changed)


def _as_recorded(found: Answer, options: JudgeOptions) -> Answer:
    """The same answer, its policy files named as they were typed."""
    judge = found.judge.judge
    if judge.baseline is not None:
        judge = replace(judge, baseline=replace(judge.baseline, path=path_text(str(options.baseline))))
    if options.waivers is not None:
        judge = replace(judge, waivers=replace(judge.waivers, path=path_text(str(options.waivers))))
    return replace(found, judge=replace(found.judge, judge=judge))


def _asked_file(given: Path, beside: Path) -> Path:
    """A baseline, waiver file or catalogue as it was typed; beside the manifest when it is not there from here."""
    if given == DEFAULT or given.exists() or not (beside / given).exists():
        return given
    return beside / given


def _place(recorded: EvidenceTarget, root: Path | None, *, alone: bool) -> Path:
    """Where a target is now: as recorded; below ``root``; or, when there is but one, ``root`` itself."""
    given = _named(recorded.path)
    if root is None:
        return given
    inside = [root / given] if not given.is_absolute() else []
    for place in (*inside, root / target_name(recorded.path.rstrip("/\\"))):
        if place.exists():
            return place
    if alone and root.exists():
        return root
    raise UsageError(f"--root: {recorded.path} is not below {root}")


def _named(text: str) -> Path:
    """The path that was recorded: bytes that are not UTF-8 again, unless ``\\xff`` is what it is called."""
    given, named = Path(text), Path(path_of(text))
    return given if given.exists() or not named.exists() else named


def _evidence(place: Path, inventory: Inventory, judge: Judge) -> EvidenceTarget:
    wanted = judge.outline.all_names
    saved = inventory.kind in (TargetKind.INVENTORY, TargetKind.LISTING)
    packed = inventory.kind is TargetKind.ARCHIVE
    lone = inventory.kind is TargetKind.FILE
    return EvidenceTarget(
        path=inventory.target if not saved else path_text(str(place)),
        kind=str(inventory.kind),
        root=inventory.root,
        sha256=_digest(place) if saved or packed else None,
        files=tuple(
            EvidenceFile(path=inventory.inner(file.path), size=file.size, modified=file.modified, sha256=file.sha256)
            for file in sorted(inventory.all_files, key=lambda file: (file.path.lower(), file.path))
            if lone or name_of(file.path) in wanted
        )
        + _hive(inventory),
    )


def _hive(inventory: Inventory) -> tuple[EvidenceFile, ...]:
    """The registry hive of a target, which is evidence too; its file time tells nothing."""
    records = inventory.registry
    if records is None or inventory.kind is TargetKind.INVENTORY:
        return ()
    return (EvidenceFile(path=inventory.inner(records.hive), size=records.size, modified=None, sha256=records.sha256),)


def _digest(path: Path) -> str | None:
    """Of a file that can be read; a pipe or a device is none."""
    try:
        fd, _ = open_regular(path, follow=True)
        with os.fdopen(fd, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, PeError):
        return None
