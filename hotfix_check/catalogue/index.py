"""The catalogue as one SQLite file: a scan reads its outline, then only the updates that its target calls for.

The tables of the updates are kept as they were written, so that they are read by the same functions, and with the same
checks, as those of a TOML file. A file from a stranger is opened read-only and holds nothing but the tables below.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.load import Document, read_documents, update_label
from hotfix_check.catalogue.outline import Outline
from hotfix_check.catalogue.outline_table import read_outline
from hotfix_check.errors import CatalogueError, UnsupportedCatalogueError
from hotfix_check.fields import Fields

APPLICATION_ID = 0x48464943  # "HFIC", in the header of every index
FORMAT = 1
_MAGIC = b"SQLite format 3\0"
_MAX_VALUE_BYTES = 64 * 1024 * 1024
_MAX_STEPS = 1_000_000_000  # of SQLite's machine, all queries together: a damaged tree that leads in circles ends
_STEPS_AT_ONCE = 1_000_000
SCHEMA = {
    "meta": "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "products": "CREATE TABLE products (id TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID",
    "updates": "CREATE TABLE updates (number INTEGER PRIMARY KEY, product TEXT NOT NULL, level TEXT, "
    "content TEXT NOT NULL)",
    "by_product": "CREATE INDEX by_product ON updates (product, level)",
    "advisories": "CREATE TABLE advisories (number INTEGER PRIMARY KEY, product TEXT NOT NULL, content TEXT NOT NULL)",
    "files": "CREATE TABLE files (product TEXT, name TEXT, number INTEGER, PRIMARY KEY (product, name, number)) "
    "WITHOUT ROWID",
    "related": "CREATE TABLE related (number INTEGER, other INTEGER, PRIMARY KEY (number, other)) WITHOUT ROWID",
    "called": "CREATE TABLE called (name TEXT, product TEXT, PRIMARY KEY (name, product)) WITHOUT ROWID",
}
# What a target calls for, and all that this leads to.
_WITH_RELATED = """
WITH RECURSIVE
  chosen (product) AS (SELECT value FROM json_each(:products)),
  named (name) AS (SELECT value FROM json_each(:names)),
  wanted (number) AS (
    SELECT number FROM updates JOIN chosen USING (product) WHERE :names IS NULL OR level IS NOT NULL
    UNION SELECT number FROM files JOIN chosen USING (product) JOIN named USING (name)
    UNION SELECT related.other FROM wanted JOIN related USING (number)
  )
SELECT product, content FROM updates WHERE number IN wanted ORDER BY number
"""


def is_index(path: Path) -> bool:
    """Whether a file begins like a SQLite database. Raises CatalogueError when it cannot be opened."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror or error}") from None


@dataclass(frozen=True, slots=True)
class CatalogueIndex:
    """An index that was opened; ``product_ids`` and ``outline`` are of the whole catalogue."""

    path: Path
    version: date
    sha256: str
    outline: Outline

    def catalogue(self, products: Iterable[str] | None = None, names: frozenset[str] | None = None) -> Catalogue:
        """The catalogue: all products, and the updates of some or all of them, with those that they lead to.

        With ``names`` only the updates whose tables name such a file, those that bring a level, and what these lead to.
        Raises CatalogueError.
        """
        with _connected(self.path) as connection:
            documents = self._documents(connection, products, names)
        return read_documents(documents, [], sha256=self.sha256, whole=self.outline)

    def products_of(self, called: str) -> frozenset[str]:
        """The products that have an update of this KB number ("KB818861"), id or other name, whatever its case."""
        with _connected(self.path) as connection:
            rows = connection.execute("SELECT product FROM called WHERE name = ?", (called.strip().casefold(),))
            return frozenset(self._text(row[0]) for row in rows)

    def _documents(
        self, connection: sqlite3.Connection, products: Iterable[str] | None, names: frozenset[str] | None
    ) -> list[Document]:
        documents: dict[str, Document] = {}
        for product_id, content in connection.execute("SELECT id, content FROM products ORDER BY id"):
            documents[product_id] = Document(
                str(self.path),
                self.version,
                self._fields(content, f"{self.path}: {product_id}: product"),
                product_id,
                [],
                [],
            )
        chosen = tuple(documents if products is None else products)
        for product_id, content in _updates(connection, chosen, names):
            table = self._table(content)
            label = update_label(0, table)
            self._of(documents, product_id).updates.append(self._fields(table, f"{self.path}: {product_id}: {label}"))
        for product_id, content in connection.execute("SELECT product, content FROM advisories ORDER BY number"):
            where = f"{self.path}: {product_id}: advisory"
            self._of(documents, product_id).advisories.append(self._fields(content, where))
        return list(documents.values())

    def _of(self, documents: Mapping[str, Document], product_id: str) -> Document:
        if product_id not in documents:
            raise CatalogueError(f"{self.path}: product {product_id!r} is not in it: build the index again")
        return documents[product_id]

    def _fields(self, content: object, where: str) -> Fields:
        table = self._table(content) if isinstance(content, str) else content
        return Fields(table, where, CatalogueError, text_dates=True)

    def _table(self, content: str) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise CatalogueError(f"{self.path}: not JSON: {error}: build the index again") from None

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise CatalogueError(f"{self.path}: text expected, found {value!r}: build the index again")
        return value


def open_index(path: Path) -> CatalogueIndex:
    """Open an index. Raises CatalogueError when the file is not one, is damaged, or is of another format."""
    with _connected(path) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (number,) = connection.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID:
            raise CatalogueError(f"{path}: a SQLite file, but no catalogue: 'hotfix-check catalogue build' writes one")
        if number != FORMAT:
            raise UnsupportedCatalogueError(
                f"{path}: an index of format {number}, this hotfix-check reads {FORMAT}: build it again"
            )
        found = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
        if found != SCHEMA:
            raise CatalogueError(f"{path}: its tables are not those of a catalogue: build it again")
        meta = dict(connection.execute("SELECT name, value FROM meta"))
    table = Fields(meta, f"{path}: meta", CatalogueError, text_dates=True)
    index = CatalogueIndex(
        path,
        table.need("version", table.day("version")),
        table.need("sha256", table.text("sha256")),
        read_outline(_outline_fields(path, table.need("outline", table.text("outline")))),
    )
    table.finish()
    return index


def _outline_fields(path: Path, text: str) -> Fields:
    try:
        return Fields(json.loads(text), f"{path}: outline", CatalogueError, text_dates=True)
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{path}: outline: not JSON: {error}: build the index again") from None


def _updates(
    connection: sqlite3.Connection, products: tuple[str, ...], names: frozenset[str] | None
) -> Iterator[tuple[str, str]]:
    listed = None if names is None else json.dumps(sorted(names))
    yield from connection.execute(_WITH_RELATED, {"products": json.dumps(products), "names": listed})


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection, whose faults are told as those of the file."""
    try:
        # immutable: nothing is locked or written beside the file; a rebuilt index takes its place whole.
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise CatalogueError(f"{path}: {error}") from None
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        budget = iter(range(_MAX_STEPS // _STEPS_AT_ONCE))
        connection.set_progress_handler(lambda: next(budget, None) is None, _STEPS_AT_ONCE)
        yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: a damaged index ({error}): build it again") from None
    finally:
        connection.close()
