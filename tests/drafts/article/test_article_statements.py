"""What articles say of restarts, prerequisites and replacements, in the forms that their writers give it."""

from __future__ import annotations

import pytest
from drafts.reading import parse_article

from hotfix_check.drafts.draft import DraftUpdate

SP2 = "Exchange Server 2003 Service Pack 2"
RESTART = "<h4>Restart requirement</h4>"
PREREQUISITES = "<h4>Prerequisites</h4>"
REPLACEMENT = "<h4>Hotfix replacement information</h4>"


def read(body: str) -> DraftUpdate:
    table = (
        "<table><tr><th>File name</th><th>File version</th><th>Date</th></tr>"
        "<tr><td>Store.exe</td><td>6.5.7653.8</td><td>19-Apr-2007</td></tr></table>"
    )
    return parse_article(
        f"<html><body><h1>The store loses a lock</h1><p>Article ID: 931901</p><h2>RESOLUTION</h2>{body}"
        f"<h4>File information</h4><p>Files of this hotfix:</p>{table}</body></html>",
        source="KB931901.html",
    )


@pytest.mark.parametrize(
    ("said", "restart"),
    [
        ("Does this update require a restart? No, it does not.", "no"),
        ("Does this update require a restart? Yes, it does.", "yes"),
        ("Is a restart needed after the update is installed? No.", "no"),
        ("Will I have to restart the server after I apply this update? You do not have to restart it.", "no"),
        ("Must I restart the server after I install this hotfix? Only if its files are in use.", None),
        ("Must I restart the server after I install this hotfix? No, unless its files are in use.", None),
        ("Can I install this hotfix without a restart of the server? Yes.", None),
        ("Do I have to restart the server after I uninstall this hotfix? Yes.", None),
        ("Does this update require a restart? The team is looking into it.", None),
    ],
)
def test_a_question_about_restarting_says_nothing_and_its_answer_does(said: str, restart: str | None) -> None:
    assert read(f"<p>{said}</p>").restart == restart


@pytest.mark.parametrize(
    ("said", "restart"),
    [
        ("Once the hotfix is applied, the server has to be restarted.", "yes"),
        ("Once the hotfix is applied, the mail service has to be restarted.", "services"),
        ("Restart the computer after you apply this hotfix.", "yes"),
        ("Please reboot the server after applying this patch.", "yes"),
        ("Restart the computer before you apply this hotfix.", None),
        ("After you install the hotfix, a reboot is needed.", "yes"),
        ("After you install the hotfix, a reboot may be needed.", None),
        ("This update does not need a restart.", "no"),
        ("You need to restart Internet Information Services (IIS) after you apply this hotfix.", "services"),
        ("You must restart the Microsoft Exchange Information Store service after you apply this hotfix.", "services"),
        ("You must restart after you apply this hotfix.", "yes"),
    ],
)
def test_a_sentence_tells_a_restart_of_the_computer_from_one_of_services(said: str, restart: str | None) -> None:
    assert read(f"<p>{said}</p>").restart == restart


@pytest.mark.parametrize(
    ("said", "restart"),
    [
        ("Restart: required", "yes"),
        ("Restart: not required", "no"),
        ("Restart: see below", None),
        ("If you stop the services first, no restart is required.", None),
        ("If you have a cluster, no restart is required.", "no"),
        ("Setup of this update restarts the computer by itself.", "yes"),
        ("The hotfix takes effect without a restart of the computer.", "no"),
        ("To test it without a restart of the computer, use the test tool.", None),
    ],
)
def test_under_the_heading_of_restarts_fewer_words_are_enough(said: str, restart: str | None) -> None:
    assert read(f"{RESTART}<p>{said}</p>").restart == restart


@pytest.mark.parametrize(
    ("steps", "restart"),
    [
        (("Copy the new Store.exe to the program folder.", "Reboot."), "yes"),
        (("Replace Store.exe with the new one.", "Shut down the computer and start it again."), "yes"),
        (("Double-click the hotfix package.", "When Setup is done, restart the computer."), "yes"),
        (("Open Control Panel.", "When that is done, restart the computer."), None),
        (("Copy the new Store.exe to the program folder.", "When that is done, start the mail service."), None),
    ],
)
def test_the_last_step_of_an_installation_may_restart_the_computer(steps: tuple[str, ...], restart: str | None) -> None:
    assert read("<ol>" + "".join(f"<li>{step}</li>" for step in steps) + "</ol>").restart == restart


@pytest.mark.parametrize(
    ("said", "prerequisites"),
    [
        (f"To install this update, {SP2} is required.", (SP2,)),
        ("To install this update, a restart is required.", ()),
        (f"This hotfix needs {SP2}.", (SP2,)),
        ("This hotfix needs to be tested.", ()),
        (f"Make sure that {SP2} is installed before you apply this hotfix.", (SP2,)),
        ("Make sure that Exchange services are stopped before you apply this hotfix.", ()),
        (f"Your server must have {SP2} before you can install this hotfix.", (SP2,)),
        (f"The server must be running {SP2} when you install this hotfix.", (SP2,)),
        (f"The server must be running {SP2} when you send a message.", ()),
        (f"To install this hotfix you need {SP2}.", (SP2,)),
        ("To install this hotfix you need Exchange administrator rights.", ()),
        (f"{SP2} must be installed before you install the Exchange rollup.", (SP2,)),
        (f"{SP2} must be installed before you install Outlook.", ()),
    ],
)
def test_sentences_state_what_a_fix_requires(said: str, prerequisites: tuple[str, ...]) -> None:
    assert read(f"<p>{said}</p>").prerequisites == prerequisites


@pytest.mark.parametrize(
    ("said", "prerequisites"),
    [
        (f"You must have {SP2} installed.", (SP2,)),
        (f"Requires {SP2}.", (SP2,)),
        (f"Install {SP2} first.", (SP2,)),
        (f"You must have {SP2} installed. Additionally, you must have hotfix 926666.", (SP2, "hotfix 926666")),
        (f"You must have {SP2} installed. Additionally, you must have a password.", (SP2,)),
        ("You must have a password.", ()),
        ("Install the tools first.", ()),
        (f"{SP2} and Windows Server 2003 Service Pack 1", (SP2, "Windows Server 2003 Service Pack 1")),
        ("Exchange Server 2003 Standard Edition and Enterprise Edition", None),
    ],
)
def test_under_the_heading_prerequisites_no_fix_need_be_named(said: str, prerequisites: tuple[str, ...] | None) -> None:
    expected = (said,) if prerequisites is None else prerequisites
    assert read(f"{PREREQUISITES}<p>{said}</p>").prerequisites == expected


def test_elsewhere_such_a_sentence_is_no_prerequisite() -> None:
    assert read(f"<p>You must have {SP2} installed. Install {SP2} first.</p>").prerequisites == ()


def test_bullets_behind_before_you_apply_are_prerequisites_and_hotfixes_may_be_bare_numbers() -> None:
    bullets = f"<ul><li>{SP2}</li><li>Hotfix 926123</li><li>A free hour</li></ul>"
    lead = "<p>Before you apply this hotfix, first install these items:</p>"
    assert read(lead + bullets).prerequisites == (SP2, "Hotfix 926123")
    assert read(f"<p>After you apply this hotfix, look at these items:</p>{bullets}").prerequisites == ()


def test_prerequisites_on_lines_that_lost_their_bullets() -> None:
    said = f"To apply this hotfix, you must be running either of the following:\n  {SP2}\n  Exchange Server 2003 SP1\n"
    assert read(f"<p>{said}</p>").prerequisites == (SP2, "Exchange Server 2003 SP1")
    assert read(f"<p>This hotfix requires {SP2} Outlook Web Access.</p>").prerequisites == (
        f"{SP2} Outlook Web Access",
    )


@pytest.mark.parametrize(
    ("lead", "prerequisites"),
    [
        ("The following list contains prerequisites for the hotfix:", (SP2, "Hotfix 926123")),
        ("The following are prerequisites:", (SP2, "Hotfix 926123")),
        ("The following list contains prerequisites for Outlook Web Access:", ()),
        ("The following hotfixes have no prerequisites:", ()),
    ],
)
def test_a_list_that_is_called_prerequisites(lead: str, prerequisites: tuple[str, ...]) -> None:
    assert read(f"<p>{lead}</p><ul><li>{SP2}</li><li>Hotfix 926123</li></ul>").prerequisites == prerequisites


@pytest.mark.parametrize(
    ("said", "replaces", "replaced_by"),
    [
        ("This hotfix obsoletes hotfix 926123.", (926123,), ()),
        ("Replaces: KB926123", (926123,), ()),
        ("Updates replaced: 926123, 926456", (926123, 926456), ()),
        ("Replaced files: 926123 bytes", (), ()),
        ("This hotfix does not replace hotfix 926123.", (), ()),
        ("This hotfix replaces hotfix 926123 and is replaced by hotfix 936123.", (926123,), (936123,)),
        ("Hotfix 926123, which replaced 925123, is superseded by this hotfix.", (925123, 926123), ()),
        ("Security update 936123 supersedes this update.", (), (936123,)),
        ("Update Rollup 9 (KB936123) replaces this hotfix.", (), (936123,)),
        ("This update replaces this earlier update: 926123", (926123,), ()),
        ("This hotfix replaces these hotfixes: 926123, 926456", (926123, 926456), ()),
        ("This hotfix replaces hotfix 926123. It was later replaced by hotfix 936123.", (926123,), (936123,)),
        ("This hotfix was not replaced by hotfix 936123.", (), ()),
    ],
)
def test_sentences_tell_what_a_fix_replaces(said: str, replaces: tuple[int, ...], replaced_by: tuple[int, ...]) -> None:
    draft = read(f"<p>{said}</p>")
    assert (draft.replaces, draft.replaced_by) == (replaces, replaced_by)


def test_a_section_as_a_row_of_a_table_is_read_and_another_table_is_none() -> None:
    said = "Yes, you must restart the computer after you apply this update."
    table = "<table><tr><td>{}</td><td>{}</td></tr></table>"
    assert read(table.format("Restart requirement", said)).restart == "yes"
    assert read(table.format("Restart of a cluster", said)).restart is None


def test_a_line_of_numbers_under_the_heading_of_replacements_is_read_whole() -> None:
    assert read(f"{REPLACEMENT}<p>KB926123, KB926456, and 926789</p>").replaces == (926123, 926456, 926789)
    assert read(f"{REPLACEMENT}<ul><li>926123</li><li>926456</li></ul>").replaces == (926123, 926456)
    assert read(f"{REPLACEMENT}<p>926123 Rule 926456 is lost</p>").replaces == (926123,)
    assert read("<p>KB926123, KB926456</p>").replaces == ()


def _both(*rows: str) -> list[str]:
    """A table in HTML, and in text."""
    made = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in rows)
    shown = "\n".join("".join(f"{cell:36}" for cell in row.split("|")) for row in rows)
    return [f"<table>{made}</table>", f"<pre>{shown}\n\nSee this too.  It is KB926999,  about another.\n</pre>"]


@pytest.mark.parametrize(
    ("rows", "replaces", "replaced_by"),
    [
        (("Product|Replaced update", "2003|KB926123", "2003 SP1|926456"), (926123, 926456), ()),
        (("Product|Replaced security update", "2003|MS07-021 (926123)"), (926123,), ()),
        (("Bulletins replaced by this update|Product", "KB926123|2003"), (926123,), ()),
        (("Product|Replaces|Replaced by", "2003|926123|936123"), (926123,), (936123,)),
        (("Update|Replaced update", "931901|926123", "931902|926456"), (926123,), ()),
        (("Replaced update|KB926123", "Known issue|926456"), (926123,), ()),
        (("Software|Superseded update", "2003|Q926123 and KB926456"), (926123, 926456), ()),
        (("Product|Related update", "2003|KB926123"), (), ()),
        (("File name|Version|Replaces", "Store.exe|6.5.7653.8|926123"), (), ()),
    ],
    ids=[
        "two products",
        "bulletin",
        "first column",
        "both",
        "another update",
        "label",
        "superseded",
        "related",
        "files",
    ],
)
def test_tables_tell_what_a_fix_replaces(
    rows: tuple[str, ...], replaces: tuple[int, ...], replaced_by: tuple[int, ...]
) -> None:
    for table in _both(*rows):
        draft = read(f"<h2>MORE INFORMATION</h2>{table}")
        assert (draft.replaces, draft.replaced_by, draft.replaces_stated) == (replaces, replaced_by, bool(replaces))


def test_a_table_that_replaces_nothing_says_so_and_a_bulletin_without_a_number_is_told() -> None:
    for table in _both("Product|Replaced update", "2003|None"):
        assert (read(table).replaces, read(table).replaces_stated, read(table).unused) == ((), True, ())
    for table in _both("Product|Replaced update", "2003|MS07-021"):
        assert (read(table).replaces, read(table).replaces_stated, read(table).unused) == ((), False, ("MS07-021",))


def test_articles_on_a_line_each_are_one_each_and_a_title_that_goes_on_below_is_none() -> None:
    above = "KB931901: The store loses a lock\n\nThis hotfix replaces the following hotfixes:\n\n"
    for below, expected in (
        ("926123 XADM: Mail is slow\n926456 XADM: Mail is lost", (926123, 926456)),
        ("926123 XADM: Mail is slow with hotfix\n926456 installed", (926123,)),
    ):
        assert parse_article(above + below, source="x").replaces == expected
