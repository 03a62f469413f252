"""What the findings on an installation come to for each CVE: a view of them, never a second judgement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from hotfix_check.assess.finding import PASSED, Exposure, ExposureState, Finding, ProductLevel, Question, Verdict
from hotfix_check.catalogue.cve import Cve, most_urgent_first
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.update import Availability, Importance, Update, cves_of
from hotfix_check.frozen import dataclass, replace

_STATE = {
    Verdict.INSTALLED: ExposureState.FIXED,
    Verdict.SUPERSEDED: ExposureState.FIXED,
    Verdict.MISSING: ExposureState.EXPOSED,
    Verdict.PARTIAL: ExposureState.EXPOSED,
}
_STRONGEST_FIRST = (ExposureState.FIXED, ExposureState.EXPOSED, ExposureState.UNKNOWN)


def exposures(
    findings: Iterable[Finding],
    fixed_by: Mapping[str, frozenset[str]],
    level: ProductLevel,
    product: Product,
    cves: Mapping[str, Cve],
    question: Question,
) -> tuple[Exposure, ...]:
    """The CVEs that the judged updates of one installation fix, most urgent first; of those asked for, if any.

    ``fixed_by`` are the CVEs that an update fixes, by its id, where it fixes any.
    Fixed by any one of the updates that fix it; else open where one of them is; else nobody can tell. Where the
    installation's own line has a package for a CVE, no other line's speaks of it. A CVE that no update mends is told by
    what is to be configured, unless other updates were asked for. One that was asked for, and of which neither its
    update nor its maker would say that the product has it, is unknown.
    """
    wanted = question.cves or cves.keys()
    said: dict[str, list[_Word]] = defaultdict(list)
    passed_over = []
    for finding in findings:
        if finding.verdict is Verdict.NOT_APPLICABLE:
            passed_over.append(finding)
            continue
        fixes = [cve for cve in fixed_by.get(finding.update.id, ()) if cve in wanted]
        for cve, word in _words(finding, fixes, level, product) if fixes else ():
            said[cve].append(word)
    found = {cve: _exposure(cve, words, cves.get(cve)) for cve, words in said.items()}
    for one in cves.values() if question.cves or question.kbs is None else ():
        if product.id in one.without_fix and one.id in wanted:
            state = ExposureState.UNKNOWN if one.needs is None else ExposureState.NEEDS_CONFIGURATION
            found.setdefault(one.id, Exposure(cve=one.id, state=state, fixed_by=None, needs=one.needs))
    # Of one that was asked for and that no finding speaks of, silence is no answer where nobody would have spoken.
    for cve in question.cves - found.keys():
        fixing = [one.update for one in passed_over if cve in fixed_by.get(one.update.id, ())]
        why = _on_other_lines(fixing, level, product) if fixing else _after_support(cves.get(cve), product)
        if why is not None:
            found[cve] = Exposure(cve=cve, state=ExposureState.UNKNOWN, fixed_by=None, needs=why)
    return tuple(found[key] for key in most_urgent_first(cves, found))


def _after_support(known: Cve | None, product: Product) -> str | None:
    """That a CVE was published when nobody looked any more whether the product has it, in words."""
    ended = max((*(period.ends for period in product.paid_support), product.end_of_support or date.max))
    if known is None or known.published is None or known.published <= ended:
        return None
    return f"it was published after support for {product.name} had ended, and no update says whether it is there"


def _on_other_lines(fixing: Iterable[Update], level: ProductLevel, product: Product) -> str | None:
    """That what fixes a CVE of the product was made for other lines than the installation's, in words.

    An update that has a package for the line, and does not apply, is for a component that is not there.
    """
    lines = range(level.low, level.high + 1)
    if not any(all(package.line not in lines for package in update.packages) for update in fixing):
        return None
    return f"what fixes it was not made for {product.levels[level.high].name}"


def weighed_by_cve(findings: Sequence[Finding], found: Iterable[Exposure], question: Question) -> list[Finding]:
    """The findings, those that were asked for by a CVE alone required where it is open, or where nobody can tell.

    Any one of the updates that fix a CVE is enough: where it is fixed, none of the others is required.
    """
    unsettled = {one.cve for one in found if one.state in (ExposureState.EXPOSED, ExposureState.UNKNOWN)}
    return [
        replace(finding, importance=Importance.REQUIRED)
        if finding.update.id in question.by_cve and unsettled & question.cves & cves_of(finding.update)
        else finding
        for finding in findings
    ]


@dataclass(frozen=True, slots=True)
class _Word:
    """What one finding says of a CVE, and whether by the package for the installation's own line.

    ``needs`` tells why an update that is there leaves it open, ``from_level`` and ``closed_by`` as of an exposure.
    """

    finding: Finding
    state: ExposureState
    own_line: bool
    needs: str | None = None
    from_level: str | None = None
    closed_by: tuple[str, ...] = ()


def _words(finding: Finding, cves: Iterable[str], level: ProductLevel, product: Product) -> Iterator[tuple[str, _Word]]:
    """What a finding says of each of the CVEs that its update fixes."""
    update, state = finding.update, _STATE.get(finding.verdict, ExposureState.UNKNOWN)
    own = [package for package in update.packages if package.line == level.low == level.high]
    by_own, beside = _Word(finding, state, own_line=True), _Word(finding, state, own_line=False)
    for cve in cves:
        if any(cve in package.cves for package in own):
            yield cve, by_own
        elif own and cve not in update.cves:
            yield cve, _beside_the_lines(finding, cve, level.low, product)
        else:
            yield cve, beside


def _beside_the_lines(finding: Finding, cve: str, at: int, product: Product) -> _Word:
    """What an update's packages for other lines say of a CVE that its package for this line does not fix.

    A line below the oldest of them, or between two, stays open: the package of March 2021 for CU8 of 2016 fixes
    four CVEs, that for CU18 eight. A level that came out after the update has it.
    """
    update = finding.update
    lines = sorted({each.line for each in update.packages if each.line is not None and cve in each.cves})
    above = [product.levels[line].name for line in lines if line > at]
    has_it = [
        index
        for index, level in enumerate(product.levels)
        if update.built and level.released and level.released > update.built and any(line < index for line in lines)
    ]
    if at in has_it:
        return _Word(finding, ExposureState.FIXED, own_line=False)
    if not above:
        return _Word(finding, ExposureState.UNKNOWN, own_line=False)
    if finding.verdict not in PASSED:
        return _Word(finding, ExposureState.EXPOSED, own_line=False)
    rest = f"those for {' and '.join(above)} do" if above[1:] else f"that for {above[0]} does"
    needs = f"its package for {product.levels[at].name} does not fix it, only {rest}"
    later = tuple(product.levels[index].name for index in has_it if index > at)
    return _Word(finding, ExposureState.EXPOSED, own_line=False, needs=needs, from_level=above[0], closed_by=later)


def _exposure(cve: str, words: Sequence[_Word], known: Cve | None) -> Exposure:
    needs = None if known is None else known.needs
    (by, *others) = words
    state = by.state
    if others:
        words = [word for word in words if word.own_line] or words
        state = next(one for one in _STRONGEST_FIRST if any(word.state is one for word in words))
        by = min((word for word in words if word.state is state), key=_preferred)
    if state is ExposureState.FIXED and needs is not None:
        state = ExposureState.NEEDS_CONFIGURATION
    return Exposure(
        cve=cve,
        state=state,
        fixed_by=by.finding.update.id,
        needs=by.needs or needs,
        from_level=by.from_level,
        closed_by=by.closed_by,
    )


def _preferred(word: _Word) -> tuple[bool, bool, int, str]:
    """What was installed itself before what a later one brought; then what can be had, the newest first."""
    finding, update = word.finding, word.finding.update
    day = update.built.toordinal() if update.built else 0
    return finding.verdict is not Verdict.INSTALLED, update.availability is Availability.WITHDRAWN, -day, update.id
