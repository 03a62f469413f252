"""Made-up articles in the layouts of real ones, with the traps that the real ones set."""

# ruff: noqa: E501, W291 - the articles are laid out as real ones are: long lines, blanks at their ends

from __future__ import annotations

import pytest
from drafts.reading import parse_article

from hotfix_check.drafts.draft import DraftUpdate, draft_to_dict

HEAD = """DOCUMENT:Q123456  08-MAY-2002  [test]
TITLE   :{title}

======================================================================
-------------------------------------------------------------------------------
The information in this article applies to:

 - Microsoft Exchange Server, version 5.5 
-------------------------------------------------------------------------------

SYMPTOMS
========

Mail is slow.

"""
FIX = """RESOLUTION
==========

The English version of this fix should have the following file attributes or
later:

"""


def parse(text: str, title: str = "XADM: Mail Is Slow") -> DraftUpdate:
    return parse_article(HEAD.format(title=title) + text, source="test")


def rows(text: str, *keys: str, title: str = "XADM: Mail Is Slow") -> list[tuple[object, ...]]:
    files = draft_to_dict(parse(text, title))["files"]
    assert isinstance(files, list)
    return [tuple(file[key] for key in keys) for file in files]


def test_empty_cells_do_not_shift_their_neighbours() -> None:
    text = """
   Date         Time   Version        Size       File name        Platform
   -----------------------------------------------------------------------
   02-Mar-2001  01:30                   655,463  Setupa.exe       Alpha
   02-Mar-2001  00:15  2.0.1493.3251         67  Part.ini

                                                 Later.dll        Intel
"""
    assert rows(FIX + text, "name", "version", "size", "time", "platform") == [
        ("Setupa.exe", None, 655463, "01:30", "Alpha"),
        ("Part.ini", "2.0.1493.3251", 67, "00:15", None),
        ("Later.dll", None, None, None, "Intel"),
    ]


def test_wrapped_platform_is_joined() -> None:
    text = """
   Date        Time    Size    File name     Platform
   ---------------------------------------------------------------
   09/08/1999  07:00p  26,112  Rpcx.dll      Windows 95
                                             (retail)
   09/08/1999  07:00p  26,112  Rpcx.dll      Windows 98
                                             Second Edition
"""
    assert rows(FIX + text, "name", "platform") == [
        ("Rpcx.dll", "Windows 95 (retail)"),
        ("Rpcx.dll", "Windows 98 Second Edition"),
    ]


def test_column_order_changes_between_tables_with_headings() -> None:
    text = """
Windows 95:

   File name    Version   Date     Size
   ---------------------------------------------
   Redir.vxd    4.00.958  7/23/96  140,403 bytes

Windows 98:

   File name   Size     Date      Time   Version
   -----------------------------------------------
   Redir.vxd   165,461  08/13/99  02:36  4.10.2149
"""
    assert rows(FIX + text, "version", "size", "date", "time", "group") == [
        ("4.00.958", 140403, "1996-07-23", None, "Windows 95"),
        ("4.10.2149", 165461, "1999-08-13", "02:36", "Windows 98"),
    ]


def test_header_that_does_not_match_its_rows_is_overruled_by_the_values() -> None:
    text = """
   Date       Version       File name   Platform
   -------------------------------------------------
   12/13/99   5.0.1461.82     203,024   Rich.dll
   -or-
   12-14-99   5.30.23.1200    431,376   Richer.dll
"""
    assert rows(FIX + text, "name", "version", "size") == [
        ("Rich.dll", "5.0.1461.82", 203024),
        ("Richer.dll", "5.30.23.1200", 431376),
    ]


def test_two_version_columns_are_one_row_for_each_product() -> None:
    text = """
+---------------------------------------------------------------+
| File name                | Mail 97 version | Mail 98 version  |
+---------------------------------------------------------------+
| Book.dll                 | 5.5.2502        | 5.5.2503         |
+---------------------------------------------------------------+
| Lib.dll (or Libn.dll)    | N/A             | 8.5.6204         |
+---------------------------------------------------------------+
| Only.dll                 |                 | 8.5.6205         |
+---------------------------------------------------------------+
| Read.me                  | N/A             | N/A              |
+---------------------------------------------------------------+
"""
    assert rows(FIX + text, "name", "version", "group") == [
        ("Book.dll", "5.5.2502", "Mail 97"),
        ("Book.dll", "5.5.2503", "Mail 98"),
        ("Lib.dll", "8.5.6204", "Mail 98"),
        ("Only.dll", "8.5.6205", "Mail 98"),
        ("Read.me", None, None),
    ]
    assert "or Libn.dll" in parse(FIX + text).unused


@pytest.mark.parametrize(
    ("line", "row"),
    [
        pytest.param(
            "   02/06/98 12:38p      8,727    Iimltihd (Intel)", ("Iimltihd", None, 8727, "Intel"), id="no extension"
        ),
        pytest.param("   04/22/98 08:18 PM 182KB Cli.exe (Alpha)", ("Cli.exe", None, None, "Alpha"), id="kilobytes"),
        pytest.param(
            "   Vb.dll   Version: 2.0.6108   Size:  1,025   Date: 3/08/96",
            ("Vb.dll", "2.0.6108", 1025, None),
            id="labels",
        ),
        pytest.param(" - 2/9/98   10:05am    144,896    Disp.dll", ("Disp.dll", None, 144896, None), id="bullet"),
        pytest.param(
            "   09/10/97  04:43p  265,676 login.exe   (Intel or Alpha)",
            ("login.exe", None, 265676, "Intel or Alpha"),
            id="either",
        ),
        pytest.param(
            "   Rdr.vxd version 4.00.1114 (dated 6/2/97) and later",
            ("Rdr.vxd", "4.00.1114", None, None),
            id="least version in words",
        ),
        pytest.param(
            "   Net.exe (no version information) dated 12/11/95 and later<BR/>",
            ("Net.exe", None, None, None),
            id="no version in words",
        ),
        pytest.param(
            "   NP32.DLL  version 4.00.969  dated 12/20/95 10:09am  138,752 bytes",
            ("NP32.DLL", "4.00.969", 138752, None),
            id="dated",
        ),
        pytest.param(
            "   MAIL.EXE ( 54,208 bytes, dated 02/01/95, 2:31 A.M.)",
            ("MAIL.EXE", None, 54208, None),
            id="in parentheses",
        ),
        pytest.param(
            "   MAIL.EXE (54,208 bytes, dated 02/01/95, 2:31 P.M.", ("MAIL.EXE", None, 54208, None), id="never closed"
        ),
    ],
)
def test_bare_lines(line: str, row: tuple[object, ...]) -> None:
    text = f"RESOLUTION\n==========\n\nThis fix should have the following time stamp:\n\n{line}\n\nDone.\n"
    assert rows(text, "name", "version", "size", "platform") == [row]


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        pytest.param(
            "| 04/09/98 | 03:17p | 72,896 spl.dll | (Intel) |", ("spl.dll", 72896, "Intel"), id="two values in a cell"
        ),
        pytest.param("| Imc.dll | 5.5.2558.0 |", ("Imc.dll", None, None), id="name and version"),
        pytest.param("| Base.exe | 01/24/00 | 08:09p |", ("Base.exe", None, None), id="name, date, time"),
    ],
)
def test_grid_without_header(cells: str, row: tuple[object, ...]) -> None:
    assert rows(f"{FIX}+-------+\n{cells}\n+-------+\n", "name", "size", "platform") == [row]


def test_empty_grid_row_is_no_row() -> None:
    text = "+---+\n| File name | Version |\n+---+\n| A.dll | 5.5.2654.15 |\n+---+\n|  |  |\n+---+\n| B.dll | 5.5.2654.15 |\n+---+\n"
    assert rows(FIX + text, "name") == [("A.dll",), ("B.dll",)]


def test_wrapped_cells_of_a_grid_are_joined() -> None:
    text = """
+----------------------------------------+
| File name | Version    | Platform      |
+----------------------------------------+
| A.dll     | 5.5.2558.0 | Windows 98    |
|           |            | Second Edition|
+----------------------------------------+
| B.dll     | 5.5.2558.0 | Intel         |
+----------------------------------------+
"""
    assert rows(FIX + text, "name", "platform") == [("A.dll", "Windows 98 Second Edition"), ("B.dll", "Intel")]


def test_two_files_between_two_rules_are_two_though_one_has_a_bare_name() -> None:
    text = """
+-----------------------+
| File name | Version   |
+-----------------------+
| A.dll     | 5.5.2558.0|
| Outllibr  | 5.5.2558.1|
+-----------------------+
"""
    assert rows(FIX + text, "name", "version") == [("A.dll", "5.5.2558.0"), ("Outllibr", "5.5.2558.1")]


def test_names_with_a_path_and_names_in_words() -> None:
    text = """
   Date          Time    Version       Size      File name and path
   --------------------------------------------------------------------------
   12-JUL-2002   12:58   5.5.2656.59   209,680   %EXSRVROOT%\\Bin\\Imc.dll

   File Name              Version
   -------------------------------
   Mail Source Extractor  24C
"""
    assert rows(FIX + text, "name", "folder", "version") == [
        ("Imc.dll", "%EXSRVROOT%\\Bin", "5.5.2656.59"),
        ("Mail Source Extractor", None, "24C"),
    ]


def test_language_and_folder_columns() -> None:
    text = """
   File Name     Size        Date         File Version     Language
   ---------------------------------------------------------------------
   Cal.dll       182,544   28-Dec-1999   7.05.1462.0007   001036 French (France)

  File name     Version    Date/Time        Size     Destination folder
  ---------------------------------------------------------------------
  Serv.dll      4.00.955   6/12/97  9:54a   127,488  Windows\\System
"""
    assert rows(FIX + text, "name", "language", "folder", "date", "time") == [
        ("Cal.dll", "001036 French (France)", None, "1999-12-28", None),
        ("Serv.dll", None, "Windows\\System", "1997-06-12", "09:54"),
    ]


def test_dos_names_and_a_second_name_column() -> None:
    text = """
   File name      Size        Date/Time         Uncompressed name
   -------------------------------------------------------------
   CODEC32  DL_      11,831   07-11-95 9:50a    CODEC32.DLL
"""
    assert rows(FIX + text, "name", "size") == [("CODEC32.DL_", 11831)]


def test_remark_lines_and_single_spaces_in_one_list() -> None:
    text = """
    Filename      Version   File size   File date  Online file
   -------------------------------------------------------------
   MAIL.EXE 3.2.4085 300560   04/15/95 MAILUPD.EXE
   SETUP.INF      6525  11/23/94    "
   ADMIN.EXE   3.2.17   534141   04/13/95 ADMUPD.EXE*
* MAIL.EXE version 3.2.14 and ADMIN.EXE version 3.2.13 (or later)
      need to be run together.
   MACX 3.0.6 414806   02/15/95 MACX.HQX
"""
    assert rows(FIX + text, "name", "version", "size") == [
        ("MAIL.EXE", "3.2.4085", 300560),
        ("SETUP.INF", None, 6525),
        ("ADMIN.EXE", "3.2.17", 534141),
        ("MACX", "3.0.6", 414806),
    ]


def test_unreadable_values_are_null_and_kept_as_text() -> None:
    text = """
Date      Time         Version         Size    File name     Platform
---------------------------------------------------------------------
6/12/200  10:38:53PM   5.0.2195.2096   37 KB   Log.dll       x86
"""
    draft = parse(FIX + text)
    assert [(row.date, row.size, row.size_text) for row in draft.files] == [(None, None, "37 KB")]
    assert draft.unused == ("6/12/200",)


def test_a_line_that_looks_like_a_row_is_not_lost_in_silence() -> None:
    text = """
   File name   Version
   -----------------------
   Store.exe   5.5.2653.22

   Emsmdb32.dll incremented to version 5.5.2655.18
"""
    assert parse(FIX + text).unused == ("Emsmdb32.dll incremented to version 5.5.2655.18",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("19-Jun-2002  5.5.2653.23  5,251", True, id="a row whose name was cut off"),
        pytest.param("A.exe  5.5.2653.23  B.exe  5.5.2653.24  more words than values stand here", False, id="prose"),
        pytest.param("19-Jun-2002", False, id="a date alone"),
    ],
)
def test_values_without_a_name_are_told(line: str, told: bool) -> None:
    text = f"\n   File name   Version\n   -----------------------\n   Store.exe   5.5.2653.22\n\n   {line}\n"
    draft = parse(FIX + text)
    assert ([row.name for row in draft.files], len(draft.unused)) == (["Store.exe"], told)


def test_trailing_remark_is_kept_apart_from_the_platform() -> None:
    text = """
   Version      Size      File name   Platform
   ---------------------------------------------
   2.00.1054   3,821,637  Sdk.exe     i386
   2.00.1054          67  Ver54.ini   -   Renamed to Ver.ini
"""
    assert rows(FIX + text, "name", "platform") == [("Sdk.exe", "i386"), ("Ver54.ini", None)]


def test_tables_under_product_headings_and_components() -> None:
    text = "RESOLUTION\n==========\n\n"
    for product, version in (("5.0", "1462.3"), ("5.5", "2637.0")):
        text += f"""Exchange Server {product}
-------------------

The English version of this fix should have the following file attributes or
later:

   Component: Information Store

   File Name    Version
   -----------------------
   Store.exe    {version}

"""
    assert rows(text, "group", "component", "product") == [
        ("Exchange Server 5.0", "Information Store", "exchange-5.0"),
        ("Exchange Server 5.5", "Information Store", "exchange-5.5"),
    ]
    assert rows(text, "version", "version_normal") == [("1462.3", "5.0.1462.3"), ("2637.0", "5.5.2637.0")]


def test_components_are_the_groups_where_no_heading_differs() -> None:
    text = """
   Component: Information Store

   File Name    Version
   -----------------------
   Store.exe    5.5.2436.0

   Component: Internet Mail Service

   File Name      Version
   -------------------------
   Imc.exe        5.5.2436.0
"""
    assert rows(FIX + text, "name", "group") == [
        ("Store.exe", "Information Store"),
        ("Imc.exe", "Internet Mail Service"),
    ]


def test_the_download_is_marked_as_package() -> None:
    text = """
   Date          Version      Size        File name         Platform
   -----------------------------------------------------------------
   16-Dec-2000   0.0.0.0000   1,097,728   Q123456engi.exe   Intel

After the fix is installed, the following files will have the listed attributes
or later:

   File name      Version
   --------------------------
   Async.exe      5.5.2654.34
"""
    assert rows(FIX + text, "name", "package") == [("Q123456engi.exe", True), ("Async.exe", False)]


def test_a_self_extracting_file_is_the_package_whatever_its_name() -> None:
    text = """
   Date         Time   Version     Size     File name
   -----------------------------------------------------
   18-Mar-2002  11:25  06.00.9447  562,448  Api.dll

The following self-extracting executable file contains all of these files:

   Date         Time   Size       File name
   ----------------------------------------
   18-Mar-2002  11:30  2,025,472  Vqfe374.exe
"""
    assert rows(FIX + text, "name", "package") == [("Api.dll", False), ("Vqfe374.exe", True)]


def test_product_lines_between_blank_lines_are_headings() -> None:
    text = """RESOLUTION
==========

Exchange Server Version 5.0:

A fix is available. It should have the following file attributes or later:

   File Name    Version
   -----------------------
   Store.exe    1462.3

Exchange Server Version 5.5:

A fix is available. It should have the following file attributes or later:

   File Name    Version
   -----------------------
   Store.exe    2637.0
"""
    assert rows(text, "group", "version_normal") == [
        ("Exchange Server Version 5.0", "5.0.1462.3"),
        ("Exchange Server Version 5.5", "5.5.2637.0"),
    ]


EXTRACTED = """MORE INFORMATION
================

After you download UPD.EXE, run it to extract the contents of the file. You
should receive the following files:

  MAIL.EXE (300,560 bytes, dated 04-15-95, 9:24 P.M.)
  README.TXT

To replace your MAIL.EXE file
-----------------------------
"""


def test_files_extracted_from_an_update_are_its_rows() -> None:
    assert rows(EXTRACTED, "name", "size", "date", "time", title="PC Mail: Updated Mail.exe File") == [
        ("MAIL.EXE", 300560, "1995-04-15", "21:24")
    ]


def test_files_extracted_from_a_tool_are_not() -> None:
    assert parse(EXTRACTED, title="How Mail Finds Its Files").files == ()


LEAST = """RESOLUTION
==========

This issue is resolved by the following updated files:

- For all releases:

Esdi.pdr version 4.00.954 (dated 2/26/96) and later

- For the second release and everything that was sold with it only:

Volt.vxd version 4.00.954 (dated 3/6/96) and later
"""


def test_least_versions_in_words_have_the_bullets_above_them_as_groups() -> None:
    assert rows(LEAST, "name", "date", "group") == [
        ("Esdi.pdr", "1996-02-26", "all releases"),
        ("Volt.vxd", "1996-03-06", "the second release and everything that was sold with it only"),
    ]


def test_least_versions_give_way_to_a_full_table_of_the_same_files() -> None:
    text = f"""{LEAST}
The following files are installed by Upd.exe:

File name  Version    Date/Time       Size    Destination folder
----------------------------------------------------------------
Esdi.pdr   4.00.1116  8/25/97 11:16a  24,426  Windows\\System
Volt.vxd   4.00.954   3/6/96 9:54a    18,518  Windows\\System
"""
    assert rows(text, "name", "version", "size") == [("Esdi.pdr", "4.00.1116", 24426), ("Volt.vxd", "4.00.954", 18518)]
    assert [table.reason for table in parse(text).skipped] == [
        "minimum versions of files that another table of the article lists in full"
    ] * 2


NEGATIVE = {
    "directory listing": """MORE INFORMATION
================

Directory of C:\\OS

File Name          Size     Date
------------------------------------

.              <DIR>        12-17-96
CTL3D32  DLL        27,136  12-09-96
TWAIN    DLL        87,328  12-09-96
         2 file(s)        114,464 bytes
""",
    "files to verify": """RESOLUTION
==========

You may also want to verify that the following files are installed:

   File Name      Version      Size (bytes)
   ------------   ----------   ------------
   Conf.dll       5.5.1960.0   94,480
""",
    "download list": """SUMMARY
=======

Item ID   Filename       Description                    File Size

S20284    SP5_351I.EXE   Intel (X86) NT 3.51 SP5        12.4 MB
""",
    "sample": """MORE INFORMATION
================

The following files are contained in the download file, Sample.exe:

   Name                  Size
   ---------------------------

   Main.prg                 41
   Readme.txt            8,853
   --------------------------
    2 file(s)          8,894
""",
    "another vendor's files": """MORE INFORMATION
================

The file size and date for the mouse drivers are as follows:

File Name     Version     Size            Date
--------------------------------------------------
MOUSE.COM     1.0         12539 Bytes     03/02/87
""",
    "prose with a version": """RESOLUTION
==========

In versions of Mapi32.dll that are earlier than 6.0.6448.0, the heap is shared.
Store.exe 5.5.2653.7 to 5.5.2653.18 were recalled.
""",
    "stack dump": """CAUSE
=====

FramePtr  RetAddr   Param1   Function Name
0e38f6dc  6fff1a40  3b67ca94 KERNEL32!InterlockedCompareExchange+0xc
""",
}


@pytest.mark.parametrize("name", NEGATIVE)
def test_other_lists_give_no_rows(name: str) -> None:
    assert parse(NEGATIVE[name]).files == ()


def test_a_list_by_its_title_is_reported_as_skipped() -> None:
    text = """MORE INFORMATION
================

The program installs these files:

+----------------------------------+
| File       | Version     | Size  |
+----------------------------------+
| Run60.dll  | 2.30.4261.1 | 144KB |
+----------------------------------+
"""
    draft = parse(text, title="FILE: Run60.exe Installs Run-Time Files")
    assert draft.files == ()
    assert [(table.rows, table.reason) for table in draft.skipped] == [(1, "a list by the title of the article")]


def test_sample_markup_in_a_plain_article_is_not_html() -> None:
    text = f"{FIX}   File name   Version\n   -------------\n   Cdo.dll     5.5.2585.0\n\n<TABLE><TR><TD>x</TD></TR></TABLE>\n<p>y</p>\n"
    assert rows(text, "name") == [("Cdo.dll",)]


def test_nested_layout_tables_preformatted_text_and_spans_in_html() -> None:
    page = """<!DOCTYPE html><html><head><title>Mail is slow (123456)</title><style>td {}</style></head><body>
    <table><tr><td><h1>Mail is slow (123456)</h1><p>The fix has the file attributes in the following table.</p>
    <table><thead><tr><th colspan="3">Files</th></tr><tr><th>Platform</th><th>File name</th><th>File version</th></tr></thead>
    <tr><td rowspan="2">x64</td><td>A&amp;B.dll</td><td>15.2.1118.9</td></tr><tr><td>C.dll</td><td>15.2.1118.10</td></tr></table>
    </td></tr></table>
    <pre>   Date         Time   Version      Size     File name
   ----------------------------------------------------
   31-Aug-2005  04:02  6.5.7233.46  635,904  Mapi.dll</pre></body></html>"""
    files = draft_to_dict(parse_article(page, source="page.html"))["files"]
    assert isinstance(files, list)
    assert [(file["name"], file["version"], file["platform"]) for file in files] == [
        ("A&B.dll", "15.2.1118.9", "x64"),
        ("C.dll", "15.2.1118.10", "x64"),
        ("Mapi.dll", "6.5.7233.46", None),
    ]


def test_csv_list_with_headings_and_quoted_sizes() -> None:
    text = (
        '"File information for KB5000001",,,\n"Exchange Server 2019 Cumulative Update 15",,,\n'
        'File name,File version,File size,Date\n"ExSetup.exe","15.2.1748.36","35,224",02-Aug-2025\n'
        "Script.ps1,Not versioned,12,8/2/2025\n"
    )
    draft = parse_article(text, source="list.csv")
    assert (draft.kb, draft.product_ids) == (5000001, ("exchange-2019",))
    assert [(row.name, row.version, row.size, str(row.date)) for row in draft.files] == [
        ("ExSetup.exe", "15.2.1748.36", 35224, "2025-08-02"),
        ("Script.ps1", None, 12, "2025-08-02"),
    ]


def test_bare_lists_under_underlined_headings() -> None:
    text = """
MS-DOS
------

This fix should have the following time stamp:

   Dispatch.exe   7/10/98   5:39p    85,245 bytes (version 3.5.34)

OS/2
----

This fix should have the following time stamp:

   Dispatch.exe   7/22/98   2:26p    73,098 bytes (version 3.5.34)
"""
    assert rows(text, "size", "version", "group") == [(85245, "3.5.34", "MS-DOS"), (73098, "3.5.34", "OS/2")]


def test_branch_label_behind_a_version() -> None:
    text = """
   Date         Time   Version                               Size     File name
   ----------------------------------------------------------------------------
   20-Jun-2002  19:40  5.5.2654.38 shp                       19,216   Imc.dll
   20-Jun-2002  19:40  7.0.2600.15 (client_qfe.010827-1803)  323,072  Msrt.dll
"""
    assert rows(FIX + text, "name", "version", "version_text") == [
        ("Imc.dll", "5.5.2654.38", "5.5.2654.38 shp"),
        ("Msrt.dll", "7.0.2600.15", "7.0.2600.15 (client_qfe.010827-1803)"),
    ]


def test_rows_without_version_have_the_product_of_their_table() -> None:
    text = """RESOLUTION
==========

The following files should have the following file attributes:

   File Name    Version
   -----------------------
   Mta.exe      5.0.1461.76
   Prods.cat    N/A

The following files should have the following file attributes:

   File Name    Version
   -----------------------
   Mta.exe      5.5.2500.0
   Prods.cat    N/A
"""
    article = HEAD.format(title="Mail is slow").replace("version 5.5", "versions 5.0, 5.5") + text
    assert [row.product for row in parse_article(article, source="test").files] == [
        "exchange-5.0",
        "exchange-5.0",
        "exchange-5.5",
        "exchange-5.5",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            """
   +----------------------+------------+
   | File name            | Version    |
   +----------------------+------------+
   | Exupload.dll (Intel) | 5.5.2653.1 |
   | Dir.dll (French)     | 5.5.2653.2 |
   +----------------------+------------+
""",
            [("Exupload.dll", "5.5.2653.1", None, "Intel", None), ("Dir.dll", "5.5.2653.2", None, None, "French")],
            id="a remark behind the name, KB190361",
        ),
        pytest.param(
            """
   Date      Time    Size     File name
   -------------------------------------
   28/08/01  05:20p  75,769   Vip.386
""",
            [("Vip.386", None, "2001-08-28", None, None)],
            id="day first, KB238329",
        ),
        pytest.param(
            """
| File name | Version |
| Store.exe | 5.5.2653.1 |
| Note: two files |
| Dir.exe | 5.5.2653.2 |
""",
            [("Store.exe", "5.5.2653.1", None, None, None), ("Dir.exe", "5.5.2653.2", None, None, None)],
            id="a note within the grid",
        ),
        pytest.param(
            """
Text | one
--- | --- | ---

Name | Version
--- | ---
A.dll | 5.5.2653.1
""",
            [("A.dll", "5.5.2653.1", None, None, None)],
            id="a Markdown rule of another width",
        ),
        pytest.param(
            "File nameFile versionFile sizeDateTimePlatformStore.exe6.5.7653.85,251,58419-Apr-200708:41x86"
            "Dir.exe6.5.7653.95,251,58419-Apr-200708:41x86",
            [
                ("Store.exe", "6.5.7653.8", "2007-04-19", "x86", None),
                ("Dir.exe", "6.5.7653.9", "2007-04-19", "x86", None),
            ],
            id="a crawl that kept no line and no blank",
        ),
        pytest.param(
            """
<p>Files of this hotfix, with their file attributes (or later):</p><table>
<tr><td>File name</td><td>Date/Time</td><td>Folder</td><td>Language</td></tr>
<tr><td>A.dll</td><td>07-Dec-2004 23:04</td><td>%windir%\\System 32\\x</td><td>Chinese Simplified</td></tr>
</table></body>""",
            [("A.dll", None, "2004-12-07", None, "Chinese Simplified")],
            id="cells of several words",
        ),
        pytest.param(
            """
<p>Files of this hotfix, with their file attributes (or later):</p><table>
<tr><td>A.dll</td><td>5.5.1.1</td><td>5.5.1.2</td></tr></table></body>""",
            [],
            id="two versions and no header to tell which is meant",
        ),
    ],
)
def test_layouts_of_a_few_articles(text: str, expected: list[tuple[object, ...]]) -> None:
    draft = parse_article(text if "<p>" in text else HEAD.format(title="Slow") + FIX + text, source="test")
    files = draft_to_dict(draft)["files"]
    assert isinstance(files, list)
    assert [
        tuple(file[key] for key in ("name", "version", "date", "platform", "language")) for file in files
    ] == expected


def test_what_is_said_above_a_label_counts() -> None:
    lead = "The following versions of the store are known to leak memory:\n\nFor the store:\n\n"
    table = "   File name  Version\n   ------------------\n   Store.exe  5.5.2653.1\n"
    skipped = parse(f"RESOLUTION\n==========\n\n{lead}{table}").skipped
    assert [each.reason for each in skipped] == ["files with which the problem occurs"]


def test_an_article_that_is_required_but_not_named_is_no_requirement() -> None:
    text = "RESOLUTION\n==========\n\nTo apply this hotfix, you must have the following article:\n\nAll is well.\n"
    assert parse(text).prerequisites == ()


def test_a_row_that_a_copy_broke_over_two_lines_keeps_all_its_values() -> None:
    table = """   Date         Time    Version         Size       File name
   ---------------------------------------------------------
   01-Jul-2003  17:44   5.5.2657.50     749,568    Mapi32.dll
   01-Jul-2003  17:44   5.5.2657.50
                        749,568    Emsmdb32.dll
   01-Jul-2003  17:44   5.5.2657.50     749,568    Cdo.dll
"""
    assert rows(FIX + table, "name", "version", "size") == [
        ("Mapi32.dll", "5.5.2657.50", 749568),
        ("Emsmdb32.dll", "5.5.2657.50", 749568),
        ("Cdo.dll", "5.5.2657.50", 749568),
    ]


_NO_SIZE = ("File name | Version", "A.dll | 5.5.2657.1", "749,568", "B.dll | 5.5.2657.2", "12,345")
_SIZE_FIRST = ("Size | File name | Version", "749,568", "A.dll | 5.5.2657.1", "12,345", "B.dll | 5.5.2657.2")
_OWN_SIZE = ("File name | Version | Size", "A.dll | 5.5.2657.1 | 749,568", "99,999", "B.dll | 5.5.2657.2 | 12,345")


@pytest.mark.parametrize(
    ("lines", "unused"),
    [
        pytest.param(_NO_SIZE, (), id="below"),
        pytest.param((*_NO_SIZE[:2], "749,568 bytes", _NO_SIZE[3], "12345 bytes"), (), id="below with a unit"),
        pytest.param(_NO_SIZE[1:], (), id="below without a header"),
        pytest.param(_SIZE_FIRST, (), id="above"),
        pytest.param(_OWN_SIZE, ("99,999",), id="one that no row lacks"),
    ],
)
def test_values_on_a_line_of_their_own_are_those_of_the_row_that_lacks_them(
    lines: tuple[str, ...], unused: tuple[str, ...]
) -> None:
    draft = parse(FIX + "".join(f"   {line.replace(' | ', '   ')}\n" for line in lines))
    assert [(row.name, row.size) for row in draft.files] == [("A.dll", 749568), ("B.dll", 12345)]
    assert draft.unused == unused


def test_a_size_on_a_line_of_its_own_in_a_grid() -> None:
    grid = (
        "| File name | Version | Size |\n| A.dll | 5.5.2657.1 | |\n| | | 749,568 |\n| B.dll | 5.5.2657.2 | 12,345 |\n"
    )
    assert rows(FIX + grid, "name", "size") == [("A.dll", 749568), ("B.dll", 12345)]
    draft = parse(FIX + grid.replace("2657.1 | |", "2657.1 | 1,024 |"))
    assert [(row.size, row.group) for row in draft.files] == [(1024, None), (12345, None)]
    assert draft.unused == ("749,568",)


@pytest.mark.parametrize(
    ("words", "platform"), [(("Intel", "based"), "Intel based"), (("Not", "applicable"), None)], ids=["told", "none"]
)
def test_a_word_of_a_grid_that_goes_on_below_belongs_to_the_row_above(
    words: tuple[str, str], platform: str | None
) -> None:
    table = f"""| File name  | Version     | Size    | Platform   |
| Mapi32.dll | 5.5.2657.50 | 749,568 | {words[0]:10} |
|            |             |         | {words[1]:10} |
| Cdo.dll    | 5.5.2657.50 | 749,568 | Alpha      |
"""
    assert rows(FIX + table, "name", "platform") == [("Mapi32.dll", platform), ("Cdo.dll", "Alpha")]


TWO_FILES = """   Date         Time   Version        Size       File name
   -----------------------------------------------------------
   02-Mar-2001  01:30  5.5.2657.50    655,463    Mapi32.dll
   02-Mar-2001  00:15  5.5.2657.50     12,345    Cdo.dll
"""


@pytest.mark.parametrize(
    ("above", "names"),
    [
        ("The following files:", ["Mapi32.dll", "Cdo.dll", "Sample.dll", "Other.dll"]),
        ("This fix updates the samples:", ["Mapi32.dll", "Cdo.dll", "Sample.dll", "Other.dll"]),
        ("Sample files:", ["Mapi32.dll", "Cdo.dll"]),
        ("Disk #2:", ["Mapi32.dll", "Cdo.dll"]),
        ("Contents of the CD:", ["Mapi32.dll", "Cdo.dll"]),
        ("Required disk space:", ["Mapi32.dll", "Cdo.dll"]),
    ],
    ids=["more of the fix", "a fix of samples", "samples", "a disk", "contents", "space"],
)
def test_a_list_of_another_kind_below_the_fix_is_none_of_it(above: str, names: list[str]) -> None:
    second = TWO_FILES.replace("Mapi32", "Sample").replace("Cdo", "Other")
    assert [name for (name,) in rows(f"{FIX}{TWO_FILES}\n{above}\n\n{second}", "name")] == names


def test_buttons_between_cells_one_a_line_are_no_cells() -> None:
    text = "File name\nVersion\nSize\nCollapse this table\nMapi32.dll\n5.5.2657.50\n655,463\nExpand this table\nCdo.dll\n5.5.2657.50\n12,345\n"
    assert rows(FIX + text, "name", "version", "size") == [
        ("Mapi32.dll", "5.5.2657.50", 655463),
        ("Cdo.dll", "5.5.2657.50", 12345),
    ]


def test_attributes_of_which_none_is_a_value_are_no_files() -> None:
    text = "File name: Mapi32.dll\nPlatform: Intel\n\nFile name: Cdo.dll\nPlatform: Alpha\n"
    assert rows(FIX + text, "name") == []


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("12/07/2001 10:30", "10:30"),
        ("12/07/2001  10:30", "10:30"),
        ("2001-12-07T10:30:05", "10:30"),
        ("Dec 7 2001 10:30", "10:30"),
        ("7 December 2001 10:30", "10:30"),
        ("7 December 2001", None),
    ],
)
def test_a_date_and_a_time_in_one_cell_are_parted(cell: str, time: str | None) -> None:
    text = f"| File name  | Version     | Date/Time | Size |\n| Mapi32.dll | 5.5.2657.50 | {cell} | 655,463 |\n| Cdo.dll | 5.5.2657.50 | {cell} | 12,345 |\n"
    assert rows(FIX + text, "name", "date", "time") == [
        ("Mapi32.dll", "2001-12-07", time),
        ("Cdo.dll", "2001-12-07", time),
    ]
