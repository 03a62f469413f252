"""The report for people and printers: one HTML page without a script, built for an auditor to check, print and sign."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from hotfix_check.report.ladder_view import ladder_view
from hotfix_check.report.result import Document
from hotfix_check.report.text import visible
from hotfix_check.report.verdicts import LOOKS, verdict_css
from hotfix_check.report.wording import (
    badge,
    collected_words,
    days_since,
    moment_words,
    newest_file_day,
    next_steps,
    origin,
    product_words,
    registry_words,
    result_digest,
    to_act_on,
    update_name,
    verdict_sentences,
    waiver_words,
)

_LABEL_FITS = 12.0  # per cent of the bar's width that a sign and a number need on a phone


def render_html(document: Document) -> str:
    """The whole page, ASCII with character references, so that no console or mail gateway can garble it."""
    template, css = packaged_page("report.html", "report.css")
    digest = result_digest(document)
    targets = [_target(number, target, document) for number, target in enumerate(document["targets"], 1)]
    page = template.render(
        css=Markup(css),  # noqa: S704  (the packaged style sheet, not a value)
        css_hash=style_digest(css),
        digest=digest,
        title=", ".join(target["path"] for target in targets[:3]) + (" and more" if targets[3:] else ""),
        document=document,
        targets=targets,
        origin=origin(document),
        looks=LOOKS,
        several=len(targets) > 1,
    )
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def style_digest(css: str) -> str:
    """The digest by which a page's security policy allows its style sheet."""
    return base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


@cache
def packaged_page(name: str, *sheets: str) -> tuple[Template, str]:
    """A template and its style sheets as one: the one place where this package's text files are read."""
    environment = Environment(
        loader=PackageLoader("hotfix_check.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["when"] = moment_words
    loader: Any = environment.loader
    css = "".join(loader.get_source(environment, sheet)[0] for sheet in sheets)
    return environment.get_template(name), verdict_css() + css


def _shown(value: Any) -> Any:
    """Every value of the page passes here: hidden characters are written out; autoescape then makes it text."""
    if value is None:
        return ""
    return visible(value) if type(value) is str else value


def _target(number: int, target: Document, document: Document) -> dict[str, Any]:
    as_of = document["run"]["as_of"]
    findings = [_finding(f"f{number}-{index}", finding, as_of) for index, finding in enumerate(target["findings"], 1)]
    verdicts = {finding["id"]: finding["verdict"] for finding in findings}
    names = {product["id"]: product["name"] for product in target["products"]}
    kind, words = badge(target)
    return {
        **target,
        "number": number,
        "badge": kind,
        "badge_words": words,
        "sentences": verdict_sentences(target),
        "collected_words": collected_words(target["collected"]) if target["collected"] else None,
        "product_lines": [(product, product_words(product)) for product in target["products"]],
        "registry_lines": registry_words(target),
        "findings": findings,
        "to_do": [one for one in findings if not one["waiver"] and to_act_on(one)],
        "waived": [one for one in findings if one["waiver"]],
        "open": [one for one in findings if one["verdict"] == "undetermined"],
        "counts": _counts(target["findings"]),
        "applicable": sum(one["verdict"] != "not-applicable" for one in findings),
        "bar": _bar(target["findings"]),
        "ladders": [
            {**ladder_view(ladder, verdicts), "product_name": names.get(ladder["product"], ladder["product"])}
            for ladder in target["ladders"]
        ],
    }


def _finding(anchor: str, finding: Document, as_of: str | None) -> dict[str, Any]:
    built = None if finding["released"] else newest_file_day(finding)
    return {
        **finding,
        "anchor": anchor,
        "name": update_name(finding),
        "next": next_steps(finding),
        "built": built,
        "days": days_since(finding["released"] or built, as_of),
        "waiver_words": f"Accepted under {waiver_words(finding['waiver'])}" if finding["waiver"] else None,
    }


def _counts(findings: Sequence[Document]) -> list[dict[str, Any]]:
    """Rows of the count table; a share is never rounded up, so 100 % is said only of all."""
    counted: Counter[tuple[str, str]] = Counter((one["verdict"], one["importance"]) for one in findings)
    applicable = sum(count for (verdict, _), count in counted.items() if verdict != "not-applicable")
    rows = []
    for verdict in LOOKS:
        own = {importance: count for (of, importance), count in counted.items() if of == verdict}
        total = sum(own.values())
        counts_for_share = verdict != "not-applicable" and applicable
        rows.append(
            {
                "verdict": verdict,
                "own": own,
                "total": total,
                "share": f"{total * 1000 // applicable / 10:.1f} %" if counts_for_share else "",
            }
        )
    return rows


def _bar(findings: Sequence[Document]) -> list[dict[str, Any]]:
    """Parts of the stacked bar of applicable updates, in per cent of its width."""
    counted = Counter(one["verdict"] for one in findings if one["verdict"] != "not-applicable")
    total = sum(counted.values())
    parts, at = [], 0.0
    for verdict in LOOKS:
        if counted[verdict]:
            width = 100 * counted[verdict] / total
            parts.append(
                {
                    "verdict": verdict,
                    "count": counted[verdict],
                    "x": f"{at:.3f}",
                    "width": f"{width:.3f}",
                    "middle": f"{at + width / 2:.3f}" if width >= _LABEL_FITS else None,
                }
            )
            at += width
    return parts
