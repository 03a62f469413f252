"""The evidence by file: each copy once, with what it says of every update that names it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import field

from hotfix_check.report.judged_document import CopyDocument, FileDocument, FindingDocument
from hotfix_check.report.wording import update_name
from hotfix_check.version import FileVersion


@dataclasses.dataclass(slots=True)
class FileEvidence:
    """A copy of a file with what the table says that it equals, else the first; the updates that name it, by state."""

    name: str
    copy: CopyDocument
    table: FileDocument
    updates: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    anomalies: dict[str, None] = field(default_factory=dict)

    def says(self) -> list[tuple[str, str]]:
        """(state, words): every update that lacks something by name, those met by later builds by number."""
        return [(state, _words(state, updates)) for state, updates in self.updates.items()]


def file_evidence(findings: Iterable[FindingDocument]) -> list[FileEvidence]:
    """Each copy of each file that a finding rests on, by name and path."""
    found: dict[tuple[str, str], FileEvidence] = {}
    for finding in findings:
        for file in finding.files:
            for copy in file.copies:
                row = found.setdefault((file.name.lower(), copy.path), FileEvidence(file.name, copy, file))
                if copy.state == "exact" and "exact" not in row.updates:
                    row.table = file
                row.updates.setdefault(copy.state, []).append((update_name(finding), file.expected.version))
                row.anomalies.update(dict.fromkeys(copy.anomalies))
    return [found[key] for key in sorted(found)]


def files_not_there(findings: Iterable[FindingDocument]) -> list[tuple[str, str, list[str]]]:
    """(file with its roles, state, updates) of files of which there is no copy, by name."""
    found: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        for file in finding.files:
            if not file.copies:
                roles = f" ({', '.join(file.roles)})" if file.roles else ""
                found.setdefault((file.name + roles, file.state), []).append(update_name(finding))
    return [(name, state, updates) for (name, state), updates in sorted(found.items(), key=lambda one: one[0])]


def _words(state: str, updates: list[tuple[str, str | None]]) -> str:
    if state == "later" and len(updates) > 1:
        name, version = max(updates, key=lambda one: FileVersion.parse(one[1]) if one[1] else FileVersion(0, 0, 0, 0))
        return f"than those of {len(updates)} updates, the newest {version or 'without a version'} of {name}"
    by_version: dict[str, list[str]] = {}
    for name, version in updates:
        by_version.setdefault(version or "no version", []).append(name)
    return "; ".join(f"{version} of {', '.join(names)}" for version, names in by_version.items())
