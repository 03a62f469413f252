"""Pages and lists as support sites print them since 2005: HTML, Markdown copies, lists with other delimiters."""

# ruff: noqa: E501 - tables of pages have long lines

from __future__ import annotations

import pytest
from drafts.reading import parse_article

from hotfix_check.drafts.draft import DraftUpdate

UPDATE = "<h1>An update for Exchange Server 2010 is available (KB 5000001)</h1><h2>File information</h2>"


def page(tables: str) -> DraftUpdate:
    return parse_article(f"<!DOCTYPE html><html><body>{UPDATE}{tables}</body></html>", source="page.html")


def values(draft: DraftUpdate) -> list[tuple[object, ...]]:
    return [(row.name, row.version, row.size, str(row.date), row.platform) for row in draft.files]


HEADER = "<tr><th>File&nbsp;name</th><th>File version</th><th>File size</th><th>Date</th><th>Platform</th></tr>"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(
            "<td><p>A.dll</p></td><td>6.1.7600.<br>16778</td><td>1,210</td><td>11-Mar-2011</td><td>x86</td>",
            [("A.dll", "6.1.7600.16778", 1210, "2011-03-11", "x86")],
            id="version broken behind a dot",
        ),
        pytest.param(
            "<td>A.dll</td><td>Not&nbsp;applicable</td><td>1,210</td><td>11&#8209;Mar&#8209;2011</td><td>Not applicable</td>",
            [("A.dll", None, 1210, "2011-03-11", None)],
            id="hyphens that do not break",
        ),
        pytest.param(
            "<td>A.dll<br/>B.dll</td><td>1.0.0.1<br/>1.0.0.2</td><td>10<br/>20</td><td>11-Mar-2011<br/>12-Mar-2011</td><td>x64</td>",
            [("A.dll", "1.0.0.1", 10, "2011-03-11", "x64"), ("B.dll", "1.0.0.2", 20, "2011-03-12", "x64")],
            id="two files in one row",
        ),
        pytest.param(
            "<td>\n  A.dll\n</td><td>1.0.0.1</td><td>10</td><td>11-Mar-2011</td><td>x64\n based</td>",
            [("A.dll", "1.0.0.1", 10, "2011-03-11", "x64 based")],
            id="line ends of the source",
        ),
        pytest.param(
            "<td>A.dll<br>B.xml<br></td><td>1.0.0.1<br>&nbsp;</td><td>10<br>20</td><td>11-Mar-2011</td><td>x64<br></td>",
            [("A.dll", "1.0.0.1", 10, "2011-03-11", "x64"), ("B.xml", None, 20, "2011-03-11", None)],
            id="two files in one row, of which one has no version and no platform",
        ),
        pytest.param(
            "<td><p>A.dll</p><p>B.dll</p></td><td><p>1.0.0.1</p></td><td><p>10</p><p>20</p></td><td>11-Mar-2011</td><td></td>",
            [("A.dll", "1.0.0.1", 10, "2011-03-11", None), ("B.dll", "1.0.0.1", 20, "2011-03-11", None)],
            id="two files in one row that share a version, in paragraphs",
        ),
        pytest.param(
            "<td>A.dll, B.dll</td><td>1.0.0.1</td><td></td><td>11-Mar-2011</td><td>x64</td>",
            [("A.dll, B.dll", "1.0.0.1", None, "2011-03-11", "x64")],
            id="two names in one cell, which is doubtful",
        ),
        pytest.param(
            "<td>A.dll</td><td>\u2014</td><td>10</td><td>11-Mar-2011</td><td>x64</td>",
            [("A.dll", None, 10, "2011-03-11", "x64")],
            id="dash for no version",
        ),
    ],
)
def test_cells_of_a_page(row: str, expected: list[tuple[object, ...]]) -> None:
    draft = page(f"<table>{HEADER}<tr>{row}</tr></table>")
    assert values(draft) == expected
    assert draft.unused == ()
    assert [row.doubt for row in draft.files if row.doubt] == ["several names in one cell"] * ("A.dll, " in row)


SIDES = ("File name", "Version", "File name", "Version")
FILES = ("File", "Version", "File", "Version")  # and not the file's version twice


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(SIDES, [("A.dll", "1.0.0.1"), ("B.dll", "1.0.0.2"), ("C.dll", "1.0.0.3")], id="side by side"),
        pytest.param(
            FILES, [("A.dll", "1.0.0.1"), ("B.dll", "1.0.0.2"), ("C.dll", "1.0.0.3")], id="files side by side"
        ),
        pytest.param(
            ("File", "Version", "Title", "Notes"), [("A.dll", "1.0.0.1"), ("C.dll", "1.0.0.3")], id="other columns"
        ),
    ],
)
@pytest.mark.parametrize("as_text", [False, True], ids=["grid", "text"])
def test_tables_side_by_side(labels: tuple[str, ...], expected: list[tuple[str, str]], as_text: bool) -> None:
    lines = [labels, ("A.dll", "1.0.0.1", "B.dll", "1.0.0.2"), ("C.dll", "1.0.0.3", "", "")]
    if as_text and labels in (SIDES, FILES):
        shown = "<pre>" + "\n".join("".join(f"{cell:12}" for cell in line) for line in lines) + "\n</pre>"
    else:
        rows = ("".join(f"<td>{cell}</td>" for cell in line) for line in lines)
        shown = "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    assert [(row.name, row.version) for row in page(f"<p>The hotfix has these files:</p>{shown}").files] == expected


def test_files_side_by_side_below_a_narrow_header_are_all_there() -> None:
    lines = [
        "File   Version   File   Version",
        "-------",
        *(f"{n}.dll  1.0.0.{n}  {n}b.dll  1.0.1.{n}" for n in (1, 2)),
    ]
    draft = page("<p>The hotfix has these files:</p><pre>" + "\n".join(lines) + "\n</pre>")
    assert [row.name for row in draft.files] == ["1.dll", "1b.dll", "2.dll", "2b.dll"]


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (("Before the hotfix", "After the hotfix"), ["2.0.0.1", "2.0.0.2"]),
        (("Without the hotfix", "New files"), ["2.0.0.1", "2.0.0.2"]),
        (("Mailbox server", "Hub server"), ["1.0.0.1", "1.0.0.2", "2.0.0.1", "2.0.0.2"]),
        (("Before Service Pack 1", "Before Service Pack 2"), ["1.0.0.1", "1.0.0.2", "2.0.0.1", "2.0.0.2"]),
    ],
    ids=["before and after", "without and new", "two roles", "both before something"],
)
def test_of_tables_side_by_side_the_old_one_is_left_out(heads: tuple[str, str], expected: list[str]) -> None:
    above = "".join(f"<th colspan=2>{head}</th>" for head in heads)
    labels = "<td>File name</td><td>Version</td>" * 2
    rows = "".join(f"<tr><td>A{n}.dll</td><td>1.0.0.{n}</td><td>A{n}.dll</td><td>2.0.0.{n}</td></tr>" for n in (1, 2))
    draft = page(f"<p>The hotfix has these files:</p><table><tr>{above}</tr><tr>{labels}</tr>{rows}</table>")
    assert [row.version for row in draft.files] == expected
    groups = [row.group for row in draft.files]  # where both are the fix's, each row has the head of its table
    assert groups == ([heads[0]] * 2 + [heads[1]] * 2 if len(expected) == 4 else [None] * 2)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (("Before the hotfix", "After the hotfix"), ["2.0.0.1", "2.0.0.2"]),
        (("Mailbox server", "Hub server"), ["1.0.0.1", "1.0.0.2", "2.0.0.1", "2.0.0.2"]),
        (("The files are these.", "Note:"), ["1.0.0.1", "2.0.0.1", "1.0.0.2", "2.0.0.2"]),
    ],
    ids=["before and after", "two roles", "prose"],
)
def test_tables_side_by_side_in_lines_of_text(heads: tuple[str, str], expected: list[str]) -> None:
    lines = [f"     {heads[0]:31}{heads[1]}", f"{'Date':13}{'File':8}{'Version':10}" * 2]
    lines += [f"{n:02}-Jan-2005  A{n}.dll  1.0.0.{n}   1{n}-Jan-2005  B{n}.dll  2.0.0.{n}" for n in (1, 2)]
    draft = page("<p>The hotfix has these files:</p><pre>\n" + "\n".join(lines) + "\n</pre>")
    assert [row.version for row in draft.files] == expected
    assert [str(row.date)[8:] for row in draft.files] == [
        f"{'0' if version[0] == '1' else '1'}{version[-1]}" for version in expected
    ]


_TABLE = [("File name", "Version", "Size"), ("A.dll", "1.0.0.1", "5,184,512"), ("B.dll", "", "12,345")]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([" | ".join(row) for row in _TABLE], id="strokes"),
        pytest.param(["|".join(row) for row in _TABLE], id="strokes without blanks"),
        pytest.param([" | ".join(_TABLE[0]), "-----+----+-----", *map(" | ".join, _TABLE[1:])], id="a rule"),
        pytest.param(["A.dll | 1.0.0.1 | 5,184,512", "B.dll | | 12,345"], id="strokes without a header"),
        pytest.param(["; ".join(row) for row in _TABLE], id="semicolons"),
        pytest.param(["\t".join(f'"{cell}"' for cell in row) for row in _TABLE], id="quoted cells"),
        pytest.param(["\t".join(f'"{c}"' if "," in c else c for c in row) for row in _TABLE], id="some quoted cells"),
    ],
)
def test_cells_of_a_plain_article_parted_by_signs_or_in_quotation_marks(lines: list[str]) -> None:
    above = "KB931901: The store loses a lock\n\nRESOLUTION\n\nThe hotfix has these files:\n\n"
    below = '\n\nStop the services; copy A.dll 1.0.0.1; start them again.\n\nClick Start | Programs | Exchange 6.5.7653.8.\n\nName | Version\nClick it | and go on\n\n\t"The store has stopped."\n'
    draft = parse_article(above + "\n".join(lines) + below, source="x")
    expected = [("A.dll", "1.0.0.1", 5184512), ("B.dll", None, 12345)]
    assert [(row.name, row.version, row.size) for row in draft.files] == expected
    assert draft.unused == ()


def test_a_column_that_is_not_known_is_told_and_a_known_one_is_not() -> None:
    rows = "<tr><td>A.dll</td><td>1.0.0.1</td><td>10</td><td>5</td></tr>"
    heads = "<tr><th>File name</th><th>Version</th><th>Bytecount</th><th>Title</th></tr>"
    draft = page(f"<p>The hotfix has these files:</p><table>{heads}{rows}</table>")
    assert [text for text in draft.doubts if "column" in text] == [
        "the column Bytecount is not understood: its values are left out"
    ]


def test_a_name_that_a_copy_cut_is_doubtful() -> None:
    cells = "<td>1.0.0.1</td><td>10</td><td>11-Mar-2011</td><td>x64</td>"
    draft = page(f"<table>{HEADER}<tr><td>A.Da...</td>{cells}</tr><tr><td>A.Data.dll</td>{cells}</tr></table>")
    assert ["cut" in (row.doubt or "") for row in draft.files] == [True, False]


def test_hashes_of_files_are_no_rows() -> None:
    draft = page(
        f"<table>{HEADER}<tr><td>A.dll</td><td>1.0.0.1</td><td>10</td><td>11-Mar-2011</td><td>x64</td></tr></table>"
        "<table><tr><th>File name</th><th>SHA1 hash</th><th>SHA256 hash</th></tr>"
        "<tr><td>A.dll</td><td>17B3D1C5</td><td>0A2B3C4D</td></tr></table>"
    )
    assert [row.name for row in draft.files] == ["A.dll"]
    assert [table.reason for table in draft.skipped] == ["hashes of files"]


def test_products_run_together() -> None:
    text = "An update (KB5000001)\n\nApplies to:\nExchange Server 2019 Microsoft Exchange Server 2016 Enterprise\n\nDone.\n"
    assert parse_article(text, source="x").products == (
        "Exchange Server 2019",
        "Microsoft Exchange Server 2016 Enterprise",
    )


@pytest.mark.parametrize(
    ("said", "required"),
    [
        pytest.param(
            "<p>To apply this update, you must have one of the following installed:</p><ul><li>Exchange Server 2019 "
            "Cumulative Update 12</li><li>Exchange Server 2019 Cumulative Update 11</li></ul><p>Done.</p>",
            ("Exchange Server 2019 Cumulative Update 12", "Exchange Server 2019 Cumulative Update 11"),
            id="list",
        ),
        pytest.param(
            "<p>To apply this update, you must have one of the following installed: Exchange Server 2019 CU12.</p>",
            ("Exchange Server 2019 CU12",),
            id="behind a colon",
        ),
        pytest.param(
            "<p>The Exchange Server 2003 SP1 must be installed on Exchange Server 2003 SP1 before you install this fix.</p>",
            ("Exchange Server 2003 SP1",),
            id="said twice",
        ),
        pytest.param("<p>You must have Exchange 2003 SP2 installed.</p>", ("Exchange 2003 SP2",), id="you must have"),
        pytest.param("<p>You must be running Exchange 2003 SP2.</p>", ("Exchange 2003 SP2",), id="you must be running"),
        pytest.param("<p>The server must be running Exchange 2003 SP2.</p>", ("Exchange 2003 SP2",), id="the server"),
        pytest.param("<p>Exchange 2003 SP2 is required.</p>", ("Exchange 2003 SP2",), id="is required"),
        pytest.param("<p>Exchange 2003 SP2 must be installed.</p>", ("Exchange 2003 SP2",), id="must be installed"),
        pytest.param("<p>You must have update 912345 installed.</p>", ("update 912345",), id="an update"),
        pytest.param("<p>You must have Exchange 2003 administrator rights.</p>", (), id="rights"),
        pytest.param(
            "<p>You must have a backup of the server. A restart is required.</p>", (), id="no level and no fix"
        ),
    ],
)
def test_prerequisites_of_a_page(said: str, required: tuple[str, ...]) -> None:
    assert page(f"<h3>Prerequisites</h3>{said}").prerequisites == required


def test_what_the_product_must_have_elsewhere_is_no_prerequisite_of_the_fix() -> None:
    assert page("<h3>Cause</h3><p>The server must be running Exchange 2003 SP2.</p>").prerequisites == ()


def test_number_of_a_page_title_before_the_name_of_the_site() -> None:
    draft = parse_article(
        "<html><head><title>Update for X (KB2785908) - Microsoft Support</title></head></html>", source="x"
    )
    assert (draft.kb, draft.title) == (2785908, "Update for X")


def test_a_table_on_its_side_and_a_table_of_error_codes() -> None:
    draft = page(
        "<table><tr><th>File name</th><td>Update.mum</td></tr><tr><th>File version</th><td>Not applicable</td></tr>"
        "<tr><th>File size</th><td>3,131</td></tr><tr><th>Date (UTC)</th><td>16-Apr-2011</td></tr>"
        "<tr><th>Platform</th><td>x64</td></tr></table>"
        "<h3>Codes</h3><table><tr><th>Name</th><th>Version</th></tr><tr><td>0x80004005</td><td>1.0</td></tr></table>"
    )
    assert values(draft) == [("Update.mum", None, 3131, "2011-04-16", "x64")]


MARKDOWN = """# Update Rollup 3 for Exchange Server 2007 (KB5000001)

## File information

### x64-based versions

| File name | File version | File size | Date | Platform |
| :--- | :---: | ---: | --- | --- |
| Air.dll | 8.3.192.1 | 65,912 | 17-May-2011 | x64 |
| `Cdo.dll` | **8.3.192.1** | 1,234,567 | 05/17/2011 | x64 |
| Store\\_x.exe | 8.3.192.1 | 5,912 | 2011-05-17 | x64 |

### Itanium-based versions

File name | File version | File size | Date | Platform
--- | --- | --- | --- | ---
Mad.exe | 8.3.192.2 | 1,065,912 | 17-May-2011 | IA-64
"""


def test_tables_of_a_markdown_copy() -> None:
    draft = parse_article(MARKDOWN, source="copy.md")
    assert [(*row, group) for row, group in zip(values(draft), [row.group for row in draft.files], strict=True)] == [
        ("Air.dll", "8.3.192.1", 65912, "2011-05-17", "x64", "x64-based versions"),
        ("Cdo.dll", "8.3.192.1", 1234567, "2011-05-17", "x64", "x64-based versions"),
        ("Store_x.exe", "8.3.192.1", 5912, "2011-05-17", "x64", "x64-based versions"),
        ("Mad.exe", "8.3.192.2", 1065912, "2011-05-17", "IA-64", "Itanium-based versions"),
    ]


@pytest.mark.parametrize("named", [False, True], ids=["not named", "named"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_delimiters_of_a_file_list(delimiter: str, named: bool) -> None:
    lines = (
        ("File name", "File version", "File size", "Date", "Platform"),
        ("A.exe", "14.2.328.10", '"8,521"', "14-Feb-2023", "x64"),
    )
    text = "".join(delimiter.join(cells) + "\n" for cells in lines)
    draft = parse_article(f"sep={delimiter}\n{text}" if named else text, source="list.csv")
    assert values(draft) == [("A.exe", "14.2.328.10", 8521, "2023-02-14", "x64")]
    assert draft.title is None


def test_an_article_cited_with_its_title_does_not_give_it() -> None:
    text = (
        "## Q123456: Mail Is Slow\n\n"
        + "Text of the article.\n\n" * 8
        + (
            "NOTE: This hotfix supersedes the fix in the following article:\n\n   ARTICLE-ID: Q123455\n   TITLE     : Mail Is Late\n"
        )
    )
    draft = parse_article(text, source="x")
    assert (draft.kb, draft.title, draft.replaces) == (123456, "Q123456: Mail Is Slow", (123455,))


FENCED = """# Mail waits in Exchange (KB931901)

## Applies to

- Microsoft Exchange Server 5.5

## Resolution

This hotfix replaces the [hotfix of May (KB925101)](https://support.example/kb/925101).

### Prerequisites

Exchange Server 5.5 Service Pack 4

### File information

This hotfix has the file attributes in the following table.

```
Date         Time   Version      Size       File name
-----------------------------------------------------
12-Jun-2003  19:03  5.5.2657.46  2,288,912  Store.exe
```
"""


def test_a_markdown_copy_whose_table_is_preformatted_has_headings_and_links_too() -> None:
    draft = parse_article(FENCED, source="copy.md")
    assert values(draft) == [("Store.exe", "5.5.2657.46", 2288912, "2003-06-12", None)]
    assert draft.products == ("Microsoft Exchange Server 5.5",)
    assert draft.prerequisites == ("Exchange Server 5.5 Service Pack 4",)
    assert draft.replaces == (925101,)


@pytest.mark.parametrize("rule", ["", "----------\n"], ids=["bold", "underlined"])
def test_headings_of_a_markdown_copy_in_bold_or_underlined(rule: str) -> None:
    marks = "" if rule else "**"
    text = (
        f"Mail waits in Exchange (KB931901)\n\n{marks}Applies to{marks}\n{rule}\n* Microsoft Exchange Server 5.5\n\n"
        f"{marks}Prerequisites{marks}\n{rule}\nYou must have Exchange Server 5.5 Service Pack 4 installed.\n\n"
        "This hotfix has the file attributes in the following table.\n\n"
        "|File name|File version|File size|Date|Platform|\n|---|---|---|---|---|\n|A.aspx&nbsp;|Not&nbsp;applicable|10|12-Jun-2003|x86|\n"
    )
    draft = parse_article(text, source="copy.md")
    assert draft.products == ("Microsoft Exchange Server 5.5",)
    assert draft.prerequisites == ("Exchange Server 5.5 Service Pack 4",)
    assert values(draft) == [("A.aspx", None, 10, "2003-06-12", "x86")]


def test_a_comment_of_a_sample_is_no_heading_and_an_index_no_link() -> None:
    text = (
        "Mail waits in Exchange (931901)\n\nRESOLUTION\n\nThis hotfix replaces hotfix 925101.\n\n"
        "# Prerequisites\n\nExchange Server 5.5 Service Pack 4\n\nlist[1](925102)\n"
    )
    draft = parse_article(text, source="x")
    assert (draft.prerequisites, draft.replaces) == ((), (925101,))
    assert parse_article(text.replace("# Pre", "## Pre"), source="x").prerequisites == (
        "Exchange Server 5.5 Service Pack 4",
    )


def test_a_grid_of_box_characters() -> None:
    text = """Mail waits in Exchange (931901)

This hotfix has the file attributes in the following table.

┌───────────┬────────────┬─────────┬───────────┬────────┐
│ File name │File version│File size│   Date    │Platform│
├───────────┼────────────┼─────────┼───────────┼────────┤
│Exprox.dll │6.5.7233.51 │   94,720│19-May-2005│x86     │
└───────────┴────────────┴─────────┴───────────┴────────┘
"""
    assert values(parse_article(text, source="x")) == [("Exprox.dll", "6.5.7233.51", 94720, "2005-05-19", "x86")]
    tree = "Mail waits in Exchange (931901)\n\nThis hotfix is in this folder:\n\n├── bin\n│   └── Store.exe\n└── res\n"
    assert parse_article(tree, source="x").files == ()


LEAD = "Update for Exchange Server 2013 (KB4012178)\n\nThis update has the file attributes in the following table.\n\n"
OWA = ("Microsoft.Exchange.Clients.Owa2.Server.dll", "15.0.1263.1", 3018944, "2017-02-24", "x86")
SETUP = ("Exsetup.exe", "15.0.1263.1", 26824, "2017-02-24", "x64")
WRAPPED = {
    "the rest below": """
File name                    File version  File size  Date         Platform
Microsoft.Exchange.Clients.  15.0.1263.1   3,018,944  24-Feb-2017  x86
Owa2.Server.dll
Exsetup.exe                  15.0.1263.1      26,824  24-Feb-2017  x64
""",
    "the beginning above": """
File name                    File version  File size  Date         Platform
Microsoft.Exchange.Clients.
Owa2.Server.dll              15.0.1263.1   3,018,944  24-Feb-2017  x86
Exsetup.exe                  15.0.1263.1      26,824  24-Feb-2017  x64
""",
    "the name last": """
Date         Version      Size       Platform  File name
24-Feb-2017  15.0.1263.1  3,018,944  x86       Microsoft.Exchange.Clients.
                                               Owa2.Server.dll
24-Feb-2017  15.0.1263.1     26,824  x64       Exsetup.exe
""",
    "no header": """
24-Feb-2017  15.0.1263.1  3,018,944  x86  Microsoft.Exchange.Clients.
                                          Owa2.Server.dll
24-Feb-2017  15.0.1263.1     26,824  x64  Exsetup.exe
""",
    "a grid without rules between its rows": """
| File name                   | File version | File size | Date        | Platform |
+-----------------------------+--------------+-----------+-------------+----------+
| Microsoft.Exchange.Clients. | 15.0.1263.1  | 3,018,944 | 24-Feb-2017 | x86      |
| Owa2.Server.dll             |              |           |             |          |
| Exsetup.exe                 | 15.0.1263.1  |    26,824 | 24-Feb-2017 | x64      |
""",
    "one cell a line": "File name\nFile version\nFile size\nDate\nPlatform\nMicrosoft.Exchange.Clients.\nOwa2.Server.dll\n"
    "15.0.1263.1\n3,018,944\n24-Feb-2017\nx86\nExsetup.exe\n15.0.1263.1\n26,824\n24-Feb-2017\nx64\n",
}


@pytest.mark.parametrize("table", WRAPPED.values(), ids=WRAPPED)
def test_a_file_name_wrapped_behind_a_dot_is_one(table: str) -> None:
    draft = parse_article(LEAD + table, source="x")
    assert values(draft) == [OWA, SETUP]
    assert draft.unused == ()


@pytest.mark.parametrize("table", WRAPPED.values(), ids=WRAPPED)
def test_a_file_name_wrapped_before_a_dot_is_one(table: str) -> None:
    table = table.replace("Clients. ", "Clients  ").replace("Clients.\n", "Clients\n")
    table = table.replace("Owa2.Server.dll ", ".Owa2.Server.dll").replace("Owa2.Server.dll\n", ".Owa2.Server.dll\n")
    draft = parse_article(LEAD + table, source="x")
    assert values(draft) == [OWA, SETUP]
    assert draft.unused == ()


def test_a_word_that_begins_with_a_dot_elsewhere_is_no_rest_of_a_name() -> None:
    table = """
File name                    File version  File size  Date         Platform
Exsetup.exe                  15.0.1263.1      26,824  24-Feb-2017  x64
   .Owa2.Server.dll
.NET
"""
    assert values(parse_article(LEAD + table, source="x")) == [SETUP]


def test_a_name_that_a_copy_cut_off_behind_a_dot_does_not_take_the_next_file() -> None:
    table = """
File name                    File version  File size  Date         Platform
Microsoft.Exchange.Clients.  15.0.1263.1   3,018,944  24-Feb-2017  x86
Exsetup.exe                  15.0.1263.1      26,824  24-Feb-2017  x64
"""
    assert values(parse_article(LEAD + table, source="x")) == [("Microsoft.Exchange.Clients.", *OWA[1:]), SETUP]
    said = "Look at Microsoft.Exchange.Clients.\nOwa2.Server.dll  15.0.1263.1  3,018,944  24-Feb-2017  x86\n"
    assert values(parse_article(LEAD + said, source="x")) == [("Owa2.Server.dll", *OWA[1:])]


def test_a_platform_that_a_copy_broke_off_belongs_to_the_row_above() -> None:
    head = "File name File version File size Date Platform\n"
    table = (
        f"{head}Setup.resources.dll 8.1.263.1 18,976 28-Feb-2008\nx86\nStore.exe 8.1.263.1 10,414,632 28-Feb-2008 x64\n"
    )
    assert [(row.name, row.platform, row.group) for row in parse_article(LEAD + table, source="x").files] == [
        ("Setup.resources.dll", "x86", None),
        ("Store.exe", "x64", None),
    ]
    beside = f"{head}A.dll 8.1.263.1 18,976 28-Feb-2008 x64\nx86\nB.dll 8.1.263.1 1,632 28-Feb-2008\n"
    assert [(row.name, row.platform) for row in parse_article(LEAD + beside, source="x").files] == [
        ("A.dll", "x64"),
        ("B.dll", "x86"),
    ]


def test_a_table_on_one_line_may_begin_with_what_setup_calls_the_file() -> None:
    head = "This update has these file attributes: File identifier File name File version File size Date Platform "
    rows = "Owa.dll_1 Owa.dll 15.2.1258.32 35,264 21-Feb-2024 x64 Bin_config Web.config Not applicable 14,034 21-Feb-2024 x64"
    draft = parse_article(f"Mail waits in Exchange (KB931901)\n\n{head}{rows}\n", source="x")
    assert values(draft) == [
        ("Owa.dll", "15.2.1258.32", 35264, "2024-02-21", "x64"),
        ("Web.config", None, 14034, "2024-02-21", "x64"),
    ]
    text = "This update has these file attributes: File name File version Date Service branch "
    empty = "A.dll 15.2.1.2 21-Feb-2024 B.dll 15.2.1.3 21-Feb-2024 C.dll 15.2.1.4 21-Feb-2024"
    draft = parse_article(f"Mail waits in Exchange (KB931901)\n\n{text}{empty}\n", source="x")
    assert [row.name for row in draft.files] == ["A.dll", "B.dll", "C.dll"]


def test_the_title_of_an_article_is_no_heading_of_its_first_table() -> None:
    row = "<tr><td>{}</td><td>1.0.0.1</td><td>10</td><td>11-Mar-2011</td><td>x64</td></tr>"
    tables = [f"<table>{HEADER}{row.format(name)}</table>" for name in ("A.dll", "B.dll")]
    draft = page(f"<p>This update has these file attributes:</p>{tables[0]}<h3>Management Tools</h3>{tables[1]}")
    assert [(each.name, each.group) for each in draft.files] == [("A.dll", None), ("B.dll", "Management Tools")]


def test_ligatures_of_a_pdf_are_letters() -> None:
    lead = "Mail waits (KB931901)\n\nThis hot\ufb01x has the \ufb01le attributes in the following table.\n\n"
    table = "File name File version File size Date Platform\nPro\ufb01le.dll 8.1.263.1 18,976 28-Feb-2008 x86\n"
    assert values(parse_article(lead + table, source="x")) == [("Profile.dll", "8.1.263.1", 18976, "2008-02-28", "x86")]


def test_in_a_grid_a_name_with_values_or_below_a_whole_name_is_a_file_of_its_own() -> None:
    grid = """
| File name                   | File version | File size | Date        | Platform |
+-----------------------------+--------------+-----------+-------------+----------+
| Microsoft.Exchange.Clients. | 15.0.1263.1  | 3,018,944 | 24-Feb-2017 | x86      |
| Exsetup.exe                 | 15.0.1263.1  |    26,824 | 24-Feb-2017 | x64      |
| Store.ini                   |              |           |             |          |
"""
    names = [row.name for row in parse_article(LEAD + grid, source="x").files]
    assert names == ["Microsoft.Exchange.Clients.", "Exsetup.exe", "Store.ini"]
