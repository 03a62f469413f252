"""One case for each rule of judgement that the worked cases do not already decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from made_up import HEAD
from targets import ASSESSOR, SP4_BIN, finding, folder, installed, lone

from hotfix_check.assess import Assessment, Assessor, Question, assess
from hotfix_check.assess.finding import Confidence, Installation, RowState, SatisfiedBy, Verdict
from hotfix_check.assess.next_steps import NextSteps, Plan
from hotfix_check.assess.request import smallest_request
from hotfix_check.assess.weight import exit_code, outcome_of
from hotfix_check.catalogue import Catalogue
from hotfix_check.catalogue.load import parse_catalogue
from hotfix_check.catalogue.update import Availability, Importance
from hotfix_check.inventory.files import InstalledFile, UnreadableFile

PRODUCT = (
    HEAD
    + """platform = "i386"
server_files = ["marker.exe"]
other_products = ["Outlook"]
levels = [
  { name = "RTM", build = "9.9.100.0", released = 2000-01-01 },
  { name = "SP1", build = "9.9.200.0", released = 2001-01-01 },
  { name = "SP2", build = "9.9.300.0", released = 2002-01-01 },
]
folders = [
  { role = "bin", paths = ["Exchsrvr/Bin"], core = ["marker.exe"], listing = "KB1" },
  { role = "imc", paths = ["Exchsrvr/Imc"], core = ["imc.exe"], listing = "KB1" },
]
files = [
  { name = "marker.exe", roles = ["bin"], marker = true, versions = { SP1 = "9.9.200.0", SP2 = "9.9.300.0" } },
  { name = "a.dll", roles = ["bin"], versions = { SP2 = "9.9.290.5" } },
  { name = "b.dll", roles = ["bin"], versions = {} },
  { name = "any.dll", roles = ["bin", "imc"], versions = {} },
  { name = "all.dll", roles = ["bin", "imc"], copies = "all", versions = {} },
]
"""
)
SP = '[[update]]\nid = "{0}"\ntitle = "{0}"\nkind = "service-pack"\nlevel = "{0}"\nsources = ["x"]\n'
A, B = "Exchsrvr/Bin/a.dll", "Exchsrvr/Bin/b.dll"


def fix(kb: int, files: str = "", *, level: str | None = None, more: str = "", package: str = "") -> str:
    """One hotfix; ``files`` is name=version, several joined by commas, with further fields behind a space."""
    rows = []
    for one in filter(None, files.split(",")):
        name, _, rest = one.partition("=")
        version, _, fields = rest.partition(" ")
        given = f', version = "{version}"' if version else ""
        rows.append(f'{{ name = "{name}"{given}{", " + fields if fields else ""} }}')
    line = f'level = "{level}"\n' if level else ""
    block = f"  [[update.package]]\n{line}{package}\n  files = [{', '.join(rows)}]\n" if files or level else ""
    return f'[[update]]\nkb = {kb}\ntitle = "Fix"\nkind = "hotfix"\nsources = ["x"]\n{more}\n{block}'


def catalogue(*updates: str, packs: tuple[str, ...] = ("SP1", "SP2")) -> Catalogue:
    text = PRODUCT + "".join(map(SP.format, packs)) + "".join(updates)
    return parse_catalogue([("rules.toml", text.encode())], sha256="")


def server(level: int, *files: InstalledFile | UnreadableFile) -> tuple[InstalledFile | UnreadableFile, ...]:
    return (installed("Exchsrvr/Bin/marker.exe", f"9.9.{level}00.0"), *files)


def judge(known: Catalogue, *files: InstalledFile | UnreadableFile, **question: object) -> Assessment:
    return assess(folder(*files), known, Question(**question))  # type: ignore[arg-type]


def kb(result: Assessment, number: int) -> object:
    return finding(result, f"exchange-9.9/KB{number}")


# --- a level that includes an update


@pytest.mark.parametrize(
    ("released", "version", "verdict", "confidence"),
    [
        ("included_in = ['SP2']\nreleased = 2003-01-01", "9.9.300.1", Verdict.SUPERSEDED, Confidence.HIGH),
        ("released = 2001-12-31", "9.9.300.1", Verdict.SUPERSEDED, Confidence.MEDIUM),
        ("released = 2002-01-01", "9.9.300.1", Verdict.UNDETERMINED, Confidence.LOW),
        ("released = 2002-06-01", "9.9.300.1", Verdict.UNDETERMINED, Confidence.LOW),
        ("", "9.9.300.1", Verdict.SUPERSEDED, Confidence.MEDIUM),
    ],
    ids=["stated", "released before the level", "released the same day", "released after it", "its own file is as new"],
)
def test_a_later_level_includes_an_update(
    released: str, version: str, verdict: Verdict, confidence: Confidence
) -> None:
    known = catalogue(fix(100001, "a.dll=9.9.200.7", level="SP1", more=released))
    found = finding(judge(known, *server(3, installed(A, version))), "exchange-9.9/KB100001")
    assert (found.verdict, found.confidence) == (verdict, confidence)


def test_a_level_whose_own_file_is_older_does_not_include_an_undated_update() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.291.0", level="SP1"))
    found = finding(judge(known, *server(3, installed(A, "9.9.300.1"))), "exchange-9.9/KB100001")
    assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, RowState.OTHER_LINE)


def test_a_level_includes_an_update_whose_file_was_not_collected() -> None:
    known = catalogue(fix(100001, "other.dll=9.9.200.7", level="SP1", more="included_in = ['SP2']"))
    found = finding(judge(known, *server(3)), "exchange-9.9/KB100001")
    assert (found.verdict, found.satisfied_by) == (
        Verdict.SUPERSEDED,
        (SatisfiedBy(id="exchange-9.9/SP2", certainty="contains"),),
    )


def test_a_level_includes_an_undated_update_with_the_one_that_replaces_it() -> None:
    known = catalogue(
        fix(100001, "b.dll=9.9.200.5", level="SP1"),
        fix(100002, "b.dll=9.9.200.6", level="SP1", more="released = 2001-06-01"),
    )
    found = finding(judge(known, *server(3, installed(B, "9.9.300.1"))), "exchange-9.9/KB100001")
    assert (found.verdict, found.confidence) == (Verdict.SUPERSEDED, Confidence.MEDIUM)
    assert found.reasons[-1] == "SP2 includes this update (through one that replaces it)"


def test_an_unreadable_file_is_not_trusted_to_a_level() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.200.7", level="SP1", more="included_in = ['SP2']"))
    result = judge(known, *server(3, UnreadableFile(path=A, reason="damaged")))
    assert finding(result, "exchange-9.9/KB100001").verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("file", "state"),
    [
        (UnreadableFile(path=A, reason="damaged"), RowState.UNREADABLE),
        (installed(A, "8.9.200.5"), RowState.FOREIGN),
        (installed(A, "8.9.200.5", version_string="9.9.200.5"), RowState.UNREADABLE),
        (installed(A, "9.9.200.5", version_string="8.9.200.5"), RowState.UNREADABLE),
        (installed(A, "9.9.250.0", version_string="9.9.300.1"), RowState.UNREADABLE),
        (installed(A, "9.9.200.5", company_name="Contoso"), RowState.UNREADABLE),
        (installed(A, "9.9.200.5", product_name="Microsoft Outlook"), RowState.FOREIGN),
    ],
    ids=[
        "unreadable",
        "no product's",
        "a damaged version",
        "a damaged text",
        "of two levels",
        "a damaged company",
        "Outlook's",
    ],
)
def test_neither_a_level_nor_an_update_is_trusted_over_a_copy_that_is_not_read_as_the_products_own(
    file: InstalledFile | UnreadableFile, state: RowState
) -> None:
    by_level = judge(
        catalogue(fix(100001, "a.dll=9.9.200.5", level="SP1", more='included_in = ["SP2"]')), *server(3, file)
    )
    holder = fix(100002, "b.dll=9.9.300.2", level="SP2", more="contains = [100001]")
    by_update = judge(
        catalogue(fix(100001, "a.dll=9.9.300.1", level="SP2"), holder), *server(3, file, installed(B, "9.9.300.2"))
    )
    for result in (by_level, by_update):
        found = finding(result, "exchange-9.9/KB100001")
        assert (found.verdict, found.rows[0].state) == (Verdict.UNDETERMINED, state)
        assert "a.dll" in found.reasons[0]


@pytest.mark.parametrize(
    ("file", "beside", "said"),
    [
        ('d.dll=9.9.{} roles = ["imc"]', "Exchsrvr/Imc/x.dll", "d.dll was not seen in imc, which is there"),
        ("c.dll=9.9.{}", B, "c.dll was not seen in the folders that are there"),
        ('d.dll=9.9.{} roles = ["imc"]', B, None),
    ],
    ids=["its folder is there", "its folder is not known", "its folder is not there"],
)
def test_inclusion_over_a_file_that_is_not_in_a_folder_that_is_there_is_no_more_than_likely(
    file: str, beside: str, said: str | None
) -> None:
    by_level = fix(100001, file.format("200.5"), level="SP1", more='included_in = ["SP2"]')
    contained = fix(100001, file.format("300.1"), level="SP2")
    holder = fix(100002, "b.dll=9.9.300.2", level="SP2", more="contains = [100001]")
    for known in (catalogue(by_level), catalogue(contained, holder)):
        files = {path: installed(path, "9.9.300.2") for path in (B, beside)}
        found = finding(judge(known, *server(3, *files.values())), "exchange-9.9/KB100001")
        assert found.verdict is Verdict.SUPERSEDED
        assert found.confidence is (Confidence.HIGH if said is None else Confidence.MEDIUM)
        assert (said is None) or said in found.reasons


def test_in_a_gap_between_two_packages_the_one_above_is_judged() -> None:
    update = fix(100001, "a.dll=9.9.100.7", level="RTM", more="released = 2003-01-01")
    update += '  [[update.package]]\n  level = "SP2"\n  files = [{ name = "a.dll", version = "9.9.300.7" }]\n'
    found = finding(judge(catalogue(update), *server(2, installed(A, "9.9.200.9"))), "exchange-9.9/KB100001")
    assert (found.verdict, found.line, found.blocked) == (Verdict.MISSING, "SP2", True)


def test_where_the_level_is_open_the_lowest_one_decides_what_is_included() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.100.7", level="RTM", more="included_in = ['SP2']"))
    result = judge(known, installed(B, "9.9.100.1"), installed("Exchsrvr/Bin/any.dll", "9.9.100.1"))
    assert finding(result, "exchange-9.9/KB100001").verdict is Verdict.UNDETERMINED


def test_an_older_file_is_missing_its_fix_even_where_another_update_serves_the_line() -> None:
    day = "released = 2002-06-01"
    known = catalogue(
        fix(100001, "a.dll=9.9.100.7", level="RTM", more=day), fix(100002, "b.dll=9.9.300.7", level="SP2", more=day)
    )
    result = judge(known, *server(3, installed(A, "9.9.100.1")))
    assert finding(result, "exchange-9.9/KB100001").verdict is Verdict.MISSING


def test_a_number_that_one_source_gives_decides_nothing_firmly() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5 sure = false", level="SP2"))
    lacking = finding(judge(known, *server(3, installed(A, "9.9.300.1"))), "exchange-9.9/KB100001")
    fixed = finding(judge(known, *server(3, installed(A, "9.9.300.5"))), "exchange-9.9/KB100001")
    assert (lacking.confidence, fixed.confidence) == (Confidence.MEDIUM, Confidence.MEDIUM)


# --- contained and superseded


def test_an_unreadable_file_is_not_trusted_to_an_update_that_contains_the_fix() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2"),
        fix(100002, "b.dll=9.9.300.5", level="SP2", more="contains = [100001]"),
    )
    result = judge(known, *server(3, installed(B, "9.9.300.5"), UnreadableFile(path=A, reason="damaged")))
    assert finding(result, "exchange-9.9/KB100001").verdict is Verdict.UNDETERMINED


def test_the_same_builds_replace_neither_update() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"), fix(100002, "a.dll=9.9.300.5", level="SP2"))
    result = judge(known, *server(3, installed(A, "9.9.300.1")))
    assert [one.superseded_by for one in result.findings if one.update.level is None] == [(), ()]


def test_a_rollup_that_is_missing_explains_no_later_build() -> None:
    files = [installed(f"Exchsrvr/Bin/{name}", "6.0.6249.4") for name in ("Emsmta.exe", "Mad.exe", "Store.exe")]
    result = ASSESSOR.assess(folder(*files, installed("Exchsrvr/Bin/Mapi32.dll", "6.0.6487.1")), Question())
    assert finding(result, "exchange-2000/KB824282").verdict is Verdict.MISSING
    assert finding(result, "exchange-2000/KB817375").satisfied_by == (SatisfiedBy(id=None, certainty="unknown-build"),)


def test_an_installed_update_that_contains_another_settles_it() -> None:
    known = catalogue(
        fix(100001),
        fix(100002, "a.dll=9.9.200.7", level="SP1", more="contains = [100001]"),
        fix(100003, more="included_in = ['KB100002']"),
    )
    there = judge(known, *server(2, installed(A, "9.9.200.7")))
    assert finding(there, "exchange-9.9/KB100001").verdict is Verdict.SUPERSEDED
    assert finding(there, "exchange-9.9/KB100003").verdict is Verdict.SUPERSEDED
    lacking = judge(known, *server(2, installed(A, "9.9.200.1")))
    found = finding(lacking, "exchange-9.9/KB100001")
    assert (found.verdict, found.reasons[0].partition(":")[0]) == (Verdict.UNDETERMINED, "no-file-table")


def test_what_contains_is_followed_step_by_step_however_long_the_chain() -> None:
    links = [fix(100000 + number, more=f"contains = [{99999 + number}]") for number in range(1, 400)]
    known = catalogue(fix(100000), *links, fix(100400, "a.dll=9.9.200.7", level="SP1", more="contains = [100399]"))
    result = judge(known, *server(2, installed(A, "9.9.200.7")))
    assert finding(result, "exchange-9.9/KB100000").satisfied_by == (
        SatisfiedBy(id="exchange-9.9/KB100400", certainty="contains"),
    )


def test_supersedence_is_transitive_and_in_order() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.200.5", level="SP1", more="released = 2001-02-01"),
        fix(100009, "b.dll=9.9.200.5", level="SP1", more="replaces = [100001]\nreleased = 2001-03-01"),
        fix(100005, "b.dll=9.9.200.9", level="SP1", more="released = 2001-04-01"),
    )
    result = judge(known, *server(2, installed(A, "9.9.200.1"), installed(B, "9.9.200.1")))
    found = finding(result, "exchange-9.9/KB100001")
    assert found.superseded_by == ("exchange-9.9/KB100009", "exchange-9.9/KB100005", "exchange-9.9/SP2")


def test_an_update_with_only_its_own_month_replaces_nothing_before_it() -> None:
    older = fix(100001, "a.dll=9.9.300.5", level="SP2")
    plain = catalogue(older, fix(100002, "a.dll=9.9.300.6", level="SP2"))
    month = catalogue(older, fix(100002, "a.dll=9.9.300.6", level="SP2", package="contains_earlier = false"))
    files = server(3, installed(A, "9.9.300.1"))
    assert finding(judge(plain, *files), "exchange-9.9/KB100001").superseded_by == ("exchange-9.9/KB100002",)
    assert finding(judge(month, *files), "exchange-9.9/KB100001").superseded_by == ()


def test_an_update_that_covers_one_of_two_files_does_not_replace_the_other() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5,b.dll=9.9.300.5", level="SP2"), fix(100002, "a.dll=9.9.300.6", level="SP2")
    )
    result = judge(known, *server(3, installed(A, "9.9.300.1"), installed(B, "9.9.300.1")))
    found = finding(result, "exchange-9.9/KB100001")
    assert (found.superseded_by, found.partly_superseded_by) == ((), ("exchange-9.9/KB100002",))


def test_a_re_release_under_the_same_number_replaces_the_first() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2"),
        fix(100001, "a.dll=9.9.300.6", level="SP2", more='id = "KB100001-2"\nreplaces = ["KB100001"]'),
    )
    result = judge(known, *server(3, installed(A, "9.9.300.5")), kbs=frozenset({100001}))
    first, second = (finding(result, f"exchange-9.9/{name}") for name in ("KB100001", "KB100001-2"))
    assert (first.verdict, first.superseded_by) == (Verdict.INSTALLED, ("exchange-9.9/KB100001-2",))
    assert second.verdict is Verdict.MISSING


def test_a_row_that_spells_out_the_usual_platform_replaces_one_that_leaves_it_out() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2"), fix(100002, 'a.dll=9.9.300.6 platform = "i386"', level="SP2")
    )
    result = judge(known, *server(3, installed(A, "9.9.300.1")))
    assert finding(result, "exchange-9.9/KB100001").superseded_by == ("exchange-9.9/KB100002",)


# --- advice


def test_the_advice_is_the_newest_replacement_by_day() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2", more="released = 2002-02-01"),
        fix(200000, "a.dll=9.9.300.6", level="SP2", more="released = 2002-03-01"),
        fix(150000, "a.dll=9.9.300.7", level="SP2", more="released = 2002-04-01"),
    )
    found = finding(judge(known, *server(3, installed(A, "9.9.300.1"))), "exchange-9.9/KB100001")
    assert found.advice == ("exchange-9.9/KB150000",)


def test_a_blocked_replacement_is_advised_behind_what_it_needs() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2"),
        fix(100002, "a.dll=9.9.300.6", level="SP2", package="prerequisites = [['KB100003']]"),
        fix(100003, "b.dll=9.9.300.5", level="SP2"),
    )
    result = judge(known, *server(3, installed(A, "9.9.300.1"), installed(B, "9.9.300.1")))
    assert finding(result, "exchange-9.9/KB100001").advice == ("exchange-9.9/KB100003", "exchange-9.9/KB100002")


def test_what_is_already_there_is_no_advice() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.200.7", level="SP1", more="included_in = ['SP2']"))
    found = finding(judge(known, *server(3, installed(A, "9.9.200.1"))), "exchange-9.9/KB100001")
    assert found.anomalies[0].startswith("regressed")
    assert found.advice == ("exchange-9.9/KB100001",)


def test_a_forbidden_replacement_is_never_advised() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"), fix(100002, "a.dll=9.9.300.6", level="SP2"))
    forbidden = {"exchange-9.9/KB100002": Importance.FORBIDDEN}
    result = judge(known, *server(3, installed(A, "9.9.300.1")), importance=forbidden)
    assert finding(result, "exchange-9.9/KB100001").advice == ("exchange-9.9/KB100001",)


def test_a_plan_does_not_put_an_optional_update_in_the_place_of_a_recommended_one() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2", more="importance = 'recommended'"),
        fix(100002, "a.dll=9.9.300.6", level="SP2"),
    )
    ((installation,), _) = planned(known, *server(3, installed(A, "9.9.300.1")))
    assert [step.update.kb for step in installation.next_steps] == [100001]


def plan_for(goal: str, known: Catalogue, *files: InstalledFile | UnreadableFile, **question: Any) -> Plan:
    """The plan that leads to one update on a server."""
    (_, (steps,)) = planned(known, *files, **question)
    return steps.plan([goal])


def planned(
    known: Catalogue, *files: InstalledFile | UnreadableFile, **question: Any
) -> tuple[tuple[Installation, ...], tuple[NextSteps, ...]]:
    """The installations of a server, and what can be planned for each."""
    assessment, steps = Assessor(known).judge(folder(*files), Question(**question))
    return assessment.installations, steps


NEEDS_2 = fix(100001, "a.dll=9.9.200.1", level="SP1", package='prerequisites = [["KB100002"], ["SP1"]]')
FORBIDDEN_2 = {"exchange-9.9/KB100002": Importance.FORBIDDEN}


@pytest.mark.parametrize(
    ("updates", "importance", "why"),
    [
        pytest.param(
            (NEEDS_2, fix(100002, "b.dll=9.9.200.1", level="SP1")),
            FORBIDDEN_2,
            "KB100002 is forbidden",
            id="what it needs is forbidden",
        ),
        pytest.param(
            (fix(100001, "a.dll=9.9.300.1", level="SP2"),),
            {},
            "it needs SP2, of which the catalogue has no package",
            id="nothing brings the level that it needs",
        ),
        pytest.param(
            (NEEDS_2, fix(100002, "b.dll=9.9.200.1", level="SP1", package='prerequisites = [["KB100001"], ["SP1"]]')),
            {},
            "KB100001 needs itself, step by step",
            id="two need each other",
        ),
        pytest.param(
            (
                fix(100001, "a.dll=9.9.200.1", level="SP1", package='prerequisites = [["KB100002", "KB100003"]]'),
                fix(100002, "b.dll=9.9.200.1", level="SP1"),
                fix(100003, "b.dll=9.9.300.2", level="SP2"),
            ),
            FORBIDDEN_2,
            "KB100002 is forbidden; it needs SP2, of which the catalogue has no package",
            id="neither of two alternatives",
        ),
    ],
)
def test_a_plan_says_why_an_update_cannot_be_reached(
    updates: tuple[str, ...], importance: dict[str, Importance], why: str
) -> None:
    known = catalogue(*updates, packs=("SP1",))
    files = server(2, installed(A, "9.9.200.0"), installed(B, "9.9.200.0"))
    plan = plan_for("exchange-9.9/KB100001", known, *files, importance=importance)
    assert plan.steps == ()
    assert plan.unreachable == (("exchange-9.9/KB100001", why),)


def test_a_file_whose_whole_folder_is_not_there_is_brought_with_its_folder() -> None:
    known = catalogue(fix(100001, 'c.dll=9.9.200.1 roles = ["imc"]', level="SP1"), packs=("SP1",))
    plan = plan_for("exchange-9.9/KB100001", known, *server(2), complete=True)
    assert [step.update.kb for step in plan.steps] == [100001]
    assert plan.unreachable == ()


def test_a_plan_that_is_full_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotfix_check.assess.next_steps._LONGEST", 1)
    known = catalogue(
        fix(100001, "a.dll=9.9.200.1", level="SP1"), fix(100002, "b.dll=9.9.200.1", level="SP1"), packs=("SP1",)
    )
    (_, (steps,)) = planned(known, *server(2, installed(A, "9.9.200.0"), installed(B, "9.9.200.0")))
    plan = steps.plan(["exchange-9.9/KB100001", "exchange-9.9/KB100002"])
    assert [step.update.kb for step in plan.steps] == [100001]
    assert plan.unreachable == (("exchange-9.9/KB100002", "a plan has at most 1 steps, and this one has that many"),)


def test_a_step_tells_what_it_needs_from_what_nobody_can_tell() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.200.1", level="SP1", package='prerequisites = [["SP1"], ["KB100002"]]'),
        fix(100002, 'c.dll=9.9.200.1 roles = ["imc"]', level="SP1"),
        packs=("SP1",),
    )
    (step,) = plan_for("exchange-9.9/KB100001", known, *server(2, installed(A, "9.9.200.0"))).steps
    assert (step.requires, step.not_known) == (("SP1",), ("KB100002",))


def test_a_service_pack_comes_first_on_what_is_no_server_only_where_a_fix_needs_it() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.1", level="SP2"), fix(100002, "b.dll=9.9.200.5", level="SP1"))
    files = (installed(A, "9.9.200.0"), installed(B, "9.9.200.0"))
    declared = (("exchange-9.9", "SP1"),)
    for goal, steps in (("KB100001", ["SP2", "KB100001"]), ("KB100002", ["KB100002"])):
        plan = plan_for(f"exchange-9.9/{goal}", known, *files, assume=declared)
        assert [step.update.id.removeprefix("exchange-9.9/") for step in plan.steps] == steps
        assert plan.unreachable == ()


def test_a_level_that_a_catalogue_of_ones_own_brings_under_another_name_comes_first_all_the_same() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.1", level="SP2"),
        SP.format("SP2").replace('id = "SP2"', 'id = "OurRelease"'),
        packs=(),
    )
    result = judge(known, *server(2, installed(A, "9.9.200.0")))
    assert finding(result, "exchange-9.9/KB100001").advice == ("exchange-9.9/OurRelease", "exchange-9.9/KB100001")


def test_an_update_that_has_to_be_bought_names_the_newest_public_one_in_its_place() -> None:
    known = replace_availability(
        catalogue(
            *(
                fix(100000 + n, f"a.dll=9.9.300.{n}", level="SP2", more="importance = 'recommended'")
                for n in range(1, 5)
            )
        ),
        {100003: Availability.EXTENDED_SUPPORT, 100004: Availability.EXTENDED_SUPPORT},
    )
    ((installation,), _) = planned(known, *server(3, installed(A, "9.9.300.0")))
    (step,) = installation.next_steps
    assert (step.update.kb, step.public) == (100004, "exchange-9.9/KB100002")
    assert step.settles == tuple(f"exchange-9.9/KB10000{n}" for n in range(1, 5))


@pytest.mark.parametrize(
    ("withdrawn", "advice", "why"),
    [
        pytest.param({100002}, ("exchange-9.9/KB100001",), None, id="what would stand in for another"),
        pytest.param({100001}, ("exchange-9.9/KB100002",), None, id="one that another stands in for"),
        pytest.param({100001, 100002}, (), "KB100001 was withdrawn", id="both"),
    ],
)
def test_what_was_withdrawn_is_never_a_step(withdrawn: set[int], advice: tuple[str, ...], why: str | None) -> None:
    known = replace_availability(
        catalogue(fix(100001, "a.dll=9.9.300.1", level="SP2"), fix(100002, "a.dll=9.9.300.2", level="SP2")),
        dict.fromkeys(withdrawn, Availability.WITHDRAWN),
    )
    plan = plan_for("exchange-9.9/KB100001", known, *server(3, installed(A, "9.9.300.0")))
    assert tuple(step.update.id for step in plan.steps) == advice
    assert plan.unreachable == (() if why is None else (("exchange-9.9/KB100001", why),))


def replace_availability(known: Catalogue, by_kb: dict[int, Availability]) -> Catalogue:
    """The catalogue with some updates that not everybody can have."""
    updates = tuple(
        replace(update, availability=by_kb.get(update.kb or 0, Availability.PUBLIC)) for update in known.updates
    )
    return replace(known, updates=updates)


def test_a_part_of_an_update_is_put_on_again() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.1,b.dll=9.9.300.1", level="SP2"))
    files = server(3, installed(A, "9.9.300.1"), installed(B, "9.9.300.0"))
    (step,) = plan_for("exchange-9.9/KB100001", known, *files).steps
    assert (step.update.kb, step.again) == (100001, True)


def test_an_update_that_carries_its_own_month_alone_does_not_stand_in_for_an_earlier_one() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.1", level="SP2", more="importance = 'recommended'"),
        fix(
            100002,
            "a.dll=9.9.300.2",
            level="SP2",
            more="importance = 'recommended'",
            package="contains_earlier = false",
        ),
    )
    ((installation,), _) = planned(known, *server(3, installed(A, "9.9.300.0")))
    assert [step.update.kb for step in installation.next_steps] == [100001, 100002]


def test_a_replacement_that_cannot_be_had_is_not_planned_in_the_place_of_an_update() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.200.1", level="SP1"),
        fix(100002, "b.dll=9.9.200.1", level="SP1"),
        fix(100003, "a.dll=9.9.200.2", level="SP1", package='prerequisites = [["KB100002"], ["SP1"]]'),
        packs=("SP1",),
    )
    files = server(2, installed(A, "9.9.200.0"), installed(B, "9.9.200.0"))
    goal = "exchange-9.9/KB100001"
    assert [step.update.kb for step in plan_for(goal, known, *files).steps] == [100002, 100003]
    without = plan_for(goal, known, *files, importance=FORBIDDEN_2)
    assert [step.update.kb for step in without.steps] == [100001]
    assert without.unreachable == ()


def test_a_marker_that_is_asked_for_anyway_answers_the_question_of_the_level_too() -> None:
    known = catalogue(
        fix(100001, "a.dll=9.9.300.5", level="SP2", package="prerequisites = [['SP2']]"),
        fix(100002, "marker.exe=9.9.300.5", level="SP2"),
    )
    asked = smallest_request(judge(known, installed(A, "9.9.300.5")), known.products)
    assert [(one.file, one.updates) for one in asked] == [
        ("marker.exe", ("exchange-9.9/KB100001", "exchange-9.9/KB100002"))
    ]


# --- prerequisites


def test_the_first_level_is_nothing_to_ask_for() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.100.5", level="RTM"))
    assert finding(judge(known, *server(1, installed(A, "9.9.100.1"))), "exchange-9.9/KB100001").prerequisites == ()


@pytest.mark.parametrize(
    ("groups", "files", "states"),
    [
        ("[['SP2']]", server(3), ["met"]),
        ("[['SP2']]", server(2), ["unmet"]),
        ("[['SP2'], ['KB100002']]", server(3, installed(B, "9.9.300.1")), ["met", "unmet"]),
        ("[['SP2', 'KB100002']]", server(3, installed(B, "9.9.300.1")), ["met"]),
        ("[['KB100002', 'KB100003']]", server(3, installed(B, "9.9.300.1")), ["unknown"]),
        ("[['KB100002']]", server(3, installed(B, "9.9.300.9")), ["met"]),
        ("[['KB100004']]", server(3, installed(B, "9.9.300.5"), installed(A, "9.9.300.1")), ["unmet"]),
    ],
    ids=[
        "a level that is there",
        "a level that is not",
        "two groups, one met",
        "one group, one alternative met",
        "one alternative unmet, one not known",
        "an update met by a later build",
        "an update that is partly there",
    ],
)
def test_prerequisites(groups: str, files: tuple[InstalledFile, ...], states: list[str]) -> None:
    known = catalogue(
        fix(100001, "fixed.dll=9.9.300.5", package=f"prerequisites = {groups}"),
        fix(100002, "b.dll=9.9.300.5", level="SP2"),
        fix(100003, "c.dll=9.9.300.5", level="SP2"),
        fix(100004, "a.dll=9.9.300.5,b.dll=9.9.300.5", level="SP2"),
    )
    found = finding(judge(known, *files), "exchange-9.9/KB100001")
    assert [group.state for group in found.prerequisites] == states


def test_blocked_is_said_only_of_what_is_open() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2", package="prerequisites = [['SP2']]"))
    fixed = finding(judge(known, *server(2, installed(A, "9.9.300.5"))), "exchange-9.9/KB100001")
    lacking = finding(judge(known, *server(2, installed(A, "9.9.200.5"))), "exchange-9.9/KB100001")
    assert (fixed.verdict, fixed.blocked) == (Verdict.INSTALLED, False)
    assert (lacking.verdict, lacking.blocked) == (Verdict.MISSING, True)


def test_the_line_alone_asks_for_nothing() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5"))
    found = finding(judge(known, *server(2, installed(A, "9.9.200.5"))), "exchange-9.9/KB100001")
    assert (found.line, found.prerequisites, found.blocked) == ("SP2", (), False)


# --- copies, roles, alternatives


@pytest.mark.parametrize(
    ("name", "files", "state"),
    [
        ("any.dll", (installed("Exchsrvr/Imc/imc.exe", "9.9.1.1"),), RowState.ABSENT),
        ("any.dll", (), RowState.NOT_COLLECTED),
        ("all.dll", (), RowState.ABSENT),
        ("all.dll", (installed("stuff/all.dll", "9.9.300.5"),), RowState.ABSENT),
    ],
    ids=[
        "any: both folders are whole",
        "any: one folder is whole",
        "all: one whole folder is enough",
        "all: a loose copy does not fill a whole folder",
    ],
)
def test_when_a_file_is_absent(name: str, files: tuple[InstalledFile, ...], state: RowState) -> None:
    known = catalogue(fix(100001, f"{name}=9.9.300.5", level="SP2"))
    found = finding(judge(known, *server(3, *files)), "exchange-9.9/KB100001")
    assert found.rows[0].state is state


def test_loose_copies_are_not_judged_beside_those_in_their_place() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"))
    result = judge(known, *server(3, installed(A, "9.9.300.5"), installed("old/a.dll", "9.9.300.1")))
    assert finding(result, "exchange-9.9/KB100001").verdict is Verdict.INSTALLED


def test_a_file_with_a_row_for_each_of_two_folders_is_judged_in_each() -> None:
    rows = "a.dll=9.9.300.9 roles = ['bin'],a.dll=9.9.300.2 roles = ['imc']"
    known = catalogue(fix(100001, rows, level="SP2"))
    result = judge(known, *server(3, installed(A, "9.9.300.2"), installed("Exchsrvr/Imc/a.dll", "9.9.300.2")))
    assert finding(result, "exchange-9.9/KB100001").verdict is Verdict.PARTIAL


@pytest.mark.parametrize(
    ("languages", "version", "state"),
    [
        ((0x0407,), "9.9.300.4", RowState.EXACT),
        ((0x0411,), "9.9.300.4", RowState.OLDER),
        ((), "9.9.300.4", RowState.EXACT),
    ],
    ids=["German, by its own row", "Japanese, by its own row", "no language: the lowest row"],
)
def test_rows_for_languages_are_alternatives(languages: tuple[int, ...], version: str, state: RowState) -> None:
    rows = 'a.dll=9.9.300.4 language = "0407",a.dll=9.9.300.6 language = "0411"'
    known = catalogue(fix(100001, rows, level="SP2"))
    result = judge(known, *server(3, installed(A, version, languages=languages)))
    assert finding(result, "exchange-9.9/KB100001").rows[0].state is state


def test_the_sentence_speaks_of_the_row_of_the_worst_copy() -> None:
    known = catalogue(fix(100001, 'any.dll=9.9.300.9,any.dll=9.9.300.3 platform = "alpha"', level="SP2"))
    result = judge(
        known,
        *server(
            3,
            installed("Exchsrvr/Bin/any.dll", "9.9.300.4"),
            installed("Exchsrvr/Imc/any.dll", "9.9.300.3", machine="alpha"),
        ),
    )
    assert finding(result, "exchange-9.9/KB100001").reasons == (
        "any.dll in bin is 9.9.300.4, needs 9.9.300.9 or later",
    )


@pytest.mark.parametrize(
    ("version", "company", "state", "foreign"),
    [
        ("8.3.1.0", "Microsoft Corporation", RowState.EXACT, False),
        ("8.3.0.9", "Microsoft Corporation", RowState.OLDER, False),
        ("8.3.1.0", "Contoso", RowState.OTHER_PRODUCT, True),
        ("9.0.1.0", "Microsoft Corporation", RowState.FOREIGN, True),
    ],
    ids=["exact", "older", "another company's", "outside the range"],
)
def test_a_row_with_a_range_of_its_own(version: str, company: str, state: RowState, foreign: bool) -> None:
    known = catalogue(fix(100001, "mspst32.dll=8.3.1.0 range = '==8.3.*'", level="SP2"))
    result = judge(known, *server(3, installed("Exchsrvr/Bin/mspst32.dll", version, company_name=company)))
    found = finding(result, "exchange-9.9/KB100001").rows[0].state
    assert found is (RowState.FOREIGN if state is RowState.OTHER_PRODUCT else state)
    assert bool(result.foreign) is foreign


def test_a_file_without_a_version_resource_decides_nothing() -> None:
    known = catalogue(fix(100001, "page.asp= size = 5,a.dll=9.9.300.5", level="SP2"))
    result = judge(known, *server(3, installed(A, "9.9.300.5"), installed("Exchsrvr/Bin/page.asp", None, size=7)))
    found = finding(result, "exchange-9.9/KB100001")
    assert found.verdict is Verdict.INSTALLED
    assert [row.state for row in found.rows] == [RowState.NOT_CHECKABLE, RowState.EXACT]
    assert outcome_of(result) == "clean"


def test_a_text_file_of_an_update_does_not_make_a_product() -> None:
    known = catalogue(fix(100001, "page.asp= size = 5", level="SP2"))
    assert judge(known, installed("page.asp", None, size=5)).findings == ()


@pytest.mark.parametrize("path", ["Windows.old/WINNT/System32", "WinSxS/dllcache", "c/windows/WinSxS/x"])
def test_more_folders_that_keep_copies_aside(path: str) -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"))
    result = judge(known, *server(3, installed(A, "9.9.300.5"), installed(f"{path}/a.dll", "9.9.300.1")))
    assert result.backups == (f"{path}/a.dll",)


# --- what may be concluded from what was not seen


@pytest.mark.parametrize(
    "blind",
    [
        UnreadableFile(path="Exchsrvr/Connect", reason="a link to a folder, not followed", is_folder=True),
        UnreadableFile(path="Exchsrvr", reason="cannot be listed", is_folder=True),
    ],
    ids=["a linked folder on the way", "the folder above"],
)
def test_a_folder_that_was_not_looked_into_is_not_proof_of_absence(blind: UnreadableFile) -> None:
    inventory = folder(*SP4_BIN, blind, also=("Exchsrvr",))
    result = ASSESSOR.assess(inventory, Question(complete=True))
    assert finding(result, "exchange-5.5/KB884874").verdict is Verdict.UNDETERMINED


def test_a_whole_target_with_a_file_that_cannot_be_read_is_not_proof_that_a_product_is_absent() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"))
    clean = judge(known, complete=True, kbs=frozenset({100001}))
    assert finding(clean, "exchange-9.9/KB100001").verdict is Verdict.NOT_APPLICABLE
    blind = judge(known, installed("marker.exe", None), complete=True, kbs=frozenset({100001}))
    assert finding(blind, "exchange-9.9/KB100001").verdict is Verdict.UNDETERMINED


def test_a_level_that_is_only_inferred_is_never_claimed() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"))
    result = assess(
        lone(installed("a.dll", "9.9.300.5")), known, Question(importance={"exchange-9.9/SP2": Importance.REQUIRED})
    )
    assert finding(result, "exchange-9.9/SP2").verdict is Verdict.UNDETERMINED


def test_a_marker_newer_than_the_catalogue_says_so() -> None:
    from assess.test_worked_cases import E2016

    result = assess(folder(installed("ExSetup.exe", "15.1.2999.4", machine="amd64")), E2016, Question())
    (product,) = result.products
    assert [text.partition(":")[0] for text in product.anomalies] == ["newer-than-catalogue"]
    odd = assess(folder(installed("ExSetup.exe", "15.1.2507.8", machine="amd64")), E2016, Question())
    assert odd.products[0].anomalies == (
        "unknown-build: ExSetup.exe 15.1.2507.8 is not a build that the catalogue knows of Exchange Server 2016",
    )
    known = assess(folder(installed("ExSetup.exe", "15.1.2507.9", machine="amd64")), E2016, Question())
    assert known.products[0].anomalies == ()


def test_an_update_for_another_line_of_the_same_day_is_not_what_this_line_lacks() -> None:
    from assess.test_worked_cases import E2016

    result = assess(folder(installed("ExSetup.exe", "15.1.2375.28", machine="amd64")), E2016, Question())
    assert finding(result, "exchange-2016/KB5014261").verdict is Verdict.INSTALLED


# --- exit codes


ADVISORY = """
[[advisory]]
id = "X"
file = "a.dll"
first = "9.9.300.1"
last = "9.9.300.3"
text = "bad"
source = "x"
"""
RECOMMENDED = "importance = 'recommended'"


@pytest.mark.parametrize(
    ("updates", "files", "question", "code"),
    [
        ([fix(1 + 100000, "a.dll=9.9.300.5", level="SP2")], server(3, installed(A, "9.9.300.1")), {}, 0),
        (
            [fix(100001, "a.dll=9.9.300.5", level="SP2", more=RECOMMENDED)],
            server(3, installed(A, "9.9.300.1")),
            {},
            1,
        ),
        ([fix(100001, "x.dll=9.9.300.5", level="SP2", more=RECOMMENDED)], server(3), {}, 3),
        ([fix(100001, more=RECOMMENDED)], server(3), {}, 0),
        ([fix(100001, more=RECOMMENDED)], server(3), {"kbs": frozenset({100001})}, 3),
        (
            [
                fix(100001, "x.dll=9.9.300.5", level="SP2", more=RECOMMENDED),
                fix(100002, "a.dll=9.9.300.6,b.dll=9.9.300.5", level="SP2", more="replaces = [100001]"),
            ],
            server(3, installed(A, "9.9.300.6"), installed(B, "9.9.300.5")),
            {},
            0,
        ),
        (
            [
                fix(100001, "a.dll=9.9.300.5", level="SP2", more=RECOMMENDED),
                fix(100002, "a.dll=9.9.300.6", level="SP2", package="contains_earlier = false"),
                fix(100003, "b.dll=9.9.300.5", level="SP2", more="contains = [100001]"),
            ],
            server(3, installed(A, "9.9.300.6"), installed(B, "9.9.300.5")),
            {},
            0,
        ),
        ([fix(100001, "a.dll=9.9.300.5", level="SP2")], server(3, UnreadableFile(path=A, reason="damaged")), {}, 3),
        ([], (UnreadableFile(path="Exchsrvr/Bin/marker.exe", reason="damaged"), installed(A, "9.9.300.1")), {}, 3),
        (
            [fix(100001, "a.dll=9.9.300.5", level="SP2")],
            server(3, installed(A, "9.9.300.5"), UnreadableFile(path="old/a.dll", reason="damaged")),
            {},
            0,
        ),
        (
            [ADVISORY],
            server(3, installed(A, "9.9.300.2")),
            {},
            1,
        ),
    ],
    ids=[
        "an optional hotfix is missing",
        "a recommended update is missing",
        "a recommended update is undetermined",
        "a recommended update has no file table",
        "a required update has no file table",
        "an undetermined update is superseded by one that is there",
        "an update whose build is not contained is superseded by one that is there",
        "a judged file cannot be read",
        "a marker cannot be read",
        "a file that is not judged cannot be read",
        "an advisory holds",
    ],
)
def test_exit_codes(
    updates: list[str], files: tuple[InstalledFile, ...], question: dict[str, object], code: int
) -> None:
    assert exit_code([outcome_of(judge(catalogue(*updates), *files, **question))]) == code


# --- times


@pytest.mark.parametrize(
    ("linked", "modified", "said"),
    [
        ("2003-06-30T20:00:00", "2003-07-01T17:44:00", []),
        ("2003-07-01T17:40:00", "2003-07-01T17:45:58", []),
        ("2003-07-01T17:40:00", "2003-07-01T19:44:00", ["time-offset"]),
        ("2003-07-01T17:40:00", "2003-07-01T23:14:00", ["time-offset"]),
        ("2003-07-01T17:40:00", "2004-01-01T00:00:00", []),
        ("2003-07-09T00:00:00", "2003-07-01T17:44:00", ["linked-later"]),
    ],
    ids=[
        "as in the table",
        "two seconds short of two minutes off",
        "two hours off",
        "five and a half hours off",
        "the day of the installation",
        "linked a week after the table's day",
    ],
)
def test_times_of_a_file_that_is_the_tables(linked: str, modified: str, said: list[str]) -> None:
    from datetime import UTC, datetime

    known = catalogue(fix(100001, "a.dll=9.9.300.5 timestamp = 2003-07-01T17:44:00Z", level="SP2"))
    stamp = int(datetime.fromisoformat(linked).replace(tzinfo=UTC).timestamp())
    when = datetime.fromisoformat(modified).replace(tzinfo=UTC)
    result = judge(known, *server(3, installed(A, "9.9.300.5", linked=stamp, modified=when)))
    found = finding(result, "exchange-9.9/KB100001")
    assert [text.split(": ")[1] for text in found.anomalies] == said
    assert found.verdict is Verdict.INSTALLED


def test_an_undated_update_says_so_only_when_a_day_is_asked_about() -> None:
    known = catalogue(fix(100001, "a.dll=9.9.300.5", level="SP2"))
    files = server(3, installed(A, "9.9.300.5"))
    asked = finding(judge(known, *files, as_of=date(2003, 1, 1)), "exchange-9.9/KB100001")
    assert asked.anomalies == (
        "undated: none of its dates is known, so whether it was available on 2003-01-01 is unknown",
    )
    assert finding(judge(known, *files), "exchange-9.9/KB100001").anomalies == ()


@pytest.mark.parametrize(
    ("store", "verdict"),
    [("6.5.6944.4", Verdict.INSTALLED), ("6.5.7226.6", Verdict.MISSING), ("6.5.7638.1", Verdict.UNDETERMINED)],
    ids=["markers of RTM", "of SP1", "of RTM and SP2"],
)
def test_an_older_copy_that_an_earlier_line_would_have_is_not_enough_where_markers_disagree(
    store: str, verdict: Verdict
) -> None:
    bin_folder = "Program Files/Exchsrvr/Bin"
    others = "6.5.6944.4" if store != "6.5.7226.6" else store
    files = [
        installed(f"{bin_folder}/Store.exe", store),
        installed(f"{bin_folder}/Mad.exe", others),
        installed(f"{bin_folder}/Xlsasink.dll", "6.5.6981.3"),
    ]
    found = finding(ASSESSOR.assess(folder(*files), Question()), "exchange-2003/KB894549")
    assert found.verdict is verdict
    assert verdict is not Verdict.UNDETERMINED or "the markers disagree, and on SP1 it is missing" in found.reasons[-1]
