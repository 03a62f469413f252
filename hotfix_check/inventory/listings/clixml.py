"""CLIXML: what Export-Clixml wrote, such as HealthChecker's result of an Exchange server (CSS-Exchange).

Every object with the four parts of a file version is a file, wherever it stands: System.Diagnostics.FileVersionInfo, or
the copy of one that HealthChecker keeps as ExchangeInformation.BuildInformation.ExchangeSetup and that may have lost
its file name. An object that is of another known kind (Get-ExchangeServer, Get-HotFix) is taken as well.
https://learn.microsoft.com/openspecs/windows_protocols/ms-psrp (serialization of objects)
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import field

from hotfix_check.errors import TargetError
from hotfix_check.inventory.listings.listed import Said
from hotfix_check.inventory.listings.powershell import PARTS, SETUP_FILE, SETUP_OBJECT
from hotfix_check.inventory.listings.rows import facts_of, kind_of_row
from hotfix_check.inventory.listings.xml import elements

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_VALUES = {"S", "I32", "I64", "Version", "DT", "B"}
_VERSION = "admindisplayversion"  # an object of its own, with Major to Revision
MAX_NESTING = 1000


@dataclasses.dataclass(slots=True)
class _Object:
    name: str | None
    values: dict[str, object] = field(default_factory=dict)


def clixml(text: str, where: str) -> Iterator[Said]:
    """What the objects say; those that name no host are of the server that HealthChecker names."""
    rows, host = _rows(text, where)
    return facts_of(rows, "(CLIXML)", of_all=host)


def _rows(document: str, where: str) -> tuple[list[dict[str, object]], str | None]:
    """The files as tables with keys in lower case, as powershell_file takes them; and the server, where it says one."""
    rows: list[dict[str, object]] = []
    host: str | None = None
    above = [_Object(None)]
    name: str | None = None  # of the value that has begun
    for tag, attributes, text in elements(document, where, "PowerShell"):
        if attributes is not None:
            name = attributes.get("N") if tag in _VALUES else None
            if tag == "Obj":
                if len(above) > MAX_NESTING:
                    raise TargetError(f"{where}: nested deeper than {MAX_NESTING} objects, not what PowerShell writes")
                above.append(_Object(attributes.get("N")))
            continue
        if tag == "Obj":
            one = above.pop()
            if one.name is not None and one.name.lower() == _VERSION:
                above[-1].values.setdefault(_VERSION, one.values)
            elif _is_row(one):
                rows.append(one.values)
        elif name is not None:
            value = _ESCAPE.sub(_escaped, text)
            above[-1].values.setdefault(name.lower(), value)
            host = value if host is None and name == "ServerName" else host
        name = None
    return rows, host


def _is_row(one: _Object) -> bool:
    """Whether an object is a file's version or of another known kind; one that lost its file's name has it again."""
    if one.values.keys() >= PARTS:
        if one.name == SETUP_OBJECT:
            one.values.setdefault("filename", SETUP_FILE)
        return True
    return kind_of_row(one.values) is not None


def _escaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return match[0] if "\ud800" <= character <= "\udfff" else character
