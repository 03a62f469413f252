"""The worked cases: real evidence, a question, the answer, with literal versions."""

from __future__ import annotations

import pytest
from targets import HERE, SP3_BIN, SP4_BIN, finding, folder, installed, judge, lone

from hotfix_check.assess.finding import Basis, Confidence, ExposureState, RowState, SatisfiedBy, Verdict
from hotfix_check.assess.weight import exit_code, outcome_of
from hotfix_check.catalogue import load_catalogue
from hotfix_check.catalogue.update import Importance
from hotfix_check.inventory.files import UnreadableFile

E2016 = load_catalogue([HERE / "exchange-2016.toml"])


def test_a_file_that_no_service_pack_touched_is_missing_the_hotfix_and_does_not_vote() -> None:
    result = judge(folder(*SP4_BIN, installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")))
    (product,) = result.products
    assert finding(result, "exchange-5.5/KB324528").verdict is Verdict.MISSING
    assert (product.low, product.high, product.anomalies) == (4, 4, ())
    assert [vote.votes for vote in product.votes if vote.file == "Dramapi.dll"] == ["nothing"]


def test_a_lone_dramapi_is_installed_with_its_prerequisite_inferred() -> None:
    result = judge(lone(installed("Dramapi.dll", "5.5.2656.48", size=19216)))
    found = finding(result, "exchange-5.5/KB324528")
    (group,) = found.prerequisites
    assert [one.update.id for one in result.findings] == ["exchange-5.5/KB324528"]
    assert found.verdict is Verdict.INSTALLED
    assert found.confidence is Confidence.HIGH
    assert (group.requires, group.state, group.basis) == ("SP4", "met", "inferred")
    assert [one.file for one in found.settle_with] == ["Store.exe"]
    (product,) = result.products
    assert (product.exact, product.low, product.basis) == (False, 4, Basis.INFERRED)


def test_the_hotfix_on_a_server_whose_markers_say_sp3_lacks_its_prerequisite() -> None:
    result = judge(folder(installed("Dramapi.dll", "5.5.2656.48"), installed("Emsmta.exe", "5.5.2650.24")))
    found = finding(result, "exchange-5.5/KB324528")
    assert found.verdict is Verdict.INSTALLED
    assert found.prerequisites[0].state == "unmet"
    assert any(text.startswith("prerequisite-absent") for text in found.anomalies)


def test_a_post_sp3_store_is_sp3_and_not_sp4() -> None:
    result = judge(folder(installed("Store.exe", "5.5.2653.22"), installed("Admin.exe", "5.5.2653.22")))
    (product,) = result.products
    assert (product.exact, product.low) == (True, 3)
    assert finding(result, "exchange-5.5/SP4").verdict is Verdict.MISSING


def test_a_restored_mapi32_on_sp4_has_regressed() -> None:
    result = judge(
        folder(*SP4_BIN, installed("WINNT/System32/Mapi32.dll", "5.5.2650.12"), root="c"),
    )
    found = finding(result, "exchange-5.5/KB268657")
    assert found.verdict is Verdict.MISSING
    assert any(text.startswith("regressed") for text in found.anomalies)


def test_an_alpha_file_is_judged_by_its_alpha_row_alone() -> None:
    result = judge(lone(installed("Mapi32.dll", "5.5.2653.6", machine="alpha", size=1385232)))
    found = finding(result, "exchange-5.5/KB270133")
    assert found.verdict is Verdict.INSTALLED
    assert found.anomalies == ()
    other = finding(result, "exchange-5.5/KB818861")
    assert (other.verdict, other.rows[0].state) == (Verdict.UNDETERMINED, RowState.OTHER_PLATFORM)


def test_markers_with_their_own_sp4_versions_agree() -> None:
    result = judge(folder(installed("Dsamain.exe", "5.5.2653.17"), installed("Emsmta.exe", "5.5.2653.23")))
    (product,) = result.products
    assert (product.exact, product.low, product.anomalies) == (True, 4, ())


def test_one_of_two_files_is_partial() -> None:
    result = judge(folder(installed("Imcmsg.dll", "5.5.2658.28"), installed("Msexcimc.exe", "5.5.2658.27")))
    assert finding(result, "exchange-5.5/KB884874").verdict is Verdict.PARTIAL


def test_one_file_alone_leaves_the_other_to_be_supplied() -> None:
    result = judge(lone(installed("Imcmsg.dll", "5.5.2658.28")))
    found = finding(result, "exchange-5.5/KB884874")
    assert found.verdict is Verdict.UNDETERMINED
    assert "Msexcimc.exe was not supplied" in found.reasons
    assert found.settle_with[0].file == "Msexcimc.exe"


def test_later_builds_that_no_update_ships_are_superseded_by_an_unknown_build() -> None:
    result = judge(folder(installed("Imcmsg.dll", "5.5.2658.34"), installed("Msexcimc.exe", "5.5.2658.34")))
    found = finding(result, "exchange-5.5/KB884874")
    assert found.verdict is Verdict.SUPERSEDED
    assert found.satisfied_by == (SatisfiedBy(id=None, certainty="unknown-build"),)
    assert found.reasons[-1] == "a later build; no catalogued update ships it"


def test_another_products_mapi32_satisfies_nothing_and_is_judged_by_its_own_product() -> None:
    mapi = lone(installed("Mapi32.dll", "6.0.6448.0", size=745472))
    asked = finding(judge(mapi, kbs=frozenset({818861})), "exchange-5.5/KB818861")
    assert (asked.verdict, asked.rows[0].state) == (Verdict.UNDETERMINED, RowState.OTHER_PRODUCT)
    assert finding(judge(mapi), "exchange-2000/KB817375").verdict is Verdict.INSTALLED


def test_a_rollup_is_not_claimed_without_its_own_marker() -> None:
    result = judge(lone(installed("Mapi32.dll", "6.0.6487.1")))
    found = finding(result, "exchange-2000/KB817375")
    assert found.verdict is Verdict.SUPERSEDED
    assert found.satisfied_by == (SatisfiedBy(id="exchange-2000/KB824282", certainty="consistent-with"),)
    assert {one.update.id for one in result.findings} == {
        *("exchange-2000/KB817375", "exchange-2000/KB894689", "exchange-2000/KB959897")  # the updates that name it
    }


def test_a_service_pack_released_later_includes_the_fix_with_medium_confidence() -> None:
    found = finding(judge(lone(installed("Mapi32.dll", "6.5.7638.1"))), "exchange-2003/KB901014")
    assert (found.verdict, found.confidence) == (Verdict.SUPERSEDED, Confidence.MEDIUM)
    assert found.satisfied_by == (SatisfiedBy(id="exchange-2003/SP2", certainty="contains"),)


def test_the_windows_stub_is_foreign_and_nothing_is_said_to_be_missing() -> None:
    result = judge(lone(installed("Mapi32.dll", "1.0.2536.0", stub=True)))
    assert (result.findings, result.products) == ((), ())
    assert [one.reason for one in result.foreign] == ["the Windows/Outlook MAPI stub: it exports GetOutlookVersion"]
    assert exit_code([outcome_of(result)]) == 3


def test_a_cumulative_update_does_not_contain_a_later_security_update_for_an_earlier_one() -> None:
    result = judge(
        folder(installed("V15/Bin/ExSetup.exe", "15.1.2507.6", machine="amd64"), root="Exchange Server"), E2016
    )
    found = finding(result, "exchange-2016/KB5014261")
    assert (found.verdict, found.line) == (Verdict.MISSING, "CU23")
    assert found.rows[0].row.version is not None
    assert str(found.rows[0].row.version) == "15.1.2507.9"
    assert exit_code([outcome_of(result)]) == 1


def test_an_update_of_the_same_day_for_another_line_is_not_applicable() -> None:
    result = judge(folder(installed("ExSetup.exe", "15.1.2507.6", machine="amd64")), E2016)
    found = finding(result, "exchange-2016/HU-CU22")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.reasons == ("KB5014261, released the same day, is the update for CU23",)


def test_a_build_that_carries_only_its_own_month_does_not_contain_the_month_before() -> None:
    result = judge(folder(installed("ExSetup.exe", "15.1.2044.13", machine="amd64")), E2016)
    found = finding(result, "exchange-2016/KB4593465")
    assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, RowState.NOT_CONTAINED)
    assert finding(result, "exchange-2016/KB5000871").verdict is Verdict.INSTALLED


def test_a_truncated_file_leaves_its_updates_undetermined() -> None:
    result = judge(lone(UnreadableFile(path="Dramapi.dll", reason="damaged: the headers break off")))
    found = finding(result, "exchange-5.5/KB324528")
    assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, RowState.UNREADABLE)
    assert exit_code([outcome_of(result)]) == 3


def test_an_empty_folder_is_nothing_recognised() -> None:
    result = judge(folder())
    assert outcome_of(result) == "nothing-recognised"
    assert exit_code([outcome_of(result)]) == 3


def test_an_sp3_server_is_told_that_service_pack_4_comes_first() -> None:
    result = judge(folder(*SP3_BIN, installed("Exchsrvr/Bin/Dramapi.dll", "5.5.1960.3")))
    found = finding(result, "exchange-5.5/KB324528")
    assert (found.verdict, found.blocked) == (Verdict.MISSING, True)
    assert finding(result, "exchange-5.5/SP4").verdict is Verdict.MISSING
    assert finding(result, "exchange-5.5/SP3").verdict is Verdict.INSTALLED
    assert finding(result, "exchange-5.5/SP1").satisfied_by == (
        SatisfiedBy(id="exchange-5.5/SP3", certainty="contains"),
    )


def test_a_hotfix_with_a_later_marker_does_not_replace_a_rollup() -> None:
    server = folder(
        *(installed(f"Exchsrvr/Bin/{name}", "6.0.6249.4") for name in ("Emsmta.exe", "Mad.exe", "Store.exe"))
    )
    rollup = finding(judge(server), "exchange-2000/KB836488")
    assert rollup.verdict is Verdict.MISSING
    assert rollup.superseded_by == ("exchange-2000/KB870540",)


def test_what_an_earlier_service_pack_contained_a_later_one_contains() -> None:
    """KB194839 has Mapi32.dll 5.5.2430.0, SP2's own is 5.5.2448.0; what SP4's own is, no source says."""
    mapi = installed("WINNT/System32/Mapi32.dll", "5.5.2653.12")
    found = finding(judge(folder(*SP4_BIN, mapi)), "exchange-5.5/KB194839")
    assert (found.verdict, found.confidence) == (Verdict.SUPERSEDED, Confidence.HIGH)
    assert found.satisfied_by == (SatisfiedBy(id="exchange-5.5/SP4", certainty="contains"),)


def test_a_rollup_is_not_for_a_later_service_pack() -> None:
    """Update Rollup 7 for SP2 came out months after SP3, whose rollups are a series of their own."""
    server = folder(installed("V14/Bin/ExSetup.exe", "14.3.513.0", machine="amd64"))
    result = judge(server)
    found = finding(result, "exchange-2010/KB2874216")
    assert (found.verdict, found.reasons) == (
        Verdict.NOT_APPLICABLE,
        ("a rollup for SP2 alone: SP3 has a series of its own",),
    )
    assert exit_code([outcome_of(result)]) == 0


@pytest.mark.parametrize(
    ("store", "smtp", "verdict"),
    [
        pytest.param("6.0.6603.1", None, Verdict.SUPERSEDED, id="the-rollup-of-august-2004-contains-that-of-april"),
        pytest.param("6.0.6556.5", None, Verdict.SUPERSEDED, id="the-rollup-of-april-2004-contains-it"),
        pytest.param("6.0.6487.1", None, Verdict.UNDETERMINED, id="that-of-september-2003-is-older-with-its-build"),
        pytest.param("6.0.6603.1", "6.0.6249.4", Verdict.MISSING, id="the-file-itself-was-put-back"),
    ],
)
def test_ms03_046_is_in_the_rollups_of_2004(store: str, smtp: str | None, verdict: Verdict) -> None:
    files = [installed(f"Exchsrvr/Bin/{name}", store) for name in ("Emsmta.exe", "Mad.exe", "Store.exe")]
    files += [] if smtp is None else [installed("Exchsrvr/Bin/Exsmtp.dll", smtp)]
    result = judge(folder(*files), cves=frozenset(["CVE-2003-0714"]))
    assert finding(result, "exchange-2000/KB829436").verdict is verdict
    (exposure,) = [one for server in result.installations for one in server.exposures]
    assert (exposure.state is ExposureState.FIXED) is (verdict is Verdict.SUPERSEDED)


def test_a_late_hotfix_for_2000_needs_sp3_and_the_rollup_of_august_2004() -> None:
    bin_folder = [installed(f"Exchsrvr/Bin/{name}", "6.0.6249.4") for name in ("Emsmta.exe", "Mad.exe", "Store.exe")]
    result = judge(folder(*bin_folder))
    found = finding(result, "exchange-2000/KB893624")
    assert (found.verdict, found.importance) == (Verdict.UNDETERMINED, Importance.OPTIONAL)
    assert [(group.requires, group.state) for group in found.prerequisites] == [("SP3", "met"), ("KB870540", "unmet")]
    found = finding(result, "exchange-2000/KB976703")
    assert (found.verdict, found.blocked) == (Verdict.MISSING, True)


def test_a_fix_that_comes_with_sp4_is_for_sp3_and_included_in_sp4() -> None:
    on_sp4 = finding(judge(folder(installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2653.23"))), "exchange-5.5/KB192484")
    assert (on_sp4.verdict, on_sp4.reasons[-1]) == (
        Verdict.SUPERSEDED,
        "SP4 includes this update (by the catalogue)",
    )
    sp3 = folder(
        installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2650.24"), installed("Exchsrvr/Bin/Admin.exe", "5.5.2650.24")
    )
    on_sp3 = finding(judge(sp3), "exchange-5.5/KB192484")
    assert (on_sp3.verdict, on_sp3.line) == (Verdict.MISSING, "SP3")
