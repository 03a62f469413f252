"""What osquery says of files on Windows: ``osqueryi --json`` of the table ``file``, also joined with ``hash``.

All values are texts. ``file_version`` is dwFileVersion of the fixed version block (osquery pull request 5771),
``product_version`` dwProductVersion (5431), which is not the file's; ``mtime`` counts seconds since 1970 in UTC.
https://osquery.io/schema/#file. Machine, strings, and exports are unknown; osquery leaves a version that it cannot
read empty, so that "no version resource" is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hotfix_check.inventory.files import InstalledFile, ReportedBuild, name_of
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


def osquery_builds(row: Mapping[str, object], listed: ListedFile) -> Iterator[ReportedBuild]:
    """Of an ExSetup.exe whose file version is not told, what its product's version is consistent with."""
    product = fixed_version(row.get("product_version"))
    if listed.file.version is None and product is not None and name_of(inventory_path(listed.file.path)) == _MARKER:
        yield ReportedBuild.of_files("osquery's product_version of ExSetup.exe", product)


def osquery_file(row: Mapping[str, object]) -> ListedFile | None:
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
