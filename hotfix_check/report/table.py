"""The table for people: missing first, then undetermined; the rest as counts unless everything is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from textwrap import TextWrapper

from tabulate import tabulate

from hotfix_check.report.result import Document, names_of
from hotfix_check.report.text import visible

_ALWAYS_SHOWN = ("missing", "partial", "undetermined")
_LABELS = ("Verdict", "Update", "Importance", "What was found and what to do")


def render_table(document: Document, *, width: int, everything: bool) -> str:
    """The result as plain text of at most ``width`` columns where its words allow; ASCII frames only."""
    return "\n".join(_target(target, width, everything) for target in document["targets"])


def _target(target: Document, width: int, everything: bool) -> str:
    lines = [
        f"Target: {visible(target['path'])} ({target['kind']}; {target['files_seen']} files seen, "
        f"{target['files_read']} read)"
    ]
    if target["collected"]:
        collected = target["collected"]
        lines.append(
            f"Collected: {visible(collected['host'] or 'host not named')}, {collected['at'] or 'no time'}, "
            f"by {visible(collected['by'])}"
        )
    lines.extend(_product_line(product) for product in target["products"])
    if not target["products"]:
        lines.append("Nothing recognised: no file here counts for a product of the catalogue.")
    lines.extend(f"! {visible(text)}" for product in target["products"] for text in product["anomalies"])
    shown = [
        finding
        for finding in target["findings"]
        if everything or finding["verdict"] in _ALWAYS_SHOWN or finding["importance"] == "required"
    ]
    text = "\n".join(_wrap(line, width) for line in lines) + "\n"
    if shown:
        text += "\n" + _findings(shown, width) + "\n"
    for label, entries in (
        (
            "Advisories (known-bad builds)",
            [
                f"{entry['path']} {entry['version']}: {entry['text']} ({entry['source']})"
                for entry in target["advisories"]
            ],
        ),
        ("Not readable", [f"{entry['path']}: {entry['reason']}" for entry in target["unreadable"]]),
        (
            "Foreign files (they satisfy nothing and fail nothing)",
            [f"{entry['path']} {entry['version'] or ''}: {entry['reason']}" for entry in target["foreign"]],
        ),
        ("Backup copies (not judged)", target["backups"]),
    ):
        if entries:
            text += _section(label, entries, width, everything)
    return text + "\n" + _wrap(_summary(target, shown), width) + "\n"


def _product_line(product: Document) -> str:
    votes = [f"{vote['file']} {vote['version']}" for vote in product["evidence"] if vote["votes"] != "nothing"]
    basis = {
        "markers": f"by {', '.join(votes)}",
        "declared": "as declared, not verified",
        "inferred": "inferred from the builds of its files, no marker file was collected",
        "none": "no file here shows the service level",
    }.get(product["level_basis"], product["level_basis"])
    low, high = product["level_at_least"], product["level_at_most"]
    if product["level"]:
        level = product["level"]
    elif product["level_basis"] == "none":
        level = "level unknown"
    elif product["level_basis"] == "inferred":
        level = f"{low} or later"
    else:
        level = f"{low} to {high}"
    return f"Product: {product['name']}, {level} ({visible(str(basis))})"


def _findings(findings: Iterable[Document], width: int) -> str:
    rows = []
    for finding in findings:
        said = [headline(finding), *next_steps(finding), *(f"! {text}" for text in finding["anomalies"])]
        rows.append(
            (
                finding["verdict"],
                names_of([finding["id"]])[0],
                finding["importance"],
                "\n".join(visible(line) for line in said),
            )
        )
    narrow = [max(len(label), *(len(row[index]) for row in rows)) for index, label in enumerate(_LABELS[:3])]
    room = max(24, width - sum(narrow) - 6)
    return tabulate(
        rows, headers=_LABELS, tablefmt="simple", maxcolwidths=[None, None, None, room], disable_numparse=True
    )


def headline(finding: Document) -> str:
    """One plain sentence: "KB818861 missing: Mapi32.dll is 5.5.2653.12, needs 5.5.2657.50 or later"."""
    name = names_of([finding["id"]])[0]
    kb = f" (KB{finding['kb']})" if finding["kb"] and name != f"KB{finding['kb']}" else ""
    reasons = "; ".join(finding["reasons"])
    return f"{name}{kb} {finding['verdict']}" + (f": {reasons}" if reasons else "")


def next_steps(finding: Document) -> list[str]:
    """What to do about a finding, one sentence each."""
    steps: list[str] = []
    verdict, newer = finding["verdict"], names_of(finding["superseded_by"])
    unmet = [group["requires"] for group in finding["prerequisites"] if group["state"] == "unmet"]
    unknown = [group["requires"] for group in finding["prerequisites"] if group["state"] == "unknown"]
    if verdict in ("missing", "partial"):
        if unmet:
            steps.append(f"Blocked: needs {' and '.join(unmet)} first.")
        if unknown:
            steps.append(f"Needs {' and '.join(unknown)}; whether that is there is not known.")
        if newer:
            steps.append(
                f"Next: install {newer[-1]}, which replaces it"
                + (f" (also {', '.join(newer[:-1])})." if newer[1:] else ".")
            )
        else:
            steps.append(
                f"Next: install {names_of([finding['id']])[0]}"
                + (" if this server has the problem." if finding["importance"] == "optional" else ".")
            )
        if finding["restart"] == "yes":
            steps.append("It needs a restart.")
    if verdict in ("missing", "partial", "installed"):
        steps.extend(
            f"{action['text']}" + (" (not verified)." if verdict == "installed" else ".")
            for action in finding["actions"]
        )
    if verdict == "superseded":
        by = [one for one in finding["satisfied_by"] if one["id"]]
        if by:
            steps.append(
                "Explained by " + ", ".join(f"{names_of([one['id']])[0]} ({one['certainty']})" for one in by) + "."
            )
    if finding["settle_with"]:
        asked = ", ".join(one["file"] + (f" ({one['role']})" if one["role"] else "") for one in finding["settle_with"])
        steps.append(f"To settle it, supply {asked}.")
    return steps


def _section(label: str, entries: list[str], width: int, everything: bool) -> str:
    kept = entries if everything else entries[:10]
    lines = [f"\n{label}:", *(f"  {visible(entry)}" for entry in kept)]
    if len(kept) < len(entries):
        lines.append(f"  ... and {len(entries) - len(kept)} more (--all shows them)")
    return "\n".join(_wrap(line, width, indent="    ") for line in lines) + "\n"


def _summary(target: Document, shown: list[Document]) -> str:
    counts = target["summary"]
    total = len(target["findings"])
    said = [
        f"{counts[verdict]} {verdict}" for verdict in counts if verdict not in ("blocked", "waived") and counts[verdict]
    ]
    text = f"{total} updates judged: {', '.join(said)}" if total else "No update judged"
    if counts["blocked"]:
        text += f"; {counts['blocked']} blocked by a prerequisite"
    folded = Counter(finding["verdict"] for finding in target["findings"])
    folded.subtract(finding["verdict"] for finding in shown)
    hidden = sum(folded.values())
    return text + (f". {hidden} not shown (--all shows them)." if hidden else ".")


def _wrap(line: str, width: int, indent: str = "  ") -> str:
    wrapper = TextWrapper(
        max(20, width), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(wrapper.fill(part) for part in line.split("\n"))
