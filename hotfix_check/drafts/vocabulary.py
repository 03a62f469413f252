"""What an article prints, in the catalogue's words: processors, languages, folders.

Each reader gives nothing where the catalogue has no word; the printed text is then for the reviewer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hotfix_check.catalogue.product import Product
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
