"""Which copies are judged, whose they are, and when a file that is not there counts as absent."""

from __future__ import annotations

import pytest
from targets import ASSESSOR, SP4_BIN, finding, folder, installed, judge, lone

from hotfix_check.assess.finding import RowState, Verdict
from hotfix_check.assess.weight import exit_code, outcome_of
from hotfix_check.inventory.files import InstalledFile, UnreadableFile
from hotfix_check.report.identified import identity_document

SYSTEM32 = tuple(
    installed(f"WINNT/System32/{name}", "5.5.2653.21")
    for name in (
        "Dapi.dll",
        "Edbbcli.dll",
        "Escprint.dll",
        "Ese.dll",
        "Eseback.dll",
        "Exchmem.dll",
        "Gapi32.dll",
        "Libxds.dll",
    )
)
BIN_2000 = tuple(installed(f"Exchsrvr/Bin/{name}", "6.0.6249.4") for name in ("Emsmta.exe", "Mad.exe", "Store.exe"))
FIXED = "6.0.6448.0"


def row_state(result: object, update: str) -> RowState:
    return finding(result, update).rows[0].state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "state"),
    [
        (installed("Mapi32.dll", "5.5.2657.50"), RowState.EXACT),
        (installed("Mapi32.dll", "5.5.2657.51"), RowState.LATER),
        (installed("Mapi32.dll", "5.5.2657.49"), RowState.OLDER),
        (installed("MAPI32.DLL", "5.5.2657.50"), RowState.EXACT),
        (installed("Mapi32.dll", "6.5.7233.46"), RowState.OTHER_PRODUCT),
        (installed("Mapi32.dll", "10.0.2627.1"), RowState.FOREIGN),
        (installed("Mapi32.dll", "5.5.2657.50", stub=True), RowState.FOREIGN),
        (installed("Mapi32.dll", "5.5.2657.50", company_name="Contoso"), RowState.UNREADABLE),
        (installed("Mapi32.dll", "5.5.2657.50", company_name=None), RowState.EXACT),
        (installed("Mapi32.dll", "5.5.2657.50", product_name="Microsoft Outlook"), RowState.FOREIGN),
        (installed("Mapi32.dll", "5.5.2657.50", product_name="Microsoft Exchange"), RowState.EXACT),
        (installed("Mapi32.dll", "5.5.2657.50", product_name="Microsoft Exchange Server 2003"), RowState.UNREADABLE),
        (installed("Mapi32.dll", "5.5.2657.50", machine="alpha"), RowState.OTHER_PLATFORM),
        (installed("Mapi32.dll", "5.5.2657.50", machine=None), RowState.EXACT),
        (installed("Mapi32.dll", None), RowState.UNREADABLE),
        (UnreadableFile(path="Mapi32.dll", reason="damaged"), RowState.UNREADABLE),
    ],
    ids=[
        "the version of the table",
        "a later build",
        "an older build",
        "names are compared without case",
        "another product's version",
        "no product's version",
        "the stub, whatever its version",
        "a version of Exchange, and another company",
        "no company named",
        "Outlook's file",
        "Exchange's file",
        "a version of one Exchange, and the name of another",
        "another platform",
        "a platform that is not known",
        "no version resource",
        "a damaged file",
    ],
)
def test_a_copied_mapi32_against_the_row_of_kb818861(file: InstalledFile | UnreadableFile, state: RowState) -> None:
    assert row_state(judge(lone(file), kbs=frozenset({818861})), "exchange-5.5/KB818861") is state


def test_mapi32_of_5_5_is_judged_in_system32_only() -> None:
    result = judge(
        folder(
            *SP4_BIN,
            installed("Exchsrvr/Bin/Mapi32.dll", "5.5.2657.50"),
            installed("WINNT/System32/Mapi32.dll", "5.5.2653.12"),
        )
    )
    found = finding(result, "exchange-5.5/KB818861")
    assert found.verdict is Verdict.MISSING
    assert [copy.file.path for copy in found.rows[0].copies] == ["WINNT/System32/Mapi32.dll"]


def test_a_bin_folder_alone_says_nothing_of_a_file_of_system32() -> None:
    result = judge(folder(*SP4_BIN, installed("Exchsrvr/Bin/Mapi32.dll", "5.5.2657.50")))
    found = finding(result, "exchange-5.5/KB818861")
    assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, RowState.NOT_COLLECTED)
    assert found.reasons == (
        "Mapi32.dll was not supplied (a copy elsewhere is not judged: Exchange Server 5.5 has Mapi32.dll in system32)",
    )
    assert [(one.file, one.role) for one in found.settle_with] == [("Mapi32.dll", "system32")]


UNSEEN = {
    "a link in the place of the role's folder": ("system32", Verdict.UNDETERMINED),
    "the role's folder, unlistable, below another": ("WINNT/System32", Verdict.UNDETERMINED),
    "the folder of Windows itself": ("WINNT", Verdict.UNDETERMINED),
    "a folder of another role": ("Exchsrvr/Bin", Verdict.INSTALLED),
    "a folder that only ends alike": ("MySystem32", Verdict.INSTALLED),
    "a system32 kept aside": ("Windows.old/System32", Verdict.INSTALLED),
}


@pytest.mark.parametrize(("path", "verdict"), UNSEEN.values(), ids=UNSEEN)
def test_a_loose_copy_decides_nothing_beside_a_folder_of_its_role_that_was_not_looked_into(
    path: str, verdict: Verdict
) -> None:
    unseen = UnreadableFile(path=path, reason="a link to a folder, not followed", is_folder=True)
    found = finding(judge(folder(installed("loose/Mapi32.dll", "5.5.2657.50"), unseen)), "exchange-5.5/KB818861")
    assert found.verdict is verdict
    if verdict is Verdict.UNDETERMINED:
        assert found.rows[0].state is RowState.NOT_COLLECTED
        assert found.reasons[0].endswith("has Mapi32.dll in system32, which was not examined)")


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        pytest.param("Exchsrvr", Verdict.UNDETERMINED, id="above the role's folder"),
        pytest.param("D/EXCHSRVR", Verdict.UNDETERMINED, id="above it, on another disk"),
        pytest.param("Exchsrvr/Bin", Verdict.UNDETERMINED, id="the role's folder"),
        pytest.param("OldExchsrvr", Verdict.INSTALLED, id="only ends alike"),
        pytest.param("Program Files", Verdict.INSTALLED, id="no folder on the way"),
    ],
)
def test_a_loose_copy_decides_nothing_when_its_role_may_lie_below_a_folder_that_was_not_looked_into(
    path: str, verdict: Verdict
) -> None:
    unseen = UnreadableFile(path=path, reason="the folder cannot be listed", is_folder=True)
    result = judge(folder(installed("Dramapi.dll", "5.5.2656.48"), unseen))
    assert finding(result, "exchange-5.5/KB324528").verdict is verdict


def test_a_copy_in_its_role_decides_beside_another_folder_that_was_not_looked_into() -> None:
    unseen = UnreadableFile(path="D/System32", reason="the folder cannot be listed", is_folder=True)
    result = judge(folder(installed("C/System32/Mapi32.dll", "5.5.2657.50"), unseen))
    assert finding(result, "exchange-5.5/KB818861").verdict is Verdict.INSTALLED


@pytest.mark.parametrize(
    ("in_bin", "in_system32", "verdict", "anomaly"),
    [
        (FIXED, FIXED, Verdict.INSTALLED, False),
        (FIXED, "6.0.6249.0", Verdict.PARTIAL, True),
        ("6.0.6249.0", FIXED, Verdict.PARTIAL, True),
        ("6.0.6249.0", "6.0.6249.0", Verdict.MISSING, False),
        (FIXED, "1.0.2536.0", Verdict.UNDETERMINED, True),
    ],
    ids=["both fixed", "system32 behind", "bin behind", "both behind", "system32 holds the stub"],
)
def test_the_two_copies_of_mapi32_of_exchange_2000(
    in_bin: str, in_system32: str, verdict: Verdict, anomaly: bool
) -> None:
    result = judge(
        folder(
            *BIN_2000,
            installed("Exchsrvr/Bin/Mapi32.dll", in_bin),
            installed("WINNT/System32/Mapi32.dll", in_system32),
        )
    )
    found = finding(result, "exchange-2000/KB817375")
    assert found.verdict is verdict
    assert any(text.startswith("copies-differ") for text in found.anomalies) is anomaly


def test_one_copy_of_two_is_judged_with_a_note_when_the_other_folder_is_not_there() -> None:
    found = finding(judge(folder(*BIN_2000, installed("Exchsrvr/Bin/Mapi32.dll", FIXED))), "exchange-2000/KB817375")
    assert found.verdict is Verdict.INSTALLED
    assert found.rows[0].note == "only one copy was judged: system32 was not collected"


def test_counter_case_of_a_folder_that_is_there_it_is_not_said_that_it_was_not_collected() -> None:
    found = finding(judge(folder(*BIN_2000, installed("WINNT/System32/Mapi32.dll", FIXED))), "exchange-2000/KB817375")
    assert found.verdict is Verdict.INSTALLED
    assert found.rows[0].note == "only one copy was judged: bin holds none that was collected"


def test_a_file_that_is_not_in_a_whole_folder_was_removed() -> None:
    result = judge(folder(*SP4_BIN, *SYSTEM32))
    found = finding(result, "exchange-5.5/KB818861")
    assert (found.verdict, found.rows[0].state) == (Verdict.MISSING, RowState.ABSENT)
    assert found.anomalies == ("file-removed: Mapi32.dll",)


def test_a_folder_without_its_core_files_is_not_whole() -> None:
    result = judge(folder(*SP4_BIN, *SYSTEM32[1:]))
    assert row_state(result, "exchange-5.5/KB818861") is RowState.NOT_COLLECTED


def test_a_bin_folder_under_another_name_is_known_by_its_core_files() -> None:
    files = [installed(f"copied/{file.path.rpartition('/')[2]}", str(file.version)) for file in SP4_BIN]
    result = judge(folder(*files, root="case-17"))
    assert row_state(result, "exchange-5.5/KB324528") is RowState.ABSENT


def test_nothing_is_absent_from_a_lone_file() -> None:
    result = judge(lone(installed("Imcmsg.dll", "5.5.2658.28")), complete=True)
    states = {row.row.name: row.state for row in finding(result, "exchange-5.5/KB884874").rows}
    assert states["Msexcimc.exe"] is RowState.NOT_COLLECTED


def test_a_component_that_is_not_installed_makes_its_updates_not_applicable() -> None:
    result = judge(folder(*SP4_BIN, also=("Exchsrvr",)), complete=True)
    found = finding(result, "exchange-5.5/KB884874")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.reasons == (
        "Internet Mail Service is not installed: Msexcimc.exe is absent from folders collected whole",
    )


@pytest.mark.parametrize(
    "path",
    [
        "Exchsrvr/Q818861/Mapi32.dll",
        "WINNT/$NtUninstallQ818861$/Mapi32.dll",
        "WINNT/system32/dllcache/Mapi32.dll",
        "Windows/WinSxS/x86_something/Mapi32.dll",
        "cd/server/setup/i386/Mapi32.dll",
    ],
)
def test_copies_kept_aside_are_listed_and_never_judged(path: str) -> None:
    result = judge(folder(*SP4_BIN, *SYSTEM32, installed(path, "5.5.2657.50")))
    assert result.backups == (path,)
    assert finding(result, "exchange-5.5/KB818861").verdict is Verdict.MISSING


def test_a_backup_folder_that_is_itself_the_target_was_asked_for() -> None:
    result = judge(folder(installed("Mapi32.dll", "5.5.2657.50"), root="Exchsrvr/Q818861"))
    assert result.backups == ()
    assert finding(result, "exchange-5.5/KB818861").verdict is Verdict.INSTALLED


def test_a_server_of_another_product_is_proof_that_this_one_is_not_there() -> None:
    result = judge(folder(*BIN_2000), kbs=frozenset({324528}))
    found = finding(result, "exchange-5.5/KB324528")
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.reasons == ("Emsmta.exe there is exchange-2000, not Exchange Server 5.5",)


def test_the_same_version_in_another_size_is_installed_with_an_anomaly() -> None:
    english = finding(judge(lone(installed("Dramapi.dll", "5.5.2656.48", size=20000))), "exchange-5.5/KB324528")
    german = finding(
        judge(lone(installed("Dramapi.dll", "5.5.2656.48", size=20000, languages=(0x0407,)))), "exchange-5.5/KB324528"
    )
    assert (english.verdict, german.verdict) == (Verdict.INSTALLED, Verdict.INSTALLED)
    assert english.anomalies == (
        "Dramapi.dll: size-differs: 20000 bytes, the table says 19216 (altered or re-released)",
    )
    assert german.anomalies == (
        "Dramapi.dll: size-differs: 20000 bytes, the table says 19216 (another language than the English table)",
    )


@pytest.mark.parametrize(
    ("text", "differs"),
    [
        ("5.5.2656.48", False),
        ("5, 5, 2656, 48", False),
        ("5.5.2656.48 (Build 1)", False),
        ("5.05.2656.048", False),
        ("5.5.2656", False),
        ("5.5.2657.48", True),
        ("no numbers", False),
        (None, False),
    ],
)
def test_the_string_version_is_an_anomaly_only_when_its_numbers_differ(text: str | None, differs: bool) -> None:
    result = judge(lone(installed("Dramapi.dll", "5.5.2656.48", size=19216, version_string=text)))
    found = finding(result, "exchange-5.5/KB324528")
    assert found.verdict is Verdict.INSTALLED
    assert bool(found.anomalies) is differs


def test_an_advisory_holds_for_a_store_that_is_known_to_be_bad() -> None:
    result = judge(folder(*SP4_BIN[:3], installed("Exchsrvr/Bin/Store.exe", "5.5.2653.12")))
    assert [(held.advisory.kb, held.version) for held in result.advisories] == [
        (274200, "5.5.2653.12"),
        (274403, "5.5.2653.12"),
    ]
    assert judge(folder(*SP4_BIN)).advisories == ()


MAPI = "Exchsrvr/Bin/Mapi32.dll"
TEXT = {"version_string": "6.0.6448.0"}
DAMAGED = {
    "the first number of the version": installed(MAPI, "7.0.6448.0", **TEXT),
    "the version, as Windows wrote it before 1998": installed(MAPI, "7.0.6448.0", version_string="6, 0, 6448, 0"),
    "the version, with leading zeros in the text": installed(MAPI, "7.0.6448.0", version_string="06.00.6448.000 (x)"),
    "the version, now another product's": installed(MAPI, "6.5.6448.0", **TEXT),
    "a letter of the company": installed(MAPI, "6.0.6448.0", company_name="Mibrosoft Corporation", **TEXT),
    "the company, no text": installed(MAPI, "6.0.6448.0", company_name="Mibrosoft Corporation"),
    "a number of the text": installed(MAPI, "6.0.6448.0", version_string="6.0.6348.0"),
    "the third number, raised": installed(MAPI, "6.0.6449.0", version_string="6.0.6249.0"),
    "the version, and its product's name": installed(MAPI, "7.0.6448.0", product_name="Exchange 2000 Server"),
}


@pytest.mark.parametrize("file", DAMAGED.values(), ids=DAMAGED)
def test_a_file_that_says_two_things_is_suspect_and_as_good_as_unreadable(file: InstalledFile) -> None:
    sound = installed("WINNT/System32/Mapi32.dll", "6.0.6448.0", **TEXT)
    result = judge(folder(*BIN_2000, file, sound), kbs=frozenset({817375}))
    found = finding(result, "exchange-2000/KB817375")
    assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, RowState.UNREADABLE)
    assert found.reasons[0].startswith("Mapi32.dll cannot be read: suspect: ")
    assert exit_code([outcome_of(result)]) == 3
    assert result.foreign == ()


@pytest.mark.parametrize(
    "file",
    [
        installed("Exchsrvr/Bin/Mapi32.dll", "1.0.2536.0", version_string="1.0.2536.0"),
        installed("Exchsrvr/Bin/Mapi32.dll", "1.0.2536.0", company_name="Contoso"),
        installed("Exchsrvr/Bin/Mapi32.dll", "6.0.6448.0", stub=True),
        installed("Exchsrvr/Bin/Mapi32.dll", "6.0.6448.0", product_name="Microsoft Outlook"),
    ],
    ids=["no product's version", "nor a known company's", "the stub", "Outlook's"],
)
def test_a_file_that_all_it_says_makes_somebody_elses_is_foreign_and_nothing_is_claimed_over_it(
    file: InstalledFile,
) -> None:
    sound = installed("WINNT/System32/Mapi32.dll", "6.0.6448.0")
    result = judge(folder(*BIN_2000, file, sound))
    found = finding(result, "exchange-2000/KB817375")
    assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, RowState.FOREIGN)
    assert [one.path for one in result.foreign] == ["Exchsrvr/Bin/Mapi32.dll"]


@pytest.mark.parametrize(
    "text",
    ["6.0 (Build 6448)", "6.0.6448", "6.0.6448.0 built by: dev", "06.00.6448.000", "6.0.6448.70000", "", None],
)
def test_a_text_that_is_no_other_version_of_four_numbers_changes_nothing(text: str | None) -> None:
    files = [
        installed(f"{at}/Mapi32.dll", "6.0.6448.0", version_string=text) for at in ("Exchsrvr/Bin", "WINNT/System32")
    ]
    assert finding(judge(folder(*BIN_2000, *files)), "exchange-2000/KB817375").verdict is Verdict.INSTALLED


def test_a_text_of_other_numbers_that_meet_the_row_as_well_is_an_anomaly() -> None:
    files = [
        installed(f"{at}/Mapi32.dll", "6.0.6448.0", version_string="6.0.6449.0")
        for at in ("Exchsrvr/Bin", "WINNT/System32")
    ]
    found = finding(judge(folder(*BIN_2000, *files)), "exchange-2000/KB817375")
    assert found.verdict is Verdict.INSTALLED
    assert any("string-version-differs" in text for text in found.anomalies)


@pytest.mark.parametrize("text", ["5.5.2650.24", "5.5.2653.23"], ids=["of another level", "of its own"])
def test_a_marker_whose_text_is_of_another_level_does_not_vote(text: str) -> None:
    result = judge(folder(installed("Exchsrvr/Bin/Emsmta.exe", "5.5.2653.23", version_string=text)))
    (level,) = result.products
    votes = text == "5.5.2653.23"
    assert (level.low == level.high) is votes
    assert any("suspect: Emsmta.exe does not vote" in anomaly for anomaly in level.anomalies) is not votes
    assert result.unreadable_evidence is not votes


def test_an_advisory_holds_by_either_reading_of_a_file() -> None:
    bad = installed("Exchsrvr/Bin/Store.exe", "5.5.2653.26", version_string="5.5.2653.10")
    others = [one for one in SP4_BIN if not one.path.endswith("Store.exe")]
    assert [held.advisory.id for held in judge(folder(*others, bad)).advisories] == [
        "exchange-5.5/KB274200",
        "exchange-5.5/KB274403",
    ]


@pytest.mark.parametrize(
    ("others", "verdict"),
    [(SP4_BIN[:3], Verdict.UNDETERMINED), ((), Verdict.NOT_APPLICABLE)],
    ids=["among a product's own", "alone"],
)
def test_one_file_of_another_product_among_a_servers_own_is_no_proof_that_the_product_is_not_there(
    others: tuple[InstalledFile, ...], verdict: Verdict
) -> None:
    store = installed("Exchsrvr/Bin/Store.exe", "6.5.7226.3")
    found = finding(judge(folder(*others, store), kbs=frozenset({324528})), "exchange-5.5/KB324528")
    assert found.verdict is verdict


@pytest.mark.parametrize("complete", [False, True])
def test_so_it_is_where_no_row_names_the_others(complete: bool) -> None:
    bin_folder = "Program Files/Microsoft/Exchange Server/V15/Bin"
    others = [installed(f"{bin_folder}/Microsoft.Exchange.Part{number}.dll", "15.1.2507.6") for number in range(5)]
    files = (installed(f"{bin_folder}/ExSetup.exe", "15.2.1544.4"), *others)
    found = finding(judge(folder(*files), kbs=frozenset({5066369}), complete=complete), "exchange-2016/KB5066369")
    assert found.verdict is Verdict.UNDETERMINED


def test_identify_says_of_a_suspect_file_what_it_says_twice() -> None:
    target = lone(installed("Mapi32.dll", "7.5.2657.50", version_string="5.5.2657.50"))
    (told,) = identity_document(target, ASSESSOR)["files"]
    assert told["products"] == []
    assert told["anomalies"] == [
        "suspect: version 7.5.2657.50 is of no product in the catalogue but FileVersion '5.5.2657.50' is of "
        "Exchange Server 5.5"
    ]
