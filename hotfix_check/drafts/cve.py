"""CVE records (CVE JSON 5) and Microsoft's CSAF documents to drafts: what a CVE is, and which build of what fixes it.

Taken are numbers, names and dates, never prose. A person reviews a draft and puts it into a catalogue file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hotfix_check.catalogue.product import Product
from hotfix_check.errors import ArticleError, HotfixCheckError
from hotfix_check.frozen import Frozen
from hotfix_check.untrusted.json import parse_json
from hotfix_check.untrusted.toml import toml_lines
from hotfix_check.version import FileVersion

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}", re.ASCII)
_BUILD = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){3}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_KB = re.compile(r"(?:/help/|/kb/|\bKB)([0-9]{6,7})\b", re.ASCII)
_IMPACTS = (
    "Remote Code Execution", "Elevation of Privilege", "Information Disclosure", "Security Feature Bypass",
    "Denial of Service", "Spoofing", "Tampering",
)  # fmt: skip
_CVSS = {"cvssV4_0": "4.0", "cvssV3_1": "3.1", "cvssV3_0": "3.0", "cvssV2_0": "2.0"}


class FixedBuild(Frozen):
    """The first build of a product without the hole; ``kb`` where the document names it. ``line`` is a level's name."""

    product: str
    line: str
    build: FileVersion
    kb: int | None = None


class DraftCve(Frozen):
    """What a document says of one CVE. ``unused`` are the names of products that the catalogue does not have."""

    id: str
    impact: str | None
    cvss: str | None
    cvss_version: str | None
    published: str | None
    fixed: tuple[FixedBuild, ...]
    unused: tuple[str, ...]
    source: str


def looks_like_cves(data: bytes) -> bool:
    """Whether bytes begin as a CVE record or a CSAF document does."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and any(word in data for word in (b'"CVE_RECORD"', b'"csaf_version"'))


def read_cves(data: bytes, source: str, products: Mapping[str, Product]) -> list[DraftCve]:
    """The CVEs of a document that concern products of the catalogue. Raises ArticleError."""
    try:
        document = _table(parse_json(data, source, "a CVE record or CSAF document"))
    except HotfixCheckError as error:
        raise ArticleError(str(error)) from None
    drafts = _record(document, products) if "cveMetadata" in document else _csaf(document, products)
    found = [draft for draft in drafts if draft.fixed]
    if not found:
        raise ArticleError(f"{source}: no CVE in it names a fixed build of a product in the catalogue")
    return found


def cve_draft_to_toml(draft: DraftCve) -> str:
    """The ``[[cve]]`` table, and as comments what the packages have to say."""
    table = {"id": draft.id, "impact": draft.impact, "cvss": draft.cvss, "cvss_version": draft.cvss_version}
    lines = ["[[cve]]", *toml_lines({key: item for key, item in table.items() if item is not None})]
    if draft.published is not None:
        lines.append(f"published = {draft.published}")
    lines.extend(toml_lines({"sources": [draft.source]}))
    for one in draft.fixed:
        kb = f", KB{one.kb}" if one.kb else ""
        lines.append(f'# {one.product} {one.line}: fixed in {one.build}{kb}: cves = ["{draft.id}"] in that package')
    lines.extend(f"# not in the catalogue: {re.sub(r'[^ -~]', '?', name)[:120]}" for name in draft.unused)
    return "\n".join(lines) + "\n"


def cve_draft_to_dict(draft: DraftCve) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "cve": draft.id,
        "impact": draft.impact,
        "cvss": None if draft.cvss is None else float(draft.cvss),
        "cvss_version": draft.cvss_version,
        "published": draft.published,
        "fixed": [
            {"product": one.product, "line": one.line, "build": str(one.build), "kb": one.kb} for one in draft.fixed
        ],
        "unused": list(draft.unused),
        "source": draft.source,
    }


def _record(document: Mapping[str, Any], products: Mapping[str, Product]) -> Iterator[DraftCve]:
    meta, cna = _table(document.get("cveMetadata")), _table(_table(document.get("containers")).get("cna"))
    fixed: list[FixedBuild] = []
    unused: list[str] = []
    for affected in map(_table, _list(cna.get("affected"))):
        name = _text(affected.get("product"))
        builds = [_text(_table(one).get("lessThan")) for one in _list(affected.get("versions"))]
        own = [one for text in builds for one in _fixed(text, products, None)]
        fixed += own
        if name and not own:
            unused.append(name)
    scores = [
        (_table(metric[key]).get("baseScore"), version)
        for metric in map(_table, _list(cna.get("metrics")))
        for key, version in _CVSS.items()
        if key in metric
    ]
    kinds = [
        _text(_table(one).get("description"))
        for problem in map(_table, _list(cna.get("problemTypes")))
        for one in _list(problem.get("descriptions"))
    ]
    yield _draft(
        _text(meta.get("cveId")), _impact([_text(cna.get("title")), *kinds]), scores, meta.get("datePublished"),
        fixed, unused, "CVE record",
    )  # fmt: skip


def _csaf(document: Mapping[str, Any], products: Mapping[str, Product]) -> Iterator[DraftCve]:
    """Microsoft's documents give the fixed build and the KB in the details and address of each remediation."""
    tracking = _table(_table(document.get("document")).get("tracking"))
    for one in map(_table, _list(document.get("vulnerabilities"))):
        fixed: list[FixedBuild] = []
        for remedy in map(_table, _list(one.get("remediations"))):
            details, address = _text(remedy.get("details")), _text(remedy.get("url"))
            number = _KB.search(f"{details} {address}")
            fixed += _fixed(details.partition(":")[0], products, int(number[1]) if number else None)
        scores = [
            (cvss.get("baseScore"), _text(cvss.get("version")))
            for score in map(_table, _list(one.get("scores")))
            for cvss in (_table(score.get("cvss_v3")),)
        ]
        threats = [
            _text(_table(threat).get("details"))
            for threat in _list(one.get("threats"))
            if _text(_table(threat).get("category")) == "impact"
        ]
        yield _draft(
            _text(one.get("cve")), _impact([*threats, _text(one.get("title"))]), scores,
            one.get("release_date") or tracking.get("initial_release_date"), fixed, [], "CSAF document",
        )  # fmt: skip


def _draft(
    cve: str, impact: str | None, scores: Iterable[tuple[object, str]], published: object, fixed: Iterable[FixedBuild],
    unused: Sequence[str], source: str,
) -> DraftCve:  # fmt: skip
    if not _CVE.fullmatch(cve):
        raise ArticleError(f"{cve[:40]!r} is not a CVE number")
    known = [
        (f"{score:.1f}", version)
        for score, version in scores
        if isinstance(score, int | float) and 0 <= score <= 10 and version in _CVSS.values()
    ]
    best, version = max(known, key=lambda one: one[1]) if known else (None, None)
    day = _DAY.match(published) if isinstance(published, str) else None
    return DraftCve(
        id=cve,
        impact=impact,
        cvss=best,
        cvss_version=version,
        published=day[0] if day else None,
        fixed=tuple(dict.fromkeys(sorted(fixed, key=lambda one: (one.product, one.build)))),
        unused=tuple(dict.fromkeys(unused)),
        source=f"{source} {cve}",
    )


def _fixed(text: str, products: Mapping[str, Product], kb: int | None) -> list[FixedBuild]:
    """A build as these documents write it (15.02.1544.050), for the product whose it is."""
    if not _BUILD.fullmatch(text.strip()):
        return []
    try:
        build = FileVersion.parse(".".join(str(int(part)) for part in text.strip().split(".")))
    except ValueError:
        return []
    return [
        FixedBuild(product=product.id, line=product.levels[product.line_of(build)].name, build=build, kb=kb)
        for product in products.values()
        if product.holds(build)
    ]


def _impact(texts: Iterable[str]) -> str | None:
    return next((word for text in texts for word in _IMPACTS if word.lower() in text.lower()), None)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
