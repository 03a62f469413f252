"""What osquery says of files on Windows: ``osqueryi --json`` of the table ``file``, also joined with ``hash``.

All values are texts. ``file_version`` is dwFileVersion of the fixed version block (osquery pull request 5771),
``product_version`` dwProductVersion (5431), which is not the file's; ``mtime`` counts seconds since 1970 in UTC.
https://osquery.io/schema/#file. Machine, strings, and exports are unknown; osquery leaves a version that it cannot
read empty, so that "no version resource" is not said.
"""

from __future__ import annotations

from collections.abc import Mapping

from hotfix_check.inventory.listings.listed import ListedFile, count_of, digest_of, epoch, fixed_version, text_of


def osquery_file(row: Mapping[str, object]) -> ListedFile | None:
    """One row; None for a folder, and for one without a path."""
    path = text_of(row.get("path"))
    if path is None or row.get("type") == "directory":
        return None
    return ListedFile(
        path=path,
        fixed=fixed_version(row.get("file_version")),
        size=count_of(row.get("size")),
        modified=epoch(count_of(row.get("mtime")) or 0),
        original_filename=text_of(row.get("original_filename")),
        sha256=digest_of(row.get("sha256")),
    )
