"""What osquery says of files on Windows: ``osqueryi --json`` of the table ``file``, also joined with ``hash``.

All values are texts. ``file_version`` is dwFileVersion of the fixed version block (osquery pull request 5771),
``product_version`` dwProductVersion (5431), which is not the file's; ``mtime`` counts seconds since 1970 in UTC.
https://osquery.io/schema/#file. Machine, strings, and exports are unknown; osquery leaves a version that it cannot
read empty, so that "no version resource" is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hotfix_check.inventory.files import ReportedBuild
from hotfix_check.inventory.listings.listed import (
    PRODUCT_ALONE,
    ListedFile,
    count_of,
    digest_of,
    epoch,
    fixed_version,
    inventory_path,
    text_of,
)

_MARKER = "exsetup.exe"


def osquery_said(row: Mapping[str, object]) -> Iterator[ListedFile | ReportedBuild]:
    """One row; of an ExSetup.exe whose file version is not told, what its product's version is consistent with."""
    file = osquery_file(row)
    if file is None:
        return
    yield file
    product = fixed_version(row.get("product_version"))
    if file.fixed is None and product is not None and inventory_path(file.path).lower().rpartition("/")[2] == _MARKER:
        source = "osquery's product_version of ExSetup.exe"
        yield ReportedBuild(source=source, text=str(product), numbers=tuple(product), follows_updates=True)


def osquery_file(row: Mapping[str, object]) -> ListedFile | None:
    """The file of a row; None for a folder, and for one without a path."""
    path = text_of(row.get("path")) or text_of(row.get("filename"))
    if path is None or row.get("type") == "directory":
        return None
    return ListedFile(
        path=path,
        fixed=fixed_version(row.get("file_version")),
        doubt=None if row.get("file_version") else PRODUCT_ALONE if row.get("product_version") else None,
        size=count_of(row.get("size")),
        modified=epoch(count_of(row.get("mtime")) or 0),
        original_filename=text_of(row.get("original_filename")),
        sha256=digest_of(row.get("sha256")),
    )
