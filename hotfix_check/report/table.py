"""The table for people: how each installation stands, what to do next, then the findings; the rest as counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from hotfix_check.assess.anomaly import AnomalyCode, is_written
from hotfix_check.catalogue.update import own_name
from hotfix_check.report import parts, wording
from hotfix_check.report.document import Result, TargetDocument, members
from hotfix_check.report.folding import Folded, fold, supply_words
from hotfix_check.report.formats import Paint, plain
from hotfix_check.report.judged_document import FindingDocument, InstallationDocument
from hotfix_check.report.names import counted, some
from hotfix_check.report.posture import identity_words, posture_sentences
from hotfix_check.report.text import cell, cut, fill, listed, visible

_LISTED = 10
_ASIDE = AnomalyCode.UNDATED  # what is so of most old updates, and tells nothing of the target
_NAMED = 8
_WIDEST_NAME = 40
# Of a first screen: findings, those told in full, steps, lines of a reason; fewer where steps take room.
_ROWS, _TOLD, _STEPS, _LINES = 10, 3, 3, 2
_ROWS_BELOW_STEPS, _TOLD_BELOW_STEPS, _FEW_NAMED = 3, 1, 3
_SUPPLY = 3
_NARROWEST_TITLE = 20


def render_table(document: Result, *, width: int, everything: bool, paint: Paint = plain) -> str:
    """The result as plain text, ASCII frames, at most ``width`` columns where its words allow."""
    narrowed = document.scope.kbs is not None
    page = _Page(max(40, width), everything, paint, parts.day_of(document), narrowed)
    blocks = [page.target(target) for target in document.targets]
    waivers = document.waivers
    for label, entries in (
        ("Expired waivers (they accept nothing):", waivers.expired),
        ("Unused waivers:", waivers.unused),
    ):
        if entries:
            blocks.append(page.listed(label, [wording.waiver_words(entry) for entry in entries]) + "\n")
    if everything:
        blocks.append(page.filled(f"{label}: {words}" for label, words in wording.origin(document)) + "\n")
    return "\n".join(blocks)


class _Page:
    """How wide the text is, whether everything is told, how a verdict is painted, by which day support has ended.

    ``narrowed`` where some updates or CVEs were asked for: then what is fixed is an answer too.
    """

    def __init__(self, width: int, everything: bool, paint: Paint, day: str, narrowed: bool) -> None:
        self.width, self.everything, self.paint, self.day, self.narrowed = width, everything, paint, day, narrowed

    def target(self, target: TargetDocument) -> str:
        split = parts.parts_of(target)
        folded = [fold(part.findings, target.kind, everything=self.everything) for part in split]
        blocks = [self._head(target)]
        for part, kept in zip(split, folded, strict=True):
            blocks += self._part(target, part, kept, named=len(split) > 1)
        blocks += [self.listed(label, entries) for label, entries in _sections(target) if entries]
        hidden = len(target.findings) - sum(len(one.shown) for one in folded)
        blocks.append(fill(_summary(target, hidden=hidden), self.width))
        return "\n\n".join(blocks) + "\n"

    def _head(self, target: TargetDocument) -> str:
        seen = counted(target.files_seen, "file")
        lines = [f"Target: {target.path} ({target.kind}; {seen} seen, {target.files_read} read)"]
        if target.collected:
            lines.append(f"Collected: {wording.collected_words(target.collected)}")
        registry = wording.registry_words(target)
        lines += [f"Registry: {words}" if number == 0 else f"! {words}" for number, words in enumerate(registry)]
        lines += wording.claim_sentences(target)
        if not target.installations and not wording.only_claims(target):
            lines.append("Nothing recognised: no file here belongs to a product of the catalogue.")
        return self.filled(lines)

    def _part(self, target: TargetDocument, part: parts.Part, folded: Folded, *, named: bool) -> Iterable[str]:
        if part.installation is not None:
            yield self._standing(target, part.installation, part.findings, named=named)
            yield from self._steps(part.installation)
        elif named and (folded.shown or folded.open):
            yield "For products that are not here:"
        if folded.shown:
            ordered = folded.shown
            if not self.everything:
                ordered = tuple(sorted(ordered, key=lambda one: wording.urgency(one.importance, one.verdict)))
            steps = part.installation.next_steps if part.installation else []
            yield self._overview(ordered, stepped=bool(steps))
            settled = frozenset(key for step in steps for key in step.settles)
            alike = {} if self.everything else _alike(ordered)
            following = frozenset(one.id for ones in alike.values() for one in ones)
            if told := self._told([one for one in ordered if one.id not in following], settled):
                yield "\n".join(self._sentences(one, folded, settled, alike.get(one.id, ())) for one in told)
        if folded.open:
            yield self.filled(_open_questions(folded.open, everything=self.everything))

    def _standing(
        self, target: TargetDocument, one: InstallationDocument, findings: Sequence[FindingDocument], *, named: bool
    ) -> str:
        standing = parts.standing_of(one, findings, self.day)
        reason = parts.level_reason_of(one, target)
        why = f" ({reason})" if reason else ""
        where = f" in {one.root}" if one.root not in (None, ".") and (named or one.snapshot) else ""
        aside = " A shadow copy: the product is elsewhere too, so this one does not count." if not one.counts else ""
        lines = [f"{identity_words(standing)}{where}{why}.{aside}"]
        lines += [f"  {sentence}" for sentence in posture_sentences(standing)]
        bought = any(step.availability == "extended-support" for step in one.next_steps)
        if standing.ended and (self.everything or bought) and (way := parts.successor_words(one)):
            lines.append(f"  {way}")
        if self.narrowed:
            for state, word in (("exposed", "Exposed"), ("unknown", "Undetermined"), ("fixed", "Fixed")):
                if cves := _by_update(one, state):
                    lines.append(f"  {word}: {some(cves, len(cves) if self.everything else _FEW_NAMED)}.")
            lines += [f"  {sentence}" for sentence in _to_configure(one)]
        if census := parts.census_words(one, 8 if self.everything else 2):
            lines.append(f"  {census}.")
        lines += [f"! {text}" for text in one.anomalies]
        return self.filled(lines, indent="  ")

    def _steps(self, one: InstallationDocument) -> Iterable[str]:
        steps = one.next_steps
        if not steps:
            return
        kept = steps if self.everything else steps[:_STEPS]
        lines = ["Next steps:"]
        for number, step in enumerate(kept, 1):
            lines.append(fill(f"{number}. {parts.step_line(step)}", self.width, indent="     ", first="  "))
            notes = parts.step_notes(step, _NAMED if self.everything else _FEW_NAMED, by_hand=self.everything)
            if step.actions and not self.everything:
                many = counted(len(step.actions), "step")
                them = "it" if len(step.actions) == 1 else "them"
                notes.append(f"It also takes {many} by hand ('hotfix-check plan' shows {them}).")
            lines += [fill(note, self.width, indent="     ", first="     ") for note in notes]
        if len(kept) < len(steps):
            lines.append(f"  ... and {len(steps) - len(kept)} more ('hotfix-check plan' shows them)")
        yield "\n".join(lines)

    def _overview(self, findings: Sequence[FindingDocument], *, stepped: bool) -> str:
        """One line each on a first screen: titles are cut, and what does not fit is counted.

        Where there is no room for four columns, each is a sentence.
        """
        kept = findings if self.everything else findings[: _ROWS_BELOW_STEPS if stepped else _ROWS]
        rows = [(one.verdict, cell(own_name(one.id), _WIDEST_NAME), one.importance, cell(one.title)) for one in kept]
        labels = ("Verdict", "Update", "Importance", "Title")
        from tabulate import tabulate  # takes time to load, and most formats need none

        # tabulate keeps two columns free behind a header
        narrow = [max(len(label) + 2, *(len(row[index]) for row in rows)) for index, label in enumerate(labels[:3])]
        room = self.width - sum(narrow) - 2 * len(narrow)
        if room < _NARROWEST_TITLE:
            told = [fill(f"{verdict} {name} ({weight}): {title}", self.width) for verdict, name, weight, title in rows]
        else:
            if not self.everything:
                rows = [(*row[:3], cut(row[3], room)) for row in rows]
            columns = [None, None, None, room]
            told = tabulate(rows, headers=labels, maxcolwidths=columns, disable_numparse=True).splitlines()
        lines = [self._painted(line, "", line.partition(" ")[0]) for line in told]
        if len(kept) < len(findings):
            lines.append(f"... and {len(findings) - len(kept)} more (--all shows them)")
        return "\n".join(lines)

    def _told(self, findings: Sequence[FindingDocument], settled: Collection[str]) -> Sequence[FindingDocument]:
        """Those told in full: all, where they are few; else what is half-installed, and what no step settles."""
        if self.everything or len(findings) <= _TOLD + 1:
            return findings
        return [
            one
            for one in findings
            if one.verdict == "partial" or (one.importance != "optional" and one.id not in settled)
        ][: _TOLD_BELOW_STEPS if settled else _TOLD]

    def _painted(self, text: str, before: str, verdict: str) -> str:
        """The text with the verdict behind ``before`` painted, if it begins so."""
        start = before + verdict
        painted = verdict and text.startswith(start)
        return before + self.paint(verdict, verdict) + text[len(start) :] if painted else text

    def _sentences(
        self, finding: FindingDocument, folded: Folded, settled: Collection[str], alike: Sequence[FindingDocument]
    ) -> str:
        """Why, and what to do, unless a step of the headline settles it; those ``alike`` are named beside it."""
        verdict = finding.verdict
        name, text = wording.update_name(finding), wording.headline(finding)
        if alike:
            text = text.removeprefix(name)
            name = some([own_name(one.id) for one in (finding, *alike)], _NAMED)
            text = name + text
        said = fill(text, self.width)
        if not self.everything:
            said = _few_lines(said, _LINES)
        lines = [self._painted(said, visible(f"{name} "), verdict)]
        stepped = finding.id in settled and not self.everything
        details = wording.next_steps(finding, stepped=stepped)
        if alike:
            details = [text.replace("To settle it", "To settle them", 1) for text in details]
        replaced, waiting = (() if stepped else names.get(finding.id, ()) for names in (folded.beneath, folded.waiting))
        if replaced:
            details.append(f"It also brings {some(replaced, _NAMED)}, missing too.")
        if waiting:
            details.append(f"It comes first for {some(waiting, _NAMED)}, missing too.")
        told = (text for text in finding.anomalies if self.everything or not is_written([text], _ASIDE))
        details += [f"! {text}" for text in told]
        if finding.waiver:
            details.insert(0, f"Accepted under {wording.waiver_words(finding.waiver)}.")
        lines.extend(fill(line, self.width, indent="  ", first="  ") for line in details)
        return "\n".join(lines)

    def listed(self, label: str, entries: Sequence[str]) -> str:
        """A heading and its entries, the first of them unless everything is told."""
        return listed(label, entries, self.width, None if self.everything else _LISTED)

    def filled(self, lines: Iterable[str], *, indent: str = "  ") -> str:
        """Lines within the width."""
        return "\n".join(fill(line, self.width, indent=indent) for line in lines)


def _by_update(one: InstallationDocument, state: str) -> list[str]:
    """The CVEs of a state, each with the update that fixes it, or why that is not enough."""
    told = []
    for cve in one.exposures:
        if cve.state == state:
            why = [*([own_name(cve.fixed_by)] if cve.fixed_by else []), *([cve.needs] if cve.needs else [])]
            told.append(cve.cve + (f" ({': '.join(why)})" if why else ""))
    return told


def _to_configure(one: InstallationDocument) -> list[str]:
    """What the fix of a CVE needs beside the files that are there, which files cannot show, a sentence each."""
    groups: dict[str, list[str]] = {}
    for cve in one.exposures:
        if cve.state == "needs-configuration" and cve.needs:
            groups.setdefault(cve.needs.rstrip("."), []).append(cve.cve)
    return [f"Needs configuration: {some(cves, _FEW_NAMED)}: {needs}." for needs, cves in groups.items()]


def _alike(findings: Sequence[FindingDocument]) -> dict[str, list[FindingDocument]]:
    """Undetermined findings that differ in nothing that is told, under the id of the first of them."""
    first: dict[str, str] = {}
    alike: dict[str, list[FindingDocument]] = {}
    for one in findings:
        if one.verdict != "undetermined" or one.waiver or one.anomalies:
            continue
        told = repr((one.reasons, one.settle_with, one.importance, one.advice))
        head = first.setdefault(told, one.id)
        if head != one.id:
            alike.setdefault(head, []).append(one)
    return alike


def _few_lines(text: str, most: int) -> str:
    """The text within so many lines; one more is told sooner than cut away."""
    lines = text.splitlines()
    return text if len(lines) <= most + 1 else "\n".join([*lines[: most - 1], f"{lines[most - 1].rstrip(',;')} ..."])


def _open_questions(findings: Sequence[FindingDocument], *, everything: bool) -> list[str]:
    """Optional updates that are not determined, by what would settle them."""
    asked = supply_words(findings, _SUPPLY, " (--ask lists them)")
    lines = [f"{counted(len(findings), 'optional update is', 'optional updates are')} undetermined."]
    if asked:
        lines.append(f"  {asked}")
    silent = sum(not one.settle_with for one in findings)
    if silent and (everything or not asked):
        those = "them" if silent == len(findings) else f"{silent} of them"
        lines.append(f"  No file would settle {those}: they have no file table, or only that of another line.")
    return lines


def _sections(target: TargetDocument) -> list[tuple[str, list[str]]]:
    bad, ended = ([one for one in target.advisories if one.kind == kind] for kind in ("build", "support"))
    accepted = [f"{one.text}: {wording.waiver_words(one.waiver)}" for one in ended if one.waiver]
    foreign = [f"{one.path} {one.version}: {one.reason}" for one in target.foreign]
    stray = [f"{one.path} {one.version or 'without a version'}" for one in target.stray]
    return [
        (
            "Advisories (builds known to be bad):",
            [f"{one.path} {one.version}: {one.text} ({one.source})" for one in bad],
        ),
        ("Support that has ended, accepted:", accepted),
        ("Not readable:", [f"{one.path}: {one.reason}" for one in target.unreadable]),
        ("Foreign files (they satisfy nothing and fail nothing):", foreign),
        ("Stray copies (outside every installation, not judged):", stray),
        ("Backup copies (not judged):", list(target.backups)),
    ]


def _summary(target: TargetDocument, *, hidden: int) -> str:
    counts, total = target.summary, len(target.findings)
    if not total:
        return "No update judged."
    told = [f"{number} {key}" for key, number in members(counts).items() if number and key not in ("blocked", "waived")]
    text = f"{counted(total, 'update')} judged: {', '.join(told)}"
    if counts.blocked:
        text += f"; {counts.blocked} blocked by a prerequisite"
    if counts.waived:
        text += f"; {counts.waived} accepted under a waiver"
    return text + (f". {hidden} not shown (--all shows them)." if hidden else ".")
