"""The sentences that every rendering says in the same words: the verdict, the next step, the basis of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hotfix_check.assess.anomaly import AnomalyCode, is_written
from hotfix_check.catalogue.update import own_name
from hotfix_check.report.document import (
    CollectedDocument,
    ConfigurationDocument,
    PolicyFileDocument,
    ProductDocument,
    Result,
    ScopeDocument,
    TargetDocument,
    WaiversDocument,
    result_digest,
)
from hotfix_check.report.judged_document import FindingDocument, InstallationDocument, StepDocument, WaiverDocument
from hotfix_check.report.names import capital, holding, in_folder, level_text, names_of, some
from hotfix_check.report.verdicts import RANK

_MOST_FILES = 6
TO_INSTALL = ("missing", "partial")
NOT_KNOWN = "Needs {}; whether that is there is not known."
WEIGHTY = ("required", "recommended")
NOT_RECORDED = "not recorded"


def to_act_on(finding: FindingDocument) -> bool:
    """Whether something is to be done about a finding: missing, or there though forbidden."""
    there = finding.verdict in ("installed", "partial")
    return there if finding.importance == "forbidden" else finding.verdict in TO_INSTALL


def urgency(importance: str, verdict: str) -> tuple[bool, bool, bool, int]:
    """What is there though forbidden comes first, then what is half-installed, what weighs, the worst verdict."""
    return importance != "forbidden", verdict != "partial", importance == "optional", RANK[verdict]


def is_newer(one: InstallationDocument) -> bool:
    """Whether its build is one that the catalogue does not know yet."""
    return is_written(one.anomalies, AnomalyCode.NEWER_THAN_CATALOGUE)


def update_name(finding: FindingDocument | StepDocument) -> str:
    """KB818861; where an update goes by another name, both: SP2 (KB836993)."""
    name = own_name(finding.id)
    return f"{name} (KB{finding.kb})" if finding.kb and name != f"KB{finding.kb}" else name


def headline(finding: FindingDocument) -> str:
    """One plain sentence: "KB818861 missing: Mapi32.dll is 5.5.2653.12, needs 5.5.2657.50 or later"."""
    reasons = "; ".join(finding.reasons)
    return f"{update_name(finding)} {finding.verdict}" + (f": {reasons}" if reasons else "")


def next_steps(finding: FindingDocument, *, stepped: bool = False) -> list[str]:
    """What to do about a finding, one sentence each; ``stepped`` where steps that are told elsewhere settle it."""
    verdict = finding.verdict
    recalled = finding.availability == "withdrawn" and verdict in (*TO_INSTALL, "installed")
    steps = ["It was withdrawn."] if recalled else []
    if stepped and verdict in TO_INSTALL:
        return steps
    steps += _install_steps(finding) if verdict in TO_INSTALL else []
    if finding.importance == "forbidden":
        return ["Forbidden by the baseline: remove it."] if to_act_on(finding) else []
    if verdict in TO_INSTALL:
        steps.extend(f"{action.text}." for action in finding.actions)
    elif verdict == "installed":
        lasting = [action for action in finding.actions if action.kind != "service"]
        steps.extend(f"{action.text} (not verified)." for action in lasting)
    explained = [f"{own_name(by.id)} ({by.certainty})" for by in finding.satisfied_by if by.id]
    if explained:
        steps.append(f"Explained by {', '.join(explained)}.")
    # a file may be asked for twice: for a row of its own, and because it shows the level
    asked = dict.fromkeys(in_folder(one.file, one.role) for one in finding.settle_with)
    if asked:
        steps.append(f"To settle it, supply {', '.join(asked)}.")
    return steps


def _install_steps(finding: FindingDocument) -> list[str]:
    steps: list[str] = []
    for state, words in (("unmet", "Blocked: needs {} first."), ("unknown", NOT_KNOWN)):
        groups = [group.requires for group in finding.prerequisites if group.state == state]
        if groups:
            steps.append(words.format(" and ".join(groups)))
    steps.extend(_advice_steps(finding))
    if finding.restart == "yes":
        steps.append("It needs a restart.")
    return steps


def _advice_steps(finding: FindingDocument) -> list[str]:
    """What to install, in order: what comes first, what replaces the update, or the update itself."""
    own, advice = finding.id, finding.advice
    if not advice:
        return []
    regressed = is_written(finding.anomalies, AnomalyCode.REGRESSED)
    again = " again" if finding.verdict == "partial" or regressed else ""
    asked = finding.importance == "optional" and finding.kind == "hotfix"
    condition = " if this server has the problem" if asked else ""
    itself = f"{update_name(finding)}{again}{condition}"
    *first, last = advice
    said = [f"{name}, which must come first" for name in names_of(first)]
    said.append(itself if last == own else f"{own_name(last)}, which replaces it")
    return [f"Next: install {', then '.join(said)}."]


def waiver_words(waiver: WaiverDocument) -> str:
    """The whole of a waiver: waiver W-014, valid through 2026-09-30, approved by ...: the reason."""
    ticket = f", ticket {waiver.ticket}" if waiver.ticket else ""
    approved_on = f" on {waiver.approved_on}" if waiver.approved_on else ""
    return (
        f"waiver {waiver.id}, valid through {waiver.expires}, approved by {waiver.approved_by}"
        f"{approved_on}{ticket}: {waiver.reason}"
    )


def level_words(product: ProductDocument) -> str:
    """The service level of a product; empty where nothing shows it."""
    return level_text(product.level, product.level_at_least, product.level_at_most, product.level_basis)


def product_words(product: ProductDocument) -> str:
    """A product with its service level and what shows it."""
    level = level_words(product)
    if not level:
        return f"{product.name}, service level unknown (no file here shows it)"
    return f"{product.name} {level} ({level_reason(product, level)})"


def level_reason(
    product: ProductDocument,
    level: str,
    one: InstallationDocument | None = None,
    installations: Sequence[InstallationDocument] = (),
) -> str:
    """What shows a product's service level: of ``one`` of the ``installations`` all but the votes of the others."""
    roots = [each.root for each in installations if each.root is not None]
    votes = [
        f"{vote.file} {vote.version}"
        for vote in product.evidence
        if vote.votes != "nothing" and (one is None or _root_of(vote.path, roots) in (None, one.root))
    ]
    basis = one.level_basis if one else product.level_basis
    told = "reported" if is_written(product.anomalies, AnomalyCode.REPORTED_ONLY) else "recorded in the registry"
    return {
        "none": "no file here shows it",
        "markers": f"by {some(votes, 3)}" if votes else "",
        "declared": "as declared, not verified",
        "recorded": f"as {told}, which no marker file shows; updates are judged by the files "
        f"alone: to judge by it as well, scan with --assume {product.id}={level}",
        "inferred": "inferred from the builds of its files; no marker file was collected",
    }.get(basis, basis)


def _root_of(path: str, roots: Sequence[str]) -> str | None:
    """The root that a path lies below, the deepest of several; None of system folders, which are below none."""
    over = [root for root in roots if root == "." or path.startswith(f"{root}/")]
    return max(over, key=lambda root: (root != ".", len(root)), default=None)


def registry_words(target: TargetDocument) -> list[str]:
    """What the registry records, in a line, and what to know of the hive; empty where none was read."""
    registry = target.registry
    if registry is None:
        return []
    names: dict[str | None, str] = {product.id: product.name for product in target.products}
    told = [one for one in registry.setups if one.level is not None]
    levels = dict.fromkeys(
        str(one.level) if list(names) == [one.product] else f"{names.get(one.product, one.product)} {one.level}"
        for one in told
    )
    count = len({one.kb for one in registry.updates})
    hotfixes = f"{count} {'hotfix' if count == 1 else 'hotfixes'} recorded" if count else "no hotfix recorded"
    return [f"{', '.join([*levels, hotfixes])} ({registry.hive})", *registry.notes]


def only_claims(target: TargetDocument) -> bool:
    """Whether a target is a list of what is said to be installed, and nothing that could show it."""
    return bool(target.claimed) and not target.installations and not target.files_read


def claim_sentences(target: TargetDocument) -> list[str]:
    """What lists claim, that it proves nothing, and which files would prove it; empty where nothing is claimed."""
    claimed = target.claimed
    known = sorted({one.kb for one in claimed if one.updates})
    unknown = sorted({one.kb for one in claimed} - set(known))
    if not claimed:
        return []
    sources = sorted({one.source for one in claimed})
    named = " and ".join(sources)
    have = "has" if len(unknown) == 1 else "have"
    other = f"{_kbs(unknown)}, which {have} no entry in the catalogue"
    if not known:
        proof = "The program files of the server would show what is there"
        return [f"Claimed by {named}: nothing of Exchange, only {other}; a claim proves nothing.", f"{proof}."]
    told = [f"Claimed as installed by {named}: {_kbs(known)}; a claim proves nothing."]
    asked = dict.fromkeys(
        in_folder(one.file, one.role)
        for finding in target.findings
        if finding.kb in known
        for one in finding.settle_with
    )
    if asked:
        told.append(f"{some(list(asked), _MOST_FILES)} would prove or disprove it.")
    if unknown:
        told.append(f"The list has also {other}.")
    return told


def _kbs(numbers: Sequence[int]) -> str:
    return some([f"KB{number}" for number in numbers], 3)


def collected_words(collected: CollectedDocument) -> str:
    """Where, when and by what a saved inventory was taken."""
    where, when = collected.host or "an unnamed host", collected.at or "an unknown time"
    return f"on {where}, {when}, by {collected.by}"


def verdict_sentences(target: TargetDocument) -> list[str]:
    """The answer on one target in a few plain sentences, the weightiest first; every count has its denominator."""
    if only_claims(target):
        return claim_sentences(target)
    if target.outcome == "nothing-recognised":
        return ["Nothing was recognised: no file here belongs to a product of the catalogue. That is not a pass."]
    findings = [finding for finding in target.findings if finding.verdict != "not-applicable"]
    weighty = [finding for finding in findings if finding.importance in WEIGHTY]
    optional = [finding for finding in findings if finding.importance == "optional"]
    sentences = [_lacking(weighty, "required or recommended")] if weighty else []
    if not findings:
        sentences.append("No update of the catalogue applies to this target.")
    forbidden = [
        finding
        for finding in findings
        if finding.importance == "forbidden" and finding.verdict in ("installed", "partial") and not finding.waiver
    ]
    if forbidden:
        there = "is" if len(forbidden) == 1 else "are"
        sentences.append(f"{len(forbidden)} forbidden {there} installed: {_listed(forbidden)}.")
    bad = [one for one in target.advisories if one.kind == "build"]
    if bad:
        count = len(bad)
        sentences.append(f"{count} {'file is of a build' if count == 1 else 'files are of builds'} known to be bad.")
    ended = dict.fromkeys(one.text for one in target.advisories if one.kind == "support")
    sentences.extend(f"{capital(text)}." for text in ended)
    waived = [finding for finding in findings if finding.waiver]
    if waived:
        ids = ", ".join(sorted({finding.waiver.id for finding in waived if finding.waiver}))
        those = "finding is" if len(waived) == 1 else "findings are"
        sentences.append(f"{len(waived)} {those} accepted under a waiver ({ids}).")
    if optional:
        sentences.append(_lacking(optional, "optional"))
    unknown = [finding for finding in findings if finding.verdict == "undetermined"]
    if unknown:
        sentences.append(f"{len(unknown)} of {len(findings)} could not be determined.")
    if target.unreadable:
        count = len(target.unreadable)
        sentences.append(f"{count} {'file or folder' if count == 1 else 'files or folders'} could not be read.")
    return sentences


def _lacking(findings: Sequence[FindingDocument], sort: str) -> str:
    lacking = [finding for finding in findings if to_act_on(finding) and not finding.waiver]
    several = len(findings) > 1
    total = f"the {len(findings)} {sort} updates" if several else f"the only {sort} update"
    if not lacking:
        known = "known to be " if any(finding.verdict == "undetermined" for finding in findings) else ""
        beside = " apart from what is accepted" if any(finding.waiver for finding in findings) else ""
        return (
            f"None of {total} is {known}missing{beside}." if several else f"T{total[1:]} is not {known}missing{beside}."
        )
    partial = sum(finding.verdict == "partial" for finding in lacking)
    partly = " in part" if partial == len(lacking) else f" ({partial} of them in part)" if partial else ""
    count = f"{len(lacking)} of {total} {'is' if len(lacking) == 1 else 'are'}" if several else f"T{total[1:]} is"
    return f"{count} missing{partly}: {_listed(lacking)}."


def _listed(findings: Sequence[FindingDocument]) -> str:
    return some([update_name(finding) for finding in findings], 3)


def badge(target: TargetDocument, day: str) -> tuple[str, str]:
    """A target's outcome as (kind, words); ``good`` only when nothing at all was left open.

    So not beside a CVE that is open, an ended support (by ``day``, an ISO day), a build that the catalogue does not
    know yet, an update that is undetermined or missing though optional, or a file that was not read.
    """
    if target.outcome == "findings":
        return "bad", "Findings"
    if target.outcome == "incomplete":
        return "open", "Incomplete"
    if target.outcome == "nothing-recognised":
        return "open", "Nothing recognised"
    counting = [one for one in target.installations if one.counts]
    if any(cve.state == "exposed" for one in counting for cve in one.exposures):
        return "plain", "Nothing that counts is known to be missing, and yet a CVE is open"
    if any(one.support.ends and one.support.ends < day for one in counting):
        return "plain", "Nothing needed is known to be missing; its support has ended"
    if any(map(is_newer, counting)):
        return "plain", "Nothing needed is known to be missing; its build is newer than the catalogue"
    if target.summary.undetermined or target.unreadable:
        return "plain", "Nothing needed is known to be missing; not everything could be determined"
    left = [finding for finding in target.findings if to_act_on(finding)]
    if any(finding.waiver for finding in left):
        return "plain", "Nothing needed is missing, apart from what a waiver accepts"
    if left:
        return "plain", "Nothing needed is missing; what is missing is optional"
    return "good", "Nothing is missing"


def moment_words(moment: str) -> str:
    """2003-07-01T17:44:00Z as 2003-07-01 17:44:00 UTC; a day alone stays as it is."""
    return moment.replace("T", " ").replace("Z", " UTC")


def days_since(day: str | None, as_of: str | None) -> int | None:
    """Whole days from one ISO day to another; None where either is unknown or the first is the later one."""
    if day is None or as_of is None:
        return None
    days = (date.fromisoformat(as_of) - date.fromisoformat(day)).days
    return days if days >= 0 else None


def newest_file_day(finding: FindingDocument) -> str | None:
    """The newest day in an update's file table: it was not released before that. None where no file is dated."""
    return max((file.expected.timestamp[:10] for file in finding.files if file.expected.timestamp), default=None)


DIGEST = "Result SHA-256"


def origin(document: Result) -> list[tuple[str, str]]:
    """The basis of a report as (label, words): tool, catalogue, run, scope, policy, digest."""
    run, catalogue, scope, waivers = document.run, document.catalogue, document.scope, document.waivers
    newest = ", ".join(f"{product} {day or 'unknown'}" for product, day in catalogue.newest_by_product.items())
    arguments = run.arguments
    return [
        ("Tool", f"{document.tool.name} {document.tool.version}"),
        ("Catalogue", f"{catalogue.version}: {holding(catalogue.updates, catalogue.products)}"),
        ("Catalogue SHA-256", catalogue.sha256 or NOT_RECORDED),
        ("Newest update known", newest or NOT_RECORDED),
        ("Started", run.started or NOT_RECORDED),
        ("Finished", run.finished or NOT_RECORDED),
        ("Host", run.host or NOT_RECORDED),
        ("User", run.user or NOT_RECORDED),
        ("Arguments", NOT_RECORDED if arguments is None else " ".join(_quoted(one) for one in arguments)),
        ("Judged as of", run.as_of or NOT_RECORDED),
        ("Scope", _scope(scope)),
        ("Configuration", configuration_text(document.configuration)),
        ("Baseline", _policy_file(document.baseline)),
        ("Waivers", _policy_file(waivers)),
        (DIGEST, result_digest(document)),
    ]


def _scope(scope: ScopeDocument) -> str:
    products = "all products" if scope.products is None else ", ".join(scope.products)
    kbs = "all updates" if scope.kbs is None else ", ".join(f"KB{kb}" for kb in scope.kbs)
    excluded = f"; excluded: {', '.join(scope.excluded)}" if scope.excluded else "; nothing excluded"
    return f"{products}; {kbs}{excluded}"


def configuration_text(configuration: ConfigurationDocument) -> str:
    """The configuration file, and the options that the run took from it."""
    if configuration.file is None:
        return "none"
    taken = [f"--{option} {text}" for option, texts in configuration.options.items() for text in texts]
    return f"{configuration.file}, SHA-256 {configuration.sha256}: {', '.join(taken) or 'nothing taken from it'}"


def _policy_file(policy: PolicyFileDocument | WaiversDocument) -> str:
    if policy.file is None:
        return "none given"
    return f"{policy.file}, SHA-256 {policy.sha256 or NOT_RECORDED}"


def _quoted(argument: str) -> str:
    return f'"{argument}"' if not argument or any(character.isspace() for character in argument) else argument
