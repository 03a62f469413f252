"""Head and prose of an article: number, title, products, prerequisites, restart, replaced and including updates."""

# ruff: noqa: E501, W291 - the articles are laid out as real ones are: long lines, blanks at their ends

from __future__ import annotations

import datetime as dt

import pytest
from drafts.reading import find_terms, parse_article

from hotfix_check.drafts.draft import DraftUpdate
from hotfix_check.drafts.vocabulary import Term


def parse(text: str, source: str = "test", kb: int | None = None) -> DraftUpdate:
    return parse_article(text, source=source, kb=kb)


ARCHIVE = """DOCUMENT:Q123456  08-MAY-2002  [exchange]
TITLE   :XADM: Mail Is Slow
PRODUCT :Microsoft Exchange
KEYWORDS:exc55 EXC55SP3Fix

======================================================================
-------------------------------------------------------------------------------
The information in this article applies to:

 - Microsoft Exchange Server, versions 5.0, 5.5 SP1 
 - Microsoft Outlook 97, version 8.03, used with:
    - the operating system: Microsoft Windows NT 
    - the operating system: Microsoft Windows 98 
 - A Product With a Name That Is Much Longer Than One Line of This Article and
   Goes on Here
-------------------------------------------------------------------------------

SYMPTOMS
========

See Q999999. Release Date: August 29, 2001
"""


def test_archive_article() -> None:
    draft = parse(ARCHIVE)
    assert (draft.kb, draft.title) == (123456, "XADM: Mail Is Slow")
    assert draft.products == (
        "Microsoft Exchange Server, versions 5.0, 5.5 SP1",
        "Microsoft Outlook 97, version 8.03, used with: - the operating system: Microsoft Windows NT"
        " - the operating system: Microsoft Windows 98",
        "A Product With a Name That Is Much Longer Than One Line of This Article and Goes on Here",
    )
    assert draft.product_terms == (Term("exchange-5.0"), Term("exchange-5.5", "SP1"))
    assert draft.released == dt.date(2001, 8, 29)
    assert draft.included_in == ("Exchange Server 5.5 Service Pack 3",)
    assert draft.included_in_terms == (Term("exchange-5.5", "SP3"),)
    assert draft.doubts == ("no file table was found",)


def test_saved_page_with_number_behind_the_title() -> None:
    draft = parse(
        "Mail is slow on Mondays (324528)\n\nApplies to:\n\n  • Microsoft Exchange Server 5.5 SP4\n  • MAPI\n\nSYMPTOMS\n\nSlow.\n"
    )
    assert (draft.kb, draft.title) == (324528, "Mail is slow on Mondays")
    assert draft.products == ("Microsoft Exchange Server 5.5 SP4", "MAPI")


def test_flattened_page() -> None:
    draft = parse(
        "Article ID: 884874 - Last Review: October 26, 2006 - Revision: 2.1 The service stops in Exchange Server 5.5On This "
        "PageSYMPTOMSIt stops.\nPrerequisitesYou must be running Exchange Server 5.5 Service Pack 4 (SP4) to install this hotfix. "
        "Restart requirementYou do not have to restart your computer after you apply this hotfix.Hotfix replacement "
        "informationThis hotfix does not replace any other hotfixes.File informationNone.\n"
    )
    assert (draft.kb, draft.title) == (884874, "The service stops in Exchange Server 5.5")
    assert draft.prerequisites == ("Exchange Server 5.5 Service Pack 4 (SP4)",)
    assert draft.prerequisite_terms == ((Term("exchange-5.5", "SP4"),),)
    assert (draft.restart, draft.replaces, draft.replaces_stated) == ("no", (), True)


def test_number_from_keywords_at_the_end() -> None:
    assert parse("Mail is slow\n\nText.\n\nKeywords:kbfix kbbug KB818861\n").kb == 818861


def test_number_is_never_taken_from_the_text() -> None:
    draft = parse("CAUSE\nSee article 824282 and Q301378.\n")
    assert (draft.kb, draft.title) == (None, None)
    assert "the article does not give its number: give it with --kb" in draft.doubts


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Source: https://support.microsoft.com/en-us/help/831464/mail-is-slow", 831464),
        ("https://support.microsoft.com/kb/831464", 831464),
        ("See https://support.microsoft.com/kb/831464", None),
        ("https://support.microsoft.com/en-us/topic/mail-is-slow-831464aa", None),
    ],
)
def test_number_from_the_address_that_a_text_begins_with(line: str, number: int | None) -> None:
    assert parse(f"{line}\n\nMail is slow\n\nText.\n").kb == number


@pytest.mark.parametrize(
    ("head", "number", "title"),
    [
        ("Mail is slow\n\nArticle ID\t:\t831464\nLast Review\t:\tMay 2, 2007\n", 831464, "Mail is slow"),
        ("# Mail is slow\n\n_Original KB number:_ &nbsp; 831464\n", 831464, "Mail is slow"),
        ("Microsoft Knowledge Base Article - 831464\n\nMail is slow\n", 831464, "Mail is slow"),
        ("Mail is slow\n\nQ831464\n", 831464, "Mail is slow"),
        ("Mail is slow\n\nID: Q831464\n", 831464, "Mail is slow"),
        ("Mail is slow\n\nSUMMARY\n\nLook here:\n\nQ831464\n", None, "Mail is slow"),
        ("(831464) - Mail is slow on Mondays\n", 831464, "Mail is slow on Mondays"),
        ("Mail is slow\n\nCAUSE\n\nSee Microsoft Knowledge Base Article - 831464\n", None, "Mail is slow"),
        ("(1999) - Mail is slow on Mondays\n", None, "(1999) - Mail is slow on Mondays"),
    ],
)
def test_number_and_title_as_sites_print_them(head: str, number: int | None, title: str) -> None:
    draft = parse(f"{head}\nSYMPTOMS\n\nSlow.\n")
    assert (draft.kb, draft.title) == (number, title)


def test_number_given_by_the_caller_wins() -> None:
    assert parse(ARCHIVE, kb=817375).kb == 817375


def test_number_from_the_name_of_the_source_is_a_doubt() -> None:
    draft = parse("CAUSE\nSlow.\n", source="articles/KB817375.txt")
    assert draft.kb == 817375
    assert draft.doubts[0] == "the number comes from the name of the source (articles/KB817375.txt), not from the text"


@pytest.mark.parametrize(
    ("sentence", "required"),
    [
        pytest.param(
            "NOTE: Because of file dependencies, this hotfix requires Microsoft\nExchange Server version 5.5 Service Pack 4.",
            "Microsoft Exchange Server version 5.5 Service Pack 4",
            id="this hotfix requires, broken over a line end",
        ),
        pytest.param(
            "Because of file dependencies, you must be running Exchange Server 5.5 Service Pack 4 (SP4) to install this hotfix.",
            "Exchange Server 5.5 Service Pack 4 (SP4)",
            id="you must be running",
        ),
        pytest.param(
            "NOTE: Service Pack 3 must be applied to Windows NT 4.0 prior to applying this fix.",
            "Service Pack 3 for Windows NT 4.0",
            id="must be applied prior",
        ),
        pytest.param(
            "Both sets of fixes require Outlook 2000 Service Release 1 (SR1) to be installed.",
            "Outlook 2000 Service Release 1 (SR1)",
            id="sets of fixes require",
        ),
        pytest.param(
            "To apply this security update, you must have Exchange Server 2019 Cumulative Update 12 installed.",
            "Exchange Server 2019 Cumulative Update 12",
            id="to apply this update",
        ),
        pytest.param(
            "This hotfix can only be installed on systems running Exchange Server 5.5 Service Pack 3.",
            "Exchange Server 5.5 Service Pack 3",
            id="systems running",
        ),
        pytest.param(
            "NOTE: This fix requires the fix described in the following Microsoft Knowledge\nBase article:\n\n   Q230285 Another\n",
            "fix described in Q230285",
            id="another article",
        ),
    ],
)
def test_prerequisite(sentence: str, required: str) -> None:
    draft = parse(f"Mail is slow (123456)\n\nRESOLUTION\n\n{sentence}\n")
    assert (draft.prerequisites, draft.prerequisites_stated) == ((required,), True)


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param(
            "To resolve this problem, obtain the latest service pack for Exchange Server 5.5.", id="obtain the latest"
        ),
        pytest.param("The English version of this fix for Service Pack 3 (SP3) sites is here.", id="for sites"),
        pytest.param("This hotfix requires that you restart the computer.", id="a restart is no prerequisite"),
        pytest.param("The server requires a lot of memory.", id="not about the fix"),
    ],
)
def test_no_prerequisite(sentence: str) -> None:
    draft = parse(f"Mail is slow (123456)\n\nRESOLUTION\n\n{sentence}\n")
    assert (draft.prerequisites, draft.prerequisites_stated) == ((), False)


def test_prerequisites_stated_to_be_none() -> None:
    draft = parse(
        "Mail is slow (123456)\n\nPrerequisites\n\nThere are no prerequisites that are required to install this hotfix.\n"
    )
    assert (draft.prerequisites, draft.prerequisites_stated) == ((), True)


@pytest.mark.parametrize(
    ("text", "restart"),
    [
        pytest.param(
            "Restart requirement\n\nYou must restart your computer after you apply this hotfix.", "yes", id="must"
        ),
        pytest.param(
            "After you apply the fix, shut down your system properly and restart it.", "yes", id="shut down and restart"
        ),
        pytest.param(
            "NOTE: All of the hotfixes listed below require you to restart the computer after\ninstallation.",
            "yes",
            id="all require",
        ),
        pytest.param(
            "Restart requirement\n\nYou do not have to restart your computer after you apply this hotfix.",
            "no",
            id="not",
        ),
        pytest.param(
            "After you apply the hotfix, restart the third-party services that you stopped.", "services", id="services"
        ),
        pytest.param("To work around this problem, restart the server.", None, id="a workaround"),
        pytest.param(
            "After applying the fix and before restarting the computer, add the following\nvalue to the registry.",
            None,
            id="aside",
        ),
        pytest.param("Quit Registry Editor, and then restart the computer.", None, id="after a registry change"),
        pytest.param("The service stops.", None, id="silent"),
    ],
)
def test_restart(text: str, restart: str | None) -> None:
    assert parse(f"Mail is slow (123456)\n\nRESOLUTION\n\n{text}\n").restart == restart


def test_replaced_updates_are_listed_below_the_sentence() -> None:
    text = """Mail is slow (123456)

RESOLUTION

NOTE: This hotfix supersedes the fix referred to in the following articles in the
Microsoft Knowledge Base:

   ARTICLE-ID: Q143478
   TITLE : Stop in Tcpip.sys

   ARTICLE-ID: Q154174
   TITLE : Invalid Fragments

For more information, see the following article:

   Q999999 Unrelated
"""
    draft = parse(text)
    assert (draft.replaces, draft.replaces_stated) == ((143478, 154174), True)


def test_replaced_by() -> None:
    draft = parse("Mail is slow (123456)\n\nRESOLUTION\n\nThis hotfix has been superseded by the fix in Q234567.\n")
    assert (draft.replaces, draft.replaced_by) == ((), (234567,))


def test_included_in_a_service_pack_and_a_rollup() -> None:
    text = """Mail is slow (123456)

STATUS

This problem was first corrected in Exchange Server 5.5 Service
Pack 3.

To resolve this problem, obtain the September 2003 Exchange 2000 Server Post-Service Pack 3 (SP3) Rollup.
For more information, click the following article number:
824282
September 2003 Exchange 2000 Server Post-Service Pack 3 Rollup
"""
    assert parse(text).included_in == (
        "Exchange Server 5.5 Service Pack 3",
        "September 2003 Exchange 2000 Server Post-Service Pack 3 (SP3) Rollup (KB824282)",
    )


def test_product_from_the_prose_where_no_list_names_it() -> None:
    draft = parse(
        "Mail is slow (123456)\n\nRESOLUTION\n\nWait for the next Microsoft Exchange 2000 Server service pack that contains this hotfix.\n"
    )
    assert draft.product_ids == ("exchange-2000",)
    assert "no applies-to list: the product comes from the text" in draft.doubts


def test_security_update_page() -> None:
    page = (
        "<html><head><title>Description of the security update for Microsoft Exchange Server 2019: May 10, 2022 (KB5014261)"
        " - Microsoft Support</title></head><body><h1>Description of the security update for Microsoft Exchange Server 2019: "
        "May 10, 2022 (KB5014261)</h1><div><span>Applies To</span> <span>Exchange Server 2019</span></div></body></html>"
    )
    draft = parse(page)
    assert (draft.kb, draft.kind, draft.released) == (5014261, "security-update", dt.date(2022, 5, 10))
    assert draft.title == "Description of the security update for Microsoft Exchange Server 2019: May 10, 2022"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Microsoft Exchange Server version 5.5 Service Pack 4", [("exchange-5.5", "SP4")]),
        (
            "Microsoft Exchange Server, versions 4.0, 5.0, 5.5, 5.5 SP1",
            [("exchange-4.0", None), ("exchange-5.0", None), ("exchange-5.5", None), ("exchange-5.5", "SP1")],
        ),
        (
            "Microsoft Exchange Server version 5.5 Service Packs 1, 2, 3",
            [("exchange-5.5", "SP1"), ("exchange-5.5", "SP2"), ("exchange-5.5", "SP3")],
        ),
        ("Exchange 2000 Server Service Pack 3 (SP3)", [("exchange-2000", "SP3")]),
        ("Microsoft Exchange Server 2003 Enterprise Edition", [("exchange-2003", None)]),
        ("Exchange Server 2010 Service Pack 3 Update Rollup 32", [("exchange-2010", "SP3 RU32")]),
        ("Exchange Server 2016 Cumulative Update 23", [("exchange-2016", "CU23")]),
        ("Exchange Server 2019 RTM", [("exchange-2019", "RTM")]),
        ("Exchange Server Subscription Edition RTM", [("exchange-se", "RTM")]),
        ("Exchange 2000 Server Post-Service Pack 3 Rollup", [("exchange-2000", None)]),
        ("Microsoft Exchange Windows NT client, versions 4.0, 5.0", []),
        ("Microsoft Windows NT Server version 4.0", []),
        ("Microsoft Exchange 2000 Conferencing Server", []),
        ("Exchange 2000 Server, Exchange 2000 Conferencing Server", [("exchange-2000", None)]),
        ("Exchange 2000 Enterprise Server with a conferencing server", [("exchange-2000", None)]),
    ],
)
def test_catalogue_terms(text: str, terms: list[tuple[str, str | None]]) -> None:
    assert [tuple(term) for term in find_terms(text)] == terms


def test_page_of_2005_with_bullets_and_number_in_tables() -> None:
    page = """<html><head><title>Mail is slow</title></head><body><table><tr><td><h1>Mail is slow</h1>
    <table><tr><td>Article ID</td><td>:</td><td>818861</td></tr></table>
    <h4>Hotfix replacement information</h4>This hotfix replaces the hotfix that is described in the following article:
    <div><a href="x">817375</a> Another hotfix</div>
    <h2>APPLIES TO</h2><table><tr><td>&bull;</td><td>Microsoft Exchange 2000 Server Standard Edition</td></tr>
    <tr><td>&bull;</td><td>Microsoft Exchange 2000 Enterprise Server</td></tr></table></td></tr></table></body></html>"""
    draft = parse(page)
    assert (draft.kb, draft.title, draft.replaces) == (818861, "Mail is slow", (817375,))
    assert draft.products == (
        "Microsoft Exchange 2000 Server Standard Edition",
        "Microsoft Exchange 2000 Enterprise Server",
    )


def test_applies_to_without_bullets() -> None:
    draft = parse("Mail is slow\n\nApplies To\n\nExchange Server 2019\nExchange Server 2016\n\nSymptoms\n\nSlow.\n")
    assert draft.products == ("Exchange Server 2019", "Exchange Server 2016")


def test_what_follows_the_products_behind_a_blank_line_is_none_of_them() -> None:
    foot = "   Back to the top\n\n   Keywords: kbhotfixserver kbqfe\n"
    products = "     * Microsoft Exchange 2000 Server\n     * Microsoft Exchange 2000\n       Enterprise Server\n"
    draft = parse(f"Mail is slow\n\nSymptoms\n\nSlow.\n\nAPPLIES TO\n\n{products}\n{foot}")
    assert draft.products == ("Microsoft Exchange 2000 Server", "Microsoft Exchange 2000 Enterprise Server")


@pytest.mark.parametrize("mark", ["", "o ", "+ ", "\u2013 ", "\uf0b7 ", "\u25cf "])
def test_products_with_a_dot_in_their_version_and_with_other_bullets(mark: str) -> None:
    products = f"  {mark}Microsoft Exchange Server, versions 5.5, 5.5 SP1\n  {mark}Microsoft Exchange Server 5.0\n"
    draft = parse(f"Mail is slow\n\nApplies to:\n\n{products}\nSYMPTOMS\n\nSlow.\n")
    assert draft.products == ("Microsoft Exchange Server, versions 5.5, 5.5 SP1", "Microsoft Exchange Server 5.0")
    said = "Mail is slow\n\nApplies to:\n\nExchange Server 5.5. It is slow\n"
    assert parse(said).products == ()
