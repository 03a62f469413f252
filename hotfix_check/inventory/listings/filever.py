"""What filever printed (Windows Support Tools; KB913111): one line a file, with -v the strings of its resource below.

    --a-- W32i   DLL ENU       5.5.2657.50 shp    881,936 07-01-2003 mapi32.dll

Columns: attributes, program type, kind, language, the fixed file version, shp or dbg, size, day, with some releases the
time, name. The day has neither zone nor, mostly, an hour, so it is no file time. Lines as quoted in Microsoft's own
samples (CVersion.vbs of CAPICOM) and in blogs of its support.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hotfix_check.frozen import replace
from hotfix_check.inventory.files import RESOURCE_TEXTS, InstalledFile
from hotfix_check.inventory.listings.listed import ListedFile, Said, fixed_version, has_folder, text_of
from hotfix_check.pe.languages import LANGUAGES

_ATTRIBUTES = re.compile(r"[rahsdc-]{4,7}", re.ASCII)
_LONGEST_LINE = 2000
_FIRST_LINES = 200
_DAY = re.compile(r"[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{4}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[apAP]?[mM]?", re.ASCII)
_SIZE = re.compile(r"[0-9]{1,3}(?:[,.'\u00a0][0-9]{3}){0,5}|[0-9]{1,15}", re.ASCII)
# The letter after W32 is the processor; W64 may be either of two, so it says none.
_MACHINES = {"W32I": "i386", "W32A": "alpha", "W32M": "mips", "W32P": "powerpc"}
# Beside the languages, what its columns have: W32i, W16, DOS; APP, DLL, DRV; shp, dbg.
_OF_PROGRAMS = re.compile(r"W(?:16|32|64)[a-zA-Z]?|DOS|APP|DLL|DRV|FNT|VXD|LIB|shp|dbg", re.ASCII)
_HEADING = re.compile(r"\s*(?:Directory of )?((?:[A-Za-z]:|\\)\\[^*?\"<>|]{0,1000}?)\\?:?\s*", re.ASCII)


def is_filever(head: str) -> bool:
    """Whether one of the first lines of a text is one of a file."""
    return any(_file(line, "") is not None for line in head.splitlines()[:_FIRST_LINES])


def filever(text: str, where: str) -> Iterator[Said]:
    """The files of a listing; strings of ``-v`` belong to the file above them, a path alone is the folder below it."""
    folder = ""
    last: ListedFile | None = None
    strings: dict[str, Any] = {}
    for line in text.splitlines():
        found = _file(line, folder)
        if found is not None:
            if last is not None:
                yield _with(strings, last)
            last, strings = found, {}
        elif last is not None and line[:1] in " \t":
            key, _, value = line.strip().partition("\t" if "\t" in line.strip() else " ")
            field, said = RESOURCE_TEXTS.get(key.lower()), text_of(value)
            if field is not None and said is not None:
                strings.setdefault(field, said)
        elif len(line) < _LONGEST_LINE and (heading := _HEADING.fullmatch(line)):
            folder = heading[1]
    if last is not None:
        yield _with(strings, last)


def _with(strings: dict[str, Any], last: ListedFile) -> Said:
    return Said(replace(last, file=replace(last.file, **strings)), "filever")


def _is_known(word: str) -> bool:
    """Whether a word stands in the columns of a file without a version: a program's type and kind, or nothing."""
    return set(word) <= {"-"} or word in LANGUAGES or _OF_PROGRAMS.fullmatch(word) is not None


def _file(line: str, folder: str) -> ListedFile | None:
    words = line[:_LONGEST_LINE].split()
    if len(words) < 5 or not _ATTRIBUTES.fullmatch(words[0]) or "d" in words[0]:
        return None
    day = next((at for at, word in enumerate(words[:12]) if _DAY.fullmatch(word)), 0)
    if day < 2 or not _SIZE.fullmatch(words[day - 1]):
        return None
    name = line[:_LONGEST_LINE].split(None, day + 1)[day + 1] if len(words) > day + 1 else ""
    if len(words) > day + 2 and _TIME.fullmatch(words[day + 1]):
        name = line[:_LONGEST_LINE].split(None, day + 2)[day + 2]
    if not name.strip():
        return None
    before = words[1 : day - 1]
    versions = [version for word in before if (version := fixed_version(word)) is not None]
    if len(versions) > 1 or not (versions or all(map(_is_known, before))):
        return None
    languages = {LANGUAGES[word] for word in before if word in LANGUAGES}
    machines = {_MACHINES[word.upper()] for word in before if word.upper() in _MACHINES}
    name = name.strip()
    file = InstalledFile(
        path=f"{folder}\\{name}" if folder and not has_folder(name) else name,
        version=versions[0] if versions else None,
        size=int(re.sub(r"[^0-9]", "", words[day - 1])),
        languages=tuple(languages),
        machine=machines.pop() if len(machines) == 1 else None,
    )
    return ListedFile(file, no_version=not versions)
