"""How the installations of a host stand, in the words and with the next steps of the report on that host. Pure.

What depends on the day (how long support has ended) is filled in when a fleet is told of, so that a journal keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any, NamedTuple

from hotfix_check.assess import Assessment
from hotfix_check.assess.finding import ExposureState
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.errors import SavedInputError
from hotfix_check.frozen import Frozen, replace
from hotfix_check.policy import Waiver
from hotfix_check.report.document import TargetDocument
from hotfix_check.report.installations import installation_document
from hotfix_check.report.judged_document import InstallationDocument, Weighed, WeighedDocument
from hotfix_check.report.parts import parts_of, standing_of, step_line
from hotfix_check.report.posture import Standing
from hotfix_check.report.result import waiver_document
from hotfix_check.untrusted.fields import Fields

OPEN_STATES = tuple(str(state) for state in ExposureState if state is not ExposureState.FIXED)
"""What a CVE that is not fixed is, the worst first."""
_OF_A_DAY = ("ended", "ended_days", "extended_ended")
_ANY_DAY = "2000-01-01"
_MOST = 2**31


class HostStep(NamedTuple):
    """A next step: the update's id, and what to do in one sentence."""

    id: str
    words: str


class HostInstallation(Frozen):
    """One copy of a product on a host; ``counts`` is false for a shadow copy whose product is elsewhere too.

    ``steps`` are those of its headline, in order. ``cves`` are those that are not fixed, by state.
    """

    root: str | None
    product: str
    counts: bool
    standing: Standing
    steps: tuple[HostStep, ...]
    cves: Mapping[str, tuple[str, ...]]

    def on(self, day: date, as_of: date | None) -> Standing:
        """How it stands on a day; ``as_of`` is the day that ages are counted to, None where there is none."""
        known = self.standing
        ends = None if known.support_ends is None else date.fromisoformat(known.support_ends)
        bought = None if known.extended_until is None else date.fromisoformat(known.extended_until)
        return replace(
            known,
            ended=ends is not None and ends < day,
            ended_days=None if ends is None or as_of is None else (as_of - ends).days,
            extended_ended=bought is not None and bought < day,
        )

    def table(self) -> dict[str, Any]:
        """It as a table of JSON."""
        standing = {key: value for key, value in asdict(self.standing).items() if key not in _OF_A_DAY}
        return {
            "root": self.root,
            "product": self.product,
            "counts": self.counts,
            "standing": {key: list(value) if isinstance(value, tuple) else value for key, value in standing.items()},
            "steps": [list(step) for step in self.steps],
            "cves": {state: list(cves) for state, cves in self.cves.items() if cves},
        }


def judged_installations(
    assessment: Assessment, waived: Mapping[str, Waiver], catalogue: Catalogue, relations: Supersedence
) -> tuple[HostInstallation, ...]:
    """Those of a host that was judged; ``waived`` are its waivers by update."""
    waivers = {update_id: waiver_document(waiver) for update_id, waiver in waived.items()}
    findings: list[Weighed] = [
        WeighedDocument(
            id=finding.update.id,
            installation=finding.installation,
            product=finding.update.product,
            importance=str(finding.importance),
            verdict=finding.verdict,
            waiver=waivers.get(finding.update.id),
        )
        for finding in assessment.findings
    ]
    made = []
    for one in assessment.installations:
        own = [each for each in findings if (each.installation, each.product) == (one.root, one.product)]
        made.append(_installation(installation_document(one, catalogue, relations, own, None), own))
    return tuple(made)


def told_installations(target: TargetDocument) -> tuple[HostInstallation, ...]:
    """Those of a target of a saved result, as it was judged. Raises SavedInputError for what no day or text can be."""
    told = (_installation(part.installation, part.findings) for part in parts_of(target) if part.installation)
    return read_installations(one.table() for one in told)


def _installation(one: InstallationDocument, findings: Iterable[Weighed]) -> HostInstallation:
    standing = standing_of(one, findings, _ANY_DAY)
    states = {state: tuple(cve.cve for cve in one.exposures if cve.state == state) for state in OPEN_STATES}
    return HostInstallation(
        root=one.root,
        product=one.product,
        counts=one.counts,
        standing=replace(
            standing,
            ended=False,
            ended_days=None,
            extended_ended=False,
            exploited=tuple(standing.exploited),
            steps=tuple(standing.steps),
        ),
        steps=tuple(HostStep(step.id, step_line(step)) for step in one.next_steps),
        cves=states,
    )


def read_installations(tables: Iterable[object], where: str = "") -> tuple[HostInstallation, ...]:
    """What ``table`` made; ``where`` is before the number of each. Raises SavedInputError."""
    made = []
    for number, one in enumerate(tables, 1):
        table = Fields(one, f"{where}installation {number}", SavedInputError)
        standing = table.need("standing", table.inner("standing"))
        steps = []
        for step in table.items("steps", list, "a list of lists") or ():
            if len(step) != len(HostStep._fields) or not all(isinstance(text, str) for text in step):
                raise table.fault("steps", "an id and a sentence expected")
            steps.append(HostStep(*step))
        cves = table.need("cves", table.inner("cves"))
        made.append(
            HostInstallation(
                root=table.get("root", str, "text"),
                product=table.need("product", table.text("product")),
                counts=table.need("counts", table.get("counts", bool, "true or false")),
                standing=_read_standing(standing),
                steps=tuple(steps),
                cves={state: cves.texts(state) or () for state in OPEN_STATES},
            )
        )
        cves.finish()
        table.finish()
    return tuple(made)


_READERS: Mapping[Any, Callable[[Fields, str], object]] = {
    "bool": lambda table, name: table.need(name, table.get(name, bool, "true or false")),
    "int": lambda table, name: table.need(name, table.integer(name, 0, _MOST)),
    "int | None": lambda table, name: table.integer(name, 0, _MOST),
    "str": lambda table, name: table.need(name, table.text(name)),
    "str | None": Fields.text,
    "Sequence[str]": lambda table, name: table.need(name, table.texts(name)),
}
"""By the type of a field as it is written."""


def _read_standing(table: Fields) -> Standing:
    kinds = {field.name: field.type for field in fields(Standing) if field.name not in _OF_A_DAY}
    given: dict[str, Any] = {name: _READERS[kind](table, name) for name, kind in kinds.items()}
    for name in ("build_day", "support_ends", "extended_until"):
        try:
            date.fromisoformat(given[name] or _ANY_DAY)
        except ValueError:
            raise table.fault(name, "a day expected") from None
    table.finish()
    return Standing(**given)
