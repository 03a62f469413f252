"""Chain of custody: the manifest beside a result, and verify, which holds the evidence against it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from hotfix_check import __version__
from hotfix_check.cli.judged import Judged, judge_all
from hotfix_check.cli.judging import Judge, JudgeOptions, verdicts
from hotfix_check.cli.output import print_report
from hotfix_check.errors import UsageError
from hotfix_check.inventory import Inventory, TargetKind, name_of, target_name
from hotfix_check.manifest import (
    Asked,
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
from hotfix_check.untrusted.shown import path_text

MAX_BYTES = 64 * 1024 * 1024
SAME, DIFFERENT = 0, 1
_ASKED = {one.name: one for one in fields(Asked)}
# What a manifest records of the options of a judgement; the others decide nothing that it could.
_SHARED = tuple(one.name for one in fields(JudgeOptions) if one.name in _ASKED)


def manifest_text(judged: Judged, read: Sequence[tuple[Path, Inventory]], waivers: Path | None, day: date) -> str:
    """The manifest of a scan, of what was ``read`` at each place."""
    options = judged.judge.options
    return manifest_to_json(
        Manifest(
            tool=f"hotfix-check {__version__}",
            catalogue_version=judged.judge.catalogue.version,
            catalogue_sha256=judged.judge.catalogue.sha256,
            asked=Asked(
                **{name: _as_typed(getattr(options, name)) for name in _SHARED},
                waivers=_as_typed(waivers),
                fail_on=",".join(sorted(judged.fail_on)) or None,
                day=day,
            ),
            configuration=judged.configuration,
            baseline_sha256=judged.baseline.sha256 if judged.baseline else None,
            waivers_sha256=judged.waivers.sha256,
            result_sha256=result_digest(judged.bare_document()),
            targets=tuple(_evidence(place, inventory, judged.judge) for place, inventory in read),
        )
    )


def _as_typed(value: Any) -> Any:
    """An option as it was typed: a path as text."""
    if isinstance(value, Path):
        return path_text(str(value))
    return tuple(map(_as_typed, value)) if isinstance(value, tuple) else value


def _to_ask(name: str, value: Any, beside: Path) -> Any:
    """An option from what was typed: what names a file, as the path that leads to it from here."""
    if not _ASKED[name].metadata or value is None:
        return value
    return _asked_file(value, beside) if isinstance(value, str) else tuple(_asked_file(one, beside) for one in value)


def run_verify(path: Path, root: Path | None, *, quiet: bool) -> int:
    """Say whether evidence and result are as the manifest records; 0 when they are, 1 when not.

    Judged are the file times that were recorded, wherever the bytes are those recorded, so that a plain copy of the
    evidence gives the same result. Raises SavedInputError for a broken manifest, and whatever keeps a scan from being
    asked.
    """
    manifest = parse_manifest(read_json(path, MAX_BYTES, "a manifest"), str(path))
    asked = manifest.asked
    beside = path.parent
    places = [
        _place(recorded, root, alone=len({one.path for one in manifest.targets}) == 1) for recorded in manifest.targets
    ]
    judge = Judge(
        JudgeOptions(**{name: _to_ask(name, getattr(asked, name), beside) for name in _SHARED}, quiet=quiet),
        places,
        day=asked.day,
    )
    waivers = None if asked.waivers is None else _asked_file(asked.waivers, beside)
    faults: list[str] = []
    notes: list[str] = []
    inventories: list[Inventory] = []
    for recorded, place, inventory in _read_again(judge, manifest.targets, places):
        found = _evidence(place, inventory, judge)
        if str(inventory.kind) != recorded.kind:
            raise UsageError(f"{place}: the manifest records a {recorded.kind}, this is a {inventory.kind}")
        faults.extend(f"{recorded.path}: {line}" for line in differences(recorded, found))
        notes.extend(f"{recorded.path}: {line}" for line in other_times(recorded, found))
        times = same_bytes(recorded, found)
        if inventory.kind is TargetKind.LISTING:
            host = inventory.target.removeprefix(path_text(str(place)))
            inventory = replace(inventory, target=recorded.path + host)
        elif inventory.kind is not TargetKind.INVENTORY:
            # Judged as if it lay where it was: the names of the folders above tell the roles of those within.
            inventory = replace(
                inventory,
                files=tuple(
                    replace(one, modified=times.get(inventory.inner(one.path), one.modified)) for one in inventory.files
                ),
            )
            if inventory.kind is TargetKind.ARCHIVE and recorded.root:
                inventory = inventory.called(recorded.root[-1])
            inventory = replace(inventory, target=recorded.path, root=recorded.root)
        inventories.append(inventory)
    count = sum(len(target.files) for target in manifest.targets)
    judged = judge_all(judge, inventories, waivers, verdicts("fail_on", asked.fail_on), asked.day)
    judged = replace(judged, configuration=manifest.configuration)
    lines = [
        f"Evidence: {'the same' if not faults else 'DIFFERENT'} ({count} {'file' if count == 1 else 'files'} recorded)",
        *faults,
        *(f"Note: {line}" for line in notes),
    ]
    for label, before, after in (
        ("Tool", manifest.tool, f"hotfix-check {__version__}"),
        (
            "Catalogue",
            f"{manifest.catalogue_version}, SHA-256 {manifest.catalogue_sha256}",
            f"{judge.catalogue.version}, SHA-256 {judge.catalogue.sha256}",
        ),
        ("Baseline SHA-256", manifest.baseline_sha256, judge.baseline.sha256 if judge.baseline else None),
        ("Waivers SHA-256", manifest.waivers_sha256, judged.waivers.sha256),
    ):
        if before != after:
            faults.append(f"{label}: {before} recorded, {after} now")
            lines.append(faults[-1])
    if judged.baseline is not None and asked.baseline is not None:
        judged = replace(judged, baseline=replace(judged.baseline, path=asked.baseline))
    if asked.waivers is not None:
        judged = replace(judged, waivers=replace(judged.waivers, path=asked.waivers))
    digest = result_digest(judged.bare_document())
    if digest == manifest.result_sha256:
        lines.append(f"Result: the same, byte for byte (SHA-256 {digest})")
    else:
        faults.append("result")
        lines.append(f"Result: DIFFERENT (SHA-256 {manifest.result_sha256} recorded, {digest} now)")
    print_report("".join(visible(line) + "\n" for line in lines))
    return DIFFERENT if faults else SAME


def _read_again(
    judge: Judge, recorded: Sequence[EvidenceTarget], places: Sequence[Path]
) -> Iterator[tuple[EvidenceTarget, Path, Inventory]]:
    """Each recorded target as it is now; those of one path that tells of several hosts are its hosts in their order."""
    waiting = list(zip(recorded, places, strict=True))
    while waiting:
        same = [one for one in waiting if one[0].path == waiting[0][0].path]
        inventories = judge.read(same[0][1])
        hosts = len(inventories)
        if len(same) % hosts:
            raise UsageError(f"{same[0][1]}: the manifest records {len(same)} hosts, this tells of {hosts}")
        for (target, place), inventory in zip(same[:hosts], inventories, strict=True):
            yield target, place, inventory
        waiting = waiting[hosts:]


def _asked_file(typed: str, beside: Path) -> Path:
    """A baseline, waiver file or catalogue as it was typed; beside the manifest when it is not there from here."""
    given = Path(typed)
    if typed == "default" or given.exists() or not (beside / given).exists():
        return given
    return beside / given


def _place(recorded: EvidenceTarget, root: Path | None, *, alone: bool) -> Path:
    """Where a target is now: as recorded; below ``root``; or, when there is but one, ``root`` itself."""
    if root is None:
        return Path(recorded.path)
    given = Path(recorded.path)
    inside = [root / given] if not given.is_absolute() else []
    for place in (*inside, root / target_name(recorded.path.rstrip("/\\"))):
        if place.exists():
            return place
    if alone and root.exists():
        return root
    raise UsageError(f"--root: {recorded.path} is not below {root}")


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
            EvidenceFile(
                path=inventory.inner(file.path),
                size=file.size,
                modified=file.modified,
                sha256=file.sha256,
            )
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
