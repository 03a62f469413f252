"""Documents in which listings are kept: refused, with how to make a text of each."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from targets import ASKED

from hotfix_check.errors import TargetError
from hotfix_check.inventory.files import TargetKind
from hotfix_check.inventory.target import opened_target, read_target


def _zip(*names: str) -> bytes:
    data = io.BytesIO()
    with ZipFile(data, "w") as made:
        for name in names:
            made.writestr(name, "application/vnd.oasis.opendocument.spreadsheet" if name == "mimetype" else "<x/>")
    return data.getvalue()


DOCUMENTS = [
    ("versions.xlsx", _zip("[Content_Types].xml", "xl/workbook.xml"), "an Office document", "save a table as CSV"),
    ("versions.ods", _zip("mimetype", "content.xml"), "an Office document", "save a table as CSV"),
    ("report.pdf", b"%PDF-1.4\n%text\n", "a PDF", "copy its text"),
    ("report.rtf", b"{\\rtf1\\ansi FileVersion : 15.1.2507.39}", "a document (RTF)", "copy its text"),
    ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a message", "copy its text"),
    ("mail.pst", b"!BDN" + bytes(600), "a mailbox of Outlook", "export the message"),
    ("Application.evtx", b"ElfFile\0" + bytes(600), "an event log", "Get-WinEvent"),
]


@pytest.mark.parametrize(("name", "data", "what", "how"), DOCUMENTS, ids=[one[0] for one in DOCUMENTS])
def test_a_document_is_refused_with_what_to_do(name: str, data: bytes, what: str, how: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TargetError) as refused:
        read_target(path, ASKED)
    assert what in str(refused.value)
    assert how in str(refused.value)


@pytest.mark.parametrize("first", ["Exchsrvr/bin/Store.exe", "mimetype.txt", "docs/[Content_Types].xml"])
def test_a_zip_that_is_no_document_is_an_archive(first: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(_zip(first))
    with opened_target(path) as target:
        assert target.kind is TargetKind.ARCHIVE
