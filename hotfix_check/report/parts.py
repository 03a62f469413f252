"""A target as a reader takes it in: each installation with its findings, its standing and what to do, in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotfix_check.catalogue.update import own_name
from hotfix_check.frozen import Frozen
from hotfix_check.report.document import Result, TargetDocument
from hotfix_check.report.judged_document import FindingDocument, InstallationDocument, StepDocument, Weighed
from hotfix_check.report.names import counted, level_text, names_of, some
from hotfix_check.report.posture import Standing
from hotfix_check.report.wording import TO_INSTALL, WEIGHTY, is_newer, level_reason, update_name


class Part(Frozen):
    """One installation with the findings on it; None for findings on a product that is not there."""

    installation: InstallationDocument | None
    findings: Sequence[FindingDocument]


def parts_of(target: TargetDocument) -> list[Part]:
    """The installations in the order of the document, last what belongs to none of them."""
    places: dict[tuple[str | None, str], list[FindingDocument]] = {
        (one.root, one.product): [] for one in target.installations
    }
    rest: list[FindingDocument] = []
    for finding in target.findings:
        places.get((finding.installation, finding.product), rest).append(finding)
    parts = [Part(installation=one, findings=places[one.root, one.product]) for one in target.installations]
    return [*parts, Part(installation=None, findings=rest)] if rest else parts


def host_of(target: TargetDocument) -> str:
    """Where it was collected; else the target's path."""
    collected = target.collected
    return (collected.host if collected else None) or target.path


def day_of(document: Result) -> str:
    """The ISO day by which support has ended or has not: that of the run, without one the catalogue's."""
    return document.run.as_of or document.catalogue.version


def standing_of(one: InstallationDocument, findings: Iterable[Weighed], day: str) -> Standing:
    """How an installation stands; ``day`` is the ISO day by which support has ended or has not."""
    findings = list(findings)
    lacking = [finding for finding in findings if is_lacking(finding)]
    ends = one.support.ends
    exposed = [cve for cve in one.exposures if cve.state == "exposed"]
    return Standing(
        name=f"{one.name} {level_words(one)}",
        build=one.build,
        build_day=one.build_released,
        newer_than_catalogue=is_newer(one),
        support_ends=ends,
        ended=ends is not None and ends < day,
        ended_days=one.support.ended_days,
        extended_until=one.support.extended_until,
        extended_ended=(one.support.extended_until or day) < day,
        judged=bool(findings),
        whole=not findings or any(finding.importance == "recommended" for finding in findings),
        lacking=len(lacking),
        partial=sum(finding.verdict == "partial" for finding in lacking),
        months=one.behind.months,
        undetermined=sum(
            finding.verdict == "undetermined" and finding.importance in WEIGHTY and not finding.waiver
            for finding in findings
        ),
        accepted=sum(finding.waiver is not None for finding in findings),
        exposed=len(exposed),
        exploited=[cve.cve for cve in exposed if cve.known_exploited],
        to_configure=sum(cve.state == "needs-configuration" for cve in one.exposures),
        unsettled=sum(cve.state == "unknown" for cve in one.exposures),
        steps=[update_name(step) for step in one.next_steps],
    )


def is_lacking(finding: Weighed) -> bool:
    """Whether something required or recommended is missing or partial, and no waiver accepts it."""
    weighs = finding.importance in WEIGHTY and not finding.waiver
    return weighs and finding.verdict in TO_INSTALL


def level_words(one: InstallationDocument) -> str:
    """CU23, SP3 to SP4, or at least SP4."""
    known = level_text(one.level, one.level_at_least, one.level_at_most, one.level_basis)
    return known or "of an unknown service level"


def level_reason_of(one: InstallationDocument, target: TargetDocument) -> str:
    """What shows the service level of an installation; empty where nothing is to be said of it."""
    product = next((product for product in target.products if product.id == one.product), None)
    return level_reason(product, level_words(one), one, target.installations) if product else ""


def successor_words(one: InstallationDocument) -> str:
    """The product to go to and the way there; empty where none is known."""
    support = one.support
    if not support.successor:
        return ""
    way = f"; the way there: {support.upgrade.rstrip('.')}" if support.upgrade else ""
    return f"Its successor is {support.successor}{way}."


def census_words(one: InstallationDocument, most: int = 3) -> str:
    """199 files carry 15.1.2507.6, 1 carries 15.1.2507.61; the rest counted. Empty without a census."""
    ordered = sorted(one.census, key=lambda count: -count.files)
    if not ordered:
        return ""
    first, *others = ordered
    told = [f"{first.files} {'file carries' if first.files == 1 else 'files carry'} {first.build}"]
    shown = most - 1 if len(others) > most else most
    told += [f"{count.files} {'carries' if count.files == 1 else 'carry'} {count.build}" for count in others[:shown]]
    rest = others[shown:]
    if rest:
        told.append(f"{sum(count.files for count in rest)} carry {len(rest)} other builds")
    return ", ".join(told)


def bought_words(name: str, public: str | None) -> str:
    """That an update has to be bought, and the newest in its place that anyone can have, by its id."""
    instead = f"; without that, the newest is {own_name(public)}" if public else ""
    return f"{name} must be bought, with paid extended support{instead}."


def step_line(step: StepDocument) -> str:
    """Install KB5066369 again: its title, and whether the server must be restarted."""
    again = " again" if step.again else ""
    restart = {"yes": " Then restart the server.", "services": " Its services restart."}.get(step.restart or "", "")
    return f"Install {update_name(step)}{again}: {step.title.rstrip('.')}.{restart}"


def step_notes(step: StepDocument, most: int = 6, *, by_hand: bool = True) -> list[str]:
    """What to know of a step, one sentence each; ``most`` names are given of what it settles, and what is by hand."""
    actions = step.actions if by_hand else []
    notes = [f"Before: {action.text}." for action in actions if action.kind == "service"]
    if step.availability == "extended-support":
        notes.append(bought_words("It", step.public))
    if step.not_known:
        notes.append(f"Needs {' and '.join(step.not_known)}; whether that is there is not known.")
    own = own_name(step.id)
    others = [name for name in names_of(step.settles) if name != own]
    if others:
        notes.append(f"It also settles {some(others, most)}.")
    if step.cves:
        notes.append(f"It fixes {counted(len(step.cves), 'CVE')}: {some(step.cves, most)}.")
    return notes + [f"After: {action.text}." for action in actions if action.kind != "service"]
