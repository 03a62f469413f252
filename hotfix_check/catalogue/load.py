"""Catalogue files (TOML, one a product) to values. Every fault is gathered and told with file, KB, row and field."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from packaging.specifiers import SpecifierSet

from hotfix_check.catalogue.kb import parse_kb
from hotfix_check.catalogue.product import Advisory, Component, Folder, Level, Product, ProductFile
from hotfix_check.catalogue.update import (
    Action,
    FileRow,
    Importance,
    Kind,
    Package,
    Prerequisite,
    Update,
    package_line,
)
from hotfix_check.errors import CatalogueError, HotfixCheckError, UnsupportedCatalogueError
from hotfix_check.fields import Fields
from hotfix_check.version import FileVersion

FORMAT = 1
MAX_FILE_BYTES = 64 * 1024 * 1024
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}", re.ASCII)
_BUILD = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){2,3}", re.ASCII)
_RESTART = ("yes", "no", "services")
_ACTIONS = ("registry", "service", "note")
_PLATFORMS = ("i386", "alpha", "mips", "powerpc", "ia64", "amd64", "arm64")
_DEFAULT_IMPORTANCE = {Kind.HOTFIX: Importance.OPTIONAL}

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
        try:
            with file.open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CatalogueError(f"{file}: cannot be read: {error.strerror or error}") from error
        if len(data) > MAX_FILE_BYTES:
            raise CatalogueError(f"{file}: larger than {MAX_FILE_BYTES} bytes, not a catalogue file")
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
            product = _gather(faults, partial(_product, document.product))
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
                faults.append(f"{document.where}: product: {document.product_id!r} is not a product of this catalogue")
            continue
        for table in document.updates:
            update = _gather(faults, partial(_update, table, owner))
            if update is not None and update.id in updates:
                faults.append(f"{table.where}: id: {update.id} is there twice")
            elif update is not None:
                updates[update.id] = update
        for table in document.advisories:
            advisory = _gather(faults, partial(_advisory, table, owner))
            if advisory is not None:
                advisories.append(advisory)
    if not faults and not products:
        faults.append("catalogue: no product in it")
    if faults:
        raise CatalogueError("\n".join(faults))
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
        parsed = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        faults.append(f"{path}: not a TOML file: {error}")
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
    key = table.get("id") or (f"KB{table['kb']}" if isinstance(table.get("kb"), int) else None)
    return str(key)[:80] if key else f"update {number}"


def _product(table: Fields) -> Product:
    product_id = table.need("id", table.text("id"))
    if not _ID.fullmatch(product_id):
        raise table.fault("id", f"{product_id!r}: lower-case letters, digits, dots and hyphens expected")
    levels = tuple(_level(level) for level in table.tables("levels", lambda number, _: f"level {number}"))
    if not levels:
        raise table.fault("levels", "at least one level is needed")
    names = [level.name.casefold() for level in levels]
    if len(set(names)) != len(names):
        raise table.fault("levels", "a level is there twice")
    builds = [level.build for level in levels]
    if builds != sorted(builds) or len(set(builds)) != len(builds):
        raise table.fault("levels", "must be in the order of their builds, oldest first")
    folders = tuple(_folder(folder) for folder in table.tables("folders", lambda number, _: f"folder {number}"))
    roles = {folder.role for folder in folders}
    files = [_product_file(file, levels, roles) for file in table.tables("files", _file_label)]
    components = [_component(entry) for entry in table.tables("components", lambda number, _: f"component {number}")]
    product = Product(
        id=product_id,
        name=table.need("name", table.text("name")),
        range=table.need("range", table.specifier("range")),
        levels=levels,
        folders=folders,
        files={file.name.lower(): file for file in files},
        components={component.name: component for component in components},
        server_files=frozenset(name.lower() for name in table.need("server_files", table.texts("server_files"))),
        by_third_part=table.choice("level_by", ("whole-version", "third-part")) == "third-part",
        platform=table.choice("platform", _PLATFORMS),
        end_of_support=table.day("end_of_support"),
    )
    table.texts("sources")
    table.finish()
    if len(product.files) != len(files):
        raise table.fault("files", "a file is there twice")
    return product


def _level(table: Fields) -> Level:
    text = table.need("build", table.text("build"))
    if not _BUILD.fullmatch(text):
        raise table.fault("build", f"{text!r}: three or four dotted numbers expected, such as 5.5.2653.23")
    level = Level(
        name=table.need("name", table.text("name")),
        build=tuple(int(part) for part in text.split(".")),
        released=table.day("released"),
        end_of_support=table.day("end_of_support"),
    )
    table.finish()
    return level


def _folder(table: Fields) -> Folder:
    folder = Folder(
        role=table.need("role", table.text("role")),
        paths=tuple(path.lower() for path in table.need("paths", table.texts("paths"))),
        core=frozenset(name.lower() for name in table.texts("core") or ()),
    )
    table.finish()
    return folder


def _file_label(number: int, table: dict[str, Any]) -> str:
    name = table.get("name")
    return f"file {number} ({str(name)[:60]})" if name else f"file {number}"


def _product_file(table: Fields, levels: tuple[Level, ...], known_roles: set[str]) -> ProductFile:
    versions: dict[str, FileVersion] = {}
    by_level = table.get("versions", dict, "a table of level = version") or {}
    names = {level.name for level in levels}
    for level, text in by_level.items():
        if level not in names:
            raise table.fault("versions", f"{level!r} is no level of this product ({', '.join(sorted(names))})")
        if not isinstance(text, str):
            raise table.fault("versions", f"{level}: text expected, found {text!r}")
        versions[level] = table.read(f"versions, {level}", text, FileVersion.parse)
    file = ProductFile(
        name=table.need("name", table.text("name")),
        roles=table.texts("roles") or (),
        every_role=table.choice("copies", ("any", "all")) == "all",
        marker=table.flag("marker", False),
        versions=versions,
    )
    _check_roles(table, file.roles, known_roles)
    table.text("source")
    table.finish()
    return file


def _check_roles(table: Fields, roles: tuple[str, ...], known: set[str]) -> None:
    for role in roles:
        if role not in known:
            raise table.fault("roles", f"{role!r} is no folder role of this product ({', '.join(sorted(known))})")


def _component(table: Fields) -> Component:
    component = Component(
        name=table.need("name", table.text("name")), markers=table.need("markers", table.texts("markers"))
    )
    table.finish()
    return component


def _update(table: Fields, product: Product) -> Update:
    kb = table.integer("kb", 10_000, 9_999_999)
    own_id = table.text("id") or (f"KB{kb}" if kb is not None else None)
    if own_id is None:
        raise table.fault("kb", "missing (an update whose number is not known needs an id)")
    kind = Kind(table.need("kind", table.choice("kind", tuple(Kind))))
    level_name = _level_name(table, "level", table.text("level"), product)
    if (level_name is not None) != (kind in (Kind.SERVICE_PACK, Kind.CUMULATIVE_UPDATE)):
        raise table.fault("level", "a service pack or cumulative update, and nothing else, names the level it brings")
    released = table.day("released")
    if released is None and level_name is not None:
        released = product.levels[product.level_index(level_name)].released
    component = table.text("component")
    importance = table.choice("importance", tuple(Importance))
    replaces = _references(table, "replaces", product)
    packages = tuple(_package(entry, product) for entry in table.tables("package", lambda n, _: f"package {n}"))
    _check_lines(table, packages, product)
    update = Update(
        id=f"{product.id}/{own_id}",
        kb=kb,
        aliases=table.texts("aliases") or (),
        product=product.id,
        title=table.need("title", table.text("title")),
        kind=kind,
        importance=Importance(importance) if importance else _DEFAULT_IMPORTANCE.get(kind, Importance.RECOMMENDED),
        released=released,
        level=level_name,
        component=component,
        restart=table.choice("restart", _RESTART),
        packages=packages,
        replaces=replaces,
        contains=_references(table, "contains", product) or (),
        included_in=_references(table, "included_in", product, levels=True) or (),
        related=_references(table, "related", product) or (),
        actions=tuple(_action(entry) for entry in table.tables("actions", lambda n, _: f"action {n}")),
        applies_to=table.texts("applies_to") or (),
        sources=table.need("sources", table.texts("sources")),
        reviewed=table.day("reviewed"),
    )
    table.finish()
    return update


def _check_lines(table: Fields, packages: Sequence[Package], product: Product) -> None:
    """A target's line chooses the package: two of one line could not be told apart."""
    seen: dict[int, int] = {}
    for number, package in enumerate(packages, 1):
        line = package_line(package, product)
        if line is not None and line in seen:
            level = product.levels[line].name
            raise table.fault("package", f"packages {seen[line]} and {number} are both for the line of {level}")
        if line is not None:
            seen[line] = number


def _level_name(table: Fields, field: str, name: str | None, product: Product) -> str | None:
    if name is None:
        return None
    try:
        return product.levels[product.level_index(name)].name
    except KeyError:
        known = ", ".join(level.name for level in product.levels)
        raise table.fault(field, f"{name!r} is no level of {product.id} ({known})") from None


def _references(table: Fields, field: str, product: Product, *, levels: bool = False) -> tuple[str, ...] | None:
    values = table.items(field, object, "a list of KB numbers or update ids")
    if values is None:
        return None
    return tuple(_reference(table, field, value, product, levels=levels) for value in values)


def _reference(table: Fields, field: str, value: object, product: Product, *, levels: bool) -> str:
    """A KB number or update id, made into a full id; with ``levels`` also the name of a level."""
    if isinstance(value, int):
        value = f"KB{value}"
    if not isinstance(value, str):
        raise table.fault(field, f"a KB number or update id expected, found {value!r}")
    if levels:
        for level in product.levels:
            if level.name.casefold() == value.casefold():
                return level.name
    if "/" in value:
        return value
    if not value.upper().startswith(("KB", "Q")):
        return f"{product.id}/{value}"
    return f"{product.id}/KB{table.read(field, value, parse_kb)}"


def _package(table: Fields, product: Product) -> Package:
    groups = table.items("prerequisites", list, "a list of groups, each a list of alternatives")
    prerequisites = tuple(tuple(_prerequisite(table, value, product) for value in group) for group in groups or ())
    if any(not group for group in prerequisites):
        raise table.fault("prerequisites", "a group must name at least one level or update")
    package = Package(
        level=_level_name(table, "level", table.text("level"), product),
        rows=tuple(_row(row, product) for row in table.tables("files", _file_label)),
        prerequisites=prerequisites,
        prerequisites_stated=table.flag("prerequisites_stated", groups is not None),
        contains_earlier=table.flag("contains_earlier", True),
    )
    table.finish()
    return package


def _prerequisite(table: Fields, value: object, product: Product) -> Prerequisite:
    reference = _reference(table, "prerequisites", value, product, levels=True)
    return Prerequisite(update=reference) if "/" in reference else Prerequisite(level=reference)


def _row(table: Fields, product: Product) -> FileRow:
    row = FileRow(
        name=table.need("name", table.text("name")),
        version=table.version("version"),
        size=table.integer("size", 0, 2**40),
        timestamp=table.timestamp("timestamp"),
        platform=table.choice("platform", _PLATFORMS),
        language=table.text("language"),
        roles=table.texts("roles") or (),
        companion=table.flag("companion", False),
        range=table.specifier("range"),
        sure=table.flag("sure", True),
        note=table.text("note"),
    )
    table.finish()
    if "/" in row.name or "\\" in row.name:
        raise table.fault("name", f"{row.name!r}: a file name without its folder expected")
    _check_roles(table, row.roles, {folder.role for folder in product.folders})
    own: SpecifierSet = row.range if row.range is not None else product.range
    if row.version is not None and not own.contains(str(row.version)):
        raise table.fault("version", f"{row.version} is not in the range {own}")
    return row


def _action(table: Fields) -> Action:
    action = Action(
        kind=table.need("kind", table.choice("kind", _ACTIONS)), text=table.need("text", table.text("text"))
    )
    table.finish()
    return action


def _advisory(table: Fields, product: Product) -> Advisory:
    own_id = table.need("id", table.text("id"))
    advisory = Advisory(
        id=f"{product.id}/{own_id}",
        product=product.id,
        kb=table.integer("kb", 10_000, 9_999_999),
        file=table.need("file", table.text("file")),
        first=table.need("first", table.version("first")),
        last=table.need("last", table.version("last")),
        text=table.need("text", table.text("text")),
        source=table.need("source", table.text("source")),
    )
    table.finish()
    if advisory.first > advisory.last:
        raise table.fault("last", f"{advisory.last} is below first ({advisory.first})")
    return advisory


def _by_product_and_number(update_id: str) -> tuple[str, int, str]:
    product, _, own = update_id.partition("/")
    number = own.removeprefix("KB")
    return (product, int(number) if number.isdecimal() else 0, own)
