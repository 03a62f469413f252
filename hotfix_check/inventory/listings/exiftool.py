"""What exiftool says of programs: as ``-json`` or ``-csv``, with ``-n`` or without, with ``-G`` or without; as text.

FileVersionNumber is the fixed version block (ExifTool's EXE tags, https://exiftool.org/TagNames/EXE.html), FileVersion
the string. exiftool writes a text that looks like a number as a JSON number: a version 1.10 becomes 1.1, so a version
that is a number is not used. FileSize is in bytes with -n only, else rounded. Exports are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import ListedFile, count_of, fixed_version, resource_texts, text_of, time_of

_TIME = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) (.{8,20})", re.ASCII)
_LANGUAGE = re.compile(r"[0-9A-Fa-f]{4}", re.ASCII)
_MACHINES = {
    332: "i386",
    "Intel 386 or later, and compatibles": "i386",
    388: "alpha",
    "Alpha AXP": "alpha",
    34404: "amd64",
    "AMD AMD64": "amd64",
}


def is_exiftool(row: Mapping[str, object]) -> bool:
    """Whether a row with keys in lower case is exiftool's: by the key of JSON, or as its text describes a program."""
    return "sourcefile" in row or (
        {"file name", "directory"} <= row.keys() and bool({"file version number", "pe type"} & row.keys())
    )


def exiftool_file(row: Mapping[str, object]) -> ListedFile | None:
    """One object, its keys in lower case but for their group; None for one without a name."""
    tags = {key.rpartition(":")[2].lower().replace(" ", ""): value for key, value in row.items()}
    name, folder = text_of(tags.get("filename")), text_of(tags.get("directory"))
    path = text_of(row.get("sourcefile")) or (f"{folder}/{name}" if name and folder else name)
    if path is None:
        return None
    version, string = tags.get("fileversionnumber"), tags.get("fileversion")
    fixed = fixed_version(version)
    number = next((one for one in (version, string) if isinstance(one, int | float)), None)
    doubt = None
    if fixed is None and number is not None:
        doubt = f"gives the version as the number {number}, which has lost its zeros (1.10 becomes 1.1)"
    machine, language = tags.get("machinetype"), tags.get("languagecode")
    linked = _time(tags.get("timestamp"))
    file = InstalledFile(
        path=path,
        version=fixed,
        size=_size(tags.get("filesize")),
        modified=_time(tags.get("filemodifydate")),
        **resource_texts(tags),
        languages=(int(language, 16),) if isinstance(language, str) and _LANGUAGE.fullmatch(language) else (),
        machine=_MACHINES.get(machine) if isinstance(machine, int | str) else None,
        linked=None if linked is None else int(linked.timestamp()),
    )
    return ListedFile(file, doubt=doubt, no_version="petype" in tags and version is None and string is None)


def _time(value: object) -> datetime | None:
    """``2003:07:01 17:44:00+00:00``; a time without a zone says none."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    return time_of(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}") if match else None


def _size(value: object) -> int | None:
    """A number, or one in bytes; kB and MB are rounded."""
    return count_of(value.removesuffix(" bytes") if isinstance(value, str) else value)
