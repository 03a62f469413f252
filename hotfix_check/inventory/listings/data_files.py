"""Files with versions under other names: wmic datafile, CIM_DataFile, software inventories, debuggers, crash reports.

wmic and CIM_DataFile call the whole path Name; scanners have Path beside Installed or Remote version, AmcacheParser
FullPath and autorunsc Image Path beside Version; Configuration Manager's software inventory (v_GS_SoftwareFile) has
FileName, FilePath (the folder), FileVersion and FileSize, and reports put blanks, a 0 or a group's name around them.
WinDbg's ``lm v`` has Image path and File version; Windows Error Reporting names an application and a module with their
versions. Each is four numbers of text: whether they are those of the fixed version block, none of them says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import ListedFile, count_of, has_folder, text_of, text_version

_PROGRAM = re.compile(r".{0,1000}[\w) -]\.(?:exe|dll)", re.ASCII | re.IGNORECASE)
_PATH_COLUMNS = ("name", "path", "file", "file path", "filepath", "filename", "location", "fullpath", "image path")
_VERSION_COLUMNS = ("version", "file version", "fileversion", "installed version", "remote version")
_COLUMN = re.compile(r"(?:details_)?(?:table[0-9]?_)?(.*?)0?", re.ASCII)
_CRASHED = tuple(
    (f"{what} name", f"{what} version") for what in ("application", "fault module", "faulting module", "module")
)


def is_data_file(row: Mapping[str, object]) -> bool:
    """Whether a row with keys in lower case is of a program by its path, with a version beside it."""
    return _path_and_version(row) is not None


def data_file(row: Mapping[str, object]) -> Iterator[ListedFile]:
    """One row; a version that is empty is not told."""
    found = _path_and_version(row)
    if found is not None:
        size, company = count_of(row.get("filesize")), text_of(row.get("manufacturer"))
        yield ListedFile(InstalledFile(path=found[0], version_string=found[1], size=size, company_name=company))


def _path_and_version(row: Mapping[str, object]) -> tuple[str, str | None] | None:
    version = next((column for column in _VERSION_COLUMNS if column in row), None)
    if version is None:
        return None
    for column in _PATH_COLUMNS:
        path = row.get(column)
        if isinstance(path, str) and has_folder(path) and _PROGRAM.fullmatch(path.strip()):
            return path.strip(), text_of(row.get(version))
    return None


def is_inventoried(row: Mapping[str, object]) -> bool:
    """Whether a row is of a software inventory: a file's name, its version, and its folder."""
    return {"filename", "fileversion", "filepath"} <= _columns(row).keys()


def inventoried(row: Mapping[str, object]) -> Iterator[ListedFile]:
    """One row of a software inventory."""
    columns = _columns(row)
    name, folder = text_of(columns.get("filename")), text_of(columns.get("filepath"))
    if name is None:
        return
    whole = folder is not None and folder.lower().endswith(name.lower())
    path = name if folder is None else folder if whole else f"{folder.rstrip(chr(92))}\\{name}"
    yield ListedFile(
        InstalledFile(
            path=path,
            version_string=text_of(columns.get("fileversion")),
            size=count_of(columns.get("filesize")),
            product_name=text_of(columns.get("productname")),
            company_name=text_of(columns.get("companyname")),
            description=text_of(columns.get("filedescription")),
        )
    )


def is_module(row: Mapping[str, object]) -> bool:
    """Whether a row is a module as ``lm v`` lists it."""
    return "file version" in row and bool({"image path", "image name"} & row.keys())


def module(row: Mapping[str, object]) -> Iterator[ListedFile]:
    """One module; its path may be that of the dump's reader, so that the image's own name counts where both differ."""
    path, name = text_of(row.get("image path")), text_of(row.get("image name"))
    told = path or name
    if told is not None:
        yield ListedFile(InstalledFile(path=told, version_string=text_of(row.get("file version"))))


def is_crash(row: Mapping[str, object]) -> bool:
    """Whether a row names a program that ended, and its version."""
    return any(name in row and version in row for name, version in _CRASHED)


def crash(row: Mapping[str, object]) -> Iterator[ListedFile]:
    """The application and the module of an error report, where they are programs with four numbers."""
    for name, version in _CRASHED:
        program, text = text_of(row.get(name)), text_of(row.get(version))
        if program is not None and text is not None and _PROGRAM.fullmatch(program) and text_version(text):
            yield ListedFile(InstalledFile(path=program, version_string=text))


def _columns(row: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in row.items():
        found.setdefault(bare(key), value)
    return found


@lru_cache(maxsize=4096)
def bare(column: str) -> str:
    """A column's own name: ``details_table0_filename0`` and ``file name`` are filename."""
    match = _COLUMN.fullmatch(column)
    return re.sub(r"[ _-]", "", column if match is None else match[1])
