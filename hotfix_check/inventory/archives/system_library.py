"""Where libarchive is found, which reads cabinets: a library of the system, for libarchive-c to load."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VARIABLE = "LIBARCHIVE"  # by which libarchive-c is told the library's path
_INSTALL = "in a checkout, pip install '.[archives]'"
_ELSEWHERE = f"libarchive-c and the system's libarchive: {_INSTALL}"
# archiveint.dll is what Windows' own tar.exe uses; expand is older than any Exchange.
_ON_WINDOWS = (
    f"libarchive-c ({_INSTALL}) and Windows 10 1803, Server 2019 or later; without them unpack it first: "
    "mkdir FOLDER, then expand CABINET -F:* FOLDER"
)
CABINETS_NEED = _ON_WINDOWS if sys.platform == "win32" else _ELSEWHERE
"""What is missing where cabinets cannot be read, and what to do."""


@contextmanager
def library_named() -> Iterator[None]:
    """While libarchive-c is imported: where it looks for nothing, on Windows, it is told the system's library."""
    root = os.environ.get("SYSTEMROOT") if sys.platform == "win32" and _VARIABLE not in os.environ else None
    library = Path(root or "", "System32", "archiveint.dll")
    if not root or not library.is_file():  # a Windows that is older than the library
        yield
        return
    os.environ[_VARIABLE] = str(library)
    try:
        yield
    finally:
        del os.environ[_VARIABLE]
