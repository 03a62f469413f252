"""What rows can be of: each kind is known by its columns, whatever drew the table (CSV, JSON, CLIXML, a console)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from hotfix_check.frozen import dataclass
from hotfix_check.inventory.files import ClaimedUpdate, InstalledFile, ReportedBuild
from hotfix_check.inventory.listings import (
    data_files,
    exchange_servers,
    file_tools,
    powershell,
    reg_export,
    update_lists,
)
from hotfix_check.inventory.listings.console import ON_HOST, console_rows
from hotfix_check.inventory.listings.listed import (
    HOSTS,
    MISALIGNED,
    ListedFile,
    ListedRegistry,
    Row,
    Said,
    bare,
    is_host,
    lowered,
    text_of,
)

Fact = ListedFile | ReportedBuild | ClaimedUpdate | ListedRegistry
_UNPATCHED = re.compile(r"^[ \t]{0,8}-[ \t]{1,8}([^\n]{1,1000}?) has not been patched\.?[ \t]{0,8}$", re.MULTILINE)
"""The line with which Nessus begins what it found of a file."""
MANY = 200  # rows from which the kind of a table is told


@dataclass(frozen=True, slots=True)
class RowKind:
    """What a row is of, in the words that notes use; ``recognises`` and ``reads`` take it with lower-case keys.

    ``host`` are columns beside the usual ones that name the host: what is a name here is a file's elsewhere.
    """

    name: str
    recognises: Callable[[Row], bool]
    reads: Callable[[Row], Iterable[Fact]]
    host: tuple[str, ...] = ()


def _one(
    read: Callable[[Row], ListedFile | None], builds: Callable[[Row, ListedFile], Iterable[Fact]] = lambda *_: ()
) -> Callable[[Row], Iterator[Fact]]:
    """The file of a row, and the builds that the row tells beside it."""

    def reads(row: Row) -> Iterator[Fact]:
        file = read(row)
        if file is not None:
            yield file
            yield from builds(row, file)

    return reads


def _has(*columns: str) -> Callable[[Row], bool]:
    return lambda row: row.keys() >= set(columns)


def _tells(reads: Callable[[Row], Iterator[Fact]]) -> Callable[[Row], bool]:
    """Whether a reader finds anything in a row."""
    return lambda row: next(reads(row), None) is not None


def _plugin_output(row: Row) -> Iterator[Fact]:
    """What a scanner found on the host of its row: a console's list in one column of a table (Nessus)."""
    text = text_of(row.get("plugin output"))
    if text is not None and "version" in text.lower():
        text = _UNPATCHED.sub(r"    Path : \1", text)
        yield from (said.what for said in facts_of(console_rows(text)) if said.what is not None)


_PARTED = "has it in a row with more cells than columns, as its path is not in quotation marks"


def _misaligned(row: Row) -> ListedFile:
    """The file of a row that could not be read."""
    path = str(row[MISALIGNED])
    return ListedFile(InstalledFile(path=path), doubt=_PARTED, cut=True)


ROW_KINDS = (
    RowKind("a table", _has(MISALIGNED), _one(_misaligned)),
    RowKind("sigcheck", _has("path", "verified", "publisher"), _one(file_tools.sigcheck_file)),
    RowKind("exiftool", file_tools.is_exiftool, _one(file_tools.exiftool_file)),
    RowKind("Velociraptor", file_tools.is_velociraptor, _one(file_tools.velociraptor_file)),
    RowKind("osquery", file_tools.is_osquery, _one(file_tools.osquery_file, file_tools.osquery_builds)),
    RowKind(
        exchange_servers.GET_EXCHANGE_SERVER,
        exchange_servers.is_exchange_server,
        exchange_servers.exchange_server,
        ("fqdn", "name", "identity", "cn"),
    ),
    RowKind(
        exchange_servers.HEALTH_CHECKER, exchange_servers.is_health_check, exchange_servers.health_check, ("name",)
    ),
    RowKind("lm v", data_files.is_module, data_files.module),
    RowKind("a scanner's report", _has("plugin output"), _plugin_output),
    RowKind(update_lists.SYSTEMINFO, update_lists.is_systeminfo_row, update_lists.numbered),
    RowKind("an error report", data_files.is_crash, data_files.crash),
    RowKind("a software inventory", data_files.is_inventoried, data_files.inventoried),
    RowKind("PowerShell", powershell.is_powershell, _one(powershell.powershell_file, powershell.powershell_builds)),
    RowKind("wmic datafile", _tells(data_files.data_file), data_files.data_file),
    RowKind(update_lists.GET_HOTFIX, _has("hotfixid"), update_lists.hotfix, ("source",)),
    RowKind("a list of programs", _tells(update_lists.titled), update_lists.titled),
    RowKind("a list of programs", _tells(update_lists.program), update_lists.program),
    RowKind("a registry key", reg_export.is_setup_key, reg_export.setup_key),
    RowKind("PowerShell", _tells(powershell.nameless), powershell.nameless),
)


def kind_of_row(row: Row) -> RowKind | None:
    """What a row, with keys in lower case, is of."""
    return next((kind for kind in ROW_KINDS if kind.recognises(row)), None)


def kind_of_rows(rows: Iterable[Row]) -> RowKind | None:
    """What the first rows are of that are of anything."""
    return next((kind for row in islice(rows, MANY) if (kind := kind_of_row(lowered(row))) is not None), None)


def facts_of(
    rows: Iterable[Row], drawn: str = "", default: RowKind | None = None, of_all: str | None = None
) -> Iterator[Said]:
    """What rows say, each by its own kind, else by ``default``; ``drawn`` tells PowerShell's ways apart: (JSON).

    ``of_all`` is the host of those that name none.
    """
    columns, kind = None, None
    for row in rows:
        low = lowered(row)
        if kind is None or low.keys() != columns:  # rows of one table are of one kind
            columns, kind = low.keys(), kind_of_row(low) or default
        if kind is None:
            continue
        host = host_of(low, kind.host)
        source = f"{kind.name} {drawn}" if drawn and kind.name == "PowerShell" else kind.name
        silent = host is not None
        for fact in kind.reads(low):
            silent = False
            yield Said(fact, source, host or of_all)
        if silent:
            yield Said(None, source, host)


def host_of(row: Row, more: tuple[str, ...] = ()) -> str | None:
    """The host that a row names."""
    named = {name: value for column, value in row.items() if (name := bare(column)) in HOSTS or name in more}
    named[ON_HOST] = row.get(ON_HOST)
    for column in (*HOSTS, *more, ON_HOST):
        value = (text_of(named.get(column)) or "").lstrip("\\")
        if value and is_host(value):
            return value
    return None
