"""The words of an installation's posture: what it is, its support, how far behind, exposures, next steps. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from hotfix_check.frozen import Frozen
from hotfix_check.report.names import capital, counted, some

_NAMED = 3


class Standing(Frozen):
    """All that the posture of an installation is said from.

    ``name`` is the product with its level. ``build_day`` is an ISO day, as are ``support_ends`` and ``extended_until``;
    ``ended`` tells whether the support has, ``extended_ended`` the paid one, ``ended_days`` how long ago, None where no
    day is counted to. ``lacking`` counts the required and recommended updates that are missing or partial without a
    waiver, ``partial`` those of them that are there in part, ``months`` how much newer the newest of them is.
    ``undetermined`` counts the required and recommended ones, ``accepted`` what is waived. ``judged`` is false where no
    update was judged, ``whole`` where none that is recommended was: a question (--kb, --cve) or a lone file left them
    out. ``exposed``, ``exploited`` (of those, known to be exploited), ``to_configure`` (the build is there and the fix
    needs more) and ``unsettled`` count CVEs. ``steps`` are names in order.
    """

    name: str
    build: str | None = None
    build_day: str | None = None
    newer_than_catalogue: bool = False
    support_ends: str | None = None
    ended: bool = False
    ended_days: int | None = None
    extended_until: str | None = None
    extended_ended: bool = False
    judged: bool = True
    whole: bool = True
    lacking: int = 0
    partial: int = 0
    months: int | None = None
    undetermined: int = 0
    accepted: int = 0
    exposed: int = 0
    exploited: Sequence[str] = ()
    to_configure: int = 0
    unsettled: int = 0
    steps: Sequence[str] = ()


def posture_words(standing: Standing) -> str:
    """The one sentence for an installation."""
    clauses = (identity_words(standing), *_clauses(standing), next_words(standing.steps))
    return "; ".join(clause for clause in clauses if clause) + "."


def posture_sentences(standing: Standing) -> list[str]:
    """The clauses of a posture but for what it is, each as a sentence."""
    return [f"{capital(clause)}." for clause in _clauses(standing)]


def _clauses(standing: Standing) -> list[str]:
    """Support, how far behind, exposures: each a clause without a full stop."""
    clauses = (support_words(standing), behind_words(standing), exposure_words(standing))
    return [clause for clause in clauses if clause]


def identity_words(standing: Standing) -> str:
    """Exchange Server 2016 CU23, build 15.1.2507.6 of 2022-04-20."""
    if standing.build is None:
        return standing.name
    day = f" of {standing.build_day}" if standing.build_day else ""
    return f"{standing.name}, build {standing.build}{day}"


def support_words(standing: Standing) -> str:
    """Whether Microsoft still supports it, with days; that nothing is known of it is said too."""
    if standing.support_ends is None:
        return "no end of support is known"
    if not standing.ended:
        return f"supported until {standing.support_ends}"
    since = f"out of support since {standing.support_ends}"
    if standing.ended_days:
        since += f" ({span_words(standing.ended_days)})"
    if standing.extended_until is None:
        return since
    bought = "ended" if standing.extended_ended else "until"
    return f"{since}, paid support {bought} {standing.extended_until}"


def behind_words(standing: Standing) -> str:
    """How many updates and months it is behind; that nothing is missing only where nothing was left open.

    Beside a CVE that is open it is not said: an update that mends it is missing, or does not mend it here.
    """
    if not standing.judged:
        return "no update was judged"
    clauses = []
    if standing.lacking:
        months = f" and {counted(standing.months, 'month')}" if standing.months else ""
        partly = f", {standing.partial} of them half-installed" if standing.partial else ""
        if standing.partial == standing.lacking:
            partly = ", half-installed"
        clauses.append(f"{counted(standing.lacking, 'update')}{months} behind{partly}")
    if standing.newer_than_catalogue:
        clauses.append("its build is newer than the catalogue, so what it lacks is unknown")
    if standing.undetermined:
        more = "more " if standing.lacking else ""
        clauses.append(f"{counted(standing.undetermined, more + 'update')} could not be determined")
    if not clauses and not standing.exposed:
        beside = " apart from what is accepted" if standing.accepted else ""
        among = "or recommended update is missing" if standing.whole else "update is missing among those judged"
        clauses.append(f"no required {among}{beside}")
    elif standing.accepted:
        clauses.append(f"{standing.accepted} accepted under a waiver")
    return ", ".join(clauses)


def exposure_words(standing: Standing) -> str:
    """How many catalogued CVEs are open; empty where none is."""
    clauses = []
    if standing.exposed:
        exploited = len(standing.exploited)
        named = some(standing.exploited, _NAMED)
        which = "known" if standing.exposed == 1 else f"{exploited} of them known"
        known = f", {which} to be exploited ({named})" if exploited else ""
        clauses.append(f"exposed to {counted(standing.exposed, 'CVE')}{known}")
    if standing.to_configure:
        clauses.append(counted(standing.to_configure, "CVE needs configuration", "CVEs need configuration"))
    if standing.unsettled:
        clauses.append(f"{counted(standing.unsettled, 'CVE')} undetermined")
    return ", ".join(clauses)


def next_words(names: Sequence[str]) -> str:
    """Next: KB5011155, then KB5071876; empty where there is nothing to do."""
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"next: {', then '.join(names[:_NAMED])}{more}"


def span_words(days: int) -> str:
    """A number of days as people say it: 409 days are 13 months; from two years on, years."""
    if days < 62:
        return counted(days, "day")
    months = days * 12 // 365
    return f"{months} months" if months < 24 else f"{months // 12} years"
