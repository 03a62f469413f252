"""The ``[product]`` table of a catalogue file to a Product; every fault names its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from hotfix_check.catalogue.product import (
    Component,
    Folder,
    Level,
    PaidPeriod,
    Product,
    ProductFile,
    Recorded,
    Stub,
    plain_name,
)
from hotfix_check.untrusted.fields import Fields
from hotfix_check.untrusted.shown import shown
from hotfix_check.version import FileVersion

T = TypeVar("T")
PLATFORMS = ("i386", "alpha", "mips", "powerpc", "ia64", "amd64", "arm64")
MAX_LEVELS = 200  # each update's files are held against them all; Exchange 2016 has 24
MAX_FOLDERS = 200
_LONGEST_PATH = 200  # characters
_SYSTEM = ("windows", "winnt", "common files")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}", re.ASCII)
_BUILD = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){2,3}", re.ASCII)


def read_product(table: Fields) -> Product:
    """The product. Raises CatalogueError."""
    product_id = table.need("id", table.text("id"))
    if not _ID.fullmatch(product_id):
        raise table.fault("id", f"{shown(product_id)}: lower-case letters, digits, dots and hyphens expected")
    levels = _levels(table)
    folders = tuple(_each(table, "folders", "folder", _folder))
    if len(folders) > MAX_FOLDERS:
        raise table.fault("folders", f"more than {MAX_FOLDERS}")
    roles = {folder.role for folder in folders}
    files = [_product_file(file, levels, roles) for file in table.tables("files", file_label)]
    product = Product(
        id=product_id,
        name=table.need("name", table.text("name")),
        range=table.need("range", table.specifier("range")),
        levels=levels,
        folders=folders,
        files={file.name.lower(): file for file in files},
        components={one.name: one for one in _each(table, "components", "component", _component)},
        server_files=frozenset(name.lower() for name in table.need("server_files", table.texts("server_files"))),
        by_third_part=table.choice("level_by", ("whole-version", "third-part")) == "third-part",
        platform=table.choice("platform", PLATFORMS),
        end_of_support=table.day("end_of_support"),
        support_terms=table.text("support_terms"),
        paid_support=tuple(_each(table, "paid_support", "period", _paid)),
        successor=table.text("successor"),
        upgrade=table.text("upgrade"),
        roots=tuple(root.lower() for root in table.texts("roots") or _usual_roots(folders)),
        product_names=frozenset(map(plain_name, table.texts("product_names") or ())),
        build_per_update=table.flag("build_per_update", False),
        build_per_level=table.flag("build_per_level", False),
        client_files=_lower(table, "client_files"),
        other_products=frozenset(map(plain_name, table.texts("other_products") or ())),
        recorded_as=_lower(table, "recorded_as"),
        recorded=table.inner_as("recorded", _recorded),
        stub=table.inner_as("stub", _stub),
        backups=_backups(table),
        called=_called(table),
        keywords=table.texts("keywords") or (),
    )
    table.texts("sources")
    table.finish()
    if len(product.files) != len(files):
        raise table.fault("files", "a file appears twice")
    return product


def _each(table: Fields, field: str, label: str, reader: Callable[[Fields], T]) -> Iterator[T]:
    """What the tables of a field are read as; faults name them by number."""
    return table.each(field, lambda number, _: f"{label} {number}", reader)


def _lower(table: Fields, field: str) -> frozenset[str]:
    return frozenset(text.lower() for text in table.texts(field) or ())


def _levels(table: Fields) -> tuple[Level, ...]:
    """The levels, oldest first; branches come after the level that they are of."""
    levels = tuple(_each(table, "levels", "level", _level))
    if len(levels) > MAX_LEVELS:
        raise table.fault("levels", f"more than {MAX_LEVELS}")
    if not levels:
        raise table.fault("levels", "at least one level is needed")
    names = [level.name.casefold() for level in levels]
    if len(set(names)) != len(names):
        raise table.fault("levels", "a level appears twice")
    builds = [level.build for level in levels]
    if builds != sorted(builds) or len(set(builds)) != len(builds):
        raise table.fault("levels", "must be in the order of their builds, oldest first")
    for number, level in enumerate(levels):
        if level.branch_of is not None and level.branch_of not in [one.name for one in levels[:number]]:
            raise table.fault("levels", f"{level.name}: branch_of: {shown(level.branch_of)} is not an earlier level")
    return levels


def _level(table: Fields) -> Level:
    text = table.need("build", table.text("build"))
    if not _BUILD.fullmatch(text):
        raise table.fault("build", f"{shown(text)}: three or four dotted numbers expected, such as 5.5.2653.23")
    return Level(
        name=table.need("name", table.text("name")),
        build=tuple(int(part) for part in text.split(".")),
        released=table.day("released"),
        end_of_support=table.day("end_of_support"),
        branch_of=table.text("branch_of"),
        withdrawn_builds=tuple(
            table.read("withdrawn_builds", build, FileVersion.parse) for build in table.texts("withdrawn_builds") or ()
        ),
    )


def _paid(table: Fields) -> PaidPeriod:
    period = PaidPeriod(
        begins=table.need("begins", table.day("begins")),
        ends=table.need("ends", table.day("ends")),
        terms=table.need("terms", table.text("terms")),
        sources=table.need("sources", table.texts("sources")),
    )
    if period.ends < period.begins:
        raise table.fault("ends", f"{period.ends} is before begins ({period.begins})")
    return period


def _folder(table: Fields) -> Folder:
    folder = Folder(
        role=table.need("role", table.text("role")),
        paths=tuple(path.lower() for path in table.need("paths", table.texts("paths"))),
        core=_lower(table, "core"),
        listing=table.text("listing"),
    )
    if folder.listing is not None and not folder.core:
        raise table.fault("listing", "core is missing: the files that the listing names")
    return folder


def _recorded(table: Fields) -> Recorded:
    recorded = Recorded(
        setup_keys=tuple(key.lower() for key in table.texts("setup_keys") or ()),
        product_value=table.text("product_value"),
        product_number=table.integer("product_number", 0, 0xFFFF),
        pack_value=table.text("pack_value"),
        build_values=table.texts("build_values") or (),
        third_part_value=table.text("third_part_value"),
        folder_value=table.text("folder_value"),
        told_values=table.texts("told_values") or (),
        update_keys=table.text("update_keys"),
        next_level_in_keys=table.flag("next_level_in_keys", False),
    )
    if recorded.build_values and not 2 <= len(recorded.build_values) <= 4:
        raise table.fault("build_values", "two to four values expected, one a number of the build")
    return recorded


def _stub(table: Fields) -> Stub:
    return Stub(
        name=table.need("name", table.text("name")),
        export=table.need("export", table.text("export")),
        files=frozenset(name.lower() for name in table.need("files", table.texts("files"))),
    )


def _backups(table: Fields) -> tuple[str, ...]:
    """Ends of the paths of backup folders, held to what is quickly looked for in any path."""
    paths = table.texts("backups") or ()
    if len(paths) > MAX_FOLDERS:
        raise table.fault("backups", f"more than {MAX_FOLDERS}")
    for path in paths:
        if len(path) > _LONGEST_PATH or any(not part.strip() or part.count("*") > 1 for part in path.split("/")):
            raise table.fault("backups", f"{shown(path)}: parts joined by /, each with one * at most, expected")
    return tuple(path.lower() for path in paths)


def _called(table: Fields) -> tuple[str, ...]:
    """Names of at least two words: the last one tells the product from others of its family."""
    names = table.texts("called") or ()
    for name in names:
        if len(name) > _LONGEST_PATH or len(name.split(" ")) < 2 or not all(name.split(" ")):
            raise table.fault("called", f"{shown(name)}: at least two words, with a blank between, expected")
    return names


def _usual_roots(folders: tuple[Folder, ...]) -> list[str]:
    """Of a product whose roots are not given: what its folders lie in, but for those of the system."""
    above = [path.rpartition("/")[0] for folder in folders for path in folder.paths]
    return sorted({root for root in above if root and root.partition("/")[0] not in _SYSTEM})


def file_label(number: int, table: dict[str, Any]) -> str:
    """The place of a row of files, by its number and name."""
    name = table.get("name")
    return f"file {number} ({str(name)[:60]})" if name else f"file {number}"


def _product_file(table: Fields, levels: tuple[Level, ...], known_roles: set[str]) -> ProductFile:
    versions: dict[str, FileVersion] = {}
    by_level = table.get("versions", dict, "a table of level = version") or {}
    names = {level.name for level in levels}
    for level, text in by_level.items():
        if level not in names:
            raise table.fault("versions", f"{shown(level)} is not a level of this product ({', '.join(sorted(names))})")
        if not isinstance(text, str):
            raise table.fault("versions", f"{level}: text expected, found {shown(text)}")
        versions[level] = table.read(f"versions, {level}", text, FileVersion.parse)
    file = ProductFile(
        name=table.need("name", table.text("name")),
        roles=table.texts("roles") or (),
        every_role=table.choice("copies", ("any", "all")) == "all",
        marker=table.flag("marker", False),
        versions=versions,
    )
    check_roles(table, file.roles, known_roles)
    table.text("source")
    table.finish()
    return file


def check_roles(table: Fields, roles: tuple[str, ...], known: set[str]) -> None:
    """Raises CatalogueError when a row names a folder role that the product does not have."""
    for role in roles:
        if role not in known:
            raise table.fault(
                "roles", f"{shown(role)} is not a folder role of this product ({', '.join(sorted(known))})"
            )


def _component(table: Fields) -> Component:
    return Component(name=table.need("name", table.text("name")), markers=table.need("markers", table.texts("markers")))
