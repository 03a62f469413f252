"""The catalogue as one SQLite file: a scan reads its outline, then only the updates that its target calls for.

The tables of the updates are kept as they were written, so that they are read by the same functions, and with the same
checks, as those of a TOML file. A file from a stranger is opened read-only and holds nothing but the tables below. Its
bytes are held against its seal before SQLite is asked anything.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.load import CatalogueFile, read_cves, read_products, read_updates, update_label
from hotfix_check.catalogue.outline import Outline, read_outline
from hotfix_check.catalogue.product import Product
from hotfix_check.catalogue.seal import Checked, check_seal, stamp_of
from hotfix_check.catalogue.update import cves_of, parse_kb
from hotfix_check.errors import CatalogueError, SavedInputError, UnsupportedCatalogueError
from hotfix_check.frozen import dataclass, replace
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.json import parse_json

APPLICATION_ID = 0x48464943  # "HFIC", in the header of every index
FORMAT = 4
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES, _FORMAT_AT, _APPLICATION_AT = 100, 60, 68
MAX_INDEX_BYTES = 1 << 30  # of the file; 200,000 rows take 60 MB
MAX_VALUE_BYTES = 64 * 1024 * 1024  # of one text in it
MAX_STEPS = 200_000_000  # of SQLite's machine, all queries together: a damaged tree that leads in circles ends
_STEPS_AT_ONCE = 1_000_000
_AGAIN = "delete it, or build it again"
Rows: TypeAlias = Callable[[str, Mapping[str, object]], Iterator[tuple[Any, ...]]]
"""(query, its values) -> rows."""

SCHEMA = {
    "meta": "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "products": "CREATE TABLE products (id TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID",
    "updates": "CREATE TABLE updates (number INTEGER PRIMARY KEY, product TEXT NOT NULL, level TEXT, "
    "content TEXT NOT NULL)",
    "by_product": "CREATE INDEX by_product ON updates (product, level)",
    "advisories": "CREATE TABLE advisories (number INTEGER PRIMARY KEY, product TEXT NOT NULL, content TEXT NOT NULL)",
    "cves": "CREATE TABLE cves (id TEXT PRIMARY KEY, unfixed INTEGER NOT NULL, content TEXT NOT NULL) WITHOUT ROWID",
    "files": "CREATE TABLE files (product TEXT, name TEXT, number INTEGER, PRIMARY KEY (product, name, number)) "
    "WITHOUT ROWID",
    "related": "CREATE TABLE related (number INTEGER, other INTEGER, leads_on INTEGER, PRIMARY KEY (number, other)) "
    "WITHOUT ROWID",
    "called": "CREATE TABLE called (name TEXT, product TEXT, kb INTEGER, PRIMARY KEY (name, product, kb)) "
    "WITHOUT ROWID",
}
# What a target calls for, and all that this leads to. CROSS JOIN looks files up name by name, where SQLite would go
# through all of a product.
WITH_RELATED = """
WITH RECURSIVE
  chosen (product) AS (SELECT value FROM json_each(:products)),
  named (name) AS (SELECT value FROM json_each(:names)),
  wanted (number, leads_on) AS (
    SELECT number, 1 FROM updates JOIN chosen USING (product) WHERE :names IS NULL OR level IS NOT NULL
    UNION SELECT number, 1 FROM chosen CROSS JOIN named CROSS JOIN files USING (product, name)
    UNION SELECT other, related.leads_on FROM wanted JOIN related USING (number) WHERE wanted.leads_on
  )
SELECT product, content FROM updates WHERE number IN (SELECT number FROM wanted) ORDER BY number
"""

_CALLED = """
SELECT product FROM called WHERE name IN (:name, :kb) OR name IN
  (SELECT 'kb' || kb FROM called WHERE name IN (:name, :kb) AND kb > 0)
"""
_NAMES = "SELECT DISTINCT name FROM called WHERE name >= :begin AND name < :end ORDER BY name LIMIT :most"
# Those that updates fix or that were asked for, and beside any those that no update fixes.
_CVES = """
SELECT id, content FROM cves WHERE :ids IS NULL OR unfixed OR id IN (SELECT value FROM json_each(:ids)) ORDER BY id
"""
_ADVISORIES = """
SELECT product, content FROM advisories WHERE product IN (SELECT value FROM json_each(:products)) ORDER BY number
"""


def is_index(path: Path) -> bool:
    """Whether a file begins like a SQLite database. Raises CatalogueError when it cannot be opened."""
    return _header(path).startswith(_MAGIC)


@dataclass(frozen=True, slots=True)
class CatalogueIndex:
    """An index that was opened; all but the updates is read already.

    ``checked`` is the file as it was opened; ``sha256`` is of the catalogue that it was built from, ``tool`` the
    version of hotfix-check that built it. ``otherwise`` gives the whole catalogue where a cached index turns out to be
    damaged; None for one that the user named.
    """

    path: Path
    checked: Checked
    version: date
    sha256: str
    tool: str
    outline: Outline
    products: tuple[Product, ...]
    otherwise: Callable[[], Catalogue] | None = None

    def catalogue(
        self,
        products: Iterable[str] | None = None,
        names: frozenset[str] | None = None,
        cves: frozenset[str] = frozenset(),
    ) -> Catalogue:
        """The catalogue: all products, and the updates of some or all of them, with those that they lead to.

        Beside these the CVEs that they fix, and those of ``cves``. With ``names`` only the updates whose tables name
        such a file, those that bring a level, and what these lead to.
        Raises CatalogueError.
        """
        try:
            return self._catalogue(products, names, cves)
        except CatalogueError:
            if self.otherwise is None:
                raise
            return self.otherwise()

    def _catalogue(
        self, products: Iterable[str] | None, names: frozenset[str] | None, cves: frozenset[str]
    ) -> Catalogue:
        faults: list[str] = []
        updates, advisories = read_updates(self._updates(products, names), self.products, faults)
        wanted = cves.union(*map(cves_of, updates))
        known = read_cves(self._cves(wanted), faults)
        if faults:
            raise CatalogueError(*faults)
        return Catalogue(
            version=self.version.isoformat(),
            sha256=self.sha256,
            products=self.products,
            updates=updates,
            advisories=advisories,
            whole=self.outline,
            cves=known,
        )

    def documents(self) -> list[CatalogueFile]:
        """All of it as the tables that it was built from, not yet read; one document a product."""
        with self._connected() as rows:
            products = _product_files_of(rows, self.path, self.version)
        updates = {document.product_id: document for document in self._updates(None, None)}
        documents = [replace(updates[key], product=document.product) for key, document in products.items()]
        if cves := list(self._cves(None)):
            documents.append(CatalogueFile(str(self.path), self.version, None, None, [], [], cves))
        return documents

    def _cves(self, ids: frozenset[str] | None) -> Iterator[Fields]:
        """The tables of these CVEs; of all with None."""
        with self._connected() as rows:
            for cve, content in rows(_CVES, {"ids": None if ids is None else json.dumps(sorted(ids))}):
                where = f"{self.path}: {cve}"
                yield _fields(_json(where, content), where)

    def _updates(self, products: Iterable[str] | None, names: frozenset[str] | None) -> list[CatalogueFile]:
        found = {
            product.id: CatalogueFile(str(self.path), self.version, None, product.id, [], [])
            for product in self.products
        }
        chosen = json.dumps(sorted(found if products is None else products))
        named = None if names is None else json.dumps(sorted(names))
        with self._connected() as rows:
            for product_id, content in rows(WITH_RELATED, {"products": chosen, "names": named}):
                where = f"{self.path}: {product_id}: an update"
                table = _fields(_json(where, content), where).table
                where = f"{self.path}: {product_id}: {update_label(0, table)}"
                self._of(found, product_id).updates.append(_fields(table, where))
            for product_id, content in rows(_ADVISORIES, {"products": chosen}):
                where = f"{self.path}: {product_id}: advisory"
                self._of(found, product_id).advisories.append(_fields(_json(where, content), where))
        return list(found.values())

    def products_of(self, called: str) -> frozenset[str]:
        """The products with an update of this KB number, id or other name, or of the KB number of such an update."""
        name = called.strip().casefold()
        if not name.isprintable():  # half a surrogate pair, which is no text for SQLite, among them
            return frozenset()
        try:
            with self._connected() as rows:
                found = rows(_CALLED, {"name": name, "kb": f"kb{_kb(name)}"})
                return frozenset(str(product) for (product,) in found) & frozenset(self.outline.names)
        except CatalogueError:
            if self.otherwise is None:
                raise
            return frozenset(self.outline.names)

    def names(self, begin: str = "", most: int = 100_000) -> tuple[str, ...]:
        """What updates are called (ids, their own parts, KB numbers, other names), in lower case, that begins so."""
        if not begin.isprintable():
            return ()
        with self._connected() as rows:
            bounds = {"begin": begin, "end": begin + "\N{REPLACEMENT CHARACTER}", "most": most}
            return tuple(str(name) for (name,) in rows(_NAMES, bounds))

    @contextmanager
    def _connected(self) -> Iterator[Rows]:
        """Queries of the file that was opened. One that was written to since is held against the same seal again."""
        touched = stamp_of(_status(self.path)) != self.checked.stamp
        if touched and check_seal(self.path, _AGAIN).sha256 != self.checked.sha256:
            raise CatalogueError(f"{self.path}: another catalogue replaced it during this run: run it again")
        with connected(self.path) as rows:
            yield rows

    def _of(self, documents: Mapping[str, CatalogueFile], product_id: str) -> CatalogueFile:
        if product_id not in documents:
            raise CatalogueError(f"{self.path}: product {product_id!r} is not in it: {_AGAIN}")
        return documents[product_id]


def open_index(path: Path) -> CatalogueIndex:
    """Open an index. Raises CatalogueError when the file is not one, is damaged, or is of another format."""
    _check_form(path)
    checked = check_seal(path, _AGAIN)
    with connected(path) as rows:
        found: dict[str, str] = dict(rows("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL", {}))
        if found != SCHEMA:
            raise CatalogueError(f"{path}: its tables are not those of a catalogue: {_AGAIN}")
        meta = _fields(dict(rows("SELECT CAST(name AS TEXT), value FROM meta", {})), f"{path}: meta")
        version = meta.need("version", meta.day("version"))
        documents = _product_files_of(rows, path, version)
    outline = _json(f"{path}: outline", meta.need("outline", meta.text("outline")))
    faults: list[str] = []
    index = CatalogueIndex(
        path,
        checked,
        version,
        meta.need("sha256", meta.digest("sha256")),
        meta.need("tool", meta.text("tool")),
        read_outline(_fields(outline, f"{path}: outline")),
        read_products(documents.values(), faults),
    )
    meta.finish()
    if not set(index.outline.names) == set(documents) == {product.id for product in index.products}:
        faults.append(f"{path}: outline: its products are not those of the index: {_AGAIN}")
    if faults:
        raise CatalogueError(*faults)
    return index


def _check_form(path: Path) -> None:
    """By the header of a SQLite file (its file format, 1.3): what it is for, and the format of what is in it."""
    if _status(path).st_size > MAX_INDEX_BYTES:
        raise CatalogueError(f"{path}: larger than {MAX_INDEX_BYTES} bytes, not a catalogue index")
    header = _header(path).ljust(_HEADER_BYTES, b"\0")
    application, number = (struct.unpack_from(">I", header, at)[0] for at in (_APPLICATION_AT, _FORMAT_AT))
    if application != APPLICATION_ID:
        raise CatalogueError(f"{path}: a SQLite file, but not a catalogue: 'hotfix-check catalogue build' writes one")
    if number != FORMAT:
        raise UnsupportedCatalogueError(
            f"{path}: an index of format {number}; this hotfix-check reads {FORMAT}: {_AGAIN}"
        )


def _header(path: Path) -> bytes:
    """The first bytes of a file; none of what is no file. Raises CatalogueError when it cannot be opened."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(_HEADER_BYTES)
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror or error}") from None


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror or error}") from None


def index_differs(path: Path, again: bytes) -> bool:
    """Whether the rows of an index differ from those of one that was built again from its updates."""
    other = sqlite3.connect(":memory:")
    try:
        other.deserialize(again)
        queries = [f"SELECT * FROM {table}" for table in ("meta", "files", "related", "called", "cves")]  # noqa: S608
        queries.append("SELECT number, product, level FROM updates")
        with connected(path) as rows:
            return any(set(rows(query, {})) != set(other.execute(query)) for query in queries)
    finally:
        other.close()


def _kb(name: str) -> str:
    """The number of any spelling of a KB number; what is none as it is."""
    try:
        return str(parse_kb(name))
    except ValueError:
        return name


def _product_files_of(rows: Rows, path: Path, version: date) -> dict[str, CatalogueFile]:
    return {
        product_id: CatalogueFile(str(path), version, _fields(_json(where, content), where), product_id, [], [])
        for product_id, content in rows("SELECT id, content FROM products ORDER BY id", {})
        for where in (f"{path}: {product_id}: product",)
    }


def _json(where: str, text: object) -> Any:
    if not isinstance(text, str):
        raise CatalogueError(f"{where}: text expected, found {str(text)[:40]!r}: {_AGAIN}")
    try:
        return parse_json(text.encode("utf-8", "surrogatepass"), where, "a catalogue")
    except SavedInputError as error:
        raise CatalogueError(f"{error}: {_AGAIN}") from None


def _fields(table: object, where: str) -> Fields:
    return Fields(table, where, CatalogueError, text_dates=True)


@contextmanager
def connected(path: Path) -> Iterator[Rows]:
    """Queries of a file that is only read; its faults are told as such.

    All rows together are no more bytes than the file: a tree of a hostile file that leads to one page many times ends.
    """
    try:
        size = path.stat().st_size
        # immutable: nothing is locked or written beside the file; a rebuilt index takes its place whole.
        address = path.absolute().as_uri().removeprefix("file://")
        share = "" if address.startswith("/") else "//"  # of Windows: SQLite takes no host in an address
        connection = sqlite3.connect(f"file://{share}{address}?mode=ro&immutable=1", uri=True)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise CatalogueError(f"{path}: {error}") from None

    def rows(query: str, values: Mapping[str, object]) -> Iterator[tuple[Any, ...]]:
        nonlocal size
        for row in connection.execute(query, values):
            size -= sum(len(value) if isinstance(value, str | bytes) else 1 for value in row)
            if size < 0:
                raise CatalogueError(f"{path}: a damaged index (it refers to more than it holds): {_AGAIN}")
            yield row

    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        budget = iter(range(MAX_STEPS // _STEPS_AT_ONCE))
        connection.set_progress_handler(lambda: next(budget, None) is None, _STEPS_AT_ONCE)
        yield rows
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        # SQLite also says that memory ran out where a damaged page asks for more than it can have.
        raise CatalogueError(f"{path}: a damaged index ({str(error) or 'out of memory'}): {_AGAIN}") from None
    finally:
        connection.close()
