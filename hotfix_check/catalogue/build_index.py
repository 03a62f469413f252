"""A catalogue to the bytes of its index, the SQLite file that catalogue.index reads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from hotfix_check import __version__
from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.index import APPLICATION_ID, FORMAT, SCHEMA
from hotfix_check.catalogue.load import CatalogueFile
from hotfix_check.catalogue.outline import outline_table, row_names
from hotfix_check.catalogue.relations import Supersedence
from hotfix_check.catalogue.seal import sealed
from hotfix_check.catalogue.update import names_of
from hotfix_check.catalogue.update_table import update_id

_RELEASE_AT = 96


def index_bytes(catalogue: Catalogue, documents: Sequence[CatalogueFile]) -> bytes:
    """The index of a whole catalogue, read from ``documents``: the same bytes in each run and release of SQLite."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        for statement in SCHEMA.values():
            connection.execute(statement)
        connection.execute("BEGIN")
        _write_head(connection, catalogue)
        _write_documents(connection, documents)
        _write_updates(connection, catalogue, documents)
        connection.execute("COMMIT")
        data = connection.serialize()
        # Without the number of the SQLite that wrote it, which no SQLite reads (its file format, 1.3.18).
        return sealed(data[:_RELEASE_AT] + bytes(4) + data[_RELEASE_AT + 4 :])
    finally:
        connection.close()


def _write_head(connection: sqlite3.Connection, catalogue: Catalogue) -> None:
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [
            ("version", catalogue.version),
            ("sha256", catalogue.sha256),
            ("tool", __version__),
            ("outline", json.dumps(outline_table(catalogue.outline()), separators=(",", ":"))),
        ],
    )


def _write_documents(connection: sqlite3.Connection, documents: Sequence[CatalogueFile]) -> None:
    """Products, advisories and CVEs, as their files have them."""
    advisories = [(document.product_id, table.as_json()) for document in documents for table in document.advisories]
    connection.executemany(
        "INSERT INTO products VALUES (?, ?)",
        [(one.product_id, one.product.as_json()) for one in documents if one.product is not None],
    )
    connection.executemany(
        "INSERT INTO advisories VALUES (?, ?, ?)", [(number, *row) for number, row in enumerate(advisories, 1)]
    )
    connection.executemany(
        "INSERT INTO cves VALUES (?, ?, ?)",
        [
            (table.text("id"), int(bool(table.texts("without_fix"))), table.as_json())
            for document in documents
            for table in document.cves
        ],
    )


def _write_updates(connection: sqlite3.Connection, catalogue: Catalogue, documents: Sequence[CatalogueFile]) -> None:
    """Updates, with the files that they name, what they are related to and what they are called."""
    relations = Supersedence(catalogue)
    numbers = {update.id: number for number, update in enumerate(catalogue.updates, 1)}
    tables = {
        update_id(table, document.product_id or ""): table for document in documents for table in document.updates
    }
    for update in catalogue.updates:
        number = numbers[update.id]
        connection.execute(
            "INSERT INTO updates VALUES (?, ?, ?, ?)",
            (number, update.product, update.level, tables[update.id].as_json()),
        )
        connection.executemany(
            "INSERT INTO files VALUES (?, ?, ?)",
            [(update.product, name, number) for name in sorted(row_names(update))],
        )
        related = relations.related(update).items()
        connection.executemany(
            "INSERT INTO related VALUES (?, ?, ?)",
            sorted((number, numbers[other], int(on)) for other, on in related if other in numbers),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO called VALUES (?, ?, ?)",
            [(name.casefold(), update.product, update.kb or 0) for name in names_of(update)],
        )
