"""CVE records and CSAF documents become drafts: which build of what fixes a CVE; what is neither is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from made_up import hotfix
from targets import WORKED

from hotfix_check.drafts.cve import DraftCve, cve_draft_to_toml, looks_like_cves, read_cves
from hotfix_check.errors import ArticleError

PRODUCTS = {product.id: product for product in WORKED.products}
RECORD: dict[str, Any] = {
    "dataType": "CVE_RECORD",
    "cveMetadata": {"cveId": "CVE-2026-99999", "datePublished": "2026-12-08T18:00:00.000Z"},
    "containers": {
        "cna": {
            "title": "Microsoft Exchange Server Elevation of Privilege Vulnerability",
            "metrics": [{"cvssV3_1": {"baseScore": 8, "version": "3.1"}}],
            "affected": [
                {
                    "product": "Microsoft Exchange Server 2019 Cumulative Update 15",
                    "versions": [{"version": "15.02.0", "lessThan": "15.02.1748.060", "status": "affected"}],
                },
                {
                    "product": "Microsoft Exchange Server Subscription Edition RTM",
                    "versions": [{"version": "15.02.0", "lessThan": "15.02.2562.060", "status": "affected"}],
                },
                {"product": "Microsoft Word 2016", "versions": [{"version": "16.0.0.0", "lessThan": "16.0.5000.1000"}]},
            ],
        }
    },
}
CSAF: dict[str, Any] = {
    "document": {"csaf_version": "2.0", "tracking": {"initial_release_date": "2026-12-08T08:00:00.000Z"}},
    "vulnerabilities": [
        {
            "cve": "CVE-2026-99999",
            "title": "Microsoft Exchange Server Spoofing Vulnerability",
            "scores": [{"cvss_v3": {"baseScore": 6.5, "version": "3.1"}}],
            "threats": [{"category": "impact", "details": "Spoofing"}],
            "remediations": [
                {
                    "category": "vendor_fix",
                    "details": "15.02.2562.060:Security Update:https://support.microsoft.com/help/5131234",
                    "url": "https://support.microsoft.com/help/5131234",
                }
            ],
        }
    ],
}


def read(document: object) -> list[DraftCve]:
    return read_cves(json.dumps(document).encode(), "cve.json", PRODUCTS)


def test_a_cve_record_names_the_first_fixed_build_of_each_line() -> None:
    (draft,) = read(RECORD)
    assert (draft.id, draft.impact, draft.cvss, draft.cvss_version, draft.published) == (
        "CVE-2026-99999",
        "Elevation of Privilege",
        "8.0",
        "3.1",
        "2026-12-08",
    )
    assert [(one.product, one.line, str(one.build), one.kb) for one in draft.fixed] == [
        ("exchange-2019", "CU15", "15.2.1748.60", None),
        ("exchange-se", "RTM", "15.2.2562.60", None),
    ]
    assert draft.unused == ("Microsoft Word 2016",)


def test_a_csaf_document_names_the_kb_as_well() -> None:
    (draft,) = read(CSAF)
    assert (draft.impact, draft.cvss, draft.published) == ("Spoofing", "6.5", "2026-12-08")
    assert [(one.product, str(one.build), one.kb) for one in draft.fixed] == [("exchange-se", "15.2.2562.60", 5131234)]


def test_the_draft_is_a_table_of_the_catalogue() -> None:
    assert cve_draft_to_toml(read(CSAF)[0]) == (
        "[[cve]]\n"
        'id = "CVE-2026-99999"\n'
        'impact = "Spoofing"\n'
        'cvss = "6.5"\n'
        'cvss_version = "3.1"\n'
        "published = 2026-12-08\n"
        'sources = ["CSAF document CVE-2026-99999"]\n'
        '# exchange-se RTM: fixed in 15.2.2562.60, KB5131234: cves = ["CVE-2026-99999"] in that package\n'
    )


@pytest.mark.parametrize(
    ("document", "why"),
    [
        pytest.param(RECORD | {"containers": {}}, "no CVE in it names a fixed build", id="nothing is fixed"),
        pytest.param(RECORD | {"cveMetadata": {"cveId": "x"}}, "is not a CVE number", id="no number"),
        pytest.param(RECORD | {"containers": [1]}, "no CVE in it names a fixed build", id="a list for a table"),
        pytest.param(CSAF | {"vulnerabilities": "none"}, "no CVE in it names a fixed build", id="a text for a list"),
    ],
)
def test_what_says_nothing_is_refused(document: object, why: str) -> None:
    with pytest.raises(ArticleError, match=why):
        read(document)


def test_a_record_cut_off_is_refused() -> None:
    with pytest.raises(ArticleError, match="a CVE record or CSAF document expected"):
        read_cves(json.dumps(RECORD).encode()[:-1], "cve.json", PRODUCTS)


def test_what_is_no_build_fixes_nothing() -> None:
    versions = [{"lessThan": "CU15"}, {"lessThan": "15.02.99999.060"}, {"lessThan": "15.02.1748.060"}]
    affected = [{"product": "Exchange", "versions": versions}]
    (draft,) = read(RECORD | {"containers": {"cna": {"affected": affected}}})
    assert [str(one.build) for one in draft.fixed] == ["15.2.1748.60"]


def test_an_article_is_no_cve_record() -> None:
    assert not looks_like_cves(b"DOCUMENT:Q324528  [exchange]\n")
    assert not looks_like_cves(b'{"files": []}')


def test_import_prints_the_draft_and_a_catalogue_takes_it(tmp_path: Path, run: Run) -> None:
    (tmp_path / "CVE-2026-99999.json").write_text(json.dumps(CSAF))
    ran = run("catalogue", "import", "CVE-2026-99999.json")
    assert (ran.code, ran.err) == (0, "")
    update = hotfix(
        5131234,
        '{ name = "ExSetup.exe", version = "15.2.2562.60" }',
        more="released = 2026-12-08\n",
        package='  level = "RTM"\n  cves = ["CVE-2026-99999"]\n',
    )
    own = f'format = 1\nversion = 2026-12-08\nproduct = "exchange-se"\n{ran.out}\n{update}'
    (tmp_path / "mine.toml").write_text(own)
    both = ("--catalogue", "default", "--catalogue", "mine.toml")
    shown = run("catalogue", "show", "CVE-2026-99999", "-f", "json", *both).result
    assert [(one["id"], one["line"]) for one in shown["fixed_by"]] == [("exchange-se/KB5131234", "RTM")]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_import_prints_the_draft_as_json(form: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "cve.json").write_text(json.dumps(CSAF))
    read_back = json.loads(run("catalogue", "import", "cve.json", "-f", form).out)
    draft = read_back[0] if form == "json" else read_back
    assert (draft["cve"], draft["cvss"]) == ("CVE-2026-99999", 6.5)
    assert draft["fixed"] == [{"product": "exchange-se", "line": "RTM", "build": "15.2.2562.60", "kb": 5131234}]


def test_into_a_folder_a_cve_is_not_merged(tmp_path: Path, run: Run) -> None:
    (tmp_path / "cve.json").write_text(json.dumps(RECORD))
    (tmp_path / "data").mkdir()
    ran = run("catalogue", "import", "cve.json", "--into", "data")
    assert ran.code == 2
    assert "cve.json: a CVE is not an update" in ran.err
