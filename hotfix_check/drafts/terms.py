"""Catalogue terms for what an article names in words: ``Microsoft Exchange Server version 5.5 Service Pack 4`` is
product ``exchange-5.5``, level ``SP4``. Products that the catalogue does not know give no term.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Term(NamedTuple):
    """A product id, and a level of it where one is named (``RTM``, ``SP4``, ``CU23``, ``RU9``, ``SP3 RU2``)."""

    product: str
    level: str | None = None


VERSION_PREFIX = {
    "exchange-4.0": "4.0", "exchange-5.0": "5.0", "exchange-5.5": "5.5", "exchange-2000": "6.0",
    "exchange-2003": "6.5", "exchange-2007": "8", "exchange-2010": "14", "exchange-2013": "15.0",
    "exchange-2016": "15.1", "exchange-2019": "15.2", "exchange-se": "15.2",
}  # fmt: skip
"""How the file versions of a product begin."""

_OLD = re.compile(
    r"\bexchange(?: server)?(?:, (?:enterprise|standard)(?: edition)?)?,? ?(?:versions? ?)?"
    r"((?:(?:[45]\.0|5\.5)(?: ?SP\d\w?)?(?:, and | and |, ?| or )?){1,16})",
    re.IGNORECASE,
)
_OLD_ITEM = re.compile(r"([45]\.0|5\.5)(?: ?SP(\d)\w?)?", re.IGNORECASE)
_YEAR = re.compile(
    r"\bexchange(?: server)? (2000|2003|2007|2010|2013|2016|2019)\b|\bexchange server (subscription edition|SE)\b",
    re.IGNORECASE,
)
_CLIENT = re.compile(r"\bclients?\b|\boutlook\b", re.IGNORECASE)
_PACK = re.compile(r"\b(?:service packs?|SP) ?(\d)[a-z]?\b", re.IGNORECASE)
_CUMULATIVE = re.compile(r"\b(?:cumulative update|CU) ?(\d{1,2})\b", re.IGNORECASE)
_ROLLUP = re.compile(r"\b(?:update rollup|rollup|RU) ?(\d{1,2})\b", re.IGNORECASE)
_RTM = re.compile(r"\b(?:RTM|original release|release to manufacturing)\b", re.IGNORECASE)
_AFTER = 90


def find_terms(text: str) -> tuple[Term, ...]:
    """The products and levels that a short text names, in order, each once."""
    text = " ".join(text.split())[:2000]
    found: list[Term] = []
    for match in _OLD.finditer(text):
        if _is_client(text, match.start(), match.end()):
            continue
        items = [
            Term(f"exchange-{item[1]}", f"SP{item[2]}" if item[2] else None) for item in _OLD_ITEM.finditer(match[1])
        ]
        if len(items) == 1 and items[0].level is None:
            items = _with_levels(items[0].product, text[match.end() : match.end() + _AFTER])
        found += items
    for match in _YEAR.finditer(text):
        if _is_client(text, match.start(), match.end()):
            continue
        product = f"exchange-{(match[1] or 'se').lower()}"
        found += _with_levels(product, text[match.end() : match.end() + _AFTER])
    return tuple(dict.fromkeys(found))


def _is_client(text: str, start: int, end: int) -> bool:
    """An Exchange client, or Outlook: not the server."""
    if "server" in text[start : end + 10].lower():
        return False
    return bool(_CLIENT.search(text[max(0, start - 30) : end + 30])) and not re.match(
        r"\s?server", text[end:], re.IGNORECASE
    )


def _with_levels(product: str, after: str) -> list[Term]:
    after = re.split(r"\bexchange\b|[;.] ", after, maxsplit=1, flags=re.IGNORECASE)[0]
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


def find_level(text: str) -> str | None:
    """A level that a text names without its product: ``Service Pack 4 (SP4)``."""
    term = _with_levels("", text)[0]
    return term.level


def product_of_version(version: str, products: tuple[str, ...]) -> str | None:
    """The only one of some products whose file versions begin like this one."""
    fitting = [product for product in products if f"{version}.".startswith(f"{VERSION_PREFIX[product]}.")]
    return fitting[0] if len(fitting) == 1 else None
