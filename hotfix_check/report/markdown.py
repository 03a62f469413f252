"""Markdown for tickets and CI summaries: posture, steps, what weighs; the rest counted. It always fits a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hotfix_check.report import parts, wording
from hotfix_check.report.document import Result, TargetDocument, members
from hotfix_check.report.judged_document import FindingDocument
from hotfix_check.report.names import counted, names_of
from hotfix_check.report.posture import identity_words, posture_sentences
from hotfix_check.report.text import cut, visible
from hotfix_check.report.verdicts import LOOKS, RANK

MAX_LENGTH = 60_000
"""Characters: GitHub takes 65,536 in a comment."""
_KEPT_FREE = 1_000  # for what was left out
_LONGEST_TEXT = 400
BASIS = 8_000
"""What is kept free for the basis of a report."""

# Whatever has a meaning anywhere in a line; what begins a list, a rule or code; what GitHub makes a link of by itself.
_MARKUP = re.compile(
    r"[\\`*_{}\[\]<>#|~&$@]|^(?: |[+-](?=[\s-]|$)|[0-9](?=[0-9]{0,8}[.)](?:\s|$)))|:(?=//)|(?i:(?<=www)\.)"
    r"|(?i:(?<=\bgh)-(?=[0-9]))|\b[0-9a-f](?=[0-9a-f]{39}\b)"
)
_BY_REFERENCE = frozenset("<>&@:. +-0123456789abcdef")


def render_markdown(document: Result) -> str:
    """GitHub-flavoured Markdown of at most ``MAX_LENGTH`` characters; text of files and waivers stays text."""
    page = MarkdownPage("Hotfix report", below=BASIS)
    for target in document.targets:
        _target(page, target, document)
    waivers = document.waivers
    for title, entries in (("Expired waivers", waivers.expired), ("Unused waivers", waivers.unused)):
        page.bullets(f"## {title}", [wording.waiver_words(entry) for entry in entries])
    page.basis(wording.origin(document))
    return page.text("The JSON, HTML, CSV and XLSX reports have everything.")


class MarkdownPage:
    """Blocks of Markdown as long as there is room; what found none is counted and told at the end."""

    def __init__(self, title: str, *, below: int = _KEPT_FREE) -> None:
        self._limit = MAX_LENGTH - below
        self._blocks = [f"# {title}"]
        self._length = len(self._blocks[0])
        self._left: dict[str, int] = {}

    def add(self, block: str) -> bool:
        """Add a block where there is room for it."""
        if self._length + len(block) + 2 > self._limit:
            return False
        self._blocks.append(block)
        self._length += len(block) + 2
        return True

    def bullets(self, title: str, entries: Sequence[str], *, numbered: bool = False) -> None:
        """A heading and its entries, each one line; with numbers that hold where nobody renders them too."""
        marks = [f"{number}." if numbered else "-" for number in range(1, len(entries) + 1)]
        self._lines(title, (), [f"{mark} {markdown_text(entry)}" for mark, entry in zip(marks, entries, strict=True)])

    def table(self, title: str, labels: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A heading and a table."""
        head = (table_row(labels), f"| {' | '.join(['---'] * len(labels))} |")
        self._lines(title, head, [table_row(row) for row in rows])

    def basis(self, rows: Iterable[Sequence[str]]) -> None:
        """What the report rests on, in the room that was kept free for it."""
        self._limit = MAX_LENGTH - _KEPT_FREE
        self.table("## Basis of this report", ("", ""), rows)

    def leave_out(self, what: str, number: int = 1) -> None:
        """Count what is told nowhere."""
        if number:
            self._left[what] = self._left.get(what, 0) + number

    def text(self, where: str) -> str:
        """All of it; ``where`` says where the rest is."""
        if self._left:
            told = "; ".join(f"{what}: {number:,}" for what, number in list(self._left.items())[:20])
            self._blocks.append(f"Left out here: {told}. {where}")
        return "\n\n".join(self._blocks) + "\n"

    def _lines(self, title: str, head: Sequence[str], lines: Sequence[str]) -> None:
        if not lines:
            return
        heading = title.lstrip("# ").lower() or "lines"
        kept: list[str] = []
        room = self._limit - self._length - len(title) - 4 - sum(len(line) + 1 for line in head)
        for line in lines:
            room -= len(line) + 1
            if room < 0:
                break
            kept.append(line)
        self.leave_out(heading, len(lines) - len(kept))
        if kept and self.add("\n\n".join([*([title] if title else []), "\n".join([*head, *kept])])):
            return
        self.leave_out(heading, len(kept))


def _target(page: MarkdownPage, target: TargetDocument, document: Result) -> None:
    split = parts.parts_of(target)
    if not page.add(f"## {markdown_text(cut(target.path, _LONGEST_TEXT))}"):
        page.leave_out("targets")
        return
    for part in split:
        _part(page, part, target, document)
    sentences = wording.verdict_sentences(target)
    page.add(" ".join(markdown_text(cut(sentence, _LONGEST_TEXT)) for sentence in sentences))
    facts = [f"{target.kind}; {counted(target.files_seen, 'file')} seen, {target.files_read} read"]
    facts.extend(["Collected " + wording.collected_words(target.collected)] if target.collected else [])
    facts.extend(f"Registry: {words}" for words in wording.registry_words(target))
    if not wording.only_claims(target):
        facts.extend(wording.claim_sentences(target))
    page.bullets("", facts)
    counts = {word: number for word, number in members(target.summary).items() if number}
    if counts:
        page.table("", tuple(counts), [tuple(map(str, counts.values()))])
    accepted = [
        f"{wording.update_name(one)} {one.verdict}, accepted under {wording.waiver_words(one.waiver)}"
        for one in target.findings
        if one.waiver
    ]
    page.bullets("### Accepted risks", accepted)
    bad = [f"{one.path} {one.version}: {one.text} ({one.source})" for one in target.advisories]
    page.bullets("### Advisories", bad)
    page.bullets("### Not readable", [f"{one.path}: {one.reason}" for one in target.unreadable])


def _part(page: MarkdownPage, part: parts.Part, target: TargetDocument, document: Result) -> None:
    one = part.installation
    if one is not None:
        standing = parts.standing_of(one, part.findings, parts.day_of(document))
        where = f" in {one.root}" if one.root not in (None, ".") else ""
        page.add(f"**{markdown_text(identity_words(standing))}**{markdown_text(where)}")
        facts = posture_sentences(standing)
        if reason := parts.level_reason_of(one, target):
            facts.append(f"Service level {reason}.")
        facts += [f"{parts.census_words(one)}."] if one.census else []
        page.bullets("", [*facts, *one.anomalies])
        steps = [" ".join([parts.step_line(step), *parts.step_notes(step)]) for step in one.next_steps]
        page.bullets("### Next steps", steps, numbered=True)
        page.table(
            "### Exposures",
            ("CVE", "State", "CVSS", "Known exploited since", "Fixed by", "Needs"),
            [
                (
                    *(cve.cve, cve.state, str(cve.cvss or ""), cve.known_exploited or ""),
                    *(", ".join(names_of([cve.fixed_by] if cve.fixed_by else [])), cve.needs or ""),
                )
                for cve in one.exposures
                if cve.state != "fixed"
            ],
        )
    as_of = document.run.as_of
    weighty = [each for each in part.findings if each.importance != "optional"]
    listed = sorted(
        (each for each in weighty if each.verdict in ("partial", "missing", "undetermined", "installed")),
        key=lambda each: RANK[each.verdict],
    )
    half = [each for each in part.findings if each.importance == "optional" and each.verdict == "partial"]
    for title, findings in (("### Required and recommended updates", listed), ("### Half-installed hotfixes", half)):
        labels = ("Verdict", "Update", "Importance", "Released", "Why", "What to do")
        page.table(title, labels, [_row(each, as_of) for each in findings])
    told = {id(each) for each in (*listed, *half)}
    for verdict in LOOKS:
        number = sum(each.verdict == verdict and id(each) not in told for each in part.findings)
        page.leave_out(f"{verdict} updates", number)


def _row(finding: FindingDocument, as_of: str | None) -> Sequence[str]:
    days = wording.days_since(finding.released, as_of)
    age = "" if days is None else f" ({counted(days, 'day')} ago)"
    released = f"{finding.released}{age}" if finding.released else ""
    why = "; ".join([*finding.reasons, *finding.anomalies])
    return (
        *(finding.verdict, wording.update_name(finding), finding.importance, released),
        *(cut(why, _LONGEST_TEXT), cut(" ".join(wording.next_steps(finding)), _LONGEST_TEXT)),
    )


def table_row(cells: Iterable[str]) -> str:
    """A row of a table, each cell escaped and not longer than people read."""
    return f"| {' | '.join(markdown_text(cut(cell, 2 * _LONGEST_TEXT)) for cell in cells)} |"


def markdown_text(value: str) -> str:
    """The one place where text becomes Markdown: whatever has a meaning there is escaped."""
    return _MARKUP.sub(
        lambda found: f"&#{ord(found[0])};" if found[0] in _BY_REFERENCE else f"\\{found[0]}", visible(value)
    )
