"""The records of products in a registry hive (the file SOFTWARE of a Windows installation), with regipy.

regipy is an extra and is imported only when there is a hive. It trusts what it reads, so it is given a stream that
answers in small pieces and gives up after so many: a loop, a list that names one key a million times or a value of
gigabytes then ends as a damaged hive.

Which keys and values are read is the catalogue's to say (``recorded`` of a product). Windows' own are HKLM\\SOFTWARE,
Wow6432Node, which holds what 32-bit setups wrote on 64-bit Windows, and Microsoft\\Updates, where an update is
<product>\\Q<number> (KB257946), <product>\\SP3\\KB<number> (technet aa998975), <product>\\SP3\\<number> (KB834130), or
a key that holds PackageName (CSS-Exchange, Get-ExchangeUpdates.ps1).
"""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from hotfix_check.errors import TargetError
from hotfix_check.inventory.registry import LARGEST_NUMBER, RecordedSetup, RecordedUpdate, RegistryKeys, RegistryRecords
from hotfix_check.pe.bytes import ReadAt

MAX_PIECE = 1024  # bytes of one read: a key's name takes 510, and no value that is read takes more
MAX_STEPS = 1_000_000  # reads of one hive, all together; one with 2,900 keys takes 180,000
MAX_VALUES = 200  # of a key that is read
MAX_RECORDS = 2_000  # updates recorded in one hive
NEEDS_EXTRA = "a registry hive is read with an extra: in a checkout, pip install '.[registry]'"

_VALUE_STEPS = 300  # what reading a value counts as
_TEXT = 260  # characters of a value
_WINDOW = 4096
_BINS = 4096  # where the first bin begins; offsets in cells count from there
_KB = re.compile(r"(?:KB|Q)([1-9][0-9]{4,6})(?![0-9])", re.ASCII | re.IGNORECASE)
_BARE = re.compile(r"([1-9][0-9]{5,6})", re.ASCII)


class HiveError(TargetError):
    """A file that is no hive that could be read; ``str()`` is a short reason without the file's name."""


class Steps:
    """What counts the steps that reading keys takes, and ends it when they are too many."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise HiveError(f"its keys refer to more than {MAX_STEPS} reads")


class _Stream(Steps):
    """A file for regipy: small pieces, and an end to them."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        super().__init__()
        self._read_at = read_at
        self._size = size
        self._at = 0
        self._start = 0
        self._window = b""

    def read(self, size: int = -1) -> bytes:
        self.spend(1)
        wanted = MAX_PIECE if size < 0 else min(size, MAX_PIECE)
        start = self._at - self._start
        if start < 0 or start + wanted > len(self._window):
            self._window = self._read_at(self._at, max(wanted, _WINDOW)) if self._at < self._size else b""
            self._start, start = self._at, 0
        data = self._window[start : start + wanted]
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        at = offset + (self._size if whence == 2 else self._at if whence == 1 else 0)
        if at < 0:
            raise HiveError("damaged: it points before its own beginning")
        self._at = at
        return at

    def tell(self) -> int:
        return self._at


def read_hive(
    path: str, size: int, read_at: ReadAt, sha256: Callable[[], str] | None, keys: RegistryKeys
) -> RegistryRecords:
    """What a hive records of products; a part of it that cannot be read is a note, with ``complete`` false.

    ``path`` is only told. Raises HiveError when nothing can be read of it or regipy is not installed, and
    whatever ``read_at`` and ``sha256`` raise as OSError.
    """
    try:
        from construct import ConstructError
        from regipy.exceptions import RegipyException
        from regipy.registry import Cell, NKRecord
        from regipy.structs import REGF_HEADER
    except ImportError as error:
        raise HiveError(NEEDS_EXTRA) from error
    logging.getLogger("regipy").setLevel(logging.CRITICAL)  # it tells of every broken value, with what is in it
    damage = (RegipyException, ConstructError, struct.error, ValueError, OverflowError, HiveError)
    stream = _Stream(read_at, size)
    if stream.read(4) != b"regf":
        raise HiveError("not a registry hive: it does not begin with regf")
    try:
        stream.seek(0)
        header = REGF_HEADER.parse_stream(stream)
        top = _BINS + header.root_key_offset + 4
        stream.seek(top)
        if stream.read(2) != b"nk":
            raise HiveError("damaged: its root key is not where its header says")
        root = NKRecord(Cell(cell_type="nk", offset=top + 2, size=0), stream)  # type: ignore[no-untyped-call]
        tops = list(microsoft_keys(root, stream))
    except damage as error:
        raise HiveError(_reason(error)) from error
    setups, updates, faults = key_records(tops, keys, stream, damage)
    notes = [f"only read in part: {fault}" for fault in dict.fromkeys(faults)]
    if header.primary_sequence_num != header.secondary_sequence_num:
        notes.append("not completely written: its last changes are in its log files (SOFTWARE.LOG), which are not read")
    return RegistryRecords(
        hive=path,
        size=size,
        sha256=sha256() if sha256 is not None else None,
        setups=setups,
        updates=updates,
        notes=tuple(notes),
        complete=not faults,
    )


def key_records(
    tops: Iterable[tuple[str, Any]], keys: RegistryKeys, steps: Steps, damage: tuple[type[Exception], ...] = ()
) -> tuple[tuple[RecordedSetup, ...], tuple[RecordedUpdate, ...], list[str]]:
    """What keys named Microsoft, each with its path, record of products, in the order in which it is told.

    A key is as regipy has them. What is raised of ``damage`` is the last of the three: what ended a part of it. Raises
    HiveError where it is not among them and a key has more values or updates than any.
    """
    setups: list[RecordedSetup] = []
    updates: list[RecordedUpdate] = []
    faults: list[str] = []
    for name, key in tops:
        for part in (partial(_setups, found=setups), partial(_updates, found=updates)):
            try:
                part(key, name, keys, steps)
            except damage as error:
                faults.append(f"{_reason(error)} (below {name})")
    return (
        tuple(sorted(setups, key=lambda one: one.key.lower())),
        tuple(sorted(set(updates), key=lambda one: (one.kb, one.key.lower(), one.key))),
        faults,
    )


def _reason(error: Exception) -> str:
    """In our own words: a library's text may quote the hive, and has lines."""
    return str(error) if isinstance(error, HiveError) else "damaged: a key or a value points nowhere"


def _children(key: Any, stream: Steps) -> Iterator[Any]:
    for child in key.iter_subkeys():
        stream.spend(1)
        yield child


def _named(key: Any, names: tuple[str, ...], stream: Steps) -> dict[str, Any]:
    """The keys below one that have these lower-case names."""
    found: dict[str, Any] = {}
    for child in _children(key, stream):
        if child.name.lower() in names:
            found.setdefault(child.name.lower(), child)
            if len(found) == len(names):
                break
    return found


def microsoft_keys(root: Any, stream: Steps) -> Iterator[tuple[str, Any]]:
    """The keys Microsoft of the 64-bit and of the 32-bit side, each with its path."""
    here = _named(root, ("microsoft", "wow6432node"), stream)
    if "microsoft" in here:
        yield "Microsoft", here["microsoft"]
    if "wow6432node" in here:
        for key in _named(here["wow6432node"], ("microsoft",), stream).values():
            yield "Wow6432Node\\Microsoft", key


def _setups(top: Any, name: str, keys: RegistryKeys, stream: Steps, found: list[RecordedSetup]) -> None:
    wanted = [tuple(path.split("/")) for path in keys.setups]
    for path, key in _at(wanted, top, name, stream):
        found.append(RecordedSetup(key=path, values=setup_values(key, keys, stream)))


def _at(wanted: Sequence[tuple[str, ...]], key: Any, path: str, stream: Steps) -> Iterator[tuple[str, Any]]:
    """The keys at these paths below one, each with its whole path; every level is gone through once."""
    if any(not rest for rest in wanted):
        yield path, key
    below = [rest for rest in wanted if rest]
    seen: set[str] = set()
    for child in _children(key, stream) if below else ():
        called = child.name.lower()
        own = [rest[1:] for rest in below if rest[0] in (called, "*")]
        if own and called not in seen:  # a damaged list may name one key a million times
            seen.add(called)
            yield from _at(own, child, f"{path}\\{child.name}", stream)


def setup_values(key: Any, keys: RegistryKeys, steps: Steps) -> tuple[tuple[str, str | int], ...]:
    """Of a setup key the values that tell product, level and folders, by name."""
    known = {name.lower(): name for name in keys.values}
    values = {known[name.lower()]: value for name, value in _values(key, steps) if name.lower() in known}
    return tuple(sorted(values.items()))


def _values(key: Any, stream: Steps) -> Iterator[tuple[str, str | int]]:
    """The texts and numbers of a key, by name. Raises HiveError when fewer can be read than it says it has."""
    count, read = key.values_count, 0
    if count > MAX_VALUES:
        raise HiveError(f"a key has more than {MAX_VALUES} values")
    for value in key.iter_values(trim_values=False):
        stream.spend(_VALUE_STEPS)
        read += 1
        if isinstance(value.value, int) and 0 <= value.value <= LARGEST_NUMBER:
            yield value.name, value.value
        elif isinstance(value.value, str) and value.value_type in ("REG_SZ", "REG_EXPAND_SZ"):
            yield value.name, value.value.partition("\0")[0][:_TEXT]
    if read < count:
        raise HiveError(f"damaged: {read} of {count} values of a key can be read")


def _updates(top: Any, name: str, keys: RegistryKeys, stream: Steps, found: list[RecordedUpdate]) -> None:
    """The products' keys below Updates; a key that names no KB, itself or by PackageName, may be a level."""
    for updates in _named(top, ("updates",), stream).values():
        for product in _children(updates, stream):
            if not any(word in product.name.lower() for word in keys.updates):
                continue
            path = f"{name}\\{updates.name}\\{product.name}"
            for one in _children(product, stream):
                if not _record(one, product.name, path, stream, found):
                    for inner in _children(one, stream):
                        _record(inner, product.name, f"{path}\\{one.name}", stream, found)


def _record(key: Any, product: str, path: str, stream: Steps, found: list[RecordedUpdate]) -> bool:
    """Whether a key records an update, which is then kept."""
    package = next(
        (text for name, text in _values(key, stream) if name.lower() == "packagename" and isinstance(text, str)), None
    )
    named = _KB.match(key.name) or _BARE.fullmatch(key.name) or _KB.search(package or "")
    if named is None:
        return False
    if len(found) >= MAX_RECORDS:
        raise HiveError(f"it records more than {MAX_RECORDS} updates")
    found.append(RecordedUpdate(kb=int(named[1]), product=product, key=f"{path}\\{key.name}", package=package))
    return True
