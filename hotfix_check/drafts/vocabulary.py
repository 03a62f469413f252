"""What an article prints, in the catalogue's words: processors, languages, folders, products with their levels.

``Microsoft Exchange Server version 5.5 Service Pack 4`` is product ``exchange-5.5``, level ``SP4``. Each reader gives
nothing where the catalogue has no word; the printed text is then for the reviewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from hotfix_check.catalogue.product import Product, bounds_of
from hotfix_check.pe.languages import LANGUAGES

PROCESSORS = {
    "intel": "i386", "x86": "i386", "i386": "i386", "ix86": "i386", "80x86": "i386", "i486": "i386", "i586": "i386",
    "win32": "i386", "alpha": "alpha", "axp": "alpha", "mips": "mips", "ppc": "powerpc", "powerpc": "powerpc",
    "x64": "amd64", "x86-64": "amd64", "amd64": "amd64", "ia64": "ia64", "ia-64": "ia64", "itanium": "ia64",
    "arm64": "arm64",
}  # fmt: skip
"""Names of processors in small letters, and the catalogue's word for each."""

JOINING_WORDS = frozenset(["and", "&", "or", "/", "+", ",", "only", "platform", "platforms", "based"])

LANGUAGE_NAMES = {
    "arabic": 0x0401, "chinese simplified": 0x0804, "simplified chinese": 0x0804, "chinese traditional": 0x0404,
    "traditional chinese": 0x0404, "czech": 0x0405, "danish": 0x0406, "german": 0x0407, "greek": 0x0408,
    "english": 0x0409, "us": 0x0409, "usa": 0x0409, "us english": 0x0409, "uk": 0x0809, "spanish": 0x0C0A,
    "finnish": 0x040B, "french": 0x040C, "hebrew": 0x040D, "hungarian": 0x040E, "italian": 0x0410,
    "japanese": 0x0411, "korean": 0x0412, "dutch": 0x0413, "norwegian": 0x0414, "polish": 0x0415,
    "brazilian": 0x0416, "brazilian portuguese": 0x0416, "portuguese brazilian": 0x0416, "portuguese": 0x0816,
    "russian": 0x0419, "slovak": 0x041B, "slovenian": 0x0424, "swedish": 0x041D, "thai": 0x041E, "turkish": 0x041F,
}  # fmt: skip
_WORDS_OF_PROCESSORS = re.compile(r"[\s,/&+]+|-based\b")
_HEXADECIMAL = re.compile(r"(?:0x)?(0?[0-9c][0-9a-f]{2})")
_DECIMAL = re.compile(r"(?:00)?([1-3][0-9]{3})")


@lru_cache(maxsize=512)
def catalogue_platforms(printed: str) -> tuple[str, ...]:
    """``Intel and Alpha`` is ``i386`` and ``alpha``; nothing for a text that names anything else (``Windows 98``)."""
    found: dict[str, None] = {}
    for word in _WORDS_OF_PROCESSORS.split(printed.strip().strip("()<>[]").lower()):
        if word in PROCESSORS:
            found[PROCESSORS[word]] = None
        elif word and word not in JOINING_WORDS:
            return ()
    return tuple(found)


@lru_cache(maxsize=512)
def catalogue_language(printed: str) -> str | None:
    """Four hexadecimal digits for ``Japanese``, ``JPN``, ``0411``, ``001041 Japanese`` (decimal); None for others."""
    text = " ".join(re.sub(r"[(),-]", " ", printed).lower().split())
    if text.upper() in LANGUAGES:
        return f"{LANGUAGES[text.upper()]:04x}"
    first, _, rest = text.partition(" ")
    if match := _DECIMAL.fullmatch(first):
        return f"{int(match[1]):04x}"
    if not rest and (match := _HEXADECIMAL.fullmatch(text)):
        return match[1].zfill(4)
    number = LANGUAGE_NAMES.get(text.removesuffix(" language").removesuffix(" version"))
    return None if number is None else f"{number:04x}"


def catalogue_roles(printed: str, product: Product | None) -> tuple[str, ...]:
    """The folder roles whose path the printed folder is or ends in: ``%windir%\\System32`` is ``system32``."""
    if product is None:
        return ()
    parts = [part for part in re.split(r"[\\/]+", printed.strip().lower()) if part]
    return tuple(
        folder.role
        for folder in product.folders
        if any(parts[-len(path) :] == path for path in (path.lower().split("/") for path in folder.paths))
    )


class Term(NamedTuple):
    """A product id, and a level of it where one is named (``RTM``, ``SP4``, ``CU23``, ``RU9``, ``SP3 RU2``)."""

    product: str
    level: str | None = None


_CLIENT = re.compile(r"\bclients?\b|\boutlook\b", re.IGNORECASE)
_PACK = re.compile(r"\b(?:service packs?|SP) ?(\d)[a-z]?\b", re.IGNORECASE)
_CUMULATIVE = re.compile(r"\b(?:cumulative update|CU) ?(\d{1,2})\b", re.IGNORECASE)
_ROLLUP = re.compile(r"\b(?:update rollup|rollup|RU) ?(\d{1,2})\b", re.IGNORECASE)
_RTM = re.compile(r"\b(?:RTM|original release|release to manufacturing)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+\.\d+")
_NO_NAME = "(?!)"
_AFTER = 90


class ProductNames:
    """What articles call the products of a catalogue (``called``), and what their keywords and file versions tell.

    A name that ends in a dotted number (Exchange Server 5.5) is also found in a list of numbers: "Exchange Server
    versions 4.0, 5.0, 5.5 SP3". What stands before the last word of a name is a family: Exchange Server.
    """

    def __init__(self, products: Iterable[Product]) -> None:
        self.products: Mapping[str, Product] = {product.id: product for product in products}
        self._ids = {name.lower(): product.id for product in self.products.values() for name in product.called}
        families = [name.rpartition(" ")[0] for name in self._ids]
        numbers = [last for name in self._ids if _NUMBER.fullmatch(last := name.rpartition(" ")[2])]
        self.families = _one_of(families)
        """A regular expression, in small letters, as those that follow."""
        self.names = _one_of(self._ids)
        number = _one_of(numbers)
        self._numbered = re.compile(
            rf"\b({self.families})(?:, (?:enterprise|standard)(?: edition)?)?,? ?(?:versions? ?)?"
            rf"((?:{number}(?: ?SP\d\w?)?(?:, and | and |, ?| or )?){{1,16}})",
            re.IGNORECASE,
        )
        self._each_number = re.compile(rf"({number})(?: ?SP(\d)\w?)?", re.IGNORECASE)
        plain = [name for name in self._ids if not _NUMBER.fullmatch(name.rpartition(" ")[2])]
        self._plain = re.compile(rf"\b({_one_of(plain)})\b", re.IGNORECASE)
        self._ends = re.compile(rf"\b{self.families}\b|[;.] ", re.IGNORECASE)
        packed = {name: " ?".join(_packed(word) for word in name.split()) for name in self._ids}
        self._packed = [(re.compile(rf"{text}(?![0-9])", re.IGNORECASE), name) for name, text in packed.items()]
        self._keywords = {word.lower(): product for product in self.products.values() for word in product.keywords}
        self._level_keyword = re.compile(rf"\b({_one_of(self._keywords)})0?sp(\d)a?fix\b", re.IGNORECASE)
        self.prefixes = {product.id: _prefix(product) for product in self.products.values()}
        """How the file versions of each product begin: ``5.5``."""

    def find(self, text: str) -> tuple[Term, ...]:
        """The products and levels that a short text names, in order, each once."""
        text = " ".join(text.split())[:2000]
        found: list[Term] = []
        for match in self._numbered.finditer(text):
            if _is_client(text, match.start(), match.end()):
                continue
            items = [
                Term(product, f"SP{item[2]}" if item[2] else None)
                for item in self._each_number.finditer(match[2])
                if (product := self._ids.get(f"{match[1]} {item[1]}".lower()))
            ]
            if len(items) == 1 and items[0].level is None:
                items = self._with_levels(items[0].product, text[match.end() : match.end() + _AFTER])
            found += items
        for match in self._plain.finditer(text):
            if not _is_client(text, match.start(), match.end()):
                found += self._with_levels(self._ids[match[1].lower()], text[match.end() : match.end() + _AFTER])
        return tuple(dict.fromkeys(found))

    def level(self, text: str) -> str | None:
        """A level that a text names without its product: ``Service Pack 4 (SP4)``."""
        return self._with_levels("", text)[0].level

    def of_version(self, version: str, products: Iterable[str]) -> str | None:
        """The only one of some products whose file versions begin like this one."""
        fitting = [product for product in products if f"{version}.".startswith(f"{self.prefixes[product]}.")]
        return fitting[0] if len(fitting) == 1 else None

    def of_package(self, name: str) -> str | None:
        """The product that the name of a package names: ``Exchange5.5-KB818861-x86-ENU.exe``."""
        return next((self._ids[called] for pattern, called in self._packed if pattern.search(name)), None)

    def of_keywords(self, keywords: str) -> list[tuple[str, str]]:
        """The service packs that keywords name as those with the fix (``exc55sp4fix``): product's name and number."""
        found = self._level_keyword.finditer(keywords)
        return [(self._keywords[match[1].lower()].name, match[2]) for match in found]

    def _with_levels(self, product: str, after: str) -> list[Term]:
        after = self._ends.split(after, maxsplit=1)[0]
        if "post-s" in after.lower() or "pre-s" in after.lower():
            return [Term(product)]
        pack = _PACK.search(after)
        listed = re.match(r"(?:, (\d)[a-z]?\b)+", after[pack.end() :]) if pack else None
        level = f"SP{pack[1]}" if pack else None
        if cumulative := _CUMULATIVE.search(after):
            return [Term(product, f"CU{cumulative[1]}")]
        if rollup := _ROLLUP.search(after):
            return [Term(product, f"{level} RU{rollup[1]}" if level else f"RU{rollup[1]}")]
        if pack and listed:
            return [Term(product, f"SP{number}") for number in re.findall(r"\d", pack[1] + listed[0])]
        if level is None and _RTM.search(after):
            level = "RTM"
        return [Term(product, level)]


def _one_of(texts: Iterable[str]) -> str:
    """What finds one of these texts, the longest where several begin alike."""
    return f"(?:{'|'.join(map(re.escape, sorted(set(texts), key=lambda text: (-len(text), text)))) or _NO_NAME})"


def _packed(word: str) -> str:
    """A word in the name of a package, which leaves "Server" out, and blanks."""
    return "(?:server)?" if word == "server" else re.escape(word)


def _prefix(product: Product) -> str | None:
    """The numbers that all versions of a range begin with; None where there are none."""
    bounds = bounds_of(product.range)
    if bounds is None:
        return None
    same = 0
    while bounds.first[same : same + 1] == bounds.end[same : same + 1] != ():
        same += 1
    if bounds.end[same:] == tuple(number + 1 for number in bounds.first[same : same + 1]):
        same += 1
    return ".".join(map(str, bounds.first[:same])) or None


def _is_client(text: str, start: int, end: int) -> bool:
    """A product's client, or Outlook: not the server, nor is the conferencing server that has its name."""
    if text[end:].lower().startswith(" conferencing server"):
        return True
    return "server" not in text[start : end + 10].lower() and bool(_CLIENT.search(text[max(0, start - 30) : end + 30]))
