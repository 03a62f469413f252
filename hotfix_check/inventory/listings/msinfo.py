"""What msinfo32 saved (.nfo): the programs that run, and the modules that are loaded, each with path and version.

An .nfo is XML in UTF-16 whose element names are in the language of Windows, so that a program is told by its values: a
path to a program, and four numbers. Some releases put the folder's build behind the numbers in parentheses. The text
export has the same in columns parted by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.errors import TargetError
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import ListedFile, Said, text_version
from hotfix_check.inventory.listings.xml import begins_with, elements

_PATH = re.compile(r"(?:[A-Za-z]:|\\\\)[^:*?\"<>|]{1,1000}\.(?:exe|dll)", re.ASCII | re.IGNORECASE)
_WRITTEN = re.compile(
    r"^[^\n\t:]{5,80}: ?[0-9]{2}/[0-9]{2}/[0-9]{2} [0-9:]{8}\n[^\n\t:]{3,60}: ?([\w.-]{1,64})\n[ \t]{0,8}\[",
    re.MULTILINE,
)
"""The beginning of the text export in every language: when it was written, of which computer, and the first part."""
_SYSTEM_NAME = (
    "system name", "systemname", "nom du syst\xe8me", "nombre del sistema", "nome sistema",
    "\u30b7\u30b9\u30c6\u30e0\u540d",
)  # fmt: skip
_FILE_LINE = re.compile(r"(?:[^\t\r\n]{0,300}\t){2,20}[^\t\r\n]{0,300}", re.ASCII)
MSINFO = "msinfo32"
MAX_NESTING = 100


def is_msinfo(head: str) -> bool:
    """Whether a text is an .nfo, or the text that msinfo32 exports."""
    if begins_with(head, "MsInfo") or "\n[Loaded Modules]" in head:
        return True
    return _WRITTEN.search(head.lstrip("\ufeff \t\r\n")) is not None


def msinfo(text: str, where: str) -> Iterator[Said]:
    """The programs of an .nfo or of its export."""
    written = _WRITTEN.search(text)
    host = None if written is None else written[1]
    lines = (line for line in text.splitlines() if "\t" in line and _FILE_LINE.fullmatch(line))
    of_text = ([cell.strip() for cell in line.split("\t")] for line in lines)
    for row in _xml_rows(text, where) if text.lstrip().startswith("<") else of_text:
        if host is None and len(row) == 2 and row[0].lower() in _SYSTEM_NAME:
            host = row[1]
        path = next((value for value in row if _PATH.fullmatch(value)), None)
        version = next((value for value in row if text_version(value) is not None), None)
        if path is not None and version is not None:
            yield Said(ListedFile(InstalledFile(path=path, version_string=version)), MSINFO, host)


def _xml_rows(document: str, where: str) -> Iterator[list[str]]:
    values: list[str] = []
    depth = 0
    for tag, attributes, text in elements(document, where, "msinfo32"):
        if attributes is not None:
            depth += 1
            if depth > MAX_NESTING:
                raise TargetError(f"{where}: nested deeper than {MAX_NESTING} elements, not what msinfo32 writes")
            values = [] if tag == "Data" else values
        else:
            depth -= 1
            if tag == "Data":
                yield values
            elif text:
                values.append(text.strip())
