"""What ``sigcheck -c`` or ``-ct`` wrote (Sysinternals), in UTF-8, or in UTF-16 with a byte order mark or without.

Columns, as tools that read it list them: Path, Verified, Date, Publisher, Company, Description, Product, Product
Version, File Version, Machine Type; with -a also Binary Version, Original Name, Internal Name, Copyright, Comments,
Entropy; with -h MD5 to IMP; earlier releases leave Company out and call the product's version Version.
https://learn.microsoft.com/sysinternals/downloads/sigcheck

File Version is the text of the resource; Binary Version is the fixed block. Date is that of the signature or of the
link, not of the file. Machine Type says 32-bit or 64-bit, which is no processor. There is no size, and without -a
files that are no programs are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping

from hotfix_check.inventory.files import InstalledFile
from hotfix_check.inventory.listings.listed import ListedFile, digest_of, fixed_version, resource_texts, text_of

_TEXTS = {
    "file version": "version_string",
    "product": "product_name",
    "company": "company_name",
    "original name": "original_filename",
    "internal name": "internal_name",
    "description": "description",
}


def is_sigcheck(row: Mapping[str, object]) -> bool:
    """Whether a table of lower-case columns is sigcheck's."""
    return {"path", "verified", "publisher"} <= set(row)


def sigcheck_file(row: Mapping[str, object]) -> ListedFile | None:
    """One row; None for one without a path."""
    path = text_of(row.get("path"))
    if path is None:
        return None
    fixed = fixed_version(row.get("binary version"))
    texts = resource_texts(row, _TEXTS)
    file = InstalledFile(
        path=path,
        version=fixed,
        **texts,
        sha256=digest_of(row.get("sha256")),
    )
    return ListedFile(file, no_version=fixed is None and texts["version_string"] is None)
