"""The manifest of a scan: every evidence file with its SHA-256, what was asked, and the digest of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import Field, asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from hotfix_check.configuration import Configuration
from hotfix_check.errors import SavedInputError
from hotfix_check.frozen import Frozen
from hotfix_check.judging.options import JudgeOptions, is_recorded
from hotfix_check.untrusted.fields import Fields, stamp
from hotfix_check.untrusted.json import not_read_here
from hotfix_check.untrusted.shown import shown

SCHEMA = "hotfix-check/manifest/1"

T = TypeVar("T", str, str | None)


class EvidenceFile(Frozen):
    """A file that the catalogue names, by its path inside the target; ``sha256`` None where it could not be read."""

    path: str
    size: int | None
    modified: datetime | None
    sha256: str | None


class EvidenceTarget(Frozen):
    """A target as it was given; ``root`` are the last parts of its full path, which tell the roles of its folders.

    ``sha256`` is that of the target itself where it was one file that holds others: an archive, a listing or a saved
    inventory.
    """

    path: str
    kind: str
    root: tuple[str, ...]
    sha256: str | None
    files: tuple[EvidenceFile, ...]


class Manifest(Frozen):
    """What ``verify`` holds a later reading against; ``result_sha256`` is the digest of the JSON without run info.

    ``day`` is the one that waivers were held against.
    """

    tool: str
    catalogue_version: str
    catalogue_sha256: str
    options: JudgeOptions
    day: date
    configuration: Configuration | None
    baseline_sha256: str | None
    waivers_sha256: str | None
    result_sha256: str
    targets: tuple[EvidenceTarget, ...]


def manifest_to_json(manifest: Manifest) -> str:
    """The manifest as JSON text, one evidence file a line."""
    configuration = manifest.configuration
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": manifest.tool,
        "catalogue": {"version": manifest.catalogue_version, "sha256": manifest.catalogue_sha256},
        "arguments": {
            **{one.name: _as_typed(getattr(manifest.options, one.name)) for one in recorded()},
            "day": manifest.day.isoformat(),
        },
        "configuration": configuration
        and {"file": configuration.path, "sha256": configuration.sha256, "options": configuration.options},
        "policy": {"baseline": manifest.baseline_sha256, "waivers": manifest.waivers_sha256},
        "result_sha256": manifest.result_sha256,
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    lines.append('"targets": [' + ",".join(map(_target_text, manifest.targets)) + "\n]")
    return "{\n" + "\n".join(lines) + "\n}\n"


def _target_text(target: EvidenceTarget) -> str:
    head = {"path": target.path, "kind": target.kind, "root": target.root, "sha256": target.sha256}
    files = ",\n  ".join(json.dumps({**asdict(one), "modified": stamp(one.modified)}) for one in target.files)
    return f"\n {json.dumps(head)[:-1]}, " + (f'"files": [\n  {files}\n ]}}' if files else '"files": []}')


def parse_manifest(document: object, where: str) -> Manifest:
    """A manifest from parsed JSON. Raises SavedInputError with the place and what was expected."""
    top = Fields(document, where, SavedInputError)
    schema = top.need("schema", top.text("schema"))
    if schema != SCHEMA:
        raise top.fault("schema", not_read_here(schema, SCHEMA))
    catalogue, arguments, policy = (top.need(key, top.inner(key)) for key in ("catalogue", "arguments", "policy"))
    manifest = Manifest(
        tool=top.need("tool", top.text("tool")),
        catalogue_version=catalogue.need("version", catalogue.text("version")),
        catalogue_sha256=catalogue.need("sha256", catalogue.digest("sha256")),
        options=JudgeOptions(**{one.name: _argument(arguments, one) for one in recorded()}),
        day=arguments.read("day", arguments.need("day", arguments.text("day")), date.fromisoformat),
        configuration=top.inner_as("configuration", _configuration),
        baseline_sha256=policy.digest("baseline"),
        waivers_sha256=policy.digest("waivers"),
        result_sha256=top.need("result_sha256", top.digest("result_sha256")),
        targets=tuple(top.each("targets", lambda number, _: f"target {number}", _target)),
    )
    for table in (catalogue, arguments, policy, top):
        table.finish()
    return manifest


def _argument(arguments: Fields, one: Field[Any]) -> Any:
    """One of the options, by the type of its field."""
    name = one.name
    match one.type:
        case "tuple[str, ...]":
            return arguments.texts(name) or ()
        case "tuple[Path, ...]":
            return tuple(Path(_path(arguments, name, text)) for text in arguments.texts(name) or ())
        case "str | None":
            return arguments.text(name)
        case "Path | None":
            text = _path(arguments, name, arguments.text(name))
            return None if text is None else Path(text)
        case "bool":
            return arguments.flag(name, False)
    raise TypeError(f"{name}: {one.type} cannot be read from a manifest")


def _configuration(table: Fields) -> Configuration:
    """What a run took from a configuration file; its options are among the arguments already."""
    options = table.need("options", table.inner("options"))
    return Configuration(
        path=table.need("file", table.text("file")),
        sha256=table.need("sha256", table.digest("sha256")),
        options={name: options.texts(name) or () for name in options.table},
    )


def recorded() -> Iterator[Field[Any]]:
    """The options that a manifest records."""
    return (one for one in fields(JudgeOptions) if is_recorded(one))


def _as_typed(value: Any) -> Any:
    """An option as it was typed: a path as text."""
    if isinstance(value, Path):
        return str(value)
    return tuple(map(_as_typed, value)) if isinstance(value, tuple) else value


def _path(table: Fields, field: str, path: T) -> T:
    """The same path: one that names a place to look at. No system has a zero character in one."""
    if path is not None and "\0" in path:
        raise table.fault(field, f"a path expected, found {shown(path)}")
    return path


def _target(table: Fields) -> EvidenceTarget:
    return EvidenceTarget(
        path=_path(table, "path", table.need("path", table.text("path"))),
        kind=table.need("kind", table.choice("kind", ("folder", "file", "archive", "inventory", "listing"))),
        root=table.need("root", table.texts("root")),
        sha256=table.digest("sha256"),
        files=tuple(table.each("files", lambda number, row: f"file {number} ({str(row.get('path'))[:60]})", _file)),
    )


def _file(row: Fields) -> EvidenceFile:
    return EvidenceFile(
        path=row.need("path", row.text("path")),
        size=row.integer("size", 0, 2**63),
        modified=row.moment("modified"),
        sha256=row.digest("sha256"),
    )


def differences(recorded: EvidenceTarget, found: EvidenceTarget) -> list[str]:
    """What is not as recorded, a line each: changed, missing and new evidence files.

    A file with the recorded SHA-256 is the same file, whatever its file time: a plain copy gives it a new one. Of a
    file whose bytes were not read both times, the file time is all there is to go by.
    """
    lines: list[str] = []
    if recorded.sha256 != found.sha256:
        what = "saved inventory" if found.kind == "inventory" else found.kind
        lines.append(f"{recorded.path}: the {what} is a different file")
    before = {file.path: file for file in recorded.files}
    after = {file.path: file for file in found.files}
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path), after.get(path)
        if now is None:
            lines.append(f"{path}: gone")
        elif was is None:
            lines.append(f"{path}: not in the manifest")
        elif was.sha256 != now.sha256 or was.size != now.size:
            lines.append(f"{path}: changed, SHA-256 {was.sha256 or 'none'} recorded, {now.sha256 or 'none'} now")
        elif was.sha256 is None and was.modified != now.modified:
            lines.append(f"{path}: file time {stamp(was.modified)} recorded, {stamp(now.modified)} now")
    return lines


def same_bytes(recorded: EvidenceTarget, found: EvidenceTarget) -> dict[str, datetime | None]:
    """The recorded file times of the evidence files that have the recorded SHA-256, by path."""
    now = {file.path: file.sha256 for file in found.files}
    return {
        file.path: file.modified
        for file in recorded.files
        if file.sha256 is not None and file.sha256 == now.get(file.path)
    }


def other_times(recorded: EvidenceTarget, found: EvidenceTarget) -> list[str]:
    """A line for each evidence file with the recorded bytes and another file time; no difference, only told."""
    now = {file.path: file.modified for file in found.files}
    return [
        f"{path}: same bytes, file time {stamp(was)} recorded, {stamp(now[path])} now"
        for path, was in same_bytes(recorded, found).items()
        if was != now[path]
    ]
