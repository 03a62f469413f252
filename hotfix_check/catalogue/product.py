"""What Microsoft shipped: a product, its service levels, the files that show a level and the folders they live in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from hotfix_check.frozen import Frozen, dataclass
from hotfix_check.version import FileVersion

STALE_AFTER_DAYS = 60
_PART = re.compile(r"(==|!=)([0-9]+(?:\.[0-9]+){0,3})\.\*|(>=|<)([0-9]+(?:\.[0-9]+){0,3})", re.ASCII)


class Level(Frozen):
    """One service level (RTM, SP4, CU23); ``build`` is its headline build, three or four numbers as in the source.

    ``withdrawn_builds`` are those that it was released with first, below its headline: 15.0.712.22 is CU2 all the same.
    ``branch_of`` is the level that a line of builds of its own branches from (QFE builds of SQL Server beside its GDR
    builds): whoever is on it has that level, and updates have a package for each.
    """

    name: str
    build: tuple[int, ...]
    released: date | None = None
    end_of_support: date | None = None
    withdrawn_builds: tuple[FileVersion, ...] = ()
    branch_of: str | None = None


def plain_name(name: str) -> str:
    """A ProductName in lower case without the signs of a trademark: "Microsoft® Exchange", "Microsoft(R) Exchange"."""
    for sign in ("(r)", "(tm)", "®", "™"):
        name = name.lower().replace(sign, "")
    return " ".join(name.split())


def headline_version(level: Level) -> FileVersion:
    """The headline build as a file version; a fourth number that no source gives is 0."""
    major, minor, build, *rest = level.build
    return FileVersion(major, minor, build, rest[0] if rest else 0)


class Folder(Frozen):
    """A folder that the product's setup fills.

    ``paths`` are endings of folder paths, parts joined by ``/``. A folder elsewhere that holds every one of ``core``
    (lower-case file names) looks like this one. Where a ``listing`` is cited, ``core`` are the files that it names at
    every level, and a folder that holds them all was collected whole; two or three core files alone prove nothing.
    """

    role: str
    paths: tuple[str, ...]
    core: frozenset[str]
    listing: str | None = None


class ProductFile(Frozen):
    """A file of the product: where it belongs and, for a marker, its own version at each level that is known.

    ``every_role`` is true when setup puts a copy into each role (Mapi32.dll of Exchange 2000 and 2003: Bin and
    System32, Exchange Analyzer aa996540), false when one of them is enough.
    """

    name: str
    roles: tuple[str, ...]
    every_role: bool = False
    marker: bool = False
    versions: Mapping[str, FileVersion]


class Component(Frozen):
    """An optional part of the product (Internet Mail Service); its markers are there when it is installed."""

    name: str
    markers: tuple[str, ...]


class Advisory(Frozen):
    """Builds of one file that are known to be bad or were recalled, ``first`` to ``last`` inclusive."""

    id: str
    product: str
    kb: int | None
    file: str
    first: FileVersion
    last: FileVersion
    text: str
    source: str


class PaidPeriod(Frozen):
    """A time after the end of support, first to last day, in which updates are made for those who pay for them."""

    begins: date
    ends: date
    terms: str
    sources: tuple[str, ...]


class Recorded(Frozen):
    """What setup records of the product in the registry: where, and what the values say.

    ``setup_keys`` are paths below HKLM\\SOFTWARE\\Microsoft, ``*`` being a part of any name. A number
    ``product_number`` in the value ``product_value`` is this product; another one is another product, and without a
    number so is any. ``pack_value`` holds the number of the service pack, 0 for none; ``build_values`` the numbers of
    the build, two to four; ``third_part_value`` the third of them, alone or as part of the whole. ``folder_value`` is
    the root of the installation. ``told_values`` are shown and decide nothing. Keys below Updates that have the word
    ``update_keys`` in their names are the product's, or a relation's of it; with ``next_level_in_keys`` the service
    pack in such a key is the one after that which the update is for.
    """

    setup_keys: tuple[str, ...]
    product_value: str | None = None
    product_number: int | None = None
    pack_value: str | None = None
    build_values: tuple[str, ...] = ()
    third_part_value: str | None = None
    folder_value: str | None = None
    told_values: tuple[str, ...] = ()
    update_keys: str | None = None
    next_level_in_keys: bool = False

    @property
    def values(self) -> frozenset[str]:
        """The names of all values that are read of a setup key."""
        named = (self.product_value, self.pack_value, self.third_part_value, self.folder_value)
        return frozenset((*filter(None, named), *self.build_values, *self.told_values))


class Stub(Frozen):
    """A library of Windows or of a client that takes the names of ``files``, in lower case: known by what it exports.

    Such a file is nobody's here, whatever its version; ``name`` is what it is called.
    """

    name: str
    export: str
    files: frozenset[str]


class Product(Frozen):
    """One Exchange release, by the range of its file versions.

    ``by_third_part``: where a file's own version at a level is unknown, the third number of the level's headline
    build decides (Exchange 2000 and later: 6.5.7638.1 is SP2, whose headline is 7638.2). In 4.0 to 5.5 it says nothing.
    ``platform``: what a file row without a platform was built for; None when it says nothing about it.
    ``end_of_support`` is the last day of extended support, None where there is none or no source names it;
    ``support_terms`` says why there is none. ``successor`` is the id of the product to go to, ``upgrade`` the way.

    ``roots`` are endings of the path of an installation, in lower case; folders that lie below none of them are the
    system's. ``product_names`` are the values of ProductName that its program files carry, as ``plain_name`` writes
    them; where there are none, any. ``build_per_update``: each update gives its files a build of its own, so that other
    files than the marker bear witness to it (2007 and later). ``build_per_level``: every build carries the third part
    of its level (2013 and later). ``client_files`` are those that a client library brings too (the MAPI/CDO download);
    ``other_products`` are names of products that bring files of the same names and builds, as ``plain_name`` writes
    them. ``recorded_as`` are words that stand for it in the name of its registry key, beside the end of its id.
    ``backups`` are ends of the paths of folders where its updates keep what they replaced, or its setup lies, in lower
    case: ``*`` is any rest of a name, ``{kb}`` the number of an article. ``called`` are the names that articles and
    packages have for it, without the maker's; ``keywords`` those beginnings of keywords to which "sp4fix" is added in
    an article on a fix that service pack 4 has (exc55sp4fix).
    """

    id: str
    name: str
    range: SpecifierSet
    levels: tuple[Level, ...]
    folders: tuple[Folder, ...]
    files: Mapping[str, ProductFile]
    components: Mapping[str, Component]
    server_files: frozenset[str]
    by_third_part: bool = False
    platform: str | None = None
    end_of_support: date | None = None
    support_terms: str | None = None
    paid_support: tuple[PaidPeriod, ...] = ()
    successor: str | None = None
    upgrade: str | None = None
    roots: tuple[str, ...] = ()
    product_names: frozenset[str] = frozenset()
    build_per_update: bool = False
    build_per_level: bool = False
    client_files: frozenset[str] = frozenset()
    other_products: frozenset[str] = frozenset()
    recorded_as: frozenset[str] = frozenset()
    recorded: Recorded | None = None
    stub: Stub | None = None
    backups: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()

    def is_marker(self, name: str) -> bool:
        """Whether a file of this name, in lower case, is a marker."""
        known = self.files.get(name)
        return known is not None and known.marker

    def root_of(self, path: str) -> str | None:
        """The root that one of its folders' paths lies below; None for a system folder."""
        return next((root for root in self.roots if path.startswith(f"{root}/")), None)

    def holds(self, version: FileVersion) -> bool:
        """Whether a file of this version is in the product's range."""
        return range_of(self.range).hold(version)

    def level_index(self, name: str) -> int:
        """Position of a level, oldest first. Raises KeyError for a name that the product does not have."""
        for index, level in enumerate(self.levels):
            if level.name == name:
                return index
        for index, level in enumerate(self.levels):
            if level.name.casefold() == name.casefold():
                return index
        raise KeyError(name)

    def home_of(self, index: int) -> int:
        """The position of the level that somebody has who is at this one: of a branch that which it branches from."""
        branched_from = self.levels[index].branch_of
        return index if branched_from is None else self.level_index(branched_from)

    def line_of(self, version: FileVersion) -> int:
        """The level whose build range holds the version: the servicing line it was built on.

        In products that go by the third part the fourth says nothing: 6.5.7638.1 is of SP2, whose headline is 7638.2.
        But it tells the files of a preview, which are no newer than its headline, from those of the release.
        """
        for index in range(len(self.levels) - 1, -1, -1):
            build = self.levels[index].build
            if version >= (build[:3] if self.by_third_part else build):
                before = self.levels[index - 1].build if index else ()
                return index - 1 if before[:3] == build[:3] and version <= before else index
        return 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """A range as file versions to compare with: from ``first`` on and before ``end``, but for what lies in ``without``.

    Shorter tuples than a version's are below all versions that begin so.
    """

    first: tuple[int, ...]
    end: tuple[int, ...]
    without: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()

    def hold(self, version: FileVersion) -> bool:
        """Whether a version is in the range."""
        return self.first <= version < self.end and not any(first <= version < end for first, end in self.without)


@dataclass(frozen=True, slots=True)
class AnyRange:
    """A range that has other parts than bounds, which packaging reads."""

    versions: SpecifierSet

    def hold(self, version: FileVersion) -> bool:
        """Whether a version is in the range."""
        return self.versions.contains(Version(str(version)))


def range_of(versions: SpecifierSet) -> Bounds | AnyRange:
    """A range to hold many versions against: to find it again takes longer than to compare."""
    return bounds_of(versions) or AnyRange(versions)


@lru_cache(maxsize=256)
def bounds_of(versions: SpecifierSet) -> Bounds | None:
    """The bounds of a range of the usual parts (``==5.5.*``, ``!=5.5.1774.*``, ``>=8.0``, ``<8.4``); None of any other.

    Every file of a server is asked of every product, and packaging takes a string for each answer.
    """
    first: tuple[int, ...] = (0,)
    end: tuple[int, ...] = (0x10000,)
    without: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for part in str(versions).split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return None
        numbers = tuple(map(int, (found[2] or found[4]).split(".")))
        after = (*numbers[:-1], numbers[-1] + 1)
        if found[1] == "!=":
            without.append((numbers, after))
        if found[1] == "==" or found[3] == ">=":
            first = max(first, numbers)
        if found[1] == "==" or found[3] == "<":
            end = min(end, after if found[1] else numbers)
    return Bounds(first, end, tuple(without))


def own_version(file: ProductFile, level: Level, product: Product) -> FileVersion | None:
    """A file's own version at a level: of a marker that goes by the third part, else the level's headline build."""
    if file.marker and product.by_third_part:
        return file.versions.get(level.name, headline_version(level))
    return file.versions.get(level.name)


def serviced(product: Product, day: date) -> bool:
    """Whether updates are made for a product on a day: within its support, or a period that is paid for.

    One whose end of support no source names is taken to be serviced only where the catalogue says how (Exchange 2000
    has neither an end nor updates since 2010; the Subscription Edition has no fixed end).
    """
    if product.end_of_support is None:
        return product.successor is None and product.support_terms is not None
    return day <= product.end_of_support or any(one.begins <= day <= one.ends for one in product.paid_support)


def stale_days(product: Product, newest: date | None, day: date) -> int | None:
    """The age in days of the newest known update, where it is so old that a newer one is likely to be out."""
    if newest is None or not serviced(product, day):
        return None
    age = (day - newest).days
    return age if age > STALE_AFTER_DAYS else None
