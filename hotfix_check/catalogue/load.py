"""Catalogue files, TOML (one a product) or JSON Lines, to values; faults are told with file, KB, row and field."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hotfix_check.catalogue.catalogue import Catalogue
from hotfix_check.catalogue.cve import Cve, read_cve
from hotfix_check.catalogue.outline import make_outline
from hotfix_check.catalogue.product import Advisory, Product
from hotfix_check.catalogue.product_table import read_product
from hotfix_check.catalogue.update import Update
from hotfix_check.catalogue.update_table import read_advisory, read_update
from hotfix_check.errors import CatalogueError, HotfixCheckError, UnsupportedCatalogueError
from hotfix_check.frozen import dataclass
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.json import parse_json
from hotfix_check.untrusted.shown import shown
from hotfix_check.untrusted.toml import parse_toml

FORMAT = 1
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_FAULTS = 100  # told at once
MAX_LINES = 1_000_000  # of a .jsonl file, an update each
SUFFIXES = (".toml", ".jsonl")

_VERSION = re.compile(rb"^version = ([0-9]{4}-[0-9]{2}-[0-9]{2})$", re.MULTILINE)

T = TypeVar("T")
Named = TypeVar("Named", Product, Update, Cve)


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """The tables of one catalogue file, not yet read; ``product`` is None where another file defines it."""

    where: str
    version: date
    product: Fields | None
    product_id: str | None
    updates: list[Fields]
    advisories: list[Fields]
    cves: list[Fields] = field(default_factory=list)


def default_folder() -> Path:
    """The catalogue that comes with the tool: in the installed package, or ``data/`` beside it in a checkout."""
    packaged = Path(__file__).parent.parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent.parent / "data"


def default_version() -> str | None:
    """The version of the catalogue that comes with the tool, by the heads of its files; None where it has none."""
    found = []
    for file in _files(default_folder()):
        with file.open("rb") as stream:
            head = _VERSION.search(stream.read(4096))
        if head is not None:
            found.append(head[1].decode())
    return max(found, default=None)


def load_catalogue(paths: Sequence[Path]) -> Catalogue:
    """Read catalogue files, or folders of them, as one catalogue. Raises CatalogueError with one line a fault."""
    contents = read_files(paths)
    return parse_catalogue(contents, sha256=digest_of(contents))


def read_files(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """The catalogue files at these paths with their bytes. Raises CatalogueError."""
    files = [file for path in paths for file in _files(path)]
    return [(str(file), read_bounded(file, MAX_FILE_BYTES, "a catalogue file", CatalogueError)) for file in files]


def digest_of(contents: Iterable[tuple[str, bytes]]) -> str:
    """The SHA-256 of a catalogue: over its files' names and bytes, wherever they lie."""
    digest = hashlib.sha256()
    for path, data in contents:
        digest.update(os.fsencode(Path(path).name) + f"\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def parse_catalogue(contents: Iterable[tuple[str, bytes]], *, sha256: str) -> Catalogue:
    """The same from (name, bytes) pairs. Raises CatalogueError with one line a fault."""
    faults: list[str] = []
    return read_parsed(parse_files(contents, faults), faults, sha256=sha256)


def parse_files(contents: Iterable[tuple[str, bytes]], faults: list[str]) -> list[CatalogueFile]:
    """The tables of each file; a file that is none adds a line to ``faults``."""
    found = (_gather(faults, partial(_document, name, data)) for name, data in contents)
    return [document for document in found if document is not None]


def read_parsed(documents: Sequence[CatalogueFile], faults: list[str], *, sha256: str) -> Catalogue:
    """The values of the tables. Raises CatalogueError with ``faults`` and those found here, a line each."""
    products = read_products(documents, faults)
    updates, advisories = read_updates(documents, products, faults)
    cves = read_cves((table for document in documents for table in document.cves), faults)
    if not faults and not products:
        faults.append("catalogue: no product in it")
    if faults:
        more = ["catalogue: more faults than are listed here"] if len(faults) > MAX_FAULTS else []
        raise CatalogueError(*faults[:MAX_FAULTS], *more)
    return Catalogue(
        version=max(document.version for document in documents).isoformat(),
        sha256=sha256,
        products=products,
        updates=updates,
        advisories=advisories,
        whole=make_outline(products, updates, advisories),
        cves=cves,
    )


def read_cves(tables: Iterable[Fields], faults: list[str]) -> dict[str, Cve]:
    """The CVEs of these tables, by number."""
    cves: dict[str, Cve] = {}
    for table in tables:
        if len(faults) > MAX_FAULTS:
            break
        _keep(cves, table, read_cve, faults)
    return {key: cves[key] for key in sorted(cves)}


def read_products(documents: Iterable[CatalogueFile], faults: list[str]) -> tuple[Product, ...]:
    """The products that these tables define, by id."""
    products: dict[str, Product] = {}
    for document in documents:
        if document.product is not None:
            _keep(products, document.product, read_product, faults)
    return tuple(products[key] for key in sorted(products))


def read_updates(
    documents: Iterable[CatalogueFile], products: Iterable[Product], faults: list[str]
) -> tuple[tuple[Update, ...], tuple[Advisory, ...]]:
    """The updates and advisories of these tables, by product and number."""
    known = {product.id: product for product in products}
    updates: dict[str, Update] = {}
    advisories: list[Advisory] = []
    for document in documents:
        owner = known.get(document.product_id or "")
        if owner is None:
            if document.product is None and (document.product_id is not None or document.updates):
                named = shown(document.product_id)
                which = (
                    f" ({', '.join(known)})" if known else "; give the one that has it too: 'default' is the tool's own"
                )
                faults.append(f"{document.where}: product: {named} is not a product of this catalogue{which}")
            continue
        for table in document.updates:
            if len(faults) > MAX_FAULTS:
                break
            _keep(updates, table, partial(read_update, product=owner), faults)
        for table in document.advisories:
            advisory = _gather(faults, partial(read_advisory, table, owner))
            if advisory is not None:
                advisories.append(advisory)
    return (
        tuple(updates[key] for key in sorted(updates, key=_by_product_and_number)),
        tuple(sorted(advisories, key=lambda advisory: advisory.id)),
    )


def update_label(number: int, table: dict[str, Any]) -> str:
    """The place of an update in its file: its id or KB number, else its position."""
    own_id, kb = table.get("id"), table.get("kb")
    if isinstance(own_id, str) and own_id:
        return own_id
    return f"KB{kb}" if isinstance(kb, int) and 0 < kb < 10**7 else f"update {number}"


def cve_label(number: int, table: dict[str, Any]) -> str:
    """The place of a CVE in its file: its number, else its position."""
    own_id = table.get("id")
    return own_id if isinstance(own_id, str) and own_id else f"cve {number}"


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise CatalogueError(f"{path}: no such catalogue file or folder")
    if not path.is_dir():
        return [path]
    files = sorted(file for suffix in SUFFIXES for file in path.glob(f"*{suffix}"))
    if not files:
        raise CatalogueError(f"{path}: no catalogue file (*.toml or *.jsonl) in this folder")
    return files


def _document(path: str, data: bytes) -> CatalogueFile:
    lines = path.endswith(".jsonl")
    parsed = _json_lines(data, path) if lines else parse_toml(data, path, "a catalogue", CatalogueError)
    top = Fields(parsed, path, CatalogueError, text_dates=lines)
    number = top.need("format", top.integer("format", 1, 1_000_000))
    if number != FORMAT:
        raise UnsupportedCatalogueError(
            f"{path}: format: catalogue format {number} is newer than this hotfix-check, which reads {FORMAT}: "
            "update hotfix-check, or use the catalogue that came with it"
        )
    product_table = top.get("product", object, "a table, or the id of a product of another file")
    product, product_id = None, None
    cves = list(top.tables("cve", cve_label, joint=": "))
    if isinstance(product_table, str):
        product_id = product_table
    elif product_table is not None or not cves:
        product = Fields(top.need("product", product_table), f"{path}: product", CatalogueError, text_dates=lines)
        product_id = product.text("id")
    document = CatalogueFile(
        path,
        top.need("version", top.day("version")),
        product,
        product_id,
        list(top.tables("update", update_label, joint=": ")),
        list(top.tables("advisory", lambda number, _: f"advisory {number}", joint=": ")),
        cves,
    )
    top.finish()
    return document


def _json_lines(data: bytes, path: str) -> object:
    """The first line is the file's table without its updates, each line after it one update."""
    if data.count(b"\n") > MAX_LINES:
        raise CatalogueError(f"{path}: more than {MAX_LINES} lines, not a catalogue")
    lines = [
        parse_json(line, f"{path}: line {number}", "a catalogue")
        for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
        if line.strip()
    ]
    if not lines:
        raise CatalogueError(f"{path}: empty: a catalogue expected")
    top, *updates = lines
    if not isinstance(top, dict):
        raise CatalogueError(f"{path}: line 1: a table expected, found {shown(top)}")
    if "update" in top:
        raise CatalogueError(f"{path}: line 1: update: each update needs a line of its own")
    return {**top, "update": updates}


def _keep(found: dict[str, Named], table: Fields, read: Callable[[Fields], Named], faults: list[str]) -> None:
    """Add what a table is read as, by its id; an id that is there already is a fault."""
    one = _gather(faults, partial(read, table))
    if one is not None and one.id in found:
        faults.append(f"{table.where}: id: {one.id} appears twice")
    elif one is not None:
        found[one.id] = one


def _gather(faults: list[str], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except UnsupportedCatalogueError:
        raise  # the rest of such a file means nothing here
    except HotfixCheckError as error:
        faults.append(str(error))
        return None


def _by_product_and_number(update_id: str) -> tuple[str, int, str]:
    product, _, own = update_id.partition("/")
    number = own.removeprefix("KB")
    return (product, int(number) if number.isdecimal() else 0, own)
