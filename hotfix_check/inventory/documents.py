"""Documents in which people keep listings, told by their bytes: refused, with how to make a text of each."""

from __future__ import annotations

from hotfix_check.inventory.open_file import OpenFile

_AS_TEXT = "copy its text into a file, or pipe it to '-'"
_AT_START = (
    (b"%PDF-", "a PDF", _AS_TEXT),
    (b"{\\rtf", "a document (RTF)", _AS_TEXT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document, a message or a Windows Installer file", _AS_TEXT),
    (b"!BDN", "a mailbox of Outlook (PST)", "export the message as text"),
    (b"ElfFile\0", "an event log (EVTX)", "Get-WinEvent -Path FILE | Format-List MachineName,Message"),
)
_ZIP = b"PK\x03\x04"
_FIRST_NAME = 30  # where a zip's first entry has its name
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")


def document_words(file: OpenFile) -> str | None:
    """What a document is and what to do with it; None for a file that is none."""
    for start, what, how in _AT_START:
        if file.head.startswith(start):
            return f"{what}, which cannot be read: {how}"
    if file.head.startswith(_ZIP) and file.head[_FIRST_NAME:].startswith(_OFFICE):
        return f"an Office document, which cannot be read: save a table as CSV, or {_AS_TEXT}"
    return None
