"""The table for people: missing first, then undetermined; the rest as counts unless everything is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.report.folding import Folded, files_to_supply, fold
from hotfix_check.report.formats import Paint, plain
from hotfix_check.report.result import Document
from hotfix_check.report.text import cell, fill, names_of, visible
from hotfix_check.report.wording import (
    collected_words,
    headline,
    next_steps,
    origin,
    product_words,
    registry_words,
    update_name,
    waiver_words,
)

_LISTED = 10
_NAMED = 8
_WIDEST_NAME = 40


def render_table(document: Document, *, width: int, everything: bool, paint: Paint = plain) -> str:
    """The result as plain text, ASCII frames, at most ``width`` columns where its words allow."""
    width = max(40, width)
    blocks = [_target(target, width, everything, paint) for target in document["targets"]]
    waivers = document["waivers"]
    for label, entries in (
        ("Expired waivers (they accept nothing):", waivers["expired"]),
        ("Unused waivers:", waivers["unused"]),
    ):
        if entries:
            blocks.append(_listed(label, [waiver_words(entry) for entry in entries], width, everything) + "\n")
    if everything:
        blocks.append("\n".join(fill(f"{label}: {words}", width) for label, words in origin(document)) + "\n")
    return "\n".join(blocks)


def _target(target: Document, width: int, everything: bool, paint: Paint) -> str:
    folded = fold(target, everything=everything)
    blocks = [_head(target, width)]
    if folded.shown:
        blocks.append(_overview(folded.shown, width, paint))
        blocks.append("\n".join(_sentences(one, folded, width, paint) for one in folded.shown))
    if folded.open:
        blocks.append("\n".join(fill(line, width) for line in _open_questions(folded.open)))
    for label, entries in _sections(target):
        if entries:
            blocks.append(_listed(label, entries, width, everything))
    blocks.append(fill(_summary(target, hidden=len(target["findings"]) - len(folded.shown)), width))
    return "\n\n".join(blocks) + "\n"


def _head(target: Document, width: int) -> str:
    seen, read = target["files_seen"], target["files_read"]
    lines = [f"Target: {target['path']} ({target['kind']}; {seen} {_files(seen)} seen, {read} read)"]
    if target["collected"]:
        lines.append(f"Collected: {collected_words(target['collected'])}")
    for product in target["products"]:
        lines.append(f"Product: {product_words(product)}")
        if product["end_of_support"]:
            lines.append(f"End of support: {product['end_of_support']}")
        lines.extend(f"! {text}" for text in product["anomalies"])
    lines.extend(
        f"Registry: {words}" if number == 0 else f"! {words}" for number, words in enumerate(registry_words(target))
    )
    if not target["products"]:
        lines.append("Nothing recognised: no file here counts for a product of the catalogue.")
    return "\n".join(fill(line, width) for line in lines)


def _overview(findings: Sequence[Document], width: int, paint: Paint) -> str:
    rows = [
        (one["verdict"], cell(names_of([one["id"]])[0], _WIDEST_NAME), one["importance"], cell(one["title"]))
        for one in findings
    ]
    labels = ("Verdict", "Update", "Importance", "Title")
    from tabulate import tabulate  # takes time to load, and most formats need none

    # tabulate keeps two columns free behind a header
    narrow = [max(len(label) + 2, *(len(row[index]) for row in rows)) for index, label in enumerate(labels[:3])]
    room = max(20, width - sum(narrow) - 2 * len(narrow))
    drawn = tabulate(rows, headers=labels, maxcolwidths=[None, None, None, room], disable_numparse=True).splitlines()
    return "\n".join(_painted(line, "", line.partition(" ")[0], paint) for line in drawn)


def _painted(text: str, before: str, verdict: str, paint: Paint) -> str:
    """The text with the verdict behind ``before`` painted, if it begins so."""
    start = before + verdict
    return before + paint(verdict, verdict) + text[len(start) :] if verdict and text.startswith(start) else text


def _sentences(finding: Document, folded: Folded, width: int, paint: Paint) -> str:
    verdict = finding["verdict"]
    lines = [_painted(fill(headline(finding), width), visible(f"{update_name(finding)} "), verdict, paint)]
    details = next_steps(finding)
    replaced, waiting = (names.get(finding["id"], ()) for names in (folded.beneath, folded.waiting))
    if replaced:
        details.append(f"It also brings {_some(replaced)}, missing too.")
    if waiting:
        details.append(f"It comes first for {_some(waiting)}, missing too.")
    details += [f"! {text}" for text in finding["anomalies"]]
    if finding["waiver"]:
        details.insert(0, f"Accepted under {waiver_words(finding['waiver'])}.")
    lines.extend(fill(line, width, indent="  ", first="  ") for line in details)
    return "\n".join(lines)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _open_questions(findings: Sequence[Document]) -> list[str]:
    """Optional updates that are not determined, by what would settle them."""
    asked = files_to_supply(findings)
    lines = [f"{len(findings)} optional updates are undetermined."]
    if asked:
        named = ", ".join(f"{name} for {count}" for name, count in asked[:_NAMED])
        more = f", and {len(asked) - _NAMED} files more (--ask lists them)" if len(asked) > _NAMED else ""
        lines.append(f"  To settle them, supply {named}{more}.")
    silent = sum(not one["settle_with"] for one in findings)
    if silent:
        lines.append(f"  No file would settle {silent} of them: they have no file table, or another line's.")
    return lines


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
    if counts["waived"]:
        text += f"; {counts['waived']} accepted under a waiver"
    return text + (f". {hidden} not shown (--all shows them)." if hidden else ".")


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
