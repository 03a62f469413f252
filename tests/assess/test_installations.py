"""Where an installation is, which files belong to it, and what is only a copy that lies about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assess.test_census import CU23, OCT25, OCT25_BUILD, V15, marker, part, parts
from hypothesis import given
from hypothesis import strategies as st
from targets import SP4_BIN, WORKED, finding, folder, installed, judge, lone

from hotfix_check.assess import Assessment, Verdict
from hotfix_check.assess.weight import Outcome, outcome_of, worst_of_each
from hotfix_check.catalogue import Product
from hotfix_check.catalogue.update import Importance
from hotfix_check.inventory.files import InstalledFile, UnreadableFile
from hotfix_check.inventory.registry import RecordedSetup, RegistryRecords

SP2_FILES = ("Store.exe", "Mad.exe", "Emsmta.exe")


def roots(result: Assessment) -> list[tuple[str | None, str]]:
    return [(one.root, one.product) for one in result.installations]


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("Program Files/Microsoft/Exchange Server/V15/Bin", "Program Files/Microsoft/Exchange Server/V15"),
        ("C/Program Files/Microsoft/Exchange Server/V15/Bin", "C/Program Files/Microsoft/Exchange Server/V15"),
        ("V15/Bin", "V15"),
        ("bin", "."),
        ("host1/copied", None),
    ],
    ids=["its whole path", "below a drive", "the end of its path", "Bin at the top", "a folder of another name: loose"],
)
def test_an_installation_is_found_by_the_path_of_its_folder(path: str, root: str | None) -> None:
    assert roots(judge(folder(marker(OCT25_BUILD, path)))) == [(root, "exchange-2016")]


@pytest.mark.parametrize("place", ["V15", "Exchange Server/V15/Bin", "Bin"])
def test_the_target_itself_may_be_the_root_or_its_folder(place: str) -> None:
    inner = "Bin" if place == "V15" else ""
    file = installed(f"{inner}/ExSetup.exe".lstrip("/"), OCT25_BUILD, machine="amd64")
    assert roots(judge(folder(file, root=f"copy/{place}"))) == [(".", "exchange-2016")]


@pytest.mark.parametrize(
    "stray",
    [
        installed("Users/Admin/Downloads/cu/ExSetup.exe", CU23, product_name="Microsoft Exchange"),
        installed("Users/Admin/Desktop/ExSetup.exe", "15.2.1748.10", product_name="Microsoft Exchange"),
        installed(f"{V15}.bak/ExSetup.exe", CU23, product_name="Microsoft Exchange"),
        installed("Program Files/Microsoft/Exchange Server/V15/Bin_old/ExSetup.exe", CU23),
        installed("saved/Store.exe", "6.5.7226.3"),
    ],
    ids=["in Downloads", "another product's, on a desktop", "Bin.bak", "Bin_old", "of an older product"],
)
def test_a_stray_copy_is_listed_and_never_judged(stray: InstalledFile) -> None:
    whole = folder(marker(OCT25_BUILD), *parts(25, OCT25_BUILD))
    alone, beside = judge(whole), judge(folder(*whole.files, stray))
    assert [one.path for one in beside.stray] == [stray.path]
    assert beside.findings == alone.findings
    assert beside.products == alone.products


@pytest.mark.parametrize(
    ("path", "stray"),
    [
        ("Exchsrvr/Bin/Cdo.dll", True),
        ("Exchsrvr/Bin/Mapi32.dll", True),
        ("WINNT/System32/Store.exe", True),
        ("Exchsrvr/Bin/old/Store.exe", True),
        ("WINNT/System32/Mapi32.dll", False),
        ("Exchsrvr/Bin/Imcmsg.dll", False),
        ("Exchsrvr/Connect/Msexcimc/Bin/Imcmsg.dll", False),
        ("Exchsrvr/Res/Imcmsg.dll", False),
        ("Exchsrvr/Bin/Mmiext.dll", False),
    ],
)
def test_a_copy_in_a_role_folder_that_is_not_its_own_is_listed(path: str, stray: bool) -> None:
    whole = folder(*SP4_BIN, also=("Exchsrvr/Bin/old", "Exchsrvr/Res", "WINNT/System32"))
    alone, beside = judge(whole), judge(folder(*SP4_BIN, installed(path, "5.5.2658.34"), also=whole.folders))
    assert [one.path for one in beside.stray] == [path] * stray
    if stray:
        assert {one.update.id: one.verdict for one in beside.findings} == {
            one.update.id: one.verdict for one in alone.findings
        }
        assert beside.products == alone.products


def test_two_disks_in_one_folder_are_two_servers() -> None:
    one, two = f"mbx1/{V15}", f"mbx2/{V15}"
    result = judge(folder(marker(OCT25_BUILD, one), marker(CU23, two)))
    verdicts = {(found.installation, found.verdict) for found in result.findings if found.update.id == OCT25}
    assert verdicts == {
        ("mbx1/Program Files/Microsoft/Exchange Server/V15", Verdict.INSTALLED),
        ("mbx2/Program Files/Microsoft/Exchange Server/V15", Verdict.MISSING),
    }


def test_a_host_is_no_better_than_its_worst_installation() -> None:
    result = judge(folder(marker(OCT25_BUILD, f"mbx1/{V15}"), marker(CU23, f"mbx2/{V15}")))
    worst = {one.update.id: one.verdict for one in worst_of_each(result.findings)}
    assert worst[OCT25] is Verdict.MISSING
    assert outcome_of(result) is Outcome.FINDINGS


def test_a_shadow_copy_counts_only_where_its_product_is_nowhere_else() -> None:
    shadow = f"HarddiskVolumeShadowCopy3/{V15}"
    both = judge(folder(marker(OCT25_BUILD), marker(CU23, shadow)))
    assert [(one.snapshot, one.counts) for one in both.installations] == [(True, False), (False, True)]
    (only,) = judge(folder(marker(CU23, f"vss1/{V15}"))).installations
    assert (only.snapshot, only.counts) == (True, True)


def test_a_folder_that_looks_like_one_counts_where_there_is_no_other() -> None:
    copied = (installed("copied/ExSetup.exe", OCT25_BUILD), *parts(20, CU23, folder="copied"))
    assert roots(judge(folder(*copied))) == [("copied", "exchange-2016")]
    assert roots(judge(folder(*copied, marker(OCT25_BUILD)))) == [
        ("Program Files/Microsoft/Exchange Server/V15", "exchange-2016")
    ]


CORE_OF_2003 = tuple(installed(f"host1/{name}.exe", "6.5.7638.1") for name in ("Store", "Mad", "Emsmta"))
FIXED_BY_MS06_019 = tuple(installed(f"host1/{name}.dll", "6.5.7650.29") for name in ("Cdoex", "Excdo"))


def test_files_of_several_folders_gathered_in_one_are_loose_and_judged() -> None:
    gathered = judge(folder(*CORE_OF_2003, *FIXED_BY_MS06_019), kbs=frozenset({916803}))
    assert roots(gathered) == [(None, "exchange-2003")]
    assert finding(gathered, "exchange-2003/KB916803").verdict is Verdict.INSTALLED
    assert gathered.stray == ()


def test_counter_case_a_whole_core_set_alone_is_an_installation_wherever_it_lies() -> None:
    assert roots(judge(folder(*CORE_OF_2003))) == [("host1", "exchange-2003")]
    by_path = tuple(replace(one, path=one.path.replace("host1", "Exchsrvr/bin")) for one in CORE_OF_2003)
    mapi = installed("Exchsrvr/bin/Cdoex.dll", "6.5.7638.1")
    assert roots(judge(folder(*by_path, mapi))) == [("Exchsrvr", "exchange-2003")]


def test_a_listing_that_names_no_folder_holds_no_whole_one() -> None:
    listed = tuple(replace(one, path=one.path.removeprefix("host1/")) for one in CORE_OF_2003)
    assert roots(judge(replace(folder(*listed), folders=()))) == [(None, "exchange-2003")]
    assert roots(judge(folder(*listed))) == [(".", "exchange-2003")]


def test_one_root_is_one_product() -> None:
    files = (marker(OCT25_BUILD), *parts(3, CU23), *(part(50 + one, "15.0.1497.2") for one in range(40)))
    assert roots(judge(folder(*files))) == [("Program Files/Microsoft/Exchange Server/V15", "exchange-2016")]


def test_the_registry_names_a_root_of_another_name() -> None:
    target = folder(installed("E/Mail/Bin/ExSetup.exe", OCT25_BUILD), installed("D/old/ExSetup.exe", CU23))
    setup = RecordedSetup(key="v15", values=(("MsiInstallPath", "E:\\Mail\\"),))
    hive = RegistryRecords(hive="SOFTWARE", size=1, sha256=None, setups=(setup,), updates=())
    result = judge(replace(target, registry=hive))
    assert roots(result) == [("E/Mail", "exchange-2016")]
    assert [one.path for one in result.stray] == ["D/old/ExSetup.exe"]


@pytest.mark.parametrize(
    ("root", "system", "judged"),
    [
        ("C/Exchsrvr", "C/WINNT/System32", True),
        ("D/Exchsrvr", "C/WINNT/System32", True),
        ("C/Program Files/Exchsrvr", "C/WINNT/System32", True),
    ],
    ids=["of its own volume", "of the only Windows there is", "below Program Files"],
)
def test_system_folders_belong_to_the_installation_of_their_volume(root: str, system: str, judged: bool) -> None:
    files = [replace(file, path=file.path.replace("Exchsrvr", root)) for file in SP4_BIN]
    result = judge(folder(*files, installed(f"{system}/Mapi32.dll", "5.5.2657.50")))
    assert (finding(result, "exchange-5.5/KB818861").verdict is Verdict.INSTALLED) is judged


def test_each_of_two_disks_has_its_own_system_folder() -> None:
    files = [replace(file, path=f"{disk}/{file.path}") for disk in ("disk1", "disk2") for file in SP4_BIN]
    files += [
        installed("disk1/WINNT/System32/Mapi32.dll", "5.5.2657.50"),
        installed("disk2/WINNT/System32/Mapi32.dll", "5.5.2653.12"),
    ]
    result = judge(folder(*files))
    verdicts = {one.installation: one.verdict for one in result.findings if one.update.kb == 818861}
    assert verdicts == {"disk1/Exchsrvr": Verdict.INSTALLED, "disk2/Exchsrvr": Verdict.MISSING}


FIXED, BEFORE = "5.5.2657.50", "5.5.2653.12"  # Mapi32.dll of KB818861, and of SP4


@pytest.mark.parametrize(
    ("windows", "verdicts"),
    [
        ({"host1/C/WINNT": BEFORE, "host2/C/WINNT": FIXED}, (Verdict.MISSING, Verdict.INSTALLED)),
        ({"host2/C/WINNT": FIXED}, (Verdict.UNDETERMINED, Verdict.INSTALLED)),
        ({"host2/C/WINNT": BEFORE}, (Verdict.UNDETERMINED, Verdict.MISSING)),
        ({"C/WINNT": FIXED}, (Verdict.INSTALLED, Verdict.INSTALLED)),
        ({"host1/C/WINNT": FIXED, "host1/E/WINNT": BEFORE}, (Verdict.UNDETERMINED, Verdict.UNDETERMINED)),
        ({"host1/D/old/WINNT": FIXED, "host1/C/WINNT": BEFORE}, (Verdict.UNDETERMINED, Verdict.UNDETERMINED)),
    ],
    ids=[
        "each has its own",
        "of one alone: the other's is unknown",
        "of one alone, and it is older",
        "counter-case: no nearer to one of them",
        "counter-case: two are as near",
        "counter-case: one that lies about on the volume is no nearer",
    ],
)
def test_windows_on_another_drive_belongs_to_the_server_that_it_is_near(
    windows: dict[str, str], verdicts: tuple[Verdict, Verdict]
) -> None:
    """Servers with Exchange on D and Windows on C, gathered in one folder: none has the files of another."""
    files = [replace(file, path=f"host{number}/D/{file.path}") for number in (1, 2) for file in SP4_BIN]
    files += [installed(f"{path}/System32/Mapi32.dll", version) for path, version in windows.items()]
    result = judge(folder(*files))
    found = {one.installation: one.verdict for one in result.findings if one.update.kb == 818861}
    assert found == {"host1/D/Exchsrvr": verdicts[0], "host2/D/Exchsrvr": verdicts[1]}


def test_loose_files_are_one_set_a_folder() -> None:
    files = (
        installed("evidence/host1/ExSetup.exe", OCT25_BUILD, machine="amd64"),
        installed("evidence/host2/ExSetup.exe", CU23, machine="amd64"),
    )
    result = judge(folder(*files))
    verdicts = {one.installation: one.verdict for one in result.findings if one.update.id == OCT25}
    assert verdicts == {"evidence/host1": Verdict.INSTALLED, "evidence/host2": Verdict.MISSING}


@pytest.mark.parametrize("product", ["2000", "2003"])
def test_three_core_files_do_not_prove_a_folder_whole(product: str) -> None:
    build, kb = {"2000": ("6.0.6249.4", 817375), "2003": ("6.5.7638.1", 901014)}[product]
    flat = judge(folder(*(installed(name, build) for name in SP2_FILES)))
    found = finding(flat, f"exchange-{product}/KB{kb}")
    assert found.verdict is (Verdict.UNDETERMINED if product == "2000" else Verdict.SUPERSEDED)
    whole = judge(folder(*(installed(f"Exchsrvr/Bin/{name}", build) for name in SP2_FILES)), complete=True)
    assert finding(whole, f"exchange-{product}/KB{kb}").verdict is Verdict.MISSING


@pytest.mark.parametrize(
    "files",
    [
        (installed("Windows/SysWOW64/Mapi32.dll", "6.5.7940.0"), installed("Windows/SysWOW64/Cdo.dll", "6.5.7940.0")),
        (installed("Windows/System32/Mapi32.dll", "6.5.7638.1"),),
        (installed("mapi/Mapi32.dll", "6.5.8022.0"),),
    ],
    ids=["the download in SysWOW64", "alone in System32", "a build above every server's"],
)
def test_client_libraries_are_no_server(files: tuple[InstalledFile, ...]) -> None:
    result = judge(folder(*files))
    assert result.products == ()
    assert "a client library, as installed by the MAPI/CDO download" in " ".join(one.reason for one in result.foreign)


def test_counter_case_a_copied_library_of_a_server_is_judged() -> None:
    result = judge(folder(installed("copied/Mapi32.dll", "6.5.7226.0")))
    assert [level.product for level in result.products] == ["exchange-2003"]


@pytest.mark.parametrize(
    ("build", "level", "at_least"),
    [
        ("15.0.712.22", "CU2", "CU2"),
        ("15.1.2507.99", "CU23", "CU23"),
        ("15.2.3000.5", None, "RTM"),
        ("15.1.2400.1", None, "CU22"),
    ],
    ids=[
        "the first build of a level is that level",
        "above every build of its line",
        "above every level",
        "between two levels",
    ],
)
def test_a_build_off_the_list(build: str, level: str | None, at_least: str) -> None:
    result = judge(folder(marker(build)))
    (found,) = result.products
    names = [one.name for one in next(p for p in _products() if p.id == found.product).levels]
    assert (names[found.low] if found.exact else None, names[found.low]) == (level, at_least)


def test_what_is_newer_than_the_catalogue_says_so() -> None:
    for build in ("15.1.2507.99", "15.2.3000.5"):
        (level,) = judge(folder(marker(build))).products
        assert [text.partition(":")[0] for text in level.anomalies] == ["newer-than-catalogue"]
    whole = judge(folder(marker("15.1.2507.99")))
    assert outcome_of(whole) is Outcome.INCOMPLETE
    asked = judge(folder(marker("15.1.2507.99")), kbs=frozenset({5066369}))
    assert outcome_of(asked) is Outcome.CLEAN
    found = finding(whole, OCT25)
    assert (found.verdict, [one.certainty for one in found.satisfied_by]) == (Verdict.SUPERSEDED, ["unknown-build"])


@given(
    st.sampled_from(["Users/x/Desktop", "Downloads", "Program Files/Microsoft/Exchange Server/V15/Bin.old", "Temp"]),
    st.sampled_from(["ExSetup.exe", "Store.exe", "Mapi32.dll", "Emsmta.exe"]),
    st.sampled_from(["15.1.2507.73", "15.2.1748.39", "6.5.7654.12", "5.5.2658.34"]),
)
def test_no_file_outside_an_installation_turns_missing_into_a_pass(place: str, name: str, build: str) -> None:
    server = (marker(CU23), *parts(25, CU23))
    before = {one.update.id: one.verdict for one in judge(folder(*server)).findings}
    after = judge(folder(*server, installed(f"{place}/{name}", build)))
    assert {one.update.id: one.verdict for one in after.findings} == before


def _products() -> tuple[Product, ...]:
    return WORKED.products


ROOT_2016 = "Program Files/Microsoft/Exchange Server/V15"


def program(place: str, version: str = "15.1.2507.6") -> InstalledFile:
    return installed(f"{place}/M.dll", version, product_name="Microsoft Exchange")


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        ([program(f"{ROOT_2016}/FrontEnd/HttpProxy/bin")], [ROOT_2016]),
        (
            [program(f"{ROOT_2016}/FrontEnd/HttpProxy/bin"), program(f"{ROOT_2016}/TransportRoles/agents/Hygiene")],
            [ROOT_2016],
        ),
        (
            [
                installed(f"vss1/{ROOT_2016}/Bin/ExSetup.exe", "15.2.2562.17", product_name="Microsoft Exchange"),
                program(f"C/{ROOT_2016}/FrontEnd/HttpProxy/bin"),
            ],
            [f"C/{ROOT_2016}", f"vss1/{ROOT_2016}"],
        ),
        ([program("Mailbox")], [None]),
        ([program("V15/Mailbox/deeper")], ["V15"]),
    ],
    ids=[
        "one subfolder of a role folder",
        "subfolders of two role folders are one installation",
        "the live installation beside a shadow copy",
        "a folder that is only called Mailbox is none",
        "with the folder above it, it is one",
    ],
)
def test_programs_below_a_role_folder_show_an_installation(files: list[InstalledFile], roots: list[str | None]) -> None:
    assert [one.root for one in judge(folder(*files)).installations] == roots


def test_exchange_2003_libraries_in_its_own_bin_are_no_download() -> None:
    places = ("Exchsrvr/Bin/Cdo.dll", "Exchsrvr/Bin/Mapi32.dll", "WINDOWS/System32/Mapi32.dll")
    result = judge(folder(*(installed(place, "6.5.7226.0") for place in places)))
    assert ([one.product for one in result.products], result.foreign) == (["exchange-2003"], ())


@pytest.mark.parametrize(
    ("name", "version"),
    [("Mapi32.dll", "5.5.2657.50"), ("Dramapi.dll", "5.5.2656.48"), ("Store.exe", "6.5.7638.1"), ("Imcmsg.dll", None)],
)
def test_a_loose_file_gives_the_same_answer_alone_and_in_a_folder(name: str, version: str | None) -> None:
    file = installed(name, version)
    beside = installed("notes.txt", None)
    alone = judge(lone(file))
    for target in (folder(file), folder(file, beside), folder(installed(f"copied/here/{name}", version))):
        there = judge(target)
        assert [(one.update.id, one.verdict, one.importance) for one in there.findings] == [
            (one.update.id, one.verdict, one.importance) for one in alone.findings
        ]
        assert outcome_of(there) is outcome_of(alone)


@pytest.mark.parametrize(
    "beside",
    [
        (installed("Store.exe", "5.5.2653.23"),),
        (UnreadableFile(path="Store.exe", reason="cut short"),),
        (UnreadableFile(path="Exchsrvr", reason="Permission denied", is_folder=True),),
    ],
    ids=["with a server's file", "with one that cannot be read", "with a folder that cannot be looked into"],
)
def test_counter_case_beside_more_a_library_is_not_all_there_is(beside: tuple[InstalledFile | UnreadableFile]) -> None:
    result = judge(folder(installed("Mapi32.dll", "5.5.2657.50"), *beside))
    assert finding(result, "exchange-5.5/KB894689").importance is Importance.RECOMMENDED
    assert outcome_of(result) is Outcome.FINDINGS


LIVE = f"A/{V15}"
OTHER_V15 = f"B/{V15}"
SP4_OF_A = [installed(f"A/Exchsrvr/Bin/{name}", version) for name, version in (("Admin.exe", "5.5.2653.23"),)]


def unread(path: str) -> UnreadableFile:
    return UnreadableFile(path=path, reason="cut")


@pytest.mark.parametrize(
    ("beside", "asked"),
    [
        pytest.param([marker(OCT25_BUILD, LIVE), unread(f"{OTHER_V15}/ExSetup.exe")], {5066369}, id="an installation"),
        pytest.param([marker(OCT25_BUILD, LIVE), unread(f"{OTHER_V15}/Store.exe")], {5066369}, id="any program of it"),
        pytest.param(
            [marker(OCT25_BUILD, "host1"), unread("host2/ExSetup.exe")], {5066369}, id="loose files of another host"
        ),
        pytest.param(
            [installed("host1/Mapi32.dll", "5.5.2657.50"), unread("host2/Mapi32.dll")], {818861}, id="no marker"
        ),
        pytest.param(
            [
                *SP4_OF_A,
                installed("A/Exchsrvr/Bin/Dramapi.dll", "5.5.2656.48"),
                unread("B/Exchsrvr/Bin/Dramapi.dll"),
            ],
            {324528},
            id="an installation without a marker",
        ),
        pytest.param(
            [marker("15.2.2562.57", "host1"), unread("host2/ExSetup.exe")], None, id="whatever is asked, nothing said"
        ),
    ],
)
def test_of_two_servers_the_one_that_cannot_be_read_is_not_in_order(
    beside: list[InstalledFile | UnreadableFile], asked: set[int] | None
) -> None:
    kbs = None if asked is None else frozenset(asked)
    readable = [file for file in beside if isinstance(file, InstalledFile)]
    assert outcome_of(judge(folder(*readable), kbs=kbs)) is Outcome.CLEAN
    assert outcome_of(judge(folder(*beside), kbs=kbs)) is Outcome.INCOMPLETE


@pytest.mark.parametrize(
    ("beside", "asked"),
    [
        pytest.param([marker(OCT25_BUILD), unread("Users/x/Desktop/ExSetup.exe")], 5066369, id="a stray copy"),
        pytest.param(
            [marker(OCT25_BUILD, LIVE), unread(f"vss1/{V15}/ExSetup.exe")],
            5066369,
            id="in a snapshot",
        ),
        pytest.param([marker(OCT25_BUILD), unread(f"Windows.old/{V15}/ExSetup.exe")], 5066369, id="a backup"),
        pytest.param([marker(OCT25_BUILD, LIVE), unread("B/Exchsrvr/Bin/Store.exe")], 5066369, id="another product's"),
        pytest.param(
            [installed("host1/Mapi32.dll", "5.5.2657.50"), unread("host2/Dramapi.dll")], 818861, id="not asked for"
        ),
        pytest.param(
            [installed("host1/Mapi32.dll", "5.5.2657.50"), unread("host2/notes.dll")], 818861, id="no file of a product"
        ),
    ],
)
def test_what_is_judged_nowhere_need_not_be_read(beside: list[InstalledFile | UnreadableFile], asked: int) -> None:
    assert outcome_of(judge(folder(*beside), kbs=frozenset({asked}))) is Outcome.CLEAN


def unlisted(path: str) -> UnreadableFile:
    return UnreadableFile(path=path, reason="a link to a folder, not followed", is_folder=True)


@pytest.mark.parametrize(
    ("beside", "outcome"),
    [
        pytest.param(f"B/{V15}", Outcome.INCOMPLETE, id="the folder of another server"),
        pytest.param(f"A/{V15.replace('Bin', 'ClientAccess')}", Outcome.CLEAN, id="a folder of the same one"),
        pytest.param("B/Exchsrvr/Bin", Outcome.CLEAN, id="of a product that was not asked for"),
        pytest.param("B/Users/All Users", Outcome.CLEAN, id="no product's folder"),
        pytest.param(f"vss2/{V15}", Outcome.CLEAN, id="of a shadow copy"),
        pytest.param(f"B/Windows.old/{V15}", Outcome.CLEAN, id="of a backup"),
    ],
)
def test_a_server_whose_folder_could_not_be_listed_is_not_in_order(beside: str, outcome: Outcome) -> None:
    server = [marker(OCT25_BUILD, LIVE), *(part(number, OCT25_BUILD, folder=LIVE) for number in range(3))]
    result = judge(folder(*server, unlisted(beside)), kbs=frozenset({5066369}))
    assert outcome_of(result) is outcome
