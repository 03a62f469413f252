"""The rows of a fleet in a temporary SQLite file: memory hardly grows from a hundred hosts to a million.

Many hosts have the same findings; these are kept once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import date

from hotfix_check.fleet.expected import Expected
from hotfix_check.fleet.row import OUTCOMES, VERDICTS, HostProduct, HostRow, parts_of
from hotfix_check.fleet.standing import HostInstallation, read_installations

_TABLES = """
CREATE TABLE answers (id INTEGER PRIMARY KEY, digest BLOB UNIQUE, findings TEXT);
CREATE TABLE standings (id INTEGER PRIMARY KEY, digest BLOB UNIQUE, installations TEXT);
CREATE TABLE hosts (
  source TEXT, target INT, sha256 TEXT, kind TEXT, host TEXT, named INT, key TEXT, at TEXT, catalogue TEXT,
  catalogue_sha256 TEXT, outcome INT, products TEXT, line TEXT, answer INT, standing INT, exploited INT, failing INT,
  missing INT, partial INT, undetermined INT, advisories TEXT, reason TEXT, counted INT, expected TEXT, grp TEXT,
  PRIMARY KEY (source, target)
);
CREATE TABLE met (identity BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE VIEW sound AS SELECT * FROM hosts WHERE counted = 1 AND kind <> 'damaged';
CREATE VIEW answered AS SELECT sound.*, findings, installations FROM sound JOIN answers ON answers.id = answer
  JOIN standings ON standings.id = standing;
"""
_INSERT = """
INSERT OR IGNORE INTO hosts VALUES (
  :source, :target, :sha256, :kind, :host, :named, :key, :at, :catalogue, :catalogue_sha256, :outcome, :products, :line,
  :answer, :standing, :exploited, :failing, :missing, :partial, :undetermined, :advisories, :reason, 1, NULL, NULL
)
"""
# Names that only files gave, and that several have: with the folder, then with all folders, they are told apart.
_TOLD_APART = """
UPDATE hosts SET host = in_folders(host, source, ?) WHERE NOT named AND kind <> 'damaged' AND key IN (
  SELECT key FROM hosts WHERE kind <> 'damaged' GROUP BY key HAVING count(*) > 1
)
"""
# EX1 and EX1.contoso.com are one host when both are expected as one, unless EX1.fabrikam.com is too.
_ALSO_CALLED = """
UPDATE hosts SET key = folded(expected) WHERE named AND expected IN (
  SELECT expected FROM hosts WHERE named GROUP BY expected
  HAVING count(DISTINCT CASE WHEN instr(host, '.') THEN key END) < 2
)
"""
_OLDER = """
UPDATE hosts SET counted = 0 WHERE rowid IN (
  SELECT rowid FROM (
    SELECT rowid, row_number() OVER (
      PARTITION BY key ORDER BY at IS NULL, at DESC, source DESC, target DESC
    ) AS place FROM hosts WHERE named
  ) WHERE place > 1
)
"""
_WORST = """
SELECT * FROM answered
ORDER BY outcome, exploited DESC, failing + (advisories <> '[]') DESC, partial + missing DESC, undetermined DESC,
  key, host LIMIT ?
"""
# Hosts by group, or where nobody asked for groups by products and levels; failing are those of the first outcome.
_SETS = """
SELECT {column} AS name, count(*) AS hosts, sum(outcome = 0) AS failing, count(DISTINCT answer) AS answers,
  count(DISTINCT line) AS lines FROM sound WHERE {column} IS NOT NULL GROUP BY {column}
ORDER BY 1.0 * sum(failing + (advisories <> '[]')) / count(*) DESC, hosts DESC, name
"""
# Of all hosts where no set is given; one without a group is in none.
_ANSWERS = """
SELECT findings, hosts FROM (
  SELECT answer, count(*) AS hosts FROM sound WHERE {column} = coalesce(?, {column}) GROUP BY answer
) JOIN answers ON answers.id = answer
"""
_KNOWN = {table: f"SELECT id FROM {table} WHERE digest = ?" for table in ("answers", "standings")}  # noqa: S608
_KEPT = {table: f"INSERT INTO {table} VALUES (NULL, ?, ?)" for table in _KNOWN}  # noqa: S608
_SILENT = """
SELECT host, grp, at, count(*) OVER () AS hosts FROM sound WHERE at IS NOT NULL AND substr(at, 1, 10) <= ?
ORDER BY at, key, host LIMIT ?
"""
Findings = Mapping[str, Sequence[str]]


class Spool(ExitStack):
    """The rows of one run. Adding one a second time changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        with ExitStack() as undone:
            self._database = undone.enter_context(closing(sqlite3.connect("", isolation_level=None)))
            self._database.row_factory = sqlite3.Row
            self._database.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;"
            )
            self._database.executescript(_TABLES)
            self._database.execute("BEGIN")
            self.enter_context(undone.pop_all())
        self.waivers_used: set[str] = set()

    def first_time(self, identity: str) -> bool:
        """Whether a source is met for the first time; one file by two paths is one host."""
        key = identity.encode("utf-8", "surrogatepass")  # a path of the system, which need not be text
        return self._database.execute("INSERT OR IGNORE INTO met VALUES (?)", (key,)).rowcount == 1

    def add(self, row: HostRow) -> None:
        """Keep a row."""
        self.waivers_used.update(row.waivers)
        findings = {key: ids for key, ids in sorted(row.findings.items()) if ids}
        self._database.execute(
            _INSERT,
            {
                **row.table(),
                "key": row.host.casefold(),
                "outcome": OUTCOMES.index(row.outcome),
                "products": json.dumps(row.products),
                "line": line_of(row.products),
                "answer": self._once("answers", findings),
                "standing": self._once("standings", [one.table() for one in row.installations]),
                "exploited": len({cve for one in row.installations if one.counts for cve in one.standing.exploited}),
                **{key: len(findings.get(key, ())) for key in ("failing", "missing", "partial", "undetermined")},
                "advisories": json.dumps(row.advisories),
            },
        )

    def _once(self, table: str, value: object) -> int:
        """The number of a value in a table that keeps each value once."""
        text = json.dumps(value, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).digest()
        known = self._database.execute(_KNOWN[table], (digest,)).fetchone()
        if known is not None:
            return int(known[0])
        return int(self._database.execute(_KEPT[table], (digest, text)).lastrowid or 0)

    def finish(self, expected: Expected | None) -> None:
        """All rows are there: of several of one host the newest counts, and each host gets its group."""
        execute = self._database.execute
        execute("CREATE INDEX by_key ON hosts (key)")
        if expected is not None:
            self._database.create_function("expected_name", 1, expected.find, deterministic=True)
            self._database.create_function("group_of", 1, lambda name: expected.groups.get(name), deterministic=True)
            execute("UPDATE hosts SET expected = expected_name(host)")
            execute("UPDATE hosts SET grp = group_of(expected)")
        self._database.create_function("folded", 1, str.casefold, deterministic=True)
        self._database.create_function("in_folders", 3, _in_folders, deterministic=True)
        for nearest in (True, False):
            execute(_TOLD_APART, (nearest,))
            execute("UPDATE hosts SET key = folded(host) WHERE NOT named")
        execute(_ALSO_CALLED)
        execute(_OLDER)

    def hosts(self) -> Iterator[sqlite3.Row]:
        """The hosts that count, by name."""
        return self._rows("SELECT * FROM answered ORDER BY key, host")

    def worst(self, limit: int = -1) -> Iterator[sqlite3.Row]:
        """The same, worst first."""
        return self._rows(_WORST, limit)

    def count_results(self) -> int:
        """How many hosts that count come from a saved result."""
        return int(next(self._rows("SELECT count(*) AS hosts FROM sound WHERE kind = 'result'"))["hosts"])

    def later(self, day: date) -> Iterator[sqlite3.Row]:
        """The first three hosts whose evidence is of a later day, each with how many there are."""
        return self._rows(
            "SELECT host, at, count(*) OVER () AS hosts FROM sound WHERE substr(at, 1, 10) > ? "
            "ORDER BY key, host LIMIT 3",
            str(day),
        )

    def standings(self) -> Iterator[tuple[int, tuple[HostInstallation, ...]]]:
        """Every set of installations that counts, with how many hosts have it."""
        rows = self._rows(
            "SELECT installations, hosts FROM (SELECT standing, count(*) AS hosts FROM sound GROUP BY standing) "
            "JOIN standings ON standings.id = standing"
        )
        for row in rows:
            yield row["hosts"], installations_of(row)

    def silent(self, last: date, limit: int = -1) -> Iterator[sqlite3.Row]:
        """Hosts of which nothing came after a day, the longest silent first, each with how many there are."""
        return self._rows(_SILENT, str(last), limit)

    def count_silent(self, last: date) -> int:
        """How many these are."""
        return next((int(row["hosts"]) for row in self.silent(last, 1)), 0)

    def damaged(self) -> Iterator[sqlite3.Row]:
        """What could not be judged, and why."""
        return self._rows("SELECT source, reason FROM hosts WHERE kind = 'damaged' ORDER BY source")

    def older(self) -> Iterator[sqlite3.Row]:
        """Rows of hosts of which a newer one counts."""
        return self._rows(
            "SELECT hosts.host, hosts.source, hosts.at, sound.source AS counted FROM hosts JOIN sound USING (key) "
            "WHERE hosts.counted = 0 AND sound.named ORDER BY hosts.key, hosts.at, hosts.source"
        )

    def unexpected(self) -> Iterator[sqlite3.Row]:
        """Hosts that nobody expected."""
        return self._rows("SELECT host FROM sound WHERE expected IS NULL ORDER BY key, host")

    def met(self) -> Iterator[sqlite3.Row]:
        """The names of expected hosts that were met, with what was damaged of those met in no other way."""
        return self._rows(
            "SELECT expected, CASE WHEN min(kind = 'damaged') THEN min(source) END AS damaged FROM hosts "
            "WHERE expected IS NOT NULL GROUP BY expected"
        )

    def catalogues(self) -> Iterator[sqlite3.Row]:
        """The catalogues that hosts were judged with, most hosts first."""
        return self._rows(
            "SELECT catalogue AS version, catalogue_sha256 AS sha256, count(*) AS hosts FROM sound "
            "GROUP BY catalogue, catalogue_sha256 ORDER BY hosts DESC, catalogue, catalogue_sha256"
        )

    def outcomes(self) -> dict[str, int]:
        """How many hosts were judged and have each outcome."""
        counts = dict.fromkeys(OUTCOMES[:-1], 0)
        rows = self._rows("SELECT outcome, count(*) AS hosts FROM sound GROUP BY outcome")
        counts.update({OUTCOMES[row["outcome"]]: row["hosts"] for row in rows})
        return counts

    def answers(self, name: str | None = None, *, grouped: bool = False) -> Iterator[tuple[int, Findings]]:
        """Every set of findings, of all hosts or within one of the ``sets``, with how many hosts have it."""
        for row in self._rows(_ANSWERS.format(column=_column(grouped)), name):
            yield row["hosts"], json.loads(row["findings"])

    def advisories(self) -> Counter[str]:
        """On how many hosts each advisory holds."""
        found: Counter[str] = Counter()
        rows = "SELECT advisories, count(*) AS hosts FROM sound WHERE advisories <> '[]' GROUP BY advisories"
        for row in self._rows(rows):
            found.update(dict.fromkeys(json.loads(row["advisories"]), row["hosts"]))
        return found

    def sets(self, *, grouped: bool) -> Iterator[sqlite3.Row]:
        """The groups, or what has the same products and levels, with hosts and failing hosts, worst first."""
        return self._rows(_SETS.format(column=_column(grouped)))

    def members(self, group: str) -> Iterator[sqlite3.Row]:
        """The hosts of a group, by name."""
        return self._rows("SELECT host, line, findings FROM answered WHERE grp = ? ORDER BY key, host", group)

    def _rows(self, query: str, *values: object) -> Iterator[sqlite3.Row]:
        return iter(self._database.execute(query, values))


def _column(grouped: bool) -> str:
    return "grp" if grouped else "line"


def _in_folders(host: str, source: str, nearest: bool) -> str:
    folders = parts_of(source)[:-1]
    return "/".join([*(folders[-1:] if nearest else folders[:-1]), host])


def line_of(products: Sequence[HostProduct]) -> str:
    """``exchange-2016 CU23``."""
    return ", ".join(f"{product.id} {product.words}" for product in products) or "nothing recognised"


def products_of(row: sqlite3.Row) -> tuple[HostProduct, ...]:
    """The products of a host, as they were added."""
    return tuple(HostProduct(*one) for one in json.loads(row["products"]))


def installations_of(row: sqlite3.Row) -> tuple[HostInstallation, ...]:
    """The installations of a host, as they were added."""
    return read_installations(json.loads(row["installations"]))


def verdicts_of(findings: Findings) -> dict[str, str]:
    """The verdict of each update, by id."""
    return {update_id: verdict for verdict in VERDICTS for update_id in findings.get(verdict, ())}
