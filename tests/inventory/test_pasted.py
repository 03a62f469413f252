"""Text that people paste: what it says of each host, and what it does not."""

from __future__ import annotations

import base64
import quopri
import time
from collections import Counter
from collections.abc import Callable

import pytest
from inventory.pasted import BIN, COMMAND, CUT, FILE, LIST, LIST_OF_TWO, SAMPLES, SERVERS
from inventory.wrapped import WRAPPINGS
from targets import ASKED

from hotfix_check.errors import HotfixCheckError, TargetError
from hotfix_check.frozen import replace
from hotfix_check.inventory.files import Inventory
from hotfix_check.inventory.listings.console import console_rows
from hotfix_check.inventory.listings.read import read_listing
from hotfix_check.inventory.listings.recognise import decoded, is_listing
from hotfix_check.inventory.open_file import OpenFile, bytes_as_file

WANTED = replace(ASKED, wanted=frozenset({"exsetup.exe", "store.exe", "mapi32.dll"}))


def opened(text: str | bytes) -> OpenFile:
    data = text if isinstance(text, bytes) else text.encode()
    return bytes_as_file(data, "pasted.txt", "pasted.txt")


def said(inventory: Inventory) -> list[str]:
    """Everything that an inventory says, a line each, behind the host's name."""
    host = (inventory.collected.host if inventory.collected else None) or "-"
    records = inventory.registry
    lines = [f"{file.path} {file.version}" for file in inventory.files]
    lines += [f"{file.path}: {file.reason}" for file in inventory.unreadable]
    lines += [f"{one.source} {'.'.join(map(str, one.numbers))}" for one in inventory.reported]
    lines += [f"claims KB{one.kb}" for one in inventory.claimed]
    if records is not None:
        lines.append(
            "records " + ", ".join([*(one.key for one in records.setups), *(f"KB{one.kb}" for one in records.updates)])
        )
    return [f"{host} {line}" for line in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(text, expected, id=f"{form}, {special}") for form, special, text, expected in SAMPLES],
)
def test_what_is_pasted_says_this_and_no_more(text: str | bytes, expected: list[str]) -> None:
    file = opened(text)
    assert is_listing(file)
    assert [line for one in read_listing(file, WANTED) for line in said(one)] == expected


@pytest.mark.parametrize(("wrapped", "without"), [pytest.param(*rest, id=what) for what, *rest in WRAPPINGS])
def test_what_is_around_a_text_changes_nothing_that_it_says(
    wrapped: Callable[[str], str | bytes], without: set[str]
) -> None:
    for form, special, text, expected in SAMPLES:
        if isinstance(text, str) and without.isdisjoint((form, special)):
            file = opened(wrapped(text))
            assert is_listing(file), (form, special)
            found = [line for one in read_listing(file, WANTED) for line in said(one)]
            assert found == expected, (form, special)


@pytest.mark.parametrize(
    "text",
    [
        '[{"path": "a", "file_version": "1.2.3.4"},\n{"path": "b"',
        '[{"path": "a", "file_version": "1.2.3.4"}]\n[{"path": "b", "file_version": "1.2.3.4"}',
        '{"path": "a", "file_version": "1.2.3.4"}\n{"path": "b", "file_ver',
        '<Objs Version="1.1"><Obj><Props><S N="FileName">x</S></Props></Obj></Objs>\n<Objs>',
    ],
    ids=["cut within a list", "a second list, cut", "a line, cut", "a second document"],
)
def test_a_document_that_is_cut_is_no_document_with_prose_behind_it(text: str) -> None:
    file = opened(text)
    if is_listing(file):
        with pytest.raises(HotfixCheckError, match=r"not JSON|not XML"):
            read_listing(file, WANTED)


def test_each_form_has_several_samples() -> None:
    counts = Counter(form for form, _, _, _ in SAMPLES)
    few = {form for form, count in counts.items() if count < 3}
    assert few <= {"Get-Command", "event 4999"}


@pytest.mark.parametrize(
    "text",
    [
        "Dear all,\nName: Bob\nVersion: 1.2.3.4\n",
        "Store.exe is 5.5.2653.23\n",
        "KB5014261 was installed yesterday\n",
        "key = value\nother = 1.2.3.4\n",
        "| a | b |\n|---|---|\n| 15.1.2507.39 | x |\n",
        "ExSetup.exe 15.1.2507.39\n",
        "GET /owa/auth/logon.aspx HTTP/1.1\nHost: mail\n",
        "Version 15.2 is the newest (Build 1118)\n",
        "[HKEY_CURRENT_USER\\Software\\X]\n",
        "Name        Version\n----        -------\nExSetup.exe 15.01.2507.039\n",
        "Name    : Microsoft Exchange Server Language Pack - German\nVersion : 15.1.2507.6\n",
        "copied C:\\x\\ExSetup.exe 15.1.2507.39\n",
        "C:\\x\\ExSetup.exe\n",
        "Parent,Child,Version\nC:\\x\\ExSetup.exe,C:\\x\\Store.exe,15.1.2507.6\n",
        "- FileName and FileVersion: see below\n- Name: ExSetup.exe\n",
        "<p>Version 15.2 is the newest</p><p>Bob</p>\n",
        "VersionInfo : 15.1.2507.39\n",
        'mbx1 | SUCCESS => {\n    "changed": false,\n    "ping": "pong"\n}\n',
    ],
    ids=lambda text: text[:30],
)
def test_prose_is_no_listing(text: str) -> None:
    assert not is_listing(opened(text))


def test_a_level_that_the_console_cut_is_told_so() -> None:
    with pytest.raises(TargetError, match=r"pasted\.txt: the console cut its output \(\.\.\.\): '\| Format-List'"):
        read_listing(
            opened(SERVERS.replace(" (Build 1118.7)", "...").replace(" (Build 2507.6)", "...")),
            WANTED,
        )


def test_a_cut_path_outside_exchange_says_nothing_of_exchange() -> None:
    (inventory,) = read_listing(opened(CUT.replace(r"Microsoft\Excha", r"Contoso\Excha")), WANTED)
    assert (inventory.files, inventory.reported) == ((), ())


def test_hosts_are_told_apart_without_case_and_in_order() -> None:
    rows = "".join(
        f"{host},{BIN}\\ExSetup.exe,15.1.2507.{number}\n" for number, host in enumerate(("b", "A", "B", "a"))
    )
    inventories = read_listing(opened("PSComputerName,FileName,FileVersion\n" + rows), WANTED)
    assert [one.target for one in inventories] == ["pasted.txt: A", "pasted.txt: b"]
    assert [one.unreadable[0].reason for one in inventories] == ["listed twice, with different facts"] * 2


def test_lines_that_were_appended_in_another_encoding_are_read_too() -> None:
    wide, narrow = LIST.replace("\n", "\r\n").encode("utf-16-le"), LIST_OF_TWO.replace("\n", "\r\n").encode()
    found = [f"mbx1 {FILE} 15.1.2507.39", f"mbx2 {FILE} 15.1.2507.6", f"- {FILE} 15.2.1118.40"]
    for data in (b"\xff\xfe" + wide + narrow, wide + narrow, narrow + wide):
        assert sorted(line for one in read_listing(opened(data), WANTED) for line in said(one)) == sorted(found)


def test_bytes_with_a_zero_in_them_are_no_listing() -> None:
    assert not is_listing(opened(LIST.encode() + b"\n\0\1\2\3\0\0"))


def test_the_last_line_of_chinese_is_no_line_of_bytes() -> None:
    text = "FileName    : C:\\x\\ExSetup.exe\nFileVersion : 15.1.2507.39\n" + "\u4e2d\u6587\u4e2d\u6587" * 10
    assert decoded(("\ufeff" + text).encode("utf-16-le")).endswith("\u4e2d\u6587" * 20)


MAIL = """From: Admin <admin@contoso.com>
Subject: versions
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset="{charset}"
Content-Transfer-Encoding: {encoding}

{body}
--b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p class=3DMsoNormal>FileVersion : 1.2.3.4</p>
--b--
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "x-unknown"])
@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [("quoted-printable", quopri.encodestring), ("base64", base64.encodebytes), ("8bit", lambda data: data)],
)
def test_a_saved_mail_says_what_its_plain_text_says(
    charset: str, encoding: str, encoded: Callable[[bytes], bytes], end: str
) -> None:
    body = encoded(LIST.replace("\n", end).encode("utf-8" if charset == "x-unknown" else charset))
    mail = MAIL.format(charset=charset, encoding=encoding, body="\0").replace("\n", end).encode()
    (inventory,) = read_listing(opened(mail.replace(b"\0", body)), WANTED)
    assert said(inventory) == [f"- {FILE} 15.2.1118.40"]


def test_a_mail_that_is_nested_too_deep_is_no_listing() -> None:
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{at}"\n\n--{at}\n' for at in range(3000))
    assert not is_listing(opened(deep + "Content-Transfer-Encoding: base64\n\nAAAA\n"))


ASKED_OF_TWO = """PS C:\\> Invoke-Command -ComputerName MBX1, MBX2 {(gcm ExSetup.exe).FileVersionInfo.FileVersion}
15.01.2507.039
"""
OF_THE_ROW = """   ComputerName: MBX1

CSName FileVersion    FileName
------ -----------    --------
MBX2   15.01.2507.039 C:\\x\\ExSetup.exe
"""
NO_HEADING = """Computer: MGMT1

FileVersion    FileName
-----------    --------
15.01.2507.039 C:\\x\\ExSetup.exe
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ASKED_OF_TWO, ["- ExSetup.exe 15.1.2507.39"]),
        (OF_THE_ROW, ["MBX2 C:/x/ExSetup.exe 15.1.2507.39"]),
        (NO_HEADING, ["- C:/x/ExSetup.exe 15.1.2507.39"]),
    ],
    ids=["a command for two machines", "the row has a host of its own", "a line that heads no group"],
)
def test_a_host_is_not_taken_from_what_stands_above(text: str, expected: list[str]) -> None:
    assert [line for one in read_listing(opened(text), WANTED) for line in said(one)] == expected


HOSTILE = "MBX\x1b1"
NO_HOSTS = {
    "systeminfo": f"Host Name:    {HOSTILE}\nHotfix(s):  1 Hotfix(s) Installed.\n   [01]: KB5012170\n",
    "a mail": f"Received: from a by {HOSTILE} with Microsoft SMTP Server (TLS) id 15.1.2507.39\n",
    "HealthChecker": f"Exchange Health Checker version 24.1\nName: {HOSTILE}\nSU for Exchange Server (KB5037224)\n",
    "CLIXML": f'<Objs Version="1.1"><Obj><MS><S N="ServerName">{"x" * 5000}</S></MS></Obj><Obj><MS>'
    '<S N="FileName">C:\\ExSetup.exe</S><I32 N="FileMajorPart">15</I32><I32 N="FileMinorPart">1</I32>'
    '<I32 N="FileBuildPart">2507</I32><I32 N="FilePrivatePart">39</I32></MS></Obj></Objs>',
    "msinfo32": f'<MsInfo><Category name="x"><Data><a>System Name</a><b>{"x" * 5000}</b></Data>'
    "<Data><a>C:\\ExSetup.exe</a><b>15.1.2507.39</b></Data></Category></MsInfo>",
}


@pytest.mark.parametrize("text", NO_HOSTS.values(), ids=NO_HOSTS)
def test_what_cannot_be_a_name_names_no_host(text: str) -> None:
    (inventory,) = read_listing(opened(text), WANTED)
    assert said(inventory)
    assert (inventory.target, inventory.collected) == ("pasted.txt", None)


def test_a_key_with_a_path_that_windows_has_not_is_no_record() -> None:
    text = "MsiProductMajor : 15\nPSPath : Microsoft.PowerShell.Core\\Registry::HKLM\\SOFTWARE\\"
    assert not is_listing(opened(f"{text}{'x' * 3000}\\Setup\n"))
    assert is_listing(opened(f"{text}Microsoft\\ExchangeServer\\v15\\Setup\n"))


def test_a_host_of_which_nothing_is_said_is_a_target_all_the_same() -> None:
    text = "PSComputerName,FileVersion,ProductVersion\nMBX1,15.1.2507.39,\nMBX2,,\n"
    inventories = read_listing(opened(text), WANTED)
    assert [(one.target, len(one.reported)) for one in inventories] == [
        ("pasted.txt: MBX1", 1),
        ("pasted.txt: MBX2", 0),
    ]


def test_rows_without_a_host_beside_rows_with_one_are_a_target_of_their_own() -> None:
    text = f"PSComputerName,FileName,FileVersion\nA,{BIN}\\ExSetup.exe,15.1.2507.6\n,{BIN}\\Store.exe,15.1.2507.6\n"
    assert [one.target for one in read_listing(opened(text), WANTED)] == [
        "pasted.txt: A",
        "pasted.txt: no host named",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "PSComputerName FileName FileVersion\n-------------- -------- -----------\n"
        + "".join(f"MBX{n % 3} F{n}.dll 15.1.2507.{n % 99}\n" for n in range(10_000)),
        "".join(f"FileName    : {BIN}\\F{n}.dll\nFileVersion : 15.1.2507.{n % 99}\n\n" for n in range(10_000)),
        "".join(f"Name={BIN}\\F{n}.dll\nVersion=15.1.2507.{n % 99}\n\n" for n in range(10_000)),
        "Faulting application store.exe, version 6.5.7638.1, faulting module x.dll, version 6.5.7638.1, fault\n"
        * 10_000,
    ],
    ids=["table", "list", "wmic", "events"],
)
def test_ten_thousand_rows_take_less_than_a_second(text: str) -> None:
    start = time.process_time()
    inventories = read_listing(opened(text), WANTED)
    assert sum(one.files_seen for one in inventories) >= 10_000
    assert time.process_time() - start < 2  # 0.4 on an idle core


@pytest.mark.parametrize(
    "text",
    [
        ("FileVersion : 1.2.3.4\n" + " " * 200_000 + "x\n") * 20,
        "-" * 3_000_000,
        ("a  " * 1000 + "\n") * 1000,
        "A: " + "B: " * 500_000,
        "/owa/auth/" * 200_000,
        "store.exe, " * 200_000 + "0x12345678",
        "by x with mapi id " * 50_000,
        '"' + "\\" * 500_000 + '"=dword:1',
        "| a " * 500_000,
        "KB123456 " * 100_000,
    ],
    ids=["blanks", "dashes", "columns", "colons", "paths", "names", "received", "escapes", "bars", "kbs"],
)
def test_hostile_text_costs_little(text: str) -> None:
    start = time.process_time()
    for prefix in ("", "REGEDIT4\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft]\n", "X-OWA-Version: 15.2.1118.21\n"):
        file = opened(prefix + text)
        if is_listing(file):
            assert read_listing(file, WANTED)
    assert time.process_time() - start < 3


def test_a_column_that_is_cut_in_the_header_is_put_together() -> None:
    text = "Name   AdminDisplayVe\n       rsion\n----   --------------\nMBX1   Version 15.2 (Build 1118.7)\n"
    assert list(console_rows(text)) == [{"name": "MBX1", "admindisplayversion": "Version 15.2 (Build 1118.7)"}]


def test_a_command_speaks_of_what_stands_below_it_up_to_the_next() -> None:
    text = f"{COMMAND}{CUT}[PS] C:\\Scripts>Get-Process | fl FileVersion,Path\n{CUT.replace('1748', '1544')}"
    (inventory,) = read_listing(opened(text), WANTED)
    assert [(file.path, str(file.version)) for file in inventory.files] == [("ExSetup.exe", "15.2.1748.39")]
    assert [one.text for one in inventory.reported] == ["15.2.1544.39"]


ANSWER = f"FileName       : {BIN}\\ExSetup.exe\nFileVersion    : 15.01.2507.039\n"
OF_MBX1 = f"{ANSWER}PSComputerName : MBX1\n\n"
IN_JSON = (
    'MBX1 | SUCCESS => {"path": "C:\\\\Exchange Server\\\\V15\\\\bin\\\\ExSetup.exe", "file_version": "15.1.2507.39"}\n'
)
REFUSED = (
    "[MBX2] Connecting to remote server MBX2 failed with the following error message : Access is denied.\n"
    "    + CategoryInfo          : OpenError: (MBX2:String) [], PSRemotingTransportException\n"
    "    + FullyQualifiedErrorId : AccessDenied,PSSessionStateBroken\n"
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"MBX1 | CHANGED | rc=0 >>\n{ANSWER}\nMBX2 | UNREACHABLE! => {{\n}}\n", id="Ansible"),
        pytest.param(
            f"MBX1 | CHANGED | rc=0 >>\n{ANSWER}\nMBX2 | FAILED | rc=1 >>\nGet-Command : The term is not known\n",
            id="Ansible, the command failed",
        ),
        pytest.param(f"MBX1 | CHANGED | rc=0 >>\n{ANSWER}\nMBX2 | CHANGED | rc=0 >>\n\n", id="Ansible, no output"),
        pytest.param(
            f'{IN_JSON}MBX2 | UNREACHABLE! => {{\n  "msg": "timed out"\n}}\n', id="Ansible in JSON, unreachable"
        ),
        pytest.param(f'{IN_JSON}MBX2 | SUCCESS => {{\n  "path": "C:', id="Ansible in JSON, the answer breaks off"),
        pytest.param(f"fatal: [MBX2]: UNREACHABLE! => {{}}\n{IN_JSON}", id="Ansible in JSON, of a playbook"),
        pytest.param(f"\\\\MBX1:\n{ANSWER}\n\\\\MBX2:\nCouldn't access MBX2:\nThe path was not found.\n", id="psexec"),
        pytest.param(REFUSED + "\n" + OF_MBX1, id="PowerShell, the error first"),
        pytest.param(OF_MBX1 + REFUSED, id="PowerShell, the error last"),
        pytest.param(f"OpenError: [MBX2] Connecting to remote server MBX2 failed with\n\n{OF_MBX1}", id="PowerShell 7"),
        pytest.param(
            f"[MBX2] Beim Verbinden mit dem Remoteserver MBX2 ist ein Fehler aufgetreten.\n\n{OF_MBX1}", id="in German"
        ),
        pytest.param(
            OF_MBX1 + "The term 'ExSetup.exe' is not recognized.\n"
            "    + CategoryInfo          : ObjectNotFound: (ExSetup.exe:String) [], CommandNotFoundException\n"
            "    + PSComputerName        : MBX2\n",
            id="PowerShell, the command failed there",
        ),
    ],
)
def test_a_host_that_gave_no_answer_is_named_and_nothing_is_said_of_it(text: str) -> None:
    found = read_listing(opened(text), WANTED)
    assert {one.collected.host: len(one.files) for one in found if one.collected} == {"MBX1": 1, "MBX2": 0}


def test_an_answer_of_ansible_that_two_readers_could_take_differently_is_refused() -> None:
    twice = f'{IN_JSON}MBX2 | SUCCESS => {{"path": "C:\\\\x.exe", "path": "D:\\\\x.exe"}}\n'
    with pytest.raises(HotfixCheckError, match=r"MBX2: path: appears twice"):
        read_listing(opened(twice), WANTED)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            OF_MBX1 + "Access to the path is denied.\n    + PSComputerName        : MBX1\n",
            id="an error beside the answer",
        ),
        pytest.param(f"mbx1 | CHANGED | rc=0 >>\n{ANSWER}PSComputerName : mbx1.contoso.com\n", id="by two names of it"),
        pytest.param(
            f'<NessusClientData_v2>\n<ReportHost name="PRINTER">\n</ReportHost>\n<ReportHost name="MBX1">\n{ANSWER}',
            id="a scanner's machines",
        ),
        pytest.param(f"[INFO] 2 servers asked\n[WARN] one was slow\n{OF_MBX1}", id="words in brackets"),
        pytest.param(f"[MBX1]: PS C:\\> (gcm ExSetup.exe).FileVersionInfo | fl\n{ANSWER}", id="a prompt"),
    ],
)
def test_a_host_is_not_silent_for_being_named_twice_nor_by_what_names_no_host(text: str) -> None:
    found = read_listing(opened(text), WANTED)
    assert [len(one.files) for one in found] == [1]
