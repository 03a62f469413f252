"""The rows of a fleet in a temporary SQLite file: memory stays the same for a hundred hosts and for a million.

Many hosts have the same findings; these are kept once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType


from hotfix_check.fleet.expected import Expected
from hotfix_check.fleet.host import OUTCOMES, VERDICTS, HostProduct, HostRow

_TABLES = """
CREATE TABLE answers (id INTEGER PRIMARY KEY, digest BLOB UNIQUE, findings TEXT);
CREATE TABLE hosts (
  source TEXT, target INT, sha256 TEXT, kind TEXT, host TEXT, key TEXT, at TEXT, catalogue TEXT, catalogue_sha256 TEXT,
  outcome INT, products TEXT, line TEXT, answer INT, failing INT, missing INT, partial INT, undetermined INT,
  advisories TEXT, reason TEXT, counted INT DEFAULT 1, expected TEXT, grp TEXT, PRIMARY KEY (source, target)
);
"""
_COLUMNS = (
    *("source", "target", "sha256", "kind", "host", "key", "at", "catalogue", "catalogue_sha256", "outcome"),
    *("products", "line", "answer", "failing", "missing", "partial", "undetermined", "advisories", "reason"),
)
_INSERT = f"INSERT OR IGNORE INTO hosts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_COUNTED = "counted = 1 AND kind != 'damaged'"
Findings = Mapping[str, Sequence[str]]


class Spool:
    """The rows of one run. Adding one a second time changes nothing."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self.waivers_used: set[str] = set()

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, row: HostRow) -> None:
        """Keep a row."""
        self.waivers_used.update(row.waivers)
        findings = {key: ids for key, ids in sorted(row.findings.items()) if ids}
        lengths = {key: len(ids) for key, ids in findings.items()}
        self._database.execute(
            _INSERT,
            (
                *(row.source, row.target, row.sha256, row.kind, row.host, row.host.casefold(), row.at),
                *(row.catalogue, row.catalogue_sha256, OUTCOMES.index(row.outcome)),
                *(json.dumps(row.products), line_of(row.products), self._answer(findings)),
                *(lengths.get(key, 0) for key in ("failing", "missing", "partial", "undetermined")),
                *(json.dumps(row.advisories), row.reason),
            ),
        )

    def _answer(self, findings: Findings) -> int:
        text = json.dumps(findings, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).digest()
        known = self._database.execute("SELECT id FROM answers WHERE digest = ?", (digest,)).fetchone()
        if known is not None:
            return int(known[0])
        made = self._database.execute("INSERT INTO answers (digest, findings) VALUES (?, ?)", (digest, text)).lastrowid
        return int(made or 0)

    def finish(self, expected: Expected | None) -> None:
        """All rows are there: of several of one host the newest counts, and each host gets its group."""
        execute = self._database.execute
        execute("CREATE INDEX by_key ON hosts (key)")
        execute(
            "UPDATE hosts SET counted = 0 WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() OVER "
            "(PARTITION BY key ORDER BY at IS NULL, at DESC, source DESC, target DESC) AS place FROM hosts "
            "WHERE kind != 'damaged') WHERE place > 1)"
        )
        if expected is not None:
            self._database.create_function("expected_name", 1, expected.find, deterministic=True)
            self._database.create_function("group_of", 1, lambda name: expected.groups.get(name), deterministic=True)
            execute("UPDATE hosts SET expected = expected_name(host)")
            execute("UPDATE hosts SET grp = group_of(expected)")

    def hosts(self, order: str = "key, host", limit: int = -1) -> Iterator[sqlite3.Row]:
        """The hosts that count, sorted."""
        return self._rows(
            f"SELECT hosts.*, answers.findings FROM hosts JOIN answers ON answers.id = answer WHERE {_COUNTED} "
            f"ORDER BY {order} LIMIT ?",
            limit,
        )

    def worst(self, limit: int = -1) -> Iterator[sqlite3.Row]:
        """The same, worst first."""
        return self.hosts("outcome, failing DESC, partial + missing DESC, undetermined DESC, key, host", limit)

    def count_kind(self, kind: str) -> int:
        """How many hosts that count come from an inventory, or from a result."""
        return int(next(self._rows(f"SELECT count(*) AS hosts FROM hosts WHERE {_COUNTED} AND kind = ?", kind))["hosts"])

    def damaged(self) -> Iterator[sqlite3.Row]:
        """What could not be judged, and why."""
        return self._rows("SELECT * FROM hosts WHERE kind = 'damaged' ORDER BY source")

    def older(self) -> Iterator[sqlite3.Row]:
        """Rows of hosts of which a newer one counts."""
        return self._rows(
            "SELECT hosts.host, hosts.source, hosts.at, newer.source AS newer FROM hosts JOIN hosts AS newer "
            "ON newer.key = hosts.key AND newer.counted = 1 AND newer.kind != 'damaged' "
            "WHERE hosts.counted = 0 ORDER BY hosts.key, hosts.at, hosts.source"
        )

    def unexpected(self) -> Iterator[sqlite3.Row]:
        """Hosts that nobody expected."""
        return self._rows(f"SELECT host FROM hosts WHERE expected IS NULL AND {_COUNTED} ORDER BY key, host")

    def seen(self, name: str, *, damaged: bool) -> str | None:
        """Where an expected host was met, damaged or not."""
        kind = "=" if damaged else "!="
        for row in self._rows(f"SELECT source FROM hosts WHERE expected = ? AND kind {kind} 'damaged' LIMIT 1", name):
            return str(row["source"])
        return None

    def index_expected(self) -> None:
        """Before ``seen`` is asked often."""
        self._database.execute("CREATE INDEX IF NOT EXISTS by_expected ON hosts (expected)")

    def catalogues(self) -> Iterator[sqlite3.Row]:
        """The catalogues that hosts were judged with, most hosts first."""
        return self._rows(
            f"SELECT catalogue, catalogue_sha256, count(*) AS hosts FROM hosts WHERE {_COUNTED} "
            "GROUP BY catalogue, catalogue_sha256 ORDER BY hosts DESC, catalogue, catalogue_sha256"
        )

    def outcomes(self) -> dict[str, int]:
        """How many hosts have each outcome."""
        counts = dict.fromkeys(OUTCOMES, 0)
        query = f"SELECT outcome, count(*) AS hosts FROM hosts WHERE {_COUNTED} GROUP BY outcome"
        counts.update({OUTCOMES[row["outcome"]]: row["hosts"] for row in self._rows(query)})
        return counts

    def lines(self) -> Iterator[sqlite3.Row]:
        """Products and levels with their hosts, most hosts first."""
        return self._rows(
            f"SELECT line, count(*) AS hosts, sum(failing > 0) AS failing FROM hosts WHERE {_COUNTED} GROUP BY line "
            "ORDER BY hosts DESC, line"
        )

    def answers(self) -> Iterator[tuple[int, Findings]]:
        """Every set of findings that counts, with how many hosts have it."""
        query = (
            f"SELECT findings, hosts FROM (SELECT answer, count(*) AS hosts FROM hosts WHERE {_COUNTED} "
            "GROUP BY answer) JOIN answers ON answers.id = answer"
        )
        for row in self._rows(query):
            yield row["hosts"], json.loads(row["findings"])

    def worst_sets(self, column: str, limit: int) -> list[sqlite3.Row]:
        """The hosts by group (``grp``) or by products and levels (``line``): the worst sets, by failing hosts."""
        return list(
            self._rows(
                f"SELECT {column} AS name, count(*) AS hosts, sum(failing > 0) AS failing FROM hosts WHERE {_COUNTED} "
                f"AND {column} IS NOT NULL GROUP BY {column} "
                "ORDER BY 1.0 * sum(failing) / count(*) DESC, failing DESC, name LIMIT ?",
                limit,
            )
        )

    def count_sets(self, column: str) -> int:
        """How many such sets there are."""
        query = f"SELECT count(DISTINCT {column}) AS sets FROM hosts WHERE {_COUNTED}"
        return int(next(self._rows(query))["sets"])

    def set_answers(self, column: str, name: str) -> Iterator[tuple[int, Findings]]:
        """The findings within one such set, with how many hosts have them."""
        query = (
            "SELECT findings, hosts FROM (SELECT answer, count(*) AS hosts FROM hosts "
            f"WHERE {_COUNTED} AND {column} = ? GROUP BY answer) JOIN answers ON answers.id = answer"
        )
        for row in self._rows(query, name):
            yield row["hosts"], json.loads(row["findings"])

    def groups(self) -> Iterator[sqlite3.Row]:
        """The groups, with how many different answers and levels are in each."""
        return self._rows(
            "SELECT grp AS name, count(*) AS hosts, sum(failing > 0) AS failing, count(DISTINCT answer) AS answers, "
            f"count(DISTINCT line) AS lines FROM hosts WHERE {_COUNTED} AND grp IS NOT NULL GROUP BY grp ORDER BY grp"
        )

    def members(self, group: str) -> Iterator[sqlite3.Row]:
        """The hosts of a group."""
        return self._rows(
            "SELECT host, line, findings FROM hosts JOIN answers ON answers.id = answer "
            f"WHERE {_COUNTED} AND grp = ? ORDER BY key, host",
            group,
        )

    def _rows(self, query: str, *values: object) -> Iterator[sqlite3.Row]:
        return iter(self._database.execute(query, values))


def line_of(products: Sequence[HostProduct]) -> str:
    """``exchange-2016 CU23``."""
    return ", ".join(f"{product.id} {product.words}" for product in products) or "nothing recognised"


def products_of(row: sqlite3.Row) -> tuple[HostProduct, ...]:
    """The products of a host, as they were added."""
    return tuple(HostProduct(*one) for one in json.loads(row["products"]))


def verdicts_of(findings: Findings) -> dict[str, str]:
    """The verdict of each update, by id."""
    return {update_id: verdict for verdict in VERDICTS for update_id in findings.get(verdict, ())}


