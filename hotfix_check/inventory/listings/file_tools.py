"""What sigcheck, exiftool, osquery and Velociraptor say of programs: one row a file, its keys in lower case.

sigcheck (``-c`` or ``-ct``; Sysinternals) writes UTF-8, or UTF-16 with a byte order mark or without. Columns, as tools
that read it list them: Path, Verified, Date, Publisher, Company, Description, Product, Product Version, File Version,
Machine Type; with -a also Binary Version, Original Name, Internal Name, Copyright, Comments, Entropy; with -h MD5 to
IMP; earlier releases leave Company out and call the product's version Version. File Version is the text of the
resource; Binary Version is the fixed block. Date is that of the signature or of the link, not of the file. Machine Type
says 32-bit or 64-bit, which is no processor. There is no size, and without -a only programs are listed.
https://learn.microsoft.com/sysinternals/downloads/sigcheck

exiftool (``-json`` or ``-csv``, with ``-n`` or without, with ``-G`` or without, or as text): FileVersionNumber is the
fixed version block (https://exiftool.org/TagNames/EXE.html), FileVersion the string. It writes a text that looks like a
number as a JSON number: a version 1.10 becomes 1.1, so a version that is a number is not used. FileSize is in bytes
with -n only, else rounded. Exports are unknown.

osquery (``osqueryi --json`` of the table ``file``, also joined with ``hash``): all values are texts. ``file_version``
is dwFileVersion of the fixed version block (osquery pull request 5771), ``product_version`` dwProductVersion (5431),
which is not the file's; ``mtime`` counts seconds since 1970 in UTC. Machine, strings, and exports are unknown; a
version that it cannot read is empty, so that "no version resource" is not said. https://osquery.io/schema/#file

Velociraptor: rows with OSPath (before 0.6.4 FullPath) and what parse_pe() gives: FileHeader with Machine and
TimeDateStampRaw, VersionInformation, a table of the resource's strings, and Exports; the fixed version block is not in
it (github.com/Velocidex/go-pe, api.go and fixtures/TestForwarder.golden). It may stand in a column of its own or be
spread over the row; in CSV a table is a cell of JSON. Size and Mtime are there when the query selects them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hotfix_check.errors import SavedInputError
from hotfix_check.inventory.files import InstalledFile, ReportedBuild, name_of
from hotfix_check.inventory.listings.listed import (
    PRODUCT_ALONE,
    ListedFile,
    Row,
    count_of,
    digest_of,
    epoch,
    fixed_version,
    inventory_path,
    lowered,
    resource_texts,
    text_of,
    time_of,
)
from hotfix_check.untrusted.json import parse_json

_OF_SIGCHECK = {
    "file version": "version_string",
    "product": "product_name",
    "company": "company_name",
    "original name": "original_filename",
    "internal name": "internal_name",
    "description": "description",
}
_EXIF_TIME = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) (.{8,20})", re.ASCII)
_LANGUAGE = re.compile(r"[0-9A-Fa-f]{4}", re.ASCII)
_MACHINES: dict[object, str] = {
    332: "i386", 388: "alpha", 34404: "amd64",
    "Intel 386 or later, and compatibles": "i386", "Alpha AXP": "alpha", "AMD AMD64": "amd64",
    "IMAGE_FILE_MACHINE_I386": "i386", "IMAGE_FILE_MACHINE_ALPHA": "alpha", "IMAGE_FILE_MACHINE_AMD64": "amd64",
    "IMAGE_FILE_MACHINE_ARM64": "arm64", "IMAGE_FILE_MACHINE_IA64": "ia64",
}  # fmt: skip
_MARKER = "exsetup.exe"
_VELOCIRAPTOR_PATHS = ("ospath", "fullpath", "_ospath")


def sigcheck_file(row: Row) -> ListedFile | None:
    """One row; None for one without a path."""
    path = text_of(row.get("path"))
    if path is None:
        return None
    fixed, texts = fixed_version(row.get("binary version")), resource_texts(row, _OF_SIGCHECK)
    file = InstalledFile(path=path, version=fixed, **texts, sha256=digest_of(row.get("sha256")))
    return ListedFile(file, no_version=fixed is None and texts["version_string"] is None)


def is_exiftool(row: Row) -> bool:
    """Whether a row is exiftool's: by the key of JSON, or as its text describes a program."""
    return "sourcefile" in row or (
        {"file name", "directory"} <= row.keys() and bool({"file version number", "pe type"} & row.keys())
    )


def exiftool_file(row: Row) -> ListedFile | None:
    """One object, whose keys may begin with their group; None for one without a name."""
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
    machine, language, size = tags.get("machinetype"), tags.get("languagecode"), tags.get("filesize")
    linked = _exif_time(tags.get("timestamp"))
    file = InstalledFile(
        path=path,
        version=fixed,
        size=count_of(size.removesuffix(" bytes") if isinstance(size, str) else size),  # kB and MB are rounded
        modified=_exif_time(tags.get("filemodifydate")),
        **resource_texts(tags),
        languages=(int(language, 16),) if isinstance(language, str) and _LANGUAGE.fullmatch(language) else (),
        machine=_MACHINES.get(machine) if isinstance(machine, int | str) else None,
        linked=None if linked is None else int(linked.timestamp()),
    )
    return ListedFile(file, doubt=doubt, no_version="petype" in tags and version is None and string is None)


def _exif_time(value: object) -> datetime | None:
    """``2003:07:01 17:44:00+00:00``; a time without a zone says none."""
    match = _EXIF_TIME.fullmatch(value) if isinstance(value, str) else None
    return time_of(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}") if match else None


def is_osquery(row: Row) -> bool:
    return "path" in row and bool({"file_version", "product_version"} & row.keys())


def osquery_builds(row: Row, listed: ListedFile) -> Iterator[ReportedBuild]:
    """Of an ExSetup.exe whose file version is not told, what its product's version is consistent with."""
    product = fixed_version(row.get("product_version"))
    if listed.file.version is None and product is not None and name_of(inventory_path(listed.file.path)) == _MARKER:
        yield ReportedBuild.of_files("osquery's product_version of ExSetup.exe", product)


def osquery_file(row: Row) -> ListedFile | None:
    """The file of a row; None for a folder, and for one without a path."""
    path = text_of(row.get("path")) or text_of(row.get("filename"))
    if path is None or row.get("type") == "directory":
        return None
    file = InstalledFile(
        path=path,
        version=fixed_version(row.get("file_version")),
        size=count_of(row.get("size")),
        modified=epoch(count_of(row.get("mtime")) or 0),
        original_filename=text_of(row.get("original_filename")),
        sha256=digest_of(row.get("sha256")),
    )
    only_product = row.get("product_version") and not row.get("file_version")
    return ListedFile(file, doubt=PRODUCT_ALONE if only_product else None)


def is_velociraptor(row: Row) -> bool:
    """Whether a row is of a program, with what parse_pe gives in it."""
    return any(key in row for key in _VELOCIRAPTOR_PATHS) and (
        "versioninformation" in row or "fileversion" in row or _parsed(row) is not row
    )


def velociraptor_file(row: Row) -> ListedFile | None:
    """One row; None for one without a path."""
    path = next((found for key in _VELOCIRAPTOR_PATHS if (found := text_of(row.get(key))) is not None), None)
    if path is None or row.get("isdir") is True:
        return None
    parsed = _parsed(row)
    strings = _table(parsed["versioninformation"]) if "versioninformation" in parsed else parsed
    header, digests = _table(parsed.get("fileheader")), _table(row.get("hash"))
    header = header if isinstance(header, dict) else {}
    linked = count_of(header.get("TimeDateStampRaw"))
    file = InstalledFile(
        path=path,
        size=count_of(row.get("size")),
        modified=time_of(row.get("mtime")) or time_of(row.get("modtime")),
        **resource_texts(lowered(strings) if isinstance(strings, Mapping) else {}),
        machine=_MACHINES.get(str(header.get("Machine"))),
        linked=linked if linked is not None and linked < 2**32 else None,
        sha256=digest_of(digests.get("SHA256") if isinstance(digests, dict) else row.get("sha256")),
    )
    exports = parsed.get("exports")  # a list without a name may be one that could not be read
    names = tuple(name for name in exports if isinstance(name, str)) if exports and isinstance(exports, list) else None
    return ListedFile(file, exports=names)


def _parsed(row: Row) -> Mapping[str, Any]:
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
