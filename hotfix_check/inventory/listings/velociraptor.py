"""What Velociraptor says of programs: rows with OSPath (before 0.6.4 FullPath) and what parse_pe() gives.

parse_pe gives FileHeader with Machine and TimeDateStampRaw, VersionInformation, a table of the resource's strings, and
Exports; the fixed version block is not in it (github.com/Velocidex/go-pe, api.go and fixtures/TestForwarder.golden).
It may stand in a column of its own or be spread over the row; in CSV a table is a cell of JSON. Size and
Mtime are there when the query selects them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import (
    ListedFile,
    count_of,
    digest_of,
    lowered,
    resource_texts,
    text_of,
    time_of,
)
from hotfix_check.untrusted.json import parse_json

_PATHS = ("ospath", "fullpath", "_ospath")
_MACHINES = {
    "IMAGE_FILE_MACHINE_I386": "i386",
    "IMAGE_FILE_MACHINE_AMD64": "amd64",
    "IMAGE_FILE_MACHINE_ALPHA": "alpha",
    "IMAGE_FILE_MACHINE_ARM64": "arm64",
    "IMAGE_FILE_MACHINE_IA64": "ia64",
}


def is_velociraptor(row: Mapping[str, object]) -> bool:
    """Whether a row with keys in lower case is of a program, with what parse_pe gives in it."""
    return any(key in row for key in _PATHS) and (
        "versioninformation" in row or "fileversion" in row or _parsed(row) is not row
    )


def velociraptor_file(row: Mapping[str, object]) -> ListedFile | None:
    """One row with its own keys in lower case; None for one without a path."""
    path = next((found for key in _PATHS if (found := text_of(row.get(key))) is not None), None)
    if path is None or row.get("isdir") is True:
        return None
    parsed = _parsed(row)
    strings = _table(parsed["versioninformation"]) if "versioninformation" in parsed else parsed
    strings = lowered(strings) if isinstance(strings, Mapping) else {}
    header = _table(parsed.get("fileheader"))
    header = header if isinstance(header, dict) else {}
    digests = _table(row.get("hash"))
    file = InstalledFile(
        path=path,
        size=count_of(row.get("size")),
        modified=time_of(row.get("mtime")) or time_of(row.get("modtime")),
        **resource_texts(strings),
        machine=_MACHINES.get(str(header.get("Machine"))),
        linked=_linked(header.get("TimeDateStampRaw")),
        sha256=digest_of(digests.get("SHA256") if isinstance(digests, dict) else row.get("sha256")),
    )
    return ListedFile(file, exports=_exports(parsed.get("exports")))


def _parsed(row: Mapping[str, object]) -> Mapping[str, Any]:
    """Where the strings are: in the column that holds what parse_pe gave, or spread over the row."""
    for part in map(_table, row.values()):
        if isinstance(part, dict) and "VersionInformation" in part:
            return lowered(part)
    return row


def _table(value: object) -> object:
    """The table that a cell of CSV holds as JSON; any other value is itself."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return parse_json(value.encode("utf-8", "replace"), "a cell", "a table")
    except SavedInputError:
        return value


def _linked(value: object) -> int | None:
    number = count_of(value)
    return number if number is not None and number < 2**32 else None


def _exports(exports: object) -> tuple[str, ...] | None:
    """The names of its exports; a list without a name may be one that could not be read."""
    if not isinstance(exports, list) or not exports:
        return None
    return tuple(name for name in exports if isinstance(name, str))
