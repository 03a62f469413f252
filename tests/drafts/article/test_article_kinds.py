"""Kinds of trouble in the articles of the web era and before, one small text each, with the right answer in full."""

# ruff: noqa: E501  (tables and their lead-ins stand on one line each)

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from drafts.reading import draft_to_toml, parse_article

from hotfix_check.drafts.draft import DraftUpdate

FIX = "Files of this hotfix, with their file attributes (or later):\n"
HEADER = "File name File version File size Date Time Platform\n"
ROW = ("Store.exe", "6.5.7653.8", 5251584, "2007-04-19", "08:41", "x86")
LINE = "Store.exe 6.5.7653.8 5,251,584 19-Apr-2007 08:41 x86\n"


def crawl(body: str, title: str = "The store loses a lock") -> str:
    return f"{title}\nArticle ID: 931901 - Last Review: March 3, 2009 - Revision: 2.0\nRESOLUTION\n{body}"


def archived(body: str, *, title: str = "The store loses a lock", section: str = "RESOLUTION") -> str:
    return (
        f"DOCUMENT:Q231902  08-MAY-2002  [winnt]\nTITLE   :{title}\nPRODUCT :Microsoft Windows NT Server version 4.0\n\n"
        f"{'=' * 70}\n\n{section}\n{'=' * len(section)}\n\n{body}\n\nSTATUS\n======\n\nAll products have it.\n"
    )


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><body><h1>The store loses a lock</h1><p>Article ID: 931901</p>{body}</body></html>"


def rows(draft: DraftUpdate) -> list[tuple[object, ...]]:
    return [
        (
            row.name,
            row.version,
            row.size,
            row.date.isoformat() if row.date else None,
            row.time.strftime("%H:%M") if row.time else None,
            row.platform,
        )
        for row in draft.files
    ]


ONE_TABLE = {
    "under a header, as text": HEADER + LINE,
    "one cell a line": "File name\nFile version\nFile size\nDate\nTime\nPlatform\n"
    "Store.exe\n6.5.7653.8\n5,251,584\n19-Apr-2007\n08:41\nx86\n",
    "one cell a line, blank lines between": "File name\n\nFile version\n\nFile size\n\nDate\n\nTime\n\nPlatform\n\n"
    "Store.exe\n\n6.5.7653.8\n\n5,251,584\n\n19-Apr-2007\n\n08:41\n\nx86\n\n",
    "one cell a line, the name last": "Date\nTime\nVersion\nSize\nPlatform\nFile name\n"
    "19-Apr-2007\n08:41\n6.5.7653.8\n5,251,584\nx86\nStore.exe\n",
    "one attribute a line": "File name Store.exe\nFile version 6.5.7653.8\nFile size 5,251,584\nDate (UTC) 19-Apr-2007\n"
    "Time (UTC) 08:41\nPlatform x86\n",
    "one attribute a line, with colons": "File name: Store.exe\nFile version: 6.5.7653.8\nFile size: 5,251,584\n"
    "Date: 19-Apr-2007\nTime: 08:41\nPlatform: x86\n",
    "one attribute in two lines": "File name\nStore.exe\nFile version\n6.5.7653.8\nFile size\n5,251,584\nDate\n"
    "19-Apr-2007\nTime\n08:41\nPlatform\nx86\n",
    "a table on one line": HEADER.rstrip("\n") + " " + LINE,
    "a table on one line, with columns of other kinds": "File name File version File size (bytes) Date Time Platform "
    "SP requirement Service branch Store.exe 6.5.7653.8 5,251,584 19-Apr-2007 08:41 x86 SP2 Not applicable\n",
    "spaces in the size": HEADER + LINE.replace("5,251,584", "5 251 584"),
    "no-break spaces in the size": HEADER + LINE.replace("5,251,584", "5\u00a0251\u00a0584"),
    "dots in the size": HEADER + LINE.replace("5,251,584", "5.251.584"),
    "buttons of the page": f"Collapse this tableExpand this table\n{HEADER}{LINE}",
    "a German date": HEADER + LINE.replace("19-Apr-2007", "19.04.2007"),
    "a French date": HEADER + LINE.replace("19-Apr-2007", "19-avr.-2007"),
    "cells run together": "File nameFile versionFile sizeDateTimePlatform\n"
    "Store.exe6.5.7653.85,251,58419-Apr-200708:41x86\n",
    "Markdown": "| File name | File version | File size | Date | Time | Platform |\n|---|---|---|---|---|---|\n"
    "| Store.exe | 6.5.7653.8 | 5,251,584 | 19-Apr-2007 | 08:41 | x86 |\n",
}


@pytest.mark.parametrize("table", ONE_TABLE.values(), ids=ONE_TABLE)
def test_the_same_table_in_every_shape(table: str) -> None:
    draft = parse_article(crawl(f"{FIX}{table}APPLIES TO\nMicrosoft Exchange Server 2003\n"), source="test")
    assert rows(draft) == [ROW]
    assert (draft.unused, draft.skipped, draft.products) == ((), (), ("Microsoft Exchange Server 2003",))
    assert draft.files[0].doubt is None


def test_two_columns_run_together() -> None:
    text = crawl(f"{FIX}File nameVersion\nCdo.dll6.0.4720.1\nMapi32.dll6.0.6448.0\n")
    assert [row[:2] for row in rows(parse_article(text, source="test"))] == [
        ("Cdo.dll", "6.0.4720.1"),
        ("Mapi32.dll", "6.0.6448.0"),
    ]


def test_cells_that_could_be_parted_in_two_ways_are_no_row() -> None:
    text = crawl(f"{FIX}File nameVersionSizeDate\nCdo.dll6.0.4720.12345,67801-Feb-2003\n")
    assert parse_article(text, source="test").files == ()


def test_a_heading_that_runs_into_its_text_is_one() -> None:
    text = "Mail is slow (931901)\nSYMPTOMSWhen you send mail, it is slow.\nPrerequisitesYou must have Service Pack 2 installed "
    draft = parse_article(f"{text}to apply this hotfix.\n", source="test")
    assert draft.prerequisites == ("Service Pack 2",)


NOT_APPLICABLE = "Calview.aspx Not applicable 14,901 22-May-2008 13:44 Not applicable\n"


@pytest.mark.parametrize("between", ["\n", " "], ids=["a line each", "on one line"])
def test_not_applicable_is_one_empty_cell(between: str) -> None:
    text = crawl(FIX + HEADER.rstrip("\n") + between + NOT_APPLICABLE.rstrip("\n") + between + LINE)
    draft = parse_article(text, source="test")
    assert rows(draft) == [("Calview.aspx", None, 14901, "2008-05-22", "13:44", None), ROW]
    assert draft.unused == ()


@dataclass(frozen=True)
class Cells:
    """A table of two rows in a grid, one cell of which is misprinted."""

    size: str = "841,026"
    time: str = "6:41 PM"
    version: str = "6.0.1.1"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param(Cells(size="2,417,66"), ("6.0.1.1", None, dt.time(18, 41)), id="a size with a digit lost"),
        pytest.param(Cells(size="24,1766"), ("6.0.1.1", None, dt.time(18, 41)), id="a size with a digit too many"),
        pytest.param(Cells(time="22.36"), ("6.0.1.1", 841026, dt.time(22, 36)), id="a time with a dot"),
        pytest.param(Cells(version="1.2 (build 786)"), ("1.2", 841026, dt.time(18, 41)), id="a build in brackets"),
        pytest.param(Cells(version="six"), (None, 841026, dt.time(18, 41)), id="a version that is none"),
    ],
)
@pytest.mark.parametrize("layout", ["grid", "page"])
def test_a_misprinted_cell_stays_in_its_column(
    layout: str, cells: Cells, expected: tuple[str | None, int | None, dt.time]
) -> None:
    header = ("Name", "Size", "Date", "Time", "Version", "Platform")
    row = ("Libgrow.lib", cells.size, "12/06/1999", cells.time, cells.version, "x86")
    if layout == "grid":
        text = archived(
            "The fix has these file attributes:\n\n" + "".join(f"| {' | '.join(each)} |\n" for each in (header, row))
        )
    else:
        table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in each)}</tr>" for each in (header, row))
        text = page(f"<p>{FIX}</p><table>{table}</table>")
    (read,) = parse_article(text, source="test").files
    assert (read.version, read.size, read.time) == expected
    assert (read.date, read.platform) == (dt.date(1999, 12, 6), "x86")
    for value, printed, kept in (
        (read.size, cells.size, read.size_text),
        (read.version, cells.version, read.version_text),
    ):
        assert value is not None or kept == printed


OTHERS = {
    "old ones": "The old files have these sizes:\n\n    Toolbox.cfm   88,101 bytes\n",
    "wrong ones": "Wrong files, with version and date:\n\n    Mfcx40.dll   4.0.5301   5/1/96\n",
    "right ones of the product": "Right files of the product:\n\n    Mfcx40.dll   4.1.6101   5/1/96\n",
    "the original ones": "The original files have the following attributes:\n\n    Mfcx40.dll   4.1.6101   5/1/96\n",
    "shipped ones": "These versions were shipped with the product:\n\n   File name   Version\n   Mad.exe     6.5.6944.0\n",
    "the cause": "The problem occurs with these versions:\n\n   File name   Version\n   Mad.exe     6.5.6944.0\n",
    "the cause, said otherwise": "The following versions cause this problem:\n\n  File name   Version\n  Mad.exe     6.5.6944.0\n",
    "on a disc": "The following files are on the product CD:\n\n   File name   Version\n   Mad.exe     6.5.6944.0\n",
    "before the fix": "Before you install the update, the files have these dates:\n\n    Mad.exe   1/2/96   88,101\n",
    "affected ones": "Affected files:\n\n   File name   Version\n   Mad.exe     6.5.6944.0\n",
    "earlier releases": "Earlier releases have these versions:\n\n   File name   Version\n   Mad.exe     6.5.6944.0\n",
    "releases in columns": "File name   RTM version   SP1 version   SP2 version\nMad.exe     6.5.6944.0    6.5.7226.0    6.5.7638.1\n",
    "releases in columns, short": "File name   RTM          SP1          SP2\nMad.exe     6.5.6944.0   6.5.7226.0   6.5.7638.1\n",
    "two sizes": "| File name | Size before | Size packed |\n| Mad.exe | 16,944 | 7,226 |\n",
    "bullets that name files": " - Wxspellus.sup in WordMaster 6.0 for MS-DOS and Windows\n",
}


@pytest.mark.parametrize("section", ["MORE INFORMATION", "SYMPTOMS", "RESOLUTION"])
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_files_that_are_not_the_fixs_are_no_rows(other: str, section: str) -> None:
    """Whether there is a fix in the article or not: they are what a wrong verdict would rest on."""
    fix = (
        "A fix is there. It has the following file attributes:\n\n   File name   Version\n   Mad.exe     6.5.7653.30\n"
    )
    draft = parse_article(archived(other, section=section), source="test")
    assert rows(draft) == []
    assert len(draft.skipped) == (0 if "Wxspell" in other else 1)
    both = archived(f"{fix}\n\nMORE\n====\n\n{other}" if section == "MORE INFORMATION" else f"{other}\n\n{fix}")
    assert [row[:2] for row in rows(parse_article(both, source="test"))] == [("Mad.exe", "6.5.7653.30")]


FIXES = {
    "of the affected files": "The fix has these attributes of the affected files:",
    "in place of the older": "Replace the older files by files with the following attributes (or later) of the fix:",
    "updated versions of the existing files": "This update contains updated versions of the existing files:",
    "replaces the original files": "This hotfix replaces the original files with these versions:",
    "after the fix": "After you install the update, the files have these versions:",
    "new": "New version:",
    "corrected ones": "The corrected files should be at least these versions:",
}


@pytest.mark.parametrize("lead", FIXES.values(), ids=FIXES)
def test_files_that_come_in_place_of_others_are_rows(lead: str) -> None:
    text = archived(f"{lead}\n\n   File name   Version\n   Mad.exe     6.5.7653.30\n")
    assert [row[:2] for row in rows(parse_article(text, source="test"))] == [("Mad.exe", "6.5.7653.30")]


def test_of_an_old_and_a_new_column_the_new_one_counts() -> None:
    text = page(
        f"<p>{FIX}</p><table><tr><th>File name</th><th>Old version</th><th>New version</th></tr>"
        "<tr><td>Mad.exe</td><td>6.5.7226.0</td><td>6.5.7653.30</td></tr></table>"
    )
    assert [row[:2] for row in rows(parse_article(text, source="test"))] == [("Mad.exe", "6.5.7653.30")]


def test_of_an_old_and_a_new_table_the_new_one_counts() -> None:
    text = archived(
        "The old files have these sizes:\n\n    Toolbox.cfm    88,101 bytes\n\n"
        "The new files have these sizes:\n\n    Toolbox.cfm    88,165 bytes\n",
        title="PATCH: Toolbox Upgrade",
    )
    assert rows(parse_article(text, source="test")) == [("Toolbox.cfm", None, 88165, None, None, None)]


@pytest.mark.parametrize("lead", ["File details:", "The details are:", "See this table:"])
def test_a_whole_table_under_the_resolution_is_the_fixs_with_a_doubt(lead: str) -> None:
    table = (
        "   Date      Time    Size      File name     Platform\n   06/15/99  00:41   176,912   Namesrv.exe   Intel\n"
    )
    (row,) = parse_article(archived(f"{lead}\n\n{table}"), source="test").files
    assert (row.name, row.doubt) == ("Namesrv.exe", "no sentence says that the table is that of the fix")
    assert parse_article(archived(f"{lead}\n\n{table}", section="SYMPTOMS"), source="test").files == ()


def test_a_list_that_opens_with_a_language() -> None:
    text = archived(
        "These updated files solve it:\n\n   Danish:     Winload.sys dated 02/06/97 (214,324 bytes)\n"
        "   Brazilian Portuguese:  Winload.sys dated 02/03/97 (214,324 bytes)\n"
    )
    assert [(row.language, row.date, row.size) for row in parse_article(text, source="test").files] == [
        ("Danish", dt.date(1997, 2, 6), 214324),
        ("Brazilian Portuguese", dt.date(1997, 2, 3), 214324),
    ]


def test_a_product_on_a_line_of_its_own_is_the_tables_heading() -> None:
    text = crawl(
        f"Exchange Server 2003 Service Pack 2\n{FIX}{HEADER}{LINE}Exchange 2000 Server post-Service Pack 3\n{FIX}{HEADER}"
        "Store.exe 6.0.6620.13 2,843,136 29-Nov-2005 01:05 x86\nAPPLIES TO\nMicrosoft Exchange Server 2003\n"
    )
    draft = parse_article(text, source="test")
    assert [(row.version, row.group) for row in draft.files] == [
        ("6.5.7653.8", "Exchange Server 2003 Service Pack 2"),
        ("6.0.6620.13", "Exchange 2000 Server post-Service Pack 3"),
    ]


def test_a_product_right_above_a_table_is_its_heading() -> None:
    table = "| File name | File version |\n|---|---|\n| {} | 14.0.249.94 |\n\n"
    text = f"# A rollup\n\n## Files\n\n{FIX}\nx64-based versions\n\nSQL Server 2017 Browser\n\n{table.format('A.dll')}"
    draft = parse_article(f"{text}SQL Server 2017 Client\n\n{table.format('B.dll')}", source="test")
    assert [(row.name, row.group) for row in draft.files] == [
        ("A.dll", "SQL Server 2017 Browser"),
        ("B.dll", "SQL Server 2017 Client"),
    ]


def test_a_component_that_runs_on_from_the_paragraph_above() -> None:
    text = f"RESOLUTION\nA hotfix is there. It is for this problem alone. Component: Information store\n{FIX}{HEADER}{LINE}"
    assert parse_article(text, source="test").component == "Information store"


TWO_GROUPS = [("5.0.2195.5921", "IIS 5.0"), ("4.2.780.1", "IIS 4.0")]


def test_a_label_above_the_standard_paragraphs_is_the_tables_heading() -> None:
    part = "{0}:\n\nThere is a fix for it.\n\nThe fix has these file attributes:\n\n   File name   Version\n   Aspx.dll    {1}\n\n"
    text = archived(part.format("IIS 5.0", "5.0.2195.5921") + part.format("IIS 4.0", "4.2.780.1"))
    assert [(row.version, row.group) for row in parse_article(text, source="test").files] == TWO_GROUPS


LEAD_INS = {
    "a label": "IIS 5.0:",
    "for": "For IIS 5.0:",
    "wrapped": "The fix has the following file attributes or later for\nIIS 5.0:",
    "wrapped label": "For all versions of\nIIS 5.0:",
}


@pytest.mark.parametrize("lead", LEAD_INS.values(), ids=LEAD_INS)
def test_a_lead_in_that_ends_in_a_colon_is_the_tables_heading(lead: str) -> None:
    table = "The fix has these file attributes:\n\n{0}\n\n   File name   Version\n   Aspx.dll    {1}\n\n"
    text = archived(table.format(lead, "5.0.2195.5921") + table.format(lead.replace("5.0", "4.0"), "4.2.780.1"))
    prefix = "all versions of " if "all" in lead else ""
    assert [(row.version, row.group) for row in parse_article(text, source="test").files] == [
        (version, f"{prefix}{group}") for version, group in TWO_GROUPS
    ]


def test_the_caption_of_a_table_is_its_heading() -> None:
    table = "<table><caption>{0}</caption><tr><th>File name</th><th>Version</th></tr><tr><td>Aspx.dll</td><td>{1}</td></tr></table>"
    text = page(f"<p>{FIX}</p>" + table.format("IIS 5.0", "5.0.2195.5921") + table.format("IIS 4.0", "4.2.780.1"))
    assert [(row.version, row.group) for row in parse_article(text, source="test").files] == TWO_GROUPS


def test_a_caption_among_the_rows_is_the_heading_of_those_below() -> None:
    text = archived(
        "The fix has these file attributes:\n\n   File name   Version\n   ----------------------\n   IIS 5.0\n"
        "   Aspx.dll    5.0.2195.5921\n\n   IIS 4.0\n   Aspx.dll    4.2.780.1\n"
    )
    assert [(row.version, row.group) for row in parse_article(text, source="test").files] == TWO_GROUPS


def test_a_note_row_is_no_heading() -> None:
    text = page(
        f"<p>{FIX}</p><table><tr><th>File name</th><th>Version</th></tr><tr><td>A.dll</td><td>5.5.1.1</td></tr>"
        "<tr><td colspan=2>Note: A.dll is on the first disk.</td></tr><tr><td>B.dll</td><td>5.5.1.2</td></tr></table>"
    )
    assert [(row.name, row.group) for row in parse_article(text, source="test").files] == [
        ("A.dll", None),
        ("B.dll", None),
    ]


@pytest.mark.parametrize(
    ("first", "second", "flags"),
    [
        pytest.param(
            "Files of the fix have these file attributes:\n\n   File name      Version   Size\n   wqfe1999.exe   n/a       3,195,104\n",
            "Once it is installed, these files have the listed attributes or later:\n\n"
            "   File name     Version      Size\n   winword.exe   8.0.0.7530   5,331,216\n",
            [True, False],
            id="the installer, then the files",
        ),
        pytest.param(
            "The package replaces the following files of the fix:\n\n   File name   Date\n   setup.exe   04/07/2000\n",
            "",
            [False],
            id="programs that a package replaces",
        ),
        pytest.param(
            "To obtain the fix, download this file:\n\n   File name   Date\n   setup.exe   04/07/2000\n",
            "",
            [True],
            id="a download",
        ),
    ],
)
def test_the_package_is_told_from_what_it_installs(first: str, second: str, flags: list[bool]) -> None:
    assert [row.package for row in parse_article(archived(f"{first}\n{second}"), source="test").files] == flags


TITLES = {
    "navigation": "Support home\nSearch\nSign in\nMail waits in Exchange\nArticle ID: 925902 - Last Review: May 7, 2007\n",
    "navigation below the title": "Skip to content\nMail waits in Exchange\nPrint\nEmail\nArticle ID: 925902\n",
    "no navigation": "Mail waits in Exchange\nArticle ID: 925902\n",
    "a wiki": "Mail waits in Exchange\nFrom BetaArchive Wiki\nArticle ID: 925902\nArticle Last Modified on 5/7/2007\n",
    "the number at the foot": "Mail waits in Exchange\nSYMPTOMS\nMail waits.\nProperties\nArticle ID: 925902\n",
    "no number": "Microsoft Support\nMail waits in Exchange\nSYMPTOMS\nMail waits.\n",
}


@pytest.mark.parametrize("text", TITLES.values(), ids=TITLES)
def test_the_title_is_none_of_the_pages_frame(text: str) -> None:
    assert parse_article(text, source="test").title == "Mail waits in Exchange"


@pytest.mark.parametrize(
    ("said", "replaces", "replaced_by"),
    [
        ("It replaces hotfix 926123.", (926123,), ()),
        ("This hotfix replaces hotfixes 926123, 926124, and 926125.", (926123, 926124, 926125), ()),
        ("This update replaces KB926123 (build 926199.1).", (926123,), ()),
        ("Hotfix 926123 is replaced by this hotfix.", (926123,), ()),
        ("This hotfix is superseded by 930000.", (), (930000,)),
        ("This hotfix replaces Store.exe of 926,123 bytes.", (), ()),
        ("Replace the earlier hotfix with this one. The earlier ones are in these articles:\n\n"
         "   Q223901 A Timer\n\n   Q224902 A Table\n", (223901, 224902), ()),
        ("More is told in these articles:\n\n   Q223901 A Timer\n\n   Q224902 A Table\n", (), ()),
    ],
)  # fmt: skip
def test_what_an_update_replaces(said: str, replaces: tuple[int, ...], replaced_by: tuple[int, ...]) -> None:
    draft = parse_article(archived(said), source="test")
    assert (draft.replaces, draft.replaced_by) == (replaces, replaced_by)


@pytest.mark.parametrize(
    ("said", "prerequisites"),
    [
        (
            "Before you apply this fix, first install Windows 2000 Service Pack 2 (SP2) and Exchange 2000 Service Pack 1.",
            ("Windows 2000 Service Pack 2 (SP2)", "Exchange 2000 Service Pack 1"),
        ),
        (
            "Prerequisites\n-------------\n\n - Exchange Server 2003 Service Pack 1\n - Windows Server 2003\n\nOther text.",
            ("Exchange Server 2003 Service Pack 1", "Windows Server 2003"),
        ),
        ("Prerequisites\n-------------\n\nNone", ()),
        ("Exchange Server 5.5 and Windows 2000 are nice products.", ()),
        (
            "This update requires both the following packages to be installed:\n\n - Microsoft\n   Exchange 2000 Server SP3\n"
            "   For more information, click this number:\n   301378\n   How to get it\n - The August 2004 Exchange 2000 rollup\n",
            ("Microsoft Exchange 2000 Server SP3", "August 2004 Exchange 2000 rollup"),
        ),
        (
            "This hotfix requires Exchange 2000 Server SP3 and the August 2004 Exchange 2000 update rollup.",
            ("Exchange 2000 Server SP3", "August 2004 Exchange 2000 update rollup"),
        ),
        (
            "This hotfix requires Exchange Server 2003 SP2 to be installed on the server because of file dependencies.",
            ("Exchange Server 2003 SP2",),
        ),
        (
            "To install this hotfix, you must have a computer that is running Exchange Server 2003 SP1.",
            ("Exchange Server 2003 SP1",),
        ),
    ],
)
def test_what_an_update_requires(said: str, prerequisites: tuple[str, ...]) -> None:
    assert parse_article(archived(said), source="test").prerequisites == prerequisites


TABLE = "<table><tr><th>File name</th><th>File version</th></tr><tr><td>Mad.exe</td><td>{}</td></tr></table>"
HOTFIX = f"<h2>RESOLUTION</h2><p>There is a hotfix. It has the file attributes in this table.</p>{TABLE.format('6.5.7653.30')}"
ONLY_THE_FIXS = [("Mad.exe", "6.5.7653.30")]
UNDER = {
    "symptoms": ("<h2>SYMPTOMS</h2><p>Computers that have this build of the agent stop.</p>", True),
    "what shows in symptoms": ("<h2>SYMPTOMS</h2><p>The properties of the files may look like this:</p>", True),
    "modules of a crash": ("<h2>SYMPTOMS</h2><p>The log shows the following modules when it crashes.</p>", True),
    "what a server runs": ("<h2>CAUSE</h2><p>It still runs the following version, which Setup left behind.</p>", True),
    "what a hotfix brought": ("<h2>CAUSE</h2><p>It was introduced by a hotfix that contained this file:</p>", True),
    "the disc": ("<h2>WORKAROUND</h2><p>Copy these files from the installation disc:</p>", True),
    "the hotfix before": ("<h2>RESOLUTION</h2><p>The previous hotfix had these file attributes:</p>", True),
    "a heading of the one before": ("<h2>RESOLUTION</h2><h3>Superseded hotfix</h3>", True),
    "a heading of the time before": ("<h2>RESOLUTION</h2><h3>Before the update</h3>", True),
    "removal": ("<h2>MORE INFORMATION</h2><p>When you remove the hotfix, these versions come back:</p>", False),
    "before it is installed": ("<h2>MORE INFORMATION</h2><p>Versions before you install the hotfix</p>", False),
    "without it": ("<p>On a computer without the hotfix you find:</p>", False),
    "builds that lack it": ("<h2>STATUS</h2><p>The following builds do not contain the fix:</p>", False),
    "what a client needs": ("<h2>MORE</h2><p>The client must have at least this version of the agent:</p>", False),
    "what others sell": ("<h2>MORE</h2><p>These third-party files come with a fix of their vendor:</p>", False),
    "files to delete": ("<p>Delete the following files before you go on with the hotfix:</p>", False),
}


@pytest.mark.parametrize(("lead", "first"), UNDER.values(), ids=UNDER)
def test_what_the_sentence_or_heading_over_a_table_says_decides(lead: str, first: bool) -> None:
    other = lead + TABLE.format("6.5.7638.1")
    draft = parse_article(page(f"{other}{HOTFIX}" if first else f"{HOTFIX}{other}"), source="test")
    assert [row[:2] for row in rows(draft)] == ONLY_THE_FIXS
    assert len(draft.skipped) == 1


NEUTRAL = {
    "a sentence on the times": "<p>The dates and times for these files are listed in UTC.</p>",
    "an article": "<p>For more information, click the following article number to view the article:</p><p>328839 How to apply it</p>",
    "a label": "<p>Exchange Server 2003:</p>",
    "a longer label": "<p>For all supported versions of Exchange Server 2003:</p>",
}


@pytest.mark.parametrize("between", NEUTRAL.values(), ids=NEUTRAL)
def test_what_stands_between_the_sentence_and_its_table(between: str) -> None:
    said = f"<h2>RESOLUTION</h2><p>This hotfix has the file attributes in this table.</p>{between}"
    draft = parse_article(page(said + TABLE.format("6.5.7653.30")), source="test")
    assert [row[:2] for row in rows(draft)] == ONLY_THE_FIXS


@pytest.mark.parametrize(
    "labels",
    [
        ("Version before", "Version after"),
        ("Existing version", "Hotfix version"),
        ("SP2 version", "Hotfix version"),
        ("Vulnerable version", "Fixed version"),
        ("Version before the hotfix", "Version after the hotfix"),
        ("Pre-hotfix version", "Hotfix version"),
        ("Version without the update", "Version with the new update"),
    ],
    ids=" and ".join,
)
def test_of_columns_before_and_after_the_second_counts(labels: tuple[str, str]) -> None:
    head = "".join(f"<th>{label}</th>" for label in ("File name", *labels))
    text = page(
        f"<p>{FIX}</p><table><tr>{head}</tr><tr><td>Mad.exe</td><td>6.5.7226.0</td><td>6.5.7653.30</td></tr></table>"
    )
    assert [row[:2] for row in rows(parse_article(text, source="test"))] == ONLY_THE_FIXS


def test_a_table_on_its_side_with_a_column_for_each_file() -> None:
    lines = (
        ("File name", "Mad.exe", "Cdo.dll"),
        ("File version", "6.5.1.2", "6.5.1.3"),
        ("File size", "1,234", "5,678"),
    )
    table = "".join(f"<tr><th>{label}</th><td>{one}</td><td>{two}</td></tr>" for label, one, two in lines)
    draft = parse_article(page(f"<p>{FIX}</p><table>{table}</table>"), source="test")
    assert [row[:3] for row in rows(draft)] == [("Mad.exe", "6.5.1.2", 1234), ("Cdo.dll", "6.5.1.3", 5678)]


CELLS = {
    "a Swiss size": ("5'251'584", "19-Apr-2007", "08:41", "6.5.7653.8"),
    "a French time": ("5,251,584", "19-Apr-2007", "08h41", "6.5.7653.8"),
    "a time with its zone": ("5,251,584", "19-Apr-2007", "08:41 UTC", "6.5.7653.8"),
    "a wrapped version": ("5,251,584", "19-Apr-2007", "08:41", "6.5. 7653.8"),
    "a version with commas": ("5,251,584", "19-Apr-2007", "08:41", "6, 5, 7653, 8"),
    "a Polish date": ("5,251,584", "19 kwietnia 2007", "08:41", "6.5.7653.8"),
    "a Czech date": ("5,251,584", "19. dubna 2007", "08:41", "6.5.7653.8"),
    "a Russian date": ("5,251,584", "19 апреля 2007", "08:41", "6.5.7653.8"),
    "a Turkish date": ("5,251,584", "19 Nisan 2007", "08:41", "6.5.7653.8"),
    "a Hungarian date": ("5,251,584", "2007. április 19.", "08:41", "6.5.7653.8"),
    "a short Russian date": ("5 251 584", "19-апр-2007", "08:41", "6.5.7653.8"),
    "a short Polish date": ("5 251 584", "19-kwi-2007", "08:41", "6.5.7653.8"),
    "a short Turkish date": ("5.251.584", "19-Nis-2007", "08:41", "6.5.7653.8"),
    "a Hungarian date in numbers": ("5 251 584", "2007.04.19.", "08:41", "6.5.7653.8"),
    "a Japanese date with blanks": ("5,251,584", "2007 年 4 月 19 日", "08:41", "6.5.7653.8"),
    "wide figures": ("\uff15\uff0c251,584", "2007\uff0f04\uff0f19", "08:41", "\uff16\uff0e5.7653.8"),
    "minus signs in the date": ("5,251,584", "19\u2212Apr\u22122007", "08:41", "6.5.7653.8"),
    "a date with dashes": ("5,251,584", "19\u2013Apr\u20132007", "08:41", "6.5.7653.8"),
    "a Japanese date": ("5,251,584", "2007年4月19日", "08:41", "6.5.7653.8"),
    "a day of the week": ("5,251,584", "Thursday, April 19, 2007", "08:41", "6.5.7653.8"),
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_cells_as_other_countries_print_them(cells: tuple[str, str, str, str]) -> None:
    size, date, time, version = cells
    head = "".join(
        f"<th>{label}</th>" for label in ("File name", "File version", "File size", "Date", "Time", "Platform")
    )
    body = "".join(f"<td>{cell}</td>" for cell in ("Store.exe", version, size, date, time, "x86"))
    draft = parse_article(page(f"<p>{FIX}</p><table><tr>{head}</tr><tr>{body}</tr></table>"), source="test")
    assert rows(draft) == [ROW]
    assert draft.unused == ()


def test_dashes_in_the_dates_and_no_value_in_german_of_plain_text() -> None:
    line = LINE.replace("19-Apr-2007", "19\u2013Apr\u20132007")
    text = f"{FIX}{HEADER}{line}Web.config Nicht zutreffend 12 19-Apr-2007 08:41 x64\n"
    assert rows(parse_article(crawl(text), source="test")) == [
        ROW,
        ("Web.config", None, 12, "2007-04-19", "08:41", "x64"),
    ]


@pytest.mark.parametrize("printed", ["6.5 (build 7653.8)", "6.5 (Build 7653.8: Service Pack 2)"])
def test_a_version_as_exchange_shows_it_is_four_numbers_too(printed: str) -> None:
    table = TABLE.format(printed)
    (row,) = parse_article(page(f"<p>{FIX}</p>{table}"), source="test").files
    assert (row.version, row.version_normal, row.version_text) == ("6.5", "6.5.7653.8", printed)


def test_the_package_has_a_table_of_its_own() -> None:
    packages = "<table><tr><th>Package file name</th><th>Package version</th></tr><tr><td>Mail.msp</td><td>12.0.1.2</td></tr></table>"
    text = page(f"<h3>Installer</h3><p>Hotfix package file information</p>{packages}{HOTFIX}")
    assert [(row.name, row.package) for row in parse_article(text, source="test").files] == [
        ("Mail.msp", True),
        ("Mad.exe", False),
    ]


def test_a_lead_in_that_names_the_product_is_the_tables_heading() -> None:
    lead = "The English version of this fix for {} has the\nfile attributes (or later) in this table.\nFile name   Version\nMad.exe   {}\n"
    text = crawl(lead.format("Exchange Server 2003", "6.5.7653.30") + lead.format("Exchange 2000 Server", "6.0.6620.3"))
    assert [(row.version, row.group) for row in parse_article(text, source="test").files] == [
        ("6.5.7653.30", "Exchange Server 2003"),
        ("6.0.6620.3", "Exchange 2000 Server"),
    ]


def test_a_heading_of_a_product_without_a_word_in_the_catalogue() -> None:
    part = "{0}\n----------------------\n\nThe fix has these file attributes:\n\n   File name   {1}\n\n"
    text = part.format("LinkAge Exchanger 3.2", "Date\n   Lsx.dll     4/30/98") + part.format(
        "Exchange Server 5.5", "Version\n   Lsx.dll     5.5.2319.0"
    )
    applies = " - LinkAge Exchanger, version 3.2\n - Microsoft Exchange Server, version 5.5\n"
    draft = parse_article(
        f"Mail stops (192001)\n\nApplies to:\n\n{applies}\nRESOLUTION\n==========\n\n{text}", source="test"
    )
    assert [(row.group, row.product) for row in draft.files] == [
        ("LinkAge Exchanger 3.2", None),
        ("Exchange Server 5.5", "exchange-5.5"),
    ]


HEADS = {
    "sites of the support": (
        "Microsoft Support\n\nMicrosoft 365\nOffice\nAzure\n\nMail waits in Exchange\n",
        "Mail waits in Exchange",
    ),
    "a number in brackets": ("Exchange Server 2007 is old now\nMail waits (925902)\n", "Mail waits"),
    "a short one": ("Mail is slow\n", "Mail is slow"),
    "links in one line": ("Mail is slow\nHelp and Support Home | Select a Product\n", "Mail is slow"),
    "a stroke in it": ("Mail is slow\nExchange | Mail waits in a queue\n", "Exchange | Mail waits in a queue"),
}


@pytest.mark.parametrize(("head", "title"), HEADS.values(), ids=HEADS)
def test_of_several_lines_before_the_first_section_one_is_the_title(head: str, title: str) -> None:
    assert parse_article(f"{head}File information\n{FIX}{HEADER}{LINE}", source="test").title == title


REPLACED = {
    "a list laid out as a table": (
        "This hotfix replaces the following hotfixes:\n| • | 925101 (http://support/kb/925101/) Leaks |\n| • | 926666 Off by an hour\n|\n",
        (925101, 926666),
    ),
    "under the heading alone": ("Hotfix replacement information\n925101 The store leaks\n", (925101,)),
    "none, in a contraction": ("This update doesn't replace any other update.\n", ()),
    "none, as it is no replacement": ("This hotfix is not a replacement for any other hotfix.\n", ()),
    "none, in a word": ("Hotfix replacement information\nNone\n", ()),
    "titles with their numbers behind": (
        "This update replaces the following updates:\n\n - Description of update 1.2.3 for Exchange Server: July 13 (KB5004779)\n"
        " - Description of the security update (KB5003435)\n - More about updates\n - Unrelated (KB5003436)\n",
        (5003435, 5004779),
    ),
    "a replacement": ("This hotfix is a replacement for hotfix 925101.\n", (925101,)),
    "in place of": ("This rollup takes the place of hotfix 925101.\n", (925101,)),
}


@pytest.mark.parametrize(("said", "replaces"), REPLACED.values(), ids=REPLACED)
def test_what_a_page_says_is_replaced(said: str, replaces: tuple[int, ...]) -> None:
    draft = parse_article(crawl(said), source="test")
    assert (draft.replaces, draft.replaces_stated) == (replaces, True)


@pytest.mark.parametrize(
    "said", ["For more information, see Setup of the store (KB5004779)", "It stops. So does the queue (KB5004779)"]
)
def test_a_sentence_that_ends_in_a_number_is_no_title_of_what_is_replaced(said: str) -> None:
    draft = parse_article(crawl(f"This hotfix replaces the following files.\n\n{said}\n"), source="test")
    assert draft.replaces == ()


RESTARTS = {
    "a must": ("After you apply this hotfix, you must restart the computer.", "yes"),
    "may have to": ("After you apply this hotfix, you may have to restart the computer.", None),
    "might be prompted": ("You might be prompted to restart the computer after you install the update.", None),
    "if prompted": ("After you install this hotfix, restart the computer if you are prompted to do so.", None),
    "a step": (
        "1. Copy the new .dll file to the system directory.\n\n2. Register it.\n\n3. Reboot the system.",
        "yes",
    ),
    "a step after the registry": (
        "1. Start Registry Editor.\n\n2. Change the value.\n\n3. Restart the computer.",
        None,
    ),
    "a switch without": ("The switch /z installs the fix without forcing a restart.", None),
    "not have to": ("You do not have to restart your computer after you apply this hotfix.", "no"),
    "yes, in a word": ("Restart requirement\nYes\n", "yes"),
    "no, in a word": ("Restart requirement\nNo.\n", "no"),
    "as a field": ("Reboot required: Yes\n", "yes"),
    "a contraction": ("Restart requirement\nThis update doesn't require a restart.\n", "no"),
    "another contraction": ("You don\u2019t have to restart the computer after you apply this update.\n", "no"),
    "no need": ("There is no need to restart the computer after you apply this update.\n", "no"),
    "it restarts": ("Restart requirement\nYour computer will restart after you apply this hotfix.\n", "yes"),
    "files in use": ("Restart requirement\nIf the files are being used, you must restart the computer.\n", None),
    "it depends": ("Restart requirement\nWhether you have to restart the computer depends on the files.\n", None),
    "both": (
        "Restart requirement\nOn one node, you do not have to restart the computer. On clusters, you must restart the computer.\n",
        None,
    ),
    "a service, as a step": ("1. Run the hotfix package.\n2. Restart the Exchange services.\n", "services"),
    "a service, after the registry": (
        "1. Run the package.\n2. Start Registry Editor.\n3. Restart the store service.\n",
        None,
    ),
}


@pytest.mark.parametrize(("said", "restart"), RESTARTS.values(), ids=RESTARTS)
def test_a_restart_is_what_the_archive_and_a_page_say_of_one(said: str, restart: str | None) -> None:
    assert parse_article(archived(said), source="test").restart == restart
    assert parse_article(crawl(said), source="test").restart == restart


SP2 = "Exchange Server 2003 Service Pack 2"
NEEDED = {
    "a feature": f"Because of file dependencies, this feature requires {SP2}.",
    "on the computer": f"You must be running {SP2} on the computer on which this software update is applied.",
    "only to": f"This hotfix can be applied only to {SP2}.",
    "a prerequisite": f"{SP2} is a prerequisite for this hotfix.",
    "make sure": f"Before you install this hotfix, make sure that {SP2} is installed.",
    "required to install": f"{SP2} is required to install this hotfix.",
    "behind the word": f"Prerequisites: {SP2}",
    "should": f"You should have {SP2} installed before you apply this hotfix.",
}


@pytest.mark.parametrize("said", NEEDED.values(), ids=NEEDED)
def test_a_prerequisite_as_pages_state_it(said: str) -> None:
    draft = parse_article(crawl(f"{said}\n"), source="test")
    assert (draft.prerequisites, draft.prerequisites_stated) == ((SP2,), True)


def test_one_of_a_list_is_enough() -> None:
    listed = "- Exchange Server 2019 Cumulative Update 12\n- Exchange Server 2019 Cumulative Update 11\n"
    said = f"To apply this update, you must have one of the following installed:\n{listed}"
    draft = parse_article(crawl(f"{said}APPLIES TO\nMicrosoft Exchange Server 2019\n"), source="test")
    assert draft.alternatives == (draft.prerequisites,)
    assert len(draft.prerequisites) == 2
    assert 'prerequisites = [["CU12", "CU11"]]' in draft_to_toml(
        parse_article(
            crawl(f"{said}{FIX}{HEADER}{LINE.replace('6.5.7653.8', '15.2.1.1')}APPLIES TO\nExchange Server 2019\n"),
            source="t",
        )
    )
    both = said.replace("one of the following", "both of the following")
    assert parse_article(crawl(both), source="test").alternatives == ()


def test_a_heading_with_a_number_right_behind_a_table_is_no_row() -> None:
    text = archived(
        f"{FIX}\nFile name   Version\n-------------------\nMad.exe     6.5.1.2\n\nLinkage Exchanger 3.2\n\nIt has no fix.\n"
    )
    assert [row[:2] for row in rows(parse_article(text, source="test"))] == [("Mad.exe", "6.5.1.2")]
