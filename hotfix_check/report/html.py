"""The report for people and printers: one HTML page without a script. Page one is the summary, the rest its proof."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from hotfix_check.catalogue.update import own_name
from hotfix_check.report import page_tables, parts, wording
from hotfix_check.report.document import Result, TargetDocument, members
from hotfix_check.report.folding import fold, supply_words
from hotfix_check.report.judged_document import FindingDocument, InstallationDocument
from hotfix_check.report.names import in_folder
from hotfix_check.report.posture import identity_words, posture_sentences
from hotfix_check.report.text import visible
from hotfix_check.report.verdicts import LOOKS, verdict_css

_STEPS, _NAMED, _ACCEPTED, _ASKED = 6, 4, 3, 5  # of page one, so that one installation fits a sheet
LISTED = 500
"""So many entries of a list that a stranger can make long; the rest is counted."""


def render_html(document: Result) -> str:
    """The whole page, ASCII with character references, so that no console or mail gateway can garble it."""
    basis = wording.origin(document)
    targets = [_target(number, target, document) for number, target in enumerate(document.targets, 1)]
    return rendered_page(
        *("report.html", "report.css"),
        digest=dict(basis)[wording.DIGEST],
        title=", ".join(target["path"] for target in targets[:3]) + (" and more" if targets[3:] else ""),
        document=document,
        targets=targets,
        origin=basis,
        looks=LOOKS,
        several=len(targets) > 1,
        listed=LISTED,
    )


def rendered_page(name: str, *sheets: str, **values: object) -> str:
    """A page of a template with its style sheets, ASCII with character references; its policy allows these alone."""
    template, css = _packaged_page(name, *sheets)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    # The packaged style sheets are no value.
    page = template.render(css=Markup(css), css_hash=digest, **values)  # noqa: S704
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _packaged_page(name: str, *sheets: str) -> tuple[Template, str]:
    """A template and its style sheets as one: the one place where this package's text files are read."""
    environment = Environment(
        loader=PackageLoader("hotfix_check.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["when"] = wording.moment_words
    loader: Any = environment.loader
    css = "".join(loader.get_source(environment, sheet)[0] for sheet in sheets)
    return environment.get_template(name), verdict_css() + css


def _shown(value: Any) -> Any:
    """Every value of the page passes here: hidden characters are written out; autoescape then makes it text."""
    if value is None:
        return ""
    return visible(value) if type(value) is str else value


def _target(number: int, target: TargetDocument, document: Result) -> dict[str, Any]:
    as_of = document.run.as_of
    split = parts.parts_of(target)
    shown = [
        _part(f"{number}-{index}", part, target, document, named=len(split) > 1) for index, part in enumerate(split, 1)
    ]
    verdicts = {finding.id: finding.verdict for finding in reversed(target.findings)}
    names = {product.id: product.name for product in target.products}
    kind, words = wording.badge(target, parts.day_of(document))
    waived = [finding for finding in target.findings if finding.waiver]
    return {
        **members(target),
        "number": number,
        "badge": kind,
        "badge_words": words,
        "sentences": wording.verdict_sentences(target),
        "collected_words": wording.collected_words(target.collected) if target.collected else None,
        "product_lines": [
            (product, wording.level_words(product), wording.product_words(product)) for product in target.products
        ],
        "registry_lines": wording.registry_words(target),
        "claim_lines": wording.claim_sentences(target),
        "parts": shown,
        "waived": [{**members(finding), "name": wording.update_name(finding)} for finding in waived],
        "waived_lines": [
            f"{wording.update_name(one)} {one.verdict}: {wording.waiver_words(one.waiver)}"
            for one in waived[:_ACCEPTED]
            if one.waiver
        ],
        "waived_left": max(0, len(waived) - _ACCEPTED),
        "counts": page_tables.verdict_counts(target.findings),
        "applicable": sum(one.verdict != "not-applicable" for one in target.findings),
        "bar": page_tables.verdict_bar(target.findings),
        "evidence": page_tables.file_evidence(target.findings),
        "not_there": page_tables.files_not_there(target.findings),
        "ladders": [
            {**page_tables.ladder_view(ladder, verdicts), "product_name": names.get(ladder.product, ladder.product)}
            for ladder in target.ladders
        ],
        "as_of": as_of,
    }


def _part(anchor: str, part: parts.Part, target: TargetDocument, document: Result, *, named: bool) -> dict[str, Any]:
    """An installation as the page has it: its words for page one, its findings for the appendix."""
    one = part.installation
    as_of = document.run.as_of
    rows = {finding.id: _finding(f"f{anchor}-{number}", finding, as_of) for number, finding in enumerate(part.findings)}
    steps = _steps(one, rows)
    under = {settled for step in steps for settled in step["under"]}
    beneath = _beneath(part, target, under)
    below = {settled for ids in beneath.values() for settled in ids}
    told = [row for row in rows.values() if row["id"] not in under and row["id"] not in below and _is_told(row)]
    told.sort(key=lambda row: wording.urgency(row["importance"], row["verdict"]))
    for row in told:
        row["beneath"] = [rows[key] for key in beneath.get(row["id"], ())]
    shown = {row["id"] for row in told} | under | below
    aside = [row for row in rows.values() if row["id"] not in shown]
    undetermined = [finding for finding in part.findings if finding.verdict == "undetermined"]
    return {
        "anchor": anchor,
        "installation": one,
        "words": _words(one, part, target, document, named=named) if one else None,
        "steps": steps,
        "steps_left": max(0, len(steps) - _STEPS),
        "first_steps": steps[:_STEPS],
        "exposures": one.exposures if one else [],
        "exploited": page_tables.exploited(one, as_of) if one else [],
        "cves": page_tables.cve_groups(one.exposures) if one else [],
        "exposed": page_tables.worst_exposed(one, as_of) if one else [],
        "told": told,
        "first": [row for row in told if row["to_do"] and row["importance"] != "optional"][:_STEPS],
        "undetermined": len(undetermined),
        "asked": supply_words(undetermined, _ASKED, ""),
        "groups": list(_groups(aside)),
    }


def _beneath(part: parts.Part, target: TargetDocument, under: Collection[str]) -> dict[str, list[str]]:
    """What is missing too and goes with another finding that has a row, by the id of that one."""
    folded = fold([one for one in part.findings if one.id not in under], target.kind, everything=False)
    return {
        one.id: [
            f"{one.product}/{name}" for names in (folded.beneath, folded.waiting) for name in names.get(one.id, ())
        ]
        for one in folded.shown
    }


def _words(
    one: InstallationDocument, part: parts.Part, target: TargetDocument, document: Result, *, named: bool
) -> dict[str, Any]:
    standing = parts.standing_of(one, part.findings, parts.day_of(document))
    told_root = one.root not in (None, ".") and (named or one.snapshot)
    return {
        "identity": identity_words(standing),
        "root": one.root if told_root else None,
        "clauses": posture_sentences(standing),
        "successor": parts.successor_words(one) if standing.ended else None,
        "census": parts.census_words(one),
        "level": parts.level_reason_of(one, target),
    }


def _is_told(finding: dict[str, Any]) -> bool:
    """Whether a finding has a row of its own: what is to be done or weighs and is open, and what was asked for."""
    if finding["verdict"] == "undetermined":
        return bool(finding["importance"] != "optional")
    asked = finding["importance"] in ("required", "forbidden") and finding["verdict"] != "not-applicable"
    return bool(asked or finding["to_do"] or finding["verdict"] == "installed")


def _steps(one: InstallationDocument | None, rows: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of the headline, each with the findings that it settles."""
    made = []
    for number, step in enumerate(one.next_steps if one else (), 1):
        under = {settled: rows[settled] for settled in (step.id, *step.settles) if settled in rows}
        made.append(
            {
                **members(step),
                "number": number,
                "name": wording.update_name(step),
                "line": parts.step_line(step),
                "by_hand": [f"{action.kind.capitalize()}: {action.text}." for action in step.actions],
                "short_notes": parts.step_notes(step, _NAMED, by_hand=False),
                "under": under,
            }
        )
    return made


def _groups(findings: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str, int, list[tuple[str, list[str]]]]]:
    """What needs no row of its own, by verdict: (verdict, what the keys are, how many, names by key)."""
    for verdict in LOOKS:
        own = [finding for finding in findings if finding["verdict"] == verdict]
        if own:
            by_key: dict[str, list[str]] = defaultdict(list)
            for finding in own:
                by_key[_key(finding)].append(finding["name"])
            label = {"superseded": "Explained by", "undetermined": "Would be settled by"}.get(verdict, "Why")
            ordered = sorted(by_key.items(), key=lambda entry: (-len(entry[1]), entry[0]))
            yield verdict, label, len(own), ordered


def _key(finding: dict[str, Any]) -> str:
    """What findings of one verdict are told together by."""
    if finding["verdict"] == "superseded":
        names = [own_name(by.id) if by.id else "a build of no catalogued update" for by in finding["satisfied_by"]]
        return ", ".join(dict.fromkeys(names)) or "; ".join(finding["reasons"])
    if finding["verdict"] == "undetermined":
        files = [in_folder(one.file, one.role) for one in finding["settle_with"]]
        return ", ".join(dict.fromkeys(files)) or "no file"
    return "; ".join(finding["reasons"])


def _finding(anchor: str, finding: FindingDocument, as_of: str | None) -> dict[str, Any]:
    built = None if finding.released else wording.newest_file_day(finding)
    return {
        **members(finding),
        "anchor": anchor,
        "name": wording.update_name(finding),
        "next": wording.next_steps(finding),
        "to_do": wording.to_act_on(finding),
        "built": built,
        "days": wording.days_since(finding.released or built, as_of),
        "waiver_words": f"Accepted under {wording.waiver_words(finding.waiver)}" if finding.waiver else None,
    }
