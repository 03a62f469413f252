"""A package to a draft update: a row for each file that it installs, every doubt as a comment."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from hotfix_check import pe
from hotfix_check.drafts.article.fields import update_kind
from hotfix_check.drafts.draft import DraftRow, DraftUpdate
from hotfix_check.drafts.package.contents import PackedFile, unpack
from hotfix_check.drafts.package.installer import OLE_MAGIC
from hotfix_check.drafts.vocabulary import PROCESSORS, ProductNames, Term
from hotfix_check.errors import PackageError
from hotfix_check.frozen import Frozen, replace
from hotfix_check.inventory.file_facts import Asked, FileBytes, file_facts
from hotfix_check.inventory.files import InstalledFile
from hotfix_check.pe.bytes import PeBytes, PeError, open_regular
from hotfix_check.untrusted.bounded import read_bounded
from hotfix_check.untrusted.shown import clipped, shown

MAX_BYTES = 512 * 1024 * 1024
_BEGINNINGS = (b"MZ", b"MSCF\0\0\0\0", OLE_MAGIC)
_NUMBER = re.compile(r"\b(?:KB|Q)([0-9]{5,7})\b", re.ASCII)
_TOLD_BY = {"productname", "filedescription", "internalname", "originalfilename", "comments"}
# What installs the files, with what belongs to it: Hotfix.exe and Update.exe, catalogs of signatures, symbols.
_INSTALLER = re.compile(
    r"(?:hotfix|update|spuninst|unpatch|setup)\.(?:exe|inf|ver|txt|ini)|spmsg\.dll|spcustom\.dll|updspapi\.dll"
    r"|eula.{0,20}\.(?:txt|rtf)|readme.{0,20}\.(?:txt|htm|html)|.{1,60}\.(?:cat|pdb|dbg|sym|inf)",
    re.IGNORECASE,
)
_TEXT = re.compile(r".{1,60}\.(?:txt|inf|ini|htm|html|ver)", re.IGNORECASE)
_TEXT_BYTES = 64 * 1024
_EVERYTHING = Asked(wanted=frozenset(), plain=frozenset(), every_pe=True, hashes=False, cross_check=False)
_NUMBER_IN_NAME = re.compile(r"(?:^|[^A-Za-z0-9])(?:KB|Q)([0-9]{5,7})(?![0-9])", re.IGNORECASE | re.ASCII)
_OLD_NAME = re.compile(r"Q([0-9]{5,7})(?:[A-Z]{3})?(I(?:386)?|A(?:LPHA)?|X86)?[^A-Za-z]*", re.IGNORECASE | re.ASCII)
_PLATFORMS = {**PROCESSORS, "i": "i386", "a": "alpha"}


class PackageName(Frozen):
    """What the name says; None is what it does not."""

    kb: int | None = None
    product: str | None = None
    """Catalogue id."""
    platform: str | None = None


def is_package(path: Path) -> bool:
    """Whether a file begins as a program, a cabinet or a Windows Installer file."""
    try:
        fd, _ = open_regular(path, follow=True)
        with os.fdopen(fd, "rb") as stream:
            return stream.read(8).startswith(_BEGINNINGS)
    except (OSError, PeError):
        return False


def read_package(path: Path, names: ProductNames, *, kb: int | None = None) -> DraftUpdate:
    """The draft of the update that a package installs, ``kb`` where that is given. Raises PackageError."""
    data = read_bounded(path, MAX_BYTES, "a hotfix package", PackageError)
    name = read_name(path.name, names)
    doubts: list[str] = []
    rows: list[DraftRow] = []
    unused: list[str] = []
    texts: list[str] = []
    times: list[str] = []

    def take(file: PackedFile) -> None:
        base = file.path.rpartition("/")[2]
        if _TEXT.fullmatch(base):
            texts.append(_text(file.data))
        if _INSTALLER.fullmatch(base):
            unused.append(f"{file.path}: {len(file.data)} bytes, assumed to be the installer's own")
            return
        rows.append(_row(file, name, names, doubts))
        if file.local_time is not None:
            times.append(f"{file.path} {file.local_time:%Y-%m-%d %H:%M}")

    doubts += [f"could not be unpacked: {fault}" for fault in unpack(data, take)]
    said = _own_words(data)
    number = kb or name.kb or _number(said) or _number(texts)
    if number is None:
        doubts.append("neither the name nor the content of the package gives the KB number")
    elif kb is None and name.kb is None:
        doubts.append(f"KB{number} comes from the content of the package; its name gives none")
    doubts += [f"the package describes itself as: {clipped(text, 100)}" for text in said]
    if times:
        doubts.append(f"the cabinet's times have no time zone, so no row has a time: {', '.join(times[:20])}")
    doubts += _odds(rows, name)
    products = {row.product for row in rows if row.product}
    if len(products) == 1:
        rows = [replace(row, product=min(products)) for row in rows]
    digest = hashlib.sha256(data).hexdigest()
    return DraftUpdate(
        kb=number,
        title=None,
        kind=update_kind(None, names),
        source=str(path),
        sources=(f"package {path.name}, SHA-256 {digest}",),
        product_terms=(Term(name.product),) if name.product else (),
        files=tuple(sorted(rows, key=lambda row: (row.name.lower(), row.platform or "", row.language or ""))),
        unused=tuple(unused),
        doubts=tuple(doubts),
    )


def _row(file: PackedFile, name: PackageName, names: ProductNames, doubts: list[str]) -> DraftRow:
    data = file.data
    facts = file_facts(
        FileBytes(
            path=file.path,
            size=len(data),
            modified=None,
            read_at=lambda offset, size: data[offset : offset + size],
            sha256=lambda: hashlib.sha256(data).hexdigest(),
        ),
        _EVERYTHING,
        evidence=False,
    )
    base = file.path.rpartition("/")[2]
    if not isinstance(facts, InstalledFile) or facts.version is None:
        if data.startswith(b"MZ"):
            reason = "no version resource" if facts is None or isinstance(facts, InstalledFile) else facts.reason
            doubts.append(f"{clipped(file.path)}: no version: {reason}")
        return DraftRow(name=base, size=len(data), product=name.product)
    original = facts.original_filename
    if original and "." not in base and "." in original:
        doubts.append(f"{clipped(base)} is the key of a file whose own name is {shown(original)}: that name is used")
        base = original.strip()
    elif original and original.strip().lower() != base.lower():
        doubts.append(f"{clipped(base)} has the original name {shown(original)}")
    version = str(facts.version)
    foreign = [language for language in facts.languages if language & 0x3FF not in (0, 9)]
    return DraftRow(
        name=base,
        version=version,
        version_normal=version,
        size=len(data),
        platform=facts.machine,
        language=f"{foreign[0]:04x}" if len(foreign) == 1 else None,
        product=names.of_version(version, names.products) or name.product,
    )


def _odds(rows: list[DraftRow], name: PackageName) -> list[str]:
    """Where files and name disagree."""
    found = []
    for row in rows:
        if name.platform and row.platform and row.platform != name.platform:
            found.append(f"{row.name} is built for {row.platform}, the package's name says {name.platform}")
        if name.product and row.product and row.product != name.product:
            found.append(f"{row.name} {row.version} is of {row.product}, the package's name says {name.product}")
    if len({(row.name.lower(), row.platform, row.language) for row in rows}) < len(rows):
        found.append("a file is in the package more than once: choose the package that each is for")
    return found


def _own_words(data: bytes) -> tuple[str, ...]:
    """Strings of the package's own version resource, where it is a program that has one."""
    if not data.startswith(b"MZ"):
        return ()
    try:
        facts = pe.read_image(PeBytes(lambda offset, size: data[offset : offset + size], len(data)))
    except (OSError, pe.PeError):
        return ()
    return tuple(dict.fromkeys(text for text in facts.values(_TOLD_BY).values() if text.strip()))


def _number(texts: Sequence[str]) -> int | None:
    """The one KB number that some texts tell; None where there are two."""
    numbers = {int(number) for text in texts for number in _NUMBER.findall(text)}
    return numbers.pop() if len(numbers) == 1 else None


def _text(data: bytes) -> str:
    head = data[:_TEXT_BYTES]
    return head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252", "replace")


def read_name(name: str, names: ProductNames) -> PackageName:
    """Read the name of a package, with its suffix.

    KB817903, since April 2003: ProductName-KBArticleNumber-Option-Language.exe, such as
    Exchange5.5-KB123456-ia64-JPN.exe; Option is the processor, and a package for all languages has no Language. Later
    ones end in x64-en.msp. Before: Q, the number, and letters for language and processor without a mark between them
    (Q123456i.exe, Q123456ENUI386.EXE).
    """
    stem = name.rpartition(".")[0] or name
    if old := _OLD_NAME.fullmatch(stem):
        return PackageName(kb=int(old[1]), platform=_PLATFORMS.get((old[2] or "").lower()))
    number = _NUMBER_IN_NAME.search(stem)
    words = stem.split("-")[1:]
    return PackageName(
        kb=int(number[1]) if number else None,
        product=names.of_package(stem),
        platform=next((_PLATFORMS[word.lower()] for word in words if word.lower() in _PLATFORMS), None),
    )
