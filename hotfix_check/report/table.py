"""The table for people: missing first, then undetermined; the rest as counts unless everything is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from hotfix_check.report.result import Document, names_of
from hotfix_check.report.text import fill, visible

_ALWAYS_SHOWN = ("missing", "partial", "undetermined")
_TO_INSTALL = ("missing", "partial")
_LISTED = 10


def render_table(document: Document, *, width: int, everything: bool) -> str:
    """The result as plain text, ASCII frames, at most ``width`` columns where its words allow."""
    return "\n".join(_target(target, max(40, width), everything) for target in document["targets"])


def headline(finding: Document) -> str:
    """One plain sentence: "KB818861 missing: Mapi32.dll is 5.5.2653.12, needs 5.5.2657.50 or later"."""
    reasons = "; ".join(finding["reasons"])
    return f"{_name(finding)} {finding['verdict']}" + (f": {reasons}" if reasons else "")


def next_steps(finding: Document) -> list[str]:
    """What to do about a finding, one sentence each."""
    verdict = finding["verdict"]
    steps = _install_steps(finding) if verdict in _TO_INSTALL else []
    if verdict in _TO_INSTALL:
        steps.extend(f"{action['text']}." for action in finding["actions"])
    elif verdict == "installed":
        lasting = [action for action in finding["actions"] if action["kind"] != "service"]
        steps.extend(f"{action['text']} (not verified)." for action in lasting)
    explained = [f"{names_of([by['id']])[0]} ({by['certainty']})" for by in finding["satisfied_by"] if by["id"]]
    if explained:
        steps.append(f"Explained by {', '.join(explained)}.")
    asked = [one["file"] + (f" ({one['role']})" if one["role"] else "") for one in finding["settle_with"]]
    if asked:
        steps.append(f"To settle it, supply {', '.join(asked)}.")
    return steps


def _install_steps(finding: Document) -> list[str]:
    steps: list[str] = []
    for state, words in (
        ("unmet", "Blocked: needs {} first."),
        ("unknown", "Needs {}; not known whether it is there."),
    ):
        groups = [group["requires"] for group in finding["prerequisites"] if group["state"] == state]
        if groups:
            steps.append(words.format(" and ".join(groups)))
    others = [one for one in finding["advice"] if one != finding["id"]]
    again = (
        " again" if finding["verdict"] == "partial" or any("regressed" in one for one in finding["anomalies"]) else ""
    )
    if others:
        steps.append(f"Next: install {names_of(others)[0]}, which replaces it.")
    if finding["id"] in finding["advice"]:
        own = "Or, while that is blocked, install" if others else "Next: install"
        condition = " if this server has the problem" if finding["importance"] == "optional" else ""
        steps.append(f"{own} {_name(finding)}{again}{condition}.")
    if finding["restart"] == "yes":
        steps.append("It needs a restart.")
    return steps


def _target(target: Document, width: int, everything: bool) -> str:
    shown = [
        finding
        for finding in target["findings"]
        if everything
        or target["kind"] == "file"
        or finding["verdict"] in _ALWAYS_SHOWN
        or finding["importance"] == "required"
    ]
    blocks = [_head(target, width)]
    if shown:
        blocks.append(_overview(shown, width))
        blocks.append("\n".join(_sentences(finding, width) for finding in shown))
    for label, entries in _sections(target):
        if entries:
            blocks.append(_listed(label, entries, width, everything))
    blocks.append(fill(_summary(target, hidden=len(target["findings"]) - len(shown)), width))
    return "\n\n".join(blocks) + "\n"


def _head(target: Document, width: int) -> str:
    seen, read = target["files_seen"], target["files_read"]
    lines = [f"Target: {target['path']} ({target['kind']}; {seen} {_files(seen)} seen, {read} read)"]
    if target["collected"]:
        collected = target["collected"]
        where, when = collected["host"] or "a host not named", collected["at"] or "a time not given"
        lines.append(f"Collected: on {where}, {when}, by {collected['by']}")
    for product in target["products"]:
        lines.append(_product(product))
        lines.extend(f"! {text}" for text in product["anomalies"])
    if not target["products"]:
        lines.append("Nothing recognised: no file here counts for a product of the catalogue.")
    return "\n".join(fill(line, width) for line in lines)


def _product(product: Document) -> str:
    low, high, basis = product["level_at_least"], product["level_at_most"], product["level_basis"]
    if basis == "none":
        return f"Product: {product['name']}, service level unknown (no file here shows it)"
    level = product["level"] or (f"{low} to {high}" if basis != "inferred" and low != high else f"at least {low}")
    votes = [f"{vote['file']} {vote['version']}" for vote in product["evidence"] if vote["votes"] != "nothing"]
    more = f" and {len(votes) - 3} more" if len(votes) > 3 else ""
    why = {
        "markers": f"by {', '.join(votes[:3])}{more}",
        "declared": "as declared, not verified",
        "inferred": "inferred from the builds of its files; no marker file was collected",
    }.get(basis, basis)
    return f"Product: {product['name']} {level} ({why})"


def _overview(findings: Sequence[Document], width: int) -> str:
    rows = [(one["verdict"], names_of([one["id"]])[0], one["importance"], visible(one["title"])) for one in findings]
    labels = ("Verdict", "Update", "Importance", "Title")
    # tabulate keeps two columns free behind a header
    narrow = [max(len(label) + 2, *(len(row[index]) for row in rows)) for index, label in enumerate(labels[:3])]
    room = max(20, width - sum(narrow) - 2 * len(narrow))
    return tabulate(rows, headers=labels, maxcolwidths=[None, None, None, room], disable_numparse=True)


def _sentences(finding: Document, width: int) -> str:
    lines = [fill(headline(finding), width)]
    details = [*next_steps(finding), *(f"! {text}" for text in finding["anomalies"])]
    lines.extend(fill(line, width, indent="  ", first="  ") for line in details)
    return "\n".join(lines)


def _sections(target: Document) -> list[tuple[str, list[str]]]:
    return [
        (
            "Advisories (builds known to be bad):",
            [f"{one['path']} {one['version']}: {one['text']} ({one['source']})" for one in target["advisories"]],
        ),
        ("Not readable:", [f"{one['path']}: {one['reason']}" for one in target["unreadable"]]),
        (
            "Foreign files (they satisfy nothing and fail nothing):",
            [f"{one['path']} {one['version']}: {one['reason']}" for one in target["foreign"]],
        ),
        ("Backup copies (not judged):", target["backups"]),
    ]


def _listed(label: str, entries: Sequence[str], width: int, everything: bool) -> str:
    kept = entries if everything else entries[:_LISTED]
    lines = [label, *(fill(entry, width, indent="    ", first="  ") for entry in kept)]
    if len(kept) < len(entries):
        lines.append(f"  ... and {len(entries) - len(kept)} more (--all shows them)")
    return "\n".join(lines)


def _summary(target: Document, *, hidden: int) -> str:
    counts, total = target["summary"], len(target["findings"])
    if not total:
        return "No update judged."
    verdicts = [key for key in counts if key not in ("blocked", "waived")]
    text = f"{total} {'update' if total == 1 else 'updates'} judged: " + ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in verdicts if counts[verdict]
    )
    if counts["blocked"]:
        text += f"; {counts['blocked']} blocked by a prerequisite"
    return text + (f". {hidden} not shown (--all shows them)." if hidden else ".")


def _name(finding: Document) -> str:
    """KB818861; where an update goes by another name, both: SP2 (KB836993)."""
    name = names_of([finding["id"]])[0]
    return f"{name} (KB{finding['kb']})" if finding["kb"] and name != f"KB{finding['kb']}" else name


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
