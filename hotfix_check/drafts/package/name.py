"""What a package's file name says.

KB817903, since April 2003: ProductName-KBArticleNumber-Option-Language.exe, such as Exchange5.5-KB123456-ia64-JPN.exe;
Option is the processor, and a package for all languages has no Language. Later ones end in x64-en.msp. Before: Q, the
number, and letters for language and processor without a mark between them (Q123456i.exe, Q123456ENUI386.EXE).
"""

from __future__ import annotations

import re

from hotfix_check.drafts.terms import ProductNames
from hotfix_check.drafts.vocabulary import PROCESSORS
from hotfix_check.frozen import Frozen
from hotfix_check.pe.languages import LANGUAGES

_NUMBER = re.compile(r"(?:^|[^A-Za-z0-9])(?:KB|Q)([0-9]{5,7})(?![0-9])", re.IGNORECASE | re.ASCII)
_OLD = re.compile(r"Q([0-9]{5,7})([A-Z]{3})?(I(?:386)?|A(?:LPHA)?|X86)?[^A-Za-z]*", re.IGNORECASE | re.ASCII)
_PLATFORMS = {**PROCESSORS, "i": "i386", "a": "alpha"}
_SHORT = {"en": 0x0409}


class PackageName(Frozen):
    """What the name says; None is what it does not."""

    kb: int | None = None
    product: str | None = None
    """Catalogue id."""
    platform: str | None = None
    language: int | None = None
    """Windows language number."""


def read_name(name: str, names: ProductNames) -> PackageName:
    """Read the name of a package, with its suffix."""
    stem = name.rpartition(".")[0] or name
    if old := _OLD.fullmatch(stem):
        return PackageName(
            kb=int(old[1]),
            platform=_PLATFORMS.get((old[3] or "").lower()),
            language=LANGUAGES.get((old[2] or "").upper()),
        )
    number = _NUMBER.search(stem)
    words = stem.split("-")[1:]
    return PackageName(
        kb=int(number[1]) if number else None,
        product=names.of_package(stem),
        platform=next((_PLATFORMS[word.lower()] for word in words if word.lower() in _PLATFORMS), None),
        language=next((found for word in words if (found := _language(word)) is not None), None),
    )


def _language(word: str) -> int | None:
    return LANGUAGES.get(word) if word.isupper() else _SHORT.get(word)
