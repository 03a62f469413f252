"""Damage never makes an answer better: one fault in one file, whatever it is, turns nothing missing into installed."""

from __future__ import annotations

from datetime import date

import pytest
from assess.damage import FAULTS, program, sample, servers, tried, with_census
from assess.test_census import OCT25, OCT25_BUILD, marker, part
from targets import ASSESSOR, SP4_BIN, finding, folder, installed, judge

from hotfix_check.assess import Question, Verdict
from hotfix_check.assess.weight import Outcome, outcome_of
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import InstalledFile, Inventory, UnreadableFile
from hotfix_check.version import FileVersion

EACH = 20


@pytest.mark.parametrize("start", range(0, 240, EACH))
def test_no_single_fault_makes_an_answer_better(start: int) -> None:
    """Nothing missing or partial becomes installed or superseded, and no exit code 1 or 3 becomes 0."""
    found = [tried(seed) for seed in range(start, start + EACH)]
    assert [(one.server, one.path, one.fault, one.better) for one in found if one.better] == []


def test_the_servers_have_what_could_get_better_and_the_faults_change_answers() -> None:
    from assess.damage import judged

    for server in servers():
        verdicts = {one.verdict for one in judged(server, complete=False, update=None)[0].findings}
        assert verdicts & {Verdict.MISSING, Verdict.PARTIAL}, server.name
    found = [tried(seed) for seed in range(40)]
    assert {one.fault for one in found if one.changed} >= {"an older build", "another product's"}
    assert {one.fault for one in found} <= FAULTS.keys()


def test_an_older_marker_brings_in_no_level_that_lacks_the_file_that_was_removed() -> None:
    """SP4 should have Perfdsa.dll, which is not in a whole Bin; of SP3 its own version is below the update's."""
    server = sample("exchange-5.5-sp4", "exchange-5.5")
    older = program(FileVersion(5, 5, 2512, 0))
    for path in ("Exchsrvr/Bin/Emsmta.exe", "Exchsrvr/Bin/Mad.exe"):
        for target, expected in ((server.sound, "partial"), (server.with_file(path, older), "undetermined")):
            found = ASSESSOR.assess(target, Question(as_of=date(2026, 11, 21), complete=True))
            assert {str(one.verdict) for one in found.findings if one.update.id == "exchange-5.5/KB222191"} == {
                expected
            }


def test_an_older_marker_makes_no_update_one_for_another_level_that_the_other_files_are_of() -> None:
    """With ExSetup.exe of CU14 among 32 files of CU15 the update for CU15 is not out of the question."""
    server = with_census("15.2.1748.39", {"15.2.1748.10": 30, "15.2.1748.36": 2}, "exchange-2019")
    (marker,) = (path for path in server.content if path.endswith("ExSetup.exe"))
    older = server.with_file(marker, program(FileVersion(15, 2, 1544, 4)))
    question = Question(as_of=date(2026, 11, 21), kbs=frozenset({5066367}))
    assert [str(one.verdict) for one in ASSESSOR.assess(server.sound, question).findings] == ["undetermined"]
    assert [str(one.verdict) for one in ASSESSOR.assess(older, question).findings] == ["undetermined"]
    alone = with_census("15.2.1544.4", {}, "exchange-2019")
    assert [str(one.verdict) for one in ASSESSOR.assess(alone.sound, question).findings] == ["not-applicable"]


def test_a_level_that_is_asked_for_is_not_sure_while_a_marker_cannot_be_read() -> None:
    server = sample("exchange-5.5-sp4", "exchange-5.5")
    question = Question(as_of=date(2026, 11, 21), kbs=frozenset(), ids=frozenset({"exchange-5.5/SP4"}))
    for data, unread in ((server.content["Exchsrvr/Bin/Emsmta.exe"], False), (b"MZ", True)):
        found = ASSESSOR.assess(server.with_file("Exchsrvr/Bin/Emsmta.exe", data), question)
        assert (str(found.findings[0].verdict), found.unreadable_evidence) == ("installed", unread)


NEWEST = "15.2.2562.57"  # of the Subscription Edition


def cut(*files: InstalledFile, within: str | None = None) -> Inventory:
    """An archive that breaks off behind these files; ``within``: it lies in another, which is whole."""
    name = "host.tar" if within is None else f"{within}!/host.tar"
    held = [replace(file, path=f"{name}!/{file.path}") for file in files]
    unread = UnreadableFile(path=name, reason="damaged: unexpected end of data", is_folder=True)
    target = folder(*held, unread)
    return replace(target, folders=() if within is None else (f"{within}!",))


@pytest.mark.parametrize("within", [None, "all.zip"], ids=["the target", "an archive within"])
def test_what_may_lie_behind_the_end_of_an_archive_is_nothing_that_a_level_includes(within: str | None) -> None:
    """In the whole archive an old Mapi32.dll follows: of KB192592, which SP4 includes, it is missing."""
    old = installed("WINNT/System32/Mapi32.dll", "5.5.2232.18")
    assert finding(judge(folder(*SP4_BIN, old)), "exchange-5.5/KB192592").verdict is Verdict.MISSING
    broken = judge(cut(*SP4_BIN, within=within))
    found = finding(broken, "exchange-5.5/KB192592")
    said = " could not be read to its end, and what was not seen may lie there"
    assert (found.verdict, found.reasons[-1].endswith(said)) == (Verdict.UNDETERMINED, True)
    whole = finding(judge(folder(*SP4_BIN)), "exchange-5.5/KB192592")
    assert whole.verdict is Verdict.SUPERSEDED, "counter-case: the files of a whole archive"
    seen = finding(
        judge(cut(*SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2653.12"), within=within)),
        "exchange-5.5/KB192592",
    )
    assert seen.verdict is Verdict.SUPERSEDED, "counter-case: what was seen of a broken one"


@pytest.mark.parametrize("within", [None, "all.zip"], ids=["the target", "an archive within"])
def test_a_marker_in_an_archive_that_breaks_off_does_not_stand_alone(within: str | None) -> None:
    found = finding(judge(cut(marker(OCT25_BUILD), within=within)), OCT25)
    assert (found.verdict, found.anomalies) == (
        Verdict.UNDETERMINED,
        ("half-installed: the rest of host.tar shows no build of the product",),
    )
    borne_out = judge(cut(marker(OCT25_BUILD), part(1, OCT25_BUILD), within=within))
    assert finding(borne_out, OCT25).verdict is Verdict.INSTALLED, "counter-case: another file bears witness"
    assert outcome_of(borne_out) is not Outcome.CLEAN


def test_an_archive_within_that_breaks_off_is_never_clean() -> None:
    """A whole server of the newest build: of the archive that holds it half was read, and its exit code was 0."""
    files = (marker(NEWEST), part(1, NEWEST))
    assert outcome_of(judge(folder(*files))) is Outcome.CLEAN
    assert outcome_of(judge(cut(*files, within="all.zip"))) is Outcome.INCOMPLETE


@pytest.mark.parametrize(
    ("path", "outcome"),
    [("all.zip!/host2.tar", Outcome.INCOMPLETE), ("all.zip!/host1.tar!/Res", Outcome.CLEAN)],
    ids=["another server's", "counter-case: a folder that no file is in"],
)
def test_an_archive_within_of_which_nothing_was_read_is_never_clean(path: str, outcome: Outcome) -> None:
    """One of two servers packed one by one is whole; what the other has nobody knows."""
    files = [replace(file, path=f"all.zip!/host1.tar!/{file.path}") for file in (marker(NEWEST), part(1, NEWEST))]
    unread = UnreadableFile(path=path, reason="damaged: empty header", is_folder=True)
    found = judge(folder(*files, unread))
    assert ({str(one.verdict) for one in found.findings} & {"missing", "partial"}, outcome_of(found)) == (
        set(),
        outcome,
    )


def test_counter_case_an_archive_that_lies_about_in_a_folder_breaks_nothing_off() -> None:
    lies_about = UnreadableFile(path="temp/all.zip", reason="a ZIP archive", is_folder=True)
    assert outcome_of(judge(folder(marker(NEWEST), part(1, NEWEST), lies_about))) is Outcome.CLEAN
