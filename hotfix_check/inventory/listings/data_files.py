"""Files with versions under other names: wmic datafile, CIM_DataFile, software inventories, debuggers, crash reports.

wmic and CIM_DataFile call the whole path Name; scanners have Path beside Installed or Remote version, AmcacheParser
FullPath and autorunsc Image Path beside Version; Configuration Manager's software inventory (v_GS_SoftwareFile) has
FileName, FilePath (the folder), FileVersion and FileSize, and reports put blanks, a 0 or a group's name around them.
WinDbg's ``lm v`` has Image path and File version; Windows Error Reporting names an application and a module with their
versions. Each is four numbers of text: whether they are those of the fixed version block, none of them says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import (
    FOLDERS,
    ListedFile,
    Row,
    bare,
    below,
    count_of,
    folder_of,
    has_folder,
    text_of,
    text_version,
)

_PROGRAM = re.compile(r".{0,1000}[\w) -]\.(?:exe|dll)", re.ASCII | re.IGNORECASE)
_PATH_COLUMNS = ("name", "path", "file", "file path", "filepath", "filename", "location", "fullpath", "image path")
_NAME_COLUMNS = ("file", "filename", "file name")  # and not Name, beside which Get-Command's Version is the product's
_VERSION_COLUMNS = ("version", "file version", "fileversion", "installed version", "remote version")
_CRASHED = tuple(
    (f"{what} name", f"{what} version") for what in ("application", "fault module", "faulting module", "module")
)


def data_file(row: Row) -> Iterator[ListedFile]:
    """A row of a program by its path, with a version beside it; one that is empty is not told."""
    version = next((column for column in _VERSION_COLUMNS if column in row), None)
    if version is None:
        return
    texts = {column: text.strip() for column, text in row.items() if isinstance(text, str)}
    programs = {column: text for column, text in texts.items() if _PROGRAM.fullmatch(text)}
    paths = {column: path for column, path in programs.items() if has_folder(path)}
    path = next((paths[column] for column in _PATH_COLUMNS if column in paths), None)
    if path is None and len(paths) == 1:  # whatever its column is called, in whatever language
        (path,) = paths.values()
    folder = folder_of(row)
    names = _NAME_COLUMNS if folder is None else (*_NAME_COLUMNS, "name")
    name = next((programs[column] for column in names if column in programs), None)
    if path is None and name is not None:
        path = name if folder is None else below(folder, name)
    if path is not None:
        size, company = count_of(row.get("filesize")), text_of(row.get("manufacturer"))
        text = text_of(row.get(version))
        yield ListedFile(InstalledFile(path=path, version_string=text, size=size, company_name=company))


def is_inventoried(row: Row) -> bool:
    """Whether a row is of a software inventory: a file's name, its version, and its folder."""
    columns = _columns(row).keys()
    return (
        {"filename", "fileversion"} <= columns and "fileversionraw" not in columns and not columns.isdisjoint(FOLDERS)
    )


def inventoried(row: Row) -> Iterator[ListedFile]:
    """One row of a software inventory."""
    columns = _columns(row)
    name = text_of(columns.get("filename"))
    folder = folder_of(columns)
    if name is None:
        return
    path = name
    if folder is not None and not has_folder(name):
        path = below(folder, name)
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


def is_module(row: Row) -> bool:
    """Whether a row is a module as ``lm v`` lists it."""
    return "file version" in row and bool({"image path", "image name"} & row.keys())


def module(row: Row) -> Iterator[ListedFile]:
    """One module; its path may be that of the dump's reader, so that the image's own name counts where both differ."""
    path, name = text_of(row.get("image path")), text_of(row.get("image name"))
    told = path or name
    if told is not None:
        yield ListedFile(InstalledFile(path=told, version_string=text_of(row.get("file version"))))


def is_crash(row: Row) -> bool:
    """Whether a row names a program that ended, and its version."""
    return any(name in row and version in row for name, version in _CRASHED)


def crash(row: Row) -> Iterator[ListedFile]:
    """The application and the module of an error report, where they are programs with four numbers."""
    for name, version in _CRASHED:
        program, text = text_of(row.get(name)), text_of(row.get(version))
        if program is not None and text is not None and _PROGRAM.fullmatch(program) and text_version(text):
            yield ListedFile(InstalledFile(path=program, version_string=text))


def _columns(row: Row) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in row.items():
        found.setdefault(bare(key), value)
    return found
