r"""Lines of a whole path and its version, as one's own commands print them; no heading says which is which.

    C:\Exchange\bin\ExSetup.exe 15.01.2507.039           "$($_.FullName) $($_.VersionInfo.FileVersion)"
    C:\Exchange\bin\ExSetup.exe : 15.01.2507.039
    15.01.2507.039   15.01.2507.039   C:\Exchange\bin\ExSetup.exe       Format-Table -HideTableHeaders

Where a line has two versions that differ, which of them is the file's is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import ListedFile, Said, text_version

_PATH = r"[\"']?(?P<path>(?:[A-Za-z]:|\\\\[\w.-]{1,64})\\[^:*?\"'<>|,;\t\n]{1,1000}?\.(?:exe|dll))[\"']?"
_PARTS = r"[ \t:=,;|-]{1,60}"
_VERSIONS = (
    rf"(?P<first>[0-9]{{1,5}}(?:\.[0-9]{{1,5}}){{3}})(?:{_PARTS}(?P<second>[0-9]{{1,5}}(?:\.[0-9]{{1,5}}){{3}}))?"
)
_LINES = tuple(
    re.compile(rf"[ \t]{{0,40}}{line}[ \t]{{0,40}}", re.ASCII | re.IGNORECASE)
    for line in (_PATH + _PARTS + _VERSIONS, _VERSIONS + _PARTS + _PATH)
)
_LONGEST = 2000
_FIRST_LINES = 200
LINES = "a list of paths and versions"


def is_lines(head: str) -> bool:
    """Whether one of the first lines of a text is a path and a version, and nothing else."""
    return any(_file(line) is not None for line in head.splitlines()[:_FIRST_LINES])


def lines(text: str, where: str) -> Iterator[Said]:
    """The files of those lines."""
    for line in text.splitlines():
        file = _file(line)
        if file is not None:
            yield Said(file, LINES)


def _file(line: str) -> ListedFile | None:
    match = next((found for one in _LINES if (found := one.fullmatch(line[:_LONGEST]))), None)
    if match is None:
        return None
    first, second = match["first"], match["second"]
    if second is not None and text_version(first) != text_version(second):
        return ListedFile(InstalledFile(path=match["path"]), doubt=f"gives two versions, {first} and {second}")
    return ListedFile(InstalledFile(path=match["path"], version_string=first))
