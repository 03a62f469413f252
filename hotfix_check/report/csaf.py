"""The result as a VEX document in CSAF 2.0, for tools that track CVEs: of each installation what is open, and the way.

The rules are those of the standard's section 4.5 (profile 5, VEX) and its mandatory tests, section 6.1
(https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html). What the catalogue does not know is left out: a CVSS
vector, a CPE, the date of a fix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hotfix_check.assess.finding import ExposureState
from hotfix_check.errors import OutputError
from hotfix_check.frozen import Frozen, replace
from hotfix_check.report.document import Result, members
from hotfix_check.report.judged_document import ExposureDocument, FindingDocument, InstallationDocument, StepDocument
from hotfix_check.report.names import capital, names_of, rating, some
from hotfix_check.report.parts import day_of, host_of, parts_of, standing_of, step_line, step_notes, successor_words
from hotfix_check.report.posture import Standing, identity_words, posture_words
from hotfix_check.report.publisher import Publisher
from hotfix_check.report.text import visible
from hotfix_check.report.wording import DIGEST, origin, update_name

Table = dict[str, Any]
_STATUS = {
    str(ExposureState.EXPOSED): "known_affected",
    str(ExposureState.NEEDS_CONFIGURATION): "under_investigation",
    str(ExposureState.UNKNOWN): "under_investigation",
    str(ExposureState.FIXED): "fixed",
}
"""What the standard calls the states, worst first."""
_RESTART = {"yes": "machine", "no": "none", "services": "service"}
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}", re.ASCII)
_HELP = "https://support.microsoft.com/help/"


class _Product(Frozen):
    """An installation as a product of the document: its id, how it stands, what is known of the updates on it."""

    id: str
    host: str
    place: str
    one: InstallationDocument
    findings: Sequence[FindingDocument]
    standing: Standing


_Cve = dict[str, tuple[_Product, ExposureDocument]]
"""What is said of a CVE: the installations by their ids, with their exposures."""


def render_csaf(document: Result, publisher: Publisher) -> str:
    """The document as JSON text, ASCII. Raises OutputError where no CVE is known of any installation."""
    return json.dumps(csaf_document(document, publisher), indent=2, ensure_ascii=True) + "\n"


def csaf_document(document: Result, publisher: Publisher) -> Table:
    """The VEX document of a result. The same result gives the same document."""
    products = list(_products(document))
    cves = _cves(products)
    if not cves:
        raise OutputError(
            "CSAF: a VEX document must hold a CVE, and none is known for what was found: write another format"
        )
    told = dict(origin(document))
    # Without run info: the beginning of the day that it was judged for, or of the catalogue's.
    released = document.run.finished or f"{day_of(document)}T00:00:00Z"
    hosts = list(dict.fromkeys(product.host for product in products))
    made = {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "lang": "en",
            "notes": [
                *(_note("summary", "How it stands", f"{one.place}: {posture_words(one.standing)}") for one in products),
                _note("general", "Basis", _basis(document, told)),
            ],
            "publisher": {"category": "user", "name": publisher.name, "namespace": publisher.namespace},
            "title": f"CVEs of Exchange on {some(hosts, 3)}",
            "tracking": {
                "current_release_date": released,
                "generator": {"date": released, "engine": members(document.tool)},
                "id": f"hotfix-check-{told[DIGEST][:24]}",
                "initial_release_date": released,
                "revision_history": [{"date": released, "number": "1", "summary": "Judged."}],
                "status": "final",
                "version": "1",
            },
        },
        "product_tree": {"branches": _branches(products)},
        "vulnerabilities": [_vulnerability(name, cves[name]) for name in sorted(cves)],
    }
    return _shown(made)  # type: ignore[no-any-return]


def _products(document: Result) -> Iterable[_Product]:
    """The installations that count, in their order."""
    number = 0
    for target in document.targets:
        for part in parts_of(target):
            one, host = part.installation, host_of(target)
            if one is not None and one.counts:
                number += 1
                yield _Product(
                    id=f"CSAFPID-{number:04}",
                    host=host,
                    place=host if one.root in (None, ".") else f"{host}: {one.root}",
                    one=one,
                    findings=part.findings,
                    standing=standing_of(one, part.findings, day_of(document)),
                )


def _cves(products: Iterable[_Product]) -> dict[str, _Cve]:
    """Every CVE with the state that it has on each product, the worst where one is told twice."""
    found: dict[str, _Cve] = {}
    order = list(_STATUS)
    for product in products:
        for exposure in product.one.exposures:
            cve = found.setdefault(exposure.cve, {})
            known = cve.get(product.id)
            if known is None or order.index(exposure.state) < order.index(known[1].state):
                cve[product.id] = (product, exposure)
    return found


def _branches(products: Iterable[_Product]) -> list[Table]:
    """Vendor, product, level, build, host: the levels that are not known are left out."""
    top: list[Table] = []
    for product in products:
        one = product.one
        steps = [("vendor", "Microsoft"), ("product_name", one.name)]
        steps += [("patch_level", one.level)] if one.level else []
        steps += [("product_version", one.build)] if one.build else []
        branches = top
        for category, name in steps:
            known = next((each for each in branches if (each["category"], each["name"]) == (category, name)), None)
            if known is None or "branches" not in known:
                known = {"category": category, "name": name, "branches": []}
                branches.append(known)
            branches = known["branches"]
        leaf = {"name": f"{identity_words(product.standing)} on {product.place}", "product_id": product.id}
        branches.append({"category": "host_name", "name": product.place, "product": leaf})
    return top


def _basis(document: Result, told: Mapping[str, str]) -> str:
    catalogue = document.catalogue
    return (
        f"Judged by the files of each installation and catalogue {catalogue.version} (SHA-256 "
        f"{catalogue.sha256 or 'not recorded'}); SHA-256 of the result: {told[DIGEST]}. Asked about: {told['Scope']}. "
        "Under investigation are CVEs whose fix needs a setting that files do not show, and those about which the "
        "evidence shows nothing."
    )


def _note(category: str, title: str, text: str) -> Table:
    return {"category": category, "text": text, "title": title}


def _vulnerability(name: str, cve: _Cve) -> Table:
    statuses: dict[str, list[str]] = {}
    for product_id, (_, exposure) in cve.items():
        statuses.setdefault(_STATUS[exposure.state], []).append(product_id)
    remediations = _remediations(cve)
    threats = _threats(cve)
    known = {"cve": name} if _CVE.fullmatch(name) else {"ids": [{"system_name": "hotfix-check", "text": name or "-"}]}
    return {
        **known,
        "notes": [_note("description", "What is known about it", _described(_first(cve)))],
        "product_status": statuses,
        **({"remediations": remediations} if remediations else {}),
        **({"threats": threats} if threats else {}),
    }


def _first(cve: _Cve) -> ExposureDocument:
    return next(iter(cve.values()))[1]


def _described(exposure: ExposureDocument) -> str:
    impact = exposure.impact or "Impact not recorded"
    rated = rating(exposure.cvss)
    return f"{impact}. " + (f"CVSS base score {exposure.cvss} ({rated})." if rated else "No CVSS score recorded.")


def _threats(cve: _Cve) -> list[Table]:
    first = _first(cve)
    if first.known_exploited is None:
        return []
    ransomware = ", by ransomware too" if first.ransomware else ""
    due = f"; due {first.due}" if first.due else ""
    listed = f"Known to be exploited{ransomware}: in CISA's catalogue since {first.known_exploited}{due}."
    return [{"category": "exploit_status", "details": listed, "product_ids": list(cve)}]


def _remediations(cve: _Cve) -> list[Table]:
    """What to do for each product on which it is open; alike ones together."""
    alike: dict[str, Table] = {}
    for product_id, (product, exposure) in cve.items():
        remedy = _remedy(product, exposure)
        if remedy is not None:
            known = alike.setdefault(json.dumps(remedy), {**remedy, "product_ids": []})
            known["product_ids"].append(product_id)
    return list(alike.values())


def _remedy(product: _Product, exposure: ExposureDocument) -> Table | None:
    """The next step that closes it; else the plan for the update that fixes it; else that there is none."""
    if exposure.state == ExposureState.FIXED:
        return None
    steps = [step for step in product.one.next_steps if exposure.cve in step.cves]
    needs = f"{capital(exposure.needs).rstrip('.')}." if exposure.needs else ""
    if steps:
        return _vendor_fix(steps[0], needs)
    if exposure.state == ExposureState.NEEDS_CONFIGURATION and needs:
        return {"category": "mitigation", "details": needs}
    fix = next((each for each in product.findings if each.id == exposure.fixed_by), None)
    if fix is not None and fix.advice:
        plan = f"Install {', then '.join(names_of(fix.advice))}."
        return _help({"category": "vendor_fix", "details": f"{plan} {needs}".rstrip()}, fix.kb)
    if exposure.state != ExposureState.EXPOSED:
        return None
    why = f"no plan leads to {update_name(fix)}, which fixes it" if fix else "no catalogued update fixes it"
    way = successor_words(product.one)
    return {"category": "none_available", "details": f"Nothing to install: {why}." + (f" {way}" if way else "")}


def _vendor_fix(step: StepDocument, needs: str) -> Table:
    # What else the step settles is said there.
    details = " ".join(filter(None, (step_line(step), *step_notes(replace(step, settles=(), cves=())), needs)))
    restart = _RESTART.get(step.restart or "")
    remedy = {"category": "vendor_fix", "details": details}
    return _help({**remedy, **({"restart_required": {"category": restart}} if restart else {})}, step.kb)


def _help(remedy: Table, kb: int | None) -> Table:
    return {**remedy, "url": f"{_HELP}{kb}"} if kb else remedy


def _shown(value: Any) -> Any:
    """Hidden characters of every text written out: a stranger's text stays what it is, wherever it is shown."""
    if isinstance(value, str):
        return visible(value) or "-"
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value]
