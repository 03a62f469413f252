"""The fleet report in every format: nothing runs in it, its size is bounded, and SQL can be asked of it."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from fleet.hosts import document, row
from report.browsers import Browser, axe_faults, needs_browser, open_browser
from report.documents import HOSTILE

from hotfix_check.fleet.as_html import HOSTS, html_text
from hotfix_check.fleet.as_table import table_text
from hotfix_check.fleet.expected import Expected
from hotfix_check.fleet.reports import json_text
from hotfix_check.fleet.row import HostRow, damaged
from hotfix_check.fleet.spool import Spool
from hotfix_check.fleet.words import exposure_words, fleet_sentences, host_age
from hotfix_check.report.text import visible

pytestmark = pytest.mark.usefixtures("supported")

KBS = tuple(f"exchange-2016/KB{5014261 + number}" for number in range(40))


def filled(spool: Spool, count: int) -> Spool:
    """Hosts that lack more and more, in groups of ten, one of them with hostile text."""
    for number in range(count):
        lacks = KBS[: number % len(KBS)]
        findings = {"missing": lacks, "failing": lacks, "installed": KBS[number % len(KBS) :]}
        host = f"EX{number:05}" if number != 39 else f"EX{HOSTILE}"
        outcome = "findings" if lacks else "clean"
        spool.add(row(host, source=f"{number}.json", findings=findings, outcome=outcome))
    spool.add(damaged("broken.json", f"not JSON {HOSTILE}"))
    spool.finish(Expected({f"EX{number:05}": f"DAG{number // 10}" for number in range(count + 5)}))
    return spool


@pytest.fixture
def page() -> str:
    with Spool() as spool:
        (text,) = html_text(document(filled(spool, 300), grouped=True))
    return text


def test_the_page_asks_for_nothing_and_runs_nothing(page: str) -> None:
    assert "<script" not in page.lower()
    assert "EX&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*\"", page) == []
    assert "default-src 'none'; style-src 'sha256-" in page
    assert page.isascii()
    assert "style=" not in page


def test_figures_come_first_then_the_worst_hosts_then_what_to_install(page: str) -> None:
    order = ["292 of 300 hosts lack something needed.", "Hosts by outcome", "How 300 installations stand"]
    order += ["Hosts, worst first", "Next steps of all hosts", 'id="h-exposures"', 'class="heat"', 'id="h-drift"']
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "... and 10 more rows; the JSON, CSV and XLSX files have all of them." in page
    assert "... and 100 more hosts; the JSON, CSV and XLSX files have all of them." in page
    assert len(hosts_in(page)) == HOSTS
    shades = Counter(re.findall(r'<td role="cell" class="(h[0-8]|none)"', page))
    assert set(shades) <= {"none", *(f"h{number}" for number in range(9))}
    assert shades["h8"] > 0


def hosts_in(page: str) -> dict[str, str]:
    """The rows of the page's table of hosts, by host, in their order."""
    rows = page.partition('id="c-hosts"')[2].partition("</table>")[0].splitlines()
    return {line.partition('scope="row">')[2].partition(" <")[0]: line for line in rows if "rowheader" in line}


@pytest.mark.parametrize(
    ("count", "members", "name"),
    [(10_000, 0, "EX"), (2_000, 16, "EX"), (240, 4, "EX" * 2_000)],
    ids=["ten thousand", "125 groups that differ", "names of 4,000 letters"],
)
def test_the_page_of_many_hosts_is_no_larger_than_one_can_read(count: int, members: int, name: str) -> None:
    with Spool() as spool:
        for number in range(count):
            lacks = KBS[: number % len(KBS)]
            given = {"missing": lacks, "failing": lacks, "installed": KBS[number % len(KBS) :]}
            spool.add(row(f"{name}{number}", source=f"{number}.json", findings=given))
            if members:
                spool.add(damaged(f"{name}{number}.gz", "torn"))
        groups = {f"{name}{number}": f"{name}{number // members}" if members else None for number in range(count)}
        spool.finish(Expected(groups) if members else None)
        made = document(spool, expected=Expected(groups) if members else None, grouped=bool(members))
        (text,) = html_text(made)
        table = "".join(table_text(made, width=80, everything=False))
    assert f"<h1>{count} hosts</h1>" in text
    assert f"... and {count - HOSTS} more hosts" in text
    if members:
        assert f"... and {count // members - 20} more groups" in text
        assert 0 < text.partition('id="drift"')[2].partition("</section>")[0].count("<li>") <= 20 * 8
    assert len(text) < 250_000
    assert max(map(len, re.findall(r"^EX.*$", table, re.MULTILINE))) < 200


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [row("a", outcome="clean", findings={})],
            ["The only host is not known to lack anything needed.", "1 of 1 had nothing"],
        ),
        ([row("a"), row("b", source="b")], ["2 of 2 hosts lack something needed."]),
        ([row("a"), row("b", source="b", outcome="clean")], ["1 of 2 hosts lacks something needed."]),
        ([row("a"), row("a", source="b")], ["The only host lacks", "1 saved file was replaced by a newer one"]),
        ([damaged("a", "x"), damaged("b", "x")], ["No host was judged. That is not a pass. 2 saved files could not"]),
        ([], ["No host was judged. That is not a pass. 'hotfix-check inventory' collects a server"]),
    ],
    ids=["one that is clean", "two", "one of two", "an older one", "nothing but damage", "nothing at all"],
)
def test_the_sentences_count_one_and_many(rows: list[HostRow], said: list[str]) -> None:
    with Spool() as spool:
        for one in rows:
            spool.add(one)
        spool.finish(None)
        sentences = " ".join(fleet_sentences(document(spool).head))
    for words in said:
        assert words in sentences


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ({"age_days": 20, "at": "2026-11-01T06:30:00Z"}, "20 d"),
        ({"age_days": None, "at": "2026-11-01T06:30:00Z"}, "of 2026-11-01"),
        ({"age_days": None, "at": None}, "unknown"),
    ],
    ids=["judged as of a day", "of no day", "evidence without a day"],
)
def test_the_age_of_evidence_in_words(host: dict[str, Any], words: str) -> None:
    assert host_age(host) == words


@pytest.mark.parametrize(("width", "last"), [(80, "Undetermined"), (90, "Age"), (100, "Catalogue")])
def test_a_host_is_one_line_of_a_narrow_terminal_and_all_of_it_is_told_with_all(width: int, last: str) -> None:
    with Spool() as spool:
        spool.add(row("a-host"))
        spool.finish(None)
        made = document(spool)
        short, whole = ("".join(table_text(made, width=width, everything=one)) for one in (False, True))
    (head,) = re.findall(r"^Host .*$", short, re.MULTILINE)
    assert (head.split()[-1], len(head) <= width) == (last, True)
    assert re.search(r"^Host .* Catalogue$", whole, re.MULTILINE)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((14, 20, 8), "CVE-1 is open on 14 of 60 hosts, needs configuration on 20, is undetermined on 8"),
        ((0, 20, 0), "CVE-1 needs configuration on 20 of 60 hosts"),
        ((0, 0, 1), "CVE-1 is undetermined on 1 of 60 hosts"),
    ],
)
def test_where_a_cve_is_not_open_it_is_told_by_what_it_is(counts: tuple[int, int, int], said: str) -> None:
    states = dict(zip(("exposed", "needs-configuration", "unknown"), counts, strict=True))
    assert exposure_words({"cve": "CVE-1", "known_exploited": None, **states}, 60) == said


def test_the_table_counts_what_it_leaves_out_and_shows_no_control_character() -> None:
    with Spool() as spool:
        made = document(filled(spool, 300), grouped=True)
        short = "".join(table_text(made, width=80, everything=False))
        whole = "".join(table_text(made, width=80, everything=True))
    assert "... and 250 more hosts (--all shows them)" in short
    assert "... and 25 more groups whose members differ (--all shows them)" in short
    assert len(re.findall(r"^EX", whole, re.MULTILINE)) == 300
    assert not set(short + whole) & {"\x1b", "\u202e"}
    assert len(short) < 15_000


def test_json_is_written_host_by_host() -> None:
    with Spool() as spool:
        pieces = list(json_text(document(filled(spool, 50))))
        found = json.loads("".join(pieces))
    assert len(found["hosts"]) == 50
    assert max(map(len, pieces[-51:])) < 5_000


def documented_query() -> str:
    (query,) = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "fleet.md").read_text("utf-8"), re.DOTALL)
    return str(query)


def test_the_query_of_the_readme_runs_on_the_parquet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs duckdb")
    pytest.importorskip("pyarrow", reason="needs the extra fleet")
    from hotfix_check.fleet.as_parquet import write_parquet

    with Spool() as spool:
        for number in range(3):
            lacks = KBS[:number]
            given = {"missing": lacks, "failing": lacks, "installed": KBS[number:]}
            spool.add(row(f"EX{number}", source=f"{number}.json", findings=given))
        spool.finish(None)
        out = io.BytesIO()
        write_parquet(document(spool), out)
    (tmp_path / "fleet.parquet").write_bytes(out.getvalue())
    monkeypatch.chdir(tmp_path)
    found = duckdb.sql(documented_query()).fetchall()
    assert [(one[0], one[-1]) for one in found] == [(KBS[0], 2), (KBS[1], 1)]


def test_parquet_has_a_row_a_host_and_update_in_any_number_of_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra fleet")
    from hotfix_check.fleet import as_parquet

    monkeypatch.setattr(as_parquet, "_ROWS", 100)
    with Spool() as spool:
        spool.add(row("bare", source="bare.json", findings={}, outcome="nothing-recognised", products=(), at=None))
        out = io.BytesIO()
        as_parquet.write_parquet(document(filled(spool, 20), grouped=True), out)
    table = pq.read_table(io.BytesIO(out.getvalue()))
    assert pq.ParquetFile(io.BytesIO(out.getvalue())).num_row_groups > 2
    assert table.schema.names == as_parquet.SCHEMA.names
    rows = table.to_pylist()
    assert len(rows) == 20 * len(KBS) + 1
    (bare,) = [one for one in rows if one["host"] == "bare"]
    assert (bare["update"], bare["verdict"], bare["failing"], bare["collected"]) == (None, None, None, None)
    lacking = [one for one in rows if one["host"] == "EX00003" and one["verdict"] == "missing"]
    assert [one["kb"] for one in lacking] == [5014261, 5014262, 5014263]
    assert {(one["group"], one["outcome"], one["failing"]) for one in lacking} == {("DAG0", "findings", True)}
    assert str(lacking[0]["collected"]) == "2026-11-01 06:30:00+00:00"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.slow
@needs_browser
def test_axe_finds_no_fault_in_light_and_in_dark(browser: Browser, tmp_path: Path) -> None:
    place = tmp_path / "fleet.html"
    with Spool() as spool:
        (page,) = html_text(document(filled(spool, 40), grouped=True))
    place.write_text(page)
    browser.get(place.as_uri())
    for scheme, phone in ((scheme, phone) for scheme in ("light", "dark") for phone in (False, True)):
        faults, passed = axe_faults(browser, scheme, phone=phone)
        assert faults == []
        assert len(passed) > 10


def test_the_workbook_has_a_row_a_host_worst_first_and_a_row_an_update() -> None:
    import openpyxl

    from hotfix_check.fleet.as_xlsx import write_fleet_xlsx

    stream = io.BytesIO()
    with Spool() as spool:
        write_fleet_xlsx(document(filled(spool, 60), grouped=True), stream)
    book = openpyxl.load_workbook(stream)
    assert book.sheetnames == ["Summary", "Hosts", "Next steps", "Exposures", "Updates", "Other hosts and files"]
    labels, *hosts = book["Hosts"].iter_rows(values_only=True)
    assert labels[8:10] == ("CVEs open", "CVEs exploited")
    rows = [dict(zip(labels, values, strict=True)) for values in hosts]
    assert len(rows) == 60
    assert (rows[0]["Missing"], rows[0]["Outcome"], rows[-1]["Outcome"]) == (39, "findings", "clean")
    assert visible(f"EX{HOSTILE}") in {one["Host"] for one in rows}
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    around = {values[0] for values in book["Other hosts and files"].iter_rows(values_only=True)}
    assert "Could not be judged" in around


def test_no_host_is_green_beside_what_is_open_and_an_old_one_stands_out() -> None:
    with Spool() as spool:
        spool.add(row("OPEN", outcome="clean", findings={"undetermined": KBS[:1]}))
        spool.add(row("CLEAN", outcome="clean", findings={"installed": KBS[:1]}, at="2020-01-01T00:00:00Z"))
        spool.finish(None)
        (text,) = html_text(document(spool, grouped=False))
    of = hosts_in(text)
    assert 'class="o plain">clean' in of["OPEN"]
    assert 'class="o clean">clean' in of["CLEAN"]
    assert 'class="n nb old" data-label="Age">6 years' in of["CLEAN"]
    assert 'class="n nb old"' not in of["OPEN"]
