"""Writes listings of files as other tools write them, for the samples and the tests: own values, the real formats.

Each function takes the listed files (Windows path, version, size, UTC time, company and product) and gives the text of
one tool's output. Where the formats come from is told in hotfix_check/inventory/listings/.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Listed(NamedTuple):
    """One file: ``path`` with drive and backslashes, ``time`` in UTC with its zone."""

    path: str
    version: str
    size: int
    time: datetime
    product: str = "Microsoft Exchange"
    company: str = "Microsoft Corporation"

    @property
    def name(self) -> str:
        """The name alone."""
        return self.path.rpartition("\\")[2]


def filever(files: Sequence[Listed]) -> str:
    """``filever /s``: a heading for each folder, and a line for each file."""
    lines = []
    folder = ""
    for file in files:
        if file.path.rpartition("\\")[0] != folder:
            folder = file.path.rpartition("\\")[0]
            lines.append(f"{folder}\\")
        kind = "APP" if file.path.endswith("exe") else "DLL"
        day = file.time.strftime("%m-%d-%Y")
        lines.append(f"--a-- W32i   {kind} ENU {file.version:>15} shp {file.size:>10,} {day} {file.name.lower()}")
    return "\r\n".join(lines) + "\r\n"


def sigcheck(files: Sequence[Listed]) -> str:
    """``sigcheck -c -e -s``."""
    header = "Path,Verified,Date,Publisher,Company,Description,Product,Product Version,File Version,Machine Type"
    rows = []
    for file in files:
        day = file.time.strftime("%I:%M %p %m/%d/%Y")
        rows.append(
            (
                file.path.lower(),
                "Unsigned",
                day,
                "n/a",
                file.company,
                "n/a",
                file.product,
                *[file.version] * 2,
                "32-bit",
            )
        )
    return header + "\r\n" + _csv(rows)


def powershell_csv(files: Sequence[Listed], *, type_line: bool = True) -> str:
    """``Get-ChildItem -Recurse | Select FullName, Length, LastWriteTimeUtc, VersionInfo`` to Export-Csv."""
    head = "#TYPE Selected.System.IO.FileInfo\r\n" if type_line else ""
    rows = [("FullName", "Length", "LastWriteTimeUtc", "VersionInfo")]
    for file in files:
        printed = {
            "File": file.path, "InternalName": "", "OriginalFilename": file.name, "FileVersion": file.version,
            "FileDescription": "", "Product": file.product, "ProductVersion": file.version, "Debug": "False",
            "Patched": "False", "PreRelease": "False", "PrivateBuild": "False", "SpecialBuild": "False",
            "Language": "English (United States)",
        }  # fmt: skip
        info = "".join(f"{key + ':':<18}{value}\r\n" for key, value in printed.items())
        rows.append((file.path, str(file.size), file.time.isoformat().replace("+00:00", "Z"), info))
    return head + _csv(rows)


def version_info(file: Listed) -> dict[str, object]:
    """System.Diagnostics.FileVersionInfo as ConvertTo-Json of Windows PowerShell 5.1 writes it."""
    major, minor, build, private = map(int, file.version.split("."))
    parts = {"Major": major, "Minor": minor, "Build": build, "Revision": private}
    return {
        "Comments": "", "CompanyName": file.company, "FileBuildPart": build, "FileDescription": "",
        "FileMajorPart": major, "FileMinorPart": minor, "FileName": file.path, "FilePrivatePart": private,
        "FileVersion": file.version, "InternalName": "", "IsDebug": False, "Language": "English (United States)",
        "OriginalFilename": file.name, "ProductName": file.product, "ProductVersion": file.version,
        "FileVersionRaw": {**parts, "MajorRevision": 0, "MinorRevision": private},
    }  # fmt: skip


def powershell_json(files: Sequence[Listed]) -> str:
    """``Get-ChildItem | Select FullName, Length, LastWriteTimeUtc, VersionInfo | ConvertTo-Json -Depth 3``."""
    rows = [
        {
            "FullName": file.path,
            "Length": file.size,
            "LastWriteTimeUtc": f"/Date({int(file.time.timestamp()) * 1000})/",
            "VersionInfo": version_info(file),
        }
        for file in files
    ]
    return json.dumps(rows, indent=4).replace("/Date", "\\/Date").replace(')/"', ')\\/"')


def powershell_clixml(files: Sequence[Listed]) -> str:
    """``(Get-Item *).VersionInfo | Export-Clixml``."""
    objects: list[str] = []
    for file in files:
        values = version_info(file)
        raw = values.pop("FileVersionRaw")
        assert raw
        properties = "".join(
            f'<I32 N="{key}">{value}</I32>' if isinstance(value, int) else f'<S N="{key}">{value}</S>'
            for key, value in values.items()
        )
        objects.append(
            f'<Obj RefId="{len(objects)}"><TN RefId="0"><T>System.Diagnostics.FileVersionInfo</T></TN>'
            f"<ToString>File: {file.path}_x000D__x000A_</ToString><Props>{properties}</Props>"
            f'<MS><Version N="FileVersionRaw">{file.version}</Version></MS></Obj>'
        )
    start = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    return f"{start}{''.join(objects)}</Objs>"


def osquery(files: Sequence[Listed]) -> str:
    """``osqueryi --json "select path, size, mtime, file_version, product_version from file where ..."``."""
    rows = [
        {
            "path": file.path,
            "size": str(file.size),
            "mtime": str(int(file.time.timestamp())),
            "file_version": file.version,
            "product_version": file.version,
            "original_filename": file.name,
        }
        for file in files
    ]
    return "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]\n"


def velociraptor(files: Sequence[Listed]) -> str:
    """JSONL of ``SELECT OSPath, Size, Mtime, parse_pe(file=OSPath) AS PE FROM glob(...)``."""
    rows = [
        {
            "OSPath": file.path,
            "Size": file.size,
            "Mtime": file.time.isoformat().replace("+00:00", "Z"),
            "PE": {
                "FileHeader": {
                    "Machine": "IMAGE_FILE_MACHINE_I386",
                    "TimeDateStampRaw": int(file.time.timestamp()),
                },
                "VersionInformation": {
                    "CompanyName": file.company,
                    "FileVersion": file.version,
                    "OriginalFilename": file.name,
                    "ProductName": file.product,
                },
                "Exports": [],
            },
        }
        for file in files
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def exiftool(files: Sequence[Listed]) -> str:
    """``exiftool -json -n -r``."""
    rows = [
        {
            "SourceFile": file.path.replace("\\", "/"),
            "ExifToolVersion": 12.57,
            "FileName": file.name,
            "FileSize": file.size,
            "FileModifyDate": file.time.strftime("%Y:%m:%d %H:%M:%S+00:00"),
            "MachineType": 332,
            "TimeStamp": file.time.strftime("%Y:%m:%d %H:%M:%S+00:00"),
            "PEType": 267,
            "LinkerVersion": 6.0,
            "FileVersionNumber": file.version,
            "LanguageCode": "0409",
            "CompanyName": file.company,
            "ProductName": file.product,
            "OriginalFileName": file.name,
            "FileVersion": file.version,
        }
        for file in files
    ]
    return json.dumps(rows, indent=2)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()
