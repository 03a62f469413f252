"""A path on Windows, whose own reading of one changes it: for system calls it is taken letter by letter.

Windows drops final dots and spaces of a name, takes names such as ``aux`` for a device, and ends a path at 260
characters; behind the prefix ``\\\\?\\`` it does none of that (Microsoft: Naming Files, Paths, and Namespaces). The
prefix is for system calls alone: what is shown never has one that nobody typed.
"""

from __future__ import annotations

import errno
import ntpath
import os
import re
import sys
from pathlib import Path

ON_WINDOWS = sys.platform == "win32"
IN_USE = "in use by another program, which lets nobody read it"
_LITERAL = "\\\\?\\"
_DEVICE = "\\\\.\\"
_SHARE = _LITERAL + "UNC\\"
# Superscript digits count too; behind the name may stand any suffix, and spaces.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$) *(\..*)?", re.IGNORECASE)
_READ, _SHARED, _OPEN_EXISTING, _BACKUP_SEMANTICS = 0x80000000, 7, 3, 0x02000000
_IN_USE_CODES = (32, 33)  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


def system_path(path: str | os.PathLike[str]) -> str:
    """The path to call the system with: on Windows whole and literal, elsewhere as it is."""
    return literal_path(os.fspath(path)) if ON_WINDOWS else os.fspath(path)


def literal_path(path: str) -> str:
    """A path of Windows behind ``\\\\?\\``, as it is when it has such a prefix or names a device."""
    if path.startswith((_LITERAL, _DEVICE)):
        return path
    full = ntpath.abspath(path)
    if full.startswith((_LITERAL, _DEVICE)):
        return full
    return _SHARE + full[2:] if full.startswith("\\\\") else _LITERAL + full


def shown_path(path: str) -> str:
    """A path for system calls as people write it."""
    if not ON_WINDOWS or not path.startswith(_LITERAL):
        return path
    return "\\\\" + path[len(_SHARE) :] if path.startswith(_SHARE) else path[len(_LITERAL) :]


def names_a_device(path: Path) -> bool:
    """Whether Windows keeps this file name for a device: what is written to ``aux.html`` is in no file."""
    return _RESERVED.fullmatch(path.name) is not None


def why_not_opened(error: OSError, path: str) -> OSError:
    """The same fault; on Windows a file in use, which Python calls forbidden as well, is told from a forbidden one.

    ``os.open`` loses the number by which Windows tells the two apart, so Windows is asked once more.
    """
    if sys.platform == "win32" and error.errno == errno.EACCES:
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = ctypes.c_void_p
        kernel.CreateFileW.argtypes = (
            *(ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
            *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
        )
        kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
        handle = kernel.CreateFileW(path, _READ, _SHARED, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None)
        if handle != ctypes.c_void_p(-1).value:
            kernel.CloseHandle(handle)
        elif ctypes.get_last_error() in _IN_USE_CODES:
            return OSError(errno.EBUSY, IN_USE, path)
    return error
