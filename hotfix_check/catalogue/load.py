"""Catalogue files (TOML, one a product) to values. Every fault is gathered and told with file, KB, row and field."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hotfix_check.bounded import read_bounded
from hotfix_check.catalogue.product import Advisory, Product
from hotfix_check.catalogue.product_table import read_product
from hotfix_check.catalogue.update import Update
from hotfix_check.catalogue.update_table import read_advisory, read_update
from hotfix_check.errors import CatalogueError, HotfixCheckError, UnsupportedCatalogueError
from hotfix_check.fields import Fields
from hotfix_check.shown import shown
from hotfix_check.toml_text import parse_toml

FORMAT = 1
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_FAULTS = 100  # told at once

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Products with their updates, sorted by id; ``sha256`` is over the files' names and bytes, ``version`` a date."""

    version: str
    sha256: str
    products: tuple[Product, ...]
    updates: tuple[Update, ...]
    advisories: tuple[Advisory, ...]

    def product(self, product_id: str) -> Product:
        """The product of that id. Raises KeyError."""
        for product in self.products:
            if product.id == product_id:
                return product
        raise KeyError(product_id)


def default_folder() -> Path:
    """The catalogue that comes with the tool: in the installed package, or ``data/`` beside it in a checkout."""
    packaged = Path(__file__).parent.parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "data"


def load_catalogue(paths: Sequence[Path]) -> Catalogue:
    """Read catalogue files, or folders of them, as one catalogue.

    Raises CatalogueError with one line a fault when anything in them cannot be used.
    """
    files = [file for path in paths for file in _toml_files(path)]
    digest = hashlib.sha256()
    contents: list[tuple[str, bytes]] = []
    for file in files:
        data = read_bounded(file, MAX_FILE_BYTES, "a catalogue file", CatalogueError)
        contents.append((str(file), data))
        digest.update(os.fsencode(file.name) + f"\0{len(data)}\0".encode() + data)
    return parse_catalogue(contents, sha256=digest.hexdigest())


def parse_catalogue(contents: Iterable[tuple[str, bytes]], *, sha256: str) -> Catalogue:
    """The same from (name, bytes) pairs. Raises CatalogueError with one line a fault."""
    faults: list[str] = []
    documents = [document for name, data in contents if (document := _document(name, data, faults)) is not None]
    products: dict[str, Product] = {}
    for document in documents:
        if document.product is not None:
            product = _gather(faults, partial(read_product, document.product))
            if product is not None and product.id in products:
                faults.append(f"{document.product.where}: product {product.id} is defined twice")
            elif product is not None:
                products[product.id] = product
    updates: dict[str, Update] = {}
    advisories: list[Advisory] = []
    for document in documents:
        owner = products.get(document.product_id or "")
        if owner is None:
            if document.product is None:
                named = shown(document.product_id)
                faults.append(f"{document.where}: product: {named} is not a product of this catalogue")
            continue
        for table in document.updates:
            if len(faults) > MAX_FAULTS:
                break
            update = _gather(faults, partial(read_update, table, owner))
            if update is not None and update.id in updates:
                faults.append(f"{table.where}: id: {update.id} is there twice")
            elif update is not None:
                updates[update.id] = update
        for table in document.advisories:
            advisory = _gather(faults, partial(read_advisory, table, owner))
            if advisory is not None:
                advisories.append(advisory)
    if not faults and not products:
        faults.append("catalogue: no product in it")
    if faults:
        more = ["catalogue: more faults than are told here"] if len(faults) > MAX_FAULTS else []
        raise CatalogueError("\n".join(faults[:MAX_FAULTS] + more))
    return Catalogue(
        version=max(document.version for document in documents).isoformat(),
        sha256=sha256,
        products=tuple(products[key] for key in sorted(products)),
        updates=tuple(updates[key] for key in sorted(updates, key=_by_product_and_number)),
        advisories=tuple(sorted(advisories, key=lambda advisory: advisory.id)),
    )


def _toml_files(path: Path) -> list[Path]:
    if not path.exists():
        raise CatalogueError(f"{path}: no such catalogue file or folder")
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.toml"))
    if not files:
        raise CatalogueError(f"{path}: no catalogue file (*.toml) in this folder")
    return files


@dataclass(frozen=True, slots=True)
class _Document:
    where: str
    version: date
    product: Fields | None
    product_id: str | None
    updates: list[Fields]
    advisories: list[Fields]


def _document(path: str, data: bytes, faults: list[str]) -> _Document | None:
    try:
        parsed = parse_toml(data, path, "a catalogue", CatalogueError)
    except CatalogueError as error:
        faults.append(str(error))
        return None

    def read() -> _Document:
        top = Fields(parsed, path, CatalogueError)
        number = top.need("format", top.integer("format", 1, 1_000_000))
        if number != FORMAT:
            raise UnsupportedCatalogueError(
                f"{path}: format: catalogue format {number} is newer than this hotfix-check, which reads {FORMAT}: "
                "update hotfix-check, or use the catalogue that came with it"
            )
        product_table = top.get("product", object, "a table, or the id of a product of another file")
        product, product_id = None, None
        if isinstance(product_table, str):
            product_id = product_table
        else:
            product = Fields(top.need("product", product_table), f"{path}: product", CatalogueError)
            product_id = product.text("id")
        document = _Document(
            path,
            top.need("version", top.day("version")),
            product,
            product_id,
            top.tables("update", _update_label, joint=": "),
            top.tables("advisory", lambda number, _: f"advisory {number}", joint=": "),
        )
        top.finish()
        return document

    return _gather(faults, read)


def _gather(faults: list[str], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except UnsupportedCatalogueError:
        raise  # the rest of such a file means nothing here
    except HotfixCheckError as error:
        faults.append(str(error))
        return None


def _update_label(number: int, table: dict[str, Any]) -> str:
    own_id, kb = table.get("id"), table.get("kb")
    if isinstance(own_id, str) and own_id:
        return own_id
    return f"KB{kb}" if isinstance(kb, int) and 0 < kb < 10**7 else f"update {number}"


def _by_product_and_number(update_id: str) -> tuple[str, int, str]:
    product, _, own = update_id.partition("/")
    number = own.removeprefix("KB")
    return (product, int(number) if number.isdecimal() else 0, own)
