"""--resume: the hosts that were judged already, a line each, so that an interrupted run goes on where it was.

A line counts for the same bytes under the same name, asked the same by the same tool and catalogue. What is not a whole
line, or not one of ours, is left out: at worst a host is judged again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

from hotfix_check.errors import OutputError, SavedInputError
from hotfix_check.fleet.host import FleetQuestion
from hotfix_check.fleet.row import HostRow, name_of_source, read_row
from hotfix_check.judging.options import names_files
from hotfix_check.untrusted.json import parse_json

FILE_NAME = "hotfix-check-fleet.journal"
_OURS = b'{"question":"'
MAX_LINE = 64 * 1024 * 1024  # bytes


def question_digest(asked: FleetQuestion) -> str:
    """One word for all that an answer depends on beside the host's own bytes: every field of the question.

    Files count by what is in them, and so does what the options name: the rest of the question has it.
    """
    options = asked.options
    by_content = {
        "options": [_plain(getattr(options, one.name)) for one in fields(options) if not names_files(one)],
        "catalogue": asked.catalogue.sha256,
        "waivers": asked.waivers.sha256,
        "day": str(asked.day) if asked.waivers.entries else None,
    }
    parts = {
        one.name: by_content[one.name] if one.name in by_content else _plain(getattr(asked, one.name))
        for one in fields(asked)
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _plain(value: object) -> object:
    """A value as JSON can hold it, the same for equal values. Raises TypeError for a sort that it does not know."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return sorted((str(key), _plain(one)) for key, one in value.items())
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a digest")


def journal_file(path: Path) -> Path:
    """The file that ``--resume`` names: in a folder one of its own name."""
    return path / FILE_NAME if path.is_dir() else path


_TABLES = """
CREATE TABLE known (
  sha256 TEXT, name TEXT, source TEXT, rows TEXT, met INT, own INT, PRIMARY KEY (sha256, name)
) WITHOUT ROWID;
CREATE INDEX by_source ON known (source);
CREATE TEMP TABLE seen (source TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Journal(contextlib.ExitStack):
    """The journal at a path, or in that folder.

    Raises OutputError when it cannot be opened or written, and when something else is in it: it would be appended to.
    """

    def __init__(self, path: Path, question: str, paths: Sequence[str]) -> None:
        super().__init__()
        self.path = journal_file(path)
        self._question = question
        self._paths = hashlib.sha256(json.dumps(sorted(paths)).encode()).hexdigest()
        self.ignored = 0
        if self.path.exists() and not self.path.is_file():
            raise OutputError(f"--resume: {self.path}: not a file that can be appended to")
        with contextlib.ExitStack() as undone:
            # On disk, not in memory: the rows of each line by the bytes and name of their inventory.
            self._known = undone.enter_context(contextlib.closing(sqlite3.connect("")))
            self._known.executescript(_TABLES)
            try:
                self._stream = undone.enter_context(self.path.open("ab", buffering=0))
                self._read()
            except OSError as error:
                raise OutputError(f"--resume: {self.path}: {error.strerror or error}") from error
            self.empty = not self._known.execute("SELECT 1 FROM known LIMIT 1").fetchone()
            self.enter_context(undone.pop_all())

    def _read(self) -> None:
        whole, ours = True, False
        with self.path.open("rb") as lines:
            while line := lines.readline(MAX_LINE):
                whole = line.endswith(b"\n")
                ours = ours or line.startswith(_OURS)
                if not whole or not self._keep(line):
                    self.ignored += 1
        if self.path.stat().st_size and not ours:
            raise OutputError(f"--resume: {self.path}: this is not a journal of hotfix-check fleet; name another file")
        if not whole:
            self._stream.write(b"\n")  # what follows is a line of its own

    def _keep(self, line: bytes) -> bool:
        try:
            table = parse_json(line, str(self.path), "a line of a journal")
            if not isinstance(table, dict) or not isinstance(table.get("rows"), list):
                return False
            if table.get("question") != self._question:
                return True
            rows = [read_row(row, str(self.path)) for row in table["rows"]]
        except SavedInputError:
            return False
        if not rows:
            return False
        self._known.execute(
            "INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, 0, ?)",
            (
                rows[0].sha256,
                name_of_source(rows[0].source),
                rows[0].source,
                json.dumps(table["rows"]),
                table.get("paths") == self._paths,
            ),
        )
        return True

    def meet(self, source: str) -> None:
        """A source is there, whether or not it can be read."""
        self._known.execute("INSERT OR IGNORE INTO seen VALUES (?)", (source,))

    def find(self, data: bytes, source: str) -> tuple[HostRow, ...] | None:
        """The rows of a host that was judged already; None where it must be judged."""
        key = (hashlib.sha256(data).hexdigest(), name_of_source(source))
        found = self._known.execute("SELECT rows FROM known WHERE sha256 = ? AND name = ?", key).fetchone()
        if found is None:
            return None
        self._known.execute("UPDATE known SET met = 1 WHERE sha256 = ? AND name = ?", key)
        return tuple(read_row({**row, "source": source}, source) for row in json.loads(found[0]))

    def gone(self) -> Iterator[tuple[HostRow, ...]]:
        """The rows that the same paths gave once and whose inventories are no longer there."""
        query = "SELECT rows FROM known WHERE met = 0 AND own = 1 AND source NOT IN (SELECT source FROM seen)"
        for (rows,) in self._known.execute(query):
            yield tuple(read_row(row, "journal") for row in json.loads(rows))

    def add(self, rows: Sequence[HostRow]) -> None:
        """Append a host; a damaged one is not kept, it is tried again."""
        if not rows or any(row.kind == "damaged" for row in rows):
            return
        line = {"question": self._question, "paths": self._paths, "rows": [row.table() for row in rows]}
        try:
            self._stream.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise OutputError(f"--resume: {self.path}: {error.strerror or error}") from error
