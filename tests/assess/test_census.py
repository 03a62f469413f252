"""One file is never a server: what the other program files say of its marker (KB4509409, KB5011363)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from targets import WORKED, finding, folder, installed, judge, lone

from hotfix_check.assess import Assessment, Verdict
from hotfix_check.assess.finding import Confidence, ExposureState
from hotfix_check.assess.weight import Outcome, outcome_of
from hotfix_check.inventory.files import InstalledFile, UnreadableFile

V15 = "Program Files/Microsoft/Exchange Server/V15/Bin"
V14 = "Program Files/Microsoft/Exchange Server/V14/Bin"
OCT25, AUG25 = "exchange-2016/KB5066369", "exchange-2016/KB5063223"
CU23, AUG25_BUILD, OCT25_BUILD = "15.1.2507.6", "15.1.2507.58", "15.1.2507.61"


def part(number: int, version: str, folder: str = V15, **facts: object) -> InstalledFile:
    """One of the many program files of an Exchange server that no update's table names."""
    given_facts: dict[str, object] = {"product_name": "Microsoft® Exchange", "machine": "amd64", **facts}
    return installed(f"{folder}/Microsoft.Exchange.Part{number:03d}.dll", version, **given_facts)


def parts(count: int, version: str, first: int = 0, **facts: object) -> tuple[InstalledFile, ...]:
    return tuple(part(number, version, **facts) for number in range(first, first + count))  # type: ignore[arg-type]


def marker(version: str, place: str = V15, **facts: object) -> InstalledFile:
    return installed(
        f"{place}/ExSetup.exe", version, **{"product_name": "Microsoft® Exchange", "machine": "amd64", **facts}
    )


def said(result: Assessment, update: str) -> tuple[Verdict, Confidence]:
    found = finding(result, update)
    return found.verdict, found.confidence


@pytest.mark.parametrize(
    ("others", "newest", "before"),
    [
        (parts(60, CU23), Verdict.PARTIAL, Verdict.PARTIAL),
        (parts(19, CU23), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        (parts(5, CU23), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        ((*parts(60, CU23), part(99, OCT25_BUILD)), Verdict.INSTALLED, Verdict.SUPERSEDED),
        ((*parts(60, CU23), part(99, AUG25_BUILD)), Verdict.UNDETERMINED, Verdict.SUPERSEDED),
        ((), Verdict.INSTALLED, Verdict.SUPERSEDED),
        (parts(30, "4.5.1.0", product_name="Some other product"), Verdict.INSTALLED, Verdict.SUPERSEDED),
        (parts(1, "13.0.1.0", product_name=None, company_name="Newtonsoft"), Verdict.INSTALLED, Verdict.SUPERSEDED),
        (parts(1, "4.5.1.0", product_name=None), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        (parts(1, "4.5.1.0", product_name="Microsoft Exchange"), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        (parts(1, "4.5.1.0", product_name="Json.NET", version_string=CU23), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        (parts(1, CU23, product_name="Json.NET", company_name="Acme"), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        (parts(30, CU23, folder=f"{V15}/en"), Verdict.INSTALLED, Verdict.SUPERSEDED),
        (parts(30, CU23, product_name=None), Verdict.PARTIAL, Verdict.PARTIAL),
        (parts(30, CU23, product_name="MICROSOFT(R) EXCHANGE"), Verdict.PARTIAL, Verdict.PARTIAL),
        (
            (*parts(30, CU23), part(99, OCT25_BUILD, version_string=CU23)),
            Verdict.PARTIAL,
            Verdict.PARTIAL,
        ),
        ((*parts(30, CU23), part(99, OCT25_BUILD, folder=f"{V15}/en")), Verdict.INSTALLED, Verdict.SUPERSEDED),
    ],
    ids=[
        "sixty of the cumulative update contradict it",
        "nineteen leave it in doubt",
        "five leave it in doubt",
        "one of its build bears witness to it and to what came before",
        "one of the update before bears witness to that alone",
        "nothing else was collected",
        "files that name another product in all that they say do not speak of it",
        "nor does one of another company",
        "one that names nobody may be its own, with another version",
        "one of its own name may be damaged",
        "one whose text is its build may be damaged",
        "one whose number is its build may be damaged",
        "language files in a subfolder do not speak against it",
        "evidence without product names counts by range and path",
        "trademark signs and case are put aside",
        "a file whose numbers and text differ bears no witness",
        "a file in a subfolder bears witness",
    ],
)
def test_an_update_of_2016_that_its_marker_shows(
    others: tuple[InstalledFile, ...], newest: Verdict, before: Verdict
) -> None:
    result = judge(folder(marker(OCT25_BUILD), *others))
    assert (finding(result, OCT25).verdict, finding(result, AUG25).verdict) == (newest, before)


@pytest.mark.parametrize(
    ("second", "first_build", "second_build", "verdict"),
    [
        ("KB5049233", "15.1.2507.43", "15.1.2507.44", Verdict.INSTALLED),
        ("KB5129958", "15.1.2507.73", "15.1.2507.75", Verdict.UNDETERMINED),
    ],
    ids=["that mends its installation alone stands with it", "with a fix of its own needs a witness of its own"],
)
def test_a_second_version_over_the_files_of_the_first(
    second: str, first_build: str, second_build: str, verdict: Verdict
) -> None:
    result = judge(folder(marker(second_build), *parts(40, first_build)))
    assert finding(result, f"exchange-2016/{second}").verdict is verdict


def test_alone_it_says_on_what_it_rests() -> None:
    found = finding(judge(folder(marker(OCT25_BUILD))), OCT25)
    assert (found.verdict, found.confidence) == (Verdict.INSTALLED, Confidence.MEDIUM)
    assert (
        "it rests on ExSetup.exe alone: no other program file of the product was collected beside it" in found.reasons
    )


def test_the_reason_counts_the_witnesses() -> None:
    found = finding(judge(folder(marker(OCT25_BUILD), *parts(60, CU23), *parts(25, OCT25_BUILD, 100))), OCT25)
    assert "25 of 85 other program files are newer than 15.1.2507.59" in found.reasons
    assert found.anomalies == ()


def test_few_witnesses_among_many_are_thin() -> None:
    thin = judge(folder(marker(OCT25_BUILD), *parts(100, CU23), *parts(2, OCT25_BUILD, 100)))
    assert said(thin, OCT25) == (Verdict.INSTALLED, Confidence.LOW)
    assert [text.partition(":")[0] for text in finding(thin, OCT25).anomalies] == ["thinly-corroborated"]
    firm = judge(folder(marker(OCT25_BUILD), *parts(100, CU23), *parts(8, OCT25_BUILD, 100)))
    assert finding(firm, OCT25).anomalies == ()


def test_half_installed_names_the_newest_other_build() -> None:
    found = finding(judge(folder(marker(OCT25_BUILD), *parts(60, CU23))), OCT25)
    assert found.anomalies == ("half-installed: Microsoft.Exchange.Part059.dll beside ExSetup.exe is 15.1.2507.6",)
    said = "none of the 60 other program files beside ExSetup.exe is newer than 15.1.2507.6"
    assert said in found.reasons


def test_an_unreadable_program_beside_the_marker_leaves_it_in_doubt() -> None:
    broken = UnreadableFile(path=f"{V15}/Microsoft.Exchange.Data.dll", reason="truncated")
    found = finding(judge(folder(marker(OCT25_BUILD), broken)), OCT25)
    assert found.verdict is Verdict.UNDETERMINED
    assert found.anomalies == ("half-installed: Microsoft.Exchange.Data.dll shows no build of the product",)


def test_counter_case_another_program_beside_a_loose_copy_says_nothing() -> None:
    tool = installed("host1/sigcheck.exe", "2.90.0.0", product_name="Sysinternals Sigcheck")
    assert finding(judge(folder(marker(OCT25_BUILD, "host1"), tool)), OCT25).verdict is Verdict.INSTALLED
    damaged = installed("host1/ese.dll", CU23, product_name="Microsoft\x00 Exchange")
    assert finding(judge(folder(marker(OCT25_BUILD, "host1"), damaged)), OCT25).verdict is Verdict.UNDETERMINED


def test_the_subscription_edition_asks_each_update_for_itself() -> None:
    files = (marker("15.2.2562.29"), *parts(40, "15.2.2562.17"), *parts(30, "15.2.2562.20", 100))
    result = judge(folder(*files))
    assert finding(result, "exchange-se/KB5063224").verdict is Verdict.SUPERSEDED
    newest = finding(result, "exchange-se/KB5066366")
    assert newest.verdict is Verdict.UNDETERMINED
    assert "15.2.2562.20" in newest.anomalies[0]
    assert "newest: 15.2.2562.20" in newest.reasons[-1]


def test_a_service_pack_over_files_of_its_rollup() -> None:
    """2010 SP3 whose ExSetup.exe went backwards, with files of RU20: what lies between is half there."""
    result = judge(folder(marker("14.3.123.4", V14), *parts(114, "14.3.389.1", folder=V14)))
    verdicts = {one.update.kb: one.verdict for one in result.findings if one.line == "SP3"}
    assert verdicts[4073537] is Verdict.PARTIAL
    assert "Microsoft.Exchange.Part113.dll is 14.3.389.1, while ExSetup.exe is 14.3.123.4" in " ".join(
        finding(result, "exchange-2010/KB4073537").anomalies
    )


def test_counter_case_a_service_pack_alone_is_not_half_a_rollup() -> None:
    result = judge(folder(marker("14.3.123.4", V14), *parts(114, "14.3.123.4", folder=V14)))
    assert finding(result, "exchange-2010/KB4073537").verdict is Verdict.MISSING


@pytest.mark.parametrize(
    ("build", "word"),
    [("15.1.2375.7", "older-neighbour"), ("15.2.1748.10", "newer-neighbour")],
    ids=["of the cumulative update before", "of another product in the same folder"],
)
def test_a_neighbour_of_another_line_is_named(build: str, word: str) -> None:
    files = (marker(OCT25_BUILD), *parts(30, OCT25_BUILD), part(99, build))
    found = finding(judge(folder(*files)), OCT25)
    assert (found.verdict, found.confidence) == (Verdict.INSTALLED, Confidence.MEDIUM)
    assert found.anomalies == (f"{word}: Microsoft.Exchange.Part099.dll {build}, beside ExSetup.exe",)


@pytest.mark.parametrize(
    ("build", "others", "expected"),
    [
        (CU23, (part(1, "15.1.2375.28"),), (Confidence.MEDIUM, 1)),
        (CU23, (), (Confidence.HIGH, 0)),
        (OCT25_BUILD, (part(1, "15.1.2375.28"),), (Confidence.HIGH, 0)),
    ],
    ids=["beside the level alone", "of the level itself", "where an update of it tells the same"],
)
def test_a_level_without_an_update_names_its_neighbours_itself(
    build: str, others: tuple[InstalledFile, ...], expected: tuple[Confidence, int]
) -> None:
    level = finding(judge(folder(marker(build), *parts(30, build, first=10), *others)), "exchange-2016/CU23")
    assert (level.confidence, len(level.anomalies)) == expected


def test_many_neighbours_of_the_line_before_make_the_level_an_interval() -> None:
    result = judge(folder(marker(CU23), *parts(30, "15.1.2375.7")))
    (level,) = result.products
    assert not level.exact
    assert level.anomalies == ("mixed-level: 30 files beside the marker belong to CU22, and 1 to CU23",)
    assert finding(result, OCT25).line == "CU23"


def test_most_files_of_the_product_before_make_a_level_by_its_marker_doubtful() -> None:
    """2019 becomes the Subscription Edition in its own folder: here Setup replaced its marker and little else."""
    result = judge(folder(marker("15.2.2562.17"), *parts(60, "15.2.1748.39"), part(99, "15.2.2562.17")))
    (level,) = result.products
    assert level.anomalies == (
        "older-neighbour: 60 files beside the marker belong to another product of its folder, such as "
        "Microsoft.Exchange.Part059.dll 15.2.1748.39, and 2 to Exchange Server Subscription Edition; an upgrade in "
        "place that stopped half-way leaves this: run its Setup again, then install updates",
    )
    found = finding(result, "exchange-se/RTM")
    assert (found.verdict, found.confidence) == (Verdict.UNDETERMINED, Confidence.LOW)
    assert found.settle_with == ()
    assert finding(result, "exchange-se/KB5063224").verdict is Verdict.MISSING


def test_an_update_whose_neighbours_are_all_of_the_product_before_says_so() -> None:
    result = judge(folder(marker("15.2.2562.57"), *parts(60, "15.2.1748.39")))
    found = finding(result, "exchange-se/Nov26SU")
    assert found.verdict is Verdict.UNDETERMINED
    said = "Microsoft.Exchange.Part059.dll is another product's 15.2.1748.39"
    assert found.reasons[1] == f"beside ExSetup.exe {said}, and nothing else bears witness to it"
    assert found.anomalies[0] == f"half-installed: {said}"


def test_an_older_marker_among_files_of_the_product_after_it_is_doubtful_too() -> None:
    result = judge(folder(marker("15.2.1748.39"), *parts(60, "15.2.2562.17")))
    (level,) = [one for one in result.products if one.product == "exchange-2019"]
    assert level.anomalies == (
        "newer-neighbour: 60 files beside the marker belong to another product of its folder, such as "
        "Microsoft.Exchange.Part059.dll 15.2.2562.17, and 1 to Exchange Server 2019",
    )
    assert finding(result, "exchange-2019/CU15").verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(("left", "own"), [(19, 0), (30, 30)], ids=["fewer than 20", "no more than its own"])
def test_counter_case_some_files_of_the_product_before_make_no_level_doubtful(left: int, own: int) -> None:
    files = (*parts(left, "15.2.1748.39"), *parts(own, "15.2.2562.17", 100))
    result = judge(folder(marker("15.2.2562.17"), *files))
    assert result.products[0].anomalies == ()
    assert finding(result, "exchange-se/RTM").verdict is Verdict.INSTALLED


@pytest.mark.parametrize(("before", "anomalies"), [(5, ("newer-neighbour",)), (19, ())], ids=["most", "not most"])
def test_what_speaks_against_a_level_is_held_against_all_files_of_its_product(
    before: int, anomalies: tuple[str, ...]
) -> None:
    """25 files of the product after it, 16 of CU15 with its marker, and some that are still CU14's."""
    files = (*parts(25, "15.2.2562.17"), *parts(15, "15.2.1748.10", 100), *parts(before, "15.2.1544.4", 200))
    result = judge(folder(marker("15.2.1748.10"), *files))
    (level,) = [one for one in result.products if one.product == "exchange-2019"]
    assert tuple(text.partition(":")[0] for text in level.anomalies) == anomalies
    assert all(text.endswith("and 21 to Exchange Server 2019") for text in level.anomalies)
    verdict = Verdict.UNDETERMINED if anomalies else Verdict.INSTALLED
    assert finding(result, "exchange-2019/CU15").verdict is verdict


@pytest.mark.parametrize(("count", "state"), [(60, "unknown"), (10, "met")], ids=["most", "counter-case: few"])
def test_what_needs_a_level_that_its_neighbours_contradict_may_lack_it(count: int, state: str) -> None:
    """What needs a level below it does not."""
    result = judge(folder(marker("15.2.1748.10"), *parts(count, "15.2.2562.17"), *parts(15, "15.2.1748.10", 100)))
    (needed,) = finding(result, "exchange-2019/KB5063221").prerequisites
    assert (needed.requires, needed.state) == ("CU15", state)
    (below,) = finding(result, "exchange-2019/KB5007012").prerequisites
    assert (below.requires, below.state) == ("CU11", "met")


def test_files_of_a_preview_are_on_its_line_though_the_release_has_the_same_third_part() -> None:
    result = judge(folder(marker("15.1.225.16"), *parts(40, "15.1.225.16")))
    (level,) = result.products
    assert (level.exact, level.low, level.anomalies) == (True, 0, ())
    assert finding(result, "exchange-2016/CU23").verdict is Verdict.MISSING


def test_counter_case_files_of_the_release_beside_a_preview_are_on_the_line_of_the_release() -> None:
    (level,) = judge(folder(marker("15.1.225.16"), *parts(40, "15.1.225.42"))).products
    assert (level.low, level.high) == (0, 1)
    assert level.anomalies == ("mixed-level: 40 files beside the marker belong to RTM, and 1 to Preview",)


def test_the_census_counts_every_build() -> None:
    result = judge(folder(marker(OCT25_BUILD), *parts(60, CU23), *parts(25, OCT25_BUILD, 100)))
    (one,) = result.installations
    assert [(str(entry.build), entry.files) for entry in one.census] == [(CU23, 60), (OCT25_BUILD, 26)]
    assert (one.root, str(one.build)) == ("Program Files/Microsoft/Exchange Server/V15", OCT25_BUILD)


def test_without_a_marker_the_other_files_name_product_and_line() -> None:
    result = judge(folder(*parts(40, CU23), *parts(20, OCT25_BUILD, 200)))
    (level,) = result.products
    assert (level.product, level.exact, str(level.basis)) == ("exchange-2016", True, "inferred")
    found = finding(result, OCT25)
    assert found.verdict is Verdict.UNDETERMINED
    assert [one.file for one in found.settle_with] == ["ExSetup.exe"]


def test_counter_case_files_of_the_folders_other_product_are_none() -> None:
    """Every V15 server has files of 2013's range (Microsoft.Exchange.WebServices.dll 15.0.913.22)."""
    api = installed(f"{V15}/Microsoft.Exchange.WebServices.dll", "15.0.913.22", product_name="Microsoft® Exchange")
    result = judge(folder(marker(OCT25_BUILD), *parts(30, OCT25_BUILD), api))
    assert [level.product for level in result.products] == ["exchange-2016"]


def test_one_copied_library_shows_product_and_line() -> None:
    result = judge(lone(installed("ese.dll", OCT25_BUILD, product_name="Microsoft® Exchange", machine="amd64")))
    assert [(level.product, level.exact) for level in result.products] == [("exchange-2016", True)]
    assert {one.verdict for one in result.findings} == {Verdict.UNDETERMINED}
    assert {one.file for found in result.findings for one in found.settle_with} == {"ExSetup.exe"}


@given(
    st.lists(st.sampled_from([CU23, "15.1.2507.9", AUG25_BUILD]), max_size=30),
    st.sampled_from([OCT25_BUILD, AUG25_BUILD, CU23]),
    st.integers(0, 29),
)
def test_putting_one_file_back_never_makes_an_answer_better(builds: list[str], own: str, chosen: int) -> None:
    worse = [Verdict.INSTALLED, Verdict.SUPERSEDED]
    files = tuple(part(number, build) for number, build in enumerate(builds))
    before = judge(folder(marker(own), *files))
    if not files:
        return
    at = chosen % len(files)
    back = replace(files[at], version=installed("x", CU23).version)
    after = judge(folder(marker(own), *files[:at], back, *files[at + 1 :]))
    for found in before.findings:
        if found.verdict not in worse:
            assert finding(after, found.update.id).verdict not in worse


@pytest.mark.parametrize(
    ("place", "verdict"),
    [
        (V15.replace("/Bin", "/ClientAccess/Owa/Bin"), Verdict.INSTALLED),
        (V15.replace("/Bin", "/FrontEnd/HttpProxy/bin"), Verdict.INSTALLED),
        (V15.replace("/Bin", "/TransportRoles/agents/Hygiene"), Verdict.INSTALLED),
        (V15.replace("/Bin", "/Bin.old"), Verdict.PARTIAL),
        (V15.replace("/Bin", "/Logging"), Verdict.PARTIAL),
        ("Users/Administrator/Downloads", Verdict.PARTIAL),
    ],
    ids=["client access", "front end", "transport", "a backup beside Bin", "no role folder", "outside"],
)
def test_files_of_the_other_role_folders_bear_witness(place: str, verdict: Verdict) -> None:
    result = judge(folder(marker(OCT25_BUILD), *parts(60, CU23), *parts(5, OCT25_BUILD, 100, folder=place)))
    assert finding(result, OCT25).verdict is verdict


def test_old_files_in_another_role_folder_do_not_speak_against_the_marker() -> None:
    place = V15.replace("/Bin", "/ClientAccess/Owa/Bin")
    result = judge(folder(marker(OCT25_BUILD), *parts(60, CU23, folder=place)))
    assert said(result, OCT25) == (Verdict.INSTALLED, Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("build", "anomalies"),
    [
        (
            "15.1.2507.7",
            (
                "unknown-build: Microsoft.Exchange.Part059.dll is 15.1.2507.7, later than ExSetup.exe 15.1.2507.6, and "
                "no update in the catalogue lies between",
            ),
        ),
        ("15.1.2507.9", ()),
        (CU23, ()),
    ],
    ids=["between two builds: an interim update", "May 2022's: half installed, as its finding says", "the level's own"],
)
def test_files_newer_than_the_marker_where_no_update_lies_between(build: str, anomalies: tuple[str, ...]) -> None:
    result = judge(folder(marker(CU23), *parts(60, build)))
    assert result.installations[0].level.anomalies == anomalies
    may22 = finding(result, "exchange-2016/KB5014261").verdict
    assert may22 is (Verdict.PARTIAL if build == "15.1.2507.9" else Verdict.MISSING)


def test_a_level_that_most_files_are_not_of_includes_nothing_for_sure() -> None:
    """60 files of 2013 CU1 beside an ExSetup.exe of CU5, which came out after the August 2013 update for CU1."""
    files = (part(one, "15.0.620.29") for one in range(60))
    result = judge(folder(marker("15.0.913.22"), *files))
    found = finding(result, "exchange-2013/KB2874216")
    assert (found.verdict, found.confidence) == (Verdict.UNDETERMINED, Confidence.LOW)
    assert "most files are of another level than the marker" in found.reasons[-1]
    (one,) = result.installations
    assert not [
        exposure.cve
        for exposure in one.exposures
        if exposure.fixed_by == found.update.id and exposure.state is ExposureState.FIXED
    ]


def test_counter_case_what_each_of_the_levels_includes_is_included() -> None:
    """Of 60 files of 2016 CU22 beside an ExSetup.exe of CU23 both came out after the May 2021 update."""
    files = (part(one, "15.1.2375.37") for one in range(60))
    result = judge(folder(marker("15.1.2507.77"), *files))
    assert finding(result, "exchange-2016/KB5003435").verdict is Verdict.SUPERSEDED
    fewer = judge(folder(marker("15.0.913.22"), *(part(one, "15.0.620.29") for one in range(5))))
    assert finding(fewer, "exchange-2013/KB2874216").verdict is Verdict.SUPERSEDED


def test_a_level_that_only_builds_show_is_asked_for_by_its_marker() -> None:
    result = judge(folder(*parts(40, "15.2.1544.4")))
    level = finding(result, "exchange-2019/CU14")
    assert level.verdict is Verdict.UNDETERMINED
    assert level.reasons == (
        "the level is CU14, inferred from the builds of its files, and no marker file shows that it is there whole",
    )
    assert [one.file for one in level.settle_with] == ["ExSetup.exe"]


def test_a_file_of_2013_beside_the_marker_of_2016_is_named_and_no_doubt() -> None:
    api = installed(f"{V15}/Microsoft.Exchange.WebServices.dll", "15.0.913.22", product_name="Microsoft® Exchange")
    found = finding(judge(folder(marker(OCT25_BUILD), api)), OCT25)
    assert (found.verdict, found.confidence) == (Verdict.INSTALLED, Confidence.MEDIUM)
    assert "it rests on ExSetup.exe alone" in found.reasons[-1]
    assert found.anomalies == ("older-neighbour: Microsoft.Exchange.WebServices.dll 15.0.913.22, beside ExSetup.exe",)


@pytest.mark.parametrize(
    ("build", "beside", "count", "update"),
    [
        pytest.param("15.2.2562.29", "15.2.1748.39", 1, "exchange-se/KB5066366", id="2019, which becomes it in place"),
        pytest.param(OCT25_BUILD, "15.0.1497.48", 20, OCT25, id="many of 2013"),
    ],
)
def test_counter_case_what_an_upgrade_may_have_left_is_a_doubt(
    build: str, beside: str, count: int, update: str
) -> None:
    found = finding(judge(folder(marker(build), *parts(count, beside))), update)
    assert found.verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("number", [5019758, 5014261])
def test_a_lone_marker_shows_that_its_server_is_of_no_other_product(number: int) -> None:
    """KB5019758 is for 2013, 2016 and 2019: who asks for it of a copied ExSetup.exe asks for one of them."""
    result = judge(lone(marker("15.1.2507.16")), kbs=frozenset({number}))
    verdicts = {one.update.product: one.verdict for one in result.findings}
    assert verdicts.pop("exchange-2016") in (Verdict.INSTALLED, Verdict.SUPERSEDED)
    assert set(verdicts.values()) == {Verdict.NOT_APPLICABLE}
    assert outcome_of(result) is Outcome.CLEAN


def test_counter_case_a_lone_file_that_other_products_have_too_shows_nothing_of_them() -> None:
    result = judge(lone(installed("Mapi32.dll", "6.0.6448.0")), kbs=frozenset({818861}))
    assert [one.verdict for one in result.findings] == [Verdict.UNDETERMINED]
    unread = judge(lone(UnreadableFile(path="ExSetup.exe", reason="damaged")), kbs=frozenset({5019758}))
    assert {one.verdict for one in unread.findings} == {Verdict.UNDETERMINED}


@pytest.mark.parametrize(
    ("shown", "beside", "levels"),
    [
        ("15.1.225.16", "15.1.225.16", ("Preview", "Preview")),
        ("15.1.225.42", "15.1.225.42", ("RTM", "RTM")),
        ("15.1.225.42", "15.1.225.16", ("Preview", "RTM")),
        ("15.1.225.42", "15.1.225.37", ("RTM", "RTM")),
    ],
    ids=[
        "the preview",
        "counter-case: what was released",
        "counter-case: one over the other",
        "counter-case: a file of the release below its headline",
    ],
)
def test_files_of_a_preview_are_not_of_the_release_with_its_third_part(
    shown: str, beside: str, levels: tuple[str, str]
) -> None:
    (product,) = judge(folder(marker(shown), *parts(40, beside))).products
    known = WORKED.product(product.product).levels
    assert (known[product.low].name, known[product.high].name) == levels


@pytest.mark.parametrize(
    ("build", "verdict"),
    [("15.1.2600.1", Verdict.UNDETERMINED), (OCT25_BUILD, Verdict.INSTALLED)],
    ids=["a level that the catalogue lacks", "counter-case: the marker's own"],
)
def test_a_file_of_a_later_level_bears_no_witness_to_an_update_of_this_one(build: str, verdict: Verdict) -> None:
    result = judge(folder(marker(OCT25_BUILD), *parts(60, CU23), part(99, build)))
    assert finding(result, OCT25).verdict is verdict


@pytest.mark.parametrize("place", [f"{V15}/KB5066369/ExSetup.exe", f"{V15}/de/exsetup.exe", f"{V15}/EXSETUP.EXE"])
def test_another_copy_of_the_marker_bears_no_witness_to_it(place: str) -> None:
    """Somebody unpacked the update below Bin, or a collection tells names apart by case: no other file is newer."""
    copy = installed(place, OCT25_BUILD, product_name="Microsoft® Exchange")
    for others, newest, before in (
        (parts(60, CU23), Verdict.PARTIAL, Verdict.PARTIAL),
        (parts(5, CU23), Verdict.UNDETERMINED, Verdict.UNDETERMINED),
        ((*parts(60, CU23), part(99, AUG25_BUILD)), Verdict.UNDETERMINED, Verdict.SUPERSEDED),
    ):
        result = judge(folder(marker(OCT25_BUILD), copy, *others))
        assert (finding(result, OCT25).verdict, finding(result, AUG25).verdict) == (newest, before)
    alone = finding(judge(folder(marker(OCT25_BUILD), copy)), OCT25)
    assert "it rests on ExSetup.exe alone: no other program file of the product was collected beside it" in (
        alone.reasons
    )


def test_counter_case_another_file_of_a_subfolder_bears_witness_beside_a_copy_of_the_marker() -> None:
    copy = marker(OCT25_BUILD, f"{V15}/de")
    result = judge(folder(marker(OCT25_BUILD), copy, *parts(30, CU23), part(99, OCT25_BUILD, folder=f"{V15}/de")))
    assert finding(result, OCT25).verdict is Verdict.INSTALLED
