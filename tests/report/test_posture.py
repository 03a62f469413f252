"""The one sentence for an installation, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run
from pe_builder import build_pe

from hotfix_check.report.posture import Standing, posture_words, span_words

CU23 = "Exchange Server 2016 CU23"


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (
            Standing(
                name="Exchange Server SE RTM", build="15.2.2562.17", build_day="2025-07-01", support_ends="2035-12-31"
            ),
            "Exchange Server SE RTM, build 15.2.2562.17 of 2025-07-01; supported until 2035-12-31; "
            "no required or recommended update is missing.",
        ),
        (
            Standing(
                name=CU23,
                build="15.1.2507.6",
                build_day="2022-04-20",
                support_ends="2025-10-14",
                ended=True,
                ended_days=408,
                extended_until="2026-10-13",
                extended_ended=True,
                lacking=24,
                months=41,
                exposed=14,
                exploited=("CVE-2022-41040", "CVE-2022-41082", "CVE-2023-21529", "CVE-2024-21410"),
                steps=("KB5066369",),
            ),
            "Exchange Server 2016 CU23, build 15.1.2507.6 of 2022-04-20; out of support since 2025-10-14 (13 months), "
            "paid support ended 2026-10-13; 24 updates and 41 months behind; exposed to 14 CVEs, 4 of them known to be "
            "exploited (CVE-2022-41040, CVE-2022-41082, CVE-2023-21529 and 1 more); next: KB5066369.",
        ),
        (
            Standing(name=CU23, support_ends="2025-10-14", ended=True, lacking=2, partial=2, months=1, undetermined=1),
            "Exchange Server 2016 CU23; out of support since 2025-10-14; 2 updates and 1 month behind, half-installed, "
            "1 more update could not be determined.",
        ),
        (
            Standing(name=CU23, lacking=3, partial=1, steps=("CU23", "KB1", "KB2", "KB3")),
            "Exchange Server 2016 CU23; no end of support is known; 3 updates behind, 1 of them half-installed; "
            "next: CU23, then KB1, then KB2 and 1 more.",
        ),
        (
            Standing(name=CU23, newer_than_catalogue=True, support_ends="2035-12-31"),
            "Exchange Server 2016 CU23; supported until 2035-12-31; its build is newer than the catalogue, so what it "
            "lacks is unknown.",
        ),
        (
            Standing(name=CU23, undetermined=2, to_configure=4, unsettled=5),
            "Exchange Server 2016 CU23; no end of support is known; 2 updates could not be determined; "
            "4 CVEs need configuration, 5 CVEs undetermined.",
        ),
        (
            Standing(name=CU23, accepted=2),
            "Exchange Server 2016 CU23; no end of support is known; no required or recommended update is missing "
            "apart from what is accepted.",
        ),
        (
            Standing(name=CU23, lacking=1, accepted=1),
            "Exchange Server 2016 CU23; no end of support is known; 1 update behind, 1 accepted under a waiver.",
        ),
        (
            Standing(name=CU23, exposed=1),
            "Exchange Server 2016 CU23; no end of support is known; exposed to 1 CVE.",
        ),
        (
            Standing(name=CU23, whole=False),
            "Exchange Server 2016 CU23; no end of support is known; no required update is missing among those judged.",
        ),
        (
            Standing(name=CU23, judged=False),
            "Exchange Server 2016 CU23; no end of support is known; no update was judged.",
        ),
    ],
    ids=[
        *("nothing is missing", "far behind and bought support", "all that is there is half-installed"),
        *("one of three half-installed", "newer than the catalogue", "nothing could be determined"),
        *("what is missing is accepted", "one of two is accepted", "open though nothing is missing"),
        *("one was asked for", "nothing was judged"),
    ],
)
def test_the_posture_is_one_sentence(standing: Standing, words: str) -> None:
    assert posture_words(standing) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (61, "61 days"),
        (62, "2 months"),
        (408, "13 months"),
        (729, "23 months"),
        (730, "2 years"),
        (7600, "20 years"),
    ],
)
def test_a_span_is_said_in_the_unit_that_people_use(days: int, words: str) -> None:
    assert span_words(days) == words


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ((), "1 update behind"),
        (("--kb", "KB5063224"), "no required update is missing among those judged"),
        (("--cve", "CVE-2025-53786"), "no required update is missing among those judged; 1 CVE needs configuration"),
    ],
    ids=["the whole server", "one KB", "one CVE"],
)
def test_a_narrow_question_never_speaks_for_the_whole_server(
    asked: tuple[str, ...], sentence: str, tmp_path: Path, run: Run
) -> None:
    place = tmp_path / "Exchange Server/V15/Bin"
    place.mkdir(parents=True)
    (place / "ExSetup.exe").write_bytes(build_pe("15.2.2562.56", strings={"ProductName": "Microsoft Exchange"}))
    ran = run("scan", tmp_path, *asked, "--as-of", "2026-11-28", "-q", "-f", "json")
    ((one,),) = [target["installations"] for target in ran.result["targets"]]
    assert sentence in one["posture"]
    assert "no required or recommended update is missing" not in one["posture"]
