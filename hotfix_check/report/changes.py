"""compare as text: what went backwards first."""

from __future__ import annotations

from hotfix_check.compare import Comparison
from hotfix_check.report.text import fill

_WORDS = {
    "older": "went back",
    "gone": "is gone",
    "unreadable": "cannot be read any more",
    "altered": "has the same version and other content",
    "new": "is new",
    "newer": "is newer",
}
_EVIDENCE_ONLY = (
    "Compared are only files and updates that the saved result holds as evidence, or looked for and found absent: "
    "nothing else is new or gone by it."
)


def render_changes(changes: Comparison, before: str, after: str, *, width: int) -> str:
    """One line a change; lines that begin with ! are regressions."""
    lines = [f"From {before} to {after}:"]
    limits = [_EVIDENCE_ONLY] if changes.evidence_only else []
    if not changes.files and not changes.verdicts:
        lines = [f"{lines[0]} nothing changed in what the catalogue knows."]
        return "".join(fill(line, width) + "\n" for line in (*lines, *limits))
    for file in changes.files:
        mark = "! " if file.change in ("older", "gone", "unreadable") else "  "
        versions = " -> ".join(version for version in (file.before, file.after) if version)
        lines.append(f"{mark}{file.path} {_WORDS[file.change]}: {versions}")
    for verdict in changes.verdicts:
        mark = "! " if verdict.worse else "  "
        lines.append(f"{mark}{verdict.update}: {verdict.before or 'not judged'} -> {verdict.after or 'not judged'}")
    worse = sum(one.change in ("older", "gone", "unreadable") for one in changes.files)
    lines.append(
        f"{len(changes.files)} files changed, {worse} of them went back, are gone or unreadable; "
        f"{len(changes.verdicts)} verdicts changed, {sum(one.worse for one in changes.verdicts)} for the worse."
    )
    lines.extend(limits)
    return "\n".join(fill(line, width, indent="    ") for line in lines) + "\n"
