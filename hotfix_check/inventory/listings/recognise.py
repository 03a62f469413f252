"""Which tool wrote a file, by how it begins and never by its name."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum

from hotfix_check.inventory.listings.filever import is_filever_line
from hotfix_check.inventory.listings.powershell import is_powershell
from hotfix_check.inventory.listings.sigcheck import is_sigcheck
from hotfix_check.inventory.listings.tables import header_of
from hotfix_check.inventory.open_file import OpenFile

_FIRST_LINES = 200
_KEY = re.compile(r'"([^"\\\n]{1,80})"\s{0,8}:')
KNOWN = (
    "filever, sigcheck -c, PowerShell's VersionInfo as CSV, JSON or CLIXML, osquery, Velociraptor, or exiftool -json"
)


class Form(StrEnum):
    """A listing's format, in the words that notes and errors use."""

    FILEVER = "filever"
    SIGCHECK = "sigcheck"
    POWERSHELL = "PowerShell"
    POWERSHELL_JSON = "PowerShell (JSON)"
    CLIXML = "PowerShell (CLIXML)"
    OSQUERY = "osquery"
    VELOCIRAPTOR = "Velociraptor"
    EXIFTOOL = "exiftool"


def is_listing(file: OpenFile) -> bool:
    """Whether a file begins as a known listing does."""
    head = _head(file)
    return head is not None and form_of(head) is not None


def form_of(head: str) -> Form | None:
    """The format of a listing that begins like this."""
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return Form.CLIXML if re.search(r"<Objs\s", start[:1000]) else None
    if start.startswith(("{", "[")):
        return _json_form(start)
    header = header_of(head)
    if header is not None:
        row = dict.fromkeys(header[2])
        return Form.SIGCHECK if is_sigcheck(row) else Form.POWERSHELL if is_powershell(row) else None
    return Form.FILEVER if any(map(is_filever_line, head.splitlines()[:_FIRST_LINES])) else None


def _json_form(start: str) -> Form | None:
    keys = {match[1] for match in _KEY.finditer(start)}
    if "schema" in keys and "hotfix-check/" in start:
        return None
    if "SourceFile" in keys:
        return Form.EXIFTOOL
    if keys & {"OSPath", "FullPath", "_OSPath"} and keys & {"VersionInformation", "FileVersion"}:
        return Form.VELOCIRAPTOR
    if {"path", "file_version"} <= keys:
        return Form.OSQUERY
    return Form.POWERSHELL_JSON if is_powershell({key.lower(): None for key in keys}) else None


def is_other_text(file: OpenFile) -> bool:
    """Whether a file is text, which no program is."""
    head = _head(file)
    return (
        head is not None and bool(head.strip()) and all(one.isprintable() or one in "\t\r\n\f" for one in head[:4096])
    )


def decoded(data: bytes) -> str:
    """The text of a listing: UTF-16 where it looks so, else UTF-8; bytes of another code page become ``\\xff``."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if len(data) >= 4 and data[0] and data[2] and not any(data[1:64:2]):  # sigcheck in a pipe: no byte order mark
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8-sig", "backslashreplace")


def _head(file: OpenFile) -> str | None:
    """How a file begins, as text; None when it is none."""
    if file.head.startswith((b"MZ", b"PK\x03\x04", b"\x1f\x8b")):
        return None
    text = decoded(file.head)
    return None if "\0" in text[:4096] else text
