"""Cells that hold more than their value, and headers in more than one form; sentences and files of our own."""

from __future__ import annotations

import pytest
from drafts.reading import parse_article

from hotfix_check.drafts.draft import DraftRow, DraftUpdate

LEAD = "Files of this hotfix, with their file attributes (or later):"


def page(head: str, *rows: str) -> DraftUpdate:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in (head, *rows))
    return parse_article(
        f"<html><body><h1>The store loses a lock</h1><p>Article ID: 931901</p><h2>RESOLUTION</h2><p>{LEAD}</p>"
        f"<table>{body}</table></body></html>",
        source="KB931901.html",
    )


def text(*lines: str) -> DraftUpdate:
    return parse_article(
        "\n".join(("The store loses a lock", "Article ID: 931901", "RESOLUTION", LEAD, *lines)), source="x"
    )


def only(draft: DraftUpdate) -> DraftRow:
    (row,) = draft.files
    return row


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("Version 6.5.7653.8", "6.5.7653.8"),
        ("Ver. 6.5.7653.8", "6.5.7653.8"),
        ("6.5.7653.8 or later", "6.5.7653.8"),
        ("6.5.7653.8*", "6.5.7653.8"),
        ("Version A", None),
        ("6.5.7653.", None),  # cut short: which build it is, nobody knows
        ("6.5.7653.8 or 6.5.7654.1", None),
    ],
)
def test_a_label_or_a_mark_beside_a_version_is_none_of_it(printed: str, version: str | None) -> None:
    assert only(page("File name|File version|Date", f"Store.exe|{printed}|19-Apr-2007")).version == version


@pytest.mark.parametrize(("printed", "day"), [("19\u2013Apr\u20132007", "2007-04-19"), ("19\u20132007", "None")])
def test_dashes_in_dates_are_hyphens(printed: str, day: str) -> None:
    assert str(only(page("File name|File version|Date", f"Store.exe|6.5.7653.8|{printed}")).date) == day


def test_quotation_marks_around_a_name_are_none_of_it() -> None:
    assert only(page("File name|File version", "\u201cStore.exe\u201d|6.5.7653.8")).name == "Store.exe"
    assert only(page("File name|File version", "Jane's.dll|6.5.7653.8")).name == "Jane's.dll"


def test_a_header_with_a_remark_behind_it_is_that_column() -> None:
    first, second = page("File name|Version (Intel)|Version (Alpha)", "Store.exe|5.5.2653.23|5.5.2653.24").files
    assert (first.version, first.group) == ("5.5.2653.23", "Version (Intel)")
    assert (second.version, second.group) == ("5.5.2653.24", "Version (Alpha)")
    assert not page("Setting (name)|Value (number)", "Store.exe|5.5.2653.23").files[0].group


def test_a_header_in_two_lines_of_a_grid_is_one() -> None:
    rule = "+-----------------------------------+"
    header = ("| File      | File       | File    | Date   |", "| name      | version    | size    |        |")
    row = "| Store.exe | 6.5.7653.8 | 312,400 | 5/6/07 |"
    found = only(text(rule, *header, rule, row, rule))
    assert (found.name, found.version, found.size, str(found.date)) == ("Store.exe", "6.5.7653.8", 312400, "2007-05-06")
    two = text(
        rule, "| File name | Version    |", "| Store.exe | 6.5.7653.8 |", rule, "| Mad.exe   | 6.5.7653.9 |", rule
    )
    assert [row.name for row in two.files] == ["Store.exe", "Mad.exe"]


def test_sizes_grouped_by_apostrophes_are_read_in_text() -> None:
    header = "Date         Time   Version     Size     File name"
    assert only(text(header, "19-Apr-2007  08:41  6.5.7653.8  321'296  Store.exe")).size == 321296
    assert only(text(header, "19-Apr-2007  08:41  6.5.7653.8  321'29   Store.exe")).size is None


@pytest.mark.parametrize("printed", ["9.07p", "9.07 pm", "9.07PM", "21.07"])
def test_times_with_a_dot_may_name_their_half_of_the_day(printed: str) -> None:
    row = only(text("Date      Time     Size     File name", f"02/17/99  {printed:<7}  121,616  Busylst.dll"))
    assert (str(row.time), row.version) == ("21:07:00", None)


def test_a_version_with_a_letter_is_no_time() -> None:
    row = only(text("Date      Version  Size     File name", "02/17/99  9.07a    121,616  Busylst.dll"))
    assert (row.time, row.version) == (None, "9.07a")


@pytest.mark.parametrize(
    ("printed", "version", "version_text"),
    [
        ("1.2(bld 790)", "1.2", "1.2(bld 790)"),
        ("1.20.790 (QFE)", "1.20.790", "1.20.790 (QFE)"),
        ("1.2-790", None, None),
    ],
)
def test_what_stands_behind_a_version_is_not_joined_to_the_platform(
    printed: str, version: str | None, version_text: str | None
) -> None:
    header = "Date      Time    Version         Size     File name    Platform"
    row = only(text(header, f"6/11/99   4:15pm  {printed:<14}  468,144  Pkgwin.exe   x86"))
    assert (row.version, row.version_text, row.platform) == (version, version_text, "x86")


def test_words_behind_the_platform_are_still_its() -> None:
    header = "Date      Time    Size     File name    Platform"
    row = only(text(header, "6/11/99   4:15pm  468,144  Pkgwin.exe   x86 retail build"))
    assert row.platform == "x86 retail build"


def test_a_folder_of_one_word_does_not_end_a_table_on_one_line() -> None:
    draft = text(
        "File name File version File size Date Time Platform Folder "
        "Owa.dll 8.1.291.1 13,184 22-May-2008 13:46 x86 Bin Owb.dll 8.1.291.2 13,185 22-May-2008 13:47 x86 Bin"
    )
    assert [(row.name, row.platform, row.folder) for row in draft.files] == [
        ("Owa.dll", "x86", "Bin"),
        ("Owb.dll", "x86", "Bin"),
    ]


def test_a_tab_between_the_headers_of_a_table_on_one_line_is_as_good_as_a_blank() -> None:
    header = "File name\tFile version\tFile size\tDate\tTime\tPlatform"
    rows = ("Store.exe\t6.5.7653.8\t5,251,584\t19-Apr-2007\t08:41\tx86", "Mad.exe\tN/A\t1,024\t19-Apr-2007\t08:42\tx86")
    assert [row.version for row in text("\t".join((header, *rows))).files] == ["6.5.7653.8", None]


STACK = ("File name", "File version", "File size", "Date", "Time", "Platform")
STORE = ("Store.exe", "6.5.7653.8", "5,251,584", "19-Apr-2007", "08:41", "x86")
LOADER = ("Ntldr", "5.0.2195.4", "214,432", "19-Apr-2007", "08:42", "x86")


@pytest.mark.parametrize(
    "captions", [("x86-based versions", "x64-based versions"), ("Exchange 2003 SP1", "Exchange 2003 SP2")]
)
def test_captions_among_cells_of_one_line_each_tell_their_rows_apart(captions: tuple[str, str]) -> None:
    draft = text(*STACK, captions[0], *STORE, captions[1], *STORE[:-1], "x64")
    assert [(row.group, row.platform) for row in draft.files] == [(captions[0], "x86"), (captions[1], "x64")]


def test_a_line_behind_the_last_row_is_no_caption() -> None:
    draft = text(*STACK, *STORE, "Exchange 2003 SP2", "Times are in UTC")
    assert [(row.name, row.group) for row in draft.files] == [("Store.exe", None)]


def test_a_name_without_an_extension_opens_a_row_of_cells_of_one_line_each() -> None:
    assert [row.name for row in text(*STACK, *LOADER, *STORE).files] == ["Ntldr", "Store.exe"]
    assert text(*STACK, "Ntldr", "starts", "the", "system", "at", "first").files == ()


def test_one_attribute_a_line_may_give_the_processor() -> None:
    row = only(text("File name: Store.exe", "File version: 6.5.7653.8", "Date: 19-Apr-2007", "Processor: x64"))
    assert row.platform == "x64"


@pytest.mark.parametrize(
    ("opening", "language"),
    [
        ("US:", "US"),
        ("Portuguese (Brazil):", "Portuguese (Brazil)"),
        ("Pan-European:", "Pan-European"),
        ("All others:", "All others"),
    ],
)
def test_rows_may_open_with_a_country_or_a_set_of_languages(opening: str, language: str) -> None:
    lead = "These updated files solve it:"
    row = only(text(lead, "", f"   {opening}  Winload.sys dated 02/06/97 (214,324 bytes)"))
    assert (row.name, row.size, row.language) == ("Winload.sys", 214324, language)
    assert text(lead, "", "   Symptom (Setup):  Winload.sys dated 02/06/97 (214,324 bytes)").files == ()


@pytest.mark.parametrize(
    "folder",
    [
        r"C:\Program Files\Exchsrvr\Bin",
        r"C:\Program Files (x86)\Common Files\CDO",
        r"%SystemDrive%\Documents and Settings\All Users\Bin",
        r"Program Files\Exchsrvr\Bin",
        r"Exchsrvr\Bin",
    ],
)
def test_a_folder_with_blanks_in_a_line_of_text_is_whole(folder: str) -> None:
    for lines in (
        ("File name   Version      Folder", f"Store.exe   6.5.7653.8   {folder}"),
        (f"{'Folder':60}File name   Version", f"{folder:60}Store.exe   6.5.7653.8"),
        ("File name    Version", rf"{folder}\Store.exe    6.5.7653.8"),
    ):
        row = only(text(*lines))
        assert (row.name, row.version, row.folder, row.doubt) == ("Store.exe", "6.5.7653.8", folder, None)


def test_a_word_or_a_file_before_a_folder_is_none_of_it() -> None:
    row = only(text("File name  Platform  Folder", r"Store.exe  Intel Exchsrvr\Bin"))
    assert (row.platform, row.folder) == ("Intel", r"Exchsrvr\Bin")
    row = only(text("File name  Folder  Version", r"C:\Setup\Store.exe Exchsrvr\Bin 6.5.7653.8"))
    assert (row.name, row.folder) == ("Store.exe", r"Exchsrvr\Bin")


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("6. 5. 7653. 8", "6.5.7653.8"),
        ("6 .5 .7653 .8", "6.5.7653.8"),
        ("6.5. 7653. 8", "6.5.7653.8"),
        ("1. 6.5.7653", "6.5.7653"),  # the number of a list before it
    ],
)
def test_blanks_within_a_version_in_a_line_of_text_are_none_of_it(printed: str, version: str) -> None:
    assert only(text("File name   Version         Size", f"Store.exe   {printed}   5,184")).version == version


@pytest.mark.parametrize(
    ("printed", "name"),
    [("Store. exe", "Store.exe"), ("Store .exe", "Store.exe"), ("Message Store.exe", "Message Store.exe")],
)
def test_a_blank_beside_the_dot_of_a_name_is_none_of_it(printed: str, name: str) -> None:
    assert only(page("File name|File version", f"{printed}|6.5.7653.8")).name == name


@pytest.mark.parametrize(
    ("printed", "size"), [("5, 184, 512", 5184512), ("5 ,184 ,512", 5184512), ("5,184, 512", 5184512), ("512", 512)]
)
def test_blanks_within_a_size_in_a_line_of_text_are_none_of_it(printed: str, size: int) -> None:
    row = only(text("File name   Version      Size", f"Store.exe   6.5.7653.8   {printed}"))
    assert (row.version, row.size, row.doubt) == ("6.5.7653.8", size, None)


@pytest.mark.parametrize("colon", [" : ", "    : ", ": ", " "])
def test_attributes_that_stand_before_aligned_colons_are_read(colon: str) -> None:
    draft = text(
        f"Name{colon}Store.exe", f"Version{colon}6.5.7653.8", "", f"Name{colon}Cdo.dll", f"Version{colon}6.5.1.1"
    )
    assert [(row.name, row.version) for row in draft.files] == [("Store.exe", "6.5.7653.8"), ("Cdo.dll", "6.5.1.1")]
