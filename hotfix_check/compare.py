"""What changed between two targets: files that are new, gone, newer or older, and verdicts that changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hotfix_check.assess import Assessment, Verdict
from hotfix_check.inventory import InstalledFile, Inventory

_PASSED = (Verdict.INSTALLED, Verdict.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file; ``change``: new, gone, newer, older, unreadable, altered (the same version, other content)."""

    path: str
    change: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """One update whose verdict differs; None where the target has no finding on it. ``worse``: it passed before."""

    update: str
    before: str | None
    after: str | None
    worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All changes, what went backwards first."""

    files: tuple[FileChange, ...]
    verdicts: tuple[VerdictChange, ...]


_ORDER = ("older", "gone", "unreadable", "altered", "new", "newer")


def compare(before: Inventory, after: Inventory, before_assessed: Assessment, after_assessed: Assessment) -> Comparison:
    """Compare two targets file by file, by path without case, and finding by finding."""
    old = {file.path.lower(): file for file in before.files}
    new = {file.path.lower(): file for file in after.files}
    blind = {file.path.lower() for file in after.unreadable}
    changes = []
    for key in sorted(old.keys() | new.keys()):
        change = _change(old.get(key), new.get(key), key in blind)
        if change is not None:
            was, now = old.get(key), new.get(key)
            named = now or was
            changes.append(
                FileChange(
                    path=named.path if named else key,
                    change=change,
                    before=_version(was),
                    after=_version(now),
                )
            )
    first = {finding.update.id: finding.verdict for finding in before_assessed.findings}
    second = {finding.update.id: finding.verdict for finding in after_assessed.findings}
    verdicts = [
        VerdictChange(
            update=key,
            before=str(first[key]) if key in first else None,
            after=str(second[key]) if key in second else None,
            worse=first.get(key) in _PASSED and second.get(key) not in _PASSED,
        )
        for key in sorted(first.keys() | second.keys())
        if first.get(key) is not second.get(key)
    ]
    return Comparison(
        files=tuple(sorted(changes, key=lambda one: (_ORDER.index(one.change), one.path.lower()))),
        verdicts=tuple(sorted(verdicts, key=lambda one: (not one.worse, one.update))),
    )


def _change(was: InstalledFile | None, now: InstalledFile | None, blind: bool) -> str | None:
    if now is None:
        return "unreadable" if blind else "gone"
    if was is None:
        return "new"
    if was.version != now.version:
        if was.version is None or now.version is None:
            return "altered"
        return "newer" if now.version > was.version else "older"
    same = was.sha256 == now.sha256 if was.sha256 and now.sha256 else was.size == now.size
    return None if same else "altered"


def _version(file: InstalledFile | None) -> str | None:
    return None if file is None else str(file.version) if file.version else "no version"
