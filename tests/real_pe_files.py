"""Real PE files that are there where the tests run; none is committed."""

from __future__ import annotations

import os
import site
import sysconfig
from pathlib import Path

_DEBIAN = (  # what wine64 and gcc-mingw-w64-x86-64-win32 install
    ("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows", "*"),
    ("/usr/lib/gcc/x86_64-w64-mingw32", "**/*.dll"),
    ("/usr/x86_64-w64-mingw32", "**/*.dll"),
)


def files_of_python() -> set[Path]:
    """The launchers that pip and setuptools carry."""
    folders = {Path(folder) for folder in (sysconfig.get_path("purelib"), *site.getsitepackages())}
    patterns = ("**/distlib/*.exe", "setuptools/*.exe")
    return {path for folder in folders for pattern in patterns for path in folder.glob(pattern)}


def files_of_debian() -> set[Path]:
    """The programs and DLLs of Wine and mingw-w64, DLLs that are none and drivers among them."""
    return {path for folder, pattern in _DEBIAN for path in Path(folder).glob(pattern) if path.is_file()}


def files_of_corpus() -> set[Path]:
    """The files below $HOTFIX_CHECK_CORPUS, of any kind; none when it is not set."""
    corpus = os.environ.get("HOTFIX_CHECK_CORPUS")
    found = Path(corpus).rglob("*") if corpus else ()
    return {path for path in found if path.is_file() and not path.is_symlink()}
