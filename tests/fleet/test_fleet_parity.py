"""One fleet, many renderings: what its JSON holds is told by every format, in the words of the report on one server."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Run
from fleet.hosts import APRIL_2022, AT, MAY_2022, NEWEST, QUESTION, installation, inventory, row
from fleet.hosts import document as document_of
from report.browsers import Browser, needs_browser, open_browser, printed, width_on_a_phone
from report.documents import HOSTILE
from report.documents import document as result
from report.hostile import EVERY, PAYLOADS, acting, small_with
from report.spreadsheets import converted, needs_libreoffice
from targets import folder, installed

from hotfix_check.fleet.as_csv import csv_text
from hotfix_check.fleet.as_html import html_text
from hotfix_check.fleet.as_markdown import markdown_text
from hotfix_check.fleet.as_table import table_text
from hotfix_check.fleet.as_xlsx import write_fleet_xlsx
from hotfix_check.fleet.host import FleetJudge, judge_host
from hotfix_check.fleet.reports import FLEET, json_text
from hotfix_check.fleet.spool import Spool
from hotfix_check.fleet.standing import HostStep
from hotfix_check.inventory.files import Collected
from hotfix_check.inventory.saved import inventory_to_json
from hotfix_check.report.formats import View
from hotfix_check.report.markdown import MAX_LENGTH
from hotfix_check.report.text import visible

EXPLOITED = {"exposed": 3, "exploited": ("CVE-2024-21410",)}
CVES = {"exposed": ("CVE-2024-21410", "CVE-2099-0001"), "needs-configuration": ("CVE-2099-0002",), "unknown": ()}
STEP = HostStep("exchange-2016/KB5014261", f"Install KB5014261: {HOSTILE}")


def spooled(spool: Spool) -> Spool:
    """Six hosts: exposed, twice installed, silent, clean, with nothing recognised, with a hostile name."""
    worst = installation(standing={**EXPLOITED, "support_ends": "2025-10-14"}, cves=CVES, steps=(STEP, STEP))
    other = installation(
        root="D/V15", standing={"lacking": 2, "partial": 2}, cves={**CVES, "exposed": CVES["exposed"][:1]}
    )
    aside = installation(root="HarddiskVolumeShadowCopy1/V15", counts=False, standing=EXPLOITED, cves=CVES)
    spool.add(row("WORST", installations=(worst,)))
    spool.add(row("TWICE", installations=(installation(), other, aside)))
    spool.add(row("SILENT", at="2020-01-01T00:00:00Z"))
    well = installation(standing={"lacking": 0, "support_ends": "2030-01-01"}, steps=())
    spool.add(
        row("CLEAN", outcome="clean", findings={"installed": ("exchange-2016/KB5014261",)}, installations=(well,))
    )
    spool.add(row("EMPTY", outcome="nothing-recognised", findings={}, installations=(), products=()))
    spool.add(
        row(f"EVIL{HOSTILE}", source="evil.json", installations=(installation(root=f"V15{HOSTILE}", steps=(STEP,)),))
    )
    spool.finish(None)
    return spool


@pytest.fixture(scope="module")
def made() -> Iterator[dict[str, Any]]:
    """The fleet in every format."""
    with Spool() as spool:
        document = document_of(spooled(spool))
        book = io.BytesIO()
        write_fleet_xlsx(document, book)
        yield {
            "json": json.loads("".join(json_text(document))),
            "csv": list(csv.DictReader(io.StringIO("".join(csv_text(document)), newline=""))),
            "xlsx": {
                sheet.title: [
                    dict(zip([cell.value for cell in sheet[1]], values, strict=True))
                    for values in sheet.iter_rows(min_row=2, values_only=True)
                ]
                for sheet in openpyxl.load_workbook(book).worksheets
            },
            "table": " ".join("".join(table_text(document, width=120, everything=True)).split()),
            "md": unescape("".join(markdown_text(document)).replace("\\", "")),
            "html": unescape("".join(html_text(document))),
        }


def test_the_worst_host_comes_first_everywhere(made: dict[str, Any]) -> None:
    order = ["WORST", "SILENT", "TWICE", "EMPTY", "CLEAN"]
    assert [one["host"] for one in made["csv"] if one["host"] in order and one["record"] == "host"] == order
    assert [one["Host"] for one in made["xlsx"]["Hosts"] if one["Host"] in order] == order
    rows = made["html"].partition("Hosts, worst first")[2].partition("</table>")[0]
    hosts = made["md"].partition("## Hosts, worst first")[2].partition("##")[0]
    for text in (rows, hosts):
        places = [text.index(host) for host in order]
        assert places == sorted(places)


def test_every_installation_of_a_host_is_told_with_how_it_stands_and_its_next_step(made: dict[str, Any]) -> None:
    hosts = {one["host"]: one for one in made["json"]["hosts"]}
    assert [one["root"] for one in hosts["TWICE"]["installations"]] == ["V15", "D/V15", "HarddiskVolumeShadowCopy1/V15"]
    assert hosts["WORST"]["installations"][0]["posture"] == (
        "Exchange Server 2016 CU23, build 15.1.2507.6; out of support since 2025-10-14 (13 months); 1 update behind; "
        "exposed to 3 CVEs, 1 of them known to be exploited (CVE-2024-21410)."
    )
    assert hosts["WORST"]["installations"][0]["next_steps"] == [{"id": STEP.id, "words": STEP.words}] * 2
    said = "2 updates behind; half-installed"
    steps = (
        "Install KB5014261: Security update of May 2022. (V15) Install KB5014261: Security update of May 2022. (D/V15)"
    )
    (twice,) = [one for one in made["xlsx"]["Hosts"] if one["Host"] == "TWICE"]
    assert (twice["Installations"], said in twice["How it stands"], twice["Next step"]) == (3, True, steps)
    (twice,) = [one for one in made["csv"] if one["host"] == "TWICE"]
    assert (twice["installations"], said in twice["standing"]) == ("3", True)
    for form in ("html", "md"):
        assert said in made[form]
        assert "a shadow copy, which does not count" in made[form]
        assert "(D/V15)" in made[form]
    for form in ("html", "md", "table"):
        assert visible(STEP.words)[:60] in made[form]
        assert "Then 1 more step." in made[form]


def test_postures_are_counted_the_same_everywhere(made: dict[str, Any]) -> None:
    postures = {one["posture"]: (one["installations"], one["hosts"]) for one in made["json"]["postures"]}
    assert made["json"]["summary"]["installations"] == 6
    assert made["json"]["summary"]["several_installations"] == 1
    assert postures == {
        **dict.fromkeys(postures, (0, 0)),
        **{"known-exploited": (1, 1), "exposed": (1, 1), "half-installed": (1, 1), "behind": (5, 4)},
        **{"out-of-support": (1, 1), "nothing-open": (1, 1)},
    }
    rows = {one["posture"]: one for one in made["csv"] if one["record"] == "posture"}
    assert {key: (int(one["installations"]), int(one["hosts"])) for key, one in rows.items()} == postures
    summary = {one["Fact"]: one["Value"] for one in made["xlsx"]["Summary"]}
    assert (summary["Installations: Behind"], summary["Hosts: Behind"]) == (5, 4)
    assert "| Behind | 5 | 4 |" in made["md"]
    assert "Behind: 5 (on 4 hosts)" in made["table"]
    assert '<th scope="row">Behind</th><td class="n">5</td><td class="n">4</td>' in made["html"]
    for form in ("table", "md", "html"):
        assert "1 of 6 installations is exposed to a CVE that is known to be exploited." in made[form]


def test_a_cve_counts_once_a_host_by_its_worst_installation_everywhere(made: dict[str, Any]) -> None:
    found = {one["cve"]: one for one in made["json"]["exposures"]}
    assert {key: (one["exposed"], one["needs-configuration"], one["hosts"]) for key, one in found.items()} == {
        "CVE-2024-21410": (2, 0, 2),
        "CVE-2099-0001": (1, 0, 1),
        "CVE-2099-0002": (0, 2, 2),
    }
    assert (found["CVE-2024-21410"]["known_exploited"], found["CVE-2099-0001"]["cvss"]) == ("2024-02-15", None)
    said = "CVE-2024-21410 is open on 2 of 6 hosts, known to be exploited since 2024-02-15"
    assert said in made["table"]
    assert said in made["md"]
    rows = {
        one["cve"]: (one["exposed"], one["needs_configuration"]) for one in made["csv"] if one["record"] == "exposure"
    }
    assert rows["CVE-2024-21410"] == ("2", "0")
    first, *_ = made["xlsx"]["Exposures"]
    assert (first["CVE"], first["Exposed"], first["Of hosts"]) == ("CVE-2024-21410", 2, 6)
    assert isinstance(first["Known exploited since"], datetime)
    assert '>CVE-2024-21410</th><td role="cell" class="n nb" data-label="Open on">2 of 6</td>' in made["html"]


def test_next_steps_are_counted_the_same_everywhere(made: dict[str, Any]) -> None:
    (step,) = made["json"]["next_steps"]
    assert (step["id"], step["hosts"], step["first"]) == ("exchange-2016/KB5014261", 4, 4)
    said = "KB5014261 on 4 of 6 hosts"
    assert said in made["table"]
    assert said in made["md"]
    (line,) = [one for one in made["csv"] if one["record"] == "step"]
    assert (line["id"], line["hosts"], line["first"]) == ("exchange-2016/KB5014261", "4", "4")
    (line,) = made["xlsx"]["Next steps"]
    assert (line["Step"], line["Hosts"], line["First on"]) == ("KB5014261", 4, 4)
    assert 'data-label="Hosts">4</td><td role="cell" class="n" data-label="First on">4<' in made["html"]


@pytest.mark.slow
@needs_libreoffice
def test_the_workbook_is_the_same_after_libreoffice_saved_it(made: dict[str, Any], tmp_path: Path) -> None:
    with Spool() as spool, (tmp_path / "fleet.xlsx").open("wb") as stream:
        write_fleet_xlsx(document_of(spooled(spool)), stream)
    book = openpyxl.load_workbook(converted(tmp_path / "fleet.xlsx", "xlsx", tmp_path))
    for name, rows in made["xlsx"].items():
        _, *again = book[name].iter_rows(values_only=True)
        assert [list(one) for one in again] == [list(one.values()) for one in rows]


def test_a_host_that_says_nothing_for_years_stands_out_everywhere(made: dict[str, Any]) -> None:
    assert made["json"]["summary"]["silent"] == 1
    for form in ("table", "md", "html"):
        assert "SILENT: nothing for 6 years, since 2020-01-01" in made[form]
        assert "1 host has sent nothing for a year or longer" in made[form]
    assert [one["host"] for one in made["csv"] if one["record"] == "silent"] == ["SILENT"]
    assert {one["Host"] for one in made["xlsx"]["Hosts"] if one["Silent"] == "yes"} == {"SILENT"}


def test_a_report_without_a_day_of_its_own_calls_nobody_silent(tmp_path: Path, run: Run) -> None:
    (tmp_path / "old.json").write_bytes(inventory("OLD", NEWEST, at=AT.replace(year=2019)))
    assert run("fleet", tmp_path, "-f", "json", "--no-run-info").result["summary"]["silent"] is None
    assert run("fleet", tmp_path, "-f", "json").result["summary"]["silent"] == 1


def test_hostile_text_stays_text_in_every_format(made: dict[str, Any]) -> None:
    assert "<script>alert" not in made["html"].replace(visible(HOSTILE), "").partition("<body>")[0]
    for form in ("table", "md", "html"):
        assert acting(made[form]) == []
    cells = [cell for rows in made["xlsx"].values() for one in rows for cell in one.values() if isinstance(cell, str)]
    assert any(visible(f"EVIL{HOSTILE}") == cell for cell in cells)
    starts = {cell[0] for one in made["csv"] for cell in one.values() if cell}
    assert starts.isdisjoint("=+-@\t\r")


def all_formats(spool: Spool) -> str:
    """A fleet in every text format and as a workbook, which must be written at all."""
    spool.finish(None)
    document = document_of(spool)
    write_fleet_xlsx(document, io.BytesIO())
    view = View(width=100)
    return "".join(piece for form in FLEET.text.values() for piece in form(document, view))


@EVERY
def test_a_strangers_result_is_told_in_every_format_or_named_as_damaged(payload: str) -> None:
    data = json.dumps(small_with(result, 6, payload)).encode()
    with Spool() as spool:
        for one in judge_host(data, "evil.json", FleetJudge(QUESTION)):
            spool.add(one)
        assert acting(all_formats(spool), beside="\r\n\xad") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"support": {"ends": "2025-99-99"}}, "month must be in 1..12"),
        ({"support": {"extended_until": "0000-01-01"}}, "year 0 is out of range"),
        ({"build_released": "2022-02-31"}, "day is out of range for month"),
        ({"behind": {"months": 10**20}}, "behind, months: a whole number of 21 digits"),
    ],
    ids=["no such month", "no such year", "no such day", "more months than there are"],
)
def test_a_result_that_cannot_be_is_a_damaged_host(change: dict[str, Any], said: str) -> None:
    made: Any = result(6, files=1, rungs=1)
    (one,) = made["targets"][0]["installations"]
    for key, value in change.items():
        one[key] = {**one[key], **value} if isinstance(value, dict) else value
    (row_,) = judge_host(json.dumps(made).encode(), "odd.json", FleetJudge(QUESTION))
    assert row_.kind == "damaged"
    assert said in str(row_.reason)


def test_evidence_of_no_day_at_all_is_old_and_of_no_age() -> None:
    with Spool() as spool:
        spool.add(row("ODD", at="0000-00-00T00:00:00Z"))
        assert "ODD: nothing since 0000-00-00" in all_formats(spool)


@pytest.mark.parametrize("count", [0, 3_000])
def test_markdown_of_any_fleet_fits_a_comment(count: int) -> None:
    words = list(PAYLOADS.values())
    with Spool() as spool:
        for number in range(count):
            root = f"{words[number % len(words)]}/V15"
            spool.add(row(f"EX{number}", installations=(installation(root=root, steps=(STEP,)),)))
        spool.finish(None)
        text = "".join(markdown_text(document_of(spool)))
    assert len(text) <= MAX_LENGTH
    assert ("Left out here: " in text) == (count > 0)
    assert "## Basis of this report" in text


def two_disks(host: str) -> bytes:
    """A server with two copies of Exchange, one further behind than the other."""
    files = [
        installed(f"{disk}/Program Files/Microsoft/Exchange Server/V15/Bin/ExSetup.exe", version)
        for disk, version in (("C", MAY_2022), ("D", APRIL_2022))
    ]
    return inventory_to_json(folder(*files), Collected(host=host, at=AT, by="hotfix-check 0.1.0")).encode()


def test_a_fleet_says_of_a_host_what_the_report_on_it_says(tmp_path: Path, run: Run) -> None:
    given = {"ONE": inventory("ONE", APRIL_2022), "TWO": two_disks("TWO"), "NEW": inventory("NEW", NEWEST)}
    for host, data in given.items():
        (tmp_path / f"{host}.json").write_bytes(data)
    hosts = run("fleet", tmp_path, "-f", "json", "--as-of", "2026-11-21").result["hosts"]
    for host in hosts:
        scanned = run("scan", tmp_path / f"{host['host']}.json", "-f", "json", "--as-of", "2026-11-21").result
        (tmp_path / "result.json").write_text(json.dumps(scanned))
        again = run("fleet", tmp_path / "result.json", "-f", "json", "--as-of", "2026-11-21").result["hosts"][0]
        (target,) = scanned["targets"]
        for told in (host, again):
            assert [one["posture"] for one in told["installations"]] == [
                one["posture"] for one in target["installations"]
            ]
            assert [[step["id"] for step in one["next_steps"]] for one in told["installations"]] == [
                [step["id"] for step in one["next_steps"]] for one in target["installations"]
            ]
            exposed = {
                cve["cve"] for one in target["installations"] for cve in one["exposures"] if cve["state"] == "exposed"
            }
            assert set(told["exposures"]["exposed"]) == exposed
    assert [len(host["installations"]) for host in hosts] == [1, 1, 2]


def test_a_host_of_the_journal_stands_on_the_day_of_the_run(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ONE.json").write_bytes(inventory("ONE", APRIL_2022))
    for day, said in (("2026-11-21", "(13 months)"), ("2028-11-21", "(3 years)")):
        ran = run("fleet", tmp_path / "in", "-f", "json", "--no-run-info", "--as-of", day, "--resume", tmp_path / "j")
        assert said in ran.result["hosts"][0]["installations"][0]["posture"]


@pytest.mark.parametrize(
    ("day", "ended"),
    [(date(2025, 10, 14), (False, 0)), (date(2025, 10, 15), (True, 1)), (date(2026, 11, 21), (True, 403))],
    ids=["its last day", "the day after", "a year later"],
)
def test_support_has_ended_by_the_day_of_the_run(day: date, ended: tuple[bool, int]) -> None:
    stood = installation(standing={"support_ends": "2025-10-14"}).on(day, day)
    assert (stood.ended, stood.ended_days) == ended


@pytest.mark.slow
@needs_browser
def test_the_page_fits_a_phone_and_its_matrix_the_paper(tmp_path: Path) -> None:
    kbs = [f"exchange-2016/KB{5014261 + number}" for number in range(40)]
    with Spool() as spool:
        for number in range(60):
            lacks = kbs[: number % 40]
            spool.add(row(f"EXCH{number:02}.corp.example", findings={"missing": lacks, "failing": lacks}))
        spool.finish(None)
        (page,) = html_text(document_of(spool))
    (tmp_path / "fleet.html").write_text(page)
    opened: Browser
    with open_browser(tmp_path / "profile") as opened:
        opened.get((tmp_path / "fleet.html").as_uri())
        assert width_on_a_phone(opened) == 390
        widest = (
            "return Math.max(...[...document.querySelectorAll('table')].map(one => one.getBoundingClientRect().right))"
        )
        for width in (1200, 680):  # of a screen; of A4 between its margins
            size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
            opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            if width == 680:
                opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
            assert opened.execute_script(widest) <= width
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        text = "\n".join(printed(opened))
    counts = [str(number) for number in (*range(58, 18, -2), *range(19, 15, -1))]
    printed_rows = [line.split()[4:] for line in text.splitlines() if line.startswith("exchange-2016 CU23 60 60")]
    assert [count for row in printed_rows for count in row] == counts
