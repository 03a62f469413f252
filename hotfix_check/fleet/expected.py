"""--expect: the hosts that should be there, and the groups in which they should be alike."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from hotfix_check.errors import UsageError
from hotfix_check.untrusted.bounded import read_bounded, text_of
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped, shown

MAX_BYTES = 64 * 1024 * 1024
_HOST_COLUMNS = ("host", "hostname", "computername", "computer", "server", "name")


class Expected:
    """The expected hosts, each with its group (None: of none), by any way in which it may call itself.

    ``sha256`` is that of the bytes that they were read from.
    """

    def __init__(self, groups: Mapping[str, str | None], sha256: str | None = None) -> None:
        self.groups = groups
        self.sha256 = sha256
        self._full = {name.casefold(): name for name in groups}
        self._short: dict[str, str | None] = {}
        for key, name in self._full.items():
            short = key.partition(".")[0]
            self._short[short] = None if short in self._short else name  # two of one short name: neither is meant

    def find(self, host: str) -> str | None:
        """The expected name of a host that reported: the same without case, or short where one of the two is."""
        key = host.casefold()
        if key in self._full:
            return self._full[key]
        if "." in key:
            return self._full.get(key.partition(".")[0])
        return self._short.get(key)


def read_expected(path: Path, column: str | None) -> Expected:
    """Read one host a line, or CSV with a header; ``column`` is the one that names the groups.

    The hosts are in the column host (hostname, computername, computer, server, name). A host that appears twice, in
    whatever case, is one. Raises UsageError.
    """
    data = read_bounded(path, MAX_BYTES, "a list of hosts", UsageError)
    groups = _groups(path, text_of(data, str(path), "hosts", UsageError, utf16=True), column)
    return Expected(groups, hashlib.sha256(data).hexdigest())


def _groups(path: Path, text: str, column: str | None) -> dict[str, str | None]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise UsageError(f"{path}: no host in it")
    delimiter = max(",;\t", key=lines[0].count)
    if path.suffix.lower() != ".csv" and delimiter not in lines[0]:
        if column is not None:
            raise UsageError(f"--group-by: {path} has no columns: CSV with a header expected")
        return _each_once(path, ((number, line.strip(), None) for number, line in enumerate(lines, 1)))
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{path}: not CSV: {error}") from None
    names = [name.strip().casefold() for name in rows[0]]
    at = next((names.index(name) for name in _HOST_COLUMNS if name in names), None)
    if at is None:
        found = ", ".join(map(shown, rows[0][:4]))
        raise UsageError(f"{path}: row 1: a header with a column {' or '.join(_HOST_COLUMNS)} expected, found {found}")
    if column is not None and column.strip().casefold() not in names:
        there = clipped(", ".join(rows[0]), LONGEST_PROBLEM)
        raise UsageError(f"--group-by: {shown(column)} is not a column of {path} ({there})")
    by = None if column is None else names.index(column.strip().casefold())

    def cell(row: list[str], column: int | None) -> str:
        return row[column].strip() if column is not None and column < len(row) else ""

    return _each_once(path, ((number, cell(row, at), cell(row, by) or None) for number, row in enumerate(rows[1:], 2)))


def _each_once(path: Path, rows: Iterable[tuple[int, str, str | None]]) -> dict[str, str | None]:
    groups: dict[str, str | None] = {}
    spelled: dict[str, str] = {}
    for number, host, group in rows:
        if not host:
            raise UsageError(f"{path}: row {number}: no host in it")
        if groups.setdefault(spelled.setdefault(host.casefold(), host), group) != group:
            raise UsageError(f"{path}: row {number}: {shown(host)} is in two groups")
    return groups
