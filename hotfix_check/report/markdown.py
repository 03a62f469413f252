"""Markdown for tickets and CI summaries: the verdict, what to do, every finding on one line, the basis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hotfix_check.report.result import Document
from hotfix_check.report.text import visible
from hotfix_check.report.wording import (
    collected_words,
    days_since,
    next_steps,
    origin,
    product_words,
    registry_words,
    to_act_on,
    update_name,
    verdict_sentences,
    waiver_words,
)

# Whatever has a meaning anywhere in a line; what begins a list, a rule or code; what GitHub makes a link of by itself.
_MARKUP = re.compile(
    r"[\\`*_{}\[\]<>#|~&$@]|^(?: |[+-](?=[\s-]|$)|[0-9](?=[0-9]{0,8}[.)](?:\s|$)))|:(?=//)|(?i:(?<=www)\.)"
    r"|(?i:(?<=\bgh)-(?=[0-9]))|\b[0-9a-f](?=[0-9a-f]{39}\b)"
)
_BY_REFERENCE = frozenset("<>&@:. +-0123456789abcdef")


def render_markdown(document: Document) -> str:
    """GitHub-flavoured Markdown; text of files and waivers stays text."""
    blocks = ["# Hotfix report"]
    for target in document["targets"]:
        blocks.extend(_target(target, document["run"]["as_of"]))
    waivers = document["waivers"]
    for title, entries in (("Expired waivers", waivers["expired"]), ("Unused waivers", waivers["unused"])):
        blocks.extend(_listed(title, [waiver_words(entry) for entry in entries]))
    blocks.extend(["## Basis of this report", _table(("", ""), origin(document))])
    return "\n\n".join(blocks) + "\n"


def _target(target: Document, as_of: str | None) -> Iterable[str]:
    findings = target["findings"]
    yield f"## {_text(target['path'])}"
    yield " ".join(f"**{_text(sentence)}**" for sentence in verdict_sentences(target)[:1]) + "".join(
        f" {_text(sentence)}" for sentence in verdict_sentences(target)[1:]
    )
    facts = [f"{target['kind']}; {target['files_seen']} files seen, {target['files_read']} read"]
    facts.extend(["Collected " + collected_words(target["collected"])] if target["collected"] else [])
    for product in target["products"]:
        facts.append(product_words(product))
        facts.extend(product["anomalies"])
    facts.extend(f"Registry: {words}" for words in registry_words(target))
    yield "\n".join(f"- {_text(fact)}" for fact in facts)
    counts = {key: count for key, count in target["summary"].items() if count}
    if counts:
        yield _table(tuple(counts), [tuple(map(str, counts.values()))])
    yield from _sorted_out("To do", [one for one in findings if to_act_on(one) and not one["waiver"]], as_of)
    yield from _sorted_out("Not determined", [one for one in findings if one["verdict"] == "undetermined"], as_of)
    yield from _listed(
        "Accepted risks",
        [
            f"{update_name(finding)} {finding['verdict']}, accepted under {waiver_words(finding['waiver'])}"
            for finding in findings
            if finding["waiver"]
        ],
    )
    yield from _listed(
        "Builds known to be bad",
        [f"{one['path']} {one['version']}: {one['text']} ({one['source']})" for one in target["advisories"]],
    )
    yield from _listed("Not readable", [f"{one['path']}: {one['reason']}" for one in target["unreadable"]])
    if findings:
        yield "### All findings"
        rows = [(one["verdict"], update_name(one), one["importance"], one["title"], _files(one)) for one in findings]
        yield _table(("Verdict", "Update", "Importance", "Title", "Files"), rows)


def _sorted_out(title: str, findings: Sequence[Document], as_of: str | None) -> Iterable[str]:
    if not findings:
        return
    rows = []
    for finding in findings:
        days = days_since(finding["released"], as_of)
        age = "" if days is None else f" ({days} days ago)"
        released = f"{finding['released']}{age}" if finding["released"] else ""
        why = [*finding["reasons"], *finding["anomalies"]]
        rows.append(
            [
                *(finding["verdict"], update_name(finding), finding["importance"], released),
                *("; ".join(why), " ".join(next_steps(finding))),
            ]
        )
    yield f"### {title}"
    yield _table(("Verdict", "Update", "Importance", "Released", "Why", "What to do"), rows)


def _files(finding: Document) -> str:
    """Each file with its state: Mapi32.dll 5.5.2653.12 older than 5.5.2657.50."""
    parts = []
    for file in finding["files"]:
        versions = sorted({copy["version"] for copy in file["copies"] if copy["version"]})
        found = ", ".join(versions) or "no version"
        expected = file["expected"]["version"]
        parts.append(f"{file['name']} {found}: {file['state']}" + (f" (expected {expected})" if expected else ""))
    return "; ".join(parts)


def _listed(title: str, entries: Sequence[str]) -> Iterable[str]:
    if entries:
        yield f"### {title}"
        yield "\n".join(f"- {_text(entry)}" for entry in entries)


def _table(labels: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [labels, ["---"] * len(labels)]
    return "\n".join(
        [f"| {' | '.join(map(_text, lines[0]))} |", f"| {' | '.join(lines[1])} |"]
        + [f"| {' | '.join(map(_text, row))} |" for row in rows]
    )


def _text(value: str) -> str:
    """The one place where text becomes Markdown: whatever has a meaning there is escaped."""
    return _MARKUP.sub(
        lambda found: f"&#{ord(found[0])};" if found[0] in _BY_REFERENCE else f"\\{found[0]}", visible(value)
    )
