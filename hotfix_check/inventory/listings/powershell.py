"""What PowerShell says of files: Get-Item and Get-ChildItem with VersionInfo, as CSV, JSON or CLIXML.

VersionInfo is System.Diagnostics.FileVersionInfo: FileMajorPart to FilePrivatePart are the fixed version block, and so
is FileVersionRaw, which PowerShell adds (text in CSV, a table in JSON); FileVersion is the string of the resource.
All four parts are 0 and FileVersion is empty when a file has no version resource. Where a VersionInfo is not taken
apart, a CSV has its ToString: lines such as ``FileVersion:      5.5.2657.50``.
https://learn.microsoft.com/dotnet/api/system.diagnostics.fileversioninfo

Dates: Windows PowerShell writes /Date(milliseconds)/ in JSON, PowerShell 7 ISO 8601; in CSV both write them as the
country does, unless told otherwise, and then neither month nor zone is certain. Machine, exports and hash are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.files import InstalledFile, ReportedBuild, name_of
from hotfix_check.inventory.listings.console import NAMED
from hotfix_check.inventory.listings.listed import (
    PRODUCT_ALONE,
    SYSTEM_VERSION,
    ListedFile,
    Row,
    below,
    count_of,
    digest_of,
    fixed_version,
    folder_of,
    has_folder,
    inventory_path,
    lowered,
    resource_texts,
    text_of,
    text_version,
    time_of,
    uncut_path,
)
from hotfix_check.version import FileVersion

_PARTS = ("filemajorpart", "fileminorpart", "filebuildpart", "fileprivatepart")
PARTS = frozenset(_PARTS)
"""The keys of a FileVersionInfo by which one is known wherever it stands."""
SETUP_OBJECT, SETUP_FILE = "ExchangeSetup", "ExSetup.exe"
"""HealthChecker's name for the FileVersionInfo of a file, which may have lost its own."""
_LINE = re.compile(r"(\w{1,40}):[ \t]*(.*)", re.ASCII)
_PRINTED = {"file": "filename", "product": "productname"}
_PATHS = ("fullname", "pspath", "path")
_REGISTRY = "Microsoft.PowerShell.Core\\Registry::"
_OF_EXCHANGE = re.compile(r"microsoft[\\/]exch|exchsrvr[\\/]|exchange server[\\/]", re.IGNORECASE)
_NAMELESS = ("fileversion", "productversion")
_VERSIONS = ("fileversion", "version", "fileversionstring", "versionstring")


def is_powershell(row: Row) -> bool:
    """Whether a table of lower-case columns is of files with versions, as PowerShell names them."""
    if str(row.get("pspath")).startswith(_REGISTRY):
        return False
    own = {"versioninfo", "fileversionraw", "filemajorpart", "fileversion"} & set(row)
    if "productversion" in row and {"filename", "file", NAMED} & set(row):
        return True
    if {"fullname", "pspath"} & set(row):
        return bool(own) or any("version" in column for column in row)
    if _is_command(row) or (NAMED in row and row.keys() & {"version", *own}):
        return True
    return bool(own) and bool({"path", "filename", "name", "file"} & set(row) or "filename" in _version_info(row))


def _is_command(row: Row) -> bool:
    """Whether a row is of Get-Command, also one whose CommandType was not selected; Get-Package has other sources."""
    if not {"version", "source"} <= row.keys():
        return False
    return "commandtype" in row or ("name" in row and _is_program(str(row["source"])))


def powershell_builds(row: Row, listed: ListedFile) -> Iterator[ReportedBuild]:
    """Of a file whose name was cut away, or whose version is not told, what its version is consistent with."""
    file = listed.file
    version = file.version or (text_version(file.version_string) if file.version_string else None)
    if listed.cut and version is not None and _OF_EXCHANGE.search(file.path):
        yield ReportedBuild.of_files("a file of Exchange whose name is cut", version)
    product = text_of(row.get("version" if _is_command(row) else "productversion"))
    number = None if product is None else text_version(product)
    if version is None and number is not None and name_of(inventory_path(file.path)) == SETUP_FILE.lower():
        yield ReportedBuild.of_files(f"ProductVersion of {SETUP_FILE}", number)


def nameless(row: Row) -> Iterator[ReportedBuild]:
    """What a FileVersionInfo without its file is consistent with, whose versions were selected and its name was not."""
    for text in map(text_of, map(row.get, _NAMELESS)):
        version = None if text is None else text_version(text)
        if text is not None and version is not None:
            yield ReportedBuild.of_files("a FileVersion without its file", version, text)
            return


def powershell_file(row: Row) -> ListedFile | None:
    """One row with keys in lower case; None for a folder, and for one that names no file."""
    inner = _version_info(row)
    whole = _path(row, inner)
    if whole is None or row.get("psiscontainer") in (True, "True"):
        return None
    path, cut = uncut_path(whole, row.get(NAMED))
    facts = {**row, **inner}
    if _is_command(row):  # its Version is that of the product (ApplicationInfo.cs of PowerShell)
        facts.setdefault("productversion", facts.pop("version", None))
    parts = _parts(facts)
    text = next((said for key in _VERSIONS if (said := text_of(facts.get(key))) is not None), None)
    if isinstance(facts.get("version"), dict) and parts is None:
        parts = _raw(facts["version"])
    none = parts == FileVersion(0, 0, 0, 0) and text is None
    texts = resource_texts(facts)
    file = InstalledFile(
        path=path,
        version=None if none else parts,
        size=count_of(row.get("length")),
        modified=time_of(row.get("lastwritetimeutc"), utc=True) or time_of(row.get("lastwritetime")),
        **{**texts, "version_string": text, "product_name": texts["product_name"] or text_of(facts.get("product"))},
        sha256=digest_of(facts.get("sha256")) or digest_of(facts.get("hash")),
    )
    only_product = parts is None and text is None and text_of(facts.get("productversion"))
    return ListedFile(file, no_version=none, doubt=PRODUCT_ALONE if only_product else None, cut=cut)


def _version_info(row: Row) -> Row:
    """What a row's VersionInfo says, as a table or as its ToString prints it."""
    info = row.get("versioninfo")
    return lowered(info) if isinstance(info, dict) else _printed(info) if isinstance(info, str) else {}


def _path(row: Row, inner: Row) -> str | None:
    if _is_command(row):
        named = (*_PATHS, "source", "name")
        return next((path for key in named if (path := text_of(row.get(key))) is not None), None)
    names = (text_of(inner.get("filename")), *(text_of(row.get(key)) for key in ("filename", "file", "name", NAMED)))
    name = next((one for one in names if one is not None), None)
    program = name is not None and not has_folder(name) and _is_program(name)
    for key in _PATHS:
        path = text_of(row.get(key))
        if path is not None and (key != "path" or not program or _is_program(path)):
            return path
    folder = folder_of(row)
    return below(folder, name) if name is not None and folder is not None and not has_folder(name) else name


def _is_program(path: str) -> bool:
    return path.lower().endswith((".exe", ".dll"))


def _parts(facts: Row) -> FileVersion | None:
    numbers = [count_of(facts.get(part)) for part in _PARTS]
    if None not in numbers:
        return fixed_version(".".join(map(str, numbers)))
    raw = facts.get("fileversionraw")
    return _raw(raw) if isinstance(raw, dict) else fixed_version(raw)


def _raw(value: object) -> FileVersion | None:
    """A System.Version, as JSON has it."""
    table = lowered(value) if isinstance(value, dict) else {}
    return fixed_version(".".join(str(count_of(table.get(part))) for part in SYSTEM_VERSION))


def _printed(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for line in text.splitlines()[:40]:
        if match := _LINE.match(line):
            key = match[1].lower()
            found.setdefault(_PRINTED.get(key, key), match[2])
    return found
